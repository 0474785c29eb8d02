"""Specs for the tests of the generator: short ways to write them, and small random ones of every kind."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from blis_tui.spec.format.model import (
    Arrival,
    Client,
    Cohort,
    Distribution,
    Diurnal,
    Drain,
    InferencePerf,
    Lifecycle,
    Multimodal,
    MultiTurn,
    Reasoning,
    SharedPrefix,
    Spike,
    Stage,
    Window,
    WorkloadSpec,
)

SECOND = 1_000_000


def thorough(examples: int) -> settings:
    """Return settings for tests of random specs, which take their time; the kernel is chosen once for all examples."""
    unchecked = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples, deadline=None, suppress_health_check=unchecked)


def compact(*stages: tuple[float, int], version: str = "1", prompts: int = 2, users: int = 3, **more: Any) -> WorkloadSpec:
    """Write a compact spec; stages are (rate, seconds), and what the shared prefix has goes there."""
    shared: dict[str, Any] = {"system_prompt_len": 7, "question_len": 5, "output_len": 3}
    shared |= {name: more.pop(name) for name in list(more) if name in SharedPrefix.fields}
    shared |= {"num_unique_system_prompts": prompts, "num_users_per_system_prompt": users}
    block = InferencePerf(
        stages=tuple(Stage(rate=float(rate), duration=duration) for rate, duration in stages),
        shared_prefix=SharedPrefix(**shared),
    )
    return WorkloadSpec(version=version, inference_perf=block, **{"seed": 42, **more})


def dist(type: str, **params: float) -> Distribution:
    """Write a distribution."""
    return Distribution(type=type, params={name: float(value) for name, value in params.items()})


def constant(value: float) -> Distribution:
    """Write a distribution of one value."""
    return dist("constant", value=value)


def client(id: str = "a", *windows: Window, **fields: Any) -> Client:
    """Write a client with short texts, and the windows given."""
    own = {"lifecycle": Lifecycle(windows=windows)} if windows else {}
    given: dict[str, Any] = {"rate_fraction": 1.0, "arrival": Arrival(process="poisson"), **own}
    return Client(id=id, **{"input_distribution": constant(4), "output_distribution": constant(2), **given, **fields})


def mean_rate(*clients: Client) -> float:
    """Return the time-weighted mean of the rates that clients have in their windows: the aggregate_rate of an expansion."""
    spans = [[(w.end_us - w.start_us, w.trace_rate or 0.0) for w in c.lifecycle.windows] for c in clients if c.lifecycle]
    return sum(sum(span * rate for span, rate in own) / sum(span for span, _ in own) for own in spans)


def turns(rounds: int, think_time_us: int = 1000, accumulate: bool = False, single: bool = False, **more: Any) -> Reasoning:
    """Write conversations."""
    growth = "accumulate" if accumulate else ""
    session = MultiTurn(max_rounds=rounds, think_time_us=think_time_us, context_growth=growth, single_session=single)
    return Reasoning(multi_turn=session, **more)


def explicit(*clients: Client, **fields: Any) -> WorkloadSpec:
    """Write a version-2 spec of some clients."""
    return WorkloadSpec(clients=clients, **{"version": "2", "seed": 7, "aggregate_rate": 10.0, "horizon": 20 * SECOND, **fields})


seeds = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1, -1, 2**31 - 1, -(2**31) + 1, 2**63 - 1, -(2**63)]))
small = st.integers(0, 40)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    """Draw a distribution of token counts, mostly small ones."""
    kind = draw(
        st.sampled_from(["constant", "constant", "gaussian", "exponential", "lognormal", "pareto_lognormal", "empirical"])
    )
    number = st.floats(0.5, 40.0)
    if kind == "constant":
        return constant(draw(st.one_of(small, st.sampled_from([-3.0, 0.9, 1.99, 7.5]))))
    if kind == "gaussian":
        low = draw(small)
        high = low + draw(st.sampled_from([0, 1, 30, -2]))  # where max is less than min, all draws are max
        return dist(kind, mean=draw(number), std_dev=draw(number), min=low + draw(st.sampled_from([0, 0.3])), max=high)
    if kind == "empirical":
        values = draw(st.lists(small, min_size=1, max_size=4, unique=True))
        weights = [draw(st.sampled_from([0.0, 0.25, 1.0, 3.0])) for _ in values]
        weights[0] = weights[0] or 1.0
        return dist(kind, **{str(value): weight for value, weight in zip(values, weights, strict=True)})
    limits = draw(st.sampled_from([{}, {"min": 3}, {"max": 20.9}, {"min": 2, "max": 9}]))
    if kind == "exponential":
        return dist(kind, mean=draw(number), **limits)
    sigma, mu = draw(st.floats(0.0, 1.0)), draw(st.floats(0.0, 3.0))
    if kind == "lognormal":
        return dist(kind, mu=mu, sigma=sigma, **limits)
    mix = draw(st.sampled_from([0.0, 0.5, 1.0]))
    return dist(kind, alpha=draw(st.floats(1.5, 4.0)), xm=draw(number), mu=mu, sigma=sigma, mix_weight=mix)


ODD_LENGTHS = [
    dist("lognormal", mu=800, sigma=0),
    dist("lognormal", mu=800, sigma=0, min=4),
    dist("lognormal", mu=3, sigma=300, max=50),
    dist("lognormal", mu=math.log(7.5), sigma=0),
    dist("lognormal", mu=43.0, sigma=1.0),
    dist("exponential", mean=1e300),
    dist("exponential", mean=1e300, max=9),
    dist("exponential", mean=0, min=3),
    dist("gaussian", mean=1e308, std_dev=1e308, min=1, max=9),
    dist("gaussian", mean=6.5, std_dev=0, min=1, max=9),
    dist("gaussian", mean=-2, std_dev=9, min=-50, max=0),
    dist("gaussian", mean=5, std_dev=1, min=2.2, max=2.9),
    dist("gaussian", mean=5, std_dev=9, min=8, max=3),
    dist("gaussian", mean=5, std_dev=9, min=8, max=0),
    dist("gaussian", mean=5, std_dev=9, min=2, max=-7),
    dist("pareto_lognormal", alpha=0.001, xm=1, mu=1, sigma=1, mix_weight=0.9),
    dist("pareto_lognormal", alpha=1, xm=2, mu=900, sigma=0, mix_weight=0.5),
    dist("empirical", **{"4": 0.0, "5": 0.0}),
    dist("empirical", **{"4": 0.1, "5": -1.0, "9": 0.3}),
    dist("empirical", **{str(value): 0.1 for value in range(10)}),
]


@st.composite
def arrivals(draw: st.DrawFn) -> Arrival:
    """Draw an arrival process."""
    process = draw(st.sampled_from(["poisson", "poisson", "gamma", "weibull", "constant"]))
    if process not in ("gamma", "weibull"):
        return Arrival(process=process)
    if draw(st.booleans()):
        shape = draw(st.floats(0.3, 4.0))
        mean = shape if process == "gamma" else math.gamma(1 + 1 / shape)
        return Arrival(process=process, shape=shape, scale=draw(st.floats(3e5, 4e6)) / mean)
    return Arrival(process=process, cv=draw(st.one_of(st.none(), st.floats(0.2, 8.0), st.sampled_from([1.0, 10.2]))))


@st.composite
def windows(draw: st.DrawFn, rates: st.SearchStrategy[float | None], overrides: bool = False) -> tuple[Window, ...]:
    """Draw windows within 20 seconds, in any order, overlapping or not."""
    result = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, 18 * SECOND))
        fields: dict[str, Any] = {
            "start_us": start,
            "end_us": start + draw(st.integers(1, 10 * SECOND)),
            "trace_rate": draw(rates),
        }
        if overrides and draw(st.booleans()):
            fields["arrival"] = draw(st.one_of(st.none(), arrivals()))
            fields["input_distribution"] = draw(st.one_of(st.none(), distributions()))
            fields["output_distribution"] = draw(st.one_of(st.none(), distributions()))
        result.append(Window(**fields))
    return tuple(result)


@st.composite
def reasonings(draw: st.DrawFn) -> Reasoning:
    """Draw conversations."""
    ratio = draw(st.one_of(st.just(Distribution()), distributions(), st.just(constant(150))))
    return turns(
        draw(st.integers(1, 4)),
        draw(st.sampled_from([0, 1, 700_000, 5 * SECOND])),
        accumulate=draw(st.booleans()),
        single=draw(st.sampled_from([False, False, True])),
        reason_ratio_distribution=ratio,
    )


@st.composite
def multimodals(draw: st.DrawFn) -> Multimodal:
    """Draw the parts of multimodal inputs; any may be missing."""
    counts = st.sampled_from(
        [constant(1), constant(2), dist("empirical", **{"0": 1, "2": 1}), dist("gaussian", mean=1, std_dev=1, min=0, max=0)]
    )
    parts: dict[str, Any] = {}
    for kind in ("text", "image", "audio", "video"):
        if draw(st.booleans()):
            parts[f"{kind}_distribution"] = draw(distributions())
        if kind != "text" and draw(st.booleans()):
            parts[f"{kind}_count_distribution"] = draw(counts)
    return Multimodal(**parts)


@st.composite
def common(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what clients and cohorts have in common."""
    return {
        "tenant_id": draw(st.sampled_from(["", "t"])),
        "model": draw(st.sampled_from(["", "m"])),
        "arrival": draw(arrivals()),
        "input_distribution": draw(distributions()),
        "output_distribution": draw(distributions()),
        "prefix_group": draw(st.sampled_from(["", "", "g", "g-0", "g-1", "prompt-1"])),
        "prefix_length": draw(st.sampled_from([0, 1, 9])),
        "streaming": draw(st.booleans()),
        "timeout": draw(st.sampled_from([None, None, 0, 5])),
        "slo_target_us": draw(st.sampled_from([None, 0, 9])),
        "closed_loop": draw(st.sampled_from([None, None, True, False])),
        "reasoning": draw(st.one_of(st.none(), st.none(), reasonings(), st.just(Reasoning()))),
        "multimodal": draw(st.one_of(st.none(), st.none(), multimodals())),
    }


