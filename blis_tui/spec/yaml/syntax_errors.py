"""What is wrong with the syntax of a text, in our words: the YAML parsers speak of scalars, tokens and block ends.

libyaml and PyYAML's own parser tell the same faults with different words. `_TABLE` knows both, and says for each fault what
to tell; what is not in it is told by one general sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from blis_tui.spec.yaml.source import Source

GENERAL = "this cannot be read as YAML: a quote, a bracket, a colon or the indentation may be wrong here or just above"
_TAB = "a tab where YAML wants spaces: indent with spaces"
_UNRELATED = "this does not belong to the value before it"
_SECOND_COLON = "a second colon in one line: text with a colon and a space in it needs quotes"
_NO_SPACE = "a space is missing after the colon"
_DIRECTIVE = "a line that begins with % is an instruction to the YAML parser, and this one is none that it knows; leave it out"
_BLOCK_TEXT = (
    "after | or > only + or -, a figure from 1 to 9 and a comment may stand on the line; the text begins on the next one"
)
_ESCAPE = "an escape is not complete or stands for no character: \\x has 2, \\u 4 and \\U 8 hexadecimal digits"
_CLOSING = {"[": "]", "{": "}"}
_TIGHT_KEY = re.compile(r"\ufeff?\s*(?:- +)*[\w.\"'-]+:[^\s/:]")
"""The start of a line whose colon is followed by something else than a space."""


class _Fault(NamedTuple):
    """Where a parser stopped, and where what it was reading begins; both are offsets."""

    source: Source
    at: int
    begun: int

    @property
    def found(self) -> str:
        """The character at which the parser stopped; empty at the end of the text."""
        return self.source.text[self.at : self.at + 1]

    @property
    def line(self) -> str:
        """The line up to where the parser stopped."""
        return self.source.text[self.source.line_start(self.at) : self.at]

    @property
    def above(self) -> tuple[int, str]:
        """The number and the text of the last line above that says something; 0 if there is none."""
        number = self.source.position(self.at)[0]
        lines = self.source.text[: self.source.line_start(self.at)].splitlines()
        for back, line in enumerate(reversed(lines), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                return number - back, line
        return 0, ""

    @property
    def begun_in(self) -> str:
        """Where what was being read begins, in words."""
        return f"line {self.source.position(self.begun)[0]}"


Told = tuple[int, str]
"""An offset, and what is wrong there."""


def told(error: Any, source: Source, base: int, opened: int | None) -> Told:
    """Return where a parser's error is to be shown, and the sentence for it.

    The parser counts from `base`; `opened` is where the list or mapping in brackets begins that is open.
    """
    at, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    at = at or begun
    if at is None:
        return base, GENERAL
    fault = _Fault(source, base + at.index, base + (begun or at).index)
    if opened is not None and not source.text[fault.at :].strip():
        return _never_closed(fault._replace(begun=opened))
    conflict = source.line_start(fault.begun if begun else fault.at)
    if source.text.startswith(("<<<<<<< ", ">>>>>>> ", "=======\n"), conflict):
        return conflict, "a merge conflict is left in the text: keep one of the two sides, and no line of <<<, === or >>>"
    words = f"{getattr(error, 'context', None) or ''}: {getattr(error, 'problem', None) or ''}"
    for pattern, answer in _TABLE:
        if pattern.search(words):
            return (fault.at, answer) if isinstance(answer, str) else answer(fault)
    return fault.at, GENERAL


def _stray_colon(fault: _Fault) -> Told:
    """Tell of a colon that makes a key where none can be."""
    number, above = fault.above
    if re.search(r":\s", fault.line):
        return fault.at, _SECOND_COLON
    if number and _TIGHT_KEY.match(above):
        return fault.at, f"{_NO_SPACE} in line {number}"
    if number:
        return fault.at, f"this line reads as going on with the value of line {number}: indent it like the key it follows"
    return fault.at, "no key can end here: text with a colon and a space in it needs quotes"


def _no_colon(fault: _Fault) -> Told:
    """Tell of a line that should be a key and is none."""
    line = fault.source.text[fault.source.line_start(fault.begun) : fault.at].partition("\n")[0]
    return fault.begun, _NO_SPACE if _TIGHT_KEY.match(line) else "a colon is missing: a line here is a key, a colon and a value"


def _misplaced(noun: str, same: str) -> Callable[[_Fault], Told]:
    """Tell of what stands where the next key or item should; `same` is for what is indented rightly."""

    def tell(fault: _Fault) -> Told:
        before = fault.line.rstrip()
        if fault.found and fault.found in "]},":
            return fault.at, f"this {fault.found} closes nothing" if fault.found != "," else "a comma has no place here"
        if before:
            quoted = before[-1] in "\"'" and fault.found not in "&*!"
            wrong = (
                "text after a closing quote: this value has a quote too many, or one is missing above" if quoted else _UNRELATED
            )
            return fault.at, wrong
        indent = len(fault.line)
        if indent == fault.begun - fault.source.line_start(fault.begun):
            return fault.at, same.format(begun=fault.begun_in)
        above = fault.above[1]
        if len(above) - len(above.lstrip()) > indent or above.lstrip().startswith("- "):
            return (
                fault.at,
                f"this line is indented less than what is above it, and more than the {noun} begun in {fault.begun_in}",
            )
        return fault.at, f"this line is indented more than the {noun} it belongs to (begun in {fault.begun_in})"

    return tell


def _in_brackets(fault: _Fault) -> Told:
    """Tell of what stands in brackets where a comma or their end should."""
    opening = fault.source.text[fault.begun]
    closing = _CLOSING.get(opening, "]")
    if fault.found and fault.found in "]}":
        return fault.at, f"this {fault.found} closes nothing: the {opening} of {fault.begun_in} is closed by {closing}"
    if fault.source.position(fault.begun)[0] != fault.source.position(fault.at)[0]:
        return fault.at, f"the {opening} opened in {fault.begun_in} is not closed, or a comma is missing before this"
    if fault.found == ":":
        return fault.at, _SECOND_COLON
    return fault.at, f"a comma or {closing} is missing before this"


def _never_closed(fault: _Fault) -> Told:
    """Tell of a bracket or quote without its end, where it begins."""
    opening = fault.source.text[fault.begun]
    return fault.begun, f"this {opening if opening in _CLOSING else 'quote'} is never closed"


def _no_value(fault: _Fault) -> Told:
    """Tell of a bracket or comma where a value should be."""
    return fault.at, f"a value is missing before this {fault.found}" if fault.found else "a value is missing here"


def _first_character(fault: _Fault) -> Told:
    """Tell of a character with which no value begins."""
    return fault.at, _TAB if fault.found == "\t" else f"text that begins with {fault.found} needs quotes"


def _sign(meaning: str) -> Callable[[_Fault], Told]:
    """Tell of a value whose first character has a meaning that the rest does not fit."""
    return lambda fault: (
        fault.begun,
        f"{fault.source.text[fault.begun]} begins {meaning}; text that begins with it needs quotes",
    )


def _unknown_escape(fault: _Fault) -> Told:
    """Tell of a backslash; libyaml stops at it, PyYAML behind it."""
    at = fault.at - (fault.found != "\\")
    return at, f"\\{fault.source.text[at + 1 : at + 2]} means nothing within double quotes: write \\\\ for a backslash"


def _marker_in_quotes(fault: _Fault) -> Told:
    """Tell of what would end the document, in the middle of a quoted text."""
    return fault.at, f"a line of --- or ... within the quotes opened in {fault.begun_in}: indent it, or close the quotes"


def _another_start(fault: _Fault) -> Told:
    """Tell of what stands where only another document could begin."""
    lines = [line for line in fault.source.text[: fault.at].splitlines() if line.strip() and not line.startswith("#")]
    if lines and all(line.lstrip("\ufeff").startswith("%") for line in lines):
        return fault.at, "a line of --- must come between the lines that begin with % and this"
    return fault.at, _UNRELATED


_TABLE: tuple[tuple[re.Pattern[str], str | Callable[[_Fault], Told]], ...] = tuple(
    (re.compile(pattern), answer)
    for pattern, answer in (
        (r"mapping values are not allowed", _stray_colon),
        (r"could not find expected ':'", _no_colon),
        (r"block mapping: ", _misplaced("block", "a list item among keys: the block begun in {begun} has keys only")),
        (r"block collection: ", _misplaced("list", "a key among list items: items of the list begun in {begun} begin with -")),
        (r"sequence entries are not allowed", "a list item cannot begin here: put each - on a line of its own"),
        (r"mapping keys are not allowed", "? begins a key, which is not possible here; text that begins with it needs quotes"),
        (r"tab character", _TAB),
        (r"cannot start any token", _first_character),
        (r"quoted scalar: found unexpected end of stream", _never_closed),
        (r"document (?:indicator|separator)", _marker_in_quotes),
        (r"flow (?:sequence|mapping): ", _in_brackets),
        (r"flow node: .*node content", _no_value),
        (r"node: .*node content", _first_character),
        (r"unknown escape", _unknown_escape),
        (r"hexdecimal|hexadecimal numbers|Unicode character escape", _ESCAPE),
        (r"block scalar: ", _BLOCK_TEXT),
        (r"an anchor: ", _sign("the name of an anchor, of letters and digits")),
        (r"an alias: ", _sign("the name of an alias, of letters and digits")),
        (r"directive|duplicate tag handle|incompatible YAML", _DIRECTIVE),
        (r"a tag: |tag handle", _sign("a tag, which BLIS does not know")),
        (r"document start", _another_start),
    )
)  # fmt: skip
"""What to tell for an error, by what the parsers say they were reading and what is wrong with it; the first row that fits."""
