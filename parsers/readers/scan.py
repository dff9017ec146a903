"""Pages of PDF files that are pictures: their pixels through the same eyes as any picture.
Which pages are, and those with a text layer, is left to the PDF reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from gongkai.parsers.document import Document
from gongkai.parsers.readers import Unreadable
from gongkai.parsers.readers.layer import Layer, compared, layer_of
from gongkai.parsers.readers.picture import document_of, read_sheet
from gongkai.parsers.readers.pixels import MOST_PIXELS, Pixels

MOST_PAGES = 30
"""Pages of one document that are read as pictures, at one to four seconds each; a report has about ten."""
_COARSEST, _FINEST = 110, 201  # dots per inch; more make no figure clearer and cost time
_USUAL = 150
_POINTS = 72  # to the inch


def read_pages(pdf: Any, numbers: Sequence[int]) -> Document:
    """These pages (from 0) of an open file as one document; its places are `p3 (120,88)`, in points from the top left.

    Raises Unreadable for more than `MOST_PAGES`, and for a page that cannot be drawn.
    """
    if len(numbers) > MOST_PAGES:
        raise Unreadable(f"scanned PDF of {len(numbers)} pages: above the limit of {MOST_PAGES} pages to recognise")
    sheets, scales = [], []
    for number in numbers:
        pixels, scale, layer = _drawn(pdf, number)
        sheets.append(compared(read_sheet(pixels), layer))
        scales.append(scale)

    def place(page: int, x: float, y: float) -> str:
        return f"p{numbers[page] + 1} ({x / scales[page]:.0f},{y / scales[page]:.0f})"

    return document_of(sheets, "pdf", place)


def _drawn(pdf: Any, number: int) -> tuple[Pixels, float, Layer]:
    """The page's pixels, and how many there are to a point; as fine as its own picture where that is known. And what
    a scanner's own recognition read on it."""
    try:
        page = pdf[number]
        width, height = page.get_size()
        dots = _dots_of(page)
        scale = min(dots / _POINTS, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=False)
        pixels = np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
        layer = layer_of(page, scale)
        page.close()
    except (pdfium.PdfiumError, ValueError, MemoryError) as problem:
        raise Unreadable(f"PDF: page {number + 1} cannot be drawn ({problem})") from None
    return pixels, scale, layer


def _dots_of(page: Any) -> float:
    """Dots per inch of the largest picture on the page, within what is useful."""
    found = [0.0]
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, _, right, _ = thing.get_bounds()
        if right - left > 0:
            found.append(thing.get_px_size()[0] / (right - left) * _POINTS)
    dots = max(found) or _USUAL
    return dots / 2 if dots > 1.7 * _FINEST else min(max(dots, _COARSEST), _FINEST)
