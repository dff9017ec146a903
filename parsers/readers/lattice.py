"""The grid of ruling lines on the picture of a page: skew, lines, the cells between them.
What stands in the cells is left to `picture`; nothing here reads a character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gongkai.parsers.readers.pixels import Pixels

MOST_SKEW = 3.0  # degrees; sheets fed by hand lie at most this crooked
_SKEW_STEPS = ((0.5, 6), (0.1, 5), (0.02, 5))  # degrees, and how many steps to each side
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
_PRESENT = 0.3
"""Share of a side between two cells that must be printed; the rest may be broken or lost in the scan."""
_THIN = 0.6  # heights of a character; what is thinner between two lines is a double line, no cell
MOST_RULES = 150
"""Lines in one direction of one table; more are the texture of a photograph."""
_FRAME = 0.9
"""Share of a shape's lines that lie on its edge: a frame around a page or a text, no table."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


class GridCell(NamedTuple):
    """One cell: its first grid row and column from 0, how many columns it covers, and the box between its lines."""

    row: int
    column: int
    across: int
    box: Box


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
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
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
    height, tallest = heights_of_characters(ink)
    if not height:
        return Page(ink, np.zeros_like(ink), 0.0, [])
    level, upright = _rules(ink, height, tallest)
    rules = cv2.bitwise_or(level, upright)
    grids = []
    for box in _tables(rules, height):
        x0, y0, x1, y1 = box
        cut = slice(y0, y1), slice(x0, x1)
        cells = _cells(level[cut], upright[cut], height)
        if len(cells) > 1:
            moved = [c._replace(box=(c.box[0] + x0, c.box[1] + y0, c.box[2] + x0, c.box[3] + y0)) for c in cells]
            grids.append(Grid(box, moved))
    return Page(ink, rules, height, grids)


def _rules(ink: Pixels, height: float, tallest: float) -> tuple[Pixels, Pixels]:
    """The level and the upright lines: those longer than any stroke, and shorter ones that end at such a line."""
    near = max(3, round(height * 0.25))
    level, upright = _lines(ink, height, _SHORTEST_RULE * height, across=True), _lines(ink, height, _LONGEST_STROKE * height, across=False)
    long_level = _lines(ink, height, _SURE_RULE * tallest, across=True)
    long_upright = _lines(ink, height, _LONGEST_STROKE * tallest, across=False)
    reach = np.ones((2 * near + 1, 2 * near + 1), np.uint8)
    return (
        _touching(level, long_level | cv2.dilate(long_upright, reach)),
        _touching(upright, long_upright | cv2.dilate(long_level, reach)),
    )


def _touching(lines: Pixels, sure: Pixels) -> Pixels:
    count, marks = cv2.connectedComponents(lines)
    kept = np.zeros(count, np.uint8)
    kept[np.unique(marks[(sure > 0) & (lines > 0)])] = 255
    kept[0] = 0
    return kept[marks]


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
    grow = reach // 2
    for k in sorted(range(1, count), key=lambda k: -int(stats[k, 2]) * int(stats[k, 3])):
        x, y, w, h = (int(n) for n in stats[k, :4])
        x, y, w, h = x + grow, y + grow, w - 2 * grow, h - 2 * grow
        if w < max(6 * height, _NARROWEST * rules.shape[1]) or h < 1.2 * height:
            continue
        if any(b[0] <= x + w / 2 <= b[2] and b[1] <= y + h / 2 <= b[3] for b in found):
            continue  # lines broken off within a table that is found already
        own = (marks[y : y + h, x : x + w] == k) & (rules[y : y + h, x : x + w] > 0)
        edge = max(3, round(height * 0.5))
        inner = own[edge:-edge, edge:-edge].sum() if min(own.shape) > 2 * edge else 0
        if inner < (1 - _FRAME) * own.sum() and h > 8 * height:
            continue
        found.append((max(0, x - 2), max(0, y - 2), min(rules.shape[1], x + w + 2), min(rules.shape[0], y + h + 2)))
    return sorted(found, key=lambda b: (b[1], b[0]))


