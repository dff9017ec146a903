"""Prints what every sample site has: head with the mandatory tags, navigation, home page, hub, article, error page.
Lists and the answers of list services are left to the families."""

from __future__ import annotations

from html import escape
from random import Random

from gongkai.samplesite.exchange import Answer, Role
from gongkai.samplesite.web_view import Entry, Family, View

HUB = "/zwgk/"
_NAV = (
    ("/", "首页"),
    ("/xwdt/", "新闻动态"),
    (HUB, "政务公开"),
    ("/bsfw/", "办事服务"),
    ("/hdjl/", "互动交流"),
    ("/wzdt/", "网站地图"),
)
_COLUMN_NAMES = (
    "政府信息公开年报",
    "政府信息公开年度报告",
    "政府信息<br>公开年报",
    "信息公开年报",
    "政府信息公开工作年度报告",
)
# What stands beside the annual reports on a platform of open information, and what only sounds like it.
_SIBLINGS = (
    ("/zwgk/zfxxgkzn/", "政府信息公开指南"),
    ("/zwgk/zfxxgkzd/", "政府信息公开制度"),
    ("/zwgk/fdzdgknr/", "法定主动公开内容"),
    ("/zwgk/ysqgk/", "依申请公开"),
)
_DECOYS = (
    ("/zwgk/wzndbb/", "政府网站年度报表"),
    ("/zwgk/fzzfnb/", "法治政府建设年度报告"),
    ("/zwgk/gknb_qy/", "企业年度报告公示"),
)
_NOT_FOUND = "您访问的页面不存在或已被删除，请返回首页重新查找。"


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{escape(content)}">\n'


def site_metas(view: View, column: str = "", kind: str = "") -> str:
    """The mandatory tags of a site and, where given, of a column."""
    tags = ""
    if view.site.number % 7 == 5:  # a template's words, and another site's domain, left in the page
        tags = meta("SiteIDCode", "政府网站标识码") + meta("SiteDomain", "www.elsewhere.test")
    tags += meta("SiteName", view.site.name) + meta("SiteDomain", view.site.host)
    tags += meta("SiteIDCode", view.site.site_id_code)
    if column:
        tags += meta("ColumnName", column) + meta("ColumnType", kind or "政府信息公开")
    return tags


def page(
    view: View, family: Family, title: str, body: str, *, metas: str = "", charset: str = "", role: Role = "other", status: int = 200
) -> Answer:
    """A whole page in the site's furniture, encoded as the site does."""
    code = charset or view.site.charset
    nav = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in _NAV)
    text = (
        f'<!DOCTYPE html>\n<html><head>\n<meta charset="{code}">\n<title>{escape(title)}</title>\n'
        f"{metas or site_metas(view)}{family.head}</head>\n<body>\n"
        f'<div class="header"><h2>{escape(view.site.name)}</h2><ul class="nav">{nav}</ul></div>\n'
        f"{body}\n"
        f'<div class="footer">主办：{escape(view.site.name)}　网站标识码：{view.site.site_id_code}　'
        '<a href="/manage/login.html">后台</a></div>\n</body></html>\n'
    )
    codec = "gb18030" if code.lower() in ("gb2312", "gbk") else "utf-8"
    # A site that writes GBK says so in the page and not in the header: that is where mistakes are made.
    media = "text/html" if codec == "gb18030" else "text/html; charset=utf-8"
    return Answer(text.encode(codec), status, media, role, steady=not view.site.restless or role != "article")


def home(view: View, family: Family, column: str) -> Answer:
    rng = Random(f"{view.site.seed} home")
    news = "".join(
        f'<li><a href="/xwdt/{n}.html">{escape(view.site.place)}{rng.choice(("召开例会", "开展检查", "举办讲座"))}</a></li>'
        for n in range(1, 7)
    )
    quick = f'<a href="{column}">信息公开年报</a>' if rng.random() < 0.2 else ""
    body = (
        f'<div class="news"><h3>要闻</h3><ul>{news}</ul></div>\n'
        f'<div class="open"><h3><a href="{HUB}">政府信息公开</a></h3>{quick}'
        '<a href="/zwgk/wzndbb/">政府网站工作年度报表</a></div>'
    )
    return page(view, family, view.site.name, body, role="home")


