"""Each fault of the sample web on the wire, seen by a plain client: what the table says is what the server does.
How a crawler should take it is tested with the crawler."""

from __future__ import annotations

import codecs
import gzip
import html
import io
import json
import re
import socket
import ssl
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from web_client import Got, get, wire

from gongkai.parsers import parse
from gongkai.samplesite import fault_answers, fault_contents, web_sites
from gongkai.samplesite.families import FAMILIES
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_faults import FAULTS, HOW_MANY, table
from gongkai.samplesite.web_view import Entry, Site

WEB = Web(12, 60, 2, families=[name for name in FAMILIES if name not in ("js-list", "bodies")])
PAGES = ("plain", "plain-numbered", "vsb", "ucap", "trs-zero")  # where a list is HTML with rows in it


BRIEFLY = 2.0  # seconds: enough for a loaded machine to send what it sends at once


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(WEB) as running:
        yield running


@dataclass
class Scene:
    """One fault at one site."""

    server: Server
    name: str
    site: Site

    def on(self, **options: Any) -> None:
        self.server.heal(self.site.host)
        self.server.fault(self.site.host, self.name, **options)

    def url(self, path: str) -> str:
        return self.server.url(self.site, path)

    def report(self) -> Entry:
        """The newest report as listed without faults."""
        return max((entry for entry in WEB.view(self.site, 0, "").entries if entry.edition), key=lambda entry: entry.year)

    def article(self, **headers: str) -> Got:
        return get(self.url(self.report().path), headers=headers)

    def list(self, query: str = "", **headers: str) -> Got:
        return get(self.server.column(self.site) + query, headers=headers)

    def healthy(self, path: str) -> bytes:
        """What the site says without the fault."""
        faults, self.server._faults = self.server._faults, {}
        try:
            return get(self.url(path)).body
        finally:
            self.server._faults = faults

    def file(self) -> str:
        """The address of a file beside some report."""
        for entry in WEB.view(self.site, 0, "").entries:
            if entry.edition and web_sites.attached(entry.edition):
                found = re.search(r'附件：<a href="([^"]*)"', get(self.url(entry.path)).text)
                assert found
                return self.url(html.unescape(found[1]))
        raise AssertionError("no file")

    def sent(self, path: str = "", **how: Any) -> tuple[bytes, bytes, str]:
        """Head, body and end of the bytes on the wire."""
        data, end = wire(self.url(path or self.report().path), **how)
        head, _, body = data.partition(b"\r\n\r\n")
        return head, body, end


def a_site(name: str) -> Site:
    """A quiet site that the fault can befall and on which it shows."""
    wanted = FAULTS[name].families or PAGES
    fit = [
        site for site in WEB.sites
        if site.family in wanted and not site.restless and not site.twice and WEB.up(site, 0) and (FAULTS[name].families or site.charset == "utf-8")
        and (FAULTS[name].families or any(entry.edition and web_sites.attached(entry.edition) for entry in WEB.view(site, 0, "").entries))
    ]  # fmt: skip
    return max(fit, key=lambda site: len(WEB.view(site, 0, "").entries))


# 1-8


def not_found_once(scene: Scene) -> None:
    scene.on()
    assert [scene.article().status for _ in range(3)] == [404, 200, 200]


def withdrawn(scene: Scene) -> None:
    path = scene.report().path
    assert path in scene.list().text or path.rpartition("/")[2] in scene.list().text
    scene.on()
    assert scene.article().status == 404 and path.rpartition("/")[2] not in scene.list().text
    assert get(scene.url("/")).status == 200
    other = next(e for e in WEB.view(scene.site, 0, "").entries if e.edition and e.path != path)
    scene.on(year=other.year)
    assert scene.article().status == 200 and get(scene.url(other.path)).status == 404


def soft_404(scene: Scene) -> None:
    scene.on()
    for got in (scene.article(), get(scene.url("/__no_such_page.html"))):
        assert got.status == 200 and "您访问的页面不存在" in got.text
    assert scene.list().status == 200 and "不存在" not in scene.list().text


def missing_is_home(scene: Scene) -> None:
    scene.on()
    assert get(scene.url("/__no_such_page.html")).body == get(scene.url("/")).body
    assert scene.article().body != get(scene.url("/")).body


def article_is_home(scene: Scene) -> None:
    scene.on()
    assert (scene.article().status, scene.article().body) == (200, get(scene.url("/")).body)


def redirect_home(scene: Scene) -> None:
    for status in (301, 302):
        scene.on(status=status)
        assert (scene.article().status, scene.article().headers["location"]) == (status, "/")


def redirect_loop(scene: Scene) -> None:
    scene.on()
    where, seen = scene.url(scene.report().path), []
    for _ in range(6):
        got = get(where)
        assert got.status == 302
        where = urljoin(where, got.headers["location"])
        seen.append(where)
    assert len(set(seen)) == 2


