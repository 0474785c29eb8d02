"""``--summary``: as text, as JSON, and its chart."""

from __future__ import annotations

import gc
import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_input import CLIENT, GOOD
from running import Run

from blis_tui.cli.outputs import colours
from blis_tui.cli.summary import command as summary_command
from blis_tui.cli.summary.chart import draw_chart
from blis_tui.workload.totals.bins import Bins, Series
from blis_tui.workload.totals.targets import Step

SPECS = Path(__file__).parents[2] / "specs"
Write = Callable[..., Path]
CHAT = GOOD.replace("chat: false", "chat: true")
ONE = GOOD.replace("    - {rate: 20.0, duration: 30}\n", "")


def cells(text: str, first: str) -> list[str]:
    """Return the cells of the line that begins with some word."""
    (line,) = [line for line in text.splitlines() if line.startswith(first)]
    return re.split(r"\s{2,}", line.strip())


def test_stages_and_totals(run: Run, spec: Path) -> None:
    ran = run("--summary", spec)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{spec}   version 2 · seed 42 · horizon 1 min · 12 clients\n")
    stage, start, end, target, expected, generated, difference, spread = cells(ran.out, "2 ")
    assert (stage, start, end, target, expected) == ("2", "30 s", "1 min", "20.00", "600")
    assert int(difference) == int(generated) - 600
    assert spread == f"{(int(generated) - 600) / math.sqrt(600):+.1f} σ"
    assert cells(ran.out, "total")[1:3] == ["840", cells(ran.out, "requests")[1]]
    requests = int(cells(ran.out, "requests")[1].replace(",", ""))
    assert cells(ran.out, "input tokens") == ["input tokens", f"{requests * 547:,}"]
    assert cells(ran.out, "  of which prefix")[1:] == [f"{requests * 100:,}", "18.3%; 300 unique"]
    assert cells(ran.out, "output tokens")[1] == f"{requests * 248:,}"
    assert cells(ran.out, "longest context")[1] == "795"
    assert cells(ran.out, "clients")[1:] == ["12", "3 prefix groups"]
    assert cells(ran.out, "target rate")[1:] == ["14.00", "arrivals/s over 1 min; peak 20.00"]
    assert "in 1 s" in cells(ran.out, "request rate")[2]


def test_exact_counts_are_called_exact(run: Run, write: Write) -> None:
    ran = run("--summary", write(ONE))
    assert cells(ran.out, "1 ")[4:] == ["240", "240", "0", "exact"]
    assert "\ntotal" not in ran.out


def test_cohorts_beside_a_stage_show_in_the_total(run: Run, write: Write) -> None:
    cohort = (
        "cohorts: [{id: more, population: 2, rate_fraction: 1, slo_class: standard, arrival: {process: constant}, "
        "input_distribution: {type: constant, params: {value: 5}}, output_distribution: {type: constant, params: {value: 5}}}]\n"
    )
    out = run("--summary", write(ONE + cohort)).out
    assert cells(out, "1 ")[4:] == ["240", "240", "0", "exact"]
    assert int(cells(out, "total")[2]) > 240


def test_a_horizon_that_cuts_is_told(run: Run, spec: Path) -> None:
    ran = run("--summary", spec, "--horizon", "40s")
    assert cells(ran.out, "2 ")[2:5] == ["40 s", "20.00", "200"]
    assert "The horizon cuts stages off" in ran.out
    assert "horizon-cuts" in ran.err


def test_chat_of_version_1_counts_sessions_as_arrivals(run: Run, write: Write) -> None:
    ran = run("--summary", write(CHAT.replace('"2"', '"1"')))
    assert "sessions" in cells(ran.out, "requests")[2]
    assert "targets are sessions per second" in ran.out
    assert 900 < int(cells(ran.out, "1 ")[4].replace(",", "")) < 1200


def test_chat_of_version_2_loses_rounds(run: Run, write: Write) -> None:
    assert "Rounds of a session that fall after the end of its stage are lost" in run("--summary", write(CHAT)).out


def test_files_without_stages(run: Run, write: Write) -> None:
    ran = run("--summary", write(CLIENT))
    assert ran.code == 0
    assert "\nstage" not in ran.out
    assert cells(ran.out, "target rate")[1:] == ["5.00", "arrivals/s over 1 min"]
    first = next(line for line in ran.out.splitlines() if line.startswith("requests"))
    assert re.split(r"\s{2,}", first)[1] == "300"


