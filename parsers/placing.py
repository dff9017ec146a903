"""Which number of a printed row belongs to which column, and where that cannot be told.
One reading is a placement of all numbers of a row; arithmetic only chooses among readings, it changes no number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from types import MappingProxyType
from typing import NamedTuple

from gongkai.parsers.document import Document
from gongkai.parsers.forms import Sum, Table
from gongkai.parsers.lexicon import Token
from gongkai.parsers.report import Finding, Number
from gongkai.parsers.runs import Run, may_be_odd

MOST_READINGS = 400
MOST_COMBINATIONS = 4_000


_RUN_TOGETHER = re.compile(r"\d\s+\d")
_ITEM = re.compile(r"\s*[（(]?\d{1,2}\s*[）)、.．]")


class Slot(NamedTuple):
    """What one reading puts in one column: a number or nothing (`value` None), and the cells it was printed in."""

    value: Number | None
    cells: tuple[int, ...] = ()


EMPTY = Slot(None)
Reading = tuple[Slot, ...]


class Row(NamedTuple):
    """All readings of one printed row that its cells allow; `flags` say what was unusual about them."""

    readings: tuple[Reading, ...]
    flags: tuple[str, ...] = ()
    dropped: tuple[int, ...] = ()  # number cells that no reading takes


class PlacedRow(NamedTuple):
    """The readings of a row that are left, the columns they fill in printed order, and the flags of all its values."""

    readings: tuple[Reading, ...]
    order: tuple[str, ...]
    flags: tuple[str, ...]


class Placed(NamedTuple):
    """A printed table: its rows by key, the doubts met, and flags of single cells (by row and column)."""

    rows: dict[str, PlacedRow]
    notes: tuple[Finding, ...] = ()
    flags: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType({})


def left_over(document: Document, token: Token, table: Table, i: int, row: str | None) -> Finding:
    """A number inside a table that no cell of the form takes."""
    return Finding(
        "left_over", table.key, row, None, None, token.reading.value, "extraction",
        f"{document.texts[i]!r} at {document.at(i)} belongs to no cell of the form",
    )  # fmt: skip


def slot(tokens: Sequence[Token], i: int) -> Slot:
    """The slot that cell i fills by itself."""
    return Slot(tokens[i].reading.value, (i,))


Columns = Mapping[int, tuple[int, ...]]
"""The grid columns that figures stand in, by number of the printed table: one table of the form may be several."""


def data_columns(document: Document, tokens: Sequence[Token], table: Table, runs: Sequence[Run], width: int) -> Columns:
    """The grid columns of the figures; none for a table whose columns mean nothing.

    Those that most complete rows print their figures in, else the stretch of columns that has any number. In a
    piped or tabbed text, where the cells that labels span may be left out, the header must stand over them.
    """
    parts: dict[int, list[Run]] = {}
    for run in runs:
        if run.grid and document.columns[run.cells[0]] >= 0:
            parts.setdefault(document.tables[run.cells[0]], []).append(run)
    found = {number: _stretch(document, tokens, part, width) for number, part in parts.items()}
    if document.kind != "html" and 0 in found:
        keys = [c.key for c in table.columns]
        named = [
            (key, document.columns[i])
            for run in runs
            for i in run.before
            if document.columns[i] >= 0 and (key := tokens[i].role("column", table.key))
        ]
        if not found[0] and width == len(keys):
            found[0] = _under_header(document, tokens, dict(reversed(named)), keys, parts[0])
        columns = found[0]
        over = sum(column == columns[keys.index(key)] for key, column in named) if len(columns) == len(keys) else 0
        if over * 2 <= len(keys) and not _stand_over(named, keys, columns):
            return {}
    return {number: columns for number, columns in found.items() if columns}


def _under_header(
    document: Document, tokens: Sequence[Token], header: dict[str, int], keys: Sequence[str], runs: Sequence[Run]
) -> tuple[int, ...]:
    """The columns beside each other that the header names, where all figures stand under it: those without any are left blank."""
    columns = tuple(sorted(header.values()))
    filled = {document.columns[i] for run in runs for i in run.cells if tokens[i].kind == "number"}
    whole = header.keys() == set(keys) and columns == tuple(range(columns[0], columns[0] + len(keys)))
    return columns if whole and filled and filled <= set(columns) else ()


def _stand_over(named: Sequence[tuple[str, int]], keys: Sequence[str], columns: tuple[int, ...]) -> bool:
    """A header names each column once, in whichever order, and stands over all of the figures' columns."""
    header = dict(reversed(named))
    return header.keys() == set(keys) and sorted(header.values()) == sorted(columns)


