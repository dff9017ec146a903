"""The short way that plain addresses take gives what the long way gives, refusals included."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from gongkai.scraper import addresses, markup

PIECES = (
    "a", "b.html", "index.html", "..", ".", "", "t20250101_1.html", "_x-", "中", "%41", "x;y", "?q=1", "#f", "a b", "\t", "sess",
    ";jsessionid=1", "//", "./", "../", "/", "http://h.cn", "HTTPS://H.cn:443", "javascript:1", "::", "h@", "\\", "&amp;", "A", "0",
    ":80", ".html", "..html", "a..b", "-", "~",
)  # fmt: skip
BASES = (
    "http://h.cn", "http://h.cn/", "http://h.cn/a/b.html", "https://h.cn:443/a//b/../c/", "http://h.cn:8080/x/./y?u=/z/#k",
    "http://h.cn./a", "http://1.2.3.4:5/nb/", "ftp://h/a", "", "http://", "http://u@h/a", "http://[::1]:9/a/b", "http://中.cn/中/x",
    "http://h.cn/a;p/b", "nonsense", "http://h.cn:99999/", "//h/x", "http://h.cn/a/b?x/y",
)  # fmt: skip
HOSTS = (
    "http://H.CN", "http://h.cn.", "https://h.cn:443", "http://h_.cn", "http://h..cn", f"http://{'a' * 300}", "http://h.cn:80",
    "http://ℌ.cn", "http://h\x01.cn", "http://h.cn:", "http://h.cn:0x", "http://ａ.cn", f"http://h.cn/{'a' * 1_980}",
)  # fmt: skip


def _reference(rng: Random) -> str:
    return "".join(rng.choice(PIECES) + rng.choice(("", "/")) for _ in range(rng.randint(1, 4)))


def _said(ask: Callable[..., str], *given: str) -> str:
    try:
        return ask(*given)
    except addresses.Refused as error:
        return f"refused: {error}"


@pytest.mark.parametrize("seed", range(4))
def test_a_plain_address(seed: int) -> None:
    rng = Random(seed)
    short = 0
    for _ in range(5_000):
        base, reference = rng.choice(BASES), _reference(rng)
        assert markup.resolve(base, reference) == markup._resolved(base, reference), (base, reference)
        url = rng.choice(BASES + HOSTS) + rng.choice(("", "/")) + reference
        assert _said(addresses.clean, url) == _said(addresses._cleaned, url, ""), url
        assert _said(addresses.clean, url, base) == _said(addresses._cleaned, url, base), (base, url)
        short += bool(markup._ROOTED.fullmatch(reference) or markup._BELOW.fullmatch(reference)) + bool(addresses.PLAIN.fullmatch(url))
    assert short > 1_000


@pytest.mark.parametrize("length", [1_975, 1_985, 1_990, 2_010])
def test_a_long_address(length: int) -> None:
    for reference in ("a" * length, f"/{'a' * length}", f"./{'a' * length}"):
        assert markup.resolve("http://h.cn/b/c.html", reference) == markup._resolved("http://h.cn/b/c.html", reference)
    for url in (f"http://中.cn/{'a' * length}", f"http://h.cn/{'a' * length}"):
        assert _said(addresses.clean, url) == _said(addresses._cleaned, url, "")
