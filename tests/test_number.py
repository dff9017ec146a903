"""What the text of one cell says: every figure reads back as printed, and nothing else becomes a figure."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.parsers.number import SIGNS, ZEROS, read_number

FULL_WIDTH = str.maketrans("0123456789,.-+", "０１２３４５６７８９，．－＋")
COUNTS = st.integers(0, 10**12)
UNITS = st.sampled_from(["", "件", "条", "项", "次", "万元", "元", "个"])
SPACE = st.sampled_from(["", " ", "\u3000", "\xa0", "\n", "\t", "\u200b"])


@given(COUNTS, st.booleans(), st.booleans(), UNITS, SPACE, SPACE)
def test_a_count_reads_back(number: int, grouped: bool, wide: bool, unit: str, before: str, after: str) -> None:
    printed = f"{number:,}" if grouped else str(number)
    if wide:
        printed = printed.translate(FULL_WIDTH)
    reading = read_number(before + printed + unit + after)
    assert (reading.kind, reading.value, reading.unit, reading.flags) == ("number", number, unit, ())


@given(st.decimals(0, 10**9, places=4), st.booleans(), UNITS)
def test_an_amount_keeps_its_decimals(amount: Decimal, wide: bool, unit: str) -> None:
    printed = f"{amount:f}"
    reading = read_number((printed.translate(FULL_WIDTH) if wide else printed) + unit)
    assert reading.value == amount
    # binary fractions would turn 43.788 into 43.7879999…
    assert isinstance(reading.value, Decimal)


@given(st.integers(1, 10**6), st.sampled_from(["-", "−", "﹣", "－"]))
def test_a_minus_of_any_kind(number: int, minus: str) -> None:
    assert read_number(f"{minus}{number}").value == -number


@given(st.integers(0, 10**6), st.sampled_from(["+", "＋"]))
def test_a_plus(number: int, plus: str) -> None:
    assert read_number(f"{plus}{number}").value == number


@given(st.integers(1000, 10**9))
def test_a_space_between_thousands_is_flagged(number: int) -> None:
    reading = read_number(f"{number:,}".replace(",", " "))
    # 1 234 could be two numbers: taken, but never without a doubt
    assert (reading.value, reading.flags) == (number, ("grouped",))


@given(st.integers(10, 10**6))
def test_digits_apart_are_flagged(number: int) -> None:
    reading = read_number(" ".join(str(number)))
    assert (reading.value, reading.flags) == (number, ("split_digits",))


@given(st.integers(10, 10**6), st.integers(10, 99))
def test_two_numbers_are_no_number(one: int, other: int) -> None:
    for between in (" ", "/", "、", "～", "\n"):
        printed = f"{one}{between}{other}"
        assert read_number(printed).kind == "text", printed


@given(COUNTS, st.integers(0, 99))
def test_a_remark_is_kept_apart(number: int, other: int) -> None:
    for remark in (f"（其中修订{other}件）", f"(含自然失效 {other} 件)", f"，其中修订{other}件"):
        reading = read_number(f"{number}{remark}")
        assert (reading.value, reading.flags) == (number, ("note",))


@given(st.text(max_size=30))
def test_nothing_without_a_digit_is_a_number(text: str) -> None:
    reading = read_number(text)
    if reading.kind == "number" and text.strip().strip("\u200b\ufeff") not in ZEROS:
        assert any(unicodedata.category(char).startswith("N") for char in unicodedata.normalize("NFKC", text))


@given(st.text("一二三四五六七八九十百千两万件元无零余约第()（）、。 ", max_size=12))
def test_words_for_numbers_are_not_guessed(text: str) -> None:
    """Chinese numerals belong to prose: in a cell only 零 alone is a figure."""
    if "".join(text.split()) not in ZEROS:
        assert read_number(text).kind != "number"


@pytest.mark.parametrize("sign", sorted(SIGNS))
def test_a_sign_is_blank(sign: str) -> None:
    for text in (sign, f" {sign} ", f"\u3000{sign}\n", sign.translate(FULL_WIDTH)):
        reading = read_number(text)
        assert (reading.kind, reading.value) == ("blank", None)


@given(st.text(sorted("/-—–－_～~…*× \u3000"), max_size=12))
def test_signs_in_any_number_are_never_0(text: str) -> None:
    assert read_number(text).value is None


@pytest.mark.parametrize("zero", sorted(ZEROS))
def test_a_written_zero(zero: str) -> None:
    assert read_number(zero).value == 0


@pytest.mark.parametrize(
    ("text", "value", "unit", "flags"),
    [
        ("0件", 0, "件", ()),
        ("0.00万元", 0, "万元", ()),
        ("251000元", 251000, "元", ()),
        ("43.788万元", Decimal("43.788"), "万元", ()),
        ("22（其中修订 16 件）", 22, "", ("note",)),
        ("55（含自然失效 29 件）", 55, "", ("note",)),
        ("约1200件", 1200, "件", ("approximate",)),
        ("007", 7, "", ("leading_zero",)),
        ("31*", 31, "", ("note",)),
        ("31[1]", 31, "", ("note",)),
    ],
)
def test_seen_in_reports(text: str, value: int | Decimal, unit: str, flags: tuple[str, ...]) -> None:
    reading = read_number(text)
    assert (reading.kind, reading.value, reading.unit) == ("number", value, unit)
    assert set(reading.flags) == set(flags)


@pytest.mark.parametrize("text", ["1200余件", "1200多件", "10余万元"])
def test_more_than_a_round_number(text: str) -> None:
    reading = read_number(text)
    assert (reading.kind, "approximate" in reading.flags) == ("number", True)


@pytest.mark.parametrize("mark", ["①", "②", "⑩", "¹", "²", "⑴"])
def test_a_circled_or_raised_digit_is_a_mark(mark: str) -> None:
    """Compatibility folding makes a digit of it: 12① would be 121."""
    reading = read_number(f"12{mark}")
    assert (reading.value, reading.flags) == (12, ("note",))
    before = read_number(f"{mark}12")
    assert (before.value, before.flags) == (12, ("note",))
    assert read_number(mark).kind == read_number(f"1{mark}2").kind == "text"


@pytest.mark.parametrize("text", ["4. 46", "4 .46", "12, 345", "12 ，345"])
def test_digits_apart_at_a_point_or_comma_say_so(text: str) -> None:
    assert read_number(text).flags == ("split_digits",)


def test_a_number_with_its_full_stop_in_one_character_is_no_mark_before_a_figure() -> None:
    """⒈36 is 36 behind a row's number, or 1.36."""
    assert read_number("⒈36").kind == "text"
    assert read_number("36⒈").flags == ("note",)


