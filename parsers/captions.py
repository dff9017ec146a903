"""The lines that say whose table stands below them: captions and titles with a year or a body's name.
Which printed copy of a table is this report's own is left to `copies`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from gongkai.parsers.document import Document
from gongkai.parsers.forms import GRID_FORMS
from gongkai.parsers.labels import fold
from gongkai.parsers.runs import VALUE_KINDS

KindOf = Callable[[int], str]
"""The kind of a cell: number, blank, label, page, unit, text."""

LONGEST_CAPTION = 60  # characters
_YEAR = re.compile(r"(20(?<!\d20)\d\d)\s*年")  # begins with what is found at once
_DATE = re.compile(r"20\d\d\s*年\s*\d{1,2}\s*月|版[)）]?$")
TITLE_END = re.compile(r"(?:报告|年报)\s*$")
_LAST_YEAR = re.compile(r"(?:上一?年度?|去年|往年).{0,16}(?:数据|情况|对照|对比|统计|报告|表)")
# 某市审计局2023年收到和处理政府信息公开申请情况: a caption that begins with a body's name.
_BODYS_CAPTION = re.compile(
    r"(?:附[表件]?\s*[一二三四1-9]?\s*[:：、.]?\s*)?[\u4e00-\u9fff]{0,20}?"
    r"([\u4e00-\u9fff]{2}(?:人民政府|局|委员会|委|办公室|办事处|管委会|中心|公司|医院|大学|学院|学校|中学|小学|支队|大队|镇|乡))"
    r"\s*(?:20\d\d\s*年度?)?[^，。,;；]{0,12}(?:收到和处理|信息公开|公开申请|依申请)[^，。,;；]{0,20}(?:情况|表|数据|统计)[^，。,;；]{0,6}$"
)
_SUPERSEDED = re.compile(r"(?:更正|修改|修订|勘误|订正|调整)前|^原(?:公布|发布|公开|表|数据|内容|文)")
_CORRECTED = re.compile(r"(?:更正|修改|修订|勘误|订正|调整)(?:后|为|如下)")
LONGEST_REMARK = 30  # characters of a line that says whether the table below it was corrected
_OF_BODIES = "局委办心司医学队镇乡"  # one of these stands in every body that such a caption begins with, but for 人民政府
# A sentence that stands over a table: 附：2022年度数据如下，供对比参考。
_OVER_A_TABLE = re.compile(r"20\d\d\s*年[^。]{0,16}(?:数据|情况|统计|报表)[^。]{0,10}(?:如下|见下|供)[^。]{0,12}。?$")
# So many cells above a table's first figure may hold its caption, with the labels of its header between them.
NEAREST_CAPTION = 60


def may_name_a_body(text: str) -> bool:
    """Whether any line of a text can be the caption of a table of a body; most tables have none."""
    return "人民政府" in text or any(character in text for character in _OF_BODIES)


def names_other_body(document: Document, cells: Sequence[int]) -> bool:
    """One of these cells is the caption of a table of a body that the page names nowhere above it."""
    for i in cells:
        text = document.texts[i]
        if not 8 <= len(text) <= LONGEST_CAPTION or TITLE_END.search(text):
            continue
        match = _BODYS_CAPTION.match(text)
        # the division may be printed or not; what tells bodies apart is the end of their names
        if match and not any(match[1] in t for t in document.texts[:i]) and is_alone(document, i):
            return True
    return False


def is_superseded(document: Document, cells: Sequence[int]) -> bool:
    """The last of these lines that says so calls the table below it the one before a correction (更正前：)."""
    for i in reversed(cells):
        text = document.texts[i]
        if len(text) <= LONGEST_REMARK and ("前" in text or "原" in text or "后" in text or "为" in text or "如下" in text):
            if _CORRECTED.search(text) and is_alone(document, i):
                return False
            if _SUPERSEDED.search(text) and is_alone(document, i):
                return True
    return False


def _may_rule(text: str) -> bool:
    """Whether a line may be a caption that names a year."""
    # most lines with 年 are labels of columns; what names a year holds one of these
    return (
        4 <= len(text) <= LONGEST_CAPTION
        and ("20" in text or "上" in text or "去" in text or "往" in text)
        and ("。" not in text or _OVER_A_TABLE.search(text) is not None)
    )


def may_name_a_year(texts: Sequence[str]) -> bool:
    """Whether `ruling_year` may find a year in one of these lines, with no other copy of the table: titles say nothing then."""
    with_a_year = [text for text in texts if "年" in text or "去" in text]
    return any(_may_rule(text) and not TITLE_END.search(text) for text in with_a_year)


def ruling_year(
    document: Document, kind_of: KindOf, start: int, year: int, *, alone: bool, above: int = 0, table: str = ""
) -> tuple[int | None, int]:
    """The year that the nearest title or caption line above cell `start`, down from `above`, names, and the line; None
    where none does.

    `alone`: no other copy competes; then a title or a link in the page's navigation is no caption of the table.
    `table`: a caption that names another table says nothing of this one.
    """
    texts = document.texts
    for i in range(start - 1, above - 1, -1):
        text = texts[i]
        if ("年" in text or "去" in text) and _may_rule(text) and is_alone(document, i):
            named = year_of_line(text, kind_of(i), year)
            if named is not None and not (table and _is_of_another_table(text, table)):
                return (None if alone and TITLE_END.search(text) else named), i
    return None, 0


@cache
def _names_of_sections() -> tuple[tuple[str, str], ...]:
    """The headings of sections with a table, folded, and the table of each."""
    return tuple(
        dict.fromkeys(
            (fold(label), heading.key)
            for form in GRID_FORMS.values()
            for heading in form.sections
            if heading.key in {t.key for t in form.tables}
            for label in (heading.label, *heading.aliases)
        )
    )


def _is_of_another_table(text: str, table: str) -> bool:
    folded = fold(text)
    named = {key for label, key in _names_of_sections() if label in folded}
    return bool(named) and table not in named


def is_alone(document: Document, i: int) -> bool:
    """The cell is a printed row of its own; a year in a column's header says nothing of the table."""
    rows = document.rows
    row = rows[i]
    return (i == 0 or rows[i - 1] != row) and (i + 1 == len(rows) or rows[i + 1] != row)


def year_of_line(text: str, kind: str, year: int) -> int | None:
    """The year that a title or caption line is about; None for prose, dates and labels."""
    if kind in VALUE_KINDS or ("。" in text and not _OVER_A_TABLE.search(text)):
        return None
    if match := _YEAR.search(text):
        return None if _DATE.search(text) else int(match[1])
    if kind != "label" and _LAST_YEAR.search(text) and len(text) < LONGEST_CAPTION // 2:
        return year - 1
    return None


def names_other_year(document: Document, kind_of: KindOf, cells: Sequence[int], year: int | None) -> bool:
    """One of these cells, which stand before a table, names another year, or says last year."""
    for i in cells:
        text = document.texts[i]
        if len(text) > LONGEST_CAPTION or ("年" not in text and "去" not in text):
            continue
        named = [int(y) for y in _YEAR.findall(text)]
        if year is not None and named and year not in named:
            return True
        if not named and kind_of(i) != "label" and _LAST_YEAR.search(text) and len(text) < LONGEST_CAPTION // 2:
            return True
    return False
