"""What is known of every address, and what became of it each night: SQLite, the only state besides the archive.
What an answer means is left to `settle.py`; who asks when, to `crawl.py`."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.scraper.addresses import host_of
from gongkai.scraper.archive import Capture, Earlier
from gongkai.scraper.canary import alike, is_suspicious, pieces
from gongkai.scraper.reading import Found, Reading
from gongkai.scraper.schema import SCHEMA, VERSION
from gongkai.scraper.settle import Conclusion, Item
from gongkai.scraper.sites.walking import Walked

DAY_S = 86_400.0
UNCONDITIONAL_DAYS = 30
"""Wrong validators exist: a server that says 304 for a changed file is found out once a month."""
GONE_NIGHTS, GONE_DAYS = 3, 7
"""So often and so long must an address be missing before it counts as gone; then it is asked for monthly."""
PARKED_NIGHTS = (1, 1, 2, 4, 7)
"""Nights a host is left alone after its first, second, … challenge in a row; the last one from then on."""

FRONT_PAGE = "the front page, or what stands for any missing page"
MOST_FRONT_PAGES = 3
"""Of one host and night are asked for again; a site that is nothing but its front page any more is not asked for all twice."""
MOST_HOPS = 6
"""Redirects and columns on the way to an address."""

# A page counts as gone when it has been missing so long, and its list, read whole tonight and as good as it ever was,
# does not name it. A list that gave reports before and names none tonight proves nothing, unless its only report went.
GONE_PAGES = """
WITH good AS (
  SELECT l.root, u.site FROM listing l JOIN url u ON u.id=l.root
  JOIN (SELECT root, max(reports) AS most FROM listing WHERE run IN (SELECT run FROM run ORDER BY run DESC LIMIT 28) GROUP BY root) m
    ON m.root=l.root
  WHERE l.run=:run AND l.state='list' AND coalesce(l.problems, '') IN ('', '[]', 'null')
    AND (m.most - l.reports < 2 OR l.reports * 2 >= m.most)
    AND (l.reports > 0 OR (SELECT b.reports=1 AND b.adapter=l.adapter AND b.links - l.links <= 1 FROM listing b
      WHERE b.root=l.root AND b.run < l.run AND b.reports > 0 ORDER BY b.run DESC LIMIT 1)))
