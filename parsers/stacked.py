"""Rows of a table that a web page prints within one row, their labels and figures broken over the lines of its cells: taken apart.
Reading the page is left to the readers, what the rows then say to `align`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape, unescape

from gongkai.parsers.document import Document
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import roles_of, token_of

LARGEST_PAGE = 4 * 2**20
"""Bytes of a page that is read once more for the lines of its cells."""
FEWEST_LINES = 2

# Stands where a line ends, and is no character of any page.
_END = "\ue5e0"
_LINE_END = re.compile(r"<br\b[^<>]*>|</(?:p|div|li)\s*>", re.IGNORECASE)
_TAG = re.compile("<[^<>]*>")
_CELL = re.compile(r"(<t[dh]\b[^<>]*>)((?:[^<]|<(?!/?(?:t[dhr]|table|tbody)\b))*)", re.IGNORECASE)
_TABLES = ("applications", "proactive")


def unstacked(page: str, read: Callable[[bytes], Document]) -> Document | None:
    """The cells of a page with each row of several taken apart; None where there is none.

    A row counts where one of its cells holds labels of the form, a line each, and all cells with figures have as many lines,
    blank ones included.
    """
    if len(page) > LARGEST_PAGE or _END in page or _LINE_END.search(page) is None:
        return None
    lined = _CELL.sub(_in_one_line, page)
    if lined == page:
        return None
    document = read(lined.encode("utf-8", errors="replace"))
    texts = document.texts
    rows: dict[int, list[list[tuple[int, str]]]] = {}  # first cell of a row -> the rows that it holds, as cells with their texts
    i = 0
    while i < len(document):
        row = document.printed_row(i)
        if document.tables[i] and any(_END in texts[k] for k in row) and (parts := _taken_apart(texts, row)):
            rows[i] = parts
        i = row[-1] + 1
    document.texts = [" ".join(text.replace(_END, " ").split()) if _END in text else text for text in texts]
    return _rewritten(document, rows) if rows else None


def _in_one_line(cell: re.Match[str]) -> str:
    """A cell of labels or of figures in several lines as one line, its line ends marked; any other as it is."""
    if _LINE_END.search(cell[2]) is None:
        return cell[0]
    text = unescape(_TAG.sub("", _LINE_END.sub(_END, cell[2])))
    lines = _lines(text)
    if len(lines) < FEWEST_LINES or not (_labels(lines) or all(_is_value(line) for line in lines)):
        return cell[0]
    return cell[1] + escape(text)


def _is_value(text: str) -> bool:
    return token_of(text).kind in ("number", "blank")


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split(_END)]


def _taken_apart(texts: Sequence[str], row: range) -> list[list[tuple[int, str]]] | None:
    """The rows that one printed row holds; None where it is one."""
    cells = {i: _lines(texts[i]) for i in row}
    stacks = {i: labels for i, lines in cells.items() if len(lines) >= FEWEST_LINES and (labels := _labels(lines))}
    if len(stacks) != 1:
        return None
    at, labels = stacks.popitem()
    parts: list[list[tuple[int, str]]] = [[] for _ in labels]
    for i, lines in cells.items():
        if i == at:
            lines = labels
        elif i < at:
            if any(token_of(line).kind == "number" for line in lines):
                return None
            parts[0].append((i, "".join(lines)))  # what stands before the labels is their group's
            continue
        else:
            lines = lines[:-1] if len(lines) > len(labels) and not lines[-1] else lines  # a paragraph's end parts it from none
            if len(lines) != len(labels):
                return None
        for part, line in zip(parts, lines, strict=True):
            part.append((i, line))
    # a paragraph's end is the end of a line: figures of one line each stand in one row
    several = any(text for part in parts[1:] for i, text in part if i > at)
    return parts if at < row[-1] and several else None


def _labels(lines: Sequence[str]) -> list[str] | None:
    """The labels of rows that these lines are, each another; a label may go on over several lines. None where they are none,
    or one label in lines that are labels by chance (2.其他 over 法律行政法规禁止公开)."""
    if _rows("".join(lines)):
        return None
    labels: list[str] = []
    open_line = ""
    for line in filter(None, lines):
        if not open_line and labels and not _rows(line) and _rows(labels[-1] + line):
            labels[-1] += line
        elif _rows(open_line + line):
            labels.append(open_line + line)
            open_line = ""
        else:
            open_line += line
    named = [_rows(label) for label in labels]
    return labels if not open_line and len(labels) >= FEWEST_LINES and len(set(named)) == len(named) else None


def _rows(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((r.table, r.key) for r in roles_of(fold(text)) if r.what == "row" and r.table in _TABLES)


def _rewritten(document: Document, rows: dict[int, list[list[tuple[int, str]]]]) -> Document:
    cells: list[int] = []
    texts: list[str] = []
    numbers: list[int] = []
    last: int | None = None
    i = 0
    while i < len(document):
        if (parts := rows.get(i)) is None:
            numbers.append((numbers[-1] if numbers else -1) + (document.rows[i] != last))
            cells.append(i)
            texts.append(document.texts[i])
            last = document.rows[i]
            i += 1
            continue
        for part in parts:
            number = (numbers[-1] if numbers else -1) + 1
            numbers += [number] * len(part)
            cells += [k for k, _ in part]
            texts += [text for _, text in part]
        last = document.rows[i]
        i = document.printed_row(i)[-1] + 1
    weak = document.weak
    return Document(
        document.kind, texts, numbers, [document.tables[k] for k in cells], [document.columns[k] for k in cells],
        [document.spans[k] for k in cells], [document.places[k] for k in cells],
        frozenset(n for n, k in enumerate(cells) if k in weak), document.meta, [document.at(k) for k in cells],
        {n: document.marks[k] for n, k in enumerate(cells) if k in document.marks},
    )  # fmt: skip
