"""Where an agency stands: its division's code and province, its department's usual name, an id that joins its years.
Taking the agency's name apart is left to `names`; an unknown or ambiguous division is said, not guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from gongkai.parsers.divisions import STILL, above, divisions_meant
from gongkai.parsers.names import read_agency
from gongkai.parsers.report import Evidence, Finding, Identity

_BODY = re.compile(r"(?:管理)?(?:局|委员会|委|厅|办公室|办|中心|署)$")
_SITE_CODE = re.compile(r"([1-8]\d{5})\d{4}")  # 政府网站标识码: its division's code and a serial number
_PLAIN_LEVELS = ("province", "city", "county")
_COMMITTEES = {"委": "委员会", "办": "办公室"}


def located(identity: Identity, meta: Mapping[str, str]) -> Identity:
    """The identity with region code, province, agency id and the department's usual name, as far as they are certain.

    A name that several divisions bear (鼓楼区) is told apart by the divisions printed before it and by the site's
    code; where these do not decide, the code stays None and a finding names the candidates.
    """
    if identity.agency is None:
        return identity
    agency = read_agency(identity.agency, identity.year)
    department = usual_department(identity.department) if identity.department else None
    at = identity.year if identity.year is not None else STILL
    site = _SITE_CODE.fullmatch(meta.get("siteidcode", "").strip())
    meant = divisions_meant(agency.places, identity.year, [site[1]] if site else [])
    if len(meant) != 1:
        findings = identity.findings
        if meant:
            names = ", ".join(f"{d.code} {'/'.join(u.name for u in reversed(list(above(d, at))))}" for d in meant[:4])
            findings += (Finding("region_ambiguous", detail=f"{agency.places[-1]} may be {names}"),)
        return replace(identity, department=department, findings=findings)
    [division] = meant
    chain = list(above(division, at))
    level = identity.level
    if level in _PLAIN_LEVELS:  # a county-level city and one of prefecture level have names alike
        level = division.level
    seat = agency.rest.removeprefix("人民政府") if identity.level == "township" else department or ""
    how = f"{division.name} {division.code}" + (" by the site's code" if site and site[1] != division.code else "")
    return replace(
        identity,
        region=division.name,
        region_code=division.code,
        province=chain[-1].name,
        level=level,
        department=department,
        agency_id=f"{division.id}-{seat}",
        evidence=(*identity.evidence, Evidence("region_code", division.code, how)),
    )


@cache
def _departments() -> dict[str, str]:
    table = tomllib.loads(files(__package__).joinpath("departments.toml").read_text(encoding="utf-8"))
    return {alias: name for name, other in table.items() for kind in other.values() for alias in kind}


def usual_department(printed: str) -> str:
    """A department under its usual name: 发改委 is 发展和改革委员会, 人社局 人力资源和社会保障局, 环保局 生态环境局."""
    body = _BODY.search(printed)
    if body is None:
        return printed
    stem, word = printed[: body.start()], body[0]
    if word.startswith("管理") and stem + "管理" in _departments():
        stem, word = stem + "管理", word[2:]
    usual = _departments().get(stem)
    if usual is None:
        return printed
    if usual.endswith("管理") and word.startswith("管理"):
        word = word[2:]
    return usual + _COMMITTEES.get(word, word)
