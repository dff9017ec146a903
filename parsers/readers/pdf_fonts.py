"""A font that stands in for every font that a PDF names and does not bring along: the same box for each character, made here.
What the characters are is in the file; `pdf_page` reads it. The fonts of the machine are not looked at."""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from typing import Any

import pypdfium2.raw as pdfium

# The library drops every character for which the font in use has no drawing. Where the machine's fonts stand in for those
# that are missing, a record depends on what is installed: without a Chinese font the labels are gone. They also cost 20 to
# 30 MB a document, and half the time that reading it takes.
_UNITS = 1000  # to the em
_ASCENT, _DESCENT = 880, -120  # as Chinese fonts have them
_LEFT, _RIGHT, _TOP = 40, 160, 700  # the box's edges: within the narrowest character, whose width is in the file
_LATIN, _SYMBOLS = 0, 2  # character sets that the library has built-in fonts for


@cache
def _box_font() -> bytes:
    """A TrueType font whose every character is the same box, one em wide."""
    box = struct.pack(">5h", 1, _LEFT, 0, _RIGHT, _TOP)
    box += struct.pack(">2H", 3, 0) + bytes((1, 1, 1, 1))  # four corners on the curve
    box += struct.pack(">4h", _LEFT, 0, _RIGHT - _LEFT, 0) + struct.pack(">4h", 0, _TOP, 0, -_TOP)
    # every character is glyph 1: one group for the planes that Unicode has
    groups = struct.pack(">2H3L3L", 13, 0, 28, 0, 1, 0x20, 0x10FFFF, 1)
    tables = {
        b"OS/2": struct.pack(">H", 0) + bytes(66) + struct.pack(">5H", _ASCENT, -_DESCENT, 0, _ASCENT, -_DESCENT),
        b"cmap": struct.pack(">2H2HL", 0, 1, 3, 10, 12) + groups,
        b"glyf": box,
        b"head": struct.pack(">4L2H16x4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _UNITS, _LEFT, 0, _RIGHT, _TOP, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">L3hH11hH", 0x10000, _ASCENT, _DESCENT, 0, _UNITS, *[0] * 11, 2),
        b"hmtx": struct.pack(">HhHh", _UNITS, 0, _UNITS, _LEFT),
        b"loca": struct.pack(">3L", 0, 0, len(box)),
        b"maxp": struct.pack(">L14H", 0x10000, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"post": struct.pack(">L28x", 0x30000),
    }  # fmt: skip
    at = 12 + 16 * len(tables)
    places, parts = b"", b""
    for name, data in sorted(tables.items()):
        places += struct.pack(">4s3L", name, 0, at + len(parts), len(data))
        parts += data + bytes(-len(data) % 4)
    return struct.pack(">L4H", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128) + places + parts


def _map_font(this: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> int | None:
    return None if charset in (_LATIN, _SYMBOLS) else 1


def _font_data(this: Any, font: Any, table: int, buffer: Any, size: int) -> int:
    if table:
        return 0
    data = _box_font()
    if buffer and size >= len(data):
        ctypes.memmove(buffer, data, len(data))
    return len(data)


def _fonts() -> Any:
    """What the library asks instead of the machine; of the fonts it has built in, it asks for none."""
    info = pdfium.FPDF_SYSFONTINFO()
    kinds = dict(pdfium.FPDF_SYSFONTINFO._fields_)
    info.version = 1
    answers = {
        "Release": lambda this: None,
        "EnumFonts": lambda this, mapper: None,
        "MapFont": _map_font,
        "GetFont": lambda this, face: None,
        "GetFontData": _font_data,
        "GetFaceName": lambda this, font, buffer, size: 0,
        "GetFontCharset": lambda this, font: 0,
        "DeleteFont": lambda this, font: None,
    }
    for name, answer in answers.items():
        setattr(info, name, kinds[name](answer))
    return info


_FONTS = _fonts()  # the library keeps its address


def without_fonts_of_the_machine() -> None:
    """From here on every document that is opened in this process has the stand-in for what it does not bring along."""
    pdfium.FPDF_SetSystemFontInfo(_FONTS)


def with_fonts_of_the_machine() -> None:
    """From here on every document that is opened is drawn with the machine's fonts, as it was before: for those that are
    looked at, and for whoever else uses the library in this process."""
    pdfium.FPDF_SetSystemFontInfo(pdfium.FPDF_GetDefaultSystemFontInfo())
