"""One exchange → what it means: a page, the same page, none any more, a refusal, or something to try again.
Pure: the same bytes give the same conclusion after a crash. What a page links to is left to `reading.py`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from gongkai.scraper.addresses import Refused, clean, location, not_public
from gongkai.scraper.archive import Earlier
from gongkai.scraper.challenge import detect, words_of
from gongkai.scraper.client import Exchange
from gongkai.scraper.pace import LONGEST_RETRY_AFTER_S, retry_after
from gongkai.scraper.settings import Settings
from gongkai.scraper.sites.entries import Reading
from gongkai.scraper.sites.shells import frames, shell_target
from gongkai.scraper.wire import Broken, Head, TooLarge, decoded, head_of

Role = Literal["list", "page", "attachment", "robots", "canary"]
Outcome = Literal[
    "new", "changed", "same", "redirected", "missing", "forbidden", "challenge", "robots", "refused", "too_large",
    "failed", "not_asked", "not_due", "not_listed", "gone", "parked", "retry",
]  # fmt: skip
"""What became of an address tonight, exactly one each; see `docs/crawling.md`. `retry` never stays: it is one only
until the next try."""

TRANSIENT = frozenset(
    {"connect", "connect_timeout", "dns", "read_timeout", "total_timeout", "disconnect", "no_answer", "protocol"}
)
HOST_DOWN = frozenset({"connect", "connect_timeout", "dns", "tls", "tls_unverified"})
"""Failures of a server, not of a page: whatever else is wanted from it would fail the same way."""
BUSY = frozenset({429, 500, 502, 503, 504})
SHORTEST_PAGE = 64
"""An answer of 3 or 13 bytes is what a cache leaves where a page was."""
SOFT_404 = re.compile(
    r"页面(?:不存在|没有找到|找不到|未找到|已(?:被)?删除|丢失)|(?:访问|查看|请求|浏览)的(?:页面|网页|内容|文章|信息|地址|资源|文件)"
    r"[^。]{0,12}(?:不存在|已(?:被)?删除|找不到|未找到|已下线|已失效|被移除)|(?:找不到|未找到|没有找到)(?:该|此|您|你|相关)?[^。]{0,8}(?:页面|网页|文件)"
    r"|(?:文章|信息|内容|资料|资源|栏目|新闻|稿件|对象)(?:不存在|(?:已经?|已被)?(?:下架|撤销|撤回|删除|过期|失效)|未审核|无法(?:显示|找到))"
    r"|(?:无法|不能)找到(?:该|此|您|你|所)?[^。]{0,8}(?:页|网页|文件|信息)|该?页面?已(?:失效|过期|下线)|找不到对象"
    r"|was\s*not\s*found\s*on\s*this\s*server|page[^.]{0,30}(?:was|could)\s*not\s*(?:be\s*)?found|status\s*404"
    r"|404\s*(?:not\s*found|错误|页面)|(?:not\s*found|error)\s*404|page\s*not\s*found",
    re.IGNORECASE,
)
OUT_OF_ORDER = re.compile(
    r"(?:系统|网站|服务器|平台)(?:正在)?(?:维护|升级|繁忙|忙|改造|出错|错误|异常)|(?:维护|升级|改造)中|暂时无法(?:显示|访问|提供)|参数(?:错误|有误|不正确)|非法(?:访问|请求|操作)"
    r"|^(?:访问|系统|程序|页面|抱歉[,，]?)?出错了?|访问出错|没有(?:权限|访问权限|浏览权限)|无权(?:限)?(?:访问|查看)|service\s*unavailable|internal\s*server\s*error"
    r"|http\s*status\s*5\d\d|bad\s*gateway|gateway\s*time-?out|ole\s*db|odbc|mysqli?_|sql(?:syntax|state|exception)|java\.(?:lang|sql)\.|fatal\s*error|server\s*error\s*in|runtime\s*error"
    r"|welcome\s*to\s*nginx|iis\s*windows|it\s*works!?$|apache.{0,20}test\s*page|域名(?:未|没有|尚未)备案|(?:网站|站点|本站)已?(?:整合|整体)?(?:迁移|关停|关闭|停用|下线)",
    re.IGNORECASE,
)
"""What a server says in place of a page, with status 200, when it is the server that fails. It says nothing about the page."""
OF_REPORTS = re.compile("年度?报告|年报")
"""A short page that speaks of reports holds one in its files, whatever it says about maintenance."""
NO_TITLE = re.compile(
    r"^(?:welcometonginx!?|httpstatus5\d\d.*|apachetomcat.*errorreport|5\d\d(?:internal|bad|service|gateway).*|iiswindows.*|.{0,20}(?:用户|系统|后台|管理员?|统一)(?:登录|身份认证)|phpinfo\(\))$", re.IGNORECASE
)
"""Titles of pages that servers and programs put in the place of one."""
SHORT_NOTICE = 120
"""Characters of a page that is such a notice and nothing else."""
TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
SHOWS = re.compile(rb"<(?:img|i?frame|embed|object|script|canvas|svg|video|meta\b[^>]*refresh)\b|[{\[]|<textarea|<a\b|<recordset", re.IGNORECASE)
"""What may be seen, or may lead to something, on a page without a word."""
POINTS = re.compile(rb"refresh|location|<i?frame", re.IGNORECASE)
OF_ITS_OWN = re.compile(rb"<(?:img|embed|object|table|canvas|form|a)\b", re.IGNORECASE)
"""What makes a page without words a page: a report may be nothing but pictures, beside scripts that lead elsewhere when they are clicked."""
LARGEST_POINTER, LONGEST_POINTER = 20_000, 100
"""Bytes, and characters shown, of a page that is only a pointer to another: «正在跳转» and its like."""
SHORT_TEXT = 600
"""Characters. An error page says its one sentence; in a longer page such a sentence is part of a report."""
HOME = re.compile(r"/(?:(?:index|default|main|home)\.(?:s?html?|jsp|aspx?|php))?", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """One address that is to be asked tonight."""

    run: str
    url_id: int
    url: str
    role: Role
    site: str
    host: str
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    adapter: str = "auto"
    root: int = 0
    depth: int = 0  # redirects and columns on the way from the site's own address
    title: str = ""
    tries: int = 0  # before this one
    etag: str = ""
    last_modified: str = ""
    earlier: Earlier | None = None
    earlier_sha256: str = ""


@dataclass(frozen=True)
class Conclusion:
    """What an exchange means for the address."""

    outcome: Outcome
    detail: str = ""
    status: int = 0
    body: bytes | None = None  # decoded; None unless a whole page came
    media_type: str = ""
    payload_sha256: str = ""
    etag: str = ""
    last_modified: str = ""
    target: str = ""  # of a redirect
    cookie: bool = False  # a redirect that sets one
    retry_s: float | None = None
    rest_s: float = 0.0  # the server wants to be left alone for so long
    park: str = ""  # why the host is left alone for the rest of the night


def settle(item: Item, exchange: Exchange, settings: Settings, now: datetime) -> Conclusion:
    """What an answer, or its absence, means."""
    if exchange.failure:
        return _failed(item, exchange, settings)
    head = exchange.head
    if isinstance(exchange.payload, Broken):
        return _again(item, settings, f"broken: {exchange.payload}", head.status)
    body = exchange.payload
    try:
        most = settings.page_bytes if item.role == "list" else settings.file_bytes
        plain, note = decoded(body, head.text("content-encoding"), most)
    except Broken as error:
        return _again(item, settings, f"broken: {error}", head.status)
    except TooLarge as error:
        return Conclusion("too_large", str(error), head.status)
    product = detect(head, exchange.answer[: head.length], plain)
    if product:
        return Conclusion("challenge", product, head.status, park=f"challenge ({product})")
    return _by_status(item, head, plain, note, settings, now)


def _by_status(item: Item, head: Head, body: bytes, note: str, settings: Settings, now: datetime) -> Conclusion:
    status = head.status
    if 200 <= status < 300 and status != 206:
        return _page(item, head, body, note, settings)
    if status == 304:
        if item.earlier is None:
            return _again(item, settings, "304 to a request without conditions", status)
        return Conclusion("same", "304", status)
    if status in (301, 302, 303, 307, 308):
        return _redirect(item, head, settings)
    if status in (404, 410):
        return Conclusion("missing", str(status), status)
    if status in (401, 403, 407, 451):
        return Conclusion("forbidden", str(status), status)
    if status in BUSY:
        return _busy(item, head, settings, now)
    return Conclusion("failed", f"status {status}", status)


def _page(item: Item, head: Head, body: bytes, note: str, settings: Settings) -> Conclusion:
    media = head.text("content-type").split(";")[0].strip().lower()
    if item.role != "robots" and (why := soft_404(body, item.role)):
        return Conclusion("missing", why, head.status)
    if item.role in ("page", "list") and (words := out_of_order(body)):
        return _again(item, settings, f"the server says {words!r}", head.status)
    if item.role == "page" and (target := only_leads_to(item.url, body)):
        return Conclusion("missing", "leads to the home page", head.status) if leads_home(item.url, target) else Conclusion("redirected", target, head.status, target=target)
    sha256 = hashlib.sha256(body).hexdigest()
    outcome: Outcome = "new"
    if item.earlier_sha256:
        outcome = "same" if sha256 == item.earlier_sha256 else "changed"
    detail = "encoded otherwise than the header says" if note == "plain" else ""
    return Conclusion(
        outcome, detail, head.status, body, media, sha256, head.text("etag")[:500], head.text("last-modified")[:100]
    )


def soft_404(body: bytes, role: Role) -> str:
    """Why a page with status 200 is none; "" for one that is."""
    if len(body) < SHORTEST_PAGE and role != "attachment" and not body.lstrip().startswith((b"{", b"[", b"<")) and not out_of_order(body):
        return f"soft 404: {len(body)} bytes"
    if not body:
        return "soft 404: empty"
    start = body[:200_000]
    if body.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"\x89PNG")) or b"\0" in start[:1_000]:
        return ""
    if (found := TITLE.search(start)) and _says_gone(title := _text(found[1])):
        return f"soft 404: titled {' '.join(title.split())[:60]!r}"
    if len(body) < 20_000 and not words_of(body) and not SHOWS.search(body):
        return "soft 404: shows nothing"
    if len(body) < 20_000:
        shown = words_of(body)
        said = SOFT_404.search(shown if len(shown) >= SHORT_NOTICE else f"{shown}。{_alerted(body)}")
        if len(shown) < SHORT_TEXT and said:
            return f"soft 404: says {said[0][:40]!r}"
    return ""


def only_leads_to(url: str, body: bytes) -> str:
    """Where a page leads that is nothing but a pointer: by meta refresh, by a plain address in a script, by one frame
    that fills it. "" for a page with something of its own, and for other hosts."""
    if len(body) > LARGEST_POINTER or not POINTS.search(body) or len(shown := words_of(body)) > LONGEST_POINTER:
        return ""
    text = _text(body)
    target = shell_target(text, url, shown)
    found = target.url if target and target.same_host and not (target.how == "location" and OF_ITS_OWN.search(body)) else ""
    if not found and not shown and not OF_ITS_OWN.search(body) and len(framed := frames(Reading(text, url), has_reports=False)) == 1:
        found = framed[0]
    try:
        return clean(found) if found else ""
    except Refused:
        return ""


def out_of_order(body: bytes) -> str:
    """The words by which a page says that the server fails; "" for one that is a page."""
    bare = body.lstrip(b"\xef\xbb\xbf \r\n\t")
    if len(body) >= 20_000 or b"\0" in body[:1_000] or (not bare.startswith(b"<") and (len(body) >= SHORTEST_PAGE or bare[:1] in (b"{", b"["))):
        return ""
    shown = words_of(body) or _alerted(body)  # what is shown beside a box is a link back
    said = OUT_OF_ORDER.search(shown) if len(shown) < SHORT_NOTICE and not OF_REPORTS.search(shown) else None
    if said is None and (title := TITLE.search(body)):
        said = NO_TITLE.search("".join(_text(title[1]).split()))
    return said[0] if said else ""


def _alerted(body: bytes) -> str:
    """What a page that shows nothing says in a box."""
    found = re.search(r"""alert\(\s*(["'])([^"'<>]{1,100})\1""", _text(body))
    return found[2] if found else ""


def _says_gone(title: str) -> bool:
    return bool(SOFT_404.search(title) or re.fullmatch(r"\s*(?:404|error|错误)\b.{0,20}", title, re.IGNORECASE))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _redirect(item: Item, head: Head, settings: Settings) -> Conclusion:
    raw = head.get("location")
    if not raw:
        return Conclusion("failed", "redirect without an address", head.status)
    try:
        target = location(raw, item.url)
    except Refused as error:
        return Conclusion("refused", f"redirect: {error}", head.status)
    if item.role in ("page", "attachment") and leads_home(item.url, target):
        if why := not_public(target, settings):  # somebody's own network is no home page
            return Conclusion("refused", f"redirect: {why}", head.status)
        return Conclusion("missing", "redirected to the home page", head.status)
    return Conclusion("redirected", target, head.status, target=target, cookie=bool(head.get("set-cookie")))


def leads_home(url: str, target: str) -> bool:
    """Whether a redirect gives up: from a page of some depth to a home page."""
    there = urlsplit(target)
    return not HOME.fullmatch(urlsplit(url).path) and bool(HOME.fullmatch(there.path)) and not there.query


def _busy(item: Item, head: Head, settings: Settings, now: datetime) -> Conclusion:
    asked = retry_after(head.text("retry-after"), now)
    if asked is not None and asked > LONGEST_RETRY_AFTER_S:
        return Conclusion("failed", f"status {head.status}, asks for {asked:g} s", head.status, park="retry-after")
    made = _again(item, settings, f"status {head.status}", head.status)
    rest = asked or 0.0
    if made.retry_s is not None and rest > made.retry_s:
        made = Conclusion("retry", made.detail, head.status, retry_s=rest)
    return Conclusion(made.outcome, made.detail, head.status, retry_s=made.retry_s, rest_s=rest)


def _failed(item: Item, exchange: Exchange, settings: Settings) -> Conclusion:
    said = f"{exchange.failure}: {exchange.detail}" if exchange.detail else exchange.failure
    status = head_of(exchange.answer).status if exchange.answer else 0
    if exchange.failure in ("too_large", "head_too_large"):
        return Conclusion("too_large", said, status)
    if exchange.failure in TRANSIENT:
        made = _again(item, settings, said, status)
        if made.outcome == "failed" and exchange.failure in HOST_DOWN:
            return Conclusion("failed", said, status, park=f"host down ({exchange.failure})")
        return made
    return Conclusion("failed", said, status, park=f"host down ({exchange.failure})" if exchange.failure in HOST_DOWN else "")


def _again(item: Item, settings: Settings, detail: str, status: int) -> Conclusion:
    if item.tries >= settings.retries:
        return Conclusion("failed", detail, status)
    return Conclusion("retry", detail, status, retry_s=settings.retry_wait_s * 4**item.tries)
