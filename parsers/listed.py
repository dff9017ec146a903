"""The statistics table of 2014 to 2018 out of a document's cells: every indicator with its figure, and what is in doubt.
What a cell is is left to `indicators`, which table and column are meant to `statistics`, whether the sums hold to `checks`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gongkai.parsers.document import Document
from gongkai.parsers.indicators import POSITION, TABLE, Piece, pieces_of, rows_begun, rows_named
from gongkai.parsers.labels import fold
from gongkai.parsers.runs import LONGEST_ODD

MOST_TORN = 5
"""A label torn over so many lines is put together."""
ORDINALS_SURE = 0.8
"""Numbers before labels are running numbers, no figures, when this share of them runs."""
ORDINALS_POSSIBLE = 0.4
"""From this share on they may be."""
FEWEST_ORDINALS = 5
FIRST_ORDINAL = 3
"""Running numbers begin with 1; the first ones may be lost."""
FAR = 5
"""Rows of the form between two labels that follow each other where two halves of the table are interleaved."""

_BETWEEN = frozenset(("其中", "包括", "总数", "合计", "总计", "小计"))
"""Words in a cell of their own between a label and its members, or between it and its own figure."""

_FAMILY = {
    row.key: {row.parent, *(r.key for r in TABLE.rows if r.parent == row.parent)} for row in TABLE.rows if row.parent
}


@dataclass(slots=True)
class Entry:
    """One printed indicator: the rows it may be, the cells printed for it, and where it stands."""

    label: Piece
    rows: tuple[str, ...]
    cells: list[Piece] = field(default_factory=list)
    unit: str = ""
    grid: bool = False
    table: int = 0
    half: int = 0
    torn: bool = False
    cut: bool = False  # other text stands between the label and what follows
    doubtful: bool = False  # its number may be the running number of the next label
    key: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def printed(self) -> bool:
        """Something stands behind the label that only a row of the table has there."""
        return bool(self.cells or self.unit)


@dataclass(slots=True)
class Header:
    """The names of columns that stand over some entries: grid column, what it is, and its text, in printed order."""

    cells: list[tuple[int, str, str]] = field(default_factory=list)

    def half(self, number: int) -> list[tuple[int, str, str]]:
        """The columns of figures of one half of the table: those behind its column of labels."""
        starts = [k for k, cell in enumerate(self.cells) if cell[1] == "label"]
        if not starts:
            return []
        number = min(number, len(starts) - 1)
        stop = starts[number + 1] if number + 1 < len(starts) else len(self.cells)
        names = self.cells[starts[number] + 1 : stop]
        if number + 1 < len(starts) and names and names[-1][1] == "ordinal" and self.cells[0][1] == "ordinal":
            names = names[:-1]  # the running number of the next half
        return [cell for cell in names if cell[1] != "unit"]


@dataclass(slots=True)
class Found:
    """Everything printed of the table: entries in the order of the form's reading, headers by entry, stray numbers."""

    entries: list[Entry]
    headers: list[Header]  # one for each entry
    strays: list[Piece]
    across: int  # most indicators that stand side by side as a header, without figures behind them


def find_entries(document: Document) -> Found:
    """The printed indicators of a document with the cells behind each."""
    rows = pieces_of(document)
    ordinals, doubtful = _ordinals(rows)
    reader = _Reader(document, ordinals)
    for pieces in rows:
        reader.take(pieces)
    reader.close()
    _doubt_neighbours(reader.entries, doubtful)
    _doubt_spacing(reader.entries)
    _doubt_short_rows(document, reader.entries)
    _set_halves(document, reader.entries, reader.headers)
    # one half after the other, so that a label is read behind those that stand above it
    order = sorted(range(len(reader.entries)), key=lambda k: (reader.entries[k].table, reader.entries[k].half))
    entries = [reader.entries[k] for k in order]
    _name(entries)
    return Found(entries, [reader.headers[k] for k in order], reader.strays, reader.across)


