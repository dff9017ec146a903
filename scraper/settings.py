"""`sites.toml` → the settings of a crawl; every mistake in it is one clear line.
What the settings do is left to the modules that obey them."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from gongkai.scraper.sites import ADAPTERS

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Status = Literal["confirmed", "unconfirmed", "parked"]
Rung = Literal["default", "p256", "seclevel1", "legacy"]
"""How far TLS may be weakened for a host an operator listed; certificates are verified on every rung."""

MIN_INTERVAL_S = 1.0
"""Nobody may ask a public server faster than this, whatever the file says. Networks in `allow_addresses` are exempt:
they are the operator's own."""
SAMPLE_CONTACT = re.compile(r"example\.(?:org|com|net)", re.IGNORECASE)
"""A user agent with this contact is the one of the documentation: nobody could complain to it."""
CONTACT = re.compile(r"https?://\S+|mailto:\S+@\S+|\S+@\S+\.\S+")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
REGION = re.compile(r"\d{6}")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class BadSettings(ValueError):
    """The file says something that cannot be meant. The message names the place and what to write instead."""


@dataclass(frozen=True)
class Site:
    """One place where annual reports are listed."""

    id: str
    url: str
    name: str = ""
    region: str = ""
    adapter: str = "auto"
    status: Status = "unconfirmed"


@dataclass(frozen=True)
class Tls:
    """What an operator allows for one host: a weaker rung, certificates the server forgot to send."""

    host: str
    rung: Rung = "default"
    bundle: str = ""  # PEM file with the missing intermediate, or a root of one's own


