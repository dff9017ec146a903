"""What others archived or a person saved → records of our own archive and rows of the frontier, with where it came from.
Reading it is left to `foreign.py`, `saved.py`, `copylists.py`; what is a report, to `likely.py` and the parsers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from gongkai.scraper import manifest
from gongkai.scraper.addresses import Refused, clean, host_of
from gongkai.scraper.archive import Archive, Capture
from gongkai.scraper.clock import moment, stamp
from gongkai.scraper.copylists import Bad, Copy, copies
from gongkai.scraper.decoding import decode
from gongkai.scraper.frontier import Frontier
from gongkai.scraper.home import ARCHIVE, FRONTIER, locked, open_files
from gongkai.scraper.likely import kind_of, title_of
from gongkai.scraper.manners import IMPORT
from gongkai.scraper.report_links import is_report_link

AT_ONCE, BYTES_AT_ONCE = 64, 32 * 2**20
"""Takes that share an fsync and a transaction."""
MOST_TOLD = 200
"""Lines about single files and records; the rest is counted."""
LATEST = timedelta(days=1)
"""A date that lies further ahead is no date of a capture."""
NO_SITE = "import"
"""Site of an address whose host is none of the crawl's."""


class Take(NamedTuple):
    """One body that is to be kept."""

    url: str
    role: str  # page | attachment
    at: datetime  # when it was captured or saved
    origin: str  # hand | warc | wacz
    source: str  # file, or file:offset
    body: bytes  # as the parsers read it
    block: bytes  # as it is kept: a whole HTTP answer, or the file itself
    kind: str  # response | resource
    media_type: str = ""
    pages: tuple[str, ...] = ()  # the pages that an attachment belongs to
    facts: Mapping[str, str] = {}


@dataclass
class Imported:
    """What an import did."""

    run: str = ""
    kept: Counter[str] = field(default_factory=Counter)  # by origin
    pages: int = 0
    attachments: int = 0
    held: int = 0  # the same bytes of the same address are in the archive already
    not_current: list[str] = field(default_factory=list)  # addresses of which another capture stays the current one
    copies: int = 0  # copies elsewhere that are noted
    copies_held: int = 0  # of these: the same payload is in the archive
    to_ask: list[str] = field(default_factory=list)  # addresses that the next night asks for
    skipped: Counter[str] = field(default_factory=Counter)  # why → how many
    problems: list[tuple[str, str]] = field(default_factory=list)  # where, what
    untold: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "kept": dict(self.kept), "skipped": dict(self.skipped)}

    def problem(self, where: str, what: str) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append((where, what))
        else:
            self.untold += 1


@contextmanager
def importer(home: Path, software: str, now: datetime) -> Iterator[Importer]:
    """The home, for one import alone; closed with index and manifest at the end.

    Raises Locked, NotAFrontier, OSError. What was committed before something was raised stays.
    """
    with locked(home):
        frontier = Frontier(home / FRONTIER)
        try:
            tidy_up_imports(frontier, home / ARCHIVE)
            made = Importer(frontier, home / ARCHIVE, software, now)
            try:
                yield made
                made.finish()
            finally:
                made.archive.leave()
        finally:
            frontier.close()


def tidy_up_imports(frontier: Frontier, folder: Path) -> None:
    """What an interrupted import left. Records that it did not live to commit are cut off: nothing knows of them, their
    sources are still where they were, and the same import takes them again."""
    for file in open_files(folder):
        run = file.rsplit("/gongkai-", 1)[1].split("-")[0]
        if IMPORT not in run:
            continue
        size = frontier.one("SELECT bytes FROM warc WHERE file=?", file) or 0
        if not size:
            (folder / f"{file}.open").unlink()
            continue
        left = Archive(folder, run, {})
        left.resume(file, size)
        left.close()
    for row in frontier.rows("SELECT run FROM run WHERE state != 'closed' AND instr(run, ?)", IMPORT):
        manifest.close_night(folder, row["run"])
        with frontier.transaction():
            frontier.closed(row["run"])


