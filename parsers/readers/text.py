"""Plain text and Markdown into the stream of cells, line by line.
How one line is parted is left to `lines`, which cells are labels or figures to `align`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from gongkai.parsers.document import Document
from gongkai.parsers.readers.lines import cells_of_line, figures_in_rows
from gongkai.parsers.readers.spacing import keep_blank_cells

_NEWLINE = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_OTHER_LINE_ENDS = ("\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
# The line below a header in Markdown: nothing but dashes, three or more, or two between pipes.
_RULE = re.compile(
    r"[|+\s]*:?(?:-{3,}|={3,}):?[|+\s]*|[|+\s]*:?(?:-{2,}|={3,}):?(?:\s*[|+]+\s*:?(?:-{2,}|={3,}):?)+[|+\s]*"
)
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[*+]\s+(?=\S))|\*\*|__|`")
_SEVERAL = (" ", "\t", "|", "│", "｜", "\xa0", "\u3000", "**")  # what a line of several cells holds
_MARKUP_OR_SEVERAL = (*_SEVERAL[:-1], "*", "#", ">", "`")
_BULLET = re.compile(r"\s*([-•*·●▪◆○■]|\d{0}–)\s+(?=\S)")
_FIGURE_WORD = re.compile(r"[+\-]?\d[\d,.]*(?:万元|元|件)?|/|-+|—+")
# A whole page run together on one line: so many characters, so many of its words figures.
ONE_LINE, ONE_LINE_FIGURES = 1200, 60
LONGEST_REMEMBERED = 64


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


class _Simple(dict[str, bool]):
    """Whether a line is one cell as it stands: most lines of most texts are the same few hundred."""

    def __missing__(self, line: str) -> bool:
        simple = bool(line) and line[0] not in "#>`" and not any(mark in line for mark in _SEVERAL)
        if len(line) < LONGEST_REMEMBERED:
            if len(self) > 50_000:
                self.clear()
            self[line] = simple
        return simple


_SIMPLE = _Simple()


def read_text(text: str) -> Document:
    """The cells of a text: each line one cell, or several where pipes, tabs or spaces part them."""
    if any(end in text for end in _OTHER_LINE_ENDS):
        text = _NEWLINE.sub("\n", text)
    # Lines parted by an empty line each, as pages flattened by a browser are: an empty piece is a blank cell.
    text = text.rstrip("\n")
    lines = text.split("\n\n")
    step = 2
    if len(lines) < 20 or text.count("\n") > 2 * (len(lines) - 1):
        lines = text.split("\n")
        step = 1
    if "- " in text or "• " in text or "* " in text or "· " in text:
        lines = _without_bullets(lines)
    # most texts hold nothing that parts a line: then none of their lines is looked at
    simple = not any(mark in text for mark in _MARKUP_OR_SEVERAL) and all(lines)
    special = [] if simple else [k for k, line in enumerate(lines) if not _SIMPLE[line]]
    piped = "|" in text or "│" in text or "｜" in text
    parted = [lines[k] for k in special]
    one_a_line = piped and _pipe_ends_a_cell(parted)
    ends = _end_pipes(parted) if piped else 0
    in_rows = figures_in_rows(parted)
    longest = len(text) - (step + 1) * (len(lines) - 1)  # at most, as no line is empty
    if simple and (longest <= ONE_LINE or max(map(len, lines)) <= ONE_LINE):
        return _one_cell_a_line(lines, step)
    texts: list[str] = []
    columns: list[int] = []
    rows: list[int] = []  # the line of each cell, counted from 0: cells of one line stand in one printed row
    weak: list[int] = []
    done = 0
    for k in special:
        texts += lines[done:k]
        rows += range(done, k)
        columns += [-1] * (k - done)
        done = k + 1
        line = lines[k]
        stripped = line.strip()
        if not stripped:
            # a line of no-break spaces is a blank cell; an empty one, or one of plain spaces, may be spacing
            if not line.strip(" \t"):
                weak.append(len(texts))
            cells: Sequence[str] = [""]
        elif _RULE.fullmatch(stripped) and ("|" in stripped or len(stripped) > 4):
            continue
        else:
            if stripped[0] in "#>*`" or "**" in line:
                line = _MARKUP.sub("", line)
            cells = cells_of_line(line, in_rows=in_rows, one_a_line=one_a_line, end_pipes=ends)
        # cells parted by spaces have no column: a blank one leaves no trace
        marked = len(cells) > 1 and ("\t" in line or (piped and any(c in line for c in "|│｜")))
        texts += cells
        rows += [k] * len(cells)
        columns += range(len(cells)) if marked else [-1] * len(cells)
    texts += lines[done:]
    rows += range(done, len(lines))
    columns += [-1] * (len(lines) - done)
    places = [row * step + 1 for row in rows]
    if len(text) > ONE_LINE and max(map(len, lines)) > ONE_LINE:
        texts, columns, rows, places, weak = _parted(texts, columns, places)
    document = Document("text", texts, rows, [0] * len(texts), columns, [1] * len(texts), places, frozenset(weak))
    return document if step == 2 else keep_blank_cells(document)


def _one_cell_a_line(lines: list[str], step: int) -> Document:
    """`step`: 2 where an empty line parts each from the next."""
    count = len(lines)
    places = range(1, 1 + step * count, step)
    return Document("text", lines, range(count), [0] * count, [-1] * count, [1] * count, places)


def _parted(
    texts: list[str], columns: list[int], places: list[int]
) -> tuple[list[str], list[int], list[int], list[int], list[int]]:
    """The cells anew where a whole page is run together on one line: its words are the cells, each a row."""
    words = []
    for text, column, place in zip(texts, columns, places, strict=True):
        if len(text) > ONE_LINE and sum(1 for w in text.split() if _FIGURE_WORD.fullmatch(w)) >= ONE_LINE_FIGURES:
            words += [(word, -1, place) for word in text.split()]
        else:
            words.append((text, column, place))
    weak = [k for k, (text, _, _) in enumerate(words) if not text]
    return [w for w, _, _ in words], [c for _, c, _ in words], list(range(len(words))), [p for _, _, p in words], weak
