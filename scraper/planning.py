"""What a night would ask, of whom and when at the earliest: from the settings and the frontier, without a request.
Asking is left to `crawl.py`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from gongkai.scraper import nights
from gongkai.scraper.addresses import not_public, origin_of
from gongkai.scraper.clock import SHANGHAI, Clock, SystemClock
from gongkai.scraper.frontier import Frontier
from gongkai.scraper.home import FRONTIER
from gongkai.scraper.pace import until_window
from gongkai.scraper.robots import read
from gongkai.scraper.settings import Settings


class Planned(NamedTuple):
    """One address; `when` is the earliest hour in China, "" for one that is not asked."""

    site: str
    host: str
    url: str
    when: str
    why: str


def plan(settings: Settings, home: Path, clock: Clock | None = None) -> list[Planned]:
    """In the order in which each host would be asked. Hosts that share a server wait for each other as well, which only
    a look-up of their names would show. Raises BadSettings, NotAFrontier."""
    nights.check(settings)
    clock = clock or SystemClock()
    now = clock.now()
    frontier = _copy(home, settings, now.timestamp())
    try:
        robots = {origin: read(status, body, settings.user_agent) for origin, (_, status, body) in frontier.robots().items()}
        rows = frontier.rows(
            """SELECT u.site, u.url, v.host, v.state, v.outcome, v.detail FROM visit v JOIN url u ON u.id=v.url_id
            WHERE v.run='plan' ORDER BY v.host, v.state != 'due', v.rank, u.id"""
        )
    finally:
        frontier.close()
    opens = now + timedelta(seconds=until_window(now, settings.window))
    asked: dict[str, int] = {}
    planned = []
    for row in rows:
        rules = robots.get(origin_of(row["url"]))
        n = asked.setdefault(row["host"], 1)  # robots.txt comes first
        when, why = "", row["detail"] or ""
        if row["state"] == "waiting":
            why = "only if a list names it tonight"
        elif row["state"] != "due":
            why = why or row["outcome"]
        elif refused := not_public(row["url"], settings):
            why = refused
        elif rules and not rules.allows(row["url"]):
            why = rules.note or "disallowed by robots.txt as last seen"
        elif n >= settings.budget_per_host:
            why = f"budget of {settings.budget_per_host} requests"
        else:
            gap = max(settings.min_interval_s, rules.delay_s if rules else 0.0)
            when = (opens + timedelta(seconds=n * gap)).astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")
            asked[row["host"]] = n + 1
        planned.append(Planned(row["site"], row["host"], row["url"], when, why))
    return planned


def standing(home: Path, night: str) -> str:
    """What a night of that name has come to; "" if it has not begun. Raises NotAFrontier."""
    path = home / FRONTIER
    if not path.exists():
        return ""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
        row = source.execute("SELECT state FROM run WHERE run=?", (night,)).fetchone()
    if row is None:
        return ""
    return "has ended and is not begun again: this is the next one" if row[0] == "closed" else "is under way: what is left of it is asked"


def _copy(home: Path, settings: Settings, now: float) -> Frontier:
    """The frontier in memory, with a night planned in it; that on the disk is not touched."""
    frontier = Frontier(Path(":memory:"))
    path = home / FRONTIER
    if path.exists():
        source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            frontier.load(source)
        finally:
            source.close()
    with frontier.transaction():
        nights.begin(frontier, "plan", settings, "", now)
    return frontier

