"""Configs of inference-perf become workload files, with a note for all that does not carry over; or are refused with the key."""

from __future__ import annotations

import math

import pytest
import yaml
from configs import GUIDE, SHORT, imported, opened, with_prefix

from blis_tui.formats.interop import kept_lines
from blis_tui.formats.interop.imported import APPROXIMATED, DEFAULT, KEPT, REFUSED
from blis_tui.problems import ERROR, INFO, WARNING
from blis_tui.spec.check import check
from blis_tui.spec.format.model import SharedPrefix, Stage
from blis_tui.workload.generate import generate


def prefix_of(text: str, **options: bool) -> SharedPrefix:
    spec = opened(text, **options).spec
    assert spec is not None and spec.inference_perf is not None and spec.inference_perf.shared_prefix is not None
    return spec.inference_perf.shared_prefix


def refusals(text: str, **options: bool) -> dict[str, str]:
    """Return why a config is refused, by the keys."""
    found = imported(text, **options)
    assert found.text is None
    errors = [note for note in found.notes if note.severity == ERROR]
    assert errors and all(note.code == REFUSED and note.line and note.column for note in errors)
    return {note.message.partition(" ")[0]: note.message for note in errors}


# -- what carries over


def test_stages_and_shared_prefix_carry_over() -> None:
    spec = opened(GUIDE).spec
    assert spec is not None and spec.inference_perf is not None
    assert (spec.version, spec.seed, spec.horizon) == ("2", 42, 70_000_000)
    assert spec.inference_perf.stages == (Stage(rate=15.0, duration=50), Stage(rate=0.5, duration=20))
    assert spec.inference_perf.shared_prefix == SharedPrefix(
        num_unique_system_prompts=15, num_users_per_system_prompt=5, system_prompt_len=6000, question_len=1200, output_len=1000
    )


def test_both_generations_of_names_mean_the_same() -> None:
    new = GUIDE.replace("num_groups", "num_unique_system_prompts").replace("num_prompts_per_group", "num_users_per_system_prompt")
    assert prefix_of(new) == prefix_of(GUIDE)


def test_missing_keys_take_the_defaults_of_inference_perf_which_are_written_out() -> None:
    text = "load: {stages: [{rate: 4, duration: 60}]}\ndata: {type: shared_prefix, shared_prefix: {}}\n"
    assert prefix_of(text) == SharedPrefix(
        num_unique_system_prompts=10, num_users_per_system_prompt=10, system_prompt_len=100, question_len=50, output_len=50
    )
    found = imported(text)
    assert found.text is not None
    for line in (
        "num_unique_system_prompts: 10",
        "num_users_per_system_prompt: 10",
        "system_prompt_len: 100",
        "question_len: 50",
    ):
        assert f"    {line}\n" in found.text
    notes = [note for note in found.notes if note.code == DEFAULT]
    assert {note.path[-1] for note in notes} == {
        "num_unique_system_prompts", "num_users_per_system_prompt", "system_prompt_len", "question_len", "output_len", "seed",
    }  # fmt: skip
    assert all(note.severity == INFO and (note.line, note.column) == (2, 29) for note in notes)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("4.0", 4),
        ('"4"', 4),
        ("'4.0'", 4),
        ("4_0", 40),
        ("010", 8),
        ("0x10", 16),
        ("1e1", None),
        ("4.5", None),
        ("four", None),
        ("'4.'", None),
        ("[4]", None),
    ],
)
def test_whole_numbers_are_read_as_the_loader_reads_them(written: str, read: int | None) -> None:
    text = with_prefix(question_len=written)
    if read is None:
        assert "data.shared_prefix.question_len" in refusals(text)
    else:
        assert prefix_of(text).question_len == read


@pytest.mark.parametrize(
    "written", ["!!float", "!!int", "!!bool", "!!timestamp x", "!!binary é", "!x 1", "!!float x", "!!timestamp 2001-99-99"]
)
def test_tags_that_do_not_fit_are_refused(written: str) -> None:
    assert "data.type" in refusals(GUIDE.replace("type: shared_prefix", f"type: {written}"))


