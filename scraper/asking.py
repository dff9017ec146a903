"""One page at a time, asked for by a person: robots.txt, pace, redirects and address rules are those of a night.
Nothing is archived or remembered; nights are left to `crawl.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongkai.scraper.addresses import Book, Refused, Unresolved, clean, host_of, lane, origin_of
from gongkai.scraper.client import Client, Exchange, Request
from gongkai.scraper.clock import Clock, SystemClock
from gongkai.scraper.fetching import ROBOTS_REDIRECTS, rules_in
from gongkai.scraper.pace import Pace
from gongkai.scraper.robots import Robots
from gongkai.scraper.settings import Settings
from gongkai.scraper.settle import Conclusion, Item, Role, settle
from gongkai.scraper.sites import Page

MOST_REDIRECTS = 5


class NotGiven(OSError):
    """The page was not to be had; the message says why."""


@dataclass
class Asker:
    """Asks for pages one after the other. One event loop, one task."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    _robots: dict[str, Robots] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._book = Book(self.settings)
        self._client = Client(self.settings, self._book, self.clock)
        self._pace = Pace(self.settings, self.clock)

    async def page(self, url: str) -> Page:
        """The page at an address, through a few redirects. Raises NotGiven."""
        try:
            at = clean(url)
            for _ in range(MOST_REDIRECTS + 1):
                robots = await self._robots_of(at)
                if not robots.allows(at):
                    raise NotGiven(robots.note or "disallowed by robots.txt")
                conclusion = await self._ask(at, "list")
                if conclusion.outcome != "redirected":
                    break
                at = conclusion.target
        except (Refused, Unresolved) as error:
            raise NotGiven(str(error)) from None
        if conclusion.body is None:
            raise NotGiven(f"{conclusion.outcome}: {conclusion.detail}".rstrip(": "))
        return Page(at, conclusion.body, conclusion.media_type)

    async def maps(self, url: str) -> tuple[str, ...]:
        """The site maps that a site's robots.txt names."""
        try:
            return (await self._robots_of(clean(url))).sitemaps
        except (Refused, Unresolved):
            return ()

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, url: str, role: Role) -> Conclusion:
        exchange = await self._exchange(url)
        item = Item("", 0, url, role, "", host_of(url), tries=self.settings.retries)
        return settle(item, exchange, self.settings, self.clock.now())

    async def _exchange(self, url: str) -> Exchange:
        addresses = await self._book.addresses(url)
        key = lane(addresses, url)
        self._pace.lane(key, public=not self._book.is_own(addresses))
        async with self._pace.turn(key):
            exchange = await self._client.exchange(Request(url, most=self.settings.page_bytes))
        exchange.release()
        return exchange

    async def _robots_of(self, url: str) -> Robots:
        origin = origin_of(url)
        if origin not in self._robots:
            at = f"{origin}/robots.txt"
            for _ in range(ROBOTS_REDIRECTS + 1):
                conclusion = await self._ask(at, "robots")
                if conclusion.outcome != "redirected":
                    break
                at = conclusion.target
            self._robots[origin] = rules_in(conclusion, self.settings.user_agent)
            self._pace.slow_down(lane(await self._book.addresses(url), url), self._robots[origin].delay_s)
        return self._robots[origin]
