"""The table of formats, and that starting from it costs nothing."""

import subprocess
import sys
from importlib import import_module

import pytest

from blis_tui.formats.table import ALWAYS, DEFAULT_FORMATS, FORMATS, NEVER, ON_REQUEST, FormatError, find_formats


def test_names_and_suffixes_are_those_of_the_documentation():
    assert {each.name: each.suffixes for each in FORMATS} == {
        "yaml": (".yaml",),
        "expanded": (".expanded.yaml",),
        "jsonl": (".requests.jsonl",),
        "csv": (".requests.csv",),
        "blis-trace": (".trace.yaml", ".trace.csv"),
    }
    assert DEFAULT_FORMATS == ("yaml", "jsonl")


def test_what_formats_need():
    assert [each.name for each in FORMATS if each.needs_requests] == ["jsonl", "csv", "blis-trace"]
    assert {each.name: each.tokens for each in FORMATS} == {
        "yaml": NEVER,
        "expanded": NEVER,
        "jsonl": ON_REQUEST,
        "csv": ALWAYS,
        "blis-trace": NEVER,
    }
    assert [each.name for each in FORMATS if not each.streams] == ["blis-trace"]


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_every_format_has_its_help_and_its_module(each):
    assert each.help
    module = import_module(f"blis_tui.formats.{each.module}")
    assert hasattr(module, "writer" if each.needs_requests else "chunks")


def test_formats_are_found_once_and_in_order():
    assert [each.name for each in find_formats(["csv", "yaml", "csv"])] == ["yaml", "csv"]


def test_an_unknown_format_is_told_with_those_there_are():
    with pytest.raises(FormatError, match=r"unknown format 'xml'; there are yaml, expanded, jsonl, csv, blis-trace"):
        find_formats(["yaml", "xml"])


def test_the_table_loads_without_numpy():
    code = "import sys, blis_tui.formats.table; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
