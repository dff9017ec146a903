"""Faults 2, 11, 21, 22, 32-38 and 48: what stands in articles and attachments, and in which encoding.
The answer is well-formed HTTP; what is wrong or new is the content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from gongkai.samplesite import web_attachments, web_pages, web_sites
from gongkai.samplesite.draft import Agency
from gongkai.samplesite.exchange import Answer
from gongkai.samplesite.fault import Alter, Exchange, Fault, Roles
from gongkai.samplesite.fault_texts import edited, text_of
from gongkai.samplesite.rendering import digest
from gongkai.samplesite.web_plan import Edition
from gongkai.samplesite.web_view import Entry, View

_STRANGER = Agency("雾凇市粮食和物资储备局", "雾凇市", "我局")
# Characters that no GB2312 has: two of them in everyday names, one outside GBK too.
_RARE = "联系人：镕喆堃㛃"
_META_CHARSET = re.compile(r'<meta[^>]*charset=[^>]*>', re.IGNORECASE)


def newest(view: View, year: int | None = None) -> Entry | None:
    """The listed report a fault befalls: of the year asked for, else the latest."""
    reports = [entry for entry in view.entries if entry.edition and year in (None, entry.year)]
    return max(reports, key=lambda entry: entry.year, default=None)


def _swap(view: View, old: Entry, *new: Entry) -> View:
    entries = tuple(entry for one in view.entries for entry in (new if one == old else (one,)))
    return replace(view, entries=entries)


def _edition_changed(change: Any) -> Alter:
    """The newest report in another edition; list row and address stay."""

    def alter(view: View, options: Mapping[str, Any], hits: int) -> View:
        entry = newest(view, options.get("year"))
        if entry is None or entry.edition is None:
            return view
        return _swap(view, entry, replace(entry, edition=change(entry.edition)))

    return alter


def _withdrawn(view: View, options: Mapping[str, Any], hits: int) -> View:
    entry = newest(view, options.get("year"))
    return _swap(view, entry) if entry else view


def _corrected(edition: Edition) -> Edition:
    return replace(edition, revision=edition.revision + 1)


def _of_another(edition: Edition) -> Edition:
    return replace(edition, agency=_STRANGER, seed=edition.seed + 1)


def _of_last_year(edition: Edition) -> Edition:
    year = edition.year - 1
    return replace(edition, year=year, published=date(year + 1, 1, 20), seed=edition.seed + 2)


def _files_replaced(view: View, options: Mapping[str, Any], hits: int) -> View:
    """Every attached file in a later version, under its old address."""
    entries = []
    for entry in view.entries:
        if entry.edition and web_sites.attached(entry.edition):
            entry = replace(entry, edition=replace(entry.edition, attachment=entry.edition.attachment + options.get("by", 1)))
        entries.append(entry)
    return replace(view, entries=tuple(entries))


def _validators(exchange: Exchange) -> Answer | None:
    """`lie`: one entity tag for ever and 304 to whoever asks conditionally; `none`: no validators; `true`: as it should be."""
    how = exchange.option("validators", "lie")
    asked, answer = exchange.request.headers, replace(exchange.answer, steady=False)
    if how == "none":
        return answer
    tag = '"for-ever"' if how == "lie" else f'"{digest(answer.body).hex()}"'
    lie = how == "lie" and ("if-none-match" in asked or "if-modified-since" in asked)
    if lie or asked.get("if-none-match") == tag:
        return Answer(b"", 304, "", steady=False, headers=(("ETag", tag),))
    return replace(answer, headers=(("ETag", tag),))


def _twice(view: View, options: Mapping[str, Any], hits: int) -> View:
    entry = newest(view)
    if entry is None:
        return view
    stem, dot, ending = entry.path.rpartition(".")
    return _swap(view, entry, entry, replace(entry, path=f"{stem}77{dot}{ending}"))


def _moved(view: View, options: Mapping[str, Any], hits: int) -> View:
    entry = newest(view, options.get("year"))
    if entry is None:
        return view
    stem, dot, ending = entry.path.rpartition(".")
    return _swap(view, entry, replace(entry, path=f"{stem}88{dot}{ending}"))


# Encodings


def _meta(text: str, charset: str) -> str:
    """The page with one declaration of this charset; with none if it is empty."""
    tag = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return _META_CHARSET.sub("", text).replace("<head>", f"<head>{tag}", 1)


def _coded(codec: str, meta: str, media: str, rare: str = "") -> Any:
    def act(exchange: Exchange) -> Answer:
        text = _meta(text_of(exchange.answer)[0], meta)
        if rare:
            text = text.replace("</h1>", f"</h1><p>{rare}</p>", 1)
        return replace(exchange.answer, body=text.encode(codec), media=media)

    return act


def _mixed(exchange: Exchange) -> Answer:
    """A page of UTF-8 with a footer in GBK."""
    start, mark, rest = _meta(text_of(exchange.answer)[0], "utf-8").partition('<div class="footer">')
    body = start.encode() + mark.encode() + rest.encode("gb18030")
    return replace(exchange.answer, body=body, media="text/html")


def _short_title(exchange: Exchange) -> Answer:
    """Four characters in GBK and no declaration: too little for any detector."""
    return replace(exchange.answer, body="<html><head><title>年度报告</title></head><body></body></html>".encode("gbk"), media="text/html")


# Articles and files


def _index_for_article(exchange: Exchange) -> Answer | None:
    """Who asks too fast gets the site's front page in place of the article."""
    if exchange.gap >= exchange.option("within", 1.0):
        return None
    view = exchange.view
    return web_pages.home(view, exchange.web.family(view.site), exchange.web.column(view.site, view.night))


