"""HTML pages and Word or WPS exports into the stream of cells: tables with their grid, blocks as lines.
Which cells are labels or figures is left to `align`."""

from __future__ import annotations

import re

from lxml import etree

from gongkai.parsers.document import Document
from gongkai.parsers.readers.lines import cells_of_line, figures_in_rows
from gongkai.parsers.readers.spacing import GRIDDED, keep_blank_cells

# Boundaries become private-use characters in one text of the whole page, written by a stylesheet: walking the
# tree in Python takes three times as long as building it. The characters are removed from the page first.
_TABLE, _END, _ROW, _CELL, _SPAN, _BLOCK, _CLOSE, _BREAK, _BLANK, _WEAK = map(chr, range(0x10F5F0, 0x10F5FA))
_PICTURE = "\ufffc"  # what stands in a cell and is no text: such a cell is not blank
_MARKS = re.compile("[\U0010f5f0-\U0010f5f9\x00]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TABLES = re.compile(f"([{_TABLE}{_END}])")
_LINES = re.compile(f"[{_BLOCK}{_CLOSE}{_BREAK}]")
# A blank cell: an empty block, or nothing between two line breaks. A line break at the end of a block makes no
# line, and white space between blocks is none.
_EMPTY_BLOCK = re.compile(rf"{_BLOCK}(\s*)(?=[{_CLOSE}{_BREAK}])")
_EMPTY_LINE = re.compile(rf"{_BREAK}(\s*)(?={_BREAK})")
_BARE = re.compile(rb"<(?:html|body|p|div|br|span)\b", re.IGNORECASE)
_HIDING = (b"display:none", b"display: none", b"DISPLAY: none", b"DISPLAY:none")
# The attributes of a start tag that say nothing of what is shown and hold no bracket.
_PLAIN_ATTRIBUTES = re.compile(rb"""(?:\s+[\w:-]+=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s*""")
_NO_BREAK = re.compile("[\xa0\u3000]")
_NUMBER = re.compile(r"\s*(\d{1,4})")

_STYLESHEET = f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="style|title|template|noscript|s|strike|del|comment()|processing-instruction()"/>
<xsl:template match="img|script|select|textarea|object|svg">{_PICTURE}</xsl:template>
<xsl:template match="table">{_TABLE}<xsl:apply-templates/>{_END}</xsl:template>
<xsl:template match="tr">{_ROW}<xsl:apply-templates/></xsl:template>
<xsl:template match="td|th">{_CELL}<xsl:if test="@colspan|@rowspan"><xsl:value-of select="@colspan"/>,<xsl:value-of
 select="@rowspan"/>{_SPAN}</xsl:if><xsl:apply-templates/></xsl:template>
<xsl:template match="sup"> [<xsl:apply-templates/>]</xsl:template>
<xsl:template match="input[not(@type) or @type='text' or @type='number']"><xsl:value-of select="@value"/></xsl:template>
<xsl:template match="br|hr">{_BREAK}</xsl:template>
<xsl:template match="p|div|li|h1|h2|h3|h4|h5|h6|dd|dt|center|section|article|header|footer|nav|main|blockquote|form|pre
|caption|ul|ol|dl|fieldset|figure|figcaption|address">{_BLOCK}<xsl:apply-templates/>{_CLOSE}</xsl:template>
</xsl:stylesheet>"""
_TO_TEXT = etree.XSLT(etree.XML(_STYLESHEET))

# A cell with this many lines is no cell of a form but a page laid out in a table.
LAYOUT_LINES = 8
LAYOUT_LENGTH = 400
SHORTEST_LAYOUT = 3 * LAYOUT_LINES  # characters, marks included
MOST_COLUMNS = 64
WIDEST_GRID = 1000
"""Columns; cells beyond reach down into no other row, so that no page makes a grid too large to fill in."""
MANY_SPANS = 500
"""So many spans on one page are the runs of a word processor, each a few characters of one text."""


class TooDeep(Exception):
    """The page's tags are nested deeper than any page that a person has made."""


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

    def printed_row(self, texts: list[str], table: int, columns: list[int], spans: list[int], place: int) -> None:
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
        text = _EMPTY_BLOCK.sub(_blank_line, text)
        if _BREAK in text:
            text = _EMPTY_LINE.sub(_blank_line, text)
        text = (
            text.replace("\n", " ")
            .replace(_PICTURE, "")
            .replace(_BLOCK, "\n")
            .replace(_CLOSE, "\n")
            .replace(_BREAK, "\n")
        )
        if not self.spacing:
            self.typed_lines(text.split("\n"))
            return
        lines = [line for piece in text.split("\n") if (line := " ".join(piece.split()))]
        if _BLANK in text or _WEAK in text:
            lines = ["" if line == _BLANK else line for line in lines if line != _WEAK]
        self.loose(lines)

    def typed_lines(self, lines: list[str]) -> None:
        """Lines of a page without tables, which may hold the cells of a row side by side, as in a plain text."""
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
    return _BLOCK + (_BLANK if _NO_BREAK.search(match[1]) else _WEAK) + _BLOCK


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
        if self.taken:
            self.taken = {c: left - 1 for c, left in self.taken.items() if left > 1}

    def places(self, spans: list[tuple[int, int]]) -> list[int]:
        """The first grid column of each of the next cells (columns, rows) of this row."""
        columns = []
        column, taken = self.column, self.taken
        for width, height in spans:
            while column in taken:
                column += 1
            columns.append(column)
            if height > 1 and column < WIDEST_GRID:
                for c in range(column, column + width):
                    taken[c] = height
            column += width
        self.column = column
        return columns


    def single_places(self, count: int) -> list[int]:
        """The same for cells that cover one column and one row each."""
        if self.taken:
            return self.places([(1, 1)] * count)
        self.column += count
        return list(range(self.column - count, self.column))


def _span(value: str) -> int:
    """`22px` is 22 and nonsense is 1, as browsers read it; bounded, so that no attribute makes a huge grid."""
    match = _NUMBER.match(value)
    return max(1, min(int(match[1]), MOST_COLUMNS)) if match else 1


def _spans(cells: list[str]) -> list[tuple[int, int]]:
    """Columns and rows that each cell covers; their notation is taken off the cells."""
    spans = [(1, 1)] * len(cells)
    for k, cell in enumerate(cells):
        if _SPAN in cell:
            attributes, _, cells[k] = cell.partition(_SPAN)
            wide, _, high = attributes.partition(",")
            spans[k] = (_span(wide), _span(high))
    return spans


def _is_layout(cell: str) -> bool:
    """The cell holds more lines than a cell of a form does, or a whole text."""
    if len(cell) > LAYOUT_LENGTH:
        return True
    return cell.count(_BLOCK) + cell.count(_BREAK) >= LAYOUT_LINES - 1 and (
        sum(not line.isspace() for line in _LINES.split(cell) if line) >= LAYOUT_LINES
    )


def _add_plain_rows(stream: _Stream, grid: _Grid, text: str) -> bool:
    """The rows of a stretch of a table with no text beside its cells and no layout in them, as most tables are.

    False, with nothing added, for any other, which `_add_rows` reads cell by cell: here the spaces of the whole
    stretch are settled at once.
    """
    if any(len(cell) >= SHORTEST_LAYOUT and _is_layout(cell) for cell in text.split(_CELL)):
        return False
    if any((beside := row.partition(_CELL)[0]) and not beside.isspace() for row in text.split(_ROW)):
        return False
    for mark in (_BLOCK, _CLOSE, _BREAK):
        text = text.replace(mark, " ")
    text = " ".join(text.split())
    for mark in (_CELL, _ROW, _SPAN):
        text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    for r, row in enumerate(text.split(_ROW)):
        if r:
            grid.next_row()
            stream.row += 1
        if not row:
            continue
        texts = row[1:].split(_CELL)
        if _SPAN in row:
            spans = _spans(texts)
            columns = grid.places(spans)
            widths = [width for width, _ in spans]
        else:
            columns = grid.single_places(len(texts))
            widths = [1] * len(texts)
        if _PICTURE in row:
            texts = [" ".join(cell.replace(_PICTURE, " ").split()) or cell for cell in texts]
        stream.printed_row(texts, grid.number, columns, widths, grid.row)
    return True


def _add_rows(stream: _Stream, grid: _Grid, text: str, *, holds_table: bool) -> None:
    """The rows in one stretch of a table's text.

    `holds_table`: a table begins within the last cell, which is then layout, no cell of a form.
    """
    if not holds_table and _add_plain_rows(stream, grid, text):
        return
    printed_rows = text.split(_ROW)
    last = len(printed_rows) - 1
    for r, row in enumerate(printed_rows):
        if r:
            grid.next_row()
            stream.row += 1
        stray, *cells = row.split(_CELL)
        if stray and not stray.isspace():
            # text of a table outside its cells, as what follows a nested table
            stream.lines(stray)
            stream.row += 1
        if not cells:
            continue
        spans = _spans(cells) if _SPAN in row else [(1, 1)] * len(cells)
        columns = grid.places(spans)
        widths = [width for width, _ in spans]
        layout = {k for k, cell in enumerate(cells) if len(cell) >= SHORTEST_LAYOUT and _is_layout(cell)}
        if holds_table and r == last:
            layout.add(len(cells) - 1)
        plain = row.replace(_BLOCK, " ").replace(_CLOSE, " ").replace(_BREAK, " ").split(_CELL)[1:]
        if _SPAN in row:
            plain = [cell.rpartition(_SPAN)[2] for cell in plain]
        texts = [" ".join(cell.split()) for cell in plain]
        if _PICTURE in row:
            texts = [" ".join(cell.replace(_PICTURE, " ").split()) or cell for cell in texts]
        if not layout:
            stream.printed_row(texts, grid.number, columns, widths, grid.row)
            continue
        for k, cell in enumerate(cells):
            if k in layout:
                stream.lines(cell)
                stream.row += 1
            else:
                stream.printed_row([texts[k]], grid.number, [columns[k]], [widths[k]], grid.row)


def read_html(page: bytes) -> Document:
    """The cells of an HTML page in UTF-8, of any quality; one that lxml cannot build at all gives an empty document.

    Raises TooDeep.
    """
    if b"\xf4" in page or b"\x00" in page:  # the first byte of the marks in UTF-8
        page = _MARKS.sub("", page.decode("utf-8", errors="replace")).encode()
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(page, parser)
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
    _keep_line_ends(root, page)
    if _may_hide(page):
        _drop_hidden(root)
    try:
        text = str(_TO_TEXT(root))
    except etree.XSLTApplyError as problem:
        raise TooDeep from problem
    stream = _Stream(spacing=text.count(_CELL) >= GRIDDED)
    number = 0
    open_tables: list[_Grid] = []
    pieces = _TABLES.split(text)
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
            _add_rows(stream, open_tables[-1], piece, holds_table=k + 1 < len(pieces) and pieces[k + 1] == _TABLE)
        elif _CELL in piece:  # cells outside any table, as broken pages have them
            number += 1
            _add_rows(stream, _Grid(number), piece, holds_table=False)
        elif piece:
            stream.lines(piece)
    document = Document(
        "html", stream.texts, stream.rows, stream.tables, stream.columns, stream.spans, stream.places,
        frozenset(stream.weak), meta,
    )  # fmt: skip
    return keep_blank_cells(document)


def _may_hide(page: bytes) -> bool:
    """Whether an element of the page may be hidden; each search costs as much as all the rows of a table."""
    if b" hidden" in page:
        return True
    return (b"display:" in page or b"DISPLAY:" in page) and any(word in page for word in _HIDING)


def unwrapped(page: bytes) -> bytes:
    """The page without the spans around mere text where it has very many: half of its tree would be such spans.

    What precedes the body stays as it is: there a tag in a text is no tag.
    """
    head, body, rest = page.partition(b"<body")
    if not body or rest.count(b"</span>") < MANY_SPANS:
        return page
    first, *pieces = rest.split(b"<span")
    plain: dict[bytes, bool] = {}
    kept = [head, body, first]
    for piece in pieces:
        attributes, _, inside = piece.partition(b">")
        text, closing, after = inside.partition(b"</span>")
        is_plain = plain.get(attributes)
        if is_plain is None:
            is_plain = plain[attributes] = bool(_PLAIN_ATTRIBUTES.fullmatch(attributes)) and not _may_hide(attributes)
        if is_plain and closing and b"<" not in text and text and not text.isspace():
            kept.append(text)
            kept.append(after)
        else:
            kept.append(b"<span")
            kept.append(piece)
    return b"".join(kept)


def _drop_hidden(root: etree._Element) -> None:
    """Elements that a browser does not show, with all they hold; what follows them stays."""
    for e in list(root.iter(etree.Element)):
        style = e.get("style")
        if e.get("hidden") is not None or (style and "display:none" in style.replace(" ", "").lower()):
            e.tag = "template"  # which prints nothing


def _keep_line_ends(root: etree._Element, page: bytes) -> None:
    """Line ends that mean something: in preformatted text, and where tables in HTML stand between lines of plain
    text or Markdown, as text recognition writes them."""
    for e in root.iter("pre"):
        for part in e.iter():
            part.text, part.tail = _with_breaks(part.text), _with_breaks(part.tail)
    if not _BARE.search(page):
        for e in root.iter("body", "p"):
            e.text = _with_breaks(e.text)
        for e in root.iter("table", "p"):
            e.tail = _with_breaks(e.tail)


def _with_breaks(text: str | None) -> str:
    """Line ends as marks; control characters, which a tree takes from a page but not from a program, are dropped."""
    return _CONTROL.sub("", text or "").replace("\n", _BREAK)
