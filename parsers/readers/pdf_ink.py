"""Whether the glyphs of a PDF page can be seen: their colour, what covers them, what cuts them off.
What else is drawn is found by `pdf_drawn`; hidden layers are left to `pdf_layers`."""

from __future__ import annotations

import ctypes
from enum import Enum
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from gongkai.parsers.readers.pdf_drawn import WHITE, Box, Drawn, clip_of, colour_of, is_active, light

FAINT = 180
"""Of 255, on white paper: grey or translucent ink as light as this is a watermark (silver is 192)."""
GREY = 40
"""By which the three colours of a grey differ at most."""
TRANSLUCENT = 128
"""Of 255: ink as opaque as this or more is of its own colour; what is less takes that of the paper, as watermarks do."""
LEAST_SEEN = 10
"""Of 255: ink as translucent as this is not seen."""
CUT_ACROSS = 0.2
"""Points of a glyph's width beyond the left edge of what is shown, from which on it is cut."""
TOUCHES = 0.3
"""Points from the right edge: a digit that ends nearer may be followed by others that were not even written into the file."""
CUT_DOWN = 0.25
"""Of a digit's height that must be missing for it to be cut."""
DIGIT_HEIGHT = 0.7
"""Of the type size."""


_BLACK = (0, 0, 0, 255)


class Sight(Enum):
    """`FAINT` is ink so light that it may be a watermark, `BEYOND` lies outside of what is shown, `CUT` half outside."""

    SEEN = 0
    UNSEEN = 1
    FAINT = 2
    BEYOND = 3
    CUT = 4


class _Look(NamedTuple):
    shown: bool
    white: bool
    faint: bool
    order: int | None


class Ink:
    """Whether the texts of a page can be seen, each text looked at once."""

    def __init__(self, drawn: Drawn, *, layers: bool) -> None:
        self.drawn, self.layers = drawn, layers
        self.known: dict[int, _Look] = {}
        self.clips: dict[int, Box | None] = {}
        self.fonts: dict[int, tuple[Any, int]] = {}

    def sight(self, item: Any, x: float, y: float) -> Sight:
        """How the ink of a glyph at this place is seen."""
        address = ctypes.cast(item, ctypes.c_void_p).value or 0
        look = self.known.get(address) or self.known.setdefault(address, self._look(item, address))
        if not look.shown:
            return Sight.UNSEEN
        if not self.drawn.fills and not look.white:
            return Sight.FAINT if look.faint else Sight.SEEN
        fills = self.drawn.fills
        on_dark = (look.white or look.faint) and any(n < 0 and fill.holds(x, y) for n, fill in fills)
        if look.white and not on_dark:
            return Sight.SEEN if any(picture.holds(x, y) for picture in self.drawn.pictures) else Sight.UNSEEN
        # painted over by a box that is drawn later
        if look.order is not None and any(abs(n) > look.order and fill.holds(x, y) for n, fill in fills):
            return Sight.UNSEEN
        return Sight.FAINT if look.faint and not on_dark else Sight.SEEN

    def font(self, item: Any) -> tuple[Any, int]:
        """The font of a text, and what tells it from others."""
        address = ctypes.cast(item, ctypes.c_void_p).value or 0
        if address not in self.fonts:
            font = pdfium.FPDFTextObj_GetFont(item)
            self.fonts[address] = font, ctypes.cast(font, ctypes.c_void_p).value or 0
        return self.fonts[address]

    def cut(self, item: Any, box: Box, base: float, size: float, *, level: bool) -> Sight:
        """What the edge of the part that a text is shown in leaves of a digit: its box, baseline and type size.

        `level`: it stands upright. Excel and browsers cut off what a cell or a field has no room for.
        """
        address = ctypes.cast(item, ctypes.c_void_p).value or 0
        if address not in self.clips:
            written = self.drawn.texts.get(address)
            self.clips[address] = clip_of(item, written.to_page, written.clip) if written else None
        clip = self.clips[address]
        if clip is None:
            return Sight.SEEN
        if not level:
            if not clip.holds((box.x0 + box.x1) / 2, (box.top + box.bottom) / 2):
                return Sight.BEYOND
            return Sight.CUT if box.top < clip.top - CUT_ACROSS or box.bottom > clip.bottom + CUT_ACROSS else Sight.SEEN
        top = base - DIGIT_HEIGHT * size
        if box.x1 <= clip.x0 or box.x0 >= clip.x1 or base <= clip.top or top >= clip.bottom:
            return Sight.BEYOND
        across = max(clip.x0 - box.x0, box.x1 - clip.x1 + TOUCHES + CUT_ACROSS)
        down = max(clip.top - top, base - clip.bottom)
        return Sight.CUT if across > CUT_ACROSS or down > CUT_DOWN * DIGIT_HEIGHT * size else Sight.SEEN

    def _look(self, item: Any, address: int) -> _Look:
        mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
        stroked = mode in (pdfium.FPDF_TEXTRENDERMODE_STROKE, pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP)
        colour = colour_of(item, pdfium.FPDFPageObj_GetStrokeColor if stroked else pdfium.FPDFPageObj_GetFillColor)
        hidden = mode in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
        written = self.drawn.texts.get(address)
        hidden = hidden or (self.layers and not is_active(item))
        if colour == _BLACK and written is not None and written.alpha == 1:  # as nearly all are
            return _Look(not hidden, False, False, written.number)
        alpha = colour[3] * (written.alpha if written else 1.0)
        grey = max(colour[:3]) - min(colour[:3]) <= GREY or alpha < TRANSLUCENT
        on_paper = light(colour[:3]) * alpha / 255 + 255 - alpha
        return _Look(
            not hidden and alpha >= LEAST_SEEN,
            min(colour[:3]) >= WHITE,
            grey and on_paper >= FAINT,
            written.number if written else None,
        )
