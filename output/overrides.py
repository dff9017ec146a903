"""People's corrections of who published a report, from identities.toml, put over what the parsers found.
Single cells are corrected by `corrections`; the file stays apart from the data, a finding says where it was used."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.corrections import CORRECTIONS, BadCorrections, Review, beside, checked_keys, read_toml
from gongkai.output.corrections import load as load_cells
from gongkai.output.history import Told
from gongkai.output.rows import Rows, findings_table
from gongkai.output.schema import arrow_schema
from gongkai.parsers.divisions import STILL, above, division_of_code
from gongkai.parsers.names import read_agency
from gongkai.parsers.report import Finding, Identity
from gongkai.parsers.territory import located

IDENTITIES = "identities.toml"
"""Name of the file that is taken from beside the dataset where none is given."""
IDENTITY = ("agency", "agency_id", "region", "region_code", "province", "level", "department", "kind", "scope")
"""Columns of `reports` that say who reports on what."""
RULE = "identity_corrected"

_MORE = {"source": str, "site": str, "agency": str, "region_code": str, "department": str, "kind": str}
_KINDS = ("government", "office", "department", "township", "other")


class Override(NamedTuple):
    """One entry: the reports of one address, or of a site (its id in sites.toml, or its host)."""

    who: str
    why: str
    source: str | None = None
    site: str | None = None
    agency: str | None = None
    region_code: str | None = None
    department: str | None = None
    kind: str | None = None


def load(path: Path) -> list[Override]:
    """The entries of a file. Raises BadCorrections for the first mistake in it, OSError where it is not there."""
    found: list[Override] = []
    for number, entry in enumerate(read_toml(path, "identity"), 1):
        where = f"{path}: identity {number}"
        checked_keys(where, entry, {"who": str, "why": str}, _MORE)
        if ("source" in entry) == ("site" in entry):
            raise BadCorrections(f"{where}: either source or site")
        if not entry.keys() & {"agency", "region_code", "department", "kind"}:
            raise BadCorrections(f"{where}: says nothing: agency, region_code, department or kind")
        code = entry.get("region_code")
        if code is not None and division_of_code(code, STILL) is None:
            raise BadCorrections(f"{where}: no division has ever had the code {code!r}")
        if entry.get("kind", "other") not in _KINDS:
            raise BadCorrections(f"{where}: kind is one of {', '.join(_KINDS)}")
        found.append(Override(**entry))
    names = Counter(o.source or o.site for o in found)
    if twice := [name for name, n in names.items() if n > 1]:
        raise BadCorrections(f"{path}: {twice[0]} stands in it twice")
    return found


class Overrides:
    """What people know of the identities of reports. `site_of` gives the id of a source's site, where it has one."""

    def __init__(
        self, entries: Iterable[Override] = (), site_of: Callable[[str], str | None] = lambda source: None
    ) -> None:
        every = list(entries)
        self.digest = hashlib.sha256(repr(every).encode("utf-8", "backslashreplace")).hexdigest() if every else ""
        """Of the entries: another one means that identities have to be looked at again."""
        self._by_source = {o.source: o for o in every if o.source}
        self._by_site = {o.site: o for o in every if o.site}
        self._site_of = site_of

    def of(self, source: str) -> Override | None:
        """The entry for a source: its own, else its site's."""
        if not (self._by_source or self._by_site):
            return None
        host = urlsplit(source).hostname if "://" in source else None
        by_site = self._by_site.get(self._site_of(source) or "") or self._by_site.get(host or "")
        return self._by_source.get(source) or by_site

    def over(self, rows: Rows) -> Rows:
        """The rows with the identities that people know, and a finding at each report that had another one, or whose
        contradictions a person settled as they were read. A doubt about the division goes where a person names it."""
        if not self.digest:
            return rows
        reports, told = rows.tables["reports"].to_pylist(), []
        findings = rows.tables["findings"]
        doubts = Counter(findings.filter(pc.field("rule") == "region_ambiguous")["report_id"].to_pylist())
        conflicts = set(findings.filter(pc.field("rule") == "agency_conflict")["report_id"].to_pylist())
        settled: set[str] = set()
        for r in reports:
            one = self.of(r["source"])
            if one is None or r["status"] == "rejected":
                continue
            now, report_id = overridden(r, one), r["report_id"]
            said = [f"{n} {r[n]} → {now[n]}" for n in IDENTITY if now[n] != r[n]]
            if not said and not (one.agency and report_id in conflicts):
                continue
            detail = f"{'; '.join(said) or 'as it was read'}: {one.why} ({one.who})"
            told.append(Told(report_id, r["year"], Finding(RULE, fault="extraction", detail=detail)))
            if now["region_code"] and doubts[report_id]:
                settled.add(report_id)
            r.update(now, findings=r["findings"] + 1 - (doubts[report_id] if report_id in settled else 0))
        if not told:
            return rows
        if settled:
            of_them = pc.field("report_id").isin(pa.array(sorted(settled), pa.string()))
            findings = findings.filter(~(of_them & (pc.field("rule") == "region_ambiguous")))
        tables = {
            **rows.tables,
            "reports": pa.Table.from_pylist(reports, arrow_schema("reports")),
            "findings": pa.concat_tables([findings, findings_table(told)]),
        }
        by_id = {r["report_id"]: r for r in reports}
        figures = [
            f._replace(agency_id=by_id[f.report_id]["agency_id"], kind=by_id[f.report_id]["kind"]) for f in rows.figures
        ]
        return Rows(tables, rows.wide, rows.units, figures)


