"""Where an agency stands: its division's code and province, its department's usual name, an id that joins its years.
Taking the agency's name apart is left to `names`; an unknown or ambiguous division is said, not guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from gongkai.parsers.divisions import (
    STILL,
    Division,
    above,
    bearers,
    below,
    divisions_meant,
    divisions_with_id,
    lies_in,
)
from gongkai.parsers.names import AgencyName, has_level, read_agency, site_places
from gongkai.parsers.place_names import CORPS
from gongkai.parsers.report import Evidence, Finding, Identity

_BODY = re.compile(r"(?:管理)?(?:局|委员会|委|厅|办公室|办)$")
_SITE_CODE = re.compile(r"([1-8]\d{5})\d{4}")  # 政府网站标识码: its division's code and a serial number
_PLAIN_LEVELS = ("province", "city", "county")
_LEVEL_OF_ENDING = (("厅", "province"), ("总队", "province"), ("支队", "city"), ("大队", "county"))
MOST_NAMED = 6
"""How many of several divisions a finding names."""
_COMMITTEES = {"委": "委员会", "办": "办公室"}


def located(identity: Identity, meta: Mapping[str, str]) -> Identity:
    """The identity with region code, province, agency id and the department's usual name, as far as they are certain.

    A name that several divisions bear (鼓楼区) is told apart by the divisions printed before it and by the site's
    code or name; where these do not decide, the code stays None and a finding names the candidates.
    """
    if identity.agency is None:
        return identity
    agency = read_agency(identity.agency, identity.year)
    department = usual_department(identity.department) if identity.department else None
    if department != identity.department:
        identity = identity._replace(department=department)
    if not agency.places:
        return identity._replace(agency_id=f"{THE_STATE}-{_of_the_state(agency)}") if _is_unique(identity, agency) else identity
    if agency.places[0].startswith(CORPS) and not (len(agency.places) > 1 and divisions_meant(agency.places, identity.year)):
        return identity._replace(agency_id=f"{agency.places[0]}-{_seat(identity, agency)}")
    if not bearers(agency.places[-1]):
        return identity
    site = _SITE_CODE.fullmatch(meta.get("siteidcode", "").strip())
    hints = [site[1]] if site else []
    meant = divisions_meant(agency.places, identity.year, hints, _only_level(agency))
    how = "the site's code"
    if len(meant) > 1 and (named := _of_site(meta.get("sitename", ""), meant, identity.year)):
        meant, how = named, "the site's name"
    if len(meant) != 1:
        return _undecided(identity, agency, meant) if meant else identity
    [division] = meant
    if outside := _outside(division, agency, identity.year):
        detail = f"{agency.places[-1]} is printed below {outside}, and no division of this name lies there"
        return _doubted(identity, f"{detail}; it may be {_described(meant, identity.year)}")
    if agency.kind == "township" and division.level != "county" and below(division, identity.year):
        return _doubted(identity._replace(region=None), f"{agency.rest} lies in a county of {division.name} that is not named")
    at = identity.year if identity.year is not None else STILL
    chain = list(above(division, at))
    level = identity.level
    if level in _PLAIN_LEVELS or (level is None and has_level(agency)):
        # A county-level city and one of prefecture level have names alike; a 师 of the corps and its city are one.
        level = level if agency.places[0].startswith(CORPS) else division.level
    how = f"{division.name} {division.code}" + (f" by {how}" if hints or how.endswith("name") else "")
    seat = _seat(identity, agency)
    return identity._replace(
        region=division.name,
        region_code=division.code,
        province=chain[-1].name,
        level=level,
        agency_id=f"{agency.places[0] if agency.places[0].startswith(CORPS) else division.id}-{seat}",
        evidence=(*identity.evidence, Evidence("region_code", division.code, how)),
    )


THE_STATE = "000000"
"""What GB/T 2260 calls the whole country: the first half of the ids of ministries, and of 海关 and 海事局, whose names occur once."""
_ONE_OF_ITS_NAME = re.compile("[\u4e00-\u9fff]{2,}(?:海关|海事局)$")


def _is_unique(identity: Identity, agency: AgencyName) -> bool:
    return identity.level == "national" or bool(_ONE_OF_ITS_NAME.match(agency.name.removeprefix("中华人民共和国")))


def _of_the_state(agency: AgencyName) -> str:
    return usual_department(agency.name.removeprefix("中华人民共和国"))


def _seat(identity: Identity, agency: AgencyName) -> str:
    """The second half of an agency's id: its department, or the township's own name."""
    return agency.rest.removeprefix("人民政府") if identity.level == "township" else identity.department or ""


def _only_level(agency: AgencyName) -> str | None:
    """The level that the department's last word leaves possible."""
    return next((level for ending, level in _LEVEL_OF_ENDING if agency.rest.endswith(ending)), None)


