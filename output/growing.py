"""A dataset that grows by a night: new rows become new part files beside the old ones, and the whole appears in one step.
What the rows say is left to `rows`, what became of each report to `holdings` and `events`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gongkai.output.dataset import COMPRESSION, describe, read_table, replacing, resource, sync_folder, with_dictionary
from gongkai.output.history import Told
from gongkai.output.rows import Rows, findings_table, table_from, wide_table
from gongkai.output.schema import TABLES

IN_PARTS = ("cells", "findings", "sections", "wide")
"""Tables that only ever get more rows; the others (`reports`, `coverage`) are small and written anew each night."""
MOST_PARTS = 3
"""Part files of one year; above it the small ones are merged, so that reads stay nearly as fast as from a single file."""
LARGE = 2
"""A part so many times as large as all smaller ones together is not merged with them: a night must not write a year anew."""
MOST_CHANGES = 48
"""Files of events, one a night, before they are merged."""
ACROSS = "across-"
"""Parts of `findings` that come from comparing years and agencies: made anew each night."""
ACROSS_RULES = frozenset(("carry_over", "stock", "jump", "late", "copied_figures", "correction_lapsed"))
"""The rules of those parts; a dataset of `gongkai parse` has them among the others."""
_CHANGED = [column.name for column in TABLES["changes"].columns]


@dataclass(slots=True)
class Night:
    """What a night adds. `reports`: every report from now on, old and new; `gone`: ids whose rows are dropped."""

    name: str
    reports: pa.Table
    rows: Sequence[Rows] = ()
    gone: Collection[str] = ()
    across: Sequence[Told] = ()
    changes: Sequence[Mapping[str, Any]] = ()
    coverage: Sequence[Mapping[str, Any]] = ()
    versions: dict[str, str] = field(default_factory=dict)
    patched: Mapping[str, pa.Table] = field(default_factory=dict)
    """By table: rows that take the place of all rows of their reports in that table, and in no other."""


def grow(out: str, night: Night) -> dict[str, int]:
    """Writes the dataset with this night in it to the place of the one before; readers see either, whole.

    Rows of every table are returned. Old part files are linked, not copied: a night costs what it adds. Raises
    NotADataset when `out` is something else, OSError when the disk is full.
    """
    old = Path(os.path.realpath(out))
    with replacing(out) as folder:
        counts: dict[str, int] = {}
        for name in IN_PARTS:
            (folder / name).mkdir()
            _keep(old, folder, name, night)
            new = [*_new_tables(name, night), *([night.patched[name]] if name in night.patched else [])]
            if new:  # one part a year and night, however many batches were read
                _write_parts(folder, name, night.name, pa.concat_tables(new))
            if name == "findings" and night.across:
                _write_parts(folder, name, f"{ACROSS}{night.name}", findings_table(night.across))
            _merge_where_many(folder, name, night.name)
        _write(folder / "reports.parquet", "reports", night.reports)
        _grow_changes(old, folder, night)
        if night.coverage:
            _write(folder / "coverage.parquet", "coverage", table_from("coverage", night.coverage))
        resources = []
        for name in TABLES:
            files = _files(folder, name)
            if files:
                counts[name] = sum(pq.read_metadata(f).num_rows for f in files)
                resources.append(resource(name, files, folder, counts[name]))
        describe(folder, resources, night.versions)
    return counts


def _files(folder: Path, name: str) -> list[Path]:
    single = folder / f"{name}.parquet"
    return [single] if single.exists() else sorted((folder / name).rglob("*.parquet"))


def _new_tables(name: str, night: Night) -> Iterable[pa.Table]:
    for rows in night.rows:
        if name != "wide":
            yield rows.tables[name]
        elif len(rows.wide):
            reports = rows.tables["reports"]
            yield wide_table(reports.filter(pc.not_equal(reports["status"], "rejected")), rows.wide, rows.units)


def _keep(old: Path, folder: Path, name: str, night: Night) -> None:
    """The old parts of a table in the new dataset: linked as they are, or rewritten without the rows that are dropped."""
    gone = night.gone if name not in night.patched else {*night.gone, *night.patched[name]["report_id"].to_pylist()}
    if (old / f"{name}.parquet").exists():  # a dataset of `gongkai parse`: its one file becomes the first part
        table = read_table(old, name)
        if name == "findings":
            table = table.filter(pc.invert(pc.is_in(table["rule"], value_set=pa.array(sorted(ACROSS_RULES)))))
        _write_parts(folder, name, "000", _without(table, gone))
        return
    for file in sorted((old / name).rglob("*.parquet")):
        if file.name.startswith(ACROSS):
            continue
        target = folder / file.relative_to(old)
        target.parent.mkdir(parents=True, exist_ok=True)
        if gone:
            ids = pq.read_table(file, columns=["report_id"], partitioning=None)["report_id"]
            if pc.any(pc.is_in(ids, value_set=pa.array(sorted(gone), pa.string()))).as_py():
                kept = _without(pq.read_table(file, partitioning=None), gone)
                if len(kept):
                    _write(target, name, kept)
                continue
        os.link(file, target)


def _without(table: pa.Table, gone: Collection[str]) -> pa.Table:
    if not gone:
        return table
    return table.filter(pc.invert(pc.is_in(table["report_id"], value_set=pa.array(sorted(gone), pa.string()))))


def _write_parts(folder: Path, name: str, part: str, table: pa.Table) -> None:
    """A file for each year; the year stands in the folder's name."""
    if not len(table):
        return
    years = table["year"]
    for year in pc.unique(years).to_pylist():
        mask = pc.is_null(years) if year is None else pc.fill_null(pc.equal(years, year), False)
        place = folder / name / f"year={'__HIVE_DEFAULT_PARTITION__' if year is None else year}"
        place.mkdir(exist_ok=True)
        path, again = place / f"{part}.parquet", 1
        while path.exists():  # the same night built again; what is linked must never be written to
            again += 1
            path = place / f"{part}-{again}.parquet"
        _write(path, name, table.filter(mask).drop_columns(["year"]))


