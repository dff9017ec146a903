"""Tables of a PDF page that no plumb lines part: rows by the labels of the forms, columns by the figures that stand
over one another. Ruled tables are left to `pdf_grid`, running text to `pdf_lines`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gongkai.parsers.readers.pdf_drawn import Box
from gongkai.parsers.readers.pdf_labels import (
    STACKED,
    Label,
    Piece,
    label_of,
    named,
    noted_figures,
    parts_of,
    pieces_of,
    roles_in,
    signs_in_one,
)
from gongkai.parsers.readers.pdf_lines import Body, Line, joined
from gongkai.parsers.readers.pdf_page import UNKNOWN, Page
from gongkai.parsers.readers.pdf_tables import Cell, Table

_YEAR = re.compile("20[12][0-9]")
SAME_ROW = 3.0
"""Points by which the baselines of the figures of one row may differ."""
NEXT_LINE = 1.6
"""Of the type size: the lines of one label are nearer than this, rows further apart."""
MIDDLE = 0.35
"""Of the type size by which the figures of a row may stand off the middle of its label."""
NEARLY = 0.8
"""Of the type size: figures of two rows that are no further apart may stand in one column."""
SMALL_TYPE = 9.0
"""Points; the type that tables are set in."""
WHOLE_SIGN = 3
"""Characters of a sign for nothing that begins no label: 不涉及, 不适用."""
CORNER = "信息内容"
FULL = 0.93
"""Of the body's width: as long a line without figures apart is running text."""


def open_tables(page: Page, lines: Sequence[Line], body: Body) -> list[Line | Table]:
    """The lines of a page with the tables among them made out; lines that are no row of a form stay lines."""
    cut = [pieces_of(line) for line in lines]
    found: list[Line | Table] = []
    done = 0
    for start, stop in _zones(lines, cut, body):
        table = _table(page, [p for pieces in cut[start:stop] for p in pieces])
        if table is not None:
            found += [*lines[done:start], table]
            done = stop
    return [*found, *lines[done:]]


def _is_row(pieces: Sequence[Piece]) -> bool:
    """Figures beside a label or beside one another."""
    figures = sum(p.figure for p in pieces)
    return figures > 0 and (len(pieces) > 1 or figures == len(pieces))


def _parts(line: Line, pieces: Sequence[Piece], body: Body) -> bool:
    """The line stands between tables: a heading, a caption, running text."""
    if len(pieces) == 1 and named(pieces[0].text, "heading", "caption") and not named(pieces[0].text, "row", "column"):
        return True
    text = line.text
    if text.endswith("。"):
        return True
    wide = body.x1 > 0 and line.x1 - line.x0 > FULL * (body.x1 - body.x0)
    return wide and len(pieces) == 1 and not named(text, "row", "group", "furniture", "column")


def _zones(lines: Sequence[Line], cut: Sequence[Sequence[Piece]], body: Body) -> list[tuple[int, int]]:
    """Where tables stand: half-open ranges of lines with rows of figures and the labels of a form among them."""
    zones: list[tuple[int, int]] = []
    start = 0
    filled = False  # a row of figures stands in the zone
    for k in range(len(lines) + 1):
        parts = k < len(lines) and _parts(lines[k], cut[k], body)
        next_table = k < len(lines) and not parts and filled and _begins_a_table(cut[k])
        if k < len(lines) and not parts and not next_table:
            filled = filled or _is_row(cut[k])
            continue
        filled = False
        zone = range(start, k)
        rows = [i for i in zone if _is_row(cut[i])]
        known = any(named(p.text, "row", "column") for i in zone for p in cut[i]) or (bool(rows) and _tears_a_label(cut[start:k]))
        if rows and known and any(len(cut[i]) > 1 for i in zone):
            first = rows[0]
            while first > start and _heads(cut[first - 1], lines[first - 1], lines[first]):
                first -= 1
            last = rows[-1] + 1
            while last < k and _hangs_on(cut[last], lines[last - 1], lines[last]):
                last += 1
            zones.append((first, last))
        start = k if next_table else k + 1
    return zones


def _tears_a_label(cut: Sequence[Sequence[Piece]]) -> bool:
    """A row's label is torn over lines, beside its figures."""
    texts = [p for pieces in cut for p in pieces if not p.figure]
    return any(len(part) > 1 and named(label_of(part).text, "row") for part in parts_of(texts, "row", "group"))


