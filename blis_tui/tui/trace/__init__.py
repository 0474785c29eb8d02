"""Traces of plans and runs: looked at as a workload is, and never changed."""
