"""A small web with faults, and nights against it: what became of every address, and that other sites notice nothing.
Which faults there are, and what is right, is left to `test_faults.py`."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.nightly import DATASET, Night, after_crawl
from gongkai.samplesite.access_log import Access
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_plan import Plan
from gongkai.samplesite.web_sites import attached
from gongkai.samplesite.web_view import Site
from gongkai.scraper.addresses import Unresolved
from gongkai.scraper.clock import SystemClock
from gongkai.scraper.crawl import Summary, World, crawl
from gongkai.scraper.records import Record, records
from gongkai.scraper.settings import settings_of
from gongkai.scraper.verify import verify

AGENT = "gongkai/1.0 (+https://example.org/about; mailto:data@example.org)"
OTHERS = ("trs-zero", "trs-comment", "trs-one", "hanweb", "jpaas", "ucap-json", "gkmlpt", "vsb")
QUICK: dict[str, Any] = {
    "user_agent": AGENT, "allow_addresses": ["127.0.0.0/8"], "min_interval_s": 0.0, "retry_wait_s": 0.02, "retries": 3,
    "page_bytes": 3_000_000, "file_bytes": 4_000_000, "list_pages": 20,
}  # fmt: skip


class Days(SystemClock):
    """The computer's clock, so many days later."""

    def __init__(self, days: int) -> None:
        self._days = timedelta(days=days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._days


class Visit(NamedTuple):
    """What became of one address."""

    role: str
    outcome: str
    detail: str
    status: int
    tries: int
    record: str


@dataclass
class Trial:
    """A night that is over, and what can be seen of it."""

    folder: Path
    run: str
    crawl: Summary
    night: Night | None
    log: list[Access]
    web: Web
    rows: dict[str, list[tuple[str, Visit]]] = field(default_factory=dict)

    def visits(self, site: Site, role: str = "") -> dict[str, Visit]:
        return {path: v for path, v in self.rows.get(site.key, []) if not role or v.role == role}

    def outcomes(self, site: Site, role: str = "page") -> Counter[str]:
        return Counter(v.outcome for v in self.visits(site, role).values())

    def details(self, site: Site, outcome: str) -> str:
        return " | ".join(v.detail for v in self.visits(site).values() if v.outcome == outcome)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "frontier.sqlite")) as db:
            return db.execute(sql, values).fetchall()

    def parked(self, site: Site) -> str:
        found = self.query("SELECT why FROM host WHERE host LIKE ?", f"{site.address}%")
        return str(found[0][0]) if found else ""

    def listing(self, site: Site) -> tuple[str, int, int, str]:
        """State, links, reports and problems of the site's list."""
        [found] = self.query(
            "SELECT l.state, l.links, l.reports, l.problems FROM listing l JOIN url u ON u.id=l.root WHERE l.run=? AND u.site=?",
            self.run, site.key,
        )  # fmt: skip
        return found

    def asked(self, site: Site) -> list[Access]:
        return [one for one in self.log if one.host == site.host]

    def events(self, site: Site) -> Counter[str]:
        assert self.night
        seen = {(e["source"], e["event"]) for e in self.night.built.events if urlsplit(e["source"]).hostname == site.address}
        return Counter(event for _, event in seen)

    def told(self, site: Site) -> list[dict[str, Any]]:
        assert self.night
        return [e for e in self.night.built.events if urlsplit(e["source"]).hostname == site.address]

    def doubts(self, site: Site) -> list[str]:
        assert self.night
        return [d.what for d in self.night.doubts if d.site == site.key]

    def reports(self, site: Site) -> list[dict[str, Any]]:
        """The newest versions of the site's reports, as the dataset holds them."""
        table = read_table(open_dataset(str(self.folder / DATASET)), "reports").to_pylist()
        return [r for r in table if r["latest"] and urlsplit(r["source"]).hostname == site.address]

    def said(self, site: Site) -> dict[int, str]:
        """What the reports say, by year."""
        return {r["year"]: r["record_sha256"] for r in self.reports(site) if r["status"] != "rejected"}

    def records(self, site: Site) -> list[Record]:
        """Records of this night about the site."""
        found = []
        for path in sorted((self.folder / "archive").glob(f"warc/*/*/*/gongkai-{self.run}-*")):
            found += [r for r in records(path) if r.uri and urlsplit(r.uri).hostname == site.address]
        return found

    def metadata(self, site: Site) -> list[dict[str, str]]:
        return [r.fields() for r in self.records(site) if r.type == "metadata"]


Struck = tuple[Site, str, dict[str, Any]]


