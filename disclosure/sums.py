"""What the amounts of a table by themselves say: which rows are the sum of others, and which are in another unit."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile
from typing import Generic, TypeVar

from goufu.disclosure.model import BudgetItem, Remark

#: 万元; amounts are rounded to 0.01 each
SAME = Decimal("0.01")
#: groups of a single row that are seen without any group of more
_PAIRS = 3
#: rows of a table in which sums of sums are looked for, and ways to add up those of one
_LEVELLED, _WAYS = 200, 2_000
#: figures of a sum that hardly comes about by chance
_TELLING = 4
#: rows of a table in which it is looked for
FEW = 2_000
#: rows around a sum that may be its parts
_NEAR = 60

#: how names of kinds end, which head those of that kind
_KIND = re.compile(r"(?:类|支出|专项|科目|方面|部分|经费)(?:[(（].*[)）])?\Z")

Row = TypeVar("Row")


@dataclass
class GroupHeads(Generic[Row]):
    """The rows that are each the sum of those right below, group after group, while the rows of a table pass.

    One head may stand below another of the same amount, as 212 over 21205 over 2120501. Two rows of one amount that head no
    others are a group of a single row.
    """

    same: Decimal = SAME
    _heads: list[Row] = field(default_factory=list)
    _wide: int = 0
    _pairs: list[Decimal] = field(default_factory=list)
    _open: list[tuple[Row, Decimal]] = field(default_factory=list)
    _chain: int = 0
    _below: Decimal = Decimal(0)
    _rows: int = 0

    def at(self, row: Row, amount: Decimal) -> None:
        """Take in a row with an amount, which is not 0."""
        again = [(row, amount)]
        while again:
            row, amount = again.pop()
            whole = self._open[0][1] if self._open else amount
            if not self._rows and amount == whole:
                self._open.append((row, amount))
                self._chain += 1
                continue
            self._below, self._rows = self._below + amount, self._rows + 1
            if self._chain == 2:
                self._open.append((row, amount))
            if self._rows > 1 and abs(self._below - whole) <= self.same:
                self._heads += (one for one, _ in self._open[: self._chain])
                self._wide += 1
                self._close()
            elif self._chain == 2 and self._below > whole + self.same:
                again += reversed(self._open[2:])
                self._close_pair()

    def found(self, pairs: int = _PAIRS) -> tuple[Row, ...]:
        """The heads, where some group has two rows or more, or so many `pairs` of different amounts are all there is.

        Empty where some row is left over: a sum by chance hardly ever takes in all rows of a table.
        """
        heads, known = list(self._heads), list(self._pairs)
        if self._chain == 2 and not self._rows:
            heads.append(self._open[0][0])
            known.append(self._open[0][1])
        elif self._open:
            return ()
        return tuple(heads) if self._wide or len(set(known)) == len(known) >= pairs else ()

    def _close_pair(self) -> None:
        self._heads.append(self._open[0][0])
        self._pairs.append(self._open[0][1])
        self._close()

    def _close(self) -> None:
        self._open, self._chain, self._below, self._rows = [], 0, Decimal(0), 0


def group_heads(amounts: Sequence[Decimal | None], pairs: int = _PAIRS) -> tuple[int, ...]:
    """The rows that are each the sum of those right below, group after group until the last row; see `GroupHeads`."""
    heads = GroupHeads[int]()
    for n, amount in enumerate(amounts):
        if amount:
            heads.at(n, amount)
    return heads.found(pairs)


def group_feet(amounts: Sequence[Decimal | None], pairs: int = _PAIRS) -> tuple[int, ...]:
    """The rows that are each the sum of those above since the one before, of which the last row is one.

    With a single one that is the sum of all others.
    """
    return tuple(sorted(len(amounts) - 1 - n for n in group_heads(amounts[::-1], pairs)))


def sums_of_others(amounts: Sequence[Decimal | None], pairs: int = _PAIRS) -> tuple[int, ...]:
    """The rows that are the sum of others: those that head groups, else those at the feet of groups."""
    return group_heads(amounts, pairs) or group_feet(amounts, pairs) or sums_of_sums(amounts)


def sums_of_sums(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows that are the sum of those right below, or all right above, in several levels: 15 over 8 over 3 and 5, and over 7.

    Every row must be one of them or within one, and two must have two rows or more of their own. Empty for long tables.
    """
    filled = [(n, amount) for n, amount in enumerate(amounts) if amount]
    if not 4 < len(filled) <= _LEVELLED or any(amount < 0 for _, amount in filled):
        return ()
    return tuple(sorted(_levelled(filled) or _levelled(filled[::-1])))