@pytest.mark.parametrize("written", ["true", "yes", "on", "1", '"true"', "1.0"])
def test_truth_values_are_read_as_the_loader_reads_them(written: str) -> None:
    assert prefix_of(with_prefix(enable_multi_turn_chat=written)).enable_multi_turn_chat


def test_the_seed_is_that_of_the_prompts_or_else_of_the_load() -> None:
    def seed(text: str) -> int:
        spec = opened(text).spec
        assert spec is not None
        return spec.seed

    load = SHORT.replace("load: {", "load: {base_seed: 5, ")
    assert [seed(SHORT), seed(load), seed(load.replace(", seed: 7", "")), seed(SHORT.replace(", seed: 7", ""))] == [7, 7, 5, 42]
    assert seed(SHORT.replace("seed: 7", "seed: null")) == 42


def test_a_last_request_on_the_stages_end_is_not_cut_off() -> None:
    """With a request for each client, all of them fall on the end; a horizon there would leave out nearly all."""
    spec = opened(SHORT.replace("rate: 1", "rate: 0.1")).spec
    assert spec is not None and spec.horizon == 60_000_001
    assert len(generate(spec)) == 6


def test_anchors_and_merges_are_followed() -> None:
    text = """\
data: {type: shared_prefix, shared_prefix: {<<: &lengths {question_len: 10, output_len: 5}, question_len: 11, system_prompt_len: 20, seed: &n 7}}
load: {stages: [&s {rate: 9, duration: 60}, *s, {<<: *s, rate: *n}]}
"""
    spec = opened(text).spec
    assert spec is not None and spec.inference_perf is not None
    assert [stage.rate for stage in spec.inference_perf.stages] == [9, 9, 7]
    assert prefix_of(text).question_len == 11 and prefix_of(text).output_len == 5


def test_of_a_key_given_twice_the_last_one_counts_as_in_the_loader() -> None:
    text = with_prefix().replace("question_len: 10", "question_len: 10, question_len: 12")
    assert prefix_of(text).question_len == 12
    assert any("more than once" in note.message for note in imported(text).notes)


# -- notes


def test_what_has_no_place_is_kept_with_a_note_and_its_place() -> None:
    found = imported(GUIDE)
    kept = {note.message.partition(" ")[0]: (note.line, note.column) for note in found.notes if note.code == KEPT}
    assert kept == {
        "load.type": (2, 3), "load.interval": (3, 3), "load.request_timeout": (10, 3), "api": (11, 1), "server": (14, 1),
        "tokenizer": (19, 1), "report": (30, 1), "storage": (34, 1),
    }  # fmt: skip
    assert all(note.severity == INFO for note in found.notes if note.code == KEPT)
    (server,) = (note for note in found.notes if note.path == ("server",))
    assert "REPLACE_ENV_MODEL, REPLACE_ENV_ENDPOINT_URL" in server.message


def test_what_is_kept_reads_the_same_as_before() -> None:
    text = GUIDE + 'metrics: {type: prometheus, filters: ["a=\\"b\\"", \'c: d\', on, 0x10], none: ~, empty: {}, list: []}\n'
    found = imported(text)
    assert found.text is not None
    kept = yaml.safe_load(kept_lines.from_comments(found.text, kept_lines.INFERENCE_PERF))
    before = yaml.safe_load(text)
    del before["data"], before["load"]["stages"]
    assert kept == before


def test_what_is_only_nearly_the_same_is_a_warning_in_the_numbers_of_the_file() -> None:
    notes = {note.path: note for note in imported(GUIDE).notes if note.code == APPROXIMATED}
    assert all(note.severity == WARNING for note in notes.values())
    assert "30 s" in notes["load", "interval"].message and notes["load", "interval"].line == 3
    assert "Poisson" in notes["load", "type"].message
    questions = notes["data", "shared_prefix", "question_len"]
    assert "75 questions" in questions.message and "10 times in a stage" in questions.message and questions.line == 27


def test_a_missing_interval_is_one_second_and_matters_between_stages_only() -> None:
    notes = [note.path for note in imported(SHORT).notes if note.code == APPROXIMATED]
    assert ("load", "interval") not in notes
    several = imported(GUIDE.replace("  interval: 30.0\n", ""))
    (note,) = (note for note in several.notes if note.path == ("load", "interval"))
    assert "is 1 s" in note.message and (note.line, note.column) == (1, 1)


