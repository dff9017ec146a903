"""The processing fee that section six of a report prints: how much was collected, in the words that say so.
Where section six stands is left to `sections`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from gongkai.parsers.characters import simplify, strip_pinyin

MOST_SENTENCES = 60  # sentences that may print the fee
LONGEST_SENTENCE = 400  # characters before and after 处理费

# 国办函〔2020〕109号: a report says how many fee notices were issued and how much was collected.
_AMOUNT = r"(?P<n>\d[\d,，]*(?:\.\d+)?)\s*(?P<unit>万元|元|万|(?=[。；;，,\s）)]|$))"
_PIECES = r"(?:\d+\s*[件笔次份条起宗]\s*[，、,；;]?\s*)?"
_DIGIT = re.compile(r"\d")  # without one there is no amount
_COLLECTED = re.compile(rf"实际收(?:取|缴|到|费)[^。；;\d]{{0,20}}?{_PIECES}[^。；;\d]{{0,12}}?{_AMOUNT}")
_FEE = re.compile(rf"处理费(?!管理)[^。；;\d]{{0,24}}?{_PIECES}[^。；;\d]{{0,12}}?{_AMOUNT}")
_FEE_BEFORE = re.compile(
    rf"(?:收取|收费|共收|征收)[^。；;\d]{{0,10}}?{_AMOUNT}[^。；;\d]{{0,6}}(?:的)?(?:政府信息公开)?信息处理费"
)
_ALL_ZERO = re.compile(r"(?:金额|收取|处理费)[^。]{0,30}?(?:均|都|皆|各)?为\s*0(?![\d.])")
_STANDARD = re.compile(r"标准|每件|每页|元/|元／|按件|按量")
_NONE = re.compile(r"未|没有|无|暂不|不收|不存在|尚未|零")


def processing_fee(texts: Sequence[str]) -> tuple[Decimal | None, str | None, int | None]:
    """The 信息处理费 collected, in 元: (amount, the words that say so, index of the text).

    No amount but words: the text says that none was collected, without a number. No words: it says nothing.
    """
    looked = 0
    for i, printed in enumerate(texts):
        if "费" not in printed and "費" not in printed:
            continue
        text = simplify(printed)
        at = text.find("处理费")
        while at >= 0 and looked < MOST_SENTENCES:
            looked += 1
            low, high = max(0, at - LONGEST_SENTENCE), at + LONGEST_SENTENCE
            start = max(text.rfind("。", low, at), text.rfind("；", low, at), text.rfind("\n", low, at)) + 1 or low
            stop = text.find("。", at, high)
            end_of_line = text.find("\n", at, high if stop < 0 else stop)
            stop = end_of_line if end_of_line >= 0 else stop if stop >= 0 else high
            said = _fee_in(text[start:stop] if text is printed else simplify(strip_pinyin(printed[start:stop])))
            if said is not None:
                return said[0], said[1] if text is printed else printed[start:stop].strip(), i
            at = text.find("处理费", stop)
    return None, None, None


def _fee_in(sentence: str) -> tuple[Decimal | None, str] | None:
    for pattern in (_COLLECTED, _FEE, _FEE_BEFORE) if _DIGIT.search(sentence) else ():
        match = pattern.search(sentence)
        if match is None or _STANDARD.search(match[0]) or _STANDARD.match(sentence, match.end()):
            continue
        unit = match["unit"]
        try:
            amount = Decimal(match["n"].replace(",", "").replace("，", ""))
        except InvalidOperation:
            continue
        if not unit and amount != 0:
            continue  # a bare number may count notices
        return amount * 10000 if unit.startswith("万") else amount, match[0].strip()
    if "0" in sentence and (zero := _ALL_ZERO.search(sentence)):
        return Decimal(0), zero[0].strip()
    cleaned = sentence.replace("《政府信息公开信息处理费管理办法》", "")
    if "处理费" in cleaned or "收取" in cleaned or "收费" in cleaned:
        none = _NONE.search(cleaned)
        if none:
            return None, sentence.strip()
    return None