@st.composite
def cohorts(draw: st.DrawFn) -> Cohort:
    """Draw a cohort."""
    fields = draw(common())
    patterns: dict[str, Any] = {}
    if draw(st.booleans()):
        rate = draw(st.sampled_from([None, None, 2.0]))
        patterns["spike"] = Spike(start_time_us=draw(st.integers(0, 9 * SECOND)), duration_us=8 * SECOND, trace_rate=rate)
    if draw(st.booleans()):
        start = draw(st.sampled_from([0, 3 * SECOND]))
        patterns["drain"] = Drain(start_time_us=start, ramp_duration_us=draw(st.sampled_from([5, 9 * SECOND])))
    if draw(st.integers(0, 4)) == 0:
        patterns["diurnal"] = Diurnal(peak_hour=draw(st.integers(0, 23)), peak_to_trough_ratio=draw(st.floats(1.0, 900.0)))
    if fields["prefix_group"]:
        patterns["prefix_sharing"] = draw(st.sampled_from(["", "shared", "per_member"]))
    return Cohort(id="co", population=draw(st.integers(1, 3)), rate_fraction=draw(st.floats(0.1, 2.0)), **fields, **patterns)


@st.composite
def explicit_specs(draw: st.DrawFn) -> WorkloadSpec:
    """Draw a spec of explicit clients, cohorts or both, of up to some tens of requests."""
    kind = draw(st.sampled_from(["always", "windowed", "varying", "absolute"]))
    rates: st.SearchStrategy[float | None] = st.none()
    if kind == "varying":
        rates = st.sampled_from([None, 0.0, 0.5, 2.0])
    elif kind == "absolute":
        rates = st.sampled_from([0.3, 1.0])
    clients = []
    for number in range(draw(st.integers(1, 3))):
        fields = draw(common())
        if kind != "always" and (kind == "absolute" or draw(st.integers(0, 3))):
            fields["lifecycle"] = Lifecycle(windows=draw(windows(rates, overrides=kind in ("varying", "absolute"))))
        clients.append(Client(id=f"c{number}", rate_fraction=draw(st.sampled_from([0.1, 1.0, 1 / 3])), **fields))
    return WorkloadSpec(
        version="2",
        seed=draw(seeds),
        aggregate_rate=0.0 if kind == "absolute" else draw(st.sampled_from([0.5, 2.0])),
        horizon=draw(st.sampled_from([20 * SECOND, 7 * SECOND, 30 * SECOND])),
        num_requests=draw(st.sampled_from([0, 0, 3, 12])),
        clients=tuple(clients),
        cohorts=tuple(draw(st.lists(cohorts(), max_size=1))) if kind in ("always", "windowed") else (),
    )


