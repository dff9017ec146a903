"""The printed copies of a table, and which row of the form each run of figures is, where its label does not say.
Where a row's numbers belong is left to `placing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gongkai.parsers.captions import (
    LONGEST_CAPTION,
    NEAREST_CAPTION,
    TITLE_END,
    is_alone,
    is_superseded,
    names_other_body,
    names_other_year,
    ruling_year,
    year_of_line,
)
from gongkai.parsers.document import Document
from gongkai.parsers.forms import Table
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import Token
from gongkai.parsers.runs import Run, torn_score

FEWEST_ROWS = 3  # of a printed copy that a caption above it is meant for
# So many figures between a caption and a table are those of another table.
FEWEST_FIGURES = 4
# A torn label counts as recognised when this share of it is there, and this much more than of any other.
# Labels that stand behind their own figures look like those of the next row; so many may, if all sums hold.
MOST_ASTRAY = 4
# Empty cells of its label and behind it that a complete row of a grid has besides its figures.
MOST_PADDING = 3
TORN_ENOUGH, TORN_MARGIN = 0.6, 0.2


@dataclass(slots=True)
class Copy:
    """One printed copy of a table: its runs by row, in reading order. `other`: the flag of a table that is not this
    report's own (other_year, other_body), or was corrected since (superseded); `doubtful`: the line that says so stands over another table first."""

    rows: dict[str, list[Run]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    caption: list[int] = field(default_factory=list)
    other: str = ""
    doubtful: bool = False

    @property
    def is_another(self) -> bool:
        """For certain the table of another year or body."""
        return self.other != "" and not self.doubtful

    @property
    def start(self) -> int:
        """The first figure of the copy that has a row; what stands over it is its caption. Figures before it that are
        nobody's may be those of another table (a page of a scan that came out as nonsense)."""
        return next((r for r in self.runs if r.row is not None), self.runs[0]).cells[0]


def split_rows(document: Document, tokens: Sequence[Token], table: Table, run: Run) -> list[Run]:
    """One run of flattened text that holds the figures of several rows, as where the label between them is lost."""
    width = len(table.columns)
    if run.grid or len(run.cells) < 2 * width:
        return [run]
    cells = [i for i in run.cells if i not in document.weak]
    if not any(tokens[i].kind == "number" for i in cells[width:]) or len(cells) < 2 * width:
        return [run]
    parts = [Run(cells[:width], run.before, grid=False)]
    at = width
    while at < len(cells) and len(parts) <= len(table.rows):
        # padding of merged cells stands between complete rows
        while len(cells) - at > width and tokens[cells[at]].kind == "blank" and (len(cells) - at) % width:
            at += 1
        parts.append(Run(cells[at : at + width], [], grid=False))
        at += width
    if at < len(cells):
        parts[-1].cells += cells[at:]  # more than the table can hold: no row at all
    parts[0].crowd = len(parts) - 1
    return [p for p in parts if any(tokens[i].kind == "number" or tokens[i].folded for i in p.cells) or p is parts[0]]


def drop_spacing(document: Document, runs: Sequence[Run], table: Table) -> bool:
    """Empty lines that end complete rows part the rows of this text: at the edge of a row they are no cells.

    Whether the complete rows prove that empty lines are blank cells instead.
    """
    weak = document.weak
    if not weak:
        return False
    width = len(table.columns) if table.layout == "matrix" else 0
    flat = [r for r in runs if not r.grid]
    complete = ended = 0
    for run in flat:
        wanted = width or (len(table.row(run.row).columns) if run.row and table.has_row(run.row) else 0)
        if wanted and sum(i not in weak for i in run.cells) == wanted:
            complete += 1
            ended += run.cells[-1] in weak
    if complete and ended * 2 <= complete:
        return complete > 2 and not ended
    for run in flat:
        while len(run.cells) > 1 and run.cells[-1] in weak:
            run.cells.pop()
    return False


def name_by_labels_behind(document: Document, tokens: Sequence[Token], table: Table, runs: Sequence[Run]) -> bool:
    """Name the runs of a table that prints each label behind its figures, as text copied out of a PDF does:
    every run is followed by a label, and some stand behind no label at all."""
    filled = [r for r in runs if any(tokens[i].kind == "number" or tokens[i].folded for i in r.cells)]
    if len(filled) < 2:
        return False
    behind: list[str] = []
    for run in filled:
        after = _text_behind(document, tokens, run.cells[-1])
        key = tokens[after].role("row", table.key) if after is not None else None
        if key is None or not table.has_row(key) or key in behind:
            return False
        behind.append(key)
    own = [r for r in filled if r.before and tokens[r.before[-1]].role("row", table.key)]
    if len(own) == len(filled) or 2 * sum(document.rows[r.before[-1]] == document.rows[r.cells[0]] for r in own) > len(filled):
        return False  # most stand beside a label, in one printed row
    for run, key in zip(filled, behind, strict=True):
        run.row, run.how = key, "behind"
    return True


def _text_behind(document: Document, tokens: Sequence[Token], i: int) -> int | None:
    """The first cell behind cell i that is no figure, blank, unit or page mark."""
    for k in range(i + 1, min(i + 1 + NEAREST_CAPTION, len(tokens))):
        if tokens[k].kind in ("label", "text"):
            return k
    return None


def drop_ordinals(document: Document, tokens: Sequence[Token], table: Table, runs: list[Run]) -> list[Run]:
    """Runs without the number of the next row's label (1 / 属于国家秘密), where it stands in a cell of its own."""
    width = len(table.columns)
    kept: list[Run] = []
    for run in runs:
        after = _text_behind(document, tokens, run.cells[-1])
        key = tokens[after].role("row", table.key) if after is not None else None
        number = table.row(key).number if key and table.has_row(key) else None
        if number is not None and after is not None and document.texts[after].lstrip().startswith(number):
            number = None  # printed in the label itself: the cell before it is a figure
        last = tokens[run.cells[-1]]
        if not run.grid and number is not None and last.kind == "number" and str(last.reading.value) == number:
            if len(run.cells) == 1:
                continue
            if len(run.cells) == width + 1:
                run.cells.pop()
        kept.append(run)
    return kept


def settle_groups(tokens: Sequence[Token], table: Table, runs: list[Run]) -> None:
    """A group that a form may print as one row is a row only where its members are not printed."""
    one_rows = {r.key: r.one_row for r in table.rows if r.one_row}
    if not one_rows:
        return
    following: str | None = None
    next_is_nameless = False
    for run in reversed(runs):
        if run.row is None and run.before:
            key = tokens[run.before[-1]].role("group", table.key)
            # rows without labels behind the group's may be its members
            if key in one_rows and following not in one_rows[key] and not next_is_nameless:
                run.row, run.how = key, "label"
        next_is_nameless = run.row is None
        following = run.row or following


def copies_of(
    document: Document, tokens: Sequence[Token], table: Table, runs: list[Run], year: int | None
) -> list[Copy]:
    """The printed copies of a table: a new one starts where the first rows come again."""
    position = {r.key: k for k, r in enumerate(table.rows)}
    copies: list[Copy] = []
    copy = Copy()
    last: str | None = None
    for run in runs:
        key = run.row
        if copy.rows and _begins_another_year(document, tokens, run.before, year):
            copies.append(copy)
            copy = Copy()
        elif key is not None and last is not None and key != last:
            again = key in copy.rows
            back = position[key] < position[last]
            if (again and key in (r.key for r in table.value_rows[:2])) or (
                (back or (again and len(copy.rows) > 2)) and _has_header(tokens, table, run)
            ):
                copies.append(copy)
                copy = Copy()
        if key is not None:
            if not copy.rows:
                copy.caption = list(run.before)
            copy.rows.setdefault(key, []).append(run)
            last = key
        copy.runs.append(run)
    copies.append(copy)
    copies = [c for c in copies if c.rows and (_has_figures(tokens, c) or len(c.rows) > 1)]
    for c in copies:
        if names_other_year(document, lambda i: tokens[i].kind, c.caption, year):
            c.other = "other_year"
    mark_others(document, tokens, table, copies, year)
    return _merged(tokens, table, copies)


def _begins_another_year(document: Document, tokens: Sequence[Token], cells: Sequence[int], year: int | None) -> bool:
    """A caption of another year stands here; the header of a column may name one too."""
    return year is not None and any(
        "年" in document.texts[i]
        and tokens[i].kind == "text"
        and 8 <= len(document.texts[i]) <= LONGEST_CAPTION
        and is_alone(document, i)
        and year_of_line(document.texts[i], "text", year) not in (None, year)
        for i in cells
    )


def _has_figures(tokens: Sequence[Token], copy: Copy) -> bool:
    return any(tokens[i].kind == "number" or tokens[i].folded for run in copy.runs for i in run.cells)


def same_figures(tokens: Sequence[Token], a: Run, b: Run) -> bool:
    """Whether two runs print the same numbers in the same order."""
    return [tokens[i].reading.value for i in a.cells] == [tokens[i].reading.value for i in b.cells]


def _merged(tokens: Sequence[Token], table: Table, copies: list[Copy]) -> list[Copy]:
    """Parts of one copy, printed in another order than the form's: they share no row and no year parts them. Stacked
    blocks of which each is printed twice in a row share rows with the same figures."""
    merged: list[Copy] = []
    for copy in copies:
        shared = merged[-1].rows.keys() & copy.rows.keys() if merged else set()
        if merged and merged[-1].other == copy.other and (not shared or (
            table.layout == "blocks" and all(same_figures(tokens, merged[-1].rows[k][0], copy.rows[k][0]) for k in shared)
        )):  # fmt: skip
            for key, runs in copy.rows.items():
                merged[-1].rows.setdefault(key, []).extend(runs)
            merged[-1].runs += copy.runs
        else:
            merged.append(copy)
    return merged


def _has_header(tokens: Sequence[Token], table: Table, run: Run) -> bool:
    own = run.before[-1:] if run.before and tokens[run.before[-1]].role("row", table.key) else []  # 合计 names a column, too
    return any(r.table == table.key and r.what in ("column", "caption") for i in run.before if i not in own for r in tokens[i].roles)


def mark_others(
    document: Document, tokens: Sequence[Token], table: Table, copies: Sequence[Copy], year: int | None
) -> None:
    """Mark the copies that stand under a line naming another year than the report's, or another body."""
    # a caption rules the copy that it stands over, not the next one further down
    ends = [0]
    for copy in copies:  # a row or two with words of the table are those of another
        labelled = [run for runs in copy.rows.values() for run in runs] or copy.runs  # what follows them may be another table's
        end = max(i for run in labelled for i in run.cells)
        ends.append(end if len(copy.rows) >= FEWEST_ROWS or table.layout == "across" else ends[-1])
    for copy, above in zip(copies, ends, strict=False):
        if not copy.other and names_other_body(document, range(max(above, copy.start - NEAREST_CAPTION), copy.start)):
            copy.other = "other_body"
        elif not copy.other and is_superseded(document, range(max(above, copy.start - NEAREST_CAPTION), copy.start)):
            copy.other = "superseded"
    if year is None:
        return

    def kind_of(i: int) -> str:
        return tokens[i].kind

    ruling = [
        ruling_year(document, kind_of, c.start, year, alone=len(copies) == 1, above=above, table=table.key)
        for c, above in zip(copies, ends, strict=False)
    ]
    if len(copies) > 1 and all(named is not None and named != year for named, _ in ruling):
        return
    own = any(named == year for named, _ in ruling)
    for copy, (named, line) in zip(copies, ruling, strict=True):
        if not copy.other and named is not None and named != year:
            copy.other = "other_year"
            figures = sum(kind_of(i) == "number" for i in range(line, copy.start))
            # a caption over another table may rule it alone, unless one of this year stands above or says so itself
            copy.doubtful = not own and figures >= FEWEST_FIGURES and not TITLE_END.search(document.texts[line])
        elif not copy.other:
            own = True


def name_the_nameless(document: Document, tokens: Sequence[Token], table: Table, copy: Copy) -> None:
    """Runs without a label of their own get the row that their torn label or their order leaves them."""
    nameless = [r for r in copy.runs if r.row is None]
    if not nameless or _name_all_in_order(document, tokens, table, copy):
        return
    keys = [r.key for r in table.rows if r.kind == "value" or r.one_row]
    for k, run in enumerate(copy.runs):
        if run.row is None:
            free = _free_between(copy, k, keys)
            following = copy.runs[k + 1].before if k + 1 < len(copy.runs) else []
            if row := _torn(tokens, table, run, following, free):
                run.row, run.how = row, "torn"
                copy.rows.setdefault(row, []).append(run)
    k = 0
    while k < len(copy.runs):
        if copy.runs[k].row is not None:
            k += 1
            continue
        stop = k
        while stop < len(copy.runs) and copy.runs[stop].row is None:
            stop += 1
        gap = [r for r in copy.runs[k:stop] if (len(r.cells) >= 2 or len(table.columns) < 7 or table.layout == "blocks")
               and not _heads_a_group(tokens, table, r)]  # fmt: skip
        free = _free_between(copy, k, keys)
        if any(m in copy.rows for r in table.rows for m in r.one_row):
            free = [f for f in free if not table.row(f).one_row]
        elif len(free) > len(gap):
            free = (
                [f for f in free if not any(f in r.one_row for r in table.rows)]
                if any(r.one_row and r.key in copy.rows for r in table.rows)
                else [f for f in free if not table.row(f).one_row]
            )
        if gap and len(gap) == len(free) and copy.rows:
            for run, key in zip(gap, free, strict=True):
                run.row, run.how = key, "missing"
                copy.rows.setdefault(key, []).append(run)
        k = stop


def _heads_a_group(tokens: Sequence[Token], table: Table, run: Run) -> bool:
    """Blank cells behind the label of a group (三、本年度办理结果), which is printed as a row of its own."""
    return (
        bool(run.before)
        and tokens[run.before[-1]].role("group", table.key) is not None
        and not any(tokens[i].kind == "number" for i in run.cells)
    )


def _name_all_in_order(document: Document, tokens: Sequence[Token], table: Table, copy: Copy) -> bool:
    """Where as many complete rows are printed as the form has, and those with labels stand where the form has them,
    the others are the rows between them: labels torn round their figures name no row for certain."""
    if table.layout != "matrix":
        return False
    width = len(table.columns)
    full = [r for r in copy.runs if width <= sum(i not in document.weak for i in r.cells) <= width + MOST_PADDING]
    if any(tokens[i].kind == "number" for r in copy.runs if r not in full for i in r.cells):
        return False
    collapsed = [r for r in table.rows if r.one_row]
    members = {m for r in collapsed for m in r.one_row}
    in_full = [r.key for r in table.value_rows if not r.one_row]
    in_one = [r.key for r in table.rows if r.one_row or (r.kind == "value" and r.key not in members)]
    for order in (in_full, in_one):
        if len(full) != len(order):
            continue
        named = [(run.row, key) for run, key in zip(full, order, strict=True) if run.row is not None]
        astray = sum(row != key for row, key in named)
        few, many_astray = len(named) * 2 < len(order), astray > MOST_ASTRAY
        if (few or many_astray) and not _labels_come_first(tokens, table, full[0], order):
            continue
        if astray and not _adds_up(tokens, table, full, order):
            continue
        copy.rows.clear()
        for run, key in zip(full, order, strict=True):
            if run.row != key:
                run.row, run.how = key, "missing"
            copy.rows[key] = [run]
        return True
    return False


def _labels_come_first(tokens: Sequence[Token], table: Table, first: Run, order: Sequence[str]) -> bool:
    """Every label of the table, in order, stands before the first figure: labels and figures were copied apart."""
    named = [key for i in first.before if (key := tokens[i].role("row", table.key)) in order]
    return named[-len(order) :] == list(order)


def doubt_crowded(tokens: Sequence[Token], copy: Copy) -> None:
    """A label with the figures of several rows behind it, some of them nobody's, need not be that of the first; nor need
    its figure be whole, where more of it may stand on the next line."""
    for k, run in enumerate(copy.runs):
        others = copy.runs[k + 1 : k + 1 + run.crowd] or [r for r in copy.runs[k + 1 : k + 2] if not r.before]
        if any(r.row is None and any(tokens[i].kind == "number" for i in r.cells) for r in others):
            run.how = "crowded"


def _adds_up(tokens: Sequence[Token], table: Table, runs: Sequence[Run], order: Sequence[str]) -> bool:
    """The sums over the columns hold when the runs are the rows in this order, blanks counted as 0."""
    if any(len(run.cells) != len(table.columns) for run in runs):
        return False
    rows = {key: [tokens[i].reading.value or 0 for i in run.cells] for key, run in zip(order, runs, strict=True)}
    for rule in table.sums:
        if rule.each == "column":
            for c in range(len(table.columns)):
                left = sum(rows[k][c] for k in rule.left if k in rows and c < len(rows[k]))
                right = sum(rows[k][c] for k in rule.right if k in rows and c < len(rows[k]))
                if left != right:
                    return False
    return True


def _free_between(copy: Copy, k: int, keys: list[str]) -> list[str]:
    """The rows of the form that stand between the nearest named rows around run k and were not found."""
    low, high = -1, len(keys)
    for run in reversed(copy.runs[:k]):
        if run.row in keys:
            low = keys.index(run.row)
            break
    for run in copy.runs[k + 1 :]:
        if run.row in keys:
            high = keys.index(run.row)
            break
    return [key for key in keys[low + 1 : high] if key not in copy.rows]


def _torn(tokens: Sequence[Token], table: Table, run: Run, following: list[int], free: list[str]) -> str | None:
    """The row whose label is torn around the run, or printed with characters lost; None unless one stands out."""

    def loose(cells: Sequence[int]) -> str:
        return "".join(tokens[i].folded for i in cells if tokens[i].kind == "text" and len(tokens[i].folded) < 60)

    pieces = loose(run.before[-4:])
    if not pieces:
        return None
    around = pieces + loose(following[:2])
    scores = sorted(
        ((max(torn_score(around, fold(label)) for label in (row.label, *row.aliases)), row.key) for row in table.rows
         if row.key in free),
        reverse=True,
    )  # fmt: skip
    if not scores or scores[0][0] < TORN_ENOUGH:
        return None
    if len(scores) > 1 and scores[0][0] - scores[1][0] < TORN_MARGIN:
        return None
    return scores[0][1]
