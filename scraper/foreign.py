"""WARC and WACZ files of other tools → the whole answers in them, one after the other, damage named and stepped over.
Which of them are wanted, and what becomes of them, is left to `importing.py`."""

from __future__ import annotations

import base64
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from gongkai.scraper.records import MAGIC, next_start, parse
from gongkai.scraper.wire import Broken, Head, TooLarge, decoded, head_of, start_of_final, transferred, whole

LARGEST_BLOCK = 66 * 2**20
"""Bytes of a record that are held: the parser's limit of a document and a head. Larger ones are stepped over."""
LONGEST_SKIP = 2**31
"""Decompressed bytes that are stepped over within one record; what holds more was made to hurt."""
LARGEST_HEADER = 65_536
PIECE = 1 << 18
WACZ_RATIO = 200
"""WARC files in a WACZ are stored, or are compressed already; a member that grows so much is a bomb."""
MOST_DAMAGED = 1_000
"""Damaged places after which a file is given up."""
UNDECODABLE = ("br", "zstd")
"""Encodings we cannot undo. Many tools undo them and leave the header: then the body shows what it is."""
_PLAIN = (b"<", b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")


class NotPerRecord(ValueError):
    """The file is compressed as a whole: no record can be found again by its offset."""


class Foreign(NamedTuple):
    """One record of a file. `problem` says why it cannot be used, "" for one that can be."""

    file: str  # PATH, or PATH!member of a WACZ
    offset: int
    headers: dict[str, str] = {}  # noqa: RUF012  names lower case; never changed
    block: bytes = b""
    problem: str = ""

    @property
    def type(self) -> str:
        return self.headers.get("warc-type", "").lower()

    @property
    def url(self) -> str:
        return self.headers.get("warc-target-uri", "").strip("<> ")

    @property
    def date(self) -> str:
        return self.headers.get("warc-date", "")

    @property
    def id(self) -> str:
        return self.headers.get("warc-record-id", "").strip("<>")

    @property
    def place(self) -> str:
        return f"{self.file}:{self.offset}"


class Body(NamedTuple):
    """What an answer carried. `verbatim`: the block itself gives this body to whoever reads it strictly."""

    status: int
    media_type: str
    head: Head
    payload: bytes  # chunks undone
    plain: bytes  # content encoding undone
    verbatim: bool

    def wire(self, block: bytes) -> bytes:
        """The answer as we keep it: as it was where its head tells the truth about its body, else with a head that does;
        what it said stays under `X-Archive-Orig-`, as replay tools write it."""
        if self.verbatim:
            return block
        lines = [f"HTTP/1.1 {self.status} OK".encode()]
        for name, value in self.head.headers:
            untrue = name in ("transfer-encoding", "content-encoding", "content-length")
            lines.append((f"X-Archive-Orig-{name}: " if untrue else f"{name}: ").encode("latin-1", "replace") + value)
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(self.plain), b"", self.plain])


def is_warc(name: str) -> bool:
    return name.lower().endswith((".warc", ".warc.gz"))


def is_wacz(name: str) -> bool:
    return name.lower().endswith(".wacz")


