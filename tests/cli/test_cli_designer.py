"""Starting the designer: what is refused, and real runs in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import signal
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bad_input import GOOD
from blis_stand_in import stand_in
from processes import is_alive
from running import Run
from terminal import PATIENCE_S, Terminal

from blis_tui.cli import designer
from blis_tui.cli.arguments.command_line import parse


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for kind in ("CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(folder / kind.lower()))
    for name in ("BLIS_TUI_CONFIG", "NO_COLOR", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    return folder


def is_there(pid: Path) -> bool:
    """Return whether the process whose id is in a file still runs."""
    return is_alive(int(pid.read_text()))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(designer, "is_terminal", lambda _: True)


def test_without_a_terminal_it_is_wrong_usage(run: Run, spec: Path) -> None:
    assert run(spec).code == 2
    assert "needs a terminal" in run(spec).err


@pytest.mark.usefixtures("terminal")
def test_what_cannot_be_opened(run: Run, tmp_path: Path, spec: Path) -> None:
    assert run("-").code == 2
    for path, reason in ((tmp_path, "is a folder"), (tmp_path / "no" / "x.yaml", "no folder to make it in")):
        ran = run(path)
        assert (ran.code, ran.out) == (3, "")
        assert reason in ran.err
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "not a regular file" in run(pipe).err
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert run(tmp_path / "loop").code == 3
    (tmp_path / "latin.yaml").write_bytes(b"# \xe4\n")
    assert "not UTF-8" in run(tmp_path / "latin.yaml").err
    ran = run(spec, "--max-size", 10)
    assert ran.code == 3
    assert "larger than 10 bytes" in ran.err


@pytest.mark.usefixtures("terminal")
def test_settings_that_cannot_be_used(run: Run, tmp_path: Path, spec: Path) -> None:
    assert "no such settings file" in run(spec, "--config", tmp_path / "none").err
    settings = tmp_path / "s.toml"
    settings.write_text('[keys]\n"file.save" = "f3"\n"file.open" = "f3"\n')
    ran = run(spec, "--config", settings)
    assert ran.code == 2
    assert "f3 is given to both file.save and file.open" in ran.err
    assert run("--check", spec, "--config", settings).code == 2


def test_a_file_that_is_missing_begins_with_a_template(tmp_path: Path) -> None:
    workspace = designer._workspace(parse([str(tmp_path / "new.yaml")]))
    assert workspace.path == tmp_path / "new.yaml"
    assert workspace.view.checked is not None and workspace.view.checked.ok
    assert not (tmp_path / "new.yaml").exists()


def test_a_file_keeps_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_bytes(GOOD.encode("utf-16"))
    workspace = designer._workspace(parse([str(path), "--seed", "5"]))
    assert workspace.encoding == "utf-16-le" and workspace.saved_text == f"\ufeff{GOOD}" and "seed: 5" in workspace.text


def test_overrides_are_the_first_step_of_the_history(spec: Path) -> None:
    workspace = designer._workspace(parse([str(spec), "--seed", "5", "--set", "inference_perf.stages[0].rate=3"]))
    assert workspace.text == GOOD.replace("seed: 42", "seed: 5").replace("rate: 8.0", "rate: 3.0")
    assert workspace.dirty
    workspace.undo()
    assert workspace.text == GOOD


@pytest.fixture
def start() -> Iterator[Callable[..., Terminal]]:
    running = []

    def start(*arguments: object, **options: object) -> Terminal:
        running.append(Terminal(*arguments, **options))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for each in running:
        each.close()


Start = Callable[..., Terminal]


@pytest.mark.parametrize("name", ["xterm", "xterm-256color", "screen", "dumb"])
def test_it_opens_and_leaves(start: Start, spec: Path, name: str) -> None:
    terminal = start(spec, TERM=name)
    terminal.see("good.yaml")
    terminal.see("requests")
    terminal.press("\x11")  # ctrl+q
    assert terminal.end() == 0, terminal.seen[-3000:].decode()
    assert b"Traceback" not in terminal.seen
    assert spec.read_text() == GOOD


def test_alt_and_a_figure_of_an_old_terminal_show_a_tab(start: Start, spec: Path) -> None:
    terminal = start(spec, TERM="xterm")
    terminal.see("requests")
    terminal.press("\x1b4")
    terminal.see("version")
    terminal.see("line 1 of")
    terminal.press("\x11")  # leaves at once: nothing was typed
    assert terminal.end() == 0
    assert spec.read_text() == GOOD


def test_bytes_that_are_no_utf8_are_shown_as_unknown_characters(start: Start, spec: Path) -> None:
    terminal = start(spec)
    terminal.see("requests")
    terminal.press("\x1b4")
    terminal.see('"2"')
    os.write(terminal.master, b"# caf\xe9 au lait")
    terminal.see("caf\ufffd")
    assert terminal.process.poll() is None


def test_a_paste_presses_no_keys_and_takes_no_time_whatever_it_holds(start: Start, spec: Path) -> None:
    terminal = start(spec)
    terminal.see("requests")
    terminal.press("\x1b4")
    terminal.see('"2"')
    lines = "".join(f"# {number} \x1b[31mred\x1b[0m \x1bx \x1b]0;title\x07\n" for number in range(3000))
    terminal.press("\x1b[200~")
    for piece in (lines[at : at + 1000] for at in range(0, len(lines), 1000)):
        terminal.press(piece)
        terminal.read(0)
    terminal.press("# the end\x1b[20")
    for _ in range(5):  # the mark of the end comes in two pieces
        terminal.read()
    terminal.press("1~")
    terminal.see("the end")
    terminal.press("\x1bOP")  # F1
    terminal.see("The text")


def test_it_opens_in_a_tiny_window(start: Start, spec: Path) -> None:
    terminal = start(spec, size=(40, 12))
    terminal.see("at least")
    terminal.press("\x11")
    assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_keeps_unsaved_work(start: Start, spec: Path, home: Path, number: int) -> None:
    terminal = start(spec, "--seed", 5)
    terminal.see("unsaved")
    terminal.until(lambda: list(home.glob("state/blis-tui/recovery/*.json")), "the recovery copy")
    terminal.process.send_signal(number)
    assert terminal.end() == 128 + number
    (copy,) = home.glob("state/blis-tui/recovery/*.json")
    assert json.loads(copy.read_text())["text"] == GOOD.replace("seed: 42", "seed: 5")
    again = start(spec)
    again.see("Recover unsaved work")
    again.press("r")
    again.see("unsaved")


def test_a_kill_loses_nothing_that_is_older_than_two_seconds(start: Start, spec: Path, home: Path) -> None:
    terminal = start(spec, "--seed", 5)
    terminal.until(lambda: list(home.glob("state/blis-tui/recovery/*.json")), "the recovery copy")
    terminal.process.kill()
    terminal.process.wait()
    again = start(spec)
    again.see("Recover unsaved work")


def test_a_terminal_that_is_closed_ends_it(start: Start, spec: Path, home: Path) -> None:
    terminal = start(spec, "--seed", 5)
    terminal.see("unsaved")
    terminal.process.send_signal(signal.SIGHUP)
    os.close(terminal.master)
    terminal.master = os.open(os.devnull, os.O_RDONLY)
    assert terminal.process.wait(PATIENCE_S) == 128 + signal.SIGHUP
    assert len(list(home.glob("state/blis-tui/recovery/*.json"))) == 1


@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_simulation_ends_with_it(start: Start, spec: Path, tmp_path: Path, home: Path, number: int) -> None:
    pid = tmp_path / "pid"
    does = f"part = pathlib.Path('{pid}.part')\npart.write_text(str(os.getpid()))\npart.rename('{pid}')\ntime.sleep(600)"
    settings = home / "config" / "blis-tui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'blis = "{stand_in(tmp_path, does).program}"\n')
    terminal = start(spec)
    terminal.see("requests")
    terminal.press("\x1bs")
    terminal.until(pid.exists, "BLIS")
    terminal.process.send_signal(number)
    assert terminal.process.wait(PATIENCE_S) == (-number if number == signal.SIGKILL else 128 + number)
    temporary = tmp_path / "temporary"
    if number == signal.SIGKILL:
        terminal.until(lambda: not is_there(pid), "BLIS to go")
        assert list(temporary.iterdir())
        terminal = start(spec)
        terminal.until(lambda: not list(temporary.iterdir()), "the folder to go")
    assert not is_there(pid) and not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("editor", "told"),
    [
        ("/nonexistent/ed", "/nonexistent/ed: No such file or directory"),
        ("/", "/: Permission denied"),
        ('vim "x', 'vim "x: No closing quotation'),
        ("false", "it ended with code 1"),
        ("sh -c 'kill -9 $$'", "it was ended by signal 9"),
        ("rm", "No such file or directory"),
    ],
)
def test_an_editor_that_does_not_work_gives_the_screen_back(start: Start, spec: Path, editor: str, told: str) -> None:
    terminal = start(spec, size=(160, 40), EDITOR=editor)
    terminal.see("requests")
    terminal.press("\x1bOS")  # F4
    terminal.see("The editor did not work")
    terminal.see(told)
    terminal.press("\x11")
    assert terminal.end() == 0
    assert spec.read_text() == GOOD


def test_an_editor_that_hangs_is_ended_by_ctrl_c_alone(start: Start, spec: Path, tmp_path: Path) -> None:
    editor = tmp_path / "hanging"
    editor.write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nexec sleep 600\n")
    editor.chmod(0o755)
    terminal = start(spec, size=(160, 40), EDITOR=str(editor))
    terminal.see("requests")
    terminal.press("\x1bOS")
    terminal.until((tmp_path / "begun").exists, "the editor")
    os.killpg(terminal.process.pid, signal.SIGINT)  # as a terminal does on Ctrl+C
    terminal.see("it was ended by signal 2")
    terminal.press("\x11")
    assert terminal.end() == 0


SAVES = "sed -i 's/seed: 42/seed: 9/' \"$1\""
SAVED = GOOD.replace("seed: 42", "seed: 9")


class Editor:
    """An editor that does something to its file, and then stays open; `asked` is what it does when it is asked to end."""

    def __init__(self, folder: Path, does: str = ":", asked: str = "") -> None:
        self.program, self._pid = folder / "editor", folder / "editor.pid"
        wait = f"trap '{asked}; exit 1' TERM HUP; while :; do sleep 0.05; done" if asked else "exec sleep 600"
        self.program.write_text(f'#!/bin/sh\n{does}\necho $$ >"{self._pid}.part"\nmv "{self._pid}.part" "{self._pid}"\n{wait}\n')
        self.program.chmod(0o755)

    def open(self, terminal: Terminal) -> None:
        terminal.see("requests")
        terminal.press("\x1bOS")  # F4
        terminal.until(self._pid.exists, "the editor")

    def is_open(self) -> bool:
        return is_there(self._pid)

    def kill(self) -> None:
        os.kill(int(self._pid.read_text()), signal.SIGKILL)


def recovery_copies(home: Path) -> list[str]:
    return [json.loads(copy.read_text())["text"] for copy in home.glob("state/blis-tui/recovery/*.json")]


def editing_folders(home: Path) -> list[Path]:
    return [*home.glob("state/blis-tui/recovery/*.editing"), *(home.parent / "temporary").iterdir()]


def recover_saved(again: Terminal, home: Path) -> None:
    """Take what an editor has saved from the designer that was started after it, as unsaved work of that."""
    again.see("Recover unsaved work")
    again.press("r")
    again.until(lambda: recovery_copies(home) == [SAVED] and not editing_folders(home), "the text")


@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("does", "kept"), [(":", []), (SAVES, [SAVED])])
def test_a_signal_ends_the_editor_too_and_keeps_what_it_has_saved(
    start: Start, spec: Path, tmp_path: Path, home: Path, number: int, does: str, kept: list[str]
) -> None:
    editor = Editor(tmp_path, does)
    terminal = start(spec, EDITOR=str(editor.program))
    editor.open(terminal)
    terminal.process.send_signal(number)
    assert terminal.end() == 128 + number
    assert not editor.is_open()
    assert (recovery_copies(home), editing_folders(home)) == (kept, [])
    assert (b"unsaved work is kept" in terminal.seen) == bool(kept)


def test_an_editor_that_is_ended_leaves_the_terminal_as_it_was(start: Start, spec: Path, tmp_path: Path) -> None:
    editor = Editor(tmp_path, "stty raw -echo")
    terminal = start(spec, EDITOR=str(editor.program))
    editor.open(terminal)
    terminal.process.terminate()
    assert terminal.end() == 128 + signal.SIGTERM
    _, output, _, local, *_ = termios.tcgetattr(terminal.master)
    assert output & termios.OPOST and local & termios.ICANON and local & termios.ECHO


@pytest.mark.usefixtures("temporary")
def test_a_terminal_that_is_closed_ends_the_editor_too(start: Start, spec: Path, tmp_path: Path, home: Path) -> None:
    editor = Editor(tmp_path, SAVES)
    terminal = start(spec, EDITOR=str(editor.program))
    editor.open(terminal)
    terminal.process.send_signal(signal.SIGHUP)
    os.close(terminal.master)
    terminal.master = os.open(os.devnull, os.O_RDONLY)
    assert terminal.process.wait(PATIENCE_S) == 128 + signal.SIGHUP
    assert not editor.is_open()
    assert (recovery_copies(home), editing_folders(home)) == ([SAVED], [])


@pytest.mark.usefixtures("temporary")
def test_an_editor_that_does_not_want_to_end_is_not_waited_for(start: Start, spec: Path, tmp_path: Path, home: Path) -> None:
    editor = Editor(tmp_path, f"trap '' TERM\n{SAVES}")
    terminal = start(spec, EDITOR=str(editor.program))
    editor.open(terminal)
    terminal.process.terminate()
    assert terminal.end() == 128 + signal.SIGTERM
    recover_saved(start(spec), home)
    editor.kill()


@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_an_editor_leaves_of_its_own_stays_and_is_told(
    start: Start, spec: Path, tmp_path: Path, home: Path, number: int
) -> None:
    editor = Editor(tmp_path, does='echo typed >"$1~"', asked=":")
    terminal = start(spec, EDITOR=str(editor.program))
    editor.open(terminal)
    terminal.process.send_signal(number)
    terminal.process.wait(PATIENCE_S)
    again = start(spec, size=(200, 40))
    again.see("Recover unsaved work")
    again.see("has left files of its own")
    again.press("d")
    again.until(lambda: not recovery_copies(home), "the copy to go")
    (folder,) = editing_folders(home)
    assert [each.read_text() for each in folder.iterdir()] == ["typed\n"]
    if number == signal.SIGKILL:
        editor.kill()


@pytest.mark.usefixtures("temporary")
def test_what_the_editor_of_a_killed_designer_has_saved_is_offered(start: Start, spec: Path, tmp_path: Path, home: Path) -> None:
    editor = Editor(tmp_path, SAVES)
    terminal = start(spec, EDITOR=str(editor.program))
    editor.open(terminal)
    terminal.process.kill()
    terminal.process.wait()
    assert editor.is_open()  # what is typed in it may be nowhere else
    recover_saved(start(spec), home)
    editor.kill()


@pytest.mark.usefixtures("temporary")
def test_nothing_stays_of_an_editor_of_a_killed_designer_that_has_saved_nothing(
    start: Start, spec: Path, tmp_path: Path, home: Path
) -> None:
    editor = Editor(tmp_path)
    terminal = start(spec, EDITOR=str(editor.program))
    editor.open(terminal)
    terminal.process.kill()
    terminal.process.wait()
    again = start(spec)
    again.until(lambda: not editing_folders(home) and not recovery_copies(home), "the folder to go")
    assert b"Recover" not in again.seen
    editor.kill()


def test_without_its_extra_the_browser_is_refused(run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blis_tui.cli.web.NEEDED", ("no_such_package",))
    ran = run("--web", spec)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "blis-tui: --web needs textual-serve: pip install 'blis-tui[web]'\n"
