"""The shipped list of real sites: in the contract's format, and nothing in it that was not looked at by a person."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import gongkai.scraper
from gongkai.scraper.sites import ADAPTERS

SHIPPED = Path(gongkai.scraper.__file__).parent / "sites.toml"
DATA = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
PROVINCES = {"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43",
             "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65"}  # fmt: skip


def test_every_site_is_as_the_contract_says() -> None:
    sites = DATA["site"]
    assert len(sites) >= 40
    for site in sites:
        assert set(site) <= {"id", "name", "region", "url", "adapter", "status"}, site
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", site["id"]), site
        parts = urlsplit(site["url"])
        assert parts.scheme in ("http", "https") and parts.hostname and parts.path and not parts.username, site
        assert parts.hostname.endswith(".gov.cn") or parts.hostname == "www.gov.cn", "a mirror is not the site"
        assert site["adapter"] in ADAPTERS, site
        if "region" in site:
            assert re.fullmatch(r"\d{6}", site["region"]) and site["region"][:2] in PROVINCES, site


def test_ids_and_addresses_are_unique() -> None:
    for key in ("id", "url"):
        values = [site[key] for site in DATA["site"]]
        assert len(values) == len(set(values))


def test_nothing_is_confirmed_that_nobody_has_run() -> None:
    assert {site["status"] for site in DATA["site"]} == {"unconfirmed"}
    assert DATA["crawl"]["min_interval_s"] >= 2.0
    assert DATA["crawl"]["allow_addresses"] == []
