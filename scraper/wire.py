"""The bytes of an HTTP/1.1 answer as they crossed the wire → status, headers and the body in it.
It judges nothing: a head that no standard allows is read as far as it goes; what it means is left to `settle.py`."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

LARGEST_HEAD = 65_536
HIGHEST_RATIO = 100
"""A page of text shrinks tenfold; what grows a hundredfold was made to hurt. Counted above `RATIO_FLOOR` bytes only:
an empty table compresses well too."""
RATIO_FLOOR = 1_000_000
TWICE = 2
"""Times that gzip is undone without a header that names it."""
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|!--|\?xml|html|head|body|div|ul|table|script|meta|p)\b", re.IGNORECASE)
HEAD_END = re.compile(rb"\r?\n\r?\n")
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAIRS, _SHIFTS = [a + b for a in _BASE32 for b in _BASE32], range(150, -1, -10)
"""Base 32 of 160 bits, ten at a time: `base64.b32encode` takes twice as long, and is asked four times an exchange."""
STATUS_LINE = re.compile(rb"HTTP/(\d\.\d) +(\d{3})(?: +([^\r\n]*))?")


class TooLarge(ValueError):
    """The body, decoded, is above the limit."""


class Broken(ValueError):
    """The body does not end as its framing promised, or is not in the encoding it claims."""


class Head(NamedTuple):
    status: int  # 0 where there is no status line
    reason: bytes
    headers: tuple[tuple[str, bytes], ...]  # names lower case, values raw: they may be GBK
    length: int  # bytes of the head, with the empty line
    version: str = "1.1"

    def get(self, name: str) -> bytes | None:
        for key, value in self.headers:
            if key == name:
                return value
        return None

    def text(self, name: str) -> str:
        """A header as text, "" where it is missing: for headers that are ASCII by nature."""
        return (self.get(name) or b"").decode("latin-1").strip()


def start_of_final(wire: bytes) -> int:
    """Where the final answer starts: behind any `100 Continue`."""
    at = 0
    while match := STATUS_LINE.match(wire, at):
        if not match[2].startswith(b"1") or match[2] == b"101":
            break
        end = HEAD_END.search(wire, at)
        if end is None:
            break
        at = end.end()
    return at


def head_of(wire: bytes) -> Head:
    """The head of the final answer. `length` counts from its own start."""
    end = HEAD_END.search(wire, 0, LARGEST_HEAD + 4)
    stop = end.end() if end else min(len(wire), LARGEST_HEAD)
    lines = re.split(rb"\r?\n", wire[: end.start() if end else stop])
    first = STATUS_LINE.match(lines[0]) if lines else None
    if not first:
        return Head(0, b"", (), 0)
    headers: list[tuple[str, bytes]] = []
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t") and headers:  # folded, as old servers do
            headers[-1] = (headers[-1][0], headers[-1][1] + b" " + line.strip())
            continue
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((name.strip().decode("latin-1").lower(), value.strip()))
    return Head(int(first[2]), first[3] or b"", tuple(headers), stop, first[1].decode())


def transferred(wire: bytes, head: Head) -> bytes:
    """The body as the server meant it, chunk framing undone, content encoding kept: WARC's payload.

    Raises Broken where it ends early.
    """
    if head.status in (204, 304) or not head.length:
        return b"" if head.length else wire
    body = memoryview(wire)[head.length :]
    if "chunked" in head.text("transfer-encoding").lower():
        return _dechunked(wire, head.length)
    declared = whole(head.text("content-length"))
    if declared is None:
        return bytes(body)
    if len(body) < declared:
        raise Broken(f"{len(body)} of {declared} bytes came")
    if len(body) > declared and bytes(body[declared:]).strip():  # a mere line end is what old servers add
        raise Broken(f"{len(body)} bytes came, {declared} were declared")
    return bytes(body[:declared])


def whole(text: str) -> int | None:
    """A whole number in ASCII digits as headers write it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _dechunked(wire: bytes, at: int) -> bytes:
    pieces: list[bytes] = []
    while True:
        end = wire.find(b"\n", at, at + 1_000)
        if end < 0:
            raise Broken("a chunk is cut off")
        try:
            size = int(wire[at:end].split(b";")[0], 16)
        except ValueError:
            raise Broken("a chunk without a size") from None
        at = end + 1
        if size <= 0:
            return b"".join(pieces)
        if len(wire) < at + size:
            raise Broken("a chunk is cut off")
        pieces.append(wire[at : at + size])
        at += size
        if wire[at : at + 2] == b"\r\n":
            at += 2
        elif wire[at : at + 1] == b"\n":
            at += 1
        else:
            raise Broken("a chunk is longer than its size")


def decoded(body: bytes, encoding: str, limit: int) -> tuple[bytes, str]:
    """The body with its content encoding undone, and what was done: `` or `gzip` or `deflate`, `plain` where the
    header lied and the bytes were not encoded at all.

    Gzip is undone by its magic number, whatever the header names: some hosts send it unasked, twice, or call it deflate.
    Raises TooLarge above `limit` or for a bomb, Broken for damaged data or an encoding nobody asked for.
    """
    names = [name for name in encoding.lower().replace(" ", "").split(",") if name and name != "identity"]
    done = []
    for name in reversed(names):
        if name in ("gzip", "x-gzip", "deflate") and body.startswith(b"\x1f\x8b"):
            body = _inflated(body, 31, limit)
            done.append("gzip")
        elif body and MARKUP.match(body):  # no encoding leaves a page looking like one
            done.append("plain")
        elif name == "deflate":
            body = _inflated(body, _deflate_bits(body), limit)
            done.append(name)
        elif name in ("gzip", "x-gzip"):
            done.append("plain")
        else:
            raise Broken(f"content encoding {name!r} was not asked for")
    for _ in range(TWICE):
        if body.startswith(b"\x1f\x8b\x08"):
            body = _inflated(body, 31, limit)
            done.append("gzip")
    if len(body) > limit:
        raise TooLarge(f"more than {limit} bytes")
    return body, ",".join(done)


def _deflate_bits(body: bytes) -> int:
    """Servers disagree whether `deflate` has zlib's two bytes in front."""
    zlib_header = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return 15 if zlib_header else -15


def _inflated(body: bytes, bits: int, limit: int) -> bytes:
    return b"".join(_pieces(body, bits, limit))


def _pieces(body: bytes, bits: int, limit: int) -> Iterator[bytes]:
    most = min(limit, max(RATIO_FLOOR, HIGHEST_RATIO * len(body)))
    total, rest = 0, body
    while rest:
        engine = zlib.decompressobj(bits)
        while rest and not engine.eof:
            try:
                piece = engine.decompress(rest, 262_144)
            except zlib.error as error:
                raise Broken(f"damaged compressed data: {error}") from None
            rest = engine.unconsumed_tail
            total += len(piece)
            if total > most:
                raise TooLarge(f"grows beyond {most} bytes when decompressed")
            yield piece
        if not engine.eof:
            tail = engine.flush()
            if not engine.eof:
                raise Broken("compressed data is cut off")
            yield tail
        rest = engine.unused_data if bits == 31 and engine.unused_data.startswith(b"\x1f\x8b") else b""


def sha1(data: bytes) -> str:
    """The digest of these bytes in base 32, as archives write it."""
    number = int.from_bytes(hashlib.sha1(data, usedforsecurity=False).digest(), "big")
    return "".join([_PAIRS[number >> bits & 0x3FF] for bits in _SHIFTS])
