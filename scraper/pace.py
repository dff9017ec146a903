"""When the next request may go: one queue for each server, gaps, the night window, the budget of a host.
Who is asked for what is left to `crawl.py`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from gongkai.scraper.clock import SHANGHAI, Clock
from gongkai.scraper.settings import MIN_INTERVAL_S, Settings
from gongkai.scraper.wire import whole

RESPONSE_FACTOR = 5.0
"""A server that takes long has enough to do: after an answer that took t we leave it alone for 5 t (Heritrix'
delayFactor), so that we never use more than a sixth of one of its workers."""
LONGEST_FACTOR_WAIT_S = 120.0
LONGEST_WIDENED_S = 60.0
LONGEST_RETRY_AFTER_S = 3_600.0
"""A host that wants to be left alone for longer is left alone until the next night."""


class WindowClosed(Exception):
    """The night is over: nobody is asked any more."""


@dataclass
class Lane:
    """The queue in front of one server."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_at: float = 0.0  # on the stopwatch
    ended: float | None = None  # the last answer
    interval: float = 0.0  # longest gap asked for by anybody behind this address
    public: bool = True


@dataclass
class Pace:
    """All queues of a night."""

    settings: Settings
    clock: Clock
    lanes: dict[str, Lane] = field(default_factory=dict)

    def lane(self, key: str, public: bool = True) -> Lane:
        return self.lanes.setdefault(key, Lane(public=public))

    def slow_down(self, key: str, interval: float) -> None:
        """A site behind this address asked for a longer gap (Crawl-delay). Nothing makes a gap shorter."""
        lane = self.lanes[key]
        lane.interval = max(lane.interval, interval)
        if lane.ended is not None:  # the gap after robots.txt itself is one as well
            lane.next_at = max(lane.next_at, lane.ended + lane.interval)

    def widen(self, key: str) -> None:
        """A server has too much to do: twice as long between two requests for the rest of the night."""
        lane = self.lanes[key]
        self.slow_down(key, min(2 * self.gap(lane), max(LONGEST_WIDENED_S, lane.interval)))

    def rest(self, key: str, seconds: float) -> None:
        """Leave this server alone for so long from now."""
        self.lanes[key].next_at = max(self.lanes[key].next_at, self.clock.monotonic() + seconds)

    def gap(self, lane: Lane) -> float:
        floor = MIN_INTERVAL_S if lane.public else 0.0
        return max(self.settings.min_interval_s, lane.interval, floor)

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Waits until this server may be asked, and holds its queue meanwhile. Raises WindowClosed.

        The gap counts from the end of an answer: between the starts of two requests, as the server sees them, it
        can then only be longer.
        """
        lane = self.lanes[key]
        async with lane.lock:
            while (wait := lane.next_at - self.clock.monotonic()) > 0:
                await self.clock.sleep(wait)
            if not in_window(self.clock.now(), self.settings.window):
                raise WindowClosed
            started = self.clock.monotonic()
            try:
                yield
            finally:
                lane.ended = ended = self.clock.monotonic()
                slow = min(RESPONSE_FACTOR * (ended - started), LONGEST_FACTOR_WAIT_S)
                lane.next_at = ended + max(self.gap(lane), slow)


def in_window(now: datetime, window: tuple[time, time] | None) -> bool:
    """Whether this is the time to crawl. A window may span midnight; its end is outside."""
    if window is None:
        return True
    start, end = window
    at = now.astimezone(SHANGHAI).time()
    return start <= at < end if start < end else at >= start or at < end


def until_window(now: datetime, window: tuple[time, time] | None) -> float:
    """Seconds until the window opens; 0 inside it."""
    if window is None or in_window(now, window):
        return 0.0
    local = now.astimezone(SHANGHAI)
    opens = datetime.combine(local.date(), window[0], SHANGHAI)
    return ((opens if opens > local else opens + timedelta(days=1)) - local).total_seconds()


def night_of(now: datetime, window: tuple[time, time] | None) -> date:
    """The night a moment belongs to: the day on which its window opened, in China."""
    local = now.astimezone(SHANGHAI)
    if window and window[0] > window[1] and local.time() < window[1]:
        return local.date() - timedelta(days=1)
    return local.date()


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` asks for: a number, or a date. None where it says neither."""
    digits = value.strip()[:9]
    if value.strip().isdigit() and (seconds := whole(digits)) is not None:
        return float(seconds)
    try:
        when = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError):
        return None
    if when.tzinfo is None:
        return None
    return max(0.0, (when - now).total_seconds())