def hub(view: View, family: Family, column: str) -> Answer:
    """The platform of open information: five parts side by side, and links that only sound like ours."""
    rng = Random(f"{view.site.seed} hub")
    links = [*_SIBLINGS]
    links.insert(rng.randrange(2, 5), (column, rng.choice(_COLUMN_NAMES)))
    parts = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in links)
    decoys = "".join(f'<p><a href="{path}">{name}</a></p>' for path, name in _DECOYS)
    body = f'<div class="gkpt"><ul class="gk_menu">{parts}</ul></div>\n<div class="zt">{decoys}</div>'
    return page(view, family, f"政府信息公开_{view.site.name}", body, metas=site_metas(view, "政府信息公开"), role="hub")


def plain(view: View, family: Family, path: str) -> Answer | None:
    """The pages beside the platform: guide, rules, decoys, news, site map."""
    names = {**dict(_SIBLINGS), **dict(_DECOYS), "/bsfw/": "办事服务", "/hdjl/": "互动交流", "/xwdt/": "新闻动态"}
    if path in names:
        text = f"<h1>{names[path]}</h1><p>本栏目由{escape(view.site.name)}维护，内容正在整理。</p>"
        return page(view, family, names[path], text, metas=site_metas(view, names[path]))
    if path.startswith("/xwdt/") and path[6:-5].isdecimal():
        return page(view, family, "要闻", "<h1>要闻</h1><p>会议听取了近期工作情况。</p>")
    return None


def site_map(view: View, family: Family, column: str) -> Answer:
    links = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in (*_NAV, *_SIBLINGS, *_DECOYS))
    body = f'<ul class="map">{links}<li><a href="{column}">政府信息公开年报</a></li></ul>'
    return page(view, family, "网站地图", body)


def not_found(view: View, family: Family, status: int = 404) -> Answer:
    body = f"<h1>404</h1><p>{_NOT_FOUND}</p>"
    return page(view, family, "页面不存在", body, role="missing", status=status)


def article_metas(view: View, entry: Entry, hour: int = 9) -> str:
    made = f"{view.today:%Y-%m-%d} 03:{view.visit % 60:02d}" if view.site.restless else f"{entry.day:%Y-%m-%d} 10:00"
    return (
        site_metas(view, "政府信息公开年报", "信息公开年报")
        + meta("ArticleTitle", entry.title)
        + meta("PubDate", f"{entry.day:%Y-%m-%d} {hour:02d}:30")
        + meta("ContentSource", entry.agency or view.site.name)
        + meta("Url", view.origin + entry.path)
        + meta("HtmlGenerateTime", made)
    )


def article_text(view: View, family: Family, entry: Entry, article: str, attachments: str, charset: str) -> str:
    """A report inside the furniture of its site, as text: the layout of the report decides its encoding."""
    start, end = family.container
    nonce = f'<script nonce="{view.visit * 7919 % 65536:04x}">var now={view.visit};</script>' if view.site.restless else ""
    nav = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in _NAV)
    crumbs = '<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 政府信息公开年报 &gt; 正文'
    visits = f'　浏览次数：<span id="hits">{1000 + view.visit}</span>' if view.site.restless else ""
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>{escape(entry.title)}_{escape(view.site.name)}</title>\n'
        f"{article_metas(view, entry)}{family.head}{nonce}</head>\n<body>\n"
        f'<ul class="nav">{nav}</ul><div class="crumbs">当前位置：{crumbs}</div>\n'
        f"<h1>{escape(entry.title)}</h1>\n"
        f'<div class="info">发布时间：{entry.day:%Y-%m-%d} 09:30　来源：{escape(entry.agency)}{visits}</div>\n'
        f"{start}{article}{end}\n{attachments}"
        f'<div class="footer">主办：{escape(view.site.name)}　网站标识码：{view.site.site_id_code}</div></body></html>\n'
    )


def confuser(view: View, family: Family, entry: Entry) -> Answer:
    body = (
        f"<h1>{escape(entry.title)}</h1>{family.container[0]}<p>现将有关情况公布如下。</p>"
        f"<p>本文不含政府信息公开申请的统计表，如需查阅请到{escape(view.site.name)}。</p>{family.container[1]}"
    )
    return page(view, family, entry.title, body, metas=article_metas(view, entry), role="confuser")
