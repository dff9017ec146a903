"""Which addresses may be asked: the form of a URL, and the numbers a host's name stands for.
Whether a host wants to be asked is left to `robots.py` and `pace.py`."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from gongkai.scraper.settings import Settings

LONGEST_URL = 2_000
"""Longer ones are traps or session tokens; real ones of the corpus stay under 300."""
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}[a-z0-9_])?)*")
PLAIN = re.compile(r"(https?://[^\s/?#@\\]+)(/[A-Za-z0-9_.~/-]*(?:\?[A-Za-z0-9_.~/=&-]+)?)")
"""Nearly all URLs: behind the host nothing is to be encoded."""
ORIGIN = re.compile(r"https?://([\w.:-]+)(?=/)", re.ASCII)
KEPT = "!$&'()*+,;=:@/%~-._?[]"
NUMBER = re.compile(r"0x[0-9a-f]*|\d+")
AUTHORITY = re.compile(rb"((?:[A-Za-z][A-Za-z0-9+.-]*:)?//)([^/?#]*)")
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Refused(ValueError):
    """This address is not asked. The message says why."""


class Unresolved(OSError):
    """The host's name stands for no address tonight."""


def clean(url: str, base: str = "") -> str:
    """The URL as it is asked and kept: absolute, ASCII, host in lower case, no fragment, no default port.

    Raises Refused for what is no http(s) address, has credentials or control characters in it, or is too long.
    """
    if (plain := PLAIN.fullmatch(url)) and len(cleaned := f"{_origin(plain[1])}{plain[2]}") <= LONGEST_URL:
        return cleaned
    return _cleaned(url, base)


@lru_cache(maxsize=4_096)
def _origin(url: str) -> str:
    """Scheme and host, cleaned. Raises Refused."""
    return _cleaned(url, "").removesuffix("/")


def _cleaned(url: str, base: str) -> str:
    if CONTROL.search(url.strip()):
        raise Refused("control characters in the address")
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        port = parts.port
    except ValueError:
        raise Refused("no valid address") from None
    if parts.scheme not in PORTS:
        raise Refused(f"scheme {parts.scheme[:20] or 'missing'!r} is not asked, only http and https")
    if parts.username is not None or parts.password is not None:
        raise Refused("a name or password in the address")
    host = _host(parts.hostname or "")
    netloc = host if port in (None, PORTS[parts.scheme]) else f"{host}:{port}"
    cleaned = urlunsplit((parts.scheme, netloc, _quoted(parts.path) or "/", _quoted(parts.query), ""))
    if len(cleaned) > LONGEST_URL:
        raise Refused(f"longer than {LONGEST_URL} characters")
    return cleaned


def _host(name: str) -> str:
    """A host's name in ASCII. A trailing dot is dropped: it names the same host and hides from rules."""
    name = name.rstrip(".")
    if ":" in name:
        try:
            return f"[{ipaddress.IPv6Address(name)}]"
        except ValueError:
            raise Refused("no valid host in the address") from None
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            raise Refused("no valid host in the address") from None
    name = name.lower()
    if not HOST.fullmatch(name) or len(name) > 253:
        raise Refused("no valid host in the address")
    if NUMBER.fullmatch(name.rsplit(".", 1)[-1]) and not _is_number(name):
        raise Refused("a number that is no address of the usual form")  # 0x7f000001, 127.1, 2130706433: loopback in disguise
    return name


def _quoted(text: str) -> str:
    """Percent-encoding where it is missing; what is encoded already is left alone, a lone % is encoded."""
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe=KEPT)


def location(raw: bytes, base: str) -> str:
    """Where a `Location` header leads. Its bytes may be GBK: they are sent back as they came, percent-encoded."""
    raw = raw.strip().replace(b"\t", b"")  # as browsers do; a backslash is a slash to them too
    before, question, query = raw.partition(b"?")
    before = before.replace(b"\\", b"/")
    if named := AUTHORITY.match(before):  # a Chinese host is no path: it is not percent-encoded
        try:
            host = named[2].decode("utf-8")
        except UnicodeDecodeError:
            host = named[2].decode("gb18030", "replace")
        return clean(named[1].decode("ascii") + host + _escaped(before[named.end() :] + question + query), base)
    return clean(_escaped(before + question + query), base)


