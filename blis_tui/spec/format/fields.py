"""How a field of the file format is declared: once, with all that decoding, validation, forms and docs need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, TypeVar, dataclass_transform

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

_NO_WORDS: Mapping[str, str] = {}

INTEGER, NUMBER, BOOLEAN, TEXT, RECORD, LIST, PARAMS, MAP = (
    "integer",
    "number",
    "boolean",
    "text",
    "record",
    "list",
    "params",
    "map",
)
"""The kinds of value a field can hold; `PARAMS` maps names to numbers, `MAP` maps names to records."""


class Field:
    """One declared field: its kind, unit, range, default and meaning."""

    __slots__ = (
        "above", "also", "choices", "default", "elsewhere", "help", "kind", "label", "lenient", "maximum", "minimum", "name",
        "record", "required", "unit", "words",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        help: str,
        *,
        default: Any = None,
        unit: str = "",
        minimum: float | None = None,
        above: float | None = None,
        maximum: float | None = None,
        choices: tuple[str, ...] = (),
        required: bool = False,
        lenient: bool = False,
        record: type[Record] | None = None,
        label: str = "",
        also: tuple[str, ...] = (),
        words: Mapping[str, str] = _NO_WORDS,
        elsewhere: Mapping[str, str] = _NO_WORDS,
    ) -> None:
        self.kind = kind
        self.help = help
        self.default = default
        self.unit = unit
        self.minimum = minimum
        self.above = above
        self.maximum = maximum
        self.choices = choices
        self.required = required
        self.lenient = lenient
        """BLIS takes values out of the range too: they are warned about, not refused."""
        self.record = record
        self.label = label
        self.also = also
        """Names by which other tools, or people, call the field: what was meant where one of them is given."""
        self.words = words
        """Other words for its choices, likewise: each word and the choice that it stands for."""
        self.elsewhere = elsewhere
        """Words that are no choices, and where what they stand for is given instead."""
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.label = self.label or name.replace("_", " ").capitalize()

    @property
    def allowed(self) -> str:
        """What values are allowed, in words; empty if anything of the kind is."""
        if self.choices:
            return ", ".join(choice if choice else "empty" for choice in self.choices)
        noun = {INTEGER: "whole number", NUMBER: "number"}.get(self.kind)
        if noun is None:
            return {BOOLEAN: "true or false", LIST: "a non-empty list" if self.required else "a list"}.get(self.kind, "")
        bounds = []
        if self.above is not None:
            bounds.append(f"> {self.above:,}")
        if self.minimum is not None:
            bounds.append(f"≥ {self.minimum:,}")
        if self.maximum is not None:
            bounds.append(f"≤ {self.maximum:,}")
        return " ".join([f"a {noun}", " and ".join(bounds)]).strip()


def integer(help: str, *, default: int | None = 0, **options: Any) -> Any:
    """Declare an int64 field; ``default=None`` tells "not given" from 0."""
    return Field(INTEGER, help, default=default, **options)


def number(help: str, *, default: float | None = 0.0, **options: Any) -> Any:
    """Declare a float64 field; ``default=None`` tells "not given" from 0."""
    return Field(NUMBER, help, default=default, **options)


def boolean(help: str, *, default: bool | None = False, **options: Any) -> Any:
    """Declare a true/false field."""
    return Field(BOOLEAN, help, default=default, **options)


def text(help: str, *, default: str = "", **options: Any) -> Any:
    """Declare a string field; `choices` limits it to a set of names."""
    return Field(TEXT, help, default=default, **options)


def record(kind: type[Record], help: str, *, optional: bool = True, **options: Any) -> Any:
    """Declare a nested block. An optional one is ``None`` when absent, another one has all its defaults."""
    return Field(RECORD, help, default=None if optional else kind(), record=kind, **options)


def records(kind: type[Record], help: str, **options: Any) -> Any:
    """Declare a list of blocks, held as a tuple."""
    return Field(LIST, help, default=(), record=kind, **options)


def params(help: str, **options: Any) -> Any:
    """Declare a mapping of names to numbers."""
    return Field(PARAMS, help, default={}, **options)


def mapping(kind: type[Record], help: str, **options: Any) -> Any:
    """Declare a mapping of names to blocks."""
    return Field(MAP, help, default={}, record=kind, **options)


R = TypeVar("R", bound="Record")


@dataclass_transform(kw_only_default=True)
class Record:
    """An immutable block of the file, with the fields its class declares."""

    fields: ClassVar[dict[str, Field]] = {}
    _defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        cls.fields = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls._defaults = {name: declared.default for name, declared in cls.fields.items()}

    def __init__(self, **values: Any) -> None:
        unknown = values.keys() - self.fields.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {sorted(unknown)[0]!r}")
        self.__dict__.update(self._defaults)
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; use replace()")

    def replace(self: R, **values: Any) -> R:
        """Return a copy with other values in some fields."""
        return type(self)(**{**self.__dict__, **values})

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), repr(self)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.given())})"

    def given(self) -> Iterator[tuple[str, Any]]:
        """Iterate over the fields whose value is not the default, as (name, value)."""
        for name, default in self._defaults.items():
            value = self.__dict__[name]
            if value != default:
                yield name, value
