"""Texts that a spreadsheet may take for formulas are written as they are, and told."""

import pytest
from export_samples import client, compact, constant, explicit, read_table

from blis_tui.formats.export import export, export_source
from blis_tui.formats.requests.formulas import is_formula_like
from blis_tui.formats.table import FORMATS
from blis_tui.formats.trace_export import trace_source
from blis_tui.formats.traces.opening import open_trace, opening_of
from blis_tui.problems import format_problem
from blis_tui.spec.format.model import Arrival, Cohort

WITH_NAMES = ["csv", "blis-trace"]


def formula_warnings(spec, folder, *formats):
    exported = export(spec, folder, formats, force=True)
    return [problem for problem in exported.warnings if problem.code == "formula-like"]


@pytest.mark.parametrize("format", WITH_NAMES)
def test_names_are_kept_and_the_first_is_told_with_their_number(tmp_path, format):
    (problem,) = formula_warnings(explicit(client("plain"), client("a", tenant_id="=1+1")), tmp_path, format)
    assert problem.severity == "warning"
    assert problem.message.startswith('A spreadsheet may take the tenant_id "=1+1" for a formula: import the columns as text')
    assert b",=1+1," in next(path for path in tmp_path.iterdir() if path.suffix == ".csv").read_bytes()
    several = explicit(client("a", tenant_id="=1+1"), client("b", tenant_id="=1+1"), client("-b"), client("=1+1"))
    (problem,) = formula_warnings(several, tmp_path, format)
    told = 'A spreadsheet may take 2 different values for formulas, first the tenant_id "=1+1": '
    assert problem.message.startswith(told)
    assert not formula_warnings(explicit(client("a-b"), client("1+1")), tmp_path, format)


def test_each_column_that_a_format_has_is_looked_at(tmp_path):
    spec = explicit(client("a", model="=m", adapter="@lora", prefix_group="+g", prefix_length=3))
    assert not formula_warnings(spec, tmp_path, "csv")
    (problem,) = formula_warnings(spec, tmp_path, "blis-trace")
    assert problem.message.startswith('A spreadsheet may take 3 different values for formulas, first the model "=m"')


def test_clients_without_requests_are_in_no_cell(tmp_path):
    never = client("=never", rate_fraction=1e-9)
    assert not formula_warnings(explicit(client("a"), never, num_requests=3), tmp_path, "csv", "blis-trace")


def test_members_of_a_cohort_are_counted(tmp_path):
    cohort = Cohort(
        id="-c", tenant_id="+t", population=3, rate_fraction=1.0, arrival=Arrival(process="constant"),
        input_distribution=constant(5), output_distribution=constant(5),
    )  # fmt: skip
    spec = explicit(client("a"), num_requests=20).replace(cohorts=(cohort,))
    (problem,) = formula_warnings(spec, tmp_path, "csv", "blis-trace")
    assert "take 4 different values for formulas, first the client_id" in problem.message


@pytest.mark.parametrize("format", WITH_NAMES)
def test_what_stood_in_a_trace_is_told_too(tmp_path, format):
    export(explicit(client("@a")), tmp_path, ["blis-trace"], stem="given")
    trace = open_trace(tmp_path / "given.trace.csv", opening_of(10**6, None), lambda _: None)
    exported = export_source(trace_source(trace, stem="again"), tmp_path, [format])
    assert "formula-like" in [problem.code for problem in exported.warnings]


def test_no_other_format_writes_texts_into_csv(tmp_path):
    assert {each.name for each in FORMATS if each.suffixes[-1].endswith(".csv")} == {*WITH_NAMES, "inference-perf-exact"}
    exported = export(compact(8.0), tmp_path, ["inference-perf-exact"])
    head, *rows = read_table(exported.paths[1].read_bytes())
    assert head == ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]
    assert rows and all(cell[0].isdecimal() for row in rows for cell in row)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_each_character_that_begins_a_formula(first):
    assert is_formula_like(f"{first}x")
    assert not is_formula_like(f"x{first}x")


@pytest.mark.parametrize("text", [" =1", "  \u00a0@x", "\u3000+1", "a;=1", "a; -1", "a\t=1"])
def test_spaces_before_it_and_other_ends_of_cells(text):
    assert is_formula_like(text)


@pytest.mark.parametrize("text", ["", " ", "a", "a-b", "a b=c", "1+1", "a;b", "a,=1", "'=1", "\u2212"])
def test_what_is_no_formula(text):
    assert not is_formula_like(text)


def test_a_warning_has_nothing_that_a_terminal_obeys(tmp_path):
    (problem,) = formula_warnings(explicit(client("\t\x1b[31m")), tmp_path, "csv")
    assert format_problem(problem).isprintable()
