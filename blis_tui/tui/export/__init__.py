"""Exports: what to write, the writing, and what to do with it."""
