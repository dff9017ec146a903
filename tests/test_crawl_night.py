"""Whole nights against a real server: what is asked, what becomes of each address, what is remembered."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import Answer, Asked, Loopback, Write, http, listing, report, settings
from warcio.archiveiterator import ArchiveIterator

from gongkai.scraper import cdxj
from gongkai.scraper.archive import Archive
from gongkai.scraper.clock import SystemClock
from gongkai.scraper.crawl import Summary, World, crawl
from gongkai.scraper.home import Locked, locked
from gongkai.scraper.manners import manners
from gongkai.scraper.settings import Settings
from gongkai.scraper.stored import record_at
from gongkai.scraper.verify import verify


class Shifted(SystemClock):
    """The real clock, some days on."""

    def __init__(self, days: float = 0) -> None:
        self.days = days

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


def night(home: Path, given: Settings, days: float = 0, stop: asyncio.Event | None = None, **world: object) -> Summary:
    return asyncio.run(crawl(given, home, "gongkai/test", world=World(clock=Shifted(days), **world), stop=stop))  # type: ignore[arg-type]


def outcomes(home: Path, run: str) -> dict[str, tuple[str, str]]:
    """Path → outcome and detail."""
    with sqlite3.connect(home / "frontier.sqlite") as db:
        rows = db.execute(
            "SELECT u.url, v.outcome, v.detail FROM visit v JOIN url u ON u.id=v.url_id WHERE v.run=? ORDER BY u.id", (run,)
        ).fetchall()
        known = db.execute("SELECT count(*) FROM url").fetchone()[0]
        assert known == len(rows), "an address has no outcome"
    db.close()
    assert all(outcome and outcome != "retry" for _, outcome, _ in rows)
    return {"/" + url.split("/", 3)[3]: (outcome, detail) for url, outcome, detail in rows}


def one_night(home: Path, answers: dict[str, Answer], **crawl_settings: object) -> tuple[dict[str, tuple[str, str]], list[Asked]]:
    with Loopback(answers) as server:
        summary = night(home, settings(server.url("/nb/"), **crawl_settings))
        assert not verify(home / "archive").problems
        assert all(host.good for host in manners(home / "archive"))
        return outcomes(home, summary.run), server.log


def test_a_list_its_reports_and_their_files(tmp_path: Path) -> None:
    page = http("<html><body>年度报告<p><a href='f.pdf'>附件：年度报告全文.pdf</a></p>" + "正文。" * 100 + "</body></html>")
    found, log = one_night(
        tmp_path,
        {"/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": page, "/nb/2.html": report(),
         "/nb/f.pdf": http(b"%PDF-1.4 x" * 20, content_type="application/pdf")},
    )  # fmt: skip
    assert found == dict.fromkeys(("/nb/", "/nb/1.html", "/nb/2.html", "/nb/f.pdf"), ("new", ""))
    assert [asked.path for asked in log][:2] == ["/robots.txt", "/nb/"]
    assert len(log) == 5


def test_other_tools_read_the_archive(tmp_path: Path) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + b"12c\r\n" + b"x" * 300 + b"\r\n0\r\n\r\n"
    answers: dict[str, Answer] = {"/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": report(), "/nb/2.html": chunked}
    with Loopback(answers) as server:
        for days in (0, 1):
            night(tmp_path, settings(server.url("/nb/")), days)
    types, profiles = [], set()
    for path in sorted((tmp_path / "archive").glob("warc/*/*/*/*")):
        with open(path, "rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                types.append(record.rec_type)
                record.content_stream().read()
                profiles.add((record.rec_headers.get_header("WARC-Profile") or "").rsplit("/", 1)[-1])
                assert record.rec_headers.protocol == "WARC/1.1"
    assert types.count("response") == 5 and types.count("revisit") == 3  # robots.txt is kept whole every night
    assert profiles == {"", "identical-payload-digest"}


def test_the_index_leads_to_the_records(tmp_path: Path) -> None:
    with Loopback({"/nb/": listing("/nb/1.html"), "/nb/1.html": report()}) as server:
        night(tmp_path, settings(server.url("/nb/")))
    (index,) = (tmp_path / "archive").glob("cdxj/*.cdxj")
    lines = list(cdxj.read(index))
    assert [line.status for line in lines] == [200, 200, 404]  # sorted: /nb/, /nb/1.html, /robots.txt
    assert [line.key for line in lines] == sorted(line.key for line in lines)
    for line in lines:
        record = record_at(tmp_path / "archive", line.filename, line.offset)
        assert (record.id, record.uri, record.length) == (line.record, line.url, line.length)
    assert cdxj.surt("http://www.Beijing.gov.cn:8080/A/?b=C") == "cn,gov,beijing,www:8080)/a/?b=c"


def test_conditions_and_revisits(tmp_path: Path) -> None:
    def page(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == '"1"':
            return http(status="304 Not Modified", etag='"1"', content_length="")
        return http(report().split(b"\r\n\r\n", 1)[1], etag='"1"', last_modified="Thu, 26 Nov 2026 00:00:00 GMT")

    with Loopback({"/nb/": listing("/nb/1.html"), "/nb/1.html": page}) as server:
        given = settings(server.url("/nb/"))
        runs = [night(tmp_path, given, days).run for days in (0, 1, 31)]
        log = [asked for asked in server.log if asked.path == "/nb/1.html"]
    assert [outcomes_of(tmp_path, run, "/nb/1.html") for run in runs] == ["new", "same", "same"]
    assert "if-none-match" not in log[0].headers
    assert log[1].headers["if-modified-since"] == "Thu, 26 Nov 2026 00:00:00 GMT"
    assert "if-none-match" not in log[2].headers  # once a month without conditions
    assert not verify(tmp_path / "archive").problems


def outcomes_of(home: Path, run: str, path: str) -> str:
    with sqlite3.connect(home / "frontier.sqlite") as db:
        found = db.execute("SELECT v.outcome FROM visit v JOIN url u ON u.id=v.url_id WHERE v.run=? AND u.url LIKE ?", (run, f"%{path}"))
        row = found.fetchone()
    db.close()
    return str(row[0]) if row else ""


def test_changed_and_missing(tmp_path: Path) -> None:
    with Loopback({"/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": report(year=1), "/nb/2.html": report(year=2)}) as server:
        given = settings(server.url("/nb/"))
        night(tmp_path, given)
        server.answers["/nb/1.html"] = report(year=3)
        del server.answers["/nb/2.html"]
        server.answers["/nb/"] = listing("/nb/1.html")
        runs = [night(tmp_path, given, days).run for days in (1, 4, 8, 9)]
    assert outcomes_of(tmp_path, runs[0], "/nb/1.html") == "changed"
    assert [outcomes_of(tmp_path, run, "/nb/2.html") for run in runs] == ["missing", "missing", "missing", "gone"]


def test_a_night_that_ended_is_not_begun_again(tmp_path: Path) -> None:
    with Loopback({"/nb/": listing("/nb/1.html"), "/nb/1.html": report()}) as server:
        given = settings(server.url("/nb/"))
        first = night(tmp_path, given)
        asked = len(server.log)
        again = night(tmp_path, given)
        assert len(server.log) == asked
    assert again.ended == "again" and again.outcomes == first.outcomes


def test_robots_is_obeyed_everywhere(tmp_path: Path) -> None:
    page = http("<html><body>年度报告<a href='/secret/f.pdf'>附件：年度报告.pdf</a>" + "正文。" * 100 + "</body></html>")
    found, log = one_night(
        tmp_path,
        {"/robots.txt": http("User-agent: *\nDisallow: /secret\n", content_type="text/plain"),
         "/nb/": listing("/nb/1.html", "/nb/2.html", "/secret/3.html"), "/nb/1.html": page,
         "/nb/2.html": http(status="302 Found", location="/secret/2.html")},
    )  # fmt: skip
    assert not [asked.path for asked in log if asked.path.startswith("/secret")]
    assert {path: found[path][0] for path in found if path.startswith("/secret")} == {
        "/secret/3.html": "robots", "/secret/f.pdf": "robots", "/secret/2.html": "robots",
    }  # fmt: skip
    assert found["/nb/2.html"][0] == "redirected"


@pytest.mark.parametrize(
    ("answer", "outcome"), [(http(status="403 Forbidden"), "robots"), (http(status="500 Oops"), "not_asked")]
)
def test_a_host_whose_robots_cannot_be_read_is_left_alone(tmp_path: Path, answer: bytes, outcome: str) -> None:
    found, log = one_night(tmp_path, {"/robots.txt": answer, "/nb/": listing("/nb/1.html")})
    assert {asked.path for asked in log} == {"/robots.txt"}
    assert found["/nb/"][0] == outcome


def test_robots_may_be_elsewhere(tmp_path: Path) -> None:
    found, _ = one_night(
        tmp_path,
        {"/robots.txt": http(status="301 Moved", location="/r/robots.txt"),
         "/r/robots.txt": http("User-agent: *\nDisallow: /nb/1\n", content_type="text/plain"), "/nb/": listing("/nb/1.html")},
    )  # fmt: skip
    assert found["/nb/1.html"][0] == "robots"


def test_robots_that_lead_in_a_circle(tmp_path: Path) -> None:
    found, log = one_night(tmp_path, {"/robots.txt": http(status="301 Moved", location="/robots.txt"), "/nb/": listing()})
    assert found["/nb/"] == ("not_asked", "host down (robots.txt: more than 5 redirects)")
    assert len(log) == 6


def test_gaps_are_kept_on_the_server(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(6)))}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(6)}
    with Loopback(answers) as server:
        night(tmp_path, settings(server.url("/nb/"), min_interval_s=0.15))
        assert len(server.log) == 8
        assert min(server.gaps()) >= 0.15
    (host,) = manners(tmp_path / "archive")
    assert host.requests == 8 and host.smallest_gap is not None and host.smallest_gap >= 0.149 and host.good


def test_two_names_of_one_server_share_a_queue(tmp_path: Path) -> None:
    async def resolver(host: str, port: int) -> Iterable[str]:
        return ["127.0.0.1"]

    answers: dict[str, Answer] = {"/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": report(year=1), "/nb/2.html": report(year=2)}
    with Loopback(answers) as server:
        urls = [f"http://{name}.test:{server.port}/nb/" for name in ("a", "b")]
        night(tmp_path, settings(*urls, min_interval_s=0.1), resolver=resolver)
        assert len(server.log) == 8
        assert min(server.gaps()) >= 0.1


def test_crawl_delay_is_obeyed(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/robots.txt": http("User-agent: *\nCrawl-delay: 0.3\n"), "/nb/": listing("/nb/1.html"), "/nb/1.html": report()}
    with Loopback(answers) as server:
        night(tmp_path, settings(server.url("/nb/")))
        assert min(server.gaps()[1:]) >= 0.3
    assert manners(tmp_path / "archive")[0].allowed_gap == 0.3


def test_the_budget_of_a_host(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(9)))}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(9)}
    found, log = one_night(tmp_path, answers, budget_per_host=5)
    assert len(log) == 5
    assert sorted({outcome for outcome, _ in found.values()}) == ["new", "not_asked"]


def flaky(*answers: Answer) -> Callable[[Asked], bytes]:
    left = list(answers)

    def answer(asked: Asked) -> bytes:
        made = left.pop(0) if len(left) > 1 else left[0]
        assert isinstance(made, bytes)
        return made

    return answer


@pytest.mark.parametrize(
    ("answer", "outcome", "requests"),
    [
        (flaky(http(status="503 Busy"), http(status="502 Bad"), report()), "new", 3),
        (http(status="503 Busy"), "failed", 4),
        (http(status="404 Not Found"), "missing", 1),
        (http(status="410 Gone"), "missing", 1),
        (http(status="403 Forbidden"), "forbidden", 1),
        (http(status="418 Teapot"), "challenge", 1),
        (http(status="400 Bad Request"), "failed", 1),
        (http("<html><head><title>页面不存在</title></head><body>x</body></html>" + " " * 100), "missing", 1),
        (http("<html><body><p>对不起，您访问的页面不存在或已删除！</p></body></html>" + " " * 100), "missing", 1),
        (http("gone"), "missing", 1),
        (http(status="302 Found", location="/"), "missing", 1),
        (http(status="302 Found"), "failed", 1),
        (http(status="302 Found", location="file:///etc/passwd"), "refused", 1),
        (http(status="302 Found", location="http://u:p@127.0.0.1/"), "refused", 1),
        (http(b"\x1f\x8b\x08 damaged", content_encoding="gzip"), "failed", 4),
        (listing("/nb/1.html"), "missing", 1),  # the list again, byte by byte: the server's answer to all that is missing
        (flaky(http(status="429 Slow", retry_after="86400"), report()), "failed", 1),
        (flaky(http(status="429 Slow", retry_after="0"), report()), "new", 2),
    ],
)
def test_what_answers_mean(tmp_path: Path, answer: Answer, outcome: str, requests: int) -> None:
    found, log = one_night(tmp_path, {"/nb/": listing("/nb/1.html"), "/nb/1.html": answer})
    assert found["/nb/1.html"][0] == outcome, found["/nb/1.html"]
    assert len([asked for asked in log if asked.path == "/nb/1.html"]) == requests
    assert found["/nb/"] == ("new", "")


def test_retry_after_is_waited_for(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/nb/": listing("/nb/1.html"), "/nb/1.html": flaky(http(status="429 Slow", retry_after="1"), report())}
    with Loopback(answers) as server:
        night(tmp_path, settings(server.url("/nb/")))
        one, two = (asked.at for asked in server.log if asked.path == "/nb/1.html")
    assert two - one >= 1.0


def test_redirects_of_a_list(tmp_path: Path) -> None:
    found, _ = one_night(
        tmp_path, {"/nb/": http(status="301 Moved", location="/new/"), "/new/": listing("1.html"), "/new/1.html": report()}
    )
    assert found["/nb/"] == ("redirected", f"http://127.0.0.1:{_port(found['/nb/'][1])}/new/")
    assert found["/new/1.html"] == ("new", "")


def _port(url: str) -> str:
    return url.split(":")[2].split("/")[0]


def test_an_address_in_numbers_of_version_six(tmp_path: Path) -> None:
    try:
        server = Loopback({"/nb/": listing("1.html"), "/nb/1.html": report()}, host="::1").__enter__()
    except OSError:
        pytest.skip("no IPv6 here")
    try:
        assert night(tmp_path, settings(f"http://[::1]:{server.port}/nb/")).outcomes == {"new": 2}
        assert server.paths() == ["/robots.txt", "/nb/", "/nb/1.html"]
    finally:
        server.__exit__(None, None, None)


def test_redirects_in_a_circle_end(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {
        "/nb/": listing("/nb/a.html"), "/nb/a.html": http(status="302 Found", location="/nb/b.html"),
        "/nb/b.html": http(status="302 Found", location="/nb/a.html"),
    }  # fmt: skip
    answers |= {f"/chain/{i}": http(status="302 Found", location=f"/chain/{i + 1}") for i in range(50)}
    found, log = one_night(tmp_path, answers)
    assert found["/nb/a.html"][0] == "redirected"
    assert found["/nb/b.html"][0] == "failed" and found["/nb/b.html"][1].startswith("redirect loop: "), "told, not passed over"
    assert len(log) == 4
    chain, log = one_night(tmp_path / "long", {**answers, "/nb/": http(status="302 Found", location="/chain/0")})
    assert len(log) < 12
    assert any(outcome == "failed" and detail.startswith("more than 6 redirects") for outcome, detail in chain.values()), chain


def test_redirects_to_private_addresses_are_refused(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {
        "/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": http(status="302 Found", location="http://10.0.0.1/x"),
        "/nb/2.html": http(status="302 Found", location="http://169.254.169.254/latest/meta-data/"),
    }  # fmt: skip
    found, _ = one_night(tmp_path, answers)
    assert found["/x"][0] == found["/latest/meta-data/"][0] == "refused"


def test_a_plain_cookie_is_carried(tmp_path: Path) -> None:
    def page(asked: Asked) -> bytes:
        if "ok=1" in asked.headers.get("cookie", ""):
            return listing("/nb/1.html")
        return http(status="302 Found", location="/nb/", set_cookie="ok=1; Path=/")

    found, log = one_night(tmp_path, {"/nb/": page, "/nb/1.html": report()})
    assert found == {"/nb/": ("new", ""), "/nb/1.html": ("new", "")}
    assert [asked.path for asked in log].count("/nb/") == 2


@pytest.mark.parametrize("given", [True, False])
def test_a_cookie_that_is_set_at_another_address(tmp_path: Path, given: bool) -> None:
    """The list sends us there, and that address back; with the cookie the list is shown, or not even then."""

    def guarded(asked: Asked) -> bytes:
        with_it = given and "k=1" in asked.headers.get("cookie", "")
        return (listing("/nb/1.html") if asked.path == "/nb/" else report()) if with_it else http("", "302 Found", location=f"/set?back={asked.path}")

    def setting(asked: Asked) -> bytes:
        return http("", "302 Found", location=asked.path.partition("=")[2], set_cookie="k=1; Path=/")

    answers: dict[str, Answer] = {"/nb/": guarded, "/nb/1.html": guarded, "/set?back=/nb/": setting}
    with Loopback(answers) as server:
        for days in range(2):
            asked = len(server.log)
            summary = night(tmp_path, settings(server.url("/nb/")), days)
            paths = server.paths()[asked:]
            assert paths == ["/robots.txt", "/nb/", "/set?back=/nb/", "/nb/", *(["/nb/1.html"] if given else [])]
            assert summary.outcomes == ({"redirected": 1, ("same" if days else "new"): 2} if given else {"redirected": 1, "failed": 1})
    assert not verify(tmp_path / "archive").problems


def test_a_server_that_always_sends_us_back_is_left(tmp_path: Path) -> None:
    calls = iter(range(1_000))

    def page(asked: Asked) -> bytes:
        return http(status="302 Found", location="/nb/", set_cookie=f"n={next(calls)}")

    found, log = one_night(tmp_path, {"/nb/": page})
    assert found["/nb/"][0] == "failed" and "redirect loop" in found["/nb/"][1]
    assert [asked.path for asked in log].count("/nb/") == 4


JSL = http("<script>document.cookie='__jsl_clearance=1';location.href='/'</script>", "521 ", set_cookie="__jsluid_h=1")


def test_a_challenge_parks_the_host(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(5))), "/nb/0.html": JSL}
    found, log = one_night(tmp_path, answers)
    assert found["/nb/0.html"] == ("challenge", "jiasule")
    assert {found[f"/nb/{i}.html"] for i in range(1, 5)} == {("not_asked", "challenge (jiasule)")}
    assert len(log) == 3  # robots.txt, the list, and the one that was answered with a challenge


def test_a_challenge_ends_the_night_of_all_names_of_its_server(tmp_path: Path) -> None:
    async def resolver(host: str, port: int) -> Iterable[str]:
        return ["127.0.0.1"]

    def by_name(asked: Asked) -> bytes:
        return JSL if asked.headers["host"].startswith("b.") else report()

    pages = [f"/nb/{i}.html" for i in range(4)]
    answers: dict[str, Answer] = {"/nb/": listing(*pages)} | dict.fromkeys(pages, by_name)
    with Loopback(answers) as server, Loopback(answers) as other:
        urls = [f"http://{name}.test:{server.port}/nb/" for name in ("a", "b", "c")]
        summary = night(tmp_path, settings(*urls, other.url("/nb/")), resolver=resolver)
        challenged = [at for at, asked in enumerate(server.log) if asked.headers["host"].startswith("b.") and asked.path in pages]
        assert challenged == [len(server.log) - 1], "the last request to that server"
        assert summary.outcomes["challenge"] == 1 and len(other.log) == 6
        asked = len(server.log)
        night(tmp_path, settings(*(url for url in urls if "//b." not in url)), 1, resolver=resolver)
        assert len(server.log) > asked + 2, "the others are asked again in the next night"


class Jumping(SystemClock):
    """Somebody sets the computer's clock by a day, at a moment of the stopwatch."""

    def __init__(self, shift: timedelta) -> None:
        self.shift, self.at = shift, float("inf")

    def now(self) -> datetime:
        return datetime.now(UTC) + (self.shift if self.monotonic() >= self.at else timedelta(0))


