"""Web pages that show their tables as pictures only: the cells of each picture take its place in the page's stream.
The page itself is left to `html`, the pictures to `picture`; where they are kept to the caller's `Outside`."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from lxml import etree

from gongkai.parsers.document import Document
from gongkai.parsers.lexicon import tokens_of
from gongkai.parsers.readers.html import read_html
from gongkai.parsers.readers.outside import Outside
from gongkai.parsers.readers.picture import Sheet, document_of, read_sheet
from gongkai.parsers.readers.pixels import NoPicture, Pixels, pictures, size_of
from gongkai.parsers.readers.readings import UNREAD
from gongkai.parsers.splicing import spliced

SMALLEST_SIDES = (60, 280)
"""Pixels of the shorter and the longer side; what is smaller is an icon, a button, a code to scan."""
MOST_PICTURES = 30
"""Pictures of one page that are looked at, the first ones."""
LARGEST_PICTURE = 40 * 1024 * 1024
"""Bytes of one picture behind a reference; a larger one is not looked at."""
_SOURCES = ("data-original", "data-src", "src")  # a page that loads pictures late prints a placeholder as src
_MARK = "\U0010f5fa"  # with a number behind it: a picture's place in the text of its page
_MARKED = re.compile(_MARK + r"(\d+)")
_DATA = re.compile(r"data:[^,]{0,100},", re.IGNORECASE)
_LABELS = 2  # so many labels of a form in a picture without lines make it a table
_PAGE_TEXT = 100  # characters; a picture with that much text is a page of the report, once another is a table


def with_pictures(page: bytes, outside: Outside) -> Document | None:
    """The page in UTF-8 with the tables of its pictures in their places; None where no picture shows any."""
    root = etree.fromstring(page, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    if root is None:
        return None
    sheets: dict[int, Sheet] = {}
    for number, image in enumerate(root.iter("img"), 1):
        if len(sheets) >= MOST_PICTURES:
            break
        pixels = _pixels(image, outside)
        if pixels is not None:
            sheets[number] = read_sheet(pixels)
            image.tag, image.text = "p", f"{_MARK}{number}"
    tables = {number for number, sheet in sheets.items() if _shows_table(sheet)}
    if not tables:
        return None
    document = read_html(etree.tostring(root, encoding="utf-8", method="html"))
    parts: dict[int, Document] = {}
    for i, text in enumerate(document.texts):
        numbers = [int(n) for n in _MARKED.findall(text)]
        kept = [n for n in numbers if n in tables or (n in sheets and _length(sheets[n]) > _PAGE_TEXT)]
        if numbers:
            document.texts[i] = _MARKED.sub("", text).strip()
        if kept:
            parts[i] = _part(sheets, kept)
    return spliced(document, parts)


def _part(sheets: dict[int, Sheet], numbers: list[int]) -> Document:
    return document_of(
        [sheets[n] for n in numbers], "html", lambda k, x, y: f"image {numbers[k]} ({x:.0f},{y:.0f})"
    )


def _pixels(image: etree._Element, outside: Outside) -> Pixels | None:
    """The picture behind an element, unless it is not at hand, too small for a table, or damaged."""
    for name in _SOURCES:
        source = (image.get(name) or "").strip()
        body = _body(source, outside) if source else None
        size = size_of(body) if body and len(body) <= LARGEST_PICTURE else None
        if body and size and min(size) >= SMALLEST_SIDES[0] and max(size) >= SMALLEST_SIDES[1]:
            try:
                return pictures(body)[0]
            except NoPicture:
                return None
    return None


def _body(source: str, outside: Outside) -> bytes | None:
    if not (head := _DATA.match(source)):
        return outside.linked(source)
    data = unquote_to_bytes(source[head.end() :])
    if "base64" not in head[0].lower():
        return data
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        return None


def _texts(sheet: Sheet) -> list[str]:
    return [t.text for block in sheet.blocks for t in block.texts if t.text and t.text != UNREAD]


def _length(sheet: Sheet) -> int:
    return sum(len(text) for text in _texts(sheet))


def _shows_table(sheet: Sheet) -> bool:
    """The picture prints labels of a form; a grid of anything else is another table."""
    labels = {t.folded for t in tokens_of(_texts(sheet)) if any(r.what in ("row", "column") for r in t.roles)}
    return len(labels) >= _LABELS
