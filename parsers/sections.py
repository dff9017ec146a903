"""The narrative sections of a report under their statutory keys, and the processing fee that section six prints.
The tables between them are left to `align`; what the prose claims against the tables to `prose`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from gongkai.parsers.characters import simplify, strip_pinyin
from gongkai.parsers.report import Section

KEYS = ("overview", "proactive", "applications", "review", "problems", "other_matters")
_RANK = {key: rank for rank, key in enumerate(KEYS)}
_WEIGHT = {2: 10, 1: 4, 0: 1, -1: 1}  # by how plainly a heading is worded
_TABULAR = frozenset(("proactive", "applications", "review"))
LONGEST_HEADING = 60
MOST_HEADINGS = 200  # lines that look like a heading; a page with more has its last ones read
MOST_SENTENCES = 60  # sentences that may print the fee
LONGEST_SENTENCE = 400  # characters before and after 处理费

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
_BEFORE_HEADING = re.compile(r"(?<=[。\s])(?=[一二三四五六七八九十]{1,2}、)")
_GAPS = frozenset(" \u3000\xa0。:：")
_WORDS = ("况", "问题", "事项", "概述", "复议", "公开", "引")
_GLUE_END = re.compile(r"[。；;]|[，,].{12}")

# What a page prints after its article.
_FURNITURE = re.compile(
    r"(?:【|\[)?(?:上一[篇条]|下一[篇条]|附\s*件|打\s*印|关\s*闭|扫一扫|分享到?|相关链接|相关稿件|相关阅读|版权所有|主办单位|主办[:：]|承办|网站地图|网站标识码|您访问|责任编辑|信息来源|返回顶部|联系我们|友情链接|[^。]{0,12}ICP备)"
)
_DATE_LINE = re.compile(
    r"[（(]?(?:20\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|二[〇○零ＯO0][^年]{2}年[^月]{1,2}月[^日]{1,3}日)[）)]?"
)
_PAGE_MARK = re.compile(r"[-—–－·]+|[-—–－·]?\s*\d{1,3}\s*[-—–－·]?|第\s*\d+\s*页.*")
_UNIT = re.compile("[件条次个期场元万人家项篇年月日%余起宗份。，]")
# Labels of the forms that are long enough, or have the commas, to be taken for prose.
_LABEL = re.compile(
    r"[（(]?本列数据|等于第三项|[（(]?[一二三四五六七][)）]?\s*(?:予以公开|部分公开|不予公开|无法提供|不予处理|其他处理|总计)|[一二三四]、\s*(?:本年新收|上年结转|本年度?办理|结转下)"
    r"|\d\s*[.、．]\s*(?:属于|其他|危及|保护|本机关不掌握|没有现成|补正后|信访|重复|要求|无正当|申请人)|申请人(?:无正当|逾期)|.{0,6}部分公开\s*[（(]|第二十条|行政机关不再处理"
    r"|(?:只计这一情|形，不计|形,不计)"
)
_PROBLEMS_BEGIN = re.compile(
    r"(?:[（(]?[一二1][）)、.．]\s*)?(?:存在的?)?(?:主要)?(?:存在的?)?(?:问题|不足)(?:和不足|及不足|与不足)?[。:：]?$|.{0,12}(?:主要问题|存在的?问题|存在的?不足)$"
)
_TABLES_BEGIN = re.compile("第二十条\\s*第|信息内容$|[（(]?本列数据的勾稽")
_OF_THE_REPORT = re.compile("统计期限|年度报告格式|本(?:年度)?报告(?:依|根|按)|编制本(?:年度)?报告")
_OTHER_BEGIN = re.compile(r"[^。]{0,30}(?:信息处理费|政务公开.{0,6}工作要点)")


class _Heading(NamedTuple):
    """A line that looks like a heading: its line, printed number, text, key ("" when unknown) and certainty."""

    line: int
    number: str
    heading: str
    key: str
    certainty: int
    rest: str  # what stands on the same line after it


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


def _headings(texts: Sequence[str], tables: Sequence[int]) -> list[_Heading]:
    found = []
    for i, text in enumerate(texts):
        if text[:1] not in _STARTS or len(text) < 4 or text[1] == "是" or (tables[i] and len(text) > 40):
            continue
        read = _known_heading(text) if len(text) <= 40 else _read_heading(text)
        if read is not None and not (tables[i] and not read[3]):
            number, heading, rest, key, certainty = read
            found.append(_Heading(i, number, heading, key, certainty, rest))
    return found[-MOST_HEADINGS:]


def _chosen(found: list[_Heading]) -> list[_Heading]:
    """The headings of the statutory sections: one for each key, in their order, the plainest wordings win.

    A report may number its sub-topics 一 to 六 before the sections proper (real-world.md 1), so the same key
    can be claimed twice; numbers are no guide, they may be shifted or used twice.
    """
    known = [h for h in found if h.key]
    best: list[tuple[int, int]] = []  # (score, index of the one before)
    for heading in known:
        rank = _RANK[heading.key]
        score, before = 0, -1
        for j, (reached, _) in enumerate(best):
            if reached >= score and _RANK[known[j].key] < rank:
                score, before = reached, j
        best.append((score + _WEIGHT[heading.certainty], before))
    if not best:
        return []
    i = max(range(len(best)), key=lambda k: (best[k][0], k))
    chain = []
    while i >= 0:
        chain.append(known[i])
        i = best[i][1]
    return chain[::-1]


def _cuts(found: list[_Heading], chain: list[_Heading]) -> list[_Heading]:
    """The chosen headings and, between them, the unknown ones whose number continues theirs (reports before 2019)."""
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


def _prose_lines(texts: Sequence[str], tables: Sequence[int], lo: int, hi: int) -> list[str]:
    """The sentences among the cells of a flattened table: no labels, no figures."""
    lines: list[str] = []
    pending: list[str] = []
    last = -1
    for i, text in enumerate(texts[lo:hi], lo):
        if len(text) < 15 and (len(text) < 4 or text[-1] != "。"):
            continue
        if i - last > 2:
            pending.clear()
        last = i
        whole = "。" in text or (len(text) > 24 and ("，" in text or "," in text))
        if tables[i] or not (whole or len(text) > 20) or _LABEL.match(text):
            pending.clear()
        elif whole:
            lines += pending
            lines.append(text)
            pending.clear()
        else:
            pending.append(text)  # a hard-wrapped line: prose when the next one is
    return lines


def _narrative(texts: Sequence[str], tables: Sequence[int], lo: int, hi: int) -> list[str]:
    """The lines of a narrative section without tables and page numbers."""
    lines = []
    for i in range(lo, hi):
        text = texts[i]
        if not text or tables[i]:
            continue
        if len(text) < 9 and _PAGE_MARK.fullmatch(text):
            # a figure on a line of its own goes on with its unit; a page number does not
            after = next((t for t in texts[i + 1 : min(i + 8, hi)] if t), "")
            if not (text.isdigit() and _UNIT.match(after)):
                continue
        lines.append(text)
    return lines


def _end_of_text(texts: Sequence[str], lo: int) -> int:
    """Where the last section ends: before the signature block or the page's furniture."""
    seen = False
    for i in range(lo, len(texts)):
        text = texts[i]
        if not text:
            continue
        if _FURNITURE.match(text) and seen:
            return i
        if text[-1:] in "日）)" and _DATE_LINE.fullmatch(text):
            j = i - 1
            while j >= lo and not texts[j]:
                j -= 1
            if j > lo and len(texts[j]) <= 40 and not any(c in texts[j] for c in "。，；"):
                return j
            return i
        seen = True
    return len(texts)


