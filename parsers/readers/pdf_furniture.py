"""Page numbers and running heads of a PDF, which are no text of the report.
What else stands on the pages is left to `pdf`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongkai.parsers.lexicon import PAGE
from gongkai.parsers.readers.pdf_lines import Line
from gongkai.parsers.readers.pdf_page import Page
from gongkai.parsers.readers.pdf_tables import Table

MARGIN = 0.13
"""Of the page's height at its top and bottom, where page numbers and running heads stand."""
SAME_HEIGHT = 4.0
"""Points by which running heads may differ in height from page to page."""
_NUMBERS = re.compile(r"\d+")
_BARE_NUMBER = re.compile(r"\d{1,4}")
_OF_PAGES = re.compile(r"第?\s*[\d一二三四五六七八九十]{1,4}\s*页?\s*[,，/／]?\s*共?\s*\d{0,4}\s*页?|[ivxIVX]{1,6}")


@dataclass(slots=True)
class Printed:
    """One page cut up: its items top to bottom."""

    page: Page
    items: list[Line | Table] = field(default_factory=list)


def drop_furniture(printed: Sequence[Printed]) -> None:
    """Takes out page numbers, and the lines that most pages print at the same height."""
    edges: list[tuple[Printed, Line]] = [
        (one, item)
        for one in printed
        for item in one.items
        if isinstance(item, Line) and not MARGIN < (item.top + item.bottom) / 2 / one.page.height < 1 - MARGIN
    ]
    heads: Counter[tuple[str, int]] = Counter()
    for _, line in edges:
        text = _NUMBERS.sub("0", line.text)
        low = int(line.base // SAME_HEIGHT)
        heads.update({(text, low), (text, low + 1)})
    numbered = _numbered(edges)
    for one, line in edges:
        text = line.text
        low = int(line.base // SAME_HEIGHT)
        shape = _NUMBERS.sub("0", text)
        often = max(heads[shape, low], heads[shape, low + 1])
        running = len(printed) > 1 and often > max(1, len(printed) // 2) and not _BARE_NUMBER.fullmatch(text)
        marked = PAGE.fullmatch(text) or (_OF_PAGES.fullmatch(text) and not text.isdigit())
        if running or marked or (_BARE_NUMBER.fullmatch(text) and id(line) in numbered):
            one.items.remove(line)


def _numbered(edges: Sequence[tuple[Printed, Line]]) -> set[int]:
    """Bare numbers that count the pages: first or last on their page, each as far on as its page is."""
    offsets: Counter[int] = Counter()
    found: list[tuple[int, Line]] = []
    for one, line in edges:
        if line is not one.items[0] and line is not one.items[-1]:
            continue
        if _BARE_NUMBER.fullmatch(line.text):
            offset = int(line.text) - one.page.number
            offsets[offset] += 1
            found.append((offset, line))
    if not offsets:
        return set()
    offset, often = offsets.most_common(1)[0]
    return {id(line) for k, line in found if k == offset} if often > 1 or offset == 0 else set()
