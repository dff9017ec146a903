"""Office documents as a plain page: paragraphs and tables written as simple HTML, and read as such.
So a table of a Word file is aligned exactly as that of a web page; what is in the file is left to `word`, `doc` and `rtf`."""

from __future__ import annotations

from gongkai.parsers.document import Document
from gongkai.parsers.readers.html import TooDeep, read_html
from gongkai.parsers.readers.problems import Unreadable

# A place of the grid where no cell of its own stands: covered from above, or outside a ragged row. Written as a cell
# so that its neighbours keep their columns, and taken out again. The character is no text of any document.
SKIPPED = "\U0010f5ff"
BREAK = "<br>"
PICTURE = "<img>"
NOTE = "<sup>"
WIDEST = 63
"""Grid columns of one cell; Word itself allows 63 in a row."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", SKIPPED: None, "\x00": None})


def escaped(text: str) -> str:
    """The text as it is written into a page."""
    return text.translate(_ESCAPES)


def paragraph(inside: str) -> str:
    return f"<p>{inside}</p>"


def note(inside: str) -> str:
    """A mark of a footnote, which is no digit of the figure before it."""
    return f"{NOTE}{inside}</sup>"


def is_low_mark(before: str, inside: str) -> bool:
    """Digits that stand lower than the figure right before them are a mark, and none of its digits; PM with a low 2.5 is a word."""
    return before[-1:].isdigit() and inside.strip().isdigit()


def cell(inside: str, width: int = 1) -> str:
    return f'<td colspan="{min(width, WIDEST)}">{inside}</td>' if width > 1 else f"<td>{inside}</td>"


def gap(width: int = 1) -> str:
    """So many grid columns without a cell."""
    return cell(SKIPPED, width) if width > 0 else ""


def table(rows: list[list[str]]) -> str:
    inside = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table>{inside}</table>"


def document_of(body: str) -> Document:
    """The cells of a page written with the functions above. Raises Unreadable for tables nested without end."""
    try:
        document = read_html(f"<html><body>{body}</body></html>".encode("utf-8", errors="replace"))
    except TooDeep:
        raise Unreadable("tables nested hundreds of levels deep: no report; look at the file") from None
    return _without_gaps(document)


def _without_gaps(document: Document) -> Document:
    if SKIPPED not in document.texts:
        return document
    keep = [i for i, text in enumerate(document.texts) if text != SKIPPED]
    weak = frozenset(k for k, i in enumerate(keep) if i in document.weak)
    return Document(
        document.kind, [document.texts[i] for i in keep], [document.rows[i] for i in keep],
        [document.tables[i] for i in keep], [document.columns[i] for i in keep], [document.spans[i] for i in keep],
        [document.places[i] for i in keep], weak, document.meta,
    )  # fmt: skip
