"""Families of content systems: from the bytes of a list page to its links and to what must be asked next.

Pure functions; asking is left to the crawl core. A family is recognised by what stands on the page, never by its host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gongkai.scraper.decoding import LARGEST_LIST, decode
from gongkai.scraper.report_links import is_report_link
from gongkai.scraper.sites import gkmlpt, hanweb, jpaas, longxun, trs, ucap, vsb, xxgk
from gongkai.scraper.sites.answers import json_of, mapping
from gongkai.scraper.sites.listing import Ask, Link, Listing, Page
from gongkai.scraper.sites.signs import Sign

__all__ = ["ADAPTERS", "Ask", "Link", "Listing", "Page", "read_listing"]

Read = Callable[[str, Page, str], Listing | None]

# In the order of asking: from the sign that fits one family only to those that many pages bear.
FAMILIES: tuple[tuple[str, Sign, Read], ...] = (
    ("gkmlpt", gkmlpt.MARK, gkmlpt.read_gkmlpt),
    ("hanweb", hanweb.MARK, hanweb.read_hanweb),
    ("xxgk", xxgk.MARK, xxgk.read_xxgk),
    ("jpaas", jpaas.MARK, jpaas.read_jpaas),
    ("longxun", longxun.MARK, longxun.read_longxun),
    ("ucap", ucap.MARK, ucap.read_ucap),
    ("trs", Sign(r"createPageHTML\w{0,12}\s*\(|\bvar\s+countPage\s*=\s*\d", "createPageHTML", "countPage"), trs.read_trs),
    ("vsb", vsb.MARK, vsb.read_vsb),
    ("trs", trs.MARK, trs.read_trs),
    ("static", Sign("", ""), lambda text, page, evidence: trs.read_paged(text, page, "static", "")),
)
ADAPTERS = ("auto", *dict.fromkeys(name for name, _, _ in FAMILIES))

# Lists that a script fills by calls of which the answer is not known: found and named, not guessed.
_SCRIPT_LISTS = Sign(
    r"loadPageData\s*\(|messageController/getMessage\.do|EWB-FRONT|getgovinfolist|lightfrontaction|\bnew CMS\(|/front/api/data/|/cms/JsonList"
    r"|search-front-server/api|/szinf/info/|getInfoCommon|pagedContent|staticRequest=yes|v-for\s*=|ng-repeat\s*=|text/x-handlebars|x-handlebars-template"
    r"|\bnew Vue\(|__NUXT__|id=[\"'](?:app|root)[\"']>\s*</div>",
    "loadPageData", "messageController/getMessage.do", "EWB-FRONT", "getgovinfolist", "lightfrontaction", "new CMS(", "/front/api/data/",
    "/cms/JsonList", "search-front-server/api", "/szinf/info/", "getInfoCommon", "pagedContent", "staticRequest=yes", "v-for", "ng-repeat",
    "x-handlebars", "new Vue(", "__NUXT__", 'id="app', "id='app", 'id="root', "id='root",
)  # fmt: skip


ON_THE_PAGE = frozenset(("static", "trs", "ucap", "vsb", "longxun", "jpaas", "xxgk"))
"""Families whose lists stand in the page: «nothing here» may be a placeholder that a script replaces."""
_ASKS = Sign(
    r"\$\.(?:ajax|get|post|getJSON)\s*\(|\bfetch\s*\(|XMLHttpRequest|axios\b|loadPageData\s*\(|new Vue\(",
    "$.", "fetch", "XMLHttpRequest", "axios", "loadPageData", "new Vue(",
)  # fmt: skip


def read_listing(page: Page, adapter: str = "auto") -> Listing:
    """Read one page of a list. Any bytes give a `Listing`; nothing is raised.

    `adapter` is one of `ADAPTERS`; a family that is named reads the page, and `auto` tries what the page bears signs of.
    """
    listing = _read(decode(page.body, LARGEST_LIST), page, adapter)
    if len(page.body) > LARGEST_LIST:
        return listing._replace(evidence=f"{listing.evidence}; cut at {LARGEST_LIST} of {len(page.body)} bytes")
    return listing


def _read(text: str, page: Page, adapter: str) -> Listing:
    if not text.strip():
        return Listing("unknown", adapter, "nothing in the answer")
    if adapter == "auto" and (guessed := _by_shape(text, page)):
        return guessed
    first: Listing | None = None  # what the likeliest family says when none finds a list
    for sign, read in _candidates(adapter, text):
        listing = read(text, page, sign)
        if listing is None:
            continue
        if listing.state not in ("unknown", "error"):
            return _or_script(listing, text)
        first = first or listing
    return _or_script(first or Listing("unknown", adapter, "no sign of a known family"), text)


def _candidates(adapter: str, text: str) -> Iterator[tuple[str, Read]]:
    """The families to try with what they were recognised by: the named one and then the static one, or all by sign."""
    for name, mark, read in FAMILIES:
        sign = mark.search(text)
        if name == "static" or adapter == name or (sign and adapter not in ADAPTERS[1:]):
            yield " ".join(sign[0].split())[:60] if sign else "as configured", read


def _by_shape(text: str, page: Page) -> Listing | None:
    """Answers in JSON, by the names of their fields; None for pages."""
    answer = mapping(json_of(text)) if text.lstrip("\ufeff \r\n\t")[:1] in "{" or "(" in text[:80] else {}
    if not answer:
        return None
    if "articles" in answer:
        return gkmlpt.read_gkmlpt(text, page._replace(ask=page.ask or Ask(page.url + "/gkmlpt/api/")))
    data = mapping(answer.get("data"))
    if "html" in data:
        return jpaas.read_jpaas(text, page)
    if "results" in data:
        return ucap.read_ucap(text, page)
    return Listing("unknown", "auto", "JSON of an unknown make: " + ", ".join(list(answer)[:6]))


def _or_script(listing: Listing, text: str) -> Listing:
    """A page whose list a script fills by unknown calls is that, unless a report stands in it."""
    if listing.state == "empty" and listing.adapter in ON_THE_PAGE and (asks := _ASKS.search(text)):
        return listing._replace(state="unknown", evidence=f"{listing.evidence}, but a script asks for more: {asks[0][:40]}", declared=None)
    if listing.inside or listing.following or listing.columns or listing.state == "empty":
        return listing
    if any(is_report_link(link.title, link.url) for link in listing.links):
        return listing
    if sign := _SCRIPT_LISTS.search(text):
        return listing._replace(state="js_list", evidence=f"{sign[0].strip()[:40]}; {len(listing.links)} other links on the page")
    if listing.state == "unknown" and (asks := _ASKS.search(text)):
        return listing._replace(evidence=f"{listing.evidence}, and a script asks for more: {asks[0][:40]}")
    return listing
