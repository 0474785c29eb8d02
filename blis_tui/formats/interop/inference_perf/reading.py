"""Opening a config: it becomes a compact workload file of version 2, with a note for all that does not carry over.

What BLIS has no field for stands in comments of the new text (`kept_lines`), and goes into a config again that is written
from it. A length that is drawn from a distribution, which the compact block cannot say, makes a file of explicit clients
where BLIS draws the same lengths, or is replaced by its mean if that is asked for. Anything else that would send another
load is refused, with the key that says so.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from blis_tui.formats.interop import kept_lines
from blis_tui.formats.interop.imported import APPROXIMATED, DEFAULT, KEPT, Imported
from blis_tui.formats.interop.inference_perf import keys
from blis_tui.formats.interop.inference_perf.clients import explicit
from blis_tui.formats.interop.inference_perf.compact_text import comments, written
from blis_tui.formats.interop.inference_perf.differences import Load, differences
from blis_tui.formats.interop.inference_perf.horizon import usual_horizon
from blis_tui.formats.interop.inference_perf.lengths import Lengths
from blis_tui.formats.interop.inference_perf.notes import PLACEHOLDER, Block, Notes
from blis_tui.formats.interop.values import Plain, Unreadable, boolean, followed, integer, is_null, kept_value, number
from blis_tui.problems import Path
from blis_tui.spec.format.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.spec.reading.decode import decode
from blis_tui.spec.reading.other_files import INFERENCE_PERF
from blis_tui.spec.yaml.nodes import SEQUENCE, Tree

SEED = 42
"""The seed where the config has none."""


def read(tree: Tree, *, use_means: bool = False) -> Imported:
    """Open a config; `use_means` puts the mean in the place of lengths that are drawn from a distribution."""
    return _Reader(tree, use_means).read()


class _Reader:
    """Reads one config, and notes what it comes upon."""

    def __init__(self, tree: Tree, use_means: bool) -> None:
        self._tree = tree
        self._use_means = use_means
        self._notes = Notes(tree)
        self._kept: dict[str, Any] = {"load": {"type": Plain("constant"), "interval": Plain(keys.INTERVAL)}}
        """What goes into a config again, the defaults of how the load is sent included."""
        self._base_seed = SEED
        self._drawn: dict[str, Lengths] = {}
        self._places: dict[Path, Path] = {
            (): ("load",),
            ("inference_perf", "stages"): ("load", "stages"),
            ("inference_perf", "shared_prefix"): ("data", "shared_prefix"),
            ("clients",): ("data", "shared_prefix"),
        }

    def read(self) -> Imported:
        """Read it."""
        assert self._tree.root is not None
        top = self._notes.block(self._tree.root, (), keys.TOP)
        stages, load = self._load(top)
        prefix, seed = self._data(top)
        for name in top:
            if name not in ("load", "data"):
                self._keep_block(top, name)
        text = None
        if not self._notes.failed and stages and prefix is not None:
            text = self._text(load, stages, prefix, seed)
        notes = sorted(self._notes.found, key=lambda each: (each.line or 0, each.column or 0))
        return Imported(INFERENCE_PERF, None if self._notes.failed else text, tuple(notes), self._tree, self._places)

    # -- load

    def _load(self, top: Block) -> tuple[tuple[Stage, ...], Load]:
        load = self._notes.inner(top, "load", keys.LOAD)
        kind = self._notes.choice(load, "type", keys.LOAD_TYPES, "constant")
        if kind not in keys.RATED:
            what = "keeps a number of requests in flight" if kind == "concurrent" else "sends what a trace says"
            self._notes.refuse(load, "type", f"is {kind}, which {what}; a workload file has rates and durations")
        if load.given("sweep"):
            self._notes.refuse(
                load, "sweep", "finds the rates while it runs, in place of stages; write out the stages that it found"
            )
        if load.given("lora_traffic_split"):
            self._notes.refuse(load, "lora_traffic_split", "splits the traffic over adapters, which a compact file cannot")
        interval = self._notes.read(load, "interval", number, float(keys.INTERVAL))
        self._base_seed = self._notes.read(load, "base_seed", integer, SEED)
        for name in load:
            if name not in ("stages", "sweep", "lora_traffic_split") and load.given(name):
                self._keep(self._kept["load"], load, name)
        rated = kind in keys.RATED and not load.given("sweep")
        return self._stages(load) if rated else (), Load(kind, interval)

    def _stages(self, load: Block) -> tuple[Stage, ...]:
        if not load.given("stages"):
            self._notes.error((*load.path, "stages"), "is missing: there is no load without stages")
            return ()
        node = load.value("stages")
        if node.kind != SEQUENCE or not node.items:
            self._notes.refuse(load, "stages", "must be a list with at least one stage")
            return ()
        blocks = [
            self._notes.block(followed(item), (*load.path, "stages", index), keys.STAGE) for index, item in enumerate(node.items)
        ]
        return tuple(self._stage(block) for block in blocks)

    def _stage(self, stage: Block) -> Stage:
        for name in ("num_requests", "concurrency_level"):
            if stage.given(name):
                self._notes.refuse(stage, name, f"goes with load.type concurrent; {keys.LOADER} refuses it beside a rate")
        for name in ("rate", "duration"):
            if name not in stage:
                self._notes.error((*stage.path, name), "is missing")
        return Stage(rate=self._notes.read(stage, "rate", number, 0.0), duration=self._notes.read(stage, "duration", integer, 0))

    # -- data

    def _data(self, top: Block) -> tuple[SharedPrefix | None, int]:
        data = self._notes.inner(top, "data", keys.DATA)
        kind = self._notes.choice(data, "type", keys.DATA_TYPES, "mock")
        if kind != keys.SHARED_PREFIX:
            default = "" if "type" in data else ", its default"
            self._notes.refuse(data, "type", f"is {kind}{default}; only the data of shared_prefix can be opened")
        for name, why in (
            ("multimodal", "adds images, video or audio, which a compact file cannot"),
            ("trace", "takes lengths from a trace file, which a compact file cannot"),
        ):
            if data.given(name):
                self._notes.refuse(data, name, why)
        if data.given("use_chat_template") and self._notes.read(data, "use_chat_template", boolean, False):
            self._notes.refuse(data, "use_chat_template", f"goes with data.type random alone; {keys.LOADER} refuses it here")
        for name in data:
            if name not in ("type", "shared_prefix", "multimodal", "trace", "use_chat_template") and data.given(name):
                self._keep(self._kept.setdefault("data", {}), data, name)
        if kind != keys.SHARED_PREFIX:
            return None, SEED
        if not data.given("shared_prefix"):
            self._notes.refuse(data, "shared_prefix", "is missing")
            return None, SEED
        prefix = self._notes.inner(data, "shared_prefix", keys.PREFIX)
        if prefix.given("multimodal"):
            self._notes.refuse(prefix, "multimodal", "adds images, video or audio, which a compact file cannot")
        counts = {count.name: self._count(prefix, count) for count in keys.COUNTS}
        lengths = {name: self._length(prefix, name, default) for name, default in keys.LENGTHS.items()}
        chat = self._notes.read(prefix, "enable_multi_turn_chat", boolean, False)
        return SharedPrefix(**counts, **lengths, enable_multi_turn_chat=chat), self._seed(prefix)

    def _count(self, prefix: Block, count: keys.Count) -> int:
        """Read a number that may have its older name."""
        name = count.old if count.old in prefix else count.name
        if count.old in prefix and count.name in prefix:
            text = f"is the older name of {count.name}, which is given too; {keys.LOADER} refuses both together"
            self._notes.refuse(prefix, count.old, text)
        self._places["inference_perf", "shared_prefix", count.name] = (*prefix.path, name)
        return self._notes.read_or_default(prefix, name, integer, count.default)

    def _length(self, prefix: Block, name: str, default: int) -> int:
        """Read a length: a number, or a distribution that is a constant in truth; others are noted to be drawn."""
        legacy = keys.LEGACY.get(name, "")
        inline = name in prefix and prefix.is_mapping(name)
        given = legacy if legacy and prefix.given(legacy) else name
        if inline and given == legacy:
            self._notes.refuse(prefix, legacy, f"stands beside a distribution of {name}; {keys.LOADER} refuses both together")
        if given == name and not inline:
            return self._notes.read_or_default(prefix, name, integer, default)
        if given != name and name in prefix:
            self._notes.read(prefix, name, integer, default)
        self._places["inference_perf", "shared_prefix", name] = (*prefix.path, given)
        drawn = self._distribution(prefix, given)
        if drawn is None:
            return default
        if drawn.constant is not None:
            return drawn.constant
        place = (*prefix.path, given)
        if self._use_means:
            text = f"is {drawn}; it becomes its mean, {drawn.middle:,}, as --use-means asks for"
            self._notes.add(APPROXIMATED, place, text, prefix.key(given))
        elif name == "system_prompt_len" or drawn.same is None:
            why = "a prefix has one length in BLIS" if name == "system_prompt_len" else "BLIS has no such distribution"
            self._notes.error(place, f"is {drawn}, and {why}; --use-means takes its mean, {drawn.middle:,}", prefix.key(given))
        else:
            self._drawn[name] = drawn
        return drawn.middle

    def _distribution(self, prefix: Block, name: str) -> Lengths | None:
        before = self._notes.errors
        given = self._notes.inner(prefix, name, keys.DISTRIBUTION)
        values: dict[str, Any] = {}
        for key in given:
            if key == "type":
                values[key] = self._notes.choice(given, key, keys.FAMILIES, "normal")
            elif key in ("variance", "total_count") and not given.given(key):
                continue
            elif key in ("min", "max"):
                values[key] = self._notes.read(given, key, integer, 0)
            elif key == "total_count":  # it is not used here
                self._notes.read(given, key, integer, 0)
            else:
                values[key] = self._notes.read(given, key, number, 0.0)
        if self._notes.errors > before:
            return None
        try:
            return Lengths(**values).checked()
        except Unreadable as error:
            self._notes.refuse(prefix, name, str(error))
            return None

    def _seed(self, prefix: Block) -> int:
        """Return the seed of the prompts, or else of the load."""
        base = self._kept["load"].get("base_seed")
        self._places["seed",] = (*prefix.path, "seed")
        if prefix.given("seed"):
            seed: int = self._notes.read(prefix, "seed", integer, SEED)
            if base == str(seed):  # it goes where the seed goes
                del self._kept["load"]["base_seed"]
            return seed
        if base is not None:
            self._places["seed",] = ("load", "base_seed")
            return self._base_seed
        self._notes.add(DEFAULT, (*prefix.path, "seed"), f"is not given: the seed is {SEED} here", prefix.own_key)
        return SEED

    # -- what is kept

    def _keep_block(self, top: Block, name: str) -> None:
        known: Collection[str] | None = keys.CLOSED.get(name)
        if known is not None and top.is_mapping(name):
            self._notes.block(top.value(name), (name,), known)
        if top.given(name):
            self._keep(self._kept, top, name)
        elif name in keys.NEVER_NULL:
            self._notes.refuse(top, name, "must be a mapping")
        for secret in keys.SECRETS.get(name, ()):
            held = self._tree.find((name, secret))
            if held is not None and not is_null(held):
                text = "is kept in a comment of the new file as it is: make sure it passes on no secrets"
                self._notes.add(APPROXIMATED, (name, secret), text)

    def _keep(self, kept: dict[str, Any], block: Block, name: str) -> None:
        node = block.value(name)
        try:
            kept[name] = kept_value(node)
        except Unreadable as error:
            self._notes.refuse(block, name, str(error))
            return
        held = self._tree.text[node.start : node.end]
        found = ", ".join(dict.fromkeys(PLACEHOLDER.findall(held)))
        placeholders = f", with its placeholders: {found}" if found else ""
        text = f"has no place in a workload file; it is kept for an export to inference-perf{placeholders}"
        self._notes.add(KEPT, (*block.path, name), text, block.key(name))

    # -- the new text

    def _text(self, load: Load, stages: tuple[Stage, ...], prefix: SharedPrefix, seed: int) -> str | None:
        before = self._before()
        compact = InferencePerf(stages=stages, shared_prefix=prefix)
        usual = {"version": "2", "seed": seed, "horizon": usual_horizon(compact)}
        spec = WorkloadSpec(**{**usual, **before, "inference_perf": compact})
        if self._drawn:
            found = explicit(spec, self._drawn)
            if isinstance(found, str):
                for name in self._drawn:
                    there = self._places["inference_perf", "shared_prefix", name]
                    self._notes.error(there, f"is drawn from a distribution, {found}; --use-means takes its mean")
                return None
            spec = found
        for path, text in differences(spec, compact, load, self._drawn):
            place = self._places.get(("inference_perf", *path[1:]), path) if path[0] == "data" else path
            self._notes.add(APPROXIMATED, place, text)
        return comments(self._notes.found, self._kept) + written(spec)

    def _before(self) -> dict[str, Any]:
        """Return the fields of the workload file that the config was written from, and which it has no place for."""
        text = kept_lines.from_comments(self._tree.text, kept_lines.BLIS)
        if not text:
            return {}
        decoded = decode(text)
        if decoded.spec is None or decoded.problems or decoded.tree.root is None:
            text = f'the comments that begin with "#{kept_lines.BLIS}|" cannot be read, and are left out'
            self._notes.add(APPROXIMATED, (), text)
            return {}
        return {name: getattr(decoded.spec, name) for name in WorkloadSpec.fields if decoded.tree.find((name,)) is not None}
