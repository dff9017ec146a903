"""Tables whose rows have labels (proactive disclosure, applications): runs of figures into placed rows.
Copies and rows without a label are left to `copies`, the placing of one row's numbers to `placing`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import mode

from gongkai.parsers.copies import (
    Copy,
    copies_of,
    doubt_crowded,
    drop_ordinals,
    drop_spacing,
    name_by_labels_behind,
    name_the_nameless,
    same_figures,
    settle_groups,
    split_rows,
)
from gongkai.parsers.document import Document
from gongkai.parsers.forms import Table
from gongkai.parsers.header import block_orders, column_order
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import Token, roles_of
from gongkai.parsers.other_columns import is_other
from gongkai.parsers.packing import drop_spanned, pack_rows
from gongkai.parsers.placing import (
    Columns,
    Placed,
    PlacedRow,
    Row,
    choose,
    data_columns,
    left_over,
    readings_of,
    whole_rows,
)
from gongkai.parsers.report import Finding
from gongkai.parsers.runs import Run, label_of, may_be_odd

MANY_LEFT_OVER, LEFT_OVER_SHARE = 4, 4
"""So many figures that are nobody's, and one for each so many that have a place, are no remark in the margin but disorder."""
FEWEST_COMPARED = 3  # rows of a second copy, torn or of some rows only, that can say it is not the first once more

_NOT_BY_ITS_LABEL = ("torn", "missing", "crowded")
_HOLDS_FIGURE = re.compile(r"[\s:：]\d+$")
_YEARLY = re.compile(r"\s*(20\d\d)\s*年度?")


def place_labelled(
    document: Document, tokens: Sequence[Token], table: Table, runs: list[Run], year: int | None
) -> Placed | None:
    """The rows of the table with their readings; None where the document prints none of it."""
    notes: list[Finding] = []
    if table.layout == "matrix":
        blanks = drop_spacing(document, runs, table)
        if document.kind == "text" and not pack_rows(document, tokens, runs, len(table.columns)):
            drop_spanned(tokens, table, runs, len(table.columns))
        runs = whole_rows(document, tokens, runs, data_columns(document, tokens, table, runs, len(table.columns)))
        runs = drop_ordinals(document, tokens, table, runs)
        runs = [part for run in runs for part in split_rows(document, tokens, table, run)]
    if table.layout == "blocks":
        runs = _take_odd_cells(document, tokens, table, runs)
    if not name_by_labels_behind(document, tokens, table, runs):
        for run in runs:
            if (label := label_of(tokens, document, run, table)) is not None:
                run.row, run.how = label
                if run.how == "label" and run.before and _HOLDS_FIGURE.search(document.texts[run.before[-1]]):
                    run.flags = ("ragged",)  # the first figure may stand in the label's cell
    if table.layout == "blocks":
        blanks = drop_spacing(document, runs, table)
    settle_groups(tokens, table, runs)
    # rows of another form, or of a local addition, are no rows of this one
    foreign = [r for r in runs if r.row is not None and not table.has_row(r.row)]
    if table.layout == "blocks":
        _drop_repeats(document, tokens, table, runs)
        notes += _drop_other_columns(document, tokens, table, runs, year)
    copies = copies_of(document, tokens, table, [r for r in runs if r not in foreign], year)
    if not copies:
        return None
    notes += [
        left_over(document, tokens[i], table, i, run.row)
        for run in foreign
        for i in run.cells
        if tokens[i].kind == "number"
    ]
    for copy in copies:
        name_the_nameless(document, tokens, table, copy)
        doubt_crowded(tokens, copy)
    figures = [sum(len(runs[0].cells) for runs in c.rows.values()) for c in copies]
    narrow = {id(c) for c, n in zip(copies, figures, strict=True) if 2 * n < max(figures)}  # one of its columns alone, say
    copies.sort(key=lambda c: (c.is_another, -len(c.rows), id(c) in narrow))
    best, *others = copies
    placed = _place_copy(document, tokens, table, best, blanks)
    flags: dict[tuple[str, str], tuple[str, ...]] = {}
    for copy in others:
        fewest = 1 if table.layout == "blocks" and _is_plain(copy) else FEWEST_COMPARED
        if not copy.is_another and len(copy.rows) >= fewest:
            other = _place_copy(document, tokens, table, copy, blanks)
            if (joined := _beside(placed, other)) is not None:
                placed = joined
            else:
                notes += compare_copies(table, placed, other, flags)
    return Placed(placed.rows, (*placed.notes, *notes), flags)