def test_growing_context_is_said_with_the_length_of_the_last_round() -> None:
    """20 requests a client: 20·(1000+200) + 19·100 tokens in the last round."""
    text = with_prefix(system_prompt_len=1000, question_len=200, output_len=100, enable_multi_turn_chat="true").replace(
        "rate: 1,", "rate: 2,"
    )
    (note,) = (note for note in imported(text).notes if note.path[-1] == "enable_multi_turn_chat")
    assert "25,900 tokens in round 20" in note.message and "every round has 1,200" in note.message


def test_a_secret_that_is_kept_is_a_warning() -> None:
    (note,) = (
        note for note in imported(SHORT + "server: {base_url: x, api_key: abc}\n").notes if note.path == ("server", "api_key")
    )
    assert note.severity == WARNING and "abc" not in note.message


def test_what_is_said_stands_at_the_top_of_the_text() -> None:
    found = imported(GUIDE)
    assert found.text is not None
    head = " ".join(
        line.lstrip("# ") for line in found.text.partition("version:")[0].splitlines() if not line.startswith("#inference")
    )
    for note in found.notes:
        if note.code in (APPROXIMATED, DEFAULT):
            assert note.message in head


# -- lengths from distributions


@pytest.mark.parametrize(
    ("distribution", "length"),
    [
        ("{type: fixed, mean: 77.9}", 77),
        ("{type: fixed, mean: 5, min: 10}", 5),
        ("{mean: 300, std_dev: 0}", 300),
        ("{mean: 2000, std_dev: 0}", 1024),
        ("{mean: 5, std_dev: 0}", 10),
        ("{type: skew_normal, mean: 300, std_dev: 0, skew: 4}", 300),
        ("{type: lognormal, mean: 300.4, std_dev: 0}", 300),
        ("{type: uniform, min: 64, max: 64}", 64),
        ("{type: poisson, min: 64, max: 64}", 64),
        ("{min: 64, max: 64, mean: 9}", 64),
        ("{mean: 300, std_dev: 0, variance: 0, total_count: 5}", 300),
    ],
)
@pytest.mark.parametrize("name", ["system_prompt_len", "question_len", "output_len"])
def test_distributions_that_are_constants_become_numbers(distribution: str, length: int, name: str) -> None:
    text = with_prefix(**{name: distribution})
    assert getattr(prefix_of(text), name) == length
    assert not any("distribution" in note.message for note in imported(text).notes)


def test_an_older_distribution_wins_over_the_number_beside_it() -> None:
    assert prefix_of(with_prefix(question_distribution="{type: fixed, mean: 33}")).question_len == 33
    assert prefix_of(with_prefix(question_len=None, question_distribution="{type: fixed, mean: 33}")).question_len == 33
    assert prefix_of(with_prefix(question_distribution="null")).question_len == 10


def test_a_normal_distribution_becomes_clients_that_draw_the_same() -> None:
    spec = opened(with_prefix(question_len="{mean: 300, std_dev: 50, min: 100, max: 500}")).spec
    assert spec is not None and spec.inference_perf is None and len(spec.clients) == 6
    assert spec.aggregate_rate == 1.0 and spec.horizon == 60_000_000
    one = spec.clients[0]
    assert one.input_distribution.type == "gaussian"
    assert one.input_distribution.params == {"mean": 300, "std_dev": 50, "min": 100, "max": 500}
    assert one.output_distribution.params == {"value": 5} and (one.prefix_group, one.prefix_length) == ("prompt-0", 20)
    requests = generate(spec)
    assert 40 < len(requests) < 85
    assert ((requests.input_tokens >= 120) & (requests.input_tokens <= 520)).all()


def test_a_lognormal_distribution_keeps_its_moments() -> None:
    spec = opened(with_prefix(output_len="{type: lognormal, mean: 150, std_dev: 60, min: 1, max: 4096}")).spec
    assert spec is not None
    drawn = spec.clients[0].output_distribution
    mu, sigma = drawn.params["mu"], drawn.params["sigma"]
    assert drawn.type == "lognormal" and drawn.params["min"] == 1 and drawn.params["max"] == 4096
    assert math.exp(mu + sigma**2 / 2) == pytest.approx(150)
    assert math.sqrt(math.exp(sigma**2) - 1) * 150 == pytest.approx(60)


