"""Which column is the amount of a line, and in what unit of money its figures are.

A figure whose unit is not understood is never taken for another; what was chosen and what was passed over is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from goufu.disclosure.amounts import (
    UNITS,
    contradiction,
    has_currency_sign,
    heading_unit,
    is_no_amount,
    looks_like_yuan,
    money_unit,
    parse_amount,
    unit_by_size,
    unit_of,
)
from goufu.disclosure.lines import label, squeeze
from goufu.disclosure.lists.captions import owner_and_year
from goufu.disclosure.lists.cell_values import ends_as_organisation, part_named, year_of
from goufu.disclosure.lists.headings import is_measure, is_period, words
from goufu.disclosure.lists.model import BodyRow, ListDraft
from goufu.disclosure.model import Remark
from goufu.disclosure.tables.columns import within_others

#: 三年总价, 2025-2027年
_SOME_YEARS = re.compile(r"(?<![\d〇一二三四五六])[两二三四五六2-6]年(?!级)(?!度)|20\d\d年?[-—~至]20\d\d")
_YEARS = re.compile(r"(?:[2-9]|[1-9]\d)年|[两二三四五六七八九十]年|三十六个月|(?:24|36|48|60)个?月")


def choose_amount(draft: ListDraft) -> None:
    """Settle which column is the amount of a line, and say which were passed over."""
    header = draft.header
    candidates = [
        n
        for n, one in enumerate(header.columns)
        if one is not None and one.field == "amount" and _has_figures(draft, n)
    ]
    whole = [n for n in candidates if header.columns[n].money == "total"]  # type: ignore[union-attr]
    parts = [n for n in candidates if header.columns[n].money == "part"]  # type: ignore[union-attr]
    place = draft.place(draft.grid.rows[header.first][0])
    if whole:
        years = {header.columns[n].year for n in whole} - {None}  # type: ignore[union-attr]
        own = _year_of_list(draft)
        meant = own or max((year for year in years if year), default=None)
        several = len(years) > 1 or any(_of_several_years(header.names[n]) for n in whole)

        def order(n: int) -> tuple[bool, bool, bool, int, int, int]:
            one = header.columns[n]
            assert one is not None
            foreign = one.unit is not None and not one.unit.name
            another = one.year is not None and one.year != meant
            beside = several and own in years and one.year != own and one.rank < 200
            return (foreign, another, beside, -(one.year or 0) if another else 0, one.rank, n)

        whole.sort(key=order)
        _put_lines_first(draft, whole)
        draft.amount = whole[0]
        draft.funds = tuple(parts)
        rest = [
            n for n in whole[1:] if any(n < len(r.cells) and parse_amount(r.cells[n]) for r in draft.rows)
        ]
        others = [header.names[n] for n in rest]
        taken = header.columns[whole[0]]
        if own and taken is not None and taken.year not in (None, own):
            draft.remarks.append(
                Remark(
                    "amount",
                    "warning",
                    f"这份清单是 {own} 年的，金额只有“{header.names[whole[0]]}”一列可取，请核对年度。",
                    f"The list is for {own}, but the only amounts are those of “{header.names[whole[0]]}”; check the year.",
                    place,
                )
            )
        if not others and _is_of_years(draft, header.names[whole[0]]):
            draft.remarks.append(
                Remark(
                    "amount",
                    "warning",
                    f"金额取自“{header.names[whole[0]]}”，像是几年合计，不是一年的预算，请核对。",
                    f"Amounts are those of “{header.names[whole[0]]}”, like a total of several years and not the budget of one; check it.",
                    place,
                )
            )
        _tell_beside(draft, rest, [n for n in candidates if n not in whole and _is_carried(header.names[n])])
        if others:
            same = order(whole[0])[:5] == order(rest[0])[:5]
            # without the list's own year neither which of three is meant is known, nor whether a total is of all
            of_rest = {one.year for n in rest if (one := header.columns[n])} - {None}
            same = same or (
                own is None
                and (
                    len(years) > 2
                    or (bool(of_rest) and _of_several_years(header.names[whole[0]]))
                    or (len(of_rest) > 1 and taken is not None and taken.year is None)
                )
            )
            same = same or (_is_bound(header.names[whole[0]]) and any(map(_is_bound, others)))
            draft.remarks.append(
                Remark(
                    "amount",
                    "warning" if same else "notice",
                    f"金额取自“{header.names[whole[0]]}”；另有 {'、'.join(f'“{name}”' for name in others)} 未取。",
                    f"Amounts are those of “{header.names[whole[0]]}”; also there and not taken: {', '.join(others)}.",
                    place,
                )
            )
        return
    parts = _added_up(draft, parts)
    if parts:
        draft.amount = parts[0] if len(parts) == 1 else -1
        draft.funds = tuple(parts)
        named = "、".join(f"“{header.names[n]}”" for n in parts)
        draft.remarks.append(
            Remark(
                "amount",
                "notice" if len(parts) == 1 else "warning",
                f"没有合计一列，金额取自{named}{'' if len(parts) == 1 else '之和'}。",
                f"There is no total column; amounts are {'those' if len(parts) == 1 else 'the sum'} of {named}.",
                place,
            )
        )
        return
    figures = [
        header.names[n]
        for n, one in enumerate(header.columns)
        if header.names[n]
        and (one is None or one.field == "amount")
        and any(n < len(row.cells) and parse_amount(row.cells[n]) is not None for row in draft.rows)
    ]
    seen = f"；数字列 {'、'.join(f'“{name}”' for name in figures)} 不知是否金额" if figures else ""
    english = f"; the figures under {', '.join(figures)} may or may not be amounts" if figures else ""
    if any(one is not None and one.field == "amount" for one in header.columns) and not figures:
        return  # a column that is there and blank
    if draft.grid.header is not None and not figures:
        return  # records of a program, which leave out what they do not know
    draft.remarks.append(
        Remark(
            "amount",
            "warning" if figures else "notice",
            f"没有认出金额列，项目都没有金额{seen}；请把表头写作“金额（万元）”或“金额（元）”。",
            f"No column was understood as the amount{english}; head it '金额（万元）' or '金额（元）'.",
            place,
        )
    )


def _is_carried(heading: str) -> bool:
    return any(word in label(heading) for word in ("结转", "结余"))


def _tell_beside(draft: ListDraft, rest: Sequence[int], carried: Sequence[int]) -> None:
    """Tell money that is not in the amounts taken: rows that have theirs in another column of the `rest` alone, and what was
    carried over beside the budget of the year."""
    header, taken = draft.header, draft.amount
    rows = [row for n, row in enumerate(draft.rows) if n not in draft.totals]
    for n in rest:
        one = header.columns[n]
        if one is None or one.year is not None or (one.unit is not None and not one.unit.name):
            continue
        without = [row for row in rows if not _figure(draft, row, taken) and _figure(draft, row, n)]
        if without:
            _warn_of(
                draft,
                without[0],
                n,
                f"有 {len(without)} 行没有“{header.names[taken]}”，只有“{header.names[n]}”，未取",
                f"{len(without)} rows have “{header.names[n]}” and no “{header.names[taken]}”; it was not taken",
            )
    if re.search(r"本年|当年|年初|20\d\d年", label(header.names[taken])):
        for n in carried:
            beside = [row for row in rows if _figure(draft, row, n)]
            if beside:
                _warn_of(
                    draft,
                    beside[0],
                    n,
                    f"金额取自“{header.names[taken]}”，“{header.names[n]}”未加进去",
                    f"Amounts are those of “{header.names[taken]}”; “{header.names[n]}” was not added",
                )


def _warn_of(draft: ListDraft, row: BodyRow, column: int, text: str, english: str) -> None:
    draft.remarks.append(
        Remark(
            "amount", "warning", f"{text}，请核对。", f"{english}; check it.", draft.place(row.number, column)
        )
    )


def _put_lines_first(draft: ListDraft, whole: list[int]) -> None:
    """Where the first column of amounts has one for several rows each, their sum by another, put that other first and tell it."""
    rows = [row for n, row in enumerate(draft.rows) if n not in draft.totals]
    for n in whole[1:]:
        groups: list[tuple[Decimal, Decimal]] = []
        for row in rows:
            whole_figure, own = _figure(draft, row, whole[0]), _figure(draft, row, n)
            if whole_figure or not groups:
                groups.append((whole_figure, own))
            else:
                groups[-1] = (groups[-1][0], groups[-1][1] + own)
        if len(groups) < len(rows) and groups[0][0] and all(one == other for one, other in groups):
            first, second = draft.header.names[whole[0]], draft.header.names[n]
            draft.remarks.append(
                Remark(
                    "amount",
                    "warning",
                    f"“{first}”是几行“{second}”之和，金额取自后者，请核对。",
                    f"“{first}” is the sum of several rows of “{second}”; amounts are those of the latter. Check it.",
                    draft.place(draft.grid.rows[draft.header.first][0], n),
                )
            )
            whole.remove(n)
            whole.insert(0, n)
            return


def _year_of_list(draft: ListDraft) -> int | None:
    """The year that all rows of a list give, or the lines above it; None where they give none or several."""
    if draft.grid.header is not None:
        return None
    columns = draft.header.of("year")
    if not columns:
        said = owner_and_year(draft.grid.rows[: draft.header.first])[1]
        return said or owner_and_year([(0, (draft.grid.name,))])[1]
    given = {
        year_of(row.cells[n])
        for n in columns[:1]
        for row in draft.rows
        if n < len(row.cells) and row.cells[n]
    }
    return given.pop() if len(given) == 1 else None


def _is_of_years(draft: ListDraft, heading: str) -> bool:
    """Whether a heading is of the total of some years, by its words, or as that of contracts whose terms are of several."""
    flat = label(heading)
    if _SOME_YEARS.search(flat):
        return True
    terms = (row.cells[n] for n in draft.header.of("term") for row in draft.rows if n < len(row.cells))
    return "合同" in flat and "总" in flat and any(_YEARS.match(squeeze(term)) for term in terms)


def _is_bound(heading: str) -> bool:
    """Whether a heading is that of the most, or the least, that a line may come to."""
    return any(word in label(heading) for word in words()["amount"]["bounds"])


def _of_several_years(heading: str) -> bool:
    return any(word in label(heading) for word in words()["amount"]["of_several_years"])


def _added_up(draft: ListDraft, parts: list[int]) -> list[int]:
    """Of the columns that are parts of an amount those that are to be added: not what 其中 or the figures show to be
    within another, and no parts of the year beside funds."""
    names = [label(name) for name in draft.header.names]
    if any(not is_period(names[n]) for n in parts):
        parts = [n for n in parts if not is_period(names[n])]
    whole = [n for n in parts if "其中" not in names[n]]
    parts = [n for n in parts if n in whole or not any(m < n for m in whole)]
    inside = within_others([heading_unit(name)[0] for name in draft.header.names], parts)
    parts = [n for n in parts if n not in inside]
    found: list[int] = []
    at = 0
    while at < len(parts):
        found.append(parts[at])
        at += 1 + max(
            (k for k in range(2, len(parts) - at) if _comes_to(draft, parts[at], parts[at + 1 : at + 1 + k])),
            default=0,
        )
    return found


def _comes_to(draft: ListDraft, whole: int, parts: Sequence[int]) -> bool:
    """Whether a column is the sum of others in every row."""
    sums = [
        (_figure(draft, row, whole), sum((_figure(draft, row, n) for n in parts), Decimal(0)))
        for row in draft.rows
    ]
    return any(one for one, _ in sums) and all(one == other for one, other in sums)


def _figure(draft: ListDraft, row: BodyRow, n: int) -> Decimal:
    """The figure in a column, in 万元 where the heading gives its unit; 0 where there is none."""
    figure = parse_amount(row.cells[n]) if n < len(row.cells) else None
    one = draft.header.columns[n]
    known = one is not None and one.unit is not None and one.unit.name
    return (figure or Decimal(0)) * (UNITS[one.unit.name] if known and one and one.unit else 1)


def _has_figures(draft: ListDraft, n: int) -> bool:
    """Whether a column that is headed like an amount holds any, or nothing that is none."""
    filled = [row.cells[n] for row in draft.rows if n < len(row.cells) and not is_no_amount(row.cells[n])]
    if not filled or any(parse_amount(cell) is not None for cell in filled):
        return True
    one = draft.header.columns[n]
    if one is not None and one.unit is not None:
        return True
    return all(len(cell) <= 20 for cell in filled) and not all(map(part_named, filled))


def unit_of_amounts(draft: ListDraft) -> tuple[str, bool]:
    """The unit of the amounts that print none of their own, and whether they may be read at all.

    What the heading says comes first, then what is above the table, then the size of the amounts.
    """
    header = draft.header
    column = draft.amount if draft.amount >= 0 else next(iter(draft.funds), -1)
    if column < 0:
        return "", True
    one = header.columns[column]
    assert one is not None
    place = draft.place(draft.grid.rows[header.first][0], column)
    own = one.unit
    table = draft.units
    if own is None and not table and draft.funds:
        own = next((u.unit for n in draft.funds if (u := header.columns[n]) is not None and u.unit), None)
    names = {unit.name for unit in ([own] if own else table)}
    if len(names) == 1 and (name := next(iter(names))):
        if own and any(unit.name != name and unit.is_money for unit in table):
            draft.remarks.append(
                Remark(
                    "unit",
                    "warning",
                    f"表上印的单位是“{table[0].printed}”，这一列写的是“{own.printed}”，按这一列。",
                    f"The table says {table[0].printed}, this column {own.printed}; the column was followed.",
                    place,
                )
            )
        if doubt := contradiction(_bare_figures(draft), name, place):
            draft.remarks.append(doubt)
        return name, True
    if names:
        printed = "、".join(dict.fromkeys(unit.printed for unit in ([own] if own else table)))
        draft.remarks.append(
            Remark(
                "unit",
                "error",
                f"金额的单位“{printed}”没有读懂，金额一律未取；请写作“单位：万元”或“单位：元”。",
                f"The unit of the amounts, “{printed}”, is not understood and none was taken; write '单位：万元' or '单位：元'.",
                place,
            )
        )
        return "", False
    figures = _bare_figures(draft)
    if not any(figures) or unit_columns(draft):
        return "万元", True
    name = unit_by_size(figures)
    if name:
        draft.remarks.append(
            Remark(
                "unit",
                "warning",
                f"没有写明金额单位，按数值大小判断为{name}，请核对；最好把表头写作“金额（{name}）”。",
                f"No unit of money is given; by their size the amounts were taken as {name}. Check it.",
                place,
            )
        )
        return name, True
    draft.remarks.append(
        Remark(
            "unit",
            "error",
            "没有写明金额单位，从数值大小也看不出是元还是万元，金额一律未取；请把表头写作“金额（万元）”或“金额（元）”。",
            "No unit of money is given and the size of the amounts does not tell it; none was taken. Head the column '金额（万元）' or '金额（元）'.",
            place,
        )
    )
    return "", False


def _bare_figures(draft: ListDraft) -> list[Decimal]:
    """The amounts that print no unit or currency of their own, those of totals left out."""
    return [
        value
        for n, row in enumerate(draft.rows)
        if n not in draft.totals
        and (printed := printed_amount(draft, row))
        and not unit_of(printed)
        and not has_currency_sign(printed)
        and (value := parse_amount(printed)) is not None
    ]


def states_unit(draft: ListDraft) -> bool:
    """Whether the heading of the amounts or a line above the table gives their unit."""
    columns = [draft.amount] if draft.amount >= 0 else list(draft.funds)
    headed = (draft.header.columns[n] for n in columns)
    return bool(draft.units) or any(one is not None and one.unit is not None for one in headed)


def printed_amount(draft: ListDraft, row: BodyRow) -> str:
    """The amount a row prints; where only funds are printed, their sum."""
    cells = row.cells
    if draft.amount >= 0:
        return cells[draft.amount] if draft.amount < len(cells) else ""
    values = [cells[n] for n in draft.funds if n < len(cells) and not is_no_amount(cells[n])]
    figures = [parse_amount(value) for value in values]
    if not figures:
        return ""
    if any(figure is None for figure in figures) or any(map(unit_of, values)):
        return values[0] if len(values) == 1 else " + ".join(values)
    if (
        len(units := {one.unit.name for n in draft.funds if (one := draft.header.columns[n]) and one.unit})
        > 1
    ):
        if "" in units or not all(one.unit for n in draft.funds if (one := draft.header.columns[n])):
            return " + ".join(values)
        return f"{sum((_figure(draft, row, n) for n in draft.funds), Decimal(0)):f}万元"
    return str(sum((figure for figure in figures if figure is not None), Decimal(0)))


def some_are_in_yuan(draft: ListDraft, unit: str) -> bool:
    """Whether some amounts with a currency sign are plainly in 元, although the list's `unit` is another."""
    rows = (row for n, row in enumerate(draft.rows) if n not in draft.totals)
    return any(looks_like_yuan(printed_amount(draft, row), unit) for row in rows)


