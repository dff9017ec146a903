"""VSB (博达): page 1 is `/nb.htm`, later pages are `/nb/143.htm`, `/nb/142.htm` … down to `/nb/1.htm`.

Pages count down, so an entry added between two requests shifts them; the pager text says which page an answer is.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from gongkai.scraper.markup import resolve
from gongkai.scraper.sites.entries import Reading
from gongkai.scraper.sites.listing import Ask, Listing, Page
from gongkai.scraper.sites.plain import read_plain
from gongkai.scraper.sites.signs import Sign

MARK = Sign(
    r"""\bid\s*=\s*["']?line_u\d+|_showDynClicks|/__local/|_newscontent_fromname|/system/_content/download\.jsp""",
    "line_u", "_showDynClicks", "/__local/", "_newscontent_fromname", "/system/_content/download.jsp",
)  # fmt: skip

_POSITION = re.compile(r"共\s*(\d{1,7})\s*条\D{0,20}?(\d{1,5})\s*/\s*(\d{1,5})")
_LATER = re.compile(r"^(.*)/(\d{1,5})\.htm$")
_FIRST = re.compile(r"^(.*?)\.(?:s?html?|jsp)$")


def read_vsb(text: str, page: Page, evidence: str = "") -> Listing:
    """A list of VSB with its count-down pager."""
    listing = read_plain(text, page, "vsb", evidence or "line_u")
    position = _POSITION.search(Reading(text, page.url).visible)
    if position is None or not listing.links:
        return listing
    declared, shown, pages = (int(group) for group in position.groups())
    if shown >= pages and page.number >= shown:
        return listing._replace(following=(), declared=declared, declared_pages=pages)
    # Entries were added since the page before: this is a later page than was asked for, and one in between is missing.
    wanted = page.number if shown > page.number > 1 else shown + 1
    counted = _file(page.url, pages, wanted)
    following = (Ask(counted, headers=(("Referer", page.url),), adapter="vsb"),) if counted else ()
    if wanted == shown + 1 and listing.following:
        following = tuple({ask.url: ask for ask in (*listing.following, *following)}.values())
    return listing._replace(following=following, declared=declared, declared_pages=pages)


def _file(url: str, pages: int, number: int) -> str | None:
    """The address of the how-many-th page: the last has the number 1."""
    path = urlsplit(url).path
    match = _LATER.match(path) or _FIRST.match(path)
    if match is None or not 1 < number <= pages:
        return None
    return resolve(url, f"{match[1]}/{pages - number + 1}.htm")
