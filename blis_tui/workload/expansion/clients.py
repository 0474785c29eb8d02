"""The clients a spec stands for: blocks of like clients, made one by one only when looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, overload

from blis_tui.spec.format.facts import mean_rate
from blis_tui.spec.format.model import Client, WorkloadSpec


class Name(NamedTuple):
    """How a text field of a block's members reads: the stem, then the member's prompt, then its number within it."""

    stem: str
    prompt: bool = False
    user: bool = False


class Names(NamedTuple):
    """What the members of a block are called. Member i has prompt ``i // users`` and is its user ``i % users``."""

    id: Name
    tenant_id: Name
    prefix_group: Name
    users: int = 1

    def of(self, field: str, member: int) -> str:
        """Write one field of one member."""
        name: Name = getattr(self, field)
        prompt, user = divmod(member, self.users)
        return f"{name.stem}{prompt if name.prompt else ''}{f'-user-{user}' if name.user else ''}"


_NAMED = ("id", "tenant_id", "prefix_group")


class Dealt(NamedTuple):
    """A count dealt evenly to the members of a block: each gets `base`, and the first `extra` one more."""

    base: int
    extra: int

    def of(self, member: int) -> int:
        """Return one member's part."""
        return self.base + (member < self.extra)


class ClientBlock:
    """Clients that differ in nothing but their names and in what they were dealt.

    `template` has all that they share. Two things that BLIS's compact specs have and its files cannot say stand beside
    it: `exact_rate`, a Poisson rate in requests per microsecond that is not normalised, and `spread_us`, the span in
    microseconds over which each member spreads exactly the requests it was dealt.
    """

    __slots__ = ("dealt", "exact_rate", "names", "size", "spread_us", "template")

    def __init__(
        self,
        template: Client,
        size: int = 1,
        names: Names | None = None,
        *,
        dealt: Dealt | None = None,
        exact_rate: float | None = None,
        spread_us: int | None = None,
    ) -> None:
        self.template = template
        self.size = size
        self.names = names
        self.dealt = dealt
        self.exact_rate = exact_rate
        self.spread_us = spread_us

    def member(self, index: int) -> Client:
        """Build one client."""
        if self.names is None:
            return self.template
        client = self.template.replace(**{name: self.value(name, index) for name in _NAMED})
        if self.dealt is not None and self.spread_us is None and client.reasoning and client.turns:
            turns = client.turns.replace(max_rounds=self.dealt.of(index))
            client = client.replace(reasoning=client.reasoning.replace(multi_turn=turns))
        return client

    def named(self, field: str) -> Name | None:
        """Return how a text field reads that members have a name of their own for, ``None`` if they share the template's."""
        if self.names is None or field not in _NAMED:
            return None
        name: Name = getattr(self.names, field)
        return name

    def value(self, name: str, index: int) -> str:
        """Return one text field of one client, without building the client."""
        if self.names is not None and name in _NAMED:
            return self.names.of(name, index)
        value: str = getattr(self.template, name)
        return value

    def count_of(self, name: str) -> int:
        """Return how many different texts its members have in one field."""
        named = self.named(name)
        if self.names is None or named is None:
            return 1
        prompts = -(-self.size // self.names.users) if named.prompt else 1
        return prompts * (min(self.size, self.names.users) if named.user else 1)

    @property
    def group_count(self) -> int:
        """How many prefix groups its members belong to (0 or more)."""
        return self.count_of("prefix_group") if self.template.prefix_group else 0


class Column(Sequence[str]):
    """One text field of every client, made on demand."""

    def __init__(self, expansion: Expansion, name: str) -> None:
        self._expansion = expansion
        self._name = name

    def __len__(self) -> int:
        return len(self._expansion)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        block, member = self._expansion.locate(index)
        return block.value(self._name, member)

    def __iter__(self) -> Iterator[str]:
        for block in self._expansion.blocks:
            for member in range(block.size):
                yield block.value(self._name, member)


class Expansion(Sequence[Client]):
    """The explicit clients of a spec, in BLIS's order; a sequence that builds its items when they are asked for."""

    def __init__(self, spec: WorkloadSpec, blocks: Sequence[ClientBlock], *, aggregate_rate: float, category: str) -> None:
        self.spec = spec
        self.blocks = tuple(blocks)
        self.aggregate_rate = aggregate_rate
        self.category = category
        self.recorded = False
        """Whether these are the clients of a trace, of whose rates nothing is known but the requests themselves."""
        self.rates: list[float] | None = None
        """What `workload.rates.block_rates` found out."""
        self.weights: dict[int, dict[tuple[int, int], float]] = {}
        """What `workload.rates.WindowRates` found out: for each time up to which windows are asked for, the sum of each."""
        self._starts = [0, *accumulate(block.size for block in self.blocks)]

    @property
    def starts(self) -> list[int]:
        """The number of the first client of every block, and at the end the number of clients."""
        return self._starts

    @property
    def peak_rate(self) -> float:
        """The highest rate of any stage in requests per second, or the aggregate rate where there are no stages."""
        compact = self.spec.inference_perf
        if compact is None:
            return self.aggregate_rate
        scale = 1.0 if self.spec.rules == 2 else self.aggregate_rate / mean_rate(compact)
        return max(stage.rate for stage in compact.stages) * scale

    def locate(self, index: int) -> tuple[ClientBlock, int]:
        """Return the block of a client and its number in it; raises `IndexError`."""
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"client {index} of {count}")
        index %= count
        which = bisect_right(self._starts, index) - 1
        return self.blocks[which], index - self._starts[which]

    def column(self, name: str) -> Column:
        """Return one text field of all clients: id, tenant_id, slo_class, model, adapter or prefix_group."""
        return Column(self, name)

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> Client: ...
    @overload
    def __getitem__(self, index: slice) -> list[Client]: ...
    def __getitem__(self, index: int | slice) -> Client | list[Client]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        block, member = self.locate(index)
        return block.member(member)

    def __iter__(self) -> Iterator[Client]:
        for block in self.blocks:
            for member in range(block.size):
                yield block.member(member)
