"""Sets a draft's figures into the three tables, as rows of boxes that may span.
Which marks a box becomes on the page is left to the layouts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gongkai.samplesite.boxes import Box, Row, Table
from gongkai.samplesite.draft import Block, BlockLine, Draft, Line
from gongkai.samplesite.statutory import ORGANISATIONS, REVIEW_COLUMNS, REVIEW_GROUPS


@dataclass(frozen=True, slots=True)
class Shape:
    """How the tables of a report are cut."""

    proactive: Literal["one", "several", "captions-outside", "skewed"] = "one"
    applications: Literal["whole", "cut", "rows"] = "whole"
    review: Literal["wide", "wide-empties", "three", "tall", "tall-two-level"] = "wide"
    cut_after: int = 12


def proactive(draft: Draft, shape: Shape) -> list[Table]:
    """Table two: one table of stacked blocks, or a table for each block."""
    if shape.proactive == "skewed":
        return [Table([row for block in draft.blocks for row in _block(draft, block, 5, True)])]
    if shape.proactive == "one":
        return [Table([row for block in draft.blocks for row in _block(draft, block, 4, False)])]
    outside = shape.proactive == "captions-outside"
    tables = []
    for block in draft.blocks:
        rows = _block(draft, block, len(block.columns) + 1, False)
        tables.append(Table(rows[1:], 1, block.caption) if outside else Table(rows))
    return tables


def _widths(count: int, width: int, skewed: bool, head: bool) -> list[int]:
    """How many grid columns each of a block's value cells spans."""
    if skewed and count == 3:
        return [1, 2, 1] if head else [2, 1, 1]
    if skewed and count == 2:
        return [2, 2]
    return [1] * (count - 1) + [width - count]


def _block(draft: Draft, block: Block, width: int, skewed: bool) -> list[Row]:
    count = len(block.columns)
    # The trial form as published: header cells split 1-1-2-1 over data cells split 1-2-1-1, except under item one.
    skew_data = skewed and block is not draft.blocks[0]
    heads = _widths(count, width, skewed, True)
    values = _widths(count, width, skewed, not skew_data)
    rows: list[Row] = [
        [Box(block.caption, "caption", width)],
        [Box(block.corner, "head"), *(Box(text, "head", w) for text, w in zip(block.heads, heads, strict=True))],
    ]
    for line in block.lines:
        if line.row == "loose":
            rows.append([Box(line.label, "loose", width)])
            continue
        texts = block_texts(draft, block, line)
        rows.append([Box(line.label, "label"), *(Box(t, "value", w) for t, w in zip(texts, values, strict=True))])
    return rows


def block_texts(draft: Draft, block: Block, line: BlockLine) -> list[str]:
    """The cells printed on one line of table two."""
    return line.texts or [draft.figures["proactive", line.row, column].text for column in block.columns]


def subtotal(draft: Draft, row: str) -> str:
    """What an extra 法人小计 column prints: nothing where one of its parts is blank."""
    parts = [draft.number(("applications", row, kind)) for kind in ORGANISATIONS]
    numbers = [part for part in parts if part is not None]
    return str(sum(numbers, Decimal(0))) if len(numbers) == len(parts) else ""


def texts_of(draft: Draft, row: str) -> list[str]:
    """The cells printed on one line of table three."""
    return [
        subtotal(draft, row) if column == "subtotal" else draft.figures["applications", row, column].text
        for column in draft.columns
    ]


def _applicants_header(draft: Draft) -> list[Row]:
    labels, width = draft.column_labels, len(draft.columns)
    first: Row = [Box(draft.corner, "head", 3, 3), Box(draft.applicants, "head", width)]
    second: Row = []
    third: Row = []
    for column in draft.columns:
        inside = column in ORGANISATIONS or (column == "subtotal" and draft.subtotal_inside)
        if not inside:
            second.append(Box(labels[column], "head", 1, 2))
            continue
        if not third:
            span = len(ORGANISATIONS) + (draft.subtotal_inside and "subtotal" in draft.columns)
            second.append(Box(draft.organisations, "head", span))
        third.append(Box("小计" if column == "subtotal" else labels[column], "head"))
    return [first, second, third]


