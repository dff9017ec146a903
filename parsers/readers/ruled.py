"""Tables that a text draws with rules or marks up (boxes, reStructuredText, pandoc, wikis): a piped line for each of their rows.
How piped lines become cells is left to `text`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from unicodedata import east_asian_width

Rows = list[tuple[int, int, list[str]]]
"""Rows of a table: the first line of each, the line behind its last, and its cells; none for a rule."""

_BOX_RULE = re.compile(r"\s*[+├┌└╞╠╔╚┏┣┗](?:[-=:─═━┄┈]{2,}[+┼┬┴┤┐┘╪╡╬╦╩╣╗╝╤╧┿┯┷┓┫┛╋┳┻╂])+\s*")
_PART_OF_RULE = re.compile(r"[+├┼][-=:─═━]{2,}[+┤┼┬┴]")  # a rule beside a cell that reaches further down
_SIDE = re.compile(r"[|│┃║]")
_SIDES = frozenset("|│┃║+├┼┤┌┬┐└┴┘╞╪╡╠╬╣╔╦╗╚╩╝╟╫╢╤╧┏┳┓┣╋┫┗┻┛┝┿┥┠╂┨┯┷")
_LINES_OF_BOXES = _SIDES | frozenset("-=─═━┄┈")
_DASHES = re.compile(r"\s*[-=:─═━]*\s*")
_RULES = ("==", "--")
# `-- -- --` may be a row of blank cells
_COLUMN_RULE = re.compile(r"(?=.*(?:={4}|-{4}))\s*(?:={2,}(?:\s+=+)+|-{2,}(?:\s+-+)+)\s*")
_FULL_RULE = re.compile(r"\s*-{20,}\s*")
_RULE_PIECE = re.compile(r"=+|-+")
_DIRECTIVE = re.compile(r"\.\. [a-z-]+::(?: \S+)?")  # of reStructuredText
_WIKI_LINES = ("{|", "|-", "|}")
_WIKI_SPAN = re.compile(r"(row|col)span\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
_WIKI_ATTRIBUTES = re.compile(r"(?:\s*[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[\w%.#-]+))+\s*")

FEWEST_COLUMNS = 2
MOST_SPANNED = 64
SKIPPED = "|---|---|"
"""Stands for a line that has become part of a row above it: readers take it for a rule."""


def with_piped_rows(lines: Sequence[str], text: str) -> list[str] | None:
    """As many lines, those of drawn tables as piped rows; None where no table is drawn. `text`: the lines, one a line."""
    rows: Rows = []
    if ("+-" in text or "+=" in text or "─" in text or "═" in text or "━" in text) and any(map(_BOX_RULE.fullmatch, lines)):
        rows += _boxes(lines)
    if wiki := "{|" in text:
        rows += _wiki_tables(lines)
    if any(rule in text for rule in _RULES) and any(map(_is_column_rule, lines)):
        rows += _columns_under_rules(lines)
    if not rows:
        return None
    piped = list(lines)
    for k, line in enumerate(lines):
        if (wiki and line.lstrip()[:2] in _WIKI_LINES) or _is_column_rule(line):
            piped[k] = SKIPPED
    for start, stop, cells in rows:
        row = "| " + " | ".join(cells) + " |" if cells else SKIPPED
        piped[start:stop] = [row, *[SKIPPED] * (stop - start - 1)]
    return piped


def _is_column_rule(line: str) -> bool:
    return line.lstrip()[:2] in _RULES and _COLUMN_RULE.fullmatch(line) is not None


def _joined(pieces: Sequence[str]) -> str:
    """The lines of one cell as its text: labels are broken within words, figures are not."""
    text = ""
    for piece in pieces:
        if _DIRECTIVE.fullmatch(piece):
            continue
        if text and piece and text[-1].isascii() and piece[0].isascii():
            text += " "
        text += piece
    return text.replace("|", "／")


def _boxes(lines: Sequence[str]) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of boxes: what stands between two rules is one row, on however many lines its cells are printed."""
    start = -1
    for k in range(len(lines) + 1):
        line = lines[k] if k < len(lines) else ""
        if _BOX_RULE.fullmatch(line):
            if start >= 0 and _BOX_RULE.fullmatch(lines[k - 1]):  # one box ends, another begins
                yield from _rows_of_box(lines, start, k)
                start = k
            start = k if start < 0 else start
        elif start >= 0 and not _SIDE.search(line) and not _PART_OF_RULE.search(line):
            yield from _rows_of_box(lines, start, k)
            start = -1


