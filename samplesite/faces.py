"""The typefaces that pictures of reports are set in: Song, Hei and Kai as far as this machine has them.
Which page is set in which is left to `scans`."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont

_NOTO = "/usr/share/fonts/opentype/noto/"
_ARPHIC = "/usr/share/fonts/truetype/"
_SIMPLIFIED = 2  # the face for the mainland's forms within Noto's collections


class Face(NamedTuple):
    """One typeface: its kind (song, hei, kai), its file and the number of the face in it."""

    kind: str
    path: str
    number: int = 0


_KNOWN = (
    Face("song", _NOTO + "NotoSerifCJK-Regular.ttc", _SIMPLIFIED),
    Face("hei", _NOTO + "NotoSansCJK-Regular.ttc", _SIMPLIFIED),
    Face("hei", _NOTO + "NotoSansCJK-Bold.ttc", _SIMPLIFIED),
    Face("song", _ARPHIC + "arphic-gbsn00lp/gbsn00lp.ttf"),
    Face("kai", _ARPHIC + "arphic-gkai00mp/gkai00mp.ttf"),
)
_PACKAGED = ("paperang_p2_fonts_cjk", "fonts/wqy-microhei.ttc")
"""A package of the registry, and the font in it: where a machine has none of its own."""
_WANTED = "no font with Chinese characters: pip install paperang-p2-fonts-cjk, or fonts-noto-cjk on Debian"


def _packaged() -> tuple[Face, ...]:
    package, name = _PACKAGED
    spec = find_spec(package)
    return (Face("hei", str(Path(spec.origin).parent / name)),) if spec and spec.origin else ()


class NoFace(Exception):
    """No typeface with Chinese characters on this machine; the message says what to install."""


@cache
def faces() -> tuple[Face, ...]:
    """The typefaces at hand, Song first. Raises NoFace."""
    found = tuple(face for face in (*_KNOWN, *_packaged()) if Path(face.path).is_file())
    if not found:
        raise NoFace(_WANTED)
    return found


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The face at a size in pixels."""
    return ImageFont.truetype(face.path, size, index=face.number)


@cache
def has(face: Face, char: str) -> bool:
    """Whether the face has a picture of this character; old ones know the characters of GB 2312 only."""
    if char.isspace():
        return True
    one, none = font(face, 32).getmask(char), font(face, 32).getmask("\U000fffff")
    return one.size != none.size or bytes(one) != bytes(none)
