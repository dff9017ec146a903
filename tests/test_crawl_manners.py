"""When and whether a server may be asked: gaps, windows, Retry-After, robots.txt, challenges, settings."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from loopback import AGENT, settings

from gongkai.scraper import robots
from gongkai.scraper.challenge import detect
from gongkai.scraper.pace import Pace, WindowClosed, in_window, night_of, retry_after, until_window
from gongkai.scraper.settings import BadSettings, Settings, load, settings_of
from gongkai.scraper.wire import head_of

NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)  # 23:00 in China


class FakeClock:
    """Time passes only while somebody sleeps."""

    def __init__(self, now: datetime = NOW) -> None:
        self.passed, self.start, self.slept = 0.0, now, list[float]()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds
        await asyncio.sleep(0)


def turns(pace: Pace, clock: FakeClock, *takes: float) -> list[float]:
    """When each of some exchanges started, that took so long."""

    async def work() -> list[float]:
        started = []
        for took in takes:
            async with pace.turn("a"):
                started.append(clock.passed)
                clock.passed += took
        return started

    return asyncio.run(work())


def test_gaps_count_from_the_end_of_an_answer() -> None:
    clock = FakeClock()
    pace = Pace(settings(min_interval_s=2.0), clock)
    pace.lane("a")
    assert turns(pace, clock, 0.1, 0.1, 0.1) == pytest.approx([0.0, 2.1, 4.2])


def test_slow_servers_get_five_times_their_time() -> None:
    clock = FakeClock()
    pace = Pace(settings(min_interval_s=2.0), clock)
    pace.lane("a")
    assert turns(pace, clock, 3.0, 60.0, 0.0) == pytest.approx([0.0, 18.0, 18.0 + 60.0 + 120.0])


def test_crawl_delay_only_lengthens() -> None:
    clock = FakeClock()
    pace = Pace(settings(min_interval_s=2.0), clock)
    pace.lane("a")
    pace.slow_down("a", 10.0)
    pace.slow_down("a", 1.0)
    assert turns(pace, clock, 0.0, 0.0) == [0.0, 10.0]


def test_public_servers_are_never_asked_faster_than_once_a_second() -> None:
    clock = FakeClock()
    pace = Pace(settings(min_interval_s=0.0), clock)
    pace.lane("a", public=True)
    assert turns(pace, clock, 0.0, 0.0) == [0.0, 1.0]


def test_a_server_that_asks_for_rest_gets_it() -> None:
    clock = FakeClock()
    pace = Pace(settings(min_interval_s=1.0), clock)
    pace.lane("a", public=False)
    pace.rest("a", 120.0)
    assert turns(pace, clock, 0.0, 0.0) == [120.0, 121.0]


def test_one_request_at_a_time_for_all_hosts_of_a_server() -> None:
    clock = FakeClock()
    pace = Pace(settings(min_interval_s=1.0), clock)
    pace.lane("a", public=False)
    at_work = most = 0

    async def one() -> None:
        nonlocal at_work, most
        async with pace.turn("a"):
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0)
            at_work -= 1

    async def work() -> None:
        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(work())
    assert most == 1
    assert clock.passed == pytest.approx(19.0)


def test_nothing_starts_outside_the_window() -> None:
    clock = FakeClock(datetime(2026, 11, 26, 21, 59, 59, tzinfo=UTC))  # 05:59:59 in China
    pace = Pace(settings(min_interval_s=2.0, window=["22:00", "06:00"]), clock)
    pace.lane("a")
    with pytest.raises(WindowClosed):
        turns(pace, clock, 0.0, 0.0)
    assert clock.passed == 2.0


NIGHT = (time(22), time(6))


@pytest.mark.parametrize(
    ("utc", "inside", "wait_h", "night"),
    [
        ("2026-11-26T13:59:59", False, 1 / 3600, "2026-11-26"),
        ("2026-11-26T14:00:00", True, 0, "2026-11-26"),
        ("2026-11-26T21:59:59", True, 0, "2026-11-26"),
        ("2026-11-26T22:00:00", False, 16, "2026-11-27"),
        ("2026-11-27T04:00:00", False, 10, "2026-11-27"),
    ],
)
def test_windows(utc: str, inside: bool, wait_h: float, night: str) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert in_window(now, NIGHT) is inside
    assert until_window(now, NIGHT) == pytest.approx(wait_h * 3600)
    assert str(night_of(now, NIGHT)) == night


def test_windows_of_the_day() -> None:
    noon = datetime(2026, 11, 26, 4, tzinfo=UTC)
    assert in_window(noon, (time(9), time(17))) and not in_window(NOW, (time(9), time(17)))
    assert in_window(noon, None)
    assert str(night_of(datetime(2026, 11, 26, 17, tzinfo=UTC), None)) == "2026-11-27"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("0", 0.0), ("Thu, 26 Nov 2026 15:02:00 GMT", 120.0), ("Thu, 26 Nov 2026 14:00:00 GMT", 0.0),
     ("soon", None), ("", None), ("-5", None), ("9" * 40, 999_999_999.0), ("²", None)],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


# robots.txt

DISALLOW = b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("status", "body", "standing", "allowed"),
    [
        (200, DISALLOW, "rules", False),
        (200, b"\xef\xbb\xbf" + DISALLOW, "rules", False),  # Protego alone would lose the first line
        (200, DISALLOW.decode().encode("utf-16"), "rules", False),
        (200, "# 禁止抓取\nUser-agent：*\nDisallow：/\n".encode("gb18030"), "rules", False),
        (200, b"User-agent: gongkai\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "rules", False),
        (200, b"User-agent: other\nDisallow: /\n", "rules", True),
        (200, b"<!DOCTYPE html><html><body>Disallow: /</body></html>", "none", True),
        (200, b"\xef\xbb\xbf\n <html>", "none", True),
        (200, b"", "none", True),
        (404, DISALLOW, "none", True),
        (410, b"", "none", True),
        (401, b"", "refused", False),
        (403, b"", "refused", False),
        (429, b"", "unreachable", False),
        (500, b"", "unreachable", False),
        (503, b"", "unreachable", False),
        (0, b"", "unreachable", False),
        (200, b"User-agent: *\n" + b"Allow: /x\n" * 60_000 + b"Disallow: /\n", "rules", True),  # behind 500 kB
        (200, b"User-agent: *\n" + b"#" * 511_974 + b"\nDisallow: /private/", "rules", True),  # cut within the last line it would be /
        (200, b"User-agent: gongkai/1.0\nDisallow: /\n", "rules", False),
        (200, b"User-agent: *\nDisallow: /\n\nUser-agent: GongKai (crawler)\nAllow: /\n", "rules", True),
        (200, DISALLOW.decode().encode("utf-16-le"), "rules", False),
        (200, b"<html><body><pre>" + DISALLOW + b"</pre></body></html>", "rules", False),  # a file that somebody keeps as a page
        (200, b"<html><p>User-agent: *<br>Disallow: /</p></html>", "rules", False),
        (407, b"", "refused", False),
        (451, b"", "refused", False),
        (408, b"", "unreachable", False),
    ],
)
def test_robots(status: int, body: bytes, standing: str, allowed: bool) -> None:
    rules = robots.read(status, body, AGENT)
    assert rules.standing == standing
    assert rules.allows("http://example.org/zwgk/") is allowed


def test_robots_rules_of_paths_and_delays() -> None:
    rules = robots.read(200, b"User-agent: *\nCrawl-delay: 10\nRequest-rate: 1/30\nDisallow: /private\nAllow: /private/open", AGENT)
    assert rules.delay_s == 30.0
    assert not rules.allows("http://example.org/private/x")
    assert rules.allows("http://example.org/private/open/x")
    assert robots.read(200, b"User-agent: *\nCrawl-delay: 1e9\n", AGENT).delay_s == robots.LONGEST_DELAY_S


# challenges


def _answer(status: str, body: str, **headers: str) -> tuple[bytes, bytes]:
    head = f"HTTP/1.1 {status}\r\n" + "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    return head.encode(), body.encode()


@pytest.mark.parametrize(
    ("answer", "product"),
    [
        (_answer("521 ", "<script>document.cookie='a';location.href='/'</script>", Set_Cookie="__jsluid_h=1"), "jiasule"),
        (_answer("412 Precondition Failed", "<meta content='x' r='m'><script>$_ts=1</script>"), "ruishu"),
        (_answer("412 Precondition Failed", "<html></html>"), "unknown"),
        (_answer("403 Forbidden", "<img src='//365cyd.com/x'>"), "chuangyu"),
        (_answer("200 OK", "<html><head><script>$_ts={}</script></head><body></body></html>"), "ruishu"),
        (_answer("403 Forbidden", "<h1>403 Forbidden</h1>"), ""),
        (_answer("200 OK", "<script>$_ts={}</script><meta name='SiteName' content='x'>正文"), ""),
        (_answer("200 OK", "<script>$_ts={}</script>" + "正文很长。" * 200), ""),
        (_answer("503 Busy", "try later"), ""),
        (_answer("200 OK", "<form>验证码<input></form>"), ""),
        (_answer("404 Not Found", "<script>$_ts=1</script>"), ""),
    ],
)
def test_challenges(answer: tuple[bytes, bytes], product: str) -> None:
    head, body = answer
    assert detect(head_of(head), head, body) == product


# settings

SITE = '[[site]]\nid = "a"\nurl = "http://a.cn/"\n'
REAL = 'user_agent = "mine/1.0 (+https://mine.cn; mailto:me@mine.cn)"\n'


def test_settings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(
        f'[crawl]\n{REAL}window = ["22:00", "06:00"]\nbudget_per_host = 100\nmin_interval_s = 3\n{SITE}'
        'name = "甲"\nregion = "220500"\nadapter = "trs"\nstatus = "confirmed"\n[[tls]]\nhost = "a.cn"\nrung = "seclevel1"\n',
        encoding="utf-8",
    )
    made = load(path)
    assert (made.window, made.budget_per_host, made.min_interval_s) == (NIGHT, 100, 3.0)
    assert (made.sites[0].adapter, made.sites[0].status, made.tls[0].rung) == ("trs", "confirmed", "seclevel1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "user_agent is missing"),
        (f"[crawl]\n{REAL}", "nothing to crawl"),
        (f'[crawl]\nuser_agent = "{AGENT}"\n{SITE}', "still the sample one"),
        (f'[crawl]\nuser_agent = "{AGENT}"\nallow_addresses = ["10.0.0.0/8"]\n{SITE}', "still the sample one"),
        (f'[crawl]\nuser_agent = "mine/1.0"\n{SITE}', "no contact"),
        (f'[crawl]\nuser_agent = "Mozilla/5.0 (me@mine.cn)"\n{SITE}', "pretends to be a browser"),
        (f"[crawl]\n{REAL}min_interval_s = 0.5\n{SITE}", "at least 1"),
        (f"[crawl]\n{REAL}min_interval_s = true\n{SITE}", "a number"),
        (f"[crawl]\n{REAL}budget_per_host = 0\n{SITE}", "from 1"),
        (f"[crawl]\n{REAL}{SITE}adapter = 'hanwebb'\n", "adapter 'hanwebb': one of auto, gkmlpt, hanweb"),
        (f"[crawl]\n{REAL}budget = 1\n{SITE}", "unknown 'budget'"),
        (f'[crawl]\n{REAL}window = ["22:00"]\n{SITE}', "two times"),
        (f'[crawl]\n{REAL}window = ["24:00", "06:00"]\n{SITE}', "two times"),
        (f'[crawl]\n{REAL}window = ["06:00", "06:00"]\n{SITE}', "same time"),
        (f'[crawl]\n{REAL}allow_addresses = ["127.0.0.1/8"]\n{SITE}', "host bits"),
        (f"[crawl]\n{REAL}{SITE}{SITE}", "already that of"),
        (f'[crawl]\n{REAL}{SITE}status = "maybe"\n', "one of confirmed"),
        (f"[crawl]\n{REAL}{SITE}region = 220500\n", "in quotes"),
        (f'[crawl]\n{REAL}{SITE}region = "2205"\n', "six digits"),
        (f'[crawl]\n{REAL}[[site]]\nid = "a"\nurl = "ftp://a.cn/"\n', "http://"),
        (f'[crawl]\n{REAL}[[site]]\nid = "a"\nurl = "http://u:p@a.cn/"\n', "name or password"),
        (f'[crawl]\n{REAL}[[site]]\nid = "a b"\nurl = "http://a.cn/"\n', "letters, digits"),
        (f'[crawl]\n{REAL}[[site]]\nid = "a"\nurl = "http://a.cn:x/"\n', "no address"),
        (f'[crawl]\n{REAL}{SITE}[[tls]]\nhost = "a.cn"\nrung = "none"\n', "one of default"),
        (f'[crawl]\n{REAL}{SITE}[[tls]]\nhost = "a.cn"\nbundle = "none.pem"\n', "no such file"),
        ("[crawl\n", "not TOML"),
        ("site = 1\n[crawl]\n" + REAL, "nothing to crawl"),
    ],
)
def test_mistakes_are_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        load(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSettings, match="UTF-8"):
        load(path)


def test_a_real_agent_needs_no_switch() -> None:
    made = settings_of({"crawl": {"user_agent": "mine/1 (me@mine.cn)"}, "site": [{"id": "a", "url": "http://a.cn/"}]})
    assert isinstance(made, Settings) and not made.is_sample_agent
