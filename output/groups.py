"""Reports in groups: a measure pooled over the reports of a province, a year, a kind of department, with how much of it is known.
Which reports, and each one's measures, is left to `compare`; how the result is shown to `comparing`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.output.compare import Comparison, Line, median
from gongkai.output.measures import Measure, Measured, interval


class Pooled(NamedTuple):
    """A measure over a group. A share is the sum of the numerators over that of the denominators, a count the sum, of
    the reports for which it is known (`known` of `of`); `median` is that of the reports' own values."""

    value: float | None
    top: float | None
    bottom: float | None
    low: float | None
    high: float | None
    median: float | None
    known: int
    of: int
    flagged: bool
    small: bool


class Group(NamedTuple):
    """The reports with these values of the columns grouped by."""

    names: tuple[str, ...]
    reports: int
    measures: tuple[Pooled, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """The groups in the order of their names, those whose name is unknown last."""

    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    groups: list[Group]
    remarks: list[str] = field(default_factory=list)


def grouped(result: Comparison, by: Iterable[str]) -> Grouped:
    """The lines of a comparison that was asked for these columns, in groups."""
    found: dict[tuple[str, ...], list[Line]] = {}
    lines, doubled = _once(result.lines)
    for line in lines:
        found.setdefault(line.group, []).append(line)
    remarks = list(result.remarks)
    if doubled:
        remarks.append(
            f"{doubled} agencies and years have several reports: each counts once, a measure in which they differ is unknown"
        )
    groups = [
        Group(
            names, len(lines), tuple(pooled(m, [n.measures[k] for n in lines]) for k, m in enumerate(result.measures))
        )
        for names, lines in sorted(found.items(), key=lambda item: [(name == "?", name) for name in item[0]])
    ]
    return Grouped(tuple(by), result.measures, groups, remarks)


def _once(lines: Iterable[Line]) -> tuple[list[Line], int]:
    """The lines with one for each agency and year, and how many had several. Agencies without a lasting id (`unit` is
    but their name, which several may bear) keep all of theirs."""
    found: dict[object, list[Line]] = {}
    for line in lines:
        has_id = line.unit != line.agency and line.year is not None
        found.setdefault((line.unit, line.year, line.group) if has_id else line.report_id, []).append(line)
    once = [
        first._replace(measures=tuple(_agreed(values) for values in zip(*(n.measures for n in every), strict=True)))
        for first, every in ((every[0], every) for every in found.values())
    ]
    return once, sum(len(every) > 1 for every in found.values())


def _agreed(values: tuple[Measured, ...]) -> Measured:
    if len({(v.value, v.top, v.bottom) for v in values}) == 1:
        return values[0]
    return Measured(None, flagged=True, unknown=("reports differ",))


def pooled(measure: Measure, every: list[Measured]) -> Pooled:
    """One measure of several reports. What one of them does not say is left out, and is counted."""
    is_share = measure.is_share or bool(measure.asks)
    known = [n for n in every if n.top is not None and (n.bottom is not None or not is_share)]
    middle = median(sorted(n.value for n in known if n.value is not None))
    flagged = any(n.flagged for n in known)
    if not known:
        return Pooled(None, None, None, None, None, None, 0, len(every), any(n.flagged for n in every), False)
    top = sum(n.top or 0 for n in known)
    if not is_share:
        return Pooled(top, top, None, None, None, middle, len(known), len(every), flagged, False)
    bottom = sum(n.bottom or 0 for n in known)
    if bottom <= 0:
        return Pooled(None, top, bottom, None, None, None, len(known), len(every), flagged, False)
    low, high = interval(top, bottom)
    small = bottom < measure.smallest
    return Pooled(top / bottom, top, bottom, low, high, middle, len(known), len(every), flagged, small)
