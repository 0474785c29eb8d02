"""From the text to the typed spec: strict, complete, and driven by the declared fields alone.

It reads what BLIS reads, with some differences on purpose. Errors here, though BLIS silently goes on: a second document,
empty list items, params without a value, null as a key, tags on lists and mappings, and what `scalars` lists.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from blis_tui.problems import Path, Problem
from blis_tui.spec.format import fields
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.reading.findings import Findings, describe
from blis_tui.spec.reading.other_files import other_text, other_tree
from blis_tui.spec.reading.pairs import Pair, pairs_of
from blis_tui.spec.yaml import scalars
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.limits import CollectorPaused, Effort, Exhausted, most_weight
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Items, Node, Tree
from blis_tui.spec.yaml.source import Source, syntax_problem

_READERS = {
    fields.INTEGER: scalars.integer,
    fields.NUMBER: scalars.number,
    fields.BOOLEAN: scalars.boolean,
    fields.TEXT: scalars.text,
}
_COLLECTION_TAGS = {SEQUENCE: scalars.TAG_PREFIX + "seq", MAPPING: scalars.TAG_PREFIX + "map"}
_TOP = Field(fields.RECORD, "A workload file.", record=WorkloadSpec)
_PARAMETER = Field(fields.NUMBER, "A parameter.")


class Decoded(NamedTuple):
    """What a text says.

    `spec` has every field that could be read, the others at their defaults; it is None if the text is no YAML, no
    mapping at the top, a file of another kind, or blows up. `problems` are in the order of the text. `broken` holds the
    paths of the values that could not be read, and of fields that stand in the text under a misspelt name; what is below
    such a path is broken too.
    """

    spec: WorkloadSpec | None
    problems: list[Problem]
    tree: Tree
    broken: set[Path]
    weight: int = 0
    """The fields of all blocks, given or not, or more."""


def decode(text: str, base: Decoded | None = None) -> Decoded:
    """Read a workload file; never raises. What a similar text said, `base`, makes it faster and changes nothing else."""
    other = other_text(text)
    if other is not None:
        return Decoded(None, [other], Tree(Source(text), None, [other]), set())
    with CollectorPaused():
        decoded = _decode_again(text, base) if base is not None and base.spec is not None else None
        return decoded or _decode(compose(text), None)


def _decode_again(text: str, base: Decoded) -> Decoded | None:
    """Read a text that differs little from another one; None if that does not help."""
    from blis_tui.spec.yaml.recomposing import recompose

    tree = recompose(base.tree, text)
    decoded = _decode(tree, base) if tree is not None else None
    return decoded if decoded is not None and decoded.weight <= most_weight(len(text)) else None


def _decode(tree: Tree, base: Decoded | None) -> Decoded:
    """Decode a tree; what `base` says of items that were only moved is taken over, if nothing was wrong with them."""
    other = other_tree(tree)
    if other is not None:
        return Decoded(None, [other], tree, set())
    effort = Effort(len(tree.text))
    findings = Findings(tree.problems)
    spec = None
    try:
        spec = _Decoder(findings, effort, base).top(tree)
    except Exhausted as reason:
        findings.problems.append(syntax_problem(tree.source, reason.offset, reason.code, str(reason)))
    problems = sorted(findings.problems, key=lambda problem: (problem.line or 0, problem.column or 0))
    weight = effort.weight + (base.weight if base is not None else 0)
    return Decoded(spec, problems, tree, findings.broken, weight)


class _Decoder:
    """Decodes the values of one tree, each by the field that declares it; null is None, and so is what is broken."""

    def __init__(self, findings: Findings, effort: Effort, base: Decoded | None = None) -> None:
        self._findings = findings
        self._effort = effort
        self._base = base
        self._wrong = set[Path]()
        if base is not None:
            wrong = [*base.broken, *(problem.path for problem in base.problems)]
            self._wrong = {path[:2] for path in wrong}

    def top(self, tree: Tree) -> WorkloadSpec | None:
        """Decode the whole document."""
        root = tree.root
        if root is not None and not scalars.is_null(root):
            spec: WorkloadSpec | None = self._value(_TOP, root, (), root)
            return spec
        if not tree.problems:
            message = "the file is empty; a workload file is a mapping of fields"
            self._findings.problems.append(syntax_problem(tree.source, 0, "empty-file", message))
        return None

    def _value(self, declared: Field, node: Node, path: Path, written: Node) -> Any:
        """Decode one value. `written` is what stands there: an alias, or `node` itself."""
        self._effort.visit()
        reader = _READERS.get(declared.kind)
        if node.kind == SCALAR:
            if reader is None and scalars.is_null(node):
                return None
            if reader is not None:
                try:
                    return reader(node)
                except scalars.Refused as refused:
                    return self._findings.refused(declared, node, path, written, refused)
        elif node.kind == ALIAS:
            return self._aliased(declared, node, path)
        elif node.tag is not None and node.tag != _COLLECTION_TAGS[node.kind]:
            unknown = scalars.Refused("unknown-tag", scalars.tag_name(node.tag))
            return self._findings.refused(declared, node, path, written, unknown)
        elif node.kind == SEQUENCE and declared.kind == fields.LIST:
            return self._list(declared, node, path)
        elif node.kind == MAPPING and declared.kind == fields.RECORD:
            return self._block(declared, node, path)
        elif node.kind == MAPPING and declared.kind in (fields.PARAMS, fields.MAP):
            return self._names(declared, node, path)
        return self._findings.refused(declared, node, path, written, scalars.Refused("wrong-type", describe(node)))

    def _aliased(self, declared: Field, alias: Node, path: Path) -> Any:
        if alias.target is None:  # told when the text was composed
            self._findings.broken.add(path)
            return None
        return self._inherited(declared, alias.target, path, alias, 1)

    def _inherited(self, declared: Field, node: Node, path: Path, written: Node, aliases: int) -> Any:
        """Decode what an alias or a merge leads to."""
        self._findings.inherited += 1
        self._effort.aliases += aliases
        value = self._value(declared, node, path, written)
        self._effort.aliases -= aliases
        self._findings.inherited -= 1
        return value

    def _pair(self, declared: Field, pair: Pair, path: Path) -> Any:
        """Decode the value of a mapping's pair."""
        if pair.merged:
            return self._inherited(declared, pair.value, path, pair.value, pair.aliases)
        return self._value(declared, pair.value, path, pair.value)

    def _block(self, declared: Field, mapping: Node, path: Path) -> Record:
        record = declared.record or Record
        self._effort.weigh(len(record.fields))
        values: dict[str, Any] = {}
        unknown = []
        pairs = pairs_of(mapping, path, self._findings, self._effort)
        for pair in pairs:
            field = record.fields.get(pair.name)
            if field is None:
                unknown.append(pair)
                continue
            value = self._pair(field, pair, (*path, pair.name))
            if value is not None:
                values[pair.name] = value
        if unknown:
            present = {pair.name for pair in pairs}
            for pair in unknown:
                self._findings.unknown(pair.key, pair.name, record, path, present, not pair.merged)
        return record(**values)

    def _list(self, declared: Field, node: Node, path: Path) -> tuple[Record, ...]:
        """Decode a list of blocks; a broken item stands as one with all defaults, so that indices agree with the text."""
        record = declared.record or Record
        item = Field(fields.RECORD, declared.help, record=record)
        decoded = []
        kept = self._kept(node, path)
        for index in range(len(node.items)):
            here = (*path, index)
            known = kept[index] if kept else None
            if known is not None:
                decoded.append(known)
                continue
            written = node.items[index]
            value = self._value(item, written, here, written)
            if value is None:
                if here not in self._findings.broken:
                    self._findings.empty_item(written, here)
                self._effort.weigh(len(record.fields))
                value = record()
            decoded.append(value)
        return tuple(decoded)

    def _kept(self, node: Node, path: Path) -> list[Record | None]:
        """Return for each item of a list what it was decoded to before, if that still holds; empty for a list that is new."""
        if self._base is None or len(path) != 1 or not isinstance(node.items, Items) or path in self._base.broken:
            return []
        (name,) = path
        before = getattr(self._base.spec, str(name), ())
        wrong = self._wrong
        return [None if old is None or (name, old) in wrong else before[old] for old in node.items.kept]

    def _names(self, declared: Field, node: Node, path: Path) -> dict[str, Any]:
        """Decode a mapping with free names: of numbers, or of blocks."""
        values: dict[str, Any] = {}
        record = declared.record
        item = Field(fields.RECORD, declared.help, record=record) if record else _PARAMETER
        for pair in pairs_of(node, path, self._findings, self._effort):
            here = (*path, pair.name)
            value = self._pair(item, pair, here)
            if value is not None:
                values[pair.name] = value
            elif here not in self._findings.broken:
                if record is None:
                    self._findings.empty_value(pair.key, here)
                else:
                    values[pair.name] = record()
        return values
