"""From an uncertain identity to an entry of identities.toml that settles it, as a user goes; and territories beside their parts."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from handmade import entry, gongkai, report, rows

from gongkai.output.children import territories
from gongkai.output.dataset import create, open_dataset
from gongkai.output.rows import build
from gongkai.output.uncertain import Candidate, Uncertain, as_toml, uncertain
from gongkai.parsers.names import read_agency
from gongkai.parsers.report import Finding, Report
from gongkai.parsers.territory import located

PAGE = (Path(__file__).parent / "fixtures" / "footnote-under-review" / "source.html").read_text(encoding="utf-8")


def of(agency: str, year: int = 2023, received: int | None = 0, **identity: Any) -> Report:
    """A report of a body of an existing division."""
    made = report(agency, year, applications__received__total=received)
    taken = read_agency(agency, year)
    who = made.identity._replace(agency=agency, region=taken.region, level=taken.level, department=taken.department,
                  kind=taken.kind, findings=(), **{k: v for k, v in identity.items() if k != "findings"})  # fmt: skip
    who = located(who, {})
    return replace(made, identity=who, findings=(*who.findings, *identity.get("findings", ())))


def dataset(folder: Path, *reports: tuple[str, Report]) -> Path:
    with create(str(folder / "d")) as writer:
        for source, one in reports:
            writer.add(build(entry(source, one), "1"), [])
        writer.finish({})
    return open_dataset(str(folder / "d"))


def test_what_is_not_certain_and_why(tmp_path: Path) -> None:
    conflict = Finding("agency_conflict", detail="title: 沈阳市财政局; signature: 大连市财政局")
    nobody = of("沈阳市教育局")
    nobody = replace(nobody, identity=nobody.identity._replace(agency=None, agency_id=None, region_code=None))
    found = uncertain(dataset(
        tmp_path, ("a", of("鼓楼区教育局")), ("b", of("沈阳市财政局", findings=(conflict,))), ("c", of("青溪市水务局")), ("d", nobody),
        ("e", of("通化市信访局")), ("f", of("生态环境部")), ("g", of("通化市龙田镇人民政府")), ("h", of("新疆生产建设兵团第八师财政局")),
    ))  # fmt: skip
    assert [(one.source, one.why.partition(":")[0]) for one in found] == [
        ("b", "the document names several"),
        ("a", "鼓楼区 may be 320106 江苏省/南京市/鼓楼区, 320302 江苏省/徐州市/鼓楼区, 350102 福建省/福州市/鼓楼区, 410204 河南省/开封市/鼓楼区"),
        ("g", "龙田镇人民政府 lies in a county of 通化市 that is not named"),
        ("c", "no division is called 青溪市"),
        ("d", "nothing in the document says who reports"),
    ]
    assert [c.code for c in found[1].candidates] == ["320106", "320302", "350102", "410204"]
    assert Candidate("220581", "吉林省/通化市/梅河口市") in found[2].candidates


def test_an_entry_that_nobody_has_filled_in_changes_nothing(tmp_path: Path) -> None:
    pair = (Candidate("320106", "江苏省/南京市/鼓楼区"), Candidate("320302", "江苏省/徐州市/鼓楼区"))
    text = as_toml([
        Uncertain("r1", 2023, "鼓楼区教育局", None, "http://gl.example.cn/1", "why", pair),
        Uncertain("r2", 2022, "鼓楼区教育局", None, "http://gl.example.cn/2", "why", pair),
        Uncertain("r3", None, None, 'a "title"', 'odd "name"\\.html', "why\nso"),
    ])  # fmt: skip
    assert tomllib.loads(text) == {}
    entries = tomllib.loads("\n".join(line.removeprefix("# ") for line in text.split("\n") if "region_code" not in line))["identity"]
    assert [(e.get("site"), e.get("source")) for e in entries] == [("gl.example.cn", None), (None, 'odd "name"\\.html')]


def test_the_way_of_a_user(tmp_path: Path) -> None:
    pages, out, file = tmp_path / "pages", tmp_path / "dataset", tmp_path / "identities.toml"
    pages.mkdir()
    for number, place in enumerate(("鼓楼区", "通化", "通化市")):
        (pages / f"{number}.html").write_text(PAGE.replace("青溪市", place), encoding="utf-8")
    gongkai("parse", pages, "--out", out)
    listed = gongkai("check", out, "--identities")
    assert (listed.returncode, len(listed.stdout.splitlines())) == (1, 3)
    assert "320302 江苏省/徐州市/鼓楼区" in listed.stdout
    told = gongkai("check", out)
    assert "2 reports of which it is not certain" in told.stderr
    template = gongkai("check", out, "--identities", "--toml").stdout
    file.write_text(template, encoding="utf-8")
    assert gongkai("parse", pages, "--out", out).returncode == 0  # as it was: nothing is filled in

    first, _, rest = template.partition("\n\n")
    settled = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [[", "# source", '# region_code = "320302"', "# who", "# why")) else line
        for line in first.split("\n")
    ).replace('who = ""', 'who = "Chen"').replace('why = ""', 'why = "the site"')  # fmt: skip
    file.write_text(f"{settled}\n\n{rest}", encoding="utf-8")
    done = gongkai("parse", pages, "--out", out)
    assert done.returncode == 0, done.stderr
    by_agency = {r["agency"]: r for r in rows(out)}
    one = by_agency["鼓楼区文化和旅游局"]
    assert (one["region_code"], one["province"], one["agency_id"]) == ("320302", "江苏省", "320302-文化和旅游局")
    rules = [f["rule"] for f in rows(out, "findings") if f["report_id"] == one["report_id"]]
    assert rules.count("identity_corrected") == 1 and "region_ambiguous" not in rules
    assert one["findings"] == len(rules)
    left = json.loads(gongkai("check", out, "--identities", "--json").stdout)
    assert [one["agency"] for one in left] == ["通化文化和旅游局"]


def test_a_name_alone_says_the_rest_and_a_contradiction_can_be_settled(tmp_path: Path) -> None:
    pages, out, file = tmp_path / "pages", tmp_path / "dataset", tmp_path / "identities.toml"
    pages.mkdir()
    page = PAGE.replace("青溪市", "沈阳市").replace("本报告", "由大连市财政局编制的本报告", 1)
    (pages / "a.html").write_text(page, encoding="utf-8")
    for agency, want in (
        ("大连市财政局", ("210200", "财政局", "210200-财政局")),
        ("沈阳市文化和旅游局", ("210100", "文化和旅游局", "210100-文化和旅游局")),
    ):
        source = f"{pages.name}/a.html"
        file.write_text(f'[[identity]]\nsource = "{source}"\nagency = "{agency}"\nwho = "Chen"\nwhy = "telephone"\n', encoding="utf-8")
        gongkai("parse", pages.name, "--out", out, cwd=tmp_path)
        [one] = rows(out)
        assert (one["region_code"], one["department"], one["agency_id"]) == want
        assert gongkai("check", out, "--identities").returncode == 0


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    out = dataset(tmp_path, ("a", of("通化市信访局")))
    for options in (("--identities", "--children"), ("--toml",), ("--identities", "--toml", "--json")):
        assert gongkai("check", out, *options).returncode == 2
    assert gongkai("check", out, "--identities").returncode == 0
    assert gongkai("check", out, "--children").returncode == 0


def test_a_territory_beside_its_parts(tmp_path: Path) -> None:
    folder = dataset(
        tmp_path,
        ("city", of("通化市人民政府", received=1000, scope="territory")),
        ("office", of("通化市人民政府办公室", received=120, scope="own")),
        ("bureau", of("通化市水务局", received=30)),
        ("again", of("通化市水务局", received=30)),  # the same body at another address
        ("next year", of("通化市教育局", 2024, received=7)),
        ("district", of("通化市东昌区人民政府", received=250, scope="territory")),
        ("county", of("通化县人民政府", received=None, scope="territory")),
        ("of the district", of("通化市东昌区教育局", received=9)),
        ("town", of("通化市东昌区龙泉街道办事处", received=1)),
        ("elsewhere", of("白山市水务局", received=500)),
    )
    city, district = (next(t for t in territories(folder) if t.agency == a) for a in ("通化市人民政府", "通化市东昌区人民政府"))
    assert (city.figure, city.departments, city.townships, city.divisions, city.of) == (1000, 2, 0, 2, 7)
    assert (city.held, city.unknown, city.share) == (400, 1, 0.4)
    assert (district.departments, district.townships, district.held, district.share) == (1, 1, 10, 0.04)
    shown = gongkai("check", folder, "--children")
    assert "2 of 7" in shown.stdout and "40 %" in shown.stdout
    assert not [f for f in rows(folder, "findings") if "child" in f["rule"]]


def test_no_part_is_held_and_no_figure_is_printed(tmp_path: Path) -> None:
    [alone] = territories(dataset(tmp_path, ("city", of("通化市人民政府", received=None, scope="territory"))))
    assert (alone.figure, alone.held, alone.share) == (None, 0, None)