def test_what_cannot_be_expected_shows_no_number(run: Run, write: Write) -> None:
    chat = "    reasoning: {reason_ratio_distribution: {type: constant, params: {value: 1}}, multi_turn: {max_rounds: 3}}\n"
    ran = run("--summary", write(CLIENT + chat))
    assert ran.code == 0
    assert re.search(r"^requests +\? +\d+ +\d+$", ran.out, re.MULTILINE)


def test_limits_are_told(run: Run, spec: Path) -> None:
    out = run("--summary", spec, "--num-requests", "100", "--set", "horizon=0").out
    assert "no horizon · at most 100 requests" in out
    assert cells(out, "total")[1:] == ["100", "100", "0", "exact"]


def test_a_limit_that_sessions_go_past_is_called_neither_a_limit_nor_exact(run: Run, write: Write) -> None:
    path = write(CHAT.replace("seed: 42", "seed: 42\nnum_requests: 50"))
    ran = run("--summary", path)
    assert "plan cut at 50 requests" in ran.out and "at most" not in ran.out and "exact" not in ran.out
    assert "num_requests only limits the plan: a run sends all rounds of its 6 sessions, 6 × 40 = 240 requests, fewer" in ran.out
    total = json.loads(run("--summary", "--json", path).out)["total"]
    assert (total["generated"], total["exact"], total["standard_deviation"]) == (50, False, None)


def test_problems_go_to_standard_error(run: Run, write: Write) -> None:
    ran = run("--summary", write(GOOD.replace('"2"', '"3"')))
    assert ran.code == 0
    assert "unknown-version" in ran.err
    assert "unknown-version" not in ran.out
    bad = run("--summary", write(GOOD.replace("rate: 8.0", "rate: -8")))
    assert (bad.code, bad.out) == (1, "")
    assert ":6:14: error: " in bad.err


def test_what_generation_refuses_has_its_place(run: Run, write: Write) -> None:
    path = write(CLIENT.replace("rate_fraction: 1.0", "concurrency: 3"))
    ran = run("--summary", path)
    assert (ran.code, ran.out) == (1, "")
    assert re.search(rf"^{path}:\d+:\d+: error: .*concurrency", ran.err, re.MULTILINE)


def test_no_requests_need_no_chart(run: Run, spec: Path) -> None:
    ran = run("--summary", spec, "--horizon", "1us")
    assert ran.code == 0
    assert "Requests per second" not in ran.out
    assert cells(ran.out, "total")[2] == "0"


def document(run: Run, *arguments: object) -> dict[str, Any]:
    ran = run("--summary", "--json", *arguments)
    assert ran.code == 0
    found: dict[str, Any] = json.loads(ran.out)
    assert found["version"] == 1
    return found


def test_json(run: Run, spec: Path) -> None:
    found = document(run, spec)
    assert found["spec"] == {
        "path": str(spec), "version": "2", "rules": 2, "seed": 42, "horizon_us": 60_000_000, "num_requests": None,
    }  # fmt: skip
    first = found["stages"][0]
    assert [first[key] for key in ("stage", "start_us", "end_us", "planned_us", "target_rate")] == [
        1,
        0,
        30_000_000,
        30_000_000,
        8.0,
    ]
    assert (first["expected"], first["exact"]) == (240.0, False)
    assert first["standard_deviation"] == pytest.approx(math.sqrt(240), abs=1e-3)
    assert first["difference"] == first["generated"] - 240
    assert first["deviations"] == pytest.approx(first["difference"] / math.sqrt(240), abs=1e-3)
    total = found["total"]
    assert sum(stage["generated"] for stage in found["stages"]) == total["generated"] == sum(found["bins"]["requests"])
    assert sum(found["bins"]["tokens"]) == found["input_tokens"] + found["output_tokens"]
    assert (found["clients"], found["prefix_groups"], found["sessions"], found["longest_context"]) == (12, 3, 0, 795)
    assert found["prefix_tokens"] == 100 * total["generated"]
    assert found["unique_prefix_tokens"] == 300
    assert found["prefix_share"] == pytest.approx(100 / 547, abs=1e-6)
    assert found["rates"]["target"] == {"mean": 14.0, "peak": 20.0}
    assert found["rates"]["end_us"] == 60_000_000
    assert found["rates"]["requests"]["mean"] == pytest.approx(total["generated"] / 60, abs=1e-5)
    assert found["rates"]["requests"]["peak"] == found["rates"]["requests"]["peak_1s"] == max(found["bins"]["requests"])


def test_json_of_exact_and_of_unknown_counts(run: Run, write: Write) -> None:
    (stage,) = document(run, write(ONE))["stages"]
    assert (stage["exact"], stage["deviations"], stage["standard_deviation"]) == (True, None, 0.0)
    chat = "    reasoning: {reason_ratio_distribution: {type: constant, params: {value: 1}}, multi_turn: {max_rounds: 3}}\n"
    found = document(run, write(CLIENT + chat))
    assert found["stages"] == []
    assert (found["total"]["expected"], found["total"]["exact"], found["total"]["difference"]) == (None, False, None)


