"""Writing a compact workload file as a config that the loader of inference-perf takes.

What an opened config has left in the comments of the text goes into it again. What inference-perf has no key for, it
gets in comments of its own, from which `reading` takes it back. Numbers are those that count: a prefix of length 0 is
written as the 50 tokens that BLIS gives it, and questions and answers of 0 as 1.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from blis_tui.formats.interop import kept_lines
from blis_tui.formats.interop.inference_perf import keys
from blis_tui.formats.interop.inference_perf.compact_text import listed
from blis_tui.formats.interop.inference_perf.differences import Load, differences
from blis_tui.formats.interop.inference_perf.horizon import usual_horizon
from blis_tui.formats.interop.target import DIFFERS, LOCAL, Target
from blis_tui.formats.interop.values import Plain, Unreadable, flow, kept_value, lines
from blis_tui.formats.yaml_text import entry, text_scalar
from blis_tui.problems import ERROR, INFO, WARNING, Path, Problem, SpecError, format_path
from blis_tui.spec.format.facts import mean_rate, stages_end_us
from blis_tui.spec.format.generation import SAME_RATE
from blis_tui.spec.format.model import DEFAULT_PREFIX, SharedPrefix, Stage, WorkloadSpec
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import MAPPING

_LAID_OUT = ("api", "server", "tokenizer", "load", "data", "metrics", "report", "storage", "circuit_breakers")
_MODEL = "MODEL"
_API = {"type": "completion", "streaming": True}
_LOAD = {"type": "constant", "interval": 0}
_REPORT = {"request_lifecycle": {"per_stage": True, "per_request": True}}
_PLACEHOLDER = re.compile(r"REPLACE_ENV_\w+|<[^<>]+>")


class Trace(NamedTuple):
    """Arrivals that are sent one by one: their file, their number, and the seconds that they take, rounded up."""

    file: str
    requests: int
    seconds: int


class Written(NamedTuple):
    """The text of a config, and what its reader should know."""

    text: str
    remarks: tuple[Problem, ...]


def write(spec: WorkloadSpec, text: str, target: Target, trace: Trace | None = None) -> Written:
    """Write the config of a spec whose text may hold parts of one; raises `SpecError` for what no config can say."""
    return _Writer(spec, text, target, trace).write()


class _Writer:
    def __init__(self, spec: WorkloadSpec, text: str, target: Target, trace: Trace | None) -> None:
        compact = spec.inference_perf
        if compact is None or compact.shared_prefix is None or spec.cohorts or spec.clients:
            what = "cohorts beside inference_perf" if compact is not None else "clients, cohorts or servegen_data"
            raise SpecError([_refusal(f"An inference-perf config has stages and one shared prefix, and no place for {what}.")])
        if trace is not None and trace.requests < 1:
            raise SpecError([_refusal("There are no requests whose arrivals inference-perf could replay.")])
        self._spec, self._compact, self._prefix = spec, compact, compact.shared_prefix
        self._target, self._trace = target, trace
        self._remarks: list[Problem] = []
        self._kept = self._kept_parts(text)

    def write(self) -> Written:
        parts: dict[str, Any] = dict(self._kept) or {"api": _API, "report": _REPORT}
        parts["load"], parts["data"] = self._load(), self._data()
        server, tokenizer = self._server(), self._tokenizer()
        runs = "base_url" in server
        parts |= {name: value for name, value in (("server", server), ("tokenizer", tokenizer)) if value and runs}
        body = lines({name: parts[name] for name in _LAID_OUT if name in parts})
        missing = "" if runs else self._missing(server, tokenizer)
        self._remark_on_placeholders(body)
        self._remark_on_losses()
        self._remark_on_differences(parts["load"])
        return Written(f"{self._comments()}{missing}{body}", tuple(self._remarks))

    def _kept_parts(self, text: str) -> dict[str, Any]:
        """Return what the comments of the text have kept."""
        kept = kept_lines.from_comments(text, kept_lines.INFERENCE_PERF)
        tree = compose(kept)
        try:
            if tree.root is not None and not tree.problems and tree.root.kind == MAPPING:
                found: dict[str, Any] = kept_value(tree.root)
                if all(isinstance(found.get(name, {}), dict) for name in (*keys.CLOSED, "load", "data")):
                    return {name: value for name, value in found.items() if name in keys.TOP}
        except Unreadable:
            pass
        if kept:
            mark = f'"#{kept_lines.INFERENCE_PERF}|"'
            self._warn(f"What the comments that begin with {mark} have kept cannot be read, and is left out.")
        return {}

    # -- the parts

    def _load(self) -> dict[str, Any]:
        kept = {name: value for name, value in self._kept.get("load", {}).items() if name != "stages"}
        load: dict[str, Any] = {**(kept or _LOAD), **self._seed("base_seed"), **kept}
        if _word(load.get("type")) not in keys.RATED:
            load["type"] = _LOAD["type"]
        stages = [(stage.rate, stage.duration) for stage in self._compact.stages]
        if self._trace is not None:
            load |= {"type": "trace_replay", "trace": {"file": self._trace.file, "format": "AzurePublicDataset"}}
            stages = [(_rate(self._trace), self._trace.seconds)]
        else:
            load.pop("trace", None)
        return load | {"stages": [Plain(flow({"rate": rate, "duration": seconds})) for rate, seconds in stages]}

    def _data(self) -> dict[str, Any]:
        prefix = _as_it_counts(self._prefix)
        kept = {name: value for name, value in self._kept.get("data", {}).items() if name not in ("type", "shared_prefix")}
        return {"type": keys.SHARED_PREFIX, "shared_prefix": {**prefix.__dict__, **self._seed("seed")}, **kept}

    def _seed(self, name: str) -> dict[str, int]:
        """Return the seed under a name, unless it is one that NumPy does not take."""
        return {name: self._spec.seed} if self._spec.seed >= 0 else {}

    def _server(self) -> dict[str, Any]:
        """Return the server, as it was kept or with what is usual, and what is asked for."""
        kept = self._kept.get("server", {})
        given = {"base_url": self._target.server, "model_name": self._target.model}
        return (kept or {"type": "vllm", "ignore_eos": True}) | {name: _quoted(value) for name, value in given.items() if value}

    def _tokenizer(self) -> dict[str, Any]:
        """Return whose tokenizer is used: the one asked for, the one that was kept, or else that of the model asked for."""
        kept, name = self._kept.get("tokenizer", {}), "pretrained_model_name_or_path"
        before = str(kept.get(name, "null"))
        wanted = self._target.tokenizer or (self._target.model if before == "null" or _PLACEHOLDER.search(before) else "")
        return {**kept, name: _quoted(wanted)} if wanted else kept

    def _missing(self, server: dict[str, Any], tokenizer: dict[str, Any]) -> str:
        """Write, as comments, the parts that are still to be filled in."""
        self._warn("The config names no server yet: fill in what is commented out, or export with --server and --model.")
        model = _quoted(self._target.model or _MODEL)
        named = {name: value for name, value in (("base_url", LOCAL), ("model_name", model)) if name not in server}
        parts = {"server": server | named, "tokenizer": tokenizer or {"pretrained_model_name_or_path": model}}
        filled = "".join(f"# {line}\n" for line in lines(parts).splitlines())
        return f"# To be filled in before it runs, or given by --server, --model and --tokenizer:\n{filled}"

    # -- what is said

    def _comments(self) -> str:
        said = [problem.message for problem in self._remarks if problem.code == DIFFERS]
        text = f"# Written by blis-tui from a BLIS workload file.\n{listed('How the two tools differ on it:', said)}"
        lost = self._lost() if self._trace is None else ""
        mark = kept_lines.BLIS
        kept = f'# What inference-perf has no key for stands behind "#{mark}|", for the way back.\n' if lost else ""
        return f"{text}{kept}{kept_lines.as_comment(lost, mark)}"

    def _lost(self) -> str:
        """Write the fields that reading the config would not give back."""
        spec = self._spec
        rest = {name: value for name, value in spec.given() if name not in ("version", "seed", "horizon", "inference_perf")}
        fields: dict[str, Any] = {"version": spec.version} if spec.version != "2" else {}
        if spec.seed < 0:
            fields["seed"] = spec.seed
        if spec.horizon != usual_horizon(self._compact):
            fields["horizon"] = spec.horizon
        return "".join(entry(name, value) for name, value in (fields | rest).items())

    def _remark_on_placeholders(self, body: str) -> None:
        found = list(dict.fromkeys(_PLACEHOLDER.findall(body)))
        if found:
            self._warn(f"The config has placeholders that are still to be filled in: {', '.join(found)}.")

    def _remark_on_losses(self) -> None:
        spec, end = self._spec, stages_end_us(self._compact)
        if 0 < spec.horizon < end and self._trace is None:
            self._warn("BLIS stops at the horizon, before the stages' end; inference-perf sends all stages.")
        if spec.seed < 0:
            self._warn("inference-perf takes no negative seed: it makes other prompts in every run.")
        if spec.num_requests and self._trace is None:
            self._warn("BLIS stops after num_requests; inference-perf sends all stages.")
        mean = mean_rate(self._compact)
        if spec.rules == 1 and spec.aggregate_rate > 0 and abs(spec.aggregate_rate - mean) > SAME_RATE * mean:
            self._warn("BLIS scales the stages' rates to aggregate_rate; inference-perf gets them as they stand.")

    def _remark_on_differences(self, load: dict[str, Any]) -> None:
        try:
            interval = float(_word(load.get("interval")))
        except ValueError:
            interval = float(keys.INTERVAL)
        how = Load(_word(load["type"]), interval)
        compact = self._compact
        if self._trace is not None:
            compact = compact.replace(stages=(Stage(rate=_rate(self._trace), duration=self._trace.seconds),))
            self._differ(
                ("load", "trace"),
                f"has the {self._trace.requests:,} arrivals of BLIS, moved so that the first is at 0; inference-perf sends its "
                "prompts at them in its own order, and some releases read the times to hundredths of a second only. It has to "
                "be run in the folder of the two files",
            )
        for path, text in differences(self._spec, compact, how):
            self._differ(path, text)

    def _differ(self, path: Path, text: str) -> None:
        self._remarks.append(Problem(DIFFERS, INFO, (), f"{format_path(path)} {text}."))

    def _warn(self, text: str) -> None:
        self._remarks.append(Problem("inference-perf", WARNING, (), text))


def _refusal(text: str) -> Problem:
    return Problem("inference-perf", ERROR, (), text)


def _word(value: Any) -> str:
    """Return the text of a scalar, without its quotes."""
    return str(value).strip("'\"")


def _quoted(value: str) -> Plain:
    return Plain(text_scalar(value))


def _as_it_counts(prefix: SharedPrefix) -> SharedPrefix:
    """Return a shared prefix with the lengths that BLIS uses."""
    return prefix.replace(
        system_prompt_len=prefix.system_prompt_len or DEFAULT_PREFIX,
        question_len=max(prefix.question_len, 1),
        output_len=max(prefix.output_len, 1),
    )


def _rate(trace: Trace) -> float:
    """Return a rate of which inference-perf makes exactly as many requests as there are arrivals."""
    rate = trace.requests / trace.seconds
    while int(rate * trace.seconds) < trace.requests:
        rate = math.nextafter(rate, math.inf)
    return rate
