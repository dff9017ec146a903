"""The office's own figures or the whole territory's: how reports say it, and what only sounds like it."""

from __future__ import annotations

import pytest

from gongkai.parsers.identity import identify
from gongkai.parsers.scope import _RECEIVING, may_count_requests

WORDINGS = (
    ("甲水市信访局", "本局2023年共收到政府信息公开申请12件。", "own"),
    ("甲水市信访局", "2023年度，我局受理依申请公开3件，均已按期答复。", "own"),
    ("甲水市信访局", "局办公室全年共收到政府信息公开申请5件。", "own"),
    ("甲水市信访局", "2023年，甲水市信访局共收到政府信息公开申请5件。", "own"),
    ("甲水市信访局", "2023年市信访局共受理申请5件。", "own"),
    ("甲水市信访局", "我单位未收到政府信息公开申请。", "own"),
    ("甲水市信访局", "本年度，本单位共受理公民、法人和其他组织的政府信息公开申请0件。", "own"),
    ("甲水市信访局", "全局共收到依申请公开12件。", "own"),
    ("甲水市信访局", "机关本级全年受理依申请公开申请12件。", "own"),
    ("甲水县正山镇人民政府", "我镇2023年共收到政府信息公开申请2件。", "own"),
    ("甲水县正山镇人民政府", "2023年，正山镇未收到依申请公开。", "own"),
    ("甲水县正山镇人民政府", "全镇共收到申请2件。", "own"),
    ("甲水县正山街道办事处", "本街道共收到政府信息公开申请6件。", "own"),
    ("甲水县正山街道办事处", "街道办事处共收到政府信息公开申请6件。", "own"),
    ("甲水县人民政府办公室", "县政府办公室共收到政府信息公开申请21件。", "own"),
    ("甲水县人民政府办公室", "2023年，我办共受理申请21件，以县政府名义答复15件。", "own"),
    ("甲水市人民政府办公厅", "市政府办公厅收到政府信息公开申请805件。", "own"),
    ("甲水市卫生健康委员会", "我委共收到政府信息公开申请53件。", "own"),
    ("甲水市教育局", "本机关共受理政府信息公开申请18件。", "own"),
    ("甲水海关", "我关共收到政府信息公开申请8件。", "own"),
    ("甲水大学", "我校共收到信息公开申请3件。", "own"),
    ("甲水经济开发区管委会", "管委会共收到政府信息公开申请3件。", "own"),
    ("甲水市公积金中心", "中心共收到政府信息公开申请3件。", "own"),
    ("甲水市人民政府", "2023年，全市各级行政机关共收到政府信息公开申请3119件。", "territory"),
    ("甲水市人民政府", "2023年，全市共受理政府信息公开申请3119件，其中市本级1200件。", "territory"),
    ("甲水县人民政府", "全县各乡镇（街道）、各部门共收到政府信息公开申请219件。", "territory"),
    ("甲水县人民政府", "各乡镇、县直各部门共受理依申请公开219件。", "territory"),
    ("甲水县人民政府", "我县共收到政府信息公开申请219件。", "territory"),
    ("甲水市人民政府", "本市共收到政府信息公开申请219件。", "territory"),
    ("甲水区人民政府", "全区行政机关共收到政府信息公开申请219件。", "territory"),
    ("甲水区人民政府", "区政府各部门及各街道共收到申请219件。", "territory"),
    ("甲水省人民政府", "全省行政机关新收政府信息公开申请21900件。", "territory"),
    ("甲水市人民政府", "市、县两级共收到申请219件。", "territory"),
    ("甲水市人民政府", "市政府及所属部门、各县区政府共收到政府信息公开申请219件。", "territory"),
    ("甲水市人民政府", "市级机关和各区共受理申请219件。", "territory"),
    ("甲水州人民政府", "全州共办理依申请公开219件。", "territory"),
    ("甲水旗人民政府", "全旗各苏木镇、各部门收到申请19件。", "territory"),
    ("甲水市税务局", "全市税务系统共收到政府信息公开申请19件。", "territory"),
    ("甲水市公安局", "全市公安机关共受理政府信息公开申请19件。", "territory"),
    ("甲水市人民政府", "2023年共收到政府信息公开申请219件。", "unclear"),
    ("甲水市人民政府", "推进全市统一受理平台建设，受理渠道畅通。", "unclear"),
    ("甲水市信访局", "全市信访总量下降，全年共收到信访件219件。", "unclear"),
    ("甲水市教育局", "组织全市培训3次。全年收到政府信息公开申请3件。", "unclear"),
    ("甲水市信访局", "面向全市群众受理来信来访3000件次。2023年收到申请3件。", "unclear"),
    ("甲水市人民政府", "全市新增市场主体5000户，收到12345热线8000件。", "unclear"),
    ("甲水市信访局", "市政府收到申请后转我局办理。", "unclear"),
)


def scope(agency: str, *sentences: str) -> str | None:
    return identify([f"{agency}2023年政府信息公开工作年度报告", "一、总体情况", *sentences, "二、主动公开政府信息情况"], {}).scope


@pytest.mark.parametrize(("agency", "sentence", "want"), WORDINGS)
def test_scope_by_the_words_before_the_count(agency: str, sentence: str, want: str) -> None:
    assert scope(agency, sentence) == want


def test_what_is_said_first_counts_and_both_are_unclear() -> None:
    assert scope("甲水市教育局", "我局收到政府信息公开申请3件。", "全市教育系统共收到政府信息公开申请40件。") == "unclear"
    assert scope("甲水市人民政府", "市政府办公室收到政府信息公开申请30件。", "全市共收到政府信息公开申请300件。") == "territory"
    assert scope("甲水市教育局", "全市教育系统共收到政府信息公开申请40件，其中我局3件。", "我局收到政府信息公开申请3件。") == "territory"


def test_the_sentence_is_the_evidence() -> None:
    read = identify(["甲水市教育局2023年政府信息公开工作年度报告", "一、总体情况", "工作有序。", "我局收到政府信息公开申请3件。"], {})
    assert [e.where for e in read.evidence if e.field == "scope"] == ["text 4"]


@pytest.mark.parametrize("word", [word for _, words in _RECEIVING for word in words])
def test_every_word_for_receiving_is_asked_for_before_the_scope_is(word: str) -> None:
    assert may_count_requests(f"全年{word}申请3件。")
    assert not may_count_requests("收取办公受众理解新")
