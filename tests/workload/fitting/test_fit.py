from __future__ import annotations

import numpy as np
import pytest
from made_traces import GOLDEN, LENGTHS, ROOT, at, made, one_client, staged

import blis_tui
from blis_tui import Cancelled, SpecError
from blis_tui.workload.fitting import fit as fitting
from blis_tui.workload.fitting.choices import FAMILY, SHAPES, Choices
from blis_tui.workload.fitting.choices import LENGTHS as WAYS
from blis_tui.workload.fitting.fit import fit
from blis_tui.workload.fitting.likeness.report import GOOD, POOR
from blis_tui.workload.fitting.parts.conversations import Answers
from blis_tui.workload.server import AssumedServer


def row(section, name):
    return next(each for each in section.rows if each.name == name)


def rates_of(spec):
    return [stage.rate for stage in spec.inference_perf.stages]


@pytest.mark.parametrize("name", ["two-stage", "ramp"])
def test_a_compact_file_is_found_again(name):
    given = blis_tui.load(ROOT / "examples" / f"{name}.yaml")
    spec = fit(blis_tui.generate(given)).spec
    assert spec.inference_perf.shared_prefix == given.inference_perf.shared_prefix
    assert sum(each.duration for each in spec.inference_perf.stages) == sum(each.duration for each in given.inference_perf.stages)
    if name == "two-stage":
        assert rates_of(spec) == pytest.approx(rates_of(given), rel=0.03)
        assert [each.duration for each in spec.inference_perf.stages] == pytest.approx([600, 600], abs=2)


def test_seventeen_stages_are_found_again():
    rates = [15, 3, 10, 20, 30, 6, 40, 12, 50, 25, 4, 60, 18, 35, 8, 45, 22]
    stages = "\n".join(f"    - {{rate: {rate}, duration: 40}}" for rate in rates)
    given = f"""
version: "2"
seed: 3
inference_perf:
  stages:
{stages}
  shared_prefix: {{num_unique_system_prompts: 20, num_users_per_system_prompt: 3, system_prompt_len: 600, question_len: 120, output_len: 100}}
"""
    result = fit(made(given))
    assert [stage.duration for stage in result.spec.inference_perf.stages] == pytest.approx([40] * 17, abs=2)
    assert rates_of(result.spec) == pytest.approx(rates, rel=0.15)
    assert result.spec.inference_perf.shared_prefix == blis_tui.loads(given).inference_perf.shared_prefix
    assert result.report.verdict == GOOD


def test_a_chat_with_one_conversation_each_is_found_again():
    given = blis_tui.load(ROOT / "examples" / "chat.yaml")
    assert fit(blis_tui.generate(given)).spec.inference_perf == given.inference_perf


def test_clients_of_every_kind_are_found_again():
    given = blis_tui.load(ROOT / "examples" / "clients.yaml")
    requests = blis_tui.generate(given)
    result = fit(requests, Choices(FAMILY))
    assert result.report.verdict == GOOD
    fits = {client.id.partition("-stage-")[0]: client for client in result.spec.clients}
    assert list(fits) == [client.id for client in given.clients]
    for client, fitted in zip(given.clients, fits.values(), strict=True):
        assert (fitted.tenant_id, fitted.slo_class, fitted.prefix_group) == (
            client.tenant_id,
            client.slo_class,
            client.prefix_group,
        )
    assert fits["poisson-constant"].prefix_length == 200
    assert len(result.spec.clients) <= 8


def test_the_families_of_a_file_are_found_again():
    text = f"""
version: "2"
seed: 5
aggregate_rate: 50
num_requests: 20000
clients:
- id: a
  rate_fraction: 1
  arrival: {{process: gamma, cv: 2}}
{LENGTHS}"""
    client = fit(made(text), Choices(FAMILY)).spec.clients[0]
    assert client.input_distribution.type == "lognormal"
    assert client.input_distribution.params["mu"] == pytest.approx(5.6, rel=0.02)
    assert client.input_distribution.params["sigma"] == pytest.approx(0.8, rel=0.03)
    assert client.output_distribution.type == "exponential"
    assert client.output_distribution.params["mean"] == pytest.approx(90, rel=0.05)
    assert client.arrival.process == "gamma"
    assert client.arrival.cv == pytest.approx(2, rel=0.1)


