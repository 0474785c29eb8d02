"""``blis-tui [SPEC]``: the designer in the terminal."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from blis_tui.cli.arguments.options import STDIN, Options
from blis_tui.cli.errors import DONE, INTERNAL, CommandError, UsageError
from blis_tui.cli.inputs.traces import demand_nothing_else, trace_kind
from blis_tui.cli.inputs.user_settings import user_settings
from blis_tui.cli.outputs.streams import is_terminal, note
from blis_tui.signals import held
from blis_tui.web.confinement import is_served

if TYPE_CHECKING:
    from blis_tui.tui.document.workspace import Workspace
    from blis_tui.tui.preferences.settings import Settings


def run(options: Options) -> int:
    """Open the designer; raises `UsageError` and `CommandError` where that is not possible."""
    served = is_served()
    if not served and not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UsageError("the designer needs a terminal; without one use --check, --summary or --export")
    gc.disable()  # until the first frame: what is loaded stays, and looking through it again and again takes a while
    path, settings, workspace, trace = prepared(options)
    state = _confined(path) if served else None
    from blis_tui.tui.app import DesignerApp

    app = DesignerApp(
        workspace,
        settings,
        settings_path=path,
        state=state,
        fresh=not options.specs or trace is not None,
        max_size=options.max_size,
        server=options.server,
        use_means=options.use_means,
        trace=trace,
        block_size=options.exporting.block_size,
    )
    with held():  # until the terminal is given back; meanwhile the app looks after them
        app.run(mouse=settings.mouse)
    if app.return_code == DONE:
        return DONE
    if app.filing.autosave.write_now():
        note("blis-tui: unsaved work is kept, and offered the next time the designer starts")
    return app.return_code if app.return_code and app.return_code > 1 else INTERNAL


def _trace(options: Options) -> Path | None:
    """Return the file to open if that is a trace."""
    if not options.specs or trace_kind(options.specs[0]) is None:
        return None
    demand_nothing_else(options)
    return Path(options.specs[0])


def prepared(options: Options) -> tuple[Path, Settings, Workspace, Path | None]:
    """Return the settings with their file, the document to begin with, and the trace to show first, if there is one.

    Raises `UsageError`, `CommandError`, and `SpecError` for another tool's file that cannot be opened.
    """
    if options.specs == (STDIN,):
        raise UsageError("the designer needs a file: it reads its keys from standard input")
    path, settings = user_settings(options)
    trace = _trace(options)
    without = options if trace is None else options._replace(specs=())
    return path, settings, _workspace(without, settings.schema), trace


def _confined(settings: Path) -> Path:
    """Let a designer whose screen is elsewhere reach nothing but the folder it was started in; returns where its notes are.

    These are of that folder alone: what is remembered of other files, and copies of them, are none of its business.
    """
    from hashlib import sha256

    from blis_tui.tui.preferences.locations import state_folder
    from blis_tui.web.confinement import confine

    folder = Path.cwd()
    notes = state_folder() / "browser" / sha256(bytes(folder)).hexdigest()[:16]
    with suppress(OSError):  # then nothing is remembered
        notes.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["TMPDIR"] = str(notes)
    confine(folder, own=(notes,), readable=(settings,))
    return notes


def _workspace(options: Options, schema: str | None = None) -> Workspace:
    """Read the file, or begin one that names a JSON Schema; overrides of the command line are the first step to be undone."""
    from blis_tui.tui.document.workspace import Workspace
    from blis_tui.tui.filing.disk import OpenError, open_document, show
    from blis_tui.tui.templates import FIRST, naming_schema, template_text

    path = Path(options.specs[0]) if options.specs else None
    if path is None or _is_missing(path):
        workspace = Workspace(naming_schema(template_text(FIRST), schema), path)
    else:
        try:
            document = open_document(path, options.max_size, use_means=options.use_means)
        except OpenError as error:
            raise CommandError(str(error)) from error
        workspace = Workspace()
        show(workspace, document, path)
    if options.overrides:
        from blis_tui.cli.inputs.overrides import overridden
        from blis_tui.spec.check import check

        workspace.write(overridden(check(workspace.text), options).text, "options of the command line")
    return workspace


def _is_missing(path: Path) -> bool:
    """Return whether a file is to be created: it is not there, but its folder is. Raises `CommandError`."""
    try:
        if path.exists() or path.is_symlink():
            return False
    except OSError:  # what is wrong is reported when it is read
        return False
    if not path.absolute().parent.is_dir():
        raise CommandError(f"{path}: there is no such file, and no folder to make it in")
    return True
