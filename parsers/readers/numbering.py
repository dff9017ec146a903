"""The numbers that Word writes itself before paragraphs (一、（一） 1.), which are not in a document's text.
A number that cannot be told for certain is left out: labels and headings are known without theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

_DIGITS = "〇一二三四五六七八九"
_PLACE = re.compile(r"%([1-9])")
LARGEST = 99
"""Higher numbers are left out: no report has so many headings, and their spelling differs between the formats."""
_PLAIN = frozenset(["decimal", "decimalHalfWidth"])
_WIDE = frozenset(["decimalFullWidth", "decimalFullWidth2"])
_CHINESE = frozenset([
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
])  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def local(e: etree._Element) -> str:
    """The name of an element without its namespace: transitional, strict and Word 2003 files differ in that alone."""
    return str(e.tag).rpartition("}")[2]


def child(e: etree._Element | None, name: str) -> etree._Element | None:
    if e is not None:
        for c in e.iterchildren(etree.Element):
            if local(c) == name:
                return c
    return None


def attribute(e: etree._Element | None, name: str = "val") -> str | None:
    """The value of an attribute whatever its namespace; None where element or attribute are not there."""
    if e is not None:
        for key, value in e.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return None


def whole(text: str | None, default: int = 0) -> int:
    """A whole number of a document; the default for anything else."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else default


class _Level(NamedTuple):
    start: int
    form: str
    text: str
    legal: bool  # every number of it in digits


def _level(e: etree._Element) -> _Level:
    start = whole(attribute(child(e, "start")), 1)
    form = attribute(child(e, "numFmt")) or "decimal"
    return _Level(start, form, attribute(child(e, "lvlText")) or "", child(e, "isLgl") is not None)


def in_chinese(number: int) -> str:
    """1 to 99 as 一 to 九十九."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _written(number: int, form: str) -> str | None:
    if not 0 < number <= LARGEST:
        return None
    if form in _PLAIN:
        return str(number)
    if form in _WIDE:
        return str(number).translate(_FULL_WIDTH)
    if form in _CHINESE:
        return in_chinese(number)
    if form.startswith("decimalEnclosedCircle") and number <= 20:
        return chr(0x2460 + number - 1)
    return None


class Numbering:
    """The lists of one document; `before` is asked for its paragraphs in their order."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._lists: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        self._counts: dict[str, list[int]] = {}
        self._started: set[tuple[str, int]] = set()
        self._by_style = dict(_numbered_styles(styles)) if styles is not None else {}
        if numbering is None:
            return
        abstract: dict[str, dict[int, _Level]] = {}
        for e in numbering.iterchildren(etree.Element):
            if local(e) == "abstractNum" and child(e, "numStyleLink") is None:
                levels = {whole(attribute(c, "ilvl")): _level(c) for c in e.iterchildren(etree.Element) if local(c) == "lvl"}
                abstract[attribute(e, "abstractNumId") or ""] = levels
        for e in numbering.iterchildren(etree.Element):
            if local(e) != "num":
                continue
            name = attribute(child(e, "abstractNumId")) or ""
            levels, starts = dict(abstract.get(name, {})), {}
            for change in e.iterchildren(etree.Element):
                if local(change) == "lvlOverride":
                    level = whole(attribute(change, "ilvl"))
                    if (start := child(change, "startOverride")) is not None:
                        starts[level] = whole(attribute(start), 1)
                    if (other := child(change, "lvl")) is not None:
                        levels[level] = _level(other)
            self._lists[attribute(e, "numId") or ""] = (name, levels, starts)

    def before(self, properties: etree._Element | None) -> str:
        """What Word prints before a paragraph with these properties; "" for none, bullets, and what is not certain."""
        style = self._by_style.get(attribute(child(properties, "pStyle")) or "", ("", 0))
        own = child(properties, "numPr")
        number = attribute(child(own, "numId")) or style[0]
        level = whole(attribute(child(own, "ilvl")), style[1] if own is None else 0)
        found = self._lists.get(number)
        if found is None or level not in found[1] or not 0 <= level <= 8:
            return ""
        name, levels, starts = found
        counts = self._counts.setdefault(name, [0] * 9)
        if level in starts and (number, level) not in self._started:
            counts[level] = starts[level] - 1
            self._started.add((number, level))
        elif not counts[level]:
            counts[level] = levels[level].start - 1
        counts[level] += 1
        counts[level + 1 :] = [0] * (8 - level)
        return self._text(levels, level, counts)

    def _text(self, levels: dict[int, _Level], level: int, counts: list[int]) -> str:
        at = levels[level]
        if at.form in ("bullet", "none"):
            return ""
        text = at.text
        for place in {int(m[1]) - 1 for m in _PLACE.finditer(text)}:
            other = levels.get(place)
            if other is None:
                return ""
            written = _written(counts[place] or other.start, "decimal" if at.legal else other.form)
            if written is None:
                return ""
            text = text.replace(f"%{place + 1}", written)
        return text


def _numbered_styles(styles: etree._Element) -> Iterator[tuple[str, tuple[str, int]]]:
    """Style → list and level, with what a style takes over from the one it is based on."""
    own: dict[str, tuple[str, str, int]] = {}
    for e in styles.iterchildren(etree.Element):
        if local(e) == "style":
            numbers = child(child(e, "pPr"), "numPr")
            number, level = attribute(child(numbers, "numId")) or "", whole(attribute(child(numbers, "ilvl")))
            own[attribute(e, "styleId") or ""] = (attribute(child(e, "basedOn")) or "", number, level)
    for name in own:
        at, steps = name, 0
        while at in own and not own[at][1] and steps < 20:
            at, steps = own[at][0], steps + 1
        if at in own and own[at][1]:
            yield name, (own[at][1], own[at][2])
