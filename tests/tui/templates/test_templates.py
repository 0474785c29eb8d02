"""Every template is a file without fault that teaches by its comments."""

from __future__ import annotations

import pytest

from blis_tui.problems import INFO
from blis_tui.spec.check import check
from blis_tui.tui.templates import FIRST, TEMPLATES, template_text
from blis_tui.workload.generate import generate

KNOWN = {"chat": ["no-context"]}
"""What has to be warned about in a template, because of what it is there to show."""


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_sound(name: str) -> None:
    text = template_text(name)
    checked = check(text)
    assert checked.ok
    assert [problem.code for problem in checked.problems if problem.severity != INFO] == KNOWN.get(name, [])
    assert checked.spec is not None and checked.spec.inference_perf is not None  # so that the form can edit it
    assert 500 < len(generate(checked.spec)) < 50_000
    assert text.startswith("# ") and text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 120
    assert sum("#" in line for line in text.splitlines()) >= 6


def test_the_first_template_exists() -> None:
    assert FIRST in TEMPLATES
