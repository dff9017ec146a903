"""UCAP (开普): static lists with `createPageHTML('page_div', …)` counted from 1, and JSON lists by channel.

A query that needs a token made by the page's script is not rebuilt: such a source is reported as `js_list`.
"""

from __future__ import annotations

import re

from gongkai.scraper.markup import clean_title, day_in, resolve, same_host
from gongkai.scraper.sites.answers import (
    argument,
    asked,
    count_in,
    data_call,
    goes_on,
    json_of,
    mapping,
    text_in,
    with_argument,
)
from gongkai.scraper.sites.listing import Ask, Link, Listing, Page, State
from gongkai.scraper.sites.signs import Sign
from gongkai.scraper.sites.trs import read_paged

MARK = Sign(
    r"""<meta\b[^>]{0,80}name\s*=\s*["']channelId["'][^>]{0,200}>|<UCAP(?:TITLE|CONTENT)|CMSPRO_|_isAgg=true|/(?:common/search|searchList)/[0-9a-f]{32}""",
    "channelid", "<ucap", "cmspro_", "_isagg=true", "/common/search/", "/searchlist/", flags=re.I,
)  # fmt: skip
_CALL = re.compile(r"""["'(]((?:https?:)?[\w./:-]{0,120}/(?:searchList|search|common/search)/[0-9a-fA-F]{20,40})(\?[^"'\s<>)]{0,600})?["')]""")
_JOINED = re.compile(r"""["'(]((?:https?:)?[\w./:-]{0,120}/(?:searchList|search|common/search)/)["']\s*\+""")
_CHANNEL = re.compile(r"""<meta\b[^>]{0,80}name\s*=\s*["']channelId["'][^>]{0,80}content\s*=\s*["']([0-9a-fA-F]{20,40})["']""", re.I)
_SIGNED = re.compile(r"token|sign(?:ature)?=|nonce|encrypt", re.I)
_QUERY = "?_isAgg=true&_isJson=true&_pageSize=18&_template=index&_rangeTimeGte=&_channelName=&page=1"


def read_ucap(text: str, page: Page, evidence: str = "") -> Listing:
    """A page of a UCAP site, or the JSON answer of its list."""
    if (page.ask is not None and "/search" in page.ask.url) or text.lstrip("\ufeff ")[:1] in "{[" or json_of(text) is not None:
        return _read_answer(text, page)
    listing = read_paged(text, page, "ucap", evidence)
    if listing.following or listing.state in ("list", "empty", "shell"):
        return listing
    if call := _call(text):
        url = resolve(page.url, call[0] + (call[1] or _QUERY).replace("&amp;", "&"))
        if url and same_host(url, page.url) and not _SIGNED.search(call[1]):
            first = with_argument(url, page="1")
            return Listing("shell", "ucap", f"JSON list {call[0][-60:]}", inside=(data_call(first, page, "ucap"),))
        return Listing("js_list", "ucap", "JSON list that needs a token or another host")
    return listing


def _call(text: str) -> tuple[str, str] | None:
    """The call of the list and its query: written out, or put together of its path and the page's own channel."""
    if call := _CALL.search(text):
        return call[1], call[2] or ""
    path, channel = _JOINED.search(text), _CHANNEL.search(text)
    if path and channel:
        rest = text[path.end() : path.end() + 200]
        return path[1] + channel[1], "?token=" if _SIGNED.search(rest) else ""
    return None


def _read_answer(text: str, page: Page) -> Listing:
    """`{"data": {"results": […], "total": 89}}`; an HTML page or `null` in its place is an error, not an empty list."""
    data = mapping(mapping(json_of(text)).get("data"))
    results = data.get("results")
    if not isinstance(results, list):
        return Listing("error", "ucap", "no results in the answer: " + text.lstrip()[:40].replace("\n", " "))
    total = count_in(data.get("total"))
    links = tuple(link for record in results if (link := _link(mapping(record), page)))
    if not links:
        state: State = "empty" if total == 0 else "error"
        return Listing(state, "ucap", f"answer with {len(results)} results, total {total}", declared=total)
    return Listing("list", "ucap", "JSON list", links, following=_following(page, total, data.get("page"), len(results)), declared=total, counted=True)


def _link(record: dict[str, object] | object, page: Page) -> Link | None:
    fields = mapping(record)
    url = resolve(page.url, text_in(fields, "url", "link", "curl"))
    if url is None or url.endswith("/null.shtml"):
        return None
    day = day_in(text_in(fields, "publishedTimeStr", "publishedTime", "date", "pubtime"))
    return Link(url, clean_title(text_in(fields, "title", "name")), day, not same_host(url, page.url))


def _following(page: Page, total: int | None, shown: object, rows: int) -> tuple[Ask, ...]:
    size = count_in(argument(asked(page), "_pageSize"))
    number = count_in(argument(asked(page), "page")) or count_in(shown) or page.number
    if not size or total is None or not goes_on(number, size, rows, total):
        return ()
    shown = {"_pageSize": str(rows)} if number == 1 and 0 < rows < size else {}  # what the server makes of it
    return (data_call(with_argument(asked(page), page=str(number + 1), **shown), page, "ucap"),)
