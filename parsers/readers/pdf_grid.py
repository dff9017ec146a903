"""Ruling lines of a PDF page into grids of cells, merged ones included.
What is printed in the cells is left to `pdf_lines`, tables without plumb lines to `pdf_columns`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from gongkai.parsers.readers.pdf_drawn import Box, Rule

NEAR = 4.0
"""Points; lines nearer than this are one: the two borders of neighbouring cells are drawn up to 4 points apart."""
SAME = 1.2
"""Points; lines nearer than this are drawn at one position."""
MOST_ABREAST = 60
"""Bundles of lines that are looked at for one that a line may belong to."""
WIDEST = 6.5
"""Points; a bundle of near lines that is wider is no one line."""
DOTS = 6.0
"""Points; pieces of one line are at most so far apart, as those of dotted ones."""
SHORTEST = 5.0
"""Points; shorter lines are no borders."""
DRAWN = 0.6
"""Of the edge between two cells that must be drawn to part them."""
MOST_LINES = 1_500
"""Lines of one direction on a page; more are a drawing, and no grid is made of them."""
MOST_CELLS = 20_000


class Cell(NamedTuple):
    """A cell of a grid: its first row and column, how many of each it covers, and its box."""

    row: int
    column: int
    down: int
    across: int
    box: Box


class Grid(NamedTuple):
    """A ruled table: the positions of its lines and its cells in reading order."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[Cell, ...]

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


class _Span(NamedTuple):
    """A line: where it stands across its direction, and from where to where it runs."""

    at: float
    lo: float
    hi: float


def _merged(lines: Sequence[tuple[float, float, float]]) -> list[_Span]:
    """Lines of one direction: pieces of one line joined, and lines drawn side by side along each other as one.

    Lines that are near but not beside each other stay apart: each row of a table may have columns of its own.
    """
    groups: list[list[tuple[float, float, float]]] = []
    for line in sorted(lines):
        if groups and line[0] - groups[-1][-1][0] <= SAME and line[0] - groups[-1][0][0] <= 2 * SAME:
            groups[-1].append(line)
        else:
            groups.append([line])
    spans: list[_Span] = []
    for group in groups:
        at = (group[0][0] + group[-1][0]) / 2
        spans += _pieced(at, [(lo, hi) for _, lo, hi in group])
    bundles: list[list[_Span]] = []
    for span in spans:
        near = [b for b in bundles[-MOST_ABREAST:] if span.at - b[0].at <= WIDEST]
        beside = [b for b in near if any(_side_by_side(span, other) for other in b)]
        bundles = [b for b in bundles if not any(b is other for other in beside)] if beside else bundles
        bundles.append(sorted([*(other for b in beside for other in b), span]))
    found: list[_Span] = []
    for bundle in bundles:
        at = (bundle[0].at + bundle[-1].at) / 2
        found += _pieced(at, [(span.lo, span.hi) for span in bundle]) if len(bundle) > 1 else bundle
    return [span for span in found if span.hi - span.lo >= SHORTEST]


def _side_by_side(a: _Span, b: _Span) -> bool:
    return abs(a.at - b.at) <= NEAR and min(a.hi, b.hi) - max(a.lo, b.lo) > NEAR


def _pieced(at: float, ends: list[tuple[float, float]]) -> list[_Span]:
    """The pieces of one line, joined where they touch or nearly do."""
    ends.sort()
    found = [list(ends[0])]
    for lo, hi in ends[1:]:
        if lo - found[-1][1] <= DOTS:
            found[-1][1] = max(found[-1][1], hi)
        else:
            found.append([lo, hi])
    return [_Span(at, lo, hi) for lo, hi in found]


def grids(rules: Sequence[Rule]) -> list[Grid]:
    """The ruled tables of a page, smallest first, so that one within a frame comes before it."""
    level = _merged([(r.y0, r.x0, r.x1) for r in rules if r.level])
    plumb = _merged([(r.x0, r.y0, r.y1) for r in rules if not r.level])
    if not level or not plumb or len(level) > MOST_LINES or len(plumb) > MOST_LINES:
        return []
    found = [grid for part in _connected(level, plumb) if (grid := _grid(*part)) is not None]
    return sorted(found, key=lambda g: g.box.area)


