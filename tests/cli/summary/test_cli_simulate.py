"""``--summary FILE --simulate``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from blis_stand_in import GOOD, stand_in
from running import Run


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(_settings(tmp_path, GOOD), encoding="utf-8")
    return path


def _settings(folder: Path, does: str) -> str:
    return f'blis = "{stand_in(folder, does).program}"\nblis_model = "m"\n'


def test_a_simulation_beside_its_file(run: Run, spec: Path, settings: Path) -> None:
    ran = run("--summary", spec, "--simulate", "--config", settings)
    assert (ran.code, ran.err) == (0, "")
    section = ran.out[ran.out.index("Simulated by BLIS: m") :].split("\n\n")[0].splitlines()
    assert section[1].split()[:4] == ["stage", "target/s", "planned", "sent"]
    assert any(line.split()[:2] == ["critical", "1"] for line in section)
    assert "  KV-cache hit rate 68%, 4 preemptions." in section


def test_as_json(run: Run, spec: Path, settings: Path) -> None:
    found = json.loads(run("--summary", spec, "--simulate", "--json", "--config", settings).out)["measured"]
    assert (found["tool"], found["simulated"], found["total"]["requests"]) == ("BLIS", True, 3)


def test_overrides_are_simulated(run: Run, spec: Path, settings: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    does = f"pathlib.Path({str(copy)!r}).write_text(pathlib.Path(flags['--workload-spec']).read_text())\n{GOOD}"
    settings.write_text(_settings(tmp_path, does))
    assert run("--summary", spec, "--simulate", "--config", settings, "--seed", 5).code == 0
    assert copy.read_text() == spec.read_text().replace("seed: 42", "seed: 5")


def test_what_goes_wrong_is_one_line(run: Run, spec: Path, settings: Path) -> None:
    settings.write_text('blis = "/nonexistent/blis"\n')
    ran = run("--summary", spec, "--simulate", "--config", settings)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "blis-tui: BLIS did not simulate: /nonexistent/blis: No such file or directory\n"


def test_what_does_not_go_together(run: Run, spec: Path, settings: Path) -> None:
    assert "cannot be combined" in run("--summary", spec, "--simulate", "--measured", spec).err
    assert "--simulate only works with --summary" in run("--check", spec, "--simulate").err
    assert "--config only works with" in run("--summary", spec, "--config", settings).err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_both(spec: Path, settings: Path, tmp_path: Path, temporary: Path, number: signal.Signals) -> None:
    pid = tmp_path / "pid"
    does = f"part = pathlib.Path('{pid}.part')\npart.write_text(str(os.getpid()))\npart.rename('{pid}')\ntime.sleep(600)"
    settings.write_text(_settings(tmp_path, does))
    command = [sys.executable, "-m", "blis_tui", "--summary", str(spec), "--simulate", "--config", str(settings)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as program:
        while not pid.exists():
            assert program.poll() is None
            time.sleep(0.01)
        program.send_signal(number)
        assert program.stderr is not None and program.stderr.read() == b""
        assert program.wait(60) == 128 + number
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert not list(temporary.iterdir())
