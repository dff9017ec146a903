"""The site around an article: head, meta tags, navigation, record table, footer; whole pages and their bytes.
What stands in the article is left to `markup` and `word`."""

from __future__ import annotations

from html import escape
from random import Random

from gongkai.samplesite.draft import Draft

_NAV = ("首页", "走进本地", "新闻动态", "政务公开", "办事服务", "互动交流", "专题专栏", "无障碍")
_COLUMNS = ("政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "政府信息公开年报", "依申请公开")
_CONTAINERS = (
    '<div id="zoom">', '<div class="TRS_Editor">', '<div id="ivs_content">', '<div class="article-content">',
    '<div id="UCAP-CONTENT"><ucapcontent>', '<div class="xxgk_content">', '<td class="bt_content" id="zoomcon">',
)  # fmt: skip


def _close(start: str) -> str:
    if start.startswith("<td"):
        return "</td>"
    return "</ucapcontent></div>" if "ucapcontent" in start else "</div>"


def meta(draft: Draft, charset: str) -> str:
    name = escape(draft.agency.name)
    return (
        f'<meta charset="{charset}"><title>{escape(draft.title)}_{escape(draft.agency.place)}人民政府</title>'
        f'<meta name="SiteName" content="{escape(draft.agency.place)}人民政府"><meta name="SiteIDCode" content="9900000001">'
        '<meta name="ColumnName" content="政府信息公开年报"><meta name="ColumnType" content="信息公开年报">'
        f'<meta name="ArticleTitle" content="{escape(draft.title)}">'
        f'<meta name="PubDate" content="{draft.published:%Y-%m-%d} 09:{draft.year % 60:02d}">'
        f'<meta name="ContentSource" content="{name}">'
    )


def record_table(draft: Draft, rng: Random) -> str:
    """The index table many sites print above a record."""
    cells = (
        ("索 引 号", f"99{rng.randint(1000000, 9999999)}/{draft.published.year}-{rng.randint(1, 9999):05d}"),
        ("发布机构", draft.agency.name),
        ("名　　称", draft.title),
        ("发布日期", f"{draft.published:%Y-%m-%d}"),
        ("文　　号", ""),
        ("主题分类", "综合政务/政务公开"),
    )
    row = "".join(f"<td><b>{label}:</b></td><td>{escape(text)}</td>" for label, text in cells[:2])
    rest = "".join(f"<tr><td><b>{label}:</b></td><td colspan=3>{escape(text)}</td></tr>" for label, text in cells[2:])
    return f'<table class="xxgk_head" width="100%"><tr>{row}</tr>{rest}</table>'


def page(draft: Draft, rng: Random, article: str, charset: str = "utf-8") -> str:
    """A whole page with head, navigation and footer; the site's own one where the draft belongs to a site."""
    if draft.frame is not None:
        return draft.frame(draft.title, article, charset)
    start = rng.choice(_CONTAINERS)
    inner = f"{start}{article}{_close(start)}"
    if start.startswith("<td"):
        inner = f"<table width=980 align=center><tr><td width=200>&nbsp;</td>{inner}</tr></table>"
    crumbs = " &gt; ".join(("首页", "政务公开", "政府信息公开年报", "正文"))
    visits = rng.randint(10, 99999)
    date_line = (
        f'<div class="info">发布时间：{draft.published:%Y-%m-%d} {rng.randint(8, 17)}:{rng.randint(10, 59)}'
        f'　来源：{escape(draft.agency.name)}　浏览次数：<span id="hits">{visits}</span>　字体：[大 中 小] 打印</div>'
    )
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">\n<html><head>'
        + meta(draft, charset)
        + "<style>.nav li{float:left}td{padding:0}</style><script>var n=22,s='<td>7</td>';document.title;</script></head><body>"
        + '<div class="top"><a href="/">登录</a> | <a href="/">注册</a> 今天是星期三</div>'
        + '<ul class="nav">' + "".join(f'<li><a href="/{i}/">{name}</a></li>' for i, name in enumerate(_NAV)) + "</ul>"
        + f'<div class="crumbs">当前位置：{crumbs}</div>'
        + '<div class="side"><ul>' + "".join(f"<li>{name}</li>" for name in _COLUMNS) + "</ul></div>"
        + f"<h1>{escape(draft.title)}</h1>"
        + date_line
        + (record_table(draft, rng) if rng.random() < 0.5 else "")
        + inner
        + '<div class="pager"><p>上一篇：政府信息公开指南（2020年版）</p><p>下一篇：没有了</p></div>'
        + f'<div class="footer">主办：{escape(draft.agency.place)}人民政府 电话：0000-8600{rng.randint(100, 999)} '
        + f"备案号：9900{rng.randint(1000, 9999)}号 您是第{visits * 7}位访客</div></body></html>"
    )  # fmt: skip


def fragment(draft: Draft, article: str) -> str:
    """The article alone, as some collectors keep it."""
    return (
        f"<p style='text-align: center'>{escape(draft.title)}</p>\t<p>发布日期：{draft.published:%Y-%m-%d}</p>{article}"
    )


def nested_document(draft: Draft, rng: Random, article: str) -> str:
    """A whole document pasted inside the article of another."""
    inner = (
        '<html xmlns:v="urn:schemas-microsoft-com:vml"><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
        f"<title>{escape(draft.title)}</title><style>p{{margin:0}}</style></head><body>{article}</body></html>"
    )
    return page(draft, rng, inner)


def layout_table(draft: Draft, rng: Random, article: str) -> str:
    """A page whose whole design is made of nested tables."""
    inner = (
        '<table width="1000" border="0"><tr><td width="210"><table><tr><td>政策</td></tr><tr><td>年报</td></tr></table></td>'
        f'<td><table width="100%"><tr><td align="center">{escape(draft.title)}</td></tr>'
        f'<tr><td>发布日期：{draft.published:%Y-%m-%d}　点击数：{rng.randint(1, 999)}</td></tr>'
        f"<tr><td>{article}</td></tr></table></td></tr></table>"
    )
    return page(draft, rng, inner)
