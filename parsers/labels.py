"""Printed labels made comparable: one folded text for every way a label is typed.
Which labels exist is left to the forms, which of them a cell means to `align`."""

from __future__ import annotations

import re
import unicodedata

# Typing differs in width, quotes, brackets, punctuation and spaces, never in meaning (real-world.md 23, 24).
_DROPPED = "“”‘’「」『』〝〞\"'`()[]【】〔〕〈〉<>{}、。.,:;!?/\\|-—–―_~·…*#+=↵\xad\u200b\u200c\u200d\u2060\ufeff"
_FOLD = {ord(c): None for c in _DROPPED} | str.maketrans("帐其他餘", "账其他余")
_SPACE = re.compile(r"\s+")
_ORDINAL = re.compile(r"^(?:第?[一二三四五六七八九十]{1,3}项?|\d{1,2}|l)(?=\D)")
_NOTE = re.compile(r"\(.*?\)|\(.*$|\[\d{1,2}\]|[*※]+$")
_CIRCLED = re.compile("[\u2460-\u2473\u3220-\u3229\u3280-\u3289]")


def fold(text: str) -> str:
    """The text without spaces, punctuation and width differences; 其它 becomes 其他. Equal folds are equal labels."""
    text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub("", text).translate(_FOLD).replace("其它", "其他")


def fold_without_note(text: str) -> str:
    """The fold of a label whose bracketed explanation is left out: 规章(设区的市应提供) is 规章."""
    return fold(_NOTE.sub("", unicodedata.normalize("NFKC", text)))


def without_ordinal(folded: str) -> str:
    """A folded label without its leading 一, 1, 第三项; the label itself when it starts with none."""
    return _ORDINAL.sub("", folded, count=1)


def distance(a: str, b: str, limit: int) -> int:
    """Edit distance of two short texts, or `limit + 1` as soon as it is known to be larger."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    row = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, cb in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (ca != cb))
        if min(row) > limit:
            return limit + 1
    return row[-1]
