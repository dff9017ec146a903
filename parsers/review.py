"""The table of reconsiderations and lawsuits: three groups of five figures, printed side by side, apart or upright.
Its labels stand over its figures, so order and header decide; sums only where cells are missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.parsers import placing
from gongkai.parsers.captions import names_other_year
from gongkai.parsers.copies import Copy, mark_others
from gongkai.parsers.document import Document
from gongkai.parsers.forms import Table
from gongkai.parsers.labelled import compare_copies
from gongkai.parsers.lexicon import Token
from gongkai.parsers.placing import Placed, PlacedRow, Reading, Row
from gongkai.parsers.report import Finding
from gongkai.parsers.runs import VALUE_KINDS, Run, may_be_odd

_ROW_OF_YEAR = re.compile(r"\s*(20\d\d)\s*年?度?\s*")


def place_review(
    document: Document, tokens: Sequence[Token], table: Table, runs: list[Run], year: int | None
) -> Placed | None:
    """The groups with their figures, or None where no figure of this table is printed."""
    copies = _copies(tokens, table, _own_runs(tokens, table, _whole(document, tokens, table, runs)))
    if not copies:
        return None
    mark_others(document, tokens, table, copies, year)
    copies.sort(key=lambda c: c.is_another)
    best, *others = copies
    placed = _place(document, tokens, table, best.runs, year)
    if best.other:
        rows = {k: r._replace(flags=(*r.flags, best.other)) for k, r in placed.rows.items()}
        placed = placed._replace(rows=rows)
    flags: dict[tuple[str, str], tuple[str, ...]] = {}
    notes: list[Finding] = []
    for copy in others:
        if not copy.is_another:
            notes += compare_copies(table, placed, _place(document, tokens, table, copy.runs, year), flags)
    return Placed(placed.rows, (*placed.notes, *notes), flags)


def _whole(document: Document, tokens: Sequence[Token], table: Table, runs: list[Run]) -> list[Run]:
    """The runs, where a word or sign among the figures (见附件, 3-5) is one odd cell of its row: in a grid, and in flattened
    text where all figures stand together but for it."""
    rows = document.rows
    whole: list[Run] = []
    for run in runs:
        row = rows[run.cells[0]]
        if whole and run.grid and rows[whole[-1].cells[0]] == row and set(run.cells) <= set(whole[-1].cells):
            continue
        whole.append(run)
        if not run.grid:
            continue
        cells = list(document.printed_row(run.cells[0]))
        while cells[0] < run.cells[0] and _is_label(tokens[cells[0]]):
            del cells[0]
        if len(cells) > len(run.cells) and not any(_is_label(tokens[i]) for i in cells) and _are_figures(tokens, cells):
            run.before = [i for i in run.before if i not in cells]
            run.cells = cells
    return _joined(tokens, whole, len(table.rows) * len(table.columns))


def _joined(tokens: Sequence[Token], runs: list[Run], size: int) -> list[Run]:
    """Runs of flattened text with one odd cell between each, put together where they are all figures of the table."""
    for k, first in enumerate(runs):
        cells, stop = list(first.cells), k + 1
        while not first.grid and len(cells) < size and stop < len(runs) and not runs[stop].grid:
            between = runs[stop].before
            if len(between) != 1 or _is_label(tokens[between[0]]) or between[0] != cells[-1] + 1:
                break
            cells += between + runs[stop].cells
            stop += 1
        if not first.grid and len(cells) < size:  # the first or the last of them may be the odd one
            for i, ends in ((cells[0] - 1, False), (cells[-1] + 1, True)):
                if len(cells) < size and 0 <= i < len(tokens) and tokens[i].kind != "label" and may_be_odd(tokens[i]) and not _is_label(tokens[i]):
                    cells = [*cells, i] if ends else [i, *cells]
        if len(cells) == size > len(first.cells) and _are_figures(tokens, cells):
            first.before = [i for i in first.before if i not in cells]
            first.cells = cells
            return [*runs[: k + 1], *runs[stop:]]
    return runs


def _are_figures(tokens: Sequence[Token], cells: Sequence[int]) -> bool:
    return all(may_be_odd(tokens[i]) for i in cells) and 2 * sum(tokens[i].kind in VALUE_KINDS for i in cells) > len(cells)


def _is_label(token: Token) -> bool:
    """A label, or a word that may be one; a single character, or what has digits, rather stands in a figure's place."""
    return token.kind == "label" or _ROW_OF_YEAR.fullmatch(token.folded) is not None or (token.kind == "text" and len(token.folded) > 1 and not any(c.isdigit() for c in token.folded))


