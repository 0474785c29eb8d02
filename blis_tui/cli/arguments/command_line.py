"""The command line, from its words to what was asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from blis_tui.cli.arguments.help import full_help
from blis_tui.cli.arguments.options import JSON, REPORTS, TEXT, Options, Serving
from blis_tui.cli.arguments.parser import make_parser
from blis_tui.cli.arguments.quantities import assumed_server, duration_us, size_bytes, whole_number
from blis_tui.cli.arguments.rules import demand_a_place, demand_names, demand_one_command, demand_specs
from blis_tui.cli.errors import UsageError
from blis_tui.cli.outputs import colours
from blis_tui.formats.interop.target import Target
from blis_tui.formats.options import ExportOptions
from blis_tui.spec.yaml.encoding import MAX_SIZE
from blis_tui.version import VERSION, kernel
from blis_tui.workload.fitting.choices import EMPIRICAL, Choices


def parse(argv: Sequence[str]) -> Options:
    """Read the command line; raises `UsageError`."""
    parser = make_parser()
    given = list(argv)
    names = given[given.index("--") + 1 :] if "--" in given else []
    found = parser.parse_intermixed_args(given[: len(given) - len(names) - 1] if "--" in given else given)
    if found.help:
        return Options(text=colours.painted_help(full_help(parser), colours.wanted(sys.stdout, found.color)))
    if found.version:
        return Options(text=f"blis-tui {VERSION} ({kernel()} kernel)\n")
    if found.completion is not None:
        return Options(text=_completion(found.completion, parser))
    if found.schema:
        return Options(text=_schema())
    reports = found.format if found.check else None
    options = Options(
        specs=(*found.specs, *names),
        check=found.check,
        summary=found.summary,
        measured=found.measured,
        simulate=found.simulate,
        fit=found.fit,
        choices=Choices(found.lengths or EMPIRICAL, found.shape),
        output=found.output,
        export=found.export,
        strict=found.strict,
        json=found.json,
        report=_report(reports, found.json),
        fix=found.fix,
        formats=() if found.check else _formats(found.format, exact=found.exact),
        tokens=found.tokens,
        force=found.force,
        quiet=found.quiet,
        exporting=ExportOptions(
            target=Target(found.server or "", found.model or "", found.tokenizer or ""),
            exact=found.exact,
            full_rounds=found.full_rounds,
            block_size=None if found.block_size is None else whole_number("--block-size", found.block_size, 1),
        ),
        settings=tuple(_setting(text) for text in found.set),
        seed=None if found.seed is None else whole_number("--seed", found.seed),
        horizon=None if found.horizon is None else duration_us(found.horizon),
        num_requests=None if found.num_requests is None else whole_number("--num-requests", found.num_requests, 0),
        server=None if found.assume is None else assumed_server(found.assume),
        use_means=found.use_means,
        max_size=MAX_SIZE if found.max_size is None else size_bytes(found.max_size),
        config=found.config,
        web=Serving(_port(found.port), tuple(_without_web(given))) if found.web else None,
        color=found.color,
    )
    if found.port is not None and not found.web:
        raise UsageError("--port only works with --web")
    demand_one_command(options)
    demand_names(options)
    demand_specs(options)
    if options.export is not None:
        demand_a_place(options)
    return options


def _schema() -> str:
    import json

    from blis_tui.spec.format.json_schema import json_schema

    return json.dumps(json_schema(), indent=2) + "\n"


def _report(given: list[str] | None, json: bool) -> str:
    names = given or ([JSON] if json else [TEXT])
    if len(names) > 1 or names[0] not in REPORTS:
        raise UsageError(f"--check writes one of {', '.join(REPORTS)}, not {', '.join(names)!r}")
    if json and names[0] != JSON:
        raise UsageError(f"--json and --format {names[0]} cannot be combined")
    return names[0]


def _completion(shell: str, parser: argparse.ArgumentParser) -> str:
    from blis_tui.cli.arguments.completion import script
    from blis_tui.formats.table import FORMATS

    return script(shell, parser, [each.name for each in FORMATS])


def _formats(given: list[str] | None, *, exact: bool) -> tuple[str, ...]:
    names = [name.strip() for each in given or () for name in each.split(",")]
    if not names and not exact:
        return ()
    from blis_tui.formats.table import INFERENCE_PERF, FormatError, find_formats

    if exact and INFERENCE_PERF.name not in names:
        raise UsageError(f"--exact only works with --format {INFERENCE_PERF.name}")
    try:
        return tuple(each.name for each in find_formats(names, exact=exact))
    except FormatError as error:
        raise UsageError(str(error)) from error


def _port(text: str | None) -> int:
    return 0 if text is None else whole_number("--port", text, 0, 65535)


def _without_web(given: Sequence[str]) -> list[str]:
    """Return the arguments without `--web` and `--port N`."""
    left: list[str] = []
    words = iter(given)
    for word in words:
        if word == "--":
            return [*left, word, *words]
        if word == "--port":
            next(words, None)
        elif word != "--web" and not word.startswith("--port="):
            left.append(word)
    return left


def _setting(text: str) -> tuple[str, str]:
    import re

    match = re.fullmatch(r'((?:[^="]|"(?:[^"\\]|\\.)*")+)=(.*)', text, re.DOTALL)
    if match is None or not match[1].strip():
        raise UsageError(f"--set needs PATH=VALUE, not {text!r}")
    return match[1].strip(), match[2]
