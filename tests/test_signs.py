"""A sign that is looked for by its words first is found wherever its pattern alone would find it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from gongkai.scraper import sites
from gongkai.scraper.sites import gkmlpt, hanweb, jpaas, longxun, paging, trs, ucap, vsb, xxgk
from gongkai.scraper.sites.signs import Sign

PAGES = sorted((Path(__file__).parent / "sites").rglob("*.html"))
HEX = "0123456789abcdef" * 2
SAMPLES = {
    "gkmlpt": (gkmlpt.MARK, "var _CONFIG = {", "_CONFIG={"),
    "hanweb": (hanweb.MARK, "/dataproxy.jsp?x", "<datastore>", "var  param_12 ="),
    "xxgk": (xxgk.MARK, "/module/xxgk/search.jsp"),
    "jpaas": (jpaas.MARK, "jpaas-publish-server", "unitbuild.js", "queryData = '{"),
    "longxun": (longxun.MARK, "/site/label/8888", " Ls.pagination", "publicInfoList"),
    "ucap": (
        ucap.MARK, '<meta content="1" name="channelId" x="y">', "<UCAPTITLE", "<ucapcontent", "CMSPRO_1", "?_isAgg=true",
        f"/common/search/{HEX}", f"/searchList/{HEX}",
    ),
    "trs": (
        trs.MARK, "createPageHTML(", "createPageHTML_new (", "var countPage = 3", ".pagination( 'setPage'", "/t20250101_12.html",
        "TRS_Editor", "TRS_UEDITOR", "trs_editor_view",
    ),
    "pager": (next(mark for name, mark, _ in sites.FAMILIES if name == "trs"), "createPageHTML(", "var countPage=3"),
    "vsb": (vsb.MARK, ' id="line_u1', " id=line_u22", "_showDynClicks", "/__local/", "_newscontent_fromname", "/system/_content/download.jsp"),
    "static": (sites.FAMILIES[-1][1], "", "anything"),
    "script lists": (
        sites._SCRIPT_LISTS, "loadPageData (", "messageController/getMessage.do", "EWB-FRONT", "getgovinfolist", "lightfrontaction", " new CMS(",
        "/front/api/data/", "/cms/JsonList", "search-front-server/api", "/szinf/info/", "getInfoCommon", "pagedContent", "staticRequest=yes",
        "v-for =", "ng-repeat=", "text/x-handlebars", "x-handlebars-template", " new Vue(", "__NUXT__", "<div id='app\"> </div>",
        '<div id="root"></div>', "<div id='root'></div>", '<div id="app"></div>',
    ),
    "asks": (sites._ASKS, "$.ajax(", "$.getJSON (", " fetch (", "XMLHttpRequest", "axios.get", "loadPageData(", "new Vue("),
    "call": (paging._CALL, "createPageHTML(9, 0, 'index', 'html')"),
    "object": (paging._OBJECT, "Pager({size: 9, current: 0})"),
    "set page": (paging._SET_PAGE, ".pagination('setPage', 1, 9)"),
    "count page": (paging._COUNT_PAGE, "var countPage = 9"),
    "pages of": (
        paging._PAGES_OF, "totalPage: 3", 'total_pages": "3', "page_count=4", "pageCounts = 4", "countPage=2", "count_pages:2", "pages_total=3",
        "pageTotal=3", "numPages=7", "laypage.render({elem: 'p', pages: 9", "laypage({cont: 'p', pages: '9",
    ),
    "entries of": (
        paging._ENTRIES_OF, "total: 12", "data-total=12", "totalCount=12", "total_num: 9", "totalRecord=8", "totalSize=8", "totalrows=3",
        "recordCount = 5", "record_count=5", "count: '7", ".pagination(12,",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_every_way_to_write_a_sign_is_found(name: str) -> None:
    sign, *samples = SAMPLES[name]
    assert isinstance(sign, Sign)
    rng = Random(name)
    for sample in samples:
        assert isinstance(sample, str)
        for text in (sample, f"政府信息公开年报 {sample} 2024年"):
            assert sign.pattern.search(text), f"the sample is none: {sample}"
            assert sign.search(text), sample
            assert [match[0] for match in sign.finditer(text)] == [match[0] for match in sign.pattern.finditer(text)]
        for _ in range(20):  # in any case: found exactly where the pattern finds it
            text = "".join(rng.choice((c.upper(), c.lower())) for c in sample)
            assert bool(sign.search(text)) == bool(sign.pattern.search(text)), text


def test_signs_in_pages() -> None:
    assert PAGES
    found = 0
    for path in PAGES:
        text = path.read_bytes().decode("utf-8", "replace")
        for sign, *_ in SAMPLES.values():
            assert isinstance(sign, Sign)
            expected, got = sign.pattern.search(text), sign.search(text)
            assert (got and got.span()) == (expected and expected.span())
            found += got is not None
    assert found > len(PAGES)
