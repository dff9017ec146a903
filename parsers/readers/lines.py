"""One typed line into the cells of a row: pipes, tabs, wide spaces, a label with its figures behind it.
Which lines make up a document is left to `text` and `html`."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import PAGE, roles_of
from gongkai.parsers.number import INVISIBLE

_PIPES = re.compile("[|│｜]")
_WIDE = re.compile(r"\t|[ \xa0\u3000]{2,}")
_FIGURE = r"(?:[+\-−－]?[0-9０-９][0-9０-９,，.]*(?:万元|元|件|项|个|条)?(?:[（(][^()（）]*[)）])?|[/／]|[-—–－]{1,2}|无)"
_FIGURES = re.compile(rf"{_FIGURE}(?:\s+{_FIGURE})+")
_EACH_FIGURE = re.compile(_FIGURE)
# 一、本年新收政府信息公开申请数量 705 3 0 0 5 0 713: a label and its figures with single spaces between
_LABEL_AND_FIGURES = re.compile(
    rf"(?P<label>(?:\d{{1,2}}\s*[.、．,，]\s*)?(?:\D.{{0,60}}?)?[^\s\d])?(?P<figures>(?:(?:^|\s){_FIGURE}){{1,20}})\s*"
)
# a row of seven figures and one more cell that is none: a share, a remark
_ROW_AND_REMARK = re.compile(rf"(?P<row>(?:[（(]?\d{{1,2}}\s*[.、．，,）)]\s*)?[^\d\s].*?\S(?:\s+{_FIGURE}){{7,9}})\s+(?P<remark>(?!{_FIGURE}$)\S{{1,10}})")
_LETTER_SPACED = re.compile(r"[^\s\d]\s(?:[^\s\d]\s){2,}[^\s\d]|[^\s\d]\s[^\s\d]")
_TORN_FIGURE = re.compile(r"\d\s*[.,．，]$")  # 3 . 5
_FIGURE_ENDS = frozenset("0123456789０１２３４５６７８９,，.元件项个条)）/／-—–－无")
"""One of these ends every figure, so also a line of figures; most lines that are parted otherwise end with none."""
# Signs between the cells of a line, as an export writes them; so many rows must be complete before a comma is taken for one.
_SEPARATORS = (",", ";", "，", "；")
FEWEST_SEPARATED, WIDTH_SEPARATED = 8, 7
_BETWEEN_FIGURES = {sign: re.compile(rf"[\d\"]{sign}[\d\"]") for sign in _SEPARATORS}  # asked first: prose has none
_FIGURE_OR_NOTHING = re.compile(rf"\s*(?:{_FIGURE})?\s*")
FEWEST_HEADS = 4  # columns of a header whose corner need be no label
LONGEST_ROW = 400
LONGEST_CELL = 60


def figures_in_rows(lines: Iterable[str]) -> bool:
    """Labels and figures share lines here; elsewhere `2 6 7` alone on a line is one number with its digits apart."""
    rows = 0
    for line in lines:
        if " " not in line or len(line) >= 120 or line.rstrip()[-1:] not in _FIGURE_ENDS:
            continue
        if (match := _LABEL_AND_FIGURES.fullmatch(line.strip())) and match["label"]:
            rows += match["figures"].count(" ") > 1
            if rows > 4:
                return True
    return False


def with_tabs(lines: Sequence[str], text: str) -> list[str] | None:
    """The lines with tabs for the commas or semicolons that part their cells; None where nothing is printed so."""
    for sign in _SEPARATORS:
        # looked for before they are counted, which takes ten times as long
        if sign not in text or text.count(sign) < FEWEST_SEPARATED * WIDTH_SEPARATED:
            continue
        # prose is full of these two
        if sign in "，；" and len(_BETWEEN_FIGURES[sign].findall(text)) < FEWEST_SEPARATED * WIDTH_SEPARATED // 2:
            continue
        rows = {k: cells for k, line in enumerate(lines) if line.count(sign) >= WIDTH_SEPARATED and (cells := _row(line, sign))}
        widths = Counter(map(len, rows.values()))
        usual = {width for width, count in widths.items() if count >= FEWEST_SEPARATED}
        if usual:
            parted = [rows[k] if k in rows and len(rows[k]) in usual else _separated(line, sign) if sign in line else None
                      for k, line in enumerate(lines)]  # fmt: skip
            return ["\t".join(cells) if cells else line for line, cells in zip(lines, parted, strict=True)]
    return None


def _row(line: str, sign: str) -> list[str] | None:
    """The cells of a row of table three or four: a label and seven figures or blanks, whatever else there is; merged cells that
    are written out in each of their places once."""
    if len(line) > LONGEST_ROW or "\t" in line or (cells := _fields(line, sign)) is None:
        return None
    figures = sum(1 for cell in cells if _FIGURE_OR_NOTHING.fullmatch(cell))
    labels = [cell.strip() for cell in cells if not _FIGURE_OR_NOTHING.fullmatch(cell)]
    if figures < WIDTH_SEPARATED or not any(roles_of(fold(label)) for label in labels):
        return None
    if len(set(labels)) < len(labels) and cells[0].strip() and figures == WIDTH_SEPARATED:
        return [*dict.fromkeys(labels), *cells[len(labels) :]]
    return cells


def _fields(line: str, sign: str) -> list[str] | None:
    line = INVISIBLE.sub("", line)
    if '"' not in line:
        return line.strip(" \r").split(sign)
    try:
        return next(csv.reader([line.strip()], delimiter=sign), [])
    except csv.Error:
        return None


def _separated(line: str, sign: str) -> list[str] | None:
    """The cells of a line that is a label with figures behind it, or nothing but labels or figures."""
    if len(line) > LONGEST_ROW or "\t" in line:
        return None
    if (cells := _fields(line, sign)) is None:
        return None
    unknown = {cell for cell in cells if cell.strip() and not roles_of(fold(cell))}
    # the corner of a header may be no label; merged, it is written out in each of its places
    if not unknown or (len(unknown) == 1 and len(cells) > WIDTH_SEPARATED and not any(c.isdigit() for c in line)):
        return cells
    figures = 0
    while figures < len(cells) and _FIGURE_OR_NOTHING.fullmatch(cells[-1 - figures]):
        figures += 1
    labels = [cell.strip() for cell in cells[: len(cells) - figures]]
    if figures and len(labels) > 1 and all(roles_of(fold(cell)) for cell in labels):  # a merged cell is written out in each of its places
        return [*dict.fromkeys(labels), *cells[len(cells) - figures :]]
    if any(labels) and not all(labels):  # merged cells whose other places are blank
        return cells
    label = sign.join(cells[: len(cells) - figures])
    if figures and len(label) <= LONGEST_CELL:
        return [label.strip(), *cells[len(cells) - figures :]] if label else cells
    return None


def cells_of_line(
    line: str, *, in_rows: bool, one_a_line: bool = False, end_pipes: int = 0, outer: tuple[bool, bool] = (True, True)
) -> Sequence[str]:
    """The cells of one line; one cell where nothing parts it. Blank cells between pipes and tabs are kept.

    `in_rows`: see `figures_in_rows`. `one_a_line`: pipes end a cell here instead of parting several.
    `end_pipes`: so many empty cells at the end belong to the way of printing. `outer`: so does a pipe at the beginning, at the end.
    """
    if "|" in line or "│" in line or "｜" in line:
        cells = [c.strip() for c in _PIPES.split(line)]
        if one_a_line and sum(map(bool, cells)) <= 1:
            return ["".join(cells)]
        if cells and not cells[0] and outer[0]:
            cells = cells[1:]
        if cells and not cells[-1] and outer[1]:
            cells = cells[:-1]
        if end_pipes and len(cells) > end_pipes and not any(cells[-end_pipes:]):
            cells = cells[:-end_pipes]
        return cells or [""]
    stripped = line.strip()
    if len(line) > LONGEST_ROW or not _may_hold_several(line):
        return [stripped]
    if "\t" in line.lstrip():  # tabs at the end part blank cells; one at the start is an indent
        return [c.strip() for c in line.split("\t")]
    if PAGE.fullmatch(stripped):
        return [stripped]
    if stripped[-1:] in _FIGURE_ENDS:
        if _FIGURES.fullmatch(stripped):
            figures = _EACH_FIGURE.findall(stripped)
            # fifteen figures on one line are the row of the review table, which has no label
            return figures if in_rows or len(figures) > 6 else [stripped]
        if (match := _LABEL_AND_FIGURES.fullmatch(stripped)) and (label := match["label"]) and not _TORN_FIGURE.search(label):
            if _LETTER_SPACED.fullmatch(label) and " " in match["figures"].strip():
                return [label, match["figures"].strip()]  # 规 章 2 0 6: which digits are one number is open
            return [*_labels(label), *_EACH_FIGURE.findall(match["figures"])]
    if stripped.count(" ") > WIDTH_SEPARATED and (match := _ROW_AND_REMARK.fullmatch(stripped)):
        return [*cells_of_line(match["row"], in_rows=in_rows), match["remark"]]
    if len(stripped) < 120 and len(words := _labels(stripped)) > 1:  # a header typed on one line
        return words
    cells = _WIDE.split(stripped)
    if len(cells) > 1:
        cells = [c.strip() for c in cells]
        if len(max(cells, key=len)) <= LONGEST_CELL:
            return cells
    return [stripped]


def _labels(text: str) -> list[str]:
    """The labels that spaces part, where every word of the text is one, or all but the corner of a header; else the text."""
    words = text.split()
    # from the end: what begins a line of several words is mostly another in each document, what ends it is not
    labels = len(words) > 1 and all(map(_is_label, words[:0:-1]))
    return words if labels and (len(words) > FEWEST_HEADS or _is_label(words[0])) else [text.strip()]


@lru_cache(maxsize=1024)
def _is_label(word: str) -> bool:
    return len(word) <= LONGEST_ROW and bool(roles_of(fold(word)))


def _may_hold_several(line: str) -> bool:
    return " " in line or "\t" in line or "\xa0" in line or "\u3000" in line
