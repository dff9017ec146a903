"""People's corrections of single cells, from corrections.toml: each fills `reviewed`, never `value`, or lapses visibly.
Who an agency is, is corrected by `overrides`; writing the cells is left to `dataset` and `growing`."""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.history import Told
from gongkai.output.rows import report_id
from gongkai.output.schema import wide_cells
from gongkai.parsers.report import Finding

CORRECTIONS = "corrections.toml"
"""Name of the file that is taken from beside the dataset where none is given."""
LARGEST_FILE = 16 * 2**20

Place = tuple[str, str, str]
_KEYS = {"sha256": str, "cell": str, "printed": str, "number": (int, float), "who": str, "why": str, "when": date}
_MORE = {"source": str, "report": int}
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BadCorrections(Exception):
    """The file is not what it should be; the message is one line that says where."""


class Correction(NamedTuple):
    """One entry. `sha256`: of the document's bytes; `printed`: the cell's text as the dataset's `raw` has it; `report`:
    which report of the document, from 1; `source`: its address, so that a later version is recognised."""

    sha256: str
    cell: str
    printed: str
    number: float
    who: str
    why: str
    when: date
    source: str | None = None
    report: int = 1

    @property
    def report_id(self) -> str:
        return report_id(self.sha256, self.report - 1)

    @property
    def place(self) -> Place:
        table, row, column = self.cell.split(".")
        return table, row, column


