"""Office files and archives that are damaged, hostile or endless, and a converter that fails: a clear reason each time,
bounded time and memory, no network, nothing written and nothing left behind."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from struct import pack

import pytest
from compound_files import compound
from handmade import gongkai, process, rows
from papers import raw_pdf
from test_bad_input import peak_memory

from gongkai.output import conversion
from gongkai.output.conversion import convert
from gongkai.parsers import parse
from gongkai.parsers.readers import media_type_of
from gongkai.parsers.readers.ole import DOC
from gongkai.parsers.readers.outside import CannotConvert, Outside
from gongkai.samplesite.docx import packed
from gongkai.samplesite.reports import make

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PLAIN = "<w:p><w:r><w:t>公开</w:t></w:r></w:p>"


def word(body: str = PLAIN, before: str = "", **members: bytes) -> bytes:
    text = f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": text.encode(), **members})


def sheet(rows: str, before: str = "") -> bytes:
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return packed({
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{relation}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"{before}<worksheet {main}><sheetData>{rows}</sheetData></worksheet>".encode(),
    })  # fmt: skip


def reason(body: bytes, convert: Callable[[bytes, str], bytes] | None = None) -> str:
    """Why a file is turned away; nothing in it became a figure."""
    report = parse(body) if convert is None else parse(body, outside=Outside(convert=convert))
    assert report.status == "rejected"
    assert report.reason
    assert not any(v.value is not None for v in report.values)
    return report.reason


# Bombs and endless files.


def test_a_part_that_unpacks_without_end() -> None:
    assert "24 MB when unpacked" in reason(word(" " * (30 * 2**20)))
    assert "XML tags" in reason(word("<w:p/>" * 900_000))


def test_a_stated_size_is_not_believed() -> None:
    body = bytearray(word(" " * (30 * 2**20)))
    for signature, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = body.index(signature, body.index(b"word/document.xml") - 60 if at == 22 else body.rindex(b"PK\x01\x02"))
        body[place + at : place + at + 4] = pack("<I", 1000)
    found = reason(bytes(body))
    assert "damaged" in found or "24 MB" in found


def test_a_sheet_of_a_million_rows(tmp_path: Path) -> None:
    row = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'
    short = "".join(row.format(i) for i in range(1, 300_001))
    assert "200000 cells" in reason(sheet(short))
    (tmp_path / "rows.xlsx").write_bytes(sheet("".join(row.format(i) for i in range(1, 1_000_001))))
    process, peak = peak_memory("parse", tmp_path / "rows.xlsx", "--out", tmp_path / "d")
    assert process.returncode == 0
    assert "24 MB" in rows(tmp_path / "d")[0]["reason"]
    assert peak < 2**29


def test_a_cell_at_the_far_corner_costs_nothing() -> None:
    assert "256 columns" in reason(sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'))


def test_merged_cells_without_end() -> None:
    body = sheet('<row r="1"><c r="A1"><v>1</v></c></row>')
    merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    with zipfile.ZipFile(io.BytesIO(body)) as z:
        members = {n: z.read(n).replace(b"</sheetData>", merged) for n in z.namelist()}
    assert "merged cells without end" in reason(packed(members))


def test_tables_nested_without_end() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 60 + PLAIN + "</w:tc></w:tr></w:tbl>" * 60
    assert "nested" in reason(word(deep))
    assert "damaged" in reason(word("<w:sdt>" * 5000 + "</w:sdt>" * 5000))


# XML that reaches out or grows.


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A server on the loopback that remembers who came."""
    came: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                client, _ = server.accept()
            except TimeoutError:
                continue
            came.append(b"a visit")
            client.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", came
    stop.set()
    thread.join()
    server.close()


