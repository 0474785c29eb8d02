"""Writing a spec, its clients and its requests: into the files of a folder, or one of them to a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from blis_tui.files.errors import WriteError, write_errors
from blis_tui.files.file_set import FileSet
from blis_tui.formats.options import USUAL, ExportOptions
from blis_tui.formats.protocols import request_format, spec_format
from blis_tui.formats.source import STEM, Progress, Source
from blis_tui.formats.table import DEFAULT_FORMATS, PROVENANCE_SUFFIX, Format, FormatError, find_formats
from blis_tui.formats.tuning import ORDINARY, Tuning
from blis_tui.problems import Problem
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.encoding import UTF_8

if TYPE_CHECKING:
    from blis_tui.formats.requests.batches import Writer
    from blis_tui.workload.requests import Requests


class Stream(Protocol):
    """Where bytes go: a buffered binary file such as ``sys.stdout.buffer``."""

    def write(self, data: bytes, /) -> Any:
        """Take all of `data`."""

    def flush(self) -> None:
        """Pass on what is still held."""


class Exported(NamedTuple):
    """What `export` wrote: the files, the provenance file last, and what their reader should know (warnings, infos)."""

    paths: tuple[Path, ...]
    warnings: tuple[Problem, ...]
    provenance: dict[str, Any]


def export(
    spec: WorkloadSpec,
    out: str | Path,
    formats: Iterable[str] = DEFAULT_FORMATS,
    *,
    stem: str = STEM,
    text: str | None = None,
    encoding: str = UTF_8,
    path: str = "",
    options: ExportOptions = USUAL,
    tokens: bool = False,
    force: bool = False,
    requests: Requests | Callable[[], Requests] | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write a spec in some formats, and where they came from, into the folder `out`, which is made if missing.

    The files are named `stem` and their format's suffix (see `blis_tui.formats.table`). They appear complete and
    together or, after an error, an interrupt or whatever `progress` raises, not at all; existing ones are left alone
    unless `force` is given.

    `spec` must be without errors. `text` is its text (by default the spec written out), `encoding` that of its file and
    `path` where that is, as the user gave it; `options` are for the formats that use them. `tokens` puts token ids where a
    format has a place for them. `requests` are the spec's requests or a function that makes them; it is not called, and
    nothing is generated, unless a format needs requests. `progress` is called with the lines (clients and requests) written
    so far and their final number.

    Raises `FormatError`, `AlreadyExists`, `WriteError`, `SpecError`, and what `requests` and `progress` raise.
    """
    source = Source(
        spec,
        text=text,
        encoding=encoding,
        path=path,
        stem=stem,
        requests=requests,
        options=options,
    )
    return export_source(source, out, formats, tokens=tokens, force=force, progress=progress)


