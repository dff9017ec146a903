"""Pages that a protection puts in place of the one that was asked for: recognised, named, never answered.
What follows from it (the host is left alone) is left to `settle.py`."""

from __future__ import annotations

import re
from functools import lru_cache

from gongkai.scraper.wire import Head

STATUSES = frozenset({202, 403, 405, 412, 418, 503, 521})
LARGEST = 20_000
"""A challenge is a few kB of script; a page of this size is a page."""
CONTENT = re.compile(rb"""<meta\s[^>]*name\s*=\s*["']?(?:SiteName|SiteIDCode|ColumnName|ArticleTitle)\b""", re.IGNORECASE)
"""The tags every government page must carry (国办发〔2017〕47号). A page that has them is content, whatever scripts stand in it."""

_UNSEEN = re.compile(r"<(script|style|title)\b.*?</\1\s*>|<[^>]*>|\s+", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)

_SIGNATURES: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("jiasule", re.compile(rb"__jsl_clearance|__jsluid_[hs]=")),
    ("ruishu", re.compile(rb"\$_ts\b|r=['\"]m['\"]|FSSBBIl1UgzbN7N80[ST]")),
    ("chuangyu", re.compile(rb"365cyd\.com|ks-waf-error")),
    ("yunsuo", re.compile(rb"yunsuo_session|yunsuologo")),
    ("safedog", re.compile(rb"safedog")),
    ("wangzhan-weishi", re.compile(rb"wzws_[sc]id|wzws_wsck")),
    ("safeline", re.compile(rb"safeline|<!-- event[_ ]id:", re.IGNORECASE)),
    ("xuanwudun", re.compile(rb"dbappwaf\.cn")),
    ("nsfocus", re.compile(rb"\bNSFocus\b", re.IGNORECASE)),
    ("webray", re.compile(rb"WebRay-WAF", re.IGNORECASE)),
    ("tencent", re.compile(rb"waf\.tencent-cloud\.com")),
    ("aliyun", re.compile(rb"errors\.aliyun\.com|acw_sc__v2")),
    ("cloudflare", re.compile(rb"cf[-_]chl|challenge-platform|cf-browser-verification|Checking your browser before|Attention Required! \| Cloudflare|<title>Just a moment", re.IGNORECASE)),
    ("yunjiasu", re.compile(rb"yunjiasu", re.IGNORECASE)),
    ("cookie-script", re.compile(rb"document\.cookie\s*=.{0,2000}?location", re.DOTALL)),
    ("captcha", re.compile(rb"captcha|\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81", re.IGNORECASE)),
)
_SAID = re.compile(
    r"(?:访问|请求|操作|IP|地址)[^。]{0,12}?(?:被|已被?|遭)(?:[^。]{0,6}?)(?:拦截|阻断|阻止|拒绝|禁止|封禁|屏蔽)|拦截(?:提示|页面|原因)|(?:安全威胁|疑似(?:攻击|黑客)|恶意(?:攻击|访问|请求)|攻击行为)"
    r"|(?:访问|请求|操作)(?:过于|太过?)?(?:频繁|过快|太快)|(?:安全|访问|人机|身份|滑动|滑块)(?:验证|校验)|(?:浏览器|正在进行)安全(?:检查|检测)|请(?:您)?(?:完成|点击|拖动|滑动|输入)[^。]{0,8}?(?:验证|滑块)|\bWAF\b|Web应用防火墙|网站防火墙|checkingyourbrowser|pleaseenablejavascriptandcookies",
    re.IGNORECASE,
)
"""What firewalls say in their own words. Only of a page that says nothing else."""
_REPORTS = re.compile("年度?报告|年报|信息公开")
"""A page that speaks of reports is let through: the centre for safety inspections has one too, and its page may be short."""
LONGEST_WORDS = 200
"""Characters of such a page, white space left out."""
_ALWAYS = frozenset({412, 418, 521})
"""No server says these to a plain GET of a page; a signature is not needed to doubt them."""


def detect(head: Head, wire_head: bytes, body: bytes) -> str:
    """The product that stands in the way, `unknown` for one without a known mark, "" where none does.

    `wire_head`: the head's raw bytes, where cookies and servers sign. `body`: as decoded.
    """
    if len(body) >= LARGEST or head.status not in STATUSES | {200} or CONTENT.search(body):
        return ""
    text = wire_head + body
    if head.status in STATUSES or _is_script_only(body):
        if product := next((name for name, mark in _SIGNATURES if mark.search(text)), ""):
            return product
        if head.status in _ALWAYS:
            return "unknown"
    return _by_words(body)


def _by_words(body: bytes) -> str:
    """A page that says that it stands in the way, under any status: "" for one that is a page, or no page at all."""
    if b"\0" in body[:1_000] or not body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return ""
    shown = words_of(body)
    if len(shown) >= LONGEST_WORDS:
        return ""
    title = _TITLE.search(body)
    words = f"{words_of(title[1]) if title else ''}。{shown}"
    said = None if _REPORTS.search(words) else _SAID.search(words)
    return f"says {said[0][:30]!r}" if said else ""


@lru_cache(maxsize=2)  # of one page several questions are asked: is it a challenge, is it gone, is the server out of order
def words_of(body: bytes) -> str:
    """The visible text of a page, without white space; without its title."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    return _UNSEEN.sub("", text)


def _is_script_only(body: bytes) -> bool:
    """A page with status 200 that is nothing but the protection's script."""
    if not re.search(rb"\$_ts\b|__jsl_clearance|acw_sc__v2|wzws_|yunsuo_session|safedog|document\.cookie\s*=.{0,2000}?location", body, re.DOTALL):
        return False
    shown = re.sub(rb"<(script|style|noscript|head)\b.*?</\1\s*>|<[^>]*>", b"", body, flags=re.DOTALL | re.IGNORECASE)
    return len(shown.strip()) < 200
