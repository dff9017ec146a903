"""Bytes of one published document into `Report`s: reads, aligns, checks, and says who and when.
A pure function: the same bytes give the same record on any day, in any process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from gongkai.parsers.align import Alignment, align
from gongkai.parsers.attachments import join_attachments
from gongkai.parsers.before_2019 import report_before_2019
from gongkai.parsers.bilingual import in_chinese
from gongkai.parsers.candidates import doubt_broken_sums, settle
from gongkai.parsers.characters import simplify
from gongkai.parsers.checks import check
from gongkai.parsers.copied_names import copied_name_findings
from gongkai.parsers.document import Document
from gongkai.parsers.fee import processing_fee
from gongkai.parsers.forms import FORMS
from gongkai.parsers.genre import is_of_nobody, name_left_open, why_not_a_report
from gongkai.parsers.identity import who_and_when, with_scope
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import CODES, Role, codes_of
from gongkai.parsers.paging import Paging, joined, paging_of
from gongkai.parsers.prose import prose_findings
from gongkai.parsers.readers import Unreadable, decode, media_type_of, read
from gongkai.parsers.readers.outside import NOTHING_OUTSIDE, Outside
from gongkai.parsers.report import Finding, Identity, Number, Report, Section, Status, Value, Values
from gongkai.parsers.reprint import are_harmless
from gongkai.parsers.sections import sections
from gongkai.parsers.simplified import as_printed, in_simplified
from gongkai.parsers.stacked import unstacked
from gongkai.parsers.territory import located

PARSER_VERSION = "6"
"""Raised with every change that can alter a record."""

LARGEST_BODY = 40 * 1024 * 1024
"""Bytes; a larger document is refused: its tree alone would take more than a gigabyte."""

MOST_REPORTS = 40
"""How many tables of one file are looked at for the start of another report."""

NO_TABLES = "no statutory table in this document (they may be in an attachment or a picture)"
_NOT_FOUND = re.compile(r"(?:.*; )?table [a-z, ]+ not found")
_IMAGE = re.compile(rb"<img\b", re.IGNORECASE)

# The line that names a report: an agency, a year, the kind of report, nothing else.
_TITLE = re.compile(
    r"(?=.{0,40}(?:20\d\d|二[〇○零]))[^,,。;;《》]{0,40}信息公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)\s*"
)
# Rows that a report prints once, by the codes of their labels. Several, since a table may be a picture or its label lost.
_ONCE = {
    code: role
    for code, roles in CODES.items()
    for role in roles
    if role in (("row", "applications", "received"), ("row", "applications", "carried_out"), ("row", "proactive", "fees"),
                ("row", "proactive", "normative_documents"))
}  # fmt: skip
_ANY_ONCE = re.compile(f"[{''.join(_ONCE)}]")


def parse(
    body: bytes, *, media_type: str = "", url: str = "", outside: Outside = NOTHING_OUTSIDE
) -> Report:
    """The report in these bytes; the first one where the file holds several. See `parse_all`."""
    return parse_all(body, media_type=media_type, url=url, outside=outside)[0]


def parse_all(
    body: bytes, *, media_type: str = "", url: str = "", outside: Outside = NOTHING_OUTSIDE
) -> list[Report]:
    """Every report in these bytes, at least one: a document that is no report is one rejected `Report`.

    `media_type` and `url` are what the server said; they are not believed: what a file is stands in its
    bytes, and the year in an address is not the report's. `outside` gives the bytes that a page refers to and converts
    old office files. Raises nothing for any input.
    """
    if len(body) > LARGEST_BODY:
        limit = LARGEST_BODY // (1024 * 1024)
        return [_rejected(f"larger than {limit} MB ({len(body) // (1024 * 1024)} MB): refused", media_type_of(body)[0])]
    reports = _reports(body, outside)
    if outside.linked is not NOTHING_OUTSIDE.linked and len(reports) == 1 and reports[0].media_type == "text/html":
        alone = outside._replace(linked=NOTHING_OUTSIDE.linked)
        return [join_attachments(reports[0], body, outside.linked, lambda attached: parse_all(attached, outside=alone))]
    return reports


def _reports(body: bytes, outside: Outside) -> list[Report]:
    """The reports in one document, whatever it refers to."""
    try:
        document, found_type = read(body, outside)
    except Unreadable as problem:
        return [_rejected(str(problem), media_type_of(body)[0])]
    if not len(document) and b"<img" not in body:
        return [_rejected("no text in this page; open it in a browser to see what it shows", found_type)]
    reports = _reports_of(document, found_type)
    in_doubt = [r for r in reports if r.status != "ok" or r.findings]
    return _looked_at_again(reports, document, body, found_type, outside) if in_doubt else reports


def _looked_at_again(
    reports: list[Report], document: Document, body: bytes, found_type: str, outside: Outside
) -> list[Report]:
    """The reports of a document of which not all was found, by readings that most documents need not be asked for."""
    if (chinese := in_chinese(document)) is not None:
        document, reports = chinese, _reports_of(chinese, found_type)
    if found_type != "text/html":
        return reports
    if any(r.status == "partial" or r.reason == NO_TABLES for r in reports) and (apart := _apart(body, outside)) is not None:
        document, reports = apart, _reports_of(apart, found_type)
    paging = paging_of(body) if any(_is_incomplete(r) for r in reports) else None
    if paging is not None and (pages := _further_pages(paging, outside)):
        return _reports_of(joined(document, pages), found_type)
    if any(_lacks_tables(r) for r in reports) and _IMAGE.search(body):
        reports = _with_pictures(reports, body, outside)
    return [_one_of_several(r, str(paging)) if paging is not None and _is_incomplete(r) else r for r in reports]


def _apart(body: bytes, outside: Outside) -> Document | None:
    try:
        return unstacked(decode(body)[0], lambda page: read(page, outside)[0])
    except Unreadable:  # not in the encodings of a plain page
        return None


def _is_incomplete(report: Report) -> bool:
    return _lacks_tables(report) or (report.status == "partial" and "not found" in (report.reason or ""))


def _further_pages(paging: Paging, outside: Outside) -> list[tuple[str, Document]]:
    """The pages behind the first one of an article by their names; none where one of them is not at hand."""
    pages = []
    for reference in paging.further if paging.number == 1 else ():
        body = outside.linked(reference)
        try:
            document, found_type = read(body, outside) if body is not None else (None, "")
        except Unreadable:
            return []
        if document is None or found_type != "text/html":
            return []
        pages.append((reference.rpartition("/")[2], document))
    return pages


def _lacks_tables(report: Report) -> bool:
    return report.reason is not None and (report.reason == NO_TABLES or bool(_NOT_FOUND.match(report.reason)))


def _one_of_several(report: Report, said: str) -> Report:
    """The report of a page that is one of several."""
    finding = Finding("page_of_several", detail=said, fault="extraction")
    return replace(report, reason=f"{report.reason}; {said}", findings=(*report.findings, finding))


def _with_pictures(reports: list[Report], body: bytes, outside: Outside) -> list[Report]:
    """The reports of a page that lacks tables, with those that its pictures show; as they were where these show none."""
    try:
        document, found_type = read(body, outside, pictures=True)
    except Unreadable as problem:
        return [replace(r, reason=f"{r.reason}; {problem}") if _lacks_tables(r) else r for r in reports]
    return _reports_of(document, found_type)


def _reports_of(document: Document, found_type: str) -> list[Report]:
    texts = document.texts
    if document.reprint is not None:
        start, stop, reprint = document.reprint
        before, behind = codes_of(texts[:start]), codes_of(texts[stop:])
        if are_harmless(before, behind):
            return [_report(document, before + reprint.known.codes + behind, found_type, reprinted=True)]
    codes = codes_of(texts)
    cuts = report_starts(document, codes)
    if len(cuts) == 1:
        return [_report(document, codes, found_type)]
    ends = [*cuts[1:], len(document)]
    return [_report(document.part(a, b), codes[a:b], found_type) for a, b in zip(cuts, ends, strict=True)]


def _rejected(reason: str, media_type: str) -> Report:
    return Report("rejected", reason, None, Identity(), media_type=media_type)


def _report(document: Document, codes: str, media_type: str, *, reprinted: bool = False) -> Report:
    known = who_and_when(document.texts, document.meta)
    simple = in_simplified(document, known.identity.title)
    alignment = align(simple, known.identity.year, codes=codes if simple is document else None, reprinted=reprinted)
    if simple is not document:
        alignment = alignment._replace(values=as_printed(alignment.values, document, simple))
    tables = (alignment.usual.start, alignment.usual.stop) if alignment.usual is not None else None
    identity = located(with_scope(known, document.texts, tables), document.meta)
    printed = alignment.values.print_a_number()
    usual = alignment.usual if simple is document else None
    parts = sections(document.texts, document.tables, usual)
    if (older := report_before_2019(simple, identity, alignment, parts, media_type)) is not None:
        if simple is not document:
            older = replace(older, values=as_printed(Values.of(older.values), document, simple))
        return _without_a_body(_once_read(older) if document.candidates else older)
    # a table of reviews or of permits alone stands in other papers as well
    has_tables = printed and (identity.title is not None or len(alignment.tables) > 1 or "applications" in alignment.tables)
    reason = why_not_a_report(document.texts, document.meta, identity, tables_found=has_tables)
    unnamed = name_left_open(document.texts, document.meta, usual) if printed and reason is None else None
    if unnamed is not None and not any(alignment.values.numbers):
        reason = f"a blank form or template: “{unnamed}”, and no figure but 0"
    if reason is None and not alignment.tables:
        reason = NO_TABLES
    if reason is not None or alignment.form is None:
        return _without_a_body(Report("rejected", reason, None, identity, findings=identity.findings, sections=parts,
                                      media_type=media_type))  # fmt: skip
    as_read: Sequence[Value] = _with_fee(alignment.values, document, parts)
    if document.candidates:
        as_read = settle(document, alignment.form, as_read)
    values, sums = check(alignment.form, as_read)
    if document.candidates:
        doubted, sums = doubt_broken_sums(document, values, sums)
        values = Values.of(doubted)
    positions = _positions(alignment.form.version)

    def value_of(table: str, row: str, column: str) -> Number | None:
        position = positions.get((table, row, column))
        return None if position is None else values.numbers[position]

    prose, _ = prose_findings(parts, value_of)
    findings = (*identity.findings, *alignment.findings, *sums, *prose, *copied_name_findings(identity, parts))
    status, doubt = _status(alignment, values)
    if unnamed is not None:
        status, doubt = "partial", "; ".join(filter(None, (doubt, f"the title is that of a template: “{unnamed}”")))
    return Report(status, doubt, alignment.form.version, identity, values, findings, parts, media_type)


def _without_a_body(report: Report) -> Report:
    """A list, a search or an error page without the body and the year that it happens to name."""
    if report.status != "rejected" or not is_of_nobody(report.reason or ""):
        return report
    who = Identity(title=report.identity.title, published=report.identity.published)
    return replace(report, identity=who, findings=())


def _once_read(report: Report) -> Report:
    """A report under an older form from pictures: its figures take part in few sums, so each of them is flagged."""
    doubted = (v._replace(flags=(*v.flags, "ocr")) if v.value is not None and "ocr" not in v.flags else v for v in report.values)
    return replace(report, values=tuple(doubted))


def _with_fee(values: Values, document: Document, parts: tuple[Section, ...]) -> Values:
    """The processing fee of section six, which is printed in prose, in its cell."""
    texts = [s.text for s in parts if s.key == "other_matters"] or [s.text for s in parts]
    amount, raw, _ = processing_fee(texts)
    if raw is None:
        return values
    joined = "\n".join(document.texts)
    found = joined.find(raw) if raw else -1
    # counted from the end, where the fee stands
    i = len(document.texts) - 1 - joined.count("\n", found) if found >= 0 else None
    if document.candidates:
        i = next((k for k, t in enumerate(document.texts) if t and raw in t), None)
    flags = document.marks.get(i, ()) if i is not None else ("ocr",) if document.candidates else ()
    # the form's last cell
    return values.with_last(amount, raw, "reported" if amount is not None else "blank", None if i is None else document.at(i), flags)


@cache
def _positions(version: str) -> dict[tuple[str, str, str], int]:
    """Where each cell of a form stands among its values."""
    return {cell.key: k for k, cell in enumerate(FORMS[version].cells)}


def _status(alignment: Alignment, values: Values) -> tuple[Status, str | None]:
    """`ok` when every cell of every table was found, else `partial` with what is missing."""
    assert alignment.form is not None
    printed = values.print_a_number()
    if alignment.usual is not None and printed:
        return "ok", None  # the pattern of a usual page has all rows, and each of their cells
    missing = [t.key for t in alignment.form.tables if t.layout != "prose" and t.key not in alignment.tables]
    unreadable = values.states.count("unreadable")
    columns = {(t, c) for t, c, flags in zip(values.tables, values.columns, values.flags, strict=True) if "column_missing" in flags}
    rows = len({f.row for f in alignment.findings if f.rule == "row_missing"})
    doubts = []
    if not printed:
        doubts.append("no figure is printed in any table")
    if missing:
        doubts.append(f"table {', '.join(missing)} not found")
    if rows:
        doubts.append(f"{rows} rows not found")
    if columns:
        doubts.append(f"{len(columns)} columns not found")
    if unreadable:
        doubts.append(f"{unreadable} cells unreadable")
    if any("cut_off" in flags for flags in values.flags):
        doubts.append("the page breaks off within a table")
    return ("partial", "; ".join(doubts)) if doubts else ("ok", None)


def _titles(document: Document, cells: range) -> Iterator[tuple[int, str]]:
    """The titles of reports among these cells, folded; one may stand on two lines."""
    texts = document.texts
    for i in cells:
        if _TITLE.fullmatch(title := simplify(texts[i])):
            yield i, fold(title)
        elif i + 1 in cells and "20" in title and not title.endswith(("。", "日")):
            rest = simplify(texts[i + 1])
            if _TITLE.fullmatch(title + rest) and not _TITLE.fullmatch(rest):
                yield i, fold(title + rest)


def _alone(rows: Sequence[int], i: int) -> bool:
    """The cell is the only one of its row."""
    return (i == 0 or rows[i - 1] != rows[i]) and (i + 1 == len(rows) or rows[i + 1] != rows[i])


def report_starts(document: Document, codes: str) -> list[int]:
    """The cells where a report begins: 0, and where under another title its tables stand again.

    The same title once more (a print version, a second copy) is no other report, nor is a title beside other cells of a
    row, as lists of documents have them. `codes`: those of its texts.
    """
    printed = _ANY_ONCE.findall(codes)
    if len({_ONCE[code] for code in printed}) == len(printed):
        return [0]
    starts = [(match.start(), _ONCE[match[0]]) for match in islice(_ANY_ONCE.finditer(codes), len(_ONCE) * MOST_REPORTS)]
    if len({role for _, role in starts}) == len(starts):
        return [0]
    cuts = [0]
    seen: set[Role] = set()
    for start, role in starts:
        if role not in seen:
            seen.add(role)
            continue
        titles = dict(_titles(document, range(cuts[-1], start)))
        first_table = next(i for i, _ in starts if i >= cuts[-1])
        own = {title for i, title in titles.items() if i < first_table}
        others = [i for i, title in titles.items() if i > first_table and title not in own and _alone(document.rows, i)]
        if own and others:
            cuts.append(others[0])
            seen = {r for i, r in starts if others[0] <= i <= start}
    return cuts