@pytest.mark.parametrize("shift", [timedelta(days=-1), timedelta(days=1)])
def test_a_clock_that_is_set_during_a_night(tmp_path: Path, shift: timedelta) -> None:
    clock, busy = Jumping(shift), [1, 1]

    def hasty(asked: Asked) -> bytes:
        clock.at = min(clock.at, clock.monotonic() + 0.1)  # while it waits to be asked again
        return http("", "503 Busy") if busy and busy.pop() else report(year=1)

    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(6))), "/nb/0.html": hasty}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(1, 6)}
    with Loopback(answers) as server:
        summary = asyncio.run(crawl(settings(server.url("/nb/"), retry_wait_s=0.2, most_hours=0.005), tmp_path, "gongkai/test", night="20261126", world=World(clock=clock)))
        again = [asked.at for asked in server.log if asked.path == "/nb/0.html"]
    assert summary.outcomes == {"new": 7}
    assert len(again) == 3 and again[1] - again[0] >= 0.19 and again[2] - again[1] >= 0.79, "waited for by the stopwatch"
    assert not verify(tmp_path / "archive").problems


def test_a_parked_host_is_probed_less_and_less(tmp_path: Path) -> None:
    with Loopback({"/nb/": JSL}) as server:
        given = settings(server.url("/nb/"))
        asked = []
        for days in range(12):
            before = len(server.log)
            night(tmp_path, given, days)
            asked.append(len(server.log) - before)
    assert asked == [2, 2, 2, 0, 2, 0, 0, 0, 2, 0, 0, 0]


