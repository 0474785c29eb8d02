"""Random small specs of every kind, against the slow reference implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from reference.generator import generate as generate_slowly
from reference_rows import rows
from workload_specs import compact_specs, explicit_specs, stepped_specs, thorough

from blis_tui.spec.format.model import WorkloadSpec

pytestmark = pytest.mark.usefixtures("each_kernel")


@given(explicit_specs())
@thorough(120)
def test_explicit_clients_and_cohorts(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)


@given(compact_specs("2"))
@thorough(120)
def test_compact_version_2(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)


@given(compact_specs("1"))
@thorough(120)
def test_compact_version_1(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)


@given(stepped_specs())
@thorough(120)
def test_version_1_windows_with_rates(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)
