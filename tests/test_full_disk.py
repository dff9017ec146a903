"""Nights on a disk that really fills up: at many points, by a limit on what a process writes (everywhere) and on a small disk (where
one can be mounted). One line, exit code 3, an archive that holds every record whole; with room again the same night ends as if nothing had been."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handmade import gongkai, process, small_disk
from loopback import Answer, Loopback, http, listing, report
from test_crawl_cli import sites as sites_file
from test_nightly_killed import FAMILIES, FIRST, SECOND, _ended, state_of, whole

from gongkai.output.nightly import DATASET
from gongkai.output.placing import writing_prefix
from gongkai.samplesite.serve import sites_toml
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_plan import Plan
from gongkai.scraper.records import records
from gongkai.scraper.verify import verify

MOMENTS = int(os.environ.get("GONGKAI_KILLS", "1"))
ROOM = 3 << 30  # what a night wants to see free, and more
Full = Callable[[int], None]
"""Lets the disk be full from now on, for the process of that number."""


class Nights:
    """A home after the first night, and what it is after an undisturbed second one."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.sites, self.base, self.calm, self.server = folder / "sites.toml", folder / "base", folder / "calm", server
        self.sites.write_text(sites_toml(server, retry_wait_s=0.02), encoding="utf-8")
        whole(self.sites, self.base, FIRST)
        self.last_night = state_of(self.base)
        server.night = 1
        shutil.copytree(self.base, self.calm)
        before = len(server.log)
        self.took = whole(self.sites, self.calm, SECOND)
        self.requests = len(server.log) - before
        self.tonight = state_of(self.calm)

    def night(self, home: Path, point: int | float | str, full: Full) -> tuple[int, str]:
        """A night during which the disk fills up at a point: exit code and what was said."""
        command = [sys.executable, "-m", "gongkai.output.cli", "nightly", self.sites, "--home", home, "--night", SECOND, "--jobs", "1"]
        asked = len(self.server.log)
        self.began = time.monotonic()
        process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and not self._reached(point, home, asked):
            time.sleep(0.0005)
        try:
            if process.poll() is None:
                full(process.pid)
            _, said = process.communicate(timeout=120)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return process.returncode, said

    def _reached(self, point: int | float | str, home: Path, asked: int) -> bool:
        """`point`: percent of the requests of this night, seconds since its start, or what stands on the disk."""
        if isinstance(point, float):
            return time.monotonic() - self.began >= point
        if isinstance(point, int):
            return len(self.server.log) - asked >= max(1, self.requests * point // 100)
        if point == "crawled":
            return bool(list(home.glob(f"archive/warc/*/*/*/gongkai-{SECOND}-*.warc.gz")))
        return bool(list(home.glob(f"{writing_prefix(home / DATASET)}*")))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    web = Web(6, len(FAMILIES), 2, plan=Plan(2, eventful=1.0, late=1.0), families=FAMILIES)
    with Server(web) as server:
        yield Nights(tmp_path_factory.mktemp("nights"), server)


def stopped_and_whole_again(nights: Nights, home: Path, point: int | float | str, full: Full, room: Callable[[], None]) -> None:
    code, said = nights.night(home, point, full)
    room()
    if code == 3:
        told = [line for line in said.splitlines() if line.startswith("error: ")]
        assert len(told) == 1 and said.rstrip().endswith(told[0]), said
        assert ("Traceback" not in said and str(home) in told[0]) or "warc" in told[0], said
        assert state_of(home) in (nights.last_night, nights.tonight)
        print(point, told[0])
    else:  # it was through before the disk was full
        assert code in (0, 1) and (isinstance(point, float) or point in ("crawled", "building")), said
        assert state_of(home) == nights.tonight
    assert not verify(home / "archive").problems
    assert not list(home.glob(f"{writing_prefix(home / DATASET)}*")), "what was half written is taken away"
    whole(nights.sites, home, SECOND)
    _ended(home, nights.calm, state_of(home), nights.tonight)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limit of another process can be set on Linux only")
@pytest.mark.parametrize("point", [0, "crawled", "building"])
def test_a_night_on_a_disk_that_takes_no_more(nights: Nights, tmp_path: Path, point: int | str) -> None:
    """From a point on no file may grow, nor be written behind its first byte."""
    home = Path(shutil.copytree(nights.base, tmp_path / "home"))
    stopped_and_whole_again(nights, home, point, lambda pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, 1)) and None, lambda: None)


