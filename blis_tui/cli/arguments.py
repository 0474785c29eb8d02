"""The command line: its options, and what they mean."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from blis_tui.cli import colours
from blis_tui.cli.errors import UsageError
from blis_tui.cli.output import is_terminal
from blis_tui.cli.quantities import assumed_server, duration_us, size_bytes, whole_number
from blis_tui.formats.interop.target import Target
from blis_tui.formats.options import USUAL, ExportOptions
from blis_tui.spec.yaml.encoding import MAX_SIZE
from blis_tui.version import VERSION, kernel
from blis_tui.workload.fitting.choices import EMPIRICAL, LENGTHS, SHAPES, Choices
from blis_tui.workload.server import AssumedServer

STDIN = "-"
_SHELLS = ("bash", "zsh", "fish")
TEXT, JSON, GITHUB, SARIF = "text", "json", "github", "sarif"
REPORTS = (TEXT, JSON, GITHUB, SARIF)
"""How --check can write what it found."""
USAGE = """\
blis-tui [SPEC] [--config FILE] [--web [--port N]]
       blis-tui --check SPEC... [--strict] [--format text|json|github|sarif] [--fix]
       blis-tui --summary SPEC [--json] [--measured RUN | --simulate]
       blis-tui --fit TRACE -o FILE [--lengths empirical|family] [--shape stages|cohorts] [--json] [--force]
       blis-tui --export OUT SPEC [--format F,...] [--tokens] [--block-size N] [--force] [--quiet]
                [--exact] [--server URL] [--model NAME] [--tokenizer NAME]"""
_DESCRIPTION = "Design LLM-serving workloads: see what a BLIS workload file means, check it, write its exact requests."
_EXAMPLES = """\
formats (--format, separated by commas; default {defaults}):
{formats}

