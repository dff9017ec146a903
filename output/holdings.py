"""What the archive holds of every report tonight: its bytes, its attachments, and how the night found it.
Crawling is left to the scraper, reading the bytes to the parsers, what is new about them to `events`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from gongkai.scraper.frontier import MOST_HOPS, Frontier
from gongkai.scraper.home import ARCHIVE, FRONTIER
from gongkai.scraper.stored import body_of, record_at

LARGEST_BODY = 64 * 2**20
"""Bytes of one archived body that is taken out; the parser refuses what is larger than its own limit, and says so."""

VERIFIED = frozenset({"new", "changed", "same"})
"""Outcomes by which a report was seen tonight, as it is."""
NO_PROBLEM = ("", "[]", "null")
"""How a walk without problems is written down."""
LATELY, AT_ALL = 28, 400
"""Walks that a list is judged by: one that is shorter for four weeks is the list; one that gives nothing stays in doubt."""
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
    outcome: str
    detail: str
    gone: bool
    missing_nights: int
    absent: bool  # its list was read whole tonight, and it is not on it
    list_record: str
    attachments: tuple[Attachment, ...] = ()
    origin: str = "live"  # or hand | warc | wacz: captured by others, and imported
    leads_to: str = ""  # where its redirects end tonight


class Listing(NamedTuple):
    """One list of reports as it was tonight, and the last time before that it was walked (None if it never was)."""

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
    evidence: str = ""
    earlier: tuple[Listing, ...] = ()  # its former walks, oldest first, where the last one is not enough to judge by


class Earlier(NamedTuple):
    """A version of a report page that is no longer the newest at its address."""

    url: str
    payload_sha256: str
    capture: str
    at: datetime


class Absence(NamedTuple):
    """That a page was not on its list: since when the list is known, and the last time that it was read whole before
    the page was seen for the first time, with the capture of it."""

    watched_since: datetime
    absent_at: datetime
    record: str


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
            whole = row["list_state"] == "list" and (row["list_problems"] or "[]") in NO_PROBLEM
            yield Held(
                row["url"], row["site"], row["record"], f"{row['file']}:{row['offset']}", row["payload_sha256"] or "",
                _moment(row["record_date"]), _time(row["first_seen"]) or _moment(row["record_date"]),
                _time(row["last_changed"]), _time(row["last_checked"]), row["title"] or "",
                row["outcome"] or "", row["detail"] or "", row["standing"] == "gone", row["missing_nights"],
                whole and row["last_listed"] != self.run, row["list_record"] or "", tuple(files.get(row["id"], ())),
                row["origin"] or "live", self._end_of(row["detail"]) if row["outcome"] == "redirected" else "",
            )  # fmt: skip

    def _end_of(self, target: str) -> str:
        """Where a redirect leads, and those behind it."""
        for _ in range(MOST_HOPS):
            further = self._frontier.one(
                "SELECT v.detail FROM url u JOIN visit v ON v.url_id=u.id AND v.run=? WHERE u.key=? AND v.outcome='redirected'",
                self.run,
                target,
            )
            if further is None:
                return target
            target = further
        return ""

    def earlier(self) -> Iterator[Earlier]:
        """Whole answers of report pages that were replaced by later ones, oldest first, each payload once."""
        seen: set[str] = set()
        for row in self._frontier.rows(
            """SELECT c.*, u.payload_sha256 AS newest FROM capture c JOIN url u ON u.id=c.url_id
            WHERE u.role='page' AND c.outcome IN ('new', 'changed') AND c.revisit_of IS NULL AND c.payload_sha256 != ''
              AND coalesce(c.truncated, '')='' ORDER BY c.at, c.record"""
        ):
            if row["payload_sha256"] != row["newest"] and row["payload_sha256"] not in seen:
                seen.add(row["payload_sha256"])
                yield Earlier(row["url"], row["payload_sha256"], f"{row['file']}:{row['offset']}", _moment(row["at"]))

    def absences(self) -> dict[str, Absence]:
        """Of each page that we found ourselves, on a list that had been read whole before without it, the last proof.

        A walk counts when it found no problem and its night had ended before the page was known.
        """
        walks: dict[int, list[tuple[datetime, datetime, str]]] = defaultdict(list)
        for row in self._frontier.rows(
            """SELECT l.root, v.at, v.record, r.ended FROM listing l JOIN run r ON r.run=l.run
            JOIN visit v ON v.run=l.run AND v.url_id=l.root
            WHERE l.state='list' AND coalesce(l.problems, '') IN ('', '[]', 'null') AND coalesce(v.at, '') != ''
              AND coalesce(v.record, '') != '' AND coalesce(r.ended, '') != '' ORDER BY v.at"""
        ):
            walks[row["root"]].append((_moment(row["at"]), _moment(row["ended"]), row["record"]))
        found: dict[str, Absence] = {}
        for row in self._frontier.rows(
            """SELECT u.url, u.first_seen, coalesce(p.root, p.id) AS root FROM url u JOIN url p ON p.id=u.via
            WHERE u.role='page' AND u.record IS NOT NULL AND u.record NOT IN (SELECT record FROM imported)"""
        ):
            seen = _time(row["first_seen"])
            before = [w for w in walks.get(row["root"], ()) if seen and w[1] < seen]
            if before:
                found[row["url"]] = Absence(before[0][0], before[-1][0], before[-1][2])
        return found

    def listings(self) -> list[Listing]:
        """The lists of tonight with what they were the last night before that they were walked."""
        found: list[Listing] = []
        for row in self._frontier.rows(
            f"""SELECT l.*, u.url, u.site, u.host, v.outcome, v.detail, v.record,
              (SELECT max(run) FROM listing b WHERE b.root=l.root AND b.run < l.run) AS last,
              (SELECT max(reports) FROM (SELECT reports FROM listing b WHERE b.root=l.root AND b.run < l.run
                ORDER BY run DESC LIMIT {LATELY})) AS most
            FROM listing l JOIN url u ON u.id=l.root LEFT JOIN visit v ON v.run=l.run AND v.url_id=l.root
            WHERE l.run=?""", self.run,
        ):  # fmt: skip
            before = None
            if row["last"]:
                [b] = self._frontier.rows("SELECT * FROM listing WHERE run=? AND root=?", row["last"], row["root"])
                before = _listing({**dict(row), **dict(b)})
            one = _listing(dict(row))._replace(before=before)
            if before and (
                not before.reports or before.problems not in NO_PROBLEM or before.reports < (row["most"] or 0)
            ):
                one = one._replace(earlier=self._walks(row["root"], LATELY if before.reports else AT_ALL))
            found.append(one)
        return found

    def _walks(self, root: int, most: int) -> tuple[Listing, ...]:
        """The former walks of a list, oldest first."""
        rows = self._frontier.rows(
            """SELECT l.*, u.url, u.site, u.host, v.outcome, v.detail, v.record FROM listing l JOIN url u ON u.id=l.root
            LEFT JOIN visit v ON v.run=l.run AND v.url_id=l.root WHERE l.root=? AND l.run < ? ORDER BY l.run DESC LIMIT ?""",
            root, self.run, most,
        )  # fmt: skip
        return tuple(_listing(dict(row)) for row in reversed(rows))

    def body(self, record: str) -> bytes | None:
        """The decoded bytes of an archived answer; None where there is no whole one."""
        place = self._frontier.where(record)
        if place is None:
            return None
        return self._body(*place)

    def body_at(self, capture: str) -> bytes | None:
        """The same for a capture, as `reports` names it: file:offset."""
        file, _, offset = capture.rpartition(":")
        return self._body(file, int(offset))

    def _body(self, file: str, offset: int) -> bytes | None:
        try:
            record = record_at(self.archive, file, offset)
            found = None if record.problem else body_of(record, self.archive, self._frontier.where, LARGEST_BODY)
        except FileNotFoundError:
            return None
        return found[1] if found else None

    def site_of(self, url: str) -> str | None:
        """The site whose list or home page led to an address."""
        return self._frontier.one("SELECT site FROM url WHERE key=?", url)  # type: ignore[no-any-return]

    def unread_sites(self, read: Collection[str]) -> dict[str, int]:
        """Sites of which pages came tonight that a list calls reports, and nothing was ever `read` as one (addresses, and
        sha256 of bytes: a report may stand on two sites); with the number of these pages."""
        rows = self._frontier.rows(
            """SELECT u.site, u.url, u.role, u.payload_sha256 AS bytes, v.outcome FROM url u LEFT JOIN visit v ON v.url_id=u.id AND v.run=?
            WHERE u.role IN ('page', 'attachment')""", self.run
        )  # fmt: skip
        came, good = Counter[str](), set[str]()
        for row in rows:
            if row["url"] in read or row["bytes"] in read:
                good.add(row["site"])
            came[row["site"]] += row["role"] == "page" and row["outcome"] in ("new", "changed", "same")
        return {site: n for site, n in came.items() if n and site not in good}

    def record_of(self, payload_sha256: str) -> str | None:
        """A capture with these bytes."""
        return self._frontier.one("SELECT record FROM capture WHERE payload_sha256=? LIMIT 1", payload_sha256)  # type: ignore[no-any-return]

    def outcomes(self) -> dict[str, int]:
        return self._frontier.outcomes(self.run)


class NoRun(Exception):
    """The home has no archive of a night; the message says what is missing."""


def last_run(home: Path) -> tuple[str, datetime]:
    """The last night of a home, and when its last address was asked. Raises NoRun, NotAFrontier."""
    if not (home / FRONTIER).is_file() or not (home / ARCHIVE).is_dir():
        raise NoRun(f"{home}: no home of a crawl: {FRONTIER} and {ARCHIVE}/ are not both there")
    frontier = Frontier(home / FRONTIER)
    try:
        found = frontier.rows(
            "SELECT run, max(at) AS at FROM visit WHERE at != '' GROUP BY run ORDER BY run DESC LIMIT 1"
        )
    finally:
        frontier.close()
    if not found:
        raise NoRun(f"{home}: nothing was crawled yet")
    return found[0]["run"], _moment(found[0]["at"])


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
        text("record"), evidence=text("evidence"),
    )  # fmt: skip


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
