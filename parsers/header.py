"""The order of the columns of the applications table, from its printed header.
Without a header that names them all, the order of the form stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set

from gongkai.parsers.document import Document
from gongkai.parsers.forms import Table
from gongkai.parsers.lexicon import LEXICON, Role, Token
from gongkai.parsers.runs import Run

SUBTOTAL = "subtotal"


def column_order(
    document: Document, tokens: Sequence[Token], table: Table, runs: Sequence[Run]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys of the columns as printed, left to right, and the flags that the order gives every value.

    An extra column with the sum of the organisations is `subtotal`.
    """
    canonical = tuple(c.key for c in table.columns)
    wide = _has_extra_column(document, tokens, runs, len(canonical))
    items = _header_items(document, tokens, table, runs)
    filled = _usual_columns(document, tokens, runs)
    if not {document.columns[i] for i, key in items if key} <= filled:  # the header stands over those of other rows
        filled = {document.columns[i] for run in runs if run.grid for i in run.cells}
    printed = _printed_order(document, table, items, filled)
    names = [k for k in printed if k != SUBTOTAL]
    wide = wide or (SUBTOTAL in printed and _reach(document, tokens, runs) > len(canonical))
    if len(names) == len(canonical) and set(names) == set(canonical):
        if SUBTOTAL in printed and not wide:
            if (proved := _total_is_blank(document, tokens, runs, tuple(printed))) is not False:
                return tuple(printed), () if proved else ("extra_column",)
            printed = tuple(names)
            if not _adds_up_mostly(document, tokens, runs, printed):
                return canonical, ("extra_column",)  # one of the columns named is not printed, and which is open
        if SUBTOTAL not in printed and wide:
            return _with_subtotal(tokens, runs, tuple(names))
        order = tuple(printed)
        if wide and not _subtotal_fits(tokens, runs, order):
            return _with_subtotal(tokens, runs, tuple(names))
        if names != list(canonical) and _fits(tokens, runs, order) < _fits(tokens, runs, canonical):
            return canonical, ("header_contradicted",)
        return order, ()
    if (
        set(names) < set(canonical)
        and _names_all(document, tokens, table, runs, items, printed)
        and (SUBTOTAL not in printed or _is_the_sum(tokens, runs, printed))
    ):
        return printed, ()  # a table of some columns only: as many figures in every row as the header names
    if wide:
        return _with_subtotal(tokens, runs, canonical)
    if printed == ("natural_person", "total") and _all_of(tokens, runs, 3):
        return ("natural_person", SUBTOTAL, "total"), ()  # 法人或其他组织 as one column, its kinds not told apart
    if SUBTOTAL in printed and "total" not in names:
        return canonical, ("header_contradicted",)
    if not names and _rarely_adds_up(tokens, runs, canonical):
        return canonical, ("header_contradicted",)  # nothing says that the columns stand in this order, and the sums deny it
    if "total" not in names and not _proves_total(tokens, runs, canonical):
        return canonical, ("header_missing",)
    if "natural_person" in names and "total" in names[: names.index("natural_person")]:
        return canonical, ("header_incomplete",)
    inner = [k for k in names if k not in ("natural_person", "total")]
    if inner != [k for k in canonical if k in inner]:
        return canonical, ("header_incomplete",)  # what is left of the header contradicts the form's order
    return canonical, ()


def _usual_columns(document: Document, tokens: Sequence[Token], runs: Sequence[Run]) -> set[int]:
    """The grid columns in which most rows with a figure have their cells; a row may be shifted."""
    rows = Counter(tuple(document.columns[i] for i in run.cells) for run in runs
                   if run.grid and any(tokens[i].kind == "number" for i in run.cells))  # fmt: skip
    return set(rows.most_common(1)[0][0]) if rows else set()


