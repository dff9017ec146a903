"""How a comparison reaches people: a table on the terminal, a small chart of a trend, CSV, XLSX, JSON, Markdown.
What is compared is left to `compare`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import Any, TextIO

from gongkai.output.compare import Comparison, Line, Point
from gongkai.output.groups import Grouped, Pooled
from gongkai.output.measures import Measure, Measured
from gongkai.output.plain_text import harmless
from gongkai.output.screen import json_text, number, say, show_table

WIDEST_BAR = 40


def shown(measure: Measure, one: Measured) -> str:
    """A value as people read it: `1204`, `41.2 % (33–50, 70/170)`, `?`; `!` marks a doubt, `~` too few cases."""
    marks = ("!" if one.flagged else "") + ("~" if one.small else "")
    if one.value is None:
        return "– (0 cases)" if one.bottom == 0 and one.top is not None else "?" + marks
    if measure.asks:
        return ("yes" if one.value else "no") + marks
    if not measure.is_share:
        return number(one.value) + marks
    text = f"{100 * one.value:.1f} % ({100 * (one.low or 0):.0f}–{100 * (one.high or 0):.0f}, "
    return f"{text}{number(one.top)}/{number(one.bottom)})" + marks


def shown_pooled(measure: Measure, one: Pooled) -> str:
    """A group's value: `41.2 % (40–42, 7010/17000)`, `1204 (median 12)`, and of how many reports where not of all."""
    part = "" if one.known == one.of else f", {one.known} of {one.of} known"
    marks = ("!" if one.flagged else "") + ("~" if one.small else "")
    if one.value is None:
        return ("– (0 cases" + part + ")" if one.known else "?") + marks
    if not (measure.is_share or measure.asks):
        return f"{number(one.value)} (median {number(one.median)}{part})" + marks
    text = f"{100 * one.value:.1f} % ({100 * (one.low or 0):.0f}–{100 * (one.high or 0):.0f}, "
    return f"{text}{number(one.top)}/{number(one.bottom)}{part})" + marks


def heads(result: Comparison | Grouped) -> list[str]:
    if isinstance(result, Grouped):
        return [*result.by, "reports", *(m.key for m in result.measures)]
    ranked = ["rank"] if any(line.place for line in result.lines) else []
    return [*ranked, "agency", "year", *(m.key for m in result.measures), "report"]


def _rank(line: Line) -> str:
    if line.place is None:
        return "?"
    rank, best, worst = line.place
    return str(rank) if best == worst else f"{rank} ({best}–{worst})"


def rows(result: Comparison | Grouped) -> Iterator[list[str]]:
    if isinstance(result, Grouped):
        for group in result.groups:
            values = (shown_pooled(m, v) for m, v in zip(result.measures, group.measures, strict=True))
            yield [*group.names, str(group.reports), *values]
        return
    ranked = any(line.place for line in result.lines)
    for line in result.lines:
        yield [
            *([_rank(line)] if ranked else []),
            line.agency,
            number(line.year),
            *(shown(m, v) for m, v in zip(result.measures, line.measures, strict=True)),
            line.report_id,
        ]


def on_screen(result: Comparison | Grouped) -> None:
    """The table on standard output; what the measures are, how much is known, and remarks on standard error."""
    plain = () if isinstance(result, Grouped) else tuple(m.key for m in result.measures if not (m.is_share or m.asks))
    show_table(heads(result), rows(result), numbers=("year", "reports", *plain))
    known, count = _known(result)
    if not count:
        return
    for measure, k in zip(result.measures, known, strict=True):
        caveat = f"; {measure.caveat}" if measure.caveat else ""
        say(f"{measure.key}: {measure.label} ({measure.label_zh}); known for {k} of {count}{caveat}")
    for mark in legend(result):
        say(mark)
    for remark in result.remarks:
        say(f"note: {remark}")


def _known(result: Comparison | Grouped) -> tuple[tuple[int, ...], int]:
    """For how many reports each measure has a value, and how many reports there are."""
    if not isinstance(result, Grouped):
        return result.known, len(result.lines)
    known = tuple(sum(g.measures[k].known for g in result.groups) for k in range(len(result.measures)))
    return known, sum(g.reports for g in result.groups)


def legend(result: Comparison | Grouped) -> Iterator[str]:
    """What the signs in the table mean, of those that stand in it."""
    every = [v for n in (result.groups if isinstance(result, Grouped) else result.lines) for v in n.measures]
    if any(m.is_share for m in result.measures) and any(v.low is not None for v in every):
        yield "41.2 % (33–50, 70/170): the share, its 95 % interval, its two numbers"
    if any(v.value is None and v.bottom != 0 for v in every):
        yield "?: a figure is blank or could not be read; it is never taken for 0"
    if any(v.flagged for v in every):
        yield "!: one of its figures carries a flag; `gongkai explain` says which"
    if any(v.small for v in every):
        yield "~: too few cases to rank by"


