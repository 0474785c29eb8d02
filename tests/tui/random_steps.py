"""Random steps for the designer: where they start from, and what a user, other programs and the terminal may do.

A step is a tuple of plain values that does not depend on what came before it, so that a list of steps can be printed,
shortened and run again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from designer import SMALL

from blis_tui.tui.actions import ACTIONS

Step = tuple[str, ...]
"""What is done: ("keys", key, …), ("click", x, y), ("paste", text), ("resize", width, height), ("disk", what), ("focus",),
("stages",), ("members", which)."""

EXAMPLES = Path(__file__).parents[2] / "examples"
HOSTILE = """\
version: "2"
seed: 7
aggregate_rate: 5
horizon: 3000000
clients:
  - {id: "[red]x[/red]", tenant_id: "\\e[2J", rate_fraction: 0.5, arrival: {process: poisson}, prefix_group: "[/]",
     input_distribution: {type: constant, params: {value: 9}}, output_distribution: {type: constant, params: {value: 3}}}
  - {id: "🦀 漢字 \u202eabc\u200b", tenant_id: 'a	b', rate_fraction: 0.5, arrival: {process: poisson},
     input_distribution: {type: constant, params: {value: 9}}, output_distribution: {type: constant, params: {value: 3}}}
"""
ODD = """\
inference_perf: &all
  shared_prefix: {num_unique_system_prompts: 0x3, num_users_per_system_prompt: "2", system_prompt_len: 1_0,
    question_len: ~, output_len: 3, enable_multi_turn_chat: yes}   # as nobody writes it
  stages: [{rate: 8.0, duration: 2}, &second {rate: 4.0, duration: 3},
    *second, {<<: *second, rate: 1e0}]