def known_to_people(
    out: str, corrections: str | None = None, identities: str | None = None,
    site_of: Callable[[str], str | None] = lambda source: None,
) -> tuple[Review, Overrides]:  # fmt: skip
    """The corrections for a dataset: of the files given, else of those beside it, else none.
    Raises BadCorrections for a mistake in a file, or one that cannot be read."""
    cells, names = beside(out, CORRECTIONS, corrections), beside(out, IDENTITIES, identities)
    try:
        return Review(load_cells(cells) if cells else ()), Overrides(load(names) if names else (), site_of)
    except OSError as error:
        raise BadCorrections(f"{error.filename}: {error.strerror or error}") from None


def overridden(report: Mapping[str, Any], one: Override) -> dict[str, Any]:
    """The identity columns of a report as a person has them. A full name says more than itself: what the entry leaves
    out of division, department and kind follows from it, as far as it proves them."""
    now = {name: report[name] for name in IDENTITY}
    year = report["year"] if report["year"] is not None else STILL
    if one.agency and one.agency != report["agency"]:
        now |= _by_name(one.agency, report["year"])
    now |= {n: v for n, v in (("agency", one.agency), ("department", one.department), ("kind", one.kind)) if v}
    ident = (now["agency_id"] or "").partition("-")[0]
    if one.region_code and (division := division_of_code(one.region_code, year)):
        ident = division.id
        province = list(above(division, year))[-1].name
        now |= {"region": division.name, "region_code": division.code, "province": province}
        if now["level"] != "township":
            now["level"] = division.level
    seat = now["department"] or ""
    if now["level"] == "township" and now["agency"] and not one.department:
        seat = read_agency(now["agency"], report["year"]).rest.removeprefix("人民政府")
    if ident:
        now["agency_id"] = f"{ident}-{seat}"
    return now


def _by_name(agency: str, year: int | None) -> dict[str, Any]:
    """The columns that an agency's name proves by itself."""
    taken = read_agency(agency, year)
    if not taken.places and taken.level != "national":
        return {}
    plain = Identity(
        agency=agency, year=year, region=taken.region, level=taken.level, department=taken.department, kind=taken.kind
    )
    found = located(plain, {})
    if taken.level == "national":  # a ministry lies in no division, whatever was read before
        return {n: getattr(found, n) for n in IDENTITY if n not in ("agency", "scope")}
    proved = {n: getattr(found, n) for n in ("department", "kind", "level")}
    if found.region_code:
        proved |= {n: getattr(found, n) for n in ("region", "region_code", "province", "agency_id")}
    return {n: v for n, v in proved.items() if v is not None}
