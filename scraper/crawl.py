"""One night: every address that is due is asked in its turn, what comes is made safe, and each has one outcome at the end.
Meaning, manners, bytes and memory are left to `settle.py`, `pace.py`, `archive.py`, `frontier.py`."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gongkai.scraper import manifest, nights
from gongkai.scraper.addresses import Book, Refused, Resolver, Unresolved, host_of, lane, system_resolver
from gongkai.scraper.archive import Archive, Capture
from gongkai.scraper.client import Client
from gongkai.scraper.clock import Clock, SystemClock, moment, stamp
from gongkai.scraper.committing import Committer, NoSpace, Ready
from gongkai.scraper.fetching import Fetcher
from gongkai.scraper.frontier import FRONT_PAGE, Frontier, key_of
from gongkai.scraper.home import ARCHIVE, FRONTIER, groups, locked, open_files
from gongkai.scraper.importing import tidy_up_imports
from gongkai.scraper.pace import Pace, WindowClosed, night_of
from gongkai.scraper.records import Record
from gongkai.scraper.settings import Settings
from gongkai.scraper.settle import Conclusion, Item, Role
from gongkai.scraper.stored import body_of, exchange_of, record_at
from gongkai.scraper.walks import Walks

FAILURES_IN_A_ROW = 3
"""So many addresses of a host failed one after the other, each in all its tries: the host is down, the rest waits."""
STARTS_PER_S, AT_ONCE = 50.0, 50
"""Hosts that are begun in a second, and how many of them together: 10,000 take three minutes of a night."""
FAILURES = ("failed", "challenge", "forbidden", "refused", "robots", "too_large", "missing", "not_asked")
MOST_FAILURES = 1_000
"""Addresses of each of these outcomes that a summary names; how many there are in all its `outcomes` say."""
OVERWORKED = (429, 503)
"""A server that says so is asked half as often from then on, each time it says it."""
LOOK_AGAIN_S = 5.0
"""A lane that waits for a second try looks so often whether something else is due."""

Ended = str
"""Why a night ended: `done`, `window`, `time`, `stopped`, `no space: …`; `again` for one that had ended before."""


@dataclass(frozen=True)
class World:
    """What a crawl gets from outside; tests bring their own."""

    clock: Clock = field(default_factory=SystemClock)
    resolver: Resolver = system_resolver


@dataclass(frozen=True)
class Summary:
    """What became of a night."""

    run: str
    ended: Ended
    outcomes: dict[str, int]
    requests: int
    captures: int
    failures: list[dict[str, Any]]


def night_name(settings: Settings, clock: Clock) -> str:
    return night_of(clock.now(), settings.window).strftime("%Y%m%d")


async def crawl(
    settings: Settings, home: Path, software: str, *, night: str = "", world: World | None = None,
    stop: asyncio.Event | None = None, say: Callable[[str], None] = lambda text: None, again: Sequence[str] = (),
) -> Summary:  # fmt: skip
    """Crawls for one night, or goes on with one that was interrupted; a night that has ended is not begun again.
    `again`: addresses whose archived answer is lost; they are asked for without conditions.

    Raises BadSettings, Backwards, Locked, NotAFrontier, Inconsistent, OSError where it cannot start.
    """
    nights.check(settings)
    world = world or World()
    night = night or night_name(settings, world.clock)
    with locked(home):
        frontier = Frontier(home / FRONTIER)
        try:
            nights.check_order(frontier, night)
            with frontier.transaction():
                nights.ask_again(frontier, again)
            made = Night(settings, home, software, night, world, frontier, stop or asyncio.Event(), say)
            try:
                return await made.run()
            finally:
                made.archive.leave()
        finally:
            frontier.close()


class Night:
    """The night that is under way."""

    def __init__(
        self, settings: Settings, home: Path, software: str, name: str, world: World, frontier: Frontier,
        stop: asyncio.Event, say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.settings, self.name, self.clock, self.say = settings, name, world.clock, say
        self.frontier, self.stop, self.folder = frontier, stop, home / ARCHIVE
        frontier.retry_wait_s = settings.retry_wait_s
        self.archive = self._archive(name, software)
        walks = Walks(name, frontier, key_of, self._stored, settings.list_pages)
        self.committer = Committer(self.archive, frontier, settings, self.clock, name, walks, self._changed)
        self.book = Book(settings, world.resolver)
        self.client = Client(settings, self.book, self.clock)
        self.pace = Pace(settings, self.clock)
        self.tasks: set[asyncio.Task[None]] = set()
        self.finished: asyncio.Queue[asyncio.Task[Any]] = asyncio.Queue()  # one at a time: `asyncio.wait` looks at all of them
        self.lanes: set[str] = set()  # with somebody at work
        self.awaited: set[str] = set()  # lanes that got something to do meanwhile
        self.placing: set[str] = set()
        self.fetcher = Fetcher(name, settings, self.clock, self.book, self.client, self.pace, self.committer)
        self.next_start = 0.0
        self.in_a_row: Counter[str] = Counter()
        self.ended: Ended = "done"
        self.software = software

    def _archive(self, name: str, software: str) -> Archive:
        s = self.settings
        info = {
            "date": stamp(self.clock.now()), "software": software, "robots": "obey", "http-header-user-agent": s.user_agent,
            "min-interval": f"{s.min_interval_s:g}", "budget-per-host": str(s.budget_per_host),
            "window": "-".join(t.strftime("%H:%M") for t in s.window) if s.window else "",
        }  # fmt: skip
        return Archive(self.folder, name, info)

    def _stored(self, record: str) -> tuple[str, bytes, str] | None:
        place = self.frontier.where(record)
        if place is None:
            return None
        return body_of(record_at(self.folder, *place), self.folder, self.frontier.where, self.settings.page_bytes)

    # from the first to the last minute

    async def run(self) -> Summary:
        self._tidy_up()
        state = self.frontier.state(self.name)
        if state == "closed":
            return self._summary("again")
        if not state:
            with self.frontier.transaction():
                now = self.clock.now()
                nights.begin(self.frontier, self.name, self.settings, stamp(now), now.timestamp())
        else:
            with self.frontier.transaction():
                nights.resume(self.frontier, self.name, self.settings, self.clock.now().timestamp())
        self.fetcher.spent = self.frontier.spent(self.name)
        self.fetcher.known_robots = self.frontier.robots()
        self.fetcher.started = moment(self.frontier.one("SELECT started FROM run WHERE run=?", self.name)).timestamp()
        with self.frontier.transaction():
            at = self.clock.now().timestamp()
            self.committer.walks.begun = self.frontier.finished(self.name)
            for url_id in self.frontier.roots(self.name):
                self.committer.walks.start(self.frontier.item(self.name, url_id, at), at)
            self.committer.start_columns(at)
        self.committer.homeless = self.frontier.hosts_without_lane(self.name)
        await self._work()
        if self.ended == "done" and (left := nights.left(self.frontier, self.name)):
            raise RuntimeError(f"{left} addresses were forgotten; the night stays open")
        if self.ended in ("done", "window", "time"):
            self._close(self.name)
        return self._summary(self.ended)

    async def _work(self) -> None:
        server = asyncio.create_task(self.committer.serve())
        stopping = asyncio.create_task(self.stop.wait())
        timer = asyncio.create_task(self._until_the_end())
        for task in (stopping, timer):
            task.add_done_callback(self.finished.put_nowait)
        self._changed()
        try:
            while self.tasks and self.ended == "done":
                done = await self.finished.get()
                if done is stopping:
                    self.ended = "stopped"
                elif done is timer:
                    self.ended = "time"
                else:
                    self.tasks.discard(done)
                    done.result()
        except WindowClosed:
            self.ended = "window"
        except NoSpace as error:
            self.ended = f"no space: {error}"
        finally:
            await self._stop_all({*self.tasks, stopping, timer})
            await self.committer.drain()
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)
            await self.client.close()
            self.committer.shut()

    async def _stop_all(self, tasks: set[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_the_end(self) -> None:
        await self.clock.sleep(self.settings.most_hours * 3_600)

    def _close(self, run: str) -> None:
        """Outcomes for all, final names for files, index and manifest. Each step can be done twice."""
        why = {"window": "the night window closed", "time": f"more than {self.settings.most_hours:g} h"}
        if self.frontier.state(run) == "open":
            with self.frontier.transaction():
                self.committer.walks.give_up(self.clock.now().timestamp())
                self.frontier.end(run, why.get(self.ended, "the crawl was interrupted"), stamp(self.clock.now()))
        self.archive.close()
        manifest.close_night(self.folder, run, self.archive.noted)
        with self.frontier.transaction():
            self.frontier.closed(run)

    # after a crash

    def _tidy_up(self) -> None:
        """What other processes left: records without a row, files without a final name, nights without an end."""
        tidy_up_imports(self.frontier, self.folder)
        for file in open_files(self.folder):
            self._adopt(file)
        for row in self.frontier.rows("SELECT run FROM run WHERE state != 'closed' AND run != ? ORDER BY run", self.name):
            self.say(f"night {row['run']} had not ended; it is closed now")
            self._close_other(row["run"])
        if self.frontier.state(self.name) == "ended":
            self._close(self.name)

    def _adopt(self, file: str) -> None:
        size = self.frontier.one("SELECT bytes FROM warc WHERE file=?", file) or 0
        found, good = groups(self.folder, file, size)
        run = file.rsplit("/gongkai-", 1)[1].split("-")[0]
        walks = Walks(run, self.frontier, key_of, self._stored, self.settings.list_pages)
        committer = replace(self.committer, run=run, walks=walks)
        with self.frontier.transaction():
            for group in found:
                self._adopt_group(committer, file, group)
            if good:
                self.frontier.warc_size(run, file, good)
        if found:
            self.say(f"{len(found)} exchanges of an interrupted crawl were in the archive and not in the frontier: adopted")
        path = self.folder / f"{file}.open"
        if not good:
            path.unlink()
        elif run == self.name and self.frontier.state(run) == "open":
            self.archive.resume(file, good)
            self.committer.committed = good
        else:
            other = Archive(self.folder, run, {})
            other.resume(file, good)
            other.close()

    def _adopt_group(self, committer: Committer, file: str, group: tuple[Record, ...]) -> None:
        told = group[-1].fields()
        now = self.clock.now().timestamp()
        if told.get("role") in ("robots", "canary"):
            role: Role = "robots" if told["role"] == "robots" else "canary"
            item = Item(committer.run, 0, group[-1].uri, role, told.get("site", ""), host_of(group[-1].uri))
        else:
            item = self.frontier.item(committer.run, int(told["visit"]), now)
        exchange = exchange_of(group, self.folder, self.frontier.where)
        answer = next((r for r in group if r.type in ("response", "revisit")), None)
        capture = None
        if answer is not None:
            payload = told.get("payload-digest", "").removeprefix("sha1:")
            capture = Capture(answer.id, file, answer.offset, answer.length, payload, answer.type == "revisit")
        committer.adopt(item, exchange, capture, is_last=told.get("interim") != "yes")

    def _close_other(self, run: str) -> None:
        if self.frontier.state(run) == "open":
            with self.frontier.transaction():
                self.frontier.end(run, "the crawl was interrupted", stamp(self.clock.now()))
        manifest.close_night(self.folder, run)
        with self.frontier.transaction():
            self.frontier.closed(run)

    # lanes

    def _changed(self) -> None:
        """Somebody's work made work for others."""
        for host, url in self.committer.homeless:
            if host not in self.placing:
                self.placing.add(host)
                self._spawn(self._place(host, url))
        self.committer.homeless = []
        touched, self.frontier.touched = self.frontier.touched, set()
        self._wake(touched)

    def _wake(self, lanes: set[str]) -> None:
        for key in lanes:
            self.awaited.add(key)
            if key not in self.lanes:
                self.lanes.add(key)
                self._spawn(self._lane(key))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.finished.put_nowait)

    async def _place(self, host: str, url: str) -> None:
        """Finds out which server a host is, and puts its addresses into that server's queue."""
        await self._stagger()
        try:
            addresses = await self.book.addresses(url)
        except Refused as error:
            await self._all_of(host, "refused", str(error))
        except Unresolved as error:
            await self._all_of(host, "failed", f"dns: {error}")
        else:
            key = lane(addresses, url)
            self.pace.lane(key, public=not self.book.is_own(addresses))
            await self.committer.call(lambda: self._assign(host, key))
            self._wake({key})

    async def _stagger(self) -> None:
        """Hosts begin one after the other: a thousand names at once would be a burst for us and for the name server."""
        now = self.clock.monotonic()
        self.next_start = max(self.next_start, now - AT_ONCE / STARTS_PER_S) + 1 / STARTS_PER_S
        if self.next_start > now:
            await self.clock.sleep(self.next_start - now)

    def _assign(self, host: str, key: str) -> None:
        with self.frontier.transaction():
            self.frontier.assign(self.name, host, key)

    async def _all_of(self, host: str, outcome: str, why: str) -> None:
        def work() -> None:
            with self.frontier.transaction():
                self.frontier.settle_host(self.name, host, outcome, why, stamp(self.clock.now()))

        await self.committer.call(work)

    async def _lane(self, key: str) -> None:
        """Asks one server for one address after the other until nothing is due."""
        ready = Ready(None, 0.0)
        while True:
            self.awaited.discard(key)
            if isinstance(ready.following, float):
                await self.clock.sleep(min(ready.following, LOOK_AGAIN_S))
                ready = await self.committer.commit(key, None)
            elif ready.following is None:
                if key not in self.awaited:
                    self.lanes.discard(key)
                    return
                ready = await self.committer.commit(key, None)
            else:
                ready = await self._one(key, ready.following)

    async def _one(self, key: str, item: Item) -> Ready:
        done = await self.fetcher.ask(key, item)
        try:
            ready = await self.committer.commit(key, done)
        finally:
            for exchange in done.exchanges:
                exchange.release()
        conclusion = ready.conclusion
        if conclusion and conclusion.rest_s:
            self.pace.rest(key, conclusion.rest_s)
        if conclusion and (conclusion.status in OVERWORKED or conclusion.detail == FRONT_PAGE):
            self.pace.widen(key)
        if conclusion and done.exchanges:
            await self._count_failures(item, conclusion)
        if isinstance(ready.following, Item) and ready.following.host in self.frontier.parked:
            return await self.committer.commit(key, None)
        return ready

    async def _count_failures(self, item: Item, conclusion: Conclusion) -> None:
        if conclusion.outcome != "retry":
            failed = conclusion.outcome == "failed" and not (300 <= conclusion.status < 500 and conclusion.status != 429)
            self.in_a_row[item.host] = self.in_a_row[item.host] + 1 if failed else 0
        if self.in_a_row[item.host] >= FAILURES_IN_A_ROW:
            self.in_a_row[item.host] = 0
            await self._all_of(item.host, "not_asked", f"host down: {FAILURES_IN_A_ROW} addresses in a row failed")

    # the report of the night

    def _summary(self, ended: Ended) -> Summary:
        rows = self.frontier.rows(
            """SELECT site, url, outcome, detail FROM (
              SELECT u.site, u.url, v.outcome, v.detail, row_number() OVER (PARTITION BY v.outcome ORDER BY u.site, u.url) AS number
              FROM visit v JOIN url u ON u.id=v.url_id WHERE v.run=? AND v.outcome IN (SELECT value FROM json_each(?)))
            WHERE number <= ? ORDER BY site, url""",
            self.name, json.dumps(FAILURES), MOST_FAILURES,
        )
        return Summary(
            self.name, ended, self.frontier.outcomes(self.name), sum(self.frontier.spent(self.name).values()),
            self.frontier.one("SELECT count(*) FROM capture WHERE run=?", self.name), [dict(row) for row in rows],
        )  # fmt: skip
