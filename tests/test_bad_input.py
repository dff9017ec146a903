"""What must not end in a traceback, in a half-written dataset, in much memory, or in silence."""

from __future__ import annotations

import fcntl
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from handmade import GONGKAI, entry, gongkai, process, report, rows, small_disk

from gongkai.output import workers
from gongkai.output.dataset import create
from gongkai.output.documents import LARGEST_DOCUMENT, Document, find
from gongkai.output.rows import build
from gongkai.parsers import parse
from gongkai.parsers.readers.html import read_tree
from gongkai.samplesite.reports import make

PAGE = "<html><body><h1>关于召开会议的通知</h1><p>请各单位按时参加。</p></body></html>".encode()
"""A page that is no report, and parsed in no time."""


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a failed run told; checks that it is a line or two and no traceback."""
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert 1 <= len(lines) <= 2, done.stderr
    return lines[0]


def rejected(folder: Path, body: bytes, tmp_path: Path, name: str = "page.html") -> str:
    """Parses one document that must come out rejected; its reason."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(body)
    done = gongkai("parse", folder / name, "--out", tmp_path / "d")
    assert done.returncode == 0, done.stderr
    one_line(done)
    [row] = rows(tmp_path / "d")
    assert row["status"] == "rejected"
    assert row["reason"]
    assert not rows(tmp_path / "d", "cells")
    return str(row["reason"])


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A dataset that is there already, and must stay as it is."""
    with create(str(tmp_path / "d")) as writer:
        writer.add(build(entry("old.html", report(agency="旧")), "test"))
        writer.finish({})
    return tmp_path / "d"


def untouched(old: Path) -> bool:
    """Whether the old dataset is as it was and nothing lies beside it."""
    beside = {p.name for p in old.parent.iterdir() if "gongkai-writing" in p.name}
    return not beside and [r["agency"] for r in rows(old)] == ["旧"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("empty.html", b""),
        ("spaces.txt", b" \n\t \r\n" * 100),
        ("zeros.html", bytes(100_000)),
        ("random.html", bytes((i * 7919 + i // 256 * 31) % 256 for i in range(200_000))),
        ("picture.html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50),
        ("scan.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + bytes(range(256)) * 50),
        ("report.docx", b"PK\x03\x04" + bytes(range(256)) * 50),
        ("report.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 50),
        ("report.txt", b"%PDF-1.7\n" + bytes(range(256)) * 50),
        ("notice.html", PAGE),
        ("nul.html", b"\x00".join([PAGE] * 3)),
        ("half.html", PAGE[:-40]),
        ("half-character.html", PAGE[:31]),
        ("unclosed.html", b"<html><body>" + b"<table><tr><td>" * 5_000),
        ("attribute.html", b"<td " + b'a="' * 200_000),
        ("entities.html", b"&#1114112;&#xD800;&nope;" * 20_000),
    ],
)
def test_no_report_is_rejected_with_a_reason(name: str, body: bytes, tmp_path: Path) -> None:
    rejected(tmp_path / "pages", body, tmp_path, name)


def test_a_hundred_thousand_nested_tags(tmp_path: Path) -> None:
    rejected(tmp_path / "pages", b"<div>" * 100_000 + b"x" + b"</div>" * 100_000, tmp_path)
    rejected(tmp_path / "pages", b"<table><tr><td>" * 100_000, tmp_path)


@pytest.mark.parametrize("page", ["<p>x</p>{}<p>y</p>", "{}xy"])
def test_a_page_that_lxml_stops_reading_within_is_no_shorter_page(page: str) -> None:
    for levels in (3_000, 100_000):
        report = parse(page.format("<div>" * levels).encode())
        assert (report.status, report.reason) == ("rejected", "tags nested thousands of levels deep: no page; look at the file")


def test_letters_that_nobody_made_thin_again_do_not_end_the_page() -> None:
    made = make(70_001, form="2021", layout="html-table", deviations=())
    bold = re.sub(rb"(<body[^>]*>)", rb"\1" + b"<b>x" * 3_000, made.body)
    assert len(bold) > len(made.body) + 10_000
    assert read_tree(bold).texts[-200:] == read_tree(made.body).texts[-200:]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("公开".encode() * (50 * 2**20 // 6), id="text"),
        pytest.param(b"<p>" + b"0 " * (25 * 2**20), id="numbers"),
        pytest.param(b"<table><tr>" + b"<td>0" * (10 * 2**20), id="cells"),
        pytest.param(b"<p>" * (15 * 2**20), id="paragraphs"),
        pytest.param(b"0\n" * (25 * 2**20), id="lines"),
    ],
)
def test_50_mb_stay_below_a_gigabyte(body: bytes, tmp_path: Path) -> None:
    """Read, or given up with the reason; the memory of the machine is not at risk."""
    (tmp_path / "line.html").write_bytes(body)
    process, peak = peak_memory("parse", tmp_path / "line.html", "--out", tmp_path / "d")
    assert process.returncode in (0, 1)
    assert rows(tmp_path / "d")[0]["status"] == "rejected"
    assert peak < 2**30


def test_a_page_of_100_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    path.write_bytes(b"<td>0</td>" * (10 * 2**20))
    process, peak = peak_memory("parse", path, "--out", tmp_path / "d")
    assert process.returncode == 0
    [row] = rows(tmp_path / "d")
    assert row["status"] == "rejected"
    assert "100 MB" in row["reason"]
    assert f"{LARGEST_DOCUMENT // 2**20} MB" in row["reason"]
    assert row["payload_sha256"] is None
    assert peak < 2**28


def test_100_mb_on_standard_input_is_refused(tmp_path: Path) -> None:
    done = process("parse", "-", "--out", tmp_path / "d", stdin=b"<td>0</td>" * (10 * 2**20))
    assert done.returncode == 0, done.stderr
    assert "too large" in rows(tmp_path / "d")[0]["reason"]


def peak_memory(*arguments: object) -> tuple[subprocess.Popen[bytes], int]:
    """Runs the command; the most bytes that one of its processes held at a time."""
    process = subprocess.Popen([GONGKAI, *map(str, arguments)], start_new_session=True, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        for each in of_session(process.pid):
            try:
                status = Path(f"/proc/{each}/status").read_text()
            except OSError:
                continue
            if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                peak = max(peak, int(found[1]) * 1024)
        time.sleep(0.02)
    assert peak
    return process, peak


def test_a_path_that_does_not_exist(tmp_path: Path, old: Path) -> None:
    done = gongkai("parse", tmp_path / "nowhere", "--out", old)
    assert done.returncode == 3
    assert "nowhere" in one_line(done)
    assert untouched(old)


def test_a_folder_without_documents(tmp_path: Path, old: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "README.md").write_text("no document")
    (tmp_path / "pages" / "truth.json").write_text("{}")
    (tmp_path / "pages" / ".hidden").write_text("no document")
    done = gongkai("parse", tmp_path / "pages", "--out", old)
    assert done.returncode == 3
    assert untouched(old)


def as_nobody(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user who is not root: root may read everything. (The interpreter itself may be root's, so
    everything is imported before, by a run that is refused.)"""
    code = (
        "import contextlib, io, os; from gongkai.output import cli\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stderr(io.StringIO()):\n"
        "    cli.app(['parse', '-', '--out', '/'])\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setegid(65534); os.seteuid(65534)\n"
        "cli.main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, cwd="/", stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter and write (pytest's own are closed to others)."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="gongkai-test-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def test_files_that_may_not_be_read(open_folder: Path) -> None:
    """One clear line and one row each, the readable ones are read all the same, exit code 1."""
    pages = open_folder / "pages"
    (pages / "closed").mkdir(parents=True)
    (pages / "a.html").write_bytes(PAGE)
    (pages / "secret.html").write_bytes(PAGE + b"1")
    (pages / "secret.html").chmod(0)
    (pages / "closed" / "b.html").write_bytes(PAGE + b"2")
    (pages / "closed").chmod(0)
    (pages / "broken-link.html").symlink_to("nowhere")
    done = as_nobody("parse", pages, "--out", open_folder / "d")
    (pages / "closed").chmod(0o755)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    reports = {Path(r["source"]).name: r for r in rows(open_folder / "d")}
    assert set(reports) == {"a.html", "secret.html", "closed", "broken-link.html"}
    for name in ("secret.html", "closed", "broken-link.html"):
        assert reports[name]["status"] == "rejected"
        assert reports[name]["reason"].startswith("cannot be read: ")
        assert reports[name]["report_id"].endswith("-unread")
        assert sum(name in line for line in done.stderr.splitlines()) == 1
    assert reports["a.html"]["payload_sha256"]


def test_a_place_that_may_not_be_written(open_folder: Path) -> None:
    (open_folder / "a.html").write_bytes(PAGE)
    (open_folder / "mine").mkdir(mode=0o755)
    (open_folder / "mine").chmod(0o555)
    done = as_nobody("parse", open_folder / "a.html", "--out", open_folder / "mine" / "d")
    assert done.returncode == 3
    assert "Permission denied" in one_line(done)


@pytest.mark.parametrize("special", ["pipe", "device"])
def test_what_is_no_regular_file(special: str, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    if special == "pipe":
        os.mkfifo(path)
    else:
        path = Path("/dev/zero")
    done = gongkai("parse", path, "--out", tmp_path / "d")
    assert done.returncode == 1
    assert "not a regular file" in rows(tmp_path / "d")[0]["reason"]


def test_a_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "pages") + b"/\xd3\xc3.html")).write_bytes(PAGE)
    done = process("parse", tmp_path / "pages", "--out", tmp_path / "d")
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "d")[0]["source"].endswith("\\xd3\\xc3.html")


