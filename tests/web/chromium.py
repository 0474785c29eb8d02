"""Chromium without a window, driven over its DevTools protocol; it is asked for with the client of aiohttp, which is there anyway."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_S = 60.0
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0",
)  # fmt: skip
_ESCAPES = re.compile(r"\x1b\[[0-9;?<>=]*[a-zA-Z]")


class Page:
    """A page: what it asked for, what came over its sockets, and ways to do something there."""

    def __init__(self, devtools: aiohttp.ClientWebSocketResponse) -> None:
        self._devtools = devtools
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0
        self.asked_for: list[str] = []
        """The addresses of all that the page has loaded, or tried to."""
        self.refused: list[str] = []
        """What the browser has said against loading something, or an error of a script."""
        self.shown = ""
        """All that the terminal was told to show, without its escapes."""
        self._listening = asyncio.create_task(self._listen())

    async def send(self, method: str, **values: Any) -> dict[str, Any]:
        """Have the browser do something."""
        self._number += 1
        number = self._number
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._devtools.send_json({"id": number, "method": method, "params": values})
        return await asyncio.wait_for(self._answers[number], PATIENCE_S)

    async def open(self, address: str, width: int, height: int) -> None:
        """Go to an address."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.send(f"{domain}.enable")
        await self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        await self.send("Emulation.setFocusEmulationEnabled", enabled=True)
        await self.send("Page.navigate", url=address)

    async def run(self, script: str) -> Any:
        """Run a script in the page, and return what it comes to."""
        answer = await self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def press(self, key: str, code: str = "", number: int = 0, *, ctrl: bool = False) -> None:
        """Press a key."""
        text = {"text": key} if len(key) == 1 and not ctrl else {"text": "\r"} if key == "Enter" else {}
        values = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": 2 if ctrl else 0}
        await self.send("Input.dispatchKeyEvent", type="keyDown", **values, **text)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **values)

    async def write(self, text: str) -> None:
        """Type a text."""
        for character in text:
            await self.press(character, number=ord(character.upper()))

    async def picture(self) -> bytes:
        """Return what is seen, as PNG."""
        answer = await self.send("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])

    async def until(self, what: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not what():
                await asyncio.sleep(0.05)

    async def until_shown(self, text: str) -> None:
        """Wait until the terminal has been told to show a text, and forget what was shown until then."""
        try:
            await self.until(lambda: text in self.shown)
        except TimeoutError as error:
            raise AssertionError(f"{text!r} is not in what was shown:\n{self.shown}") from error
        self.shown = self.shown.partition(text)[2]

    async def until_class(self, name: str) -> None:
        """Wait until the page's body has a class."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.run(f"document.body.classList.contains({name!r})"):
                await asyncio.sleep(0.05)

    async def _listen(self) -> None:
        async for message in self._devtools:
            told = json.loads(message.data)
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told.get("result") or {"error": told.get("error")})
            else:
                self._note(told["method"], told["params"])

    def _note(self, method: str, values: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.asked_for.append(values["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.asked_for.append(values["url"])
        elif method == "Network.webSocketFrameReceived" and values["response"]["opcode"] == 2:
            text = base64.b64decode(values["response"]["payloadData"]).decode(errors="replace")
            self.shown += _ESCAPES.sub("", text)
        elif method == "Log.entryAdded" and values["entry"]["level"] == "error":
            self.refused.append(values["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.refused.append(str(values["exceptionDetails"]))


@asynccontextmanager
async def a_page(profile: Path) -> AsyncIterator[Page]:
    """Start Chromium with a new `profile`, and give its page."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *_QUIET, f"--user-data-dir={profile}", "about:blank", stderr=asyncio.subprocess.PIPE
    )
    try:
        port = await asyncio.wait_for(_port(process), PATIENCE_S)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                target = next(each for each in await answer.json(content_type=None) if each["type"] == "page")
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as devtools:
                yield Page(devtools)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    """Return where Chromium listens, which it tells."""
    assert process.stderr is not None
    told = ""
    while line := await process.stderr.readline():
        told += line.decode(errors="replace")
        if found := re.search(rb"ws://127\.0\.0\.1:(\d+)/", line):
            return int(found[1])
    raise AssertionError(f"Chromium did not start:\n{told}")
