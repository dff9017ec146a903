"""One client's connection: reads requests, one after the other, and sends answers byte for byte, pauses and resets too.
What to answer is decided by `server`."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from gongkai.samplesite.exchange import Pause, Request, Step, Wire

if TYPE_CHECKING:
    from gongkai.samplesite.server import Server

_LONGEST_HEAD = 64 << 10
_LONGEST_BODY = 1 << 20
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Connection(asyncio.Protocol):
    """A connection in the server's loop."""

    def __init__(self, server: Server, scheme: str) -> None:
        self._server, self._scheme = server, scheme
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._local = ""
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    # Called by the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._local = str(transport.get_extra_info("sockname")[0])
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._writable.set()
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._answer_all()

    # Requests

    def _answer_all(self) -> None:
        while self._task is None and self._transport is not None and not self._transport.is_closing():
            try:
                request = self._next()
            except ValueError:
                self._transport.write(_BAD_REQUEST)
                self._transport.close()
                return
            if request is None:
                return
            reply = self._server.respond(request, self._local)
            if isinstance(reply, Wire):
                self._task = asyncio.get_running_loop().create_task(self._send(reply, request))
                return
            self._transport.write(reply)
            self._server.answered(request, self._local)
            if request.headers.get("connection", "").lower() == "close" or request.headers.get(":version") == "HTTP/1.0":
                self._transport.close()

    def _next(self) -> Request | None:
        """The next whole request in the buffer; ValueError for what is none."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _LONGEST_HEAD:
                raise ValueError("head too long")
            return None
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        method, target, version = first.split(" ")
        headers = {":version": version}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise ValueError("no colon")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        if not 0 <= length <= _LONGEST_BODY:
            raise ValueError("body too long")
        if len(self._buffer) < end + 4 + length:
            return None
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        if target.startswith(("http://", "https://")):  # as a proxy is asked
            _, _, rest = target.partition("//")
            authority, slash, path = rest.partition("/")
            headers["host"], target = authority, slash + path or "/"
        if not target.isascii():  # raw bytes, as some clients send them
            target = quote(target.encode("latin-1"), safe="/:?#[]@!$&'()*+,;=%")
        host = headers.get("host", self._local)
        name = host if host.startswith("[") else host.partition(":")[0]
        return Request(method, name.lower(), target, headers, body, self._scheme)

    # Answers with pauses

    async def _send(self, wire: Wire, request: Request) -> None:
        try:
            for step in wire.steps:
                if not await self._step(step):
                    return
            self._close()
        finally:
            self._task = None
            self._server.answered(request, self._local)

    async def _step(self, step: Step) -> bool:
        """Do one step; False when it was the last."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if isinstance(step, bytes):
            await self._writable.wait()
            transport.write(step)
            # Lets others go on during an endless stream.
            await asyncio.sleep(0)
            return True
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return True
        if step.how == "hang":
            await asyncio.Event().wait()
        elif step.how == "reset":
            await self._sent()
            self._reset()
        else:
            self._close()
        return False

    async def _sent(self) -> None:
        """Wait until the kernel has what was written, so that a reset does not swallow it."""
        while self._transport is not None and self._transport.get_write_buffer_size():
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _reset(self) -> None:
        if self._transport is None:
            return
        plain = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def drop(self) -> None:
        """End the connection at once."""
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.abort()
