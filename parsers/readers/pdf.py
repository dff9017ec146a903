"""PDF files with a text layer into the stream of cells: ruled tables as grids, what stands between them as paragraphs.
Scans are left to the reader for pictures; which cells are labels or figures to `align`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import pypdfium2
import pypdfium2.raw as pdfium

from gongkai.parsers.document import Document
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import codes_of, roles_of
from gongkai.parsers.readers import Unreadable
from gongkai.parsers.readers.outside import Outside
from gongkai.parsers.readers.pdf_columns import open_tables
from gongkai.parsers.readers.pdf_drawn import Box
from gongkai.parsers.readers.pdf_fonts import with_fonts_of_the_machine, without_fonts_of_the_machine
from gongkai.parsers.readers.pdf_furniture import Printed, drop_furniture
from gongkai.parsers.readers.pdf_grid import grids
from gongkai.parsers.readers.pdf_guard import too_costly
from gongkai.parsers.readers.pdf_layers import has_layers
from gongkai.parsers.readers.pdf_lines import Body, Line, joined, lines_of, margins, once, opens_anew, two_columns
from gongkai.parsers.readers.pdf_page import CUT_OFF, UNKNOWN, Glyph, Page, quick_text, read_page
from gongkai.parsers.readers.pdf_shapes import Digits
from gongkai.parsers.readers.pdf_tables import Table, append, as_cells, fill, goes_on
from gongkai.parsers.runs import stretches
from gongkai.parsers.splicing import joined as joined_parts

FEWEST_IN_COLUMNS = 8
"""Lines with text on both sides of a gutter, from which on a page is set in two columns."""
MOST_PAGES = 2_000
"""Pages; a longer file is no annual report, and is not looked at."""
ALL_PAGES = 60
"""A file of at most so many pages is read whole; of a longer one its beginning and the pages around its tables are."""
FIRST_PAGES = 12
"""Pages at the beginning of a long file that say who reports on what."""
MOST_WORDS = 1_500
"""Of a page that are looked at for the labels of a form."""
MOST_UNKNOWN = 0.3
"""Of the glyphs of a file: where the file says of more of them than this not what they are, it has no text to read."""
LARGE_PICTURE = 0.3
"""Of a page's area: a picture as large may hold a table."""
FEWEST_ROWS = 15
"""Labels of rows: a report whose text prints fewer lacks its largest table."""
MOST_PASTED = 6
"""Pages with pasted tables: at one to four seconds each."""
PASTED = 0.12
"""Of a page's area: a table that was pasted as a picture is larger; so are photographs, which show no table."""
FEW_GLYPHS = 60
"""Glyphs on a page whose text may be but a caption and a page number beside a picture of a page."""
FEW_GLYPHS_OF_A_COVER = 400
"""Glyphs of a file that is but the cover of what is attached to it (a portfolio): a shorter one is no report."""
SCANNED = "scanned PDF: the tables are pictures; install gongkai[ocr] to read them"


def _opened(body: bytes) -> pypdfium2.PdfDocument:
    """The file, opened, and the machine's fonts put away until it is closed. Raises Unreadable with what is wrong with it."""
    if problem := too_costly(body):
        raise Unreadable(f"PDF: {problem}")
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as problem:
        code = getattr(problem, "err_code", None)
        if code == pdfium.FPDF_ERR_PASSWORD:
            raise Unreadable("encrypted PDF: it opens with a password only; save it without one") from None
        if code == pdfium.FPDF_ERR_SECURITY:
            raise Unreadable("encrypted PDF: its kind of encryption is not known; save it without") from None
        raise Unreadable("damaged PDF: no pages can be found in it; download it again") from None
    if len(document) == 0:
        document.close()
        raise Unreadable("PDF without pages")
    if len(document) > MOST_PAGES:
        count = len(document)
        document.close()
        raise Unreadable(f"PDF of {count} pages: refused, the limit is {MOST_PAGES}; cut out the report")
    without_fonts_of_the_machine()
    return document


def _chosen(document: pypdfium2.PdfDocument) -> list[int]:
    """The pages that are read: all, or of a long file its beginning and those around the labels of a form."""
    count = len(document)
    if count <= ALL_PAGES:
        return list(range(count))
    labelled = []
    for k in range(count):
        try:
            text = quick_text(document, k)
        except (pypdfium2.PdfiumError, UnicodeDecodeError):
            continue
        words = (word for word in text.split()[:MOST_WORDS] if len(word) > 1)
        if sum(any(r.what == "row" for r in roles_of(fold(word))) for word in words) >= 2:
            labelled.append(k)
    around = {j for k in labelled for j in (k - 1, k, k + 1) if 0 <= j < count}
    return sorted({*range(FIRST_PAGES), *sorted(around)[: ALL_PAGES - FIRST_PAGES]})