def _resplit(texts: Sequence[str]) -> list[str]:
    """A page that came as one or a few giant lines, cut before its numbered headings."""
    return [part for text in texts for part in _BEFORE_HEADING.split(text) if part]


def sections(texts: Sequence[str], rows: Sequence[int], tables: Sequence[int]) -> tuple[Section, ...]:
    """The narrative sections in order: number and heading as printed, key, text without the tables.

    A section whose heading is missing but whose text is there has an empty number and heading. Headings of
    older reports that no form knows end the section before them and have the key `""`.
    """
    if 0 < len(texts) <= 12 and max(map(len, texts)) > 400:
        texts = _resplit(texts)
        tables = [0] * len(texts)
    found = _headings(texts, tables)
    chain = _chosen(found)
    if not chain:
        return _by_text(texts, tables)
    cuts = _cuts(found, chain)
    end = _end_of_text(texts, chain[-1].line + 1) if chain[-1].key == "other_matters" else len(texts)
    result: list[Section] = []
    if chain[0].key != "overview" and (opening := _opening(texts, tables, cuts[0].line)):
        result.append(Section("", "overview", "", opening))
    keys = {heading.key for heading in chain}
    for here, after in zip(cuts, [*cuts[1:], None], strict=True):
        lo, hi = here.line + 1, after.line if after else end
        first = [here.rest] if here.rest else []
        if here.key in _TABULAR:
            if here.key == "review" and "problems" not in keys:
                middle = _begin(texts, lo, hi)
                result.append(
                    Section(
                        here.number,
                        here.key,
                        here.heading,
                        "\n".join(first + _prose_lines(texts, tables, lo, middle)),
                    )
                )
                result += _unheaded(texts, tables, middle, hi, "other_matters" in keys)
                continue
            lines = first + _prose_lines(texts, tables, lo, hi)
        else:
            lines = first + _narrative(texts, tables, lo, hi)
        result.append(Section(here.number, here.key, here.heading, "\n".join(lines)))
    return tuple(result)


