"""From a home page to the column of annual reports: scored candidates with the evidence for each.

Evidence is the page's own words: meta tags, link texts, the links that stand beside. Addresses are weak hints. A person
confirms what is found; nothing here decides that a column is the right one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from gongkai.scraper.decoding import decode
from gongkai.scraper.dialects import is_article, is_file, names_annual_reports
from gongkai.scraper.markup import Anchor, same_host, same_page
from gongkai.scraper.report_links import fold, is_report_link
from gongkai.scraper.sites import read_listing
from gongkai.scraper.sites.entries import Reading
from gongkai.scraper.sites.listing import Link, Listing, Page
from gongkai.scraper.sites.shells import shell_target

MOST_HOPS = 3
"""Home page → information hub → platform → column: no site puts it deeper."""
MOST_FETCHED = 12
"""Pages that one discovery asks for; a person waits, and the site is asked at its own pace."""
ENOUGH = 2
"""Titles of reports that make a list of reports, by the sites seen: one may be a link in the news."""
ENOUGH_SIBLINGS = 3
"""Of the five parts of the standard platform; two stand together on many pages that are no platform."""

# The parts of the platform that the State Council's office prescribed in 2019, as sites name them.
SIBLINGS = (
    re.compile(r"(?:信息|政务)公开(?:工作)?指南"),
    re.compile(r"(?:信息|政务)公开(?:工作)?(?:制度|规定|条例|法规)"),
    re.compile(r"法定主动公开(?:内容)?|主动公开(?:内容|目录|信息)|公开目录|基层政务公开|信息公开内容"),
    re.compile(r"依申请公开"),
    re.compile(r"(?:信息公开|公开)(?:工作)?(?:年度?报告?|年报)|年度?报告|年报"),
)
_COLUMN_TEXT = re.compile(
    r"^(?:本级|本机关|本单位|历年|[\u4e00-\u9fff]{0,14}?)?(?:政府|政务)?(?:信息|政务)?(?:年度)?公开(?:工作)?(?:年度?(?:工作)?(?:报告|情况)?|年报)(?:专栏|栏目|查询|汇总|\(.{1,10}\))?$|信息年度公开"
)
_LOOSE_TEXT = re.compile(r"^(?:工作)?(?:年度?报告|年报)(?:专栏|公开)?$|信息公开.{0,6}(?:年度?报告|年报)|(?:年度?报告|年报).{0,6}信息公开")
_HUB_TEXT = re.compile(r"^(?:[\u4e00-\u9fff]{0,12})(?:政府信息公开(?:平台|专栏|专题|网|目录)?|政务公开(?:平台|专栏|网)?|信息公开(?:平台|专栏|网|目录)?|法定主动公开内容|公开平台|基层政务公开|政务五公开|公开)$")
_MAP_TEXT = re.compile(r"^(?:网站|站点)(?:地图|导航)$|^site\s*map$", re.I)
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<>\s\]]{1,500})", re.I)
MOST_MAPS, MOST_MAPPED = 2, 4
"""Site maps that are opened where nothing else was found, and addresses in them that are looked at."""
_CONFUSED = re.compile(r"网站|法治|依法行政|公积金|企业|事业单位|决算|预算|要点|解读|图解|统计|信用|财政|普法|环境|质量|社会责任|审计")


class Candidate(NamedTuple):
    """A page that may be the column of annual reports."""

    url: str
    name: str  # what links or the page itself call it
    score: int
    evidence: tuple[str, ...]
    kind: str  # column | hub: a hub is worth a look because the column may stand behind it
    found_on: str = ""
    listing: Listing | None = None  # what stands on it, once it was fetched


class Discovery(NamedTuple):
    """What a search found, best first; `asked` are the addresses that were fetched, in order."""

    start: str
    candidates: tuple[Candidate, ...]
    asked: tuple[str, ...]
    failed: tuple[tuple[str, str], ...] = ()  # addresses that could not be fetched, with the reason
    site_name: str = ""  # as the meta tags say, where they are of this site
    region: str = ""  # the first six digits of SiteIDCode; empty for ministries and where it is missing or copied


# What each kind of evidence is worth. Text is what people read and keep right; addresses are inherited and copied.
META, TEXT, LOOSE, SIBLING, LISTED, SLUG, HUB, MAP = 40, 30, 15, 15, 25, 5, 10, 1


def candidates_on(page: Page) -> tuple[Candidate, ...]:
    """The candidates that a page's bytes name, best first, the page itself among them."""
    reading = Reading(decode(page.body), page.url)
    siblings = _siblings(reading)
    found: dict[str, Candidate] = {}
    if (itself := _itself(page, reading)) is not None:
        found[same_page(page.url)] = itself
    for anchor in reading.anchors:
        candidate = _linked(anchor, reading, siblings)
        if candidate is None:
            continue
        key = same_page(candidate.url)
        if key not in found or found[key].score < candidate.score:
            found[key] = candidate
    return tuple(sorted(found.values(), key=lambda candidate: -candidate.score))


