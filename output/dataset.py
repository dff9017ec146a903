"""A dataset is a directory of Parquet files and datapackage.json: written whole or not at all, and read back.
Which columns there are is left to `schema`, what rows mean to `rows`."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from gongkai.output.encoding import BYTES_BEFORE_WRITING, options
from gongkai.output.history import Told
from gongkai.output.placing import replacing, sync
from gongkai.output.rows import BUILT, Rows, findings_table, wide_table
from gongkai.output.schema import SCHEMA_VERSION, TABLES, arrow_schema, frictionless_schema

_T = TypeVar("_T")

PACKAGE_FILE = "datapackage.json"
ROWS_AT_ONCE = 2**15
"""Rows of a table that are looked at together: a hundred and fifty reports' cells, 5 MB."""
READS = 10
"""How often a table is read again when a build replaces the dataset during it."""


class NotADataset(Exception):
    """The directory is no gongkai dataset, or holds what gongkai did not write; the message says what to do."""


class Writer:
    """Takes rows batch by batch and writes them into a new dataset; see `create`. `reports` is held to the end, since
    findings across reports are counted in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, IO[bytes]] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._held: dict[str, list[pa.Table]] = {name: [] for name in BUILT}
        self._bytes = dict.fromkeys((*BUILT, "wide"), 0)
        self._matrices: list[npt.NDArray[np.float64]] = []
        self._units: list[list[str | None]] = []
        self._heads: list[pa.Table] = []
        self.counts = dict.fromkeys((*BUILT, "wide"), 0)
        for name in (*BUILT, "wide"):
            self._files[name] = open(folder / f"{name}.parquet", "wb")  # noqa: SIM115  (closed by finish or abandon)
            self._writers[name] = pq.ParquetWriter(
                self._files[name], arrow_schema(name), **options(name, arrow_schema(name).names)
            )

    def add(self, rows: Rows, without: Collection[str] = ()) -> None:
        """Appends rows, leaving out the reports with the ids in `without`."""
        if without:
            rows = without_reports(rows, without)
        for name, table in rows.tables.items():
            self._held[name].append(table)
            self._bytes[name] += table.nbytes
            if self._bytes[name] >= BYTES_BEFORE_WRITING and name != "reports":
                self._flush(name)
        reports = rows.tables["reports"]
        self._heads.append(reports.filter(pc.not_equal(reports["status"], "rejected")))
        self._matrices.append(rows.wide)
        self._units += rows.units
        self._bytes["wide"] += rows.wide.nbytes
        if self._bytes["wide"] >= BYTES_BEFORE_WRITING:
            self._flush_wide()

    def tell(self, told: Sequence[Told]) -> None:
        """Appends findings that all reports together gave; they are counted with each report's own."""
        if not told:
            return
        self._held["findings"].append(findings_table(told))
        more = Counter(one.report_id for one in told)
        reports = pa.concat_tables(self._held["reports"])
        counts = [
            n + more[i] for i, n in zip(reports["report_id"].to_pylist(), reports["findings"].to_pylist(), strict=True)
        ]
        place = reports.schema.get_field_index("findings")
        self._held["reports"] = [reports.set_column(place, reports.schema.field(place), pa.array(counts, pa.int32()))]

    def _write(self, name: str, table: pa.Table) -> None:
        self.counts[name] += table.num_rows
        self._bytes[name] = 0
        self._writers[name].write_table(table, row_group_size=max(1, table.num_rows))

    def _flush(self, name: str) -> None:
        if self._held[name]:
            self._write(name, pa.concat_tables(self._held[name]))
            self._held[name].clear()

    def _flush_wide(self) -> None:
        if self._matrices:
            heads = pa.concat_tables(self._heads)
            self._write("wide", wide_table(heads, np.concatenate(self._matrices), self._units))
            self._heads.clear()
            self._matrices.clear()
            self._units.clear()

    def finish(self, versions: dict[str, str]) -> None:
        """Writes what is held and the description of the dataset, and brings all of it to the disk."""
        for name in BUILT:
            self._flush(name)
        self._flush_wide()
        resources = []
        for name, writer in self._writers.items():
            writer.close()
            self._files[name].flush()
            os.fsync(self._files[name].fileno())
            self._files[name].close()
            resources.append(resource(name, [self.folder / f"{name}.parquet"], self.folder, self.counts[name]))
        describe(self.folder, resources, versions)

    def abandon(self) -> None:
        """Closes the files without caring what is in them."""
        for name, writer in self._writers.items():
            with suppress(OSError, pa.ArrowException, ValueError):
                writer.close()
            with suppress(OSError):
                self._files[name].close()


