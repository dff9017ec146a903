"""What is drawn on a PDF page beside its text: ruling lines, filled boxes, pictures, in the order of drawing.
Which lines make up a table is left to `pdf_grid`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

WHITE = 245
"""Of 255 in each colour: lighter than this is not seen on paper."""
PALE = 225
"""Of 255: white letters are not seen on a ground that is lighter."""
THIN = 3.2
"""Points; a filled shape that is thinner is drawn as a line."""
MOST_SEGMENTS = 4_000
"""Of one path; a path with more is a drawing."""
FEWEST_OF_CURVE = 4
"""Points of a curve that may be a character; a rounded corner has fewer."""
LARGEST_CURVE = 40.0
"""Points (of length); a larger drawing is no character of a table."""
MOST_OBJECTS = 120_000
"""Of one page that are looked at for ruling lines; a form has some hundreds."""
DEEPEST = 12
"""Drawings within drawings that are looked into for ruling lines."""


class Rule(NamedTuple):
    """A ruling line from (x0, y0) to (x1, y1), level or plumb."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def level(self) -> bool:
        return self.x1 - self.x0 > self.y1 - self.y0


class Box(NamedTuple):
    x0: float
    top: float
    x1: float
    bottom: float

    def holds(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.top <= y <= self.bottom

    @property
    def area(self) -> float:
        return max(0.0, self.x1 - self.x0) * max(0.0, self.bottom - self.top)


Point = tuple[float, float]
Move = Callable[[float, float], Point]
Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


class Written(NamedTuple):
    """Where a text stands: its place in the order of drawing, the way from its own points to the page's, and of the drawing
    around it the part that is shown and how opaque it is (0 to 1)."""

    number: int
    to_page: Move
    clip: Box | None
    alpha: float


class _Frame(NamedTuple):
    """The drawing around an object: the way to its points, the part of it that is shown, how opaque it is."""

    matrix: Matrix
    clip: Box | None
    alpha: float


class Drawn(NamedTuple):
    """Ruling lines; filled boxes with their place in the order of drawing, negative where they are dark; pictures; small
    drawings, as characters are that were turned into curves; and where each text stands, by its address."""

    rules: list[Rule]
    fills: list[tuple[int, Box]]
    pictures: list[Box]
    curves: list[Box]
    texts: dict[int, Written]


def drawn_on(page: Any, move: Move, whole: Box) -> Drawn:
    """What is drawn on a page."""
    rules: list[Rule] = []
    fills: list[tuple[int, Box]] = []
    pictures: list[Box] = []
    curves: list[Box] = []
    texts: dict[int, Written] = {}
    for number, (kind, item, around) in enumerate(_objects(page, move), 1):
        to_page = _through(around.matrix, move)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            address = ctypes.cast(item, ctypes.c_void_p).value or 0
            texts[address] = Written(number, to_page, around.clip, around.alpha)
            continue
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures.append(_bounds([to_page(x, y) for x, y in _unit_square(item)]))
            continue
        if kind != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        own = _matrix_of(item)
        shapes = _shapes(item, _through(own, to_page) if own != _IDENTITY else to_page, curves)
        if shapes:
            _sort_shapes(item, shapes, number, rules, fills)
    frame = Box(whole.x0 - 2, whole.top - 2, whole.x1 + 2, whole.bottom + 2)
    seen = [r for r in rules if r.x1 >= frame.x0 and r.x0 <= frame.x1 and r.y1 >= frame.top and r.y0 <= frame.bottom]
    return Drawn(seen, fills, pictures, curves, texts)


def _objects(page: Any, move: Move) -> Iterator[tuple[int, Any, _Frame]]:
    """The objects of the page and of the drawings within it: kind, object, the drawing around it."""
    left = MOST_OBJECTS

    def within(form: Any, around: _Frame, depth: int) -> Iterator[tuple[int, Any, _Frame]]:
        nonlocal left
        count = pdfium.FPDFFormObj_CountObjects(form) if depth else pdfium.FPDFPage_CountObjects(form)
        for k in range(count):
            item = pdfium.FPDFFormObj_GetObject(form, k) if depth else pdfium.FPDFPage_GetObject(form, k)
            left -= 1
            if left < 0:
                return
            kind = pdfium.FPDFPageObj_GetType(item)
            if kind != pdfium.FPDF_PAGEOBJ_FORM:
                yield kind, item, around
            elif depth < DEEPEST and is_active(item):
                matrix = _product(_matrix_of(item), around.matrix)
                clip = clip_of(item, _through(around.matrix, move), around.clip)
                alpha = around.alpha * colour_of(item, pdfium.FPDFPageObj_GetFillColor)[3] / 255
                yield from within(item, _Frame(matrix, clip, alpha), depth + 1)

    yield from within(page.raw, _Frame(_IDENTITY, None, 1.0), 0)


def is_active(item: Any) -> bool:
    """The object was not taken off the page."""
    active = ctypes.c_int()
    return not pdfium.FPDFPageObj_GetIsActive(item, active) or bool(active.value)


def clip_of(item: Any, to_page: Move, around: Box | None) -> Box | None:
    """The part of the page that an object is shown in, within that of the drawing around it; None where all of it is.

    Of a part that is no rectangle, the rectangle around it.
    """
    clip = pdfium.FPDFPageObj_GetClipPath(item)
    found = around
    x, y = ctypes.c_float(), ctypes.c_float()
    for p in range(max(0, pdfium.FPDFClipPath_CountPaths(clip))):
        points = []
        for k in range(min(pdfium.FPDFClipPath_CountPathSegments(clip, p), MOST_SEGMENTS)):
            segment = pdfium.FPDFClipPath_GetPathSegment(clip, p, k)
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                points.append(to_page(x.value, y.value))
        if points:
            box = _bounds(points)
            if found is not None:
                box = Box(max(box.x0, found.x0), max(box.top, found.top), min(box.x1, found.x1), min(box.bottom, found.bottom))
            found = box
    return found


def light(colour: tuple[int, ...]) -> float:
    """How light a colour is to the eye, 0 to 255."""
    r, g, b = colour
    return 0.299 * r + 0.587 * g + 0.114 * b


def _matrix_of(item: Any) -> Matrix:
    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, m):
        return _IDENTITY
    return m.a, m.b, m.c, m.d, m.e, m.f


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _through(matrix: Matrix, move: Move) -> Move:
    if matrix == _IDENTITY:
        return move
    a, b, c, d, e, f = matrix
    return lambda x, y: move(a * x + c * y + e, b * x + d * y + f)


