"""The ledger: every agency and year that should have a report, in exactly one state, with what shows it; and lists that
gave less than they should. Silence is never success. Who should report is known from who has reported, and from the sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from gongkai.output.holdings import NO_PROBLEM, QUIET, VERIFIED, Held, Listing
from gongkai.parsers.divisions import STILL, divisions_with_id
from gongkai.scraper.clock import SHANGHAI

Report = Mapping[str, Any]

FEWER = 0.5
"""A list that holds less than this share of last night's reports, and at least `FEWER_AT_LEAST` less, was cut or has moved."""
FEWER_AT_LEAST = 2
LATE_GOVERNMENT, LATE_OTHERS = (3, 31), (1, 31)
"""条例 art. 49: governments publish by 31 March, departments and offices by 31 January; the day itself is in time."""


STANDING = frozenset({"unknown", "no_report"})
"""Doubts about lists that have never given anything: there is nothing to be frozen."""


class Doubt(NamedTuple):
    """A list that cannot be believed tonight. Its site is frozen (but for `STANDING`): what was known of its reports stands."""

    site: str
    url: str
    what: str  # gives_nothing, moved, template_changed, pager_cut, unreachable, incomplete, unknown, no_report
    detail: str


def doubts(listings: Iterable[Listing]) -> list[Doubt]:
    """The lists that gave less than when they were last believed, were cut, changed their make, could not be read at all or
    not to their end, were never recognised; and sites on whose lists there never was a report."""
    listings = list(listings)
    found = [Doubt(one.site, one.url, *why) for one in listings if (why := _why(one))]
    giving = {one.site for one in listings if _ever_gave(one)} | {d.site for d in found}
    silent = {one.site: one for one in reversed(listings) if one.links or one.state != "empty"}  # empty is an answer
    return found + [
        Doubt(site, one.url, "no_report", f"{one.links} links, none of an annual report, nor ever one")
        for site, one in silent.items()
        if site not in giving and one.outcome not in ("not_due", "parked")
    ]


def _ever_gave(one: Listing) -> bool:
    return bool(one.reports or (one.before and one.before.reports) or any(walk.reports for walk in one.earlier))


def frozen(found: Iterable[Doubt]) -> set[str]:
    """The sites of which nothing may be taken for absent tonight."""
    return {d.site for d in found if d.what not in STANDING}


def _why(one: Listing) -> tuple[str, str] | None:
    """What is wrong with a list, and how it shows."""
    before = _believed(one)
    if why := _worse(one, before):
        return why
    if one.outcome in ("not_due", "parked"):
        return None
    if one.state in ("unknown", "js_list", "error"):
        return "unknown", f"no list is recognised ({one.state}): {one.evidence}"
    if one.problems not in NO_PROBLEM:
        return "incomplete", one.problems
    return None


def _believed(one: Listing) -> Listing | None:
    """The last walk that was not in doubt itself: what tonight's is measured by, however long the list has been broken.
    One that is again as it was before the one in between was no breakage."""
    if not one.earlier:
        return one.before
    last: Listing | None = None
    other: Listing | None = None
    for walk in one.earlier:
        if _unread(walk) or walk.outcome == "missing":
            continue
        if last is None or not _worse(walk, last) or (other and not _worse(walk, other)):
            if last and (walk.reports, walk.links, walk.adapter) != (last.reports, last.links, last.adapter):
                other = last
            last = walk
    return last


def _worse(one: Listing, before: Listing | None) -> tuple[str, str] | None:
    """Whether a list gives less than it did, and how."""
    if one.outcome == "missing":
        return "moved", f"its address answers {one.detail}"
    if _unread(one):
        return "unreachable", f"{one.outcome}: {one.detail}".rstrip(": ")
    if before is None:
        return None
    if one.state == "js_list" and before.state == "list":
        return "template_changed", "its list is made by a script now"
    if before.links and not one.links:
        return "gives_nothing", f"no link on it; {before.links} the last time"
    if before.state == "list" and one.state != "list":
        return "template_changed", f"no list is recognised ({one.state}); {before.adapter} the last time"
    if before.reports and not one.reports and not _lost_its_only_report(before, one):
        return "moved", f"{one.links} links and no report; {before.reports} reports the last time"
    if before.adapter != one.adapter and one.reports < before.reports:
        return (
            "template_changed",
            f"{before.adapter} became {one.adapter}, {before.reports} reports became {one.reports}",
        )
    if before.reports - one.reports >= FEWER_AT_LEAST and one.reports < FEWER * before.reports:
        return "pager_cut", f"{one.reports} reports; {before.reports} the last time"
    if one.pages < before.pages and _lost_a_page(before.links - one.links, one, before):
        return (
            "pager_cut",
            f"{one.pages} pages with {one.links} links; {before.pages} with {before.links} the last time",
        )
    if one.problems not in NO_PROBLEM and before.problems in NO_PROBLEM:
        return "pager_cut", one.problems
    return None


def _lost_a_page(lost: int, one: Listing, before: Listing) -> bool:
    """Whether entries went by the page: as many as a page has, or those that are left fill their pages. Rows that were
    taken off leave the last page as it happens to be."""
    if lost < FEWER_AT_LEAST or not one.pages:
        return False
    return lost * before.pages >= before.links or one.links % one.pages == 0


