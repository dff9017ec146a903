"""Faults 1-14 and 47: missing pages, redirects, challenges, refusals and waits, each a well-formed answer.
Faults of the bytes on the wire, of page contents and of lists stand in their own modules."""

from __future__ import annotations

import zlib
from dataclasses import replace
from email.utils import formatdate

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, path_key, redirect
from gongkai.samplesite.fault import Exchange, Fault, Roles
from gongkai.samplesite.fault_texts import edited

_PLAIN = "text/plain; charset=utf-8"
# Where no crawler may be led: loopback, private and link-local networks, other schemes, hidden spellings, passwords.
PRIVATE = (
    "http://127.0.0.1:9/", "http://10.0.0.1/", "http://192.168.1.1/admin", "http://172.16.0.1/", "http://169.254.169.254/latest/",
    "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://0x7f000001/", "http://2130706433/", "http://localhost/",
    "file:///etc/passwd", "ftp://ftp.example.invalid/", "http://user:secret@elsewhere.invalid/", "//10.0.0.1/",
)  # fmt: skip


def _not_found(exchange: Exchange) -> Answer:
    return web_pages.not_found(exchange.view, exchange.web.family(exchange.view.site))


def _soft_404(exchange: Exchange) -> Answer:
    return web_pages.not_found(exchange.view, exchange.web.family(exchange.view.site), 200)


def _home(exchange: Exchange) -> Answer:
    view = exchange.view
    return web_pages.home(view, exchange.web.family(view.site), exchange.web.column(view.site, view.night))


def _to_home(exchange: Exchange) -> Answer:
    return redirect("/", exchange.option("status", 302))


def _loop(exchange: Exchange) -> Answer:
    path = exchange.request.path
    return redirect(path if "loop" in exchange.request.fields else f"{path}?loop=1")


def _self_with_cookie(exchange: Exchange) -> Answer | None:
    """To itself with a cookie; a cookie sent back is let through unless `ever`."""
    if "hopped=1" in exchange.request.headers.get("cookie", "") and not exchange.option("ever", False):
        return None
    answer = redirect(exchange.request.target)
    return replace(answer, headers=(*answer.headers, ("Set-Cookie", "hopped=1; Path=/")))


def _elsewhere(exchange: Exchange) -> Answer:
    return redirect(exchange.option("to", "http://elsewhere.invalid/nb.html"))


def _to_disallowed(exchange: Exchange) -> Answer:
    return redirect(exchange.option("to", "/private/nb.html"))


def _to_private(exchange: Exchange) -> Answer:
    return redirect(exchange.option("to", PRIVATE[exchange.hits % len(PRIVATE)]))


def _gbk_location(exchange: Exchange) -> Answer | None:
    """The article has moved to a path whose bytes are GBK and stand unescaped in Location."""
    known: dict[str, Answer] = exchange.memory
    here = path_key(exchange.request.path)
    if here in known:
        return known[here]
    if exchange.answer.role != "article":
        return None
    where = f"/年报/报告{zlib.crc32(here.encode())}.html".encode("gb18030")
    known[path_key("".join(f"%{byte:02X}" for byte in where))] = exchange.answer
    return redirect(where, 301)


def _jsl(exchange: Exchange) -> Answer:
    script = (
        "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_clearance_s')+('=1764')+(';')+('max-age=3600');"
        "location.href=location.pathname+location.search</script>"
    )
    go = '<script>;go({"bts":["1764.0|0|a","b%3D"],"chars":"abcdefghij","ct":"0123","ha":"md5","tn":"__jsl_clearance_s","vt":"3600"})</script>'
    body = script if exchange.hits % 2 == 0 else go
    cookies = (("Set-Cookie", "__jsluid_h=0123456789abcdef0123456789abcdef; max-age=31536000; path=/; HttpOnly"),)
    return Answer(body.encode(), 521, "text/html", headers=cookies, steady=False)


_TS = '<script type="text/javascript" r=\'m\'>$_ts=window[\'$_ts\'];if(!$_ts)$_ts={};$_ts.nsd=52417;$_ts.cd="qhrDrFlqqGTqqk";</script>'


def _ruishu(exchange: Exchange) -> Answer:
    body = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><meta content="{{qqtRH7kQ" r="m">{_TS}'
        "<script type=\"text/javascript\" charset=\"utf-8\" src=\"/4QbVtADbnLVIc/c.294cc83.js\" r='m'></script></head><body></body></html>"
    )
    cookies = (("Set-Cookie", "4QbVtADbnLVIcS=60aBcDeF; Path=/; HttpOnly"),)
    return Answer(body.encode(), exchange.option("status", 412), "text/html; charset=utf-8", headers=cookies, steady=False)


def _ruishu_content(exchange: Exchange) -> Answer:
    """The protecting script in a page that is all there."""
    return edited(exchange.answer, lambda text: text.replace("</head>", _TS + "</head>", 1))


