"""Who may use the designer in the browser: those who know its address, from its own page, and no other page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

pytest.importorskip("textual_serve", reason="the extra `web` is not installed")

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from blis_tui.web.server import Server

Client = TestClient[web.Request, web.Application]
PARTS = (
    "",
    "page.css",
    "page.js",
    "static/css/xterm.css",
    "static/js/textual.js",
    "static/fonts/RobotoMono-VariableFont_wght.ttf",
)


@pytest.fixture
def server() -> Server:
    return Server(["cat"], title='<b>"x" & y</b>')


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    async with TestClient(TestServer(server.app())) as client:
        yield client


def here(client: Client) -> str:
    return f"http://127.0.0.1:{client.port}"


async def status(client: Client, path: str, **headers: str) -> int:
    async with client.get(path, headers=headers) as answer:
        return answer.status


async def socket_status(client: Client, path: str, **headers: str) -> int:
    try:
        async with client.ws_connect(path, headers=headers):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def test_the_page_is_for_those_who_know_the_secret(server: Server, client: Client) -> None:
    secret = server.access.secret
    assert len(secret) >= 32
    assert Server(["cat"], "x").access.secret != secret
    for part in PARTS:
        assert await status(client, f"/{secret}/{part}") == 200
        for wrong in ("", "/x", f"/{secret[:-1]}", f"/{secret}x", f"/{secret.swapcase()}", "/%C3%A4"):
            assert await status(client, f"{wrong}/{part}") == 403, wrong
    for path in ("/", "/ws", "/static/js/textual.js", "/download/x", "/favicon.ico", "/x/../y"):
        assert await status(client, path) == 403


async def test_sockets_are_for_the_designers_own_page(server: Server, client: Client) -> None:
    socket = f"/{server.access.secret}/ws"
    assert await socket_status(client, socket, Origin=here(client)) == 101
    assert await socket_status(client, "/ws", Origin=here(client)) == 403
    assert await socket_status(client, "/wrong/ws", Origin=here(client)) == 403
    other_port = f"http://127.0.0.1:{client.port + 1}"  # type: ignore[operator]
    for origin in (
        "http://evil.example",
        "null",
        "",
        other_port,
        here(client).replace("http", "https"),
        f"{here(client)}.evil.example",
    ):
        assert await socket_status(client, socket, Origin=origin) == 403, origin
    assert await socket_status(client, socket) == 403


async def test_requests_of_other_pages_are_refused_even_with_the_secret(server: Server, client: Client) -> None:
    page = f"/{server.access.secret}/"
    assert await status(client, page, Origin=here(client)) == 200
    assert await status(client, page, Origin="http://evil.example") == 403


async def test_a_name_that_others_have_given_this_machine_is_no_name(server: Server, client: Client) -> None:
    page = f"/{server.access.secret}/"
    for host in ("127.0.0.1:1", "localhost", "localhost:8000", f"127.0.0.1:{client.port}"):
        assert await status(client, page, Host=host) == 200
        assert await socket_status(client, f"{page}ws", Host=host, Origin=f"http://{host}") == 101
    for host in (
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "0.0.0.0",
        "localhost:80;x",
        "localhost:80@evil.example",
        "[::1]",
    ):
        assert await status(client, page, Host=host) == 403, host
        assert await socket_status(client, f"{page}ws", Host=host, Origin=f"http://{host}") == 403


async def test_nothing_comes_from_elsewhere_and_nothing_is_told_there(server: Server, client: Client) -> None:
    async with client.get(f"/{server.access.secret}/") as answer:
        text = await answer.text()
        headers = answer.headers
    assert "&lt;b&gt;&quot;x&quot; &amp; y&lt;/b&gt;" in text
    assert f"ws://127.0.0.1:{client.port}/{server.access.secret}/ws" in text
    assert "http" not in text.replace('charset="utf-8"', "")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    async with client.get("/") as answer:
        assert "Content-Security-Policy" in answer.headers
        assert server.access.secret not in await answer.text()


async def test_no_file_but_the_pages_own(server: Server, client: Client) -> None:
    secret = server.access.secret
    for path in (
        "page.html",
        "server.py",
        "static/",
        "static/../server.py",
        "static/%2e%2e/server.py",
        "static//etc/passwd",
        "download/x",
    ):
        assert await status(client, f"/{secret}/{path}") in (403, 404), path
