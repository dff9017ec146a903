"""Draws the sites of the sample web: who they are, which system they run, which reports they have and what else they list.
What they answer on a night is left to `web`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from gongkai.samplesite import prose, web_attachments
from gongkai.samplesite.draft import Agency
from gongkai.samplesite.families import FAMILIES
from gongkai.samplesite.web_plan import BREAKAGES, FIRST_NIGHT, LAST_YEAR, Edition, Plan
from gongkai.samplesite.web_robots import CLOSED, ORDINARY
from gongkai.samplesite.web_view import Entry, Family, Site

# Names of places that do not exist; with three endings enough for some thousand agencies.
_STEMS = (
    "澜溪", "云桥", "墨池", "清澜", "望舒", "霁川", "白檀", "松泠", "照野", "疏影", "星汉", "听雪",
    "枕流", "拂云", "沐岚", "砚泉", "漱石", "寒汀", "竹泠", "鸥渡", "半萤", "星茫", "栖霞坞", "苇塘湾",
)  # fmt: skip
_ENDINGS = ("市", "县", "区")
_FIRST_YEAR = 2019  # the oldest form this room prints
_CONFUSERS = (
    "{agency}政府信息公开指南",
    "{agency}政府网站工作年度报表（{year}年度）",
    "{agency}{year}年法治政府建设年度报告",
    "一图读懂{agency}{year}年政府信息公开工作年度报告",
    "关于做好{year}年政府信息公开工作年度报告编制和发布工作的通知",
    "《{agency}{year}年政府信息公开工作年度报告》解读",
    "{place}{year}年政务公开工作要点",
    "{agency}{year}年度部门决算公开说明",
    "{place}住房公积金{year}年年度报告",
    "{place}各部门{year}年政府信息公开年报汇总表",
)
_NEWS = ("{place}举办政务公开培训第{n}期", "{place}开展信息公开栏目检查（第{n}次）", "关于{place}网站栏目调整的说明之{n}")
# How often a filler only sounds like a report.
_LOOKS_LIKE = 0.4


def draw(seed: str, count: int, plan: Plan, families: Sequence[str]) -> tuple[Site, ...]:
    """All sites; small webs have one of each family first."""
    names = list(families or FAMILIES)
    agencies = _agencies(seed)
    chance = Random(f"{seed} families")
    weights = [FAMILIES[name].weight for name in names]
    order = names[:count] + chance.choices(names, weights, k=max(0, count - len(names)))
    found = []
    for number, name in enumerate(order):
        own = [next(agencies) for _ in range(FAMILIES[name].agencies)]
        found.append(_site(seed, number, FAMILIES[name], tuple(own), plan))
    return tuple(found)


def _agencies(seed: str) -> Iterator[Agency]:
    """Agencies without end, no two of one name, shuffled."""
    places = [(stem + ending, ending) for stem in _STEMS for ending in _ENDINGS]
    found = [agency for place, ending in places for agency in prose.agencies_of(place, ending)]
    Random(f"{seed} agencies").shuffle(found)
    yield from found
    for number in itertools.count(2):  # more sites than names: branches with a number
        for agency in found:
            yield Agency(f"{agency.name}第{number}分局", agency.place, "我局")


def _site(seed: str, number: int, family: Family, agencies: tuple[Agency, ...], plan: Plan) -> Site:
    own = f"{seed} site {number}"
    rng = Random(own)
    robots = rng.choices([name for name, _ in ORDINARY], [weight for _, weight in ORDINARY])[0]
    charset = "gb2312" if family.adapter in ("trs", "static", "vsb") and rng.random() < 0.2 else "utf-8"
    restless, twice = rng.random() < 0.2, rng.random() < 0.15 and family.agencies == 1
    flapping = rng.random() < plan.flapping
    breaks = rng.random() < plan.broken and not flapping and plan.nights > 1 and family.readable
    breakage, night = (rng.choice(BREAKAGES), rng.randrange(1, plan.nights)) if breaks else ("", 0)
    return Site(
        number=number,
        key=f"s{number:04d}",
        host=f"s{number:04d}.gov.test",
        address=f"127.{10 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}",
        family=family.name,
        place=agencies[0].place,
        region=f"99{(number // 100) % 100:02d}{number % 100:02d}",
        agencies=agencies,
        robots=robots,
        seed=own,
        charset=charset,
        restless=restless,
        twice=twice,
        flapping=flapping,
        breakage=breakage,
        breaks=night,
    )


BACKDATED_BY = 4
"""Days before the last night without it that a backdated report prints."""


def first_editions(site: Site, plan: Plan) -> tuple[Edition, ...]:
    """Every report the site will ever publish, as first published."""
    found = []
    for at, agency in enumerate(site.agencies):
        rng = Random(f"{site.seed} editions {at}")
        for year in range(rng.randint(_FIRST_YEAR, LAST_YEAR - 1), LAST_YEAR + 1):
            first, day = 0, prose.published(rng, year)
            if year == LAST_YEAR:
                # A report that is late may also miss every night of the plan.
                first = rng.randint(1, plan.nights) if rng.random() < plan.late else 0
                day = plan.day(first) if first else FIRST_NIGHT - timedelta(days=rng.randint(1, 15))
                if first and plan.backdated and rng.random() < plan.backdated:
                    day = plan.day(first - 1) - timedelta(days=BACKDATED_BY)
            found.append(
                Edition(
                    agency,
                    year,
                    seed=rng.randrange(1, 10**9),
                    serial=200_000 + at * 5_000 + year * 7,
                    published=day,
                    first_night=first,
                )
            )
    return tuple(found)


def title(edition: Edition) -> str:
    """What the report calls itself."""
    return prose.title(Random(f"{edition.seed} title"), edition.agency.name, edition.year)


def label(edition: Edition) -> str:
    """What the list calls the report."""
    own = title(edition)
    if not edition.label:
        return own
    other = f"{edition.agency.name}{edition.year}年度政府信息公开年报"
    return other if edition.label % 2 else f"{own}（正式发布）"


def attached(edition: Edition) -> str:
    """The kind of file the report has beside it, empty for most."""
    rng = Random(f"{edition.seed} attached")
    kind = rng.choice(web_attachments.KINDS[:4]) if rng.random() < 0.4 else ""
    return kind or ("pdf" if edition.attachment else "")


def fillers(site: Site, family: Family) -> tuple[Entry, ...]:
    """Rows of the list that are no report, the same on all nights."""
    rng = Random(f"{site.seed} fillers")
    found = []
    for at in range(rng.randint(*family.fillers)):
        agency = rng.choice(site.agencies)
        year = rng.randint(_FIRST_YEAR, LAST_YEAR)
        wording = rng.choice(_CONFUSERS) if rng.random() < _LOOKS_LIKE else rng.choice(_NEWS)
        day = min(date(year + 1, 1, 3) + timedelta(days=rng.randrange(330)), FIRST_NIGHT - timedelta(days=1))
        text = wording.format(agency=agency.name, place=site.place, year=year, n=at + 1)
        found.append(Entry(family.article(day, 600_000 + at * 3), text, day, "confuser", agency=agency.name))
    if site.robots.startswith("partly"):
        # Looks like a report and may not be asked for.
        agency, day = site.agencies[0], date(_FIRST_YEAR, 2, 1)
        text = f"{agency.name}{_FIRST_YEAR - 1}年政府信息公开工作年度报告"
        found.append(Entry(f"{CLOSED[1]}{_FIRST_YEAR - 1}.html", text, day, "forbidden", agency=agency.name))
    return tuple(found)
