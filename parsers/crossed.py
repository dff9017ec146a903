"""Table two printed another way round: its rows side by side over one row of figures, or its columns as rows. Set the way the
form has it. What the rows then say is left to `labelled`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from gongkai.parsers.document import Document
from gongkai.parsers.forms import GRID_FORMS
from gongkai.parsers.lexicon import BLANK_CODE, CODES, OTHER_NUMBER, PAGE_CODE, PLAIN, UNIT_CODE, Token

FEWEST_ROWS = 4
"""Of the form's six (nine in 2019): a line or two with words of the table are no table."""
TABLE = "proactive"

# What stands before the one row of figures and says nothing of them; a year must be the report's.
_LEAD = re.compile(r"(?:数量|件数|数值|数据|数额|本年度?|合计|总计|(?P<year>20\d\d)年?度?)")


@cache
def _parts() -> dict[int, str]:
    """For each code of a label what it is in table two, for `str.translate`: R a row, C a column, U what stands over either
    and names none. Figures are V, blanks B, all else is X."""
    parts = {}
    for code, roles in CODES.items():
        own = {r.what for r in roles if r.table == TABLE}
        parts[ord(code)] = "R" if "row" in own else "C" if "column" in own else "U" if own & {"caption", "furniture"} else "X"
    plain = {PLAIN: "V", OTHER_NUMBER: "V", BLANK_CODE: "B", PAGE_CODE: "U", UNIT_CODE: "U"}
    return {**parts, **{ord(code): part for code, part in plain.items()}}


# A row's label with no figure behind it but another label: no table that is printed as the form has it shows that.
_MAY_BE = re.compile("R[UB]?[RC]")
_BLOCK = re.compile(r"U*R[RU]*B?U*C")


class _Row(NamedTuple):
    """One row of the form: the cells of its label, of the labels of its columns, and of its figures, in the same order."""

    label: int
    heads: tuple[int, ...]
    figures: tuple[int, ...]


class _Block(NamedTuple):
    rows: tuple[_Row, ...]
    others: tuple[int, ...]  # what stands over them
    stop: int  # counted in the cells that are looked at


def set_crossed(document: Document, tokens: Sequence[Token], year: int | None) -> Document | None:
    """The document with the parts of table two that are printed another way round the way the form has them; None where
    there are none.

    Read are rows side by side with their columns below each and the figures below these, and rows with each column's name
    before their figures. It counts only where all figures between two texts are so placed, none is left over, and the grid,
    where there is one, says the same. Every figure keeps its place.
    """
    if document.candidates:
        return None
    codes = "".join([t.code for t in tokens])
    parts = "".join([c if c in "RCUVBX" else "X" for c in codes.translate(_parts())])
    if _MAY_BE.search(parts) is None:
        return None
    for columns in _forms():
        blocks = list(_chains(document, tokens, parts, columns, year))
        named = [_row_key(tokens[row.label]) for block in blocks for row in block.rows]
        if len(set(named)) >= FEWEST_ROWS:
            return _rewritten(document, blocks)
    return None


@cache
def _forms() -> tuple[dict[str, frozenset[str]], ...]:
    """The columns of each row, for each form."""
    return tuple({r.key: frozenset(c.key for c in r.columns) for r in form.table(TABLE).value_rows} for form in GRID_FORMS.values())


def _row_key(token: Token) -> str:
    return token.role("row", TABLE) or ""


def _chains(
    document: Document, tokens: Sequence[Token], parts: str, columns: dict[str, frozenset[str]], year: int | None
) -> Iterator[_Block]:
    """The blocks of each chain of them between two texts; those of a chain that does not come out whole are left out."""
    kept = [i for i in range(len(parts)) if parts[i] != "B" or not _is_padding(document, parts, i)]
    solid = "".join(parts[i] for i in kept)
    at = 0
    while (match := _BLOCK.search(solid, at)) is not None:
        chain: list[_Block] = []
        named: list[str] = []
        start = match.start()
        if solid[:start].rstrip("U")[-1:] in ("", "X") or start == at > 0:
            at = start
            while (block := _block(document, tokens, solid, kept, at, columns, year)) is not None:
                chain.append(block)
                named += [_row_key(tokens[row.label]) for row in block.rows]
                at = block.stop
                following = _BLOCK.match(solid, at)
                if following is None or _is_next_copy(document, tokens, kept, following, block, named):
                    break
            else:
                chain = []
        begins_again = chain and _BLOCK.match(solid, at) is not None
        if chain and len(set(named)) == len(named) and (begins_again or solid[at:].lstrip("U")[:1] in ("", "X")):
            yield from chain
        if not begins_again:
            text = solid.find("X", max(at, match.end()))
            at = text if text >= 0 else len(solid)


