"""The command line: what was asked for is done and reported; every way out has an exit code.

0 done; 1 the spec has errors; 2 wrong usage; 3 reading or writing failed; 128 + its number on a signal (130 on Ctrl-C);
70 on an error of the program itself. A closed pipe ends quietly. What takes time to import is imported only by the commands
that need it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from blis_tui.cli.errors import DONE, INTERNAL, INTERRUPTED, SPEC_ERRORS, CommandError, UsageError
from blis_tui.cli.outputs.streams import finish, note, tolerate_any_text
from blis_tui.problems import SpecError
from blis_tui.signals import Terminated


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with some arguments (by default those it was started with) and return its exit code."""
    tolerate_any_text()
    return finish(_guarded(sys.argv[1:] if argv is None else argv))


def _guarded(argv: Sequence[str]) -> int:
    try:
        return _run(argv)
    except UsageError as error:
        note(f"blis-tui: {error}", "Try 'blis-tui --help'.")
        return error.code
    except CommandError as error:
        note(f"blis-tui: {error}")
        return error.code
    except SpecError as error:
        note(*str(error).split("\n"))
        return SPEC_ERRORS
    except Terminated as end:
        return end.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return DONE
    except MemoryError:
        note("blis-tui: there is not enough memory for this workload")
        return SPEC_ERRORS
    except Exception as error:  # whatever it is, no one gets a traceback they did not ask for
        return _internal(error)


def _run(argv: Sequence[str]) -> int:
    from blis_tui.cli.arguments.command_line import parse

    options = parse(argv)
    if options.text is not None:  # --help and --version
        from blis_tui.cli.outputs.streams import put

        put(options.text)
        return DONE
    if options.check:
        from blis_tui.cli.check.command import run
    elif options.summary:
        from blis_tui.cli.summary.command import run
    elif options.fit:
        from blis_tui.cli.fit import run
    elif options.export is not None:
        from blis_tui.cli.export import run
    elif options.web is not None:
        from blis_tui.cli.web import run
    else:
        from blis_tui.cli.designer import run
    return run(options)


def _internal(error: Exception) -> int:
    import os

    if os.environ.get("BLIS_TUI_DEBUG") == "1":
        import traceback

        note(*"".join(traceback.format_exception(error)).splitlines())
    note(
        f"blis-tui: internal error ({type(error).__name__}: {error}); please report it, with what BLIS_TUI_DEBUG=1 "
        "in the environment adds to this message"
    )
    return INTERNAL
