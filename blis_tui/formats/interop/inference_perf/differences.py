"""How the load that inference-perf sends differs from what BLIS makes of the same stages and shared prefix.

Said in the numbers of the file at hand, both when a config is opened and when one is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from blis_tui.numbers import counted
from blis_tui.problems import Path
from blis_tui.spec.format.facts import clients_per_stage, stage_requests
from blis_tui.spec.format.fields import INT64_MIN
from blis_tui.spec.format.model import DEFAULT_PREFIX, InferencePerf, SharedPrefix, WorkloadSpec

_PREFIX: Path = ("data", "shared_prefix")
_STAGES: Path = ("load", "stages")


class Load(NamedTuple):
    """How a config sends its stages: the type of the load, and the seconds between stages."""

    type: str
    interval: float


def differences(
    spec: WorkloadSpec, compact: InferencePerf, load: Load, drawn: Collection[str] = ()
) -> Iterator[tuple[Path, str]]:
    """Yield what differs, each with the key of the config that it is about; `drawn` are lengths from distributions."""
    prefix, stages = compact.shared_prefix, compact.stages
    assert prefix is not None
    clients = clients_per_stage(prefix)
    counts = [stage_requests(stage) for stage in stages]
    if clients <= 0 or min(counts) == INT64_MIN:
        return
    if load.type != "trace_replay":
        yield ("load", "type"), _arrivals(spec, load, len(stages), bool(drawn))
    if len(stages) > 1:
        yield (
            ("load", "interval"),
            f"is {load.interval:g} s: inference-perf waits for all answers of a stage, then so long and about 1 to 2 s more; "
            "in BLIS each stage begins where the one before ends",
        )
    if len(stages) > 1 and any(stage.rate * stage.duration != stage_requests(stage) for stage in stages):
        yield _STAGES, "have a rate × duration that is not whole: inference-perf drops the fraction in every stage"
    if prefix.enable_multi_turn_chat:
        yield (*_PREFIX, "enable_multi_turn_chat"), _growth(spec, prefix, -(-max(counts) // clients))
    else:
        yield (*_PREFIX, "question_len"), _questions(clients, max(counts), several=len(stages) > 1)
    for name in drawn:
        yield (
            (*_PREFIX, name),
            f"is drawn anew for every request in BLIS; inference-perf draws it once for each of its {counted(clients, 'prompt')}",
        )


def _arrivals(spec: WorkloadSpec, load: Load, stages: int, drawn: bool) -> str:
    if load.type == "poisson":
        theirs = "as many requests as the rate says, in a number for each second that is drawn from a Poisson distribution"
    else:
        theirs = "int(rate × duration) requests in each stage, at gaps that are scaled to fill it"
    compact = spec.inference_perf
    dealt = spec.rules == 2 and stages == 1 and not drawn
    if compact is not None and compact.shared_prefix is not None and compact.shared_prefix.enable_multi_turn_chat:
        ours = "sessions that begin at random and send their rounds by a clock of their own"
    elif dealt:
        ours = "as many, dealt to the clients, and the last request of each falls on the stage's end"
    else:
        ours = "Poisson arrivals at the same rates, whose number is random"
    return f"is {load.type}: inference-perf sends {theirs}, with no seed; BLIS makes {ours}"


def _growth(spec: WorkloadSpec, prefix: SharedPrefix, rounds: int) -> str:
    first = (prefix.system_prompt_len or DEFAULT_PREFIX) + prefix.question_len
    last = rounds * first + (rounds - 1) * prefix.output_len
    if spec.rules == 2:
        ours = f"in BLIS every round has {first:,}"
    else:
        ours = "in BLIS, by version 1, a session has five rounds that repeat what was said, but the system prompt once"
    if rounds < 2:
        return f"makes inputs grow with the rounds of a session in inference-perf, but no stage comes to a second round; {ours}"
    return (
        f"makes inputs grow in inference-perf, where a round repeats what was said: to about {last:,} tokens in round "
        f"{rounds:,}, the last of the largest stage; {ours}"
    )


def _questions(clients: int, most: int, *, several: bool) -> str:
    text = f"is the length of {counted(clients, 'question')} that inference-perf makes once"
    if most > clients:
        text += f" and sends again and again, up to {-(-most // clients):,} times in a stage"
    elif several:
        text += " and sends again from the first on in every stage"
    else:
        text += ", of which each is sent once at most"
    return f"{text}; in BLIS every question is new, so a prefix cache helps with system prompts alone"