def _of_site(name: str, meant: Sequence[Division], year: int | None) -> tuple[Division, ...]:
    """The one of these divisions that is, or lies in, the one whose site this is; () where the site's name is no help."""
    site = site_places(name)
    if not site:
        return ()
    if same := tuple(d for d in meant if d.name == site[-1]):
        inside = tuple(d for d in same if all(lies_in(d, place, year) for place in site[:-1]))
    else:
        inside = tuple(d for d in meant if lies_in(d, site[-1], year))
    return inside if len(inside) == 1 else ()


def _outside(division: Division, agency: AgencyName, year: int | None) -> str | None:
    """The place printed before a division's name in which it lay in no year: an old report may stand under new names."""
    history = divisions_with_id(division.id)
    for place in agency.places[:-1]:
        if place.startswith(CORPS) or lies_in(division, place, year):
            continue
        if not any(lies_in(d, place, at) for d in history for at in (d.first, d.last)):
            return place
    return None


def _described(meant: Sequence[Division], year: int | None) -> str:
    at = year if year is not None else STILL
    return ", ".join(f"{d.code} {'/'.join(u.name for u in reversed(list(above(d, at))))}" for d in meant[:MOST_NAMED])


def _undecided(identity: Identity, agency: AgencyName, meant: Sequence[Division]) -> Identity:
    if len({d.level for d in meant}) > 1 and identity.level in _PLAIN_LEVELS:
        identity = identity._replace(level=None)
    more = f" and {len(meant) - MOST_NAMED} more" if len(meant) > MOST_NAMED else ""
    return _doubted(identity, f"{agency.places[-1]} may be {_described(meant, identity.year)}{more}")


def _doubted(identity: Identity, detail: str) -> Identity:
    return identity._replace(findings=(*identity.findings, Finding("region_ambiguous", detail=detail)))


@cache
def _departments() -> tuple[dict[str, str], dict[str, str]]:
    """(usual stem by any stem of it, usual name by another whole name)."""
    table = tomllib.loads(files(__package__).joinpath("departments.toml").read_text(encoding="utf-8"))
    stems = {name: name for name in table}
    stems |= {alias: name for name, other in table.items() for kind in ("short", "before") for alias in other.get(kind, ())}
    whole = {alias: name for other in table.values() for name, every in other.get("whole", {}).items() for alias in every}
    return stems, whole


@lru_cache(maxsize=4096)
def usual_department(printed: str) -> str:
    """A department under its usual name: 发改委 is 发展和改革委员会, 人社局 人力资源和社会保障局, 环保局 生态环境局."""
    stems, whole = _departments()
    if printed in whole:
        return whole[printed]
    if printed.endswith("管委会"):
        return printed[:-3] + "管理委员会"
    if printed.endswith("分局") and (at := printed.find("局")) < len(printed) - 1:  # 环保局滨江分局
        return usual_department(printed[: at + 1]) + printed[at + 1 :]
    body = _BODY.search(printed)
    if body is None:
        return printed
    stem, word = printed[: body.start()], body[0]
    if word.startswith("管理") and stem + "管理" in stems:
        stem, word = stem + "管理", word[2:]
    usual = stems.get(stem)
    if usual is None:
        return printed
    if usual.endswith("管理") and word.startswith("管理"):
        word = word[2:]
    return usual + _COMMITTEES.get(word, word)
