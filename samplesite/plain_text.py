"""Prints a page as plain text or Markdown: one cell a line, or one row a line.
Whether a blank cell can still be seen there is said by the layout."""

from __future__ import annotations

from random import Random

from gongkai.samplesite.boxes import Box, Row, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR

NBSP = "\u00a0"


def _lines_of(box: Box, blank: str) -> list[str]:
    """The lines one cell becomes; a header or label that was lost becomes none."""
    if box.text:
        return box.text.split(TEAR)
    return [] if box.role in ("head", "label", "group") else [blank]


def flat_cells(items: list[Item], blank: str, collapsed: bool) -> list[str]:
    """One text per cell and paragraph; where blanks are collapsed an empty cell leaves no trace."""
    found: list[str] = []
    for item in items:
        if item.table is None:
            found += item.text.split(TEAR)
            continue
        for row in item.table.rows:
            for box in row:
                if collapsed and box.role == "value" and not box.text:
                    continue
                found += _lines_of(box, blank)
    return found


def lines(items: list[Item], rng: Random, collapsed: bool) -> str:
    """One cell a line, no blank lines between; an empty cell is an empty line or a no-break space."""
    return "\n".join(flat_cells(items, rng.choice(("", NBSP, " ", "\u3000")), collapsed)) + "\n"


def spaced_lines(items: list[Item], rng: Random, collapsed: bool) -> str:
    """One cell a line with a blank line between; an empty cell is a line with a no-break space."""
    return "\n\n".join(flat_cells(items, NBSP, collapsed)) + "\n"


def piped_lines(items: list[Item], rng: Random, collapsed: bool) -> str:
    """One cell a line, each with a trailing pipe."""
    found: list[str] = []
    for item in items:
        if item.table is None:
            found.append(item.text.replace(TEAR, ""))
            continue
        for row in item.table.rows:
            for box in row:
                if collapsed and box.role == "value" and not box.text:
                    continue
                found += [f"{text} |" for text in _lines_of(box, "")]
            found.append("")
    return "\n".join(found) + "\n"


def _cells(row: Row, spread: str, glue: str) -> list[str]:
    """The texts of one row; a spanning cell may leave empty cells or repeat itself."""
    found: list[str] = []
    for box in row:
        found.append(box.text.replace(TEAR, glue))
        if spread != "once" and box.role in ("head", "caption"):
            found += ["" if spread == "empty" else found[-1]] * (box.across - 1)
    return found


def _rows(table: Table, spread: str, glue: str, group_alone: bool) -> list[list[str]]:
    """Rows of texts; a group label stands in its own row, or in front of its first line."""
    found: list[list[str]] = []
    for row in table.rows:
        groups = [box for box in row if box.role == "group"]
        if group_alone and groups and len(groups) < len(row):
            found += [[box.text.replace(TEAR, glue)] for box in groups]
            row = [box for box in row if box.role != "group"]
        found.append(_cells(row, spread, glue))
    return found


def pipes(items: list[Item], rng: Random, collapsed: bool) -> str:
    """One row a line, cells between pipes."""
    return _delimited(items, rng, "| ", " | ", " |")


def trailing_pipes(items: list[Item], rng: Random, collapsed: bool) -> str:
    """One row a line, with empty cells after the last one."""
    return _delimited(items, rng, "| ", " | ", " |" + " |" * rng.randint(1, 3))


def tabs(items: list[Item], rng: Random, collapsed: bool) -> str:
    """One row a line, cells between tabs."""
    return _delimited(items, rng, "", "\t", "")


def _delimited(items: list[Item], rng: Random, start: str, between: str, end: str) -> str:
    spread = rng.choice(("once", "once", "empty", "repeat"))
    glue = rng.choice(("", "", " "))
    alone = rng.random() < 0.5
    found: list[str] = []
    for item in items:
        if item.table is None:
            found += [item.text.replace(TEAR, ""), ""]
            continue
        found += [start + between.join(row) + end for row in _rows(item.table, spread, glue, alone)]
        found.append("")
    return "\n".join(found) + "\n"


