"""Run by guidellm's Python: reads configs and the traces they name, and prints as JSON the lengths of each one's prompts.

Of what it refuses it prints why. A trace is looked for beside its config, and so many of its rows are read as the first word says.
"""

import itertools
import json
import os
import sys
from pathlib import Path

from guidellm.benchmark import BenchmarkScenario
from guidellm.data.deserializers.deserializer import DatasetDeserializerFactory
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("x/tok")


def lengths(config: Path) -> list[list[float]]:
    os.chdir(config.parent)
    (data,) = BenchmarkScenario.create(config).spec.data
    rows = DatasetDeserializerFactory.deserialize(config=data, processor_factory=lambda: tokenizer, random_seed=42)
    found = []
    for row in itertools.islice(rows, int(sys.argv[1])):
        (turn,) = json.loads(row["conversation_turns"])["turns"]
        columns = turn["columns"]
        (prompt,), (output,), (time,) = (
            columns[name] for name in ("text_column", "output_tokens_count_column", "relative_timestamp_column")
        )
        found.append([len(tokenizer.encode(prompt)), output, time])
    return found


told = {}
for name in sys.argv[2:]:
    try:
        told[name] = lengths(Path(name))
    except Exception as error:
        told[name] = f"{type(error).__name__}: {error}"
print(json.dumps(told))
