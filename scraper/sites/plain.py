"""Static lists of any make: entries by repetition, the next page by its printed link. TRS and UCAP pagers sit on top.

Frames, shells and lists written by `document.write` are found here too; lists that only a script fills are named.
"""

from __future__ import annotations

import re

from gongkai.scraper.decoding import unescape_u
from gongkai.scraper.report_links import is_report_link
from gongkai.scraper.sites.entries import Reading, columns, entries
from gongkai.scraper.sites.listing import Ask, Link, Listing, Page
from gongkai.scraper.sites.paging import next_by_link, pages_in_script, stuck_at
from gongkai.scraper.sites.shells import frames, loaded, shell_target

_WRITTEN = re.compile(r"""document\.write(?:ln)?\(\s*(?:'((?:[^'\\\n]|\\.){1,4000})'|"((?:[^"\\\n]|\\.){1,4000})")\s*\)""")
_COMMENTED = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)

MOST_WRITTEN = 2_000
"""Pieces of `document.write` that are put together."""


def read_plain(text: str, page: Page, adapter: str = "static", evidence: str = "links of the page") -> Listing:
    """The list as it stands in the page; `shell` with the target where the page only points elsewhere."""
    reading = Reading(text, page.url)
    listing = read_tree(reading, page, adapter, evidence)
    if listing.state in ("list", "empty"):
        return _with_script(listing, text, page)
    target = shell_target(text, page.url, reading.visible)
    if target and not target.same_host:
        return Listing("unknown", adapter, f"leads to another host by {target.how}: {target.url[:100]}")
    if target:
        return Listing("shell", adapter, f"shell: {target.how}", inside=(Ask(target.url, headers=_from(page)),))
    for hidden, how in ((written(text), "document.write"), (commented(text), "in a comment")):
        if hidden and (found := read_tree(Reading(hidden, page.url, reading.base), page, adapter, how)).links:
            return found
    if parts := loaded(text, reading):
        return Listing("shell", adapter, "a part that a script puts in", inside=tuple(Ask(url, headers=_from(page)) for url in parts))
    return listing


def read_tree(reading: Reading, page: Page, adapter: str, evidence: str) -> Listing:
    """The entries, columns, frames and next page of a page that was read as a tree."""
    links = entries(reading)
    further = columns(reading, links)
    declared, pages = reading.declared()
    inside = tuple(Ask(url, headers=_from(page)) for url in frames(reading, has_reports=bool(further) or _reports(links)))
    following = next_by_link(reading, page, adapter) if links or page.number == 1 else ()
    if links or further:
        stuck = "" if following or not links else stuck_at(reading, page)
        return Listing("list", adapter, evidence, links, further, following, inside, declared, pages, stuck=stuck)
    if inside:
        return Listing("shell", adapter, "list in a frame", inside=inside)
    if reading.says_nothing():
        return Listing("empty", adapter, "the page says that there is nothing", declared=0)
    why = "no links" if not reading.anchors else f"{len(reading.anchors)} links, none of an entry"
    return Listing("unknown", adapter, f"{evidence}: {why}" if evidence != "links of the page" else why)


def _with_script(listing: Listing, text: str, page: Page) -> Listing:
    """Told where a script that nobody runs makes the way to the second page."""
    if listing.following or listing.stuck or not listing.links or page.number > 1 or (pages := pages_in_script(text)) < 2:
        return listing
    return listing._replace(stuck=f"{pages} pages by a script")


def _reports(links: tuple[Link, ...]) -> bool:
    return any(is_report_link(link.title, link.url) for link in links)


def _from(page: Page) -> tuple[tuple[str, str], ...]:
    return (("Referer", page.url),)


def written(text: str) -> str:
    """The HTML that `document.write` prints from literals, for lists that are written so."""
    if "document.write" not in text:
        return ""
    pieces = []
    for match in _WRITTEN.finditer(text):
        pieces.append(re.sub(r"\\(.)", r"\1", match[1] or match[2]))
        if len(pieces) >= MOST_WRITTEN:
            break
    return unescape_u("".join(pieces)) if pieces else ""


def commented(text: str) -> str:
    """The links inside HTML comments, for pages whose whole list stands in one."""
    return "".join(body for body in _COMMENTED.findall(text) if "href" in body) if "<!--" in text else ""
