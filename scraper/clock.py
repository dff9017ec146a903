"""The clock of a crawl: the hour, a stopwatch, and waiting; tests bring their own.
What is waited for is left to `pace.py`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

SHANGHAI = timezone(timedelta(hours=8), "CST")
"""China has one hour and no summer time since 1992, so no table of time zones is needed."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The hour, in UTC: for records. It may jump."""

    def monotonic(self) -> float:
        """Seconds on a stopwatch: for gaps. It never jumps."""

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The computer's own."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def stamp(moment: datetime) -> str:
    """A moment as WARC/1.1 writes it: 2026-11-22T18:15:30.123456Z."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat(timespec="microseconds")[:26] + "Z"


def moment(text: str) -> datetime:
    """The moment behind a stamp. Raises ValueError."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