def _by_text(texts: Sequence[str], tables: Sequence[int]) -> tuple[Section, ...]:
    """The sections of a report that prints none of their headings: the prose before its tables and after them."""
    first = next((i for i, text in enumerate(texts) if _TABLES_BEGIN.match(text)), None)
    if first is None:
        return ()
    before = zip(texts[:first], tables[:first], strict=True)
    lines = [text for text, table in before if len(text) > 14 and text[-1] == "。" and not table]
    opening = [t for t in lines if not _OF_THE_REPORT.search(t[:200])] or lines
    found = [Section("", "overview", "", "\n".join(opening))] if opening else []
    end = _end_of_text(texts, first)
    return (*found, *_unheaded(texts, tables, _begin(texts, first, end), end, False))


def _opening(texts: Sequence[str], tables: Sequence[int], stop: int) -> str:
    """The prose before the first heading when heading 一 is missing: paragraphs after the preamble."""
    lines = [
        t
        for t, k in zip(texts[:stop], tables[:stop], strict=True)
        if not k and len(t) > 30 and ("。" in t or "，" in t)
    ]
    return "\n".join(lines)


def _begin(texts: Sequence[str], lo: int, hi: int) -> int:
    """Where the text of section five begins when its heading is missing: at 主要问题, else after the last figure."""
    for i in range(lo, hi):
        if 3 < len(texts[i]) < 24 and _PROBLEMS_BEGIN.match(texts[i]):
            return i
    begin = hi
    for i in range(hi - 1, lo - 1, -1):
        text = texts[i]
        if not text:
            continue
        if (len(text) < 9 and not _PAGE_MARK.fullmatch(text) and text[-1] != "。") or (
            text[0].isdigit() and text[-1].isdigit()
        ):
            return begin
        begin = i
    return hi  # no table before it: a section of prose about reviews


