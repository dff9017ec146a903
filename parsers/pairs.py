"""Tables printed as lists, every figure behind the name of its column (予以公开：自然人 12，商业企业 2 …), set in rows.
What the rows then say is left to `labelled` and `review`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from gongkai.parsers.document import Document
from gongkai.parsers.forms import GRID_FORMS
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import Token, roles_of
from gongkai.parsers.number import INVISIBLE

# So many rows of a table must be listed, and none of it printed otherwise: a line of this kind in the prose is no table.
FEWEST_ROWS = {"proactive": 4, "applications": 12, "review": 3}
LONGEST_LINE = 400  # characters

_FIGURE = r"(?:[+\-−－]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|/|[—－-]{1,2}|无)"
_NOTE = r"(?:[（(][^（）()]{0,40}[）)]|[*※①-⑨])?"
_PAIR = re.compile(rf"\s*(?P<name>[^\d，,、；;。]{{1,30}}?)\s*[:：]?\s*(?P<figure>{_FIGURE}\s*(?:件|项|个|万元|元)?{_NOTE})\s*(?:[，,、；;。\s]+|$)")
_ONE_FIGURE = re.compile(rf"\s*{_FIGURE}\s*(?:件|项|个|万元|元)?{_NOTE}\s*[，,；;。]?\s*")
_ENDS_LABEL = re.compile("[:：]|(?=[(（])|(?<=.)[ \u3000]")
_LEADING_TOTAL = re.compile(rf"\s*(?:共计?|总计|合计)?(?P<total>{_FIGURE}\s*件?)\s*(?:[，,；;。]\s*其中\s*[:：，,]?|(?=[（(]))\s*")
_NAMES = re.compile("[:：]|自然人|维持|制发|制作")  # one of these stands in every line that lists a row


class _Listed(NamedTuple):
    """One row: the cell of its label with the label's text, and for each column of the row the cell and text of its figure."""

    table: str
    row: str
    label: tuple[int, str]
    figures: tuple[tuple[int, str], ...]
    last: int  # its last cell


def set_in_rows(document: Document, tokens: Sequence[Token]) -> Document | None:
    """The document with the tables that it prints as lists the way the form has them; None where it prints none so.

    A row counts where each of its columns is named once. Every figure keeps its place.
    """
    if document.marks or document.candidates:
        return None
    found = _listed(document, tokens)
    rows = {table: {r.row for r in found if r.table == table} for table in FEWEST_ROWS}
    taken = {table for table, fewest in FEWEST_ROWS.items()
             if len(rows[table]) >= fewest and not _printed_otherwise(document, tokens, table, found)}  # fmt: skip
    if not taken:
        return None
    return _rewritten(document, {r.label[0]: r for r in found if r.table in taken})


@cache
def _columns_of(table: str, row: str) -> tuple[tuple[str, ...], ...]:
    """The columns of a row, in each form that has it."""
    return tuple(dict.fromkeys(
        tuple(c.key for c in r.columns)
        for form in GRID_FORMS.values() for t in form.tables if t.key == table for r in t.rows if r.key == row
    ))  # fmt: skip


def _listed(document: Document, tokens: Sequence[Token]) -> list[_Listed]:
    found: list[_Listed] = []
    i = 0
    while i < len(document):
        row = _on_one_line(document, i) or _on_lines(document, tokens, i)
        if row is not None:
            found.append(row)
            i = row.last
        i += 1
    return found


def _rows_named(folded: str) -> list[tuple[str, str]]:
    return [(r.table, r.key) for r in roles_of(folded)
            if (r.what == "row" or (r.what, r.key) == ("group", "other")) and r.table in FEWEST_ROWS]  # fmt: skip


def _on_one_line(document: Document, i: int) -> _Listed | None:
    """A label, a colon, bracket or space, and the pairs of its row; or one figure, where the row has one column."""
    text, last = document.texts[i], i
    if len(text) > LONGEST_LINE:
        return None
    rows = document.rows
    while last + 1 < len(rows) and rows[last + 1] == rows[i] and document.columns[last + 1] < 0:
        last += 1  # the reader has taken the figure at the end of the line for a cell of its own
        text += " " + document.texts[last]
        if len(text) > LONGEST_LINE:
            return None
    if _NAMES.search(text) is None:
        return None
    text = INVISIBLE.sub("", text)
    for match in _ENDS_LABEL.finditer(text):
        label, rest = text[: match.start()], text[match.end() :]
        for table, row in _rows_named(fold(label)):
            for columns in _columns_of(table, row):
                if len(columns) == 1 and _ONE_FIGURE.fullmatch(rest):
                    return _Listed(table, row, (i, label), ((i, rest.strip(" \u3000，,；;。")),), last)
            if figures := _pairs(rest, table, row):
                return _Listed(table, row, (i, label), tuple((i, f) for f in figures), last)
    return None


