"""Agencies side by side: measures of the reports asked for, ranked where asked, with what is unknown said.
What a measure is and how it is computed is left to `measures`, how the result is shown to `comparing`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.coded import CODED, Key, coded
from gongkai.output.dataset import batches, steady
from gongkai.output.measures import Cell, Measure, Measured, cells_needed, measured

USUAL = ("received", "concluded", "disclosed_of_concluded", "carried_over")
"""The measures shown when none is asked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which reports: every list that is not empty must hold the report. Names match in part, years exactly.

    `scope`: own, territory, or None for both; a government's own office and its whole territory are not alike.
    """

    agencies: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    scope: str | None = None


class Place(NamedTuple):
    """A place in a ranking. `rank` is shared by equal values; `best` and `worst` are the ranks that chance (the
    intervals) and unknown reports leave possible. None for a report that cannot be ranked."""

    rank: int
    best: int
    worst: int


class Line(NamedTuple):
    """One report with its measures, in the order asked for. `unit`: the agency over renames, its name where it has no
    id; `group`: its values of the columns that `compared` was asked to group by."""

    report_id: str
    agency: str
    region: str | None
    year: int | None
    status: str
    scope: str | None
    measures: tuple[Measured, ...]
    place: Place | None = None
    unit: str = ""
    group: tuple[str, ...] = ()


@dataclass(slots=True)
class Comparison:
    """The lines found, and remarks that must stand beside them (mixed scopes, ranks that depend on a choice)."""

    measures: tuple[Measure, ...]
    lines: list[Line]
    remarks: list[str] = field(default_factory=list)

    @property
    def known(self) -> tuple[int, ...]:
        """How many lines have a value, for each measure."""
        return tuple(sum(line.measures[k].value is not None for line in self.lines) for k in range(len(self.measures)))


def compared(
    folder: Path, question: Question, wanted: Sequence[Measure], *, ranked: bool = False, together: bool = False,
    by: Sequence[str] = (), mixed: bool = False,
) -> Comparison:  # fmt: skip
    """The reports that answer to the question, by agency and year, or by rank of the first measure.

    `together`: their figures are ranked, added up or followed over years; then reports on a whole territory are left
    out where there are some on the agency itself, and a remark says so, but for `mixed`. `by`: columns of `reports`
    that the lines are to be grouped by. Raises NotADataset when a file is damaged.
    """
    lines = steady(folder, lambda: list(_lines(folder, question, wanted, by)))
    lines.sort(key=lambda n: (n.agency, n.year or 0, n.report_id))
    result = Comparison(tuple(wanted), lines)
    if not question.scope and {"own", "territory"} <= {n.scope for n in lines}:
        remark = "some of these reports cover the agency itself, others its whole territory"
        if (ranked or together) and not mixed:
            result.lines = [n for n in lines if n.scope != "territory"]
            remark += f"; {len(lines) - len(result.lines)} on a territory are left out (--scope any takes them in)"
        else:
            remark += ": --scope own or --scope territory"
        result.remarks.append(remark)
    if ranked and wanted:
        result.lines = in_order(result.lines)
        result.remarks += _depends_on_choice(result.lines, wanted)
    return result


_ABOUT = (
    "report_id",
    "agency",
    "region",
    "province",
    "department",
    "kind",
    "year",
    "status",
    "scope",
    "source",
    "latest",
    "agency_id",
    "published",
)
BY = ("province", "region", "year", "department", "level", "kind", "scope", "form")
"""Columns of `reports` that lines can be grouped by."""


class _About(NamedTuple):
    """What is known of a report before its cells are read."""

    line: tuple[str, str, str | None, int | None, str, str | None]
    unit: str
    group: tuple[str, ...]
    dated: bool


def _lines(folder: Path, question: Question, wanted: Sequence[Measure], by: Sequence[str] = ()) -> Iterator[Line]:
    years = pc.field("year").isin(list(question.years)) if question.years else None
    reports: list[_About] = []
    known: dict[Any, Any] = {}  # a text stands in memory once, however many reports have it
    for batch in batches(folder, "reports", tuple(dict.fromkeys((*_ABOUT, *by))), years):
        for r in batch.to_pylist():
            if _answers(r, question):
                named = known.setdefault(r["agency"] or r["source"], r["agency"] or r["source"])
                region, status, scope = (known.setdefault(r[n], r[n]) for n in ("region", "status", "scope"))
                unit, group = r["agency_id"] or named, tuple("?" if r[n] is None else str(r[n]) for n in by)
                reports.append(
                    _About(
                        (r["report_id"], named, region, r["year"], status, scope),
                        known.setdefault(unit, unit),
                        known.setdefault(group, group),
                        r["published"] is not None,
                    )
                )
    asked = {m.asks for m in wanted} - {"", "zero"}
    found = _findings(folder, years) if asked else {}
    cells = _cells(folder, wanted, [r.line[0] for r in reports], years)
    for r, mine in zip(reports, cells, strict=True):
        answers = _known_answers(r, found.get(r.line[0], frozenset())) if asked else None
        yield Line(*r.line, tuple(measured(m, mine, answers) for m in wanted), None, r.unit, r.group)


_SUMS = frozenset(("row_total", "column_balance", "result_total", "review_total"))


def _findings(folder: Path, years: pc.Expression | None) -> dict[str, frozenset[str]]:
    """Rules that a report is late by or whose sums do not hold, by report; the publisher's only, "?" for doubts of ours."""
    told: dict[str, set[str]] = {}
    for batch in batches(folder, "findings", ("report_id", "rule", "fault"), years):
        for f in batch.to_pylist():
            if f["rule"] == "late" or f["rule"] in _SUMS:
                rule = "late" if f["rule"] == "late" else "sums" if f["fault"] == "publisher" else "?"
                told.setdefault(f["report_id"], set()).add(rule)
    return {report_id: frozenset(rules) for report_id, rules in told.items()}


