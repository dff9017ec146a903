"""VSB: static lists whose page numbers count down, so that the first page has the highest.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

import re
from datetime import date
from html import escape

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request
from gongkai.samplesite.web_view import Family, View, pages, span

_COLUMN = "/xxgk/gknb.htm"
_NUMBERED = re.compile(r"/xxgk/gknb/(\d{1,6})\.htm")
_PER_PAGE = 6
_HEAD = '<script src="/system/resource/js/dynclicks.js"></script>\n'


def _article(day: date, serial: int) -> str:
    return f"/info/1023/{serial}.htm"


def _lists(view: View, request: Request) -> Answer | None:
    total = pages(view.entries, _PER_PAGE)
    found = _NUMBERED.fullmatch(request.path)
    if request.path == _COLUMN:
        number = 1
    elif found and 1 <= int(found[1]) < total:
        number = total - int(found[1]) + 1
    else:
        return None
    rows = "\n".join(
        f'<li id="line_u8_{at}"><a href="{entry.path}" title="{escape(entry.title)}">{escape(entry.title)}</a>'
        f"<span>{entry.day}</span></li>"
        for at, entry in enumerate(span(view.entries, number, _PER_PAGE))
    )
    following = f'<a href="/xxgk/gknb/{total - number}.htm" class="Next">下页</a>' if number < total else "下页"
    last = '<a href="/xxgk/gknb/1.htm" class="Last">尾页</a>' if number < total else "尾页"
    pager = f'<div class="pb_sys_common"><span>共{len(view.entries)}条&nbsp;&nbsp;{number}/{total}</span>{following}{last}</div>'
    form = '<form name="_newscontent_fromname" method="post"></form>'
    metas = web_pages.site_metas(view, "政府信息公开年报")
    return web_pages.page(view, VSB, "政府信息公开年报", f"<ul>{rows}</ul>{pager}{form}", metas=metas, role="list")


VSB = Family("vsb", "vsb", _COLUMN, _article, _lists, ('<div id="vsb_content" class="v_news_content">', "</div>"), _HEAD)
FAMILIES = (VSB,)
