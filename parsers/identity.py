"""Who published a report, about which year and when, each statement with the place it was read from.
What the report says about that year is left to `align`, `sections` and `prose`; division codes to the division table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gongkai.parsers.characters import compact, is_subsequence
from gongkai.parsers.dates import GAP, TAIL, Lines, published, signed
from gongkai.parsers.names import (
    AgencyName,
    body_of_site,
    complete,
    is_bare,
    nameless_part,
    read_agency,
    read_name,
    site_place,
    without_province,
)
from gongkai.parsers.preamble import (
    NAME,
    NICK,
    OPENING,
    PLAIN_WORDS,
    lead_of,
    may_name_its_publisher,
    names_in,
    period_of,
)
from gongkai.parsers.report import Evidence, Finding, Identity
from gongkai.parsers.scope import may_count_requests, scope_of
from gongkai.parsers.territory import usual_department
from gongkai.parsers.titles import HEAD, Title, below_a_menu, choose, meta_title, printed_titles, quoted_title
from gongkai.parsers.usual_head import usual_head

_REPORT_OF_YEAR = re.compile(
    r"(?<!20\d\d[-—–~至、和及])(?<!20\d\d年[-—–~至、和及])(20\d\d)年(?:度)?(?![-—–~至、和及]20\d\d)[^，。；《》\n]{0,32}?(?:信息|政务)公开[^，。；《》\n]{0,16}?(?:编制|编写|撰写|报告|年报)"
)
_YEAR_OPENS = re.compile(r"(?:^|[，,。；;\n、]|情况)(20\d\d)年(?:度)?(?:以来)?[,，]")
_YEAR_OF_WORK = re.compile(r"(20\d\d)年度|截[至止](?:到)?(20\d\d)年(?:底|12月31日)")
_QUOTED = re.compile(r"《[^《》]{0,120}》|〔[^〔〕]{0,12}〕|<[^<>]{0,60}>")

_SUBJECT = re.compile(
    rf"20\d\d年(?:度)?(?:以来)?[,，]{NAME}{NICK}(?=深入|认真|严格|全面|坚持|以|在|按照|紧紧|紧扣|围绕|高度|积极|切实|持续|继续|扎实|始终|依法|不断|贯彻"
    r"|根据|聚焦|立足|着力|大力|把|将|政府信息|政务|信息公开|进一步|主动|共|累计|加强|落实)"
)
_TERRITORY_SUMMARY = re.compile(r"(?:综合|汇总)(?:20\d\d年(?:度)?)?([\u4e00-\u9fff]{2,12}?)(?:各|所属|所辖)")

_VALUE = GAP + r"((?:(?!发布|时间|日期|浏览|点击|作者|索引|文号|字体|成文|主题|字号|分类|有效|名称)[^\s|，。；;:：])*)"
# Each way begins with a letter of its own: a search for a pattern that does is four times as fast.
_PUBLISHER = re.compile(
    r"(?:发\s*布\s*[机機]\s*[构構]|發\s*布\s*[机機]\s*[构構]|发\s*文\s*机\s*[关构]|发布机关|制文机关|公开机构|公开主体|信息提供单位|发\s*布\s*[单單]\s*位|發\s*布\s*[单單]\s*位|公\s*开\s*责\s*任\s*部\s*门|责任单位|制发单位)"
    + _VALUE
)
_SOURCE = re.compile(r"(?:来\s*源|來\s*源)" + _VALUE)
_WORDS = (*PLAIN_WORDS, "制定了", "编写", "结合", "形成", "撰写", "现将")
_ON_BEHALF = re.compile(r"政府办|办公室|办公厅|政务公开|信息中心|政务服务|大数据|网站|编辑|管理员|领导小组|融媒体")


def _year_in_text(lead: str) -> tuple[int, str] | None:
    """The year the preamble or section one gives for the report; numbers and titles of other papers give none."""
    plain = _QUOTED.sub("", lead)
    if match := _REPORT_OF_YEAR.search(plain):
        return int(match[1]), "preamble"
    if match := _YEAR_OPENS.search(plain):
        return int(match[1]), "section one"
    of_work = {m[1] or m[2] for m in _YEAR_OF_WORK.finditer(plain)}
    return (int(of_work.pop()), "section one") if len(of_work) == 1 else None



def _elsewhere(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two lists of divisions cannot mean the same place: 青奚县 and 青溪县, not 维西县 and its full name."""
    if not one or not other or set(one) <= set(other) or set(other) <= set(one):
        return False
    a, b = one[-1], other[-1]
    return not (is_subsequence(a, b) or is_subsequence(b, a))


