"""Stata's file format .dta, release 118 (Stata 14 and later), as Stata's own `help dta` describes it, written in pieces.
Which variables there are and what they mean is left to `export_stata`."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt

LONGEST_STR = 2045
"""Bytes in a fixed string; longer ones are strL."""
LONGEST_NAME, LONGEST_LABEL, LONGEST_NOTE = 32, 80, 60_000
"""Characters of a name and a label; bytes of a characteristic are limited to 67,784."""
_DOUBLE, _LONG, _STRL = 65526, 65528, 32768
_MISSING_DOUBLE, _MISSING_LONG = 0x7FE0000000000000, 2147483621
LARGEST_LONG = 2147483620


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: `kind` is `long`, `double`, `strL`, or `str` with its width in bytes; its label in each language,
    the name of its value labels, its display format, and notes."""

    name: str
    kind: str
    labels: Mapping[str, str]
    width: int = 0
    value_labels: str = ""
    format: str = ""
    notes: Sequence[str] = ()

    @property
    def code(self) -> int:
        return {"double": _DOUBLE, "long": _LONG, "strL": _STRL}.get(self.kind, self.width)

    @property
    def dtype(self) -> str:
        return {"double": "<f8", "long": "<i4", "strL": "<u8"}.get(self.kind, f"S{self.width}")

    @property
    def shown(self) -> str:
        return self.format or {"double": "%12.0g", "long": "%12.0g", "strL": "%9s"}.get(
            self.kind, f"%-{min(self.width, 40)}s"
        )


