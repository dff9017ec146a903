"""Web pages into marked text and meta tags without a tree, where their tags leave no doubt about it.
For any other page it says so: `html` builds a tree of it. Tags are read in `tags`, compared in `nesting`, ended in `closing`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html import unescape

from gongkai.parsers.readers.closing import edits_of
from gongkai.parsers.readers.hidden import ANCHORS, Rules, names_of, rules_of, sight_of, squeezed
from gongkai.parsers.readers.marked import PICTURE, SHORT_AREA
from gongkai.parsers.readers.nesting import (
    BAD,
    CELL_ENDS,
    COLUMN,
    COMMENT,
    END,
    FRAME,
    META,
    NOTHING,
    ODD,
    OPEN,
    PHRASES,
    RAW,
    RAW_END,
    RULE,
    nested,
)
from gongkai.parsers.readers.tags import (
    DOUBTFUL,
    END_LEAVES,
    GONE,
    KINDS,
    LEAVES,
    RAISED,
    behind,
    content_of,
    is_utf8,
    start_of,
    text_of,
)

_RAW_STARTS = re.compile(f"[{''.join(RAW.values())}{COMMENT}]")
_RAW_ENDS = {RAW[name]: RAW_END[name] for name in RAW}
_END_OF = {OPEN[name]: END[name] for name in OPEN}
_FRAME = frozenset(OPEN[name] for name in FRAME)
_MARKUP = tuple(OPEN[name] for name in ("html", "body", "p", "div", "span"))
# What stands behind the end of a cell or of a row and is neither another part of a table nor a line of its own.
_NO_ELEMENTS = NOTHING + META + RULE + COLUMN
_INLINE = "".join(OPEN[name] for name in (*PHRASES, "a", "option", "optgroup", "legend"))
_BETWEEN_CELLS = re.compile(
    f"[{CELL_ENDS}][{re.escape(_NO_ELEMENTS)}]*[{re.escape(_INLINE + _NO_ELEMENTS)}]"
)
_MARKS = re.compile("[\U0010f5e0-\U0010f5ff]")
_TAG = re.compile("<[^>]*>")
_SPACE = b" \t\r\n"
LARGE, MOST_TAGS = 2**22, 1_500_000
"""Bytes of a page of which the tags are counted, and how many they may be: each takes some sixty bytes."""


@dataclass(slots=True)
class _Page:
    """The pieces of a page, each from a tag to the next, and of each the kind of its tag and what it leaves."""

    pieces: list[bytes]
    kinds: str
    leaves: list[str]
    titles: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)


def marked_text(page: bytes) -> tuple[str, dict[str, str]] | None:
    """The marked text of a page and its meta tags; None where a tree must be built to know them.

    None means that a tag is written, or stands, so that readers of HTML may not agree on it; or that the page is not all
    UTF-8.
    """
    if len(page) > LARGE and page.count(b"<") > MOST_TAGS:
        return None
    pieces = page.split(b"<")
    before = pieces.pop(0)
    kinds = "".join(map(KINDS.__getitem__, pieces))
    if BAD in kinds or before.strip(_SPACE):
        return None
    read = _Page(pieces, kinds, list(map(LEAVES.__getitem__, pieces)))
    if not _read_raw(read) or ODD in read.kinds or not any(kind in read.kinds for kind in _MARKUP):
        return None
    if not nested(read.kinds) and not (_close(read) and nested(read.kinds)):
        return None
    if not _others_nested(read) or _holds_loose_text(read):
        return None
    meta = _meta_of(read)
    text = _shown(read)
    return None if meta is None or text is None else (text, meta)


def _read_raw(page: _Page) -> bool:
    """Takes scripts, stylesheets, titles and comments out, whatever looks like a tag in them. Whether their ends are found."""
    parts: list[str] = []
    done = 0
    while found := _RAW_STARTS.search(page.kinds, done):
        start = found.start()
        stop = _end_of_raw(page, start, found[0])
        if stop < 0:
            return False
        parts += page.kinds[done:start], RULE if found[0] == RAW["title"] else NOTHING, NOTHING * (stop - start)
        done = stop + 1
    page.kinds = "".join(parts) + page.kinds[done:]
    return True


def _end_of_raw(page: _Page, start: int, kind: str) -> int:
    """The piece in which a script and the like ends; -1 where none does for certain. Only the text behind it leaves anything."""
    if kind == COMMENT:
        stop = next((k for k in range(start + 1, len(page.pieces)) if b"-->" in page.pieces[k]), -1)
        inside = b"<".join(page.pieces[start : stop + 1]).partition(b"-->")
        text = None if b"--!>" in inside[0] else text_of(inside[2])
        if stop < 0 or text is None or not is_utf8(inside[0]):
            return -1
        page.leaves[start : stop + 1] = ["", *[""] * (stop - start - 1), text]
        return stop
    stop = page.kinds.find(_RAW_ENDS[kind], start + 1)
    if stop < 0:
        return -1
    content = content_of(b"<".join(page.pieces[start:stop]))
    page.leaves[start + 1 : stop] = [""] * (stop - start - 1)
    return stop if _keep_raw(page, start, kind, content) else -1


def _keep_raw(page: _Page, start: int, kind: str, content: bytes) -> bool:
    """Notes what is needed of a raw element's content. Whether it is text in UTF-8 and ends where it seems to."""
    if not is_utf8(content):
        return False
    if kind == RAW["script"]:
        return b"<!--" not in content or b"<script" not in content.lower()  # such a script goes on behind its end tag
    if kind == RAW["iframe"]:
        return not content.strip()
    if kind == RAW["textarea"]:
        text = text_of(content)
        if text is None or text.startswith("\n"):  # which some take for the end of the tag's own line
            return False
        if len(text) < SHORT_AREA:
            page.leaves[start] = text
    elif kind == RAW["style"]:
        page.sheets.append(content.decode())
    elif kind == RAW["title"]:
        title = text_of(content)
        if title is None:
            return False
        page.titles.append(title)
    return True


