"""Codes: what is well-formed, and how people write them."""

from __future__ import annotations

import pytest
from goufu.catalog.codes import ancestors, is_code, level, number, parent, tidy
from hypothesis import given
from hypothesis import strategies as st

pairs = st.integers(0, 99).map("{:02d}".format)
codes = st.one_of(
    st.lists(pairs, max_size=3).map(lambda p: "A" + "".join(p)),
    st.lists(pairs, max_size=2).map(lambda p: "B" + "".join(p)),
)
WIDE = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})


@pytest.mark.parametrize("code", ["A", "B", "A15", "A1504", "A150401", "B0102"])
def test_codes_as_printed(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a15",
        "A1",
        "A150",
        "A15040",
        "A15040101",
        "C01",
        "160601",
        "B010203",
        "A15 ",
        "A15\n",
        "A１5",
        "A٠١",
        "Ａ15",
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert not is_code(text)


@given(codes)
def test_level_parent_and_ancestors_agree(code: str) -> None:
    above = ancestors(code)
    assert is_code(code) and level(code) == len(above) + 1 <= (3 if code[0] == "B" else 4)
    assert parent(code) == (above[-1] if above else "")
    assert all(code.startswith(each) and is_code(each) for each in above)
    assert code == parent(code) + (f"{number(code):02d}" if above else code)


@given(codes, st.lists(st.sampled_from([" ", ".", "-", "·", "\u3000"]), max_size=4), st.data())
def test_dress_is_undone(code: str, dress: list[str], data: st.DataObject) -> None:
    worn = code.lower() if data.draw(st.booleans()) else code
    worn = worn.translate(WIDE) if data.draw(st.booleans()) else worn
    for mark in dress:
        at = data.draw(st.integers(0, len(worn)))
        worn = worn[:at] + mark + worn[at:]
    assert tidy(worn) == code


@given(st.text("ABab0123456789０１ａＡ .-·", max_size=12))
def test_tidy_is_idempotent(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
