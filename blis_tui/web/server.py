"""A small web server, for this machine only, that shows the designer in a browser: each page has a designer of its own."""

from __future__ import annotations

import asyncio
import shlex
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from blis_tui.pastes import PasteGuard
from blis_tui.web.access import Access, harden
from blis_tui.web.confinement import DRIVER_VARIABLE
from blis_tui.web.driver import BrowserDriver

HOST = "127.0.0.1"
LOOK_EVERY_S = 0.1
"""How often it is looked whether the program is to end."""
LEAVING_S = 5.0
"""How long a designer may take to end before it is killed."""
_HERE = Path(__file__).parent
_STATIC = Path(textual_serve.__file__).parent / "static"
_MOST_CELLS = 1000


class _Designer(AppService):
    """One designer: a process of its own, and the socket of the page that shows it."""

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        return {
            **super()._build_environment(width, height),
            DRIVER_VARIABLE: f"{BrowserDriver.__module__}:{BrowserDriver.__qualname__}",
        }

    async def run(self) -> None:
        """Pass on what the designer shows, until it ends; then the page says so."""
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def stop(self) -> None:
        """End the designer, which keeps what is not saved; one that does not end is killed."""
        try:
            await asyncio.wait_for(super().stop(), LEAVING_S)
        except TimeoutError:
            if self._process is not None:
                with suppress(ProcessLookupError):
                    self._process.kill()


class Server:
    """Serves the designer that `command` starts, to those who have its address."""

    def __init__(self, command: Sequence[str], title: str) -> None:
        self.access = Access()
        self._command = f"exec {shlex.join(command)}"
        self._title = title
        self._downloads = DownloadManager()
        self._sockets: set[web.WebSocketResponse] = set()

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application(middlewares=[self.access.check])
        below = f"/{self.access.secret}"
        app.add_routes(
            [
                web.get(f"{below}/", self._page),
                web.get(f"{below}/{{name:page[.](css|js)}}", _part),
                web.get(f"{below}/ws", self._socket),
                web.static(f"{below}/static", _STATIC),
            ]
        )
        app.on_response_prepare.append(harden)
        app.on_shutdown.append(self._close)
        return app

    async def serve(self, listener: socket.socket, ended: Callable[[], object]) -> None:
        """Answer what comes to a socket, until the program is to end."""
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=2 * LEAVING_S)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            while not ended():
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await runner.cleanup()

    def address(self, listener: socket.socket) -> str:
        """Return where the designer is, with the secret."""
        return f"http://{HOST}:{listener.getsockname()[1]}/{self.access.secret}/"

    async def _page(self, request: web.Request) -> web.Response:
        socket_address = f"ws://{request.host}/{self.access.secret}/ws"
        page = Template((_HERE / "page.html").read_text(encoding="utf-8"))
        return web.Response(text=page.substitute(title=escape(self._title), socket=socket_address), content_type="text/html")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        page = web.WebSocketResponse(heartbeat=15)
        await page.prepare(request)
        designer = _Designer(
            self._command,
            write_bytes=_unless_gone(page.send_bytes),
            write_str=_unless_gone(page.send_str),
            close=_unless_gone(page.close),
            download_manager=self._downloads,
        )
        self._sockets.add(page)
        guard = PasteGuard()
        try:
            await designer.start(_cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24))
            async for message in page:
                if message.type == WSMsgType.TEXT:
                    await _pass_on(message, page, designer, guard)
        finally:
            self._sockets.discard(page)
            await designer.stop()
        return page

    async def _close(self, _: web.Application) -> None:
        """Let all pages go, so that their designers end."""
        for page in list(self._sockets):
            await page.close(code=WSCloseCode.GOING_AWAY)


def listen(port: int) -> socket.socket:
    """Listen on this machine's own address; port 0 is any that is free. Raises `OSError` if it is taken."""
    return socket.create_server((HOST, port))


async def _part(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(_HERE / request.match_info["name"])


async def _pass_on(message: Any, page: web.WebSocketResponse, designer: AppService, guard: PasteGuard) -> None:
    """Pass on what the page says; what it does not say is not obeyed."""
    try:
        kind, *values = message.json()
        if kind == "stdin":
            await designer.send_bytes(guard.feed(values[0]).encode("utf-8", "replace"))
        elif kind == "resize":
            await designer.set_terminal_size(_cells(values[0]["width"], 80), _cells(values[0]["height"], 24))
        elif kind == "ping":
            await page.send_json(["pong", values[0]])
        elif kind == "focus":
            await designer.focus()
        elif kind == "blur":
            await designer.blur()
    except (ValueError, TypeError, AttributeError, LookupError):
        return


def _cells(given: object, usual: int) -> int:
    """Return how wide or high the page is, within reason."""
    try:
        return max(1, min(int(given), _MOST_CELLS))  # type: ignore[call-overload, no-any-return]
    except (ValueError, TypeError):
        return usual


def _unless_gone(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return a way to send that does nothing once the page is gone."""

    async def send_if_there(*data: Any) -> None:
        with suppress(ConnectionError):
            await send(*data)

    return send_if_there
