"""Cells of ruled grids with their texts, and tables that page breaks cut put together again.
Where the lines run is found by `pdf_grid`, what the cells mean by `align`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import roles_of
from gongkai.parsers.number import read_number
from gongkai.parsers.readers.pdf_drawn import Box
from gongkai.parsers.readers.pdf_grid import NEAR, Grid, cell_at, index_of
from gongkai.parsers.readers.pdf_lines import Line, joined, lines_of
from gongkai.parsers.readers.pdf_page import CUT_OFF, Glyph, Page

SAME_EDGE = 8.0
"""Points by which the edges of the two parts of a table on two pages may differ."""
LAYOUT_LINES, LAYOUT_LENGTH = 8, 400
"""A cell with more lines or characters is no cell of a form but a text with a border round it (as in `html`)."""
AT_EDGE = 1.5
"""Points from the edge of the page: a cell that ends nearer is cut off by it, as no printer prints so far out."""
CUT_THROUGH = 0.15
"""Of a digit's width that lies beyond the line of its cell where the line goes through it."""
TOUCHING = 0.08
"""Of the type size: digits nearer than this, with a line between them, belong to one number or are set too tight."""
MOST_EMPTY = 2
"""Cells of a row without any text that is but a gap between two lines, as at the end of a page."""
FEWEST_ROWS = 2
"""Labels and figures, a line each, in cells of one row that are rows of their own."""
LONGEST_FIGURE = 20
"""Characters of a line that is looked at as a figure."""
FEWEST_HEADED = 4
"""Cells of one row with the label of a column and a figure below it."""
LEAST_ROOM = 0.6
"""Of a digit's width that must be missing on a full line of digits for the next line to be its rest."""

_DIGITS = re.compile(r"[0-9０-９][0-9０-９,，.]*")


@dataclass(slots=True)
class Cell:
    """A cell of a table: its text, the edges of its columns, how many rows it reaches down, its place and marks."""

    text: str
    x0: float
    x1: float
    down: int
    place: str
    marks: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """Rows of cells, left to right; `box` is where it stands on its (last) page."""

    rows: list[list[Cell]]
    box: Box
    page: int
    bottom_open: list[Cell] = field(default_factory=list)  # cells that end at the lower edge

    def edges(self) -> list[float]:
        """The positions of all lines between columns."""
        found: list[float] = []
        for x in sorted(x for row in self.rows for cell in row for x in (cell.x0, cell.x1)):
            if not found or x - found[-1] > NEAR:
                found.append(x)
        return found


def fill(page: Page, grid: Grid, glyphs: Sequence[Glyph]) -> tuple[Table | None, list[Glyph]]:
    """The table that a grid and the glyphs in it are, and the glyphs that belong to no cell of it.

    None where the grid is no table: one column only, or a page laid out in boxes.
    """
    index = index_of(grid)
    inside: dict[int, list[Glyph]] = {}
    outside: list[Glyph] = []
    for g in glyphs:
        k = cell_at(grid, index, g.x, g.y)
        if k is None:
            outside.append(g)
        else:
            inside.setdefault(k, []).append(g)
    if all(cell.across == len(grid.xs) - 1 for cell in grid.cells):
        return None, list(glyphs)
    doubtful = _crowded(grid, inside)
    drawn = {cell_at(grid, index, (c.x0 + c.x1) / 2, (c.top + c.bottom) / 2) for c in page.curves}
    rows: dict[int, list[Cell]] = {}
    last_row = len(grid.ys) - 1
    ends: list[Cell] = []
    in_lines: dict[int, list[str]] = {}
    for k, cell in enumerate(grid.cells):
        own = inside.get(k, [])
        # digits of a watermark over the cell, or hidden behind its edge: where nothing else is, they may be the figure
        weak = any(g.weak and not (g.text.isspace() or g.text.isalpha()) for g in own)
        own = [g for g in own if not g.weak]
        lines = cell_lines(own)
        if len(lines) > 1:
            in_lines[k] = [line.text for line in lines]
        text, marks = cell_text(lines, cell.box)
        if len(lines) > LAYOUT_LINES and (len(text) > LAYOUT_LENGTH or cell.across == len(grid.xs) - 1):
            outside += own
            continue
        if (not text or _is_figure(text)) and (k in doubtful or _over_the_edge(cell.box, page)):
            text += CUT_OFF
        elif not text and (weak or k in drawn or page.shows_picture(cell.box)):
            text = CUT_OFF
        x, y = (lines[0].x0, lines[0].top) if lines else (cell.box.x0, cell.box.top)
        made = Cell(text, cell.box.x0, cell.box.x1, cell.down, page.place(x, y), marks)
        rows.setdefault(cell.row, []).append(made)
        if cell.row + cell.down == last_row:
            ends.append(made)
    if in_lines and _has_rows_without_lines(grid, in_lines):
        return None, list(glyphs)
    ordered = [sorted(rows[r], key=lambda c: c.x0) for r in sorted(rows)]
    ordered = [row for row in ordered if len(row) > MOST_EMPTY or any(cell.text for cell in row)]
    return Table(ordered, grid.box, page.number, ends), outside


