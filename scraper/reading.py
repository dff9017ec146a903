"""What a page that came makes us ask next: the files of a report, the entries and columns of a list that was walked.
How a content system writes its lists is left to `sites/`, what is a report to `report_links.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gongkai.scraper.addresses import Refused, clean
from gongkai.scraper.attachments import companions
from gongkai.scraper.dialects import is_list
from gongkai.scraper.likely import shows_parts
from gongkai.scraper.report_links import is_report_link
from gongkai.scraper.settle import Item, Role
from gongkai.scraper.sites import Page, read_listing
from gongkai.scraper.sites.entries import is_year
from gongkai.scraper.sites.walking import Walked

MOST_FOUND = 5_000
"""Of one page or list. What names more is no list of reports."""


class Found(NamedTuple):
    """An address that something names."""

    url: str
    role: Role
    title: str = ""
    day: str = ""
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    adapter: str = "auto"
    own_root: bool = False  # a list of its own, not a further page of the one it stands in
    deeper: bool = False


class Reading(NamedTuple):
    found: tuple[Found, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()  # address and why it is not asked
    problem: str = ""
    is_column: bool = False  # what a list named as a report is a list itself


def files(item: Item, body: bytes, media_type: str) -> Reading:
    """The attachments and pictures of a report page."""
    if item.role != "page" or not _is_markup(body, media_type):
        return Reading()
    # Some systems give a file only to those who come from its page, and another page to others.
    referer = (("Referer", item.url),)
    found = _cleaned(
        Found(link.url, "attachment", link.title, headers=() if link.off_host else referer) for link in companions(item.url, body)
    )
    return found._replace(is_column=True) if _is_column(item, body, found) else found


def _is_column(item: Item, body: bytes, found: Reading) -> bool:
    """Whether behind 2023年年报 stands no report but the list of that year's. A report has its own words or a file."""
    if not is_list(item.url) or not is_year(item.title) or found.found or shows_parts(body):
        return False
    listing = read_listing(Page(item.url, body))
    reports = [link for link in listing.links if is_report_link(link.title, link.url).kind == "report"]
    return listing.state == "list" and (bool(reports) or len(listing.columns) > 1)


def _is_markup(body: bytes, media_type: str) -> bool:
    return b"\0" not in body[:1_000] and not body.startswith(b"%PDF") and ("html" in media_type or b"<" in body[:2_000])


def entries(walked: Walked) -> Reading:
    """Of a list: the links that may be reports, and the further columns."""
    reports = (
        Found(link.url, "page", link.title, link.day or "")
        for link in walked.links
        if is_report_link(link.title, link.url, in_column=True)
    )
    columns = (Found(link.url, "list", link.title, own_root=True, deeper=True) for link in walked.columns)
    return _cleaned((*reports, *columns))


def _cleaned(found: Iterable[Found]) -> Reading:
    kept: list[Found] = []
    refused: list[tuple[str, str]] = []
    for each in found:
        if len(kept) >= MOST_FOUND:
            refused.append((each.url, f"more than {MOST_FOUND} addresses in one place"))
            break
        try:
            url = clean(each.url)
            kept.append(each if url == each.url else each._replace(url=url))
        except Refused as error:
            refused.append((each.url[:500], str(error)))
    return Reading(tuple(kept), tuple(refused))
