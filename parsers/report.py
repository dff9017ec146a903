"""What a parsed report is: typed values, findings, sections and who published it when.
How the values were found is left to `align`, how they are written to files to `gongkai.output`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import repeat
from typing import Literal, NamedTuple, overload

State = Literal["reported", "blank", "absent", "unreadable"]
Status = Literal["ok", "partial", "rejected"]
Fault = Literal["publisher", "extraction", "unknown"]
Number = int | Decimal

FAMILY = "ogi"


class Value(NamedTuple):
    """One cell of the form as this document prints it.

    `value` is set only in state `reported`; `implied` is what arithmetic proves for a cell
    without a number. `raw` is the text as printed, `at` where it stands (`line 345`,
    `table 2 r5 c3`). An empty `flags` means: read without any doubt.
    """

    table: str
    row: str
    column: str
    value: Number | None
    unit: str
    raw: str | None
    state: State
    implied: Number | None = None
    flags: tuple[str, ...] = ()
    at: str | None = None


_NEW_VALUE = partial(tuple.__new__, Value)
"""A `Value` from a tuple of its ten fields; a fifth of the time that calling the class takes."""


class Values(Sequence[Value]):
    """The cells of one form as columns: the k-th entry of each is of the form's k-th cell.

    Reads like a tuple of `Value`s, which are made when they are asked for: two hundred of them for each report cost
    as much as finding what they say. `tables`, `rows`, `columns` are the form's own. Not changed once it is made.
    """

    __slots__ = ("at", "columns", "flags", "implied", "numbers", "raws", "rows", "states", "tables", "units")

    def __init__(
        self, tables: Sequence[str], rows: Sequence[str], columns: Sequence[str], numbers: Sequence[Number | None],
        units: Sequence[str], raws: Sequence[str | None], states: Sequence[State],
        implied: Sequence[Number | None], flags: Sequence[tuple[str, ...]], at: Sequence[str | None],
    ) -> None:  # fmt: skip
        self.tables, self.rows, self.columns = tables, rows, columns
        self.numbers, self.units, self.raws, self.states = numbers, units, raws, states
        self.implied, self.flags, self.at = implied, flags, at

    @classmethod
    def of(cls, values: Iterable[Value]) -> Values:
        """The columns of these values; `values` itself where it has them."""
        if isinstance(values, cls):
            return values
        parts = list(zip(*values, strict=True))
        return cls(*parts) if parts else cls(*repeat((), 10))

    def with_last(
        self, number: Number | None, raw: str | None, state: State, at: str | None, flags: tuple[str, ...] = ()
    ) -> Values:
        """The same with another reading of the last cell, and these flags beside its own."""
        numbers, raws, states, places = list(self.numbers), list(self.raws), list(self.states), list(self.at)
        numbers[-1], raws[-1], states[-1], places[-1] = number, raw, state, at
        own = [*self.flags[:-1], (*self.flags[-1], *flags)] if flags else self.flags
        return Values(self.tables, self.rows, self.columns, numbers, self.units, raws, states, self.implied, own, places)

    def with_implied(self, implied: Sequence[Number | None]) -> Values:
        """The same with other proven numbers."""
        return Values(self.tables, self.rows, self.columns, self.numbers, self.units, self.raws, self.states, implied,
                      self.flags, self.at)  # fmt: skip

    def as_columns(self) -> tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[Number | None], Sequence[str],
                                  Sequence[str | None], Sequence[State], Sequence[Number | None],
                                  Sequence[tuple[str, ...]], Sequence[str | None]]:  # fmt: skip
        """The columns in the order of `Value`'s fields."""
        return (self.tables, self.rows, self.columns, self.numbers, self.units, self.raws, self.states, self.implied,
                self.flags, self.at)  # fmt: skip

    def print_a_number(self) -> bool:
        """Whether any cell has a number."""
        return any(number is not None for number in self.numbers)

    def __len__(self) -> int:
        return len(self.states)

    @overload
    def __getitem__(self, k: int) -> Value: ...
    @overload
    def __getitem__(self, k: slice) -> tuple[Value, ...]: ...
    def __getitem__(self, k: int | slice) -> Value | tuple[Value, ...]:
        if isinstance(k, slice):
            return tuple(self)[k]
        return _NEW_VALUE([column[k] for column in self.as_columns()])

    def __iter__(self) -> Iterator[Value]:
        return map(_NEW_VALUE, zip(*self.as_columns(), strict=True))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Values | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class Finding(NamedTuple):
    """A sum that does not hold, a conflict, or a doubt of ours; `fault` says whose it most likely is."""

    rule: str
    table: str | None = None
    row: str | None = None
    column: str | None = None
    expected: Number | None = None
    actual: Number | None = None
    fault: Fault = "unknown"
    detail: str = ""


class Section(NamedTuple):
    """A narrative section under its statutory key (`overview`, `problems` …), the printed number and heading."""

    number: str
    key: str
    heading: str
    text: str


class Evidence(NamedTuple):
    """Where one statement about identity comes from: field (`agency`, `year` …), the value there, its place."""

    field: str
    value: str
    where: str


class Identity(NamedTuple):
    """Who published the report, about which year, when; every statement with its evidence."""

    title: str | None = None
    agency: str | None = None
    year: int | None = None
    published: date | None = None
    signed: date | None = None
    region: str | None = None
    level: str | None = None  # national province city county township
    department: str | None = None
    kind: str | None = None  # government office department township other
    scope: str | None = None  # own territory unclear
    region_code: str | None = None  # GB/T 2260, valid in the report's year
    province: str | None = None
    agency_id: str | None = None  # the division's lasting id and the department: the same over years and renames
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()


new_evidence = partial(tuple.__new__, Evidence)
new_identity = partial(tuple.__new__, Identity)
"""These from a tuple of their fields, which takes half the time of calling the class."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report read from one document; `values` holds every cell of the form, found or not."""

    status: Status
    reason: str | None
    form: str | None
    identity: Identity
    values: Sequence[Value] = ()
    findings: tuple[Finding, ...] = ()
    sections: tuple[Section, ...] = ()
    media_type: str = ""
    family: str = field(default=FAMILY)
