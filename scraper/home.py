"""The folder a crawl lives in: its lock, its places, and what is found there after a crash.
Crawling is left to `crawl.py`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gongkai.scraper.archive import OPEN, Archive
from gongkai.scraper.client import Exchange
from gongkai.scraper.clock import moment
from gongkai.scraper.frontier import Frontier
from gongkai.scraper.records import Record, read_at, records
from gongkai.scraper.wire import Broken, head_of, transferred

LOCK, FRONTIER, ARCHIVE = "crawl.lock", "frontier.sqlite", "archive"


class Locked(Exception):
    """Another process works in this folder."""


class Inconsistent(Exception):
    """Archive and frontier do not belong together."""


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """The folder, for one process alone. The system takes the lock back however the process ends."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            raise Locked(f"{home}: process {holder or '?'} is at work there") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def groups(archive: Path, file: str, start: int) -> tuple[list[tuple[Record, ...]], int]:
    """Whole groups of records (… metadata) that stand behind an offset of an open file, and where the last one ends."""
    found: list[tuple[Record, ...]] = []
    group: list[Record] = []
    good = start
    for record in records(archive / (file + OPEN), start):
        if record.problem:
            break
        if record.type == "warcinfo":
            good = record.offset + record.length
            continue
        group.append(record)
        if record.type == "metadata":
            found.append(tuple(group))
            group, good = [], record.offset + record.length
    return found, good


def exchange_of(group: Sequence[Record], archive: Path, frontier: Frontier) -> Exchange:
    """The exchange behind a group of records. The body of a revisit is that of the capture it refers to."""
    by_type = {record.type: record for record in group}
    told = by_type["metadata"].fields()
    answer = by_type.get("response") or by_type.get("revisit")
    wire = answer.block if answer else b""
    if answer is not None and answer.type == "revisit" and "identical-payload" in answer.headers.get("warc-profile", ""):
        wire = rebuilt(wire, answer.headers.get("warc-refers-to", "").strip("<>"), archive, frontier)
    truncated = answer.headers.get("warc-truncated", "") if answer and answer.type == "response" else ""
    request = by_type.get("request")
    return Exchange(
        by_type["metadata"].uri, moment(by_type["metadata"].date), float(told.get("elapsed") or 0.0),
        request.block if request else b"", wire, by_type["metadata"].headers.get("warc-ip-address", ""),
        told.get("failure", ""), told.get("detail", ""), truncated, told.get("tls", ""),
    )  # fmt: skip


def rebuilt(head: bytes, record: str, archive: Path, frontier: Frontier) -> bytes:
    """A whole answer: the head of a revisit with the body it did not repeat. Raises Inconsistent."""
    where = frontier.where(record)
    if where is None:
        raise Inconsistent(f"a revisit refers to {record}, which is not in the frontier")
    file, offset = where
    path = archive / file
    with open(path if path.exists() else f"{path}{OPEN}", "rb") as stream:
        original = read_at(stream, offset)
    try:
        payload = transferred(original.block, head_of(original.block))
    except Broken as error:
        raise Inconsistent(f"{file} at {offset}: {error}") from None
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"transfer-encoding:", b"content-length:"))]
    return b"\r\n".join(kept) + payload


def open_files(archive: Path) -> list[str]:
    """Files that were being written, under their final names."""
    return sorted(path.relative_to(archive).as_posix().removesuffix(OPEN) for path in archive.glob(f"warc/*/*/*/*{OPEN}"))


def reopen(archive: Archive, file: str, size: int) -> None:
    """Goes on with a file, or removes one in which nothing is."""
    if size == 0:
        os.unlink(archive.folder / (file + OPEN))
    else:
        archive.resume(file, size)
