"""Expanded files: the clients BLIS would make, and the same requests where YAML can say it."""

from itertools import islice

import pytest
import yaml
from export_samples import (
    EXAMPLES,
    GOLDEN,
    assert_same_requests,
    chat,
    client,
    compact,
    constant,
    explicit,
    golden,
    oddly_named,
    read_spec,
    written,
)

from blis_tui.formats.source import Source
from blis_tui.formats.specs import expanded
from blis_tui.formats.yaml_text import block
from blis_tui.problems import SpecError
from blis_tui.spec.check import check
from blis_tui.spec.format.model import Cohort, GoodputTargets, Lifecycle, ServeGenData, Spike, Window, WorkloadSpec
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.server import AssumedServer

NAMES = sorted(path.stem for path in GOLDEN.glob("*.yaml") if path.stem != "canonical-v2")


def codes(spec):
    return [problem.code for problem in expanded.contents(Source(spec)).remarks]


def text_of(spec):
    return written(spec, "expanded").decode("utf-8")


def is_exact(spec):
    return "expanded-inexact" not in codes(spec)


@pytest.mark.parametrize("name", NAMES)
def test_golden_specs_expand_to_the_same_requests(name):
    spec = golden(name)
    back = read_spec(text_of(spec))
    assert list(back.clients) == list(expand(spec))
    if is_exact(spec):
        assert_same_requests(generate(spec), generate(back))
    else:
        assert spec.rules == 2
        assert spec.inference_perf is not None


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_expand_to_the_same_requests(path):
    spec = read_spec(path.read_text(encoding="utf-8")).replace(num_requests=200)
    back = read_spec(text_of(spec))
    assert list(back.clients) == list(expand(spec))
    server = AssumedServer() if any(client.concurrency for client in spec.clients) else None
    if is_exact(spec):
        assert_same_requests(generate(spec, server=server), generate(back, server=server))


@pytest.mark.parametrize("version", ["", "1"])
@pytest.mark.parametrize("talk", [False, True], ids=["single", "chat"])
@pytest.mark.parametrize("rates", [(8.0,), (8.0, 20.0), (3.0, 11.0, 0.7)])
@pytest.mark.parametrize("limits", [{}, {"horizon": 7_000_000}, {"num_requests": 30}, {"aggregate_rate": 5.5}], ids="".join)
def test_version_1_is_exact(version, talk, rates, limits):
    spec = compact(*rates, version=version, chat=talk, **limits)
    back = read_spec(text_of(spec))
    assert (back.version, back.rules) == ("1", 1)
    assert_same_requests(generate(spec), generate(back))
    own_end = "horizon" not in limits and "num_requests" not in limits
    assert codes(spec) == [*(["expanded-version-1"] if len(rates) > 1 else []), *(["expanded-end"] if own_end else [])]


def test_version_1_with_cohorts_beside_the_stages_is_exact():
    cohort = Cohort(
        id="x", population=3, rate_fraction=1.0, slo_class="batch", arrival=client().arrival, input_distribution=constant(3),
        output_distribution=constant(2), spike=Spike(start_time_us=1_000_000, duration_us=2_000_000, trace_rate=6.0),
    )  # fmt: skip
    spec = compact(8.0, 20.0, version="1", cohorts=(cohort,))
    back = read_spec(text_of(spec))
    assert back.aggregate_rate == 14.0 + 6.0
    assert_same_requests(generate(spec), generate(back))


def test_version_1_carries_where_its_stages_end():
    assert read_spec(text_of(compact(8.0, 20.0, version="1"))).horizon == 10_000_000
    assert read_spec(text_of(compact(8.0, 20.0, version="1", horizon=3_000_000))).horizon == 3_000_000
    assert read_spec(text_of(compact(8.0, 20.0, version="1", num_requests=10))).horizon == 0


def test_the_text_of_two_stages_in_version_1():
    assert text_of(compact(8.0, 20.0, version="1", prompts=1, users=2)) == (
        "# The explicit clients of a workload spec.\n"
        "# In this expanded file a window's trace_rate is in requests per second, as version 1 has it. BLIS\n"
        "# upgrades the file to version 2 and would read the rates as proportions of aggregate_rate: it would\n"
        "# send 14 requests/s in each of the two stages, not 8 to 20. Format expanded-rates gives it the rates.\n"
        "# The spec has neither horizon nor num_requests, and BLIS refuses files that have neither: here the\n"
        "# horizon is the end of the last window, at 10,000,000 µs.\n"
        'version: "1"\n'
        "seed: 3\n"
        "category: language\n"
        "aggregate_rate: 14\n"
        "horizon: 10000000\n"
        "clients:\n"
        + "".join(
            f"  - id: prompt-0-user-{user}\n"
            "    tenant_id: prompt-0\n"
            "    slo_class: batch\n"
            "    rate_fraction: 0.5\n"
            "    arrival: {process: poisson}\n"
            "    input_distribution: {type: constant, params: {value: 4}}\n"
            "    output_distribution: {type: constant, params: {value: 2}}\n"
            "    prefix_group: prompt-0\n"
            "    prefix_length: 10\n"
            "    lifecycle:\n"
            "      windows:\n"
            "        - {end_us: 5000000, trace_rate: 4}\n"
            "        - {start_us: 5000000, end_us: 10000000, trace_rate: 10}\n"
            for user in range(2)
        )
    )


