"""Columns of a table that the form has not, by their own headers: last year's figures, changes, shares, remarks. They are taken out.
What the columns left say is left to `labelled`; rows and whole tables of other years to `copies`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongkai.parsers.document import Document
from gongkai.parsers.lexicon import Token

_YEAR = re.compile(r"(20\d\d)\s*年?\s*度?\s*(?:数据?|数量|件数|总计|合计|情况)?")
_OTHER = re.compile(
    r"(?:[上去前]一?年度?(?:同期)?(?:数|数据|数量|件数|总计|合计|情况)?|上年同期.{0,4}"
    r"|(?:同比|环比|占比|比重|比例|百分比|增幅|增减|增长|变化|比上一?年|较上一?年|与上一?年相比)[^，。]{0,8}"
    r"|备注|备考|说明)(?:[(（].{0,6}[)）])?"
)
_TABLES = ("applications", "proactive", "review")
_REVIEW_FIGURES = 15
"""Figures of table four, whose row has no label."""


def without_other_columns(document: Document, tokens: Sequence[Token], year: int | None) -> Document | None:
    """The document without the columns whose headers name another year, a change, a share or remarks; None where there are none.

    A header counts that stands in a grid over the figures of a table. A label of the form (上一年项目数量)
    is never another column; a year is one only beside a column of the report's own.
    """
    suspects = [i for i, t in enumerate(tokens) if t.kind in ("text", "number") and document.columns[i] >= 0
                and is_other(document.texts[i], year)]  # fmt: skip
    if not suspects:
        return None
    dropped: set[int] = set()
    aside: set[int] = set()
    other = set(suspects)
    for rows in _tables(document):
        dropped.update(_dropped(document, tokens, rows, other, year, aside))
    if aside:
        document = replace(document, marks={**document.marks, **dict.fromkeys(aside, ("extra_column",))})
    return document.chosen([i for i in range(len(document)) if i not in dropped]) if dropped or aside else None


def is_other(text: str, year: int | None) -> bool:
    """The header of a column names another year than the report's, a change, a share or remarks."""
    squeezed = "".join(text.split())
    if match := _YEAR.fullmatch(squeezed):
        return year is not None and int(match[1]) != year
    return _OTHER.fullmatch(squeezed) is not None


def _tables(document: Document) -> Iterator[list[list[int]]]:
    """Each printed table that has a grid, as rows of cells. In a text, rows with columns that follow one another."""
    table: list[list[int]] = []
    last = -1
    i = 0
    while i < len(document):
        j = i + 1
        while j < len(document) and document.rows[j] == document.rows[i]:
            j += 1
        if document.columns[i] < 0 or (table and document.tables[i] != last):
            if table:
                yield table
            table = []
        if document.columns[i] >= 0:
            table.append(list(range(i, j)))
            last = document.tables[i]
        i = j
    if table:
        yield table


def _dropped(
    document: Document, tokens: Sequence[Token], rows: list[list[int]], other: set[int], year: int | None, aside: set[int]
) -> Iterator[int]:
    """The cells of one table that stand in other columns, header cells included. Those of rows that end beside their header,
    so that nobody can say what stands under it, go into `aside`."""
    header: list[int] = []
    pieces: set[int] = set()  # columns with pieces of a label that is torn over lines
    columns: set[int] = set()  # the other columns under the last header, and those of the form
    own: set[int] = set()
    under_header = False
    end = 0  # the column behind the last header
    for row in rows:
        named = any(tokens[i].role("row", table) for i in row for table in _TABLES[:2])
        printed = sum(tokens[i].kind == "number" and i not in other for i in row)
        figures = printed > 0
        named = named or printed >= _REVIEW_FIGURES
        if not (named and figures) and any(i in other or _heads_columns(tokens[i]) for i in row):
            header = header + row if under_header else list(row)
            under_header = True
        if not (named and figures) and under_header:
            pieces.update(document.columns[i] for i in row if tokens[i].kind == "text" and i not in other and document.spans[i] == 1)
            continue
        if under_header:
            if not document.tables[row[0]]:  # typed columns: a header with fewer cells than the rows stands over none for certain
                header = [i for i in header if sum(document.rows[k] == document.rows[i] for k in header) == len(row)]
            # a bare year above or below such a piece is another: 上一年项目数量（指2018年事项数）
            torn = {i for i in header if tokens[i].kind == "number" and _columns_of(document, i) & pieces}
            columns, own = _other_columns(document, tokens, header, other - torn, year)
            pieces = set()
            named_rows = {document.rows[i] for i in header if i in other}
            end = _end(document, [i for i in header if document.rows[i] in named_rows])
            yield from (i for i in header if _columns_of(document, i) <= columns)
            under_header = False
        moved = any(tokens[i].role("row", t) and _columns_of(document, i) & own for i in row for t in _TABLES[:2])
        if columns and not moved and _end(document, row) == end:
            yield from (i for i in row if _columns_of(document, i) <= columns)
        elif columns:
            aside.update(row)


def _end(document: Document, cells: list[int]) -> int:
    """The grid column behind these cells."""
    return max((document.columns[i] + document.spans[i] for i in cells), default=0)


def _heads_columns(token: Token) -> bool:
    """The cell stands in a header: a column, or what stands over columns. 其他 and 总计 are rows as well."""
    return not any(r.what == "row" and r.table != "review" for r in token.roles) and any(
        r.what in ("column", "span", "furniture", "caption") and r.table in _TABLES for r in token.roles
    )


def _columns_of(document: Document, i: int) -> set[int]:
    return set(range(document.columns[i], document.columns[i] + document.spans[i]))


def _other_columns(
    document: Document, tokens: Sequence[Token], header: list[int], other: set[int], year: int | None
) -> tuple[set[int], set[int]]:
    """The grid columns over which a header names something that is no column of the form, while it names some that are; and
    these."""
    columns: set[int] = set()
    own: set[int] = set()
    for i in header:
        if i in other:
            columns |= _columns_of(document, i)
        elif any(tokens[i].role("column", table) for table in _TABLES) or (
            year is not None and (match := _YEAR.fullmatch("".join(document.texts[i].split()))) and int(match[1]) == year
        ):
            own |= _columns_of(document, i)
    return (columns, own) if own - columns else (set(), own)
