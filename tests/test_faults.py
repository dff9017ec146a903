"""Each of the 48 faults on one site of a small web: what the night makes of it, and that the other sites are as without it.
The faults are those of `docs/sample-web.md`; `faulty.py` runs the nights and compares the bystanders."""

from __future__ import annotations

import asyncio
import itertools
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from faulty import QUICK, Bench, Days, Trial, bench

from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.nightly import DATASET
from gongkai.samplesite.fault_contents import ID_NUMBER, PHONE
from gongkai.samplesite.web_faults import FAULTS, HOW_MANY
from gongkai.samplesite.web_view import Site
from gongkai.scraper.crawl import World, crawl
from gongkai.scraper.home import Locked, locked
from gongkai.scraper.records import records

Check = Callable[[Bench], None]
CHECKS: dict[int, Check] = {}
NAMES: dict[int, tuple[str, ...]] = {}


def fault(number: int, *names: str) -> Callable[[Check], Check]:
    """Registers the check of one number; `names` are the switches that it turns."""

    def register(check: Check) -> Check:
        CHECKS[number], NAMES[number] = check, names
        return check

    return register


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.mark.parametrize("number", range(1, HOW_MANY + 1))
def test_fault(web: Bench, number: int) -> None:
    CHECKS[number](web)


def test_every_fault_is_tested() -> None:
    assert sorted(CHECKS) == list(range(1, HOW_MANY + 1))
    for number, names in NAMES.items():
        assert set(names) == {name for name, one in FAULTS.items() if one.number == number}, number


def stands(web: Bench, trial: Trial, site: Site) -> None:
    """What was known of the site's reports is what is known."""
    assert trial.said(site) == web.base.said(site)
    assert not {"changed", "withdrawn", "new", "moved"} & set(trial.events(site))


def unverified(web: Bench, trial: Trial, site: Site) -> None:
    """Nothing could be checked; nothing is said to be otherwise."""
    stands(web, trial, site)
    assert trial.events(site) == {"unverified": len(web.editions(site))}


def unchanged(web: Bench, trial: Trial, site: Site) -> None:
    stands(web, trial, site)
    assert not trial.events(site)
    assert trial.doubts(site) == []


# Faults 1 to 14: answers


@fault(1, "not-found-once")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "not-found-once", {}))
    assert trial.outcomes(site) == {"missing": 1, "same": len(web.editions(site)) - 1}
    assert trial.events(site) == {"unverified": 1}
    stands(web, trial, site)
    again = web.night((site, "odd-status-line", {}), on=trial, days=2)  # nothing but a strange head: it is there again
    unchanged(web, again, site)
    assert set(again.outcomes(site)) == {"same"}


@fault(2, "withdrawn")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "withdrawn", {}), days=1)
    assert trial.outcomes(site)["missing"] == 1
    assert trial.events(site) == {"unverified": 1}
    trial = web.night((site, "withdrawn", {}), days=5, on=trial)
    assert trial.events(site) == {"unverified": 1}, "twice, over four days: not yet"
    trial = web.night((site, "withdrawn", {}), days=9, on=trial)
    assert trial.events(site) == {"withdrawn": 1}
    assert trial.said(site) == web.base.said(site), "the record of a withdrawn report stays"
    assert trial.night
    newest = max(web.base.said(site))
    states = {c["state"] for c in trial.night.built.coverage if c["year"] == newest and site.address in c["evidence"]}
    assert states == {"withdrawn"}
    trial = web.night((site, "odd-status-line", {}), days=12, on=trial)  # nothing but a strange head: it is listed again
    assert trial.events(site) == {"resurfaced": 1}, "asked at once, not a month later"


@fault(3, "soft-404")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "soft-404", {}))
    assert trial.outcomes(site) == {"missing": len(web.editions(site))}
    assert "soft 404" in trial.details(site, "missing")
    unverified(web, trial, site)