def _copies(tokens: Sequence[Token], table: Table, runs: list[Run]) -> list[Copy]:
    """The printed copies of the table: another begins with its header after all figures have been printed."""
    size = len(table.rows) * len(table.columns)
    copies: list[Copy] = []
    outcomes_named: list[int] = []
    for run in runs:
        named, outcomes = _header(tokens, table, run.before)
        printed = sum(_printed_cells(tokens, table, r) for r in copies[-1].runs) if copies else 0
        again = table.rows[0].key in named and printed > len(table.columns)
        if not copies or again or ((named or outcomes) and printed >= size):
            copies.append(Copy())
            outcomes_named.append(0)
        copies[-1].runs.append(run)
        outcomes_named[-1] += len(outcomes)
    # another table behind this one (of subordinate units, say) names no outcomes
    copies = [c for k, c in enumerate(copies) if k == 0 or outcomes_named[k] >= len(table.columns)]
    return [c for c in copies if any(tokens[i].kind == "number" or tokens[i].folded for r in c.runs for i in r.cells)
            or sum(len(r.cells) for r in c.runs) >= size]  # fmt: skip


def _printed_cells(tokens: Sequence[Token], table: Table, run: Run) -> int:
    """How many of the table's figures a run can be; behind the label of one outcome blanks are other parts' columns."""
    if not _may_be_figures(tokens, table, run):
        return 0
    if len(_header(tokens, table, run.before)[1]) != 1:
        return len(run.cells)
    return max((k + 1 for k, i in enumerate(run.cells) if tokens[i].kind == "number" or tokens[i].folded), default=1)


def _may_be_figures(tokens: Sequence[Token], table: Table, run: Run) -> bool:
    """The cells are no blanks beside a label that spans the columns, of which there are fewer than outcomes."""
    return len(run.cells) >= len(table.columns) or any(tokens[i].kind == "number" or tokens[i].folded for i in run.cells)


def _place(
    document: Document, tokens: Sequence[Token], table: Table, runs: list[Run], year: int | None
) -> Placed:
    """One copy, in whichever of its layouts it is printed."""
    rows = (
        _upright(document, tokens, table, runs)
        or _apart(document, tokens, table, runs)
        or _abreast(document, tokens, table, runs, year)
    )
    if any(not b.grid and len(b.before) == 1 and not _is_label(tokens[b.before[0]]) for b in runs[1:]):
        # a word or a sign among flattened figures: which of them is left out is open
        rows = {key: row._replace(flags=(*row.flags, "disordered")) for key, row in rows.items()}
    if not _is_named(tokens, table, runs) and any(tokens[i].reading.value for run in runs for i in run.cells):
        rows = {key: row._replace(flags=(*row.flags, "header_missing")) for key, row in rows.items()}
    used = {i for row in rows.values() for r in row.readings for s in r for i in s.cells}
    notes = tuple(
        placing.left_over(document, tokens[i], table, i, None)
        for run in runs
        for i in run.cells
        if tokens[i].kind == "number" and i not in used
    )
    for group in table.rows:
        rows.setdefault(group.key, PlacedRow((), tuple(c.key for c in table.columns), ("ragged",)))
    return Placed(rows, notes)


def _is_named(tokens: Sequence[Token], table: Table, runs: Sequence[Run]) -> bool:
    """A label near the figures names an outcome."""
    return any(_outcome(tokens[i], table) for run in runs for i in (*run.before, *run.after))


def _outcome(token: Token, table: Table) -> str | None:
    return token.role("column", table.key)


def _own_runs(tokens: Sequence[Token], table: Table, runs: list[Run]) -> list[Run]:
    """The runs from the first outcome label on, up to where twice the table's figures have been printed."""
    started = False
    own: list[Run] = []
    for run in runs:
        if not started:
            started = any(_outcome(tokens[i], table) or tokens[i].role("row", table.key) for i in run.before)
        if started:
            own.append(run)
    if not own:  # nothing names an outcome: one row with all figures may still be the table's
        whole = [run for run in runs if len(run.cells) == len(table.rows) * len(table.columns)]
        own = whole if len(whole) == 1 else []
    while (
        own
        and not any(tokens[i].kind == "number" or tokens[i].folded for i in own[-1].cells)
        and len(own[-1].cells) < 5
    ):
        own.pop()
    return own


def _header(tokens: Sequence[Token], table: Table, cells: Sequence[int]) -> tuple[list[str], list[str]]:
    """Groups and outcomes that the label cells name, in order."""
    groups = [k for i in cells if (k := tokens[i].role("row", table.key))]
    first = table.rows[0].key
    upper = [i for i in cells if tokens[i].role("furniture", table.key)]
    alone = [k for k, i in enumerate(upper) if tokens[i].role("row", table.key) == first]
    lawsuits = [k for k, i in enumerate(upper) if tokens[i].role("row", table.key) is None]
    if alone and lawsuits and lawsuits[-1] < alone[0]:  # a piece of the section's heading may come before both
        groups = [*(k for k in groups if k != first), first]  # 行政诉讼 with its two groups stands first
    outcomes = [k for i in cells if (k := _outcome(tokens[i], table))]
    return groups, outcomes


