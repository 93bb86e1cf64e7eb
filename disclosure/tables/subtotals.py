"""Which rows of a project table add up others, and what each must add up.

A row is a subtotal when it is called one (合计, 小计), when it is named like an organisation that the document
knows, or like one whose rows below add up to it. 其中：… says what part of the row above is; such rows add nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from goufu.disclosure.amounts import CENT
from goufu.disclosure.lines import fold, label
from goufu.disclosure.model import Place
from goufu.disclosure.sums import outline_heads, single_rows, sums_of_others, telling_sums
from goufu.disclosure.tables.around_tables import ends_as_organisation, without_code
from goufu.disclosure.total_names import is_kind, is_page_total, is_total_alone, plain_name

#: 万元; rows are rounded to 0.01 each, so sums may be off by a few hundredths
TOLERANCE = Decimal("0.05")

_CALLED_SO = re.compile(r"(?:合计|总计|共计|小计|累计)\Z")
_AMONG = re.compile(r"其中[:,]?")
#: rows that add up one kind of projects within a unit
_GROUP = re.compile(
    r"\A(?:[(（]?[一二三四五六\d][)）、.]?)?(?:其他运转类|特定目标类|运转类|公用经费类?|人员类)(?:项目)?(?:支出)?(?:小计|合计)?\Z"
)

#: a functional class by its code: 212, 21205, [2120501]
_CLASS = re.compile(r"\(?(2(?:0[1-9]|1\d|2\d|3[0-3])(?:\d\d){0,2})\)?[-_.、:]?(?=[^\W\d])(?![年月日号])")

#: "group" is a row that adds up others by its amount alone, whatever it is called, "class" one named by a functional class
RowKind = Literal["item", "head", "among", "page", "unread", "group", "class"]


class TableRow(NamedTuple):
    """A row of a table before it is known to be an item or a subtotal.

    `amount` is in 万元 and 0 where `known` is false (no amount, or one that may not be used). `total` is set where
    its place alone marks a subtotal, as where no name is printed; `unread` where the amount is there and cannot be
    read, so that sums over it are short. `level` is how deep the row is in the outline of a spreadsheet.
    """

    name: str
    unit: str
    amount: Decimal
    place: Place
    amount_place: Place
    known: bool = True
    total: bool = False
    unread: bool = False
    level: int = 0


def is_group(name: str) -> bool:
    """Whether a row is named after a kind of projects (其他运转类, 特定目标类) and not after a unit."""
    return bool(_GROUP.match(label(name))) or is_kind(name)


def is_grand(name: str) -> bool:
    """Whether a row is called a total and nothing else: 合计, 总计, 小计."""
    return is_total_alone(name) and plain_name(name) != "累计"


def is_called_total(name: str) -> bool:
    """Whether a row is called a total, by itself or of something: 合计, 特定目标类小计, 本页合计."""
    flat = plain_name(name)
    return len(flat) <= 40 and (is_grand(name) or bool(_CALLED_SO.search(flat)) or _is_of_page(name))


def _is_of_page(name: str) -> bool:
    """Whether a row is the total of a page, whose bounds the text no longer has, or of all so far."""
    return is_page_total(name) or plain_name(name) == "累计"


def is_among(name: str) -> bool:
    """Whether a row says what part of the one above it is: 其中：…."""
    return bool(_AMONG.match(label(name)))


def says_plainly_among(name: str) -> bool:
    """Whether a row says with a colon or comma that it is part of the one above: 其中：电费, and not 其中电费."""
    return label(name).startswith(("其中:", "其中,"))


def plain(name: str) -> str:
    """The name of an organisation that a subtotal's row gives, without a code before or 小计 behind it."""
    bare = without_code(name.strip())
    return re.sub(r"[(（:：\s]*(?:合\s*计|小\s*计|总\s*计)[)）:：]?\Z", "", bare) or name


def kinds(raws: Sequence[TableRow], known: set[str]) -> list[RowKind]:
    """What each row is. `known` are the organisations that the document names, folded.

    A row named like an organisation that the document names nowhere else is a head only if the rows below add up
    to it, and if the table's own total does not need it as an item.
    """
    found = [_named_as(raw, known) for raw in raws]
    sure = [kind == "head" for kind in found]
    for i in _units_of_total(raws, found):
        found[i], sure[i] = "head", True
    for i, kind in enumerate(found):
        if kind == "item" and _adds_up(raws, found, sure, i):
            found[i] = "head"
    if raws and sure[0] and "unread" not in found:
        short = raws[0].amount - _sum(raws, found, range(len(raws)))
        for i, raw in enumerate(raws):
            if (
                found[i] == "head"
                and not sure[i]
                and abs(short) > TOLERANCE
                and abs(short - raw.amount) <= TOLERANCE
            ):
                found[i] = "item"
                break
    found = _listed_parts(raws, found)
    for i in _classes(raws, found) | _outlined(raws, found):
        found[i] = "class"
    for i in parts_going_on(raws, found, sure=True):
        found[i] = "among"
    totals = [raws[i].amount for i, kind in enumerate(found) if kind == "head" and is_grand(raws[i].name)]
    everything = _sum(raws, found, range(len(raws)))
    for i in sums_by_chance(raws, found) if totals and "unread" not in found else ():
        everything -= raws[i].amount
        found[i] = "group"
    if any(abs(total - everything) <= TOLERANCE for total in totals):
        return found
    return ["item" if kind == "group" else kind for kind in found]


