"""Cells and forms in, the value of every cell of the form out, with doubts and leftovers.
What a single row's numbers mean is left to `placing`, whether sums hold to `checks`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.parsers import placing, review
from gongkai.parsers.document import Document
from gongkai.parsers.forms import FORMS, Form, FormCell, Table
from gongkai.parsers.header import column_order
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import Token, tokens_of
from gongkai.parsers.placing import Reading, Row
from gongkai.parsers.report import Finding, Number, Value
from gongkai.parsers.runs import Run, label_of, runs_of, stretches, torn_score

_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年")
_LAST_YEAR = re.compile(r"上一?年度?(?!结转|项目)|去年|往年")
# A torn label counts as recognised when this share of it is there, and this much more than of any other.
TORN_ENOUGH, TORN_MARGIN = 0.6, 0.2

Key = tuple[str, str, str]


class Alignment(NamedTuple):
    """The form recognised (None: no table of a known form), a value for each of its cells, and the doubts.

    `tables`: the tables found. `years`: the years that captions beside the chosen tables name.
    """

    form: Form | None
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]
    tables: frozenset[str]


@dataclass(slots=True)
class Copy:
    """One printed copy of a table: its runs by row, in reading order."""

    rows: dict[str, list[Run]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    caption: list[int] = field(default_factory=list)
    other_year: bool = False


def align(document: Document, year: int | None = None) -> Alignment:
    """Every cell of the form that the document follows. `year`, when known, tells this year's tables from others."""
    tokens = tokens_of(document.texts)
    ranges = stretches(document, tokens)
    form = choose_form(tokens, ranges, year)
    if form is None:
        return Alignment(None, (), (), frozenset())
    values: dict[Key, Value] = {}
    findings: list[Finding] = []
    found: set[str] = set()
    for table in form.tables:
        if table.layout == "prose" or table.key not in ranges:
            continue
        runs = list(runs_of(document, tokens, ranges[table.key]))
        if table.layout == "across":
            placed = review.align_review(document, tokens, table, runs, year)
        else:
            placed = _align_rows(document, tokens, table, runs, year)
        if placed is not None:
            found.add(table.key)
            _store(document, tokens, table, placed, values, findings)
    return Alignment(form, _complete(form, values, found, findings), tuple(findings), frozenset(found))


def choose_form(tokens: Sequence[Token], ranges: dict[str, list[tuple[int, int]]], year: int | None) -> Form | None:
    """The form whose own labels the document prints; the year only breaks ties (domain.md 0.1)."""
    if not ranges:
        return None
    printed = {
        (role.what, role.table, role.key)
        for spans in ranges.values()
        for start, stop in spans
        for token in tokens[start:stop]
        if token.roles
        for role in token.roles
    }
    if not any(what in ("row", "column", "group") for what, _, _ in printed):
        return None
    best, best_score = None, -1.0
    for form in FORMS.values():
        own = _own_labels(form)
        score = len(own & printed) - sum(len(_own_labels(f) & printed) for f in FORMS.values() if f is not form) * 0.5
        if year is not None and form.years[0] <= year <= form.years[1]:
            score += 0.5
        if best is None or score > best_score:
            best, best_score = form, score
    return best


_OWN: dict[str, set[tuple[str, str, str]]] = {}


def _own_labels(form: Form) -> set[tuple[str, str, str]]:
    """Labels of this form that no other form has."""
    if not _OWN:
        labels = {
            f.version: {("row", t.key, r.key) for t in f.tables for r in t.value_rows}
            | {("column", t.key, c.key) for t in f.tables for r in t.rows for c in r.columns}
            for f in FORMS.values()
        }
        for version, own in labels.items():
            _OWN[version] = own.difference(*(o for v, o in labels.items() if v != version))
    return _OWN[form.version]


class Placed(NamedTuple):
    """A table's rows with all readings that are left of each, their column order, flags, and cells accounted for."""

    rows: dict[str, tuple[tuple[Reading, ...], tuple[str, ...], tuple[str, ...]]]
    span: tuple[int, int]
    notes: tuple[Finding, ...] = ()
    flags: dict[tuple[str, str], tuple[str, ...]] = {}


