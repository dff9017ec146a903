"""Lists and servers as strange as they come, all on one server in one night: each report arrives, or it is told why not."""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from loopback import Answer, Loopback, http, listing, report, settings

from gongkai.scraper.challenge import detect
from gongkai.scraper.crawl import crawl
from gongkai.scraper.settle import OUT_OF_ORDER, SOFT_404, only_leads_to, out_of_order, soft_404
from gongkai.scraper.verify import verify
from gongkai.scraper.wire import Broken, decoded, head_of, transferred

AGENCY = "青溪市水务局"
YEARS = (2024, 2023, 2022)


def item(href: str, year: int, text: str = "", extra: str = "") -> str:
    return f'<li><a href="{href}" {extra}>{text or f"{AGENCY}{year}年政府信息公开工作年度报告"}</a><span>{year + 1}-01-20</span></li>'


def page(body: str, head: str = "", title: str = "政府信息公开年报") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"


LIST = "<ul>" + "".join(item(f"{year}.html", year) for year in YEARS) + "</ul>"
NEXT = page("<ul>" + item("2021.html", 2021) + "</ul>")


def each(shape: str) -> str:
    return page("<ul>" + "".join(shape.format(year=year, title=f"{AGENCY}{year}年政府信息公开工作年度报告") for year in YEARS) + "</ul>")


