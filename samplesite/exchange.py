"""What goes over the wire, as values: a request, an answer, and an answer that is wrong on the wire.
Pages are made by `web`, bytes are sent by `server`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, quote, unquote_to_bytes

HTML = "text/html; charset=utf-8"
# What a page is for; a fault names the role it strikes.
Role = Literal["home", "hub", "list", "article", "confuser", "attachment", "robots", "missing", "other"]


class Request(NamedTuple):
    """One request as received; header names in lower case."""

    method: str
    host: str
    target: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    scheme: str = "http"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def origin(self) -> str:
        """The scheme and authority the client used, for absolute links back to it."""
        return f"{self.scheme}://{self.headers.get('host', self.host)}"

    @property
    def fields(self) -> dict[str, str]:
        """Query and form fields together; a form field wins."""
        text = self.target.partition("?")[2]
        found = dict(parse_qsl(text, keep_blank_values=True))
        if self.body and "json" not in self.headers.get("content-type", ""):
            found |= dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        return found

    def number(self, name: str, otherwise: int) -> int:
        """A field that should be a whole number; anything else is `otherwise`."""
        text = self.fields.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else otherwise


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole, well-formed answer; the server adds lengths, validators and compression."""

    body: bytes = b""
    status: int = 200
    media: str = HTML
    role: Role = "other"
    headers: tuple[tuple[str, str], ...] = ()
    steady: bool = True  # the same bytes for the same request all night: may be kept, gets validators


class Pause(NamedTuple):
    """Send nothing for so many seconds."""

    seconds: float


class Stop(NamedTuple):
    """How the connection ends: `close` politely, `reset` with RST, `hang` open without a byte more."""

    how: Literal["close", "reset", "hang"]


Step = bytes | Pause | Stop


@dataclass(frozen=True, slots=True)
class Wire:
    """An answer byte by byte, for what no well-formed answer can show; without a Stop it ends politely."""

    steps: Iterable[Step] = field(default_factory=tuple)
    status: int = 0  # for the access log


def path_key(path: str) -> str:
    """One spelling of a path: percent signs undone where they hide nothing, other bytes escaped."""
    return quote(unquote_to_bytes(path), safe="/:!$&'()*+,;=@~-._")


def json_answer(data: Any, role: Role = "list") -> Answer:
    return Answer(json.dumps(data, ensure_ascii=False).encode(), media="application/json; charset=utf-8", role=role)


def redirect(where: str | bytes, status: int = 302, role: Role = "other") -> Answer:
    """A redirect; bytes are sent as they are, in whatever encoding."""
    text = where.decode("latin-1") if isinstance(where, bytes) else where
    return Answer(b"", status, role=role, headers=(("Location", text),), steady=False)


def head(status: int, headers: Iterable[tuple[str, str]], reason: str = "") -> bytes:
    """The start of an answer; header values are latin-1, which carries any byte."""
    lines = [f"HTTP/1.1 {status} {reason or REASONS.get(status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


REASONS = {
    200: "OK", 202: "Accepted", 206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 410: "Gone", 412: "Precondition Failed", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 521: "Web Server Is Down",
}  # fmt: skip
