"""What a parsed report is: typed values, findings, sections and who published it when.
How the values were found is left to `align`, how they are written to files to `gongkai.output`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

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


@dataclass(frozen=True, slots=True)
class Identity:
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


@dataclass(frozen=True, slots=True)
class Report:
    """One report read from one document; `values` holds every cell of the form, found or not."""

    status: Status
    reason: str | None
    form: str | None
    identity: Identity
    values: tuple[Value, ...] = ()
    findings: tuple[Finding, ...] = ()
    sections: tuple[Section, ...] = ()
    media_type: str = ""
    family: str = field(default=FAMILY)