def _differs(agency: AgencyName, other: str) -> bool:
    """Whether two names cannot be the same body: neither is a shortening of the other, nor an office acting for it."""
    if other == agency.name or _ON_BEHALF.search(other):
        return False
    taken = read_agency(other)
    if is_bare(taken):
        return False
    if _elsewhere(agency.places, taken.places):
        return True
    mine, theirs = agency.rest or agency.name, taken.rest or other
    if set(mine) <= set(theirs) or set(theirs) <= set(mine):  # 生态环境局甲水分局 is 甲水生态环境局
        return False
    return not (is_subsequence(agency.name, other) or is_subsequence(other, agency.name))


_LAST_WORD = re.compile("(?:局|委员会|厅|办公室)$")


def _may_be(bare: str, agency: AgencyName) -> bool:
    """Whether a body named without its place can be this agency: 县教体局 is 某县教育体育局, not 某县财政局."""
    mine, theirs = nameless_part(read_name(bare) or bare), agency.rest or "人民政府"
    there = read_agency("".join(agency.places) + mine)
    if there.kind != agency.kind:
        return False
    stems = {_LAST_WORD.sub("", usual_department(d)) for d in (there.department or mine, agency.department or theirs)}
    return len(stems) == 1 or set(mine) <= set(theirs) or set(theirs) <= set(mine)


def _publishes_for(publisher: str, agency: AgencyName) -> bool:
    """Whether a publisher is the government that an agency belongs to."""
    taken = read_agency(publisher)
    return taken.kind == "government" and (not agency.places or set(taken.places) <= set(agency.places))


def _closing_name(texts: Sequence[str], name: str) -> str:
    """The full name of a title's 市市场监管局 where it stands alone at the end of the page, without a date."""
    core = nameless_part(name)
    for text in reversed(texts[-TAIL:]):
        if len(core) < len(text) <= 40 and text.endswith(core) and (found := read_name(text)) and read_agency(found).places:
            return found
    return ""


