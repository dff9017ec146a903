"""Web pages damaged as editors, scripts and copying damage them, for tests that compare two ways to read a page.
Every change is made to the bytes; what pages are damaged is left to the tests."""

from __future__ import annotations

import re
from random import Random

_TAG = re.compile(rb"<[^<>]*>")
NAMES = (
    b"p", b"div", b"span", b"td", b"tr", b"table", b"tbody", b"li", b"ul", b"a", b"b", b"font", b"strong", b"center",
    b"h1", b"h3", b"dl", b"dd", b"dt", b"form", b"thead", b"th", b"caption", b"section", b"label", b"select", b"option",
    b"sup", b"s", b"del", b"noscript", b"object", b"o:p", b"html", b"body", b"head", b"pre", b"colgroup", b"fieldset",
    b"button", b"textarea", b"iframe", b"svg", b"title", b"script", b"style", b"rt", b"dialog", b"em", b"xmp", b"template",
    b"zoom", b"v:shape", b"menu", b"ruby",
)  # fmt: skip
PIECES = (
    "<!-- 注 -->", "<!-- <p>8</p> -->", "<!--<script>if(a<b){}</script>-->", "<!-->", "<!--->", "<!-- a --!> b -->", "<!---->",
    "<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]-->", "<![if !supportLists]>1<![endif]>", "<!-", "<!--",
    "<!--[if !IE]><!-->9<!--<![endif]-->", "<![CDATA[7]]>", "<![CDATA[<td>7</td>]]>", "<?xml:namespace prefix = o />", "<?php 5>6 ?>",
    "<script>var a='<td>7</td>';</script>", "<script>if(a<b&&c>d){x('</p>')}</script>", "<SCRIPT SRC=/x.js></SCRIPT>",
    "<script>document.write('<script src=x><\\/script>')</script>", "<script><!-- <script> </script> --></script>",
    "<script/>", "<script>", "<script></script x>", "<style>.hide-me{display:none}</style>", "<style>td{color:red}</style>",
    "<style>.s1,.c3{display:none} .s2{visibility:hidden}</style>", "<style>@media print{p{display:none}}</style>",
    "<br>", "<br/>", "<BR>", "</br>", "<hr>", "<hr/>", "<img src=a.png>", '<img src="a>b.png" alt="1 > 0">', "<wbr>", "<col>",
    "<input type=hidden value=5>", '<input value="12">', "<input type='number' value='3'/>", "<input type=TEXT value=1>",
    "<p></p>", "<p/>", "<span/>", "<o:p/>", "<o:p></o:p>", "<o:p>&nbsp;</o:p>", "<td></td>", "<tr></tr>", "<a name=x></a>", "<div></div>",
    "<div style='display:none'>99</div>", '<span style="display: none">8</span>', "<p hidden>7</p>", '<td style="DISPLAY:NONE">4</td>',
    '<span class="hide">6</span>', "<div class='x hidden'>本年新收政府信息公开申请 5</div>", '<span style="visibility:hidden">3</span>',
    '<span style="vertical-align:super">1</span>', "<sup>2</sup>", "<sub>3</sub>", '<span style="color:#fff">5</span>', "<s>4</s>", "<del>5</del>",
    '<span style="text-decoration:line-through">12</span>', '<span style="font-size:0">7</span>', '<div style="height:0;overflow:hidden">5</div>',
    "<select><option>1<option selected>2</select>", "<select><option>1</option><option>2</option></select>", "<textarea>5</textarea>", "<textarea>1</b>&amp;2</textarea>", "<textarea rows=3>请在这里填写您对本机关信息公开工作的意见和建议，不超过三百字，我们会在十个工作日内答复您</textarea>",
    "<noscript><p>3</p></noscript>", "<noscript>", "<iframe src=x></iframe>", "<iframe>5</iframe>", "<object><p>6</p></object>",
    "<table><tr><td>1</td><td>2</td></tr></table>", "<table></table>", "<tr><td>5</td></tr>", "<td colspan=2>5</td>", '<td rowspan="3">6</td>',
    "<td colspan='2px' COLSPAN=5>1</td>", "<th colspan=0>8</th>", "<td colspan=\"&#50;\">8</td>", "<li>甲<li>乙", "<form><input></form>", "<form>",
    "&nbsp;", "&amp;", "&lt;td&gt;", "&nbsp", "&#160;", "&#x3000;", "&#12288;", "&#128;", "&#0;", "&#xFDD0;", "&copy2", "&foo;", "&", "& ", "A&B", "&hellip;",
    "&#1111536;", "&ensp;", "&apos;", "&ldquo;", "&#13;", "&#10;", "&zwj;", "&#8203;",
    "<", ">", "< 5", "a < b > c", "<1>", "<>", "</>", "</ p>", "</p >", "<p\n>", "<a href=/x/>", "<a href='/x' title=\"a>b\">x</a>", "<a href=x y='<b>'>x</a>",
    '<p class="a"id="b">x</p>', "<p class=a'b>x</p>", "<p =x>", "<p a==b>x</p>", "<p a= >x</p>", "<p / id=x>x</p>", '<p a="1" a="2">x</p>', "<p a=`x y`>x</p>",
    "<font color=red>5</font>", "<b><i>5</b></i>", "<a>1<a>2</a></a>", "<b><p>5</p></b>", "<center>5</center>", "<ruby>五<rt>wu</rt></ruby>",
    "<pre>1\n2\n</pre>", "<svg><title>x</title><text>5</text></svg>", "<frameset><frame></frameset>", "<plaintext>", "<dialog>5</dialog>",
    "<html>", "</html>", "<body>", "</body>", "<head></head>", "<title>二</title>", '<meta name="Source" content="某局&amp;某厅">',
    "<meta name=a content='x' name=b>", "<meta name=\"k\" content=\"a&b\">", "<!DOCTYPE html>", "<!doctype html public \"-//W3C//DTD\">",
    "\r\n", "\r", "\t", "\x0b", "\x0c", "\x01", "\x7f", "\x85", "\xa0", "\u3000", "\u200b", "\ufeff", "\ufffe", "\uffff", "\ufdd0", "\U0010f5f3", "\U00020000", "\0",
)  # fmt: skip


