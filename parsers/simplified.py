"""Pages in traditional characters, as mirrors for readers elsewhere give them: their cells in simplified ones, for what reads tables.
Who and when, sections and sentences fold the characters themselves; what is printed stays what it is in the record."""

from __future__ import annotations

from dataclasses import replace

from gongkai.parsers.characters import simplify, simplify_all
from gongkai.parsers.document import Document
from gongkai.parsers.report import Values


def in_simplified(document: Document, title: str | None) -> Document:
    """The document in simplified characters, every cell in its place; itself where the title, or the text of a document
    without one, is not in traditional ones."""
    if document.candidates:
        return document
    if title is None:
        title = "\n".join(document.texts)
    if simplify(title) == title:
        return document
    return replace(document, texts=simplify_all(document.texts))


def as_printed(values: Values, printed: Document, simple: Document) -> Values:
    """The values with the texts that the document prints."""
    old, new = "\n".join(printed.texts), "\n".join(simple.texts)  # character by character the same

    def back(raw: str) -> str:
        return old[at : at + len(raw)] if not raw.isascii() and (at := new.find(raw)) >= 0 else raw

    raws = [back(raw) if raw else raw for raw in values.raws]
    return Values(values.tables, values.rows, values.columns, values.numbers, values.units, raws, values.states, values.implied,
                  values.flags, values.at)  # fmt: skip
