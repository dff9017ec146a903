"""Prints a page as HTML: real tables, or grids of paragraphs, divisions and line breaks.
Site furniture is added by `furniture`, Word's own export by `word`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from random import Random

from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR


@dataclass(frozen=True, slots=True)
class Taste:
    """How one editor's tool writes tables and paragraphs."""

    table: str
    cell: str  # attributes of every cell
    before: str  # around a cell's text
    after: str
    blank: str
    tear: str
    paragraph: str
    indent: str
    newline: str


_CELL_TASTES = (
    (' border="1" cellspacing="0"', "", "", "", "<br>"),
    (' align="center" border="1" cellspacing="1"', ' nowrap="nowrap" style="width:101px;"', '<p align="center">', "</p>", "<br />"),
    (
        ' style="border-collapse:collapse;width:644px"',
        ' style="border:1px solid #000;padding:0 7px" valign="center"',
        '<p style="text-align:center;line-height:19px"><span style="font-family:宋体;font-size:12px">',
        "</span></p>",
        '</span></p><p style="text-align:center"><span style="font-family:宋体">',
    ),
    (' class="table"', ' class="tc"', "<span>", "</span>", "</span><span>"),
    (' border=1 width="100%"', ' align="center"', "<div>", "</div>", "</div><div>"),
    (' border="1" bordercolor="#000000"', ' width="9%" height="28"', '<font face="仿宋" size="3">', "</font>", "<br/>"),
)  # fmt: skip


def taste(rng: Random) -> Taste:
    table, cell, before, after, tear = rng.choice(_CELL_TASTES)
    return Taste(
        table,
        cell,
        before,
        after,
        rng.choice(("&nbsp;", "&nbsp;", "", "\u3000")),
        tear,
        rng.choice(("<p>", '<p style="text-indent:2em;line-height:28pt">', '<p class="MsoNormal">', "<p align='left'>")),
        rng.choice(("", "\u3000\u3000", "&nbsp;&nbsp;&nbsp;&nbsp;")),
        rng.choice(("", "\n", "\r\n")),
    )


def _text(box: Box, like: Taste) -> str:
    if not box.text:
        return like.blank
    return escape(box.text, quote=False).replace("\u00a0", "&nbsp;").replace(TEAR, like.tear)


def _cell(box: Box, like: Taste) -> str:
    spans = (f' colspan="{box.across}"' if box.across > 1 else "") + (f' rowspan="{box.down}"' if box.down > 1 else "")
    return f"<td{spans}{like.cell}>{like.before}{_text(box, like)}{like.after}</td>"


def table(grid: Table, like: Taste) -> str:
    """A real table with its spans."""
    rows = (f"<tr>{''.join(_cell(box, like) for box in row)}</tr>" for row in grid.rows)
    return f"<table{like.table}><tbody>{like.newline}{like.newline.join(rows)}{like.newline}</tbody></table>"


def _paragraph(item: Item, like: Taste) -> str:
    text = escape(item.text, quote=False).replace(TEAR, like.tear if "p>" not in like.tear else "<br>")
    if item.kind == "title":
        return f'<p style="text-align:center"><strong>{text}</strong></p>'
    if item.kind in ("heading", "topic"):
        return f"{like.paragraph}{like.indent}<strong>{text}</strong></p>"
    if item.kind == "signature":
        return f'<p style="text-align:right">{text}</p>'
    return f"{like.paragraph}{like.indent}{text}</p>"


def article(items: list[Item], rng: Random) -> str:
    """The body of a page with real tables."""
    like = taste(rng)
    return like.newline.join(
        _paragraph(item, like) if item.table is None else table(item.table, like) for item in items
    )


def _boxes(items: list[Item], collapsed: bool) -> list[str]:
    """One escaped text per cell and paragraph, `&nbsp;` for a blank."""
    found: list[str] = []
    for item in items:
        if item.table is None:
            found += escape(item.text, quote=False).split(TEAR)
            continue
        for row in item.table.rows:
            for box in row:
                if box.text:
                    found += escape(box.text, quote=False).replace("\u00a0", "&nbsp;").split(TEAR)
                elif box.role in ("value", "pad", "loose") and not (collapsed and box.role == "value"):
                    found.append("&nbsp;")
    return found


def paragraph_grid(items: list[Item], rng: Random, collapsed: bool) -> str:
    """Every cell a paragraph: what is left when an editor throws the tables away."""
    start = rng.choice(("<p>", '<p style="text-align:center">', '<p class="p1"><span>'))
    end = "</span></p>" if "span" in start else "</p>"
    return "\n".join(f"{start}{text}{end}" for text in _boxes(items, collapsed))


def division_grid(items: list[Item], rng: Random, collapsed: bool) -> str:
    """Every cell a division, rows wrapped or not."""
    if collapsed or rng.random() < 0.5:
        return "\n".join(f"<div>{text}</div>" for text in _boxes(items, collapsed))
    found: list[str] = []
    for item in items:
        if item.table is None:
            found.append(f"<div class='para'>{escape(item.text, quote=False).replace(TEAR, '<br>')}</div>")
            continue
        for row in item.table.rows:
            cells = _boxes([Item("table", "", Table([row]))], False)
            found.append("<div class='row'>" + "".join(f"<div class='cell'>{text}</div>" for text in cells) + "</div>")
    return "\n".join(found)


def break_grid(items: list[Item], rng: Random, collapsed: bool) -> str:
    """Every cell a line ended by <br>."""
    brk = rng.choice(("<br>", "<br/>\n", "<br />"))
    return f"<p>{brk.join(_boxes(items, collapsed))}</p>"


def broken(page: str, rng: Random) -> str:
    """Leave out end tags HTML lets one leave out, add stray ones, shout some tags."""
    for tag in ("td", "tr", "p", "tbody"):
        if rng.random() < 0.6:
            share = rng.choice((0.3, 1.0))
            page = re.sub(f"</{tag}>", lambda m, share=share: "" if rng.random() < share else m[0], page)  # type: ignore[misc]
    if rng.random() < 0.6:
        page = re.sub(r"(rowspan|colspan)=\"(\d+)\"", r'\1="\2px"', page)
    elif rng.random() < 0.5:
        page = re.sub(r"(rowspan|colspan)=\"(\d+)\"", r"\1=\2", page)
    if rng.random() < 0.6:
        page = re.sub(r"(</?)(table|tr|td|p|div|span)\b", lambda m: m[1] + m[2].upper(), page)
    if rng.random() < 0.6:
        parts = page.split("<td", 40)
        page = "<td".join(part + ("</div>" if rng.random() < 0.2 and i else "") for i, part in enumerate(parts[:-1]))
        page += "<td" + parts[-1]
    return page
