"""What each cell of a statistics table is: an indicator of the form, a unit, a figure, a header, or other text.
The labels are kept apart from the `lexicon` of the later forms, whose short words they would disturb; which figure belongs to
which indicator is left to `listed`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from gongkai.parsers.document import Document
from gongkai.parsers.forms import FORMS
from gongkai.parsers.labels import distance, fold, fold_without_note, without_ordinal
from gongkai.parsers.lexicon import PAGE
from gongkai.parsers.number import BLANK, INVISIBLE, TEXT, Reading, read_number

VERSION = "2014"
TABLE = FORMS[VERSION].table("statistics")
POSITION = {row.key: k for k, row in enumerate(TABLE.rows)}

LONGEST_LABEL = 110
LONGEST_LINE = 400  # characters of a line that may hold several cells of the table
SHORTEST_FUZZY = 6  # characters of a label that may differ in one of them
SHORTEST_STEM = 4
MOST_LINES_APART = 2000  # lines with spaces that are tried as rows; the table has 65
MOST_WORDS = 24  # words of a line that are tried as cells

Kind = Literal["label", "number", "blank", "unit", "head", "page", "text"]

_UNIT = re.compile(r"[(（]?\s*(?:(?:计量)?单位\s*[:：]?\s*)?(条|件次|件|人次|次|篇|个|万元|元|人|份|项|期|场|起|名|处)\s*[)）]?")
_PARTS = re.compile(r"[\s|│｜]+")
_GLUED = re.compile(r"(?P<label>[^\d].*?[^\d,.，．:：+\-−])[:：]?(?P<figure>\d[\d,]*(?:\.\d+)?)(?P<unit>条|件|次|篇|个|人次|人|万元|元)?")
_TAIL = re.compile("(?:总次数|总数量|总件数|总条数|总人数|件数|条数|次数|人数|数量|总数|总量|总计|数|总)$")
_QUALIFIERS = re.compile("^(?:其中|本年度?|全年|年度|本机关|共)+")
_YEAR = re.compile(r"(20\d\d)年?度?(?:统计数|数量|数据|数)?")

HEADS: dict[str, str] = {
    **dict.fromkeys(("统计指标", "指标", "指标名称", "统计指标名称", "统计项目", "项目", "统计内容", "内容", "名称", "项目名称"), "label"),
    **dict.fromkeys(("单位", "计量单位", "计量"), "unit"),
    **dict.fromkeys(("统计数", "统计数量", "数量", "数据", "数据统计数", "统计数据", "统计数值", "数值", "本年数", "本年度", "本年",
                     "本年累计", "全年累计", "合计数"), "value"),
    **dict.fromkeys(("序号", "编号", "代码", "行次", "序", "行号", "指标代码"), "ordinal"),
    **dict.fromkeys(("备注", "说明", "注"), "note"),
    **dict.fromkeys(("上年", "上年数", "去年", "上年同期", "去年同期", "上一年", "上年度", "上一年度", "本期实际", "本期", "本月", "本季度",
                     "增减", "增减数", "同比", "同比增减", "增长率", "同比增长", "增幅", "比上年增减", "较上年增减"), "other"),
}  # fmt: skip
"""Header cells, folded, and what the column under them holds; `other` is a figure that is not this year's."""


class Piece(NamedTuple):
    """One cell, or a part of one, classified: `i` its index in the document, `rows` the indicators it may name.

    `head` is what a header cell says of its column: a value of `HEADS`, or a year.
    """

    i: int
    kind: Kind
    text: str
    reading: Reading = TEXT
    rows: tuple[str, ...] = ()
    head: str = ""


def _labels() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in TABLE.rows:
        for label in (row.label, *row.aliases):
            for text in (fold(label), fold_without_note(label), _QUALIFIERS.sub("", fold(label))):
                if text:
                    found.setdefault(text, {})[row.key] = None
    return {text: tuple(rows) for text, rows in found.items()}


def _stems() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for text, rows in _LABELS.items():
        stem = _TAIL.sub("", text)
        if len(stem) >= SHORTEST_STEM:
            for row in rows:
                found.setdefault(stem, {})[row] = None
    return {text: tuple(rows) for text, rows in found.items()}


_LABELS = _labels()
_STEMS = _stems()


def _shortened(text: str) -> set[str]:
    """The text, and the text without one of its characters: two texts within one edit share one of these."""
    return {text, *(text[:k] + text[k + 1 :] for k in range(len(text)))}


def _neighbours() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for label in _LABELS:
        if len(label) >= SHORTEST_FUZZY:
            for short in _shortened(label):
                found.setdefault(short, set()).add(label)
    return found


_NEAR = _neighbours()
_LONGEST = max(map(len, _LABELS)) + 1