def _classes(raws: Sequence[TableRow], found: Sequence[RowKind]) -> set[int]:
    """The items named by the code of a functional class (21205城乡社区环境卫生) that are the sum of those below it."""
    codes = [match[1] if (match := _CLASS.match(label(raw.name))) else "" for raw in raws]
    heads: set[int] = set()
    for i in reversed(range(len(raws))):
        if not codes[i] or found[i] != "item":
            continue
        end = next(
            (j for j in range(i + 1, len(raws)) if codes[j] and not _is_within(codes[j], codes[i])), len(raws)
        )
        own = [raws[j].amount for j in range(i + 1, end) if found[j] == "item" and j not in heads]
        if own and _adds(own, raws[i].amount):
            heads.add(i)
    return heads


def _outlined(raws: Sequence[TableRow], found: Sequence[RowKind]) -> set[int]:
    """The items that add up rows deeper in the outline of a spreadsheet."""
    if not any(raw.level for raw in raws):
        return set()
    amounts = [raw.amount if raw.known else None for raw in raws]
    out = {i for i, kind in enumerate(found) if kind != "item"}
    return outline_heads([raw.level for raw in raws], amounts, out)


def parts_going_on(raws: Sequence[TableRow], found: Sequence[RowKind], sure: bool) -> list[int]:
    """The items behind rows called 其中 that with them come to the item above, as 自筹 behind 其中：财政拨款.

    `sure`: only where a total of the table says that they are parts; else those of which none says anything.
    """
    totals = [raws[i].amount for i, kind in enumerate(found) if kind == "head" and is_grand(raws[i].name)]
    everything = _sum(raws, found, range(len(raws)))
    parts: list[int] = []
    for i, kind in enumerate(found):
        if kind != "item" or i + 1 == len(raws) or found[i + 1] != "among":
            continue
        left = raws[i].amount
        more: list[int] = []
        for j in range(i + 1, len(raws)):
            if found[j] not in ("among", "item") or left <= 0 or (found[j] == "among" and more):
                break
            left -= raws[j].amount
            more += [j] if found[j] == "item" else []
        parts += more if not left else []
    without = everything - sum((raws[j].amount for j in parts), Decimal(0))
    agrees = [any(abs(total - one) <= TOLERANCE for total in totals) for one in (everything, without)]
    return parts if agrees == [False, sure] else []


def _is_within(code: str, other: str) -> bool:
    """Whether a functional class is part of another: 21205 of 212."""
    return len(code) > len(other) and code.startswith(other)


def _named_as(raw: TableRow, known: set[str]) -> RowKind:
    """What a row is by its name alone."""
    if raw.unread:
        return "unread"
    if is_among(raw.name):
        return "among"
    if _is_of_page(raw.name):
        return "page"
    head = raw.total or is_called_total(raw.name) or is_group(raw.name) or _is_known(raw.name, known)
    return "head" if head else "item"


def sums_by_chance(raws: Sequence[TableRow], found: Sequence[RowKind]) -> tuple[int, ...]:
    """The items that are the sum of other items by their amounts alone; the table's total must tell whether they are none."""
    amounts = [
        raw.amount if kind == "item" and raw.known else None for raw, kind in zip(raws, found, strict=True)
    ]
    return (
        sums_of_others(amounts)
        or single_rows(amounts, [raw.name for raw in raws], False)
        or telling_sums(amounts)
    )


def _is_known(name: str, known: set[str]) -> bool:
    return fold(name) in known or fold(plain(name)) in known


def _sum(raws: Sequence[TableRow], found: Sequence[RowKind], among: range) -> Decimal:
    return sum((raws[i].amount for i in among if found[i] == "item"), Decimal(0))


def _listed_parts(raws: Sequence[TableRow], found: list[RowKind]) -> list[RowKind]:
    """`found`, with rows called 其中：… taken as items where only with them the rows add up to their head.

    So they are where a list begins with 其中：, as in 合计 8, 其中：路灯 3, 河道 5.
    """
    head = -1
    for i, kind in enumerate(found):
        if kind == "head":
            head = i
        if kind != "among" or head < 0 or (i and found[i - 1] not in ("head", "among")):
            continue
        end = next((j for j in range(head + 1, len(raws)) if found[j] == "head"), len(raws))
        without = _sum(raws, found, range(head + 1, end))
        group = [j for j in range(head + 1, end) if found[j] == "among"]
        all_of_them = without + sum((raws[j].amount for j in group), Decimal(0))
        total = raws[head].amount
        if abs(without - total) > TOLERANCE >= abs(all_of_them - total):
            for j in group:
                found[j] = "item"
    return found