def _is_plain(copy: Copy) -> bool:
    """Each row of the copy stands in a grid with its label."""
    return all(run.grid and run.how == "label" for runs in copy.rows.values() for run in runs)


def _beside(one: Placed, two: Placed) -> Placed | None:
    """The two as one table, where the second goes on with the columns that the first does not print; None otherwise."""
    if one.rows.keys() != two.rows.keys():
        return None
    rows: dict[str, PlacedRow] = {}
    for key, left in one.rows.items():
        right = two.rows[key]
        if set(left.order) & set(right.order) or len(left.readings) != 1 or len(right.readings) != 1:
            return None
        flags = tuple(dict.fromkeys((*left.flags, *right.flags)))
        rows[key] = PlacedRow((left.readings[0] + right.readings[0],), left.order + right.order, flags)
    return Placed(rows, (*one.notes, *two.notes))


def _take_odd_cells(document: Document, tokens: Sequence[Token], table: Table, runs: list[Run]) -> list[Run]:
    """The runs, where a grid row with as many cells behind its label as it has columns is whole, whatever is printed in them."""
    rows = document.rows
    if any(r.grid and r.before and tokens[r.before[-1]].role("column", table.key) and rows[r.before[-1]] == rows[r.cells[0]] for r in runs):
        return runs  # names of columns stand in the rows of their figures: an odd cell may be one of them
    whole: list[Run] = []
    for run in runs:
        if whole and run.grid and rows[run.cells[0]] == rows[whole[-1].cells[0]] and set(run.cells) <= set(whole[-1].cells):
            continue  # the rest of a row that is whole already
        whole.append(run)
        if not run.grid:
            continue
        ahead = range(document.printed_row(run.cells[0])[0], run.cells[0])
        labels = [i for i in ahead if (key := tokens[i].role("row", table.key)) and table.has_row(key)]
        if not labels:
            continue
        label = labels[-1]
        width = len(table.row(tokens[label].role("row", table.key) or "").columns)
        if len(run.cells) >= width:
            continue
        cells = [i for i in range(label + 1, min(label + 1 + width, len(rows))) if rows[i] == rows[label]]
        behind = label + 1 + width
        ends = behind >= len(rows) or rows[behind] != rows[label]
        if ends and len(cells) == width and all(may_be_odd(tokens[i]) for i in cells):
            run.before = [i for i in run.before if i not in cells]
            if label not in run.before:
                run.before.append(label)
            run.cells = cells
    return whole


def _drop_other_columns(
    document: Document, tokens: Sequence[Token], table: Table, runs: list[Run], year: int | None
) -> list[Finding]:
    """Rows under a header with columns that the form has not (last year's figures, revised documents) keep the
    figures of the form's columns; the others are left over."""
    notes: list[Finding] = []
    header: list[int] = []
    for run in runs:
        for k, i in enumerate(run.before):
            if any(r.what in ("furniture", "caption") and r.table == table.key for r in tokens[i].roles):
                header = [j for j in run.before[k + 1 :] if tokens[j].role("row", table.key) is None]
        if run.row is None or not table.has_row(run.row):
            continue
        if len(header) != len(run.cells):
            if any(is_other(document.texts[j], year) for j in header):
                run.flags = ("extra_column",)  # which of its columns a row leaves out is open
            continue
        keys = [c.key for c in table.row(run.row).columns]
        named = [_column_of(document, tokens, table, j, year) for j in header]
        if len(run.cells) > len(keys) and sorted(k for k in named if k in keys) == sorted(keys):
            dropped = [i for i, key in zip(run.cells, named, strict=True) if key not in keys]
            run.cells = [i for i in run.cells if i not in dropped]
            notes += [left_over(document, tokens[i], table, i, run.row) for i in dropped if tokens[i].kind == "number"]
    return notes


def _column_of(document: Document, tokens: Sequence[Token], table: Table, i: int, year: int | None) -> str | None:
    """The column that a header cell names; 2024年处理决定数量 names one in the report on 2024 only."""
    if match := _YEARLY.match(document.texts[i]):
        if int(match[1]) != year:
            return None
        roles = roles_of(fold(document.texts[i][match.end() :]))
    else:
        roles = tokens[i].roles
    return next((r.key for r in roles if r.what == "column" and r.table == table.key), None)