def _align_rows(document: Document, tokens: list[Token], table: Table, runs: list[Run], year: int | None) -> Placed | None:
    """A table whose rows are labelled: proactive and applications."""
    width = len(table.columns) if table.layout == "matrix" else 0
    if width:
        runs = [part for run in runs for part in _split_rows(document, tokens, run, width)]
    for run in runs:
        if (label := label_of(tokens, document, run, table)) is not None:
            run.row, run.how = label
    one_rows = {r.key: r.one_row for r in table.rows if r.one_row}
    _settle_groups(tokens, table, runs, one_rows)
    copies = _copies(document, tokens, table, runs, year)
    if not copies:
        return None
    notes: list[Finding] = []
    for copy in copies:
        _name_the_nameless(document, tokens, table, copy)
    copies.sort(key=lambda c: (c.other_year, -len(c.rows)))
    best = copies[0]
    placed = _place_copy(document, tokens, table, best, notes)
    if best.other_year:
        placed = placed._replace(rows={k: (r, o, (*f, "other_year")) for k, (r, o, f) in placed.rows.items()})
    flags: dict[tuple[str, str], tuple[str, ...]] = {}
    for copy in copies[1:]:
        if not copy.other_year and len(copy.rows) * 2 > len(best.rows):
            _compare(table, placed, _place_copy(document, tokens, table, copy, []), notes, flags)
    return placed._replace(notes=tuple(notes), flags=flags)


def _split_rows(document: Document, tokens: list[Token], run: Run, width: int) -> list[Run]:
    """One run of flattened text that holds the figures of several rows, as where the label between them is lost."""
    if run.grid or len(run.cells) < 2 * width:
        return [run]
    cells = [i for i in run.cells if i not in document.weak]
    if not any(tokens[i].kind == "number" for i in cells[width:]) or len(cells) < 2 * width:
        return [run]
    parts = [Run(cells[:width], run.before, grid=False)]
    rest = cells[width:]
    while rest:
        # padding of merged cells stands between complete rows
        while len(rest) > width and tokens[rest[0]].kind == "blank" and (len(rest) % width):
            rest = rest[1:]
        parts.append(Run(rest[:width], [], grid=False))
        rest = rest[width:]
    return [p for p in parts if any(tokens[i].kind == "number" or tokens[i].folded for i in p.cells) or p is parts[0]]


def _settle_groups(tokens: list[Token], table: Table, runs: list[Run], one_rows: dict[str, tuple[str, ...]]) -> None:
    """A group that a form may print as one row is a row only where its members are not printed."""
    if not one_rows:
        return
    for run in runs:
        if run.row is None and run.before:
            key = tokens[run.before[-1]].role("group", table.key)
            if key in one_rows:
                run.row, run.how = key, "label"


def _copies(document: Document, tokens: list[Token], table: Table, runs: list[Run], year: int | None) -> list[Copy]:
    """The printed copies of a table: a new one starts where the first rows come again."""
    first_keys = {r.key for r in table.value_rows[:2]}
    copies: list[Copy] = []
    copy = Copy()
    last: str | None = None
    for run in runs:
        key = run.row
        if key is not None and key in copy.rows and key != last and key in first_keys:
            copies.append(copy)
            copy = Copy()
        elif key is not None and key in copy.rows and key != last and len(copy.rows) > 2 and _has_header(tokens, table, run):
            copies.append(copy)
            copy = Copy()
        if key is not None:
            if not copy.rows:
                copy.caption = list(run.before)
            copy.rows.setdefault(key, []).append(run)
            last = key
        copy.runs.append(run)
    copies.append(copy)
    copies = [c for c in copies if c.rows and any(tokens[i].kind == "number" or tokens[i].folded for r in c.runs for i in r.cells) or len(c.rows) > 1]
    for c in copies:
        c.other_year = _is_other_year(document, tokens, c, year)
    return copies


def _has_header(tokens: list[Token], table: Table, run: Run) -> bool:
    return any(r.table == table.key and r.what in ("column", "caption") for i in run.before for r in tokens[i].roles)


def _is_other_year(document: Document, tokens: list[Token], copy: Copy, year: int | None) -> bool:
    """The caption before the table names another year, or says last year."""
    for i in copy.caption:
        text = document.texts[i]
        if len(text) > 60:
            continue
        named = [int(y) for y in _YEAR.findall(text)]
        if year is not None and named and year not in named:
            return True
        if not named and tokens[i].kind != "label" and _LAST_YEAR.search(text) and len(text) < 30:
            return True
    return False