def _close(page: _Page) -> bool:
    """Puts end tags where a parser takes elements to end, and takes those out that end nothing. Whether that is certain."""
    edits = edits_of(page.kinds)
    if edits is None or (edits.last is not None and "".join(page.leaves[edits.last :]).strip()):
        return False
    pieces, kinds, leaves = [], [], []
    done = 0
    for k in sorted({*edits.ended, *edits.stray}):
        ended = edits.ended.get(k, [])
        pieces += [*page.pieces[done:k], *(b"/%b>" % name.encode() for name in ended)]
        kinds += [page.kinds[done:k], *(END[name] for name in ended)]
        leaves += [*page.leaves[done:k], *(END_LEAVES.get(name, "") for name in ended)]
        done = k
        if k in edits.stray:
            pieces.append(page.pieces[k])
            kinds.append(NOTHING)
            leaves.append(behind(page.pieces[k]))
            done = k + 1
    page.pieces = pieces + page.pieces[done:]
    page.kinds = "".join(kinds) + page.kinds[done:]
    page.leaves = leaves + page.leaves[done:]
    return True


def _others_nested(page: _Page) -> bool:
    """Whether elements that HTML does not know end by their own names; all of them are of one kind."""
    names: list[str] = []
    if OPEN["*"] in page.kinds:
        for found in _both(OPEN["*"]).finditer(page.kinds):
            name, _ = start_of(page.pieces[found.start()])
            if found[0] == OPEN["*"]:
                names.append(name)
            elif names.pop() != name:
                return False
    return True


def _holds_loose_text(page: _Page) -> bool:
    """Whether text may stand in a table between its cells: no cell says whose it is. Text right behind the end of a cell is
    told from in `tags`."""
    return any(
        page.kinds[found.end() - 1] not in _NO_ELEMENTS
        or "".join(page.leaves[found.start() + 1 : found.end()]).replace(PICTURE, "").strip()
        for found in _BETWEEN_CELLS.finditer(page.kinds)
    )


def _meta_of(page: _Page) -> dict[str, str] | None:
    """The page's meta tags by lower-case name and, under `title`, its title; None where readers may not agree on them."""
    meta: dict[str, str] = {}
    at = page.kinds.find(META)
    while at >= 0:
        _, attributes = start_of(page.pieces[at])
        if attributes.get(b"name") and attributes.get(b"content"):
            name, content = text_of(attributes[b"name"]), text_of(attributes[b"content"])
            if name is None or content is None:
                return None
            meta.setdefault(name.lower(), content.strip())
        at = page.kinds.find(META, at + 1)
    for title in page.titles:
        meta.setdefault("title", " ".join(title.split()))
    return meta


