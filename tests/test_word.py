"""What a Word document prints and what it only holds, one quirk at a time; DOC, RTF and numbers of lists."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.shared import Pt, RGBColor
from test_office_bad_input import W, word

from gongkai.parsers.document import Document
from gongkai.parsers.number import read_number
from gongkai.parsers.readers import Unreadable, read
from gongkai.parsers.readers.numbering import in_chinese
from gongkai.samplesite.docx import packed


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def tc(inside: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def texts(body: str, **members: bytes) -> list[str]:
    return read(word(body, **members))[0].texts


def in_cell(*runs: str) -> str:
    """What the middle one of three cells says."""
    found = texts(tbl(tr(tc(p(r("甲"))), tc(p(*runs)), tc(p(r("9"))))))
    assert (found[0], found[2], len(found)) == ("甲", "9", 3)
    return found[1]


def grid(body: str) -> list[tuple[str, int, int]]:
    document: Document = read(word(body))[0]
    return list(zip(document.texts, document.columns, document.spans, strict=True))


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        ((r("1"), r("2", "<w:vanish/>"), r("3")), "13"),
        ((r("1"), r("2", '<w:vanish w:val="0"/>')), "12"),
        (("<w:del><w:r><w:delText>7</w:delText></w:r></w:del>", f"<w:ins>{r('8')}</w:ins>"), "8"),
        ((f"<w:moveFrom>{r('7')}</w:moveFrom>", f"<w:moveTo>{r('8')}</w:moveTo>"), "8"),
        ((r("1", "<w:strike/>"), r("2")), "2"),
        ((r("30"), r("1", '<w:position w:val="6"/><w:sz w:val="14"/>')), "30 [1]"),
        ((r("30", '<w:position w:val="6"/>'),), "30"),
        ((r("30"), r("1", '<w:position w:val="-6"/>')), "30 [1]"),
        ((r("30"), r("1", '<w:vertAlign w:val="subscript"/>')), "30 [1]"),
        ((r("PM"), r("2.5", '<w:vertAlign w:val="subscript"/>')), "PM2.5"),
        ((r("1"), r("7", '<w:color w:val="FFFFFF"/>')), "1"),
        ((r("7", '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F4E79"/>'),), "7"),
        ((r("1"), r("7", '<w:sz w:val="2"/>')), "1"),
        ((r("5"), '<w:r><w:noBreakHyphen/></w:r>', r("6")), "5-6"),
        ((r("政"), "<w:r><w:softHyphen/></w:r>", r("府")), "政府"),
        (("<w:r><w:tab/></w:r>", r("4")), "4"),
        ((r("3"), "<w:r><w:br/></w:r>", r("项")), "3 项"),
        ((r("30"), r("1", '<w:vertAlign w:val="superscript"/>')), "30 [1]"),
        ((r("30"), '<w:r><w:footnoteReference w:id="2"/></w:r>'), "30 [1]"),
        ((r("12"), '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'), "12"),
        (('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>',), "\ufffc"),
        (("<w:r><w:drawing/></w:r>",), "\ufffc"),
        ((f"<w:smartTag><w:smartTag>{r('1')}</w:smartTag>{r('2')}</w:smartTag>",), "12"),
        ((f"<w:sdt><w:sdtPr/><w:sdtContent>{r('6')}</w:sdtContent></w:sdt>",), "6"),
        ((f'<w:fldSimple w:instr="=SUM(LEFT)">{r("6")}</w:fldSimple>',), "6"),
        (("<w:r><w:t> 1 </w:t></w:r>", "<w:r><w:t> 2</w:t></w:r>"), "12"),
        (("<w:r><w:ruby><w:rt><w:r><w:t>x</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>4</w:t></w:r></w:rubyBase></w:ruby></w:r>",), "4"),
    ],
)  # fmt: skip
def test_what_a_cell_shows(runs: tuple[str, ...], shown: str) -> None:
    assert in_cell(*runs) == shown


def field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def test_white_text_is_seen_on_a_shaded_ground_only() -> None:
    white = p(r("7", '<w:color w:val="FFFFFF"/>'))
    dark = '<w:shd w:val="clear" w:color="auto" w:fill="C00000"/>'
    assert texts(tbl(tr(tc(p(r("甲"))), tc(white), tc(white, dark)))) == ["甲", "", "7"]


def test_a_field_is_its_result() -> None:
    inner = field("begin") + r("9") + field("separate") + r("77") + field("end")
    assert in_cell(field("begin"), "<w:r><w:instrText>IF</w:instrText></w:r>", inner, field("separate"), r("5"), field("end")) == "5"


def test_a_field_that_never_ends_swallows_nothing() -> None:
    assert in_cell(field("begin"), "<w:r><w:instrText>PAGE</w:instrText></w:r>", r("5")) == "5"


BOX = "<w:txbxContent><w:p><w:r><w:t>12</w:t></w:r></w:p></w:txbxContent>"
CHOICE = '<mc:AlternateContent xmlns:mc="m"><mc:Choice Requires="wps"><w:drawing><wp:{0} xmlns:wp="w">{1}</wp:{0}></w:drawing></mc:Choice><mc:Fallback><w:pict>{1}</w:pict></mc:Fallback></mc:AlternateContent>'


def test_a_text_box_is_read_once() -> None:
    assert in_cell(f"<w:r>{CHOICE.format('inline', BOX)}</w:r>") == "12"
    assert texts(p(r("标题"), f"<w:r>{CHOICE.format('anchor', BOX)}</w:r>")) == ["标题", "12"]


def test_a_box_that_floats_over_a_table_is_no_figure_of_the_cell_it_is_tied_to() -> None:
    assert in_cell(f"<w:r>{CHOICE.format('anchor', BOX)}</w:r>") == "[12]"


def test_cells_merged_downwards_and_sideways() -> None:
    up, down = "<w:vMerge/>", '<w:vMerge w:val="restart"/>'
    body = tbl(
        tr(tc(p(r("组")), down), tc(p(r("甲")), '<w:gridSpan w:val="2"/>'), tc(p(r("1")))),
        tr(tc(p(r("看不见")), up), tc(p(r("乙"))), tc(p(r("丙"))), tc(p(r("2")))),
        tr(tc(p(r("行")), '<w:hMerge w:val="restart"/>'), tc(p(), '<w:hMerge w:val="continue"/>'), tc(p()), tc(p(r("3")))),
    )
    assert grid(body) == [
        ("组", 0, 1), ("甲", 1, 2), ("1", 3, 1), ("乙", 1, 1), ("丙", 2, 1), ("2", 3, 1), ("行", 0, 2), ("", 2, 1), ("3", 3, 1),
    ]  # fmt: skip


def test_a_merged_cell_that_goes_on_from_a_table_before_is_a_cell() -> None:
    assert grid(tbl(tr(tc(p(r("组")), "<w:vMerge/>"), tc(p(r("1")))), tr(tc(p(), "<w:vMerge/>"), tc(p(r("2")))))) == [
        ("组", 0, 1), ("1", 1, 1), ("2", 1, 1),
    ]  # fmt: skip


def test_rows_that_begin_a_few_columns_in() -> None:
    body = tbl(tr(tc(p(r("行"))), tc(p(r("1"))), properties='<w:gridBefore w:val="2"/><w:gridAfter w:val="1"/>'))
    assert grid(body) == [("行", 2, 1), ("1", 3, 1)]


def test_rows_that_are_not_shown() -> None:
    body = tbl(
        tr(tc(p(r("甲"))), properties="<w:hidden/>"), tr(tc(p(r("乙"))), properties='<w:del w:id="1"/>'),
        tr(tc(p(r("丙"))), properties='<w:ins w:id="1"/>'),
    )  # fmt: skip
    assert texts(body) == ["丙"]


def test_a_table_within_a_cell() -> None:
    inner = tbl(tr(tc(p(r("内"))), tc(p(r("1")))))
    assert [t for t in texts(tbl(tr(tc(p(r("外")) + inner + p())))) if t] == ["外", "内", "1"]


def test_headers_footers_and_notes_are_no_text_of_the_report() -> None:
    header = f'<w:hdr xmlns:w="{W}">{p(r("第 3 页"))}</w:hdr>'.encode()
    assert texts(p(r("正文")), **{"word/header1.xml": header, "word/footnotes.xml": header}) == ["正文"]


LISTS = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="1">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="hebrew1"/><w:lvlText w:val="%3)"/></w:lvl>'
    '<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="5"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    "</w:numbering>"
).encode()


def item(text: str, level: int = 0, number: int = 4) -> str:
    return p(r(text), properties=f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>')


def test_numbers_that_word_writes_itself() -> None:
    body = item("总体") + item("甲", 1) + item("乙", 1) + item("公开") + item("丙", 1) + item("丁", 2) + item("戊", 3) + item("己", 0, 5) + item("庚", 0, 0)
    assert texts(body, **{"word/numbering.xml": LISTS}) == ["一、总体", "1.甲", "2.乙", "二、公开", "1.丙", "丁", "戊", "五、己", "庚"]
    assert [in_chinese(n) for n in (1, 10, 11, 20, 35)] == ["一", "十", "十一", "二十", "三十五"]


def test_a_figure_behind_a_number_that_word_writes_stands_apart() -> None:
    [shown] = texts(item("46", 1), **{"word/numbering.xml": LISTS})
    assert shown == "1. 46"
    assert read_number(shown).flags == ("split_digits",)


def test_a_page_put_in_as_a_whole_is_said_to_be_not_read() -> None:
    with pytest.raises(Unreadable, match="altChunk"):
        read(word(p(r("正文")) + '<w:altChunk r:id="r1" xmlns:r="r"/>'))


def test_a_strict_file_is_read_like_any_other() -> None:
    strict = f'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>{p(r("正文"))}</w:body></w:document>'
    assert read(packed({"[Content_Types].xml": b"", "word/document.xml": strict.encode()}))[0].texts == ["正文"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice makes these files")
def test_white_text_and_lifted_marks_in_binary_files(tmp_path: Path) -> None:
    dark = f'<w:shd xmlns:w="{W}" w:val="clear" w:color="auto" w:fill="C00000"/>'
    lift = f'<w:position xmlns:w="{W}" w:val="6"/>'
    for name in ("plain", "dark"):
        document = docx.Document()
        first, second, third = document.add_table(1, 3).rows[0].cells
        first.text, second.text, third.text = "甲", "30", "5"
        mark, white = second.paragraphs[0].add_run("1"), third.paragraphs[0].add_run("7")
        mark.font.size, white.font.color.rgb = Pt(7), RGBColor(255, 255, 255)
        mark._r.get_or_add_rPr().append(parse_xml(lift))
        if name == "dark":
            third._tc.get_or_add_tcPr().append(parse_xml(dark))
        document.add_paragraph("完")
        document.save(str(tmp_path / f"{name}.docx"))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    files = [str(tmp_path / "plain.docx"), str(tmp_path / "dark.docx")]
    for to in ("doc:MS Word 97", "rtf"):
        subprocess.run([*command, to, "--outdir", str(tmp_path), *files], check=True, capture_output=True, timeout=240)
    for ending in ("docx", "doc", "rtf"):
        for name, last in (("plain", "5"), ("dark", "57")):
            assert read((tmp_path / f"{name}.{ending}").read_bytes())[0].texts == ["甲", "30 [1]", last, "完"]


def rtf(body: str) -> list[str]:
    head = "{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset134 B;}}"
    return read(f"{head}{body}}}".encode("latin-1"))[0].texts


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("\\u25919?\\u24220?\\par", ["政府"]),
        ("{\\uc2\\u25919\\'d5\\'fe}\\par", ["政"]),
        ("\\f1\\'d5\\'fe\\'b8\\'ae\\par", ["政府"]),
        ("1{\\v 2}3\\par", ["13"]),
        ("1\\v 2\\v0 3\\par", ["13"]),
        ("1{\\deleted\\revdttmdel-2074015744 2}3\\par", ["13"]),
        ("{\\*\\unknown 9}1{\\pict 0102}{\\footnote 3}\\par", ["1 [1]"]),
        ("{\\field{\\*\\fldinst PAGE}{\\fldrslt 5}}\\par", ["5"]),
        ("5\\_6\\~7\\-8\\par", ["5-6 78"]),
        ("30{\\up6\\fs14 1}\\par", ["30 [1]"]),
        ("{\\up6 30}\\par", ["30"]),
        ("30{\\dn6\\fs14 1}\\par", ["30 [1]"]),
        ("30{\\sub 1}2\\par", ["30 [1]2"]),
        ("PM{\\sub 10}\\par", ["PM10"]),
        ("{\\colortbl;\\red255\\green255\\blue255;}1{\\cf1 2}3\\cf1\\plain 4\\par", ["134"]),
        ("{\\colortbl;\\red255\\green255\\blue255;}1{\\cf1\\highlight2 2}3\\par", ["123"]),
        ("\\bin3 {{{1\\par", ["1"]),
        ("\\trowd\\clmgf\\cellx100\\clmrg\\cellx200\\cellx300\\intbl a\\cell\\cell 1\\cell\\row\\pard", ["a", "1"]),
    ],
)
def test_what_rtf_shows(body: str, shown: list[str]) -> None:
    assert rtf(body) == shown


def test_an_rtf_whose_rows_do_not_fit_is_not_guessed_at() -> None:
    with pytest.raises(Unreadable, match="not as many"):
        rtf("\\trowd\\cellx100\\cellx200\\intbl a\\cell\\row\\pard")