def spaces(items: list[Item], rng: Random, collapsed: bool) -> str:
    """One row a line, cells between spaces: an empty cell leaves no trace."""
    alone = rng.random() < 0.7
    gap = rng.choice((" ", "  ", "    "))
    found: list[str] = []
    for item in items:
        if item.table is None:
            found.append(item.text.replace(TEAR, ""))
            continue
        found += [gap.join(text for text in row if text) for row in _rows(item.table, "once", "", alone)]
    return "\n".join(text for text in found if text) + "\n"


def markdown(items: list[Item], rng: Random, collapsed: bool) -> str:
    """A Markdown page with one table for each printed table; rows may be ragged, as converters leave them."""
    spread = rng.choice(("once", "empty", "repeat"))
    alone = rng.random() < 0.5
    glue = rng.choice(("<br>", "", " "))
    found: list[str] = []
    for item in items:
        if item.table is None:
            found += [_marked(item), ""]
            continue
        rows = _rows(item.table, spread, glue, alone)
        width = max(map(len, rows))
        for i, row in enumerate(rows):
            found.append("| " + " | ".join([*row, *([""] * (width - len(row)))]) + " |")
            if not i:
                found.append("|" + " --- |" * width)
        found.append("")
    return "\n".join(found) + "\n"


def _marked(item: Item) -> str:
    text = item.text.replace(TEAR, "")
    return {"title": "# ", "heading": "## ", "topic": "### "}.get(item.kind, "") + text


# Header words a reading machine makes up for tables it cut out of a bigger one.
_INVENTED = ("数据1", "数据2", "数据3", "数据4", "数据5", "数据6", "总计")
_WRONG = ("项目", "本年新收件数", "上年结转件数", "予以公开", "部分公开", "不予公开", "结转下年度", "总计")
_EMPTY_HEADS = (
    ("申请人情况（自然人）", ("（数据项目）", "数量")),
    ("申请人情况（法人或其他组织）", ("商业企业", "科研机构", "社会公益", "法律服务机构", "其他")),
    ("申请人情况（总计）", ("（数据项目）", "数量")),
)


def read_markdown(items: list[Item], rng: Random, collapsed: bool) -> str:
    """Markdown as a reading machine leaves it: table three in many pieces under invented headers."""
    found: list[str] = []
    for item in items:
        table = item.table
        if table is None:
            found += [_marked(item), ""]
        elif any(box.role == "head" and box.across == 3 for box in table.rows[0]):
            found += _pieces(table, rng)
        else:
            spread = "once"
            block: list[list[str]] = []
            for row in [*table.rows, [Box("", "caption")]]:  # a caption row ends the block before it
                if row[0].role == "caption":
                    found += _piece(block)
                    block = []
                    if row[0].text:
                        found += ["### " + row[0].text.replace(TEAR, ""), ""]
                else:
                    block.append(_cells(row, spread, ""))
            found += _piece(block)
    return "\n".join(found) + "\n"


def _piece(rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    width = max(map(len, rows))
    marked = ["| " + " | ".join([*row, *([""] * (width - len(row)))]) + " |" for row in rows]
    return [marked[0], "|" + "---|" * width, *marked[1:], ""]


def _pieces(table: Table, rng: Random) -> list[str]:
    found = [table.rows[0][0].text.replace(TEAR, ""), ""]
    for title, words in _EMPTY_HEADS:
        found += [f"### {title}", "", *_piece([list(words), ["-"] * len(words)])]
    wrong_from = rng.randint(len(table.rows) - 5, len(table.rows) - 2)
    piece: list[list[str]] = []
    heads = ["类别", *_INVENTED]
    for i, row in enumerate(table.rows[3:], 3):
        groups = [box.text.replace(TEAR, "") for box in row if box.role == "group"]
        cells = [box.text.replace(TEAR, "") for box in row if box.role != "group"]
        if groups or i == wrong_from or i < 6:
            found += _piece([heads, *piece]) if piece else []
            piece = []
        found += [line for group in groups for line in (f"### {group}", "")]
        if i == wrong_from:
            heads = list(_WRONG)
        if len(cells) > 1:
            piece.append(cells)
        else:
            found += _piece([heads, *piece]) if piece else []
            found += [*cells, ""]
            piece = []
    return [*found, *(_piece([heads, *piece]) if piece else [])]
