"""Plain text and Markdown into the stream of cells, line by line.
How one line is parted is left to `lines`, which cells are labels or figures to `align`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gongkai.parsers.document import NUMBERS, Document
from gongkai.parsers.readers.lines import cells_of_line, figures_in_rows, with_tabs
from gongkai.parsers.readers.ruled import with_piped_rows
from gongkai.parsers.readers.spacing import keep_blank_cells
from gongkai.parsers.reprint import Reprint, recognised

_NEWLINE = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_OTHER_LINE_ENDS = ("\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
# The line below a header in Markdown: nothing but dashes, three or more, or two between pipes.
_RULE = re.compile(
    r"[|+\s]*:?(?:-{3,}|={3,}):?[|+\s]*|[|+\s]*:?(?:-{2,}|={3,}):?(?:\s*[|+]+\s*:?(?:-{2,}|={3,}):?)+[|+\s]*"
)
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[*+]\s+(?=\S))|\*\*|__|`")
_ESCAPE = re.compile(r"\\([|*_.()\[\]{}+#!~`<>-])")  # as converters to Markdown write these signs
# What a line of several cells holds, or one that is not taken as it stands.
_SPECIAL = (" ", "\t", "|", "│", "｜", "\xa0", "\u3000", "*", "#", ">", "`")
# Lines without any mark that rewrites them or parts them, but for single spaces and dashes; wide spaces may part them, too.
_UNMARKED = re.compile("[^\t|│｜\xa0\u3000*#>`•·+=─═━{-]*(?:-(?![ -])[^\t|│｜\xa0\u3000*#>`•·+=─═━{-]*)*")
_FEW = 16  # one mark in so many lines: to find it in the text takes a tenth of the time of asking each line
_TABLES = "表"  # a line in the place of known tables, of which nothing is asked
FEW_PARTS = 8  # lines that are no single cell
_BULLET = re.compile(r"\s*([-•*·●▪◆○■]|\d{0}–)\s+(?=\S)")
_FIGURE_WORD = re.compile(r"[+\-]?\d[\d,.]*(?:万元|元|件)?|/|-+|—+")
# A whole page run together on one line: so many characters, so many of its words figures.
ONE_LINE, ONE_LINE_FIGURES = 1200, 60
LONGEST_PRINTED_ROW = 40  # cells; a line with more of them holds several rows


def _unescaped(match: re.Match[str]) -> str:
    return "／" if match[1] == "|" else match[1]  # which parts no cells


def _pipe_ends_a_cell(lines: list[str]) -> bool:
    """Pipes end a cell on its line instead of parting the cells of a row: most lines with a pipe hold one text."""
    one = several = 0
    for line in lines:
        if "|" in line:
            filled = sum(1 for c in line.split("|") if c.strip())
            one += filled == 1
            several += filled > 1
    return one > 3 * several


def _end_pipes(lines: list[str]) -> int:
    """How many empty cells every row of a piped table ends with: they belong to the way of printing, not to it."""
    ends = [
        line[len(line.rstrip("| \t")) :].count("|") - 1
        for line in lines
        if line.count("|") > 3 and not _RULE.fullmatch(line.strip())
    ]
    return max(0, min(ends)) if len(ends) > 5 else 0


def _outer_pipes(lines: list[str]) -> tuple[bool, bool]:
    """Whether the lines of piped tables begin, and end, with a pipe that parts no cells: nearly all do, or it stands beside a
    blank cell."""
    rows = [line.strip() for line in lines if line.count("|") > 3]
    begin, end = (sum(row[at] != "|" for row in rows) for at in (0, -1))
    return begin * 10 <= len(rows), end * 10 <= len(rows)


def _without_bullets(lines: list[str]) -> list[str]:
    """Lines that all begin with the same bullet, without it: `- 12` in such a list is no negative number."""
    filled = [line for line in lines if line and not line.isspace()]
    bullets = Counter(match[1] for line in filled if (match := _BULLET.match(line)))
    if not bullets:
        return lines
    bullet, count = bullets.most_common(1)[0]
    worded = sum(1 for line in filled if (m := _BULLET.match(line)) and m[1] == bullet and not line[m.end()].isdigit())
    if count * 2 < len(filled) or worded < 20:
        return lines
    return [line[m.end() :] if (m := _BULLET.match(line)) and m[1] == bullet else line for line in lines]


def _special(text: str, lines: list[str], line_end: str) -> list[int]:
    """The lines that may be other than one cell as it stands. Most texts hold few of the marks by which they differ, or
    none: then the marks are looked for in the whole text, and no line is looked at. `line_end`: what parts the lines."""
    found: set[int] = set()
    for mark in _SPECIAL:
        if mark not in text:
            continue
        if text.count(mark) * _FEW > len(lines):
            found.update([k for k, line in enumerate(lines) if mark in line])
        else:
            found.update(_lines_with(mark, text, line_end))
    if not all(lines):
        found.update([k for k, line in enumerate(lines) if not line])
    return sorted(found)


def _lines_with(mark: str, text: str, line_end: str) -> Iterator[int]:
    """The lines of the text that hold this mark."""
    line = counted = 0
    at = text.find(mark)
    while at >= 0:
        line += text.count(line_end, counted, at)
        yield line
        counted = text.find(line_end, at)
        at = text.find(mark, counted) if counted >= 0 else -1


def read_text(text: str) -> Document:
    """The cells of a text: each line one cell, or several where pipes, tabs or spaces part them."""
    if any(map(text.__contains__, _OTHER_LINE_ENDS)):
        text = _NEWLINE.sub("\n", text)
    text = text.rstrip("\n")
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if "\t" in text and text.count("\t\n") * 10 >= text.count("\t") * 9:
        text = text.replace("\t\n", "\n")  # a tab ends each cell on its line, as some browsers copy tables
    if (reprint := recognised(text)) is not None and (document := _around(text, reprint)) is not None:
        return document
    # Lines parted by an empty line each, as pages flattened by a browser are: an empty piece is a blank cell.
    line_end = "\n\n"
    lines = text.split(line_end)
    if len(lines) < 20 or text.count("\n") > 2 * (len(lines) - 1):
        line_end = "\n"
        lines = text.split(line_end)
    if (rewritten := _rewritten(lines, text)) is not None:
        lines = rewritten
        text = line_end.join(lines)
    run_together = _may_hold_long_line(text) and max(map(len, lines)) > ONE_LINE
    document = _document(lines, _parts_of(lines, _special(text, lines, line_end), text), len(line_end))
    if run_together:
        document = _parted(document)
    return document if line_end == "\n\n" else keep_blank_cells(document)


def _around(text: str, reprint: Reprint) -> Document | None:
    """The document of a text with known tables in it, of which only the lines around these are looked at. None where they say
    that the lines are not to be taken as they stand."""
    line_end = reprint.known.line_end
    step = len(line_end)
    head, tail = text[: reprint.begin], text[reprint.end :]
    if (head and not head.endswith(line_end)) or (tail and not tail.startswith(line_end)):
        return None
    before = head[:-step].split(line_end) if head else []
    behind = tail[step:].split(line_end) if tail else []
    start, stop = len(before), len(before) + len(reprint.texts)
    if step == 2 and head.count("\n") + tail.count("\n") != 2 * (len(before) + len(behind)):
        return None
    outside = [*before, _TABLES, *behind]
    around = "\n".join(outside)
    if len(outside) > len(reprint.texts) or (len(around) > ONE_LINE and len(max(outside, key=len)) > ONE_LINE):
        return None
    if _UNMARKED.fullmatch(around):
        rewritten = with_tabs(outside, around)
        special = [k for k, line in enumerate(outside) if " " in line or not line]
    else:
        rewritten = _rewritten(outside, around)
        special = _special(around, outside, "\n")
    if rewritten is not None:
        return None
    parts = _parts_of(outside, special, around) if special else []
    lines = [*outside[:start], *reprint.texts, *outside[start + 1 :]]
    for k, part in enumerate(parts):
        if part.line > start:
            parts[k] = part._replace(line=part.line + len(reprint.texts) - 1)
    document = _document(lines, parts, step)
    if step == 1 and document.weak:
        return keep_blank_cells(document)
    shift = sum([len(part.cells) - 1 for part in parts if part.line < start])
    document.reprint = start + shift, stop + shift, reprint
    return document


def _rewritten(lines: list[str], text: str) -> list[str] | None:
    """The lines without a bullet before each, with tabs between what commas part, and with pipes for what a drawing of a table
    parts; None where they are taken as they stand."""
    changed = lines
    if any(sign in text and sign + " " in text for sign in "-•*·") and (changed := _without_bullets(lines)) is not lines:
        text = "\n".join(changed)
    if (tabbed := with_tabs(changed, text)) is not None:
        changed = tabbed
        text = "\n".join(changed)
    if (drawn := with_piped_rows(changed, text)) is not None:
        changed = drawn
    return None if changed is lines else changed


def _parts_of(lines: list[str], special: Sequence[int], text: str) -> list[_Part]:
    """Those of the special lines that are no single cell. The others are set right in `lines`. `text`: all lines, one a line."""
    piped = "|" in text or "│" in text or "｜" in text
    parted = [lines[k] for k in special]
    one_a_line = piped and _pipe_ends_a_cell(parted)
    ends = _end_pipes(parted) if piped else 0
    outer = _outer_pipes(parted) if piped else (True, True)
    in_rows = figures_in_rows(parted)
    parts: list[_Part] = []
    for k in special:
        line = lines[k]
        stripped = line.strip()
        if not stripped:
            # a line of no-break spaces is a blank cell; an empty one, or one of plain spaces, may be spacing
            if not line.strip(" \t"):
                parts.append(_Part(k, [""], False, True))
            lines[k] = ""
            continue
        if _RULE.fullmatch(stripped) and ("|" in stripped or len(stripped) > 4):
            if parts and parts[-1].line == k - 1 and parts[-1].marked and not any(parts[-1].cells):
                parts[-1] = _Part(k - 1, [], False, False)  # Markdown has no table without a header: an empty one is none
            parts.append(_Part(k, [], False, False))
            continue
        if stripped[0] in "#>*`" or "**" in line:
            line = _MARKUP.sub("", line)
        cells = cells_of_line(line, in_rows=in_rows, one_a_line=one_a_line, end_pipes=ends, outer=outer)
        if len(cells) == 1:
            lines[k] = cells[0]
            continue
        # cells parted by spaces have no column: a blank one leaves no trace
        marked = len(cells) > 1 and ("\t" in line or (piped and any(c in line for c in "|│｜")))
        parts.append(_Part(k, cells, marked, False))
    return parts


def _may_hold_long_line(text: str) -> bool:
    """A line of more than `ONE_LINE` characters covers one of the pieces half as long that the text can be cut into."""
    piece = ONE_LINE // 2
    return any(text.find("\n", at, at + piece) < 0 for at in range(0, len(text) - piece + 1, piece))


class _Part(NamedTuple):
    """A line that is no single cell: its cells, whether they have columns, and whether it may be mere spacing."""

    line: int
    cells: Sequence[str]
    marked: bool
    weak: bool


def _document(lines: list[str], parts: list[_Part], step: int) -> Document:
    """The cells of the lines, one of each that is none of the parts. `step`: 2 where an empty line parts the lines."""
    count = len(lines)
    if not parts:
        place_of = range(1, 1 + step * count, step)
        return Document("text", lines, range(count), [0] * count, [-1] * count, [1] * count, place_of)
    if len(parts) <= FEW_PARTS and step * count < len(NUMBERS):
        return _document_of_few(lines, parts, step)
    number: Sequence[int] = NUMBERS if step * count < len(NUMBERS) else range(1 + step * count)
    texts: list[str] = []
    columns: list[int] = []
    rows: list[int] = []  # the line of each cell, counted from 0: cells of one line stand in one printed row
    places: list[int] = []
    weak: list[int] = []

    def take(start: int, stop: int) -> None:
        """The lines from `start` to before `stop`, which are a cell each."""
        texts.extend(lines[start:stop])
        rows.extend(number[start:stop])
        places.extend(number[1 + step * start : 1 + step * stop : step])
        columns.extend([-1] * (stop - start))

    done = 0
    for k, cells, marked, is_weak in parts:
        take(done, k)
        if is_weak:
            weak.append(len(texts))
        texts += cells
        rows += [k] * len(cells)
        places += [1 + step * k] * len(cells)
        columns += range(len(cells)) if marked else [-1] * len(cells)
        done = k + 1
    take(done, count)
    return Document("text", texts, rows, [0] * len(texts), columns, [1] * len(texts), places, frozenset(weak))


def _document_of_few(lines: list[str], parts: list[_Part], step: int) -> Document:
    """The same where so few lines are parts that to put each in its place, which moves all behind it, is quicker; in `lines`."""
    count, texts = len(lines), lines
    rows, columns = list(NUMBERS[:count]), [-1] * count
    places = list(NUMBERS[1 : 1 + step * count : step])
    weak: list[int] = []
    grown = 0
    for k, cells, marked, is_weak in parts:
        at, size = k + grown, len(cells)
        texts[at : at + 1] = cells
        rows[at : at + 1] = [k] * size
        places[at : at + 1] = [1 + step * k] * size
        columns[at : at + 1] = range(size) if marked else [-1] * size
        if is_weak:
            weak.append(at)
        grown += size - 1
    count += grown
    return Document("text", texts, rows, [0] * count, columns, [1] * count, places, frozenset(weak))


def _parted(document: Document) -> Document:
    """The cells anew where a whole page is run together on one line: its words are the cells, each a row."""
    words = []
    crowded = {row for row, count in Counter(document.rows).items() if count > LONGEST_PRINTED_ROW}
    for text, column, place, row in zip(document.texts, document.columns, document.places, document.rows, strict=True):
        if row in crowded:
            if not _RULE.fullmatch(text or "-"):
                words.append((text, -1, place))
        elif len(text) > ONE_LINE and sum(1 for w in text.split() if _FIGURE_WORD.fullmatch(w)) >= ONE_LINE_FIGURES:
            words += [(word, -1, place) for word in text.split()]
        else:
            words.append((text, column, place))
    count = len(words)
    weak = frozenset(k for k, (text, _, _) in enumerate(words) if not text)
    return Document("text", [w for w, _, _ in words], range(count), [0] * count, [c for _, c, _ in words], [1] * count,
                    [p for _, _, p in words], weak)  # fmt: skip