@dataclass(frozen=True)
class Settings:
    """A whole `sites.toml`. Seconds, requests, bytes; times of the day are of Asia/Shanghai."""

    user_agent: str
    sites: tuple[Site, ...]
    min_interval_s: float = 2.0
    window: tuple[time, time] | None = None
    budget_per_host: int = 500
    allow_addresses: tuple[Network, ...] = ()
    tls: tuple[Tls, ...] = ()
    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 120.0
    retry_wait_s: float = 60.0  # before the second try; four times as long before each further one
    retries: int = 3
    most_hours: float = 12.0  # of a night; then it ends, whatever is left
    list_pages: int = 200  # of one list: an endless pager ends here
    page_bytes: int = 10_000_000
    file_bytes: int = 100_000_000

    @property
    def is_sample_agent(self) -> bool:
        return SAMPLE_CONTACT.search(self.user_agent) is not None

    def allowed(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        """Whether an operator listed this address as one of his own."""
        return any(address.version == net.version and address in net for net in self.allow_addresses)


def load(path: str | Path) -> Settings:
    """The settings in a file. Raises BadSettings, or OSError where it cannot be read."""
    body = Path(path).read_bytes()
    try:
        data = tomllib.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadSettings(f"{path}: not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: not TOML: {error}") from None
    try:
        return settings_of(data, Path(path).parent)
    except BadSettings as error:
        raise BadSettings(f"{path}: {error}") from None


def settings_of(data: Mapping[str, Any], folder: Path = Path()) -> Settings:
    """The settings in parsed TOML. Paths in it are relative to `folder`. Raises BadSettings."""
    _known(data, ("crawl", "site", "tls"), "the file")
    crawl = _table(data.get("crawl", {}), "[crawl]")
    _known(crawl, _CRAWL, "[crawl]")
    agent = _agent(crawl)
    raw_sites, raw_tls = data.get("site", []), data.get("tls", [])
    if not isinstance(raw_sites, list) or not raw_sites:
        raise BadSettings("no [[site]]: there is nothing to crawl")
    if not isinstance(raw_tls, list):
        raise BadSettings("tls: write [[tls]], once for each host")
    sites = tuple(_site(raw, i) for i, raw in enumerate(raw_sites, 1))
    for key in ("id", "url"):
        seen: dict[str, int] = {}
        for i, site in enumerate(sites, 1):
            value = getattr(site, key)
            if value in seen:
                raise BadSettings(f"[[site]] {i}: {key} {value!r} is already that of [[site]] {seen[value]}")
            seen[value] = i
    settings = Settings(
        user_agent=agent,
        sites=sites,
        window=_window(crawl.get("window")),
        allow_addresses=_networks(crawl.get("allow_addresses", [])),
        tls=tuple(_tls(raw, i, folder) for i, raw in enumerate(raw_tls, 1)),
        **{k: _number(crawl[k], k, *limits) for k, limits in _NUMBERS.items() if k in crawl},
    )
    _check_manners(settings)
    return settings


_NUMBERS: dict[str, tuple[type, float, float]] = {
    "min_interval_s": (float, 0.0, 86_400),
    "budget_per_host": (int, 1, 1_000_000),
    "connect_s": (float, 0.01, 600),
    "read_s": (float, 0.01, 600),
    "total_s": (float, 0.01, 3_600),
    "retry_wait_s": (float, 0.0, 3_600),
    "retries": (int, 0, 10),
    "most_hours": (float, 0.001, 24),
    "list_pages": (int, 1, 10_000),
    "page_bytes": (int, 1_000, 100_000_000),
    "file_bytes": (int, 1_000, 2_000_000_000),
}
_CRAWL = ("user_agent", "window", "allow_addresses", *_NUMBERS)


def _check_manners(settings: Settings) -> None:
    loopback_only = bool(settings.allow_addresses) and all(net.is_loopback for net in settings.allow_addresses)
    if settings.is_sample_agent and not loopback_only:
        raise BadSettings(
            "[crawl] user_agent is still the sample one; write your own name, address and e-mail, so that a site's "
            "operator can reach you (the sample is only good for loopback: allow_addresses = [\"127.0.0.0/8\"])"
        )
    if settings.min_interval_s < MIN_INTERVAL_S and not settings.allow_addresses:
        raise BadSettings(
            f"[crawl] min_interval_s = {settings.min_interval_s:g}: at least {MIN_INTERVAL_S:g} for public servers"
        )


def _agent(crawl: Mapping[str, Any]) -> str:
    agent = crawl.get("user_agent")
    if not isinstance(agent, str) or not agent.strip():
        raise BadSettings('[crawl] user_agent is missing: "NAME/VERSION (+https://…; mailto:…)"')
    if not agent.isascii() or not agent.isprintable():
        raise BadSettings("[crawl] user_agent: plain ASCII on one line, please")
    if not CONTACT.search(agent):
        raise BadSettings("[crawl] user_agent names no contact: add an address or e-mail, (+https://…; mailto:…)")
    if agent.lower().startswith("mozilla"):
        raise BadSettings("[crawl] user_agent pretends to be a browser; write your own name")
    return agent.strip()


def _site(raw: Any, i: int) -> Site:
    where = f"[[site]] {i}"
    table = _table(raw, where)
    _known(table, ("id", "name", "region", "url", "adapter", "status"), where)
    for key, value in table.items():
        if not isinstance(value, str):
            raise BadSettings(f"{where}: {key} = {value!r}: write it in quotes")
    site_id, url = table.get("id", ""), table.get("url", "")
    if not ID.fullmatch(site_id):
        raise BadSettings(f"{where}: id {site_id!r}: letters, digits, dots and hyphens, e.g. \"qingxi-swj\"")
    where = f"[[site]] {i} ({site_id})"
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        raise BadSettings(f"{where}: url {url!r} is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_number:
        raise BadSettings(f"{where}: url {url!r}: an address that starts with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise BadSettings(f"{where}: url with a name or password in it; take them out")
    if any(c.isspace() or not c.isprintable() for c in url):
        raise BadSettings(f"{where}: url {url!r} has blanks or line breaks in it")
    if table.get("region") and not REGION.fullmatch(table["region"]):
        raise BadSettings(f"{where}: region {table['region']!r}: six digits (GB/T 2260), or leave it out")
    if table.get("adapter", "auto") not in ADAPTERS:
        raise BadSettings(f"{where}: adapter {table['adapter']!r}: one of {', '.join(ADAPTERS)}")
    if table.get("status", "unconfirmed") not in get_args(Status):
        raise BadSettings(f"{where}: status {table['status']!r}: one of {', '.join(get_args(Status))}")
    return Site(**table)


def _tls(raw: Any, i: int, folder: Path) -> Tls:
    where = f"[[tls]] {i}"
    table = _table(raw, where)
    _known(table, ("host", "rung", "bundle"), where)
    host, rung, bundle = table.get("host", ""), table.get("rung", "default"), table.get("bundle", "")
    if not isinstance(host, str) or not host or "/" in host:
        raise BadSettings(f"{where}: host {host!r}: a host's name, e.g. \"www.example.org\"")
    if rung not in get_args(Rung):
        raise BadSettings(f"{where}: rung {rung!r}: one of {', '.join(get_args(Rung))}")
    if bundle and (not isinstance(bundle, str) or not (folder / bundle).is_file()):
        raise BadSettings(f"{where}: bundle {bundle!r}: no such file")
    return Tls(host.lower(), rung, str(folder / bundle) if bundle else "")


def _window(raw: Any) -> tuple[time, time] | None:
    if raw is None:
        return None
    if not isinstance(raw, list) or len(raw) != 2 or not all(isinstance(t, str) and CLOCK.fullmatch(t) for t in raw):
        raise BadSettings(f'[crawl] window = {raw!r}: two times, e.g. ["22:00", "06:00"]')
    start, end = (time.fromisoformat(t) for t in raw)
    if start == end:
        raise BadSettings("[crawl] window begins and ends at the same time; leave it out for any time")
    return start, end


def _networks(raw: Any) -> tuple[Network, ...]:
    if not isinstance(raw, list):
        raise BadSettings('[crawl] allow_addresses: a list of networks, e.g. ["127.0.0.0/8"]')
    try:
        return tuple(ipaddress.ip_network(net) for net in raw)
    except ValueError as error:
        raise BadSettings(f"[crawl] allow_addresses: {error}") from None


def _number(value: Any, key: str, kind: type, low: float, high: float) -> Any:
    wanted = (int, float) if kind is float else int
    if isinstance(value, bool) or not isinstance(value, wanted) or not low <= value <= high:
        a = "a number" if kind is float else "a whole number"
        raise BadSettings(f"[crawl] {key} = {value!r}: {a} from {low:g} to {high:g}")
    return kind(value)


def _table(raw: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadSettings(f"{where} is no table")
    return raw


def _known(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            raise BadSettings(f"{where}: unknown {key!r}; known are {', '.join(keys)}")