def _has_rows_without_lines(grid: Grid, printed: dict[int, list[str]]) -> bool:
    """Plumb lines within a frame part the columns, and no line the rows: beside a cell with the labels of several rows, a line
    each, stands one with several figures; or figures stand below the labels of columns in one cell each. `printed`: the
    lines of the cells that hold several."""
    ending = {k: texts for k, texts in printed.items() if len(texts[-1]) <= LONGEST_FIGURE and _is_figure(texts[-1])}
    figures = {grid.cells[k].row for k, texts in ending.items() if sum(map(_is_figure, texts)) >= FEWEST_ROWS}
    if figures and any(
        grid.cells[k].row in figures and sum(any(r.what == "row" for r in roles_of(fold(text))) for text in texts) >= FEWEST_ROWS
        for k, texts in printed.items()
        if k not in ending
    ):
        return True
    headed = Counter(grid.cells[k].row for k, texts in ending.items() if len(texts) <= LAYOUT_LINES and any(
        r.what == "column" for n in range(len(texts) - 1) for r in roles_of(fold("".join(texts[n:-1])))
    ))  # fmt: skip
    return max(headed.values(), default=0) >= FEWEST_HEADED


def _crowded(grid: Grid, inside: dict[int, list[Glyph]]) -> set[int]:
    """Cells of which a line goes through a digit, or parts two digits that touch: whose digits they are is open."""
    found: set[int] = set()
    ends: dict[tuple[int, int], list[tuple[float, int]]] = {}  # what ends near a line: its right edge, its cell
    for k, glyphs in inside.items():
        box = grid.cells[k].box
        for g in glyphs:
            if not _DIGITS.match(g.text):
                continue
            through = CUT_THROUGH * (g.x1 - g.x0)
            if g.x0 < box.x0 - through or g.x1 > box.x1 + through:
                found.add(k)
                found |= _beside(grid, k)
            ends.setdefault((round(g.base / 3), round(g.x1)), []).append((g.x1, k))
    for k, glyphs in inside.items():
        for g in glyphs:
            if not _DIGITS.match(g.text):
                continue
            base, x = round(g.base / 3), round(g.x0)
            for b in (base - 1, base, base + 1):
                for other, n in (e for dx in (-1, 0, 1) for e in ends.get((b, x + dx), ())):
                    if n != k and abs(other - g.x0) < TOUCHING * g.size:
                        found |= {k, n}
    return found


def _beside(grid: Grid, k: int) -> set[int]:
    """The cells left and right of a cell."""
    own = grid.cells[k]
    return {
        n
        for n, cell in enumerate(grid.cells)
        if cell.row < own.row + own.down
        and own.row < cell.row + cell.down
        and (cell.column + cell.across == own.column or own.column + own.across == cell.column)
    }


