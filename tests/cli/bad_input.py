"""Kinds of bad input, each with what must be said about it."""

from __future__ import annotations

from typing import NamedTuple

GOOD = """\
version: "2"
seed: 42
horizon: 60000000
inference_perf:
  stages:
    - {rate: 8.0, duration: 30}
    - {rate: 20.0, duration: 30}
  shared_prefix:
    num_unique_system_prompts: 3
    num_users_per_system_prompt: 2
    system_prompt_len: 100
    question_len: 447
    output_len: 248
    enable_multi_turn_chat: false
"""
CLIENT = """\
version: "2"
aggregate_rate: 5
horizon: 60000000
clients:
  - id: a
    rate_fraction: 1.0
    arrival: {process: poisson}
    input_distribution: {type: constant, params: {value: 5}}
    output_distribution: {type: gaussian, params: {mean: 5, std_dev: 1, min: 1, max: 9}}
"""


class Bad(NamedTuple):
    """One file; `place` is the line and column, `code` that of the problem, and `word` stands in its message."""

    data: bytes
    place: str
    code: str
    word: str = ""


def _in(text: str, old: str, new: str) -> bytes:
    assert text.count(old) == 1, old
    return text.replace(old, new).encode()


def _changed(old: str, new: str, place: str, code: str, word: str = "") -> Bad:
    return Bad(_in(GOOD, old, new), place, code, word)


def _client(old: str, new: str, place: str, code: str, word: str = "") -> Bad:
    return Bad(_in(CLIENT, old, new), place, code, word)


