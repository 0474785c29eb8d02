"""Everything there is to say about a file, in the order of its text."""

from __future__ import annotations

import subprocess
import sys

from spec_samples import CHAT, CLIENTS, COMPACT, DROP, PREFIX, STAGES, changed, checked, codes, text_of

from blis_tui.problems import ERROR, SEVERITIES, WARNING
from blis_tui.spec.check import check


def test_a_good_file() -> None:
    text = text_of(COMPACT)
    result = check(text)
    assert result.ok and result.problems == result.errors == ()
    assert result.text == text and result.spec is not None and result.spec.seed == 42
    assert check(text.encode()).spec == result.spec


def test_problems_come_in_the_order_of_the_text_and_errors_first_in_one_place() -> None:
    result = checked(
        changed(COMPACT, (("version",), "1")),
        (CHAT, True),
        ((*PREFIX, "output_len"), -1),
        ((*STAGES, 0, "rate"), "fast"),
        (("seeds",), 3),
        (("horizon",), 5),
    )
    places = [(problem.line, problem.column, SEVERITIES.index(problem.severity)) for problem in result.problems]
    assert places == sorted(places)
    assert {problem.severity for problem in result.problems} == {ERROR, WARNING}
    assert len(result.errors) == 3 and not result.ok


def test_warnings_alone_are_fine() -> None:
    result = checked(COMPACT, (CHAT, True))
    assert result.ok and result.problems and not result.errors


def test_what_is_no_text() -> None:
    result = check(b"version: '2'\nseed: \xff\n")
    assert not result.ok and result.spec is None and result.text == ""
    assert [(problem.code, problem.line) for problem in result.problems] == [("not-utf-8", 2)]


def test_what_is_no_yaml() -> None:
    result = check("a: [1\n")
    assert not result.ok and result.spec is None and result.text == "a: [1\n" and len(result.errors) == 1


def test_what_is_too_large() -> None:
    assert codes(check(b"#" * 101, max_size=100)) == ["too-large"]
    assert check(text_of(COMPACT).encode(), max_size=None).ok


def test_an_empty_file_is_one_problem() -> None:
    for data in (b"", "", b"# nothing\n"):
        assert len(check(data).errors) == 1 and check(data).spec is None


def test_what_is_misspelt_is_not_missing_too() -> None:
    data = changed(CLIENTS, (("clients", 1, "arrival"), {"proces": "poisson"}))
    assert codes(check(text_of(data))) == ["unknown-key"]
    data = changed(CLIENTS, (("clients", 1, "rate_fraction"), DROP), (("clients", 1, "rate_fractoin"), 0.5))
    assert codes(check(text_of(data))) == ["unknown-key"]
    data = changed(CLIENTS, (("clients", 1, "output_distribution", "params"), DROP))
    data["clients"][1]["output_distribution"]["parms"] = {"value": 3}
    assert codes(check(text_of(data))) == ["unknown-key"]


def test_checking_loads_nothing_heavy() -> None:
    heavy = ["numpy", "textual", "argparse", "dataclasses", "inspect", "difflib", "blis_tui.workload", "blis_tui.spec.editing"]
    code = f"import sys, blis_tui.spec.check; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
