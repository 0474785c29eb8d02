"""Files appear complete or not at all, whatever happens while they are written."""

import errno
import hashlib
import os
import stat
from functools import partial
from pathlib import Path

import pytest

from blis_tui.files.errors import AlreadyExists, Changed, ReadOnly, WriteError
from blis_tui.files.file_set import FileSet, replace_text
from blis_tui.files.leftovers import sweep
from blis_tui.files.new_file import NewFile
from blis_tui.files.stamp import stamp_of


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def write_two(folder: Path, *, force: bool = False) -> None:
    with FileSet(force=force) as files:
        first, second = files.add(folder / "a"), files.add(folder / "b")
        first.write(b"new a")
        second.write(b"new b")
        files.commit()


def fail(error: BaseException):
    def raising(*_args, **_kwargs):
        raise error

    return raising


def fail_at(number, calls, source, descriptor):
    """Copy, but break off in the midst of one of the copies."""
    calls.append(source)
    failing = len(calls) == number
    with open(descriptor, "wb") as written:  # noqa: PTH123
        written.write(b"ha" if failing else source.read_bytes())
    if failing:
        raise OSError(errno.ENOSPC, "full")


@pytest.fixture
def no_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_files_appear_together_and_only_on_commit(tmp_path):
    with FileSet() as files:
        first, second = files.add(tmp_path / "a"), files.add(tmp_path / "b")
        first.write(b"one ")
        first.write(b"more")
        second.write(b"")
        assert not (tmp_path / "a").exists()
        files.commit()
    assert listing(tmp_path) == {"a": b"one more", "b": b""}
    assert first.size == 8
    assert first.sha256 == hashlib.sha256(b"one more").hexdigest()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("stop"), OSError(errno.EIO, "broken")])
def test_nothing_stays_when_writing_is_interrupted(tmp_path, error):
    def interrupted():
        with FileSet() as files:
            file = files.add(files.make_folder(tmp_path / "new" / "deeper") / "a")
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_an_end_without_commit_leaves_nothing(tmp_path):
    with FileSet() as files:
        files.add(tmp_path / "a").write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_existing_folders_and_what_others_put_into_new_ones_stay(tmp_path):
    (tmp_path / "old").mkdir()
    with FileSet() as files:
        files.make_folder(tmp_path / "old")
        files.make_folder(tmp_path / "new")
        (tmp_path / "new" / "theirs").write_text("x")
    assert (tmp_path / "old").is_dir()
    assert listing(tmp_path / "new") == {"theirs": b"x"}


def test_a_folder_made_by_another_in_the_meantime_is_used_and_kept(tmp_path, monkeypatch):
    real = Path.mkdir

    def mkdir(self, *args, **kwargs):
        real(self, *args, **kwargs)
        raise FileExistsError(errno.EEXIST, "File exists")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with FileSet() as files:
        files.make_folder(tmp_path / "theirs")
    assert (tmp_path / "theirs").is_dir()


