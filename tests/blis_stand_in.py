"""A program that stands in for BLIS: it is called as BLIS is, and does what a test wants of it."""

from __future__ import annotations

import sys
from pathlib import Path

from blis_tui.simulation.command import Simulator

_HEAD = """\
import json, os, pathlib, signal, subprocess, sys, time
flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
trace = pathlib.Path(flags["--trace-output"] + ".csv")
HEAD = "client_id,slo_class,output_tokens,arrival_time_us,first_chunk_time_us,last_chunk_time_us,status"
TOTALS = {
    "injected_requests": 3, "completed_requests": 2, "still_running": 1, "responses_per_sec": 2.5,
    "ttft_mean_ms": 15.0, "ttft_p90_ms": 20.0, "ttft_p99_ms": 20.0, "e2e_mean_ms": 100.0, "preemption_count": 4,
}
ROWS = ["a,critical,5,0,10000,50000,ok", "a,batch,1,1000000,1020000,1020000,ok", "b,batch,9,2000000,2030000,0,incomplete"]
def write_trace(rows=ROWS):
    trace.write_text("\\n".join([HEAD, *rows]) + "\\n")
def print_totals():
    print("=== Simulation Metrics ===")
    print(json.dumps({"instance_id": "instance_0", "injected_requests": 1}, indent=2))
    print("=== Simulation Metrics ===")
    print(json.dumps({"instance_id": "cluster", **TOTALS}, indent=2))
    print("=== KV Cache Metrics ===\\nCache Hit Rate: 0.6792")
"""
GOOD = "write_trace()\nprint_totals()\n"


def stand_in(folder: Path, does: str = GOOD) -> Simulator:
    """Write the program; `does` is what it does, in Python."""
    script = folder / "stand-in.py"
    script.write_text(_HEAD + does, encoding="utf-8")
    return Simulator(f"'{sys.executable}' '{script}'")
