"""``--check``: findings, severities, JSON, several files, standard input."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_input import CLIENT, GOOD
from running import Run

from blis_tui.cli.check.json_document import json_value
from blis_tui.problems import Mend, Problem

GOLDEN = Path(__file__).parents[2] / "golden"
LINE = re.compile(
    r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<severity>error|warning|info): (?P<text>.+) \[(?P<code>[a-z0-9-]+)\]"
)
WARNS = GOOD.replace('version: "2"', 'version: "3"')

Write = Callable[..., Path]


def test_a_good_file_has_no_findings(run: Run, spec: Path) -> None:
    assert run("--check", spec) == (0, "", "1 file: no problems\n")


def test_findings_are_lines_of_a_compiler(run: Run, write: Write) -> None:
    path = write(GOOD.replace("duration: 30}\n    - {rate: 20.0", "duraton: 30}\n    - {rate: -20.0"))
    ran = run("--check", path)
    assert ran.code == 1
    found = [LINE.fullmatch(line) for line in ran.out.splitlines()]
    assert all(found)
    places = {(each["path"], each["line"], each["column"], each["severity"], each["code"]) for each in found if each}
    assert (str(path), "6", "19", "error", "unknown-key") in places
    assert (str(path), "7", "14", "error", "out-of-range") in places
    assert ran.err == f"1 file: {len(found)} errors\n"


@pytest.mark.parametrize("name", sorted(path.name for path in (GOLDEN / "invalid").glob("*.yaml")))
def test_files_that_are_known_to_be_invalid(run: Run, name: str) -> None:
    ran = run("--check", GOLDEN / "invalid" / name)
    assert ran.code == 1
    found = [LINE.fullmatch(line) for line in ran.out.splitlines()]
    errors = [each["text"] for each in found if each and each["severity"] == "error"]
    assert errors
    assert any(re.search(r"inference_perf|stages|shared_prefix|prompt|duraton|clients", text) for text in errors)


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.glob("*.yaml")))
def test_files_that_are_known_to_be_valid(run: Run, name: str) -> None:
    ran = run("--check", GOLDEN / name)
    assert ran.code == 0
    assert "error" not in ran.out


def test_severities_have_colours(run: Run, write: Write) -> None:
    plain, painted = (
        run("--check", write(GOOD.replace("rate: 20.0", "rate: -20.0")), "--color", choice).out for choice in ("auto", "always")
    )
    assert "\x1b[1;31merror\x1b[0m: " in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain != painted


def test_strict_takes_warnings_for_errors(run: Run, write: Write) -> None:
    path = write(WARNS)
    loose, strict = run("--check", path), run("--check", path, "--strict")
    assert (loose.code, strict.code) == (0, 1)
    assert loose.out == strict.out
    assert ": warning: " in strict.out
    assert run("--check", write(GOOD, "fine.yaml"), "--strict").code == 0


def test_of_several_files_the_highest_code_counts(run: Run, write: Write, spec: Path, tmp_path: Path) -> None:
    bad, missing = write("- 1\n", "bad.yaml"), tmp_path / "missing.yaml"
    assert run("--check", spec, spec).code == 0
    assert run("--check", bad, spec).code == 1
    ran = run("--check", missing, bad, spec)
    assert ran.code == 3
    assert ran.out.startswith(f"{bad}:1:1: error: ")
    assert ran.err == f"blis-tui: {missing}: No such file or directory\n3 files: 1 could not be read or written, 1 error\n"


def test_standard_input(run: Run) -> None:
    assert run("--check", "-", stdin=GOOD.encode()).code == 0
    ran = run("--check", "-", stdin=b"- 1\n")
    assert ran.code == 1
    assert ran.out.startswith("<stdin>:1:1: error: ")


def test_larger_files_are_read_if_that_is_asked_for(run: Run, write: Write) -> None:
    path = write(GOOD + "#" * 2000 + "\n")
    assert run("--check", path, "--max-size", "2kB").code == 1
    assert "--max-size lets larger files be read" in run("--check", path, "--max-size", "2kB").err
    assert run("--check", path, "--max-size", "3kB").code == 0


def test_what_a_file_says_is_shown_not_obeyed(run: Run, write: Write) -> None:
    ran = run("--check", write('version: "2"\n"\\e]0;owned\\a[bold]\\u202e\\n": 1\n'))
    assert ran.code == 1
    assert not set(ran.out) & {"\x1b", "\x07", "\u202e"}
    assert "[bold]" in ran.out
    assert all(LINE.fullmatch(line) for line in ran.out.splitlines())


def findings(run: Run, *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    ran = run("--check", "--json", *arguments)
    document = json.loads(ran.out)
    assert document["version"] == 1
    return ran.code, document["files"]


def test_json_of_a_good_file(run: Run, spec: Path) -> None:
    expected = {"path": str(spec), "ok": True, "failure": None, "problems": [], "mended": []}
    assert findings(run, spec) == (0, [expected])


def test_json_of_problems(run: Run, write: Write) -> None:
    path = write(GOOD.replace("seed: 42", "sede: 42").replace("rate: 8.0", "rate: -1"))
    code, (file,) = findings(run, path)
    assert code == 1
    assert not file["ok"]
    unknown, rate = file["problems"]
    assert list(unknown) == ["code", "severity", "path", "line", "column", "message", "found", "allowed", "mend"]
    assert (unknown["code"], unknown["line"], unknown["column"]) == ("unknown-key", 2, 1)
    assert set(unknown["mend"]) == {"label", "safe"}
    assert (rate["path"], rate["found"], rate["line"], rate["column"]) == ("inference_perf.stages[0].rate", -1, 6, 14)


def test_json_of_files_that_cannot_be_read(run: Run, spec: Path, tmp_path: Path) -> None:
    code, (missing, good) = findings(run, tmp_path / "missing", spec)
    assert code == 3
    assert not missing["ok"]
    assert missing["failure"].endswith("missing: No such file or directory")
    assert good["ok"]


def test_json_under_strict(run: Run, write: Write) -> None:
    path = write(WARNS)
    assert findings(run, path)[1][0]["ok"]
    assert not findings(run, path, "--strict")[1][0]["ok"]


def test_json_holds_values_that_json_cannot(run: Run, write: Write) -> None:
    path = write(
        GOOD.replace("rate: 8.0", "rate: .nan").replace("seed: 42", f"seed: {10**30}").replace("rate: 20.0", "rate: .inf")
    )
    code, (file,) = findings(run, path)
    assert code == 1
    assert len(file["problems"]) >= 3


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None), (True, True), (3, 3), (-(2**63), -(2**63)), (2**63, "0x8000000000000000"), (0.5, 0.5), (math.nan, "nan"),
        (-math.inf, "-inf"), ("text", "text"), ((1, 2), "(1, 2)"), ([0] * 1000, f"{repr([0] * 1000)[:200]}…"),
    ],
)  # fmt: skip
def test_found_values_in_json(value: object, written: object) -> None:
    assert json_value(value) == written
    json.dumps(json_value(value), allow_nan=False)


def test_integers_of_any_size_are_written(run: Run, monkeypatch: pytest.MonkeyPatch, spec: Path) -> None:
    problem = Problem("x", "error", (), "x", found=10**100_000, mend=Mend("y", ()))
    monkeypatch.setattr("blis_tui.cli.inputs.specs.check", lambda *_: type("Checked", (), {"problems": (problem,)}))
    assert findings(run, spec)[1][0]["problems"][0]["found"].startswith("0x")


UNVERSIONED = CLIENT.replace('version: "2"\n', "# a comment\n")


def test_fix_mends_what_is_safe(run: Run, write: Write) -> None:
    path = write(UNVERSIONED)
    before = run("--check", path)
    assert "version-1" in before.out
    ran = run("--check", "--fix", path)
    assert ran.code == 0
    assert f"{path}:1:1: mended: " in ran.err or ": mended: " in ran.err
    assert "version-1" not in ran.out
    text = path.read_text()
    assert 'version: "2"' in text
    assert "# a comment" in text
    assert run("--check", path).out == ran.out
    assert "mended" not in run("--check", "--fix", path).err


def test_fix_leaves_what_is_not_safe(run: Run, write: Write) -> None:
    path = write(GOOD.replace("rate: 8.0", "rate: -1"))
    assert run("--check", "--fix", path).code == 1
    assert path.read_text() == GOOD.replace("rate: 8.0", "rate: -1")


def test_fix_counts_what_a_file_generates(run: Run, write: Write) -> None:
    path = write(GOOD.replace("horizon: 60000000\n", ""))
    assert "horizon" in run("--check", path).out
    ran = run("--check", "--fix", path)
    assert ran.code == 0
    assert re.search(r"^num_requests: \d{3}$", path.read_text(), re.MULTILINE)
    assert ran.out == ""


def test_fix_tells_json_what_it_did(run: Run, write: Write) -> None:
    code, (file,) = findings(run, "--fix", write(UNVERSIONED))
    assert code == 0
    assert file["ok"]
    assert [each["code"] for each in file["mended"]] == ["version-1"]


def test_fix_that_cannot_be_written(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    from blis_tui.files.errors import WriteError

    def refuse(path: str, *_: object, **__: object) -> None:
        raise WriteError(path, "No space left on device")

    monkeypatch.setattr("blis_tui.cli.check.fix.replace_text", refuse)
    path = write(UNVERSIONED)
    ran = run("--check", "--fix", path)
    assert ran.code == 3
    assert f"blis-tui: {path}: No space left on device" in ran.err
    assert "version-1" in ran.out
    assert path.read_text() == UNVERSIONED


def test_fix_that_cannot_count(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    from blis_tui.problems import SpecError

    def refuse(spec: object) -> None:
        raise SpecError([])

    monkeypatch.setattr("blis_tui.workload.generate.generate", refuse)
    path = write(GOOD.replace("horizon: 60000000\n", ""))
    ran = run("--check", "--fix", path)
    assert ran.code == 0
    assert "horizon" in ran.out


def test_fix_keeps_line_ends_and_a_byte_order_mark(run: Run, write: Write) -> None:
    path = write(b"\xef\xbb\xbf" + UNVERSIONED.replace("\n", "\r\n").encode())
    assert run("--check", "--fix", path).code == 0
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf# a comment\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_fix_keeps_utf_16(run: Run, write: Write, codec: str) -> None:
    text = "\ufeff" + UNVERSIONED.replace("# a comment", "# größer: 日本 😀")
    path = write(text.encode(codec))
    assert "version-1" in run("--check", path).out
    assert run("--check", "--fix", path).code == 0
    mended = path.read_bytes().decode(codec)
    assert mended.startswith("\ufeff") and 'version: "2"' in mended and "# größer: 日本 😀" in mended
    assert run("--check", path).code == 0


def test_fix_leaves_a_file_alone_that_was_changed_since_it_was_read(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blis_tui.cli.check import fix

    path = write(UNVERSIONED)
    mend = fix.apply_mends

    def while_others_write(*arguments: Any, **options: Any) -> Any:
        path.write_text("# theirs\n")
        return mend(*arguments, **options)

    monkeypatch.setattr(fix, "apply_mends", while_others_write)
    ran = run("--check", "--fix", path)
    assert ran.code == 3
    assert f"blis-tui: {path}: was changed by another program in the meantime\n" in ran.err
    assert path.read_text() == "# theirs\n"


def test_fix_leaves_a_read_only_file_alone(run: Run, write: Write) -> None:
    path = write(UNVERSIONED)
    path.chmod(0o444)
    ran = run("--check", "--fix", path)
    assert ran.code == 3
    assert f"blis-tui: {path}: is read-only" in ran.err
    assert path.read_text() == UNVERSIONED
