"""A page that came → what it makes us ask next: entries and further pages of a list, files that belong to a report.
How a content system writes its lists is left to `sites/`, what is a report to `report_links.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gongkai.scraper.addresses import Refused, clean
from gongkai.scraper.report_links import is_report_link
from gongkai.scraper.settle import Item, Role
from gongkai.scraper.sites import Ask, Link, Page, read_listing

DEEPEST = 5
"""Redirects, frames, shells and columns between a site's own address and a list."""
MOST_FOUND = 5_000
"""Of one page. A page with more links than this is no list of reports."""


class Found(NamedTuple):
    """An address that a page names."""

    url: str
    role: Role
    title: str = ""
    day: str = ""
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    adapter: str = "auto"
    number: int = 1
    own_root: bool = False  # a list of its own, not a further page of the one it stands in
    deeper: bool = False
    needs_fresh: bool = False  # only if the page it stands in brought links that were not there before
    alternatives: tuple[str, ...] = ()


class Reading(NamedTuple):
    """What stands on a page. `state` and what follows it: see `Listing`; empty for pages that are no lists."""

    found: tuple[Found, ...] = ()
    entries: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()  # address and why it is not asked
    state: str = ""
    adapter: str = ""
    evidence: str = ""
    declared: int | None = None
    declared_pages: int | None = None


def read(item: Item, body: bytes, media_type: str, final_url: str) -> Reading:
    """What a page names. Raises nothing that its bytes could cause."""
    if item.role == "list":
        return _list(item, body, media_type, final_url)
    if item.role == "page" and _is_markup(body, media_type):
        return _collected(_files(companions(final_url, body)))
    return Reading()


def _is_markup(body: bytes, media_type: str) -> bool:
    return b"\0" not in body[:1_000] and not body.startswith(b"%PDF") and ("html" in media_type or b"<" in body[:2_000])


def _files(links: Iterable[Link]) -> Iterable[Found]:
    return (Found(link.url, "attachment", link.title) for link in links)


def _list(item: Item, body: bytes, media_type: str, url: str) -> Reading:
    ask = Ask(item.url, item.form, item.headers, item.adapter)
    listing = read_listing(Page(url, body, media_type, item.number, ask), item.adapter)
    found: list[Found] = []
    for link in listing.links:
        if is_report_link(link.title, link.url, in_column=True):
            found.append(Found(link.url, "page", link.title, link.day or ""))
    if item.depth < DEEPEST:
        found += (Found(c.url, "list", c.title, own_root=True, deeper=True) for c in listing.columns)
        for inner in listing.inside:
            found.append(_further(inner, item.number, listing.adapter)._replace(deeper=True))
    if listing.following:
        first, *others = listing.following
        found.append(
            _further(first, item.number + 1, listing.adapter)._replace(
                needs_fresh=item.number > 1, alternatives=tuple(_packed(other) for other in others)
            )
        )
    made = _collected(found)
    return made._replace(
        entries=tuple(dict.fromkeys(link.url for link in listing.links)),
        state=listing.state, adapter=listing.adapter, evidence=listing.evidence,
        declared=listing.declared, declared_pages=listing.declared_pages,
    )  # fmt: skip


def _further(ask: Ask, number: int, adapter: str) -> Found:
    name = ask.adapter if ask.adapter != "auto" else adapter
    return Found(ask.url, "list", form=ask.form, headers=ask.headers, adapter=name, number=number)


def alternative(item: Item) -> Found | None:
    """The next way to ask for this page of a list, where this one brought nothing new."""
    if not item.alternatives:
        return None
    first, *others = item.alternatives
    told = json.loads(first)
    ask = Ask(told["url"], _pairs(told["form"]), _pairs(told["headers"]) or (), told["adapter"])
    try:
        return _further(ask, item.number, item.adapter)._replace(url=clean(ask.url), alternatives=tuple(others))
    except Refused:
        return None


def _packed(ask: Ask) -> str:
    return json.dumps(ask._asdict(), ensure_ascii=False)


def _pairs(raw: list[list[str]] | None) -> tuple[tuple[str, str], ...] | None:
    return None if raw is None else tuple((name, value) for name, value in raw)


def _collected(found: Iterable[Found]) -> Reading:
    kept: list[Found] = []
    refused: list[tuple[str, str]] = []
    for each in found:
        if len(kept) >= MOST_FOUND:
            refused.append((each.url, f"more than {MOST_FOUND} addresses on one page"))
            break
        try:
            kept.append(each._replace(url=clean(each.url)))
        except Refused as error:
            refused.append((each.url[:500], str(error)))
    return Reading(tuple(kept), refused=tuple(refused))


def _no_companions(page_url: str, body: bytes) -> tuple[Link, ...]:
    return ()


companions: Callable[[str, bytes], tuple[Link, ...]] = _no_companions
