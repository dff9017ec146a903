"""Archives that were damaged at random: every damage is found, what is intact is counted, what is lost is named."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pytest
from loopback import Answer, Asked, Loopback, http, listing, report, settings
from test_crawl_night import night

from gongkai.scraper.archive import Archive, new_id, record
from gongkai.scraper.manifest import close_night
from gongkai.scraper.manners import manners
from gongkai.scraper.records import Record, records
from gongkai.scraper.verify import NotAnArchive, salvage, verify

DAMAGES = int(os.environ.get("GONGKAI_DAMAGES", "300"))


class Written(NamedTuple):
    file: str
    offset: int
    length: int
    type: str
    uri: str


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights: responses, revisits, a failure."""
    home = tmp_path_factory.mktemp("home")

    def page(asked: Asked) -> bytes:
        return http(os.urandom(300).hex())

    answers: dict[str, Answer] = {"/nb/": listing(*(f"/nb/{i}.html" for i in range(5))), "/nb/4.html": page}
    answers |= {f"/nb/{i}.html": report(year=i) for i in range(3)}
    with Loopback(answers) as server:
        for days in (0, 1):
            night(home, settings(server.url("/nb/")), days)
    return home / "archive"


@pytest.fixture(scope="module")
def written(archive: Path) -> list[Written]:
    made = []
    for path in sorted(archive.glob("warc/*/*/*/*")):
        for r in records(path):
            assert not r.problem
            made.append(Written(path.relative_to(archive).as_posix(), r.offset, r.length, r.type, r.uri))
    return made


def test_an_archive_that_is_whole(archive: Path, written: list[Written]) -> None:
    found = verify(archive)
    assert not found.problems and not found.again
    assert found.records == len(written)
    assert {w.type for w in written} == {"warcinfo", "request", "response", "revisit", "metadata"}


def _damage(chance: random.Random, kind: str, copy: Path, written: list[Written]) -> tuple[set[Written], bool]:
    """Damages a copy. Records that are hit, and whether they can still be found elsewhere."""
    files = sorted({w.file for w in written})
    name = chance.choice(files)
    path, here = copy / name, [w for w in written if w.file == name]
    data = bytearray(path.read_bytes())
    if kind == "cut":
        at = chance.randrange(len(data))
        path.write_bytes(data[:at])
        return {w for w in here if w.offset + w.length > at}, False
    if kind == "flip":
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        return {w for w in here if w.offset <= at < w.offset + w.length}, False
    if kind == "noise":
        at = chance.randrange(len(data))
        length = chance.randrange(1, 3_000)
        new = bytes(chance.randrange(256) for _ in range(len(data[at : at + length])))
        hit = {w for w in here if any(data[i] != new[i - at] for i in range(max(at, w.offset), min(at + len(new), w.offset + w.length)))}
        data[at : at + length] = new
        path.write_bytes(data)
        return hit, False
    one = chance.choice(here)
    if kind == "drop":
        del data[one.offset : one.offset + one.length]
        path.write_bytes(data)
        return {one}, False
    if kind == "double":
        piece = data[one.offset : one.offset + one.length]
        path.write_bytes(data + piece)
        return set(), True
    other = chance.choice([w for w in written if w != one])
    _swap(copy, one, other)
    return {one, other}, True


def _swap(copy: Path, one: Written, other: Written) -> None:
    pieces = {w: (copy / w.file).read_bytes()[w.offset : w.offset + w.length] for w in (one, other)}
    for w, new in sorted(((one, pieces[other]), (other, pieces[one])), key=lambda pair: -pair[0].offset):
        data = (copy / w.file).read_bytes()
        (copy / w.file).write_bytes(data[: w.offset] + new + data[w.offset + w.length :])


