"""Labels printed in Chinese and in another language or script, as autonomous regions publish them: the Chinese label decides.
What the labels then say is left to `align` and `sections`; a language alone, without Chinese, is not read."""

from __future__ import annotations

import re
from dataclasses import replace

from gongkai.parsers.document import Document
from gongkai.parsers.lexicon import LONGEST_LABEL, Token, token_of, tokens_of

FEWEST_LABELS = 12
"""Of the form's sixty; a word or two beside a label (a unit, a footnote, a script) make no page of two languages."""
LONGEST_CELL = 3 * LONGEST_LABEL
"""Characters: other languages take more of them than Chinese does."""

# Latin with its accents, Cyrillic, Arabic (Uyghur, Kazakh), Tibetan, Hangul, Mongolian, Dai, Yi, and forms for display.
_LETTER = (
    r"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u052f\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\u0f00-\u0fff\u1100-\u11ff"
    r"\u1800-\u18af\u1950-\u19df\u1e00-\u1eff\ua000-\ua4cf\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\ufb50-\ufdff\ufe70-\ufefe"
)
_HAN = r"\u3400-\u9fff"
_OWN = r"(?:[（(]\s*|(?<!\d)\d{1,4}\s*[.．、]?\s*)"
# What is no Chinese and holds a letter; the ordinal of a Chinese label that follows, or the year of a title, is its own.
_FOREIGN = re.compile(rf"[^{_HAN}]*[{_LETTER}](?:[^{_HAN}]*?(?={_OWN}[{_HAN}])|[^{_HAN}]*)")
_HAS_LETTER = re.compile(f"[{_LETTER}]")
_HAS_HAN = re.compile(f"[{_HAN}]")
_TITLE = re.compile(r"(?=.*20\d\d)[^,，。;；]{0,40}信息公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)")


def in_chinese(document: Document) -> Document | None:
    """The document with each label that is printed in two languages in Chinese alone; None where few are.

    The other language may stand before or behind the Chinese label in its cell, or alone in the next cell or line: that is
    left out. Whatever stands anywhere else stays.
    """
    texts = list(document.texts)
    mixed = [i for i, text in enumerate(texts) if len(text) <= LONGEST_CELL and _HAS_LETTER.search(text)]
    if len(mixed) < FEWEST_LABELS:
        return None
    tokens = tokens_of(texts)
    labels = 0
    foreign: set[int] = set()
    for i in mixed:
        if not _HAS_HAN.search(texts[i]):
            if tokens[i].kind == "text":
                foreign.add(i)
        elif not tokens[i].roles and (chinese := chinese_of(texts[i])) is not None:
            texts[i], tokens[i] = chinese, token_of(chinese)
            labels += 1
    behind = _behind_labels(document, tokens, foreign)
    if labels + len(behind) < FEWEST_LABELS:
        return None
    meta = {name: (_FOREIGN.sub(" ", text).strip() if _TITLE.search(text) else text) for name, text in document.meta.items()}
    whole = replace(document, texts=texts, meta=meta, reprint=None)
    return whole.chosen([i for i in range(len(texts)) if i not in behind]) if behind else whole


def chinese_of(text: str) -> str | None:
    """The Chinese label or title in a text in two languages; None where what is Chinese in it is neither, or a figure may end it."""
    if text[-1:].isdigit():
        return None
    chinese = _FOREIGN.sub(" ", text).strip()
    return chinese if token_of(chinese).roles or _TITLE.fullmatch(chinese) else None


def _behind_labels(document: Document, tokens: list[Token], foreign: set[int]) -> set[int]:
    """The cells in another language that stand behind a Chinese label, in the same table or beside tables. A word in a row
    and a column of figures may be one of them."""
    figures = {(document.tables[i], document.columns[i]) for i, t in enumerate(tokens) if t.kind == "number" and document.tables[i]}
    behind: set[int] = set()
    for i in sorted(foreign):
        if not i or document.tables[i] != document.tables[i - 1] or not (i - 1 in behind or tokens[i - 1].roles):
            continue
        in_column = (document.tables[i], document.columns[i]) in figures
        if not (in_column and any(tokens[k].kind == "number" for k in document.printed_row(i))):
            behind.add(i)
    return behind
