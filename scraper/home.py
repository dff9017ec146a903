"""The folder a crawl lives in: its lock, its places, and what is found there after a crash.
Crawling is left to `crawl.py`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongkai.scraper.archive import OPEN
from gongkai.scraper.records import Record, records

LOCK, FRONTIER, ARCHIVE = "crawl.lock", "frontier.sqlite", "archive"


class Locked(Exception):
    """Another process works in this folder."""


@contextmanager
def locked(home: Path, name: str = LOCK) -> Iterator[None]:
    """The folder, for one process alone. The system takes the lock back however the process ends. Raises Locked."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / name, os.O_RDWR | os.O_CREAT, 0o644)
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


def open_files(archive: Path) -> list[str]:
    """Files that were being written, under their final names."""
    return sorted(path.relative_to(archive).as_posix().removesuffix(OPEN) for path in archive.glob(f"warc/*/*/*/*{OPEN}"))

