"""What each cell of a document may be: a figure, a blank, a page number, or a label in one or more roles.
Which role counts at a place, and which figure belongs to which cell, is left to `align`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from gongkai.parsers.forms import GRID_FORMS
from gongkai.parsers.labels import distance, fold, fold_without_note, unfolded, without_ordinal
from gongkai.parsers.number import BLANK, INVISIBLE, SIGNS, TEXT, Reading, read_number
from gongkai.parsers.report import Number

LONGEST_LABEL = 110
SHORTEST_PROSE = 12
LONGEST_MENU_ITEM = 12
SHORTEST_PROOF = 3  # characters of a label that may open a table
PAGE = re.compile(
    r"(?i:page|p\.)\s*\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?|[-—–－]\s*\d{1,3}\s*[-—–－]|第\s*\d{1,3}\s*页.{0,12}|\d{1,3}\s*/\s*\d{1,3}\s*页?|[·•]\s*\d{1,3}\s*[·•]"
)
_UNIT = re.compile(r"[(（]?\s*(?:单位\s*[:：]?\s*)?(?:件|条|项|个|万元|元)\s*[)）]?")
_DIGITS = re.compile("0|[1-9][0-9]{0,11}")  # what most figures are
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,11})\.[0-9]{1,8}")  # what most other figures are
_FIGURE_START = re.compile(r"[\d０-９+\-−－/—–―~～…*××〇○零无没暂空不未约近Nn\\_]")


class Role(NamedTuple):
    """One thing a label can name. `what`: row, group, column, subtotal, caption, heading, furniture, span."""

    what: str
    table: str
    key: str


class Zone(NamedTuple):
    """What a label says of the place it stands in. `heading`: the section it heads ("" for one without a table),
    None for other labels. `tables`: those it has a role in. `opens`: the one table that it is proof of."""

    heading: str | None
    tables: frozenset[str]
    opens: str | None


_NARRATIVE = ("overview", "problems", "other_matters")


@cache
def _zone(roles: tuple[Role, ...], long: bool) -> Zone:
    for role in roles:
        if role.what == "heading":
            return Zone("" if role.key in _NARRATIVE else role.key, frozenset(), None)
    tables = frozenset(role.table for role in roles)
    # 行政许可 alone is said of many things: 第二十条 or a column's label must come before it
    proof = len(tables) == 1 and long and (roles[0].what, roles[0].table) != ("row", "proactive")
    return Zone(None, tables, next(iter(tables)) if proof else None)


class Token(NamedTuple):
    """One cell classified. `kind`: number, blank, label (has roles), page, unit, text.

    `code` is one character for its kind, or for its roles: a row of cells becomes a string that patterns match.
    """

    kind: str
    reading: Reading
    folded: str
    roles: tuple[Role, ...]
    code: str = "t"
    zone: Zone | None = None

    def role(self, what: str, table: str) -> str | None:
        """The key this label has in that role and table, else None."""
        for r in self.roles:
            if r.what == what and r.table == table:
                return r.key
        return None


def _lexicon() -> dict[str, tuple[Role, ...]]:
    roles: dict[str, dict[Role, None]] = {}

    def add(role: Role, *labels: str) -> None:
        for label in labels:
            roles.setdefault(fold(label), {})[role] = None

    for form in GRID_FORMS.values():
        for heading in form.sections:
            labels = (heading.label, *heading.aliases)
            add(Role("heading", heading.key, heading.key), *labels)
        for table in form.tables:
            for row in table.rows:
                what = "group" if row.kind == "group" else "row"
                labels = (row.label, *row.aliases)
                if table.layout == "prose":
                    continue
                if row.group:  # a row printed as a column of the header: 行政诉讼/未经复议直接起诉
                    add(Role("row", table.key, row.key), *(row.group + label for label in labels))
                add(Role(what, table.key, row.key), *labels, *((row.number or "") + label for label in labels))
            for column in (c for r in table.rows for c in r.columns):
                if table.layout != "prose":
                    labels = (column.label, *column.aliases)
                    if column.group:
                        labels += tuple(column.group + label for label in labels)
                    add(Role("column", table.key, column.key), *labels)
                    if column.group:
                        add(Role("span", table.key, column.group), column.group)
            add(Role("subtotal", table.key, "subtotal"), *table.subtotal)
            add(Role("caption", table.key, table.key), *table.captions)
            add(Role("furniture", table.key, table.key), *table.furniture)
    return {label: tuple(found) for label, found in roles.items()}


LEXICON = _lexicon()
PLAIN, OTHER_NUMBER, BLANK_CODE, PAGE_CODE, UNIT_CODE, TEXT_CODE = "01_put"
KINDS = {PLAIN: "number", OTHER_NUMBER: "number", BLANK_CODE: "blank", PAGE_CODE: "page", UNIT_CODE: "unit", TEXT_CODE: "text"}
"""The kind of a cell by its code, where it is no label."""
JOINED_CODE = "\u4dff"  # two labels in one cell: no usual page has any
_FIRST_ROLES_CODE = "\u4e00"
_ROLES = dict.fromkeys((*LEXICON.values(), *(tuple(r for r in v if r.what == "row") for v in LEXICON.values())))
_ROLES.pop((), None)
_CODE_OF = {
    (roles, long): chr(ord(_FIRST_ROLES_CODE) + 2 * k + long) for k, roles in enumerate(_ROLES) for long in (False, True)
}
CODES = {code: roles for (roles, _), code in _CODE_OF.items()}
"""The roles that each code of a label stands for. A short label (其他) has another code than a long one with the same
roles: it opens no table."""
ZONES = {code: _zone(roles, long) for (roles, long), code in _CODE_OF.items()}
"""What each code of a label says of the place it stands in."""
_SHORTEST_NEAR = 6  # characters of a label that is known with one of them wrong
_LONG = tuple((label, roles) for label, roles in LEXICON.items() if len(label) >= _SHORTEST_NEAR)
_HALF = _SHORTEST_NEAR // 2


def _by_half() -> dict[str, list[int]]:
    """The long labels by their first and by their last characters: one edit leaves the one or the other as it was."""
    found: dict[str, list[int]] = {}
    for k, (label, _) in enumerate(_LONG):
        found.setdefault("^" + label[:_HALF], []).append(k)
        found.setdefault("$" + label[-_HALF:], []).append(k)
    return found


_BY_HALF = _by_half()


def _firsts() -> dict[str, list[str]]:
    """The labels that may stand first in a cell with two, shortest first, by their first characters."""
    found: dict[str, list[str]] = {}
    for label, roles in sorted(LEXICON.items(), key=lambda item: len(item[0])):
        if len(label) >= _SHORTEST_FIRST and any(r.what == "group" or _heads_review(r) for r in roles):
            found.setdefault(label[:_SHORTEST_FIRST], []).append(label)
    return found


def _heads_review(role: Role) -> bool:
    return role.table == "review" and role.what in ("row", "furniture")


_SHORTEST_FIRST = 4
_FIRSTS = _firsts()


def roles_of(folded: str) -> tuple[Role, ...]:
    """The roles of a folded label, with or without its ordinal; none when no form knows it."""
    found = LEXICON.get(folded)
    if found is None:
        found = LEXICON.get(without_ordinal(folded), ())
    return found


def near_roles(folded: str) -> tuple[Role, ...]:
    """The roles of the one label of six or more characters within one edit; none when several are as near."""
    bare = without_ordinal(folded)
    if len(bare) < _SHORTEST_NEAR:
        return ()
    # every text that is no label comes here: comparing it with all of them takes 200 times as long as finding none
    like = {*_BY_HALF.get("^" + bare[:_HALF], ()), *_BY_HALF.get("$" + bare[-_HALF:], ())}
    near = [_LONG[k][1] for k in sorted(like) if distance(bare, _LONG[k][0], 1) <= 1]
    return near[0] if near and all(set(n) & set(near[0]) for n in near) else ()


def _joined_roles(folded: str) -> tuple[Role, ...]:
    """The roles of two labels in one cell: a row's behind its group's (（三）不予公开1.属于国家秘密), or an outcome of
    review behind its group (行政复议结果维持)."""
    for first in _FIRSTS.get(folded[:_SHORTEST_FIRST], ()):
        if not folded.startswith(first) or len(first) > len(folded) - 3:
            continue
        second = roles_of(folded[len(first) :])
        if any(r.what == "group" for r in LEXICON[first]):
            rows = tuple(r for r in second if r.what == "row")
            if rows:
                return rows
        groups = tuple(r for r in LEXICON[first] if _heads_review(r))
        if groups:
            outcomes = tuple(r for r in second if (r.what, r.table) == ("column", "review"))
            if outcomes:
                return groups + outcomes
    return ()


# Ideographs that a figure with its unit may hold.
_IN_FIGURES = "约近增加减少余多注其含页单位件次人万亿元条个项宗份篇零第一二三四五六七八九十"
# Behind these a figure, a label or a page's number may hold anything.
_MAY_FOLLOW = rf"(（\[*※其含页{INVISIBLE.pattern[1:-1]}"


def _strange() -> str:
    """The ideographs that occur in no label, figure or sign for nothing, as the ranges of a pattern's class."""
    low, high = ord("一"), ord("\u9fff")
    known = {ord(c) for c in unfolded("".join((*LEXICON, *SIGNS, _IN_FIGURES)))}
    ends = [low - 1, *sorted(c for c in known if low <= c <= high), high + 1]
    return "".join(f"{chr(a + 1)}-{chr(b - 1)}" for a, b in pairwise(ends) if b - a > 1)


