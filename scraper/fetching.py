"""One address: whether it may be asked, its turn, and the exchanges that follow; robots.txt comes first.
Which address is next, and what an answer means, is left to `frontier.py` and `settle.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongkai.scraper.addresses import Book, Refused, Unresolved, host_of, lane, origin_of
from gongkai.scraper.canary import address, is_suspicious
from gongkai.scraper.client import Client, Exchange, Request
from gongkai.scraper.clock import Clock
from gongkai.scraper.committing import Committer, Done
from gongkai.scraper.pace import Pace
from gongkai.scraper.robots import FRESH_S, Robots, read
from gongkai.scraper.settings import Settings
from gongkai.scraper.settle import Conclusion, Item, settle

SELF_REDIRECTS = 3
"""A site may set a plain cookie and send us to the same address again; more than this is a loop."""
ROBOTS_REDIRECTS = 5


@dataclass
class Fetcher:
    """Asks for the lanes of a night."""

    run: str
    settings: Settings
    clock: Clock
    book: Book
    client: Client
    pace: Pace
    committer: Committer
    started: float = 0.0  # of the night, not of the process
    spent: dict[str, int] = field(default_factory=dict)  # requests of each host tonight
    known_robots: dict[str, tuple[float, int, bytes]] = field(default_factory=dict)
    robots: dict[str, Robots] = field(default_factory=dict)
    canaries: set[str] = field(default_factory=set)  # origins that were asked for a page that cannot be there

    async def ask(self, key: str, item: Item) -> Done:
        if self.settings.budget_per_host <= self.spent.get(item.host, 0):
            why = f"budget of {self.settings.budget_per_host} requests is spent"
            return Done(item, conclusion=Conclusion("not_asked", why, park=why))
        try:
            robots = await self._robots_of(item.url)
            if robots.standing == "unreachable":
                why = f"host down ({robots.note})"
                return Done(item, conclusion=Conclusion("not_asked", why, park=why))
            if not robots.allows(item.url):
                return Done(item, conclusion=Conclusion("robots", robots.note or "disallowed by robots.txt"))
            made = tuple(await self._exchanges(key, item))
            await self._know_missing_pages(key, item, made[-1], robots)
            return Done(item, made)
        except Refused as error:
            return Done(item, conclusion=Conclusion("refused", str(error)))
        except Unresolved as error:
            return Done(item, conclusion=Conclusion("failed", f"dns: {error}"))

    async def _exchanges(self, key: str, item: Item) -> list[Exchange]:
        """Usually one; a few where the site sets a plain cookie and sends us to the same address again."""
        made: list[Exchange] = []
        most = self.settings.page_bytes if item.role == "list" else self.settings.file_bytes
        request = Request(item.url, item.form, (*item.headers, *_conditions(item)), most)
        for _ in range(SELF_REDIRECTS + 1):
            before = self.client.cookies(item.url)
            made.append(await self._turn(key, request))
            meant = settle(item, made[-1], self.settings, self.clock.now()) if 300 <= made[-1].head.status < 400 else None
            if meant is None or meant.target != item.url or self.client.cookies(item.url) == before:
                break
        return made

    async def _know_missing_pages(self, key: str, item: Item, exchange: Exchange, robots: Robots) -> None:
        """Where something that is no report stands in a report's place: asks what the host answers for a page that cannot
        be there and, if that is an honest no, for its home page; once a night. Both are committed first, so that the page
        is judged by them."""
        origin = origin_of(item.url)
        if origin in self.canaries or item.earlier is None or item.role == "list" or exchange.failure or exchange.head.status != 200:
            return
        if exchange.payload_sha1 == item.earlier.payload_sha1:
            return  # the usual case, and quickly told
        meant = settle(item, exchange, self.settings, self.clock.now())
        if meant.outcome != "changed" or meant.body is None or not is_suspicious(item, meant.body):
            return
        self.canaries.add(origin)
        for url in (address(origin), f"{origin}/"):
            if not robots.allows(url) or self.settings.budget_per_host <= self.spent.get(item.host, 0):
                continue
            asked = await self._turn(key, Request(url, most=self.settings.page_bytes))
            ready = await self.committer.commit("", Done(Item(self.run, 0, url, "canary", origin, item.host), (asked,)))
            asked.release()
            if ready.conclusion and (ready.conclusion.body is not None or ready.conclusion.park):
                return

    async def _turn(self, key: str, request: Request) -> Exchange:
        async with self.pace.turn(key):
            exchange = await self.client.exchange(request)
        if exchange.request:
            host = host_of(request.url)
            self.spent[host] = self.spent.get(host, 0) + 1
        return exchange

    # robots.txt

    async def _robots_of(self, url: str) -> Robots:
        origin = origin_of(url)
        if origin not in self.robots:
            at, status, body = self.known_robots.get(origin, (0.0, 0, b""))
            if at >= self.started:  # asked in this night already, before an interruption
                self.robots[origin] = read(status, body, self.settings.user_agent)
            else:
                self.robots[origin] = await self._fetch_robots(origin)
            addresses = await self.book.addresses(url)
            self.pace.slow_down(lane(addresses, url), self.robots[origin].delay_s)
        return self.robots[origin]

    async def _fetch_robots(self, origin: str) -> Robots:
        """Asks for it, through redirects and a few failures; each exchange is archived before the next is made."""
        url, redirects, tries = f"{origin}/robots.txt", 0, 0
        while True:
            addresses = await self.book.addresses(url)
            key = lane(addresses, url)
            self.pace.lane(key, public=not self.book.is_own(addresses))
            item = Item(self.run, 0, url, "robots", origin, host_of(origin), tries=tries)
            exchange = await self._turn(key, Request(url, most=self.settings.page_bytes))
            conclusion = (await self.committer.commit("", Done(item, (exchange,)))).conclusion
            exchange.release()
            assert conclusion
            if conclusion.outcome == "retry":
                tries += 1
                self.pace.rest(key, conclusion.retry_s or 0.0)
            elif conclusion.outcome == "redirected" and redirects < ROBOTS_REDIRECTS:
                url, redirects, tries = conclusion.target, redirects + 1, 0
            else:
                return self._rules(origin, conclusion)

    def _rules(self, origin: str, conclusion: Conclusion) -> Robots:
        """What an answer says; where none came, what was said less than a day ago (RFC 9309)."""
        rules = rules_in(conclusion, self.settings.user_agent)
        if conclusion.outcome not in ("redirected", "challenge") and rules.standing == "unreachable" and origin in self.known_robots:
            at, status, body = self.known_robots[origin]
            if 0 <= self.clock.now().timestamp() - at < FRESH_S:
                return read(status, body, self.settings.user_agent)
        return rules


def rules_in(conclusion: Conclusion, user_agent: str) -> Robots:
    """What the last answer for a robots.txt says; a redirect here is one too many."""
    if conclusion.outcome == "redirected":
        return Robots("unreachable", f"robots.txt: more than {ROBOTS_REDIRECTS} redirects")
    if conclusion.outcome == "challenge":
        return Robots("refused", f"robots.txt: challenge ({conclusion.detail})")
    if conclusion.outcome in ("failed", "refused", "too_large") and conclusion.status < 400:
        return Robots("unreachable", f"robots.txt: {conclusion.detail}")  # an answer that broke off is none
    return read(conclusion.status, conclusion.body or b"", user_agent)


def _conditions(item: Item) -> tuple[tuple[str, str], ...]:
    both = (("If-None-Match", item.etag), ("If-Modified-Since", item.last_modified))
    return tuple((name, value) for name, value in both if value)

