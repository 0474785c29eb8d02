"""The preview: fresh in the background, never stale as if it were current, cut to its budget, cancelled at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for
from textual.pilot import Pilot

from blis_tui.problems import INFO, Cancelled, Problem
from blis_tui.tui.document.problem_list import ProblemRows
from blis_tui.tui.preview import budget, previewer
from blis_tui.tui.preview.budget import make, outline
from blis_tui.tui.preview.state import CANCELLED, EMPTY, FAILED, READY, RUNNING, Preview
from blis_tui.tui.preview.status_line import OLDER, Keys, PreviewStatus, told
from blis_tui.tui.tuning import ORDINARY, Tuning
from blis_tui.workload.server import AssumedServer

FASTER = SMALL.replace("rate: 8.0", "rate: 16.0")
BROKEN = SMALL.replace("rate: 8.0", "rate: -1")
VARYING = """\
version: "2"
seed: 1
horizon: 10000000
aggregate_rate: 20
clients:
  - id: a
    rate_fraction: 1.0
    arrival: {process: poisson}
    input_distribution: {type: constant, params: {value: 10}}
    output_distribution: {type: constant, params: {value: 10}}
    lifecycle: {windows: [{start_us: 0, end_us: 10000000, trace_rate: 20}]}
"""

EXAMPLES = Path(__file__).parent.parent.parent.parent / "examples"
POOL = """\
version: "2"
seed: 7
horizon: 120000000
clients:
- id: pool
  concurrency: 40
  think_time_us: 2000000
  input_distribution: {type: lognormal, params: {mu: 5.5, sigma: 0.6}}
  output_distribution: {type: lognormal, params: {mu: 4.8, sigma: 0.5}}
"""


class Gate:
    """Holds generation up until it is opened; counts how often it was begun and cancelled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = threading.Event()
        self.begun = self.cancelled = 0
        self._real = budget.make
        monkeypatch.setattr(previewer, "make", self.make)

    def make(self, found, progress, *given, **how):  # type: ignore[no-untyped-def]
        self.begun += 1
        try:
            while not self.opened.wait(0.002):
                progress(0.25)
            return self._real(found, progress, *given, **how)
        except Cancelled:
            self.cancelled += 1
            raise


def status(pilot: Pilot[int]) -> str:
    return str(pilot.app.query_one(PreviewStatus).render())