def _stretch(document: Document, tokens: Sequence[Token], runs: Sequence[Run], width: int) -> tuple[int, ...]:
    seen: dict[tuple[int, ...], int] = {}
    filled: set[int] = set()
    for run in runs:
        columns = tuple(document.columns[i] for i in run.cells)
        filled.update(document.columns[i] for i in run.cells if tokens[i].kind == "number")
        if len(run.cells) == width:
            seen[columns] = seen.get(columns, 0) + 1
    if seen:
        best = max(seen, key=lambda c: seen[c])
        if seen[best] >= 2:
            return best
    if filled and max(filled) - min(filled) + 1 == width and len(runs) > 2:
        return tuple(range(min(filled), max(filled) + 1))
    return ()


def whole_rows(document: Document, tokens: Sequence[Token], runs: list[Run], found: Columns) -> list[Run]:
    """Runs of a grid with all cells that stand in its data columns, whatever is printed in them.

    A word or sign that is no figure (见附件, O) parts a row's figures; in a grid it is one odd cell of the row.
    """
    if not found:
        return runs
    whole: list[Run] = []
    rows = document.rows
    for run in runs:
        columns = found.get(document.tables[run.cells[0]], ())
        if not run.grid or not columns or document.columns[run.cells[0]] < 0:
            whole.append(run)
            continue
        row = rows[run.cells[0]]
        if whole and whole[-1].grid and rows[whole[-1].cells[0]] == row and set(run.cells) <= set(whole[-1].cells):
            continue  # the rest of a row that is whole already
        printed = document.printed_row(run.cells[0])
        cells = [i for i in printed if document.columns[i] in columns]
        odd = [i for i in cells if i not in run.cells]
        if any(tokens[i].kind == "number" and not columns[0] <= document.columns[i] <= columns[-1] for i in printed):
            odd = []  # a figure stands beside the columns: the row is shifted
        if odd and document.columns[run.cells[0]] < columns[0] and _ends_early(document, printed[-1], columns):
            odd = []
        if odd and _reaches_out(document, printed[-1], columns):
            odd = []
        if odd and len(cells) == len(columns) and all(may_be_odd(tokens[i]) for i in odd):
            run.before = [i for i in run.before if i not in cells]
            run.cells = cells
        whole.append(run)
    return whole


def readings_of(
    document: Document, tokens: Sequence[Token], run: Run, width: int, found: Columns, *, blanks: bool = False,
    usual: int | None = None,
) -> Row:
    """Every way the cells of a run can fill `width` columns with all its numbers kept.

    `blanks`: the document's other rows prove that its empty lines are blank cells, no spacing. `usual`: how many cells
    most rows of the table have, where that is known.
    """
    cells = run.cells
    columns = found.get(document.tables[cells[0]], ()) if found and cells else ()
    solid = [i for i in cells if i not in document.weak] if document.weak else cells
    in_columns = not run.grid or not columns or tuple(document.columns[i] for i in solid) == columns
    if not in_columns and (row := _by_column(document, tokens, cells, columns)):
        return row
    if len(solid) == width:
        # an empty line before a sign for nothing: either may be the blank cell of this row, the other one too many
        doubt = len(cells) > width and tokens[solid[-1]].kind == "blank" and cells[width - 1] != solid[-1]
        if document.columns[cells[0]] < 0 and _is_shifted(document, tokens, solid):
            return Row((tuple(slot(tokens, i) for i in solid),), ("ragged",))
        return Row((tuple(slot(tokens, i) for i in solid),), ("blank_lines",) if doubt else ())
    if len(cells) == width:
        return Row((tuple(slot(tokens, i) for i in cells),), () if blanks else ("blank_lines",))
    numbers = [i for i in cells if tokens[i].kind == "number"]
    if len(numbers) > width:
        return _too_many(tokens, numbers, width)
    for some in (solid, cells):
        if len(some) > width:
            return _without_padding(tokens, some, width, usual in (None, len(some)), document.columns[some[0]] >= 0)
    return _with_gaps(tokens, solid, width)