def test_a_dead_host_does_not_hold_up_others(tmp_path: Path) -> None:
    with Loopback() as dead:
        url = dead.url("/nb/")
    with Loopback({"/nb/": listing("/nb/1.html"), "/nb/1.html": report()}) as server:
        summary = night(tmp_path, settings(url, server.url("/nb/")))
    assert summary.outcomes == {"new": 2, "not_asked": 1}
    assert "host down (robots.txt: connect: 127.0.0.1" in summary.failures[0]["detail"]


def test_a_robots_file_that_breaks_off_is_none(tmp_path: Path) -> None:
    async def cut(asked: Asked, write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nUser-agent: *\n")

    found, log = one_night(tmp_path, {"/robots.txt": cut, "/nb/": listing("/nb/1.html")})
    assert found["/nb/"][0] == "not_asked"
    assert {asked.path for asked in log} == {"/robots.txt"}


def test_names_nobody_knows(tmp_path: Path) -> None:
    async def resolver(host: str, port: int) -> Iterable[str]:
        raise OSError("unknown")

    summary = night(tmp_path, settings("http://nowhere.test/nb/"), resolver=resolver)
    assert summary.outcomes == {"failed": 1} and "dns" in summary.failures[0]["detail"]


def test_a_hanging_host_is_given_up(tmp_path: Path) -> None:
    async def hang(asked: Asked, write: Write) -> None:
        await asyncio.sleep(30)

    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(8)))}
    answers |= {f"/nb/{i}.html": hang for i in range(8)}
    found, _ = one_night(tmp_path, answers, read_s=0.1, retries=0)
    kinds = [found[f"/nb/{i}.html"] for i in range(8)]
    assert [kind for kind, _ in kinds].count("failed") == 3
    assert kinds[-1] == ("not_asked", "host down: 3 addresses in a row failed")


