"""Figures in the prose held against the tables: requests received, answered, carried over, reviews, lawsuits, rules.
What the tables themselves say is left to `align`; their own sums to `checks`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import combinations, islice
from typing import NamedTuple

from gongkai.parsers.characters import find_word, simplify, strip_pinyin
from gongkai.parsers.report import Finding, Number, Section

ValueOf = Callable[[str, str, str], Number | None]


class Reading(NamedTuple):
    """A figure of the prose and the table figure it equals: `received+carried_in`; None when it equals none."""

    measure: str
    """received answered handled carried_in carried_out · granted partly_granted refused unavailable not_processed ·
    reconsideration litigation both · issued disclosed repealed in_force"""

    number: int
    meaning: str | None
    fragment: str


class _Claim(NamedTuple):
    """A figure of a sentence with the place of its clause, so that its doubts are only looked for when it matters."""

    measure: str
    number: int
    sentence: str
    clause: int
    start: int
    stop: int
    in_review: bool = False  # said in the section on reviews and lawsuits

    @property
    def fragment(self) -> str:
        return self.sentence[max(0, min(self.clause, self.start - 30)) : self.stop]


_new_claim = partial(tuple.__new__, _Claim)  # takes half the time of calling the class

MOST_SENTENCES = 400  # sentences that count something
LONGEST_SENTENCE = 1000  # characters of a sentence that are looked at
MOST_CLAIMS = 400  # figures of the whole prose that are looked at

_IN_FIGURES = r"(\d[\d,，]{0,9})\s*[余多]?\s*(?:件|宗|起|条|份|例|个)(?![次套])"
_COUNT = re.compile(rf"{_IN_FIGURES}|(?<![第一二三四五六七八九十百千])([一二两三四五六七八九十百千零〇]{{2,9}})[件宗](?!事)")
_COUNT_IN_FIGURES = re.compile(f"{_IN_FIGURES}()")
_NUMERALS = re.compile("[一二两三四五六七八九十百千零〇]{2}")
_DIGITS = {digit: n for n, digit in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
# A heading on requests; what follows it need not say again what was asked for.
_ON_REQUESTS = re.compile("依申请公开[^，；。]{0,10}$")

# The last of these words before a figure says what it counts.
_VERBS = re.compile(
    r"(?P<carried_in>上一?年度?[^，。；\d]{0,8}结转|结转上一?年度?|往年结转)|(?P<carried_out>结转(?:至|到|为)?(?:下|次|20\d\d)|结转下|(?:顺延|转入|转至|转到)(?:至|到)?(?:下|次)一?年)"
    r"|(?P<answered>答复|办结|办复|回复|办理完毕|办理完成)|(?P<received>新收到?|收到|受理|接收|接到|收办|收件|新增)|(?P<handled>办理|处理)"
    r"|(?P<none>公开(?!申请|政府信息申请|信息申请|的申请|政府信息的申请)|撤|补正|不予|无法|转办|转交|告知|延期|超期|驳回|纠正|维持|查阅|咨询|网站|发布|制作|移送|不存在|部分|属于|退回|终止|协商)"
)
_REQUEST = re.compile(
    r"公开[^，。；]{0,16}申请|依申请公开|申请公开|依申请(?:件|事项|政府)|公开申请|申请[^，。；]{0,6}公开"
)
# What makes a figure count something smaller or other than the whole report's requests of this year.
_PARTIAL = re.compile(
    r"其中|代表|政府办|办公[室厅]|本级|机关本级|各[^级]?部门|各镇|各乡|各街道|上半年|下半年|季度|月份|截至|截止|系统|平台|网站|网络|网上|在线|线上|线下|热线|信箱|查阅|指导|协助|配合|征求|会同|审[核查]|监督|转[来交办]|交办|上级|下级"
    r"|信函|邮件|邮寄|当面|现场|传真|邮政|快递|窗口|渠道|自然人|企业|律师|社会公益|科研|口头|书面|电话|个人(?!和|或)|群众|涉及|关于|去年|上年同期|同比|较|比上年|往年|历年|以来|累计至|五年|三年|平均|每|约|近|余|多件|至少|同一|重复|相同|[二三四五六七八九十]是|分别"
)
_LEGAL_PERSONS = re.compile(r"公民[、，,]?法人|自然人[、，,]法人|公民个人[、，,]法人|法人(?:或者?|和)其他组织")
_LAST_YEAR = re.compile(r"上一?年度?(?!结转|.{0,6}结转)|去年|往年|下一?年(?!.{0,4}办理)|明年")
_RECONSIDERATION = re.compile(
    r"(?:行政)?复议(?:案件|申请|事项)?(?:数量)?(?:共|共计|合计|总计|累计|为|发生|有|受理|收到|数)*$"
)
_LITIGATION = re.compile(
    r"(?:行政)?诉讼(?:案件|申请|事项)?(?:数量)?(?:共|共计|合计|总计|累计|为|发生|有|受理|收到|数)*$|(?:行政)?应诉(?:案件)?(?:共|共计)?$"
)
_BOTH = re.compile(r"复议[^，。；]{0,8}诉讼[^，。；\d]{0,12}$")
_REVIEW_PART = re.compile(
    r"其中|备案|新增|新收|审结|办结|结案|维持|纠正|尚未|未结|驳回|撤回|撤销|胜诉|败诉|去年|上年|同比|代理|参与|答辩|指导|协助|办理[^，]{0,6}复议|作为复议机关|复议机关|代表|政府办|办公室|各|一审|二审|累计|以来|涉及(?!政府信息公开|信息公开)"
)
# What says that cases of review are about publication, and what says that they are not.
_ON_PUBLICATION = re.compile("信息公开|政务公开|依申请公开|公开申请|申请公开")
_NOT_ON_PUBLICATION = re.compile("(?:不涉及|不属于|无关|非)[^，。；]{0,6}(?:政府信息公开|信息公开|公开)|与[^，。；]{0,12}公开[^，。；]{0,8}无关")
_ISSUED = re.compile(
    r"(?:制发|制定|出台|印发|制定出台|制定印发|制作)(?:了|并公开|和公开)?(?:政府|本级|部门)?(?:行政)?规范性文件(?:共|共计|数量为?|为)*$"
)
_IN_FORCE = re.compile(r"现行有效(?:的)?(?:政府|部门)?(?:行政)?规范性文件(?:共|共计|数量为?|为|有)*$")
_DISCLOSED = re.compile(r"主动公开(?:了)?(?:政府|本级|部门)?(?:行政)?规范性文件(?:共|共计|数量为?|为)*$")
_REPEALED = re.compile(r"废止(?:了)?(?:政府|本级|部门)?(?:行政)?规范性文件(?:共|共计|数量为?|为)*$")
_RULES_OF_OTHERS = re.compile(
    r"其中|政府办|办公室|各|备案|审查|清理|解读|网站|平台|栏目|专栏|上级|累计|以来|历年|历史|以[^，]{0,12}名义|党|联合|参与|市政府|县政府|区政府|省政府"
)
# The outcome of requests that a clause names, and nothing else: 予以公开, 作出不予公开决定, 答复无法提供.
_OUTCOME = re.compile(
    r"^(?:其中)?[、:：]?(?:[^，。；]{0,24}申请(?:中|的)?)?(?:共|均)?(?:作出|答复|决定|告知)?(?:了)?(?:(?P<granted>(?:予以|同意|全部)公开)|(?P<partly_granted>(?:予以|同意)?部分公开)"
    r"|(?P<refused>不予公开)|(?P<unavailable>无法提供)|(?P<not_processed>不予处理))(?:的?(?:决定|答复|告知|处理))?(?:的)?(?:共|共计|为|有)?$"
)
_RULES_PART = re.compile(
    r"其中|公开|发布|政府办|办公室|各|部门|备案|审查|清理|废止|解读|累计|以来|以[^，]{0,12}名义|党|联合|参与|上级|市政府|县政府|区政府|省政府"
)
# The label of a row, where a table of another year or body stands in the text of a section.
_OF_A_TABLE = re.compile(r"(?:[一二三四][、.．]|[（(][一二三四五六七][）)])(?:本年新收|上年结转|结转下年度|予以公开|部分公开|不予公开|无法提供|不予处理)")
_RULES = {"in_force": _IN_FORCE, "issued": _ISSUED, "disclosed": _DISCLOSED, "repealed": _REPEALED}
_OUTCOMES = ("granted", "partly_granted", "refused", "unavailable", "not_processed")
# What the tables count, under a character of it, which is looked for first.
_TOPICS = (("请", "申请"), ("议", "复议"), ("讼", "诉讼"), ("规", "规范性文件"))
_SIGNS = tuple(sign for sign, _ in _TOPICS)
_DIGIT = re.compile(r"\d")
_REVIEW_WORD = re.compile("复议|诉讼")
_OTHERWISE_ENDED = re.compile("撤|转办|补正|合并")
_NONE_RECEIVED = re.compile(
    r"(?:未|没有|未曾)(?:收到|接到|受理)(?:到|过)?(?:任何)?(?:的)?(?:公民[^，。；]{0,18}(?:提出)?的?)?(?:政府|政务)?(?:信息)?(?:依申请公开|公开申请|公开的申请|依申请公开(?:政府信息)?的?申请|依申请公开申请)(?:事项|件|信息)?(?=[，。；,;]|$)"
)


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    """The sentences that count something the tables count too, and whether a heading on requests stands before them.

    Hard-wrapped lines are made whole.
    """
    spans: dict[int, int] = {}
    for sign, word in _TOPICS:
        at = find_word(word, text) if sign in text else -1
        for _ in range(MOST_SENTENCES):
            if at < 0:
                break
            low = max(0, at - LONGEST_SENTENCE)
            begin = text.rfind("。", low, at) + 1 or low
            end = text.find("。", at, at + LONGEST_SENTENCE)
            end = at + LONGEST_SENTENCE if end < 0 else end
            spans.setdefault(begin, end)
            at = find_word(word, text, end)
    for begin in sorted(spans):
        sentence = text[begin : spans[begin]]
        if _may_count(sentence):
            headed = begin > 0 and _ON_REQUESTS.search(text, max(0, begin - 24), begin - 1) is not None
            yield "".join(sentence.split()), headed


def _may_count(sentence: str) -> bool:
    """Whether a sentence can hold a figure of `_COUNT`, or say that none were received."""
    if "件" in sentence or "宗" in sentence or "收到" in sentence:
        return True
    if "条" not in sentence and "起" not in sentence:
        return False
    return _DIGIT.search(sentence) is not None or "接到" in sentence or "受理" in sentence


def _number(text: str) -> int | None:
    """1,204 or 一百九十九 as a number; None for 三四 and other numerals that are none."""
    if text[0].isdigit():
        return int(text.replace(",", "").replace("，", ""))
    total, last, digit, gap = 0, 10_000, 0, False
    for char in text:
        if char in "零〇":
            if digit or gap or not total:
                return None
            gap = True
        elif unit := _UNITS.get(char):
            if unit >= last or not (digit or (unit == 10 and not total)) or (total and last != unit * 10 and not gap):
                return None
            total, last, digit, gap = total + (digit or 1) * unit, unit, 0, False
        elif digit:
            return None
        else:
            digit = _DIGITS[char]
    if not total or (digit and last != 10 and not gap) or (gap and not digit):  # 一百九 is 190
        return None
    return total + digit


def _claims(texts: Sequence[tuple[str, bool]]) -> Iterator[_Claim]:
    """What the prose claims, one figure at a time. Each text with whether it is the section on reviews and lawsuits."""
    for text, in_review in texts:
        for sentence, headed in _sentences(text):
            yield from _claims_of(sentence, headed, in_review)


def _claims_of(sentence: str, headed: bool, in_review: bool) -> Iterator[_Claim]:
    """What a sentence claims, one figure at a time."""
    on_requests = (
        (headed and "申请" in sentence)
        or "公开申请" in sentence
        or "申请公开" in sentence
        or ("申请" in sentence and _REQUEST.search(sentence) is not None)
    )
    on_review = "复议" in sentence or "诉" in sentence
    on_rules = "规范性文件" in sentence and any(
        word in sentence for word in ("制发", "制定", "现行有效", "出台", "印发", "主动公开", "废止")
    )
    if (
        on_requests
        and ("未" in sentence or "没" in sentence)
        and ("收到" in sentence or "接到" in sentence or "受理" in sentence)
        and (none := _NONE_RECEIVED.search(sentence))
    ):
        comma = max(sentence.rfind("，", 0, none.start()), sentence.rfind(",", 0, none.start())) + 1
        yield _Claim("received", 0, sentence, comma, none.start(), none.end())
    if not (on_requests or on_review or on_rules):
        return
    end_of_last = 0
    # what begins with a figure is looked for quickly
    for match in (_COUNT if _NUMERALS.search(sentence) else _COUNT_IN_FIGURES).finditer(sentence):
        start, stop = match.span()
        begin = end_of_last
        for mark in "，；：,":
            if (at := sentence.rfind(mark, begin, start)) >= 0:
                begin = at + 1
        before_from, end_of_last = end_of_last, stop
        # 5500余件 is rounded, 12.3 and 〔2021〕30 are no counts
        digits = match[1] or match[2]  # the second is empty where only figures are looked for
        if sentence[start + len(digits)] in "余多" or len(digits) > 8 or (start and sentence[start - 1] in ".〔"):
            continue
        number = _number(digits)
        if number is None:
            continue
        clause = sentence[begin:start]
        measure = _review_measure(clause) if on_review else None
        if measure:
            pass
        elif on_rules and "规范性文件" in clause:
            measure = next((name for name, pattern in _RULES.items() if pattern.search(clause)), None)
        elif on_requests and (outcome := _outcome(clause)):
            measure = outcome
        elif on_requests and not (on_review and _REVIEW_WORD.search(sentence, before_from, start)):
            measure, names_requests = _request_measure(clause)
            if measure == "none" or (
                measure in ("received", "handled") and not (headed and "申请" in clause) and not names_requests
            ):
                measure = None
        if measure and not _OF_A_TABLE.match(clause):
            yield _new_claim((measure, number, sentence, begin, start, stop, in_review))


def _is_plain(claim: _Claim, among_all: bool = False) -> bool:
    """Whether nothing around a claim says that it counts less, more or other than the whole report of this year.

    `among_all`: its sentence has counted all requests before, so an outcome behind 其中 is one of all of them.
    """
    sentence = _LEGAL_PERSONS.sub(lambda m: "　" * len(m[0]), claim.sentence)
    said = sentence[: claim.start]
    clause = sentence[claim.clause : claim.start]
    if among_all and claim.measure in _OUTCOMES and said.count("其中") == 1:
        said, clause = said.replace("其中", ""), clause.replace("其中", "")
    among = said.rfind("其中")
    if among >= 0 and "；" not in said[among:]:
        return False
    inside = max(said.rfind("（"), said.rfind("(")) > max(said.rfind("）"), said.rfind(")"))
    if claim.measure in ("carried_in", "carried_out"):
        return _PARTIAL.search(clause) is None
    if inside:
        return False
    if claim.measure in ("reconsideration", "litigation"):
        about = claim.in_review or _ON_PUBLICATION.search(said) is not None
        return about and not (_REVIEW_PART.search(said) or _NOT_ON_PUBLICATION.search(sentence))
    if claim.measure in ("issued", "in_force"):
        return not (_RULES_PART.search(said) or _LAST_YEAR.search(said))
    if claim.measure in ("disclosed", "repealed"):
        return not (_RULES_OF_OTHERS.search(said) or _LAST_YEAR.search(said))
    if _PARTIAL.search(said) or _LAST_YEAR.search(said):
        return False
    return claim.measure == "received" or _OTHERWISE_ENDED.search(sentence) is None


@lru_cache(maxsize=1024)
def _outcome(clause: str) -> str | None:
    """The outcome of requests that a clause before a figure names: reports say most things in few wordings."""
    outcome = _OUTCOME.match(clause)
    return outcome.lastgroup if outcome else None


@lru_cache(maxsize=1024)
def _request_measure(clause: str) -> tuple[str | None, bool]:
    """What the last verb before a figure counts; 继续办理 after 结转 and 处理 after 收到 add nothing. And whether the clause
    says that requests are what is counted."""
    measure: str | None = None
    for verb in _VERBS.finditer(clause.replace("依申请公开", "依申请")):
        found = verb.lastgroup
        if measure in ("carried_in", "carried_out") and found in ("handled", "received"):
            continue
        if measure == "received" and found == "handled":
            continue
        measure = found
    return measure, _REQUEST.search(clause) is not None


def _review_measure(clause: str) -> str | None:
    if "复议" not in clause and "诉" not in clause:
        return None
    if _BOTH.search(clause):
        return "both"
    if _LITIGATION.search(clause):
        return "litigation"
    if _RECONSIDERATION.search(clause):
        return "reconsideration"
    return None


class _Figures:
    """The table figures that prose may mean, each under its name; None where the table gives no figure."""

    def __init__(self, value_of: ValueOf) -> None:
        self._value_of = value_of
        self._received: tuple[dict[str, int], int | None, bool] | None = None

    def request(self, row: str) -> int | None:
        value = self._value_of("applications", row, "total")
        return value if value is None or isinstance(value, int) else self._int("applications", row, "total")

    def _int(self, table: str, row: str, column: str) -> int | None:
        value = self._value_of(table, row, column)
        if value is None or isinstance(value, int):
            return value
        return int(value) if value == int(value) else None

    def group(self, name: str) -> int | None:
        """A group of result rows added up: 不予处理, or the row itself where the form has one row for it."""
        if (value := self.request(name)) is not None:
            return value
        rows = [v for row in _GROUPS[name] if (v := self.request(row)) is not None]
        return sum(rows) if rows else None

    def received(self) -> tuple[dict[str, int], int | None, bool]:
        """Every legitimate meaning of 受理, 收到, 办理 N 件; the first one named; whether all figures are there."""
        if self._received is None:
            self._received = self._meanings_of_received()
        return self._received

    def _meanings_of_received(self) -> tuple[dict[str, int], int | None, bool]:
        received, carried_in, total, carried_out = map(self.request, ("received", "carried_in", "total", "carried_out"))
        named = {"received": received, "total": total}
        if received is not None:
            named["received+carried_in"] = received + (carried_in or 0)
            if carried_out is not None:
                named["received-carried_out"] = received - carried_out
        if total is not None:
            named["total+carried_out"] = total + (carried_out or 0)
            if carried_in is not None:
                named["total-carried_in"] = total - carried_in
        known = None not in (received, carried_in, total, carried_out)
        return {k: v for k, v in named.items() if v is not None}, received, known

    def answered(self) -> tuple[dict[str, int], int | None, bool]:
        """答复, 办结 N 件: the total, or what 收到 may mean when every request was answered."""
        named, _, known = self.received()
        return named, self.request("total"), known

    def without_parts(self, number: int) -> str | None:
        """The total less last year's or the results that are no answer (不予处理, 其他处理 …) that gives `number`."""
        total = self.request("total")
        parts = {name: self.group(name) for name in ("other", "not_processed", "unavailable", "refused")}
        parts["carried_in"] = self.request("carried_in")
        given = {name: value for name, value in parts.items() if value}
        if total is None or number > total:
            return None
        for size in range(1, len(given) + 1):
            for names in combinations(given, size):
                if total - sum(given[n] for n in names) == number:
                    return "-".join(("total", *names))
        return None

    def one(self, row: str) -> tuple[dict[str, int], int | None, bool]:
        value = self.request(row)
        return ({row: value} if value is not None else {}), value, value is not None

    def granted(self) -> tuple[dict[str, int], int | None, bool]:
        """予以公开 N 件: wholly granted, or in part as well."""
        whole, part = self.request("granted"), self.request("partly_granted")
        named = {"granted": whole, "granted+partly_granted": None if whole is None or part is None else whole + part}
        return {k: v for k, v in named.items() if v is not None}, whole, whole is not None and part is not None

    def outcome(self, name: str) -> tuple[dict[str, int], int | None, bool]:
        """部分公开, 不予公开 … N 件: the rows of that outcome, or together with those of others that give nothing either."""
        if name == "partly_granted":
            return self.one(name)
        whole = self.group(name)
        others = [n for n in ("refused", "unavailable", "not_processed", "other") if n != name]
        named = {} if whole is None else {name: whole}
        for size in range(1, len(others) + 1):
            for names in combinations(others, size):
                values = [self.group(n) for n in names]
                if whole is not None and None not in values:
                    named["+".join((name, *names))] = whole + sum(v for v in values if v is not None)
        # one of its rows alone: 不予公开 N 件 of state secrets
        named |= {row: v for row in _GROUPS[name] if (v := self.request(row))}
        return named, whole, whole is not None

    def reviews(self, *rows: str) -> tuple[dict[str, int], int | None, bool]:
        """复议, 诉讼 N 件: the total, or without the pending ones, or one of the two kinds of lawsuit."""
        totals = {r: self._int("review", r, "total") for r in rows}
        pending = {r: self._int("review", r, "pending") for r in rows}
        if None in totals.values():
            return {k: v for k, v in totals.items() if v is not None}, None, False
        known = {k: v for k, v in totals.items() if v is not None}
        named = dict(known)
        for size in range(2, len(rows) + 1):
            for names in combinations(rows, size):
                named["+".join(names)] = sum(known[n] for n in names)
        whole = sum(known.values())
        named["without pending"] = whole - sum(v or 0 for v in pending.values())
        for r in rows:
            named[f"{r} without pending"] = known[r] - (pending[r] or 0)
        return named, whole, True

    def rules(self, *columns: str) -> tuple[dict[str, int], int | None, bool]:
        named: dict[str, int] = {}
        main: int | None = None
        for column in columns:
            documents = self._int("proactive", "normative_documents", column)
            regulations = self._int("proactive", "regulations", column)
            if documents is not None:
                named[f"normative_documents.{column}"] = documents
                named[f"normative_documents+regulations.{column}"] = documents + (regulations or 0)
                main = documents if main is None else main
        return named, main, main is not None


