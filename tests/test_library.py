"""The library: what ``import blis_tui`` gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import blis_tui

GOLDEN = Path(__file__).parent / "golden"
SPEC = GOLDEN / "ip-two-stage.yaml"


def test_importing_it_loads_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import blis_tui\n"
        "assert blis_tui.__all__ and 'load' in dir(blis_tui)\n"
        "added = set(sys.modules) - before\n"
        "assert not [name for name in added if name.startswith(('blis_tui.', 'numpy', 'yaml', 'typing'))], added\n"
    )
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    subprocess.run([sys.executable, "-S", "-c", code], check=True, env=environment, timeout=60)


@pytest.mark.parametrize("name", blis_tui.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(blis_tui, name) is not None
    assert name in dir(blis_tui)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = blis_tui.nonsense  # type: ignore[attr-defined]


def test_from_a_file_to_its_requests() -> None:
    spec = blis_tui.load(SPEC)
    assert isinstance(spec, blis_tui.WorkloadSpec)
    assert not blis_tui.validate(spec)
    clients = blis_tui.expand(spec)
    requests = blis_tui.generate(spec)
    assert isinstance(requests, blis_tui.Requests)
    rows = [line.split(",") for line in SPEC.with_suffix(".csv").read_text().splitlines()]
    assert len(requests) == len(rows)
    assert requests.arrival_us.tolist() == [int(row[1]) for row in rows]
    assert [clients.column("id")[client] for client in requests.client.tolist()] == [row[2] for row in rows]
    assert requests.input_tokens.tolist() == [int(row[6]) for row in rows]
    assert requests.output_tokens.tolist() == [int(row[7]) for row in rows]
    lengths = [(len(inputs), len(outputs)) for inputs, outputs in requests.tokens()]
    assert lengths == list(zip(requests.input_tokens.tolist(), requests.output_tokens.tolist(), strict=True))
    assert blis_tui.summarise(requests).requests.generated == len(rows)


def test_progress_is_told_and_may_cancel() -> None:
    spec = blis_tui.load(SPEC)
    told: list[float] = []
    blis_tui.generate(spec, progress=told.append)
    assert told[-1] == 1.0

    def stop(done: float) -> None:
        raise blis_tui.Cancelled

    with pytest.raises(blis_tui.Cancelled):
        blis_tui.generate(spec, progress=stop)


def test_errors_carry_all_problems() -> None:
    with pytest.raises(blis_tui.SpecError) as caught:
        blis_tui.load(GOLDEN / "invalid" / "typo-systm.yaml")
    problems = caught.value.problems
    assert problems[0].code == "unknown-key"
    assert (problems[0].line, problems[0].column) != (None, None)
    assert str(caught.value).startswith(f"{GOLDEN / 'invalid' / 'typo-systm.yaml'}:{problems[0].line}:")


@pytest.mark.parametrize("path", ["missing.yaml", ".", "nul\0"])
def test_files_that_cannot_be_read_raise_the_same_error(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(blis_tui.SpecError) as caught:
        blis_tui.load(path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.severity) == ("unreadable", "error")


def test_texts_and_bytes() -> None:
    text = SPEC.read_text()
    assert blis_tui.loads(text) == blis_tui.loads(text.encode()) == blis_tui.load(str(SPEC))
    with pytest.raises(blis_tui.SpecError, match=r"^mine:1:1: error: "):
        blis_tui.loads("- 1", source="mine")
    with pytest.raises(blis_tui.SpecError, match="empty"):
        blis_tui.loads(b"")


def test_warnings_raise_nothing_but_are_told_by_check() -> None:
    data = (GOLDEN / "v1-single.yaml").read_bytes()
    assert blis_tui.loads(data).rules == 1
    checked = blis_tui.check(data)
    assert isinstance(checked, blis_tui.Checked)
    assert "version-1" in {problem.code for problem in checked.problems}


def test_sizes(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(SPEC.read_text() + "#" * 100)
    with pytest.raises(blis_tui.SpecError, match="too large"):
        blis_tui.load(path, max_size=100)
    assert blis_tui.load(path, max_size=None) == blis_tui.load(SPEC)


def test_export(tmp_path: Path) -> None:
    spec = blis_tui.load(SPEC)
    exported = blis_tui.export(spec, tmp_path, ["csv"])
    assert [path.name for path in exported.paths] == ["workload.requests.csv", "workload.export.json"]
    with pytest.raises(blis_tui.WriteError):
        blis_tui.export(spec, tmp_path, ["csv"])
    with pytest.raises(blis_tui.FormatError):
        blis_tui.export(spec, tmp_path, ["feather"])


def test_columns_are_numpy_arrays() -> None:
    requests = blis_tui.generate(blis_tui.load(SPEC))
    for name, dtype in (("arrival_us", np.int64), ("client", np.int32), ("input_tokens", np.int32), ("output_tokens", np.int32)):
        column = getattr(requests, name)
        assert column.dtype == dtype
        assert column.shape == (len(requests),)
