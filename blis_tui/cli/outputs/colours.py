"""Colour in what is printed: when it is wanted, and what for."""

from __future__ import annotations

import os
import re
from typing import TextIO

from blis_tui.cli.outputs.streams import is_terminal
from blis_tui.problems import ERROR, INFO, WARNING, Problem, format_problem

AUTO, ALWAYS, NEVER = "auto", "always", "never"
CHOICES = (AUTO, ALWAYS, NEVER)
HEADING, MUTED, _NAME = "1", "2", "36"
"""Codes of `SGR` sequences, which every terminal with colours knows."""
_SEVERITIES = {ERROR: "1;31", WARNING: "1;33", INFO: "36"}


def wanted(stream: TextIO | None, choice: str) -> bool:
    """Return whether to colour what goes to a stream: by default if it is a terminal whose user did not say no.

    ``NO_COLOR`` is as https://no-color.org has it; what the command line says comes first.
    """
    if choice != AUTO:
        return choice == ALWAYS
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painted(text: str, code: str, colour: bool) -> str:
    """Put a text into a colour, or leave it."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code and text else text


def problem_line(problem: Problem, name: str, colour: bool) -> str:
    """Write a problem on one line, with its place and severity made to stand out."""
    line = format_problem(problem, name)
    place, _, message = line.partition(f": {problem.severity}: ")
    if not colour:
        return line
    return f"{painted(place, HEADING, True)}: {painted(problem.severity, _SEVERITIES[problem.severity], True)}: {message}"


def painted_help(text: str, colour: bool) -> str:
    """Make the headings and options of a help text stand out."""
    if not colour:
        return text
    text = re.sub(r"^(usage:(?= )|[a-z].*:$)", lambda found: painted(found[1], HEADING, True), text, flags=re.MULTILINE)
    return re.sub(r"^  (--[a-z-]+)", lambda found: f"  {painted(found[1], _NAME, True)}", text, flags=re.MULTILINE)
