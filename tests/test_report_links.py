"""What is a report link: real and made-up titles, the confusers that stand in the same columns, and short titles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.scraper.report_links import is_report_link, year_named
from gongkai.scraper.sites import Page, read_listing

ARTICLE = "http://www.qingxi.gov.cn/zwgk/zfxxgknb/202601/t20260120_5347.html"
CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"

REPORTS = {
    "青溪市水务局2025年政府信息公开工作年度报告": 2025,
    "青溪市水务局2024年度政府信息公开工作年度报告": 2024,
    "2023年青溪市财政局政府信息公开年度报告": 2023,
    "安河县卫生局关于2014年度政府信息公开工作的年度报告": 2014,
    "2011年安河县卫生局政府信息公开年报": 2011,
    "青溪市2016年政务信息公开年度报告": 2016,
    "白沙街道办事处2022年信息公开工作年度报告": 2022,
    "青溪市２０２１年政府信息公开工作年度报告（图片版）": 2021,
    "青溪市教育局 2020 年政府信息 公开工作年度报告": 2020,
    "青溪市二〇一九年政府信息公开年度报告": 2019,
    "青溪縣發展和改革局2022年度政府信息公開工作年度報告": 2022,
    "青溪市政府信息公开工作年度报告（2018年）": 2018,
    "[图文]青溪市民政局2023年政府信息公开年度报告": 2023,
    "2009年政府信息公开工作情况报告": 2009,
    "青溪市水务局2020年信息公开工作开展情况年度报告": 2020,
    "青溪市水务局2010年执行政府信息公开条例情况报告": 2010,
    "青溪市人民政府办公室关于2012年政府信息公开工作情况的年度报告": 2012,
    "青溪市信访局2024年政府信息公开工作年度报告.pdf": 2024,
    "青溪市司法局（法治办）2023年政府信息公开工作年度报告": 2023,
    "青溪市住房公积金管理中心2023年政府信息公开工作年度报告": 2023,
    "青溪市财政预算评审中心2023年政府信息公开工作年度报告": 2023,
    "青溪市会议中心2023年政府信息公开工作年度报告": 2023,
    "青溪市规划和自然资源局2023年政府信息公开工作年度报告": 2023,
    "青溪市考核办2023年政府信息公开工作年度报告": 2023,
    "中共青溪市委全面依法行政办公室2023年政府信息公开工作年度报告": 2023,
    "青溪市统计局2023年政府信息公开工作年度报告": 2023,
    "青溪市指南街道2023年政府信息公开年度报告": 2023,
    "青溪市生态环境局2023年政府信息公开工作年度报告": 2023,
    "青溪市企业服务局2023年政府信息公开工作年度报告": 2023,
}
OTHERS = [
    "青溪市人民政府网站2024年度工作报表",
    "2024年政府网站工作年度报表（青溪市水务局）",
    "青溪市水务局2023年法治政府建设年度报告",
    "青溪市2023年法治政府建设情况报告",
    "青溪市住房公积金2023年年度报告",
    "青溪市水务局2023年部门决算",
    "2024年部门预算信息公开",
    "青溪市水务局政府信息公开指南",
    "政府信息公开目录",
    "政府信息公开工作年度报告制度",
    "一图读懂：青溪市2024年政府信息公开工作年度报告",
    "《青溪市2024年政府信息公开工作年度报告》解读",
    "青溪市政府信息公开情况统计报表",
    "2023年度政府信息公开年报汇总表",
    "关于认真做好2021年政府信息公开工作年度报告编制发布工作的通知",
    "关于报送2016年政府信息公开年度报告的通知",
    "青溪市召开政府信息公开工作会议",
    "市水务局组织开展2023年政府信息公开工作年度报告培训",
    "关于2023年政府信息公开工作年度报告发布情况的通报",
    "2024年政务公开工作要点",
    "青溪市贯彻落实政府信息公开条例实施办法",
    "中华人民共和国政府信息公开条例",
    "青溪市2024年政务公开工作实施方案",
    "2023年政府工作报告",
    "2023年国民经济和社会发展统计公报",
    "企业年度报告公示",
    "青溪市2023年信访工作年度报告",
    "政府信息公开年度报告格式模板",
    "青溪市水务局2023年普法工作年度报告",
    "2016，青溪，精彩继续！",
]


@pytest.mark.parametrize(("title", "year"), REPORTS.items())
@pytest.mark.parametrize("in_column", [False, True])
def test_reports(title: str, year: int, in_column: bool) -> None:
    verdict = is_report_link(title, ARTICLE, in_column=in_column)
    assert (verdict.kind, verdict.year) == ("report", year), verdict
    assert verdict


@pytest.mark.parametrize("title", OTHERS)
@pytest.mark.parametrize("in_column", [False, True])
def test_confusers(title: str, in_column: bool) -> None:
    verdict = is_report_link(title, ARTICLE, in_column=in_column)
    assert verdict.kind == "other", verdict
    assert not verdict and verdict.reason


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("2024年", ARTICLE),
        ("2024年度报告", ARTICLE),
        ("2024年年报", ARTICLE),
        ("附件.pdf", "http://www.qingxi.gov.cn/nb/P020260120.pdf"),
        ("附件：", "http://www.qingxi.gov.cn/module/download/downfile.jsp?filename=ab12.pdf"),
        ("市水务局", ARTICLE),
        ("白沙街道办事处", ARTICLE),
        ("", ARTICLE),
    ],
)
def test_short_titles_count_inside_a_column_only(title: str, url: str) -> None:
    assert is_report_link(title, url, in_column=True).kind == "candidate"
    if title:
        assert is_report_link(title, url).kind == "other"


@pytest.mark.parametrize(
    "title", ["2008年政府信息公开工作总结", "政府信息公开年度报告", "关于发布青溪市2023年政府信息公开工作年度报告的公告"]
)
def test_doubt_is_a_candidate(title: str) -> None:
    assert is_report_link(title, ARTICLE).kind == "candidate"


def test_a_column_is_no_report() -> None:
    for url in ("http://www.qingxi.gov.cn/zwgk/zfxxgknb/", "http://www.qingxi.gov.cn/col/col88/index.html"):
        assert is_report_link("政府信息公开年度报告", url).kind == "other"
        assert is_report_link("2024年", url, in_column=True).kind == "other"


def test_the_year_comes_from_the_title_alone() -> None:
    assert is_report_link("政府信息公开年报", "http://www.qingxi.gov.cn/nb/2024n78/t20260120_1.html").year is None
    assert is_report_link("2025年政府信息公开年报", "http://www.qingxi.gov.cn/nb/2024n78/t20260120_1.html").year == 2025
    assert year_named("2023年政府信息公开年报（2024年1月发布）") is None


@given(st.text(max_size=400), st.text(max_size=100))
def test_any_text_has_a_verdict(title: str, path: str) -> None:
    assert is_report_link(title, f"http://www.qingxi.gov.cn/{path}", in_column=True).reason


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real documents are not beside the project")
def test_real_titles() -> None:
    seen = 0
    for line in (CORPUS / "pages.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        title, url = (page["title"] or "").split(" (from")[0], page["url"]
        if not url:
            continue
        verdict = is_report_link(title, url, in_column=True)
        if page["kind"].startswith("negative"):
            assert verdict.kind == "other", (title, verdict)
        elif title:
            assert verdict.kind == "report", (title, verdict)
            assert verdict.year == page["year"]
        else:
            assert verdict, (url, verdict)
        seen += 1
    assert seen >= 60


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real documents are not beside the project")
def test_a_real_list_gives_exactly_its_reports() -> None:
    truth = json.loads((CORPUS / "listing-ordos-engebei.truth.json").read_text(encoding="utf-8"))
    url = "http://www.example.org/xxgk/xxgknb/"
    listing = read_listing(Page(url, (CORPUS / "listing-ordos-engebei.html").read_bytes()))
    expected = [(url + item["href"][2:], item["title"], item["date"]) for item in truth["items"]]
    assert [(link.url, link.title, link.day) for link in listing.links] == expected
    reports = [link.title for link in listing.links if is_report_link(link.title, link.url, in_column=True)]
    assert reports == [item["title"] for item in truth["items"] if item["is_report"]]
    assert len(reports) == 4
    assert listing.following[0].url == url + truth["next_page"]
    assert (listing.adapter, listing.declared_pages, listing.columns) == ("trs", truth["pages"], ())
