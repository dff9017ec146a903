"""Files and folders of documents → a dataset, and what became of each document.
Finding, parsing and writing are left to `documents`, `workers` and `dataset`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from gongkai.output.corrections import Review
from gongkai.output.dataset import create
from gongkai.output.documents import Document
from gongkai.output.history import Figures, history_findings
from gongkai.output.overrides import Overrides
from gongkai.output.rows import Rows
from gongkai.output.workers import run
from gongkai.parsers import PARSER_VERSION
from gongkai.parsers.forms import FORMS


@dataclass(slots=True)
class Summary:
    """What a run did. `statuses` counts reports by status; `unread` pairs the source of each document that could not
    be read, or broke the parser, with the reason; `same_bytes` pairs a source with the one that has the same bytes;
    `attached` are files that were read as parts of a page's report."""

    documents: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    unread: list[tuple[str, str]] = field(default_factory=list)
    same_bytes: list[tuple[str, str]] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


_SHORT = ["report_id", "source", "latest", "status", "year", "payload_sha256"]


def convert(
    documents: Sequence[Document],
    out: str,
    jobs: int,
    on_progress: Callable[[int], None],
    review: Review | None = None,
    overrides: Overrides | None = None,
) -> Summary:
    """Parses the documents with `jobs` processes into a dataset at `out`, replacing an earlier one; people's corrections
    are put beside what was read.

    `on_progress` is told after each batch how many documents it held. Raises what `dataset.create` raises.
    """
    summary = Summary(documents=len(documents))
    review, overrides = review or Review(()), overrides or Overrides()
    figures: list[Figures] = []
    reports: list[dict[str, object]] = []  # only what corrections ask about
    first: dict[str, str] = {}  # sha256 → the source that has its row
    with create(out) as writer, closing(run(documents, jobs)) as batches:
        for outcomes, rows in batches:
            drop: list[str] = []
            for outcome in outcomes:
                if outcome.sha256 and (earlier := first.setdefault(outcome.sha256, outcome.source)) != outcome.source:
                    summary.same_bytes.append((outcome.source, earlier))
                    drop += outcome.report_ids
                    continue
                if outcome.sha256 is None and not outcome.report_ids:
                    summary.attached.append(outcome.source)
                summary.statuses.update(outcome.statuses)
                if outcome.problem:
                    summary.unread.append((outcome.source, outcome.problem))
            rows = overrides.over(rows)
            if review.every:
                cells = review.of(rows.tables["cells"])
                rows = Rows({**rows.tables, "cells": cells}, rows.wide, rows.units, rows.figures)
                short = rows.tables["reports"].select(_SHORT).to_pylist()
                reports += [r for r in short if r["report_id"] not in drop]
            writer.add(rows, drop)
            figures += [f for f in rows.figures if f.report_id not in drop]
            on_progress(len(outcomes))
        writer.tell([*history_findings(figures), *review.lapsed(reports)])
        summary.remarks = review.unmatched(reports)
        versions = {"parser_version": PARSER_VERSION, "forms": ", ".join(FORMS)}
        writer.finish(versions | ({"identities": overrides.digest} if overrides.digest else {}))
        summary.rows = dict(writer.counts)
    return summary