def _unheaded(texts: Sequence[str], tables: Sequence[int], lo: int, hi: int, has_other: bool) -> list[Section]:
    """Sections five and six by their text where the page prints no headings for them (real-world.md 4)."""
    hi = min(hi, _end_of_text(texts, lo))
    lines = _narrative(texts, tables, lo, hi)
    if not lines:
        return []
    split = len(lines)
    if not has_other:
        split = next((i for i, t in enumerate(lines) if i and _OTHER_BEGIN.match(t)), len(lines))
    out = [Section("", "problems", "", "\n".join(lines[:split]))]
    if split < len(lines):
        out.append(Section("", "other_matters", "", "\n".join(lines[split:])))
    return out


# 国办函〔2020〕109号: a report says how many fee notices were issued and how much was collected.
_AMOUNT = r"(?P<n>\d[\d,，]*(?:\.\d+)?)\s*(?P<unit>万元|元|万|(?=[。；;，,\s）)]|$))"
_PIECES = r"(?:\d+\s*[件笔次份条起宗]\s*[，、,；;]?\s*)?"
_COLLECTED = re.compile(rf"实际收(?:取|缴|到|费)[^。；;\d]{{0,20}}?{_PIECES}[^。；;\d]{{0,12}}?{_AMOUNT}")
_FEE = re.compile(rf"处理费(?!管理)[^。；;\d]{{0,24}}?{_PIECES}[^。；;\d]{{0,12}}?{_AMOUNT}")
_FEE_BEFORE = re.compile(
    rf"(?:收取|收费|共收|征收)[^。；;\d]{{0,10}}?{_AMOUNT}[^。；;\d]{{0,6}}(?:的)?(?:政府信息公开)?信息处理费"
)
_ALL_ZERO = re.compile(r"(?:金额|收取|处理费)[^。]{0,30}?(?:均|都|皆|各)?为\s*0(?![\d.])")
_STANDARD = re.compile(r"标准|每件|每页|元/|元／|按件|按量")
_NONE = re.compile(r"未|没有|无|暂不|不收|不存在|尚未|零")


def processing_fee(texts: Sequence[str]) -> tuple[Decimal | None, str | None, int | None]:
    """The 信息处理费 collected, in 元: (amount, the words that say so, index of the text).

    No amount but words: the text says that none was collected, without a number. No words: it says nothing.
    """
    looked = 0
    for i, printed in enumerate(texts):
        text = simplify(printed)
        at = text.find("处理费")
        while at >= 0 and looked < MOST_SENTENCES:
            looked += 1
            low, high = max(0, at - LONGEST_SENTENCE), at + LONGEST_SENTENCE
            start = max(text.rfind(mark, low, at) for mark in "。；\n") + 1 or low
            stop = min((p for p in (text.find("。", at, high), text.find("\n", at, high)) if p >= 0), default=high)
            said = _fee_in(text[start:stop] if text is printed else simplify(strip_pinyin(printed[start:stop])))
            if said is not None:
                return said[0], said[1] if text is printed else printed[start:stop].strip(), i
            at = text.find("处理费", stop)
    return None, None, None


def _fee_in(sentence: str) -> tuple[Decimal | None, str] | None:
    for pattern in (_COLLECTED, _FEE, _FEE_BEFORE):
        match = pattern.search(sentence)
        if match is None or _STANDARD.search(match[0]) or _STANDARD.match(sentence, match.end()):
            continue
        unit = match["unit"]
        try:
            amount = Decimal(match["n"].replace(",", "").replace("，", ""))
        except InvalidOperation:
            continue
        if not unit and amount != 0:
            continue  # a bare number may count notices
        return amount * 10000 if unit.startswith("万") else amount, match[0].strip()
    zero = _ALL_ZERO.search(sentence)
    if zero:
        return Decimal(0), zero[0].strip()
    cleaned = sentence.replace("《政府信息公开信息处理费管理办法》", "")
    if "处理费" in cleaned or "收取" in cleaned or "收费" in cleaned:
        none = _NONE.search(cleaned)
        if none:
            return None, sentence.strip()
    return None
