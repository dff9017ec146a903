"""Tables of applications printed with the applicants as rows, set upright: each outcome becomes a row again.
What the rows then say is left to `labelled`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gongkai.parsers.document import Document
from gongkai.parsers.lexicon import Token

FEWEST_OUTCOMES = 12  # of the form's 27 rows, side by side in the head; a table with fewer of them is another
APPLICANTS = 7


def set_upright(document: Document, tokens: Sequence[Token]) -> Document | None:
    """The document with its transposed tables of applications the way the form has them; None where there is none.

    A table counts as transposed where its first rows name outcomes side by side and the rows below begin with
    the kinds of applicants. Every cell keeps the place where it is printed.
    """
    if document.kind != "html" or document.marks or document.candidates:
        return None
    named: dict[int, int] = {}  # row -> outcomes it names
    for i, token in enumerate(tokens):
        if document.tables[i] and token.role("row", "applications"):
            named[document.rows[i]] = named.get(document.rows[i], 0) + 1
    heads = [row for row, count in named.items() if count >= FEWEST_OUTCOMES]
    if not heads:
        return None
    first = {row: i for i, row in reversed(list(enumerate(document.rows)))}
    order: list[tuple[int, int, int]] = []  # cell, row and column as they are set
    done: set[int] = set()
    for i in range(len(document)):
        table = document.tables[i]
        if table in done:
            continue
        if table and any(document.tables[first[row]] == table for row in heads):
            done.add(table)
            cells = [k for k in range(len(document)) if document.tables[k] == table]
            turned = _turned(document, tokens, cells)
            if turned is None:
                return None
            order += turned
        else:
            order.append((i, document.rows[i], document.columns[i]))
    rows: list[int] = []
    last: tuple[int, int] | None = None
    for i, row, _ in order:
        here = (document.tables[i], row)
        rows.append((rows[-1] + (here != last)) if rows else 0)
        last = here
    cells = [i for i, _, _ in order]
    spans = [1 if document.tables[i] in done else document.spans[i] for i in cells]
    where = [document.at(i) for i in cells]  # which the new columns would not name
    return replace(document.chosen(cells), rows=rows, columns=[column for *_, column in order], spans=spans, where=where)


def _turned(document: Document, tokens: Sequence[Token], cells: Sequence[int]) -> list[tuple[int, int, int]] | None:
    """The cells of one table by columns; None where its rows are not the kinds of applicants, each once."""
    lines: dict[int, list[int]] = {}
    for i in cells:
        lines.setdefault(document.rows[i], []).append(i)
    applicants: list[tuple[int, list[int]]] = []
    heads: list[int] = []
    for line in lines.values():
        labels = [i for i in line if tokens[i].role("column", "applications") and tokens[i].kind != "number"]
        figures = [i for i in line if tokens[i].kind == "number"]
        if figures and labels and not any(tokens[i].role("row", "applications") and not tokens[i].role("column", "applications") for i in line):
            applicants.append((labels[-1], [i for i in line if i > labels[-1]]))
        elif figures:
            return None  # a row of figures that names no applicant: of another year, or a sum
        elif not applicants:
            heads += line
        else:
            return None
    if len(applicants) != APPLICANTS or len({tokens[i].role("column", "applications") for i, _ in applicants}) != APPLICANTS:
        return None
    if any(document.spans[i] != 1 for _, figures in applicants for i in figures):
        return None
    turned = [(i, -1, k + 1) for k, (i, _) in enumerate(applicants)]
    outcomes = [i for i in heads if tokens[i].role("row", "applications") or tokens[i].role("group", "applications")]
    at: dict[int, list[int]] = {}
    for i in outcomes:
        at.setdefault(document.columns[i], []).append(i)
    taken: set[int] = set()
    for column in sorted({document.columns[i] for _, figures in applicants for i in figures}):
        above = at.get(column, [])
        if not above:
            return None
        below = [[i for i in figures if document.columns[i] == column] for _, figures in applicants]
        if any(len(found) != 1 for found in below):
            return None
        for group in above[:-1]:
            turned.append((group, 3 * column, 0))
        turned.append((above[-1], 3 * column + 1, 0))
        turned += [(found[0], 3 * column + 1, k + 1) for k, found in enumerate(below)]
        taken.update(above)
    return turned
