"""`goufu items`: what was read from the files, each value with its place, before anything is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.options import FormatOption, HeadingsOption, LimitOption, checked
from goufu.cli.shared.output import (
    Column,
    bracketed,
    csv_text,
    emit,
    language,
    note,
    place_text,
    print_table,
    say,
    set_headings,
    whole_file,
)
from goufu.cli.shared.read_files import read_files

if TYPE_CHECKING:
    from goufu.disclosure.model import BudgetItem, Disclosure, Form, Place

COLUMNS = (
    Column("no", "序", "no.", right=True),
    Column("unit", "单位", "unit", ratio=3),
    Column("title", "项目", "item", ratio=5),
    Column("amount", "万元", "10k CNY", right=True),
    Column("part", "表", "table", width=4),
    Column("form", "绩效目标表", "form", ratio=3),
    Column("at", "出处", "place", ratio=3),
)

#: headings of the workbook's first sheet (Chinese, English), the record's key, width in characters
_SHEET: tuple[tuple[str, str, str, int], ...] = (
    ("编号", "id", "id", 24),
    ("部门", "department", "department", 22),
    ("单位", "unit", "unit", 22),
    ("年度", "year", "year", 6),
    ("资金", "table", "part", 9),
    ("项目名称", "title", "title", 36),
    ("金额（万元）", "amount (10k CNY)", "amount_wan", 12),
    ("项目概况", "summary", "summary", 50),
    ("目录代码", "code", "code", 10),
    ("目录名称", "entry", "code_name", 20),
    ("目录文件", "document", "document", 20),
    ("绩效目标表", "form", "form_title", 30),
    ("表中年度资金（元）", "form, this year (CNY)", "form_year_yuan", 14),
    ("对应把握", "link", "link", 8),
    ("出处", "place", "place", 30),
    ("金额出处", "place of amount", "amount_place", 30),
    ("绩效目标表出处", "place of form", "form_place", 30),
)

#: columns that are there where a file has them, after 目录文件
_GIVEN: tuple[tuple[str, str, str, int], ...] = (
    ("是否政府购买服务", "gov_service", "gov_service", 10),
    ("部门预算支出经济分类", "economic_class", "economic_class", 20),
    ("政府预算支出经济分类", "government_economic_class", "government_economic_class", 20),
    ("支出功能分类", "functional_class", "functional_class", 20),
    ("项目类别", "project_class", "project_class", 12),
    ("是否政府采购", "procured", "procured", 10),
    ("采购品目", "procurement_item", "procurement_item", 20),
    ("采购方式", "procurement_method", "procurement_method", 12),
    ("期限", "term", "term", 10),
)


def items(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="文件…", help="文件、文件夹或通配符：PDF、Word、Excel、网页、文本、扫描件、记录"
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写入文件：.xlsx、.csv、.jsonl 或 .json")
    ] = None,
    form: FormatOption = "table",
    headings: HeadingsOption = "en",
    limits: LimitOption = None,
) -> None:
    """列出从文件中读到的预算项目及其出处，供归类之前核对。"""
    checked(form, "xlsx")
    set_headings(headings)
    if form == "xlsx" and output is None:
        raise GoufuError("--format xlsx 需要用 -o 指定文件", "--format xlsx needs a file, given with -o")
    suffix = ".xlsx" if form == "xlsx" else output.suffix.lower() if output else ""
    if output and suffix not in _WRITERS:
        raise GoufuError(
            f"不认识输出格式“{suffix or output.name}”；可用 {'、'.join(_WRITERS)}",
            f"unknown output '{suffix or output.name}'; use {', '.join(_WRITERS)}",
        )
    failed: list[GoufuError] = []
    kept: list[Disclosure] = []
    for disclosure in read_files(files, failed):
        if output:
            kept.append(disclosure)
        if form == "table" and not output:
            _print(disclosure)
        elif form == "jsonl" and not output:
            emit((record(item) for item in disclosure.items), (), "jsonl")
        elif not output:
            kept.append(disclosure)
        if form != "table" or output:
            _tell(disclosure)
    if output and kept:
        with whole_file(output) as temporary:
            _WRITERS[suffix](temporary, kept)
        count = sum(len(d.items) for d in kept)
        note(f"已写入 {output}（{count} 项）", f"wrote {output} ({count} items)")
    elif kept:
        emit([record(item) for d in kept for item in d.items], (), form)
    if failed:
        raise typer.Exit(2)


def record(item: BudgetItem) -> dict[str, Any]:
    """An item as the record contract has it, with its places, and its form where one is linked.

    Without `form`, `link` and the places it is what `goufu classify` takes as a record.
    """
    return {
        "id": item.id,
        "department": item.department,
        "unit": item.unit,
        "year": item.year,
        "part": item.part,
        "title": item.title,
        "summary": item.summary,
        "amount_wan": item.amount_wan,
        "code": item.code,
        "code_name": item.code_name,
        "document": item.document,
        **({} if item.gov_service is None else {"gov_service": item.gov_service}),
        **_evidence(item),
        "place": _at(item.place),
        "amount_place": _at(item.amount_place or item.place),
        "link": item.link,
        "form": _form(item.form) if item.form else None,
    }


def _evidence(item: BudgetItem) -> dict[str, Any]:
    from goufu.matcher.model import evidence

    return evidence(item)


def _form(form: Form) -> dict[str, Any]:
    return {
        "title": form.title,
        "unit": form.unit,
        "attribute": form.attribute,
        "term": form.term,
        "total_yuan": form.total_yuan,
        "year_yuan": form.year_yuan,
        "overview": form.overview,
        "basis": form.basis,
        "necessity": form.necessity,
        "measures": form.measures,
        "plan": form.plan,
        "goal": form.goal,
        "place": _at(form.place),
    }


def _at(place: Place | None) -> str | None:
    return place.text(say("zh", "en")) if place else None


def _print(disclosure: Disclosure) -> None:
    """One document: its items as a table, then what else it says, the checks, and the remarks."""
    total = sum(item.amount_wan or 0 for item in disclosure.items)
    year = f" {disclosure.year} " + say("年", "") if disclosure.year else ""
    print_table(
        [_row(n, item) for n, item in enumerate(disclosure.items, 1)],
        COLUMNS,
        f"{disclosure.file}　{disclosure.department}{year}",
    )
    print(
        say(
            f"共 {len(disclosure.items)} 项 {total:,.2f} 万元",
            f"{len(disclosure.items)} items, {total:,.2f} (10k CNY)",
        )
    )
    for line in (*_facts(disclosure), *_checks(disclosure), *_remarks(disclosure)):
        print(line)
    print()


def _row(number: int, item: BudgetItem) -> dict[str, Any]:
    place = item.place
    return {
        "no": number,
        "unit": item.unit or item.department,
        "title": item.title,
        "amount": "" if item.amount_wan is None else f"{item.amount_wan:,.2f}",
        "part": {"本年预算": say("本年", "new"), "上年结转": say("结转", "carried")}.get(item.part, ""),
        "form": _linked(item),
        "at": _at(place).removeprefix(f"{place.file} ") if place else "",  # type: ignore[union-attr]
    }


def _linked(item: BudgetItem) -> str:
    """The form a line carries: only how sure the link is where both have one name, else the form's name as well."""
    from goufu.disclosure.lines import fold

    if item.form is None or item.link is None:
        return "—"
    sure = f"{int(item.link * 100)}%"
    same = fold(item.form.title) == fold(item.title)
    return f"{say('同名', 'same')} {sure}" if same else f"{item.form.title} {sure}"