def export_source(
    source: Source,
    out: str | Path,
    formats: Iterable[str] = DEFAULT_FORMATS,
    *,
    tokens: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Do what `export` does, of a source."""
    from blis_tui.formats.provenance import as_text, provenance

    wanted, stem = find_formats(formats, exact=source.options.exact), source.stem
    if not stem or "/" in stem:
        raise WriteError(stem, "is not a file name")
    with FileSet(force=force) as files:
        folder = files.make_folder(out)
        opened = [(each, files.add(folder / f"{stem}{suffix}")) for each in wanted for suffix in each.suffixes]
        last = files.add(folder / f"{stem}{PROVENANCE_SUFFIX}")
        meter = _Meter(progress)
        warnings = _write(wanted, [_Output(file.write, file.path) for _, file in opened], source, tokens, meter)
        document = provenance(source, opened, tokens=tokens, remarks=warnings)
        _Output(last.write, last.path)(as_text(document))
        files.commit(lambda: meter.advance(0))
        paths = (*(file.path for _, file in opened), last.path)
    return Exported(paths, tuple(warnings), document)


def write_to(
    stream: Stream,
    spec: WorkloadSpec,
    format: str,
    *,
    text: str | None = None,
    encoding: str = UTF_8,
    path: str = "",
    options: ExportOptions = USUAL,
    tokens: bool = False,
    requests: Requests | Callable[[], Requests] | None = None,
    progress: Progress | None = None,
    tuning: Tuning = ORDINARY,
) -> tuple[Problem, ...]:
    """Write a spec in one format to a stream, and return what its reader should know; no provenance is written.

    The arguments are those of `export`; `tuning` says in pieces of which size requests are written. Raises `FormatError` also
    for a format of two files, and lets `BrokenPipeError` through.
    """
    source = Source(
        spec,
        text=text,
        encoding=encoding,
        path=path,
        requests=requests,
        options=options,
        tuning=tuning,
    )
    return write_source(stream, source, format, tokens=tokens, progress=progress)


def write_source(
    stream: Stream, source: Source, format: str, *, tokens: bool = False, progress: Progress | None = None
) -> tuple[Problem, ...]:
    """Do what `write_to` does, of a source."""
    wanted = find_formats([format], exact=source.options.exact)
    if not all(each.streams for each in wanted):
        raise FormatError(f"format {format!r} consists of two files; it cannot go to a stream")
    warnings = _write(wanted, [_Output(stream.write, "-")], source, tokens, _Meter(progress))
    with write_errors("-"):
        stream.flush()
    return tuple(warnings)


class _Output:
    """Where the bytes of one file go. What goes wrong on their way names the file."""

    def __init__(self, write: Callable[[bytes], Any], path: str | Path) -> None:
        self._write = write
        self._path = path

    def errors(self) -> AbstractContextManager[None]:
        """Name this file in what goes wrong, a text that UTF-8 cannot hold included."""
        return write_errors(self._path)

    def __call__(self, data: str | bytes) -> None:
        with self.errors():
            self._write(data.encode("utf-8") if isinstance(data, str) else data)


class _Meter:
    """Counts lines for a progress callback."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._total = self._done = 0

    def start(self, total: int) -> None:
        self._total = total
        self.advance(0)

    def advance(self, lines: int) -> None:
        self._done += lines
        if self._progress is not None:
            self._progress(self._done, self._total)


def _write(formats: Sequence[Format], files: Sequence[_Output], source: Source, tokens: bool, meter: _Meter) -> list[Problem]:
    """Write all formats, each to as many of `files` as it has suffixes; requests are walked once for all."""
    waiting = iter(files)
    places = [(each, [next(waiting) for _ in each.suffixes]) for each in formats]
    texts = [(spec_format(each).contents(source), group[0]) for each, group in places if not each.needs_requests]
    requests = source.requests if len(texts) < len(places) else None
    tables = [(_writer(each, source, tokens, group[-1]), group) for each, group in places if each.needs_requests]
    meter.start(sum(file.size for file, _ in texts) + (0 if requests is None else len(requests)))
    warnings: list[Problem] = []
    for file, output in texts:
        warnings += file.remarks
        for piece, clients in file.chunks():
            output(piece)
            meter.advance(clients)
    for writer, group in tables:
        warnings += writer.warnings
        for output, head in zip(group, writer.heads, strict=True):
            output(head)
    if requests is not None:
        _write_requests([(writer, group[-1]) for writer, group in tables], requests, meter, source.tuning)
    return [each for at, each in enumerate(warnings) if each not in warnings[:at]]  # two formats may hold the same config


def _writer(format: Format, source: Source, tokens: bool, output: _Output) -> Writer:
    with output.errors():
        return request_format(format).writer(source, tokens=tokens)


def _write_requests(tables: Sequence[tuple[Writer, _Output]], requests: Requests, meter: _Meter, tuning: Tuning) -> None:
    from blis_tui.formats.requests.batches import batches

    writers = [writer for writer, _ in tables]
    tokens, width = any(each.tokens for each in writers), max(each.width for each in writers)
    walked = batches(requests, tokens=tokens, width=width, pulse=lambda: meter.advance(0), tuning=tuning)
    for batch in walked:
        for writer, output in tables:
            with output.errors():
                lines = writer.lines(batch)
            output(lines)
        meter.advance(len(batch))
    for writer, output in tables:
        output(writer.end())