@fault(4, "missing-is-home", "article-is-home")
def _(web: Bench) -> None:
    lost, home = web.plain[1], web.plain[2]
    # one report is gone, and its path, like every missing one, answers with the home page
    trial = web.night((lost, "withdrawn", {}), (lost, "missing-is-home", {}), (home, "article-is-home", {}))
    assert trial.events(lost) == {"unverified": 1}
    assert set(trial.details(lost, "missing").split(" | ")) == {"soft 404: what this host answers where it has no page"}
    assert trial.outcomes(home) == {"missing": len(web.editions(home))}
    for site, canaries in ((lost, 1), (home, 2)):  # a path that cannot be there; where that is an honest 404, the home page
        assert sum("no_such_page" in one.target or one.target == "/" for one in trial.asked(site)) == canaries, "once a night"
    stands(web, trial, lost)
    unverified(web, trial, home)
    struck = (lost, "withdrawn", {}), (lost, "missing-is-home", {})
    trial = web.night(*struck, days=5, on=trial)
    assert trial.events(lost) == {"unverified": 1}
    trial = web.night(*struck, days=9, on=trial)
    assert trial.events(lost) == {"withdrawn": 1}, "as with an honest 404"


@fault(5, "redirect-home")
def _(web: Bench) -> None:
    site, other = web.plain[1], web.plain[2]
    trial = web.night((site, "redirect-home", {}), (other, "redirect-home", {"status": 301}))
    for one in (site, other):
        assert trial.outcomes(one) == {"missing": len(web.editions(one))}
        unverified(web, trial, one)


@fault(6, "redirect-loop", "self-redirect-cookie")
def _(web: Bench) -> None:
    loop, cookie, ever = web.plain[1:4]
    trial = web.night((loop, "redirect-loop", {}), (cookie, "self-redirect-cookie", {}), (ever, "self-redirect-cookie", {"ever": True}))
    assert Counter(one.target for one in trial.asked(loop)).most_common(1)[0][1] == 1, "each address once"
    unverified(web, trial, loop)
    assert trial.doubts(loop)
    unchanged(web, trial, cookie)
    assert max(Counter(one.target for one in trial.asked(ever)).values()) <= 4
    unverified(web, trial, ever)
    assert trial.doubts(ever)


@fault(7, "redirect-other-host", "redirect-disallowed", "redirect-private")
def _(web: Bench) -> None:
    other, private, closed = web.plain[1], web.plain[2], web.by_family["gkmlpt"]
    assert closed.robots == "partly"
    trial = web.night((other, "redirect-other-host", {}), (private, "redirect-private", {}), (closed, "redirect-disallowed", {}))
    for site in (other, private, closed):
        unverified(web, trial, site)
    assert not [one for one in trial.asked(closed) if one.target.startswith("/private/")]
    hosts = {r.uri.split("/")[2].split(":")[0] for path in trial.folder.glob("archive/warc/*/*/*/*") for r in records(path) if r.type == "request"}
    assert hosts <= {s.address for s in web.sites}, "nothing else was asked"
    refused = {uri for run, uri, *_ in trial.query("SELECT * FROM refused WHERE run=?", trial.run)}
    assert trial.outcomes(private)["refused"] + len(refused) + trial.outcomes(private)["missing"] >= len(web.editions(private)) - 1


@fault(8, "gbk-location")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "gbk-location", {}))
    assert trial.outcomes(site) == {"redirected": len(web.editions(site)), "new": len(web.editions(site))}
    assert all(one.status in (200, 301, 304, 404) for one in trial.asked(site))
    assert trial.said(site) == web.base.said(site)
    assert trial.events(site) == {"moved": len(web.editions(site))}


def challenged(web: Bench, trial: Trial, site: Site, product: str) -> None:
    assert len(trial.asked(site)) == 2, "robots.txt and one page; then the host is left alone"
    assert trial.details(site, "challenge") == product
    assert product in trial.parked(site)
    assert {v.outcome for v in trial.visits(site).values()} == {"challenge", "not_asked"}
    unverified(web, trial, site)
    assert trial.doubts(site) == ["unreachable"]
    assert [r for r in trial.records(site) if r.type == "response" and "/robots.txt" not in r.uri], "the challenge itself is kept"


@fault(9, "jsl-521")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "jsl-521", {}))
    challenged(web, trial, site, "jiasule")


@fault(10, "ruishu-412")
def _(web: Bench) -> None:
    site, other = web.plain[1], web.plain[2]
    trial = web.night((site, "ruishu-412", {}), (other, "ruishu-412", {"status": 202}))
    challenged(web, trial, site, "ruishu")
    challenged(web, trial, other, "ruishu")


@fault(11, "ruishu-content")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "ruishu-content", {}))
    assert trial.outcomes(site) == {"changed": len(web.editions(site))}
    unchanged(web, trial, site)