def _known_answers(about: _About, rules: frozenset[str]) -> dict[str, bool | None]:
    """Late: unknown without a day of publishing. Sums: a report that was not read whole may have one that does not hold."""
    unsure = "?" in rules or about.line[4] != "ok"
    return {
        "late": True if "late" in rules else False if about.dated else None,
        "sums": True if "sums" in rules else None if unsure else False,
    }


def _answers(report: Mapping[str, Any], question: Question) -> bool:
    def named(parts: Sequence[str], *fields: str) -> bool:
        return not parts or any(part in (report[f] or "") for part in parts for f in fields)

    return (
        report["status"] != "rejected"
        and report["latest"]
        and named(question.agencies, "agency")
        and named(question.regions, "region", "province")
        and named(question.departments, "department")
        and (not question.kinds or report["kind"] in question.kinds)
        and (not question.years or report["year"] in question.years)
        and (question.scope is None or report["scope"] == question.scope)
    )


def _cells(
    folder: Path, wanted: Sequence[Measure], reports: Sequence[str], years: pc.Expression | None
) -> Iterator[dict[str, Cell]]:
    """The cells that the measures need, report by report. Of all reports they are held as two numbers each: a hundred
    thousand reports are 20 MB, as objects they would be a gigabyte."""
    names = sorted(cells_needed(wanted))
    numbers = {report_id: k for k, report_id in enumerate(reports)}
    keys: dict[Key, int] = {(t, r, c): k for k, (t, r, c) in enumerate(name.split(".") for name in names)}
    values = np.full((len(reports), len(names)), np.nan)
    marks = np.zeros((len(reports), len(names)), np.uint8)
    for batch in batches(folder, "cells", (*CODED, "value", "state", "flags"), years, coded=(*CODED, "state")):
        lines, cells = coded(batch, numbers, keys)
        mine = (lines >= 0) & (cells >= 0)
        if not mine.any():
            continue
        lines, cells, rows = lines[mine], cells[mine], batch.filter(pa.array(mine))
        there = pc.not_equal(rows["state"].cast(pa.string()), "absent").to_numpy(zero_copy_only=False)
        doubts = pc.list_value_length(rows["flags"]).to_numpy(zero_copy_only=False) > 0
        values[lines, cells] = pc.fill_null(rows["value"], np.nan).to_numpy(zero_copy_only=False)
        marks[lines, cells] = there * _THERE + (there & doubts) * _FLAGGED
    for line, mark in zip(values, marks, strict=True):
        yield {
            name: Cell(None if value != value else value, bool(m & _FLAGGED))
            for name, value, m in zip(names, line.tolist(), mark.tolist(), strict=True)
            if m
        }


