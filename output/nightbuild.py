"""Tonight's archive → the dataset with tonight in it: what is new is read, what is known is kept, what changed is named.
Crawling comes before and telling people after: see `nightly`."""

from __future__ import annotations

import gc
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.backdating import backdated
from gongkai.output.coded import CODED
from gongkai.output.corrections import Review
from gongkai.output.dataset import batches, open_dataset, package_of, read_table, without_reports
from gongkai.output.dataset import rows_of as dataset_rows
from gongkai.output.documents import Document
from gongkai.output.events import Found, Known, changed, events, heirs
from gongkai.output.growing import Night, grow
from gongkai.output.history import LOOKED_AT, figures_from, history_findings
from gongkai.output.holdings import VERIFIED, Attachment, Earlier, Held, Holdings
from gongkai.output.ledger import coverage_of, since_before
from gongkai.output.overrides import IDENTITY, RULE, Overrides
from gongkai.output.patching import by_people, count_findings, patched_cells, reviewed, wide_with_counts
from gongkai.output.placing import alone
from gongkai.output.rows import Rows, table_from
from gongkai.output.workers import run as parse_documents
from gongkai.parsers import PARSER_VERSION
from gongkai.parsers.forms import FORMS
from gongkai.parsers.readers import Unreadable, read

DOCUMENTS_AT_ONCE = 200
"""Documents whose bytes are taken out of the archive together."""

Report = dict[str, Any]


class Refused(Exception):
    """The dataset would hold less than the one it replaces; the message says what."""