def _over_the_edge(box: Box, page: Page) -> bool:
    """The cell reaches to the left or right edge of the page or beyond: nobody can say that it is blank, or its figure whole."""
    return box.x0 < AT_EDGE or box.x1 > page.width - AT_EDGE


def cell_lines(glyphs: Sequence[Glyph]) -> list[Line]:
    """The lines of a cell in reading order; text that runs up or down the cell is read along its run."""
    ink = [g for g in glyphs if not g.text.isspace()]
    turned = [g for g in ink if not g.upright]
    if len(turned) * 2 > len(ink):
        return [Line((g,)) for g in sorted(turned, key=lambda g: (g.x // 6, -g.y))] if _runs_up(turned) else [
            Line((g,)) for g in sorted(turned, key=lambda g: (-(g.x // 6), g.y))
        ]
    return lines_of(glyphs)


def _runs_up(glyphs: Sequence[Glyph]) -> bool:
    """Turned text is written in the order of the file: upwards where its first glyph stands lowest."""
    return glyphs[0].y > glyphs[-1].y


def cell_text(lines: Sequence[Line], box: Box) -> tuple[str, tuple[str, ...]]:
    """The text of a cell, and a mark where a number was put together from two lines.

    Lines that hold figures only are one number where the first is full; else they are two, which a space says.
    """
    text = ""
    marks: tuple[str, ...] = ()
    before: Line | None = None
    for line in lines:
        here = line.text
        if before is None or not text:
            text = here
        elif _DIGITS.fullmatch(here.replace(" ", "")) and _DIGITS.search(text[-1]):
            first = text.split(" ")[-1]
            if _DIGITS.fullmatch(first) and _is_full(before, line, box):
                text += here
                marks = ("split_digits",)
            else:
                text = f"{text} {here}"
        else:
            text = joined(text, here)
        before = line
    return text, marks


def _is_full(line: Line, then: Line, box: Box) -> bool:
    """No further character of the next line would have found room on this one, its margins as wide as they are."""
    digit = max(g.x1 - g.x0 for g in then.glyphs)
    margin = min(line.x0 - box.x0, box.x1 - line.x1)
    room = box.x1 - box.x0 - (line.x1 - line.x0) - 2 * max(0.0, min(margin, 6.0))
    return room < digit * (1 + LEAST_ROOM)


# --- Tables over several pages ------------------------------------------------------------------------------------


def goes_on(upper: Table, lower: Table) -> bool:
    """The lower table, first on its page, has the edges of the upper one, last on its page."""
    a, b = upper.box, lower.box
    return lower.page == upper.page + 1 and abs(a.x0 - b.x0) <= SAME_EDGE and abs(a.x1 - b.x1) <= SAME_EDGE


def append(upper: Table, lower: Table) -> None:
    """Puts the lower part of a table under the upper one: without the header printed again, torn rows and labels
    joined."""
    rows = _without_header(upper.rows, lower.rows)
    repeated = len(lower.rows) - len(rows)
    if rows and not repeated:
        rows = _torn_row(upper, rows)
    if rows:
        _torn_labels(upper, rows)
    upper.rows += [row for row in rows if row]
    upper.box, upper.page, upper.bottom_open = lower.box, lower.page, lower.bottom_open


def _texts(row: Sequence[Cell]) -> list[str]:
    return [fold(cell.text) or cell.text for cell in row]


def _without_header(upper: Sequence[Sequence[Cell]], lower: list[list[Cell]]) -> list[list[Cell]]:
    """The rows of the lower part without those at its top that repeat the first rows of the table."""
    for start in range(1):
        if not upper[start] or _texts(upper[start]) != _texts(lower[0]) or not _is_header(lower[0]):
            continue
        same = 1
        while (
            same < len(lower)
            and start + same < len(upper)
            and _texts(upper[start + same]) == _texts(lower[same])
            and _is_header(lower[same])
        ):
            same += 1
        return lower[same:]
    return lower


def _is_header(row: Sequence[Cell]) -> bool:
    """Texts, and no figure among them."""
    return any(cell.text for cell in row) and not any(_is_figure(cell.text) for cell in row)


def _is_figure(text: str) -> bool:
    return bool(text) and read_number(text).kind != "text"


def _torn_row(upper: Table, rows: list[list[Cell]]) -> list[list[Cell]]:
    """The rows of the lower part; where its first is the rest of the last row above, that one is made whole."""
    above, below = upper.rows[-1], rows[0]
    pairs = []
    for cell in below:
        twin = next((c for c in above if _same_columns(c, cell)), None)
        if twin is None and cell.text:
            if not any(_same_columns(c, cell) for c in upper.bottom_open):
                return rows
        elif twin is not None:
            pairs.append((twin, cell))
    if not pairs or not any(_is_label_column(c) for c, _ in pairs):
        return rows
    values = [(a, b) for a, b in pairs if _is_figure(a.text) or _is_figure(b.text)]
    if any(a.text and b.text for a, b in values):
        return rows
    labels = [(a, b) for a, b in pairs if (a, b) not in values and (a.text or b.text)]
    torn = [(a, b) for a, b in labels if b.text]
    one_side = all(not b.text for _, b in values) or all(not a.text for a, _ in values)
    if not one_side or not all(_make_a_label(a.text, b.text) or (a.text and not _knows(a.text)) for a, b in torn):
        return rows
    if not torn and any(b.text for _, b in values) and not any(a.text for a, _ in labels):
        return rows
    if not torn and values and any(b.text for _, b in values) and any(a.text for a, _ in values):
        return rows
    for a, b in pairs:
        a.marks += b.marks
        if not a.text:
            a.place = b.place
        a.text = joined(a.text, b.text)
    kept = [cell for cell in below if not any(cell is b for _, b in pairs)]
    # what reaches down beyond the torn row (a group's label) stands before the next row
    if len(rows) > 1:
        return [sorted([*kept, *rows[1]], key=lambda c: c.x0), *rows[2:]]
    return [kept] if kept else []


def _same_columns(a: Cell, b: Cell) -> bool:
    return abs(a.x0 - b.x0) <= SAME_EDGE and abs(a.x1 - b.x1) <= SAME_EDGE


def _is_label_column(cell: Cell) -> bool:
    return not _is_figure(cell.text)


def _knows(text: str) -> bool:
    return bool(roles_of(fold(text)))


def _make_a_label(a: str, b: str) -> bool:
    """The two pieces together are a label of a form, and the first alone is not the whole of it."""
    return bool(a and b) and _knows(joined(a, b)) and not (_knows(a) and _knows(b))


def _torn_labels(upper: Table, rows: list[list[Cell]]) -> None:
    """Merged cells that the page break cut: their texts are put together where the label began."""
    for cell in list(rows[0]):
        twin = next((c for c in upper.bottom_open if _same_columns(c, cell)), None)
        if twin is None or _is_figure(cell.text) or _is_figure(twin.text):
            continue
        spans = cell.down > 1 or twin.down > 1
        if _make_a_label(twin.text, cell.text) or (spans and (not cell.text or not twin.text)):
            if not twin.text:
                twin.place = cell.place
            twin.text = joined(twin.text, cell.text)
            rows[0].remove(cell)


def as_cells(table: Table) -> list[list[tuple[Cell, int, int]]]:
    """The rows with the grid column and the number of columns of each cell, the same over all pages."""
    edges = table.edges()

    def column(x: float) -> int:
        return min(range(len(edges)), key=lambda k: abs(edges[k] - x))

    return [[(c, column(c.x0), max(1, column(c.x1) - column(c.x0))) for c in row] for row in table.rows]
