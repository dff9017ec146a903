"""The commands of the crawler as people run them: exit codes, words, signals, a dry run."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from handmade import gongkai, process
from loopback import AGENT, Answer, Loopback, http, listing, report

from gongkai.scraper.home import locked
from gongkai.scraper.records import records


def sites(folder: Path, *urls: str, **crawl: object) -> Path:
    told = {"min_interval_s": 0.0, "retry_wait_s": 0.02, **crawl}
    lines = [f'[crawl]\nuser_agent = "{AGENT}"\nallow_addresses = ["127.0.0.0/8"]']
    lines += [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    lines += [f'[[site]]\nid = "s{i}"\nurl = "{url}"' for i, url in enumerate(urls)]
    path = folder / "sites.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def web(reports: int = 3) -> dict[str, Answer]:
    answers: dict[str, Answer] = {f"/nb/{i}.html": report(year=i) for i in range(reports)}
    return answers | {"/nb/": listing(*answers)}


def test_crawl_verify_manners(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Loopback(web()) as server:
        listed = sites(tmp_path, server.url("/nb/"))
        dry = gongkai("crawl", listed, "--home", home, "--dry-run")
        assert (dry.returncode, server.log, home.exists()) == (0, [], False)
        assert server.url("/nb/") in dry.stdout
        nightly = gongkai("nightly", listed, "--home", home, "--dry-run")
        assert (nightly.returncode, server.log, home.exists()) == (0, [], False)
        assert server.url("/nb/") in nightly.stdout
        done = gongkai("crawl", listed, "--home", home, "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["outcomes"] == {"new": 4} and told["requests"] == 5
        again = gongkai("crawl", listed, "--home", home)
        assert again.returncode == 0 and "had ended before" in again.stderr
        dry = gongkai("crawl", listed, "--home", home, "--dry-run", "--json")
        assert "has ended and is not begun again" in dry.stderr
        assert [row["url"] for row in json.loads(dry.stdout)] == [server.url(p) for p in ("/nb/", "/nb/0.html", "/nb/1.html", "/nb/2.html")]
        assert len(server.log) == 5
    checked = gongkai("verify", home / "archive")
    assert (checked.returncode, checked.stdout) == (0, "")
    assert "0 problems" in checked.stderr
    behaved = gongkai("manners", home / "archive", "--json")
    assert behaved.returncode == 0
    assert [host["requests"] for host in json.loads(behaved.stdout)] == [5]


def test_damage_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Loopback(web()) as server:
        gongkai("crawl", sites(tmp_path, server.url("/nb/")), "--home", home)
    (path,) = (home / "archive").glob("warc/*/*/*/*")
    path.write_bytes(path.read_bytes()[:-700])
    checked = gongkai("verify", home / "archive", "--salvage", tmp_path / "rescued")
    assert checked.returncode == 1
    assert "ends in the middle of a record" in checked.stderr
    assert checked.stdout.splitlines() == [server.url("/nb/2.html")]
    assert gongkai("manners", tmp_path / "rescued").returncode == 0


def test_what_is_lost_is_asked_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Loopback(web()) as server:
        listed = sites(tmp_path, server.url("/nb/"))
        gongkai("crawl", listed, "--home", home, "--night", "20260101")
        (path,) = (home / "archive").glob("warc/*/*/*/*")
        data = bytearray(path.read_bytes())
        victim = next(r for r in records(path) if r.type == "response" and r.uri.endswith("/nb/1.html"))
        data[victim.offset + victim.length // 2] ^= 255
        path.write_bytes(data)
        lost = tmp_path / "lost.txt"
        lost.write_text(gongkai("verify", home / "archive").stdout)
        assert lost.read_text().split() == [victim.uri]
        done = gongkai("crawl", listed, "--home", home, "--night", "20260102", "--again", lost, "--json")
        assert json.loads(done.stdout)["outcomes"] == {"same": 4}
    (path,) = (home / "archive").glob("warc/2026/01/02/*")
    assert [r.uri for r in records(path) if r.type == "response" and not r.uri.endswith("robots.txt")] == [victim.uri]
    assert len([r for r in records(path) if r.type == "revisit"]) == 3


def test_failures_are_something_to_look_at(tmp_path: Path) -> None:
    answers = web()
    answers["/nb/1.html"] = http(status="403 Forbidden")
    with Loopback(answers) as server:
        done = gongkai("crawl", sites(tmp_path, server.url("/nb/")), "--home", tmp_path / "home")
    assert done.returncode == 1
    assert f"s0: {server.url('/nb/1.html')}: forbidden: 403" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["crawl", "none.toml", "--home", "h"], 3, "none.toml"),
        (["crawl", "bad.toml", "--home", "h"], 2, "not TOML"),
        (["crawl", "good.toml", "--home", "h", "--night", "tonight"], 2, "YYYYMMDD"),
        (["crawl", "odd.toml", "--home", "h"], 2, "no valid host"),
        (["crawl", "odd.toml", "--home", "h", "--dry-run"], 2, "no valid host"),
        (["crawl", "twice.toml", "--home", "h"], 2, "written another way"),
        (["crawl", "good.toml", "--home", "good.toml"], 3, "good.toml"),
        (["crawl", "good.toml", "--home", "old"], 3, "frontier"),
        (["crawl", "good.toml", "--home", "old", "--dry-run"], 3, "frontier"),
        (["crawl", "good.toml", "--home", "h", "--night", "20261345"], 2, "YYYYMMDD"),
        (["nightly", "good.toml", "--home", "h", "--night", "2026-11-27"], 2, "YYYYMMDD"),
        (["nightly", "good.toml", "--home", "h", "--night", "../20261127"], 2, "YYYYMMDD"),
        (["verify", "none"], 3, "no archive"),
        (["manners", "none"], 3, "no archive"),
    ],
)
def test_what_goes_wrong_is_one_line(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    sites(tmp_path, "http://127.0.0.1:1/").rename(tmp_path / "good.toml")
    (tmp_path / "bad.toml").write_text("[[")
    sites(tmp_path, "http://a..b/").rename(tmp_path / "odd.toml")
    sites(tmp_path, "http://127.0.0.1:80/", "http://127.0.0.1/").rename(tmp_path / "twice.toml")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "frontier.sqlite").write_bytes(b"no database at all" * 100)
    done = gongkai(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    with locked(tmp_path / "home"):
        done = process("crawl", sites(tmp_path, "http://127.0.0.1:1/"), "--home", tmp_path / "home")
    assert done.returncode == 3
    assert f"process {os.getpid()} is at work there" in done.stderr


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_it_and_it_goes_on(tmp_path: Path, which: signal.Signals) -> None:
    home = tmp_path / "home"
    with Loopback(web(30)) as server:
        listed = sites(tmp_path, server.url("/nb/"), min_interval_s=0.1)
        command = [sys.executable, "-m", "gongkai.output.cli", "crawl", str(listed), "--home", str(home)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while len(server.log) < 4:
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(which)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 4, said
        assert "goes on where it was" in said and "Traceback" not in said
        listed = sites(tmp_path, server.url("/nb/"))
        assert gongkai("crawl", listed, "--home", home).returncode == 0
        assert len({asked.path for asked in server.log}) == 32
    assert gongkai("verify", home / "archive").returncode == 0


def test_a_file_size_limit_stops_it_and_it_goes_on(tmp_path: Path) -> None:
    """A full disk as the system reports it: no file grows beyond 160 kB."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (160_000, 160_000))

    home = tmp_path / "home"
    answers = web(20)
    answers["/nb/9.html"] = http(os.urandom(200_000), content_type="application/pdf")
    with Loopback(answers) as server:
        listed = sites(tmp_path, server.url("/nb/"))
        done = process("crawl", listed, "--home", home, preexec_fn=limit)
        assert done.returncode == 3, done.stderr
        assert "no space" in done.stderr and "Traceback" not in done.stderr
        assert gongkai("crawl", listed, "--home", home).returncode == 0
    assert gongkai("verify", home / "archive").returncode == 0


