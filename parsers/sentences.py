"""What the sentences of a report without tables state of the later series: how much was published, asked for, granted, refused.
Every value is of low confidence and says so (`prose`); figures of tables are left to `statistics`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from gongkai.parsers.characters import simplify, strip_pinyin
from gongkai.parsers.document import Document
from gongkai.parsers.forms import FORMS
from gongkai.parsers.numerals import NUMERAL, chinese_number
from gongkai.parsers.report import Finding, Number, Value
from gongkai.parsers.values import typed

VERSION = "2008"
LONGEST_SENTENCE = 400
SHORTEST_SENTENCE = 4
MOST_SENTENCES = 3000
SHORTEST_LINE = 20  # characters of a line that may go on in the next one

_N = rf"(?P<about>约|近|超过|超|逾)?\s*(?P<n>\d[\d,，]*(?:\.\d+)?|{NUMERAL})\s*(?P<some>余|多)?\s*"
_PIECES = r"(?P<unit>件次|人次|件|条|宗|份|起|例|项|次|篇)"
# What may stand between 收到 and 申请: who asks and for what, so that 受理工伤认定申请 is no request for information.
_FROM = "(?:公民|法人|其他组织|其它组织|社会组织|社会公众|公众|群众|市民|申请人|各类|[、和或及的了过等]|或者|提出|提交|书面|有效|关于|要求|获取|有关|涉及|公开|政府|政务|信息|依申请|我[局市县区委办省镇乡]|本机关|本单位|向)*"
_COUNT = r"(?:总数|总量|数量|总计|共计|累计|数|共|为|是|有|计|达到|达|了|的|：|:)*"
_START = r"(?:^|[，,、；;：:（(]|其中|分别为|包括|是)\s*(?:其中|分别为|有|对|对于|予以|给予)?\s*"


class _Told(NamedTuple):
    """How a quantity is stated. `part`: a number behind 其中 counts as well, since it is one of several kinds."""

    row: str
    pattern: re.Pattern[str]
    part: bool = False
    unless: re.Pattern[str] | None = None


def _told(row: str, pattern: str, *, part: bool = False, unless: str = "") -> _Told:
    return _Told(row, re.compile(pattern), part, re.compile(unless) if unless else None)


# Of one channel, one office, one sort: such a number is a part of the quantity and not the quantity.
_ONE_CHANNEL = "网站|公报|微博|微信|公众号|平台|专栏|报刊|报纸|电视|广播|查阅|电子屏|公示栏|公开栏|通过"
_ONE_SORT = "本级|市直|县直|区直|省直|各县|县区|各乡|各镇|各街|乡镇|当面|现场|网上|网络|在线|信函|信件|邮寄|传真|电子邮件|邮件|电话|口头|书面|个人|企业|补正|重复|复议|诉讼|咨询|行政许可"
# Offices that handle reviews, lawsuits or complaints as their business count those, too.
_OWN_BUSINESS = "办理|审理|审结|代理|应诉|指导"
_OTHER_FEES = "行政事业性|土地|罚|诉讼|保证金|社会抚养|排污|水资源"
_TOLD = (
    _told("active_total", rf"主动公开(?:的|了|发布|各类|各项|政务|政府|信息公开)*信息{_COUNT}{_N}{_PIECES}", unless=_ONE_CHANNEL),
    _told("requests_received", rf"(?:收到|受理|接到|接收|收办){_FROM}申请(?:书|信息|公开|事项)*{_COUNT}{_N}{_PIECES}", unless=_ONE_SORT),
    _told("requests_received", rf"(?:收到|受理|接到|接收|收办){_COUNT}{_N}{_PIECES}(?:的)?(?:政府|政务)?(?:信息)?(?:依申请)?公开(?:的)?申请", unless=_ONE_SORT),
    _told("requests_received", rf"依申请公开(?:政府|政务)?(?:信息)?(?:的)?申请(?:总)?(?:数量|数){_COUNT}{_N}{_PIECES}", unless=_ONE_SORT),
    _told("requests_received_in_person", rf"{_START}(?:当面|现场)(?:提出|提交|递交|书面)?(?:的)?申请{_COUNT}{_N}{_PIECES}", part=True),
    _told("requests_received_fax", rf"{_START}(?:以)?传真(?:形式|方式)?(?:提出|提交)?(?:的)?申请{_COUNT}{_N}{_PIECES}", part=True),
    _told("requests_received_online", rf"{_START}(?:通过)?(?:网络|网上|互联网)(?:提出|提交|平台)?(?:的)?申请{_COUNT}{_N}{_PIECES}", part=True),
    _told("requests_received_letter", rf"{_START}(?:以)?(?:信函|信件|邮寄)(?:形式|方式)?(?:提出|提交)?(?:的)?申请{_COUNT}{_N}{_PIECES}", part=True),
    _told("replies", rf"(?:答复|回复|办结)(?:[^，,。；;\d（(]{{0,6}}?)申请{_COUNT}{_N}{_PIECES}", unless=_ONE_SORT),
    _told("replies", rf"^(?!.*(?:建议|提案|信访|咨询|留言|热线|投诉|网民))(?:.*[，,])?(?:已|均已|共|全部)*(?:作出)?答复(?:申请人)?(?:申请)?{_COUNT}{_N}{_PIECES}"),
    _told("replies_already_public", rf"{_START}(?:属于)?已(?:经)?主动公开(?:范围|的)*{_COUNT}{_N}{_PIECES}", part=True),
    _told("replies_granted", rf"{_START}(?:答复)?(?:同意|予以|全部)公开(?:答复|的|申请|政府信息)*{_COUNT}{_N}{_PIECES}", part=True, unless="部分"),
    _told("replies_partial", rf"{_START}(?:答复)?(?:同意|予以)?部分公开(?:答复|的|申请|政府信息)*{_COUNT}{_N}{_PIECES}", part=True),
    _told("replies_refused", rf"{_START}(?:答复)?(?:不予|不同意|否决)公开(?:答复|的|申请|政府信息)*{_COUNT}{_N}{_PIECES}", part=True),
    _told("replies_not_competent", rf"{_START}(?:属于)?(?:不属于|非)本(?:行政)?(?:机关|部门|单位)(?:政府信息)?(?:公开|掌握|职责|职能)*(?:范围)?(?:答复|的)*{_COUNT}{_N}{_PIECES}", part=True),
    _told("replies_not_exist", rf"{_START}(?:申请)?(?:政府)?信息不存在(?:答复|的)*{_COUNT}{_N}{_PIECES}", part=True),
    _told("replies_amend", rf"{_START}(?:要求|告知)(?:申请人)?(?:作出)?(?:更改|补正|补充)(?:更改|补充|、|申请|的)*{_COUNT}{_N}{_PIECES}", part=True),
    _told("review_total", rf"(?<![、和与及])行政复议(?:申请|案件|案|事项|的)*{_COUNT}{_N}(?P<unit>件|起|宗|例|次|人次)", unless=_OWN_BUSINESS),
    _told("litigation_total", rf"(?<![、和与及])(?:行政诉讼|行政应诉)(?:申请|案件|案|事项|的)*{_COUNT}{_N}(?P<unit>件|起|宗|例|次|人次)", unless=_OWN_BUSINESS),
    _told("litigation_total", rf"行政复议(?:申请|案件|案)?{_COUNT}(?:\d+|{NUMERAL})\s*(?:件|起|宗|例)[、和与及，]\s*(?:提起)?行政诉讼(?:案件|案)?{_COUNT}{_N}(?P<unit>件|起|宗|例|次|人次)", unless=_OWN_BUSINESS),
    _told("complaints_total", rf"(?:举报投诉|投诉举报|举报|投诉)(?:案件|事项|的)*{_COUNT}{_N}(?P<unit>件|起|宗|例|次|人次)", unless=_OWN_BUSINESS),
    _told("fees_collected", rf"收取(?:[^，,。；;\d]{{0,16}}?)(?:费用?|成本费|工本费|金额){_COUNT}(?:人民币)?{_N}(?P<unit>万元|元)", unless=_OTHER_FEES),
    _told("fees_collected", rf"收费(?:金额|总额|总计){_COUNT}(?:人民币)?{_N}(?P<unit>万元|元)", unless=_OTHER_FEES),
)  # fmt: skip

# A sentence counts only where it, or the heading it stands under, speaks of open information (受理工伤认定申请 is none).
_ABOUT = re.compile("信息公开|公开(?:政府|政务)?信息|政府信息|依申请|公开申请|申请公开")
_UNDER = {
    "requests": re.compile("申请"), "replies": re.compile("申请"), "review": re.compile("复议"), "litigation": re.compile("诉讼"),
    "complaints": re.compile("举报|投诉|申诉"), "fees": re.compile("收费|费用"), "active": re.compile("主动公开"),
}  # fmt: skip
"""What the heading must say, by the first word of a row's key."""
# Of another time, or of more than the year.
_OTHER_TIME = re.compile(
    "累计|截[至止]|以来|上年|去年|上一年|往年|前年|历年|同期|同比|环比|相比|比20|比上|较20|较上|增长|增加|减少|下降|计划|力争|目标|争取|预计|占|平均"
)
_NEGATED = re.compile("(?:未|没有|没|无|并未|尚未)[^，,。；;]{0,8}$")
_NOT_MORE = re.compile(r"\s*(?:以上|以下|左右|（其中|%|％|个百分点)")
_YEAR = re.compile(r"(20\d\d|二[〇○零]\S{2})\s*年")
_MONTH = re.compile(r"\d{1,2}\s*月(?:份)?|第?[一二三四]季度|上半年|下半年")
_WHOLE_YEAR = re.compile(r"1\s*月\s*1\s*日?(?:起)?[至到—-]{1,2}(?:20\d\d年)?12\s*月\s*31\s*日?|1\s*月?[至到—-]{1,2}12\s*月")
_HEADING = re.compile(r"(?:[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)])[^。，,；;\d]{2,40}")
_QUOTES = dict.fromkeys(map(ord, "“”‘’「」『』\""))
_PART = re.compile("其中|包括|包含")