def measure_columns(draft: ListDraft) -> frozenset[int]:
    """The columns 单位 that hold measures (项, 平方米) or units of money, not organisations."""
    found = set(draft.header.of("measure"))
    beside = bool(draft.header.of("quantity"))
    for n in draft.header.of("unit"):
        if label(draft.header.names[n]) != "单位":
            continue
        values = {row.cells[n] for row in draft.rows if n < len(row.cells) and row.cells[n]}
        counted = [value for value in values if is_measure(value) or money_unit(value) is not None]
        short = all(
            len(value) <= 6 and not ends_as_organisation(value) or is_measure(value) for value in values
        )
        if values and (len(counted) == len(values) or (beside and (short or counted))):
            found.add(n)
    return frozenset(found)


def unit_columns(draft: ListDraft) -> list[int]:
    """The columns that give the unit of money row by row."""
    measures = measure_columns(draft) | set(draft.header.of("unit"))
    return [
        n
        for n in sorted(measures)
        if any(n < len(row.cells) and unit_in_cell(row.cells[n]) for row in draft.rows)
    ]


def unit_in_cell(cell: str) -> str:
    """The unit of money that is all a cell says, "" for any other cell or a unit that is not understood."""
    unit = money_unit(cell) if cell and len(cell) <= 8 else None
    return unit.name if unit else ""
