"""The ruling lines on the picture of a page: ink, skew, lines, the tables they make up.
The cells between them are left to `squares`, what stands in these to `picture`; nothing here reads a character."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gongkai.parsers.readers.pixels import Pixels
from gongkai.parsers.readers.squares import Box, GridCell, cells_between

MOST_SKEW = 5.0  # degrees; sheets fed by hand, and those photographed, lie at most this crooked
_SKEW_STEPS = ((0.5, 10), (0.1, 5), (0.02, 5))  # degrees, and how many steps to each side
_LEVEL = 0.12  # degrees; turning by less would only blur the page
_SKEW_WIDTH = 700  # pixels that suffice to see it
_CONTRAST = 12  # levels of grey by which ink is darker than the paper around it
_LONGEST_STROKE = 1.35
"""Heights of a character; a longer vertical line is no stroke of one."""
_SHORTEST_RULE = 2.6
"""The same for horizontal lines: strokes of two characters side by side may touch."""
_SURE_RULE = 4.0
"""Heights of the tallest characters; a level line as long as that is no row of touching strokes."""
_NARROWEST = 0.2  # of the page's width; what is narrower is no table of a report
_CROWDED = 0.4  # of a line's length has ink close beside it: then it is a stroke, if it is short or
_FINE = 0.6  # so much thinner than the lines of the page are: strokes of bold characters that stand close
_PALE = 0.55  # so much less dark than the lines of the page are: the ring of a seal is no line
_BROKEN_OFF = 3.0  # heights of a character between a table and a piece of its outer line
MOST_PIECES = 100_000
"""Pieces of ink on one page; the fullest has 20,000 strokes and points, more are the grain of a photograph."""
_POINT = 3  # pixels of ink; what is smaller on a rough page is grain
_GRAINY = 25_000  # pieces; above, the page is smoothed before its ink is looked for
_FRAME = 0.9
"""Share of a shape's lines that lie on its edge: a frame around a page or a text, no table."""


class Grid(NamedTuple):
    """One table: its outline and its cells, row by row."""

    box: Box
    cells: list[GridCell]


class Page(NamedTuple):
    """What of a page is ink, which of it lines, and its tables. `height`: of a character, in pixels."""

    ink: Pixels
    rules: Pixels
    height: float
    grids: list[Grid]


