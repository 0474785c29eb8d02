"""From the requests of a trace to a workload that is like it, and how like it is."""
