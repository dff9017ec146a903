"""A page as it came made level, upright and of fitting size, with its lines; and the way back to where a point stood.
What stands on it is left to `picture`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from gongkai.parsers.lexicon import tokens_of
from gongkai.parsers.readers.lattice import Page, page_of, skew_of, turned
from gongkai.parsers.readers.ocr import Reading, recognise
from gongkai.parsers.readers.pixels import Pixels
from gongkai.parsers.readers.seals import without_seals
from gongkai.parsers.readers.strips import Strip, crop, strips_beside, strips_in, text_ink

DARK = 100
"""Of 255: a page whose middle tone is darker is printed light on dark; the darkest photographs of paper are lighter."""
SMALLEST_CHARACTER, LARGEST_CHARACTER = 14.0, 44.0
"""Pixels; a page whose characters are smaller or larger is scaled first."""
_MOST_ENLARGED, _ENLARGED_PIXELS = 3.0, 8_000_000
_FEWEST_LABELS = 3  # known labels of a form, with which a page certainly stands upright
_UPRIGHT = 0.6  # certainty of its words on average, with which it does where it shows no form
_CLEARLY = 0.15  # so much more certain another way to hold a page must be
_FEWEST_WORDS = 3  # strips of words, below which nothing can be said
_SHARE = 0.15  # of the strips that are no figures: so many are long ones of words, on a page that stands upright
_TURNS = (cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)
_SAMPLE = 30  # strips by which the ways to turn a page are compared
_LONG = 3.0  # times its height: so long a strip is words
_LOW = 0.45  # heights of a character; what is lower is a dash
_SHORTEST_LABEL = 3
Point = tuple[float, float]


class Level(NamedTuple):
    """A page made level: in colours without its seals, as it was, in grey, its lines, how to get back.

    `sealed`: 255 where a seal was taken off.
    """

    colour: Pixels
    as_it_was: Pixels
    grey: Pixels
    page: Page
    sealed: Pixels | None
    origin: Callable[[float, float], Point]


def levelled(image: Pixels) -> Level:
    """The page, scaled until its characters are neither tiny nor huge, and turned until its lines are level."""
    if np.median(image) < DARK:
        image = 255 - image  # light print on a dark ground, as telephones show pages at night
    clean, sealed = without_seals(image)
    grey = cv2.cvtColor(clean, cv2.COLOR_BGR2GRAY)
    page = page_of(grey)
    scale = 1.0
    if not page.height:
        return Level(clean, image, grey, page, sealed, lambda x, y: (x, y))
    if not SMALLEST_CHARACTER <= page.height <= LARGEST_CHARACTER:
        want = 1.5 * SMALLEST_CHARACTER if page.height < SMALLEST_CHARACTER else 0.75 * LARGEST_CHARACTER
        scale = min(_MOST_ENLARGED, want / page.height, max(1.0, (_ENLARGED_PIXELS / grey.size) ** 0.5))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        same = image is clean
        clean = cv2.resize(clean, None, fx=scale, fy=scale, interpolation=how)
        image = clean if same else cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
        sealed = None if sealed is None else cv2.resize(sealed, (clean.shape[1], clean.shape[0]), interpolation=cv2.INTER_NEAREST)
        grey = cv2.cvtColor(clean, cv2.COLOR_BGR2GRAY)
    angle = skew_of(grey)
    if angle:
        same = image is clean
        clean, grey = turned(clean, angle, 255, cv2.INTER_CUBIC), turned(grey, angle, 255, cv2.INTER_CUBIC)
        image = clean if same else turned(image, angle, 255, cv2.INTER_CUBIC)
        sealed = None if sealed is None else turned(sealed, angle, 0, cv2.INTER_NEAREST)
    if angle or scale != 1:
        page = page_of(grey)
    height, width = grey.shape
    back = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)

    def origin(x: float, y: float) -> Point:
        to_x, to_y = back @ np.array([x, y, 1.0])
        return max(0.0, to_x / scale), max(0.0, to_y / scale)

    return Level(clean, image, grey, page, sealed, origin)


# --- which way a page lies -----------------------------------------------------------------------------------------


class Evidence(NamedTuple):
    """What says that a page stands upright: labels of a form that were read on it, and how surely its words were.

    `words`: long strips with Chinese characters in them; `others`: those with anything but figures and dashes;
    `across`: more of the strips are higher than wide.
    """

    labels: int
    words: int
    sure: float
    others: int = 0
    across: bool = False

    @property
    def upright(self) -> bool:
        """Whether it does; a page with nothing but figures says nothing, and is left as it lies."""
        if self.labels >= _FEWEST_LABELS:
            return True
        if self.across or self.words < _SHARE * self.others:
            return False
        return self.sure >= _UPRIGHT if self.words >= _FEWEST_WORDS else self.others < _FEWEST_WORDS

    @property
    def nonsense(self) -> bool:
        """Whether what was read on it are no words."""
        return self.labels < _FEWEST_LABELS and self.words >= _FEWEST_WORDS and self.sure < _UPRIGHT


def evidence_of(texts: Sequence[str], strips: Sequence[Strip], readings: Sequence[Reading], *, across: bool = False) -> Evidence:
    """`texts`: those of whole cells, `readings`: those of all `strips`."""
    labels = {t.folded for t in tokens_of(texts) if t.kind == "label" and len(t.folded) >= _SHORTEST_LABEL}
    sure = [r.sure for s, r in zip(strips, readings, strict=True) if _is_long(s) and sum(_is_han(c) for c in r.text) > 1]
    others = sum(any(c.isalpha() for c in r.text.replace("一", "")) for r in readings)
    return Evidence(len(labels), len(sure), sum(sure) / len(sure) if sure else 0.0, others, across)


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _is_long(strip: Strip) -> bool:
    x0, y0, x1, y1 = strip.box
    return x1 - x0 > _LONG * (y1 - y0)


def turn_for(image: Pixels, evidence: Evidence) -> int | None:
    """By which of OpenCV's quarter turns a page that does not read as it lies reads better; None where none does."""
    trials = [(_sampled(cv2.rotate(image, turn)), turn) for turn in _TURNS]
    best, turn = max(trials, key=lambda t: (t[0].labels, t[0].sure))
    if best.labels > evidence.labels + 1:
        return turn
    best, turn = max(trials, key=lambda t: t[0].sure)
    if best.words >= _FEWEST_WORDS and best.sure >= max(_UPRIGHT, evidence.sure + _CLEARLY) and best.labels >= evidence.labels:
        return turn
    return None


