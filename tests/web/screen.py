"""What a page does with the designer's socket, without a browser: it shows bytes, and sends keys."""

from __future__ import annotations

import asyncio
import re
from types import TracebackType

import aiohttp

PATIENCE_S = 60.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?<>=]*[a-zA-Z]")


class Screen:
    """A socket of a designer, as a context manager."""

    def __init__(self, address: str, width: int = 120, height: int = 40) -> None:
        self._address, self._size = address, f"width={width}&height={height}"
        self._session = aiohttp.ClientSession()
        self.shown = ""
        """All that was shown since `until_shown` was last asked, without escapes."""

    async def __aenter__(self) -> Screen:
        origin = self._address.rsplit("/", 2)[0]
        self._socket = await self._session.ws_connect(f"{self._address}ws?{self._size}", origin=origin)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._session.close()

    async def press(self, keys: str) -> None:
        """Send what a terminal sends for keys."""
        await self._socket.send_json(["stdin", keys])

    async def say(self, message: object) -> None:
        """Send any message."""
        await self._socket.send_json(message)

    async def until_shown(self, text: str) -> str:
        """Wait until a text is shown, and forget what was shown until then; returns that."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while text not in self.shown:
                    message = await self._socket.receive()
                    assert message.type is aiohttp.WSMsgType.BINARY, f"{message}: {self.shown[-2000:]}"
                    self.shown += _ESCAPES.sub("", message.data.decode(errors="replace"))
        except TimeoutError as error:
            raise AssertionError(f"{text!r} is not shown, but {self.shown[-4000:]!r}") from error
        before, _, self.shown = self.shown.partition(text)
        return before

    async def until_closed(self) -> None:
        """Wait until the designer has ended."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self._socket.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