def _is_shifted(document: Document, tokens: Sequence[Token], cells: Sequence[int]) -> bool:
    """The last cell is a sign for nothing that may stand in another column: the figure before it is the sum of all others, as a
    total is behind a blank cell that left no trace; or two figures have run into one (235 422)."""
    last = tokens[cells[-1]]
    if len(cells) < 3 or last.kind != "blank" or not last.folded:
        return False
    numbers = [tokens[i].reading.value or 0 for i in cells]
    total = tokens[cells[-2]].kind == "number" and sum(numbers[:-2]) == numbers[-2]
    return total or any(_RUN_TOGETHER.search(document.texts[i]) for i in cells)


def _by_column(
    document: Document, tokens: Sequence[Token], cells: Sequence[int], columns: tuple[int, ...]
) -> Row | None:
    """The grid places the cells where they stand under the figures of the other rows."""
    slots: dict[int, Slot] = {}
    flags: tuple[str, ...] = ("ragged",)
    for i in cells:
        start = document.columns[i]
        covered = [c for c in columns if start <= c < start + document.spans[i]]
        if not covered:
            if tokens[i].kind == "number" or (tokens[i].folded and start < columns[0]):
                return None
            continue
        value = tokens[i].reading.value
        if len(covered) > 1:
            flags = ("merged_cell",)
            if value:  # one printed number over several columns belongs to none of them for certain
                return None
        for c in covered:
            if c in slots:
                return None
            slots[c] = slot(tokens, i)
    beside = [i for i in cells if document.columns[i] < columns[0]]
    if beside and len(slots) == len(columns) and (
        _ends_early(document, document.printed_row(cells[-1])[-1], columns)  # one cell ahead, and one less behind
        or (cells[0] and _ITEM.match(document.texts[cells[0] - 1]))  # an item's label stands in the last column of labels
    ):
        return None  # the row is shifted
    if len(slots) == len(columns) and "merged_cell" not in flags and (
        all(s.value is not None for s in slots.values()) or not _reaches_out(document, document.printed_row(cells[-1])[-1], columns)
    ):
        flags = ()  # every column has its cell; what else the row holds are blank cells of its label
    return Row((tuple(slots.get(c, EMPTY) for c in columns),), flags)


def _reaches_out(document: Document, last: int, columns: tuple[int, ...]) -> bool:
    """The row with this last cell reaches further than half of the table's rows do: a cell too many in it, blank or damaged,
    may have moved its figures."""
    table, reach = document.tables[last], document.columns[last]
    if reach <= columns[-1]:
        return False
    places = list(zip(document.tables, document.columns, strict=True))
    return 2 * places.count((table, reach)) < places.count((table, columns[-1]))


def _ends_early(document: Document, last: int, columns: tuple[int, ...]) -> bool:
    """More than half of the table's rows have a cell behind the place where the row with this last cell ends."""
    end = document.columns[last] + document.spans[last]
    places = list(zip(document.tables, document.columns, strict=True))
    return 2 * places.count((document.tables[last], end)) > places.count((document.tables[last], columns[-1]))


