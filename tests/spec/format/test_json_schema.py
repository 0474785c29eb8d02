"""The JSON Schema says no more and no less of a single field than the checks do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from blis_tui.spec.check import check
from blis_tui.spec.format.json_schema import json_schema

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "schema" / "blis.schema.json"
FILES = sorted(
    path
    for folder in ("examples", "blis_tui/tui/templates", "tests/golden")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.stat().st_size < 200_000
)
ONLY_TOGETHER = {"several-sources", "fewer-requests-than-clients", "too-few-requests"}
"""Problems of several fields, which a schema does not see."""
GOOD = (ROOT / "examples" / "clients.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    schema = json_schema()
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def test_the_kept_schema_is_that_of_the_declarations() -> None:
    assert json.loads(KEPT.read_text(encoding="utf-8")) == json_schema(), "blis-tui --schema > schema/blis.schema.json"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_valid_by_both_or_by_neither(validator: Draft7Validator, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    checked = check(text)
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError:
        assert not checked.ok
        return
    found = list(validator.iter_errors(values))
    if checked.ok:
        assert not found
    elif not {problem.code for problem in checked.errors} <= ONLY_TOGETHER:
        assert found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rate_fraction: ", "rate_fractoin: "),
        ("process: poisson", "process: poison"),
        ("seed: ", "seed: x"),
        ("type: lognormal, params: {mu: ", "type: lognormal, params: {mean: "),
        ("aggregate_rate: ", "aggregate_rate: fast"),
        ("horizon: ", "horizon: -"),
    ],
)
def test_what_is_wrong_with_a_field_is_found(validator: Draft7Validator, old: str, new: str) -> None:
    assert old in GOOD
    values: Any = yaml.safe_load(GOOD.replace(old, new, 1))
    assert not list(validator.iter_errors(yaml.safe_load(GOOD)))
    assert list(validator.iter_errors(values))


def test_every_property_says_what_it_is() -> None:
    schema = json_schema()
    for block in (schema, *schema["definitions"].values()):
        assert block["description"]
        assert all(declared["description"] for declared in block["properties"].values())