def _lost_its_only_report(before: Listing, one: Listing) -> bool:
    """The same list but for one row, and that row was its only report: taken off, as it can be from longer lists."""
    return (before.reports, before.links - one.links, before.adapter) == (1, 1, one.adapter)


def _unread(one: Listing) -> bool:
    return bool(one.outcome) and one.outcome not in (*VERIFIED, "redirected", "not_due", "missing")


def coverage_of(
    reports: Sequence[Report], held: Sequence[Held], listings: Sequence[Listing], frozen: Collection[str], at: datetime
) -> list[dict[str, Any]]:
    """The rows of `coverage`: agencies that have ever reported, and sites that should have given a report and never did,
    for every year from their first report on to the last one that can be due."""
    today = at.astimezone(SHANGHAI).date()
    sites = {h.url: h for h in held}
    lists: dict[str, list[Listing]] = defaultdict(list)
    for one in listings:
        lists[one.site].append(one)
    by_agency: dict[str, list[Report]] = defaultdict(list)
    for r in reports:
        if r["status"] != "rejected" and r["year"] is not None and r["source"] in sites:
            by_agency[r["agency_id"] or f"name:{r['agency'] or sites[r['source']].site}"].append(r)
    rows: list[dict[str, Any]] = []
    for agency, own in sorted(by_agency.items()):
        rows += _of_agency(agency, own, sites, lists, frozen, today, at)
    giving = {sites[r["source"]].site for own in by_agency.values() for r in own}
    for site in sorted(lists.keys() - giving):
        state, evidence = _without(lists[site], site in frozen, today, LATE_OTHERS, today.year - 1)
        rows.append(_row(f"site:{site}", today.year - 1, state, at, evidence))
    return rows


def _of_agency(
    agency: str, own: Sequence[Report], sites: Mapping[str, Held], lists: Mapping[str, Sequence[Listing]],
    frozen: Collection[str], today: date, at: datetime,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    by_year: dict[int, list[Report]] = defaultdict(list)
    for r in own:
        by_year[r["year"]].append(r)
    due = LATE_GOVERNMENT if any(r["kind"] == "government" for r in own) else LATE_OTHERS
    site = sites[max(own, key=lambda r: r["year"])["source"]].site
    for year in range(min(by_year), max(today.year - 1, max(by_year)) + 1):
        if year in by_year:
            yield _with(agency, year, by_year[year], sites, at)
        elif _ended(agency, year):
            yield _row(agency, year, "body_ended", at, "its division does not exist any more in this year")
        else:
            state, evidence = _without(lists.get(site, ()), site in frozen, today, due, year)
            yield _row(agency, year, state, at, evidence)


def _with(agency: str, year: int, found: Sequence[Report], sites: Mapping[str, Held], at: datetime) -> dict[str, Any]:
    """A year with a report: held, or held and withdrawn from the web since."""
    here = [r for r in found if not sites[r["source"]].gone]
    one = (here or list(found))[-1]
    held = sites[one["source"]]
    evidence = f"{one['report_id']} {one['source']}"
    if held.origin != "live":
        evidence += f"; imported ({held.origin}), captured {held.fetched_at:%Y-%m-%d}, never seen by this crawl"
    if not here:
        return _row(agency, year, "withdrawn", at, f"{evidence}: {held.outcome} {held.detail}".rstrip())
    unseen = held.outcome not in VERIFIED and held.outcome not in QUIET
    return _row(agency, year, "have", at, evidence + (f"; not confirmed tonight: {held.outcome}" if unseen else ""))


def _without(
    lists: Sequence[Listing], is_frozen: bool, today: date, due: tuple[int, int], year: int
) -> tuple[str, str]:
    """The state of a year without a report, and what shows it."""
    unread = next((one for one in lists if _unread(one)), None)
    if not lists or unread:
        return "unreachable", f"{unread.url}: {unread.outcome} {unread.detail}" if unread else "its list was not walked"
    if part := next((one for one in lists if one.problems not in NO_PROBLEM), None):
        return "unreachable", f"{part.url}: not read to its end: {part.problems}"
    first = lists[0]
    if is_frozen or not any(one.state == "empty" or (one.state == "list" and one.links) for one in lists):
        return "column_moved", f"{first.url}: {first.state}, {first.links} links, {first.reports} reports"
    evidence = f"{first.url}: {first.reports} reports on it, none of this year; capture {first.record}"
    if year >= today.year or (year == today.year - 1 and today <= date(today.year, *due)):
        return "not_due", evidence
    return ("late" if year == today.year - 1 else "looked_and_absent"), evidence


def _ended(agency: str, year: int) -> bool:
    held = divisions_with_id(agency.partition("-")[0])
    return bool(held) and max(d.last for d in held) < min(year, STILL)


def _row(agency: str, year: int, state: str, at: datetime, evidence: str) -> dict[str, Any]:
    return {"agency_id": agency, "year": year, "state": state, "since": at, "evidence": evidence}


def since_before(rows: Sequence[dict[str, Any]], before: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the time since when each agency and year has been in its state."""
    known = {(b["agency_id"], b["year"]): b for b in before}
    found: list[dict[str, Any]] = []
    for row in rows:
        was = known.get((row["agency_id"], row["year"]))
        found.append({**row, "since": was["since"]} if was and was["state"] == row["state"] else row)
    return found
