"""Configs of inference-perf: `reading` opens one as a workload file, `writing` makes one of a workload file."""