def without_reports(rows: Rows, ids: Collection[str]) -> Rows:
    """The rows of all other reports."""
    drop = pa.array(sorted(ids), pa.string())
    reports = rows.tables["reports"]
    lines = reports.filter(pc.not_equal(reports["status"], "rejected"))["report_id"]
    keep = pc.invert(pc.is_in(lines, value_set=drop)).to_numpy(zero_copy_only=False).astype(bool)
    tables = {n: t.filter(pc.invert(pc.is_in(t["report_id"], value_set=drop))) for n, t in rows.tables.items()}
    figures = [f for f in rows.figures if f.report_id not in ids]
    return Rows(tables, rows.wide[keep], [u for u, k in zip(rows.units, keep, strict=True) if k], figures)


def resource(name: str, files: Sequence[Path], folder: Path, rows: int) -> dict[str, Any]:
    """A table in the description of a dataset: its files (one, or one a part), with size and digest of a single one."""
    table = TABLES[name]
    paths = [file.relative_to(folder).as_posix() for file in files]
    found: dict[str, Any] = {
        "name": table.name,
        "path": paths if len(paths) != 1 else paths[0],
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": table.description,
        "bytes": sum(file.stat().st_size for file in files),
    }
    if len(files) == 1:
        with open(files[0], "rb") as file:
            found["hash"] = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    return found | {"rows": rows, "schema": frictionless_schema(table)}


def describe(folder: Path, resources: list[dict[str, Any]], versions: dict[str, str]) -> None:
    """Writes datapackage.json and brings the folder to the disk."""
    with open(folder / PACKAGE_FILE, "w", encoding="utf-8") as file:
        json.dump(_package(resources, versions), file, ensure_ascii=False, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    sync(folder)


def _package(resources: list[dict[str, Any]], versions: dict[str, str]) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "profile": "data-package",
        "name": "gongkai",
        "title": "政府信息公开工作年度报告: annual open-government-information reports of Chinese agencies",
        "description": "Every figure is what the agency printed, or it carries a flag. A blank is never a zero.",
        "version": now.strftime("%Y.%m.%d"),
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "gongkai": {"schema_version": SCHEMA_VERSION, **versions},
        "resources": resources,
    }


@contextmanager
def create(out: str) -> Iterator[Writer]:
    """A writer into a directory beside `out`; when the block ends without an error and `finish` was called, that
    directory takes the place of `out` in one step, else nothing is left of it.

    Raises NotADataset when `out` exists and is something else, OSError when the disk is full or not writable.
    """
    with replacing(out, check_replaceable) as beside:
        writer = None
        try:
            writer = Writer(beside)
            yield writer
        except BaseException:
            if writer:
                writer.abandon()
            raise


def check_replaceable(target: Path) -> None:
    """Raises NotADataset where something else than a dataset stands."""
    if not target.exists():
        return
    if not target.is_dir():
        raise NotADataset(f"{target} is a file, not a dataset; choose another --out")
    names = {p.name for p in target.iterdir()}
    if names and not _is_ours(target):
        raise NotADataset(f"{target} is not a gongkai dataset and not empty; nothing was deleted, choose another --out")
    foreign = sorted(n for n in names if n != PACKAGE_FILE and n.removesuffix(".parquet") not in TABLES)
    if foreign:
        raise NotADataset(
            f"{target} also holds {', '.join(foreign[:3])}, not written by gongkai; move it away or choose another --out"
        )


