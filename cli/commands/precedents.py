"""`goufu precedents`: what was decided, to look through, to share with other offices, and to take over from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from goufu.cli.shared.options import DepartmentOption, FormatOption, checked, day
from goufu.cli.shared.output import Column, bracketed, emit, note, say, whole_file
from goufu.cli.shared.store_access import ByOption, DbOption, officer, opened

app = typer.Typer(
    help="先例：查看、导出、签发、导入。", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)

COLUMNS = (
    Column("id", "号", "no.", right=True),
    Column("decided_on", "日期", "date", width=10),
    Column("section", "目录部门", "section", ratio=10),
    Column("title", "项目", "item", ratio=24),
    Column("said", "认定", "decided", ratio=24),
    Column("from", "来源", "from", ratio=16),
)


def _section(department: str | None) -> str | None:
    if department is None:
        return None
    from goufu.matcher.departments import section_named

    return section_named(department)[0]


@app.command("list")
def list_all(
    words: Annotated[str, typer.Argument(metavar="词语", help="名称中的词语")] = "",
    department: DepartmentOption = None,
    form: FormatOption = "table",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="最多列出几条")] = 50,
    db: DbOption = None,
) -> None:
    """列出先例，新的在前。"""
    checked(form)
    from goufu.matcher.decisions.choice import choice_text
    from goufu.store.precedents.keys import count, precedents

    store = opened(db)
    found = precedents(store, _section(department), words, limit if form == "table" else None)
    records: list[dict[str, Any]] = [
        {
            "id": p.id,
            "decided_on": p.decided_on.isoformat(),
            "section": p.section,
            "department": p.department,
            "title": p.title,
            "year": p.year,
            "outcome": p.outcome,
            "nature": p.nature,
            "version": p.version,
            "entry_section": p.entry_section,
            "code": p.code,
            "name": p.name,
            "source": p.source,
        }
        for p in found
    ]
    if form == "table":
        for p, r in zip(found, records, strict=True):
            r["said"] = say(*choice_text(p.outcome, p.code, p.name, p.nature))
            r["from"] = p.department + bracketed(p.source)
    emit(records, COLUMNS, form)
    if form == "table":
        total = count(store)
        note(f"列出 {len(records)} 条，共 {total} 条", f"{len(records)} of {total} precedents")


@app.command("export")
def export_all(
    path: Annotated[Path, typer.Argument(metavar="文件", help="写入的 .tsv 文件")],
    department: DepartmentOption = None,
    since: Annotated[str | None, typer.Option("--since", metavar="日期", help="只导出这一天以后的")] = None,
    db: DbOption = None,
) -> None:
    """导出先例供审核；不含个人信息，可能涉及个人的不导出。"""
    from goufu.cli.render.precedents_sheet import export_text
    from goufu.matcher.precedents.sharing import to_share
    from goufu.store.precedents.keys import precedents

    first = day(since) if since else None
    known = precedents(opened(db), _section(department))
    shared, held_back = to_share([p for p in known if first is None or p.decided_on >= first])
    count = len(shared)
    with whole_file(path) as temporary:
        temporary.write_text(export_text(shared), encoding="utf-8", newline="")
    note(
        f"已导出 {count} 条到 {path}；可能涉及个人的 {held_back} 条未导出。请逐行审核（approved 列填 是/否），再 goufu precedents sign",
        f"exported {count} to {path}; {held_back} that may name persons were held back. Review each row (approved: yes/no), then goufu precedents sign",
    )


@app.command("sign")
def sign_sheet(
    path: Annotated[Path, typer.Argument(metavar="文件", help="审核过的 .tsv 文件")],
    office: Annotated[str, typer.Option("--office", metavar="单位", help="签发单位，如 孝义市财政局")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写入另一个文件；默认改写原文件")
    ] = None,
) -> None:
    """审核完毕，由单位签发；签发后改动会被发现。"""
    from goufu.cli.render.precedents_sheet import sign

    text, approved, refused = sign(path, office, day(None))
    with whole_file(output or path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
    note(
        f"{office} 已签发 {output or path}：同意 {approved} 条，不同意 {refused} 条",
        f"{office} signed {output or path}: {approved} approved, {refused} refused",
    )


@app.command("import")
def import_all(
    path: Annotated[Path, typer.Argument(metavar="文件", help="别的单位签发的 .tsv 文件")],
    by: ByOption = None,
    db: DbOption = None,
) -> None:
    """导入别的单位签发的先例。"""
    from goufu.catalog.load import load_catalogs
    from goufu.cli.render.precedents_sheet import read_sheet, signed_rows
    from goufu.matcher.precedents.sharing import to_take_over
    from goufu.store.precedents.exchange import take_over

    sheet = read_sheet(path)
    store = opened(db, create=True)
    office, signed_on, rows = signed_rows(sheet)
    fit, refused = to_take_over(rows, load_catalogs())
    done = take_over(store, fit, office, signed_on, len(refused), officer(by))
    disapproved = sum(r.approved is False for r in rows)
    for r in refused:
        note(
            f"第 {r.line} 行“{r.title}”未导入：{r.text.zh}",
            f"line {r.line} '{r.title}' was not taken over: {r.text.en}",
        )
    note(
        f"“{office}”签发的先例：新增 {done.added}，更新 {done.replaced}，已有 {done.known}，不同意 {disapproved}，未导入 {len(refused)}",
        f"signed by {office}: {done.added} new, {done.replaced} replaced, {done.known} known, {disapproved} not approved, {len(refused)} refused",
    )
    if refused:
        raise typer.Exit(1)


@app.command("forget")
def forget_some(
    ids: Annotated[list[int], typer.Argument(metavar="号…", help="先例的号（见 list）")],
    by: ByOption = None,
    db: DbOption = None,
) -> None:
    """删除先例，不影响当时的认定。"""
    from goufu.store.precedents.keys import forget

    count = forget(opened(db), ids, officer(by))
    note(f"已删除先例 {count} 条", f"{count} precedents dropped")
