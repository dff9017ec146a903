"""A web server on loopback for the crawler's tests: says exactly the bytes it was given, and keeps a log.
The big one, with whole sites and faults, is the sample site."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import NamedTuple

from gongkai.scraper.settings import Settings, settings_of

Write = Callable[[bytes], Awaitable[None]]
Answer = bytes | Callable[["Asked"], bytes] | Callable[["Asked", Write], Awaitable[None]]

AGENT = "gongkai/1.0 (+https://example.org/about; mailto:data@example.org)"


class Asked(NamedTuple):
    """One request as it came, and when (monotonic)."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    peer: int  # port at the other end: one for each connection


def http(body: bytes | str = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer. `content_type="text/plain"` becomes `Content-Type: text/plain`."""
    body = body.encode() if isinstance(body, str) else body
    told = {"content-type": "text/html; charset=utf-8", "content-length": str(len(body))}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name.title()}: {value}\r\n" for name, value in told.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


def report(name: str = "青溪市水务局", year: int = 2024) -> bytes:
    words = f"本报告由{name}编制，全文见下。" * 30
    return http(f"<html><head><title>{name}{year}年政府信息公开工作年度报告</title></head><body><p>{words}</p></body></html>")


def listing(*paths: str, more: str = "", name: str = "青溪市水务局") -> bytes:
    """A plain list of reports, newest first."""
    items = "".join(
        f'<li><a href="{path}" title="{name}{2024 - i}年政府信息公开工作年度报告">{name}…</a><span>{2025 - i}-01-20</span></li>'
        for i, path in enumerate(paths)
    )
    return http(f"<html><head><title>政府信息公开年报</title></head><body><h1>政府信息公开年报</h1><ul>{items}</ul>{more}</body></html>")


class Loopback:
    """The server, in a thread of its own. Paths without an answer are 404; robots.txt too unless it is given."""

    def __init__(self, answers: dict[str, Answer] | None = None, host: str = "127.0.0.1") -> None:
        self.answers: dict[str, Answer] = dict(answers or {})
        self.log: list[Asked] = []
        self.host, self.port = host, 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Loopback:
        self._thread.start()
        self._server = self._wait(asyncio.start_server(self._serve, self.host, 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._wait(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _close(self) -> None:
        assert self._server
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.log]

    def gaps(self) -> list[float]:
        return [b.at - a.at for a, b in zip(self.log, self.log[1:], strict=False)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked = await self._asked(head, reader, writer.get_extra_info("peername")[1])
                self.log.append(asked)
                answer = self.answers.get(asked.path, http("没有", "404 Not Found"))
                if not await self._answer(answer, asked, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _asked(self, head: bytes, reader: asyncio.StreamReader, peer: int) -> Asked:
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Asked(time.monotonic(), method, path, headers, body, peer)

    async def _answer(self, answer: Answer, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        if isinstance(answer, bytes):
            await write(answer)
            return b"content-length" in answer.lower() or b"chunked" in answer.lower()
        made = answer(asked, write) if asyncio.iscoroutinefunction(answer) else answer(asked)  # type: ignore[call-arg]
        if isinstance(made, bytes):
            await write(made)
            return True
        await made
        return False


def settings(*urls: str, **crawl: object) -> Settings:
    """Settings for loopback, fast unless a test says otherwise."""
    told = {"user_agent": AGENT, "min_interval_s": 0.0, "allow_addresses": ["127.0.0.0/8", "::1/128"], "retry_wait_s": 0.02}
    raw = {"crawl": told | crawl, "site": [{"id": f"site-{i}", "url": url} for i, url in enumerate(urls or ("http://127.0.0.1/",))]}
    return settings_of(raw)
