"""The lists that are being read tonight: each waits for one answer, and asks for the next page when it has come.
How a list is walked is left to `sites/walking.py`; this feeds it, also after a crash: the answers lie in the archive."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol

from gongkai.scraper.addresses import Refused, clean
from gongkai.scraper.reading import Found, Reading, entries
from gongkai.scraper.settle import Conclusion, Item
from gongkai.scraper.sites import Ask, Page
from gongkai.scraper.sites.walking import Walked, walk

DEEPEST = 4
"""Columns within columns: a hub of a province, its cities, their counties, their townships."""
MOST_REDIRECTS = 5


class Memory(Protocol):
    """What a walk needs of the frontier."""

    def add(self, via: Item, found: Found, now: float) -> None: ...
    def visited(self, run: str, key: str) -> tuple[int, str, str, str, str] | None:
        """url_id, state, outcome, detail, record of a request's visit tonight."""

    def walked(self, item: Item, walked: Walked, reports: int) -> None: ...
    def refuse(self, item: Item, url: str, why: str) -> None: ...


@dataclass
class _Walk:
    item: Item  # its first page
    steps: Generator[Ask, Page | None, Walked]
    ask: Ask
    key: str = ""  # what it waits for: its ask, or where that was redirected to
    asked: int = 0  # pages before this one


@dataclass
class Walks:
    """All lists of a night. In the committer's thread, inside its transactions."""

    run: str
    memory: Memory
    key_of: Callable[..., str]
    load: Callable[[str], tuple[str, bytes, str] | None]  # record → address, body, media type
    most_pages: int = 200  # of one list
    walks: dict[int, _Walk] = field(default_factory=dict)
    waiting: dict[str, set[int]] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)  # also those that have ended: columns may name each other

    def start(self, item: Item, now: float) -> None:
        """Begins a list, or goes on with it: what was answered already tonight is read again."""
        if item.root in self.begun:
            return
        self.begun.add(item.root)
        steps = walk(item.url, item.adapter)
        made = _Walk(item, steps, next(steps))
        self.walks[item.root] = made
        self._advance(made, now, {})

    def answered(self, item: Item, conclusion: Conclusion, now: float) -> None:
        """A page came that may be one of a list, or it will not come tonight."""
        key = self.key_of(item.url, item.form)
        if key not in self.waiting:
            return
        fresh = {}
        if conclusion.body is not None and conclusion.outcome in ("new", "changed", "same"):
            fresh[key] = Page(item.url, conclusion.body, conclusion.media_type)
        for root in sorted(self.waiting.pop(key, ())):
            if root in self.walks:
                self._advance(self.walks[root], now, fresh)

    def give_up(self, now: float) -> None:
        """The night ends: what is still waited for will not come."""
        for made in list(self.walks.values()):
            while made.item.root in self.walks:
                self._send(made, None, now)
        self.waiting.clear()

    def _advance(self, made: _Walk, now: float, fresh: dict[str, Page]) -> None:
        while made.item.root in self.walks:
            answer = self._answer(made, now, fresh)
            if answer == "wait":
                return
            self._send(made, answer if isinstance(answer, Page) else None, now)

    def _answer(self, made: _Walk, now: float, fresh: dict[str, Page]) -> Page | str | None:
        """The answer to what a walk asks: at hand, in the archive, none tonight (None), or still to come."""
        ask, item = made.ask, made.item
        if made.asked >= self.most_pages:
            self.memory.refuse(item, ask.url, f"more than {self.most_pages} pages of one list")
            return None
        try:
            url = clean(ask.url)
        except Refused as error:
            self.memory.refuse(item, ask.url[:500], str(error))
            return None
        key = self.key_of(url, ask.form)
        for _ in range(MOST_REDIRECTS + 1):
            if key in fresh:
                return fresh[key]
            row = self.memory.visited(self.run, key)
            if row is None or row[1] == "waiting":
                self.memory.add(item, Found(url, "list", form=ask.form, headers=ask.headers, adapter=ask.adapter), now)
                row = self.memory.visited(self.run, key)
            if row is None or row[1] != "done":
                made.key = key
                self.waiting.setdefault(key, set()).add(item.root)
                return "wait"
            _, _, outcome, detail, record = row
            if outcome == "redirected":
                url, key = detail, detail
                ask = Ask(url)
                continue
            return self._stored(record) if outcome in ("new", "changed", "same") else None
        self.memory.refuse(item, made.ask.url, f"more than {MOST_REDIRECTS} redirects")
        return None

    def _stored(self, record: str) -> Page | None:
        found = self.load(record)
        return Page(*found) if found else None

    def _send(self, made: _Walk, page: Page | None, now: float) -> None:
        made.asked += 1
        try:
            made.ask = made.steps.send(page)
        except StopIteration as stop:
            self._ended(made, stop.value, now)
        except Exception as error:  # a page that no adapter was ready for costs its own list, not the night
            self._ended(made, _broken(error), now)

    def _ended(self, made: _Walk, walked: Walked, now: float) -> None:
        item = made.item
        del self.walks[item.root]
        reading: Reading = entries(walked)
        reports = 0
        for found in reading.found:
            if found.role == "page":
                reports += 1
            elif item.depth >= DEEPEST:
                self.memory.refuse(item, found.url, f"more than {DEEPEST} columns deep")
                continue
            self.memory.add(item, found, now)
        for url, why in reading.refused:
            self.memory.refuse(item, url, why)
        self.memory.walked(item, walked, reports)


def _broken(error: Exception) -> Walked:
    said: Any = f"list_error: {type(error).__name__} while reading: {error}"[:300]
    return Walked("error", "", "", (), (), 0, None, None, (said,))
