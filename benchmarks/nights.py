"""`python -m benchmarks.nights`: whole nights against the sample web, judged by the server's log and by what is true.
Speed is measured elsewhere (`benchmarks.crawl`); here it is counted what was found, missed, told wrongly or asked rudely."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.nightly import DATASET, Night, after_crawl
from gongkai.samplesite.access_log import Access
from gongkai.samplesite.serve import sites_toml
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_plan import Plan
from gongkai.samplesite.web_robots import CLOSED, ROBOTS
from gongkai.samplesite.web_truth import Expectation
from gongkai.samplesite.web_view import Site
from gongkai.scraper.clock import SHANGHAI, SystemClock
from gongkai.scraper.crawl import World, crawl
from gongkai.scraper.settings import Settings, load
from gongkai.scraper.verify import verify

EVENING = 22
GAP_S = 0.05
"""Seconds between two requests to a host that these crawls keep; the server's log must not show less."""
TICK_S = 0.002
"""The log notes a request when it has been read: so much earlier than it was sent may the one before look later."""
RETRY_WAIT_S = 0.02
_CLOSING = frozenset(name for name, answer in ROBOTS.items() if answer.body.startswith((b"User-agent: *\nDisallow: /\n", b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n")))


class Evening(SystemClock):
    """The computer's clock, set to another evening in China; pauses are real."""

    def __init__(self, day: datetime) -> None:
        self._shift = day.replace(hour=EVENING, tzinfo=SHANGHAI) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift


@dataclass(slots=True)
class Tally:
    """What one night came to. Everything but the first seven must be nought."""

    night: int
    requests: int = 0
    published: int = 0  # reports that an ideal crawler sees tonight
    held: int = 0  # of these, archived and in the dataset
    cells: int = 0  # figures compared with the truth
    events: int = 0  # told, and right
    broken: int = 0  # sites that broke silently tonight, and answered
    seconds: float = 0.0
    missed: list[str] = field(default_factory=list)  # published and not in the dataset
    misread: list[str] = field(default_factory=list)  # figures that are not the printed ones, without a flag
    flagged: int = 0  # figures that are said to be unreadable
    wrong: list[str] = field(default_factory=list)  # events that are not the ones expected
    forbidden: list[str] = field(default_factory=list)  # requests to what robots.txt closes
    close: list[str] = field(default_factory=list)  # hosts asked sooner than allowed
    unnamed: list[str] = field(default_factory=list)  # silent breakages that were not named tonight
    alarms: list[str] = field(default_factory=list)  # lists in doubt that are fine
    gone: list[str] = field(default_factory=list)  # agencies and years that were held and are not any more
    damage: list[str] = field(default_factory=list)  # what `gongkai verify` finds

    @property
    def bad(self) -> list[str]:
        return [*self.missed, *self.misread, *self.wrong, *self.forbidden, *self.close, *self.unnamed, *self.alarms, *self.gone,
                *self.damage]  # fmt: skip


def nights(web: Web, folder: Path, jobs: int = 1) -> Iterator[Tally]:
    """Crawls and builds one night after the other, and judges each."""
    held: set[tuple[str, int]] = set()
    with Server(web) as server:
        settings = _settings(server, folder)
        for number in range(web.plan.nights):
            server.night = number
            server.log.clear()
            began = time.monotonic()
            night = _night(web, settings, folder, number, jobs)
            tally = Tally(number, requests=len(server.log), seconds=time.monotonic() - began)
            _judge_manners(tally, web, server.log.all())
            _judge_reports(tally, web, server, folder, night)
            _judge_events(tally, web, server, night)
            _judge_doubts(tally, web, night)
            here = {(c["agency_id"], c["year"]) for c in night.built.coverage if c["state"] in ("have", "withdrawn")}
            tally.gone = [f"night {number}: {agency} {year}" for agency, year in sorted(held - here)]
            held |= here
            tally.damage = [f"{p.file}: {p.what}" for p in verify(folder / "archive").problems]
            yield tally


def _settings(server: Server, folder: Path) -> Settings:
    path = folder / "sites.toml"
    path.write_text(sites_toml(server, min_interval_s=GAP_S, retry_wait_s=RETRY_WAIT_S), encoding="utf-8")
    return load(path)


def _night(web: Web, settings: Settings, folder: Path, number: int, jobs: int) -> Night:
    day = datetime.combine(web.plan.day(number), datetime.min.time())
    clock = Evening(day)
    done = asyncio.run(crawl(settings, folder, "gongkai/benchmark", night=f"{day:%Y%m%d}", world=World(clock=clock)))
    return after_crawl(folder, done, clock.now(), jobs)


def _judge_manners(tally: Tally, web: Web, log: Sequence[Access]) -> None:
    before: dict[str, Access] = {}
    for one in log:
        site, path = web.site(one.host), urlsplit(one.target).path
        if site and site.robots in ROBOTS and path not in ("/robots.txt", "/robots_new.txt"):
            closes = ("/",) if site.robots in _CLOSING else CLOSED if "partly" in site.robots else ()
            if path.startswith(closes):
                tally.forbidden.append(f"night {tally.night}: {one.host}{one.target}")
        last = before.get(one.host)
        if one.together > 1 or (last and one.clock - last.clock < GAP_S - TICK_S):
            gap = one.clock - last.clock if last else 0.0
            tally.close.append(f"night {tally.night}: {one.host}{one.target}: {gap:.3f} s, {one.together} together")
        before[one.host] = one


def _judge_reports(tally: Tally, web: Web, server: Server, folder: Path, night: Night) -> None:
    """Every report that can be seen tonight is in the dataset, and says what was printed."""
    dataset = open_dataset(str(folder / DATASET))
    newest = {r["report_id"]: r for r in night.built.reports if r["latest"]}
    by_name: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for r in newest.values():
        by_name.setdefault((r["agency"], r["year"]), []).append(r)
    cells: dict[str, dict[tuple[str, str, str], tuple[Any, Any, Any]]] = {}
    table = read_table(dataset, "cells", ["report_id", "table", "row", "column", "value", "state", "flags"])
    for c in table.to_pylist():
        if c["report_id"] in newest:
            cells.setdefault(c["report_id"], {})[c["table"], c["row"], c["column"]] = c["value"], c["state"], c["flags"]
    for one in web.truth(tally.night):
        site = web.site(one.host)
        assert site
        if one.state != "published" or not one.up or one.broken or one.edition is None or one.edition.down:
            continue
        tally.published += 1
        found = [r for r in by_name.get((one.agency, one.year), ()) if urlsplit(r["source"]).hostname == site.address]
        if len(found) != 1:
            tally.missed.append(f"night {tally.night}: {one.host} {one.agency} {one.year}: {len(found)} in the dataset")
            continue
        tally.held += 1
        _compare(tally, web, site, one, cells.get(found[0]["report_id"], {}))


def _compare(
    tally: Tally, web: Web, site: Site, one: Expectation, cells: Mapping[tuple[str, str, str], tuple[Any, Any, Any]]
) -> None:
    assert one.edition
    for table, rows in web.report(site, one.edition).truth["cells"].items():
        for row, columns in rows.items():
            for column, want in columns.items():
                tally.cells += 1
                value, state, flags = cells.get((table, row, column), (None, "absent", ()))
                if value == want or (want is None and value is None) or (isinstance(want, str) and value is None):
                    continue
                if state == "unreadable" or flags:
                    tally.flagged += 1
                else:
                    tally.misread.append(f"night {tally.night}: {one.host} {one.year} {table}.{row}.{column}: {want!r} read as {value!r}")


def _judge_events(tally: Tally, web: Web, server: Server, night: Night) -> None:
    told: dict[str, set[str]] = {}
    for event in night.built.events:
        told.setdefault(event["source"], set()).add(event["event"])
    for one in web.truth(tally.night):
        site = web.site(one.host)
        assert site
        got = told.pop(server.url(site, one.path), set())
        if site.twice and one.edition:  # a report that stands at two addresses is told of at one of them
            got |= told.pop(server.url(site, web.path(site, one.edition, one.edition.serial + 700_000)), set())
        wanted = [set(one.expected) - {"unchanged"}, *({e} - {"unchanged"} for e in one.accepted)]
        if got in wanted:
            tally.events += len(got)
        else:
            tally.wrong.append(f"night {tally.night}: {one.host} {one.year}: {sorted(wanted[0])} expected, {sorted(got)} told")
    tally.wrong += [f"night {tally.night}: {source}: {sorted(what)} told" for source, what in told.items()]


def _judge_doubts(tally: Tally, web: Web, night: Night) -> None:
    told = {d.site: d.what for d in night.doubts}
    for condition, site in zip(web.conditions(tally.night), web.sites, strict=True):
        what = told.get(site.key)
        if condition.newly_broken and condition.up and site.robots != "closed":  # behind a closed robots.txt nobody sees it break
            tally.broken += 1
            if what in (None, "unreachable"):
                tally.unnamed.append(f"night {tally.night}: {site.host} ({site.family}): {condition.broken}, told as {what}")
        elif what == "unknown" and site.family == "js-list":
            continue  # it is what it is: a list that nobody can read, told as such
        elif what and condition.up and not condition.broken and site.robots != "closed":
            tally.alarms.append(f"night {tally.night}: {site.host} ({site.family}): {what}")


HEADS = ("night", "requests", "reports to be seen", "archived and parsed", "figures compared", "wrong", "flagged", "events right",
         "wrong", "disallowed paths", "too close", "breakages", "unnamed", "false alarms", "agency-years lost", "verify", "seconds")  # fmt: skip


def row(t: Tally, night: str = "") -> tuple[object, ...]:
    return (night or t.night + 1, t.requests, t.published, t.held, t.cells, len(t.misread), t.flagged, t.events, len(t.wrong), len(t.forbidden),
            len(t.close), t.broken, len(t.unnamed), len(t.alarms), len(t.gone), len(t.damage), round(t.seconds))  # fmt: skip


def total(tallies: Sequence[Tally]) -> tuple[object, ...]:
    columns = list(zip(*(row(t) for t in tallies), strict=True))
    return ("all", *(sum(int(str(n)) for n in column) for column in columns[1:]))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nights", description="Nights against the sample web, judged. Exit code 1 if anything is wrong.")
    parser.add_argument("--sites", type=int, default=int(os.environ.get("GONGKAI_SITES", "40")))
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broken", type=float, default=0.0, help="share of sites that break silently on some night")
    parser.add_argument("--flapping", type=float, default=0.0, help="share of sites that are down on half of the nights")
    parser.add_argument("--jobs", type=int, default=1, help="processes that read documents")
    parser.add_argument("--only-totals", action="store_true", help="one line for all nights")
    asked = parser.parse_args(arguments)
    plan = Plan(asked.nights, broken=asked.broken, flapping=asked.flapping)
    web = Web(asked.seed, asked.sites, asked.nights, plan=plan)
    tallies: list[Tally] = []
    with tempfile.TemporaryDirectory(prefix="gongkai-nights-") as folder:
        print(f"| {' | '.join(HEADS)} |\n|{'---:|' * len(HEADS)}")
        for tally in nights(web, Path(folder), asked.jobs):
            tallies.append(tally)
            if not asked.only_totals:
                print(f"| {' | '.join(map(str, row(tally)))} |", flush=True)
            for line in tally.bad:
                print(line, file=sys.stderr, flush=True)
    print(f"| {' | '.join(map(str, total(tallies)))} |")
    alarms, site_nights = sum(len(t.alarms) for t in tallies), asked.sites * asked.nights
    print(f"\n{site_nights} site-nights, {1000 * alarms / site_nights:.2f} false alarms in 1,000")
    return 1 if any(t.bad for t in tallies) else 0


if __name__ == "__main__":
    raise SystemExit(main())
