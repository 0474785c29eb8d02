"""What cannot be generated is one error that says why, before it takes all time or memory."""

from __future__ import annotations

import numpy as np
import pytest
from both_kernels import KERNELS
from reference.generator import generate as generate_slowly
from reference_rows import rows
from workload_specs import SECOND, client, compact, constant, dist, explicit, turns

from blis_tui.problems import ERROR, SpecError
from blis_tui.spec.format.model import MAX_LENGTH, Arrival, Client, Distribution, Multimodal, Window, WorkloadSpec
from blis_tui.spec.rules.file_errors import validate
from blis_tui.workload.generate import generate

pytestmark = pytest.mark.usefixtures("each_kernel")

HUGE = constant(3e9)
DRAWN_HUGE = dist("gaussian", mean=1, std_dev=1e12, min=1, max=9e18)
"""What is drawn is 1 or far too long, so that only drawing tells."""


def code_of(spec: WorkloadSpec) -> str:
    with pytest.raises(SpecError) as caught:
        generate(spec)
    assert str(caught.value)
    (problem,) = caught.value.problems
    return problem.code


TOO_LONG = {
    "input": client(input_distribution=HUGE),
    "output": client(output_distribution=HUGE),
    "drawn input": client(input_distribution=DRAWN_HUGE),
    "drawn output": client(output_distribution=DRAWN_HUGE),
    "round": client(reasoning=turns(3), input_distribution=HUGE),
    "drawn round": client(reasoning=turns(3), output_distribution=DRAWN_HUGE),
    "rounds together": client(reasoning=turns(3_000, 0, accumulate=True), output_distribution=constant(1e6)),
    "constant gaps": client(arrival=Arrival(process="constant"), output_distribution=HUGE),
    "images": client(multimodal=Multimodal(image_distribution=constant(1e6), image_count_distribution=constant(3000))),
    "answer to images": client(multimodal=Multimodal(), output_distribution=HUGE),
}


@pytest.mark.parametrize("kind", TOO_LONG)
def test_requests_of_billions_of_tokens(kind: str) -> None:
    spec = explicit(TOO_LONG[kind])
    assert code_of(spec) == "too-long"
    found_out_before = any(problem.severity == ERROR for problem in validate(spec))
    assert found_out_before != (kind in ("images", "drawn input", "drawn output", "drawn round"))


def test_rounds_that_are_too_long_only_together() -> None:
    """No draw is too long, but the second round repeats the first, whose input and answer are long both."""
    unit = 1_000_000_000
    half = dist("gaussian", mean=1, std_dev=1e12, min=1, max=1.1 * unit)
    talk = turns(2, 0, accumulate=True)
    spec = explicit(client(reasoning=talk, input_distribution=half, output_distribution=half), num_requests=1, seed=6)
    with pytest.raises(SpecError, match=f"a request of {22 * unit // 10 + 1:,} tokens"):
        generate(spec)


def test_a_prefix_and_a_question_that_only_together_are_too_long(each_kernel: str) -> None:
    if each_kernel == "twin" and len(KERNELS) > 1:
        pytest.skip("takes ten seconds, and no kernel adds them up")
    grouped = {"prefix_group": "g", "prefix_length": MAX_LENGTH - 40}
    assert code_of(explicit(client(**grouped, input_distribution=constant(41)))) == "too-long"
    assert len(generate(explicit(client(**grouped, input_distribution=constant(40)))))


RARE = {
    "poisson": client(),
    "drawn lengths": client(input_distribution=dist("exponential", mean=3)),
    "gamma": client(arrival=Arrival(process="gamma", cv=0.5)),
    "constant": client(arrival=Arrival(process="constant")),
    "chat": client(reasoning=turns(2)),
    "one long session": client(reasoning=turns(4000, 2**53, single=True)),
    "pauses": client(reasoning=turns(3, 2**62), arrival=Arrival(process="constant")),
}


@pytest.mark.parametrize("kind", RARE)
def test_arrivals_that_leave_int64(kind: str) -> None:
    """At a request in 30 years or less, 20,000 of them go past the last microsecond that int64 can count."""
    assert code_of(explicit(RARE[kind], horizon=0, num_requests=10_000, aggregate_rate=1e-9)) == "overflow"


@pytest.mark.parametrize("limit", [2**62, 2**63 - 1])
def test_limits_near_the_end_of_int64(limit: int) -> None:
    spec = compact((8.0, 2), version="2")
    limited = generate(spec.replace(num_requests=limit))
    np.testing.assert_array_equal(limited.arrival_us, generate(spec).arrival_us)


def test_a_horizon_ends_rare_arrivals() -> None:
    for member in RARE.values():
        if member.reasoning is None:
            assert len(generate(explicit(member, horizon=2**60, aggregate_rate=1e-9))) < 5000


def test_gaps_of_windows_that_leave_int64() -> None:
    fitted = Arrival(process="weibull", shape=9.0, scale=8e18)
    window = Window(start_us=0, end_us=SECOND, trace_rate=1.0, arrival=fitted)
    assert code_of(explicit(client("a", window))) == "overflow"