_THERE, _FLAGGED = 1, 2


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The lines by their first measure, largest first, each with its place; those without a value at the end."""
    every = list(lines)
    known = sorted((n for n in every if n.measures[0].value is not None), key=lambda n: -(n.measures[0].value or 0))
    unknown = len(every) - len(known)
    values = sorted(n.measures[0].value or 0 for n in known)
    lows, highs = sorted(_low(n.measures[0]) for n in known), sorted(_high(n.measures[0]) for n in known)
    ranked: list[Line] = []
    for line in known:
        mine = line.measures[0]
        above = len(known) - bisect_right(values, mine.value or 0)
        surely_above = len(known) - bisect_right(lows, _high(mine))
        surely_below = bisect_left(highs, _low(mine))
        ranked.append(line._replace(place=Place(above + 1, surely_above + 1, len(known) - surely_below + unknown)))
    return ranked + [n for n in every if n.measures[0].value is None]


def _low(one: Measured) -> float:
    return one.low if one.low is not None else (one.value or 0.0)


def _high(one: Measured) -> float:
    return one.high if one.high is not None else (one.value or 0.0)


def _depends_on_choice(lines: Sequence[Line], wanted: Sequence[Measure]) -> list[str]:
    """Measures among those shown that answer the first one's question and put the reports in another order."""
    first = wanted[0]
    remarks: list[str] = []
    for k, other in enumerate(wanted[1:], 1):
        if not first.answers or other.answers != first.answers:
            continue
        both = [n for n in lines if n.measures[0].value is not None and n.measures[k].value is not None]
        by_other = sorted(both, key=lambda n: -(n.measures[k].value or 0))
        if [n.report_id for n in both] != [n.report_id for n in by_other]:
            remarks.append(f"the order depends on the denominator: by {other.key} it is another")
    return remarks


class Point(NamedTuple):
    """A year of a trend: the median over the agencies, how many of them have a value, and how many there are."""

    year: int
    value: float | None
    known: int
    agencies: int


def trend(lines: Sequence[Line], *, same_agencies: bool = True) -> list[Point]:
    """The first measure over the years: of the agencies that have a value in every year, or of all that report."""
    years = sorted({n.year for n in lines if n.year is not None})
    told: dict[int, dict[str, set[float]]] = {year: {} for year in years}
    agencies = {_unit(n) for n in lines}
    for line in lines:
        if line.year is not None and (value := line.measures[0].value) is not None:
            told[line.year].setdefault(_unit(line), set()).add(value)
    # Two reports of one agency on one year with different figures: neither is taken.
    by_year = {year: {u: next(iter(v)) for u, v in of.items() if len(v) == 1} for year, of in told.items()}
    kept = set.intersection(*(set(v) for v in by_year.values())) if same_agencies and years else agencies
    points: list[Point] = []
    for year in years:
        values = sorted(v for name, v in by_year[year].items() if name in kept)
        points.append(Point(year, median(values), len(values), len(agencies)))
    return points


def _unit(line: Line) -> str:
    return line.unit or line.agency


def median(values: Sequence[float]) -> float | None:
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
