"""Tables that a file gives paragraph by paragraph (DOC, RTF): cells and rows end at marks, columns are edges in twips.
Which mark ends what is left to the readers; the result is written as a page with `flow`."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from gongkai.parsers.readers import flow
from gongkai.parsers.readers.word import MOST_NESTED

SAME_EDGE = 30
"""Twips (half a millimetre) within which the edges of two rows' cells are one column line of the table."""


class NotKnown(Exception):
    """The file is built in a way that its reader does not know; the message says which. Nothing is guessed."""


class CellShape(NamedTuple):
    joined_left: bool
    joined_up: bool
    restarts: bool


class Row(NamedTuple):
    """A row of a table: the left edge of each cell in twips and the right edge of the last, and how its cells join."""

    edges: list[int]
    cells: list[CellShape]


@dataclass(slots=True)
class _Table:
    """A table whose end is not yet reached."""

    rows: list[tuple[list[str], Row]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)  # of the row at hand
    inside: list[str] = field(default_factory=list)  # paragraphs of the cell at hand
    kept: bool = False  # some mark of the row at hand is not deleted


class Page:
    """A page that grows paragraph by paragraph. `depth` says in how many tables a paragraph stands."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[_Table] = []

    def paragraph(self, inside: str, depth: int = 0) -> None:
        self._to(depth)
        (self._open[-1].inside if self._open else self._out).append(flow.paragraph(inside))

    def cell(self, inside: str, depth: int, *, deleted: bool = False) -> None:
        """The last paragraph of a cell; `deleted`: its end mark is, under tracked changes."""
        self.paragraph(inside, depth)
        table = self._open[-1]
        table.cells.append("".join(table.inside))
        table.inside = []
        table.kept = table.kept or not deleted

    def row(self, row: Row | None, depth: int, *, deleted: bool = False) -> None:
        """The end of a row. Raises NotKnown where its cells are not as many as it says."""
        self._to(depth)
        table = self._open[-1]
        if table.inside:
            raise NotKnown("text between the cells and the end of a row")
        if row is None or len(row.cells) != len(table.cells):
            raise NotKnown("a row whose cells are not as many as it says")
        if table.kept or not deleted:  # deleted is a row all of whose marks are
            table.rows.append((table.cells, row))
        table.cells, table.kept = [], False

    def written(self) -> str:
        """The whole page; it grows no more."""
        self._to(0)
        return "".join(self._out)

    def _to(self, depth: int) -> None:
        if depth > MOST_NESTED:
            raise NotKnown(f"tables nested more than {MOST_NESTED} deep")
        while len(self._open) > depth:
            table = self._open.pop()
            if table.cells or table.inside:
                raise NotKnown("a table that ends within a row")
            (self._open[-1].inside if self._open else self._out).append(_written(table.rows))
        while len(self._open) < depth:
            self._open.append(_Table())


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