def _is_next_copy(
    document: Document, tokens: Sequence[Token], kept: Sequence[int], following: re.Match[str], block: _Block, named: Sequence[str]
) -> bool:
    """The next block begins the table anew, in a table of its own."""
    label = kept[following.start() + following[0].index("R")]
    return document.tables[label] != document.tables[block.rows[-1].label] and _row_key(tokens[label]) in named


def _is_padding(document: Document, parts: str, i: int) -> bool:
    """A blank cell of a grid that stands under no label and behind none of a column. In a typed row, one beside labels only,
    or before the first."""
    if document.columns[i] < 0:
        return False
    row = document.printed_row(i)
    if not document.tables[i]:
        printed = parts[row[0] : row[-1] + 1]
        first = printed.lstrip("B")[:1]
        if first in tuple("RCU") and i < row[0] + printed.index(first):
            return True
        return "V" not in printed and ("R" in printed or "U" in printed or printed.count("C") > 1)
    if i > row[0] and parts[i - 1] == "C":
        return False
    k = row[0] - 1
    while k >= 0 and document.tables[k] == document.tables[i]:
        if parts[k] in "RC" and _meet(document, k, i):
            return False
        k -= 1
    return True


def _meet(document: Document, a: int, b: int) -> bool:
    """Two cells stand over one another."""
    first, second = document.columns[a], document.columns[b]
    return first < second + document.spans[b] and second < first + document.spans[a]


def _block(
    document: Document, tokens: Sequence[Token], solid: str, kept: Sequence[int], at: int, columns: dict[str, frozenset[str]],
    year: int | None,
) -> _Block | None:
    """The block that begins here; None where it does not come out."""
    labels: list[int] = []
    others: list[int] = []
    while solid[at] != "C":
        if solid[at] == "R":
            labels.append(kept[at])
        elif solid[at] == "U":
            others.append(kept[at])
        at += 1
    keys = [_row_key(tokens[i]) for i in labels]
    if any(key not in columns for key in keys) or len(set(keys)) < len(keys):
        return None
    heads = at
    while at < len(solid) and solid[at] in "CU":
        at += 1
    wide = [kept[k] for k in range(heads, at) if solid[k] == "C"]
    lead = at < len(solid) and solid[at] == "X" and (match := _LEAD.fullmatch("".join(document.texts[kept[at]].split())))
    if lead and match is not None and match["year"] in (None, str(year)):
        at += 1
    first = at
    while at < len(solid) and solid[at] in "VB":
        at += 1
    figures = [kept[k] for k in range(first, at)]
    if len(wide) > 1 or len(labels) == 1:
        rows = _side_by_side(tokens, labels, wide, figures, columns)
        if rows is not None and _stand_below(document, rows):
            return None if _spoilt(document, rows) else _Block(rows, tuple(others), at)
    return _turned(document, tokens, solid, kept, heads, labels, tuple(others), columns)


def _column_of(token: Token, allowed: frozenset[str]) -> str | None:
    """The column that a label names among these; None where it is not one alone."""
    keys = {r.key for r in token.roles if (r.what, r.table) == ("column", TABLE)} & allowed
    return next(iter(keys)) if len(keys) == 1 else None


def _side_by_side(
    tokens: Sequence[Token], labels: Sequence[int], heads: Sequence[int], figures: Sequence[int], columns: dict[str, frozenset[str]]
) -> tuple[_Row, ...] | None:
    """Rows over their columns over one row of figures. A row of one column may have no label of it, or one together with
    the row before it."""
    if len(figures) != sum(len(columns[_row_key(tokens[i])]) for i in labels):
        return None
    rows: list[_Row] = []
    at = head = 0
    for label in labels:
        wanted = columns[_row_key(tokens[label])]
        own = tuple(heads[head : head + len(wanted)])
        if {_column_of(tokens[i], wanted) for i in own} == wanted:
            head += len(wanted)
        elif len(wanted) > 1:
            return None
        elif rows and (shared := rows[-1].heads) and _column_of(tokens[shared[-1]], wanted):
            own = shared[-1:]
        else:
            own = ()
        rows.append(_Row(label, own, tuple(figures[at : at + len(wanted)])))
        at += len(wanted)
    return tuple(rows) if head == len(heads) else None