# Name → the list page (and others below it); every one of 2024 to 2022, and 2021 and 2020 where there are further pages, must arrive.
READ: dict[str, bytes | str | dict[str, bytes | str]] = {
    "backslashes": LIST.replace('href="', 'href=".\\'),
    "gzip-called-deflate": http(gzip.compress(page(LIST).encode()), content_encoding="deflate"),
    "plain-called-deflate": http(page(LIST), content_encoding="deflate"),
    "plain-called-br": http(page(LIST), content_encoding="br"),
    "charset-as-encoding": http(page(LIST), content_encoding="utf-8"),
    "gzip-twice": http(gzip.compress(gzip.compress(page(LIST).encode())), content_encoding="gzip"),
    "junk-behind-gzip": http(gzip.compress(page(LIST).encode()) + b"\0\0junk", content_encoding="gzip"),
    "refresh-without-quotes": {"": "<META HTTP-EQUIV=REFRESH CONTENT=0;URL=list/x.html>", "list/x.html": page(LIST.replace('href="', 'href="../'))},
    "frameset": {"": "<html><frameset cols='20%,80%'><frame src='menu.html'><frame src='list.html'></frameset></html>", "list.html": page(LIST)},
    "two-documents": page("<p>头</p>") + page(LIST),
    "data-href": each("<li><a data-href='{year}.html'>{title}</a></li>"),
    "onclick-and-void": each("<li><a href='javascript:void(0)' onclick=\"window.open('./{year}.html','_blank')\">{title}</a></li>"),
    "cut-titles": page("<ul>" + "".join(item(f"{year}.html", year, f"{AGENCY}{year}年政府信…") for year in YEARS) + "</ul>"),
    "choices": page("<select>" + "".join(f"<option value='./{year}.html'>{AGENCY}{year}年政府信息公开工作年度报告</option>" for year in YEARS) + "</select>"),
    "session-in-path": LIST.replace('.html"', '.html;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9"'),
    "session-in-query": LIST.replace('.html"', '.html?PHPSESSID=0a1b2c3d4e5f60718293a4b5c6d7e8f9"'),
    "pinned-on-every-page": {"": page(LIST + "<a href='index_2.html'>下一页</a>"), "index_2.html": page("<ul>" + item("2024.html", 2024) + item("2021.html", 2021) + "</ul>")},
    "next-is-a-picture": {"": page(LIST + "<a href='p2.html'><img src='next.gif' alt='下一页'></a>"), "p2.html": NEXT},
    "pages-in-a-choice": {"": page(LIST + "<select><option value='./'>1</option><option value='index_2.html'>2</option></select>"), "index_2.html": NEXT},
    "script-pager-with-count": {"": page(LIST + "<script>var currentPage=0;var countPage=2;</script><a href='javascript:go(1)'>下一页</a>"), "index_1.html": NEXT},
    "pager-of-an-object": {"": page(LIST + "<script>Pager({size:2, current:0, prefix:'index',suffix:'shtml'});</script>"), "index_1.shtml": NEXT},
    "pager-of-another-name": {"": page(LIST + "<script>createPage(2, 0, 'list', 'html');</script>"), "list_1.html": NEXT},
    "pager-with-quoted-numbers": {"": page(LIST + "<script>createPageHTML('2','0','index','html');</script>"), "index_1.html": NEXT},
    "pager-named-in-its-literal": {"": page(LIST + "<script>var currentPage=0;var nextPage=1;var countPage=2//共多少页\ndocument.write(\"<a href=\\\"default_\"+nextPage+\".htm\\\">下一页</a>\");</script>"), "default_1.htm": NEXT},
    "next-with-arrows": {"": page(LIST + "<a href='index_2.html'>后一页 &gt;&gt;</a>"), "index_2.html": NEXT},
    "next-by-class": {"": page(LIST + "<a class='next' href='index_2.html'></a>"), "index_2.html": NEXT},
    "next-in-the-head": {"": page(LIST, '<link rel="next" href="index_2.html">'), "index_2.html": NEXT},
    "view-beside-a-title": each("<li><span>{title}</span> <em>{year}-02-01</em> <a href='{year}.html'>[查看详情]</a></li>"),
    "view-in-a-row": page("<table>" + "".join(f"<tr><td>{year}-02-01</td><td>{AGENCY}{year}年政府信息公开工作年度报告</td><td><a href='{year}.html'>查看</a></td></tr>" for year in YEARS) + "</table>"),
    "view-by-script": each("<li><a href=\"javascript:viewInfo('{year}.html');\">{title}</a></li>"),
    "part-loaded": {"": page("<div id=l></div><script>$('#l').load('list.html')</script>"), "list.html": page(LIST)},
    "frame-set-by-script": {"": page("<iframe id=f src='about:blank'></iframe><script>document.getElementById('f').src='list.html';</script>"), "list.html": page(LIST)},
    "list-in-an-object": {"": page("<object data='list.html' type='text/html'></object>"), "list.html": page(LIST)},
    "second-page-of-another-template": {"": page(LIST + '<script>createPageHTML(3, 0, "index", "html");</script>'), "index_1.html": page("<ul>" + item("2020.html", 2020) + "</ul>"), "index_2.html": NEXT},
    "second-page-by-its-number": {"": page(LIST + "<div>共3页 <a href='?page=2'>下一页</a></div>"), "?page=2": page("<ul>" + item("2020.html", 2020) + "</ul>"), "?page=3": NEXT},
    "variables-in-one-line": {"": page(LIST + "<script>var currentPage = 0, countPage = 2, prefix = 'index';</script><script src='page.js'></script>"), "index_1.html": NEXT},
    "numbers-in-words": {"": page(LIST + "<a href='?p=1'>第1页</a> <a href='?p=2'>第2页</a>"), "?p=2": NEXT},
    "choice-of-pages-in-words": {"": page(LIST + "<select onchange='location=this.value'><option value='index.html'>第1页</option><option value='index_1.html'>第2页</option></select>"), "index_1.html": NEXT},
    "next-is-a-picture-without-a-word": {"": page(LIST + "<a href='p2.html'><img src='/images/next.gif'></a>"), "p2.html": NEXT},
    "only-the-last-page-is-linked": {"": page(LIST + "<a href='index_2.html'>尾页</a>"), "index_2.html": NEXT},
    "more-below-the-first-entries": {"": page(LIST + "<a href='all.html'>更多&gt;&gt;</a>"), "all.html": page(LIST + "<ul>" + item("2021.html", 2021) + "</ul>")},
    "years-in-a-choice": {"": page("<select onchange='go(this.value)'><option value='?nd=2021'>2021</option></select>" + LIST), "?nd=2021": NEXT},
    "http-twice": each("<li><a href='http://http://HOST/http-twice/nb/{year}.html'>{title}</a></li>"),
    "cut-titles-whole-in-their-item": each(f"<li title='{{title}}'><a href='{{year}}.html'>{AGENCY[:4]}…</a><span>{{year}}-02-01</span></li>"),
    "cut-titles-whole-in-a-span": each(f"<li><a href='{{year}}.html'><span title='{{title}}'>{AGENCY[:4]}…</span></a></li>"),
    "cut-before-the-year": each(f"<li><a href='{{year}}.html'>{AGENCY[:4]}…</a><span>{{year}}-02-01</span></li>"),
    "last-page-leads-to-itself": {"": page(LIST + "<a href='?p=2'>下一页</a>"), "?p=2": page("<ul>" + item("2021.html", 2021) + "</ul><a href='?p=3'>下一页</a>"), "?p=3": page("<ul>" + item("2021.html", 2021) + "</ul><a href='?p=4'>下一页</a>")},
    "last-page-leads-to-the-first": {"": page(LIST + "<a href='?p=2'>下一页</a>"), "?p=2": page("<ul>" + item("2021.html", 2021) + "</ul><a href='?p=1'>下一页</a>"), "?p=1": page(LIST + "<a href='?p=2'>下一页</a>")},
    "the-only-page-leads-to-itself": {"": page(LIST + "<a href='?p=1'>下一页</a><a href='?p=1'>尾页</a>"), "?p=1": page(LIST + "<a href='?p=1'>下一页</a>")},
    "counted-from-where-nobody-thinks": {"": page(LIST + "<script>createPageHTML('p',3, 1,'index','html');</script>"), "index_1.html": page("<ul>" + item("2020.html", 2020) + "</ul><script>createPageHTML('p',3, 2,'index','html');</script>"), "index_2.html": page("<ul>" + item("2021.html", 2021) + "</ul><script>createPageHTML('p',3, 3,'index','html');</script>")},
    "years-beside-the-list": {"": page("<a href='?year=2021'>2021年</a>" + LIST, title="政府信息公开"), "?year=2021": page("<ul>" + item("2021.html", 2021) + "</ul>", title="政府信息公开")},
    "a-frame-for-each-year": {"": page("".join(f"<iframe src='f{year}.htm'></iframe>" for year in (2024, 2023, 2022, 2021, 2020))), **{f"f{year}.htm": page("<ul>" + item(f"{year}.html", year) + "</ul>") for year in (2024, 2023, 2022, 2021, 2020)}},
    "no-pager-at-all": page(LIST + "<div class=page><a href='javascript:;'>上一页</a><a href='javascript:;'>下一页</a> 共1页</div>"),
    "pager-switched-off": page(LIST + "<a href='javascript:go(1)'>首页</a><a href='javascript:go(1)'>下一页</a><a href='javascript:go(1)'>尾页</a>"),
}  # fmt: skip
# Name → the list page, and what the night must say of it.
TOLD: dict[str, tuple[bytes | str, str]] = {
    "pager-by-script": (page(LIST + "<a href='javascript:go(2)'>下一页</a><a href='javascript:go(3)'>尾页</a>"), "leads on by a script or a form: 下一页"),
    "pager-by-onclick": (page(LIST + "<div><span onclick='toPage(2)'>2</span></div>"), "leads on by a script or a form: 2"),
    "pager-by-form": (page(f"<form method=post action=list.do>{LIST}<input type=submit value='下一页'></form>"), "leads on by a script or a form: 下一页"),
    "load-more": (page(LIST + "<a href='javascript:;' onclick='loadMore()'>加载更多</a>"), "leads on by a script or a form: 加载更多"),
    "pager-of-a-plugin": (page(LIST + "<div id=p></div><script>$('#p').bootstrapPaginator({currentPage:1,totalPages:4})</script>"), "leads on by a script or a form: 4 pages by a script"),
    "pager-of-counts": (page(LIST + "<script>$('#p').pagination(40,{items_per_page:15,current_page:0})</script>"), "leads on by a script or a form: 3 pages by a script"),
    "pager-of-attributes": (page(LIST + "<div class=page data-total='60' data-pagesize='15'></div>"), "leads on by a script or a form: 4 pages by a script"),
    "laypage": (page(LIST + "<script>laypage({cont:'page',pages:2,curr:1,jump:go})</script>"), "leads on by a script or a form: 2 pages by a script"),
    "numbers-that-go-nowhere": (page(LIST + "<div class=pages><a href='#'>1</a><a href='#'>2</a></div>"), "leads on by a script or a form: 2"),
    "filled-by-a-call": (page("<ul id=l></ul><script>$.getJSON('list.json',fill)</script>"), "and a script asks for more: $.getJSON("),
    "pager-of-old-variables": (page(LIST + "<script>var m_nRecordCount = '8'; var m_nCurrPage = 0; var m_nPageSize = '3';</script>"), "leads on by a script or a form: 3 pages by a script"),
    "pages-named-only": (page(LIST + "<div>第1页 共4页</div>"), "page 2 of 4 is linked nowhere"),
    "json-of-no-known-make": (json.dumps({"ok": 1, "rows": [{"u": "2024.html"}]}), "JSON of an unknown make"),
    "tabs-by-script": (page("<ul><li onclick=\"show('2024')\">2024年</li></ul>"), "unknown"),
    "numbers-by-script": (each("<li><a href='javascript:void(0)' onclick=\"showDetail('{year}0011')\">{title}</a></li>"), "unknown"),
    "computed-target": ("<script>var u='li'+'st.html';location.href=u;</script>", "unknown"),
    "more-than-declared": (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 300\r\n\r\n" + page(LIST).encode(), "300 were declared"),
    "out-of-order": (page("<p>系统维护中，请稍后访问</p>", title="提示"), "the server says '系统维护'"),
}  # fmt: skip


class Seen(NamedTuple):
    pages: set[str]
    said: str


def answers(host: str) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    shapes: dict[str, bytes | str | dict[str, bytes | str]] = {**READ, **{name: made for name, (made, _) in TOLD.items()}}
    for name, made in shapes.items():
        for path, body in (made if isinstance(made, dict) else {"": made}).items():
            found[f"/{name}/nb/{path}"] = body if isinstance(body, bytes) else http(body.replace("HOST", host))
        for year in (*YEARS, 2021, 2020):
            found[f"/{name}/nb/{year}.html"] = report(f"{AGENCY}{name}", year)
    return found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    home = tmp_path_factory.mktemp("strange")
    names = [*READ, *TOLD]
    with Loopback() as server:
        server.answers = answers(server.url().split("/")[2])
        given = settings(*(server.url(f"/{name}/nb/") for name in names), retries=1, read_s=3)
        asyncio.run(crawl(given, home, "gongkai/test"))
    assert not verify(home / "archive").problems
    found = {}
    with sqlite3.connect(home / "frontier.sqlite") as db:
        for i, name in enumerate(names):
            rows = db.execute(
                "SELECT u.url, u.role, v.outcome, v.detail FROM visit v JOIN url u ON u.id=v.url_id WHERE u.site=?", (f"site-{i}",)
            ).fetchall()
            lists = db.execute("SELECT l.state, l.evidence, l.problems FROM listing l JOIN url u ON u.id=l.root WHERE u.site=?", (f"site-{i}",))
            pages = {url.rsplit("/", 1)[1] for url, role, outcome, _ in rows if role == "page" and outcome == "new"}
            said = " ".join(f"{state} {evidence} {problems}" for state, evidence, problems in lists)
            found[name] = Seen(pages, said + " ".join(f" {outcome} {detail}" for _, role, outcome, detail in rows if role == "list"))
    db.close()
    yield found


@pytest.mark.parametrize("name", READ)
def test_every_report_arrives(seen: dict[str, Seen], name: str) -> None:
    made = READ[name]
    more = [year for year in (2021, 2020) if isinstance(made, dict) and any(f"{year}.html" in str(body) for body in made.values())]
    assert seen[name].pages == {f"{year}.html" for year in (*YEARS, *more)}
    assert "list_incomplete" not in seen[name].said and "paging_ignored" not in seen[name].said


@pytest.mark.parametrize("name", TOLD)
def test_what_cannot_be_read_is_told(seen: dict[str, Seen], name: str) -> None:
    assert TOLD[name][1] in seen[name].said


@pytest.mark.parametrize(
    "words",
    ["页面不存在", "您访问的页面已被删除或不存在", "抱歉，该信息已下架", "该文章不存在或已被删除", "文章未审核或已删除", "此信息已撤销", "该栏目不存在", "无法找到该页",
     "Sorry, the page you requested was not found", "HTTP Status 404 – Not Found", "The requested URL was not found on this server", "内容已过期",
     "<script>alert('信息不存在');history.back();</script>", "该页面已失效", "找不到对象"],
)  # fmt: skip
def test_pages_that_say_that_there_is_none(words: str) -> None:
    body = f"<html><head><title>提示信息</title></head><body><p>{words}</p><a href='/'>返回首页</a></body></html>".encode()
    assert soft_404(body, "page").startswith("soft 404: says")
    assert not soft_404(body.replace(b"<p>", b"<p>" + "本年度受理申请若干件。".encode() * 80), "page"), "part of a report"


@pytest.mark.parametrize(
    "words", ["系统维护中，请稍后访问", "服务器繁忙，请稍后再试", "网站正在升级改造中", "您所访问的内容暂时无法显示", "参数错误", "非法访问", "出错了！", "没有权限查看该内容", "Internal Server Error"]
)
def test_pages_of_a_server_that_fails(words: str) -> None:
    body = f"<html><head><title>提示</title></head><body><p>{words}</p><a href='/'>返回首页</a></body></html>".encode()
    assert not soft_404(body, "page") and out_of_order(body)
    assert not out_of_order(body.replace(b"<p>", b"<p>" + "本年度系统建设情况如下。".encode() * 20))
    assert not out_of_order(listing("/nb/1.html").split(b"\r\n\r\n", 1)[1])


def test_a_report_says_none_of_it() -> None:
    text = "政府信息公开工作年度报告：收到申请12件，其中信息不予公开3件，无法提供2件，不予处理1件。"
    assert not SOFT_404.search(text) and not OUT_OF_ORDER.search(text)


def test_bytes_behind_a_declared_end() -> None:
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"
    assert transferred(wire + b"\r\n", head_of(wire)) == b"whole", "a line end is what old servers add"
    with pytest.raises(Broken, match="9 bytes came, 5 were declared"):
        transferred(wire + b"more", head_of(wire))


def test_arguments_are_sent_in_the_charset_of_their_page(tmp_path: Path) -> None:
    body = page("<ul>" + item("show.jsp?lm=年报&amp;id=2024", 2024) + "</ul>").encode("gb18030")
    sent = "/nb/show.jsp?lm=%C4%EA%B1%A8&id=2024"
    with Loopback({"/nb/": http(body, content_type="text/html"), sent: report()}) as server:
        assert asyncio.run(crawl(settings(server.url("/nb/")), tmp_path, "gongkai/test")).outcomes == {"new": 2}
        assert sent in server.paths()


@pytest.mark.parametrize("body", [b"<p>whole</p>", b"\xef\xbb\xbf <!DOCTYPE html><p>"])
def test_no_encoding_leaves_markup(body: bytes) -> None:
    for name in ("deflate", "gzip", "br", "utf-8"):
        assert decoded(body, name, 1_000) == (body, "plain")
    with pytest.raises(Broken, match="not asked for"):
        decoded(b"\x0b\x02\x80", "br", 1_000)


SHORT = "<html><head><title>{title}</title></head><body><p>{words}</p></body></html>"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (SHORT.format(title="提示", words="您的访问被拦截，事件ID：6512"), "200 OK", "访问被拦截"),
        (SHORT.format(title="访问验证", words=""), "200 OK", "访问验证"),
        (SHORT.format(title="", words="您的访问过于频繁，请稍后再试"), "200 OK", "访问过于频繁"),
        (SHORT.format(title="", words="由于您访问的URL有可能造成安全威胁，访问被阻断"), "405 Not Allowed", "安全威胁"),
        (SHORT.format(title="", words="Checking your browser before accessing"), "503 Busy", "cloudflare"),
        ("<script>document.cookie='a=1';location.reload()</script>", "200 OK", "cookie-script"),
        ("<html><script>var yunsuo_session_verify='x';</script></html>", "200 OK", "yunsuo"),
    ],
)
def test_a_page_that_stands_in_the_way_is_named_and_the_host_left_alone(tmp_path: Path, body: str, status: str, said: str) -> None:
    with Loopback({"/nb/": listing("/nb/1.html", "/nb/2.html"), "/nb/1.html": http(body, status), "/nb/2.html": report()}) as server:
        asyncio.run(crawl(settings(server.url("/nb/"), retries=0), tmp_path, "gongkai/test"))
        assert server.paths() == ["/robots.txt", "/nb/", "/nb/1.html"]
    with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
        outcomes = dict(db.execute("SELECT u.url, v.outcome || ' ' || v.detail FROM visit v JOIN url u ON u.id=v.url_id WHERE u.role='page'"))
    db.close()
    assert outcomes[server.url("/nb/1.html")].startswith("challenge ") and said in outcomes[server.url("/nb/1.html")]
    assert outcomes[server.url("/nb/2.html")].startswith("not_asked challenge")


