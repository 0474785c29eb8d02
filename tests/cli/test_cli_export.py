"""``--export``: files in a folder, one format on standard output, and nothing half-written."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bad_input import CLIENT, GOOD
from running import Run

from blis_tui import signals
from blis_tui.cli import export, main
from blis_tui.cli.export import stem_of
from blis_tui.cli.inputs.requests import forewarned
from blis_tui.cli.outputs.progress import Progress
from blis_tui.formats.table import FORMATS
from blis_tui.spec.check import check
from blis_tui.workload.server import AssumedServer

Write = Callable[..., Path]
SMALL = GOOD.replace("horizon: 60000000", "num_requests: 20")


@pytest.fixture
def small(write: Write) -> Path:
    return write(SMALL, "small.yaml")


def test_the_default_formats_and_where_they_came_from(run: Run, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    ran = run("--export", out, small)
    assert (ran.code, ran.out) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["small.export.json", "small.requests.jsonl", "small.yaml"]
    assert (out / "small.yaml").read_text() == SMALL
    assert len((out / "small.requests.jsonl").read_text().splitlines()) == 20
    document = json.loads((out / "small.export.json").read_text())
    assert document["spec"]["path"] == str(small)
    assert document["spec"]["sha256"] == hashlib.sha256(SMALL.encode()).hexdigest()
    assert f"wrote {out / 'small.yaml'} ({len(SMALL):,} bytes)" in ran.err
    assert f"wrote {out / 'small.export.json'}\n20 requests of 12 clients\n" in ran.err


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_exported_as_it_is_and_means_the_same(run: Run, write: Write, tmp_path: Path, codec: str) -> None:
    data = f"\ufeff{SMALL}".encode(codec)
    path = write(data, "small.yaml")
    assert run("--export", tmp_path / "out", path, "--format", "yaml,csv").code == 0
    assert (tmp_path / "out" / "small.yaml").read_bytes() == data
    assert (tmp_path / "out" / "small.requests.csv").read_text() == run(
        "--export", "-", "-", "--format", "csv", stdin=SMALL.encode()
    ).out
    changed = run("--export", tmp_path / "changed", path, "--format", "yaml", "--seed", "7").code
    text = (tmp_path / "changed" / "small.yaml").read_bytes().decode(codec)
    assert changed == 0 and text.startswith("\ufeff") and "seed: 7" in text


def test_all_formats(run: Run, small: Path, tmp_path: Path) -> None:
    ran = run("--export", tmp_path / "out", small, "--format", ",".join(each.name for each in FORMATS))
    assert ran.code == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"small{suffix}" for each in FORMATS for suffix in each.suffixes} | {"small.export.json"}
    assert "expanded-inexact" in ran.err


def test_no_requests_are_made_for_formats_without(run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blis_tui.workload.generate.generate", None)
    ran = run("--export", tmp_path / "out", small, "--format", "yaml")
    assert ran.code == 0
    assert " requests of " not in ran.err


def test_overrides_stand_in_the_provenance(run: Run, small: Path, tmp_path: Path) -> None:
    assert run("--export", tmp_path / "out", small, "--seed", "9").code == 0
    text = (tmp_path / "out" / "small.yaml").read_text()
    assert text == SMALL.replace("seed: 42", "seed: 9")
    spec = json.loads((tmp_path / "out" / "small.export.json").read_text())["spec"]
    assert (spec["seed"], spec["sha256"]) == (9, hashlib.sha256(text.encode()).hexdigest())


def test_existing_files_stay_unless_forced(run: Run, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("--export", out, small, "--format", "csv").code == 0
    before = (out / "small.requests.csv").read_bytes()
    ran = run("--export", out, small, "--format", "csv", "--seed", "1")
    assert ran.code == 3
    assert "already exists; --force overwrites it" in ran.err
    assert (out / "small.requests.csv").read_bytes() == before
    assert run("--export", out, small, "--format", "csv", "--seed", "1", "--force").code == 0
    assert (out / "small.requests.csv").read_bytes() != before


def test_the_spec_itself_is_not_overwritten_unasked(run: Run, small: Path) -> None:
    assert run("--export", small.parent, small, "--format", "yaml", "--seed", "1").code == 3
    assert small.read_text() == SMALL


@pytest.mark.parametrize("name", ["yaml", "expanded", "jsonl", "csv"])
def test_standard_output_gets_what_the_file_would(run: Run, small: Path, tmp_path: Path, name: str) -> None:
    assert run("--export", tmp_path / "out", small, "--format", name, "--quiet") == (0, "", "")
    (file,) = [path for path in (tmp_path / "out").iterdir() if not path.name.endswith(".export.json")]
    ran = run("--export", "-", small, "--format", name, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == file.read_text()


def test_from_standard_input_to_standard_output(run: Run, small: Path) -> None:
    ran = run("--export", "-", "-", "--format", "csv", stdin=SMALL.encode())
    assert ran.out == run("--export", "-", small, "--format", "csv").out
    assert len(ran.out.splitlines()) == 21


def test_parquet_goes_to_standard_output_but_not_to_a_terminal(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("--export", tmp_path, small, "--format", "parquet").code == 0
    command = [sys.executable, "-m", "blis_tui", "--export", "-", str(small), "--format", "parquet"]
    ran = subprocess.run(command, capture_output=True, check=True)
    assert ran.stdout == (tmp_path / "small.requests.parquet").read_bytes()
    monkeypatch.setattr("blis_tui.cli.arguments.rules.is_terminal", lambda _: True)
    refused = run("--export", "-", small, "--format", "parquet")
    assert (refused.code, refused.out) == (2, "")
    assert "standard output is a terminal" in refused.err


def test_parquet_without_pyarrow_is_wrong_usage(run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blis_tui.formats.table.find_spec", lambda _: None)
    refused = run("--export", tmp_path / "out", small, "--format", "parquet")
    assert refused.code == 2
    assert "pip install 'blis-tui[parquet]'" in refused.err
    assert not (tmp_path / "out").exists()
    assert "parquet" in run("--help").out


def test_from_standard_input_to_a_folder(run: Run, tmp_path: Path) -> None:
    assert run("--export", tmp_path, "-", stdin=SMALL.encode()).code == 0
    assert (tmp_path / "stdin.yaml").read_text() == SMALL


def test_tokens_are_written_on_request(run: Run, small: Path) -> None:
    plain = json.loads(run("--export", "-", small, "--format", "jsonl").out.splitlines()[0])
    full = json.loads(run("--export", "-", small, "--format", "jsonl", "--tokens").out.splitlines()[0])
    assert "input_ids" not in plain
    assert len(full["input_ids"]) == plain["input_tokens"]
    assert len(full["output_ids"]) == plain["output_tokens"]


def test_warnings_are_told_unless_quiet(run: Run, write: Write, tmp_path: Path) -> None:
    path = write(SMALL.replace('"2"', '"3"'))
    for out in ("-", tmp_path / "out"):
        loud = run("--export", out, path, "--format", "expanded")
        assert "unknown-version" in loud.err
        assert "expanded-inexact" in loud.err
        assert run("--export", out, path, "--format", "expanded", "--quiet", "--force").err == ""


def test_a_spec_with_errors_writes_nothing(run: Run, write: Write, tmp_path: Path) -> None:
    path = write(GOOD.replace("rate: 8.0", "rate: -8"))
    for options in ([], ["--quiet"]):
        ran = run("--export", tmp_path / "out", path, *options)
        assert (ran.code, ran.out) == (1, "")
        assert f"{path}:6:14: error: " in ran.err
    assert not (tmp_path / "out").exists()


def test_what_generation_refuses_writes_nothing(run: Run, write: Write, tmp_path: Path) -> None:
    path = write(CLIENT.replace("rate_fraction: 1.0", "concurrency: 3"))
    ran = run("--export", tmp_path / "out", path)
    assert ran.code == 1
    assert "concurrency" in ran.err
    assert not (tmp_path / "out").exists()
    assert run("--export", tmp_path / "out", path, "--format", "yaml").code == 0


def test_places_that_cannot_be_written(run: Run, small: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("here first")
    for out in (file, file / "below", "/proc/nowhere", "\0"):
        ran = run("--export", out, small)
        assert ran.code == 3
        assert ran.err.rstrip().splitlines()[-1].startswith("blis-tui: ")
    assert file.read_text() == "here first"


def test_an_interrupt_leaves_nothing_behind(run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("blis_tui.cli.outputs.progress.Progress.writing", "blis_tui.cli.outputs.progress.Progress.generating"):
        with monkeypatch.context() as patch:
            patch.setattr(place, interrupt)
            assert run("--export", tmp_path / "out", small) == (130, "", "")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["small.yaml"]


@pytest.fixture
def listening() -> Iterator[None]:
    """Listen for signals as the program does; who runs the tests may ignore them, as nohup does."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in signals.ENDING}
    signals.listen()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("number", signals.ENDING)
