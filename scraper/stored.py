"""What lies in the archive → what it was when it came: an exchange, a body.
Where things lie is left to the frontier; whether they are whole to `verify.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from gongkai.scraper.archive import OPEN
from gongkai.scraper.client import Exchange
from gongkai.scraper.clock import moment
from gongkai.scraper.records import Record, read_at
from gongkai.scraper.wire import Broken, Head, TooLarge, decoded, head_of, transferred

Where = Callable[[str], tuple[str, int] | None]
"""From a record's id to its file and offset."""


class Inconsistent(Exception):
    """Archive and frontier do not belong together."""


def record_at(archive: Path, file: str, offset: int) -> Record:
    """A record, from a file that is closed or still being written."""
    path = archive / file
    with open(path if path.exists() else f"{path}{OPEN}", "rb") as stream:
        return read_at(stream, offset)


def exchange_of(group: Sequence[Record], archive: Path, where: Where) -> Exchange:
    """The exchange behind a group of records. The body of a revisit is that of the capture it refers to."""
    by_type = {record.type: record for record in group}
    told = by_type["metadata"].fields()
    answer = by_type.get("response") or by_type.get("revisit")
    wire = answer.block if answer else b""
    if answer is not None and answer.type == "revisit" and "identical-payload" in answer.headers.get("warc-profile", ""):
        wire = rebuilt(wire, answer.headers.get("warc-refers-to", "").strip("<>"), archive, where)
    truncated = answer.headers.get("warc-truncated", "") if answer and answer.type == "response" else ""
    request = by_type.get("request")
    return Exchange(
        by_type["metadata"].uri, moment(by_type["metadata"].date), float(told.get("elapsed") or 0.0),
        request.block if request else b"", wire, by_type["metadata"].headers.get("warc-ip-address", ""),
        told.get("failure", ""), told.get("detail", ""), truncated, told.get("tls", ""),
    )  # fmt: skip


def rebuilt(head: bytes, record: str, archive: Path, where: Where) -> bytes:
    """A whole answer: the head of a revisit with the body it did not repeat. Raises Inconsistent."""
    payload, _ = _original(record, archive, where)
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"transfer-encoding:", b"content-length:"))]
    return b"\r\n".join(kept) + payload


def _original(record: str, archive: Path, where: Where) -> tuple[bytes, Head]:
    """Payload and head of the capture that a revisit refers to. Raises Inconsistent."""
    place = where(record)
    if place is None:
        raise Inconsistent(f"a revisit refers to {record}, which is not in the frontier")
    file, offset = place
    original = record_at(archive, file, offset)
    head = head_of(original.block)
    try:
        return transferred(original.block, head), head
    except Broken as error:
        raise Inconsistent(f"{file} at {offset}: {error}") from None


def body_of(record: Record, archive: Path, where: Where, limit: int) -> tuple[str, bytes, str] | None:
    """Address, decoded body and media type of an archived answer; None where there is no whole one."""
    try:
        if record.type == "revisit":
            payload, head = _original(record.headers.get("warc-refers-to", "").strip("<>"), archive, where)
        else:
            head = head_of(record.block)
            payload = transferred(record.block, head)
        body, _ = decoded(payload, head.text("content-encoding"), limit)
    except (Broken, TooLarge, Inconsistent):
        return None
    return record.uri, body, head.text("content-type").split(";")[0].strip().lower()
