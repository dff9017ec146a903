"""What happens on the sample web from night to night: which report is published, corrected, moved, withdrawn, and when.
How sites show it is left to `web` and the families; the ideal crawler's view of it is `web_truth`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from gongkai.samplesite.draft import Agency

FIRST_NIGHT = date(2026, 1, 20)  # within the season: last year's reports are just appearing
LAST_YEAR = FIRST_NIGHT.year - 1
# What a publisher does to one report in a night.
EVENTS = (
    "changed",
    "reformatted",
    "attachment_changed",
    "moved",
    "relabelled",
    "withdrawn",
    "article_down",
    "article_missing",
    "site_down",
)
# What a site does silently, and keeps doing: the answer is 200 and the reports are not there.
BREAKAGES = ("empty_list", "column_moved", "template_changed", "pager_cut")
_AWAY = 2  # nights until a withdrawn report may come back


@dataclass(frozen=True, slots=True)
class Plan:
    """Shares, each from 0 to 1, and the nights they are drawn for."""

    nights: int = 3
    days_apart: int = 1  # calendar days from one night to the next
    eventful: float = 0.5  # sites with an event on one report, each night after the first
    late: float = 0.35  # sites whose latest report appears after the first night
    backdated: float = 0.0  # of these late reports, those that print a day some nights earlier than they appear
    broken: float = 0.0  # sites that break silently on some night
    flapping: float = 0.0  # sites that are down on a random half of the nights
    up: float = 0.5  # of the nights a flapping site answers

    def day(self, night: int) -> date:
        return FIRST_NIGHT + timedelta(days=night * self.days_apart)


@dataclass(frozen=True, slots=True)
class Edition:
    """One report as it stands on one night."""

    agency: Agency
    year: int
    seed: int
    serial: int  # the number in its address; another after a move
    published: date
    first_night: int
    revision: int = 0
    look: int = 0
    layout: int = 0  # which of the web's layouts
    attachment: int = 0  # which version of the attached file
    label: int = 0  # which wording of the list title
    withdrawn: bool = False
    down: str = ""  # article_down or article_missing: tonight only
    former: tuple[int, ...] = ()  # serials it had before

    @property
    def key(self) -> tuple[str, int]:
        return self.agency.name, self.year


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: on which report, None for the whole site."""

    night: int
    event: str
    key: tuple[str, int] | None


def happenings(seed: str, sites: int, site: int, plan: Plan, keys: list[tuple[str, int]]) -> list[Happening]:
    """Everything that happens to one site; over all sites every kind of event comes up in turn."""
    found: list[Happening] = []
    gone: set[tuple[str, int]] = set()
    first = Random(f"{seed} first event").randrange(len(EVENTS))
    for night in range(1, plan.nights):
        place = _place(seed, sites, night)[site]
        if place >= plan.eventful * sites:
            continue
        rng = Random(f"{seed} {night} {site} event")
        event = EVENTS[(place + night + first) % len(EVENTS)]
        # Nothing that had an event before is withdrawn: a page missing the night before makes the count of nights unclear.
        touched = {one.key for one in found} if event == "withdrawn" else gone
        left = [key for key in keys if key not in touched]
        if event == "site_down":
            found.append(Happening(night, event, None))
        elif left:
            key = rng.choice(left)
            found.append(Happening(night, event, key))
            if event == "withdrawn":
                gone.add(key)
                back = night + _AWAY + rng.randrange(max(1, plan.nights // 2))
                if back < plan.nights and rng.random() < 0.5:
                    found.append(Happening(back, "resurfaced", key))
    return found


_PLACES: dict[tuple[str, int, int], list[int]] = {}


def _place(seed: str, sites: int, night: int) -> list[int]:
    """Each site's turn in this night's shuffled queue."""
    key = seed, sites, night
    if key not in _PLACES:
        order = list(range(sites))
        Random(f"{seed} {night} order").shuffle(order)
        turn = [0] * sites
        for place, site in enumerate(order):
            turn[site] = place
        if len(_PLACES) > 200:
            _PLACES.clear()
        _PLACES[key] = turn
    return _PLACES[key]


def after(edition: Edition, events: list[Happening], night: int) -> Edition:
    """The edition as the events up to and including this night leave it."""
    for one in sorted((one for one in events if one.night <= night), key=lambda one: one.night):
        if one.key != edition.key or one.night < edition.first_night:
            continue
        if one.event == "changed":
            edition = replace(edition, revision=edition.revision + 1)
        elif one.event == "reformatted":
            edition = replace(edition, look=edition.look + 1, layout=edition.layout + 1)
        elif one.event == "attachment_changed":
            edition = replace(edition, attachment=edition.attachment + 1)
        elif one.event == "relabelled":
            edition = replace(edition, label=edition.label + 1)
        elif one.event == "moved":
            edition = replace(edition, serial=edition.serial + 40_000, former=(*edition.former, edition.serial))
        elif one.event in ("withdrawn", "resurfaced"):
            edition = replace(edition, withdrawn=one.event == "withdrawn")
        elif one.night == night:
            edition = replace(edition, down=one.event)
    return edition
