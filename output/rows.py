"""Reports → columns: Arrow tables and the matrix behind `wide`, built column by column.
What the columns mean is left to `schema`, where they are kept to `dataset`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gongkai.output.history import Figures, Told, figures_of
from gongkai.output.schema import arrow_schema, wide_cells
from gongkai.parsers.report import Identity, Number, Report, Values

BUILT = ("reports", "cells", "findings", "sections")
"""The tables built here; `wide` is made from the matrix when it is written."""


class Entry(NamedTuple):
    """One report under its id, with the document it came from. `sha256` is None when the bytes were never read."""

    report_id: str
    source: str
    sha256: str | None
    report: Report
    capture: str | None = None  # file:offset in a web archive
    fetched_at: datetime | None = None


@dataclass(slots=True)
class Rows:
    """The rows of some reports in every table. `wide` has a line for each report that was not rejected, a column for
    each cell of `wide_cells()`, NaN where `wide` is null; `units` the printed units of its amounts."""

    tables: dict[str, pa.Table]
    wide: npt.NDArray[np.float64]
    units: list[list[str | None]]
    figures: list[Figures] = field(default_factory=list)
    """What the comparison of years needs of each report that was not rejected."""


def report_id(sha256: str, position: int) -> str:
    """The id of the report at `position` (0, 1 …) in the document with this digest."""
    return sha256[:16] if position == 0 else f"{sha256[:16]}-{position + 1}"


def entries(source: str, sha256: str, reports: Sequence[Report]) -> list[Entry]:
    """The reports of one document under their ids."""
    return [Entry(report_id(sha256, i), source, sha256, r) for i, r in enumerate(reports)]


def rejected(source: str, reason: str, sha256: str | None = None) -> Entry:
    """The row of a document that gave no report; without a digest when its bytes could not be read."""
    name = sha256[:16] if sha256 else hashlib.sha256(source.encode()).hexdigest()[:16] + "-unread"
    return Entry(name, source, sha256, Report("rejected", reason, None, Identity()))


def build(batch: Sequence[Entry], parser_version: str) -> Rows:
    """The rows of a batch of reports, in the order given."""
    wide, units = _wide([e.report for e in batch if e.report.status != "rejected"])
    return Rows(
        {
            "reports": _reports(batch, parser_version),
            "cells": _cells(batch),
            "findings": _findings(batch),
            "sections": _sections(batch),
        },
        wide,
        units,
        [found for e in batch if (found := figures_of(e.report_id, e.report)) is not None],
    )


def table_of(name: str, columns: dict[str, Any]) -> pa.Table:
    """An Arrow table from Python columns; a column that is not given is null throughout."""
    schema = arrow_schema(name)
    length = len(next(iter(columns.values())))
    arrays = [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(length, f.type) for f in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def table_from(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """An Arrow table from rows; a column that a row does not have is null."""
    return table_of(name, {f.name: [row.get(f.name) for row in rows] for f in arrow_schema(name)})


def _floats(numbers: Iterable[Number | None]) -> list[float | None]:
    return [None if n is None else float(n) for n in numbers]


def _repeated(values: Iterable[Any], lengths: Sequence[int]) -> list[Any]:
    return list(chain.from_iterable(map(repeat, values, lengths)))


def _reports(batch: Sequence[Entry], parser_version: str) -> pa.Table:
    who = [e.report.identity for e in batch]
    states = [_count_states(e.report) for e in batch]
    return table_of(
        "reports",
        {
            "report_id": [e.report_id for e in batch],
            "family": [e.report.family for e in batch],
            **{
                name: [getattr(i, name) for i in who]
                for name in ("agency", "region", "level", "department", "kind", "year", "title", "published", "signed",
                             "scope", "region_code", "province", "agency_id")
            },
            "form": [e.report.form for e in batch],
            "status": [e.report.status for e in batch],
            "reason": [e.report.reason for e in batch],
            "source": [e.source for e in batch],
            "media_type": [e.report.media_type or None for e in batch],
            "payload_sha256": [e.sha256 for e in batch],
            "capture": [e.capture for e in batch],
            "fetched_at": [e.fetched_at for e in batch],
            "parser_version": [parser_version] * len(batch),
            "latest": [True] * len(batch),
            "attachments": [[]] * len(batch),
            "record_sha256": [_record_digest(e.report) for e in batch],
            "cells_reported": [s["reported"] for s in states],
            "cells_blank": [s["blank"] for s in states],
            "cells_absent": [s["absent"] for s in states],
            "cells_unreadable": [s["unreadable"] for s in states],
            "cells_flagged": [0 if e.report.status == "rejected" else sum(map(bool, Values.of(e.report.values).flags))
                              for e in batch],
            "findings": [len(e.report.findings) for e in batch],
        },
    )  # fmt: skip


def _record_digest(report: Report) -> str | None:
    """Digest of the record without places, flags and findings: what the publisher says, however it is laid out."""
    if report.status == "rejected":
        return None
    who = report.identity
    said = (who.agency, who.year, report.form, [(v.table, v.row, v.column, str(v.value), v.unit, v.state) for v in report.values],
            [(s.key, "".join(s.text.split())) for s in report.sections])  # fmt: skip
    return hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()


def _count_states(report: Report) -> dict[str, int]:
    counts = dict.fromkeys(("reported", "blank", "absent", "unreadable"), 0)
    if report.status != "rejected":
        counts.update(Counter(Values.of(report.values).states))
    return counts


def _cells(batch: Sequence[Entry]) -> pa.Table:
    kept = [e for e in batch if e.report.status != "rejected"]
    lengths = [len(e.report.values) for e in kept]
    columns = zip(*(Values.of(e.report.values).as_columns() for e in kept), strict=True)
    table, row, column, value, unit, raw, state, implied, flags, at = (
        map(list, map(chain.from_iterable, columns)) if kept else [()] * 10
    )
    return table_of(
        "cells",
        {
            "report_id": _repeated([e.report_id for e in kept], lengths),
            "year": _repeated([e.report.identity.year for e in kept], lengths),
            "table": table, "row": row, "column": column,
            "value": _floats(value), "unit": unit, "raw": raw, "state": state, "implied": _floats(implied),
            "flags": flags, "at": at,
        },
    )  # fmt: skip


def _findings(batch: Sequence[Entry]) -> pa.Table:
    return findings_table([Told(e.report_id, e.report.identity.year, f) for e in batch for f in e.report.findings])


def findings_table(told: Sequence[Told]) -> pa.Table:
    """Rows of `findings`."""
    found = [one.finding for one in told]
    rule, table, row, column, expected, actual, fault, detail = zip(*found, strict=True) if found else [()] * 8
    return table_of(
        "findings",
        {
            "report_id": [one.report_id for one in told],
            "year": [one.year for one in told],
            "rule": rule, "table": table, "row": row, "column": column,
            "expected": _floats(expected), "actual": _floats(actual), "fault": fault, "detail": detail,
        },
    )  # fmt: skip


def _sections(batch: Sequence[Entry]) -> pa.Table:
    kept = [e for e in batch if e.report.status != "rejected"]
    lengths = [len(e.report.sections) for e in kept]
    found = list(chain.from_iterable(e.report.sections for e in kept))
    number, key, heading, text = zip(*found, strict=True) if found else [()] * 4
    return table_of(
        "sections",
        {
            "report_id": _repeated([e.report_id for e in kept], lengths),
            "year": _repeated([e.report.identity.year for e in kept], lengths),
            "number": number, "key": key, "heading": heading, "text": text,
        },
    )  # fmt: skip


@cache
def _places() -> tuple[dict[tuple[str, str, str], int], frozenset[int], dict[int, int]]:
    """Column of each cell in the matrix, the columns that hold counts, and the place of each amount among the units."""
    cells = list(wide_cells().values())
    amounts = [i for i, c in enumerate(cells) if c.type == "decimal"]
    counts = frozenset(i for i, c in enumerate(cells) if c.type != "decimal")
    return {c.key: i for i, c in enumerate(cells)}, counts, {i: n for n, i in enumerate(amounts)}


def _wide(reports: Sequence[Report]) -> tuple[npt.NDArray[np.float64], list[list[str | None]]]:
    places, counts, amounts = _places()
    matrix = np.full((len(reports), len(places)), np.nan)
    units: list[list[str | None]] = [[None] * len(amounts) for _ in reports]
    for line, report in enumerate(reports):
        tables, rows, columns, numbers, printed_units, *_ = Values.of(report.values).as_columns()
        for table, row, column, number, unit in zip(tables, rows, columns, numbers, printed_units, strict=True):
            if number is None:
                continue
            place = places[table, row, column]
            if place in counts and number != int(number):
                continue  # an int64 column cannot hold what was printed; `cells` does
            matrix[line, place] = number
            if place in amounts:
                units[line][amounts[place]] = unit or None
    return matrix, units


def wide_table(heads: pa.Table, matrix: npt.NDArray[np.float64], units: Sequence[Sequence[str | None]]) -> pa.Table:
    """`wide` from the rows of `reports` that were not rejected and their lines of the matrix, in the same order."""
    schema = arrow_schema("wide")
    cells = list(wide_cells())
    _, counts, amounts = _places()
    arrays: dict[str, pa.Array | pa.ChunkedArray] = {}
    for i, name in enumerate(cells):
        column = matrix[:, i]
        missing = np.isnan(column)
        if i in counts:
            arrays[name] = pa.array(np.where(missing, 0, column).astype(np.int64), pa.int64(), mask=missing)
        else:
            arrays[name] = pa.array(column, pa.float64(), mask=missing)
            arrays[f"{name}__unit"] = pa.array([u[amounts[i]] for u in units], pa.string())
    return pa.Table.from_arrays([arrays[n] if n in arrays else heads[n] for n in schema.names], schema=schema)
