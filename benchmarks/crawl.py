"""CPU a page of a whole crawl (archive and frontier included) beside Scrapy and a bare client; many hosts at a steady pace.
Every part is a process of its own; the slope between a small and a large crawl leaves starting up out."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

PAGE = ("<html><head><title>{t}</title></head><body><h1>{t}</h1>" + "<p>{w}</p>" * 60 + "</body></html>")
WORDS = "本报告所列数据的统计期限自一月一日起至十二月三十一日止，由办公室编制，如有疑问请与我们联系。" * 4
AGENT = "gongkai/1.0 (+https://example.org/about; mailto:data@example.org)"


# the server


def _pages(reports: int) -> dict[bytes, bytes]:
    def http(body: str, media: str = "text/html; charset=utf-8") -> bytes:
        data = body.encode()
        return f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data

    items = "".join(f'<li><a href="/nb/{i}.html">青溪市水务局{2024 - i}年政府信息公开工作年度报告</a><span>2025-01-20</span></li>' for i in range(reports))
    pages = {f"/nb/{i}.html".encode(): http(PAGE.format(t=f"{2024 - i}年度报告", w=WORDS)) for i in range(reports)}
    pages[b"/nb/"] = http(f"<html><body><h1>政府信息公开年报</h1><ul>{items}</ul></body></html>")
    pages[b"/robots.txt"] = http("User-agent: *\nDisallow: /manage/\n", "text/plain")
    return pages


class _Serve(asyncio.Protocol):
    def __init__(self, host: str, pages: dict[bytes, bytes], log: dict[str, list[float]]) -> None:
        self.host, self.pages, self.log, self.buffer = host, pages, log, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            self.log[self.host].append(time.monotonic())
            path = head.split(b" ", 2)[1]
            self.transport.write(self.pages.get(path, b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"))  # type: ignore[attr-defined]


async def _serve(hosts: int, reports: int) -> None:
    loop, pages = asyncio.get_running_loop(), _pages(reports)
    log: dict[str, list[float]] = {address(i): [] for i in range(hosts)}
    port = 0
    for name in log:
        server = await loop.create_server(partial(_Serve, name, pages, log), name, port)
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps(log), flush=True)


def address(i: int) -> str:
    return f"127.20.{i // 250}.{i % 250 + 1}"


# the clients


def _gongkai(hosts: int, port: int, interval: float) -> None:
    from gongkai.scraper.crawl import crawl
    from gongkai.scraper.settings import settings_of

    raw = {
        "crawl": {"user_agent": AGENT, "min_interval_s": interval, "allow_addresses": ["127.0.0.0/8"]},
        "site": [{"id": f"s{i}", "url": f"http://{address(i)}:{port}/nb/"} for i in range(hosts)],
    }
    with tempfile.TemporaryDirectory() as home:
        summary = asyncio.run(crawl(settings_of(raw), Path(home), "gongkai/benchmark"))
    print(json.dumps({"pages": summary.requests}))


def _scrapy(hosts: int, port: int, interval: float, keep: bool) -> None:
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Reports(scrapy.Spider):
        name = "reports"
        start_urls = [f"http://{address(i)}:{port}/nb/" for i in range(hosts)]  # noqa: RUF012
        pages = 0

        def parse(self, response):  # type: ignore[no-untyped-def]
            Reports.pages += 1
            for link in response.css("li a"):
                yield response.follow(link, self.parse_report)

        def parse_report(self, response):  # type: ignore[no-untyped-def]
            Reports.pages += 1
            response.css("a::attr(href), img::attr(src), iframe::attr(src)").getall()  # files belong to a report

    with tempfile.TemporaryDirectory() as home:
        told = {
            "USER_AGENT": AGENT, "ROBOTSTXT_OBEY": True, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
            "CONCURRENT_REQUESTS": max(hosts, 16), "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": interval,
            "RANDOMIZE_DOWNLOAD_DELAY": False,
        }  # fmt: skip
        if keep:
            told |= {"HTTPCACHE_ENABLED": True, "HTTPCACHE_DIR": f"{home}/cache", "HTTPCACHE_GZIP": True, "JOBDIR": f"{home}/job"}
        process = CrawlerProcess(told)
        process.crawl(Reports)
        process.start()
    print(json.dumps({"pages": Reports.pages + hosts}))


async def _bare(hosts: int, port: int, reports: int) -> None:
    """A client that only moves bytes: what asyncio itself costs."""

    async def one(i: int) -> int:
        reader, writer = await asyncio.open_connection(address(i), port)
        paths = ["/robots.txt", "/nb/", *(f"/nb/{n}.html" for n in range(reports))]
        for path in paths:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {address(i)}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
        writer.close()
        return len(paths)

    print(json.dumps({"pages": sum(await asyncio.gather(*(one(i) for i in range(hosts))))}))


# the measure


def _run(who: str, hosts: int, reports: int, interval: float = 0.0) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.crawl", "--hosts", str(hosts), "--reports", str(reports)]
    server = subprocess.Popen([*command, "--part", "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin and server.stdout
    port = server.stdout.readline().strip()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    client = subprocess.run(
        [*command, "--part", who, "--port", port, "--interval", str(interval)], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    log = json.loads(server.communicate("\n")[0])
    told = json.loads(client.stdout.strip().splitlines()[-1])
    return {
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "wall": time.monotonic() - began,
        "pages": sum(map(len, log.values())), "log": log, **{k: v for k, v in told.items() if k != "pages"},
    }  # fmt: skip


def cpu_a_page(who: str, hosts: int, reports: int) -> float:
    """Milliseconds; the slope between a crawl of a fifth and the whole one."""
    small, large = _run(who, hosts, max(reports // 5, 1)), _run(who, hosts, reports)
    slope: float = 1_000 * (large["cpu"] - small["cpu"]) / (large["pages"] - small["pages"])
    return slope


def steady(hosts: int, reports: int, interval: float) -> dict[str, float]:
    """Many hosts, each at its pace: how late requests are, by the server's own log."""
    made = _run("gongkai", hosts, reports, interval)
    late = sorted(
        b - a - interval for times in made["log"].values() for a, b in pairwise(times[1:])
    )
    counts = [len(times) for times in made["log"].values()]
    return {
        "hosts": hosts, "requests": sum(counts), "fewest": min(counts), "most": max(counts), "earliest_s": late[0],
        "p50_s": statistics.median(late), "p99_s": late[int(len(late) * 0.99)], "latest_s": late[-1],
        "wall_s": made["wall"], "cpu_s": made["cpu"], "memory_mb": made.get("memory", 0.0),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--reports", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--interval", type=float, default=0.0)
    parser.add_argument("--steady", type=int, default=1_000, help="hosts of the steady crawl; 0 leaves it out")
    parser.add_argument("--part", default="")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    if given.part == "server":
        asyncio.run(_serve(given.hosts, given.reports))
    elif given.part == "gongkai":
        _gongkai(given.hosts, given.port, given.interval)
        print(json.dumps({"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
    elif given.part in ("scrapy", "scrapy-keeping"):
        _scrapy(given.hosts, given.port, given.interval, given.part == "scrapy-keeping")
    elif given.part == "bare":
        asyncio.run(_bare(given.hosts, given.port, given.reports))
    else:
        _compare(given.hosts, given.reports, given.rounds, given.steady)


def _compare(hosts: int, reports: int, rounds: int, many: int) -> None:
    names = ("gongkai", "scrapy", "scrapy-keeping", "bare")
    found = {name: [] for name in names}  # type: dict[str, list[float]]
    for _ in range(rounds):
        for name in names:
            found[name].append(cpu_a_page(name, hosts, reports))
    print(f"{hosts} hosts, {reports} pages of {len(PAGE.format(t='', w=WORDS).encode()) // 1000} kB each; CPU a page, median of {rounds}")
    for name in names:
        ratio = statistics.median(a / b for a, b in zip(found["gongkai"], found[name], strict=True))
        print(f"{name:16} {statistics.median(found[name]):6.2f} ms   gongkai / {name}: {ratio:.2f}")
    if many:
        print(json.dumps(steady(many, 8, 1.0), indent=1))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
