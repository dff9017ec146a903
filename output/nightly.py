"""One night from beginning to end: crawl, build, what changed, what is missing, and what to tell a person about it.
Crawling and building are left to the scraper and to `nightbuild`; when it runs, to cron or a timer."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from gongkai.output.holdings import Holdings, Listing
from gongkai.output.ledger import Doubt, doubts, frozen
from gongkai.output.nightbuild import Built, build
from gongkai.output.overrides import known_to_people
from gongkai.scraper import manifest
from gongkai.scraper.clock import SHANGHAI
from gongkai.scraper.crawl import FAILURES, Summary

LEAST_FREE = 2 * 2**30
"""Bytes that must be free before a night begins: its WARC files, and a second dataset beside the first."""
MOST_LINES = 40
"""Lines of the summary for people, however many sites there are."""
WEEK = 7
"""A fault that stays is told again on every seventh night."""
DATASET, RUNS, NIGHTLY_LOCK = "dataset", "runs", "nightly.lock"


class NoSpace(Exception):
    """There is too little room to begin; the message says how much."""


class NotTold(Exception):
    """The dataset is tonight's, but its account could not be written; the message says why."""


@dataclass(slots=True)
class Night:
    """A night that is over."""

    run: str
    at: datetime
    crawl: Summary
    built: Built
    doubts: list[Doubt] = field(default_factory=list)
    nights_open: dict[str, int] = field(default_factory=dict)  # of each doubt, this night included

    @property
    def wants_a_look(self) -> bool:
        """Whether a person should look: something failed, or what there is cannot be believed."""
        return bool(
            self.doubts or self.built.unread or self.crawl.failures or self.crawl.ended not in ("done", "again")
        )


def check_space(home: Path, least: int = LEAST_FREE) -> None:
    """Raises NoSpace where the disk of `home` is nearly full."""
    free = shutil.disk_usage(home).free
    if free < least:
        raise NoSpace(f"{home}: {free / 2**30:.1f} GB free, {least / 2**30:.0f} GB are needed for a night")


def after_crawl(home: Path, crawl: Summary, at: datetime, jobs: int, *, force: bool = False) -> Night:
    """Builds the dataset of a home after tonight's crawl and writes its `runs/RUN.json`.

    Raises Refused (then nothing was changed), BadCorrections, NotADataset, InUse, OSError, and NotTold.
    """
    holdings = Holdings(home, crawl.run)
    try:
        listings = holdings.listings()
        found = doubts(listings)
        out = str(home / DATASET)
        review, overrides = known_to_people(out, site_of=holdings.site_of)
        built = build(holdings, out, at, jobs, frozen=frozen(found), force=force, review=review, overrides=overrides)
        found += _read_as_none(listings, holdings, built, found)
        night = Night(crawl.run, at, crawl, built, found, _nights_open(home / RUNS, crawl.run, found))
        told = home / RUNS / f"{crawl.run}.json"
        try:
            account = json.dumps(as_json(night, holdings.outcomes()), ensure_ascii=False, indent=1, default=str)
            manifest.write(told, [account, "\n"])
        except OSError as error:
            why = f"{told}: {error.strerror or error}; the dataset is published, the same command writes this file"
            raise NotTold(why) from error
    finally:
        holdings.close()
    return night


def _read_as_none(listings: Sequence[Listing], holdings: Holdings, built: Built, found: Sequence[Doubt]) -> list[Doubt]:
    """Sites whose list names reports, and not one of the pages is one: another kind of column, or pages nobody can read."""
    known = {d.site for d in found}
    accepted = [r for r in built.reports if r["status"] != "rejected"]
    unread = holdings.unread_sites({said for r in accepted for said in (r["source"], r["payload_sha256"])})
    return [
        Doubt(
            one.site, one.url, "no_report", f"{unread[one.site]} pages are named as reports, none could be read as one"
        )
        for one in {one.site: one for one in reversed(listings) if one.reports}.values()
        if one.site in unread and one.site not in known
    ]


