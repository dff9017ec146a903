"""Judges a parsed report against the truth about its document: exact, wrong, missing, invented, and whether it says so.
Which documents are judged, and how much is too much, is left to the tests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gongkai.parsers.report import Finding, Report, Value

Key = tuple[str, str, str]

# Which name of a finding a sum is compared by.
NAMED_BY = {"row_total": "row", "review_total": "row", "column_balance": "column", "result_total": "column"}
_APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other")
_NOT_OUTCOMES = ("received", "carried_in", "total", "carried_out")


@dataclass(frozen=True, slots=True)
class Wrong:
    """One cell that is not what the page prints."""

    key: Key
    want: object
    got: object
    raw: str | None
    flagged: bool
    blind: bool  # in a class that no sum can see

    def __str__(self) -> str:
        silence = "flagged" if self.flagged else "silent"
        return f"{'.'.join(self.key)}: printed {self.want!r}, read {self.got!r} from {self.raw!r} ({silence})"


@dataclass(slots=True)
class Score:
    """Counts of cells, and the wrong ones."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[Wrong] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.counts.update(other.counts)
        self.wrong += other.wrong

    @property
    def silent(self) -> int:
        """Silent misstatements a sum could have seen: also a number called blank without a flag."""
        return self.counts["wrong_silent"] + self.counts["invented_silent"] + self.counts["missing_as_blank"] - self.blind

    @property
    def blind(self) -> int:
        """Silent errors in classes arithmetic cannot see: table two, swapped outcomes, swapped applicants."""
        return self.counts["blind"]

    @property
    def exact_share(self) -> float:
        return self.counts["exact"] / self.counts["cells"] if self.counts["cells"] else 1.0


def same(one: Any, other: Any) -> bool:
    return abs(float(one) - float(other)) <= 1e-6 * max(1.0, abs(float(other)))


def _named(findings: Iterable[Finding]) -> set[tuple[str | None, str, str]]:
    found: set[tuple[str | None, str, str]] = set()
    for finding in findings:
        if finding.row:
            found.add((finding.table, "row", finding.row))
        if finding.column:
            found.add((finding.table, "column", finding.column))
    return found


def score(report: Report, truth: Mapping[str, Any]) -> Score:
    """The cells of one document, judged."""
    result = Score(Counter(documents=1))
    counts = result.counts
    named = _named(report.findings)
    accepted: defaultdict[Key, list[Any]] = defaultdict(list)
    for other in truth.get("also_accepted", []):
        accepted[other["table"], other["row"], other["column"]].append(other["value"])
    read: defaultdict[Key, list[Value]] = defaultdict(list)
    for value in report.values:
        read[value.table, value.row, value.column].append(value)

    for key, want in _cells(truth):
        mine = read.pop(key, [])
        cell = next((value for value in mine if value.value is not None), mine[0] if mine else None)
        got = cell.value if cell else None
        flagged = cell is not None and (
            bool(cell.flags)
            or cell.state == "unreadable"
            or (key[0], "row", key[1]) in named
            or (key[0], "column", key[2]) in named
        )
        raw = cell.raw if cell else None
        if isinstance(want, (int, float)):
            if got is None and None in accepted[key]:
                continue
            counts["cells"] += 1
            if got is None:
                counts["missing"] += 1
                if cell is not None and cell.state in ("blank", "absent") and not flagged:
                    counts["missing_as_blank"] += 1
                    result.wrong.append(Wrong(key, want, cell.state, raw, False, False))
            elif same(got, want) or any(value is not None and same(got, value) for value in accepted[key]):
                counts["exact"] += 1
                counts["exact_flagged"] += flagged
            else:
                counts["wrong_flagged" if flagged else "wrong_silent"] += 1
                result.wrong.append(Wrong(key, want, got, raw, flagged, False))
        else:
            counts["blank_cells"] += 1
            if got is not None:
                counts["invented"] += 1
                counts["invented_silent"] += not flagged
                result.wrong.append(Wrong(key, want, got, raw, flagged, False))
    counts["unknown_key"] += sum(value.value is not None for values in read.values() for value in values)
    result.wrong = [_blind(wrong, report, truth) for wrong in result.wrong]
    counts["blind"] += sum(wrong.blind for wrong in result.wrong)
    return result


def _cells(truth: Mapping[str, Any]) -> Iterable[tuple[Key, Any]]:
    for table, rows in truth["cells"].items():
        for row, columns in rows.items():
            for column, want in columns.items():
                yield (table, row, column), want


def _blind(wrong: Wrong, report: Report, truth: Mapping[str, Any]) -> Wrong:
    """The same error, marked when every sum it takes part in comes out as printed."""
    table, row, column = wrong.key
    if wrong.flagged or table == "review":
        return wrong
    if table != "proactive":
        outcomes = {r for r in truth["cells"][table] if r not in _NOT_OUTCOMES}
        down = row in outcomes and _sums_alike(report, truth, {(table, r, column) for r in outcomes})
        across = column in _APPLICANTS and _sums_alike(report, truth, {(table, row, c) for c in _APPLICANTS})
        if not (down or across):
            return wrong
    return Wrong(wrong.key, wrong.want, wrong.got, wrong.raw, False, True)


def _sums_alike(report: Report, truth: Mapping[str, Any], keys: set[Key]) -> bool:
    printed = [want for key, want in _cells(truth) if key in keys]
    numbers = [value.value for value in report.values if (value.table, value.row, value.column) in keys]
    return same(
        sum(float(n) for n in numbers if n is not None), sum(float(w) for w in printed if isinstance(w, (int, float)))
    )


def finding_keys(findings: Iterable[Mapping[str, Any]] | Iterable[Finding]) -> set[tuple[str, str | None, str | None]]:
    """Findings about sums, by rule, table and the one name that counts."""
    plain = [one._asdict() if isinstance(one, Finding) else one for one in findings]
    return {
        (one["rule"], one.get("table"), one.get(NAMED_BY[one["rule"]])) for one in plain if one["rule"] in NAMED_BY
    }


def findings_score(report: Report, truth: Mapping[str, Any]) -> Counter[str]:
    """How many broken sums were found, and how many findings were false alarms."""
    must, may = finding_keys(truth["expected_findings"]), finding_keys(truth["optional_findings"])
    said = finding_keys(report.findings)
    prose_must = any(one["rule"] == "prose_number" for one in truth["expected_findings"])
    prose_may = any(one["rule"] == "prose_number" for one in truth["optional_findings"])
    prose_said = any(one.rule == "prose_number" for one in report.findings)
    return Counter(
        expected=len(must),
        found=len(must & said),
        false_alarms=len(said - must - may),
        prose_expected=prose_must,
        prose_found=prose_must and prose_said,
        prose_false_alarms=prose_said and not prose_must and not prose_may,
    )
