"""A made history of many agencies over twelve years and three forms: every seeded error is found, and nothing else is.

GONGKAI_AGENCIES sets how many agencies there are (2000 for the full measurement; `pytest -s` prints the table)."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from gongkai.output.backdating import backdated
from gongkai.output.history import Figures, _one_a_year, figures_of, history_findings
from gongkai.output.holdings import Absence
from gongkai.parsers.copied_names import copied_name_findings
from gongkai.parsers.forms import FORMS
from gongkai.parsers.names import read_agency
from gongkai.parsers.report import Identity, Report, Section, Value
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
    texts: dict[str, tuple[Identity, str]] = field(default_factory=dict)  # id → who reports, its section one
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)  # id → what the archive knows of it
    absences: dict[str, Absence] = field(default_factory=dict)  # by address


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


# What a report may say of others: those above, those below, partners, superior bodies, papers; and of itself.
_SAID = (
    "{year}年，{own}认真贯彻落实条例，扎实推进政务公开。", "{county}{department}高度重视政府信息公开工作。", "{city}高度重视政务公开工作，{province}积极推进数字政府建设。",
    "赴{other}学习先进经验，切实加强队伍建设。", "与{other}{department}联合开展培训，持续推进标准化。", "根据《{other}政务公开办法》的经验，认真落实各项要求。",
    "国务院办公厅高度重视，{province}人民政府办公厅严格按照条例要求开展培训。", "我局主动公开信息{n}条，未收到政府信息公开申请。", "县政府办公室认真落实考核，县委、县政府始终坚持公开。",
    "下一步，将继续加强学习，进一步加强信息公开。", "转发{other}先进典型材料，深入推进工作。",
)  # fmt: skip
_FOREIGN = ("{year}年，{other}认真贯彻落实条例。", "{other}{department}高度重视政府信息公开工作。", "一年来，{county}{another}严格按照条例要求开展工作。")


def said(rng: Random, identity: Identity, department: str, place: str, other: str, foreign: bool) -> str:
    """Section one: sentences that may stand in any report, and one of another report where that is wanted."""
    names = read_agency(place + department, identity.year).places
    words = {
        "year": identity.year, "own": identity.agency, "county": names[-1], "department": department, "province": names[0],
        "city": names[-2] if len(names) > 2 else names[0], "other": other, "n": rng.randint(1, 900),
        "another": rng.choice([d for d in DEPARTMENTS if d != department]),
    }  # fmt: skip
    sentences = rng.sample(_SAID, 5)
    if foreign:
        sentences.insert(rng.randint(0, 5), rng.choice(_FOREIGN))
    return "".join(sentence.format(**words) for sentence in sentences)


def archived(found: History, rng: Random, report_id: str, identity: Identity, wrong: bool) -> None:
    """What a nightly crawl since 2013 knows: seen soon after the printed day, or (`wrong`) long after it."""
    assert identity.published is not None
    absent = identity.published + timedelta(days=rng.randint(8, 60) if wrong else rng.choice((-30, -1, 0, 1, 2, 3)))
    at = datetime.combine(absent, time(14), UTC)
    source = f"http://example.org/{report_id.removesuffix('-old')}"
    found.absences[source] = Absence(datetime(2013, 1, 1, tzinfo=UTC), at, f"urn:{report_id}")
    found.rows[report_id] = {
        "report_id": report_id, "year": identity.year, "status": "ok", "latest": not report_id.endswith("-old"), "source": source,
        "agency": identity.agency, "agency_id": identity.agency_id, "published": identity.published,
        "first_seen": at + timedelta(days=rng.randint(1, 5)),
    }  # fmt: skip


def history(agencies: int, seed: int) -> History:
    """The reports of so many agencies with one error in about every fourth agency, of every kind in turn."""
    rng, found = Random(seed), History()
    places = [(name, name, LAST + 1) for name in counties(rng, agencies // len(DEPARTMENTS) + 1)]
    units = [(place, department) for place in [*RENAMED, *places] for department in DEPARTMENTS][:agencies]
    faults = ("carry_over", "stock", "copied_figures", "late", "jump", "gap", "republished", "late_copy", "another_name", "backdated")
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
                identity = identity._replace(published=date(year + 1, 5, rng.randint(1, 28)), signed=signed)
                found.expected["late", name, year] += 1
            for rule in ("another_name", "backdated"):
                found.expected[rule, name, year] += year == at and fault == rule
            found.seated.setdefault(name, set()).add(identity.agency_id)
            other = read_agency(f"{rng.choice([p for p in places if p[0] not in (before, after)])[0]}{department}").places[-1]
            text = said(rng, identity, department, place, other, year == at and fault == "another_name")
            found.texts[f"a{number}-{year}"] = identity, text
            archived(found, rng, f"a{number}-{year}", identity, year == at and fault == "backdated")
            if year == at and fault == "republished":
                wrong = {**cells, ("applications", "carried_in", "total"): cells["applications", "carried_in", "total"] + 9}
                report_id = f"a{number}-{year}-old"
                found.reports.append((report_id, made(report_id, wrong, form, identity), name))
            found.reports.append((f"a{number}-{year}", made(f"a{number}-{year}", cells, form, identity), name))
    rng.shuffle(found.reports)
    found.expected = +found.expected
    return found


def told(reports: list[tuple[str, Figures, str]], made_history: History | None = None) -> Counter[Expected]:
    """What is found in the figures, and with their history in the texts and in the archive too."""
    names = {report_id: name for report_id, _, name in reports}
    found = Counter((t.finding.rule, names[t.report_id], t.year or 0) for t in history_findings(f for _, f, _ in reports))
    if made_history is not None:
        for report_id in names:
            identity, text = made_history.texts[report_id]
            sections = [Section("一", "overview", "总体情况", text)]
            found.update((f.rule, names[report_id], identity.year or 0) for f in copied_name_findings(identity, sections))
        seen = backdated((made_history.rows[report_id] for report_id in names), made_history.absences)
        found.update((t.finding.rule, names[t.report_id], t.year or 0) for t in seen)
    return found


def test_every_seeded_error_is_found_and_nothing_else() -> None:
    made_history = history(AGENCIES, 20)
    latest = [r for r in made_history.reports if not r[0].endswith("-old")]
    found = told(latest, made_history)
    rules = sorted({rule for rule, _, _ in found | made_history.expected})
    print(f"\n{AGENCIES} agencies, {len(latest)} reports, {sum(made_history.seeded.values())} agencies with a fault")
    print("rule            expected  found  missed  false alarms")
    for rule in rules:
        wanted, got = ({k: n for k, n in c.items() if k[0] == rule} for c in (made_history.expected, found))
        missed, alarms = (sum((Counter(x) - Counter(y)).values()) for x, y in ((wanted, got), (got, wanted)))
        print(f"{rule:<16}{sum(wanted.values()):>8}{sum(got.values()):>7}{missed:>8}{alarms:>14}")
    print("seeded: " + ", ".join(f"{n} {fault}" for fault, n in sorted(made_history.seeded.items())))
    assert found == made_history.expected
    assert {"carry_over", "stock", "copied_figures", "late", "jump", "another_name", "backdated"} <= set(rules)


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
    assert told([r for r in made_history.reports if not r[0].endswith("-old")], made_history) == made_history.expected
    wrong = [r for r in made_history.reports if r[0] not in old]  # the version that was replaced, alone
    assert told(wrong) - made_history.expected
    figures = [f for i, f, _ in made_history.reports if i.removesuffix("-old") in old]
    assert not _one_a_year(figures)