def self_redirect_cookie(scene: Scene) -> None:
    scene.on()
    got = scene.article()
    assert got.status == 302 and got.headers["location"] == scene.report().path
    cookie = got.headers["set-cookie"].partition(";")[0]
    assert scene.article(Cookie=cookie).status == 200
    scene.on(ever=True)
    assert scene.article(Cookie=cookie).status == 302


def redirect_other_host(scene: Scene) -> None:
    scene.on()
    assert urlsplit(scene.article().headers["location"]).hostname == "elsewhere.invalid"
    scene.on(to="http://x.test/")
    assert scene.article().headers["location"] == "http://x.test/"


def redirect_disallowed(scene: Scene) -> None:
    scene.on()
    assert scene.article().headers["location"].startswith("/private/")


def redirect_private(scene: Scene) -> None:
    scene.on()
    told = [scene.article().headers["location"] for _ in fault_answers.PRIVATE]
    assert tuple(told) == fault_answers.PRIVATE and any("169.254" in one for one in told) and any("file:" in one for one in told)


def gbk_location(scene: Scene) -> None:
    scene.on()
    head, _, _ = scene.sent()
    raw = re.search(rb"Location: ([^\r]*)", head)
    assert raw and "/年报/".encode("gb18030") in raw[1] and not raw[1].isascii()
    assert get(scene.url(quote(raw[1]))).body == scene.healthy(scene.report().path)
    assert get(scene.url(quote(raw[1].decode("latin-1")))).status == 404  # the wrong reading of the bytes


# 9-14


def jsl_521(scene: Scene) -> None:
    scene.on()
    first, second = scene.article(), scene.article()
    assert first.status == second.status == 521 and "__jsluid_h" in first.headers["set-cookie"]
    assert "document.cookie" in first.text and "__jsl_clearance_s" in second.text
    assert get(scene.url("/robots.txt")).status != 521


def ruishu_412(scene: Scene) -> None:
    scene.on()
    got = scene.list()
    assert got.status == 412 and "$_ts" in got.text and "SiteName" not in got.text and len(got.body) < 2000
    scene.on(status=202)
    assert scene.list().status == 202


def ruishu_content(scene: Scene) -> None:
    scene.on()
    got = scene.article()
    assert got.status == 200 and "$_ts" in got.text and 'name="ArticleTitle"' in got.text
    assert parse(got.body).status == "ok"


def waf_403(scene: Scene) -> None:
    marks = {"yundun": "365cyd.com", "safedog": "safedog", "safeline": "safeline", "aliyun": "errors.aliyun.com"}
    for product, mark in marks.items():
        scene.on(product=product)
        got = scene.list()
        assert got.status == (405 if product == "aliyun" else 403) and mark in got.text


def forbidden(scene: Scene) -> None:
    scene.on()
    assert scene.list().status == scene.article().status == 403


def retry_after_seconds(scene: Scene) -> None:
    scene.on()
    first = scene.list()
    assert (first.status, first.headers["retry-after"], scene.list().status) == (429, "120", 200)
    scene.on(seconds=1, times=2)
    assert [scene.list().status for _ in range(3)] == [429, 429, 200]


def retry_after_date(scene: Scene) -> None:
    scene.on()
    first = scene.list()
    wait = parsedate_to_datetime(first.headers["retry-after"]) - parsedate_to_datetime(first.headers["date"])
    assert first.status == 429 and 115 < wait.total_seconds() < 125
    assert scene.list().status == 200


def retry_after_day(scene: Scene) -> None:
    scene.on()
    assert {(got.status, got.headers["retry-after"]) for got in (scene.list(), scene.list())} == {(429, "86400")}


def busy_burst(scene: Scene) -> None:
    scene.on()
    assert [scene.list().status for _ in range(5)] == [503, 503, 503, 200, 200]
    assert scene.server.hits(scene.site.host, scene.name) == 3


# 15-20


def slow_loris(scene: Scene) -> None:
    scene.on(pause=0.05)
    data, end = wire(scene.url(scene.report().path), most=8)
    assert data == b"HTTP/1.1" and end == "more"
    scene.on(pause=600)  # one byte, and not another while we wait
    assert wire(scene.url(scene.report().path), timeout=BRIEFLY) == (b"H", "silent")
    assert FAULTS[scene.name].does.startswith("one byte a second")


def hang_after_headers(scene: Scene) -> None:
    scene.on()
    head, body, end = scene.sent(timeout=BRIEFLY)
    assert head.startswith(b"HTTP/1.1 200") and b"Content-Length" in head and body == b"" and end == "silent"


def hang_before(scene: Scene) -> None:
    scene.on()
    assert wire(scene.url(scene.report().path), timeout=0.3) == (b"", "silent")
    assert scene.list().status == 200  # others are not kept waiting


def refused(scene: Scene) -> None:
    assert scene.list().status == 200
    scene.on()
    with pytest.raises(ConnectionRefusedError):
        scene.list()
    scene.server.heal(scene.site.host)
    assert scene.list().status == 200


def dns_failure(scene: Scene) -> None:
    scene.on()
    assert scene.server.resolve(scene.site.host) == []


