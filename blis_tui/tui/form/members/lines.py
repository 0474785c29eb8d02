"""The lines of the form of a record: what the format declares of it, as far as it matters. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from blis_tui.problems import Path
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.fields import BOOLEAN, LIST, PARAMS, RECORD, TEXT, Field, Record
from blis_tui.spec.format.model import Arrival, Client, Cohort, Distribution, Lifecycle, Multimodal

VALUE, BLOCK, FAMILY, LENGTHS, GAPS, BINS, WINDOWS, CURVE = (
    "value", "block", "family", "lengths", "gaps", "bins", "windows", "curve",
)  # fmt: skip
"""The kinds of line: a scalar, a part that may be there or not, a family of distributions or processes, the drawing of
lengths or gaps, the table of an empirical distribution, windows, and the drawing of when members are active."""
EACH = "*"
"""Stands in a line's key for the index of the window that is shown."""


class Line(NamedTuple):
    """One line of a form. Lines of different records with the same key are shown by the same widget, one after the other."""

    kind: str
    key: Path
    """The path in the record."""
    path: Path
    """The path in the file."""
    field: Field
    value: Any
    label: str
    choices: tuple[str, ...] = ()


class Form(NamedTuple):
    """What a form is made of besides the record."""

    there: Callable[[Path], bool]
    """Whether the text has anything at a path."""
    window: int = 0
    """Which window of a client is shown."""


def _has_shape(arrival: Any) -> bool:
    return arrival.process in ("gamma", "weibull")


def _has_group(member: Any) -> bool:
    return bool(member.prefix_group)


def _talks(member: Any) -> bool:
    return member.turns is not None


_MATTERS: Mapping[tuple[type[Record], str], Callable[[Any], bool]] = {
    (Client, "rate_fraction"): lambda client: client.concurrency == 0,
    (Client, "think_time_us"): lambda client: client.concurrency > 0,
    (Client, "prefix_length"): _has_group,
    (Client, "closed_loop"): _talks,
    (Cohort, "prefix_length"): _has_group,
    (Cohort, "prefix_sharing"): _has_group,
    (Cohort, "closed_loop"): _talks,
    (Arrival, "cv"): _has_shape,
    (Arrival, "shape"): _has_shape,
    (Arrival, "scale"): _has_shape,
    (Distribution, "file"): lambda _: False,
}
"""When a field means anything; one that the text gives is shown all the same."""


def form_lines(record: Record, path: Path, form: Form) -> list[Line]:
    """Return the lines for a record, in the order in which the format declares its fields."""
    return list(_lines(record, path, (), 0, form))


def _lines(record: Record, path: Path, key: Path, depth: int, form: Form) -> Iterator[Line]:
    for name, field in record.fields.items():
        value = getattr(record, name)
        yield from _field(record, field, value, (*path, name), (*key, name), depth, form)
        if name == "drain" and isinstance(record, Cohort):  # the last of the patterns
            yield Line(CURVE, (*key, "pattern"), path, field, record, "Active")


def _field(record: Record, field: Field, value: Any, path: Path, key: Path, depth: int, form: Form) -> Iterator[Line]:
    label = "  " * depth + field.label
    if field.kind == RECORD:
        optional = field.default is None or isinstance(record, Multimodal)
        if field.record is Distribution:
            yield from _distribution(field, value or Distribution(), path, key, depth, optional, form)
        elif field.record is Arrival:
            yield from _arrival(field, value or Arrival(), path, key, depth, optional, form)
        else:
            yield Line(BLOCK, key, path, field, value is not None, label)
            if value is not None:
                yield from _lines(value, path, key, depth + 1, form)
    elif field.kind == LIST and isinstance(record, Lifecycle):
        yield Line(CURVE, (*key, "active"), path, field, record, label)
        yield Line(WINDOWS, key, path, field, record, label)
        if record.windows:
            index = min(form.window, len(record.windows) - 1)
            yield from _lines(record.windows[index], (*path, index), (*key, EACH), depth + 1, form)
    elif field.kind not in (PARAMS, LIST):
        matters = _MATTERS.get((type(record), field.name))
        if matters is None or matters(record) or form.there(path):
            yield Line(VALUE, key, path, field, value, label, _choices(field))


def _choices(field: Field) -> tuple[str, ...]:
    if field.kind == BOOLEAN and field.default is None:
        return "", "true", "false"
    return field.choices if field.kind == TEXT else ()


def _distribution(
    field: Field, value: Distribution, path: Path, key: Path, depth: int, optional: bool, form: Form
) -> Iterator[Line]:
    declared = Distribution.fields["type"]
    none = ("",) if optional else ()
    label = "  " * depth + field.label
    yield Line(FAMILY, (*key, "type"), (*path, "type"), declared, value, label, (*none, *declared.choices))
    params = (*path, "params")
    family = FAMILIES.get(value.type)
    if family is not None:
        for name, parameter in family.fields.items():
            at = "  " * (depth + 1) + parameter.label
            given = value.params.get(name, parameter.default)
            yield Line(VALUE, (*key, "params", family.__name__, name), (*params, name), parameter, given, at)
        if value.type == "empirical":
            yield Line(BINS, (*key, "params", "bins"), params, Distribution.fields["params"], value, label)
        yield Line(LENGTHS, (*key, "lengths"), path, field, value, "")
    if form.there((*path, "file")):
        yield Line(VALUE, (*key, "file"), (*path, "file"), Distribution.fields["file"], value.file, "  " * (depth + 1) + "File")


def _arrival(field: Field, value: Arrival, path: Path, key: Path, depth: int, optional: bool, form: Form) -> Iterator[Line]:
    declared = Arrival.fields["process"]
    none = ("",) if optional else ()
    label = "  " * depth + field.label
    yield Line(FAMILY, (*key, "process"), (*path, "process"), declared, value, label, (*none, *declared.choices))
    for name in ("cv", "shape", "scale"):
        yield from _field(value, Arrival.fields[name], getattr(value, name), (*path, name), (*key, name), depth + 1, form)
    if value.process:
        yield Line(GAPS, (*key, "gaps"), path, field, value, "")