def test_rounds_that_leave_int64() -> None:
    """A session may begin so late that not all of its rounds have a time."""
    late = client("a", Window(start_us=2**63 - 9 * SECOND, end_us=2**63 - 1), reasoning=turns(5, 3 * SECOND, single=True))
    assert code_of(explicit(late, aggregate_rate=5.0, horizon=0, num_requests=9)) == "overflow"
    assert len(generate(explicit(late.replace(reasoning=turns(2, 10, single=True)), horizon=0, num_requests=9))) == 2


@pytest.mark.parametrize(("rounds", "pause_s"), [(5, 2), (3, 3), (1, 9)])
def test_only_rounds_that_arrive_need_a_time(rounds: int, pause_s: int) -> None:
    """The pause behind the last round may end after the last time there is."""
    talk = turns(rounds, pause_s * SECOND, single=True)
    late = client("a", Window(start_us=2**63 - 9 * SECOND, end_us=2**63 - 1), reasoning=talk)
    arrivals = generate(explicit(late, aggregate_rate=5.0, horizon=0, num_requests=9)).arrival_us
    assert (arrivals - arrivals[0]).tolist() == [number * (pause_s * SECOND + 2) for number in range(rounds)]
    assert int(arrivals[-1]) + pause_s * SECOND > 2**63 - 1


def test_answers_are_added_up_once() -> None:
    """Four answers of a second each end before the last time there is; added up again at every round they would not."""
    talk = turns(5, 10, single=True)
    late = client("a", Window(start_us=2**63 - 9 * SECOND, end_us=2**63 - 1), reasoning=talk)
    spec = explicit(late.replace(output_distribution=constant(10**6)), aggregate_rate=5.0, horizon=0, num_requests=9)
    arrivals = generate(spec).arrival_us
    assert arrivals.tolist() == [int(arrivals[0]) + number * 1_000_010 for number in range(5)]


def test_times_near_the_end_of_int64() -> None:
    drawn = {"input_distribution": dist("gaussian", mean=9, std_dev=6, min=3, max=20), "output_distribution": constant(1)}
    spec = explicit(*(client(f"c{n}", **drawn) for n in range(2)), aggregate_rate=1e-9, horizon=2**63 - 2)
    assert rows(spec) == generate_slowly(spec)
    assert code_of(spec.replace(horizon=0, num_requests=60_000)) == "overflow"


def test_windows_up_to_the_end_of_time() -> None:
    spec = explicit(
        client("a", Window(start_us=33, end_us=2**63 - 1, trace_rate=1.0)), aggregate_rate=1e-25, horizon=0, num_requests=5
    )
    assert len(generate(spec)) == 0  # the only gap is stretched to the window's end


@pytest.mark.parametrize(("rate", "horizon"), [(1e30, 1000), (1e12, 5)])
def test_absurd_rates_give_a_request_each_microsecond(rate: float, horizon: int) -> None:
    for process in ("poisson", "constant", "weibull"):
        member = client(arrival=Arrival(process=process))
        requests = generate(explicit(member, aggregate_rate=rate, horizon=horizon))
        assert requests.arrival_us.tolist() == list(range(1, horizon))


@pytest.mark.parametrize("rate", [1e-300, 1e-318, 5e-324])
def test_stages_of_vanishing_rates_flood(rate: float) -> None:
    """As in BLIS: a gap that does not fit int64 becomes 1 µs."""
    spec = compact((rate, 1), (1.0, 1), version="2", prompts=1, users=2, horizon=50)
    requests = generate(spec)
    assert requests.arrival_us.tolist() == [time for time in range(1, 50) for _ in range(2)]
    expected = [(request.input, request.output) for request in generate_slowly(spec)]
    assert [(inputs.tolist(), outputs.tolist()) for inputs, outputs in requests.tokens()] == expected


def test_a_window_of_too_many_requests() -> None:
    spec = explicit(client("a", Window(start_us=0, end_us=SECOND, trace_rate=1.0)), aggregate_rate=2.0**31 + 1)
    assert code_of(spec) == "too-many-requests"


def test_constant_gaps_far_from_their_windows_need_no_memory() -> None:
    member = client(
        "a", Window(start_us=10**15, end_us=10**15 + 3), Window(start_us=5, end_us=7), arrival=Arrival(process="constant")
    )
    spec = explicit(member, aggregate_rate=1e6, horizon=2 * 10**15)
    assert generate(spec).arrival_us.tolist() == [5, 6, 10**15, 10**15 + 1, 10**15 + 2]
    assert generate(spec.replace(num_requests=2)).arrival_us.tolist() == [5, 6]


@pytest.mark.parametrize("distribution", [Distribution(), dist("gaussian", mean=1)])
def test_errors_of_the_spec_come_before_anything_is_drawn(distribution: Distribution) -> None:
    with pytest.raises(SpecError):
        generate(explicit(client(input_distribution=distribution)))


def test_what_is_not_generated_is_one_error() -> None:
    users = Client(id="u", concurrency=3, input_distribution=constant(1), output_distribution=constant(1))
    with pytest.raises(SpecError):
        generate(explicit(client(), users))


def test_version_2_refuses_stages_that_leave_clients_without_requests() -> None:
    with pytest.raises(SpecError):
        generate(compact((1, 3), version="2", prompts=2, users=2))
