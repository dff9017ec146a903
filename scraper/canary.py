"""What a host answers for a page that cannot be there, and its home page: soft 404 pages that say nothing are told by them.
When it is asked is left to `fetching.py`, what follows from it to `frontier.py`."""

from __future__ import annotations

import re
import uuid

from gongkai.scraper.challenge import words_of
from gongkai.scraper.likely import kind_of, looks_like_report
from gongkai.scraper.settle import Item

SHINGLE = 8
"""Characters: shorter pieces are shared by any two pages of one site."""
LONGEST = 20_000
"""Characters of a page that are compared; a home page shows less."""
ALIKE = 0.8
"""Share of common pieces. Home pages differ from one request to the next by a day, a counter, a headline; a report that
stands in the frame of its site shares much less with a page that holds none."""
FEWEST = 20
"""Pieces; a page of fewer words is like too many others."""

_NUMBERS = re.compile(r"\d+")


def address(origin: str) -> str:
    """An address that no page has."""
    return f"{origin}/no_such_page_{uuid.uuid4().hex[:12]}.html"


def is_suspicious(item: Item, body: bytes) -> bool:
    """Whether what came in place of something known may be what a host answers for whatever is missing."""
    if item.earlier is None or kind_of(body) not in ("page", "text"):
        return False
    return item.role == "attachment" or (item.role == "page" and not looks_like_report(item.url, body))


def pieces(body: bytes) -> frozenset[str]:
    """What a page says, as a set: overlapping pieces of its visible text, numbers left out."""
    shown = _NUMBERS.sub("", words_of(body))[:LONGEST]
    return frozenset(shown[i : i + SHINGLE] for i in range(max(len(shown) - SHINGLE + 1, 0)))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two pages are one, but for what changes from request to request."""
    if min(len(one), len(other)) < FEWEST:
        return False
    return len(one & other) >= ALIKE * len(one | other)
