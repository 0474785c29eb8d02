"""Advice on the file as a whole: its version, its targets, what BLIS must have, and many remarks of one kind."""

from __future__ import annotations

from typing import Any

import pytest
from advised import assert_mended
from spec_samples import CLIENTS, COHORTS, COMPACT, DROP, STAGES, checked, client, codes, sessions, warning, windows

from blis_tui.problems import INFO, Path
from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.reading.decode import decode
from blis_tui.spec.rules.file_advice import MAX_ALIKE, advise

ONE: Path = ("clients", 1)
SPANS = ((0, 5_000_000), (6_000_000, 9_000_000))


def test_goodput_targets() -> None:
    targets = ("goodput_slo_targets",)
    assert warning("unknown-choice", CLIENTS, (targets, {"gold": {"ttft_ms": 5.0}})).path == (*targets, "gold")
    assert warning("out-of-range", CLIENTS, (targets, {"batch": {"e2e_ms": -5.0}})).path == (*targets, "batch", "e2e_ms")
    assert codes(checked(CLIENTS, (targets, {"batch": {"e2e_ms": 5.0}}))) == []


@pytest.mark.parametrize("version", ["3", "v2", "1.0"])
def test_unknown_versions_are_read_as_2(version: str) -> None:
    problem = warning("unknown-version", CLIENTS, (("version",), version))
    assert problem.message == f'version "{version}" is unknown: BLIS treats it as 2'
    assert_mended(CLIENTS, problem, (("version",), version), safe=True)


@pytest.mark.parametrize("version", ["1", DROP, ""])
def test_version_1_compact(version: Any) -> None:
    change = (("version",), version)
    problem = warning("version-1", COMPACT, change)
    assert problem.path == ("version",) and problem.line == 1
    assert "no current BLIS generates what is shown here" in problem.message
    assert ("is missing" in problem.message) == (version != "1")
    assert_mended(COMPACT, problem, change, safe=False)


def test_version_1_that_is_refused_as_version_2() -> None:
    stages = [{"rate": 0.05, "duration": 600}]
    change = [(STAGES, stages), (("version",), "1"), (("horizon",), 600_000_000)]
    problem = warning("version-1", COMPACT, *change)
    assert "it would refuse that: inference_perf.stages[0].rate × duration gives 30 requests" in problem.message


def test_version_1_explicit_generates_the_same() -> None:
    change = [(("version",), "1"), ((*ONE, "slo_class"), "realtime")]
    problem = warning("version-1", CLIENTS, *change)
    assert "generates the same" in problem.message
    assert problem.mend is not None and problem.mend.safe
    after = check(apply_edits(checked(CLIENTS, *change).text, problem.mend.edits))
    assert codes(after) == [] and after.spec is not None
    assert after.spec.clients[1].slo_class == "critical"
    rated = [(("clients", index, "lifecycle"), windows(*SPANS, trace_rate=2.5)) for index in range(2)]
    problem = warning("version-1", CLIENTS, (("version",), "1"), *rated)
    assert "no current BLIS" in problem.message and problem.mend is not None and not problem.mend.safe


def test_many_problems_of_one_kind_are_told_in_short() -> None:
    clients = [client(f"c{index}", timeout=2**63 - 1, prefix_length=7) for index in range(100)]
    result = checked(CLIENTS, (("clients",), clients))
    assert codes(result).count("overflow") == codes(result).count("not-used") == MAX_ALIKE
    last = [problem for problem in result.problems if problem.code == "not-used"][-1]
    assert last.message.endswith("(and 80 more like it)") and last.mend is not None
    assert len(last.mend.edits) == 81 and last.mend.label.endswith("and likewise for 80 more")
    last = [problem for problem in result.problems if problem.code == "overflow"][-1]
    assert last.message.endswith("(and 80 more like it)") and last.mend is None
    assert len(checked(CLIENTS, (("clients",), clients[:MAX_ALIKE])).problems) == 2 * MAX_ALIKE


def test_advice_without_a_text() -> None:
    decoded = decode(checked(CLIENTS, (("version",), "3")).text)
    assert decoded.spec is not None
    (problem,) = advise(decoded.spec)
    assert problem.code == "unknown-version" and problem.line is None
    assert [problem.line for problem in advise(decoded.spec, decoded.tree, decoded.broken)] == [1]


def test_advice_on_specs_that_are_wrong_all_over() -> None:
    assert [problem.code for problem in advise(WorkloadSpec())] == ["version-1"]
    assert [problem.code for problem in advise(WorkloadSpec(version=7, clients=3))] == []


def test_a_remark_that_several_cohorts_earn_is_made_once() -> None:
    fitted = {"process": "gamma", "shape": 0.7, "scale": 5e6}
    cohort = {**COHORTS["cohorts"][0], "arrival": fitted}
    cohorts = [{**cohort, "id": f"c{number}"} for number in range(7)]
    remarks = [problem for problem in checked(COHORTS, (("cohorts",), cohorts)).problems if problem.code == "fitted-arrival"]
    assert [problem.path for problem in remarks] == [("cohorts", 0, "arrival", "shape")]
    assert remarks[0].message.endswith("(and 6 more like it)")


def test_sessions_that_wait_go_past_num_requests() -> None:
    change = [(("num_requests",), 20), ((*ONE, "reasoning"), sessions(max_rounds=4))]
    problem = warning("limit-passed", CLIENTS, *change)
    assert problem.severity == INFO and problem.path == ("num_requests",)
    assert problem.message == (
        "num_requests of 20 limits what is planned, not what is sent: BLIS sends all rounds of the sessions that begin within it, "
        "up to 20 sessions × 4 rounds = 80 requests"
    )
    assert "limit-passed" not in codes(checked(CLIENTS, *change, ((*ONE, "closed_loop"), False)))
    assert "limit-passed" not in codes(checked(CLIENTS, *change, (("seed",), "x")))


def test_what_blis_must_have_is_told_once_of_each() -> None:
    named = [client("a", adapter="x", model="m"), client("b", adapter="x", model="n")]
    result = checked(CLIENTS, (("clients",), named), (("cohorts",), [client("c", population=2, adapter="y", model="m")]))
    told = [(problem.code, problem.path, problem.found) for problem in result.problems if problem.severity == INFO]
    assert told == [
        ("needs-adapter", ("clients", 0, "adapter"), "x"),
        ("needs-model", ("clients", 0, "model"), "m"),
        ("needs-model", ("clients", 1, "model"), "n"),
        ("needs-adapter", ("cohorts", 0, "adapter"), "y"),
    ]
    adapter = next(problem for problem in result.problems if problem.code == "needs-adapter")
    assert adapter.message == (
        'clients[0].adapter is "x": BLIS must have that adapter declared (--lora-config), or it refuses the file'
    )
    model = next(problem for problem in result.problems if problem.code == "needs-model")
    assert model.message == 'clients[0].model is "m": instances of another model reject its requests in BLIS; empty goes to any'
