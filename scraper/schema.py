"""The tables of the frontier.
What goes into them is left to `frontier.py` and `nights.py`."""

from __future__ import annotations

VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS run(run TEXT PRIMARY KEY, started TEXT, ended TEXT, state TEXT NOT NULL, note TEXT);
CREATE TABLE IF NOT EXISTS url(
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, url TEXT NOT NULL, host TEXT NOT NULL, form TEXT, headers TEXT,
  role TEXT NOT NULL, site TEXT NOT NULL, adapter TEXT NOT NULL, root INTEGER, via INTEGER,
  depth INTEGER NOT NULL, title TEXT, day TEXT,
  standing TEXT NOT NULL,           -- start: in sites.toml · known · dependent: asked only when listed tonight · gone
                                    -- imported: never listed to us, not asked until it is
  first_seen REAL NOT NULL, last_listed TEXT, last_checked REAL, last_changed REAL, last_full REAL,
  etag TEXT, last_modified TEXT, record TEXT, record_date TEXT, payload_sha1 TEXT, payload_sha256 TEXT,
  missing_nights INTEGER NOT NULL DEFAULT 0, missing_since REAL);
CREATE TABLE IF NOT EXISTS visit(
  run TEXT NOT NULL, url_id INTEGER NOT NULL, host TEXT NOT NULL, lane TEXT, state TEXT NOT NULL, rank REAL NOT NULL,
  next_at REAL NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, leases INTEGER NOT NULL DEFAULT 0,
  outcome TEXT, detail TEXT, status INTEGER, record TEXT, at TEXT, PRIMARY KEY(run, url_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS visit_due ON visit(run, lane, rank, url_id) WHERE state = 'due';
CREATE INDEX IF NOT EXISTS visit_open ON visit(run, host) WHERE state IN ('due', 'leased');
CREATE TABLE IF NOT EXISTS capture(
  record TEXT PRIMARY KEY, run TEXT NOT NULL, url_id INTEGER, url TEXT NOT NULL, role TEXT NOT NULL, at TEXT NOT NULL,
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, status INTEGER, outcome TEXT, media_type TEXT,
  payload_sha1 TEXT, payload_sha256 TEXT, revisit_of TEXT, truncated TEXT, tls TEXT) WITHOUT ROWID;
DROP INDEX IF EXISTS capture_payload;
CREATE INDEX IF NOT EXISTS capture_list ON capture(run, payload_sha1) WHERE role = 'list';
CREATE TABLE IF NOT EXISTS listing(
  run TEXT NOT NULL, root INTEGER NOT NULL, state TEXT, adapter TEXT, evidence TEXT, links INTEGER, reports INTEGER,
  columns INTEGER, pages INTEGER, declared INTEGER, declared_pages INTEGER, problems TEXT, PRIMARY KEY(run, root)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS listing_root ON listing(root, run);
CREATE TABLE IF NOT EXISTS refused(run TEXT, url TEXT, via INTEGER, why TEXT, PRIMARY KEY(run, url)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS host(
  host TEXT PRIMARY KEY, why TEXT, parked_nights INTEGER NOT NULL DEFAULT 0, parked_run TEXT, free_from REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent(run TEXT, host TEXT, requests INTEGER NOT NULL, PRIMARY KEY(run, host)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refers(page INTEGER NOT NULL, file INTEGER NOT NULL, run TEXT NOT NULL, PRIMARY KEY(page, file)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots(origin TEXT PRIMARY KEY, at REAL, status INTEGER, body BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS imported(
  record TEXT PRIMARY KEY, origin TEXT NOT NULL, source TEXT NOT NULL, imported_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS elsewhere(
  url TEXT NOT NULL, at TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER, media_type TEXT, origin TEXT NOT NULL,
  place TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY(url, at, origin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS warc(file TEXT PRIMARY KEY, run TEXT NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
"""