def test_files_are_asked_for_from_their_page_and_those_of_other_hosts_without_a_word(tmp_path: Path) -> None:
    pdf = http(b"%PDF-1.4\n" + b"x" * 300, content_type="application/pdf")

    def file(asked: Asked) -> bytes:
        return pdf if asked.headers.get("referer", "").endswith("/nb/1.html") else http("<html><body>请从正文页下载</body></html>")

    with Loopback() as server, Loopback({"/f.pdf": pdf}, host="127.0.0.2") as other:
        page = http(f"<html><body><p>{'正文' * 200}</p><a href='/down.jsp?id=7'>附件.pdf</a><a href='{other.url('/f.pdf')}'>附件二.pdf</a></body></html>")
        server.answers = {"/nb/": listing("/nb/1.html"), "/nb/1.html": page, "/down.jsp?id=7": file}
        night(tmp_path, settings(server.url("/nb/")))
        assert [a.headers.get("referer") for a in server.log if a.path.startswith("/down")] == [server.url("/nb/1.html")]
        assert [a.headers.get("referer") for a in other.log] == [None, None]
    with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
        assert db.execute("SELECT media_type FROM capture WHERE role='attachment' ORDER BY url").fetchall() == [("application/pdf",)] * 2
    db.close()


def test_pages_that_always_fail_do_not_keep_others_from_being_asked(tmp_path: Path) -> None:
    """Three broken articles end the night of their host; the next night begins with the others."""
    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(6)))}
    answers |= {f"/nb/{i}.html": http(status="500 Internal Server Error") if i < 3 else report(year=2024 - i) for i in range(6)}
    with Loopback(answers) as server:
        given = settings(server.url("/nb/"), retries=0)
        first = night(tmp_path, given)
        assert (first.outcomes["failed"], first.outcomes["not_asked"]) == (3, 3)
        second = night(tmp_path, given, days=1)
        assert second.outcomes == {"new": 3, "same": 1, "failed": 3}


