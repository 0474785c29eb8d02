"""Random YAML documents for tests: random data written in random style, comments and line ends included."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from blis_tui.spec.format import fields
from blis_tui.spec.format.fields import Record
from blis_tui.spec.format.model import InferencePerf, WorkloadSpec

PLAIN_TEXTS = ["a", "b-c", "x y", "é", "日本", "poisson", "8", "8.0", "-1", "1e3", "0x10", "true", "v1:2", "it's", "a#b", "😀"]
"""Texts that can be written without quotes, those with a colon not in brackets."""
OTHER_TEXTS = ["", "null", "~", "# no", "a: b", "- x", "'", 'q"q', "tab\there", "<<", "*a", "&a", " lead", "trail ", "é\u2028x"]
OTHER_TEXTS += ["{", "]", "a,b"]
LINES = ["one\n", "one\ntwo\n", "one\n\ntwo\n", "# one\ntwo\n", "one\n  two\n", "one\n\n\n", "one", "one\ntwo"]
PLAIN_KEYS = [*"cdefgh", "rate", "k-1", "100", "7.5", "key with space", "ключ"]
OTHER_KEYS = ["a", "b", "é", "true", "?x", "a:b", "it's", "#x", "", "- y", 'q"q']

texts = st.sampled_from(PLAIN_TEXTS * 3 + OTHER_TEXTS + LINES)
keys = st.sampled_from(PLAIN_KEYS + OTHER_KEYS)


def _collections(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(items, max_size=4) | st.dictionaries(keys, items, max_size=4)


data = st.recursive(texts, _collections, max_leaves=14)
top_data = _collections(data)
"""Data of texts, lists and dicts; a list or dict at the top."""


def _field_value(field: fields.Field, depth: int) -> st.SearchStrategy[Any]:
    if field.kind == fields.TEXT:
        return st.sampled_from([*field.choices, "a", "t-1"])
    if field.kind == fields.INTEGER:
        return st.sampled_from(["0", "1", "600", "1200000000"])
    if field.kind == fields.NUMBER:
        return st.sampled_from(["0.5", "8", "8.0", "1e3", "20.0"])
    if field.kind == fields.BOOLEAN:
        return st.sampled_from(["true", "false"])
    if field.kind == fields.PARAMS:
        return st.dictionaries(st.sampled_from(["value", "mean", "100", "200"]), st.sampled_from(["1", "0.5"]), max_size=2)
    assert field.record is not None
    inner = records(field.record, depth - 1)
    if field.kind == fields.LIST:
        return st.lists(inner, max_size=3)
    return inner if field.kind == fields.RECORD else st.dictionaries(st.sampled_from(["batch", "standard"]), inner, max_size=2)


def records(kind: type[Record], depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Make data of some of a record's fields."""

    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        names = [name for name, field in kind.fields.items() if depth > 0 or field.record is None]
        chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=4)) if names else []
        return {name: draw(_field_value(kind.fields[name], depth)) for name in chosen}

    return build()


spec_data = records(WorkloadSpec, 3) | records(InferencePerf, 2).map(lambda block: {"seed": "42", "inference_perf": block})
"""Data with the keys of the real format."""


