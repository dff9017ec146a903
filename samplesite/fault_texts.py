"""Changes the text of an answer's page, in whatever encoding it is.
Only for pages made by this room: strict UTF-8, else GB18030."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import replace

from gongkai.samplesite.exchange import Answer


def text_of(answer: Answer) -> tuple[str, str]:
    """The text of a page and the codec it is in."""
    if answer.body.startswith(codecs.BOM_UTF8):
        return answer.body.decode("utf-8-sig"), "utf-8-sig"
    try:
        return answer.body.decode(), "utf-8"
    except UnicodeDecodeError:
        return answer.body.decode("gb18030"), "gb18030"


def edited(answer: Answer, change: Callable[[str], str]) -> Answer:
    """The same page with other text; files that are no text stay as they are."""
    if not answer.media.startswith("text/"):
        return answer
    text, codec = text_of(answer)
    return replace(answer, body=change(text).encode(codec))
