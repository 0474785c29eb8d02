"""Every template is a file without fault that teaches by its comments."""

from __future__ import annotations

import pytest

from blis_tui.problems import INFO
from blis_tui.spec.check import check
from blis_tui.tui.templates import FIRST, TEMPLATES, template_text
from blis_tui.workload.generate import generate
from blis_tui.workload.server import AssumedServer

KNOWN = {"chat": ["no-context"]}
"""What has to be warned about in a template, because of what it is there to show."""


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_sound(name: str) -> None:
    text = template_text(name)
    checked = check(text)
    assert checked.ok
    assert [problem.code for problem in checked.problems if problem.severity != INFO] == KNOWN.get(name, [])
    assert checked.spec is not None
    assert 500 < len(generate(checked.spec, server=AssumedServer())) < 100_000
    assert text.startswith("# ") and text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 120
    assert sum("#" in line for line in text.splitlines()) >= 6


def test_every_way_to_describe_a_load_has_a_template() -> None:
    specs = [check(template_text(name)).spec for name in TEMPLATES]
    assert any(spec and spec.inference_perf for spec in specs)
    assert any(spec and spec.cohorts for spec in specs)
    assert any(client.concurrency for spec in specs if spec for client in spec.clients)
    families = {client.input_distribution.type for spec in specs if spec for client in spec.clients}
    assert {"lognormal", "gaussian", "empirical"} <= families


def test_the_first_template_exists() -> None:
    assert FIRST in TEMPLATES