def _sampled(image: Pixels) -> Evidence:
    """What some cells and lines of the page say, as it lies."""
    level = levelled(image)
    height = level.page.height
    ink = text_ink(level.page)
    cells = [strips_in(ink, cell.box, height) for grid in level.page.grids for cell in grid.cells]
    cells = [c for c in cells if any(_is_long(s) and s.box[3] - s.box[1] > _LOW * height for s in c)]
    cells.sort(key=lambda c: -max(s.box[2] - s.box[0] for s in c))
    chosen: list[list[Strip]] = []
    for cell in cells:
        if sum(map(len, chosen)) < _SAMPLE:
            chosen.append(cell)
    if len(chosen) < _FEWEST_LABELS and height:
        beside = [[s] for line in strips_beside(level.grey, level.page) for s in line if _is_long(s)]
        chosen += beside[:: max(1, len(beside) // _SAMPLE)][:_SAMPLE]
    strips = [s for c in chosen for s in c]
    readings = recognise([crop(level.colour, s.box, 0.3, 0.9 * height) for s in strips])
    read = iter(readings)
    texts = ["".join(next(read).text for _ in c) for c in chosen]
    return evidence_of(texts, strips, readings)


def unturned(point: Point, turn: int, shape: tuple[int, ...]) -> Point:
    """Where a point of a turned page was before; `shape`: rows and columns of the page as it came."""
    x, y = point
    height, width = shape[:2]
    if turn == cv2.ROTATE_180:
        return width - x, height - y
    return (y, height - x) if turn == cv2.ROTATE_90_CLOCKWISE else (width - y, x)
