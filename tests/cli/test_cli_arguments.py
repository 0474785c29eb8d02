"""What the command line means, and what it may not say (exit code 2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from running import Run

from blis_tui.cli.arguments.command_line import _without_web, parse
from blis_tui.cli.arguments.options import Options, Serving
from blis_tui.formats.table import FORMATS
from blis_tui.version import VERSION


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("a.yaml", Options(("a.yaml",))),
        ("--check a --format sarif", Options(("a",), check=True, report="sarif")),
        ("--check a b --strict", Options(("a", "b"), check=True, strict=True)),
        ("a --check --json b", Options(("a", "b"), check=True, json=True, report="json")),
        ("--check --fix a", Options(("a",), check=True, fix=True)),
        ("--check -- --a -b", Options(("--a", "-b"), check=True)),
        ("--check -", Options(("-",), check=True)),
        ("--summary a --json", Options(("a",), summary=True, json=True, report="json")),
        ("--summary --seed -5 a", Options(("a",), summary=True, seed=-5)),
        ("--summary a --horizon 2min --num-requests 7", Options(("a",), summary=True, horizon=120_000_000, num_requests=7)),
        ("--export out a", Options(("a",), export="out")),
        ("a --export=out --format csv --format jsonl,yaml", Options(("a",), export="out", formats=("yaml", "jsonl", "csv"))),
        ("--export out a --tokens --force --quiet", Options(("a",), export="out", tokens=True, force=True, quiet=True)),
        ("--export - - --format csv", Options(("-",), export="-", formats=("csv",))),
        ("--check a --set b.c[1]=x=y --set d=", Options(("a",), check=True, settings=(("b.c[1]", "x=y"), ("d", "")))),
        ("--check a --max-size 1GB", Options(("a",), check=True, max_size=10**9)),
    ],
)
def test_meaning(line: str, options: Options) -> None:
    assert parse(line.split()) == options


WRONG = {
    "--check": "needs a SPEC",
    "--summary": "--summary needs one SPEC",
    "--summary a b": "not 2",
    "--export": "expected one argument",
    "--export out": "--export OUT needs one SPEC",
    "--export out a b": "not 2",
    "a b": "the designer opens one SPEC",
    "--check --summary a": "cannot be combined",
    "--check a --export out": "cannot be combined",
    "--check - -": "only once",
    "--check --fix -": "--fix needs a file",
    "--check --fix a --seed 1": "--fix changes the file",
    "--check --fix a --set seed=1": "--fix changes the file",
    "--strict a": "--strict only works with --check",
    "--summary a --strict": "--strict only works with --check",
    "--summary a --fix": "--fix only works with --check",
    "--export out a --json": "--json only works with --check or --summary",
    "--check a --format csv": "--check writes one of text, json, github, sarif, not 'csv'",
    "--check a --format json --format sarif": "--check writes one of",
    "--check a --json --format sarif": "--json and --format sarif cannot be combined",
    "--summary a --format csv": "--format only works with --check or --export",
    "--check a --tokens": "--tokens only works with --export",
    "--summary a --force": "--force only works with --export",
    "--check a --quiet": "--quiet only works with --export",
    "--export out a --format xml": "unknown format 'xml'; choose from yaml",
    "--export out a --format csv,": "unknown format ''",
    "--export - a": "takes only one format",
    "--export - a --format csv,jsonl": "takes only one format",
    "--export - a --format blis-trace": "two files",
    "--check a --set seed": "--set needs PATH=VALUE",
    "--check a --set =1": "--set needs PATH=VALUE",
    "--export out a --block-size 0": "--block-size needs a whole number from 1 to 9,223,372,036,854,775,807, not '0'",
    "--summary a --block-size 16": "--block-size only works with --export",
    "--check a --seed x": "--seed needs",
    "--check a --seed 1.5": "--seed needs",
    "--check a --horizon -1": "--horizon needs",
    "--check a --horizon soon": "--horizon needs",
    "--check a --num-requests -1": "--num-requests needs",
    "--check a --num-requests 9223372036854775808": "--num-requests needs a whole number from 0 to 9,223,372,036,854,775,807",
    "--check a --horizon 1e19": "--horizon needs a whole number of microseconds up to 9,223,372,036,854,775,807, which",
    "--check a --max-size 1e19": "--max-size needs a whole number of bytes up to 9,223,372,036,854,775,807, which",
    "--check a --max-size big": "--max-size needs",
    "--chek a": "unrecognized arguments: --chek (did you mean --check?)",
    "--sum a": "unrecognized arguments: --sum (did you mean --summary?)",
    "--xyzzy a": "unrecognized arguments: --xyzzy",
    "--check a --sed 1": "(did you mean --seed?)",
    "--check a --color blue": "invalid choice: 'blue'",
    "--completion ksh": "invalid choice: 'ksh'",
    "--check=yes a": "ignored explicit argument",
}


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage(run: Run, line: str) -> None:
    ran = run(*line.split())
    assert (ran.code, ran.out) == (2, "")
    first, *rest = ran.err.splitlines()
    assert first.startswith("blis-tui: ")
    assert WRONG[line] in first
    assert rest == ["Try 'blis-tui --help'."]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--export", "", "SPEC"), "--export needs a folder, or - for standard output"),
        (("--summary", "SPEC", "--measured", ""), "--measured needs a file or folder"),
        (("--summary", "SPEC", "--simulate", "--config", ""), "--config needs a file"),
        (("--config", ""), "--config needs a file"),
        (("--fit", "SPEC", "-o", ""), "--output needs a file, or - for standard output"),
        (("--fit", "", "-o", "-"), "TRACE needs a file, or - for standard input"),
        (("--check", "SPEC", ""), "SPEC needs a file, or - for standard input"),
        (("--summary", "", "--measured", "run"), "SPEC needs a file, or - for standard input"),
        (("",), "SPEC needs a file, or - for standard input"),
        (("--web", ""), "SPEC needs a file, or - for standard input"),
    ],
)
def test_an_empty_name_is_wrong_usage(run: Run, spec: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = run(*(spec if each == "SPEC" else each for each in arguments))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"blis-tui: {message}, not an empty name\nTry 'blis-tui --help'.\n"


def test_escape_sequences_in_arguments_are_shown_not_obeyed(run: Run) -> None:
    ran = run("--check", "a", "--\x1b[31m")
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert r"\x1b[31m" in ran.err


def test_help_in_colour_is_the_same_text(run: Run) -> None:
    plain, painted = run("--help").out, run("--help", "--color", "always").out
    assert "\x1b[36m--check\x1b[0m" in painted and "\x1b[1mexamples:\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_version(run: Run) -> None:
    from blis_tui.workload import kernel

    at_work = "compiled" if kernel.COMPILED else "plain"
    assert run("--version") == (0, f"blis-tui {VERSION} ({at_work} kernel)\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_shows_every_option_and_format_with_examples(run: Run, option: str) -> None:
    ran = run(option)
    assert (ran.code, ran.err) == (0, "")
    for word in ("--check", "--summary", "--export", "--strict", "--json", "--fix", "--format", "--tokens", "--force", "--quiet",
                 "--set", "--seed", "--horizon", "--num-requests", "--max-size", "--version", "--help", "--color", "--completion", "--schema", "--block-size"):  # fmt: skip
        assert word in ran.out
    for each in FORMATS:
        assert f"  {each.name} " in ran.out
    assert "examples:\n  blis-tui --check" in ran.out
    assert "exit codes: 0 done; 1 the spec has errors; 2 wrong usage; 3 reading or writing failed" in ran.out
    assert max(map(len, ran.out.splitlines())) < 120


def test_the_designer_needs_a_terminal(run: Run) -> None:
    ran = run("spec.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "needs a terminal" in ran.err


def test_what_a_designer_in_the_browser_is_told() -> None:
    given = ["--web", "x.yaml", "--port", "80", "--seed", "1", "--port=0", "--", "--web", "--port"]
    assert _without_web(given) == ["x.yaml", "--seed", "1", "--", "--web", "--port"]
    assert parse(["--web", "x.yaml", "--port", "80", "--seed", "1"]).web == Serving(80, ("x.yaml", "--seed", "1"))
    assert parse(["--web"]).web == Serving(0, ())
