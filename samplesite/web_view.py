"""A sample site as facts, and the same site as it stands on one night: what the families turn into pages.
What happens from night to night is decided in `web_plan`; pages are printed by `web_pages` and the families."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from gongkai.samplesite.draft import Agency
from gongkai.samplesite.exchange import Answer, Request
from gongkai.samplesite.web_plan import Edition


@dataclass(frozen=True, slots=True)
class Site:
    """What stays the same about a site."""

    number: int
    key: str
    host: str  # a name nobody can own
    address: str  # its own loopback address
    family: str
    place: str
    region: str  # six digits that no division has
    agencies: tuple[Agency, ...]
    robots: str  # a name of web_robots.ROBOTS
    seed: str
    charset: str = "utf-8"
    restless: bool = False  # visit counter and time of making differ at every request
    twice: bool = False  # the latest report is listed under two addresses
    flapping: bool = False
    breakage: str = ""
    breaks: int = 0  # the night it breaks

    @property
    def site_id_code(self) -> str:
        return f"{self.region}{self.number % 10000:04d}"

    @property
    def name(self) -> str:
        return f"{self.place}人民政府" if len(self.agencies) > 1 else self.agencies[0].name


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list: a report, or something that is none."""

    path: str
    title: str
    day: date
    kind: Literal["report", "confuser", "forbidden"]  # forbidden: a report under a path that robots.txt closes
    edition: Edition | None = None
    agency: str = ""

    @property
    def year(self) -> int:
        return self.edition.year if self.edition else 0


@dataclass(frozen=True, slots=True)
class View:
    """One site on one night, as asked for by one request."""

    site: Site
    night: int
    today: date
    origin: str  # for absolute links
    entries: tuple[Entry, ...]  # newest first, as listed
    visit: int = 0  # how many requests the site had before this one
    options: frozenset[str] = field(default_factory=frozenset)  # faults that change how a list is made

    def only(self, agency: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.agency == agency)


Lists = Callable[[View, Request], Answer | None]


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of content management system: where it puts things and how it lists them."""

    name: str
    adapter: str  # what a crawler should call it
    column: str  # address of the annual-report column
    article: Callable[[date, int], str]  # day and serial → path
    lists: Lists  # answers for every address of the column, None for other addresses
    container: tuple[str, str] = ('<div class="article-content">', "</div>")
    head: str = ""  # what else stands in the head of its pages
    readable: bool = True  # False: the list is made by a script, a crawler must say so
    agencies: int = 1
    weight: int = 2
    fillers: tuple[int, int] = (6, 40)  # rows that are no report, fewest and most


def span(entries: tuple[Entry, ...], page: int, per_page: int, first: int = 1) -> tuple[Entry, ...]:
    """The entries of one page; pages are counted from `first`."""
    start = (page - first) * per_page
    return entries[start : start + per_page] if page >= first else ()


def pages(entries: tuple[Entry, ...], per_page: int) -> int:
    return max(1, -(-len(entries) // per_page))
