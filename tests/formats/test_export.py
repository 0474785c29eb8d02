"""Whole exports: names, provenance, progress, streams, and that nothing half-written stays."""

import errno
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from export_samples import client, compact, explicit, golden, oddly_named, read_spec, written

from blis_tui.files.errors import AlreadyExists, WriteError
from blis_tui.formats.export import export, export_source, write_to
from blis_tui.formats.source import Source
from blis_tui.formats.table import FORMATS, FormatError
from blis_tui.formats.tuning import Tuning
from blis_tui.formats.yaml_text import block
from blis_tui.problems import Cancelled, SpecError
from blis_tui.version import VERSION
from blis_tui.workload.generate import generate

ALL = [each.name for each in FORMATS if each.takes(explicit(client()))]
TEXT = '# two stages\r\nversion: "2"   # kept\n'


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def small():
    return explicit(client(), client("b", prefix_group="g"), num_requests=20)


def in_small_batches():
    return Source(small(), tuning=Tuning(batch_requests=8))


def test_all_formats_in_a_folder_made_for_them(tmp_path):
    out = tmp_path / "new" / "deeper"
    exported = export(small(), out, ALL, stem="two.stage", text=TEXT, path="specs/two.stage.yaml")
    assert [path.relative_to(out).name for path in exported.paths] == [
        "two.stage.yaml",
        "two.stage.expanded.yaml",
        "two.stage.expanded-rates.yaml",
        "two.stage.requests.jsonl",
        "two.stage.requests.csv",
        "two.stage.trace.yaml",
        "two.stage.trace.csv",
        "two.stage.mooncake.jsonl",
        "two.stage.requests.parquet",
        "two.stage.aiperf.yaml",
        "two.stage.guidellm.yaml",
        "two.stage.export.json",
    ]
    assert names(out) == sorted(path.name for path in exported.paths)
    assert (out / "two.stage.yaml").read_bytes() == TEXT.encode()
    assert json.loads((out / "two.stage.export.json").read_text()) == exported.provenance


def test_default_formats_and_names(tmp_path):
    export(small(), str(tmp_path))
    assert names(tmp_path) == ["workload.export.json", "workload.requests.jsonl", "workload.yaml"]
    assert read_spec((tmp_path / "workload.yaml").read_text()) == small()


def test_provenance(tmp_path):
    document = export(small(), tmp_path, ALL, text=TEXT, path="a b.yaml", tokens=True).provenance
    requests = generate(small())
    assert document["export_version"] == 1
    assert (document["program"], document["program_version"]) == ("blis-tui", VERSION)
    assert document["spec"] == {
        "path": "a b.yaml",
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "version": "2",
        "rules": 2,
        "seed": 7,
        "horizon_us": 3_000_000,
        "num_requests": 20,
    }
    assert document["counts"] == {
        "clients": 2,
        "requests": 20,
        "sessions": 0,
        "input_tokens": int(requests.input_tokens.sum()),
        "prefix_tokens": int(requests.prefix_tokens.sum()),
        "output_tokens": 60,
    }
    assert document["tokens"] is True
    files = {each["name"]: each for each in document["files"]}
    assert set(files) == set(names(tmp_path)) - {"workload.export.json"}
    for name, each in files.items():
        data = (tmp_path / name).read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert [(each["format"], each["format_version"]) for each in document["files"]] == [
        ("yaml", None), ("expanded", None), ("expanded-rates", None), ("jsonl", 1), ("csv", 1), ("blis-trace", None), ("blis-trace", None),
        ("mooncake", None), ("parquet", 1), ("aiperf", None), ("guidellm", None),
    ]  # fmt: skip


def test_provenance_says_what_was_in_force(tmp_path):
    spec = compact(8.0, 4.0, version="1", chat=True)
    document = export(spec, tmp_path).provenance
    in_force = {name: document["spec"][name] for name in ("rules", "horizon_us", "num_requests", "path")}
    assert in_force == {"rules": 1, "horizon_us": 10_000_000, "num_requests": None, "path": None}
    assert document["counts"]["sessions"] > 0
    assert export(compact(8.0, 4.0), tmp_path, force=True).provenance["spec"]["horizon_us"] is None


