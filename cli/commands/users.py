"""`goufu users`: the people of `goufu serve --accounts`, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from goufu.cli.shared.options import FormatOption, checked
from goufu.cli.shared.output import Column, emit, listed, note, say
from goufu.cli.shared.store_access import ByOption, DbOption, officer, opened

if TYPE_CHECKING:
    from goufu.store.engine import Store

_STATES = {"active": "可登录", "invited": "未设密码", "disabled": "已停用"}

app = typer.Typer(
    help="网页服务的人员：添加、停用、重设密码、列出。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(metavar="姓名")]

_COLUMNS = (
    Column("name", "姓名", "name"),
    Column("role", "角色", "role"),
    Column("departments", "部门", "departments", ratio=1),
    Column("state", "状态", "state"),
)


@app.command()
def add(
    name: Name,
    role: Annotated[
        str,
        typer.Option("--role", metavar="角色", help="officer 经办人、reviewer 复核人或 administrator 管理员"),
    ] = "officer",
    department: Annotated[
        list[str] | None,
        typer.Option("--department", "-d", metavar="部门", help="经办人所在部门的全称，可重复"),
    ] = None,
    by: ByOption = None,
    db: DbOption = None,
) -> None:
    """添加一人，给出由本人设置密码的一次性链接。"""
    from goufu.store.people import add_person

    store = opened(db, create=True)
    who = add_person(store, name, role, department or (), officer(by))
    _link(store, who.id, who.name, by)


@app.command()
def disable(name: Name, by: ByOption = None, db: DbOption = None) -> None:
    """停用一人：立即退出登录，令牌作废。"""
    from goufu.store.people import set_disabled

    who = set_disabled(opened(db), name, True, officer(by))
    note(f"已停用 {who.name}", f"{who.name} is disabled")


@app.command()
def enable(name: Name, by: ByOption = None, db: DbOption = None) -> None:
    """重新启用一人。"""
    from goufu.store.people import set_disabled

    who = set_disabled(opened(db), name, False, officer(by))
    note(f"已启用 {who.name}", f"{who.name} is enabled")


@app.command()
def reset(name: Name, by: ByOption = None, db: DbOption = None) -> None:
    """作废一人的密码、登录和令牌，给出重设密码的一次性链接。"""
    from goufu.store.people import person_named, reset_person

    store = opened(db)
    who = person_named(store, name)
    _told(reset_person(store, who.id, officer(by)), who.name)


@app.command(name="list")
def list_people(form: FormatOption = "table", db: DbOption = None) -> None:
    """列出全部人员。"""
    from goufu.store.people import ROLE_NAMES, people

    found = people(opened(db))
    in_words = checked(form) == "table"
    emit(
        (
            {
                "name": one.name,
                "role": say(*ROLE_NAMES[one.role]) if in_words else one.role,
                "departments": listed(one.departments),
                "state": say(_STATES[state], state) if in_words else state,
            }
            for one in found
            for state in ("disabled" if one.disabled else "active" if one.has_password else "invited",)
        ),
        _COLUMNS,
        checked(form),
    )


def _link(store: Store, person: int, name: str, by: str | None) -> None:
    from goufu.store.people import invite

    _told(invite(store, person, officer(by)), name)


def _told(secret: str, name: str) -> None:
    """The link's path on stdout, to be put behind the server's address."""
    note(
        f"把服务器地址加上下面这一段发给 {name}，72 小时内可用一次，由本人设置密码：",
        f"give {name} the server's address with this behind it; it works once, within 72 hours:",
    )
    print(f"/welcome?key={secret}")
