"""However hostile a text is, it is decoded or refused, in little time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from decoding import COMPACT, GOLDEN, ROOT, codes, good, place
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.problems import ERROR
from blis_tui.spec.format.model import Client, GoodputTargets
from blis_tui.spec.reading import findings
from blis_tui.spec.reading.decode import decode
from blis_tui.spec.yaml.encoding import read_text
from blis_tui.spec.yaml.limits import MAX_WEIGHT


def laughs(levels: int, item: str) -> str:
    """Write a billion laughs: lists of nine aliases of lists of nine aliases …"""
    lines = [f"  a0: &a0 {{id: {item}}}"]
    lines += [f"  a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, levels)]
    return "goodput_slo_targets:\n" + "\n".join(lines) + "\n"


def test_aliases_that_blow_up_are_refused() -> None:
    decoded = decode(laughs(40, "x"))
    assert codes(decoded)[0] == "excessive-aliases"
    assert decoded.spec is None


WINDOWS = ", ".join(["{}"] * 400)
PARAMETERS = ", ".join(f"k{i}: 1" for i in range(300))
NAMED = f"clients:\n- input_distribution: {{params: &p {{{PARAMETERS}}}}}\n"


@pytest.mark.parametrize(
    ("text", "repeated", "refused_from"),
    [
        (f"clients:\n- &c {{lifecycle: {{windows: [{WINDOWS}]}}}}\n", "- *c\n", 133),
        (NAMED, "- input_distribution: {params: *p}\n", 569),
        (NAMED, "- input_distribution: {params: {<<: *p}}\n", 677),
        (NAMED + "- input_distribution:\n    params:\n      <<:\n", "      - *p\n", 300),
    ],
    ids=["items", "values", "merges", "merges in a list"],
)
def test_aliases_are_limited_exactly_as_in_blis(text: str, repeated: str, refused_from: int) -> None:
    """Up to 99 % of what is decoded may come from aliases while that is little, and less the more it is."""
    good(text + repeated * (refused_from - 1))
    assert codes(decode(text + repeated * refused_from)) == ["excessive-aliases"]


def test_chains_of_merges_are_limited_exactly_as_in_blis() -> None:
    def chain(length: int) -> str:
        return "goodput_slo_targets:\n  c0: &c0 {ttft_ms: 1}\n" + "".join(
            f"  c{i}: &c{i} {{<<: *c{i - 1}}}\n" for i in range(1, length)
        )

    assert good(chain(397)).goodput_slo_targets["c396"] == GoodputTargets(ttft_ms=1.0)
    assert codes(decode(chain(398))) == ["excessive-aliases"]


def test_files_of_many_blocks_are_refused() -> None:
    most = MAX_WEIGHT // len(Client.fields)
    assert decode("clients: [" + "{}, " * (most - 1) + "]").problems == []
    decoded = decode("clients: [" + "{}, " * (most + 1) + "]")
    assert (codes(decoded), decoded.spec) == (["too-many-values"], None)
    assert codes(decode("clients: [" + "{}, " * (most - 9) + "~, " * 20 + "]"))[0] == "too-many-values"


def test_so_many_problems_are_enough() -> None:
    decoded = decode("inference_perf:\n  stages:\n" + "  - rate: x\n" * 5000)
    assert len(decoded.problems) == findings.MAX_PROBLEMS + 1
    assert decoded.problems[-1].code == "too-many-problems"
    assert place(decoded.problems[-1]) == (findings.MAX_PROBLEMS + 3, 11)
    assert decoded.spec is None


@given(st.binary(max_size=80))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    text, problems = read_text(data)
    if text is None:
        assert problems
        return
    decoded = decode(text)
    assert decoded.problems or decoded.spec is not None


TEXTS = [path.read_text("utf-8")[:1500] for path in GOLDEN[::4]] + [
    COMPACT,
    "clients:\n- &c {id: a, arrival: &p {process: poisson}}\n- {<<: *c, arrival: *p, input_distribution: {params: {a: 1}}}\n",
]
PIECES = [
    *" \n\t:-,[]{}#&*!|>'\"%@?~<\\0.",
    "\n  ",
    "\n- ",
    "? ",
    "<<: ",
    "*c",
    "&c ",
    "!!int ",
    "\r",
    "\n---\n",
    "null",
    "\u2028",
    "\0",
]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(["", *PIECES])) + text[at + draw(st.integers(0, 3)) :]
    return text


MOST_MEMORY = """print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")))"""
"""Prints the most memory that a process has had, in kB; what the system's own accounting says begins with the parent's."""


@given(mutations())
@settings(max_examples=300, deadline=None)
def test_mutated_files_are_decoded_or_refused(text: str) -> None:
    decoded = decode(text)
    assert decoded.problems or decoded.spec is not None
    places = [(problem.line or 0, problem.column or 0) for problem in decoded.problems]
    assert places == sorted(places)
    lines = text.count("\n") + text.count("\r") + text.count("\u2028") + 1
    for problem in decoded.problems:
        assert problem.severity == ERROR
        assert 1 <= (problem.line or 0) <= lines
        assert (problem.column or 0) >= 1
        assert problem.message


@given(mutations())
@settings(max_examples=50, deadline=None)
def test_the_parser_in_python_refuses_what_libyaml_refuses(text: str) -> None:
    with_libyaml = decode(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "yaml._yaml", None)
        without = decode(text)
    if not without.problems:  # it is the stricter one, e.g. with tabs
        assert with_libyaml.problems == []
        assert with_libyaml.spec == without.spec


@pytest.mark.parametrize(
    "text",
    [
        "'clients: ' + '{a: ' * 100_000",
        "'clients: [' + '{},' * 80_000 + ']'",
        "'inference_perf: {stages: [' + 'null,' * 990_000 + ']}'",
        "'clients: [&a {id: x}' + ', {<<: *a}' * 150_000 + ']'",
        "''.join(f'k{i}: 1\\n' for i in range(490_000))",
        "'#\\n' * 4_000_000",
    ],
    ids=["deep", "many blocks", "nulls", "merges", "unknown keys", "comments"],
)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_hostile_files_take_less_than_500_mb(text: str) -> None:
    code = f"from blis_tui.spec.reading.decode import decode; decode({text}); {MOST_MEMORY}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 500_000
