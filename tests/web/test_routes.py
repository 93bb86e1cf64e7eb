"""Every route × every role, from one table; nothing but three files is served; no link leads elsewhere."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from goufu.web.app import create_app
from goufu.web.roles import ROLES, SAFE
from offices import MARKUP, SECRET, Office, declared, routes, signed_in, token_of, visitor
from starlette.testclient import TestClient

#: method, path, least role, and whether a change must carry the token ("" for methods that change nothing)
TABLE = Path(__file__).parent / "routes.tsv"


def table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def filled(path: str, office: Office, whose: str) -> str:
    """`path` with the objects of the officer's own department, or of the other."""
    known = {
        "run": str(office.own_run if whose == "own" else office.other_run),
        "item": str(office.own_item if whose == "own" else office.other_item),
        "uid": office.own_upload if whose == "own" else office.other_upload,
        "number": str(office.people["neighbour"]),
        "lang": "zh",
    }
    for part in path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}").partition(":")[0]
            path = path.replace(part, known.get(name, "1"))
    return path


def test_the_table_is_what_the_routes_declare(settings: Any) -> None:
    found = set()
    for method, path, dependant in routes(create_app(settings)):
        assert dependant is not None, f"{path} is no route of FastAPI and cannot be guarded"
        roles = set(declared(dependant))
        assert len(roles) == 1, f"{method} {path} names {roles or 'no role'}"
        role, csrf = roles.pop()
        found.add((method, path, role, "" if method in SAFE else "yes" if csrf else "no"))
    said = {(one["method"], one["path"], one["role"], one["token"]) for one in table()}
    assert {one[2] for one in found} <= set(ROLES)
    assert sorted(found - said) == [], "not in tests/web/routes.tsv"
    assert sorted(said - found) == [], "in tests/web/routes.tsv only"


@pytest.mark.parametrize("who", ["visitor", "officer", "reviewer", "administrator"])
def test_every_route_for_every_role(app: Any, office: Office, who: str) -> None:
    """Who is below the role of a route is refused; who is not is let in."""
    role = "anyone" if who == "visitor" else who

    def arrived() -> TestClient:
        if who != "visitor":
            return signed_in(app, office.people[who])
        client = visitor(app)
        client.headers["X-CSRF-Token"] = token_of(client)
        return client

    client = arrived()
    for one in table():
        path = filled(one["path"], office, "own")
        answer = client.request(one["method"], path, follow_redirects=False)
        what = f"{who}: {one['method']} {path}: {answer.status_code}"
        if ROLES.index(role) < ROLES.index(one["role"]):
            to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
            assert answer.status_code in (401, 403) or to_sign_in, what
            assert SECRET not in answer.text
        else:
            refused = answer.status_code == 403 and "您的角色" in answer.text
            assert not refused and answer.status_code not in (401, 500), what
            if one["method"] not in SAFE:  # which may have signed her out
                client = arrived()


def test_no_change_without_the_token(app: Any, office: Office) -> None:
    """Neither without one nor with another browser's; and a page of another site has neither."""
    stolen = signed_in(app, office.people["officer"]).headers["X-CSRF-Token"]
    client = signed_in(app, office.people["administrator"])
    for one in table():
        if one["token"] != "yes":
            continue
        for token in ("", stolen, "x" * 64):
            client.headers["X-CSRF-Token"] = token
            answer = client.request(one["method"], filled(one["path"], office, "own"), follow_redirects=False)
            assert answer.status_code == 403 and ("过期" in answer.text or "expired" in answer.text), one


@pytest.mark.parametrize("who", ["officer", "visitor"])
def test_nobody_meets_what_is_another_departments(app: Any, office: Office, who: str) -> None:
    """Every route, with her own objects and with the other department's: nothing of the other's is in any answer."""
    client = signed_in(app, office.people["officer"]) if who == "officer" else visitor(app)
    objects = ("{run", "{item", "{uid")
    for one in table():
        for whose in ("own", "other"):
            path = filled(one["path"], office, whose)
            answer = client.request(one["method"], path, follow_redirects=False)
            assert SECRET.encode() not in answer.content, f"{one['method']} {path}"
            if whose == "other" and any(name in one["path"] for name in objects) and who == "officer":
                assert answer.status_code in (400, 403, 404, 422), (
                    f"{one['method']} {path}: {answer.status_code}"
                )
        if one["path"].startswith(("/sign-out", "/account/password")) and who == "officer":
            client = signed_in(app, office.people["officer"])


def test_markup_in_any_field_stays_text(app: Any, office: Office) -> None:
    """Titles, names, departments, notes, file names: as a reader of the whole store, on every page, in both languages."""
    client = signed_in(app, office.people["administrator"])
    pages = 0
    for one in table():
        if one["method"] != "GET":
            continue
        for lang in ("zh", "en"):
            client.cookies.set("goufu_lang", lang)
            for whose in ("own", "other"):
                answer = client.get(filled(one["path"], office, whose))
                if answer.headers.get("content-type", "").startswith("text/html"):
                    pages += 1
                    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, one
                    assert "'unsafe" not in answer.headers["content-security-policy"]
    assert pages > 20
    assert "&lt;script&gt;" in client.get("/people").text and MARKUP not in client.get("/people").text


@pytest.mark.parametrize(
    "path", ["/", "/worklist", "/catalog", "/overview", "/precedents", "/hand-over", "/people", "/sign-in"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_stand(client: TestClient, path: str, lang: str) -> None:
    client.cookies.set("goufu_lang", lang)
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'lang="{"en" if lang == "en" else "zh-CN"}"' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert " style=" not in answer.text and " onclick=" not in answer.text and "<style" not in answer.text
    assert "http://" not in answer.text.replace("http://127.0.0.1", "") and "https://" not in answer.text


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "README.md", "goufu.css%00", "%2e%2e/settings.py"]
)
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("elsewhere", ["//example.org", "https://example.org", "/\\example.org", "\n/x"])
def test_no_link_leads_elsewhere(client: TestClient, elsewhere: str) -> None:
    answer = client.get("/language/en", params={"back": elsewhere}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_what_nobody_foresaw_is_one_sentence(
    app: Any, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("goufu.web.pages.home.uploads", broken)
    monkeypatch.setattr("goufu.cli.shared.faults._kept", lambda text: Path("/srv/hidden/4711.txt"))
    answer = signed_in(app, office.people["officer"]).get("/")
    assert answer.status_code == 500 and "没有料到的差错（RuntimeError）" in answer.text
    assert SECRET not in answer.text and "content-security-policy" in answer.headers
    assert "4711" in answer.text and "/srv" not in answer.text, (
        "the report by its number, no folder of the server"
    )


def test_a_page_that_could_not_be_shown_says_what_to_do_next(
    app: Any, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is not signed in is led there; what may go well a moment later is offered again, nobody is sent to sign in."""
    from goufu.store.errors import StoreError

    refused = visitor(app).get("/welcome?key=x")
    assert refused.status_code == 403 and 'href="/sign-in"' in refused.text

    def away(*_: Any) -> None:
        raise StoreError("数据库暂时连不上。", "The database cannot be reached.")

    monkeypatch.setattr("goufu.web.pages.worklist.runs", away)
    answer = signed_in(app, office.people["officer"]).get("/worklist")
    assert answer.status_code == 503 and 'href="/worklist">再试一次' in answer.text