_GROUPS = {
    "other": ("other_uncorrected", "other_unpaid", "other_other"),
    "not_processed": (
        "not_processed_petition", "not_processed_duplicate", "not_processed_publication",
        "not_processed_repeated_excessive", "not_processed_confirmation",
    ),
    "unavailable": ("unavailable_not_held", "unavailable_needs_creation", "unavailable_unclear"),
    "refused": (
        "refused_state_secret", "refused_prohibited_by_law", "refused_security_stability", "refused_third_party",
        "refused_internal_affairs", "refused_process_information", "refused_enforcement_files",
        "refused_administrative_inquiry",
    ),
}  # fmt: skip
# measure → (table, row, column) that a finding names
_CELL = {
    "received": ("applications", "received", "total"),
    "handled": ("applications", "total", "total"),
    "answered": ("applications", "total", "total"),
    "granted": ("applications", "granted", "total"),
    "carried_in": ("applications", "carried_in", "total"),
    "carried_out": ("applications", "carried_out", "total"),
    "reconsideration": ("review", "reconsideration", "total"),
    "litigation": ("review", "litigation_direct", "total"),
    "partly_granted": ("applications", "partly_granted", "total"),
    "refused": ("applications", "refused", "total"),
    "unavailable": ("applications", "unavailable", "total"),
    "not_processed": ("applications", "not_processed", "total"),
    "issued": ("proactive", "normative_documents", "issued"),
    "disclosed": ("proactive", "normative_documents", "issued"),
    "repealed": ("proactive", "normative_documents", "repealed"),
    "in_force": ("proactive", "normative_documents", "in_force"),
}


