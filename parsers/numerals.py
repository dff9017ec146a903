"""Chinese numerals in sentences: 十二, 两百零三, 一万二千. What they count is left to `sentences`."""

from __future__ import annotations

import re

_DIGITS = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "[零〇一二两三四五六七八九十百千万]{1,12}"
_DIGITS_ONLY = re.compile("[零〇一二三四五六七八九]{2,}")


def chinese_number(text: str) -> int | None:
    """The number that a numeral means, 0 to 99,999,999; None for what is no well-formed numeral.

    Shortened ones (一百二, which is 120) are refused, as are digits in a row (二三), which may mean "two or three".
    """
    if not text or _DIGITS_ONLY.fullmatch(text):
        return None
    high, wan, low = text.rpartition("万")
    if wan:
        upper, lower = _below_wan(high), _below_wan(low) if low else 0
        if upper is None or lower is None or (low and lower < 1000 and low[0] not in "零〇"):
            return None
        return upper * 10_000 + lower
    return _below_wan(text)


def _below_wan(text: str) -> int | None:
    """A numeral without 万."""
    total, digit, last, zero = 0, None, 10_000, False
    for k, char in enumerate(text):
        if char in _PLACES:
            place = _PLACES[char]
            if place >= last or (digit is None and not (char == "十" and (k == 0 or zero or total == 0))) or digit == 0:
                return None
            if last < 10_000 and place * 10 < last and not zero:
                return None  # 一千二十 lacks its zero
            total, digit, last, zero = total + (1 if digit is None else digit) * place, None, place, False
        else:
            if digit is not None and digit != 0:
                return None
            digit, zero = _DIGITS[char], zero or _DIGITS[char] == 0
    if digit is None:
        return total
    if last == 10_000:
        return digit if len(text) == 1 else None
    if last > 10 and not zero:
        return None
    return total + digit
