"""The figures of a table as printed: runs of value cells, each with the texts around it and its label.
Where the numbers of a run belong within their row is left to `placing`, the whole table to `align`."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache

from gongkai.parsers.document import Document
from gongkai.parsers.forms import Table
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import JOINED_CODE, ZONES, Token, Zone, roles_of, token_of

VALUE_KINDS = ("number", "blank")
# A label torn over this many cells is still put together.
MOST_PIECES = 6


@dataclass(slots=True)
class Run:
    """Value cells that stand together. `cells`: their indices. `before`: texts since the last run, `after`: texts
    of the same printed row behind it. `grid`: the cells stand beside each other in one printed row."""

    cells: list[int]
    before: list[int]
    grid: bool
    after: list[int] = field(default_factory=list)
    row: str | None = None
    how: str = ""  # label, behind, missing, torn, crowded: how the row was recognised
    flags: tuple[str, ...] = ()  # of all its values
    crowd: int = 0  # so many runs behind this one were printed without anything between


@cache
def _other_table(now: str) -> re.Pattern[str]:
    """The next label that may end the stretch of this table ("" where none stands): one of another table or section.

    Three tables and some headings part a page of hundreds of labels, so few of them are looked at one by one.
    """
    ending = "".join(code for code, zone in ZONES.items() if _table_after(now, zone) != now)
    return re.compile(f"[{ending}{JOINED_CODE}]")


def _table_after(now: str, zone: Zone) -> str:
    """The table in which what follows a label stands."""
    if zone.heading is not None:
        return zone.heading
    return now if now in zone.tables or zone.opens is None else zone.opens


def stretches(texts: Sequence[str], codes: str) -> dict[str, list[tuple[int, int]]]:
    """Where each table stands: half-open ranges of cells, opened by its labels and closed by those of another.

    Section numbers are not used: they are shifted and used twice. `codes`: the texts' codes.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    now, start = "", 0
    match = _other_table(now).search(codes)
    while match is not None:
        i = match.start()
        zone = ZONES.get(codes[i]) or token_of(texts[i]).zone
        table = now if zone is None else _table_after(now, zone)
        if table != now:
            if now:
                found.setdefault(now, []).append((start, i))
            now, start = table, i
        match = _other_table(now).search(codes, i + 1)
    if now:
        found.setdefault(now, []).append((start, len(codes)))
    return found


