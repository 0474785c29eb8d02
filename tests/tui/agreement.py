"""What must hold of the designer whenever it rests: all it shows is of the one text, and is what the core says of that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from blis_tui.spec.check import Checked, check
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.facts import V1_ROUNDS
from blis_tui.spec.format.model import Distribution, SharedPrefix
from blis_tui.spec.yaml.encoding import read_text, written_text
from blis_tui.tui.document.problem_list import ProblemRows, in_order
from blis_tui.tui.document.title_bar import TitleBar
from blis_tui.tui.filing.disk_watch import CHANGED, GONE
from blis_tui.tui.form.field_rows import FieldRow, TextRow
from blis_tui.tui.form.form_column import FormColumn
from blis_tui.tui.form.members.member_form import MemberForm
from blis_tui.tui.form.members.panes import MemberLists, MemberPane
from blis_tui.tui.form.members.part_rows import PartRow
from blis_tui.tui.form.stages.stage_table import StageTable
from blis_tui.tui.preview.budget import make, outline
from blis_tui.tui.preview.stage_counts import NOT_REACHED, count_text
from blis_tui.tui.preview.state import CANCELLED, FAILED, READY, RUNNING
from blis_tui.tui.preview.status_line import OLDER, PreviewStatus
from blis_tui.tui.text.yaml_area import YamlArea

if TYPE_CHECKING:
    from blis_tui.tui.app import DesignerApp

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")
_COUNTED_UP_TO = 30_000


def assert_agreement(app: DesignerApp) -> None:
    """Assert that form, table of stages, YAML pane, problems and title say what the text says."""
    text = app.workspace.text
    truth = check(text)
    view = app.workspace.view
    assert view.text == text
    assert view.checked is not None, "the text is not checked"
    assert view.checked.problems == truth.problems, "the problems are of another text"
    assert view.checked.spec == truth.spec, "the spec is of another text"
    told = in_order(truth.problems, () if app.preview.stale else app.preview.remarks)
    assert tuple(app.home.query_one(ProblemRows).problems) == told, "the list shows other problems"
    _assert_title(app, truth)
    _assert_yaml_pane(app, text)
    _assert_saved(app)
    form = app.home.query_one(FormColumn)
    stale = truth.spec is None
    assert form.query_one("#form-panes").disabled is stale, "the form is greyed exactly while the text cannot be read"
    if not stale:
        _assert_form(form, truth)


def _assert_title(app: DesignerApp, truth: Checked) -> None:
    bar = app.home.query_one(TitleBar)
    title, state = bar.title.plain, bar.state.plain
    assert ("unsaved" in title) is (app.workspace.text != app.workspace.saved_text), f"the title says {title!r}"
    errors = len(truth.errors)
    assert (f"✗ {errors:,} error" in state) if errors else ("✗" not in state), f"the title says {state!r}"


def _assert_yaml_pane(app: DesignerApp, text: str) -> None:
    for area in app.home.query(YamlArea):
        lines = [*text.splitlines(), *([""] if not text or text[-1:].splitlines() == [""] else [])]
        assert list(area.document.lines) == lines, "the YAML pane shows another text"
        row, column = area.cursor_location
        assert row < len(lines), "the cursor is below the text"
        assert column <= len(lines[row]), "the cursor is behind its line"


def _assert_saved(app: DesignerApp) -> None:
    """What was saved last stands in the file, unless the note says that others were there."""
    workspace = app.workspace
    if workspace.path is None or workspace.saved_text is None or workspace.note in (CHANGED, GONE):
        return
    if app.filing.watch.stamp is not None and Path(workspace.path).exists():
        saved, _ = read_text(written_text(workspace.saved_text, workspace.encoding))  # a byte-order mark may come before it
        on_disk, _ = read_text(Path(workspace.path).read_bytes())  # as it is encoded, which others may have changed
        assert on_disk in (saved, workspace.saved_text) or _unnoticed(app), "the file is not what was saved"


def _unnoticed(app: DesignerApp) -> bool:
    from blis_tui.files.stamp import stamp_of

    assert app.workspace.path is not None
    return stamp_of(app.workspace.path) != app.filing.watch.stamp


def _assert_form(form: FormColumn, truth: Checked) -> None:
    spec = truth.spec
    assert spec is not None
    compact = spec.inference_perf
    prefix = (compact.shared_prefix if compact is not None else None) or SharedPrefix()
    loaded = _loaded(truth)
    members = form.query_one(MemberForm)
    for row in form.query(FieldRow):
        if members in row.ancestors:
            continue
        holder = spec if len(row.path) == 1 else prefix
        value = getattr(holder, str(row.path[-1]))
        assert row.shown.value == value, f"{row.path} shows the value {row.shown.value!r}, which is {value!r}"
        node = truth.tree.find(row.path)
        assert (row.shown.text is None) is (node is None), f"{row.path} shows {row.shown.text!r}"
        own = tuple(problem for problem in truth.problems if problem.path == row.path)
        assert sorted(map(repr, row.shown.problems)) == sorted(map(repr, own)), f"{row.path} shows other problems"
        if isinstance(row, TextRow):
            typed = row.input.value
            assert typed.strip() == (row.shown.text or "").strip(), (
                f"{row.path} has {typed!r} typed, and shows {row.shown.text!r}"
            )
            _assert_number(loaded, row.path, typed)
    _assert_members(form, truth, loaded)
    assert form.query_one("#compact").display is (compact is not None)
    if compact is not None:
        _assert_stages(form.query_one(StageTable), truth, loaded)


def _assert_members(form: FormColumn, truth: Checked, loaded: Any) -> None:
    spec = truth.spec
    assert spec is not None
    lists, pane = form.query_one(MemberLists), form.query_one(MemberPane)
    for name, members in lists.lists.items():
        found = getattr(spec, name)
        assert tuple(members.members) == found, f"the list has other {name}"
        assert members.count == len(found)
        assert members.row < max(len(found), 1), f"the cursor is below the {name}"
        worst = {problem.path[1] for problem in truth.problems if problem.path[:1] == (name,) and len(problem.path) > 1}
        assert set(members.marks) == worst, f"other {name} are marked"
    assert pane.display is bool(spec.clients or spec.cohorts)
    facts = pane.form.facts
    if not pane.display or facts is None:
        return
    assert facts.path == lists.chosen.item_path, "the form shows another client than the list"
    assert facts.member == _at(spec, facts.path), "the form shows another state of the client"
    for path, row in pane.form.rows.items():
        assert row.path == path
        assert row.display
        if isinstance(row, PartRow):
            assert row.shown.value is (_at(spec, path) is not None), f"{path} shows {row.shown.value}"
        else:
            value = _at(spec, path)
            assert row.shown.value == value, f"{path} shows the value {row.shown.value!r}, which is {value!r}"
            node = truth.tree.find(path)
            assert (row.shown.text is None) is (node is None), f"{path} shows {row.shown.text!r}"
        own = {repr(problem) for problem in truth.problems if problem.path == path}
        assert own <= set(map(repr, row.shown.problems)), f"{path} does not show its problems"
        if isinstance(row, TextRow) and row.has_input:
            typed = row.input.value
            assert typed.strip() == (row.shown.text or "").strip(), f"{path} has {typed!r} typed, and shows {row.shown.text!r}"
            _assert_number(loaded, path, typed)


def _at(spec: Any, path: tuple[str | int, ...]) -> Any:
    """Return what a spec has at a path; what is not given is the default of its field."""
    value = spec
    for step in path:
        if isinstance(step, int):
            value = value[step]
        elif isinstance(value, Distribution) and step == "params":
            declared = FAMILIES[value.type].fields if value.type in FAMILIES else {}
            value = {**{name: field.default for name, field in declared.items()}, **value.params}
        elif isinstance(value, Mapping):
            value = value[step]
        else:
            value = getattr(value, str(step)) if value is not None else ""
    return value


def _assert_stages(table: StageTable, truth: Checked, loaded: Any) -> None:
    spec = truth.spec
    assert spec is not None
    assert spec.inference_perf is not None
    stages = spec.inference_perf.stages
    assert tuple(table.stages) == stages, "the table has other stages"
    assert len(table.rows) == len(stages)
    assert table.row < max(len(stages), 1), "the cursor is below the stages"
    rounds = V1_ROUNDS if spec.rules == 1 and spec.inference_perf.chat else 1
    for index, (row, stage) in enumerate(zip(table.rows, stages, strict=True)):
        for name, text in zip(("rate", "duration"), row.texts, strict=True):
            _assert_number(loaded, ("inference_perf", "stages", index, name), text or "")
        if row.requests not in ("…", "–", "?", "∞", NOT_REACHED) and stage.rate <= 10_000:
            shorter = 1 - stage.rate / 1e6  # gaps of whole µs lose less than one each, and more requests come
            assert float(row.requests.replace(",", "")) <= rounds * stage.rate * stage.duration / shorter + 1, (
                "more requests than the stage aims at"
            )
    if table.is_editing:
        place = table.editor.path
        text = table.rows[int(place[2])].texts[("rate", "duration").index(str(place[3]))]
        assert table.editor.value.strip() == (text or "").strip(), f"the cell {place} has {table.editor.value!r}, not {text!r}"


def _loaded(truth: Checked) -> Any:
    """What PyYAML reads, which knows nothing of ours; ``None`` if it cannot, or takes the last of two like keys."""
    if any(problem.code == "duplicate-key" for problem in truth.problems):
        return None
    try:
        return yaml.load(truth.text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _assert_number(loaded: Any, path: tuple[str | int, ...], shown: str) -> None:
    """A plain number that is shown is what PyYAML reads at its path."""
    if loaded is None or not _PLAIN_NUMBER.fullmatch(shown):
        return
    try:
        for step in path:
            loaded = loaded[step]
    except (KeyError, IndexError, TypeError):
        return
    if isinstance(loaded, (int, float)) and not isinstance(loaded, bool):
        assert float(shown) == float(loaded), f"{path} shows {shown}, and the text says {loaded!r}"


def assert_preview(app: DesignerApp, *, counted: bool = False) -> None:
    """Assert that the preview, at rest, is of the present text or says that it is not; count it anew if asked to."""
    preview, revision = app.previewer.preview, app.workspace.revision
    assert preview.state != RUNNING
    assert preview.wanted == revision, "the preview is meant for another text"
    if preview.state == READY:
        assert preview.revision == revision == preview.clients_revision
        checked = check(app.workspace.text)
        assert checked.ok, "a text with errors has a preview"
        if counted and checked.spec is not None and preview.complete and len(preview.requests or ()) < _COUNTED_UP_TO:
            made = make(outline(checked.spec), lambda _: None, app.tuning, preview.server, whole=True).shown(
                sent=preview.shows_sent
            )
            assert preview.requests is not None
            assert len(made.requests) == len(preview.requests)
            assert (made.requests.arrival_us == preview.requests.arrival_us).all(), "the preview is of another text"
        for table in app.home.query(StageTable):
            counts = [count_text(stage.expected) for stage in preview.expected.stages] if preview.expected is not None else []
            assert [row.requests for row in table.rows] == counts, (
                "the form expects other requests of the stages than the preview"
            )
    else:
        assert preview.revision != revision or preview.state in (FAILED, CANCELLED)
    for status in app.home.query(PreviewStatus):
        if status.display and app.home.query("#content > *"):
            said = str(status.render())
            assert ("up to date" in said) <= (preview.state == READY and not preview.stale), f"the status says {said!r}"
            assert (OLDER in said) is (preview.requests is not None and preview.stale), f"the status says {said!r}"
