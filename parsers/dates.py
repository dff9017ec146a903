"""Dates of a page: when it says it was published, and the signature block at the end of its text.
Which year the report is about is left to `identity`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate

from gongkai.parsers.names import read_name

TAIL = 80  # texts looked at from the end before the whole page is searched
LONGEST_LABEL, LONGEST_DATE = 40, 40  # characters of a label with the spaces in it, and of a date behind its year
MOST_DATES = 60  # lines of the whole page that end like a signature and are looked at
_CN_YEAR = "二[〇○零ＯO0][〇○零ＯO0一二][〇○零ＯO0一二三四五六七八九]"
_CN_DIGITS = str.maketrans("〇○零ＯO一二三四五六七八九", "00000123456789")
ANY_YEAR = rf"(?:20\d\d|{_CN_YEAR})"
_NARROW = str.maketrans("０１２３４５６７８９－／．：［］", "0123456789-/.:[]")

_DATE = r"(20\d\d)\s*[-年./／－]\s*(\d{1,2})\s*[-月./／－]\s*(\d{1,2})(?!\d)"
_EIGHT_DIGITS = r"(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)"
GAP = r"\s*[\]】]?\s*[:：|]?\s*"
# Each way begins with a letter of its own, so that a search for all of them is quick.
_PAGE_DATE = re.compile(
    r"(发\s*布\s*日\s*期|发\s*布\s*时\s*间|公\s*开\s*日\s*期|公\s*开\s*时\s*间|公布日期|公布时间|發[布佈]日期|發[布佈]時間|发布于|信息时间"
    rf"|日(?<![\u4e00-\u9fff]日)\s*期|时(?<![\u4e00-\u9fff]时)\s*间|時(?<![\u4e00-\u9fff]時)間){GAP}[\[【(（]?\s*(?:{_DATE}|{_EIGHT_DIGITS})"
)
_DOCUMENT_DATE = re.compile(rf"([发發]\s*文\s*日\s*期){GAP}{_DATE}")
# When the page was changed, where it does not say when it was published.
_CHANGE_DATE = re.compile(rf"(更\s*新\s*(?:时\s*间|日\s*期)){GAP}[\[【(（]?\s*(?:{_DATE}|{_EIGHT_DIGITS})")
# A date beside the title that says something else.
_OTHER_DAY = re.compile("有效期|截[止至]|到期|打印|下载|失效|废止|施行|实施|起$|至$|自20|今天|当前时间|现在时间")
# What all of these end with: looked for first, in a fifth of the time, for most lines hold none of them. Before that, in
# half of the time again, a year behind one of the signs that can stand before it there.
_LABELLED = re.compile(rf"[期间間于]{GAP}[\[【(（]?\s*20\d\d")
_YEAR_BEHIND_A_LABEL = re.compile(r"20(?<=[期间間于\s\]】:：|\[【(（]20)\d\d")
_LONE_DATE = re.compile(rf"[（(\[]?\s*{_DATE}日?\s*[）)\]]?")
_LINE_DATE = re.compile(rf"{_DATE}(?:\s+\d\d:\d\d(?::\d\d)?)?\s*$")
# A date line without a label: [ 2024-01-17 ] 浏览：122次
_OPENING_DATE = re.compile(
    rf"[（(\[【]?\s*{_DATE}日?\s*(?:\d\d?:\d\d(?::\d\d)?)?\s*[）)\]】]?[\s|]*"
    r"(?:信息来源|来源|來源|浏览|瀏覽|点击|點擊|阅读|访问|作者|编辑|字体|字號|字号|打印|分享|责任编辑|【|\[|$)"
)
_ANY_DATE = re.compile(_DATE)
_CN_DATE = re.compile(rf"({_CN_YEAR})年([一二三四五六七八九十]{{1,2}})月([一二三四五六七八九十]{{1,3}})日")
_SIGNATURE = re.compile(
    r"(.{0,40}?)\s*[（(]?(?:(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
    rf"|({_CN_YEAR}年[一二三四五六七八九十]{{1,2}}月[一二三四五六七八九十]{{1,3}}日))[）)]?[。.]?\s*"
)
_SIGNATURE_ENDS = re.compile("日[）)。.]{0,2}$", re.M)


def year_number(year: str) -> int:
    """2024 or 二〇二四 as a number."""
    return int(year.translate(_CN_DIGITS))


def day_of(year: str, month: str, day: str) -> date | None:
    """A date, or None for a damaged one such as 2018年11日."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _small(numeral: str) -> int:
    """一 to 三十一; 十 stands for itself and for its place."""
    tens, ten, units = numeral.rpartition("十")
    if not ten:
        return int(numeral.translate(_CN_DIGITS))
    return (int(tens.translate(_CN_DIGITS)) if tens else 1) * 10 + (int(units.translate(_CN_DIGITS)) if units else 0)


def chinese_day(text: str) -> date | None:
    """The first date written 二〇二五年一月二十日."""
    match = _CN_DATE.search(text)
    if match is None:
        return None
    try:
        return date(year_number(match[1]), _small(match[2]), _small(match[3]))
    except ValueError:
        return None