UPDATE url SET standing='gone' WHERE role='page' AND standing='known' AND missing_nights >= :nights
  AND last_checked - missing_since >= :s AND coalesce(last_listed, '') != :run
  AND id IN (SELECT url_id FROM visit WHERE run=:run AND outcome='missing')
  AND (SELECT CASE WHEN l.root IS NOT NULL THEN l.root IN (SELECT root FROM good)
                   ELSE url.site IN (SELECT site FROM good) END
       FROM url p LEFT JOIN listing l ON l.run=:run AND l.root=coalesce(p.root, p.id) WHERE p.id=url.via)"""

# What a page that came tells the next night.
_CHECKED = """UPDATE url SET last_checked=?, missing_nights=0, missing_since=NULL,
standing=CASE standing WHEN 'gone' THEN 'known' ELSE standing END, last_changed=CASE WHEN ? THEN ? ELSE last_changed END"""
CHECKED = f"{_CHECKED} WHERE id=?"
CHECKED_AND_KEPT = f"""{_CHECKED}, etag=?, last_modified=?, payload_sha1=?, payload_sha256=?, record=?, record_date=?, last_full=?
WHERE id=?"""

Row = Mapping[str, Any]


class NotAFrontier(Exception):
    """The file is no frontier, or one of another version."""


class Made(NamedTuple):
    """One exchange that is in the archive, and its meaning."""

    item: Item
    conclusion: Conclusion
    reading: Reading
    at: str
    capture: Capture | None = None
    truncated: str = ""
    tls: str = ""


def key_of(url: str, form: Sequence[tuple[str, str]] | None = None) -> str:
    """What tells one request from another."""
    return url if form is None else f"{url} {json.dumps(form, ensure_ascii=False)}"


class Frontier:
    """The database. One process, one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise NotAFrontier(f"{path}: version {version}, this program reads version {VERSION}")
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;")
            self._db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={VERSION}; COMMIT;")
        except sqlite3.DatabaseError as error:
            raise NotAFrontier(f"{path}: {error}") from None
        self.lanes: dict[str, str] = {}
        self.parked: dict[str, str] = {}  # host → why, tonight
        self.noted = {row["host"] for row in self.rows("SELECT host FROM host")}  # once parked
        self.homeless = True  # something may be due whose server is not known yet
        self.columns: list[int] = []  # lists of their own that were named and are to be walked
        self.touched: set[str] = set()  # lanes that got something to do
        self.retry_wait_s = 60.0
        self.front_pages: Counter[str] = Counter()  # host → front pages in a report's place tonight
        self.canaries: dict[str, frozenset[str]] = {}  # host → words of the page in place of a missing one, where it is no 404

    def close(self) -> None:
        self._db.close()

    def load(self, source: sqlite3.Connection) -> None:
        """Becomes a copy of another database. Raises NotAFrontier."""
        try:
            source.backup(self._db)
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise NotAFrontier(f"frontier: {error}") from None
        if version != VERSION:
            raise NotAFrontier(f"frontier: version {version}, this program reads version {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and safe from a power cut when it ends. Raises OSError where the disk does not take it."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):  # full, read-only, broken: the same to us
                raise OSError(errno.EIO, f"frontier: {error}", str(self._path)) from error
            raise

    def execute(self, sql: str, values: Any = ()) -> None:
        self._db.execute(sql, values)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        row = self._db.execute(sql, values).fetchone()
        return row[0] if row else None

    # what is asked next

    def hosts_without_lane(self, run: str) -> list[tuple[str, str]]:
        """Hosts that something is due from and whose server is not known yet, with one of their addresses."""
        found = self.rows(
            """SELECT v.host, min(u.url) AS url FROM visit v JOIN url u ON u.id=v.url_id
            WHERE v.run=? AND v.state='due' AND v.lane IS NULL GROUP BY v.host""", run
        )  # fmt: skip
        return [(row["host"], row["url"]) for row in found]

    def assign(self, run: str, host: str, lane: str) -> None:
        self.lanes[host] = lane
        self._db.execute("UPDATE visit SET lane=? WHERE run=? AND host=? AND state IN ('due','leased')", (lane, run, host))
        self._db.execute("UPDATE visit SET lane=? WHERE run=? AND host=? AND state='waiting'", (lane, run, host))

    def lease(self, run: str, lane: str, now: float) -> Item | float | None:
        """The next address of a lane; seconds until there is one; None when there is none any more."""
        found = self._db.execute(
            """SELECT url_id FROM visit WHERE run=? AND lane=? AND state='due' AND next_at <= ?
            ORDER BY rank, url_id LIMIT 1""", (run, lane, now),
        ).fetchone()  # fmt: skip
        if found is None:
            later = self.one(
                "SELECT min(next_at) FROM visit INDEXED BY visit_due WHERE run=? AND lane=? AND state='due'", run, lane
            )
            return None if later is None else max(later - now, 0.001)
        self._db.execute(
            "UPDATE visit SET state='leased', leases=leases+1 WHERE run=? AND url_id=?", (run, found["url_id"])
        )
        return self.item(run, found["url_id"], now)

    def item(self, run: str, url_id: int, now: float) -> Item:
        u = self._db.execute(
            """SELECT u.*, v.tries FROM url u JOIN visit v ON v.url_id=u.id AND v.run=? WHERE u.id=?""", (run, url_id)
        ).fetchone()
        earlier = Earlier(u["record"], u["record_date"], u["payload_sha1"]) if u["record"] and u["payload_sha1"] else None
        conditional = u["role"] != "list" and earlier and (u["last_full"] or 0) > now - UNCONDITIONAL_DAYS * DAY_S
        return Item(
            run, u["id"], u["url"], u["role"], u["site"], u["host"],
            form=_pairs(u["form"]), headers=_pairs(u["headers"]) or (), adapter=u["adapter"],
            root=u["root"] or u["id"], depth=u["depth"], title=u["title"] or "", tries=u["tries"],
            etag=u["etag"] or "" if conditional else "", last_modified=u["last_modified"] or "" if conditional else "",
            earlier=earlier, earlier_sha256=u["payload_sha256"] or "",
        )  # fmt: skip

    # what came of it

    def settle(self, made: Made, now: float) -> Conclusion:
        """Records one exchange and everything that follows from it. Called inside a transaction. Gives the
        conclusion that stands: others of the night may change it."""
        item, conclusion = made.item, made.conclusion
        self.keep_capture(made)
        if conclusion.outcome != "retry":
            conclusion = self._second_thoughts(made)
        if conclusion.outcome == "retry":
            self._db.execute(
                "UPDATE visit SET state='due', tries=tries+1, leases=0, next_at=?, detail=?, status=? WHERE run=? AND url_id=?",
                (now + (conclusion.retry_s or 0.0), conclusion.detail, conclusion.status, item.run, item.url_id),
            )
        else:
            self.finish(item.run, item.url_id, conclusion, made.at, made.capture.record if made.capture else "")
            self._remember(made._replace(conclusion=conclusion), now)
            self._follow(made._replace(conclusion=conclusion), now)
        if conclusion.park:
            self._park_for_nights(item, conclusion, now)
            self.park(item.run, item.host, conclusion.park, made.at)
            if conclusion.outcome == "challenge":  # the protection stands before the server, whatever name it is asked by
                for host in [h for h, lane in self.lanes.items() if lane == self.lanes.get(item.host) and h != item.host]:
                    self.park(item.run, host, f"{conclusion.park} at {item.host}, on the same server", made.at)
        elif item.host in self.noted and conclusion.outcome in ("new", "changed", "same"):
            self._db.execute("DELETE FROM host WHERE host=?", (item.host,))
            self.noted.discard(item.host)
        return conclusion

    def _second_thoughts(self, made: Made) -> Conclusion:
        """A server that answers every missing page with its home page or list cannot be told from one answer alone."""
        item, conclusion, capture = made.item, made.conclusion, made.capture
        if conclusion.outcome == "redirected":
            return self._to_an_end(item, conclusion)
        if item.role == "list" or not capture or not capture.payload_sha1 or conclusion.outcome not in ("new", "changed"):
            return conclusion
        twin = self.one(
            """SELECT u.url FROM capture c JOIN url u ON u.id=c.url_id WHERE c.run=? AND c.payload_sha1=? AND c.role='list'
            AND u.host=? AND u.id != ? LIMIT 1""", item.run, capture.payload_sha1, item.host, item.url_id
        )  # fmt: skip
        if twin is not None:
            return Conclusion("missing", f"soft 404: the same page as {twin}", conclusion.status)
        known = self.canaries.get(item.host)
        if known and conclusion.body is not None and is_suspicious(item, conclusion.body) and alike(known, pieces(conclusion.body)):
            if item.tries == 0 and self.front_pages[item.host] < MOST_FRONT_PAGES:  # it may be in haste: once more, after a while
                self.front_pages[item.host] += 1
                return Conclusion("retry", FRONT_PAGE, conclusion.status, retry_s=self.retry_wait_s)
            return Conclusion("missing", "soft 404: what this host answers where it has no page", conclusion.status)
        return conclusion

    def keep_canary(self, made: Made) -> None:
        """What a host answered tonight for a page that cannot be there."""
        self.keep_capture(made)
        if made.conclusion.body is not None:
            self.canaries[made.item.host] = pieces(made.conclusion.body)

    def _to_an_end(self, item: Item, conclusion: Conclusion) -> Conclusion:
        """Redirects that come back to this address, or are too many, lead nowhere: that is a failure of the last of them."""
        if item.depth >= MOST_HOPS:
            return replace(conclusion, outcome="failed", detail=f"more than {MOST_HOPS} redirects, to {conclusion.target}", target="")
        target = conclusion.target
        if conclusion.cookie and self._ask_with_cookie(item, target):
            return conclusion
        for _ in range(MOST_HOPS + 1):
            row = self._db.execute(
                "SELECT v.url_id, v.outcome, v.detail FROM url u JOIN visit v ON v.url_id=u.id AND v.run=? WHERE u.key=?", (item.run, target)
            ).fetchone()  # fmt: skip
            if row is not None and row["url_id"] == item.url_id:
                return replace(conclusion, outcome="failed", detail=f"redirect loop: back here by way of {conclusion.target}", target="")
            if row is None or row["outcome"] != "redirected":
                break
            target = row["detail"]
        return conclusion

    def _ask_with_cookie(self, item: Item, target: str) -> bool:
        """An address that sent us here for a plain cookie is asked once more with it, in its turn."""
        return self._db.execute(
            """UPDATE visit SET state='due', tries=tries+1, leases=0, outcome=NULL, detail=NULL
            WHERE run=? AND state='done' AND outcome='redirected' AND detail=? AND tries=0 AND host=?
            AND url_id=(SELECT id FROM url WHERE key=?)""", (item.run, item.url, item.host, target),
        ).rowcount > 0  # fmt: skip

    def finish(self, run: str, url_id: int, conclusion: Conclusion, at: str, record: str = "") -> None:
        self._db.execute(
            """UPDATE visit SET state='done', outcome=?, detail=?, status=?, at=?, record=? WHERE run=? AND url_id=?
            AND state != 'done'""",
            (conclusion.outcome, conclusion.detail, conclusion.status, at, record, run, url_id),
        )

    def keep_capture(self, made: Made) -> None:
        """Where an answer lies, if one came."""
        capture, item, conclusion = made.capture, made.item, made.conclusion
        if capture is None:
            return
        self._db.execute(
            "INSERT OR IGNORE INTO capture VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (capture.record, item.run, item.url_id or None, item.url, item.role, made.at, capture.file, capture.offset,
             capture.length, conclusion.status, conclusion.outcome, conclusion.media_type, capture.payload_sha1,
             conclusion.payload_sha256, item.earlier.record if capture.is_revisit and item.earlier else None,
             made.truncated, made.tls),
        )  # fmt: skip

    def _remember(self, made: Made, now: float) -> None:
        """What the next night needs to know of an address."""
        item, conclusion, capture = made.item, made.conclusion, made.capture
        if conclusion.outcome in ("new", "changed", "same"):
            kept: tuple[object, ...] = ()
            if conclusion.body is not None and capture:
                original = item.earlier if capture.is_revisit and item.earlier else None
                kept = (
                    conclusion.etag, conclusion.last_modified, capture.payload_sha1, conclusion.payload_sha256,
                    original.record if original else capture.record, original.date if original else made.at, now,
                )  # fmt: skip
            self._db.execute(CHECKED_AND_KEPT if kept else CHECKED, (now, conclusion.outcome != "same", now, *kept, item.url_id))
        elif conclusion.outcome == "missing":
            self._db.execute(
                """UPDATE url SET missing_nights=missing_nights+1, missing_since=coalesce(missing_since, :now), last_checked=:now,
                standing=CASE WHEN role != 'page' AND standing='known' AND missing_nights+1 >= :nights
                  AND :now - coalesce(missing_since, :now) >= :s AND coalesce(last_listed, '') != :run THEN 'gone' ELSE standing END
                WHERE id=:id""",
                {"now": now, "nights": GONE_NIGHTS, "s": (GONE_DAYS - 0.5) * DAY_S, "id": item.url_id, "run": item.run},
            )

    def _follow(self, made: Made, now: float) -> None:
        item, reading, conclusion = made.item, made.reading, made.conclusion
        if conclusion.outcome == "redirected":
            self.add(item, Found(conclusion.target, item.role, item.title, adapter=item.adapter, deeper=True), now)
        elif conclusion.outcome in ("new", "changed", "same"):
            for found in reading.found:
                self.add(item, found, now)
            for url, why in reading.refused:
                self.refuse(item, url, why)
            if reading.is_column:
                self._db.execute("UPDATE url SET role='list', standing='dependent', adapter='auto', root=id, depth=depth+1 WHERE id=?", (item.url_id,))
                self.columns.append(item.url_id)

    def refuse(self, item: Item, url: str, why: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO refused VALUES(?,?,?,?)", (item.run, url[:2_000], item.url_id, why))

    def add(self, via: Item, found: Found, now: float) -> None:
        """An address that something names tonight: known from now on, and due unless it was asked already."""
        key, host = key_of(found.url, found.form), host_of(found.url)
        is_list = found.role == "list"
        row = self._db.execute("SELECT id, standing, role, root FROM url WHERE key=?", (key,)).fetchone()
        if row is None:
            cursor = self._db.execute(
                """INSERT INTO url(key, url, host, form, headers, role, site, adapter, root, via, depth, title, day,
                standing, first_seen, last_listed) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)""",
                (key, found.url, host, _json(found.form), _json(found.headers or None), found.role, via.site, found.adapter,
                 via.root if is_list and not found.own_root else None, via.url_id, via.depth + found.deeper, found.title,
                 found.day, "dependent" if is_list else "known", now, via.run),
            )  # fmt: skip
            url_id = cursor.lastrowid or 0
            if found.own_root:
                self._db.execute("UPDATE url SET root=id WHERE id=?", (url_id,))
        else:
            url_id = row["id"]
            # The name that a redirect hands on is that of the address it comes from: an old one, where a list has another.
            title = "" if found.deeper and not is_list else found.title
            self._db.execute(
                """UPDATE url SET last_listed=?, title=CASE ? WHEN '' THEN title ELSE ? END,
                day=CASE ? WHEN '' THEN day ELSE ? END WHERE id=?""",
                (via.run, title, title, found.day, found.day, url_id),
            )
            if row["standing"] == "imported":  # from now on it is an address like any other
                self._db.execute(
                    "UPDATE url SET standing=?, role=?, site=?, via=?, root=?, depth=? WHERE id=?",
                    ("dependent" if is_list else "known", found.role, via.site, via.url_id,
                     via.root if is_list and not found.own_root else None, via.depth + found.deeper, url_id),
                )  # fmt: skip
                if found.own_root:
                    self._db.execute("UPDATE url SET root=id WHERE id=?", (url_id,))
            if found.headers and (row["standing"] == "dependent" or found.role == "attachment"):
                self._db.execute("UPDATE url SET headers=? WHERE id=?", (_json(found.headers), url_id))
        if found.role == "attachment":
            # one file may be attached to several pages, and a page may change its files
            self._db.execute("INSERT OR REPLACE INTO refers VALUES(?,?,?)", (via.url_id, url_id, via.run))
        rank = 0.0 if is_list else 1e11
        self._db.execute(
            """INSERT INTO visit(run, url_id, host, lane, state, rank) VALUES(?,?,?,?,'due',?)
            ON CONFLICT(run, url_id) DO UPDATE SET state='due', lane=excluded.lane, outcome=NULL, detail=NULL
            WHERE state='waiting' OR (state='done' AND outcome='gone')""",  # what counts as gone and is listed again may be there again
            (via.run, url_id, host, self.lanes.get(host), rank),
        )
        if found.own_root or (row is not None and row["role"] == "list" and row["root"] == url_id and not is_list):
            self.columns.append(url_id)  # the latter: named as a report, and known to be a list
        if host not in self.lanes:
            self.homeless = True
        else:
            self.touched.add(self.lanes[host])
        if host in self.parked:
            self.park(via.run, host, self.parked[host], "")

    def visited(self, run: str, key: str) -> tuple[int, str, str, str, str] | None:
        """url_id, state, outcome, detail, record of a request's visit tonight."""
        row = self._db.execute(
            """SELECT u.id, v.state, v.outcome, v.detail, v.record FROM url u JOIN visit v ON v.url_id=u.id AND v.run=?
            WHERE u.key=?""", (run, key),
        ).fetchone()  # fmt: skip
        return (row["id"], row["state"], row["outcome"] or "", row["detail"] or "", row["record"] or "") if row else None

    def walked(self, item: Item, walked: Walked, reports: int) -> None:
        """What a list turned out to be tonight."""
        self._db.execute(
            "INSERT OR REPLACE INTO listing VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
            (item.run, item.root, walked.state, walked.adapter, walked.evidence, len(walked.links), reports,
             len(walked.columns), walked.pages, walked.declared, walked.declared_pages,
             json.dumps(walked.problems, ensure_ascii=False)),
        )  # fmt: skip

    def finished(self, run: str) -> set[int]:
        return {row["root"] for row in self.rows("SELECT root FROM listing WHERE run=?", run)}

    def roots(self, run: str) -> list[int]:
        """Lists that are to be walked tonight and were not yet."""
        found = self.rows(
            """SELECT u.id FROM visit v JOIN url u ON u.id=v.url_id WHERE v.run=? AND u.root=u.id
            AND v.state != 'waiting' AND coalesce(v.outcome, '') != 'parked'
            AND NOT EXISTS (SELECT 1 FROM listing l WHERE l.run=v.run AND l.root=u.id) ORDER BY u.id""", run,
        )  # fmt: skip
        return [row["id"] for row in found]

    # hosts

    def park(self, run: str, host: str, why: str, at: str) -> None:
        """Nothing more is asked of a host tonight."""
        self.parked[host] = why
        self.noted.add(host)
        self._db.execute(
            """UPDATE visit SET state='done', outcome='not_asked', detail=?, at=? WHERE run=? AND host=?
            AND state IN ('due', 'leased', 'waiting')""", (why, at, run, host),
        )  # fmt: skip
        self._db.execute(
            "INSERT INTO host(host, why, parked_run) VALUES(?,?,?) ON CONFLICT(host) DO UPDATE SET why=?, parked_run=?",
            (host, why, run, why, run),
        )

    def settle_host(self, run: str, host: str, outcome: str, why: str, at: str) -> None:
        """One outcome for all that is left of a host tonight."""
        self._db.execute(
            """UPDATE visit SET state='done', outcome=?, detail=?, at=? WHERE run=? AND host=?
            AND state IN ('due', 'leased', 'waiting')""", (outcome, why, at, run, host),
        )  # fmt: skip
        self.park(run, host, why, at)

    def _park_for_nights(self, item: Item, conclusion: Conclusion, now: float) -> None:
        if conclusion.outcome != "challenge":
            return
        nights = (self.one("SELECT parked_nights FROM host WHERE host=?", item.host) or 0) + 1
        rest = PARKED_NIGHTS[min(nights, len(PARKED_NIGHTS)) - 1]
        self._db.execute(
            """INSERT INTO host(host, why, parked_nights, parked_run, free_from) VALUES(?,?,?,?,?)
            ON CONFLICT(host) DO UPDATE SET why=excluded.why, parked_nights=excluded.parked_nights, free_from=excluded.free_from""",
            (item.host, conclusion.park, nights, item.run, now + (rest - 0.5) * DAY_S),
        )

    def spend(self, run: str, host: str, requests: int = 1) -> None:
        self._db.execute(
            "INSERT INTO spent VALUES(?,?,?) ON CONFLICT(run, host) DO UPDATE SET requests=requests+?",
            (run, host, requests, requests),
        )

    def spent(self, run: str) -> dict[str, int]:
        return {row["host"]: row["requests"] for row in self.rows("SELECT host, requests FROM spent WHERE run=?", run)}

    def keep_robots(self, origin: str, now: float, status: int, body: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO robots VALUES(?,?,?,?)", (origin, now, status, body))

    def robots(self) -> dict[str, tuple[float, int, bytes]]:
        return {r["origin"]: (r["at"], r["status"], r["body"]) for r in self.rows("SELECT * FROM robots")}

    # the night ends

    def end(self, run: str, why: str, at: str) -> None:
        """Every address that has no outcome yet gets one: it was not asked, and why."""
        self._db.execute(
            """UPDATE visit SET state='done', outcome=CASE state WHEN 'waiting' THEN 'not_listed' ELSE 'not_asked' END,
            detail=CASE state WHEN 'waiting' THEN '' ELSE ? END, at=? WHERE run=? AND state != 'done'""", (why, at, run),
        )  # fmt: skip
        self._db.execute(
            GONE_PAGES, {"run": run, "nights": GONE_NIGHTS, "s": (GONE_DAYS - 0.5) * DAY_S}
        )
        self._db.execute("UPDATE run SET ended=?, state='ended', note=? WHERE run=?", (at, why, run))

    def closed(self, run: str) -> None:
        """Its files have their final names, its manifest stands."""
        self._db.execute("UPDATE run SET state='closed' WHERE run=?", (run,))

    def state(self, run: str) -> str:
        """`open`, `ended`, `closed`; "" for a night that was not begun."""
        return self.one("SELECT state FROM run WHERE run=?", run) or ""

    def outcomes(self, run: str) -> dict[str, int]:
        found = self.rows("SELECT outcome, count(*) AS n FROM visit WHERE run=? AND state='done' GROUP BY 1 ORDER BY 1", run)
        return {row["outcome"]: row["n"] for row in found}

    def warc_size(self, run: str, file: str, size: int) -> None:
        self._db.execute("INSERT INTO warc VALUES(?,?,?) ON CONFLICT(file) DO UPDATE SET bytes=?", (file, run, size, size))

    def where(self, record: str) -> tuple[str, int] | None:
        """File and offset of a record."""
        row = self._db.execute("SELECT file, offset FROM capture WHERE record=?", (record,)).fetchone()
        return (row["file"], row["offset"]) if row else None


def _json(value: Iterable[tuple[str, str]] | None) -> str | None:
    return None if value is None else json.dumps(list(value), ensure_ascii=False)


def _pairs(text: str | None) -> tuple[tuple[str, str], ...] | None:
    return None if text is None else tuple((name, value) for name, value in json.loads(text))


