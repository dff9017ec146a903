"""WARC files as they lie on the disk → records, member by member, each checked; damage is found, named and stepped over.
What a record means is left to those who ask."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

from gongkai.scraper.wire import whole

MAGIC = b"\x1f\x8b\x08"
PIECE = 1 << 20
FIRST, GROWTH = 4_096, 16
"""Bytes that are read first of a record, and how fast that grows: most records are small, and what is read behind the
end of one is copied for nothing."""
LARGEST_RECORD = 400_000_000
"""Decompressed. The crawler writes none above `file_bytes`; a larger one is damage or a bomb."""
LARGEST_HEADER = 65_536


@dataclass(frozen=True)
class Record:
    """One WARC record and where it lies. `problem` says what is wrong with it, "" for a whole one."""

    offset: int
    length: int  # of the compressed member; of the damaged stretch where there is a problem
    headers: dict[str, str] = field(default_factory=dict)  # names lower case
    block: bytes = b""
    problem: str = ""
    sha256: str = ""  # of the compressed member

    @property
    def type(self) -> str:
        return self.headers.get("warc-type", "")

    @property
    def id(self) -> str:
        return self.headers.get("warc-record-id", "").strip("<>")

    @property
    def uri(self) -> str:
        return self.headers.get("warc-target-uri", "").strip("<>")

    @property
    def date(self) -> str:
        return self.headers.get("warc-date", "")

    def fields(self) -> dict[str, str]:
        """A block of `application/warc-fields`."""
        lines = self.block.decode("utf-8", "replace").split("\r\n")
        return {name: value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}


def records(path: str | Path, start: int = 0) -> Iterator[Record]:
    """Every record of a file from an offset on; damaged stretches come as records with a `problem`.

    Behind damage, reading goes on at the next place where a record starts.
    """
    with open(path, "rb") as stream:
        stream.seek(0, 2)
        end, at = stream.tell(), start
        while at < end:
            record = read_at(stream, at)
            if record.problem:
                following = next_start(stream, at + 1, end)
                yield Record(at, following - at, record.headers, problem=record.problem)
                at = following
            else:
                yield record
                at += record.length


def read_at(stream: BinaryIO, offset: int) -> Record:
    """The record at an offset of a gzip-per-record WARC file; one with a `problem` where there is no whole one."""
    stream.seek(offset)
    engine, digest = zlib.decompressobj(31), hashlib.sha256()
    pieces: list[bytes] = []
    used = total = 0
    asked = FIRST
    try:
        while not engine.eof:
            piece = stream.read(asked)
            asked = min(asked * GROWTH, PIECE)
            if not piece:
                return _damaged(offset, used, pieces, "ends in the middle of a record" if used else "nothing there")
            while piece and not engine.eof:
                out = engine.decompress(piece, PIECE)
                # At the end of a member both tails may hold the same bytes; before it, only the first holds any.
                taken = len(piece) - len(engine.unused_data if engine.eof else engine.unconsumed_tail)
                digest.update(piece[:taken])
                used, total = used + taken, total + len(out)
                pieces.append(out)
                if total > LARGEST_RECORD:
                    return _damaged(offset, used, pieces, f"decompresses to more than {LARGEST_RECORD} bytes")
                piece = engine.unconsumed_tail
    except zlib.error:
        return _damaged(offset, used, pieces, "compressed data is damaged" if used else "no record starts here")
    return _checked(offset, used, b"".join(pieces), digest.hexdigest())


def _damaged(offset: int, used: int, pieces: list[bytes], problem: str) -> Record:
    """What can still be read of the header says which address is lost."""
    headers, _ = parse(b"".join(pieces)[:LARGEST_HEADER])
    return Record(offset, used, headers or {}, problem=problem)


def parse(data: bytes) -> tuple[dict[str, str] | None, int]:
    """Header fields of a record and where its block starts. None where no WARC header stands there."""
    end = data.find(b"\r\n\r\n")
    if not re.match(rb"WARC/1\.[01]\r\n", data):
        return None, 0
    lines = data[: end if end >= 0 else len(data)].decode("utf-8", "replace").split("\r\n")[1:]
    found = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    return found, end + 4


def _checked(offset: int, length: int, data: bytes, sha256: str) -> Record:
    headers, start = parse(data)
    if headers is None or start < 4:
        return Record(offset, length, problem="no WARC record")
    declared = whole(headers.get("content-length", ""))
    if declared is None or data[start + declared :] != b"\r\n\r\n":
        return Record(offset, length, headers, problem="length differs from Content-Length")
    block = data[start : start + declared]
    expected = headers.get("warc-block-digest", "")
    if expected and not _digest_holds(expected, block):
        return Record(offset, length, headers, problem="block digest differs")
    return Record(offset, length, headers, block, sha256=sha256)


def _digest_holds(expected: str, block: bytes) -> bool:
    name, _, value = expected.partition(":")
    if name.lower() not in ("sha1", "sha256", "md5"):
        return True  # made by other tools with what we do not know: nothing to hold against it
    found = hashlib.new(name.lower(), block)
    return value.lower() == found.hexdigest() or value.upper() == base64.b32encode(found.digest()).decode()


def next_start(stream: IO[bytes], at: int, end: int) -> int:
    """The next offset at which a member starts that holds a WARC record; the file's end if there is none."""
    overlap = b""
    stream.seek(at)
    base = at
    while piece := stream.read(PIECE):
        data = overlap + piece
        found = data.find(MAGIC)
        while found >= 0:
            if _starts_record(stream, base + found):
                return base + found
            found = data.find(MAGIC, found + 1)
        overlap = data[-(len(MAGIC) - 1) :]
        base += len(data) - len(overlap)
        stream.seek(base + len(overlap))
    return end


def _starts_record(stream: IO[bytes], offset: int) -> bool:
    stream.seek(offset)
    try:
        return zlib.decompressobj(31).decompress(stream.read(4_096), 8).startswith(b"WARC/1.")
    except zlib.error:
        return False