def ipv6_only(scene: Scene) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    scene.on()
    assert scene.server.resolve(scene.site.host) == ["::1"]
    with pytest.raises(ConnectionRefusedError):
        scene.list()
    got = get(f"http://[::1]:{scene.server.port}/", headers={"Host": f"{scene.site.host}:{scene.server.port}"})
    assert scene.site.site_id_code in got.text


def _promised(head: bytes) -> int:
    found = re.search(rb"Content-Length: (\d+)", head)
    assert found
    return int(found[1])


def short_body(scene: Scene) -> None:
    scene.on()
    head, body, end = scene.sent()
    assert end == "closed" and 0 < len(body) < _promised(head)


def reset_mid_body(scene: Scene) -> None:
    scene.on(pause=1.0)  # or the reset may overtake what a busy client has not read
    head, body, end = scene.sent()
    assert end == "reset" and 0 < len(body) < _promised(head)


def cut_chunk(scene: Scene) -> None:
    scene.on()
    head, body, end = scene.sent()
    size, _, rest = body.partition(b"\r\n")
    assert b"chunked" in head and end == "closed" and 0 < len(rest) < int(size, 16)


def gzip_bomb(scene: Scene) -> None:
    scene.on(size=64 << 20)
    head, body, _ = scene.sent()
    assert b"Content-Encoding: gzip" in head and len(body) < 100_000
    assert len(gzip.decompress(body)) == 64 << 20
    scene.on()  # a gigabyte unless told otherwise; not unpacked here
    assert FAULTS[scene.name].act is not None and scene.sent(most=5000)[0].startswith(b"HTTP/1.1 200")


def huge_file(scene: Scene) -> None:
    scene.on()
    head, body, end = scene.sent(most=2 << 20)
    assert _promised(head) == 300 << 20 and end == "more" and body.startswith(b"%PDF")
    scene.on(length=False, size=1000)
    head, body, end = scene.sent()
    assert b"Content-Length" not in head and len(body) == 1000 and end == "closed"


def gzip_label_on_plain(scene: Scene) -> None:
    scene.on()
    head, body, _ = scene.sent()
    assert b"Content-Encoding: gzip" in head and b"<html" in body
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(body)


def gzip_without_label(scene: Scene) -> None:
    scene.on()
    head, body, _ = scene.sent()
    assert b"Content-Encoding" not in head and gzip.decompress(body) == scene.healthy(scene.report().path)


def illegal_header(scene: Scene) -> None:
    scene.on()
    assert b"\r\nServer : old\r\n" in scene.sent()[0] + b"\r\n"
    scene.on(how="no-colon")
    head, body, _ = scene.sent()
    assert b"\r\nthis is no header" in head and body == scene.healthy(scene.report().path)


def conflicting_length(scene: Scene) -> None:
    scene.on()
    assert len(set(re.findall(rb"Content-Length: (\d+)", scene.sent()[0]))) == 2
    scene.on(equal=True)
    told = re.findall(rb"Content-Length: (\d+)", scene.sent()[0])
    assert len(told) == 2 and len(set(told)) == 1


def http_09(scene: Scene) -> None:
    scene.on()
    assert wire(scene.url(scene.report().path)) == (scene.healthy(scene.report().path), "closed")


def empty_reply(scene: Scene) -> None:
    scene.on()
    assert wire(scene.url(scene.report().path)) == (b"", "closed")


def odd_status_line(scene: Scene) -> None:
    scene.on()
    data, _ = wire(scene.url(scene.report().path))
    assert data.startswith(b"HTTP/1.0 200\n") and b"\r\n\r\n" not in data[:200]
    assert scene.article().body == scene.healthy(scene.report().path)


# 21-25


def charsets(codec: str, header: str, meta: str) -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        scene.on()
        got = scene.article()
        text = got.body.decode(codec)
        assert WEB.report(scene.site, scene.report().edition).truth["agency"] in text  # type: ignore[arg-type]
        assert re.findall(r"charset=([\w-]+)", got.headers["content-type"]) == header.split()
        assert re.findall(r"<meta[^>]*charset=\"?([\w-]*)", text) == meta.split()
        if codec != "utf-8":
            with pytest.raises(UnicodeDecodeError):
                got.body.decode("ascii" if codec == "utf-8-sig" else "utf-8")
        if scene.name == "charset-gb2312-rare":
            assert "镕喆堃㛃" in text
            with pytest.raises(UnicodeDecodeError):
                got.body.decode("gb2312")
        assert (codec == "utf-8-sig") == got.body.startswith(codecs.BOM_UTF8)

    return check


def charset_mixed(scene: Scene) -> None:
    scene.on()
    start, mark, rest = scene.article().body.partition(b'<div class="footer">')
    assert start.decode() and mark and rest.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        rest.decode()


def short_gbk_title(scene: Scene) -> None:
    scene.on()
    got = scene.article()
    assert got.body.decode("gbk").count("年度报告") == 1 and len(got.body) < 100 and got.headers["content-type"] == "text/html"


