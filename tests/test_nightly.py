"""Nights against the sample web: every event right, every agency and year in one state, every silent breakage named."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from handmade import gongkai

from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.holdings import Listing
from gongkai.output.ledger import Doubt, doubts
from gongkai.output.nightbuild import Built, Refused
from gongkai.output.nightly import DATASET, MOST_LINES, RUNS, Night, after_crawl, as_json, for_people
from gongkai.samplesite.serve import sites_toml
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web, small
from gongkai.samplesite.web_plan import Happening, Plan
from gongkai.samplesite.web_truth import conditions, expectations
from gongkai.scraper.clock import SHANGHAI, SystemClock
from gongkai.scraper.crawl import Summary, World, crawl
from gongkai.scraper.settings import Settings, load

SITES = int(os.environ.get("GONGKAI_SITES", "16"))
EVENING = 22


class Evening(SystemClock):
    """The computer's clock, set to another evening in China; pauses are real."""

    def __init__(self, day: datetime) -> None:
        self._shift = day.replace(hour=EVENING, tzinfo=SHANGHAI) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift


@dataclass
class Home:
    """A home on the disk, and the server it crawls."""

    folder: Path
    server: Server

    def settings(self) -> Settings:
        path = self.folder / "sites.toml"
        if not path.exists():  # the list of sites stays what it was, whatever the sites do
            text = sites_toml(self.server).replace("[crawl]", "[crawl]\nretry_wait_s = 0.02", 1)
            path.write_text(text, encoding="utf-8")
        return load(str(path))

    def night(self, number: int) -> Night:
        self.server.night = number
        day = datetime.combine(self.server.web.plan.day(number), datetime.min.time())
        clock = Evening(day)
        done = asyncio.run(crawl(self.settings(), self.folder, "gongkai/test", night=f"{day:%Y%m%d}", world=World(clock=clock)))
        return after_crawl(self.folder, done, clock.now(), 1)

    def events(self, night: Night) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for event in night.built.events:
            found.setdefault(event["source"], set()).add(event["event"])
        return found


def home(folder: Path, web: Web) -> Iterator[Home]:
    folder.mkdir(parents=True, exist_ok=True)
    with Server(web) as server:
        yield Home(folder, server)


def test_every_event_of_three_nights_is_right(tmp_path: Path) -> None:
    web = Web(1, SITES, 3, plan=Plan(nights=3))
    altered: set[str] = set()
    for place in home(tmp_path / "home", web):
        for number, expected in enumerate(expectations(web)):
            night = place.night(number)
            events = place.events(night)
            altered |= {url for url, kinds in events.items() if kinds & {"changed", "attachment_changed", "reformatted"}}
            for one in expected:
                site = next(s for s in web.sites if s.host == one.host)
                got = events.pop(place.server.url(site, one.path), set())
                if site.twice and one.edition:  # a report that stands at two addresses is told of at one of them
                    again = web.path(site, one.edition, one.edition.serial + 700_000)
                    got = got | events.pop(place.server.url(site, again), set())
                want = set(one.expected) - {"unchanged"}
                allowed = [want, *({e} - {"unchanged"} for e in one.accepted)]
                assert got in allowed, (number, one.host, one.path, one.happened, want, got)
            assert not events, (number, events)  # nothing is told of what is no report
            keys = Counter((c["agency_id"], c["year"]) for c in night.built.coverage)
            assert set(keys.values()) == {1}
            assert len(for_people(night)) <= MOST_LINES
            assert json.loads((tmp_path / "home" / RUNS / f"{night.run}.json").read_text(encoding="utf-8"))["run"] == night.run
        folder = open_dataset(str(tmp_path / "home" / DATASET))
        reports = read_table(folder, "reports").to_pylist()
        assert len({r["report_id"] for r in reports}) == len(reports)
        versions = Counter(r["source"] for r in reports)
        # a visit counter makes other bytes every night, and no new version
        assert {url: n for url, n in versions.items() if n > 1 and url not in altered} == {}
        cells = Counter(read_table(folder, "cells", ["report_id"])["report_id"].to_pylist())
        for r in reports:
            assert cells[r["report_id"]] == (0 if r["status"] == "rejected" else r["cells_reported"] + r["cells_blank"]
                                             + r["cells_absent"] + r["cells_unreadable"])  # fmt: skip
        assert read_table(folder, "changes").num_rows >= SITES


