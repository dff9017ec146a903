"""A spreadsheet's number as its cell shows it: digits, separators, percentages, literal text, zeros that a format hides.
A format that is not known for certain leaves the plain number and says so; which cell has which format is left to `workbook`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

# The formats that a file names by number alone (ECMA-376 part 1, 18.8.30); 27–36 and 50–58 are dates in Chinese programs.
_BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 42: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 44: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
_DATES = frozenset([14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)])
_TIMES = frozenset([18, 19, 20, 21, 45, 46, 47])
_TOKEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General|G/通用格式|[0#?.,%@]|[Ee][+-]|AM/PM|上午/下午|.', re.DOTALL)
_COLOUR = re.compile(r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|黑色|蓝色|红色|DBNum\d)\]", re.IGNORECASE)
_CURRENCY = re.compile(r"\[\$([^\-\]]*)(?:-[^\]]*)?\]")
LONGEST = 120
"""Characters of a format; longer ones are not looked into."""


class Shown(NamedTuple):
    """What a cell shows; not `sure` where its format is not known and the number itself stands for it."""

    text: str
    sure: bool = True


class _Section(NamedTuple):
    before: str
    after: str
    whole: int  # digits before the point at least
    decimals: int
    optional: int  # of the decimals, those shown only if not 0
    grouped: bool
    percent: bool
    thousands: int  # so many times divided by a thousand
    kind: str  # number, general, text, date, unknown


def code_of(number: int, custom: dict[int, str]) -> str:
    """The code of a format named by number."""
    if number in custom:
        return custom[number]
    if number in _DATES:
        return "yyyy-mm-dd"
    return "h:mm" if number in _TIMES else _BUILT_IN.get(number, "?")


def plain(value: float) -> str:
    """A number without exponent: 1.0 is 1, 0.1+0.2 is 0.3 as in the program, which keeps 15 digits."""
    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: float, code: str, *, since_1904: bool = False) -> Shown:
    """A number by the code of its format."""
    if code in ("General", "@", ""):
        return Shown(plain(value))
    sections = _sections(code)
    if sections is None:
        return Shown(plain(value), False)
    negative = value < 0
    if len(sections) == 1:
        section = sections[0]
    elif negative:
        section = sections[1]
    else:
        section = sections[2] if value == 0 and len(sections) > 2 else sections[0]
    if section.kind == "date":
        return _date(value, since_1904)
    if section.kind == "unknown":
        return Shown(plain(value), False)
    if section.kind == "general":
        text = section.before + plain(abs(value)) + section.after
    elif section.kind == "text":
        return Shown(section.before.strip())
    else:
        text = _digits(abs(value), section)
        if not text.strip("0.,") and len(sections) == 1:
            negative = False  # -0 is shown as 0
        text = section.before + text + ("%" if section.percent else "") + section.after
    if not negative or section.kind == "text":
        return Shown(text.strip())
    if len(sections) == 1:
        return Shown("-" + text.strip())
    if any(c in section.before for c in "-－−(（▲△"):
        return Shown(text.strip())
    return Shown("-" + text.strip(), False)  # a negative number shown by its colour alone


def _digits(value: float, section: _Section) -> str:
    number = Decimal(format(value, ".15g")) / (1000**section.thousands)
    if section.percent:
        number *= 100
    number = number.quantize(Decimal(1).scaleb(-section.decimals), rounding=ROUND_HALF_UP)
    whole, _, fraction = format(number, "f").partition(".")
    whole = whole.lstrip("0").rjust(section.whole, "0") if section.whole or whole == "0" else whole
    if section.grouped:
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", whole)
    for _ in range(section.optional):
        if fraction.endswith("0"):
            fraction = fraction[:-1]
    return whole + (f".{fraction}" if section.decimals else "")


def _date(value: float, since_1904: bool) -> Shown:
    if not 0 <= value < 2_958_466:  # to the year 9999
        return Shown(plain(value), False)
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    return Shown((start + timedelta(days=value)).strftime("%Y-%m-%d"))


@cache
def _sections(code: str) -> tuple[_Section, ...] | None:
    """The sections of a format; None for one with conditions or more than four sections."""
    if len(code) > LONGEST:
        return None
    found: list[list[str]] = [[]]
    for token in _TOKEN.findall(code):
        if token == ";":
            found.append([])
        else:
            found[-1].append(token)
    sections = tuple(_section(tokens) for tokens in found)
    return None if len(sections) > 4 or any(s is None for s in sections) else sections  # type: ignore[return-value]


def _section(tokens: list[str]) -> _Section | None:
    before = after = places = ""
    percent = general = text = date = unknown = False
    for token in tokens:
        literal = ""
        if token[0] == '"' and len(token) > 1:
            literal = token[1:-1]
        elif token[0] == "\\":
            literal = token[1:]
        elif token[0] == "_":
            literal = " "
        elif token[0] == "[":
            if match := _CURRENCY.fullmatch(token):
                literal = match[1]
            elif not _COLOUR.fullmatch(token):
                return None
        elif token in ("General", "G/通用格式"):
            general = True
        elif token in "0#?.,":
            if after.strip():
                unknown = True  # digits with text among them
            places += token
        elif token == "%":
            percent = True
        elif token == "@":
            text = True
        elif token[0] in "ymdhsYMDHSaAe上E/":
            date = date or token[0] in "ymdhsYMDHS"
            unknown = unknown or token[0] in "E/e"
        elif token[0] != "*":
            literal = token
        if places or general:
            after += literal
        else:
            before += literal
    if date:
        return _Section("", "", 0, 0, 0, False, False, 0, "date")
    if unknown:
        return _Section("", "", 0, 0, 0, False, False, 0, "unknown")
    if general:
        return _Section(before, after, 0, 0, 0, False, percent, 0, "general")
    if text or not any(c in "0#?" for c in places):
        return _Section(before + after, "", 0, 0, 0, False, False, 0, "text")
    whole, _, fraction = places.partition(".")
    scale = len(places) - len(places.rstrip(","))
    digits = fraction.replace(",", "")
    return _Section(
        before, after, whole.count("0"), len(digits), sum(c != "0" for c in digits), "," in whole.strip(","), percent,
        scale, "number",
    )  # fmt: skip
