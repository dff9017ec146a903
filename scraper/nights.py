"""How a night begins: a visit for every address that is known, in one transaction; how it goes on after an interruption.
What becomes of the visits is left to `frontier.py`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gongkai.scraper.addresses import Refused, clean, host_of
from gongkai.scraper.frontier import DAY_S, Frontier
from gongkai.scraper.settings import BadSettings, Settings, Site

YOUNG_DAYS, OLD_EVERY_DAYS = 365, 30
"""Reports are corrected within a year; each is asked for every night so long, and monthly afterwards."""
MOST_LEASES = 10
"""An address during whose request the process died this often is not asked again in that night."""


def check(settings: Settings) -> None:
    """Raises BadSettings for a site whose address cannot be asked, or that is another site's."""
    seen: dict[str, str] = {}
    for site in settings.sites:
        try:
            url = clean(site.url)
        except Refused as error:
            raise BadSettings(f"[[site]] {site.id}: url {site.url!r}: {error}") from None
        if url in seen:
            raise BadSettings(f"[[site]] {site.id}: url is that of {seen[url]}, written another way")
        seen[url] = site.id


class Backwards(Exception):
    """A night that would be begun after a later one."""


def check_order(frontier: Frontier, run: str) -> None:
    """Raises Backwards for a new night that lies before one that was: what is new and what is known would change places."""
    last = frontier.one("SELECT max(run) FROM run WHERE run NOT GLOB '*[^0-9]*'")
    if last and run < last and not frontier.state(run):
        raise Backwards(f"night {run} lies before {last}, which was crawled already: is the clock right?")


def begin(frontier: Frontier, run: str, settings: Settings, at: str, now: float) -> None:
    """Plans a night: one visit for every address that is known, in the same transaction."""
    # What failed the last time comes last: three failures in a row end a host's night, and must not end every night.
    last = frontier.one("SELECT max(run) FROM run WHERE run NOT GLOB '*[^0-9]*'")
    frontier.execute("INSERT INTO run(run, started, state) VALUES(?, ?, 'open')", (run, at))
    for site in settings.sites:
        _start(frontier, site, now)
    ids = json.dumps([site.id for site in settings.sites])
    starts = json.dumps([clean(site.url) for site in settings.sites])
    parked = json.dumps([site.id for site in settings.sites if site.status == "parked"])
    frontier.execute(
        "UPDATE url SET standing='dependent' WHERE standing='start' AND key NOT IN (SELECT value FROM json_each(?))",
        (starts,),
    )
    frontier.execute(
        """INSERT INTO visit(run, url_id, host, state, rank, outcome, detail)
        SELECT :run, id, host, CASE WHEN out IS NOT NULL THEN 'done' WHEN standing='dependent' THEN 'waiting' ELSE 'due' END,
          CASE WHEN role='list' THEN 0
               WHEN id IN (SELECT url_id FROM visit WHERE run=:last AND outcome='failed') THEN 4e11
               WHEN last_checked IS NULL THEN 1e11 ELSE 2e11 + last_checked END,
          out, why FROM (
            SELECT *, CASE WHEN why IN ('site parked', 'site removed') THEN 'parked'
                           WHEN why = 'gone' THEN 'gone' WHEN why IS NOT NULL THEN 'not_due' END AS out FROM (
              SELECT u.*, CASE
                WHEN site NOT IN (SELECT value FROM json_each(:ids)) THEN 'site removed'
                WHEN site IN (SELECT value FROM json_each(:parked)) THEN 'site parked'
                WHEN standing='gone' AND last_checked > :now - :old THEN 'gone'
                WHEN role != 'list' AND standing='known' AND missing_nights=0 AND first_seen < :now - :young
                  AND last_checked > :now - :old THEN 'older than a year, asked for monthly'
                END AS why FROM url u WHERE standing != 'imported'))""",
        {"run": run, "ids": ids, "parked": parked, "now": now, "last": last,
         "young": YOUNG_DAYS * DAY_S, "old": (OLD_EVERY_DAYS - 0.5) * DAY_S},
    )  # fmt: skip
    for row in frontier.rows("SELECT host, why FROM host WHERE free_from > ?", now):
        frontier.park(run, row["host"], f"still parked: {row['why']}", at)


def _start(frontier: Frontier, site: Site, now: float) -> None:
    url = clean(site.url)
    frontier.execute(
        """INSERT INTO url(key, url, host, role, site, adapter, depth, title, standing, first_seen)
        VALUES(:url, :url, :host, 'list', :site, :adapter, 0, :name, 'start', :now)
        ON CONFLICT(key) DO UPDATE SET role='list', site=:site, adapter=:adapter, depth=0, standing='start'""",
        {"url": url, "host": host_of(url), "site": site.id, "adapter": site.adapter, "name": site.name, "now": now},
    )
    frontier.execute("UPDATE url SET root=id WHERE key=?", (url,))


def resume(frontier: Frontier, run: str, settings: Settings, now: float) -> None:
    """Addresses that were being asked when the process ended are due again, and so are sites that are listed since."""
    for site in settings.sites:
        _start(frontier, site, now)
        if site.status != "parked":
            frontier.execute(
                "INSERT OR IGNORE INTO visit(run, url_id, host, state, rank) SELECT ?, id, host, 'due', 0 FROM url WHERE key=?",
                (run, clean(site.url)),
            )
    frontier.execute(
        """UPDATE visit SET state='done', outcome='failed', detail='the crawl died of it again and again'
        WHERE run=? AND state='leased' AND leases >= ?""", (run, MOST_LEASES),
    )  # fmt: skip
    frontier.execute("UPDATE visit SET state='due' WHERE run=? AND state='leased'", (run,))
    frontier.execute("UPDATE visit SET lane=NULL WHERE run=? AND state != 'done'", (run,))  # names are looked up anew
    frontier.parked = {r["host"]: r["why"] for r in frontier.rows("SELECT host, why FROM host WHERE parked_run=?", run)}


def left(frontier: Frontier, run: str) -> int:
    """Addresses that are still to be asked."""
    return int(frontier.one("SELECT count(*) FROM visit WHERE run=? AND state IN ('due', 'leased')", run))


def ask_again(frontier: Frontier, urls: Sequence[str]) -> None:
    """Answers that are lost: asked for soon, without conditions, and nothing refers to the lost record."""
    frontier.execute(
        """UPDATE url SET record=NULL, etag=NULL, last_modified=NULL, last_full=NULL, last_checked=NULL
        WHERE url IN (SELECT value FROM json_each(?))""", (json.dumps(list(urls)),),
    )  # fmt: skip
