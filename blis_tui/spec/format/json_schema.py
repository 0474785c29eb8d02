"""The file format as a JSON Schema (draft-07), for editors: made from the declarations of the fields.

It says what a single field may be. What several fields have to do with each other only ``--check`` knows.
"""

from __future__ import annotations

from typing import Any

from blis_tui.spec.format.distributions import BIN, FAMILIES
from blis_tui.spec.format.fields import BOOLEAN, INTEGER, LIST, MAP, NUMBER, PARAMS, RECORD, TEXT, Field, Record
from blis_tui.spec.format.model import Distribution, WorkloadSpec

DRAFT = "http://json-schema.org/draft-07/schema#"
_TYPES: dict[str, Any] = {INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean", TEXT: ["string", "number", "boolean"]}
"""YAML's numbers and booleans are read as text where text is wanted: ``version: 2``."""
Schema = dict[str, Any]


def json_schema() -> Schema:
    """Return the schema as JSON values."""
    definitions: dict[str, Schema] = {}
    top = _record(WorkloadSpec, definitions)
    return {"$schema": DRAFT, "title": "BLIS workload", **top, "definitions": dict(sorted(definitions.items()))}


def _record(kind: type[Record], definitions: dict[str, Schema]) -> Schema:
    """Describe a block; the blocks that it may hold are added to the definitions."""
    schema: Schema = {
        "description": (kind.__doc__ or "").strip(),
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _field(field, definitions) for name, field in kind.fields.items()},
    }
    required = [name for name, field in kind.fields.items() if field.required]
    if required:
        schema["required"] = required
    if kind is Distribution:
        schema["allOf"] = [_family(name, family) for name, family in FAMILIES.items()]
    return schema


def _field(field: Field, definitions: dict[str, Schema]) -> Schema:
    schema: Schema = {"description": f"{field.help} Unit: {field.unit}." if field.unit else field.help}
    if field.record is not None:
        name = field.record.__name__
        if name not in definitions:
            definitions[name] = {}  # so that it is described once
            definitions[name] = _record(field.record, definitions)
        block = {"$ref": f"#/definitions/{name}"}
        if field.kind == RECORD:
            return {**schema, "allOf": [block]}  # beside a reference, a description would not count
        if field.kind == LIST:
            return {**schema, "type": "array", "items": block, **({"minItems": 1} if field.required else {})}
        assert field.kind == MAP
        return {**schema, "type": "object", "additionalProperties": block}
    if field.kind == PARAMS:
        return {**schema, "type": "object", "additionalProperties": {"type": "number"}}
    if field.choices and not field.lenient:
        return {**schema, "enum": [choice for choice in field.choices if choice] + [""] * ("" in field.choices)}
    return {**schema, "type": _TYPES[field.kind], **_range(field), **_default(field)}


def _range(field: Field) -> Schema:
    bounds = {"minimum": field.minimum, "exclusiveMinimum": field.above, "maximum": field.maximum}
    return {} if field.lenient else {name: bound for name, bound in bounds.items() if bound is not None}


def _default(field: Field) -> Schema:
    return {} if field.required or field.default in (None, "") else {"default": field.default}


def _family(name: str, family: type[Record]) -> Schema:
    """Say which parameters a family has, with whole numbers as any numbers: BLIS cuts their fractions off."""
    required = [field.name for field in family.fields.values() if field.required]
    if family.fields:
        properties = {field.name: {"description": field.help, "type": "number"} for field in family.fields.values()}
        params: Schema = {"properties": properties, "required": required}
    else:
        params = {"additionalProperties": {"description": BIN.help, "type": "number"}, "minProperties": 1}
    chosen = {"properties": {"type": {"const": name}}, "required": ["type"]}
    description = (family.__doc__ or "").strip()
    return {"if": chosen, "then": {"description": description, "properties": {"params": params}}}
