"""Sessions and input tokens: what is expected of specs, against what is generated over many seeds, counted one by one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from test_expected import COHORT, SEEDS, SPECS, TWO, UNPREDICTABLE, chat, check_counts, client, compact, explicit

from blis_tui.spec.format.model import Distribution, WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.measures import MEASURES, OUTPUT, REQUESTS, SESSIONS, TOKENS, Tallies, tallies


def one_by_one(measure: str, requests: Requests) -> list[int]:
    """Count each stage, and all in the end, in a loop over the requests."""
    spec = requests.spec
    stages = spec.inference_perf.stages if spec.inference_perf is not None else ()
    found = [0] * (len(stages) + 1)
    ends = np.cumsum([0, *(stage.duration for stage in stages)]) * 1_000_000
    spans, of_block = list(pairwise(ends.tolist())), requests.block.tolist()
    for number in range(len(requests)):
        if measure in (TOKENS, OUTPUT):
            each = int((requests.input_tokens if measure == TOKENS else requests.output_tokens)[number])
        else:
            each = int(measure == REQUESTS or (requests.session[number] >= 0 and requests.round[number] == 0))
        found[-1] += each
        for stage, (start, end) in enumerate(spans):
            if spec.rules == 2 or len(stages) == 1:
                found[stage] += each * (of_block[number] == stage)
            else:
                found[stage] += each * (start <= requests.arrival_us[number] < end)
    return found


def numbers(found: Tallies) -> list[int]:
    return [tally.generated for tally in (*found.stages, found.total)]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", SPECS)
def test_each_request_is_counted_in_its_stage(name: str, measure: str) -> None:
    requests = generate(SPECS[name].replace(seed=3))
    assert numbers(tallies(measure, requests)) == one_by_one(measure, requests)


@pytest.mark.parametrize("measure", [SESSIONS, TOKENS, OUTPUT])
@pytest.mark.parametrize("name", SPECS)
def test_what_is_generated_is_what_is_expected(name: str, measure: str) -> None:
    found = [tallies(measure, generate(SPECS[name].replace(seed=seed))) for seed in range(SEEDS)]
    each = [[*run.stages, run.total] for run in found]
    for tally, *others in zip(*each, strict=True):
        if tally.expected is not None:
            generated = [one.generated for one in (tally, *others)]
            check_counts(tally.expected, generated, skewed=name.endswith("limited at the end"))


def known(measure: str, spec: WorkloadSpec) -> list[bool]:
    found = tallies(measure, generate(spec))
    return [tally.expected is not None for tally in (*found.stages, found.total)]


@pytest.mark.parametrize("name", [name for name in SPECS if name.startswith("version")])
def test_the_counts_of_stages_are_known(name: str) -> None:
    spec = SPECS[name]
    talks = spec.inference_perf is not None and spec.inference_perf.shared_prefix.enable_multi_turn_chat  # type: ignore[union-attr]
    assert all(known(SESSIONS, spec)) is not (talks and bool(spec.num_requests))
    assert all(known(TOKENS, spec)) is not (talks and spec.rules == 1)


def test_without_chat_there_are_no_sessions_for_certain() -> None:
    found = tallies(SESSIONS, generate(compact("2", TWO, num_requests=100)))
    assert all(tally.generated == 0 and tally.difference == 0 for tally in (*found.stages, found.total))


def test_cohorts_beside_stages_leave_the_tokens_of_these_known() -> None:
    assert known(TOKENS, compact("2", TWO, cohorts=(COHORT,), horizon=20_000_000)) == [True, True, False]


def test_sessions_of_answers_of_random_length_are_known_though_their_rounds_are_not() -> None:
    spec = explicit(UNPREDICTABLE["chat of random lengths"])
    assert known(REQUESTS, spec) == [False] and known(SESSIONS, spec) == [True]
    found = [tallies(SESSIONS, generate(spec.replace(seed=seed))).total for seed in range(SEEDS)]
    check_counts(found[0].expected, [tally.generated for tally in found])


@pytest.mark.parametrize("name", [name for name in UNPREDICTABLE if name != "chat of random lengths"])
def test_what_cannot_be_told_beforehand_is_not_guessed(name: str) -> None:
    assert known(SESSIONS, explicit(UNPREDICTABLE[name])) == [False]


def test_tokens_that_differ_are_not_guessed() -> None:
    random = client().replace(input_distribution=Distribution(type="exponential", params={"mean": 50}))
    alone = client(rate_fraction=0.5)
    longer = client(rate_fraction=0.5, prefix_group="a", prefix_length=7)
    repeating = client(reasoning=chat(context_growth="accumulate"))
    for clients in ((random,), (alone, longer), (repeating,)):
        assert known(TOKENS, explicit(*clients)) == [False]
    assert known(TOKENS, explicit(longer)) == known(TOKENS, explicit(alone)) == [True]


def test_output_tokens_are_known_whatever_the_input_is() -> None:
    random = Distribution(type="exponential", params={"mean": 50})
    assert known(OUTPUT, explicit(client().replace(input_distribution=random))) == [True]
    assert known(OUTPUT, explicit(client().replace(output_distribution=random))) == [False]


def test_requests_are_expected_as_ever() -> None:
    requests = generate(compact("2", TWO))
    assert [tally.expected for tally in tallies(REQUESTS, requests).stages] == [
        stage.expected for stage in expect(requests.clients, requests.horizon_us).stages
    ]
