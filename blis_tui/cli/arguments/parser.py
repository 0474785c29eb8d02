"""The options of the command line."""

from __future__ import annotations

import argparse
from typing import NoReturn

from blis_tui.cli.arguments.help import DESCRIPTION, USAGE, HelpFormatter
from blis_tui.cli.arguments.options import REPORTS
from blis_tui.cli.errors import UsageError
from blis_tui.cli.outputs import colours
from blis_tui.workload.fitting.choices import LENGTHS, SHAPES

_SHELLS = ("bash", "zsh", "fish")


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


def make_parser() -> argparse.ArgumentParser:
    """Return the parser, with its help."""
    parser = _Parser(
        prog="blis-tui",
        usage=USAGE,
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
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
