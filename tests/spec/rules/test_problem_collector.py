"""What a report knows of bad paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blis_tui.problems import Path
from blis_tui.spec.rules.problem_collector import Report

steps = st.sampled_from(["a", "b", 0, 1])
paths = st.lists(steps, max_size=4).map(tuple)


@given(st.lists(paths, max_size=3), st.lists(paths, max_size=3), st.lists(paths, min_size=1, max_size=2))
def test_a_path_is_bad_if_it_or_what_holds_it_is(broken: list[Path], wrong: list[Path], asked: list[Path]) -> None:
    report = Report(None, broken)
    for path in wrong:
        report.error("missing", path, "is missing")
    bad = {*broken, *(path for path in wrong if path)}

    def is_below(path: Path, known: set[Path]) -> bool:
        return any(path[: len(each)] == each for each in known)

    assert report.bad == bad
    assert report.is_clean(*asked) == (not any(is_below(path, bad) for path in asked))
    assert report.is_broken(asked[0]) == is_below(asked[0], set(broken))
