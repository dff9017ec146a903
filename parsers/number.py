"""What the text of a table cell says: a number, nothing, or something that is no number.
Which cell of the form it belongs to is left to `align`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Literal, NamedTuple

from gongkai.parsers.report import Number

# Signs that publishers print for "nothing to report". They are no zeros.
SIGNS = frozenset(
    [
        "...",
        "......",
        "·",
        "•",
        "/",
        "//",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "————",
        "–",
        "―",
        "－",
        "_",
        "～",
        "~",
        "…",
        "……",
        "*",
        "×",
        "无",
        "没有",
        "暂无",
        "空",
        "不涉及",
        "未涉及",
        "不适用",
        "N/A",
        "n/a",
        "NA",
        "null",
        "None",
    ]
)
ZEROS = frozenset(["零", "〇", "○"])
# Dashes, bars and dots that stand for nothing, alone or repeated; as compatibility folding leaves them.
_STROKES = frozenset("-‐‒–—―−⁃─━ー_ˉ\u0304⸺⸻➖…·•/∕⁄╱")

_PLAIN = re.compile(r"0|[1-9]\d*")
_NUMBER = re.compile(
    r"""(?P<lead>共计?|合计|总计|计|为)?(?P<about>约|近)?
    (?P<sign>增加?|减少?|↑|↓|[¥￥])?
    (?P<number>[+\-−–—﹣]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)
    (?P<some>余|多)?(?P<unit>件次|人次|万元|亿元|元|万|件|条|个|项|次|人|宗|份|篇)?(?P<more>余|多)?
    (?P<mark>[*※†‡]|\[\^?\d{1,2}\]|注\d?)?
    (?P<note>\(.*\)|[;,。]?其中.*|[;,]?含.*)?[。;]?""",
    re.VERBOSE | re.DOTALL,
)
# Marks of a footnote at a figure; compatibility folding would make digits of them (30① is not 301).
_MARK = "[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u00b9\u00b2\u00b3\u2070-\u2079]"
_MARKS = re.compile(f"^{_MARK}+|{_MARK}+$")
INVISIBLE = re.compile("[\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_SPREAD = re.compile(r"\d(?: \d)+(?:\.\d+)?")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?: \d{3})+(?:\.\d+)?")

Kind = Literal["number", "blank", "text"]


class Reading(NamedTuple):
    """One cell read: `number` with its value and the unit printed in the cell, `blank`, or `text` (no number).

    `flags`: `note` (a remark stands beside the number), `approximate`, `split_digits` (digits stand apart,
    joined), `grouped` (a space as thousand separator), `leading_zero`, `sign_in_words` (减2 for -2).
    """

    kind: Kind
    value: Number | None = None
    unit: str = ""
    flags: tuple[str, ...] = ()


BLANK = Reading("blank")
TEXT = Reading("text")


def read_number(text: str) -> Reading:
    """The figure printed in one cell. A sign such as `/` or 无 is blank, never 0; no digit is ever guessed."""
    raw = INVISIBLE.sub("", text).strip()
    if _PLAIN.fullmatch(text) and text.isascii():
        return Reading("number", int(text))
    marked = _MARKS.sub("", raw)
    if (raw and not marked) or re.search(_MARK, marked):
        return TEXT
    text = unicodedata.normalize("NFKC", marked).strip()
    if not text:
        return BLANK
    squeezed = re.sub(r"\s+", "", text)
    if not squeezed or squeezed in SIGNS or _STROKES.issuperset(squeezed):
        return BLANK
    if squeezed in ZEROS:
        return Reading("number", 0)
    if len(text) > 80:
        return TEXT
    flags: list[str] = ["note"] if len(marked) < len(raw) else []
    plain = re.sub(r"\s+", " ", text)
    if _GROUPED.fullmatch(plain):
        flags.append("grouped")
    elif _SPREAD.fullmatch(plain):
        flags.append("split_digits")
    elif re.search(r"\d \d", plain.split("(")[0]):
        return TEXT  # two numbers in one cell, not one
    match = _NUMBER.fullmatch(squeezed.replace("，", ","))
    if not match:
        return TEXT
    digits = re.sub("[−–—﹣]", "-", match["number"].replace(",", ""))
    if match["sign"] and match["sign"] in "增加减少↑↓":
        digits = ("-" if match["sign"][0] in "减↓" else "") + digits
        flags.append("sign_in_words")
    if match["mark"] and "note" not in flags:
        flags.append("note")
    if (match["note"] or match["lead"]) and "note" not in flags:
        flags.append("note")
    if match["about"] or match["some"] or match["more"]:
        flags.append("approximate")
    if re.fullmatch(r"[+-]?0\d+", digits):
        flags.append("leading_zero")
    unit = {"万": "万元"}.get(match["unit"] or "", match["unit"] or "")
    value: Number = Decimal(digits) if "." in digits else int(digits)
    return Reading("number", value, unit, tuple(flags))
