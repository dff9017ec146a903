"""`python -m benchmarks.pictures`: what reading a page that is a picture costs, beside tools that users would pick, and how
many cells each gets exact on the same generated scans. A rival gives text: a cell counts where its figure is in its row."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.file_memory import kilobytes
from gongkai.parsers import parse
from gongkai.samplesite.reports import SampleReport, make
from gongkai.samplesite.scans import SCANS

_SEED = 700_000


def _exact(made: SampleReport) -> float:
    """Share of the printed figures that the record has in their cells."""
    got = {(v.table, v.row, v.column): v.value for v in parse(made.body).values}
    want = [(t, r, c, n) for t, rows in made.truth["cells"].items() for r, cs in rows.items() for c, n in cs.items() if isinstance(n, (int, float))]
    return sum((v := got.get((t, r, c))) is not None and abs(float(v) - n) < 1e-6 for t, r, c, n in want) / max(1, len(want))


def _pages(body: bytes) -> list[Any]:
    pdfium = import_module("pypdfium2")
    if body[:4] == b"%PDF":
        with pdfium.PdfDocument(body) as pdf:
            return [page.render(scale=150 / 72).to_numpy()[:, :, :3].copy() for page in pdf]
    return import_module("gongkai.parsers.readers.pixels").pictures(body)  # type: ignore[no-any-return]


def _rapidocr() -> Callable[[bytes], list[str]]:
    """rapidocr as its manual calls it: the page found and read, the lines in its own order."""
    engine = import_module("rapidocr").RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})
    return lambda body: [text for page in _pages(body) for text in (engine(page).txts or ())]


TOOLS: dict[str, Callable[[], Callable[[bytes], object]]] = {"gongkai": lambda: parse, "rapidocr": _rapidocr}


def peak(tool: str, path: str) -> int:
    """Kilobytes at the peak while this process reads one file, above what it had before."""
    body, bare = Path(path).read_bytes(), kilobytes("VmRSS")
    TOOLS[tool]()(body)
    return kilobytes("VmHWM") - bare


def _megabytes(tool: str, body: bytes) -> float:
    """The same of a fresh process."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "document")
        path.write_bytes(body)
        code = f"from benchmarks.pictures import peak; print(peak({tool!r}, {str(path)!r}))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def _in_order(made: SampleReport, texts: list[str]) -> float:
    """The most that a script could make of a list of texts: the share of printed figures that follow in form order."""
    figures = [str(n) for rows in made.truth["cells"].values() for cs in rows.values() for n in cs.values() if isinstance(n, int)]
    found, at = 0, 0
    for figure in figures:
        if figure in texts[at:]:
            at = texts.index(figure, at) + 1
            found += 1
    return found / max(1, len(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2, help="of each kind (default 2)")
    asked = parser.parse_args()
    rival = _rapidocr()
    print(f"{'kind':<14}{'pages':>6}{'gongkai s/page':>16}{'exact':>8}{'rapidocr s/page':>17}{'at most':>9}{'MB':>7}{'rapidocr MB':>13}")
    for kind in ("scan-150", "scan-200", "png"):
        ours = theirs = exact = most = 0.0
        pages = 0
        for seed in range(_SEED, _SEED + asked.documents):
            made = make(seed, layout=SCANS[kind], deviations=[])
            pages += len(_pages(made.body))
            start = time.process_time()
            exact += _exact(made)
            middle = time.process_time()
            most += _in_order(made, rival(made.body))
            ours, theirs = ours + middle - start, theirs + time.process_time() - middle
        n = asked.documents
        print(f"{kind:<14}{pages:>6}{ours / pages:>16.2f}{exact / n:>8.4f}{theirs / pages:>17.2f}{most / n:>9.4f}", end="")
        body = make(_SEED, layout=SCANS[kind], deviations=[]).body
        print(f"{_megabytes('gongkai', body):>7.0f}{_megabytes('rapidocr', body):>13.0f}")


if __name__ == "__main__":
    main()