def read_toml(path: Path, name: str) -> list[dict[str, Any]]:
    """The entries `[[name]]` of a TOML file. Raises BadCorrections; OSError where there is no such file."""
    if path.stat().st_size > LARGEST_FILE:
        raise BadCorrections(f"{path}: larger than {LARGEST_FILE // 2**20} MB")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise BadCorrections(f"{path}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadCorrections(f"{path}: {error}") from None
    except RecursionError:
        raise BadCorrections(f"{path}: nested too deeply") from None
    if more := table.keys() - {name}:
        raise BadCorrections(f"{path}: unknown key {min(more)!r}; entries are [[{name}]]")
    entries = table.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise BadCorrections(f"{path}: entries are [[{name}]]")
    return entries


def checked_keys(where: str, entry: Mapping[str, Any], needed: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """Raises BadCorrections for a key that is missing, unknown, empty, or of another type."""
    if missing := [k for k in needed if k not in entry]:
        raise BadCorrections(f"{where}: no {missing[0]!r}; needed are {', '.join(needed)}")
    for key, value in entry.items():
        kind = {**needed, **more}.get(key)
        if kind is None:
            raise BadCorrections(f"{where}: unknown key {key!r}")
        if not isinstance(value, kind) or isinstance(value, bool):
            wanted = {str: "a text", int: "a whole number", date: "a date, YYYY-MM-DD"}.get(kind, "a number")
            raise BadCorrections(f"{where}: {key} must be {wanted}")
        if value == "" and key != "printed":
            raise BadCorrections(f"{where}: {key} is empty")


def load(path: Path) -> list[Correction]:
    """The corrections of a file. Raises BadCorrections for the first mistake in it, OSError where it is not there."""
    found: list[Correction] = []
    cells = {".".join(c.key) for c in wide_cells().values()}
    seen: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(read_toml(path, "correction"), 1):
        where = f"{path}: correction {number}"
        checked_keys(where, entry, _KEYS, _MORE)
        entry["sha256"] = entry["sha256"].lower()
        if not _DIGEST.fullmatch(entry["sha256"]):
            raise BadCorrections(f"{where}: sha256 must be 64 hex digits; `gongkai explain` shows them")
        if entry["cell"] not in cells:
            raise BadCorrections(f"{where}: no form has a cell {entry['cell']!r}; name it as table.row.column")
        if not math.isfinite(entry["number"]):
            raise BadCorrections(f"{where}: number must be a number")
        if entry.get("report", 1) < 1:
            raise BadCorrections(f"{where}: report is counted from 1")
        one = Correction(**{**entry, "number": float(entry["number"])})
        if (earlier := seen.setdefault((one.report_id, one.cell), number)) != number:
            raise BadCorrections(f"{where}: the same cell as correction {earlier}")
        found.append(one)
    return found


def beside(out: str, name: str, given: str | None = None) -> Path | None:
    """The file that was given, or the one of this name beside the dataset, None where there is none."""
    if given is not None:
        return Path(given)
    path = Path(out).resolve().parent / name
    return path if path.is_file() else None


class Review:
    """Corrections on their way into the cells of a dataset; knows afterwards which of them lapsed."""

    def __init__(self, corrections: Iterable[Correction]) -> None:
        self.every = list(corrections)
        self.by_report: dict[str, dict[Place, Correction]] = defaultdict(dict)
        for one in self.every:
            self.by_report[one.report_id][one.place] = one
        self._met: dict[tuple[str, Place], str] = {}  # cells that were met, and what is printed there

    def of(self, cells: pa.Table) -> pa.Table:
        """The cells with `reviewed` as these corrections have it, and nothing else changed."""
        ids = pa.array(sorted(self.by_report), pa.string())
        mine = pc.is_in(cells["report_id"], value_set=ids)
        if cells["reviewed"].null_count == len(cells) and not pc.any(mine).as_py():
            return cells
        reviewed: list[float | None] = [None] * len(cells)
        for k in pc.indices_nonzero(mine).to_pylist():
            cell = cells.slice(k, 1).select(["report_id", "table", "row", "column", "raw"]).to_pylist()[0]
            place = cell["table"], cell["row"], cell["column"]
            one = self.by_report[cell["report_id"]].get(place)
            if one is None:
                continue
            self._met[one.report_id, place] = cell["raw"] or ""
            if _same_text(one.printed, cell["raw"] or ""):
                reviewed[k] = one.number
        at = cells.schema.get_field_index("reviewed")
        return cells.set_column(at, cells.schema.field(at), pa.array(reviewed, pa.float64()))

    def lapsed(self, reports: Iterable[Mapping[str, Any]]) -> list[Told]:
        """A finding for each correction that does not hold any more, at the report that shows why."""
        every = list(reports)
        by_id = {r["report_id"]: r for r in every}
        newest = {r["source"]: r for r in every if r["latest"] and r["status"] != "rejected"}
        told: list[Told] = []
        for one in self.every:
            report = by_id.get(one.report_id)
            if report is not None and (why := self._why_not(one)):
                told.append(_told(one, report, why))
            later = newest.get(report["source"] if report else one.source)
            if (
                later is None
                or later["report_id"] == one.report_id
                or one.place in self.by_report.get(later["report_id"], {})
            ):
                continue
            if later["payload_sha256"] != one.sha256:
                told.append(_told(one, later, f"the document has other bytes now; it was made for {one.report_id}"))
        return told

    def unmatched(self, reports: Iterable[Mapping[str, Any]]) -> list[str]:
        """Lines for people: corrections of documents that the dataset does not have at all."""
        rows = [(r["report_id"], r["source"]) for r in reports]
        ids, sources = {i for i, _ in rows}, {s for _, s in rows}
        return [
            f"correction of {one.cell} by {one.who}: the dataset has no report with the bytes {one.sha256[:16]}…"
            for one in self.every
            if one.report_id not in ids and one.source not in sources
        ]

    def _why_not(self, one: Correction) -> str | None:
        printed = self._met.get((one.report_id, one.place))
        if printed is None:
            return "the report has no such cell"
        if not _same_text(one.printed, printed):
            return f"it was made for the text {one.printed!r}, the cell reads {printed!r}"
        return None


def _told(one: Correction, report: Mapping[str, Any], why: str) -> Told:
    detail = f"{one.number:.10g} by {one.who} ({one.when.isoformat()}) does not apply: {why}"
    return Told(report["report_id"], report["year"], Finding("correction_lapsed", *one.place, detail=detail))


def _same_text(a: str, b: str) -> bool:
    return "".join(a.split()) == "".join(b.split())


def reviews(cells: pa.Table) -> dict[tuple[str, Place], float]:
    """What people's corrections say in these cells."""
    kept = cells.filter(pc.is_valid(cells["reviewed"]))
    return {(c["report_id"], (c["table"], c["row"], c["column"])): c["reviewed"] for c in kept.to_pylist()}


def said_of(folder: Path, report: str, place: Place) -> str | None:
    """Who corrected a cell, when and why, as far as the file beside the dataset still says it."""
    path = beside(str(folder), CORRECTIONS)
    try:
        entries = load(path) if path else []
    except (BadCorrections, OSError):
        return None
    return next(
        (
            f"{one.why} ({one.who}, {one.when.isoformat()})"
            for one in entries
            if (one.report_id, one.place) == (report, place)
        ),
        None,
    )
