"""``--export``: files from a spec, or one of them on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from blis_tui.cli.arguments.options import STDIN, Options
from blis_tui.cli.errors import DONE, SPEC_ERRORS, CommandError, UsageError
from blis_tui.cli.inputs.requests import forewarned, requests_of
from blis_tui.cli.inputs.specs import load
from blis_tui.cli.inputs.stdin import shown_name
from blis_tui.cli.inputs.traces import trace_at
from blis_tui.cli.outputs.problem_notes import report
from blis_tui.cli.outputs.progress import Progress
from blis_tui.cli.outputs.streams import note, write_errors
from blis_tui.formats.table import DEFAULT_FORMATS
from blis_tui.numbers import counted, whole
from blis_tui.problems import INFO, Problem
from blis_tui.signals import held
from blis_tui.spec.check import Checked

if TYPE_CHECKING:
    from blis_tui.formats.export import Exported
    from blis_tui.formats.traces.trace import Trace
    from blis_tui.workload.requests import Requests

_ID_S = 4e-9
"""About how long it takes to make a token id once more and to write it down, or to sum it up."""
STDIN_STEM = "stdin"
"""What files are called whose spec came from standard input."""


def run(options: Options) -> int:
    """Write what is asked for; raises `CommandError` if that fails, and then nothing is left after."""
    (path,) = options.specs
    trace = trace_at(path, options)
    if trace is not None:
        return _export_trace(trace, options)
    checked = load(path, options)
    if checked.spec is None or checked.errors:
        report(checked.problems, shown_name(path), options.color)
        return SPEC_ERRORS
    if not options.quiet:
        report(forewarned(checked, options.server), shown_name(path), options.color)
    with Progress(quiet=options.quiet) as progress:

        def requests() -> Requests:
            made = requests_of(checked, progress, shown_name(path), options.server)
            _forewarn_of_ids(made, options, progress)
            return made

        with write_errors(to_stdout=options.export == STDIN):
            if options.export == STDIN:
                _to_stdout(options, checked, requests, progress)
            else:
                with held():  # until nothing is left after
                    exported = _to_folder(options, checked, requests, progress)
                progress.clear()
                _tell(exported, options)
    return DONE


def _forewarn_of_ids(requests: Requests, options: Options, progress: Progress) -> None:
    """Say before if the token ids, which earlier rounds may repeat very often, take long to write."""
    from blis_tui.formats.table import ALWAYS, ON_REQUEST, find_formats
    from blis_tui.spec.rules.effort_advice import LONG_S, spoken_effort

    when = {each.tokens for each in find_formats(options.formats or DEFAULT_FORMATS)}
    if options.quiet or not (ALWAYS in when or (options.tokens and ON_REQUEST in when)):
        return
    ids = int(requests.input_tokens.sum(dtype="int64") + requests.output_tokens.sum(dtype="int64"))
    if ids * _ID_S >= LONG_S:
        text = f"writing takes {spoken_effort(ids * _ID_S)}: the requests have {whole(ids)} tokens"
        progress.clear()
        report([Problem("slow", INFO, (), text)], shown_name(options.specs[0]), options.color)


def _export_trace(trace: Trace, options: Options) -> int:
    """Write what was read from a trace; raises as `run` does, and `UsageError` for formats that need more than it has."""
    from blis_tui.formats.export import export_source, write_source
    from blis_tui.formats.table import FormatError
    from blis_tui.formats.trace_export import DEFAULT_FORMATS, demand_formats, trace_source

    (path,) = options.specs
    formats = options.formats or DEFAULT_FORMATS
    try:
        demand_formats(trace, formats, tokens=options.tokens)
    except FormatError as error:
        raise UsageError(str(error)) from error
    source = trace_source(trace, path=path, stem=stem_of(path), options=options.exporting)
    with Progress(quiet=options.quiet) as progress, write_errors(to_stdout=options.export == STDIN):
        if options.export == STDIN:
            warnings = write_source(_stdout(), source, formats[0], progress=progress.writing)
            progress.clear()
            if not options.quiet:
                report(warnings, shown_name(path), options.color)
        else:
            assert options.export is not None
            with held():
                exported = export_source(source, options.export, formats, force=options.force, progress=progress.writing)
            progress.clear()
            _tell(exported, options)
    return DONE


def _stdout() -> BinaryIO:
    if sys.stdout is None:
        raise CommandError("standard output: is closed")
    return sys.stdout.buffer


def _to_stdout(options: Options, checked: Checked, requests: Callable[[], Requests], progress: Progress) -> None:
    from blis_tui.formats.export import write_to

    assert checked.spec is not None
    warnings = write_to(
        _stdout(),
        checked.spec,
        options.formats[0],
        text=checked.text,
        encoding=checked.encoding,
        path=options.specs[0],
        options=options.exporting,
        tokens=options.tokens,
        requests=requests,
        progress=progress.writing,
    )
    progress.clear()
    if not options.quiet:
        report(warnings, shown_name(options.specs[0]), options.color)


def _to_folder(options: Options, checked: Checked, requests: Callable[[], Requests], progress: Progress) -> Exported:
    from blis_tui.formats.export import export

    assert checked.spec is not None
    assert options.export is not None
    path = options.specs[0]
    return export(
        checked.spec,
        options.export,
        options.formats or DEFAULT_FORMATS,
        stem=stem_of(path),
        text=checked.text,
        encoding=checked.encoding,
        path=path,
        options=options.exporting,
        tokens=options.tokens,
        force=options.force,
        requests=requests,
        progress=progress.writing,
    )


def _tell(exported: Exported, options: Options) -> None:
    if not options.quiet:
        report(exported.warnings, shown_name(options.specs[0]), options.color)
        note(*_list_of_files(exported))


def stem_of(path: str) -> str:
    """Return what the files of a spec are called, without their suffixes."""
    return STDIN_STEM if path == STDIN else os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122


def _list_of_files(exported: Exported) -> list[str]:
    document: dict[str, Any] = exported.provenance
    sizes = [f" ({counted(each['bytes'], 'byte')})" for each in document["files"]]
    lines = [f"wrote {path}{size}" for path, size in zip(exported.paths, [*sizes, ""], strict=True)]
    requests = document["counts"]["requests"]
    if requests is not None:
        lines.append(f"{counted(requests, 'request')} of {counted(document['counts']['clients'], 'client')}")
    replay = document["replay"]
    if replay is not None:
        tools = ", ".join(replay["commands"])
        lines.append(f"blocks of {counted(replay['block_size'], 'token')}: {exported.paths[-1]} has the commands of {tools}")
    return lines