@pytest.mark.parametrize("make_file", [lambda d, e: word(f"<w:p><w:r><w:t>{e}</w:t></w:r></w:p>", d), lambda d, e: sheet(f'<row><c t="str"><v>{e}</v></c></row>', d)], ids=["docx", "xlsx"])  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_external_entities(
    make_file: Callable[[str, str], bytes], encoding: str, listener: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    address, came = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("4711")
    for target in (secret.as_uri(), f"{address}/x"):
        head = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding != "utf-8" else ""
        body = make_file(f'{head}<!DOCTYPE d [<!ENTITY e SYSTEM "{target}"><!ENTITY % p SYSTEM "{target}"> %p;]>', "&e;")
        if encoding != "utf-8":
            with zipfile.ZipFile(io.BytesIO(body)) as z:
                members = {n: z.read(n) for n in z.namelist()}
            for name in ("word/document.xml", "xl/worksheets/sheet1.xml"):
                if name in members:
                    members[name] = members[name].decode().encode(encoding)
            body = packed(members)
        found = parse(body)
        assert found.status == "rejected"
        assert "4711" not in str(found)
    time.sleep(0.3)
    assert not came


def test_entities_that_grow_without_end() -> None:
    laughs = "<!DOCTYPE d [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)) + "]>"
    assert "entities" in reason(word("<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", laughs))
    spaced = " " * 5000 + laughs  # beyond where a declaration is looked for first
    assert reason(word("<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", spaced))


def test_links_out_of_the_file_are_not_followed(listener: tuple[str, list[bytes]]) -> None:
    address, came = listener
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        f'<Relationships><Relationship Id="a" Type="{kind}/styles" Target="{address}/s.xml" TargetMode="External"/>'
        f'<Relationship Id="b" Type="{kind}/attachedTemplate" Target="{address}/t.dotm" TargetMode="External"/>'
        f'<Relationship Id="c" Type="{kind}/numbering" Target="../../../../etc/passwd"/></Relationships>'
    )
    assert reason(word(**{"word/_rels/document.xml.rels": relations.encode()}))
    time.sleep(0.3)
    assert not came


def test_actions_and_links_of_a_pdf_are_not_followed(listener: tuple[str, list[bytes]]) -> None:
    address, came = listener
    there = address.encode()
    actions = [
        b"<</S/URI/URI(%s/u)>>" % there,
        b"<</S/GoToR/F<</Type/Filespec/FS/URL/F(%s/r.pdf)>>/D[0/Fit]>>" % there,
        b"<</S/Launch/F(/bin/touch)/Win<</F(%s/l.exe)>>>>" % there,
        b"<</S/SubmitForm/F<</FS/URL/F(%s/s)>>>>" % there,
        b"<</S/JavaScript/JS(app.launchURL\\('%s/j'\\);)>>" % there,
    ]
    outside = b"<</Type/XObject/Subtype/Image/Width 9/Height 9/FFilter/DCTDecode/F<</FS/URL/F(%s/i.jpg)>>/Length 0>>\nstream\n\nendstream" % there
    for action in actions:
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/AA<</O %s>>/Resources<</XObject<</I 5 0 R>>>>>>" % action
        contents = b"<</Length 26>>\nstream\n90 0 0 90 90 90 cm /I Do  \nendstream"
        catalog = b"<</Type/Catalog/Pages 2 0 R/OpenAction %s>>" % action
        assert reason(raw_pdf([catalog, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, contents, outside]))
    time.sleep(0.3)
    assert not came


