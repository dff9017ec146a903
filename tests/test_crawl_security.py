"""What a hostile site may try with a crawler: lead it into the operator's own network, write into its requests or its files,
or keep it busy for ever. Each is refused, and the refusal is recorded."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from loopback import AGENT, Asked, Loopback, Write, http, listing, report

from gongkai.scraper.crawl import Summary, crawl
from gongkai.scraper.records import records
from gongkai.scraper.settings import Settings, settings_of
from gongkai.scraper.verify import verify


def only(server: Loopback, path: str = "/nb/", **crawl_settings: object) -> Settings:
    """Settings that allow 127.0.0.1 and nothing else of loopback."""
    told = {"user_agent": AGENT, "min_interval_s": 0.0, "allow_addresses": ["127.0.0.1/32"], "retry_wait_s": 0.02}
    return settings_of({"crawl": told | crawl_settings, "site": [{"id": "site", "url": server.url(path)}]})


def night(settings: Settings, home: Path) -> Summary:
    home.mkdir(exist_ok=True)
    return asyncio.run(crawl(settings, home, "gongkai/test", night="20261126"))


def query(home: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "frontier.sqlite")) as db:
        return db.execute(sql).fetchall()


TARGETS = [
    "http://127.0.0.2:{port}/", "http://10.0.0.1/", "http://192.168.1.1/admin", "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data/",
    "http://[::1]:{port}/", "http://[::ffff:10.0.0.1]/", "http://0x7f000002:{port}/", "http://2130706434:{port}/", "http://127.2:{port}/",
    "http://100.64.0.1/", "http://0.0.0.0:{port}/", "http://[fe80::1]/", "http://[64:ff9b::a00:1]/", "http://224.0.0.1/",
    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:{port}/", "javascript:alert(1)", "http://user:secret@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@10.0.0.1/", "//10.0.0.1/", "http://127.0.0.1:{port}/\x0b\x00",
]  # fmt: skip


@pytest.mark.parametrize("role", ["list", "page", "attachment", "robots"])
def test_redirects_lead_nowhere_else(tmp_path: Path, role: str) -> None:
    with Loopback() as site, Loopback(host="127.0.0.2") as inner:
        for number, target in enumerate(TARGETS):
            to = http("", "302 Found", location=target.format(port=inner.port))
            page = http("<html><body>年度报告<a href='/nb/1.pdf'>附件：年度报告.pdf</a>" + "正文。" * 100 + "</body></html>")
            site.answers = {"/nb/": listing("/nb/1.html"), "/nb/1.html": page, "/nb/1.pdf": http(b"%PDF-1.4", content_type="application/pdf")}
            site.answers[{"list": "/nb/", "page": "/nb/1.html", "attachment": "/nb/1.pdf", "robots": "/robots.txt"}[role]] = to
            home = tmp_path / str(number)
            night(only(site), home)
            asked = {r.uri for path in home.glob("archive/warc/*/*/*/*") for r in records(path) if r.type == "request"}
            assert all(uri.startswith(f"http://127.0.0.1:{site.port}/") for uri in asked), target
            said = query(home, "SELECT outcome, detail FROM visit") + query(home, "SELECT 'refused', why FROM refused")
            assert [o for o, _ in said if o in ("refused", "missing", "failed", "not_asked")], (target, said)
        assert inner.log == [], "not one request reached the other server"


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    with Loopback() as site, Loopback(host="127.0.0.2") as inner:
        site.answers = {"/nb/": listing(*(target.format(port=inner.port) for target in TARGETS), "/nb/1.html"), "/nb/1.html": report()}
        done = night(only(site), tmp_path / "home")
        assert inner.log == []
        assert {asked.path for asked in site.log} <= {"/robots.txt", "/nb/", "/nb/1.html"}
        assert done.ended == "done"


def test_loopback_is_no_place_to_ask_without_the_switch(tmp_path: Path) -> None:
    with Loopback({"/nb/": listing()}) as site:
        agent = "gongkai/1.0 (+https://data.gongkai.dev/about; mailto:crawler@gongkai.dev)"
        settings = settings_of({"crawl": {"user_agent": agent}, "site": [{"id": "a", "url": site.url("/nb/")}]})
        done = night(settings, tmp_path / "home")
        assert site.log == []
        assert done.outcomes == {"refused": 1}


def test_nothing_of_a_page_gets_into_the_head_of_a_request(tmp_path: Path) -> None:
    evil = "/nb/1.html%0d%0aX-Evil:%201", "/nb/2.html\r\nX-Evil: 1", "/nb/3.html?a=\nX-Evil: 1", "/nb/4.html#\r\nX-Evil: 1"
    with Loopback() as site:
        site.answers = {
            "/nb/": listing(*evil, "/nb/5.html"),
            "/nb/5.html": http("", "302 Found", location="/nb/6.html%0d%0aX-Evil: 1", set_cookie="a=b%0d%0aX-Evil: 1; Path=/"),
        }
        night(only(site), tmp_path / "home")
        assert site.log
        assert not [asked for asked in site.log if "x-evil" in asked.headers]
        assert all("\r" not in asked.path and "\n" not in asked.path and asked.method == "GET" for asked in site.log)


NAMES = ("../../../tmp/evil.pdf", "/etc/cron.d/evil", "..\\evil.pdf", "CON", "evil.pdf\x00.html", "n" * 5000 + ".pdf", ".", "-rf", "%2e%2e%2fevil.pdf")


def test_names_of_files_touch_no_file(tmp_path: Path) -> None:
    links = "".join(f"<a href='/nb/{i}.pdf'>附件{i}：年度报告.pdf</a>" for i in range(len(NAMES)))
    with Loopback() as site:
        site.answers = {"/nb/": listing("/nb/a.html"), "/nb/a.html": http(f"<html><body>年度报告{links}" + "正文。" * 100 + "</body></html>")}
        for i, name in enumerate(NAMES):
            site.answers[f"/nb/{i}.pdf"] = http(b"%PDF-1.4 " + bytes([65 + i]) * 80, content_disposition=f'attachment; filename="{name}"')
        night(only(site), tmp_path / "home")
        assert len({asked.path for asked in site.log if asked.path.endswith(".pdf")}) == len(NAMES)
    written = [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()]
    assert all(p.startswith(("home/archive/", "home/frontier.sqlite", "home/crawl.lock", "home/")) and "evil" not in p for p in written)
    assert not verify(tmp_path / "home" / "archive").problems


def test_a_body_without_end_is_cut(tmp_path: Path) -> None:
    sent = [0]

    async def endless(asked: Asked, write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
        while sent[0] < 50_000_000:
            sent[0] += 65_536
            await write(b"<p>" + b"x" * 65_533)

    with Loopback({"/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": endless, "/nb/2.html": report()}) as site:
        done = night(only(site, file_bytes=1_000_000, page_bytes=1_000_000), tmp_path / "home")
        assert done.outcomes == {"new": 2, "too_large": 1}
        assert sent[0] < 20_000_000
        assert site.paths().count("/nb/1.html") == 1


def test_a_list_without_end_is_left(tmp_path: Path) -> None:
    """Every page has new reports and a next page."""

    def page(asked: Asked) -> bytes:
        number = int(asked.path.partition("=")[2] or 1)
        return listing(*(f"/nb/p{number}-{i}.html" for i in range(3)), more=f"<a href='/nb/?page={number + 1}'>下一页</a>")

    with Loopback({"/nb/": page} | {f"/nb/?page={i}": page for i in range(2, 200)}) as site:
        done = night(only(site, list_pages=12, budget_per_host=60), tmp_path / "home")
        assert sum("page=" in path for path in site.paths()) <= 12
        assert len(site.log) <= 61
        assert done.ended == "done"
        [(problems,)] = query(tmp_path / "home", "SELECT problems FROM listing")
        assert problems != "[]", "a list that was left is no whole list"


@pytest.mark.parametrize("chunked", [False, True])
def test_bytes_behind_an_answer_are_not_the_next_page(tmp_path: Path, chunked: bool) -> None:
    """A server, or what somebody else put into a page, ends an answer early and goes on with another."""
    forged = report("被替换的机关")
    body = b"<html><head><title>x</title></head><body>" + b"y" * 300
    first = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        if chunked
        else b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    answers = {"/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": first + forged, "/nb/2.html": report()}
    with Loopback(answers) as server:
        night(only(server), tmp_path)
    found = {
        r.uri.rsplit("/", 1)[1]: r.block
        for path in tmp_path.glob("archive/warc/*/*/*/*")
        for r in records(path)
        if r.type == "response" and r.uri.endswith(".html")
    }
    assert found["2.html"] == report()
