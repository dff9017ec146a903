"""The text that a scanner's own recognition left in a PDF, unseen, as a second reading of the figures on its pages.
It is never taken for print: it confirms what was read from the picture, or makes it doubtful."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from gongkai.parsers.readers.picture import Sheet, Text
from gongkai.parsers.readers.readings import FIGURE, UNREAD, plain

MOST_CHARACTERS = 60_000
"""Of one page's text layer; a full page has some 6,000."""
DIFFERS = "ocr_layer_differs"
_DOUBT = "ocr_doubtful"
_NEAR = 0.35  # heights of a line: a scanner's boxes stand so far beside the print


class Layer(NamedTuple):
    """The characters of a text layer, and the middles of their boxes in pixels of the drawn page."""

    characters: str
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]


def layer_of(page: Any, scale: float) -> Layer:
    """The characters of a page's text layer, seen or unseen; `scale`: pixels to a point, as the page was drawn."""
    width, height = (round(n * scale) for n in page.get_size())
    text = page.get_textpage()
    found: list[tuple[str, int, int]] = []
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_int(), ctypes.c_int()
    for k in range(min(text.count_chars(), MOST_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(text.raw, k)
        if code <= 32 or code == 0xFFFE or not raw.FPDFText_GetCharBox(text.raw, k, left, right, bottom, top):
            continue
        middle = (left.value + right.value) / 2, (bottom.value + top.value) / 2
        if raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, *middle, x, y):
            found.append((chr(code), x.value, y.value))
    text.close()
    places = np.array([f[1:] for f in found], np.float64).reshape(-1, 2)
    return Layer("".join(f[0] for f in found), places[:, 0], places[:, 1])


def compared(sheet: Sheet, layer: Layer) -> Sheet:
    """The sheet; figures that its text layer has otherwise, and blanks where it has a figure, with a doubt. What both
    read alike loses the doubt that the recogniser was not sure."""
    if not any(c.isdigit() for c in layer.characters):
        return sheet
    blocks = []
    for block in sheet.blocks:
        texts = [_compared(t, sheet, layer) if t.candidates or not t.text else t for t in block.texts] if block.table else block.texts
        blocks.append(block._replace(texts=texts))
    return sheet._replace(blocks=blocks)


def _compared(text: Text, sheet: Sheet, layer: Layer) -> Text:
    other = plain(_within(text, sheet, layer))
    if not FIGURE.fullmatch(other):
        return text
    mine = plain(text.text)
    if mine == other:
        return text._replace(flags=tuple(f for f in text.flags if f != _DOUBT))
    if not mine:  # ink that nobody but the scanner saw
        return text._replace(text=UNREAD, flags=(*text.flags, DIFFERS), candidates=(UNREAD, other))
    candidates = tuple(dict.fromkeys((*(text.candidates or (text.text,)), other)))
    return text._replace(flags=(*text.flags, DIFFERS), candidates=candidates)


def _within(text: Text, sheet: Sheet, layer: Layer) -> str:
    """The characters in the box of a text, on the page as it came, from left to right."""
    x0, y0, x1, y1 = text.box
    corners = [sheet.origin(x, y) for x in (x0, x1) for y in (y0, y1)]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    room = _NEAR * min(right - left, bottom - top) if text.text else 0.0
    xs, ys = layer.xs, layer.ys
    inside = np.flatnonzero((xs >= left - room) & (xs <= right + room) & (ys >= top - room) & (ys <= bottom + room))
    return "".join(layer.characters[k] for k in inside[np.argsort(xs[inside], kind="stable")])
