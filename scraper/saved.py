"""Pages a person saved by hand → address, day and bytes: HTML as browsers and SingleFile write it, MHTML, PDF, office files.
Whether they hold a report is left to the parsers; keeping them to `importing.py`."""

from __future__ import annotations

import email
import email.policy
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from gongkai.scraper.addresses import Refused, clean

LARGEST_FILE = 64 * 2**20
"""Bytes of a saved file; the parser refuses larger documents."""
MOST_PARTS = 500
"""Files within one MHTML page."""
HEAD = 65_536
"""Bytes of a page in which its address is looked for."""

# `(0042)` is the length of the address: what Internet Explorer, Chrome and Firefox write, and cut with it
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\((\d{4})\)(\S+)\s*-->", re.IGNORECASE)
_SINGLE_FILE = re.compile(rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)(?:\s+saved date:\s*([^\r\n]{10,60}))?", re.IGNORECASE)
_LINK = re.compile(rb"<(?:link|meta)\b[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_JS_DATE = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")


class NotTaken(ValueError):
    """The file cannot be imported; the message says why and what to do."""


class Part(NamedTuple):
    """A file that was saved with a page, under the address the page knows it by."""

    url: str
    body: bytes
    media_type: str


class Saved(NamedTuple):
    url: str  # http(s), or file:NAME
    url_from: str  # where the address comes from: option, sidecar, comment, mhtml, canonical
    at: datetime
    at_from: str  # comment, mhtml, mtime
    body: bytes
    media_type: str
    parts: tuple[Part, ...] = ()


def read_saved(path: Path, url: str = "") -> Saved:
    """A saved file. `url`: its address where the person names it. Raises NotTaken, OSError."""
    status = path.stat()
    if status.st_size > LARGEST_FILE:
        raise NotTaken(f"larger than {LARGEST_FILE // 2**20} MB: not taken")
    body = path.read_bytes()
    if not body:
        raise NotTaken("empty: not taken")
    made = Saved("", "", datetime.fromtimestamp(status.st_mtime, UTC), "mtime", body, "")
    made = _mhtml(made) if _is_mhtml(path, body) else _page(made)
    if url:
        made = made._replace(url=url, url_from="option")
    elif found := _sidecar(path):
        made = made._replace(url=found, url_from="sidecar")
    if not made.url:
        raise NotTaken(_other_kind(path, body) or f"no address in it: give --url, or write it into {path.name}.url")
    if re.match(r"file:[^\s/][^\s]*$", made.url) and made.url_from == "option":
        return made
    try:
        return made._replace(url=clean(made.url))
    except Refused as error:
        raise NotTaken(f"its address {made.url[:200]!r} ({made.url_from}): {error}; give --url") from None


def _other_kind(path: Path, body: bytes) -> str:
    """What to do with a file that is no saved page, where its name or its first bytes say so."""
    if body.startswith(b"\x28\xb5\x2f\xfd"):
        return "compressed with zstd: `zstd -d` makes it readable"
    if path.name.lower().endswith((".arc", ".arc.gz")):
        return "an ARC file: `warcio recompress` makes a WARC file of it"
    if path.name.lower().endswith((".json", ".jsonl", ".ndjson")):
        return f"data, no page; a list of copies is taken under the name {path.stem}.cdx.json"
    return ""


def sidecars(path: Path) -> tuple[Path, Path]:
    """The files that may name a saved file's address: `page.html.url`, `page.url`."""
    return path.with_name(path.name + ".url"), path.with_suffix(".url")


def _sidecar(path: Path) -> str:
    for side in sidecars(path):
        if side != path and side.is_file():
            text = side.read_bytes()[:HEAD].decode("utf-8-sig", "replace")
            found = re.search(r"^\s*URL\s*=\s*(\S+)", text, re.MULTILINE | re.IGNORECASE)
            return found[1] if found else text.strip().split("\n")[0].strip()
    return ""


def _page(made: Saved) -> Saved:
    start = made.body[:HEAD]
    if b"\0" in start[:1_000] or b"<" not in start:
        return made
    if match := _SINGLE_FILE.search(start):
        at = _js_date((match[2] or b"").decode("latin-1"))
        made = made._replace(url=_text(match[1]), url_from="comment")
        return made._replace(at=at, at_from="comment") if at else made
    if (match := _SAVED_FROM.search(start)) and int(match[1]) == len(match[2]):
        return made._replace(url=_text(match[2]), url_from="comment")
    if found := _canonical(start):
        return made._replace(url=found, url_from="canonical")
    return made


def _canonical(start: bytes) -> str:
    """What the page says its address is. Two that differ, or a bare home page, say nothing."""
    found: set[str] = set()
    for tag in _LINK.findall(start):
        told = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(_text(tag))}
        if told.get("rel", "").lower() == "canonical":
            found.add(told.get("href", ""))
        elif told.get("property", told.get("name", "")).lower() == "og:url":
            found.add(told.get("content", ""))
    found = {url for url in found if urlsplit(url).scheme in ("http", "https") and len(urlsplit(url).path) > 1}
    return found.pop() if len(found) == 1 else ""


def _text(raw: bytes) -> str:
    return unescape(raw.decode("utf-8", "replace")).strip()


def _js_date(text: str) -> datetime | None:
    """`Tue Nov 24 2026 10:00:00 GMT+0800 (China Standard Time)`."""
    match = _JS_DATE.search(text)
    if not match:
        return None
    try:
        return datetime.strptime(f"{match[2]} {match[1]} {match[3]} {match[4]} {match[5]}", "%d %b %Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


def _is_mhtml(path: Path, body: bytes) -> bool:
    if path.suffix.lower() in (".mht", ".mhtml"):
        return True
    head = body[:4_000].lower()
    return b"mime-version:" in head and b"multipart/related" in head and not head.lstrip().startswith(b"<")


def _mhtml(made: Saved) -> Saved:
    message = email.message_from_bytes(made.body, policy=email.policy.compat32)
    where = message.get("Snapshot-Content-Location", "") or message.get("Content-Location", "")
    page: tuple[str, bytes] | None = None
    parts: list[Part] = []
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            raise NotTaken(f"more than {MOST_PARTS} files in one MHTML page: not taken")
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content:
            continue
        location = str(part.get("Content-Location", "")).strip()
        if page is None and part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page = location, content
        elif location:
            parts.append(Part(location, content, part.get_content_type()))
    if page is None:
        raise NotTaken("an MHTML file without a page in it")
    at, at_from = made.at, made.at_from
    with suppress(ValueError, TypeError):  # no date, or none that can be read
        at, at_from = parsedate_to_datetime(str(message.get("Date", ""))).astimezone(UTC), "mhtml"
    return Saved(str(where).strip() or page[0], "mhtml", at, at_from, page[1], "text/html", tuple(parts))
