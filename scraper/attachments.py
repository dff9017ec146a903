"""What belongs to a report page and is fetched with it: attachments, pictures of its text, documents in viewers.

What they hold is left to the parsers, what they are to their first bytes: addresses promise nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from lxml import etree

from gongkai.scraper.dialects import FILES, IMAGES, is_file
from gongkai.scraper.markup import base_of, clean_title, parse_bytes, resolve, same_host, same_page, text_of
from gongkai.scraper.sites.listing import Link

MOST_COMPANIONS = 60
"""Files of one page: a report scanned page by page has some 20 pictures."""
LONGEST_NAME = 120
"""Bytes of a file name: file systems end at 255, and a number and a suffix are still to come."""
SMALLEST_PICTURE = 120
"""Pixels, where the page gives a size: what is smaller is an icon."""

_NAMES_FILE = re.compile(rf"\.(?:{'|'.join(FILES)})\b", re.I)
_SAYS_ATTACHED = re.compile(r"^(?:\[?附\s*件|附\s*表|下载|点击下载|【?附件)|(?:全文|正文|报告)下载|(?:pdf|word|wps)版", re.I)
_IN_SCRIPT = re.compile(r"""["']([^"'\s<>]{1,500}\.(?:pdf|docx?|wps|ofd|xlsx?)(?:\?[^"'\s<>]{0,200})?)["']""", re.I)
_VIEWER = re.compile(r"(?:viewer|pdfjs|pdf\.js|preview|reader)", re.I)
_VIEWER_ARGUMENTS = ("file", "url", "src", "pdf", "path")
_FURNITURE = re.compile(
    r"icon|ico[_\d./-]|logo|qr|erweima|ewm|weixin|wechat|weibo|banner|bg[_.\d]|button|btn|arrow|dot\.|line\.|share|print|close|search|nav|top[_.\d]|foot|blank\.|spacer|loading|conac|beian|gongan|jubao|wza|dzjg|party|red\.|blue\.|jiucuo|filetype|fileicon|/(?:images?|img|css|js|static|skin|themes?|style)/[a-z_-]{1,20}\.(?:png|gif|jpe?g)$",
    re.I,
)
_FURNITURE_WORDS = re.compile("二维码|扫一扫|微信|微博|图标|logo|分享|打印|关闭|返回|党政机关|找错|适老|无障碍|客户端", re.I)
_BODY = re.compile(
    r"^(?:zoom|zoomcon|ivs_content|ucap-?content|ucapcontent|webeditorview|vsb_content\w*|fontzoom|bodylabel|article|content|con_con|text|maintext|news_content|printcontent|pare)$", re.I
)
_BODY_CLASS = re.compile(
    r"TRS_(?:Editor|UEDITOR)|trs_editor_view|Custom_UnionStyle|article[-_]?(?:content|body|con)|artile_zw|xxgk_content|zw-content|wzcon|wzzw|main-txt|v_news_content|details?-?(?:main|content|con)|news[-_]?content|content[-_]?(?:box|text|main)|pages_content|view_content",
    re.I,
)
_FURNISHING = frozenset(("header", "footer", "nav", "aside"))
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.I)


class Companion(NamedTuple):
    """A file of a report page: where it is, what the page calls it, and a name that is safe on any disk."""

    link: Link
    role: str  # attachment | picture | frame
    name: str


def companions(page_url: str, body: bytes) -> tuple[Link, ...]:
    """The attachments, then the pictures and framed documents of a report page. Any bytes; nothing is raised."""
    return tuple(companion.link for companion in find_companions(page_url, body))


def find_companions(page_url: str, body: bytes) -> tuple[Companion, ...]:
    """As `companions`, with the role of each and a safe file name."""
    tree = parse_bytes(body)
    if tree is None:
        return ()
    base = base_of(tree, page_url)
    found: dict[str, Companion] = {}
    for role, target, title in (*_linked(tree, base), *_framed(tree, base), *_scripted(tree, base), *_pictured(tree, base)):
        key = same_page(target)
        if key != same_page(page_url) and key not in found and len(found) < MOST_COMPANIONS:
            link = Link(target, title, None, not same_host(target, page_url))
            found[key] = Companion(link, role, safe_name(_called(target, title)))
    return tuple(sorted(found.values(), key=lambda c: ("attachment", "frame", "picture").index(c.role)))


Found = tuple[str, str, str]


def _linked(tree: etree._Element, base: str) -> list[Found]:
    found: list[Found] = []
    for element in tree.iter("a"):
        target = resolve(base, element.get("href") or "") or resolve(base, element.get("data-appendix") or "")
        if target is None:
            continue
        title = clean_title(element.get("title") or "") or clean_title(text_of(element, 400))
        shown = clean_title(text_of(element, 400)) or title
        if viewed := _viewed(target):
            target = viewed
        elif is_file(target) or _NAMES_FILE.search(shown) or _NAMES_FILE.search(title) or _attached_picture(target, shown):
            title = shown if _NAMES_FILE.search(shown) else title
        elif not (_SAYS_ATTACHED.search(shown) and _leads_to_download(target)):
            continue
        if not _in_furniture(element):
            found.append(("attachment", target, title))
    return found


def _attached_picture(target: str, shown: str) -> bool:
    return _is_picture(target) and bool(_SAYS_ATTACHED.search(shown))


def _leads_to_download(target: str) -> bool:
    """A link called 附件 whose address says nothing: a file, unless it is a page or a directory."""
    path = urlsplit(target).path
    return not path.endswith(("/", ".html", ".htm", ".shtml")) or "down" in path.lower()


