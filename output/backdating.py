"""Reports that print an earlier day of publication than they can have: their list was read after that day, without them.
Lateness by the printed day is left to `history`, what the archive holds to `holdings`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from gongkai.output.history import Told
from gongkai.output.holdings import Absence
from gongkai.parsers.report import Finding
from gongkai.scraper.clock import SHANGHAI

RULE = "backdated"
GRACE = timedelta(days=3)
"""A page may reach its list some days after it was published: approval, caches, lists that are made at night."""


def backdated(reports: Iterable[Mapping[str, Any]], absences: Mapping[str, Absence]) -> Iterator[Told]:
    """A finding for each newest report whose list was watched on the day printed on it, read whole more than `GRACE` later
    without the report, and where no report of the agency on that year had been seen by then at any address."""
    every = [r for r in reports if r["status"] != "rejected"]
    first: dict[tuple[str | None, int | None], datetime] = {}
    for r in every:
        if r["first_seen"] is not None:
            who = _who(r)
            first[who] = min(first.get(who, r["first_seen"]), r["first_seen"])
    for r in every:
        absence = absences.get(r["source"])
        if not r["latest"] or r["published"] is None or r["first_seen"] is None or absence is None:
            continue
        watched, absent = (t.astimezone(SHANGHAI).date() for t in (absence.watched_since, absence.absent_at))
        # A site that moved, or was filled with the reports of its past: its printed days are not those of this list.
        if watched > r["published"] or absent <= r["published"] + GRACE or first[_who(r)] <= absence.absent_at:
            continue
        yield Told(r["report_id"], r["year"], Finding(
            RULE, actual=(absent - r["published"]).days, fault="publisher",
            detail=f"dated {r['published'].isoformat()}; its list was read whole on {absent.isoformat()} without it "
            f"(capture {absence.record}), and it was first seen on {r['first_seen'].astimezone(SHANGHAI).date().isoformat()}",
        ))  # fmt: skip


def _who(report: Mapping[str, Any]) -> tuple[str | None, int | None]:
    return report["agency_id"] or report["agency"], report["year"]
