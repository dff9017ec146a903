"""The answer of `gongkai explain`: gathered as plain data, and written as text.
Which sums a cell takes part in is found by `explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gongkai.output.corrections import said_of
from gongkai.output.explain import NotFound, bytes_now, cells_of, find_report, findings_of, form_cell, sums_of
from gongkai.output.findings import place
from gongkai.output.screen import number
from gongkai.parsers.forms import FORMS

_WHO = ("title", "agency", "year", "region", "level", "department", "published", "signed", "scope", "form")


def explained(folder: Path, name: str, cell: str | None) -> dict[str, Any]:
    """What is known about a report, or about one cell of it. Raises NotFound when the name does not lead to one."""
    report = find_report(folder, name)
    data: dict[str, Any] = {"report": {**report, "bytes_now": bytes_now(report)}}
    findings = findings_of(folder, report["report_id"])
    if cell is None:
        data["cells"] = list(cells_of(folder, report["report_id"]).values())
        data["findings"] = findings
        return data
    parts = tuple(cell.replace("__", ".").split("."))
    if len(parts) != 3:
        raise NotFound(f"{cell!r} is no cell: name it as table.row.column, e.g. applications.received.total")
    if report["status"] == "rejected":
        raise NotFound(f"{report['source']} was rejected and has no cells: {report['reason']}")
    form = FORMS[report["form"]]
    known = form_cell(form, parts)
    cells = cells_of(folder, report["report_id"])
    data["label"] = known.label
    data["cell"] = cells[parts]
    if cells[parts]["reviewed"] is not None:
        data["correction"] = said_of(folder, report["report_id"], parts)
    data["sums"] = [
        {
            "rule": s.rule,
            "source": s.source,
            "left": [{"label": label, "cell": _key(c), "shown": _shown(c)} for label, c in s.left],
            "right": [{"label": label, "cell": _key(c), "shown": _shown(c)} for label, c in s.right],
            "verdict": s.verdict,
        }
        for s in sums_of(form, cells, parts)
    ]
    table, row, column = parts
    data["findings"] = [
        f for f in findings if f["table"] == table and f["row"] in (row, None) and f["column"] in (column, None)
    ]
    return data


def _key(cell: dict[str, Any] | None) -> str | None:
    return f"{cell['table']}.{cell['row']}.{cell['column']}" if cell else None


def _shown(cell: dict[str, Any] | None) -> str:
    """A cell in a sum: its number, or its state where no number is printed."""
    if cell is None:
        return "absent"
    return number(cell["value"]) if cell["value"] is not None else str(cell["state"])


def as_text(data: dict[str, Any]) -> str:
    """The same for people."""
    report = data["report"]
    reason = f": {report['reason']}" if report["reason"] else ""
    shown = [
        ("report", f"{report['report_id']}  {report['status']}{reason}"),
        *((n, report[n]) for n in _WHO if "cell" not in data or n in ("agency", "year", "form")),
        ("source", f"{report['source']} ({report['bytes_now']})"),
        ("sha256", report["payload_sha256"] or "unknown"),
    ]
    lines = [f"{name:<11}{value}" for name, value in shown if value is not None]
    lines += _cell_lines(data) if "cell" in data else _record_lines(data)
    if data["findings"]:
        lines += ["", "findings"]
        lines += [f"  {f['rule']} ({f['fault']})  {place(f)}  {f['detail']}".rstrip() for f in data["findings"]]
    elif report["status"] != "rejected":
        lines += ["", "no findings"]
    return "\n".join(lines)


def _cell_lines(data: dict[str, Any]) -> list[str]:
    cell = data["cell"]
    lines = [
        "",
        f"{_key(cell)}  {data['label']}",
        f"  state     {cell['state']}",
        f"  value     {number(cell['value'], 'none')} {cell['unit'] or ''}".rstrip(),
        f"  printed   {cell['raw']!r}" if cell["raw"] is not None else "  printed   nothing",
        f"  at        {cell['at'] or 'nowhere in the document'}",
        f"  flags     {', '.join(cell['flags']) or 'none'}",
    ]
    if cell["implied"] is not None:
        lines.append(f"  implied   {number(cell['implied'])} by arithmetic, not printed")
    if cell["reviewed"] is not None:
        why = f": {data['correction']}" if data.get("correction") else ""
        lines.append(f"  reviewed  {number(cell['reviewed'])} by a person{why}")
    lines += [
        "",
        "sums it takes part in" if data["sums"] else "takes part in no sum: only its label and place speak for it",
    ]
    for s in data["sums"]:
        left, right = (" + ".join(f"{t['label']} {t['shown']}" for t in s[side]) for side in ("left", "right"))
        lines += [f"  {s['rule']}: {s['verdict']}", f"    {left}", f"    = {right}", f"    ({s['source']})"]
    return lines


def _record_lines(data: dict[str, Any]) -> list[str]:
    report = data["report"]
    if report["status"] == "rejected":
        return []
    lines = []
    table = row = None
    for cell in data["cells"]:
        if cell["table"] != table:
            table, row = cell["table"], None
            lines += ["", table]
        if cell["row"] != row:
            row = cell["row"]
            lines.append(f"  {row}:")
        mark = "!" if cell["flags"] else ""
        shown = {"blank": "blank", "absent": "-", "unreadable": "??"}.get(cell["state"], number(cell["value"]))
        implied = f" (={number(cell['implied'])})" if cell["implied"] is not None else ""
        reviewed = f" (reviewed {number(cell['reviewed'])})" if cell["reviewed"] is not None else ""
        lines[-1] += f"  {cell['column']} {shown}{mark}{implied}{reviewed}"
    counts = ", ".join(f"{report[f'cells_{s}']} {s}" for s in ("reported", "blank", "absent", "unreadable", "flagged"))
    return [*lines, "", f"{counts}   (blank: printed empty; -: not in this document; ??: unreadable; !: flagged)"]
