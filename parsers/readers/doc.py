"""Word 97–2003 and WPS Writer documents (DOC, WPS) into the stream of cells, from their own piece table: no converter needed.
The binary structures are read by `doc_file`; what this reader does not know for certain is left to the caller's converter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from gongkai.parsers.document import Document
from gongkai.parsers.readers import flow
from gongkai.parsers.readers.doc_file import Character, File, NotKnown, Paragraph, Row, opened
from gongkai.parsers.readers.ole import DOC
from gongkai.parsers.readers.outside import CannotConvert, Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.word import MOST_NESTED, read_docx

SAME_EDGE = 30
"""Twips (half a millimetre) within which the edges of two rows' cells are one column line of the table."""

_ENDS = "\r\x07\x0c"
_PLAIN = {"\x0b": flow.BREAK, "\x0e": flow.BREAK, "\x1e": "-", "\x1f": "", "\t": "\t", "\xad": ""}
_SPECIAL = {"\x01": flow.PICTURE, "\x08": flow.PICTURE, "(": flow.PICTURE}


def read_doc(body: bytes, outside: Outside) -> Document:
    """The cells of a DOC or WPS file; by the caller's converter where its structure is not known. Raises Unreadable."""
    try:
        return flow.document_of(_Page(opened(body)).written)
    except NotKnown as problem:
        try:
            return read_docx(outside.convert(body, DOC), outside)
        except CannotConvert as other:
            raise Unreadable(f"Word or WPS document (DOC): {problem}; {other}") from None


@dataclass(slots=True)
class _Table:
    """A table whose end is not yet reached."""

    rows: list[tuple[list[str], Row]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)  # of the row at hand
    inside: list[str] = field(default_factory=list)  # paragraphs of the cell at hand
    kept: bool = False  # some mark of the row at hand is not deleted


class _Page:
    """Writes one document as a page."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._notes = 0
        self._fields: list[bool] = []
        self._out: list[str] = []
        self._open: list[_Table] = []
        for start, stop in (file.main, file.boxes):
            for inside, deleted, end, properties in self._paragraphs(start, stop):
                self._add(inside, deleted, end, properties)
            while self._open:
                self._close()
            self._fields = []
        self.written = "".join(self._out)

    def _paragraphs(self, start: int, stop: int) -> Iterator[tuple[str, bool, str, Paragraph]]:
        """Text, whether its end mark is deleted, end mark and properties of each paragraph."""
        pieces: list[str] = []
        for text, place, width, properties in self._file.runs(start, stop):
            at = 0
            for k, c in enumerate(text):
                if c not in _ENDS:
                    continue
                pieces.append(self._text(text[at:k], properties))
                at = k + 1
                paragraph = self._file.paragraph(place + k * width)
                if c == "\x0c" and not self._file.ends_at(place + (k + 1) * width):
                    pieces.append(flow.BREAK)  # a page break within its paragraph
                    continue
                yield "".join(pieces), properties.deleted, c, paragraph
                pieces = []
            pieces.append(self._text(text[at:], properties))
        if pieces and any(pieces):
            yield "".join(pieces), False, "\r", Paragraph()

    def _text(self, text: str, properties: Character) -> str:
        if not text:
            return ""
        if properties.special or "\x13" in text or "\x15" in text:
            return "".join(self._special(c, properties) for c in text)
        if properties.hidden or not all(self._fields):
            return ""
        found = "".join(_PLAIN[c] if c in _PLAIN else "" if c < " " else flow.escaped(c) for c in text)
        return flow.note(found) if properties.superscript and found.strip() else found

    def _special(self, c: str, properties: Character) -> str:
        if c == "\x13":
            self._fields.append(False)
        elif c == "\x14" and self._fields:
            self._fields[-1] = True
        elif c == "\x15" and self._fields:
            self._fields.pop()
        elif properties.hidden or not all(self._fields):
            return ""
        elif c == "\x02":
            self._notes += 1
            return flow.note(str(self._notes))
        elif c in _SPECIAL:
            return _SPECIAL[c]
        elif c >= " ":
            return flow.escaped(c)
        return ""

    def _add(self, inside: str, deleted: bool, end: str, properties: Paragraph) -> None:
        if properties.depth > MOST_NESTED:
            raise NotKnown(f"tables nested more than {MOST_NESTED} deep")
        while len(self._open) > properties.depth:
            self._close()
        while len(self._open) < properties.depth:
            self._open.append(_Table())
        if not self._open:
            self._out.append(flow.paragraph(inside))
            return
        table = self._open[-1]
        if properties.ends_row:
            if table.inside:
                raise NotKnown("text between the cells and the end of a row")
            if properties.row is None or len(properties.row.cells) != len(table.cells):
                raise NotKnown("a row whose cells are not as many as it says")
            if table.kept or not deleted:  # deleted is a row all of whose marks are
                table.rows.append((table.cells, properties.row))
            table.cells, table.kept = [], False
            return
        table.inside.append(flow.paragraph(inside))
        if properties.ends_cell or (end == "\x07" and properties.depth == 1):
            table.cells.append("".join(table.inside))
            table.kept = table.kept or not deleted
            table.inside = []

    def _close(self) -> None:
        table = self._open.pop()
        if table.cells or table.inside:
            raise NotKnown("a table that ends within a row")
        into = self._open[-1].inside if self._open else self._out
        into.append(_written(table.rows))


def _written(rows: list[tuple[list[str], Row]]) -> str:
    """A table with its grid: the columns are the edges that any of its rows has."""
    lines: list[int] = []
    for edge in sorted({edge for _, row in rows for edge in row.edges}):
        if not lines or edge - lines[-1] > SAME_EDGE:
            lines.append(edge)
    column_of = {}
    at = 0
    for edge in sorted({edge for _, row in rows for edge in row.edges}):
        while at + 1 < len(lines) and lines[at + 1] <= edge:
            at += 1
        column_of[edge] = at
    written = []
    above: set[int] = set()
    for texts, row in rows:
        columns = [column_of[edge] for edge in row.edges]
        cells = [flow.gap(columns[0])] if columns else []
        reach: set[int] = set()
        for text, cell, (left, right) in zip(texts, row.cells, pairwise(columns), strict=True):
            width = max(1, right - left)
            if cell.joined_left:
                if any(c not in "<p>/ " for c in text):
                    raise NotKnown("text in a cell that is merged into its neighbour")
                cells.append(flow.gap(width))
                continue
            covered = cell.joined_up and not cell.restarts and left in above
            cells.append(flow.gap(width) if covered else flow.cell(text, width))
            if cell.joined_up:
                reach.add(left)
        above = reach
        written.append(cells)
    return flow.table(written)
