"""How the form and the tabs look: empty, filled, with errors, in every size, dark and light."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from designer import SMALL, TWO_STAGE
from run_samples import aiperf_record, inference_perf_report, stage_report, write_lines
from scenes import WRONG, Scene, Shot, shots

from blis_tui.formats.export import export
from blis_tui.formats.interop.opening import open_text
from blis_tui.formats.options import ExportOptions
from blis_tui.reading import loads
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.filing.disk import Document, show
from blis_tui.tui.simulation.simulation_line import SimulationLine
from blis_tui.workload.measured.run import ANSWERED, Run, Timings, measured, measured_classes

CHAT = SMALL.replace("chat: false", "chat: true")
CHAT_EXAMPLE, COHORTS_EXAMPLE, POOL_EXAMPLE = (
    (Path(__file__).parents[3] / "examples" / f"{name}.yaml").read_text(encoding="utf-8") for name in ("chat", "cohorts", "pool")
)
VERSION_1 = SMALL.replace('"2"', '"1"')
MANY_STAGES = TWO_STAGE.replace("1200000000", "2100000000").replace(
    "    - {rate: 20.0, duration: 600}\n", "".join(f"    - {{rate: {rate}, duration: 100}}\n" for rate in range(1, 16))
)
EXAMPLES = Path(__file__).parents[3] / "examples"
CLIENTS = (EXAMPLES / "clients.yaml").read_text(encoding="utf-8").replace("horizon: 120000000", "horizon: 12000000")
COHORTS = (EXAMPLES / "cohorts.yaml").read_text(encoding="utf-8").replace("horizon: 600000000", "horizon: 12000000")
CLIENT = "ctrl+l | "
BROKEN = "alt+4 | ctrl+home left_square_bracket"


CONFIG = """\
load: {type: poisson, interval: 30, stages: [{rate: 8, duration: 6}, {rate: 20, duration: 6}]}
server: {type: vllm, base_url: REPLACE_ENV_URL}
data:
  type: shared_prefix
  shared_prefix: {num_groups: 9, num_prompts_per_group: 5, question_len: 447, output_len: 248}
