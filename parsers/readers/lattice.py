"""The grid of ruling lines on the picture of a page: skew, lines, the cells between them.
What stands in the cells is left to `picture`; nothing here reads a character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gongkai.parsers.readers.pixels import Pixels

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
_PRESENT = 0.3
"""Share of a side between two cells that must be printed; the rest may be broken or lost in the scan."""
_CROWDED = 0.4  # of a line's length has ink close beside it: then it is a stroke, if it is short or
_FINE = 0.6  # so much thinner than the lines of the page are: strokes of bold characters that stand close
_PALE = 0.55  # so much less dark than the lines of the page are: the ring of a seal is no line
_BROKEN, _NEARLY = 0.5, 0.7
"""The same for a side in line with two others that are printed, or with one, counting every short piece of a line."""
_IN_LINE = 0.5  # how much a printed side in line with a lost one counts as ink of it
_TIP = 0.85  # the same for the end of a broken line where it meets another; a stroke stands apart from it
_BROKEN_OFF = 3.0  # heights of a character between a table and a piece of its outer line
_THIN = 0.6  # heights of a character; what is thinner between two lines is a double line, no cell
MOST_RULES = 150
"""Lines in one direction of one table; more are the texture of a photograph."""
MOST_PIECES = 100_000
"""Pieces of ink on one page; the fullest has 20,000 strokes and points, more are the grain of a photograph."""
_POINT = 3  # pixels of ink; what is smaller on a rough page is grain
_GRAINY = 25_000  # pieces; above, the page is smoothed before its ink is looked for
MOST_CUTS = 200
"""Sides of one table's cells that are put back where a line is broken; with more it is no table."""
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
        cells = _cells(level[cut], upright[cut], ink[cut], height)
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


def _share(lines: Pixels, reach: int, at: int, start: int, stop: int, *, level: bool, ends: bool = False) -> float:
    """How much of the side of a cell is a line, 0 to 1. `ends`: none of it is where neither end is
    reached, as by a stroke of a character."""
    low, high = max(0, at - reach), at + reach + 1
    inset = 0 if ends else min(3, (stop - start) // 4)
    if level:
        side = lines[low:high, start + inset : stop - inset].any(axis=0)
    else:
        side = lines[start + inset : stop - inset, low:high].any(axis=1)
    side = np.atleast_1d(side)
    tip = max(5, len(side) // 4)
    if not len(side) or (ends and not (side[:tip].mean() > _TIP or side[-tip:].mean() > _TIP)):
        return 0.0
    return float(side.mean())


class _Sides(NamedTuple):
    """For each square of a lattice how much of its left (or upper) side is a ruling line, and how much is ink."""

    ruled: NDArray[np.float64]
    inked: NDArray[np.float64]

    def printed(self, axis: int) -> NDArray[np.bool_]:
        """The sides that part two cells: those ruled enough, and those in line with them that are broken."""
        sure = self.ruled >= _PRESENT
        for _ in range(max(sure.shape)):  # what is in line with a broken one that is printed
            beside = beside_of(sure, axis)
            more = sure | ((beside == 2) & (self.inked >= _BROKEN)) | ((beside >= 1) & (self.inked >= _NEARLY))
            if (more == sure).all():
                break
            sure = more
        return sure


def beside_of(sides: NDArray[np.bool_], axis: int) -> NDArray[np.int_]:
    """How many of the two sides in line with each are printed."""
    found = np.zeros(sides.shape, np.int_)
    if axis == 0:
        found[1:] += sides[:-1]
        found[:-1] += sides[1:]
    else:
        found[:, 1:] += sides[:, :-1]
        found[:, :-1] += sides[:, 1:]
    return found


def _sides(lines: Pixels, short: Pixels, xs: list[int], ys: list[int], near: int, *, level: bool) -> _Sides:
    shape = len(ys) - 1, len(xs) - 1
    found = _Sides(np.ones(shape), np.ones(shape))
    for r in range(shape[0]):
        for c in range(shape[1]):
            if r if level else c:
                at, start, stop = (ys[r], xs[c], xs[c + 1]) if level else (xs[c], ys[r], ys[r + 1])
                found.ruled[r, c] = _share(lines, near, at, start, stop, level=level)
                found.inked[r, c] = _share(short, 2, at, start, stop, level=level, ends=True)
    return found


def _cells(level: Pixels, upright: Pixels, ink: Pixels, height: float) -> list[GridCell]:
    """The cells of one table: squares of its lattice, put together where no line parts them."""
    near = max(3, round(height * 0.25))
    xs, ys = _positions(upright, 0, near), _positions(level, 1, near)
    if len(xs) > MOST_RULES or len(ys) > MOST_RULES or len(xs) < 2 or len(ys) < 2:
        return []
    stroke = max(4, round(height * 0.45))
    lefts = _sides(upright, cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((stroke, 1), np.uint8)), xs, ys, near, level=False)
    tops = _sides(level, cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, stroke), np.uint8)), xs, ys, near, level=True)
    parted = lefts.printed(0), tops.printed(1)
    squares = [(r, c) for r in range(len(ys) - 1) for c in range(len(xs) - 1)]
    found: list[tuple[int, int, int, int]] = []  # rows and columns, half open
    for group in _groups(squares, *parted):
        found += _rectangles(group, (lefts, tops), parted)
    kept = [f for f in found if ys[f[1]] - ys[f[0]] >= _THIN * height and xs[f[3]] - xs[f[2]] >= _THIN * height]
    return _numbered(kept, xs, ys)