def test_a_report_may_speak_of_interception_and_checks() -> None:
    words = "本年度对网站进行安全检查，疑似攻击的访问被拦截若干次。"
    head = head_of(b"HTTP/1.1 200 OK\r\n\r\n")
    assert detect(head, b"", SHORT.format(title="", words=words).encode())
    assert not detect(head, b"", SHORT.format(title="", words="青溪市特种设备安全检测中心2024年政府信息公开年度报告 附件下载").encode())
    assert not detect(head, b"", SHORT.format(title="", words="关于开展安全检查的公告").encode())
    assert not detect(head, b"", SHORT.format(title="通知", words=words + "受理申请若干件，均按期答复。" * 20).encode())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html><head><title>用户登录</title></head><body><form>密码<input type=password></form></body></html>", "用户登录"),
        (SHORT.format(title="", words="Microsoft OLE DB Provider for SQL Server 错误 '80004005'"), "OLEDB"),
        (SHORT.format(title="Apache Tomcat/8.5 - Error report", words="HTTP Status 500 –"), "HTTPStatus500"),
        (SHORT.format(title="Welcome to nginx!", words="If you see this page, the web server is installed." * 3), "Welcometonginx"),
        (SHORT.format(title="", words="本网站已迁移至新域名"), "网站已迁移"),
    ],
)
def test_pages_of_programs_that_are_no_reports(body: str, said: str) -> None:
    assert said in out_of_order(body.encode())