@fault(12, "waf-403", "forbidden")
def _(web: Bench) -> None:
    shield, plain = web.plain[1], web.plain[2]
    trial = web.night((shield, "waf-403", {}), (plain, "forbidden", {}))
    challenged(web, trial, shield, "chuangyu")
    assert set(Counter(one.target for one in trial.asked(plain)).values()) == {1}, "never asked twice"
    assert trial.outcomes(plain) == {"forbidden": len(web.editions(plain))}
    unverified(web, trial, plain)


@fault(13, "retry-after-seconds", "retry-after-date", "retry-after-day")
def _(web: Bench) -> None:
    seconds, date, day = web.plain[1:4]
    struck = (seconds, "retry-after-seconds", {"seconds": 1}), (date, "retry-after-date", {"seconds": 2}), (day, "retry-after-day", {})
    trial = web.night(*struck, days=0, fresh=True)  # by the computer's own clock, as the server's dates are
    for site, least in ((seconds, 1.0), (date, 0.9)):
        [busy] = [at for at, one in enumerate(trial.asked(site)) if one.status == 429]
        assert trial.asked(site)[busy + 1].clock - trial.asked(site)[busy].clock >= least
        assert trial.outcomes(site) == {"new": len(web.editions(site))}
    assert len(trial.asked(day)) == 2
    assert trial.parked(day) == "retry-after"
    assert {v.outcome for v in trial.visits(day).values()} == {"failed"}


@fault(14, "busy-burst")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "busy-burst", {"path": "/zwgk/gknb/20"}))
    assert [one.status for one in trial.asked(site)].count(503) == 3
    assert sum(v.tries for v in trial.visits(site).values()) == 3
    unchanged(web, trial, site)
    trial = web.night((site, "busy-burst", {"path": "/zwgk/gknb/20"}), min_interval_s=0.02)
    times = [one.clock for one in trial.asked(site) if one.target != "/robots.txt"]
    last = max(at for at, one in enumerate(trial.asked(site)) if one.status == 503)
    assert min(b - a for a, b in itertools.pairwise(times[last:])) >= 8 * 0.02 - 0.002, "and asked more slowly for the rest of the night"


# Faults 15 to 20: the wire


@fault(15, "slow-loris", "hang-after-headers", "hang-before")
def _(web: Bench) -> None:
    loris, headers, before = web.plain[1:4]
    struck = (loris, "slow-loris", {"pause": 0.1}), (headers, "hang-after-headers", {}), (before, "hang-before", {})
    trial = web.night(*struck, read_s=0.5, total_s=0.7, retries=0)
    assert "total_timeout" in trial.details(loris, "failed")
    assert "read_timeout" in trial.details(headers, "failed")
    assert "read_timeout" in trial.details(before, "failed")
    for site in (loris, headers, before):
        assert trial.outcomes(site)["failed"] == 3, "then the host counts as down"
        assert "host down" in trial.parked(site)
        unverified(web, trial, site)
    assert {r.fields().get("failure") for r in trial.records(before) if r.type == "metadata"} >= {"read_timeout"}


@fault(16, "refused", "dns-failure", "ipv6-only")
def _(web: Bench) -> None:
    refused, nameless, six = web.plain[1:4]
    urls = {s.key: web.server.column(s, named=True) for s in (nameless, six)}
    struck = [(refused, "refused", {}), (nameless, "dns-failure", {})]
    if _has_ipv6():
        struck.append((six, "ipv6-only", {}))
    trial = web.night(*struck, fresh=True, days=0, urls=urls, named=True, retries=1)
    assert trial.asked(refused) == trial.asked(nameless) == trial.asked(six) == []
    assert {v.outcome for v in trial.visits(refused).values()} == {"not_asked"}
    assert "host down" in trial.parked(refused)
    assert {(v.outcome, v.detail.split(":")[0]) for v in trial.visits(nameless).values()} == {("failed", "dns")}
    if _has_ipv6():
        assert {v.outcome for v in trial.visits(six).values()} == {"refused"}, "::1 is nobody's public address"
        trial = web.night((six, "ipv6-only", {}), fresh=True, days=0, urls=urls, named=True, allow_addresses=["127.0.0.0/8", "::1/128"])
        assert trial.outcomes(six) == {"new": len(web.editions(six))}


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@fault(17, "short-body", "reset-mid-body", "cut-chunk")
def _(web: Bench) -> None:
    sites = web.plain[1:4]
    names = ("short-body", "reset-mid-body", "cut-chunk")
    trial = web.night(*((site, name, {}) for site, name in zip(sites, names, strict=True)))
    for site in sites:
        failed = [v for v in trial.visits(site, "page").values() if v.outcome == "failed"]
        assert len(failed) == 3
        assert all("disconnect" in v.detail and v.tries == 3 for v in failed)
        unverified(web, trial, site)
        kept = [r for r in trial.records(site) if r.type == "response" and r.headers.get("warc-truncated") == "disconnect"]
        assert len(kept) >= 12, "what came is kept, each time"


