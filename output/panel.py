"""The panel: one row per unit and year, with what was chosen among several reports and whether the unit is complete.
Which reports there are is left to the dataset, how the panel is written to the exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.dataset import read_table
from gongkai.output.export_contents import Part, States, by_year, states_of, states_table, with_states
from gongkai.output.schema import TABLES, Column, Table, wide_cells

LISTED_WITH = "; "
"""Between the ids of other reports."""

_OF_REPORTS = ("agency", "region", "region_code", "province", "level", "department", "kind", "scope", "form", "status",
               "published", "cells_flagged", "findings")  # fmt: skip


class Panel(NamedTuple):
    """The panel, the states of its cells, and how many reports could not stand in it."""

    table: pa.Table
    states: States
    left_out: int


def panel_table() -> Table:
    """The columns of the panel."""
    reports = {c.name: c for c in TABLES["reports"].columns}
    cells = tuple(c for c in TABLES["wide"].columns if c.name.removesuffix("__unit") in wide_cells())
    own = (
        Column("agency_id", "string", reports["agency_id"].description, "单位", required=True),
        Column("year", "int16", reports["year"].description, "年份", required=True),
        Column("report_id", "string", "The report taken for this unit and year: the newest version", required=True),
        Column("versions", "int32", "How many reports there are for this unit and year", "版本数", required=True),
        Column("conflict", "int16", "1 where another of them prints another figure, unit or state, else 0: see the reports themselves",
               "版本冲突", required=True),
        Column("other_reports", "string", f"Ids of the reports not taken, parted by `{LISTED_WITH.strip()}`"),
        Column("years_held", "int32", "In how many years the unit reports", "年数", required=True),
        Column("balanced", "int16", "1 where the unit has a report in every year in which any unit of the panel has one, else 0",
               "平衡面板", required=True),
    )  # fmt: skip
    return Table(
        "panel",
        "One row per unit (agency_id) and year with the figures of one report; `region_code` is the code valid in that year",
        (*own, *(reports[name] for name in _OF_REPORTS), *cells),
        ("agency_id", "year"),
    )


def panel(folder: Path) -> Panel:
    """The panel of a dataset. Reports without a unit or a year stand in none. Raises NotADataset."""
    described = panel_table()
    reports, left_out = _candidates(folder)
    wide, states = _figures(folder, [r["report_id"] for found in reports.values() for r in found])
    line = {name: k for k, name in enumerate(wide["report_id"].to_pylist())}
    years = {year for _, year in reports}
    held: dict[str, set[int]] = defaultdict(set)
    for agency, year in reports:
        held[agency].add(year)
    rows: list[dict[str, Any]] = []
    for (agency, year), found in sorted(reports.items()):
        best, *others = sorted(found, key=_newest, reverse=True)
        rows.append(
            {
                **{name: best[name] for name in (*_OF_REPORTS, "report_id")},
                "agency_id": agency,
                "year": year,
                "versions": len(found),
                "conflict": int(_differ(wide, states, [line[r["report_id"]] for r in found])) if others else 0,
                "other_reports": LISTED_WITH.join(r["report_id"] for r in others) or None,
                "years_held": len(held[agency]),
                "balanced": int(held[agency] == years),
            }
        )
    taken = pa.array([line[r["report_id"]] for r in rows], pa.int64())
    figures = wide.take(taken)
    schema = described.arrow()
    arrays = [
        pa.array([r[f.name] for r in rows], f.type) if f.name not in figures.schema.names or f.name in _own() else figures[f.name]
        for f in schema
    ]  # fmt: skip
    return Panel(pa.table(arrays, schema=schema), states[np.asarray(taken)], left_out)


def _own() -> frozenset[str]:
    return frozenset(("report_id", *_OF_REPORTS, "year"))


def _candidates(folder: Path) -> tuple[dict[tuple[str, int], list[dict[str, Any]]], int]:
    """The reports of each unit and year, and how many have no unit or no year."""
    reports = read_table(folder, "reports")
    reports = reports.filter(pc.not_equal(reports["status"], "rejected"))
    complete = reports.filter(pc.and_(pc.is_valid(reports["agency_id"]), pc.is_valid(reports["year"])))
    names = [n for n in reports.schema.names if n in (*_OF_REPORTS, "report_id", "agency_id", "year", "signed",
                                                      "last_changed", "first_seen", "latest", "same_as")]  # fmt: skip
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in complete.select(names).to_pylist():
        found[row["agency_id"], row["year"]].append(row)
    return found, len(reports) - len(complete)


def _newest(row: dict[str, Any]) -> tuple[bool, bool, str, str, str, str]:
    """Sorts the version to be taken last: the one the dataset marks, then by when it changed, was published, was signed."""
    return (
        bool(row.get("latest", True)),
        row.get("same_as") is None,
        str(row["last_changed"] or row["first_seen"] or ""),
        str(row["published"] or ""),
        str(row["signed"] or ""),
        row["report_id"],
    )


def _figures(folder: Path, ids: list[str]) -> tuple[pa.Table, States]:
    """The lines of `wide` of these reports and their states."""
    wanted = pa.array(ids, pa.string())
    lines: list[pa.Table] = []
    states: list[States] = []
    for piece in by_year(folder):
        piece = piece.filter(pc.is_in(piece["report_id"], value_set=wanted))
        if len(piece):
            lines.append(piece)
            states.append(states_of(folder, piece))
    empty = TABLES["wide"].arrow().empty_table()
    return pa.concat_tables([*lines, empty]), np.concatenate([*states, np.zeros((0, len(wide_cells())), np.uint8)])


def _differ(wide: pa.Table, states: States, lines: list[int]) -> bool:
    """Whether these lines print different figures, in different units, or in different states."""
    names = [n for n in wide.schema.names if n.removesuffix("__unit") in wide_cells()]
    versions = wide.select(names).take(pa.array(lines)).to_pylist()
    return any(v != versions[0] for v in versions[1:]) or bool((states[lines] != states[lines[0]]).any())


def panel_parts(folder: Path) -> tuple[list[Part], int]:
    """The panel and its states as parts of an export, and how many reports stand in none."""
    made, described = panel(folder), panel_table()
    of_states = states_table(described)

    def figures() -> Iterator[pa.Table]:
        yield made.table

    def states() -> Iterator[pa.Table]:
        yield with_states(made.table, made.states, of_states)

    rows = made.table.num_rows
    return [Part(described, rows, figures), Part(of_states, rows, states)], made.left_out
