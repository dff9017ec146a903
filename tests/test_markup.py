"""Pages read without a tree are read as by a tree: generated ones, damaged ones, fixtures, every element in every other.
`GONGKAI_DOCUMENTS` says how many generated pages (600 in the suite make 150 pages and 900 damaged ones); pytest -s
prints the share that needs no tree."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from mangled import PIECES, mangled

from gongkai.parsers import readers
from gongkai.parsers.document import Document
from gongkai.parsers.readers import Unreadable, decode, html, read
from gongkai.parsers.readers.html import TooDeep, read_plain, read_tree
from gongkai.parsers.readers.nesting import OPEN, RAW
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.reports import make

PAGES = int(os.environ.get("GONGKAI_DOCUMENTS", "600")) // 4
FIRST_SEED = int(os.environ.get("GONGKAI_SEED", "0"))
DAMAGED = 6  # copies of each page
HTML = [name for name, layout in LAYOUTS.items() if layout.html]
NEEDS_A_TREE = "html-broken"  # the layout whose tags are left out or stray
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
SOURCES = sorted((Path(__file__).parent / "fixtures").glob("*/source.htm*"))
NAMES = [*(name for name in OPEN if name != "*"), "v:shape", "zoom", "site-text"]
EMPTY = ("br", "hr", "img", "input", "col", "meta", "link", "area", "base", "embed", "param", "wbr", "source")


def by_tree(page: bytes) -> Document | str:
    try:
        return read_tree(page)
    except TooDeep:
        return "too deep"


def in_utf8(body: bytes) -> bytes:
    return decode(body)[0].encode("utf-8", errors="replace")


def test_generated_pages_and_damaged_ones_are_read_as_by_a_tree() -> None:
    pages: Counter[str] = Counter()
    quick: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + PAGES):
        rng = Random(f"markup {seed}")
        layout = rng.choice(HTML)
        page = in_utf8(make(seed, layout=layout).body)
        for number in range(1 + DAMAGED):
            kind = "damaged" if number else layout
            damaged = mangled(page, rng).decode(errors="replace").encode() if number else page
            plain = read_plain(damaged)
            pages[kind] += 1
            quick[kind] += plain is not None
            assert plain is None or plain == by_tree(damaged), (seed, layout, number)
    print()
    for kind in sorted(pages):
        print(f"{kind:<24}{pages[kind]:>7} pages, {quick[kind] / pages[kind]:>7.1%} without a tree")
    whole = [kind for kind in pages if kind not in ("damaged", NEEDS_A_TREE)]
    assert sum(quick[kind] for kind in whole) >= 0.9 * sum(pages[kind] for kind in whole)
    assert quick["damaged"]


def outcome(body: bytes) -> tuple[Document, str] | str:
    try:
        return read(body)
    except Unreadable as problem:
        return str(problem)


def test_bytes_in_any_encoding_are_read_as_by_a_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = []
    for seed in range(FIRST_SEED, FIRST_SEED + PAGES // 3):
        rng = Random(f"bytes {seed}")
        page = in_utf8(make(seed, layout=rng.choice(HTML)).body)
        words = rng.choice(("采购", "\U00020bb7", "ô", "a"))
        page = page.replace(b"</div>", f"<!-- {words} --></div>".encode(), 1)
        other = page.decode().encode(rng.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16")))
        at = rng.randrange(len(page))
        # one page in two encodings, as of a template and the texts put into it
        mixed = page[:at] + page[at : at + 300].decode(errors="ignore").encode("gb18030") + page[at + 300 :]
        bodies += [other, mixed, mangled(other, rng), mangled(page, rng), re.sub(rb"(?<=<!-- )[^-]*", "中文".encode("gb18030"), page)]
    found = [outcome(body) for body in bodies]
    monkeypatch.setattr(readers, "read_plain", lambda page: None)
    monkeypatch.setattr(html, "read_plain", lambda page: None)
    for body, first in zip(bodies, found, strict=True):
        assert first == outcome(body), body[:100]


def test_fixtures_are_read_as_by_a_tree() -> None:
    quick = 0
    for source in SOURCES:
        try:
            page = in_utf8(source.read_bytes())
        except Unreadable:
            continue
        plain = read_plain(page)
        quick += plain is not None
        assert plain is None or plain == by_tree(page), source
    print(f"\n{quick} of {len(SOURCES)} fixtures without a tree")
    assert quick > len(SOURCES) // 2


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not part of the repository")
def test_pages_of_the_corpus_need_no_tree() -> None:
    for source in sorted(CORPUS.glob("*.html")):
        page = in_utf8(source.read_bytes())
        plain = read_plain(page)
        assert plain is not None, source
        assert plain == by_tree(page), source


def grown(rng: Random, depth: int) -> str:
    """Elements in elements at random, all closed, with text and other things between them."""
    parts = []
    for _ in range(rng.randint(0, 4)):
        name = rng.choice((*NAMES, *NAMES, *RAW, *EMPTY, "p", "p", "td", "tr", "table", "div", "span", "b"))
        chance = rng.random()
        if chance < 0.15:
            parts.append(rng.choice(PIECES))
        elif chance < 0.4:
            parts.append(rng.choice(("甲", "12", " ", "\n", "乙 丙", "&nbsp;", "行政许可")))
        elif name in EMPTY:
            parts.append(f"<{name}>")
        elif name in RAW:
            parts.append(f"<{name}>丁</{name}>")
        else:
            dress = rng.choice(("", "", "", " class=s1", " class='hide'", ' style="display:none"', " hidden", ' style="vertical-align:super"'))
            parts.append(f"<{name}{dress}>{grown(rng, depth - 1) if depth else '戊'}</{name}>")
    return "".join(parts)


def test_elements_in_elements_are_read_as_by_a_tree() -> None:
    quick = 0
    for seed in range(FIRST_SEED, FIRST_SEED + 20 * PAGES):
        rng = Random(f"grown {seed}")
        page = in_utf8(f"<html><body>{grown(rng, rng.randint(0, 6))}</body></html>".encode("utf-8", "surrogatepass"))
        plain = read_plain(page)
        quick += plain is not None
        assert plain is None or plain == by_tree(page), (seed, page.decode())
    assert quick > PAGES


def element(name: str, inside: str) -> str:
    return f"<{name}>{inside}" if name in EMPTY else f"<{name}>{inside}</{name}>"


@pytest.mark.parametrize("outer", [*NAMES, *RAW])
def test_an_element_is_taken_within_another_only_where_a_tree_has_it_so(outer: str) -> None:
    for inner in (*NAMES, *RAW, *EMPTY):
        for around in ("{}", "<table><tr><td>1{}2</td></tr></table>", "<p>0{}3</p>", "<b><a href=x>5{}</a></b>"):
            page = f"<html><body>{around.format(element(outer, '甲' + element(inner, '乙') + '丙'))}丁<p>戊</p></body></html>".encode()
            plain = read_plain(page)
            assert plain is None or plain == by_tree(page), page.decode()


CMS = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<!--[if lt IE 7]> <html class="ie6"> <![endif]-->\r
<!--[if gt IE 8]><!--> <html xmlns="http://www.w3.org/1999/xhtml"> <!--<![endif]-->
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>清源县水务局2023年政府信息公开工作年度报告</title>
<META NAME="SiteName" CONTENT="清源县人民政府"/>
<meta name='keywords' content="年报,公开&amp;服务">
<link href=/css/base.css rel=stylesheet type="text/css"><link rel="icon" href="/i.ico"/>
<style type="text/css"><!--
ul{list-style:none} a{text-decoration:none} .nav .sub{display:none} .shade{visibility:hidden}
/* 打印 */ @media print{.noprint{display:none}}
--></style>
<script src="/js/j.js" type="text/javascript"></script>
<script>//<![CDATA[
if (a < 3 && b > 2) { document.write("<div class='x'>" + a + "</td></div>"); }
//]]></script>
</head>
<body onload="init('a>b')">
<input type="hidden" id="site" value="88"><noscript><img src="/s.gif" alt=""></noscript>
<div class="top"><span id="date"></span><a href="/" target=_blank>登录</a>&nbsp;|&nbsp;<a href="javascript:void(0);" onclick="f(this)">首页</a>
<form action="/search"><input name="q" value="请输入"/><button type="submit">搜索</button>
<select name="scope"><option value="1" selected>全站</option><option value="2">本栏目</option></select></form></div>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/z/">公开</a><ul class="sub"><li><a href="/z/1/">年报</a></li></ul></li></ul></div>
<div class="path"><img src="/h.png" />位置：<a href="/">首页</a> > <a href="/z/">公开</a> > 年报</div>
<div class="text"><!--内容开始--><p style="text-indent:2em;color: rgb(51, 51, 51);overflow:hidden"><span style="font-family:&quot;仿宋_GB2312&quot;">一、总体情况</span></p>
<p>&nbsp; &nbsp;全年主动公开<strong><span lang="EN-US">12</span></strong>条<sup>1</sup>。<br />另有<span style="vertical-align:super">2</span>条。<o:p></o:p></p>
<span style="display:none">浏览：<script>document.write("<span>1</span>")</script>7</span>
<table border="1" style="border-collapse:collapse"><colgroup><col width="99" /><col/></colgroup><tbody><tr class="firstRow"><td colspan="4" valign=top>第二十条第（一）项</td></tr>
<tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr>
<tr><td><p>规章</p></td><td>0</td><td hidden>5</td><td>0</td><td>&nbsp;</td></tr></tbody></table>
<ucapcontent><st1:place w:st="on">清源</st1:place>县</ucapcontent><p><br/></p><!--内容结束--></div><div class="hide"><p>扫码打开</p></div><div class="shade"><p>请稍候</p></div>
<iframe src="//x.example/" scrolling="no"></iframe><textarea id="tpl">{{#l}}<li>{{n}}</li>{{/l}}</textarea>
<div class="foot">主办：清源县人民政府&copy;2024 <font color="#666">备案</font><map name="m"><area shape="rect" href="/"></map></div>
</body>
</html>
<!-- cached -->
"""


