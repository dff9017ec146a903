"""Faults 15, 17-20 and 41-46 as far as they lie in bytes and time: slow, cut, wrong, endless and enormous answers.
Each is a list of steps that the connection takes one after the other."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from random import Random

from gongkai.samplesite.exchange import Answer, Pause, Step, Stop, Wire, head
from gongkai.samplesite.fault import Exchange, Fault
from gongkai.samplesite.fault_texts import edited

_CLOSE, _RESET, _HANG = Stop("close"), Stop("reset"), Stop("hang")
_BLOCK = 64 << 10
_DAY = 86_400


def _start(exchange: Exchange, length: int | None, *more: tuple[str, str]) -> bytes:
    headers = [("Server", "nginx"), ("Content-Type", exchange.answer.media), *more]
    if length is not None:
        headers.append(("Content-Length", str(length)))
    return head(200, headers)


def _loris(exchange: Exchange) -> Wire:
    def steps() -> Iterator[Step]:
        for at in range(len(body := _start(exchange, len(exchange.answer.body)) + exchange.answer.body)):
            yield body[at : at + 1]
            yield Pause(exchange.option("pause", 1.0))

    return Wire(steps(), 200)


def _hang_after_headers(exchange: Exchange) -> Wire:
    return Wire((_start(exchange, len(exchange.answer.body)), _HANG), 200)


def _hang_before(exchange: Exchange) -> Wire:
    return Wire((_HANG,))


def _short(exchange: Exchange) -> Wire:
    body = exchange.answer.body
    return Wire((_start(exchange, len(body)), body[: len(body) // 2], _CLOSE), 200)


def _reset_mid(exchange: Exchange) -> Wire:
    body = exchange.answer.body
    return Wire((_start(exchange, len(body)), body[: len(body) // 2], Pause(exchange.option("pause", 0.05)), _RESET), 200)


def _cut_chunk(exchange: Exchange) -> Wire:
    body = exchange.answer.body
    chunked = b"%x\r\n%s" % (len(body), body[: len(body) // 2])
    return Wire((_start(exchange, None, ("Transfer-Encoding", "chunked")), chunked, _CLOSE), 200)


def _bomb(exchange: Exchange) -> Wire:
    """About a megabyte that unpacks to `size` bytes of spaces."""

    def steps() -> Iterator[Step]:
        packer, left = zlib.compressobj(9, zlib.DEFLATED, 31), exchange.option("size", 1 << 30)
        yield _start(exchange, None, ("Content-Encoding", "gzip"), ("Connection", "close"))
        blank = b" " * (1 << 20)
        while left > 0:
            left -= len(blank)
            yield packer.compress(blank)
        yield packer.flush()

    return Wire(steps(), 200)


def _huge(exchange: Exchange) -> Wire:
    size = exchange.option("size", 300 << 20)

    def steps() -> Iterator[Step]:
        yield _start(exchange, size if exchange.option("length", True) else None, ("Connection", "close"))
        block = b"%PDF-1.4\n".ljust(_BLOCK, b"%")
        for left in range(size, 0, -_BLOCK):
            yield block[:left]

    return Wire(steps(), 200)


def _gzip_label(exchange: Exchange) -> Wire:
    body = exchange.answer.body
    return Wire((_start(exchange, len(body), ("Content-Encoding", "gzip")) + body, _CLOSE), 200)


def _gzip_unlabelled(exchange: Exchange) -> Wire:
    body = gzip.compress(exchange.answer.body, 1, mtime=0)
    return Wire((_start(exchange, len(body)) + body, _CLOSE), 200)


def _illegal_header(exchange: Exchange) -> Wire:
    body = exchange.answer.body
    wrong = {"space": b"Server : old\r\n", "no-colon": b"this is no header\r\n"}[exchange.option("how", "space")]
    start = _start(exchange, len(body))
    return Wire((start[:-2] + wrong + b"\r\n" + body, _CLOSE), 200)


def _two_lengths(exchange: Exchange) -> Wire:
    body = exchange.answer.body
    other = len(body) if exchange.option("equal", False) else len(body) + 7
    return Wire((_start(exchange, len(body), ("Content-Length", str(other))) + body, _CLOSE), 200)


def _http_09(exchange: Exchange) -> Wire:
    return Wire((exchange.answer.body, _CLOSE))


def _empty_reply(exchange: Exchange) -> Wire:
    return Wire((_CLOSE,))


def _odd_status_line(exchange: Exchange) -> Wire:
    """Strange and legible: HTTP/1.0 without reason, lines ending in LF only, length given by the end."""
    body = exchange.answer.body
    start = f"HTTP/1.0 200\nContent-Type: {exchange.answer.media}\n\n".encode()
    return Wire((start + body, _CLOSE), 200)


def _stations(exchange: Exchange) -> Wire:
    """Stops before the answer, after its head and in its middle: time to be killed at every step of a fetch."""
    pause, body = Pause(exchange.option("pause", 0.2)), exchange.answer.body
    half = len(body) // 2
    return Wire((pause, _start(exchange, len(body)), pause, body[:half], pause, body[half:], _CLOSE), 200)


def _fat(exchange: Exchange) -> Answer:
    """Pages that fill a disk: a comment of hexadecimal digits that hardly compress."""
    size = exchange.option("size", 1 << 20)
    padding = Random(exchange.request.target).randbytes(size // 2).hex()
    return edited(exchange.answer, lambda text: text.replace("</body>", f"<!-- {padding} --></body>", 1))


def _clock(exchange: Exchange) -> Answer:
    """Date and Last-Modified a day off, forwards and backwards in turn."""
    shift = _DAY if exchange.hits % 2 == 0 else -_DAY
    stamp = formatdate(exchange.now + exchange.option("shift", shift), usegmt=True)
    headers = (*exchange.answer.headers, ("Date", stamp), ("Last-Modified", stamp))
    return replace(exchange.answer, headers=headers, steady=False)


def _delayed(exchange: Exchange) -> Wire:
    return Wire((Pause(exchange.option("seconds", 30.0)), exchange.render(exchange.answer)), exchange.answer.status)


def _cookies(exchange: Exchange) -> Answer:
    cookies = tuple(("Set-Cookie", f"c{n}={n:04d}{'x' * 1010}; Path=/") for n in range(exchange.option("count", 120)))
    return replace(exchange.answer, headers=cookies, steady=False)


def _links(exchange: Exchange) -> Answer:
    count = exchange.option("count", 100_000)
    more = "".join(f'<li><a href="/xwdt/{n}.html">要闻第{n}条</a></li>' for n in range(count))
    return edited(exchange.answer, lambda text: text.replace("</body>", f"<ul>{more}</ul></body>", 1))


def _one_line(exchange: Exchange) -> Wire:
    size = exchange.option("size", 50 << 20)

    def steps() -> Iterator[Step]:
        yield _start(exchange, size)
        block = "<p>政府信息公开</p>".encode() * 2000
        for left in range(size, 0, -len(block)):
            yield block[:left]

    return Wire(steps(), 200)


def _nested(exchange: Exchange) -> Answer:
    depth = exchange.option("depth", 100_000)
    return edited(exchange.answer, lambda text: text.replace("</body>", "<div>" * depth + "</body>", 1))


FAULTS = (
    Fault(15, "slow-loris", "one byte a second (option pause)", ("article",), _loris),
    Fault(15, "hang-after-headers", "head, then nothing, connection open", ("article",), _hang_after_headers),
    Fault(15, "hang-before", "takes the request and never answers", ("article",), _hang_before),
    Fault(17, "short-body", "half the bytes that Content-Length promises, then the end", ("article", "attachment"), _short),
    Fault(17, "reset-mid-body", "half the body, then RST (option pause)", ("article", "attachment"), _reset_mid),
    Fault(17, "cut-chunk", "the end in the middle of a chunk", ("article", "attachment"), _cut_chunk),
    Fault(18, "gzip-bomb", "a megabyte of gzip that unpacks to a gigabyte (option size)", ("article",), _bomb),
    Fault(18, "huge-file", "an attachment of 300 MB (options size, length=False: none given)", ("attachment", "article"), _huge),
    Fault(19, "gzip-label-on-plain", "Content-Encoding: gzip on plain bytes", ("article",), _gzip_label),
    Fault(19, "gzip-without-label", "gzip bytes that no header announces", ("article",), _gzip_unlabelled),
    Fault(20, "illegal-header", "a header name with a space, or a line without colon (option how=no-colon)", ("article",), _illegal_header),
    Fault(20, "conflicting-length", "two Content-Length that differ (option equal: twice the same)", ("article",), _two_lengths),
    Fault(20, "http-0.9", "a body without status line or head", ("article",), _http_09),
    Fault(20, "empty-reply", "the connection closes without a byte", ("article",), _empty_reply),
    Fault(20, "odd-status-line", "HTTP/1.0 without reason, LF line ends, length by the end: strange and legible", ("article",), _odd_status_line),
    Fault(41, "stops-at-each-step", "pauses before the answer, after the head and in the middle: to be killed there (option pause)", (), _stations),
    Fault(42, "fat-pages", "articles a megabyte longer that hardly compress, to fill a small disk (option size)", ("article",), _fat),
    Fault(43, "clock-jump", "Date and Last-Modified a day ahead and a day behind in turn (option shift)", (), _clock),
    Fault(44, "lingering", "every answer takes a fifth of a second, so that two crawlers meet; the log counts requests together", (), _delayed, options={"seconds": 0.2}),
    Fault(45, "slow-host", "every answer takes 30 s (option seconds)", (), _delayed),
    Fault(46, "cookies-120k", "120 cookies of one kilobyte each (option count)", ("home", "hub", "list", "article"), _cookies),
    Fault(46, "links-100k", "a list page with 100,000 links (option count)", ("list",), _links),
    Fault(46, "one-line-50m", "an article of 50 MB in one line (option size)", ("article",), _one_line),
    Fault(46, "nested-100k", "100,000 elements nested in each other (option depth)", ("article",), _nested),
)  # fmt: skip
