"""The statistics table of 2014 to 2018 into the values of its form: which column is this year's, which copy is meant, what is open.
How its rows are found is left to `listed`, figures that stand only in sentences to `sentences`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from gongkai.parsers.document import Document
from gongkai.parsers.forms import FORMS, Form
from gongkai.parsers.indicators import POSITION, TABLE, VERSION, Piece
from gongkai.parsers.listed import Entry, Found, Header, find_entries
from gongkai.parsers.names import read_name
from gongkai.parsers.report import Finding, Number, Value
from gongkai.parsers.values import Key, complete, typed

FEWEST_ROWS = 3
"""So many indicators with something behind them make a table; fewer may be words of the text."""
FEWEST_ACROSS = 5
"""So many indicators side by side without figures are the header of a table of agencies."""
COPIES_ALIKE = 0.75
"""Two tables in one document are copies of one when this share of the figures that both print is the same."""
LONGEST_CAPTION = 60
CAPTION_LINES = 14  # cells above the first row in which its caption may stand
MOST_STRAYS = 40

_TELLING = ("公开政府信息数", "答复数", "办结数", "面申请数", "规范性文件数")
"""One of these stands in every table of this kind; none in the forms since 2019."""
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年?\s*度?")
_CAPTION = re.compile(r"统计(?:报)?表|附表|情况表")
_AGENCY = re.compile(r"(?:局|委|办|厅|院|中心|县|区|市|镇|乡|街道|街办|办事处|政府|委员会|站|所|旗|公司|大队|支队)$")


class Listed(NamedTuple):
    """What a document prints of the table: a value for each cell of the form, the doubts, and how many rows it has.

    `reason`: why it is no report of one agency. `caption`: the lines above the table, from which year and agency can be read.
    """

    form: Form
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]
    rows: int
    reason: str | None = None
    caption: tuple[str, ...] = ()


@dataclass(slots=True)
class _Copy:
    """One printed copy: its entries by row; `start` is the index of its first cell."""

    rows: dict[str, list[tuple[Entry, Header]]] = field(default_factory=dict)
    unclear: list[tuple[Entry, Header]] = field(default_factory=list)  # their labels stand under no heading
    start: int = -1
    other_year: bool = False


class _Taken(NamedTuple):
    """What one row prints: the piece with its figure (None: nothing is printed), flags, and whether it cannot be told."""

    piece: Piece | None
    flags: tuple[str, ...] = ()
    open: bool = False
    others: tuple[Piece, ...] = ()


def read_list(document: Document, year: int | None) -> Listed | None:
    """The statistics table of a document; None where it prints none."""
    if not any(word in text for text in document.texts for word in _TELLING):
        return None
    found = find_entries(document)
    printed = {key for entry in found.entries if entry.printed for key in entry.rows}
    form = FORMS[VERSION]
    if len(printed) < FEWEST_ROWS:
        if found.across >= FEWEST_ACROSS:
            return Listed(form, (), (), 0, "a table of several agencies, one a row, not one report: its indicators are a header")
        return None
    if agencies := _agencies(found):
        names = "、".join(agencies[:4])
        return Listed(form, (), (), 0, f"a table of several agencies, not one report: {names}")
    copies = _copies(document, found, year)
    best = max(copies, key=lambda c: (not c.other_year, len(c.rows), -c.start))
    taken = {key: _row(document, rows, year) for key, rows in best.rows.items()}
    flags: dict[str, tuple[str, ...]] = {}
    findings: list[Finding] = []
    for other in copies:
        # smaller tables with a few of the same words (requests by channel) are no copies
        if other is not best and other.other_year == best.other_year and len(other.rows) * 2 > len(best.rows):
            theirs = {key: _row(document, rows, year) for key, rows in other.rows.items()}
            both = [k for k in taken if k in theirs and _value(taken[k]) is not None and _value(theirs[k]) is not None]
            differing = [k for k in both if _value(taken[k]) != _value(theirs[k])]
            if len(differing) > (1 - COPIES_ALIKE) * len(both):
                return Listed(form, (), (), 0, "several statistics tables with different figures, not one report: one file for each is needed")
            for key in differing:
                flags[key] = ("second_copy_differs",)
                findings.append(Finding("copies_disagree", TABLE.key, key, "value", _value(taken[key]), _value(theirs[key]), "publisher",
                                        "a second copy of the table in the same document prints another figure"))  # fmt: skip
    return _listed(document, found, best, taken, flags, findings)


def _listed(
    document: Document, found: Found, copy: _Copy, taken: dict[str, _Taken], flags: dict[str, tuple[str, ...]],
    findings: list[Finding],
) -> Listed:  # fmt: skip
    form = FORMS[VERSION]
    values: dict[Key, Value] = {}
    year = ("other_year",) if copy.other_year else ()
    before_gap = _before_gaps(copy, {e.key for e in found.entries})
    for key, one in taken.items():
        entry = copy.rows[key][0][0]
        own = flags.get(key, ())
        if key in before_gap:
            own = (*own, "next_row_missing")
        value = _typed(document, key, entry, one, (*year, *own))
        values[TABLE.key, key, "value"] = value
        if one.open:
            findings.append(Finding("row_ragged", TABLE.key, key, None, None, None, "extraction",
                                    "several figures stand in this row, and none of them is marked as this year's"))  # fmt: skip
        findings += [_left_over(document, p, key) for p in one.others if p.kind == "number"]
    for entry, _ in copy.unclear:
        for key in entry.rows:
            findings.append(Finding("row_ragged", TABLE.key, key, None, None, None, "extraction",
                f"{entry.label.text!r} at {document.at(entry.label.i)} stands under no heading that says whose it is"))
            row = (TABLE.key, key, "value")
            values[row] = Value(*row, None, TABLE.row(key).columns[0].unit, None, "unreadable", None, ("several_readings",))
    low = copy.start
    high = max(p.i for rows in copy.rows.values() for e, _ in rows for p in (e.label, *e.cells))
    strays = [p for p in found.strays if low < p.i < high]
    findings += [_left_over(document, p, None) for p in strays[:MOST_STRAYS]]
    above = range(max(0, low - CAPTION_LINES), low)
    caption = tuple(document.texts[i] for i in above if 0 < len(document.texts[i]) <= LONGEST_CAPTION)
    return Listed(form, complete(form, values, {TABLE.key}, findings), tuple(findings), len(taken), None, caption)


def _before_gaps(copy: _Copy, keys: set[str | None]) -> set[str]:
    """Rows of a flattened table behind whose label a missing row's figure would stand, if only its label was lost."""
    entries = [rows[0][0] for rows in copy.rows.values()]
    reading = sorted((e for e in entries if not e.grid and e.key), key=lambda e: e.label.i)
    after = {one.key: two for one, two in pairwise(reading)}
    order = [row.key for row in TABLE.value_rows]
    found: set[str] = set()
    groups = [row.key for row in TABLE.rows if row.kind == "group"]
    if sum(group in keys for group in groups) >= FEWEST_ROWS:
        # a heading's own blank stands behind it, where a table prints its headings
        found.update(a.key for a, b in pairwise(TABLE.rows) if b.kind == "group" and b.key not in keys and a.key in copy.rows
                     and not copy.rows[a.key][0][0].grid)  # fmt: skip
    for key, missing in pairwise(order):
        if missing in copy.rows or key not in copy.rows or copy.rows[key][0][0].grid:
            continue
        found.add(key)
        other = after.get(key)  # of two halves in turn, the row of the other half stands between
        if other is not None and other.key and other.half != copy.rows[key][0][0].half:
            found.add(other.key)
    return found


