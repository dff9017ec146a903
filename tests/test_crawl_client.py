"""One exchange with a real server: exact bytes, limits, timeouts, TLS, addresses that must not be asked."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from loopback import Asked, Loopback, Write, http, settings

from gongkai.scraper.addresses import Book, Refused, Unresolved, clean, lane, location, why_refused
from gongkai.scraper.client import Client, Exchange, Request
from gongkai.scraper.clock import SystemClock
from gongkai.scraper.settings import Settings, Tls
from gongkai.scraper.wire import Broken, TooLarge, decoded, head_of, transferred


def ask(*requests: Request | str, given: Settings | None = None, resolver: object = None) -> list[Exchange]:
    """Asks one after the other with one client."""
    given = given or settings()

    async def work() -> list[Exchange]:
        book = Book(given, resolver) if resolver else Book(given)  # type: ignore[arg-type]
        client = Client(given, book, SystemClock())
        made = []
        for request in requests:
            made.append(await client.exchange(request if isinstance(request, Request) else Request(request)))
            made[-1].release()
        await client.close()
        return made

    return asyncio.run(work())


def test_the_bytes_are_those_of_the_wire() -> None:
    strange = b"HTTP/1.1 200 Fine Indeed\r\nServer: x\r\nX-Twice: a\r\nX-Twice:  b \r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"
    with Loopback({"/a": strange}) as server:
        (exchange,) = ask(server.url("/a"))
    assert exchange.answer == strange
    assert exchange.request.startswith(b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:")
    assert exchange.address == "127.0.0.1"
    assert not exchange.failure and not exchange.truncated


def test_chunks_are_kept_as_they_came() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;note=1\r\nabc\r\n02\r\nde\r\n0\r\n\r\n"
    with Loopback({"/a": chunked}) as server:
        (exchange,) = ask(server.url("/a"))
    assert exchange.answer == chunked
    assert transferred(exchange.answer, exchange.head) == b"abcde"


def test_what_is_said_of_ourselves() -> None:
    with Loopback({"/a": http("x")}) as server:
        ask(server.url("/a"))
    (asked,) = server.log
    assert asked.headers["user-agent"].startswith("gongkai/1.0 (+https://")
    assert asked.headers["from"] == "data@example.org"
    assert asked.headers["accept-encoding"] == "gzip, deflate"


def test_one_connection_is_kept() -> None:
    with Loopback({"/a": http("x"), "/b": http("y"), "/c": http("z", connection="close")}) as server:
        exchanges = ask(*(server.url(path) for path in ("/a", "/b", "/c", "/a")))
    assert [e.answer[-1:] for e in exchanges] == [b"x", b"y", b"z", b"x"]
    one, two, three, four = (asked.peer for asked in server.log)
    assert one == two == three != four


def test_environment_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Loopback({"/a": http("x")}) as server:
        assert not ask(server.url("/a"))[0].failure


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nonly this", "disconnect"),
        (b"HTTP/1.1 200 OK\r\nServer : x\r\nContent-Length: 2\r\n\r\nok", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "protocol"),
        (b"just text, as HTTP/0.9 had it", "protocol"),
        (b"", "no_answer"),
    ],
)
def test_broken_answers_keep_their_bytes(answer: bytes, failure: str) -> None:
    async def broken(asked: Asked, write: Write) -> None:
        await write(answer)

    with Loopback({"/a": broken}) as server:
        (exchange,) = ask(server.url("/a"))
    assert exchange.failure == failure
    assert exchange.answer == answer


def test_a_cut_chunk_is_no_whole_page() -> None:
    async def cut(asked: Asked, write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc")

    with Loopback({"/a": cut}) as server:
        (exchange,) = ask(server.url("/a"))
    assert (exchange.failure, exchange.truncated) == ("disconnect", "disconnect")
    with pytest.raises(Broken):
        transferred(exchange.answer, exchange.head)


@pytest.mark.parametrize("drip", [True, False])
def test_slow_servers_are_left(drip: bool) -> None:
    async def slow(asked: Asked, write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            await asyncio.sleep(0.05 if drip else 30)
            await write(b"x")

    with Loopback({"/a": slow}) as server:
        began = time.monotonic()
        (exchange,) = ask(server.url("/a"), given=settings(read_s=0.3, total_s=0.6))
        assert time.monotonic() - began < 10
    assert exchange.failure == ("total_timeout" if drip else "read_timeout")
    assert exchange.truncated == "time"
    assert exchange.answer.startswith(b"HTTP/1.1 200 OK")


def test_large_answers_are_cut() -> None:
    with Loopback({"/a": http(b"x" * 200_000)}) as server:
        (exchange,) = ask(Request(server.url("/a"), most=50_000))
    assert (exchange.failure, exchange.truncated) == ("too_large", "length")
    assert len(exchange.answer) < 200_000


def test_endless_headers_are_cut() -> None:
    async def endless(asked: Asked, write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\n")
        while True:
            await write(b"Set-Cookie: a=" + b"x" * 1_000 + b"\r\n")

    with Loopback({"/a": endless}) as server:
        (exchange,) = ask(server.url("/a"))
    assert exchange.failure == "head_too_large"
    assert len(exchange.answer) < 400_000


def test_bombs_do_not_grow() -> None:
    bomb = gzip.compress(bytes(50_000_000), mtime=0)
    with pytest.raises(TooLarge):
        decoded(bomb, "gzip", 10_000_000_000)
    with pytest.raises(TooLarge):
        decoded(gzip.compress(b"a" * 5_000, mtime=0), "gzip", 4_000)


@pytest.mark.parametrize(
    ("body", "encoding", "note"),
    [
        (gzip.compress("年报".encode(), mtime=0), "gzip", "gzip"),
        (gzip.compress("年报".encode(), mtime=0), "", "gzip"),  # some hosts gzip unasked
        ("年报".encode(), "gzip", "plain"),  # and some only say so
        (zlib.compress("年报".encode()), "deflate", "deflate"),
        (zlib.compress("年报".encode())[2:-4], "deflate", "deflate"),
        (gzip.compress("年".encode(), mtime=0) + gzip.compress("报".encode(), mtime=0), "gzip", "gzip"),
    ],
)
def test_encodings(body: bytes, encoding: str, note: str) -> None:
    assert decoded(body, encoding, 1_000) == ("年报".encode(), note)


@pytest.mark.parametrize("body", [gzip.compress(b"a" * 999, mtime=0)[:-9], gzip.compress(b"abc", mtime=0)[:12] + b"\xff" * 20])
def test_damaged_encodings_are_no_pages(body: bytes) -> None:
    with pytest.raises(Broken):
        decoded(body, "gzip", 1_000)


def test_cookies_come_back_to_their_origin_only() -> None:
    with Loopback({"/a": http("x", set_cookie="sid=1; Path=/"), "/b": http("y")}) as one, Loopback({"/c": http("z")}) as two:
        ask(one.url("/a"), one.url("/b"), two.url("/c"))
    assert one.log[1].headers["cookie"] == "sid=1"
    assert "cookie" not in two.log[0].headers


def test_forms_are_posted() -> None:
    with Loopback({"/a": http("x")}) as server:
        ask(Request(server.url("/a"), (("col", "1"), ("名", "报 告")), (("X-Requested-With", "XMLHttpRequest"),)))
    (asked,) = server.log
    assert (asked.method, asked.body) == ("POST", b"col=1&%E5%90%8D=%E6%8A%A5+%E5%91%8A")
    assert asked.headers["x-requested-with"] == "XMLHttpRequest"


def test_headers_of_lists_cannot_smuggle() -> None:
    sly = (("Referer", "http://a/\r\nX-Evil: 1"), ("Host", "evil"), ("User-Agent", "Mozilla"), ("X Y", "1"))
    with Loopback({"/a": http("x")}) as server:
        ask(Request(server.url("/a"), headers=sly))
    (asked,) = server.log
    assert asked.headers["host"].startswith("127.0.0.1")
    assert asked.headers["user-agent"].startswith("gongkai/")
    assert not {"x-evil", "x y", "referer"} & asked.headers.keys()


# addresses


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("HTTP://WWW.Example.ORG:80/a b?q=年#x", "http://www.example.org/a%20b?q=%E5%B9%B4"),
        ("https://example.org.:443", "https://example.org/"),
        ("http://政府.中国/", "http://xn--mxtq1m.xn--fiqs8s/"),
        ("http://example.org/100%/%e5", "http://example.org/100%25/%e5"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
    ],
)
def test_addresses_are_written_one_way(url: str, cleaned: str) -> None:
    assert clean(url) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://u:p@example.org/", "http://u@example.org/",
     "http://example.org/\r\nX: 1", "http:///x", "http://exa mple.org/", "http://[::1/", "http://example.org:99999/",
     "http://example.org/" + "a" * 3_000, "http://a..b/", "gopher://example.org/", "http://0x7f000001/", "http://2130706433/",
     "http://127.1/", "http://0177.0.0.1/", "http://0/", "http://a.0x1/"],
)  # fmt: skip
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        clean(url)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "240.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1", "198.18.0.1", "nonsense"],
)  # fmt: skip
def test_no_private_address_is_asked(address: str) -> None:
    public = Settings("real/1.0 (+https://crawler.cn; mailto:a@crawler.cn)", ())
    assert why_refused(address, public)


def test_public_addresses_are_asked_by_a_real_agent_only() -> None:
    assert not why_refused("8.8.8.8", Settings("real/1.0 (+https://crawler.cn)", ()))
    assert not why_refused("2400:3200::1", Settings("real/1.0 (+https://crawler.cn)", ()))
    assert "sample user agent" in why_refused("8.8.8.8", settings())


def test_a_name_that_changes_its_mind_changes_nothing() -> None:
    """DNS rebinding: the second look-up would lead elsewhere; there is none."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def resolver(host: str, port: int) -> Iterable[str]:
        return next(answers)

    with Loopback({"/a": http("x"), "/b": http("y")}) as server:
        made = ask(f"http://site.test:{server.port}/a", f"http://site.test:{server.port}/b", resolver=resolver)
    assert [e.address for e in made] == ["127.0.0.1", "127.0.0.1"]
    assert server.log[0].headers["host"] == f"site.test:{server.port}"


