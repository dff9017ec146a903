"""Which answers of a foreign archive are worth keeping: pages that call themselves an annual report, documents that may be.
What a document says is left to the parsers; which links of a list are reports, to `report_links.py`."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote, urlsplit

from gongkai.scraper.decoding import decode
from gongkai.scraper.dialects import names_annual_reports
from gongkai.scraper.markup import metas, parse
from gongkai.scraper.report_links import is_report_link

Kind = Literal["page", "document", "picture", "text", ""]

DOCUMENTS = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")
LARGEST_PAGE = 10_000_000
START = 400_000
"""Bytes of a page whose words are looked at."""
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")
_SAYS = re.compile(r"信息公开[^<>。]{0,20}年度?(?:工作)?报告")
_PARTS = re.compile(r"收到和处理政府信息公开申请|主动公开政府信息(?:的)?情况|依申请公开(?:政府)?信息(?:的)?情况")


def kind_of(body: bytes) -> Kind:
    """What bytes are, by their beginning; "" for what holds no report (scripts, styles, data)."""
    start = body[:1_000]
    if start.startswith(DOCUMENTS) or b"%PDF-" in start:
        return "document"
    if start.startswith(PICTURES) or (start.startswith(b"RIFF") and start[8:12] == b"WEBP"):
        return "picture"
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in start and not wide:
        return ""
    text = decode(body[:4_000])
    if re.search(r"<(?:!doctype|html|head|body|meta|title|div|table|p)\b", text, re.IGNORECASE):
        return "page"
    return "text" if _CHINESE.search(text) else ""


def title_of(text: str) -> str:
    """What a page calls itself: `ArticleTitle`, else its title."""
    tree = parse(text[:START])
    named = metas(tree).get("articletitle", "") if tree is not None else ""
    found = _TITLE.search(text[:START])
    return " ".join((named or (found[1] if found else "")).split())[:200]


def shows_parts(body: bytes) -> bool:
    """Whether a page prints headings of a report's parts."""
    return bool(_PARTS.search(_shown(decode(body[:START]))))


def _shown(text: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1\s*>|<[^>]*>|\s+", "", text, flags=re.DOTALL | re.IGNORECASE)


def looks_like_report(url: str, body: bytes) -> bool:
    """Whether a page or document may be an annual report. Doubt counts for it: the parser rejects what is none."""
    kind = kind_of(body)
    name = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
    if kind == "document":
        return names_annual_reports(url) or bool(_SAYS.search(unquote(url))) or bool(is_report_link(name, url))
    if kind not in ("page", "text") or len(body) > LARGEST_PAGE:
        return False
    text = decode(body[:START])
    if kind == "page" and is_report_link(title_of(text), url):
        return True
    shown = _shown(text)
    return bool(_SAYS.search(shown) and _PARTS.search(shown))
