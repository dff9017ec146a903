"""Word 97–2003 and WPS Writer documents (DOC, WPS) into the stream of cells, from their own piece table: no converter needed.
The binary structures are read by `doc_file`; what this reader does not know for certain is left to the caller's converter."""

from __future__ import annotations

from collections.abc import Iterator

from gongkai.parsers.document import Document
from gongkai.parsers.readers import flow
from gongkai.parsers.readers.doc_file import DAMAGE, Character, File, Paragraph, opened
from gongkai.parsers.readers.grown_tables import NotKnown, Page
from gongkai.parsers.readers.ole import DOC
from gongkai.parsers.readers.outside import CannotConvert, Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.word import read_docx

_ENDS = "\r\x07\x0c"
_PLAIN = {"\x0b": flow.BREAK, "\x0e": flow.BREAK, "\x1e": "-", "\x1f": "", "\t": "\t", "\xad": ""}
_SPECIAL = {"\x01": flow.PICTURE, "\x08": flow.PICTURE, "(": flow.PICTURE}


def read_doc(body: bytes, outside: Outside) -> Document:
    """The cells of a DOC or WPS file; by the caller's converter where its structure is not known. Raises Unreadable."""
    try:
        return flow.document_of(_Page(opened(body)).written)
    except (NotKnown, *DAMAGE) as problem:
        why = problem if isinstance(problem, NotKnown) else "its structures are damaged"
        try:
            return read_docx(outside.convert(body, DOC), outside)
        except CannotConvert as other:
            raise Unreadable(f"Word or WPS document (DOC): {why}; {other}") from None


class _Page:
    """Writes one document as a page."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._notes = 0
        self._fields: list[bool] = []
        self._page = Page()
        for start, stop in (file.main, file.boxes):
            for inside, deleted, end, properties in self._paragraphs(start, stop):
                self._add(inside, deleted, end, properties)
            self._fields = []
        self.written = self._page.written()

    def _paragraphs(self, start: int, stop: int) -> Iterator[tuple[str, bool, str, Paragraph]]:
        """Text, whether its end mark is deleted, end mark and properties of each paragraph."""
        pieces: list[str] = []
        for text, place, width, properties in self._file.runs(start, stop):
            at = 0
            for k, c in enumerate(text):
                if c not in _ENDS:
                    continue
                pieces.append(self._text(text[at:k], properties, "".join(pieces)))
                at = k + 1
                paragraph = self._file.paragraph(place + k * width)
                if c == "\x0c" and not self._file.ends_at(place + (k + 1) * width):
                    pieces.append(flow.BREAK)  # a page break within its paragraph
                    continue
                yield "".join(pieces), properties.deleted, c, paragraph
                pieces = []
            pieces.append(self._text(text[at:], properties, "".join(pieces)))
        if pieces and any(pieces):
            yield "".join(pieces), False, "\r", Paragraph()

    def _text(self, text: str, properties: Character, before: str) -> str:
        """What a run prints; `before`: what is printed before it in its paragraph."""
        if not text:
            return ""
        if properties.special or "\x13" in text or "\x15" in text:
            return "".join(self._special(c, properties) for c in text)
        if properties.hidden or not all(self._fields):
            return ""
        found = "".join(_PLAIN[c] if c in _PLAIN else "" if c < " " else flow.escaped(c) for c in text)
        raised = properties.superscript or (properties.lifted and before)
        raised = raised or (properties.lowered and flow.is_low_mark(before, found))
        return flow.note(found) if raised and found.strip() else found

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
        if properties.depth and properties.ends_row:
            self._page.row(properties.row, properties.depth, deleted=deleted)
        elif properties.depth and (properties.ends_cell or (end == "\x07" and properties.depth == 1)):
            self._page.cell(inside, properties.depth, deleted=deleted)
        else:
            self._page.paragraph(inside, properties.depth)