def _framed(tree: etree._Element, base: str) -> list[Found]:
    found: list[Found] = []
    for element in tree.iter("iframe", "embed", "object", "frame"):
        raw = element.get("src") or element.get("data") or ""
        target = resolve(base, raw)
        if target is None:
            continue
        viewed = _viewed(target)
        if viewed or is_file(target) or _is_picture(target):
            found.append(("frame", viewed or target, clean_title(element.get("title") or "")))
    return found


def _viewed(target: str) -> str | None:
    """The document behind a viewer: `viewer.html?file=/…/nb.pdf`."""
    parts = urlsplit(target)
    arguments = parse_qs(parts.query)
    for name in _VIEWER_ARGUMENTS:
        for value in arguments.get(name, ()):
            inner = urlsplit(html.unescape(value))
            if _NAMES_FILE.search(inner.path) and (_VIEWER.search(parts.path) or parts.path.lower().endswith((".html", ".htm"))):
                return resolve(target, value)
    return None


def _scripted(tree: etree._Element, base: str) -> list[Found]:
    """Documents named in `onclick` and in the scripts of viewers."""
    found: list[Found] = []
    for element in tree.iter("a", "button", "input", "span", "div", "td", "p", "li", "img"):
        clicked = element.get("onclick")
        for match in _IN_SCRIPT.finditer(clicked[:2000]) if clicked else ():
            if target := resolve(base, match[1]):
                found.append(("attachment", target, clean_title(element.get("title") or text_of(element, 400))))
    for script in tree.iter("script"):
        source = script.text or ""
        if len(source) < 20_000 and re.search(r"pdf|embed|viewer", source, re.I):
            for match in _IN_SCRIPT.finditer(source):
                if (target := resolve(base, match[1])) and not match[1].startswith("."):
                    found.append(("frame", target, ""))
    return found


def _pictured(tree: etree._Element, base: str) -> list[Found]:
    """Pictures inside the article: a report may be nothing but scanned pages."""
    body = _article(tree)
    found: list[Found] = []
    for element in (body if body is not None else tree).iter("img"):
        source = next((value for name in ("data-src", "data-original", "src", "oldsrc") if (value := element.get(name))), "")
        target = resolve(base, source)
        if target is None or _is_furniture_picture(element, target, in_body=body is not None):
            continue
        found.append(("picture", target, clean_title(element.get("alt") or element.get("title") or "")))
    return found


def _article(tree: etree._Element) -> etree._Element | None:
    """The element that holds the article: of those named so, the one with most text and pictures."""
    best: etree._Element | None = None
    most = 0
    for element in tree.iter("div", "td", "article", "ucapcontent", "section"):
        named = _BODY.match(element.get("id") or "") or _BODY_CLASS.search(element.get("class") or "") or element.tag in ("ucapcontent", "article")
        if named:
            size = len("".join(map(str, element.itertext()))[:50_000]) + 200 * sum(1 for _ in element.iter("img"))
            if size > most:
                best, most = element, size
    return best


def _is_picture(target: str) -> bool:
    return urlsplit(target).path.lower().endswith(tuple(f".{kind}" for kind in IMAGES))


def _is_furniture_picture(element: etree._Element, target: str, *, in_body: bool) -> bool:
    words = " ".join(filter(None, (element.get("alt"), element.get("title"), element.get("class"), element.get("id"))))
    if _FURNITURE_WORDS.search(words) or _FURNITURE.search(urlsplit(target).path.rsplit("/", 1)[-1]) or _FURNITURE.search(words):
        return True
    if any(size is not None and size < SMALLEST_PICTURE for size in map(_pixels, _sizes(element))):
        return True
    if _in_furniture(element):
        return True
    # Outside any named body only what an editor has put in: uploads, not the furniture of the template.
    return not in_body and not re.search(r"/[WP]0\d{10,}|/attach|/upload|/group\d+/M\d\d/|/\d{6,8}/|__local", target, re.I)


def _sizes(element: etree._Element) -> tuple[str, ...]:
    styles = re.findall(r"(?:^|[;\s])(?:width|height)\s*:\s*(\d+)px", element.get("style") or "")
    return tuple(filter(None, (element.get("width"), element.get("height"), *styles)))


def _pixels(size: str) -> int | None:
    match = re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*", size)
    return int(match[1]) if match else None


def _in_furniture(element: etree._Element) -> bool:
    above = element.getparent()
    for _ in range(30):
        if above is None:
            return False
        if above.tag in _FURNISHING or re.fullmatch(r"(?:site-?)?(?:header|footer|foot|nav|top|bottom|menu|share|links?)", f"{above.get('id') or above.get('class') or ''}".strip(), re.I):
            return True
        above = above.getparent()
    return False


def _called(target: str, title: str) -> str:
    """What a file is called: the link's text if it names a file, an argument that does, else the end of the address."""
    parts = urlsplit(target)
    arguments = parse_qs(parts.query)
    argued = [value for name in ("showname", "filename", "fileName", "name", "file") for value in arguments.get(name, ())]
    ended = unquote(parts.path.rsplit("/", 1)[-1])
    named = [name for name in (title, *argued, ended) if _NAMES_FILE.search(name) or _is_picture("http://x/" + name)]
    return named[0] if named else title or ended


def safe_name(name: str) -> str:
    """A file name for any disk: one component, no control or direction characters, no reserved word, bounded length."""
    name = unicodedata.normalize("NFC", unquote(name)).replace("\\", "/").rsplit("/", 1)[-1]
    name = _UNSAFE.sub("_", name).strip(" ._")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 5 or not ending.isascii():
        stem, ending = name, ""
    room = LONGEST_NAME - len(ending) - 1
    stem = stem.encode("utf-8", "ignore")[:room].decode("utf-8", "ignore").strip(" .")
    if not stem or _RESERVED.match(stem):
        stem = f"file_{stem}".rstrip("_")
    return f"{stem}.{ending}" if ending else stem