def test_rates_keep_their_significant_digits(run: Run, write: Write) -> None:
    slow = CLIENT.replace("aggregate_rate: 5\n", "aggregate_rate: 1.234567e-7\n")
    assert slow != CLIENT
    found = document(run, write(slow))
    assert found["rates"]["target"] == {"mean": 1.23457e-7, "peak": 1.23457e-7}
    assert found["total"]["expected"] == pytest.approx(60 * 1.234567e-7, rel=1e-3)
    assert found["rates"]["requests"] == {"mean": 0.0, "peak": 0.0, "peak_1s": 0.0}


def test_a_last_request_is_no_peak(run: Run) -> None:
    found = document(run, SPECS / "ten-requests.yaml")
    assert found["rates"]["requests"] == {"mean": 1.0, "peak": 5.0, "peak_1s": 1.0}
    assert found["bins"]["requests"] == [int(number in (*range(5, 50, 5), 49)) for number in range(50)]
    text = run("--summary", SPECS / "ten-requests.yaml").out
    assert cells(text, "request rate")[1:] == ["1.00", "requests/s over 10 s; peak 5.00 in 200 ms, 1.00 in 1 s"]
    chart = text.partition("Requests per second")[2]
    assert "\n5┤" in chart and "000┤" not in chart
    assert len(re.findall("[█▌▐]+", chart.splitlines()[5])) == 10  # a column each


def test_a_last_bin_cut_short_is_no_peak(run: Run) -> None:
    found = document(run, SPECS / "poisson-400.yaml")
    assert found["rates"]["requests"]["peak"] == 3.2
    assert found["rates"]["target"] == {"mean": 2.0, "peak": 2.0}


def test_a_burst_shorter_than_a_bin_is_seen(run: Run) -> None:
    text = run("--summary", SPECS / "burst.yaml").out
    assert "peak 334.0 in 1 s, 7.17 in 2 min" in cells(text, "request rate")[2]
    assert "peak 50,100 in 1 s" in cells(text, "token rate")[2]
    chart = text.partition("Requests per second in bins of 2 min")[2]
    assert "┊┊ highest in 1 s" in chart
    rows = [line.partition("┤")[2] or line.partition("│")[2] for line in chart.splitlines() if "┤" in line or "│" in line]
    top = next(row for row in rows if "┊" in row)
    places = {place for row in rows for place, sign in enumerate(row) if sign == "┊"}
    assert rows.index(top) == 2 and max(places) - min(places) <= 4  # at 334 of 400, as wide as a bin
    (level,) = [row for row in rows if row.count("─") == 1]
    assert min(places) <= level.index("─") <= max(places)  # the stage of two seconds
    bins = document(run, SPECS / "burst.yaml")["bins"]
    assert bins["span_us"] == 1_000_000
    assert max(bins["fullest_requests"]) == 334 and max(bins["fullest_tokens"]) == 334 * 150


def test_target_rates_are_means_over_time(run: Run) -> None:
    assert document(run, SPECS / "spikes.yaml")["rates"]["target"] == {"mean": 56.866667, "peak": 85.3}
    assert cells(run("--summary", SPECS / "spikes.yaml").out, "target rate")[1:] == [
        "56.87",
        "arrivals/s over 1 min; peak 85.30",
    ]


def test_targets_that_are_not_known_are_not_told(run: Run, write: Write) -> None:
    chat = (
        "    reasoning: {reason_ratio_distribution: {type: constant, params: {value: 1}}, "
        "multi_turn: {max_rounds: 3, single_session: true}}\n"
    )
    assert document(run, write(CLIENT + chat))["rates"]["target"] is None
    assert "target rate" not in run("--summary", write(CLIENT + chat)).out


def test_huge_rates_are_written_short(run: Run, write: Callable[..., Path]) -> None:
    path = write(GOOD.replace("horizon: 60000000", "num_requests: 100").replace("rate: 8.0", "rate: 1.0e+300"))
    text = run("--summary", path).out
    assert "  1.0e+300  " in text
    assert max(map(len, text.splitlines())) < 160


def test_stages_make_what_is_expected_of_them_and_no_whole_numbers(run: Run) -> None:
    text = run("--summary", SPECS / "fractions.yaml").out
    assert cells(text, "1 ")[4] == "400" and cells(text, "total")[1] == "7,500"