@pytest.mark.parametrize("place", ["generating", "writing"])
def test_being_ended_leaves_nothing_behind(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, place: str
) -> None:
    told = getattr(Progress, place)

    def interrupted(*arguments: object) -> None:
        signal.raise_signal(number)
        told(*arguments)

    monkeypatch.setattr(Progress, place, interrupted)
    assert run("--export", tmp_path / "out", small) == (128 + number, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.yaml"]


@pytest.mark.usefixtures("listening")
def test_a_signal_while_files_are_brought_to_the_disk(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: signal.raise_signal(signal.SIGTERM))
    assert run("--export", tmp_path / "out", small) == (143, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.yaml"]


def test_other_threads_can_export_too(small: Path, tmp_path: Path) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["--export", str(tmp_path / "out"), str(small), "--quiet"])))
    thread.start()
    thread.join()
    assert codes == [0]


@pytest.mark.parametrize(
    ("path", "stem"), [("a/b.yaml", "b"), ("b.c.yml", "b.c"), ("plain", "plain"), (".yaml", ".yaml"), ("-", "stdin")]
)
def test_what_files_are_called(path: str, stem: str) -> None:
    assert stem_of(path) == stem


def test_a_device_in_the_place_of_a_file_is_not_to_be_forced(run: Run, small: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "small.requests.jsonl")
    for force in ((), ("--force",)):
        ran = run("--export", tmp_path, small, "--format", "jsonl", *force)
        assert ran.code == 3
        assert "is not a regular file" in ran.err and "--force" not in ran.err


