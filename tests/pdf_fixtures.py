"""Writes the PDF files of the fixtures: `python tests/pdf_fixtures.py`; each prints one report with one quirk.
What they must be read as stands beside them, in expected.json."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

from gongkai.samplesite import pdf
from gongkai.samplesite.composing import compose
from gongkai.samplesite.draft import Draft
from gongkai.samplesite.grids import Shape
from gongkai.samplesite.reports import _draft

FIXTURES = Path(__file__).parent / "fixtures"
PLAIN = pdf.Look(
    font=pdf.BUILT_IN, latin="Helvetica", ruling="boxes", mark="- {} -", head="", bold_twice=False, spread=False, radicals=False
)  # fmt: skip
QUIRKS: dict[str, tuple[int, pdf.Look]] = {
    "pdf-ruled": (11, PLAIN),
    "pdf-cut-by-pages": (12, replace(PLAIN, cut_rows=True)),
    "pdf-heads-repeated": (13, replace(PLAIN, cut_rows=True, repeat_heads=True)),
    "pdf-no-lines": (14, replace(PLAIN, ruling="none")),
    "pdf-level-lines": (15, replace(PLAIN, ruling="level")),
    "pdf-dotted-lines": (16, replace(PLAIN, ruling="dotted")),
    "pdf-running-head": (17, replace(PLAIN, head="青溪市政务公开资料", mark="第{}页 共{of}页")),
    "pdf-printed-twice": (18, replace(PLAIN, bold_twice=True)),
    "pdf-digits-spread": (19, replace(PLAIN, spread=True)),
    "pdf-radicals": (20, replace(PLAIN, radicals=True)),
    "pdf-turned-page": (21, replace(PLAIN, turned=1)),
    "pdf-text-up-the-page": (22, replace(PLAIN, turned=1, upright_page=False)),
    "pdf-plumb-lines": (24, replace(PLAIN, ruling="plumb")),
    "pdf-framed-columns": (25, replace(PLAIN, ruling="framed")),
    "pdf-private-characters": (23, replace(PLAIN, latin="MicroHei")),
}


def printed(name: str) -> bytes:
    seed, look = QUIRKS[name]
    draft: Draft = _draft(seed, "2021")
    if name == "pdf-private-characters":
        _private_figure(draft)
    items = compose(draft, Shape("one", "whole", "wide"), Random("prose"))
    if name in ("pdf-cut-by-pages", "pdf-heads-repeated"):
        items[1:1] = [items[1]] * 5  # so that the tables are cut
    return pdf.print_with(draft, items, look, Random("print"))


def _private_figure(draft: Draft) -> None:
    """One figure in glyphs that the file calls by characters of a private use area."""
    from reportlab.pdfbase.pdfmetrics import getFont

    assert "MicroHei" in pdf.fonts(), f"install {pdf.FONT_PACKAGE}"
    face = getFont("MicroHei").face
    for digit in "0123456789":
        private = 0xE000 + ord(digit)
        face.charToGlyph[private] = face.charToGlyph[ord(digit)]
        face.charWidths[private] = face.charWidths[ord(digit)]
    key = ("applications", "received", "natural_person")
    draft.reword(key, "".join(chr(0xE000 + ord(c)) for c in draft.figures[key].text))


def truth(name: str) -> dict[str, object]:
    """What the reports print, for the one who looks through the records."""
    draft = _draft(QUIRKS[name][0], "2021")
    return {".".join(key): figure.value for key, figure in draft.figures.items()}


if __name__ == "__main__":
    for quirk in QUIRKS:
        (FIXTURES / quirk).mkdir(exist_ok=True)
        body = printed(quirk)
        (FIXTURES / quirk / "source.pdf").write_bytes(body)
        print(quirk, len(body))
