"""A dataset is a directory of Parquet files and datapackage.json: written whole or not at all, and read back.
Which columns there are is left to `schema`, what rows mean to `rows`."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from gongkai.output.history import Told
from gongkai.output.rows import BUILT, Rows, findings_table, wide_table
from gongkai.output.schema import SCHEMA_VERSION, TABLES, arrow_schema, frictionless_schema

PACKAGE_FILE = "datapackage.json"
BYTES_BEFORE_WRITING = 32 * 2**20
"""How much of a table is held in memory before it is written as one row group; `reports` is held to the end, since
findings across reports are counted in it."""
READS = 10
"""How often a table is read again when a build replaces the dataset during it."""
COMPRESSION = {"compression": "zstd", "compression_level": 9}
# Columns in which hardly a value comes twice in a row group: a dictionary of them only costs (`at`: half the file).
_WITHOUT_DICTIONARY = frozenset(("at", "text", "detail", "title", "source", "payload_sha256"))


class NotADataset(Exception):
    """The directory is no gongkai dataset, or holds what gongkai did not write; the message says what to do."""


class InUse(Exception):
    """Another process builds this dataset."""


class Writer:
    """Takes rows batch by batch and writes them into a new dataset; see `create`."""

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
                self._files[name], arrow_schema(name), **COMPRESSION, use_dictionary=with_dictionary(name)
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


def with_dictionary(name: str) -> list[str]:
    """Parquet's paths of the columns to be kept with a dictionary."""
    return [
        f"{f.name}.list.element" if pa.types.is_list(f.type) else f.name
        for f in arrow_schema(name)
        if f.name not in _WITHOUT_DICTIONARY
    ]


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
    sync_folder(folder)


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
    with replacing(out) as beside:
        writer = None
        try:
            writer = Writer(beside)
            yield writer
        except BaseException:
            if writer:
                writer.abandon()
            raise


@contextmanager
def replacing(out: str) -> Iterator[Path]:
    """An empty directory beside `out` that takes its place in one step when the block ends without an error.

    Raises NotADataset when `out` exists and is something else, OSError when the disk is full or not writable.
    """
    target = Path(os.path.realpath(out))
    _check_replaceable(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(target)
    beside = target.parent / f"{writing_prefix(target)}{os.getpid()}-{time.time_ns():x}"
    beside.mkdir()
    lock = locked_folder(beside)
    try:
        yield beside
        _check_replaceable(target)  # someone may have put something there meanwhile
        swap(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # what was half written, or the dataset that was replaced
        os.close(lock)


@contextmanager
def alone(out: str) -> Iterator[None]:
    """The dataset at `out` for one process that reads it, adds to it and puts the result in its place. The system takes
    the lock back however the process ends. Raises InUse."""
    target = Path(os.path.realpath(out))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target.parent / f".{target.name}.gongkai-lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"{target}: another build is at work on it; nothing was changed") from None
        except OSError:  # some network disks have no locks
            pass
        yield
    finally:
        os.close(handle)


def writing_prefix(target: Path) -> str:
    return f".{target.name}.gongkai-writing-"


def _check_replaceable(target: Path) -> None:
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


def locked_folder(folder: Path) -> int:
    """A descriptor that holds a lock on the folder as long as this process lives, so that others see it is in use."""
    descriptor = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # some network disks have no locks
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def remove_leftovers(target: Path) -> None:
    """Removes what a killed run left beside the target: an hour old at least, and in nobody's use."""
    for folder in target.parent.glob(f"{writing_prefix(target)}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < 3600:
                continue
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def swap(new: Path, target: Path) -> None:
    """Puts `new` in the place of `target`, whose old content is then under the name of `new`."""
    parent = os.open(target.parent, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(parent, fcntl.LOCK_EX)  # one at a time: matters only without an atomic exchange
        if not target.exists():
            os.rename(new, target)
        elif not _exchange(new, target):
            aside = new.with_name(new.name + "-old")
            os.rename(target, aside)
            os.rename(new, target)
            os.rename(aside, new)
        os.fsync(parent)
    finally:
        os.close(parent)


def _exchange(a: Path, b: Path) -> bool:
    """Exchanges two directories in one step; False where the system or the disk cannot."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(AttributeError, OSError):
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        return bool(renameat2(here, os.fsencode(a), here, os.fsencode(b), exchange) == 0)
    return False


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    for _ in range(READS):
        before, problem = _inode(folder), None
        try:
            table = _read_now(folder, name, columns, filters)
        except (OSError, pa.ArrowException) as error:
            problem = str(error).splitlines()[0]
        if _inode(folder) == before:
            break
    if problem is not None:
        raise NotADataset(f"{folder / name} cannot be read: {problem}")
    return table


def _inode(folder: Path) -> int | None:
    """Which directory stands at this path now: a build puts another one there."""
    try:
        return folder.stat().st_ino
    except OSError:
        return None


def _read_now(folder: Path, name: str, columns: list[str] | None, filters: Any) -> pa.Table:
    path, schema = folder / f"{name}.parquet", arrow_schema(name)
    if path.exists():
        return pq.read_table(path, columns=columns, filters=filters)
    if (parts := folder / name).is_dir():
        found = ds.dataset(parts, schema, format="parquet", partitioning=_partitioning(name))
        return found.to_table(columns=columns or schema.names, filter=filters)
    table = schema.empty_table()
    return table.select(columns) if columns else table


def batches(folder: Path, name: str, columns: list[str], filters: Any = None) -> Iterator[pa.RecordBatch]:
    """A table of the dataset piece by piece, for what looks at all of it. Raises NotADataset."""
    path = folder / f"{name}.parquet"
    parts = path if path.exists() else folder / name
    if not parts.exists():
        return
    try:
        partitioning = None if parts == path else _partitioning(name)
        found = ds.dataset(parts, arrow_schema(name), format="parquet", partitioning=partitioning)
        yield from found.to_batches(columns=columns, filter=filters)
    except (OSError, pa.ArrowException) as error:
        raise NotADataset(f"{parts} cannot be read: {str(error).splitlines()[0]}") from None


def _partitioning(name: str) -> ds.Partitioning | None:
    """Tables in parts lie in a folder a year, where they have a year."""
    schema = arrow_schema(name)
    if "year" not in schema.names:
        return None
    return ds.partitioning(pa.schema([schema.field("year")]), flavor="hive")
