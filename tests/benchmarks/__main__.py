"""All benchmarks, or some: `python tests/benchmarks [NAME …] [--runs N] [--json FILE]`. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path
from typing import Any

from measuring import in_fresh_process, rows_of, table

HERE = Path(__file__).parent
JSON_VERSION = 1


def main() -> None:
    """Measure what is asked for, print it, and write it as JSON if asked to."""
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure, by default all: {', '.join(names)}")
    parser.add_argument("--runs", type=int, default=9, help="runs of each case; medians are told")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here too")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    found: dict[str, list[dict[str, Any]]] = {}
    for name in options.names or names:
        # a process of its own for each: memory is measured too, and what one has loaded would help the next
        rows = in_fresh_process(rows_of, name, options.runs)
        print(f"== {name}\n{table(rows)}\n", flush=True)
        found[name] = [{**row._asdict(), "good": row.good} for row in rows]
    if options.json:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        document = {"version": JSON_VERSION, **machine, "benchmarks": found}
        options.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