def _facts(disclosure: Disclosure) -> Iterator[str]:
    """The procurement totals, the statement on the catalog, and the catalogs attached."""
    if (bought := disclosure.procurement) is not None:
        figures = [
            f"{say(zh, en)} {amount:,}"
            for zh, en, amount in (
                ("总额", "total", bought.total_wan),
                ("货物", "goods", bought.goods_wan),
                ("工程", "works", bought.works_wan),
                ("服务", "services", bought.services_wan),
            )
            if amount is not None
        ]
        yield say("政府采购预算（万元）：", "procurement (10k CNY): ") + say("，", ", ").join(figures)
    if disclosure.statement:
        yield say("政府购买服务指导性目录：", "on the guiding catalog: ") + disclosure.statement
    for attached in disclosure.attachments:
        yield (
            say("附有文件：", "attached: ")
            + f"{attached.number} {attached.title}{bracketed(place_text(attached.place))}"
        )


def _checks(disclosure: Disclosure) -> Iterator[str]:
    if disclosure.checks:
        agreed = sum(check.agrees for check in disclosure.checks)
        yield say(
            f"数字核对 {len(disclosure.checks)} 处，相符 {agreed} 处",
            f"{len(disclosure.checks)} figures checked, {agreed} agree",
        )


def _remarks(disclosure: Disclosure) -> Iterator[str]:
    """The remarks; lines without a form are counted, not listed, as the table shows them."""
    marks = {"error": "✗", "warning": "!", "notice": "·"}
    for remark in disclosure.remarks:
        if remark.kind != "no form":
            where = bracketed(place_text(remark.place))
            yield f"{marks[remark.level]} {say(remark.text, remark.english)}{where}"