def _write(path: Path, name: str, table: pa.Table) -> None:
    kept = [column for column in with_dictionary(name) if column.split(".")[0] in table.column_names]
    path.unlink(missing_ok=True)  # a link to a part of the dataset before: that one stays as it is
    with open(path, "wb") as file:
        pq.write_table(table, file, **COMPRESSION, use_dictionary=kept)
        file.flush()
        os.fsync(file.fileno())


def _merge_where_many(folder: Path, name: str, part: str) -> None:
    for place in sorted((folder / name).iterdir()):
        files = sorted(f for f in place.glob("*.parquet") if not f.name.startswith(ACROSS))
        if len(files) > MOST_PARTS:
            files = _small(files)
            whole = pa.concat_tables([pq.read_table(f, partitioning=None) for f in files]).sort_by("report_id")
            for file in files:
                file.unlink()
            merged, again = place / f"merged-{part}.parquet", 1
            while merged.exists():
                again += 1
                merged = place / f"merged-{part}-{again}.parquet"
            _write(merged, name, whole)
        sync_folder(place)


def _small(files: Sequence[Path]) -> list[Path]:
    """The files without the large ones among them; two at least."""
    by_size = sorted(files, key=lambda f: f.stat().st_size)
    found, total = by_size[:2], sum(f.stat().st_size for f in by_size[:2])
    for file in by_size[2:]:
        size = file.stat().st_size
        if size > LARGE * total:
            break
        found.append(file)
        total += size
    return found


def _grow_changes(old: Path, folder: Path, night: Night) -> None:
    """Events are kept for ever, a file a night; many are merged."""
    (folder / "changes").mkdir()
    for file in sorted((old / "changes").glob("*.parquet")):
        if file.stem != night.name:
            os.link(file, folder / "changes" / file.name)
    if events := _once(old / "changes" / f"{night.name}.parquet", night.changes):
        _write(folder / "changes" / f"{night.name}.parquet", "changes", table_from("changes", events))
    files = sorted((folder / "changes").glob("*.parquet"))
    if len(files) > MOST_CHANGES:
        first, *_ = files
        whole = pa.concat_tables([pq.read_table(f) for f in files])
        for file in files:
            file.unlink()
        _write(first, "changes", whole)
    if not files:
        shutil.rmtree(folder / "changes")


def _once(earlier: Path, changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The events of a night with those of its earlier builds: what was told stays told, and is not told twice."""
    found: dict[tuple[object, ...], Mapping[str, Any]] = {}
    for event in [*(pq.read_table(earlier).to_pylist() if earlier.exists() else []), *changes]:
        said = tuple(event.get(n) for n in _CHANGED if n != "at")
        found.setdefault(said, event)
    return list(found.values())
