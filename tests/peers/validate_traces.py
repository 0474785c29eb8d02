"""Run by AIPerf's Python: validates the traces that are named, and prints as JSON the rows and errors of each."""

import json
import sys
from pathlib import Path

from aiperf.dataset.agentic_code_gen.cli import validate_mooncake_trace

print(json.dumps({name: validate_mooncake_trace(Path(name)) for name in sys.argv[1:]}, default=str))
