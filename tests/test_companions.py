"""What is fetched with a report page: attachments in all their disguises, pictures of the text, and safe names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gongkai.scraper.attachments import LONGEST_NAME, MOST_COMPANIONS, companions, find_companions, safe_name

URL = "http://www.qingxi.gov.cn/zwgk/zfxxgknb/202601/t20260120_5347.html"
HERE = "http://www.qingxi.gov.cn/zwgk/zfxxgknb/202601/"
HOST = "http://www.qingxi.gov.cn"


def page(body: str) -> bytes:
    return f"<html><body><div id='header'><a href='/form.doc'>申请表.doc</a><img src='/images/logo.png'></div><div class='TRS_Editor'>{body}</div></body></html>".encode()


def urls(body: str) -> list[str]:
    return [link.url for link in companions(URL, page(body))]


def test_attachments_by_address() -> None:
    body = """<a href="./P020260120560000000001.pdf">青溪市水务局2025年报告</a><a href="/attach/-1/2402151557302341324.pdf">x</a>
      <a href="/attachment/0/88/88389/963149.docx">y</a><a href="/group6/M00/02/A1/wKgB.wps">z</a><a href="/up/nb.OFD">v</a>
      <a href="/zwgk/other.html">别的文章</a><a href="http://www.qingxi.gov.cn/">首页</a>"""
    assert urls(body) == [
        f"{HERE}P020260120560000000001.pdf", f"{HOST}/attach/-1/2402151557302341324.pdf", f"{HOST}/attachment/0/88/88389/963149.docx",
        f"{HOST}/group6/M00/02/A1/wKgB.wps", f"{HOST}/up/nb.OFD",
    ]  # fmt: skip


def test_attachments_whose_name_stands_in_the_query() -> None:
    body = """<a href="/module/download/downfile.jsp?classid=0&filename=9f3a2b.pdf&showname=年报.pdf">附件</a>
      <a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=77">附件【报告.docx】</a>"""
    found = find_companions(URL, page(body))
    assert [f.link.url.split("?")[0] for f in found] == [f"{HOST}/module/download/downfile.jsp", f"{HOST}/system/_content/download.jsp"]
    assert [f.name for f in found] == ["年报.pdf", "附件【报告.docx】"]
    assert {f.role for f in found} == {"attachment"}


def test_attachments_by_their_text() -> None:
    assert urls('<a href="/file/77">附件：年度报告</a><a href="/d?id=3">青溪市水务局年报.pdf</a><a href="/zwgk/1.html">附件说明</a>') == [
        f"{HOST}/file/77",
        f"{HOST}/d?id=3",
    ]


def test_documents_in_viewers_frames_and_scripts() -> None:
    body = """<iframe src="/pdfjs/web/viewer.html?file=%2Fupload%2F2026%2Fnb.pdf"></iframe><embed src="/a/b.pdf"><object data="c.pdf"></object>
      <a onclick="window.open('/x/y.pdf')" href="javascript:;">查看</a><iframe src="/login.html"></iframe>"""
    assert sorted(urls(body)) == sorted([f"{HOST}/upload/2026/nb.pdf", f"{HOST}/a/b.pdf", f"{HERE}c.pdf", f"{HOST}/x/y.pdf"])


def test_what_a_script_or_a_store_says_and_what_only_looks_like_a_viewer() -> None:
    body = """<a href="javascript:;" data-appendix="f.pdf">附件</a><a href="#" onclick="downloadFile('g.docx')">附件下载</a>
      <script>PDFObject.embed('/x/h.pdf', '#show')</script><a href="/store/dl?file=/x/y.pdf&n=1">附件</a>
      <a href="/web/view.html?file=/x/z.pdf">附件</a><p><img src="/images/loading.gif" data-original="./W02026.jpg"></p>"""
    assert sorted(urls(body)) == sorted(
        [f"{HERE}f.pdf", f"{HERE}g.docx", f"{HOST}/x/h.pdf", f"{HOST}/store/dl?file=/x/y.pdf&n=1", f"{HOST}/x/z.pdf", f"{HERE}W02026.jpg"]
    )


def test_pictures_of_the_article_and_no_furniture() -> None:
    body = """<p><img src="./W020260120560000000001.jpg"><img data-src="p2.png" src=""><img src="/images/icon_pdf.gif"><img src="qrcode.png">
      <img src="a.jpg" width="16" height="16"><img src="b.jpg" alt="扫一扫在手机打开"><img src="data:image/png;base64,AA">
      <img src="/share/weixin.png"></p>"""
    found = find_companions(URL, page(body))
    assert [f.link.url for f in found] == [f"{HERE}W020260120560000000001.jpg", f"{HERE}p2.png"]
    assert {f.role for f in found} == {"picture"}


def test_outside_a_named_body_only_uploads_are_pictures() -> None:
    body = b"<html><body><div class='header'><img src='/upload/202601/2.jpg'></div><div><img src='/upload/202601/1.jpg'><img src='/pic/a.jpg'></div></body></html>"
    assert [link.url for link in companions(URL, body)] == [f"{HOST}/upload/202601/1.jpg"]


def test_base_other_hosts_other_schemes_and_the_page_itself() -> None:
    body = f'<base href="{HOST}/b/"><a href="n.pdf">x</a><a href="http://cdn.example.org/n.pdf">y</a><a href="ftp://h/n.pdf">z</a><a href="file:///etc/n.pdf">f</a><a href="{URL}">附件</a><a href="n.pdf#page=2">again</a>'
    found = companions(URL, body.encode())
    assert [(link.url, link.off_host) for link in found] == [(f"{HOST}/b/n.pdf", False), ("http://cdn.example.org/n.pdf", True)]


def test_many_files_are_bounded() -> None:
    assert len(urls("".join(f'<a href="{i}.pdf">{i}</a>' for i in range(500)))) == MOST_COMPANIONS


def test_names_are_safe_on_any_disk() -> None:
    assert safe_name("../../../etc/passwd") == "passwd"
    assert safe_name("..\\..\\windows\\x.pdf") == "x.pdf"
    assert safe_name("%2e%2e%2f%2e%2e%2fx.pdf") == "x.pdf"
    assert safe_name("a\x00b\r\nc:d*.pdf") == "a_b__c_d_.pdf"
    assert safe_name("CON.pdf") == "file_CON.pdf"
    assert safe_name("年报\u202efdp.exe") == "年报_fdp.exe"
    assert safe_name("") == safe_name("..") == safe_name("///") == "file"
    assert safe_name(".htaccess") == "htaccess"
    assert len(safe_name("年" * 300 + ".pdf").encode()) <= LONGEST_NAME and safe_name("年" * 300 + ".pdf").endswith(".pdf")


@given(st.text(max_size=300))
def test_any_name_becomes_one_component(name: str) -> None:
    safe = safe_name(name)
    assert safe and "/" not in safe and "\\" not in safe and "\x00" not in safe
    assert safe not in (".", "..") and not safe.startswith(".") and len(safe.encode()) <= LONGEST_NAME + 8


@given(st.binary(max_size=2000))
def test_any_bytes_have_companions(body: bytes) -> None:
    assert isinstance(companions(URL, body), tuple)
