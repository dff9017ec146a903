"""What the reports of many years and agencies say about each other: balances carried over, stocks, jumps, copies, lateness.
Sums within one report are left to the parsers, which agency a report is of to `territory`."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.coded import CODED, Key, coded
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Finding, Number, Report

_COLUMNS = tuple(c.key for c in FORMS["2021"].table("applications").columns)
_STOCKS = ("regulations", "normative_documents")
_STOCK_PARTS = ("in_force", "issued", "repealed")

JUMP_FACTOR, JUMP_LEAST = 20, 200
"""A figure that is so many times last year's, and differs by so much, is worth a look: 66 → 372 documents in force is
no jump, 40 → 4,000 requests is one."""
_JUMPING = (("applications", "received", "total"), ("proactive", "normative_documents", "in_force"))

LAST_OF_2007 = 2018
"""The last report year under the 条例 of 2007."""
FEWEST_FIGURES = 8
"""Figures other than 0 that two reports must share to be called copied; small agencies print the same few numbers by chance."""
LEAST_CHANCE = 1e-3
"""Expected number of such pairs among all reports, by how often each figure occurs, above which likeness says nothing."""


_KEPT: tuple[Key, ...] = (
    *(("applications", row, c) for row in ("carried_in", "carried_out") for c in _COLUMNS),
    *(("proactive", row, part) for row in _STOCKS for part in _STOCK_PARTS),
    _JUMPING[0],
)
_AT = {key: k for k, key in enumerate(_KEPT)}
_PAIR = struct.Struct("<Hq")
LOOKED_AT = (*CODED, "value", "flags")
"""The columns of `cells` that history looks at."""
_CELLS = tuple(dict.fromkeys(c.key for form in FORMS.values() for c in form.cells if c.table == "applications"))
_NUMBER_OF = {key: k for k, key in enumerate(_CELLS)}


class Printed(NamedTuple):
    """A printed number, and whether it carries a flag."""

    value: Number
    flagged: bool


class Figures(NamedTuple):
    """What history looks at of one report, held small: there may be a hundred thousand."""

    report_id: str
    agency_id: str | None
    year: int | None
    form: str | None
    kind: str | None
    scope: str | None
    published: date | None
    signed: date | None
    values: tuple[Number | None, ...]  # in the order of _KEPT
    flagged: frozenset[int]
    others: bytes  # pairs of cell and figure of table three, where the figure is not 0

    def cell(self, *key: str) -> Printed | None:
        """The number printed in a cell, None where none is."""
        k = _AT[key[0], key[1], key[2]]
        value = self.values[k]
        return None if value is None else Printed(value, k in self.flagged)

    def pairs(self) -> Iterator[tuple[int, int]]:
        return _PAIR.iter_unpack(self.others)


class Told(NamedTuple):
    """A finding about one report."""

    report_id: str
    year: int | None
    finding: Finding


def figures_of(report_id: str, report: Report) -> Figures | None:
    """The figures of a report that was read; None for a rejected one."""
    if report.status == "rejected":
        return None
    values: list[Number | None] = [None] * len(_KEPT)
    flagged: set[int] = set()
    others: list[bytes] = []
    for v in report.values:
        if v.value is None:
            continue
        key = (v.table, v.row, v.column)
        if (k := _AT.get(key)) is not None:
            values[k] = v.value
            if v.flags:
                flagged.add(k)
        if v.value and v.table == "applications" and v.value == int(v.value) and -(2**63) < v.value < 2**63:
            others.append(_PAIR.pack(_NUMBER_OF[key], int(v.value)))
    who = report.identity
    return Figures(report_id, who.agency_id, who.year, report.form, who.kind, who.scope, who.published, who.signed,
                   tuple(values), frozenset(flagged), b"".join(others))  # fmt: skip


def figures_from(reports: Iterable[Mapping[str, Any]], cells: Iterable[pa.RecordBatch]) -> list[Figures]:
    """The figures of reports that stand in a dataset: rows of `reports`, and `cells` in batches of any size (`LOOKED_AT`),
    whose texts may be dictionaries. A hundred thousand reports have twenty million cells: none becomes an object of its own.
    """
    every = [r for r in reports if r["status"] != "rejected"]
    numbers = {r["report_id"]: k for k, r in enumerate(every)}
    values = np.full((len(every), len(_KEPT)), np.nan)
    flagged: dict[int, set[int]] = defaultdict(set)
    others: list[bytes] = [b""] * len(every)
    for batch in cells:
        printed = batch.filter(pc.is_valid(batch["value"]))
        lines, kept, other = coded(printed, numbers, _AT, _NUMBER_OF)
        value = printed["value"].to_numpy(zero_copy_only=False)
        mine = (lines >= 0) & (kept >= 0)
        values[lines[mine], kept[mine]] = value[mine]
        doubts = mine & (pc.list_value_length(printed["flags"]).to_numpy(zero_copy_only=False) > 0)
        for line, k in zip(lines[doubts].tolist(), kept[doubts].tolist(), strict=True):
            flagged[line].add(k)
        counts = (lines >= 0) & (other >= 0) & (value != 0) & (value == np.trunc(value)) & (np.abs(value) < 2.0**63)
        _add_pairs(others, lines[counts], other[counts], value[counts])
    return [
        Figures(r["report_id"], r["agency_id"], r["year"], r["form"], r["kind"], r["scope"], r["published"], r["signed"],
                tuple(None if v != v else int(v) if v == int(v) else v for v in values[k].tolist()),
                frozenset(flagged.get(k, ())), others[k])
        for k, r in enumerate(every)
    ]  # fmt: skip


def _add_pairs(
    others: list[bytes], lines: npt.NDArray[np.int64], cells: npt.NDArray[np.int64], values: npt.NDArray[np.float64]
) -> None:
    """Appends pairs of cell and figure (`_PAIR`) to the reports at `lines`, in the order of the rows."""
    if not len(lines):
        return
    pairs = np.empty(len(lines), np.dtype([("cell", "<u2"), ("figure", "<i8")]))
    pairs["cell"], pairs["figure"] = cells, values.astype(np.int64)
    starts = [0, *(np.flatnonzero(np.diff(lines)) + 1).tolist()]  # a report's rows stand together
    for line, start, end in zip(lines[starts].tolist(), starts, [*starts[1:], len(lines)], strict=True):
        others[line] += pairs[start:end].tobytes()


def history_findings(figures: Iterable[Figures]) -> Iterator[Told]:
    """The findings across reports, by agency and year."""
    every = list(figures)
    by_agency: dict[str, list[Figures]] = defaultdict(list)
    for one in every:
        yield from _late(one)
        if one.agency_id is not None and one.year is not None:
            by_agency[one.agency_id].append(one)
    for reports in by_agency.values():
        for before, after in pairwise(_one_a_year(reports)):
            if after.year == (before.year or 0) + 1:
                yield from _carry_over(before, after)
                yield from _stock(before, after)
                yield from _jumps(before, after)
    yield from _copied(every)


def _one_a_year(reports: Sequence[Figures]) -> list[Figures]:
    """The reports in order of their years; a year with two that differ stands for nothing."""
    by_year: dict[int, list[Figures]] = defaultdict(list)
    for one in reports:
        by_year[one.year or 0].append(one)
    return [found[0] for _, found in sorted(by_year.items()) if len({f.others for f in found}) == 1]


def _carry_over(before: Figures, after: Figures) -> Iterator[Told]:
    """Last year's carried_out is this year's carried_in, in every column, whatever the form."""
    for column in _COLUMNS:
        out = before.cell("applications", "carried_out", column)
        taken = after.cell("applications", "carried_in", column)
        if out is None or taken is None or out.value == taken.value:
            continue
        sure = not out.flagged and not taken.flagged and before.scope == after.scope
        yield Told(after.report_id, after.year, Finding(
            "carry_over", "applications", "carried_in", column, out.value, taken.value, "publisher" if sure else "unknown",
            f"the report on {before.year} ({before.report_id}) carries {out.value} over to this year",
        ))  # fmt: skip


def _stock(before: Figures, after: Figures) -> Iterator[Told]:
    """In force = last year's + issued - repealed; whether documents declared lapsed count is nowhere said."""
    if not before.form == after.form == "2021":
        return
    for row in _STOCKS:
        last = before.cell("proactive", row, "in_force")
        now, issued, repealed = (after.cell("proactive", row, part) for part in _STOCK_PARTS)
        if last is None or now is None or issued is None or repealed is None:
            continue
        expected = last.value + issued.value - repealed.value
        if expected != now.value:
            yield Told(after.report_id, after.year, Finding(
                "stock", "proactive", row, "in_force", expected, now.value, "unknown",
                f"{last.value} in force in the report on {before.year} ({before.report_id}), {issued.value} issued, "
                f"{repealed.value} repealed",
            ))  # fmt: skip