# A sentence that says there was none prints no number: the cell stays blank, and 0 goes to `implied`.
_NONE = {
    "requests_received": re.compile(
        "(?:未|没有|没)(?:收到|接到|受理)(?:过)?(?:任何)?(?:公民|法人|、|和|或者|或|其他组织|其它组织|社会组织|要求|提出|关于|的)*(?:政府|政务)?(?:信息)?(?:依申请)?公开(?:政府信息)?(?:的)?(?:书面)?申请"
        "|(?:未|没有|没)(?:收到|接到|受理)(?:过)?(?:任何)?(?:公民|法人|、|和|或者|或|其他组织|其它组织|的)*依申请公开(?:事项|申请|信息)?"
        "|(?:无|没有)(?:公民|法人|、|和|或者|或|其他组织|要求|提出)*(?:政府信息)?依申请公开(?:事项|情况|的情况|申请|信息)?(?=[，,。；;]|$)"
    ),
    "review_total": re.compile("(?:未|没有|没|无)(?:发生|收到|出现|产生|被提起|被申请|引起|有|因政府信息公开|申请|提起|的|人|任何|针对本[部机单]\\w)*行政复议"),
    "litigation_total": re.compile("(?:未|没有|没|无)(?:发生|收到|出现|产生|被提起|被申请|引起|有|因政府信息公开|申请|提起|的|人|任何|针对本[部机单]\\w)*(?:行政复议(?:申请|案件)?(?:、|和|与|及|或|或者)?(?:被)?(?:提起)?)?(?:行政)?诉讼"),
    "fees_collected": re.compile("(?:未|没有|没|不)(?:收取|收)(?:过)?(?:任何|相关|有关|检索|复制|邮寄|、|等|政府信息公开|的)*费用?|免费(?:提供|公开)|无收费|没有收费|未收费|不收费"),
}  # fmt: skip