class Lines:
    """The lines around the title as one text, with the number of the line at any place in it."""

    def __init__(self, texts: Sequence[str], lo: int, hi: int) -> None:
        self.lo = lo
        lines = texts[lo:hi]
        if max(map(len, lines), default=0) >= 100:
            lines = [t if len(t) < 100 else "" for t in lines]
        self.text = text = narrow("\n".join(lines))
        # where a label before a date ends
        self.labelled = [e.span() for e in _LABELLED.finditer(text)] if _YEAR_BEHIND_A_LABEL.search(text) else []

    def where(self, position: int) -> str:
        return f"text {self.lo + self.text.count(chr(10), 0, position) + 1}"

    def value(self, label: re.Pattern[str]) -> tuple[str, str] | None:
        """The value printed after a label such as 发布机构, on its line or as the next cell."""
        match = label.search(self.text)
        return (match[1], self.where(match.start(1))) if match and match[1] else None

    def day(self, pattern: re.Pattern[str]) -> tuple[date, str] | None:
        """The first date behind a label of this pattern, which is looked for around what such labels end with."""
        for start, end in self.labelled:
            low, high = max(0, start - LONGEST_LABEL), end + LONGEST_DATE
            for match in pattern.finditer(self.text, low, high):
                if match.end() == high < len(self.text):  # cut, perhaps in a number: 2024-01-1|5
                    break
                year, month, day = [group for group in match.groups()[1:] if group is not None]
                if found := day_of(year, month, day):
                    return found, f"{''.join(match[1].split())} {self.where(match.end() - 1)}"
        return None


def narrow(text: str) -> str:
    """Full-width digits and the signs of dates as ASCII ones, every character in its place."""
    return text.translate(_NARROW) if "２" in text else text


def published(texts: Sequence[str], lines: Lines, title: int, meta: Mapping[str, str]) -> tuple[date, str] | None:
    """When the page says it was published: its date line, PubDate, 发文日期, a lone date beside the title."""
    if lines.labelled and (found := lines.day(_PAGE_DATE)):
        return found
    if meta and (match := _ANY_DATE.search(meta.get("pubdate", "")[:80])) and (day := day_of(match[1], match[2], match[3])):
        return day, "meta PubDate"
    if lines.labelled and (found := lines.day(_DOCUMENT_DATE) or lines.day(_CHANGE_DATE)):
        return found
    if title >= 0:
        looked = 0
        for i, printed in enumerate(texts[title + 1 : title + 8], title + 1):
            if not printed:
                continue
            if looked == 4 or len(printed) > 80 or "统计" in printed:
                break
            looked += 1
            text = narrow(printed)
            if (_ANY_DATE.search(text) is None and "二" not in text) or _OTHER_DAY.search(text):
                continue
            lone = _LONE_DATE.fullmatch(text) or _LINE_DATE.search(text) or _OPENING_DATE.match(text)
            if found_day := day_of(lone[1], lone[2], lone[3]) if lone else chinese_day(text):
                return found_day, f"text {i + 1}"
    return None


def signed(texts: Sequence[str], lo: int) -> tuple[date, str, int] | None:
    """The signature block at the end: its date, the name before it ("" when none), and its index."""
    low = max(lo, 0, len(texts) - TAIL)
    # The last line, as in most reports; then from the end line by line that holds a 日: most hold none, and are not looked at.
    last = len(texts) - 1
    if last > low and "日" in texts[last][-3:] and (found := _signature(texts, last, low)):
        return found
    joined = "\n".join(texts)
    at = joined.rfind("日")
    while at >= 0 and (i := len(texts) - 1 - joined.count("\n", at)) > low:
        if "日" in texts[i][-3:] and (found := _signature(texts, i, low)):
            return found
        at = joined.rfind("日", 0, max(0, joined.rfind("\n", 0, at)))
    # An annex or a menu may follow it; so far from the end a date counts only under a name.
    if low > lo and (ends := [m.start() for m in _SIGNATURE_ENDS.finditer(joined)][-MOST_DATES:]):
        starts = list(accumulate((len(t) + 1 for t in texts[:low]), initial=0))
        for end in reversed(ends):
            i = bisect_right(starts, end) - 1
            if lo < i <= low and (found := _signature(texts, i, lo)) and read_name(found[1]):
                return found
    return None


def _signature(texts: Sequence[str], i: int, lo: int) -> tuple[date, str, int] | None:
    text = texts[i]
    match = _SIGNATURE.fullmatch(text) if len(text) <= 60 else None
    if match is None:
        return None
    who, year, month, day, in_chinese = match.groups()
    signed_on = chinese_day(in_chinese) if in_chinese else day_of(year, month, day)
    if signed_on is None:
        return None
    who = who.strip()
    above = i
    while not who and (above := above - 1) > max(lo, i - 6):
        who = texts[above]
    return signed_on, who if len(who) <= 40 else "", i
