"""Another place or body as the one that acts in a report's sections, as it stands in texts that were copied from a neighbour.
Who reports is left to `identity`; figures that were copied are found by comparing reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.parsers.divisions import STILL, Division, bearers, division_of_code, is_stem, lies_in
from gongkai.parsers.names import AgencyName, read_agency, read_name
from gongkai.parsers.report import Finding, Identity, Section
from gongkai.parsers.territory import usual_department

RULE = "another_name"
SECTIONS = frozenset(("overview", "problems", "other_matters"))
LONGEST_SUBJECT = 24
LONGEST_QUOTE = 60
MOST_FOUND = 3
"""Findings of one report: after three the reader has seen enough."""

# What a report says of its own agency: these words follow the one who acts, at the beginning of a sentence.
_ACTS = (
    "深入贯彻|认真贯彻|全面贯彻|认真落实|全面落实|严格按照|严格落实|严格执行|高度重视|始终坚持|坚持以|紧紧围绕|紧扣|扎实推进|积极推进|持续推进|深入推进"
    "|切实加强|不断加强|进一步加强|共收到|共受理|未收到|没有收到|收到政府信息|收到依申请|主动公开|共主动公开|通过政府网站|政府信息公开工作|政务公开工作|将继续|将进一步|虽然|虽取得"
)
# Found by the last character of a name and what follows; a search for the beginnings of sentences takes five times as long.
_ACTING = re.compile(f"[省市县区旗州盟局委会厅](?={_ACTS})")
_OPENS = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]+[)）、.．]\s*)?(?:20\d\d\s*年(?:度)?(?:以来)?[，,]?|一年来[，,]|今年以来[，,]|下一步[，,]|本年度[，,]?)?\s*"
    rf"(?P<who>[\u4e00-\u9fff]{{3,{LONGEST_SUBJECT}}})"
)
LONGEST_OPENING = 20  # characters before the subject: numbering, the year
# A neighbour that was visited, a partner, a superior's paper, somebody's case: named, but not the one that reports.
_IN_PASSING = re.compile("学习|借鉴|考察|交流|调研|协作|合作|联合|会同|帮扶|支援|对口|赴|先进|经验|试点|转发|印发|下发|通报|法院|检察|复议|诉讼|申请人|公司|来访|培训|与|和(?!县|林格尔|布克|田|平|静|硕|龙|政)|及|、")
_HEAD = re.compile("^(?:我市|我县|我区|我省|我州|全市|全县|全区|全省|根据|按照|在|由|对|为|经)")
_BUREAU = re.compile("(?:局|委员会|委|厅)$")


def copied_name_findings(identity: Identity, sections: Sequence[Section]) -> tuple[Finding, ...]:
    """A finding for each other place or body that a section has in its own agency's place, three at most.

    Not for divisions that the agency lies in or that lie in it, superior bodies, partners, and bodies in a government's
    own report, whose business they are.
    """
    texts = [section.text for section in sections if section.key in SECTIONS]
    if identity.agency is None or not _ACTING.search("\n".join(texts)):
        return ()
    own = read_agency(identity.agency, identity.year)
    seat = division_of_code(identity.region_code, identity.year or STILL) if identity.region_code else None
    found: dict[str, Finding] = {}
    for text in texts:
        for who, sentence in _subjects(text):
            named = read_name(who) or ""
            taken = read_agency(named, identity.year) if named else None
            if taken is None or named in found:
                continue
            why = _other_place(taken, seat, identity) or _other_body(taken, own, identity)
            if why:
                detail = f"{why}: {sentence}"
                found[named] = Finding(RULE, fault="publisher", detail=detail)
                if len(found) == MOST_FOUND:
                    return tuple(found.values())
    return tuple(found.values())


def _subjects(text: str) -> Iterator[tuple[str, str]]:
    """Who acts in each sentence that says what a report says of its own agency, and the sentence's beginning."""
    for match in _ACTING.finditer(text):
        low = max(0, match.end() - LONGEST_SUBJECT - LONGEST_OPENING)
        start = max(text.rfind(mark, low, match.end()) for mark in "。；！\n") + 1
        if start == 0 and low > 0:
            continue
        opening = _OPENS.fullmatch(text, start, match.end())
        if opening and not _HEAD.match(opening["who"]) and not _IN_PASSING.search(opening["who"]):
            yield opening["who"], "".join(text[start : start + LONGEST_QUOTE].split())


def _other_place(taken: AgencyName, seat: Division | None, identity: Identity) -> str:
    """The place of a name where it is another one than the agency's; "" where it is none, the same, above or below."""
    if seat is None or not taken.places or is_stem(taken.places[-1]):
        return ""
    year = identity.year or STILL
    place = taken.places[-1]
    meant = bearers(place)
    if not meant or lies_in(seat, place, year) or any(d.id == seat.id for d in meant):
        return ""
    if any(lies_in(d, seat.name, y) for d in meant for y in (d.first, d.last)):
        return ""
    return f"{place} acts in a report of {seat.name}"


def _other_body(taken: AgencyName, own: AgencyName, identity: Identity) -> str:
    """The body of a name where a bureau reports and another bureau acts; "" where it may be the same or a superior one."""
    if identity.kind != "department" or taken.kind != "department" or not _BUREAU.search(taken.rest):
        return ""
    if taken.level == "national" or (taken.places and taken.places[-1:] != own.places[-1:]):
        return ""
    mine, theirs = identity.department or "", usual_department(_nameless(taken))
    if not mine or not theirs or not _BUREAU.search(mine) or set(theirs) <= set(mine) or set(mine) <= set(theirs):
        return ""
    return f"{theirs} acts in a report of {mine}"


def _nameless(taken: AgencyName) -> str:
    """The department without a 市, 县 or 区 that stands for the place."""
    name = taken.department or ""
    return name[1:] if not taken.places and name[:1] in "市县区省州旗" else name