def _escaped(raw: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 else f"%{b:02X}" for b in raw)


def host_of(url: str) -> str:
    """Host and port, as robots.txt and cookies count them: `www.example.org` or `127.0.0.1:8000`."""
    return plain[1] if (plain := ORIGIN.match(url)) else urlsplit(url).netloc


def origin_of(url: str) -> str:
    if plain := ORIGIN.match(url):
        return plain[0]
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Resolver(Protocol):
    async def __call__(self, host: str, port: int) -> Iterable[str]:
        """The addresses of a host. Raises OSError."""


async def system_resolver(host: str, port: int) -> list[str]:
    """The computer's own. `*.localhost` is loopback everywhere (RFC 6761), whatever the system thinks."""
    if host == "localhost" or host.endswith(".localhost"):
        return ["127.0.0.1"]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in found]


def why_refused(text: str, settings: Settings) -> str:
    """Why an address is not asked; "" where it may be. Numbers only, as a resolver gives them."""
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return f"{text} is no address"
    inner: ipaddress.IPv4Address | ipaddress.IPv6Address = address
    if isinstance(address, ipaddress.IPv6Address):  # an IPv4 address may hide inside
        if address.ipv4_mapped:
            inner = address.ipv4_mapped
        elif address.sixtofour:
            inner = address.sixtofour
        elif address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if settings.allowed(inner):
        if settings.is_sample_agent and not inner.is_loopback:
            return f"{text}: the sample user agent is for loopback only"
        return ""
    if not inner.is_global or inner.is_multicast or inner.is_reserved or not address.is_global:
        return f"{text} is no public address"
    if settings.is_sample_agent:
        return f"{text}: the sample user agent is for loopback only"
    return ""


def not_public(url: str, settings: Settings) -> str:
    """Why the number in a URL is not asked; "" where it may be, or where a name stands that is still to be looked up."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    return why_refused(host, settings) if _is_number(host) else ""


@dataclass
class Book:
    """Names looked up and checked once a night. A connection is made to a checked number, never to a name again, so
    that an answer which changes in between changes nothing."""

    settings: Settings
    resolver: Resolver = system_resolver
    _known: dict[str, tuple[str, ...] | OSError | Refused] = field(default_factory=dict)
    _asking: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def addresses(self, url: str) -> tuple[str, ...]:
        """The addresses that may be asked for a URL, IPv4 first. Raises Refused if there is only one that may not
        be, Unresolved if there is none."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        known = self._known.get(host)
        if known is None:
            async with self._asking.setdefault(host, asyncio.Lock()):
                if host not in self._known:
                    self._known[host] = await self._look_up(host, port)
            known = self._known[host]
        if isinstance(known, Exception):
            raise known
        return known

    def is_own(self, addresses: tuple[str, ...]) -> bool:
        """Whether an operator listed these addresses as his own."""
        return all(self.settings.allowed(ipaddress.ip_address(a.split("%")[0])) for a in addresses)

    async def _look_up(self, host: str, port: int) -> tuple[str, ...] | OSError | Refused:
        try:
            found = [host] if _is_number(host) else list(await self.resolver(host, port))
        except OSError as error:
            return Unresolved(f"no address for {host}: {error.strerror or error}")
        except UnicodeError:
            return Refused("no valid host in the address")
        reasons = {address: why_refused(address, self.settings) for address in found}
        good = sorted((a for a, why in reasons.items() if not why), key=lambda a: (":" in a, a))
        if len(good) < len(reasons):  # a public name with one private address is a trap, not a mistake
            return Refused("; ".join(sorted(why for why in reasons.values() if why)))
        return tuple(good) if good else Unresolved(f"no address for {host}")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def lane(addresses: tuple[str, ...], url: str) -> str:
    """Which queue a request stands in: one for each server, known by its address, whatever names it has.

    On loopback every port is a server of its own: there a port stands for a machine.
    """
    first = ipaddress.ip_address(addresses[0].split("%")[0])
    if not first.is_loopback:
        return str(first)
    parts = urlsplit(url)
    return f"{first}:{parts.port or PORTS[parts.scheme]}"
