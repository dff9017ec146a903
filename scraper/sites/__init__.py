"""Families of content systems: from the bytes of a list page to its links and to what must be asked next.

Pure functions; asking is left to the crawl core. A family is recognised by what stands on the page, never by its host.
"""

from __future__ import annotations

from gongkai.scraper.sites.listing import Ask, Link, Listing, Page

__all__ = ["Ask", "Link", "Listing", "Page", "read_listing"]


def read_listing(page: Page, adapter: str = "auto") -> Listing:
    """Read one page of a list. Any bytes give a `Listing`; nothing is raised."""
    return Listing("unknown", adapter, "no adapter yet")
