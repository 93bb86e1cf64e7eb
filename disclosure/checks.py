"""Do the figures of a disclosure agree with each other? Each comparison is kept, each disagreement reported.

Compared are the project tables with themselves, with 预算支出总表 and with the text, and the forms with their
lines. A disagreement is either the department's mistake or a misreading; which of the two only the original
shows, so a remark names both figures and the place and takes no side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from goufu.catalog.text import NOTHING, Text, quoted
from goufu.disclosure.amounts import CENT, money_unit, parse_amount, to_wan
from goufu.disclosure.lines import Line, fold, squeeze
from goufu.disclosure.model import BudgetItem, Check, Form, Place, Remark
from goufu.disclosure.narrative import RUN_ON, Narrative
from goufu.disclosure.tables.model import ProjectTables
from goufu.disclosure.tables.other_tables import statement_checks
from goufu.disclosure.tables.subtotals import TOLERANCE, is_group

_NUMBER = r"([\d,]+(?:\.\d+)?)"
_EXPENDITURE = re.compile(
    rf"支出预算{_NUMBER}万元[,，]?其中[:：]?基本支出{_NUMBER}万元.{{0,20}}?项目支出{_NUMBER}万元"
)
_PROJECTS = re.compile(rf"二级项目{_NUMBER}个[,，]?共计金额{_NUMBER}万元")
_KINDS = re.compile(
    rf"其他运转类项目{_NUMBER}个[,，]?涉及(?:项目)?金额{_NUMBER}万元[;；,，]?特定目标类项目{_NUMBER}个[,，]?涉及(?:项目)?金额{_NUMBER}万元"
)
_PUBLISHED = re.compile(rf"公开项目绩效目标{_NUMBER}个[,，]?涉及项目金额{_NUMBER}万元")
_STATEMENT_TITLE = re.compile(r"(?<!收)支出(?:预算)?总表|部门支出总表")


#: the project tables by the part of the budget they hold
_PROJECT_TABLES = {
    "": Text("项目支出预算表", "project table"),
    "本年预算": Text("项目支出预算表（本年预算）", "project table of this year"),
    "上年结转": Text("项目支出预算表（上年结转）", "project table of what was carried over"),
}


def checked(lines: Sequence[Line], tables: ProjectTables, story: Narrative) -> tuple[Check, ...]:
    """Every comparison that the document allows, agreeing or not; those of the project tables first."""
    return (
        *_table_checks(tables),
        *_expenditure_checks(lines, tables),
        *_text_checks(lines, tables),
        *_bought(story),
        *statement_checks(lines),
    )


def disagreements(checks: Iterable[Check]) -> Iterator[Remark]:
    """A remark for every check that does not agree."""
    kinds = {
        "subtotal": "subtotal",
        "total": "total",
        "units": "total",
        "statement": "statement",
        "list": "total",
    }
    for check in checks:
        if check.agrees:
            continue
        unit = ("个", "") if check.kind == "count" else ("万元", " (10k CNY)")
        gap = f"，相差 {abs(check.printed - check.summed):,}" if comparable(check) else ""
        yield Remark(
            kinds.get(check.kind, "narrative"),
            "warning",
            f"{check.what.zh}：所印 {check.printed:,} {unit[0]}，算得 {check.summed:,} {unit[0]}{gap}；"
            "可能原件有误，也可能读错，请核对。",
            f"{check.what.en}: printed {check.printed:,}, computed {check.summed:,}{unit[1]}; either the document or the reading is wrong.",
            check.place,
        )


def form_remarks(
    items: Sequence[BudgetItem], forms: Sequence[Form], unlinked: Sequence[Form]
) -> Iterator[Remark]:
    """What forms and lines say differently, forms without a line, and lines without a form."""
    for item in items:
        if item.form is not None:
            yield from _form_against_line(item, item.form)
    for form in unlinked:
        year = form.year_yuan
        yield Remark(
            "unlinked form",
            "warning",
            f"绩效目标表“{form.title}”{f'（年度资金 {year:,} 元）' if year is not None else ''}在项目支出预算表中没有对应的一行。",
            f"The project form “{form.title}”{f' ({year:,} yuan this year)' if year is not None else ''} has no line in the project tables.",
            form.place,
        )
    if forms:
        for item in items:
            if item.form is None:
                yield Remark(
                    "no form",
                    "notice",
                    f"“{item.title}”没有找到绩效目标表。",
                    f"No project form was found for “{item.title}”.",
                    item.place,
                    item.id,
                )


def _form_against_line(item: BudgetItem, form: Form) -> Iterator[Remark]:
    if fold(form.title) != fold(item.title):
        yield Remark(
            "form",
            "notice",
            f"“{item.title}”的绩效目标表写作“{form.title}”。",
            f"The project form of “{item.title}” calls it “{form.title}”.",
            form.place,
            item.id,
        )
    if form.year_yuan is None or item.amount_wan is None:
        return
    wan = to_wan(form.year_yuan, "元")
    if abs(wan - item.amount_wan) > CENT:
        yield Remark(
            "form",
            "warning",
            f"“{item.title}”表中 {item.amount_wan:,} 万元，绩效目标表年度资金 {form.year_yuan:,} 元（{wan:,} 万元）。",
            f"“{item.title}” is {item.amount_wan:,} in the table, {form.year_yuan:,} yuan ({wan:,}) in its form (10k CNY).",
            form.place,
            item.id,
        )


def _check(
    kind: str,
    what: Text,
    printed: Decimal,
    summed: Decimal,
    place: Place | None,
    parts: Sequence[Decimal] = (),
) -> Check:
    return Check(kind, what, printed, summed, abs(printed - summed) <= TOLERANCE, place, tuple(parts))


def _table_checks(tables: ProjectTables) -> Iterator[Check]:
    """Each subtotal against its items, and each table's total against the units' rows as well."""
    for claim in tables.claims:
        subtotal = claim.subtotal
        table = _PROJECT_TABLES[subtotal.part]
        kind = "total" if claim.whole else "subtotal"
        what = (
            Text(f"{table.zh}合计", f"{table.en}, total")
            if claim.whole
            else Text(f"{table.zh}“{subtotal.name}”小计", f"{table.en}, subtotal of '{subtotal.name}'")
        )
        yield _check(
            kind, what, subtotal.amount_wan, sum(claim.parts, Decimal(0)), subtotal.place, claim.parts
        )
        if claim.whole:
            under = [
                other
                for other in tables.claims
                if other.subtotal.part == subtotal.part
                and not other.whole
                and not is_group(other.subtotal.name)
            ]
            units = [other.subtotal.amount_wan for other in under]
            if sum(len(other.parts) for other in under) < len(claim.parts):
                continue  # some items stand under no unit's row
            if units:
                yield _check(
                    "units",
                    Text(f"{table.zh}合计与各单位小计", f"{table.en}, total against the units' subtotals"),
                    subtotal.amount_wan,
                    sum(units, Decimal(0)),
                    subtotal.place,
                    units,
                )


def _totals(tables: ProjectTables) -> tuple[Decimal, Decimal]:
    """What the items come to: of this year alone, and with what was carried over."""
    this_year = sum(
        (row.amount_wan or Decimal(0) for row in tables.rows if row.part != "上年结转"), Decimal(0)
    )
    return this_year, sum((row.amount_wan or Decimal(0) for row in tables.rows), Decimal(0))


def _nearest(printed: Decimal, tables: ProjectTables) -> Decimal:
    """The one of the two totals a figure means: texts count what was carried over or leave it out."""
    return min(_totals(tables), key=lambda total: abs(total - printed))


def _expenditure_checks(lines: Sequence[Line], tables: ProjectTables) -> Iterator[Check]:
    """The 合计 row of 预算支出总表: its 项目支出 against the project tables."""
    for i, line in enumerate(lines):
        if not line.is_paragraph or not _STATEMENT_TITLE.search(squeeze(line.text)) or len(line.text) > 40:
            continue
        column, unit = -1, "万元"
        for below in lines[i : i + 12]:
            if (stated := money_unit(below.text)) is not None:
                unit = stated.name
            if not below.is_row:
                continue
            heads = [squeeze(cell) for cell in below.cells]
            if "项目支出" in heads:
                column = heads.index("项目支出")
            elif column >= 0 and "合计" in heads and column < len(heads):
                figure = parse_amount(below.cells[column])
                if figure is not None and unit:
                    printed = to_wan(figure, unit)
                    what = Text("预算支出总表的项目支出", "projects in the table of all expenditure")
                    yield _check(
                        "statement", what, printed, _nearest(printed, tables), below.place_of(column)
                    )
                    return


def _text_checks(lines: Sequence[Line], tables: ProjectTables) -> Iterator[Check]:
    """The figures that the text gives for project expenditure and for the number and kinds of projects."""
    seen: set[str] = set()
    for i, line in enumerate(lines):
        if not line.is_paragraph or not any(word in line.text for word in ("支出预算", "二级项目")):
            continue
        text = squeeze("".join(part.text for part in lines[i : i + RUN_ON] if part.is_paragraph))
        if (
            (match := _EXPENDITURE.search(text))
            and "expenditure" not in seen
            and match.start() < len(line.text)
        ):
            seen.add("expenditure")
            total, basic, projects = (_figure(match[n]) for n in (1, 2, 3))
            yield _check(
                "narrative",
                Text("“支出预算情况说明”的项目支出", "projects in the text on expenditure"),
                projects,
                _nearest(projects, tables),
                line.place,
            )
            yield _check(
                "narrative",
                Text("“支出预算情况说明”的支出预算", "the whole in the text on expenditure"),
                total,
                basic + projects,
                line.place,
                (basic, projects),
            )
        if (match := _PROJECTS.search(text)) and "projects" not in seen and match.start() < len(line.text):
            seen.add("projects")
            yield from _project_checks(match, text, tables, line.place)


def _project_checks(match: re.Match[str], text: str, tables: ProjectTables, place: Place) -> Iterator[Check]:
    """The sentence `二级项目…个，共计金额…，其中…。公开项目绩效目标…` and its parts."""
    count, amount = _figure(match[1]), _figure(match[2])
    summed = _nearest(amount, tables)
    rows = len(tables.rows)
    this_year = sum(1 for row in tables.rows if row.part != "上年结转")
    nearest = min((this_year, rows), key=lambda n: abs(n - count))
    odd = _no_counts([count])
    what = Text(
        f"“绩效管理情况”的二级项目数{odd.zh}", f"number of projects in the text on performance{odd.en}"
    )
    yield Check("count", what, count, Decimal(nearest), count == nearest, place)
    what = Text("“绩效管理情况”的二级项目金额", "amount of projects in the text on performance")
    yield _check("narrative", what, amount, summed, place)
    published = _PUBLISHED.search(text, match.end())
    halves = [
        (match, text[match.end() : published.start() if published else None], Text("纳入管理", "managed"))
    ]
    if published:
        halves.append((published, text[published.end() :], Text("公开", "published")))
    for half, rest, which in halves:
        kinds = _KINDS.search(rest)
        if kinds is None:
            continue
        each = (_figure(kinds[1]), _figure(kinds[3]))
        counts = tuple(number for number in each if is_count(number))
        money = (_figure(kinds[2]), _figure(kinds[4]))
        numbers, amounts = sum(counts, Decimal(0)), sum(money, Decimal(0))
        zh = f"“绩效管理情况”{which.zh}的项目，其他运转类与特定目标类之和"
        en = f"{which.en} projects in the text on performance, both kinds together"
        odd = _no_counts([_figure(half[1]), *each])
        agrees = _figure(half[1]) == numbers and not odd
        what = Text(f"{zh}（个数{odd.zh}）", f"{en} (number{odd.en})")
        yield Check("count", what, _figure(half[1]), numbers, agrees, place, counts)
        yield _check(
            "narrative", Text(f"{zh}（金额）", f"{en} (amount)"), _figure(half[2]), amounts, place, money
        )


def comparable(check: Check) -> bool:
    """Whether the two figures of a check are of one kind: money printed as a number of projects differs from it by nothing."""
    return check.kind != "count" or is_count(check.printed)


def is_count(figure: Decimal) -> bool:
    """Whether a figure may be a number of projects; one printed with decimals is money in the wrong place."""
    return figure.as_tuple().exponent == 0


def _no_counts(figures: Iterable[Decimal]) -> Text:
    """What is to be said of figures printed as numbers of projects that are none; nothing where all may be."""
    odd = quoted(f"{figure:,} 个" for figure in figures if not is_count(figure))
    return (
        Text(f"，{odd.zh}像是金额，不是个数，未计入", f"; {odd.en} looks like money and is not counted")
        if odd
        else NOTHING
    )


def _figure(text: str) -> Decimal:
    return parse_amount(text) or Decimal(text.replace(",", "") or 0)


def _bought(story: Narrative) -> Iterator[Check]:
    bought = story.procurement
    if bought is None or bought.total_wan is None:
        return
    kinds = [
        amount for amount in (bought.goods_wan, bought.works_wan, bought.services_wan) if amount is not None
    ]
    if len(kinds) == 3:
        yield _check(
            "procurement",
            Text(
                "政府采购预算总额与货物、工程、服务之和",
                "procurement, total against goods, works and services",
            ),
            bought.total_wan,
            sum(kinds, Decimal(0)),
            bought.place,
            kinds,
        )
