"""The program's version, and what it is made of; without loading any of that."""

from __future__ import annotations

VERSION = "0.1.0"


def kernel() -> str:
    """Return which kernel generates requests here: ``compiled``, or ``plain`` where it could not be compiled."""
    from importlib.machinery import EXTENSION_SUFFIXES
    from pathlib import Path

    folder = Path(__file__).parent / "workload" / "kernel"
    return "compiled" if any((folder / f"compiled{suffix}").exists() for suffix in EXTENSION_SUFFIXES) else "plain"