def ink_of(grey: Pixels, contrast: int = _CONTRAST) -> Pixels:
    """255 where the page is darker than the paper around."""
    size = max(31, (min(grey.shape) // 30) | 1)
    return cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, size, contrast)


def heights_of_characters(ink: Pixels) -> tuple[float, float]:
    """Pixels from top to bottom of a usual character, and of the tallest; 0 where nothing looks like one."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    if count > MOST_PIECES:
        return 0.0, 0.0
    w, h = stats[1:, 2], stats[1:, 3]
    like = h[(h >= 6) & (h <= 160) & (w >= 0.25 * h) & (w <= 3 * h)]
    if len(like) < 8:
        return 0.0, 0.0
    return float(np.percentile(like, 75)), float(np.percentile(like, 98))


def skew_of(grey: Pixels) -> float:
    """Degrees by which the page must be turned, at most `MOST_SKEW`, for its lines to be level."""
    scale = min(1.0, _SKEW_WIDTH / max(1, grey.shape[1]))
    small = ink_of(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    small = small[: 2 * _SKEW_WIDTH]
    best = 0.0
    for step, count in _SKEW_STEPS:
        tried = [best + step * k for k in range(-count, count + 1) if abs(best + step * k) <= MOST_SKEW]
        best = max(tried, key=lambda angle: _levelness(small, angle))
    return best if abs(best) > _LEVEL else 0.0


def _levelness(ink: Pixels, angle: float) -> float:
    rows = turned(ink, angle, 0, cv2.INTER_NEAREST).sum(axis=1, dtype=np.float64)
    return float((np.diff(rows) ** 2).sum())


def turned(image: Pixels, angle: float, paper: int, how: int = cv2.INTER_LINEAR) -> Pixels:
    """The page turned about its middle, its size kept; `paper` fills the corners."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    fill = (paper, paper, paper)
    return cv2.warpAffine(image, matrix, (width, height), flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=fill)


def page_of(grey: Pixels) -> Page:
    """The lines and tables of a level page."""
    ink = ink_of(grey)
    if cv2.connectedComponents(ink)[0] > _GRAINY:
        ink = _without_grain(grey)
    height, tallest = heights_of_characters(ink)
    if not height:
        return Page(ink, np.zeros_like(ink), 0.0, [])
    level, upright = _rules(ink, height, tallest, grey)
    rules = cv2.bitwise_or(level, upright)
    grids = []
    for box in _tables(rules, height):
        x0, y0, x1, y1 = box
        cut = slice(y0, y1), slice(x0, x1)
        cells = cells_between(level[cut], upright[cut], ink[cut], height)
        if len(cells) > 1:
            moved = [c._replace(box=(c.box[0] + x0, c.box[1] + y0, c.box[2] + x0, c.box[3] + y0)) for c in cells]
            grids.append(Grid(box, moved))
    return Page(ink, rules, height, grids)


def _without_grain(grey: Pixels) -> Pixels:
    """The ink of a page whose paper is as rough as its ink is dark: of its smoothed picture, without single points."""
    ink = ink_of(cv2.GaussianBlur(cv2.medianBlur(grey, 3), (3, 3), 0))
    _, marks, stats, _ = cv2.connectedComponentsWithStats(ink)
    kept = np.where(stats[:, cv2.CC_STAT_AREA] > _POINT, 255, 0).astype(np.uint8)
    kept[0] = 0
    found: Pixels = kept[marks]
    return found


def _rules(ink: Pixels, height: float, tallest: float, grey: Pixels) -> tuple[Pixels, Pixels]:
    """The level and the upright lines: those longer than any stroke, and shorter ones that end at such a line."""
    near = max(3, round(height * 0.25))
    level, upright = _lines(ink, height, _SHORTEST_RULE * height, across=True), _lines(ink, height, _LONGEST_STROKE * height, across=False)
    long_level = _lines(ink, height, _SURE_RULE * tallest, across=True)
    long_upright = _lines(ink, height, _LONGEST_STROKE * tallest, across=False)
    reach = np.ones((2 * near + 1, 2 * near + 1), np.uint8)
    return (
        _touching(level, long_level, cv2.dilate(long_upright, reach), ink, grey),
        _touching(upright.T, long_upright.T, cv2.dilate(long_level, reach).T, ink.T, grey.T).T,
    )


def _touching(lines: Pixels, long: Pixels, across: Pixels, ink: Pixels, grey: Pixels) -> Pixels:
    """Of level lines those that are long, and those that touch an upright one and have paper on both sides: a stroke
    that bold characters share has the rest of them there. None that is much finer and crowded, or much paler, than most."""
    lines, ink = np.ascontiguousarray(lines), np.ascontiguousarray(ink)
    count, marks, stats, _ = cv2.connectedComponentsWithStats(lines)
    touching, is_long = np.zeros(count, bool), np.zeros(count, bool)
    touching[np.unique(marks[(across > 0) & (lines > 0)])] = True
    is_long[np.unique(marks[(long > 0) & (lines > 0)])] = True
    touching[0] = is_long[0] = False
    if not is_long.any():
        return np.zeros_like(lines)
    thick = stats[:, cv2.CC_STAT_AREA] / np.maximum(1, stats[:, cv2.CC_STAT_WIDTH])
    usual = _middle(thick[is_long], stats[is_long, cv2.CC_STAT_WIDTH])
    kept = touching | is_long
    dark = np.zeros(count)
    for k in np.flatnonzero(kept):
        x, y, w, h = (int(n) for n in stats[k, :4])
        above, below = ink[max(0, y - 4) : max(0, y - 2), x : x + w], ink[y + h + 2 : y + h + 4, x : x + w]
        crowded = any(side.size and float((side > 0).any(axis=0).mean()) > _CROWDED for side in (above, below))
        kept[k] = not crowded or (is_long[k] and thick[k] >= _FINE * usual)
        around = grey[max(0, y - 4) : y + h + 4, x : x + w]
        dark[k] = np.percentile(around.max(axis=0).astype(np.float32) - around.min(axis=0), 75)
    if kept.any():
        kept &= dark >= _PALE * _middle(dark[kept & is_long], stats[kept & is_long, cv2.CC_STAT_WIDTH])
    result: Pixels = np.where(kept, 255, 0).astype(np.uint8)[marks]
    return result


def _middle(numbers: NDArray[np.float64], weights: NDArray[np.int32]) -> float:
    """The median of numbers, each counted as often as its weight says; 0 of none."""
    if not len(numbers):
        return 0.0
    order = np.argsort(numbers)
    below = np.cumsum(weights[order])
    return float(numbers[order][np.searchsorted(below, below[-1] / 2)])


def _lines(ink: Pixels, height: float, length: float, *, across: bool) -> Pixels:
    """What is ink over this length in one direction and thin in the other; small gaps are bridged."""
    gap, thick, long = max(3, round(height / 6)), max(7, round(height * 0.5)), max(16, round(length))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, gap) if across else (gap, 1), np.uint8))
    lines = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, long) if across else (long, 1), np.uint8))
    solid = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((thick, 1) if across else (1, thick), np.uint8))
    return cv2.subtract(lines, solid)