def _begins_a_table(pieces: Sequence[Piece]) -> bool:
    """Labels of a header and nothing else: behind figures they head another table."""
    if any(p.figure for p in pieces):
        return False
    for p in pieces:
        roles = roles_in(p.text)
        if roles and (all(r.table == "review" for r in roles) or not any(r.what in ("row", "group") for r in roles)):
            return True
    return False


def _heads(pieces: Sequence[Piece], line: Line, below: Line) -> bool:
    """The line belongs to the header over a table, or to the label of its first row."""
    if any(named(p.text, "column", "furniture", "span", "row", "group") for p in pieces):
        return True
    return below.base - line.base < STACKED * line.size * 2 and len(line.text) < 60


def _hangs_on(pieces: Sequence[Piece], above: Line, line: Line) -> bool:
    """The line belongs to the label of a table's last row, or is a row whose figures are all blank."""
    return line.base - above.base < STACKED * line.size or any(named(p.text, "row", "group") for p in pieces)


def _columns(figures: Sequence[Piece]) -> list[list[float]]:
    """The columns that figures stand in: those that overlap from row to row stand in one, and those that nearly do
    where no row prints both."""
    found: list[tuple[list[float], set[int]]] = []
    for p in sorted(figures, key=lambda p: p.x0):
        row = round(p.base / 3)
        if found:
            column, rows = found[-1]
            apart = p.x0 - column[1]
            if apart < 0 or (apart < NEARLY * p.size and not rows & {row - 1, row, row + 1}):
                column[1] = max(column[1], p.x1)
                rows.add(row)
                continue
        found.append(([p.x0, p.x1], {row}))
    return [column for column, _ in found]


