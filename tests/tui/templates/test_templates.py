"""Every template is a file without fault that teaches by its comments."""

from __future__ import annotations

import pytest
from designer import SMALL, ready, wait_for

from blis_tui.problems import INFO
from blis_tui.spec.check import check
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.preferences.settings import Settings
from blis_tui.tui.templates import FIRST, TEMPLATES, naming_schema, template_text
from blis_tui.tui.templates.new_dialog import NewDialog
from blis_tui.workload.generate import generate
from blis_tui.workload.server import AssumedServer

KNOWN = {"chat": ["no-context"]}
"""What has to be warned about in a template, because of what it is there to show."""


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_sound(name: str) -> None:
    text = template_text(name)
    checked = check(text)
    assert checked.ok
    assert [problem.code for problem in checked.problems if problem.severity != INFO] == KNOWN.get(name, [])
    assert checked.spec is not None
    assert 500 < len(generate(checked.spec, server=AssumedServer())) < 100_000
    assert text.startswith("# ") and text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 120
    assert sum("#" in line for line in text.splitlines()) >= 6


def test_every_way_to_describe_a_load_has_a_template() -> None:
    specs = [check(template_text(name)).spec for name in TEMPLATES]
    assert any(spec and spec.inference_perf for spec in specs)
    assert any(spec and spec.cohorts for spec in specs)
    assert any(client.concurrency for spec in specs if spec for client in spec.clients)
    families = {client.input_distribution.type for spec in specs if spec for client in spec.clients}
    assert {"lognormal", "gaussian", "empirical"} <= families


def test_the_first_template_exists() -> None:
    assert FIRST in TEMPLATES


def test_a_new_file_names_a_schema_if_there_is_one() -> None:
    text = template_text(FIRST)
    assert naming_schema(text, None) == text
    named = naming_schema(text, "https://example.org/s.json")
    assert named == f"# yaml-language-server: $schema=https://example.org/s.json\n{text}"
    assert check(named).ok


async def test_new_names_the_schema_of_the_settings() -> None:
    app = DesignerApp(Workspace(SMALL), Settings(schema="s.json"))
    async with app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("ctrl+n")
        await wait_for(pilot, lambda: isinstance(app.screen, NewDialog))
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.workspace.text == f"# yaml-language-server: $schema=s.json\n{template_text(FIRST)}")