class _Reader:
    """Reads rows of pieces one after the other; `entries`, `headers` and `strays` are what came of them."""

    def __init__(self, document: Document, ordinals: set[tuple[int, str]]) -> None:
        self.document = document
        self.ordinals = ordinals
        self.entries: list[Entry] = []
        self.headers: list[Header] = []
        self.strays: list[Piece] = []
        self.across = 0
        self.header = Header()
        self.heading = False  # a flattened header is being read
        self.now: Entry | None = None
        self.pending: list[Piece] = []
        self.bracket = False

    def take(self, pieces: Sequence[Piece]) -> None:
        grid = len(pieces) > 1
        if grid:
            self.close()
            labels = sum(p.kind == "label" for p in pieces)
            if any(p.kind == "head" and not p.head.isdigit() for p in pieces) and not labels:
                self.header = Header([self._head(p) for p in pieces if p.kind != "page"])
                return
            if labels > 2 and not any(p.kind in ("number", "unit") for p in pieces):
                self.across = max(self.across, labels)
        for k, piece in enumerate(pieces):
            self._piece(piece, grid, pieces[k + 1] if k + 1 < len(pieces) else None)
        if grid:
            self.close()

    def _head(self, piece: Piece) -> tuple[int, str, str]:
        return self.document.columns[piece.i], piece.head or ("blank" if piece.kind == "blank" else "text"), piece.text

    def _piece(self, piece: Piece, grid: bool, following: Piece | None) -> None:
        if piece.kind == "page" or (piece.i, piece.text) in self.ordinals:
            return
        if self.heading and not grid and piece.kind in ("head", "text", "number", "unit"):
            if piece.kind != "unit" and len(self.header.cells) < 16:
                self.header.cells.append(self._head(piece))
            return
        if piece.kind == "label":
            self._open(piece, piece.rows, grid)
        elif piece.kind == "head":
            self.close()
            if piece.head in ("label", "ordinal") and not grid:
                self.header, self.heading = Header([self._head(piece)]), True
        elif piece.kind == "unit":
            if self.now is not None:
                if self.now.unit and not any(c.kind == "number" for c in self.now.cells):
                    self.now.flags = (*self.now.flags, "ragged")  # a second unit: what stood between them is lost
                self.now.unit = self.now.unit or piece.text
            else:
                self._begun(grid, piece)
        elif piece.kind in ("number", "blank"):
            if self.now is None and not self._begun(grid, piece):
                if piece.kind == "number":
                    self.strays.append(piece)
                return
            if self.now is not None:
                self.now.cells.append(piece)
        else:
            self._text(piece, grid)

    def _text(self, piece: Piece, grid: bool) -> None:
        text = piece.text.strip()
        if grid and fold(text) in _BETWEEN:
            return
        opens, ends = text[:1] in "(（[【", text[-1:] in ")）]】"
        if self.now is not None and not self.now.cells and (self.bracket or opens):
            self.bracket = not ends and ")" not in text and "）" not in text  # an explanation in brackets, on lines of its own
            return
        if self.now is not None and not self.now.cells and (grid or self.now.unit) and len(text) <= LONGEST_ODD:
            self.now.cells.append(piece)  # a word stands where the figure should
            return
        self.pending = [*self.pending[-(MOST_TORN - 1) :], piece]
        for k in range(len(self.pending) - 1):
            if rows := rows_named("".join(p.text for p in self.pending[k:])):
                self._open(self.pending[k], rows, grid)
                return
        goes_on = self.now is not None and (self.now.torn or not self.now.cells)
        if self.now is not None and goes_on and rows_named(self.now.label.text + text) == self.now.rows:
            return  # the rest of its label, on a line of its own or behind its figure
        if self.now is not None and not self.now.cells:
            self.now.cut = True
        kept = self.pending
        self.close()
        self.pending = kept

    def _begun(self, grid: bool, piece: Piece) -> bool:
        """Whether the text just read begins a label that is torn round its figures; then it is opened."""
        if not self.pending or not (rows := rows_begun("".join(p.text for p in self.pending[-1:]))):
            return False
        self._open(self.pending[-1], rows, grid)
        assert self.now is not None
        self.now.torn, self.now.flags = True, ("label_torn",)
        if piece.kind == "unit":
            self.now.unit = piece.text
        return True

    def _open(self, label: Piece, rows: tuple[str, ...], grid: bool) -> None:
        self.close()
        self.heading = False
        table = self.document.tables[label.i]
        self.now = Entry(label, rows, grid=grid, table=table)
        self.bracket = sum(map(label.text.count, "(（")) > sum(map(label.text.count, ")）"))
        self.entries.append(self.now)
        self.headers.append(self.header)

    def close(self) -> None:
        self.now = None
        self.pending = []
        self.bracket = False


