"""Random specs: valid ones have no errors, no spec makes validation or advice raise, and safe mends are safe."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from spec_samples import changed, text_of

from blis_tui.problems import ERROR, SEVERITIES
from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import EditRefused, SetValue
from blis_tui.spec.format import fields
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.facts import client_count, expected_requests
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.model import SLO_CLASSES, Distribution, WorkloadSpec
from blis_tui.spec.mending import apply_mends
from blis_tui.spec.mends import GENERATED_COUNT
from blis_tui.spec.rules.file_advice import advise
from blis_tui.spec.rules.file_errors import validate

EXAMPLES = int(os.environ.get("BLIS_TUI_EXAMPLES", "75"))
few = settings(max_examples=EXAMPLES, deadline=None)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 3)).filter(lambda value: low <= value)


@st.composite
def distributions(draw: st.DrawFn) -> dict[str, Any]:
    family = draw(st.sampled_from(sorted(FAMILIES)))
    low = draw(st.integers(1, 40))
    bounds = {"min": low, "max": draw(st.integers(low, 90))}
    params: dict[str, Any] = {
        "gaussian": {"mean": draw(numbers(1, 60)), "std_dev": draw(numbers(0, 9)), **bounds},
        "exponential": {"mean": draw(numbers(1, 60)), **(bounds if draw(st.booleans()) else {})},
        "lognormal": {"mu": draw(numbers(0, 5)), "sigma": draw(numbers(0, 2)), **(bounds if draw(st.booleans()) else {})},
        "pareto_lognormal": {"alpha": 2.0, "xm": 9.0, "mu": 3.0, "sigma": 0.5, "mix_weight": draw(numbers(0, 1))},
        "constant": {"value": low},
        "empirical": draw(st.dictionaries(st.integers(1, 500).map(str), numbers(0.1, 9), min_size=1, max_size=4)),
    }[family]
    return {"type": family, "params": params}


@st.composite
def arrivals(draw: st.DrawFn) -> dict[str, Any]:
    process = draw(st.sampled_from(["poisson", "gamma", "weibull", "constant"]))
    if process in ("poisson", "constant"):
        return {"process": process}
    return draw(
        st.sampled_from([{"process": process}, {"process": process, "cv": 1.5}, {"process": process, "shape": 0.7, "scale": 3e5}])
    )


@st.composite
def members(draw: st.DrawFn, slo: bool) -> dict[str, Any]:
    some: dict[str, Any] = {
        "prefix_group": draw(st.sampled_from(["g", "h"])),
        "timeout": draw(st.integers(0, 10**6)),
        "slo_target_us": draw(st.integers(0, 10**6)),
        "streaming": draw(st.booleans()),
        "closed_loop": draw(st.booleans()),
        "network": {"rtt_ms": 2.5},
        "reasoning": {
            "reason_ratio_distribution": draw(distributions()),
            "multi_turn": {"max_rounds": draw(st.integers(1, 5)), "think_time_us": draw(st.integers(0, 10**6))},
        },
        "multimodal": {f"{kind}_distribution": draw(distributions()) for kind in ("text", "image", "image_count")},
    }
    chosen = draw(st.lists(st.sampled_from(sorted(some)), unique=True, max_size=4))
    return {
        "id": f"m{draw(st.integers(0, 10**6))}",
        **({"slo_class": draw(st.sampled_from(SLO_CLASSES[1:]))} if slo else {}),
        "rate_fraction": draw(numbers(0.1, 2)),
        "arrival": draw(arrivals()),
        "input_distribution": draw(distributions()),
        "output_distribution": draw(distributions()),
        **{name: some[name] for name in chosen},
    }


@st.composite
def lifecycles(draw: st.DrawFn, rates: bool) -> dict[str, Any]:
    windows, start = [], draw(st.integers(0, 10**6))
    for _ in range(draw(st.integers(1, 3))):
        end = start + draw(st.integers(1, 10**6))
        windows.append({"start_us": start, "end_us": end, **({"trace_rate": draw(numbers(0.1, 9))} if rates else {})})
        start = end + draw(st.integers(0, 10**5))
    return {"windows": windows}


@st.composite
def valid_specs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw plain data of a file that BLIS and this program take."""
    data: dict[str, Any] = {"version": draw(st.sampled_from(["1", "2", "2"])), "seed": draw(st.integers(-9, 10**9))}
    data |= draw(st.sampled_from([{"horizon": 5_000_000}, {"num_requests": 50}, {"horizon": 5_000_000, "num_requests": 9}]))
    slo = draw(st.booleans())
    kind = draw(st.sampled_from(["compact", "plain", "windows", "rates"]))
    if kind == "compact":
        prompts, users = draw(st.integers(1, 5)), draw(st.integers(1, 5))
        stages = st.fixed_dictionaries({"rate": numbers(5, 60), "duration": st.integers(6, 60)})
        data["inference_perf"] = {
            "stages": draw(st.lists(stages, min_size=1, max_size=4)),
            "shared_prefix": {
                "num_unique_system_prompts": prompts,
                "num_users_per_system_prompt": users,
                "system_prompt_len": draw(st.integers(0, 99)),
                "question_len": draw(st.integers(0, 99)),
                "output_len": draw(st.integers(0, 99)),
                "enable_multi_turn_chat": draw(st.booleans()),
            },
        }
        return data
    data["aggregate_rate"] = draw(numbers(0.5, 20))
    clients = draw(st.lists(members(slo), min_size=1, max_size=3))
    for client in clients:
        if kind != "plain":
            client["lifecycle"] = draw(lifecycles(kind == "rates"))
    data["clients"] = clients
    if kind != "rates":
        data["cohorts"] = [{**member, "population": 3} for member in draw(st.lists(members(slo), max_size=2))]
        data = data if data["cohorts"] else {**data, "cohorts": []}
    return data


