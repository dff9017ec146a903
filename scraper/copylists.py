"""Lists of copies that others hold (Wayback CDX, Common Crawl and pywb CDXJ) → addresses with times and digests.
No copy is fetched here; what becomes of the addresses is left to `importing.py`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from gongkai.scraper.addresses import Refused, clean

LONGEST_LINE = 20_000
DEFAULT = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
"""The fields of a Wayback answer that names none."""
_LEGEND = {"N": "urlkey", "b": "timestamp", "a": "original", "m": "mimetype", "s": "statuscode", "k": "digest",
           "S": "length", "V": "offset", "g": "filename", "r": "redirect", "M": "robotflags"}  # fmt: skip
_STAMP = re.compile(r"\d{14}")
_SHA1 = re.compile(r"(?:sha1:)?([A-Z2-7]{32})", re.IGNORECASE)


class Copy(NamedTuple):
    """One copy of an address. `digest`: sha1 of its payload, base32, "" where the list gives none or another kind."""

    url: str
    at: datetime
    digest: str
    status: int  # 0: not told (a revisit)
    media_type: str
    origin: str  # wayback | commoncrawl | cdx
    place: str  # where the copy is to be had: an address, or file:offset+length


class Bad(NamedTuple):
    line: int
    why: str


def copies(lines: Iterable[str]) -> Iterator[Copy | Bad]:
    """The copies of a list: CDX with or without a legend, JSON rows, CDXJ, or one JSON object a line."""
    names: tuple[str, ...] = DEFAULT
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if len(text) > LONGEST_LINE:
            yield Bad(number, f"longer than {LONGEST_LINE} characters")
        elif text.startswith("CDX ") or line.startswith(" CDX "):
            names = tuple(_LEGEND.get(letter, letter) for letter in text.split()[1:])
        elif text.strip("[], "):
            try:
                told = _fields(text, names)
                if isinstance(told, tuple):
                    names = told
                else:
                    yield _copy(told)
            except (ValueError, KeyError, TypeError) as error:
                yield Bad(number, str(error)[:200] or "no line of a list of copies")


def _fields(text: str, names: tuple[str, ...]) -> dict[str, Any] | tuple[str, ...]:
    """One line's fields by name, or the names themselves."""
    if text.startswith("["):
        row = json.loads("[" + text.strip(",").lstrip("[").rstrip("]") + "]")
        if "timestamp" in row or "original" in row:
            return tuple(map(str, row))
        if len(row) == 1:  # Wayback's `showResumeKey`
            raise ValueError(f"the list is not whole: it goes on with resumeKey={str(row[0])[:150]}")
        return dict(zip(names, row, strict=False))
    if text.startswith("{"):
        return dict(json.loads(text))
    key, _, rest = text.partition(" ")
    stamp, _, told = rest.partition(" ")
    if told.startswith("{"):
        return {"urlkey": key, "timestamp": stamp, **json.loads(told)}
    cells = text.split()
    if len(cells) != len(names):
        raise ValueError(f"{len(cells)} fields, {len(names)} expected")
    return dict(zip(names, cells, strict=True))


def _copy(told: dict[str, Any]) -> Copy:
    stamp = str(told["timestamp"])
    if not _STAMP.fullmatch(stamp):
        raise ValueError(f"no time of 14 digits: {stamp[:30]!r}")
    at = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    try:
        url = clean(str(told.get("url") or told["original"]))
    except Refused as error:
        raise ValueError(f"{str(told.get('url') or told['original'])[:200]}: {error}") from None
    status = str(told.get("status") or told.get("statuscode") or "")
    digest = _SHA1.fullmatch(str(told.get("digest") or ""))
    file, offset = str(told.get("filename") or ""), str(told.get("offset") or "")
    if file.startswith(("crawl-data/", "cc-index/", "common-crawl/")):
        origin, place = "commoncrawl", f"{file}:{offset}+{told.get('length') or ''}"
    elif file:
        origin, place = "cdx", f"{file}:{offset}"
    else:
        origin, place = "wayback", f"https://web.archive.org/web/{stamp}id_/{url}"
    return Copy(url, at, digest[1].upper() if digest else "", int(status) if status.isascii() and status.isdigit() else 0,
                str(told.get("mime") or told.get("mimetype") or ""), origin, place)  # fmt: skip
