"""The rules of distributions: what BLIS finds wrong with one only when it first draws from it."""

from __future__ import annotations

from blis_tui.problems import Path
from blis_tui.spec.format.distributions import FAMILIES, bin_value, go_int, smallest_draw, typical_draw
from blis_tui.spec.format.model import MAX_LENGTH, Distribution
from blis_tui.spec.format.ranges import shown
from blis_tui.spec.mends import rename
from blis_tui.spec.reading.suggestions import meant_by
from blis_tui.spec.rules.problem_collector import Report

LENGTH, COUNT, RATIO = "length", "count", "ratio"
"""What a distribution is drawn for: tokens (a negative number crashes BLIS), pieces, or a share in percent."""


def validate_distribution(report: Report, distribution: Distribution, path: Path, purpose: str = LENGTH) -> None:
    """Check the family, its parameters, and that what it draws can be used."""
    if distribution.type not in FAMILIES:
        whole = not distribution.type and not report.is_given(path)
        field = Distribution.fields["type"]
        if whole:
            report.error("missing", path, "is missing", allowed=f"a distribution: {field.allowed}")
        else:
            report.field(field, distribution.type, (*path, "type"))
        return
    if not report.is_clean((*path, "type"), (*path, "params")):
        return
    sound = _validate_bins if distribution.type == "empirical" else _validate_parameters
    if sound(report, distribution, path) and purpose == LENGTH:
        _validate_lengths(report, distribution, path)


def _validate_parameters(report: Report, distribution: Distribution, path: Path) -> bool:
    family, params = distribution.type, distribution.params
    declared = FAMILIES[family].fields
    complete = True
    for name, field in declared.items():
        if field.required and name not in params:
            complete = False
            hint, mend = "", None
            for spare in params:
                meant = meant_by(spare, declared) if spare not in declared else None
                if meant is not None and meant.name == name:
                    hint = f"; did you write {shown(spare)} instead?"
                    mend = rename((*path, "params", spare), name, safe=meant.close)
                    break
            report.error("missing", (*path, "params", name), f"is missing: {family} distributions need it{hint}", mend=mend)
    if not complete or not report.is_clean(*((*path, "params", name) for name in params)):
        return False
    if family == "gaussian" or "min" not in declared or "min" not in params or "max" not in params:
        return True  # of a gaussian one BLIS makes something all the same
    low, high = params["min"], params["max"]
    if go_int(low) > 0 and go_int(high) > 0 and int(low) > int(high):
        text = f"must not be above max, got min {low:g} and max {high:g}"
        report.error("min-above-max", (*path, "params", "min"), text, found=low, allowed=f"≤ {high:g}")
        return False
    return True


def _validate_bins(report: Report, distribution: Distribution, path: Path) -> bool:
    params, place = distribution.params, (*path, "params")
    if not params:
        because = ": BLIS does not read the file" if distribution.file else ""
        report.error("no-bins", place, f"must have at least one value and its probability{because}")
        return False
    values: dict[int, str] = {}
    for key, probability in params.items():
        value = bin_value(key)
        if value is None:
            report.error("bad-bin", (*place, key), "must be a whole number (of tokens)", found=key, allowed="a whole number")
        elif value in values and params[values[value]] != probability:
            text = f"means the same number as {shown(values[value])}, and BLIS picks one of them at random"
            report.error("bad-bin", (*place, key), text, found=key)
        else:
            values[value] = key
    return report.is_clean(*((*place, key) for key in params))


def _validate_lengths(report: Report, distribution: Distribution, path: Path) -> None:
    family, params = distribution.type, distribution.params
    place = (*path, "params")
    smallest = smallest_draw(family, params)
    if smallest < 0:
        key = "max" if family == "gaussian" else next(key for key in params if bin_value(key) == smallest)
        text = f"gives a length of {smallest}, at which BLIS crashes"
        report.error("negative-length", (*place, key), text, found=smallest, allowed="a length ≥ 0")
    typical = typical_draw(family, params)
    if typical > MAX_LENGTH:
        text = f"makes lengths of {typical:,} tokens, must be at most {MAX_LENGTH:,}"
        report.error("too-long", place, text, found=typical, allowed=f"lengths ≤ {MAX_LENGTH:,}")
