"""How tools replay a trace of blocks: their commands, and whether the size of its blocks suits each."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import NamedTuple

from blis_tui.formats.interop.target import NOWHERE, Target
from blis_tui.numbers import counted

URL, MODEL, TOKENIZER = "URL", "MODEL", "TOKENIZER"
"""What stands in a command for what was not given."""
_ENGINE_BLOCK = 64
"""Tokens of the blocks of the engine that Dynamo simulates."""


class Replay(NamedTuple):
    """A trace: the name of its file, its rows and the tokens of its blocks, and where the tools are to send it."""

    file: str
    rows: int
    block_size: int
    target: Target = NOWHERE

    @property
    def tokenizer(self) -> str:
        """Whose tokenizer makes the prompts: by default the model's."""
        return self.target.tokenizer or self.target.model


def commands(replay: Replay) -> dict[str, str]:
    """Return the command of each tool that replays a trace, with `URL`, `MODEL` and `TOKENIZER` for what is not given."""
    return {name: command(replay) for name, (command, _) in _TOOLS.items()}


def block_sizes(replay: Replay) -> dict[str, str]:
    """Say of each tool how it comes by the block size of a trace, a sentence each."""
    return {name: check(replay.block_size) for name, (_, check) in _TOOLS.items()}


def _aiperf(replay: Replay) -> str:
    url, model, tokenizer, file = _words(replay)
    return (
        f"aiperf profile --model {model} --url {url} --endpoint-type completions --streaming --tokenizer {tokenizer} "
        f"--input-file {file} --custom-dataset-type mooncake_trace --fixed-schedule --isl-block-size {replay.block_size}"
    )


def _guidellm(replay: Replay) -> str:
    url, model, tokenizer, file = _words(replay)
    return (
        f"guidellm run --backend kind=openai_http,target={url},model={model},request_format=/v1/completions "
        f"--tokenizer kind=huggingface_auto,model={tokenizer} --profile kind=replay "
        f"--data kind=mooncake,source.kind=json_file,source.path={file},hash_id_block_size={replay.block_size},time_scale=0.001 "
        "--output kind=json,path=out.json"
    )


def _vllm(replay: Replay) -> str:
    url, model, tokenizer, file = _words(replay)
    other = f"--tokenizer {tokenizer} " if replay.target.tokenizer else ""
    return (
        f"PYTHONHASHSEED=0 vllm bench serve --backend vllm --endpoint /v1/completions --model {model} {other}--base-url {url} "
        f"--dataset-name timed_trace --dataset-path {file} --num-prompts {replay.rows} "
        f"--timed-trace-chunk-hash-size {replay.block_size} --timed-trace-sec-multiplier 0.001 --save-result --save-detailed"
    )


def _dynamo(replay: Replay) -> str:
    return (
        f"python -m dynamo.replay {shlex.quote(replay.file)} --trace-format mooncake --trace-block-size {replay.block_size} "
        f"""--replay-mode offline --extra-engine-args '{{"block_size":{_ENGINE_BLOCK}}}'"""
    )


def _words(replay: Replay) -> tuple[str, str, str, str]:
    target = replay.target
    given = (target.server or URL, target.model or MODEL, replay.tokenizer or TOKENIZER, replay.file)
    url, model, tokenizer, file = map(shlex.quote, given)
    return url, model, tokenizer, file


def _told(option: str, default: int, otherwise: str = "would not fit") -> Callable[[int], str]:
    def check(size: int) -> str:
        if size == default:
            return f"Takes {default:,} tokens a block by default."
        return f"Has to be told by {option}: its default of {default:,} {otherwise}."

    return check


def _engine(size: int) -> str:
    if size % _ENGINE_BLOCK == 0:
        return f"Each block is {counted(size // _ENGINE_BLOCK, 'whole block')} of {_ENGINE_BLOCK} tokens of its engine."
    return f"Its engine shares whole blocks of {_ENGINE_BLOCK} tokens: a little less, as {size:,} is no multiple."


_TOOLS: dict[str, tuple[Callable[[Replay], str], Callable[[int], str]]] = {
    "AIPerf": (_aiperf, _told("--isl-block-size", 512)),
    "guidellm": (_guidellm, _told("hash_id_block_size", 512)),
    "vLLM": (_vllm, _told("--timed-trace-chunk-hash-size", 16, "would cut prompts short")),
    "Dynamo": (_dynamo, _engine),
}