horizon: !!int 9000000
seed: &seed 3
num_requests: *seed
version: '2'
"""
STARTS: dict[str, str | None] = {
    "no file": None,
    "empty": "",
    "small": SMALL,
    "broken": SMALL.replace("    - {rate: 20.0", "   - {rate: [20.0").replace("seed: 42", "seed: 42: 43"),
    "no mapping": "- 1\n- 2\n",
    "version 1": SMALL.replace('version: "2"', "version: 1"),
    "lines of Windows": SMALL.replace("\n", "\r\n").rstrip(),
    "odd": ODD,
    "hostile": HOSTILE,
    "control characters": SMALL + "# \x1b[2J \x00 \x85 \u2028 [bold]\n",
    "large": SMALL + "# " + "x" * 60 + "\n" + "# the same again, and a large text is checked in the background\n" * 300,
    **{path.name: path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.yaml"))},
}
"""What the file is at the start, by name; ``None`` if there is none."""

_NAMES = {" ": "space", "\n": "enter", ".": "full_stop", "-": "minus", "_": "underscore", "/": "slash", "~": "tilde"}
_NUMBERS = ("0", "1", "2.5", "-1", "1e2", "1e", "9999999", "007", "0x1f", "~", "nan", "1_000", ".", "", "'3'", "12 ", "ten")
_TEXTS = ("[red]", "a: b", "- x", "# c", "'", '"', "{", "}", "&a", "*a", "|", "? :", "seed: 1\n", "漢", "horizon: 5", "\n  ", "%")
_PASTES = (
    "", "42", "8.5\n", "a\r\nb\rc", "\t\t", "\x1b[31mred\x1b[0m", "[bold]", "🦀漢字", "\u202eabc", "\x00\x07", "\u2028", "x" * 300,
    "  - {rate: 3, duration: 1}\n", "seed: 5\n", "inference_perf:\n  stages: []\n", "\ufeff", "clients: []\n",
)  # fmt: skip
_WANDER = ("tab", "tab", "tab", "shift+tab", "up", "down", "left", "right", "enter", "escape", "space", "home", "end")
_EDIT = ("backspace", "delete", "left", "right", "home", "end", "ctrl+w", "ctrl+u", "ctrl+k", "shift+left", "ctrl+a", "enter")
_SIZES = ((80, 24), (120, 40), (40, 12), (20, 5), (200, 60), (119, 39), (79, 24), (1, 1))
_QUIT = {"app.quit"}


def keys_of(where: str) -> list[str]:
    """Return the keys of the actions of a place."""
    return [
        key for action in ACTIONS if action.where == where and action.id not in _QUIT for key in action.keys.split(",") if key
    ]


def spelt(text: str) -> tuple[str, ...]:
    """Return the keys that type a text."""
    return tuple(_NAMES.get(character, character) for character in text)


class _Steps:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, *keys: str, most: int = 1) -> tuple[str, ...]:
        return tuple(self.random.choice(keys) for _ in range(self.random.randint(1, most)))

    def number(self) -> tuple[str, ...]:
        return spelt(self.random.choice(_NUMBERS))

    def form(self) -> Iterator[Step]:
        yield "keys", "alt+0", *self.one("tab", "shift+tab", most=9)
        for _ in range(self.random.randint(1, 3)):
            yield (
                "keys",
                *self.random.choice(
                    (self.number(), self.one(*_EDIT), self.one(*keys_of("field"), *keys_of("choice"), *keys_of("form"), most=3))
                ),
            )
        yield "keys", *self.one(*_WANDER)

    def stages(self) -> Iterator[Step]:
        yield ("stages",)
        for _ in range(self.random.randint(2, 6)):
            yield "keys", *self.random.choice((self.one(*keys_of("stages"), most=2), (*self.number(), *self.one(*_WANDER))))
        yield "keys", *self.one("escape", "enter", "tab")

    def members(self) -> Iterator[Step]:
        yield "members", self.random.choice(("clients", "cohorts"))
        for _ in range(self.random.randint(1, 4)):
            yield "keys", *self.one(*keys_of("records"), "a", "d", most=2)
        yield "keys", "enter", *self.one("tab", "tab", "shift+tab", most=30)
        keys = (
            *keys_of("field"),
            *keys_of("choice"),
            *keys_of("names"),
            *keys_of("form"),
            *keys_of("records"),
            *keys_of("windows"),
        )
        for _ in range(self.random.randint(1, 4)):
            yield "keys", *self.random.choice((self.number(), self.one(*keys, "space", most=3), self.one(*_EDIT)))
            yield "keys", *self.one(*_WANDER, most=3)

    def asked_numbers(self) -> Iterator[Step]:
        yield ("stages",)
        yield "keys", self.random.choice("rs")
        for _ in range(self.random.randint(1, 3)):
            yield "keys", *self.random.choice((self.number(), self.one(*keys_of("number"), "tab", "space"), self.one(*_EDIT)))
        yield "keys", *self.one("enter", "escape", "tab", most=3)

    def yaml(self) -> Iterator[Step]:
        yield "keys", "alt+4"
        for _ in range(self.random.randint(1, 4)):
            yield "keys", *self.random.choice(
                (self.one("up", "down", "pageup", "pagedown", "home", "end", most=4), spelt(self.random.choice(_TEXTS)),
                 self.one(*_EDIT, most=3), self.number(), self.one("ctrl+z", "ctrl+y", "ctrl+x", "ctrl+v", "tab", "shift+tab"))
            )  # fmt: skip

    def chart(self) -> Iterator[Step]:
        yield "keys", "alt+1", *self.one(*keys_of("chart"), most=6)

    def table(self) -> Iterator[Step]:
        yield "keys", self.random.choice(("alt+2", "alt+3"))
        keys = (*keys_of("table"), *keys_of("filter"), *keys_of("client"))
        for _ in range(self.random.randint(1, 3)):
            yield (
                "keys",
                *self.random.choice((self.one(*keys, most=4), ("slash", *spelt(self.random.choice(_TEXTS[:3])), "enter"))),
            )

    def summary(self) -> Iterator[Step]:
        yield "keys", "alt+5", *self.one(*keys_of("summary"), most=3)

    def problems(self) -> Iterator[Step]:
        yield "keys", *self.one("alt+6", "f2", "f8"), *self.one(*keys_of("problems"), "f3", most=3)

    def dialog(self) -> Iterator[Step]:
        yield "keys", self.random.choice(("f12", "ctrl+o", "ctrl+n", "ctrl+e", "f6", "f7", "f1", "ctrl+p"))
        keys = (*_WANDER, "backspace", "o", "d", "full_stop", "a", "1", *keys_of("compare"))
        for _ in range(self.random.randint(0, 4)):
            yield (
                "keys",
                *self.random.choice((self.one(*keys, most=2), spelt(self.random.choice(("b.yaml", "other", "up", "und"))))),
            )
        yield "keys", *self.one("escape", "enter", "ctrl+s"), *self.one("escape", "d", "s", "k", "enter")

    def anywhere(self) -> Iterator[Step]:
        yield "keys", *self.one(*keys_of(""), *_WANDER, most=2)

    def history(self) -> Iterator[Step]:
        yield "keys", *self.one("ctrl+z", "ctrl+z", "ctrl+y", most=6)

    def mouse(self) -> Iterator[Step]:
        x, y = self.random.randrange(200), self.random.randrange(60)
        yield "click", str(x), str(y), str(self.random.randint(1, 2))

    def paste(self) -> Iterator[Step]:
        yield "paste", self.random.choice(_PASTES)

    def terminal(self) -> Iterator[Step]:
        width, height = self.random.choice(_SIZES)
        yield "resize", str(width), str(height)
        if width < 80:
            yield "keys", *self.one(*_WANDER, *keys_of(""), most=2)
            yield "resize", "100", "30"

    def others(self) -> Iterator[Step]:
        yield "disk", self.random.choice(("changed", "deleted", "unreadable", "same"))
        yield ("focus",)
        yield "keys", *self.one("r", "k", "o", "escape", "enter", "ctrl+s")

    def steps(self) -> Iterator[Step]:
        parts = {
            self.form: 8, self.stages: 6, self.members: 8, self.asked_numbers: 3, self.yaml: 6, self.chart: 3, self.table: 3, self.summary: 1,
            self.problems: 3, self.dialog: 5, self.anywhere: 3, self.history: 3, self.mouse: 5, self.paste: 3, self.terminal: 2,
            self.others: 1,
        }  # fmt: skip
        while True:
            (part,) = self.random.choices(list(parts), list(parts.values()))
            yield from part()


def random_steps(seed: int, count: int) -> list[Step]:
    """Return so many steps."""
    found = _Steps(seed).steps()
    return [next(found) for _ in range(count)]