@pytest.mark.parametrize("talk", [False, True], ids=["single", "chat"])
@pytest.mark.parametrize("rates", [(8.0,), (8.0, 20.0)])
def test_version_2_has_blis_s_clients_and_what_its_converter_forgets(talk, rates):
    targets = {"standard": GoodputTargets(e2e_ms=9.0)}
    spec = compact(*rates, chat=talk, horizon=9_000_000, num_requests=50, goodput_slo_targets=targets)
    text = text_of(spec)
    back = read_spec(text)
    assert list(back.clients) == list(expand(spec))
    assert (back.version, back.seed, back.horizon, back.num_requests) == ("2", 3, 9_000_000, 50)
    assert back.category == ("reasoning" if talk else "language")
    assert back.aggregate_rate == sum(rates)
    assert back.goodput_slo_targets == spec.goodput_slo_targets
    exact = talk and len(rates) == 1
    assert codes(spec) == ([] if exact else ["expanded-inexact"])
    assert ("# This expanded file is for reading" in text) is not exact
    if exact:
        assert_same_requests(generate(spec), generate(back))


ONE_MINUTE = Cohort(
    id="x", population=3, rate_fraction=1.0, slo_class="batch", arrival=client().arrival, input_distribution=constant(3),
    output_distribution=constant(2), spike=Spike(duration_us=60_000_000),
)  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "end"),
    [
        (compact(8.0), {"num_requests": 40}),
        (compact(8.0, chat=True), {"num_requests": 40}),
        (compact(8.0, 20.0), {"horizon": 10_000_000}),
        (compact(8.0, 20.0, chat=True), {"horizon": 10_000_000}),
        (compact(8.0, cohorts=(ONE_MINUTE,)), {"horizon": 60_000_000}),
        (compact(8.0, 20.0, cohorts=(ONE_MINUTE,)), {"horizon": 60_000_000}),
        (compact(8.0, 20.0, cohorts=(ONE_MINUTE.replace(spike=Spike(duration_us=5)),)), {"horizon": 10_000_000}),
        (compact(8.0, version="1"), {"horizon": 5_000_000}),
        (compact(8.0, 20.0, version="1"), {"horizon": 10_000_000}),
        (explicit(client(lifecycle=Lifecycle(windows=(Window(end_us=7),))), horizon=0), {"horizon": 7}),
        (WorkloadSpec(version="2", aggregate_rate=1.0, cohorts=(ONE_MINUTE,)), {"horizon": 60_000_000}),
    ],
)
@pytest.mark.parametrize("format", ["expanded", "expanded-rates"])
def test_a_spec_without_an_end_gets_one_and_is_told(format, spec, end):
    """BLIS refuses files without, and so do they pass the check of this program."""
    text = written(spec, format).decode()
    checked = check(text)
    assert checked.ok and "no-end" not in [problem.code for problem in checked.problems]
    if format == "expanded-rates":
        end = {"horizon": 5_000_000} if "num_requests" in end else end  # all its clients have windows
    assert {name: getattr(checked.spec, name) for name in ("horizon", "num_requests") if getattr(checked.spec, name)} == end
    comment = " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("#"))
    value = next(iter(end.values()))
    assert "neither horizon nor num_requests" in comment and f"{value:,}" in comment


def test_chat_in_one_stage_is_exact_without_a_horizon_too():
    spec = compact(8.0, chat=True)
    assert codes(spec) == ["expanded-end"]
    assert_same_requests(generate(spec), generate(read_spec(text_of(spec))))


def said(spec):
    return expanded.contents(Source(spec)).remarks[0].message


def test_what_blis_would_send_of_several_stages_is_said_with_numbers():
    ramp = read_spec((EXAMPLES / "ramp.yaml").read_text(encoding="utf-8"))
    assert "BLIS would send 75 requests/s in each of the five stages, not 5 to 25: about 45,000 requests, not 9,000." in said(
        ramp
    )
    assert "Format expanded-rates keeps the rates and loses the prefixes" in said(ramp)
    assert len(generate(ramp)) == 8899
    assert len(generate(read_spec(text_of(ramp)))) == 44_881  # as BLIS itself has it
    assert ", not 5 to 25. Format" in said(ramp.replace(num_requests=50))
    assert "about 15,750 requests, not 1,500." in said(ramp.replace(horizon=210_000_000))


def test_what_blis_would_send_beside_cohorts_differs_from_stage_to_stage():
    cohort = ONE_MINUTE.replace(spike=Spike(start_time_us=6_000_000, duration_us=1_000_000), population=1)
    assert "BLIS would send 25.2 to 28 requests/s in the two stages, not 8 to 20" in said(
        compact(8.0, 20.0, cohorts=(cohort,), users=5, prompts=9).replace(cohorts=(cohort.replace(rate_fraction=5.0),))
    )


