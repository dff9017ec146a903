"""Where the next page of a static list is: printed links and the calls of `createPageHTML` and its likes.

Three pagers share that name with pages counted from 0 and from 1; both readings are given, the likelier first.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from gongkai.scraper.dialects import is_article, is_file
from gongkai.scraper.markup import resolve, same_host, same_page, text_of
from gongkai.scraper.sites.entries import Reading
from gongkai.scraper.sites.listing import Ask, Page
from gongkai.scraper.sites.signs import Sign

MOST_PAGES = 9_999
"""Pages that a pager may declare; more is no number of pages."""

# Searched in the raw text: the call may stand in an HTML comment, and the definition of the function is no call.
_CALL = Sign(r"(?<!function )\bcreatePageHTML\w{0,12}\s*\(\s*([^()]{1,300})\)\s*;?", "createPageHTML")
# Look-alikes under other names are known by their arguments: two numbers, a file's name, its ending.
_LIKE_IT = re.compile(
    r"""[Pp]ag\w{1,20}\s*\(\s*((?:["'][\w-]{1,40}["']\s*,\s*)?["']?\d{1,5}["']?\s*,\s*["']?\d{1,5}["']?\s*,\s*"""
    r"""["'][\w.~-]{1,60}["']\s*,\s*["']\.?[sj]?html?["'][^()]{0,200})\)"""
)
_OBJECT = Sign(r"\bPager\s*\(\s*\{([^{}]{1,300})\}\s*\)", "Pager")
_PAIR = re.compile(r"""["']?(\w{1,20})["']?\s*:\s*["']?([\w.~-]{1,60})""")
_SET_PAGE = Sign(r"""\.pagination\(\s*['"]setPage['"]\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*\)""", "setPage")
_VARIABLE = r"\b{}\s*=\s*['\"]?(\d{{1,6}})"
_COUNT_PAGE = Sign(r"(?:\bvar\s+|,\s*)countPage\s*=\s*(\d{1,5})", "countPage")
_CURRENT_PAGE = re.compile(r"(?:\bvar\s+|,\s*)currentPage\s*=\s*(\d{1,5})")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_NUMBERED = re.compile(r"^(.*?)_(\d{1,5})$")
_STEM = re.compile(r"^[\w.~-]{1,60}$")
_EXTENSION = re.compile(r"^\.?(?:[sj]?html?|aspx?|jsp|php)$")
_NEXT = re.compile(r"^(?:(?:下一?[页頁]|后一?页|next(?:\s*page)?)\s*[>›»→]{0,3}|[>›»→]{1,2})$", re.I)
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])next(?:[\s_-]?page)?(?:$|\s)|(?:^|\s)page[_-]?next(?:$|\s)", re.I)

_NEXT_PICTURE = re.compile(r"(?:^|/)(?:page_?)?(?:next|xyy|xiayiye|xiaye)(?:_?page)?\d?\.(?:gif|png|jpe?g|svg|webp)", re.I)
_LAST = re.compile(r"^(?:尾页|末页|末尾页|最后一页|last)$", re.I)
_MORE = re.compile(r"^(?:点击)?(?:加载|显示|查看)更多(?:年报|内容|信息)?[.…>»]*$|^load\s*more$", re.I)
_CALLED = re.compile(r"(?!void\b)\b[A-Za-z_$][\w$.]{0,60}\s*\(")
_ARGUMENT = re.compile(r"[(,]\s*['\"]?(\d{1,4})['\"]?\s*(?=[,)])")
# How scripts of no known make are told how many pages they are to show: by a count of pages, or of entries with their number a page.
_PAGES_OF = Sign(
    r"""\b(?:m?_?n)?(?:total_?pages?|page_?counts?|count_?pages?|pages?_?total|num_?pages)["']?\s*[:=]\s*["']?(\d{1,4})\b|\blay\w{2,6}(?:\.render)?\(\{[^{}]{0,200}?\bpages\s*:\s*["']?(\d{1,4})\b""",
    "page", flags=re.I,
)
_ENTRIES_OF = Sign(
    r"""\b(?:data-)?(?:m?_?n)?(?:total(?:_?(?:count|num|record|size|rows?))?|record_?count|count)["']?\s*[:=]\s*["']?(\d{1,6})\b|\.pagination\(\s*(\d{1,6})\s*,""",
    "total", "count", ".pagination(", flags=re.I,
)  # fmt: skip
_A_PAGE = re.compile(r"""\b(?:data-)?(?:m?_?n)?(?:limit|page-?_?size|per_?page|items_?per_?page)["']?\s*[:=]\s*["']?(\d{1,3})\b""", re.I)
_PAGER_CLASS = re.compile(r"pag(?:e|ing|ination)|fenye|fy\b", re.I)
NEAR = 300
"""Characters between the two numbers that a script's pager is told."""
LONGEST_WORDS = 40
"""Characters of the words of a pager; longer ones are something else."""


class Pager(NamedTuple):
    """A call of a pager: how many pages, which is shown, and how the files are named."""

    total: int
    current: int
    stem: str
    extension: str
    from_one: bool  # the first argument is quoted: the name of an element, and pages counted from 1
    declared: int | None
    call: str

    def file(self, number: int) -> str:
        return f"{self.stem}_{number}.{self.extension}"


def find_pager(text: str) -> Pager | None:
    """The pager call of a page; a live one before one in a comment."""
    live = _COMMENT.sub(" ", text) if "createPageHTML" in text else ""
    for source in (live, text):
        for match in (*_CALL.finditer(source), *_LIKE_IT.finditer(source)):
            if pager := _read_call(match[1], text):
                return pager
        for match in _OBJECT.finditer(source):
            if pager := _read_object(match[1]):
                return pager
    if (pages := _COUNT_PAGE.search(text)) and (current := _CURRENT_PAGE.search(text)):
        stem, extension = _names_in_script(text)
        total = int(pages[1])
        if 1 <= total <= MOST_PAGES:
            return Pager(total, int(current[1]), stem, extension, False, None, f"countPage = {total}")
    if called := _SET_PAGE.search(text):
        return Pager(int(called[2]), int(called[1]), "index", "html", True, None, called[0][1:60])
    return None


def _names_in_script(text: str) -> tuple[str, str]:
    match = re.search(r"""["'=]([\w-]{1,40})\\?"?\s*\+?\s*"_"\s*\+|href=\\?["']?\.?/?([\w-]{1,40})_["']\s*\+""", text)
    extension = re.search(r"""\+\s*["']\.?["']?\s*\+?\s*["']?(s?html?|jsp|aspx?)\b""", text)
    return ((match[1] or match[2]) if match else "index"), (extension[1] if extension else "html")


def _read_call(arguments: str, text: str) -> Pager | None:
    parts = [part.strip() for part in arguments.split(",")]
    quoted = [part[:1] in "'\"" and len(part) >= 2 for part in parts]
    from_one = quoted[0] and not parts[0].strip("'\" ").isdecimal()
    rest = parts[1:] if from_one else parts
    if len(rest) < 4:
        return None
    total, current = _value(rest[0], text), _value(rest[1], text)
    stem, extension = rest[2].strip("'\" "), rest[3].strip("'\" ")
    if total is None or current is None or not (0 <= total <= MOST_PAGES and 0 <= current <= MOST_PAGES):
        return None
    if not _STEM.match(stem) or not _EXTENSION.match(extension):
        return None
    counts = [int(part) for part in rest[4:] if part.isdecimal()]
    # The last number is the count of entries, unless it cannot be: fewer entries than pages.
    declared = counts[-1] if counts and counts[-1] >= total > 0 else None
    return Pager(total, current, stem, extension.lstrip("."), from_one, declared, f"createPageHTML({arguments.strip()[:60]})")


def _read_object(arguments: str) -> Pager | None:
    """`Pager({size: 9, current: 0, prefix: 'index', suffix: 'html'})`: pages from 0."""
    said = dict(_PAIR.findall(arguments))
    size, current, stem, extension = (said.get(name, "") for name in ("size", "current", "prefix", "suffix"))
    if not (size.isdecimal() and current.isdecimal() and _STEM.match(stem) and _EXTENSION.match(extension)) or int(size) > MOST_PAGES:
        return None
    return Pager(int(size), int(current), stem, extension.lstrip("."), False, None, f"Pager(size {size})")


def _value(part: str, text: str) -> int | None:
    """A number, or a variable that the page sets to one."""
    part = part.strip("'\" ")
    if part.isdecimal():
        return int(part[:6])
    if re.fullmatch(r"[A-Za-z_$][\w$]{0,40}", part) and (match := re.search(_VARIABLE.format(re.escape(part)), text)):
        return int(match[1])
    return None


def next_by_pager(pager: Pager, page: Page, adapter: str) -> tuple[Ask, ...]:
    """The next page by the call. On the first page both ways of counting are possible: the walk takes the one that
    brings new links, and goes back for the other if entries are missing at the end."""
    number = _file_number(page.url, pager.stem)
    if number is not None:  # index_3.html: the next file is 4 either way, and the last one 8 or 9 of 9 by what was read
        from_one = {page.number: True, page.number - 1: False}.get(number, pager.from_one)
        last = pager.total if from_one else pager.total - 1
        return _asks(page, adapter, pager, number + 1) if number < last else ()
    if pager.total < 2 or pager.current > 1:
        return ()
    from_one = pager.from_one if pager.current == int(pager.from_one) else False  # in doubt the lower number first
    return _asks(page, adapter, pager, *((2, 1) if from_one else (1, 2)))


def _asks(page: Page, adapter: str, pager: Pager, *numbers: int) -> tuple[Ask, ...]:
    found = (resolve(page.url, pager.file(number)) for number in numbers)
    return tuple(Ask(url, headers=(("Referer", page.url),), adapter=adapter) for url in found if url)


def _file_number(url: str, stem: str) -> int | None:
    name = urlsplit(url).path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    match = _NUMBERED.match(name)
    return int(match[2]) if match and (match[1] == stem or not stem) else None


def pages_in_script(text: str) -> int:
    """How many pages a pager of no known make shows, by the numbers its script is given; 0 where none is said."""
    found = [int(match[1] or match[2]) for match in _PAGES_OF.finditer(text)]
    for match in _ENTRIES_OF.finditer(text):
        if size := _A_PAGE.search(text, max(match.start() - NEAR, 0), match.end() + NEAR):
            found.append(-(-int(match[1] or match[2]) // max(int(size[1]), 1)))
    return max((number for number in found if number <= MOST_PAGES), default=0)


def next_by_link(reading: Reading, page: Page, adapter: str) -> tuple[Ask, ...]:
    """The next page as the page itself links it: 下一页, else the number after this page's."""
    here = same_page(page.url)
    numbered = (str(page.number + 1), f"第{page.number + 1}页")
    chosen: str | None = None
    for anchor in reading.anchors:
        url = anchor.link.url
        if same_page(url) == here or not same_host(url, page.url) or is_file(url):
            continue
        text = anchor.text.strip("[]【】 ") or anchor.link.title
        if _NEXT.match(text) or _NEXT.match(anchor.link.title):
            return (Ask(url, headers=(("Referer", page.url),), adapter=adapter),)
        if text in numbered and chosen is None and not is_article(url) and _siblings(url, page.url):
            chosen = url
    chosen = chosen or _next_without_words(reading, page) or _last_is_next(reading, page)
    return (Ask(chosen, headers=(("Referer", page.url),), adapter=adapter),) if chosen else ()


def _last_is_next(reading: Reading, page: Page) -> str | None:
    """The last page where it alone is linked and its number is that of the second one."""
    for anchor in reading.anchors:
        found = _NUMBERED.match(urlsplit(anchor.link.url).path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        near = same_host(anchor.link.url, page.url) and same_page(anchor.link.url) != same_page(page.url) and _siblings(anchor.link.url, page.url)
        if near and page.number == 1 and found and int(found[2]) in (1, 2) and _LAST.match(anchor.text.strip("[]【】 ")):
            return anchor.link.url
    return None


def _next_without_words(reading: Reading, page: Page) -> str | None:
    """The next page where its link is an arrow drawn by the style sheet or a picture, or stands in the head of the page."""
    if reading.tree is None:
        return None
    for element in reading.tree.iter("a", "link"):
        href = element.get("href") or ""
        if not href or not ((element.get("rel") or "").lower() == "next" or _NEXT_CLASS.search(element.get("class") or "") or _is_arrow(element)):
            continue
        url = resolve(reading.base, href)
        if url and same_host(url, page.url) and same_page(url) != same_page(page.url) and _siblings(url, page.url) and not is_article(url) and not is_file(url):
            return url
    return None


def _is_arrow(element: etree._Element) -> bool:
    """A link that shows nothing but a picture which is called next.gif or the like."""
    image = next(element.iter("img"), None)
    return image is not None and bool(_NEXT_PICTURE.search(image.get("src") or "")) and not text_of(element, LONGEST_WORDS)


def stuck_at(reading: Reading, page: Page) -> str:
    """A way to the next page that only a script or a form follows: its words; "" where there is none.

    A pager that is switched off looks alike, so a script must name a later page, and a button must be one that sends.
    """
    if reading.tree is None:
        return ""
    for element in reading.tree.iter("a", "span", "div", "li", "button", "input", "em", "i"):
        script = element.get("onclick") or element.get("href") or ""
        if _goes_nowhere(element, script) and text_of(element, LONGEST_WORDS) == str(page.number + 1):
            return str(page.number + 1)
        sends = element.tag == "input" and (element.get("type") or "").lower() in ("submit", "image") and element.get("disabled") is None
        if not sends and not (element.get("onclick") or script[:11].lower() == "javascript:"):
            continue
        said = (element.get("value") or "") if element.tag == "input" else text_of(element, LONGEST_WORDS)
        said = said.strip("[]【】 ")
        if _MORE.match(said) and _CALLED.search(script):
            return said
        if not (_NEXT.match(said) or _LAST.match(said) or said == str(page.number + 1)):
            continue
        if sends or any(int(number) > page.number for number in _ARGUMENT.findall(script[:300])):
            return said
    return ""


def _goes_nowhere(element: etree._Element, script: str) -> bool:
    """A number of a pager whose link says nothing: a script hangs on it."""
    if element.tag != "a" or element.get("onclick") or script.replace(" ", "").lower() not in ("", "#", "javascript:;", "javascript:void(0)", "javascript:void(0);"):
        return False
    above: etree._Element | None = element
    named = element.get("data-page") is not None
    for _ in range(3):
        above = above.getparent() if above is not None else None
        named = named or (above is not None and bool(_PAGER_CLASS.search(f"{above.get('class') or ''} {above.get('id') or ''}")))
    return named


def _siblings(one: str, other: str) -> bool:
    """Whether two pages lie in one directory or are one program with other arguments."""
    a, b = urlsplit(one).path, urlsplit(other).path
    return a == b or a.rsplit("/", 1)[0].startswith(b.rsplit("/", 1)[0])
