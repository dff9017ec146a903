"""Layers of a PDF that are switched off: what stands on them is taken off the page before it is read.
What else cannot be seen is left to `pdf_ink`."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2.raw as pdfium

from gongkai.parsers.readers import Unreadable
from gongkai.parsers.readers.pdf_drawn import DEEPEST, MOST_OBJECTS, is_active
from gongkai.parsers.readers.pdf_guard import object_streams

MOST_LOOKS = 200
"""Drawings of a page to find its hidden layers, some 10 ms each; real files have a handful of layers."""
SCALE = 1.0
"""Pixels to the point: a digit that is shown changes some of them."""

_LAYERS = re.compile(rb"/OCProperties\b")


def has_layers(body: bytes) -> bool:
    """Whether the file says that parts of it can be switched off. True as well where that is encrypted."""
    if _LAYERS.search(body):
        return True
    packed = False
    for text in object_streams(body):
        packed = True
        if _LAYERS.search(text):
            return True
    return packed and b"/Encrypt" in body


def switch_off(page: Any) -> None:
    """Takes what a viewer does not show because of its layer off the page. Raises Unreadable where that takes too long.

    The library draws layers as a viewer does and does not say which it leaves out. So each group of objects is taken off and
    the page drawn again: where that changes nothing, the group was not seen.
    """
    before = b""
    for looks, group in enumerate(_groups(page.raw, 0, [MOST_OBJECTS])):
        if looks >= MOST_LOOKS:
            raise Unreadable(f"PDF with more than {MOST_LOOKS} parts on a page that may be switched off: print it anew as PDF")
        before = before or _picture(page)
        _set(group, active=False)
        if _picture(page) != before:
            _set(group, active=True)


def _set(group: Sequence[Any], *, active: bool) -> None:
    for item in group:
        pdfium.FPDFPageObj_SetIsActive(item, active)


def _picture(page: Any) -> bytes:
    bitmap = page.render(scale=SCALE, grayscale=True, may_draw_forms=False)
    try:
        return bytes(bitmap.buffer)
    finally:
        bitmap.close()


def _groups(holder: Any, depth: int, left: list[int]) -> Iterator[list[Any]]:
    """The drawings within the page, each for itself, and runs of objects that name one layer."""
    count = pdfium.FPDFFormObj_CountObjects(holder) if depth else pdfium.FPDFPage_CountObjects(holder)
    run: list[Any] = []
    layer: tuple[str, ...] | None = None
    for k in range(count):
        left[0] -= 1
        if left[0] < 0:
            break
        item = pdfium.FPDFFormObj_GetObject(holder, k) if depth else pdfium.FPDFPage_GetObject(holder, k)
        named = _layer_of(item)
        if named != layer and run:
            yield run
            run = []
        layer = named
        if named is not None:
            run.append(item)
        elif pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
            yield [item]
            if is_active(item):  # what holds it was taken off meanwhile, or not
                yield from _groups(item, depth + 1, left)
    if run:
        yield run


def _layer_of(item: Any) -> tuple[str, ...] | None:
    """What tells the layer of an object from others; None where it is on none."""
    for k in range(pdfium.FPDFPageObj_CountMarks(item)):
        mark = pdfium.FPDFPageObj_GetMark(item, k)
        name = _text(lambda *buffer, mark=mark: pdfium.FPDFPageObjMark_GetName(mark, *buffer))
        if name == "OC":
            return "OC", _text(lambda *buffer, mark=mark: pdfium.FPDFPageObjMark_GetParamStringValue(mark, b"Name", *buffer))
    return None


def _text(get: Any) -> str:
    buffer, size = (ctypes.c_ushort * 128)(), ctypes.c_ulong()
    if not get(buffer, ctypes.sizeof(buffer), size):
        return ""
    return bytes(buffer)[: size.value].decode("utf-16-le", "replace").rstrip("\0")
