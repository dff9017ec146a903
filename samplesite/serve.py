"""The sample web from the command line, `python -m gongkai.samplesite serve`, and in a process of its own for measurements.
What is served is left to `web`, how to `server`."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from gongkai.samplesite.families import FAMILIES
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web, small
from gongkai.samplesite.web_faults import table
from gongkai.samplesite.web_plan import Plan

_AGENT = "gongkai-sample/1.0 (+https://example.org/about-our-crawler; mailto:data@example.org)"


def sites_toml(server: Server, *, start: str = "column", named: bool | None = None, **crawl: float) -> str:
    """A `sites.toml` for the sites on this server: their columns, or their home pages with start="home".

    `crawl` holds further settings of the crawler, such as min_interval_s; the default suits loopback.
    """
    settings = {"min_interval_s": 0.05, **crawl}
    lines = [
        "[crawl]",
        f'user_agent = "{_AGENT}"',
        *(f"{name} = {value}" for name, value in settings.items()),
        'allow_addresses = ["127.0.0.0/8"]',
    ]
    for site in server.web.sites:
        url = server.column(site, named=named) if start == "column" else server.url(site, named=named)
        lines += ["", "[[site]]", f'id = "{site.key}"', f'url = "{url}"', 'adapter = "auto"', 'status = "confirmed"']
    return "\n".join(lines) + "\n"


def listing() -> str:
    """Families and faults as the tables of docs/sample-web.md."""
    lines = ["| family | vendor's kind | column |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {one.adapter} | `{one.column}` |" for one in FAMILIES.values()]
    lines += ["", "| # | fault | what the server does |", "|---|---|---|"]
    lines += [f"| {number} | `{name}` | {does} |" for number, name, does in table()]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m gongkai.samplesite serve",
        description="Serves pretended government sites on loopback until standard input ends or Ctrl-C. "
        "Lines of standard input: night N | fault HOST NAME [JSON options] | heal HOST [NAME] | quit.",
    )
    parser.add_argument("--port", type=int, default=0, help="port on every address (default: a free one)")
    parser.add_argument("--sites", type=int, default=20, help="how many sites (default 20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nights", type=int, default=3, help="how many nights the plan has (default 3)")
    parser.add_argument("--night", type=int, default=0, help="the night to serve first (default 0)")
    parser.add_argument("--days-apart", type=int, default=1, help="days from one night to the next (default 1)")
    parser.add_argument("--broken", type=float, default=0.0, help="share of sites that break silently (default 0)")
    parser.add_argument("--flapping", type=float, default=0.0, help="share of sites that are often down (default 0)")
    parser.add_argument("--family", action="append", default=[], choices=sorted(FAMILIES), metavar="FAMILY", help="only this one; may be repeated")
    parser.add_argument("--small", action="store_true", help="the eight sites of the demonstration")
    parser.add_argument("--one-address", action="store_true", help="only 127.0.0.1, sites by Host header")
    parser.add_argument("--log", type=Path, help="append the access log to this file, JSON lines")
    parser.add_argument("--toml", type=Path, help="write a sites.toml for a crawler to this file")
    parser.add_argument("--faults", action="store_true", help="list the faults and the families, serve nothing")
    asked = parser.parse_args(arguments)
    if asked.faults:
        print(listing())
        return 0
    plan = Plan(asked.nights, asked.days_apart, broken=asked.broken, flapping=asked.flapping)
    web = small() if asked.small else Web(asked.seed, asked.sites, asked.nights, plan=plan, families=asked.family)
    server = Server(web, night=asked.night, port=asked.port, addresses=False if asked.one_address else None, log=asked.log)
    try:
        server.start()
    except OSError as error:
        print(f"cannot listen on port {asked.port}: {error.strerror or error}", file=sys.stderr)
        return 3
    try:
        if asked.toml:
            asked.toml.write_text(sites_toml(server), encoding="utf-8")
        _announce(server)
        _obey(server, sys.stdin)
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
    return 0


def _announce(server: Server) -> None:
    sites = [
        {"host": site.host, "address": site.address, "family": site.family, "home": server.url(site), "column": server.column(site)}
        for site in server.web.sites
    ]
    print(json.dumps({"port": server.port, "night": server.night, "sites": sites}, ensure_ascii=False), flush=True)


def _obey(server: Server, lines: IO[str]) -> None:
    """Take orders until there are no more; each is answered with a line, so that the other side knows it is done."""
    for line in lines:
        order, _, rest = line.strip().partition(" ")
        if order == "quit":
            return
        try:
            print(_done(server, order, rest), flush=True)
        except (ValueError, KeyError) as error:
            print(f"refused: {error}", flush=True)


def _done(server: Server, order: str, rest: str) -> str:
    if order == "night":
        server.night = int(rest)
    elif order == "fault":
        host, name, *options = rest.split(" ", 2)
        server.fault(host, name, **(json.loads(options[0]) if options else {}))
    elif order == "heal":
        host, _, name = rest.partition(" ")
        server.heal(host, name)
    elif order == "requests":
        return str(len(server.log))
    else:
        raise ValueError(f"unknown order {order!r}")
    server.log.all()  # flushes the file
    return "done"


class Elsewhere:
    """A sample web in another process, so that its work is not counted as ours."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        told: dict[str, Any] = json.loads(self._line())
        self.port: int = told["port"]
        self.sites: list[dict[str, str]] = told["sites"]

    def order(self, text: str) -> str:
        """Send one order and wait until it is done; raises ValueError if it was refused."""
        assert self._process.stdin is not None
        print(text, file=self._process.stdin, flush=True)
        answer = self._line().strip()
        if answer.startswith("refused: "):
            raise ValueError(answer.removeprefix("refused: "))
        return answer

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError("the sample web has ended")
        return line


@contextlib.contextmanager
def elsewhere(*arguments: str) -> Iterator[Elsewhere]:
    """The server in another process, with the arguments of the command line."""
    command = [sys.executable, "-m", "gongkai.samplesite", "serve", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            yield Elsewhere(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()  # the end of its orders
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