def _nights_open(runs: Path, run: str, found: Iterable[Doubt]) -> dict[str, int]:
    """For how many nights each doubt has been there."""
    earlier: Mapping[str, int] = {}
    for path in sorted(runs.glob("*.json")):
        if path.stem < run:
            try:
                earlier = json.loads(path.read_text(encoding="utf-8")).get("nights_open", {})
            except (OSError, ValueError):
                continue
    return {_name(d): earlier.get(_name(d), 0) + 1 for d in found}


def _name(doubt: Doubt) -> str:
    return f"{doubt.site} {doubt.what}"


def as_json(night: Night, outcomes: Mapping[str, int]) -> dict[str, Any]:
    """The night for programs: counts by outcome and by site, failures with reasons, changes, doubts, coverage."""
    by_site: dict[str, Counter[str]] = {}
    for d in night.doubts:
        by_site.setdefault(d.site, Counter())[d.what] += 1
    states = Counter(c["state"] for c in night.built.coverage)
    return {
        "run": night.run,
        "at": night.at.isoformat(),
        "ended": night.crawl.ended,
        "requests": night.crawl.requests,
        "captures": night.crawl.captures,
        "outcomes": dict(outcomes),
        "failures": night.crawl.failures,
        "failures_not_listed": _failed(night.crawl).total() - len(night.crawl.failures),
        "parsed": night.built.parsed,
        "rows": night.built.rows,
        "unread": [{"source": s, "problem": p} for s, p in night.built.unread],
        "events": dict(Counter(e["event"] for e in _once(night.built.events))),
        "changes": [{**e, "at": e["at"].isoformat()} for e in night.built.events],
        "doubts": [d._asdict() for d in night.doubts],
        "nights_open": night.nights_open,
        "coverage": {state: states[state] for state in sorted(states)},
    }