def _restless(exchange: Exchange) -> Answer:
    """The same report with another nonce, counter and time of making at every request."""
    n = exchange.hits + 1
    tags = (
        f'<meta name="HtmlGenerateTime" content="2026-01-20 03:{n % 60:02d}:{n * 7 % 60:02d}"><script nonce="{n * 7919 % 65536:04x}">'
        f"var t={n};</script>"
    )
    counter = f'<div class="count">您是第<span id="counter">{4000 + n}</span>位访客　页面生成时间：03:{n % 60:02d}</div>'
    return edited(
        exchange.answer, lambda text: text.replace("</head>", tags + "</head>", 1).replace("</body>", counter + "</body>", 1)
    )


# Names no file may be given: upwards, absolute, other separators, a device, a control character, far too long.
_TRICKS = (
    "../../../etc/cron.d/job", "/etc/passwd", "..\\..\\report.pdf", "CON", "report.pdf\x00.html", "n" * 5000 + ".pdf", ".", "-rf",
)  # fmt: skip


def _disposition(exchange: Exchange) -> Answer:
    name = exchange.option("filename", _TRICKS[exchange.hits % len(_TRICKS)])
    return replace(exchange.answer, headers=(("Content-Disposition", f'attachment; filename="{name}"'),))


def _disposition_gbk(exchange: Exchange) -> Answer:
    raw = "年度报告.pdf".encode("gb18030").decode("latin-1")  # sent as these bytes
    return replace(exchange.answer, headers=(("Content-Disposition", f'attachment; filename="{raw}"'),))


def _as(body: bytes, media: str) -> Any:
    return lambda exchange: replace(exchange.answer, body=body, media=media)


def _labelled(media: str) -> Any:
    return lambda exchange: replace(exchange.answer, media=media)


def _id_number() -> str:
    """An identity number with a right check digit, of a region that no division has."""
    digits = "990000199001010015"[:17]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


PHONE, ID_NUMBER = "13900000000", _id_number()


def _personal(exchange: Exchange) -> Answer:
    words = f"<p>申请人林某，身份证号{ID_NUMBER}，手机{PHONE}。</p>"
    return edited(exchange.answer, lambda text: text.replace("</h1>", f"</h1>{words}", 1))