_NOTE_OPENS = r"(（﹙⁽₍\["  # what follows one of these is left out before a label is looked for
# What is surely no label, figure or page mark; `classify` takes twenty times as long to say so. One character that no
# label holds may be a label's read wrong; a text with two is prose.
_PROSE = re.compile(
    "[^{0}{1}]*[{0}][^{0}{1}]*[{0}]".format(_strange(), _MAY_FOLLOW)
    # Two counts, or a date, before any note: no label has 3件 in it nor six digits in a row, and one edit makes neither.
    + rf"|(?=.{{{SHORTEST_PROSE + 1}}})(?!第|{_FIGURE_START.pattern})"
    rf"[^{_NOTE_OPENS}\d]*\d+(?:\s*件[^{_NOTE_OPENS}]*\d\s*件|(?<=\d{{4}})-\d\d?-\d)"
    # Dates, times and index numbers without a word: 2024-01-15, 112530/2024-00017.
    r"|\d{4,}[-/:][-/:. \d]*$"
)


def classify(text: str) -> Token:
    """What one cell may be, by its text alone."""
    if not text:
        return BLANK_TOKEN
    if len(text) > LONGEST_LABEL:
        return TEXT_TOKEN
    if _DECIMAL.fullmatch(text):
        return Token("number", Reading("number", Decimal(text)), "", (), OTHER_NUMBER)
    if PAGE.fullmatch(text):
        return Token("page", TEXT, text, (), PAGE_CODE)
    text = INVISIBLE.sub("", text)
    if not text:
        return BLANK_TOKEN
    if len(text) <= SHORTEST_PROSE or _FIGURE_START.match(text):
        reading = read_number(text)
        if reading.kind == "number":
            plain = type(reading.value) is int and reading.value >= 0 and not reading.flags and not reading.unit
            return Token("number", reading, "", (), PLAIN if plain else OTHER_NUMBER)
        if reading.kind == "blank":
            return Token("blank", reading, text, (), BLANK_CODE)
    folded = fold(text)
    if not folded:
        return Token("blank", BLANK, text, (), BLANK_CODE) if not text.strip("|│｜ \t") else TEXT_TOKEN
    if _UNIT.fullmatch(text):
        return Token("unit", TEXT, folded, (), UNIT_CODE)
    roles = roles_of(folded)
    if not roles and any(mark in text for mark in "(（[*※"):
        roles = roles_of(fold_without_note(text))
    if not roles and len(folded) < 60:
        roles = _joined_roles(folded) or near_roles(folded)
    if roles:
        long = len(folded) >= SHORTEST_PROOF
        return Token("label", TEXT, folded, roles, _CODE_OF.get((roles, long), JOINED_CODE), _zone(roles, long))
    return Token("text", TEXT, folded, ())


