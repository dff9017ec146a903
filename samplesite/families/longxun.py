"""Longxun: further rows come as an HTML fragment from /site/label/8888, or by the column's own `pageIndex`.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

from datetime import date
from html import escape

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request
from gongkai.samplesite.web_view import Family, View, pages, span

_ORGAN, _CATEGORY = 21691, 32710021
_COLUMN = f"/public/column/{_ORGAN}?type=4&catId={_CATEGORY}&action=list"
_LABEL = "/site/label/8888"
_PER_PAGE = 7
_EMPTY = "暂无相关信息"


def _article(day: date, serial: int) -> str:
    return f"/public/{_ORGAN}/{serial}.html"


def _fragment(view: View, number: int, size: int) -> str:
    found = span(view.entries, number, size)
    if not found:
        return f'<div class="noresult">{_EMPTY}</div>'
    rows = "".join(
        f'<li><a class="title" href="{entry.path}" title="{escape(entry.title)}">{escape(entry.title)}</a>'
        f'<span class="date">{entry.day}</span></li>'
        for entry in found
    )
    return (
        f'<ul class="doc_list">{rows}</ul><div id="page_public_info"></div><script>Ls.pagination("#page_public_info",'
        f"{{pageIndex:{number},pageSize:{size},pageCount:{pages(view.entries, size)},size:{len(view.entries)},type:'ajax'}});</script>"
    )


def _lists(view: View, request: Request) -> Answer | None:
    if request.path == f"/public/column/{_ORGAN}":
        site = 6_788_000 + view.site.number
        parameters = (
            f"IsAjax=1&dataType=html&labelName=publicInfoList&siteId={site}&pageSize={_PER_PAGE}&pageIndex=1&action=list"
            f"&fuzzySearch=false&fromCode=title&keyWords=&sortType=1&isDate=true&dateFormat=yyyy-MM-dd&length=80"
            f"&organId={_ORGAN}&type=4&catIds=&catId={_CATEGORY}&cId=&result={_EMPTY}&file=/xxgk/publicInfoList_newest2020"
        )
        # Half of the sites fetch further pages from the label, the others page the column by its own address.
        own = view.site.number % 2
        shown = _fragment(view, request.number("pageIndex", 1) if own else 1, _PER_PAGE)
        call = "" if own else f'<script>$.get("{_LABEL}?{parameters}",function(html){{$("#publicInfoList").html(html)}});</script>'
        body = f'<div class="xxgk_list" id="publicInfoList">{shown}</div>\n{call}'
        metas = web_pages.site_metas(view, "政府信息公开年报")
        return web_pages.page(view, LONGXUN, "政府信息公开年报", body, metas=metas, role="list")
    if request.path != _LABEL:
        return None
    fields = request.fields
    if fields.get("labelName") != "publicInfoList" or fields.get("catId") != str(_CATEGORY):
        return Answer(_EMPTY.encode(), role="list")
    size = min(request.number("pageSize", _PER_PAGE), 50) or _PER_PAGE
    return Answer(_fragment(view, request.number("pageIndex", 1), size).encode(), role="list")


LONGXUN = Family("longxun", "longxun", _COLUMN, _article, _lists, ('<div class="wzcon j-fontContent">', "</div>"), weight=3)
FAMILIES = (LONGXUN,)