def test_addresses_of_a_page_that_are_none(tmp_path: Path) -> None:
    page = listing("/nb/1.html", "http://u:p@127.0.0.1/2.html", "file:///etc/passwd", "http://127.0.0.1:1/%0d%0aX:1")
    found, _ = one_night(tmp_path, {"/nb/": page, "/nb/1.html": report()})
    assert found["/nb/1.html"] == ("new", "")
    assert not any("passwd" in path for path in found)


def test_bombs_and_large_files_cost_one_address(tmp_path: Path) -> None:
    import gzip

    bomb = http(gzip.compress(bytes(30_000_000)), content_encoding="gzip")
    answers: dict[str, Answer] = {"/nb/": listing("/nb/1.html", "/nb/2.html", "/nb/3.html"), "/nb/1.html": bomb,
                                  "/nb/2.html": http(b"x" * 300_000), "/nb/3.html": report()}  # fmt: skip
    found, _ = one_night(tmp_path, answers, file_bytes=100_000)
    assert [found[f"/nb/{i}.html"][0] for i in (1, 2, 3)] == ["too_large", "too_large", "new"]


def test_sites_that_are_parked_or_removed(tmp_path: Path) -> None:
    from dataclasses import replace

    with Loopback({"/nb/": listing("/nb/1.html"), "/nb/1.html": report(), "/b/": listing("/b/1.html"), "/b/1.html": report("乙局")}) as server:
        both = settings(server.url("/nb/"), server.url("/b/"))
        night(tmp_path, both)
        asked = len(server.log)
        parked = replace(both, sites=(replace(both.sites[0], status="parked"),))
        run = night(tmp_path, parked, 1).run
        assert len(server.log) == asked
    assert set(outcomes(tmp_path, run).values()) == {("parked", "site parked"), ("parked", "site removed")}


