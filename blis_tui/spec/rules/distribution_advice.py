"""Advice on distributions: numbers that BLIS changes, does not use, or takes without looking."""

from __future__ import annotations

from blis_tui.problems import Mend, Path
from blis_tui.spec.edits import RenameKey
from blis_tui.spec.format.distributions import BIN, FAMILIES, bin_value, go_int, read_bins, smallest_draw
from blis_tui.spec.format.fields import INTEGER, Field
from blis_tui.spec.format.model import Distribution
from blis_tui.spec.format.ranges import demand, is_in_range, shown
from blis_tui.spec.mends import remove, rename, set_value
from blis_tui.spec.reading.suggestions import meant_by
from blis_tui.spec.rules.distribution_errors import LENGTH, RATIO
from blis_tui.spec.rules.problem_collector import Report

_LARGEST_MU = 21.5
"""The logarithm of about `MAX_LENGTH`."""


def advise_distribution(report: Report, distribution: Distribution, path: Path, purpose: str = LENGTH) -> None:
    """Warn about one distribution that is drawn from."""
    place = (*path, "params")
    if report.bad and not _is_sound(report, distribution, path):
        return
    if distribution.file:
        text = "is not read by BLIS: only params count"
        report.warn("not-used", (*path, "file"), text, mend=remove((*path, "file"), safe=True))
    if distribution.type == "empirical":
        _advise_bins(report, distribution, place, purpose)
        return
    declared = FAMILIES[distribution.type].fields
    for name, value in distribution.params.items():
        if name in declared:
            _advise_parameter(report, distribution.type, declared[name], value, (*place, name), purpose)
        else:
            _advise_spare(report, distribution, name, (*place, name))
    if distribution.type == "gaussian" and go_int(distribution.params["min"]) > go_int(distribution.params["max"]):
        low, high = distribution.params["min"], distribution.params["max"]
        text = f"is above max, got min {low:g} and max {high:g}: BLIS makes every draw {max(1, go_int(high))}"
        report.warn("min-above-max", (*place, "min"), text, found=low, allowed=f"≤ {high:g}")
    if purpose == LENGTH and distribution.type == "gaussian" and smallest_draw("gaussian", distribution.params) == 0:
        text = "makes every length 0 (min and max are both 0): BLIS raises it to 1 only where min and max differ"
        report.warn("zero-length", (*place, "max"), text, found=0)


def _is_sound(report: Report, distribution: Distribution, path: Path) -> bool:
    """Return whether the distribution is complete and right."""
    if distribution.type not in FAMILIES or not report.is_clean((*path, "type")):
        return False
    names = {*distribution.params, *FAMILIES[distribution.type].fields}
    return report.is_clean(*((*path, "params", name) for name in names))


def _advise_spare(report: Report, distribution: Distribution, name: str, path: Path) -> None:
    declared = FAMILIES[distribution.type].fields
    meant = meant_by(name, {option: field for option, field in declared.items() if option not in distribution.params})
    if meant is None:
        mend, hint = remove(path, safe=True), ""
    else:
        mend, hint = rename(path, meant.name), f"; {meant.name} is"
    report.warn("not-used", path, f"is not a parameter of {distribution.type} distributions{hint}", mend=mend)


def _advise_parameter(report: Report, family: str, field: Field, value: float, path: Path, purpose: str) -> None:
    whole = go_int(value)
    if family == "constant" and whole < 1:
        _advise_constant(report, value, path, purpose)
    elif field.kind == INTEGER and not -(2.0**63) <= value < 2.0**63:
        report.warn("out-of-range", path, f"does not fit 64 bits, got {value:g}: BLIS reads it as {whole}", found=value)
    elif not is_in_range(field, value):
        what = "no bound" if field.name in ("min", "max") else "it as it is"
        text = f"should {demand(field, value)}, got {value:g}: BLIS takes {what}"
        report.warn("out-of-range", path, text, found=value, allowed=field.allowed)
    elif field.kind == INTEGER and whole != value:
        text = f"should be a whole number, got {value:g}: BLIS truncates it to {whole}"
        report.warn("fraction-dropped", path, text, found=value, mend=set_value(path, whole, safe=True))
    elif field.name == "mu" and value > _LARGEST_MU and purpose == LENGTH:
        text = f"is the mean of the logarithm, got {value:g}: e^{value:g} is more than any length"
        report.warn("too-long", path, text, found=value, allowed=f"about ln of the length, ≤ {_LARGEST_MU}")


def _advise_constant(report: Report, value: float, path: Path, purpose: str) -> None:
    if purpose == RATIO:
        report.inform("zero-ratio", path, f"of {value:g} comes out as a reason ratio of 0.01: draws are at least 1 %")
    else:
        text = f"of {value:g} gives 1: draws are at least 1"
        report.warn("zero-length", path, text, found=value, allowed="≥ 1", mend=set_value(path, 1, safe=True))


def _advise_bins(report: Report, distribution: Distribution, path: Path, purpose: str) -> None:
    params = distribution.params
    for key, probability in params.items():
        value, place = bin_value(key), (*path, key)
        if str(value) != key:
            text = f"is read by BLIS as {value}"
            mend = Mend(f"rename it to {value}", (RenameKey(place, str(value)),), str(value) not in params)
            report.warn("fraction-dropped", place, text, found=key, allowed="a whole number", mend=mend)
        if not is_in_range(BIN, probability):
            text = f"should have a non-negative probability, got {probability:g}: BLIS subtracts it from the sum"
            report.warn("out-of-range", place, text, found=probability, allowed=BIN.allowed)
        if value == 0 and probability > 0 and purpose == LENGTH:
            report.warn("zero-length", place, "gives a length of 0, which BLIS does not raise to 1 here", found=0)
    if all(probability <= 0 for _, probability in read_bins(params)):
        report.warn("no-bins", path, f"has no probability above 0: BLIS always draws 1, got {shown(dict(params))}")