@dataclass(slots=True)
class Built:
    """What a night's build did."""

    events: list[dict[str, Any]] = field(default_factory=list)
    coverage: list[dict[str, Any]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    parsed: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


class _Reading(NamedTuple):
    """A document that is to be read: its address, bytes from where, and what it refers to."""

    source: str
    body: Callable[[], bytes | None]
    attachments: tuple[Attachment, ...]


def build(
    holdings: Holdings, out: str, at: datetime, jobs: int, *, frozen: Collection[str] = (), force: bool = False,
    full: bool = False, review: Review | None = None, overrides: Overrides | None = None,
) -> Built:  # fmt: skip
    """The dataset at `out` with the night of `holdings` in it. `frozen`: sites whose lists cannot be believed tonight;
    `full`: everything in the archive is read again.

    Raises Refused, NotADataset, InUse, OSError; then the dataset stays as it was.
    """
    with alone(out), _uncollected():
        return _build(holdings, out, at, jobs, frozen, force, full, review or Review(()), overrides or Overrides())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles: a build makes millions of small objects, none of them in a cycle, and looking through
    all of them again and again was a third of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _build(
    holdings: Holdings, out: str, at: datetime, jobs: int, frozen: Collection[str], force: bool, full: bool,
    review: Review, overrides: Overrides,
) -> Built:  # fmt: skip
    folder = _folder(out)
    old: list[Report] = read_table(folder, "reports").to_pylist() if folder else []
    held = list(holdings.reports())
    chosen = _chosen(held, old)
    again = {r["report_id"] for r in old if full or r["parser_version"] != PARSER_VERSION}
    again |= _to_identify(folder, old, overrides)
    earlier = list(holdings.earlier()) if full or not folder else []
    to_read = _to_read(holdings, old, chosen, again, earlier)

    built = Built(parsed=len(to_read))
    rows = [reviewed(overrides.over(one), review) for one in _read(holdings, to_read, jobs, built)]
    rows = _once_said(rows, old, earlier)
    held, rows = _settled(holdings, held, rows, old)
    chosen = _chosen(held, old)
    fresh: list[Report] = [r for one in rows for r in one.tables["reports"].to_pylist()]
    gone = {r["report_id"] for r in old if r["report_id"].split("-")[0] in to_read}
    reports = _dated([r for r in old if r["report_id"] not in gone] + fresh, old, chosen, held, frozen, at)
    _with_first_times(reports, earlier)
    _refuse_less(old, reports, force)
    patched, said, says = patched_cells(folder, gone, rows, review)

    newest = _newest(old)
    asked = [r["report_id"] for r in old if r["report_id"] in again] if again else _other_bytes(held, newest)
    known = Known(newest, _withdrawn(folder), _reader(folder, (), old, asked))
    found = Found(
        _newest(reports), _reader(folder, rows, old, asked), partial(_reads_alike, holdings), _replaced(held, reports)
    )
    if again:
        built.events += _by_the_parser(
            holdings.run, at, [r for r in old if r["report_id"] in again], reports, known, found
        )
        known = Known(
            _newest(_reread(old, [r for r in reports if r["report_id"] in again])),
            known.withdrawn,
            _reader(folder, rows, old, _other_bytes(held, newest)),
        )
    built.events += events(holdings.run, at, held, known, found)
    built.events += by_people(holdings.run, at, reports, said, says, review)
    built.events = _with_those_told(folder, holdings.run, built.events)
    before = read_table(folder, "coverage").to_pylist() if folder else []
    built.coverage = since_before(coverage_of(reports, held, holdings.listings(), frozen, at), before)
    latest = [r for r in reports if r["latest"]]
    across = [
        *history_findings(figures_from(latest, _cells(folder, rows, gone))),
        *backdated(reports, holdings.absences()),
        *review.lapsed(reports),
    ]
    built.remarks = review.unmatched(reports)
    changed_counts = count_findings(folder, reports, rows, gone, across)
    if folder and changed_counts:
        patched["wide"] = wide_with_counts(folder, changed_counts, gone)
    built.reports = reports
    built.rows = grow(
        out,
        Night(
            holdings.run, table_from("reports", reports), rows, gone, across, built.events, built.coverage,
            {"parser_version": PARSER_VERSION, "forms": ", ".join(FORMS), "run": holdings.run}
            | ({"identities": overrides.digest} if overrides.digest else {}),
            patched,
        ),
    )  # fmt: skip
    return built


_EVENT = ("cause", "event", "source", "table", "row", "column", "before", "after")


def _with_those_told(folder: Path | None, run: str, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tonight's events, those first that the dataset has of this very night: where it was published and the process
    ended before it could say so, there is no difference left to be seen."""
    told = read_table(folder, "changes", filters=pc.field("run_id") == run).to_pylist() if folder else []
    known = {tuple(e.get(name) for name in _EVENT) for e in told}
    return [*told, *(e for e in found if tuple(e.get(name) for name in _EVENT) not in known)]


def _to_identify(folder: Path | None, old: Sequence[Report], overrides: Overrides) -> set[str]:
    """Reports whose identity people see otherwise than when the dataset was built: those that an entry was put over,
    and those that one speaks of now."""
    if folder is None or package_of(folder).get("identities", "") == overrides.digest:
        return set()
    marked = read_table(folder, "findings", ["report_id"], pc.field("rule") == RULE)["report_id"].to_pylist()
    return {*marked, *(r["report_id"] for r in old if overrides.of(r["source"]))}


def _to_read(
    holdings: Holdings,
    old: Sequence[Report],
    chosen: Mapping[str, Held],
    again: Collection[str],
    earlier: Sequence[Earlier],
) -> dict[str, _Reading]:
    """The documents to be read, by the report's id: new ones, those with other attachments, and those of `again`."""
    known = {r["report_id"] for r in old} - set(again)
    attachments_of = {r["report_id"]: sorted(r["attachments"] or []) for r in old}
    found: dict[str, _Reading] = {}
    for h in chosen.values():
        report_id = h.payload_sha256[:16]
        if report_id not in known or attachments_of.get(report_id) != _digests(h.attachments):
            found[report_id] = _Reading(h.url, partial(holdings.body, h.record), h.attachments)
    for r in old:
        report_id = r["report_id"].split("-")[0]
        if r["report_id"] in again and r["capture"] and report_id not in found:
            found[report_id] = _Reading(r["source"], partial(holdings.body_at, r["capture"]), _earlier(holdings, r))
    for e in earlier:  # versions that no dataset knows any more
        if e.payload_sha256[:16] not in found and e.payload_sha256[:16] not in known:
            found[e.payload_sha256[:16]] = _Reading(e.url, partial(holdings.body_at, e.capture), ())
    return found


def _with_first_times(reports: Iterable[Report], earlier: Sequence[Earlier]) -> None:
    """Versions that only the archive knows get their times from it."""
    by_id = {e.payload_sha256[:16]: e for e in earlier}
    for r in reports:
        e = by_id.get(r["report_id"].split("-")[0])
        if e is not None and r["capture"] is None:
            r |= {
                "capture": e.capture,
                "fetched_at": e.at,
                "first_seen": e.at,
                "last_changed": e.at,
                "last_checked": e.at,
            }


def _folder(out: str) -> Path | None:
    """The dataset that is there already."""
    if not Path(out).exists() or not any(Path(out).iterdir()):
        return None
    return open_dataset(out)


def _chosen(held: Sequence[Held], old: Sequence[Report]) -> dict[str, Held]:
    """One address for each payload: the same report at two addresses is one report. Where it was known before, if
    it is still there; else where it was seen tonight; else where it was found first."""
    source = {r["report_id"]: r["source"] for r in old}
    groups: dict[str, list[Held]] = defaultdict(list)
    for h in held:
        if h.payload_sha256:
            groups[h.payload_sha256].append(h)
    return {
        payload: min(group, key=lambda h: (h.outcome not in VERIFIED, h.url != source.get(payload[:16]), h.first_seen))
        for payload, group in groups.items()
    }


def _digests(attachments: Iterable[Attachment]) -> list[str]:
    return sorted(a.payload_sha256 for a in attachments)


def _earlier(holdings: Holdings, report: Report) -> tuple[Attachment, ...]:
    """The attachments of a version that is no longer the newest, by their digests."""
    found = ((digest, holdings.record_of(digest)) for digest in report["attachments"] or [])
    return tuple(Attachment("", record, digest) for digest, record in found if record)


def _read(holdings: Holdings, readings: dict[str, _Reading], jobs: int, built: Built) -> Iterator[Rows]:
    """The rows of documents; those whose bytes are damaged are taken out of `readings`: what was read of them stands."""
    waiting = list(readings.items())
    for start in range(0, len(waiting), DOCUMENTS_AT_ONCE):
        documents: list[Document] = []
        for report_id, one in waiting[start : start + DOCUMENTS_AT_ONCE]:
            body = one.body()
            if body is None or hashlib.sha256(body).hexdigest()[:16] != report_id:
                built.unread.append((one.source, "its bytes in the archive are damaged: run `gongkai verify`"))
                del readings[report_id]
                continue
            files = tuple(
                (a.url, data) for a in one.attachments if a.url and (data := holdings.body(a.record)) is not None
            )
            documents.append(Document(one.source, b"", len(body), body=body, attached=files))
        for done in parse_documents(documents, jobs):
            built.unread += [(o.source, o.problem) for o in done.outcomes if o.problem]
            yield done.rows


def _once_said(rows: Sequence[Rows], old: Sequence[Report], earlier: Sequence[Earlier]) -> list[Rows]:
    """The rows without earlier versions that say what another one at their address says: bytes that differ every night."""
    ids = {e.payload_sha256[:16] for e in earlier} - {r["report_id"].split("-")[0] for r in old}
    every = [*old, *(r for one in rows for r in one.tables["reports"].to_pylist())]
    said = {(r["source"], r["record_sha256"]) for r in every if r["report_id"].split("-")[0] not in ids}
    repeated: set[str] = set()
    for r in every:
        if r["report_id"].split("-")[0] in ids:
            if (r["source"], r["record_sha256"]) in said:
                repeated.add(r["report_id"])
            said.add((r["source"], r["record_sha256"]))
    return [without_reports(one, repeated) for one in rows] if repeated else list(rows)


def _settled(
    holdings: Holdings, held: Sequence[Held], rows: Sequence[Rows], old: Sequence[Report]
) -> tuple[list[Held], list[Rows]]:
    """Pages whose bytes are others every night (a counter, the time) are no new versions: what they print and say is
    the same, so the version that is known stands, and the bytes stay in the archive."""
    known: dict[str, list[Report]] = defaultdict(list)
    for r in old:
        if (r["latest"] or r["same_as"]) and r["parser_version"] == PARSER_VERSION:
            known[r["source"]].append(r)
    fresh: dict[str, list[Report]] = defaultdict(list)
    for one in rows:
        for r in one.tables["reports"].to_pylist():
            fresh[r["report_id"].split("-")[0]].append(r)
    unchanged: dict[str, Report] = {}  # id of what came tonight: what it was known as
    for h in held:
        before, now = known.get(h.url, []), fresh.get(h.payload_sha256[:16], [])
        alike = [(r["record_sha256"], r["status"]) for r in before] == [(r["record_sha256"], r["status"]) for r in now]
        if not before or not alike or before[0]["payload_sha256"] == h.payload_sha256:
            continue
        tonight = {"capture": h.capture}
        if sorted(before[0]["attachments"] or []) == _digests(h.attachments) and _reads_alike(
            holdings, before[0], tonight
        ):
            unchanged[h.payload_sha256] = before[0]
    ids = {r["report_id"] for payload in unchanged for r in fresh[payload[:16]]}
    settled = [
        h._replace(payload_sha256=was["payload_sha256"], capture=was["capture"], fetched_at=was["fetched_at"])
        if (was := unchanged.get(h.payload_sha256))
        else h
        for h in held
    ]
    return settled, [without_reports(one, ids) for one in rows] if ids else list(rows)


def _dated(
    reports: Sequence[Report], old: Sequence[Report], chosen: Mapping[str, Held], held: Sequence[Held],
    frozen: Collection[str], at: datetime,
) -> list[Report]:  # fmt: skip
    """The rows with the times and places that the archive knows of them, and `latest` on the newest at each address."""
    before = {r["report_id"]: r for r in old}
    by_payload = {payload[:16]: h for payload, h in chosen.items()}
    newest = _standing(reports, old, held)
    found: list[Report] = []
    for report in reports:
        report_id = report["report_id"].split("-")[0]
        was, h = before.get(report["report_id"]), by_payload.get(report_id)
        row = dict(report)
        if was is not None:
            row |= {n: was[n] for n in ("first_seen", "last_changed", "last_checked", "last_absent", "capture", "fetched_at",
                                        "listed_as", "attachments")}  # fmt: skip
        if h is not None:
            seen = h.outcome in VERIFIED
            row |= {
                "source": h.url, "capture": h.capture, "fetched_at": h.fetched_at,
                "first_seen": row["first_seen"] or h.first_seen, "last_changed": h.last_changed,
                "last_checked": at if seen else row["last_checked"] or h.last_checked,
                "last_absent": at if h.absent and h.site not in frozen else row["last_absent"],
                "listed_as": h.listed_as or row["listed_as"], "attachments": _digests(h.attachments),
            }  # fmt: skip
        row["latest"] = newest.get(row["source"]) == report_id if row["source"] in newest else bool(row["latest"])
        found.append(row)
    _pair(found, {h.url: h for h in held}, before)
    _hand_over(found, heirs(held, _newest(old), {r["source"]: r for r in found if r["latest"]}))
    return found


def _standing(reports: Iterable[Report], old: Iterable[Report], held: Iterable[Held]) -> dict[str, str]:
    """The id of the document that stands for each address: the newest one, unless that is no report and an earlier one
    was. A home page in a report's place says nothing about the report; what was known of it stands."""
    readable = _readable(reports)
    before = {
        r["source"]: r["report_id"].split("-")[0]
        for r in old
        if r["status"] != "rejected" and (r["latest"] or r["same_as"])
    }
    newest = {h.url: h.payload_sha256[:16] for h in held}
    return {url: found if found in readable else before.get(url, found) for url, found in newest.items()}


def _readable(reports: Iterable[Report]) -> set[str]:
    return {r["report_id"].split("-")[0] for r in reports if r["status"] != "rejected"}


def _replaced(held: Iterable[Held], reports: Iterable[Report]) -> dict[str, str]:
    """Addresses where a report stood and something stands that is none, with the reason why it is none."""
    reasons: dict[str, str] = {}
    readable, standing = set(), set()
    for r in reports:
        report_id = r["report_id"].split("-")[0]
        if r["status"] == "rejected":
            reasons[report_id] = r["reason"] or "no report"
        else:
            readable.add(report_id)
            if r["latest"] or r["same_as"]:
                standing.add(r["source"])
    here = ((h.url, h.payload_sha256[:16]) for h in held)
    return {
        url: reasons[found] for url, found in here if url in standing and found in reasons and found not in readable
    }


def _pair(reports: Sequence[Report], held: Mapping[str, Held], before: Mapping[str, Report]) -> None:
    """The same report at two addresses is one report: the one that was known first, of those that are still there,
    stands for all."""
    alike: dict[str, list[Report]] = defaultdict(list)
    for r in reports:
        was, h = before.get(r["report_id"]), held.get(r["source"])
        if was is not None and was["same_as"] and r["latest"] and (h is None or h.outcome not in VERIFIED):
            # Not seen here tonight: what stood for it does so still, even where that says something else by now.
            r["same_as"], r["latest"] = was["same_as"], False
            continue
        r["same_as"] = None
        if r["latest"] and r["status"] != "rejected" and r["agency"] and r["year"]:
            alike[r["record_sha256"]].append(r)

    def rank(r: Report) -> tuple[bool, bool, Any]:
        was, h = before.get(r["report_id"]), held.get(r["source"])
        there = h is not None and not h.gone and h.outcome not in ("missing", "redirected")
        return not there, was is None or bool(was["same_as"]), r["first_seen"]

    for group in alike.values():
        first, *others = sorted(group, key=rank)
        for other in others:
            other["same_as"], other["latest"] = first["report_id"], False


def _hand_over(reports: Sequence[Report], heirs: Mapping[str, Mapping[str, Any]]) -> None:
    """What an address said stands no more where another one took its place."""
    standing = {r["source"]: r for r in reports if r["latest"]}
    for source, old in heirs.items():
        heir, left = standing.get(source), standing.get(old["source"])
        if heir is not None and left is not None:
            left["same_as"], left["latest"] = heir["report_id"], False


def _refuse_less(old: Sequence[Report], reports: Sequence[Report], force: bool) -> None:
    """A night adds reports and never takes any: fewer that can be read mean that something broke here."""
    then, now = (sum(r["status"] != "rejected" for r in rows) for rows in (old, reports))
    if now < then and not force:
        raise Refused(f"{now} reports could be read, {then} in the dataset as it is; nothing was changed (--force)")


def _newest(reports: Iterable[Report]) -> dict[str, Report]:
    """The newest version at each address; of several reports in one document the first that was read."""
    found: dict[str, Report] = {}
    for r in reports:
        newest = r["latest"] or r["same_as"]
        if newest and (r["source"] not in found or found[r["source"]]["status"] == "rejected"):
            found[r["source"]] = r
    return found


def _reread(old: Iterable[Report], reports: Iterable[Report]) -> list[Report]:
    """Last night's rows as this parser reads them, so that only what the publisher did is told as theirs."""
    by_id = {r["report_id"]: r for r in reports}
    kept = ("source", "latest", "listed_as", "attachments")
    return [{**by_id.get(r["report_id"], r), **{n: r[n] for n in kept}} for r in old]


def _by_the_parser(
    run: str, at: datetime, old: Sequence[Report], reports: Sequence[Report], known: Known, found: Found
) -> Iterator[dict[str, Any]]:
    """What the same bytes say otherwise when they are read again: to another version of the parser, with another table of
    divisions and departments (`identity`), or with what people know of who published them (`person`)."""
    now = {r["report_id"]: r for r in reports}
    for before in old:
        after = now.get(before["report_id"])
        if after is None:
            continue
        base = {"run_id": run, "at": at, "source": before["source"], "report_id": before["report_id"]}
        if after["record_sha256"] != before["record_sha256"]:
            for event in changed(before, after, known.cells(before["report_id"]), found.cells(before["report_id"])):
                yield {**base, "cause": "parser", **event}
        elif who := [n for n in IDENTITY if before[n] != after[n]]:
            cause = "identity" if before["parser_version"] != after["parser_version"] else "person"
            said = "; ".join(f"{n}: {before[n]} → {after[n]}" for n in who)
            yield {**base, "cause": cause, "event": "changed", "detail": said}


# What a page prints anew at every visit, or each time it is made.
_MOVING = re.compile(r"浏览|点击|访问|阅读|人气|次数|生成时间|当前时间|今天是|天气|在线人数")


def _reads_alike(holdings: Holdings, before: Report, now: Report) -> bool:
    texts = [_texts(holdings.body_at(r["capture"])) for r in (before, now) if r["capture"]]
    return len(texts) == 2 and texts[0] is not None and texts[0] == texts[1]


def _texts(body: bytes | None) -> list[str] | None:
    """What a document prints, without what moves at every visit; None where no reader takes it."""
    if body is None:
        return None
    try:
        document, _ = read(body)
    except Unreadable:
        return None
    return [squeezed for text in document.texts if (squeezed := "".join(text.split())) and not _MOVING.search(squeezed)]


def _withdrawn(folder: Path | None) -> frozenset[str]:
    """Addresses whose last word was that they count as withdrawn."""
    if folder is None:
        return frozenset()
    state: dict[str, str] = {}
    for row in read_table(folder, "changes", ["at", "event", "source"]).sort_by("at").to_pylist():
        if row["event"] in ("withdrawn", "resurfaced"):
            state[row["source"]] = row["event"]
    return frozenset(source for source, event in state.items() if event == "withdrawn")


REPORTS_AT_ONCE = 500
"""Reports whose cells are looked up together, 15 MB: a look goes through the ids of all cells of their years."""


def _reader(
    folder: Path | None, rows: Sequence[Rows], old: Sequence[Report] = (), asked: Sequence[str] = ()
) -> Callable[[str], dict[tuple[str, str, str], dict[str, Any]]]:
    """Gives the cells of a report: of this night's rows where they hold it, else of the dataset. `old`: the reports in
    the dataset; `asked`: ids of those that may be asked for, in that order."""
    tonight = {i: one for one in rows for i in one.tables["reports"]["report_id"].to_pylist()}
    years = {r["report_id"]: r["year"] for r in old}
    order = {report_id: k for k, report_id in enumerate(asked)}
    near: dict[str, dict[tuple[str, str, str], dict[str, Any]]] = {}

    def cells(report_id: str) -> dict[tuple[str, str, str], dict[str, Any]]:
        if report_id in tonight:
            table = tonight[report_id].tables["cells"].filter(pc.field("report_id") == report_id)
            if len(table):
                return {(c["table"], c["row"], c["column"]): c for c in table.to_pylist()}
        if report_id not in near and folder is not None and report_id in years:
            first = order.get(report_id)
            ids = [report_id] if first is None else asked[first : first + REPORTS_AT_ONCE]
            near.clear()
            near.update((i, {}) for i in ids)
            for c in dataset_rows(folder, "cells", ids, {years[i] for i in ids}).to_pylist():
                near[c["report_id"]][c["table"], c["row"], c["column"]] = c
        return near.get(report_id, {})

    return cells


def _other_bytes(held: Iterable[Held], newest: Mapping[str, Report]) -> list[str]:
    """Ids of the reports in whose place other bytes stand tonight."""
    return [
        r["report_id"] for h in held if (r := newest.get(h.url)) is not None and r["payload_sha256"] != h.payload_sha256
    ]


def _cells(folder: Path | None, rows: Sequence[Rows], gone: Collection[str]) -> Iterator[pa.RecordBatch]:
    """The cells that history looks at, of the dataset and of this night, piece by piece."""
    if folder is not None:
        for batch in batches(folder, "cells", LOOKED_AT, coded=CODED):
            yield _without(batch, gone) if gone else batch
    for one in rows:
        yield from one.tables["cells"].select(LOOKED_AT).to_batches()


def _without(cells: pa.RecordBatch, gone: Collection[str]) -> pa.RecordBatch:
    ids = cells["report_id"]
    drop = pc.is_in(ids.dictionary, value_set=pa.array(sorted(gone), pa.string()))
    return cells.filter(pc.invert(pc.take(drop, ids.indices)))
