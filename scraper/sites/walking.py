"""One list from its first page to its last: what to ask next, what was gathered, and what is missing at the end.

A generator that is told the answers; who asks, when, and what a failed request means is left to the crawl core.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import NamedTuple

from gongkai.scraper.markup import same_page
from gongkai.scraper.sites import read_listing
from gongkai.scraper.sites.listing import Ask, Link, Listing, Page, State

MOST_PAGES = 400
"""Pages of one list: the longest list of reports seen declares 322."""
MOST_UNDECLARED = 60
"""Pages of a list that does not say how many it has: an endless `?page=N` ends here."""
MOST_HOPS = 3
"""Shells and frames one behind the other."""
_NUMBERS = re.compile(r"([_-]|[?&](?:page|p|pageIndex|currentPage|pageNo|pageNum)=)(\d{1,4})(?=\.[sj]?html?$|&|$)", re.I)
"""Where the number of a page stands in its address."""
MOST_ROUNDS = 2
"""A list that changed while it was read is read once more, not for ever."""


class Walked(NamedTuple):
    """A list as far as it could be read. Complete only if `problems` is empty."""

    state: State
    adapter: str
    evidence: str
    links: tuple[Link, ...]
    columns: tuple[Link, ...]
    pages: int  # that brought links
    declared: int | None
    declared_pages: int | None
    problems: tuple[str, ...]  # `list_incomplete: …`, `paging_ignored: …`, `list_error: …`, `too_many_pages: …`


class _Gathered:
    """What one walk has seen. Links keep the order of the list."""

    def __init__(self, adapter: str) -> None:
        self.links: dict[str, Link] = {}
        self.in_round: set[str] = set()  # addresses of this reading of the list
        self.columns: dict[str, Link] = {}
        self.asked: set[tuple[object, ...]] = set()
        self.first: Listing | None = None  # the listing that counts for state and family
        self.adapter = adapter
        self.pages = 0
        self.counted = True
        self.declared: list[int] = []
        self.declared_pages: int | None = None
        self.shown: list[frozenset[str]] = []  # what each page of this list showed, in order
        self.skipped: list[tuple[int, Ask]] = []
        self.problems: list[str] = []

    def take(self, listing: Listing) -> int:
        """Add what a page says; how many links were new."""
        before = len(self.in_round)
        for link in listing.links:
            key = same_page(link.url)
            self.links.setdefault(key, link)
            self.in_round.add(key)
        for link in listing.columns:
            self.columns.setdefault(same_page(link.url), link)
        new = len(self.in_round) - before
        self.pages += bool(new)
        self.counted = self.counted and (listing.counted or not listing.links)
        if listing.declared is not None and listing.state in ("list", "empty"):
            self.declared.append(listing.declared)
        if listing.declared_pages:
            self.declared_pages = max(self.declared_pages or 0, listing.declared_pages)
        # Of several places the one with links counts; absence is proved only if none of them is in doubt.
        rank = ("list", "js_list", "error", "unknown", "empty", "shell")
        if self.first is None or rank.index(listing.state) < rank.index(self.first.state):
            self.first = listing
        return new

    def fresh(self, ask: Ask) -> bool:
        """Whether this request was not made yet in this walk; it counts as made from now on."""
        key = (ask.url, ask.form)
        if key in self.asked:
            return False
        self.asked.add(key)
        return True

    def whole(self) -> bool:
        """Whether a count proves the list to be all there. Static pages prove nothing: teasers beside the list would make
        up for entries that are missing."""
        return self.counted and bool(self.declared) and not self.short()

    def short(self) -> bool:
        """Whether links are missing by what the list declares."""
        return bool(self.declared) and len(self.links) < self.declared[-1]


def walk(start: Ask | str, adapter: str = "auto") -> Generator[Ask, Page | None, Walked]:
    """Walk one list. Yields each request; is sent its answer, or None where there was none (404, failure, refused).

    The answer's `url` is that after redirects; `number` and `ask` are filled in here.
    """
    ask = Ask(start, adapter=adapter) if isinstance(start, str) else start
    gathered = _Gathered(adapter)
    for round_number in range(MOST_ROUNDS):
        gathered.asked.clear()
        gathered.in_round.clear()
        gathered.pages = 0
        yield from _round(ask, gathered)
        if round_number + 1 < MOST_ROUNDS and gathered.short() and len(set(gathered.declared)) > 1:
            gathered.declared.clear()  # entries came or went between two pages: one may have slipped through
            gathered.problems.clear()
            continue
        break
    return _walked(gathered)


def _round(start: Ask, gathered: _Gathered) -> Generator[Ask, Page | None, None]:
    doors: list[tuple[Ask, int]] = [(start, 0)]
    while doors:
        ask, hops = doors.pop(0)
        if not gathered.fresh(ask):
            continue
        answer = yield ask
        if answer is None:
            gathered.problems.append(f"list_incomplete: no answer from {ask.url}")
            continue
        # A page behind a shell is read as the site entry says, a data call by the family that made it.
        listing = read_listing(answer._replace(number=1, ask=ask), ask.adapter if ask.adapter != "auto" else gathered.adapter)
        gathered.take(listing)
        if listing.state == "error":
            gathered.problems.append(f"list_error: {listing.evidence}")
        if listing.inside and hops >= MOST_HOPS:
            gathered.problems.append(f"too_many_hops: {listing.inside[0].url}")
        elif listing.inside:
            doors.extend((inside, hops + 1) for inside in listing.inside)
        yield from _pages(listing, gathered)


def _pages(listing: Listing, gathered: _Gathered) -> Generator[Ask, Page | None, None]:
    """The later pages of one list: the first alternative that brings new links is followed."""
    own, before = len(gathered.skipped), gathered.pages
    gathered.shown = [_addresses(listing)]
    if not listing.following:
        _stuck(listing, 1, gathered)
    yield from _follow(listing.following, 2, gathered)
    # The other way of counting pages is tried if entries are missing: index_1 where index_2 was taken for page 2.
    while len(gathered.skipped) > own:
        number, ask = gathered.skipped.pop()
        if gathered.short() or any(problem.startswith("list_incomplete: page") for problem in gathered.problems):
            yield from _follow((ask,), number, gathered, alone=True)
    if gathered.declared_pages and gathered.pages - before + 1 >= gathered.declared_pages:  # each brought something: none is missing
        gathered.problems = [problem for problem in gathered.problems if not problem.startswith("list_incomplete: page")]


def _addresses(listing: Listing) -> frozenset[str]:
    return frozenset(same_page(link.url) for link in listing.links)


def _is_end(ask: Ask, listing: Listing, number: int, gathered: _Gathered) -> bool:
    """Whether a page that brings nothing new is no page of its own: a list that does not say how many pages it has links the
    last one, or the first, once more from its end."""
    shown = _addresses(listing)
    if gathered.declared_pages is not None or gathered.short() or not shown:
        return False
    if number == 2:  # one that cannot be told from a pager that is ignored, unless its own number is that of the first page
        return any(found[2] == "1" for found in _NUMBERS.finditer(ask.url)) and shown == gathered.shown[0]
    return shown in (gathered.shown[0], gathered.shown[-1])


def _follow(following: Sequence[Ask], number: int, gathered: _Gathered, *, alone: bool = False) -> Generator[Ask, Page | None, None]:
    while following:
        if number > (MOST_PAGES if gathered.declared_pages or gathered.declared else MOST_UNDECLARED):
            gathered.problems.append(f"too_many_pages: stopped after {number - 1}")
            return
        found: Listing | None = None
        answered = ended = False
        for position, ask in enumerate(following):
            if not gathered.fresh(ask):
                continue
            answer = yield ask
            if answer is None:
                continue
            answered = True
            listing = read_listing(answer._replace(number=number, ask=ask), ask.adapter)
            if gathered.take(listing):
                found = listing
                gathered.shown.append(_addresses(listing))
                gathered.skipped.extend((number, other) for other in following[position + 1 :])
                break
            ended = ended or listing.state == "empty" or _is_end(ask, listing, number, gathered)
            if listing.state == "error":
                gathered.problems.append(f"list_error: page {number}: {listing.evidence}")
        if found is None:
            if not alone and not (ended and gathered.declared_pages is None and not gathered.short()):  # it says itself that it ends
                _missing(number, answered, gathered)
            return
        following = found.following
        if not following:
            _stuck(found, number, gathered)
            following = _counted_on(ask, found, number, gathered)
        number += 1


def _counted_on(ask: Ask, listing: Listing, number: int, gathered: _Gathered) -> tuple[Ask, ...]:
    """The page after one that names none although the first page declared more: the next number, where the address has
    one. A later page may be made from another template, without the pager."""
    expected = gathered.declared_pages
    if listing.stuck or listing.state != "list" or listing.counted or ask.form is not None or expected is None or number >= expected or gathered.whole():
        return ()
    for found in _NUMBERS.finditer(ask.url):
        if int(found[2]) in (number, number - 1):
            return (ask._replace(url=f"{ask.url[: found.start(2)]}{int(found[2]) + 1}{ask.url[found.end(2) :]}"),)
    gathered.problems.append(f"list_incomplete: page {number + 1} of {expected} is linked nowhere")
    return ()


def _stuck(listing: Listing, number: int, gathered: _Gathered) -> None:
    """A page that leads on where nobody can follow."""
    if listing.state != "list" or gathered.whole():
        return
    if listing.stuck:
        gathered.problems.append(f"list_incomplete: page {number} leads on by a script or a form: {listing.stuck}")
    elif number == 1 and listing.links and (listing.declared_pages or 0) > 1:
        gathered.problems.append(f"list_incomplete: page 2 of {listing.declared_pages} is linked nowhere")


def _missing(number: int, answered: bool, gathered: _Gathered) -> None:
    """A page that should be there brought nothing: named unless the list is whole without it."""
    if gathered.whole():
        return
    expected = gathered.declared_pages
    if answered and number == 2:
        gathered.problems.append("paging_ignored: page 2 brings the links of page 1")
    elif expected is None or number <= expected:
        what = "brings nothing new" if answered else "is missing"
        gathered.problems.append(f"list_incomplete: page {number} of {expected or '?'} {what}")


def _walked(gathered: _Gathered) -> Walked:
    listing = gathered.first or Listing("unknown", gathered.adapter, "no answer")
    declared = gathered.declared[-1] if gathered.declared else None
    # A list that is whole has no page missing: what was asked beyond its end may answer with an error.
    later = ("list_error: page", "list_incomplete: page")
    problems = [p for p in dict.fromkeys(gathered.problems) if not (gathered.whole() and p.startswith(later))]
    if declared is not None and len(gathered.links) < declared:
        problems.insert(0, f"list_incomplete: declared {declared}, read {len(gathered.links)}")
    return Walked(
        listing.state, listing.adapter, listing.evidence, tuple(gathered.links.values()), tuple(gathered.columns.values()),
        gathered.pages, declared, gathered.declared_pages, tuple(problems),
    )  # fmt: skip
