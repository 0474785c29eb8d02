"""Making a spec that was built by hand fit to be validated: right types, finite numbers, 64-bit integers.

Specs decoded from a text are sound already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blis_tui.problems import Path
from blis_tui.spec.format.fields import (
    BOOLEAN,
    INT64_MAX,
    INT64_MIN,
    INTEGER,
    LIST,
    MAP,
    NUMBER,
    PARAMS,
    RECORD,
    TEXT,
    Field,
    R,
)
from blis_tui.spec.format.ranges import shown
from blis_tui.spec.rules.problem_collector import Report

_NAMES = {
    BOOLEAN: "true or false", TEXT: "text", INTEGER: "a whole number", NUMBER: "a number",
    LIST: "a sequence", PARAMS: "a mapping of names to numbers", MAP: "a mapping",
}  # fmt: skip
_LARGEST = 1.7976931348623157e308


def sound(report: Report, record: R, path: Path = ()) -> R:
    """Return the block with unusable values replaced by their defaults, each reported as an error."""
    changed = {}
    values = record.__dict__
    for name, field in record.fields.items():
        value = values[name]
        if value is field.default:
            continue
        mended = _field(report, field, value, (*path, name))
        if mended is not value:
            changed[name] = mended
    return record.replace(**changed) if changed else record


def _field(report: Report, field: Field, value: Any, path: Path) -> Any:
    if field.kind == RECORD:
        return _block(report, field, value, path)
    if field.kind == LIST and isinstance(value, Sequence) and not isinstance(value, str):
        items = [_block(report, field, item, (*path, index)) for index, item in enumerate(value)]
        return value if all(map(_same, items, value)) else tuple(items)
    if field.kind == MAP and isinstance(value, Mapping):
        blocks = {name: _block(report, field, block, (*path, str(name))) for name, block in value.items()}
        return value if all(map(_same, blocks.values(), value.values())) else blocks
    if field.kind == PARAMS and isinstance(value, Mapping):
        usable = {name: number for name, number in value.items() if _parameter(report, name, number, path)}
        return value if len(usable) == len(value) else usable
    if _is_scalar(report, field, value, path):
        return value
    return field.default


def _block(report: Report, field: Field, value: Any, path: Path) -> Any:
    assert field.record is not None
    if isinstance(value, field.record):
        return sound(report, value, path)
    _refuse(report, "wrong-type", path, f"must be of type {field.record.__name__}, got {shown(value)}", value)
    return field.record()


def _is_scalar(report: Report, field: Field, value: Any, path: Path) -> bool:
    if field.kind == NUMBER:
        return _number(report, value, path)
    wanted = {BOOLEAN: bool, TEXT: str, INTEGER: int}.get(field.kind)
    if wanted is None or not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        _refuse(report, "wrong-type", path, f"must be {_NAMES[field.kind]}, got {shown(value)}", value)
        return False
    if isinstance(value, int) and not INT64_MIN <= value <= INT64_MAX:
        _refuse(report, "out-of-range", path, f"must fit a 64-bit whole number, got {shown(value)}", value)
        return False
    return True


def _parameter(report: Report, name: Any, value: Any, path: Path) -> bool:
    if not isinstance(name, str):
        _refuse(report, "wrong-type", path, f"must have texts as names, got {shown(name)}", name)
        return False
    return _number(report, value, (*path, name))


def _number(report: Report, value: Any, path: Path) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _refuse(report, "wrong-type", path, f"must be a number, got {shown(value)}", value)
        return False
    if not -_LARGEST <= value <= _LARGEST:
        _refuse(report, "not-finite", path, f"must be a finite number, got {shown(value)}", value)
        return False
    return True


def _refuse(report: Report, code: str, path: Path, text: str, value: Any) -> None:
    report.error(code, path, text, found=value)
    report.broken.add(path)


def _same(one: Any, other: Any) -> bool:
    return one is other