def random_moments(nights: Nights) -> Iterator[tuple[float, int]]:
    """When the disk is full, in seconds from the start, and how many bytes more a file may then have."""
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(MOMENTS):
        yield chance.uniform(0.3, nights.took), chance.choice((1, 4_000, 50_000, 400_000))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limit of another process can be set on Linux only")
def test_a_disk_that_is_full_at_any_moment(nights: Nights, tmp_path: Path) -> None:
    for moment, most in random_moments(nights):
        home = Path(shutil.copytree(nights.base, tmp_path / "home"))
        stopped_and_whole_again(nights, home, moment, lambda pid, most=most: resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most)) and None, lambda: None)  # type: ignore[misc]
        shutil.rmtree(home)


@pytest.mark.parametrize("limit", [1, 100_000])
def test_a_night_that_may_write_no_large_files(nights: Nights, tmp_path: Path, limit: int) -> None:
    home = Path(shutil.copytree(nights.base, tmp_path / "home"))
    narrow = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # noqa: E731
    done = process("nightly", nights.sites, "--home", home, "--night", SECOND, "--jobs", "1", preexec_fn=narrow)
    assert done.returncode == 3 and len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr, done.stderr
    assert state_of(home) == nights.last_night
    whole(nights.sites, home, SECOND)
    _ended(home, nights.calm, state_of(home), nights.tonight)


@pytest.mark.parametrize("limit", [1, 40_000, 350_000])
def test_a_crawl_that_fills_the_disk(tmp_path: Path, limit: int) -> None:
    """Every file is larger than the last, none can be compressed: the archive, not the frontier, meets the limit first."""
    answers: dict[str, Answer] = {f"/nb/{i}.html": report(year=i) for i in range(12)}
    answers |= {f"/nb/{i}.pdf": http(b"%PDF-1.4 " + os.urandom(30_000 * i), content_type="application/pdf") for i in range(1, 9)}
    answers["/nb/"] = listing(*answers)
    home = tmp_path / "home"
    with Loopback(answers) as server:
        listed = sites_file(tmp_path, server.url("/nb/"))
        done = process("crawl", listed, "--home", home, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        assert done.returncode == 3, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr
        if (home / "archive").exists():
            assert not verify(home / "archive").problems
        assert gongkai("crawl", listed, "--home", home).returncode == 0
    found = Counter(r.uri for path in home.glob("archive/warc/*/*/*/*") for r in records(path) if r.type == "response")
    assert set(found) == {server.url(path) for path in (*answers, "/robots.txt")}
    assert set(found.values()) == {1}
    assert not verify(home / "archive").problems


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of a size that can be changed."""
    with small_disk(tmp_path, ROOM) as made:
        yield made


class Sized:
    """A disk of its own, whose size is changed while somebody writes on it."""

    def __init__(self, disk: Path, left: int) -> None:
        self.disk, self.left = disk, left

    def _sized(self, size: int) -> bool:
        line = ["mount", "-o", f"remount,size={size}", str(self.disk)]
        return subprocess.run(line, capture_output=True).returncode == 0

    def full(self, _: int) -> None:
        # more may have been written since the system said how much there is: no disk shrinks below that, so ask again
        for _ in range(200):
            used = os.statvfs(self.disk)
            if self._sized((used.f_blocks - used.f_bfree) * used.f_frsize + self.left):
                return
        pytest.fail("the disk cannot be made smaller")

    def room(self) -> None:
        assert self._sized(ROOM)


@pytest.mark.parametrize(("point", "left"), [(50, 50_000)])
def test_no_space_left_on_device(nights: Nights, disk: Path, point: int | str, left: int) -> None:
    """The system's own word for it, with so many bytes left at that point; then there is room again."""
    sized = Sized(disk, left)
    home = Path(shutil.copytree(nights.base, disk / "home"))
    stopped_and_whole_again(nights, home, point, sized.full, sized.room)


def test_no_space_left_at_any_moment(nights: Nights, disk: Path) -> None:
    for moment, left in random_moments(nights):
        sized = Sized(disk, left)
        home = Path(shutil.copytree(nights.base, disk / "home"))
        stopped_and_whole_again(nights, home, moment, sized.full, sized.room)
        shutil.rmtree(home)