def _left_over(document: Document, piece: Piece, row: str | None) -> Finding:
    return Finding("left_over", TABLE.key, row, None, None, piece.reading.value, "extraction",
                   f"{piece.text!r} at {document.at(piece.i)} belongs to no cell of the form")  # fmt: skip


def _value(taken: _Taken) -> Number | None:
    return None if taken.open or taken.piece is None else taken.piece.reading.value


def _typed(document: Document, key: str, entry: Entry, taken: _Taken, flags: tuple[str, ...]) -> Value:
    row, column = (TABLE.key, key, "value"), TABLE.row(key).columns[0]
    flags = (*flags, *entry.flags, *taken.flags)
    if taken.open:
        return Value(*row, None, column.unit, None, "unreadable", None, (*flags, "several_readings"))
    piece = taken.piece
    if piece is None:
        # the row is printed and nothing stands behind its label: flattened, a blank cell leaves no trace
        return Value(*row, None, column.unit, "", "blank", None, (*flags, "blank_lines"), document.at(entry.label.i))
    raw, at = piece.text, document.at(piece.i)
    flags += document.marks.get(piece.i, ())
    if piece.kind == "number":
        unit = piece.reading.unit or (entry.unit if column.type == "decimal" else "")
        value, unit, more = typed(column.type, column.unit, piece.reading.value, unit, piece.reading.flags)
        return Value(*row, value, unit, raw, "reported", None, (*flags, *more), at)
    if piece.kind == "blank":
        if not entry.grid and (len(entry.cells) > 1 or piece.i in document.weak):
            flags = (*flags, "blank_lines")  # an empty line may be this cell, or spacing where its figure is lost
        return Value(*row, None, column.unit, raw, "blank", None, flags, at)
    return Value(*row, None, column.unit, raw, "unreadable", None, (*flags, "not_a_number"), at)


