"""Reads generated Word files, spreadsheets, RTF and archives, and what LibreOffice makes of them, against the truth.
`GONGKAI_DOCUMENTS` says how many (5000 stands for 300 of a kind, 100 of a converted one); pytest -s prints the table."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from scoring import Score, score
from test_generated import DOCUMENTS, FIRST_SEED, _complaint, _table

from gongkai.output.conversion import convert
from gongkai.parsers import parse
from gongkai.parsers.readers import media_type_of
from gongkai.parsers.readers.outside import Outside
from gongkai.samplesite.reports import SampleReport, make

ALL = DOCUMENTS >= 5000
EACH = 300 if ALL else 16
CONVERTED = 100 if ALL else 6
BY_CONVERTER = 20 if ALL else 1  # read by way of LibreOffice: seconds a file
EXACT_SHARE = 0.999
SOFFICE = shutil.which("soffice")

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "rtf": "application/rtf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


def judge(kind: str, documents: list[tuple[SampleReport, bytes]], outside: Outside | None = None) -> Score:
    """Scores documents and asserts that none is silently wrong."""
    whole = Score()
    complaints: list[str] = []
    for made, body in documents:
        report = parse(body) if outside is None else parse(body, outside=outside)
        judged = score(report, made.truth)
        whole.add(judged)
        if judged.silent or judged.blind:
            complaints.append(_complaint(made, judged))
    print("\n" + _table("kind", {kind: whole}))
    assert not complaints, f"{len(complaints)} documents silently wrong:\n" + "\n".join(complaints[:8])
    assert whole.exact_share >= EXACT_SHARE, f"only {whole.exact_share:.4%} of cells exact"
    return whole


@pytest.mark.parametrize("layout", ["docx", "word-xml", "xlsx", "rtf", "zip"])
def test_generated_files_are_read_exactly(layout: str) -> None:
    made = [make(seed, layout=layout) for seed in range(FIRST_SEED, FIRST_SEED + EACH)]
    judge(layout, [(one, one.body) for one in made])


def converted(folder: Path, made: dict[str, list[SampleReport]], to: str) -> dict[str, list[tuple[SampleReport, bytes]]]:
    """The documents of each kind in another format, by one run of a program that is not ours."""
    folder.mkdir()
    ending, _, _ = to.partition(":")
    for kind, ones in made.items():
        for k, one in enumerate(ones):
            (folder / f"{kind}-{k}{Path(one.name).suffix}").write_bytes(one.body)
    files = sorted(str(p) for p in folder.iterdir())
    profile = (folder / "profile").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", to, "--outdir", str(folder / "out"), *files],
        capture_output=True, timeout=600, check=True,
    )  # fmt: skip
    return {kind: [(one, (folder / "out" / f"{kind}-{k}.{ending}").read_bytes()) for k, one in enumerate(ones)] for kind, ones in made.items()}


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice makes these files")
@pytest.mark.parametrize(
    ("layouts", "to"),
    [
        ("docx-plain html-table html-captions-outside html-word", "doc:MS Word 97"),
        ("docx-plain", "docx:MS Word 2007 XML"),
        ("docx-plain", "rtf"),
        ("xlsx", "xls"),
        ("xlsx", "xlsx"),
    ],
)
def test_what_another_program_writes_is_read_exactly(tmp_path: Path, layouts: str, to: str) -> None:
    made = {layout: [make(seed, layout=layout) for seed in range(FIRST_SEED, FIRST_SEED + CONVERTED)] for layout in layouts.split()}
    ending = to.partition(":")[0]
    for layout, documents in converted(tmp_path / "converted", made, to).items():
        assert {media_type_of(body)[0] for _, body in documents} == {MEDIA[ending]}
        judge(f"{layout} as {ending}", documents)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice makes and converts these files")
@pytest.mark.parametrize(("layout", "to"), [("docx-plain", "odt"), ("xlsx", "ods")])
def test_what_no_reader_takes_is_read_by_the_converter(tmp_path: Path, layout: str, to: str) -> None:
    made = [make(seed, layout=layout) for seed in range(FIRST_SEED, FIRST_SEED + BY_CONVERTER)]
    judge(f"{layout} as {to}", converted(tmp_path / "converted", {layout: made}, to)[layout], Outside(convert=convert))


def test_the_record_names_the_original_kind_of_file() -> None:
    for layout, media_type in (("docx", MEDIA["docx"]), ("xlsx", MEDIA["xlsx"]), ("rtf", MEDIA["rtf"]), ("zip", "application/zip")):
        assert parse(make(3, layout=layout).body).media_type == media_type


def test_places_name_table_row_and_column_or_sheet_and_cell() -> None:
    def places(layout: str) -> list[Any]:
        return [v.at for v in parse(make(3, layout=layout, deviations=[]).body).values if v.value is not None]

    assert all(at.startswith("table ") and " r" in at and " c" in at for at in places("docx")[:100])
    assert all("!" in at for at in places("xlsx")[:100])
    assert all(".docx table " in at or ".doc table " in at or ".rtf table " in at for at in places("zip")[:100])


def test_no_process_is_started_for_what_our_readers_take(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(body: bytes, media_type: str) -> bytes:
        raise AssertionError("asked to convert")

    monkeypatch.setitem(os.environ, "PATH", "")
    for layout in ("docx", "xlsx", "rtf", "word-xml", "zip"):
        assert parse(make(4, layout=layout).body, outside=Outside(convert=never)).status != "rejected"