def test_a_mapping_with_a_mean_alone_is_no_constant() -> None:
    spec = opened(with_prefix(question_len="{mean: 100}")).spec
    assert spec is not None
    assert spec.clients[0].input_distribution.params == {"mean": 100, "std_dev": 200, "min": 10, "max": 1024}


@pytest.mark.parametrize(
    ("name", "distribution", "mean"),
    [
        ("question_len", "{type: skew_normal, mean: 200, std_dev: 80, skew: 2.5, max: 2000}", 259),
        ("question_len", "{type: uniform, min: 100, max: 301}", 200),
        ("question_len", "{type: poisson, mean: 90}", 90),
        ("system_prompt_len", "{mean: 300}", 300),
        ("system_prompt_len", "{mean: 3}", 10),
    ],
)
def test_what_blis_cannot_draw_is_refused_or_becomes_its_mean(name: str, distribution: str, mean: int) -> None:
    text = with_prefix(**{name: distribution})
    assert f"--use-means takes its mean, {mean}" in refusals(text)[f"data.shared_prefix.{name}"]
    assert getattr(prefix_of(text, use_means=True), name) == mean
    (note,) = (note for note in imported(text, use_means=True).notes if "--use-means" in note.message)
    assert note.severity == WARNING


@pytest.mark.parametrize("more", ["stages", "chat"])
def test_drawn_lengths_are_refused_where_clients_could_not_have_them(more: str) -> None:
    text = with_prefix(question_len="{mean: 100}", **({"enable_multi_turn_chat": "true"} if more == "chat" else {}))
    text = text.replace("duration: 60}]", "duration: 60}, {rate: 2, duration: 60}]") if more == "stages" else text
    assert "--use-means" in refusals(text)["data.shared_prefix.question_len"]
    assert prefix_of(text.replace("rate: 1,", "rate: 2,"), use_means=True).question_len == 100


@pytest.mark.parametrize(
    "distribution",
    [
        "{variance: 4}", "{std_dev: 0, variance: -4}", "{min: 5, max: 4}", "{std_dev: -1}", "{type: gauss}", "{mean: null}", "{men: 5}",
        "{type: lognormal, mean: 0}", "{mean: .inf}", '{mean: "٤"}', "{type: fixed, total_count: x}",
    ],
)  # fmt: skip
def test_distributions_that_the_loader_refuses_are_refused(distribution: str) -> None:
    assert any(key.startswith("data.shared_prefix.question_len") for key in refusals(with_prefix(question_len=distribution)))


# -- what is refused


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("type: poisson", "type: concurrent", "load.type"),
        ("type: poisson", "type: trace_replay", "load.type"),
        ("type: poisson", "type: trace_session_replay", "load.type"),
        ("type: poisson", "type: steady", "load.type"),
        ("type: poisson", "type: null", "load.type"),
        ("  request_timeout: 300.0", "  sweep: {type: linear}", "load.sweep"),
        ("  request_timeout: 300.0", "  lora_traffic_split: [{name: a, split: 1.0}]", "load.lora_traffic_split"),
        ("  request_timeout: 300.0", "  reqest_timeout: 300.0", "load.reqest_timeout"),
        ("  request_timeout: 300.0", "  base_seed: x", "load.base_seed"),
        ("interval: 30.0", "interval: soon", "load.interval"),
        ("      duration: 20", "", "load.stages[1].duration"),
        ("duration: 20", "duration: 4.5", "load.stages[1].duration"),
        ("duration: 20", "duration: 20\n      num_requests: 5", "load.stages[1].num_requests"),
        ("duration: 20", "duration: 20\n      warmup: true", "load.stages[1].warmup"),
        ("rate: 0.5", "rate: REPLACE_ENV_RATE", "load.stages[1].rate"),
        ("rate: 0.5", "rate: .inf", "load.stages[1].rate"),
        ("type: shared_prefix", "type: random", "data.type"),
        ("  type: shared_prefix\n", "", "data.type"),
        ("type: shared_prefix", "type: shared_prefix\n  multimodal: {image: {}}", "data.multimodal"),
        ("type: shared_prefix", "type: shared_prefix\n  trace: {file: x}", "data.trace"),
        ("type: shared_prefix", "type: shared_prefix\n  use_chat_template: true", "data.use_chat_template"),
        ("num_groups: 15", "num_groups: 15\n    multimodal: {image: {}}", "data.shared_prefix.multimodal"),
        ("num_groups: 15", "num_groups: 15\n    num_unique_system_prompts: 15", "data.shared_prefix.num_groups"),
        ("question_len: 1200", "question_len: {mean: 5, std_dev: 0}\n    question_distribution: {mean: 5}", "data.shared_prefix.question_distribution"),
        ("question_len: 1200", "question_length: 1200", "data.shared_prefix.question_length"),
        ("ignore_eos", "ignore_eoss", "server.ignore_eoss"),
        ("storage:", "storge:", "storge"),
        ("api:\n  type: completion\n  streaming: true\n", "api:\n", "api"),
    ],
)  # fmt: skip
def test_what_would_send_another_load_is_refused_with_its_key(old: str, new: str, key: str) -> None:
    assert old in GUIDE
    found = refusals(GUIDE.replace(old, new, 1))
    assert key in found
    if "REPLACE" in new:
        assert "placeholder" in found[key]


