"""Lists that break and stay broken, night after night on a real server: named as long as it lasts, nothing taken for absent."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from faulty import Days
from loopback import Answer, Loopback, http, settings
from test_nightly import listing

from gongkai.output.ledger import doubts, frozen
from gongkai.output.nightly import Night, after_crawl, for_people
from gongkai.samplesite.draft import Agency
from gongkai.samplesite.reports import Subject, make
from gongkai.scraper.crawl import World, crawl

AGENCY = Agency("青溪市水务局", "青溪市", "我局")
YEARS = (2024, 2023, 2022)
GONE = http("没有", "404 Not Found")
NEWS = http(
    "<html><head><title>新闻动态</title></head><body><ul>"
    + "".join(f"<li><a href='/news/t2026010{i}_{i}00{i}.html'>青溪市召开第{i}次会议</a><span>2026-01-0{i}</span></li>" for i in range(1, 6))
    + "</ul></body></html>"
)


def report(year: int) -> bytes:
    subject = Subject(AGENCY, year, f"{AGENCY.name}{year}年政府信息公开工作年度报告", date(year + 1, 1, 20))
    return http(make(year, form="2021", layout="html-table", deviations=(), subject=subject).body)


def column(*years: int, more: str = "") -> bytes:
    rows = "".join(f"<li><a href='/nb/{y}.html'>{AGENCY.name}{y}年政府信息公开工作年度报告</a><span>{y + 1}-01-20</span></li>" for y in years)
    return http(f"<html><head><title>政府信息公开年报</title></head><body><ul>{rows}</ul>{more}</body></html>")


def site() -> dict[str, Answer]:
    return {"/nb/": column(*YEARS), **{f"/nb/{y}.html": report(y) for y in YEARS}}


def night(server: Loopback, home: Path, day: int, answers: dict[str, Answer], *urls: str) -> Night:
    server.answers, clock = answers, Days(day)
    given = settings(*(server.url(url) for url in urls or ("/nb/",)), retries=0)
    done = asyncio.run(crawl(given, home, "gongkai/test", night=f"{clock.now():%Y%m%d}", world=World(clock=clock)))
    return after_crawl(home, done, clock.now(), 1)


def events(made: Night) -> Counter[str]:
    return Counter(e["event"] for e in made.built.events)


def states(made: Night) -> dict[int, str]:
    return {c["year"]: c["state"] for c in made.built.coverage}


def test_a_column_that_became_something_else_stays_in_doubt_and_withdraws_nothing(tmp_path: Path) -> None:
    with Loopback() as server:
        assert night(server, tmp_path, 0, site()).doubts == []
        for day in (1, 2, 5, 9):
            made = night(server, tmp_path, day, {"/nb/": NEWS})
            assert [d.what for d in made.doubts] == ["moved"], day
            assert events(made) == {"unverified": 3}, "missing for more than a week, and no list that could say so"
            assert set(states(made).values()) == {"have", "column_moved"}, "the year that never came is not taken for absent"
        back = night(server, tmp_path, 10, {**site(), "/nb/": column(2024, 2023), "/nb/2022.html": GONE})
        assert back.doubts == []
        assert events(back) == {"withdrawn": 1}, "the list is back and does not name it"
        assert states(back)[2022] == "withdrawn"


def test_a_list_that_cannot_be_read_withdraws_nothing(tmp_path: Path) -> None:
    broken = http("<html><body>Service Unavailable</body></html>", "500 Error")
    with Loopback() as server:
        night(server, tmp_path, 0, site())
        for day in (1, 4, 8, 9):
            made = night(server, tmp_path, day, {**site(), "/nb/": broken, "/nb/2024.html": GONE})
            assert events(made) == {"unverified": 1}, day
            assert [d.what for d in made.doubts] == ["unreachable"]
            assert states(made)[2024] == "have"


def test_lists_that_never_gave_anything_are_named_the_first_night(tmp_path: Path) -> None:
    pages = {
        **site(),
        "/js/": http("<html><body><ul id=list></ul><script>$.getJSON('data.json', fill)</script></body></html>"),
        "/news/": NEWS,
        "/part/": column(2024, more="<script>$('#p').pagination(40,{items_per_page:15})</script>"),
        "/empty/": http("<html><head><title>政府信息公开年报</title></head><body>暂无相关信息</body></html>"),
    }
    with Loopback() as server:
        for day, told in ((0, True), (1, False), (7, True)):
            made = night(server, tmp_path, day, pages, "/nb/", "/js/", "/news/", "/part/", "/empty/")
            found = {d.url.split("/")[3]: d for d in made.doubts}
            assert {name: d.what for name, d in found.items()} == {"js": "unknown", "news": "no_report", "part": "incomplete"}
            assert "$.getJSON(" in found["js"].detail and "3 pages by a script" in found["part"].detail
            assert frozen(made.doubts) == {"site-3"}
            of = {c["agency_id"]: c["state"] for c in made.built.coverage if c["agency_id"].startswith("site:")}
            assert of == {"site:site-1": "column_moved", "site:site-2": "late", "site:site-3": "unreachable", "site:site-4": "late"}, "an empty list is an answer"
            if day < 7:
                assert any(line.startswith("  unknown: site-1 ") for line in for_people(made)) == told
            assert made.wants_a_look


def test_a_site_of_which_nothing_can_be_read_is_named(tmp_path: Path) -> None:
    """Its list is fine and names reports, and what stands behind the links is none: silence would look like success."""
    word = http("<html><head><title>年报</title></head><body><p>" + "请到我局办公室查阅本年度的材料。" * 30 + "</p></body></html>")
    pages = {**site(), "/other/": column(*YEARS).replace(b"/nb/", b"/ob/"), **{f"/ob/{y}.html": word for y in YEARS}}
    with Loopback() as server:
        for day, told in ((0, True), (1, False)):
            made = night(server, tmp_path, day, pages, "/nb/", "/other/")
            assert [(d.site, d.what, d.detail) for d in made.doubts] == [("site-1", "no_report", "3 pages are named as reports, none could be read as one")]
            assert any(line.startswith("  no_report: site-1 ") for line in for_people(made)) == told
        assert night(server, tmp_path, 8, {**pages, "/ob/2023.html": report(2023)}, "/nb/", "/other/").doubts == []


def test_a_list_that_was_not_read_to_its_end_proves_no_absence(tmp_path: Path) -> None:
    with Loopback() as server:
        made = night(server, tmp_path, 0, {**site(), "/nb/": column(2024, 2022)})
        assert states(made)[2023] == "looked_and_absent"
        made = night(server, tmp_path, 1, {**site(), "/nb/": column(2024, 2022, more="<a href='javascript:go(2)'>下一页</a>")})
        assert [d.what for d in made.doubts] == ["pager_cut"]
        assert states(made)[2023] == "unreachable"


CUT = {"reports": 2, "links": 9}


@pytest.mark.parametrize(
    ("earlier", "tonight", "what"),
    [
        ([{}, CUT], CUT, ["pager_cut"]),  # cut yesterday already
        ([{}, {"reports": 0, "links": 5}], {"reports": 0, "links": 5}, ["moved"]),
        ([{}, {"state": "unknown", "links": 0, "reports": 0}] * 3, {"state": "unknown", "links": 0, "reports": 0}, ["gives_nothing"]),
        ([{}, {"outcome": "failed", "links": 0, "reports": 0, "state": "unknown"}], {}, []),  # a night that failed says nothing
        ([{}, {"reports": 40, "links": 60}], {}, ["pager_cut"]),  # one night of something else: told once
        ([{}, {"reports": 40, "links": 60}, {}], {}, []),  # and it is as it was
        ([{"problems": '["list_incomplete: page 2 of 2 is missing"]'}], {"problems": '["list_incomplete: page 2 of 2 is missing"]'}, ["incomplete"]),
        ([{}, {"problems": '["x"]'}], {"problems": '["x"]'}, ["pager_cut"]),
        ([CUT] * 28, CUT, []),
    ],
)
def test_a_list_is_measured_by_the_last_walk_that_was_believed(earlier: list[dict[str, object]], tonight: dict[str, object], what: list[str]) -> None:
    walks = tuple(listing(**one) for one in earlier)
    one = listing(**tonight)._replace(before=walks[-1], earlier=walks)
    assert [d.what for d in doubts([one])] == what