def _group_order(table: Table, named: Sequence[str]) -> list[str]:
    """The groups in the order the header names them; those it does not name keep their place in the form."""
    order = list(dict.fromkeys(named))
    canonical = [r.key for r in table.rows]
    return order if sorted(order) == sorted(canonical) else canonical


def _outcome_order(table: Table, named: Sequence[str]) -> tuple[str, ...]:
    canonical = tuple(c.key for c in table.columns)
    return tuple(named) if sorted(named) == sorted(canonical) else canonical


Rows = dict[str, PlacedRow]


def _abreast(
    document: Document, tokens: Sequence[Token], table: Table, runs: list[Run], year: int | None
) -> Rows:
    """All figures in reading order under one header."""
    header = [i for r in runs for i in r.before]
    groups, outcomes = _header(tokens, table, header)
    order = _group_order(table, groups)
    filled = [r for r in runs if any(tokens[i].kind == "number" for i in r.cells)]
    kinds = _kinds_printed(table, outcomes, len(order), [len(_solid(document, r)) for r in (filled or runs)])
    width = len(kinds)
    cells = [i for r in runs for i in r.cells]
    if len(cells) == len(table.columns) and len(set(groups)) == 1:
        order = groups[:1]  # only one kind of case is printed
    wanted = width * len(order)
    # spanned columns of the header come as blanks; the row with all figures is the table's
    whole = [r for r in runs if len(_solid(document, r)) == wanted]
    whole = _of_year(document, whole, year)
    full = next((r for r in whole if any(tokens[i].kind == "number" for i in r.cells)), whole[0] if whole else None)
    marks: tuple[str, ...] = ()
    if full is not None:
        cells = full.cells
        if year is not None and _year_of_row(document, full) not in (None, year):
            marks = ("other_year",)  # this year's row is not one of figures
        elif full is not runs[0] and names_other_year(document, lambda i: tokens[i].kind, full.before, year):
            marks = ("other_year",)  # the figures over its caption are no row
    elif len(runs) > 1 and len(runs[0].cells) >= wanted:
        cells = runs[0].cells
    pieced = full is None and len(runs) > 1
    cells = _under_outcomes(document, tokens, table, header, cells)
    run = Run(cells, [], grid=runs[0].grid)
    if len(cells) < wanted - 3 or _has_damaged_figure(document, tokens, cells):
        row = Row((), ("ragged",))
    else:
        row = placing.readings_of(document, tokens, run, wanted, {})
    readings = row.readings
    if len(readings) > 1 and kinds[-1] == table.columns[-1].key:
        fitting = (r for r in readings if all(_adds_up(r[g * width : g * width + width]) for g in range(len(order))))
        readings = tuple(fitting) or readings
    out: Rows = {}
    for g, group in enumerate(order):
        own = tuple(dict.fromkeys(r[g * width : g * width + width] for r in readings))
        named = outcomes[g * width : g * width + width] if len(outcomes) == wanted else ()
        flags = (*marks, *row.flags, "pieced_together") if pieced else (*marks, *row.flags)
        out[group] = PlacedRow(own, _outcome_order(table, named) if width == len(table.columns) else kinds, flags)
    return out


def _under_outcomes(
    document: Document, tokens: Sequence[Token], table: Table, header: Sequence[int], cells: list[int]
) -> list[int]:
    """The cells without the blanks that stand beside the columns which the header names, as where a label would."""
    named = {(document.tables[i], document.columns[i]) for i in header if document.columns[i] >= 0 and _outcome(tokens[i], table)}
    under = [i for i in cells if (document.tables[i], document.columns[i]) in named]
    beside = [i for i in cells if i not in under]
    return under if len(under) == len(named) and all(tokens[i].kind == "blank" for i in beside) else cells


def _has_damaged_figure(document: Document, tokens: Sequence[Token], cells: Sequence[int]) -> bool:
    """In the printed row of these cells a cell before or behind them is a figure but for some sign (0<): which of the cells
    are the table's is open."""
    beside = (cells[0] - 1, cells[-1] + 1) if cells else ()
    return any(
        0 <= i < len(tokens) and document.rows[i] == document.rows[cells[0]] and document.tables[i]
        and tokens[i].kind == "text" and any(c.isdecimal() for c in document.texts[i]) and not any(c.isalpha() for c in document.texts[i])
        for i in beside
    )  # fmt: skip


