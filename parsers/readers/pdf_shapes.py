"""Whether the digits of a PDF's fonts look like what the file says they are: each is drawn once and looked at.
What a file says of its characters is read by `pdf_page`; to read drawn characters is left to the reader for pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from functools import cache
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

WIDE, HIGH = 20, 30
"""Pixels into which each digit is drawn, whatever its size."""
SPECK = 3
"""Pixels of a digit's inside, below which it is no hole."""
MOST_HOLES = {"0": 1, "1": 0, "2": 0, "3": 0, "4": 1, "5": 0, "6": 1, "7": 0, "8": 2, "9": 1}
FEWEST_HOLES = {"0": 1, "4": 1, "6": 1, "8": 2, "9": 1}
"""Paper that a digit encloses; that 0 may be struck through, and 4 open, is no proof alone."""
HOLE_AT = {"0": (0.42, 0.58), "4": (0.4, 0.62), "6": (0.58, 1.0), "9": (0.0, 0.42)}
"""Of a digit's height, where the middle of its only hole lies (measured on 37 fonts: 0.48 to 0.52, 0.45 to 0.57, 0.65 to 0.72,
0.29 to 0.34)."""
NO_HOLES = "12357"
LIKER = 0.06
"""Of the pixels, by which a digit must be liker to another one than to itself. Two digits that are so, for two others, were in
no font of 43; of single pairs exchanged in them 95 % are noticed, of all ten shuffled every one."""

_INK = bytes(49 if value < 128 else 48 for value in range(256))
_ROW = WIDE + 2  # a frame of paper around
_ALL = (1 << _ROW * (HIGH + 2)) - 1
_FRAME = (((1 << _ROW) - 1) | ((1 << _ROW) - 1) << _ROW * (HIGH + 1)) | sum(
    (1 | 1 << _ROW - 1) << _ROW * row for row in range(HIGH + 2)
)
_FACES = (b"Helvetica", b"Helvetica-Bold", b"Times-Roman", b"Times-Bold", b"Courier")

class Digits:
    """The digits of a document's fonts, each drawn at two of its places: a stamp or a line over one of them proves nothing."""

    def __init__(self) -> None:
        self._drawn: dict[int, tuple[dict[str, int], dict[str, int]]] = {}

    def look(self, page: Any, text: Any, font: Any, places: Mapping[str, list[int]], quarter: int) -> None:
        """Looks at the digits of a font that a page prints, by their places in its text; those seen before are left out.

        `quarter`: quarter turns of the text to the left on the page as it is shown.
        """
        if pdfium.FPDFFont_GetIsEmbedded(font) != 1:
            return  # drawn with what the file says it is
        first, last = self._drawn.setdefault(ctypes.cast(font, ctypes.c_void_p).value or 0, ({}, {}))
        for digit, own in places.items():
            if digit not in last or (first[digit] == last[digit] and len(own) > 1):
                first.setdefault(digit, _drawn(page, text, own[0], quarter))
                last[digit] = _drawn(page, text, own[-1], quarter)

    def lie(self) -> bool:
        """Some font draws other digits than the file says."""
        return any(_odd(first) and _odd(last) for first, last in self._drawn.values())


def _odd(drawn: Mapping[str, int]) -> set[str]:
    """The digits that look like others, where that is certain of the font."""
    more: set[str] = set()
    fewer: set[str] = set()
    elsewhere: set[str] = set()
    drawn = {digit: bits for digit, bits in drawn.items() if bits}
    for digit, bits in drawn.items():
        holes = _holes(bits)
        if len(holes) > MOST_HOLES[digit]:
            more.add(digit)
        elif len(holes) < FEWEST_HOLES.get(digit, 0):
            fewer.add(digit)
        elif len(holes) == 1 and digit in HOLE_AT and not HOLE_AT[digit][0] <= holes[0] <= HOLE_AT[digit][1]:
            elsewhere.add(digit)
    liker = {d: other for d in NO_HOLES if d in drawn and (other := _liker(d, drawn[d])) is not None}
    mistaken = set(liker) if len(set(liker.values())) > 1 else set()
    certain = (more and fewer) or len(more) > 1 or len(elsewhere) > 1 or (elsewhere and (more or fewer)) or mistaken
    return more | fewer | elsewhere | mistaken if certain else set()


