"""People: who may sign in, with which role, for which departments; links for passwords; the log of who did what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from goufu.catalog.text import Lang
from goufu.cli.render.judgements import NATURES
from goufu.matcher.outcome_names import OUTCOME_NAMES
from goufu.store import people as kept
from goufu.store.log import newest
from goufu.web.pages import NavigationEntry
from goufu.web.roles import Administrator
from goufu.web.view import view

NAVIGATION = NavigationEntry("/people", "人员", "People", "administrator")
router = APIRouter()
Text = Annotated[str, Form()]
#: what the log calls an action, and the names of its details, in Chinese
ACTIONS = {
    "record run": "存入结果", "delete run": "删除结果", "upload": "上传", "decide": "认定", "withdraw": "撤回认定", "note": "备注",
    "upload again": "重读文件", "restore": "恢复备份", "import precedents": "导入先例", "forget precedent": "撤回先例",
    "add person": "添加人员", "change person": "更改人员", "disable person": "停用人员", "enable person": "启用人员",
    "invite": "给出链接", "reset person": "重设密码", "set password": "设置密码", "sign in": "登录",
    "sign out": "退出", "sign-in refused": "登录被拒", "make token": "新建令牌", "revoke token": "作废令牌",
}  # fmt: skip
DETAILS = {
    "person": "人员", "role": "角色", "departments": "部门", "address": "地址", "token": "令牌", "scope": "权限",
    "revision": "改动次数", "outcome": "结果", "version": "版本", "section": "部门目录", "code": "代码", "name": "名称",
    "nature": "性质", "source": "来自", "items": "项目数", "upload": "上传编号", "sha256": "文件指纹", "inputs": "文件指纹",
    "size": "字节数", "rows": "条数", "taken_at": "备份时间", "acceptance": "一并采用", "instead_of": "此前",
    "signed_on": "签发日期", "refused": "未导入", "added": "新增", "replaced": "更新", "known": "已有",
}  # fmt: skip
#: what some details say, in Chinese and English
VALUES = {
    "outcome": OUTCOME_NAMES,
    "nature": NATURES,
    "role": kept.ROLE_NAMES,
    "scope": {"read": ("只读", "read"), "write": ("读写", "read and write")},
    "source": {
        "web": ("网页", "page"), "api": ("接口", "API"), "review": ("goufu review", "goufu review"),
        "workbook": ("填写的工作簿", "filled workbook"),
    },
}  # fmt: skip
#: digests and marks tell two things apart by their beginning
_DIGEST = re.compile(r"[0-9a-f]{32,64}")


@router.get("/people")
def people(request: Request, person: Administrator) -> HTMLResponse:
    """Everybody, and forms to add and change."""
    return _page(request, person)


def _page(request: Request, person: Administrator, link: str = "", whose: str = "") -> HTMLResponse:
    store = request.app.state.store
    return view(
        request,
        "people.html",
        person,
        people=kept.people(store),
        ROLE_NAMES=kept.ROLE_NAMES,
        link=link,
        whose=whose,
    )


def _linked(request: Request, person: Administrator, secret: str, name: str) -> HTMLResponse:
    scheme = "https" if request.app.state.settings.https else "http"
    link = str(request.base_url.replace(scheme=scheme, path="/welcome", query=f"key={secret}"))
    return _page(request, person, link, name)


def _departments(text: str) -> list[str]:
    """One department a line, or separated by 、."""
    return [name.strip() for name in text.replace("、", "\n").splitlines() if name.strip()]


@router.post("/people")
def add(
    request: Request, person: Administrator, name: Text, role: Text, departments: Text = ""
) -> HTMLResponse:
    """Somebody new, and the link to give them."""
    store = request.app.state.store
    made = kept.add_person(store, name, role, _departments(departments), person.name)
    return _linked(request, person, kept.invite(store, made.id, person.name), made.name)


@router.post("/people/{number}")
def change(
    request: Request, person: Administrator, number: int, role: Text, departments: Text = ""
) -> RedirectResponse:
    """Another role or other departments."""
    kept.change_person(request.app.state.store, number, role, _departments(departments), person.name)
    return RedirectResponse("/people", 303)


@router.post("/people/{number}/disable")
def disable(request: Request, person: Administrator, number: int) -> RedirectResponse:
    """Shut somebody out at once."""
    kept.set_disabled(request.app.state.store, number, True, person.name)
    return RedirectResponse("/people", 303)


@router.post("/people/{number}/enable")
def enable(request: Request, person: Administrator, number: int) -> RedirectResponse:
    """Let somebody in again."""
    kept.set_disabled(request.app.state.store, number, False, person.name)
    return RedirectResponse("/people", 303)


@router.post("/people/{number}/reset")
def reset(request: Request, person: Administrator, number: int) -> HTMLResponse:
    """Void a password; a link for another."""
    store = request.app.state.store
    secret = kept.reset_person(store, number, person.name)
    return _linked(request, person, secret, next(p.name for p in kept.people(store) if p.id == number))


@router.get("/people/log")
def log(request: Request, person: Administrator, before: Annotated[int, Query(ge=0)] = 0) -> HTMLResponse:
    """The log, newest first, by the page."""
    store = request.app.state.store
    names = {str(p.id): p.name for p in kept.people(store)}
    lines = newest(store, before, 100)
    return view(
        request, "log.html", person, lines=lines, ACTIONS=ACTIONS,
        told=lambda detail, lang: told(detail, lang, names),
    )  # fmt: skip


def told(
    detail: Mapping[str, Any], lang: Lang, people: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """The details of a line of the log as (name, value) for a reader; the long numbers of the program are cut or left out.

    `people` are the names of persons by number.
    """
    return [
        (
            name.replace("_", " ") if lang == "en" else DETAILS.get(name, name),
            _value(name, value, lang, people or {}),
        )
        for name, value in detail.items()
        if name != "uid" and value not in ("", None, [], {})
    ]


def _value(name: str, value: Any, lang: Lang, people: Mapping[str, str]) -> str:
    if isinstance(
        value, Mapping
    ):  # what stood before: its code, or why there was none, and whose word it was
        said = value.get("code") or _value("outcome", value.get("outcome", ""), lang, people)
        return " ".join(filter(None, (said, value.get("officer", ""))))
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    word = VALUES.get(name, {}).get(text)
    if word:
        return word[lang == "en"]
    return people.get(text, text) if name == "person" else _DIGEST.sub(lambda m: f"{m[0][:12]}…", text)
