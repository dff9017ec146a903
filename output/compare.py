"""Agencies side by side: a few measures per report, each a sum of printed cells or unknown.
A measure with one cell that is not printed is unknown, never counted as 0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.compute as pc

from gongkai.output.dataset import read_table
from gongkai.parsers.forms import FORMS

_REFUSED = tuple(r.key for r in FORMS["2021"].table("applications").rows if r.parent == "refused")

MEASURES: dict[str, tuple[str, ...]] = {
    "received": ("received",),
    "granted": ("granted",),
    "refused": _REFUSED,
    "carried_out": ("carried_out",),
}
"""Measure → the rows of table `applications` whose `total` cells add up to it."""


class Measured(NamedTuple):
    """A measure of one report; `value` is None when a cell it needs has no printed number."""

    value: float | None
    flagged: bool


class Line(NamedTuple):
    """One report with its measures, in the order of MEASURES."""

    report_id: str
    agency: str
    region: str | None
    year: int | None
    status: str
    measures: tuple[Measured, ...]


def lines(folder: Path, agencies: Sequence[str] = (), years: Sequence[int] = ()) -> list[Line]:
    """A line for each report that was read, by agency and year; only those asked for when some are named.
    An agency is named by its name or a part of it. Raises NotADataset when a file is damaged."""
    columns = ["report_id", "agency", "region", "year", "status", "source"]
    reports = [r for r in read_table(folder, "reports", columns).to_pylist() if r["status"] != "rejected"]
    if agencies:
        reports = [r for r in reports if any(a in (r["agency"] or "") for a in agencies)]
    if years:
        reports = [r for r in reports if r["year"] in years]
    wanted = {r["report_id"] for r in reports}
    rows = sorted({row for rows in MEASURES.values() for row in rows})
    filters = (pc.field("table") == "applications") & (pc.field("column") == "total") & pc.field("row").isin(rows)
    cells: dict[tuple[str, str], dict[str, Any]] = {
        (c["report_id"], c["row"]): c
        for c in read_table(folder, "cells", ["report_id", "row", "value", "flags"], filters).to_pylist()
        if c["report_id"] in wanted
    }
    found = [
        Line(r["report_id"], r["agency"] or r["source"], r["region"], r["year"], r["status"],
             tuple(_measure(r["report_id"], needed, cells) for needed in MEASURES.values()))
        for r in reports
    ]  # fmt: skip
    return sorted(found, key=lambda n: (n.agency, n.year or 0, n.report_id))


def _measure(report_id: str, rows: Sequence[str], cells: dict[tuple[str, str], dict[str, Any]]) -> Measured:
    found = [cells.get((report_id, row)) for row in rows]
    values = [c["value"] for c in found if c and c["value"] is not None]
    flagged = any(c["flags"] for c in found if c)
    return Measured(sum(values) if len(values) == len(rows) else None, flagged)
