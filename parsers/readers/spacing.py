"""Empty lines that only part the lines of a text are taken out of its stream of cells; blank cells stay.
Which of the blanks that remain belong to a row is left to `align`."""

from __future__ import annotations

from operator import itemgetter

from gongkai.parsers.document import Document

# Share of lines followed by exactly one empty line from which on the empty lines are the page's way of parting lines.
PARTED = 0.6


def keep_blank_cells(document: Document) -> Document:
    """The document without the empty lines between its lines.

    In a text whose lines are parted by an empty line each, three empty lines in a row are one blank cell
    between two separators, five are two. In other texts every empty line may be a blank cell.
    """
    weak = document.weak
    if not weak:
        return document
    texts = document.texts
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

    pick = itemgetter(*keep) if len(keep) > 1 else lambda v: tuple(v[k] for k in keep)

    return Document(document.kind, list(pick(texts)), pick(document.rows), pick(document.tables),
                    pick(document.columns), pick(document.spans), pick(document.places),
                    frozenset(kept_weak), document.meta)  # fmt: skip