@pytest.mark.parametrize(
    ("more", "told"),
    [(("--format", "csv"), True), (("--tokens",), True), ((), False), (("--format", "csv", "--quiet"), False)],
)
def test_that_very_many_token_ids_take_long_is_said_before(
    run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], told: bool
) -> None:
    monkeypatch.setattr(export, "_ID_S", 1.0)
    ran = run("--export", tmp_path / "out", small, *more)
    assert ran.code == 0
    assert ("info: writing takes about" in ran.err) is told


def test_how_long_virtual_users_take_goes_by_the_answers_that_are_assumed() -> None:
    spec = check(
        "version: '2'\nhorizon: 36000000\naggregate_rate: 0\nclients:\n"
        "  - {id: a, concurrency: 100, rate_fraction: 0, arrival: {process: poisson},"
        " input_distribution: {type: constant, params: {value: 10}}, output_distribution: {type: constant, params: {value: 1}}}\n"
    )
    assert forewarned(spec, None) == list(spec.problems)
    assert forewarned(spec, AssumedServer(1_000_000, 0)) == list(spec.problems)
    (slow,) = [problem for problem in forewarned(spec, AssumedServer(1, 0)) if problem.code == "slow"]
    assert slow.line == 5
    assert slow.message.endswith("about 6 min: its users send about 3,600,000,000 requests if an answer takes 1 µs")
