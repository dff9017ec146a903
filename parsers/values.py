"""Readings of rows into the values of a form's cells: what all readings agree on is taken, the rest is unreadable.
Which readings there are is left to `placing`, whether the figures add up to `checks`."""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.parsers.document import Document
from gongkai.parsers.forms import Form, FormCell, Table
from gongkai.parsers.lexicon import Token
from gongkai.parsers.placing import Placed
from gongkai.parsers.report import Finding, Number, State, Value

Key = tuple[str, str, str]


def values_of(
    document: Document, tokens: Sequence[Token], table: Table, placed: Placed, values: dict[Key, Value],
    findings: list[Finding],
) -> None:  # fmt: skip
    """The values of the printed rows of one table into `values`, their doubts into `findings`."""
    findings.extend(placed.notes)
    texts, marks = document.texts, document.marks
    name = table.key
    for key, (readings, order, flags) in placed.rows.items():
        units = {c.key: c for c in table.row(key).columns}
        if not readings:
            for column in units.values():
                values[name, key, column.key] = Value(name, key, column.key, None, column.unit, None, "unreadable",
                                                      None, (*flags, "ragged"))  # fmt: skip
            findings.append(Finding("row_ragged", name, key, None, None, None, "extraction",
                                    "the numbers of this row cannot be told apart"))  # fmt: skip
            continue
        first = readings[0]
        torn = False
        for k, column_key in enumerate(order):
            if column_key not in units:
                continue
            column = units[column_key]
            slot = first[k]
            own = placed.flags.get((key, column_key))
            cell_flags = flags + own if own else flags
            if marks:
                cell_flags += tuple(dict.fromkeys(f for i in slot.cells for f in marks.get(i, ())))
            if len(readings) > 1 and any(r[k].value != slot.value for r in readings[1:]):
                torn = True
                values[name, key, column_key] = Value(name, key, column_key, None, column.unit, None, "unreadable",
                                                      None, (*cell_flags, "several_readings"))  # fmt: skip
                continue
            if not slot.cells:
                values[name, key, column_key] = Value(name, key, column_key, None, column.unit, None, "blank", None,
                                                      cell_flags)  # fmt: skip
                continue
            i = slot.cells[0]
            token = tokens[i]
            raw = texts[i]
            if token.kind == "number":
                unit = column.unit
                reading = token.reading
                whole = type(slot.value) is int and slot.value >= 0
                if reading.flags or reading.unit or column.type != "int" or len(slot.cells) > 1 or not whole:
                    value, unit, more = typed(column.type, unit, slot.value, reading.unit, reading.flags)
                    cell_flags = cell_flags + more
                    if len(slot.cells) > 1:
                        raw = " ".join(texts[j] for j in slot.cells)
                        cell_flags = (*cell_flags, "split_digits")
                else:
                    value = slot.value
                values[name, key, column_key] = Value(name, key, column_key, value, unit, raw, "reported", None,
                                                      cell_flags, document.at(i))  # fmt: skip
            else:
                state: State = "blank"
                if token.kind != "blank":  # something is printed there that is no figure
                    state, cell_flags = "unreadable", (*cell_flags, "not_a_number")
                values[name, key, column_key] = Value(name, key, column_key, None, column.unit, raw, state, None,
                                                      cell_flags, document.at(i))  # fmt: skip
        if torn:
            findings.append(Finding("row_ragged", name, key, None, len(order), len([s for s in first if s.cells]),
                                    "extraction", f"{len(readings)} readings of this row are possible"))  # fmt: skip


def typed(
    kind: str, unit: str, value: Number | None, printed_unit: str, flags: tuple[str, ...]
) -> tuple[Number | None, str, tuple[str, ...]]:
    """A number under its column's type: whole where the form counts, with the unit that the cell prints."""
    more = flags
    if value is None:
        return value, unit, more
    if kind != "decimal":
        if value != int(value):
            more = (*more, "not_whole")
        else:
            value = int(value)
        if value < 0 and kind == "int":
            more = (*more, "negative")
    if printed_unit in ("元", "万元", "亿元"):
        if unit and unit != printed_unit:
            more = (*more, "other_unit")
        unit = printed_unit
    return value, unit, more


def complete(form: Form, values: dict[Key, Value], found: set[str], findings: list[Finding]) -> tuple[Value, ...]:
    """A value for every cell of the form, those not found as absent with the reason."""
    out: list[Value] = []
    printed = {(t, r) for t, r, _ in values}
    sure = {(t, r) for (t, r, _), v in values.items() if not v.flags}
    missing: set[tuple[str, str]] = set()
    alternatives = {(t.key, r.key): {(t.key, m) for m in r.one_row} for t in form.tables for r in t.rows if r.one_row}
    # a group printed as one row and by some of its own: the one row may be that of those that are not there
    torn = {one for one, ms in alternatives.items() if one in printed and ms & printed and not ms <= printed}
    members = {m: one for one, ms in alternatives.items() if one not in torn for m in ms}
    for cell in form.cells:
        value = values.get((cell.table, cell.row, cell.column))
        if value is not None:
            doubted = (cell.table, cell.row) in torn and "label_missing" not in value.flags
            out.append(value._replace(flags=(*value.flags, "label_missing")) if doubted else value)
            continue
        row = (cell.table, cell.row)
        out.append(_absent(cell, row, printed, sure, found, alternatives, members, missing))
    for table, key in sorted(missing):
        findings.append(Finding("row_missing", table, key, None, None, None, "extraction",
                                "the table was found, this row of it was not"))  # fmt: skip
    return tuple(out)


def _absent(
    cell: FormCell, row: tuple[str, str], printed: set[tuple[str, str]], sure: set[tuple[str, str]], found: set[str],
    alternatives: dict[tuple[str, str], set[tuple[str, str]]], members: dict[tuple[str, str], tuple[str, str]],
    missing: set[tuple[str, str]],
) -> Value:  # fmt: skip
    flags: tuple[str, ...] = ()
    if cell.table == "narrative":
        pass
    elif cell.table not in found:
        flags = ("table_missing",)
    elif row in alternatives:
        # the group as one row is the other way to print the same form; its absence is no doubt where the rows are there
        flags = () if alternatives[row] & sure else ("row_missing",)
    elif members.get(row) in printed:
        flags = () if members[row] in sure else ("row_missing",)
    elif row in printed:
        flags = ("column_missing",)
    else:
        flags = ("row_missing",)
        missing.add(row)
    return Value(cell.table, cell.row, cell.column, None, cell.unit, None, "absent", None, flags)