def mangled(page: bytes, rng: Random) -> bytes:
    """The page with a few changes of random kinds."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        page = rng.choice(_WAYS)(page, rng)
    return page


def _at_tag(page: bytes, rng: Random) -> re.Match[bytes] | None:
    """A tag of the page, any one."""
    return _TAG.search(page, rng.randrange(len(page))) or _TAG.search(page) if page else None


def _drop(page: bytes, rng: Random) -> bytes:
    tag = _at_tag(page, rng)
    return page[: tag.start()] + page[tag.end() :] if tag else page


def _double(page: bytes, rng: Random) -> bytes:
    tag = _at_tag(page, rng)
    return page[: tag.end()] + tag[0] + page[tag.end() :] if tag else page


def _swap(page: bytes, rng: Random) -> bytes:
    """A tag with that behind it."""
    tag = _at_tag(page, rng)
    after = _TAG.search(page, tag.end()) if tag else None
    if not tag or not after:
        return page
    return page[: tag.start()] + after[0] + page[tag.end() : after.start()] + tag[0] + page[after.end() :]


def _rename(page: bytes, rng: Random) -> bytes:
    tag = _at_tag(page, rng)
    if not tag:
        return page
    return page[: tag.start()] + re.sub(rb"\w[\w:]*", rng.choice(NAMES), tag[0], count=1) + page[tag.end() :]


def _rename_all(page: bytes, rng: Random) -> bytes:
    """All tags of one name."""
    old, new = rng.choice(NAMES[:14]), rng.choice(NAMES)
    return re.sub(rb"(?<=[</])%b(?=[\s>])" % old, new, page)


def _wrap(page: bytes, rng: Random) -> bytes:
    """An element around what stands between two tags."""
    first = _at_tag(page, rng)
    last = first
    for _ in range(rng.randint(0, 6)):
        last = (_TAG.search(page, last.end()) if last else None) or last
    if not first or not last:
        return page
    name = rng.choice(NAMES)
    return page[: first.start()] + b"<%b>" % name + page[first.start() : last.end()] + b"</%b>" % name + page[last.end() :]


def _put(page: bytes, rng: Random) -> bytes:
    """Something behind a tag, or anywhere."""
    tag = _at_tag(page, rng)
    at = tag.end() if tag and rng.random() < 0.8 else rng.randrange(len(page) + 1)
    return page[:at] + rng.choice(PIECES).encode("utf-8", "surrogatepass") + page[at:]


def _attribute(page: bytes, rng: Random) -> bytes:
    """An attribute more in a start tag."""
    tag = _at_tag(page, rng)
    if not tag or tag[0][1:2] in b"/!?":
        return page
    more = rng.choice((
        b" hidden", b' style="display:none"', b" style='color:rgb(255, 0, 0);overflow:hidden'", b' class="hide"', b" class=hide", b' class="s1"',
        b' id="nav"', b' title="a>b"', b" title='<'", b" checked", b" colspan=2", b' rowspan="2"', b" nowrap=nowrap", b" /", b' onclick="if(a>1){b()}"',
        b" style=visibility:hidden", b' style="position:absolute;left:-9999px"', b" STYLE='DISPLAY:none'", b" lang=EN-US", b"\n width=5\n",
    ))  # fmt: skip
    return page[: tag.end() - 1] + more + page[tag.end() - 1 :]


def _shout(page: bytes, rng: Random) -> bytes:
    name = rng.choice(NAMES[:14])
    return re.sub(rb"(?<=[</])%b(?=[\s>])" % name, lambda m: m[0].upper() if rng.random() < 0.7 else m[0], page)


def _unquote(page: bytes, rng: Random) -> bytes:
    return re.sub(rb'="([\w./-]+)"', rng.choice((rb"=\1", rb"='\1'", rb" = \1")), page)


def _cut(page: bytes, rng: Random) -> bytes:
    return page[: rng.randrange(len(page) + 1)]


def _slice_out(page: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(page) + 1)
    return page[:at] + page[at + rng.choice((1, 3, 20, 400)) :]


def _repeat(page: bytes, rng: Random) -> bytes:
    """A stretch twice."""
    at = rng.randrange(len(page) + 1)
    stop = at + rng.choice((5, 60, 900))
    return page[:stop] + page[at:]


def _byte(page: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(page) + 1)
    return page[:at] + bytes([rng.choice(b"<>\"'=/&;!-? \n\x80\xff\xc2")]) + page[at + rng.randint(0, 1) :]


def _line_ends(page: bytes, rng: Random) -> bytes:
    return page.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b"")))


def _unclose_all(page: bytes, rng: Random) -> bytes:
    """End tags of one name left out, all or some."""
    name, share = rng.choice(NAMES[:14]), rng.choice((0.1, 1.0))
    return re.sub(rb"</%b>" % name, lambda m: b"" if rng.random() < share else m[0], page)


_WAYS = (
    _drop, _drop, _double, _swap, _rename, _rename_all, _wrap, _wrap, _put, _put, _put, _put, _attribute, _attribute, _shout,
    _unquote, _cut, _slice_out, _repeat, _byte, _line_ends, _unclose_all,
)  # fmt: skip
