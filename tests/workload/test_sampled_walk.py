"""Clients of sampled lengths that are walked through side by side make what each makes alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import samplers as slow
from reference.generator import generate as generate_slowly
from reference.go_rand import Rand
from test_random import SPECIAL, leading_to, shifted
from test_reference import rows as rows_of
from test_samplers import ODD
from workload_specs import SECOND, client, constant, dist, explicit, explicit_specs

from blis_tui.problems import SpecError
from blis_tui.spec.model import Arrival, Cohort, Distribution, Window, WorkloadSpec
from blis_tui.workload import sampled, sampled_walk, walked
from blis_tui.workload.activity import Activity, Limits
from blis_tui.workload.arrivals import poisson_sampler
from blis_tui.workload.content import Lengths, TextContent
from blis_tui.workload.generate import generate
from blis_tui.workload.lanes import Job, Lanes
from blis_tui.workload.sampled_walk import SampledPlan, SampledWalk

thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
GAUSSIAN = dist("gaussian", mean=9, std_dev=6, min=3, max=20)
LOGNORMAL = dist("lognormal", mu=2, sigma=0.9)
EXPONENTIAL = dist("exponential", mean=30, min=2)


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks so small, and clients side by side even if they are few, that short walks see all there is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walked, "_BLOCK_VALUES", 600)
        patch.setattr(sampled_walk, "_FEW", 1)
        patch.setattr(sampled, "_MOST_LANES", 5)
        patch.setattr(sampled, "_JOBS_AT_ONCE", 7)
        yield


@pytest.mark.parametrize("threads", [1, 2])
@given(spec=explicit_specs())
@thorough
def test_any_number_of_threads_gives_the_same(threads: int, spec: WorkloadSpec) -> None:
    assert rows_of(spec, threads=threads) == generate_slowly(spec)


WINDOWS = [Window(start_us=n * 3 * SECOND, end_us=n * 3 * SECOND + SECOND) for n in range(1, 6)]
KINDS = [(GAUSSIAN, LOGNORMAL), (EXPONENTIAL, constant(3)), (constant(0), GAUSSIAN), (LOGNORMAL, LOGNORMAL)]


def mixed(count: int, windows: Sequence[Window] = (), arrival: Arrival | None = None) -> WorkloadSpec:
    """Write clients of all kinds of lengths, of which no two kinds share a walk."""
    return explicit(
        *(
            client(
                f"c{n}",
                *windows[n % 3 :],
                input_distribution=KINDS[n % 4][0],
                output_distribution=KINDS[n % 4][1],
                **({} if arrival is None else {"arrival": arrival}),
            )
            for n in range(count)
        ),
        aggregate_rate=60.0,
    )


CASES = {
    "always": mixed(30),
    "windows": mixed(16, WINDOWS).replace(aggregate_rate=300.0),
    "short windows": mixed(40, WINDOWS).replace(aggregate_rate=9.0),
    "a number": mixed(9).replace(num_requests=150, horizon=0),
    "a number within windows": mixed(9, WINDOWS).replace(num_requests=80),
    "every µs": mixed(8).replace(aggregate_rate=8e6, horizon=60),
    "very bursty gamma": mixed(8, arrival=Arrival(process="gamma", cv=11.0)),
    "other arrivals": mixed(8, arrival=Arrival(process="gamma", cv=2.0)),
    "longer than blocks": explicit(
        *(client(f"c{n}", input_distribution=dist("gaussian", mean=700 + n, std_dev=99, min=1, max=2000)) for n in range(9))
    ),
    "some far longer": explicit(
        *(client(f"c{n}", rate_fraction=10.0**-n, input_distribution=GAUSSIAN) for n in range(6)), aggregate_rate=40.0
    ),
    "a cohort": WorkloadSpec(
        version="2",
        seed=3,
        aggregate_rate=40.0,
        horizon=9 * SECOND,
        cohorts=(
            Cohort(
                id="co",
                population=30,
                rate_fraction=1.0,
                arrival=Arrival(process="poisson"),
                input_distribution=GAUSSIAN,
                output_distribution=EXPONENTIAL,
            ),
        ),
    ),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", CASES)
def test_all_kinds(kind: str, threads: int) -> None:
    requests = rows_of(CASES[kind], threads=threads)
    assert requests == generate_slowly(CASES[kind])
    assert len(requests) > 20


def walk(starts: Sequence[list[int]], plans: Sequence[SampledPlan]) -> list[list[tuple[int, ...]]]:
    """Walk through streams side by side; return arrivals, places and lengths for each."""
    lanes = Lanes(len(starts), 300, partial(SampledWalk, kind=plans[0].kind))
    jobs = [Job(number, 0, plan, plan.values) for number, plan in enumerate(plans)]
    lanes.run(((job, shifted(start)) for job, start in zip(jobs, starts, strict=True)), lambda made: None)
    found: list[list[tuple[int, ...]]] = [[] for _ in starts]
    for rows, numbers in lanes.walk.found():
        columns = (rows.arrival, rows.place, rows.fresh, rows.output)
        for number, *row in zip(numbers.tolist(), *(column.tolist() for column in columns), strict=True):
            found[number].append(tuple(row))
    return [sorted(each) for each in found]


def walk_slowly(rand: Rand, rate: float, lengths: Sequence[Distribution], until: int) -> list[tuple[int, ...]]:
    time, made = 0, []
    draws = [slow.length(distribution) for distribution in lengths]
    while True:
        time += max(1, slow.to_int(rand.exp() / rate))
        if time >= until:
            return made
        fresh, output = (draw(rand) for draw in draws)
        made.append((time, rand.taken, fresh, output))
        rand.tokens(fresh + output)


def plan_of(rate: float, given: Distribution, answered: Distribution, until: int, most: int = 1 << 60) -> SampledPlan:
    lengths = Lengths(given, answered)
    first, second = lengths.formulas
    assert first is not None
    assert second is not None
    limits = Limits(Activity(()), until, most)
    return SampledPlan(limits, rate, poisson_sampler(rate), TextContent(lengths), (first, second))


PAIRS = [
    (GAUSSIAN, dist("gaussian", mean=4, std_dev=9, min=-9, max=7)),
    (EXPONENTIAL, LOGNORMAL),
    (LOGNORMAL, constant(2)),
    (constant(1), dist("exponential", mean=500, max=1400)),
]


@given(
    st.lists(st.lists(st.sampled_from(SPECIAL), max_size=12), min_size=1, max_size=3),
    st.one_of(st.integers(0, 60), st.integers(250, 280), st.integers(520, 560)),
    st.sampled_from(PAIRS),
)
@settings(max_examples=150, deadline=None)
def test_walks_through_streams_with_rare_values(
    values: list[list[int]], place: int, lengths: tuple[Distribution, Distribution]
) -> None:
    starts = [leading_to(each, place) for each in values]
    rate, until = 1e-4, 400_000
    found = walk(starts, [plan_of(rate, *lengths, until)] * len(starts))
    for start, made in zip(starts, found, strict=True):
        assert made == walk_slowly(Rand(start=start), rate, lengths, until)


@pytest.mark.parametrize("distribution", ODD, ids=repr)
def test_odd_lengths_are_the_samplers_or_have_no_formula(distribution: Distribution) -> None:
    formula = Lengths(distribution, constant(1)).formulas[0]
    if formula is None:
        return
    start = Rand(5).values[-607:]
    found = walk([start] * 2, [plan_of(1e-4, distribution, constant(1), 2_000_000)] * 2)
    assert found == [walk_slowly(Rand(start=start), 1e-4, (distribution, constant(1)), 2_000_000)] * 2
    assert found[0]


@pytest.mark.parametrize("distribution", ODD, ids=repr)
def test_odd_lengths_of_clients(distribution: Distribution) -> None:
    spec = explicit(*(client(f"c{n}", input_distribution=distribution) for n in range(3)), horizon=2 * SECOND)
    try:
        found = rows_of(spec)
    except SpecError as error:
        assert {problem.code for problem in error.problems} == {"too-long"}
    else:
        assert found == generate_slowly(spec)


@pytest.mark.parametrize("most", [1, 2, 25, 26, 27, 200])
def test_no_more_requests_are_made_than_may_be(most: int) -> None:
    start = Rand(5).values[-607:]
    plans = [plan_of(1e-4, GAUSSIAN, EXPONENTIAL, 3_000_000, most + number) for number in range(3)]
    whole = walk_slowly(Rand(start=start), 1e-4, (GAUSSIAN, EXPONENTIAL), 3_000_000)
    assert walk([start] * 3, plans) == [whole[: most + number] for number in range(3)]
    assert len(whole) > 203


def test_formulas_cover_what_is_usual() -> None:
    for distribution in (GAUSSIAN, LOGNORMAL, EXPONENTIAL, constant(5), dist("lognormal", mu=9, sigma=2)):
        assert Lengths(distribution, distribution).formulas[0] is not None
    for distribution in (
        dist("exponential", mean=1e300),
        dist("lognormal", mu=3, sigma=300),
        dist("gaussian", mean=1, std_dev=1e40, min=1, max=9),
        dist("pareto_lognormal", alpha=1, xm=1, mu=1, sigma=1, mix_weight=0.5),
        dist("gaussian", mean=1, std_dev=1, min=-5, max=-5),
    ):
        assert Lengths(distribution, distribution).formulas[0] is None


def test_lengths_near_a_half_are_rounded_as_the_sampler_rounds() -> None:
    """Whatever NumPy's exponential function makes of it: seen if it were wrong by far more than it is."""
    near = [dist("lognormal", mu=math.log(value + 0.5), sigma=0) for value in range(1, 60)]
    start = Rand(5).values[-607:]
    found = walk([start] * len(near), [plan_of(1e-4, each, constant(1), 90_000) for each in near])
    for made, each in zip(found, near, strict=True):
        assert made == walk_slowly(Rand(start=start), 1e-4, (each, constant(1)), 90_000)


def test_times_near_the_end_of_int64() -> None:
    each = {"input_distribution": GAUSSIAN, "output_distribution": constant(1)}
    spec = explicit(*(client(f"c{n}", **each) for n in range(2)), aggregate_rate=1e-9, horizon=2**63 - 2)
    assert rows_of(spec) == generate_slowly(spec)
    with pytest.raises(SpecError, match="run past"):
        generate(spec.replace(horizon=0, num_requests=60_000))
