"""A file is made explicit in the way that keeps more of it."""

from __future__ import annotations

import pytest

from blis_tui.formats.specs.explicit import MOST_CLIENTS, explicit_text
from blis_tui.problems import SpecError
from blis_tui.spec.check import check
from blis_tui.tui.templates import template_text
from blis_tui.workload.generate import generate


def test_cohorts_stay_exact() -> None:
    spec = check(template_text("day")).spec
    assert spec is not None
    again = check(explicit_text(spec)).spec
    assert again is not None and not again.cohorts and len(again.clients) == 70
    was, now = generate(spec), generate(again)
    assert was.arrival_us.tolist() == now.arrival_us.tolist()
    assert was.input_tokens.tolist() == now.input_tokens.tolist()


@pytest.mark.parametrize("version", ["1", "2"])
def test_several_stages_keep_their_rates(version: str) -> None:
    spec = check(template_text("two-stage").replace('version: "2"', f'version: "{version}"')).spec
    assert spec is not None
    again = check(explicit_text(spec)).spec
    assert again is not None
    assert len(generate(again)) == pytest.approx(len(generate(spec)), rel=0.02)


def test_a_single_stage_keeps_its_prefixes() -> None:
    spec = check(template_text("batch")).spec
    assert spec is not None
    text = explicit_text(spec)
    assert "prefix_group:" in text and "Poisson" in text.partition("version:")[0]


def test_nobody_edits_a_hundred_thousand_clients_one_by_one() -> None:
    spec = check(template_text("day").replace("population: 20", "population: 100000")).spec
    assert spec is not None
    with pytest.raises(SpecError, match=f"{MOST_CLIENTS:,}"):
        explicit_text(spec)
