"""The title of a report: where a page prints it, taken apart into the agency it names, its year and its wording.
Which agency and which year hold in the end is left to `identity`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from gongkai.parsers.characters import compact, simplify
from gongkai.parsers.dates import ANY_YEAR, year_number
from gongkai.parsers.divisions import is_stem, levels_of
from gongkai.parsers.names import NO_PLAIN, places_in, read_agency, read_name
from gongkai.parsers.place_names import begins_a_place, may_begin_a_place, places_of

HEAD = 80  # texts looked at from the beginning before the whole page is searched
LONGEST_TITLE = 70
SHORTEST_TITLE, LATEST_END = 4, 60  # characters before the 报告 of a title that a line opens with
LONGEST_META = 400  # characters of a meta tag that are looked at
MOST_ENDINGS = 600  # lines of a whole page that end like a title and are looked at

# A year of a title: 2024年度, 2024 年, 二〇二四年, or bare before 政府 (2024政府信息公开年报).
_TITLE_YEAR = re.compile(rf"({ANY_YEAR})(?:年年度|年度|年|度|(?=政府|政务|信息))")
_YEAR_LINE = re.compile(rf"[（(]?({ANY_YEAR})年?(?:度)?[）)]?")
_KIND = re.compile(
    r"(?:政府|政务){0,2}(?:信息公开|公开信息|政务公开|政府公开|信息[和与及、]政务公开)(?:[和与及]政务公开)?(?:工作)?(?:情况)?的?\0?"
    r"(?:年度)?(?:工作)?(?:情况)?(?:总结)?的?(?:年度)?(?:总结)?(?:工作)?(?:报告|年报)书?"
)
_ANNOUNCED = re.compile(r"的?(?:公告|公示)$")  # 关于…年度报告的公告 is the report under its announcement's title
_EDITION = re.compile(r"[（(](?:图片|超链|图文|文字|修订|更正|pdf|word|html)版?[）)]", re.I)
# What may follow a title on the same line when the page glued its date line or first words to it.
_TITLE_END = re.compile(
    r"[(\[【（]|\.(?:pdf|docx?|html?|wps)|发布|来源|信息来源|日期|时间|作者|浏览|点击|字体|字号|索引|一、|本报告|本年|本文|根据|按照|为"
)
_TITLE_LABEL = re.compile(
    r"^[•·\-*#]*(?:标题|名称|文件名称|信息名称|信息标题|公开事项名称|题名|中文名|文件下载|当前位置[:：]?|正文|title(?=[:：]))[:：|]?[\"']?(?=.)"
)
# What may stand before a title on its line: 附件1：, 3., 财发〔2023〕5号.
_BEFORE_TITLE = re.compile(r"^(?:附件?\d{0,2}[:：]|\d{1,2}[.、．](?!\d)|[（(]\d{1,2}[)）]|[\u4e00-\u9fff]{1,10}[〔\[(（]20\d\d[〕\])）]\d{1,4}号)+")
# Who reports, behind the title: …年度报告（某某局）, …年度报告——某某局.
_NAME_BEHIND = re.compile(r"(?:[（(]([\u4e00-\u9fff]{3,30})[）)]|——([\u4e00-\u9fff]{3,30}))$")
# 2022-2023年: no one year.
_TWO_YEARS = re.compile(r"20\d\d年?度?[-—–~至到、和及]$")
_SECOND_YEAR = re.compile(r"[-—–~至、和及]20\d\d")
_TITLE_BRACKETS = re.compile(r"【[^】]*】|^\[[^\]]*\]")
# The last characters of an agency's name, a year or a title broken over two lines.
_GOES_ON = frozenset(
    "局委办厅室府会处院心区县市镇乡道部站司社队校学园所馆团旗州盟省关于的年度政府务信息公开工作情况报縣區鄉鎮廳辦處衛會開務報"
)
_TITLE_EDGES = "《》“”\"•·*#'"
_TITLE_SPLIT = re.compile(r"[_|｜]+|(?<!\d)[—–\-]+|[—–\-]+(?!\d)")
_NOT_A_TITLE = re.compile(
    r"通知|通告|格式|指南|解读|图解|一图|读懂|目录|部署|会议|培训|要点|关于(?:做好|印发|报送|开展|编制|转发|发布|公布)|首页|上一[篇条]|下一[篇条]|[>，。；,;!?！？]"
)
_NAME_EDGES = re.compile(r"^[《》·:：—-]*(?:关于)?|(?:关于|的|年度|度)?[《》·:：—-]*$")
_TITLE_ENDS_HERE = re.compile(r"(?:年报|报告|年報|報告)(?:\s|一、|本报告|本年)")
# Words that stand where a title has its agency, but name a column of a site.
_COLUMN = re.compile(
    r"(?:各|市|县|区|省|州|级|直|属|政府|工作|乡镇|街道|镇街|部门|单位|区县|县区|市直|本级|年度|历年|法定|主动公开|内容|专栏|栏目|首页|信息)*"
)
_HEADING_ONE = re.compile(
    r"[#*\s]*(?:[一1]\s*[、.．]\s*)?(?:总体情况|总体工作情况|概述|概况|基本情况|引\s*言|總體情況|概況)|[#*\s]*一\s*[、.．]\s*\S"
)
_HEADING_STARTS = frozenset("总概基引一1#* 總")
_PREAMBLE = re.compile(r"根据|按照|依据|依照|根據|依據|本报告|本年报|本年度|本報告|本年報")
_ANNOUNCES = re.compile(r"公布|发布|编制|形成|如下|现将|公开")


# Most titles: a year, a name and the usual words, the year before or behind the name. Names with a sign or a part of a
# word that the general way below takes for something else (标题, 关于, a second year) are left to it.
_PLAIN_NAME = f"[^{NO_PLAIN}告指解一读录署议训点页零]{{3,30}}"
PLAIN_TITLE = re.compile(
    rf"(?![标名文信公题中当正])(?:(20\d\d)年度?)?({_PLAIN_NAME})(?<!人民)(?:(?<!政府)|(?<=人民政府))(?:(20\d\d)年度?)?"
    r"政府信息公开(?:工作)?(?:年度)?(?:工作)?报告"
)
BEST_SCORE = 4
LONGEST_HALF = 45  # a longer line above a title is no part of it


class Title(NamedTuple):
    """A title line taken apart: as printed without white space, its year, the agency it names, where it stands."""

    text: str
    year: int | None
    name: str
    where: str
    line: int

    @property
    def score(self) -> int:
        return 2 * (self.year is not None) + 2 * bool(self.name)


_new_title = partial(tuple.__new__, Title)  # takes half the time of calling the class


def take_title(text: str, where: str, line: int) -> Title | None:
    """The title that this text is (or begins with), taken apart; None when it names no report."""
    parts = _taken_apart_at_once(text) or _taken_apart(text[:300])
    return _new_title((*parts, where, line)) if parts else None


def _taken_apart_at_once(text: str) -> tuple[str, int | None, str] | None:
    """The parts of `_taken_apart` of most titles; None for others, and for what is no title."""
    if plain := PLAIN_TITLE.fullmatch(text):
        before, name, behind = plain.groups()
        if not (before and behind) and (found := before or behind) and not _COLUMN.fullmatch(name) and read_name(name):
            return text, int(found), name
    return None


@lru_cache(maxsize=1024)
def _taken_apart(text: str) -> tuple[str, int | None, str] | None:
    """(title, year, agency's name): a page prints its title in its head, its path and above its text."""
    squeezed = compact(text)
    if label := _TITLE_LABEL.match(squeezed):
        squeezed = squeezed[label.end() :]
    if "【" in squeezed or squeezed[:1] == "[":
        squeezed = _TITLE_BRACKETS.sub("", squeezed)
    squeezed = squeezed.strip(_TITLE_EDGES)
    if match := _BEFORE_TITLE.match(squeezed):
        squeezed = squeezed[match.end() :]
    folded = simplify(squeezed)
    year = _TITLE_YEAR.search(folded)
    marked, shift = folded, 0
    if year:
        marked = f"{folded[: year.start()]}\0{folded[year.end() :]}"
        shift = year.end() - year.start() - 1
    kind = _KIND.search(marked)
    if kind is None or kind.start() > LONGEST_TITLE:
        return None
    if year and year.start() >= kind.end():
        year, marked, shift = None, folded, 0
    end = kind.end() + shift
    found = year[1] if year else None
    if year and (_TWO_YEARS.search(folded, 0, year.start()) or _SECOND_YEAR.match(folded, year.end())):
        found = None
    behind, before_name = "", marked[: kind.start()].replace("\0", "")
    if end < len(folded):
        if year is None and (tail := _YEAR_LINE.match(folded, end)):
            found = tail[1]
            end = tail.end()
            if not before_name and (name := read_name(folded[end:])) and len(read_agency(name).rest) > 1:  # 政府信息公开工作年度报告（2022年）某某局
                behind, end = folded[end:], len(folded)
        elif edition := _EDITION.match(folded, end):
            end = edition.end()
        elif not before_name and (named := _NAME_BEHIND.match(folded, end)) and read_name(named[1] or named[2]):
            behind = named[1] or named[2]
            end = named.end()
        elif announced := _ANNOUNCED.match(folded, end):
            end = announced.end()
        elif _TITLE_END.match(folded, end) is None:
            return None
    before = marked[: kind.start()]
    if _NOT_A_TITLE.search(before):
        return None
    if found is None and year:
        before = _TWO_YEARS.sub("", before.replace("\0", ""))
    name = _NAME_EDGES.sub("", before.replace("\0", "")) if before else ""
    name = name or behind
    if (name.endswith("人民") and marked.startswith("政府", kind.start())) or marked.startswith("政府政府", kind.start()):
        name += "政府"
    if name and (_COLUMN.fullmatch(name) or read_name(name) is None):
        if not found:
            return None
        name = ""
    return squeezed[:end], year_number(found) if found else None, name


def _extend(texts: Sequence[str], index: int, site: str) -> Title | None:
    """The title whose last line is at `index`, with the one or two lines before it (and a year after it)."""
    joined = texts[index]
    best = take_title(joined, f"text {index + 1}", index)
    if index == 0 and best and best.year is not None:
        return best
    i = index
    for _ in range(2):
        below = i
        i -= 1
        while i >= 0 and not texts[i] and index - i < 6:
            i -= 1
        # 某某局 + 2024年…报告 is a title on two lines; a menu or the name of the site above a title is not part of it.
        if i < 0 or not texts[i] or len(texts[i]) > LONGEST_HALF or (site and compact(texts[i]) == site):
            break
        if best and best.score == BEST_SCORE and (
            not may_end_in_a_place(texts[i], best.name)
            or (_names_a_place(best.name) and not _ends_torn(texts, below - 1, best.name))
        ):
            break  # it is whole
        goes_on = texts[i][-1] in _GOES_ON
        if not goes_on and (i < below - 1 or _NO_HALF_TITLE.search(texts[i])):
            break
        joined = texts[i] + joined
        title = take_title(joined, f"text {i + 1}", i)
        if title is None:
            if best is not None:
                break
        elif best is None or title.score > best.score or (title.score == best.score and _is_torn(texts[i], best.name) and _names_a_place(title.name)):
            best = title
        elif best.score == BEST_SCORE:
            break
    if best and best.year is None:
        after = next((t for t in texts[index + 1 : index + 4] if t), "")
        if len(after) < 16:
            whole = take_title(joined + after, best.where, best.line) if _HALF_A_YEAR.search(joined) else None
            if whole and whole.year is not None:
                best = whole
            elif match := _YEAR_LINE.fullmatch(compact(after)):
                best = best._replace(year=year_number(match[1]), text=best.text + compact(after))
    return best


def may_end_in_a_place(line: str, below: str) -> bool:
    """Whether the name of a division that exists begins in a line, alone or with the line below it."""
    above, spots = _where_places_may_begin(line)
    last = len(above) - 1
    if not spots and not may_begin_a_place(above[last:] + below[:1]):
        return False
    joined = above + below
    return any(begins_a_place(joined[k:]) for k in (*spots, last) if k >= 0)


@lru_cache(maxsize=1024)
def _where_places_may_begin(line: str) -> tuple[str, tuple[int, ...]]:
    """A line, compact and simplified, and where in it the names of divisions may begin, but for its last character: the
    same menu stands above the titles of a whole site."""
    above = simplify(compact(line))
    return above, tuple(k for k in range(len(above) - 1) if may_begin_a_place(above[k : k + 2]))


# A line that ends in the middle of a name is no menu and no date line.
_NO_HALF_TITLE = re.compile(r"[>|｜:：，。；、《》!！?？]|首页|位置|浏览|分享|打印|字体|来源|发布|信息公开|报告|年报")
_HALF_A_YEAR = re.compile(r"[（(](?:2|20|20\d|20\d\d)?$")


def _names_a_place(name: str) -> bool:
    """Whether a title's agency begins with a division that exists: 溪县科技局 is the rest of a name."""
    read = read_name(name) if name else None
    places = places_in(read) if read else ()
    return bool(places) and not is_stem(places[-1]) and bool(levels_of(places[-1], None))


def _is_torn(above: str, name: str) -> bool:
    """Whether a line ends within the name that the next line goes on with, and is no body's name of its own."""
    whole = read_name(above)
    if whole is None or read_agency(whole).kind == "government" or name.endswith("分局"):
        return True
    here = read_name(name)
    return here is not None and bool(places_in(here))  # 南阳市镇 + 平县人民政府: a place that does not exist


def _ends_torn(texts: Sequence[str], above: int, name: str) -> bool:
    """Whether the line above is the beginning of a place that this name, itself one of another place, is the end of: 吉林市永 + 吉县."""
    line = compact(texts[above]) if above >= 0 and len(texts[above]) <= LONGEST_HALF else ""
    if not line or read_name(line) is not None:
        return False
    places, rest = places_of(line)
    return bool(places and rest) and len(places_of(line + name)[0]) > len(places)


def _is_marker(text: str) -> bool:
    """Whether a line begins the report's own text: its preamble or heading 一."""
    if text[0] in _HEADING_STARTS:
        return _HEADING_ONE.match(text, 0, 80) is not None
    return len(text) > 20 and ("条例" in text or "條例" in text) and _PREAMBLE.search(text, 0, 80) is not None


def may_begin_the_text(text: str) -> bool:
    """Whether a line that is not empty begins as `_is_marker` asks."""
    return text[0] in _HEADING_STARTS or len(text) > 20


def _opens_with_title(line: str) -> bool:
    """Whether a line goes on with the report's first words behind its title."""
    end = _TITLE_ENDS_HERE.search(line, SHORTEST_TITLE, LATEST_END + len("报告本报告"))
    return end is not None and end.start() <= LATEST_END


def may_be_title(text: str) -> bool:
    """Whether a line has what a title ends with, and is short or goes on with the report's first words."""
    if "报" not in text and "報" not in text and text != "告":
        return False
    return ("。" not in text and "，" not in text and len(text) <= LONGEST_TITLE) or _opens_with_title(text)


def printed_titles(texts: Sequence[str], site: str) -> tuple[list[Title], int]:
    """The titles printed above the report's own text, and where that text begins (-1: not in the page's head)."""
    found: list[Title] = []
    seen: set[str] = set()  # menus repeat themselves
    for i, text in enumerate(texts[:HEAD]):
        if not text:
            continue
        if may_be_title(text) and text not in seen:
            title = _extend(texts, i, site)
            if title is not None and title.score:
                found.append(title)
            else:
                seen.add(text)
        elif may_begin_the_text(text) and _is_marker(text):
            return found, i
    return found, -1


def choose(found: list[Title], wanted: str) -> Title | None:
    """Among several titles the one the page itself calls its title, else the fullest and nearest to the text."""
    best: Title | None = None
    for title in found:
        if title.text == wanted:
            return title
        if title.score >= 2 and (best is None or title.score >= best.score):
            best = title
    return best


def _ends_like_titles(joined: str) -> list[int]:
    """The ends of the lines that end like a title. What they all hold is one character, and looked for quickly."""
    ends: list[int] = []
    at = joined.find("报")
    while at >= 0 and len(ends) < MOST_ENDINGS:
        behind, before = at + 1, joined[max(0, at - 2) : at]
        if joined.startswith("告", behind):
            behind += 1
            like = before in ("年度", "工作")
        else:
            like = before.endswith("年")
        if like and joined.startswith("\n", behind):
            ends.append(behind)
        at = joined.find("报", at + 1)
    return ends


def below_a_menu(texts: Sequence[str], site: str, wanted: str) -> Title | None:
    """The title of an article below a long menu: the first that the article's own text follows."""
    found: list[Title] = []
    seen: set[str] = set()
    joined = "\n".join(texts)
    i = counted = 0
    for end in _ends_like_titles(joined):
        i += joined.count("\n", counted, end)
        counted = end
        text = texts[i]
        if len(text) > LONGEST_TITLE or text in seen:
            continue
        seen.add(text)
        title = _extend(texts, i, site)
        if title is not None and title.score >= 2:
            if title.text == wanted or any(_is_marker(t) for t in texts[i + 1 : i + 25] if t):
                return title
            found.append(title)
    return choose(found, wanted)


def meta_title(meta: Mapping[str, str]) -> Title | None:
    """The title that the page's meta tags or title element give, without the name of the site."""
    best: Title | None = None
    for key, where in (("articletitle", "meta ArticleTitle"), ("title", "title")):
        value = meta.get(key, "")[:LONGEST_META]
        if "公" in value and (best is None or best.score < BEST_SCORE):
            for piece in (value, *_TITLE_SPLIT.split(value)):
                title = take_title(piece, where, -1)
                if title and title.score >= 2 and (best is None or title.score > best.score):
                    best = title
                    if title.score == BEST_SCORE:
                        break
    return best


def quoted_title(lead: str) -> Title | None:
    """A title that only the preamble prints: 现公布《…2024年…年度报告》."""
    if _HEADING_ONE.match(lead):
        return None
    # Below heading 一 a report praises itself for publishing last year's on time.
    stop = lead.find("\n一")
    lead = lead[:stop] if stop > 0 else lead
    at = lead.find("报告》")
    while at >= 0:
        start = lead.rfind("《", 0, at)
        if start >= 0 and _ANNOUNCES.search(lead, max(0, start - 14), start):
            title = take_title(lead[start + 1 : at + 2], "preamble", -1)
            if title and title.score == 4:
                return title
        at = lead.find("报告》", at + 1)
    return None