def test_silent_breakages_are_named_the_first_night_and_nothing_disappears(tmp_path: Path) -> None:
    web = Web(7, SITES, 4, plan=Plan(nights=4, broken=0.5, flapping=0.2))
    held: set[tuple[str, int]] = set()
    for place in home(tmp_path / "home", web):
        for number in range(4):
            night = place.night(number)
            told = {d.site: d.what for d in night.doubts}
            for condition, site in zip(conditions(web, number), web.sites, strict=True):
                if condition.newly_broken and condition.up:
                    assert told.get(site.key) not in (None, "unreachable"), (number, condition)
                if condition.up and not condition.broken and site.family != "js-list":
                    assert site.key not in told, (number, condition, told[site.key])
            states = {(c["agency_id"], c["year"]): c["state"] for c in night.built.coverage}
            here = {key for key, state in states.items() if state == "have"}
            assert held <= here, "an agency and year that was held is held"
            held |= here


def listing(**changed: object) -> Listing:
    usual = Listing("http://a/", "a", "a", "list", "trs", 20, 8, 2, None, 2, "[]", "new", "", "r")
    return usual._replace(**changed)


@pytest.mark.parametrize(
    ("tonight", "what"),
    [
        ({}, None),
        ({"links": 0, "reports": 0, "state": "empty"}, "gives_nothing"),
        ({"reports": 0}, "moved"),
        ({"outcome": "missing", "detail": "404"}, "moved"),
        ({"outcome": "failed", "detail": "connect"}, "unreachable"),
        ({"state": "unknown", "links": 3, "reports": 3}, "template_changed"),
        ({"reports": 2, "links": 9}, "pager_cut"),
        ({"pages": 1, "links": 12, "reports": 7}, "pager_cut"),
        ({"links": 19, "reports": 7}, None),  # a report was taken off the list
        ({"links": 17, "reports": 6, "pages": 1}, "pager_cut"),
    ],
)
def test_what_makes_a_list_doubtful(tonight: dict[str, object], what: str | None) -> None:
    found = doubts([listing(**tonight)._replace(before=listing())])
    assert [d.what for d in found] == ([what] if what else [])


@pytest.mark.parametrize(("links", "adapter", "what"), [(19, "trs", []), (12, "trs", ["moved"]), (19, "static", ["moved"])])
def test_a_list_may_lose_its_only_report(links: int, adapter: str, what: list[str]) -> None:
    tonight = listing(links=links, reports=0, adapter=adapter)._replace(before=listing(reports=1))
    assert [d.what for d in doubts([tonight])] == what


def test_rows_that_were_taken_off_are_no_cut_pager() -> None:
    before = listing(links=27, reports=22, pages=6)
    for links, pages, what in ((24, 5, []), (20, 4, ["pager_cut"]), (21, 5, ["pager_cut"]), (25, 5, ["pager_cut"])):
        assert [d.what for d in doubts([listing(links=links, reports=20, pages=pages)._replace(before=before)])] == what, links


def test_a_fault_is_told_when_it_appears_and_weekly(tmp_path: Path) -> None:
    web = small()
    for place in home(tmp_path / "home", web):
        night = place.night(0)
        night.doubts = doubts([listing(outcome="failed", detail="connect")])
        night.nights_open = {"a unreachable": 1}
        assert any("unreachable: a http://a/" in line for line in for_people(night))
        night.nights_open = {"a unreachable": 3}
        assert not any("unreachable: a http://a/" in line for line in for_people(night))
        assert any("1 as before" in line for line in for_people(night))
        night.nights_open = {"a unreachable": 8}
        assert any("unreachable: a http://a/" in line for line in for_people(night))