def over_time(end: int = 60_000_000, count: int = 60) -> Series:
    return Series(Bins(end // count, end), np.arange(count), end // count, np.arange(count))


STEPS = (Step(0, 60_000_000, 30.0), Step(60_000_000, 70_000_000, 99.0))


def test_the_chart_is_plain_text() -> None:
    lines = draw_chart(over_time(), STEPS, 80, colour=False).splitlines()
    assert len(lines) == 15
    assert all(line.isprintable() and len(line) <= 80 for line in lines)
    assert set(lines[-3]) & set("█▌▐")
    assert any("───────" in line for line in lines[1:-2])
    assert lines[-1].split()[0] == "0"
    assert lines[0].lstrip().startswith("┌")
    assert " 60┤" in "\n".join(lines) or "60┤" in "\n".join(lines)


def test_the_chart_in_colour_and_in_ascii() -> None:
    assert "\x1b[38;5;6m" in draw_chart(over_time(), STEPS, 80, colour=True)
    plain = draw_chart(over_time(), STEPS, 80, colour=False, unicode=False)
    assert plain.isascii()
    assert "#" in plain
    assert "=====" in plain


@pytest.mark.parametrize(("asked", "width"), [(10, 40), (60, 60), (1000, 200)])
def test_the_chart_keeps_a_sensible_width(asked: int, width: int) -> None:
    assert max(map(len, draw_chart(over_time(), (), asked, colour=False).splitlines())) == width


@pytest.mark.parametrize("end", [60, 6_000_000_000_000_000])
def test_the_chart_of_any_time(end: int) -> None:
    assert draw_chart(over_time(end), (), 80, colour=False)


@pytest.mark.parametrize(
    ("name", "named"), [("spikes", "── target"), ("burst", "── target"), ("chat", "── expected"), ("sessions", "")]
)
def test_the_line_over_the_chart_is_what_is_aimed_at_or_expected(run: Run, tmp_path: Path, name: str, named: str) -> None:
    specs = Path(__file__).parents[2]
    texts = {
        "chat": (specs / "golden" / "v1-chat.yaml").read_text(),
        "sessions": (specs / "golden" / "clients-chat-single-session.yaml").read_text(),
    }
    path = tmp_path / "spec.yaml"
    path.write_text(texts.get(name) or (specs / "specs" / f"{name}.yaml").read_text())
    (title,) = [line for line in run("--summary", path).out.splitlines() if line.startswith("Requests per second in bins")]
    assert title.endswith(named) if named else "──" not in title


def test_the_chart_of_nothing() -> None:
    assert draw_chart(over_time(1, 1), (), 80, colour=False)


def test_no_colour_off_a_terminal(run: Run, spec: Path) -> None:
    assert "\x1b" not in run("--summary", spec).out


@pytest.mark.parametrize(
    ("environment", "colour"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal(
    run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], colour: bool
) -> None:
    monkeypatch.setattr(colours, "is_terminal", lambda stream: True)
    monkeypatch.setattr(os, "environ", {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")})
    os.environ.update(environment)
    assert ("\x1b[38" in run("--summary", spec).out) is colour


@pytest.mark.parametrize(("choice", "colour"), [("always", True), ("never", False), ("auto", False)])
def test_the_command_line_has_the_last_word_on_colour(run: Run, spec: Path, choice: str, colour: bool) -> None:
    painted = run("--summary", spec, "--color", choice).out
    assert ("\x1b[1m" in painted) is ("\x1b[38" in painted) is colour
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == run("--summary", spec).out


def test_the_width_is_the_terminals(run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert max(len(line) for line in run("--summary", spec).out.splitlines() if "┤" in line) == 50


def test_an_encoding_without_blocks_gets_ascii(run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_command, "_is_unicode", lambda: False)
    chart = run("--summary", spec).out.partition("Requests per second")[2]
    assert chart.isascii()


@pytest.mark.parametrize(
    ("encoding", "able"), [("utf-8", True), ("ascii", False), ("latin-1", False), ("nonsense", False), (None, False)]
)
def test_which_encodings_have_blocks(monkeypatch: pytest.MonkeyPatch, encoding: str | None, able: bool) -> None:
    monkeypatch.setattr("sys.stdout", type("Stream", (), {"encoding": encoding})())
    assert summary_command._is_unicode() is able


POOL = CLIENT.replace("rate_fraction: 1.0", "concurrency: 3\n    think_time_us: 500000").replace(
    "    arrival: {process: constant}\n", ""
)


def test_planned_and_sent(run: Run, write: Write) -> None:
    path = write(CHAT.replace("    - {rate: 20.0, duration: 30}\n", ""))
    plan, text = document(run, path), run("--summary", path).out
    sent = document(run, path, "--assume", "ttft=1s,itl=50ms")
    assert (plan["basis"], sent["basis"], plan["capacity"]["basis"]) == ("planned", "sent", "sent")
    assert plan["total"]["planned"] == plan["total"]["generated"] == sent["total"]["planned"]
    assert sent["total"]["sent"] == sent["total"]["generated"] < plan["total"]["sent"] < plan["total"]["planned"]
    assert (plan["assumed"], sent["assumed"]) == (
        {"ttft_us": 200_000, "itl_us": 20_000, "kv_bytes": 0, "given": False},
        {"ttft_us": 1_000_000, "itl_us": 50_000, "kv_bytes": 0, "given": True},
    )
    assert sent["total"]["expected"] is None
    assert cells(text, "stage")[-3:] == ["planned", "difference", "sent"]
    assert cells(text, "1 ")[-1] == f"{plan['total']['sent']:,}"
    assert "██ planned" in text and "██ sent" in run("--summary", path, "--assume", "ttft=1s").out
    assert "Sent: each round waits for the previous answer; if an answer takes 200 ms + 20 ms per token" in text


def test_virtual_users_are_summed_up_with_an_assumption(run: Run, write: Write) -> None:
    path = write(POOL)
    ran = run("--summary", path)
    assert ran.code == 1 and "--assume ttft=200ms,itl=20ms" in ran.err
    found = document(run, path, "--assume", "ttft=200ms,itl=20ms")
    assert (found["basis"], found["total"]["planned"], found["sessions"]) == ("sent", None, 3)
    assert found["capacity"]["under_way"]["peak"] <= 3
    text = run("--summary", path, "--assume", "itl=20ms").out
    assert re.search(rf"^requests +{found['total']['sent']:,}  3 sessions; sent$", text, re.MULTILINE)
    assert "Virtual users wait for answers" in text and "planned" not in text


def test_capacity(run: Run, spec: Path) -> None:
    text = run("--summary", spec).out
    assert (
        "Capacity for what is planned, if an answer takes 200 ms + 20 ms per token (the default; change it with --assume" in text
    )
    assert "kv=BYTES" in text
    found = document(run, spec, "--assume", "ttft=100ms,itl=10ms,kv=1KiB")["capacity"]
    rate = document(run, spec)["rates"]["requests"]["mean"]
    assert found["mean_answer_us"] == 100_000 + 248 * 10_000
    assert found["under_way"]["mean"] == pytest.approx(rate * 2.58, rel=0.05)  # but for answers after the end
    assert found["input_tokens_per_s"]["mean"] == pytest.approx(rate * 547, rel=1e-4)
    assert found["output_tokens_per_s"]["mean"] == pytest.approx(rate * 248, rel=1e-4)
    assert found["reusable"]["share"] == found["reusable"]["shared_prefixes_share"] == pytest.approx(100 / 547, rel=0.01)
    assert found["prefill_tokens_per_s"]["mean"] == pytest.approx(rate * 447, rel=0.01)
    assert found["decode_tokens_per_s"]["mean"] == pytest.approx(rate * 248, rel=0.05)
    assert found["held_bytes"]["peak"] == 1024 * found["held_tokens"]["peak"]
    assert {found["input_tokens"][name] for name in ("p50", "p90", "p99", "max", "mean")} == {547}
    assert found["stages"][0]["gap_variation"] == pytest.approx(1, abs=0.2)
    assert [stage["requests"] for stage in found["stages"]] == [stage["sent"] for stage in document(run, spec)["stages"]]
    assert document(run, spec, "--assume", "itl=0")["capacity"]["decode_tokens_per_s"] is None
    assert " GB at 1,024 bytes per token" in run("--summary", spec, "--assume", "kv=1KiB").out
    assert " at 1 byte per token" in run("--summary", spec, "--assume", "kv=1").out


@pytest.mark.parametrize(
    "text", ["", "200ms", "ttft", "ttft=", "ttft=-1", "ttft=1ms,ttft=2ms", "tpot=1ms", "itl=5 days", "kv=much", "ttft=1.5us"]
)
def test_what_is_no_assumption_is_refused(run: Run, spec: Path, text: str) -> None:
    ran = run("--summary", spec, "--assume", text)
    assert (ran.code, ran.out) == (2, "")
    assert "--assume" in ran.err and " needs " in ran.err


def test_what_was_read_is_not_searched_for_garbage_again(run: Run, spec: Path) -> None:
    before = gc.get_freeze_count()
    assert run("--summary", spec).code == 0
    assert gc.get_freeze_count() > before