def _jumps(before: Figures, after: Figures) -> Iterator[Told]:
    for key in _JUMPING:
        then, now = before.cell(*key), after.cell(*key)
        if then is None or now is None:
            continue
        low, high = sorted((then.value, now.value))
        if high - low >= JUMP_LEAST and high > JUMP_FACTOR * max(low, 1):
            yield Told(after.report_id, after.year, Finding(
                "jump", *key, then.value, now.value, "unknown",
                f"{then.value} in the report on {before.year} ({before.report_id}); the scope may have changed",
            ))  # fmt: skip


def _late(one: Figures) -> Iterator[Told]:
    """条例 art. 49: departments and offices publish by 31 January, governments by 31 March; the day itself is in time.

    Up to the report on 2018 the 条例 of 2007 gave everybody until 31 March (art. 31).
    A page may be younger than the report it shows (a site that moved): a report signed in time is late for unknown reasons.
    """
    if one.year is None or one.published is None or one.kind not in ("government", "department", "office"):
        return
    old = one.year <= LAST_OF_2007
    due = date(one.year + 1, 3, 31) if old or one.kind == "government" else date(one.year + 1, 1, 31)
    if one.published > due:
        in_time = one.signed is not None and one.signed <= due
        days = (one.published - due).days
        yield Told(one.report_id, one.year, Finding(
            "late", None, None, None, None, days, "unknown" if in_time else "publisher",
            f"published {one.published.isoformat()}, {days} days after {due.isoformat()} ({'2007年条例 art. 31' if old else '条例 art. 49'})"
            + (f"; signed {one.signed.isoformat()}: the page may be a copy" if in_time and one.signed else ""),
        ))  # fmt: skip