def _name_the_nameless(document: Document, tokens: list[Token], table: Table, copy: Copy) -> None:
    """Runs without a label of their own get the row that their torn label or their order leaves them."""
    nameless = [r for r in copy.runs if r.row is None]
    if not nameless:
        return
    keys = [r.key for r in table.rows if r.kind == "value" or r.one_row]
    for k, run in enumerate(copy.runs):
        if run.row is None:
            free = _free_between(copy, k, keys)
            following = copy.runs[k + 1].before if k + 1 < len(copy.runs) else []
            if row := _torn(document, tokens, table, run, following, free):
                run.row, run.how = row, "torn"
                copy.rows.setdefault(row, []).append(run)
    k = 0
    while k < len(copy.runs):
        if copy.runs[k].row is not None:
            k += 1
            continue
        stop = k
        while stop < len(copy.runs) and copy.runs[stop].row is None:
            stop += 1
        gap = [r for r in copy.runs[k:stop] if len(r.cells) >= 2 or len(table.columns) < 7 or table.layout == "blocks"]
        free = _free_between(copy, k, keys)
        if any(m in copy.rows for r in table.rows for m in r.one_row):
            free = [f for f in free if not table.row(f).one_row]
        elif len(free) > len(gap):
            free = [f for f in free if not any(f in r.one_row for r in table.rows)] if any(
                r.one_row and r.key in copy.rows for r in table.rows
            ) else [f for f in free if not table.row(f).one_row]
        if gap and len(gap) == len(free) and copy.rows:
            for run, key in zip(gap, free, strict=True):
                run.row, run.how = key, "order"
                copy.rows.setdefault(key, []).append(run)
        k = stop


def _free_between(copy: Copy, k: int, keys: list[str]) -> list[str]:
    """The rows of the form that stand between the nearest named rows around run k and were not found."""
    low, high = -1, len(keys)
    for run in reversed(copy.runs[:k]):
        if run.row in keys:
            low = keys.index(run.row)
            break
    for run in copy.runs[k + 1 :]:
        if run.row in keys:
            high = keys.index(run.row)
            break
    return [key for key in keys[low + 1 : high] if key not in copy.rows]


def _torn(
    document: Document, tokens: list[Token], table: Table, run: Run, following: list[int], free: list[str]
) -> str | None:
    """The row whose label is torn around the run, or printed with characters lost; None unless one stands out."""
    def loose(cells: Sequence[int]) -> str:
        return "".join(tokens[i].folded for i in cells if tokens[i].kind == "text" and len(tokens[i].folded) < 60)

    pieces = loose(run.before[-4:])
    if not pieces:
        return None
    around = pieces + loose(following[:2])
    scores = sorted(
        ((max(torn_score(around, fold(label)) for label in (row.label, *row.aliases)), row.key) for row in table.rows
         if row.key in free),
        reverse=True,
    )  # fmt: skip
    if not scores or scores[0][0] < TORN_ENOUGH:
        return None
    if len(scores) > 1 and scores[0][0] - scores[1][0] < TORN_MARGIN:
        return None
    return scores[0][1]