def test_one_stage_has_the_right_rate_and_a_number_by_chance():
    assert "draw Poisson arrivals at 8 requests/s, where the compact file sends exactly 40 requests in 5 s." in said(compact(8.0))


def test_sessions_of_several_stages_would_begin_at_other_times():
    spec = compact(2.0, 4.0, chat=True, horizon=10_000_000)
    assert "BLIS would begin each session 0.667 s into its stage on average, not 1 to 2 s." in said(spec)


def test_rates_of_windows_are_exact_where_blis_takes_its_time_varying_path():
    cohort = ONE_MINUTE.replace(spike=Spike(duration_us=9_000_000, trace_rate=5.0))
    spec = compact(8.0, 20.0, horizon=10_000_000, cohorts=(cohort,))
    assert codes(spec) == []
    assert_same_requests(generate(spec), generate(read_spec(text_of(spec))))


def test_explicit_rates_in_version_1_are_told():
    windows = Lifecycle(windows=(Window(end_us=1_000_000, trace_rate=5.0),))
    assert codes(explicit(client(lifecycle=windows), version="1", aggregate_rate=5.0)) == ["expanded-version-1"]
    assert codes(explicit(client(lifecycle=windows), version="1")) == []  # shares, which BLIS reads as this program does
    assert codes(explicit(client(lifecycle=windows))) == []


def test_cohorts_and_odd_names():
    cohort = Cohort(
        id="a, b\n", population=3, rate_fraction=0.5, prefix_group="p: q", prefix_sharing="per_member",
        arrival=client().arrival, input_distribution=constant(3), output_distribution=constant(2),
        spike=Spike(start_time_us=0, duration_us=2_000_000),
    )  # fmt: skip
    spec = oddly_named().replace(cohorts=(cohort,))
    back = read_spec(text_of(spec))
    assert back.cohorts == ()
    assert back.clients[-1].id == "a, b\n-2"
    assert back.clients[-1].prefix_group == "p: q-2"
    assert_same_requests(generate(spec), generate(back))


@pytest.mark.parametrize("between", [0, 2000])
def test_what_clients_share_is_written_right_in_each_place(between):
    """What stands between, if it is much, makes the writer forget what it has written before."""
    one, other = constant(3), constant(4)
    pairs = [(one, one), (one, other), (other, one), (constant(3), one)]
    pairs[2:2] = [(constant(number), constant(5)) for number in range(between)]
    spec = explicit(*(client(input_distribution=i, output_distribution=o, streaming=o is one) for i, o in pairs))
    assert read_spec(text_of(spec)).clients == spec.clients


def test_old_slo_names_of_version_1_are_written_as_what_they_stand_for():
    spec = explicit(client(slo_class="realtime"), chat(slo_class="interactive", id="b"), version="1")
    back = read_spec(text_of(spec))
    assert [each.slo_class for each in back.clients] == ["critical", "standard"]
    assert_same_requests(generate(spec), generate(back))


def test_the_clients_of_a_data_set_are_not_expanded():
    with pytest.raises(SpecError, match="servegen_data"):
        text_of(WorkloadSpec(version="2", servegen_data=ServeGenData(path="x"), horizon=5))


def test_virtual_users_are_written_as_they_stand():
    users = client("b", rate_fraction=0.0, concurrency=3, think_time_us=5)
    assert read_spec(text_of(explicit(users))).clients == (users,)


def test_an_unusual_version_is_kept():
    assert read_spec(text_of(explicit(client(), version="3"))).version == "3"


def test_the_file_is_plain_yaml():
    document = yaml.safe_load(text_of(compact(8.0, 20.0, horizon=9_000_000)))
    assert list(document) == ["version", "seed", "category", "aggregate_rate", "horizon", "clients"]
    assert len(document["clients"]) == 8


def test_a_million_clients_are_written_piece_by_piece():
    file = expanded.contents(Source(compact(1e6, prompts=1000, users=1000, horizon=5_000_000)))
    assert file.size == 1_000_000
    pieces = list(islice(file.chunks(), 4))
    assert [clients for _, clients in pieces] == [0, 256, 256, 256]
    assert max(len(text) for text, _ in pieces) < 256 * 500


def test_all_clients_are_written_when_they_fill_the_pieces_exactly():
    for users in (255, 256, 257):
        source = Source(compact(1000.0, prompts=1, users=users))
        assert sum(clients for _, clients in expanded.contents(source).chunks()) == users
        assert len(read_spec(text_of(source.spec)).clients) == users


def test_the_spec_itself_can_be_written_instead_of_a_text():
    spec = compact(8.0, 20.0, horizon=1)
    assert written(spec, "yaml").decode() == block(spec)
    assert read_spec(written(spec, "yaml").decode()) == spec
    assert written(WorkloadSpec(), "yaml") == b"{}\n"


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("rates", [[2.0], [2.0, 4.0]])
@pytest.mark.parametrize("version", ["1", "2"])
def test_what_was_expanded_passes_our_own_check_without_an_end_too(version, rates, chat):
    """Neither horizon nor num_requests: the file gets an end."""
    spec = compact(*rates, version=version, chat=chat)
    checked = check(written(spec, "expanded"))
    assert checked.ok, checked.errors