@pytest.mark.parametrize("failing", ["link", "fsync"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_failure_at_the_end_takes_everything_back(tmp_path, monkeypatch, failing, number):
    real, calls = getattr(os, failing), []

    def call(*args, **kwargs):
        calls.append(args)
        if len(calls) == number + 1:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(os, failing, call)
    with pytest.raises(KeyboardInterrupt):
        write_two(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_failure_while_replacing_brings_the_old_files_back(tmp_path, monkeypatch, moment, number):
    (tmp_path / "a").write_bytes(b"old a")
    (tmp_path / "b").write_bytes(b"old b")
    real, calls = Path.replace, []

    def replace(self, target):
        calls.append(target)
        if len(calls) == number + 1 and moment == "before":
            raise KeyboardInterrupt
        result = real(self, target)
        if len(calls) == number + 1:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_two(tmp_path, force=True)
    assert listing(tmp_path) == {"a": b"old a", "b": b"old b"}


def test_with_force_a_new_file_is_taken_back_when_a_later_one_fails(tmp_path, monkeypatch):
    real = Path.replace
    monkeypatch.setattr(os, "link", fail(OSError(errno.EPERM, "no links here")))
    monkeypatch.setattr(
        Path, "replace", lambda self, target: real(self, target) if target.name == "a" else fail(OSError(5, "bad"))()
    )
    with pytest.raises(WriteError, match="b: bad"):
        write_two(tmp_path, force=True)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "write", fail(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(WriteError) as caught:
        write_two(tmp_path)
    assert (caught.value.path, caught.value.reason) == (str(tmp_path / "a"), "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_short_writes_are_carried_on(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    write_two(tmp_path)
    assert listing(tmp_path) == {"a": b"new a", "b": b"new b"}


def test_an_existing_file_is_refused_before_any_work(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with FileSet() as files, pytest.raises(AlreadyExists, match=r"a: already exists"):
        files.add(tmp_path / "a")
    assert listing(tmp_path) == {"a": b"old"}


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path):
    def write():
        with FileSet() as files:
            files.add(tmp_path / "a").write(b"mine")
            files.add(tmp_path / "b").write(b"mine")
            (tmp_path / "b").write_bytes(b"theirs")
            files.commit()

    with pytest.raises(AlreadyExists):
        write()
    assert listing(tmp_path) == {"b": b"theirs"}


def test_a_dangling_link_counts_as_existing(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    with FileSet() as files, pytest.raises(AlreadyExists):
        files.add(tmp_path / "a")
    replace_text(tmp_path / "a", "text")
    assert (tmp_path / "a").is_symlink()
    assert (tmp_path / "nowhere").read_text() == "text"


@pytest.fixture
def no_links(monkeypatch):
    """A file system without hard links."""
    monkeypatch.setattr(os, "link", fail(PermissionError(errno.EPERM, "Operation not permitted")))


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_files_are_written_all_the_same(tmp_path):
    write_two(tmp_path)
    assert listing(tmp_path) == {"a": b"new a", "b": b"new b"}
    with pytest.raises(AlreadyExists):
        write_two(tmp_path)
    write_two(tmp_path, force=True)
    assert listing(tmp_path) == {"a": b"new a", "b": b"new b"}


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_a_late_comer_is_not_overwritten(tmp_path):
    with FileSet() as files:
        files.add(tmp_path / "a").write(b"mine")
        (tmp_path / "a").write_bytes(b"theirs")
        with pytest.raises(AlreadyExists):
            files.commit()
    assert listing(tmp_path) == {"a": b"theirs"}


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_a_failed_naming_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "replace", fail(OSError(errno.EIO, "broken")))
    with pytest.raises(WriteError, match="broken"):
        write_two(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_what_was_replaced_comes_back(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old a")
    real = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda self, target: real(self, target) if target.name == "a" else fail(OSError(5, "bad"))()
    )
    with pytest.raises(WriteError):
        write_two(tmp_path, force=True)
    assert listing(tmp_path) == {"a": b"old a"}


@pytest.mark.usefixtures("no_umask")
def test_new_files_honour_the_umask(tmp_path):
    os.umask(0o027)
    write_two(tmp_path)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_replacing_keeps_the_mode(tmp_path, mode):
    file = tmp_path / "spec.yaml"
    file.write_text("old")
    file.chmod(mode)
    replace_text(file, "new\r\nµ")
    assert file.read_bytes() == b"new\r\n\xc2\xb5"
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_replacing_follows_links_relative_ones_too(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "spec.yaml").write_text("old")
    (tmp_path / "link.yaml").symlink_to(Path("real") / "spec.yaml")
    replace_text(tmp_path / "link.yaml", "new")
    assert (tmp_path / "link.yaml").is_symlink()
    assert listing(tmp_path / "real") == {"spec.yaml": b"new"}
    assert [path.name for path in tmp_path.iterdir() if not path.is_symlink()] == ["real"]


def test_replacing_keeps_the_owner_where_permitted(tmp_path, monkeypatch):
    file = tmp_path / "spec.yaml"
    file.write_text("old")
    real, asked = Path.stat, []

    def owned_by_another(self, **options):
        found = real(self, **options)
        return os.stat_result((*found[:4], found.st_uid + 1, found.st_gid + 2, *found[6:10]))

    def chown(_descriptor, uid, gid):
        asked.append((uid, gid))
        raise PermissionError(errno.EPERM, "Operation not permitted")

    before = real(file)
    monkeypatch.setattr(Path, "stat", owned_by_another)
    monkeypatch.setattr(os, "fchown", chown)
    replace_text(file, "new")
    assert asked == [(before.st_uid + 1, before.st_gid + 2)]
    assert file.read_text() == "new"


def test_replacing_a_missing_file_makes_it(tmp_path):
    replace_text(str(tmp_path / "new.yaml"), "text")
    assert listing(tmp_path) == {"new.yaml": b"text"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "is a folder"),
        ("pipe", "is not a regular file"),
        ("missing/spec.yaml", "No such file or directory"),
        ("file/spec.yaml", "Not a directory"),
        ("x" * 300, "File name too long"),
        ("nul\0", "cannot have a NUL"),
    ],
)
def test_what_cannot_be_replaced(tmp_path, name, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WriteError, match=reason):
        replace_text(tmp_path / name, "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "pipe"]


def test_a_folder_in_the_way_of_a_file_and_the_other_way_round(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with FileSet() as files:
        with pytest.raises(WriteError, match="is a folder"):
            files.add(tmp_path / "folder")
        with pytest.raises(WriteError, match="is not a folder"):
            files.make_folder(tmp_path / "file")
        with pytest.raises(WriteError, match="Not a directory"):
            files.make_folder(tmp_path / "file" / "below")


def test_a_folder_that_may_not_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "open", fail(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(WriteError, match="a: Permission denied"):
        write_two(tmp_path)


def test_text_that_utf8_cannot_hold(tmp_path):
    with pytest.raises(WriteError, match=r"U\+D800"):
        replace_text(tmp_path / "a", "x\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_stays_a_closed_pipe(tmp_path, monkeypatch):
    file = NewFile(tmp_path / "a", force=False)
    monkeypatch.setattr(os, "write", fail(BrokenPipeError()))
    with pytest.raises(BrokenPipeError):
        file.write(b"x")


def test_an_error_without_a_text_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "write", fail(OSError("strange")))
    with pytest.raises(WriteError, match="strange"):
        write_two(tmp_path)


def test_a_folder_that_cannot_be_synchronised_is_no_error(tmp_path, monkeypatch):
    real = os.open

    def open_files_only(path, flags, *rest):
        if flags & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EINVAL, "Invalid argument")
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", open_files_only)
    write_two(tmp_path)
    assert listing(tmp_path) == {"a": b"new a", "b": b"new b"}


def test_a_close_that_fails_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    real = os.close

    def close(descriptor):
        real(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "close", close)
    with pytest.raises(WriteError, match="Input/output error"):
        write_two(tmp_path)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_close_that_fails_while_all_is_taken_back(tmp_path, monkeypatch):
    real = os.close

    def failing(descriptor):
        real(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    def write():
        with FileSet() as files:
            files.add(tmp_path / "a")
            monkeypatch.setattr(os, "close", failing)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_put_back_is_kept_and_named(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old a")
    (tmp_path / "b").write_bytes(b"old b")
    real, calls = Path.replace, []

    def replace(self, target):
        calls.append(target)
        return real(self, target) if len(calls) == 1 else fail(OSError(errno.EIO, "broken"))()

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(WriteError, match=r"a: broken; what was there before could not be put back, and is in ") as caught:
        write_two(tmp_path, force=True)
    kept = Path(caught.value.reason.rsplit(" ", 1)[1])
    assert kept.read_bytes() == b"old a"
    assert sorted(tmp_path.iterdir()) == sorted([kept, tmp_path / "a", tmp_path / "b"])
    monkeypatch.undo()
    sweep(tmp_path)
    write_two(tmp_path, force=True)
    assert kept.read_bytes() == b"old a"  # no one takes it for a leftover


@pytest.mark.parametrize("text", ["longer than it was", "x"])
def test_a_file_of_several_names_goes_on_being_one(tmp_path, text):
    file = tmp_path / "spec.yaml"
    file.write_text("old text")
    file.chmod(0o640)
    (tmp_path / "other").hardlink_to(file)
    stamp = replace_text(file, text)
    assert (tmp_path / "other").read_text() == text
    assert file.samefile(tmp_path / "other")
    assert stamp == stamp_of(file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "spec.yaml"]


def test_a_file_of_several_names_comes_back_when_writing_it_fails(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old a")
    (tmp_path / "other").hardlink_to(tmp_path / "a")
    monkeypatch.setattr("blis_tui.files.new_file._copy", partial(fail_at, 2, []))
    with pytest.raises(WriteError, match="full"):
        replace_text(tmp_path / "a", "new")
    assert listing(tmp_path) == {"a": b"old a", "other": b"old a"}
    assert (tmp_path / "a").samefile(tmp_path / "other")


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="needs extended attributes")
def test_replacing_keeps_extended_attributes(tmp_path):
    file = tmp_path / "spec.yaml"
    file.write_text("old")
    try:
        os.setxattr(file, "user.origin", b"trace 7")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    replace_text(file, "new")
    assert os.getxattr(file, "user.origin") == b"trace 7"


@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_a_file_that_is_read_only_is_not_replaced_unasked(tmp_path, mode):
    file = tmp_path / "spec.yaml"
    file.write_text("old")
    file.chmod(mode)
    with pytest.raises(ReadOnly, match="is read-only"):
        replace_text(file, "new")
    assert listing(tmp_path) == {"spec.yaml": b"old"}
    replace_text(file, "new", read_only=True)
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_file_that_is_no_longer_what_was_read_is_not_replaced(tmp_path):
    file = tmp_path / "spec.yaml"
    assert replace_text(file, "one", known=None) == stamp_of(file)
    with pytest.raises(Changed):
        replace_text(file, "two", known=None)
    known = stamp_of(file)
    replace_text(file, "other")
    with pytest.raises(Changed, match="was changed by another program in the meantime"):
        replace_text(file, "two", known=known)
    assert listing(tmp_path) == {"spec.yaml": b"other"}


@pytest.mark.usefixtures("no_umask")
def test_temporaries_have_their_final_mode_from_the_start(tmp_path, monkeypatch):
    os.umask(0)
    (tmp_path / "secret").write_text("old")
    (tmp_path / "secret").chmod(0o600)
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    with FileSet(force=True) as files:
        file = files.add(tmp_path / "secret")
        assert stat.S_IMODE(file._traces.temporary.stat().st_mode) == 0o600


@pytest.mark.usefixtures("no_umask")
def test_private_files_are_for_their_owner_alone(tmp_path):
    os.umask(0)
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o666)
    with FileSet(force=True, private=True) as files:
        for name in ("a", "b"):
            files.add(tmp_path / name)
        files.commit()
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "b")} == {0o600}