@fault(18, "gzip-bomb", "huge-file")
def _(web: Bench) -> None:
    bomb, huge, endless = web.plain[1:4]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    struck = (bomb, "gzip-bomb", {"size": 60_000_000}), (huge, "huge-file", {"size": 40_000_000}), (endless, "huge-file", {"size": 40_000_000, "length": False})
    trial = web.night(*struck)
    for site in (bomb, huge, endless):
        assert trial.outcomes(site) == {"too_large": len(web.editions(site))}
        assert {v.tries for v in trial.visits(site).values()} == {0}
        unverified(web, trial, site)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200_000_000


@fault(19, "gzip-label-on-plain", "gzip-without-label")
def _(web: Bench) -> None:
    label, bare = web.plain[1:3]
    trial = web.night((label, "gzip-label-on-plain", {}), (bare, "gzip-without-label", {}))
    for site in (label, bare):
        assert trial.outcomes(site) == {"same": len(web.editions(site))}
        unchanged(web, trial, site)
    assert "encoded otherwise" in trial.details(label, "same")


@fault(20, "illegal-header", "conflicting-length", "http-0.9", "empty-reply", "odd-status-line")
def _(web: Bench) -> None:
    header, length, old, empty, odd, twice = web.plain[1:7]
    struck = (
        (header, "illegal-header", {}), (length, "conflicting-length", {}), (old, "http-0.9", {}), (empty, "empty-reply", {}),
        (odd, "odd-status-line", {}), (twice, "conflicting-length", {"equal": True}),
    )  # fmt: skip
    trial = web.night(*struck)
    for site in (header, length, old):
        assert "protocol" in trial.details(site, "failed")
        unverified(web, trial, site)
        assert [r for r in trial.records(site) if r.type == "response" and "/zwgk/gknb/20" in r.uri], "the bytes are kept"
    assert "no_answer" in trial.details(empty, "failed")
    unverified(web, trial, empty)
    unchanged(web, trial, odd)
    unchanged(web, trial, twice)


# Faults 21 to 25: characters, TLS, robots.txt


@fault(21, "charset-three-ways", "charset-gb2312-rare", "charset-none", "charset-utf8-as-gbk", "charset-bom", "charset-twice", "charset-mixed")
def _(web: Bench) -> None:
    for names in (NAMES[21][:4], NAMES[21][4:]):
        pairs = list(zip(web.plain[1:], names, strict=False))
        trial = web.night(*((site, name, {}) for site, name in pairs))
        for site, name in pairs:
            assert set(trial.outcomes(site)) <= {"changed", "same"}, name
            assert set(trial.events(site)) <= {"reformatted"}, name
            stands(web, trial, site)


@fault(22, "short-gbk-title")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "short-gbk-title", {}))
    unverified(web, trial, site)


TLS = ("tls-1.0", "tls-dh-1024", "tls-rsa-kx", "tls-expired", "tls-wrong-host", "tls-self-signed", "tls-missing-intermediate", "tls-untrusted")


