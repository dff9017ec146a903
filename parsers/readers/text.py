"""Plain text into the stream of cells: one cell a line, pipes, tabs, wide spaces, Markdown.
Which cells are labels or figures is left to `align`."""

from __future__ import annotations

import re

from gongkai.parsers.document import Document
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import roles_of
from gongkai.parsers.readers.spacing import keep_blank_cells

_NEWLINE = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
_RULE = re.compile(r"[|+\s]*:?(?:-{3,}|={3,}):?(?:\s*[|+]+\s*:?(?:-{3,}|={3,}):?)*[|+\s]*")
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[*+]\s+(?=\S))|\*\*|__|`")
_WIDE = re.compile(r"\t|[ \u3000]{2,}")
_FIGURE = r"(?:[+\-−－]?[0-9０-９][0-9０-９,，.]*(?:万元|元|件|项|个|条)?|/|[-—–－]{1,2}|无)"
# 一、本年新收政府信息公开申请数量 705 3 0 0 5 0 713: a label and its figures with single spaces between
_LABEL_AND_FIGURES = re.compile(
    rf"(?P<label>(?:\d{{1,2}}\s*[.、．,，]\s*)?\D.{{0,60}}?[^\s\d])?(?P<figures>(?:(?:^|\s){_FIGURE}){{1,20}})\s*"
)
LONGEST_TABLE_LINE = 400


def _pipe_ends_a_cell(lines: list[str]) -> bool:
    """Pipes end a cell on its line instead of parting the cells of a row: most lines with a pipe hold one text."""
    one = several = 0
    for line in lines:
        if "|" in line:
            filled = sum(1 for c in line.split("|") if c.strip())
            one += filled == 1
            several += filled > 1
    return one > 3 * several


def _figures_in_rows(lines: list[str]) -> bool:
    """Labels and figures share lines here; elsewhere `2 6 7` alone on a line is one number with its digits apart."""
    rows = 0
    for line in lines:
        if " " in line and len(line) < 120 and (match := _LABEL_AND_FIGURES.fullmatch(line.strip())) and match["label"]:
            rows += match["figures"].count(" ") > 1
            if rows > 4:
                return True
    return False


def _end_pipes(lines: list[str]) -> int:
    """How many empty cells every row of a piped table ends with: they belong to the way of printing, not to it."""
    ends = [
        len(line) - len(line.rstrip("| \t")) and line[len(line.rstrip("| \t")) :].count("|") - 1
        for line in lines
        if line.count("|") > 3 and not _RULE.fullmatch(line.strip())
    ]
    return max(0, min(ends)) if len(ends) > 5 else 0


def _split(line: str, one_a_line: bool, ends: int, in_rows: bool) -> list[str] | None:
    """The cells of a line that holds several, else None. Blank cells between pipes and tabs are kept."""
    if "|" in line or "│" in line or "｜" in line:
        cells = [c.strip() for c in re.split("[|│｜]", line)]
        if one_a_line and sum(map(bool, cells)) <= 1:
            return ["".join(cells)]
        if cells and not cells[0]:
            cells = cells[1:]
        if cells and not cells[-1]:
            cells = cells[:-1]
        if ends and len(cells) > ends and not any(cells[-ends:]):
            cells = cells[:-ends]
        return cells or [""]
    if len(line) > LONGEST_TABLE_LINE:
        return None
    if "\t" in line.lstrip():  # tabs at the end part blank cells; one at the start is an indent
        return [c.strip() for c in line.split("\t")]
    stripped = line.strip()
    if (match := _LABEL_AND_FIGURES.fullmatch(stripped)) and " " in stripped.replace("\u3000", " "):
        figures = match["figures"].split()
        label = match["label"]
        if label or (len(figures) > 1 and in_rows):
            return ([label.strip()] if label else []) + figures
    if " " in stripped and len(stripped) < 120:
        words = stripped.split()
        if all(roles_of(fold(word)) for word in words):  # a header typed on one line
            return words
    if _WIDE.search(stripped) and len(stripped) < 120:
        return [c.strip() for c in _WIDE.split(stripped)]
    return None


def read_text(text: str) -> Document:
    """The cells of a text: each line one cell, or several where pipes, tabs or spaces part them."""
    if "\r" in text or "\x0c" in text or "\u2028" in text:
        text = _NEWLINE.sub("\n", text)
    # Lines parted by an empty line each, as pages flattened by a browser are: an empty piece is a blank cell.
    lines = text.split("\n\n")
    step = 2
    if any("\n" in line for line in lines) or len(lines) < 20:
        lines = text.split("\n")
        step = 1
    piped = "|" in text or "│" in text or "｜" in text
    one_a_line = piped and _pipe_ends_a_cell(lines)
    ends = _end_pipes(lines) if piped else 0
    in_rows = _figures_in_rows(lines)
    texts: list[str] = []
    columns: list[int] = []
    places: list[int] = []
    weak: list[int] = []
    number = 1 - step
    for line in lines:
        number += step
        if not line:
            weak.append(len(texts))
        elif " " in line or "|" in line or "\t" in line or line[0] in "#>*`│｜\xa0\u3000" or "**" in line:
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
                cells = _split(line, one_a_line, ends, in_rows)
                if cells is not None and len(cells) > 1:
                    # cells parted by spaces have no column: a blank one leaves no trace
                    marked = piped and any(c in line for c in "|│｜") or "\t" in line
                    texts += cells
                    columns += range(len(cells)) if marked else [-1] * len(cells)
                    places += [number] * len(cells)
                    continue
                line = (cells[0] if cells else line).strip()
        texts.append(line)
        columns.append(-1)
        places.append(number)
    # cells of one line stand in one printed row: the line is the row
    document = Document("text", texts, places, [0] * len(texts), columns, [1] * len(texts), places, frozenset(weak))
    return document if step == 2 else keep_blank_cells(document)