def _positions(lines: Pixels, axis: int, near: float) -> list[int]:
    """Where the lines across an axis stand: the middles of those that are nearly at one place, and both outer edges."""
    count, _, stats, middles = cv2.connectedComponentsWithStats(lines)
    long = sorted((float(middles[k][axis]), float(stats[k, 3 - axis])) for k in range(1, count))
    found: list[list[tuple[float, float]]] = []
    for place, length in long:
        if found and place - found[-1][-1][0] <= near:
            found[-1].append((place, length))
        else:
            found.append([(place, length)])
    places = [round(sum(p * n for p, n in group) / sum(n for _, n in group)) for group in found]
    end = lines.shape[1 - axis] - 1
    if not places or places[0] > near + 3:
        places.insert(0, 0)
    if end - places[-1] > near + 3:
        places.append(end)
    return places


def _printed(lines: Pixels, near: int, at: int, start: int, stop: int, *, level: bool) -> bool:
    """Whether enough of the side of a cell is a line."""
    low, high = max(0, at - near), at + near + 1
    inset = min(3, (stop - start) // 4)
    if level:
        side = lines[low:high, start + inset : stop - inset].any(axis=0)
    else:
        side = lines[start + inset : stop - inset, low:high].any(axis=1)
    return bool(side.size) and float(side.mean()) >= _PRESENT


def _cells(level: Pixels, upright: Pixels, height: float) -> list[GridCell]:
    """The cells of one table: squares of its lattice, put together where no line parts them."""
    near = max(3, round(height * 0.25))
    xs, ys = _positions(upright, 0, near), _positions(level, 1, near)
    if len(xs) > MOST_RULES or len(ys) > MOST_RULES or len(xs) < 2 or len(ys) < 2:
        return []
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = np.arange(rows * columns)

    def root(k: int) -> int:
        while owner[k] != k:
            owner[k] = owner[owner[k]]
            k = int(owner[k])
        return k

    for r in range(rows):
        for c in range(columns):
            if c and not _printed(upright, near, xs[c], ys[r], ys[r + 1], level=False):
                owner[root(r * columns + c)] = root(r * columns + c - 1)
            if r and not _printed(level, near, ys[r], xs[c], xs[c + 1], level=True):
                owner[root(r * columns + c)] = root((r - 1) * columns + c)
    groups: dict[int, list[tuple[int, int]]] = {}
    for k in range(rows * columns):
        groups.setdefault(root(k), []).append(divmod(k, columns))
    found: list[tuple[int, int, int, int]] = []  # rows and columns, half open
    for squares in groups.values():
        found += _rectangles(squares)
    kept = [f for f in found if ys[f[1]] - ys[f[0]] >= _THIN * height and xs[f[3]] - xs[f[2]] >= _THIN * height]
    return _numbered(kept, xs, ys)


def _rectangles(squares: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """The squares as one rectangle, or row by row where a line that is lost has joined what is none."""
    top, bottom = min(r for r, _ in squares), max(r for r, _ in squares) + 1
    left, right = min(c for _, c in squares), max(c for _, c in squares) + 1
    if (bottom - top) * (right - left) == len(squares):
        return [(top, bottom, left, right)]
    found = []
    for r in range(top, bottom):
        columns = sorted(c for y, c in squares if y == r)
        start = columns[0] if columns else 0
        for k, c in enumerate(columns):
            if k + 1 == len(columns) or columns[k + 1] != c + 1:
                found.append((r, r + 1, start, c + 1))
                start = columns[k + 1] if k + 1 < len(columns) else 0
    return found


def _numbered(found: list[tuple[int, int, int, int]], xs: list[int], ys: list[int]) -> list[GridCell]:
    """The cells with rows and columns counted by the lines at which any cell begins."""
    rows = {r: k for k, r in enumerate(sorted({f[0] for f in found}))}
    columns = {c: k for k, c in enumerate(sorted({f[2] for f in found}))}
    cells = []
    for top, bottom, left, right in sorted(found, key=lambda f: (f[0], f[2])):
        across = sum(left <= c < right for c in columns)
        cells.append(GridCell(rows[top], columns[left], across, (xs[left], ys[top], xs[right], ys[bottom])))
    return cells


def components(ink: Pixels) -> NDArray[np.int32]:
    """Left, top, width, height and area of each piece of ink."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    found: NDArray[np.int32] = stats[1:]
    return found
