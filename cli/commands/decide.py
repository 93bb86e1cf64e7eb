"""`goufu decide`: the officer's 核定代码 out of the workbook, checked and stored; what cannot be is told row by row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from goufu.cli.shared.options import FormatOption, checked
from goufu.cli.shared.output import Column, emit, note, say
from goufu.cli.shared.store_access import ByOption, DbOption, officer, opened

COLUMNS = (
    Column("line", "行", "row", right=True),
    Column("title", "项目", "item", ratio=30),
    Column("decided", "核定代码", "decided", width=14),
    Column("result", "结果", "result", width=8),
    Column("rule", "规则", "rule"),
    Column("message", "说明", "message", ratio=50),
)
FATES = {
    "stored": ("已记录", "stored"),
    "same": ("已有", "known"),
    "empty": ("未填", "empty"),
    "conflict": ("有分歧", "conflict"),
    "changed": ("输入已变", "changed"),
    "stale": ("目录已变", "stale"),
    "code": ("代码有误", "bad code"),
    "unknown": ("对不上", "unknown"),
}


def decide(
    path: Annotated[Path, typer.Argument(metavar="工作簿", help="填好“核定代码”的 .xlsx")],
    run: Annotated[
        str | None, typer.Option("--run", metavar="运行", help="属于哪次运行；默认按内容查找")
    ] = None,
    by: ByOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="与他人认定不同时以本次为准")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只核对，不记录")] = False,
    form: FormatOption = "table",
    db: DbOption = None,
) -> None:
    """读回工作簿中的核定代码，逐行核对并记录；有问题的逐行报告，以 1 退出。"""
    checked(form)
    from goufu.catalog.load import load_catalogs
    from goufu.cli.render.workbook.worklist import read_filled
    from goufu.matcher.decisions.worklist import FAULTS, judge_rows
    from goufu.store.decisions import decide_rows
    from goufu.store.runs import changed_catalogs, run_items, run_named, run_of

    rows = read_filled(path)
    store = opened(db)
    found = run_named(store, run) if run else run_of(store, rows)
    versions, who = load_catalogs(), officer(by)
    changed = changed_catalogs(found, versions)
    results = judge_rows(rows, run_items(store, found.id), versions, changed, who, replace)
    if not dry_run:
        results = decide_rows(store, results, who, path.name)
    shown = [r for r in results if (r.told if form == "table" else r.fate != "empty")]
    words = {**FATES, "stored": ("可记录", "can be stored")} if dry_run else FATES
    records = [
        {
            "line": r.row.line,
            "title": r.row.title,
            "decided": r.row.decided,
            "result": say(*words[r.fate]) if form == "table" else r.fate,
            "rule": r.rule,
            "message": say(r.zh, r.en),
        }
        for r in shown
    ]
    if records or form != "table":
        emit(records, COLUMNS, form)
    by_fate = Counter(r.fate for r in results)
    counts = say("，", ", ").join(f"{say(*words[f])} {n}" for f in FATES if (n := by_fate[f]))  # type: ignore[index]
    dry = say("（只核对，没有记录）", " (checked only, nothing stored)") if dry_run else ""
    note(
        f"运行 {found.id}：{counts or '没有填写核定代码'}{dry}",
        f"run {found.id}: {counts or 'nothing was filled in'}{dry}",
    )
    if any(r.fate in FAULTS for r in results):
        raise typer.Exit(1)
