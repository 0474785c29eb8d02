"""From a file's content to everything there is to say about it."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.problems import ERROR, SEVERITIES, Problem
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.reading.decode import Decoded, decode
from blis_tui.spec.reading.other_files import HEAD, other_text
from blis_tui.spec.rules.file_advice import advise_beside
from blis_tui.spec.rules.file_errors import Faultless, validate_into
from blis_tui.spec.rules.problem_collector import Report
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.encoding import MAX_SIZE, UTF_8, encoding_of, read_text
from blis_tui.spec.yaml.nodes import Tree


class Checked(NamedTuple):
    """A file's text, the spec it holds, and its problems in the order of the text.

    `spec` has defaults where something could not be read; it is ``None`` if nothing could. `text` is empty if the
    content is no text.
    """

    text: str
    spec: WorkloadSpec | None
    problems: tuple[Problem, ...]
    tree: Tree
    decoded: Decoded | None = None
    """What decoding found, which helps to check a similar text; ``None`` if the content is no text."""
    faultless: Faultless | None = None
    """Which clients have no errors, which helps likewise; ``None`` if there is no spec."""
    encoding: str = UTF_8
    """How the file is encoded that the text was read from."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make it impossible to generate the file."""
        return tuple(problem for problem in self.problems if problem.severity == ERROR)

    @property
    def ok(self) -> bool:
        """Whether the file can be used: it has no errors."""
        return self.spec is not None and not self.errors

    def placed(self, problem: Problem) -> Problem:
        """Return a problem that was found elsewhere with its line and column in the text."""
        if problem.line is not None:
            return problem
        line, column = self.tree.position(problem.path) or (None, None)
        return problem._replace(line=line, column=column)


def check(data: str | bytes, max_size: int | None = MAX_SIZE, *, base: Checked | None = None) -> Checked:
    """Read, decode and validate a workload file; never raises. Files over `max_size` bytes are refused unread.

    The result for a similar text, `base`, makes it faster and changes nothing else.
    """
    encoding = UTF_8 if isinstance(data, str) else encoding_of(data)
    text, problems = (data, []) if isinstance(data, str) else read_text(data, max_size)
    if text is None:
        assert isinstance(data, bytes)
        trace = other_text(data[:HEAD].decode(encoding, "replace"))  # these are often too large to be read
        return Checked("", None, tuple(problems) if trace is None else (trace,), compose(""))
    decoded = decode(text, base.decoded if base is not None else None)
    problems = list(decoded.problems)
    faultless = None
    if decoded.spec is not None:
        report = Report(decoded.tree, decoded.broken)
        faultless = validate_into(report, decoded.spec, base.faultless if base is not None else None)
        problems += report.problems
        problems += advise_beside(report, decoded.spec)
    problems.sort(key=_place)
    return Checked(text, decoded.spec, tuple(problems), decoded.tree, decoded, faultless, encoding)


def _place(problem: Problem) -> tuple[int, int, int]:
    return problem.line or 0, problem.column or 0, SEVERITIES.index(problem.severity)
