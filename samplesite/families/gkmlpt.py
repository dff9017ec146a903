"""The directory platform of Guangdong: a tree in the page, a JSON interface whose pages 0 and 1 are the same.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

import json
import zlib
from datetime import date

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request, json_answer
from gongkai.samplesite.web_view import Family, View, span

_COLUMN = "/gkmlpt/index"
_PER_PAGE = 100
_REPORTS, _GUIDE = 3245, 3240  # numbers of the tree's nodes
_API = "/gkmlpt/api/all/"


def _article(day: date, serial: int) -> str:
    return f"/gkmlpt/content/{serial // 1_000_000}/{serial // 1000}/post_{serial}.html"


def _escaped(text: str) -> str:
    """As some installations write titles: %uXXXX for every character beyond ASCII."""
    return "".join(one if one.isascii() else f"%u{ord(one):04X}" for one in text)


def _tree(view: View) -> list[dict[str, object]]:
    def node(number: int, name: str, count: int, children: list[dict[str, object]], jump: str = "") -> dict[str, object]:
        return {"id": number, "name": name, "post_count": count, "children": children, "jump_url": jump}

    reports = node(_REPORTS, "政府信息公开年报", len(view.entries), [])
    return [
        node(_GUIDE, "政府信息公开指南", 1, [], view.origin + "/zwgk/zfxxgkzn/"),
        node(3241, "政府信息公开制度", 4, []),
        node(3242, "法定主动公开内容", 0, [node(3250, "机构职能", 6, []), node(3251, "网站年度报表", 5, [])]),
        reports,
    ]


def _lists(view: View, request: Request) -> Answer | None:
    if request.path == _COLUMN:
        config = {"SID": str(755_000 + view.site.number), "TREE": _tree(view), "SERVICE_AREA_ID": view.site.number}
        body = f'<div id="app"></div>\n<script>window._CONFIG = {json.dumps(config, ensure_ascii=False)};</script>'
        metas = web_pages.site_metas(view, "政府信息公开目录")
        return web_pages.page(view, GKMLPT, "政府信息公开平台", body, metas=metas, role="list")
    if not request.path.startswith(_API):
        return None
    node = request.path[len(_API) :]
    if node not in (str(_REPORTS), "0"):
        return json_answer({"classify": {"post_count": 0}, "total": 0, "articles": []})
    if request.fields.get("sid", "") != str(755_000 + view.site.number):
        return json_answer({"error": "站点不存在"})
    number = max(1, request.number("page", 1))
    found = span(view.entries, number, _PER_PAGE)
    if not found and number > 1:
        return Answer(b'{"message":"404"}', 404, "application/json", "list")
    articles = [
        {
            "id": zlib.crc32(entry.path.encode()),
            "title": _escaped(entry.title) if view.site.number % 4 == 1 else entry.title,
            "url": view.origin + entry.path,
            "post_url": view.origin + entry.path,
            "publisher": entry.agency,
            "identifier": f"99{view.site.number:07d}/{entry.day.year}-{at:05d}",
            "document_number": "",
            "date": f"{entry.day} 09:30:00",
            "created_at": f"{entry.day} 09:30:00",
            "display_publish_time": f"{entry.day}",
            "is_expired": 0,
            "is_abolished": 0,
            "attachment": [],
        }
        for at, entry in enumerate(found, 1)
    ]
    return json_answer({"classify": {"post_count": len(view.entries)}, "total": len(view.entries), "articles": articles})


GKMLPT = Family("gkmlpt", "gkmlpt", _COLUMN, _article, _lists, weight=3, fillers=(6, 160))
FAMILIES = (GKMLPT,)