def test_provenance_counts_no_more_than_was_made(tmp_path):
    nothing = dict.fromkeys(("requests", "sessions", "input_tokens", "prefix_tokens", "output_tokens"))
    assert export(small(), tmp_path, ["yaml"]).provenance["counts"] == {"clients": None, **nothing}
    assert export(small(), tmp_path, ["expanded"], force=True).provenance["counts"] == {"clients": 2, **nothing}


def test_the_same_spec_gives_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        export(oddly_named(), tmp_path / folder, ALL, tokens=True)
    assert names(tmp_path / "one") == names(tmp_path / "two")
    for name in names(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_requests_are_not_made_for_formats_without_them(tmp_path):
    def never():
        raise AssertionError("requests were made")

    export(small(), tmp_path, ["yaml", "expanded"], requests=never)
    write_to(io.BytesIO(), small(), "expanded", requests=never)


def test_requests_may_be_given_or_made(tmp_path):
    made = []

    def make():
        made.append(1)
        return generate(small())

    export(small(), tmp_path / "made", ["jsonl", "csv"], requests=make)
    assert made == [1]
    export(small(), tmp_path / "given", ["jsonl", "csv"], requests=generate(small()))
    export(small(), tmp_path / "own", ["jsonl", "csv"])
    for name in names(tmp_path / "made"):
        assert len({(tmp_path / folder / name).read_bytes() for folder in ("made", "given", "own")}) == 1


def test_only_yaml_needs_no_numpy(tmp_path):
    code = (
        "import sys\nfrom blis_tui.formats.export import export\nfrom blis_tui.spec.format.model import WorkloadSpec\n"
        "export(WorkloadSpec(), sys.argv[1], ['yaml'])\nsys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "out")], check=False).returncode == 0


def test_warnings_are_returned_and_nothing_is_printed(tmp_path, capfd):
    exported = export(compact(8.0, 20.0, horizon=1_000_000), tmp_path, ["expanded", "blis-trace"])
    assert [problem.code for problem in exported.warnings] == ["expanded-inexact", "trace-new-tokens"]
    assert capfd.readouterr() == ("", "")


def test_errors_of_the_spec_come_through_and_leave_nothing(tmp_path):
    with pytest.raises(SpecError):
        export(compact(0.0), tmp_path / "out")
    assert names(tmp_path) == []


# what is refused


def test_existing_files_are_refused_before_any_work(tmp_path):
    def never():
        raise AssertionError("requests were made")

    (tmp_path / "workload.export.json").write_text("mine")
    with pytest.raises(AlreadyExists) as caught:
        export(small(), tmp_path, requests=never)
    assert caught.value.path.endswith("workload.export.json")
    assert names(tmp_path) == ["workload.export.json"]
    export(small(), tmp_path, force=True)
    assert (tmp_path / "workload.export.json").read_text() != "mine"


def test_a_file_that_appears_during_the_work_is_not_overwritten(tmp_path):
    def make():
        (tmp_path / "workload.requests.jsonl").write_text("theirs")
        return generate(small())

    with pytest.raises(AlreadyExists):
        export(small(), tmp_path, requests=make)
    assert names(tmp_path) == ["workload.requests.jsonl"]
    assert (tmp_path / "workload.requests.jsonl").read_text() == "theirs"


@pytest.mark.parametrize("stem", ["", "a/b", "../a", "x" * 300, "a\0b"])
def test_stems_that_are_no_file_names(tmp_path, stem):
    with pytest.raises(WriteError):
        export(small(), tmp_path / "out", stem=stem)
    assert names(tmp_path) == []


def test_unknown_formats(tmp_path):
    with pytest.raises(FormatError, match="unknown format"):
        export(small(), tmp_path / "out", ["yaml", "xml"])
    assert names(tmp_path) == []


@pytest.mark.parametrize("format", [each for each in ALL if each not in ("aiperf", "guidellm")])
def test_a_text_that_utf8_cannot_hold(tmp_path, format):
    spec = small()
    spec = spec.replace(clients=tuple(each.replace(id="\ud800") for each in spec.clients))
    if format == "jsonl":  # escaped there
        assert b"\\ud800" in written(spec, format)
        return
    if format == "mooncake":  # has no texts
        assert written(spec, format)
        return
    with pytest.raises(WriteError, match=r"U\+D800"):
        export(spec, tmp_path / "out", [format])
    assert names(tmp_path) == []


# interrupts and failures


@pytest.mark.parametrize("error", [Cancelled(), KeyboardInterrupt()])
@pytest.mark.parametrize("call", [0, 1, 3, 5])
def test_a_stop_during_the_work_leaves_nothing(tmp_path, error, call):
    calls = []

    def progress(done, total):
        calls.append((done, total))
        if len(calls) == call + 1:
            raise error

    with pytest.raises(type(error)):
        export_source(in_small_batches(), tmp_path / "new" / "out", ALL, tokens=True, progress=progress)
    assert names(tmp_path) == []


@pytest.mark.parametrize("successes", range(0, 9, 2))
def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch, successes):
    real, calls = os.write, []

    def write(descriptor, data):
        calls.append(1)
        if len(calls) > successes:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data)

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "workload.yaml").write_text("old")
    monkeypatch.setattr(os, "write", write)
    with pytest.raises(WriteError, match="No space left"):
        export(small(), tmp_path / "out", ALL, force=True)
    assert names(tmp_path / "out") == ["workload.yaml"]
    assert (tmp_path / "out" / "workload.yaml").read_text() == "old"


