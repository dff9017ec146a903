"""What changes in rows that are not read again: people's corrections, and how many findings a report has.
Which documents are read is left to `nightbuild`, replacing the rows to `growing`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.corrections import Place, Review, reviews
from gongkai.output.dataset import batches, read_table, rows_of
from gongkai.output.growing import ACROSS_RULES
from gongkai.output.history import Told
from gongkai.output.rows import Rows

Report = dict[str, Any]
Said = dict[tuple[str, Place], float]


def reviewed(rows: Rows, review: Review) -> Rows:
    return Rows({**rows.tables, "cells": review.of(rows.tables["cells"])}, rows.wide, rows.units, rows.figures)


def patched_cells(
    folder: Path | None, gone: Collection[str], rows: Sequence[Rows], review: Review
) -> tuple[dict[str, pa.Table], Said, Said]:
    """The cells of reports that are not read tonight and whose corrections are others now; and what corrections said
    before and say now."""
    says: Said = {}
    for one in rows:
        says |= reviews(one.tables["cells"])
    if folder is None:
        return {}, {}, says
    said = reviews(read_table(folder, "cells", filters=pc.field("reviewed").is_valid()))
    ids = {i for i, _ in said} | review.by_report.keys()
    before = rows_of(folder, "cells", ids - set(gone))
    after = review.of(before)
    kept = reviews(after)
    says |= kept
    others = {i for i, place in said.keys() ^ kept.keys() if i not in gone}
    others |= {i for i, place in said.keys() & kept.keys() if said[i, place] != kept[i, place]}
    if not others:
        return {}, said, says
    return (
        {"cells": after.filter(pc.is_in(after["report_id"], value_set=pa.array(sorted(others), pa.string())))},
        said,
        says,
    )


def by_people(
    run: str, at: datetime, reports: Sequence[Report], said: Said, says: Said, review: Review
) -> Iterator[dict[str, Any]]:
    """What people's corrections say otherwise than the night before."""
    source = {r["report_id"]: r["source"] for r in reports}
    for key in sorted(said.keys() | says.keys()):
        if said.get(key) == says.get(key):
            continue
        (report_id, place), one = key, review.by_report.get(key[0], {}).get(key[1])
        before, after = (None if n is None else f"{n:.10g}" for n in (said.get(key), says.get(key)))
        yield {
            "run_id": run, "at": at, "event": "changed", "cause": "person", "report_id": report_id,
            "source": source.get(report_id), "table": place[0], "row": place[1], "column": place[2],
            "before": before, "after": after,
            "detail": f"reviewed: {one.why} ({one.who})" if one and after else "reviewed: the correction was withdrawn or lapsed",
        }  # fmt: skip


def count_findings(
    folder: Path | None, reports: Sequence[Report], rows: Sequence[Rows], gone: Collection[str], across: Sequence[Told]
) -> dict[str, int]:
    """Sets `findings` of every report, its own and those across reports; gives the old ones whose number is another."""
    counts = Counter(told.report_id for told in across)
    if folder is not None:
        own = ~pc.field("rule").isin(sorted(ACROSS_RULES))
        for batch in batches(folder, "findings", ["report_id"], own):
            counts.update(i for i in batch["report_id"].to_pylist() if i not in gone)
    fresh: set[str] = set()
    for one in rows:
        counts.update(one.tables["findings"]["report_id"].to_pylist())
        fresh.update(one.tables["reports"]["report_id"].to_pylist())
    others: dict[str, int] = {}
    for r in reports:
        if r["findings"] != counts[r["report_id"]]:
            r["findings"] = others[r["report_id"]] = counts[r["report_id"]]
    for one in rows:
        at = one.tables["reports"].schema.get_field_index("findings")
        column = pa.array([counts[i] for i in one.tables["reports"]["report_id"].to_pylist()], pa.int32())
        one.tables["reports"] = one.tables["reports"].set_column(at, one.tables["reports"].schema.field(at), column)
    return {i: n for i, n in others.items() if i not in fresh}


def wide_with_counts(folder: Path, counts: Mapping[str, int], gone: Collection[str]) -> pa.Table:
    ids = sorted(counts.keys() - set(gone))
    wide = read_table(folder, "wide", filters=pc.field("report_id").isin(pa.array(ids, pa.string())))
    at = wide.schema.get_field_index("findings")
    column = pa.array([counts[i] for i in wide["report_id"].to_pylist()], pa.int32())
    return wide.set_column(at, wide.schema.field(at), column)