def _levelled(rows: Sequence[tuple[int, Decimal]]) -> tuple[int, ...]:
    """The heads of several levels in rows that are all within one; each head by what is behind its last row."""
    ends: list[dict[int, tuple[int, ...]]] = [{} for _ in rows]
    for at in reversed(range(len(rows))):
        states: list[tuple[int, Decimal, tuple[int, ...]]] = [(at + 1, rows[at][1], (at,))]
        seen: set[tuple[int, Decimal]] = set()
        while states and len(seen) < _WAYS:
            end, left, heads = states.pop()
            if (end, left) in seen:
                continue
            seen.add((end, left))
            if not left:
                ends[at].setdefault(end, heads)
            elif end < len(rows) and rows[end][1] <= left:
                rest = left - rows[end][1]
                states += [(end + 1, rest, heads), *((e, rest, (*heads, *h)) for e, h in ends[end].items())]
    behind: dict[int, tuple[int, ...]] = {0: ()}
    for at in range(len(rows)):
        for end, heads in ends[at].items() if at in behind else ():
            behind.setdefault(end, (*behind[at], *heads))
    heads = behind.get(len(rows), ())
    wide = sum(1 for n in heads if n + 1 < len(rows) and rows[n + 1][1] != rows[n][1])
    return tuple(rows[n][0] for n in heads) if wide > 1 else ()


def single_rows(amounts: Sequence[Decimal | None], names: Sequence[str], sure: bool) -> tuple[int, ...]:
    """The rows that head, or foot, two groups of a single row each, where their names alone are those of kinds (市政类 over
    路灯维护), or where something else makes them `sure`."""
    for found in (group_heads(amounts, 2), group_feet(amounts, 2)):
        kinds = {n for n, amount in enumerate(amounts) if amount and _KIND.search(names[n])}
        if found and (sure or kinds == set(found)):
            return found
    return ()


def outline_heads(
    levels: Sequence[int], amounts: Sequence[Decimal | None], out: Set[int] = frozenset()
) -> set[int]:
    """The rows that are the sum of those right below them, or right above, that are deeper in the outline of a workbook; those
    `out` are counted nowhere. One without an amount heads those below."""
    heads: set[int] = set()
    for n in sorted(range(len(levels)), key=lambda n: -levels[n]):
        below = _deeper(levels, levels[n], range(n + 1, len(levels)))
        above = _deeper(levels, levels[n], range(n - 1, -1, -1))
        amount = amounts[n]
        if n in out or (amount is None and below):
            heads |= {n} - out
            continue
        for run in filter(None, (below, above)):
            inside = sum((amounts[m] or Decimal(0) for m in run if m not in heads | out), Decimal(0))
            if amount and abs(amount - inside) <= 5 * SAME:
                heads.add(n)
                break
    return heads


def _deeper(levels: Sequence[int], level: int, rows: range) -> list[int]:
    """The first of some rows that are deeper than a level."""
    return list(takewhile(lambda n: levels[n] > level, rows))


def telling_sums(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows that are just the sum of two or more rows right below, or right above, and of so many figures that this is no
    chance; rows that are part of no sum may stand anywhere. Empty for long tables, in which chance has its sums."""
    filled = [(n, amount) for n, amount in enumerate(amounts) if amount]
    if len(filled) > FEW:
        return ()
    found = {*_telling(filled), *_telling(filled[::-1])}
    return tuple(sorted(found))


def _telling(rows: Sequence[tuple[int, Decimal]]) -> list[int]:
    found: list[int] = []
    telling = _TELLING if len(rows) <= _NEAR else _TELLING + 1
    for at, (n, whole) in enumerate(rows):
        if len(whole.normalize().as_tuple().digits) < telling:
            continue
        below = Decimal(0)
        for count, (_, amount) in enumerate(rows[at + 1 : at + 1 + _NEAR], 1):
            below += amount
            if count > 1 and below == whole:
                found.append(n)
            if abs(below) >= abs(whole):
                break
    return found


def perhaps_in_yuan(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows that are 100 million yuan (10,000 万元) or more where all others are below 1,000 万元, and a thousand times
    the middle one: so it looks where a single figure was filled in in 元."""
    sizes = [abs(amount) for amount in amounts if amount]
    large = tuple(n for n, amount in enumerate(amounts) if amount and abs(amount) >= 10_000)
    others = [size for size in sizes if size < 10_000]
    if not others or (len(large) * 2 > len(others) and len(sizes) > 2) or max(others) >= 1_000:
        return ()
    from statistics import median  # seldom needed

    middle = median(others)
    return tuple(n for n in large if abs(amounts[n] or Decimal(0)) >= 1_000 * middle)


def perhaps_in_yuan_remark(item: BudgetItem) -> Remark:
    """The remark on an amount that is ten thousand times as large as its neighbours."""
    return Remark(
        "amount",
        "warning",
        f"“{item.title}”的金额 {item.amount_wan:,} 万元比其他各行大得多，像是按元填写的，请核对单位。",
        f"The amount of “{item.title}”, {item.amount_wan:,}, is far larger than all others, as if it were in yuan; check its unit.",
        item.amount_place or item.place,
        item.id,
    )


def perhaps_in_wan(amounts: Sequence[Decimal | None]) -> tuple[int, ...]:
    """The rows below 1,000 yuan (0.1 万元) where the middle one is a thousand times as large: so it looks where a single
    figure of a list in 元 was filled in in 万元."""
    sizes = [abs(amount) for amount in amounts if amount]
    if len(sizes) < 2:
        return ()
    from statistics import median

    middle = median(sizes) if len(sizes) > 2 else max(sizes)
    return tuple(
        n
        for n, amount in enumerate(amounts)
        if amount and abs(amount) < Decimal("0.1") and 1_000 * abs(amount) <= middle
    )
