"""What a night changed: each report as it was known before against what was found, one row an event or changed cell.
Where reports come from is left to `holdings`, how they were read to the parsers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gongkai.output.holdings import QUIET, VERIFIED, Held

Report = Mapping[str, Any]
Cells = Mapping[tuple[str, str, str], Mapping[str, Any]]
MOST_CELLS = 250
"""Changed cells of one report that are named; more than its form has cannot be."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known before tonight. `by_source`: the newest version at each address; `withdrawn`: addresses that count
    as withdrawn; `cells`: the cells of a report by its id."""

    by_source: Mapping[str, Report]
    withdrawn: frozenset[str]
    cells: Callable[[str], Cells]


@dataclass(frozen=True, slots=True)
class Found:
    """What there is tonight: the newest version at each address, and the cells of a report by its id."""

    by_source: Mapping[str, Report]
    cells: Callable[[str], Cells]
    reads_alike: Callable[[Report, Report], bool] = lambda before, now: False
    """Whether two versions print the same texts, counters and times of making left out."""
    replaced: Mapping[str, str] = field(default_factory=dict)
    """Addresses of reports where something else stands tonight, and why that is no report."""


def events(run: str, at: datetime, held: Sequence[Held], known: Known, found: Found) -> Iterator[dict[str, Any]]:
    """The rows of `changes` for this night, in the order of the reports held."""
    lost = {h.url for h in held if h.outcome not in VERIFIED}
    now_at = {r["report_id"]: url for url, r in found.by_source.items()}
    left = {r["record_sha256"]: r for url, r in known.by_source.items() if url in lost and r["record_sha256"]}
    inherited = heirs(held, known.by_source, found.by_source)
    for h in held:
        base = {"run_id": run, "at": at, "cause": "publisher", "source": h.url}
        before, now = known.by_source.get(h.url), found.by_source.get(h.url)
        report_id = (now or before or {}).get("report_id")
        if h.outcome not in VERIFIED and before and now_at.get(before["report_id"], h.url) != h.url:
            continue  # the same bytes stand elsewhere, and are told of there
        for event in _of(h, before, now, left, inherited.get(h.url), known, found):
            yield {**base, "report_id": report_id, **event}


def heirs(held: Iterable[Held], before: Mapping[str, Report], now: Mapping[str, Report]) -> dict[str, Report]:
    """New addresses that stand for a known one from tonight on, with what was known there: the same report, also where
    it was corrected on the way. Either the old address leads there, or it is missing, its list was read whole and names
    one new report of this body and year in its place. One of another body or year is another report."""
    held = list(held)
    fresh: dict[tuple[str, Any, Any], list[str]] = {}
    for h in held:
        report = now.get(h.url)
        if h.outcome in VERIFIED and h.url not in before and report and all(_whose(report)):
            fresh.setdefault((h.site, *_whose(report)), []).append(h.url)
    found: dict[str, Report] = {}
    for h in held:
        old = before.get(h.url)
        if old is None or old["status"] == "rejected" or old["same_as"]:
            continue
        whose = _whose(old)
        targets = [h.leads_to] if h.outcome == "redirected" else []
        if h.outcome == "missing" and h.absent:
            targets = fresh.get((h.site, *whose), [])
        for target in targets if len(targets) == 1 else ():
            heir = now.get(target)
            if heir and target not in before and heir["status"] != "rejected" and _whose(heir) == whose:
                found.setdefault(target, old)
    return found


def _whose(report: Report) -> tuple[Any, Any]:
    return report["agency_id"] or report["agency"], report["year"]


def _of(
    h: Held,
    before: Report | None,
    now: Report | None,
    left: Mapping[str, Report],
    heir_of: Report | None,
    known: Known,
    found: Found,
) -> Iterator[dict[str, Any]]:
    if h.outcome not in VERIFIED or h.url in found.replaced:
        if before is None or before["status"] == "rejected" or (h.outcome in QUIET and h.outcome != "redirected"):
            return
        if (now or before)["same_as"]:
            return  # it has moved, or stands elsewhere as well
        why = f"{h.outcome}: {h.detail}" if h.detail else h.outcome
        if h.outcome in VERIFIED:
            why = f"what stands there is no report: {found.replaced[h.url]}"
        if h.gone and h.outcome == "missing":
            yield {"event": "withdrawn", "detail": f"{why}; missing on {h.missing_nights} nights and not listed"}
        else:
            yield {"event": "unverified", "detail": why}
        return
    if h.url in known.withdrawn:
        yield {"event": "resurfaced", "detail": "it counted as withdrawn"}
    if now is None or (now["same_as"] and (before is None or before["same_as"])):
        # the report is told of at the address that stands for it; each address has its own name on its list
        yield from _relabelled(h, before)
        return
    if before is None:
        if now["status"] == "rejected":
            return  # no report is news only when it becomes one
        old = left.get(now["record_sha256"] or "") or heir_of
        if old is not None:
            yield {"event": "moved", "before": old["source"], "after": h.url, "detail": f"was at {old['source']}"}
            if old["record_sha256"] != now["record_sha256"]:
                yield from changed(old, now, known.cells(old["report_id"]), found.cells(now["report_id"]))
        else:
            yield {"event": "new", "detail": f"{now['agency'] or '?'} {now['year'] or '?'}, {now['status']}"}
        return
    yield from _differences(h, before, now, known, found)
    yield from _relabelled(h, before)


def _relabelled(h: Held, before: Report | None) -> Iterator[dict[str, Any]]:
    if before and before["listed_as"] and h.listed_as and before["listed_as"] != h.listed_as:
        yield {"event": "relabelled", "before": before["listed_as"], "after": h.listed_as, "detail": "on its list"}


def _differences(h: Held, before: Report, now: Report, known: Known, found: Found) -> Iterator[dict[str, Any]]:
    attached = sorted(a.payload_sha256 for a in h.attachments) != sorted(before["attachments"] or [])
    if before["record_sha256"] != now["record_sha256"]:
        yield from changed(before, now, known.cells(before["report_id"]), found.cells(now["report_id"]))
    elif before["payload_sha256"] != now["payload_sha256"] and not attached and not found.reads_alike(before, now):
        yield {"event": "reformatted", "detail": "other bytes, the same record"}
    if attached:
        yield {"event": "attachment_changed", "detail": f"{len(h.attachments)} files"}


def changed(before: Report, now: Report, old: Cells, new: Cells) -> Iterator[dict[str, Any]]:
    """An event for each cell that says something else, or one for the whole record where no cell does."""
    named = 0
    whose = [f"{name}: {before[name]} → {now[name]}" for name in ("agency", "year") if before[name] != now[name]]
    if whose:  # the report of another body or year stands there: that comes before any figure
        yield {"event": "changed", "detail": "; ".join(whose)}
        named += 1
    for key in dict.fromkeys([*old, *new]):
        was, is_now = said(old.get(key)), said(new.get(key))
        if was != is_now and named < MOST_CELLS:
            named += 1
            table, row, column = key
            yield {"event": "changed", "table": table, "row": row, "column": column, "before": was, "after": is_now,
                   "detail": f"{'.'.join(key)}: {was} → {is_now}"}  # fmt: skip
    if not named:
        others = [f"{name}: {before[name]} → {now[name]}" for name in ("status", "agency", "year", "title", "form")
                if before[name] != now[name]]  # fmt: skip
        yield {"event": "changed", "detail": "; ".join(others) or "the text of a section"}


def said(cell: Mapping[str, Any] | None) -> str:
    """What a cell says: its number, or the state of a cell without one."""
    if cell is None:
        return "no such cell"
    value = cell["value"]
    if value is None:
        return str(cell["state"])
    return str(int(value)) if value == int(value) else f"{value:.10g}"