def test_pages_are_asked_in_a_new_night_with_the_least_checked_first(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(8)))}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(8)}
    with Loopback(answers) as server:
        given = settings(server.url("/nb/"), budget_per_host=6)
        for days in (0, 1):
            night(tmp_path, given, days)
        asked = {path for path in server.paths() if path.endswith(".html")}
    assert len(asked) == 8


# processes


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(Locked, match="at work"):
        night(tmp_path, settings())


def test_stopped_and_resumed(tmp_path: Path) -> None:
    async def work(given: Settings, after: float) -> Summary:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(after, stop.set)
        return await crawl(given, tmp_path, "gongkai/test", stop=stop)

    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(20)))}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(20)}
    with Loopback(answers) as server:
        given = settings(server.url("/nb/"), min_interval_s=0.05)
        ended = []
        while not ended or ended[-1] == "stopped":
            ended.append(asyncio.run(work(given, 0.35)).ended)
        assert ended[0] == "stopped" and ended[-1] == "done"
        paths = [path for path in server.paths() if path.endswith(".html")]
    found = verify(tmp_path / "archive")
    assert not found.problems and set(paths) == set(answers) - {"/nb/"}
    assert len(list((tmp_path / "archive").glob("warc/*/*/*/*"))) == 1


def test_a_site_that_is_added_to_an_interrupted_night(tmp_path: Path) -> None:
    async def interrupted(given: Settings) -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.3, stop.set)
        assert (await crawl(given, tmp_path, "gongkai/test", stop=stop)).ended == "stopped"

    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(9))), "/b/": listing("/b/1.html"), "/b/1.html": report()}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(9)}
    with Loopback(answers) as server:
        asyncio.run(interrupted(settings(server.url("/nb/"), min_interval_s=0.1)))
        summary = night(tmp_path, settings(server.url("/nb/"), server.url("/b/")))
    assert summary.outcomes == {"new": 12}


