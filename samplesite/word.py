"""Prints an article as a word processor's "save as web page" does: every character dressed, hundreds of kilobytes.
The bare tables come from `grids`; pages around the article from `furniture`."""

from __future__ import annotations

from html import escape
from random import Random

from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR

_FONT = "mso-spacerun:'yes';font-family:仿宋_GB2312;mso-hansi-font-family:'Times New Roman';font-size:12.0000pt;mso-font-kerning:1.0000pt;"
_PARAGRAPH = "text-align:center;line-height:14.0000pt;mso-line-height-rule:exactly;mso-pagination:widow-orphan;mso-element:frame;"
_CELL = (
    "padding-right:5.4000pt;padding-left:5.4000pt;border-left:1.0000pt solid windowtext;mso-border-left-alt:0.5000pt "
    "solid windowtext;border-right:1.0000pt solid windowtext;mso-border-right-alt:0.5000pt solid windowtext;border-top:none;"
    "mso-border-top-alt:0.5000pt solid windowtext;border-bottom:1.0000pt solid windowtext;"
)
_HEAD = (
    '<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]-->'
    '<!--[if gte mso 10]><style>table.MsoNormalTable{mso-style-name:"普通表格";mso-tstyle-rowband-size:0}</style><![endif]-->'
    + "<style><!-- "
    + " ".join(f"@font-face{{font-family:宋体{i};panose-1:2 1 6 0 3 1 1 1 1 1;}}" for i in range(60))
    + " p.MsoNormal{mso-style-parent:'';margin:0pt;text-align:justify;} --></style>"
)


def _runs(text: str, rng: Random, torn: bool) -> str:
    """A text in runs of one to four characters, each with its own font."""
    found: list[str] = []
    for part in text.split(TEAR):
        at = 0
        while at < len(part):
            step = rng.choice((1, 1, 2, 4)) if torn else len(part)
            found.append(f'<span style="{_FONT}">{escape(part[at : at + step], quote=False)}</span>')
            at += step
    return "".join(found)


def _cell(box: Box, rng: Random) -> str:
    spans = (f" colspan={box.across}" if box.across > 1 else "") + (f" rowspan={box.down}" if box.down > 1 else "")
    torn = not box.text[:1].isdigit()
    body = _runs(box.text, rng, torn) if box.text else f'<span style="{_FONT}"><o:p>&nbsp;</o:p></span>'
    return (
        f'<td{spans} width=63 valign=center style="width:47.3500pt;{_CELL}"><p class=MsoNormal align=center '
        f'style="{_PARAGRAPH}">{body}<span style="{_FONT}"><o:p></o:p></span></p></td>'
    )


def _table(table: Table, rng: Random) -> str:
    rows = "".join(
        f'<tr style="height:25.5000pt;mso-yfti-irow:{i};">{"".join(_cell(box, rng) for box in row)}</tr>\n'
        for i, row in enumerate(table.rows)
    )
    return f'<div align=center><table class=MsoNormalTable border=1 cellspacing=0 style="mso-table-layout-alt:fixed;">{rows}</table></div>'


def article(items: list[Item], rng: Random) -> str:
    """The body of a page exported by a word processor."""
    found = [_HEAD]
    for item in items:
        if item.table is not None:
            found.append(_table(item.table, rng))
            continue
        align = {"title": "center", "signature": "right"}.get(item.kind, "justify")
        found.append(
            f'<p class=MsoNormal style="text-indent:32.0000pt;text-align:{align};{_PARAGRAPH}">'
            f'{_runs(item.text, rng, True)}<span style="{_FONT}"><o:p></o:p></span></p>\n'
        )
    return "".join(found)