def _shown(page: _Page) -> str | None:
    """The marked text without what is not shown, with marks for what is raised; None where that is not certain."""
    rules = rules_of(page.sheets)
    if rules.hides:
        _doubt(page, rules)
    text = "".join(page.leaves)
    if GONE not in text and RAISED not in text and DOUBTFUL not in text:
        return text
    done = covered = 0
    doubtful: list[tuple[int, int]] = []
    for start in [k for k, leaves in enumerate(page.leaves) if leaves[:1] in (GONE, RAISED, DOUBTFUL) and leaves]:
        leaves = page.leaves[start]
        if start < done:  # within an element that is taken out
            continue
        stop = _end_of(page.kinds, start)
        if stop < 0:
            return None
        if leaves[0] == RAISED:
            page.leaves[start], page.leaves[stop] = f" [{leaves[1:]}", f"]{page.leaves[stop]}"
        elif leaves[0] == GONE:
            _drop(page, start, stop)
            done = stop
        elif not _is_hidden(page.pieces[start], rules):
            page.leaves[start] = leaves[1:]
        elif start >= covered:
            doubtful.append((start, stop))
            covered = stop
    return "".join(page.leaves) if _drop_copies(page, doubtful) else None


def _doubt(page: _Page, rules: Rules) -> None:
    """Marks every start tag whose classes the page's own stylesheet hides."""
    hidden: dict[bytes, bool] = {}
    for k, piece in enumerate(page.pieces):
        if page.kinds[k] not in _END_OF and not page.leaves[k]:
            continue
        if piece not in hidden:
            small = piece.lower()
            hidden[piece] = (b"class" in small or b"id" in small) and _is_hidden(piece, rules)
        if hidden[piece] and page.leaves[k][:1] not in (GONE, DOUBTFUL):
            page.leaves[k] = DOUBTFUL + page.leaves[k]


def _is_hidden(piece: bytes, rules: Rules) -> bool:
    """Whether a start tag's own style or its classes hide its element, as far as that is in doubt at all."""
    name, attributes = start_of(piece)
    style, classes, ident = (text_of(attributes.get(key, b"")) or "" for key in (b"style", b"class", b"id"))
    style = squeezed(style)
    return sight_of(name, style) == "doubtful" or rules.hide(name, names_of(classes, ident), style)


def _end_of(kinds: str, start: int) -> int:
    """The end tag of the start tag there, on a page whose tags are nested; -1 for a tag that has none."""
    first = kinds[start]
    if first not in _END_OF or first in _FRAME:
        return -1
    depth = 0
    for found in _both(first).finditer(kinds, start):
        depth += 1 if found[0] == first else -1
        if not depth:
            return found.start()
    return -1


@cache
def _both(first: str) -> re.Pattern[str]:
    """The start tags and end tags of one kind of element."""
    return re.compile(f"[{re.escape(first + _END_OF[first])}]")


def _drop(page: _Page, start: int, stop: int) -> None:
    """An element leaves nothing, or what stands for a control or an object; the text behind it stays."""
    kept = PICTURE if page.leaves[start].startswith(GONE + PICTURE) else ""
    page.leaves[start : stop + 1] = [kept, *[""] * (stop - start - 1), behind(page.pieces[stop])]


def _drop_copies(page: _Page, doubtful: list[tuple[int, int]]) -> bool:
    """Takes out elements that a stylesheet hides. Whether none of them holds a table that the page does not show."""
    if not doubtful:
        return True
    for start, stop in doubtful:
        if page.leaves[start]:  # else it stands in one that was taken out
            _drop(page, start, stop)
    shown = "".join(_MARKS.sub("", "".join(page.leaves)).split())
    missing = [anchor for anchor in ANCHORS if anchor not in shown]
    return not missing or not any(_holds(page.pieces[start:stop], missing) for start, stop in doubtful)


def _holds(pieces: list[bytes], anchors: list[str]) -> bool:
    """Whether any of these labels stands in the text of an element."""
    text = unescape(_TAG.sub("", "<" + b"<".join(pieces).decode(errors="replace")))
    return any(anchor in "".join(text.split()) for anchor in anchors)