def _pages(document: pypdfium2.PdfDocument, body: bytes) -> list[Page]:
    found = []
    layers = has_layers(body)
    digits = Digits()
    for k in _chosen(document):
        try:
            found.append(read_page(document, k, digits, layers=layers))
        except pypdfium2.PdfiumError:
            continue  # a page that is damaged beyond reading; the others stand for themselves
    if digits.lie():
        raise Unreadable("PDF whose fonts draw other digits than it says they are: save it as a picture and read that")
    return found


def _is_picture(page: Page) -> bool:
    area = page.width * page.height
    ink = sum(not g.text.isspace() and g.text != CUT_OFF for g in page.glyphs)
    return ink < FEW_GLYPHS and sum(p.area for p in page.pictures) > LARGE_PICTURE * area


def _title(document: pypdfium2.PdfDocument) -> str:
    """The title in the file's properties; empty where its characters are damaged."""
    try:
        return str(document.get_metadata_value("Title"))
    except UnicodeDecodeError:
        return ""


def read_pdf(body: bytes, outside: Outside) -> Document:
    """The cells of a PDF. Raises Unreadable where there is no text layer, or none that can be read."""
    document = _opened(body)
    try:
        title = _title(document)
        pages = _pages(document, body)
        if not pages:
            raise Unreadable("damaged PDF: none of its pages can be read; download it again")
        glyphs = [g for page in pages for g in page.glyphs if not g.text.isspace() and g.text != CUT_OFF]
        scans = [page for page in pages if _is_picture(page)]
        attached = pdfium.FPDFDoc_GetAttachmentCount(document.raw)
        if attached > 0 and len(glyphs) < FEW_GLYPHS_OF_A_COVER:
            raise Unreadable(f"PDF with {attached} attached files and hardly any text of its own: save those out of it")
        if not glyphs and not scans:
            raise Unreadable(SCANNED if any(page.pictures for page in pages) else "PDF that shows no text")
        unknown = sum(g.text == UNKNOWN for g in glyphs)
        if unknown > MOST_UNKNOWN * len(glyphs):
            raise Unreadable("PDF whose fonts do not say what their characters are: save it anew, or read it as a picture")
        printed = [_cut_up(page) for page in pages]
        drop_furniture(printed)
        result = _stream(printed)
        if scans and not _tables_in(result) >= ALL_TABLES:
            result = _with_scans(body, printed, scans, result)
        elif not scans and (pasted := _pages_with_a_pasted_table(printed)) and _rows_in(result) < FEWEST_ROWS:
            result = _with_pasted(body, printed, pasted, result)
    finally:
        document.close()
        with_fonts_of_the_machine()
    if title:
        result.meta["title"] = title
    return result


ALL_TABLES = frozenset(("proactive", "applications", "review"))
"""Where the text layer prints all of these, pictures on other pages are photographs and charts."""


def _tables_in(document: Document) -> frozenset[str]:
    """The tables of the form that these texts print."""
    return frozenset(stretches(document.texts, codes_of(document.texts)))


def _with_scans(body: bytes, printed: Sequence[Printed], scans: Sequence[Page], text_alone: Document) -> Document:
    """The document with the pages that are pictures read as such, all pages in their order. Raises Unreadable."""
    try:
        from gongkai.parsers.readers.picture import with_text
        from gongkai.parsers.readers.scan import MOST_PAGES as MOST_SCANS
        from gongkai.parsers.readers.scan import read_pages
    except ImportError:
        if _tables_in(text_alone):
            return text_alone
        raise Unreadable(SCANNED) from None
    if len(scans) > MOST_SCANS:
        raise Unreadable(f"scanned PDF of {len(scans)} pages: above the limit of {MOST_SCANS} pages to recognise")
    pictures = {page.number for page in scans}
    parts: list[Document] = []
    with_fonts_of_the_machine()
    drawn = pypdfium2.PdfDocument(body)
    try:
        for is_picture, some in groupby(printed, lambda one: one.page.number in pictures):
            run = list(some)
            parts.append(read_pages(drawn, [one.page.number - 1 for one in run]) if is_picture else _stream(run))
    finally:
        drawn.close()
    return with_text(joined_parts(parts, "pdf"))


def _pages_with_a_pasted_table(printed: Sequence[Printed]) -> list[Page]:
    """The pages that print running text and a large picture, and no row of a form: the picture may be one of its tables.

    None where there are many: those are photographs.
    """

    def may_hold_one(one: Printed) -> bool:
        large = sum(p.area for p in one.page.pictures) > PASTED * one.page.width * one.page.height
        if not large or any(isinstance(item, Table) for item in one.items):
            return False
        return not any(role.what == "row" for item in one.items if isinstance(item, Line) for role in roles_of(fold(item.text)))

    found = [one.page for one in printed if may_hold_one(one)]
    return found if len(found) <= MOST_PASTED else []


def _with_pasted(body: bytes, printed: Sequence[Printed], pasted: Sequence[Page], text_alone: Document) -> Document:
    """The document with these pages read as pictures, if that shows a table more; else as its text has it."""
    try:
        found = _with_scans(body, printed, pasted, text_alone)
    except Unreadable:
        return text_alone
    return found if _rows_in(found) >= FEWEST_ROWS else text_alone