def test_an_older_night_that_never_ended_is_closed(tmp_path: Path) -> None:
    async def interrupted(given: Settings) -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.3, stop.set)
        assert (await crawl(given, tmp_path, "gongkai/test", night="20260101", stop=stop)).ended == "stopped"

    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(20)))}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(20)}
    with Loopback(answers) as server:
        asyncio.run(interrupted(settings(server.url("/nb/"), min_interval_s=0.1)))
        summary = night(tmp_path, settings(server.url("/nb/")))
    assert summary.ended == "done"
    assert not verify(tmp_path / "archive").problems
    with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
        left = db.execute("SELECT DISTINCT detail FROM visit WHERE run='20260101' AND outcome='not_asked'").fetchall()
        assert left == [("the crawl was interrupted",)]
    db.close()


@pytest.mark.parametrize("at", range(2, 24, 4))
def test_a_full_disk_stops_the_night_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The n-th write to the archive fails in its middle; with space again the night goes on."""
    writes = 0
    real = Archive._write

    def write(self: Archive, data: bytes) -> None:
        nonlocal writes
        writes += 1
        if writes == at:
            assert self._stream
            self._stream.write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, data)

    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(20)))}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(20)}
    with Loopback(answers) as server:
        given = settings(server.url("/nb/"))
        monkeypatch.setattr(Archive, "_write", write)
        first = night(tmp_path, given)
        assert first.ended.startswith("no space")
        summary = night(tmp_path, given)
    assert summary.outcomes == {"new": 21}
    assert not verify(tmp_path / "archive").problems
    with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
        assert db.execute("SELECT count(*), count(DISTINCT url) FROM capture").fetchone() == (22, 22)
    db.close()


def test_files_are_rolled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongkai.scraper.archive.Archive.is_full", property(lambda self: self.size > 5_000))
    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(20)))}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(20)}
    with Loopback(answers) as server:
        night(tmp_path, settings(server.url("/nb/")))
    files = list((tmp_path / "archive").glob("warc/*/*/*/*.warc.gz"))
    assert len(files) > 2
    assert not verify(tmp_path / "archive").problems


def test_a_year_behind_which_stands_a_list_is_walked(tmp_path: Path) -> None:
    """2024年年报 may be a report or the list of all bodies' reports of that year: what comes decides, and it stays so."""
    bodies = ("水务局", "教育局", "民政局")

    def years(asked: Asked) -> bytes:
        return http("<html><head><title>政府信息公开年报</title></head><body><ul>" + "".join(
            f"<li><a href='/nb/{y}/'>{y}年政府信息公开年报</a></li>" for y in (2024, 2023, 2022)
        ) + "</ul></body></html>")  # fmt: skip

    def of_year(year: int) -> bytes:
        rows = "".join(f"<li><a href='/nb/{year}/{i}.html'>青溪市{b}{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-20</span></li>" for i, b in enumerate(bodies))
        return http(f"<html><head><title>{year}年政府信息公开年报</title></head><body><ul>{rows}</ul></body></html>")

    text = "<p>三、收到和处理政府信息公开申请情况</p>" + "本年度受理申请若干件。" * 60
    own = http(f"<html><title>2022年政府信息公开年报</title><body>{text}<a href='/nb/2024/1.html'>青溪市教育局2024年政府信息公开工作年度报告</a></body></html>")
    pages: dict[str, Answer] = {"/nb/": years, "/nb/2024/": of_year(2024), "/nb/2023/": of_year(2023), "/nb/2022/": own}
    pages |= {f"/nb/{y}/{i}.html": report(f"青溪市{b}", y) for y in (2024, 2023) for i, b in enumerate(bodies)}
    with Loopback(pages) as server:
        for days in range(3):
            summary = night(tmp_path, settings(server.url("/nb/")), days)
            assert sum(summary.outcomes.values()) == 10 and set(summary.outcomes) <= {"new", "same"}, summary.outcomes
            with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
                assert db.execute("SELECT count(*) FROM listing WHERE run=?", (summary.run,)).fetchone() == (3,)
                assert db.execute("SELECT count(*) FROM url WHERE role='page'").fetchone() == (7,), "the report of 2022 is one"
            db.close()
        more = "<li><a href='/nb/2024/9.html'>青溪市司法局2024年政府信息公开工作年度报告</a></li></ul>".encode()
        grown = of_year(2024).partition(b"\r\n\r\n")[2].replace(b"</ul>", more)
        server.answers |= {"/nb/2024/": http(grown), "/nb/2024/9.html": report("青溪市司法局", 2024)}
        assert night(tmp_path, settings(server.url("/nb/")), 3).outcomes == {"new": 1, "changed": 1, "same": 9}
