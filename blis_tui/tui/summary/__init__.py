"""The Summary tab, and its numbers."""
