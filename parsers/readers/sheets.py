"""Spreadsheets into the stream of cells: each block of a visible sheet a table, text beside it lines, places `Sheet1!C5`.
How a file's bytes become sheets is left to `workbook` (XLSX, XML) and `biff` (XLS, ET)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gongkai.parsers.document import Document
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import roles_of
from gongkai.parsers.readers.marked import LAYOUT_LENGTH, LAYOUT_LINES
from gongkai.parsers.readers.problems import Unreadable

MOST_ROWS = 20_000
"""Rows of a sheet that hold something; the statutory tables have 60."""
MOST_COLUMNS = 256
"""Columns from the first to the last that hold something; the widest form has 15."""
MOST_CELLS = 200_000
"""Cells of all sheets, blank ones within tables included."""
LONGEST_IN_TABLE = 60
"""Characters; a row that is one longer text is a line beside the tables."""
NOT_AS_SHOWN = "number_format"
"""Flag of a cell whose format is not known: the number stored may be shown otherwise."""


@dataclass(slots=True)
class Sheet:
    """One visible sheet. Rows and columns count from 0; `cells` holds texts, `merged` first row, first column, rows, columns.

    `framed` are the cells with a border, `doubtful` those whose number may be shown otherwise.
    """

    name: str
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    framed: set[tuple[int, int]] = field(default_factory=set)
    doubtful: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def column_name(column: int) -> str:
    """0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


class _Stream:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows: list[int] = []
        self.tables: list[int] = []
        self.columns: list[int] = []
        self.spans: list[int] = []
        self.places: list[int] = []
        self.where: list[str] = []
        self.marks: dict[int, tuple[str, ...]] = {}
        self.row = 0
        self.table = 0

    def add(self, text: str, table: int, column: int, span: int, sheet: Sheet, at: tuple[int, int]) -> None:
        if len(self.texts) >= MOST_CELLS:
            raise Unreadable(f"spreadsheet: more than {MOST_CELLS} cells: no report; refused")
        if at in sheet.doubtful:
            self.marks[len(self.texts)] = (NOT_AS_SHOWN,)
        self.texts.append(text)
        self.rows.append(self.row)
        self.tables.append(table)
        self.columns.append(column)
        self.spans.append(span)
        self.places.append(at[0] + 1)
        self.where.append(f"{sheet.name}!{column_name(at[1])}{at[0] + 1}")


def document_of(sheets: Iterable[Sheet]) -> Document:
    """The cells of all sheets in their order. Raises Unreadable for more than a report can hold."""
    stream = _Stream()
    for sheet in sheets:
        _add_sheet(stream, sheet)
    return Document("sheet", stream.texts, stream.rows, stream.tables, stream.columns, stream.spans, stream.places,
                    where=stream.where, marks=stream.marks)  # fmt: skip


def _add_sheet(stream: _Stream, sheet: Sheet) -> None:
    covered, spans = _merged(sheet)
    filled = {at for at, text in sheet.cells.items() if text.strip()}
    shown = [at for at in filled | sheet.framed if at not in covered and at[0] not in sheet.hidden_rows]
    shown = [at for at in shown if at[1] not in sheet.hidden_columns]
    by_row: dict[int, list[int]] = {}
    for row, column in shown:
        by_row.setdefault(row, []).append(column)
    numbers = sorted(row for row, columns in by_row.items())
    # A frame without end (a whole column or sheet has borders) is not printed below and beside the last text.
    last = max((row for row, _ in filled), default=-1)
    numbers = [row for row in numbers if row <= last + 1 and (row <= last or len(by_row[row]) > 1)]
    if not numbers:
        return
    if len(numbers) > MOST_ROWS:
        raise Unreadable(f"spreadsheet: more than {MOST_ROWS} rows on one sheet ({sheet.name}): no report; refused")
    columns = [c for row in numbers for c in by_row[row] if (row, c) in filled]
    first, end = min(columns), max(c + spans.get((row, c), (1, 1))[1] for row in numbers for c in by_row[row] if (row, c) in filled)
    if end - first > MOST_COLUMNS:
        raise Unreadable(f"spreadsheet: more than {MOST_COLUMNS} columns on one sheet ({sheet.name}): no report; refused")
    visible = {c: k for k, c in enumerate(c for c in range(first, end) if c not in sheet.hidden_columns)}
    for block in _blocks(sheet, numbers, by_row, covered):
        table: list[tuple[int, list[int]]] = []
        framed = False
        for row, own in block:
            was, framed = framed, any((row, c) in sheet.framed for c in own)
            if table and was is not framed:  # a frame ends with its table
                _add_table(stream, sheet, table, visible, covered, spans, filled)
                table = []
            if _is_line(sheet, row, own, filled, framed):
                _add_table(stream, sheet, table, visible, covered, spans, filled)
                table = []
                for c in sorted(c for c in own if (row, c) in filled):
                    _add_lines(stream, sheet, (row, c))
            else:
                table.append((row, own))
        _add_table(stream, sheet, table, visible, covered, spans, filled)


