"""Workload files on the disk: reading one to edit it, and noticing that somebody else has changed it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.files.stamp import Stamp, stamp_of
from blis_tui.problems import Problem
from blis_tui.reading import read_bytes, regular_size
from blis_tui.spec.reading.other_files import may_be_other
from blis_tui.spec.yaml.encoding import MAX_SIZE, UTF_8, encoding_of, read_text

if TYPE_CHECKING:
    from blis_tui.tui.document.workspace import Workspace


class OpenError(Exception):
    """A file cannot be opened; the message names it and says why."""


class Document(NamedTuple):
    """A file's text, and the state and encoding of the file it was read from; a file that is not there has no stamp."""

    text: str
    stamp: Stamp | None
    encoding: str = UTF_8
    notes: tuple[Problem, ...] = ()
    made_from: str = ""
    """The kind of file that the text was made from, which is not this one; empty if it was read as it is."""


def read_document(path: Path, max_size: int | None = MAX_SIZE) -> Document:
    """Read a file to be edited; raises `OpenError`, also for one that is missing."""
    try:
        if regular_size(path) is None:
            raise OpenError(f"{path}: is {'a folder' if path.is_dir() else 'not a regular file'}")
        stamp = stamp_of(path)
        data = read_bytes(path, max_size)
    except (OSError, ValueError) as error:
        raise OpenError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    text, problems = read_text(data, max_size)
    if text is None:
        raise OpenError(f"{path}: {problems[0].message}")
    return Document(text, stamp, encoding_of(data))


def open_document(path: Path, max_size: int | None = MAX_SIZE, *, use_means: bool = False) -> Document:
    """Read a file to be edited, or make a new text of another tool's file; raises `OpenError`.

    Raises `SpecError` if such a file has what no workload file can say.
    """
    document = read_document(path, max_size)
    if not may_be_other(document.text):
        return document
    from blis_tui.formats.interop.opening import open_text

    imported = open_text(document.text, str(path), use_means=use_means)
    if imported is None or imported.text is None:
        return document
    return Document(imported.text, None, notes=imported.carried(), made_from=imported.kind)


def show(workspace: Workspace, document: Document, path: Path | None) -> None:
    """Begin with a document that was read from a file; one that was only made from it has no file yet, and is not saved."""
    if document.made_from:
        workspace.open(document.text, None, saved=False, origin=path, notes=document.notes)
    else:
        workspace.open(document.text, path, encoding=document.encoding)
