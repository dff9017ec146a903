"""TRS WCM and its look-alikes: static lists `index.html`, `index_N.html`, with every convention of counting pages.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

import re
from datetime import date
from html import escape

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request
from gongkai.samplesite.web_view import Entry, Family, View, pages, span

_COLUMN = "/zwgk/zfxxgk/zfxxgknb/"
_PER_PAGE = 6
_STUB = "<html><head><title>列表</title></head><body><div class='list'></div>" + "<!-- 本页暂无内容 -->" * 12 + "</body></html>"
_CUT = 24  # characters of a title that the anchor shows


def _article(day: date, serial: int) -> str:
    return f"{_COLUMN}{day:%Y%m}/t{day:%Y%m%d}_{serial}.html"


def row(entry: Entry, base: str) -> str:
    """One row: the address relative with ./, the whole title only in `title`."""
    where = "./" + entry.path[len(base) :] if entry.path.startswith(base) else entry.path
    shown = entry.title if len(entry.title) <= _CUT else entry.title[:_CUT] + "…"
    return f'<li><a href="{where}" target="_blank" title="{escape(entry.title)}">{escape(shown)}</a><span>{entry.day}</span></li>'


# How the page tells the number of pages, which number it counts from, and the ending of its list pages.
_SCRIPTS = {
    "trs-zero": ('<script>createPageHTML({total}, {page}, "index", "html");</script>', 0, "html"),
    "trs-zero-long": ('<script>createPageHTML({total},{page},"index","shtml","black2",{count});</script>', 0, "shtml"),
    "trs-comment": ('<!--<div class="page"><script>createPageHTML({total}, {page}, "index", "htm");</script>-->', 0, "htm"),
    "trs-one": ("<script>createPageHTML('paging',{total}, {page},'index','html',{count});</script>", 1, "html"),
    "trs-set-page": ('<script>$(".pages").pagination("setPage", {page}, {total});</script>', 1, "html"),
}


def _family(name: str) -> Family:
    script, first, ending = _SCRIPTS[name]
    numbered = re.compile(rf"{_COLUMN}index(?:_(\d{{1,6}}))?\.{ending}")

    def lists(view: View, request: Request) -> Answer | None:
        found = numbered.fullmatch(request.path)
        if request.path == _COLUMN:
            number = first
        elif found:
            # The first page has no number: index_0 and index_1 of a site that counts from them do not exist.
            number = int(found[1]) if found[1] else first
            if found[1] and number == first:
                return None
        else:
            return None
        total = pages(view.entries, _PER_PAGE)
        longer = bool(view.options & {"pages-declared-long", "pages-stub"})
        if not first <= number < first + total:
            return Answer(_STUB.encode(), role="list") if "pages-stub" in view.options and number < first + total + 2 else None
        declared = total + 2 if longer else total
        rows = "\n".join(row(entry, _COLUMN) for entry in span(view.entries, number, _PER_PAGE, first))
        pager = script.format(total=declared, page=number, count=len(view.entries))
        return web_pages.page(
            view,
            family,
            f"政府信息公开年报_{view.site.name}",
            f'<div class="list"><ul class="gl-list">\n{rows}\n</ul></div>\n{pager}',
            metas=web_pages.site_metas(view, "政府信息公开年报"),
            role="list",
        )

    weight = 4 if name == "trs-zero" else 2
    family = Family(name, "trs", _COLUMN, _article, lists, ('<div class="TRS_Editor">', "</div>"), weight=weight)
    return family


FAMILIES = tuple(_family(name) for name in _SCRIPTS)