def test_many_clients_become_a_cohort_of_as_many():
    result = fit(blis_tui.generate(blis_tui.load(ROOT / "examples" / "cohorts.yaml")))
    assert result.choices.shape == "cohorts"
    offices = [cohort for cohort in result.spec.cohorts if cohort.tenant_id == "office"]
    assert {cohort.population for cohort in offices} == {20}
    assert result.report.verdict == GOOD


CHAT = """
version: "2"
seed: 5
aggregate_rate: 2
horizon: 1000000000
clients:
- id: a
  rate_fraction: 1
  arrival: {process: poisson}
  input_distribution: {type: gaussian, params: {mean: 60, std_dev: 10, min: 10, max: 100}}
  output_distribution: {type: exponential, params: {mean: 90, min: 4, max: 1000}}
  prefix_group: p
  prefix_length: 300
  reasoning:
    reason_ratio_distribution: {type: constant, params: {value: 20}}
    multi_turn: {max_rounds: 5, think_time_us: 4000000, context_growth: accumulate}
"""


def test_conversations_are_found_again():
    given = blis_tui.loads(CHAT).clients[0]
    result = fit(made(CHAT))
    turns = result.spec.clients[0].turns
    assert turns == given.turns
    assert result.spec.clients[0].closed_loop is None
    assert result.spec.clients[0].reasoning == given.reasoning
    assert result.spec.clients[0].prefix_length == 300
    assert len(result.spec.clients) == 1
    assert result.spec.aggregate_rate == pytest.approx(2, rel=0.05)
    assert row(result.report.total, "sessions").fit == pytest.approx(row(result.report.total, "sessions").trace, rel=0.1)
    assert result.report.verdict == GOOD


def test_pauses_with_answers_in_them_are_sent_on_the_traces_clock():
    requests = made(CHAT.replace("accumulate", '""'))
    late = np.random.default_rng(1).integers(0, 3_000_000, len(requests))
    times = requests.arrival_us + np.where(requests.round > 0, late, 0)
    order = np.argsort(times, kind="stable")
    requests = requests.picked(order)
    requests.columns["arrival"] = times[order]
    client = fit(requests).spec.clients[0]
    assert client.closed_loop is False
    assert client.turns.think_time_us == pytest.approx(4_000_000, abs=1_500_000)
    assert client.turns.context_growth == ""


def test_pauses_of_a_run_are_those_after_answers():
    server = AssumedServer(300_000, 10_000)
    requests = blis_tui.generate(blis_tui.loads(CHAT), server=server)
    answers = Answers(server.ttft_us + server.itl_us * requests.output_tokens.astype(np.int64), server)
    result = fit(requests, answers=answers)
    (client,) = result.spec.clients
    assert client.turns == blis_tui.loads(CHAT).clients[0].turns
    assert client.closed_loop is None
    assert client.input_distribution.type == "empirical"
    assert max(map(int, client.input_distribution.params)) <= 100
    assert result.report.verdict == GOOD


def test_prompts_of_one_length_become_a_cohort_with_a_prefix_each():
    text = f"""
version: "2"
seed: 5
aggregate_rate: 20
horizon: 300000000
cohorts:
- id: agents
  population: 30
  rate_fraction: 1
  arrival: {{process: poisson}}
{LENGTHS}  prefix_group: repository
  prefix_sharing: per_member
  prefix_length: 2000
"""
    result = fit(made(text))
    (cohort,) = result.spec.cohorts
    assert (cohort.population, cohort.prefix_length, cohort.prefix_sharing) == (30, 2000, "per_member")
    assert row(result.report.total, "prefix share").fit == pytest.approx(row(result.report.total, "prefix share").trace, abs=0.01)
    assert result.report.verdict == GOOD


def test_stages_without_prefixes_are_windows_with_rates():
    result = fit(at(staged([5, 40, 12], 100)))
    (client,) = result.spec.clients
    assert [window.trace_rate for window in client.lifecycle.windows] == pytest.approx([5, 40, 12], rel=0.1)
    assert [(stage.trace, stage.fit) for stage in result.report.stages] == [
        (stage.trace, stage.trace) for stage in result.report.stages
    ]


def test_stages_of_requests_with_prefixes_keep_them():
    result = fit(
        at(staged([5, 40, 12], 100), one_client(len(staged([5, 40, 12], 100)), "  prefix_group: p\n  prefix_length: 99\n"))
    )
    assert len(result.spec.clients) == 3
    assert row(result.report.total, "prefix share").fit == pytest.approx(row(result.report.total, "prefix share").trace, abs=0.02)
    assert [stage.fit for stage in result.report.stages] == pytest.approx(
        [stage.trace for stage in result.report.stages], rel=0.1
    )


