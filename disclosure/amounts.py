"""Amounts of money as budgets print them, and nothing else: `1,047.69`, `１２．００`, `（5.00）`, `3.2万元`.

Inside goufu every amount is a Decimal; the unit is the caller's business except where it is printed with the
figure. What is not plainly an amount is None, never a guess: `1O.0O`, `≥95%`, `约3万` are not amounts.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
#: 万元; more than the yearly expenditure of the whole country is a misreading, not a budget line
ABSURD_WAN = Decimal(3_000_000_000)

_AMOUNT = re.compile(
    r"(?P<sign>[-−(]?)[¥￥]?(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,15})(?P<frac>\.\d{0,6})?\)?(?P<unit>万元|元)?\Z"
)


def parse_amount(text: str) -> Decimal | None:
    """The figure `text` states, in the unit it is printed in (万元 or 元), or None where it is not one.

    Full-width digits, spaces inside the figure, thousands separators and brackets for negatives are dress.
    A unit printed with the figure is accepted and dropped; use `unit_of` to know it.
    """
    match = _match(text)
    if match is None:
        return None
    value = Decimal(match["digits"].replace(",", "") + (match["frac"] or "").rstrip("."))
    return -value if match["sign"] else value


def unit_of(text: str) -> str:
    """`万元` or `元` where `text` is an amount printed with its unit, "" otherwise."""
    match = _match(text)
    return (match["unit"] or "") if match else ""


def to_wan(value: Decimal, unit: str) -> Decimal:
    """`value` in 万元 with two places; `unit` is `元`, `千元` or anything else, which means 万元 already."""
    factor = {"元": Decimal("0.0001"), "千元": Decimal("0.1"), "亿元": Decimal(10_000)}.get(unit, Decimal(1))
    return (value * factor).quantize(CENT, ROUND_HALF_UP)


def _match(text: str) -> re.Match[str] | None:
    return _AMOUNT.match(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text[:40])))
