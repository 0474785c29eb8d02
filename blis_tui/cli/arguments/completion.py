"""Completion of the command line in shells, made from its options."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

BASH, ZSH, FISH = "bash", "zsh", "fish"
_NAME = "blis-tui"
_FOLDERS, _FILES = "OUT", "FILE"
"""Metavars of what is completed with names of folders, and of files."""


class _Option(NamedTuple):
    names: tuple[str, ...]
    help: str
    metavar: str
    """Of its value; empty if it takes none."""
    choices: tuple[str, ...]


def script(shell: str, parser: argparse.ArgumentParser, formats: Sequence[str]) -> str:
    """Return what a shell has to be given, so that it completes options, their values and names of files."""
    options = [
        _Option(
            tuple(action.option_strings),
            (action.help or "").partition(";")[0].partition(" (")[0],
            "" if action.nargs == 0 else str(action.metavar or action.dest).partition("=")[0],
            tuple(formats) if "--format" in action.option_strings else tuple(action.choices or ()),
        )
        for action in parser._actions
        if action.option_strings
    ]
    return {BASH: _bash, ZSH: _zsh, FISH: _fish}[shell](options)


def _bash(options: Sequence[_Option]) -> str:
    names = " ".join(name for option in options for name in option.names)
    cases = []
    for option in options:
        if option.metavar:
            words = {_FOLDERS: "-d", _FILES: "-f"}.get(option.metavar, f"-W '{' '.join(option.choices)}'")
            cases.append(f'    {"|".join(option.names)}) COMPREPLY=($(compgen {words} -- "$word")); return ;;')
    return f"""\
# Completion of {_NAME} in bash: eval "$({_NAME} --completion bash)"
_blis_tui() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  case "$before" in
{chr(10).join(cases)}
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "{names}" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
complete -o filenames -F _blis_tui {_NAME}
"""


def _zsh(options: Sequence[_Option]) -> str:
    lines = []
    for option in options:
        value = ""
        if option.metavar:
            what = {_FOLDERS: "_files -/", _FILES: "_files"}.get(option.metavar, " ")
            words = f"({' '.join(option.choices)})" if option.choices else what
            value = f":{option.metavar.lower()}:{words}"
        text = option.help.replace("'", "").replace("[", "(").replace("]", ")").replace(":", ",")
        lines += [f"  '{name}[{text}]{value}'" for name in option.names]
    return f"""\
#compdef {_NAME}
# Completion of {_NAME} in zsh: eval "$({_NAME} --completion zsh)"
_blis_tui() {{
  _arguments -s \\
{chr(10).join(f"  {line} {chr(92)}" for line in lines)}
    '*:spec:_files -g "*.(yaml|yml)"'
}}
compdef _blis_tui {_NAME}
"""


def _fish(options: Sequence[_Option]) -> str:
    lines = [f"# Completion of {_NAME} in fish: {_NAME} --completion fish | source"]
    for option in options:
        parts = [f"complete -c {_NAME}"]
        parts += [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
        if option.metavar == _FOLDERS:
            parts.append("-x -a '(__fish_complete_directories)'")
        elif option.metavar == _FILES:
            parts.append("-r -F")
        elif option.metavar:
            parts.append(f"-x -a '{' '.join(option.choices)}'" if option.choices else "-x")
        text = option.help.replace("'", "")
        lines.append(f"{' '.join(parts)} -d '{text}'")
    return "\n".join(lines) + "\n"
