"""Widgets that know nothing of workloads, or little."""
