"""TRS WCM and its many look-alikes: static lists `index.html`, `index_1.html` …, articles `t20260320_534737.html`.

The pager is a script call; it may stand in an HTML comment and counts from 0 or from 1 (`paging`).
"""

from __future__ import annotations

from gongkai.scraper.sites.listing import Listing, Page
from gongkai.scraper.sites.paging import find_pager, next_by_pager
from gongkai.scraper.sites.plain import read_plain
from gongkai.scraper.sites.signs import Sign

MARK = Sign(
    r"createPageHTML\w{0,12}\s*\(|\bvar\s+countPage\s*=\s*\d|\.pagination\(\s*['\"]setPage['\"]|/t20\d{6}_\d+\.[sj]?html?|TRS_(?:Editor|UEDITOR)|trs_editor_view",
    "createPageHTML", "countPage", ".pagination(", "/t20", "TRS_", "trs_editor_view",
)  # fmt: skip


def read_trs(text: str, page: Page, evidence: str = "") -> Listing:
    """A static list with its pager; without a call, the printed link to the next page stands."""
    return read_paged(text, page, "trs", evidence)


def read_paged(text: str, page: Page, adapter: str, evidence: str) -> Listing:
    """A static list paged by `createPageHTML` or its likes, whoever made it."""
    listing = read_plain(text, page, adapter, evidence or "links of the page")
    pager = find_pager(text)
    if pager is None or listing.state == "shell":
        return listing
    by_call = next_by_pager(pager, page, adapter)
    # What the page links is what it means: the call comes second where both are there and differ.
    following = tuple({ask.url: ask for ask in (*listing.following, *by_call)}.values())
    declared = pager.declared if pager.declared is not None else listing.declared
    counted = "from 1" if pager.from_one else "from 0"
    return listing._replace(
        following=following if listing.links or page.number == 1 else (),
        declared=declared,
        declared_pages=pager.total or listing.declared_pages,
        evidence=f"{pager.call}, pages {counted}",
    )