def test_ctrl_c_leaves_nothing(tmp_path):
    """A real signal in a real process, while the requests are written."""
    code = (
        "import sys, time\nfrom blis_tui.formats.export import export\n"
        "from blis_tui.spec.reading.decode import decode\n"
        "def slow(done, total):\n"
        "    print(done, flush=True)\n"
        "    time.sleep(30 if done else 0)\n"
        "export(decode(open(sys.argv[1]).read()).spec, sys.argv[2], ['jsonl', 'csv'], progress=slow)\n"
    )
    spec = tmp_path / "spec.yaml"
    spec.write_text(block(small()))
    command = [sys.executable, "-c", code, str(spec), str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        while (told := process.stdout.readline()) == b"0\n":
            pass
        assert told == b"20\n"
        assert len(names(tmp_path / "out")) == 6  # three temporaries and their locks
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert process.returncode != 0
    assert names(tmp_path) == ["spec.yaml"]


def test_progress_counts_clients_and_requests(tmp_path):
    calls = []
    export_source(in_small_batches(), tmp_path, ALL, progress=lambda done, total: calls.append((done, total)))
    assert {total for _, total in calls} == {24}
    done = [each for each, _ in calls]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 24)
    calls.clear()
    export(small(), tmp_path, ["yaml"], force=True, progress=lambda done, total: calls.append((done, total)))
    assert set(calls) == {(0, 0)}


# streams


@pytest.mark.parametrize("format", ["yaml", "expanded", "expanded-rates", "jsonl", "csv", "parquet"])
def test_a_stream_gets_what_the_file_gets(tmp_path, format):
    exported = export(golden("clients-options"), tmp_path, [format], text="text\n")
    assert written(golden("clients-options"), format, text="text\n") == exported.paths[0].read_bytes()


def test_a_format_of_two_files_cannot_go_to_a_stream():
    with pytest.raises(FormatError, match="two files"):
        write_to(io.BytesIO(), small(), "blis-trace")


def test_streams_that_fail():
    class Full(io.BytesIO):
        def flush(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    class Closed(io.BytesIO):
        def write(self, _):
            raise BrokenPipeError

    with pytest.raises(WriteError, match="No space left"):
        write_to(Full(), small(), "jsonl")
    with pytest.raises(BrokenPipeError):
        write_to(Closed(), small(), "jsonl")


def test_warnings_for_a_stream_are_returned():
    assert [problem.code for problem in write_to(io.BytesIO(), compact(8.0), "expanded")] == [
        "expanded-inexact",
        "expanded-end",
    ]


def test_a_source_makes_its_parts_once():
    source = Source(small())
    assert source.expansion is source.expansion
    assert source.requests is source.requests