def test_no_stages_are_refused() -> None:
    for load in ("{type: poisson}", "{stages: []}", "{stages: null}", "{stages: 5}"):
        text = f"load: {load}\ndata: {{type: shared_prefix, shared_prefix: {{}}}}\n"
        assert "load.stages" in refusals(text)
    assert "load" in refusals("load:\ndata: {type: shared_prefix, shared_prefix: {}}\n")
    assert "data.shared_prefix" in refusals("load: {stages: [{rate: 1, duration: 1}]}\ndata: {type: shared_prefix}\n")


def test_a_misspelt_key_is_told_with_the_one_that_was_meant() -> None:
    assert (
        'did you mean "question_len"'
        in refusals(GUIDE.replace("question_len", "question_lenn"))["data.shared_prefix.question_lenn"]
    )


def test_aliases_that_blow_up_are_refused() -> None:
    layers = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "metrics" in refusals(f"{SHORT}metrics:\n  l0: &l0 [x]\n{layers}")


# -- problems of the opened file


def test_what_blis_refuses_is_a_problem_at_its_place_in_the_config() -> None:
    """60 requests for 1,024 clients: nothing crashes, and no mend is offered that would not fit the config."""
    text = (
        GUIDE.replace("    - rate: 0.5\n      duration: 20\n", "")
        .replace("15\n    num", "32\n    num")
        .replace("group: 5", "group: 32")
    )
    text = text.replace("rate: 15", "rate: 1").replace("duration: 50", "duration: 60")
    found = imported(text)
    assert found.text is not None
    (problem,) = found.placed(check(found.text)).errors
    assert problem.code == "fewer-requests-than-clients" and problem.message.startswith(
        "load.stages[0].rate × duration gives 60 requests"
    )
    assert (problem.line, problem.column, problem.mend) == (6, 13, None)
    assert problem.path == ("load", "stages", 0, "rate")


@pytest.mark.parametrize(("name", "line"), [("num_groups", 24), ("question_len", 27)], ids=["older name", "same name"])
def test_wrong_numbers_are_problems_under_the_names_of_the_config(name: str, line: int) -> None:
    lines = GUIDE.splitlines()
    assert lines[line - 1].strip().startswith(name)
    lines[line - 1] = f"    {name}: -1"
    found = imported("\n".join(lines))
    assert found.text is not None
    errors = found.placed(check(found.text)).errors
    assert [(problem.line, problem.column) for problem in errors] == [(line, len(name) + 7)]
    assert errors[0].message.startswith(f"data.shared_prefix.{name} must be")


def test_a_config_that_is_no_yaml_is_no_config() -> None:
    from blis_tui.formats.interop.opening import open_other

    for text in (SHORT + "\t- [", "apiVersion: v1\nkind: x\n", "", "version: '2'\n"):
        assert open_other(check(text)) is None