async def test_a_preview_is_made_and_is_of_the_text(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        preview = app.previewer.preview
        assert preview.state == READY and preview.complete and not preview.stale and not preview.clients_stale
        assert preview.requests is not None and preview.summary is not None and preview.clients is not None
        assert len(preview.requests) == preview.summary.requests.generated > 0
        assert status(pilot) == f"✓ {len(preview.requests)} requests of 90 clients, up to date"


async def test_an_older_preview_is_never_shown_as_current(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        old = app.previewer.preview.requests
        gate = Gate(monkeypatch)
        app.write(FASTER, "test")
        await wait_for(pilot, lambda: gate.begun, "generation")
        preview = app.previewer.preview
        assert preview.state == RUNNING and preview.stale and preview.requests is old
        assert OLDER in status(pilot)
        gate.opened.set()
        await ready(pilot)
        assert not app.previewer.preview.stale and app.previewer.preview.requests is not old
        assert OLDER not in status(pilot)


async def test_clients_are_known_before_anything_is_generated(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    app = make_app(TWO_STAGE.replace("prompts: 9", "prompts: 1000").replace("prompt: 5", "prompt: 500"))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.previewer.preview.clients, "the clients")
        preview = app.previewer.preview
        assert preview.clients is not None and preview.requests is None and preview.expected is not None
        assert len(preview.clients) == 1_000_000 and not preview.clients_stale
        app.action_cancel_preview()
        await wait_for(pilot, lambda: gate.cancelled, "the end of the worker")


async def test_typing_on_cancels_and_the_newest_text_wins(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        gate = Gate(monkeypatch)
        for rate in (9, 10, 11):
            before = gate.begun
            app.write(SMALL.replace("rate: 8.0", f"rate: {rate}"), "test")
            await wait_for(pilot, lambda before=before: gate.begun > before, "generation")
        await wait_for(pilot, lambda: gate.cancelled == 2, "the older ones to be cancelled")
        gate.opened.set()
        await ready(pilot)
        requests = app.previewer.preview.requests
        assert requests is not None and requests.spec.inference_perf is not None
        assert requests.spec.inference_perf.stages[0].rate == 11


async def test_keystrokes_in_a_row_make_one_preview(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        gate = Gate(monkeypatch)
        gate.opened.set()
        for rate in range(10, 30):
            app.write(SMALL.replace("rate: 8.0", f"rate: {rate}"), "test")
        await ready(pilot)
        assert gate.begun == 1


async def test_cancelling_and_making_it_again(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: gate.begun, "generation")
        await pilot.press("alt+x")
        await wait_for(pilot, lambda: gate.cancelled, "the end of the worker")
        assert app.previewer.preview.state == CANCELLED
        assert "Cancelled" in status(pilot)
        gate.opened.set()
        await pilot.press("f5")
        await wait_for(pilot, lambda: app.previewer.preview.state == READY, "the preview")


async def test_progress_is_told_with_the_time_left(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.previewer.preview.seconds_left is not None, "progress")
        assert app.previewer.preview.done == 0.25
        assert "25%" in status(pilot) and "left" in status(pilot)
        gate.opened.set()
        await ready(pilot)


async def test_errors_leave_the_older_preview_and_say_so(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.write(BROKEN, "test")
        await ready(pilot)
        preview = app.previewer.preview
        assert preview.state == FAILED and preview.stale and preview.requests is not None
        assert OLDER in status(pilot) and "1 error in the text" in status(pilot)
        app.action_undo()
        await ready(pilot)
        assert app.previewer.preview.state == READY


async def test_what_generation_finds_is_a_failed_preview(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("[red]broken")

    monkeypatch.setattr(previewer, "make", fail)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert app.previewer.preview.state == FAILED
        assert "RuntimeError: [red]broken" in status(pilot)


async def test_more_requests_than_the_budget_are_cut_and_it_is_said(make_app: MakeApp) -> None:
    app = make_app(tuning=Tuning(most_requests=60))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        preview = app.previewer.preview
        assert preview.requests is not None and preview.expected is not None and preview.expected.total is not None
        assert not preview.complete and preview.cut_us is not None
        assert 30 < len(preview.requests) < 90
        assert round(preview.expected.total.mean) == 168
        assert status(pilot).startswith(f"✂ Only the first {len(preview.requests)} requests of about 168: all before ")
        await pilot.press("f5")
        await wait_for(pilot, lambda: app.previewer.preview.complete and app.previewer.preview.state == READY, "all requests")


async def test_what_cannot_be_cut_truthfully_is_refused_until_asked_for(make_app: MakeApp) -> None:
    app = make_app(VARYING, tuning=Tuning(most_requests=60))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert app.previewer.preview.state == FAILED
        assert "requests are more than 60, and a first part alone" in status(pilot) and "f5 generates all" in status(pilot)
        assert app.previewer.preview.clients is not None
        await pilot.press("f5")
        await wait_for(pilot, lambda: app.previewer.preview.state == READY, "all requests")


HUNDRED_MILLION = TWO_STAGE.replace("rate: 8.0", "rate: 40000.0").replace("rate: 20.0", "rate: 126000.0")


async def test_of_a_hundred_million_requests_the_totals_are_exact_and_the_first_are_shown(make_app: MakeApp) -> None:
    app = make_app(HUNDRED_MILLION, tuning=Tuning(most_requests=2000, most_ever=4000))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        preview = app.previewer.preview
        assert preview.requests is not None and preview.expected is not None and preview.expected.total is not None
        assert 1900 < len(preview.requests) < 2100 and not preview.complete
        assert [round(stage.expected.mean, -6) for stage in preview.expected.stages if stage.expected] == [24e6, 76e6]
        assert f"of about {preview.expected.total.mean:,.0f}: all before" in status(pilot)
        assert status(pilot).endswith("; f5 generates more")
        await pilot.press("f5")
        await wait_for(pilot, lambda: len(app.previewer.preview.requests or ()) > 3800, "more requests")
        assert len(app.previewer.preview.requests or ()) < 4200 and not app.previewer.preview.complete


async def test_far_too_much_that_cannot_be_cut_is_never_generated(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    from blis_tui.workload import generate

    def never(*_: object, **__: object) -> None:
        raise AssertionError("generated")

    monkeypatch.setattr(generate, "planned_and_sent", never)
    app = make_app(VARYING.replace("rate: 20", "rate: 5000000"))
    async with app.run_test(size=(160, 40)) as pilot:
        await ready(pilot)
        for _ in range(2):
            assert app.previewer.preview.state == FAILED
            assert app.previewer.preview.problems[0].code == budget.FAR_TOO_LARGE
            assert "are more than 20,000,000, and a first part alone would be misleading" in status(pilot)
            assert "f5" not in status(pilot)
            await pilot.press("f5")
            await ready(pilot)
        assert app.previewer.preview.clients is not None and app.previewer.preview.expected is not None


async def test_quitting_does_not_wait_for_a_preview(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, end = threading.Event(), threading.Event()

    def stuck(*_: object, **__: object) -> None:
        begun.set()
        end.wait(30)

    monkeypatch.setattr(previewer, "make", stuck)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, begun.is_set, "generation")
    assert not end.is_set()  # the app is closed, and the thread still runs
    end.set()


def test_progress_is_weighed_by_work() -> None:
    from blis_tui.spec.check import check

    spec = check(TWO_STAGE.replace("rate: 8.0", "rate: 0.5").replace("rate: 20.0", "rate: 100.0")).spec
    assert spec is not None
    told_parts: list[float] = []
    make(outline(spec), told_parts.append, ORDINARY)
    assert told_parts == sorted(told_parts) and told_parts[-1] == 1.0
    assert told_parts[len(told_parts) // 20] < 0.3


@pytest.mark.parametrize(
    ("preview", "text"),
    [
        (Preview(EMPTY, 0), "· No preview yet"),
        (Preview(RUNNING, 0, wanted=1), "⟳ Generating…"),
        (Preview(RUNNING, 0, 0.5, 61.0, wanted=1), "⟳ Generating ━━━━━━╌╌╌╌╌╌ 50%, 1 min 1 s left, alt+x cancels"),
        (Preview(CANCELLED, 0, wanted=1), "■ Cancelled; f5 generates it"),
    ],
)
def test_each_state_has_words(preview: Preview, text: str) -> None:
    assert told(preview, Keys(), ORDINARY) == text


async def test_remapped_keys_are_spoken_of(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    app = make_app()
    app.settings = app.settings._replace(keys={"preview.cancel": "ctrl+k"})
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: "ctrl+k cancels" in status(pilot), "progress")
        gate.opened.set()
        await ready(pilot)


async def test_conversations_are_shown_as_planned_or_as_sent(make_app: MakeApp) -> None:
    """4,800 planned rounds come to 1,821 requests if an answer takes 200 ms and 20 ms a token."""
    text = (EXAMPLES / "chat.yaml").read_text("utf-8")
    app = make_app(text)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert status(pilot) == "✓ 4,800 requests planned, 1,821 of them sent; alt+w: sent"
        made = app.preview.made
        await pilot.press("alt+w")
        await wait_for(pilot, lambda: status(pilot) == "✓ 1,821 requests sent of 4,800 planned; alt+w: planned")
        assert app.preview.made is made and len(app.preview.requests or ()) == 1821  # nothing is generated for that
        app.previewer.assume(AssumedServer(35_600, 13_400))
        await ready(pilot)
        assert len(app.preview.requests or ()) == 2376
        await pilot.press("alt+w")
        await wait_for(pilot, lambda: status(pilot).startswith("✓ 4,800 requests planned, 2,376 of them sent"))
        assert app.workspace.text == text  # what is assumed is never written into the file


async def test_virtual_users_are_shown_as_sent(make_app: MakeApp) -> None:
    app = make_app(POOL)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert status(pilot) == "✓ 981 requests sent"
        preview = app.previewer.preview
        assert preview.expected is not None and preview.expected.total is None  # how many is not known, and not 0
        await pilot.press("alt+w")
        await ready(pilot)
        assert status(pilot) == "✓ 981 requests sent"  # there is no plan of them


async def test_of_too_many_that_wait_fewer_are_made(make_app: MakeApp) -> None:
    app = make_app(POOL, tuning=Tuning(most_waiting=200))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        made = len(app.preview.requests or ())
        assert 100 < made < 300 and not app.preview.complete and not app.preview.remarks
        assert status(pilot).startswith(f"✂ Only the first {made} requests sent: all before ")
        await pilot.press("f5")
        await wait_for(pilot, lambda: status(pilot) == "✓ 981 requests sent", "all of them")


async def test_the_preview_says_by_how_much_less_is_sent_as_long_as_it_is_of_the_text(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app((EXAMPLES / "chat.yaml").read_text("utf-8"))

    def told(code: str) -> list[Problem]:
        return [problem for problem in app.home.query_one(ProblemRows).problems if problem.code == code]

    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: told("fewer-sent"), "the remark")
        (remark,) = told("fewer-sent")
        (warning,) = told("no-context")  # of the same line, which comes first
        assert remark.severity == INFO and remark.line == warning.line and "1,821 of the 4,800" in remark.message
        gate = Gate(monkeypatch)
        app.write(app.workspace.text.replace("rate: 16.0", "rate: 8.0"), "test")
        await wait_for(pilot, lambda: gate.begun, "generation")
        assert not told("fewer-sent") and told("no-context")
        gate.opened.set()
        await wait_for(pilot, lambda: told("fewer-sent"), "the remark")
        assert "of the 2,400" in told("fewer-sent")[0].message


async def test_the_capacity_follows_and_is_marked_until_it_does(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: not app.preview.capacity_stale, "the capacity")
        made, before = app.preview.made, app.preview.capacity
        assert before is not None and before.server == AssumedServer() and len(before.stages) == 2
        app.previewer.assume(AssumedServer(1_000_000, 0))
        assert app.preview.capacity is before and app.preview.capacity_stale
        await wait_for(pilot, lambda: not app.preview.capacity_stale, "the capacity")
        assert app.preview.made is made  # nothing waits for answers, so that nothing else is sent
        assert app.preview.capacity is not None and app.preview.capacity.answer_us == 1_000_000
