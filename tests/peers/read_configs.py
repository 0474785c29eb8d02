"""Run by inference-perf's Python: reads the configs that are named, and prints as JSON what is wrong with which."""

import json
import sys

from inference_perf.config import read_config

wrong = {}
for name in sys.argv[1:]:
    try:
        read_config(name)
    except Exception as error:
        wrong[name] = f"{type(error).__name__}: {error}"
print(json.dumps(wrong))