def _doubt_neighbours(entries: Sequence[Entry], doubtful: set[tuple[int, str]]) -> None:
    """Flattened rows next to one without any cell: a figure there may belong to either."""
    for one, two in pairwise(entries):
        one.doubtful = any((c.i, c.text) in doubtful for c in one.cells)
        for empty, full in ((two, one), (one, two)):
            value_row = empty.unit or TABLE.row(empty.rows[0]).kind == "value"
            if not one.grid and not two.grid and value_row and not empty.cells and full.cells:
                full.flags = (*full.flags, "blank_lines")


def _doubt_spacing(entries: Sequence[Entry]) -> None:
    """Flattened rows whose figure stands behind a blank."""
    for entry in entries:
        if not entry.grid and entry.cells and entry.cells[0].kind == "blank" and any(c.kind == "number" for c in entry.cells):
            entry.flags = (*entry.flags, "blank_lines")  # the blank may be the cell, and the figure another row's


def _doubt_short_rows(document: Document, entries: Sequence[Entry]) -> None:
    """Rows of a grid that end before the others do: a cell is lost, and what stands behind it has moved up."""
    ends: dict[int, int] = {}
    lows = [e.label.i for e in entries if e.grid and document.columns[e.label.i] >= 0]
    wanted = {document.rows[i] for i in lows}
    for i in range(min(lows, default=0), len(document)):
        row = document.rows[i]
        if row in wanted:
            ends[row] = max(ends.get(row, 0), document.columns[i] + document.spans[i])
    widths: dict[int, Counter[int]] = {}
    for i in lows:
        widths.setdefault(document.tables[i], Counter())[ends[document.rows[i]]] += 1
    for entry in entries:
        i = entry.label.i
        if entry.grid and document.columns[i] >= 0:
            usual, times = widths[document.tables[i]].most_common(1)[0]
            if times >= FEWEST_ORDINALS and ends[document.rows[i]] < usual:
                entry.flags = (*entry.flags, "ragged")


def _ordinals(rows: Sequence[Sequence[Piece]]) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """The numbers in cells of their own before labels: those of the form (1 to 8 in each group), or running ones; and
    those of which it cannot be told."""
    single = {p.i for pieces in rows for p in pieces if len(pieces) == 1}
    flat = [p for pieces in rows for p in pieces if p.kind != "page"]
    within = {pair for pieces in rows for pair in pairwise(pieces)}
    before: list[tuple[Piece, Piece]] = []
    for one, two in pairwise(flat):
        # a figure at the end of a row is no number of the next one's label
        if two.kind == "label" and one.kind == "number" and ((one.i in single and two.i in single) or (one, two) in within):
            before.append((one, two))
    own = [(n, label) for n, label in before if any(TABLE.row(r).number == n.text for r in label.rows)]
    numbered = sum((TABLE.row(p.rows[0]).number or "").isdigit() for p in flat if p.kind == "label")
    if len(own) >= FEWEST_ORDINALS and len(own) >= ORDINALS_SURE * numbered:
        return {(n.i, n.text) for n, _ in own}, set()
    doubtful = {(n.i, n.text) for n, _ in own} if len(own) >= ORDINALS_POSSIBLE * max(numbered, FEWEST_ORDINALS) else set()
    labels = sum(p.kind == "label" for p in flat)
    numbers = [_whole(n) for n, _ in before]
    for step in (1, 2):  # in two halves side by side every other number runs
        running = sum(b - a == 1 for a, b in zip(numbers, numbers[step:], strict=False))
        enough = len(before) > FEWEST_ORDINALS and len(before) * 2 > labels and 0 < numbers[0] <= FIRST_ORDINAL
        if enough and running >= ORDINALS_SURE * (len(before) - step):
            fits = [k for k in range(len(numbers)) if any(
                0 <= other < len(numbers) and (numbers[other] - numbers[k]) * (other - k) == step for other in (k - step, k + step))]
            return {(before[k][0].i, before[k][0].text) for k in fits} | (_before_torn(flat, numbers[0]) if step == 1 else set()), set()
    return set(), doubtful


