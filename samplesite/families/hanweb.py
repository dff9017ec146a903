"""Hanweb in three generations: records inside the page and from dataproxy.jsp, JPaaS units, the xxgk search.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

import json
from datetime import date
from html import escape

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request, json_answer
from gongkai.samplesite.web_view import Entry, Family, View, pages, span

_COLUMN_ID, _UNIT = 80179, 403740
_COLUMN = f"/col/col{_COLUMN_ID}/index.html"
_PROXY = "/module/web/jpage/dataproxy.jsp"
_PER_PAGE = 5
_GROUP = 3  # an answer holds three pages and one record more, whatever was asked for
_MOST = 300  # records an answer never exceeds
_CONTAINER = ('<div id="zoom">', "</div>")


def _article(day: date, serial: int) -> str:
    return f"/art/{day.year}/{day.month}/{day.day}/art_{_COLUMN_ID}_{serial}.html"


def _row(entry: Entry, torn: bool) -> str:
    """One row; on some sites the date is torn over two lines."""
    title, day = escape(entry.title), f"{entry.day:%Y-%m-}\n{entry.day:%d}" if torn else f"{entry.day}"
    return f'<li><a target="_blank" href="{entry.path}" title="{title}">{title}</a><b readlabel="{entry.day}">{day}</b></li>'


def _records(entries: tuple[Entry, ...], torn: bool) -> str:
    rows = "".join(f"<record><![CDATA[{_row(entry, torn)}]]></record>" for entry in entries)
    return f"<recordset>{rows}</recordset>"


def _jpage(view: View, request: Request) -> Answer | None:
    if request.path == _COLUMN:
        return _jpage_column(view)
    if request.path != _PROXY:
        return None
    whole = len(view.entries)
    start, end = request.number("startrecord", 0), request.number("endrecord", 0)
    per_page = min(request.number("perpage", _PER_PAGE), _MOST) or _PER_PAGE
    if not start or "startrecord-ignored" in view.options:
        start = (request.number("page", 1) - 1) * per_page + 1
    if end < 0 or request.fields.get("columnid", str(_COLUMN_ID)) != str(_COLUMN_ID):
        return Answer(b"<datastore></datastore>", media="text/xml;charset=UTF-8", role="list")
    found = view.entries[start - 1 : start - 1 + min(_GROUP * per_page + 1, _MOST)]
    if "total-changes" in view.options and start > 1:
        whole += 1
    text = (
        f"<datastore><totalrecord>{whole}</totalrecord><totalpage>{-(-whole // per_page)}</totalpage>{_records(found, view.site.number % 3 == 1)}</datastore>"
    )
    return Answer(text.encode(), media="text/xml;charset=UTF-8", role="list")


def _jpage_column(view: View) -> Answer:
    name = escape(view.site.name)
    form = f"appid=1&webid={view.site.number}&path=/&columnid={_COLUMN_ID}&unitid={_UNIT}&webname={name}&permissiontype=0"
    body = (
        f'<div id="{_UNIT}" class="default_pgContainer"></div>\n'
        f'<script type="text/xml"><datastore>\n<nextgroup><![CDATA[<a href="{_PROXY}?page=1&{form}"></a>]]></nextgroup>\n'
        f"{_records(view.entries[: _GROUP * _PER_PAGE], view.site.number % 3 == 1)}</datastore></script>\n"
        f"<script>var param_{_UNIT} = {{col:1,appid:'1',webid:'{view.site.number}',path:'/',columnid:'{_COLUMN_ID}',"
        f"sourceContentType:'1',unitid:'{_UNIT}',webname:'{name}',permissiontype:0}};\n"
        f"$('#{_UNIT}').jpage({{perPage:{_PER_PAGE},totalRecord:{len(view.entries)},groupSize:{_GROUP},"
        f"proxyUrl:'{_PROXY}'}});</script>"
    )
    metas = web_pages.site_metas(view, "政府信息公开年报")
    return web_pages.page(view, JPAGE, "政府信息公开年报", body, metas=metas, role="list")


_JPAAS_COLUMN = "/col/xxgknb/index.html"
_UNIT_API = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def _jpaas_article(day: date, serial: int) -> str:
    return f"/art/{day.year}/art_{serial * 2654435761 % 2**64:016x}{serial:016x}.html"


def _jpaas_page(view: View, number: int) -> str:
    rows = "".join(
        f'<li class="clearfix"><a href="{entry.path}" title="{escape(entry.title)}">{escape(entry.title)}</a>'
        f'<span class="bt-right">{entry.day}</span></li>'
        for entry in span(view.entries, number, _PER_PAGE)
    )
    return f'<ul>{rows}</ul><div class="pagination" rows="{_PER_PAGE}" count="{len(view.entries)}"></div>'


def _jpaas(view: View, request: Request) -> Answer | None:
    # Unit numbers change with every publication of the template: they must be read from the page each night.
    unit = f"{view.site.number:08x}{view.night:08x}"
    if request.path == _UNIT_API:
        fields = request.fields
        try:
            wanted = json.loads(fields.get("paramJson", "{}"))
            number = int(wanted.get("pageNo", 1))
        except (ValueError, TypeError, AttributeError):
            return json_answer({"success": False, "code": "500", "message": "参数错误"})
        if fields.get("tplSetId") != unit or fields.get("pageType") != "column":
            return json_answer({"success": False, "code": "404", "message": "单元不存在"})
        if "same-page" in view.options:
            number = 1
        return json_answer({"success": True, "code": "200", "data": {"html": _jpaas_page(view, number)}})
    if request.path != _JPAAS_COLUMN:
        return None
    query = (
        "{{'parseType':'bulidstatic','webId':'{}','tplSetId':'{}','pageType':'column','tagId':'当前栏目list',"
        "'editType':'null','pageId':'{}'}}".format(f"{view.site.number:032x}", unit, f"{view.site.number + 7:032x}")
    )
    body = (
        f'<script src="/script/unitbuild.js?AuthorizedRead/unitbuild.js"></script>\n<div class="default_tgl" '
        f'url="{_UNIT_API}" queryData="{query}">{_jpaas_page(view, 1)}</div>'
    )
    metas = web_pages.site_metas(view, "政府信息公开年报")
    return web_pages.page(view, JPAAS, "政府信息公开年报", body, metas=metas, role="list")


_XXGK_COLUMN = "/col/col1229498488/index.html"
_SEARCH = "/module/xxgk/search.jsp"
_CHANNEL = 1229498488
_FOREIGN = Entry(
    "/art/2025/2/1/art_1229000001_77.html", "雾凇市粮食和物资储备局2024年政府信息公开工作年度报告", date(2025, 2, 1), "confuser"
)  # fmt: skip


def _xxgk_article(day: date, serial: int) -> str:
    return f"/art/{day.year}/{day.month}/{day.day}/art_{_CHANNEL}_{serial}.html"


def _xxgk(view: View, request: Request) -> Answer | None:
    if request.path == _FOREIGN.path:
        return web_pages.confuser(view, XXGK, _FOREIGN)
    if request.path == _XXGK_COLUMN:
        form = f"infotypeId=A0212&jdid={view.site.number}&area=&divid=div{_CHANNEL}&sortfield=,createdatetime:0,orderid:0"
        body = (
            f'<div id="div{_CHANNEL}" class="zfxxgk_zdgkc"></div>\n<script src="/module/xxgk/tree.jsp?area="></script>\n'
            f"<script>searchInfo('{_SEARCH}','{form}&currpage=1&texttype=1&isAllList=1');</script>"
        )
        metas = web_pages.site_metas(view, "政府信息公开年报")
        return web_pages.page(view, XXGK, "政府信息公开年报", body, metas=metas, role="list")
    if request.path != _SEARCH:
        return None
    if request.method != "POST":
        return Answer("<html><body>请从栏目页进入</body></html>".encode(), role="list")
    number, total = request.number("currpage", 1), pages(view.entries, _PER_PAGE)
    rows = "".join(
        f'<tr class="tr_main_value_{"odd" if at % 2 else "even"}"><td>{at}</td>'
        f'<td><a class="bt_link" href="{entry.path}" title="{escape(entry.title)}">{escape(entry.title)}</a></td>'
        f"<td>{entry.day}</td></tr>"
        for at, entry in enumerate(span(view.entries, number, _PER_PAGE), 1)
    )
    # The search may return the whole district: rows of another column do not belong here.
    rows += (
        f'<tr class="tr_main_value_even"><td>·</td><td><a class="bt_link" href="{_FOREIGN.path}">{_FOREIGN.title}</a></td>'
        f"<td>{_FOREIGN.day}</td></tr>"
    )
    pager = f'<div class="page">共{total}页&nbsp;第{number}页 共{len(view.entries)}条</div>'
    return Answer(f"<table>{rows}</table>{pager}".encode(), role="list")


JPAGE = Family("hanweb", "hanweb", _COLUMN, _article, _jpage, _CONTAINER, weight=4)
JPAAS = Family("jpaas", "hanweb", _JPAAS_COLUMN, _jpaas_article, _jpaas, ('<div class="article-content">', "</div>"))
XXGK = Family("xxgk", "hanweb", _XXGK_COLUMN, _xxgk_article, _xxgk, ('<div class="artile_zw">', "</div>"))
FAMILIES = (JPAGE, JPAAS, XXGK)
