"""The table of formats, and that starting from it costs nothing."""

import subprocess
import sys

import pytest
from export_samples import client, compact, explicit

from blis_tui.formats.options import ExportOptions
from blis_tui.formats.protocols import request_format, spec_format
from blis_tui.formats.table import (
    ALWAYS,
    DEFAULT_FORMATS,
    EXACTLY,
    FORMATS,
    NEVER,
    ON_REQUEST,
    FormatError,
    available,
    find_formats,
)


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
        "kubernetes": (".kubernetes.yaml",),
        "aiperf": (".aiperf.yaml",),
        "guidellm": (".guidellm.yaml",),
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
    with_tokens = {each.name: each.tokens for each in FORMATS if each.tokens != NEVER}
    assert with_tokens == {"jsonl": ON_REQUEST, "csv": ALWAYS, "parquet": ON_REQUEST}
    assert [each.name for each in FORMATS if not each.streams] == ["blis-trace", "inference-perf-exact", "aiperf", "guidellm"]


def test_formats_of_compact_files_take_no_others():
    compact_only = [each.name for each in FORMATS if not each.takes(explicit(client()))]
    assert compact_only == ["inference-perf", "inference-perf-exact", "kubernetes"]
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


def test_a_format_brings_along_the_one_that_it_refers_to():
    assert [each.name for each in find_formats(["guidellm", "aiperf"])] == ["mooncake", "aiperf", "guidellm"]


def test_the_exact_variant_takes_a_format_s_place():
    assert [each.name for each in find_formats(["inference-perf", "csv"], exact=True)] == ["csv", "inference-perf-exact"]


def test_formats_use_options_that_there_are():
    assert {option for each in FORMATS for option in each.uses} == set(ExportOptions._fields)
    assert [each.name for each in FORMATS if each.exact] == [each.name for each in FORMATS if EXACTLY in each.uses]


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
        match=r"choose from yaml, expanded, expanded-rates, jsonl, csv, blis-trace, mooncake, parquet, inference-perf, inference-perf-exact, kubernetes",
    ):
        find_formats(["yaml", "xml"])


def test_the_table_loads_without_numpy():
    code = "import sys; from blis_tui.formats.table import *; available(); sys.exit('numpy' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
