"""What the archive holds of every report tonight: its bytes, its attachments, and how the night found it.
Crawling is left to the scraper, reading the bytes to the parsers, what is new about them to `events`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from gongkai.scraper.frontier import Frontier
from gongkai.scraper.home import ARCHIVE, FRONTIER
from gongkai.scraper.stored import body_of, record_at

LARGEST_BODY = 64 * 2**20
"""Bytes of one archived body that is taken out; the parser refuses what is larger than its own limit, and says so."""

VERIFIED = frozenset({"new", "changed", "same"})
"""Outcomes by which a report was seen tonight, as it is."""
QUIET = frozenset({"not_due", "gone", "redirected", "retry", ""})
"""Outcomes that say nothing about a report: not asked on purpose, known to be gone, asked at its new address."""


class Attachment(NamedTuple):
    """A file or picture that a page refers to."""

    url: str
    record: str
    payload_sha256: str


class Held(NamedTuple):
    """One report page. Times are None for what never happened. `outcome`, `detail`: of tonight's visit."""

    url: str
    site: str
    record: str
    capture: str  # file:offset
    payload_sha256: str
    fetched_at: datetime
    first_seen: datetime
    last_changed: datetime | None
    last_checked: datetime | None
    listed_as: str
    listed_day: str
    outcome: str
    detail: str
    gone: bool
    missing_nights: int
    absent: bool  # its list was read whole tonight, and it is not on it
    list_record: str
    attachments: tuple[Attachment, ...] = ()
    origin: str = "live"  # or hand | warc | wacz: captured by others, and imported


class Listing(NamedTuple):
    """One list of reports as it was tonight, and the night before (None where it was not walked)."""

    url: str
    site: str
    host: str
    state: str
    adapter: str
    links: int
    reports: int
    pages: int
    declared: int | None
    declared_pages: int | None
    problems: str
    outcome: str
    detail: str
    record: str
    before: Listing | None = None


class Holdings:
    """The archive and the frontier of one home, read only."""

    def __init__(self, home: Path, run: str) -> None:
        self.archive, self.run = home / ARCHIVE, run
        self._frontier = Frontier(home / FRONTIER)

    def close(self) -> None:
        self._frontier.close()

    def reports(self) -> Iterator[Held]:
        """Every page that was ever taken for a report and came whole, in the order in which they were found."""
        files: dict[int, list[Attachment]] = defaultdict(list)
        for row in self._frontier.rows(
            """SELECT r.page, u.url, u.record, u.payload_sha256 FROM refers r JOIN url u ON u.id=r.file
            WHERE u.record IS NOT NULL AND r.run=(SELECT max(run) FROM refers s WHERE s.page=r.page) ORDER BY u.id"""
        ):
            files[row["page"]].append(Attachment(row["url"], row["record"], row["payload_sha256"] or ""))
        for row in self._frontier.rows(
            """SELECT u.*, v.outcome, v.detail, c.file, c.offset, l.state AS list_state, l.problems AS list_problems,
              (SELECT record FROM visit w WHERE w.run=:run AND w.url_id=coalesce(p.root, p.id)) AS list_record,
              (SELECT origin FROM imported i WHERE i.record=u.record) AS origin
            FROM url u JOIN capture c ON c.record=u.record
            LEFT JOIN visit v ON v.run=:run AND v.url_id=u.id
            LEFT JOIN url p ON p.id=u.via
            LEFT JOIN listing l ON l.run=:run AND l.root=coalesce(p.root, p.id)
            WHERE u.role='page' AND u.record IS NOT NULL ORDER BY u.id""".replace(":run", "?1"), self.run,
        ):  # fmt: skip
            whole = row["list_state"] == "list" and (row["list_problems"] or "[]") in ("[]", "null", "")
            yield Held(
                row["url"], row["site"], row["record"], f"{row['file']}:{row['offset']}", row["payload_sha256"] or "",
                _moment(row["record_date"]), _time(row["first_seen"]) or _moment(row["record_date"]),
                _time(row["last_changed"]), _time(row["last_checked"]), row["title"] or "", row["day"] or "",
                row["outcome"] or "", row["detail"] or "", row["standing"] == "gone", row["missing_nights"],
                whole and row["last_listed"] != self.run, row["list_record"] or "", tuple(files.get(row["id"], ())),
                row["origin"] or "live",
            )  # fmt: skip

    def listings(self) -> list[Listing]:
        """The lists of tonight with what they were the last night before that they were walked."""
        found: list[Listing] = []
        for row in self._frontier.rows(
            """SELECT l.*, u.url, u.site, u.host, v.outcome, v.detail, v.record,
              (SELECT max(run) FROM listing b WHERE b.root=l.root AND b.run < l.run) AS last
            FROM listing l JOIN url u ON u.id=l.root LEFT JOIN visit v ON v.run=l.run AND v.url_id=l.root
            WHERE l.run=?""", self.run,
        ):  # fmt: skip
            before = None
            if row["last"]:
                [b] = self._frontier.rows("SELECT * FROM listing WHERE run=? AND root=?", row["last"], row["root"])
                before = _listing({**dict(row), **dict(b)})
            found.append(_listing(dict(row))._replace(before=before))
        return found

    def body(self, record: str) -> bytes | None:
        """The decoded bytes of an archived answer; None where there is no whole one."""
        place = self._frontier.where(record)
        if place is None:
            return None
        found = body_of(record_at(self.archive, *place), self.archive, self._frontier.where, LARGEST_BODY)
        return found[1] if found else None

    def body_at(self, capture: str) -> bytes | None:
        """The same for a capture, as `reports` names it: file:offset."""
        file, _, offset = capture.rpartition(":")
        found = body_of(record_at(self.archive, file, int(offset)), self.archive, self._frontier.where, LARGEST_BODY)
        return found[1] if found else None

    def record_of(self, payload_sha256: str) -> str | None:
        """A capture with these bytes."""
        return self._frontier.one("SELECT record FROM capture WHERE payload_sha256=? LIMIT 1", payload_sha256)  # type: ignore[no-any-return]

    def outcomes(self) -> dict[str, int]:
        return self._frontier.outcomes(self.run)


def _listing(row: dict[str, object]) -> Listing:
    def text(name: str) -> str:
        return str(row.get(name) or "")

    def number(name: str) -> int:
        value = row.get(name)
        return value if isinstance(value, int) else 0

    def maybe(name: str) -> int | None:
        value = row.get(name)
        return value if isinstance(value, int) else None

    return Listing(
        text("url"), text("site"), text("host"), text("state"), text("adapter"), number("links"), number("reports"),
        number("pages"), maybe("declared"), maybe("declared_pages"), text("problems"), text("outcome"), text("detail"),
        text("record"),
    )  # fmt: skip


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