_GBK = "text/html; charset=gb2312"
_LOGIN = "<html><head><title>用户登录</title></head><body><form action='/login'>请先登录</form></body></html>".encode()
_ARTICLE: Roles = ("article",)
_FILE: Roles = ("attachment",)
FAULTS = (
    Fault(2, "withdrawn", "the newest report is 404 and off the list, the rest as before (option year)", alter=_withdrawn),
    Fault(21, "charset-three-ways", "header utf-8, meta gb2312, bytes GBK", _ARTICLE, _coded("gb18030", "gb2312", "text/html; charset=utf-8")),
    Fault(21, "charset-gb2312-rare", "labelled gb2312 with characters that GB2312 has not", _ARTICLE, _coded("gb18030", "gb2312", _GBK, _RARE)),
    Fault(21, "charset-none", "GB18030 bytes and no label anywhere", _ARTICLE, _coded("gb18030", "", "text/html")),
    Fault(21, "charset-utf8-as-gbk", "UTF-8 bytes labelled gbk in header and meta", _ARTICLE, _coded("utf-8", "gbk", "text/html; charset=gbk")),
    Fault(21, "charset-bom", "UTF-8 with a byte order mark, labelled gb2312", _ARTICLE, _coded("utf-8-sig", "gb2312", _GBK)),
    Fault(21, "charset-twice", "two charsets in one header, bytes UTF-8", _ARTICLE, _coded("utf-8", "utf-8", "text/html;charset=GB2312;charset=utf-8")),
    Fault(21, "charset-mixed", "a UTF-8 page with a footer in GBK", _ARTICLE, _mixed),
    Fault(22, "short-gbk-title", "a page of four GBK characters", _ARTICLE, _short_title),
    Fault(32, "index-for-article", "who asks within a second gets the front page for the article (option within)", _ARTICLE, _index_for_article),
    Fault(33, "restless-page", "nonce, visit counter and time of making differ at every request", _ARTICLE, _restless),
    Fault(34, "cell-corrected", "the newest report has corrected figures (option year)", alter=_edition_changed(_corrected)),
    Fault(35, "attachment-replaced", "other bytes at an attachment's address (options validators: lie, none, true; by: how many versions later)", _FILE, _validators, _files_replaced),
    Fault(36, "two-addresses", "the newest report under two addresses, both listed", alter=_twice),
    Fault(36, "moved-address", "the newest report under another address, the old one 404", alter=_moved),
    Fault(37, "pdf-named-html", "a PDF at an article's .html address, labelled text/html", _ARTICLE, _as(web_attachments.pdf("annual report"), "text/html")),
    Fault(37, "doc-as-html", "a Word file at an article's address, labelled text/html", _ARTICLE, _as(web_attachments.content("doc", "report"), "text/html")),
    Fault(37, "empty-pdf", "an attachment of no bytes labelled PDF", _FILE, _as(b"", "application/pdf")),
    Fault(37, "login-as-pdf", "a login page in place of an attachment, labelled PDF", _FILE, _as(_LOGIN, "application/pdf")),
    Fault(37, "file-as-html", "attachments labelled text/html", _FILE, _labelled("text/html; charset=utf-8")),
    Fault(37, "zip-attachment", "a zip archive as attachment", _FILE, _as(web_attachments.content("zip", "report"), "application/zip")),
    Fault(37, "ofd-attachment", "an OFD document as attachment", _FILE, _as(web_attachments.content("ofd", "report"), "application/ofd")),
    Fault(37, "wps-attachment", "a WPS document as attachment", _FILE, _as(web_attachments.content("wps", "report"), "application/octet-stream")),
    Fault(37, "disposition-tricks", "file names that lead elsewhere, in turn (option filename)", _FILE, _disposition),
    Fault(37, "disposition-gbk", "a file name in unescaped GBK bytes", _FILE, _disposition_gbk),
    Fault(37, "scanned-pdf", "a PDF that is one picture", _FILE, _as(web_attachments.scanned_pdf(), "application/pdf")),
    Fault(38, "other-bodys-report", "the newest report's page holds the report of another body", alter=_edition_changed(_of_another)),
    Fault(38, "last-years-report", "the newest report's page holds last year's report again", alter=_edition_changed(_of_last_year)),
    Fault(48, "personal-data", "a mobile and an identity number in the article, both invented", _ARTICLE, _personal),
)  # fmt: skip
