"""`gongkai discover`: prints what was found on a site as an entry for `sites.toml` with the evidence as comments.

Finding is left to `scraper.discovery`, fetching to whoever calls. Standard output is TOML, words go to standard error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from gongkai.output.screen import say, show_json
from gongkai.scraper.discovery import Candidate, Discovery, discover, further
from gongkai.scraper.sites import Page

SHOWN = 3
"""Candidates that are printed: a person reads the evidence of a few, not of all."""
FOUND, NOTHING, UNREACHED = 0, 1, 3
"""The exit codes of the contract: fine · done, something to look at · could not start."""


def show_discovery(
    urls: list[str],
    fetch: Callable[[str], Page],
    *,
    as_json: bool = False,
    maps: Callable[[str], Sequence[str]] = lambda url: (),
) -> int:
    """Search each site and print what was found; the exit code of the command."""
    found = [discover(url, fetch, maps=maps) for url in urls]
    if as_json:
        show_json([_as_data(discovery) for discovery in found])
    for discovery in found:
        if not as_json and discovery.candidates:
            print("\n".join(_lines(discovery)), flush=True)
        _tell(discovery)
    if all(discovery.candidates for discovery in found):
        return FOUND
    return UNREACHED if all(len(d.failed) == len(d.asked) for d in found) else NOTHING


def _tell(discovery: Discovery) -> None:
    for url, why in discovery.failed:
        say(f"could not fetch {url}: {why}")
    if discovery.candidates:
        say(f"{discovery.start}: please open {discovery.candidates[0].url} and look; then set status to confirmed")
    elif len(discovery.failed) == len(discovery.asked):
        say(f"{discovery.start}: the site could not be reached")
    else:
        say(
            f"{discovery.start}: no column of annual reports found on {len(discovery.asked)} pages; give the column's own address"
        )


def _lines(discovery: Discovery) -> list[str]:
    best, *others = discovery.candidates
    lines = [f"# found from {_comment(discovery.start)}, {len(discovery.asked)} pages asked; score {best.score}"]
    lines += [f"#   {_comment(line)}" for line in best.evidence]
    lines += [f"#   list: {_comment(best.listing.state)}, by {_comment(best.listing.evidence)}"] if best.listing else []
    lines += _entry(discovery, best)
    columns = further(best)
    if columns:
        lines += [
            f"# {len(columns)} further columns stand behind it and are followed, e.g. {_comment(columns[0].title)} {_comment(columns[0].url)}"
        ]
    for other in others[: SHOWN - 1]:
        lines += [f"# or, score {other.score}: {_comment(other.url)}  ({_comment('; '.join(other.evidence))})"]
    return [*lines, ""]


def _entry(discovery: Discovery, best: Candidate) -> list[str]:
    adapter = best.listing.adapter if best.listing and best.listing.state == "list" else "auto"
    lines = ["[[site]]", f"id = {_string(site_id(best.url))}"]
    lines += [f"name = {_string(discovery.site_name)}"] if discovery.site_name else []
    lines += [f"region = {_string(discovery.region)}"] if discovery.region else []
    return [*lines, f"url = {_string(best.url)}", f"adapter = {_string(adapter)}", 'status = "unconfirmed"']


def site_id(url: str) -> str:
    """A stable id from the host and the directory of the column: `qingxi-gov-cn-ndbg`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    last = [part for part in parts.path.split("/") if part and "." not in part][-1:]
    return re.sub(r"[^a-z0-9]+", "-", "-".join([host, *last]).lower()).strip("-")[:60]


def _comment(text: str) -> str:
    """Text of a page inside a comment: one line, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text).split())


def _string(text: str) -> str:
    return json.dumps(_comment(text), ensure_ascii=False)


def _as_data(discovery: Discovery) -> dict[str, Any]:
    return {
        "start": discovery.start,
        "site_name": discovery.site_name or None,
        "region": discovery.region or None,
        "asked": list(discovery.asked),
        "failed": [{"url": url, "reason": why} for url, why in discovery.failed],
        "candidates": [
            {
                "url": candidate.url, "name": candidate.name, "score": candidate.score, "evidence": list(candidate.evidence),
                "found_on": candidate.found_on,
                "adapter": candidate.listing.adapter if candidate.listing else None,
                "state": candidate.listing.state if candidate.listing else None,
                "columns": [{"url": link.url, "title": link.title} for link in further(candidate)],
            }
            for candidate in discovery.candidates
        ],
    }  # fmt: skip
