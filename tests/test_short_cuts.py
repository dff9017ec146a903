"""Every short cut for usual documents gives the record that the general way gives, or declines.
What the general way must give is left to `test_align`, `test_identity` and `test_generated`."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from itertools import count, pairwise, product
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gongkai.parsers import Report, parse_all
from gongkai.parsers.characters import find_word
from gongkai.parsers.dates import Lines, signed
from gongkai.parsers.document import are_steady, names_of_lines
from gongkai.parsers.forms import FORMS
from gongkai.parsers.names import read_name
from gongkai.parsers.readers import decode
from gongkai.parsers.readers.text import ONE_LINE, read_text
from gongkai.parsers.report import State, Value, Values
from gongkai.parsers.reprint import recognised
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.reports import make

SEEDS = int(os.environ.get("GONGKAI_DOCUMENTS", "600")) // 300 or 1
SLOW = settings(suppress_health_check=[HealthCheck.too_slow])
NEVER = re.compile("(?!)")
ALWAYS = re.compile("")


@contextmanager
def general_way() -> Iterator[None]:
    """Every short cut declines: no table is read at once, no sum is added up beside others, no text is told by a pattern."""
    align, checks = import_module("gongkai.parsers.align"), import_module("gongkai.parsers.checks")
    lexicon, text = import_module("gongkai.parsers.lexicon"), import_module("gongkai.parsers.readers.text")
    names, titles = import_module("gongkai.parsers.names"), import_module("gongkai.parsers.titles")
    identity = import_module("gongkai.parsers.identity")
    titles._taken_apart.cache_clear()
    names.read_name.cache_clear()
    with (
        patch.object(align, "usual_values", lambda *_: None),
        patch.object(checks, "_all_hold", lambda *_: False),
        patch.object(lexicon, "_PROSE", NEVER),
        patch.object(lexicon, "_CODES", lexicon._Codes()),
        patch.object(text, "_FEW", 10**9),
        patch.object(text, "FEW_PARTS", 0),
        patch.object(text, "recognised", lambda _: None),
        patch.object(identity, "usual_head", lambda *_: None),
        patch.object(titles, "PLAIN_TITLE", NEVER),
        patch.object(titles, "may_end_in_a_place", lambda *_: True),
        patch.object(names, "_NO_PLAIN", ALWAYS),
    ):
        yield
    titles._taken_apart.cache_clear()
    names.read_name.cache_clear()


def both_ways(body: bytes) -> tuple[list[Report], list[Report]]:
    quick = parse_all(body)
    with general_way():
        return quick, parse_all(body)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_record_is_that_of_the_general_way(layout: str) -> None:
    for seed in range(40_000, 40_000 + SEEDS):
        for deviations in ((), None):  # none; as the generator mixes them
            made = make(seed, layout=layout, deviations=deviations)
            quick, general = both_ways(made.body)
            assert quick == general, (seed, layout, made.deviations)


def replaced(values: Values, k: int, value: Value) -> Values:
    return Values.of([*values[:k], value, *values[k:][1:]])


@SLOW
@given(st.integers(0, 3), st.integers(0, 40), st.sampled_from([0, 1, 7, None]), st.booleans())
def test_a_changed_figure_is_found_as_by_looking_at_every_sum(seed: int, k: int, figure: int | None, with_total: bool) -> None:
    checks = import_module("gongkai.parsers.checks")
    values = parse_all(make(60_000 + seed, form="2021", layout="text-lines", deviations=()).body)[0].values
    changed = replaced(Values.of(values), k, values[k]._replace(value=figure, state="blank" if figure is None else "reported"))
    if with_total:  # the row adds up again, its columns do not
        t = next((t for t, v in enumerate(values) if (v.table, v.row, v.column) == (*values[k][:2], "total")), k)
        if t != k and None not in (figure, values[k].value, values[t].value):
            changed = replaced(changed, t, values[t]._replace(value=values[t].value + figure - values[k].value))  # type: ignore[operator]
    quick = checks.check(FORMS["2021"], changed)
    with patch.object(checks, "_all_hold", lambda *_: False):
        assert quick == checks.check(FORMS["2021"], changed)


@pytest.mark.parametrize("flags", [(), ("ocr",), ("ocr", "doubled")])
@pytest.mark.parametrize(("number", "raw", "state", "at"), [(60, "处理费60元", "reported", "line 301"), (None, "未收取", "blank", None)])
def test_the_last_cell_is_changed_as_any_other(number: int | None, raw: str, state: State, at: str | None, flags: tuple[str, ...]) -> None:
    values = Values.of(parse_all(make(60_001, form="2021", layout="text-lines", deviations=()).body)[0].values)
    fee = values[-1]
    changed = replaced(values, len(values) - 1, fee._replace(value=number, raw=raw, state=state, at=at, flags=(*fee.flags, *flags)))
    assert values.with_last(number, raw, state, at, flags) == changed != values


PROSE = "本年度新收的申请都在期限内办结，没有一件延期。"


@pytest.mark.parametrize("stray", ["7", "0", "1,204", "/", "2021年", "上年数据", "规章", "注：含上年结转\n7", PROSE, PROSE[:20] + "\n" + PROSE])
@pytest.mark.parametrize("before", ["五、", "六、", "三、收到", "行政复议", "规章", "信息内容", "申请人情况"])
def test_what_stands_among_the_tables_is_read_as_in_the_general_way(stray: str, before: str) -> None:
    lines = make(60_000, form="2021", layout="text-lines", deviations=()).body.decode().split("\n")
    k = next(k for k, line in enumerate(lines) if line.startswith(before))
    quick, general = both_ways("\n".join([*lines[:k], stray, *lines[k:]]).encode())
    assert quick == general
    if stray == PROSE:
        assert PROSE in "".join(s.text for s in quick[0].sections)


STRAYS = st.sampled_from([PROSE, PROSE[:-1], "这一行的话长过二十个字还没有说完要到下一行才说完", "到这里才说完。", "2023年", "上年数据情况统计", "7", "", "注：", "甲水县审计局2023年收到和处理政府信息公开申请情况",
                          "规章", "（七）总计", "本列数据", "其他需要报告的事项", "五、存在的主要问题"])  # fmt: skip
LINES_BEGIN = st.sampled_from(["二、", "第二十条", "信息内容", "三、收到", "（本列", "申请人", "一、本年", "（七）", "四、结转", "四、政府", "行政复议", "结果维持", "五、", "六、"])


@SLOW
@given(st.integers(0, 3), st.lists(st.tuples(LINES_BEGIN, st.integers(-17, 3), STRAYS), min_size=1, max_size=4))
@example(0, [("五、", 0, "到这里才说完。"), ("五、", 0, "这一行的话长过二十个字还没有说完要到下一行才说完")])
@example(1, [("二、", 1, "到这里才说完。"), ("二、", 0, "这一行的话长过二十个字还没有说完要到下一行才说完")])
def test_lines_strayed_into_the_tables_are_remembered_of_no_other_page(seed: int, strays: list[tuple[str, int, str]]) -> None:
    lines = decode(make(61_000 + seed, form="2021", layout="text-lines", deviations=()).body)[0].split("\n")
    for before, shift, stray in strays:
        k = next(k for k, line in enumerate(lines) if line.startswith(before))
        lines.insert(k + shift, stray)
    quick, general = both_ways("\n".join(lines).encode())
    assert quick == general


@cache
def _like_others_before_it(layout: str) -> str:
    """A text whose tables print the labels of two that were read before it."""
    texts = (decode(make(seed, form="2021", layout=layout, deviations=()).body)[0] for seed in count(60_000))
    return next(text for text in texts if parse_all(text.encode()) and recognised(text) is not None)


@pytest.mark.parametrize("layout", ["text-lines", "text-spaced-lines"])
@pytest.mark.parametrize("beside", [["- 12", "•  7"], ["7"], [""], ["\xa0"], ["a\tb"], ["规章"], ["行政处罚", "4"], ["（七）总计"], [PROSE * 20],
                                    ["总体情况  说明"], ["|"], ["3 4 5"], ["2022年数据"], ["四、结转下年度继续办理", "1"], ["甲\\_乙\\-8号文件说的就是这些。"], ["说明一\t", "说明二\t"], ["（七）总计,1,2,3,4,5,6,7,28"] * 10, [f"- {PROSE}"] * 300])  # fmt: skip
def test_what_stands_beside_reprinted_tables_is_read_as_in_the_general_way(layout: str, beside: list[str]) -> None:
    end = "\n\n" if layout == "text-spaced-lines" else "\n"
    text = _like_others_before_it(layout)
    if recognised(text) is None:  # other tables have taken its place
        parse_all(text.encode())
        parse_all(text.encode())
    assert recognised(text) is not None
    lines = text.strip("\n").split(end)
    for before in ("二、", "五、"):
        k = next(k for k, line in enumerate(lines) if line.startswith(before))
        for shift in (-1, 0, 1):
            quick, general = both_ways(end.join([*lines[: k + shift], *beside, *lines[k + shift :]]).encode())
            assert quick == general


def test_a_rule_behind_reprinted_tables_ends_no_header_before_them() -> None:
    lines = _like_others_before_it("text-lines").strip("\n").split("\n")
    for before, beside in (("五、", "|---|---|---|"), ("二、", "| | | |")):
        k = next(k for k, line in enumerate(lines) if line.startswith(before))
        lines.insert(k, beside)
    text = "\n".join(lines)
    for _ in range(3):  # known at last, whatever was read before
        parse_all(text.replace("|", "").encode())
    assert recognised(text) is not None
    assert read_text(text).texts.count("") == len([line for line in lines if line == "| | | |"]) * 3
    quick, general = both_ways(text.encode())
    assert quick == general


FIGURES = ("", "/", "-", "无", "3", "12（其中1件）", "07", "1,204", "4.5", "251000元", "３", "2024", "99")


@pytest.mark.parametrize("layout", ["text-lines", "text-spaced-lines", "text-piped-lines"])
def test_the_record_of_a_damaged_text_is_that_of_the_general_way(layout: str) -> None:
    for seed in range(50_000, 50_000 + 2 * SEEDS):
        rng = random.Random(seed)
        lines = decode(make(seed, layout=layout, deviations=()).body)[0].split("\n")
        for _ in range(rng.randint(1, 5)):
            figures = [k for k, line in enumerate(lines) if line.strip("| ").isdigit()]
            k = rng.choice(figures)
            change = rng.randrange(4)
            if change == 0:
                lines[k] = rng.choice(FIGURES)
            elif change == 1:
                del lines[k]
            elif change == 2:
                lines.insert(k, lines[rng.randrange(len(lines))])
            else:
                lines[k : k + 2] = [" ".join(lines[k : k + 2])]
        quick, general = both_ways("\n".join(lines).encode())
        assert quick == general, seed


# --- The parts that are looked for another way ---------------------------------------------------------------------

NAMES = ("", "人民政府", "政府", "政务", "公安局", "民政局的", "关于", "年", "度", "公开局", "信息局", "二零局", "發展局", "各部门", "通知局", "20局", "2024局", "（局）", "、局",
         "工作委员会", "人民", "甲政府政府")  # fmt: skip
FIRST = ("白檀县", "标题白檀县", "正文", "中山市", "关于白檀县", "年丰县", "度假区", "")
YEARS = ("", "2024年", "2024年度", "2024", "2024年年度", "2023-2024年", "二〇二四年", "二零二四年", "２０２４年")
KINDS = ("政府信息公开工作年度报告", "政府信息公开年度工作报告", "政务公开年报", "政府政务信息公开工作报告", "信息公开年度报告", "政府信息公开年度报告书")


def test_a_plain_title_is_taken_apart_as_any_other() -> None:
    titles = import_module("gongkai.parsers.titles")
    take_apart = titles._taken_apart.__wrapped__
    taken = 0
    for parts in product(YEARS, FIRST, NAMES, YEARS, KINDS):
        text = "".join(parts)
        if quick := titles._taken_apart_at_once(text):
            assert quick == take_apart(text), text
            taken += 1
    assert taken > 100


def test_some_titles_are_plain() -> None:
    plain = import_module("gongkai.parsers.titles").PLAIN_TITLE
    assert plain.fullmatch("白檀县文化和旅游局2022年政府信息公开工作年度报告")
    assert plain.fullmatch("2022年白檀县人民政府政府信息公开工作年度报告")
    assert not plain.fullmatch("关于白檀县民政局2022年政府信息公开工作年度报告")


NAMES_MODULE = import_module("gongkai.parsers.names")
PLACES = import_module("gongkai.parsers.place_names")
PIECES = st.sampled_from([
    "白檀县", "霁川县", "吉林市", "永吉县", "吉林市永", "吉县", "册亨县", "东城区", "高新区", "昌吉州", "新疆生产建设兵团", "兵团", "第八师", "石河子市", "雄安新区", "容城县", "国家税务总局", "中共", "中国人民银行",
    "委办公室", "人民政府", "政府", "司法局", "公安局", "民政局", "知识产权局", "图书馆", "全部", "水利部", "办法", "公民", "法人", "关于", "现将", "特", "的", "在", "和县", "街道", "镇", "乡人民政府",
    "市场监管局", "市政局", "城市", "县", "区", "（本级）", "(", "發展局", "〔2024〕", "2024", "20", "网站", "工作", "工作委员会", "社区", "直属", "级", "注册", "首页", "二零", "某某", " ", "—",
])  # fmt: skip
WORDINGS = st.lists(PIECES, max_size=5).map("".join)


@settings(max_examples=400)
@given(WORDINGS)
@example("白檀县司法局")
@example("办法公民局")
def test_a_plain_name_is_read_as_any_other(raw: str) -> None:
    read = NAMES_MODULE.read_name.__wrapped__
    quick = read(raw)
    with patch.object(NAMES_MODULE, "_NO_PLAIN", ALWAYS):
        assert quick == read(raw)


@settings(max_examples=600)
@given(st.data())
def test_no_word_that_names_are_asked_about_is_plain(data: st.DataObject) -> None:
    titles = import_module("gongkai.parsers.titles")
    for pattern in (NAMES_MODULE._NO_PART, NAMES_MODULE._SPAM, NAMES_MODULE._AROUND_NAME):
        word = data.draw(st.from_regex(pattern, fullmatch=True))
        assert NAMES_MODULE._NO_PLAIN.search(word), word
    word = data.draw(st.from_regex(titles._NOT_A_TITLE, fullmatch=True))
    assert not re.fullmatch(titles._PLAIN_NAME, f"白檀县{word}民政局"[:30]), word


@pytest.mark.parametrize(
    ("name", "is_a_body"),
    [("白檀县人民政府", True), ("墨池市图书馆", True), ("某某学院", True), ("白檀县水利部", True), ("云桥市全部", False), ("第三师", True), ("白檀支行", True),
     ("白檀县人民", False), ("白檀县政务", False)],
)  # fmt: skip
def test_a_name_ends_like_a_body(name: str, is_a_body: bool) -> None:
    assert (read_name(name) is not None) == is_a_body


@settings(max_examples=300)
@given(WORDINGS)
def test_a_first_character_rules_out_no_place_and_no_body(text: str) -> None:
    assert PLACES._is_department(text) == bool(PLACES.DEPARTMENT_START.match(text))
    assert PLACES._is_of_a_town(text) == bool(PLACES._TOWN_TAIL.match(text))
    assert PLACES.names_province(text) == bool(PLACES.PROVINCE.match(text))
    assert PLACES.names_prefecture(text) == bool(PLACES.PREFECTURE.match(text))
    assert text[:1] in PLACES._CORPS_FIRST or not PLACES._CORPS.match(text)
    assert text[:1] in NAMES_MODULE._TOP or not (NAMES_MODULE._VERTICAL.match(text) or NAMES_MODULE._PARTY.match(text))
    assert NAMES_MODULE.places_in(text) == NAMES_MODULE.read_agency(text).places
    assert PLACES.may_begin_a_place(text[:2]) or not PLACES.begins_a_place(text)
    known = import_module("gongkai.parsers.divisions")._by_stem()
    assert list(PLACES.stems(text)) == [text[:end] for end in range(len(text), 0, -1) if text[:end] in known]


def test_provinces_and_prefectures_are_told_by_their_first_characters() -> None:
    divisions = import_module("gongkai.parsers.divisions")
    for name in (*divisions._by_name(), *divisions._by_short(), *divisions._by_stem()):
        assert PLACES.names_province(name) == bool(PLACES.PROVINCE.match(name)), name
        assert PLACES.names_prefecture(name) == bool(PLACES.PREFECTURE.match(name)), name
        assert PLACES.may_begin_a_place(name[:2]) and PLACES.begins_a_place(name), name


@settings(max_examples=400)
@given(st.lists(WORDINGS, max_size=3), WORDINGS, st.sampled_from(["2024年", ""]))
@example(["吉林市永"], "吉县人民政府", "2024年")
@example(["登录", "注册"], "霁川县民政局", "2024年")
def test_a_line_above_a_title_belongs_to_it_as_by_taking_both_apart(above: list[str], name: str, year: str) -> None:
    titles = import_module("gongkai.parsers.titles")
    texts = [*above, f"{name}{year}政府信息公开工作年度报告", "一、总体情况"]
    quick = titles.printed_titles(texts, "")
    with patch.object(titles, "may_end_in_a_place", lambda *_: True):
        assert quick == titles.printed_titles(texts, "")


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["年报", "报告", "報告", " ", "一、", "本报告", "本年", "白檀县", "x" * 50, "x" * 7]), max_size=8).map("".join))
def test_a_line_opens_with_a_title(line: str) -> None:
    general = re.compile(r".{4,60}?(?:年报|报告|年報|報告)(?:\s|一、|本报告|本年)")
    assert import_module("gongkai.parsers.titles")._opens_with_title(line) == bool(general.match(line))


SAID = st.lists(
    st.sampled_from([
        "由", "白檀县民政局", "白檀县", "编制", "公布", "发布", "了", "2024年", "2024年度", "本报告", "关于", "的", "政府", "政务", "信息公开", "负责", "组织", "（以下简称本局，）", "，", "。", "、", "\n",
        "要求", "现将", "根据", "年度报告", "情况", "《",
    ]),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=500)
@given(SAID)
@example("白檀县民政局编制了2024年")
@example("由白檀县（本级）（以下简称本局）负责编制")
def test_who_is_said_to_have_written_it_is_found_as_without_looking_ahead(text: str) -> None:
    preamble = import_module("gongkai.parsers.preamble")
    for pattern in (preamble._BY, preamble._PUBLISHED, preamble._AUTHOR):
        plain = re.compile(re.sub(r"(?<=\{3,40\}\?\))\(\?=\[[^]]*\]\)", "", pattern.pattern))
        assert plain.pattern != pattern.pattern
        for at in range(len(text)):
            assert [m and m.span(1) for m in (pattern.match(text, at), pattern.search(text, at))] == [
                m and m.span(1) for m in (plain.match(text, at), plain.search(text, at))
            ]


@given(st.lists(st.sampled_from(["发布机构", "公开主体", "責任", "（单位：万元）", "制发单位", "发 布 机 构", "责任单位", "发布单位", "發布單位", "发文机关", "：", "白檀县", "\n"]),
                max_size=6).map("".join))  # fmt: skip
def test_a_publisher_is_asked_for_where_one_may_be_named(text: str) -> None:
    identity = import_module("gongkai.parsers.identity")
    assert import_module("gongkai.parsers.preamble").may_name_its_publisher(text) or not identity._PUBLISHER.search(text)


@given(st.data())
def test_every_name_left_open_holds_what_is_looked_for_first(data: st.DataObject) -> None:
    genre = import_module("gongkai.parsers.genre")
    assert genre._OPEN_SIGN.search(data.draw(st.from_regex(genre._NAME_LEFT_OPEN, fullmatch=True)))
    title = data.draw(st.from_regex(genre._TITLE_LINE))
    assert "报" in title and "公开" in title


@given(st.text("年20 134１", max_size=14))
def test_a_year_of_a_caption_begins_after_no_figure(text: str) -> None:
    general = re.compile(r"(?<!\d)(20\d\d)\s*年")
    assert general.findall(text) == import_module("gongkai.parsers.captions")._YEAR.findall(text)


@given(st.lists(st.sampled_from(["根据 条例", "本　局", "政府", "發(fā)展", "發布", "（本级）", "\xa0", "\t", "\u200b", "2024年"]), max_size=6).map("".join), st.booleans())
def test_the_opening_is_without_spaces_and_traditional_characters(text: str, two: bool) -> None:
    preamble, characters = import_module("gongkai.parsers.preamble"), import_module("gongkai.parsers.characters")
    texts = [text, "一、概述"] if two else [text]
    general = "\n".join(t for t in texts if t)
    for space in " 　\xa0\t\u200b":
        general = general.replace(space, "")
    assert preamble.lead_of(texts, 0) == characters.simplify(characters.strip_pinyin(general))


SENTENCES = st.sampled_from(["我局收到政府信息公开申请3件。", "全县受理申请，", "新收", "办理结果", "接收信访5件", "收到和处理政府信息公开申请情况", "12", "本机关", "依申请公开", "。"])


@settings(max_examples=300)
@given(st.lists(SENTENCES, max_size=8), st.lists(st.sampled_from(["规章", "本年新收政府信息公开申请数量", "三、本年度办理结果", "0", "37", ""]), max_size=9),
       st.lists(SENTENCES, max_size=5), st.integers(0, 3))  # fmt: skip
def test_the_scope_is_that_of_the_whole_text(before: list[str], table: list[str], behind: list[str], start: int) -> None:
    identity = import_module("gongkai.parsers.identity")
    texts = [*before, *table, *behind]
    known = identity.WhoAndWhen(identity.Identity(scope="unclear"), NAMES_MODULE.read_agency("白檀县民政局", 2024), min(start, len(texts)))
    tables = (len(before), len(before) + len(table))
    assert identity.with_scope(known, texts, tables) == identity.with_scope(known, texts)


def test_every_caption_of_a_body_holds_what_is_looked_for_first() -> None:
    captions = import_module("gongkai.parsers.captions")
    listed = re.search(r"\{2\}\(\?:([^)]*)\)", captions._BODYS_CAPTION.pattern)
    assert listed
    bodies = listed[1].split("|")
    assert len(bodies) > 10
    for body in bodies:
        assert captions._BODYS_CAPTION.match(f"白檀县审计{body}2023年收到和处理政府信息公开申请情况"), body
        assert captions.may_name_a_body(body), body


@given(st.text("受理收到x\n", max_size=200), st.sampled_from(["受理", "收到"]), st.integers(0, 210))
def test_a_word_is_found_where_it_is(text: str, word: str, start: int) -> None:
    assert find_word(word, text, start) == text.find(word, start)


@given(st.lists(st.integers(0, 2500), max_size=8), st.integers(0, 2500), st.integers(1, 3), st.integers(0, 9))
def test_lines_are_named_by_their_numbers(loose: list[int], first: int, step: int, count: int) -> None:
    for places in (loose, range(first, first + step * count, step), list(range(first, first + step * count, step))):
        assert list(names_of_lines(places)) == [f"line {place}" for place in places]


@given(st.lists(st.integers(-2, 2500), min_size=1, max_size=8), st.integers(-5, 2500), st.integers(1, 3), st.integers(1, 9))
def test_steady_numbers_are_each_a_step_apart(loose: list[int], first: int, step: int, count: int) -> None:
    steady = range(first, first + step * count, step)
    for numbers in (loose, tuple(loose), sorted(loose), steady, list(steady), [*steady, first + step * count + 1]):
        assert are_steady(numbers, step) == all(b - a == step for a, b in pairwise(numbers))


def test_every_figure_ends_as_figures_do() -> None:
    lines = import_module("gongkai.parsers.readers.lines")
    before = ("", "1", "1万", "-", "1（x", "１(x")
    ends = {chr(c) for c in range(0x10000) if any(re.fullmatch(lines._FIGURE, b + chr(c)) for b in before)}
    assert ends == lines._FIGURE_ENDS


PIECES = st.sampled_from(["一、本年新收", "规章", "行政许可", "705", "3", "0", "１", "1,204", "4.5万元", "12件", "3（其中1件）", "/", "—", "无", "-", "−", " ", "  ", "　", "。", "："])

EVERY_CHARACTER = frozenset(("", *map(chr, range(0x10000))))


@given(st.lists(PIECES, max_size=12), st.booleans())
def test_a_line_that_ends_with_no_figure_is_parted_as_any_other(pieces: list[str], in_rows: bool) -> None:
    lines = import_module("gongkai.parsers.readers.lines")
    line = "".join(pieces)
    quick = lines.cells_of_line(line, in_rows=in_rows), lines.figures_in_rows([line] * 6)
    with patch.object(lines, "_FIGURE_ENDS", EVERY_CHARACTER):
        assert quick == (lines.cells_of_line(line, in_rows=in_rows), lines.figures_in_rows([line] * 6))


DATES = st.sampled_from(["发布日期：2024-01-15", "发 布 日 期 :  [2024-1-5", "日期", "发布时间：", "2024-13-45", "2024-02-03", "20240203", "至", "更新时间：2024年3月5日",
                         "发文日期 2024-04-06", "信息时间】2024/5/6", "\n", "统计", "期：20", "发布于2024-06-07", "公开日期：\n2024.7.8"])  # fmt: skip


@given(st.lists(st.sampled_from(["发布", "日期", "时间", "時間", " ", "：", "2024-01-05", "20240105", "县", "x", "信息时间", "发 布 日 期"]), max_size=8).map("".join))
def test_a_label_of_a_date_stands_behind_no_other_word(text: str) -> None:
    dates = import_module("gongkai.parsers.dates")
    pattern = dates._PAGE_DATE.pattern
    alone = r"|(?<![\u4e00-\u9fff])(?:日\s*期|时\s*间|時間))"
    general = re.compile(re.sub(r"\|日\(\?<!.*?間\)", lambda _: alone, pattern))
    assert general.pattern != pattern
    assert [m.span() for m in general.finditer(text)] == [m.span() for m in dates._PAGE_DATE.finditer(text)]


@given(st.lists(DATES, max_size=8))
@example(["日期", "2024-13-45", "发文日期 2024-04-06", "统计", "发布日期：2024-01-15"])
def test_a_labelled_date_is_the_first_in_the_whole_text(pieces: list[str]) -> None:
    dates = import_module("gongkai.parsers.dates")
    lines = Lines([" ".join(pieces).replace("\n", " "), *pieces], 0, 40)
    for pattern in (dates._PAGE_DATE, dates._DOCUMENT_DATE, dates._CHANGE_DATE):
        every = list(pattern.finditer(lines.text))
        days = [(dates.day_of(*[g for g in m.groups()[1:] if g is not None]), "".join(m[1].split())) for m in every]
        first = next((said for said in days if said[0] is not None), None)
        found = lines.day(pattern)
        assert (found and (found[0], found[1].split(" ")[0])) == first


SIGNATURES = st.sampled_from(["白檀县民政局", "2024年1月15日", "（2024年1月15日）", "二〇二四年一月二十日", "日", "今日", "", "2024年13月45日", "白檀县民政局2024年2月3日",
                              "日常工作", "2024年1月15日起施行", "附件"])  # fmt: skip


@given(st.lists(SIGNATURES, max_size=12), st.integers(0, 6))
def test_the_signature_is_the_last_in_the_tail(texts: list[str], start: int) -> None:
    dates = import_module("gongkai.parsers.dates")
    low = max(start, 0)
    every = (dates._signature(texts, i, low) for i in range(len(texts) - 1, low, -1) if "日" in texts[i][-3:])
    assert signed(texts, start) == next((found for found in every if found), None)


MARKS = st.sampled_from(["县", "3", "12 0", " ", "\t", "|", "- ", "* ", "#", "**", "\xa0", "　", "", "一、本年新收 7 0 0", "> ", "`", "，", ";", "---", "| 3 | 4 |"])


@settings(max_examples=300)
@given(st.lists(st.lists(MARKS, max_size=3).map("".join), min_size=1, max_size=60), st.sampled_from(["\n", "\n\n"]))
def test_marks_are_found_in_the_text_as_in_each_line(lines: list[str], line_end: str) -> None:
    text = line_end.join([*lines, *(str(k) for k in range(40))])
    quick = read_text(text)
    with patch.object(import_module("gongkai.parsers.readers.text"), "_FEW", 10**9):
        assert quick == read_text(text)


@given(st.lists(st.integers(0, 3 * ONE_LINE), max_size=5))
def test_a_long_line_is_never_overlooked(lengths: list[int]) -> None:
    reader = import_module("gongkai.parsers.readers.text")
    text = "\n".join("x" * length for length in lengths)
    if max(lengths, default=0) > ONE_LINE:
        assert reader._may_hold_long_line(text)