@st.composite
def compact_specs(draw: st.DrawFn, version: str) -> WorkloadSpec:
    """Draw a compact spec that can be generated."""
    prompts, users = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    count = draw(st.integers(1, 3))
    stages = []
    for _ in range(count):
        duration = draw(st.integers(1, 8))
        each = draw(st.floats(1.0, 4.0))  # requests of a client in the stage
        stages.append((each * prompts * users / duration + 1e-6, duration))
    length = st.sampled_from([0, 1, 30])
    return compact(
        *stages,
        version=version,
        prompts=prompts,
        users=users,
        seed=draw(seeds),
        system_prompt_len=draw(length),
        question_len=draw(length),
        output_len=draw(length),
        enable_multi_turn_chat=draw(st.booleans()),
        horizon=draw(st.sampled_from([0, 5 * SECOND, 60 * SECOND])) if version == "2" or count > 1 else 9 * SECOND,
        num_requests=draw(st.sampled_from([0, 0, 4, 100])),
        aggregate_rate=draw(st.sampled_from([0.0, 0.0, 2.0])),
        category=draw(st.sampled_from(["", "language"])),
    )


@st.composite
def stepped_specs(draw: st.DrawFn) -> WorkloadSpec:
    """Draw a version-1 spec of clients whose windows carry rates of their own."""
    clients = []
    for number in range(draw(st.integers(1, 3))):
        times = sorted(draw(st.lists(st.integers(0, 20 * SECOND), min_size=2, max_size=6, unique=True)))
        rate = st.sampled_from([0.2, 1.5])
        spans = [
            Window(start_us=low, end_us=high, trace_rate=draw(rate)) for low, high in zip(times[::2], times[1::2], strict=False)
        ]
        fields = draw(common()) | {"lifecycle": Lifecycle(windows=tuple(draw(st.permutations(spans))))}
        clients.append(Client(id=f"c{number}", rate_fraction=1.0, slo_class="realtime", **fields))
    horizon, count = draw(st.sampled_from([(30 * SECOND, 0), (8 * SECOND, 0), (30 * SECOND, 3), (0, 5)]))
    return WorkloadSpec(
        version=draw(st.sampled_from(["", "1"])),
        seed=draw(seeds),
        clients=tuple(clients),
        aggregate_rate=mean_rate(*clients),
        horizon=horizon,
        num_requests=count,
    )