_MEANT_FIRST = {
    "received": ("received", "total"),
    "answered": ("received", "total"),
    "handled": ("received", "total"),
    "carried_in": ("carried_in",),
    "carried_out": ("carried_out",),
    "granted": ("granted",),
    "partly_granted": ("partly_granted",),
}
"""The rows that `_meanings` names first: what most figures mean."""


def _meanings(measure: str, figures: _Figures) -> tuple[dict[str, int], int | None, bool]:
    if measure == "received":
        return figures.received()
    if measure in ("answered", "handled"):
        return figures.answered()
    if measure in ("carried_in", "carried_out"):
        return figures.one(measure)
    if measure == "granted":
        return figures.granted()
    if measure in _OUTCOMES:
        return figures.outcome(measure)
    if measure == "reconsideration":
        return figures.reviews("reconsideration")
    if measure == "litigation":
        return figures.reviews("litigation_direct", "litigation_after_reconsideration")
    if measure == "both":
        return figures.reviews("reconsideration", "litigation_direct", "litigation_after_reconsideration")
    if measure == "issued":
        return figures.rules("issued", "newly_made", "newly_disclosed")
    if measure == "disclosed":
        return figures.rules("issued", "newly_made", "newly_disclosed", "in_force", "disclosed_total")
    if measure == "repealed":
        return figures.rules("repealed")
    return figures.rules("in_force", "disclosed_total")


