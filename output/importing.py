"""`gongkai import`: which files beside a saved page belong to it, and what to tell a person about an import.
Taking them is left to the scraper's `gathering` and `importing`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from gongkai.output.companions import Listings, files_meant
from gongkai.scraper.gathering import gather
from gongkai.scraper.importing import Imported, importer

SHOWN = 20
"""Lines of one kind."""


def run_import(
    paths: Sequence[str], home: Path, software: str, now: datetime, *, url: str = "", everything: bool = False
) -> Imported:
    """Raises Locked, NotAFrontier, OSError (also for a path that does not exist; then nothing was changed)."""
    for path in paths:
        os.stat(path)
    listings: Listings = {}

    def refers(page: Path) -> list[tuple[str, Path]]:
        raw = os.fsencode(page)
        return [
            (reference, Path(os.fsdecode(file))) for reference, file in files_meant(raw, page.stat().st_size, listings)
        ]

    with importer(home, software, now) as made:
        gather(made, paths, url=url, everything=everything, refers=refers)
    return made.done


def tell(done: Imported, say: Callable[[str], None], *, quiet: bool = False) -> None:
    """What was taken, what was not and why."""
    for where, what in done.problems[:SHOWN]:
        say(f"{where}: {what}")
    if (more := len(done.problems) - SHOWN + done.untold) > 0:
        say(f"… and {more} more like these; --json shows {len(done.problems)}")
    if quiet:
        return
    for url in done.not_current[:SHOWN]:
        say(f"{url}: kept, and not the current version: a capture of the crawl's own or a newer one is")
    if len(done.not_current) > SHOWN:
        say(f"… and {len(done.not_current) - SHOWN} more")
    for why, many in sorted(done.skipped.items()):
        say(f"{many} records not taken: {why}")
    kinds = ", ".join(f"{many} from {origin}" for origin, many in sorted(done.kept.items()))
    say(
        f"{done.pages} pages and {done.attachments} files taken{f' ({kinds})' if kinds else ''}, {done.held} held already"
    )
    if done.copies:
        say(
            f"{done.copies} copies elsewhere noted, {done.copies_held} of them held; {len(done.to_ask)} addresses to be asked next night"
        )