def _without_padding(tokens: Sequence[Token], cells: Sequence[int], width: int, is_usual: bool, in_grid: bool) -> Row:
    """More cells than columns: blanks are padding. Behind a complete row they are the usual padding of merged
    cells (the 2024 Tonghua page prints 16); elsewhere every choice of blanks is a reading.

    In a row that alone has so many cells (not `is_usual`) any blank may be the one too many; in a grid (`in_grid`) a blank
    before the figures may be a label's."""
    extra = len(cells) - width
    behind = all(tokens[i].kind == "blank" and not tokens[i].folded for i in cells[width:])  # a sign for nothing is no padding
    if behind and ((is_usual and tokens[cells[0]].kind != "blank") or (extra > 3 and not (in_grid and tokens[cells[0]].kind == "blank"))):
        return Row((tuple(slot(tokens, i) for i in cells[:width]),))
    blanks = [i for i in cells if tokens[i].kind == "blank"]
    if len(blanks) < extra:
        return Row(())
    readings: dict[Reading, None] = {}
    for out in combinations(blanks, extra):
        readings.setdefault(tuple(slot(tokens, i) for i in cells if i not in out))
        if len(readings) > MOST_READINGS:
            return Row((), ("ragged",))
    return Row(_distinct(readings), ("ragged",))


def _with_gaps(tokens: Sequence[Token], cells: Sequence[int], width: int) -> Row:
    """Fewer cells than columns: blank cells were lost, and each place for them is a reading."""
    if not cells:
        return Row((), ("ragged",))
    readings: dict[Reading, None] = {}
    for kept in combinations(range(width), len(cells)):
        at = dict(zip(kept, cells, strict=True))
        readings.setdefault(tuple(slot(tokens, at[c]) if c in at else EMPTY for c in range(width)))
        if len(readings) > MOST_READINGS:
            return Row((), ("ragged",))
    return Row(_distinct(readings), ("ragged",))


def _too_many(tokens: Sequence[Token], numbers: Sequence[int], width: int) -> Row:
    """More numbers than columns: digits of one number in several cells, or numbers that do not belong to the row."""
    extra = len(numbers) - width
    if extra > 3:
        return Row((), ("ragged",), tuple(numbers))
    readings: dict[Reading, None] = {}
    for joints in combinations(range(1, len(numbers)), extra):
        groups: list[list[int]] = []
        for k, i in enumerate(numbers):
            if k in joints:
                groups[-1].append(i)
            else:
                groups.append([i])
        if all(len(g) == 1 or all(_is_digit(tokens[i]) for i in g) for g in groups):
            readings.setdefault(tuple(_joined(tokens, g) for g in groups))
    for out in combinations(range(len(numbers)), extra):
        readings.setdefault(tuple(slot(tokens, i) for k, i in enumerate(numbers) if k not in out))
    return Row(_distinct(readings), ("ragged",))


def _is_digit(token: Token) -> bool:
    value = token.reading.value
    return isinstance(value, int) and 0 <= value <= 9


def _joined(tokens: Sequence[Token], cells: list[int]) -> Slot:
    if len(cells) == 1:
        return slot(tokens, cells[0])
    return Slot(int("".join(str(tokens[i].reading.value) for i in cells)), tuple(cells))


def _distinct(readings: dict[Reading, None]) -> tuple[Reading, ...]:
    """Readings that differ in a value; which of two equal blanks was dropped makes no difference."""
    by_value: dict[tuple[Number | None, ...], Reading] = {}
    for reading in readings:
        by_value.setdefault(tuple(s.value for s in reading), reading)
    return tuple(by_value.values())


