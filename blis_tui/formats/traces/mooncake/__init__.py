"""Mooncake's traces: JSON lines that say by ids of token blocks what requests share."""
