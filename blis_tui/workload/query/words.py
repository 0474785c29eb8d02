"""Which clients and requests have words in their texts, found by how the texts are made: a million need not be written.

The names of a compact spec's clients are a few constant parts with counted numbers between them. So a word is looked for
once in each constant part, and by arithmetic in all numbers at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from blis_tui.workload.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.expansion.clients import ClientBlock, Expansion, Name
    from blis_tui.workload.requests import Requests

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

REQUEST, SESSION, USER = "request_", "sess_", "user_"
"""What stands before the numbers of requests, sessions and virtual users."""
_BLOCKS_AT_ONCE = 500
_LONGEST = 18
"""Digits of the largest number that is looked for."""


def requests_with(requests: Requests, word: str, rows: NDArray[np.intp] | None, tick: Progress) -> Flags:
    """Tell of each request, or of those of the array `rows`, whether its id, client, prefix group, session or user has a word."""
    clients, client, group = requests.clients, requests.client, requests.prefix_group
    numbers = np.arange(len(requests), dtype=np.int64) if rows is None else rows.astype(np.int64)
    picked = slice(None) if rows is None else rows
    found = clients_with(clients, word, ("id",), tick)[client[picked]]
    tick(0.0)
    found |= clients_with(clients, word, ("prefix_group",), tick)[client[picked]] & (group[picked] >= 0)
    tick(0.0)
    found |= contains(REQUEST, numbers, word)
    tick(0.0)
    numbered = ((SESSION, requests.session), (USER, requests.user)) if requests.has_sessions else ()
    for stem, column in numbered:
        mine = column[picked].astype(np.int64, copy=False)
        found |= contains(stem, mine, word) & (mine >= 0)
    return found


def clients_with(clients: Expansion, word: str, fields: Sequence[str], tick: Progress) -> Flags:
    """Tell of each client whether one of its fields contains a casefolded word."""
    found = np.zeros(len(clients), bool)
    for number, (block, start) in enumerate(zip(clients.blocks, clients.starts, strict=False)):
        if number % _BLOCKS_AT_ONCE == 0:
            tick(start / max(len(clients), 1))
        found[start : start + block.size] = _in_block(block, word, fields)
    return found


def clients_called(clients: Expansion, text: str, field: str, tick: Progress) -> Flags:
    """Tell of each client whether one of its fields is a casefolded text."""
    found = np.zeros(len(clients), bool)
    for number, (block, start) in enumerate(zip(clients.blocks, clients.starts, strict=False)):
        if number % _BLOCKS_AT_ONCE == 0:
            tick(start / max(len(clients), 1))
        name = block.named(field)
        if name is None or not (name.prompt or name.user):
            found[start : start + block.size] = block.value(field, 0).casefold() == text
        elif block.names is not None:
            members = np.arange(block.size)
            found[start : start + block.size] = _is_called(name, members // block.names.users, members % block.names.users, text)
    return found


def _is_called(name: Name, prompt: Numbers, user: Numbers, text: str) -> Flags:
    """Tell which pairs of a prompt and a user have exactly this name."""
    number = r"(0|[1-9]\d*)"
    pattern = re.escape(name.stem.casefold()) + (number if name.prompt else "()") + (f"-user-{number}" if name.user else "()")
    match = re.fullmatch(pattern, text, re.ASCII)
    if match is None or any(len(digits) > _LONGEST for digits in match.groups()):
        return np.zeros(len(prompt), bool)
    found = np.ones(len(prompt), bool)
    for digits, numbers in zip(match.groups(), (prompt, user), strict=True):
        if digits:
            found &= numbers == int(digits)
    return found


def _in_block(block: ClientBlock, word: str, fields: Sequence[str]) -> Flags | bool:
    """Tell which members of a block have a word; one answer where it is the same for all."""
    names = block.names
    varying: dict[Name, None] = {}
    for field in fields:
        name: Name | None = getattr(names, field, None)
        if name is not None and (name.prompt or name.user):
            varying[name] = None
        elif word in block.value(field, 0).casefold():
            return True
    found: Flags | bool = False
    for name in varying:
        assert names is not None
        found = found | _named(name, names.users, block.size, word)
    return found


def _named(name: Name, users: int, size: int, word: str) -> Flags:
    """Tell which names of a block, prompt after prompt with all its users, contain a word."""
    stem, middle = name.stem.casefold(), "-user-"
    prompt, user = np.arange(-(-size // users)), np.arange(users)
    if not name.user:
        return np.repeat(contains(stem, prompt, word), users)[:size]
    if not name.prompt:
        return np.tile(contains(stem + middle, user, word), len(prompt))[:size]
    found = contains(stem, prompt, word)[:, None] | contains(middle, user, word)[None, :]
    for cut in range(1, len(word)):  # part of it ends what the prompt gives, the rest begins what the user gives
        head, tail = word[:cut], word[cut:]
        if middle.startswith(tail) or tail.startswith(middle):
            found |= _ends(stem, prompt, head)[:, None] & _starts(middle, user, tail)[None, :]
    return found.ravel()[:size]


# texts of the form stem + decimal number


def contains(stem: str, numbers: Numbers, word: str) -> Flags:
    """Tell for which numbers (not negative) the text ``stem + str(number)`` contains a word."""
    if word in stem:
        return np.ones(len(numbers), bool)
    found = _digits_inside(numbers, word)
    for cut in range(1, len(word)):
        if stem.endswith(word[:cut]):
            found |= _digits_first(numbers, word[cut:])
    return found


def _starts(stem: str, numbers: Numbers, head: str) -> Flags:
    if len(head) <= len(stem):
        return np.full(len(numbers), stem.startswith(head))
    return _digits_first(numbers, head[len(stem) :]) if head.startswith(stem) else np.zeros(len(numbers), bool)


def _ends(stem: str, numbers: Numbers, tail: str) -> Flags:
    before = tail.rstrip("0123456789")
    digits = tail[len(before) :]
    if not _is_number(digits):
        return np.zeros(len(numbers), bool)
    if not before:
        enough = numbers >= (10 ** (len(digits) - 1) if len(digits) > 1 else 0)
        return np.asarray((numbers % 10 ** len(digits) == int(digits)) & enough)
    whole = str(int(digits)) == digits and stem.endswith(before)
    return np.asarray(numbers == int(digits)) if whole else np.zeros(len(numbers), bool)


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST


def _digits_inside(numbers: Numbers, digits: str) -> Flags:
    """Tell which numbers, written out, contain some digits."""
    found = np.zeros(len(numbers), bool)
    if not _is_number(digits) or not len(numbers):
        return found
    size, value = 10 ** len(digits), int(digits)
    if digits == "0":
        found |= numbers == 0
    rest, largest = numbers, int(numbers.max())
    while largest >= size // 10:
        here = rest % size == value
        if digits[0] == "0":  # a number has no zeros before it
            here &= rest >= size
        found |= here
        rest, largest = rest // 10, largest // 10
        if not largest:
            break
    return found


def _digits_first(numbers: Numbers, digits: str) -> Flags:
    """Tell which numbers, written out, begin with some digits."""
    found = np.zeros(len(numbers), bool)
    if not _is_number(digits) or not len(numbers):
        return found
    if digits[0] == "0":
        return np.asarray(numbers == 0) if digits == "0" else found
    value, rest, largest = int(digits), numbers, int(numbers.max())
    while largest >= value:
        found |= rest == value
        rest, largest = rest // 10, largest // 10
    return found
