"""Mends: what is offered to take a problem away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from blis_tui.problems import Mend, Path, format_path
from blis_tui.spec.edits import Remove, RenameKey, SetValue

if TYPE_CHECKING:
    from blis_tui.spec.format.model import WorkloadSpec


class _GeneratedCount:
    """Stands for the number of requests that the spec generates, in a mend that needs generation to be spelt out."""

    def __repr__(self) -> str:
        return "GENERATED_COUNT"


GENERATED_COUNT: Final = _GeneratedCount()


def set_value(path: Path, value: Any, *, safe: bool = False, label: str = "") -> Mend:
    """Offer to write a value at a path, in place of another or anew."""
    return Mend(label or f"set {format_path(path)} to {value}", (SetValue(path, value),), safe)


def set_values(values: Iterable[tuple[Path, Any]], label: str, *, safe: bool = False) -> Mend:
    """Offer to write several values."""
    return Mend(label, tuple(SetValue(path, value) for path, value in values), safe)


def remove(path: Path, *, safe: bool = False, label: str = "") -> Mend:
    """Offer to remove what stands at a path."""
    return Mend(label or f"remove {format_path(path)}", (Remove(path),), safe)


def rename(path: Path, name: str, *, safe: bool = False) -> Mend:
    """Offer another name for the key at a path."""
    return Mend(f'rename it to "{name}"', (RenameKey(path, name),), safe)


def upgrade(spec: WorkloadSpec) -> Mend:
    """Offer to make the file version 2, old SLO class names included.

    It is safe where both versions generate the same: explicit clients and cohorts that are no expansion of version 1.
    """
    from blis_tui.spec.format.generation import STEPPED, generation_path
    from blis_tui.spec.format.model import V1_SLO_CLASSES

    renamed = [
        (("clients", index, "slo_class"), V1_SLO_CLASSES[client.slo_class])
        for index, client in enumerate(spec.clients)
        if client.slo_class in V1_SLO_CLASSES
    ]
    safe = spec.inference_perf is None and generation_path(spec) != STEPPED
    return set_values([(("version",), "2"), *renamed], 'set version to "2"', safe=safe)
