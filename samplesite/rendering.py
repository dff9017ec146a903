"""Turns a well-formed answer into bytes: lengths or chunks, compression, validators, not-modified, HEAD.
Answers that are wrong on the wire are written out by the faults themselves."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import zlib
from datetime import UTC, date, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple

from gongkai.samplesite.exchange import Answer, Request, head

_SMALLEST_COMPRESSED = 256  # bytes; shorter bodies go as they are
_LEVEL = 1  # quick: the sample web serves benchmarks
_WRITTEN_AT = time(3, 0)  # when the site's pages are made, UTC


class Habits(NamedTuple):
    """How one site's server likes to answer."""

    coding: str = ""  # gzip, deflate, or deflate-raw as some old servers send it
    chunked: bool = False
    etag: bool = True
    last_modified: bool = True


_PLAIN = Habits("", False, False, False)


def habits(number: int) -> Habits:
    """Every mixture comes up among a few dozen sites."""
    coding = ("gzip", "", "deflate", "gzip", "", "deflate-raw")[number % 6]
    return Habits(coding, number % 5 == 3, number % 4 in (0, 1), number % 4 in (0, 2))


def digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=10).digest()


def rendered(answer: Answer, request: Request, how: Habits | None = None, written: date | None = None) -> bytes:
    """The answer as sent to this request; without habits it goes plainly, without validators."""
    how = how or _PLAIN
    headers = [("Server", "nginx")]
    if all(name != "Date" for name, _ in answer.headers):
        headers.append(("Date", format_datetime(datetime.now(UTC), usegmt=True)))
    if answer.media:
        headers.append(("Content-Type", answer.media))
    headers += answer.headers
    if answer.steady and answer.status == 200:
        tag = f'"{digest(answer.body).hex()}"' if how.etag else ""
        stamp = datetime.combine(written, _WRITTEN_AT, UTC) if how.last_modified and written else None
        if tag:
            headers.append(("ETag", tag))
        if stamp:
            headers.append(("Last-Modified", format_datetime(stamp, usegmt=True)))
        if request.method in ("GET", "HEAD") and _unchanged(request, tag, stamp):
            return head(304, [one for one in headers if one[0] != "Content-Type"])
    body = answer.body
    coding = how.coding.removesuffix("-raw")
    if coding and coding in request.headers.get("accept-encoding", "") and len(body) >= _SMALLEST_COMPRESSED:
        body = _compressed(body, how.coding)
        headers.append(("Content-Encoding", coding))
    if how.chunked and request.headers.get(":version") != "HTTP/1.0" and body:
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"" if request.method == "HEAD" else _chunks(body)
    else:
        headers.append(("Content-Length", str(len(body))))
        body = b"" if request.method == "HEAD" else body
    return head(answer.status, headers) + body


def _unchanged(request: Request, tag: str, stamp: datetime | None) -> bool:
    """Whether the client holds this very answer; an entity tag goes before a date."""
    known = request.headers.get("if-none-match")
    if known is not None:
        return bool(tag) and tag in [one.strip().removeprefix("W/") for one in known.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None or stamp is None:
        return False
    try:
        return parsedate_to_datetime(since) >= stamp
    except (ValueError, TypeError):
        return False


def _compressed(body: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.compress(body, _LEVEL, mtime=0)
    if coding == "deflate":
        return zlib.compress(body, _LEVEL)
    raw = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return raw.compress(body) + raw.flush()


def _chunks(body: bytes) -> bytes:
    """Three uneven pieces."""
    cuts = (0, len(body) // 7, len(body) // 2, len(body))
    pieces = [body[start:end] for start, end in itertools.pairwise(cuts) if end > start]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