@pytest.mark.parametrize("found", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["169.254.169.254"]])
def test_names_of_private_addresses_are_refused(found: list[str]) -> None:
    async def resolver(host: str, port: int) -> Iterable[str]:
        return found

    with pytest.raises(Refused):
        ask("http://site.test/a", resolver=resolver)


def test_names_without_an_address() -> None:
    async def resolver(host: str, port: int) -> Iterable[str]:
        raise OSError("nobody knows")

    with pytest.raises(Unresolved):
        ask("http://site.test/a", resolver=resolver)


def test_a_closed_port_is_a_failure() -> None:
    with Loopback() as server:
        port = server.port
    (exchange,) = ask(f"http://127.0.0.1:{port}/")
    assert exchange.failure == "connect"
    assert not exchange.request


def test_bytes_of_a_redirect_are_sent_back_as_they_came() -> None:
    raw = "/年报.html".encode("gb18030")
    assert location(raw, "http://example.org/a/") == "http://example.org/%C4%EA%B1%A8.html"
    assert location(b"../x", "http://example.org/a/b") == "http://example.org/x"
    assert location(b"http:\\\\example.org\\x\\y?a\\b", "http://a.org/") == "http://example.org/x/y?a%5Cb", "a backslash is a slash to browsers"
    assert location(b"/a\t.html", "http://example.org/") == "http://example.org/a.html"
    for charset in ("utf-8", "gb18030"):
        assert location("http://政务.公开/年".encode(charset), "http://a.org/").startswith("http://xn--zfr164b.xn--55qw44a/%")