def prose_findings(
    sections_or_texts: Sequence[Section] | Sequence[str], value_of: ValueOf
) -> tuple[list[Finding], list[Reading]]:
    """The figures of the prose that no legitimate reading of the tables explains, and every figure that was read.

    受理, 收到 and 办理 mean different things in different reports, so a figure that equals
    any of their meanings agrees. A claim that agrees also clears the other claims of its kind: a report that
    counts twice counts once for the whole and once for a part of it.
    """
    prose: list[str] = []
    on_reviews: list[str] = []
    for s in sections_or_texts:
        if isinstance(s, Section):
            (on_reviews if s.key == "review" else prose).append(s.text)
        elif len(s) > 12:
            prose.append(s)
    texts: list[tuple[str, bool]] = []
    for parts, reviews in ((prose, False), (on_reviews, True)):
        if text := "\n".join(parts):
            if "請" in text:  # a mirror in traditional characters
                text = simplify(strip_pinyin(text))
            if any(map(text.__contains__, _SIGNS)):
                texts.append((text, reviews))
    claims = list(islice(_claims(texts), MOST_CLAIMS)) if texts else []
    if not claims:  # as in half of all reports
        return [], []
    figures = _Figures(value_of)
    meanings: dict[str, tuple[dict[str, int], int | None, bool]] = {}
    readings: list[Reading] = []
    suspects: list[_Claim] = []
    agreed: set[str] = set()
    counted = ""  # the last sentence that has counted all requests
    for claim in claims:
        measure, number = claim.measure, claim.number
        meaning = next((row for row in _MEANT_FIRST.get(measure, ()) if figures.request(row) == number), None)
        known = False
        if meaning is None:
            if measure not in meanings:
                meanings[measure] = _meanings(measure, figures)
            named, _, known = meanings[measure]
            meaning = next((name for name, value in named.items() if value == number), None)
        if meaning is None and measure in ("answered", "handled"):
            meaning = figures.without_parts(number)
        readings.append(Reading(measure, number, meaning, claim.fragment))
        if meaning is not None:
            agreed.add(measure)
            if measure in ("received", "answered", "handled"):
                counted = claim.sentence
        elif known and measure in _CELL and _is_plain(claim, counted == claim.sentence and figures.request("carried_in") == 0):
            suspects.append(claim)
    findings: list[Finding] = []
    seen: set[str] = set()
    for claim in suspects:
        if claim.measure in agreed or claim.measure in seen:
            continue
        seen.add(claim.measure)
        table, row, column = _CELL[claim.measure]
        expected = meanings[claim.measure][1]
        findings.append(
            Finding("prose_number", table, row, column, expected, claim.number, "publisher", claim.fragment)
        )
    return findings, readings
