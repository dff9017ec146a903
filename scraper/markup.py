"""HTML pages and fragments to their links, each with its title and the day printed beside it.

Which links make up the list is left to the adapters. Trees come from lxml, which is linear on junk.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from lxml import etree

from gongkai.scraper.decoding import LARGEST_PAGE, decode, unescape_u

MOST_LINKS = 20_000
"""Links of one page that are looked at: a page of 100,000 links is a trap or a site map, never a list of reports."""
LONGEST_TITLE = 300
LONGEST_URL = 2_000
ITEM_LEVELS = 6
"""How far above a link its item is looked for: no real list wraps one entry in more elements."""
MOST_REMEMBERED = 4_096
"""Addresses whose host and key are kept: of each link of a page both are asked several times."""
SHORT_LINK = 12
"""Characters of a link beside an entry that is no entry itself: [年报], 水务局, 下载."""
MOST_BESIDE = 6
"""Links beside an entry; more are a menu."""
SHORTEST_SAID = 4
"""Characters of a row that are taken for the title of its link: 2024年."""
LONGEST_DAY = 13
"""Characters of a part of a row that is a day and nothing else: [2025年12月31日]."""
ITEM_TEXT = 400
"""Characters of an item; a longer one is a region of the page, and a day in it belongs to something else."""

_DEEP = re.compile(r"</?(?:div|span|font|table|tbody|tr|td|ul|ol|p|b|i|strong|em|center|o:p)\b[^<>]{0,500}>", re.I)
_ROWS_ALONE = re.compile(r"\s*<t(?:r|d|body)\b", re.I)
_TWICE = re.compile(r"^https?:/{0,2}(https?:/{1,2})", re.I)  # typed into a field that has http:// before it
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")
_BROKEN = re.compile(r"[\t\r\n]")
_INDEX = re.compile(r"/(?:index|default)\.s?html?$")
_SCHEMES = ("http", "https")
_ROOTED = re.compile(r"/(?!/)[\w/-]*(?:\.\w+)?", re.ASCII)
_BELOW = re.compile(r"(?:\./)?\w[\w-]*(?:/[\w-]+)*(?:\.\w+)?", re.ASCII)
"""Nearly all addresses: nothing in them is to be decoded, escaped or reckoned back."""
_ITEM_TAGS = frozenset(("li", "tr", "dd"))
_WHOLE = frozenset(("body", "html", "form"))
_SPACE = re.compile(r"\s+")
# Links that only a script follows, where it names its target in plain words; what it computes is left alone.
_OPENED = re.compile(r"""(?:window\.open|location(?:\.href)?\s*=|location\.(?:replace|assign)|(?:open|go|goto|jump|link|view|show|to|look|read|detail)\w{0,10})\s*\(?\s*['"]([^'"\s+]{2,500})['"]\s*(?![+\w])""", re.I)
_LOOKS_LIKE_ADDRESS = re.compile(r"^(?:https?:|\.{0,2}/|\?\w+=|[\w-]+\.s?html?|[\w-]+/)", re.I)
_ASIDE = ("data-href", "data-url", "data-link")
"""Where an address stands that a script puts in the place of `href`."""
_SESSION = re.compile(r";jsessionid=[^/?#;]*|(?:(?<=[?&])(?:jsessionid|phpsessid|aspsessionid\w*)=[^&#]*(?:&|$))", re.I)
"""What names our visit and no page: with it the same report would stand at another address every night."""
_ENDS = re.compile(r"</(?:body|html)\s*>", re.I)
_CENTURY = re.compile("19|20")
_AROUND_HYPHEN = re.compile(r"(?<=\d)\s*([-./年月])\s*(?=\d)")
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?!\d)日?")
_DAY_FIRST = re.compile(r"(?<![\d-])(\d{1,2})[日\s/|]+((?:19|20)\d\d)[-./年](\d{1,2})(?![-./\d]|月\d)")
_DAY_APART = re.compile(r"(?<!\d)((?:19|20)\d\d)[-./年](\d{1,2})月?\s+(\d{1,2})日?(?![-./\d])")
_DAY_COMPACT = re.compile(r"(?<![\d_])((?:20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_AT_END = re.compile(r"\s*[\[(（【]?\s*(?:19|20)\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}日?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?\s*[\])）】]?\s*$")
_AT_START = re.compile(r"^\s*[\[(（【]?\s*(?:19|20)\d\d\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,2}\s*[\])）】]?\s+(?=\S)")
_BULLET = re.compile(r"^[\s·•●▪■◆◇○>»›*\-—_|]+(?=\S)")
_CUT = re.compile(r"(?:…+|\.{2,}|。{2,}|⋯+)\s*$")
_LABELLED = re.compile(r"标\s*题\s*[:：]\s*([^\r\n]+)")
_POINTS_ONLY = re.compile(r"^[\[【(（]?(?:详细|详情|查看(?:详情|全文|更多|详细)?|阅读全文|全文|更多|more|点击(?:查看|下载|进入)|下载|浏览|进入|(?:pdf|word|docx?|wps|html|网页|文字|图片|正文)(?:版|格式|下载|文件)?)[\]】)）]?[>»…]*$", re.I)


class Link(NamedTuple):
    """One entry of a list, resolved: absolute http(s) URL without fragment."""

    url: str
    title: str
    day: str | None = None  # YYYY-MM-DD as printed beside the link; None where nothing was printed or two days were
    off_host: bool = False  # on another host than the page: kept, because hubs point at the sites of subordinate bodies


class Anchor(NamedTuple):
    """A link with what is needed to say which list it stands in."""

    link: Link
    container: int  # identity of the element that holds the items; same number, same list
    signature: str  # tag and class of that element and of the item, to find parts of one list
    text: str  # the visible text of the link, untouched by `title=`


def parse(text: str) -> etree._Element | None:
    """The tree of a page or fragment; None where there is nothing. Never raises."""
    if "<" not in text:
        return None
    if _ROWS_ALONE.match(text):  # a record of a list may be rows without their table, which the parser would drop
        text = f"<table>{text}</table>"
    if text.count("</html") + text.count("</HTML") > 1:  # two documents in one file: the parser would stop where the first ends
        text = _ENDS.sub(" ", text)
    tree, problem = _parse(text)
    if problem:  # nested deeper than any page that a person has made: keep the links, drop the scaffolding
        flat, _ = _parse(_DEEP.sub(" ", text))
        return flat if flat is not None else tree
    return tree


def parse_bytes(body: bytes) -> etree._Element | None:
    """The tree of a page as it came. The parser takes UTF-8 as it is; only other pages are made text first."""
    if _is_one_page(body):
        tree, problem = _parse(body)
        if not problem:
            return tree
    return parse(decode(body))


def _is_one_page(body: bytes) -> bool:
    """Whether these bytes are UTF-8 throughout, and nothing that `parse` would have to mend first."""
    if len(body) > LARGEST_PAGE or b"\0" in body or body.startswith((codecs.BOM_UTF8, b"\x84\x31\x95\x33")):
        return False
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "<" in text and text.count("</html") + text.count("</HTML") <= 1 and not _ROWS_ALONE.match(text)


def _parse(text: str | bytes) -> tuple[etree._Element | None, bool]:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = etree.fromstring(text if isinstance(text, bytes) else text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, True
    return tree, any(entry.message.startswith("Excessive depth") for entry in parser.error_log)


def base_of(tree: etree._Element, url: str) -> str:
    """Where relative addresses of a page start: its `<base href>` if there is one, else its own URL."""
    for element in tree.iter("base"):
        if href := (element.get("href") or "").strip():
            return resolve(url, href) or url
    return url


def resolve(base: str, href: str) -> str | None:
    """An absolute http(s) URL without fragment; None for scripts, other schemes and broken addresses."""
    if _ROOTED.fullmatch(href):
        start, rest = _start(base, "/"), href[1:]
    elif _BELOW.fullmatch(href):
        start, rest = _start(base, "./"), href.removeprefix("./")
    else:
        return _resolved(base, href)
    return f"{start}{rest}" if start and len(start) + len(rest) <= LONGEST_URL else None


@lru_cache(maxsize=1_000)
def _start(base: str, href: str) -> str | None:
    """The root or the folder of a page: what plain addresses in it are put behind."""
    return _resolved(base, href)


def _resolved(base: str, href: str) -> str | None:
    if not href or len(href) > LONGEST_URL:
        return None
    href = html.unescape(href).strip().replace("\\", "/")
    href = _TWICE.sub(r"\1", _BROKEN.sub("", href))
    if "sess" in href.lower():
        href = _SESSION.sub("", href).rstrip("?&")
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:", "about:")):
        return None
    try:
        joined = urldefrag(urljoin(base, href))[0]
        parts = urlsplit(joined)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not parts.hostname or len(joined) > LONGEST_URL:
        return None
    if parts.username is not None or parts.password is not None or "\ufffd" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname.rstrip(".")
    netloc = host if port is None or (parts.scheme, port) in (("http", 80), ("https", 443)) else f"{host}:{port}"
    # What a browser sends: spaces and Chinese escaped as UTF-8, escapes that are there left as they are.
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]{}|\"").replace('"', "%22")
    return _UNSAFE.sub("", f"{parts.scheme}://{netloc}{path}{'?' + query if query else ''}")


@lru_cache(maxsize=MOST_REMEMBERED)
def same_page(url: str) -> str:
    """A key under which the http and the https address, and escaped and plain writing, of one page are the same."""
    parts = urlsplit(url)
    path = _INDEX.sub("/", unquote(parts.path))
    return f"{parts.netloc.removeprefix('www.')}{path}?{unquote(parts.query)}"


def same_host(one: str, other: str) -> bool:
    """Whether two URLs are on one host; `www.` in front makes no difference."""
    return _host(one) == _host(other)


@lru_cache(maxsize=MOST_REMEMBERED)
def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def spaced(text: str) -> str:
    """Text with every run of white space made one space."""
    return _SPACE.sub(" ", text.replace("\u200b", "").replace("\ufeff", "")).strip()


def text_of(element: etree._Element, limit: int = 20_000, *, joint: str = "") -> str:
    """The visible text of an element, white space made single; `joint` stands between the texts of its parts."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(element):
        pieces.append(piece[: limit + 1])
        size += len(piece)
        if size > limit:
            break
    return spaced(joint.join(pieces))


def _pieces(element: etree._Element) -> Iterator[str]:
    if next(element.iter("script", "style", "br"), None) is None:
        yield from map(str, element.itertext())
        return
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if event == "start" and part.tag == "br":
            yield " "
        elif event == "start" and part.text and part.tag not in ("script", "style"):
            yield part.text
        if event == "end" and part.tail and part is not element:
            yield part.tail


def day_in(text: str) -> str | None:
    """The one day printed in a text as YYYY-MM-DD; None where there is none, or two that differ."""
    if not _CENTURY.search(text):
        return None
    text = _AROUND_HYPHEN.sub(r"\1", text)
    days = {_iso(*match.groups()) for match in _DAY.finditer(text)}
    if not days - {None}:
        days = {_iso(y, m, d) for d, y, m in _DAY_FIRST.findall(text)}
        days |= {_iso(*match.groups()) for match in _DAY_APART.finditer(text)}
    if not days - {None}:
        days = {_iso(*match.groups()) for match in _DAY_COMPACT.finditer(text)}
    days.discard(None)
    return days.pop() if len(days) == 1 else None


def _iso(year: str, month: str, day: str) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return f"{int(year):04}-{int(month):02}-{int(day):02}"


def title_of(text: str, attribute: str | None) -> str:
    """The full title of a link: `title=` where the visible text was cut short, was a mere pointer, or is missing."""
    text, attribute = clean_title(text), _from_attribute(attribute)
    if not text or not attribute:
        return text or attribute
    stem = _CUT.sub("", text)
    if stem != text:
        return attribute if len(attribute) >= len(stem) and attribute.startswith(stem[:4]) else text
    if _POINTS_ONLY.match(text) or (len(attribute) > len(text) and text in attribute):
        return attribute
    return text


def _from_attribute(attribute: str | None) -> str:
    if not attribute:
        return ""
    attribute = attribute[: 4 * LONGEST_TITLE]
    if labelled := _LABELLED.search(attribute):  # title="标题：…\n发布时间：…"
        attribute = labelled[1]
    return clean_title(attribute.split("\n")[0] if attribute.strip().count("\n") else attribute)


def clean_title(text: str) -> str:
    """A title without markup, escapes, bullets and the day that many sites print inside the link."""
    text = unescape_u(text)
    for _ in range(2):
        if "&" in text or "<" in text:
            text = re.sub(r"<[^<>]{0,200}>", "", html.unescape(text))
    text = _BULLET.sub("", spaced(text))
    for pattern in (_AT_END, _AT_START):
        shorter = pattern.sub("", text)
        if shorter.strip("[]【】()（） "):
            text = shorter
    return text.strip()[:LONGEST_TITLE]


def anchors(tree: etree._Element, url: str, *, base: str | None = None) -> list[Anchor]:
    """The links of a page in printed order, one per address, with title, day and the list they stand in."""
    start = base or base_of(tree, url)
    found: list[tuple[etree._Element, str]] = []
    for element in _linking(tree):
        if target := _target(element, start):
            found.append((element, target))
            if len(found) >= MOST_LINKS:
                break
    targets = _targets_below(found)
    best: dict[str, Anchor] = {}
    around: dict[etree._Element, str] = {}  # texts of items, each made once however many links stand in it
    for element, target in found:
        anchor = _anchor(element, target, url, targets, around)
        key = same_page(target)
        held = best.get(key)
        best[key] = anchor if held is None else _better(held, anchor, url)
    return list(best.values())


def _linking(tree: etree._Element) -> Iterator[etree._Element]:
    for element in tree.iter("a", "area", "option", "li", "tr", "div", "span"):
        if element.get("href") or element.get("onclick") or (element.tag == "option" and element.get("value")) or any(element.get(name) for name in _ASIDE):
            yield element


def _target(element: etree._Element, start: str) -> str | None:
    """Where an element leads: by its address, by the words of its script, as a choice of a menu of addresses."""
    href = element.get("href") or ""
    if element.tag == "option":
        value = element.get("value") or ""
        return resolve(start, value) if _LOOKS_LIKE_ADDRESS.match(value) else None
    if href and (target := resolve(start, href)):
        return target
    for script in (element.get("onclick") or "", href if href[:11].lower() == "javascript:" else ""):
        if (opened := _OPENED.search(script[:1000])) and _LOOKS_LIKE_ADDRESS.match(opened[1]):
            return resolve(start, opened[1])
    aside = next(filter(None, map(element.get, _ASIDE)), "")
    return resolve(start, aside) if _LOOKS_LIKE_ADDRESS.match(aside) else None


def _targets_below(found: list[tuple[etree._Element, str]]) -> dict[etree._Element, set[str]]:
    """For the elements around links: which addresses stand in them (up to a second one, which is enough to know)."""
    below: dict[etree._Element, set[str]] = {}
    for element, target in found:
        above: etree._Element | None = element
        for _ in range(ITEM_LEVELS + 1):
            above = above.getparent() if above is not None else None
            if above is None or above.tag in _WHOLE:
                break
            seen = below.setdefault(above, set())
            if len(seen) < 2:
                seen.add(target)
    return below


Texts = dict[etree._Element, str]


def _anchor(element: etree._Element, target: str, url: str, below: dict[etree._Element, set[str]], texts: Texts) -> Anchor:
    item = element
    for _ in range(ITEM_LEVELS):
        above = item.getparent()
        if above is None or len(below.get(above, "xx")) != 1 or item.tag in _ITEM_TAGS:
            break
        item = above
    container = item.getparent()
    visible = text_of(element, LONGEST_TITLE * 2)
    if not visible:
        visible = next((alt for image in element.iter("img") if (alt := image.get("alt") or image.get("title"))), "")
    title = title_of(visible, element.get("title"))
    if _CUT.search(title) or not title:
        title = title_of(visible, _title_around(element, item)) or title
    if item is not element and _POINTS_ONLY.match(title):
        title = _said_beside(element, item) or title
    day = _day_beside(element, item, visible, title, texts)
    link = Link(target, title, day, not same_host(target, url))
    holder = container if container is not None else item
    signature = f"{holder.tag}.{holder.get('class') or ''}>{item.tag}"
    return Anchor(link, id(holder), signature, visible)


def _title_around(element: etree._Element, item: etree._Element) -> str:
    """The `title=` of what stands in a link or around it, for a link that is cut short and has none of its own."""
    for part in element.iter("span", "p", "h3", "h4", "div", "em", "b", "font"):
        if said := part.get("title"):
            return said
    while element is not item and (above := element.getparent()) is not None:
        element = above
        if said := element.get("title"):
            return said
    return ""


def _said_beside(element: etree._Element, item: etree._Element) -> str:
    """What the row of a link says that says nothing itself (查看, 下载): the longest of its other parts."""
    around = set(element.iterancestors())
    parts = [item.text or ""]
    for part in item:
        if part is not element and part not in around:
            parts.append(text_of(part, LONGEST_TITLE, joint=" "))
        parts.append(part.tail or "")
    said = max(map(clean_title, parts), key=len)
    return said if len(said) >= SHORTEST_SAID and not (len(said) <= LONGEST_DAY and day_in(said)) else ""


def _day_beside(element: etree._Element, item: etree._Element, visible: str, title: str, texts: Texts) -> str | None:
    """The day of an entry: in its item beside the title, after the link, in the next element, or inside the link."""
    around = _text_around(item, texts) if item is not element else ""
    spread = text_of(element, joint=" ") if around else ""  # the link's own text may hold another day: 2023年1月1日…
    around = around.replace(spread, " ", 1) if spread else around
    if item is not element and len(around) <= ITEM_TEXT and (day := day_in(around)):
        return day
    tail = spaced(element.tail or "")[:ITEM_TEXT]
    if tail and (day := day_in(tail)):
        return day
    after = item.getnext() if item.tag not in ("li", "tr") else None
    if after is not None and after.tag != "a" and next(after.iter("a"), None) is None:
        beside = text_of(after, ITEM_TEXT * 2, joint=" ")
        if len(beside) < 40 and (day := day_in(beside)):  # a cell or a span that is little more than the day
            return day
    if day := _day_in_record(element, texts):
        return day
    inside = visible if title and len(visible) > len(title) else ""
    return day_in(inside.replace(title, " ", 1)) if title in inside else day_in(inside)


def _text_around(element: etree._Element, texts: Texts) -> str:
    if element not in texts:
        texts[element] = text_of(element, ITEM_TEXT * 2, joint=" ")
    return texts[element]


def _day_in_record(element: etree._Element, texts: Texts) -> str | None:
    """The day in the row or item around an entry that has short links beside it, to its column or its author."""
    record = element.getparent()
    for _ in range(ITEM_LEVELS):
        if record is None or record.tag in _ITEM_TAGS:
            break
        record = record.getparent()
    if record is None or record.tag not in _ITEM_TAGS:
        return None
    around = _text_around(record, texts)
    if len(around) > ITEM_TEXT:
        return None
    for number, other in enumerate(record.iter("a")):
        if number > MOST_BESIDE:
            return None
        said = text_of(other, ITEM_TEXT, joint=" ")
        if other is not element and len(said) > SHORT_LINK:
            return None  # two entries in one row: the day may be that of the other
        around = around.replace(said, " ", 1) if said else around
    return day_in(around)


def _better(held: Anchor, other: Anchor, url: str) -> Anchor:
    """Of two links to one page: the one with the real title, with the day of either, under the scheme of the page."""
    pointer = bool(_POINTS_ONLY.match(held.link.title)) or not held.link.title
    chosen = other if pointer or (len(other.link.title) > len(held.link.title) + 2 and not _POINTS_ONLY.match(other.link.title)) else held
    scheme = urlsplit(url).scheme
    target = other.link.url if held.link.url.split(":")[0] != scheme == other.link.url.split(":")[0] else held.link.url
    return chosen._replace(link=chosen.link._replace(url=target, day=chosen.link.day or held.link.day or other.link.day))


def metas(tree: etree._Element) -> dict[str, str]:
    """The meta tags by lower-case name; of repeated ones the first that says something."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name, content = element.get("name") or element.get("property"), element.get("content")
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), spaced(content))
    return found