def many_pages(folder: Path, count: int) -> Path:
    folder.mkdir()
    for i in range(count):
        (folder / f"{i:05}.html").write_bytes(PAGE + str(i).encode())
    return folder


def test_file_size_limit_while_writing(tmp_path: Path, old: Path) -> None:
    """A quota or a full disk: one line, exit 3, the old dataset as it was, nothing left beside it."""
    pages = many_pages(tmp_path / "pages", 200)
    limit = (4096, 4096)
    done = process("parse", pages, "--out", old, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    assert done.returncode == 3, done.stderr
    assert "File too large" in one_line(done)
    assert untouched(old)


def test_full_disk_while_writing(tmp_path: Path) -> None:
    with small_disk(tmp_path, 1 << 20) as disk:
        with create(str(disk / "d")) as writer:
            writer.add(build(entry("old.html", report(agency="旧")), "test"))
            writer.finish({})
        room = os.statvfs(disk)
        (disk / "filler").write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - 32 * 1024)))
        done = process("parse", many_pages(tmp_path / "pages", 200), "--out", disk / "d")
        assert done.returncode == 3, done.stderr
        assert "No space left" in one_line(done)
        assert untouched(disk / "d")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_the_old_dataset(number: signal.Signals, tmp_path: Path, old: Path) -> None:
    pages = many_pages(tmp_path / "pages", 3000)
    process = subprocess.Popen([GONGKAI, "parse", pages, "--out", old], stderr=subprocess.PIPE, text=True)
    wait_for(lambda: any("gongkai-writing" in p.name for p in tmp_path.iterdir()))
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 4, told
    assert "Traceback" not in told
    assert number.name in told
    assert untouched(old)