_Square = tuple[int, int]


def _groups(squares: Sequence[_Square], left: NDArray[np.bool_], top: NDArray[np.bool_]) -> list[list[_Square]]:
    """Squares that no printed side parts, together."""
    owner = {square: square for square in squares}

    def root(square: _Square) -> _Square:
        while owner[square] != square:
            owner[square] = owner[owner[square]]
            square = owner[square]
        return square

    for r, c in squares:
        if (r, c - 1) in owner and not left[r, c]:
            owner[root((r, c))] = root((r, c - 1))
        if (r - 1, c) in owner and not top[r, c]:
            owner[root((r, c))] = root((r - 1, c))
    groups: dict[_Square, list[_Square]] = {}
    for square in squares:
        groups.setdefault(root(square), []).append(square)
    return list(groups.values())


def _rectangles(
    squares: list[_Square], sides: tuple[_Sides, _Sides], parted: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> list[tuple[int, int, int, int]]:
    """The squares as rectangles: what is none was joined where a line is broken, and is cut where most of one is left."""
    found: list[tuple[int, int, int, int]] = []
    left_over = [squares]
    cuts = 0
    while left_over:
        group = left_over.pop()
        rows, columns = [r for r, _ in group], [c for _, c in group]
        top, bottom, left, right = min(rows), max(rows) + 1, min(columns), max(columns) + 1
        inside = set(group)
        if cuts < MOST_CUTS and _drawn_out(inside, parted):
            cuts += 1
            left_over += _groups(group, *parted)
            continue
        if (bottom - top) * (right - left) == len(group):
            found.append((top, bottom, left, right))
            continue
        in_line = beside_of(parted[0], 0), beside_of(parted[1], 1)
        joints = [
            (float(side.inked[r, c]) + _IN_LINE * float(in_line[axis][r, c]), axis, (r, c))
            for axis, side in enumerate(sides)
            for r, c in group
            if not parted[axis][r, c] and ((r, c - 1) if axis == 0 else (r - 1, c)) in inside
        ]
        ink, axis, square = max(joints, default=(0.0, 0, group[0]))
        cuts += 1
        if ink <= 0 or cuts > MOST_CUTS:  # nothing says where: each square by itself
            found += [(r, r + 1, c, c + 1) for r, c in group]
            continue
        parted[axis][square] = True
        left_over += _groups(group, *parted)
    return found


def _drawn_out(inside: set[_Square], parted: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> bool:
    """Lines that reach into a cell and end there are broken ones: they are drawn out. Whether there was any."""
    found = False
    for axis, (back, on) in enumerate((((0, -1), (1, 0)), ((-1, 0), (0, 1)))):
        sides = sorted(s for s in inside if (s[0] + back[0], s[1] + back[1]) in inside)
        sides.sort(key=lambda s, k=axis: (s[1 - k], s[k]))  # type: ignore[misc]
        runs: list[list[_Square]] = []
        for side in sides:
            if runs and runs[-1][-1] == (side[0] - on[0], side[1] - on[1]):
                runs[-1].append(side)
            else:
                runs.append([side])
        for run in runs:
            share = sum(bool(parted[axis][s]) for s in run) / len(run)
            if _PRESENT <= share < 1:
                found = True
                for s in run:
                    parted[axis][s] = True
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
    found: NDArray[np.int32] = np.asarray(stats[1:], dtype=np.int32)
    return found
