"""Bytes of a published report in, a typed and checked `Report` out.
Knows no network, disk, clock or environment; where bytes come from is left to the caller."""

from gongkai.parsers.parse import LARGEST_BODY, PARSER_VERSION, parse, parse_all
from gongkai.parsers.report import Evidence, Finding, Identity, Report, Section, Value

__all__ = [
    "LARGEST_BODY", "PARSER_VERSION", "Evidence", "Finding", "Identity", "Report", "Section", "Value", "parse",
    "parse_all",
]  # fmt: skip