def _agency(
    titles: Sequence[Title],
    texts: Sequence[str],
    lead: str,
    lines: Lines,
    signatory: str,
    meta: Mapping[str, str],
    year: int | None,
    evidence: list[Evidence],
    findings: list[Finding],
) -> AgencyName | None:
    """The agency by the best source that names one; sources that name another body become findings."""
    # Under a title that names the agency only the preamble is asked whether it agrees.
    candidates = [(title.name, title.where if title.line < 0 else "title") for title in titles if title.name]
    words, heading = (PLAIN_WORDS, "\n一、") if candidates else (_WORDS, "\n二、")
    cut = lead.find(heading)
    opening = lead[: cut if 0 < cut < OPENING else OPENING]
    said = [(without_province(n), how) for raw, how in names_in(opening, words) if (n := read_name(raw)) is not None]
    publisher = lines.value(_PUBLISHER) if may_name_its_publisher(lines.text) else None
    publisher_name = read_name(publisher[0]) if publisher else None
    publisher_place = f"发布机构 {publisher[1]}" if publisher else ""
    candidates += [(name, f"preamble {how}") for name, how in said]
    if not candidates or not read_agency(candidates[0][0], year).places:  # of this year, as it is asked for below
        if candidates and not signatory:
            signatory = _closing_name(texts, candidates[0][0])
        if name := read_name(signatory):
            candidates.append((name, "signature"))
        if publisher_name and not _ON_BEHALF.search(publisher_name):
            candidates.append((publisher_name, publisher_place))
        for key, place in (("contentsource", "meta ContentSource"), ("author", "meta Author")):
            if meta.get(key) and (name := read_name(meta[key])):
                candidates.append((name, place))
        if (source := lines.value(_SOURCE)) and (name := read_name(source[0])):
            candidates.append((name, f"来源 {source[1]}"))
        if not candidates and (match := _SUBJECT.search(_QUOTED.sub("", lead))) and (name := read_name(match[1])):
            candidates.append((name, "section one"))
        if not candidates and (match := _TERRITORY_SUMMARY.search(lead)) and (name := read_name(match[1])):
            candidates.append((name, "preamble"))
        if not candidates and (name := body_of_site(meta)):
            candidates.append((name, "name of the site"))
    others = [name for name, _ in candidates[1:]]
    if publisher_name:
        others.append(publisher_name)
    # Who signs may say the city of a 鼓楼区教育局 that the title leaves out.
    others += [other for other in (signatory, meta.get("contentsource"), meta.get("author")) if other]
    site = site_place(meta.get("sitename", "")[:100])
    agency: AgencyName | None = None
    where = ""
    for name, place in candidates:
        # A name without its place (教育局, 县卫生健康局) is not yet an agency; the next source may have it.
        agency, how = complete(name, others, lead, site, year)
        if agency is not None:
            where = place + how
            break
    if agency is None:
        return None
    title_name, title_place = candidates[0]
    if where and not where.startswith(title_place) and any(t.name for t in titles) and not _may_be(title_name, agency):
        # 教体局 in the title and 某县财政局 beside it: whose report it is stays open. A portal's government is no conflict.
        evidence += [Evidence("agency", title_name, title_place), Evidence("agency", agency.name, where)]
        if agency.kind not in ("government", "office"):
            detail = f"{title_place}: {title_name}; {where}: {agency.name}"
            findings.append(Finding("agency_conflict", fault="publisher", detail=detail))
        return None
    evidence.append(Evidence("agency", agency.name, where))
    for other, how in said:
        if _differs(agency, other):
            detail = f"{where}: {agency.name}; preamble ({how}): {other}"
            findings.append(Finding("agency_conflict", fault="publisher", detail=detail))
            evidence.append(Evidence("agency", other, f"preamble {how}"))
            break
    for other_title in titles[1:]:
        named = read_name(other_title.name) if other_title.name else None
        if named and named != agency.name and _differs(agency, without_province(named)):
            detail = f"{where}: {agency.name}; {other_title.where}: {named}"
            findings.append(Finding("agency_conflict", fault="publisher", detail=detail))
            evidence.append(Evidence("agency", named, other_title.where))
    signed_by = read_name(signatory)
    if signed_by and _differs(agency, signed_by) and not any(f.rule == "agency_conflict" for f in findings):
        detail = f"{where}: {agency.name}; signature: {signed_by}"
        findings.append(Finding("agency_conflict", fault="publisher", detail=detail))
        evidence.append(Evidence("agency", signed_by, "signature"))
    if publisher_name and _differs(agency, publisher_name) and not _publishes_for(publisher_name, agency):
        detail = f"{where}: {agency.name}; {publisher_place}: {publisher_name}"
        findings.append(Finding("agency_conflict", fault="unknown", detail=detail))
        evidence.append(Evidence("agency", publisher_name, publisher_place))
    return agency


class WhoAndWhen(NamedTuple):
    """An identity without its scope; the agency taken apart, and the text with which the report proper begins."""

    identity: Identity
    agency: AgencyName | None
    start: int


def identify(texts: Sequence[str], meta: Mapping[str, str]) -> Identity:
    """Title, agency, year, dates and scope of the report that these texts print, each with its evidence."""
    return with_scope(who_and_when(texts, meta), texts)


def with_scope(known: WhoAndWhen, texts: Sequence[str], tables: tuple[int, int] | None = None) -> Identity:
    """The identity with the scope that the report states. `tables`: the texts from the first to before the second are known
    to be its tables, which state none."""
    before = behind = None
    if tables is not None and tables[0] >= known.start:
        before, behind = "\n".join(texts[known.start : tables[0]]), "\n".join(texts[tables[1] :])
        before_may, behind_may = may_count_requests(before), may_count_requests(behind)
        if not before_may and not behind_may:
            return known.identity
    joined = "\n".join(texts)
    at = sum(map(len, texts[: known.start])) + known.start
    parts = [(at, len(joined))]
    if before is not None and behind is not None:
        parts = [(at, at + len(before))] if before_may else []
        if behind_may:
            parts.append((len(joined) - len(behind), len(joined)))
    scope = scope_of(joined, at, known.agency, parts)
    if scope is None:
        return known.identity
    evidence = (*known.identity.evidence, Evidence("scope", scope.word, f"text {scope.line}"))
    return known.identity._replace(scope=scope.word, evidence=evidence)


