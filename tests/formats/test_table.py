"""The table of formats, and that starting from it costs nothing."""

import subprocess
import sys

import pytest
from export_samples import client, compact, explicit

from blis_tui.formats.protocols import request_format, spec_format
from blis_tui.formats.table import ALWAYS, DEFAULT_FORMATS, FORMATS, NEVER, ON_REQUEST, FormatError, available, find_formats


def test_names_and_suffixes_are_those_of_the_documentation():
    assert {each.name: each.suffixes for each in FORMATS} == {
        "yaml": (".yaml",),
        "expanded": (".expanded.yaml",),
        "expanded-rates": (".expanded-rates.yaml",),
        "jsonl": (".requests.jsonl",),
        "csv": (".requests.csv",),
        "blis-trace": (".trace.yaml", ".trace.csv"),
        "mooncake": (".mooncake.jsonl",),
        "parquet": (".requests.parquet",),
        "inference-perf": (".inference-perf.yml",),
        "inference-perf-exact": (".inference-perf-exact.yml", ".inference-perf-exact.csv"),
    }
    assert DEFAULT_FORMATS == ("yaml", "jsonl")


def test_what_formats_need():
    assert [each.name for each in FORMATS if each.needs_requests] == [
        "jsonl",
        "csv",
        "blis-trace",
        "mooncake",
        "parquet",
        "inference-perf-exact",
    ]
    assert {each.name: each.tokens for each in FORMATS} == {
        "yaml": NEVER,
        "expanded": NEVER,
        "expanded-rates": NEVER,
        "jsonl": ON_REQUEST,
        "csv": ALWAYS,
        "blis-trace": NEVER,
        "mooncake": NEVER,
        "parquet": ON_REQUEST,
        "inference-perf": NEVER,
        "inference-perf-exact": NEVER,
    }
    assert [each.name for each in FORMATS if not each.streams] == ["blis-trace", "inference-perf-exact"]


def test_formats_of_compact_files_take_no_others():
    compact_only = [each.name for each in FORMATS if not each.takes(explicit(client()))]
    assert compact_only == ["inference-perf", "inference-perf-exact"]
    assert all(each.takes(compact(4.0)) for each in FORMATS)


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_every_format_has_its_help_and_its_module(each):
    assert each.help
    if each.needs_requests:
        assert callable(request_format(each).writer)
    else:
        assert callable(spec_format(each).contents)


def test_formats_are_found_once_and_in_order():
    assert [each.name for each in find_formats(["csv", "yaml", "csv"])] == ["yaml", "csv"]


def test_a_format_whose_package_is_not_installed_is_told_with_its_extra(monkeypatch):
    assert [each.name for each in FORMATS if each.requires] == ["parquet"]
    monkeypatch.setattr("blis_tui.formats.table.find_spec", lambda name: None if name == "pyarrow" else name)
    assert "parquet" not in [each.name for each in available()]
    assert find_formats(["csv"])
    with pytest.raises(FormatError, match=r"format 'parquet' needs pyarrow: pip install 'blis-tui\[parquet\]'"):
        find_formats(["csv", "parquet"])


def test_an_unknown_format_is_told_with_those_there_are():
    with pytest.raises(
        FormatError,
        match=r"choose from yaml, expanded, expanded-rates, jsonl, csv, blis-trace, mooncake, parquet, inference-perf, inference-perf-exact",
    ):
        find_formats(["yaml", "xml"])


def test_the_table_loads_without_numpy():
    code = "import sys; from blis_tui.formats.table import *; available(); sys.exit('numpy' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
