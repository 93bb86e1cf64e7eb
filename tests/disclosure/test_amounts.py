"""Amounts: what is one, what is not, and their units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.amounts import parse_amount, to_wan, unit_of


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("1,047.69", "1047.69"),
        ("１２．００", "12.00"),
        ("（5.00）", "-5.00"),
        ("-3", "-3"),
        ("246274.5", "246274.5"),
        (" 1 873.51 ", "1873.51"),
        ("3.2万元", "3.2"),
        ("0", "0"),
    ],
)
def test_amounts(printed: str, value: str) -> None:
    assert parse_amount(printed) == Decimal(value)


@pytest.mark.parametrize(
    "printed", ["", "-", "1O.0O", "≥95%", "约3万", "12,34", "1.2.3", "=B2+B3", "2026年", "9" * 30]
)
def test_no_amounts(printed: str) -> None:
    assert parse_amount(printed) is None


def test_units() -> None:
    assert unit_of("1,200元") == "元"
    assert unit_of("1,200") == ""
    assert to_wan(Decimal("246274.5"), "元") == Decimal("24.63")
    assert to_wan(Decimal(3), "万元") == Decimal("3.00")


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_printing_and_reading_are_inverse(value: Decimal) -> None:
    assert parse_amount(f"{value:,}") == value
    assert parse_amount(str(value)) == value
