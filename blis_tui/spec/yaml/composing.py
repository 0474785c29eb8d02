"""Composes the tree of a text from the YAML parser's events.

The composer is our own: it is faster than PyYAML's, keeps what an edit of the text needs (offsets, styles, aliases), and
stops at `MAX_DEPTH`, where libyaml's composer would crash the process.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from blis_tui.problems import Problem
from blis_tui.spec.yaml.limits import CollectorPaused
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, MAX_DEPTH, SCALAR, SEQUENCE, Node, Tree
from blis_tui.spec.yaml.source import Source, syntax_problem
from blis_tui.spec.yaml.syntax_errors import told

MAX_NODES = 1_000_000
"""Keys and values in a file of up to 8 MB, larger ones may hold one every eight characters; bounds the memory."""
MAX_PROBLEMS = 1000
"""Problems after which composing ends."""
MAX_DIRECTIVES = 100
"""Lines that start with ``%``: libyaml takes time quadratic in the number of ``%TAG`` lines."""


class Composed(NamedTuple):
    """The top node of a text, its number of keys, values and ends of values, and whether it has anchors or aliases."""

    root: Node | None
    size: int = 0
    linked: bool = False


def compose(text: str, most_nodes: int = MAX_NODES) -> Tree:
    """Compose the first document of `text`; never raises.

    The tree's problems tell of forbidden characters, wrong syntax, further documents, undefined aliases, aliases inside
    what they stand for, and too much depth. After a problem that ends the composing, `root` is None.
    """
    source = Source(text)
    problems: list[Problem] = []
    composed = compose_root(source, problems, most_nodes)
    return Tree(source, composed.root, problems, size=composed.size, linked=composed.linked)


def compose_root(source: Source, problems: list[Problem], most_nodes: int = MAX_NODES) -> Composed:
    """Compose the first document of a text, and add what is wrong to `problems`; no root if there is nothing or no telling."""
    unusable = _unusable(source)
    if unusable is not None:
        problems.append(unusable)
        return Composed(None)
    with CollectorPaused():
        composer = _Composer(source, problems, most_nodes)
        root = composer.compose()
        return Composed(root, composer.size, composer.linked)


def _unusable(source: Source) -> Problem | None:
    """Find what must not reach the parser."""
    from yaml.reader import Reader  # its pattern is there already, and takes long to compile

    text = source.text
    start = int(text.startswith("\ufeff"))
    forbidden = Reader.NON_PRINTABLE.search(text)
    if forbidden or text.startswith("\ufeff", start, start + 1):
        offset = forbidden.start() if forbidden else start
        code = ord(text[offset])
        hint = "; is this a binary or UTF-16 file?" if code == 0 else ""
        return syntax_problem(source, offset, "control-character", f"the character U+{code:04X} is not allowed in YAML{hint}")
    if text.count("\n%") + text.count("\r%") > MAX_DIRECTIVES:
        return syntax_problem(source, start, "too-many-directives", f"more than {MAX_DIRECTIVES} lines start with %")
    return None


def _parser(text: str) -> Any:
    """Return libyaml's parser for `text`, or PyYAML's own where libyaml is missing."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader(text)
    return CParser(text)


class _Stop(Exception):
    """Composing cannot go on."""


