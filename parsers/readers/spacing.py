"""Empty lines that only part the lines of a text are taken out of its stream of cells; blank cells stay.
Which of the blanks that remain belong to a row is left to `align`."""

from __future__ import annotations

from operator import itemgetter

from gongkai.parsers.document import Document

# Share of lines followed by exactly one empty line from which on the empty lines are the page's way of parting lines.
PARTED = 0.6
# A document with this many cells in rows of several has its tables as rows: its empty lines are spacing.
GRIDDED = 100


def keep_blank_cells(document: Document) -> Document:
    """The document without the empty lines between its lines.

    In a text whose lines are parted by an empty line each, three empty lines in a row are one blank cell
    between two separators, five are two. Where the tables stand in rows of several cells, an empty line is
    no cell at all. In other texts every empty line may be a blank cell.
    """
    weak = document.weak
    if not weak:
        return document
    texts = document.texts
    gridded = sum(c >= 0 for c in document.columns)
    if gridded >= GRIDDED:
        return _picked(document, [i for i in range(len(texts)) if i not in weak], [])
    filled = len(texts) - len(weak)
    single = sum(1 for i in weak if i + 1 not in weak and i - 1 not in weak)
    if single < PARTED * filled:
        return document
    keep: list[int] = []
    kept_weak: list[int] = []
    i, n = 0, len(texts)
    while i < n:
        if i not in weak:
            keep.append(i)
            i += 1
            continue
        j = i
        while j < n and j in weak:
            j += 1
        for k in range((j - i - 1) // 2):
            kept_weak.append(len(keep))
            keep.append(i + 1 + 2 * k)
        i = j

    return _picked(document, keep, kept_weak)


def _picked(document: Document, keep: list[int], weak: list[int]) -> Document:
    pick = itemgetter(*keep) if len(keep) > 1 else lambda values: tuple(values[k] for k in keep)
    return Document(
        document.kind, list(pick(document.texts)), pick(document.rows), pick(document.tables),
        pick(document.columns), pick(document.spans), pick(document.places), frozenset(weak), document.meta,
    )  # fmt: skip
