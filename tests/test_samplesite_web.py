"""The sample web: same seed same bytes, lists that hold every entry in each vendor's way, a plan and a truth that agree.
A naive walker for each family, written from the vendor's shape alone, stands in for a crawler here."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

import pytest

from gongkai.parsers import parse
from gongkai.samplesite.exchange import Answer, Request
from gongkai.samplesite.families import FAMILIES
from gongkai.samplesite.web import MOVED_COLUMN, Web, small
from gongkai.samplesite.web_plan import BREAKAGES, EVENTS, Plan
from gongkai.samplesite.web_view import Site, View

Get = Callable[..., Answer]
WEB = Web(3, len(FAMILIES) * 2, 3)


def getter(web: Web, site: Site, night: int = 0, options: frozenset[str] = frozenset()) -> Get:
    """Asks one site by path or address; `form` is posted."""

    def get(where: str, form: dict[str, str] | None = None) -> Answer:
        parts = urlsplit(where)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = urlencode(form).encode() if form else b""
        request = Request("POST" if form else "GET", site.host, target, {"host": site.host}, body)
        return web.answer(request, night, 0, options)

    return get


def text(answer: Answer) -> str:
    try:
        return answer.body.decode()
    except UnicodeDecodeError:
        return answer.body.decode("gb18030")


def links(page: str, base: str) -> list[str]:
    """Paths of the links of a list page, against its base address."""
    told = re.search(r'<base href="([^"]*)"', page)
    base = urljoin(base, told[1]) if told else base
    rows = re.findall(r"<li[^>]*>\s*<a[^>]*href=['\"]([^'\"]*)['\"][^>]*>.*?</a>\s*<(?:span|b|em)", page)
    return [urlsplit(urljoin(base, html.unescape(one))).path for one in rows]


# One walker for each way of listing: every path the column lists, in order, with repetitions


def trs(get: Get, column: str) -> Iterator[str]:
    page = text(get(column))
    found = re.search(r'createPageHTML\(\s*(\'\w+\'\s*,)?\s*(\d+)\s*,\s*(\d+)\s*,\s*["\'](\w+)["\']\s*,\s*["\'](\w+)["\']', page)
    if found:
        first, total, ending = int(bool(found[1])), int(found[2]), found[5]
    else:
        pager = re.search(r'pagination\("setPage", \d+, (\d+)\)', page)
        assert pager
        first, total, ending = 1, int(pager[1]), "html"
    yield from links(page, column)
    for number in range(first + 1, first + total):
        answer = get(f"{column}index_{number}.{ending}")
        assert answer.status == 200
        yield from links(text(answer), column)


def dataproxy(get: Get, column: str) -> Iterator[str]:
    page = text(get(column))
    proxy = re.search(r'<nextgroup><!\[CDATA\[<a href="([^"]*)"', page)
    whole = re.search(r"totalRecord:(\d+)", page)
    per_page = re.search(r"perPage:(\d+)", page)
    assert proxy and whole and per_page
    found = links(page, column)
    yield from found
    path, query = proxy[1].split("?")
    for start in range(len(found) + 1, int(whole[1]) + 1, 3 * int(per_page[1])):
        asked = dict(parse_qsl(query)) | {"startrecord": str(start), "endrecord": "0", "perpage": per_page[1]}
        answer = text(get(f"{path}?{urlencode(asked)}"))
        assert f"<totalrecord>{whole[1]}</totalrecord>" in answer
        yield from links(answer, column)


def unit(get: Get, column: str) -> Iterator[str]:
    page = text(get(column))
    api = re.search(r'url="([^"]*build/unit)" queryData="([^"]*)"', page)
    count = re.search(r'rows="(\d+)" count="(\d+)"', page)
    assert api and count
    fields = json.loads(api[2].replace("'", '"'))
    for number in range(1, -(-int(count[2]) // int(count[1])) + 1):
        asked = fields | {"paramJson": json.dumps({"pageNo": number, "pageSize": int(count[1])})}
        data = json.loads(text(get(f"{api[1]}?{urlencode(asked)}")))
        yield from links(data["data"]["html"], column)


def xxgk(get: Get, column: str) -> Iterator[str]:
    page = text(get(column))
    found = re.search(r"searchInfo\('([^']*)','([^']*)'\)", page)
    assert found
    form = dict(parse_qsl(found[2], keep_blank_values=True))
    number = total = 1
    while number <= total:
        answer = text(get(found[1], form | {"currpage": str(number)}))
        counted = re.search(r"共(\d+)页", answer)
        assert counted
        total, number = int(counted[1]), number + 1
        # Rows of other columns are the district's, not ours.
        yield from [path for path in re.findall(r'class="bt_link" href="([^"]*)"', answer) if "art_1229498488_" in path or "/private/" in path]


def ucap_static(get: Get, column: str) -> Iterator[str]:
    page = text(get(column))
    found = re.search(r"createPageHTML\('page_div',(\d+), 1,'(\w+)','(\w+)',\d+\)", page)
    assert found
    yield from links(page, column)
    for number in range(2, int(found[1]) + 1):
        answer = get(urljoin(column, f"{found[2]}_{number}.{found[3]}"))
        assert answer.status == 200
        yield from links(text(answer), column)


def ucap_json(get: Get, column: str) -> Iterator[str]:
    channel = re.search(r'name="channelId" content="(\w+)"', text(get(column)))
    assert channel
    number, seen, total = 1, 0, 1
    while seen < total:
        data = json.loads(text(get(f"/common/search/{channel[1]}?_isAgg=true&_isJson=true&_pageSize=8&page={number}")))["data"]
        total, number, seen = data["total"], number + 1, seen + data["rows"]
        assert data["rows"] == len(data["results"]) > 0
        yield from [urlsplit(row["url"]).path for row in data["results"]]


def channels(get: Get, column: str) -> Iterator[str]:
    """A column of columns: years or subordinate bodies."""
    page = text(get(column))
    for path in re.findall(r'<li><a href="([^"]*(?:list|index)\.shtml)">', page):
        where = urljoin(column, path)
        yield from links(text(get(where)), where)


def gkmlpt(get: Get, column: str) -> Iterator[str]:
    found = re.search(r"window\._CONFIG = (\{.*?\});</script>", text(get(column)))
    assert found
    config = json.loads(found[1])
    node = next(node for node in config["TREE"] if "年报" in node["name"])
    api = f"/gkmlpt/api/all/{node['id']}?sid={config['SID']}&page="
    assert get(api + "0").body == get(api + "1").body
    number = 1
    while (answer := get(api + str(number))).status == 200:
        number += 1
        yield from [urlsplit(row["url"]).path for row in json.loads(text(answer))["articles"]]


def longxun(get: Get, column: str) -> Iterator[str]:
    page = text(get(column))
    call = re.search(r'\$\.get\("([^"?]*)\?([^"]*)"', page)
    where, query = (call[1], call[2]) if call else column.split("?")
    fields = dict(parse_qsl(query, keep_blank_values=True))
    pager = re.search(r"pageCount:(\d+),size:(\d+)", page)
    assert pager
    for number in range(1, int(pager[1]) + 1):
        yield from links(text(get(f"{where}?{urlencode(fields | {'pageIndex': str(number)})}")), column)
    assert "暂无相关信息" in text(get(f"{where}?{urlencode(fields | {'pageIndex': str(int(pager[1]) + 1)})}"))


def following(get: Get, column: str) -> Iterator[str]:
    """Links to a next page, as people click them."""
    where = column
    for _ in range(100):
        page = text(get(where))
        yield from links(page, where)
        step = re.search(r"<a href=['\"]([^'\"]*)['\"][^>]*>下一?页</a>", page)
        if not step:
            return
        where = urljoin(where, step[1])


def old_pages(get: Get, column: str) -> Iterator[str]:
    """Tables, capitals, no quotes; articles are told apart by their query."""
    where: str | None = column
    while where:
        page = text(get(where))
        rows = re.findall(r"<TR><TD[^>]*>·<A HREF=(\S+) ", page)
        yield from [html.unescape(one) if one.startswith("/") else "/gk/" + one for one in rows]
        step = re.search(r"<a href=(\S+)>下一页", page)
        where = urljoin(column, step[1]) if step else None


def led_on(get: Get, column: str) -> Iterator[str]:
    """A list in a frame or behind a shell."""
    page = text(get(column))
    found = re.search(r'(?:<iframe src="|location\.replace\("|url=)([^"]*)"', page)
    assert found and not links(page, column)
    where = urljoin(column, found[1])
    yield from links(text(get(where)), where)


WALKERS: dict[str, Callable[[Get, str], Iterator[str]]] = {
    "trs-zero": trs, "trs-zero-long": trs, "trs-comment": trs, "trs-one": trs, "trs-set-page": trs,
    "hanweb": dataproxy, "jpaas": unit, "xxgk": xxgk, "ucap": ucap_static, "ucap-json": ucap_json, "year-channels": channels,
    "gkmlpt": gkmlpt, "longxun": longxun, "vsb": following, "plain": following, "plain-numbered": following,
    "iframe": led_on, "js-shell": led_on, "meta-refresh": led_on, "base-href": following, "uuid-columns": following,
    "bodies": channels, "asp-table": old_pages,
}  # fmt: skip


def test_every_family_that_can_be_read_has_a_walker() -> None:
    assert set(WALKERS) == {name for name, family in FAMILIES.items() if family.readable}


@pytest.mark.parametrize("name", WALKERS)
def test_each_familys_pages_list_every_entry(name: str) -> None:
    several = False
    for seed in range(4):
        web = Web(seed, 3, 1, families=[name])
        for site in web.sites:
            get = getter(web, site)
            walked = list(WALKERS[name](get, web.column(site, 0)))
            listed = [entry.path for entry in web.view(site, 0, "").entries]
            assert set(walked) == set(listed), site
            # Only the dataproxy repeats itself, by one record an answer.
            assert name == "hanweb" or Counter(walked) == Counter(listed)
            several |= len(listed) > 20
    assert several, "no list was long enough for a second page"


def test_the_list_of_a_script_has_no_row_to_see() -> None:
    web = Web(1, 2, 1, families=["js-list"])
    for site in web.sites:
        page = text(getter(web, site)(web.column(site, 0)))
        assert "loadPageData(" in page and not links(page, "/")
        assert all(entry.path not in page for entry in web.view(site, 0, "").entries)


def test_hanweb_answers_hold_three_pages_and_one_record_more() -> None:
    web = Web(5, 6, 1, families=["hanweb"])
    site = max(web.sites, key=lambda site: len(web.view(site, 0, "").entries))
    get = getter(web, site)
    for start in (1, 6, 16):
        answer = text(get(f"/module/web/jpage/dataproxy.jsp?startrecord={start}&endrecord={start + 4}&perpage=5"))
        assert answer.count("<record>") == 16
    assert text(get("/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=5&perpage=1000")).count("<record>") <= 300


@pytest.mark.parametrize("name", ["trs-zero", "trs-one", "trs-comment", "ucap"])
def test_page_numbers_are_counted_in_the_familys_way(name: str) -> None:
    web = Web(2, 5, 1, families=[name])
    site = max(web.sites, key=lambda site: len(web.view(site, 0, "").entries))
    get, column = getter(web, site), web.column(site, 0)
    directory, ending = column.rpartition("/")[0], {"trs-comment": "htm", "ucap": "shtml"}.get(name, "html")
    stem = "zwgklist" if name == "ucap" else "index"
    statuses = [get(f"{directory}/{stem}_{number}.{ending}").status for number in (0, 1, 2)]
    assert statuses == ([404, 200, 200] if name in ("trs-zero", "trs-comment") else [404, 404, 200])


def test_titles_dates_and_tags_are_odd_on_some_sites() -> None:
    web = Web(1, 8, 1, families=["gkmlpt"])
    for site in (site for site in web.sites if site.number % 4 == 1):
        row = json.loads(text(getter(web, site)(f"/gkmlpt/api/all/3245?sid={755000 + site.number}&page=1")))["articles"][0]
        title = re.sub(r"%u([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), row["title"])
        assert row["title"].isascii() and title == web.view(site, 0, "").entries[0].title
    web = Web(1, 3, 1, families=["hanweb"])
    torn = [bool(re.search(r">20\d\d-\d\d-\n\d\d</b>", text(getter(web, site)(web.column(site, 0))))) for site in web.sites]
    assert set(torn) == {True, False}
    web = Web(1, 14, 1)
    left = [text(getter(web, site)("/")).count('name="SiteIDCode"') for site in web.sites]
    assert set(left) == {1, 2}


def test_numbers_of_vsb_pages_count_down() -> None:
    web = Web(2, 5, 1, families=["vsb"])
    site = max(web.sites, key=lambda site: len(web.view(site, 0, "").entries))
    get, entries = getter(web, site), web.view(site, 0, "").entries
    total = -(-len(entries) // 6)
    assert links(text(get(f"/xxgk/gknb/{total - 1}.htm")), "/") == [entry.path for entry in entries[6:12]]
    assert get(f"/xxgk/gknb/{total}.htm").status == 404


# Whole sites


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, two, other = Web(4, 40, 3), Web(4, 40, 3), Web(5, 40, 3)
    differs = 0
    for site, same, else_ in zip(one.sites, two.sites, other.sites, strict=True):
        assert site == same
        for night in (2, 0):
            for path in ("/", "/zwgk/", "/robots.txt", one.column(site, night), *(e.path for e in one.view(site, night, "").entries[:6])):
                answer = getter(one, site, night)(path)
                assert answer == getter(two, same, night)(path)
                differs += answer != getter(other, else_, night)(path)
    assert differs > 500


def test_every_page_of_a_site_is_reached_from_its_home_page() -> None:
    for site in WEB.sites:
        get = getter(WEB, site)
        home = text(get("/"))
        assert 'name="SiteIDCode"' in home and site.site_id_code in home
        assert "/zwgk/" in home
        hub = text(get("/zwgk/"))
        siblings = ("政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "依申请公开")
        assert all(name in hub for name in siblings)
        column = WEB.column(site, 0)
        assert re.search(rf'<a href="{re.escape(column)}">[^/]*(?:年报|年度报告)</a>', hub)
        assert 'ColumnName" content="政府信息公开' in text(get(column)) or WEB.family(site).name in ("js-shell", "meta-refresh")
        for path in re.findall(r'href="(/[^"]*)"', home + hub):
            assert get(path).status == 200, (site.family, path)


def test_lists_mix_reports_with_what_only_looks_like_one() -> None:
    titles = [entry.title for site in WEB.sites for entry in WEB.view(site, 0, "").entries if entry.kind == "confuser"]
    for word in ("指南", "网站工作年度报表", "法治政府建设", "一图读懂", "解读", "通知", "决算", "住房公积金", "汇总表"):
        assert any(word in title for title in titles), word


def test_articles_carry_the_mandatory_tags_and_missing_pages_are_404() -> None:
    for site in WEB.sites:
        get, view = getter(WEB, site), WEB.view(site, 0, "")
        entry = next(entry for entry in view.entries if entry.kind == "report")
        page = text(get(entry.path))
        for name in ("SiteName", "SiteIDCode", "ColumnName", "ArticleTitle", "PubDate", "ContentSource", "Url"):
            assert f'<meta name="{name}" content="' in page, name
        assert f'PubDate" content="{entry.day}' in page
        assert get("/no/such/page.html").status == 404
    stranger = WEB.answer(Request("GET", "no.such.host", "/", {}), 0)
    assert stranger.status == 404


def test_files_beside_reports_are_served_and_pictures_too() -> None:
    kinds: Counter[str] = Counter()
    for site in WEB.sites:
        get, view = getter(WEB, site), WEB.view(site, 0, "")
        for entry in view.entries:
            if entry.edition is None:
                continue
            page = text(get(entry.path))
            file = re.search(r'附件：<a href="([^"]*)"', page)
            if file and WEB.family(site).adapter == "vsb":
                assert b"%PDF" not in get(html.unescape(file[1])).body  # a download without Referer is a page
                request = Request("GET", site.host, html.unescape(file[1]), {"host": site.host, "referer": "x"})
                assert WEB.answer(request, 0).role == "attachment"
            elif file:
                answer = get(html.unescape(file[1]))
                assert answer.status == 200 and answer.role == "attachment"
                kinds[WEB.attachment(site, entry.edition)[0]] += 1
            for picture in re.findall(r'<img src="(/images[^"]*)"', page):
                assert get(picture).body.startswith(b"\x89PNG")
    assert set(kinds) == {"pdf", "docx", "doc", "wps"}


def test_another_maker_of_files_can_be_given() -> None:
    web = Web(3, 8, 1, attachments=lambda report, version: ("pdf", f"{report.truth['agency']} {version}".encode()))
    made = [web.attachment(site, entry.edition) for site in web.sites for entry in web.view(site, 0, "").entries if entry.edition]
    assert any(body.decode().endswith("0") for kind, body in made if kind)


# Reports


def _records(web: Web, site: Site, night: int) -> Iterator[tuple[str, bytes, View]]:
    view = web.view(site, night, f"http://{site.host}")
    for entry in view.entries:
        if entry.edition and not entry.edition.down and web.up(site, night):
            yield entry.path, getter(web, site, night)(entry.path).body, view


def test_every_published_report_can_be_read_without_doubt() -> None:
    read = 0
    for site in WEB.sites[:: 2]:
        view = WEB.view(site, 0, "")
        editions = {entry.path: entry.edition for entry in view.entries if entry.edition}
        for path, body, _ in _records(WEB, site, 0):
            edition = editions[path]
            truth, report = WEB.report(site, edition).truth, parse(body)
            assert (report.status, report.identity.agency, report.identity.year) == ("ok", truth["agency"], truth["year"])
            values = {(one.table, one.row, one.column): one.value for one in report.values}
            for table, rows in truth["cells"].items():
                for row, columns in rows.items():
                    for column, value in columns.items():
                        found = values[table, row, column]
                        assert found is not None and float(found) == value, (site, path, table, row, column)
            read += 1
    assert read > 80


def test_other_handwriting_is_the_same_record_and_a_correction_is_another() -> None:
    web, seen = Web(11, 60, 3), Counter[str]()
    for night in (1, 2):
        for one in web.truth(night):
            site = web.site(one.host)
            if site is None or one.expected not in (("reformatted",), ("changed",)) or one.edition is None:
                continue
            before = next(e for e in web.editions(site, night - 1) if e.key == one.edition.key)
            bodies = [web.article(web.view(site, at, "http://x"), e).body for at, e in ((night - 1, before), (night, one.edition))]
            old, new = (parse(body) for body in bodies)
            values = [{(v.table, v.row, v.column): v.value for v in report.values} for report in (old, new)]
            changed = {key for key in values[0] if values[0][key] != values[1][key]}
            seen[one.expected[0]] += 1
            if one.expected == ("changed",):
                truths = [web.report(site, e).truth["cells"] for e in (before, one.edition)]
                told = {
                    (t, r, c) for t, rows in truths[0].items() for r, columns in rows.items() for c in columns
                    if truths[0][t][r][c] != truths[1][t][r][c]
                }  # fmt: skip
                assert changed == told and 1 <= len(told) <= 6
            else:
                assert bodies[0] != bodies[1] and not changed
                assert [(s.key, s.text) for s in old.sections] == [(s.key, s.text) for s in new.sections]
    assert seen["reformatted"] > 2 and seen["changed"] > 2


# The plan and the truth


def test_every_kind_of_event_comes_up_in_three_nights() -> None:
    web = Web(1, 200, 3)
    happened = Counter(event for night in (1, 2) for one in web.truth(night) for event in one.happened)
    assert set(happened) >= set(EVENTS)
    expected = Counter(event for night in range(3) for one in web.truth(night) for event in one.expected)
    assert set(expected) == {"new", "unchanged", "changed", "reformatted", "attachment_changed", "moved", "relabelled", "unverified"}


def test_the_truth_is_what_the_sites_show() -> None:
    web = Web(9, 60, 4, plan=Plan(broken=0.2, flapping=0.1))
    for night in range(4):
        for one in web.truth(night):
            site = web.site(one.host)
            assert site is not None
            get = getter(web, site, night)
            answer = get(one.path)
            if not one.up:
                assert answer.status == 503
            elif one.state in ("withdrawn", "not_yet"):
                assert answer.status == 404, one
            elif one.edition is not None and one.edition.down:
                assert answer.status in (404, 500)
            else:
                assert answer.status == 200 and answer.role == "article"
            listed = {entry.path for entry in web.view(site, night, "").entries}
            assert (one.path in listed) == (one.state in ("published", "hidden", "parked"))


def test_an_event_is_seen_on_its_own_night_only() -> None:
    web = Web(6, 120, 4)
    for night in range(1, 4):
        for one in web.truth(night):
            told = set(one.expected) & {"changed", "reformatted", "attachment_changed", "relabelled", "moved"}
            if told and one.up and one.happened == ():
                # Told late: on the night of the event the site or the page could not be reached.
                before = [x for x in web.truth(night - 1) if (x.host, x.agency, x.year) == (one.host, one.agency, one.year)]
                assert before[0].expected == ("unverified",), one


def test_withdrawn_is_said_after_three_nights_and_seven_days_only() -> None:
    plan = Plan(days_apart=4, eventful=0.9)
    web = Web(2, 100, 8, plan=plan)
    said: dict[tuple[str, str, int], int] = {}
    gone_since: dict[tuple[str, str, int], int] = {}
    resurfaced = 0
    for night in range(8):
        for one in web.truth(night):
            key = one.host, one.agency, one.year
            if one.state == "withdrawn":
                gone_since.setdefault(key, night)
            if "withdrawn" in one.expected:
                said[key] = night
                assert night - gone_since[key] >= 2
            resurfaced += "resurfaced" in one.expected
    assert len(said) > 5 and resurfaced > 0
    rare = Web(2, 100, 6, plan=Plan(days_apart=8, eventful=0.9))  # seven days pass with the second night
    told = {(one.host, one.year): night for night in range(6) for one in rare.truth(night) if "withdrawn" in one.expected}
    gone = {(one.host, one.year): night for night in reversed(range(6)) for one in rare.truth(night) if one.happened == ("withdrawn",)}
    assert told and all(night - gone[key] >= 2 for key, night in told.items())
    daily = Web(2, 100, 3)
    assert not any("withdrawn" in one.expected for night in range(3) for one in daily.truth(night))


def test_a_moved_reports_old_address_leads_on_or_is_gone() -> None:
    web = Web(4, 150, 3)
    statuses = Counter()
    for one in web.truth(2):
        site = web.site(one.host)
        if site and one.up and one.edition and not one.edition.withdrawn:
            for serial in one.edition.former:
                answer = getter(web, site, 2)(web.path(site, one.edition, serial))
                statuses[answer.status] += 1
                assert answer.status == 404 or dict(answer.headers)["Location"] == one.path
    assert set(statuses) == {301, 404}


def test_silent_breakages_stay_and_the_articles_with_them() -> None:
    web = Web(8, 150, 5, plan=Plan(broken=0.5))
    seen: Counter[str] = Counter()
    for site in web.sites:
        if not site.breakage or web.family(site).name not in WALKERS or web.broken(site, 4) != site.breakage:
            continue
        before, after = getter(web, site, site.breaks - 1), getter(web, site, 4)
        walker, column = WALKERS[site.family], web.family(site).column
        listed = set(walker(before, column))
        assert listed
        if site.breakage == "column_moved":
            old = after(column)
            assert old.status in (404, 302) or old.body == after("/").body
            new = web.column(site, 4)
            assert new == MOVED_COLUMN + column and after(new).status == 200
            assert new in text(after("/zwgk/"))
        else:
            assert after(column).status == 200
            try:
                left = set(walker(after, column))
            except (AssertionError, KeyError):
                left = set()  # a new template: the walker no longer knows the page
            assert len(left & listed) < len(listed)
            assert site.breakage != "empty_list" or not left & listed
        report = next(entry for entry in web.view(site, 4, "").entries if entry.edition)
        assert after(report.path).status == 200
        seen[site.breakage] += 1
    assert set(seen) == set(BREAKAGES)


def test_what_became_of_each_site_can_be_asked() -> None:
    web = Web(8, 80, 4, plan=Plan(broken=0.3, flapping=0.2))
    for night in range(4):
        told = {one.host: one for one in web.conditions(night)}
        assert set(told) == {site.host for site in web.sites}
        for site in web.sites:
            one = told[site.host]
            assert (one.broken, one.up) == (web.broken(site, night), web.up(site, night))
            assert one.newly_broken == (bool(site.breakage) and site.breaks == night)
    assert sum(one.newly_broken for night in range(4) for one in web.conditions(night)) > 10
    with pytest.raises(ValueError, match="no night 4"):
        web.truth(4)


def test_a_fifth_of_the_sites_flaps_and_nothing_is_said_to_be_gone() -> None:
    web = Web(1, 100, 10, plan=Plan(flapping=0.2, eventful=0.0))
    flapping = [site for site in web.sites if site.flapping]
    assert 10 <= len(flapping) <= 30
    for site in flapping:
        up = [web.up(site, night) for night in range(10)]
        assert any(up) and not all(up)
    said = {event for night in range(10) for one in web.truth(night) for event in one.expected}
    assert said == {"new", "unchanged", "unverified"}


def test_reports_that_robots_close_are_listed_and_no_truth_asks_for_them() -> None:
    web = Web(1, 200, 1)
    closed = [(site, entry) for site in web.sites for entry in web.view(site, 0, "").entries if entry.kind == "forbidden"]
    assert closed and all(entry.path.startswith("/private/") for _, entry in closed)
    told = {(one.host, one.path) for one in web.truth(0)}
    assert not told & {(site.host, entry.path) for site, entry in closed}
    assert any(one.state == "parked" for one in web.truth(0))


def test_no_two_sites_share_a_name_an_address_or_an_agency() -> None:
    web = Web(1, 1000, 1)
    for key in ("host", "address", "key"):
        assert len({getattr(site, key) for site in web.sites}) == 1000
    names = [agency.name for site in web.sites for agency in site.agencies]
    assert len(set(names)) == len(names)
    assert all(site.address.startswith("127.") and site.host.endswith(".test") for site in web.sites)


def test_the_small_web_has_something_to_tell() -> None:
    web = small()
    assert len({site.family for site in web.sites}) == 8
    told = Counter(event for one in web.truth(1) for event in one.expected)
    assert told["new"] and len(told) >= 4, told


def test_unknown_families_are_named() -> None:
    with pytest.raises(ValueError, match="no family 'drupal'"):
        Web(families=["drupal"])


def test_paths_of_chinese_characters_are_one_however_they_are_escaped() -> None:
    from gongkai.samplesite.exchange import path_key

    assert path_key("/年报") == path_key(quote("/年报")) == path_key("/%e5%b9%b4%E6%8A%A5")
    assert unquote(path_key("/a b")) == "/a b"