def _tell(disclosure: Disclosure) -> None:
    """Errors and warnings to stderr, where stdout is for a program."""
    for remark in disclosure.remarks:
        if remark.level != "notice":
            where = place_text(remark.place) or disclosure.file
            note(f"{where}：{remark.text}", f"{where}: {remark.english}")


def _write_jsonl(path: Path, read: Sequence[Disclosure]) -> None:
    import json

    from goufu.cli.shared.output import plain

    lines = (json.dumps(plain(record(item)), ensure_ascii=False) + "\n" for d in read for item in d.items)
    path.write_text("".join(lines), encoding="utf-8")


def _write_json(path: Path, read: Sequence[Disclosure]) -> None:
    import json

    from goufu.cli.shared.output import plain

    records = [plain(record(item)) for d in read for item in d.items]
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_csv(path: Path, read: Sequence[Disclosure]) -> None:
    records = [_flat(item) for d in read for item in d.items]
    keys = [key for _, _, key, _ in _columns(read)]
    path.write_text(csv_text(records, keys), encoding="utf-8-sig", newline="")


def _columns(read: Sequence[Disclosure]) -> list[tuple[str, str, str, int]]:
    """The columns of a sheet: those that every file has, and the others where an item fills them."""
    given = [
        column
        for column in _GIVEN
        if any(getattr(item, column[2]) not in ("", None) for d in read for item in d.items)
    ]
    at = next(n for n, column in enumerate(_SHEET) if column[2] == "document") + 1
    return [*_SHEET[:at], *given, *_SHEET[at:]]


def _yes_no(value: Any) -> Any:
    return say("是" if value else "否", "yes" if value else "no") if isinstance(value, bool) else value


def _flat(item: BudgetItem) -> dict[str, Any]:
    """An item in one level, as a sheet takes it."""
    nested = record(item)
    form = item.form
    return nested | {
        "form_title": form.title if form else "",
        "form_year_yuan": form.year_yuan if form else None,
        "form_place": _at(form.place) if form else "",
    }


def _write_xlsx(path: Path, read: Sequence[Disclosure]) -> None:
    """Three sheets: the items, the figures checked, and the remarks; no cell a formula."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    money = book.add_format({"num_format": "#,##0.00", "valign": "top"})

    def sheet(name: str, heads: Sequence[tuple[str, int]], rows: Sequence[Sequence[Any]]) -> None:
        page = book.add_worksheet(name)
        for column, (title, width) in enumerate(heads):
            page.write_string(0, column, title, head)
            page.set_column(column, column, width)
        for r, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if value is None or value == "":
                    page.write_blank(r, column, None, text)
                elif isinstance(value, str):
                    page.write_string(r, column, value, text)
                else:
                    whole = isinstance(value, int)
                    page.write_number(r, column, float(value), None if whole else money)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)

    columns = _columns(read)
    sheet(
        say("项目", "items"),
        [(say(zh, en), width) for zh, en, _, width in columns],
        [[_yes_no(_flat(item).get(key)) for _, _, key, _ in columns] for d in read for item in d.items],
    )
    sheet(
        say("数字核对", "checks"),
        [
            (say("核对", "check"), 50),
            (say("所印", "printed"), 14),
            (say("算得", "computed"), 14),
            (say("相符", "agrees"), 8),
            (say("出处", "place"), 36),
        ],
        [
            [
                c.what.in_lang(language()),
                c.printed,
                c.summed,
                say("是", "yes") if c.agrees else say("否", "no"),
                _at(c.place),
            ]
            for d in read
            for c in d.checks
        ],
    )
    sheet(
        say("说明", "remarks"),
        [
            (say("文件", "file"), 30),
            (say("级别", "level"), 9),
            (say("说明", "remark"), 80),
            (say("出处", "place"), 36),
        ],
        [[d.file, r.level, say(r.text, r.english), _at(r.place)] for d in read for r in d.remarks],
    )
    book.close()


_WRITERS = {".xlsx": _write_xlsx, ".csv": _write_csv, ".jsonl": _write_jsonl, ".json": _write_json}
