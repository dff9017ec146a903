"""What an ideal crawler that visits the sample web night after night should announce, report by report.
The rules are those of the project's definition of change; how a real crawler finds out is not known here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gongkai.samplesite.web_plan import Edition
from gongkai.samplesite.web_view import Site

if TYPE_CHECKING:
    from gongkai.samplesite.web import Web

State = Literal["published", "not_yet", "withdrawn", "hidden", "parked"]
# A report is withdrawn when it was missing on so many nights over so many days while its site answered.
_MISSING_NIGHTS, _MISSING_DAYS = 3, 7


@dataclass(frozen=True, slots=True)
class Expectation:
    """One report on one night: what is true, and what should be said of it."""

    host: str
    address: str
    agency: str
    year: int
    path: str  # where the report is or was last
    state: State  # hidden: only a script can see it; parked: robots.txt closes the site
    up: bool  # the site answers tonight
    broken: str  # the silent breakage the site shows
    happened: tuple[str, ...]  # what the publisher did tonight
    expected: tuple[str, ...]  # events to announce; "unchanged" where the report was seen and is the same
    accepted: tuple[str, ...]  # events that are right as well
    edition: Edition | None


@dataclass(slots=True)
class _Known:
    """What the ideal crawler knows of one report before a night."""

    seen: Edition | None = None
    missing: int = 0
    missing_since: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One site on one night."""

    host: str
    address: str
    family: str
    up: bool
    broken: str
    newly_broken: bool


def conditions(web: Web, night: int) -> list[Condition]:
    """How every site is tonight."""
    found = []
    for site in web.sites:
        newly = bool(site.breakage) and site.breaks == night
        found.append(Condition(site.host, site.address, site.family, web.up(site, night), web.broken(site, night), newly))
    return found


def expectations(web: Web) -> list[list[Expectation]]:
    """For each night of the plan, every report that is published on any of them."""
    found: list[list[Expectation]] = [[] for _ in range(web.plan.nights)]
    for site in web.sites:
        for night, one in _of_site(web, site):
            found[night].append(one)
    return found


def _of_site(web: Web, site: Site) -> Iterator[tuple[int, Expectation]]:
    nights = range(web.plan.nights)
    by_night = [{edition.key: edition for edition in web.editions(site, night)} for night in nights]
    final = {edition.key: edition for edition in web.editions(site, web.plan.nights)}
    up, broken = [web.up(site, night) for night in nights], [web.broken(site, night) for night in nights]
    for key, destined in final.items():
        known = _Known()
        for night in nights:
            edition = by_night[night].get(key)
            expected, accepted = _tonight(web, site, edition, night, known)
            yield (
                night,
                Expectation(
                    host=site.host,
                    address=site.address,
                    agency=key[0],
                    year=key[1],
                    path=web.path(site, edition or destined),
                    state=_state(web, site, edition),
                    up=up[night],
                    broken=broken[night],
                    happened=tuple(one.event for one in web.events(site) if one.night == night and one.key in (key, None)),
                    expected=expected,
                    accepted=accepted,
                    edition=edition,
                ),
            )


def _state(web: Web, site: Site, edition: Edition | None) -> State:
    if edition is None:
        return "not_yet"
    if site.robots == "closed":
        return "parked"
    if edition.withdrawn:
        return "withdrawn"
    return "published" if web.family(site).readable else "hidden"


def _tonight(
    web: Web, site: Site, edition: Edition | None, night: int, known: _Known
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The events of one night and those accepted in their place; `known` is brought up to date."""
    if edition is None or not web.family(site).readable or site.robots == "closed":
        return (), ()
    if not web.up(site, night):
        return (("unverified",) if known.seen and not known.gone else ()), ()
    if edition.withdrawn or edition.down:
        return _missing(web, edition, night, known), ()
    if web.broken(site, night):
        # The list is useless; who asks for known addresses again may still find each report as it was.
        return (("unverified",), ("unchanged",)) if known.seen else ((), ("new",))
    before, was_gone = known.seen, known.gone
    known.seen, known.gone, known.missing = edition, False, 0
    if before is None:
        return ("new",), ()
    if was_gone:
        return ("resurfaced", *_differences(before, edition)), _differences(before, edition)
    found = _differences(before, edition)
    # Other handwriting may leave the normalised content as it was.
    return found or ("unchanged",), (("unchanged",) if found == ("reformatted",) else ())


def _missing(web: Web, edition: Edition, night: int, known: _Known) -> tuple[str, ...]:
    if known.seen is None or known.gone:
        return ()
    if edition.down == "article_down":
        return ("unverified",)  # an error of the server says nothing about the report
    if not known.missing:
        known.missing_since = night
    known.missing += 1
    days = (web.plan.day(night) - web.plan.day(known.missing_since)).days
    if edition.withdrawn and known.missing >= _MISSING_NIGHTS and days >= _MISSING_DAYS:
        known.gone = True
        return ("withdrawn",)
    return ("unverified",)


def _differences(before: Edition, now: Edition) -> tuple[str, ...]:
    found = []
    if now.revision != before.revision:
        found.append("changed")
    if now.attachment != before.attachment:
        found.append("attachment_changed")
    if now.serial != before.serial:
        found.append("moved")
    if (now.look, now.layout) != (before.look, before.layout) and now.revision == before.revision:
        found.append("reformatted")
    if now.label != before.label:
        found.append("relabelled")
    return tuple(found)
