"""The marked text of a web page into its stream of cells: tables with their grid, blocks as lines.
How a page becomes marked text is left to `html` and `markup`, which cells are labels or figures to `align`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from gongkai.parsers.document import Document
from gongkai.parsers.readers.lines import cells_of_line, figures_in_rows, with_tabs
from gongkai.parsers.readers.spacing import GRIDDED, keep_blank_cells

# Boundaries are private-use characters in one text of the whole page: walking its tree in Python takes three times as
# long as building it. The characters are removed from the page first.
TABLE, END, ROW, CELL, SPAN, BLOCK, CLOSE, BREAK, _BLANK, _WEAK = map(chr, range(0x10F5F0, 0x10F5FA))
PICTURE = "\ufffc"  # what stands in a cell and is no text: such a cell is not blank
SHORT_AREA = 40  # characters of a text area from which on it is one to write in, and stands in a cell as a control does
_LAYOUT = "\0"  # the text of a cell that is no cell but layout
_LINES = re.compile(f"[{BLOCK}{CLOSE}{BREAK}]")
# A blank cell: an empty block, or nothing between two line breaks. A line break at the end of a block makes no
# line, and white space between blocks is none.
_EMPTY_BLOCK = re.compile(rf"{BLOCK}(\s*)(?=[{CLOSE}{BREAK}])")
_EMPTY_LINE = re.compile(rf"{BREAK}(\s*)(?={BREAK})")
_ONE_CELL = re.compile(rf"{TABLE}\s*{ROW}?\s*{CELL}(?:[^{TABLE}{END}{ROW}{CELL}{SPAN}]*{SPAN})?([^{TABLE}{END}{ROW}{CELL}]*){END}")
_NO_BREAK = re.compile("[\xa0\u3000]")
_NUMBER = re.compile(r"\s*(\d{1,4})")

# A cell with this many lines is no cell of a form but a page laid out in a table.
LAYOUT_LINES = 8
LAYOUT_LENGTH = 400
FEWEST_BLOCKS = 4  # of a cell outside any table in which a table begins
SHORTEST_LAYOUT = 3 * LAYOUT_LINES  # characters, marks included
MOST_COLUMNS = 64
LONGEST_REMEMBERED, MOST_REMEMBERED = 64, 50_000  # characters of a cell, and cells, that are remembered with their text
WIDEST_GRID = 1000
"""Columns; cells beyond reach down into no other row, so that no page makes a grid too large to fill in."""


class _Stream:
    """Collects the cells of one page."""

    def __init__(self, *, spacing: bool) -> None:
        self.spacing = spacing  # empty lines beside the tables are no cells
        self.texts: list[str] = []
        self.rows: list[int] = []
        self.tables: list[int] = []
        self.columns: list[int] = []
        self.spans: list[int] = []
        self.places: list[int] = []
        self.weak: list[int] = []
        self.row = 0
        self.block = 0

    def printed_row(self, texts: Sequence[str], table: int, columns: Sequence[int], spans: list[int], place: int) -> None:
        """Cells of one row of a table."""
        count = len(texts)
        self.texts += texts
        self.rows += [self.row] * count
        self.tables += [table] * count
        self.columns += columns
        self.spans += spans
        self.places += [place] * count

    def loose(self, texts: list[str]) -> None:
        """Texts beside tables, each a row of its own."""
        count = len(texts)
        self.texts += texts
        self.rows += range(self.row + 1, self.row + 1 + count)
        self.places += range(self.block + 1, self.block + 1 + count)
        self.tables += [0] * count
        self.columns += [-1] * count
        self.spans += [1] * count
        self.row += count
        self.block += count

    def lines(self, text: str) -> None:
        """Text beside tables: each block a line; an empty block may be a blank cell of a flattened table."""
        if text.isspace():
            return
        text = _EMPTY_BLOCK.sub(_blank_line, text)
        if BREAK in text:
            text = _EMPTY_LINE.sub(_blank_line, text)
        text = text.replace(PICTURE, "")
        if not self.spacing:
            text = text.replace("\n", " ").replace(BLOCK, "\n").replace(CLOSE, "\n").replace(BREAK, "\n")
            self.typed_lines(text.split("\n"))
            return
        # white space is settled for the whole text at once: a third of the time that each line by itself takes
        text = " ".join(text.split()).replace(BLOCK, "\n").replace(CLOSE, "\n").replace(BREAK, "\n")
        lines = list(filter(None, map(str.strip, text.split("\n"))))
        if _BLANK in text or _WEAK in text:
            lines = ["" if line == _BLANK else line for line in lines if line != _WEAK]
        self.loose(lines)

    def typed_lines(self, lines: list[str]) -> None:
        """Lines of a page without tables, which may hold the cells of a row side by side, as in a plain text."""
        lines = with_tabs(lines, "\n".join(lines)) or lines
        in_rows = figures_in_rows(lines)
        for piece in lines:
            if not piece or piece.isspace():
                continue
            if _WEAK in piece:
                self.weak.append(len(self.texts))
                self.loose([""])
            elif _BLANK in piece:
                self.loose([""])
            else:
                cells = cells_of_line(piece, in_rows=in_rows)
                if len(cells) < 2:
                    self.loose([" ".join(piece.split())])
                    continue
                self.row += 1
                self.block += 1
                self.printed_row(
                    [" ".join(c.split()) for c in cells], 0, [-1] * len(cells), [1] * len(cells), self.block
                )


def _blank_line(match: re.Match[str]) -> str:
    """The mark of a blank cell; a block with nothing in it, not even a no-break space, may be mere spacing."""
    return BLOCK + (_BLANK if _NO_BREAK.search(match[1]) else _WEAK) + BLOCK


_Spans = dict[int, tuple[int, int]]
"""Columns and rows covered by the k-th cell of a row, for the cells that cover more than one or say so."""


_NO_SPANS: _Spans = {}


class _Grid:
    """The place of each cell in one table: columns taken by cells that reach down from rows above."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.row = 0
        self.column = 0
        self.taken: dict[int, int] = {}  # column -> the first row in which it is free again
        self.reach = -1  # the last column that is taken
        self.change = 0  # the first row in which a column is free again

    def next_row(self) -> None:
        self.row += 1
        self.column = 0
        if self.taken and self.row >= self.change:
            self.taken = {c: free for c, free in self.taken.items() if free > self.row}
            self.reach = max(self.taken, default=-1)
            self.change = min(self.taken.values(), default=0)

    def places(self, count: int, spans: _Spans) -> Sequence[int]:
        """The first grid column of each of the next `count` cells of this row."""
        column = self.column
        if not spans and column > self.reach:
            self.column += count
            return range(column, column + count)
        columns: list[int] = []
        last_span = max(spans) if spans else -1
        for k in range(count):
            if k > last_span and column > self.reach:  # nothing in the way of the rest
                columns += range(column, column + count - k)
                column += count - k
                break
            while column in self.taken:
                column += 1
            columns.append(column)
            width, height = spans.get(k, (1, 1))
            if height > 1 and column < WIDEST_GRID:
                self._take(column, width, self.row + height)
            column += width
        self.column = column
        return columns

    def _take(self, column: int, width: int, free: int) -> None:
        self.change = min(free, self.change) if self.taken else free
        self.taken.update(dict.fromkeys(range(column, column + width), free))
        self.reach = max(self.reach, column + width - 1)


