"""A crawl that is killed at any moment goes on where it was: nothing lost, nothing twice, the archive whole."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback import AGENT, Loopback, http, listing, report, settings
from test_crawl_night import night

from gongkai.scraper.archive import Archive
from gongkai.scraper.frontier import Frontier
from gongkai.scraper.manifest import close_night
from gongkai.scraper.records import records
from gongkai.scraper.verify import verify

KILLS = int(os.environ.get("GONGKAI_KILLS", "8"))
REPORTS = 30


def _site() -> dict[str, object]:
    paths = [f"/nb/{i}.html" for i in range(REPORTS)]
    pages: dict[str, object] = {path: report(year=1990 + i) for i, path in enumerate(paths)}
    pages["/nb/3.html"] = http("<html><body>年度报告<a href='/nb/3.pdf'>附件：年度报告.pdf</a>" + "正文。" * 100 + "</body></html>")
    pages["/nb/3.pdf"] = http(b"%PDF-1.4 " + os.urandom(200_000), content_type="application/pdf")
    pages["/robots.txt"] = http("User-agent: *\nDisallow: /manage/\n", content_type="text/plain")
    pages["/nb/"] = listing(*paths, "/manage/secret.html")
    return pages


def _crawl(home: Path, sites: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gongkai.output.cli", "crawl", str(sites), "--home", str(home), "--night", "20261126"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    home, sites = tmp_path / "home", tmp_path / "sites.toml"
    with Loopback(_site()) as one, Loopback(_site()) as two:  # type: ignore[arg-type]
        sites.write_text(
            f'[crawl]\nuser_agent = "{AGENT}"\nmin_interval_s = 0.05\nallow_addresses = ["127.0.0.0/8"]\n'
            + "".join(f'[[site]]\nid = "s{i}"\nurl = "{server.url("/nb/")}"\n' for i, server in enumerate((one, two))),
            encoding="utf-8",
        )
        kills, nights = 0, 0
        while kills < KILLS:
            process = _crawl(home, sites)
            deadline = time.monotonic() + chance.uniform(0.3, 1.2)  # from before the first request on
            while process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
            process.communicate()
            if process.returncode == 1:  # the night was done before all kills were: once more from the start
                _check(home)
                nights += 1
                home = tmp_path / f"home{nights}"
        process = _crawl(home, sites)
        _, said = process.communicate(timeout=120)
        assert process.returncode == 1, (home, said.decode())  # one address is disallowed
        _check(home)
        assert "/manage/secret.html" not in one.paths() + two.paths()


def _check(home: Path) -> None:
    found = verify(home / "archive")
    assert not found.problems
    assert not found.open_files
    answers = Counter(
        record.uri
        for path in (home / "archive").glob("warc/*/*/*/*")
        for record in records(path)
        if record.type in ("response", "revisit")
    )
    assert set(answers.values()) == {1}, "an address was captured twice"
    assert len(answers) == 2 * (REPORTS + 3)  # with robots.txt
    with sqlite3.connect(home / "frontier.sqlite") as db:
        outcomes = Counter(row[0] for row in db.execute("SELECT outcome FROM visit"))
        assert outcomes == {"new": 2 * (REPORTS + 2), "robots": 2}
        assert db.execute("SELECT count(*) FROM capture c JOIN visit v ON v.record=c.record").fetchone()[0] == 2 * (REPORTS + 2)
        assert db.execute("SELECT count(*) FROM url").fetchone() == db.execute("SELECT count(*) FROM visit").fetchone()
    db.close()


class Died(BaseException):
    """Stands for kill -9 at a known place."""


STEPS = [(step, at) for step in ("torn record", "before fsync", "before transaction", "in transaction") for at in (1, 3, 8)]


@pytest.mark.parametrize(("step", "at"), [*STEPS, ("while closing", 1), ("after manifest", 1)])
def test_killed_at_each_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, at: int) -> None:
    calls = 0

    def dying(real: Callable[..., object], before: bool) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            nonlocal calls
            calls += 1
            if calls == at and before:
                raise Died
            made = real(*arguments)
            if calls == at:
                raise Died
            return made

        return call

    def torn(self: Archive, data: bytes) -> None:
        nonlocal calls
        calls += 1
        write(self, data if calls != at + 1 else data[: len(data) - 40])
        if calls == at + 1:
            raise Died

    write = Archive._write
    if step == "torn record":
        monkeypatch.setattr(Archive, "_write", torn)
    elif step == "before fsync":
        monkeypatch.setattr(Archive, "sync", dying(Archive.sync, True))
    elif step == "before transaction":
        monkeypatch.setattr(Archive, "sync", dying(Archive.sync, False))
    elif step == "in transaction":
        monkeypatch.setattr(Frontier, "warc_size", dying(Frontier.warc_size, False))
    elif step == "while closing":
        monkeypatch.setattr(Archive, "close", dying(Archive.close, False))
    else:
        monkeypatch.setattr("gongkai.scraper.manifest.close_night", dying(close_night, False))
    paths = [f"/nb/{i}.html" for i in range(6)]
    with Loopback({path: report(year=i) for i, path in enumerate(paths)} | {"/nb/": listing(*paths)}) as server:
        given = settings(server.url("/nb/"))
        with pytest.raises(Died):
            night(tmp_path, given)
        monkeypatch.undo()
        summary = night(tmp_path, given)
        asked = Counter(server.paths())
    assert summary.outcomes == {"new": 7}
    assert summary.captures == 8
    found = verify(tmp_path / "archive")
    assert not found.problems and not found.open_files
    answers = Counter(
        r.uri for path in (tmp_path / "archive").glob("warc/*/*/*/*") for r in records(path) if r.type == "response"
    )
    assert set(answers.values()) == {1} and len(answers) == 8
    again = [path for path, n in asked.items() if n > 1]
    assert len(again) <= 1
    if step in ("before transaction", "in transaction", "while closing", "after manifest"):
        assert not again, "what was safe in the archive was asked again"
