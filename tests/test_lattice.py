"""The grid of ruling lines on pictures drawn here: skew, spans, broken and missing lines, text that is no line.
No character is recognised; what the cells say is left to `test_pictures`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("onnxruntime")
from PIL import Image, ImageDraw  # noqa: E402

from gongkai.parsers.readers.lattice import page_of, skew_of, turned  # noqa: E402
from gongkai.parsers.readers.strips import strips_in, text_ink  # noqa: E402

XS = (60, 260, 420, 580, 740)
YS = (80, 130, 180, 230, 280, 330)
Span = tuple[int, int, int, int]  # rows and columns, half open


def _text(draw: ImageDraw.ImageDraw, x: int, y: int, count: int) -> None:
    """Something of the size and look of characters: small boxes with a stroke."""
    for k in range(count):
        left = x + 22 * k
        draw.rectangle((left, y, left + 16, y + 18), outline=0)
        draw.line((left + 8, y, left + 8, y + 18), fill=0)


def _cells(merged: Sequence[Span] = ()) -> list[Span]:
    taken = {(r, c): span for span in merged for r in range(span[0], span[1]) for c in range(span[2], span[3])}
    single = [(r, r + 1, c, c + 1) for r in range(len(YS) - 1) for c in range(len(XS) - 1) if (r, c) not in taken]
    return sorted({*single, *merged}, key=lambda s: (s[0], s[2]))


def _picture(cells: Sequence[Span], *, gaps: Sequence[tuple[int, int, int, int]] = (), sides: bool = True) -> Image.Image:
    image = Image.new("L", (800, 420), 255)
    draw = ImageDraw.Draw(image)
    for top, bottom, left, right in cells:
        box = XS[left], YS[top], XS[right], YS[bottom]
        for x in (box[0], box[2]):
            if sides or x not in (XS[0], XS[-1]):
                draw.line((x, box[1], x, box[3]), fill=0, width=2)
        for y in (box[1], box[3]):
            draw.line((box[0], y, box[2], y), fill=0, width=2)
        _text(draw, box[0] + 20, box[1] + 16, 2)
    for gap in gaps:
        draw.rectangle(gap, fill=255)
    return image


def _found(image: Image.Image) -> list[Span]:
    """Rows and columns of the cells found, by the known places of the lines."""
    [grid] = page_of(np.asarray(image)).grids
    nearest = [
        tuple(min(range(len(lines)), key=lambda k: abs(lines[k] - at)) for at, lines in zip((y0, y1, x0, x1), (YS, YS, XS, XS), strict=True))
        for x0, y0, x1, y1 in (cell.box for cell in grid.cells)
    ]
    return [(n[0], n[1], n[2], n[3]) for n in nearest]


@pytest.mark.parametrize(
    "merged",
    [[], [(0, 1, 0, 4)], [(1, 4, 0, 1)], [(0, 1, 0, 4), (1, 3, 0, 1), (3, 5, 0, 1)], [(0, 2, 1, 3)]],
    ids=["plain", "wide", "high", "both", "square"],
)
def test_cells_and_spans_are_those_that_are_drawn(merged: list[Span]) -> None:
    cells = _cells(merged)
    assert _found(_picture(cells)) == cells


@pytest.mark.parametrize(
    "gap",
    [
        (XS[2] - 4, YS[2] + 20, XS[2] + 6, YS[2] + 30),
        (XS[1] + 30, YS[3] - 4, XS[1] + 110, YS[3] + 6),
        (XS[3] - 4, YS[4] + 2, XS[3] + 6, YS[4] + 14),
        (XS[0] - 4, YS[1] + 10, XS[0] + 6, YS[3]),
    ],
    ids=["upright", "level", "last row", "outer"],
)
def test_a_broken_line_still_parts_its_cells(gap: tuple[int, int, int, int]) -> None:
    assert _found(_picture(_cells(), gaps=[gap])) == _cells()


def test_a_table_without_outer_sides_has_all_its_columns() -> None:
    assert _found(_picture(_cells(), sides=False)) == _cells()


@pytest.mark.parametrize("angle", [-1.4, -0.6, 0.3, 1.5])
def test_a_crooked_page_is_made_level(angle: float) -> None:
    image = _picture(_cells()).resize((1600, 840))
    crooked = np.asarray(image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255))
    back = skew_of(crooked)
    assert abs(back + angle) < 0.1
    [grid] = page_of(turned(crooked, back, 255)).grids
    assert len(grid.cells) == 20


def test_a_level_page_is_not_turned() -> None:
    assert skew_of(np.asarray(_picture(_cells()))) == 0


def test_rows_of_text_and_a_frame_are_no_table() -> None:
    image = Image.new("L", (800, 420), 255)
    draw = ImageDraw.Draw(image)
    for y in range(40, 380, 30):
        _text(draw, 60, y, 28)
    draw.rectangle((20, 20, 780, 400), outline=0, width=2)
    assert page_of(np.asarray(image)).grids == []


def test_lines_beside_a_thick_stroke_of_text_are_no_cells() -> None:
    image = _picture(_cells())
    draw = ImageDraw.Draw(image)
    for k in range(3):  # bold characters whose level strokes touch
        draw.rectangle((XS[1] + 12 + 20 * k, YS[2] + 12, XS[1] + 31 + 20 * k, YS[2] + 34), outline=0, width=3)
        draw.line((XS[1] + 21 + 20 * k, YS[2] + 12, XS[1] + 21 + 20 * k, YS[2] + 34), fill=0, width=3)
    assert len(_found(image)) == 20


def test_strips_are_the_lines_of_a_cell_without_dust_and_without_rules() -> None:
    image = _picture(_cells([(1, 3, 0, 1)]))
    draw = ImageDraw.Draw(image)
    _text(draw, XS[0] + 20, YS[1] + 60, 3)  # a second line in the high cell
    draw.rectangle((XS[2] + 130, YS[4] + 30, XS[2] + 131, YS[4] + 31), fill=0)  # dust
    draw.rectangle((XS[3] + 2, YS[0] + 1, XS[4] - 1, YS[1] - 1), fill=255)  # a blank cell
    page = page_of(np.asarray(image))
    by_place = {(c.row, c.column): strips_in(text_ink(page), c.box, page.height) for c in page.grids[0].cells}
    assert [len(by_place[place]) for place in ((1, 0), (0, 3), (0, 1), (4, 2))] == [2, 0, 1, 1]
    left, _, right, _ = by_place[4, 2][0].box
    assert (left, right) == pytest.approx((XS[2] + 20, XS[2] + 20 + 22 + 17), abs=2)


def test_a_side_that_is_broken_off_belongs_to_its_table() -> None:
    gaps = [(XS[0] + 20, y - 3, XS[0] + 70, y + 5) for y in YS]
    assert _found(_picture(_cells(), gaps=gaps)) == _cells()