def _apart(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces; groups of digits that stand near one another, but each under figures of a column of its own, are figures
    of their own."""
    if not any(p.parts for p in pieces):
        return list(pieces)
    columns = _columns([p for p in pieces if p.figure and not p.parts and p.text[0].isdigit()])
    found: list[Piece] = []
    for p in pieces:
        under = [next((k for k, c in enumerate(columns) if part.x0 < c[1] and c[0] < part.x1), None) for part in p.parts]
        found += p.parts if under and None not in under and len(set(under)) == len(under) else [p]
    return found


def _table(page: Page, pieces: Sequence[Piece]) -> Table | None:
    pieces = signs_in_one(_apart(pieces))
    digits = [p for p in pieces if p.figure and any(c.isdigit() for c in p.text)] or _signs_behind_labels(pieces)
    if not digits:
        return None
    # 无 is a sign for nothing among the figures, and a word of a label beside them
    first = min(p.x0 for p in digits) - pieces[0].size
    figures = [p for p in pieces if p.figure and (p.x0 >= first or not p.text[0].isalpha() or _is_whole_sign(p, digits))]
    row_bases = [p.base for p in pieces if p.x0 < first and not p.figure and _heads_a_row(p.text)]
    if row_bases:  # a year in a header's note is no figure
        figures = [p for p in figures if not (_YEAR.fullmatch(p.text) and p.base < min(row_bases) - 0.5 * p.size)]
    if not figures:
        return None
    columns = _columns(figures)
    top = min([*(p.base for p in figures), *(base - figures[0].size for base in row_bases)])
    beside = max((p.x1 + p.size for p in pieces if p.x0 < first and not p.figure and _heads_a_row(p.text)), default=first)
    noted = [
        p
        for p in pieces
        if p not in figures and p.x1 > first and p.x0 > min(first, beside) and p.base > top - 0.4 * p.size
    ]
    texts = [p for p in pieces if p not in figures and p not in noted]
    figures = _whole_figures(figures) + noted_figures(noted)
    bases = _bases(figures)
    heads = [p for p in texts if p.base < bases[0] - p.size * 0.4 and p.x1 > columns[0][0]]
    labels: list[Label] = []
    for part in parts_of([p for p in texts if p not in heads], "row", "group", "furniture", "column"):
        label = label_of(part)
        roles = roles_in(label.text)
        of_rows = any(r.what in ("row", "group") and r.table != "review" for r in roles)
        if label.last < bases[0] - 3 and roles and not of_rows:
            heads += part  # the header's own label over the labels
        else:
            labels.append(label)
    tops = [label_of(part) for part in parts_of(heads, "row", "group", "column", "subtotal", "furniture", "span")]
    columns = _with_blank_columns(columns, tops)
    rows = _rows(page, figures, bases, columns, labels)
    header = _header(page, tops, columns)
    if not rows:
        return None
    if len(columns) < sum(named(top.text, "column") for top in tops) + sum(_is_glued(p.text) for p in pieces):
        # a column without any figure, and which it is no header's place says
        for cell in (cell for row in rows for cell in row[1:]):
            cell.marks = (*cell.marks, "disordered")
    edge = min(p.x0 for p in pieces)
    box = Box(edge, min(p.top for p in pieces), max(p.x1 for p in pieces), max(p.base for p in pieces))
    return Table([*header, *rows], box, page.number)


def _is_glued(text: str) -> bool:
    """The corner of table two and the label of its first column in one cell."""
    return text.startswith(CORNER) and len(text) > len(CORNER) and named(text.removeprefix(CORNER), "column")


def _is_whole_sign(sign: Piece, digits: Sequence[Piece]) -> bool:
    """A sign for nothing that is no piece of a label (无, 没有), on the line of figures."""
    return len(sign.text) >= WHOLE_SIGN and any(abs(sign.base - p.base) < SAME_ROW for p in digits)


def _signs_behind_labels(pieces: Sequence[Piece]) -> list[Piece]:
    """The signs for nothing in a table that prints no figure, where all of them stand on the line of a row's label, behind it."""
    labels = [p for p in pieces if not p.figure and _heads_a_row(p.text)]
    signs = [p for p in pieces if p.figure]
    beside = [p for p in signs if any(abs(label.base - p.base) < SAME_ROW and label.x1 < p.x0 for label in labels)]
    return signs if len(beside) == len(signs) else []


def _heads_a_row(text: str) -> bool:
    """The label of a row, and of no column of a header."""
    roles = roles_in(text)
    return any(r.what == "row" and r.table != "review" for r in roles) and not any(r.what == "column" for r in roles)


def _whole_figures(figures: Sequence[Piece]) -> list[Piece]:
    """The figures; where the digits of one come on two lines of a narrow column, as one, its parts a space apart."""
    rows: dict[int, list[Piece]] = {}
    for p in figures:
        rows.setdefault(round(p.base), []).append(p)
    most = max(len(row) for row in rows.values())
    loose = sorted((p for row in rows.values() if len(row) * 2 <= most for p in row), key=lambda p: p.base)
    stacks: list[list[Piece]] = []
    for p in loose:
        for stack in stacks:
            above = stack[-1]
            if 0 < p.base - above.base < 1.5 * p.size and above.x0 < p.x1 and p.x0 < above.x1:
                stack.append(p)
                break
        else:
            stacks.append([p])
    whole = [
        stack[0]._replace(text=" ".join(p.text for p in stack), base=(stack[0].base + stack[-1].base) / 2)
        for stack in stacks
    ]
    return [*(p for p in figures if p not in loose), *whole]


def _bases(figures: Sequence[Piece]) -> list[float]:
    """The baselines of the rows of figures."""
    found: list[float] = []
    for base in sorted(p.base for p in figures):
        if not found or base - found[-1] > SAME_ROW:
            found.append(base)
    return found


def _with_blank_columns(columns: list[list[float]], heads: Sequence[Label]) -> list[list[float]]:
    """The columns and those under whose heading no figure is printed at all."""
    found = list(columns)
    if _one_each(heads, columns):
        return found
    for label in heads:
        if named(label.text, "column", "subtotal") and not any(c[0] - 1 < label.x1 and label.x0 < c[1] + 1 for c in columns):
            found.append([label.x0 + 1, label.x1 - 1])
    return sorted(found)


def _rows(
    page: Page, figures: Sequence[Piece], bases: Sequence[float], columns: Sequence[Sequence[float]], labels: Sequence[Label]
) -> list[list[Cell]]:  # fmt: skip
    """The rows, each with its labels and a cell for every column."""
    owned: dict[int, list[Label]] = {}
    alone: list[Label] = []
    for label in labels:
        middle = (label.first + label.last) / 2
        within = [k for k, base in enumerate(bases) if label.first - 3 <= base <= label.last + 3]
        near = min(within, key=lambda k: abs(bases[k] - middle)) if within else None
        if near is None and not named(label.text, "row"):
            # a label over several rows, or a word without a row: it stands where it is nearest
            near = min(range(len(bases)), key=lambda k: abs(bases[k] - middle))
            if abs(bases[near] - middle) > 4 * STACKED * SMALL_TYPE:
                near = None
        if near is None:
            alone.append(label)
        else:
            owned.setdefault(near, []).append(label)
    left = min([*(label.x0 for label in labels), columns[0][0] - 20]) - 1
    found: list[tuple[float, list[Cell]]] = []
    for label in alone:
        middle = (label.first + label.last) / 2
        bare = [
            k
            for k in range(len(bases))
            if not any(named(one.text, "row") for one in owned.get(k, ())) and abs(bases[k] - middle) < 2 * STACKED * SMALL_TYPE
        ]
        if bare and named(label.text, "row"):
            # beside it a group's label may stand
            owned.setdefault(min(bare, key=lambda k: abs(bases[k] - middle)), []).append(label)
        elif bare := [k for k in bare if k not in owned]:
            owned[min(bare, key=lambda k: abs(bases[k] - middle))] = [label]
        elif _joins_its_neighbour(label, bases, owned):
            continue
        elif any(role.what == "row" and role.table != "review" for role in roles_in(label.text)):
            # a row of the form without any figure: all its cells are blank
            row = _row(page, [], columns, [label], left)
            if any(_is_next_line(label, one) for owners in owned.values() for one in owners):
                for cell in row[1:]:
                    cell.text = UNKNOWN  # or the rest of the label beside it, and no row
            found.append((label.first, row))
        else:
            found.append((label.first, [Cell(label.text, left, left + 1, 1, page.place(label.x0, label.top))]))
    loose = [p for p in figures if not any(named(one.text, "row") for one in owned.get(_nearest(bases, p.base), ()))]
    for k, base in enumerate(bases):
        own = [p for p in figures if abs(p.base - base) <= SAME_ROW]
        row = _row(page, own, columns, sorted(owned.get(k, ())), left)
        if any(named(one.text, "row") for one in owned.get(k, ())):
            _open_blanks(row, [p for p in loose if abs(p.base - base) < STACKED * p.size])
        found.append((base, row))
    return [row for _, row in sorted(found, key=lambda item: item[0])]


def _is_next_line(a: Label, b: Label) -> bool:
    """The two stand under one another as lines of one text do."""
    apart = max(a.first, b.first) - min(a.last, b.last)
    return 0 < apart < NEXT_LINE * SMALL_TYPE and a.x0 < b.x1 and b.x0 < a.x1


def _joins_its_neighbour(label: Label, bases: Sequence[float], owned: dict[int, list[Label]]) -> bool:
    """Puts a label to the one over or under it where the figures stand in the middle of the two together, of neither
    alone: one label whose parts are labels as well (2.其他 and 法律行政法规禁止公开)."""
    for k, owners in owned.items():
        for n, other in enumerate(owners):
            upper, lower = (label, other) if label.first < other.first else (other, label)
            both = (upper.first + lower.last) / 2
            alone = (other.first + other.last) / 2
            if _is_next_line(label, other) and abs(bases[k] - both) < MIDDLE * SMALL_TYPE < abs(bases[k] - alone):
                owners[n] = Label(joined(upper.text, lower.text), min(label.x0, other.x0), max(label.x1, other.x1),
                                  upper.first, lower.last, upper.top)  # fmt: skip
                return True
    return False


def _nearest(bases: Sequence[float], base: float) -> int:
    return min(range(len(bases)), key=lambda k: abs(bases[k] - base))


def _open_blanks(row: Sequence[Cell], loose: Sequence[Piece]) -> None:
    """A cell is not blank where a figure that no row owns stands right over or under it: nobody can say whose it is."""
    for cell in row:
        if not cell.text and any(cell.x0 <= p.middle < cell.x1 for p in loose):
            cell.text = UNKNOWN


def _edges(columns: Sequence[Sequence[float]]) -> list[float]:
    """The lines that could be drawn between the columns."""
    gaps = [(a[1] + b[0]) / 2 for a, b in pairwise(columns)]
    return [columns[0][0] - 10, *gaps, columns[-1][1] + 10]


def _row(
    page: Page, own: Sequence[Piece], columns: Sequence[Sequence[float]], labels: Sequence[Label], left: float
) -> list[Cell]:
    edges = _edges(columns)
    cells: list[Cell] = []
    ordered = sorted(labels, key=lambda label: (label.x0, label.first))
    if ordered and named(ordered[-1].text, "row"):
        ordered = ordered[-1:]  # a group's label, or a piece of it, stands beside any row of the group
    for n, label in enumerate(ordered):
        # labels of one row are told apart by where they begin
        x0 = left if n == 0 else max(left, min(label.x0, edges[0] - 1))
        x1 = edges[0] if n + 1 == len(ordered) else max(x0, min(ordered[n + 1].x0, edges[0] - 1))
        cells.append(Cell(label.text, x0, x1, 1, page.place(label.x0, label.top)))
    high, low = (own[0].top, own[0].base) if own else (labels[0].top, labels[0].last)
    # a figure that touches its label is not told from it
    glued = any(label.text[-1:].isdigit() and named(label.text.rstrip("0123456789"), "row") for label in ordered)
    for k, (x0, x1) in enumerate(pairwise(edges)):
        here = sorted((p for p in own if x0 <= p.middle < x1), key=lambda p: p.x0)
        x, y = (here[0].x0, here[0].top) if here else ((columns[k][0] + columns[k][1]) / 2, own[0].top if own else labels[0].top)
        text = " ".join(p.text for p in here)
        if not text and (glued or any(p.x0 < columns[k][1] and columns[k][0] < p.x1 for p in own)):
            text = UNKNOWN  # what is written for its neighbour reaches into it: part of that may be its own
        elif not text and page.shows_picture(Box(x0, high, x1, low)):
            text = UNKNOWN
        cells.append(Cell(text, x0, x1, 1, page.place(x, y)))
    return cells


def _header(page: Page, labels: Sequence[Label], columns: Sequence[Sequence[float]]) -> list[list[Cell]]:
    """The header's labels, line by line, each over the columns that it covers."""
    if not labels:
        return []
    left = min([*(label.x0 for label in labels), columns[0][0] - 20]) - 1
    edges = _edges(columns)
    lowest: dict[int, Label] = {}
    others: list[Label] = []
    in_order = _one_each(labels, columns)
    for label in sorted(labels, key=lambda label: label.last):
        k = in_order.index(label) if label in in_order else _over(label, edges, columns)
        if k is None or not named(label.text, "column", "subtotal"):
            others.append(label)
        else:
            lowest[k] = label  # of two over one column the lower one; the upper says nothing of their order
    lines: list[list[Label]] = []
    for label in sorted(others, key=lambda label: label.first):
        if lines and label.first - lines[-1][0].first <= 3.0:
            lines[-1].append(label)
        else:
            lines.append([label])
    found = [[_head(page, label, edges, left) for label in sorted(line, key=lambda one: one.x0)] for line in lines]
    last = [Cell(lowest[k].text, edges[k], edges[k + 1], 1, page.place(lowest[k].x0, lowest[k].top)) for k in sorted(lowest)]
    return [*found, last] if last else found


def _one_each(labels: Sequence[Label], columns: Sequence[Sequence[float]]) -> list[Label]:
    """The labels of columns where they stand beside one another and are as many as the columns; else none."""
    found = sorted((label for label in labels if named(label.text, "column", "subtotal")), key=lambda label: label.x0)
    abreast = all(a.x1 <= b.x0 + 1 and abs(a.last - b.last) < SMALL_TYPE for a, b in pairwise(found))
    return found if abreast and len(found) == len(columns) else []


def _over(label: Label, edges: Sequence[float], columns: Sequence[Sequence[float]]) -> int | None:
    """The one column that a header's label stands over; None for one that covers several, or none."""
    middle = (label.x0 + label.x1) / 2
    near = [k for k in range(len(edges) - 1) if edges[k] <= middle < edges[k + 1]]
    if middle >= edges[-1]:
        near = [len(edges) - 2]  # figures on the left of a wide column, its label in the middle
    covered = sum(label.x0 <= (c[0] + c[1]) / 2 <= label.x1 for c in columns)
    return near[0] if near and covered < 2 else None


def _head(page: Page, label: Label, edges: Sequence[float], left: float) -> Cell:
    middle = (label.x0 + label.x1) / 2
    k = next((k for k in range(len(edges) - 1) if edges[k] <= middle < edges[k + 1]), None)
    if k is None or label.x0 < edges[0] - 12:
        x0, x1 = left, edges[0]
    else:
        x0, x1 = edges[k], edges[k + 1]
    return Cell(label.text, x0, x1, 1, page.place(label.x0, label.top))
