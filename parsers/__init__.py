"""Bytes of a published report in, a typed and checked `Report` out.
Knows no network, disk, clock or environment; where bytes come from is left to the caller."""