def test_a_class_of_service_that_blis_does_not_know_is_written_as_standard():
    text = """
version: "2"
seed: 5
aggregate_rate: 20
num_requests: 100
clients:
"""
    for name, slo in (("a", "batch"), ("b", "critical")):
        text += f"- {{id: {name}, slo_class: {slo}, rate_fraction: 1, arrival: {{process: poisson}}, input_distribution: {{type: constant, params: {{value: 5}}}}, output_distribution: {{type: constant, params: {{value: 5}}}}}}\n"
    requests = made(text)
    block = requests.clients.blocks[0]
    block.template = block.template.replace(slo_class="gold")
    assert [client.slo_class for client in fit(requests).spec.clients] == ["standard", "critical"]


def test_a_trace_without_requests_is_refused():
    with pytest.raises(SpecError, match="no requests"):
        fit(one_client(5).part(0, 0))


@pytest.mark.parametrize(
    "times", [[5], [0, 1_000_000], [0] * 30, [7_000_000] * 30, list(range(30)), [0, 10**12], np.arange(300) * 100_000]
)
@pytest.mark.parametrize("shape", [None, *SHAPES])
def test_any_times_give_a_workload(times, shape):
    result = fit(at(times), Choices(shape=shape))
    assert result.report.total.rows[0].fit >= 1
    assert result.spec.horizon > max(times)


def test_even_arrivals_are_constant():
    (client,) = fit(at(np.arange(300) * 100_000)).spec.clients
    assert client.arrival.process == "constant"


def test_a_verdict_is_poor_where_a_workload_cannot_be_like_the_trace():
    assert fit(at([0] * 50)).report.verdict == POOR


def test_the_same_trace_gives_the_same_workload():
    times = staged([5, 40], 100)
    assert fit(at(times)) == fit(at(times))


def test_fitting_can_be_stopped():
    def stop(done):
        if done > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit(at(staged([5, 40], 100)), progress=stop)


def test_progress_goes_from_nothing_to_everything():
    told = []
    fit(at(staged([50], 600)), progress=told.append)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert told == sorted(told)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("how", WAYS)
def test_every_golden_file_is_fitted_well(path, how):
    requests = blis_tui.generate(blis_tui.load(path))
    if not len(requests):
        return
    result = fit(requests, Choices(how))
    total = row(result.report.total, "requests")
    assert total.fit == pytest.approx(total.trace, rel=0.25, abs=4)
    if path.stem != "ip-one-request-each":  # all of them at one moment, which no arrival process does
        assert result.report.total.verdict != POOR


def test_requests_of_a_coarse_clock_are_spread_over_its_steps():
    result = fit(at(staged([20, 60], 300) // 1_000_000 * 1_000_000))
    assert result.clock_step_us == 1_000_000
    assert result.spec.clients[0].arrival.process == "poisson"
    assert [stage.end_us for stage in result.report.stages] == pytest.approx([300_000_000, 600_000_000], abs=2_000_000)
    assert result.report.verdict == GOOD


@pytest.mark.parametrize(
    ("seconds", "tries", "said"),
    [
        (0.0, 8, []),
        (1.0, 8, []),
        (4.0, 2, []),
        (9.0, 1, []),
        (20.0, 1, [("info", "takes about 20 s, which is needed to compare it")]),
        (300.0, 0, [("warning", "takes about 5 min, so it is not compared")]),
    ],
)
def test_what_takes_long_to_generate_is_tried_less_and_said_before(monkeypatch, seconds, tries, said):
    told, tried = [], []

    def generate(spec, **others):
        assert len(told) == len(said)
        tried.append(spec.seed)
        return blis_tui.generate(spec, **others)

    monkeypatch.setattr(fitting, "effort_s", lambda spec: seconds)
    monkeypatch.setattr(fitting, "generate", generate)
    found = fit(one_client(400), say=told.append)
    assert tried == list(range(42, 42 + tries))
    assert [(problem.code, problem.severity) for problem in told] == [("slow", severity) for severity, _ in said]
    assert all(text in problem.message for problem, (_, text) in zip(told, said, strict=True))
    assert (found.report is None) == (tries == 0)
    assert found.spec.clients


def test_a_long_trace_may_take_as_long_as_its_requests_need(monkeypatch):
    monkeypatch.setattr(fitting, "effort_s", lambda spec: 100.0)
    monkeypatch.setattr(fitting, "_PER_REQUEST_S", 1.0)
    assert fit(one_client(400)).report is not None
