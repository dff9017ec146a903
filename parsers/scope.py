"""Whether a report's figures are those of the office itself or of the whole territory, by the sentences that count requests.
Whose report it is, is left to `identity`; what the figures are, to the tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gongkai.parsers.names import AgencyName

MOST_COUNTS = 300  # places of each word for receiving that are looked at
LONGEST_CLAUSE = 300  # characters before them
FIRST_COUNTS = 40
"""Sentences that count requests and are judged: the ones of section one come first, those of later years' plans last."""

# Words for receiving under a character of theirs, which is looked for first.
_RECEIVING = (("收", ("收到", "新收", "接收")), ("受", ("受理",)), ("办", ("办理",)))
_COUNTS = re.compile(r"..(?:[^，。；\n\d]{0,40}?\d+\s*[件条宗份]|[^，。；\n\d]{0,30}?申请(?:公开)?(?=[，,。；\s]))")
_REQUESTS = "申请"
# Counted too, and no requests for information.
_OTHERS = re.compile("信访|热线|来信|来访|举报|投诉|建议|提案|咨询|复议|诉讼|案件|业务|事项|许可|市场主体|留言|信箱")
_OWN = re.compile(
    r"[我本](?:[局办委厅镇乡部馆处院会关校所站社队行]|街道|中心|管委会|机关|单位|部门|行政机关|公司)|局机关|局办公室|委办公室|全[局委厅办镇乡街]|机关本级|局本级"
    r"|(?:^|[，,年])(?:共|全年|累计)?(?:中心|管委会|街道办事处|办事处|镇政府|乡政府|镇人民政府|乡人民政府)"
)
_TERRITORY = re.compile(
    r"全[省市县区州盟旗]|[我本][省市县区州盟旗](?![级局府委直属镇乡])|各级行政机关|各级政府|各乡镇|各镇街|各镇乡|各镇|各街道|各苏木|[市县区州旗省]直?各部门|政府各部门|各县[市区（(、]"
    r"|各区县|各[县区](?:政府|人民政府|共)|和各[县区]|[两三]级(?:行政机关|政府|共)|[两三]级$|所属部门|系统共?$|级机关和各"
)
_OFFICE = re.compile("政府办公[室厅]|政府办(?!理)|府办")
_TOWN_END = re.compile("(?:人民政府|政府|办事处)$")


class Scope(NamedTuple):
    """`own` or `territory`, and the number of the text that says so, from 1."""

    word: str
    line: int


def scope_of(joined: str, at: int, agency: AgencyName | None, parts: Sequence[tuple[int, int]]) -> Scope | None:
    """The scope that the text from `at` on states, one text a line; None where it states none, or both.

    What is said first counts; a department that counts its own requests and later those of all is unclear. `parts`: from
    where to where it may state one; what lies between are tables.
    """
    first: Scope | None = None
    for spot in _counting(joined, at, parts):
        low = max(at, spot - LONGEST_CLAUSE)
        start = max(joined.rfind("。", low, spot), joined.rfind("；", low, spot), joined.rfind("\n", low, spot)) + 1 or low
        word = _said(joined[start:spot], agency)
        if word is None:
            continue
        found = Scope(word, joined.count("\n", 0, spot) + 1)
        if agency is not None and agency.kind == "government" and word == "territory":
            return found
        if first is None:
            first = found
        elif first.word != word:
            return first if first.word == "territory" else None
    return first


def may_count_requests(text: str) -> bool:
    """Whether a word for receiving stands in a text: many reports have none but in their tables."""
    if "收" in text and ("收到" in text or "新收" in text or "接收" in text):
        return True
    return ("受" in text and "受理" in text) or ("办" in text and "办理" in text)


def _counting(joined: str, at: int, parts: Sequence[tuple[int, int]]) -> list[int]:
    """Where the text counts requests that came in, in the order of the text."""
    spots: list[int] = []
    for low, high in parts:
        part = joined[low:high]
        for word in (word for sign, words in _RECEIVING if sign in part for word in words):
            spot = part.find(word)
            for _ in range(MOST_COUNTS):
                if spot < 0:
                    break
                if (count := _COUNTS.match(joined, low + spot)) and _of_requests(joined, at, low + spot, count.end()):
                    spots.append(low + spot)
                spot = part.find(word, spot + 2)
    return sorted(spots)[:FIRST_COUNTS]


def _of_requests(joined: str, at: int, spot: int, end: int) -> bool:
    """Whether what is counted are requests for information: the words say so, or those before them in the sentence."""
    if joined.find(_REQUESTS, spot, end + 4) < 0 and joined.find(_REQUESTS, max(at, spot - 60), spot) < 0:
        return False
    return _OTHERS.search(joined, spot, end) is None


def _said(clause: str, agency: AgencyName | None) -> str | None:
    """What the words before the count say about whose it is."""
    if agency is not None and agency.kind == "township":
        return "own" if _OWN.search(clause) or _TOWN_END.sub("", agency.rest.removeprefix("人民政府")) in clause else None
    if _TERRITORY.search(clause):
        return "territory"
    if _OWN.search(clause) or (agency is not None and _names(clause, agency)):
        return "own"
    return None


def _names(clause: str, agency: AgencyName) -> bool:
    """Whether the words name the agency itself, in full or without its place: 市信访局 of 通化市信访局."""
    if agency.kind == "office":
        return _OFFICE.search(clause) is not None
    return agency.kind == "department" and len(agency.rest) > 2 and agency.rest in clause
