"""How a crawl behaved, from its archive alone: requests, gaps and obedience to robots.txt, host by host.
Whether the archive is whole is left to `verify.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gongkai.scraper.addresses import host_of, origin_of
from gongkai.scraper.clock import moment
from gongkai.scraper.pace import LONGEST_FACTOR_WAIT_S, RESPONSE_FACTOR
from gongkai.scraper.records import Record, records
from gongkai.scraper.robots import Robots, read
from gongkai.scraper.wire import Broken, TooLarge, decoded, head_of, transferred

IMPORT = "import"
"""Part of the names of files that hold what was imported: nobody was asked for it."""
CLOCK_S = 0.002
"""Two clocks write a gap, and WARC dates end at the microsecond: so much may be missing."""


@dataclass
class Manners:
    """One host. Seconds."""

    host: str
    requests: int = 0
    smallest_gap: float | None = None  # from the end of one exchange to the start of the next
    allowed_gap: float = 0.0  # the smallest that is right: the crawl's own, or Crawl-delay
    too_close: int = 0  # gaps below that, or below five times what the answer before took
    server_gap: float | None = None  # the same over all hosts of its server
    robots: str = ""  # rules none refused unreachable, as last seen; "" where it was never asked
    disobeyed: list[str] = field(default_factory=list)  # addresses

    @property
    def good(self) -> bool:
        return not self.too_close and not self.disobeyed


def manners(archive: Path) -> list[Manners]:
    """Every host that was asked, in the order of names. Damaged records are stepped over."""
    hosts: dict[str, Manners] = {}
    for night in _nights(archive):
        ended: dict[str, float] = {}
        by_server: dict[str, tuple[float, str]] = {}  # end of the last exchange, and with whom
        slow: dict[str, float] = {}
        robots: dict[str, Robots] = {}
        agent, interval = "", 0.0
        for group in sorted(_groups(night), key=lambda g: g[-1].date):
            if group[-1].type == "warcinfo":
                told = group[-1].fields()
                agent, interval = told.get("http-header-user-agent", ""), float(told.get("min-interval") or 0.0)
                continue
            _note(group, agent, interval, hosts, ended, by_server, slow, robots)
    return [hosts[host] for host in sorted(hosts)]


def _nights(archive: Path) -> Iterator[list[Path]]:
    for folder in sorted(archive.glob("warc/*/*/*")):
        yield sorted(path for path in folder.iterdir() if ".warc.gz" in path.name and IMPORT not in path.name)


def _groups(paths: Sequence[Path]) -> Iterator[tuple[Record, ...]]:
    """Exchanges: everything up to a metadata record; and the warcinfo of each file. Bodies only of robots.txt."""
    for path in paths:
        group: list[Record] = []
        for record in records(path):
            if record.problem:
                group = []
            elif record.type == "warcinfo":
                yield (record,)
            elif record.type == "metadata":
                keep = record.fields().get("role") == "robots"
                yield tuple(r if keep else _light(r) for r in (*group, record))
                group = []
            else:
                group.append(record)


def _light(record: Record) -> Record:
    block = record.block if record.type == "metadata" else b""
    return Record(record.offset, record.length, record.headers, block)


def _note(
    group: Sequence[Record], agent: str, interval: float, hosts: dict[str, Manners], ended: dict[str, float],
    by_server: dict[str, tuple[float, str]], slow: dict[str, float], robots: dict[str, Robots],
) -> None:  # fmt: skip
    metadata = group[-1]
    told = metadata.fields()
    if any(record.type == "request" for record in group):
        host, origin = host_of(metadata.uri), origin_of(metadata.uri)
        seen = hosts.setdefault(host, Manners(host))
        seen.requests += 1
        rules = robots.get(origin)
        allowed = max(interval, rules.delay_s if rules else 0.0)
        seen.allowed_gap = max(seen.allowed_gap, allowed)
        started = moment(metadata.date).timestamp()
        if host in ended:
            gap = started - ended[host]
            seen.smallest_gap = gap if seen.smallest_gap is None else min(gap, seen.smallest_gap)
            seen.too_close += gap < max(allowed, slow.get(host, 0.0)) - CLOCK_S
        server = metadata.headers.get("warc-ip-address", "") + (":" + host.rpartition(":")[2] if _loopback(metadata) else "")
        if server in by_server:
            gap = started - by_server[server][0]
            seen.server_gap = gap if seen.server_gap is None else min(gap, seen.server_gap)
            seen.too_close += by_server[server][1] != host and gap < interval - CLOCK_S
        elapsed = float(told.get("elapsed") or 0.0)
        ended[host] = started + elapsed
        by_server[server] = ended[host], host
        slow[host] = min(RESPONSE_FACTOR * elapsed, LONGEST_FACTOR_WAIT_S)
        if told.get("role") != "robots" and (rules is None or not rules.allows(metadata.uri)):
            seen.disobeyed.append(metadata.uri)
    if told.get("role") == "robots" and told.get("outcome") not in ("retry", "redirected"):
        rules = _rules(group, agent)
        robots[told.get("site", "")] = rules
        if told.get("site"):
            name = host_of(told["site"])
            hosts.setdefault(name, Manners(name)).robots = rules.standing


def _loopback(record: Record) -> bool:
    address = record.headers.get("warc-ip-address", "")
    return address.startswith("127.") or address == "::1"


def _rules(group: Sequence[Record], agent: str) -> Robots:
    answer = next((record for record in group if record.type == "response"), None)
    if answer is None or "warc-truncated" in answer.headers:
        return read(0, b"", agent)
    head = head_of(answer.block)
    try:
        body, _ = decoded(transferred(answer.block, head), head.text("content-encoding"), 10_000_000)
    except (Broken, TooLarge):
        body = b""
    return read(head.status, body, agent)