def test_a_night_before_the_last_is_not_begun(tmp_path: Path) -> None:
    """A clock that was set back by days would make yesterday's reports new and tonight's old."""
    home = tmp_path / "home"
    with Loopback(web()) as server:
        listed = sites(tmp_path, server.url("/nb/"))
        assert gongkai("crawl", listed, "--home", home, "--night", "20260105").returncode == 0
        asked = len(server.log)
        for command in ("crawl", "nightly"):
            back = gongkai(command, listed, "--home", home, "--night", "20260102")
            assert (back.returncode, len(back.stderr.splitlines())) == (3, 1)
            assert "night 20260102 lies before 20260105" in back.stderr
        assert "had ended before" in gongkai("crawl", listed, "--home", home, "--night", "20260105").stderr, "a finished night is no new one"
        assert len(server.log) == asked
    assert gongkai("verify", home).returncode == 0 and gongkai("manners", home).returncode == 0, "the home stands for its archive"


def test_after_a_night_signals_do_what_they_did_before(tmp_path: Path) -> None:
    """The build follows the crawl in one process: a signal that comes then must end it with 4, like any other command."""
    from gongkai.output.crawling import _crawled
    from gongkai.scraper.settings import load

    def handler(signum: int, frame: object) -> None: ...

    held = {each: signal.signal(each, handler) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Loopback(web()) as server:
            assert _crawled(load(str(sites(tmp_path, server.url("/nb/")))), tmp_path / "home", "20260101", []).ended == "done"
        assert [signal.getsignal(each) for each in held] == [handler, handler]
    finally:
        for each, was in held.items():
            signal.signal(each, was)
