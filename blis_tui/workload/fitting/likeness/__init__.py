"""How like a trace the workload is that was made of it."""
