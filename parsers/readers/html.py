"""HTML pages and Word or WPS exports into the stream of cells: tables with their grid, blocks as lines.
Which cells are labels or figures is left to `align`."""

from __future__ import annotations

import re

from lxml import etree

from gongkai.parsers.document import Document
from gongkai.parsers.readers.spacing import keep_blank_cells

# Boundaries are written into the tree and the whole page is turned into text once: serialising each
# cell apart takes three times as long. The marks are private-use characters, removed from the page first.
_TABLE, _END, _ROW, _CELL, _BLOCK, _CLOSE, _BREAK = "\uf5f0\uf5f1\uf5f2\uf5f3\uf5f4\uf5f5\uf5f6"
_MARKS = re.compile("[\uf5f0-\uf5f6\x00]")
_ALL_MARKS = (_TABLE, _END, _ROW, _CELL, _BLOCK, _CLOSE, _BREAK, "\x00")
_TABLES = re.compile(f"([{_TABLE}{_END}])")
_LINES = re.compile(f"[{_BLOCK}{_CLOSE}{_BREAK}]")
_LINE_MARKS = re.compile(f"([{_BLOCK}{_CLOSE}{_BREAK}])")
_BLOCKS = ["p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "center", "section", "article", "header", "footer", "nav", "main", "blockquote", "form", "pre", "caption", "ul", "ol", "dl", "fieldset", "figure", "figcaption", "address"]  # fmt: skip
_DROPPED = ("script", "style", "title", "select", "template", "textarea", "noscript", "object", "svg")
# What stands before and after a blank cell: an empty block, or nothing between two line breaks. A line break
# at the end of a block makes no line, and white space between blocks is none.
_BLANKS = {(_BLOCK, _CLOSE), (_BLOCK, _BREAK), (_BREAK, _BREAK)}
_NUMBER = re.compile(r"\s*(\d{1,4})")

# A cell with this many lines is no cell of a form but a page laid out in a table.
LAYOUT_LINES = 8
LAYOUT_LENGTH = 400
SHORT_ROW = 60  # characters a cell, on average
MOST_COLUMNS = 64


def _span(value: str | None) -> int:
    """`22px` is 22 and nonsense is 1, as browsers read it; bounded, so that no attribute makes a huge grid."""
    match = _NUMBER.match(value) if value else None
    return max(1, min(int(match[1]), MOST_COLUMNS)) if match else 1


class _Stream:
    """Collects the cells of one page."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows: list[int] = []
        self.tables: list[int] = []
        self.columns: list[int] = []
        self.spans: list[int] = []
        self.places: list[int] = []
        self.weak: list[int] = []
        self.row = 0
        self.block = 0

    def add(self, text: str, table: int, column: int, span: int, place: int) -> None:
        self.texts.append(text)
        self.rows.append(self.row)
        self.tables.append(table)
        self.columns.append(column)
        self.spans.append(span)
        self.places.append(place)

    def line(self, text: str, *, weak: bool = False) -> None:
        self.row += 1
        self.block += 1
        if weak:
            self.weak.append(len(self.texts))
        self.add(text, 0, -1, 1, self.block)

    def lines(self, text: str) -> None:
        """Text beside tables: each block a line; an empty block may be a blank cell of a flattened table."""
        mark = _CLOSE
        pieces = _LINE_MARKS.split(text)
        for k in range(0, len(pieces), 2):
            piece = pieces[k]
            if squeezed := " ".join(piece.split()):
                self.line(squeezed)
            elif mark != _CLOSE and k + 1 < len(pieces) and (mark, pieces[k + 1]) in _BLANKS:
                self.line("", weak="\xa0" not in piece and "\u3000" not in piece)
            mark = pieces[k + 1] if k + 1 < len(pieces) else ""


class _Grid:
    """The place of each cell in one table: columns taken by cells that reach down from rows above."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.row = 0
        self.column = 0
        self.taken: dict[int, int] = {}

    def next_row(self) -> None:
        self.row += 1
        self.column = 0
        self.taken = {c: left - 1 for c, left in self.taken.items() if left > 1}

    def places(self, spans: list[tuple[int, int]]) -> list[int]:
        """The first grid column of each of the next cells of this row."""
        columns = []
        column, taken = self.column, self.taken
        for width, height in spans:
            while column in taken:
                column += 1
            columns.append(column)
            if height > 1:
                for c in range(column, column + width):
                    taken[c] = height
            column += width
        self.column = column
        return columns


def _seal(root: etree._Element) -> list[tuple[int, int]]:
    """Write the boundaries into the tree; the spans (columns, rows) of its cells in document order."""
    spans = []
    for e in root.iter("td", "th"):
        e.text = _CELL + text if (text := e.text) else _CELL
        if (tail := e.tail) and tail.isspace():
            e.tail = None
        wide, high = e.get("colspan"), e.get("rowspan")
        spans.append((_span(wide), _span(high)) if wide or high else (1, 1))
    for e in root.iter("tr"):
        e.text = _ROW + (text if (text := e.text) and not text.isspace() else "")
        if (tail := e.tail) and tail.isspace():
            e.tail = None
    for e in root.iter("table"):
        e.text, e.tail = _TABLE, _END + (e.tail or "")
    for e in root.iter(*_BLOCKS):
        if e.tag == "pre" and e.text:
            e.text = e.text.replace("\n", _BREAK)
        e.text = _BLOCK + text if (text := e.text) else _BLOCK
        e.tail = _CLOSE + tail if (tail := e.tail) else _CLOSE
    for e in root.iter("br", "hr"):
        e.tail = _BREAK + (e.tail or "")
    return spans


def _table_text(
    stream: _Stream, grid: _Grid, text: str, spans: list[tuple[int, int]], used: int, *, holds_table: bool = False
) -> int:
    """Cells of one stretch of a table; `used` cells of the page came before it. How many have come after it.

    `holds_table`: a table begins within the last cell, which is then layout, no cell of a form.
    """
    printed_rows = text.split(_ROW)
    for r, row in enumerate(printed_rows):
        if r:
            grid.next_row()
            stream.row += 1
        stray, *cells = row.split(_CELL)
        if stray and (stray := " ".join(_LINES.sub(" ", stray).split())):
            # text of a table outside its cells, as what follows a nested table
            stream.line(stray)
            stream.row += 1
        if not cells:
            continue
        own = spans[used : used + len(cells)]
        used += len(cells)
        columns = grid.places(own)
        layout = len(cells) - 1 if holds_table and r == len(printed_rows) - 1 else -1
        # a row of short cells with a line or two each, as nearly all rows of a form are
        if (
            layout < 0
            and len(row) < SHORT_ROW * len(cells)
            and (
                row.count(_BLOCK) + row.count(_BREAK) < LAYOUT_LINES
                or all(cell.count(_BLOCK) + cell.count(_BREAK) < LAYOUT_LINES - 1 for cell in cells)
            )
        ):
            plain = row.replace(_BLOCK, " ").replace(_CLOSE, " ").replace(_BREAK, " ").split(_CELL)[1:]
            stream.texts += [" ".join(cell.split()) for cell in plain]
            stream.rows += [stream.row] * len(cells)
            stream.tables += [grid.number] * len(cells)
            stream.columns += columns
            stream.spans += [width for width, _ in own]
            stream.places += [grid.row] * len(cells)
            continue
        for c, (cell, column, (width, _)) in enumerate(zip(cells, columns, own, strict=True)):
            lines = [piece for line in _LINES.split(cell) if (piece := " ".join(line.split()))]
            if c == layout or len(lines) >= LAYOUT_LINES or len(cell) > LAYOUT_LENGTH:
                stream.lines(cell)
                stream.row += 1
            else:
                stream.add(" ".join(lines), grid.number, column, width, grid.row)
    return used


def read_html(text: str) -> Document:
    """The cells of an HTML page of any quality; a page that lxml cannot build at all gives an empty document."""
    if any(mark in text for mark in _ALL_MARKS):
        text = _MARKS.sub("", text)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return Document("html", [], [], [], [], [], [])
    meta: dict[str, str] = {}
    for e in root.iter("meta"):
        name, content = e.get("name"), e.get("content")
        if name and content:
            meta.setdefault(name.lower(), content.strip())
    for e in root.iter("title"):
        meta.setdefault("title", " ".join("".join(map(str, e.itertext())).split()))
    etree.strip_elements(root, *_DROPPED, with_tail=False)
    if _has_bare_lines(text):
        for e in root.iter("body", "p"):
            e.text = (e.text or "").replace("\n", _BREAK)
        for e in root.iter("table", "p"):
            e.tail = (e.tail or "").replace("\n", _BREAK)
    spans = _seal(root)
    stream = _Stream()
    used = number = 0
    open_tables: list[_Grid] = []
    pieces = _TABLES.split(etree.tostring(root, method="text", encoding="unicode"))
    for k, piece in enumerate(pieces):
        if piece == _TABLE:
            number += 1
            stream.row += 1
            open_tables.append(_Grid(number))
        elif piece == _END:
            stream.row += 1
            if open_tables:
                open_tables.pop()
        elif open_tables:
            holds_table = k + 1 < len(pieces) and pieces[k + 1] == _TABLE
            used = _table_text(stream, open_tables[-1], piece, spans, used, holds_table=holds_table)
        elif _CELL in piece:  # cells outside any table, as broken pages have them
            used = _table_text(stream, _Grid(number := number + 1), piece, spans, used)
        else:
            stream.lines(piece)
    document = Document("html", stream.texts, stream.rows, stream.tables, stream.columns, stream.spans, stream.places,
                        frozenset(stream.weak), meta)  # fmt: skip
    return keep_blank_cells(document)


def _has_bare_lines(text: str) -> bool:
    """Tables in HTML between lines of plain text or Markdown, as text recognition writes them."""
    return re.search(r"<(?:html|body|p|div|br|span)\b", text, re.IGNORECASE) is None