def records(result: Comparison | Grouped) -> Iterator[dict[str, Any]]:
    """One flat record per line: values as numbers, with their parts, bounds and marks in columns of their own."""
    if isinstance(result, Grouped):
        yield from _group_records(result)
        return
    for line in result.lines:
        record: dict[str, Any] = {
            "report_id": line.report_id, "agency": line.agency, "region": line.region, "year": line.year,
            "status": line.status, "scope": line.scope,
        }  # fmt: skip
        if line.place:
            record |= {"rank": line.place.rank, "rank_best": line.place.best, "rank_worst": line.place.worst}
        for measure, one in zip(result.measures, line.measures, strict=True):
            record[measure.key] = one.value
            if measure.is_share:
                for part in ("top", "bottom", "low", "high"):
                    record[f"{measure.key}__{part}"] = getattr(one, part)
            record[f"{measure.key}__flagged"] = one.flagged
            record[f"{measure.key}__unknown"] = " ".join(one.unknown)
        yield record


def _group_records(result: Grouped) -> Iterator[dict[str, Any]]:
    for group in result.groups:
        record: dict[str, Any] = dict(zip(result.by, group.names, strict=True)) | {"reports": group.reports}
        for measure, one in zip(result.measures, group.measures, strict=True):
            record[measure.key] = one.value
            parts = ("top", "bottom", "low", "high") if measure.is_share or measure.asks else ()
            record |= {f"{measure.key}__{p}": getattr(one, p) for p in (*parts, "median", "known", "flagged")}
        yield record


def _names(result: Comparison | Grouped) -> list[str]:
    """The columns of the records: of a ranking the first line has all, since those without a place stand last."""
    return list(next(records(result), {}))


def as_json(result: Comparison | Grouped) -> None:
    """One JSON document on standard output, written line by line: of a hundred thousand reports it is 90 MB."""
    about = {
        "measures": [m._asdict() for m in result.measures],
        "known": dict(zip((m.key for m in result.measures), _known(result)[0], strict=True)),
        "remarks": result.remarks,
    }
    print(json_text(about).removesuffix("\n}") + ',\n "lines": [', end="")
    k = 0
    for k, record in enumerate(records(result), 1):
        print(",\n" if k > 1 else "\n", indent(json_text(record), "  "), sep="", end="")
    print("\n ]\n}" if k else "]\n}")


def as_csv(result: Comparison | Grouped, out: TextIO) -> None:
    """CSV with a byte order mark, which spreadsheet programs need for Chinese; text that begins like a formula is
    kept from being one by a leading apostrophe."""
    out.write("\ufeff")
    names = _names(result)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    for record in records(result):
        writer.writerow([harmless(record.get(name)) for name in names])


def as_markdown(result: Comparison | Grouped) -> str:
    lines = [heads(result), ["---"] * len(heads(result)), *rows(result)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def as_xlsx(result: Comparison | Grouped, path: str) -> None:
    """A workbook with the table and a sheet that says what each measure is. Raises ImportError without the extra
    `export`, OSError when the file cannot be written."""
    import xlsxwriter

    names = _names(result)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        grouped = isinstance(result, Grouped)
        shares = {
            m.key + part
            for m in result.measures
            if m.is_share or (m.asks and grouped)
            for part in ("", "__low", "__high", "__median")
        }
        sheet = book.add_worksheet("comparison")
        sheet.write_row(0, 0, names, bold)
        for r, record in enumerate(records(result), 1):
            for c, name in enumerate(names):
                value = record.get(name)
                if value is not None:
                    sheet.write(r, c, value, share if name in shares else None)
        sheet.freeze_panes(1, len(result.by) if isinstance(result, Grouped) else 2)
        sheet.autofit()
        about = book.add_worksheet("measures")
        about.write_row(0, 0, ["key", "label", "label_zh", "top", "bottom", "smallest", "source", "caveat"], bold)
        for r, m in enumerate(result.measures, 1):
            about.write_row(
                r,
                0,
                [m.key, m.label, m.label_zh, " + ".join(m.top), " + ".join(m.bottom), m.smallest, m.source, m.caveat],
            )
        for k, remark in enumerate(result.remarks):
            about.write(len(result.measures) + 2 + k, 0, remark)


def chart(measure: Measure, points: Sequence[Point]) -> str:
    """A trend as bars, a line a year, with how many agencies stand behind it."""
    most = max((p.value for p in points if p.value is not None), default=0.0) or 1.0
    lines = []
    for p in points:
        bar = "?" if p.value is None else "█" * max(1, round(WIDEST_BAR * p.value / most)) if p.value else ""
        value = number(None) if p.value is None else f"{100 * p.value:.1f} %" if measure.is_share else number(p.value)
        lines.append(f"{p.year}  {value:>10}  {bar}  ({p.known} of {p.agencies} agencies)")
    return "\n".join(lines)
