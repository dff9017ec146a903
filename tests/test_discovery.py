"""From a home page to the column: what counts as evidence, what does not, and what is printed for a person."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable

import pytest

from gongkai.output.discovering import show_discovery, site_id
from gongkai.scraper.discovery import MOST_FETCHED, candidates_on, discover
from gongkai.scraper.sites import Page

HOST = "http://www.qingxi.gov.cn"


def page(body: str, *, column: str = "", title: str = "青溪市人民政府", extra: str = "") -> bytes:
    meta = f'<meta name="ColumnName" content="{column}">' if column else ""
    return f"""<html><head><title>{title}</title><meta name="SiteName" content="青溪市人民政府"><meta name="SiteDomain" content="www.qingxi.gov.cn">
    <meta name="SiteIDCode" content="3399990001">{meta}{extra}</head><body>{body}</body></html>""".encode()


def links(*pairs: tuple[str, str]) -> str:
    return "<ul>" + "".join(f'<li><a href="{href}">{text}</a></li>' for text, href in pairs) + "</ul>"


PLATFORM = (
    ("政府信息公开指南", "/gk/zn/"), ("政府信息公开制度", "/gk/zd/"), ("法定主动公开内容", "/gk/zdgk/"),
    ("政府信息<br>公开年报", "/gk/c110280/"), ("依申请公开", "/gk/ysq/"),
)  # fmt: skip
REPORTS = links(*((f"青溪市{year}年政府信息公开工作年度报告", f"./{year + 1}/t{year + 1}0120_{year}.html") for year in range(2025, 2020, -1)))
SITE = {
    f"{HOST}/": page(links(("首页", "/"), ("新闻中心", "/xw/"), ("政府信息公开", "/gk/"), ("政府网站年度报表", "/wzbb/"), ("年度报告解读", "/jd/"))),
    f"{HOST}/gk/": b"<script>location.replace('./pt/');</script>",
    f"{HOST}/gk/pt/": page(links(*PLATFORM), title="政府信息公开"),
    f"{HOST}/gk/c110280/": page(REPORTS, column="政府信息公开年报"),
}


def fetch(url: str) -> Page:
    if url not in SITE:
        raise OSError("404")
    return Page(url, SITE[url])


def test_the_column_is_found_behind_hub_shell_and_platform() -> None:
    found = discover(f"{HOST}/", fetch)
    best = found.candidates[0]
    assert best.url == f"{HOST}/gk/c110280/"
    said = " | ".join(best.evidence)
    for kind in ("link text “政府信息 公开年报”", "5 of the 5 parts", "meta ColumnName", "5 of 5 entries are titled like reports"):
        assert kind in said
    assert (found.site_name, found.region) == ("青溪市人民政府", "339999")
    assert found.asked[:3] == (f"{HOST}/", f"{HOST}/gk/", f"{HOST}/gk/pt/")
    assert all("wzbb" not in url and "/jd/" not in url for url in found.asked)


def test_a_map_of_the_site_leads_there_too() -> None:
    """Where the home page names neither hub nor column: the map it links, and the one that robots.txt names."""
    column = page(REPORTS, column="政府信息公开年报")
    linked = {f"{HOST}/": page(links(("新闻中心", "/xw/"), ("网站地图", "/wzdt/"))), f"{HOST}/wzdt/": page(links(*PLATFORM)), f"{HOST}/gk/c110280/": column}
    index = f"<sitemapindex><sitemap><loc>{HOST}/two.xml</loc></sitemap></sitemapindex>".encode()
    urls = "".join(f"<url><loc>{url}</loc></url>" for url in (f"{HOST}/xw/", "http://elsewhere.cn/zfxxgknb/", f"{HOST}/gk/zfxxgknb/?a=1&amp;b=2", f"{HOST}/zfxxgknb/202601/t20260120_1.html"))
    named = {f"{HOST}/": page(links(("新闻中心", "/xw/"))), f"{HOST}/one.xml": index, f"{HOST}/two.xml": f"<urlset>{urls}</urlset>".encode(), f"{HOST}/gk/zfxxgknb/?a=1&b=2": column}

    def give(site: dict[str, bytes]) -> Callable[[str], Page]:
        def fetch(url: str) -> Page:
            if url not in site:
                raise OSError("404")
            return Page(url, site[url])

        return fetch

    assert discover(f"{HOST}/", give(linked)).candidates[0].url == f"{HOST}/gk/c110280/"
    found = discover(f"{HOST}/", give(named), maps=lambda url: (f"{HOST}/one.xml",))
    assert [c.url for c in found.candidates] == [f"{HOST}/gk/zfxxgknb/?a=1&b=2"]
    assert found.asked == (f"{HOST}/", f"{HOST}/gk/zfxxgknb/?a=1&b=2")
    assert discover(f"{HOST}/", give(SITE), maps=lambda url: pytest.fail("not needed")).candidates


def test_an_address_alone_is_no_evidence() -> None:
    assert candidates_on(Page(f"{HOST}/", page(links(("通知公告", "/zfxxgknb/"), ("更多", "/gknb/"))))) == ()


def test_siblings_and_slug_raise_the_score_a_little() -> None:
    bare = candidates_on(Page(f"{HOST}/", page(links(("政府信息公开年报", "/a/")))))[0]
    slug = candidates_on(Page(f"{HOST}/", page(links(("政府信息公开年报", "/zfxxgknb/")))))[0]
    beside = next(c for c in candidates_on(Page(f"{HOST}/", page(links(*PLATFORM)))) if c.kind == "column")
    assert bare.score < slug.score < beside.score


@pytest.mark.parametrize("text", ["政府网站工作年度报表", "法治政府建设年度报告", "住房公积金年度报告", "企业年度报告公示", "部门决算", "年报解读"])
def test_confusers_are_no_candidates(text: str) -> None:
    assert [c for c in candidates_on(Page(f"{HOST}/", page(links((text, "/gknb/"))))) if c.kind == "column"] == []


def test_copied_meta_tags_name_another_site() -> None:
    wrong = SITE[f"{HOST}/"].replace(b"www.qingxi.gov.cn", b"www.cq.gov.cn")
    found = discover(f"{HOST}/", lambda url: Page(url, wrong))
    assert (found.site_name, found.region) == ("", "")


def test_a_search_is_bounded_and_stays_on_the_host() -> None:
    def endless(url: str) -> Page:
        more = links(*((f"政府信息公开{'平台' * (i % 2)}", f"{url}{i}/") for i in range(9)), ("政府信息公开年报", "http://www.other.gov.cn/nb/"))
        return Page(url, page(more))

    found = discover(f"{HOST}/", endless)
    assert len(found.asked) == MOST_FETCHED == len(set(found.asked))
    assert all(url.startswith(HOST) for url in found.asked)
    assert any(c.url == "http://www.other.gov.cn/nb/" and "on another host" in c.evidence for c in found.candidates)


def test_year_channels_are_shown() -> None:
    channels = page(links(("2025年", "./25jdbsc/"), ("2024年", "./2024n78/")), column="政府信息公开年报")
    found = candidates_on(Page(f"{HOST}/gk/nb/", channels))[0]
    assert found.listing is not None
    assert [link.title for link in found.listing.columns] == ["2025年", "2024年"]


def test_what_is_printed_is_an_entry_for_sites_toml(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_discovery([f"{HOST}/"], fetch) == 0
    out, err = capsys.readouterr()
    entry = tomllib.loads(out)["site"][0]
    assert entry == {
        "id": "qingxi-gov-cn-c110280", "name": "青溪市人民政府", "region": "339999", "url": f"{HOST}/gk/c110280/", "adapter": "trs",
        "status": "unconfirmed",
    }  # fmt: skip
    assert "#   meta ColumnName" in out
    assert "please open" in err


def test_nothing_found_and_nothing_reached_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_discovery([f"{HOST}/"], lambda url: Page(url, page("<p>欢迎</p>"))) == 1
    assert "no column of annual reports found" in capsys.readouterr().err

    def down(url: str) -> Page:
        raise OSError("connection refused")

    assert show_discovery([f"{HOST}/"], down) == 3
    assert "connection refused" in capsys.readouterr().err


def test_text_of_a_page_cannot_leave_its_comment_or_string(capsys: pytest.CaptureFixture[str]) -> None:
    evil = page(REPORTS, column='政府信息公开年报&#10;status = "confirmed"').replace("青溪市人民政府".encode(), '青溪&quot; \\ 市&#10;x = 1&#27;[31m'.encode())
    evil = evil.replace("政府信息公开年报".encode(), "政府信息公开年报\x1b]0;x\x07".encode())
    show_discovery([f"{HOST}/nb/"], lambda url: Page(url, evil))
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\x07" not in out
    entry = tomllib.loads(out)
    assert set(entry) == {"site"} and entry["site"][0]["status"] == "unconfirmed"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_discovery([f"{HOST}/"], fetch, as_json=True)
    data = json.loads(capsys.readouterr().out)[0]
    assert data["candidates"][0]["url"] == f"{HOST}/gk/c110280/" and data["asked"]


def test_ids() -> None:
    assert site_id("https://www.qingxi.gov.cn/zwgk/zfxxgknb/index.html") == "qingxi-gov-cn-zfxxgknb"
    assert site_id("http://www.qingxi.gov.cn/") == "qingxi-gov-cn"