BLANK_TOKEN = Token("blank", BLANK, "", (), BLANK_CODE)
TEXT_TOKEN = Token("text", TEXT, "", ())


MOST_REMEMBERED = 50_000
"""Texts of cells that are remembered with what they are; most cells of most reports are the same few hundred texts."""


class _Memo(dict[str, Token]):
    """Tokens by raw text."""

    def __missing__(self, text: str) -> Token:
        if len(text) > LONGEST_LABEL:
            return TEXT_TOKEN
        if len(self) > MOST_REMEMBERED:
            self.clear()
        token = self[text] = classify(text)
        return token


class _Numbers(dict[str | None, Number | None]):
    """The number of a cell by its raw text; None where it is none."""

    def __missing__(self, text: str | None) -> Number | None:
        if text is None:
            return None
        if len(self) > MOST_REMEMBERED:
            self.clear()
        number = self[text] = int(text) if _DIGITS.fullmatch(text) else _MEMO[text].reading.value
        return number


class _Counts(dict[str | None, Number | None]):
    """The number of a cell that prints nothing but a whole number; of no cell, None. KeyError for any other text."""

    def __missing__(self, text: str | None) -> Number | None:
        if text is None:
            return None
        if not _DIGITS.fullmatch(text):
            raise KeyError(text)
        if len(self) > MOST_REMEMBERED:
            self.clear()
        number = self[text] = int(text)
        return number