def _row(document: Document, printed: Sequence[tuple[Entry, Header]], year: int | None) -> _Taken:
    """What a row prints; where it is printed twice with different figures, that cannot be told."""
    taken = [_cell(document, entry, header, year) for entry, header in printed]
    full = [t for t in taken if t.piece is not None and t.piece.kind != "blank"]
    if not full:
        return next((t for t in taken if t.piece is not None or t.open), taken[0])
    first = full[0]
    if any(t.open or t.piece is None or t.piece.reading.value != first.piece.reading.value for t in full[1:]):  # type: ignore[union-attr]
        return _Taken(None, ("row_doubled",), True)
    return first


def _cell(document: Document, entry: Entry, header: Header, year: int | None) -> _Taken:
    """The cell of a row that holds this year's figure."""
    if entry.cut and not entry.cells:
        return _Taken(None, ("row_missing",))
    if entry.doubtful:
        return _Taken(None, (), True)
    names = header.half(entry.half)
    # running numbers of the other half, under a header of their own
    running = {column for column, kind, _ in header.cells if kind == "ordinal" and column >= 0}
    cells = [c for c in entry.cells if not entry.grid or document.columns[c.i] not in running]
    names = [name for name in names if name[1] != "ordinal" or name[0] < 0]
    wanted, flags = _wanted(names, year)
    if len(names) > 1:
        if by_column := _under(document, cells, names):
            if wanted is None:
                return _one_of([c for c, _ in by_column if c.kind != "blank"], cells)
            mine = [c for c, k in by_column if k == wanted]
            others = tuple(c for c, k in by_column if k != wanted and names[k][1] not in ("ordinal", "note"))
            if len(mine) == 1:
                return _Taken(mine[0], flags, False, others)
            if not mine:  # the cell under this year's header is lost
                return _Taken(None, ("ragged",), True)
        else:
            if len(cells) > len(names):  # empty lines between the rows of a text
                cells = [c for c in cells if c.i not in document.weak]
            if len(cells) == len(names) and wanted is not None:
                others = tuple(c for k, c in enumerate(cells) if k != wanted and names[k][1] not in ("ordinal", "note"))
                doubt = ("blank_lines",) if any(c.i in document.weak for c in cells) else ()
                return _Taken(cells[wanted], (*flags, *doubt), False, others)
    numbers = [c for c in cells if c.kind in ("number", "text")]
    if len(numbers) == 1:
        many = len(names) > 1 and wanted is None
        return _Taken(None, (), True) if many else _Taken(numbers[0], flags if len(names) < 2 else (*flags, "ragged"))
    if numbers:
        return _Taken(None, (), True)
    solid = [c for c in cells if c.i not in document.weak]
    # fewer cells than columns, and none has a figure: which of them is printed empty and which is lost is open
    return _Taken(next(iter(solid or cells), None), ("blank_lines",) if 0 < len(cells) < len(names) else ())


def _one_of(numbers: Sequence[Piece], cells: Sequence[Piece]) -> _Taken:
    """Figures of which none is named: one figure printed alone, or nothing that can be told."""
    if not numbers:
        return _Taken(cells[0] if cells else None)
    return _Taken(None, (), True)


def _under(document: Document, cells: Sequence[Piece], names: Sequence[tuple[int, str, str]]) -> list[tuple[Piece, int]]:
    """Each cell with the number of the name that it stands under; nothing where the grid does not say so of all."""
    found = []
    for cell in cells:
        at = document.columns[cell.i]
        if at < 0:
            return []
        under = [k for k, (column, _, _) in enumerate(names) if at <= column < at + document.spans[cell.i]]
        if len(under) == 1:
            found.append((cell, under[0]))
        elif cell.kind == "number":
            return []
    return found