def _laughs() -> bytes:
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for here, before in zip("bcdefghij", "abcdefghi", strict=True):
        lines.append(f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join(lines).encode()


def _laughing_clients() -> bytes:
    lines = ["clients:", "  - &c {id: c, rate_fraction: 1}"]
    return "\n".join([*lines, *["  - *c"] * 100_000]).encode()


BAD = {
    "empty file": Bad(b"", "1:1", "empty-file"),
    "only comments": Bad(b"# nothing\n\n", "1:1", "empty-file"),
    "only a document marker": Bad(b"---\n", "1:1", "empty-file"),
    "null at the top": Bad(b"null\n", "1:1", "empty-file"),
    "list at the top": Bad(b"- version: 2\n", "1:1", "wrong-type", "list"),
    "text at the top": Bad(b"hello\n", "1:1", "wrong-type"),
    "number at the top": Bad(b"42\n", "1:1", "wrong-type"),
    "JSON string": Bad(b'"\\u0000"', "1:1", "wrong-type"),
    "binary file": Bad(b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe\x00", "1:10", "not-utf-8"),
    "NUL characters": Bad(b'version: "2"\n\x00\x00', "2:1", "control-character"),
    "escape sequences": Bad(b'version: "2"\nseed: \x1b[31m\n', "2:7", "control-character"),
    "Latin-1": Bad("version: '2'\n# Größe\n".encode("latin-1"), "2:5", "not-utf-8"),
    "UTF-32": Bad(GOOD.encode("utf-32"), "1:1", "not-utf-8", "UTF-32"),
    "UTF-16 without a mark": Bad(GOOD.encode("utf-16-le"), "1:2", "control-character", "UTF-16"),
    "half a character of UTF-16": Bad(GOOD.encode("utf-16") + b"\n", "15:1", "not-utf-8", "UTF-16"),
    "too large": Bad(b"#" * 8_000_001, "1:1", "too-large"),
    "deep flow lists": Bad(b"[" * 100_000, "1:101", "too-deep"),
    "deep flow mappings": Bad(b"{a: " * 100_000, "1:401", "too-deep"),
    "deep block lists": Bad(b"- " * 100_000, "1:201", "too-deep"),
    "deep block mappings": Bad("\n".join(" " * n + "a:" for n in range(2000)).encode(), "101:101", "too-deep"),
    "billion laughs": Bad(_laughs(), "1:1", "unknown-key"),
    "alias of itself": Bad(b"inference_perf: &a {stages: [*a]}\n", "1:30", ""),
    "undefined alias": Bad(b"inference_perf: *nowhere\n", "1:17", ""),
    "aliases that blow up": Bad(_laughing_clients(), "", ""),
    "unclosed bracket": Bad(b"inference_perf: {stages: [\n", "1:26", "syntax"),
    "unclosed quote": Bad(b'version: "2\n', "", "syntax"),
    "tab as indentation": Bad(b"inference_perf:\n\tstages: []\n", "2:1", "syntax"),
    "bad indentation": Bad(b"inference_perf:\n    stages: []\n  shared_prefix: {}\n", "3:3", "syntax"),
    "two documents": Bad(f"{GOOD}---\n{GOOD}".encode(), "15:1", ""),
    "unknown key": _changed("seed: 42", "sede: 42", "2:1", "unknown-key", "seed"),
    "unknown key in a stage": _changed("rate: 8.0", "rat: 8.0", "6:8", "unknown-key", "rate"),
    "unknown key in the prefix": _changed("system_prompt_len", "systm_prompt_len", "11:5", "unknown-key", "system_prompt_len"),
    "key given twice": _changed("seed: 42", "seed: 42\nseed: 43", "3:1", "duplicate-key"),
    "key of a wrong kind": Bad(b"[a, b]: 1\n", "1:1", ""),
    "seed past int64": _changed("seed: 42", "seed: 9223372036854775808", "2:7", "out-of-range"),
    "huge seed": _changed("seed: 42", f"seed: {'9' * 100_000}", "2:7", "out-of-range"),
    "fraction as seed": _changed("seed: 42", "seed: 4.5", "2:7", "fraction"),
    "not a number": _changed("rate: 8.0", "rate: .nan", "6:14", "not-finite"),
    "infinite rate": _changed("rate: 8.0", "rate: .inf", "6:14", "not-finite"),
    "rate past float64": _changed("rate: 8.0", "rate: 1e999", "6:14", ""),
    "zero rate": _changed("rate: 8.0", "rate: 0", "6:14", "out-of-range"),
    "negative rate": _changed("rate: 8.0", "rate: -1", "6:14", "out-of-range"),
    "zero duration": _changed("rate: 8.0, duration: 30", "rate: 8.0, duration: 0", "6:29", "", "duration must be positive"),
    "duration past int64": _changed("rate: 8.0, duration: 30", "rate: 8, duration: 99999999999999999999", "6:27", "out-of-range"),
    "duration past int64 in µs": _changed("rate: 8.0, duration: 30", "rate: 8, duration: 9223372036855", "6:27", "out-of-range"),
    "durations past int64 together": Bad(
        GOOD.replace("duration: 30", "duration: 9223372036854").encode(), "", "", "stages"
    ),
    "negative horizon": _changed("horizon: 60000000", "horizon: -1", "3:10", "out-of-range"),
    "negative num_requests": _changed("seed: 42", "num_requests: -5", "2:15", "out-of-range"),
    "no stages": _changed(
        "  stages:\n    - {rate: 8.0, duration: 30}\n    - {rate: 20.0, duration: 30}\n", "", "4:1", "missing", "stages"
    ),
    "empty stages": _changed(
        "stages:\n    - {rate: 8.0, duration: 30}\n    - {rate: 20.0, duration: 30}\n", "stages: []\n", "5:3", "", "stages"
    ),
    "empty stage": _changed("- {rate: 20.0, duration: 30}", "-", "7:6", "", "stages[1]"),
    "no shared prefix": Bad(GOOD[: GOOD.index("  shared_prefix")].encode(), "4:1", "missing", "shared_prefix"),
    "zero prompts": _changed("prompts: 3", "prompts: 0", "9:32", "out-of-range", "num_unique_system_prompts"),
    "negative users": _changed("per_system_prompt: 2", "per_system_prompt: -2", "10:34", "out-of-range"),
    "negative prefix": _changed("system_prompt_len: 100", "system_prompt_len: -1", "11:24", "out-of-range"),
    "negative question": _changed("question_len: 447", "question_len: -1", "12:19", "out-of-range"),
    "negative output": _changed("output_len: 248", "output_len: -1", "13:17", "out-of-range"),
    "a billion clients": _changed("prompts: 3", "prompts: 500000000", "9:32", "too-many-clients"),
    "clients past int64": _changed("prompts: 3", "prompts: 9223372036854775807", "9:32", "too-many-clients"),
    "too many requests": _changed(
        "horizon: 60000000\ninference_perf:\n  stages:\n    - {rate: 8.0, duration: 30}",
        "inference_perf:\n  stages:\n    - {rate: 1e6, duration: 1000000}", "3:1", "too-many-requests",
    ),
    "two sources": Bad(f"{GOOD}clients: []\nservegen_data: {{path: x}}\n".encode(), "", ""),
    "no source": Bad(b'version: "2"\n', "1:1", "no-source"),
    "no end for clients": _client("horizon: 60000000", "seed: 1", "", "", "horizon"),
    "unknown process": _client("process: poisson", "process: poison", "7:24", "unknown-choice", "poisson"),
    "unknown distribution": _client("type: constant", "type: konstant", "8:32", "unknown-choice", "constant"),
    "missing parameter": _client("mean: 5, ", "", "9:", "", "mean"),
    "min over max": _client(
        "{type: gaussian, params: {mean: 5, std_dev: 1, min: 1, max: 9}}", "{type: exponential, params: {mean: 5, min: 9, max: 1}}",
        "9:", "", "min",
    ),
    "negative rate_fraction": _client("rate_fraction: 1.0", "rate_fraction: -1.0", "6:20", "out-of-range"),
    "client that is no mapping": _client("- id: a", "- 7\n  - id: a", "5:5", "wrong-type"),
    "negative cohort": Bad(
        b"version: '2'\nhorizon: 5\naggregate_rate: 1\ncohorts: [{population: -1, rate_fraction: 1}]\n", "4:24", "out-of-range"
    ),
}  # fmt: skip