def without_among(raw: TableRow) -> TableRow:
    """A row that is an item after all, without the word 其中 before its name."""
    match = re.match(r"\s*其\s*中\s*[:：,，]?\s*", raw.name)
    return raw._replace(name=raw.name[match.end() :]) if match and match.end() < len(raw.name) else raw


def _units_of_total(raws: Sequence[TableRow], found: Sequence[RowKind]) -> list[int]:
    """The first row and those named like organisations below it, where together these come to it and each has items of
    its own right below.

    So they are known whatever has become of a single item: one that was misread or lost, or is their own figure.
    """
    if not raws or not raws[0].known or not (found[0] == "head" or ends_as_organisation(label(raws[0].name))):
        return []
    units = [
        i
        for i in range(1, len(raws))
        if found[i] in ("item", "head")
        and raws[i].known
        and (found[i] == "head" or ends_as_organisation(label(raws[i].name)))
        and not (is_group(raws[i].name) or is_called_total(raws[i].name))
    ]
    if len(units) < 2:
        return []
    own = [
        [raws[j].amount for j in range(i + 1, end) if found[j] == "item"]
        for i, end in pairwise([*units, len(raws)])
    ]
    if not all(own):
        return []
    amounts = [raws[i].amount for i in units]
    short = raws[0].amount - sum(amounts, Decimal(0))
    misread = (
        abs(short + amount - sum(items, Decimal(0))) <= TOLERANCE
        for amount, items in zip(amounts, own, strict=True)
    )
    return [0, *units] if abs(short) <= TOLERANCE or any(misread) else []


def _adds_up(raws: Sequence[TableRow], found: Sequence[RowKind], sure: Sequence[bool], i: int) -> bool:
    """Whether row `i` is named like an organisation and the rows below it add up to it, but for one among them that
    could not be read."""
    if not ends_as_organisation(label(raws[i].name)):
        return False
    below, count, short = Decimal(0), 0, False
    for j in range(i + 1, len(raws)):
        if short and (sure[j] or ends_as_organisation(label(raws[j].name))):
            break
        if sure[j] or below > raws[i].amount + TOLERANCE:
            return False
        if found[j] in ("among", "page", "unread"):
            short = short or found[j] == "unread"
            continue
        below += raws[j].amount
        count += 1
        if abs(below - raws[i].amount) <= min(TOLERANCE, CENT * (count + 1)):
            return True
    return short and below < raws[i].amount


def parts_of(
    raws: Sequence[TableRow], found: Sequence[RowKind]
) -> dict[int, tuple[tuple[Decimal, ...], bool]]:
    """For each head the amounts it must add up, and whether these are all items of its table.

    A first row, or a 合计 at the end, adds up all items of the table; any other the items down to the next, and a
    小计 with nothing below it those above. A first row that only its own items add up to is a unit's. Totals of
    pages and 其中 add up nothing that can be checked.
    """
    indexes = [i for i, kind in enumerate(found) if kind == "head"]
    everything = tuple(raw.amount for raw, kind in zip(raws, found, strict=True) if kind == "item")
    claims: dict[int, tuple[tuple[Decimal, ...], bool]] = {}

    def items(start: int, end: int) -> tuple[Decimal, ...]:
        return tuple(raws[j].amount for j in range(start, end) if found[j] == "item")

    for n, i in enumerate(indexes):
        amount = raws[i].amount
        end = indexes[n + 1] if n + 1 < len(indexes) else len(raws)
        own = items(i + 1, end)
        if raws[i].total:  # a column tells the units: those of others below are not added up here
            same = items(i + 1, next((j for j in range(i + 1, end) if raws[j].unit != raws[i].unit), end))
            own = (
                same if n or (_adds(same, raws[i].amount) and not _adds(everything, raws[i].amount)) else own
            )
        above = items(indexes[n - 1] + 1 if n else 0, i)
        grand = is_grand(raws[i].name)
        small = is_called_total(raws[i].name) and (not grand or plain_name(raws[i].name) == "小计")
        parts, whole = own, False
        if small and above and (not own or _adds(above, amount) and not _adds(own, amount)):
            parts = above
        elif n == 0 or (grand and not own):
            if not own or _adds(everything, amount) or not _adds(own, amount):
                parts, whole = everything, True
        elif grand and not _adds(own, amount) and _adds(everything, amount):
            parts, whole = everything, True
        elif not own:  # what stands below are its groups: 其他运转类, 特定目标类
            parts = _grouped(raws, found, i)
        claims[i] = (parts, whole)
    return claims


def _grouped(raws: Sequence[TableRow], found: Sequence[RowKind], i: int) -> tuple[Decimal, ...]:
    """The items below row `i` as far as only group rows stand between."""
    parts: list[Decimal] = []
    for raw, kind in zip(raws[i + 1 :], found[i + 1 :], strict=True):
        if kind == "head" and not is_group(raw.name):
            break
        if kind == "item":
            parts.append(raw.amount)
    return tuple(parts)


def _adds(parts: Sequence[Decimal], amount: Decimal) -> bool:
    return abs(sum(parts, Decimal(0)) - amount) <= TOLERANCE
