"""Who and when of a usual text at once: a plain title in its first lines, a preamble, and whoever is named beside it named alike.
Every other page is left to `identity`, which says the same of a usual one, only slower."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from gongkai.parsers.dates import Lines, day_of, published, signed
from gongkai.parsers.names import (
    PLACE_ENDS,
    AgencyName,
    may_be_longer,
    names_place_and_body,
    read_agency,
    read_name,
)
from gongkai.parsers.place_names import years_of_level
from gongkai.parsers.preamble import (
    PLAIN_WORDS,
    PREAMBLE,
    cleaned,
    may_name_its_publisher,
    names_in,
    period_of,
)
from gongkai.parsers.report import Identity, new_evidence, new_identity
from gongkai.parsers.titles import PLAIN_TITLE, may_be_title, may_begin_the_text, may_end_in_a_place

LINES_ABOVE, LINES_BELOW, LINES_OF_OPENING = 3, 18, 40
"""Lines above a usual title, of a menu; lines from it on that may name a publisher and a day, and that reach to section two."""
LONGEST_DATE_LINE = 100

_DATE_LINE = re.compile(
    r"(发布日期|发布时间)[:：] ?(20[0-9]{2})-([0-9]{1,2})-([0-9]{1,2})(?!\d)\s*(?:(?:点击|浏览|阅读|访问)(?:数|量|次数)[:：]?\s*[0-9]*次?\s*)?"
)
_DAY = re.compile("(20[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})日")


def usual_head(texts: Sequence[str]) -> tuple[Identity, AgencyName, int] | None:
    """Identity without scope, the agency taken apart, the text with which the report proper begins; None where anything is
    other than usual. The page has no meta tags."""
    line = begin = 0
    for text in texts[:LINES_ABOVE]:
        if "报" in text:
            break  # of several titles the last one is taken
        if not text or "20" in text or may_begin_the_text(text):
            return None
        line += 1
        begin += len(text) + 1
    title = PLAIN_TITLE.fullmatch(texts[line]) if line < len(texts) else None
    if title is None or len(texts) < line + 2:
        return None
    before, name, behind = title.groups()
    if (body := _usual_body(name)) is None or bool(before) == bool(behind):
        return None
    year = int(before or behind)
    agency, first, last, place_is_open = body
    if not first <= year <= last or (line and may_end_in_a_place(texts[line - 1], name)):
        return None

    start = line + 1
    begin += len(texts[line]) + 1
    evidence = [new_evidence(("title", title[0], f"text {start}"))]
    published_on: date | None = None
    dated = _DATE_LINE.fullmatch(texts[start])
    if dated:
        published_on = day_of(dated[2], dated[3], dated[4])
        if published_on is None or len(texts[start]) >= LONGEST_DATE_LINE:
            return None
        begin += len(texts[start]) + 1
        evidence.append(new_evidence(("published", published_on.isoformat(), f"{dated[1]} text {start + 1}")))
        head = "\n".join(texts[: line + LINES_BELOW])
    else:
        lines = Lines(texts, 0, line + LINES_BELOW)
        head = lines.text
        if page := published(texts, lines, line, {}):
            published_on = page[0]
            evidence.append(new_evidence(("published", published_on.isoformat(), page[1])))
    if may_name_its_publisher(head) or (published_on is not None and published_on.year < year):
        return None
    if not _agrees("\n".join(texts[: line + LINES_OF_OPENING]), begin, name, year, place_is_open):
        return None

    signed_on: date | None = None
    at = len(texts) - 1
    if texts[-2] == name and at > start + 4 and (day := _DAY.fullmatch(texts[at])) and (signed_on := day_of(day[1], day[2], day[3])):
        evidence.append(new_evidence(("signed", signed_on.isoformat(), f"signature text {at + 1}")))
    elif signature := signed(texts, start + 3):
        signed_on, signatory, at = signature
        if signatory != name and read_name(signatory) is not None:
            return None
        evidence.append(new_evidence(("signed", signed_on.isoformat(), f"signature text {at + 1}")))
    evidence.append(new_evidence(("year", str(year), "title")))
    evidence.append(new_evidence(("agency", name, "title")))
    _, region, level, department, kind, _, _ = agency
    parts = (title[0], name, year, published_on, signed_on, region, level, department, kind, "unclear", None, None, None)
    return new_identity((*parts, tuple(evidence), ())), agency, start


@lru_cache(maxsize=1024)
def _usual_body(name: str) -> tuple[AgencyName, int, int, bool] | None:
    """The agency that a title's name is by itself, in which years, and whether the text may print its place in full."""
    if read_name(name) != name:
        return None
    agency = read_agency(name)
    if not names_place_and_body(agency):
        return None
    return agency, *years_of_level(agency.places), may_be_longer(agency)


def _agrees(joined: str, begin: int, name: str, year: int, place_is_open: bool) -> bool:
    """Whether the text from `begin` to section two has a preamble and section one, and names no other body, place, title or
    year than the title does. Never less of it is looked at than in the general way."""
    tables = joined.find("\n二、", begin, begin + PREAMBLE)
    text = joined[begin:tables] if tables >= 0 else ""
    stop = text.find("\n一、")
    if stop <= 0 or not text[stop + 3 : stop + 4].strip() or any(map(may_be_title, text[:stop].split("\n"))):
        return False
    if (lead := cleaned(text)) is not text:
        stop = lead.find("\n一、")
    if (period := period_of(lead)) is not None and period != year:
        return False
    for said, _ in names_in(lead[:stop], PLAIN_WORDS):
        if said != name and read_name(said) is not None:
            return False
    at = lead.find(name) if place_is_open else -1
    while at >= 0:
        if at and lead[at - 1] in PLACE_ENDS:
            return False
        at = lead.find(name, at + 1)
    return True
