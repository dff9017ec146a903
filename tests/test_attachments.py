"""Pages whose report stands in a file attached to them, or in both places: one report, compared, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from handmade import gongkai, rows

from gongkai.output.documents import find
from gongkai.parsers import parse
from gongkai.parsers.attachments import references
from gongkai.parsers.readers.outside import Outside
from gongkai.samplesite.reports import SampleReport, make

# A table printed by a word processor as HTML under the name .doc, as many sites attach it.
REPORT = make(3, form="2021", layout="html-table", deviations=[])
OTHER_YEAR = next(
    made for seed in range(4, 60) if (made := make(seed, form="2021", layout="html-table", deviations=[])).truth["year"]
    != REPORT.truth["year"]
)  # fmt: skip


def page(made: SampleReport, *links: str) -> bytes:
    """A page with the report's title and links to files, and no table."""
    anchors = "".join(f'<p>附件：<a href="{link}">{link.rpartition("/")[2]}</a></p>' for link in links)
    return (
        f"<html><head><title>{made.truth['title']}</title></head><body><h1>{made.truth['title']}</h1>"
        f"<p>现予公布，详见附件。</p>{anchors}</body></html>"
    ).encode()


def with_files(**files: bytes) -> Outside:
    return Outside(lambda reference: files.get(reference.replace(".", "_")))


def test_a_page_without_tables_is_the_report_of_its_attachment() -> None:
    report = parse(page(REPORT, "a.doc"), outside=with_files(a_doc=REPORT.body))
    assert (report.status, report.identity.title) == ("ok", REPORT.truth["title"])
    received = next(v for v in report.values if (v.row, v.column) == ("received", "total"))
    assert received.value == REPORT.truth["cells"]["applications"]["received"]["total"]
    assert (received.at or "").startswith("a.doc table ")


def test_an_attachment_that_is_not_at_hand_leaves_the_page_as_it_is() -> None:
    report = parse(page(REPORT, "a.doc"), outside=with_files())
    assert report.status == "rejected"
    assert "no statutory table" in (report.reason or "")


def test_an_attachment_that_cannot_be_read_says_why_in_the_page_s_reason() -> None:
    report = parse(page(REPORT, "a.rar"), outside=with_files(a_rar=b"Rar!\x1a\x07\x01\x00" + bytes(64)))
    assert report.status == "rejected"
    assert "no statutory table" in (report.reason or "") and "a.rar: RAR archive" in (report.reason or "")


def test_the_same_report_in_both_places_agrees() -> None:
    both = REPORT.body.replace(b"</body>", b'<a href="a.doc">a</a></body>')
    report = parse(both, outside=with_files(a_doc=REPORT.body))
    assert (report.status, report.findings) == ("ok", parse(REPORT.body).findings)


def test_a_figure_that_differs_is_a_finding_and_a_flag() -> None:
    value = next(v for v in parse(REPORT.body).values if v.table == "proactive" and v.value and v.value > 99)
    other = REPORT.body.replace(f">{value.raw}<".encode(), f">{value.raw}7<".encode(), 1)
    assert other != REPORT.body
    both = REPORT.body.replace(b"</body>", b'<a href="a.doc">a</a></body>')
    report = parse(both, outside=with_files(a_doc=other))
    [finding] = [f for f in report.findings if f.rule == "copies_disagree"]
    assert (finding.row, finding.column, finding.expected) == (value.row, value.column, value.value)
    [flagged] = [v for v in report.values if "second_copy_differs" in v.flags]
    assert (flagged.row, flagged.column, flagged.value) == (value.row, value.column, value.value)


def test_an_attachment_on_another_year_is_not_the_pages_report() -> None:
    report = parse(page(REPORT, "a.doc"), outside=with_files(a_doc=OTHER_YEAR.body))
    assert report.status == "rejected"


def test_a_page_that_lists_the_reports_of_several_years_stays_a_list() -> None:
    listed = b'<html><body><p><a href="a.doc">2023</a></p><p><a href="b.doc">2022</a></p></body></html>'
    report = parse(listed, outside=with_files(a_doc=REPORT.body, b_doc=OTHER_YEAR.body))
    assert report.status == "rejected"


def test_references_are_files_not_pages() -> None:
    body = (
        b'<a href="./P020.pdf">x</a><a href=\'/module/download/downfile.jsp?classid=0&amp;filename=ab.docx&showname=c\'>'
        b'y</a><a href="t2024_1.html">z</a><a href="./P020.pdf">again</a><a href=files/n.XLS>n</a>'
    )
    assert references(body) == ["./P020.pdf", "/module/download/downfile.jsp?classid=0&filename=ab.docx&showname=c",
                                "files/n.XLS"]  # fmt: skip


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A report's page with its attachment in a folder of its own, another year's beside it, and a list of both."""
    folder = tmp_path / "saved"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "report.doc").write_bytes(REPORT.body)
    (folder / "old.doc").write_bytes(OTHER_YEAR.body)
    (folder / "report.html").write_bytes(page(REPORT, "./files/report.doc"))
    (folder / "index.html").write_bytes(
        "<html><body><ul><li><a href='old.doc'>报告</a></li><li><a href='files/report.doc'>报告</a></li>"
        "<li><a href='report.html'>报告</a></li></ul></body></html>".encode()
    )
    return folder


def test_a_folder_gives_one_report_for_page_and_attachment(saved: Path, tmp_path: Path) -> None:
    done = gongkai("parse", saved, "--out", tmp_path / "d")
    assert done.returncode == 0, done.stderr
    found = {Path(r["source"]).name: r["status"] for r in rows(tmp_path / "d")}
    assert "files/report.doc: part of the report of a page" in done.stderr
    assert found == {"report.html": "ok", "old.doc": "ok", "index.html": "rejected"}


def test_files_outside_the_pages_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.doc").write_bytes(REPORT.body)
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "secret-link.doc").symlink_to(tmp_path / "secret.doc")
    (inside / "other.doc").write_bytes(b"")
    (inside / "a.html").write_bytes(page(REPORT, "../secret.doc", "/etc/secret.doc", "secret-link.doc"))
    [document] = [d for d in find([str(inside / "a.html")], str(tmp_path / "d"))[0] if d.path.endswith(b"a.html")]
    assert document.refers == ()


def test_what_a_browser_saved_with_a_page_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "a_files").mkdir()
    (tmp_path / "a_files" / "report.doc").write_bytes(REPORT.body)
    (tmp_path / "a_files" / "style.css").write_bytes(b"p {}")
    (tmp_path / "b_files").mkdir()
    (tmp_path / "b_files" / "c.html").write_bytes(OTHER_YEAR.body)
    (tmp_path / "a.html").write_bytes(page(REPORT, "https://www.example.gov.cn/attach/report.doc"))
    documents, _ = find([str(tmp_path)], str(tmp_path / "d"))
    assert [Path(d.source).name for d in documents] == ["a.html", "c.html"]
    assert documents[0].refers == (
        ("https://www.example.gov.cn/attach/report.doc", bytes(tmp_path / "a_files" / "report.doc")),
    )
