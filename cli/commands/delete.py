"""`goufu delete`: a run goes, with its items and decisions; said explicitly, and logged."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.output import note, say
from goufu.cli.shared.store_access import ByOption, DbOption, officer, opened, run_title


def delete(
    run: Annotated[str, typer.Argument(metavar="运行", help="运行编号")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
    with_precedents: Annotated[
        bool, typer.Option("--with-precedents", help="由它产生的先例也一并删除")
    ] = False,
    by: ByOption = None,
    db: DbOption = None,
) -> None:
    """删除一次运行及其认定（先例默认保留）。"""
    from goufu.store.runs import delete_run, run_named

    store = opened(db)
    found = run_named(store, run)
    if not yes:
        if not sys.stdin.isatty():
            raise GoufuError("删除运行请加 --yes", "to delete a run add --yes")
        print(run_title(found), file=sys.stderr)
        print(
            say(
                f"将删除 {found.items} 项和其中 {found.decided} 项认定。确定吗？输入 yes：",
                f"{found.items} items and {found.decided} decisions will be deleted. Sure? type yes: ",
            ),
            end="",
            file=sys.stderr,
            flush=True,
        )
        if sys.stdin.readline().strip().lower() not in ("yes", "是"):
            note("没有删除", "nothing was deleted")
            raise typer.Exit(1)
    items, precedents = delete_run(store, found.id, officer(by), with_precedents)
    note(
        f"已删除运行 {found.id}：{items} 项，先例 {precedents} 条",
        f"deleted run {found.id}: {items} items, {precedents} precedents",
    )
