"""``blis-tui --web`` for real, but for the browser: it serves, edits, stays in its folder, and ends as it should."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="the extra `web` is not installed")

import aiohttp
from screen import Screen
from serving import Serve

CTRL_L, CTRL_O, CTRL_Q, CTRL_S, ENTER, ESCAPE, F4, ALT_4, ALT_S = (
    "\x0c",
    "\x0f",
    "\x11",
    "\x13",
    "\r",
    "\x1b[27u",
    "\x1bOS",
    "\x1b4",
    "\x1bs",
)
UP_TO_DATE = "up to date"
PATIENCE_S = 60.0


def run(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "blis_tui", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def children(process: subprocess.Popen[str]) -> list[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(each) for each in found.read_text().split()] if found.exists() else []


def wait_for_end(number: int) -> None:
    """Wait until a process is gone; one that no one has asked about yet is a zombie by then."""
    end = time.monotonic() + PATIENCE_S
    state = Path(f"/proc/{number}/stat")
    while state.exists() and ") Z " not in state.read_text():
        assert time.monotonic() < end
        time.sleep(0.05)


async def edited(screen: Screen) -> None:
    """Set the rate of the first stage to 12."""
    await screen.until_shown(UP_TO_DATE)
    await screen.press(CTRL_L)
    for key in (ENTER, "1", "2", ENTER):
        await screen.press(key)
    await screen.until_shown("12.00")


async def test_a_field_is_edited_and_saved(serve: Serve, folder: Path) -> None:
    _, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await edited(screen)
        await screen.press(CTRL_S)
        await screen.until_shown("Saved two-stage.yaml")
    assert "rate: 12, duration: 600" in (folder / "two-stage.yaml").read_text()


async def test_overrides_and_settings_come_along(serve: Serve, folder: Path) -> None:
    (folder / "s.toml").write_text('theme = "light"\n')
    _, address = serve("two-stage.yaml", "--port", "0", "--seed", "4711", "--config", "s.toml", "--assume", "ttft=321ms,itl=20ms")
    async with Screen(address) as screen:
        await screen.until_shown("4711")
        await screen.until_shown("321")


async def test_nonsense_from_the_page_is_not_obeyed(serve: Serve) -> None:
    _, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await screen.until_shown(UP_TO_DATE)
        for message in (
            1,
            [],
            {},
            None,
            ["stdin"],
            ["stdin", 5],
            ["resize", {}],
            ["resize", {"width": "x", "height": -1}],
            ["stdin", "\ud800"],
        ):
            await screen.say(message)
        await screen.say(["resize", {"width": 100000, "height": 40}])
        await screen.say(["resize", {"width": 100, "height": 30}])
        await screen.press(ALT_4)
        await screen.until_shown("num_users_per_system_prompt")


async def test_it_does_not_leave_its_folder(serve: Serve, folder: Path) -> None:
    _, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await screen.until_shown(UP_TO_DATE)
        for path in ("/etc/", "../elsewhere/", "way-out/"):
            await screen.press(CTRL_O)
            await screen.until_shown("Open")
            await screen.press(path)
            await screen.until_shown("is outside")
            await screen.press(ESCAPE)
            await screen.until_shown("[1200000000 ")  # the form, which the dialog has covered
        for path in ("../elsewhere/secret.yaml", "way-out/secret.yaml"):
            await screen.press(CTRL_O)
            await screen.until_shown("Open")
            await screen.press(f"\x1b[200~{path}\x1b[201~")  # pasted
            await screen.until_shown("is outside")
            await screen.press(ENTER)
            await screen.until_shown("Not opened")
        await screen.press(F4)
        await screen.until_shown("No other program is run from the browser")
        await screen.press(ALT_S)
        await screen.until_shown("no other program is run from the browser")
    assert not (folder.parent / "elsewhere" / "new.yaml").exists()
    assert sorted(each.name for each in folder.iterdir()) == ["two-stage.yaml", "way-out"]


async def test_what_the_terminal_has_left_is_none_of_its_business(serve: Serve, folder: Path, home: Path) -> None:
    notes = home / ".local" / "state" / "blis-tui"
    secret = folder.parent / "elsewhere" / "secret.yaml"
    (notes / "recovery").mkdir(parents=True)
    copy = {"path": str(secret), "written_s": time.time(), "text": "# unsaved secret"}
    (notes / "recovery" / "0.recovery.json").write_text(json.dumps(copy))
    (notes / "remembered.json").write_text(json.dumps({"folder": str(secret.parent), "recent": [str(secret)]}))
    _, address = serve()
    async with Screen(address) as screen:
        shown = await screen.until_shown("o open a file")
        await screen.press("o")
        shown += await screen.until_shown("two-stage.yaml")
    assert "secret" not in shown


async def test_unsaved_work_is_kept_when_the_page_is_closed(serve: Serve, home: Path) -> None:
    process, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await edited(screen)
        designer = children(process)
    assert len(designer) == 1
    wait_for_end(designer[0])
    (copy,) = home.rglob("*.recovery.json")
    assert "rate: 12" in json.loads(copy.read_text())["text"]
    async with Screen(address) as screen:
        await screen.until_shown("Recover unsaved work on two-stage.yaml?")


async def test_leaving_closes_the_page(serve: Serve) -> None:
    _, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await screen.until_shown(UP_TO_DATE)
        await screen.press(CTRL_Q)
        await screen.until_closed()
    async with Screen(address) as screen:
        await screen.until_shown(UP_TO_DATE)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_signals_end_it_and_its_designers(serve: Serve, home: Path, number: signal.Signals, code: int) -> None:
    process, address = serve("two-stage.yaml")
    async with Screen(address) as first, Screen(address) as second:
        await edited(first)
        await second.until_shown(UP_TO_DATE)
        designers = children(process)
        assert len(designers) == 2
        process.send_signal(number)
        await first.until_closed()
        await second.until_closed()
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err == ""
    for each in designers:
        wait_for_end(each)
    assert len([*home.rglob("*.recovery.json")]) == 1


async def test_ctrl_c_in_the_terminal_reaches_all_of_them(serve: Serve, home: Path) -> None:
    process, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await edited(screen)
        os.killpg(process.pid, signal.SIGINT)
        await screen.until_closed()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert len([*home.rglob("*.recovery.json")]) == 1


async def test_a_signal_before_any_page(serve: Serve) -> None:
    process, _ = serve()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (143, "")
    assert "Traceback" not in out


async def test_designers_do_not_outlive_a_server_that_is_killed(serve: Serve, home: Path) -> None:
    process, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await edited(screen)
        designer = children(process)
        process.kill()
        process.wait()
        wait_for_end(designer[0])
    assert len([*home.rglob("*.recovery.json")]) == 1


async def test_a_designer_that_cannot_start_closes_its_page(serve: Serve, folder: Path) -> None:
    _, address = serve("two-stage.yaml")
    (folder / "two-stage.yaml").write_bytes(b"\xff\xfe\xff")
    async with Screen(address) as screen:
        await screen.until_closed()


async def test_a_module_in_the_folder_is_not_the_programs(serve: Serve, folder: Path) -> None:
    for name in ("textual.py", "numpy.py", "yaml.py"):
        (folder / name).write_text("raise SystemExit('taken')\n")
    _, address = serve("two-stage.yaml")
    async with Screen(address) as screen:
        await screen.until_shown(UP_TO_DATE)


async def test_only_this_machine_is_served(serve: Serve) -> None:
    process, address = serve("--port", "0")
    assert address.startswith("http://127.0.0.1:")
    port = int(address.split(":")[2].split("/")[0])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert [each for each in listening if each.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
    assert process.poll() is None


def test_what_is_refused_before_it_serves(folder: Path, environment: dict[str, str]) -> None:
    for arguments, code, reason in (
        (("../elsewhere/secret.yaml",), 2, "is outside"),
        (("way-out/secret.yaml",), 2, "is outside"),
        (("-",), 2, "needs a file"),
        (("no/x.yaml",), 3, "no folder to make it in"),
        (("two-stage.yaml", "--config", "none"), 2, "no such settings file"),
        (("two-stage.yaml", "--port", "70000"), 2, "--port needs a whole number from 0 to 65,535, not '70000'"),
        (("two-stage.yaml", "--port", "x"), 2, "--port needs a whole number"),
        (("two-stage.yaml", "--check"), 2, "--web only works with the designer"),
    ):
        ran = run(folder, environment, "--web", *arguments)
        assert (ran.returncode, ran.stdout) == (code, "")
        assert reason in ran.stderr
        assert len(ran.stderr.splitlines()) <= 2
    assert "--port only works with --web" in run(folder, environment, "x.yaml", "--port", "80").stderr


def test_a_port_that_is_taken(serve: Serve, folder: Path, environment: dict[str, str]) -> None:
    _, address = serve()
    port = address.split(":")[2].split("/")[0]
    ran = run(folder, environment, "--web", "--port", port)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr == f"blis-tui: 127.0.0.1:{port}: Address already in use; choose another --port\n"