def _handshake(scene: Scene, client: ssl.SSLContext, name: str = "") -> str:
    """The TLS version agreed on."""
    port = scene.server.secure(scene.site.host, scene.name)
    with (
        socket.create_connection((scene.site.address, port), timeout=20) as plain,
        client.wrap_socket(plain, server_hostname=name or scene.site.host) as secure,
    ):
        secure.sendall(f"GET / HTTP/1.1\r\nHost: {scene.site.host}\r\nConnection: close\r\n\r\n".encode())
        assert secure.recv(12) == b"HTTP/1.1 200"
        return secure.version() or ""


def weak_tls(ciphers: str, version: str) -> Callable[[Scene], None]:
    """A usual client is turned away, one that is told to be lenient gets through with the certificate verified."""

    def check(scene: Scene) -> None:
        scene.on()
        usual = ssl.create_default_context(cafile=str(scene.server.ca_file))
        with pytest.raises(ssl.SSLError):
            _handshake(scene, usual)
        lenient = ssl.create_default_context(cafile=str(scene.server.ca_file))
        lenient.set_ciphers(ciphers)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            lenient.minimum_version = ssl.TLSVersion.TLSv1
        assert _handshake(scene, lenient) == version

    return check


def bad_certificate(reason: str) -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        scene.on()
        client = ssl.create_default_context(cafile=str(scene.server.ca_file))
        with pytest.raises(ssl.SSLCertVerificationError, match=reason):
            _handshake(scene, client)

    return check


def missing_intermediate(scene: Scene) -> None:
    bad_certificate("unable to get local issuer")(scene)
    client = ssl.create_default_context(cafile=str(scene.server.ca_file))
    client.load_verify_locations(scene.server.ca_file.parent / "middle.pem")
    assert _handshake(scene, client).startswith("TLSv1")


def robots(status: int, words: str, starts: bytes = b"") -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        scene.on()
        got = get(scene.url("/robots.txt"))
        assert got.status == status and words in got.text and got.body.startswith(starts)
        assert scene.list().status == 200

    return check


def robots_redirect(scene: Scene) -> None:
    scene.on()
    got = get(scene.url("/robots.txt"))
    assert got.status == 301
    assert "Disallow: /manage/" in get(scene.url(got.headers["location"])).text


def robots_redirect_loop(scene: Scene) -> None:
    scene.on()
    assert get(scene.url("/robots.txt")).headers["location"] == "/robots.txt"


def robots_crawl_delay(scene: Scene) -> None:
    robots(200, "Crawl-delay: 10")(scene)
    scene.on(seconds=0.5)
    assert "Crawl-delay: 0.5" in get(scene.url("/robots.txt")).text


def robots_large(scene: Scene) -> None:
    scene.on()
    got = get(scene.url("/robots.txt"))
    assert len(got.body) > 1_000_000 and b"Disallow: /manage/" in got.body[:200]


def robots_changes(scene: Scene) -> None:
    scene.server._visits.pop(scene.site.key, None)
    scene.on(after=3)
    assert "Allow: /" in get(scene.url("/robots.txt")).text
    for _ in range(3):
        scene.list()
    assert "Disallow: /\n" in get(scene.url("/robots.txt")).text


# 26-31


def _page(scene: Scene, number: int) -> int:
    column = WEB.column(scene.site, 0)
    stem = "zwgklist" if scene.site.family == "ucap" else "index"
    ending = {"trs-zero-long": "shtml", "trs-comment": "htm", "ucap": "shtml"}.get(scene.site.family, "html")
    return get(scene.url(f"{column.rpartition('/')[0]}/{stem}_{number}.{ending}")).status


def pages_zero_based(scene: Scene) -> None:
    scene.on()
    assert (_page(scene, 0), _page(scene, 1)) == (404, 200)
    assert scene.server.hits(scene.site.host, scene.name) == 1


def pages_one_based(scene: Scene) -> None:
    scene.on()
    assert (_page(scene, 1), _page(scene, 2)) == (404, 200)


def pages_in_comment(scene: Scene) -> None:
    scene.on()
    assert re.search(r"<!--.*createPageHTML\(\d+, 0,.*-->", scene.list().text)


def pages_declared_long(scene: Scene) -> None:
    def declared() -> int:
        found = re.search(r'(?:createPageHTML\((?:\'\w+\',)?\s*|"setPage", \d+, )(\d+)', scene.list().text)
        assert found
        return int(found[1])

    scene.server.heal(scene.site.host)
    real = declared()
    scene.on()
    assert declared() == real + 2
    last = real - 1 if scene.site.family in ("trs-zero", "trs-zero-long", "trs-comment") else real
    assert [_page(scene, last + n) for n in range(3)] == [200, 404, 404]


