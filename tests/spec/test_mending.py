"""Applying mends to a text: until none is left, and only what they say."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from spec_samples import CHAT, CLIENTS, COMPACT, DROP, PREFIX, STAGES, changed, client, codes, text_of

from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.mending import apply_mends
from blis_tui.spec.mends import remove, set_value, set_values


def fixed(text: str, *, only_safe: bool = True, count: Any = None) -> tuple[str, list[str]]:
    after, mended = apply_mends(text, check(text).problems, only_safe=only_safe, count=count)
    return after, [problem.code for problem in mended]


def changed_lines(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def test_nothing_to_mend() -> None:
    text = text_of(COMPACT)
    assert fixed(text) == (text, [])


def test_all_safe_mends_in_one_go() -> None:
    data = changed(COMPACT, ((*PREFIX, "system_prompt_len"), 0), ((*PREFIX, "output_len"), 0), (("aggregate_rate",), 5.0))
    text = text_of(data)
    after, mended = fixed(text)
    assert sorted(mended) == ["rate-overridden", "zero-length", "zero-length"]
    assert check(after).problems == ()
    assert changed_lines(text, after) == [
        "-     system_prompt_len: 0",
        "+     system_prompt_len: 50",
        "-     output_len: 0",
        "+     output_len: 1",
        "- aggregate_rate: 5.0",
    ]


def test_unsafe_mends_only_when_asked_for() -> None:
    text = text_of(changed(COMPACT, (("version",), "1"), (("horizon",), 5)))
    assert fixed(text) == (text, [])
    after, mended = fixed(text, only_safe=False)
    assert sorted(mended) == ["horizon-cuts", "version-1"] and check(after).problems == ()


def test_what_mending_brings_to_light_is_mended_too() -> None:
    prefix = {**COMPACT["inference_perf"]["shared_prefix"]}
    prefix["outptu_len"] = 0
    del prefix["output_len"]
    text = text_of(changed(COMPACT, (PREFIX, prefix)))
    after, mended = fixed(text, only_safe=False)
    assert mended == ["unknown-key", "zero-length"] and check(after).problems == ()


def test_the_generated_count_is_filled_in() -> None:
    text = text_of(changed(COMPACT, (("horizon",), DROP)))
    asked: list[WorkloadSpec] = []

    def count(spec: WorkloadSpec) -> int:
        asked.append(spec)
        return 16_733

    assert fixed(text) == (text, [])
    after, mended = fixed(text, count=count)
    assert mended == ["no-end"] and "num_requests: 16733" in after
    assert check(after).problems == () and asked == [check(text).spec]
    (problem,) = apply_mends(text, check(text).problems, only_safe=True, count=count)[1]
    assert problem.mend is not None and problem.mend.label.endswith(", 16733")


def test_a_count_of_nothing_changes_nothing() -> None:
    text = text_of(changed(COMPACT, (("horizon",), DROP)))
    assert fixed(text, count=lambda spec: 0) == (text, [])


def test_the_count_is_asked_for_last_and_only_of_a_valid_spec() -> None:
    data = changed(COMPACT, (("horizon",), DROP), ((*PREFIX, "output_len"), 0))
    seen: list[int] = []

    def count(spec: WorkloadSpec) -> int:
        assert spec.inference_perf is not None and spec.inference_perf.shared_prefix is not None
        seen.append(spec.inference_perf.shared_prefix.output_len)
        return 5

    assert fixed(text_of(data), count=count)[1] == ["zero-length", "no-end"] and seen == [1]
    wrong = text_of(changed(data, ((*STAGES, 0, "rate"), -1.0)))
    assert fixed(wrong, count=count)[1] == ["zero-length"] and seen == [1]


def test_an_exact_count_needs_no_generation() -> None:
    data = changed(COMPACT, (("horizon",), DROP), (STAGES, [{"rate": 8.0, "duration": 600}]), (CHAT, True))
    after, mended = fixed(text_of(data))
    assert mended == ["no-end"] and "num_requests: 4800" in after


def test_comments_and_line_ends_stay() -> None:
    text = text_of(changed(COMPACT, ((*PREFIX, "output_len"), 0)))
    text = text.replace("output_len: 0", "output_len:   0   # none").replace("\n", "\r\n").rstrip()
    after, _ = fixed(text)
    assert after == text.replace("output_len:   0   # none", "output_len:   1   # none")


def test_a_shared_place_is_left_alone() -> None:
    text = text_of(changed(CLIENTS, (("clients", 0, "output_distribution"), {"type": "constant", "params": {"value": 0}})))
    shared = text.replace(
        "output_distribution:\n    type: constant\n    params:\n      value: 0",
        "output_distribution: &none\n    type: constant\n    params:\n      value: 0",
    )
    shared = shared.replace(
        "output_distribution:\n    type: constant\n    params:\n      value: 20", "output_distribution: *none"
    )
    shared += "category: language\nnum_requests: 5\n"
    assert codes(check(shared)) == ["zero-length", "zero-length"]
    assert fixed(shared) == (shared, [])
    mixed = shared.replace("version: '2'", "version: '3'")
    after, mended = fixed(mixed)
    assert mended == ["unknown-version"] and changed_lines(mixed, after) == ["- version: '3'", "+ version: '2'"]


def test_many_mends_of_one_kind() -> None:
    clients = [client(f"c{index}", prefix_length=7) for index in range(60)]
    after, mended = fixed(text_of(changed(CLIENTS, (("clients",), clients))))
    assert len(mended) == 20 and check(after).problems == () and "prefix_length" not in after


def test_a_mend_that_does_not_help_is_made_once() -> None:
    text = text_of(COMPACT)
    problem = check(text_of(changed(COMPACT, (("version",), "1")))).problems[0]
    useless = problem._replace(mend=set_value(("seed",), 43, safe=True))
    after, mended = apply_mends(text, [useless, useless], only_safe=True)
    assert changed_lines(text, after) == ["- seed: 42", "+ seed: 43"] and mended == (useless,)


def test_items_are_removed_one_by_one() -> None:
    text = text_of(COMPACT)
    problem = check(text_of(changed(COMPACT, (("version",), "1")))).problems[0]
    first = problem._replace(path=(*STAGES, 0), mend=remove((*STAGES, 0), safe=True))
    other = problem._replace(path=("seed",), mend=remove(("seed",), safe=True, label="drop it"))
    after, mended = apply_mends(text, [first, other], only_safe=True)
    assert mended == (first,) and changed_lines(text, after) == ["-   - rate: 8.0", "-     duration: 600"]
    after, mended = apply_mends(text, [other, first], only_safe=True)
    assert mended == (other,)


@pytest.mark.parametrize("value", [1, "x"])
def test_labels(value: object) -> None:
    assert set_value(("a", 0, "b"), value).label == f"set a[0].b to {value}"
    assert remove(("a", 0)).label == "remove a[0]"
    assert set_values([(("a",), 1)], "all").label == "all"