def _place_copy(document: Document, tokens: list[Token], table: Table, copy: Copy, notes: list[Finding]) -> Placed:
    rows: dict[str, tuple[tuple[Reading, ...], tuple[str, ...], tuple[str, ...]]] = {}
    cells = [i for r in copy.runs for i in r.cells]
    span = (min(cells), max(cells) + 1)
    used: set[int] = set()
    if table.layout == "matrix":
        order, header_flags = column_order(document, tokens, table, copy.runs)
        columns = placing.data_columns(document, copy.runs, len(order))
        candidates: dict[str, Row] = {}
        flags: dict[str, tuple[str, ...]] = {}
        for key, runs in copy.rows.items():
            row = _one_of(document, tokens, runs, len(order), columns)
            candidates[key] = row
            flags[key] = header_flags + row.flags + _how(runs)
        complete = all(r.key in candidates for r in table.value_rows if not _stands_in(table, r.key, candidates))
        left = placing.choose(table, order, candidates, complete)
        for key, readings in left.items():
            rows[key] = (readings, order, flags[key])
    else:
        header: dict[str, tuple[str, ...]] = {}
        for run in copy.runs:
            for caption_row in table.rows:
                keys = [c.key for c in caption_row.columns]
                named = [k for i in run.before if (k := tokens[i].role("column", table.key)) in keys]
                if len(named) > 1 and sorted(named) == sorted(keys):
                    header[caption_row.caption or ""] = tuple(named)  # type: ignore[arg-type]
        for key, runs in copy.rows.items():
            form_row = table.row(key)
            order = tuple(c.key for c in form_row.columns)
            own = header.get(form_row.caption or "", order)
            if sorted(own) == sorted(order):
                order = own
            row = _one_of(document, tokens, runs, len(order), ())
            rows[key] = (row.readings, order, row.flags + _how(runs))
    for readings, _, _ in rows.values():
        used.update(i for reading in readings for s in reading for i in s.cells)
    for key, runs in copy.rows.items():
        for run in runs[1:]:
            used.update(run.cells if _same_figures(tokens, runs[0], run) else ())
    for run in copy.runs:
        for i in run.cells:
            if tokens[i].kind == "number" and i not in used:
                notes.append(Finding("left_over", table.key, run.row, None, None, tokens[i].reading.value, "extraction",
                                     f"{document.texts[i]!r} at {document.at(i)} belongs to no cell of the form"))  # fmt: skip
    return Placed(rows, span)


def _stands_in(table: Table, key: str, found: dict[str, Row]) -> bool:
    """Row `key` is not expected because the group it belongs to is printed as one row."""
    return any(key in r.one_row and r.key in found for r in table.rows)


def _how(runs: list[Run]) -> tuple[str, ...]:
    how = runs[0].how
    return () if how == "label" else (f"label_{'missing' if how == 'order' else how}",)


def _same_figures(tokens: list[Token], a: Run, b: Run) -> bool:
    return [tokens[i].reading.value for i in a.cells] == [tokens[i].reading.value for i in b.cells]


def _one_of(document: Document, tokens: list[Token], runs: list[Run], width: int, columns: tuple[int, ...]) -> Row:
    """The readings of a row; where it is printed twice with other figures, those of both."""
    row = placing.readings_of(document, tokens, runs[0], width, columns)
    for other in runs[1:]:
        if not _same_figures(tokens, runs[0], other):
            more = placing.readings_of(document, tokens, other, width, columns)
            row = Row(row.readings + more.readings, (*row.flags, "row_doubled"))
    return row


def _compare(
    table: Table, placed: Placed, other: Placed, notes: list[Finding], flags: dict[tuple[str, str], tuple[str, ...]]
) -> None:
    """A second copy of the table on the page: cells that differ are flagged and named."""
    for key, (readings, order, _) in placed.rows.items():
        second = other.rows.get(key)
        if second is None or len(readings) != 1 or len(second[0]) != 1:
            continue
        theirs = dict(zip(second[1], second[0][0], strict=True))
        for column, mine in zip(order, readings[0], strict=True):
            if column in theirs and theirs[column].value != mine.value:
                flags[key, column] = ("second_copy_differs",)
                notes.append(Finding("copies_disagree", table.key, key, column, mine.value, theirs[column].value,
                                     "publisher", "a second copy of the table on the same page prints another figure"))  # fmt: skip


