"""Formats that no reader of ours takes (RTF, OpenDocument, XLSB): as DOCX or XLSX from the caller's converter.
What the converted file says is left to `word` and `workbook`."""

from __future__ import annotations

from gongkai.parsers.document import Document
from gongkai.parsers.readers import media_type_of
from gongkai.parsers.readers.outside import CannotConvert, Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.word import read_docx
from gongkai.parsers.readers.workbook import read_xlsx


def _converted(body: bytes, outside: Outside) -> bytes:
    media_type, name = media_type_of(body)
    try:
        return outside.convert(body, media_type)
    except CannotConvert as problem:
        raise Unreadable(f"{name}: {problem}") from None


def read_text_document(body: bytes, outside: Outside) -> Document:
    """The cells of a text document by way of DOCX. Raises Unreadable."""
    return read_docx(_converted(body, outside), outside)


def read_spreadsheet(body: bytes, outside: Outside) -> Document:
    """The cells of a spreadsheet by way of XLSX. Raises Unreadable."""
    return read_xlsx(_converted(body, outside), outside)