@pytest.mark.parametrize(
    "text", ["1,2", "1,23", "12,34", "1.2.3", "l2", "O", "2024年", "1-2", "3/4", "(1)", "1.", "一、"]
)
def test_what_only_looks_like_a_number(text: str) -> None:
    assert read_number(text).kind == "text"


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    assert read_number(text).kind in ("number", "blank", "text")


@pytest.mark.parametrize("mark", ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2069", "\u200f"])
def test_marks_of_the_direction_of_writing_are_not_seen(mark: str) -> None:
    assert read_number(f"{mark}12{mark}").value == 12


@pytest.mark.parametrize(("text", "value"), [("①5", 5), ("5①", 5), ("共5件", 5), ("合计12", 12), ("5[^1]", 5)])
def test_what_stands_before_or_behind_a_figure_is_a_note(text: str, value: int) -> None:
    reading = read_number(text)
    assert (reading.kind, reading.value, reading.flags) == ("number", value, ("note",))


@pytest.mark.parametrize("text", ["1①2", "5%", "3-5", "0/2", "一", "Ⅲ"])
def test_what_is_no_single_figure(text: str) -> None:
    assert read_number(text).kind == "text"


@pytest.mark.parametrize("text", ["‐", "‑", "⸺", "─", "━", "ー", "＿", "¯", "➖", "∕", "•", "……"])
def test_strokes_stand_for_nothing(text: str) -> None:
    assert read_number(text).kind == "blank"


@given(st.integers(0, 10**6), st.sampled_from("\u061c\u180e\u034f\ufe0f\u2063\u200d\xad"))
def test_characters_that_print_nothing(number: int, invisible: str) -> None:
    assert read_number(invisible.join(str(number)) + invisible) == read_number(str(number))
