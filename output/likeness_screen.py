"""How near-copies reach people: groups with their shared passages on the terminal, and JSON.
What is compared is left to `likeness`."""

from __future__ import annotations

from typing import Any

from gongkai.output.likeness import Alike, Group
from gongkai.output.screen import number, say, shortened, show_table

MEMBERS_SHOWN = 12
"""Members of a group on the terminal; JSON has them all."""
_ROOM = 100


def on_screen(found: Alike) -> None:
    """The groups and the unchanged sections on standard output, what was left out on standard error."""
    for n, group in enumerate(found.groups, 1):
        print(_head(n, group))
        for member in group.members[:MEMBERS_SHOWN]:
            print(
                f"  {member.report_id}  {number(member.year)}  {member.key}  {member.likeness:.2f} like {member.nearest}  {member.agency or '?'}"
            )
        if len(group.members) > MEMBERS_SHOWN:
            print(f"  … and {len(group.members) - MEMBERS_SHOWN} more (--json has all)")
        for passage in group.passages:
            print(f"  {passage.members}× {shortened(passage.text, _ROOM)}")
        print()
    if found.unchanged:
        rows = [
            (u.report_id, u.agency or "?", str(u.year), u.key, u.how, f"{u.likeness:.2f}", u.earlier)
            for u in found.unchanged
        ]
        show_table(("report", "agency", "year", "section", "as last year", "likeness", "last year's"), rows)
    for passage in found.templates[:3]:
        say(f"taken for the form's, in {passage.members} agencies: {shortened(passage.text, _ROOM)}")
    say(
        f"{len(found.groups)} groups of near-copies, {len(found.unchanged)} sections as last year, among {found.sections} sections; "
        f"{found.short} too short to compare"
    )  # fmt: skip


def _head(n: int, group: Group) -> str:
    years = f"{group.years[0]}–{group.years[-1]}" if len(group.years) > 1 else "".join(map(str, group.years)) or "?"
    return f"{n}. {len(group.members)} sections of {group.agencies} {'agency' if group.agencies == 1 else 'agencies'}, {years}"


def as_records(found: Alike) -> dict[str, Any]:
    """Everything, for JSON."""
    return {
        "sections": found.sections,
        "too_short": found.short,
        "templates": [p._asdict() for p in found.templates],
        "groups": [
            {
                "agencies": g.agencies,
                "years": g.years,
                "members": [m._asdict() for m in g.members],
                "passages": [p._asdict() for p in g.passages],
            }
            for g in found.groups
        ],
        "unchanged": [u._asdict() for u in found.unchanged],
    }