def _rows_of_box(lines: Sequence[str], start: int, stop: int) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of one box. A rule may stand beside a cell that reaches further down; its text goes to the row it begins in."""
    rules = [k for k in range(start, stop) if _BOX_RULE.fullmatch(lines[k]) or _PART_OF_RULE.search(lines[k])]
    for ambiguous in (1, 2):  # columns that characters take which are wide in some places only
        edges = sorted({at for k in rules for at in _sides(lines[k], ambiguous)})
        parts = [_cut(line, edges, ambiguous) for line in lines[start:stop]]
        if all(part is not None for part in parts):
            break
    else:
        if all(_BOX_RULE.fullmatch(lines[k]) for k in rules):  # else which cell reaches down is open
            yield from _rows_between_rules(lines, rules)
        return
    texts: dict[tuple[int, int], list[str]] = {}  # of each cell, by the band between two rules that it begins in, and its column
    begun = [0] * len(edges)
    band = 0
    for k, part in enumerate(parts, start):
        for column, piece in enumerate(part or ()):
            if k in rules and piece and _DASHES.fullmatch(piece):
                begun[column] = band + 1
            elif piece:
                texts.setdefault((begun[column], column), []).append(piece)
        band += k in rules
    for band, (above, below) in enumerate(pairwise((start - 1, *rules, stop))):
        cells = [_joined(texts.get((band, column), ())) for column in range(len(edges) - 1)]
        if below > above + 1:
            yield above + 1, below, cells
        if below < stop:  # a band without a line of its own stands on the rule that ends it
            yield below, below + 1, cells if below == above + 1 and any(cells) else []


def _rows_between_rules(lines: Sequence[str], rules: Sequence[int]) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of a box whose sides do not stand under one another: as many cells on each line of a row."""
    for above, below in pairwise(rules):
        parts = [[piece.strip() for piece in _SIDE.split(line.strip())][1:-1] for line in lines[above + 1 : below]]
        if parts and len({len(part) for part in parts}) == 1:
            yield above + 1, below, [_joined(column) for column in zip(*parts, strict=True)]
    yield from ((k, k + 1, []) for k in rules)


def _sides(line: str, ambiguous: int) -> list[int]:
    """Where the sides and corners in a line stand."""
    found: list[int] = []
    at = 0
    for character in line:
        if character in _SIDES:
            found.append(at)
        at += 1 if character in _LINES_OF_BOXES else _width(character, ambiguous)
    return found


def _cut(line: str, edges: Sequence[int], ambiguous: int) -> list[str] | None:
    """What a line prints in each column between two edges; in a cell of several columns, in its first. None where a side
    stands at no edge."""
    cells = [""] * max(len(edges) - 1, 0)
    at = column = 0
    for character in line:
        if character in _SIDES:
            if at not in edges:
                return None
            column = edges.index(at)
        elif column < len(cells):
            cells[column] += character
        elif not character.isspace():
            return None
        at += 1 if character in _LINES_OF_BOXES else _width(character, ambiguous)
    return [cell.strip() for cell in cells]