def choose(table: Table, order: Sequence[str], rows: dict[str, Row], complete: bool) -> dict[str, tuple[Reading, ...]]:
    """The readings of each row that the sums of the form allow; blanks count as 0 here.

    A row whose readings all break a sum keeps them all: then the publisher's sum is wrong, or ours is no reading.
    `complete`: every row of the form was found, so that sums over columns can be used.
    """
    left = {key: row.readings for key, row in rows.items()}
    if all(len(readings) <= 1 for readings in left.values()):
        return left
    position = {c: k for k, c in enumerate(order)}
    for rule in table.sums:
        if rule.each == "row":
            for key, readings in left.items():
                if len(readings) > 1:
                    fit = tuple(r for r in readings if _row_holds(rule, r, position))
                    left[key] = fit or readings
    across = [rule for rule in table.sums if rule.each == "column"] if complete else []
    if across:
        left = _narrowed(across, left, len(order))
    open_rows = [key for key, readings in left.items() if len(readings) > 1]
    combinations_left = 1
    for key in open_rows:
        combinations_left *= len(left[key])
        if combinations_left > MOST_COMBINATIONS:
            return left
    if across and open_rows:
        keep: dict[str, dict[Reading, None]] = {key: {} for key in open_rows}
        for choice in product(*(left[key] for key in open_rows)):
            trial = {**left, **{key: (r,) for key, r in zip(open_rows, choice, strict=True)}}
            if all(_column_holds(rule, trial, c) for rule in across for c in range(len(order))):
                for key, r in zip(open_rows, choice, strict=True):
                    keep[key].setdefault(r)
        if all(keep.values()):
            left.update({key: tuple(found) for key, found in keep.items()})
    chosen = [key for key, row in rows.items() if len(row.readings) > 1 and len(left[key]) == 1]
    settled = all(len(readings) == 1 for readings in left.values())
    if across and chosen and settled:
        # a column with a blank in it, which may hide what is missing, proves nothing
        told = [c for c in range(len(order)) if all(r[0][c].value is not None for r in left.values())]
        if not all(_column_holds(rule, left, c) for rule in across for c in told):
            # a reading that its own row allows and the columns do not is none
            left.update({key: rows[key].readings for key in chosen})
    return left


def _row_holds(rule: Sum, reading: Reading, position: dict[str, int]) -> bool:
    if not position.keys() >= {*rule.left, *rule.right}:
        return True  # a column of the form is not printed: nothing to add up
    right = [reading[position[k]].value for k in rule.right]
    if any(v is None for v in right):
        return True
    return sum((reading[position[k]].value or 0) for k in rule.left) == sum(v or 0 for v in right)


def _column_holds(rule: Sum, left: dict[str, tuple[Reading, ...]], c: int) -> bool:
    total: Number = 0
    for sign, keys in ((1, rule.left), (-1, rule.right)):
        for key in keys:
            if left.get(key):
                total += sign * (left[key][0][c].value or 0)
    return total == 0


def _narrowed(rules: Sequence[Sum], left: dict[str, tuple[Reading, ...]], width: int) -> dict[str, tuple[Reading, ...]]:
    """Readings outside the bounds that the other rows leave in a column are taken out, until none is."""
    now = dict(left)
    for _ in range(20):
        changed = False
        for rule in rules:
            signed = [(1, k) for k in rule.left if now.get(k)] + [(-1, k) for k in rule.right if now.get(k)]
            if all(len(now[k]) == 1 for _, k in signed):
                continue
            for c in range(width):
                low = {k: min(s * (r[c].value or 0) for r in now[k]) for s, k in signed}
                high = {k: max(s * (r[c].value or 0) for r in now[k]) for s, k in signed}
                all_low, all_high = sum(low.values()), sum(high.values())
                for s, k in signed:
                    if len(now[k]) > 1:
                        rest_low, rest_high = all_low - low[k], all_high - high[k]
                        fit = tuple(r for r in now[k] if -rest_high <= s * (r[c].value or 0) <= -rest_low)
                        if not fit:
                            return left
                        if len(fit) < len(now[k]):
                            now[k] = fit
                            changed = True
                            low[k] = min(s * (r[c].value or 0) for r in fit)
                            high[k] = max(s * (r[c].value or 0) for r in fit)
                            all_low, all_high = sum(low.values()), sum(high.values())
        if not changed:
            break
    return now
