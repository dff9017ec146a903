"""WARC and WACZ files given to `parse` → where the reports in them lie; and the bytes of one.
Reading records is left to the scraper's `foreign`, the documents to the parsers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from gongkai.output.documents import Unreadable
from gongkai.scraper import foreign
from gongkai.scraper.gathering import answer, survey
from gongkai.scraper.importing import address, when

__all__ = ["Archived", "address", "body_at", "reports_in"]

MOST_TOLD = 20
"""Lines about damaged records; the rest is counted."""


class Archived(NamedTuple):
    """One report in an archive."""

    url: str
    file: str
    offset: int
    at: datetime | None
    size: int
    attached: tuple[tuple[str, str, int], ...] = ()  # address, file and offset of what the page refers to


def reports_in(paths: Sequence[Path]) -> tuple[list[tuple[str, str]], list[str], list[Archived]]:
    """Files that cannot be read, each with the reason; remarks about records; the reports. The files of a page are
    looked for in all archives given; a document that a page refers to comes by itself, too: if the page shows no report,
    it may."""
    looked = survey(paths)
    whole = {str(path) for path in paths}
    unread = [(where, what) for where, what in looked.problems if where in whole]
    told = [f"{where}: {what}" for where, what in looked.problems if where not in whole]
    remarks = told[:MOST_TOLD] + (
        [f"and {len(told) - MOST_TOLD} more damaged records"] if len(told) > MOST_TOLD else []
    )
    of_page: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    found: dict[tuple[str, int], Archived] = {}
    for url, pages in looked.files.items():
        if url in looked.places:
            file, offset = looked.places[url]
            if looked.kinds[url] == "document":
                found[file, offset] = Archived(
                    url, file, offset, when(looked.dates[file, offset]), looked.sizes[file, offset]
                )
            for page in pages:
                of_page[page].append((url, file, offset))
    for place in sorted(looked.reports):
        url = looked.urls[place]
        found[place] = Archived(
            url, *place, when(looked.dates[place]), looked.sizes[place], tuple(of_page.get(url, ()))
        )
    for path in paths:
        if not any(file == str(path) or file.startswith(f"{path}!") for file, _ in found) and str(path) not in dict(
            unread
        ):
            remarks.append(f"{path}: no record in it looks like an annual report")
    return unread, remarks, sorted(found.values(), key=lambda one: (one.file, one.offset))


def body_at(file: str, offset: int) -> bytes:
    """The decoded body of a record. Raises Unreadable."""
    try:
        record = foreign.record_at(file, offset)
    except (OSError, foreign.NotPerRecord) as error:
        raise Unreadable(f"cannot be read: {error}") from None
    got = record.problem or answer(record)
    if isinstance(got, str):
        raise Unreadable(f"cannot be read from its archive: {got.removeprefix('!')}")
    return got[1].plain