examples:
  blis-tui --check specs/*.yaml --strict            what a CI job runs
  blis-tui --summary chat.yaml                      requests per stage, tokens, rates, capacity and a chart
  blis-tui --summary pool.yaml --assume ttft=200ms,itl=20ms,kv=128KiB
  blis-tui --summary chat.yaml --measured reports/  what was planned beside what a run achieved
  blis-tui --fit production.csv -o like-it.yaml     a workload file like a trace, and how like it is
  blis-tui --export out chat.yaml                   out/chat.yaml, out/chat.requests.jsonl, out/chat.export.json
  blis-tui --export out chat.yaml --format csv,blis-trace --force
  blis-tui --export out config.yml --format inference-perf --exact --server http://localhost:8000 --model M
  blis-tui --export - chat.yaml --format jsonl --tokens | head -1
  blis-tui --export - - --format csv --seed 7 --horizon 5min < chat.yaml
  blis-tui --summary chat.yaml --set inference_perf.stages[0].rate=12
  blis-tui --web chat.yaml                          the designer in a browser on this machine

exit codes: 0 done; 1 the spec has errors; 2 wrong usage; 3 reading or writing failed; 130 on Ctrl-C (128 + signal).
"""


class Serving(NamedTuple):
    """How the designer is served to a browser: at which port, 0 for any that is free, and started with which arguments."""

    port: int
    designer: tuple[str, ...]


class Options(NamedTuple):
    """What is asked for. `text` is what --help, --version or --completion shows; then nothing else counts."""

    specs: tuple[str, ...] = ()
    check: bool = False
    summary: bool = False
    measured: str | None = None
    """The file or folder with the results of a run, which a summary is to show too."""
    simulate: bool = False
    fit: bool = False
    choices: Choices = Choices()
    """How a fit is written."""
    output: str | None = None
    """The file that a fit is written to."""
    export: str | None = None
    strict: bool = False
    json: bool = False
    report: str = TEXT
    """How --check writes what it found."""
    fix: bool = False
    formats: tuple[str, ...] = ()
    tokens: bool = False
    force: bool = False
    quiet: bool = False
    exporting: ExportOptions = USUAL
    settings: tuple[tuple[str, str], ...] = ()
    seed: int | None = None
    horizon: int | None = None
    num_requests: int | None = None
    server: AssumedServer | None = None
    """How long answers are assumed to take."""
    use_means: bool = False
    """Whether lengths that are drawn from a distribution become their mean in a config that is opened."""
    max_size: int = MAX_SIZE
    config: str | None = None
    web: Serving | None = None
    """How the designer is served to a browser, if it is."""
    color: str = colours.AUTO
    text: str | None = None

    @property
    def overrides(self) -> bool:
        """Whether anything is to be changed in the text."""
        return bool(self.settings) or any(each is not None for each in (self.seed, self.horizon, self.num_requests))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}{self._meant(message)}")

    def _meant(self, message: str) -> str:
        """Suggest the option that the first unknown one was probably meant to be."""
        wrong = next((word for word in message.split() if word.startswith("--")), "").partition("=")[0]
        if not message.startswith("unrecognized arguments: ") or not wrong:
            return ""
        from blis_tui.spec.reading.suggestions import closest

        suggestion = closest(wrong, [name for name in self._option_string_actions if name.startswith("--")])
        return f" (did you mean {suggestion.name}?)" if suggestion is not None else ""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_width())


def parse(argv: Sequence[str]) -> Options:
    """Read the command line; raises `UsageError`."""
    parser = _parser()
    given = list(argv)
    names = given[given.index("--") + 1 :] if "--" in given else []
    found = parser.parse_intermixed_args(given[: len(given) - len(names) - 1] if "--" in given else given)
    if found.help:
        return Options(text=colours.painted_help(_help(parser), colours.wanted(sys.stdout, found.color)))
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
    _demand_one_command(options)
    _demand_specs(options)
    if options.export is not None:
        _demand_a_place(options)
    return options


def _parser() -> _Parser:
    parser = _Parser(
        prog="blis-tui",
        usage=USAGE,
        description=_DESCRIPTION,
        formatter_class=_Formatter,
        add_help=False,
        allow_abbrev=False,
    )
    add = parser.add_argument_group("file").add_argument
    add(
        "specs",
        nargs="*",
        metavar="SPEC",
        help="a workload file, an inference-perf config, or a trace of BLIS, mooncake or Azure; - is standard input",
    )
    commands = parser.add_argument_group("commands (without one, the designer opens)")
    add = commands.add_argument
    add("--check", action="store_true", help="list every problem, as path:line:col: severity: message [code]")
    add(
        "--summary",
        action="store_true",
        help="show totals per stage and overall, the capacity they need, and a chart",
    )
    add("--fit", action="store_true", help="make a workload file that is like a trace, and show how like it is")
    add(
        "--export",
        metavar="OUT",
        help="write files into the folder OUT (created if missing); with -, one file to standard output",
    )
    add("--help", "-h", action="store_true", help="show this help")
    add("--version", action="store_true", help="show the version, and which kernel generates requests")
    add("--completion", choices=_SHELLS, metavar="SHELL", help="print what bash, zsh or fish needs to complete this command line")
    add("--schema", action="store_true", help="print the JSON Schema of workload files, for editors")
    add = parser.add_argument_group("with --check").add_argument
    add("--strict", action="store_true", help="treat warnings as errors")
    add("--fix", action="store_true", help="fix what can be fixed safely, in the file itself")
    add("--json", action="store_true", help="write JSON instead of text (also with --summary and --fit)")
    add = parser.add_argument_group("with --summary").add_argument
    add(
        "--measured",
        metavar="RUN",
        help="compare with the results of a run: a file or folder of inference-perf, AIPerf, guidellm, vLLM or blis observe",
    )
    add("--simulate", action="store_true", help="run BLIS on it as your settings say, and compare with what that gives")
    add = parser.add_argument_group("with --fit").add_argument
    add("--output", "-o", metavar="FILE", help="the file to write; - is standard output")
    add(
        "--lengths",
        choices=LENGTHS,
        metavar="HOW",
        help="write lengths as a table of what there is (empirical, the default) or as the family of distributions that fits "
        "best (family)",
    )
    add(
        "--shape",
        choices=SHAPES,
        metavar="HOW",
        help="write a client for each class of requests (stages), or a cohort of as many clients as the trace has (cohorts; the "
        "default where there are many)",
    )
    add = parser.add_argument_group("with --export").add_argument
    add("--format", action="append", metavar="F,...", help=f"formats to write, see below; with --check {', '.join(REPORTS)}")
    add("--tokens", action="store_true", help="include token ids in the formats that can hold them")
    add(
        "--block-size",
        metavar="N",
        help="tokens per block of a mooncake trace (default: up to 512, so that prefixes fit; of one that is "
        "opened, what its ids agree with)",
    )
    add("--full-rounds", action="store_true", help="in the blis-trace format, complete inputs of rounds that repeat earlier ones")
    add("--force", action="store_true", help="overwrite existing files (also with --fit)")
    add("--quiet", action="store_true", help="show no progress, warnings or list of files (also with --fit)")
    add("--exact", action="store_true", help="keep the exact arrival times: write inference-perf as inference-perf-exact")
    add("--server", metavar="URL", help="server URL to write into configs for other tools")
    add("--model", metavar="NAME", help="model name to write into them")
    add("--tokenizer", metavar="NAME", help="tokenizer to write into them (default: the model's)")
    add = parser.add_argument_group("with the designer").add_argument
    add(
        "--config",
        metavar="FILE",
        help="settings file, also for --simulate (default: $BLIS_TUI_CONFIG, else settings.toml in your settings folder)",
    )
    add(
        "--web",
        action="store_true",
        help="serve it to a browser on this machine, at an address that only you are told; it does not leave the folder it is "
        "started in",
    )
    add("--port", metavar="N", help="port for --web (default: any that is free)")
    add = parser.add_argument_group("with any command").add_argument
    add(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="override a field for this run; can be repeated",
    )
    add("--seed", metavar="N", help="override the seed")
    add("--horizon", metavar="T", help="override the horizon: units us, ms, s, m or min, h; a bare number is microseconds")
    add("--num-requests", metavar="N", help="override the limit on planned requests")
    add(
        "--assume",
        metavar="ttft=T,itl=T[,kv=BYTES]",
        help="assume how long an answer takes (ttft, plus itl per output token), and show or export what is sent then, not "
        "the plan; kv is the KV-cache memory per token, for --summary; none of this is stored in the file",
    )
    add(
        "--use-means",
        action="store_true",
        help="for an inference-perf config: use the mean of length distributions that a workload file cannot express",
    )
    add(
        "--color",
        choices=colours.CHOICES,
        default=colours.AUTO,
        metavar="WHEN",
        help="colour the output: auto (on a terminal, unless NO_COLOR is set), always or never",
    )
    add("--max-size", metavar="BYTES", help="largest file to read, such as 20MB (default 8MB)")
    return parser


def _help(parser: _Parser) -> str:
    from blis_tui.formats.table import DEFAULT_FORMATS, FORMATS

    formats = "\n".join(f"  {each.name:<20} {', '.join(f'STEM{end}' for end in each.suffixes)}: {each.help}" for each in FORMATS)
    parser.epilog = _EXAMPLES.format(defaults=",".join(DEFAULT_FORMATS), formats=formats)
    return parser.format_help()


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


def _completion(shell: str, parser: _Parser) -> str:
    from blis_tui.cli.completion import script
    from blis_tui.formats.table import FORMATS

    return script(shell, parser, [each.name for each in FORMATS])


def _width() -> int:
    """Return the width for help: that of the terminal, within reason. (`shutil` would take long to import.)"""
    try:
        return max(60, min(os.get_terminal_size(1).columns, 110)) - 2
    except OSError:
        return 98


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
    number = 0 if text is None else whole_number("--port", text, 0)
    if number > 65535:
        raise UsageError(f"--port needs a number up to 65535, not {text!r}")
    return number


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


def _demand_one_command(options: Options) -> None:
    commands = [
        name
        for name, given in (
            ("--check", options.check),
            ("--summary", options.summary),
            ("--fit", options.fit),
            ("--export", options.export is not None),
        )
        if given
    ]
    if len(commands) > 1:
        raise UsageError(f"{' and '.join(commands)} cannot be combined")
    command = commands[0] if commands else ""
    if command and options.config is not None and not options.simulate:
        raise UsageError(f"--config only works with the designer and with --simulate, not with {command}")
    if command and options.web is not None:
        raise UsageError(f"--web only works with the designer, not with {command}")
    if options.simulate and options.measured is not None:
        raise UsageError("--measured and --simulate cannot be combined")
    for name, given, owners in (
        ("--strict", options.strict, ("--check",)),
        ("--fix", options.fix, ("--check",)),
        ("--json", options.json, ("--check", "--summary", "--fit")),
        ("--output", options.output is not None, ("--fit",)),
        ("--lengths or --shape", options.choices != Choices(), ("--fit",)),
        ("--measured", options.measured is not None, ("--summary",)),
        ("--simulate", options.simulate, ("--summary",)),
        ("--format", options.formats, ("--check", "--export")),
        ("--tokens", options.tokens, ("--export",)),
        ("--block-size", options.exporting.block_size, ("--export", "--summary", "--check", "--fit")),
        ("--full-rounds", options.exporting.full_rounds, ("--export",)),
        ("--force", options.force, ("--export", "--fit")),
        ("--quiet", options.quiet, ("--export", "--fit")),
        ("--exact", options.exporting.exact, ("--export",)),
        ("--server", options.exporting.target.server, ("--export",)),
        ("--model", options.exporting.target.model, ("--export",)),
        ("--tokenizer", options.exporting.target.tokenizer, ("--export",)),
    ):
        if given and command not in owners:
            raise UsageError(f"{name} only works with {' or '.join(owners)}")


def _demand_specs(options: Options) -> None:
    if options.check:
        if not options.specs:
            raise UsageError("--check needs a SPEC")
        if options.specs.count(STDIN) > 1:
            raise UsageError("standard input can be read only once")
    elif options.fit:
        if len(options.specs) != 1 or not options.output:
            raise UsageError("--fit needs one TRACE, and -o FILE for what is made of it")
        if options.json and options.output == STDIN:
            raise UsageError("--json and the file cannot both go to standard output: give -o a file")
    elif options.summary or options.export is not None:
        if len(options.specs) != 1:
            command = "--summary" if options.summary else "--export OUT"
            raise UsageError(f"{command} needs one SPEC" + (f", not {len(options.specs)}" if options.specs else ""))
    elif len(options.specs) > 1:
        raise UsageError("the designer opens one SPEC; --check takes several")
    if options.fix and STDIN in options.specs:
        raise UsageError("--fix needs a file to write to, not standard input")
    if options.fix and options.overrides:
        raise UsageError("--fix changes the file, while overrides such as --set do not: use one or the other")


def _demand_a_place(options: Options) -> None:
    if not options.export:
        raise UsageError("--export needs a folder, or - for standard output")
    if options.export != STDIN:
        return
    from blis_tui.formats.table import DEFAULT_FORMATS, find_formats

    formats = find_formats(options.formats or DEFAULT_FORMATS)
    wanted = [each for each in formats if not any(other.beside == each.name for other in formats)]
    if len(wanted) > 1:
        raise UsageError("standard output takes only one format: choose it with --format")
    if not wanted[0].streams:
        raise UsageError(f"format {wanted[0].name} consists of two files, and standard output takes only one")
    if formats[0].binary and is_terminal(sys.stdout):
        raise UsageError(f"format {formats[0].name} is not text, and standard output is a terminal: name a folder, or use > or |")
