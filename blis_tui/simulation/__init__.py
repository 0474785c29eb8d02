"""Running BLIS itself on a workload, where it is installed, and what its run tells."""