@fault(23, *TLS)
def _(web: Bench) -> None:
    for names in (TLS[:4], TLS[4:]):
        pairs = list(zip(web.plain[1:], names, strict=False))
        urls = {s.key: f"https://{s.address}:{web.server.secure(s.host, name)}/zwgk/gknb/" for s, name in pairs}
        trial = web.night(*((site, name, {}) for site, name in pairs), fresh=True, urls=urls, retries=0)
        for site, name in pairs:
            assert trial.asked(site) == [], "nothing is asked over a line that is not to be trusted"
            [visit] = trial.visits(site).values()
            assert visit.outcome in ("failed", "not_asked")
            assert "tls" in visit.detail, (name, visit)
            assert "host down" in trial.parked(site)
            assert trial.doubts(site) == ["unreachable"]
    # what an operator allows for one host: an old key exchange, with a certificate that can be verified
    site, rung = web.plain[1], {"rung": "legacy", "bundle": str(web.server.ca_file)}
    urls = {site.key: f"https://{site.address}:{web.server.secure(site.host, 'tls-rsa-kx')}/zwgk/gknb/"}
    trial = web.night((site, "tls-rsa-kx", {}), fresh=True, days=0, urls=urls, tls=[{"host": site.address, **rung}])
    assert trial.outcomes(site) == {"new": len(web.editions(site))}
    assert all("legacy" in m.get("tls", "") for m in trial.metadata(site) if m.get("outcome") == "new")


CLOSED = ("robots-disallow-all", "robots-bom", "robots-403", "robots-401", "robots-500", "robots-redirect-loop", "robots-full-width-colon")


@fault(
    24, *CLOSED, "robots-html", "robots-crawl-delay", "robots-request-rate", "robots-visit-time", "robots-large", "robots-redirect",
    "robots-no-agent",
)  # fmt: skip
def _(web: Bench) -> None:
    pairs = list(zip([*web.plain[1:], web.by_family["trs-zero"]], CLOSED, strict=True))
    trial = web.night(*((site, name, {}) for site, name in pairs))
    for site, name in pairs:
        assert {one.target for one in trial.asked(site)} == {"/robots.txt"}, name
        assert {v.outcome for v in trial.visits(site).values()} <= {"robots", "not_asked", "not_listed"}
        unverified(web, trial, site)
        assert trial.doubts(site) == ["unreachable"]
    names = ("robots-html", "robots-large", "robots-redirect", "robots-no-agent", "robots-visit-time")
    pairs = list(zip(web.plain[1:], names, strict=False))
    trial = web.night(*((site, name, {}) for site, name in pairs))
    for site, name in pairs:
        assert trial.outcomes(site)["same"] == len(web.editions(site)), name
        assert not [one for one in trial.asked(site) if one.target.startswith(("/private/", "/manage/"))], name
        unchanged(web, trial, site)
    slow, rate = web.plain[1:3]
    trial = web.night((slow, "robots-crawl-delay", {"seconds": 0.4}), (rate, "robots-request-rate", {}), build=False, most_hours=0.004)
    for site, seconds in ((slow, 0.4), (rate, 5.0)):
        times = [one.clock for one in trial.asked(site)]
        assert len(times) > 2
        assert min(b - a for a, b in itertools.pairwise(times)) >= seconds - 0.002


@fault(25, "robots-changes")
def _(web: Bench) -> None:
    site = web.unasked
    first = web.night((site, "robots-changes", {"after": 4}), fresh=True, days=0)
    assert first.outcomes(site) == {"new": len(web.editions(site))}, "one robots.txt stands for one night"
    trial = web.night((site, "robots-changes", {"after": 4}), on=first, days=1)
    assert {one.target for one in trial.asked(site)} == {"/robots.txt"}
    assert trial.events(site) == {"unverified": len(web.editions(site))}
    assert trial.said(site) == first.said(site) != {}


# Faults 26 to 32: lists


@fault(26, "pages-zero-based", "pages-one-based", "pages-in-comment", "pages-declared-long", "pages-stub")
def _(web: Bench) -> None:
    zero, comment, one = (web.by_family[name] for name in ("trs-zero", "trs-comment", "trs-one"))
    trial = web.night((zero, "pages-zero-based", {}), (one, "pages-one-based", {}), (comment, "pages-in-comment", {}))
    for site in (zero, one, comment):
        unchanged(web, trial, site)
        assert trial.listing(site)[:3] == web.base.listing(site)[:3]
    trial = web.night((zero, "pages-declared-long", {}), (one, "pages-stub", {}))
    for site in (zero, one):
        stands(web, trial, site)
        assert trial.listing(site)[1:3] == web.base.listing(site)[1:3], "all items once"
        assert "list_incomplete" in trial.listing(site)[3]
        assert trial.doubts(site) == ["pager_cut"]