def test_three_thousand_sites_are_forty_lines_and_every_kind_of_fault_is_in_them() -> None:
    """Much was published tonight and most sites have a fault: reports are counted, faults and the ledger still told."""
    kinds = ("unreachable", "moved", "pager_cut", "gives_nothing", "template_changed", "unknown", "no_report", "incomplete")
    found = [Doubt(f"s{i}", f"http://s{i}.gov.test/", "unreachable" if i < 2900 else kinds[i % 8], "x" * 5_000) for i in range(3_000)]
    events = [
        {"event": event, "cause": "publisher", "source": f"http://s{i}.gov.test/{event}", "detail": "青溪\x1b[2J市\n水务局", "at": datetime(2026, 1, 20)}
        for i in range(3_000) for event in ("new", "changed", "attachment_changed", "moved", "withdrawn", "resurfaced", "unverified")
    ]  # fmt: skip
    failures = [{"site": "s", "url": f"http://s{i}.gov.test/" + "y" * 900, "outcome": "failed", "detail": "status 500"} for i in range(1_000)]
    outcomes = {"new": 5, "failed": 9_000, "challenge": 800, "robots": 70, "refused": 3}
    coverage = [{"state": "unreachable"}] * 2_999 + [{"state": "have"}]
    built = Built(events, coverage, unread=[("http://s1.gov.test/a", "damaged")], remarks=[f"remark {i}" for i in range(50)])
    night = Night("20260120", datetime(2026, 1, 20, tzinfo=UTC), Summary("20260120", "done", outcomes, 1, 1, failures), built, found, {f"s{i} unreachable": 3 for i in range(100)})
    lines = for_people(night)
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= 300 and all(line.isprintable() for line in lines)
    text = "\n".join(lines)
    assert len({line.split(":")[0] for line in lines if line.strip().startswith(tuple(f"{kind}: s" for kind in kinds))}) == 6, "one of each kind"
    assert all(kind in text for kind in kinds), "and the others counted"
    assert "lists that cannot be believed tonight: 3000, 100 as before" in text
    assert "9000 failed (http://s0.gov.test/" in text and "800 challenge" in text, "all are counted, not those that are listed"
    assert "agencies and years: 3000: 2999 unreachable (100.0 %), 1 have (0.0 %)" in text
    assert "could not be read: 1" in text and "could not be checked: 3000 reports" in text
    told = as_json(night, {})
    assert len(told["doubts"]) == 3_000 and told["failures_not_listed"] == 9_873 - 1_000


def test_the_command(tmp_path: Path) -> None:
    """As cron runs it: twice in one night, with a mistake in the list of sites, while another run is at work."""
    from gongkai.output.nightly import NIGHTLY_LOCK
    from gongkai.scraper.home import locked

    for place in home(tmp_path / "home", small()):
        place.settings()
        sites, folder = tmp_path / "home" / "sites.toml", tmp_path / "home"
        first = gongkai("nightly", sites, "--home", folder)
        assert first.returncode in (0, 1), first.stderr
        assert "reports: " in first.stdout
        before = {p: p.stat().st_mtime_ns for p in (folder / "archive").rglob("*.warc.gz")}
        second = gongkai("nightly", sites, "--home", folder, "--json")
        assert json.loads(second.stdout)["ended"] == "again"
        assert {p: p.stat().st_mtime_ns for p in (folder / "archive").rglob("*.warc.gz")} == before
        with locked(folder, NIGHTLY_LOCK):
            assert gongkai("nightly", sites, "--home", folder).returncode == 3
        assert gongkai("check", folder / DATASET).returncode in (0, 1)
        sites.write_text("[crawl", encoding="utf-8")
        wrong = gongkai("nightly", sites, "--home", folder)
        assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)


def test_a_dataset_that_would_hold_less_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gongkai.output import nightbuild

    web = small()
    for place in home(tmp_path / "home", web):
        first = place.night(0)
        assert first.built.rows["cells"]
        before = sorted((p, p.stat().st_mtime_ns) for p in (tmp_path / "home" / DATASET).rglob("*") if p.is_file())
        # another version of the parser, that reads nothing
        monkeypatch.setattr(nightbuild, "PARSER_VERSION", "none")
        monkeypatch.setattr(nightbuild, "parse_documents", lambda documents, jobs: iter(()))
        with pytest.raises(Refused, match="nothing was changed"):
            place.night(1)
        assert sorted((p, p.stat().st_mtime_ns) for p in (tmp_path / "home" / DATASET).rglob("*") if p.is_file()) == before


def test_another_parser_is_no_publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gongkai.output import nightbuild

    web = Web(3, 3, 1, plan=Plan(nights=1))
    for place in home(tmp_path / "home", web):
        first = place.night(0)
        monkeypatch.setattr(nightbuild, "PARSER_VERSION", "next")
        day = datetime.combine(web.plan.day(0), datetime.min.time())
        again = after_crawl(tmp_path / "home", first.crawl, Evening(day).now(), 1)
        told = [(e["source"], e["event"]) for e in first.built.events]
        assert [(e["source"], e["event"]) for e in again.built.events if e["cause"] == "publisher"] == told, "none is lost, none is new"
        assert again.built.parsed >= len(first.built.reports)




EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


def test_the_examples_for_systemd_and_cron_call_the_command_as_it_is() -> None:
    from configparser import ConfigParser

    service, timer = ConfigParser(strict=False, interpolation=None), ConfigParser(strict=False, interpolation=None)
    for parser in (service, timer):
        parser.optionxform = str  # type: ignore[assignment, method-assign]
    service.read(EXAMPLES / "gongkai-nightly.service", encoding="utf-8")
    timer.read(EXAMPLES / "gongkai-nightly.timer", encoding="utf-8")
    commands = [service["Service"]["ExecStart"]]
    lines = (EXAMPLES / "crontab").read_text(encoding="utf-8").splitlines()
    [job] = [line for line in lines if line and not line.startswith("#") and "=" not in line.split()[0]]
    minute, hour, *rest = job.split(maxsplit=5)
    assert (minute, hour, rest[:3]) == ("15", "14", ["*", "*", "*"])
    commands.append(rest[3])
    for command in commands:
        program, *arguments = command.split()
        assert program == "/usr/local/bin/gongkai"
        # the same words, with a list of sites that is not there: usage is right, the file is missing
        done = gongkai(*arguments)
        assert done.returncode == 3
        assert "/etc/gongkai/sites.toml" in done.stderr
    assert timer["Timer"]["OnCalendar"].endswith("22:15:00 Asia/Shanghai")
    assert set(service["Service"]["SuccessExitStatus"].split()) == {"0", "1"}


def test_a_report_that_moved_is_named_as_its_list_names_it(tmp_path: Path) -> None:
    """The old address leads to the new one and knows only the old name; and what changes later is one report, not two."""
    web = Web(7, 4, 4, plan=Plan(nights=4, eventful=0, late=0), families=("plain",) * 4)
    calm = (s for s in web.sites if not s.twice and not s.restless and s.robots != "closed")
    site, key = next((s, e.key) for s in calm for e in web.editions(s, 0) if e.seed % 2)  # an odd one leads on
    web.events(site)[:] = [Happening(1, "moved", key), Happening(2, "relabelled", key), Happening(3, "changed", key)]
    for place in home(tmp_path / "home", web):
        for number, event in enumerate(("new", "moved", "relabelled", "changed")):
            night = place.night(number)
            mine = [e for e in night.built.events if site.address in e["source"] and e["event"] != "new"]
            assert {e["event"] for e in mine} == ({event} - {"new"})
            agency, year = key
            newest = [r for r in night.built.reports if r["latest"] and (r["agency"], r["year"]) == (agency, year)]
            assert len(newest) == 1


@pytest.mark.parametrize("leads_on", [True, False])
def test_a_report_that_moved_and_was_corrected_in_one_night(tmp_path: Path, leads_on: bool) -> None:
    """Both are told, with the address it had and the cells that say something else; from then on it is one report."""
    web = Web(7, 4, 4, plan=Plan(nights=4, eventful=0, late=0), families=("plain",) * 4)
    calm = (s for s in web.sites if not s.twice and not s.restless and s.robots != "closed")
    site, key = next((s, e.key) for s in calm for e in web.editions(s, 0) if e.seed % 2 == leads_on)
    web.events(site)[:] = [Happening(1, "moved", key), Happening(1, "changed", key), Happening(3, "changed", key)]
    for place in home(tmp_path / "home", web):
        first = place.night(0)
        old = next(r["source"] for r in first.built.reports if (r["agency"], r["year"]) == key and site.address in r["source"])
        for number, expected in enumerate(({"moved", "changed"}, set(), {"changed"}), 1):
            night = place.night(number)
            mine = [e for e in night.built.events if site.address in e["source"]]
            assert {e["event"] for e in mine} == expected, mine
            assert old not in {e["source"] for e in mine}
            if number == 1:
                assert [e["before"] for e in mine if e["event"] == "moved"] == [old]
                assert all(e["table"] and e["before"] != e["after"] for e in mine if e["event"] == "changed")
                assert any(line.startswith("  moved: ") for line in for_people(night))
            (newest,) = [r for r in night.built.reports if r["latest"] and (r["agency"], r["year"]) == key]
            assert newest["source"] != old
