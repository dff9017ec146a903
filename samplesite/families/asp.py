"""Pages of the old kind: numbers in the query, tables for rows, tags in capitals, attributes without quotes, GBK.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

from datetime import date
from html import escape

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request
from gongkai.samplesite.web_view import Family, View, pages, span

_CLASS = 12
_COLUMN = f"/gk/list.asp?classid={_CLASS}"
_PER_PAGE = 9


def _article(day: date, serial: int) -> str:
    return f"/gk/show.asp?id={serial}"


def _lists(view: View, request: Request) -> Answer | None:
    if request.path != "/gk/list.asp" or request.fields.get("classid") != str(_CLASS):
        return None
    number, total = request.number("page", 1), pages(view.entries, _PER_PAGE)
    rows = "\n".join(
        f"<TR><TD height=24>·<A HREF={entry.path.rpartition('/')[2] if entry.edition else entry.path} target=_blank>{escape(entry.title)}</A></TD>"
        f"<TD align=right>{entry.day.year}-{entry.day.month}-{entry.day.day}</TD></TR>"
        for entry in span(view.entries, number, _PER_PAGE)
    )
    following = f"<a href=list.asp?classid={_CLASS}&page={number + 1}>下一页</a>" if number < total else "下一页"
    pager = f"共{len(view.entries)}条 第{number}/{total}页 {following} <a href=list.asp?classid={_CLASS}&page={total}>尾页</a>"
    body = f"<TABLE width=760 border=0>\n{rows}\n</TABLE>\n<p align=center>{pager}</p>"
    metas = web_pages.site_metas(view, "政府信息公开年报")
    return web_pages.page(view, ASP, "政府信息公开年报", body, metas=metas, charset="gb2312", role="list")


ASP = Family("asp-table", "static", _COLUMN, _article, _lists, ("<TABLE width=760 border=0><TR><TD class=content>", "</TD></TR></TABLE>"))
FAMILIES = (ASP,)