"""


def open_config(app: DesignerApp) -> None:
    """Open a config of inference-perf in place of the file."""
    imported = open_text(CONFIG, "config.yml")
    assert imported is not None and imported.text is not None
    document = Document(imported.text, None, notes=imported.carried(), made_from=imported.kind)
    show(app.workspace, document, Path("config.yml"))
    app.refresh_view()


def open_trace(app: DesignerApp) -> None:
    """Show a trace that a small workload was exported to."""
    path = Path("small.mooncake.jsonl")
    export(loads(COHORTS), path.parent, ["mooncake"], stem="small", options=ExportOptions(block_size=50))
    app.do(app.filing.open_path(path), "files")


def simulating(app: DesignerApp) -> None:
    """Say that BLIS is at work."""
    app.home.query_one(SimulationLine).tell("qwen/qwen3-14b", 3.2)


def simulated(app: DesignerApp) -> None:
    """Show a simulation of a text that was changed since: a request each 60 ms, answered more and more slowly."""
    sent = np.arange(0, 12_000_000, 60_000)
    waited = 40_000.0 + sent / 10
    timings = Timings(
        sent, np.ones(len(sent), np.bool_), waited, np.full(len(sent), 13_000.0), waited + 3_224_000, absolute=True, by_answers=True,
        slo_class=(np.arange(len(sent)) % 4 == 0).astype(np.int64), slo_classes=("critical", "batch"),
    )  # fmt: skip
    classes, notes = measured_classes(timings), ("KV-cache hit rate 68%, 0 preemptions.",)
    run = Run("BLIS", "qwen/qwen3-14b", (), measured(timings), (), classes, timings, ANSWERED, notes, simulated=True)
    app.overlays.show(run, "")


def open_odd_trace(app: DesignerApp) -> None:
    """Show a trace with more notes than there is room for."""
    path = Path("odd.jsonl")
    rows = [
        {"timestamp": 1_700_000_000_000 + 900 * number, "input_length": 700, "hash_ids": [1, 2], "session_id": "a"}
        for number in range(5)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    app.do(app.filing.open_path(path), "files")


def spec(name: str) -> str:
    return (Path(__file__).parents[2] / "specs" / f"{name}.yaml").read_text(encoding="utf-8")


def at(row: int) -> str:
    return "alt+4 | " + "down " * row


STAGES = (stage_report(8.0, 7.9, 4800, 0, 0.1, 4.6), stage_report(20.0, 16.2, 12000, 212, 0.9, 9.3))


def overlay(app: DesignerApp) -> None:
    """Show a run in which the second stage falls short."""
    app.overlays.read(inference_perf_report(Path("reports-3"), STAGES))


def overlay_other(app: DesignerApp) -> None:
    """Show a run of other stages than the file has."""
    app.overlays.read(inference_perf_report(Path("reports-4"), (*STAGES, STAGES[0])))


def overlay_requests(app: DesignerApp) -> None:
    """Show a run whose requests are known one by one, at rates that swing."""
    sent = accumulate(0.065 + 0.02 * math.sin(place / 900) for place in range(18_000))
    records = (aiperf_record(at, ttft_ms=100.0 + place % 300) for place, at in enumerate(sent))
    app.overlays.read(write_lines(Path("artifacts/profile_export.jsonl"), records))


def is_overlaid(app: DesignerApp) -> bool:
    return app.preview.comparison is not None


SCENES = (
    Scene("form", "alt+0", TWO_STAGE, shots="80 120-light 80-ansi"),
    Scene("form-field", "alt+0 tab tab tab", TWO_STAGE),
    Scene("form-wrong", "f2 f2", WRONG, shots="80 120 120-light"),
    Scene("form-empty", "alt+0", "", file=None, shots="80 120"),
    Scene("form-many-stages", "alt+0", MANY_STAGES, shots="80"),
    Scene("form-clients", CLIENT + "down down down enter |", CLIENTS, shots="80 120 200-light"),
    Scene("form-client-windows", CLIENT + "end enter | " + "tab " * 20, CLIENTS, shots="80 120"),
    Scene("form-clients-wrong", CLIENT + "end enter |", CLIENTS.replace('0.7, "256": 0.3', "-0.7"), shots="120-light"),
    Scene("form-cohorts", CLIENT + "enter | " + "tab " * 18, COHORTS, shots="80-light 120"),
    Scene("form-version-1", "alt+0", VERSION_1),
    Scene("form-config", "alt+0", begin=open_config, shots="80 120-light"),
    Scene("yaml-config", "alt+4", begin=open_config),
    Scene("chart", "alt+1", TWO_STAGE, shots="80 120 200 120-light 120-ansi"),
    Scene("chart-sessions", "alt+1 | m right", CHAT),
    Scene("chart-no-sessions", "alt+1 | m", shots="80"),
    Scene("chart-tokens-stacked", "alt+1 | m m g", TWO_STAGE, shots="80 120-light"),
    Scene("chart-many-stages", "alt+1 | right right right", MANY_STAGES, shots="80 120"),
    Scene("chart-past-the-horizon", "alt+1", SMALL.replace("12000000", "9000000")),
    Scene("chart-cohorts", "alt+1", spec("spikes")),
    Scene("chart-burst", "alt+1", spec("burst"), shots="80 200"),
    Scene("chart-short-last-bin", "alt+1", spec("ten-requests"), shots="80 200"),
    Scene("chart-wrong", "alt+1", WRONG),
    Scene("chart-planned", "alt+1", CHAT_EXAMPLE, shots="80 120-light"),
    Scene("chart-sent", "alt+1 | alt+w", CHAT_EXAMPLE, shots="80 120 200-light 120-ansi"),
    Scene("chart-under-way", "alt+1 | M", POOL_EXAMPLE, shots="80-light 120 200"),
    Scene("chart-output", "alt+1 | M M", TWO_STAGE),
    Scene("chart-cursor", "alt+1 | c left", TWO_STAGE, shots="80 120 200-light 120-ansi"),
    Scene("chart-zoomed", "alt+1 | c | z | z |", TWO_STAGE, shots="80 120-light 200"),
    Scene("chart-by-tenant", "alt+1 | t t | c", COHORTS_EXAMPLE, shots="80 120-light 200"),
    Scene("chart-run", "alt+1", TWO_STAGE, shots="80 80-light 120 120-light 200 200-light", begin=overlay, until=is_overlaid),
    Scene("chart-run-assumed", "alt+1 | alt+m", TWO_STAGE, shots="80 120-light 200", begin=overlay, until=is_overlaid),
    Scene("chart-run-of-requests", "alt+1", TWO_STAGE, shots="80-light 120 200", begin=overlay_requests, until=is_overlaid),
    Scene("chart-run-of-others", "alt+1", TWO_STAGE, shots="80 120-light", begin=overlay_other, until=is_overlaid),
    Scene("summary-run", "alt+5", TWO_STAGE, shots="80 120-light 200", begin=overlay_other, until=is_overlaid),
    Scene("assumption", "alt+t up tab tab 1 2 8", POOL_EXAMPLE, shots="80 120-light"),
    Scene("assumption-wrong", "alt+t x", CHAT_EXAMPLE, shots="80 120-light"),
    Scene("simulating", "alt+1", begin=simulating, shots="80 120-light"),
    Scene("chart-simulated", "alt+1", begin=simulated, shots="80 120-light 200"),
    Scene("summary-simulated", "alt+5", begin=simulated, shots="80 120"),
    Scene("clients", "alt+2", shots="80 200 120-light"),
    Scene("clients-sorted", "alt+2 | right right s s"),
    Scene("clients-filtered", "alt+2 | slash p r o m p t minus 3"),
    Scene("clients-wrong", "alt+2", WRONG),
    Scene("requests", "alt+3", shots="80 120 200-light"),
    Scene("requests-wrong-query", "alt+3 | slash i n p t u greater_than_sign 5", shots="80"),
    Scene("requests-scrolled", "alt+3 | " + "right " * 9, shots="80"),
    Scene("clients-pool", "alt+2", POOL_EXAMPLE),
    Scene("requests-pool", "alt+3", POOL_EXAMPLE),
    Scene("requests-none-found", "alt+3 | slash n o n e"),
    Scene("requests-empty", "alt+3", "", file=None),
    Scene("yaml", "alt+4", shots="80 200-light"),
    Scene("yaml-wrong", at(11), WRONG, shots="80 120 120-light"),
    Scene("yaml-broken", BROKEN),
    Scene("yaml-replace", "alt+4 | ctrl+r | r a t e enter tab r p s", shots="80 120-light"),
    Scene("yaml-complete", "alt+4 | down down end enter | ctrl+@", shots="80 120-light"),
    Scene("summary", "alt+5", TWO_STAGE, shots="80 120 200-light"),
    Scene("summary-chat", "alt+5", CHAT),
    Scene("summary-sent", "alt+5 | pagedown", POOL_EXAMPLE, shots="80 120-light"),
    Scene("summary-wrong", "alt+5", WRONG, shots="80"),
    Scene("problems", "alt+6", WRONG, shots="80 120-light"),
    Scene("too-small", shots="40"),
    Scene("trace", begin=open_trace, shots="80 120 200 200-light"),
    Scene("trace-notes", begin=open_odd_trace, shots="80 120-light"),
    Scene("trace-assume", "alt+t", begin=open_trace, shots="80-light"),
    Scene("trace-clients", "2 |", begin=open_trace, shots="80 120-light"),
    Scene("trace-requests", "3 |", begin=open_trace, shots="80-light 120 200"),
    Scene("trace-client", "2 | enter", begin=open_trace, shots="80"),
    Scene("trace-help", "f1", begin=open_trace, shots="120"),
    Scene("trace-fit", "f |", begin=open_trace, shots="80 120-light 200"),
    Scene(
        "trace-fit-family", "f | shift+tab shift+tab space | shift+tab shift+tab shift+tab end |", begin=open_trace, shots="120"
    ),
    Scene("trace-summary", "4 |", begin=open_trace, shots="80 120"),
)


@pytest.mark.parametrize("shot", shots(SCENES))
def test_pane(shot: Shot, looks_the_same: Callable[[Shot], bool]) -> None:
    assert looks_the_same(shot)
