"""An index of WARC files in CDXJ: sorted lines, one an answer, for replay tools and for finding an address.
The files themselves are left to `archive.py`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gongkai.scraper.addresses import PORTS
from gongkai.scraper.records import Record
from gongkai.scraper.wire import Head, head_of

_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Line:
    """One line of the index. `offset` and `length` in bytes of the compressed file."""

    key: str
    date: str  # YYYYMMDDhhmmss
    url: str
    mime: str
    status: int
    digest: str
    offset: int
    length: int
    filename: str
    record: str

    def text(self) -> str:
        # Written out: `json.dumps` of a dictionary takes three times as long, and there is one of each answer.
        return (
            f'{self.key} {self.date} {{"url": {_json(self.url)}, "mime": {_json(self.mime)}, "status": "{self.status}", '
            f'"digest": {_json(self.digest)}, "length": "{self.length}", "offset": "{self.offset}", '
            f'"filename": {_json(self.filename)}, "rid": {_json(self.record)}}}'
        )


def surt(url: str) -> str:
    """The sort key of an address: `cn,gov,beijing,www)/zwgk/`. Hosts by their domain first, addresses of numbers whole."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    name = host if host.replace(".", "").isdigit() or ":" in host else ",".join(reversed(host.split(".")))
    number = parts.port
    port = f":{number}" if number and number != PORTS.get(parts.scheme) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{name}{port}){parts.path.lower() or '/'}{query.lower()}"


def _digits(date: str) -> str:
    digits = date.replace("-", "").replace(":", "").replace("T", "")
    return digits if digits.isascii() and digits.isdecimal() else re.sub(r"\D", "", date, flags=re.ASCII)


def line_of(record: Record, filename: str) -> Line | None:
    """The line of a response, revisit or resource; None for other records."""
    if record.type == "resource":
        told = record.headers
        return Line(
            surt(record.uri), _digits(record.date[:19]), record.uri,
            told.get("content-type", "").split(";")[0].replace(" ", "") or "unk", 200, told.get("warc-payload-digest", ""),
            record.offset, record.length, filename, record.id,
        )  # fmt: skip
    if record.type not in ("response", "revisit"):
        return None
    digest = record.headers.get("warc-payload-digest") or record.headers.get("warc-block-digest", "")
    head = head_of(record.block)
    return answer_line(record.type, head, record.uri, record.date, digest, record.offset, record.length, filename, record.id)


def answer_line(
    kind: str, head: Head, uri: str, date: str, digest: str, offset: int, length: int, filename: str, record: str
) -> Line:
    """The line of a response or revisit; `date` as the record says it, `digest` with its kind in front."""
    mime = "warc/revisit" if kind == "revisit" else head.text("content-type").split(";")[0].lower().replace(" ", "")
    return Line(
        surt(uri), _digits(date[:19]), uri, mime or "unk", head.status, digest, offset, length, filename, record
    )


def read(path: str | Path) -> Iterator[Line]:
    """The lines of an index. Raises ValueError for one that is damaged."""
    with open(path, encoding="utf-8") as stream:
        for text in stream:
            key, date, told = text.rstrip("\n").split(" ", 2)
            t = json.loads(told)
            yield Line(
                key, date, t["url"], t["mime"], int(t["status"]), t["digest"], int(t["offset"]), int(t["length"]),
                t["filename"], t["rid"],
            )  # fmt: skip
