"""The results of a run, shown over the workload."""
