"""Connections on asyncio that keep a copy of every byte that crosses them, within limits.
HTTP is left to `client.py`, which hands these to its HTTP library; nothing here knows a URL."""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

from gongkai.scraper.wire import HEAD_END, LARGEST_HEAD

HIGH_WATER = 262_144
"""More than this is not taken from the kernel before somebody reads it."""


class Failed(Exception):
    """An exchange that brought no whole answer. `kind` is one of the words of `docs/crawling.md`."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


class Tee:
    """What went out and what came in, of one exchange."""

    def __init__(self, most: int) -> None:
        self.sent, self.got = bytearray(), bytearray()
        self.most, self._head_is_whole = most, False

    def received(self, data: bytes) -> None:
        """Keeps the bytes. Raises Failed when the head or the body is above its limit."""
        self.got += data
        if not self._head_is_whole:
            self._head_is_whole = HEAD_END.search(self.got, 0, LARGEST_HEAD + 4) is not None
            if not self._head_is_whole and len(self.got) > LARGEST_HEAD:
                raise Failed("head_too_large", f"more than {LARGEST_HEAD} bytes of headers")
        if len(self.got) > self.most:
            raise Failed("too_large", f"more than {self.most} bytes")


class Connection(asyncio.Protocol):
    """One TCP connection, with or without TLS."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._closed = False
        self._paused = False
        self._lost: Exception | None = None

    # what asyncio tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > HIGH_WATER and self._transport and not self._paused:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def eof_received(self) -> bool:
        self._closed = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed, self._lost = True, exc
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    # what we do

    async def read(self, most: int, timeout: float | None) -> bytes:
        """Some bytes; b"" at the end. Raises TimeoutError, OSError."""
        if not self._buffer and not self._closed:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            # `asyncio.timeout` does the same by cancelling this task, for twice the time.
            alarm = None if timeout is None else loop.call_later(timeout, self._wake)
            try:
                await self._waiter
            finally:
                if alarm:
                    alarm.cancel()
            if not self._buffer and not self._closed:
                raise TimeoutError
        if not self._buffer:
            if self._lost:
                raise OSError(str(self._lost) or type(self._lost).__name__) from self._lost
            return b""
        data = bytes(memoryview(self._buffer)[:most])
        del self._buffer[: len(data)]
        if self._paused and len(self._buffer) <= HIGH_WATER and self._transport and not self._closed:
            self._transport.resume_reading()
            self._paused = False
        return data

    async def write(self, data: bytes, timeout: float | None) -> None:
        """Raises TimeoutError, OSError."""
        if self._closed or self._transport is None:
            raise OSError("the connection is closed")
        self._transport.write(data)
        if not self._writable.is_set():
            async with asyncio.timeout(timeout):
                await self._writable.wait()

    async def start_tls(self, context: ssl.SSLContext, host: str | None, timeout: float | None) -> None:
        """Raises TimeoutError, ssl.SSLError, OSError."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout):
            new = await loop.start_tls(self._transport, self, context, server_hostname=host, ssl_shutdown_timeout=1.0)
        if new is None:
            raise OSError("the connection was closed during the handshake")
        self._transport = new

    def close(self) -> None:
        """At once and without waiting: what is still under way is of no use any more."""
        self._closed = True
        if self._transport:
            self._transport.abort()

    @property
    def is_readable(self) -> bool:
        """Something is there to be read, or the end: on an idle connection both mean that it is of no more use."""
        return bool(self._buffer) or self._closed

    @property
    def ssl_object(self) -> ssl.SSLObject | None:
        return self._transport.get_extra_info("ssl_object") if self._transport else None


async def connect(addresses: tuple[str, ...], port: int, timeout: float) -> tuple[Connection, str]:
    """A connection to the first address that answers, and which that was. Raises Failed."""
    loop = asyncio.get_running_loop()
    failure = Failed("connect", "no address")
    for address in addresses[:2]:  # one of each kind is enough to know whether a host is up
        try:
            async with asyncio.timeout(timeout):
                _, connection = await loop.create_connection(Connection, address, port)
            return connection, address
        except TimeoutError:
            failure = Failed("connect_timeout", f"{address} does not answer within {timeout:g} s")
        except OSError as error:
            failure = Failed("connect", f"{address}: {error.strerror or error}")
    raise failure
