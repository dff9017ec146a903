"""What `gongkai check` lists besides findings: uncertain identities, and reports on territories beside those of their parts.
Finding both is left to `uncertain` and `children`."""

from __future__ import annotations

import sys
from pathlib import Path

from gongkai.output.children import territories
from gongkai.output.screen import number, say, shortened, show_json, show_table
from gongkai.output.uncertain import as_toml, uncertain


def listed(folder: Path, identities: bool, as_json: bool, toml: bool, limit: int | None) -> int:
    """Prints the uncertain identities, or else the territories; gives how many there are. Raises NotADataset."""
    return _identities(folder, as_json, toml, limit) if identities else _children(folder, as_json, limit)


def _identities(folder: Path, as_json: bool, toml: bool, limit: int | None) -> int:
    found = uncertain(folder)
    shown = found[:limit]
    if as_json:
        show_json([{**one._asdict(), "candidates": [c._asdict() for c in one.candidates]} for one in shown])
    elif toml:
        print(as_toml(shown), end="")
    elif found:
        room = 60 if sys.stdout.isatty() else None
        show_table(
            ("report", "year", "agency", "may be", "why", "source"),
            [
                (one.report_id, number(one.year), one.agency or "?", "; ".join(f"{c.code} {c.path}" for c in one.candidates),
                 shortened(one.why, room), one.source)
                for one in shown
            ],
        )  # fmt: skip
    say(f"{len(found)} reports without a certain agency" if found else "every report has a certain agency")
    if found and not toml:
        say("`--toml` prints entries for identities.toml beside the dataset; fill them in, then build or parse again")
    return len(found)


def _children(folder: Path, as_json: bool, limit: int | None) -> int:
    found = territories(folder)
    shown = found[:limit]
    if as_json:
        show_json([one._asdict() for one in shown])
    elif found:
        show_table(
            ("report", "agency", "year", "requests", "departments", "townships", "divisions", "held", "unknown", "share"),
            [
                (t.report_id, t.agency, str(t.year), number(t.figure), str(t.departments), str(t.townships),
                 f"{t.divisions} of {t.of}", str(t.held), str(t.unknown), "?" if t.share is None else f"{100 * t.share:.0f} %")
                for t in shown
            ],
            numbers=("requests", "departments", "townships", "held", "unknown", "share"),
        )  # fmt: skip
    say(f"{len(found)} reports on whole territories" if found else "no report says that it covers a whole territory")
    return len(found)
