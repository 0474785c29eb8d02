"""What the file format declares at a path."""

from __future__ import annotations

from blis_tui.problems import Path
from blis_tui.spec.format.fields import LIST, MAP, NUMBER, PARAMS, RECORD, Record
from blis_tui.spec.format.model import WorkloadSpec


def declared(path: Path) -> tuple[str, type[Record] | None]:
    """Return the kind of value that stands at a path, one of `fields`, and the record that it is or holds.

    The kind is empty where the format declares nothing.
    """
    kind: str = RECORD
    record: type[Record] | None = WorkloadSpec
    for step in path:
        if isinstance(step, int):
            if kind != LIST:
                return "", None
            kind = RECORD
        elif kind == RECORD and record is not None and step in record.fields:
            field = record.fields[step]
            kind, record = field.kind, field.record
        elif kind == MAP:
            kind = RECORD
        elif kind == PARAMS:
            kind = NUMBER
        else:
            return "", None
    return kind, record


def field_order(path: Path) -> tuple[str, ...]:
    """Return the names of the fields of the record at a path as declared; none if it is not a record."""
    kind, record = declared(path)
    return tuple(record.fields) if kind == RECORD and record is not None else ()
