"""Workload files to begin with. Each is a real file that teaches by its comments."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple


class Template(NamedTuple):
    """A template's title and what it is for."""

    title: str
    about: str


TEMPLATES = {
    "two-stage": Template("Two stages, 9 × 5", "8, then 20 requests a second; nine system prompts with five users each."),
    "mix": Template("Mix of clients", "Chat, code and reports together, with lognormal, exponential and gaussian lengths."),
    "pool": Template("Pool of users", "40 people who wait for each answer, then think before they ask again."),
    "day": Template("A day of cohorts", "Populations that come and go: a day's rise and fall, and a spike."),
    "measured": Template("Measured lengths", "Input and output lengths from a table, as measured in a log."),
    "chat": Template("Chat", "Conversations of several rounds over a few system prompts."),
    "rag": Template("RAG", "Long retrieved context, short answers."),
    "code-completion": Template("Code completion", "Many short answers to prompts that share a repository's context."),
    "summarisation": Template("Summarisation", "Long documents in, a paragraph out."),
    "batch": Template("Batch", "An offline job: a steady stream of long answers."),
    "ramp": Template("Ramp", "The rate rises step by step, to find where latency turns up."),
    "burst": Template("Burst", "Quiet, then a short burst at five times the rate, then quiet again."),
}
"""By name, in the order in which they are offered."""
FIRST = "two-stage"
"""The template of a file that was begun without choosing one."""


def template_text(name: str) -> str:
    """Return the text of a template."""
    return files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def naming_schema(text: str, schema: str | None) -> str:
    """Return the text of a new file, with a first line that names a JSON Schema to other editors if there is one."""
    return f"# yaml-language-server: $schema={schema}\n{text}" if schema else text
