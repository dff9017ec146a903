"""Reports on years before 2019: the statistics table of 2014 to 2018, and what older reports state in sentences.
`GONGKAI_DOCUMENTS` says how many documents: 60 of each kind in the suite, 500 for `make accuracy`; pytest -s prints the tables."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from random import Random

import pytest
from scoring import Score, findings_score, score

from gongkai.parsers import parse
from gongkai.parsers.forms import FORMS
from gongkai.parsers.indicators import rows_named
from gongkai.parsers.numerals import chinese_number
from gongkai.parsers.readers.outside import NOTHING_OUTSIDE
from gongkai.parsers.report import Value
from gongkai.parsers.sentences import statements_in
from gongkai.samplesite.indicators import INDICATORS
from gongkai.samplesite.negatives import negatives
from gongkai.samplesite.old_reports import OLD_DEVIATIONS, OLD_LAYOUTS
from gongkai.samplesite.reports import SampleReport, make

DOCUMENTS = max(60, int(os.environ.get("GONGKAI_DOCUMENTS", "600")) // 10)
FIRST_SEED = int(os.environ.get("GONGKAI_SEED", "100000"))
EXACT_SHARE = 0.995


def _recipe(made: SampleReport) -> str:
    return f"make({made.seed}, form={made.form!r}, layout={made.layout!r}, deviations={list(made.deviations)!r})"


def _table(title: str, scores: dict[str, Score]) -> str:
    lines = [f"{title:<22}{'documents':>10}{'cells':>8}{'exact':>9}{'missing':>9}{'flagged':>9}{'silent':>8}"]
    for name, one in sorted(scores.items(), key=lambda item: item[1].exact_share):
        n = one.counts
        wrong = n["wrong_flagged"] + n["invented"] - n["invented_silent"]
        lines.append(f"{name:<22}{n['documents']:>10}{n['cells']:>8}{one.exact_share:>9.4f}{n['missing']:>9}{wrong:>9}"
                     f"{one.silent + one.blind:>8}")  # fmt: skip
    return "\n".join(lines)


def _silent(made: SampleReport, judged: Score) -> list[str]:
    return [f"{_recipe(made)}\n  {wrong}" for wrong in judged.wrong if not wrong.flagged]


def test_the_statistics_table_is_never_silently_wrong() -> None:
    whole, by_layout, by_deviation = Score(), defaultdict(Score), defaultdict(Score)
    complaints: list[str] = []
    broken = unlike = 0
    for seed in range(FIRST_SEED, FIRST_SEED + DOCUMENTS):
        made = make(seed, form="2014")
        report = parse(made.body)
        judged = score(report, made.truth)
        for group in (whole, by_layout[made.layout], *(by_deviation[name] for name in made.deviations or ("(none)",))):
            group.add(judged)
        complaints += _silent(made, judged)
        said = {f.rule for f in report.findings}
        broken += any(one["rule"] not in said for one in made.truth["expected_findings"])
        unlike += (report.form, report.identity.agency, report.identity.year) != ("2014", made.truth["agency"], made.truth["year"])
    print("\n".join(("", _table("layout", by_layout), "", _table("deviation", by_deviation), "", _table("all", {"2014": whole}))))
    assert not complaints, "\n".join(complaints[:12])
    assert whole.exact_share >= EXACT_SHARE, f"only {whole.exact_share:.4%} of cells exact"
    assert unlike <= 0.01 * DOCUMENTS
    assert broken <= 0.1 * DOCUMENTS


def test_figures_of_sentences_are_all_flagged() -> None:
    whole, by_deviation = Score(), defaultdict(Score)
    wrong: list[str] = []
    rejected = 0
    for seed in range(FIRST_SEED, FIRST_SEED + DOCUMENTS):
        made = make(seed, form="2008")
        report = parse(made.body)
        rejected += report.status == "rejected"
        assert report.status in ("partial", "rejected"), _recipe(made)
        assert all("prose" in v.flags for v in report.values if v.value is not None), _recipe(made)
        judged = score(report, made.truth)
        for group in (whole, *(by_deviation[name] for name in made.deviations or ("(none)",))):
            group.add(judged)
        wrong += [f"{_recipe(made)}\n  {one}" for one in judged.wrong if one.got not in (None, "blank", "absent")]
    print("\n".join(("", _table("deviation", by_deviation), "", _table("all", {"2008": whole}))))
    print(f"{len(wrong)} wrong values, all flagged; {rejected} of {DOCUMENTS} documents rejected", *wrong[:5], sep="\n")
    assert not whole.silent + whole.blind
    assert len(wrong) <= 0.01 * whole.counts["cells"]
    assert whole.exact_share >= 0.9  # a floor under what is found at all
    assert rejected <= 0.02 * DOCUMENTS


@pytest.mark.parametrize("layout", OLD_LAYOUTS)
def test_a_table_that_follows_the_form_is_read_without_a_doubt(layout: str) -> None:
    for seed in range(4):
        made = make(seed, form="2014", layout=layout, deviations=[])
        report = parse(made.body)
        assert (report.status, report.form) == ("ok", "2014"), _recipe(made)
        assert score(report, made.truth).exact_share == 1.0, _recipe(made)
        assert not any(v.flags for v in report.values), _recipe(made)


@pytest.mark.parametrize("deviation", OLD_DEVIATIONS)
def test_every_deviation_alone(deviation: str) -> None:
    whole = Score()
    for seed in range(12):
        made = make(seed, form="2014", deviations=[deviation])
        judged = score(parse(made.body), made.truth)
        assert not _silent(made, judged), _silent(made, judged)[0]
        whole.add(judged)
    assert whole.exact_share >= 0.97, whole.counts


_FAULTS = ("lost", "two_lost", "corrupted", "doubled", "swapped")
_SHAPES = ("some_blank", "no_unit_column", "unit_last", "halves", "labels_varied", "units_in_cells", "groups_missing", "ordinal_column",
           "last_year_column", "header_missing", "rows_missing")  # fmt: skip


def _damaged(text: str, gap: str, rng: Random) -> str:
    """The text with lines of its table lost, corrupted, doubled or swapped."""
    lines = text.split(gap)
    start = next(k for k, line in enumerate(lines) if "统计表" in line)
    fault = rng.choice(_FAULTS)
    for _ in range(rng.randint(1, 3)):
        k = rng.randrange(start + 3, len(lines) - 4)
        if fault in ("lost", "two_lost"):
            del lines[k : k + 1 + (fault == "two_lost")]
        elif fault == "doubled":
            lines.insert(k, lines[k])
        elif fault == "swapped":
            lines[k], lines[k + 1] = lines[k + 1], lines[k]
        elif len(lines[k]) > 4:
            at = rng.randrange(len(lines[k]) - 2)
            lines[k] = lines[k][:at] + "工口" + lines[k][at + 2 :]
    return gap.join(lines)


def test_a_damaged_text_is_never_silently_wrong() -> None:
    """A lost or torn line shifts nothing without a flag, in any text layout."""
    for seed in range(2 * DOCUMENTS):
        rng = Random(f"{seed} damage")
        layout = rng.choice([name for name in OLD_LAYOUTS if name.startswith(("text", "markdown"))])
        made = make(seed, form="2014", layout=layout, deviations=rng.sample(_SHAPES, rng.randint(0, 3)))
        try:
            text = made.body.decode()
        except UnicodeDecodeError:
            text = made.body.decode("gb18030")
        body = _damaged(text, "\n\n" if layout == "text-spaced-lines" else "\n", rng).encode()
        wrong = [str(w) for w in score(parse(body), made.truth).wrong if not w.flagged]
        assert not wrong, f"{_recipe(made)}\n  {wrong[:4]}"


def test_cells_lost_in_a_grid_are_never_silent() -> None:
    for seed in range(DOCUMENTS):
        rng = Random(f"{seed} cells")
        shapes = rng.sample((*_SHAPES, "note_column"), rng.randint(0, 3))
        made = make(seed, form="2014", layout="html-table", deviations=shapes)
        page = made.body.decode()
        cells = [m.span() for m in re.finditer(r"<td[^>]*>.*?</td>", page, re.DOTALL) if m.start() > page.find("统计表（")][6:-6]
        for start, stop in sorted(rng.sample(cells, rng.randint(1, 3)), reverse=True):
            page = page[:start] + (page[start:stop] * 2 if seed % 2 else "") + page[stop:]
        wrong = [str(w) for w in score(parse(page.encode()), made.truth).wrong if not w.flagged]
        assert not wrong, f"{_recipe(made)}\n  {wrong[:4]}"


def _page(rows: list[list[str]], above: str = "<h1>青溪市水务局2016年政府信息公开工作年度报告</h1>") -> bytes:
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body>{above}<table>{table}</table></body></html>".encode()


def _rows(*figures: int) -> list[list[str]]:
    """The rows of the table with so many columns of figures, which differ from row to row and column to column."""
    return [
        [i.ordinal + i.label, i.unit, *(str(k * 7 + n) if i.unit else "" for n in figures)]
        for k, i in enumerate(INDICATORS)
    ]


def _statistics(body: bytes) -> dict[str, Value]:
    return {value.row: value for value in parse(body).values}


def test_labels_under_two_headings_are_not_mixed_where_the_headings_are_lost() -> None:
    heads = ("review_total", "review_upheld", "litigation_total", "litigation_upheld")
    lost = [row for i, row in zip(INDICATORS, _rows(0), strict=True) if i.row not in heads]
    found = _statistics(_page([["统计指标", "单位", "统计数"], *lost]))
    for row in ("review_corrected", "review_other", "litigation_corrected", "litigation_other"):
        assert (found[row].state, found[row].value) == ("unreadable", None), row
        assert found[row].flags
    assert found["complaints_total"].state == "reported"


def test_a_label_under_one_heading_that_is_lost_is_flagged() -> None:
    lost = [row for i, row in zip(INDICATORS, _rows(0), strict=True) if i.row not in ("review_total", "review_upheld")]
    found = _statistics(_page([["统计指标", "单位", "统计数"], *lost]))
    figures = {i.row: k * 7 for k, i in enumerate(INDICATORS)}
    assert found["litigation_corrected"].value == figures["litigation_corrected"]
    assert (found["review_corrected"].value, found["review_corrected"].flags) == (figures["review_corrected"], ("label_repeated",))


def test_a_litigation_block_without_its_heading_does_not_fill_the_other_silently() -> None:
    gone = ("review_corrected", "review_other", "litigation_total", "litigation_upheld")
    lost = [row for i, row in zip(INDICATORS, _rows(0), strict=True) if i.row not in gone]
    found = _statistics(_page([["统计指标", "单位", "统计数"], *lost]))
    assert found["review_corrected"].flags  # what stands there is the figure of the lawsuits


@pytest.mark.parametrize(
    ("heads", "reason"),
    [
        (("教育局", "民政局"), "a table of several agencies"),
        (("合计", "云桥镇", "石榴镇"), "a table of several agencies"),
        (("甲", "乙"), "several columns of figures"),
        (("2013年", "2014年"), "several columns of figures"),
    ],
)
def test_a_table_of_several_columns_is_rejected_rather_than_read(heads: tuple[str, ...], reason: str) -> None:
    report = parse(_page([["统计指标", "单位", *heads], *_rows(*range(len(heads)))]))
    assert report.status == "rejected"
    assert not report.values
    assert reason in (report.reason or "")


def test_indicators_laid_across_are_a_table_of_agencies() -> None:
    named = [i for i in INDICATORS if i.unit]
    rows = [["单位名称", *(i.label for i in named)], *([name, *(str(k) for k in range(len(named)))] for name in ("教育局", "民政局"))]
    report = parse(_page(rows))
    assert report.status == "rejected"
    assert "several agencies" in (report.reason or "")


@pytest.mark.parametrize("heads", [("2015年", "2016年"), ("上年", "统计数"), ("本期实际", "本年累计"), ("增减", "本年")])
def test_the_column_of_the_year_is_read(heads: tuple[str, str]) -> None:
    found = _statistics(_page([["统计指标", "单位", *heads], *_rows(0, 1)]))
    for k, i in enumerate(INDICATORS):
        if i.unit:
            assert found[i.row].value == k * 7 + 1, i.row


def test_figures_of_another_year_are_flagged() -> None:
    found = _statistics(_page([["统计指标", "单位", "2015年"], *_rows(0)]))
    assert all(v.flags == ("other_year",) for v in found.values())


def test_two_tables_with_different_figures_are_not_one_report() -> None:
    first, second = _page([["统计指标", "单位", "统计数"], *_rows(0)]), _page([["统计指标", "单位", "统计数"], *_rows(3)], "")
    report = parse(first + second)
    assert report.status == "rejected"
    assert "different figures" in (report.reason or "")


@pytest.mark.parametrize(
    "above",
    ["<h1>关于做好2016年政府信息公开情况统计报送工作的通知</h1><p>各县区人民政府：</p><p>请按附件填报。</p>", "<h1>附件</h1><p>填报单位（盖章）：</p>"],
)  # fmt: skip
def test_a_blank_table_is_no_report(above: str) -> None:
    report = parse(_page([["统计指标", "单位", "统计数"], *([*row[:2], ""] for row in _rows(0))], above))
    assert report.status == "rejected"
    assert report.reason


def test_a_figure_behind_which_a_label_is_lost_is_flagged() -> None:
    """Flattened, without units: the figure of one row and the label of the next are lost, and their rest looks like one row."""
    lines = ["青溪市水务局2016年政府信息公开工作年度报告", "政府信息公开情况统计表（2016年度）"]
    for label, _, figure in _rows(0):
        lines += [label, *([figure] if figure else [])]
    at = next(k for k, line in enumerate(lines) if "收到申请数" in line)
    lost, behind = lines[at + 1 : at + 3], lines[at + 3]
    assert "当面申请数" in lost[1]
    del lines[at + 1 : at + 3]
    found = _statistics("\n".join(lines).encode())["requests_received"]
    assert (found.raw, found.flags) == (behind, ("next_row_missing",))


def test_a_small_table_with_some_of_the_words_is_no_copy() -> None:
    channels = "".join(f"<tr><td>{name}</td><td>{n}</td><td>{n * 10}%</td></tr>" for name, n in (("当面申请", 3), ("网络申请", 5), ("信函申请", 2)))
    above = f"<h1>青溪市水务局2016年政府信息公开工作年度报告</h1><table><tr><td>申请方式</td><td>件数</td><td>占比</td></tr>{channels}</table>"
    report = parse(_page([["统计指标", "单位", "统计数"], *_rows(0)], above))
    assert report.status == "ok"
    assert {v.row: v.value for v in report.values} == {i.row: k * 7 for k, i in enumerate(INDICATORS) if i.unit}


def test_headings_merged_over_their_rows() -> None:
    """The headings stand in columns of their own, spanning the rows below them, with 其中 or 合计 between."""
    rows, wait = [], []
    for k, i in enumerate(INDICATORS):
        if not i.unit:
            wait = [i.ordinal + i.label]
        else:
            between = {"review_total": ["合计"], "active_normative_docs": ["其中"]}.get(i.row, [])
            before = between if i.row == "active_normative_docs" else []
            after = between if i.row == "review_total" else []
            rows.append([*wait, *before, i.ordinal + i.label, *after, i.unit, str(k * 7)])
            wait = []
    report = parse(_page([["统计指标", "单位", "统计数"], *rows]))
    read = {v.row: v.value for v in report.values}
    assert [i.row for k, i in enumerate(INDICATORS) if i.unit and read[i.row] != k * 7] == []


def test_a_table_in_an_attachment_is_better_than_sentences() -> None:
    page = ("<html><body><h1>青溪市水务局2016年政府信息公开工作年度报告</h1><p>一、主动公开政府信息的情况</p><p>全年主动公开政府信息30条。</p>"
            "<p>二、依申请公开政府信息情况</p><p>全年收到政府信息公开申请13件。</p><p><a href='fb.doc'>附表</a></p></body></html>")  # fmt: skip
    assert parse(page.encode()).form == "2008"
    attached = _page([["统计指标", "单位", "统计数"], *_rows(0)], "<p>2016年度政府信息公开情况统计表</p>")
    report = parse(page.encode(), outside=NOTHING_OUTSIDE._replace(linked=lambda name: attached if name == "fb.doc" else None))
    assert (report.form, report.status, report.identity.agency) == ("2014", "ok", "青溪市水务局")
    assert all((v.at or "").startswith("fb.doc ") for v in report.values)


def test_a_table_alone_says_whose_it_is_and_of_which_year() -> None:
    body = _page([["统计指标", "单位", "统计数"], *_rows(0)], "<p>政府信息公开情况统计表</p><p>（2016年度）</p><p>填报单位（盖章）：青溪市水务局</p>")
    report = parse(body)
    assert (report.form, report.identity.year, report.identity.agency) == ("2014", 2016, "青溪市水务局")


def test_money_in_another_unit_keeps_its_own() -> None:
    rows = _rows(0)
    for row in rows:
        if "收取的费用" in row[0]:
            row[1:] = ["元", "350"]
    found = _statistics(_page([["统计指标", "单位", "统计数"], *rows]))
    assert (found["fees_collected"].value, found["fees_collected"].unit, found["fees_collected"].flags) == (350, "元", ("other_unit",))


@pytest.mark.parametrize(
    ("label", "row"),
    [
        ("当面申请数", "requests_received_in_person"), ("1、当面申请数（件）", "requests_received_in_person"), ("其中：1.当面申请数", "requests_received_in_person"),
        ("同意公开答复数", "replies_granted"), ("不同意公开答复数", "replies_refused"), ("同意部分公开答复数", "replies_partial"),
        ("政务微博公开政府信息数", "active_via_weibo"), ("政务微信公开政府信息数", "active_via_wechat"), ("行政复议数", "review_total"),
        ("收到申请总数", "requests_received"), ("主动公开行政执法信息", None), ("政务微电公开政府信息数", None), ("其他", None), ("合计", None),
    ],
)  # fmt: skip
def test_what_a_label_names(label: str, row: str | None) -> None:
    assert rows_named(label) == ((row,) if row else ())


@pytest.mark.parametrize(
    ("sentence", "stated"),
    [
        ("我局2010年共主动公开政府信息175条,其中全文电子化率达100%", {"active_total": 175}),
        ("2010年，全县各级行政机关共受理政府信息公开申请1,234件，其中县本级受理申请56件", {"requests_received": 1234}),
        ("全年受理政府信息公开申请1234件，其中受理公众提出的政府信息公开申请56件", {"requests_received": 1234}),
        ("县直部门受理政府信息公开申请56件，各乡镇受理178件", {}),
        ("今年收到政府信息公开申请10件，去年收到政府信息公开申请8件", {"requests_received": 10}),
        ("共收到政府信息公开申请3件，同比减少5件", {"requests_received": 3}),
        ("自2008年5月1日条例实施以来，主动公开政府信息5600条", {}),
        ("截至2010年底，累计主动公开政府信息3456条", {}),
        ("主动公开政府信息1.2万条", {}),
        ("通过门户网站主动公开政府信息120条", {}),
        ("2009年收到政府信息公开申请5件", {}),
        ("上半年收到政府信息公开申请5件", {}),
        ("2010年1月1日至12月31日，收到政府信息公开申请5件", {"requests_received": 5}),
        ("受理政府信息公开申请十二件，已答复12件，其中同意公开8件，部分公开两件，不予公开1件，信息不存在1件",
         {"requests_received": 12, "replies": 12, "replies_granted": 8, "replies_partial": 2, "replies_refused": 1, "replies_not_exist": 1}),
        ("未收到传真提出的政府信息公开申请", {}),
        ("全年未收到公民、法人和其他组织提出的政府信息公开申请", {"requests_received": None}),
        ("全年没有发生因政府信息公开引起的行政复议和行政诉讼", {"review_total": None, "litigation_total": None}),
        ("因政府信息公开引起行政复议2件，行政诉讼1件", {"review_total": 2, "litigation_total": 1}),
        ("因政府信息公开引起的行政复议和行政诉讼共3件", {}),
        ("政府信息公开工作中，办理行政复议案件120件", {}),
        ("受理工伤认定申请23件，行政许可申请300件", {}),
        ("受理消费者投诉举报1200件", {}),
        ("收取行政事业性收费1200元，用于政府信息公开", {}),
        ("依申请公开收取检索、复制等费用共计350元", {"fees_collected": 350}),
        ("收到政府信息公开申请20余件", {"requests_received": 20}),
        ("从对政府信息公开申请的答复看，“同意公开”的20件，“不予公开”的3件", {"replies_granted": 20, "replies_refused": 3}),
        ("力争下一年主动公开政府信息500条以上", {}),
    ],
)  # fmt: skip
def test_what_a_sentence_states(sentence: str, stated: dict[str, int | None]) -> None:
    assert {s.row: s.value for s in statements_in(sentence, 0, 2010)} == stated


def test_other_papers_of_these_years_are_turned_away() -> None:
    """What is no report stays none when it is of an earlier year, and so do papers that mention a figure in passing."""
    for seed in range(12):
        for page in negatives(seed):
            body = re.sub(rb"20(?:19|2\d)", b"2015", page.body)
            report = parse(body)
            assert report.status == "rejected", (seed, page.name, report.reason)
            assert not report.values
    for title, text in (
        ("青溪市2016年政府工作报告", "各位代表：过去一年，主动公开政府信息3456条，受理政府信息公开申请120件，办结率达100%。"),
        ("青溪市召开政务公开工作推进会", "2015年3月2日，会议指出，2014年全市主动公开政府信息3456条。"),
        ("青溪市水务局2016年法治政府建设工作情况报告", "一、主要工作\n全年主动公开政府信息56条，收到行政复议申请3件。\n二、存在问题\n力量不足。"),
    ):
        report = parse(f"{title}\n发布时间：2017-01-20\n{text}\n".encode())
        assert report.status == "rejected", (title, report.reason)
        assert report.reason


def test_sentences_that_disagree_leave_the_cell_unreadable() -> None:
    text = ("青溪市水务局2010年政府信息公开工作年度报告\n一、概述\n2010年，我局收到政府信息公开申请12件。\n二、主动公开政府信息的情况\n"
            "全年主动公开政府信息30条。\n三、依申请公开政府信息情况\n全年受理政府信息公开申请13件。\n")  # fmt: skip
    report = parse(text.encode())
    found = {v.row: v for v in report.values}
    assert (report.status, report.form) == ("partial", "2008")
    assert (found["requests_received"].state, found["requests_received"].value) == ("unreadable", None)
    assert [(f.rule, f.row) for f in report.findings] == [("prose_conflict", "requests_received")]
    assert (found["active_total"].value, found["active_total"].flags, found["active_total"].at) == (30, ("prose",), "line 5")


def test_none_in_words_is_no_printed_zero() -> None:
    text = ("青溪市水务局2010年政府信息公开工作年度报告\n一、主动公开政府信息的情况\n全年主动公开政府信息30条。\n"
            "二、依申请公开政府信息情况\n全年未收到政府信息公开申请。\n")  # fmt: skip
    found = {v.row: v for v in parse(text.encode()).values}["requests_received"]
    assert (found.value, found.state, found.implied, found.flags) == (None, "blank", 0, ("prose",))


def test_the_sections_of_their_time_have_keys() -> None:
    made = make(3, form="2008", layout="html-table", deviations=[])
    keys = [s.key for s in parse(made.body).sections]
    assert keys == ["overview", "proactive", "applications", "fees", "review", "problems", "other_matters"]


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("零", 0), ("九", 9), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("两百一十", 210), ("三千零五", 3005), ("一万二千", 12000),
     ("二三", None), ("一百二", None), ("一万五", None), ("百", None), ("", None), ("十十", None)],
)  # fmt: skip
def test_chinese_numerals(numeral: str, number: int | None) -> None:
    assert chinese_number(numeral) == number


def test_broken_sums_of_the_table_are_found() -> None:
    found = expected = false = 0
    for seed in range(40):
        made = make(seed, form="2014", layout="html-table", deviations=["wrong_sum"])
        said = {f.rule for f in parse(made.body).findings}
        wanted = {one["rule"] for one in made.truth["expected_findings"]}
        expected, found, false = expected + len(wanted), found + len(wanted & said), false + len(said - wanted)
    assert expected > 30
    assert (found, false) == (expected, 0)


def test_old_reports_do_not_change_what_the_later_forms_say() -> None:
    """Labels of the statistics table are no labels of the later forms: their cells, codes and keys stay apart."""
    assert [v for v, form in FORMS.items() if any(t.key == "statistics" for t in form.tables)] == ["2014", "2008"]
    keys = {c.key for c in FORMS["2014"].cells}
    assert {c.key for c in FORMS["2008"].cells} <= keys
    assert len(keys) == 58
    assert {c.row for c in FORMS["2014"].cells if c.confirmed} == {
        "active_total", "active_normative_docs", "normative_docs_made", "review_total", "litigation_total", "complaints_total", "fees_collected",
    }  # fmt: skip
    for seed in range(6):
        made = make(seed)
        assert findings_score(parse(made.body), made.truth)["false_alarms"] == 0
