"""Prints a report as RTF, as Word and WPS write it: code page or Unicode, merged cells, hidden text, tracked changes.
Also packs a printed file into a ZIP archive with what else lies there. The bare tables come from `grids`."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from gongkai.samplesite import docx
from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR, Draft

_COLUMN = 900  # twips


@dataclass(frozen=True, slots=True)
class Hand:
    code_page: bool  # characters as bytes of GBK, else as numbers with a stand-in
    stand_in: str  # what stands in for a character where its number is not understood
    tracked: float
    hidden: float
    noted: float
    row_first: bool  # the row's definition only before its cells, else again at its end
    groups: bool  # each text in a group of its own


def hand(rng: Random) -> Hand:
    return Hand(
        rng.random() < 0.5, rng.choice(("?", "\\'3f", "\\'bf\\'aa")), rng.choice((0.0, 0.0, 0.1)), rng.choice((0.0, 0.0, 0.1)),
        rng.choice((0.0, 0.0, 0.02)), rng.random() < 0.5, rng.random() < 0.7,
    )  # fmt: skip


def _character(c: str, like: Hand) -> str:
    if c in "\\{}":
        return "\\" + c
    if c < "\x80":
        return c
    if c == "\xa0":
        return "\\~"
    if like.code_page:
        try:
            return "".join(f"\\'{byte:02x}" for byte in c.encode("gbk"))
        except UnicodeEncodeError:
            pass
    stand_in = like.stand_in if like.stand_in.count("'") == 2 or like.stand_in == "?" else "?"
    width = 2 if stand_in.count("'") == 2 else 1
    number = ord(c) - 0x10000 if ord(c) > 0x7FFF else ord(c)
    return f"\\uc{width}\\u{number}{'' if stand_in[0] == chr(92) else ' '}{stand_in}"


def _text(text: str, like: Hand) -> str:
    written = "".join("\\line " if c == TEAR else _character(c, like) for c in text)
    return f"{{\\rtlch\\fcs1 \\af0 \\ltrch\\fcs0 \\fs21\\dbch\\f13 {written}}}" if like.groups and written else written


def _inside(text: str, figure: bool, rng: Random, like: Hand) -> str:
    found = _text(text, like)
    if text and rng.random() < like.tracked:
        found = f"{{\\deleted\\revauthdel1\\revdttmdel-2074015744 {rng.randint(1, 99)}}}{{\\revised\\revauth1 {found}}}"
    if rng.random() < like.hidden:
        found += f"{{\\v {rng.randint(1, 99)}}}"
    if figure and text[-1:].isdigit() and rng.random() < like.noted:
        found += "{\\super \\chftn {\\footnote \\pard\\plain {\\super \\chftn } 3}}"
    return found


def _definition(cells: list[tuple[int, str]]) -> str:
    found, right = ["\\trowd\\trgaph108\\trleft-108"], -108
    for width, merge in cells:
        right += width * _COLUMN
        found.append(f"{merge}\\clbrdrt\\brdrs\\cltxlrtb\\cellx{right}")
    return "".join(found)


def _table(table: Table, rng: Random, like: Hand) -> str:
    rows: list[str] = []
    reaching: dict[int, tuple[int, int]] = {}
    for boxes in table.rows:
        cells: list[tuple[int, str]] = []
        texts: list[str] = []
        column, waiting = 0, list(boxes)
        while waiting or any(c >= column for c in reaching):
            if column in reaching:
                left, wide = reaching.pop(column)
                if left > 1:
                    reaching[column] = (left - 1, wide)
                box, merge = Box("", "pad", wide), "\\clvmrg"
            elif waiting:
                box = waiting.pop(0)
                merge = "\\clvmgf" if box.down > 1 else ""
                if box.down > 1:
                    reaching[column] = (box.down - 1, box.across)
            else:
                break
            cells.append((box.across, merge))
            texts.append(f"\\pard\\plain \\ql\\intbl {_inside(box.text, box.role == 'value', rng, like)}\\cell ")
            column += box.across
        definition = _definition(cells)
        end = "\\row" if like.row_first else f"{{{definition}\\row}}"
        rows.append(f"{definition}{''.join(texts)}\\pard\\plain \\intbl {end}\r\n")
    return "".join(rows) + "\\pard\\plain "


def printed(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """An RTF file."""
    like = hand(rng)
    head = (
        "{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\froman\\fcharset0 Times New Roman;}"
        "{\\f13\\fnil\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}}{\\colortbl;\\red0\\green0\\blue0;}"
        "{\\stylesheet{\\ql \\fs24 Normal 12;}}{\\info{\\author a 1}{\\nofpages3}}{\\*\\generator x 9;}"
        "{\\footer \\pard - {\\field{\\*\\fldinst PAGE}{\\fldrslt 3}} -\\par}\r\n"
    )
    body = "".join(
        _table(item.table, rng, like) if item.table is not None else f"\\pard\\plain {_inside(item.text, False, rng, like)}\\par\r\n"
        for item in items
    )
    return f"{head}{body}}}".encode("ascii")


def archive(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """A ZIP archive with the report as one of its files, named in GBK as archives made in China are."""
    print_, ending = rng.choice(((docx.printed, "docx"), (docx.printed_flat, "doc"), (printed, "rtf")))
    name = f"附件/{draft.title}.{ending}".encode("gbk").decode("cp437", errors="replace")
    members = {name: print_(draft, items, rng)}
    if rng.random() < 0.5:
        members["readme.txt"] = "请查收附件，联系人见通知。".encode("gbk")
    if rng.random() < 0.3:
        members["__MACOSX/._report"] = b"\0\5\26\7"
    return docx.packed(members)