def test_a_signal_in_the_first_moment_leaves_nothing(tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder to write in is there, and is not locked yet."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fcntl, "flock", stopped)
    with pytest.raises(KeyboardInterrupt), create(str(old)):
        pass
    assert untouched(old)


def test_no_process_outlives_a_killed_run(tmp_path: Path, old: Path) -> None:
    pages = many_pages(tmp_path / "pages", 3000)
    process = subprocess.Popen([GONGKAI, "parse", pages, "--out", old, "--jobs", "2"], start_new_session=True)
    wait_for(lambda: len(of_session(process.pid)) >= 4)
    process.kill()
    process.wait()
    wait_for(lambda: not of_session(process.pid))
    assert [r["agency"] for r in rows(old)] == ["旧"]


def of_session(session: int) -> set[int]:
    """Processes of a session that still live."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found


def wait_for(ready: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_killed_worker_costs_nothing(tmp_path: Path) -> None:
    """Its documents are tried again one by one; only one that kills again is given up."""
    pages = many_pages(tmp_path / "pages", 1500)
    process = subprocess.Popen(
        [GONGKAI, "parse", pages, "--out", tmp_path / "d", "--jobs", "2"],
        start_new_session=True,
        stderr=subprocess.PIPE,
    )
    wait_for(lambda: len(of_session(process.pid)) >= 4)
    time.sleep(0.2)
    newest = max(of_session(process.pid))
    if process.poll() is None and newest != process.pid:
        os.kill(newest, signal.SIGKILL)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert len(rows(tmp_path / "d")) == 1500


class Deadly(bytes):
    """A body that ends the process that receives it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (17,)


class Endless(bytes):
    """A body that a process never finishes receiving."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return time.sleep, (1000,)


@pytest.mark.parametrize(("body", "reason"), [(Deadly(), "exit code 17"), (Endless(), "not parsed within 1 seconds")])
def test_a_document_that_kills_costs_itself_only(body: bytes, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SECONDS_A_DOCUMENT", 1.0)
    documents = [Document(f"{i}.html", b"", body=PAGE + bytes([i])) for i in range(70)]
    documents[40] = Document("40.html", b"nowhere", body=body)
    outcomes = [o for done in workers.run(documents, 2) for o in done.outcomes]
    assert [o.source for o in outcomes] == [d.source for d in documents]
    assert [(o.source, reason in o.problem) for o in outcomes if o.problem] == [("40.html", True)]
    assert outcomes[40].statuses == ("rejected",)


def test_a_fault_of_the_parser_is_a_row_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(body: bytes, outside: object) -> None:
        raise RecursionError("deep")

    monkeypatch.setattr(workers, "parse_all", fail)
    done = workers.parse_batch([Document("a.html", b"", body=PAGE)])
    assert "RecursionError in test_bad_input.py" in (done.outcomes[0].problem or "")
    assert done.rows.tables["reports"]["status"].to_pylist() == ["rejected"]


def test_a_value_that_is_no_row_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text that Arrow cannot hold (half a surrogate pair) costs the document, not its neighbours."""

    def odd(body: bytes, outside: object) -> list[object]:
        return [report(agency="\ud800" if body.endswith(b"1") else "甲")]

    monkeypatch.setattr(workers, "parse_all", odd)
    done = workers.parse_batch([Document(f"{i}.html", b"", body=PAGE + str(i).encode()) for i in range(3)])
    assert done.rows.tables["reports"]["status"].to_pylist() == ["ok", "rejected", "ok"]
    assert [bool(o.problem) for o in done.outcomes] == [False, True, False]


def test_two_runs_into_one_dataset(tmp_path: Path) -> None:
    pages = many_pages(tmp_path / "pages", 300)
    both = [subprocess.Popen([GONGKAI, "parse", pages, "--out", tmp_path / "d", "-q"]) for _ in range(2)]
    assert [p.wait(60) for p in both] == [0, 0]
    assert len(rows(tmp_path / "d")) == 300
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d", "pages"]


def test_datasets_among_the_documents_are_left_out(tmp_path: Path, old: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    documents, remarks = find([str(tmp_path)], str(tmp_path / "other"))
    assert [Path(d.source).name for d in documents] == ["a.html"]
    assert len(remarks) == 1
