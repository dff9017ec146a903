"""Bytes first, then what they mean: many exchanges are made safe together, in one thread, in this order.
What is asked next is left to `crawl.py`; see `docs/crawling.md` for what a crash at each point does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from gongkai.scraper.archive import Archive, Capture
from gongkai.scraper.client import Exchange
from gongkai.scraper.clock import Clock, stamp
from gongkai.scraper.frontier import Frontier, Made
from gongkai.scraper.reading import Reading, files
from gongkai.scraper.settings import Settings
from gongkai.scraper.settle import Conclusion, Item, settle
from gongkai.scraper.walks import Walks

MOST_AT_ONCE = 256


class NoSpace(Exception):
    """The archive or the frontier cannot be written any more."""


class Done(NamedTuple):
    """What a lane hands in: exchanges with what was asked for, or a conclusion without any."""

    item: Item
    exchanges: tuple[Exchange, ...] = ()
    conclusion: Conclusion | None = None  # None: follows from the last exchange


class Ready(NamedTuple):
    """What a lane gets back."""

    conclusion: Conclusion | None
    following: Item | float | None


@dataclass
class Committer:
    """One writer for all lanes."""

    archive: Archive
    frontier: Frontier
    settings: Settings
    clock: Clock
    run: str
    walks: Walks
    on_change: Callable[[], None] = lambda: None
    homeless: list[tuple[str, str]] = field(default_factory=list)  # hosts whose server is not known yet, with an address
    committed: int = 0  # bytes of the open file that the frontier knows of
    _queue: asyncio.Queue[tuple[str, Done | None, asyncio.Future[Ready]]] = field(default_factory=asyncio.Queue)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "committer"))
    broken: BaseException | None = None
    _epoch: float = 0.0  # what the clock showed when the stopwatch stood at 0

    def __post_init__(self) -> None:
        self._epoch = self.clock.now().timestamp() - self.clock.monotonic()

    def _moment(self) -> float:
        """Now, for all that is waited for: a clock that is set in the middle of a night must not send anybody to sleep."""
        return self._epoch + self.clock.monotonic()

    async def call(self, work: Callable[[], Any]) -> Any:
        """Something short, in the committer's thread. Raises NoSpace."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise NoSpace(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from error

    async def commit(self, lane: str, done: Done | None) -> Ready:
        """Makes what was done safe, and leases the lane's next address. Raises NoSpace and what else went wrong."""
        if self.broken:
            raise self.broken
        future: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((lane, done, future))
        return await future

    async def serve(self) -> None:
        """Works until it is cancelled; a batch that was begun is ended first."""
        while True:
            batch = [await self._queue.get()]
            while not self._queue.empty() and len(batch) < MOST_AT_ONCE:
                batch.append(self._queue.get_nowait())
            await asyncio.shield(self._serve(batch))

    async def _serve(self, batch: list[tuple[str, Done | None, asyncio.Future[Ready]]]) -> None:
        try:
            if self.broken:
                raise self.broken
            answers = await self.call(lambda: self._batch([(lane, done) for lane, done, _ in batch]))
        except BaseException as error:  # whatever it is: nobody may wait for an answer that does not come
            self.broken = error
            for _, _, future in batch:
                if not future.done():
                    future.set_exception(self.broken)
            return
        for (_, _, future), ready in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(ready)
        self.on_change()

    async def drain(self) -> None:
        """Until nothing waits any more."""
        while not self._queue.empty() and not self.broken:
            await asyncio.sleep(0.005)
        await self.call(lambda: None)

    def shut(self) -> None:
        self._thread.shutdown()

    # in the thread

    def _batch(self, batch: Sequence[tuple[str, Done | None]]) -> list[Ready]:
        moment = self.clock.now()
        try:
            made = [self._archived(done, moment) if done else [] for _, done in batch]
            self.archive.sync()
        except OSError as error:
            self.archive.cut_back(self.committed)
            raise OSError(error.errno, error.strerror, error.filename or self.archive.file) from error
        now = self._moment()
        ready = []
        with self.frontier.transaction():
            for (lane, done), each in zip(batch, made, strict=True):
                stands = [self.record(one, now, is_last=one is each[-1]) for one in each]
                following = self.frontier.lease(self.run, lane, now) if lane else None
                ready.append(Ready(stands[-1] if stands else None, following))
                if done:
                    self._spend(done)
            if self.archive.file:
                self.frontier.warc_size(self.run, self.archive.file, self.archive.size)
        self.committed = self.archive.size
        self.homeless = self.frontier.hosts_without_lane(self.run) if self.frontier.homeless else []
        self.frontier.homeless = False
        if self.archive.is_full:
            self.archive.close()
            self.committed = 0
        return ready

    def _spend(self, done: Done) -> None:
        sent = sum(1 for exchange in done.exchanges if exchange.request)
        if sent:
            self.frontier.spend(self.run, done.item.host, sent)

    def _archived(self, done: Done, moment: datetime) -> list[Made]:
        if not done.exchanges:
            assert done.conclusion
            return [Made(done.item, done.conclusion, Reading(), stamp(moment))]
        last = done.exchanges[-1]
        return [self._one(done.item, exchange, moment, exchange is not last) for exchange in done.exchanges]

    def _one(self, item: Item, exchange: Exchange, moment: datetime, interim: bool) -> Made:
        made = understood(item, exchange, self.settings, moment)
        facts = {
            "run": self.run, "visit": str(item.url_id), "role": item.role, "site": item.site, "try": str(item.tries + 1),
            "outcome": made.conclusion.outcome, "outcome-detail": made.conclusion.detail,
            "payload-sha256": made.conclusion.payload_sha256, "interim": "yes" if interim else "",
        }  # fmt: skip
        return made._replace(capture=self.archive.append(exchange, facts, item.earlier))

    def record(self, made: Made, now: float, is_last: bool = True) -> Conclusion:
        """One exchange into the frontier, inside a transaction; the conclusion that stands. One that was followed by
        another try at once (a cookie was set) is kept, and decides nothing."""
        if made.item.role == "robots":
            self.frontier.keep_capture(made)
            whole = made.conclusion.body is not None or 400 <= made.conclusion.status < 500
            if whole and made.conclusion.outcome not in ("redirected", "retry"):
                self.frontier.keep_robots(made.item.site, now, made.conclusion.status, made.conclusion.body or b"")
        elif made.item.role == "canary":
            self.frontier.keep_canary(made)
        elif is_last:
            conclusion = self.frontier.settle(made, now)
            if conclusion.outcome != "retry":
                self.walks.answered(made.item, conclusion, now)
            self.start_columns(now)
            return conclusion
        else:
            self.frontier.keep_capture(made)
        return made.conclusion

    def start_columns(self, now: float) -> None:
        """Lists that were named are walked. One that names another is a loop of ours, not of the stack."""
        while self.frontier.columns:
            url_id = self.frontier.columns.pop()
            self.walks.start(self.frontier.item(self.run, url_id, now), now)

    def adopt(self, item: Item, exchange: Exchange, capture: Capture | None, is_last: bool) -> None:
        """An exchange that a process archived before it died, and did not live to record. Inside a transaction."""
        made = understood(item, exchange, self.settings, exchange.started)._replace(capture=capture)
        self.record(made, self.clock.now().timestamp(), is_last)
        if exchange.request:
            self.frontier.spend(self.run, item.host, 1)


def understood(item: Item, exchange: Exchange, settings: Settings, moment: datetime) -> Made:
    """What an exchange means and names. A defect of ours costs one address, not the night."""
    conclusion = settle(item, exchange, settings, moment)
    reading = Reading()
    if conclusion.body is not None and conclusion.outcome in ("new", "changed", "same"):
        try:
            reading = files(item, conclusion.body, conclusion.media_type)
        except Exception as error:
            reading = Reading(problem=f"{type(error).__name__} while reading: {error}"[:300])
    return Made(
        item, conclusion, reading, exchange.at, truncated=exchange.truncated or "", tls=exchange.tls
    )
