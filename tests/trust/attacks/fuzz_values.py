"""What fuzzed files are made of: files to begin with, words of the format, and ways to change a text or its data."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path
from typing import Any

from plain_data import places

from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove, RenameKey, SetValue
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.fields import Record
from blis_tui.spec.format.model import WorkloadSpec

ROOT = Path(__file__).parents[3]
LARGEST = 500
"""Bytes of the files to begin with; larger ones take longer and reach no more."""
ODD = (
    "0", "1", "-1", "2", "1.5", "1e3", "1e-300", "2.0e+300", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "0x1f", "0o17", "017", "1_000", "1:30", "+5", ".5", "5.", ".nan", "-.inf", "~", "null", "true", "no", "''", '""', "'3'", '"\\x00"',
    "[]", "{}", "[1, 2]", "{a: 1}", "*a", "&a 1", "!!int 5", "!!str 5", "!!float 5", "!x 5", "|", ">-", "<<", "=", "? a", "- 1", "# c",
    "1970-01-01", "\ufeff", "\u2028", "\x85", "\t", "漢", "🦀", "\x1b[2J", "@", "`", "%", "[", "}", ",", "---", "...", "%YAML 1.1",
)  # fmt: skip
"""Values that some reader or other trips over."""
_NEW: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    -1,
    7,
    2**63,
    0.5,
    1e300,
    "",
    "a",
    "a: b",
    "#",
    "8",
    "é\n",
    "漢",
    [],
    [1],
    {},
    {"a": 1},
)
_KEY = re.compile(r"^(\s*(?:- )?\s*)([\w.]+)(\s*:)", re.MULTILINE)
_SCALAR = re.compile(r"(?<=[:\[,] )[^\s,\]}\[{#:][^,\]}\n#]*|(?<=- )[\w.\"']+$", re.MULTILINE)


def starts() -> list[bytes]:
    """Return the files to begin with: examples, golden files, faulty ones and those of other tools."""
    folders = ("examples", "tests/golden", "tests/golden/invalid", "tests/golden/closed-loop", "tests/specs")
    files = [path for folder in folders for path in sorted((ROOT / folder).glob("*.yaml"))]
    found = [path.read_bytes() for path in files if path.stat().st_size <= LARGEST]
    return [*found, *_made()]


def _made() -> list[bytes]:
    compact = (
        b"version: '2'\nseed: 1\nhorizon: 2000000\ninference_perf:\n  stages: [{rate: 4.0, duration: 1}, {rate: 2, duration: 1}]\n"
        b"  shared_prefix: {num_unique_system_prompts: 2, num_users_per_system_prompt: 1, system_prompt_len: 5, question_len: 4, output_len: 3}\n"
    )
    client = (
        b'version: "2"\naggregate_rate: 5\nnum_requests: 20\nclients:\n- id: a # first\n  rate_fraction: 1.0\n  arrival: {process: gamma, cv: 2}\n'
        b"  input_distribution: &d {type: gaussian, params: {mean: 9, std_dev: 2, min: 1, max: 20}}\n  output_distribution: *d\n"
    )
    other = (
        b"load:\n  type: poisson\n  stages:\n  - {rate: 5, duration: 2}\napi: {type: completion, streaming: true}\n"
        b"data:\n  type: shared_prefix\n  shared_prefix: {num_groups: 2, num_prompts_per_group: 2, system_prompt_len: 6, question_len: 4, output_len: 3}\n"
    )
    return [b"", b"seed: 1\n", compact, compact.replace(b"\n", b"\r\n"), client, compact.decode().encode("utf-16"), other]


@cache
def words() -> tuple[str, ...]:
    """Return the keys, families and choices of the format."""
    found = {*FAMILIES, *(name for family in FAMILIES.values() for name in family.fields)}
    seen: set[type[Record]] = set()
    waiting: list[type[Record]] = [WorkloadSpec]
    while waiting:
        record = waiting.pop()
        if record in seen:
            continue
        seen.add(record)
        for name, field in record.fields.items():
            found |= {name, *(str(choice) for choice in field.choices)}
            if field.record is not None:
                waiting.append(field.record)
    return tuple(sorted(each for each in found if each))


def dictionary() -> str:
    """Return the words as a dictionary for libFuzzer."""
    texts = [f"{word}:" for word in words()] + list(words()) + list(ODD)
    return "".join('"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"\n' for text in dict.fromkeys(texts))


def mutated(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Change a text here and there as people and programs do who know the format a little."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        text = chance.choice(_CHANGES)(text, chance, others)
    return text.encode("utf-8", "surrogateescape")


def _value(text: str, chance: random.Random, _: list[bytes]) -> str:
    found = list(_SCALAR.finditer(text))
    if not found:
        return text
    at = chance.choice(found)
    return text[: at.start()] + chance.choice((*ODD, *words())) + text[at.end() :]


def _number(text: str, chance: random.Random, _: list[bytes]) -> str:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return text
    at = chance.choice(found)
    number = int(at[0][:18])
    new = chance.choice((number + 1, number - 1, number * 2, number // 2, -number, chance.randint(0, 20), 0))
    return f"{text[: at.start()]}{new}{text[at.end() :]}"


def _key(text: str, chance: random.Random, _: list[bytes]) -> str:
    found = list(_KEY.finditer(text))
    if not found:
        return text
    at, name = chance.choice(found), chance.choice(words())
    if chance.random() < 0.5:
        return text[: at.start(2)] + name + text[at.end(2) :]
    margin = " " * len(at[1].replace("\n", ""))
    end = text.find("\n", at.end())
    end = len(text) if end < 0 else end
    return f"{text[:end]}\n{margin}{name}: {chance.choice((*ODD, *words()))}{text[end:]}"


def _lines(text: str, chance: random.Random, _: list[bytes]) -> str:
    lines = text.split("\n")
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[here]
        case 1:
            lines.insert(there, lines[here])
        case 2:
            lines[here], lines[there] = lines[there], lines[here]
        case 3:
            lines[here] = " " * chance.randint(1, 4) + lines[here]
        case _:
            lines[here] = lines[here][chance.randint(0, 4) :]
    return "\n".join(lines)


def _spliced(text: str, chance: random.Random, others: list[bytes]) -> str:
    other = chance.choice(others).decode("utf-8", "surrogateescape").split("\n")
    start = chance.randrange(len(other))
    lines = text.split("\n")
    at = chance.randrange(len(lines) + 1)
    return "\n".join([*lines[:at], *other[start : start + chance.randint(1, 8)], *lines[at:]])


def _marked(text: str, chance: random.Random, _: list[bytes]) -> str:
    found = list(_SCALAR.finditer(text))
    if not found:
        return text + chance.choice(ODD)
    at = chance.choice(found)
    mark = chance.choice(("&a ", "*a ", "!!str ", "  # c\n", "'", '"', "[", "{", "\t", "\r", "\n", " "))
    return text[: at.start()] + mark + text[at.start() :]


_CHANGES = (_value, _value, _number, _number, _key, _key, _lines, _spliced, _marked)


def edit(plain: Any, chance: random.Random) -> Edit:
    """Make an edit that has a meaning for some plain data, mostly."""
    everywhere = places(plain)
    lists = [(path, value) for path, value in everywhere if isinstance(value, list)]
    full = [(path, len(value)) for path, value in lists if value]
    dicts = [path for path, value in everywhere if isinstance(value, dict)]
    entries = [path for path, _ in everywhere if path]
    keyed = [path for path in entries if isinstance(path[-1], str)]
    value = chance.choice((*_NEW, chance.choice(words())))
    kind = chance.randrange(8)
    if kind <= 1 and entries:
        return SetValue(chance.choice(entries), value)
    if kind == 2 and entries:
        return Remove(chance.choice(entries))
    if kind == 3 and lists:
        path, items = chance.choice(lists)
        return Insert((*path, chance.randint(0, len(items))), value)
    if kind == 4 and full:
        path, count = chance.choice(full)
        return Move((*path, chance.randrange(count)), chance.randrange(count))
    if kind == 5 and full:
        path, count = chance.choice(full)
        return Duplicate((*path, chance.randrange(count)))
    if kind == 6 and keyed:
        return RenameKey(chance.choice(keyed), chance.choice(words()))
    return SetValue((*(chance.choice(dicts) if dicts else ()), chance.choice(words())), value)
