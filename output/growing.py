"""A dataset that grows by a night: new rows become new part files beside the old ones, and the whole appears in one step.
What the rows say is left to `rows`, what became of each report to `holdings` and `events`."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gongkai.output.dataset import batches, check_replaceable, describe, resource
from gongkai.output.encoding import BYTES_BEFORE_WRITING, in_pieces, new_file, write_file
from gongkai.output.history import Told
from gongkai.output.placing import replacing, sync
from gongkai.output.rows import Rows, findings_table, table_from, wide_table
from gongkai.output.schema import TABLES, arrow_schema

IN_PARTS = ("cells", "findings", "sections")
"""Tables that lie in a folder a year and get new files; `wide` has hundreds of columns, whose description in each file
costs a reader more than the figures, and is one file written anew, like `reports` and `coverage`."""
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

    Rows of every table are returned. Old part files are linked, not copied: a night costs what it adds, and the tables
    of one file. Raises NotADataset when `out` is something else, OSError when the disk is full.
    """
    old = Path(os.path.realpath(out))
    with replacing(out, check_replaceable) as folder:
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
        _grow_wide(old, folder, night)
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


def _dropped(name: str, night: Night) -> pa.Array:
    """Ids of the reports whose rows in a table do not stay."""
    patched = night.patched[name]["report_id"].to_pylist() if name in night.patched else []
    return pa.array(sorted({*night.gone, *patched}), pa.string())


def _keep(old: Path, folder: Path, name: str, night: Night) -> None:
    """The old parts of a table in the new dataset: linked as they are, or rewritten without the rows that are dropped."""
    gone = _dropped(name, night)
    if (old / f"{name}.parquet").exists():  # a dataset of `gongkai parse`: its one file becomes the first parts
        _cut_by_year(old, folder, name, gone)
        return
    for file in sorted((old / name).rglob("*.parquet")):
        if file.name.startswith(ACROSS):
            continue
        target = folder / file.relative_to(old)
        target.parent.mkdir(parents=True, exist_ok=True)
        if len(gone) and _holds(file, gone):
            rows = (_without(batch, gone) for batch in _batches(file))
            _write_unless_empty(target, name, in_pieces(rows))
        else:
            os.link(file, target)


def _holds(file: Path, ids: pa.Array) -> bool:
    """Whether a part has rows of any of these reports."""
    found = pq.read_table(file, columns=["report_id"], partitioning=None, read_dictionary=["report_id"])["report_id"]
    return any(pc.any(pc.is_in(chunk.dictionary, value_set=ids)).as_py() for chunk in found.chunks)


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file) as parts:
        yield from parts.iter_batches()


def _without(rows: pa.Table | pa.RecordBatch, gone: pa.Array) -> pa.Table | pa.RecordBatch:
    return rows.filter(pc.invert(pc.is_in(rows["report_id"], value_set=gone))) if len(gone) else rows


def _cut_by_year(old: Path, folder: Path, name: str, gone: pa.Array) -> None:
    """Puts the rows of a table in one file into a file a year, holding a row group of each year at most."""
    held: dict[int | None, list[pa.Table]] = defaultdict(list)
    size: dict[int | None, int] = defaultdict(int)
    across = pa.array(sorted(ACROSS_RULES))
    with ExitStack() as open_files:
        writers: dict[int | None, pq.ParquetWriter] = {}

        def write(year: int | None) -> None:
            table = pa.concat_tables(held.pop(year))
            size[year] = 0
            if year not in writers:
                place = _place(folder, name, year)
                writers[year] = open_files.enter_context(new_file(place / "000.parquet", name, table.schema))
            writers[year].write_table(table, row_group_size=table.num_rows)

        for batch in _batches(old / f"{name}.parquet"):
            rows = _without(pa.Table.from_batches([batch]), gone)
            if name == "findings":
                rows = rows.filter(pc.invert(pc.is_in(rows["rule"], value_set=across)))
            for year, part in _by_year(rows):
                held[year].append(part)
                size[year] += part.nbytes
                if size[year] >= BYTES_BEFORE_WRITING:
                    write(year)
        for year in list(held):
            write(year)


def _by_year(rows: pa.Table) -> Iterator[tuple[int | None, pa.Table]]:
    """The rows of each year, without the year: it stands in the folder's name."""
    years = rows["year"]
    for year in pc.unique(years).to_pylist():
        mask = pc.is_null(years) if year is None else pc.fill_null(pc.equal(years, year), False)
        yield year, rows.filter(mask).drop_columns(["year"])


def _place(folder: Path, name: str, year: int | None) -> Path:
    place = folder / name / f"year={'__HIVE_DEFAULT_PARTITION__' if year is None else year}"
    place.mkdir(exist_ok=True)
    return place


def _write_parts(folder: Path, name: str, part: str, table: pa.Table) -> None:
    """A file for each year."""
    for year, rows in _by_year(table):
        _write(_unused(_place(folder, name, year), part), name, rows)


def _unused(place: Path, part: str) -> Path:
    """A name that no file there has: the same night may be built again, and what is linked must never be written to."""
    path, again = place / f"{part}.parquet", 1
    while path.exists():
        again += 1
        path = place / f"{part}-{again}.parquet"
    return path


def _write(path: Path, name: str, table: pa.Table) -> None:
    path.unlink(missing_ok=True)  # a link to a part of the dataset before: that one stays as it is
    write_file(path, name, table.schema, [table])


def _write_unless_empty(path: Path, name: str, tables: Iterator[pa.Table]) -> None:
    first = next((table for table in tables if len(table)), None)
    if first is not None:
        write_file(path, name, first.schema, chain([first], tables))


def _grow_wide(old: Path, folder: Path, night: Night) -> None:
    """`wide` in one file, the new rows behind the old ones; where nothing changes, the old file."""
    new = [*_new_tables("wide", night), *([night.patched["wide"]] if "wide" in night.patched else [])]
    gone, target = _dropped("wide", night), folder / "wide.parquet"
    if not new and not len(gone) and (old / "wide.parquet").exists():
        os.link(old / "wide.parquet", target)
        return
    schema = arrow_schema("wide")
    kept = (_without(batch, gone) for batch in batches(old, "wide", schema.names))
    write_file(target, "wide", schema, in_pieces(chain(kept, new)))


def _merge_where_many(folder: Path, name: str, part: str) -> None:
    for place in sorted((folder / name).iterdir()):
        files = sorted(f for f in place.glob("*.parquet") if not f.name.startswith(ACROSS))
        if len(files) > MOST_PARTS:
            files = _small(files)
            merged = _unused(place, f"merged-{part}")
            _write_unless_empty(merged, name, in_pieces(batch for file in files for batch in _batches(file)))
            for file in files:
                file.unlink()
        sync(place)


def _small(files: Sequence[Path]) -> list[Path]:
    """The files without the large ones among them; two at least."""
    rows = {f: pq.read_metadata(f).num_rows for f in files}
    by_rows = sorted(files, key=lambda f: (rows[f], f))
    found, total = by_rows[:2], sum(rows[f] for f in by_rows[:2])
    for file in by_rows[2:]:
        if rows[file] > LARGE * total:
            break
        found.append(file)
        total += rows[file]
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