def test_macros_and_embedded_objects_are_not_opened() -> None:
    made = make(5, layout="docx", deviations=[])
    with zipfile.ZipFile(io.BytesIO(made.body)) as z:
        members = {n: z.read(n) for n in z.namelist()}
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
        b"wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml"
    )
    members["word/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" + b"Auto_Open" * 1000
    members["word/embeddings/oleObject1.bin"] = b"MZ" + bytes(5000)
    assert parse(packed(members)) == parse(made.body)


# Encrypted, cut off, damaged.


def test_encrypted_files_say_so() -> None:
    package = compound({"EncryptedPackage": bytes(5000), "EncryptionInfo": bytes(100)})
    assert "encrypted" in reason(package)
    assert "without a password" in reason(package)
    locked = compound({"WordDocument": pack("<HH6xH", 0xA5EC, 0xC1, 0x0100), "1Table": b""})
    assert "encrypted" in reason(locked)
    book = pack("<HHHH", 0x0809, 4, 0x0600, 5) + pack("<HH", 0x002F, 0) + pack("<HH", 0x000A, 0)
    assert "encrypted" in reason(compound({"Workbook": book}))


def test_other_ole_files_are_named() -> None:
    assert "slides" in reason(compound({"PowerPoint Document": b""}))
    assert "neither a Word nor an Excel" in reason(compound({"__nameid_version1.0": b""}))
    old = compound({"WordDocument": pack("<HH", 0xA5DC, 0x65)})
    assert "older than Word 97" in reason(old)


@pytest.mark.parametrize("layout", ["docx", "xlsx", "rtf", "word-xml", "zip"])
def test_files_cut_off_or_damaged_anywhere(layout: str) -> None:
    body, rng = make(11, layout=layout).body, Random(layout)
    for k in range(1, 20):
        assert parse(body[: len(body) * k // 20]).status in ("rejected", "partial", "ok")
    assert reason(body[: len(body) // 2])
    for _ in range(60):
        damaged = bytearray(body)
        for _ in range(rng.choice((1, 10, 300))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        parse(bytes(damaged))


@pytest.mark.skipif(conversion.shutil.which("soffice") is None, reason="LibreOffice makes these files")
@pytest.mark.parametrize(("layout", "ending"), [("html-table", "doc:MS Word 97"), ("xlsx", "xls")])
def test_binary_files_cut_off_or_damaged_anywhere(layout: str, ending: str, tmp_path: Path) -> None:
    made = make(12, layout=layout, deviations=[])
    (tmp_path / made.name).write_bytes(made.body)
    subprocess.run(["soffice", f"-env:UserInstallation={(tmp_path / 'p').as_uri()}", "--headless", "--convert-to", ending,
                    "--outdir", str(tmp_path), str(tmp_path / made.name)], capture_output=True, timeout=120, check=True)  # fmt: skip
    body = (tmp_path / made.name).with_suffix(f".{ending.partition(':')[0]}").read_bytes()
    whole = parse(body)
    assert whole.status == "ok"
    rng = Random(ending)
    for k in range(1, 20):
        cut = parse(body[: len(body) * k // 20])  # what is cut off may be nothing that is printed
        assert cut.status == "rejected" or cut.values == whole.values
    for _ in range(150):
        damaged = bytearray(body)
        for _ in range(rng.choice((1, 10, 300))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        parse(bytes(damaged))


def test_ole_chains_that_run_in_circles() -> None:
    body = bytearray(compound({"WordDocument": bytes(5000)}))
    body[512 + 4 * 3 : 512 + 4 * 4] = pack("<I", 2)  # the second sector of the stream leads back to its first
    assert "damaged" in reason(bytes(body))


# Archives.


def archive(**members: bytes) -> bytes:
    return packed({name.replace("__", "."): body for name, body in members.items()})


def test_an_archive_gives_its_one_report() -> None:
    report = make(7, layout="docx", deviations=[])
    found = parse(archive(a__docx=report.body, b__txt="请查收附件。".encode()))
    assert found.status == "ok"
    assert found.media_type == "application/zip"
    assert parse(archive(a__docx=report.body, b__docx=report.body)).status == "ok"


def test_an_archive_of_several_reports_is_not_guessed_at() -> None:
    found = reason(archive(a__docx=make(7, layout="docx").body, b__docx=make(8, layout="docx").body))
    assert "several different reports (a.docx, b.docx)" in found


def test_archives_that_hold_nothing_to_read() -> None:
    assert "empty" in reason(packed({"folder/": b""}))
    inner = archive(a__docx=make(7, layout="docx").body)
    assert "archive within an archive" in reason(archive(a__zip=inner))
    assert "more than 200 files" in reason(packed({f"{i}.txt": b"x" for i in range(300)}))
    assert "20000 files" in reason(packed({f"{i}": b"" for i in range(20_001)}))
    assert "no statutory table" in reason(archive(a__txt="通知".encode(), b__txt="附件".encode()))
    assert "picture" in reason(archive(a__png=b"\x89PNG\r\n\x1a\n" + bytes(100)))


def test_archives_that_unpack_without_end() -> None:
    assert "40 MB when unpacked" in reason(archive(a__txt=bytes(41 * 2**20)))
    many = {f"{i}.txt": b" " * (39 * 2**20) for i in range(4)}
    assert "when unpacked: refused" in reason(packed(many))


def test_an_encrypted_member() -> None:
    body = bytearray(archive(a__docx=make(7, layout="docx").body))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.rindex(signature) + at] |= 1
    assert "encrypted" in reason(bytes(body))


def test_names_that_lead_out_of_the_archive_write_nothing(tmp_path: Path) -> None:
    report = make(7, layout="docx", deviations=[]).body
    body = packed({"../../../tmp/evil.docx": report, "/etc/evil.txt": b"x"})
    (tmp_path / "a.zip").write_bytes(body)
    done = process("parse", tmp_path / "a.zip", "--out", tmp_path / "d", env={**os.environ, "TMPDIR": str(tmp_path)})
    assert done.returncode == 0
    assert rows(tmp_path / "d")[0]["status"] == "ok"
    assert {p.name for p in tmp_path.iterdir()} == {"a.zip", "d"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Rar!\x1a\x07\x01\x00" + bytes(100), "RAR archive: no reader for this kind of file; unpack it"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "7z archive: no reader for this kind of file; unpack it"),
        (b"\x1f\x8b\x08" + bytes(100), "gzip file"),
        (packed({"OFD.xml": b"<ofd/>"}), "OFD document: no reader for this kind of file; save it as PDF"),
        (packed({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}), "slides (PPTX)"),
    ],
)
def test_kinds_that_are_not_read_say_what_to_do(body: bytes, words: str) -> None:
    assert reason(body).startswith(words)


def test_kinds_are_told_by_content_not_by_name() -> None:
    assert media_type_of(make(1, layout="word-xml").body)[0] == "application/vnd.ms-word+xml"
    assert media_type_of(b"<html><table><tr><td>1")[0] == "text/plain"
    assert media_type_of(packed({"word/readme.txt": b"x"}))[0] == "application/zip"


# The converter: a program that hangs, is missing, writes nothing or too much.


@pytest.fixture
def soffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts a program in LibreOffice's place; temporary files go to a folder of the test."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))

    def install(script: str) -> Path:
        program = tmp_path / "bin" / "soffice"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return tmp_path

    return install


def gone(process: int) -> bool:
    """Whether a process has ended, within ten seconds."""
    for _ in range(100):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


def empty(folder: Path) -> bool:
    for _ in range(100):
        if not any(folder.iterdir()):
            return True
        time.sleep(0.1)
    return False


def test_a_converter_that_hangs_is_ended_with_all_it_started(
    soffice: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = soffice(f"sleep 1000 & echo $! > {'$0.child'}; sleep 1000")
    monkeypatch.setattr(conversion, "SECONDS_TO_CONVERT", 1.0)
    with pytest.raises(CannotConvert, match="within 1 seconds"):
        convert(b"x", DOC)
    assert gone(int((folder / "bin" / "soffice.child").read_text()))
    assert empty(folder / "tmp")


def test_a_converter_does_not_outlive_us(soffice: Callable[[str], Path]) -> None:
    folder = soffice("sleep 1000 & echo $! > $0.child; sleep 1000")
    code = "from gongkai.output.conversion import convert; convert(b'x', 'application/msword')"
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(folder / "tmp")})
    child = folder / "bin" / "soffice.child"
    while not child.exists() or not child.read_text().strip():
        time.sleep(0.05)
    assert any((folder / "tmp").iterdir())
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert gone(int(child.read_text()))
    assert empty(folder / "tmp")


def test_a_converter_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    old = compound({"WordDocument": pack("<HH", 0xA5DC, 0x65)})
    assert reason(old, convert).endswith("install LibreOffice (libreoffice-writer-nogui) to read it, or save it as DOCX")


def test_a_converter_that_writes_nothing_or_too_much(soffice: Callable[[str], Path]) -> None:
    folder = soffice("exit 0")
    with pytest.raises(CannotConvert, match="could not convert it; open it and save it as DOCX"):
        convert(b"x", DOC)
    soffice('while [ "$1" != --outdir ]; do shift; done; head -c 200000000 /dev/zero > "$2/document.docx"')
    with pytest.raises(CannotConvert, match="larger than 40 MB"):
        convert(b"x", DOC)
    soffice('while [ "$1" != --outdir ]; do shift; done; ln -s /etc/passwd "$2/document.docx"')
    with pytest.raises(CannotConvert, match="could not convert"):
        convert(b"x", DOC)
    assert empty(folder / "tmp")


def test_the_cage_of_the_converter(soffice: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:1")
    monkeypatch.setenv("SECRET_OF_OURS", "4711")
    folder = soffice('env > "$0.env"; echo "$@" > "$0.args"; cat "$HOME/../profile/user/registrymodifications.xcu" > "$0.settings"; ulimit -v > "$0.memory"')
    with pytest.raises(CannotConvert):
        convert(b"x", DOC)

    def noted(what: str) -> str:
        return (folder / "bin" / f"soffice.{what}").read_text()

    assert "proxy" not in noted("env")
    assert "4711" not in noted("env")
    assert f"HOME={folder / 'tmp'}/gongkai-convert-" in noted("env")
    assert f"-env:UserInstallation={(folder / 'tmp').as_uri()}/gongkai-convert-" in noted("args")
    assert "DisableMacrosExecution" in noted("settings")
    assert noted("memory").strip() == str(conversion.MEMORY_TO_CONVERT)


@pytest.mark.skipif(not conversion._without_network(), reason="the system does not permit to take the network away")
def test_a_converter_reaches_no_network(soffice: Callable[[str], Path], listener: tuple[str, list[bytes]]) -> None:
    address, came = listener
    port = address.rpartition(":")[2]
    visit = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
    subprocess.run([sys.executable, "-c", visit], check=True)
    time.sleep(0.3)
    assert came == [b"a visit"]
    folder = soffice(f'"{sys.executable}" -c "{visit}" 2> "$0.said"')
    with pytest.raises(CannotConvert):
        convert(b"x", DOC)
    assert "Error" in (folder / "bin" / "soffice.said").read_text()
    time.sleep(0.3)
    assert came == [b"a visit"]


def test_what_the_converter_gives_back_is_no_more_believed_than_any_file() -> None:
    old = compound({"WordDocument": pack("<HH", 0xA5DC, 0x65)})
    assert "damaged" in reason(old, lambda body, media_type: b"PK\x03\x04 nonsense")


def test_a_folder_of_office_files_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for k, layout in enumerate(("docx", "xlsx", "rtf", "word-xml", "zip")):
        (tmp_path / "in" / f"{k}.html").write_bytes(make(20 + k, layout=layout, deviations=[]).body)
    (tmp_path / "in" / "locked.docx").write_bytes(compound({"EncryptedPackage": bytes(5000)}))
    done = gongkai("parse", tmp_path / "in", "--out", tmp_path / "d", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    found = rows(tmp_path / "d")
    assert [r["status"] for r in found].count("ok") == 5
    assert [r["media_type"] for r in found if r["status"] == "rejected"] == ["application/x-ole-storage"]
