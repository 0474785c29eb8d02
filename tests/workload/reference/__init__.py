"""A slow and obvious second implementation of what `blis_tui.workload` does, in plain Python, draw by draw."""