def _unit_square(item: Any) -> list[Point]:
    a, b, c, d, e, f = _matrix_of(item)
    return [(e, f), (a + e, b + f), (c + e, d + f), (a + c + e, b + d + f)]


def _bounds(points: list[Point]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _shapes(path: Any, to_page: Move, curves: list[Box]) -> list[tuple[list[Point], bool]]:
    """The strokes of a path, each as its corners and whether it is closed; curved ones are left out, small ones among them
    put to the curves."""
    count = pdfium.FPDFPath_CountSegments(path)
    if not 2 <= count <= MOST_SEGMENTS:
        return []
    shapes: list[tuple[list[Point], bool]] = []
    points: list[Point] = []
    curved = closed = False
    x, y = ctypes.c_float(), ctypes.c_float()

    def end() -> None:
        if len(points) > 1 and not curved:
            shapes.append((points, closed))
        elif len(points) > FEWEST_OF_CURVE:
            box = _bounds(points)
            if THIN < box.bottom - box.top < LARGEST_CURVE and 1 < box.x1 - box.x0 < LARGEST_CURVE:
                curves.append(box)

    for k in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, k)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            end()
            points, curved, closed = [], False, False
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        points.append(to_page(x.value, y.value))
        closed = closed or bool(pdfium.FPDFPathSegment_GetClose(segment))
    end()
    return shapes


def colour_of(item: Any, get: Callable[..., Any]) -> tuple[int, int, int, int]:
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    if not get(item, r, g, b, a):
        return 0, 0, 0, 255
    return r.value, g.value, b.value, a.value


def _is_white(colour: tuple[int, int, int, int]) -> bool:
    return min(colour[:3]) >= WHITE or colour[3] < 10


def _sort_shapes(path: Any, shapes: list[tuple[list[Point], bool]], number: int, rules: list[Rule],
                 fills: list[tuple[int, Box]]) -> None:  # fmt: skip
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if stroke.value and not _is_white(colour_of(path, pdfium.FPDFPageObj_GetStrokeColor)):
        for points, closed in shapes:
            ends = [*points, points[0]] if closed else points
            rules.extend(rule for a, b in pairwise(ends) if (rule := _line(a, b)))
    if not fill.value:
        return
    colour = colour_of(path, pdfium.FPDFPageObj_GetFillColor)
    white = _is_white(colour)
    boxes = [_bounds(points) for points, _ in shapes]
    wide: list[Box] = []
    for box in boxes:
        if min(box.x1 - box.x0, box.bottom - box.top) > THIN:
            wide.append(box)
        elif not white and (rule := _thin(box)):
            rules.append(rule)
    for k, box in enumerate(wide):
        hole = next((w for w in wide if w is not box and _frames(box, w)), None)
        if hole is not None:
            if not white:  # a frame drawn as one box within another
                rules += _edges(box)
        elif colour[3] > 200 and not any(_frames(w, box) for w in wide[:k]):
            fills.append((number if light(colour[:3]) >= PALE else -number, box))


def _line(a: Point, b: Point) -> Rule | None:
    (ax, ay), (bx, by) = a, b
    if abs(ay - by) <= 1.0 and abs(ax - bx) > 1.0:
        return Rule(min(ax, bx), (ay + by) / 2, max(ax, bx), (ay + by) / 2)
    if abs(ax - bx) <= 1.0 and abs(ay - by) > 1.0:
        return Rule((ax + bx) / 2, min(ay, by), (ax + bx) / 2, max(ay, by))
    return None


def _thin(box: Box) -> Rule | None:
    """The line that a thin filled box is."""
    wide, high = box.x1 - box.x0, box.bottom - box.top
    if wide >= high:
        y = (box.top + box.bottom) / 2
        return Rule(box.x0, y, box.x1, y) if wide > 1.0 else None
    x = (box.x0 + box.x1) / 2
    return Rule(x, box.top, x, box.bottom) if high > 1.0 else None


def _frames(outer: Box, inner: Box) -> bool:
    """The inner box leaves a thin frame of the outer one."""
    gaps = (inner.x0 - outer.x0, inner.top - outer.top, outer.x1 - inner.x1, outer.bottom - inner.bottom)
    return min(gaps) > -0.1 and 0.1 < max(gaps) <= THIN


def _edges(box: Box) -> list[Rule]:
    return [
        Rule(box.x0, box.top, box.x1, box.top),
        Rule(box.x0, box.bottom, box.x1, box.bottom),
        Rule(box.x0, box.top, box.x0, box.bottom),
        Rule(box.x1, box.top, box.x1, box.bottom),
    ]