def test_a_site_s_page_with_all_that_such_pages_carry_needs_no_tree() -> None:
    plain = read_plain(CMS.encode())
    assert plain == by_tree(CMS.encode())
    assert plain is not None
    assert plain.meta == {"title": "清源县水务局2023年政府信息公开工作年度报告", "sitename": "清源县人民政府", "keywords": "年报,公开&服务"}
    rows = [[t for t, r in zip(plain.texts, plain.rows, strict=True) if r == row] for row in dict.fromkeys(plain.rows)]
    assert ["规章", "0", "0", ""] in rows
    assert ["全年主动公开12条 [1]。"] in rows
    assert ["另有 [2]条。"] in rows
    assert not {"扫码打开", "请稍候", "5", "7"} & set(plain.texts)


@pytest.mark.parametrize(
    "inside",
    [
        "<p>一<p>二", "<b>一<p>二</p></b>", "一</div>二", "一</div></div></div>二", "<b><i>一</b>二</i>三", "<a>一<a>二</a></a>", "<div><p>一</div>二",
        "<table><tr><td>一<td>二<tr><td>三</table>四", "<table><tbody><tr><td>一</tbody><tbody><td>二</table>", "<ul><li>一<li>二</ul>三", "<p>一<ul><li>二</ul>",
        "<table><tr><td>一</div></td><td>二</td></tr></table>", "<div>一<span>二</div>三</span>四", "<span>一<div>二</span>三</div>四", "<h3>一</h2>二</h3>",
        "<dl><dt>一<dd>二<dt>三</dl>", "<select><option>一<option>二</select>三", "<p>一<hr>二", "<div style='display:none'><p>一</div>二", "<p hidden>一<p>二",
        "<table><tr><td>一</td></tr><table><tr><td>二</td></tr></table>三", "<font><b>一</font>二</b>", "<li>一</ul>二", "一</p>二", "<p>一<div>二</div></p>三",
    ],
)  # fmt: skip
def test_tags_left_out_or_stray_end_where_a_tree_has_them_end(inside: str) -> None:
    for page in ("<html><body><div>{}</div><p>四</p></body></html>", "<body><table><tr><td>{}</td><td>5</td></tr></table>", "<p>零<span>{}"):
        body = page.format(inside).encode()
        plain = read_plain(body)
        assert plain == by_tree(body), body.decode()


