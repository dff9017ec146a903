"""One request → one exchange: the bytes that went out and came in, or why none came. The only module that knows httpx.
Redirects, retries, pace and permission are left to `crawl.py`: each is a decision of its own, and recorded."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

import certifi
import h11
import httpcore
import httpx

from gongkai.scraper import tls
from gongkai.scraper.addresses import PORTS, Book, origin_of
from gongkai.scraper.clock import Clock, stamp
from gongkai.scraper.settings import Rung, Settings
from gongkai.scraper.sockets import Connection, Failed, Tee, connect
from gongkai.scraper.wire import Broken, Head, head_of, sha1, start_of_final, transferred

KEEP_ALIVE_S = 30.0
LARGE = 8_000_000
"""One answer above this size at a time: ten large files at once would fill the memory."""
COOKIES, COOKIE_BYTES = 20, 4_096
"""Of one origin. Sites that show a list only after a plain Set-Cookie need one or two."""
ACCEPT = "text/html,application/xhtml+xml,application/pdf,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True)
class Request:
    """What is asked. `form` makes it a POST."""

    url: str
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    most: int = 10_000_000  # bytes of the answer


@dataclass(frozen=True)
class Exchange:
    """What crossed the wire. `answer` starts with the final status line and is cut where `truncated` says so."""

    url: str
    started: datetime
    elapsed_s: float
    request: bytes = b""  # empty: nothing was sent
    answer: bytes = b""
    address: str = ""
    failure: str = ""  # kind; "" for a whole answer
    detail: str = ""
    truncated: str = ""  # length time disconnect, as WARC-Truncated says it
    tls: str = ""
    release: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)

    @cached_property
    def at(self) -> str:
        """When it was asked for, as records and the frontier say it."""
        return stamp(self.started)

    @cached_property
    def head(self) -> Head:
        return head_of(self.answer)

    @cached_property
    def payload(self) -> bytes | Broken:
        """The body with its chunks undone, its content encoding kept; or why there is none."""
        try:
            return transferred(self.answer, self.head)
        except Broken as error:
            return error

    @cached_property
    def payload_sha1(self) -> str:
        """Its digest in base 32; "" where there is none."""
        return "" if isinstance(self.payload, Broken) else sha1(self.payload)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection as httpcore wants it."""

    def __init__(self, connection: Connection, host: _Host) -> None:
        self._connection, self._host = connection, host

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        host = self._host
        try:
            data = await self._connection.read(max_bytes, timeout)
        except TimeoutError:
            raise Failed("read_timeout", f"no byte for {timeout:g} s") from None
        except OSError as error:
            raise Failed("disconnect", str(error)) from None
        if len(host.tee.got) + len(data) > LARGE and not host.holds_large:
            await host.large.acquire()
            host.holds_large = True
        host.tee.received(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        self._host.tee.sent += buffer
        try:
            await self._connection.write(bytes(buffer), timeout)
        except TimeoutError:
            raise httpcore.WriteTimeout from None
        except OSError as error:
            raise httpcore.WriteError(str(error)) from None  # an answer may have come before: httpcore looks

    async def aclose(self) -> None:
        self._connection.close()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            await self._connection.start_tls(ssl_context, server_hostname, timeout)
        except TimeoutError:
            raise Failed("connect_timeout", "TLS handshake") from None
        except ssl.SSLCertVerificationError as error:
            raise Failed("tls_unverified", error.verify_message) from None
        except ssl.SSLError as error:
            raise Failed("tls", error.reason or str(error)) from None
        except OSError as error:
            raise Failed("tls", str(error) or type(error).__name__) from None
        self._host.tls = tls.described(self._host.rung, self._connection.ssl_object)
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._connection.is_readable
        return self._connection.ssl_object if info == "ssl_object" else None


class _Host(httpx.AsyncBaseTransport):
    """One origin: at most one connection, one exchange at a time. One pool for all would cost more than the requests."""

    def __init__(self, origin: str, client: Client) -> None:
        parts = urlsplit(origin)
        assert parts.hostname
        self.name, self.port = parts.hostname, parts.port or PORTS[parts.scheme]
        self.rung, bundle = client.tls_for(parts.hostname)
        self._context = client.context(self.rung, bundle) if parts.scheme == "https" else None
        self.settings, self.large = client.settings, client.large
        self.addresses: tuple[str, ...] = ()
        self.address, self.tls = "", ""
        self.tee, self.holds_large = Tee(0), False
        self.cookies: dict[str, str] = {}
        self.url = httpx.URL(origin)
        self.headers = httpx.Headers({"Host": parts.netloc, **client.headers})
        self._origin = httpcore.Origin(parts.scheme.encode(), parts.hostname.encode(), self.port)
        self._connection: httpcore.AsyncHTTP11Connection | None = None
        self.timeout = httpx.Timeout(self.settings.read_s, connect=self.settings.connect_s).as_dict()
        self.plain = httpx.Request("GET", self.url, headers=self.headers, stream=_Nothing())
        self._plain = self._wanted(self.plain)
        self._plain.headers = h11.Request(method="GET", target="/", headers=self._plain.headers).headers  # type: ignore[assignment]

    async def _connect(self) -> httpcore.AsyncHTTP11Connection:
        """To the checked addresses; the name is not looked up again."""
        connection, self.address = await connect(self.addresses, self.port, self.settings.connect_s)
        self.tls = ""
        stream: httpcore.AsyncNetworkStream = _Stream(connection, self)
        try:
            if self._context:
                stream = await stream.start_tls(self._context, self.name, self.settings.connect_s)
        except BaseException:
            connection.close()
            raise
        made = httpcore.AsyncHTTP11Connection(self._origin, stream, keepalive_expiry=KEEP_ALIVE_S)
        made._state_lock = _Unshared()  # type: ignore[assignment]
        return made

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._connection is None or self._connection.is_closed() or self._connection.has_expired():
            await self.drop()
            self._connection = await self._connect()
        wanted = self._plain if request is self.plain else self._wanted(request)
        wanted.url.target = request.extensions["target"]
        answer = await self._connection.handle_async_request(wanted)
        # Without its headers: those that count are in the tee, as they came.
        return httpx.Response(answer.status, stream=_Body(answer))

    def _wanted(self, request: httpx.Request) -> httpcore.Request:
        url = httpcore.URL(scheme=self._origin.scheme, host=self._origin.host, port=self.url.port, target=b"/")
        return httpcore.Request(
            method=request.method, url=url, headers=request.headers.raw, content=request.stream,
            extensions={"timeout": self.timeout},
        )  # fmt: skip

    @property
    def has_more(self) -> bool:
        """Whether bytes came behind the end of the answer. On a kept connection they would be taken for the answer to
        the next request, that is for another page."""
        return self._connection is not None and bool(self._connection._h11_state.trailing_data[0])

    async def drop(self) -> None:
        if self._connection is not None:
            await self._connection.aclose()
            self._connection = None


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert not isinstance(self._answer.stream, (bytes, bytearray))
        async for piece in self._answer.stream:  # type: ignore[union-attr]
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


class _Nothing(httpx.AsyncByteStream):
    """The body of a request that has none."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        return
        yield b""


class _Unshared:
    """In place of the lock of a connection: a host has one exchange at a time, so nobody is to be kept out, and each of
    the four acquisitions of an exchange would go once round the event loop."""

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


def _target(url: str) -> bytes:
    parts = urlsplit(url)
    return ((parts.path or "/") + (f"?{parts.query}" if parts.query else "")).encode("ascii")


@dataclass
class Client:
    """All origins of a night. `asked` are URLs that `addresses.clean` gave, and nothing else."""

    settings: Settings
    book: Book
    clock: Clock
    large: asyncio.Lock = field(default_factory=asyncio.Lock)
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _contexts: dict[tuple[Rung, str], ssl.SSLContext] = field(default_factory=dict)

    async def exchange(self, request: Request) -> Exchange:
        """Asks once. A kept connection that the server closes at this very moment is a failure like others: asking
        again at once could be a second request too early.

        Raises what `Book.addresses` raises, before anything is sent. Everything else is told in the exchange.
        """
        addresses = await self.book.addresses(request.url)
        host = self._host(origin_of(request.url))
        host.addresses = addresses
        exchange = await self._once(host, request)
        if exchange.failure or host.has_more:
            await host.drop()
        return exchange

    async def _once(self, host: _Host, request: Request) -> Exchange:
        host.tee = tee = Tee(request.most)
        started, began, kind, detail = self.clock.now(), self.clock.monotonic(), "", ""
        try:
            async with asyncio.timeout(self.settings.total_s):
                await self._send(host, request)
        except Failed as error:
            kind, detail = error.kind, error.detail
        except TimeoutError:
            kind, detail = "total_timeout", f"not whole within {self.settings.total_s:g} s"
        except httpcore.RemoteProtocolError as error:
            kind, detail = ("protocol" if tee.got else "no_answer"), str(error)
            if tee.got and "without sending complete message body" in detail:
                kind = "disconnect"
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            kind, detail = "disconnect", str(error) or type(error).__name__
        except (httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            kind, detail = "protocol", str(error)
        got = bytes(tee.got)
        answer = got[start_of_final(got) :]
        made = Exchange(
            request.url, started, self.clock.monotonic() - began, bytes(tee.sent), answer, host.address, kind, detail,
            _truncated(kind) if answer else "", host.tls, self._releaser(host),
        )  # fmt: skip
        if answer:
            self._keep_cookies(host, made.head)
        return made

    async def _send(self, host: _Host, request: Request) -> None:
        outgoing = self._outgoing(host, request)
        outgoing.extensions["target"] = _target(request.url)
        # The transport is asked itself: all that httpx.AsyncClient would add (redirects, cookies, proxies, pools) is
        # either decided elsewhere here or unwanted, and takes a third of the time of a request.
        response = await host.handle_async_request(outgoing)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        try:
            async for _ in response.stream:
                pass  # the tee has it
        finally:
            await response.stream.aclose()

    @cached_property
    def headers(self) -> dict[str, str]:
        """What every request says, beside its Host."""
        said = {
            "User-Agent": self.settings.user_agent,
            "Accept": ACCEPT,
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Accept-Encoding": "gzip, deflate",
        }
        mail = re.search(r"mailto:([^\s;,)]+)", self.settings.user_agent)
        return said | {"From": mail[1]} if mail else said

    def _outgoing(self, host: _Host, request: Request) -> httpx.Request:
        if request.form is None and not request.headers and not host.cookies:
            return host.plain  # nearly all: nothing in them differs but the target
        content = b"" if request.form is None else urlencode(request.form).encode("ascii")
        return httpx.Request(
            "GET" if request.form is None else "POST", host.url, headers=self._headers(host, request, len(content)),
            stream=httpx.ByteStream(content) if content else _Nothing(),
        )  # fmt: skip

    def _headers(self, host: _Host, request: Request, length: int) -> httpx.Headers:
        headers = host.headers.copy()
        for name, value in request.headers:
            if re.fullmatch(r"[A-Za-z-]{1,60}", name) and name not in headers and _is_plain(value):
                headers[name] = value
        if host.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in host.cookies.items())
        if request.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Content-Length"] = str(length)
        return headers

    def _keep_cookies(self, host: _Host, head: Head) -> None:
        """Plain cookies, in memory, for the origin that set them."""
        for name, raw in head.headers:
            if name != "set-cookie":
                continue
            pair = raw.split(b";")[0].decode("latin-1").strip() if name == "set-cookie" else ""
            key, equals, value = pair.partition("=")
            if not equals or not key.strip() or not _is_plain(pair):
                continue
            host.cookies.pop(key.strip(), None)
            if value.strip() and not re.search(rb";\s*max-age\s*=\s*-?0*\s*(;|$)", raw, re.IGNORECASE):
                host.cookies[key.strip()] = value.strip()
        while len(host.cookies) > COOKIES or sum(len(k) + len(v) for k, v in host.cookies.items()) > COOKIE_BYTES:
            del host.cookies[next(iter(host.cookies))]

    def _releaser(self, host: _Host) -> Callable[[], None]:
        if not host.holds_large:
            return lambda: None
        host.holds_large = False
        done = False

        def release() -> None:
            nonlocal done
            if not done:
                done = True
                self.large.release()

        return release

    def _host(self, origin: str) -> _Host:
        if origin not in self._hosts:
            self._hosts[origin] = _Host(origin, self)
        return self._hosts[origin]

    def cookies(self, url: str) -> Mapping[str, str]:
        """What this origin has set so far."""
        return dict(self._host(origin_of(url)).cookies)

    def tls_for(self, hostname: str) -> tuple[Rung, str]:
        return next(((t.rung, t.bundle) for t in self.settings.tls if t.host == hostname), ("default", ""))

    def context(self, rung: Rung, bundle: str) -> ssl.SSLContext:
        if (rung, bundle) not in self._contexts:
            self._contexts[rung, bundle] = tls.context(rung, bundle, certifi.where())
        return self._contexts[rung, bundle]

    async def close(self) -> None:
        for host in self._hosts.values():
            await host.drop()


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _truncated(kind: str) -> str:
    if kind in ("too_large", "head_too_large"):
        return "length"
    if kind in ("read_timeout", "total_timeout"):
        return "time"
    return "disconnect" if kind == "disconnect" else ""