def _span(value: str) -> int:
    """`22px` is 22 and nonsense is 1, as browsers read it; bounded, so that no attribute makes a huge grid."""
    match = _NUMBER.match(value)
    return max(1, min(int(match[1]), MOST_COLUMNS)) if match else 1


@lru_cache(maxsize=1024)
def _span_of(attributes: str) -> tuple[int, int]:
    """Columns and rows by the notation of the stylesheet: `3,2`."""
    wide, _, high = attributes.partition(",")
    return _span(wide), _span(high)


def _spans(cells: list[str]) -> _Spans:
    """Columns and rows that each cell of a row covers, where it says so; their notation is taken off the cells."""
    spans: _Spans = {}
    for k, cell in enumerate(cells):
        if SPAN in cell:
            attributes, _, cells[k] = cell.partition(SPAN)
            spans[k] = _span_of(attributes)
    return spans


def _widths(count: int, spans: _Spans) -> list[int]:
    widths = [1] * count
    for k, span in spans.items():
        widths[k] = span[0]
    return widths


def _is_layout(cell: str) -> bool:
    """The cell holds more lines than a cell of a form does, or a whole text."""
    if len(cell) > LAYOUT_LENGTH:
        return True
    return cell.count(BLOCK) + cell.count(BREAK) >= LAYOUT_LINES - 1 and (
        sum(not line.isspace() for line in _LINES.split(cell) if line) >= LAYOUT_LINES
    )