@fault(27, "dataproxy-overlap", "dataproxy-total-changes", "dataproxy-startrecord-ignored")
def _(web: Bench) -> None:
    site = web.by_family["hanweb"]
    for name in NAMES[27]:
        trial = web.night((site, name, {}))
        stands(web, trial, site)
        assert len(trial.asked(site)) < 40
        if name == "dataproxy-overlap":
            assert trial.listing(site) == web.base.listing(site)
        elif trial.listing(site)[1] < web.base.listing(site)[1]:
            assert trial.listing(site)[3] != "[]", "what could not be read is said"


@fault(28, "jpaas-same-page")
def _(web: Bench) -> None:
    site = web.by_family["jpaas"]
    trial = web.night((site, "jpaas-same-page", {}))
    assert "paging_ignored" in trial.listing(site)[3]
    assert len([one for one in trial.asked(site) if "pageNo" in one.target]) <= 2
    assert trial.doubts(site)
    stands(web, trial, site)


@fault(29, "list-grows-while-read")
def _(web: Bench) -> None:
    sites = [web.by_family[name] for name in ("trs-zero", "jpaas", "vsb")]  # the last one counts its pages down
    trial = web.night(*((one, "list-grows-while-read", {}) for one in sites))
    for one in sites:
        assert trial.listing(one)[2] == web.base.listing(one)[2], "no report is lost"
        stands(web, trial, one)


@fault(30, "service-html-error", "service-null-results")
def _(web: Bench) -> None:
    json, other = web.by_family["ucap-json"], web.by_family["gkmlpt"]
    trial = web.night((json, "service-null-results", {}), (other, "service-html-error", {}))
    for site in (json, other):
        assert trial.listing(site)[3] != "[]", "an error is no empty list"
        assert trial.doubts(site)
        stands(web, trial, site)
        assert trial.outcomes(site)["same"] == len(web.editions(site)), "known reports are asked for all the same"


@fault(31, "list-empty")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "list-empty", {}))
    assert trial.doubts(site) == ["gives_nothing"]
    stands(web, trial, site)
    assert not trial.events(site)
    assert trial.night
    mine = [c for c in trial.night.built.coverage if site.address in c["evidence"]]
    assert mine
    assert not [c for c in mine if c["state"] in ("looked_and_absent", "withdrawn", "late")]


@fault(32, "index-for-article")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "index-for-article", {}))
    assert trial.events(site)["unverified"] >= len(web.editions(site)) - 1
    stands(web, trial, site)
    # asked once more, each time more slowly, until the server is no longer in haste
    trial = web.night((site, "index-for-article", {"within": 0.15}), min_interval_s=0.1, retry_wait_s=0.3)
    unchanged(web, trial, site)
    assert set(trial.outcomes(site)) == {"same"}
    assert sum(v.tries for v in trial.visits(site, "page").values()) >= 1


# Faults 33 to 40: contents


@fault(33, "restless-page")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "restless-page", {}))
    assert trial.outcomes(site) == {"changed": len(web.editions(site))}
    trial = web.night((site, "restless-page", {}), on=trial, days=2)
    assert not trial.events(site)


@fault(34, "cell-corrected")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "cell-corrected", {}))
    assert trial.events(site) == {"changed": 1}
    told = trial.told(site)
    assert all(e["table"] and e["row"] and e["column"] and e["before"] != e["after"] for e in told)
    newest = max(web.base.said(site))
    assert {year for year, said in trial.said(site).items() if said != web.base.said(site)[year]} == {newest}


@fault(35, "attachment-replaced")
def _(web: Bench) -> None:
    none, lie, true = web.plain[1:4]
    struck = (none, "attachment-replaced", {"validators": "none"}), (true, "attachment-replaced", {"validators": "true"}), (lie, "attachment-replaced", {"validators": "lie"})
    trial = web.night(*struck)
    for site in (none, true):
        assert "attachment_changed" in trial.events(site), "found the first night"
    assert "attachment_changed" not in trial.events(lie), "a server that says 304 is believed"
    trial = web.night(*struck, days=33, on=trial)
    assert "attachment_changed" in trial.events(lie), "for a month"
    assert trial.said(lie) == web.base.said(lie)


@fault(36, "two-addresses", "moved-address")
def _(web: Bench) -> None:
    twice, moved = web.plain[1:3]
    trial = web.night((twice, "two-addresses", {}), (moved, "moved-address", {}))
    assert trial.said(twice) == web.base.said(twice)
    assert len(trial.reports(twice)) == len(web.editions(twice)), "one record for both addresses"
    assert "new" not in trial.events(twice)
    assert trial.events(moved) == {"moved": 1}
    assert trial.said(moved) == web.base.said(moved)


