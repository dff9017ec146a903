"""Text that spreadsheet programs show and never run.
Which cells there are is left to the writers of files."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for a formula at the start of a cell; some read the full-width signs alike."""


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, as plain text by a leading apostrophe; all else as it is.

    Text that itself begins with an apostrophe gets one too, so that taking away one gives back every text.
    """
    if isinstance(value, str) and value.startswith((*STARTS_OF_FORMULAS, "'")):
        return "'" + value
    return value


def harmless_column(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """`harmless` of a whole column of texts."""
    risky = pc.match_substring_regex(texts, "^[" + "".join(STARTS_OF_FORMULAS).replace("-", r"\-") + "']")
    return pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)
