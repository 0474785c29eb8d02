"""The assumed server, and what a workload asks of it."""