def block_orders(tokens: Sequence[Token], table: Table, runs: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    """The order of the columns for each row of a table of stacked blocks: its block's header where that names
    every column, else the form's."""
    orders = {row.key: tuple(c.key for c in row.columns) for row in table.rows}
    named: list[str] = []
    whole = False  # the header is read to its last cell, from 信息内容 on
    for run in runs:
        if here := [key for i in run.before if (key := tokens[i].role("column", table.key))]:
            named = here
            corner = [k for k, i in enumerate(run.before) if tokens[i].role("furniture", table.key)]
            cells = [i for i in run.before[corner[-1] + 1 :] if not tokens[i].role("row", table.key)] if corner else []
            whole = len(cells) == len(here)
        block = table.row(run.row).caption if run.row else None
        for row in table.rows:
            # columns of two blocks can bear the same labels: the header stands over the rows of its own
            keys = {c.key for c in row.columns}
            last = tuple(named[-len(keys) :])
            if len(last) > 1 and set(last) == keys and len(last) == len(keys) and block in (None, row.caption):
                orders[row.key] = last
        columns = set(orders.get(run.row or "", ()))
        if run.row and whole and len(run.cells) == len(named) == len(set(named)) and set(named) < columns:
            orders[run.row] = tuple(named)  # a column of the form is not printed
    return orders


def _all_of(tokens: Sequence[Token], runs: Sequence[Run], width: int) -> bool:
    """Every row with a number has so many cells."""
    return all(len(r.cells) == width for r in runs if any(tokens[i].kind == "number" for i in r.cells))


def _names_all(
    document: Document, tokens: Sequence[Token], table: Table, runs: Sequence[Run], items: list[tuple[int, str]], printed: Sequence[str]
) -> bool:
    """The header names each column of the table once: every row has as many figures, or has them under its labels."""
    if not printed or len(set(printed)) < len(printed):
        return False
    if any(not key for _, key in items) and not any(c.group and c.key in printed for c in table.columns):
        return False  # the organisations are one column of their own
    if _all_of(tokens, runs, len(printed)):
        return True
    columns = {document.columns[i] for i, key in items if key}
    if len(columns) < len(printed) or -1 in columns:
        return False
    filled = {document.columns[i] for r in runs for i in r.cells if tokens[i].kind == "number"}
    return filled == columns


def _is_the_sum(tokens: Sequence[Token], runs: Sequence[Run], printed: Sequence[str]) -> bool:
    """What the header calls the sum of the organisations is that in most rows (a row may be printed twice, or wrong)."""
    at, parts = list(printed).index(SUBTOTAL), [k for k, key in enumerate(printed) if key not in ("natural_person", "total", SUBTOTAL)]
    rows = [r for r in _complete_rows(tokens, runs, len(printed)) if any(r)]  # nothing is the sum of nothing in any order
    return bool(rows) and (not parts or 2 * sum(sum(r[k] for k in parts) == r[at] for r in rows) > len(rows))


def _header_items(document: Document, tokens: Sequence[Token], table: Table, runs: Sequence[Run]) -> list[tuple[int, str]]:
    """The header that names most columns: cells with the key each names, "" for the group's own label.

    A blank cell in a header ends it no more than a line end does.
    """
    best: list[tuple[int, str]] = []
    header: list[int] = []
    for run in runs:
        header += run.before
        if len(header) > len(best):
            items = _once(document, list(_named(tokens, table, header)))
            if len({k for _, k in items}) > len({k for _, k in best}):
                best = items
        if run.row is not None or any(tokens[i].kind == "number" for i in run.cells):
            header = []
    return best


def _once(document: Document, items: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The items without those that a merged cell leaves in each of its rows, or a group's label in each of its columns."""
    kept: dict[tuple[int, str], tuple[int, str]] = {}
    for i, key in items:
        column = document.columns[i]
        kept.setdefault((column if key and column >= 0 else -1 if not key else -2 - i, key), (i, key))
    return list(kept.values())


def _named(tokens: Sequence[Token], table: Table, cells: Sequence[int]) -> Iterator[tuple[int, str]]:
    k = 0
    while k < len(cells):
        for size in (3, 2, 1):  # a label torn over cells (商业企/业) before its pieces
            pieces = [tokens[i] for i in cells[k : k + size]]
            if size > 1 and (len(pieces) < size or all(p.roles for p in pieces)):
                continue
            roles = pieces[0].roles if size == 1 else LEXICON.get("".join(p.folded for p in pieces), ())
            key = _key_of(roles, table)
            if key is not None:
                yield cells[k], key
                k += size
                break
        else:
            k += 1


def _key_of(roles: Sequence[Role], table: Table) -> str | None:
    for what in (SUBTOTAL, "column", "span"):
        for role in roles:
            if role.what == what and role.table == table.key:
                return "" if what == "span" else role.key
    return None


def _printed_order(document: Document, table: Table, items: list[tuple[int, str]], filled: Set[int]) -> tuple[str, ...]:
    """Columns left to right. In a grid by position, where all labels stand over columns that are filled in; in a
    flattened header of two levels the group's place in the upper one is taken by its members."""
    group = {c.key for c in table.columns if c.group}
    named = [(i, k) for i, k in items if k]
    # a header cut between two printed tables stands in two grids, whose columns say nothing of each other
    in_one_grid = len({document.tables[i] for i, _ in named}) == 1
    if in_one_grid and all(document.tables[i] and document.columns[i] >= 0 for i, _ in named):
        places = [document.columns[i] for i, _ in named]
        if len(set(places)) == len(places) and filled >= set(places):
            return tuple(k for _, k in sorted(named, key=lambda item: document.columns[item[0]]))
    keys = [k for _, k in items]
    if "" not in keys:
        return tuple(keys)
    first_inner = next((n for n, k in enumerate(keys) if k in group), len(keys))
    if first_inner == keys.index("") + 1 and all(k for k in keys[first_inner:]) and keys[-1] not in group:
        # one level: the members follow their group's label directly, the rest stands where it stands
        return tuple(k for k in keys if k)
    if SUBTOTAL in keys[:first_inner] and "total" in keys[: keys.index(SUBTOTAL)]:
        first_inner = keys.index(SUBTOTAL)  # the upper level is complete: the subtotal leads the lower one
    inner = [k for k in keys[first_inner:] if k in group or k == SUBTOTAL]
    upper = [*keys[:first_inner], *(k for k in keys[first_inner:] if k not in inner)]
    at = upper.index("")
    return (*upper[:at], *inner, *(k for k in upper[at + 1 :] if k))


def _complete_rows(tokens: Sequence[Token], runs: Sequence[Run], width: int) -> list[list[int]]:
    """The rows whose cells are all numbers or blanks and as many as the table has columns."""
    return [[int(tokens[i].reading.value or 0) for i in r.cells] for r in runs if len(r.cells) == width]


def _has_extra_column(document: Document, tokens: Sequence[Token], runs: Sequence[Run], width: int) -> bool:
    """Most rows that have any number have one cell more than the form has columns."""
    rows = [r for r in runs if any(tokens[i].kind == "number" for i in r.cells)]
    filled = [r for r in rows if tokens[[i for i in r.cells if i not in document.weak][-1]].kind == "number"]
    return _one_more(document, tokens, runs, width) and len(filled) * 2 > len(rows)


def _reach(document: Document, tokens: Sequence[Token], runs: Sequence[Run]) -> int:
    """How many cells the row has whose last figure stands furthest to the right; padding behind it does not count."""
    reach = 0
    for run in runs:
        cells = [i for i in run.cells if i not in document.weak]
        reach = max(reach, max((k + 1 for k, i in enumerate(cells) if tokens[i].kind == "number"), default=0))
    return reach


def _one_more(document: Document, tokens: Sequence[Token], runs: Sequence[Run], width: int) -> bool:
    rows = [r for r in runs if any(tokens[i].kind == "number" for i in r.cells)]
    wide = [r for r in rows if sum(i not in document.weak for i in r.cells) == width + 1]
    return len(rows) >= 3 and len(wide) * 5 >= len(rows) * 4


def _total_is_blank(document: Document, tokens: Sequence[Token], runs: Sequence[Run], order: tuple[str, ...]) -> bool | None:
    """Every row has blank cells behind its figures: the first is the total, if what stands before it is the sum of the
    organisations; padding (False), if that is the sum of all. None where the figures say neither."""
    solid = [[i for i in run.cells if i not in document.weak] for run in runs]
    rows = [[tokens[i].reading.value for i in cells] for cells in solid if any(tokens[i].kind == "number" for i in cells)]
    wide = [row for row in rows if len(row) >= len(order)]
    if order[-1] != "total" or len(rows) < 3 or len(wide) * 5 < len(rows) * 4:
        return False
    at, person = order.index(SUBTOTAL), order.index("natural_person")
    telling = [row for row in wide if row[person]]  # in others the two sums are the same
    parts = [sum(v or 0 for k, v in enumerate(row[: len(order) - 1]) if k not in (at, person)) for row in telling]
    of_organisations = sum((row[at] or 0) == part for row, part in zip(telling, parts, strict=True))
    of_all = sum(row[at] == part + (row[person] or 0) for row, part in zip(telling, parts, strict=True))
    if of_organisations * 2 > len(telling):
        return True
    return False if of_all * 2 > len(telling) else None


def _fits(tokens: Sequence[Token], runs: Sequence[Run], order: Sequence[str]) -> int:
    """How many complete rows add up when their columns stand in this order."""
    total = order.index("total")
    extra = order.index(SUBTOTAL) if SUBTOTAL in order else -1
    fits = 0
    for row in _complete_rows(tokens, runs, len(order)):
        fits += sum(v for k, v in enumerate(row) if k not in (total, extra)) == row[total]
    return fits


def _rarely_adds_up(tokens: Sequence[Token], runs: Sequence[Run], order: Sequence[str]) -> bool:
    """Of the complete rows with several figures that are not 0, fewer than half add up in this order."""
    total = order.index("total")
    rows = [r for r in _complete_rows(tokens, runs, len(order)) if sum(v != 0 for v in r) > 2 and r[total] is not None]
    fits = sum(sum(v for k, v in enumerate(r) if k != total) == r[total] for r in rows)
    return len(rows) > 1 and fits * 2 < len(rows)


def _adds_up_mostly(document: Document, tokens: Sequence[Token], runs: Sequence[Run], order: Sequence[str]) -> bool:
    """Of the complete rows with a figure, most add up in this order."""
    solid = [[i for i in run.cells if i not in document.weak] for run in runs]
    complete = [[tokens[i].reading.value or 0 for i in cells] for cells in solid if len(cells) == len(order)]
    person = order.index("natural_person")  # where it is 0, the sum of the organisations is that of all
    rows = [r for r in complete if r[person]] or [r for r in complete if any(r)]
    total = order.index("total")
    return 2 * sum(sum(r) == 2 * r[total] for r in rows) >= len(rows)


def _proves_total(tokens: Sequence[Token], runs: Sequence[Run], order: Sequence[str]) -> bool:
    """A row whose last figure is the sum of the others, and whose first is not; or no figure but 0 in the whole table."""
    total = order.index("total")
    rows = [r for r in _complete_rows(tokens, runs, len(order)) if any(r)]
    printed = any(tokens[i].reading.value for r in runs for i in r.cells)
    return not printed or any(sum(r) == 2 * r[total] != 2 * r[0] for r in rows)


def _subtotal_fits(tokens: Sequence[Token], runs: Sequence[Run], order: tuple[str, ...]) -> bool:
    """In most complete rows the subtotal of this order is the sum of the organisations."""
    at, person, total = (order.index(k) for k in (SUBTOTAL, "natural_person", "total"))
    rows = [r for r in _complete_rows(tokens, runs, len(order)) if r[at]]
    fits = sum(sum(v for k, v in enumerate(r) if k not in (at, person, total)) == r[at] for r in rows)
    return fits * 2 > len(rows) or not rows


def _with_subtotal(
    tokens: Sequence[Token], runs: Sequence[Run], order: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The column that repeats the sum of the organisations, which the header does not name, by arithmetic."""
    rows = [r for r in _complete_rows(tokens, runs, len(order) + 1) if any(r)]
    fits: dict[tuple[str, ...], int] = {}
    for at in range(len(order) + 1):
        trial = (*order[:at], SUBTOTAL, *order[at:])
        parts = [k for k, key in enumerate(trial) if key not in ("natural_person", "total", SUBTOTAL)]
        person, total = trial.index("natural_person"), trial.index("total")
        fits[trial] = sum(sum(r[k] for k in parts) == r[at] and r[at] + r[person] == r[total] for r in rows)
    most = max(fits.values())
    fitting = [trial for trial, n in fits.items() if n == most]
    printed = [[tokens[i].reading.value for i in r.cells] for r in runs if len(r.cells) > len(order)]
    readings = {tuple(tuple(r[t.index(k)] for k in order) for r in printed) for t in fitting}  # a blank is no 0
    return fitting[-1], () if len(readings) == 1 and most * 2 > len(rows) else ("extra_column",)