def test_one_queue_for_each_server() -> None:
    assert lane(("203.0.113.9",), "http://a.cn/") == lane(("203.0.113.9",), "https://b.cn:8443/")
    assert lane(("127.0.0.1",), "http://a:1/") != lane(("127.0.0.1",), "http://a:2/")  # a port stands for a machine


# TLS


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, a certificate for localhost by it, and one by nobody."""
    folder = tmp_path_factory.mktemp("tls")
    (folder / "san").write_text("subjectAltName=DNS:localhost\n")
    _openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "2", "-subj", "/CN=root")
    _openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "good.key", "-out", "good.csr", "-subj", "/CN=localhost")
    _openssl(folder, "x509", "-req", "-in", "good.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "good.pem", "-days", "2", "-extfile", "san")
    _openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "self.key", "-out", "self.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    return folder


def _secure(folder: Path, name: str, prepare: object = None) -> tuple[int, threading.Thread]:
    """A server that answers once over TLS."""
    import socket

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    if prepare:
        prepare(context)  # type: ignore[operator]
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            raw, _ = listener.accept()
            try:
                with context.wrap_socket(raw, server_side=True) as secure:
                    secure.recv(65_536)
                    secure.sendall(http("safe"))
            except OSError:
                raw.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


def _over_tls(folder: Path, name: str, tls: tuple[Tls, ...], host: str = "localhost", prepare: object = None) -> Exchange:
    port, thread = _secure(folder, name, prepare)
    from dataclasses import replace

    (exchange,) = ask(f"https://{host}:{port}/", given=replace(settings(), tls=tls))
    thread.join(5)
    return exchange


def test_tls_is_verified(certificates: Path) -> None:
    root = str(certificates / "root.pem")
    good = _over_tls(certificates, "good", (Tls("localhost", bundle=root),))
    assert good.answer.endswith(b"safe") and good.tls.startswith("default TLSv1.3 ")
    assert _over_tls(certificates, "good", ()).failure == "tls_unverified"
    assert _over_tls(certificates, "self", (Tls("localhost", "legacy"),)).failure == "tls_unverified"
    assert _over_tls(certificates, "good", (Tls("127.0.0.1", bundle=root),), host="127.0.0.1").failure == "tls_unverified"


@pytest.mark.skipif(sys.platform != "linux", reason="system policies differ")
def test_weaker_tls_is_for_listed_hosts_only(certificates: Path) -> None:
    root = str(certificates / "root.pem")

    def old(context: ssl.SSLContext) -> None:
        context.set_ciphers("AES256-SHA:@SECLEVEL=0")
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    assert _over_tls(certificates, "good", (Tls("localhost", bundle=root),), prepare=old).failure == "tls"
    weak = _over_tls(certificates, "good", (Tls("localhost", "seclevel1", root),), prepare=old)
    assert weak.answer.endswith(b"safe")
    assert weak.tls.startswith("seclevel1 TLSv1.2 AES256-SHA")


def test_heads_are_read_as_far_as_they_go() -> None:
    head = head_of(b"HTTP/1.0 200\nContent-type:text/html\nX-Long: a\n b\n\nbody")
    assert (head.status, head.text("content-type"), head.text("x-long")) == (200, "text/html", "a b")
    assert head_of(b"nonsense").status == 0
