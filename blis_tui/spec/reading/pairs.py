"""The keys and values of a mapping by name, with merges (``<<``) followed as BLIS does."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.problems import Path
from blis_tui.spec.reading.findings import Findings, describe, place
from blis_tui.spec.yaml import scalars
from blis_tui.spec.yaml.limits import Effort
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Node


class Pair(NamedTuple):
    """A key and value of a mapping; `merged` says that a merge brought them, through so many `aliases`."""

    name: str
    key: Node
    value: Node
    merged: bool = False
    aliases: int = 0


_UNUSUAL = scalars.NULLS | {"<<"}


def pairs_of(mapping: Node, path: Path, findings: Findings, effort: Effort) -> list[Pair]:
    """List the pairs of a mapping, its own and those merged into it, each name once; what is wrong goes to `findings`.

    Own keys win over merged ones, and of those the first in the order of the text, depth first.
    """
    pairs, merge = _own_pairs(mapping, path, findings)
    effort.visit(len(pairs))
    if merge is None:
        return pairs
    effort.visit(len(pairs) + 1)  # go-yaml reads the keys once more
    names = {pair.name for pair in pairs}
    waiting = _sources(merge, path, findings, 0)
    while waiting:
        source, by_alias, aliases = waiting.pop()
        effort.aliases += aliases - by_alias
        effort.visit(int(by_alias))  # the alias itself counts as what it stands in
        effort.aliases += by_alias
        inherited, merge = _own_pairs(source, path, findings)
        effort.visit(1 + len(inherited))
        effort.aliases -= aliases
        for pair in inherited:
            if pair.name not in names:
                names.add(pair.name)
                pairs.append(pair._replace(merged=True, aliases=aliases))
        if merge is not None:
            waiting.extend(_sources(merge, path, findings, aliases))
    return pairs


def _own_pairs(mapping: Node, path: Path, findings: Findings) -> tuple[list[Pair], Node | None]:
    """List the pairs that stand in the mapping itself, and return the value of its merge key."""
    pairs: list[Pair] = []
    first: dict[str, Node] = {}
    merge = None
    for key, value in mapping.items:
        usual = key.kind == SCALAR and key.tag is None and key.value not in _UNUSUAL
        name = key.value if usual else _name(key, path, findings)
        if name is None:
            continue
        if name in first:
            findings.duplicate(name, key, first[name], path)
            continue
        first[name] = key
        if name == "<<" and key.is_merge:
            merge = value
        else:
            pairs.append(Pair(name, key, value))
    return pairs, merge


def _name(key: Node, path: Path, findings: Findings) -> str | None:
    """Read a key that is not just a plain name; None if it is no name at all."""
    if key.is_merge:
        return key.value
    node = key.target if key.kind == ALIAS else key
    if node is None:  # told when the text was composed
        return None
    if node.kind == SCALAR:
        try:
            name = scalars.text(node)
        except scalars.Refused as refused:
            found = refused.found
        else:
            if name is not None:
                return name
            found = "null"
    else:
        found = describe(node)
    findings.report("wrong-key", key, path, f"{place(path)}: a key must be a name, found {found}", None, "a name")
    return None


def _sources(merge: Node, path: Path, findings: Findings, aliases: int) -> list[tuple[Node, bool, int]]:
    """List the mappings that a merge key refers to, the first one last.

    With each comes whether it is an alias, and how many aliases lead to it, `aliases` being those that lead to the key.
    """
    sources = []
    for written in merge.items if merge.kind == SEQUENCE else [merge]:
        node = written.target if written.kind == ALIAS else written
        if node is None:  # told when the text was composed
            findings.broken.add(path)
        elif node.kind == MAPPING:
            sources.append((node, node is not written, aliases + (node is not written)))
        else:
            findings.broken.add(path)
            message = f"{place(path)}: << can merge mappings only, found {describe(node)}"
            findings.report("wrong-merge", written, path, message, None, "a mapping, or a list of mappings")
    return sources[::-1]
