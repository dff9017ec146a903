"""A page and the files attached to it as one report: read from the better source, compared with the other.
The bytes of an attachment come from the caller, what stands in one from the readers and `align`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from html import unescape
from typing import NamedTuple

from gongkai.parsers.labels import fold
from gongkai.parsers.readers import decode
from gongkai.parsers.readers.outside import Linked
from gongkai.parsers.report import Evidence, Finding, Identity, Report, Value

MOST_ATTACHMENTS = 12
"""Files that a report's page may link to; one that links more is a list."""
MOST_UNDER_NO_TITLE = 2
"""The same for a page without a report's title: the report as PDF and as DOC."""

_REFERENCE = re.compile(r"""<a\b[^<>]*?\bhref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
# An ending in the path, or in the query of a download script (downfile.jsp?filename=x.pdf&showname=…).
_IS_FILE = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|rtf|ofd|zip|rar|7z|png|jpe?g)(?:$|[?#&])", re.IGNORECASE)
_NAME = re.compile(r"[^/\\?&=]+$")


class Attached(NamedTuple):
    """A report that stands in a file attached to the page."""

    name: str
    report: Report


def references(page: bytes) -> list[str]:
    """The files that a page links to, as it prints the references, in order, each once. Links to pages are none."""
    found: dict[str, None] = {}
    for match in _REFERENCE.finditer(decode(page)[0]):
        reference = unescape(match[1] or match[2] or match[3] or "").strip()
        if _IS_FILE.search(reference):
            found.setdefault(reference)
    return list(found)


def join_attachments(
    page: Report, body: bytes, linked: Linked, parse: Callable[[bytes], Sequence[Report]]
) -> Report:
    """The page's report with what its attachments say; the page's own where they say nothing of it.

    A page that is rejected because it prints no table becomes the report of its attachment; one that lists the
    reports of several years or agencies stays a list. `parse` reads one attachment.
    """
    attached: list[Attached] = []
    refused: list[str] = []
    files = references(body)
    if len(files) > (MOST_ATTACHMENTS if page.identity.title else MOST_UNDER_NO_TITLE):
        return page
    for reference in files:
        content = linked(reference)
        if content is None:
            continue
        reports = parse(content)
        found = _NAME.search(reference.split("#")[0])
        name = found[0] if found else reference
        if len(reports) == 1 and reports[0].status != "rejected":
            attached.append(Attached(name, reports[0]))
        elif reports and reports[0].reason:
            refused.append(f"{name}: {reports[0].reason}")
    attached = [one for one in attached if _is_of(page.identity, one.report.identity)]
    years = {one.report.identity.year for one in attached} - {None}
    agencies = {fold(one.report.identity.agency or "") for one in attached} - {""}
    # what would read them, as the extra to install, where the page is nothing without them
    if not attached and page.status == "rejected" and refused and "attachment" in (page.reason or ""):
        return dataclasses.replace(page, reason=f"{page.reason}; {refused[0]}")
    if not attached or len(years) > 1 or len(agencies) > 1:
        return page
    best = max(attached, key=lambda one: _worth(one.report))
    others = [one for one in attached if one is not best]
    if page.status == "rejected":
        report = _of_attachment(page, best)
    elif _worth(best.report) > _worth(page):
        report = _compared(_of_attachment(page, best), page, "the page")
    else:
        report = page
        others = attached
    for other in others:
        report = _compared(report, other.report, f"the attachment {other.name}")
    return report


def _is_of(page: Identity, attachment: Identity) -> bool:
    """The attachment is about the page's year, as far as both say one."""
    return page.year is None or attachment.year is None or page.year == attachment.year


def _worth(report: Report) -> tuple[bool, int]:
    """How well a source was read: without gaps first, then by the cells that are certain."""
    certain = sum(v.state in ("reported", "blank") and not v.flags for v in report.values)
    return report.status == "ok", certain


def _of_attachment(page: Report, attached: Attached) -> Report:
    """The attachment's figures under the page's identity; every place names the file."""
    name, report = attached
    values = tuple(v if v.at is None else v._replace(at=f"{name} {v.at}") for v in report.values)
    identity, conflicts = _joined_identity(page.identity, report.identity, name)
    sections = max(page.sections, report.sections, key=lambda s: sum(len(one.text) for one in s))
    return Report(report.status, report.reason, report.form, identity, values,
                  (*report.findings, *page.identity.findings, *conflicts), sections, page.media_type)  # fmt: skip


def _joined_identity(page: Identity, attachment: Identity, name: str) -> tuple[Identity, list[Finding]]:
    """What the page says of the report; what it does not say from the attachment."""
    fields = ("title", "agency", "year", "published", "signed", "region", "level", "department", "kind", "scope")
    conflicts: list[Finding] = []
    mine, theirs = fold(page.agency or ""), fold(attachment.agency or "")
    if mine and theirs and mine not in theirs and theirs not in mine:
        conflicts.append(Finding("agency_conflict", detail=f"the page names {page.agency}, its attachment {name} "
                                                           f"{attachment.agency}", fault="publisher"))  # fmt: skip
    # an agency and what is derived from its name come from one source
    who = page if page.agency is not None else attachment
    chosen = {f: getattr(page, f) if getattr(page, f) is not None else getattr(attachment, f) for f in fields}
    for f in ("agency", "region", "level", "department", "kind"):
        chosen[f] = getattr(who, f)
    evidence = (*page.evidence, *(Evidence(e.field, e.value, f"{name} {e.where}") for e in attachment.evidence))
    return Identity(**chosen, evidence=evidence, findings=page.findings), conflicts


def _compared(report: Report, other: Report, where: str) -> Report:
    """The report with a finding and a flag for every cell in which the other source prints another figure."""
    if report.form != other.form or other.status == "rejected":
        return report
    values: list[Value] = []
    findings: list[Finding] = []
    for mine, theirs in zip(report.values, other.values, strict=True):
        sure = mine.state in ("reported", "blank") and theirs.state in ("reported", "blank")
        if sure and mine.value != theirs.value and mine.table != "narrative":
            findings.append(Finding("copies_disagree", mine.table, mine.row, mine.column, mine.value, theirs.value,
                                    "publisher", f"{where} prints {theirs.raw or 'nothing'!r}"))  # fmt: skip
            mine = mine._replace(flags=(*mine.flags, "second_copy_differs"))
        values.append(mine)
    return report if not findings else Report(
        report.status, report.reason, report.form, report.identity, tuple(values), (*report.findings, *findings),
        report.sections, report.media_type,
    )  # fmt: skip
