"""`goufu store`: where the store is, whether it fits this program and its log is whole; up and down by hand."""

from __future__ import annotations

from typing import Annotated

import typer
from goufu.cli.shared.output import note, say
from goufu.cli.shared.store_access import DbOption

app = typer.Typer(
    help="存储的状态与结构升级。", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)


@app.command()
def status(db: DbOption = None) -> None:
    """存储在哪里，有什么，审计日志是否完整。"""
    from goufu.store.address import address_of
    from goufu.store.engine import connect, reading
    from goufu.store.schema import HEAD, revision

    place = address_of(db)
    print(f"{say('存储', 'store')}　{place.label}")
    if not place.exists:
        print(say("还没有存储", "there is no store yet"))
        return
    store = connect(place, create=False)
    found = revision(store)
    print(
        f"{say('结构', 'tables')}　{found or '—'}"
        + ("" if found == HEAD else say(f"（本程序为 {HEAD}）", f" (this program: {HEAD})"))
    )
    if found != HEAD:
        return
    from goufu.store import tables
    from goufu.store.log import gaps
    from sqlmodel import func, select

    with reading(store) as session:
        for name, table in (
            (say("运行", "runs"), tables.Run),
            (say("项目", "items"), tables.Item),
            (say("认定", "decisions"), tables.Decision),
            (say("先例", "precedents"), tables.PrecedentRow),
            (say("日志", "log lines"), tables.Audit),
        ):
            print(f"{name}　{session.exec(select(func.count()).select_from(table)).one()}")
    faults = gaps(store)
    print(
        say("日志完整", "the log is whole")
        if not faults
        else say("日志有缺：", "the log has gaps: ") + "；".join(faults[:5])
    )
    if faults:
        raise typer.Exit(1)


@app.command()
def upgrade(db: DbOption = None) -> None:
    """把存储的结构升到本程序的版本；共享存储请先备份。"""
    from goufu.store.address import address_of
    from goufu.store.engine import connect
    from goufu.store.schema import HEAD, revision
    from goufu.store.schema import upgrade as bring_up

    store = connect(address_of(db))
    before = revision(store)
    bring_up(store)
    note(f"结构 {before or '—'} → {HEAD}", f"tables {before or '—'} → {HEAD}")


@app.command()
def downgrade(
    to: Annotated[str, typer.Argument(metavar="结构", help="如 0001")],
    yes: Annotated[bool, typer.Option("--yes", help="确认：较旧的结构装不下的内容会丢失")] = False,
    db: DbOption = None,
) -> None:
    """退回较旧的结构（装不下的内容会丢失，请先备份）。"""
    from goufu.catalog.errors import GoufuError
    from goufu.store.schema import downgrade as bring_down
    from goufu.store.schema import open_store

    from goufu.store.address import address_of  # isort: skip

    if not yes:
        raise GoufuError(
            "退回旧结构会丢失内容；备份后加 --yes", "going back loses content; back up, then add --yes"
        )
    store = open_store(address_of(db), create=False)
    bring_down(store, to)
    note(f"结构已退回 {to}", f"tables are back at {to}")
