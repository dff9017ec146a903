"""From the level and upright lines of one table to the cells between them: broken lines mended, squares put together.
Which ink is a line is left to `lattice`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gongkai.parsers.readers.pixels import Pixels

_PRESENT = 0.3
"""Share of a side between two cells that must be printed; the rest may be broken or lost in the scan."""
_BROKEN, _NEARLY = 0.5, 0.7
"""The same for a side in line with two others that are printed, or with one, counting every short piece of a line."""
_IN_LINE = 0.5  # how much a printed side in line with a lost one counts as ink of it
_TIP = 0.85  # the same for the end of a broken line where it meets another; a stroke stands apart from it
_THIN = 0.6  # heights of a character; what is thinner between two lines is a double line, no cell
MOST_RULES = 150
"""Lines in one direction of one table; more are the texture of a photograph."""
MOST_CUTS = 200
"""Sides of one table's cells that are put back where a line is broken; with more it is no table."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


class GridCell(NamedTuple):
    """One cell: its first grid row and column from 0, how many columns it covers, and the box between its lines."""

    row: int
    column: int
    across: int
    box: Box


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


def cells_between(level: Pixels, upright: Pixels, ink: Pixels, height: float) -> list[GridCell]:
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
