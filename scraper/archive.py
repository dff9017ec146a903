"""What crossed the wire → WARC/1.1 files (ISO 28500:2017), gzip per record, append-only.
Reading them is left to `records.py`, the index to `cdxj.py`, proof that nothing was altered to `manifest.py`."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gongkai.scraper.cdxj import answer_line
from gongkai.scraper.client import Exchange
from gongkai.scraper.wire import sha1
from gongkai.scraper.written import Member, Notes

ROLL_BYTES = 1 << 30
"""A file is closed and another begun above this size: 1 GiB, as the standard recommends."""
LEVEL = 1
"""Of zlib. On report pages level 6 takes four times as long and saves an eighth of the bytes."""
FORMAT = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
OPEN = ".open"


@dataclass(frozen=True)
class Earlier:
    """The last whole capture of the same address: what a `revisit` refers to."""

    record: str  # its WARC-Record-ID
    date: str
    payload_sha1: str  # base32


@dataclass(frozen=True)
class Capture:
    """Where an answer lies."""

    record: str
    file: str  # relative to the archive
    offset: int
    length: int
    payload_sha1: str  # base32, of the payload as WARC understands it: chunks undone, content encoding kept
    is_revisit: bool


def record(kind: str, headers: Mapping[str, str], block: bytes, media_type: str, level: int = LEVEL) -> bytes:
    """One record as a gzip member."""
    return _record(kind, headers, block, media_type, sha1(block), level)


def _record(kind: str, headers: Mapping[str, str], block: bytes, media_type: str, digest: str, level: int = LEVEL) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\n{_header(headers)}WARC-Block-Digest: sha1:{digest}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    engine = zlib.compressobj(level, zlib.DEFLATED, 31)
    start = engine.compress(head.encode("utf-8"))
    return b"".join((start, engine.compress(block), engine.compress(b"\r\n\r\n"), engine.flush()))


def _one_line(value: str) -> str:
    return value if value.isprintable() else " ".join(value.splitlines())


def fields(values: Mapping[str, str]) -> bytes:
    """A block of `application/warc-fields`."""
    return _header(values).encode("utf-8")


def _header(values: Mapping[str, str]) -> str:
    if not "".join(values.values()).isprintable():
        values = {name: _one_line(value) for name, value in values.items()}
    return "".join([f"{name}: {value}\r\n" for name, value in values.items() if value])


def new_id() -> str:
    """A record's name, of UUID version 7 (RFC 9562): what is written together stands together in the frontier too,
    where names drawn by lot would touch another page of the database each."""
    milliseconds, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10))
    number = milliseconds << 80 | chance & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
    digits = f"{number:032x}"
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class Archive:
    """The file that is being written. One process, one thread."""

    def __init__(self, folder: Path, night: str, info: Mapping[str, str], roll_bytes: int = ROLL_BYTES) -> None:
        self.folder, self.night, self.info, self.roll_bytes = folder, night, info, roll_bytes
        self._number = 0
        self._stream: BinaryIO | None = None
        self.file = ""  # relative path under its final name
        self.size = 0
        self.noted: dict[str, Notes] = {}  # of the files that were begun here

    def path(self, number: int) -> str:
        y, m, d = self.night[:4], self.night[4:6], self.night[6:8]
        return f"warc/{y}/{m}/{d}/gongkai-{self.night}-{number:05}.warc.gz"

    def resume(self, file: str, size: int) -> None:
        """Goes on behind the last good record of a file; what stands behind `size` is cut off."""
        self._number = int(file.rsplit("-", 1)[1].split(".")[0])
        self._stream = open(self.folder / (file + OPEN), "r+b", buffering=0)  # noqa: SIM115
        self._stream.truncate(size)
        self._stream.seek(size)
        os.fsync(self._stream.fileno())
        self.file, self.size = file, size

    def _begin(self) -> BinaryIO:
        if self._stream is None:
            while True:
                self._number += 1
                self.file = self.path(self._number)
                final = self.folder / self.file
                if not final.exists() and not Path(f"{final}{OPEN}").exists():
                    break
            final.parent.mkdir(parents=True, exist_ok=True)
            self._stream = open(f"{final}{OPEN}", "xb", buffering=0)  # noqa: SIM115
            sync_folder(final.parent)
            self.size = 0
            self.noted[self.file] = Notes(self.folder, self.file)
            info_id = new_id()
            headers = {"WARC-Record-ID": f"<{info_id}>", "WARC-Date": self.info["date"]}
            headers["WARC-Filename"] = final.name
            said = {
                "software": self.info["software"], "format": "WARC File Format 1.1", "conformsTo": FORMAT,
                "isPartOf": self.night, **{k: v for k, v in self.info.items() if k not in ("date", "software")},
            }  # fmt: skip
            made = record("warcinfo", headers, fields(said), "application/warc-fields")
            self._append([Member(made, "warcinfo", info_id, "")])
        return self._stream

    def _append(self, members: Sequence[Member]) -> None:
        self._write(b"".join([member.data for member in members]))
        if notes := self.noted.get(self.file):
            notes.take(members)

    def _write(self, data: bytes) -> None:
        assert self._stream is not None
        rest = memoryview(data)
        while rest:
            rest = rest[self._stream.write(rest) :]
        self.size += len(data)

    def append(self, exchange: Exchange, facts: Mapping[str, str], earlier: Earlier | None = None) -> Capture | None:
        """Writes an exchange: request, response or revisit, metadata. None where no answer came.

        `facts` go into the metadata record, which is written last: a group is whole when its metadata is.
        Nothing is safe before `sync`.
        """
        self._begin()
        uri, date = _one_line(exchange.url), exchange.at
        shared = {"WARC-Target-URI": uri, "WARC-Date": date, "WARC-IP-Address": exchange.address}
        answer_id = new_id() if exchange.answer else ""
        group: list[Member] = []
        capture = None
        if exchange.request:
            request_id = new_id()
            headers = {"WARC-Record-ID": f"<{request_id}>", **shared}
            headers["WARC-Concurrent-To"] = f"<{answer_id}>" if answer_id else ""
            made = record("request", headers, exchange.request, "application/http; msgtype=request")
            group.append(Member(made, "request", request_id, uri))
        if exchange.answer:
            answer = _answer_record(exchange, answer_id, shared, earlier)
            offset, length = self.size + sum([len(member.data) for member in group]), len(answer.data)
            capture = Capture(answer_id, self.file, offset, length, answer.payload_sha1, answer.type == "revisit")
            index = answer_line(answer.type, exchange.head, uri, date, answer.digest, offset, length, self.file, answer_id).text()
            group.append(Member(answer.data, answer.type, answer_id, uri, index))
        metadata_id = new_id()
        headers = {"WARC-Record-ID": f"<{metadata_id}>", **shared}
        headers["WARC-Refers-To"] = f"<{answer_id}>" if answer_id else ""
        told = {
            "elapsed": f"{exchange.elapsed_s:.6f}", "failure": exchange.failure, "detail": exchange.detail,
            "tls": exchange.tls, "payload-digest": f"sha1:{capture.payload_sha1}" if capture else "", **facts,
        }  # fmt: skip
        made = record("metadata", headers, fields(told), "application/warc-fields")
        group.append(Member(made, "metadata", metadata_id, uri))
        self._append(group)
        return capture

    def keep(
        self, kind: str, headers: Mapping[str, str], block: bytes, media_type: str, payload: bytes, facts: Mapping[str, str]
    ) -> Capture:
        """Writes what did not cross our own wire: a `response` or `resource` with its origin as metadata. Nothing is safe
        before `sync`."""
        self._begin()
        record_id, digest = new_id(), sha1(payload)
        told = {"WARC-Record-ID": f"<{record_id}>", **headers}
        if kind == "resource" or b"chunked" not in block[:65_536].lower():
            told["WARC-Payload-Digest"] = f"sha1:{digest}"
        made = record(kind, told, block, media_type)
        metadata = {"WARC-Record-ID": f"<{new_id()}>", **headers, "WARC-Date": self.info["date"], "WARC-Refers-To": f"<{record_id}>"}
        capture = Capture(record_id, self.file, self.size, len(made), digest, False)
        self.noted.pop(self.file, None)  # rare, and so read again when the file is closed
        self._write(made + record("metadata", metadata, fields(facts), "application/warc-fields"))
        return capture

    def sync(self) -> None:
        """What was appended is safe from now on."""
        if self._stream is not None:
            os.fsync(self._stream.fileno())

    def cut_back(self, size: int) -> None:
        """Forgets what was appended behind `size`, as far as the disk allows."""
        if self._stream is not None:  # of a write that failed, more may stand there than `self.size` says
            self._stream.truncate(size)
            self._stream.seek(size)
            self.size = size
            self.noted.pop(self.file, None)

    @property
    def is_full(self) -> bool:
        return self.size >= self.roll_bytes

    def close(self) -> None:
        """Gives the file its final name."""
        if self._stream is None:
            return
        self.sync()
        self._stream.close()
        self._stream = None
        final = self.folder / self.file
        os.rename(f"{final}{OPEN}", final)
        sync_folder(final.parent)

    def leave(self) -> None:
        """Closes the file under its open name, to be resumed, and lets go of what was noted."""
        for notes in self.noted.values():
            notes.close()
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class _Answer(NamedTuple):
    data: bytes
    type: str  # response, or revisit
    payload_sha1: str
    digest: str  # with its kind, as the index says it: of the payload where the record names that, else of the block


def _answer_record(exchange: Exchange, answer_id: str, shared: Mapping[str, str], earlier: Earlier | None) -> _Answer:
    head, wire = exchange.head, exchange.answer
    headers = {"WARC-Record-ID": f"<{answer_id}>", **shared}
    media = "application/http; msgtype=response"
    block_digest = sha1(wire)
    if exchange.truncated or exchange.failure:
        headers["WARC-Truncated"] = exchange.truncated or "unspecified"
        return _Answer(_record("response", headers, wire, media, block_digest), "response", "", f"sha1:{block_digest}")
    payload, digest, profile = exchange.payload, exchange.payload_sha1, ""
    if earlier and head.status == 304:
        profile, digest = NOT_MODIFIED, earlier.payload_sha1
    elif earlier and payload and digest == earlier.payload_sha1:
        profile = IDENTICAL
    if profile and earlier:
        headers |= {
            "WARC-Profile": profile,
            "WARC-Refers-To": f"<{earlier.record}>",
            "WARC-Refers-To-Target-URI": exchange.url,
            "WARC-Refers-To-Date": earlier.date,
            "WARC-Payload-Digest": f"sha1:{digest}",
            "WARC-Truncated": "length" if profile == IDENTICAL else "",
        }
        return _Answer(record("revisit", headers, wire[: head.length], media), "revisit", digest, f"sha1:{digest}")
    told = block_digest
    if digest and "chunked" not in head.text("transfer-encoding").lower():
        # Tools compare it with the bytes in the record. Where those are chunked the digest of the payload is another
        # number, and stands in the metadata record only.
        headers["WARC-Payload-Digest"] = f"sha1:{digest}"
        told = digest
    return _Answer(_record("response", headers, wire, media, block_digest), "response", digest, f"sha1:{told}")


def sync_folder(folder: Path) -> None:
    """Brings the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
