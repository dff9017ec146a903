"""Rows of piped text that merged labels have moved: the blank cells that such labels leave are taken off, before or behind the figures.
What the cells that are left say is left to `placing`."""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.parsers.document import Document
from gongkai.parsers.forms import Table
from gongkai.parsers.lexicon import Token
from gongkai.parsers.runs import Run

FEWEST_PACKED = 3  # rows with figures that add up
FEWEST_SPANNED = 12  # rows with as many cells as their label leaves


def pack_rows(document: Document, tokens: Sequence[Token], runs: Sequence[Run], width: int) -> bool:
    """Whether each row has its figures right behind its label, whichever column that stands in, and blanks behind them: what
    converters make of rows with merged labels. Then the blanks are taken off. Only where most rows add up so."""
    rows = [run for run in runs if run.grid and document.columns[run.cells[0]] >= 0]
    if len(rows) < FEWEST_PACKED or len({document.columns[run.cells[0]] for run in rows}) < 2:
        return False
    if not all(
        run.before and run.before[-1] == run.cells[0] - 1 and len(run.cells) >= width
        and not any(tokens[i].kind == "number" or tokens[i].folded for i in run.cells[width:])
        for run in rows
    ):  # fmt: skip
        return False
    figures = [[tokens[i].reading.value or 0 for i in run.cells[:width]] for run in rows]
    told = [row for row in figures if any(row)]
    if len(told) < FEWEST_PACKED or any(sum(row[:-1]) != row[-1] for row in told):
        return False
    for run in rows:
        run.cells = run.cells[:width]
    return True


def drop_spanned(tokens: Sequence[Token], table: Table, runs: Sequence[Run], width: int) -> None:
    """Take the blank cells off the rows' beginnings that a label leaves which spans columns (three for 一、, two for （一）), where
    nearly all rows have just so many cells."""
    fitting: list[tuple[Run, int]] = []
    named = 0
    for run in runs:
        key = tokens[run.before[-1]].role("row", table.key) if run.grid and run.before and run.before[-1] == run.cells[0] - 1 else None
        number = table.row(key).number if key and table.has_row(key) else None
        if number is None:
            continue
        named += 1
        spanned = 0 if number.isdecimal() else 1 if number.startswith("(") else 2
        blank = all(tokens[i].kind == "blank" and not tokens[i].folded for i in run.cells[:spanned])
        if len(run.cells) == width + spanned and blank:
            fitting.append((run, spanned))
    if len({spanned for _, spanned in fitting}) > 1 and len(fitting) >= FEWEST_SPANNED and len(fitting) * 10 >= named * 9:
        for run, spanned in fitting:
            run.cells = run.cells[spanned:]