@pytest.mark.parametrize(
    "inside",
    [
        "<td>一</tr>二", "<table><tr><td>一</td>二<td>三</table>", "<table><tr><td>1</td><b>7</b></tr></table>", "<table><tr><td>1</td></tr>7</table>",
        "<zoom><o-p>一</zoom></o-p>", "<zoom>一", "<b><html>一</b></html>", "1 < 2", "<p title='<'>一</p>", "<p / id=a>一</p>", "<!-->一-->", "<!-- 一 --!>二-->",
        "<script><!-- <script> </script> --></script>", "<script/>", "<pre>一\n二</pre>", "&foo;", "&nbsp一", "&#128;", "a&b", "<ruby>一<rt>yi</rt></ruby>",
        "<svg><text>一</text></svg>", "<iframe>一</iframe>", "<p style='visibility:hidden'>一</p>", '一<span style="color:#fff">二</span>',
        '<p style="font-size:0">一</p>', "<div class=hide>行政许可</div>", "<style>.x{display:none}</style><div class=x>行政许可</div>", "\x01", "\x85",
    ],
)  # fmt: skip
def test_what_readers_may_not_agree_on_is_left_to_a_tree(inside: str) -> None:
    page = "<html><body><div>{}</div><p>三</p></body></html>"
    assert read_plain(page.format("一").encode()) is not None
    assert read_plain(page.format(inside).encode()) is None


