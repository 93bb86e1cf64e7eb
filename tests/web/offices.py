"""An office for the tests of the web server: two officers of two departments, a reviewer, an administrator; runs of both.

Every text that people or documents bring is hostile: it holds markup that must never reach a page as such. What
belongs to the second department alone holds `SECRET`, which its neighbours must never meet.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.decisions.choice import choice_named
from goufu.store.address import StoreAddress
from goufu.store.decisions import decide, remark
from goufu.store.passwords import new_secret
from goufu.store.people import accept, add_person, invite, sign_in
from goufu.store.runs import Input, record_run, run_items
from goufu.store.schema import open_store
from goufu.store.uploads import Content, claim, failed, hand_in
from goufu.web.app import create_app
from goufu.web.identity import cookie_value
from goufu.web.settings import Settings
from starlette.testclient import TestClient

SECRET = "机密事项"
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
OWN, OTHER = "甲县行政审批服务管理局", "甲县城市管理局"
PASSWORD = "一个够长的密码 2026"
NAMES = {"officer": "甲", "neighbour": "乙" + SECRET, "reviewer": "丙", "administrator": "丁"}


@dataclass(frozen=True)
class Office:
    """A store with people and runs, and a folder, ready to be copied for a test. `other` are the second department's."""

    folder: Path
    people: dict[str, int]
    own_run: int
    other_run: int
    other_item: int
    own_item: int
    own_upload: str
    other_upload: str

    def copied(self, to: Path) -> Office:
        """The same office in another folder."""
        shutil.copytree(self.folder, to)
        return Office(to, *(getattr(self, name) for name in list(self.__dataclass_fields__)[1:]))

    def settings(self, **more: Any) -> Settings:
        """A server with accounts over this office, which reads nothing in the background."""
        given: dict[str, Any] = {
            "folder": self.folder / "web",
            "db": str(self.folder / "goufu.db"),
            "accounts": True,
            "workers": 0,
            **more,
        }
        return Settings(**given)


def made(folder: Path) -> Office:
    """The office, made anew in `folder`."""
    folder.mkdir(parents=True)
    store = open_store(StoreAddress(folder / "goufu.db"))
    departments = {"officer": [OWN], "neighbour": [OTHER]}
    people = {}
    for who, name in NAMES.items():
        role = who if who != "neighbour" else "officer"
        people[who] = add_person(store, name, role, departments.get(who, []), "测试").id
        accept(store, invite(store, people[who], "测试"), PASSWORD)
    disabled = add_person(store, f"离职{MARKUP}"[:60], "officer", [f"{OWN}{MARKUP}"], "测试")
    assert disabled.id
    runs = {}
    for department, secret, by in ((OWN, "", "officer"), (OTHER, SECRET, "neighbour")):
        lines = [
            BudgetItem(
                f"{n}{MARKUP}{secret}", f"{title}{secret}{MARKUP}", department=department, unit=f"{department}{secret}",
                summary=f"{secret}摘要{MARKUP}", year=2026,
            )
            for n, title in enumerate(("政务服务热线运行", "城区道路清扫保洁服务", "办公楼维修工程"))
        ]  # fmt: skip
        judged = assess(lines, load_catalogs(), today=date(2026, 1, 1))
        inputs = [Input(f"预算{secret}{MARKUP}.xlsx", 10, "0" * 64)]
        run = record_run(
            store, judged, inputs, load_catalogs(), NAMES[by], "0", {}, departments=(department,),
            now=datetime(2026, 3, 2, tzinfo=UTC),
        )  # fmt: skip
        item = run_items(store, run)[2]
        decide(store, item.id, choice_named("工程", item, load_catalogs(), f"{secret}{MARKUP}"), NAMES[by], 0)
        remark(store, item.id, f"{secret}{MARKUP}", NAMES[by])
        file = Content(f"{run:032x}", f"预算{secret}{MARKUP}.xlsx", 10, "0" * 64)
        hand_in(store, "w", NAMES[by], [department], [file], {"department": f"{department}{secret}{MARKUP}"})
        runs[department] = (run, item.id, file.uid)
    for _ in runs:
        handed = claim(store, "w")
        assert handed is not None
        failed(store, handed.uid, handed.attempts, GoufuError(f"没有读成{MARKUP}", MARKUP))
    store.engine.dispose()
    own, other = runs[OWN], runs[OTHER]
    return Office(folder, people, own[0], other[0], other[1], own[1], own[2], other[2])


def visitor(app: Any, **more: Any) -> TestClient:
    """A browser in which nobody is signed in; errors of the program are answers, as outside the tests."""
    return TestClient(app, base_url="http://office", raise_server_exceptions=False, **more)


def signed_in(app: Any, person: int) -> TestClient:
    """A browser in which `person` is signed in; its forms carry the token."""
    word = new_secret()
    sign_in(app.state.store, person, "test", word)
    client = visitor(app)
    client.cookies.set("goufu", cookie_value(app.state.key, word))
    client.headers["X-CSRF-Token"] = token_of(client)
    return client


def token_of(client: TestClient) -> str:
    """The token in the forms of the sign-in page that this browser is shown."""
    page = client.get("/sign-in").text
    return page.split('name="csrf" value="')[1].split('"')[0]


def declared(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The roles that a route names, each with whether changes must carry a token."""
    for one in dependant.dependencies:
        role = getattr(one.call, "role", None)
        if role is not None:
            yield role, getattr(one.call, "csrf", True)
        yield from declared(one)


def routes(app: Any) -> Iterator[tuple[str, str, Dependant | None]]:
    """Each route and method: (method, path, what it depends on), the last None where that is not known."""
    for context in iter_route_contexts(app.routes):
        for method in sorted(set(context.methods or {"?"}) - {"HEAD"}):
            yield method, context.path or "", getattr(context, "dependant", None)


__all__ = [
    "MARKUP",
    "NAMES",
    "OTHER",
    "OWN",
    "PASSWORD",
    "SECRET",
    "Office",
    "create_app",
    "declared",
    "made",
    "routes",
    "signed_in",
    "token_of",
    "visitor",
]
