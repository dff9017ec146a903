"""What a report's preamble says of who wrote it and about which time, and what its page needs to name a publisher.
Which of the names and years hold in the end is left to `identity`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.parsers.characters import TRADITIONAL, simplify, strip_pinyin

PREAMBLE = 1000  # characters after the title that may say who wrote the report and about when
OPENING = 600  # of these, the ones that may name its author
PLAIN_WORDS = ("公布", "发布", "编制")
"""Behind which a name may stand under a title that names the agency."""

_SPACE = re.compile("[ \u3000\xa0\t\u200b]+")
_UNEVEN = re.compile(f"[ \u3000\xa0\t\u200b{TRADITIONAL}]")
_PERIOD = re.compile(r"(20\d\d)年?(?:度)?$")
_DAMAGED_PERIOD = re.compile(r"(?:自|从|为|期限|时限)(20\d\d)年?1{1,2}日")

NAME = r"([\u4e00-\u9fff（）()·]{3,40}?)"
NICK = r"(?:[（(]以下[^）)]{0,24}[）)])?"
# A name is tried at each length; what stands behind it is looked at only where it can begin there.
_BY = re.compile(rf"由{NAME}(?=[（(负组牵编撰制起依根按严]){NICK}(?:负责|组织|牵头)?(?:编制|编写|撰写|制作|起草|依据|根据|按照|依照|严格)")
_PUBLISHED = re.compile(
    rf"(?:了|将|出|完成)?[《<]?(?:20\d\d年度?+)?+{NAME}(?=[（(关2的政信]){NICK}(?:(?:关于)?20\d\d年(?:度)?)?(?:的)?(?:政府|政务){{0,2}}信息公开"
)
_AUTHOR = re.compile(
    rf"(?:^|[，,。；;、\n]|要求){NAME}(?=[（(组负编撰制形公发]){NICK}(?:组织|负责)?(?:编制|撰写|编写|制定|形成|公布|发布)了(?:本[机单部]\w)?(?:20\d\d年|本报告|本年|《)"
)
_TO_THE_PUBLIC = re.compile(rf"(?:^|[，,。；;、\n]){NAME}(?:现)?向社会(?:公布|公开|发布)")
_WORK_OF = re.compile(rf"根据{NAME}的(?:政府|政务)信息公开年度?工作")
_TABLES_MAY_BEGIN = frozenset("二第信")
_BEFORE_UNIT = frozenset("供任布发")  # 信息提供单位, 责任单位, 发布单位, 制发单位


def lead_of(texts: Sequence[str], start: int) -> str:
    """The beginning of the text proper, simplified and without spaces, at most up to section two."""
    stop = start
    for text in texts[start : start + 60]:
        if text[:1] in _TABLES_MAY_BEGIN and text.startswith(("二、", "第二十条", "信息内容")):
            break
        stop += 1
    return cleaned("\n".join(filter(None, texts[start:stop]))[:PREAMBLE])


def cleaned(text: str) -> str:
    """A text simplified and without spaces; the very same where it is so already."""
    return simplify(strip_pinyin(_SPACE.sub("", text))) if _UNEVEN.search(text) else text


def names_in(lead: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Who the text says wrote it: (name, the wording that says so), the plainest statements first."""
    at = lead.find("由")
    while at >= 0:
        if match := _BY.match(lead, at):
            yield match[1], "由…编制"
        at = lead.find("由", at + 1)
    for word in words:
        at = lead.find(word)
        while at >= 0:
            if match := _PUBLISHED.match(lead, at + len(word)):
                yield match[1], f"{word}…"
            at = lead.find(word, at + 1)
    if "了" in lead and (match := _AUTHOR.search(lead)):
        yield match[1], "…编制了"
    if "向社会" in lead and (match := _TO_THE_PUBLIC.search(lead)):
        yield match[1], "…向社会公布"
    if "信息公开年度工作" in lead and (match := _WORK_OF.search(lead)):
        yield match[1], "根据…年度工作情况"


def period_of(lead: str) -> int | None:
    """The year of the statistics: 统计期限自2024年1月1日, also with its 年 and 月 lost (自202411日)."""
    at = lead.find("1月1日")
    while at >= 0:
        if match := _PERIOD.search(lead, max(0, at - 7), at):
            return int(match[1])
        at = lead.find("1月1日", at + 1)
    if "11日" in lead and (match := _DAMAGED_PERIOD.search(lead)):
        return int(match[1])
    return None


def may_name_its_publisher(text: str) -> bool:
    """Whether a text holds what each label of `_PUBLISHER` does; the unit of a column of a table is none."""
    # one character is looked for in a third of the time that two take
    if "构" in text or "構" in text or "單" in text:
        return True
    if "机" in text and ("机关" in text or "机 关" in text):
        return True
    if ("责" in text and "责任" in text) or ("主" in text and "主体" in text):
        return True
    at = text.find("单")
    while at >= 0:
        if text[at - 1] in _BEFORE_UNIT or text[at - 1].isspace():
            return text.count("单位") > text.count("（单位：")
        at = text.find("单", at + 1)
    return False