class _Codes(dict[str, str]):
    """The codes of cells by raw text: of labels, figures, and texts as short as the items of a menu. Prose, which is
    another in each document, is not remembered."""

    def __missing__(self, text: str) -> str:
        long = len(text) > LONGEST_MENU_ITEM
        if long and (len(text) > LONGEST_LABEL or _PROSE.match(text)):
            return TEXT_CODE
        if len(self) > MOST_REMEMBERED:
            self.clear()
        code = self[text] = PLAIN if _DIGITS.fullmatch(text) else TEXT_CODE if not long and _PROSE.match(text) else _MEMO[text].code
        return code


_MEMO = _Memo()
_NUMBERS = _Numbers({None: None})
_COUNTS = _Counts({None: None})
_CODES = _Codes()


def tokens_of(texts: Sequence[str]) -> list[Token]:
    """One token for each cell."""
    memo = _MEMO
    return [memo[t] for t in texts]


def token_of(text: str) -> Token:
    """The token of one cell."""
    return _MEMO[text]


def codes_of(texts: Sequence[str]) -> str:
    """The codes of the cells' tokens in one string; a fourth of the time that making the tokens and joining takes."""
    return "".join(map(_CODES.__getitem__, texts))


def numbers_of(raws: Sequence[str | None]) -> list[Number | None]:
    """The number in each of these cells; None for a blank and for no cell at all."""
    return list(map(_NUMBERS.__getitem__, raws))


def counts_of(raws: Sequence[str | None]) -> list[Number | None] | None:
    """The same where every cell prints a plain whole number; None where one prints anything else."""
    try:
        return list(map(_COUNTS.__getitem__, raws))
    except KeyError:
        return None


def amount_of(raw: str | None) -> Number | None:
    """The plain number, whole or with a fraction, that a cell prints; None where it prints anything else."""
    if raw is None or _DIGITS.fullmatch(raw):
        return _COUNTS[raw]
    return Decimal(raw) if _DECIMAL.fullmatch(raw) else None
