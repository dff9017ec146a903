"""Adapters: pages of our own in the shapes of each family, what they give, and what a walk over a list gathers.

A fixture is a page in `tests/sites/FAMILY/` with `NAME.toml` (why, url, what was asked) and `NAME.expected.json`;
`pytest --update` writes the last and fails once.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.scraper.report_links import is_report_link
from gongkai.scraper.sites import ADAPTERS, Ask, Listing, Page, read_listing
from gongkai.scraper.sites.paging import find_pager
from gongkai.scraper.sites.walking import MOST_HOPS, MOST_UNDECLARED, Walked, walk

SITES = Path(__file__).parent / "sites"
FIXTURES = sorted(SITES.glob("*/*.toml"))
HOST = "http://www.qingxi.gov.cn"


def fixture(about: Path) -> tuple[Page, str, dict[str, Any]]:
    said = tomllib.loads(about.read_text(encoding="utf-8"))
    ask = None
    if "ask" in said:
        form = tuple((name, value) for name, value in said["form"]) if "form" in said else None
        ask = Ask(said["ask"], form, (("Referer", said["referer"]),) if "referer" in said else (), said["adapter"])
    page = Page(said["url"], about.with_suffix("").read_bytes(), number=said.get("number", 1), ask=ask)
    return page, said.get("adapter", "auto"), said


def as_data(listing: Listing) -> dict[str, Any]:
    asks = lambda some: [{"url": a.url, **({"form": dict(a.form)} if a.form else {})} for a in some]  # noqa: E731
    links = lambda some: [[link.title, link.url, link.day, *(["off_host"] * link.off_host)] for link in some]  # noqa: E731
    data = {
        "state": listing.state, "adapter": listing.adapter, "evidence": listing.evidence, "links": links(listing.links),
        "columns": links(listing.columns), "following": asks(listing.following), "inside": asks(listing.inside),
        "declared": listing.declared, "declared_pages": listing.declared_pages,
    }  # fmt: skip
    return {name: value for name, value in data.items() if value not in ([], None)}


@pytest.mark.parametrize("about", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name.removesuffix('.toml')}")
def test_a_page_gives_its_listing(about: Path, request: pytest.FixtureRequest) -> None:
    page, adapter, said = fixture(about)
    assert said["why"]
    got = as_data(read_listing(page, adapter))
    expected = about.with_suffix("").with_suffix(about.with_suffix("").suffix + ".expected.json")
    held = json.loads(expected.read_text(encoding="utf-8")) if expected.exists() else None
    if got != held and request.config.getoption("--update"):
        expected.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{expected.name} written: look at the difference")
    assert got == held