def pages_stub(scene: Scene) -> None:
    scene.on()
    column, total = WEB.column(scene.site, 0), -(-len(WEB.view(scene.site, 0, "").entries) // 6)
    found = re.search(r'(?:createPageHTML\((?:\'\w+\',)?\s*|"setPage", \d+, )(\d+)', scene.list().text)
    assert found and int(found[1]) == total + 2
    last = total - 1 if "createPageHTML" in scene.list().text and "'paging'" not in scene.list().text else total
    ending = {"trs-zero-long": "shtml", "trs-comment": "htm"}.get(scene.site.family, "html")
    got = [get(scene.url(f"{column}index_{last + n}.{ending}")) for n in range(4)]
    assert [one.status for one in got] == [200, 200, 200, 404]
    assert len(got[0].body) > 900 > 600 > len(got[1].body) > 300


def _proxy(scene: Scene, start: int, page: int = 1) -> str:
    return get(scene.url(f"/module/web/jpage/dataproxy.jsp?startrecord={start}&endrecord={start + 4}&perpage=5&page={page}")).text


def dataproxy_overlap(scene: Scene) -> None:
    scene.on()
    assert _proxy(scene, 1).count("<record>") == 16


def dataproxy_total_changes(scene: Scene) -> None:
    scene.on()
    totals = [int(re.findall(r"<totalrecord>(\d+)", _proxy(scene, start))[0]) for start in (1, 6)]
    assert totals[1] == totals[0] + 1


def dataproxy_startrecord_ignored(scene: Scene) -> None:
    assert _proxy(scene, 1) != _proxy(scene, 6)
    scene.on()
    assert _proxy(scene, 1) == _proxy(scene, 6) != _proxy(scene, 1, page=2)


def jpaas_same_page(scene: Scene) -> None:
    unit = re.search(r"'tplSetId':'(\w+)'", scene.list().text)
    assert unit

    def rows(number: int) -> str:
        fields = f'tplSetId={unit[1]}&pageType=column&paramJson={quote(json.dumps({"pageNo": number}))}'
        return json.loads(get(scene.url(f"/api-gateway/jpaas-publish-server/front/page/build/unit?{fields}")).text)["data"]["html"]

    assert rows(1) != rows(2)
    scene.on()
    assert rows(1) == rows(2) == rows(9)


def list_grows_while_read(scene: Scene) -> None:
    scene.on(most=2)
    counts = [len(re.findall(r"新增通知第\d号</a>", scene.list().text)) for _ in range(4)]
    assert counts == [0, 1, 2, 2]
    path = re.search(r"href=['\"]([^'\"]*)['\"][^>]*>[^<]*新增通知", scene.list().text)
    assert path and get(urljoin(scene.server.column(scene.site), path[1])).status == 200


def _service(scene: Scene) -> Got:
    if scene.site.family == "ucap-json":
        channel = re.search(r'channelId" content="(\w+)"', scene.list().text)
        assert channel
        return get(scene.url(f"/common/search/{channel[1]}?page=1"))
    path = {"gkmlpt": "/gkmlpt/api/all/3245", "jpaas": "/api-gateway/jpaas-publish-server/front/page/build/unit"}[scene.site.family]
    return get(scene.url(path))


def service_html_error(scene: Scene) -> None:
    scene.on()
    got = _service(scene)
    assert got.status == 200 and got.text.startswith("<html>") and "系统繁忙" in got.text


def service_null_results(scene: Scene) -> None:
    assert json.loads(_service(scene).text)["data"]["results"]
    scene.on()
    assert json.loads(_service(scene).text)["data"]["results"] is None


def list_empty(scene: Scene) -> None:
    stem = scene.report().path.rpartition("/")[2]
    assert stem in scene.list().text
    scene.on()
    assert scene.list().status == 200 and stem not in scene.list().text
    assert get(scene.url("/")).status == 200


# 32-40


def index_for_article(scene: Scene) -> None:
    scene.on(within=0)
    assert "ArticleTitle" in scene.article().text
    scene.on(within=600)
    assert scene.article().body == scene.healthy("/")


def restless_page(scene: Scene) -> None:
    scene.on()
    one, two = scene.article(), scene.article()
    assert one.body != two.body and "etag" not in one.headers
    assert parse(one.body) == parse(two.body)


def cell_corrected(scene: Scene) -> None:
    before = parse(scene.article().body)
    scene.on()
    after = parse(scene.article().body)
    changed = [a for a, b in zip(before.values, after.values, strict=True) if a.value != b.value]
    assert 1 <= len(changed) <= 6 and before.identity.title == after.identity.title


def attachment_replaced(scene: Scene) -> None:
    url = scene.file()

    def ask(validators: str, by: int, known: Got | None = None) -> Got:
        scene.on(validators=validators, by=by)
        tag = {"If-None-Match": known.headers["etag"]} if known and "etag" in known.headers else {}
        return get(url, headers={"Referer": "x"} | tag)

    for how, later in (("lie", 304), ("none", 200), ("true", 200)):
        before, after = ask(how, 0), ask(how, 1)
        assert before.status == after.status == 200 and before.body != after.body
        assert ("etag" in before.headers) == (how != "none") and "last-modified" not in before.headers
        assert ask(how, 1, before).status == later
    assert ask("true", 0, ask("true", 0)).status == 304


def _hrefs(scene: Scene) -> list[str]:
    base = scene.server.column(scene.site)
    return [urlsplit(urljoin(base, one)).path for one in re.findall(r"href=['\"]([^'\"]*)['\"]", scene.list().text)]


def two_addresses(scene: Scene) -> None:
    before = set(_hrefs(scene))
    scene.on()
    new = set(_hrefs(scene)) - before
    same = [parse(get(scene.url(path)).body) for path in new if parse(get(scene.url(path)).body).status == "ok"]
    assert len(same) == 1 and same[0].values == parse(scene.article().body).values


def moved_address(scene: Scene) -> None:
    before, body = set(_hrefs(scene)), scene.article().body
    scene.on()
    new = [path for path in _hrefs(scene) if path not in before and "77" not in path[:1]]
    assert scene.article().status == 404
    assert any(parse(get(scene.url(path)).body).values == parse(body).values for path in new)


def article_bytes(starts: bytes) -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        scene.on()
        got = scene.article()
        assert got.body.startswith(starts) and got.headers["content-type"] == "text/html" and scene.report().path[-3:] in ("tml", "htm")

    return check


def file_bytes(starts: bytes, media: str) -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        url = scene.file()
        scene.on()
        got = get(url, headers={"Referer": "x"})
        assert got.status == 200 and got.body.startswith(starts) and got.headers["content-type"].startswith(media)
        if not starts:
            assert got.body == b"" or media == "text/html"
        if starts == b"PK":
            assert zipfile.ZipFile(io.BytesIO(got.body)).testzip() is None
        if scene.name == "scanned-pdf":
            assert b"/Subtype/Image" in got.body and b"Tj" not in got.body

    return check


def _disposition(scene: Scene) -> bytes:
    url = urlsplit(scene.file())
    scene.on()
    head, _, _ = scene.sent(f"{url.path}?{url.query}" if url.query else url.path, headers="Referer: x\r\n")
    found = re.search(rb"Content-Disposition: ([^\r]*)", head)
    assert found
    return found[1]


def disposition_tricks(scene: Scene) -> None:
    first = _disposition(scene)
    assert b'filename="../../../' in first
    url = urlsplit(scene.file())
    told = {get(scene.url(f"{url.path}?{url.query}"), headers={"Referer": "x"}).headers["content-disposition"] for _ in range(5)}
    assert len(told) >= 4 and any("/etc/" in one for one in told) and any("\\" in one for one in told)


def disposition_gbk(scene: Scene) -> None:
    assert "年度报告".encode("gb18030") in _disposition(scene)


def other_bodys_report(scene: Scene) -> None:
    told = scene.report()
    scene.on()
    report = parse(scene.article().body)
    assert report.status == "ok" and report.identity.agency == "雾凇市粮食和物资储备局" != told.agency
    assert told.title[:20] in scene.list().text


def last_years_report(scene: Scene) -> None:
    told = scene.report()
    scene.on()
    report = parse(scene.article().body)
    assert (report.identity.agency, report.identity.year) == (told.agency, told.year - 1)


def shell(mark: str) -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        scene.on(hops=2)
        where = scene.server.column(scene.site)
        for _ in range(2):
            got = get(where)
            found = re.search(mark, got.text)
            assert found and len(got.body) < 300
            where = urljoin(where, found[1])
        assert scene.report().path.rpartition("/")[2] in get(where).text

    return check


def base_href(scene: Scene) -> None:
    scene.on()
    text = scene.list().text
    base = re.search(r'<base href="([^"]*)"', text)
    assert base and "href='/" not in text and 'href="/' not in text
    reached = {urlsplit(urljoin(base[1], one)).path for one in re.findall(r"href=['\"](\.\./[^'\"]*)", text)}
    assert scene.report().path in reached


def dotted_paths(scene: Scene) -> None:
    scene.on()
    assert "/./" in scene.list().text
    path = scene.report().path
    assert urljoin("http://x/", "/." + path) == "http://x" + path
    named = scene.list(Host=f"{scene.site.host}:{scene.server.port}").text
    assert f"http://{scene.site.host}.:{scene.server.port}/./" in named


def endless(new_rows: bool) -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        scene.on()
        pages = [scene.list(f"?page={number}").text for number in (1, 2, 70_000)]
        assert all("下一页" in page for page in pages) and "?page=70001" in pages[2]
        rows = [set(re.findall(r'href="(/rl/[^"]*)"', page)) for page in pages]
        assert all(rows) == new_rows and not rows[0] & rows[2]

    return check


# 41-48


def stops_at_each_step(scene: Scene) -> None:
    scene.on(pause=0.05)
    start = time.monotonic()
    assert scene.article().body == scene.healthy(scene.report().path)
    assert time.monotonic() - start >= 0.15
    scene.on(pause=600)
    assert wire(scene.url(scene.report().path), timeout=0.2) == (b"", "silent")


def fat_pages(scene: Scene) -> None:
    scene.on(size=200_000)
    got = scene.article()
    assert len(zlib.compress(got.body)) > 100_000 and parse(got.body).status == "ok"


def clock_jump(scene: Scene) -> None:
    scene.on()
    shifts = []
    for _ in range(2):
        told = parsedate_to_datetime(scene.list().headers["date"]).timestamp()
        shifts.append(round((told - time.time()) / 3600))
    assert shifts == [24, -24]


def lingering(scene: Scene) -> None:
    scene.on()
    start = time.monotonic()
    assert scene.list().status == 200 and time.monotonic() - start >= 0.2


def slow_host(scene: Scene) -> None:
    scene.on()
    assert wire(scene.server.column(scene.site), timeout=0.3) == (b"", "silent")
    scene.on(seconds=0.1)
    assert scene.list().status == 200


def cookies_120k(scene: Scene) -> None:
    scene.on()
    head, _, _ = scene.sent()
    assert head.count(b"Set-Cookie:") == 120 and len(head) > 120_000


def links_100k(scene: Scene) -> None:
    scene.on()
    assert scene.list().text.count("<a ") > 100_000


def one_line_50m(scene: Scene) -> None:
    scene.on()
    head, body, end = scene.sent(most=3 << 20)
    assert _promised(head) == 50 << 20 and end == "more" and b"\n" not in body


def nested_100k(scene: Scene) -> None:
    scene.on()
    assert "<div>" * 100_000 in scene.article().text


def cookie_wall(scene: Scene) -> None:
    scene.on()
    got = scene.list()
    assert got.status == 302 and urljoin(scene.server.column(scene.site), got.headers["location"]) == scene.server.column(scene.site)
    cookie = got.headers["set-cookie"].partition(";")[0]
    stem = scene.report().path.rpartition("/")[2]
    assert stem in scene.list(Cookie=cookie).text
    scene.on(quiet=True)
    assert scene.list().status == 200 and stem not in scene.list().text
    assert stem in scene.list(Cookie=scene.list().headers["set-cookie"].partition(";")[0]).text


def personal_data(scene: Scene) -> None:
    scene.on()
    text = scene.article().text
    assert fault_contents.PHONE in text and fault_contents.ID_NUMBER in text
    assert len(fault_contents.ID_NUMBER) == 18 and fault_contents.ID_NUMBER.startswith("99")


_LENIENT = "ALL:@SECLEVEL=0"
CHECKS: dict[str, Callable[[Scene], None]] = {
    "not-found-once": not_found_once, "withdrawn": withdrawn, "soft-404": soft_404, "missing-is-home": missing_is_home,
    "article-is-home": article_is_home, "redirect-home": redirect_home, "redirect-loop": redirect_loop,
    "self-redirect-cookie": self_redirect_cookie, "redirect-other-host": redirect_other_host,
    "redirect-disallowed": redirect_disallowed, "redirect-private": redirect_private, "gbk-location": gbk_location,
    "jsl-521": jsl_521, "ruishu-412": ruishu_412, "ruishu-content": ruishu_content, "waf-403": waf_403, "forbidden": forbidden,
    "retry-after-seconds": retry_after_seconds, "retry-after-date": retry_after_date, "retry-after-day": retry_after_day,
    "busy-burst": busy_burst, "slow-loris": slow_loris, "hang-after-headers": hang_after_headers, "hang-before": hang_before,
    "refused": refused, "dns-failure": dns_failure, "ipv6-only": ipv6_only, "short-body": short_body,
    "reset-mid-body": reset_mid_body, "cut-chunk": cut_chunk, "gzip-bomb": gzip_bomb, "huge-file": huge_file,
    "gzip-label-on-plain": gzip_label_on_plain, "gzip-without-label": gzip_without_label, "illegal-header": illegal_header,
    "conflicting-length": conflicting_length, "http-0.9": http_09, "empty-reply": empty_reply, "odd-status-line": odd_status_line,
    "charset-three-ways": charsets("gb18030", "utf-8", "gb2312"), "charset-gb2312-rare": charsets("gb18030", "gb2312", "gb2312"),
    "charset-none": charsets("gb18030", "", ""), "charset-utf8-as-gbk": charsets("utf-8", "gbk", "gbk"),
    "charset-bom": charsets("utf-8-sig", "gb2312", "gb2312"), "charset-twice": charsets("utf-8", "GB2312 utf-8", "utf-8"),
    "charset-mixed": charset_mixed, "short-gbk-title": short_gbk_title,
    "tls-1.0": weak_tls(_LENIENT, "TLSv1"), "tls-dh-1024": weak_tls(_LENIENT, "TLSv1.2"), "tls-rsa-kx": weak_tls(_LENIENT, "TLSv1.2"),
    "tls-expired": bad_certificate("expired"), "tls-wrong-host": bad_certificate("[Hh]ostname mismatch"),
    "tls-self-signed": bad_certificate("self-signed|self signed"), "tls-untrusted": bad_certificate("unable to get local issuer"),
    "tls-missing-intermediate": missing_intermediate,
    "robots-disallow-all": robots(200, "Disallow: /\n"), "robots-bom": robots(200, "Disallow: /\n", codecs.BOM_UTF8),
    "robots-403": robots(403, "Forbidden"), "robots-401": robots(401, "Unauthorized"), "robots-500": robots(500, "Error"),
    "robots-html": robots(200, "<html>", b"<!DOCTYPE"), "robots-crawl-delay": robots_crawl_delay,
    "robots-request-rate": robots(200, "Request-rate: 1/5"), "robots-visit-time": robots(200, "Visit-time: 1400-2200"),
    "robots-large": robots_large, "robots-redirect": robots_redirect, "robots-redirect-loop": robots_redirect_loop,
    "robots-full-width-colon": robots(200, "Disallow： /"), "robots-no-agent": robots(200, "Disallow: /", b"Disallow"),
    "robots-changes": robots_changes, "pages-zero-based": pages_zero_based, "pages-one-based": pages_one_based,
    "pages-in-comment": pages_in_comment, "pages-declared-long": pages_declared_long, "pages-stub": pages_stub, "dataproxy-overlap": dataproxy_overlap,
    "dataproxy-total-changes": dataproxy_total_changes, "dataproxy-startrecord-ignored": dataproxy_startrecord_ignored,
    "jpaas-same-page": jpaas_same_page, "list-grows-while-read": list_grows_while_read, "service-html-error": service_html_error,
    "service-null-results": service_null_results, "list-empty": list_empty, "index-for-article": index_for_article,
    "restless-page": restless_page, "cell-corrected": cell_corrected, "attachment-replaced": attachment_replaced,
    "two-addresses": two_addresses, "moved-address": moved_address, "pdf-named-html": article_bytes(b"%PDF-"),
    "doc-as-html": article_bytes(bytes.fromhex("d0cf11e0")), "empty-pdf": file_bytes(b"", "application/pdf"),
    "login-as-pdf": file_bytes(b"<html>", "application/pdf"), "file-as-html": file_bytes(b"", "text/html"),
    "zip-attachment": file_bytes(b"PK", "application/zip"), "ofd-attachment": file_bytes(b"PK", "application/ofd"),
    "wps-attachment": file_bytes(bytes.fromhex("d0cf11e0"), "application/octet-stream"),
    "disposition-tricks": disposition_tricks, "disposition-gbk": disposition_gbk, "scanned-pdf": file_bytes(b"%PDF-", "application/pdf"), "other-bodys-report": other_bodys_report,
    "last-years-report": last_years_report, "js-shell": shell(r'location\.replace\("([^"]*)"'),
    "meta-refresh": shell(r"url=([^\"]*)\""), "iframe-list": shell(r'<iframe src="([^"]*)"'), "base-href": base_href,
    "dotted-paths": dotted_paths, "endless-paging": endless(False), "endless-junk": endless(True),
    "stops-at-each-step": stops_at_each_step, "fat-pages": fat_pages, "clock-jump": clock_jump, "lingering": lingering,
    "slow-host": slow_host, "cookies-120k": cookies_120k, "links-100k": links_100k, "one-line-50m": one_line_50m,
    "nested-100k": nested_100k, "cookie-wall": cookie_wall, "personal-data": personal_data,
}  # fmt: skip


def test_all_48_numbers_have_a_fault_and_every_fault_a_check() -> None:
    assert {number for number, _, _ in table()} == set(range(1, HOW_MANY + 1)) and HOW_MANY == 48
    assert set(CHECKS) == set(FAULTS)
    assert all(does for _, _, does in table())


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_behaves_as_its_table_says(server: Server, name: str) -> None:
    scene = Scene(server, name, a_site(name))
    server.heal(scene.site.host)
    try:
        CHECKS[name](scene)
    finally:
        server.heal(scene.site.host)
    assert scene.list().status == 200  # healed
    others = [site for site in WEB.sites if site != scene.site][:3]
    assert [get(server.url(site)).status for site in others] == [200, 200, 200]


def test_a_fault_strikes_only_its_host_its_path_and_as_often_as_told(server: Server) -> None:
    site, other = WEB.sites[0], WEB.sites[1]
    paths = [entry.path for entry in WEB.view(site, 0, "").entries if entry.edition][:2]
    server.fault(site.host, "forbidden", path=paths[0], times=2)
    try:
        assert [get(server.url(site, path)).status for path in (paths[1], paths[0], paths[0], paths[0])] == [200, 403, 403, 200]
        assert server.hits(site.host, "forbidden") == 2
        assert get(server.url(other)).status == 200
        struck = [one for one in server.log.all(site.host) if one.fault == "forbidden"]
        assert len(struck) == 2 and {one.target for one in struck} == {paths[0]}
    finally:
        server.heal(site.host)


def test_several_faults_can_be_on_at_one_host(server: Server) -> None:
    site = a_site("restless-page")
    scene = Scene(server, "restless-page", site)
    server.fault(site.host, "restless-page")
    server.fault(site.host, "charset-none")
    server.fault(site.host, "busy-burst", times=1)
    try:
        assert scene.article().status == 503
        got = scene.article()
        assert "counter" in got.body.decode("gb18030") and got.headers["content-type"] == "text/html"
        server.heal(site.host, "charset-none")
        assert "counter" in scene.article().body.decode()
    finally:
        server.heal(site.host)