class Importer:
    """An import that is under way. One process, one thread."""

    def __init__(self, frontier: Frontier, folder: Path, software: str, now: datetime) -> None:
        self.frontier, self.folder, self.software, self.now = frontier, folder, software, now
        self.done = Imported(run=self._name(now))
        info = {"date": stamp(now), "software": software, "description": "imported; nobody was asked for these records"}
        self.archive = Archive(folder, self.done.run, info)
        self._waiting: list[Take] = []
        self._size = self._committed = 0
        self._ids: set[tuple[str, str]] = set()  # address and digest of what waits
        self._begun = False

    def _name(self, now: datetime) -> str:
        name = f"{now:%Y%m%d}{IMPORT}{now:%H%M%S}"
        number = 1
        while self.frontier.state(name):
            number += 1
            name = f"{now:%Y%m%d}{IMPORT}{now:%H%M%S}x{number:04}"
        return name

    def take(self, take: Take) -> None:
        """Keeps one body, soon. What cannot be kept is noted in `done`."""
        if take.at > self.now + LATEST:
            self.done.problem(take.source, f"captured at {stamp(take.at)}, which has not come yet: not taken")
            return
        digest = hashlib.sha256(take.body).hexdigest()
        held = (take.url, digest) in self._ids or self.frontier.one(
            "SELECT 1 FROM capture WHERE url=? AND payload_sha256=? LIMIT 1", take.url, digest
        )
        if held:
            self.done.held += 1
            if not take.pages:
                return
            take = take._replace(block=b"", body=b"")  # only that it belongs to its page is news
        self._ids.add((take.url, digest))
        self._waiting.append(take._replace(facts={**take.facts, "payload-sha256": digest}))
        self._size += len(take.block)
        if len(self._waiting) >= AT_ONCE or self._size >= BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Bytes first, then what they mean. Raises OSError; then what waits is lost, and nothing else."""
        takes, self._waiting, self._size = self._waiting, [], 0
        self._ids.clear()
        if not takes:
            return
        self._begin()
        try:
            made = [(take, self._written(take) if take.block else None) for take in takes]
            self.archive.sync()
            with self.frontier.transaction():
                for take, capture in made:
                    if capture is not None:
                        self._record(take, capture)
                for take, _ in made:
                    self._refer(take)
                if self.archive.file:
                    self.frontier.warc_size(self.done.run, self.archive.file, self.archive.size)
        except BaseException:
            with suppress(OSError):
                self.archive.cut_back(self._committed)
            raise
        self._committed = self.archive.size
        if self.archive.is_full:
            self.archive.close()
            self._committed = 0

    def _begin(self) -> None:
        if not self._begun:
            with self.frontier.transaction():
                self.frontier.execute(
                    "INSERT INTO run(run, started, state, note) VALUES(?,?,'ended','import')", (self.done.run, stamp(self.now))
                )
            self._begun = True

    def _written(self, take: Take) -> Capture:
        headers = {"WARC-Target-URI": take.url, "WARC-Date": stamp(take.at)}
        facts = {
            "run": self.done.run, "outcome": "imported", "role": take.role, "origin": take.origin, "source": take.source,
            "original-date": stamp(take.at), "importer": self.software, **take.facts,
        }  # fmt: skip
        media = "application/http; msgtype=response" if take.kind == "response" else take.media_type or "application/octet-stream"
        return self.archive.keep(take.kind, headers, take.block, media, _payload(take), facts)

    # what is known from now on; inside the transaction

    def _record(self, take: Take, capture: Capture) -> None:
        at, digest = stamp(take.at), take.facts["payload-sha256"]
        url_id, current = self._address(take, at)
        self.frontier.execute(
            "INSERT OR IGNORE INTO capture VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (capture.record, self.done.run, url_id, take.url, take.role, at, capture.file, capture.offset, capture.length,
             200, "imported", take.media_type, capture.payload_sha1, digest, None, "", ""),
        )  # fmt: skip
        self.frontier.execute(
            "INSERT OR IGNORE INTO imported VALUES(?,?,?,?)", (capture.record, take.origin, take.source, stamp(self.now))
        )
        if current:
            # Without payload_sha1 no later answer becomes a mere revisit of what somebody else says was there.
            self.frontier.execute(
                """UPDATE url SET record=?, record_date=?, payload_sha256=?, payload_sha1=NULL, etag=NULL, last_modified=NULL,
                last_full=NULL, first_seen=min(first_seen, ?) WHERE id=?""",
                (capture.record, at, digest, take.at.timestamp(), url_id),
            )
        else:
            self.done.not_current.append(take.url)
        self.done.kept[take.origin] += 1
        if take.role == "page":
            self.done.pages += 1
        else:
            self.done.attachments += 1

    def _address(self, take: Take, at: str) -> tuple[int, bool]:
        """Its row, and whether this capture is the current one from now on: never over one of our own."""
        rows = self.frontier.rows(
            """SELECT u.id, u.role, u.record, u.record_date, i.record AS foreign_record FROM url u
            LEFT JOIN imported i ON i.record=u.record WHERE u.key=?""", take.url,
        )  # fmt: skip
        if rows:
            row = rows[0]
            free = row["record"] is None or (row["foreign_record"] is not None and row["record_date"] < at)
            return row["id"], row["role"] in ("page", "attachment") and free
        title = title_of(decode(take.body)) if kind_of(take.body) == "page" else ""
        self.frontier.execute(
            """INSERT INTO url(key, url, host, role, site, adapter, depth, title, day, standing, first_seen)
            VALUES(?,?,?,?,?,'auto',0,?,'','imported',?)""",
            (take.url, take.url, host_of(take.url), take.role, self._site(take.url), title, take.at.timestamp()),
        )
        return int(self.frontier.one("SELECT id FROM url WHERE key=?", take.url)), True

    def _site(self, url: str) -> str:
        host = host_of(url)
        found = self.frontier.one("SELECT site FROM url WHERE standing='start' AND host=? LIMIT 1", host) if host else None
        return str(found or NO_SITE)

    def _refer(self, take: Take) -> None:
        """A file belongs to a page, as the page said on the day of its capture; a page of our own says so itself."""
        for page in take.pages:
            rows = self.frontier.rows(
                """SELECT u.id, u.record_date FROM url u JOIN imported i ON i.record=u.record WHERE u.key=?""", page
            )
            file = self.frontier.one("SELECT id FROM url WHERE key=?", take.url)
            if rows and file:
                day = "".join(c for c in rows[0]["record_date"][:10] if c.isdigit())
                self.frontier.execute("INSERT OR IGNORE INTO refers VALUES(?,?,?)", (rows[0]["id"], file, day))

    # copies that others hold

    def note_copies(self, lines: Iterable[str], source: str) -> None:
        """A list of copies: noted with time and digest. Addresses on hosts of our sites that look like reports are asked
        for from the next night on."""
        batch: list[Copy] = []
        for found in copies(lines):
            if isinstance(found, Bad):
                self.done.problem(f"{source}, line {found.line}", found.why)
                continue
            batch.append(found)
            if len(batch) >= 1_000:
                self._note(batch, source)
                batch = []
        self._note(batch, source)

    def _note(self, batch: Sequence[Copy], source: str) -> None:
        with self.frontier.transaction():
            for copy in batch:
                self.frontier.execute(
                    "INSERT OR IGNORE INTO elsewhere VALUES(?,?,?,?,?,?,?,?)",
                    (copy.url, stamp(copy.at), copy.digest, copy.status, copy.media_type, copy.origin, copy.place, source),
                )
                self.done.copies += 1
                if copy.digest:
                    self.done.copies_held += bool(
                        self.frontier.one("SELECT 1 FROM capture WHERE url=? AND payload_sha1=? LIMIT 1", copy.url, copy.digest)
                    )
                self._ask(copy)

    def _ask(self, copy: Copy) -> None:
        site = self._site(copy.url)
        if site == NO_SITE or copy.status not in (0, 200) or not is_report_link("", copy.url, in_column=False):
            return
        if self.frontier.one("SELECT 1 FROM url WHERE key=?", copy.url) is None:
            self.frontier.execute(
                """INSERT INTO url(key, url, host, role, site, adapter, depth, title, day, standing, first_seen)
                VALUES(?,?,?,'page',?,'auto',0,'','','known',?)""",
                (copy.url, copy.url, host_of(copy.url), site, self.now.timestamp()),
            )
            self.done.to_ask.append(copy.url)

    def finish(self) -> None:
        """Final names, index and manifest. Each step can be done twice."""
        self.flush()
        self.archive.close()
        if self._begun:
            manifest.close_night(self.folder, self.done.run)
            with self.frontier.transaction():
                self.frontier.closed(self.done.run)


def _payload(take: Take) -> bytes:
    """WARC's payload: chunks undone, content encoding kept."""
    from gongkai.scraper.wire import Broken, head_of, transferred

    if take.kind == "resource":
        return take.block
    try:
        return transferred(take.block, head_of(take.block))
    except Broken:
        return take.body


def address(base: str, reference: str) -> str:
    """What a page of this address means by a reference, as it is kept; "" for what is none."""
    try:
        return clean(urljoin(base, reference)) if not base.startswith("file:") else urljoin(base, reference).split("#")[0]
    except (Refused, ValueError):
        return ""


def when(text: str) -> datetime | None:
    """A WARC date with its zone; None where there is none."""
    try:
        found = moment(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
