"""A plain client of the standard library for the sample web: one request, what came back byte for byte.
It has no manners and no memory; those are the crawler's."""

from __future__ import annotations

import gzip
import http.client
import socket
import ssl
import zlib
from typing import NamedTuple
from urllib.parse import urlsplit

PATIENCE = 20.0  # seconds until a silent server counts as hanging


class Got(NamedTuple):
    """One answer."""

    status: int
    headers: dict[str, str]  # lower-case names, the last one wins
    body: bytes

    @property
    def text(self) -> str:
        for codec in ("utf-8-sig", "gb18030"):
            try:
                return self.body.decode(codec)
            except UnicodeDecodeError:
                continue
        return self.body.decode("utf-8", "replace")


def get(
    url: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None, tls: ssl.SSLContext | None = None
) -> Got:
    """Ask once, following nothing; bodies are unpacked where a header says how."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=tls)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        target = parts.path or "/"
        connection.request(method, f"{target}?{parts.query}" if parts.query else target, body, headers or {})
        answer = connection.getresponse()
        data = answer.read()
        named = {name.lower(): value for name, value in answer.getheaders()}
        coding = named.get("content-encoding", "")
        if coding == "gzip":
            data = gzip.decompress(data)
        elif coding == "deflate":
            data = zlib.decompress(data, -15 if data[:1] != b"\x78" else 15)
        return Got(answer.status, named, data)
    finally:
        connection.close()


def wire(url: str, *, most: int = 1 << 20, timeout: float = PATIENCE, headers: str = "") -> tuple[bytes, str]:
    """The bytes as they come, up to `most`, and how it ended: `closed`, `reset`, `silent` or `more`."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = bytearray()
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as plain:
        plain.sendall(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{headers}Connection: close\r\n\r\n".encode())
        try:
            while len(found) < most:
                data = plain.recv(1 << 16)
                if not data:
                    return bytes(found), "closed"
                found += data
        except ConnectionResetError:
            return bytes(found), "reset"
        except TimeoutError:
            return bytes(found), "silent"
    return bytes(found), "more"
