"""What a designer in the browser may reach: tried for real, each in a process that is confined for good."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blis_tui.web.confinement import DRIVER_VARIABLE, Confinement, is_served

PRELUDE = """
import os, sys, pathlib, subprocess, shutil
from blis_tui.web.confinement import confine
confine(pathlib.Path.cwd(), own=[pathlib.Path(sys.argv[1])], readable=[pathlib.Path(sys.argv[2])])
"""
ALLOWED = (
    "open('two-stage.yaml').read()",
    "open('new.yaml', 'w').write('x')",
    "os.rename('two-stage.yaml', 'other.yaml')",
    "os.mkdir('out'); os.rmdir('out')",
    "os.unlink('two-stage.yaml')",
    "os.link('two-stage.yaml', 'again.yaml')",
    "os.listdir(); os.listdir('.'); list(os.scandir(pathlib.Path.cwd()))",
    "open(os.path.join(sys.argv[1], 'note'), 'w').write('x')",
    "open(sys.argv[2]).read()",
    "open(os.devnull, 'w').write('x')",
    "import json.tool, http.client",
    "from blis_tui.tui.app import DesignerApp",
    "import numpy, plotext; numpy.arange(3)",
    "os.close(os.open('two-stage.yaml', os.O_RDWR))",
)
REFUSED = (
    "open('/etc/passwd').read()",
    "open('../elsewhere/secret.yaml').read()",
    "open('way-out/secret.yaml').read()",
    "open(b'way-out/secret.yaml').read()",
    "open('../elsewhere/new.yaml', 'w')",
    "open('way-out/new.yaml', 'x')",
    "open('../elsewhere/secret.yaml', 'a')",
    "os.open('../elsewhere/new.yaml', os.O_CREAT | os.O_WRONLY)",
    "pathlib.Path('way-out/secret.yaml').read_bytes()",
    "open('/etc/ld.so.cache', 'rb')",
    "open(sys.argv[2], 'a')",
    "open(os.__file__, 'r+')",
    "os.listdir('/')",
    "list(os.scandir('way-out'))",
    "list(pathlib.Path('..').iterdir())",
    "os.mkdir('../new')",
    "os.rmdir('../elsewhere')",
    "os.unlink('way-out/secret.yaml')",
    "os.rename('two-stage.yaml', '../elsewhere/new.yaml')",
    "os.rename('way-out/secret.yaml', 'mine.yaml')",
    "os.link('way-out/secret.yaml', 'mine.yaml')",
    "os.symlink('../elsewhere/secret.yaml', '../new')",
    "shutil.copy('way-out/secret.yaml', 'mine.yaml')",
    "os.chmod('way-out/secret.yaml', 0o777)",
    "os.truncate('way-out/secret.yaml', 0)",
    "os.chdir('..')",
    "os.system('true')",
    "subprocess.run(['true'])",
    "subprocess.run('true', shell=True)",
    "os.posix_spawn('/bin/true', ['true'], {})",
    "os.execv('/bin/true', ['true'])",
    "import pty; pty.spawn('true')",
)


def run(folder: Path, tmp_path: Path, action: str) -> subprocess.CompletedProcess[str]:
    own, settings = tmp_path / "own", tmp_path / "settings.toml"
    own.mkdir(exist_ok=True)
    settings.write_text("")
    command = [sys.executable, "-c", f"{PRELUDE}{action}\n", str(own), str(settings)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("action", ALLOWED)
def test_its_own_files_are_free(folder: Path, tmp_path: Path, action: str) -> None:
    ran = run(folder, tmp_path, action)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("action", REFUSED)
def test_everything_else_is_refused(folder: Path, tmp_path: Path, action: str) -> None:
    before = sorted(each for each in tmp_path.rglob("*") if each.is_file())
    ran = run(folder, tmp_path, f"try:\n    {action}\nexcept PermissionError as error:\n    print('refused:', error)")
    assert ran.stderr == ""
    assert ran.stdout.startswith("refused: [Errno ")
    assert "outside" in ran.stdout or "no other program" in ran.stdout
    after = sorted(each for each in tmp_path.rglob("*") if each.is_file() and each.name != "settings.toml")
    assert after == before


def test_a_folder_of_nearly_the_same_name_is_another(tmp_path: Path) -> None:
    confinement = Confinement(tmp_path / "loads", (), ())
    confinement.demand("open", (str(tmp_path / "loads" / "x"), "r", 0))
    confinement.demand("open", (str(tmp_path / "loads"), None, os.O_RDONLY))
    for name in ("loads2/x", "loads-old", "load"):
        with pytest.raises(PermissionError, match="is outside"):
            confinement.demand("open", (str(tmp_path / name), "r", 0))


def test_open_files_are_as_they_are(tmp_path: Path) -> None:
    Confinement(tmp_path, (), ()).demand("open", (3, "w", None))
    Confinement(Path("/"), (), ()).demand("open", ("/etc/passwd", "r", None))


@pytest.mark.parametrize(("driver", "served"), [(None, False), ("", False), ("a.b:C", True)])
def test_a_screen_elsewhere(monkeypatch: pytest.MonkeyPatch, driver: str | None, served: bool) -> None:
    monkeypatch.delenv(DRIVER_VARIABLE, raising=False)
    if driver is not None:
        monkeypatch.setenv(DRIVER_VARIABLE, driver)
    assert is_served() is served
