"""A small tokenizer that all tools load without a network: each token is a character that can be printed."""

from __future__ import annotations

import json
import string
from pathlib import Path

from model_server import MODEL


def make(home: Path) -> None:
    """Lay the tokenizer out as Hugging Face's cache has it, so that `MODEL` finds it below ``HF_HOME``."""
    repository = home / "hub" / f"models--{MODEL.replace('/', '--')}"
    revision = "0" * 40
    snapshot = repository / "snapshots" / revision
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision)
    vocabulary = {token: number for number, token in enumerate(["[UNK]", "[EOS]", *string.printable])}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": False},
        "post_processor": None,
        "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": "[UNK]",
        "eos_token": "[EOS]",
        "model_max_length": 1 << 20,
        "chat_template": "{% for message in messages %}{{ message['content'] }}{% endfor %}",
    }
    for name, content in (("tokenizer", tokenizer), ("tokenizer_config", config), ("config", {"model_type": "gpt2"})):
        (snapshot / f"{name}.json").write_text(json.dumps(content))
