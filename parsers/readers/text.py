"""Plain text and Markdown into the stream of cells, line by line.
How one line is parted is left to `lines`, which cells are labels or figures to `align`."""

from __future__ import annotations

import re
from collections import Counter

from gongkai.parsers.document import Document
from gongkai.parsers.readers.lines import cells_of_line, figures_in_rows
from gongkai.parsers.readers.spacing import keep_blank_cells

_NEWLINE = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_RULE = re.compile(r"[|+\s]*:?(?:-{3,}|={3,}):?(?:\s*[|+]+\s*:?(?:-{3,}|={3,}):?)*[|+\s]*")
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[*+]\s+(?=\S))|\*\*|__|`")
_WIDE = re.compile("[\xa0\u3000]")
_BULLET = re.compile(r"\s*([-•*·●▪◆○■]|\d{0}–)\s+(?=\S)")
_FIGURE_WORD = re.compile(r"[+\-]?\d[\d,.]*(?:万元|元|件)?|/|-+|—+")
# A whole page run together on one line: so many characters, so many of its words figures.
ONE_LINE, ONE_LINE_FIGURES = 1200, 60


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


def _words_of_long_lines(lines: list[str]) -> list[tuple[int, str]]:
    """Lines with their numbers; a page run together on one line is parted into its words."""
    numbered: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        if len(line) > ONE_LINE and sum(1 for w in line.split() if _FIGURE_WORD.fullmatch(w)) >= ONE_LINE_FIGURES:
            numbered += [(number, word) for word in line.split()]
        else:
            numbered.append((number, line))
    return numbered


def read_text(text: str) -> Document:
    """The cells of a text: each line one cell, or several where pipes, tabs or spaces part them."""
    text = _NEWLINE.sub("\n", text) if not text.isprintable() else text
    # Lines parted by an empty line each, as pages flattened by a browser are: an empty piece is a blank cell.
    lines = text.split("\n\n")
    step = 2
    if any("\n" in line for line in lines) or len(lines) < 20:
        lines = text.split("\n")
        step = 1
    piped = "|" in text or "│" in text or "｜" in text
    one_a_line = piped and _pipe_ends_a_cell(lines)
    ends = _end_pipes(lines) if piped else 0
    in_rows = figures_in_rows(lines)
    wide = "\u3000" in text or "\xa0" in text
    if "- " in text or "• " in text or "* " in text or "· " in text:
        lines = _without_bullets(lines)
    texts: list[str] = []
    columns: list[int] = []
    places: list[int] = []
    rows: list[int] = []
    weak: list[int] = []
    long = len(text) > ONE_LINE and any(len(line) > ONE_LINE for line in lines)
    for row, (number, line) in enumerate(_words_of_long_lines(lines) if long else enumerate(lines, 1)):
        if not line:
            weak.append(len(texts))
        elif (
            " " in line
            or "|" in line
            or "\t" in line
            or line[0] in "#>*`│｜"
            or "**" in line
            or (wide and _WIDE.search(line))
        ):
            stripped = line.strip()
            if not stripped:
                # a line of no-break spaces is a blank cell; of plain spaces it may be spacing
                if not line.strip(" \t"):
                    weak.append(len(texts))
                line = ""
            elif _RULE.fullmatch(stripped) and ("|" in stripped or len(stripped) > 4):
                continue
            else:
                if stripped[0] in "#>*`" or "**" in line:
                    line = _MARKUP.sub("", line)
                cells = cells_of_line(line, in_rows=in_rows, one_a_line=one_a_line, end_pipes=ends)
                if len(cells) > 1:
                    # cells parted by spaces have no column: a blank one leaves no trace
                    marked = (piped and any(c in line for c in "|│｜")) or "\t" in line
                    texts += cells
                    columns += range(len(cells)) if marked else [-1] * len(cells)
                    places += [number * step - step + 1] * len(cells)
                    rows += [row] * len(cells)
                    continue
                line = cells[0]
        texts.append(line)
        columns.append(-1)
        places.append(number * step - step + 1)
        rows.append(row)
    document = Document("text", texts, rows, [0] * len(texts), columns, [1] * len(texts), places, frozenset(weak))
    return document if step == 2 else keep_blank_cells(document)
