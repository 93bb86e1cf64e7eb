"""`goufu backup`: the whole store in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from goufu.cli.shared.output import note
from goufu.cli.shared.store_access import DbOption, opened


def backup(
    path: Annotated[Path | None, typer.Argument(metavar="文件", help="备份文件；默认 goufu-日期.db")] = None,
    db: DbOption = None,
) -> None:
    """把整个存储备份成一个文件，并核对无误。"""
    from datetime import datetime

    from goufu.store.backup import backup as take

    store = opened(db)
    target = path or Path(f"goufu-{datetime.now():%Y%m%d-%H%M}.db")
    seen = take(store, target)
    rows = seen.rows
    note(
        f"已备份到 {target}：运行 {rows['run']}，项目 {rows['item']}，认定 {rows['decision']}，先例 {rows['precedent']}（已核对）",
        f"backed up to {target}: {rows['run']} runs, {rows['item']} items, {rows['decision']} decisions, {rows['precedent']} precedents (checked)",
    )
