"""Generation: time and memory of schedules and token ids. See README.md beside this file."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from measuring import (
    CANONICAL,
    ROOT,
    YARDSTICK,
    YARDSTICK_INTEGERS,
    Row,
    in_fresh_process,
    in_turn,
    ratio,
    stricter,
    timed,
    timed_alone,
    yardstick,
)

from blis_tui.reading import load
from blis_tui.spec.format.model import (
    Arrival,
    Client,
    Distribution,
    InferencePerf,
    Multimodal,
    MultiTurn,
    Reasoning,
    SharedPrefix,
    Stage,
    WorkloadSpec,
)
from blis_tui.workload.generate import generate
from blis_tui.workload.kernel import RandomStream

PAGE = os.sysconf("SC_PAGE_SIZE")
REAL = ROOT / "tests" / "golden" / "real"
LENGTHS = {
    "fixed": ({"value": 447}, {"value": 248}),
    "gaussian": ({"mean": 447, "std_dev": 100, "min": 10, "max": 2000}, {"mean": 248, "std_dev": 60, "min": 10, "max": 1000}),
    "exponential": ({"mean": 447}, {"mean": 248}),
    "lognormal": ({"mu": 5.9, "sigma": 0.6}, {"mu": 5.3, "sigma": 0.6}),
}


def compact(rate: float, duration: int, prompts: int, users: int) -> WorkloadSpec:
    """Return a version-2 spec of one stage with short texts."""
    prefix = SharedPrefix(
        num_unique_system_prompts=prompts,
        num_users_per_system_prompt=users,
        system_prompt_len=10,
        question_len=4,
        output_len=4,
    )
    block = InferencePerf(stages=(Stage(rate=rate, duration=duration),), shared_prefix=prefix)
    return WorkloadSpec(version="2", seed=1, horizon=duration * 2_000_000, inference_perf=block)


def drawn(kind: str, *, chat: bool = False, media: bool = False) -> WorkloadSpec:
    """Return a spec of 50 explicit clients, about 17,000 requests in all, with lengths of some kind."""
    turns = MultiTurn(max_rounds=5, think_time_us=500_000, context_growth="accumulate")
    name = "constant" if kind == "fixed" else kind
    given, answered = (
        Distribution(type=name, params={key: float(value) for key, value in part.items()}) for part in LENGTHS[kind]
    )
    two = Distribution(type="constant", params={"value": 2.0})
    client = Client(
        rate_fraction=1.0,
        arrival=Arrival(process="poisson"),
        input_distribution=given,
        output_distribution=answered,
        reasoning=Reasoning(multi_turn=turns) if chat else None,
        multimodal=Multimodal(text_distribution=given, image_distribution=answered, image_count_distribution=two)
        if media
        else None,
    )
    clients = tuple(client.replace(id=f"client-{number}") for number in range(50))
    return WorkloadSpec(version="2", seed=1, clients=clients, aggregate_rate=20.0 if chat else 100.0, horizon=170_000_000)


def walk_tokens(spec: WorkloadSpec, threads: int = 1) -> None:
    """Generate, and walk all token ids."""
    for _ in generate(spec, threads=threads).token_blocks():
        pass


def resident() -> int:
    """Return the process's resident bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def peak() -> int:
    """Return the most bytes that were resident in this process; `getrusage` would count the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


def memory() -> list[Row]:
    """Measure the resident and the peak bytes per request of a large schedule."""
    generate(compact(10.0, 10, 2, 2))  # what is loaded and made once
    before = resident()
    requests = generate(compact(20_000.0, 60, 10, 10))
    after, count = resident(), len(requests)
    return [
        Row(f"memory, resident ({count:,} requests)", (after - before) / count, "bytes/request"),
        Row(f"memory, peak ({count:,} requests)", (peak() - before) / count, "bytes/request", wanted=64),
    ]


def generation(runs: int, alone: float) -> tuple[list[Row], float]:
    """Measure the canonical case against the yardstick, and ten times as much of it against itself.

    `alone` is the yardstick's seconds in a process of its own. Returns the seconds that ratios are taken to, too.
    """
    spec = load(CANONICAL)
    compact_block = spec.inference_perf
    assert compact_block is not None and compact_block.shared_prefix is not None
    stages = tuple(stage.replace(rate=stage.rate * 10) for stage in compact_block.stages)
    faster = spec.replace(inference_perf=compact_block.replace(stages=stages))
    users = compact_block.shared_prefix.num_users_per_system_prompt * 10
    shared = compact_block.shared_prefix.replace(num_users_per_system_prompt=users)
    wider = spec.replace(inference_perf=compact_block.replace(shared_prefix=shared))
    cases: dict[str, Callable[[], object]] = {
        YARDSTICK: yardstick,
        "schedule": lambda: generate(spec, threads=1),
        "with all tokens": lambda: walk_tokens(spec),
        "with all tokens, two threads": lambda: walk_tokens(spec, 2),
    }
    seconds = in_turn(cases, runs)
    beside = seconds.pop(YARDSTICK)
    to_yardstick = stricter(alone, beside)
    wanted = {"schedule": 0.45, "with all tokens": 0.8, "with all tokens, two threads": 0.5}
    rows = [
        Row(f"{YARDSTICK}, alone", alone * 1e3, "ms"),
        Row(f"{YARDSTICK}, in turn", statistics.median(beside) * 1e3, "ms", statistics.median(beside) / alone, "alone"),
    ]
    for name, each in seconds.items():
        rows.append(Row(name, statistics.median(each) * 1e3, "ms", ratio(each, to_yardstick), YARDSTICK, wanted[name]))
    of_all: dict[str, Callable[[WorkloadSpec], object]] = {
        "schedule": lambda spec: generate(spec, threads=1),
        "with all tokens": walk_tokens,
    }
    for name, work in of_all.items():
        sizes = {"": spec, ", 10 × the rate": faster, ", 10 × the users": wider}
        some = in_turn({name + size: lambda of=of, work=work: work(of) for size, of in sizes.items()}, runs)
        for size, most in ((", 10 × the rate", 10.5), (", 10 × the users", None)):
            each = some[name + size]
            rows.append(Row(name + size, statistics.median(each) * 1e3, "ms", ratio(each, some[name]), name, most))
    return rows, statistics.median(to_yardstick)


def real(runs: int, yard: float) -> list[Row]:
    """Measure production statistics: gamma and Weibull gaps, lognormal lengths, cohorts with spikes."""
    rows = []
    for name, wanted_schedule, wanted_ids in (("servegen-m-small", 16, 20), ("servegen-m-mid", 80, None)):
        spec = load(REAL / f"{name}.yaml")
        cases: dict[str, Callable[[], object]] = {
            f"{name}, schedule": lambda spec=spec: generate(spec),
            f"{name}, with all tokens": lambda spec=spec: walk_tokens(spec, 2),
        }
        wanted = (wanted_schedule, wanted_ids)
        for (case, each), most in zip(in_turn(cases, runs).items(), wanted, strict=True):
            middle = statistics.median(each)
            rows.append(Row(case, middle * 1e3, "ms", middle / yard, YARDSTICK, most))
    return rows


def lengths(runs: int) -> list[Row]:
    """Measure sampled lengths, conversations and multimodal inputs, per token id, against fixed lengths."""
    specs = {kind: drawn(kind) for kind in LENGTHS}
    specs |= {"chat that accumulates": drawn("fixed", chat=True), "multimodal": drawn("lognormal", media=True)}
    made = {kind: generate(spec) for kind, spec in specs.items()}
    drawn_tokens = {kind: int((each.columns["fresh"] + each.columns["output"]).sum()) for kind, each in made.items()}
    all_tokens = {kind: int(each.input_tokens.sum() + each.output_tokens.sum()) for kind, each in made.items()}
    works: list[tuple[str, dict[str, int], Callable[[WorkloadSpec], object]]] = [
        ("schedule", drawn_tokens, lambda spec: generate(spec, threads=1)),
        ("with all tokens", all_tokens, walk_tokens),
    ]
    rows = []
    for what, tokens, work in works:
        seconds = in_turn({kind: lambda spec=spec, work=work: work(spec) for kind, spec in specs.items()}, runs)
        each = {kind: [second / tokens[kind] for second in some] for kind, some in seconds.items()}
        for kind, some in each.items():
            most = None if kind == "fixed" else 2.0 if what == "with all tokens" else 3.0
            value = statistics.median(some) * 1e9
            rows.append(Row(f"{what}, {kind}", value, "ns/token", ratio(some, each["fixed"]), "fixed lengths", most))
    return rows


def draws(yard: float) -> list[Row]:
    """Measure how many draws of each kind a second has."""
    count = 3_000_000
    stream = RandomStream(1)
    each = YARDSTICK_INTEGERS / yard
    cases: dict[str, tuple[Callable[[], object], int]] = {
        "int63": (lambda: stream.int63s(count), count),
        "token ids": (lambda: stream.tokens(count), count),
        "token ids passed over": (lambda: stream.skip_tokens(count), count),
        "exponential, from Python": (lambda: [stream.exponential() for _ in range(300_000)], 300_000),
        "normal, from Python": (lambda: [stream.normal() for _ in range(300_000)], 300_000),
        "seeding, from Python": (lambda: [RandomStream(seed) for seed in range(20_000)], 20_000),
    }
    rows = []
    for name, (work, times) in cases.items():
        speed = times / min(timed(work) for _ in range(3))
        rows.append(Row(f"draws: {name}", speed / 1e6, "million/s", speed / each, "the yardstick's"))
    return rows


def clients(yard: float) -> Row:
    """Measure a million clients of one request each."""
    count = 1_000_000
    spec = compact(count / 10, 10, 100, count // 100)
    seconds = timed(lambda: generate(spec))
    return Row("a million clients of one request each", seconds * 1e3, "ms", seconds / yard, wanted=19)


def windows(counts: tuple[int, ...] = (1_000, 4_000, 16_000, 40_000)) -> list[Row]:
    """Measure how rates are shared among clients whose windows all differ."""
    from blis_tui.spec.format.model import Lifecycle, Window
    from blis_tui.workload.expansion.compact import expand
    from blis_tui.workload.expansion.rates import block_rates

    rows = []
    base = drawn("fixed").clients[0]
    for count in counts:
        windowed = tuple(
            base.replace(id=str(n), lifecycle=Lifecycle(windows=(Window(start_us=n * 997, end_us=n * 997 + 90_000 + n),)))
            for n in range(count)
        )
        expansion = expand(WorkloadSpec(version="2", clients=windowed, aggregate_rate=9.0, horizon=10**9))
        start = time.perf_counter()
        block_rates(expansion)
        rows.append(
            Row(f"rates of {count:,} clients, all windows distinct", (time.perf_counter() - start) / count * 1e6, "µs/client")
        )
    return rows


def rated_windows(counts: tuple[int, ...] = (100, 400, 800), each: int = 80) -> list[Row]:
    """Measure how rates are shared among clients of many windows with rates of their own, of which many overlap."""
    from blis_tui.spec.format.model import Lifecycle, Window
    from blis_tui.workload.expansion.compact import expand
    from blis_tui.workload.expansion.rates import WindowRates

    rows = []
    base = drawn("fixed").clients[0]
    for count in counts:
        starts = [[1000 * window + 7 * client for window in range(each)] for client in range(count)]
        rated = [tuple(Window(start_us=at, end_us=at + 900, trace_rate=1.0) for at in own) for own in starts]
        windowed = tuple(base.replace(id=str(n), lifecycle=Lifecycle(windows=own)) for n, own in enumerate(rated))
        expansion = expand(WorkloadSpec(version="2", clients=windowed, aggregate_rate=9.0, horizon=10**9))
        start = time.perf_counter()
        WindowRates(expansion)
        seconds = time.perf_counter() - start
        rows.append(Row(f"rates of {each} windows each of {count:,} clients", seconds / count / each * 1e6, "µs/window"))
    return rows


def measure(runs: int) -> list[Row]:
    """Measure everything."""
    timings, yard = generation(runs, timed_alone(yardstick, runs))
    return [
        *timings,
        *real(max(1, runs // 3), yard),
        *lengths(max(1, runs // 2)),
        *draws(yard),
        *in_fresh_process(memory),
        clients(yard),
        *windows(),
        *rated_windows(),
    ]
