"""A server that answers as vLLM does, for tools to send a load to; it remembers what was asked, and when."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

MODEL = "x/tok"
"""The only model there is; `tokenizer.make` makes one of that name."""


_SPECIAL = re.compile(r"\[(?:UNK|EOS)\]")


class Asked(NamedTuple):
    """One request for an answer: when it came, in s, where to, and what it said."""

    time: float
    path: str
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """The text of the prompt; of a chat, of all its messages."""
        if "messages" in self.body:
            return " ".join(_text(message["content"]) for message in self.body["messages"])
        prompt = self.body["prompt"]
        return prompt[0] if isinstance(prompt, list) else str(prompt)

    @property
    def input_tokens(self) -> int:
        """How long the prompt is; each of the tokenizer's tokens is a character, or a special one by its name."""
        return len(_SPECIAL.sub("?", self.prompt))

    @property
    def output_tokens(self) -> int:
        """How long the answer was to be."""
        return int(self.body.get("max_tokens") or self.body.get("max_completion_tokens") or 0)


class ModelServer:
    """Runs on a free port of this machine while it is entered."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.asked = self.asked
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def delays(asked: Sequence[Asked], planned: Sequence[float]) -> list[float]:
    """Return by how much requests came later than planned, the earliest first; 0 is what half of them are at most."""
    late = sorted(each - time for each, time in zip(sorted(each.time for each in asked), planned, strict=True))
    return [each - late[len(late) // 2] for each in late]


def on_time(asked: Sequence[Asked], planned: Sequence[float]) -> str:
    """Say how punctual requests were; fails unless most of them were."""
    late = delays(asked, planned)
    inner = late[len(late) // 10 : len(late) - len(late) // 10]
    told = f"{late[0] * 1e3:.1f} … {late[-1] * 1e3:.1f} ms late, eight in ten {inner[0] * 1e3:.1f} … {inner[-1] * 1e3:.1f} ms"
    assert max(-inner[0], inner[-1]) < 0.25, told
    return told


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    asked: list[Asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        models = {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "tests", "max_model_len": 1 << 20}]}
        self._send(json.dumps(models if self.path.endswith("/models") else {"status": "ok"}).encode(), "application/json")

    def do_POST(self) -> None:
        came = time.time()
        asked = Asked(came, self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.asked.append(asked)
        chat = "messages" in asked.body
        kind = "chat.completion" if chat else "text_completion"
        words = ["a"] * asked.output_tokens
        usage = {"prompt_tokens": asked.input_tokens, "completion_tokens": len(words)}
        usage["total_tokens"] = sum(usage.values())
        answer = {"id": "1", "object": kind, "created": int(came), "model": MODEL}
        if not asked.body.get("stream"):
            choice = {"index": 0, "finish_reason": "length", **_part("".join(words), chat=chat, whole=True)}
            self._send(json.dumps({**answer, "choices": [choice], "usage": usage}).encode(), "application/json")
            return
        if chat:
            answer["object"] += ".chunk"
        chunks = [{**answer, "choices": [{"index": 0, "finish_reason": None, **_part(word, chat=chat)}]} for word in words]
        chunks.append({**answer, "choices": [{"index": 0, "finish_reason": "length", **_part("", chat=chat)}]})
        chunks.append({**answer, "choices": [], "usage": usage})
        lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
        self._send("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")

    def _send(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def _part(text: str, *, chat: bool, whole: bool = False) -> dict[str, Any]:
    if not chat:
        return {"text": text}
    return {"message" if whole else "delta": {"role": "assistant", "content": text}}


def _text(content: Any) -> str:
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)