def _drop_repeats(document: Document, tokens: Sequence[Token], table: Table, runs: list[Run]) -> None:
    """A merged cell written out once for each column it spans (as converters to Markdown do) is one cell: the
    same text under the same header label."""
    header: dict[int, str] = {}
    for run in runs:
        named = {document.columns[i]: k for i in run.before if (k := tokens[i].role("column", table.key))}
        header = named or header
        if run.grid and len(set(header.values())) < len(header):
            kept: list[int] = []
            for i in run.cells:
                key = header.get(document.columns[i])
                last = kept[-1] if kept else None
                same = last is not None and key is not None and header.get(document.columns[last]) == key
                if not (same and last is not None and document.texts[last] == document.texts[i]):
                    kept.append(i)
            run.cells = kept


def _place_copy(document: Document, tokens: Sequence[Token], table: Table, copy: Copy, blanks: bool) -> Placed:
    """One printed copy, every number of it placed or left over."""
    rows: dict[str, PlacedRow] = {}
    marks = (copy.other,) if copy.other else ()
    if table.layout == "matrix":
        order, marks_of_header = column_order(document, tokens, table, copy.runs)
        columns = data_columns(document, tokens, table, copy.runs, len(order))
        usual = mode(len(runs[0].cells) for runs in copy.rows.values())
        found = {key: _one_of(document, tokens, runs, len(order), columns, blanks, usual) for key, runs in copy.rows.items()}
        moved_rows = _moved_rows(document, table, copy)
        complete = all(r.key in found for r in table.value_rows if not _stands_in(table, r.key, found))
        for key, readings in choose(table, order, found, complete).items():
            astray = ("disordered",) if key == "total" and _stands_among_others(table, copy) else ()
            moved = ("ragged",) if key in moved_rows else ()
            flags = tuple(dict.fromkeys((*marks, *marks_of_header, *found[key].flags, *moved, *_how(copy.rows[key]), *astray)))
            rows[key] = PlacedRow(readings, order, flags)
    else:
        orders = block_orders(tokens, table, copy.runs)
        for key, runs in copy.rows.items():
            order = orders[key]
            row = _one_of(document, tokens, runs, len(order), {}, blanks)
            rows[key] = PlacedRow(row.readings, order, (*marks, *row.flags, *_how(runs)))
    used = {i for row in rows.values() for reading in row.readings for slot in reading for i in slot.cells}
    for key in _empty_beside_figures(tokens, copy.runs, used):
        if key in rows:
            rows[key] = rows[key]._replace(flags=(*rows[key].flags, "figures_beside"))
    for runs in copy.rows.values():
        used.update(i for run in runs[1:] if same_figures(tokens, runs[0], run) for i in run.cells)
    notes = tuple(
        left_over(document, tokens[i], table, i, run.row)
        for run in copy.runs
        for i in run.cells
        if tokens[i].kind == "number" and i not in used
    )
    if _is_disordered(document, tokens, table, copy, rows, used):
        rows = {key: row._replace(flags=(*row.flags, "disordered")) for key, row in rows.items()}
    return Placed(rows, notes)


def _moved_rows(document: Document, table: Table, copy: Copy) -> set[str]:
    """The rows of the first level (一、, 二、, 四、) whose label does not stand where that of the first one does: a merged cell
    above reaches too far down, and a figure may have fallen off."""
    labels: dict[str, int] = {}
    for row in table.rows:
        if row.parent is None and row.key in copy.rows:
            run = copy.rows[row.key][0]
            if run.grid and run.before and document.rows[run.before[-1]] == document.rows[run.cells[0]]:
                labels[row.key] = document.columns[run.before[-1]]
    first = next(iter(labels.values()), -1)
    return {key for key, column in labels.items() if column > first >= 0}


def _stands_among_others(table: Table, copy: Copy) -> bool:
    """Rows that the form has above its total are printed below the first that is called so: it may be the sum of a group."""
    position = {r.key: k for k, r in enumerate(table.rows)}
    first = next(k for k, run in enumerate(copy.runs) if run.row == "total")
    return sum(run.row is not None and position[run.row] < position["total"] for run in copy.runs[first + 1 :]) >= FEWEST_COMPARED