@st.composite
def closed_specs(draw: st.DrawFn) -> WorkloadSpec:
    """Draw a spec of conversations, of virtual users, or of users beside clients with a rate."""
    kind = draw(st.sampled_from(["chats", "users", "mixed", "same ids"]))
    clients = []
    prefixes = st.tuples(st.sampled_from(["", "g", "g", "h"]), st.sampled_from([0, 1, 5, 9, 30]))
    for number in range(draw(st.integers(1, 3))):
        fields: dict[str, Any] = draw(common()) | {"timeout": draw(st.sampled_from([None, None, 0, 5, 400_000]))}
        name = "c" if kind == "same ids" else f"c{number}"
        if kind == "users" or (kind == "mixed" and number == 0):
            own = {
                key: value for key, value in fields.items() if key not in ("reasoning", "multimodal", "closed_loop", "arrival")
            }
            think = draw(st.sampled_from([0, 1, 7, 300_000, 2 * SECOND]))
            clients.append(Client(id=name, concurrency=draw(st.integers(1, 5)), think_time_us=think, **own))
            continue
        fields["reasoning"] = None if kind == "mixed" else draw(reasonings())
        fields["prefix_group"], fields["prefix_length"] = draw(prefixes)
        if draw(st.integers(0, 3)) == 0:
            fields["lifecycle"] = Lifecycle(windows=draw(windows(st.none())))
        clients.append(Client(id=name, rate_fraction=draw(st.sampled_from([0.1, 1.0, 1 / 3])), **fields))
    horizon, count = draw(st.sampled_from([(3, 0), (8, 0), (0, 5), (0, 30), (3, 1), (8, 30)]))
    return WorkloadSpec(
        version="2",
        seed=draw(seeds),
        aggregate_rate=draw(st.sampled_from([1.0, 4.0])),
        clients=tuple(clients),
        horizon=horizon * SECOND,
        num_requests=count,
    )