def _connected(level: list[_Span], plumb: list[_Span]) -> list[tuple[list[_Span], list[_Span]]]:
    """Lines that cross or touch, put together."""
    parent = list(range(len(level) + len(plumb)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for i, h in enumerate(level):
        for j, v in enumerate(plumb, len(level)):
            if h.lo - NEAR <= v.at <= h.hi + NEAR and v.lo - NEAR <= h.at <= v.hi + NEAR:
                parent[root(i)] = root(j)
    parts: dict[int, tuple[list[_Span], list[_Span]]] = {}
    for k in range(len(parent)):
        part = parts.setdefault(root(k), ([], []))
        if k < len(level):
            part[0].append(level[k])
        else:
            part[1].append(plumb[k - len(level)])
    return [part for part in parts.values() if part[0] and part[1]]


def _positions(own: list[_Span], others: list[_Span]) -> list[float]:
    """Where the lines of one direction stand, and the ends of the others where no line closes the table there."""
    at = sorted({span.at for span in own})
    lo, hi = min(o.lo for o in others), max(o.hi for o in others)
    if lo < at[0] - 2 * NEAR:
        at.insert(0, lo)
    if hi > at[-1] + 2 * NEAR:
        at.append(hi)
    return at


def _grid(level: list[_Span], plumb: list[_Span]) -> Grid | None:
    """The cells between connected lines; None for what is no table: a frame, a cross, a drawing."""
    xs, ys = _positions(plumb, level), _positions(level, plumb)
    width, height = len(xs) - 1, len(ys) - 1
    if width < 1 or height < 1 or width * height > MOST_CELLS:
        return None
    # an open side at the left or right of a table has rows, but no line; a box around nothing else is a frame
    right = _walls(plumb, xs, ys)
    below = _walls(level, ys, xs)
    owner = list(range(width * height))

    def root(k: int) -> int:
        while owner[k] != k:
            owner[k] = owner[owner[k]]
            k = owner[k]
        return k

    for r in range(height):
        for c in range(width):
            if c + 1 < width and not right[c + 1][r]:
                _join(owner, root(r * width + c), root(r * width + c + 1))
            if r + 1 < height and not below[r + 1][c]:
                _join(owner, root(r * width + c), root((r + 1) * width + c))
    members: dict[int, list[int]] = {}
    for k in range(width * height):
        members.setdefault(root(k), []).append(k)
    cells = []
    for part in members.values():
        for r0, c0, r1, c1 in _rectangles({divmod(k, width) for k in part}):
            cells.append(Cell(r0, c0, r1 - r0, c1 - c0, Box(xs[c0], ys[r0], xs[c1], ys[r1])))
    if len(cells) < 2:
        return None
    return Grid(tuple(xs), tuple(ys), tuple(sorted(cells)))


def _rectangles(part: set[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """A cell is a rectangle; what a missing line has joined to it otherwise is cut off."""
    while part:
        r0, c0 = min(part)
        r1, c1 = r0 + 1, c0 + 1
        while (r1, c0) in part:
            r1 += 1
        while all((r, c1) in part for r in range(r0, r1)):
            c1 += 1
        yield r0, c0, r1, c1
        part = part - {(r, c) for r in range(r0, r1) for c in range(c0, c1)}


def _join(owner: list[int], a: int, b: int) -> None:
    owner[max(a, b)] = min(a, b)


def _walls(lines: list[_Span], across: list[float], along: list[float]) -> list[list[bool]]:
    """For each position and each stretch between two lines of the other direction, whether a line is drawn there."""
    drawn: dict[float, list[_Span]] = {}
    for line in lines:
        drawn.setdefault(line.at, []).append(line)
    found = []
    for at in across:
        spans = drawn.get(at, [])
        row = []
        for lo, hi in pairwise(along):
            covered = sum(max(0.0, min(hi, s.hi) - max(lo, s.lo)) for s in spans)
            row.append(covered >= DRAWN * (hi - lo))
        found.append(row)
    return found


def cell_at(grid: Grid, index: dict[tuple[int, int], int], x: float, y: float) -> int | None:
    """The number of the cell that a point lies in; None outside the grid."""
    c, r = bisect_right(grid.xs, x) - 1, bisect_right(grid.ys, y) - 1
    if x == grid.xs[-1]:
        c -= 1
    return index.get((r, c))


def index_of(grid: Grid) -> dict[tuple[int, int], int]:
    """Row and column of the finest grid to the number of the cell there."""
    return {
        (r, c): k
        for k, cell in enumerate(grid.cells)
        for r in range(cell.row, cell.row + cell.down)
        for c in range(cell.column, cell.column + cell.across)
    }