def test_a_short_page_with_a_report_in_its_files_is_no_notice() -> None:
    words = "青溪市水务局2024年政府信息公开年度报告（原网站已关停，系统维护期间见附件）"
    assert not out_of_order(SHORT.format(title="", words=words).encode())


def test_a_page_without_a_word_is_none() -> None:
    assert soft_404(b"<html><head><title>2024</title></head><body>  </body></html>" + b" " * 100, "page") == "soft 404: shows nothing"
    assert not soft_404(b"<html><body><img src='2024.jpg'></body></html>" + b" " * 100, "page")


# Name → what stands at a report's address; the report itself is at `b.html` beside it, or in `f.pdf`.
POINTERS = {
    "refresh": "<meta http-equiv=refresh content='0;url=b.html'>",
    "location": "<html><head><script>location.replace('b.html')</script></head><body>正在跳转</body></html>",
    "frame": "<html><head><title>年度报告</title></head><body><iframe src='b.html' width='100%'></iframe></body></html>",
    "refresh-to-pdf": "<meta http-equiv=refresh content='0;url=f.pdf'>",
    "location-to-pdf": "<script>window.location.href='f.pdf';</script>",
}


@pytest.mark.parametrize(
    "body",
    [
        "<script>function go(){location.href='/search.html'}</script><img src='/up/W02026.jpg'>",
        "<script>if(mobile){location.href='/m/a.html'}</script><img src='/up/W02026.jpg'>",
        "<embed src='f.pdf'><iframe src='/x/share.html'></iframe>",
        "<iframe src='/pdfjs/web/viewer.html?file=%2Fx%2Ff.pdf'></iframe>",
        "<script>if(top!=self)top.location=self.location;</script><img src='1.jpg'>",
    ],
)
def test_a_page_of_pictures_or_a_document_is_no_pointer(body: str) -> None:
    assert only_leads_to("http://a.gov.cn/nb/a.html", f"<html><body>{body}</body></html>".encode()) == ""