def _holes(bits: int) -> list[float]:
    """Where the middles of the paper lie that the ink encloses, in shares of the height."""
    left = ~bits & _ALL & ~_flooded(_FRAME & ~bits, ~bits & _ALL)
    found = []
    while left:
        hole = _flooded(left & -left, left)
        left &= ~hole
        if hole.bit_count() >= SPECK:
            rows = [(hole >> _ROW * row & (1 << _ROW) - 1).bit_count() for row in range(HIGH + 2)]
            # the first row of pixels is the highest part of the number
            found.append(1 - (sum(row * n for row, n in enumerate(rows)) / hole.bit_count() - 0.5) / HIGH)
    return found


def _flooded(seed: int, ground: int) -> int:
    """The part of the ground that hangs together with the seed."""
    while True:
        grown = (seed | seed << 1 | seed >> 1 | seed << _ROW | seed >> _ROW) & ground
        if grown == seed:
            return seed
        seed = grown


def _liker(digit: str, bits: int) -> str | None:
    """The digit without holes that this one is clearly liker to than to what it is said to be."""
    apart = {other: min((bits ^ known).bit_count() for known in _known()[other]) for other in NO_HOLES}
    other = min(apart, key=lambda one: apart[one])
    return other if apart[digit] - apart[other] > LIKER * WIDE * HIGH else None


@cache
def _known() -> dict[str, list[int]]:
    """The digits of the fonts that the library has built in."""
    found: dict[str, list[int]] = {}
    document = pypdfium2.PdfDocument.new()
    try:
        page = document.new_page(300, 300)
        for k, face in enumerate(_FACES):
            item = pdfium.FPDFPageObj_NewTextObj(document.raw, face, 20.0)
            digits = ctypes.create_string_buffer("0123456789".encode("utf-16-le") + b"\0\0")
            pdfium.FPDFText_SetText(item, ctypes.cast(digits, ctypes.POINTER(ctypes.c_ushort)))
            pdfium.FPDFPageObj_Transform(item, 1, 0, 0, 1, 20, 20 + 50 * k)
            pdfium.FPDFPage_InsertObject(page.raw, item)
        pdfium.FPDFPage_GenerateContent(page.raw)
        text = page.get_textpage()
        for i in range(pdfium.FPDFText_CountChars(text.raw)):
            char = chr(pdfium.FPDFText_GetUnicode(text.raw, i))
            if char.isdigit():
                found.setdefault(char, []).append(_drawn(page, text.raw, i, 0))
        text.close()
        page.close()
    finally:
        document.close()
    return found


def _drawn(page: Any, text: Any, place: int, quarter: int) -> int:
    """A glyph drawn into the pixels, a bit each, a frame of paper around it; 0 where it has no size."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(text, place, *(ctypes.byref(edge) for edge in (left, right, bottom, top))):
        return 0
    corners = []
    for x, y in ((left.value, bottom.value), (right.value, top.value)):
        corners.append(_upright(*_shown(page, x, y), quarter))
    (ax, ay), (bx, by) = corners
    x0, y0, wide, high = min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by)
    if wide < 0.2 or high < 1.0:
        return 0
    sx, sy = WIDE / wide, HIGH / high
    (xx, yx), (xy, yy) = _upright(1, 0, quarter), _upright(0, 1, quarter)
    matrix = pdfium.FS_MATRIX(xx * sx, yx * sy, xy * sx, yy * sy, -x0 * sx, -y0 * sy)
    bitmap = pdfium.FPDFBitmap_CreateEx(WIDE, HIGH, pdfium.FPDFBitmap_Gray, None, WIDE)
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, WIDE, HIGH, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmapWithMatrix(bitmap, page.raw, matrix, pdfium.FS_RECTF(0, 0, WIDE, HIGH), 0)
        step = pdfium.FPDFBitmap_GetStride(bitmap)
        grey = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), step * HIGH)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    rows = [b"0" + grey[k * step : k * step + WIDE].translate(_INK) + b"0" for k in range(HIGH)]
    return int(b"0" * _ROW + b"".join(rows) + b"0" * _ROW, 2)


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    """A point of the page in points from the top left of the page as it is shown."""
    xs, ys = sorted(page.get_cropbox()[::2]), sorted(page.get_cropbox()[1::2])
    turn = page.get_rotation() // 90 % 4
    if turn == 1:
        return y - ys[0], x - xs[0]
    if turn == 2:
        return xs[1] - x, y - ys[0]
    if turn == 3:
        return ys[1] - y, xs[1] - x
    return x - xs[0], ys[1] - y


def _upright(x: float, y: float, quarter: int) -> tuple[float, float]:
    """The point where text that was turned by so many quarters to the left stands upright."""
    return ((x, y), (-y, x), (-x, -y), (y, -x))[quarter]