@few
@given(valid_specs())
def test_valid_specs_have_no_errors(data: dict[str, Any]) -> None:
    result = check(text_of(data))
    assert result.ok, [problem.message for problem in result.errors]
    assert result.spec is not None
    assert validate(result.spec) == []
    assert client_count(result.spec) > 0 and expected_requests(result.spec) > 0


def _paths(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [*([path] if path else []), *(found for step, item in items for found in _paths(item, (*path, step)))]


FAULTS = [0, 1, -1, 0.5, -0.5, 1e-300, 1e300, 2**62, 2**63 - 1, -(2**63), 10**7, "", "x", "poisson", "constant", [], {}, True]


@few
@given(valid_specs(), st.data())
def test_problems_of_changed_specs_are_well_formed(data: dict[str, Any], draws: st.DataObject) -> None:
    path = draws.draw(st.sampled_from(_paths(data)))
    result = check(text_of(changed(data, (path, draws.draw(st.sampled_from(FAULTS))))))
    assert result.tree.root is not None
    for problem in result.problems:
        assert problem.code and problem.message and problem.severity in SEVERITIES
        assert problem.line is not None and problem.column is not None
        assert "\n" not in problem.code
    errors = [(problem.path, problem.code) for problem in result.errors if problem.path]
    assert len(errors) == len(set(errors))


@few
@given(valid_specs(), st.data())
def test_safe_mends_change_only_what_they_say(data: dict[str, Any], draws: st.DataObject) -> None:
    path = draws.draw(st.sampled_from(_paths(data)))
    fault = draws.draw(st.sampled_from([0, 0.5, 7.5, "1", "3", 2**63 - 1, "realtime"]))
    text = text_of(changed(data, (path, fault)))
    result = check(text)
    for problem in result.problems:
        if problem.mend is None or not problem.mend.safe:
            continue
        edits = problem.mend.edits
        if any(isinstance(edit, SetValue) and edit.value is GENERATED_COUNT for edit in edits):
            continue
        try:
            after = check(apply_edits(text, edits))
        except EditRefused:
            continue
        assert len(after.errors) <= len(result.errors)
        assert (problem.code, problem.path) not in {(other.code, other.path) for other in after.problems}
        assert result.spec is not None and after.spec is not None
        assert _differing(result.spec, after.spec, ()) <= {edit.path for edit in edits}
    after_text, mended = apply_mends(text, result.problems, only_safe=True)
    assert (after_text == text) == (not mended)
    assert apply_mends(text, result.problems, only_safe=True, base=result) == (after_text, mended)
    left = check(after_text)
    assert len(left.errors) <= len(result.errors)


def _differing(one: Any, other: Any, path: tuple[str | int, ...]) -> set[tuple[str | int, ...]]:
    """List the paths at which two specs differ, as deep as both go."""
    if type(one) is type(other) and isinstance(one, Record):
        pairs = [(name, getattr(one, name), getattr(other, name)) for name in one.fields]
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = [(index, *pair) for index, pair in enumerate(zip(one, other, strict=True))]  # type: ignore[misc]
    elif isinstance(one, dict) and isinstance(other, dict):
        if len(one) == len(other) and list(one.values()) == list(other.values()):  # a key was renamed
            return {(*path, key) for key in one if key not in other}
        pairs = [(key, one.get(key), other.get(key)) for key in {**one, **other}]
    else:
        return set() if one == other else {path}
    return {found for step, left, right in pairs for found in _differing(left, right, (*path, step))}


EXTREMES = [0, 1, -1, 2, 24, 10**7, 10**8, 2**31, 2**62, 2**63 - 1, -(2**63)]
WILD = [0.0, 1.0, -1.0, 0.5, 5e-324, 1e-300, 1e-9, 1e9, 1e18, 1e19, 1e300, 1.7e308, -1e300]


@st.composite
def wild_records(draw: st.DrawFn, record: type[Record], depth: int = 0) -> Record:
    """Draw blocks of right types and extreme values."""
    values = {name: draw(_wild_value(field, depth)) for name, field in record.fields.items() if draw(st.integers(0, 3))}
    return record(**values)


def _wild_value(field: Field, depth: int) -> st.SearchStrategy[Any]:
    if field.kind == fields.TEXT:
        return st.sampled_from([*field.choices, "", "x", "1", "2", "realtime"])
    if field.kind == fields.BOOLEAN:
        return st.booleans()
    if field.kind == fields.INTEGER:
        return st.sampled_from([field.default, *EXTREMES])
    if field.kind == fields.NUMBER:
        return st.sampled_from([field.default, *WILD])
    if field.kind == fields.PARAMS:
        names = sorted({name for family in FAMILIES.values() for name in family.fields} | {"5", "-4", "7.5", "x", "0"})
        return st.dictionaries(st.sampled_from(names), st.sampled_from(WILD))
    assert field.record is not None
    inner: st.SearchStrategy[Any] = wild_records(field.record, depth + 1)
    if field.record is Distribution:
        inner |= distributions().map(lambda data: Distribution(**data))
    if field.kind == fields.LIST:
        return st.lists(inner, max_size=2).map(tuple)
    if field.kind == fields.MAP:
        return st.dictionaries(st.sampled_from(["batch", "x"]), inner, max_size=1)
    return inner if field.default is not None else st.none() | inner


@few
@given(wild_records(WorkloadSpec))
def test_no_spec_makes_validation_or_advice_raise(spec: WorkloadSpec) -> None:
    problems = validate(spec)
    assert all(problem.severity == ERROR for problem in problems)
    assert all(problem.severity != ERROR for problem in advise(spec))
    if not problems:
        assert client_count(spec) >= 0 and expected_requests(spec) >= 0