def _kinds_printed(table: Table, outcomes: Sequence[str], groups: int, printed: Sequence[int]) -> tuple[str, ...]:
    """The columns of each group: those of the form, or fewer, which the header names alike for every group, and of which
    there are as many figures, and no others. `printed`: the number of cells of each run of figures."""
    canonical = tuple(c.key for c in table.columns)
    count = len(outcomes) // groups
    named = tuple(outcomes[:count])
    again = len(outcomes) == count * groups and all(tuple(outcomes[k * count : k * count + count]) == named for k in range(groups))
    fewer = 1 < count < len(canonical) and len(set(named)) == count and all(cells == count * groups for cells in printed)
    return named if again and fewer else canonical


def _of_year(document: Document, whole: list[Run], year: int | None) -> list[Run]:
    """The row that is named by the report's year, where a table has a row for each of several years; else all."""
    of_year = [r for r in whole if year is not None and _year_of_row(document, r) == year]
    return of_year if len(of_year) == 1 else whole


def _year_of_row(document: Document, run: Run) -> int | None:
    """The year that names a row of a table with a row for each of several years."""
    match = _ROW_OF_YEAR.fullmatch(document.texts[run.before[-1]]) if run.before else None
    return int(match[1]) if match else None


def _adds_up(five: Reading) -> bool:
    total = five[-1].value
    return total is None or sum(s.value or 0 for s in five[:-1]) == total


def _apart(document: Document, tokens: Sequence[Token], table: Table, runs: list[Run]) -> Rows | None:
    """Three tables, or three rows, of five figures each; a group's label stands over or beside its figures."""
    width = len(table.columns)
    groups = [r.key for r in table.rows]
    fives = [r for r in runs if _may_be_figures(tokens, table, r)]
    if len(fives) != len(groups) or any(len(r.cells) > width + 2 for r in fives):
        return None
    named: list[str | None] = []
    for run in fives:
        own, outcomes = _header(tokens, table, run.before)
        if len(outcomes) == 1:
            return None  # a figure behind its own outcome
        # 行政复议 and 行政诉讼 may stand together over the first table; the nearest label is the group's own
        named.append(own[-1] if own else None)
    order = [n for n in named if n] if len(set(named)) == len(groups) and None not in named else groups
    out: Rows = {}
    latest: list[str] = []
    for group, run in zip(order, fives, strict=True):
        _, outcomes = _header(tokens, table, run.before)
        latest = outcomes if len(outcomes) == width else latest
        row = placing.readings_of(document, tokens, run, width, {})
        readings = row.readings
        if len(readings) > 1:
            readings = tuple(r for r in readings if _adds_up(r)) or readings
        out[group] = PlacedRow(readings, _outcome_order(table, latest), row.flags)
    return out


def _upright(document: Document, tokens: Sequence[Token], table: Table, runs: list[Run]) -> Rows | None:
    """Laid upright: each figure, or each three figures, behind the label of its outcome."""
    width, groups = len(table.columns), [r.key for r in table.rows]
    labelled = [(r, k) for r in runs if r.before and (k := _outcome(tokens[r.before[-1]], table))]
    figures = [r for r in runs if any(tokens[i].kind == "number" or tokens[i].folded for i in r.cells)]
    if len(labelled) < width or not all(any(r is run for run, _ in labelled) for r in figures):
        return None
    cells = _without_blank_columns(tokens, [_solid(document, r) for r, _ in labelled], len(groups))
    if all(len(c) == 1 for c in cells) and len(labelled) == width * len(groups):
        header = [k for r, _ in labelled for i in r.before if (k := tokens[i].role("row", table.key))]
        order = _group_order(table, header)
        out: Rows = {}
        for g, group in enumerate(order):
            part = slice(g * width, g * width + width)
            keys = tuple(k for _, k in labelled[part])
            if sorted(keys) != sorted(c.key for c in table.columns):
                return None
            out[group] = PlacedRow((tuple(placing.slot(tokens, c[0]) for c in cells[part]),), keys, ())
        return out
    if len(labelled) == width and all(len(c) == len(groups) for c in cells):
        keys = tuple(k for _, k in labelled)
        if len(set(keys)) != width:
            return None
        order = _group_order(table, [k for i in labelled[0][0].before if (k := tokens[i].role("row", table.key))])
        return {
            group: PlacedRow((tuple(placing.slot(tokens, c[g]) for c in cells),), keys, ())
            for g, group in enumerate(order)
        }
    return None


def _without_blank_columns(tokens: Sequence[Token], rows: list[list[int]], groups: int) -> list[list[int]]:
    """The rows without the cells behind their figures, which are blank in all of them: the table has other parts that are wider."""
    figures = max((k + 1 for row in rows for k, i in enumerate(row) if tokens[i].kind == "number" or tokens[i].folded), default=0)
    size = 1 if figures == 1 else groups
    return [row[:size] for row in rows] if 0 < figures <= size and all(len(row) > groups for row in rows) else rows


def _solid(document: Document, run: Run) -> list[int]:
    return [i for i in run.cells if i not in document.weak] or run.cells
