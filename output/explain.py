"""Where a number came from: the report it stands in, the cell as printed, the sums it takes part in.
Everything is taken from the dataset; the document itself is only looked at to see whether its bytes are the same."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from gongkai.output.dataset import read_table, rows_of
from gongkai.output.documents import digest_of_file
from gongkai.output.screen import number
from gongkai.parsers.forms import Form, FormCell, Sum

Place = tuple[str, str, str]
Cells = Mapping[Place, dict[str, Any]]


class NotFound(Exception):
    """No report or cell, or more than one, answers to the name given; the message lists what does."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One sum of the form with what this report prints for it, and the verdict in words."""

    rule: str
    source: str
    left: tuple[tuple[str, dict[str, Any] | None], ...]
    right: tuple[tuple[str, dict[str, Any] | None], ...]
    verdict: str


def find_report(folder: Path, name: str) -> dict[str, Any]:
    """The row of `reports` for an id, the beginning of an id, a source, a file name or an agency.
    Raises NotFound when none or several answer."""
    reports = read_table(folder, "reports", ["report_id", "source", "agency", "year", "status"]).to_pylist()
    ways = (
        lambda r: r["report_id"] == name,
        lambda r: r["source"] == name,
        lambda r: os.path.basename(r["source"]) == name,
        lambda r: len(name) >= 4 and r["report_id"].startswith(name.lower()),
        lambda r: r["agency"] == name,
        lambda r: name in (r["agency"] or ""),
        lambda r: name in r["source"],
    )
    for way in ways:
        found = [r for r in reports if way(r)]
        found = [r for r in found if r["status"] != "rejected"] or found
        if found:
            if len(found) == 1:
                whole = read_table(folder, "reports", filters=pc.field("report_id") == found[0]["report_id"])
                return dict(whole.to_pylist()[0])
            listed = "\n".join(
                f"  {r['report_id']}  {r['year'] or '?'}  {r['agency'] or '?'}  {r['source']}" for r in found[:20]
            )
            more = f"\n  … and {len(found) - 20} more" if len(found) > 20 else ""
            raise NotFound(f"{len(found)} reports answer to {name!r}; name one by its id:\n{listed}{more}")
    raise NotFound(f"no report answers to {name!r}; `gongkai compare DATASET` lists the agencies")


def cells_of(folder: Path, report_id: str) -> dict[Place, dict[str, Any]]:
    """The cells of one report in the order of the form."""
    rows = rows_of(folder, "cells", [report_id]).to_pylist()
    return {(c["table"], c["row"], c["column"]): c for c in rows}


def findings_of(folder: Path, report_id: str) -> list[dict[str, Any]]:
    return list(rows_of(folder, "findings", [report_id]).to_pylist())


def bytes_now(report: Mapping[str, Any]) -> str:
    """Whether the document still has the bytes that were read, in words."""
    if not report["payload_sha256"]:
        return "its bytes were never read"
    if report["capture"]:
        return f"archived in {report['capture']}"
    if report["source"] == "-":
        return "came from standard input"
    now = digest_of_file(report["source"])
    if now is None:
        return "not found from here"
    return "bytes unchanged" if now == report["payload_sha256"] else f"CHANGED since: now sha256 {now}"


def form_cell(form: Form, place: Place) -> FormCell:
    """The form's cell at a place. Raises NotFound, naming the keys that exist, for one the form does not have."""
    for cell in form.cells:
        if cell.key == place:
            return cell
    table, row, _ = place
    keys = [c.key for c in form.cells]
    if table not in {k[0] for k in keys}:
        raise NotFound(f"form {form.version} has no table {table!r}; it has {_listed(k[0] for k in keys)}")
    if row not in {k[1] for k in keys if k[0] == table}:
        raise NotFound(f"table {table} has no row {row!r}; it has {_listed(k[1] for k in keys if k[0] == table)}")
    raise NotFound(f"row {row} has no column {place[2]!r}; it has {_listed(k[2] for k in keys if k[:2] == place[:2])}")


def _listed(keys: Any) -> str:
    return ", ".join(dict.fromkeys(keys))


def sums_of(form: Form, cells: Cells, place: Place) -> list[Checked]:
    """Every sum of the form that the cell takes part in, with its verdict on this report."""
    table, row, column = place
    found = []
    for s in form.sums:
        mine = column if s.each == "row" else row
        if s.table == table and mine in (*s.left, *s.right):
            found.append(_check(form, s, cells, row, column))
    return found


def _check(form: Form, s: Sum, cells: Cells, row: str, column: str) -> Checked:
    def terms(keys: Sequence[str]) -> tuple[tuple[str, dict[str, Any] | None], ...]:
        places = [(s.table, row, k) if s.each == "row" else (s.table, k, column) for k in keys]
        places = _printed_alternative(form, cells, [p for p in places if any(c.key == p for c in form.cells)])
        return tuple((_label(form, s, p), cells.get(p)) for p in places)

    left, right = terms(s.left), terms(s.right)
    return Checked(s.rule, s.source, left, right, verdict([c for _, c in left], [c for _, c in right]))


def _label(form: Form, s: Sum, place: Place) -> str:
    table = form.table(place[0])
    if s.each == "row":
        return next(c.label for c in table.columns if c.key == place[2])
    row = table.row(place[1])
    if row.number is None or row.number.startswith("("):
        return f"{row.number or ''}{row.label}"
    return f"{row.number}{'.' if row.number.isdigit() else '、'}{row.label}"


def _printed_alternative(form: Form, cells: Cells, places: Sequence[Place]) -> list[Place]:
    """Of a group that may be printed as one row or as its members, only the way this report prints it."""

    def there(place: Place) -> bool:
        cell = cells.get(place)
        return cell is not None and cell["state"] != "absent"

    left_out: set[Place] = set()
    for table in form.tables:
        for row in (r for r in table.rows if r.one_row):
            one = [p for p in places if p[:2] == (table.key, row.key)]
            members = [p for p in places if p[0] == table.key and p[1] in row.one_row]
            if one and members:
                left_out.update(members if any(map(there, one)) and not any(map(there, members)) else ())
                left_out.update(one if not any(map(there, one)) else ())
    return [p for p in places if p not in left_out]


def verdict(left: Sequence[dict[str, Any] | None], right: Sequence[dict[str, Any] | None]) -> str:
    """What the printed numbers say about `left added up = right added up`."""
    cells = [*left, *right]
    if any(c is None or c["state"] == "absent" for c in cells):
        return "cannot be checked: not every cell is in the document"
    if any(c and c["state"] == "unreadable" for c in cells):
        return "cannot be checked: a cell is unreadable"
    a = sum(c["value"] for c in left if c and c["value"] is not None)
    b = sum(c["value"] for c in right if c and c["value"] is not None)
    blanks = sum(1 for c in cells if c and c["value"] is None)
    if blanks == 0:
        return "holds" if a == b else f"does not hold: {number(a)} is not {number(b)}"
    if blanks == len(cells):
        return "says nothing: every cell is blank"
    if a == b:
        return "holds if the blank is 0" if blanks == 1 else f"holds if the {blanks} blanks are 0"
    if blanks == 1:
        on_left = any(c and c["value"] is None for c in left)
        need = b - a if on_left else a - b
        return (
            f"holds if the blank is {number(need)}" if need >= 0 else f"does not hold: {number(a)} is not {number(b)}"
        )
    return f"undecided: {blanks} blanks"
