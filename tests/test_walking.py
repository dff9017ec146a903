"""Walks over whole lists: pretend lists of every pager, of any length, with the ways in which they mislead."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.scraper.sites import Ask, Page
from gongkai.scraper.sites.walking import MOST_HOPS, MOST_UNDECLARED, Walked, walk

HOST = "http://www.qingxi.gov.cn"
COLUMN = f"{HOST}/zwgk/zfxxgknb/"
Answer = Callable[[Ask], bytes | None]


def walked(start: str, answer: Answer, adapter: str = "auto", most: int = 500) -> tuple[Walked, list[str]]:
    """Drive a walk with a pretend site; what came of it and what was asked, in order."""
    steps = walk(start, adapter)
    asked: list[str] = []
    ask = next(steps)
    try:
        for _ in range(most):
            asked.append(ask.url)
            body = answer(ask)
            ask = steps.send(None if body is None else Page(ask.url, body))
    except StopIteration as end:
        return end.value, asked
    raise AssertionError(f"asked more than {most} times")


def title(i: int) -> str:
    return f"青溪市第{i}单位2025年政府信息公开工作年度报告"


def item(i: int) -> str:
    return f'<li><a href="/zwgk/nb/202601/t20260120_{i}.html" title="{title(i)}">{title(i)[:7]}…</a><span>2026-01-20</span></li>'


def listed(numbers: range, tail: str = "") -> bytes:
    return f"<html><body><ul class='l'>{''.join(map(item, numbers))}</ul>{tail}</body></html>".encode()


def numbers(result: Walked) -> list[int]:
    return [int(link.url.rsplit("_", 1)[1].split(".")[0]) for link in result.links]


def static_site(total: int, size: int, *, files_from: int, call: Callable[[int, int], str], also: dict[str, bytes | None] | None = None) -> Answer:
    """A TRS site: page 1 is the directory, later pages are index_N.html with N from 1 or from 2."""
    pages = -(-total // size)

    def answer(ask: Ask) -> bytes | None:
        name = urlsplit(ask.url).path.rsplit("/", 1)[1]
        if also and name in also:
            return also[name]
        if name in ("", "index.html"):
            page = 0
        elif name.startswith("index_") and name[6:-5].isdecimal():
            page = int(name[6:-5]) - files_from + 1
        else:
            return None
        if not 0 <= page < pages or (page == 0 and name not in ("", "index.html")):
            return None
        return listed(range(page * size, min(total, (page + 1) * size)), call(pages, page))

    return answer


from_zero = lambda pages, page: f'<script>createPageHTML({pages}, {page}, "index", "html");</script>'  # noqa: E731
from_one = lambda pages, page: f"<script>createPageHTML('pg', {pages}, {page + 1}, 'index', 'html', 0);</script>"  # noqa: E731
numeric_from_one = lambda pages, page: f'<script>createPageHTML({pages}, {page + 1}, "index", "html");</script>'  # noqa: E731
quoted_from_zero = lambda pages, page: f"<script>createPageHTML('pg', {pages}, {page}, 'index', 'html');</script>"  # noqa: E731


@settings(max_examples=60)
@given(st.integers(1, 90), st.integers(2, 20), st.sampled_from([(1, from_zero), (2, from_one), (2, numeric_from_one), (1, quoted_from_zero)]))
def test_every_way_of_counting_pages_gives_every_entry_once(total: int, size: int, pager: tuple[int, Callable[[int, int], str]]) -> None:
    result, asked = walked(COLUMN, static_site(total, size, files_from=pager[0], call=pager[1]))
    assert numbers(result) == list(range(total))
    assert result.problems == ()
    assert len(asked) == len(set(asked)) <= -(-total // size) + 2


@settings(max_examples=30)
@given(st.integers(3, 9))
def test_a_wrong_guess_is_mended_from_the_end(pages: int) -> None:
    """Files from 1 although the call is quoted and says 1: index_2 is page 3, and page 2 is fetched at the end."""
    site = static_site(pages * 5, 5, files_from=1, call=from_one)
    result, asked = walked(COLUMN, site)
    assert sorted(numbers(result)) == list(range(pages * 5))
    assert f"{COLUMN}index_1.html" in asked


def test_pages_that_are_declared_and_missing_are_told() -> None:
    site = static_site(30, 5, files_from=1, call=lambda pages, page: from_zero(8, page))
    result, _ = walked(COLUMN, site)
    assert numbers(result) == list(range(30))
    assert result.problems == ("list_incomplete: page 7 of 8 is missing",)
    assert (result.pages, result.declared_pages) == (6, 8)


def test_a_stub_in_place_of_a_page_is_told() -> None:
    site = static_site(30, 5, files_from=1, call=from_zero, also={"index_3.html": b"<html><body>.</body></html>"})
    result, _ = walked(COLUMN, site)
    assert numbers(result) == list(range(15))
    assert result.problems == ("list_incomplete: page 4 of 6 brings nothing new",)


def test_an_endless_list_ends() -> None:
    """`?page=N` is always answered, with the same entries or with ever new ones."""

    def same(ask: Ask) -> bytes:
        number = int(parse_qs(urlsplit(ask.url).query).get("page", ["1"])[0])
        return listed(range(5), f"<a href='?page={number + 1}'>下一页</a>")

    def ever_new(ask: Ask) -> bytes:
        number = int(parse_qs(urlsplit(ask.url).query).get("page", ["1"])[0])
        return listed(range(number * 5, number * 5 + 5), f"<a href='?page={number + 1}'>下一页</a>")

    result, asked = walked(COLUMN, same)
    assert (len(asked), numbers(result)) == (2, list(range(5)))
    assert result.problems == ("paging_ignored: page 2 brings the links of page 1",)
    result, asked = walked(COLUMN, ever_new)
    assert len(asked) == MOST_UNDECLARED
    assert result.problems == (f"too_many_pages: stopped after {MOST_UNDECLARED}",)


def test_no_answer_is_told_and_is_no_empty_list() -> None:
    result, asked = walked(COLUMN, lambda ask: None)
    assert result.state == "unknown"
    assert result.problems == (f"list_incomplete: no answer from {COLUMN}",)
    assert asked == [COLUMN]


def test_shells_and_frames_are_followed_three_deep() -> None:
    inner = {
        COLUMN: b"<script>location.replace('./a/');</script>",
        f"{COLUMN}a/": b"<meta http-equiv=refresh content='0;url=b/'>",
        f"{COLUMN}a/b/": b"<html><body><iframe src='list.html'></iframe></body></html>",
        f"{COLUMN}a/b/list.html": listed(range(4)),
    }
    result, asked = walked(COLUMN, lambda ask: inner.get(ask.url))
    assert (result.state, numbers(result), result.problems) == ("list", [0, 1, 2, 3], ())
    assert len(asked) == MOST_HOPS + 1
    loop = {COLUMN: b"<script>location.href='a/';</script>", f"{COLUMN}a/": b"<script>location.href='../';</script>"}
    result, asked = walked(COLUMN, lambda ask: loop.get(ask.url))
    assert (result.state, len(asked)) == ("shell", 2)
    deep = walked(COLUMN, lambda ask: b"<script>location.href='a/';</script>")[0]
    assert [problem.split(":")[0] for problem in deep.problems] == ["too_many_hops"]


# Hanweb: whatever window is asked, three pages and one entry more come back.

STORE = "<datastore><totalrecord>{total}</totalrecord><totalpage>{pages}</totalpage><recordset>{records}</recordset></datastore>"


def store(first: int, last: int, total: int, size: int) -> str:
    records = "".join(f"<record><![CDATA[{item(i)}]]></record>" for i in range(first, min(last, total)))
    return STORE.format(total=total, pages=-(-total // size), records=records)


def hanweb_site(total: int, size: int, *, groups: int = 3, ahead: int = 1, heeds: str = "startrecord") -> Answer:
    def answer(ask: Ask) -> bytes | None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(ask.url).query).items()}
        if "dataproxy.jsp" not in ask.url:
            params = f"<script>var param_7 = {{col:1,columnid:'80179',unitid:'7',webname:'青溪'}}; x({{totalRecord:{total},perPage:{size}}})</script>"
            group = '<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&columnid=80179&unitid=7"></a>]]></nextgroup>'
            inline = store(0, groups * size, total, size).replace("<datastore>", "<datastore>" + group)
            return f'<html><body><div id="7"></div><script type="text/xml">{inline}</script>{params}</body></html>'.encode()
        assert ask.headers and dict(ask.headers)["Referer"].endswith("index.html")
        if heeds == "startrecord":
            if "startrecord" not in query:
                return store(0, groups * size, total, size).encode()
            assert ask.form and dict(ask.form)["columnid"] == "80179"
            first = int(query["startrecord"]) - 1
        else:
            first = (int(query.get("page", "1")) - 1) * groups * size
        return store(first, first + groups * size + ahead, total, size).encode()

    return answer


@settings(max_examples=60)
@given(st.integers(1, 200), st.sampled_from([5, 15, 25]), st.sampled_from([0, 1]), st.sampled_from(["startrecord", "page"]))
def test_hanweb_windows_overlap_and_nothing_is_lost(total: int, size: int, ahead: int, heeds: str) -> None:
    result, asked = walked(f"{HOST}/col/col80179/index.html", hanweb_site(total, size, ahead=ahead, heeds=heeds))
    assert sorted(numbers(result)) == list(range(total))
    assert result.problems == ()
    assert result.declared == total
    assert len(asked) <= 2 * (total // size) + 4


def test_hanweb_cut_short_is_told() -> None:
    def answer(ask: Ask) -> bytes | None:
        return hanweb_site(100, 15)(ask) if "dataproxy" not in ask.url else b"<html>502</html>"

    result, _ = walked(f"{HOST}/col/col80179/index.html", answer)
    assert len(result.links) == 45
    assert result.problems[0] == "list_incomplete: declared 100, read 45"
    assert any(problem.startswith("list_error") for problem in result.problems)


def test_a_list_that_grows_between_two_pages_is_read_again() -> None:
    """One entry was put on top after page 1 was read, and pages are cut at fixed places: it slips through once."""
    calls = {"n": 0}

    def answer(ask: Ask) -> bytes | None:
        calls["n"] += 1
        total = 20 if calls["n"] == 1 else 21
        order = range(-1, 20) if total == 21 else range(20)
        page = int(parse_qs(urlsplit(ask.url).query).get("page", ["1"])[0])
        shown = list(order)[(page - 1) * 10 : page * 10]
        more = f"<a href='?page={page + 1}'>下一页</a>" if page * 10 < total else ""
        return f"<ul>{''.join(item(i + 1) for i in shown)}</ul>共{total}条 {more}".encode()

    result, _ = walked(f"{COLUMN}list.jsp?cid=1", answer)
    assert sorted(numbers(result)) == list(range(21))
    assert result.problems == ()


# Lists by data calls.


def json_site(total: int, size: int, build: Callable[[int, range], str], first: bytes, number: Callable[[Ask], int]) -> Answer:
    def answer(ask: Ask) -> bytes | None:
        if ask.url.startswith(COLUMN) or "/public/column" in ask.url or "/gkmlpt/index" in ask.url:
            return first
        page = number(ask)
        start = max(page - 1, 0) * size
        return None if start >= total and start else build(page, range(start, min(start + size, total))).encode()

    return answer


def argument(name: str) -> Callable[[Ask], int]:
    return lambda ask: int(parse_qs(urlsplit(ask.url).query)[name][0])


def nth_of_unit(ask: Ask) -> int:
    return int(json.loads(parse_qs(urlsplit(ask.url).query)["paramJson"][0])["pageNo"])


def ucap(total: int) -> tuple[str, Answer]:
    def build(page: int, shown: range) -> str:
        rows = [{"title": title(i), "url": f"/nb/t20260120_{i}.html", "publishedTimeStr": "2026-01-20 08:00:00"} for i in shown]
        return json.dumps({"data": {"page": page, "rows": len(rows), "total": total, "results": rows}})

    page = '<meta name="channelId" content="e5eb2abb5014415399847ba2bb99b31f"><p>年报</p><script>get("/search/e5eb2abb5014415399847ba2bb99b31f?_isAgg=true&amp;_isJson=true&amp;_pageSize=18&amp;page=1")</script>'
    return COLUMN, json_site(total, 18, build, page.encode(), argument("page"))


def gkmlpt(total: int) -> tuple[str, Answer]:
    def build(page: int, shown: range) -> str:
        rows = [{"id": i, "title": title(i), "url": f"{HOST}/gkmlpt/content/0/963/post_{i}.html", "created_at": "2026-01-20 09:00:00"} for i in shown]
        return json.dumps({"total": total, "articles": [{**row, "url": f"{HOST}/nb/t20260120_{row['id']}.html"} for row in rows]})

    tree = [{"id": 9, "name": "政府信息公开年报", "post_count": total, "children": []}]
    page = f"<script>window._CONFIG = {{SID: '755041', TREE: {json.dumps(tree)}}};</script><div id='app'></div>"
    return f"{HOST}/gkmlpt/index", json_site(total, 100, build, page.encode(), argument("page"))


def longxun(total: int) -> tuple[str, Answer]:
    def build(page: int, shown: range) -> str:
        return f"<ul>{''.join(map(item, shown))}</ul><script>Ls.pagination({{size:{total},}})</script>" if total else "暂无相关信息"

    call = "/site/label/8888?IsAjax=1&amp;dataType=html&amp;labelName=publicInfoList&amp;pageSize=15&amp;pageIndex=1&amp;catId=3&amp;result=暂无相关信息"
    page = f"<div id='l'></div><script>load('{call}')</script>"
    return f"{HOST}/public/column/21691?type=4&catId=3", json_site(total, 15, build, page.encode(), argument("pageIndex"))


def jpaas(total: int) -> tuple[str, Answer]:
    def build(page: int, shown: range) -> str:
        body = f"<ul>{''.join(map(item, shown))}</ul><div class='pagination' rows=\"15\" count=\"{total}\"></div>"
        return json.dumps({"success": True, "data": {"html": body}})

    query = "{'parseType':'bulidstatic','webId':'8','tagId':'当前栏目list','pageId':'77'}"
    page = f'<script src="/x/unitbuild.js" url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{query}"></script>'
    return COLUMN, json_site(total, 15, build, page.encode(), nth_of_unit)


@settings(max_examples=40)
@given(st.sampled_from([ucap, gkmlpt, longxun, jpaas]), st.integers(0, 250))
def test_lists_by_data_calls_give_every_entry_once(family: Callable[[int], tuple[str, Answer]], total: int) -> None:
    result, asked = walked(*family(total))
    assert numbers(result) == list(range(total))
    assert result.problems == ()
    assert result.state == ("list" if total else "empty")
    assert result.adapter == family.__name__
    assert len(asked) == len(set(asked))


def test_a_unit_that_gives_page_1_for_every_number_is_told() -> None:
    start, site = jpaas(60)

    def answer(ask: Ask) -> bytes | None:
        return site(ask if "paramJson" not in ask.url else Ask(ask.url.replace("%22pageNo%22:2", "%22pageNo%22:1")))

    result, asked = walked(start, answer)
    assert numbers(result) == list(range(15))
    assert result.problems == ("list_incomplete: declared 60, read 15", "paging_ignored: page 2 brings the links of page 1")
    assert len(asked) == 4, "the number in paramJson, then beside it"


def vsb_page(total: int, number: int, size: int = 5) -> bytes:
    """Page `number` from the end of a count-down list: the last page is 1.htm; entries are numbered from the oldest."""
    pages = -(-total // size)
    shown_page = pages - number + 1
    newest_first = list(range(total))[::-1][(shown_page - 1) * size : shown_page * size]
    lines = "".join(item(i).replace("<li>", f'<li id="line_u9_{i}">') for i in newest_first)
    return f"<ul>{lines}</ul>共{total}条 {shown_page}/{pages}".encode()


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(0, 7), st.integers(1, 6))
def test_a_list_that_counts_down_loses_nothing_while_entries_are_added(total: int, added: int, after: int) -> None:
    calls = {"n": 0}

    def answer(ask: Ask) -> bytes | None:
        calls["n"] += 1
        now = total + (added if calls["n"] > after else 0)
        pages = -(-now // 5)
        name = urlsplit(ask.url).path.rsplit("/", 1)[1]
        number = pages if name == "nb.htm" else int(name[:-4])
        return vsb_page(now, number) if 1 <= number <= pages else None

    result, asked = walked(f"{HOST}/nb.htm", answer)
    assert set(range(total)) <= set(numbers(result))
    assert len(asked) < 40


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\xff\xfe", b"{", b"null", b"[[[[", b"<datastore>"])
def test_junk_ends_a_walk_at_once(body: bytes) -> None:
    result, asked = walked(COLUMN, lambda ask: body)
    assert result.links == ()
    assert result.state in ("unknown", "error")
    assert len(asked) == 1


def test_a_count_on_a_static_page_proves_nothing() -> None:
    """A teaser beside the list makes up the count for an entry of a page that is missing; that page is still named."""
    teaser = f"<ul class='l'>{item(999)}</ul>"

    def call(pages: int, page: int) -> str:
        meta = '<meta name="channelId" content="e5eb2abb5014415399847ba2bb99b31f"><meta name="code" content="c1">'
        return f"{meta}{teaser}<script>createPageHTML('pg', 4, {page + 1}, 'index', 'html', 16);</script>"

    result, _ = walked(COLUMN, static_site(15, 5, files_from=2, call=call))
    assert (result.adapter, len(result.links), result.declared) == ("ucap", 16, 16)
    assert result.problems == ("list_incomplete: page 4 of 4 is missing",)


def test_absence_is_not_proved_while_one_of_several_places_is_in_doubt() -> None:
    site = {
        COLUMN: b"<html><body><iframe src='a.html'></iframe><iframe src='b.html'></iframe></body></html>",
        f"{COLUMN}a.html": "<p>暂无相关信息</p>".encode(),
        f"{COLUMN}b.html": b"<p>x</p>",
    }
    assert walked(COLUMN, lambda ask: site.get(ask.url))[0].state == "unknown"
    site[f"{COLUMN}b.html"] = site[f"{COLUMN}a.html"]
    assert walked(COLUMN, lambda ask: site.get(ask.url))[0].state == "empty"
