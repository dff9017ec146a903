"""A web page that is one of several which a site has cut a long article into: what the others are called, and all as one document.
Their bytes come from the caller, who may have them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import NamedTuple

from gongkai.parsers.document import Document
from gongkai.parsers.readers import Unreadable, decode
from gongkai.parsers.splicing import joined as one_after_the_other

LARGEST_PAGE = 4 * 2**20
"""Bytes of a page in which a pager is looked for; larger ones are word processors' exports."""
MOST_PAGES = 60
"""A pager that counts more is that of a list."""
FEWEST_DIGITS = 4
"""Of a file's name before its page number: articles are numbered or dated, lists are called index or list."""

# What sites call at the foot of an article: createPageHTML(3, 0, "t20240122_4711", "html"), with the first page as 0.
_CALL = re.compile(r"""createPage\w*\(\s*(?P<count>\d{1,3})\s*,\s*(?P<at>\d{1,3})\s*,\s*["'](?P<stem>[^"'<>()]+)["']\s*,\s*["'](?P<end>\w{3,5})["']""")
_LINK = re.compile(r"""<a\b[^<>]*?\bhref\s*=\s*["']?([^"'\s<>]+)["']?[^<>]*>((?:[^<]|<(?!/?a\b)){0,80})</a""", re.IGNORECASE)
_TURNS = re.compile(r"[\[【(（<《«‹]*\s*(?:(?P<number>\d{1,2})|第\s*\d{1,2}\s*页|下一?页|后一页|末页|尾页|上一?页|前一页|首页|next|>+|»)\s*[\]】)）>》»›]*", re.IGNORECASE)
_PAGED = re.compile(r"(?P<folder>(?:[^?#]*/)?)(?P<stem>[^/?#]+?)(?:_(?P<number>\d{1,2}))?\.(?P<end>s?html?|jsp|aspx?|php)(?:[?#].*)?")
_SAID = re.compile(r"第\s*(\d{1,2})\s*页?\s*[/，,]?\s*[(（]?共\s*(\d{1,2})\s*页|共\s*(\d{1,2})\s*页\s*[/，,]?\s*第\s*(\d{1,2})\s*页")
_TAG = re.compile(r"<[^<>]*>")


class Paging(NamedTuple):
    """This page is number `number` (from 1; None where nothing says) of `of` (None likewise). `further`: the references of
    the pages behind it, in order, as the page prints them or as its script makes them."""

    number: int | None
    of: int | None
    further: tuple[str, ...]

    def __str__(self) -> str:
        which = f"page {self.number or '?'} of {self.of or 'several'}"
        return f"{which} of an article cut into pages: the others belong to the report"


def paging_of(body: bytes) -> Paging | None:
    """The pager of an article's page; None where it has none."""
    if len(body) > LARGEST_PAGE:
        return None
    try:
        page = decode(body)[0]
    except Unreadable:
        return None
    return _called(page) or _linked(page) or _said(page)


def joined(first: Document, others: list[tuple[str, Document]]) -> Document:
    """The pages of one article as one document; the places on its further pages begin with the page's name."""
    further = (replace(page, where=[f"{name} {page.at(i)}" for i in range(len(page))]) for name, page in others)
    return one_after_the_other([first, *further], first.kind)


def _called(page: str) -> Paging | None:
    for match in _CALL.finditer(page):
        count, at = int(match["count"]), int(match["at"])
        if at < count and 1 < count <= MOST_PAGES and _is_article(match["stem"]):
            stem, end = match["stem"], match["end"]
            return Paging(at + 1, count, tuple(f"{stem}_{k}.{end}" for k in range(at + 1, count)))
    return None


def _linked(page: str) -> Paging | None:
    """By links called 2, 3 or 下一页 to files with one name and a page number behind it."""
    numbers: dict[tuple[str, str, str], dict[int, str]] = {}
    back: dict[tuple[str, str, str], set[bool]] = {}  # whether a number, and whether words, lead to the page without a number
    for match in _LINK.finditer(page):
        words = " ".join(unescape(_TAG.sub("", match[2])).split())
        turns = _TURNS.fullmatch(words)
        if not turns:
            continue
        reference = unescape(match[1])
        if (named := _PAGED.fullmatch(reference)) and _is_article(named["stem"]):
            key = named["folder"], named["stem"], named["end"]
            numbers.setdefault(key, {}).setdefault(int(named["number"] or 0), reference)
            if not named["number"] and turns["number"] in (None, "1"):
                back.setdefault(key, set()).add(turns["number"] is None)
    for key, found in numbers.items():
        if max(found) > MOST_PAGES or (not any(found) and len(back.get(key, ())) < 2):
            continue
        if 0 in found:  # links back to the first page
            return Paging(None, None, ())
        steps = sorted(found)
        first = steps[0]  # the second page is NAME_1 on most sites, NAME_2 on others
        whole = first in (1, 2) and steps == list(range(first, first + len(steps)))
        return Paging(1, len(steps) + 1 if whole else None, tuple(found[k] for k in steps) if whole else ())
    return None


def _said(page: str) -> Paging | None:
    """By a line that says so once; a printed document has such a line on each of its sheets."""
    said = {(int(m[1] or m[4]), int(m[2] or m[3])) for m in _SAID.finditer(_TAG.sub("", page))}
    if len(said) != 1:
        return None
    number, count = said.pop()
    return Paging(number, count, ()) if 1 <= number <= count and 1 < count <= MOST_PAGES else None


def _is_article(stem: str) -> bool:
    return sum(c.isdigit() for c in stem) >= FEWEST_DIGITS
