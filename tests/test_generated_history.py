"""A made history of many agencies over twelve years and three forms: every seeded error is found, and nothing else is.

GONGKAI_AGENCIES sets how many agencies there are (2000 for the full measurement; `pytest -s` prints the table)."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from random import Random

from gongkai.output.history import Figures, _one_a_year, figures_of, history_findings
from gongkai.parsers.forms import FORMS
from gongkai.parsers.names import read_agency
from gongkai.parsers.report import Identity, Report, Value
from gongkai.parsers.territory import located

AGENCIES = int(os.environ.get("GONGKAI_AGENCIES", "120"))
FIRST, LAST = 2013, 2024
DEPARTMENTS = ("水务局", "信访局", "交通运输局", "财政局", "教育局", "民政局", "司法局", "统计局", "审计局", "应急管理局")
RENAMED = (("江苏省淮安市洪泽县", "江苏省淮安市洪泽区", 2016), ("安徽省铜陵市铜陵县", "安徽省铜陵市义安区", 2015),
           ("江西省九江市星子县", "江西省九江市庐山市", 2016), ("江西省上饶市上饶县", "江西省上饶市广信区", 2019))  # fmt: skip
"""Counties that became districts or cities, with the first year under the new name."""
COLUMNS = tuple(c.key for c in FORMS["2021"].table("applications").columns)
KINDS = tuple(c for c in COLUMNS if c not in ("total", "subtotal", "legal_subtotal"))

Cells = dict[tuple[str, str, str], int]
Expected = tuple[str, str, int]  # rule, agency, year


@dataclass
class History:
    """Reports in random order, and what must be found in them."""

    reports: list[tuple[str, Figures, str]] = field(default_factory=list)  # id, figures, name for people
    expected: Counter[Expected] = field(default_factory=Counter)
    seeded: Counter[str] = field(default_factory=Counter)
    seated: dict[str, set[str | None]] = field(default_factory=dict)  # agency → the ids its reports got


@cache
def cells_of(form: str) -> tuple[tuple[tuple[str, str, str], str], ...]:
    return tuple((c.key, c.unit) for c in FORMS[form].cells)


def form_of(year: int) -> str:
    return "2014" if year <= 2018 else "2019" if year <= 2020 else "2021"


def counties(rng: Random, number: int) -> list[str]:
    """Names of existing counties with everything they lie in, so that no name has two meanings."""
    from gongkai.parsers import divisions

    every = [d for found in divisions._by_name().values() for d in found]
    usable = sorted({d for d in every if d.level == "county" and d.last == divisions.STILL and d.first <= FIRST}, key=lambda d: d.code)
    rng.shuffle(usable)
    names: list[str] = []
    for d in usable:
        name = "".join(reversed([u.name for u in divisions.above(d, LAST)]))
        if located(who(name, "水务局", FIRST), {}).region_code == located(who(name, "水务局", LAST), {}).region_code == d.code:
            names.append(name)
        if len(names) == number:
            break
    return names


def who(place: str, department: str, year: int) -> Identity:
    agency = f"{place}{department}"
    read = read_agency(agency, year)
    return located(
        Identity(title=f"{agency}{year}年政府信息公开工作年度报告", agency=agency, year=year, published=date(year + 1, 1, 20),
                 signed=date(year + 1, 1, 15), region=read.places[-1] if read.places else None, level="county",
                 department=department, kind="department", scope="own"), {},
    )  # fmt: skip


@dataclass
class Agency:
    """One agency year by year: what it carries over and what is in force, always right."""

    rng: Random
    carried: dict[str, int]
    stock: dict[str, int]
    busy: int

    def year(self, form: str) -> Cells:
        if form == "2014":
            return {key: self.rng.randint(1, self.busy) for key, _ in cells_of(form)}
        rng, cells = self.rng, dict.fromkeys((key for key, _ in cells_of(form)), 0)
        out: dict[str, int] = {}
        for kind in KINDS:
            received, out[kind] = rng.randint(3, self.busy), rng.randint(0, 3)
            done = max(received + self.carried[kind] - out[kind], 0)
            out[kind] = received + self.carried[kind] - done
            cells["applications", "received", kind] = received
            cells["applications", "carried_in", kind] = self.carried[kind]
            cells["applications", "carried_out", kind] = out[kind]
            part = rng.randint(0, done)
            cells["applications", "granted", kind], cells["applications", "partly_granted", kind] = part, done - part
        for row in ("received", "carried_in", "carried_out", "granted", "partly_granted"):
            if ("applications", row, "total") in cells:
                cells["applications", row, "total"] = sum(cells["applications", row, k] for k in KINDS)
        self.carried = {**out, "total": sum(out.values())}
        for row in self.stock:
            issued, repealed = rng.randint(0, 6), rng.randint(0, min(3, self.stock[row]))
            self.stock[row] += issued - repealed
            for part_key, number in (("issued", issued), ("repealed", repealed), ("in_force", self.stock[row])):
                if ("proactive", row, part_key) in cells:
                    cells["proactive", row, part_key] = number
        return {key: n for key, n in cells.items() if key in dict(cells_of(form))}


def made(report_id: str, cells: Cells, form: str, identity: Identity) -> Figures:
    values = tuple(
        Value(*key, cells.get(key, 0), unit, str(cells.get(key, 0)), "reported", None, (), "table 1 r1 c1")
        for key, unit in cells_of(form)
    )
    figures = figures_of(report_id, Report("ok", None, form, identity, values, media_type="text/html"))
    assert figures is not None
    return figures


def history(agencies: int, seed: int) -> History:
    """The reports of so many agencies with one error in about every fourth agency, of every kind in turn."""
    rng, found = Random(seed), History()
    places = [(name, name, LAST + 1) for name in counties(rng, agencies // len(DEPARTMENTS) + 1)]
    units = [(place, department) for place in [*RENAMED, *places] for department in DEPARTMENTS][:agencies]
    faults = ("carry_over", "stock", "copied_figures", "late", "jump", "gap", "republished", "late_copy")
    whole: dict[tuple[int, int], Cells] = {}
    for number, ((before, after, since), department) in enumerate(units):
        agency = Agency(rng, dict.fromkeys(COLUMNS, 0), {"regulations": 3, "normative_documents": 30}, rng.choice((20, 60, 150)))
        fault = faults[number // 4 % len(faults)] if number % 4 == 0 else ""
        at = rng.randint(2022, LAST - 1)  # the year of the error: a year of the newest form before and after it
        name = f"{before}{department}"
        for year in range(FIRST, LAST + 1):
            form, place = form_of(year), after if year >= since else before
            identity, cells = who(place, department, year), agency.year(form)
            whole[number, year] = dict(cells)
            if year == at and fault:
                found.seeded[fault] += 1
            if year == at and fault == "gap":
                continue
            if year == at and fault == "carry_over":
                kind = rng.choice(KINDS)
                for column in (kind, "total"):
                    cells["applications", "carried_in", column] += 2
                    found.expected["carry_over", name, year] += 1
            elif year == at and fault == "stock":
                cells["proactive", "normative_documents", "in_force"] += 5
                found.expected["stock", name, year] += 1
                found.expected["stock", name, year + 1] += 1  # its own sum starts from the wrong number
            elif year == at and fault == "jump":
                cells["proactive", "normative_documents", "in_force"] *= 1000
                found.expected["jump", name, year] += 1
                found.expected["jump", name, year + 1] += 1
                found.expected["stock", name, year] += 1
                found.expected["stock", name, year + 1] += 1
            elif year == at and fault == "copied_figures":
                last = whole[number, year - 1]
                for key in [k for k in cells if k[0] == "applications"]:
                    if key[1] == "carried_in" and last[key] != last["applications", "carried_out", key[2]]:
                        found.expected["carry_over", name, year] += 1
                    if key[1] == "carried_out" and last[key] != cells[key]:
                        found.expected["carry_over", name, year + 1] += 1
                    cells[key] = last[key]
                found.expected["copied_figures", name, year] += 1
            elif year == at and fault in ("late", "late_copy"):
                signed = date(year + 1, 4, 20) if fault == "late" else identity.signed
                identity = replace(identity, published=date(year + 1, 5, rng.randint(1, 28)), signed=signed)
                found.expected["late", name, year] += 1
            found.seated.setdefault(name, set()).add(identity.agency_id)
            if year == at and fault == "republished":
                wrong = {**cells, ("applications", "carried_in", "total"): cells["applications", "carried_in", "total"] + 9}
                report_id = f"a{number}-{year}-old"
                found.reports.append((report_id, made(report_id, wrong, form, identity), name))
            found.reports.append((f"a{number}-{year}", made(f"a{number}-{year}", cells, form, identity), name))
    rng.shuffle(found.reports)
    return found


def told(reports: list[tuple[str, Figures, str]]) -> Counter[Expected]:
    names = {report_id: name for report_id, _, name in reports}
    told = history_findings(figures for _, figures, _ in reports)
    return Counter((t.finding.rule, names[t.report_id], t.year or 0) for t in told)


def test_every_seeded_error_is_found_and_nothing_else() -> None:
    made_history = history(AGENCIES, 20)
    latest = [r for r in made_history.reports if not r[0].endswith("-old")]
    found = told(latest)
    rules = sorted({rule for rule, _, _ in found | made_history.expected})
    print(f"\n{AGENCIES} agencies, {len(latest)} reports, {sum(made_history.seeded.values())} agencies with a fault")
    print("rule            expected  found  missed  false alarms")
    for rule in rules:
        wanted, got = ({k: n for k, n in c.items() if k[0] == rule} for c in (made_history.expected, found))
        missed, alarms = (sum((Counter(x) - Counter(y)).values()) for x, y in ((wanted, got), (got, wanted)))
        print(f"{rule:<16}{sum(wanted.values()):>8}{sum(got.values()):>7}{missed:>8}{alarms:>14}")
    print("seeded: " + ", ".join(f"{n} {fault}" for fault, n in sorted(made_history.seeded.items())))
    assert found == made_history.expected
    assert {"carry_over", "stock", "copied_figures", "late", "jump"} <= set(rules)


def test_an_agency_keeps_its_id_when_its_division_is_renamed() -> None:
    made_history = history(min(AGENCIES, 4 * len(DEPARTMENTS)), 3)
    assert made_history.seated and all(len(ids) == 1 and None not in ids for ids in made_history.seated.values())
    assert len({i for ids in made_history.seated.values() for i in ids}) == len(made_history.seated)


def test_versions_that_differ_stand_for_nothing_until_one_is_the_latest() -> None:
    """The corrected version is right and the earlier one breaks the balance: with both, the year proves nothing."""
    made_history = history(40, 5)
    old = {r[0].removesuffix("-old") for r in made_history.reports if r[0].endswith("-old")}
    assert old
    assert told(made_history.reports) <= made_history.expected
    assert told([r for r in made_history.reports if not r[0].endswith("-old")]) == made_history.expected
    wrong = [r for r in made_history.reports if r[0] not in old]  # the version that was replaced, alone
    assert told(wrong) - made_history.expected
    figures = [f for i, f, _ in made_history.reports if i.removesuffix("-old") in old]
    assert not _one_a_year(figures)