PAGES = ("pdf-named-html", "doc-as-html")
FILES = (
    "empty-pdf", "login-as-pdf", "file-as-html", "zip-attachment", "ofd-attachment", "wps-attachment", "disposition-tricks",
    "disposition-gbk", "scanned-pdf",
)  # fmt: skip


@fault(37, *PAGES, *FILES)
def _(web: Bench) -> None:
    for names in ((*PAGES, *FILES[:4]), FILES[4:]):
        pairs = list(zip(web.plain[1:], names, strict=False))
        trial = web.night(*((site, name, {}) for site, name in pairs))
        for site, name in pairs:
            stands(web, trial, site)
            if name in PAGES:
                assert trial.events(site) == {"unverified": len(web.editions(site))}, name
            assert trial.visits(site, "attachment")
    outside = [p for p in trial.folder.rglob("*") if p.is_file() and p.name in ("job", "passwd", "CON", "-rf", "report.pdf")]
    assert not outside, "no file is named as a server wants"


@fault(38, "other-bodys-report", "last-years-report")
def _(web: Bench) -> None:
    other, last = web.plain[1:3]
    trial = web.night((other, "other-bodys-report", {}), (last, "last-years-report", {}))
    for site, what in ((other, "agency: "), (last, "year: ")):
        newest = max(web.base.said(site))
        assert set(trial.events(site)) <= {"changed", "unverified"}
        assert trial.told(site)[0]["detail"].startswith(what), "not taken for this body's report of this year without a word"
        assert trial.night
        mine = [c for c in trial.night.built.coverage if c["year"] == newest and site.address in c["evidence"]]
        assert "have" in {c["state"] for c in mine}, "the year that was held is held"


@fault(39, "js-shell", "meta-refresh", "iframe-list", "base-href", "dotted-paths")
def _(web: Bench) -> None:
    pairs = list(zip(web.plain[1:], NAMES[39], strict=False))
    trial = web.night(*((site, name, {}) for site, name in pairs))
    for site, name in pairs:
        assert trial.listing(site)[1:] == web.base.listing(site)[1:], name
        unchanged(web, trial, site)
    site = web.plain[1]
    trial = web.night((site, "js-shell", {"hops": 9}))
    assert len(trial.asked(site)) < 12 + len(web.editions(site))
    assert trial.doubts(site)
    stands(web, trial, site)


@fault(40, "endless-paging", "endless-junk")
def _(web: Bench) -> None:
    same, junk = web.plain[1:3]
    trial = web.night((same, "endless-paging", {}), (junk, "endless-junk", {}))
    for site in (same, junk):
        assert len([one for one in trial.asked(site) if "page=" in one.target]) <= QUICK["list_pages"]
        stands(web, trial, site)
    assert len([one for one in trial.asked(same) if "page=" in one.target]) <= 3, "nothing new: no further"
    assert trial.listing(junk)[3] != "[]"


# Faults 41 to 45: the machine


@fault(41, "stops-at-each-step")
def _(web: Bench) -> None:
    """Killed before the head, after it and in the middle of a body; `test_nightly_killed.py` does it at random."""
    site, folder = web.plain[1], web.folder / "killed"
    sites = [site, web.plain[0]]
    folder.mkdir()
    toml = folder / "sites.toml"
    told = "".join(f'{k} = {str(v).lower() if isinstance(v, bool) else v!r}\n' for k, v in QUICK.items()).replace("'", '"')
    toml.write_text(f"[crawl]\n{told}" + "".join(f'[[site]]\nid = "{s.key}"\nurl = "{web.server.column(s)}"\n' for s in sites), encoding="utf-8")
    home = folder / "home"
    command = [sys.executable, "-m", "gongkai.output.cli", "crawl", str(toml), "--home", str(home), "--night", "20261126"]
    web.server.fault(site.host, "stops-at-each-step", pause=0.15)
    web.server.log.clear()
    try:
        for after in (2, 4, 6):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 30
            while len(web.server.log.all(site.host)) < after and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.1)
            process.kill()
            process.wait()
    finally:
        web.server.heal(site.host)
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    found = Counter(r.uri for path in home.glob("archive/warc/*/*/*/*") for r in records(path) if r.type in ("response", "revisit"))
    assert set(found.values()) == {1}
    assert len(found) == sum(len(web.base.visits(s)) + 1 for s in sites)