def _rows_in(document: Document) -> int:
    """The labels of rows of a form that these texts print."""
    return sum(any(role.what == "row" for role in roles_of(fold(text))) for text in document.texts)


def _cut_up(page: Page) -> Printed:
    """The tables and lines of a page, top to bottom."""
    free: list[Glyph] = once(page.glyphs)
    items: list[Line | Table] = []
    for grid in grids(page.rules):
        table, free = fill(page, grid, free)
        if table is not None and any(cell.text for row in table.rows for cell in row):
            items.append(table)
    items += lines_of(g for g in free if g.text != CUT_OFF and not g.weak)
    lost = tuple(Box(g.x0, g.top, g.x1, g.bottom) for g in free if g.text == CUT_OFF or (g.weak and g.text.isdigit()))
    page = page._replace(lost=lost)
    items.sort(key=lambda item: item.box.top if isinstance(item, Table) else item.top)
    return Printed(page, _column_by_column(items, page.width))


def _column_by_column(items: list[Line | Table], width: float) -> list[Line | Table]:
    """The items of a page on which running text stands in two columns, the left one before the right one."""
    halves = {id(item): two_columns(item, width) for item in items if isinstance(item, Line)}
    if sum(pair is not None for pair in halves.values()) < FEWEST_IN_COLUMNS:
        return items
    found: list[Line | Table] = []
    right: list[Line | Table] = []
    for item in items:
        pair = halves.get(id(item))
        if pair is not None:
            found.append(pair[0])
            right.append(pair[1])
        elif isinstance(item, Line) and right and item.x0 > width / 2:
            right.append(item)  # the right column is longer
        elif isinstance(item, Line) and right and item.x1 < width / 2:
            found.append(item)
        else:
            found += [*right, item]
            right = []
    return found + right


# --- The stream ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Stream:
    """Collects the cells in reading order."""

    texts: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    tables: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    spans: list[int] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    row: int = 0

    def text(self, text: str, place: str) -> None:
        self.row += 1
        self._cell(text, 0, -1, 1, place)

    def table(self, table: Table, number: int) -> None:
        for row in as_cells(table):
            self.row += 1
            for cell, column, span in row:
                if cell.marks:
                    self.marks[len(self.texts)] = cell.marks
                self._cell(cell.text, number, column, span, cell.place)

    def _cell(self, text: str, table: int, column: int, span: int, place: str) -> None:
        self.texts.append(text)
        self.rows.append(self.row)
        self.tables.append(table)
        self.columns.append(column)
        self.spans.append(span)
        self.where.append(place)

    def document(self) -> Document:
        return Document("pdf", self.texts, self.rows, self.tables, self.columns, self.spans, list(self.rows),
                        where=self.where, marks=self.marks)  # fmt: skip


def _make_out_open_tables(one: Printed, body: Body) -> None:
    """Tables without plumb lines among the lines of a page, put in their place."""
    items: list[Line | Table] = []
    lines: list[Line] = []
    for item in one.items:
        if isinstance(item, Line):
            lines.append(item)
            continue
        items += [*open_tables(one.page, lines, body), item]
        lines = []
    one.items = [*items, *open_tables(one.page, lines, body)]


def _whole(printed: Sequence[Printed]) -> list[tuple[Page, Line | Table]]:
    """All items in reading order, tables that page breaks cut joined."""
    found: list[tuple[Page, Line | Table]] = []
    for one in printed:
        for k, item in enumerate(one.items):
            last = found[-1][1] if found else None
            if k == 0 and isinstance(item, Table) and isinstance(last, Table) and goes_on(last, item):
                append(last, item)
            else:
                found.append((one.page, item))
    return found


def _bodies(printed: Sequence[Printed]) -> dict[int, Body]:
    """The edges of the body text by page: those of all pages of its width together."""
    lines: dict[int, list[Line]] = {}
    for one in printed:
        lines.setdefault(round(one.page.width), []).extend(item for item in one.items if isinstance(item, Line))
    found = {width: margins(some, width) for width, some in lines.items()}
    return {one.page.number: found[round(one.page.width)] for one in printed}


def _stream(printed: Sequence[Printed]) -> Document:
    stream = _Stream()
    bodies = _bodies(printed)
    for one in printed:
        _make_out_open_tables(one, bodies[one.page.number])
    number = 0
    text, place = "", ""
    last: tuple[Page, Line, Line] | None = None  # its page, itself, the first line of its text
    for page, item in _whole(printed):
        if isinstance(item, Line):
            if last is not None and not opens_anew(last[2], last[1], item, bodies[last[0].number], bodies[page.number],
                                                   same_page=page.number == last[0].number):  # fmt: skip
                text = joined(text, item.text)
                last = (page, item, last[2])
            else:
                if last is not None:
                    stream.text(text, place)
                text, place = item.text, page.place(item.x0, item.top)
                last = (page, item, item)
            continue
        if last is not None:
            stream.text(text, place)
            last = None
        number += 1
        stream.table(item, number)
    if last is not None:
        stream.text(text, place)
    return stream.document()
