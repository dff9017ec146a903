"""Two nights of the sample web as homes on the disk, and a digest of all that a dataset says; for tests of builds."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from handmade import gongkai
from test_nightly import Evening, Home

from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.schema import TABLES
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_plan import Plan
from gongkai.scraper.crawl import World, crawl


def crawled(folder: Path, nights: int = 2, sites: int = 3) -> list[Path]:
    """A home after each night, without a dataset."""
    web, found = Web(11, sites, nights, plan=Plan(nights=nights)), []
    live = folder / "live"
    live.mkdir(parents=True)
    with Server(web) as server:
        home = Home(live, server)
        for number in range(nights):
            server.night = number
            day = web.plan.day(number)
            clock = Evening(datetime.combine(day, datetime.min.time()))
            asyncio.run(crawl(home.settings(), live, "gongkai/test", night=f"{day:%Y%m%d}", world=World(clock=clock)))
            found.append(Path(shutil.copytree(live, folder / f"home{number}")))
    return found


def command(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """The command, started in a process of its own."""
    line = [sys.executable, "-m", "gongkai.output.cli", *map(str, arguments)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command, run inside the test."""
    done = gongkai(*arguments)
    return done.returncode, done.stdout, done.stderr


def said(dataset: Path) -> str:
    """A digest of every row of every table, in whatever files they lie."""
    folder, whole = open_dataset(str(dataset)), hashlib.sha256()
    for name in TABLES:
        rows = sorted(repr(row) for row in read_table(folder, name).to_pylist())
        whole.update(f"{name} {len(rows)}\n".encode())
        whole.update("\n".join(rows).encode("utf-8", "backslashreplace"))
    return whole.hexdigest()