def _wanted(names: Sequence[tuple[int, str, str]], year: int | None) -> tuple[int | None, tuple[str, ...]]:
    """Which of the named columns is this year's, and the flags of a figure from it; None where none can be chosen."""
    years = [(k, int(kind)) for k, (_, kind, _) in enumerate(names) if kind.isdigit()]
    if years:
        mine = [k for k, named in years if named == year]
        if len(mine) == 1:
            return mine[0], ()
        if len(years) == 1 and sum(kind == "value" for _, kind, _ in names) == 0:
            return years[0][0], ("other_year",) if year is not None else ()
        if len(years) > 1:
            return None, ()
    values = [k for k, (_, kind, _) in enumerate(names) if kind == "value"]
    if len(values) == 1:
        return values[0], ()
    rest = [k for k, (_, kind, _) in enumerate(names) if kind not in ("ordinal", "note", "blank")]
    return (rest[0], ()) if len(rest) == 1 and not values else (None, ())


def _agencies(found: Found) -> list[str]:
    """The agencies that the columns of the table are named after, where there are several."""
    for entry, header in zip(found.entries, found.headers, strict=True):
        named = [text for _, kind, text in header.half(entry.half) if kind == "text" and _names_agency(text)]
        if len(named) > 1 and sum(c.kind == "number" for c in entry.cells) > 1:
            return named
    return []


def _names_agency(text: str) -> bool:
    squeezed = "".join(text.split())
    return 1 < len(squeezed) <= 30 and (_AGENCY.search(squeezed) is not None or read_name(squeezed) is not None)


def _copies(document: Document, found: Found, year: int | None) -> list[_Copy]:
    """The printed copies: a new one begins where one of the first rows of the last comes again."""
    copies = [_Copy()]
    last: str | None = None
    small = _small_tables(found)
    for entry, header in zip(found.entries, found.headers, strict=True):
        if entry.table in small:
            continue
        if entry.key is None and entry.printed:
            copies[-1].unclear.append((entry, header))
        if entry.key is None or TABLE.row(entry.key).kind == "group":
            continue
        if not entry.printed and not copies[-1].rows:
            continue  # a word of the text above the table
        now = copies[-1]
        back = last is not None and POSITION[entry.key] <= POSITION[last]
        if back and entry.key in now.rows and entry.printed and len(now.rows) > 2 and entry.key in list(now.rows)[:2]:
            copies.append(now := _Copy())
        last = entry.key
        now.rows.setdefault(entry.key, []).append((entry, header))
        now.start = entry.label.i if now.start < 0 else min(now.start, entry.label.i)
    for copy in copies:
        tables = Counter(row[0].table for rows in copy.rows.values() for row in rows if row[0].printed)
        main = tables.most_common(1)[0][0] if tables else 0
        # a label among other text has nothing behind it; in the table it stands once more
        for key, rows in copy.rows.items():
            printed = [row for row in rows if row[0].printed] or rows[:1]
            copy.rows[key] = [row for row in printed if row[0].table == main] or printed
        _by_elimination(copy)
    copies = [c for c in copies if sum(rows[0][0].printed for rows in c.rows.values()) >= FEWEST_ROWS] or copies[:1]
    for copy in copies:
        named = _caption_year(document, copy.start)
        copy.other_year = year is not None and named is not None and named != year
    return copies


def _small_tables(found: Found) -> set[int]:
    """Tables that repeat a few indicators of a larger one (requests by channel, with a share of each) and are no copy."""
    keys: dict[int, set[str]] = {}
    for entry in found.entries:
        if entry.printed and entry.key:
            keys.setdefault(entry.table, set()).add(entry.key)
    most = max(map(len, keys.values()), default=0)
    return {
        table for table, own in keys.items()
        if table and len(own) * 2 <= most and own <= set().union(*(other for t, other in keys.items() if t != table))
    }  # fmt: skip


def _by_elimination(copy: _Copy) -> None:
    """A label that stands under two headings and once under none is the one that is not there yet."""
    for label in {entry.rows for entry, _ in copy.unclear}:
        same = [(entry, header) for entry, header in copy.unclear if entry.rows == label]
        left = [key for key in label if key not in copy.rows]
        if len(same) == len(left) == 1:
            entry, header = same[0]
            entry.key, entry.flags = left[0], (*entry.flags, "label_repeated")
            copy.rows[left[0]] = [(entry, header)]
            copy.unclear = [one for one in copy.unclear if one[0] is not entry]


def _caption_year(document: Document, start: int) -> int | None:
    """The year that the nearest caption above a table names."""
    for i in range(start - 1, max(-1, start - CAPTION_LINES), -1):
        text = document.texts[i]
        if len(text) <= LONGEST_CAPTION and _CAPTION.search(text) and (match := _YEAR.search(text)):
            return int(match[1])
    return None


