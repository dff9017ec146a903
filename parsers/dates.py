"""Dates of a page: when it says it was published, and the signature block at its end.
The year a report is about is left to `identity`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

_CNANY_YEAR = "二[〇○零ＯO0][〇○零一二][〇○零一二三四五六七八九]"
_CN_DIGITS = str.maketrans("〇○零ＯO一二三四五六七八九", "00000123456789")
ANY_YEAR = rf"(?:20\d\d|{_CN_YEAR})"
_DATE = r"(20\d\d)\s*[-年./／－]\s*(\d{1,2})\s*[-月./／－]\s*(\d{1,2})(?!\d)"
_GAP = r"\s*[\]】]?\s*[:：|]?\s*"
_PAGE_DATE = re.compile(
    r"(发\s*布\s*日\s*期|发\s*布\s*时\s*间|公\s*开\s*日\s*期|公\s*开\s*时\s*间|公布日期|公布时间|發[布佈]日期|發[布佈]時間|发布于|信息时间|更新时间"
    rf"|(?<![\u4e00-\u9fff])(?:日\s*期|时\s*间|時間)){_GAP}{_DATE}"
)
_DOCUMENT_DATE = re.compile(rf"([发發]\s*文\s*日\s*期){_GAP}{_DATE}")
_LONE_DATE = re.compile(rf"[（(\[]?\s*{_DATE}日?\s*[）)\]]?")
_LINE_DATE = re.compile(rf"{_DATE}(?:\s+\d\d:\d\d(?::\d\d)?)?\s*$")
_META_DATE = re.compile(_DATE)
_CN_DATE = re.compile(rf"({_CN_YEAR})年([一二三四五六七八九十]{{1,2}})月([一二三四五六七八九十]{{1,3}})日")
_SIGNATURE = re.compile(
    r"(?P<who>.{0,40}?)\s*[（(]?(?:(?P<y>20\d\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"
    rf"|(?P<cn>{_CN_YEAR}年[一二三四五六七八九十]{{1,2}}月[一二三四五六七八九十]{{1,3}}日))[）)]?[。.]?\s*"
)


def year_number(year: str) -> int:
    return int(year.translate(_CN_DIGITS))


def _day(year: str, month: str, day: str) -> date | None:
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


def _chinese_day(text: str) -> date | None:
    match = _CN_DATE.search(text)
    if match is None:
        return None
    try:
        return date(year_number(match[1]), _small(match[2]), _small(match[3]))
    except ValueError:
        return None


class _Lines:
    """The lines around the title as one text, with the number of the line at any place in it."""

    def __init__(self, texts: Sequence[str], lo: int, hi: int) -> None:
        self.lo = lo
        self.text = "\n".join([t if len(t) < 100 else "" for t in texts[lo:hi]])

    def where(self, position: int) -> str:
        return f"text {self.lo + self.text.count(chr(10), 0, position) + 1}"

    def value(self, label: re.Pattern[str], *signs: str) -> tuple[str, str] | None:
        """The value printed after a label such as 发布机构 (one of `signs` in it), on its line or as the next cell."""
        if not any(sign in self.text for sign in signs):
            return None
        match = label.search(self.text)
        if match is None or not match[1]:
            return None
        return match[1], self.where(match.start(1))

    def day(self, pattern: re.Pattern[str]) -> tuple[date, str] | None:
        for match in pattern.finditer(self.text):
            if day := _day(match[2], match[3], match[4]):
                return day, f"{''.join(match[1].split())} {self.where(match.start(2))}"
        return None


def _published(texts: Sequence[str], lines: _Lines, title: int, meta: Mapping[str, str]) -> tuple[date, str] | None:
    """When the page says it was published: its date line, PubDate, 发文日期, a lone date beside the title."""
    if found := lines.day(_PAGE_DATE):
        return found
    if (match := _META_DATE.search(meta.get("pubdate", ""))) and (day := _day(match[1], match[2], match[3])):
        return day, "meta PubDate"
    if found := lines.day(_DOCUMENT_DATE):
        return found
    if title >= 0:
        for i in [i for i in range(title + 1, min(title + 8, len(texts))) if texts[i]][:4]:
            text = texts[i]
            if len(text) > 80 or "统计" in text:
                break
            lone = _LONE_DATE.fullmatch(text) or _LINE_DATE.search(text)
            if found_day := _day(lone[1], lone[2], lone[3]) if lone else _chinese_day(text):
                return found_day, f"text {i + 1}"
    return None


def _signed(texts: Sequence[str], lo: int) -> tuple[date, str, int] | None:
    """The signature block at the end: its date, the name before it ("" when none), and its index."""
    for i in range(len(texts) - 1, max(lo, 0), -1):
        text = texts[i]
        if "日" not in text[-3:] or len(text) > 60:
            continue
        match = _SIGNATURE.fullmatch(text)
        if match is None:
            continue
        day = _chinese_day(match["cn"]) if match["cn"] else _day(match["y"], match["m"], match["d"])
        if day is None:
            continue
        who = match["who"].strip()
        if not who:
            who = next((texts[j] for j in range(i - 1, max(lo, i - 6), -1) if texts[j]), "")
        return day, who if len(who) <= 40 else "", i
    return None