class Bench:
    """The web, its server, and a home after one night without faults."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server, self.web = folder, server, server.web
        good = [s for s in self.web.sites if not s.twice and not s.restless and s.robots in ("none", "open", "empty")]
        plain = [s for s in good if s.family == "plain" and len(self.editions(s)) in (3, 4, 5, 6) and attached(self.editions(s)[-1])]
        self.plain, self.unasked = plain[:7], plain[7]
        calm = [s for s in self.web.sites if not s.twice and not s.restless and s.robots != "closed" and len(self.editions(s)) > 2]
        self.by_family = {s.family: s for s in reversed(calm) if s.family in OTHERS}
        self.sites = [*self.plain, *(self.by_family[name] for name in OTHERS)]
        assert len(self.plain) == 7
        self.base = self._run(folder / "base", 0, self.sites, {}, build=True)
        self._undisturbed: dict[tuple[str, ...], Trial] = {}
        self._number = 0

    def editions(self, site: Site) -> tuple[Any, ...]:
        return self.web.editions(site, 0)

    def settings(self, sites: list[Site], urls: Mapping[str, str], tls: list[dict[str, str]], **crawl: Any) -> Any:
        listed = [
            {"id": s.key, "url": urls.get(s.key) or self.server.column(s), "status": "confirmed"} for s in sites
        ]
        return settings_of({"crawl": QUICK | crawl, "site": listed, "tls": tls})

    def _run(
        self, folder: Path, days: int, sites: list[Site], urls: Mapping[str, str], *, build: bool, named: bool = False,
        tls: list[dict[str, str]] | None = None, **crawl_settings: Any,
    ) -> Trial:  # fmt: skip
        folder.mkdir(exist_ok=True)
        clock = Days(days)
        run = f"{clock.now():%Y%m%d}"
        self.server.log.clear()

        async def resolve(host: str, port: int) -> list[str]:
            if not (found := self.server.resolve(host)):
                raise Unresolved(f"no address for {host}")
            return found

        world = World(clock=clock, resolver=resolve) if named else World(clock=clock)
        settings = self.settings(sites, urls, tls or [], **crawl_settings)
        done = asyncio.run(crawl(settings, folder, "gongkai/test", night=run, world=world))
        night = after_crawl(folder, done, clock.now(), 1) if build else None
        trial = Trial(folder, run, done, night, self.server.log.all(), self.web)
        for key, url, *rest in trial.query(
            """SELECT u.site, u.url, u.role, v.outcome, coalesce(v.detail,''), coalesce(v.status,0), v.tries, coalesce(v.record,'')
            FROM visit v JOIN url u ON u.id=v.url_id WHERE v.run=? ORDER BY u.id""", run,
        ):  # fmt: skip
            parts = urlsplit(url)
            trial.rows.setdefault(key, []).append((parts.path + (f"?{parts.query}" if parts.query else ""), Visit(*rest)))
        return trial

    def night(
        self, *struck: Struck, days: int = 1, build: bool = True, fresh: bool = False, on: Trial | None = None,
        before: Callable[[], None] = lambda: None, **options: Any,
    ) -> Trial:  # fmt: skip
        """One night with faults on some sites; all the others must be as if there were none.
        After the night without faults, or after `on`; `fresh`: a first night."""
        self._number += 1
        folder = on.folder if on else self.folder / f"trial{self._number}"
        if not fresh and not on:
            shutil.copytree(self.base.folder, folder)
        sites = self._with([site for site, _, _ in struck])
        for site, name, told in struck:
            self.server.fault(site.host, name, **told)
        try:
            before()
            trial = self._run(folder, days, sites, options.pop("urls", {}), build=build, **options)
        finally:
            for site, _, _ in struck:
                self.server.heal(site.host)
        hit = {site.key for site, _, _ in struck}
        for site in sites:
            if site.key not in hit:
                self._unharmed(trial, site, fresh, build)
        found = verify(folder / "archive")
        assert not found.problems
        return trial

    def _with(self, struck: list[Site]) -> list[Site]:
        """The sites of one night: those with faults, and bystanders of two families."""
        bystanders = [s for s in (self.plain[0], self.plain[6], self.by_family["hanweb"], self.by_family["gkmlpt"]) if s not in struck]
        return [*dict.fromkeys([*struck, *bystanders[:2]])]

    def _unharmed(self, trial: Trial, site: Site, fresh: bool, build: bool) -> None:
        """What became of every address of a bystander is what becomes of it without any fault."""
        was = self.base.visits(site)
        now = trial.visits(site)
        assert set(now) == set(was), site.key
        for path, visit in now.items():
            usual = was[path].outcome
            assert (visit.role, visit.outcome, visit.tries) == (was[path].role, "same" if usual == "new" and not fresh else usual, 0), path
        assert trial.listing(site) == self.base.listing(site)
        if build:
            assert trial.said(site) == self.base.said(site)
            assert trial.events(site) == (self.base.events(site) if fresh else Counter())
            assert trial.doubts(site) == []


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    web = Web(1, 164, 1, plan=Plan(1, eventful=0, late=0), families=("plain",) * 122 + OTHERS * 6)
    with Server(web) as server:
        yield Bench(folder, server)