def test_a_page_that_is_not_all_utf_8_is_left_to_those_who_ask_for_its_encoding() -> None:
    page = "<html><body><!-- {0} --><p title='{1}'>{2}</p><script>{3}</script></body></html>"
    for place in range(4):
        words = ["甲".encode("gb18030") if k == place else b"x" for k in range(4)]
        assert read_plain(page.format(*(w.decode("latin-1") for w in words)).encode("latin-1")) is None
    assert read_plain(page.format(*"甲乙丙丁").encode()) is not None


@pytest.mark.parametrize(
    "unit",
    [
        "<", ">", "< ", "<!--", "<!-- <p> ", "<!-- <p> -->", "<script>", "<script>a<b</script>", "<style>a{display:none}</style>", "<div>",
        "</div>", "<b>", "<a>", "<p hidden>1</p>", "<div class=hide>1</div>", "<div class=hide>", "<p a='", "<p a=b ", "&", "&#160;", "&#x",
        "<![CDATA[", "<?x ", "<table><tr><td>", "<td>1</td>", "<br>", "一",
    ],
)  # fmt: skip
def test_much_of_anything_takes_no_time_to_speak_of(unit: str) -> None:
    """A fifth of a megabyte of each, which a search that begins anew at every tag would not end."""
    for start, end in (("", ""), ("<style>.x{display:none}", "</style>"), ("<p ", ">"), ("<script>", "</script>")):
        read_plain(f"<html><body>{start}{unit * (200_000 // len(unit))}{end}</body></html>".encode())


def test_tags_in_each_other_without_end_are_left_to_a_tree() -> None:
    page = "<html><body>" + "<div>" * 100_000 + "</div>" * 100_000 + "</body></html>"
    assert read_plain(page.encode()) is None
    assert read_plain(("<html><body>" + "<div>" * 100 + "</div>" * 100 + "</body></html>").encode()) is not None
