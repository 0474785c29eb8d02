"""Estimated sizes are near the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from blis_tui.formats.estimate import estimate, estimates
from blis_tui.formats.export import export
from blis_tui.formats.table import FORMATS, ON_REQUEST
from blis_tui.problems import Cancelled
from blis_tui.spec.check import check
from blis_tui.workload.generate import generate

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize("name", ["ip-two-stage", "clients-and-cohorts", "clients-multimodal", "ip-chat-single"])
@pytest.mark.parametrize("tokens", [False, True])
def test_estimates_are_near(name: str, tokens: bool, tmp_path: Path) -> None:
    checked = check((GOLDEN / f"{name}.yaml").read_bytes())
    assert checked.spec is not None
    requests = generate(checked.spec)
    formats = [each for each in FORMATS if each.takes(requests.spec)]
    names = [each.name for each in formats]
    exported = export(checked.spec, tmp_path, names, text=checked.text, requests=requests, tokens=tokens)
    for each in formats:
        real = sum(file["bytes"] for file in exported.provenance["files"] if file["format"] == each.name)
        estimated = estimate(each, checked.spec, checked.text, requests, tokens=tokens)
        assert estimated == pytest.approx(real, rel=0.25, abs=400), each.name


def test_a_first_part_is_scaled_up() -> None:
    checked = check((GOLDEN / "ip-two-stage.yaml").read_bytes())
    assert checked.spec is not None
    requests = generate(checked.spec)
    csv = next(each for each in FORMATS if each.name == "csv")
    once = estimate(csv, checked.spec, checked.text, requests)
    assert estimate(csv, checked.spec, checked.text, requests, count=10 * len(requests)) == pytest.approx(10 * once, rel=0.03)


def test_all_formats_are_estimated_with_token_ids_where_they_have_a_place() -> None:
    checked = check((GOLDEN / "ip-two-stage.yaml").read_bytes())
    assert checked.spec is not None
    requests = generate(checked.spec)
    told: list[float] = []
    sizes = estimates(checked.text, requests, count=3 * len(requests), progress=told.append)
    assert list(sizes) == [each.name for each in FORMATS] and told == sorted(told) and len(told) == len(FORMATS)
    for each in FORMATS:
        for tokens, size in zip((False, True), sizes[each.name], strict=True):
            assert size == estimate(each, checked.spec, checked.text, requests, tokens=tokens, count=3 * len(requests))
        assert (sizes[each.name].full > sizes[each.name].plain) == (each.tokens == ON_REQUEST)


def test_formats_that_do_not_take_the_spec_are_left_out() -> None:
    checked = check((GOLDEN / "clients-chat-windows.yaml").read_bytes())
    assert checked.spec is not None
    sizes = estimates(checked.text, generate(checked.spec))
    assert list(sizes) == [each.name for each in FORMATS if not each.compact]


def test_estimating_can_be_cancelled() -> None:
    checked = check((GOLDEN / "ip-two-stage.yaml").read_bytes())
    assert checked.spec is not None

    def stop(_: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        estimates(checked.text, generate(checked.spec), progress=stop)