def _is_ours(folder: Path) -> bool:
    try:
        package = json.loads((folder / PACKAGE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(package, dict) and "gongkai" in package


def open_dataset(folder: str) -> Path:
    """The dataset's directory. Raises NotADataset when there is none."""
    path = Path(folder)
    if not path.is_dir():
        raise NotADataset(f"{folder}: no such dataset")
    if not _is_ours(path):
        raise NotADataset(f"{folder} is not a gongkai dataset (no {PACKAGE_FILE} of ours in it)")
    return path


def package_of(folder: Path) -> dict[str, str]:
    """What the description of a dataset says of its making: versions of schema and parser, the night."""
    made: dict[str, str] = json.loads((folder / PACKAGE_FILE).read_text(encoding="utf-8"))["gongkai"]
    return made


def read_table(folder: Path, name: str, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
    """A table of the dataset, empty when the dataset has none of this name. `filters` as in pyarrow.
    Of a dataset that is replaced meanwhile, the old table or the new one. Raises NotADataset when the file is damaged."""
    return steady(folder, lambda: _read_now(folder, name, columns, filters), name)


def steady(folder: Path, read: Callable[[], _T], name: str = "") -> _T:
    """What `read` gives of one and the same dataset: it reads again when a build has put another one there meanwhile.
    Raises NotADataset when a file is damaged."""
    for _ in range(READS):
        before, problem = _which(folder), None
        try:
            found = read()
        except (OSError, pa.ArrowException) as error:
            problem = f"{folder / name} cannot be read: {str(error).splitlines()[0]}"
        except NotADataset as error:
            problem = str(error)
        if _which(folder) == before:
            break
    if problem is not None:
        raise NotADataset(problem)
    return found


class _Replaced(Exception):
    """A build has put another dataset in the place of the one that is read."""


def undisturbed(folder: Path, work: Callable[[Callable[[], None]], _T]) -> _T:
    """What `work` makes of one and the same dataset. It is given a function to call when it has read all it needs and
    before it puts anything in its place: where a build has put another dataset there meanwhile, `work` begins again.
    Its errors are raised only where they are not due to that."""
    for left in reversed(range(READS)):
        before = _which(folder)

        def check(before: tuple[int, int, int] | None = before) -> None:
            if _which(folder) != before:
                raise _Replaced

        try:
            return work(check)
        except Exception as error:
            if _which(folder) == before or not left:
                if isinstance(error, _Replaced):
                    raise NotADataset(f"{folder} is replaced faster than it can be read; try again") from None
                raise
    raise AssertionError


def _which(folder: Path) -> tuple[int, int, int] | None:
    """Which directory stands at this path now: a build puts another one there. Its number alone is not enough, since a
    disk gives the number of a directory that was removed to the next one."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_ctime_ns


def _read_now(folder: Path, name: str, columns: list[str] | None, filters: Any) -> pa.Table:
    path, schema = folder / f"{name}.parquet", arrow_schema(name)
    if path.exists():
        return pq.read_table(path, columns=columns, filters=filters)
    if (parts := folder / name).is_dir():
        found = ds.dataset(parts, schema, format="parquet", partitioning=_partitioning(name))
        return found.to_table(columns=columns or schema.names, filter=filters)
    table = schema.empty_table()
    return table.select(columns) if columns else table


def rows_of(folder: Path, name: str, ids: Collection[str], years: Collection[int | None] | None = None) -> pa.Table:
    """The rows of some reports, all of which are of these years where any are given. Only the folders of the years and
    the row groups with one of the reports are read whole. Raises NotADataset."""
    wanted, schema = pa.array(sorted(ids), pa.string()), arrow_schema(name)

    def read() -> pa.Table:
        single = folder / f"{name}.parquet"
        files = [single] if single.exists() else sorted((folder / name).rglob("*.parquet"))
        found = []
        for file in files:
            year = _year_of(file.parent)
            if file != single and years is not None and year not in years:
                continue
            with pq.ParquetFile(file, read_dictionary=["report_id"]) as part:
                for group in range(part.num_row_groups):
                    held = part.read_row_group(group, ["report_id"])["report_id"]
                    if any(pc.any(pc.is_in(c.dictionary, value_set=wanted)).as_py() for c in held.chunks):
                        rows = part.read_row_group(group)
                        rows = rows.filter(pc.is_in(rows["report_id"], value_set=wanted))
                        if file != single:
                            rows = rows.append_column("year", pa.repeat(pa.scalar(year, pa.int16()), len(rows)))
                        found.append(rows.select(schema.names).cast(schema))
        return pa.concat_tables(found) if found else schema.empty_table()

    return steady(folder, read, name)


def _year_of(place: Path) -> int | None:
    year = place.name.removeprefix("year=")
    return int(year) if year.isdecimal() else None


def batches(
    folder: Path, name: str, columns: Sequence[str], filters: Any = None, *, coded: Collection[str] = ()
) -> Iterator[pa.RecordBatch]:
    """A table of the dataset piece by piece, for what looks at all of it. Texts of the columns in `coded`, which take no
    part in `filters`, come as dictionaries: several times as fast where few differ. Raises NotADataset."""
    path = folder / f"{name}.parquet"
    parts = path if path.exists() else folder / name
    if not parts.exists():
        return
    try:
        schema = pa.schema(
            [f.with_type(pa.dictionary(pa.int32(), f.type)) if f.name in coded else f for f in arrow_schema(name)]
        )
        kind = ds.ParquetFileFormat(dictionary_columns=set(coded))
        partitioning = None if parts == path else _partitioning(name)
        found = ds.dataset(parts, schema, format=kind, partitioning=partitioning)
        yield from found.to_batches(
            columns=list(columns), filter=filters, batch_size=ROWS_AT_ONCE, batch_readahead=2, fragment_readahead=1
        )
    except (OSError, pa.ArrowException) as error:
        raise NotADataset(f"{parts} cannot be read: {str(error).splitlines()[0]}") from None


def _partitioning(name: str) -> ds.Partitioning | None:
    """Tables in parts lie in a folder a year, where they have a year."""
    schema = arrow_schema(name)
    if "year" not in schema.names:
        return None
    return ds.partitioning(pa.schema([schema.field("year")]), flavor="hive")