def _columns_under_rules(lines: Sequence[str]) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of tables whose columns are those of a rule over them (`====  ====`, `----  ----`)."""
    k = 0
    while k < len(lines):
        if not _COLUMN_RULE.fullmatch(lines[k]):
            k += 1
            continue
        first = k - 1
        while first >= 0 and lines[first].strip() and not _COLUMN_RULE.fullmatch(lines[first]) and not _FULL_RULE.fullmatch(lines[first]):
            first -= 1  # a header stands above the rule in pandoc's tables, between two rules in reStructuredText
        last = k + 1
        end = last
        while last < len(lines) and not _FULL_RULE.fullmatch(lines[last]):
            if lines[last].strip():
                end = last + 1
            elif not _goes_on(lines, last, lines[k]):
                break
            last += 1
        yield from _rows_in_columns(lines, first + 1, end, lines[k])
        k = max(end, k + 1)


def _goes_on(lines: Sequence[str], blank: int, rule: str) -> bool:
    """Behind this blank line comes another row of the table: its columns have nothing between them."""
    if blank + 1 >= len(lines) or not lines[blank + 1].strip() or _COLUMN_RULE.fullmatch(lines[blank + 1]):
        return False
    return _sliced(lines[blank + 1], _starts(rule), 2) is not None and "  " in lines[blank + 1].strip()


def _starts(rule: str) -> list[int]:
    return [match.start() for match in _RULE_PIECE.finditer(rule)]


def _rows_in_columns(lines: Sequence[str], start: int, stop: int, rule: str) -> Iterator[tuple[int, int, list[str]]]:
    starts = _starts(rule)
    printed = [k for k in range(start, stop) if lines[k].strip() and not _COLUMN_RULE.fullmatch(lines[k])]
    for wide in (2, 1, 0):  # columns that a character takes which is wide in some places only; 0: every character takes one
        cut = {k: _sliced(lines[k], starts, wide) for k in printed}
        if all(cells is not None for cells in cut.values()):
            break
    else:
        return
    spaced = any(not lines[k].strip() for k in range(printed[0], printed[-1])) if printed else False
    group: list[int] = []
    for k in range(start, stop + 1):
        ends = k == stop or k not in cut
        if group and (ends or not spaced):
            yield group[0], group[-1] + 1, [_joined(c) for c in zip(*(cut[i] or [] for i in group), strict=True)]
            group = []
        if not ends:
            group.append(k)


def _sliced(line: str, starts: Sequence[int], ambiguous: int) -> list[str] | None:
    """The cells of a line by the places where columns start; None where a word reaches from one column into another."""
    cells = [""] * len(starts)
    at = column = 0
    for character in line.rstrip():
        while column + 1 < len(starts) and at >= starts[column + 1]:
            column += 1
        width = _width(character, ambiguous) if ambiguous else 1
        if character != " " and column + 1 < len(starts) and at + width > starts[column + 1] - 1:
            return None
        cells[column] += character
        at += width
    return [cell.strip() for cell in cells]


def _width(character: str, ambiguous: int) -> int:
    """The columns that a character takes."""
    if character < "\u2000":
        return 1
    width = east_asian_width(character)
    return ambiguous if width == "A" else 2 if width in "WF" else 1


def _wiki_tables(lines: Sequence[str]) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of `{| … |}`; cells that span others are followed by blank ones. A table within a cell is text of that cell."""
    depth, start = 0, -1
    cells: list[tuple[str, int, int]] = []
    taken: dict[int, int] = {}  # rows that a cell above still covers, by column
    for k, line in enumerate(lines):
        typed = line.strip()
        if "{|" in typed:
            depth += typed.count("{|")
            if depth == 1:
                start, cells, taken = k + 1, [], {}
                continue
            typed = typed[: typed.find("{|")]
        if depth == 0:
            continue
        if typed.startswith("|}"):
            depth -= 1
            if depth:
                continue
        if depth <= 1 and (typed.startswith(("|-", "|}"))):
            if cells:
                yield start, k, _spread(cells, taken)
            start, cells = k + 1, []
        elif depth == 1 and typed.startswith(("|", "!")) and not typed.startswith("|+"):
            parts = re.split(r"\|\||!!", typed[1:]) if typed[0] == "!" else typed[1:].split("||")
            cells += [_wiki_cell(part) for part in parts]
        elif cells:
            inner = typed.lstrip("|!").strip() if not typed.startswith(("|-", "|}")) else ""
            cells[-1] = (_joined((cells[-1][0], inner)), *cells[-1][1:])


def _wiki_cell(text: str) -> tuple[str, int, int]:
    attributes, sign, rest = text.partition("|")
    if not sign or not _WIKI_ATTRIBUTES.fullmatch(attributes):
        return text.strip().replace("|", "／"), 1, 1
    spans = {match[1].lower(): min(int(match[2]), MOST_SPANNED) for match in _WIKI_SPAN.finditer(attributes)}
    return rest.strip().replace("|", "／"), spans.get("col", 1), spans.get("row", 1)


def _spread(cells: Sequence[tuple[str, int, int]], taken: dict[int, int]) -> list[str]:
    """The cells of a row in their columns."""
    row: dict[int, str] = dict.fromkeys((c for c, left in taken.items() if left > 0), "")
    covered = set(row)
    for column in covered:
        taken[column] -= 1
    at = 0
    for text, wide, high in cells:
        while at in covered:
            at += 1
        for column in range(at, at + wide):
            row[column] = text if column == at else ""
            if high > 1:
                taken[column] = high - 1
        at += wide
    return [row.get(column, "") for column in range(max(row, default=-1) + 1)]