def _store(
    document: Document, tokens: list[Token], table: Table, placed: Placed, values: dict[Key, Value],
    findings: list[Finding],
) -> None:  # fmt: skip
    """Readings into values: cells on which all readings agree are taken, others are unreadable."""
    findings.extend(placed.notes)
    texts = document.texts
    name = table.key
    for key, (readings, order, flags) in placed.rows.items():
        units = {c.key: c for c in table.row(key).columns}
        if not readings:
            for column in units.values():
                values[name, key, column.key] = Value(name, key, column.key, None, column.unit, None, "unreadable",
                                                      None, (*flags, "ragged"))  # fmt: skip
            findings.append(Finding("row_ragged", name, key, None, None, None, "extraction",
                                    "the numbers of this row cannot be told apart"))  # fmt: skip
            continue
        first = readings[0]
        torn = False
        for k, column_key in enumerate(order):
            column = units.get(column_key)
            if column is None:
                continue
            slot = first[k]
            own = placed.flags.get((key, column_key))
            cell_flags = flags + own if own else flags
            if len(readings) > 1 and any(r[k].value != slot.value for r in readings[1:]):
                torn = True
                values[name, key, column_key] = Value(name, key, column_key, None, column.unit, None, "unreadable",
                                                      None, (*cell_flags, "several_readings"))  # fmt: skip
                continue
            if not slot.cells:
                values[name, key, column_key] = Value(name, key, column_key, None, column.unit, None, "blank", None,
                                                      cell_flags)  # fmt: skip
                continue
            i = slot.cells[0]
            token = tokens[i]
            raw = texts[i]
            if token.kind == "number":
                unit = column.unit
                reading = token.reading
                if reading.flags or reading.unit or column.type != "int" or len(slot.cells) > 1 or slot.value < 0:  # type: ignore[operator]
                    value, unit, more = _typed(column.type, unit, slot.value, reading.unit, reading.flags)
                    cell_flags = cell_flags + more
                    if len(slot.cells) > 1:
                        raw = " ".join(texts[j] for j in slot.cells)
                        cell_flags = (*cell_flags, "split_digits")
                else:
                    value = slot.value
                values[name, key, column_key] = Value(name, key, column_key, value, unit, raw, "reported", None,
                                                      cell_flags, document.at(i))  # fmt: skip
            else:
                values[name, key, column_key] = Value(name, key, column_key, None, column.unit, raw, "blank", None,
                                                      cell_flags, document.at(i))  # fmt: skip
        if torn:
            findings.append(Finding("row_ragged", name, key, None, len(order), len([s for s in first if s.cells]),
                                    "extraction", f"{len(readings)} readings of this row are possible"))  # fmt: skip


def _typed(
    kind: str, unit: str, value: Number | None, printed_unit: str, flags: tuple[str, ...]
) -> tuple[Number | None, str, tuple[str, ...]]:
    """A number under its column's type: whole where the form counts, with the unit that the cell prints."""
    more = flags
    if value is None:
        return value, unit, more
    if kind != "decimal":
        if value != int(value):
            more = (*more, "not_whole")
        else:
            value = int(value)
        if value < 0 and kind == "int":
            more = (*more, "negative")
    if printed_unit in ("元", "万元", "亿元"):
        if unit and unit != printed_unit:
            more = (*more, "other_unit")
        unit = printed_unit
    return value, unit, more


def _complete(form: Form, values: dict[Key, Value], found: set[str], findings: list[Finding]) -> tuple[Value, ...]:
    """A value for every cell of the form, those not found as absent with the reason."""
    out: list[Value] = []
    printed = {(t, r) for t, r, _ in values}
    missing: set[tuple[str, str]] = set()
    alternatives = {
        (t.key, r.key): {(t.key, m) for m in r.one_row} for t in form.tables for r in t.rows if r.one_row
    }
    members = {m: one for one, ms in alternatives.items() for m in ms}
    for cell in form.cells:
        value = values.get((cell.table, cell.row, cell.column))
        if value is not None:
            out.append(value)
            continue
        row = (cell.table, cell.row)
        out.append(_absent(cell, row, printed, found, alternatives, members, missing))
    for table, row in sorted(missing):
        findings.append(Finding("row_missing", table, row, None, None, None, "extraction",
                                "the table was found, this row of it was not"))  # fmt: skip
    return tuple(out)


def _absent(
    cell: FormCell, row: tuple[str, str], printed: set[tuple[str, str]], found: set[str],
    alternatives: dict[tuple[str, str], set[tuple[str, str]]], members: dict[tuple[str, str], tuple[str, str]],
    missing: set[tuple[str, str]],
) -> Value:  # fmt: skip
    flags: tuple[str, ...] = ()
    if cell.table == "narrative":
        pass
    elif cell.table not in found:
        flags = ("table_missing",)
    elif row in alternatives:
        # the group as one row is the other way to print the same form; its absence is no doubt
        pass
    elif members.get(row) in printed:
        pass
    elif row in printed:
        flags = ("column_missing",)
    else:
        flags = ("row_missing",)
        missing.add(row)
    return Value(cell.table, cell.row, cell.column, None, cell.unit, None, "absent", None, flags)
