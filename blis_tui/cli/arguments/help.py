"""What ``--help`` shows around the options."""

from __future__ import annotations

import argparse
import os

USAGE = """\
blis-tui [SPEC] [--config FILE] [--block-size N] [--web [--port N]]
       blis-tui --check SPEC... [--strict] [--format text|json|github|sarif] [--fix]
       blis-tui --summary SPEC [--json] [--measured RUN | --simulate]
       blis-tui --fit TRACE -o FILE [--lengths empirical|family] [--shape stages|cohorts] [--json] [--force]
       blis-tui --export OUT SPEC [--format F,...] [--tokens] [--block-size N] [--force] [--quiet]
                [--exact] [--server URL] [--model NAME] [--tokenizer NAME]"""
DESCRIPTION = "Design LLM-serving workloads: see what a BLIS workload file means, check it, write its exact requests."
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


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_width())


def full_help(parser: argparse.ArgumentParser) -> str:
    """Return the whole text, with the formats that there are."""
    from blis_tui.formats.table import DEFAULT_FORMATS, FORMATS

    formats = "\n".join(f"  {each.name:<20} {', '.join(f'STEM{end}' for end in each.suffixes)}: {each.help}" for each in FORMATS)
    parser.epilog = _EXAMPLES.format(defaults=",".join(DEFAULT_FORMATS), formats=formats)
    return parser.format_help()


def _width() -> int:
    """Return the width for help: that of the terminal, within reason. (`shutil` would take long to import.)"""
    try:
        return max(60, min(os.get_terminal_size(1).columns, 110)) - 2
    except OSError:
        return 98