class _Composer:
    """Builds the tree of one text from the parser's events."""

    def __init__(self, source: Source, problems: list[Problem], most_nodes: int) -> None:
        self._source = source
        self._problems = problems
        self._most_nodes = max(most_nodes, len(source.text) // 8)
        self._base = int(source.text.startswith("\ufeff"))
        self._anchors: dict[str, Node] = {}
        self._open: list[Node] = []
        self.size = 0
        self._has_alias = False

    @property
    def linked(self) -> bool:
        """Whether anything in the text stands for something else in it, or may."""
        return bool(self._anchors) or self._has_alias

    def compose(self) -> Node | None:
        from yaml import YAMLError

        try:
            return self._document(_parser(self._source.text[self._base :]))
        except _Stop:
            return None
        except (YAMLError, ValueError, OverflowError) as error:  # PyYAML's own parser lets the latter two out
            self._report_syntax(error)
            return None

    def _report(self, offset: int, code: str, message: str) -> None:
        if len(self._problems) >= MAX_PROBLEMS:
            raise _Stop
        self._problems.append(syntax_problem(self._source, offset, code, message))

    def _report_syntax(self, error: Any) -> None:
        opened = self._open[-1].start if self._open and self._open[-1].style == "flow" else None
        offset, sentence = told(error, self._source, self._base, opened)
        self._report(offset, "syntax", sentence)

    def _document(self, parser: Any) -> Node | None:
        from yaml.events import DocumentStartEvent, StreamEndEvent

        parser.get_event()  # the start of the stream
        event = parser.get_event()
        start = event.start_mark.index + self._base
        if isinstance(event, StreamEndEvent):
            return None
        if event.version not in (None, (1, 1)):
            self._report(start, "syntax", "BLIS reads YAML 1.1 only; leave the %YAML line out")
        root = self._value(parser)
        parser.get_event()  # the document's end
        event = parser.get_event()
        start = event.start_mark.index + self._base
        if isinstance(event, DocumentStartEvent):
            message = "a second document starts here; BLIS reads only the first, so the file must hold one"
            self._report(start, "several-documents", message)
        return root

    def _value(self, parser: Any) -> Node:
        """Compose one value, with all that is in it."""
        from yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

        get_event, base, source, anchors = parser.get_event, self._base, self._source, self._anchors
        holders = self._open
        root: list[Node] = []
        items: list[Node] = root
        escaped_slashes = "\\/" in source.text
        budget = most = self._most_nodes
        while True:
            event = get_event()
            kind = type(event)
            if kind is ScalarEvent:
                node = Node(
                    SCALAR,
                    event.tag,
                    event.value,
                    event.style or None,
                    event.start_mark.index + base,
                    event.end_mark.index + base,
                    event.anchor,
                    source,
                )
                items.append(node)
                if event.anchor is not None:
                    anchors[event.anchor] = node
                if escaped_slashes and node.style == '"':
                    self._refuse_escaped_slashes(node)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                node = self._opened(event, MAPPING if kind is MappingStartEvent else SEQUENCE)
                items.append(node)
                holders.append(node)
                items = node.items = []
            elif kind is AliasEvent:
                node = self._alias(event)
                items.append(node)
            else:
                node = holders.pop()
                self._close(node, event)
                items = holders[-1].items if holders else root
            if not holders:
                self.size = most - budget + 1
                return root[0]
            budget -= 1
            if budget < 0:
                self._report(node.start, "too-many-values", "more keys and values than a workload file of this size should have")
                raise _Stop

    def _opened(self, event: Any, kind: str) -> Node:
        start = event.start_mark.index + self._base
        if len(self._open) >= MAX_DEPTH:
            self._report(start, "too-deep", f"more than {MAX_DEPTH} lists and mappings inside one another")
            raise _Stop
        style = "flow" if event.flow_style else "block"
        node = Node(kind, event.tag, "", style, start, start, event.anchor, self._source)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _refuse_escaped_slashes(self, node: Node) -> None:
        """Refuse the escape that YAML 1.2 took over from JSON: BLIS reads YAML 1.1."""
        written = self._source.text[node.start : node.end].replace("\\\\", "  ")
        offset = written.find("\\/")
        if offset >= 0:
            self._report(node.start + offset, "syntax", "BLIS does not know the escape \\/; write / alone")

    def _alias(self, event: Any) -> Node:
        self._has_alias = True
        start, end, name = event.start_mark.index + self._base, event.end_mark.index + self._base, event.anchor
        node = Node(ALIAS, None, name, None, start, end, None, self._source)
        target = self._anchors.get(name)
        if target is None:
            self._report(start, "undefined-alias", f"the alias *{name} has no anchor &{name} before it")
        elif target in self._open:
            self._report(start, "recursive-alias", f"the alias *{name} stands inside what it stands for")
        else:
            target.aliased = True
            node.target = target
        return node

    def _close(self, node: Node, event: Any) -> None:
        items = node.items
        if node.style == "flow" or not items:
            node.end = event.end_mark.index + self._base
        else:
            node.end = items[-1].end
        if node.kind == MAPPING:
            halves = iter(items)
            node.items = list(zip(halves, halves, strict=True))
