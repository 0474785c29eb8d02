"""Who may use the designer in the browser: those who know its address, from its own page.

Any page that the user visits can send requests to programs on the same machine, and open sockets to them. So the address has a
secret part, a socket is only for a page of the same origin, and a name that someone else's server has given this machine is
no name for it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")
"""What this machine is called, whatever the port: a tunnel may give it another."""
_SOCKET = "ws"
_SOURCES = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; img-src data:; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Access:
    """The secret of one run, and the check of each request."""

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(24)

    @web.middleware
    async def check(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer 403 unless a request knows the secret and comes from the designer's own page."""
        if not self.allows(request):
            raise web.HTTPForbidden(text="403: this address is not complete, or the request came from another page.\n")
        return await handler(request)

    def allows(self, request: web.Request) -> bool:
        """Return whether a request may be answered."""
        host, origin = request.headers.get(hdrs.HOST, ""), request.headers.get(hdrs.ORIGIN)
        known = secrets.compare_digest(request.path.split("/")[1].encode(), self.secret.encode())
        from_here = origin == f"http://{host}" if origin is not None else not is_socket(request)
        return known and _HOST.fullmatch(host) is not None and from_here


def is_socket(request: web.Request) -> bool:
    """Return whether a request is for the designer's socket; browsers always say from which page that comes."""
    return request.path.endswith(f"/{_SOCKET}") or request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"


async def harden(_: web.Request, response: web.StreamResponse) -> None:
    """Have browsers load nothing from elsewhere, show the page in no other one, and pass its address to no one."""
    response.headers.update(
        {
            "Content-Security-Policy": _SOURCES,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
    )
