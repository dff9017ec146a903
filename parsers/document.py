"""The stream of cells that every reader gives: texts in reading order, each with its place.
What a text means (label, number, prose) is left to `align` and `identity`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from gongkai.parsers.reprint import Reprint


class Cell(NamedTuple):
    """One cell: `text` without surrounding space, `at` its place, `row`/`column` its grid position when it had a grid.

    Cells with the same `row` stand in one printed row. `table` is 0 outside tables.
    """

    text: str
    at: str
    table: int
    row: int
    column: int


class _RowPlaces(dict[tuple[int, int, int, int], list[str]]):
    """The places of neighbouring cells by table, row, first and last column: reports print their tables alike."""

    def __missing__(self, key: tuple[int, int, int, int]) -> list[str]:
        if len(self) > 10_000:
            self.clear()
        table, row, first, last = key
        places = self[key] = [f"table {table} r{row} c{column + 1}" for column in range(first, last + 1)]
        return places


NUMBERS = tuple(range(2_000))
"""The numbers of the lines of usual documents: to take them takes a tenth of the time of making them anew."""
_NAMES = tuple(f"line {place}" for place in NUMBERS)
_ROW_PLACES = _RowPlaces()


@dataclass(slots=True)
class Document:
    """The cells of one document as parallel lists, so that a long page costs no object for each of its cells.

    No text holds a line end.

    `texts[i]` is the text of cell i ("" for a blank cell), `rows[i]` its row in the whole document,
    `tables[i]` the number of its table (1, 2 …; 0 outside tables), `columns[i]` its grid column (-1 without grid),
    `spans[i]` how many grid columns it covers, `places[i]` the line, block or row of its table it stands in.
    `weak` holds the blanks that may be mere spacing between lines. `meta` holds the page's meta tags by
    lower-case name and, under `title`, the text of its title element. `where` names the place of each cell where
    lines and tables do not (`p3 (120,88)` in a PDF, `Sheet1!C5`). `marks` holds the flags that a reader gives single
    cells (a figure read from a picture); every value taken from such a cell carries them. `candidates` holds, for
    each figure read from a picture, all the texts that may stand there, the likeliest first. `reprint` holds the
    tables of a text that prints them as an earlier one did, and from and to before which cell they stand.
    """

    kind: str  # html, text, pdf, image, word, sheet
    texts: list[str]
    rows: Sequence[int]
    tables: Sequence[int]
    columns: Sequence[int]
    spans: Sequence[int]
    places: Sequence[int]
    weak: frozenset[int] = frozenset()
    meta: dict[str, str] = field(default_factory=dict)
    where: Sequence[str] = ()
    marks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    candidates: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    reprint: tuple[int, int, Reprint] | None = None

    def at(self, i: int) -> str:
        """Where cell i stands, counted from 1: `table 2 r5 c3` in an HTML table, `block 7` beside tables, `line 345`."""
        if self.where:
            return self.where[i]
        if self.kind == "html":
            if self.tables[i]:
                return f"table {self.tables[i]} r{self.places[i]} c{self.columns[i] + 1}"
            return f"block {self.places[i]}"
        if self.columns[i] >= 0:
            return f"line {self.places[i]} c{self.columns[i] + 1}"
        return f"line {self.places[i]}"

    def places_of(self, start: int, stop: int) -> Sequence[str]:
        """The places of the cells from `start` to before `stop`."""
        if self.where:
            return list(self.where[start:stop])
        if self.kind == "html" and self.tables[start] and self.rows[start] == self.rows[stop - 1]:
            first, last = self.columns[start], self.columns[stop - 1]
            if last - first == stop - start - 1:
                return _ROW_PLACES[self.tables[start], self.places[start], first, last]
            row = f"table {self.tables[start]} r{self.places[start]} c"
            return [row + str(column + 1) for column in self.columns[start:stop]]
        if self.are_lines(start, stop):
            return [f"line {place}" for place in self.places[start:stop]]
        return [self.at(i) for i in range(start, stop)]

    def are_lines(self, start: int, stop: int) -> bool:
        """Whether the place of each of these cells is the name of a line."""
        return self.kind != "html" and not self.where and max(self.columns[start:stop]) < 0

    def cell(self, i: int) -> Cell:
        return Cell(self.texts[i], self.at(i), self.tables[i], self.rows[i], self.columns[i])

    def printed_row(self, i: int) -> range:
        """The cells of the printed row that cell i stands in."""
        rows, first, stop = self.rows, i, i + 1
        while first > 0 and rows[first - 1] == rows[i]:
            first -= 1
        while stop < len(rows) and rows[stop] == rows[i]:
            stop += 1
        return range(first, stop)

    def part(self, start: int, stop: int) -> Document:
        """The cells from `start` to before `stop` as a document of their own, every place as before."""
        return self.chosen(range(start, stop))

    def chosen(self, cells: Sequence[int]) -> Document:
        """These cells in this order as a document of their own, every place as before."""
        new_of = {i: k for k, i in enumerate(cells)}
        return Document(
            self.kind, [self.texts[i] for i in cells], [self.rows[i] for i in cells], [self.tables[i] for i in cells],
            [self.columns[i] for i in cells], [self.spans[i] for i in cells], [self.places[i] for i in cells],
            frozenset(new_of[i] for i in self.weak if i in new_of), self.meta,
            [self.where[i] for i in cells] if self.where else (),
            {new_of[i]: flags for i, flags in self.marks.items() if i in new_of},
            {new_of[i]: texts for i, texts in self.candidates.items() if i in new_of},
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Cell]:
        return (self.cell(i) for i in range(len(self.texts)))


def are_steady(numbers: Sequence[int], step: int = 1) -> bool:
    """Whether each of these numbers is `step`, at least 1, more than the one before it."""
    first, last = numbers[0], numbers[-1]
    if step < 1 or last - first != step * (len(numbers) - 1):
        return False
    if isinstance(numbers, range):
        return True
    if first >= 0 and last < len(NUMBERS):
        return tuple(numbers) == NUMBERS[first : last + 1 : step]
    return all(b - a == step for a, b in pairwise(numbers))


def names_of_lines(places: Sequence[int]) -> Sequence[str]:
    """`line 7` for each of these lines."""
    # lines without a gap, which most are, and lines with an empty one behind each, are named by one slice
    if len(places) > 1 and (step := places[1] - places[0]) > 0 and places[-1] < len(_NAMES) and are_steady(places, step):
        return _NAMES[places[0] : places[-1] + 1 : step]
    return [f"line {place}" for place in places]
