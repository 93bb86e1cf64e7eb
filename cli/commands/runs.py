"""`goufu runs`: the classifications that were recorded, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.cli.render.records import run_record
from goufu.cli.shared.options import FormatOption, checked
from goufu.cli.shared.output import Column, emit, listed, note
from goufu.cli.shared.store_access import DbOption, opened

if TYPE_CHECKING:
    from goufu.store.runs import RunInfo

COLUMNS = (
    Column("id", "运行", "run", right=True),
    Column("made_at", "时间", "made at", width=16),
    Column("officer", "经办", "officer", width=10),
    Column("inputs", "文件", "files", ratio=4),
    Column("items", "项目", "items", right=True),
    Column("review", "待复核", "review", right=True),
    Column("decided", "已认定", "decided", right=True),
    Column("catalogs", "目录", "catalogs", ratio=2),
)


def runs(
    form: FormatOption = "table",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="最多列出几次")] = 20,
    db: DbOption = None,
) -> None:
    """列出记录过的运行。"""
    checked(form)
    from goufu.store.runs import runs as all_runs

    store = opened(db)
    found = all_runs(store, limit if form == "table" else None)
    records = [_row(r) if form == "table" else run_record(r) for r in found]
    if form == "table" and not records:
        note(
            "还没有记录任何运行；用 goufu classify … --save 记录",
            "no run was recorded yet; use goufu classify … --save",
        )
        return
    emit(records, COLUMNS, form)
    if form == "table":
        note(f"存储：{store.place.label}", f"store: {store.place.label}")


def _row(run: RunInfo) -> dict[str, Any]:
    return {
        **run_record(run),
        "made_at": run.made_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        "inputs": listed(i.name for i in run.inputs),
        "catalogs": " ".join(v for v, _ in run.catalogs),
    }
