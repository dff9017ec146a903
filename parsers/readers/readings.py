"""What one cell of a picture says by several readings of it: its text, the doubts, the texts that it may be.
Which sums decide between them is left to `candidates`; nothing is made up that was not read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from gongkai.parsers.lexicon import token_of
from gongkai.parsers.readers.ocr import Reading

SURE = 0.8
"""Probability of the least certain character below which a figure is doubtful; see docs/decisions.md for the measure."""
UNREAD = "\ufffc"
"""The text of a cell with ink in it that gives no characters: neither a figure nor a blank."""
# What recognition takes for a digit's look-alike and the other way round. Never silently replaced: a candidate.
_ALIKE = str.maketrans("OoQDU〇○ＯlI|!iZzSsB", "000000001111122558")
FIGURE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
# 89,998 and 89.998 differ by two pixels: neither reading alone is sure.
_POINT_OR_COMMA = re.compile(r"\d{1,3}[.,]\d{3}")
_SWAPPED = str.maketrans(".,", ",.")
_DASHES = re.compile("[一—–ー_-]{1,3}")
"""Level strokes: a dash for nothing, which recognition takes for the numeral 一 as well."""
_DIGIT = re.compile(r"\d")
_SPREAD = re.compile(r"\d[\d ]* [\d ]*\d")
# Dirt beside a figure: a speck behind it, a piece of a ruling line before it. Brackets and words are no dirt.
_DIRTY = re.compile(r"[^\w()+\-−–—/]{0,2}([-+]?\d[\d,]*(?:\.\d+)?)[^\w()+\-−–—/%]{0,2}")
_FEW_WORDS = 6  # characters
_HAN = re.compile("[\u4e00-\u9fff]")
_WITH_WORDS = re.compile(r"[-+−]?[\d,，.]+\s*(?:[（(]|件|项|万|元|条|个|次|宗|份|篇)")


def may_be_figure(readings: Sequence[Reading]) -> bool:
    """Whether a cell is read again: few characters, no words, a figure with its unit, or words that no form knows, as
    those of a seal over a figure."""
    text = "".join(r.text for r in readings)
    if len(text) <= 3 or not _HAN.search(text) or _WITH_WORDS.match(text):
        return True
    return len(text) <= _FEW_WORDS and not token_of(text).roles


def whole(readings: Sequence[Reading]) -> Reading:
    return Reading(_joined(readings), min((r.sure for r in readings), default=0.0))


def _joined(readings: Sequence[Reading]) -> str:
    """The lines of a cell as one text; a space only between figures, which may be two."""
    text = ""
    for reading in readings:
        line = unicodedata.normalize("NFKC", reading.text) if _SPREAD.fullmatch(reading.text) else reading.text
        if line is not reading.text:
            line = " ".join(c for c in line if c != " ")  # digits of one figure set apart, which it says of itself
        if text and line and text[-1].isascii() and text[-1].isalnum() and line[0].isascii():
            text += " "
        text += line
    return " ".join(text.split())


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _vote(text: str) -> str:
    """What a reading counts for: dashes are alike, however long."""
    return "—" if _DASHES.fullmatch(plain(text)) else plain(text)


def needs_a_third(first: Reading, second: Reading) -> bool:
    """Whether two readings leave a doubt that a third may clear up."""
    one, other = plain(first.text), plain(second.text)
    return one != other or min(first.sure, second.sure) < SURE or not one or not (FIGURE.fullmatch(one) or _DASHES.fullmatch(one))


def judge(
    first: Reading, second: Reading | None, third: Reading | None = None, *, faint: bool = False, flat: bool = False
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Text, flags and candidates of a cell from one reading (of words), or two or three (of what may be a figure).

    What two of three agree on is the likeliest, and still doubtful. `flat`: the ink is too low for any figure.
    """
    if second is None:
        return first.text, (), ()
    flags: tuple[str, ...] = ("ocr_faint",) if faint else ()
    readings = [r for r in (first, second, third) if r is not None and r.text and not (flat and _DIGIT.search(r.text))]
    votes = Counter(_vote(r.text) for r in readings)
    readings.sort(key=lambda r: (-votes[_vote(r.text)], -r.sure))
    texts = [r.text for r in readings]
    if not texts and flat:
        return "—", (*flags, "ocr_doubtful"), ("—",)
    if not texts:
        return ("", flags, ("",)) if faint else (UNREAD, ("ocr_no_text",), (UNREAD,))
    likely = next((t for t in texts if FIGURE.fullmatch(plain(t))), texts[0])  # a seal's strokes are no figure
    if _vote(texts[0]) == "—" and votes["—"] > 1:  # two level strokes, which one reading took for 11 or for 二
        likely = texts[0]
    if plain(first.text) != plain(second.text):
        flags += ("ocr_readings_differ",)
    elif min(first.sure, second.sure) < SURE:
        flags += ("ocr_doubtful",)
    texts.sort(key=lambda t: t != likely)
    if (found := _DIRTY.fullmatch(plain(likely))) and found[1] != plain(likely):
        likely, flags = found[1], flags or ("ocr_doubtful",)
        texts = [likely, *texts]
    if _vote(likely) == "—" and ("一" in "".join(texts) or len(set(map(_vote, texts))) > 1):
        return "—", flags or ("ocr_doubtful",), tuple(dict.fromkeys(("—", *(t for t in texts if _vote(t) != "—"))))
    if _POINT_OR_COMMA.fullmatch(plain(likely)):
        flags = flags or ("ocr_doubtful",)
        texts.append(plain(likely).translate(_SWAPPED))
    alike = [plain(t).translate(_ALIKE) for t in texts]
    alike += [found[1] for a in alike if (found := _DIRTY.fullmatch(a))]
    candidates = tuple(dict.fromkeys([*texts, *(a for a in alike if FIGURE.fullmatch(a))]))
    if plain(likely) != alike[0] and FIGURE.fullmatch(alike[0]) and not flags:
        flags = ("ocr_doubtful",)  # 〇 is printed for 0 and read for it
    return likely, flags, candidates