def _stand_below(document: Document, rows: Sequence[_Row]) -> bool:
    """In a grid each figure stands below the label of its row, or in a row that it begins, and below that of its column."""
    for row in rows:
        for k, i in enumerate(row.figures):
            if not document.tables[i]:
                continue
            for label in (row.label, *row.heads[k : k + 1]):
                if document.tables[label] == document.tables[i] and not _meet(document, label, i):
                    return False
    return True


def _spoilt(document: Document, rows: Sequence[_Row]) -> bool:
    """A blank among the figures may be mere spacing."""
    return any(i in document.weak for row in rows for i in row.figures)


def _turned(
    document: Document, tokens: Sequence[Token], solid: str, kept: Sequence[int], at: int, labels: Sequence[int],
    others: tuple[int, ...], columns: dict[str, frozenset[str]],
) -> _Block | None:
    """Rows side by side, and below them a line for each column: its name, and a figure for each of the rows."""
    cells: dict[tuple[int, str], tuple[int, int]] = {}
    while at < len(solid) and solid[at] == "C":
        head = kept[at]
        line = solid[at + 1 : at + 1 + len(labels)]
        figures = kept[at + 1 : at + 1 + len(labels)]
        behind = at + 1 + len(labels)
        while behind < len(solid) and solid[behind] == "B" and _ends_typed_row(document, head, kept[behind]):
            behind += 1
        if len(line) < len(labels) or line.strip("VB"):
            return None
        for label, i in zip(labels, figures, strict=True):
            key = _column_of(tokens[head], columns[_row_key(tokens[label])])
            if key is None:
                if tokens[i].reading.value:
                    return None  # a figure where the form has no cell
            elif (label, key) in cells:
                return None
            else:
                cells[label, key] = head, i
            if document.tables[i] and not (_is_line_of(document, head, i) and (len(labels) == 1 or _meet(document, label, i))):
                return None
        at = behind
        while at < len(solid) and solid[at] == "U" and solid[at:].lstrip("U")[:1] == "C":
            at += 1
    rows = []
    for label in labels:
        wanted = sorted(columns[_row_key(tokens[label])])
        if any((label, key) not in cells for key in wanted):
            return None
        rows.append(_Row(label, tuple(cells[label, key][0] for key in wanted), tuple(cells[label, key][1] for key in wanted)))
    return None if _spoilt(document, rows) else _Block(tuple(rows), others, at)


def _is_line_of(document: Document, head: int, i: int) -> bool:
    return document.rows[head] == document.rows[i] and document.columns[head] < document.columns[i]


def _ends_typed_row(document: Document, head: int, i: int) -> bool:
    """A cell of the same row of typed columns with nothing but blanks behind it."""
    row = document.printed_row(i)
    return not document.tables[i] and head in row and not any(document.texts[i : row[-1] + 1])


def _rewritten(document: Document, blocks: Sequence[_Block]) -> Document:
    """The document with a line for the columns' labels and one for the figures of each row, where the block began."""
    placed = {i for block in blocks for row in block.rows for i in (row.label, *row.heads, *row.figures)} | {
        i for block in blocks for i in block.others
    }
    begins = {min((*block.others, *(i for row in block.rows for i in (row.label, *row.heads)))): block for block in blocks}
    ends = {k: max(i for row in block.rows for i in (row.label, *row.heads, *row.figures)) for k, block in begins.items()}
    lines: list[tuple[int, ...]] = []
    last: object = None
    i = 0
    kept_as_it_was: list[bool] = []
    while i < len(document):
        if (block := begins.get(i)) is not None:
            lines += [(k,) for k in block.others]
            for row in block.rows:
                lines += [row.heads] if row.heads else []
                lines.append((row.label, *row.figures))
            kept_as_it_was += [False] * (len(lines) - len(kept_as_it_was))
            i, last = ends[i] + 1, None  # blanks within it are padding
            continue
        if i not in placed:
            if document.rows[i] == last:
                lines[-1] += (i,)
            else:
                lines.append((i,))
                kept_as_it_was.append(True)
            last = document.rows[i]
        i += 1
    order = [(i, n, k if not as_it_was else document.columns[i]) for n, (line, as_it_was) in enumerate(zip(lines, kept_as_it_was, strict=True))
             for k, i in enumerate(line)]  # fmt: skip
    cells = [i for i, _, _ in order]
    spans = [1 if i in placed else document.spans[i] for i in cells]
    where = [document.at(i) for i in cells]
    return replace(document.chosen(cells), rows=[n for _, n, _ in order], columns=[c for *_, c in order], spans=spans, where=where)
