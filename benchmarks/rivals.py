"""Other tools that read tables or text out of a page, each as one call on its bytes.
None of them gives a typed record; they are measured for what they do give."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import Any, NamedTuple

Read = Callable[[bytes], object]


class Rival(NamedTuple):
    """`install` is what to install for it; `every` as in `rounds.Case`."""

    name: str
    install: str
    load: Callable[[], Read]
    every: int = 1


def _lxml() -> Read:
    html: Callable[[bytes], object] = import_module("lxml.etree").HTML
    return html


def _pandas() -> Read:
    read_html = import_module("pandas").read_html
    return lambda page: read_html(BytesIO(page), encoding="utf-8")


def _soup(parser: str) -> Read:
    make: Any = import_module("bs4").BeautifulSoup
    return lambda page: make(page, parser, from_encoding="utf-8")


def _trafilatura() -> Read:
    extract = import_module("trafilatura").extract
    return lambda page: extract(page.decode(), include_tables=True)


def _docling() -> Read:
    backend = import_module("docling.backend.html_backend").HTMLDocumentBackend
    html = import_module("docling.datamodel.base_models").InputFormat.HTML
    document = import_module("docling.datamodel.document").InputDocument

    def convert(page: bytes) -> object:
        # The backend by itself: the converter around it wants models that an HTML page has no use for.
        given = document(path_or_stream=BytesIO(page), format=html, backend=backend, filename="page.html")
        return given._backend.convert()

    return convert


LXML = Rival("lxml.etree.HTML", "lxml", _lxml)
RIVALS = (
    Rival("pandas.read_html", "pandas", _pandas),
    Rival("BeautifulSoup(page, 'lxml')", "beautifulsoup4", lambda: _soup("lxml")),
    Rival("BeautifulSoup(page, 'html.parser')", "beautifulsoup4", lambda: _soup("html.parser")),
    Rival("trafilatura.extract", "trafilatura", _trafilatura),
    Rival("docling, HTML backend", "docling-slim", _docling, every=5),
)


def load(rival: Rival) -> Read | str:
    """The tool as a call, or a line that says how to get it."""
    try:
        return rival.load()
    except ImportError as problem:
        hint = "pip install -r requirements-bench.txt, in an environment of its own"
        return f"{rival.name}: not installed ({problem}); {hint}"


def versions() -> dict[str, str]:
    """What is installed of the tools that are measured."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(rival.install for rival in (LXML, *RIVALS)):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
