"""`goufu restore`: a backup back into a store, checked before anything is touched."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from goufu.cli.shared.output import note
from goufu.cli.shared.store_access import ByOption, DbOption, officer, opened


def restore(
    path: Annotated[Path, typer.Argument(metavar="文件", help="goufu backup 所做的备份")],
    replace: Annotated[bool, typer.Option("--replace", help="取代存储中现有的内容（先自动备份）")] = False,
    by: ByOption = None,
    db: DbOption = None,
) -> None:
    """从备份恢复；先核对备份，再一次性写入。"""
    from goufu.store.backup import backup, inspect_backup, is_empty
    from goufu.store.backup import restore as put_back

    inspect_backup(path)
    store = opened(db, create=True)
    if replace and not is_empty(store):
        kept = path.with_name(f"goufu-before-restore-{datetime.now():%Y%m%d-%H%M%S}.db")
        backup(store, kept)
        note(f"现有内容已先备份到 {kept}", f"what was there is backed up in {kept}")
    seen = put_back(store, path, officer(by), replace)
    rows = seen.rows
    note(
        f"已恢复 {seen.taken_at} 的备份：运行 {rows['run']}，项目 {rows['item']}，认定 {rows['decision']}，先例 {rows['precedent']}",
        f"restored the backup of {seen.taken_at}: {rows['run']} runs, {rows['item']} items, {rows['decision']} decisions, {rows['precedent']} precedents",
    )
