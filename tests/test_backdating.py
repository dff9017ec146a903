"""A printed day of publication that the archive refutes, and all those that it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from test_nightly import Home

from gongkai.output.backdating import backdated
from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.holdings import Absence
from gongkai.output.nightly import DATASET
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import Web
from gongkai.samplesite.web_plan import FIRST_NIGHT, Plan


def day(number: int) -> datetime:
    return datetime(2026, 1, number, 14, tzinfo=UTC)


def row(**changed: Any) -> dict[str, Any]:
    usual = {"report_id": "r", "year": 2025, "status": "ok", "latest": True, "source": "http://a/1", "agency": "甲水市水务局",
             "agency_id": None, "published": date(2026, 1, 12), "first_seen": day(25)}  # fmt: skip
    return {**usual, **changed}


ABSENT = {"http://a/1": Absence(day(10), day(20), "urn:uuid:1")}


def test_a_list_read_without_the_report_after_its_printed_day() -> None:
    [told] = backdated([row()], ABSENT)
    assert (told.report_id, told.finding.rule, told.finding.fault, told.finding.actual) == ("r", "backdated", "publisher", 8)
    assert told.finding.detail == (
        "dated 2026-01-12; its list was read whole on 2026-01-20 without it (capture urn:uuid:1), and it was first seen on 2026-01-25"
    )


@pytest.mark.parametrize(
    ("reports", "absences"),
    [
        ([row()], {}),  # no list without it is held
        ([row(published=date(2026, 1, 17))], ABSENT),  # three days until a page is on its list
        ([row(published=date(2026, 1, 9))], ABSENT),  # the list was not yet watched
        ([row(published=None)], ABSENT),
        ([row(first_seen=None)], ABSENT),  # read from a file
        ([row(latest=False)], ABSENT),
        ([row(status="rejected")], ABSENT),
        ([row(), row(report_id="old", source="http://a/0", latest=False, first_seen=day(11))], ABSENT),  # it moved
    ],
)
def test_nothing_is_said_without_proof(reports: list[dict[str, Any]], absences: dict[str, Absence]) -> None:
    assert list(backdated(reports, absences)) == []


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nights_prove_it(tmp_path: Path, share: float) -> None:
    """Late reports that print an earlier day, and late ones that print their own."""
    plan = Plan(nights=3, days_apart=6, late=1.0, backdated=share, eventful=0.0)
    web = Web(5, 6, 3, plan=plan)
    (tmp_path / "home").mkdir()
    with Server(web) as server:
        home = Home(tmp_path / "home", server)
        for number in range(3):
            home.night(number)
    folder = open_dataset(str(tmp_path / "home" / DATASET))
    named = {r["report_id"]: r for r in read_table(folder, "reports").to_pylist()}
    told = [f for f in read_table(folder, "findings").to_pylist() if f["rule"] == "backdated"]
    found = {(named[f["report_id"]]["agency"], f["year"]) for f in told}
    late = {
        (r["agency"], r["year"]) for r in named.values()
        if r["published"] and r["year"] == FIRST_NIGHT.year - 1 and r["first_seen"].date() == plan.day(2)
    }  # fmt: skip
    assert late, "no late report was read: the test proves nothing"
    assert found == (late if share else set())