def _tables(rules: Pixels, height: float) -> list[Box]:
    """The outlines of what lines hold together."""
    reach = max(3, round(height * 0.7)) | 1
    count, marks, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(rules, np.ones((reach, reach), np.uint8)))
    found: list[Box] = []
    pieces: list[Box] = []
    grow = reach // 2
    for k in sorted(range(1, count), key=lambda k: -int(stats[k, 2]) * int(stats[k, 3])):
        x, y, w, h = (int(n) for n in stats[k, :4])
        x, y, w, h = x + grow, y + grow, w - 2 * grow, h - 2 * grow
        if w < max(6 * height, _NARROWEST * rules.shape[1]) or h < 1.2 * height:
            pieces.append((max(0, x - 2), max(0, y - 2), min(rules.shape[1], x + w + 2), min(rules.shape[0], y + h + 2)))
            continue
        if any(b[0] <= x + w / 2 <= b[2] and b[1] <= y + h / 2 <= b[3] for b in found):
            continue  # lines broken off within a table that is found already
        own = (marks[y : y + h, x : x + w] == k) & (rules[y : y + h, x : x + w] > 0)
        edge = max(3, round(height * 0.5))
        inner = own[edge:-edge, edge:-edge].sum() if min(own.shape) > 2 * edge else 0
        if inner < (1 - _FRAME) * own.sum() and h > 8 * height:
            continue
        found.append((max(0, x - 2), max(0, y - 2), min(rules.shape[1], x + w + 2), min(rules.shape[0], y + h + 2)))
    return sorted((_with_pieces(box, pieces, height) for box in found), key=lambda b: (b[1], b[0]))


def _with_pieces(box: Box, pieces: list[Box], height: float) -> Box:
    """A table's outline drawn around pieces of its lines that are broken off at its sides, and around a whole level line
    that an upright one is broken before."""
    x0, y0, x1, y1 = box
    for left, top, right, bottom in pieces:
        beside = top >= y0 - height and bottom <= y1 + height and left <= x1 + _BROKEN_OFF * height and right >= x0 - _BROKEN_OFF * height
        if beside:
            x0, x1 = min(x0, left), max(x1, right)
    for left, top, right, bottom in pieces:
        if abs(left - x0) < height and abs(right - x1) < height and bottom - top < height:
            if 0 < bottom - y1 <= _BROKEN_OFF * height:
                y1 = bottom
            elif 0 < y0 - top <= _BROKEN_OFF * height:
                y0 = top
    return x0, y0, x1, y1


def components(ink: Pixels) -> NDArray[np.int32]:
    """Left, top, width, height and area of each piece of ink."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    found: NDArray[np.int32] = np.asarray(stats[1:], dtype=np.int32)
    return found