class Style:
    """Writes data as YAML, choosing at random among the ways to write it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._count = self._anchor = 0
        self._known: list[str] = []

    def chance(self, percent: int) -> bool:
        return bool(self._draw(st.integers(0, 99)) >= 100 - percent)

    def pick(self, *choices: Any) -> Any:
        return self._draw(st.sampled_from(choices))

    def comment(self, percent: int = 15) -> str:
        """Return a comment of its own, to put behind something."""
        if not self.chance(percent):
            return ""
        self._count += 1
        return f"{self.pick(' ', '  ', chr(9))}# c{self._count:03d}"

    def between(self, column: int) -> list[str]:
        """Return blank lines and comments to put between lines."""
        lines = []
        while self.chance(20):
            kind = self.pick("blank", "own", "own", "less", "more")
            text = self.comment(100).lstrip() if kind != "blank" else ""
            margin = {"own": column, "less": self.pick(0, max(column - 2, 0)), "more": column + self.pick(1, 4)}.get(kind, 0)
            lines.append(" " * margin + text if text else self.pick("", "", " " * column))
        return lines

    def properties(self, tag: str = "") -> str:
        """Return an anchor, or the tag given, to put before a value."""
        if tag and self.chance(3):
            return f" {tag}"
        if not self.chance(8):
            return ""
        self._anchor += 1
        name = f"n{self._anchor if self.chance(90) else 0}"
        self._known.append(name)
        return f" &{name}"

    def block(self, value: Any, column: int, in_mapping: bool) -> tuple[str, list[str]]:
        """Write a value; return what follows its colon or dash on the line, and the lines below."""
        if self._known and self.chance(6):
            return f" *{self.pick(*self._known)}" + self.comment(), []
        if isinstance(value, str):
            return self.scalar(value, column)
        if not value or self.chance(25):
            text = self.flow(value, column + 1)
            return f"{self.properties()} {text}{self.comment()}", []
        properties = self.properties()
        is_list = isinstance(value, list)
        if not in_mapping and not properties and self.chance(70):  # on the line of the dash
            spaces = self.pick(1, 1, 1, 3)
            first, *rest = self.entries(value, column + 1 + spaces)
            return " " * spaces + first.lstrip(" "), rest
        inner = column + (self.pick(0, 2, 2, 4) if is_list and in_mapping else self.pick(1, 2, 2, 4))
        name = self._known.pop() if properties else None
        head, lines = properties + self.comment(), [*self.between(inner), *self.entries(value, inner)]
        self._known += [name] if name else []
        return head, lines

    def entries(self, value: Any, column: int) -> list[str]:
        """Write the items or pairs of a value in block style."""
        lines: list[str] = []
        margin = " " * column
        for index, item in enumerate(value):
            if index:
                lines += self.between(column)
            if isinstance(value, list):
                head, rest = self.block(item, column, in_mapping=False)
                lines += [margin + "-" + head, *rest]
            elif self.chance(4):
                head, rest = self.block(value[item], column, in_mapping=True)
                lines += [margin + "? " + self.inline(item, in_flow=False) + self.comment(), margin + ":" + head, *rest]
            else:
                head, rest = self.block(value[item], column, in_mapping=True)
                lines += [margin + self.inline(item, in_flow=False) + ":" + head, *rest]
        if self.chance(10):
            lines += self.between(column)
        return lines

    def scalar(self, value: str, column: int) -> tuple[str, list[str]]:
        """Write a text, as `block` does."""
        properties = self.properties("!!str")
        if value in ("", "null") and self.chance(30):
            return properties + self.comment(), []
        fits = value.isascii() and "\t" not in value and value[:1] not in ("", " ", "\n")
        if fits and self.chance(80 if "\n" in value else 5):
            return self.block_scalar(value, column, properties)
        if value == "x y" and self.chance(50):
            opening = self.pick("", "'", '"')
            margin = " " * (column + 2)
            return f"{properties} {opening}x", [f"{margin}y{opening}{self.comment()}"]
        if self.chance(5) and not properties:
            return self.comment(), [" " * (column + 2) + self.inline(value, in_flow=False) + self.comment()]
        return f"{properties} {self.inline(value, in_flow=False)}{self.comment()}", []

    def block_scalar(self, value: str, column: int, properties: str) -> tuple[str, list[str]]:
        """Write a text as a literal or folded scalar, as `block` does."""
        body, ends = value.rstrip("\n"), len(value) - len(value.rstrip("\n"))
        chomping = "-" if ends == 0 else "" if ends == 1 else "+"
        margin = " " * (column + self.pick(1, 2, 4))
        lines = [margin + line if line else "" for line in body.split("\n")] + [""] * (ends - 1)
        style = self.pick("|", ">") if "\n" not in body else "|"
        head = f"{properties} {style}{chomping}{self.comment()}"
        return head, lines + ([""] if chomping != "+" and self.chance(15) else [])

    def inline(self, value: str, in_flow: bool) -> str:
        """Write a text on one line."""
        if value in PLAIN_TEXTS + PLAIN_KEYS and not (in_flow and ":" in value) and self.chance(80):
            return value
        if value.isprintable() and self.chance(50):
            return "'" + value.replace("'", "''") + "'"
        escapes = {'"': '\\"', "\n": "\\n", "\t": "\\t", "\u2028": "\\u2028"}
        return '"' + "".join(escapes.get(character, character) for character in value) + '"'

    def flow(self, value: Any, column: int) -> str:
        """Write a value in brackets, on one line or several."""
        if isinstance(value, str):
            if self._known and self.chance(6):
                return f"*{self.pick(*self._known)} "
            properties = self.properties("!!str").lstrip()
            return (properties + " " if properties else "") + self.inline(value, in_flow=True)
        opening, closing = "[]" if isinstance(value, list) else "{}"
        layout = self.pick("tight", "line", "line", "rows", "odd")
        margin = "\n" + " " * (column + self.pick(0, 2))
        parts = []
        for index, item in enumerate(value):
            comma = "," if index < len(value) - 1 or self.chance(20) else ""
            text = self.flow(item if isinstance(value, list) else value[item], column + 2)
            if not isinstance(value, list):
                text = f"{self.inline(item, in_flow=True)}: {text}"
            if layout == "rows":
                above = "".join(margin + self.comment(100).strip() for _ in range(2) if self.chance(15))
                parts.append(above + margin + text + comma + self.comment())
            elif layout == "odd" and self.chance(40):
                parts.append(text + self.pick("", " ") + comma + self.comment(40) + margin)
            else:
                parts.append(text + comma + ("" if layout == "tight" else " "))
        body = "".join(parts)
        if layout == "rows":
            body += margin if value else ""
        elif layout != "tight" and value and self.chance(50):
            body = " " + body
        elif not value and self.chance(20):
            body = self.pick(" ", margin)
        return opening + body + closing


@st.composite
def documents(draw: st.DrawFn, values: st.SearchStrategy[Any] = top_data | spec_data) -> str:
    """Make the text of a YAML document that holds one of some values; aliases may take the place of parts of it."""
    style = Style(draw)
    value = draw(values)
    content = style.entries(value, 0) if value and not style.chance(8) else [style.flow(value, 0)]
    lines = [*style.between(0), *content, *style.between(0)]
    if style.chance(10):
        lines = ["---" + style.comment(), *lines]
        if style.chance(30):
            lines = ["%YAML 1.1", *lines]
    if style.chance(5):
        lines += ["...", *style.between(0)]
    lines = "\n".join(lines).split("\n")
    kinds = style.pick(["\n"], ["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"])
    ends = [style.pick(*kinds) for _ in lines]
    if style.chance(25):
        ends[-1] = ""
    mark = "\ufeff" if style.chance(3) else ""
    return mark + "".join(line + end for line, end in zip(lines, ends, strict=True))