def who_and_when(texts: Sequence[str], meta: Mapping[str, str]) -> WhoAndWhen:
    """Title, agency, year and dates of the report that these texts print, each with its evidence."""
    if not meta and (usual := usual_head(texts)):
        return WhoAndWhen(*usual)
    evidence: list[Evidence] = []
    findings: list[Finding] = []
    n = len(texts)
    site = compact(meta["sitename"][:100]) if meta.get("sitename") else ""
    from_meta = meta_title(meta) if meta else None
    wanted = from_meta.text if from_meta else ""

    found, marker = printed_titles(texts, site)
    printed = choose(found, wanted)
    if printed is None and n > HEAD and marker < 0:
        printed = below_a_menu(texts, site, wanted)
    if printed:
        # A page on one line has its text behind its title.
        start = printed.line + (len(texts[printed.line]) < len(printed.text) + 40)
        lines = Lines(texts, max(0, printed.line - 30), printed.line + 18)
    else:
        start = max(marker, 0)
        while start and len(texts[start - 1]) > 20:  # a preamble may stand before the line that begins like one
            start -= 1
        lines = Lines(texts, 0, HEAD)
    lead = lead_of(texts, start)
    title = printed or quoted_title(lead) or from_meta
    titles = [t for t in (title, from_meta) if t]
    if title:
        evidence.append(Evidence("title", title.text, title.where))

    year: int | None = None
    where = ""
    period = period_of(lead)
    for source in titles:
        if source.year and year is None:
            year, where = source.year, "title" if source is printed else source.where
    if year is None and period:
        year, where = period, "preamble period"
    if year is None and (stated := _year_in_text(lead)):
        year, where = stated
    if year is not None and period is not None and period != year:
        detail = f"{where} {year}, period of the statistics {period}"
        findings.append(Finding("year_conflict", expected=year, actual=period, fault="publisher", detail=detail))

    if printed and from_meta and printed.year and from_meta.year and printed.year != from_meta.year:
        detail = f"title {printed.year}, {from_meta.where} {from_meta.year}"
        findings.append(Finding("year_conflict", expected=printed.year, actual=from_meta.year, fault="publisher", detail=detail))

    published_on = signed_on = None
    signatory = ""
    if page := published(texts, lines, printed.line if printed else -1, meta):
        published_on = page[0]
        evidence.append(Evidence("published", published_on.isoformat(), page[1]))
    if signature := signed(texts, start + 3):
        signed_on, signatory, line = signature
        evidence.append(Evidence("signed", signed_on.isoformat(), f"signature text {line + 1}"))
    basis = published_on or signed_on
    if year is None and basis and basis.month <= 6:
        # Reports are due by 31 January or 31 March of the following year (条例 art. 49). Said, because it is not printed.
        year, where = basis.year - 1, "year of publishing minus one"
        detail = f"no year is printed; published or signed on {basis.isoformat()}"
        findings.append(Finding("year_inferred", actual=year, detail=detail))
    elif year is not None and published_on and published_on.year < year:
        detail = f"the report is about {year}, but the page is dated {published_on.isoformat()}"
        findings.append(Finding("year_conflict", expected=year, actual=published_on.year, detail=detail))
    if year is not None:
        evidence.append(Evidence("year", str(year), where))

    agency = _agency(titles, texts, lead, lines, signatory, meta, year, evidence, findings)
    identity = Identity(
        title=title.text if title else None,
        agency=agency.name if agency else None,
        year=year,
        published=published_on,
        signed=signed_on,
        region=agency.region if agency else None,
        level=agency.level if agency else None,
        department=agency.department if agency else None,
        kind=agency.kind if agency else None,
        scope="unclear",
        evidence=tuple(evidence),
        findings=tuple(findings),
    )
    return WhoAndWhen(identity, agency, start)
