"""Reports of a whole territory beside the reports of those in it: how much of their figure is held, never whether it is right.
A city adds its own departments, and only some of its districts are held: the parts of a sum prove nothing about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.compute as pc

from gongkai.output.dataset import read_table
from gongkai.parsers.divisions import below, division_of_code

FIGURE = "applications__received__total"
_COLUMNS = [
    "report_id",
    "year",
    "agency",
    "agency_id",
    "source",
    "status",
    "latest",
    "level",
    "kind",
    "scope",
    "region_code",
]


class Territory(NamedTuple):
    """A report on a whole territory: its requests received, and the reports held of those in it for the same year.

    `divisions`: governments of the divisions directly below that are held, `of` so many that there are; `held`: the
    requests in these reports together, of which `unknown` print none that could be read; `share`: of `figure`.
    """

    report_id: str
    agency: str
    year: int
    figure: int | None
    departments: int
    townships: int
    divisions: int
    of: int
    unknown: int
    held: int
    share: float | None


def territories(folder: Path) -> list[Territory]:
    """Every report on a whole territory with what is held of its parts, by agency and year. Raises NotADataset."""
    newest = (pc.field("status") != "rejected") & pc.field("latest")
    reports = read_table(folder, "reports", _COLUMNS, newest).to_pylist()
    reports = [r for r in reports if r["region_code"] and r["year"] is not None]
    figures = {w["report_id"]: w[FIGURE] for w in read_table(folder, "wide", ["report_id", FIGURE]).to_pylist()}
    by_place: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for r in reports:
        by_place[r["region_code"], r["year"]].append(r)
    found = [
        _territory(r, by_place, figures)
        for r in reports
        if r["scope"] == "territory" and r["kind"] in ("government", "office") and r["level"] != "township"
    ]
    return sorted(found, key=lambda t: (t.agency, t.year, t.report_id))


def _territory(
    parent: Mapping[str, Any],
    by_place: Mapping[tuple[str, int], Sequence[Mapping[str, Any]]],
    figures: Mapping[str, int | None],
) -> Territory:
    code, year = parent["region_code"], parent["year"]
    here = [r for r in by_place.get((code, year), ()) if r["report_id"] != parent["report_id"]]
    towns = _once([r for r in here if r["level"] == "township"])
    # A second report on the whole territory (the office's beside the government's) is no part of it.
    departments = _once(
        [r for r in here if r["level"] != "township" and r["kind"] != "government" and r["scope"] != "territory"]
    )
    division = division_of_code(code, year)
    lower = below(division, year) if division else ()
    governments = [
        next(
            (r for r in by_place.get((d.code, year), ()) if r["kind"] == "government" and r["level"] != "township"),
            None,
        )
        for d in lower
    ]
    held = [r for r in governments if r is not None]
    parts = departments + towns + held
    known = [n for r in parts if (n := figures.get(r["report_id"])) is not None]
    figure = figures.get(parent["report_id"])
    return Territory(
        parent["report_id"], parent["agency"] or "?", year, figure, len(departments), len(towns),
        len(held), len(lower), len(parts) - len(known), sum(known), sum(known) / figure if figure else None,
    )  # fmt: skip


def _once(reports: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One report an agency: of two addresses for one body and year the first."""
    return list({r["agency_id"] or r["report_id"]: r for r in reversed(reports)}.values())
