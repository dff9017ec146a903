"""List services that do as they please with page numbers and sizes: every report arrives, and no doubt is left."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from loopback import Answer, Asked, Loopback, http, report, settings

from gongkai.scraper.crawl import crawl
from gongkai.scraper.sites.answers import goes_on

YEARS = range(2024, 2014, -1)
CHANNEL = "e5eb2abb5014415399847ba2bb99b31f"
Site = tuple[str, dict[str, Answer]]


class Services(Loopback):
    """As the server, but a path answers whatever its query is."""

    async def _answer(self, answer: Answer, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if asked.path not in self.answers:
            answer = self.answers.get(asked.path.partition("?")[0], answer)
        return await super()._answer(answer, asked, writer)


def title(year: int) -> str:
    return f"青溪市水务局{year}年政府信息公开工作年度报告"


def told(value: object) -> bytes:
    return http(json.dumps(value, ensure_ascii=False), content_type="application/json; charset=utf-8")


def page(body: str, head: str = "") -> bytes:
    return http(f"<html><head><title>政府信息公开年报</title>{head}</head><body>{body}</body></html>")


def asked_for(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.path.partition("?")[2]))


def jpaas(bare: bool, counted: bool) -> Site:
    """A unit that heeds only the pageNo beside `paramJson`, or that says no count."""

    def rows(number: int) -> str:
        items = "".join(f'<li><a href="/art/2025/art_{y}.html" title="{title(y)}">年报</a><span>{y + 1}-01-20</span></li>' for y in YEARS[5 * number - 5 : 5 * number])
        return f"<ul>{items}</ul>" + (f'<div class="pagination" rows="5" count="{len(YEARS)}"></div>' if counted or number == 1 else "")

    def unit(asked: Asked) -> bytes:
        said = asked_for(asked)
        number = int(said.get("pageNo", 1)) if bare else json.loads(said["paramJson"])["pageNo"]
        return told({"success": True, "data": {"html": rows(number)}})

    call = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    query = "{'parseType':'bulidstatic','webId':'1','tagId':'当前栏目list','pageId':'p'}"
    column = page(f"<script src='/x/unitbuild.js' url='{call}' queryData=\"{query}\"></script>{rows(1)}")
    return "/col/xxgknb/", {"/col/xxgknb/": column, call: unit, **{f"/art/2025/art_{y}.html": report(year=y) for y in YEARS}}


def ucap(script: str) -> Site:
    """A list that gives four rows however many are asked for."""

    def rows(asked: Asked) -> bytes:
        number = int(asked_for(asked).get("page", 1))
        some = [{"title": title(y), "url": f"/site/c1/{y:032x}.shtml", "publishedTimeStr": f"{y + 1}-01-20 09:00:00"} for y in YEARS[4 * number - 4 : 4 * number]]
        return told({"data": {"page": number, "rows": len(some), "total": len(YEARS), "results": some}})

    column = page(f"<script>{script}</script>", f'<meta name="channelId" content="{CHANNEL}">')
    return "/zwgk/common_list.shtml", {"/zwgk/common_list.shtml": column, f"/common/search/{CHANNEL}": rows,
                                       **{f"/site/c1/{y:032x}.shtml": report(year=y) for y in YEARS}}  # fmt: skip


def gkmlpt() -> Site:
    """An interface with three articles a page instead of 100."""

    def articles(asked: Asked) -> bytes:
        number = int(asked_for(asked).get("page", 1))
        some = [{"title": title(y), "url": f"/gkmlpt/content/0/9/post_{y}.html", "created_at": f"{y + 1}-01-20"} for y in YEARS[3 * number - 3 : 3 * number]]
        return told({"total": len(YEARS), "articles": some})

    tree: list[dict[str, Any]] = [{"id": 77, "name": "政府信息公开年报", "post_count": len(YEARS), "children": []}]
    column = page(f"<script>window._CONFIG = {{ SID: '755041', TREE: {json.dumps(tree, ensure_ascii=False)} }};</script>")
    return "/gkmlpt/index", {"/gkmlpt/index": column, "/gkmlpt/api/all/77": articles,
                             **{f"/gkmlpt/content/0/9/post_{y}.html": report(year=y) for y in YEARS}}  # fmt: skip


SITES: dict[str, Callable[[], Site]] = {
    "number-beside": lambda: jpaas(bare=True, counted=True),
    "number-inside": lambda: jpaas(bare=False, counted=True),
    "no-count-but-on-page-1": lambda: jpaas(bare=False, counted=False),
    "fewer-than-asked": lambda: ucap(f"$.get('/common/search/{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=18&page=1', fill)"),
    "put-together": lambda: ucap("var id='x'; $.get('/common/search/' + id + '?_isAgg=true&page=' + n, fill)"),
    "pages-of-three": gkmlpt,
}


@pytest.mark.parametrize("name", SITES)
def test_every_report_of_a_wilful_service_arrives(tmp_path: Path, name: str) -> None:
    column, answers = SITES[name]()
    with Services(answers) as server:
        summary = asyncio.run(crawl(settings(server.url(column), retries=0), tmp_path, "gongkai/test"))
        assert len({asked.path for asked in server.log}) == len(server.log), "nothing is asked twice"
    with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
        ((reports, problems),) = db.execute("SELECT reports, problems FROM listing").fetchall()
    db.close()
    assert (reports, problems) == (len(YEARS), "[]")
    assert not summary.failures


def test_a_call_that_needs_a_token_is_not_put_together(tmp_path: Path) -> None:
    column, answers = ucap("$.get('/common/search/' + id + '?page=' + n + '&token=' + sign(n), fill)")
    with Services(answers) as server:
        asyncio.run(crawl(settings(server.url(column), retries=0), tmp_path, "gongkai/test"))
        assert [asked.path for asked in server.log] == ["/robots.txt", column]


@pytest.mark.parametrize(
    ("number", "size", "shown", "total", "more"),
    [(1, 18, 18, 89, True), (5, 18, 17, 89, False), (1, 18, 5, 10, True), (2, 18, 5, 10, False), (2, 100, 3, 10, True), (2, 100, 2, 145, False), (1, 100, 100, 100, False)],
)
def test_whether_a_page_follows(number: int, size: int, shown: int, total: int, more: bool) -> None:
    assert goes_on(number, size, shown, total) == more
