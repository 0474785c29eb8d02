"""yaml-language-server, which editors run, takes the schema in this repository and says with it what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from environments import language_server
from exported import FILES, ROOT

pytestmark = pytest.mark.peers
SCHEMA = ROOT / "schema" / "blis.schema.json"


class Editor:
    """What an editor says to a language server, and hears of it."""

    def __init__(self, program: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self._number = 0
        self._asked("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": {}})
        self._say({"method": "initialized", "params": {}})

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def problems(self, name: str, text: str) -> list[dict[str, Any]]:
        """Open a text, and return what is said of it."""
        uri = f"file:///{name}"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._say({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while True:
            heard = self._heard()
            if heard.get("method") == "textDocument/publishDiagnostics" and heard["params"]["uri"] == uri:
                found: list[dict[str, Any]] = heard["params"]["diagnostics"]
                return found

    def hover(self, name: str, line: int, character: int) -> str:
        """Return what is shown for a place in a text that was opened."""
        place = {"textDocument": {"uri": f"file:///{name}"}, "position": {"line": line, "character": character}}
        return json.dumps(self._asked("textDocument/hover", place))

    def _asked(self, method: str, params: dict[str, Any]) -> Any:
        self._number += 1
        self._say({"id": self._number, "method": method, "params": params})
        while True:
            heard = self._heard()
            if heard.get("id") == self._number and "method" not in heard:
                return heard.get("result")

    def _say(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self._process.stdin.flush()

    def _heard(self) -> dict[str, Any]:
        """Read the next message; questions are answered with nothing, which is what settings are."""
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(stream.read(length))
        if "method" in message and "id" in message:
            items = message.get("params", {}).get("items", [])
            self._say({"id": message["id"], "result": [None] * len(items) if items else None})
        return message


@pytest.fixture
def editor(peers: Path, environment: Mapping[str, str]) -> Iterator[Editor]:
    editor = Editor(language_server(peers), environment)
    yield editor
    editor.close()


def with_modeline(text: str) -> str:
    return f"# yaml-language-server: $schema={SCHEMA.as_uri()}\n{text}"


def test_it_finds_nothing_in_good_files(editor: Editor) -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        found = editor.problems(f"{path.parent.name}-{path.name}", with_modeline(text))
        assert found == [], f"{path.name}: {found}"


@pytest.mark.parametrize(
    ("good", "wrong", "told"),
    [
        ("horizon:", "horizn:", "horizn"),
        ("rate: 8", "rate: eight", "type"),
        ("process: poisson", "process: poison", "poisson"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong(editor: Editor, good: str, wrong: str, told: str) -> None:
    texts = [(ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8") for name in ("two-stage", "clients")]
    text = next(each for each in texts if good in each)
    found = editor.problems("wrong.yaml", with_modeline(text.replace(good, wrong, 1)))
    print(f"\n{wrong}: {found[0]['message'] if found else 'nothing'}")
    assert any(told in each["message"] for each in found), found
    place = with_modeline(text.replace(good, wrong, 1)).splitlines()
    assert wrong.split(":", maxsplit=1)[0] in place[found[0]["range"]["start"]["line"]]


def test_it_explains_a_field(editor: Editor) -> None:
    text = with_modeline((ROOT / "examples" / "two-stage.yaml").read_text(encoding="utf-8"))
    editor.problems("good.yaml", text)
    line = next(number for number, each in enumerate(text.splitlines()) if each.startswith("horizon"))
    assert "End of the workload" in editor.hover("good.yaml", line, 2)
