"""The headings of a report's narrative sections: which lines are headings, and which of them head a statutory section.
The text under them is left to `sections`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from operator import lt
from typing import NamedTuple

from gongkai.parsers.characters import simplify, strip_pinyin

KEYS = ("overview", "proactive", "applications", "review", "problems", "other_matters")
_EVERY_KEY = list(KEYS)
_RANK = {key: rank for rank, key in enumerate(KEYS)}
_WEIGHT = {2: 10, 1: 4, 0: 1, -1: 1}  # by how plainly a heading is worded
LONGEST_HEADING = 60
MOST_HEADINGS = 200  # lines that look like a heading; a page with more has its last ones read

# A printed number: 一、 二. (Markdown marks and a stray l before it are no part of it.) （一） is a sub-topic's.
_NUMBER = re.compile(
    r"[#*>\s]*[lI|]?\s*(?:第?([一二三四五六七八九十]{1,2})(?:部分)?\s*[、.．，,:：]|([一二三四五六七八九十]{1,2})\s+(?=\S))\s*"
)
_STARTS = frozenset("总總一二三四五六七八九十第#*>lI| \u3000主收政存其")
# Statutory headings that stand alone, without their number.
_BARE = {
    "总体情况": "overview",
    "主动公开政府信息情况": "proactive",
    "收到和处理政府信息公开申请情况": "applications",
    "政府信息公开行政复议、行政诉讼情况": "review",
    "存在的主要问题及改进情况": "problems",
    "政府信息公开工作存在的主要问题及改进情况": "problems",
    "其他需要报告的事项": "other_matters",
}
_NUMERALS = {
    numeral: n
    for n, numeral in enumerate(("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), 1)
}
# Rows of table 三 carry the same numbers as the sections.
_ROW = re.compile(r"本年新收|上年结转|上年度结转|本年度?办理结果|结转下|本年度?收到")
_YEAR = r"(?:20\d\d\s*年(?:度)?)?"
_OF_OGI = r"(?:本年度?)?(?:我.)?(?:政府信息(?:和政务)?公开|政务公开|信息公开)?(?:工作)?(?:的)?"
# (pattern, key, certainty): 2 is the wording of the forms of 2019 and 2021, 1 one that sub-topics use too.
_HEADINGS = tuple(
    (re.compile(pattern), key, certainty)
    for pattern, key, certainty in (
        (rf"{_YEAR}{_OF_OGI}(?:总体情况|总体工作情况|整体情况)", "overview", 2),
        (rf"{_YEAR}{_OF_OGI}(?:概述|概况|基本情况|总体概况|引\s*言|工作情况)$", "overview", 1),
        (r"(?:行政机关)?主动公开政府(?:信息|政府)(?:的)?(?:数据)?情况", "proactive", 2),
        (rf"{_YEAR}(?:政府信息)?(?:主动公开)(?:政府信息|信息|工作)?(?:的)?(?:工作)?(?:基本)?(?:情况)?$", "proactive", 1),
        (r"(?:行政机关)?收到和处理政府信息(?:公开)?(?:的)?申请(?:的)?(?:情况)?", "applications", 2),
        (r"(?:政府信息)?依申请公开(?:政府信息|信息|工作)?(?:申请)?(?:的)?(?:办理|处理|答复)?(?:工作)?(?:和不予公开政府信息的?)?(?:情况)?$", "applications", 1),
        (r"政府信息公开(?:依)?申请(?:受理|办理|处理)?(?:的)?情况$", "applications", 1),
        (r"(?:因)?政府信息公开(?:工作)?(?:被)?(?:申请|引起|引发|提起)?(?:的)?行政复议(?:和|、|与|及|，)?(?:提起|被提起)?(?:的)?行政诉讼(?:的)?(?:情况)?", "review", 2),
        (r"(?:因)?(?:政府)?(?:信息公开)?.{0,14}(?:复议|诉讼).{0,14}情况$|(?:行政)?复议[、和与](?:行政)?诉讼(?:和申诉)?(?:的)?(?:情况)?$", "review", 1),
        (r"(?:政府信息公开|政务公开|信息公开)?(?:工作)?(?:中)?(?:存在|主要)(?:的)?(?:主要)?(?:问题|困难|不足)(?:和不足|与不足|及不足)?(?:、)?(?:及|和|与|以及)?(?:其)?(?:下一步)?(?:的)?(?:改进|整改|工作)?(?:情况|措施|打算|计划|建议|意见|方向|思路|安排|办法)?", "problems", 2),
        (r"(?:存在问题|主要问题|问题|不足).{0,10}(?:改进|措施|打算)", "problems", 1),
        (r"(?:其他|其它|需要)(?:需要)?(?:报告|说明)?(?:的)?(?:其他)?(?:情况)?事项(?:情况)?", "other_matters", 2),
        (r"(?:其他|其它)(?:需要)?(?:报告|说明)(?:的)?(?:情况|内容)$|需要说明的(?:其他)?(?:事项|情况)", "other_matters", 1),
    )
)  # fmt: skip
_GAPS = frozenset(" \u3000\xa0。:：")
_WORDS = ("况", "问题", "事项", "概述", "复议", "公开", "引")
_GLUE_END = re.compile(r"[。；;]|[，,].{12}")


class Heading(NamedTuple):
    """A line that looks like a heading: its line, printed number, text, key ("" when unknown) and certainty."""

    line: int
    number: str
    heading: str
    key: str
    certainty: int
    rest: str  # what stands on the same line after it


_new_heading = partial(tuple.__new__, Heading)  # takes half the time of calling the class


def _place(text: str, visible: int) -> int:
    """The index in a text after so many characters that are no white space."""
    for i, char in enumerate(text):
        if visible == 0:
            return i
        visible -= not char.isspace()
    return len(text)


def _split_glued(body: str) -> tuple[str, str, str, int] | None:
    """(heading, rest, key, certainty) of a line that begins with a statutory heading."""
    if not any(word in body[:LONGEST_HEADING] for word in _WORDS):
        return None
    squeezed = (
        "".join(body[: LONGEST_HEADING + 20].split()) if " " in body or "\u3000" in body or "\xa0" in body else body
    )
    for pattern, key, certainty in _HEADINGS:
        match = pattern.match(squeezed)
        if match is None:
            continue
        rest = squeezed[match.end() :]
        if not rest.strip("。:：*#. "):
            return squeezed[: match.end()], "", key, certainty
        if certainty == 2:
            end = _place(body, match.end())
            # the text follows on the same line: after a gap, or at once and long
            if len(rest) > 14 or body[end : end + 1] in _GAPS or rest[0] in "无2我（(本一":
                return squeezed[: match.end()], body[end:].lstrip("。:： \u3000\xa0").rstrip(), key, certainty
        if len(squeezed) <= 40 and not _GLUE_END.search(rest):
            return squeezed, "", key, min(certainty, 1)
    return None


def _read_simplified(text: str) -> tuple[str, str, str, str, int] | None:
    """(number, heading, rest, key, certainty) of a line that begins like a heading; the row of a table is none."""
    match = _NUMBER.match(text, 0, LONGEST_HEADING)
    if match is None:
        if text[0] in "#*":  # ## 总体情况
            bare = text[:200].lstrip("#*> ").rstrip("* ")
            if len(bare) < LONGEST_HEADING and (glued := _split_glued(bare)) and glued[3] == 2:
                return ("", *glued)
        return ("", text, "", _BARE[text], 1) if text in _BARE else None
    body = text[match.end() :].rstrip("* ")
    if not body or _ROW.search(body, 0, 24):
        return None
    number = match[1] or match[2]
    if glued := _split_glued(body):
        heading, rest, key, certainty = glued
        return number, heading, rest, key, certainty - (match[1] is None)
    if len(body) <= 30 and match[1] and not _GLUE_END.search(body):
        return number, body, "", "", 0
    return None


def _read_heading(printed: str) -> tuple[str, str, str, str, int] | None:
    """The same of a line that may be in traditional characters: heading and rest as printed, without pinyin."""
    printed = strip_pinyin(printed)
    text = simplify(printed)
    read = _read_simplified(text)
    if read is None or text is printed:
        return read
    number, heading, rest, key, certainty = read
    at = max("".join(text.split()).find(heading), 0)
    heading = "".join(printed.split())[at : at + len(heading)]
    return number, heading, printed[text.rfind(rest) :] if rest else "", key, certainty


_known_heading = lru_cache(maxsize=1024)(_read_heading)  # headings and rows come in few wordings


def headings_among(texts: Sequence[str], tables: Sequence[int], lines: Iterable[int]) -> list[Heading]:
    """Those of these lines that look like headings; within tables only those of statutory sections do."""
    found = []
    for i in lines:
        text = texts[i]
        if text[:1] not in _STARTS or len(text) < 4 or text[1] == "是" or (tables[i] and len(text) > 40):
            continue
        read = _known_heading(text) if len(text) <= 40 else _read_heading(text)
        if read is not None and not (tables[i] and not read[3]):
            number, heading, rest, key, certainty = read
            found.append(_new_heading((i, number, heading, key, certainty, rest)))
    return found


def chosen(found: list[Heading]) -> list[Heading]:
    """The headings of the statutory sections: one for each key, in their order, the plainest wordings win.

    A report may number its sub-topics 一 to 六 before the sections proper, so the same key
    can be claimed twice; numbers are no guide, they may be shifted or used twice.
    """
    if [h.key for h in found] == _EVERY_KEY:
        return found
    known = [h for h in found if h.key]
    ranks = [_RANK[h.key] for h in known]
    if all(map(lt, ranks, ranks[1:])):  # each claimed once, and in their order: nothing to choose
        return known
    best: list[tuple[int, int]] = []  # (score, index of the one before)
    for heading, rank in zip(known, ranks, strict=True):
        score, before = 0, -1
        for j, (reached, _) in enumerate(best):
            if reached >= score and ranks[j] < rank:
                score, before = reached, j
        best.append((score + _WEIGHT[heading.certainty], before))
    i = max(range(len(best)), key=lambda k: (best[k][0], k))
    chain = []
    while i >= 0:
        chain.append(known[i])
        i = best[i][1]
    return chain[::-1]


def cuts_at(found: list[Heading], chain: list[Heading]) -> list[Heading]:
    """The chosen headings and, between them, the unknown ones whose number continues theirs (reports before 2019)."""
    if len(found) == len(chain):
        return chain
    cuts = []
    for here, after in zip(chain, [*chain[1:], None], strict=True):
        cuts.append(here)
        last = _NUMERALS.get(here.number, 0)
        limit = _NUMERALS.get(after.number, 99) if after else 99
        for heading in found:
            if heading.key or heading.line < here.line or (after and heading.line > after.line):
                continue
            n = _NUMERALS.get(heading.number, 0)
            if last and n == last + 1 < limit:
                cuts.append(heading)
                last = n
    return cuts