def test_every_damage_is_found(archive: Path, written: list[Written], tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    whole = {name: (copy / name).read_bytes() for name in {w.file for w in written}}
    for n in range(DAMAGES):
        kind = chance.choice(("cut", "flip", "drop", "swap", "noise", "double"))
        hit, elsewhere = _damage(chance, kind, copy, written)
        found = verify(copy)
        says = f"damage {n} of seed {seed}: {kind} {hit} {found.problems}"
        if kind != "noise" or hit:
            assert found.problems, says
        if elsewhere:
            assert found.records >= len(written), says
            assert not found.again, says
        else:
            assert found.records == len(written) - len(hit), says
            lost = {w.uri for w in hit if w.type in ("response", "revisit")}
            assert set(found.again) == lost, says
        for name, data in whole.items():
            if (copy / name).read_bytes() != data:
                (copy / name).write_bytes(data)


@pytest.mark.parametrize("pattern", ["manifest/*", "cdxj/*"])
def test_damaged_indexes_are_found(archive: Path, tmp_path: Path, pattern: str) -> None:
    chance = random.Random(7)
    for path in sorted(archive.glob(pattern)):
        for n in range(12):
            copy = tmp_path / "copy"
            shutil.copytree(archive, copy)
            target = copy / path.relative_to(archive)
            data = bytearray(target.read_bytes())
            if n == 0:
                target.unlink()
            elif n == 1:
                target.write_bytes(data[: len(data) // 2])
            else:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                target.write_bytes(data)
            assert verify(copy).problems, (path, n)
            shutil.rmtree(copy)


def test_missing_and_foreign_files(archive: Path, written: list[Written], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    first, second = sorted({w.file for w in written})
    (copy / first).rename(copy / second.replace("00001", "00002"))
    found = verify(copy)
    assert {problem.what for problem in found.problems if problem.offset < 0} == {
        "the file is missing", "a closed file that no manifest names: its manifest is lost, or its night never ended",
    }  # fmt: skip
    assert found.records == len(written)


def test_what_stands_in_the_place_of_a_file(archive: Path, written: list[Written], tmp_path: Path) -> None:
    """A folder, a link to a device, a manifest that is no object or names files elsewhere: told, never followed."""

    def damaged(change: Callable[[Path], object]) -> set[str]:
        copy = tmp_path / "copy"
        shutil.copytree(archive, copy)
        change(copy)
        found = verify(copy)
        shutil.rmtree(copy)
        assert found.problems
        return {problem.what for problem in found.problems}

    name = written[0].file
    manifest = max(archive.glob("manifest/*.json")).name

    def replace(make: Callable[[Path], object]) -> Callable[[Path], object]:
        return lambda copy: ((copy / name).unlink(), make(copy / name))

    assert "the file is missing" in damaged(replace(Path.mkdir))
    assert "the file is missing" in damaged(replace(lambda path: path.symlink_to("/dev/zero")))
    assert "no file: a folder, or a link to something else" in damaged(lambda copy: (copy / name).with_name("other").symlink_to("/dev/zero"))
    assert "cannot be read" in damaged(lambda copy: (copy / "manifest" / manifest).write_text("[" * 100_000))
    outside = damaged(lambda copy: (copy / "manifest" / manifest).write_text((copy / "manifest" / manifest).read_text().replace('"cdxj/', '"../../../dev/zero/cdxj/')))
    assert {"the manifest was altered", "a manifest names a file outside the archive"} <= outside


def test_revisits_of_a_lost_record_are_asked_again(archive: Path, written: list[Written], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    original = next(w for w in written if w.type == "response" and w.uri.endswith("/nb/1.html"))
    data = (copy / original.file).read_bytes()
    (copy / original.file).write_bytes(data[: original.offset] + data[original.offset + original.length :])
    assert verify(copy).again == [original.uri]


def test_intact_records_are_copied(archive: Path, written: list[Written], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    victim = written[len(written) // 3]
    data = bytearray((copy / victim.file).read_bytes())
    data[victim.offset + victim.length // 2] ^= 255
    (copy / victim.file).write_bytes(data)
    found = verify(copy)
    (made,) = salvage(copy, found, tmp_path / "rescued")
    rescued = list(records(made))
    assert not any(r.problem for r in rescued)
    assert len(rescued) == len([w for w in written if w.file == victim.file]) - 1


def test_large_records_end_where_they_end(tmp_path: Path) -> None:
    """zlib hands out large members in pieces."""
    path = tmp_path / "a.warc.gz"
    blocks = [b"x", os.urandom(3_000_000), bytes(5_000_000), b"%PDF" * 1_000_000 + os.urandom(70_000), b"y"]
    pieces = [record("response", {"WARC-Record-ID": f"<{new_id()}>"}, block, "application/http") for block in blocks]
    path.write_bytes(b"".join(pieces))
    found = list(records(path))
    assert [r.block for r in found] == blocks
    assert [r.length for r in found] == [len(piece) for piece in pieces]
    assert [r.sha256 for r in found] == [hashlib.sha256(piece).hexdigest() for piece in pieces]


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive):
        verify(tmp_path)


def test_manners_of_a_rude_crawl(tmp_path: Path) -> None:
    """Made with other rules than the archive claims: what is wrong can be seen from it."""
    answers: dict[str, Answer] = {"/robots.txt": http("User-agent: *\nDisallow: /nb/1\n"), "/nb/": listing("/nb/1.html")}
    answers |= {"/nb/1.html": report()}
    with Loopback(answers) as server:
        from gongkai.scraper.robots import Robots

        real = Robots.allows
        try:
            Robots.allows = lambda self, url: True  # type: ignore[method-assign]
            night(tmp_path, settings(server.url("/nb/")))
        finally:
            Robots.allows = real  # type: ignore[method-assign]
    (host,) = manners(tmp_path / "archive")
    assert host.disobeyed == [server.url("/nb/1.html")] and not host.good


def test_manners_of_an_impatient_crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gaps below those that the archive itself says are right."""
    answers: dict[str, Answer] = {"/nb/": listing("/nb/1.html"), "/nb/1.html": report()}
    monkeypatch.setattr("gongkai.scraper.pace.Pace.gap", lambda self, lane: 0.0)
    monkeypatch.setattr("gongkai.scraper.pace.RESPONSE_FACTOR", 0.0)
    with Loopback(answers) as server:
        night(tmp_path, settings(server.url("/nb/"), min_interval_s=1.0))
    (host,) = manners(tmp_path / "archive")
    assert (host.too_close, host.allowed_gap, host.good) == (2, 1.0, False)
    assert host.smallest_gap is not None and host.smallest_gap < 1.0


def test_a_night_that_has_not_ended_is_no_damage(archive: Path, written: list[Written], tmp_path: Path) -> None:
    """Its files are closed one by one, at 1 GiB each; its manifest comes last. A file of an earlier night needs one."""
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    name = sorted({w.file for w in written})[0]
    for number, problems in (("20991231", 0), ("19991231", 1)):
        strange = copy / "warc" / "2099" / "12" / "31" / f"gongkai-{number}-00001.warc.gz"
        strange.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(copy / name, strange)
        found = verify(copy)
        assert len(found.problems) == problems
        assert [path.rsplit("/", 1)[1] for path in found.open_files] == ([] if problems else [strange.name])
        strange.unlink()


def _chunked(answer: bytes) -> bytes:
    head, body = answer.split(b"\r\n\r\n", 1)
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return b"\r\n".join([*kept, b"Transfer-Encoding: chunked", b"", b"%x" % len(body), body, b"0", b"", b""])


def _made_again(archive: Path, night: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Index and lists of a night as they stand, and as the WARC files alone give them."""
    names = [f"cdxj/{night}.cdxj", f"manifest/{night}.records.tsv", f"manifest/{night}.json"]
    before = {name: (archive / name).read_bytes() for name in names}
    (archive / "manifest/HEAD").unlink()
    for name in names:
        (archive / name).unlink()
    close_night(archive, night)
    return before, {name: (archive / name).read_bytes() for name in names}


@pytest.mark.parametrize("at_once", [500, 1])
def test_what_was_noted_is_what_the_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """A night is closed from what was noted while it was written; reading everything again gives the same."""
    monkeypatch.setattr("gongkai.scraper.written.AT_ONCE", at_once)
    paths = [f"/nb/{i}.html" for i in range(4)]
    answers: dict[str, Answer] = {path: report(year=i) for i, path in enumerate(paths)}
    answers |= {"/nb/": listing(*paths, "/nb/none.html", "/nb/half.html"), "/nb/0.html": _chunked(report(year=0))}
    answers["/nb/half.html"] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\nhalf"
    read: list[str] = []

    def reading(path: Path, start: int = 0) -> Iterator[Record]:
        read.append(path.name)
        return records(path, start)

    monkeypatch.setattr("gongkai.scraper.manifest.records", reading)
    with Loopback(answers) as server:
        given = settings(server.url("/nb/"), retries=0, read_s=0.2)
        assert night(tmp_path, given).outcomes["new"] == 5
        assert night(tmp_path, given, 1).outcomes["same"] == 5
    assert not read, "the night was closed by reading again"
    kinds = {r.type for path in (tmp_path / "archive").glob("warc/*/*/*/*") for r in records(path)}
    assert kinds == {"warcinfo", "request", "response", "revisit", "metadata"}
    first = min(path.stem for path in (tmp_path / "archive/manifest").glob("*.json"))
    before, after = _made_again(tmp_path / "archive", first)
    assert read and before == after


def test_a_bit_that_was_lost_before_the_night_was_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest says what was written, not what the disk made of it."""
    close = Archive.close

    def flipped(self: Archive) -> None:
        close(self)
        path = tmp_path / "archive" / self.file
        data = bytearray(path.read_bytes())
        data[-20] ^= 4
        path.write_bytes(data)

    monkeypatch.setattr(Archive, "close", flipped)
    with Loopback({"/nb/": listing("/nb/1.html"), "/nb/1.html": report()}) as server:
        night(tmp_path, settings(server.url("/nb/")))
    assert "the file was altered" in {problem.what for problem in verify(tmp_path / "archive").problems}


def test_a_disk_that_takes_no_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> BinaryIO:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gongkai.scraper.written.AT_ONCE", 1)
    monkeypatch.setattr("gongkai.scraper.written.tempfile.TemporaryFile", full)
    with Loopback({"/nb/": listing("/nb/1.html"), "/nb/1.html": report()}) as server:
        assert night(tmp_path, settings(server.url("/nb/"))).outcomes == {"new": 2}
    found = verify(tmp_path / "archive")
    assert not found.problems and found.records == 10