def _is_disordered(
    document: Document, tokens: Sequence[Token], table: Table, copy: Copy, rows: dict[str, PlacedRow], used: set[int]
) -> bool:
    """So much of the table cannot be placed that no row is beyond doubt: the figures of most rows cannot be told apart, or
    many figures of flattened text are nobody's."""
    if table.layout == "matrix" and len(rows) < FEWEST_COMPARED and max(document.columns[run.cells[0]] for run in copy.runs) < 0:
        return True  # a line or two with the table's words may be prose
    if len(rows) >= FEWEST_COMPARED and 2 * sum("ragged" in row.flags for row in rows.values()) > len(rows):
        return True
    nobodys = sum(tokens[i].kind == "number" and i not in used for run in copy.runs if not run.grid for i in run.cells)
    return nobodys >= MANY_LEFT_OVER and nobodys * LEFT_OVER_SHARE >= sum(tokens[i].kind == "number" for i in used)


def _empty_beside_figures(tokens: Sequence[Token], runs: Sequence[Run], used: set[int]) -> Iterator[str]:
    """The rows without any figure over or under which figures stand without a row: a line or a page break may have parted
    the two, and nothing says that they are blank."""
    figures = [sum(tokens[i].kind == "number" for i in run.cells) for run in runs]
    if all(figures):
        return
    runs = [run for run, count in zip(runs, figures, strict=True) if count or run.row is not None]  # blank lines part nothing
    figures = [sum(tokens[i].kind == "number" for i in run.cells) for run in runs]

    def open_to_it(run: Run, count: int) -> bool:
        nobodys = run.row is None and not used.intersection(run.cells)
        return count > 1 and (nobodys or run.how in _NOT_BY_ITS_LABEL)

    near = [open_to_it(run, count) for run, count in zip(runs, figures, strict=True)]
    for k, run in enumerate(runs):
        if run.row is not None and not figures[k] and any(near[max(0, k - 1) : k + 2]):
            yield run.row


def _stands_in(table: Table, key: str, found: dict[str, Row]) -> bool:
    """Row `key` is not expected because the group it belongs to is printed as one row."""
    return any(key in r.one_row and r.key in found for r in table.rows)


def _how(runs: list[Run]) -> tuple[str, ...]:
    return runs[0].flags if runs[0].how == "label" else (*runs[0].flags, f"label_{runs[0].how}")


def _one_of(
    document: Document, tokens: Sequence[Token], runs: list[Run], width: int, columns: Columns, blanks: bool,
    usual: int | None = None,
) -> Row:
    """The readings of a row; where it is printed twice with other figures, those of both."""
    row = readings_of(document, tokens, runs[0], width, columns, blanks=blanks, usual=usual)
    for other in runs[1:]:
        if not same_figures(tokens, runs[0], other):
            more = readings_of(document, tokens, other, width, columns, blanks=blanks, usual=usual)
            row = Row(row.readings + more.readings, tuple(dict.fromkeys((*row.flags, "row_doubled"))))
    return row


def compare_copies(
    table: Table, placed: Placed, other: Placed, flags: dict[tuple[str, str], tuple[str, ...]]
) -> list[Finding]:
    """A second copy of the table on the page: cells that differ are flagged and named."""
    notes: list[Finding] = []
    alone: list[tuple[str, str]] = []  # cells that the other copy does not print, or not so that they can be told
    for key, mine in placed.rows.items():
        theirs = other.rows.get(key)
        seconds = [] if theirs is None else [dict(zip(theirs.order, r, strict=True)) for r in theirs.readings]
        for k, column in enumerate(mine.order):
            if len(mine.readings) != 1 or not seconds or column not in seconds[0]:
                alone.append((key, column))
                continue
            first = mine.readings[0][k].value
            printed = {second[column].value for second in seconds}
            if printed == {first}:
                continue
            if first in printed:
                alone.append((key, column))
                continue
            flags[key, column] = ("second_copy_differs",)
            notes.append(
                Finding(
                    "copies_disagree",
                    table.key,
                    key,
                    column,
                    first,
                    printed.pop() if len(printed) == 1 else None,
                    "publisher",
                    "a second copy of the table on the same page prints another figure",
                )
            )
    if notes:
        # which of the two is the agency's own is open, so what only one of them prints is in doubt as well
        flags.update((cell, ("second_copy_differs",)) for cell in alone if cell not in flags)
    return notes
