"""The Summary tab: totals, what an export would write, and what to know."""

from __future__ import annotations

import re

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.tui.preview import previewer
from blis_tui.tui.summary.summary_tab import SummaryView
from blis_tui.tui.tuning import Tuning

CHAT = SMALL.replace("chat: false", "chat: true").replace('"2"', '"1"')


def shown(pilot: Pilot[int]) -> str:
    return str(pilot.app.query_one(SummaryView).query_one(Static).render())


def value(text: str, name: str) -> str:
    """Return what stands behind a name."""
    match = re.search(rf"^ +{re.escape(name)} +(\S+)", text, re.MULTILINE)
    assert match is not None, text
    return match[1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_totals_are_those_of_the_requests(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        await wait_for(pilot, lambda: "prefix groups" in shown(pilot), "the summary")
        requests, text = app.previewer.preview.requests, shown(pilot)
        assert requests is not None
        assert value(text, "requests") == f"{len(requests):,}"
        assert value(text, "clients") == "90" and value(text, "prefix groups") == "9"
        assert value(text, "input") == f"{int(requests.input_tokens.sum()):,}"
        assert value(text, "output") == f"{int(requests.output_tokens.sum()):,}"
        assert value(text, "of which prefix") == f"{int(requests.prefix_tokens.sum()):,}"
        assert value(text, "longest context") == "795"
        view = pilot.app.query_one(SummaryView)
        fits = lambda: all(len(line) <= view.size.width for line in shown(pilot).split("\n"))  # noqa: E731
        await wait_for(pilot, fits, "the summary in the width there is")


async def test_what_an_export_writes_is_estimated(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        await wait_for(pilot, lambda: "≈" in shown(pilot), "the sizes")
        text = shown(pilot)
        assert value(text, "yaml") == str(len(SMALL.encode())) and "with token ids" in text
        for name in ("expanded", "jsonl", "csv", "blis-trace", "parquet"):
            assert value(text, name) == "≈"


async def test_a_limit_that_sessions_go_past(make_app: MakeApp) -> None:
    text = SMALL.replace("chat: false", "chat: true").replace("seed:", "num_requests: 20\nseed:")
    async with make_app(text).run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        await wait_for(pilot, lambda: "num_requests only limits" in shown(pilot), "the remark")
        assert value(shown(pilot), "plan cut at") == "20"
        told = "\n".join(line for line in shown(pilot).splitlines() if "inference-perf" not in line)
        assert "at most" not in told and "exact" not in told


async def test_an_older_summary_says_so(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        await wait_for(pilot, lambda: "Tokens" in shown(pilot), "the summary")
        assert "out of date" not in shown(pilot)
        app.write(SMALL.replace("rate: 8.0", "rate: -8"), "test")
        await wait_for(pilot, lambda: "Tokens, out of date" in shown(pilot), "the mark")
        assert pilot.app.query_one(SummaryView).has_class("-stale")


async def test_closed_loop_sessions_are_explained(make_app: MakeApp) -> None:
    async with make_app(CHAT).run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        await wait_for(pilot, lambda: "Sessions are closed-loop" in shown(pilot), "the remark")
        assert "Each arrival starts a session of up to 5 requests" in shown(pilot)


async def test_a_cut_preview_still_has_the_exact_totals(make_app: MakeApp) -> None:
    app = make_app(tuning=Tuning(most_requests=60))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        await wait_for(pilot, lambda: "Tokens of the first" in shown(pilot), "the summary")
        text = shown(pilot)
        whole = text[text.index("Totals known") : text.index("Requests of the first")]
        assert value(whole, "requests") == "168" and value(whole, "clients") == "90"


async def test_a_preview_that_fails_leaves_what_is_known(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(previewer, "make", fail)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        await wait_for(pilot, lambda: "known without generating" in shown(pilot), "what is known")
        assert value(shown(pilot), "clients") == "90"


async def test_nothing_is_there_before_there_is_a_spec(make_app: MakeApp) -> None:
    async with make_app("").run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+5")
        await ready(pilot)
        assert shown(pilot) == "Nothing to sum up yet."
