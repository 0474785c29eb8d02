"""A config of inference-perf opens as a new file: it has no name, its notes stand with the problems, and the config stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from designer import MakeApp, ready, wait_for

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.filing.disk import open_document, show
from blis_tui.tui.filing.file_dialog import PathInput, SaveDialog
from blis_tui.tui.widgets.confirm_dialog import ConfirmDialog

CONFIG = """\
load:
  type: poisson
  stages:
    - {rate: 2, duration: 30}
    - {rate: 4, duration: 30}
server: {type: vllm, base_url: REPLACE_ENV_URL}
data:
  type: shared_prefix
  shared_prefix: {num_groups: 3, num_prompts_per_group: 2, system_prompt_len: 20, question_len: 10, output_len: 5}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yml"
    path.write_text(CONFIG)
    return path


def said(app: DesignerApp) -> str:
    return "\n".join(f"{note.title}: {note.message}" for note in app._notifications)


async def opened(app: DesignerApp, path: Path) -> None:
    app.do(app.filing.open_path(path), "files")


async def test_it_opens_as_a_new_file_that_is_not_saved(make_app: MakeApp, config: Path) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        await opened(app, config)
        await wait_for(pilot, lambda: app.workspace.origin == config, "opening")
        workspace = app.workspace
        assert workspace.path is None and workspace.dirty and workspace.text.startswith("# From an inference-perf config.\n")
        assert "config.yml" in said(app)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, SaveDialog))
        assert app.screen.query_one(PathInput).value == "config.workload.yaml"
        await pilot.press("enter")
        await wait_for(pilot, lambda: not workspace.dirty, "saving")
        assert workspace.path == config.with_name("config.workload.yaml") and workspace.origin is None
        assert config.read_text() == CONFIG


async def test_its_notes_are_infos_at_their_places_in_the_text(make_app: MakeApp, config: Path) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        await opened(app, config)
        await wait_for(pilot, lambda: app.workspace.origin == config, "opening")
        workspace = app.workspace

        def notes() -> dict[str, tuple[str, int | None]]:
            checked = workspace.view.checked
            assert checked is not None
            found = [problem for problem in checked.problems if problem.code.startswith("import-")]
            assert all(problem.severity == "info" for problem in found)
            return {problem.message.partition(" ")[0]: (problem.code, problem.line) for problem in found}

        def line(name: str) -> int:
            return next(number for number, text in enumerate(workspace.text.splitlines(), 1) if text.startswith(name))

        assert notes()["data.shared_prefix.question_len"] == ("import-approximated", line("    question_len"))
        assert notes()["data.shared_prefix.seed"] == ("import-default", line("seed"))
        assert notes()["load.interval"] == ("import-approximated", 1)
        assert notes()["The"] == ("import-kept", 1)
        app.write(f"# more\n{workspace.text}", "test")
        assert notes()["data.shared_prefix.seed"] == ("import-default", line("seed"))
        app.do(app.filing.open_path(config.with_name("config.yml")), "files")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question about unsaved work")
        await pilot.press("escape")


async def test_what_is_refused_is_told_and_nothing_opens(make_app: MakeApp, config: Path) -> None:
    config.write_text(CONFIG.replace("type: poisson", "type: concurrent"))
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        before = app.workspace.text
        await opened(app, config)
        await wait_for(pilot, lambda: "Not opened" in said(app), "the refusal")
        assert "config.yml:2:3: error: load.type is concurrent" in said(app)
        assert app.workspace.text == before and app.workspace.origin is None


def test_a_file_of_another_kind_opens_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text("apiVersion: v1\nkind: Job\n")
    workspace = Workspace()
    show(workspace, open_document(path), path)
    assert workspace.path == path and not workspace.dirty
