"""A report on a year before 2019 as a `Report`: by its statistics table where it prints one, else by what its sentences state.
The table is read by `statistics`, the sentences by `sentences`; later reports are left to `align`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.parsers.align import Alignment
from gongkai.parsers.checks import check
from gongkai.parsers.copied_names import copied_name_findings
from gongkai.parsers.document import Document
from gongkai.parsers.forms import FORMS, GRID_FORMS
from gongkai.parsers.genre import why_not_a_report
from gongkai.parsers.names import complete, read_name
from gongkai.parsers.report import Evidence, Identity, Report, Section
from gongkai.parsers.sentences import VERSION as TOLD
from gongkai.parsers.sentences import read_sentences, stated
from gongkai.parsers.statistics import Listed, read_list
from gongkai.parsers.territory import located

LAST_YEAR = min(form.years[0] for form in GRID_FORMS.values()) - 1
"""The last report year of the forms read here: 2018."""
ROWS_OF_A_GRID = 8
"""A report on an early year whose tables have so many rows of a later form follows that form."""
FEWEST_SECTIONS = 2
"""A report without a title, or without any figure, is known by so many of its sections."""
HEAD = 60  # texts above which a caption may say year and agency

_CAPTION = re.compile(r"(?P<before>.{0,40}?)(?:政府|政务)信息公开(?:工作)?(?:情况)?统计(?:报)?表(?P<behind>.{0,14})")
_YEAR = re.compile(r"(20\d\d)\s*年?\s*度?")
_FILLED_BY = re.compile(r"填报(?:单位|机关|部门)\s*(?:[（(][^）)]{0,10}[）)])?\s*[:：]?\s*(.{0,40})")
_OWN_HEADINGS = (("fees", re.compile("收费")), ("consultation", re.compile("咨询")))


def report_before_2019(
    document: Document, identity: Identity, alignment: Alignment, parts: tuple[Section, ...], media_type: str
) -> Report | None:
    """The report that a document without tables of a later form is; None where it is none of these years."""
    if len(alignment.tables) > 2 and not alignment.findings:
        return None  # a usual page of a later form
    grid_rows = len({(v.table, v.row) for v in alignment.values if v.state != "absent"})
    title, named_year = _caption(document)
    listed = read_list(document, identity.year or named_year)
    if listed is not None and (listed.rows >= grid_rows or (listed.reason and grid_rows < ROWS_OF_A_GRID)):
        return _by_table(document, _named(document, identity, title, named_year), listed, parts, media_type)
    if identity.year is None or identity.year > LAST_YEAR or grid_rows >= ROWS_OF_A_GRID:
        return None
    reason = why_not_a_report(document.texts, document.meta, identity)
    if reason is not None:
        return _rejected(reason, identity, parts, media_type)
    return _by_sentences(document, identity, parts, media_type)


def _rejected(reason: str, identity: Identity, parts: tuple[Section, ...], media_type: str) -> Report:
    return Report("rejected", reason, None, identity, findings=identity.findings, sections=parts, media_type=media_type)


def _by_table(
    document: Document, identity: Identity, listed: Listed, parts: tuple[Section, ...], media_type: str
) -> Report:
    printed = any(v.value is not None for v in listed.values)
    open_rows = sum(f.rule == "row_ragged" for f in listed.findings)
    reason = listed.reason or why_not_a_report(document.texts, document.meta, identity, tables_found=printed or open_rows > 0)
    if reason is None and not printed and open_rows:
        reason = f"a statistics table with several columns of figures, none of which is named as the report's ({open_rows} rows)"
    if reason is None and not printed:
        reason = "a blank form: the statistics table without any figure"
    if reason is not None:
        return _rejected(reason, identity, parts, media_type)
    values, sums = check(listed.form, listed.values)
    doubts = []
    if rows := sum(f.rule == "row_missing" for f in listed.findings):
        doubts.append(f"{rows} rows not found")
    if unreadable := sum(v.state == "unreadable" for v in values):
        doubts.append(f"{unreadable} cells unreadable")
    findings = (*identity.findings, *listed.findings, *sums, *copied_name_findings(identity, parts))
    return Report("partial" if doubts else "ok", "; ".join(doubts) or None, listed.form.version, identity, values, findings,
                  _renamed(parts), media_type)  # fmt: skip


def _by_sentences(document: Document, identity: Identity, parts: tuple[Section, ...], media_type: str) -> Report:
    values, findings = read_sentences(document, identity.year)
    told = stated(values)
    keys = {s.key for s in parts if s.key and s.heading}
    # an article may praise itself for so many items published: a report has its title, or its sections
    if (identity.title is None or not told) and len(keys) < FEWEST_SECTIONS:
        return _rejected(
            f"a report on {identity.year} without statistics table, sections or sentences with figures "
            "(they may be in an attachment, in a picture or on a further page)", identity, parts, media_type
        )  # fmt: skip
    doubt = (
        f"no statistics table: {told} of {len(values)} quantities are stated in sentences, each flagged `prose`"
        if told
        else "no statistics table, and no sentence states a figure"
    )
    findings = (*identity.findings, *findings, *copied_name_findings(identity, parts))
    return Report("partial", doubt, FORMS[TOLD].version, identity, values, findings, _renamed(parts), media_type)


def _renamed(parts: Sequence[Section]) -> tuple[Section, ...]:
    """Sections that only the reports before 2019 have, under keys of their own."""
    named = []
    for part in parts:
        key = part.key
        if not key:
            key = next((k for k, pattern in _OWN_HEADINGS if pattern.search(part.heading)), "")
        named.append(part._replace(key=key))
    return tuple(named)


def _caption(document: Document) -> tuple[str | None, int | None]:
    """The caption of a statistics table and the year it names, for a document that is nothing but the table."""
    title: str | None = None
    for text in document.texts[:HEAD]:
        if len(text) <= 80 and (match := _CAPTION.search("".join(text.split()))):
            title = title or match[0]
            if year := _YEAR.search(match["before"]) or _YEAR.search(match["behind"]):
                return match[0], int(year[1])
    years = {m[1] for t in document.texts[:HEAD] if title and len(t) <= 20 and (m := re.fullmatch(r"[（(]?\s*(20\d\d)\s*年度?\s*[）)]?", t))}
    return title, int(years.pop()) if len(years) == 1 else None


def _named(document: Document, identity: Identity, title: str | None, year: int | None) -> Identity:
    """An identity completed by the caption of the table and by 填报单位, where the page has no title of a report."""
    evidence = list(identity.evidence)
    known = len(evidence)
    if year is not None and identity.year != year and (identity.year is None or identity.title is None):
        evidence.append(Evidence("year", str(year), "caption of the table"))
        # what was inferred from a date gives way to what is printed
        findings = tuple(f for f in identity.findings if f.rule != "year_inferred")
        identity = identity._replace(year=year, findings=findings)
    if identity.title is None and title is not None:
        identity = identity._replace(title=title)
        evidence.append(Evidence("title", title, "caption of the table"))
    if identity.agency is None:
        for name, where in _names(document, title):
            agency, how = complete(name, [], "", "", identity.year)
            if agency is not None:
                identity = identity._replace(agency=agency.name, region=agency.region, level=agency.level,
                                   department=agency.department, kind=agency.kind)  # fmt: skip
                identity = located(identity, document.meta)
                evidence += [Evidence("agency", agency.name, where + how), *identity.evidence[known:]]
                break
    return identity._replace(evidence=tuple(evidence))


def _names(document: Document, title: str | None) -> list[tuple[str, str]]:
    found = []
    for i, text in enumerate(document.texts):
        if len(text) <= 80 and "填报" in text and (match := _FILLED_BY.search(text)):
            behind = match[1] or next((t for t in document.texts[i + 1 : i + 3] if t), "")
            if name := read_name(behind.split("填报")[0].strip(" :：　")):
                found.append((name, "填报单位"))
    if title and (match := _CAPTION.search(title)) and (name := read_name(_YEAR.sub("", match["before"]))):
        found.append((name, "caption of the table"))
    return found
