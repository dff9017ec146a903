"""Documents put together from parts: pictures in their places on a page, pages of several kinds in their order.
How each part was read is left to its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gongkai.parsers.document import Document


def joined(parts: Sequence[Document], kind: str) -> Document:
    """The parts one after the other as one document of this kind, every cell with the place it had. Meta tags are the first's that has them."""
    whole = Document(kind, [], [], [], [], [], [])
    rows: list[int] = []
    tables: list[int] = []
    columns: list[int] = []
    spans: list[int] = []
    places: list[int] = []
    where: list[str] = []
    weak: set[int] = set()
    marks: dict[int, tuple[str, ...]] = {}
    candidates: dict[int, tuple[str, ...]] = {}
    meta: dict[str, str] = {}
    for part in parts:
        at = len(where)
        row, table = max(rows, default=0), max(tables, default=0)
        first = min(part.rows, default=0) - 1
        before = min((t for t in part.tables if t), default=1) - 1
        whole.texts.extend(part.texts)
        rows += [r - first + row for r in part.rows]
        tables += [t and t - before + table for t in part.tables]
        columns += part.columns
        spans += part.spans
        places += part.places
        where += [part.at(i) for i in range(len(part))]
        weak.update(i + at for i in part.weak)
        marks.update({i + at: flags for i, flags in part.marks.items()})
        candidates.update({i + at: texts for i, texts in part.candidates.items()})
        meta = {**part.meta, **meta}
    return Document(
        kind, whole.texts, rows, tables, columns, spans, places, frozenset(weak), meta, where, marks, candidates
    )


def spliced(document: Document, parts: Mapping[int, Document]) -> Document:
    """The document with a part in the place of each cell that `parts` names by its index."""
    pieces = []
    start = 0
    for i in sorted(parts):
        if i > start:
            pieces.append(document.part(start, i))
        pieces.append(parts[i])
        start = i + 1
    if start < len(document):
        pieces.append(document.part(start, len(document)))
    whole = joined(pieces, document.kind)
    whole.meta = document.meta
    return whole
