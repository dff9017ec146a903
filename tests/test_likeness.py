"""Near-copies that were planted are found, independent texts are not taken for copies, and what the form asks for counts for nothing."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from handmade import entry, gongkai, report
from hypothesis import given
from hypothesis import strategies as st

from gongkai.output.dataset import create
from gongkai.output.likeness import Alike, alike
from gongkai.output.rows import build
from gongkai.output.shingles import (
    LEAST_LIKENESS,
    Shingles,
    alike_groups,
    common_passages,
    is_template,
    masked,
    sentences,
    shingles,
    signatures,
)
from gongkai.parsers.report import Report, Section

pytest.importorskip("rensa", reason="the extra `text` is not installed")

SUBJECTS = ("窗口人员", "各业务科室", "档案室", "法制机构", "值班同志", "网站编辑", "街道联络员", "新媒体小组", "审核专班", "培训讲师",
            "热线坐席", "社区志愿者", "督查组", "财务人员", "信息中心", "乡镇干部")  # fmt: skip
ACTS = ("逐条核对了", "重新编排了", "按季度通报了", "补录了", "公开征求了群众对", "抽查了", "汇编印发了", "用图解说明了", "集中答复了",
        "实地走访后修订了", "翻译并张贴了", "移交归档了", "暂缓发布了", "上线试运行了")  # fmt: skip
THINGS = ("补贴发放名单", "征地补偿标准", "学区划分方案", "饮用水检测结果", "公交线路调整", "老旧小区改造进度", "食品抽检公告", "招聘考试成绩",
          "河道清淤计划", "执法文书样式", "医保报销目录", "应急避难场所分布", "重大项目环评", "采购合同文本", "低保审批结果", "会议公开纪要")  # fmt: skip
TAILS = ("并把意见写进会议记录", "差错比去年少了一半", "但仍有三处链接打不开", "为此调整了轮班", "群众来电随之减少", "由分管领导签字存档",
         "下半年再做一次回访", "结果挂在大厅屏幕上", "未发现涉密内容", "有两名同事专门负责", "费用从办公经费列支", "遇到的难点是口径不一")  # fmt: skip


def sentence(rng: random.Random) -> str:
    return f"{rng.choice(SUBJECTS)}{rng.choice(ACTS)}{rng.choice(THINGS)}{rng.randint(2, 90)}份，{rng.choice(TAILS)}。"


def text(seed: int, length: int = 14) -> str:
    rng = random.Random(f"text {seed}")
    return "\n".join(sentence(rng) for _ in range(length))


def near_copy(original: str, seed: int, name: str) -> str:
    """The text as another agency would take it over: other figures, its name, two sentences of its own, the order kept."""
    rng = random.Random(f"copy {seed}")
    printed = original.split("\n")
    own = rng.sample(range(len(printed)), 2)
    kept = [sentence(rng) if k in own else "".join(str(rng.randint(1, 9)) if c.isdigit() else c for c in s)
            for k, s in enumerate(printed)]  # fmt: skip
    return f"{name}高度重视。" + "\n".join(kept)


def of(agency: str, year: int, problems: str, overview: str = "短。") -> Report:
    made = report(agency, year)
    identity = made.identity._replace(agency_id=f"id-{agency}", agency=agency, region=agency[:-3], department="水务局")
    return replace(made, identity=identity, sections=(Section("一", "overview", "总体情况", overview), Section("五", "problems", "问题", problems)))


def found_in(folder: Path, *made: Report, **how: object) -> Alike:
    with create(str(folder)) as writer:
        writer.add(build([e for k, r in enumerate(made) for e in entry(f"{k}.html", r)], "test"))
        writer.finish({})
    return alike(folder, **how)  # type: ignore[arg-type]


def groups_of(found: Alike) -> list[set[str | None]]:
    return [{m.agency for m in g.members} for g in found.groups]


def test_every_planted_copy_is_found_and_nothing_else(tmp_path: Path) -> None:
    """300 independent texts, and 40 of them taken over by one to six others: groups are exactly those planted."""
    made, planted = [], []
    for k in range(300):
        made.append(of(f"甲{k}县水务局", 2023, text(k)))
        if k < 40:
            names = [f"乙{k}第{n}县水务局" for n in range(1 + k % 6)]
            made += [of(n, 2024, near_copy(text(k), i * 1000 + k, n)) for i, n in enumerate(names)]
            planted.append({f"甲{k}县水务局", *names})
    random.Random(1).shuffle(made)
    found = found_in(tmp_path / "d", *made)
    groups = groups_of(found)
    assert sorted(map(sorted, groups)) == sorted(map(sorted, planted))
    assert found.short == len(made), "the overviews"
    for group in found.groups:
        assert group.agencies == len(group.members)
        assert all(m.likeness >= LEAST_LIKENESS and m.nearest in {o.report_id for o in group.members} for m in group.members)
        assert group.passages[0].members > 1
    widest = found.groups[0]
    [original] = [m.agency for m in widest.members if m.agency and m.agency.startswith("甲")]
    whole = {masked(s) for s in sentences(text(int(original[1:-4])))}
    assert masked(widest.passages[0].text) in whole


def test_independent_texts_are_far_below_the_threshold() -> None:
    """The nearest pair among 200 texts made of the same few phrases."""
    cut = [set(shingles(masked("".join(sentences(text(k)))))) for k in range(200)]
    nearest = max(len(a & b) / len(a | b) for a, b in combinations(cut, 2))
    assert nearest < 0.45 < LEAST_LIKENESS


def test_groups_are_those_of_comparing_every_pair(tmp_path: Path) -> None:
    """Texts that share from none to all of their sentences, on both sides of the threshold."""
    rng = random.Random(5)
    made = []
    for k in range(120):
        base = text(k % 12).split("\n")
        for place in rng.sample(range(len(base)), k // 12):
            base[place] = sentence(rng)
        made.append(shingles(masked("".join(base))))
    cut = Shingles(tmp_path / "s")
    for pieces in made:
        cut.add(pieces)
    cut.close()
    label = list(range(len(made)))
    for i, j in combinations(range(len(made)), 2):
        a, b = set(made[i]), set(made[j])
        assert cut.likeness(i, j) == len(a & b) / len(a | b)
        if cut.likeness(i, j) >= LEAST_LIKENESS and label[i] != label[j]:
            label = [label[i] if n == label[j] else n for n in label]
    wanted = {frozenset(i for i, n in enumerate(label) if n == name) for name in label}
    found = {frozenset(i for i, _, _ in group) for group in alike_groups(cut, LEAST_LIKENESS)}
    assert found == {group for group in wanted if len(group) > 1}
    assert 12 <= len(found) < len(wanted)


def test_the_estimate_is_as_good_as_it_is_said_to_be() -> None:
    a = shingles(text(1, 60))
    errors = []
    for k in range(40):
        b = shingles("".join(random.Random(k).sample(text(1, 60).split("\n"), 45)) + text(1000 + k, 15))
        exact = len(set(a) & set(b)) / len(set(a) | set(b))
        one, other = signatures([a, b])
        errors.append(float((one == other).mean()) - exact)
    assert abs(sum(errors) / len(errors)) < 0.03
    assert max(map(abs, errors)) < 0.16


def test_a_template_of_thousands_is_one_group(tmp_path: Path) -> None:
    """Copies of copies: each is like some other, and nothing is compared twice once it hangs together."""
    cut = Shingles(tmp_path / "s")
    for k in range(3000):
        cut.add(shingles(masked(near_copy(text(7), k % 500, ""))))
    cut.add(shingles(masked(text(8))))
    cut.close()
    looks = 0
    exact = cut.likeness

    def counted(i: int, j: int) -> float:
        nonlocal looks
        looks += 1
        return exact(i, j)

    cut.likeness = counted  # type: ignore[method-assign]
    [group] = alike_groups(cut, LEAST_LIKENESS)
    assert {i for i, _, _ in group} == set(range(3000))
    assert looks < 3 * 3000


def test_what_the_form_asks_for_makes_nothing_alike(tmp_path: Path) -> None:
    form = (
        "本报告根据《中华人民共和国政府信息公开条例》和有关要求编制，内容包括总体情况等六个部分。"
        "本报告所列数据的统计期限自2024年1月1日起至12月31日止。如有疑问，请与办公室联系（电话：0000-86001234）。"
    )
    assert all(map(is_template, sentences(form)))
    found = found_in(tmp_path / "d", *(of(f"甲{k}县水务局", 2024, form * 3 + text(k, 6)) for k in range(20)))
    assert (found.groups, found.sections) == ([], 20)


def test_sentences_of_very_many_agencies_are_the_forms_and_are_told(tmp_path: Path) -> None:
    usual = "全市上下牢固树立公开为常态不公开为例外的理念并持续推进。"
    made = [of(f"甲{k}县水务局", 2024, usual * 12 + text(k, 4)) for k in range(40)]
    found = found_in(tmp_path / "many", *made)
    assert found.groups == []
    assert [(p.text, p.members) for p in found.templates if p.text != "短。"] == [(usual, 40)]
    few = found_in(tmp_path / "few", *made[:12])
    assert few.templates == []


def test_figures_and_own_names_do_not_count(tmp_path: Path) -> None:
    one = "".join(f"{s}东山县水务局另有{k}项说明。" for k, s in enumerate(text(3).split("\n")))
    other = "".join(f"{s}西河县水务局另有{k + 30}项说明。" for k, s in enumerate(text(3).split("\n")))
    [group] = found_in(tmp_path / "d", of("东山县水务局", 2024, one), of("西河县水务局", 2024, other)).groups
    assert [m.likeness for m in group.members] == [1.0, 1.0]
    assert group.passages[0].members == 2


def test_sections_as_last_year(tmp_path: Path) -> None:
    """The same text, the same with other figures, nearly the same, another text, and a year between."""
    figures = "".join("7" if c.isdigit() else c for c in text(2))
    found = found_in(
        tmp_path / "d",
        of("东山县水务局", 2022, text(1)), of("东山县水务局", 2023, text(1).replace("\n", "\n ")),
        of("西河县水务局", 2022, text(2)), of("西河县水务局", 2023, figures),
        of("北沟县水务局", 2022, text(3)), of("北沟县水务局", 2023, near_copy(text(3), 5, "")),
        of("南岭县水务局", 2022, text(4)), of("南岭县水务局", 2023, text(5)),
        of("中坪县水务局", 2021, text(6)), of("中坪县水务局", 2023, text(6)),
    )  # fmt: skip
    told = {(u.agency, u.year, u.how) for u in found.unchanged}
    assert told == {("东山县水务局", 2023, "same"), ("西河县水务局", 2023, "figures"), ("北沟县水务局", 2023, "near")}
    assert {frozenset(g) for g in groups_of(found)} == {
        frozenset({n}) for n in ("东山县水务局", "西河县水务局", "北沟县水务局", "中坪县水务局")
    }
    assert all(g.agencies == 1 and len(g.years) == 2 for g in found.groups)


def test_texts_alike_without_a_common_sentence_show_what_they_share() -> None:
    assert common_passages("甲乙丙丁戊己庚辛壬癸子丑寅卯", "前甲乙丙丁戊己庚辛壬癸子丑后") == ["甲乙丙丁戊己庚辛壬癸子丑"]
    assert common_passages("甲乙丙", "甲乙丙") == []


@given(st.text(max_size=200))
def test_any_text_can_be_cut(made: str) -> None:
    pieces = shingles(made)
    assert len(pieces) >= 1
    assert (pieces == shingles(made)).all()
    assert all(s in "".join(made.split()) for s in sentences(made))
    masked(made)


def test_the_command(tmp_path: Path) -> None:
    found_in(tmp_path / "d", of("东山县水务局", 2023, text(1)), of("西河县水务局", 2024, near_copy(text(1), 1, "西河县水务局")),
             of("东山县水务局", 2024, text(1)))  # fmt: skip
    done = gongkai("alike", tmp_path / "d")
    assert done.returncode == 0, done.stderr
    assert "1. 3 sections of 2 agencies, 2023–2024" in done.stdout
    assert "\tproblems\tsame\t1.00\t" in done.stdout
    assert "1 groups of near-copies, 1 sections as last year, among 3 sections; 3 too short to compare" in done.stderr
    data = json.loads(gongkai("alike", tmp_path / "d", "--json").stdout)
    assert [len(g["members"]) for g in data["groups"]] == [3]
    assert data["groups"][0]["passages"][0]["text"] in text(1)
    assert gongkai("alike", tmp_path / "d", "--section", "nothing").returncode == 2
    assert gongkai("alike", tmp_path / "d", "--section", "review").returncode == 1
