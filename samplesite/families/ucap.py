"""UCAP: numbered static lists, the JSON search behind other lists, and one channel for each year.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

import re
from datetime import date
from html import escape

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request, json_answer
from gongkai.samplesite.web_view import Entry, Family, View, pages, span

_CODE = "c110634"
_COLUMN = f"/zwgk/{_CODE}/zwgklist.shtml"
_PER_PAGE = 8
_CONTAINER = ('<div id="UCAP-CONTENT"><ucapcontent>', "</ucapcontent></div>")
_NUMBERED = re.compile(rf"/zwgk/{_CODE}/zwgklist(?:_(\d{{1,6}}))?\.shtml")


def _article(day: date, serial: int) -> str:
    return f"/zwgk/{_CODE}/{day:%Y%m}/{174_000_000 + serial}.shtml"


def _channel(view: View) -> str:
    return f"{view.site.number * 2654435761 % 2**64:016x}{view.site.number:016x}"


def _metas(view: View, code: str = _CODE) -> str:
    extra = web_pages.meta("channelId", _channel(view)) + web_pages.meta("code", code)
    return web_pages.site_metas(view, "政府信息公开年报") + extra


def _rows(entries: tuple[Entry, ...]) -> str:
    return "\n".join(
        f'<li><a target="_blank" href="{entry.path}" title="{escape(entry.title)}">{escape(entry.title)}</a><b>{entry.day}</b></li>'
        for entry in entries
    )


def _static(view: View, request: Request) -> Answer | None:
    found = _NUMBERED.fullmatch(request.path)
    if not found or found[1] == "1":
        return None
    number, total = int(found[1] or 1), pages(view.entries, _PER_PAGE)
    if not 1 <= number <= total:
        return None
    declared = total + 2 if "pages-declared-long" in view.options else total
    body = (
        f'<div class="list" id="page_div"><ul>{_rows(span(view.entries, number, _PER_PAGE))}</ul></div>\n<script>'
        f"createPageHTML('page_div',{declared}, {number},'zwgklist','shtml',{len(view.entries)});</script>"
    )
    return web_pages.page(view, STATIC, "政府信息公开年报", body, metas=_metas(view), role="list")


_JSON_COLUMN = "/zwgk/c100186/common_list.shtml"


def _json_article(day: date, serial: int) -> str:
    return f"/zwgk/c100186/{day:%Y%m}/{serial * 2654435761 % 2**64:016x}{serial:016x}.shtml"


def _json(view: View, request: Request) -> Answer | None:
    search = f"/common/search/{_channel(view)}"
    if request.path == _JSON_COLUMN:
        body = (
            '<div class="list" id="newsList"></div><div id="page_div"></div>\n<script>var url="' + search + '";'
            f'getList(url+"?_isAgg=true&_isJson=true&_pageSize={_PER_PAGE}&_template=index&_rangeTimeGte=&_channelName=&page=1");'
            "</script>"
        )
        return web_pages.page(view, JSON, "政府信息公开年报", body, metas=_metas(view, "c100186"), role="list")
    if request.path != search:
        return None
    if "html-error" in view.options:
        return Answer("<html><body><h1>系统繁忙，请稍后再试</h1></body></html>".encode(), role="list")
    number, size = request.number("page", 1), min(request.number("_pageSize", _PER_PAGE), 100) or _PER_PAGE
    found = span(view.entries, number, size)
    results = [
        {
            "title": entry.title,
            "url": view.origin + entry.path,
            "publishedTimeStr": f"{entry.day} 09:30:00",
            "channelName": "政府信息公开年报",
            "channelCodeName": "c100186",
            "content": "",
        }
        for entry in found
    ]
    data = {
        "channelId": _channel(view),
        "page": number,
        "rows": len(found),
        "total": len(view.entries),
        "results": None if "null-results" in view.options else results,
    }
    return json_answer({"data": data})


_YEARS_COLUMN = "/zwgk/c109000/zfxxgknb.shtml"


def _year_code(view: View, year: int) -> str:
    """The channel of a year: a number that tells nothing about the year."""
    return f"c{200_000 + (year * 7919 + view.site.number * 104_729) % 70_000}"


def _years_article(day: date, serial: int) -> str:
    return f"/zwgk/c109000/{day:%Y%m}/{174_000_000 + serial}.shtml"


def _years(view: View, request: Request) -> Answer | None:
    years = sorted({entry.day.year - 1 for entry in view.entries}, reverse=True)
    if request.path == _YEARS_COLUMN:
        links = "".join(f'<li><a href="/zwgk/{_year_code(view, year)}/list.shtml">{year}年度</a></li>' for year in years)
        return web_pages.page(view, YEARS, "政府信息公开年报", f'<ul class="years">{links}</ul>', metas=_metas(view, "c109000"), role="list")
    for year in years:
        if request.path == f"/zwgk/{_year_code(view, year)}/list.shtml":
            body = f'<div class="list"><ul>{_rows(tuple(one for one in view.entries if one.day.year - 1 == year))}</ul></div>'
            metas = web_pages.site_metas(view, f"{year}年度")
            return web_pages.page(view, YEARS, f"{year}年度", body, metas=metas, role="list")
    return None


STATIC = Family("ucap", "ucap", _COLUMN, _article, _static, _CONTAINER, weight=3)
JSON = Family("ucap-json", "ucap", _JSON_COLUMN, _json_article, _json, _CONTAINER)
YEARS = Family("year-channels", "ucap", _YEARS_COLUMN, _years_article, _years, _CONTAINER)
FAMILIES = (STATIC, JSON, YEARS)