def _before_torn(flat: Sequence[Piece], first: int) -> set[tuple[int, str]]:
    """The running numbers before labels that are torn over lines, which are no labels yet."""
    found = set()
    for one, two in pairwise(flat):
        if one.kind == "number" and two.kind in ("label", "text") and _whole(one) == first:
            found.add((one.i, one.text))
            first += 1
    return found


def _whole(piece: Piece) -> int:
    value = piece.reading.value
    return value if isinstance(value, int) else -9


def _set_halves(document: Document, entries: Sequence[Entry], headers: Sequence[Header]) -> None:
    """Which half of a table in two halves side by side each entry stands in."""
    behind: dict[tuple[int, int], set[int]] = {}  # table -> columns of labels that follow figures in their row
    first: dict[tuple[int, int], set[int]] = {}
    last_row, seen = -1, False
    for entry in entries:
        row = document.rows[entry.label.i]
        if row != last_row:
            last_row, seen = row, False
        if entry.grid:
            entry.half = int(seen)
            place = (entry.table, 0)
            (behind if seen else first).setdefault(place, set()).add(document.columns[entry.label.i])
        seen = seen or entry.printed
    for entry, header in zip(entries, headers, strict=True):
        column = document.columns[entry.label.i]
        starts = [c for c, kind, _ in header.cells if kind == "label" and c >= 0]
        if entry.grid and column >= 0:
            if len(starts) > 1:
                entry.half = max(0, sum(c <= column for c in starts) - 1)
            elif column in behind.get((entry.table, 0), set()) and column > min(first.get((entry.table, 0), {column})):
                entry.half = 1
    _part_interleaved([e for e in entries if not e.grid])


def _part_interleaved(entries: Sequence[Entry]) -> None:
    """Flattened halves: the labels of both come in turn, left, right, left, right."""
    places = [POSITION[e.rows[0]] if len(e.rows) == 1 else None for e in entries]
    known = [p for p in places if p is not None]
    steps = [b - a for a, b in pairwise(known)]
    jumps = sum((a > FAR > -FAR > b) or (b > FAR > -FAR > a) for a, b in pairwise(steps))
    if len(steps) < 8 or jumps * 3 < len(steps):
        return
    tops: list[int] = [-1, -1]
    halves: list[int] = []
    for entry, place in zip(entries, places, strict=True):
        if place is not None and place < FAR and tops[0] > FAR:
            tops = [-1, -1]  # a second copy begins
        if place is None:
            half = halves[-1] if len(halves) < 2 or halves[-1] == halves[-2] else halves[-2] if halves else 0
        elif tops[1] < 0:
            half = int(tops[0] >= 0 and place - tops[0] > FAR)
        else:
            half = int(place >= tops[1])
        entry.half = half
        halves.append(half)
        if place is not None:
            tops[half] = place


def _name(entries: Sequence[Entry]) -> None:
    """Which row of the form each entry is. A label that stands under two parents is named by what stands above it."""
    last: str | None = None
    reached = {e.rows[0] for e in entries if len(e.rows) == 1}
    for entry in entries:
        if len(entry.rows) == 1:
            entry.key = entry.rows[0]
        else:
            fitting = [key for key in entry.rows if last is not None and last in _FAMILY.get(key, ())]
            if len(fitting) == 1:
                entry.key = fitting[0]
                missing = [TABLE.row(key).parent for key in entry.rows if TABLE.row(key).parent not in reached]
                if missing:  # the heading that the same label also stands under may have been lost above it
                    entry.flags = (*entry.flags, "label_repeated")
        last = entry.key or last