class Statement(NamedTuple):
    """One quantity as one sentence states it: the number (None: it says there was none), flags, sentence and place."""

    row: str
    value: Number | None
    unit: str
    flags: tuple[str, ...]
    raw: str
    i: int


def read_sentences(document: Document, year: int | None) -> tuple[tuple[Value, ...], tuple[Finding, ...]]:
    """A value for every cell of the form, each of those stated with the flag `prose`; and where sentences disagree.

    Several numbers for one quantity make it `unreadable`. `year`: the report's; sentences about another one are left out.
    """
    by_row: dict[str, list[Statement]] = {}
    for sentence, i, heading in sentences_of(document):
        for statement in statements_in(sentence, i, year, heading):
            by_row.setdefault(statement.row, []).append(statement)
    values: list[Value] = []
    findings: list[Finding] = []
    for cell in FORMS[VERSION].cells:
        said = by_row.get(cell.row, [])
        if not said:
            values.append(Value(*cell.key, None, cell.unit, None, "absent", None, ("not_stated",)))
            continue
        first = said[0]
        numbers = {(s.value if s.value is not None else 0, s.unit) for s in said}
        at = document.at(first.i)
        if len(numbers) > 1:
            texts = "; ".join(dict.fromkeys(s.raw for s in said))[:200]
            values.append(Value(*cell.key, None, cell.unit, first.raw, "unreadable", None, ("prose", "several_readings"), at))
            findings.append(Finding("prose_conflict", *cell.key, None, None, "unknown", f"the text states several numbers for this: {texts}"))
            continue
        stated = next((s for s in said if s.value is not None), None)
        if stated is None:
            values.append(Value(*cell.key, None, cell.unit, first.raw, "blank", 0, ("prose",), at))
            continue
        value, unit, more = typed(cell.type, cell.unit, stated.value, stated.unit, stated.flags)
        values.append(Value(*cell.key, value, unit, stated.raw, "reported", None, ("prose", *more), document.at(stated.i)))
    return tuple(values), tuple(findings)


