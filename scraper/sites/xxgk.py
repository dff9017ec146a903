"""The open-government module of Hanweb: `POST /module/xxgk/search.jsp`, answered with a fragment of rows.

An answer may hold the whole district; entries of the asked column are told by the number in `art_COLUMN_ID`.
"""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

from gongkai.scraper.markup import resolve, same_host
from gongkai.scraper.sites.answers import asked, data_call, home_of
from gongkai.scraper.sites.entries import Reading, entries, from_fragment
from gongkai.scraper.sites.listing import Ask, Link, Listing, Page, State
from gongkai.scraper.sites.plain import read_plain
from gongkai.scraper.sites.signs import Sign

MARK = Sign(r"module/xxgk/search\.jsp", "module/xxgk/search.jsp", flags=re.I)

PATH = "/module/xxgk/search.jsp"
# The form as the module's own script posts it; what a page does not say stays as here.
USUAL_FORM = (
    ("infotypeId", ""), ("jdid", ""), ("area", ""), ("divid", ""), ("vc_title", ""), ("vc_number", ""),
    ("sortfield", ",createdatetime:0,orderid:0"), ("currpage", "1"), ("vc_filenumber", ""), ("vc_all", ""),
    ("texttype", "1"), ("fbtime", "-1"), ("standardXxgk", "0"), ("isAllList", "1"),
)  # fmt: skip

_CALL = re.compile(r"""["'(]([^"'()\s<>]{0,120}/module/xxgk/search\.jsp)(\?[^"'\s<>)]{0,1000})?""", re.I)
_FIELD = r"""(?:name|id)\s*=\s*["']{0}["'][^>]{{0,200}}?value\s*=\s*["']([^"']{{1,80}})["']|["']?\b{0}["']?\s*[:=]\s*["']?([\w.-]{{1,80}})"""
_ART = re.compile(r"/art_(\d+)_")
_DIGITS = re.compile(r"\d{3,}")
_PAGES = re.compile(r"共\s*(?:<[^>]{1,80}>\s*)?(\d{1,5})\s*(?:<[^>]{1,80}>\s*)?页")
_COUNT = re.compile(r"共\s*(?:<[^>]{1,80}>\s*)?(\d{1,7})\s*(?:<[^>]{1,80}>\s*)?条")


def read_xxgk(text: str, page: Page, evidence: str = "") -> Listing | None:
    """A column of the module, or the answer of its search; None where the search cannot be asked."""
    if page.ask is not None and PATH in page.ask.url:
        return _read_answer(text, page)
    form = _form(text)
    if not form:
        listing = read_plain(text, page, "xxgk", evidence)
        return listing if listing.links else None
    call = _CALL.search(text)
    url = resolve(page.url, html.unescape(call[1]) if call else PATH)
    if url is None or not same_host(url, page.url):
        return None
    return Listing("shell", "xxgk", "search of the module", inside=(data_call(url, page, "xxgk", form),))


def _form(text: str) -> tuple[tuple[str, str], ...]:
    """The search form with what the page says: in the call's query, in hidden fields or in its script."""
    call = _CALL.search(text)
    said = dict(parse_qsl(html.unescape(call[2])[1:], keep_blank_values=True)) if call and call[2] else {}
    for name in ("infotypeId", "jdid", "area", "divid"):
        if name not in said and (match := re.search(_FIELD.format(name), text)):
            said[name] = match[1] or match[2]
    if not said.get("infotypeId"):  # without the kind of information the search gives the whole site
        return ()
    return tuple((name, "1" if name == "currpage" else said.get(name, usual)) for name, usual in USUAL_FORM)


def _read_answer(text: str, page: Page) -> Listing:
    base = home_of(page)
    reading = Reading(text, page.url, base)
    links = entries(reading) or from_fragment(text, page.url, base)
    form = dict(page.ask.form or parse_qsl(urlsplit(asked(page)).query)) if page.ask else {}
    own = _own(links, form.get("divid", ""))
    pages, count = _number(_PAGES, text), _number(_COUNT, text)
    if not links:
        state: State = "empty" if count == 0 or reading.says_nothing() else "error"
        return Listing(state, "xxgk", "search without entries", declared=count)
    left_out = len(links) - len(own)
    evidence = "search of the module" + (f", {left_out} of other columns left out" if left_out else "")
    current = int(form["currpage"]) if form.get("currpage", "").isdecimal() else page.number
    following: tuple[Ask, ...] = ()
    if pages is not None and current < pages:
        posted = tuple((name, str(current + 1) if name == "currpage" else value) for name, value in form.items())
        following = (data_call(asked(page), page, "xxgk", posted),)
    declared = None if left_out else count
    return Listing("list", "xxgk", evidence, own, following=following, declared=declared, declared_pages=pages, counted=True)


def _own(links: tuple[Link, ...], division: str) -> tuple[Link, ...]:
    """The entries of the asked column, where its number is known and any entry bears it; else all."""
    number = _DIGITS.search(division)
    if number is None:
        return links
    own = tuple(link for link in links if (match := _ART.search(link.url)) and match[1] == number[0])
    return own or links


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    return int(match[1]) if (match := pattern.search(text)) else None