def _once(events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One event a report and kind: a change of twenty cells is one change."""
    return list({(e["source"], e["event"], e["cause"]): e for e in events}.values())


def as_json_text(home: Path, night: Night) -> str:
    """The file that was written for the night."""
    return (home / RUNS / f"{night.run}.json").read_text(encoding="utf-8").rstrip("\n")


def for_people(night: Night) -> list[str]:
    """At most `MOST_LINES` lines: what is new, what changed, what could not be checked, what is missing.

    A fault is told when it appears, and weekly while it stays.
    """
    crawl, built = night.crawl, night.built
    agencies = {r["source"]: f"{r['agency']} {r['year']}" for r in built.reports if r["latest"] and r["agency"]}
    day = night.at.astimezone(SHANGHAI)
    lines = [f"night {night.run}, {day:%Y-%m-%d %H:%M} in China: {crawl.requests} requests, {crawl.captures} captures"
             + ("" if crawl.ended in ("done", "again") else f"; ended early: {crawl.ended}")]  # fmt: skip
    counts = Counter(e["event"] for e in _once(built.events) if e["cause"] == "publisher")
    order = (
        "new",
        "changed",
        "attachment_changed",
        "moved",
        "withdrawn",
        "resurfaced",
        "relabelled",
        "reformatted",
        "unverified",
    )
    lines.append("reports: " + (", ".join(f"{counts[e]} {e}" for e in order if counts[e]) or "nothing new"))
    rest: list[str] = []
    if unverified := [e for e in built.events if e["event"] == "unverified"]:
        why = Counter(str(e["detail"]).split(":")[0] for e in unverified)
        rest.append(
            f"could not be checked: {len(unverified)} reports ({', '.join(f'{n} {w}' for w, n in why.most_common(5))})"
        )
    rest += _doubts(night)
    rest += _not_had(crawl)
    rest += built.remarks[:LISTED]
    if built.unread:
        rest.append(f"could not be read: {len(built.unread)}, first {built.unread[0][0]}: {built.unread[0][1]}")
    states = Counter(c["state"] for c in built.coverage)
    whole = sum(states.values())
    if whole:
        shares = ", ".join(f"{n} {state} ({100 * n / whole:.1f} %)" for state, n in states.most_common())
        rest.append(f"agencies and years: {whole}: {shares}")
    # Faults and the ledger are told whatever else there is: where much has happened, fewer reports are named.
    for listed in range(LISTED, -1, -1):
        told = [line for event in NAMED for line in _told(event, built.events, agencies, listed)]
        if len(lines) + len(told) + len(rest) <= MOST_LINES:
            break
    return [_on_one_line(line) for line in (*lines, *told, *rest)]


def _on_one_line(text: str) -> str:
    """Words of a site go to a terminal: no control characters, and no more of them than fit."""
    shown = "".join(c if c.isprintable() else " " for c in text[: LONGEST_LINE + 1])
    return shown if len(shown) <= LONGEST_LINE else f"{shown[: LONGEST_LINE - 1]}…"


LISTED = 6  # events of one kind that are named one by one
NAMED = ("withdrawn", "changed", "attachment_changed", "moved", "resurfaced", "new")
LONGEST_LINE, SHORT = 300, 60


def _told(event: str, events: Sequence[Mapping[str, Any]], agencies: Mapping[str, str], listed: int) -> list[str]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for e in events:
        if e["event"] == event and e["cause"] == "publisher":
            found.setdefault(e["source"], []).append(e)
    lines = []
    for source, own in list(found.items())[:listed]:
        cells = [f"{e['table']}.{e['row']}.{e['column']} {e['before']} → {e['after']}" for e in own if e.get("table")]
        said = [str(e["detail"]) for e in own if not e.get("table") and e["detail"]][
            :1
        ]  # another agency or year comes first
        what = "; ".join([*said, *cells[:3]]) + (f" and {len(cells) - 3} more cells" if len(cells) > 3 else "")
        who = "" if event == "new" else f"{agencies.get(source) or source}: "
        lines.append(f"  {event}: {who}{what}")
    if len(found) > listed:
        lines.append(f"  {event}: and {len(found) - listed} more" if listed else f"  {event}: {len(found)}")
    return lines


def _short(text: Any) -> str:
    shown = str(text or "")
    return shown if len(shown) <= SHORT else f"{shown[: SHORT - 1]}…"


def _failed(crawl: Summary) -> Counter[str]:
    """How many addresses gave no page, by outcome."""
    return Counter({outcome: n for outcome, n in crawl.outcomes.items() if outcome in FAILURES})


def _not_had(crawl: Summary) -> list[str]:
    """One line about the addresses that gave no page, with the first of each kind."""
    first: dict[str, Mapping[str, Any]] = {}
    counts = _failed(crawl)
    for f in crawl.failures:
        first.setdefault(str(f["outcome"]), f)
    told = [
        f"{n} {outcome}"
        + (f" ({_short(first[outcome]['url'])}: {_short(first[outcome]['detail'])})" if outcome in first else "")
        for outcome, n in counts.most_common(3)
    ]
    more = sum(counts.values()) - sum(n for _, n in counts.most_common(3))
    return ["addresses without an answer: " + "; ".join(told) + (f"; {more} others" if more else "")] if told else []


def _doubts(night: Night) -> list[str]:
    """Faults that are new tonight, or have been open for a week; the others are counted."""
    told = [d for d in night.doubts if (night.nights_open.get(_name(d), 1) - 1) % WEEK == 0]
    # One of each kind first: ten lists that were cut must not hide the one that moved.
    place = Counter[str]()
    ranked: list[tuple[int, int, Doubt]] = []
    for number, d in enumerate(told):
        ranked.append((place[d.what], number, d))
        place[d.what] += 1
    ranked.sort()
    lines = [f"  {d.what}: {d.site} {d.url}: {d.detail}" for _, _, d in ranked[:LISTED]]
    if left := Counter(d.what for _, _, d in ranked[LISTED:]):
        lines.append(f"  and {left.total()} more: {', '.join(f'{n} {what}' for what, n in left.most_common())}")
    if night.doubts:
        still = len(night.doubts) - len(told)
        lines.insert(
            0, f"lists that cannot be believed tonight: {len(night.doubts)}" + (f", {still} as before" if still else "")
        )
    return lines