def _pairs(text: str, table: str, row: str) -> tuple[str, ...] | None:
    """The figures of a row in the order of its form, where the text names each of its columns once and says nothing else."""
    named: dict[str, str] = {}
    text = text.strip(" \u3000。；;，,")
    if lead := _LEADING_TOTAL.match(text):  # 12件（自然人5件，…）
        named["total"] = lead["total"].strip()
        text = text[lead.end() :]
    if text[:1] in ("(", "（") and text[-1:] in (")", "）"):
        text = text[1:-1]
    at = 0
    while at < len(text):
        match = _PAIR.match(text, at)
        key = _column(match["name"], table) if match else None
        if match is None or key is None or key in named:
            return None
        named[key] = match["figure"].strip()
        at = match.end()
    return next((tuple(named[c] for c in columns) for columns in _columns_of(table, row) if set(columns) == set(named)), None)


def _column(name: str, table: str) -> str | None:
    roles = roles_of(fold(name.strip().removesuffix("为").removesuffix("共")))
    return next((r.key for r in roles if r.what == "column" and r.table == table), None)


def _on_lines(document: Document, tokens: Sequence[Token], i: int) -> _Listed | None:
    """A label on a line of its own, and each pair of its row on one of the next lines."""
    if not tokens[i].roles:
        return None
    for table, row in _rows_named(tokens[i].folded):
        width = max(map(len, _columns_of(table, row)), default=0)
        named: dict[str, tuple[int, str]] = {}
        k = i + 1
        while k < len(document) and len(named) < width:
            match = _PAIR.fullmatch(document.texts[k]) if len(document.texts[k]) < LONGEST_LINE // 10 else None
            key = _column(match["name"], table) if match else None
            if match is None or key is None or key in named:
                break
            named[key] = (k, match["figure"].strip())
            k += 1
        for columns in _columns_of(table, row):
            if named and set(columns) == set(named):
                return _Listed(table, row, (i, document.texts[i]), tuple(named[c] for c in columns), k - 1)
    return None


def _printed_otherwise(document: Document, tokens: Sequence[Token], table: str, found: Sequence[_Listed]) -> bool:
    """A label of the table stands before a figure in a cell of its own."""
    listed = {i for r in found for i in range(r.label[0], r.last + 1)}
    what = "column" if table == "review" else "row"
    return any(
        # 总计 names columns and rows of several tables
        tokens[i].role(what, table) is not None and all(r.table == table for r in tokens[i].roles) and any(tokens[k].kind == "number" for k in range(i + 1, min(i + 4, len(tokens))))
        for i in range(len(tokens))
        if i not in listed
    )


def _rewritten(document: Document, listed: dict[int, _Listed]) -> Document:
    texts: list[str] = []
    of: list[int] = []  # the cell of the document that each comes from
    rows: list[int] = []
    headed: set[str] = set()
    i = 0
    while i < len(document):
        if (row := listed.get(i)) is None:
            texts.append(document.texts[i])
            of.append(i)
            rows.append(2 * document.rows[i])
            i += 1
            continue
        if row.table not in headed and (header := _header(row)):  # the names that stand before each figure, once over all of them
            headed.add(row.table)
            texts += header
            of += [i] * len(header)
            rows += [2 * document.rows[i] - 1] * len(header)
        parts = (row.label, *row.figures)
        texts += [text for _, text in parts]
        of += [k for k, _ in parts]
        rows += [2 * document.rows[i]] * len(parts)
        i = row.last + 1
    first = {k: n for n, k in reversed(list(enumerate(of)))}
    alone = {k for row in listed.values() for k in range(row.label[0], row.last + 1)}
    return Document(
        document.kind, texts, rows, [0 if k in alone else document.tables[k] for k in of],
        [-1 if k in alone else document.columns[k] for k in of], [1 if k in alone else document.spans[k] for k in of],
        [document.places[k] for k in of], frozenset(first[k] for k in document.weak if k in first), document.meta,
        [document.at(k) for k in of],
    )  # fmt: skip


def _header(row: _Listed) -> list[str]:
    """The labels of the columns of a row, as its form has them; none for a table of stacked blocks."""
    for form in GRID_FORMS.values():
        for table in form.tables:
            if table.key == row.table and table.layout != "blocks":
                return [column.label for column in table.columns]
    return []
