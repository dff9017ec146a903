"""What the adapters take and give: a page of a list as it was fetched, and what stands on it.

Nothing here fetches, waits or remembers; `walking.py` says what to ask next, the crawl core asks.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from gongkai.scraper.markup import Link as Link

State = Literal["list", "empty", "shell", "js_list", "error", "unknown"]
"""`list`: links were read · `empty`: the page itself says that there is nothing (a proof of absence) · `shell`: the list
is elsewhere, see `inside` · `js_list`: only a script could fill this list (a finding, nothing to retry) · `error`: an
answer that is no list where one was asked for (an HTML error page with status 200, `results: null`) · `unknown`: no
links and no sign of why."""


class Ask(NamedTuple):
    """A request that a list needs: GET, or POST where there is a form."""

    url: str
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    adapter: str = "auto"  # how to read the answer


class Page(NamedTuple):
    """One answer: the bytes of a list page (content encoding undone, charset not)."""

    url: str  # after redirects
    body: bytes
    media_type: str = ""
    number: int = 1  # how many-th page of its list
    ask: Ask | None = None  # what was asked for it; None for the first page. POST answers need it to go on


class Listing(NamedTuple):
    """What one page of a list says."""

    state: State
    adapter: str  # the family that was recognised or asked for
    evidence: str  # what it was recognised by, in a few words
    links: tuple[Link, ...] = ()
    columns: tuple[Link, ...] = ()  # further columns: a channel for one year, the list of a subordinate body
    following: tuple[Ask, ...] = ()  # the next page. Several are alternatives: the first that brings new links is right
    inside: tuple[Ask, ...] = ()  # where the list of this page really is: frame, shell target, data call. All are asked
    declared: int | None = None  # entries of the whole list, as the page says
    declared_pages: int | None = None  # pages of the whole list, as the page says
    counted: bool = False  # the links are those that `declared` counts and no others: so it is with answers of data calls
    stuck: str = ""  # a way to more entries that only a script or a form follows
