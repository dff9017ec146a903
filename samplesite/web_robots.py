"""robots.txt in the variants that sites have, good and bad.
Which site has which is decided in `web`; the bad ones are switched on as faults."""

from __future__ import annotations

from gongkai.samplesite.exchange import Answer, redirect

_TEXT = "text/plain; charset=utf-8"
# What sites with rules of their own close to robots; a crawler of ours has no business there.
CLOSED = ("/manage/", "/private/")
_PARTLY = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in CLOSED)


def _text(text: str, status: int = 200, media: str = _TEXT) -> Answer:
    return Answer(text.encode(), status, media, "robots")


def _large() -> str:
    """One megabyte; the rule that matters stands first, within the first 500 KiB."""
    return _PARTLY + "".join(f"# 第{n}行：保留的历史规则，不再使用\n" for n in range(20_000))


ROBOTS: dict[str, Answer] = {
    "none": Answer(b"", 404, "text/html", "robots"),
    "empty": _text(""),
    "open": _text("User-agent: *\nAllow: /\nSitemap: /sitemap.xml\n"),
    "partly": _text(_PARTLY),
    "partly-bom": Answer(b"\xef\xbb\xbf" + _PARTLY.encode(), 200, _TEXT, "robots"),
    "partly-gbk": Answer(("# 请勿抓取后台\n" + _PARTLY).encode("gb18030"), 200, "text/plain", "robots"),
    "others": _text("User-agent: OtherBot\nDisallow: /\n"),
    "closed": _text("User-agent: *\nDisallow: /\n"),
    "closed-bom": Answer(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n", 200, _TEXT, "robots"),
    "full-width-colon": _text("User-agent： *\nDisallow： /\n"),
    "no-agent": _text("Disallow: /\n"),
    "forbidden": _text("Forbidden", 403),
    "unauthorized": _text("Unauthorized", 401),
    "error": _text("Internal Server Error", 500),
    "gone": _text("", 410),
    "page": _text("<!DOCTYPE html><html><body>您访问的页面不存在</body></html>", media="text/html; charset=utf-8"),
    "slow": _text(_PARTLY + "Crawl-delay: 10\n"),
    "rate": _text(_PARTLY + "Request-rate: 1/5\n"),
    "night": _text(_PARTLY + "Visit-time: 1400-2200\n"),
    "large": _text(_large()),
    "redirect": redirect("/robots_new.txt", 301, "robots"),
    "redirect-loop": redirect("/robots.txt", 302, "robots"),
}
# The variants an ordinary site has, and how often.
ORDINARY = (("none", 45), ("open", 20), ("partly", 20), ("partly-bom", 4), ("partly-gbk", 3), ("others", 3), ("empty", 2), ("page", 3), ("closed", 2))
REDIRECTED = "/robots_new.txt"


def crawl_delay(seconds: float) -> Answer:
    return _text(f"{_PARTLY}Crawl-delay: {seconds:g}\n")