def _reach(lines: list[Line], start: int) -> int:
    """How many printed lines a group at `start` spans."""
    depth, count = lines[start].depth, 0
    for line in lines[start + 1 :]:
        if line.depth <= depth and not line.loose:
            break
        count += not line.group
    return count


def applications(draft: Draft, shape: Shape) -> list[Table]:
    """Table three: whole, cut in two by a new table, or every line a table of its own."""
    lines, width = draft.lines, len(draft.columns)
    header = _applicants_header(draft)
    rows: list[Row] = []
    waiting: Row = []  # groups stand in the row of their first line
    alone = shape.applications == "rows"
    for i, line in enumerate(lines):
        if line.group:
            box = Box(line.label, "group", 3 if alone else 1, 1 if alone else max(1, _reach(lines, i)))
            if alone:
                rows.append([box])
            else:
                waiting.append(box)
            continue
        span = 3 if alone else 4 - line.depth
        if line.loose:
            rows.append([*waiting, Box(line.words, "loose", span + width)])
        else:
            texts = texts_of(draft, line.row)
            label = [Box(line.label, "label", span)]
            if line.split and span > 1:
                label = [Box(line.label, "label"), Box("", "pad", span - 1)]
            rows.append([*waiting, *label, *(Box(text, "value") for text in texts)])
        waiting = []
    if alone:
        return [Table(header, 3), *(Table([row]) for row in rows)]
    if shape.applications == "cut" and shape.cut_after < len(rows):
        top, rest = rows[: shape.cut_after], rows[shape.cut_after :]
        return [Table([*header, *_clipped(top)], 3), Table(_clipped(rest))]
    return [Table([*header, *rows], 3)]


def _clipped(rows: list[Row]) -> list[Row]:
    """Rows whose spans end with their table."""
    return [[box._replace(down=min(box.down, len(rows) - i)) for box in row] for i, row in enumerate(rows)]


def _review_values(draft: Draft, group: str) -> Row:
    return [Box(draft.figures["review", group, column].text, "value") for column in REVIEW_COLUMNS]


def _review_heads(draft: Draft, down: int = 1) -> Row:
    return [Box(draft.review_heads[column], "head", 1, down) for column in REVIEW_COLUMNS]


def review(draft: Draft, shape: Shape) -> list[Table]:
    """Table four in the shape asked for."""
    heads = draft.review_heads
    if shape.review == "three":
        titles = (
            heads["reconsideration"],
            *(f"{heads['litigation']}（{heads[group]}）" for group in REVIEW_GROUPS[1:]),
        )
        return [
            Table([_review_heads(draft), _review_values(draft, group)], 1, title)
            for title, group in zip(titles, REVIEW_GROUPS, strict=True)
        ]
    if shape.review in ("tall", "tall-two-level"):
        return [_tall_review(draft, shape.review == "tall-two-level")]
    first: Row = [Box(heads["reconsideration"], "head", 5), Box(heads["litigation"], "head", 10)]
    low = _review_heads(draft)
    groups: Row = [Box(heads[group], "head", 5) for group in REVIEW_GROUPS[1:]]
    values = [box for group in REVIEW_GROUPS for box in _review_values(draft, group)]
    if shape.review == "wide-empties":
        return [Table([first, [*([Box("", "pad")] * 5), *groups], [*low, *low, *low], values], 3)]
    return [Table([first, [*_review_heads(draft, 2), *groups], [*low, *low], values], 3)]


def _tall_review(draft: Draft, two_level: bool) -> Table:
    """Table four turned on its side."""
    heads = draft.review_heads
    rows: list[Row] = []
    for group in REVIEW_GROUPS:
        own = group != "reconsideration"
        for column in REVIEW_COLUMNS:
            row: Row = []
            if two_level:
                if column == "upheld" and group != REVIEW_GROUPS[2]:
                    row.append(Box(heads["litigation" if own else group], "group", 1 if own else 2, 10 if own else 5))
                if column == "upheld" and own:
                    row.append(Box(heads[group], "group", 1, 5))
            elif column == "upheld":
                name = f"{heads['litigation']}（{heads[group]}）" if own else heads[group]
                rows.append([Box(name, "caption", 2)])
            row.append(Box(heads[column], "label"))
            row.append(Box(draft.figures["review", group, column].text, "value"))
            rows.append(row)
    return Table(rows)
