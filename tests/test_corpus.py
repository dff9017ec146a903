"""The real documents beside the project: every printed figure read, nothing invented, the figures printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scoring import score

from gongkai.parsers import Report, parse

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
READABLE = (".txt", ".html", ".md", ".pdf")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the real documents are not beside the project"),
]


def truths() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        return []
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((CORPUS / "truth").glob("*.json"))]


def pages() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / "pages.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("truth", truths(), ids=lambda t: t["source"])
def test_every_cell_of_a_real_report_is_exact(truth: dict[str, Any]) -> None:
    report = parse((CORPUS / truth["source"]).read_bytes())
    if not truth["source"].endswith(READABLE):
        assert report.status == "rejected"
        assert report.reason
        return
    judged = score(report, truth)
    print(truth["source"], judged)
    assert report.status == "ok"
    assert report.form == truth["form"]
    assert report.identity.year == truth["year"]
    assert not any(v.flags for v in report.values if v.state != "absent")
    assert (judged.exact_share, judged.silent, judged.blind, judged.counts["missing"]) == (1.0, 0, 0, 0)


def test_table_two_of_the_page_beginnings() -> None:
    """Every figure of table two that an excerpt shows is read, and no other."""
    shown = right = 0
    wrong: list[str] = []
    for page in pages():
        if not page.get("proactive"):
            continue
        report = parse(page["excerpt"].encode())
        values = {(v.row, v.column): v for v in report.values if v.table == "proactive"}
        for row, columns in page["proactive"].items():
            for column, printed in columns.items():
                shown += 1
                value = values[row, column].value if (row, column) in values else None
                if (value is None) == (printed is None) and (value is None or float(value) == printed):
                    right += 1
                else:
                    wrong.append(f"{page['id']} {row}.{column}: printed {printed}, read {value}")
        truth = {(r, c) for r, columns in page["proactive"].items() for c in columns}
        wrong += [
            f"{page['id']} {k}: invented {v.value}" for k, v in values.items() if v.value is not None and k not in truth
        ]
    print(f"table two of the page beginnings: {right} of {shown} figures")
    assert not wrong
    assert shown > 150


def test_pages_that_are_no_report_are_rejected_with_a_reason() -> None:
    for page in pages():
        report: Report = parse(page["excerpt"].encode())
        if page["kind"].startswith("negative"):
            assert report.status == "rejected", page["id"]
            assert report.reason and not report.values
    listing = parse((CORPUS / "listing-ordos-engebei.html").read_bytes())
    assert listing.status == "rejected"
    assert listing.reason