def runs_of(document: Document, tokens: Sequence[Token], ranges: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """The runs of value cells within the ranges, in reading order."""
    rows, weak = document.rows, document.weak
    before: list[int] = []
    flat: Run | None = None

    def is_run(run: Run) -> bool:
        # empty lines below a title or a header part it from what follows; below a row's label they are its cells
        if not weak or any(i not in weak for i in run.cells):
            return True
        named = {r.what for r in tokens[run.before[-1]].roles} if run.before else set()
        return "row" in named and ("column" not in named or len(run.cells) > 2)

    for start, stop in ranges:
        i = start
        while i < stop:
            row = rows[i]
            j = i + 1
            while j < stop and rows[j] == row:
                j += 1
            kind = tokens[i].kind
            if j == i + 1 and kind in VALUE_KINDS:
                if flat is None:
                    flat = Run([], before, grid=False)
                    before = []
                flat.cells.append(i)
            elif j > i + 1 or (kind != "page" and kind != "unit"):
                if flat is not None:
                    if is_run(flat):
                        yield flat
                    else:
                        before = flat.before
                    flat = None
                if j == i + 1:
                    before.append(i)
                else:
                    before = yield from _row_runs(tokens, range(i, j), before)
            i = j
    if flat is not None and is_run(flat):
        yield flat


def _row_runs(tokens: Sequence[Token], cells: range, before: list[int]) -> Generator[Run, None, list[int]]:
    """The runs of one printed row with several cells; returns the texts that no run has taken."""
    kinds = [tokens[i].kind for i in cells]
    if "number" not in kinds and "label" not in kinds and "text" not in kinds:
        if kinds.count("blank") > 2:
            yield Run(list(cells), before, grid=True)
            return []
        return before
    run: Run | None = None
    seen_text = False
    for i, kind in zip(cells, kinds, strict=True):
        # 1/2 among the figures of a row is the number of no page
        if kind in VALUE_KINDS or (kind == "page" and run is not None and "/" in tokens[i].folded):
            if run is None:
                run = Run([], before, grid=True)
                before = []
            run.cells.append(i)
        elif kind != "page" and kind != "unit":
            if run is not None:
                if not seen_text and kind == "label" and sum(tokens[k].kind == "number" for k in run.cells) < 2:
                    before = run.before  # a running number in a cell of its own before the row's label
                elif _has_figure(tokens, run):
                    yield run
                else:  # blanks between the cells of a label or header
                    before = run.before
                run = None
            before = [*before, i]
            seen_text = True
    if run is None and "number" not in kinds and (odd := _odd_cells(tokens, cells)):
        run = Run(odd, [i for i in before if i not in odd], grid=True)
        before = []
        yield run
    elif run is not None:
        if _has_figure(tokens, run) or (seen_text and _names_a_row(tokens, run.before[-1], cells)):
            yield run
        else:
            before = run.before
    return before


LONGEST_ODD = 12  # characters of a cell that stands for a figure and is none


def may_be_odd(token: Token) -> bool:
    """The cell may stand in the place of a figure: a figure, a blank, or a word too short for prose."""
    return token.kind in ("number", "blank") or (
        token.kind in ("text", "unit", "page") and len(token.folded) <= LONGEST_ODD
    )


def _odd_cells(tokens: Sequence[Token], cells: range) -> list[int]:
    """The cells behind a row's label where none of them is a figure (八十七件, 见附件)."""
    if sum(any(r.what == "column" for r in tokens[i].roles) for i in cells) > 1:
        return []  # the end of a header behind 总计, which is a column there
    named = [i for i in cells if any(r.what == "row" for r in tokens[i].roles)]
    rest = [i for i in cells if i > named[-1]] if named else []
    return (
        rest
        if rest and all(may_be_odd(tokens[i]) for i in rest) and any(tokens[i].kind == "text" for i in rest)
        else []
    )


def _names_a_row(tokens: Sequence[Token], i: int, cells: range) -> bool:
    """Blanks behind this text may be the blank cells of a row; those behind a header's label are spanned columns."""
    if sum(any(r.what == "column" for r in tokens[k].roles) for k in cells) > 1:
        return False
    # an outcome of review with a blank behind it is a row of that table laid upright
    return not tokens[i].roles or any(
        r.what in ("row", "group") or (r.what, r.table) == ("column", "review") for r in tokens[i].roles
    )


def _has_figure(tokens: Sequence[Token], run: Run) -> bool:
    return any(tokens[i].kind == "number" or tokens[i].folded for i in run.cells)


def label_of(tokens: Sequence[Token], document: Document, run: Run, table: Table) -> tuple[str, str] | None:
    """The row that the texts before a run name, and how: (key, "label"), or None.

    The nearest text decides; a label torn over several cells is put together from its pieces.
    """
    before = run.before
    if run.grid and (key := _behind_in_row(tokens, document, run, table)):
        return key, "behind"
    if not before:
        return None
    nearest = tokens[before[-1]]
    key = nearest.role("row", table.key)
    if key and table.has_row(key) and table.row(key).kind == "group":
        return None  # a group printed as one row: settled when all rows are known
    if key and _stands_abreast(tokens, document, run, table):
        return None
    if key and (nearest.role("column", table.key) is None or _is_row_here(tokens, document, run, key, table)):
        return key, "label"
    pieces = ""
    for k in range(1, min(MOST_PIECES, len(before)) + 1):
        pieces = document.texts[before[-k]] + pieces
        if k > 1:
            for role in roles_of(fold(pieces)):
                if role.what == "row" and role.table == table.key and fold(pieces) != nearest.folded:
                    return role.key, "label"
    return None


def _stands_abreast(tokens: Sequence[Token], document: Document, run: Run, table: Table) -> bool:
    """The label stands beside that of another row, in a printed row above the figures: it heads a column there."""
    i = run.before[-1]
    if not run.grid or document.rows[i] == document.rows[run.cells[0]]:
        return False
    return sum(tokens[k].role("row", table.key) is not None for k in document.printed_row(i)) > 1


def _behind_in_row(tokens: Sequence[Token], document: Document, run: Run, table: Table) -> str | None:
    """The row that the label behind the figures names, in a printed row that begins with its figures."""
    rows, row = document.rows, document.rows[run.cells[0]]
    if run.before and rows[run.before[-1]] == row:
        return None
    i = run.cells[-1] + 1
    while i < len(rows) and rows[i] == row:
        if (key := tokens[i].role("row", table.key)) and table.has_row(key) and table.row(key).kind == "value":
            return key
        i += 1
    return None


def _is_row_here(tokens: Sequence[Token], document: Document, run: Run, key: str, table: Table) -> bool:
    """其他 and 总计 name a row as well as a column: a row when numbered, or when they stand in the row of the figures."""
    folded = tokens[run.before[-1]].folded
    number = table.row(key).number if table.has_row(key) else None
    if number and folded.startswith(fold(number)):
        return True
    if run.grid:
        return document.rows[run.before[-1]] == document.rows[run.cells[0]]
    # in flattened text the header ends with 其他 as well: then its other columns stand right before it
    return sum(tokens[i].role("column", table.key) is not None for i in run.before) < 3


def torn_score(pieces: str, label: str) -> float:
    """How much of a label (0 to 1) is made up of the folded pieces of text around a run, in order."""
    blocks = SequenceMatcher(None, label, pieces, autojunk=False).get_matching_blocks()
    return sum(b.size for b in blocks if b.size >= 2) / max(1, len(label))