def _blocks(
    sheet: Sheet, numbers: list[int], by_row: dict[int, list[int]], covered: set[tuple[int, int]]
) -> list[list[tuple[int, list[int]]]]:
    """Rows that follow each other without an empty one between; rows hidden between them part nothing."""
    blocks: list[list[tuple[int, list[int]]]] = []
    previous = -2
    for row in numbers:
        between = range(previous + 1, row)
        if not blocks or any(r not in sheet.hidden_rows and not any((r, c) in covered for c in by_row[row]) for r in between):
            blocks.append([])
        blocks[-1].append((row, by_row[row]))
        previous = row
    return blocks


def _merged(sheet: Sheet) -> tuple[set[tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """The cells that lie under a merged one, and rows and columns of each merged cell."""
    covered: set[tuple[int, int]] = set()
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for row, column, high, wide in sheet.merged:
        if high * wide > MOST_CELLS or len(covered) > MOST_CELLS:
            raise Unreadable(f"spreadsheet: merged cells without end on sheet {sheet.name}: no report; refused")
        if not sheet.cells.get((row, column), "").strip() and (row, column) not in sheet.framed and high * wide > 1000:
            continue
        spans[row, column] = (high, wide)
        covered.update((r, c) for r in range(row, row + high) for c in range(column, column + wide))
        covered.discard((row, column))
    return covered, spans


def _is_line(sheet: Sheet, row: int, own: list[int], filled: set[tuple[int, int]], framed: bool) -> bool:
    """Whether a row is text beside the tables: one long text, or one beside empty cells that is no row's label.

    A frame may run round the whole sheet, so that an empty cell within it proves nothing.
    """
    texts = [c for c in own if (row, c) in filled]
    if len(texts) != 1:
        return False
    text = sheet.cells[row, texts[0]].strip()
    if len(text) > LONGEST_IN_TABLE or text.count("\n") >= LAYOUT_LINES - 1:
        return True
    if (framed and len(own) == 1) or text[0].isdigit():
        return False
    # A row's label with nothing behind it is a row of blanks, but the rows of the review table are the titles of three
    # tables as well.
    return not any(role.what == "row" and role.table != "review" for role in roles_of(fold(text)))


def _add_lines(stream: _Stream, sheet: Sheet, at: tuple[int, int]) -> None:
    for line in sheet.cells[at].split("\n"):
        if text := " ".join(line.split()):
            stream.row += 1
            stream.add(text, 0, -1, 1, sheet, at)


def _add_table(
    stream: _Stream, sheet: Sheet, rows: list[tuple[int, list[int]]], visible: dict[int, int],
    covered: set[tuple[int, int]], spans: dict[tuple[int, int], tuple[int, int]], filled: set[tuple[int, int]],
) -> None:  # fmt: skip
    """Rows that follow each other as one table: each to its last framed or filled cell, without frames all equally wide."""
    if not rows:
        return
    stream.table += 1
    framed = any((row, c) in sheet.framed for row, own in rows for c in own)
    first = min(c for _, own in rows for c in own)
    # Columns in which no row of the table has a text lie behind it, however far its frame goes.
    texts = [(r, c) for r, own in rows for c in own if (r, c) in filled]
    stop = max((c + spans.get((r, c), (1, 1))[1] for r, c in texts), default=first)
    filled_rows = {r for r, _ in texts}
    figures = True  # in the row before; a row of nothing but blanks is one only under a header, else it parts rows
    for row, own in rows:
        if row not in filled_rows and figures:
            continue
        figures = row not in filled_rows or any(any(d.isdigit() for d in sheet.cells[row, c]) for c in own if (row, c) in filled)
        stream.row += 1
        for c in range(min(own) if framed else first, min(max(own) + 1, stop) if framed else stop):
            if (row, c) in covered or c not in visible:
                continue
            wide = spans.get((row, c), (1, 1))[1]
            width = sum(1 for k in range(c, c + wide) if k in visible)
            text = sheet.cells.get((row, c), "")
            if len(text) > LAYOUT_LENGTH:
                _add_lines(stream, sheet, (row, c))
            else:
                stream.add(" ".join(text.split()), stream.table, visible[c], max(1, width), sheet, (row, c))
