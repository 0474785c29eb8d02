"""The text that a spec becomes when its clients are to be edited one by one: `expanded`, or `expanded-rates` if that keeps more.

Files of several stages become `expanded-rates`, since without rates on their windows BLIS would send something else; all
others become `expanded`, which keeps their prefixes. What either loses stands in a comment at the top.
"""

from __future__ import annotations

from blis_tui.formats.source import Source
from blis_tui.formats.specs import expanded, expanded_rates
from blis_tui.numbers import counted
from blis_tui.problems import ERROR, WARNING, Problem, SpecError
from blis_tui.spec.format.model import WorkloadSpec

MOST_CLIENTS = 5_000
"""More than that nobody edits one by one."""


def explicit_text(spec: WorkloadSpec) -> str:
    """Return the text of a file of explicit clients. Raises `SpecError` if there are too many, or they are not known here."""
    source = Source(spec)
    file = expanded.contents(source)
    several = spec.inference_perf is not None and len(spec.inference_perf.stages) > 1
    if several and any(remark.severity == WARNING for remark in file.remarks):
        file = expanded_rates.contents(source)
    if file.size > MOST_CLIENTS:
        text = f"{counted(file.size, 'client')} are too many to edit one by one (at most {MOST_CLIENTS:,}); export them instead"
        raise SpecError([Problem("too-many-clients", ERROR, (), text)])
    return "".join(text for text, _ in file.chunks())