class _CellTexts(dict[str, str]):
    """The text of a cell by what the stylesheet makes of it. Most cells of most pages are the same few hundred."""

    def __missing__(self, cell: str) -> str:
        if len(cell) >= SHORTEST_LAYOUT and _is_layout(cell):
            return _LAYOUT
        text = " ".join(cell.replace(BLOCK, " ").replace(CLOSE, " ").replace(BREAK, " ").split())
        if PICTURE in text:
            text = " ".join(text.replace(PICTURE, " ").split()) or text
        if len(cell) < LONGEST_REMEMBERED:
            if len(self) > MOST_REMEMBERED:
                self.clear()
            self[cell] = text
        return text


_CELL_TEXTS = _CellTexts()


def _add_rows(stream: _Stream, grid: _Grid, text: str, *, holds_table: bool) -> None:
    """The rows in one stretch of a table's text.

    `holds_table`: a table begins within the last cell, which is then layout, no cell of a form.
    """
    printed_rows = text.split(ROW)
    last = len(printed_rows) - 1 if holds_table else -1
    text_of = _CELL_TEXTS.__getitem__
    for r, row in enumerate(printed_rows):
        if r:
            grid.next_row()
            stream.row += 1
        cells = row.split(CELL)
        stray = cells.pop(0)
        if stray and not stray.isspace():
            # text of a table outside its cells, as what follows a nested table
            stream.lines(stray)
            stream.row += 1
        if not cells:
            continue
        spans = _spans(cells) if SPAN in row else _NO_SPANS
        texts = list(map(text_of, cells))
        count = len(texts)
        columns = grid.places(count, spans)
        widths = _widths(count, spans) if spans else [1] * count
        if r == last:
            texts[-1] = _LAYOUT
        if _LAYOUT in texts:
            _add_layout(stream, grid, cells, texts, columns, widths)
        else:
            stream.printed_row(texts, grid.number, columns, widths, grid.row)


def _add_layout(
    stream: _Stream, grid: _Grid, cells: list[str], texts: list[str], columns: Sequence[int], widths: list[int]
) -> None:
    """A row with layout in it: the lines of such a cell stand beside tables."""
    for cell, text, column, width in zip(cells, texts, columns, widths, strict=True):
        if text == _LAYOUT:
            stream.lines(cell)
            stream.row += 1
        else:
            stream.printed_row([text], grid.number, [column], [width], grid.row)


def _as_block(table: re.Match[str]) -> str:
    """A table of one cell as a block where it stands within a cell, with no other before it; else as it is."""
    text, at = table.string, table.start()
    cell = text.rfind(CELL, 0, at)
    if cell < 0 or any(text.find(mark, cell, at) >= 0 for mark in (TABLE, END, ROW)):
        return table[0]
    return f"{BLOCK}{table[1]}{CLOSE}"


def cells_of(text: str, meta: dict[str, str]) -> Document:
    """The cells of the whole page from its marked text."""
    if "&nbsp;" in text:  # escaped once too often
        text = text.replace("&nbsp;", "\xa0")
    if text.count(TABLE) > 1:
        text = _ONE_CELL.sub(_as_block, text)
    stream = _Stream(spacing=len(text.split(CELL, GRIDDED)) > GRIDDED)  # twice as fast as counting them
    _add_page(stream, text)
    document = Document(
        "html", stream.texts, stream.rows, stream.tables, stream.columns, stream.spans, stream.places,
        frozenset(stream.weak), meta,
    )  # fmt: skip
    return keep_blank_cells(document)


def _add_page(stream: _Stream, text: str) -> None:
    """The cells of the whole page from its marked text."""
    number = 0
    open_tables: list[_Grid] = []
    stretches = text.split(TABLE)
    for k, stretch in enumerate(stretches):
        if k:
            number += 1
            stream.row += 1
            open_tables.append(_Grid(number))
        pieces = stretch.split(END)
        for p, piece in enumerate(pieces):
            if p:
                stream.row += 1
                if open_tables:
                    open_tables.pop()
            if open_tables:
                holds_table = p + 1 == len(pieces) and k + 1 < len(stretches)
                _add_rows(stream, open_tables[-1], piece, holds_table=holds_table)
            elif CELL in piece:  # cells outside any table, as broken pages have them
                number += 1
                # a table that begins here is within the last cell, if that holds a text of several lines
                last = p + 1 == len(pieces) and k + 1 < len(stretches)
                holds_table = last and piece.count(BLOCK, piece.rfind(CELL)) >= FEWEST_BLOCKS
                _add_rows(stream, _Grid(number), piece, holds_table=holds_table)
            elif piece:
                stream.lines(piece)
