"""Pages asked for by a person: robots.txt binds as in a night, however short it is."""

from __future__ import annotations

import asyncio

import pytest

from gongkai.samplesite.server import Server
from gongkai.samplesite.web import small
from gongkai.scraper.asking import Asker, NotGiven
from gongkai.scraper.settings import settings_of

AGENT = "gongkai-sample/1.0 (+https://example.org/about-our-crawler; mailto:data@example.org)"


def asked(server: Server, url: str) -> bytes:
    crawl = {"user_agent": AGENT, "min_interval_s": 0.01, "allow_addresses": ["127.0.0.0/8"]}
    settings = settings_of({"crawl": crawl, "site": [{"id": "a", "url": url}]})

    async def run() -> bytes:
        asker = Asker(settings)
        try:
            return (await asker.page(url)).body
        finally:
            await asker.close()

    return asyncio.run(run())


def test_a_page_is_given() -> None:
    with Server(small()) as server:
        assert b"<html" in asked(server, server.url(server.web.sites[0]))


def test_a_short_robots_file_binds(monkeypatch: pytest.MonkeyPatch) -> None:
    web = small()
    with Server(web) as server:
        original = server.respond

        def respond(request, local):  # type: ignore[no-untyped-def]
            if request.path.startswith("/robots.txt"):
                body = b"User-agent: *\nDisallow: /\n"
                return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            return original(request, local)

        monkeypatch.setattr(server, "respond", respond)
        with pytest.raises(NotGiven, match="disallowed"):
            asked(server, server.url(web.sites[0]))