def sentences_of(document: Document) -> Iterator[tuple[str, int, str]]:
    """The sentences of the text, the index of the cell each begins in, and the headings over it; tables are no text."""
    pending, start, count = "", -1, 0
    main = sub = ""
    for i, text in enumerate(document.texts):
        if not text or document.tables[i] or (i + 1 < len(document) and document.rows[i + 1] == document.rows[i]):
            continue
        text = simplify(strip_pinyin(text)).strip()
        heading = _HEADING.match(text)
        if heading and pending:
            for sentence in _parted(pending):
                yield sentence, start, main + sub
            pending = ""
        if heading:
            main, sub = (main, heading[0]) if text[0] in "(（" else (heading[0], "")
        start = start if pending else i
        pending += text
        whole = heading and len(heading[0]) == len(text)
        if not whole and len(text) >= SHORTEST_LINE and pending[-1] not in "。；;：:！？" and len(pending) < LONGEST_SENTENCE:
            continue  # a line that is broken in its sentence
        for sentence in _parted(pending):
            yield sentence, start, main + sub
            count += 1
            if count > MOST_SENTENCES:
                return
        pending = ""
    for sentence in _parted(pending):
        yield sentence, start, main + sub


def _parted(text: str) -> Iterator[str]:
    """The sentences of a paragraph, parted at semicolons as well."""
    for sentence in re.split("[。！？\n]", text):
        named = ""
        for part in re.split("[；;]", sentence):
            squeezed = "".join(part.split())
            if years := _YEAR.findall(squeezed):
                named = f"{years[-1]}年，"
            elif named:
                squeezed = named + squeezed  # what follows a semicolon is of the year named before it
            if SHORTEST_SENTENCE <= len(squeezed) <= LONGEST_SENTENCE:
                yield squeezed


def statements_in(sentence: str, i: int, year: int | None, heading: str = "") -> Iterator[Statement]:
    """What one sentence states; nothing of another time, of a part, of another kind of application, or negated."""
    sentence = sentence.translate(_QUOTES)
    about = _ABOUT.search(sentence) is not None
    years = {_year(y) for y in _YEAR.findall(sentence)}
    other_year = bool(years) and year is not None and year not in years
    seen: set[tuple[str, int]] = set()
    for told in _TOLD:
        for match in told.pattern.finditer(sentence):
            if not about and not _UNDER[told.row.split("_")[0]].search(heading):
                break
            at = match.start("n")
            begins = max(sentence.rfind(mark, 0, match.start() + 1) for mark in "，,") + 1
            clause = sentence[begins : match.end()]
            behind = sentence[match.end() : match.end() + 6]
            if other_year or (told.row, at) in seen or _OTHER_TIME.search(clause) or _speaks_of_other(sentence, begins, at, year):
                continue
            if told.unless and told.unless.search(clause):
                continue
            if not told.part and _PART.search(sentence[: match.start("n")]):
                continue
            if _NEGATED.search(sentence[begins : match.start()]) or _NOT_MORE.match(behind):
                continue
            number = _number(match["n"])
            if number is None:
                continue
            seen.add((told.row, at))
            flags = ("approximate",) if match["about"] or match["some"] else ()
            yield Statement(told.row, number, match["unit"] if match["unit"] in ("元", "万元") else "", flags, clause, i)
    for row, pattern in _NONE.items():
        under = about or _UNDER[row.split("_")[0]].search(heading)
        if under and not other_year and (none := pattern.search(sentence)):
            before = sentence[: none.start()]
            if not (_OTHER_TIME.search(before) or _PART.search(before) or _MONTH.search(_WHOLE_YEAR.sub("", before))):
                yield Statement(row, None, "", (), none[0], i)


def _speaks_of_other(sentence: str, begins: int, end: int, year: int | None) -> bool:
    """What stands before the clause names a part of the year, a span of years, or another one right before."""
    before = sentence[:begins]
    if re.search("截[至止]|以来|累计", before) or _MONTH.search(_WHOLE_YEAR.sub("", sentence[:end])):
        return True
    named = _YEAR.findall(before)
    return bool(named) and year is not None and _year(named[-1]) != year


def _year(text: str) -> int:
    digits = text.translate(str.maketrans("〇○零一二三四五六七八九", "000123456789"))
    return int(digits) if digits.isdigit() else 0


def _number(text: str) -> Number | None:
    if text[0].isdigit():
        plain = text.replace(",", "").replace("，", "").rstrip(".")
        return Decimal(plain) if "." in plain else int(plain)
    return chinese_number(text)


def stated(values: Sequence[Value]) -> int:
    """How many quantities the sentences state, with a number or as none."""
    return sum(v.state != "absent" for v in values)