def _copied(every: Sequence[Figures]) -> Iterator[Told]:
    """Reports of different years or agencies that print the same figures in table three, so many that chance is out of it."""
    alike: dict[bytes, list[Figures]] = defaultdict(list)
    for one in every:
        if len(one.others) >= FEWEST_FIGURES * _PAIR.size and one.agency_id is not None and one.year is not None:
            alike[one.others].append(one)
    suspects = {figures: found for figures, found in alike.items() if len({(f.agency_id, f.year) for f in found}) > 1}
    asked = {pair for found in suspects.values() for pair in found[0].pairs()}
    counts = Counter(pair for one in every for pair in one.pairs() if pair in asked) if asked else Counter()
    for found in suspects.values():
        chance = _chance(found[0], counts, len(every))
        if chance > LEAST_CHANCE:
            continue
        first = min(found, key=lambda f: (f.year or 0, f.report_id))
        for one in found:
            if (one.agency_id, one.year) != (first.agency_id, first.year):
                number = len(one.others) // _PAIR.size
                yield Told(one.report_id, one.year, Finding(
                    "copied_figures", "applications", None, None, None, number, "publisher",
                    f"{number} figures are those of {first.agency_id} {first.year} ({first.report_id}); "
                    f"pairs so alike expected by chance among these reports: {chance:.1e}",
                ))  # fmt: skip


def _chance(one: Figures, counts: Counter[tuple[int, int]], reports: int) -> float:
    """How many pairs of reports would share all these figures if each came independently as often as it occurs.

    Sums repeat their parts: only figures of single kinds of applicant and single outcomes count.
    """
    chance = reports * (reports - 1) / 2
    for cell, value in one.pairs():
        _, row, column = _CELLS[cell]
        if column != "total" and row not in ("total", "carried_in", "carried_out"):
            chance *= (counts[cell, value] / reports) ** 2
    return chance