@dataclass(frozen=True, slots=True)
class Described:
    """What stands in the file beside the data: label, time (`26 Nov 2026 14:00`), languages (the first is in use),
    value labels by name and language, notes and characteristics of the whole."""

    label: str
    stamp: str
    languages: Sequence[str]
    value_labels: Mapping[str, Mapping[str, Mapping[int, str]]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    characteristics: Mapping[str, str] = field(default_factory=dict)


def missing_double(letter: str) -> np.uint64:
    """The bits of Stata's missing value `.a` … `.z` as a double; `.` for an empty letter."""
    return np.uint64(_MISSING_DOUBLE + (_rank(letter) << 40))


def missing_long(letter: str) -> int:
    """Stata's missing value `.a` … `.z` as a long, and in value labels."""
    return _MISSING_LONG + _rank(letter)


def _rank(letter: str) -> int:
    return ord(letter) - ord("a") + 1 if letter else 0


def write(
    file: IO[bytes],
    variables: Sequence[Variable],
    rows: int,
    pieces: Iterable[Mapping[str, npt.NDArray[np.generic] | Sequence[str]]],
    about: Described,
) -> None:
    """Writes a whole file; `file` must be seekable. A piece has an array of numbers in the variable's type, or texts,
    for each variable; strings that are none are empty. Raises ValueError when the rows are not as many as said."""
    offsets = [0]

    def tell() -> None:
        offsets.append(file.tell())

    file.write(b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder>")
    file.write(b"<K>" + struct.pack("<H", len(variables)) + b"</K><N>" + struct.pack("<Q", rows) + b"</N>")
    label = about.label[:LONGEST_LABEL].encode()
    file.write(b"<label>" + struct.pack("<H", len(label)) + label + b"</label>")
    stamp = about.stamp.encode("ascii")
    file.write(b"<timestamp>" + struct.pack("<B", len(stamp)) + stamp + b"</timestamp></header>")
    tell()
    file.write(b"<map>" + bytes(14 * 8) + b"</map>")
    for tag, content in _heads(variables, about):
        tell()
        file.write(f"<{tag}>".encode() + content + f"</{tag}>".encode())
    tell()
    file.write(b"<characteristics>")
    for owner, name, words in _characteristics(variables, about):
        body = _fixed(owner, 129) + _fixed(name, 129) + words.encode() + b"\0"
        file.write(b"<ch>" + struct.pack("<I", len(body)) + body + b"</ch>")
    file.write(b"</characteristics>")
    tell()
    long_texts = _data(file, variables, rows, pieces)
    tell()
    file.write(b"<strls>")
    for (variable, observation), text in long_texts.items():
        file.write(b"GSO" + struct.pack("<IQBI", variable, observation, 130, len(text) + 1) + text + b"\0")
    file.write(b"</strls>")
    tell()
    file.write(b"<value_labels>")
    for name, meanings in _value_labels(about):
        file.write(b"<lbl>" + _value_label(name, meanings) + b"</lbl>")
    file.write(b"</value_labels>")
    tell()
    file.write(b"</stata_dta>")
    tell()
    file.seek(offsets[1] + len(b"<map>"))
    file.write(struct.pack("<14Q", *offsets))


def _fixed(text: str, size: int) -> bytes:
    encoded = text.encode()
    if len(encoded) >= size:
        raise ValueError(f"{text!r} is longer than {size - 1} bytes")
    return encoded.ljust(size, b"\0")


def _heads(variables: Sequence[Variable], about: Described) -> Iterator[tuple[str, bytes]]:
    first = about.languages[0]
    yield "variable_types", b"".join(struct.pack("<H", v.code) for v in variables)
    yield "varnames", b"".join(_fixed(v.name, 129) for v in variables)
    yield "sortlist", bytes(2 * (len(variables) + 1))
    yield "formats", b"".join(_fixed(v.shown, 57) for v in variables)
    names = [f"{v.value_labels}_{first}" if v.value_labels else "" for v in variables]
    yield "value_label_names", b"".join(_fixed(name, 129) for name in names)
    yield "variable_labels", b"".join(_fixed(v.labels.get(first, "")[:LONGEST_LABEL], 321) for v in variables)


def _characteristics(variables: Sequence[Variable], about: Described) -> Iterator[tuple[str, str, str]]:
    """Languages of labels as `label language` keeps them, notes as `notes` does, and the rest."""
    first, *others = about.languages
    yield "_dta", "_lang_c", first
    yield "_dta", "_lang_list", " ".join(about.languages)
    for name, text in about.characteristics.items():
        yield "_dta", name, text
    for owner, notes in (("_dta", about.notes), *((v.name, v.notes) for v in variables)):
        if notes:
            yield owner, "note0", str(len(notes))
            for k, note in enumerate(notes, 1):
                yield owner, f"note{k}", note.encode()[:LONGEST_NOTE].decode(errors="ignore")
    for language in others:
        for v in variables:
            yield v.name, f"_lang_v_{language}", v.labels.get(language, "")[:LONGEST_LABEL]
            if v.value_labels:
                yield v.name, f"_lang_l_{language}", f"{v.value_labels}_{language}"


def _data(
    file: IO[bytes],
    variables: Sequence[Variable],
    rows: int,
    pieces: Iterable[Mapping[str, npt.NDArray[np.generic] | Sequence[str]]],
) -> dict[tuple[int, int], bytes]:
    """Writes the rows; the long texts by variable and row, counted from 1, that follow them."""
    record = np.dtype([(v.name, v.dtype) for v in variables])
    long_texts: dict[tuple[int, int], bytes] = {}
    done = 0
    file.write(b"<data>")
    for piece in pieces:
        block = np.zeros(len(next(iter(piece.values()))), record)
        for number, v in enumerate(variables, 1):
            values = piece[v.name]
            if v.kind == "strL":
                for k, text in enumerate(values):
                    if text:
                        long_texts[number, done + k + 1] = str(text).encode()
                        block[v.name][k] = number | (done + k + 1) << 16
            elif v.kind == "str":
                block[v.name] = [str(text).encode() for text in values]
            else:
                block[v.name] = values
        file.write(block.tobytes())
        done += len(block)
    if done != rows:
        raise ValueError(f"{done} rows instead of {rows}")
    file.write(b"</data>")
    return long_texts


def _value_labels(about: Described) -> Iterator[tuple[str, Mapping[int, str]]]:
    for name, by_language in about.value_labels.items():
        for language, words in by_language.items():
            yield f"{name}_{language}", words


def _value_label(name: str, words: Mapping[int, str]) -> bytes:
    texts = [text.encode() + b"\0" for text in words.values()]
    starts = np.cumsum([0, *(len(t) for t in texts[:-1])]).astype("<u4")
    table = struct.pack("<II", len(words), sum(map(len, texts))) + starts.tobytes()
    table += np.array(list(words), "<i4").tobytes() + b"".join(texts)
    return struct.pack("<I", len(table)) + _fixed(name, 129) + bytes(3) + table