@lru_cache(maxsize=4096)
def rows_named(text: str) -> tuple[str, ...]:
    """The indicators that a printed label may name; several where the table prints it twice, none for any other text.

    Wordings that differ in numbering, brackets, 其中, a unit or 数 behind, or in one character of six or more.
    """
    if len(text) > LONGEST_LABEL:
        return ()
    for folded in (fold(text), fold_without_note(text)):
        for bare in _bare(folded):
            if found := _LABELS.get(bare):
                return found
    for folded in (fold(text), fold_without_note(text)):
        for bare in _bare(folded):
            if found := _STEMS.get(_TAIL.sub("", bare)):
                return found
    for folded in (fold(text), fold_without_note(text)):
        bare = list(_bare(folded))[-1]
        if SHORTEST_FUZZY <= len(bare) <= _LONGEST:
            candidates = set().union(*(_NEAR.get(short, ()) for short in _shortened(bare)))
            near = {_LABELS[label] for label in candidates if distance(bare, label, 1) <= 1}
            if len(near) == 1:
                return near.pop()
    return ()


def _bare(folded: str) -> Iterator[str]:
    """The label as it stands, and without 其中 and the numbers before it."""
    yield folded
    for _ in range(3):
        shorter = _QUALIFIERS.sub("", without_ordinal(folded))
        if shorter == folded:
            return
        folded = shorter
        yield folded


@lru_cache(maxsize=8192)
def _classified(text: str) -> Piece:
    """The piece that a whole text is, with index -1."""
    text = INVISIBLE.sub("", text).strip()
    if not text:
        return Piece(-1, "blank", "", BLANK)
    if PAGE.fullmatch(text):
        return Piece(-1, "page", text)
    if unit := _UNIT.fullmatch(text):
        return Piece(-1, "unit", unit[1])
    folded = fold(text)
    if year := _YEAR.fullmatch(folded):
        # 2016年 is the header of a column; 2016 alone may be a figure as well
        return Piece(-1, "head" if not text.isdigit() else "number", text, read_number(text), head=year[1])
    if head := HEADS.get(folded) or HEADS.get(_without_unit(folded)):
        return Piece(-1, "head", text, head=head)
    reading = read_number(text) if len(text) <= 40 else TEXT
    if reading.kind == "number":
        return Piece(-1, "number", text, reading)
    if reading.kind == "blank":
        return Piece(-1, "blank", text, reading)
    if rows := rows_named(text):
        return Piece(-1, "label", text, rows=rows)
    return Piece(-1, "text", text)


def _without_unit(folded: str) -> str:
    """统计数 of 统计数(条、件)."""
    return re.sub("(?:单位)?[条件次个人万元篇]+$", "", folded) if len(folded) > 3 else folded


@lru_cache(maxsize=1024)
def rows_begun(text: str) -> tuple[str, ...]:
    """The one indicator whose label begins with this text, as where a page break tears it; none when several do."""
    bare = list(_bare(fold(text)))[-1]
    if len(bare) < SHORTEST_FUZZY:
        return ()
    begun = {rows for label, rows in _LABELS.items() if label.startswith(bare)}
    return begun.pop() if len(begun) == 1 else ()


def pieces_of(document: Document) -> list[list[Piece]]:
    """The pieces of every printed row, in reading order; a line that holds several cells is taken apart."""
    rows: list[list[Piece]] = []
    last, apart = -1, 0
    for i, text in enumerate(document.texts):
        if document.rows[i] != last:
            rows.append([])
            last = document.rows[i]
        apart += " " in text
        rows[-1] += _parts(i, text, apart <= MOST_LINES_APART)
    return rows


def _parts(i: int, text: str, take_apart: bool) -> list[Piece]:
    piece = _classified(text) if len(text) <= LONGEST_LABEL else Piece(i, "text", text)
    # 3 其中:… 件 12 is a running number before a label, no figure with a remark
    several = piece.kind == "text" or (piece.kind == "number" and "note" in piece.reading.flags and " " in text)
    if several and take_apart and len(text) <= LONGEST_LINE and (parts := _taken_apart(text)):
        return [p._replace(i=i) for p in parts]
    return [piece._replace(i=i)]


@lru_cache(maxsize=2048)
def _taken_apart(text: str) -> tuple[Piece, ...]:
    """The cells of a line such as 1.当面申请数 件 12, or of one without spaces (当面申请数：12件); none for other text."""
    words = [w for w in _PARTS.split(text.strip()) if w]
    found: list[Piece] = []
    k = 0
    if len(words) > MOST_WORDS:
        return ()
    while k < len(words):
        for stop in range(min(len(words), k + 8), k, -1):  # a label typed with spaces is several words
            if stop > k + 1 and any(_classified(w).kind not in ("text", "label") for w in words[k:stop]):
                continue
            piece = _classified("".join(words[k:stop]))
            if piece.kind == "label" or (stop == k + 1 and piece.kind != "text"):
                found.append(piece)
                k = stop
                break
            if stop == k + 1:
                found += _unglued(words[k])
                k += 1
    if all(p.kind in ("head", "unit") for p in found) and len(found) > 1:
        return tuple(found)
    labels = sum(p.kind == "label" for p in found)
    figures = sum(p.kind in ("number", "blank") for p in found)
    others = sum(p.kind == "text" for p in found)
    return tuple(found) if labels and (figures or len(found) > labels) and others <= 1 else ()


def _unglued(word: str) -> list[Piece]:
    """A label with its figure right behind it, as two pieces."""
    match = _GLUED.fullmatch(word)
    if match and (rows := rows_named(match["label"])):
        return [Piece(-1, "label", match["label"], rows=rows), _classified(match["figure"] + (match["unit"] or ""))]
    return [Piece(-1, "text", word)]