def test_a_report_behind_a_pointer_arrives(tmp_path: Path) -> None:
    pdf = http(b"%PDF-1.4\n" + b"x" * 300, content_type="application/pdf")
    pages: dict[str, Answer] = {}
    for name, body in POINTERS.items():
        pages |= {f"/{name}/": listing(f"/{name}/a.html"), f"/{name}/a.html": http(body), f"/{name}/b.html": report(), f"/{name}/f.pdf": pdf}
    pages |= {"/other/": listing("/other/a.html"), "/other/a.html": http("<meta http-equiv=refresh content='0;url=http://127.0.0.9/x.html'>")}
    pages |= {"/home/": listing("/home/a.html"), "/home/a.html": http("<script>location.href='/';</script>")}
    with Loopback(pages) as server:
        asyncio.run(crawl(settings(*(server.url(f"/{name}/") for name in (*POINTERS, "other", "home")), retries=0), tmp_path, "gongkai/test"))
    with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
        came = dict(db.execute("SELECT u.url, v.outcome FROM visit v JOIN url u ON u.id=v.url_id WHERE u.role='page'"))
    db.close()
    for name in POINTERS:
        end = "f.pdf" if name.endswith("pdf") else "b.html"
        assert (came[server.url(f"/{name}/a.html")], came[server.url(f"/{name}/{end}")]) == ("redirected", "new"), name
    assert came[server.url("/other/a.html")] == "new" and not any("127.0.0.9" in url for url in came), "another host is not followed"
    assert came[server.url("/home/a.html")] == "missing"