def _siblings(reading: Reading) -> dict[int, set[int]]:
    """By list of the page: which of the five parts of the standard platform are linked in it.

    Parts often stand each in a list of its own, one link long: the whole page (key 0) counts too, a little less.
    """
    found: dict[int, set[int]] = {0: set()}
    for anchor in reading.anchors:
        text = fold(anchor.link.title)
        if len(text) > 24:
            continue
        for number, pattern in enumerate(SIBLINGS):
            if pattern.search(text):
                found.setdefault(anchor.container, set()).add(number)
                found[0].add(number)
    return found


def _linked(anchor: Anchor, reading: Reading, siblings: dict[int, set[int]]) -> Candidate | None:
    url, text = anchor.link.url, fold(anchor.link.title)
    if is_file(url) or is_article(url) or not 1 < len(text) <= 30 or same_page(url) == same_page(reading.url):
        return None
    if _CONFUSED.search(text) and not re.search("信息公开|政务公开", text) and not _MAP_TEXT.search(text):
        return None
    if is_report_link(anchor.link.title, url).kind == "report":
        return None  # one report, not a list of them
    evidence: list[str] = []
    score = 0
    if _COLUMN_TEXT.search(text):
        score += TEXT
        evidence.append(f"link text “{anchor.link.title}”")
    elif _LOOSE_TEXT.search(text):
        score += LOOSE
        evidence.append(f"link text “{anchor.link.title}” (loose)")
    kind = "column" if score else "hub"
    if not score and _HUB_TEXT.search(text):
        score += HUB
        evidence.append(f"link text “{anchor.link.title}” names a hub")
    if not score and _MAP_TEXT.search(text):
        score += MAP
        evidence.append("the site's own map")
    if not score:
        return None
    if kind == "column":
        beside = siblings.get(anchor.container, set())
        if len(beside) >= ENOUGH_SIBLINGS:
            score += SIBLING
            evidence.append(f"{len(beside)} of the 5 parts of the platform beside it")
        elif len(siblings[0]) >= ENOUGH_SIBLINGS:
            score += SIBLING // 2
            evidence.append(f"{len(siblings[0])} of the 5 parts of the platform on the page")
    if names_annual_reports(url):
        score += SLUG
        evidence.append(f"address {urlsplit(url).path[-40:]} (weak)")
    if not same_host(url, reading.url):
        score -= SLUG
        evidence.append("on another host")
    return Candidate(url, anchor.link.title, score, tuple(evidence), kind, reading.url)


def _itself(page: Page, reading: Reading) -> Candidate | None:
    """The page that was fetched, if its own words or its list make it a candidate."""
    listing = read_listing(page)
    evidence: list[str] = []
    score = 0
    for name in ("columntype", "columnname"):
        said = fold(reading.metas.get(name, ""))
        if _COLUMN_TEXT.search(said) or _LOOSE_TEXT.search(said):
            score += META if not score else LOOSE
            evidence.append(f"meta {'ColumnType' if name == 'columntype' else 'ColumnName'} “{said[:40]}”")
    reports = [link for link in listing.links if is_report_link(link.title, link.url).kind == "report"]
    if len(reports) >= ENOUGH:
        score += LISTED
        evidence.append(f"{len(reports)} of {len(listing.links)} entries are titled like reports, e.g. “{reports[0].title[:40]}”")
    elif len(listing.columns) >= ENOUGH and score:
        score += SIBLING
        evidence.append(f"{len(listing.columns)} further columns, e.g. “{listing.columns[0].title[:20]}”")
    elif listing.state in ("js_list", "shell") and score:
        evidence.append(f"its list is not in the page ({listing.state}: {listing.evidence})")
    if not score:
        return None
    if names_annual_reports(page.url):
        score += SLUG
        evidence.append(f"address {urlsplit(page.url).path[-40:]} (weak)")
    name = reading.metas.get("columnname") or reading.name
    return Candidate(page.url, name[:60], score, tuple(evidence), "column", page.url, listing)


