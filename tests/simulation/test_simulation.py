"""Simulations: what BLIS is given, what is made of what it tells, and that nothing of it is left."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from blis_stand_in import GOOD, stand_in
from processes import is_alive

from blis_tui.problems import Cancelled
from blis_tui.simulation.command import SimulationError, Simulator, command_line
from blis_tui.simulation.process import MOST_OUTPUT, run_program
from blis_tui.simulation.simulation import TOOL, simulate
from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.measured.run import ANSWERED, Run

pytestmark = pytest.mark.usefixtures("temporary")  # each test ends without a temporary folder

TEXT = """\
version: "2"
inference_perf:
  stages: [{rate: 2.0, duration: 2}]
  shared_prefix: {num_unique_system_prompts: 1, num_users_per_system_prompt: 1, system_prompt_len: 5, question_len: 5, output_len: 5}
"""
NO_HORIZON = "9223372036854775806"
PATIENCE_S = 60.0


def spec_of(text: str = TEXT) -> WorkloadSpec:
    spec = check(text).spec
    assert spec is not None
    return spec


def never() -> None:
    """Let it go on."""


def simulated(simulator: Simulator, text: str = TEXT, check_often: Callable[[], None] = never) -> Run:
    found = simulate(text, spec_of(text), simulator, check_often)
    assert not list(Path(tempfile.gettempdir()).iterdir())
    return found


def failure(simulator: Simulator) -> str:
    with pytest.raises(SimulationError) as caught:
        simulated(simulator)
    assert not list(Path(tempfile.gettempdir()).iterdir())
    return str(caught.value)


def test_what_blis_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    simulator = Simulator("~/bin/blis --quiet", "m", "--tp 2 --defaults-filepath '~/my blis/defaults.yaml'")
    command = command_line(simulator, spec_of(), Path("f.yaml"), Path("t"))
    assert command == [
        *("/home/me/bin/blis", "--quiet", "run", "--workload-spec", "f.yaml", "--trace-output", "t", "--model", "m"),
        *("--horizon", NO_HORIZON, "--tp", "2", "--defaults-filepath", "/home/me/my blis/defaults.yaml"),
    ]


@pytest.mark.parametrize("end", ["horizon: 1000000", "num_requests: 3"])
def test_a_file_with_an_end_is_given_no_other(end: str) -> None:
    assert "--horizon" not in command_line(Simulator(), spec_of(f"{TEXT}{end}\n"), Path("f"), Path("t"))


def test_what_a_trace_tells(tmp_path: Path) -> None:
    found = simulated(stand_in(tmp_path))
    assert (found.tool, found.counts, found.simulated) == (TOOL, ANSWERED, True)
    assert (found.whole.requests, found.whole.failures) == (3, 0)
    assert (found.whole.ttft.mean, found.whole.e2e.mean, found.whole.itl.mean) == (20_000, 35_000, 10_000)
    assert [(each.name, each.requests, each.failures) for each in found.classes] == [("critical", 1, 0), ("batch", 2, 0)]
    timings = found.timings
    assert timings is not None
    assert timings.sent_us.tolist() == [0, 1_000_000, 2_000_000]
    assert math.isnan(timings.e2e_us[2]) and math.isnan(timings.itl_us[1]) and timings.ttft_us[2] == 30_000
    assert found.notes == ("At the end 1 request had no complete answer yet.", "KV-cache hit rate 68%, 4 preemptions.")


def test_what_failed_and_what_is_unfinished_are_told_apart(tmp_path: Path) -> None:
    """A request that found no room looks in the trace like one that still waits."""
    rows = ["a,,5,0,9,0,timeout", "a,,5,0,0,0,incomplete", "a,,5,0,9,0,incomplete", "a,,5,0,9,50,ok"]
    waiting = simulated(stand_in(tmp_path, f"write_trace({rows})"))
    assert waiting.whole.failures == 1 and waiting.notes[0] == "At the end 2 requests had no complete answer yet."
    dropped = simulated(stand_in(tmp_path, f"TOTALS['dropped_unservable'] = 1\nwrite_trace({rows})\nprint_totals()"))
    assert dropped.whole.failures == 2
    assert dropped.notes[:2] == (
        "At the end 1 request had no complete answer yet.",
        "1 request found no room in the KV cache and got no answer.",
    )


def test_totals_alone_are_better_than_nothing(tmp_path: Path) -> None:
    found = simulated(stand_in(tmp_path, "print_totals()"))
    assert found.timings is None and found.counts == ANSWERED
    assert (found.whole.requests, found.whole.failures, found.whole.rate) == (3, 0, 2.5)
    assert (found.whole.ttft.mean, found.whole.ttft.p50, found.whole.ttft.p99) == (15_000, None, 20_000)
    assert found.whole.itl.mean is None


def test_a_trace_alone_is_enough(tmp_path: Path) -> None:
    found = simulated(stand_in(tmp_path, "write_trace(['a,,5,0,10000,50000,ok'])"))
    assert found.whole.requests == 1 and found.classes == () and found.notes == ()


def test_an_empty_run(tmp_path: Path) -> None:
    found = simulated(stand_in(tmp_path, "write_trace([])"))
    assert found.whole.requests == 0 and found.whole.rate is None


def test_rates_count_answers(tmp_path: Path) -> None:
    """Ten requests within a second, answered a second after each other: a tenth of what was sent a second."""
    rows = [f"a,,5,{100_000 * number},{1_000_000 * number + 5},{1_000_000 * (number + 1)},ok" for number in range(11)]
    assert simulated(stand_in(tmp_path, f"write_trace({rows})")).whole.rate == 1.1


def test_the_text_is_simulated_as_it_stands(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    text = TEXT + "# né\r\n"
    does = f"pathlib.Path({str(copy)!r}).write_bytes(pathlib.Path(flags['--workload-spec']).read_bytes())\n{GOOD}"
    simulated(stand_in(tmp_path, does), text)
    assert copy.read_bytes() == text.encode()


def test_a_version_1_file_is_said_to_be_upgraded(tmp_path: Path) -> None:
    found = simulated(stand_in(tmp_path), TEXT.replace('"2"', '"1"'))
    assert "upgrades" in found.notes[0]


FAILING = {
    "fatal": (
        r"""sys.stderr.write('level=warning msg="x"\ntime="1" level=fatal msg="no \\"m\\" here\\x1b[31m"\n'); sys.exit(1)""",
        'no "m" herex1b[31m',
    ),
    "usage": ("sys.stderr.write('Error: unknown flag: --x\\nUsage:\\n  --a  b\\n'); sys.exit(1)", "Error: unknown flag: --x"),
    "panic": ("sys.stderr.write('panic: oh\\n\\ngoroutine 1:\\nmain()\\n'); sys.exit(2)", "panic: oh"),
    "plain": ("sys.stderr.write('first\\nlast\\x1b[2J\\n\\n'); sys.exit(3)", "last\\x1b[2J"),
    "silent": ("sys.exit(3)", "it ended with code 3"),
    "killed": ("os.kill(os.getpid(), signal.SIGKILL)", "was ended by signal 9"),
    "nothing": ("", "it wrote neither a trace nor totals"),
    "prose": ("print('=== Simulation Metrics ===\\n{nonsense')", "it wrote neither a trace nor totals"),
    "a list": ("print('=== Simulation Metrics ===\\n[1]')", "it wrote neither a trace nor totals"),
    "an empty trace": ("trace.touch()", "its trace cannot be read"),
    "another table": ("trace.write_text('a,b\\n1,2\\n')", "its trace cannot be read"),
    "a torn trace": ("write_trace(['a,critical,5'])", "its trace cannot be read"),
    "no numbers": ("write_trace(['a,critical,x,0,0,0,ok'])", "its trace cannot be read"),
}


@pytest.mark.parametrize("kind", FAILING)
def test_what_goes_wrong_is_said_on_one_line(kind: str, tmp_path: Path) -> None:
    does, said = FAILING[kind]
    message = failure(stand_in(tmp_path, does))
    assert said in message
    assert message.isprintable()


def test_programs_that_cannot_be_started(tmp_path: Path) -> None:
    assert failure(Simulator("/nonexistent/blis")) == "/nonexistent/blis: No such file or directory"
    assert failure(Simulator(str(tmp_path))) == f"{tmp_path}: Permission denied"
    assert failure(Simulator("")) == "no command is set for BLIS"
    assert failure(Simulator("blis 'x")) == "blis 'x: no closing quotation"
    assert failure(stand_in(tmp_path)._replace(flags='--a "b')) == '--a "b: no closing quotation'
    assert "null byte" in failure(Simulator("a\0b"))


HANGING = {
    "hangs": "",
    "ignores being asked": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "prints for ever": "threading = __import__('threading'); "
    "threading.Thread(target=lambda: [print('x' * 9999) for _ in iter(int, 1)], daemon=True).start()",
    "waits for input": "sys.stdin.read()",
}


@pytest.mark.parametrize("kind", HANGING)
def test_cancelled_it_is_gone_with_all_that_it_started(kind: str, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    does = f"""
{HANGING[kind]}
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
part = pathlib.Path({str(pids)!r} + ".part")
part.write_text(f"{{os.getpid()}} {{child.pid}}")
part.rename({str(pids)!r})
time.sleep(600)
"""

    def once_it_hangs() -> None:
        if pids.exists():
            raise Cancelled

    with pytest.raises(Cancelled):
        simulated(stand_in(tmp_path, does), check_often=once_it_hangs)
    assert not list(Path(tempfile.gettempdir()).iterdir())
    for pid in map(int, pids.read_text().split()):
        while is_alive(pid):  # the one that is nobody's child any more is buried by the system
            time.sleep(0.01)


def test_what_is_left_of_a_program_that_ended_is_ended_too(tmp_path: Path) -> None:
    """Its child holds the pipes open, and would be waited for for ever."""
    does = f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n{GOOD}"
    assert simulated(stand_in(tmp_path, does)).whole.requests == 3


def test_who_took_the_pipes_along_is_not_waited_for(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    does = f"""
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)
pathlib.Path({str(pid)!r}).write_text(str(child.pid))
{GOOD}"""
    try:
        assert simulated(stand_in(tmp_path, does)).whole.requests == 3
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)


def test_of_endless_output_the_end_is_kept() -> None:
    ended = run_program(["sh", "-c", f"head -c {3 * MOST_OUTPUT} /dev/zero; echo end; echo error >&2; exit 4"], never)
    assert (ended.status, len(ended.output), ended.errors) == (4, MOST_OUTPUT, "error\n")
    assert ended.output.endswith("end\n")


KILLED = """
import os, pathlib, sys
from blis_tui.simulation.command import Simulator
from blis_tui.simulation.simulation import simulate
from blis_tui.spec.check import check
text, program, begun = sys.argv[1:]
def kill_once_it_has_begun():
    if pathlib.Path(begun).exists():
        os.kill(os.getpid(), 9)
simulate(text, check(text).spec, Simulator(program), kill_once_it_has_begun)
"""


def test_killed_it_takes_the_program_along_and_the_next_one_removes_its_folder(tmp_path: Path, temporary: Path) -> None:
    pids = tmp_path / "pids"
    does = f"""
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
part = pathlib.Path({str(pids)!r} + ".part")
part.write_text(f"{{os.getpid()}} {{child.pid}}")
part.rename({str(pids)!r})
time.sleep(600)
"""
    command = [sys.executable, "-c", KILLED, TEXT, stand_in(tmp_path, does).program, str(pids)]
    killed = subprocess.run(command, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    for pid in map(int, pids.read_text().split()):
        until = time.monotonic() + PATIENCE_S
        while is_alive(pid):
            assert time.monotonic() < until
            time.sleep(0.01)
    assert len(list(temporary.iterdir())) == 1
    simulated(stand_in(tmp_path))  # sees that nothing is left
