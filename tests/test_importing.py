"""What others archived or a person saved, into an archive of our own: where it came from, what it never replaces."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from handmade import gongkai
from loopback import Loopback, listing
from test_crawl_cli import sites
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from gongkai.output.dataset import open_dataset, read_table
from gongkai.output.importing import run_import
from gongkai.samplesite.reports import make
from gongkai.scraper import foreign
from gongkai.scraper.archive import record
from gongkai.scraper.copylists import Bad, copies
from gongkai.scraper.frontier import Frontier
from gongkai.scraper.home import FRONTIER, Locked, locked, open_files
from gongkai.scraper.importing import Imported, Importer, tidy_up_imports
from gongkai.scraper.records import records

NOW = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
PAGE = "https://www.example.org/nb/t20200120_1.html"


def report(seed: int = 1) -> bytes:
    return make(seed, layout="html-table", deviations=()).body


def reports_of(out: Path) -> list[dict[str, object]]:
    folder = open_dataset(str(out))
    return list(read_table(folder, "reports").to_pylist())


class Made:
    """A WARC file written by warcio."""

    def __init__(self, path: Path, packed: bool = True) -> None:
        self.path, self.stream = path, open(path, "wb")  # noqa: SIM115
        self.writer = WARCWriter(self.stream, gzip=packed)

    def response(self, url: str, body: bytes, date: str = "2020-02-01T00:00:00Z", status: str = "200 OK",
                 kind: str = "response", told: dict[str, str] | None = None, **headers: str) -> Made:  # fmt: skip
        named = {"Content-Type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
        head = StatusAndHeaders(status, list(named.items()), protocol="HTTP/1.1")
        made = self.writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=head if kind != "resource" else None,
                                                warc_headers_dict={"WARC-Date": date, **(told or {})},
                                                warc_content_type="text/html" if kind == "resource" else "")  # fmt: skip
        self.writer.write_record(made)
        made.raw_stream.close()
        return self

    def close(self) -> Path:
        self.stream.close()
        return self.path


def take(home: Path, *paths: Path, now: datetime = NOW, **options: object) -> Imported:
    return run_import([str(p) for p in paths], home, "gongkai/test", now, **options)  # type: ignore[arg-type]


def rows(home: Path, sql: str) -> list[dict[str, object]]:
    frontier = Frontier(home / FRONTIER)
    try:
        return [dict(row) for row in frontier.rows(sql)]
    finally:
        frontier.close()


def chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 999]), body[i : i + 999]) for i in range(0, len(body), 999)) + b"0\r\n\r\n"


SHAPES = {
    "plain": (lambda b: b, {}),
    "chunked": (chunked, {"Transfer_Encoding": "chunked"}),
    "chunks undone, header left": (lambda b: b, {"Transfer_Encoding": "chunked"}),
    "gzip": (gzip.compress, {"Content_Encoding": "gzip"}),
    "gzip undone, header left": (lambda b: b, {"Content_Encoding": "gzip", "Content_Length": "400"}),
    "chunked gzip": (lambda b: chunked(gzip.compress(b)), {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
    "brotli undone, header left": (lambda b: b, {"Content_Encoding": "br"}),
}  # fmt: skip


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("shape", SHAPES)
def test_bodies_come_out_as_they_were(tmp_path: Path, shape: str, packed: bool) -> None:
    change, headers = SHAPES[shape]
    path = Made(tmp_path / ("x.warc.gz" if packed else "x.warc"), packed).response(PAGE, change(report()), **headers).close()
    done = take(tmp_path / "home", path)
    assert (done.pages, done.problems) == (1, [])
    # what is kept gives the same body to the reader of the nightly build
    from gongkai.output.holdings import Holdings

    holdings = Holdings(tmp_path / "home", "20261126")
    [held] = holdings.reports()
    assert holdings.body(held.record) == report()
    assert (held.url, held.origin, f"{held.fetched_at:%Y%m%d}") == (PAGE, "warc", "20200201")
    holdings.close()
    parsed = gongkai("parse", path, "--out", tmp_path / "out")
    assert parsed.returncode == 0, parsed.stderr
    [row] = reports_of(tmp_path / "out")
    assert (row["source"], row["status"], row["capture"]) == (PAGE, "ok", f"{path}:0")


def test_the_archive_stays_whole_and_says_where_things_come_from(tmp_path: Path) -> None:
    path = Made(tmp_path / "x.warc.gz").response(PAGE, report()).close()
    home = tmp_path / "home"
    take(home, path)
    checked = gongkai("verify", home / "archive")
    assert checked.returncode == 0, checked.stderr
    assert gongkai("manners", home / "archive").returncode == 0
    [file] = (home / "archive").glob("warc/*/*/*/*.warc.gz")
    info, response, metadata = records(file)
    assert (info.type, response.type, response.date) == ("warcinfo", "response", "2020-02-01T00:00:00.000000Z")
    told = metadata.fields()
    assert (told["origin"], told["source"], told["original-date"]) == ("warc", f"{path}:0", "2020-02-01T00:00:00.000000Z")
    from warcio.archiveiterator import ArchiveIterator

    with open(file, "rb") as stream:
        assert [r.rec_type for r in ArchiveIterator(stream, check_digests="raise")] == ["warcinfo", "response", "metadata"]


def test_again_is_nothing_new(tmp_path: Path) -> None:
    path = Made(tmp_path / "x.warc.gz").response(PAGE, report()).response(PAGE, report(), "2021-01-01T00:00:00Z").close()
    first, second = (take(tmp_path / "home", path) for _ in range(2))
    assert ((first.pages, first.held), (second.pages, second.held)) == ((1, 1), (0, 2))
    assert len(rows(tmp_path / "home", "SELECT * FROM capture")) == 1


def test_the_newest_import_is_current_whatever_the_order(tmp_path: Path) -> None:
    path = (Made(tmp_path / "x.warc.gz").response(PAGE, report(2), "2021-01-01T00:00:00Z")
            .response(PAGE, report(1), "2020-01-01T00:00:00Z").close())  # fmt: skip
    done = take(tmp_path / "home", path)
    assert (done.pages, done.not_current) == (2, [PAGE])
    [row] = rows(tmp_path / "home", "SELECT record_date FROM url")
    assert row["record_date"] == "2021-01-01T00:00:00.000000Z"


@pytest.mark.parametrize("date", ["2020-01-01T00:00:00Z", "2026-11-26T00:00:00Z"])
def test_never_over_a_live_capture(tmp_path: Path, date: str) -> None:
    home = tmp_path / "home"
    web = {"/nb/1.html": http_page(report(1))}
    with Loopback(web | {"/nb/": listing("/nb/1.html")}) as server:
        listed, url = sites(tmp_path, server.url("/nb/")), server.url("/nb/1.html")
        assert gongkai("crawl", listed, "--home", home, "--night", "20261125").returncode == 0
        [before] = rows(home, f"SELECT * FROM url WHERE url='{url}'")
        done = take(home, Made(tmp_path / "x.warc.gz").response(url, report(2), date).close())
        assert done.not_current == [url]
        assert rows(home, f"SELECT * FROM url WHERE url='{url}'") == [before]
        assert gongkai("crawl", listed, "--home", home, "--night", "20261126", "--json").returncode == 0
    assert gongkai("verify", home / "archive").returncode == 0


def http_page(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def test_a_live_capture_takes_over(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Loopback({"/nb/1.html": http_page(report(1)), "/nb/": listing("/nb/1.html")}) as server:
        url = server.url("/nb/1.html")
        take(home, Made(tmp_path / "x.warc.gz").response(url, report(1)).close())
        other = Made(tmp_path / "y.warc.gz").response(server.url("/old/t20200120_1.html"), report(2)).close()
        take(home, other, now=NOW.replace(minute=1))
        done = gongkai("crawl", sites(tmp_path, server.url("/nb/")), "--home", home, "--night", "20261126", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["outcomes"] == {"new": 1, "same": 1}
        assert [a.path for a in server.log] == ["/robots.txt", "/nb/", "/nb/1.html"], "what was only imported is not asked for"
    [row] = rows(home, f"SELECT c.outcome, c.revisit_of, u.standing FROM url u JOIN capture c ON c.record=u.record WHERE u.url='{url}'")
    assert row == {"outcome": "same", "revisit_of": None, "standing": "known"}


def test_the_nightly_build_reads_what_was_imported(tmp_path: Path) -> None:
    home = tmp_path / "home"
    take(home, Made(tmp_path / "x.warc.gz").response(PAGE, report()).close())
    with Loopback({"/nb/": listing()}) as server:
        done = gongkai("nightly", sites(tmp_path, server.url("/nb/")), "--home", home, "--night", "20261126")
    assert "Traceback" not in done.stderr, done.stderr
    [row] = [r for r in reports_of(home / "dataset") if r["source"] == PAGE]
    assert (row["status"], row["last_checked"]) == ("ok", None)
    assert "import" in str(row["capture"])
    evidence = [r["evidence"] for r in read_table(open_dataset(str(home / "dataset")), "coverage").to_pylist()]
    assert any("imported (warc), captured 2020-02-01" in e for e in evidence)


def test_files_of_a_page_come_with_it(tmp_path: Path) -> None:
    pdf = b"%PDF-1.4 not a real one" * 20
    body = b"<html><title>2019\xe5\xb9\xb4\xe6\x94\xbf\xe5\xba\x9c\xe4\xbf\xa1\xe6\x81\xaf\xe5\x85\xac\xe5\xbc\x80\xe5\xb9\xb4\xe5\xba\xa6\xe6\x8a\xa5\xe5\x91\x8a</title><a href='f/P020200120.pdf'>f.pdf</a>" + b"<p>x</p>" * 30
    file = "https://www.example.org/nb/f/P020200120.pdf"
    path = (Made(tmp_path / "x.warc.gz").response(file, pdf, Content_Type="application/pdf").response(PAGE, body)
            .response("https://www.example.org/other.pdf", pdf + b"2").response("https://www.example.org/a.css", b"a{}").close())  # fmt: skip
    done = take(tmp_path / "home", path)
    assert (done.pages, done.attachments) == (1, 1)
    assert rows(tmp_path / "home", "SELECT p.url AS p, f.url AS f, run FROM refers JOIN url p ON p.id=page JOIN url f ON f.id=file") == [
        {"p": PAGE, "f": file, "run": "20200201"}
    ]


def test_what_is_not_taken_is_named(tmp_path: Path) -> None:
    made = Made(tmp_path / "x.warc.gz")
    made.response(PAGE, b"<html>gone", status="404 Not Found")
    made.response("http://user:pw@www.example.org/nb/", report())
    made.response("https://www.example.org/nb/t20200120_2.html", report()[:500], told={"WARC-Truncated": "length"})
    made.response("https://www.example.org/nb/t20200120_3.html", chunked(report())[:700], Transfer_Encoding="chunked")
    made.response("https://www.example.org/nb/t20200120_4.html", b"x", kind="request")
    wrong = {"WARC-Target-URI": "https://www.example.org/nb/t20200120_5.html", "WARC-Date": "2020-02-01T00:00:00Z",
             "WARC-Payload-Digest": "sha1:" + "A" * 32}  # fmt: skip
    made.stream.write(record("response", wrong, http_page(report()), "application/http; msgtype=response"))
    made.response("https://www.example.org/nb/t20200120_6.html", report(), "2036-01-01T00:00:00Z")
    made.response("https://www.example.org/nb/t20200120_7.html", gzip.compress(b"<html>" + b" " * 80_000_000), Content_Encoding="gzip")
    done = take(tmp_path / "home", made.close())
    assert done.pages == 0
    told = " ".join(what for _, what in done.problems)
    for words in ("cut when it was archived", "chunk is cut off", "digest differs", "has not come yet", "grows beyond"):
        assert words in told, (words, told)
    assert done.skipped == {"status 404": 1, "address that is not http or https": 1}
    assert not list((tmp_path / "home").glob("archive/warc/*/*/*/*"))


def test_damage_is_stepped_over(tmp_path: Path) -> None:
    for packed in (True, False):
        path = Made(tmp_path / ("d.warc.gz" if packed else "d.warc"), packed)
        for i in range(5):
            path.response(f"https://www.example.org/nb/t20200120_{i}.html", report(i + 1))
        whole = path.close().read_bytes()
        offsets = [r.offset for r in foreign.records_of(path.path)]
        broken = bytearray(whole)
        broken[offsets[2] + 900] ^= 0xFF
        path.path.write_bytes(bytes(broken[:-300]))
        done = take(tmp_path / f"home{packed}", path.path)
        assert done.pages == 3 and len(done.problems) == 2, done.problems


def test_compressed_as_a_whole_is_one_clear_line(tmp_path: Path) -> None:
    plain = Made(tmp_path / "x.warc", packed=False).response(PAGE, report()).response(PAGE + "l", report(2)).close()
    path = tmp_path / "y.warc.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    done = take(tmp_path / "home", path)
    assert [what for _, what in done.problems] == ["compressed as a whole, not record by record; `warcio recompress` makes it readable"]
    parsed = gongkai("parse", path, "--out", tmp_path / "out")
    assert parsed.returncode == 1 and "compressed as a whole" in parsed.stderr and "Traceback" not in parsed.stderr


def test_wacz(tmp_path: Path) -> None:
    warc = Made(tmp_path / "x.warc.gz").response(PAGE, report()).close().read_bytes()
    path = tmp_path / "x.wacz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.warc.gz", warc)
        archive.writestr("archive/../../evil.warc.gz", warc)
        archive.writestr("/etc/evil.warc.gz", warc)
        archive.writestr("pages/pages.jsonl", "{}")
        archive.writestr("archive/bomb.warc", b"\0" * 50_000_000, zipfile.ZIP_DEFLATED)
        archive.writestr("archive/packed.warc.gz", warc, zipfile.ZIP_DEFLATED)
    done = take(tmp_path / "home", path)
    assert (done.pages, dict(done.kept), done.held) == (1, {"wacz": 1}, 1)
    told = sorted(what for _, what in done.problems)
    assert len(told) == 3 and "grows more than" in told[0] and told[1] == told[2] and "outside the folder" in told[1]
    assert gongkai("parse", path, "--out", tmp_path / "out").returncode == 0
    [row] = reports_of(tmp_path / "out")
    assert (row["source"], row["status"], row["capture"]) == (PAGE, "ok", f"{path}!archive/data.warc.gz:0")
    path.write_bytes(b"PK\x03\x04 no zip")
    assert "no whole WACZ" in take(tmp_path / "home", path).problems[0][1]


def test_revisits_and_resources(tmp_path: Path) -> None:
    made = Made(tmp_path / "x.warc.gz").response(PAGE, report())
    again = "https://www.example.org/nb/t20200120_9.html"
    digest = next(iter(foreign.records_of(flushed(made)))).headers["warc-payload-digest"]
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    for url, of in ((again, digest), (again + "x", "sha1:" + "B" * 32)):
        made.writer.write_record(made.writer.create_revisit_record(url, of, PAGE, "2020-02-01T00:00:00Z", http_headers=head))
    made.response("https://www.example.org/nb/t20200120_8.html", report(3), kind="resource")
    done = take(tmp_path / "home", made.close())
    assert done.pages == 3, done
    assert done.skipped == {"a revisit of a record that is in none of the files": 1}


def flushed(made: Made) -> Path:
    made.stream.flush()
    return made.path


def test_a_huge_record_is_stepped_over_in_little_memory(tmp_path: Path) -> None:
    made = Made(tmp_path / "x.warc.gz").response(PAGE + "x", b"<html>" + bytes(200_000_000)).response(PAGE, report())
    path = made.close()
    code = ("import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (300_000_000, 300_000_000));"
            "from pathlib import Path; from gongkai.scraper import foreign;"
            "print([r.problem[:6] for r in foreign.records_of(Path(sys.argv[1]))])")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, timeout=100)
    assert done.stdout.strip() == "['larger', '']", done.stderr


def test_two_hundred_pages(tmp_path: Path) -> None:
    made = Made(tmp_path / "x.warc.gz")
    for i in range(200):
        made.response(f"https://www.example.org/nb/t20200120_{i}.html", report(i + 1))
    home = tmp_path / "home"
    done = take(home, made.close())
    assert (done.pages, done.problems) == (200, [])
    assert gongkai("verify", home / "archive").returncode == 0


# pages a person saved

SAVED = b"<!-- saved from url=(%04d)%s -->\n"


def save(path: Path, head: bytes, body: bytes | None = None) -> Path:
    path.write_bytes(head + (report() if body is None else body))
    return path


def test_addresses_of_saved_pages(tmp_path: Path) -> None:
    url = PAGE.encode()
    folder = tmp_path / "saved"
    folder.mkdir()
    save(folder / "a.html", SAVED % (len(url), url))
    save(folder / "b.html", b"<!--\n Page saved with SingleFile \n url: %sb \n saved date: Tue Mar 03 2020 10:00:00 GMT+0800 (CST)\n-->" % url, report(2))
    save(folder / "c.html", b'<html><head><link rel="canonical" href="%sc"></head>' % url, report(3))
    save(folder / "d.html", b"", report(4))
    (folder / "d.html.url").write_text(f"[InternetShortcut]\r\nURL={PAGE}d\r\n")
    save(folder / "e.html", b"", report(5))
    save(folder / "f.html", b'<link rel="canonical" href="https://www.example.org/">', report(6))
    save(folder / "g.html", SAVED % (12, url), report(7))
    save(folder / "h.html", b'<link rel="canonical" href="%sh"><meta property="og:url" content="%si">' % (url, url), report(8))
    done = take(tmp_path / "home", folder)
    assert {r["url"] for r in rows(tmp_path / "home", "SELECT url FROM url")} == {PAGE, PAGE + "b", PAGE + "c", PAGE + "d"}
    assert sorted(Path(where).name for where, _ in done.problems) == ["e.html", "f.html", "g.html", "h.html"]
    [row] = rows(tmp_path / "home", f"SELECT at FROM capture WHERE url='{PAGE}b'")
    assert row["at"] == "2020-03-03T02:00:00.000000Z"
    assert take(tmp_path / "home", folder / "e.html", url="file:e.html").pages == 1
    assert take(tmp_path / "home", folder / "f.html", url="https://127.0.0.1:1/../x").pages == 1


def test_a_saved_page_with_its_files(tmp_path: Path) -> None:
    pdf = b"%PDF-1.4 not a real one" * 20
    save(tmp_path / "a.html", SAVED % (len(PAGE), PAGE.encode()), report() + b'<a href="a_files/f.pdf">f</a>')
    (tmp_path / "a_files").mkdir()
    (tmp_path / "a_files" / "f.pdf").write_bytes(pdf)
    done = take(tmp_path / "home", tmp_path / "a.html")
    assert (done.pages, done.attachments, done.problems) == (1, 1, [])
    assert [r["url"] for r in rows(tmp_path / "home", "SELECT url FROM url WHERE role='attachment'")] == ["https://www.example.org/nb/a_files/f.pdf"]


def test_mhtml(tmp_path: Path) -> None:
    import base64

    body = base64.encodebytes(report()).decode()
    text = (f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {PAGE}\r\nDate: Tue, 3 Mar 2020 02:00:00 -0000\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\nContent-Location: {PAGE}\r\n\r\n{body}\r\n--b--\r\n")  # fmt: skip
    path = tmp_path / "a.mhtml"
    path.write_text(text)
    assert take(tmp_path / "home", path).pages == 1
    [row] = rows(tmp_path / "home", "SELECT url, at FROM capture")
    assert row == {"url": PAGE, "at": "2020-03-03T02:00:00.000000Z"}


# lists of copies

WAYBACK = "org,example)/nb/1.html 20200201000000 http://www.example.org/nb/1.html text/html 200 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 1234\n"
JSON = ('[["urlkey","timestamp","original","mimetype","statuscode","digest","length"],\n'
        '["org,example)/nb/1.html","20200201000000","http://www.example.org/nb/1.html","text/html","200","AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","1234"]]\n')  # fmt: skip
CDXJ = ('org,example)/nb/1.html 20200201000000 {"url": "http://www.example.org/nb/1.html", "mime": "text/html", "status": "200", '
        '"digest": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "length": "99", "offset": "7", "filename": "crawl-data/x.warc.gz"}\n')  # fmt: skip
LEGEND = (" CDX N b a m s k r M S V g\norg,example)/nb/1.html 20200201000000 http://www.example.org/nb/1.html text/html 200 "
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA - - 99 7 x.warc.gz\n")  # fmt: skip


@pytest.mark.parametrize(("text", "origin", "place"), [
    (WAYBACK, "wayback", "https://web.archive.org/web/20200201000000id_/http://www.example.org/nb/1.html"),
    (JSON, "wayback", "https://web.archive.org/web/20200201000000id_/http://www.example.org/nb/1.html"),
    (CDXJ, "commoncrawl", "crawl-data/x.warc.gz:7+99"),
    ("{" + '"timestamp": "20200201000000", ' + CDXJ.partition("{")[2], "commoncrawl", "crawl-data/x.warc.gz:7+99"),
    (LEGEND, "cdx", "x.warc.gz:7"),
], ids=["wayback", "json", "cdxj", "json lines", "legend"])  # fmt: skip
def test_lists_of_copies(text: str, origin: str, place: str) -> None:
    [copy] = copies(text.splitlines(keepends=True))
    assert not isinstance(copy, Bad), copy
    assert (copy.url, f"{copy.at:%Y%m%d}", copy.digest, copy.status) == ("http://www.example.org/nb/1.html", "20200201", "A" * 32, 200)
    assert (copy.origin, copy.place) == (origin, place)


@pytest.mark.parametrize("line", ["nonsense", "{", "a 2020 {}", '["x"]', "x 20209901000000 http://a/ - 200 - -", "x 20200101000000 file:///etc - 200 - -", "x" * 30_000])
def test_bad_lines_are_named(line: str) -> None:
    assert [type(found) for found in copies([line])] == [Bad]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_in_one_line_or_over_many(tmp_path: Path, indent: int | None) -> None:
    """As other programs write the rows of an answer again, with its mark of a further page."""
    rows_ = [*json.loads(JSON), [], ["org%2Cexample%29%2F+20200201000000"]]
    path = tmp_path / "x.cdx.json"
    path.write_text(json.dumps(rows_, indent=indent), encoding="utf-8")
    done = take(tmp_path / "home", path)
    assert done.copies == 1
    [(_, what)] = done.problems
    assert what == "the list is not whole: it goes on with resumeKey=org%2Cexample%29%2F+20200201000000"


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("x.warc.zst", b"\x28\xb5\x2f\xfd", "zstd -d"),
        ("x.arc.gz", gzip.compress(b"filedesc://x", mtime=0), "warcio recompress"),
        ("wayback.json", b'[["urlkey"]]', "under the name wayback.cdx.json"),
        ("cc.ndjson", b"{}", "under the name cc.cdx.json"),
    ],
)
def test_files_of_other_kinds_are_told_what_to_do_with(tmp_path: Path, name: str, body: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(body * 20)
    [(_, what)] = take(tmp_path / "home", path).problems
    assert said in what


def test_a_list_gives_the_next_night_addresses_of_our_sites(tmp_path: Path) -> None:
    home = tmp_path / "home"
    old = "/zfxxgknb/t20200120_1.html"
    with Loopback({"/nb/": listing(), old: http_page(report(1))}) as server:
        listed = sites(tmp_path, server.url("/nb/"))
        gongkai("crawl", listed, "--home", home, "--night", "20261125")
        path = tmp_path / "x.cdx"
        path.write_text("".join(f"k 20200201000000 {u} text/html 200 - 1\n" for u in (server.url(old), server.url("/a.css"), PAGE)))
        done = take(home, path)
        assert (done.copies, done.to_ask) == (3, [server.url(old)])
        gongkai("crawl", listed, "--home", home, "--night", "20261126")
        assert server.log[-1].path == old
    assert len(rows(home, "SELECT * FROM elsewhere")) == 3


# crashes, locks, words


@pytest.mark.parametrize("after", ["_written", "sync", "_record"])
def test_killed_in_the_middle(tmp_path: Path, after: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(tmp_path / "x.warc.gz")
    for i in range(100):
        made.response(f"https://www.example.org/nb/t20200120_{i}.html", report(i + 1))
    path, home = made.close(), tmp_path / "home"
    code = ("import os, sys; from pathlib import Path; from datetime import datetime, UTC; from gongkai.scraper import importing, archive\n"
            "from gongkai.output.importing import run_import\n"
            f"of = archive.Archive if {after!r} == 'sync' else importing.Importer\n"
            f"was, calls = getattr(of, {after!r}), []\n"
            "def dies(*a):\n  was_it = was(*a); calls.append(1)\n  if len(calls) == (2 if of is archive.Archive else 80): os.kill(os.getpid(), 9)\n  return was_it\n"
            f"setattr(of, {after!r}, dies)\n"
            "run_import([sys.argv[1]], Path(sys.argv[2]), 'x', datetime.now(UTC))")  # fmt: skip
    died = subprocess.run([sys.executable, "-c", code, path, home], capture_output=True, text=True, timeout=100)
    assert died.returncode == -9, died.stderr
    assert len(rows(home, "SELECT * FROM capture")) == 64
    done = take(home, path)
    assert (done.pages, done.held) == (36, 64)
    assert not open_files(home / "archive")
    checked = gongkai("verify", home / "archive")
    assert checked.returncode == 0, checked.stderr
    kept = [r.uri for f in (home / "archive").glob("warc/*/*/*/*") for r in records(f) if r.type == "response"]
    assert len(kept) == len(set(kept)) == 100


def test_a_crawl_tidies_up_after_an_import(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "archive").mkdir(parents=True)
    frontier = Frontier(home / FRONTIER)
    made = Importer(frontier, home / "archive", "x", NOW)
    made._begin()
    made.archive._begin()
    made.archive.leave()
    frontier.close()
    assert len(open_files(home / "archive")) == 1
    with Loopback({"/nb/": listing()}) as server:
        assert gongkai("crawl", sites(tmp_path, server.url("/nb/")), "--home", home).returncode == 0
    assert not open_files(home / "archive")
    assert gongkai("verify", home / "archive").returncode == 0
    frontier = Frontier(home / FRONTIER)
    tidy_up_imports(frontier, home / "archive")  # again is nothing
    frontier.close()


def test_the_command(tmp_path: Path) -> None:
    home = tmp_path / "home"
    page = save(tmp_path / "a.html", SAVED % (len(PAGE), PAGE.encode()))
    done = gongkai("import", page, "--home", home, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["pages"] == 1
    assert "1 held already" in gongkai("import", page, "--home", home).stderr
    bad = gongkai("import", save(tmp_path / "b.html", b""), "--home", home)
    assert bad.returncode == 1 and "give --url" in bad.stderr and "Traceback" not in bad.stderr
    assert gongkai("import", tmp_path / "nothing", "--home", home).returncode == 3
    assert gongkai("import", tmp_path, "--home", home, "--url", PAGE).returncode == 2
    with locked(home):
        assert gongkai("import", page, "--home", home).returncode == 3
        with pytest.raises(Locked):
            take(home, page)


def test_parse_counts_a_file_of_a_page_once(tmp_path: Path) -> None:
    file = "https://www.example.org/nb/zfxxgknb.pdf"
    path = (Made(tmp_path / "x.warc.gz").response(PAGE, report().replace(b"</body>", b'<a href="zfxxgknb.pdf">f.pdf</a></body>'))
            .response(file, b"%PDF-1.4 broken" * 9, Content_Type="application/pdf").close())  # fmt: skip
    done = gongkai("parse", path, "--out", tmp_path / "out", "--json")
    told = json.loads(done.stdout)
    assert told["documents"] == 2 and told["reports"]["ok"] == 1, (told, done.stderr)