def discover(
    start: str, fetch: Callable[[str], Page], *, most: int = MOST_FETCHED, maps: Callable[[str], Sequence[str]] = lambda url: ()
) -> Discovery:
    """Follow the best candidates from a page, two or three hops deep; where there are none, the maps of the site.

    `fetch` gives the page of an address; an `OSError` or `ValueError` of it is a page that could not be fetched. `maps`
    gives the site maps that robots.txt names; it is asked last.
    """
    best: dict[str, Candidate] = {}
    waiting: list[tuple[int, int, str]] = [(0, 0, start)]  # hops, minus score, address
    asked: list[str] = []
    failed: list[tuple[str, str]] = []
    known, mapped = {same_page(start)}, False
    site_name = region = ""
    while waiting and len(asked) < most:
        waiting.sort(key=lambda item: (item[1], item[0]))
        hops, _, url = waiting.pop(0)
        asked.append(url)
        try:
            page = fetch(url)
        except (OSError, ValueError) as problem:
            failed.append((url, str(problem) or type(problem).__name__))
            continue
        if not (site_name and region):
            said_name, said_region = _site(page)
            site_name, region = site_name or said_name, region or said_region
        for candidate in (*candidates_on(page), *_behind(page, best.get(same_page(url)))):
            key = same_page(candidate.url)
            best[key] = _joined(best.get(key), candidate)
            if key not in known and hops < MOST_HOPS and same_host(candidate.url, start):
                known.add(key)
                waiting.append((hops + 1, -candidate.score, candidate.url))
        if not waiting and not any(candidate.kind == "column" for candidate in best.values()) and len(failed) < len(asked):
            found = _mapped(start, fetch, maps) if not mapped else ()
            mapped = True
            waiting += [(MOST_HOPS, -SLUG, url) for url in found if same_page(url) not in known]
    columns = (candidate for candidate in best.values() if candidate.kind == "column")
    ordered = tuple(sorted(columns, key=lambda c: (-c.score, len(c.url))))
    return Discovery(start, ordered, tuple(asked), tuple(failed), site_name, region)


def _mapped(start: str, fetch: Callable[[str], Page], maps: Callable[[str], Sequence[str]]) -> list[str]:
    """Addresses of the site's maps that hint at annual reports. A hint is no evidence: each is looked at."""
    waiting, opened, found = list(maps(start)), 0, dict[str, None]()
    while waiting and opened < MOST_MAPS:
        opened += 1
        try:
            text = decode(fetch(waiting.pop(0)).body)
        except (OSError, ValueError):
            continue
        addresses = [html.unescape(url) for url in _LOC.findall(text) if same_host(url, start)]
        if "<sitemapindex" in text[:2_000].lower():
            waiting += addresses
            continue
        found.update((url, None) for url in addresses if names_annual_reports(url) and not is_article(url) and not is_file(url))
    return sorted(found, key=len)[:MOST_MAPPED]


def _site(page: Page) -> tuple[str, str]:
    """Name and division of the site by its meta tags; nothing where they were copied from another site."""
    said = Reading(decode(page.body), page.url).metas
    domain = re.sub(r"^\w+://", "", said.get("sitedomain", "")).split("/")[0].removeprefix("www.")
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    if domain and not (host.endswith(domain) or domain.endswith(host)):
        return "", ""
    name, code = said.get("sitename", ""), said.get("siteidcode", "")
    plausible = re.fullmatch(r"([1-8]\d{5})\d{4}", code)
    return ("" if "网站名称" in name else name[:60]), (plausible[1] if plausible else "")


def _behind(page: Page, linked: Candidate | None) -> tuple[Candidate, ...]:
    """The page that a shell leads to, and frames: looked at as the page itself would be. What links say of the shell is
    said of its target."""
    text = decode(page.body)
    reading = Reading(text, page.url)
    if (target := shell_target(text, page.url, reading.visible)) and target.same_host:
        how = f"{target.how} of {page.url}"
        if linked is not None:
            return (linked._replace(url=target.url, evidence=(*linked.evidence, how)),)
        return (Candidate(target.url, "", META, (how,), "hub", page.url),)
    listing = read_listing(page)
    if listing.state == "shell":
        return tuple(
            Candidate(ask.url, "", HUB, (f"frame or data call of {page.url}",), "hub", page.url) for ask in listing.inside if ask.form is None
        )
    return ()


def _joined(held: Candidate | None, other: Candidate) -> Candidate:
    """What links say of a page and what it says itself, together; each kind of evidence counts once."""
    if held is None:
        return other
    if held.listing is None and other.listing is None:
        return held if held.score >= other.score else other
    own, linked = (held, other) if held.listing is not None else (other, held)
    if linked.listing is not None or linked.kind == "hub":
        return own
    evidence = tuple(dict.fromkeys((*linked.evidence, *own.evidence)))
    weak = sum(SLUG for line in own.evidence if line.endswith("(weak)") and line in linked.evidence)
    return own._replace(score=own.score + linked.score - weak, evidence=evidence, name=own.name or linked.name, found_on=linked.found_on)


def further(candidate: Candidate) -> tuple[Link, ...]:
    """The columns behind a column: one a year, or those of subordinate bodies."""
    return candidate.listing.columns if candidate.listing else ()
