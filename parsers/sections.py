"""The narrative sections of a report under their statutory keys.
The tables between them are left to `align`, the headings to `headings`; what the prose claims against the tables to `prose`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

from gongkai.parsers.headings import KEYS, MOST_HEADINGS, Heading, chosen, cuts_at, headings_among
from gongkai.parsers.report import Section
from gongkai.parsers.reprint import Stretch, Words

T = TypeVar("T")

MOST_KNOWN = 200
"""Sequences of labels that are remembered with the headings among them."""

_TABULAR = frozenset(("proactive", "applications", "review"))
_BESIDE_TABLES = [key for key in KEYS if key not in _TABULAR]
_BEFORE_HEADING = re.compile(r"(?<=[。\s])(?=[一二三四五六七八九十]{1,2}、)")
# What a page prints after its article.
_FURNITURE = re.compile(
    r"(?:【|\[)?(?:上一[篇条]|下一[篇条]|附\s*件|打\s*印|关\s*闭|扫一扫|分享到?|相关链接|相关稿件|相关阅读|版权所有|主办单位|主办[:：]|承办|网站地图|网站标识码|您访问|责任编辑|信息来源|返回顶部|联系我们|友情链接|[^。]{0,12}ICP备)"
)
_FURNITURE_STARTS = frozenset("【[上下附打关扫分相版主承网您责信返联友")  # what it begins with, but for ICP备
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

Lookup = Sequence[T] | Mapping[int, T]
"""What says something of each line by its number."""


def _may_be_prose(text: str) -> bool:
    """The text is long enough for a sentence or a part of one, or is a short sentence."""
    return len(text) >= 15 or (len(text) >= 4 and text[-1] == "。")


def _prose_lines(texts: Lookup[str], tables: Lookup[int], lines: Iterable[int]) -> list[str]:
    """The sentences among these lines of a flattened table: no labels, no figures."""
    found: list[str] = []
    pending: list[str] = []
    last = -1
    for i in lines:
        text = texts[i]
        if not _may_be_prose(text):
            continue
        if i - last > 2:
            pending.clear()
        last = i
        whole = "。" in text or (len(text) > 24 and ("，" in text or "," in text))
        if tables[i] or not (whole or len(text) > 20) or _LABEL.match(text):
            pending.clear()
        elif whole:
            found += pending
            found.append(text)
            pending.clear()
        else:
            pending.append(text)  # a hard-wrapped line: prose when the next one is
    return found


MOST_STARTS = 100
"""Lines at which tables of the same words begin and for which their headings are remembered."""


class _Standing(NamedTuple):
    """Headings and prose of tables by their lines in the page; the sections of the three tables where all of them are headed
    and hold no prose."""

    headings: list[Heading]
    prose: list[int]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Lines:
    """What stands in the tables of a usual page, from its first cell: their headings, and the lines that may be prose."""

    headings: tuple[Heading, ...]
    prose: tuple[int, ...]
    known: dict[int, _Standing] = field(default_factory=dict)

    def from_line(self, start: int) -> _Standing:
        """The same where the first cell is that line of the page: the tables of most pages begin at one of few."""
        if (found := self.known.get(start)) is None:
            if len(self.known) >= MOST_STARTS:
                self.known.clear()
            headings = [Heading(start + h.line, *h[1:]) for h in self.headings]
            bare = not self.prose and [h.key for h in headings] == list(KEYS[1:4]) and not any(h.rest for h in headings)
            sections = tuple(_section(h, []) for h in headings) if bare else ()
            found = self.known[start] = _Standing(headings, [start + i for i in self.prose], sections)
        return found


_KNOWN: dict[Words, _Lines] = {}


def _lines_of(words: Words) -> _Lines:
    """The headings and the prose of the tables, which are those of every other page with the same labels."""
    if (lines := _KNOWN.get(words)) is None:
        tables = words.tables or [0] * len(words.texts)
        headings = headings_among(words.texts, tables, range(len(words.texts)))
        lines = _Lines(tuple(Heading(words.named[h.line], *h[1:]) for h in headings), _prose_among(words, tables))
        if words.lasting:
            if len(_KNOWN) >= MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[words] = lines
    return lines


def _prose_among(words: Words, tables: Sequence[int]) -> tuple[int, ...]:
    """The lines that `_prose_lines` has to look at: none where they are labels, unless the last may go on below the tables."""
    long = [k for k, text in enumerate(words.texts) if _may_be_prose(text)]
    cells = tuple(words.named[k] for k in long)
    at = dict(zip(words.named, words.texts, strict=True))
    table_of = dict(zip(words.named, tables, strict=True))
    last_goes_on = bool(cells) and cells[-1] >= words.named[-1] - 1
    return cells if last_goes_on or _prose_lines(at, table_of, cells) else ()


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
        if seen and (text[0] in _FURNITURE_STARTS or "ICP" in text) and _FURNITURE.match(text):
            return i
        if text[-1:] in "日）)" and _DATE_LINE.fullmatch(text):
            j = i - 1
            while j >= lo and not texts[j]:
                j -= 1
            above = texts[j]
            if j > lo and len(above) <= 40 and not ("。" in above or "，" in above or "；" in above):
                return j
            return i
        seen = True
    return len(texts)


def _resplit(texts: Sequence[str]) -> list[str]:
    """A page that came as one or a few giant lines, cut before its numbered headings."""
    return [part for text in texts for part in _BEFORE_HEADING.split(text) if part]


def sections(texts: Sequence[str], tables: Sequence[int], usual: Stretch | None = None) -> tuple[Section, ...]:
    """The narrative sections in order: number and heading as printed, key, text without the tables.

    A section whose heading is missing but whose text is there has an empty number and heading. Headings of
    older reports that no form knows end the section before them and have the key `""`. `usual`: where the tables of a
    usual page stand.
    """
    if 0 < len(texts) <= 12 and max(map(len, texts)) > 400:
        texts = _resplit(texts)
        tables, usual = [0] * len(texts), None
    every = range(len(texts))
    if usual is None:
        found = headings_among(texts, tables, every)
        lines: Sequence[int] = every
    else:
        start, stop = usual.start, usual.stop
        known = _lines_of(usual.words)
        in_tables = known.from_line(start)
        beside = headings_among(texts, tables, [*every[:start], *every[stop:]])
        if in_tables.sections and [h.key for h in beside] == _BESIDE_TABLES:
            overview, problems, other = beside
            # nothing but tables from the second heading to the fifth: the sections of most pages
            if problems.line == stop and overview.line < start:
                end = _end_of_text(texts, other.line + 1)
                return (
                    _section(overview, _narrative(texts, tables, overview.line + 1, in_tables.headings[0].line)),
                    *in_tables.sections,
                    _section(problems, _narrative(texts, tables, stop + 1, other.line)),
                    _section(other, _narrative(texts, tables, other.line + 1, end)),
                )
        found = sorted([*beside, *in_tables.headings])
        lines = [*every[:start], *in_tables.prose, *every[stop:]]
    found = found[-MOST_HEADINGS:]
    chain = chosen(found)
    if not chain:
        return _by_text(texts, tables)
    return tuple(_cut(texts, tables, lines, cuts_at(found, chain), chain))


def _section(heading: Heading, lines: list[str]) -> Section:
    """The section of a heading, with what stands on its line and these lines."""
    _, number, wording, key, _, rest = heading
    return _new_section((number, key, wording, "\n".join([rest, *lines] if rest else lines)))


_new_section = partial(tuple.__new__, Section)  # takes half the time of calling the class


def _cut(
    texts: Sequence[str], tables: Sequence[int], lines: Sequence[int], cuts: Sequence[Heading], chain: Sequence[Heading]
) -> list[Section]:
    """The sections under these headings. `chain`: those of statutory sections. `lines`: those that may hold prose."""
    end = _end_of_text(texts, chain[-1].line + 1) if chain[-1].key == "other_matters" else len(texts)
    cut: list[Section] = []
    if chain[0].key != "overview" and (opening := _opening(texts, tables, cuts[0].line)):
        cut.append(Section("", "overview", "", opening))
    keys = [heading.key for heading in chain]
    stops = [heading.line for heading in cuts[1:]]
    stops.append(end)
    for heading, hi in zip(cuts, stops, strict=True):
        lo, unheaded, key = heading.line + 1, hi, heading.key
        if key not in _TABULAR:
            found = _narrative(texts, tables, lo, hi)
        else:
            if key == "review" and "problems" not in keys:
                unheaded = _begin(texts, lo, hi)
            # most tables are labels and figures only
            a, b = bisect_left(lines, lo), bisect_left(lines, unheaded)
            found = _prose_lines(texts, tables, lines[a:b]) if a < b else []
        cut.append(_section(heading, found))
        if key == "review" and "problems" not in keys:
            cut += _unheaded(texts, tables, unheaded, hi, "other_matters" in keys)
    return cut


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
    """Sections five and six by their text where the page prints no headings for them."""
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