@fault(42, "fat-pages")
def _(web: Bench) -> None:
    site = web.plain[1]
    patch = pytest.MonkeyPatch()
    from gongkai.scraper import archive

    real, written = archive.os.fsync, [0]

    def full(descriptor: int) -> None:
        written[0] += 1
        if written[0] == 5:
            raise OSError(28, "No space left on device")
        real(descriptor)

    web.server.fault(site.host, "fat-pages", size=300_000)
    try:
        folder = web.folder / "full"
        shutil.copytree(web.base.folder, folder)
        patch.setattr(archive.os, "fsync", full)
        stopped = asyncio.run(crawl(web.settings([site], {}, []), folder, "gongkai/test", night="20990101", world=World(clock=Days(1))))
        patch.undo()
        assert stopped.ended.startswith("no space")
        done = asyncio.run(crawl(web.settings([site], {}, []), folder, "gongkai/test", night="20990101", world=World(clock=Days(1))))
        assert done.ended == "done"
    finally:
        patch.undo()
        web.server.heal(site.host)
    assert done.outcomes["changed"] == len(web.editions(site))


@fault(43, "clock-jump")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "clock-jump", {}))
    unchanged(web, trial, site)
    assert all(abs(r["last_checked"] - Days(1).now()) < timedelta(minutes=5) for r in trial.reports(site)), "our clock, not theirs"


@fault(44, "lingering")
def _(web: Bench) -> None:
    site = web.plain[1]

    def second() -> None:
        """Another process holds the home: this one does not start."""
        folder = web.folder / "shared"
        folder.mkdir()
        with locked(folder), pytest.raises(Locked):
            asyncio.run(crawl(web.settings([site], {}, []), folder, "gongkai/test", night="20990101"))

    trial = web.night((site, "lingering", {"seconds": 0.05}), before=second)
    assert max(one.together for one in trial.asked(site)) == 1
    unchanged(web, trial, site)


@fault(45, "slow-host")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "slow-host", {"seconds": 0.15}))
    unchanged(web, trial, site)
    times = [one.clock for one in trial.asked(site)]
    times = times[1:]  # robots.txt comes at once
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.15 * 6 - 0.01, "five times as long as an answer takes, after it"
    others = [one.clock for one in trial.log if one.host != site.host]
    assert max(others) < times[len(times) // 2], "nobody waits for a slow host"


# Faults 46 to 48


@fault(46, "cookies-120k", "links-100k", "one-line-50m", "nested-100k")
def _(web: Bench) -> None:
    cookies, links, line, nested = web.plain[1:5]
    struck = (cookies, "cookies-120k", {}), (links, "links-100k", {"count": 30_000}), (line, "one-line-50m", {}), (nested, "nested-100k", {})
    trial = web.night(*struck)
    for site in (cookies, links, line, nested):
        stands(web, trial, site)
    assert {v.outcome for v in trial.visits(line, "page").values()} == {"too_large"}
    assert {v.outcome for v in trial.visits(cookies, "list").values()} <= {"too_large", "same", "failed"}
    assert set(trial.outcomes(nested)) == {"changed"}


@fault(47, "cookie-wall")
def _(web: Bench) -> None:
    site, quiet = web.plain[1:3]
    trial = web.night((site, "cookie-wall", {}), (quiet, "cookie-wall", {"quiet": True}))
    unchanged(web, trial, site)
    assert trial.listing(site) == web.base.listing(site)
    assert trial.doubts(quiet) == ["gives_nothing"], "named, not taken for a list without reports"
    stands(web, trial, quiet)


@fault(48, "personal-data")
def _(web: Bench) -> None:
    site = web.plain[1]
    trial = web.night((site, "personal-data", {}))
    folder = trial.folder / DATASET
    dataset = open_dataset(str(folder))
    for name in ("reports", "cells", "findings", "changes", "coverage", "sections"):
        try:
            text = str(read_table(dataset, name).to_pylist())
        except (OSError, KeyError, ValueError):
            continue
        assert PHONE not in text, name
        assert ID_NUMBER not in text, name
    assert trial.outcomes(site) == {"changed": len(web.editions(site))}
