"""`gongkai nightly` killed at random moments, in the crawl and in the build: the dataset is last night's or tonight's, whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.nightly import DATASET
from gongkai.samplesite.serve import sites_toml
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_plan import Plan
from gongkai.scraper.records import records
from gongkai.scraper.verify import verify

KILLS = int(os.environ.get("GONGKAI_KILLS", "3"))
FIRST, SECOND = "20260120", "20260121"
FAMILIES = ("trs-zero", "hanweb", "plain", "gkmlpt", "vsb")
# What a run of the same night must give again, whenever it was: everything but times and places in the archive.
SAME = {
    "reports": ("report_id", "agency", "year", "status", "source", "record_sha256", "latest", "same_as", "listed_as"),
    "cells": ("report_id", "table", "row", "column", "value", "state", "flags"),
    "changes": ("run_id", "event", "source", "report_id", "table", "row", "column", "before", "after"),
    "coverage": ("agency_id", "year", "state"),
}
State = dict[str, list[tuple[Any, ...]]]


def state_of(home: Path) -> State:
    """The dataset's rows, sorted; it must be readable, and its parts agree."""
    folder = open_dataset(str(home / DATASET))
    rows = {name: read_table(folder, name).to_pylist() for name in SAME}
    cells = Counter(c["report_id"] for c in rows["cells"])
    for r in rows["reports"]:
        sure = r["cells_reported"] + r["cells_blank"] + r["cells_absent"] + r["cells_unreadable"]
        assert cells.pop(r["report_id"], 0) == (0 if r["status"] == "rejected" else sure)
    assert not cells, "cells of no report"
    return {name: sorted(tuple(str(row[c]) for c in columns) for row in rows[name]) for name, columns in SAME.items()}


def start(sites: Path, home: Path, night: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gongkai.output.cli", "nightly", str(sites), "--home", str(home), "--night", night, "--jobs", "1"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def whole(sites: Path, home: Path, night: str) -> float:
    began = time.monotonic()
    process = start(sites, home, night)
    _, said = process.communicate(timeout=120)
    assert process.returncode in (0, 1), said.decode()
    return time.monotonic() - began


def test_killed_in_crawl_and_build(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    web = Web(6, len(FAMILIES), 2, plan=Plan(2, eventful=1.0, late=1.0), families=FAMILIES)  # none that prints a counter
    sites, base, calm = tmp_path / "sites.toml", tmp_path / "base", tmp_path / "calm"
    with Server(web) as server:
        sites.write_text(sites_toml(server, retry_wait_s=0.02), encoding="utf-8")
        whole(sites, base, FIRST)
        last_night = state_of(base)
        server.night = 1
        shutil.copytree(base, calm)
        took = whole(sites, calm, SECOND)
        tonight = state_of(calm)
        assert all(last_night[name] != tonight[name] for name in ("reports", "changes"))
        kills, nights, seen = 0, 0, Counter[str]()
        home = tmp_path / "home0"
        shutil.copytree(base, home)
        while kills < KILLS:
            process = start(sites, home, SECOND)
            try:
                process.wait(chance.uniform(0.2, 1.1 * took))
                killed = False
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                killed = True
            _, said = process.communicate()
            found = state_of(home)
            if killed:
                kills += 1
                assert not verify(home / "archive").problems
                assert found in (last_night, tonight), "neither last night's dataset nor tonight's"
                seen["tonight" if found == tonight else "last night"] += 1
            else:
                assert process.returncode in (0, 1), said.decode()
                _ended(home, calm, found, tonight)
                nights += 1
                home = tmp_path / f"home{nights}"
                shutil.copytree(base, home)
        whole(sites, home, SECOND)
        _ended(home, calm, state_of(home), tonight)
        print(f"{kills} kills in {nights + 1} nights; after them the dataset was {dict(seen)}")


def _ended(home: Path, calm: Path, found: State, tonight: State) -> None:
    assert found == tonight, {name: set(found[name]) ^ set(tonight[name]) for name in SAME}
    check = verify(home / "archive")
    assert not check.problems
    assert not check.open_files
    assert _answers(home) == _answers(calm), "an answer is lost or held twice"
    assert not [p for p in home.rglob("*") if p.name.endswith(".new")], "nothing half-made is left"


def _answers(home: Path) -> Counter[tuple[str, str]]:
    return Counter(
        (path.name.split("-")[1], record.uri)
        for path in (home / "archive").glob("warc/*/*/*/*")
        for record in records(path)
        if record.type in ("response", "revisit")
    )
