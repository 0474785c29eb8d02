"""``--summary FILE --measured RUN``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from run_samples import aiperf_summary, inference_perf_report, stage_report, write_json
from running import Run

Write = Callable[..., Path]


def test_a_run_beside_its_file(run: Run, spec: Path, tmp_path: Path) -> None:
    folder = inference_perf_report(
        tmp_path / "reports", [stage_report(8.0, 7.9, 240, 0, 0.1), stage_report(20.0, 16.2, 600, 12, 0.4)]
    )
    ran = run("--summary", spec, "--measured", folder)
    assert (ran.code, ran.err) == (0, "")
    section = ran.out[ran.out.index("Measured by inference-perf: reports") :].split("\n\n")[0].splitlines()
    assert re.split(r"\s{2,}", section[1].strip())[:4] == ["stage", "target/s", "planned", "sent"]
    cells = re.split(r"\s{2,}", section[3].strip())
    assert (cells[0], cells[1], cells[3:]) == ("2", "20.00", ["600", "16.20", "12", "360 ms", "1.20 s", "4.50 s", "15.0 s"])
    assert section[5:] == [
        "  Stage 2 achieved 16.20 of 20.00 requests/s: 19% short of its target.",
        "  Stage 2: 12 of 600 requests failed.",
    ]


def test_as_json(run: Run, spec: Path, tmp_path: Path) -> None:
    folder = inference_perf_report(tmp_path / "reports", [stage_report(8.0, 8.0, 240), stage_report(20.0, 16.2, 600, 600)])
    found = json.loads(run("--summary", spec, "--json", "--measured", folder).out)["measured"]
    first, second = found["stages"]
    assert (found["tool"], found["rate_counts"], found["total"]["requests"]) == ("inference-perf", "sent", 840)
    assert (first["target_rate"], first["achieved_rate"], first["missed"], first["ttft_us"]["p50"]) == (8.0, 8.0, None, 180_000)
    assert (second["failures"], second["missed"], second["ttft_us"]["mean"]) == (600, 0.19, None)
    assert json.loads(run("--summary", spec, "--json").out)["measured"] is None


def test_a_run_of_virtual_users(run: Run, tmp_path: Path) -> None:
    pool = Path(__file__).parents[3] / "examples" / "pool.yaml"
    ran = run("--summary", pool, "--assume", "ttft=1s,itl=0s", "--measured", write_json(tmp_path / "a.json", aiperf_summary()))
    assert ran.code == 0
    (line,) = [line for line in ran.out.splitlines() if line.startswith("  total")]
    assert re.split(r"\s{2,}", line.strip()) == ["total", "–", "–", "840", "13.50", "0", "180 ms", "600 ms", "4.50 s", "15.0 s"]


def test_what_cannot_be_read(run: Run, spec: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": 1,\n  b}', "utf-8")
    ran = run("--summary", spec, "--measured", path)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"blis-tui: {path}:2:3: is not JSON: ")


def test_text_of_a_file_is_not_obeyed(run: Run, spec: Path, tmp_path: Path) -> None:
    summary = aiperf_summary(is_complete=False, incomplete_reason="\x1b[2Jgone")
    ran = run("--summary", spec, "--measured", write_json(tmp_path / "a\x1b[31m.json", summary))
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert r"\x1b[2Jgone" in ran.out


def test_only_with_a_summary(run: Run, spec: Path) -> None:
    ran = run("--check", spec, "--measured", "x")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "blis-tui: --measured only works with --summary")