_SHIELDS = {
    "yundun": '<html><head><title>访问被拦截</title></head><body><img src="/ks-waf-error.png"><a href="http://www.365cyd.com">创宇盾</a></body></html>',
    "safedog": '<html><body><div id="safedog-flow-item">您的请求带有不合法参数，已被网站管理员设置拦截！</div></body></html>',
    "safeline": "<html><body><h1>访问被拒绝</h1><!-- event_id: 3f2a --><!-- safeline --></body></html>",
    "aliyun": "<html><head><title>405</title></head><body><script src='//errors.aliyun.com/error.js'></script></body></html>",
}


def _shield(exchange: Exchange) -> Answer:
    product = exchange.option("product", "yundun")
    return Answer(_SHIELDS[product].encode(), 405 if product == "aliyun" else 403, steady=False)


def _forbidden(exchange: Exchange) -> Answer:
    return Answer(b"<html><body><center><h1>403 Forbidden</h1></center></body></html>", 403, "text/html", steady=False)


def _wait(seconds: str) -> Answer:
    return Answer("访问过于频繁".encode(), 429, _PLAIN, headers=(("Retry-After", seconds),), steady=False)


def _retry_after_seconds(exchange: Exchange) -> Answer:
    return _wait(str(exchange.option("seconds", 120)))


def _retry_after_date(exchange: Exchange) -> Answer:
    return _wait(formatdate(exchange.now + exchange.option("seconds", 120), usegmt=True))


def _busy(exchange: Exchange) -> Answer:
    return Answer("服务繁忙".encode(), exchange.option("status", 503), _PLAIN, steady=False)


def _cookie_wall(exchange: Exchange) -> Answer | None:
    """A list for those only who bring the cookie that they were given; `quiet`: 200 and no rows, else back to itself."""
    if "visitor=" in exchange.request.headers.get("cookie", ""):
        return None
    cookie = ("Set-Cookie", "visitor=7f3a; Path=/; HttpOnly")
    if exchange.option("quiet", False):
        family = exchange.web.family(exchange.view.site)
        empty = family.lists(replace(exchange.view, entries=()), exchange.request)
        return replace(empty or exchange.answer, headers=(cookie,), steady=False)
    answer = redirect(exchange.request.target)
    return replace(answer, headers=(*answer.headers, cookie))


_CONTENT: Roles = ("home", "hub", "list", "article", "confuser", "attachment")
FAULTS = (
    Fault(1, "not-found-once", "404 for the first article asked for, then as before", ("article",), _not_found, times=1),
    Fault(3, "soft-404", "200 and a page that says the page does not exist, for articles and missing paths", ("article", "missing"), _soft_404),
    Fault(4, "missing-is-home", "every missing path answers 200 with the home page", ("missing",), _home),
    Fault(4, "article-is-home", "articles are gone and their paths answer 200 with the home page", ("article",), _home),
    Fault(5, "redirect-home", "articles redirect to the home page (option status)", ("article", "missing"), _to_home),
    Fault(6, "redirect-loop", "two addresses redirect to each other for ever", ("article", "list"), _loop),
    Fault(6, "self-redirect-cookie", "302 to itself with Set-Cookie, through with the cookie (option ever: never through)", ("article", "list"), _self_with_cookie),
    Fault(7, "redirect-other-host", "redirects to a host of another name (option to)", ("article",), _elsewhere),
    Fault(7, "redirect-disallowed", "redirects to a path that robots.txt closes (option to)", ("article",), _to_disallowed),
    Fault(7, "redirect-private", "redirects to private addresses, other schemes and passwords in turn (option to)", ("article",), _to_private),
    Fault(8, "gbk-location", "redirects articles to a path in unescaped GBK bytes, which works percent-encoded", ("article", "missing"), _gbk_location),
    Fault(9, "jsl-521", "521, a cookie, and a script that computes another cookie", (), _jsl),
    Fault(10, "ruishu-412", "412 and a tiny page with the $_ts script (option status)", (), _ruishu),
    Fault(11, "ruishu-content", "the $_ts script in pages that are all there", ("home", "hub", "list", "article"), _ruishu_content),
    Fault(12, "waf-403", "403 or 405 with a firewall's page (option product)", (), _shield),
    Fault(12, "forbidden", "403 and nothing else", (), _forbidden),
    Fault(13, "retry-after-seconds", "429, Retry-After in seconds, once (option seconds)", _CONTENT, _retry_after_seconds, times=1),
    Fault(13, "retry-after-date", "429, Retry-After as a date, once (option seconds)", _CONTENT, _retry_after_date, times=1),
    Fault(13, "retry-after-day", "429, Retry-After: 86400, always", _CONTENT, _retry_after_seconds, options={"seconds": 86400}),
    Fault(14, "busy-burst", "503 three times, then as before (option status)", _CONTENT, _busy, times=3),
    Fault(47, "cookie-wall", "a list only for clients that return the cookie (option quiet: 200 without rows)", ("list",), _cookie_wall),
)  # fmt: skip