def records_of(path: Path) -> Iterator[Foreign]:
    """Every record of a WARC or WACZ file. Raises OSError; NotPerRecord for a WARC file that is compressed as a whole."""
    if not is_wacz(path.name):
        with open(path, "rb") as stream:
            yield from _records(stream, str(path))
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if is_warc(member.filename):
                    yield from _member(archive, member, path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        yield Foreign(str(path), 0, problem=f"no whole WACZ file: {error}")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Iterator[Foreign]:
    """The records of one WARC file in a WACZ. Nothing is unpacked to the disk, so its name can lead nowhere."""
    name = f"{path}!{member.filename.encode('unicode_escape').decode()}"
    parts = member.filename.replace("\\", "/").split("/")
    if parts[0] != "archive" or ".." in parts:
        yield Foreign(name, 0, problem="stands outside the folder `archive` of the WACZ: not read")
        return
    if member.file_size > max(PIECE, WACZ_RATIO * member.compress_size):
        yield Foreign(name, 0, problem=f"grows more than {WACZ_RATIO}-fold when unpacked: not read")
        return
    try:
        with archive.open(member) as stream:
            yield from _records(stream, name)
    except NotPerRecord as error:
        yield Foreign(name, 0, problem=str(error))
    except (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error) as error:  # RuntimeError: encrypted
        yield Foreign(name, 0, problem=f"cannot be unpacked: {error}")


def record_at(place_file: str, offset: int) -> Foreign:
    """One record again, by its file and offset as `records_of` names them."""
    at = place_file.lower().find(".wacz!")
    if at < 0:
        with open(place_file, "rb") as stream:
            return _one(stream, place_file, offset)
    path, member = place_file[: at + 5], place_file[at + 6 :]
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.encode("unicode_escape").decode() == member:
                if start := _start_of_stored(path, info):
                    with open(path, "rb") as stream:
                        return _one(stream, place_file, offset, start)
                with archive.open(info) as inner:
                    return _one(inner, place_file, offset)
    raise FileNotFoundError(place_file)


def _start_of_stored(path: str, info: zipfile.ZipInfo) -> int:
    """Where a member that is not compressed lies in its file, so that it need not be read from its start; 0 if it is."""
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        return 0
    with open(path, "rb") as stream:
        stream.seek(info.header_offset)
        head = stream.read(30)
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        return 0
    return info.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")


def _one(stream: IO[bytes], name: str, offset: int, start: int = 0) -> Foreign:
    stream.seek(start)
    packed = stream.read(len(MAGIC)) == MAGIC
    stream.seek(start + offset)
    return _read(_Member(stream, packed), name, offset)


@dataclass
class _Member:
    """The bytes of one gzip member, or of a plain file from an offset on, decompressed piece by piece."""

    stream: IO[bytes]
    packed: bool
    used: int = 0  # bytes of the file
    _engine: zlib._Decompress = field(default_factory=lambda: zlib.decompressobj(31))
    _held: bytearray = field(default_factory=bytearray)
    _raw: bytes = b""

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end of the member. Raises zlib.error, EOFError for one that is cut off."""
        while len(self._held) < size and self._more():
            pass
        taken = bytes(self._held[:size])
        del self._held[:size]
        if not self.packed:
            self.used += len(taken)
        return taken

    def _more(self) -> bool:
        if not self.packed:
            piece = self.stream.read(PIECE)
            self._held += piece
            return bool(piece)
        if self._engine.eof:
            return False
        if not self._raw:
            self._raw = self.stream.read(PIECE)
            if not self._raw:
                raise EOFError
        self._held += self._engine.decompress(self._raw, PIECE)
        rest = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        self.used += len(self._raw) - len(rest)
        self._raw = rest
        return True


def _records(stream: IO[bytes], name: str) -> Iterator[Foreign]:
    stream.seek(0, 2)
    end = stream.tell()
    stream.seek(0)
    packed = stream.read(len(MAGIC)) == MAGIC
    at = damaged = 0
    while at < end:
        stream.seek(at)
        member = _Member(stream, packed)
        found = _read(member, name, at)
        if found.problem and not found.problem.startswith("larger"):
            damaged += 1
            following = next_start(stream, at + 1, end) if packed else _next_plain(stream, at + 1, end)
        else:
            following = at + member.used
        if found.problem or found.headers:
            yield found
        if damaged > MOST_DAMAGED:
            yield Foreign(name, at, problem=f"more than {MOST_DAMAGED} damaged places: given up")
            return
        at = max(following, at + 1)


def _read(member: _Member, name: str, offset: int) -> Foreign:
    """The record that starts here. Raises NotPerRecord."""
    headers: dict[str, str] = {}
    try:
        head = _head(member)
        if not head.strip():
            return Foreign(name, offset)  # empty lines at the end of a plain file
        parsed, _ = parse(head)
        if parsed is None:
            return Foreign(name, offset, problem="no WARC record starts here")
        headers = parsed
        size = whole(headers.get("content-length", ""))
        if size is None:
            return Foreign(name, offset, headers, problem="a record without Content-Length")
        problem = ""
        block = b""
        if size > LARGEST_BLOCK:
            problem = f"larger than {LARGEST_BLOCK // 2**20} MB: {size} bytes"
            if not _skip(member, size):
                return Foreign(name, offset, headers, problem="ends in the middle of a record, or is a bomb")
        else:
            block = member.read(size)
            if len(block) < size:
                return Foreign(name, offset, headers, problem="ends in the middle of a record")
        tail = member.read(4)
        if member.packed and member.read(1):
            if offset == 0:
                raise NotPerRecord("compressed as a whole, not record by record; `warcio recompress` makes it readable")
            return Foreign(name, offset, headers, problem="length differs from Content-Length")
        if tail not in (b"\r\n\r\n", b""):
            return Foreign(name, offset, headers, problem="length differs from Content-Length")
    except zlib.error:
        return Foreign(name, offset, headers, problem="compressed data is damaged")
    except EOFError:
        return Foreign(name, offset, headers, problem="ends in the middle of a record")
    if not problem and not _holds(headers.get("warc-block-digest", ""), block):
        problem = "block digest differs"
    return Foreign(name, offset, headers, block, problem)


def _head(member: _Member) -> bytes:
    """The header of a record with its empty line. Empty lines before it belong to nothing."""
    lines: list[bytes] = []
    line = bytearray()
    size = 0
    while size < LARGEST_HEADER:
        byte = member.read(1)
        size += 1
        line += byte
        if byte and byte != b"\n":
            continue
        if not byte or not line.strip():
            if lines or not byte:
                break
        else:
            lines.append(bytes(line.strip()))
        line.clear()
    return b"\r\n".join([*lines, b"", b""]) if lines else b""


def _skip(member: _Member, size: int) -> bool:
    left = min(size, LONGEST_SKIP)
    while left and (piece := member.read(min(left, PIECE))):
        left -= len(piece)
    return not left and size <= LONGEST_SKIP


def _next_plain(stream: IO[bytes], at: int, end: int) -> int:
    overlap = b""
    stream.seek(at)
    while piece := stream.read(PIECE):
        data = overlap + piece
        found = data.find(b"\nWARC/1.")
        if found >= 0:
            return at - len(overlap) + found + 1
        at += len(piece)
        overlap = data[-7:]
    return end


def _holds(expected: str, *blocks: bytes) -> bool:
    """Whether a digest is that of one of these; true where there is none, or of a kind we do not know."""
    name, colon, value = expected.partition(":")
    if not colon or name.lower() not in ("sha1", "sha256", "md5"):
        return True
    for block in blocks:
        made = hashlib.new(name.lower(), block, usedforsecurity=False)
        if value.lower() == made.hexdigest() or value.upper() == base64.b32encode(made.digest()).decode():
            return True
    return False


def body_of(record: Foreign, limit: int = LARGEST_BLOCK) -> Body:
    """The body of a `response` or `resource` record, strictly where that works, else as other tools keep it.

    Raises Broken for one that is cut, damaged or in an encoding nobody can undo, TooLarge for a bomb.
    """
    if record.type == "resource":
        media = record.headers.get("content-type", "").split(";")[0].strip().lower()
        return Body(200, media, Head(0, b"", (), 0), record.block, record.block, True)
    if reason := record.headers.get("warc-truncated"):
        raise Broken(f"cut when it was archived ({reason[:20]})")
    block = record.block[start_of_final(record.block) :]
    if block.startswith((b"HTTP/2 ", b"HTTP/3 ")):  # browsers' archives write no minor version
        block = b"HTTP/1.1" + block[6:]
    head = head_of(block)
    if not head.length:
        raise Broken("no HTTP answer in it")
    raw = block[head.length :]
    payload, strict = _payload(block, head, raw)
    strict &= block == record.block
    if not _holds(record.headers.get("warc-payload-digest", ""), payload, raw):
        raise Broken("payload digest differs")
    encoding = head.text("content-encoding").lower()
    if encoding in UNDECODABLE and payload.lstrip()[:8].startswith(_PLAIN):
        plain, strict = payload, False
    else:
        plain, _ = decoded(payload, encoding, limit)
    media = head.text("content-type").split(";")[0].strip().lower()
    return Body(head.status, media, head, payload, plain, strict)


def _payload(block: bytes, head: Head, raw: bytes) -> tuple[bytes, bool]:
    """The payload, and whether the head tells the truth about it: many tools undo chunks and encodings and leave the
    headers as they came. The length of the record is what counts then."""
    chunked = "chunked" in head.text("transfer-encoding").lower()
    declared = None if chunked else whole(head.text("content-length"))
    if declared is not None and len(raw) > declared:
        return raw, False
    try:
        return transferred(block, head), True
    except Broken:
        if chunked and raw.lstrip()[:8].startswith((*_PLAIN, b"\x1f\x8b")):
            return raw, False
        raise



__all__ = ["Body", "Broken", "Foreign", "NotPerRecord", "TooLarge", "body_of", "is_wacz", "is_warc", "record_at", "records_of"]
