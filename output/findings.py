"""The findings of a dataset in the order in which a person should look at them.
Which checks there are is left to the parsers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gongkai.output.dataset import read_table

FAULTS = ("publisher", "extraction", "unknown")
"""Worst first: what the agency printed wrong, what we read with doubt, what may be either."""

_SUMS = ("row_total", "column_balance", "result_total", "review_total", "carry_over", "stock")


def worst_first(folder: Path) -> list[dict[str, Any]]:
    """Every finding with the agency, year and source of its report: by fault, broken sums before the rest, the largest
    difference first. Raises NotADataset when a file is damaged."""
    columns = ["report_id", "agency", "source", "status"]
    reports = {r["report_id"]: r for r in read_table(folder, "reports", columns).to_pylist()}
    found = read_table(folder, "findings").to_pylist()
    for finding in found:
        report = reports[finding["report_id"]]
        finding.update(agency=report["agency"], source=report["source"])
    return sorted(found, key=_rank)


def _rank(finding: dict[str, Any]) -> tuple[int, bool, float, str, str]:
    expected, actual = finding["expected"], finding["actual"]
    difference = abs(expected - actual) if expected is not None and actual is not None else 0.0
    return (
        FAULTS.index(finding["fault"]),
        finding["rule"] not in _SUMS,
        -difference,
        finding["report_id"],
        f"{finding['rule']} {finding['table']} {finding['row']} {finding['column']}",
    )


def place(finding: dict[str, Any]) -> str:
    """The cell, row or column a finding is about, as `table.row.column` with `*` for what it does not name."""
    parts = [finding["table"], finding["row"], finding["column"]]
    return ".".join(p or "*" for p in parts) if any(parts) else ""
