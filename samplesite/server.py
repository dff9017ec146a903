"""Serves the sample web on loopback: HTTP/1.1 on bare sockets, many hosts on one port, faults on the wire, an access log.
What the sites say is left to `web`, what goes wrong to `web_faults`. Nothing but loopback is ever bound."""

from __future__ import annotations

import asyncio
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from gongkai.samplesite import connection, rendering, web_tls
from gongkai.samplesite.access_log import Access, AccessLog
from gongkai.samplesite.exchange import Answer, Request, Wire
from gongkai.samplesite.fault import Exchange, Fault, strikes
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_faults import FAULTS
from gongkai.samplesite.web_view import Site

_ALL_NAMES = "127.0.0.1"  # answers for every site, by the Host header
_BACKLOG = 512
_KEPT = 64 << 20  # bytes of finished answers kept
_TRIES = 20  # ports to try until one is free on every address
_FIRST_GAP = 1e9  # "gap" of a host's first request


class _Active:
    """A fault that is switched on at one site."""

    def __init__(self, fault: Fault, times: int | None, path: str, options: dict[str, Any]) -> None:
        self.fault, self.times, self.path = fault, times, path
        self.options = {**fault.options, **options}
        self.hits = 0
        self.memory: dict[str, Any] = {}

    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times


class Server:
    """The sample web on the wire; a context manager that runs in a thread of its own.

    Each site answers on its own address of 127.0.0.0/8 and, by Host header, on 127.0.0.1; all on one port.
    `addresses=False` leaves only 127.0.0.1, as does None on systems that know no other loopback address (macOS).
    """

    def __init__(
        self, web: Web, *, night: int = 0, port: int = 0, addresses: bool | None = None, log: Path | None = None
    ) -> None:
        self.web, self.night, self.port = web, night, port
        self.log = AccessLog(log)
        own = _has_loopback(web.sites[0].address) if addresses is None and web.sites else bool(addresses)
        self._addresses = [_ALL_NAMES, *(site.address for site in web.sites if own)]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listeners: dict[str, asyncio.Server] = {}
        self._secure: dict[tuple[str, str], tuple[asyncio.Server, int]] = {}
        self._faults: dict[str, tuple[_Active, ...]] = {}
        self._kept: dict[tuple[str, ...], tuple[bytes, Answer]] = {}
        self._kept_bytes = 0
        self._last: dict[str, float] = {}
        self._visits: dict[str, int] = {}
        self._open: dict[str, int] = {}
        self._since: dict[tuple[str, str], tuple[bytes, int]] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.connections: set[connection.Connection] = set()

    # Running

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Bind and answer; raises OSError if the port is taken."""
        sockets = _bind(self._addresses, self.port)
        self.port = sockets[0].getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="samplesite", daemon=True)
        self._thread.start()
        try:
            for address, bound in zip(self._addresses, sockets, strict=True):
                self._listeners[address] = self._wait(self._listen(bound))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close every listener and connection; waits until the thread has ended."""
        if self._loop is not None and self._thread is not None:
            self._wait(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
        self._loop = self._thread = None
        self.log.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the server's thread and wait for it."""
        if self._loop is None:
            work.close()
            raise ValueError("the server is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _listen(self, bound: socket.socket, context: ssl.SSLContext | None = None) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: connection.Connection(self, "https" if context else "http"), sock=bound, backlog=_BACKLOG, ssl=context
        )

    async def _close(self) -> None:
        servers = [*self._listeners.values(), *(server for server, _ in self._secure.values())]
        for server in servers:
            server.close()
        for one in list(self.connections):
            one.drop()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # lets the transports close their sockets
        await asyncio.get_running_loop().shutdown_default_executor()

    # Addresses

    def url(self, site: Site, path: str = "/", *, named: bool | None = None) -> str:
        """Where to ask for a page: by the site's own address if it has one, or by its name (which `resolve` knows)."""
        named = site.address not in self._addresses if named is None else named
        return f"http://{site.host if named else site.address}:{self.port}{path}"

    def column(self, site: Site, *, named: bool | None = None) -> str:
        """The site's annual-report column tonight."""
        return self.url(site, self.web.column(site, self.night), named=named)

    def resolve(self, host: str) -> list[str]:
        """The addresses of a name, as a name server would tell; none for unknown names and for the fault dns-failure."""
        site = self.web.site(host)
        if site is None or self._has(site, "dns-failure"):
            return []
        if self._has(site, "ipv6-only"):
            return ["::1"]
        return [site.address if site.address in self._addresses else _ALL_NAMES]

    # Faults

    def fault(self, host: str, name: str, *, times: int | None = None, path: str = "", **options: Any) -> None:
        """Switch on a fault at a host: for so many strikes, only at a path, with options of its own."""
        site, fault = self._site(host), FAULTS.get(name)
        if fault is None:
            raise ValueError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
        if fault.families and site.family not in fault.families:
            raise ValueError(f"{name} befalls {', '.join(fault.families)} only, {site.host} is {site.family}")
        active = _Active(fault, fault.times if times is None else times, path, options)
        self._faults[site.key] = (*self._faults.get(site.key, ()), active)
        if fault.level == "address" and name != "dns-failure":
            self._wait(self._shut(site))
        if name == "ipv6-only" and "::1" not in self._listeners:
            self._listeners["::1"] = self._wait(self._listen(_bind(["::1"], self.port)[0]))
        if fault.level == "tls":
            self.secure(host, name)

    def heal(self, host: str, name: str = "") -> None:
        """Switch off one fault of a host, or all; a refused address listens again."""
        site = self._site(host)
        left = tuple(one for one in self._faults.get(site.key, ()) if name and one.fault.name != name)
        self._faults[site.key] = left
        if site.address in self._addresses and site.address not in self._listeners and not any(
            one.fault.level == "address" for one in left
        ):
            self._listeners[site.address] = self._wait(self._listen(_bind([site.address], self.port)[0]))

    def hits(self, host: str, name: str) -> int:
        """How often a fault has struck."""
        return sum(one.hits for one in self._faults.get(self._site(host).key, ()) if one.fault.name == name)

    def secure(self, host: str, variant: str = "tls-good") -> int:
        """Answer over TLS at the host's address; the port. `ca_file` holds what a client should trust."""
        site = self._site(host)
        if (site.key, variant) not in self._secure:
            context = web_tls.context(self._certificates(), variant, site.host, site.address)
            bound = _bind([site.address if site.address in self._addresses else _ALL_NAMES], 0)[0]
            port = bound.getsockname()[1]
            self._secure[site.key, variant] = self._wait(self._listen(bound, context)), port
        return self._secure[site.key, variant][1]

    @property
    def ca_file(self) -> Path:
        """The certificate authority of this server, PEM."""
        return self._certificates() / web_tls.CA_FILE

    def _certificates(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="samplesite-")
        return Path(self._folder.name)

    def _site(self, host: str) -> Site:
        site = self.web.site(host)
        if site is None:
            raise ValueError(f"no site {host!r} on this web")
        return site

    def _has(self, site: Site, name: str) -> bool:
        return any(one.fault.name == name for one in self._faults.get(site.key, ()))

    async def _shut(self, site: Site) -> None:
        listener = self._listeners.pop(site.address, None)
        if listener is None:
            raise ValueError(f"{site.host} has no address of its own to refuse connections at")
        listener.close()
        await asyncio.sleep(0)

    # Answering, in the server's thread

    def respond(self, request: Request, local: str) -> bytes | Wire:
        """The bytes to send, or steps to take."""
        clock = time.monotonic()
        site = self.web.site(request.host) or self.web.site(local)
        if site is None:
            answer = Answer("没有这个站点".encode(), 404, "text/plain; charset=utf-8", "missing", steady=False)
            self._note(request, None, clock, answer.status, len(answer.body), "missing", "")
            return rendering.rendered(answer, request)
        faults = [one for one in self._faults.get(site.key, ()) if not one.spent() and one.fault.level == "page"]
        if not faults:
            data, answer = self._healthy(request, site)
            self._note(request, site, clock, *_sent(data, answer, request), answer.role, "")
            return data
        return self._faulty(request, site, faults, clock)

    def _healthy(self, request: Request, site: Site) -> tuple[bytes, Answer]:
        headers, night = request.headers, self.night
        key = (
            site.key, str(night), request.method, request.target, headers.get("host", ""), headers.get("accept-encoding", ""),
            headers.get("if-none-match", ""), headers.get("if-modified-since", ""), headers.get("referer", "")[:1],
        )  # fmt: skip
        if not request.body and key in self._kept:
            return self._kept[key]
        visit = self._visits[site.key] = self._visits.get(site.key, 0) + 1
        answer = self.web.answer(request._replace(host=site.host), night, visit)
        data = self._rendered(answer, request, site)
        if answer.steady and not request.body:
            self._kept_bytes += len(data)
            if self._kept_bytes > _KEPT:
                self._kept.clear()
                self._kept_bytes = len(data)
            self._kept[key] = data, answer
        return data, answer

    def _rendered(self, answer: Answer, request: Request, site: Site) -> bytes:
        night = self.night
        mark, since = self._since.get((site.key, request.target), (b"", 0))
        if answer.steady and (digest := rendering.digest(answer.body)) != mark:
            # The first night on which these bytes were seen stands for the time they were written.
            since = night
            self._since[site.key, request.target] = digest, night
        return rendering.rendered(answer, request, rendering.habits(site.number), self.web.plan.day(since))

    def _faulty(self, request: Request, site: Site, faults: list[_Active], clock: float) -> bytes | Wire:
        visit = self._visits[site.key] = self._visits.get(site.key, 0) + 1
        view = self.web.view(site, self.night, request.origin, visit)
        request = request._replace(host=site.host)
        struck = []
        role = self.web.answer_from(view, request).role
        for one in faults:
            if one.fault.alter is not None and (role == "missing" or strikes(one.fault, role)):  # articles of an empty list stay
                view = one.fault.alter(view, one.options, one.hits)
        answer = self.web.answer_from(view, request)
        altered = any(one.fault.alter is not None for one in faults)
        result: Answer | Wire = replace(answer, steady=answer.steady and not altered)
        for one in faults:
            if not strikes(one.fault, answer.role) or (one.path and not request.target.startswith(one.path)):
                continue
            if one.fault.act is None:
                one.hits += 1
                struck.append(one.fault.name)
                continue
            if isinstance(result, Wire):
                continue
            exchange = Exchange(
                request, result, view, self.web, one.options, one.hits, clock - self._last.get(site.key, -_FIRST_GAP),
                time.time(), self.port, one.memory, lambda made: rendering.rendered(made, request),
            )  # fmt: skip
            changed = one.fault.act(exchange)
            if changed is not None:
                one.hits += 1
                struck.append(one.fault.name)
                result = changed
        names = " ".join(struck)
        if isinstance(result, Wire):
            self._note(request, site, clock, result.status, 0, answer.role, names)
            return result
        data = rendering.rendered(result, request) if struck else self._rendered(result, request, site)
        self._note(request, site, clock, *_sent(data, result, request), answer.role, names)
        return data

    def _note(self, request: Request, site: Site | None, clock: float, status: int, size: int, role: str, fault: str) -> None:
        key = site.key if site else request.host
        before = self._last.get(key)
        self._last[key] = clock
        self._open[key] = together = self._open.get(key, 0) + 1
        self.log.add(
            Access(
                time.time(), clock, site.host if site else request.host, site.address if site else "", request.method,
                request.target, status, size, request.headers.get("user-agent", ""),
                None if before is None else clock - before, together, role, fault,
            )
        )  # fmt: skip

    def answered(self, request: Request, local: str) -> None:
        """One request less in progress."""
        site = self.web.site(request.host) or self.web.site(local)
        key = site.key if site else request.host
        self._open[key] = max(0, self._open.get(key, 0) - 1)


def _sent(data: bytes, answer: Answer, request: Request) -> tuple[int, int]:
    """The status that went out, which is 304 for some answers of 200, and the bytes of the body before compression."""
    status = int(data[9:12])
    return status, 0 if status == 304 or request.method == "HEAD" else len(answer.body)


def _has_loopback(address: str) -> bool:
    """Whether this system has all of 127.0.0.0/8, as Linux does."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _bind(addresses: list[str], port: int) -> list[socket.socket]:
    """Listening sockets on all the loopback addresses, one port; ValueError for any other address."""
    if strange := [one for one in addresses if not one.startswith("127.") and one != "::1"]:
        raise ValueError(f"{strange[0]} is no loopback address")
    for _ in range(_TRIES):
        bound: list[socket.socket] = []
        try:
            wanted = port
            for address in addresses:
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                one = socket.socket(family, socket.SOCK_STREAM)
                bound.append(one)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind((address, wanted))
                wanted = wanted or one.getsockname()[1]
            return bound
        except OSError:
            for one in bound:
                one.close()
            if port:
                raise
    raise OSError(f"no port is free on all of {len(addresses)} addresses")
