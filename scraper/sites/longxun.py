"""Longxun (龙讯, Anhui): lists as HTML fragments from `/site/label/8888`, paged by `pageIndex`.

The request is read from the page's script; where it is not written out, nothing is made up.
"""

from __future__ import annotations

import html
import re

from gongkai.scraper.markup import resolve, same_host
from gongkai.scraper.sites.answers import argument, asked, count_in, data_call, home_of, with_argument
from gongkai.scraper.sites.entries import Reading, entries, from_fragment
from gongkai.scraper.sites.listing import Ask, Listing, Page
from gongkai.scraper.sites.plain import read_plain
from gongkai.scraper.sites.signs import Sign

MARK = Sign(r"/site/label/8888|\bLs\.pagination|publicInfoList", "/site/label/8888", "Ls.pagination", "publicInfoList")

PAGE_SIZE = 15

_CALL = re.compile(r"""["']([^"'\s<>]{0,60}/site/label/8888\?[^"'<>\n]{1,1500})["']""")
_SIZE = re.compile(r"""\b(?:size|total|totalRecord|recordCount)\s*:\s*['"]?(\d{1,7})\b""")
_PAGE_COUNT = re.compile(r"""\b(?:pageCount|totalPage|pagecount)\s*:\s*['"]?(\d{1,5})\b""")
_PAGE_SIZE = re.compile(r"""\bpageSize\s*[:=]\s*['"]?(\d{1,3})\b""")


def read_longxun(text: str, page: Page, evidence: str = "") -> Listing | None:
    """A column page with its pager, or a fragment of the list; None where neither is there."""
    if page.ask is not None and "/site/label/8888" in page.ask.url:
        return _read_fragment(text, page)
    listing = read_plain(text, page, "longxun", evidence or "Ls.pagination")
    call = _call(text, page)
    if listing.links:
        declared, pages = _number(_SIZE, text), _number(_PAGE_COUNT, text)
        return listing._replace(following=_after_page(text, page, call, declared, pages) or listing.following, declared=declared, declared_pages=pages)  # fmt: skip
    if call:
        return Listing("shell", "longxun", "label/8888", inside=(data_call(with_argument(call, pageIndex="1"), page, "longxun"),))
    return None


def _call(text: str, page: Page) -> str | None:
    """The request for the list as the script writes it: of several labels, the one of a list."""
    calls = [html.unescape(match) for match in _CALL.findall(text)]
    lists = [call for call in calls if re.search(r"labelName=\w*List\b", call)] or calls
    url = resolve(page.url, lists[0].replace(" ", "%20")) if lists else None
    return url if url and same_host(url, page.url) and "IsAjax" in url else None


def _after_page(text: str, page: Page, call: str | None, declared: int | None, pages: int | None) -> tuple[Ask, ...]:
    number = count_in(argument(page.url, "pageIndex")) or 1
    size = _number(_PAGE_SIZE, text) or PAGE_SIZE
    if pages is None and declared is not None:
        pages = -(-declared // size)
    if pages is not None and number >= pages:
        return ()
    if call:
        return (data_call(with_argument(call, pageIndex=str(number + 1)), page, "longxun"),)
    if "Ls.pagination" in text and pages is not None:  # site columns are paged by their own address
        return (Ask(with_argument(page.url, pageIndex=str(number + 1)), headers=(("Referer", page.url),), adapter="longxun"),)
    return ()


def _read_fragment(text: str, page: Page) -> Listing:
    base = home_of(page)
    reading = Reading(text, page.url, base)
    links = entries(reading) or from_fragment(text, page.url, base)
    declared = _number(_SIZE, text)
    if not links:
        result = argument(asked(page), "result") or "暂无相关信息"
        said = result in reading.visible or result in text or reading.says_nothing()
        return Listing("empty" if said else "error", "longxun", f"fragment says {result}" if said else "fragment without entries", declared=0 if said else None)  # fmt: skip
    number = count_in(argument(asked(page), "pageIndex")) or page.number
    size = count_in(argument(asked(page), "pageSize")) or PAGE_SIZE
    more = number * size < declared if declared is not None else len(links) >= size
    following = (data_call(with_argument(asked(page), pageIndex=str(number + 1)), page, "longxun"),) if more else ()
    return Listing("list", "longxun", "fragment of label/8888", links, following=following, declared=declared, counted=True)


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    return int(match[1]) if (match := pattern.search(text)) else None
