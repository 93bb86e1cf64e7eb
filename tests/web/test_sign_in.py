"""Signing in: fixation, throttling, links, ended sessions, tokens of programs, headers of proxies."""

from __future__ import annotations

import logging
import os
import stat
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from goufu.store import people
from goufu.store.engine import reading
from goufu.store.log import events
from goufu.store.tables import ApiToken, Invitation, PersonRow, SignedIn
from goufu.web.app import create_app
from offices import NAMES, OWN, PASSWORD, Office, signed_in, token_of, visitor
from sqlmodel import select
from starlette.testclient import TestClient


def entered(client: TestClient, name: str, password: str = PASSWORD, **more: str) -> Any:
    """What the server answers to a sign-in by the form."""
    data = {"csrf": token_of(client), "name": name, "password": password, **more}
    return client.post("/sign-in", data=data, follow_redirects=False)


def test_a_sign_in_by_the_form(app: Any, office: Office) -> None:
    client = visitor(app)
    first = client.get("/worklist", follow_redirects=False)
    assert first.status_code == 303 and first.headers["location"] == "/sign-in?next=/worklist"
    answer = entered(client, NAMES["officer"], next="/worklist")
    assert answer.status_code == 303 and answer.headers["location"] == "/worklist"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    page = client.get("/").text
    assert NAMES["officer"] in page and "/people" not in page
    last = events(app.state.store)[-1]
    assert (last.officer, last.action) == (NAMES["officer"], "sign in")


def test_a_planted_cookie_is_worth_nothing(app: Any) -> None:
    """Fixation: who plants a cookie in a browser is not signed in when its owner signs in; nor does the old one live on."""
    attacker, owner = visitor(app), visitor(app)
    attacker.get("/sign-in")
    owner.cookies.set("goufu", attacker.cookies["goufu"])
    assert entered(owner, NAMES["officer"]).status_code == 303
    assert owner.cookies.get("goufu", domain="office.local") != attacker.cookies["goufu"]
    assert attacker.get("/", follow_redirects=False).status_code == 303


def test_signing_out_ends_the_session_and_not_only_the_cookie(app: Any, office: Office) -> None:
    client = signed_in(app, office.people["officer"])
    before = client.cookies["goufu"]
    assert client.get("/").status_code == 200
    client.post("/sign-out")
    thief = visitor(app)
    thief.cookies.set("goufu", before)
    assert thief.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("changed", ["x", ".", "", "a.b", "é.é", "x" * 5000])
def test_a_cookie_that_the_server_did_not_sign(app: Any, office: Office, changed: str) -> None:
    client = visitor(app)
    good = signed_in(app, office.people["officer"]).cookies["goufu"]
    for value in (changed, good + changed if changed else good[:-1], changed + good[1:]):
        answer = client.get(
            "/", headers={b"cookie": b"goufu=" + value.encode("utf-8")}, follow_redirects=False
        )
        assert answer.status_code == 303


def test_https_cookies_are_of_this_host_and_https_only(office: Office) -> None:
    app = create_app(office.settings(https=True))
    with TestClient(app):
        answer = visitor(app).get("/sign-in")
    assert (
        answer.headers["set-cookie"].startswith("__Host-goufu=")
        and "; Secure" in answer.headers["set-cookie"]
    )
    assert answer.headers["strict-transport-security"]


def test_too_many_wrong_passwords_for_a_name(app: Any) -> None:
    client = visitor(app)
    for _ in range(10):
        assert entered(client, NAMES["officer"], "falsch falsch").status_code == 403
    refused = entered(client, NAMES["officer"])
    assert refused.status_code == 429 and "15 分钟" in refused.text
    assert entered(visitor(app), NAMES["reviewer"]).status_code == 303, "others may still sign in"
    logged = [e for e in events(app.state.store) if e.action == "sign-in refused"]
    assert len(logged) == 10 and "falsch" not in str(logged)


def test_too_many_wrong_passwords_from_an_address(office: Office) -> None:
    app = create_app(office.settings(tries_address=4))
    with TestClient(app):
        client = visitor(app, client=("10.1.1.1", 1))
        for n in range(4):
            # an address that anybody may write into a header is not the one that counts
            client.headers["X-Forwarded-For"] = f"9.9.9.{n}"
            assert entered(client, f"名{n}", "falsch falsch").status_code == 403
        assert entered(client, NAMES["reviewer"]).status_code == 429
        assert entered(visitor(app, client=("10.1.1.2", 1)), NAMES["reviewer"]).status_code == 303


def test_tries_are_forgotten_in_time_and_by_success(app: Any) -> None:
    store, now, tries = app.state.store, datetime(2026, 5, 1, tzinfo=UTC), people.Tries(2, 9, 15)
    name = NAMES["officer"]
    for _ in range(3):  # one wrong, one right: never too many
        with pytest.raises(people.RefusedError):
            people.check_password(store, name, "falsch falsch", "a", tries, now)
        people.check_password(store, name, PASSWORD, "a", tries, now)
    for _ in range(2):
        with pytest.raises(people.RefusedError):
            people.check_password(store, name, "falsch falsch", "a", tries, now)
    with pytest.raises(people.TooManyTriesError):
        people.check_password(store, name, PASSWORD, "a", tries, now + timedelta(minutes=14))
    assert people.check_password(store, name, PASSWORD, "a", tries, now + timedelta(minutes=16)).name == name


def test_neither_name_nor_password_is_told_apart(app: Any) -> None:
    texts = {
        entered(visitor(app), name, "falsch falsch").text.split('role="alert">')[1].split("<")[0]
        for name in (NAMES["officer"], "没有这个人", "x" * 300)
    }
    assert texts == {"姓名或密码不对。"}


def test_the_first_administrator(tmp_path: Any, office: Office) -> None:
    from goufu.web.settings import Settings

    app = create_app(Settings(folder=tmp_path / "w", db=str(tmp_path / "new.db"), accounts=True, workers=0))
    with TestClient(app):
        store = app.state.store
        assert people.needs_first(store)
        old, key = people.invite(store, None, ""), people.invite(store, None, "")
        client = visitor(app)
        assert client.get("/welcome", params={"key": old}).status_code == 403, (
            "a later link voids the earlier"
        )
        data = {"csrf": token_of(client), "key": key, "name": "管理", "password": PASSWORD, "again": PASSWORD}
        for wrong in ({"again": "x"}, {"password": "kurz", "again": "kurz"}, {"name": ""}):
            assert client.post("/welcome", data={**data, **wrong}).status_code == 400
        assert client.post("/welcome", data=data, follow_redirects=False).status_code == 303
        assert client.get("/people").status_code == 200 and not people.needs_first(store)
        again = visitor(app)
        data["csrf"] = token_of(again)
        assert again.post("/welcome", data=data).status_code == 403, "a link works once"


def test_a_link_is_for_one_person_for_three_days(app: Any, office: Office) -> None:
    store, now = app.state.store, datetime(2026, 5, 1, tzinfo=UTC)
    key = people.reset_person(store, NAMES["officer"], "丁", now)
    with pytest.raises(people.RefusedError):
        people.accept(store, key, PASSWORD, now=now + timedelta(hours=73))
    made = people.accept(store, key, PASSWORD + "neu", "另一个名字", now + timedelta(hours=71))
    assert made.name == NAMES["officer"]
    with pytest.raises(people.RefusedError):
        people.accept(store, key, PASSWORD, now=now)


@pytest.mark.parametrize("act", ["disable", "reset", "password"])
def test_sessions_and_tokens_end_with_the_password(app: Any, office: Office, act: str) -> None:
    store, who = app.state.store, office.people["officer"]
    client, secret = signed_in(app, who), people.make_token(store, who, "脚本", "read", "甲")
    program = {"Authorization": f"Bearer {secret}"}
    assert client.get("/").status_code == 200 and visitor(app).get("/", headers=program).status_code == 200
    if act == "disable":
        people.set_disabled(store, who, True, "丁")
    elif act == "reset":
        people.reset_person(store, who, "丁")
    else:
        people.change_password(store, who, PASSWORD, PASSWORD + "neu")
    assert client.get("/", follow_redirects=False).status_code == 303
    assert visitor(app).get("/", headers=program).status_code == 403
    if act == "disable":
        assert entered(visitor(app), NAMES["officer"]).status_code == 403


def test_sessions_end_unused_and_in_any_case(app: Any, office: Office) -> None:
    store, now = app.state.store, datetime(2026, 5, 1, tzinfo=UTC)
    people.sign_in(store, office.people["officer"], "a", "wort", now)
    assert people.signed_in(store, "wort", 8, 24, now + timedelta(hours=7)) is not None
    assert people.signed_in(store, "wort", 8, 24, now + timedelta(hours=14)) is not None, "used at 7"
    assert people.signed_in(store, "wort", 8, 24, now + timedelta(hours=23)) is None, "unused since 14"
    people.sign_in(store, office.people["officer"], "a", "wort2", now)
    for hour in range(0, 24, 4):
        assert people.signed_in(store, "wort2", 8, 24, now + timedelta(hours=hour)) is not None
    assert people.signed_in(store, "wort2", 8, 24, now + timedelta(hours=25)) is None


def test_a_token_that_may_only_read(app: Any, office: Office) -> None:
    store, who = app.state.store, office.people["officer"]
    read, write = (people.make_token(store, who, "t", scope, "甲") for scope in ("read", "write"))
    file = {"files": ("a.csv", b"title\nx\n")}
    for secret, status in ((read, 403), (write, 303), (write + "x", 403), ("", 401)):
        headers = {"Authorization": f"Bearer {secret}"}
        answer = visitor(app).post("/upload", files=file, headers=headers, follow_redirects=False)
        assert answer.status_code == status, secret
    [mine] = [t for t in people.tokens(store, who) if t.scope == "write"]
    client = signed_in(app, office.people["reviewer"])
    assert client.post(f"/account/tokens/{mine.id}/revoke").status_code == 404, "another's token"
    assert len(people.tokens(store, who)) == 2
    signed_in(app, who).post(f"/account/tokens/{mine.id}/revoke")
    assert len(people.tokens(store, who)) == 1


def test_a_token_makes_no_tokens_and_no_people(app: Any, office: Office) -> None:
    store, who = app.state.store, office.people["administrator"]
    program = visitor(
        app, headers={"Authorization": f"Bearer {people.make_token(store, who, 't', 'write', '丁')}"}
    )
    assert program.get("/worklist").status_code == 200
    for method, path, data in (
        ("POST", "/account/tokens", {"name": "x", "scope": "write"}),
        ("POST", "/account/password", {"old": PASSWORD, "password": PASSWORD, "again": PASSWORD}),
        ("POST", "/people", {"name": "戊", "role": "administrator"}),
        ("POST", f"/people/{office.people['officer']}/reset", {}),
        ("GET", "/people/log", None),
        ("GET", "/account", None),
    ):
        answer = program.request(method, path, data=data)
        assert answer.status_code == 403 and "令牌不能用来管" in answer.text, path
    assert len(people.tokens(store, who)) == 1


def test_nothing_that_signs_in_is_kept_as_it_is(app: Any, office: Office) -> None:
    store, who = app.state.store, office.people["officer"]
    client = signed_in(app, who)
    word = client.cookies["goufu"].split(".")[0]
    secrets = [
        PASSWORD,
        word,
        people.make_token(store, who, "t", "read", "甲"),
        people.invite(store, who, "丁"),
    ]
    with reading(store) as session:
        rows = [
            r.model_dump_json()
            for t in (PersonRow, SignedIn, ApiToken, Invitation)
            for r in session.exec(select(t))
        ]
    kept = "\n".join(rows) + str(events(store))
    assert not [s for s in secrets if s in kept]
    assert kept.count("$argon2id$") == 4


def test_a_proxys_header_counts_from_named_addresses_only(office: Office) -> None:
    settings = office.settings(user_header="X-Remote-User", trusted_proxies=("10.0.0.5", "10.9.0.0/16"))
    app = create_app(settings)
    people.set_disabled(app.state.store, NAMES["neighbour"], True, "丁")
    name = NAMES["officer"].encode()
    with TestClient(app):
        for address, said, status in (
            ("10.0.0.5", name, 200),
            ("10.9.3.4", name, 200),
            ("10.0.0.6", name, 303),
            ("testclient", name, 303),
            ("10.0.0.5", b"", 303),
            ("10.0.0.5", "没有这个人".encode(), 303),
            ("10.0.0.5", NAMES["neighbour"].encode(), 303),
            ("10.0.0.5", b"\xff\xfe", 303),
        ):
            client = visitor(app, client=(address, 1))
            answer = client.get("/", headers={b"x-remote-user": said}, follow_redirects=False)
            assert answer.status_code == status, (address, said)
        # a page of another site cannot use the proxy's sign-in
        client = visitor(app, client=("10.0.0.5", 1))
        answer = client.post("/uploads/x/again", headers={b"x-remote-user": name})
        assert answer.status_code == 403


def test_no_header_counts_by_default(app: Any) -> None:
    for header in ("X-Remote-User", "Remote-User", "X-Forwarded-User"):
        assert (
            visitor(app)
            .get("/", headers={header.encode(): "丁".encode()}, follow_redirects=False)
            .status_code
            == 303
        )


def test_people_are_added_and_changed_by_an_administrator(app: Any, office: Office) -> None:
    client = signed_in(app, office.people["administrator"])
    page = client.post(
        "/people", data={"name": "戊", "role": "officer", "departments": f"{OWN}\n乙局、丙局"}
    ).text
    link = page.split("<code>http://office")[1].split("</code>")[0].replace("&amp;", "&")
    made = people.person_named(app.state.store, "戊")
    assert made.departments == (OWN, "乙局", "丙局") and not made.has_password
    assert "戊" in visitor(app).get(link).text
    assert (
        client.post("/people", data={"name": "戊", "role": "officer", "departments": OWN}).status_code == 400
    )
    assert client.post("/people", data={"name": "己", "role": "officer"}).status_code == 400, "no department"
    assert client.post("/people", data={"name": "己", "role": "root"}).status_code == 400
    own = office.people["administrator"]
    assert client.post(f"/people/{own}/disable").status_code == 400, "the last administrator"
    assert client.post(f"/people/{own}", data={"role": "reviewer"}).status_code == 400
    client.post(f"/people/{made.id}", data={"role": "reviewer", "departments": ""})
    assert people.person_named(app.state.store, "戊").role == "reviewer"
    logged = [(e.officer, e.action) for e in events(app.state.store) if e.detail.get("person") == made.id]
    assert logged == [("丁", "add person"), ("丁", "invite"), ("丁", "change person")]


def test_the_key_is_the_servers_alone(app: Any, office: Office) -> None:
    if os.name != "nt":
        assert stat.S_IMODE((office.folder / "web" / "secret.key").stat().st_mode) == 0o600


def test_the_log_of_requests_tells_no_content(
    app: Any, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(app, office.people["officer"])
    with caplog.at_level(logging.INFO, "goufu.web"):
        client.get("/catalog", params={"q": "热线"})
        client.get(f"/uploads/{office.own_upload}")
        entered(visitor(app), "甲", "falsch falsch")
    text = caplog.text
    assert '"route": "/uploads/{uid}"' in text and f'"person": {office.people["officer"]}' in text
    assert not any(s in text for s in ("热线", office.own_upload, "falsch", client.cookies["goufu"]))


def test_another_host_is_not_answered(office: Office) -> None:
    """A page elsewhere cannot reach the server under a name of its own that leads to this address."""
    app = create_app(office.settings(hosts=("office", "127.0.0.1")))
    with TestClient(app):
        assert visitor(app).get("/health").status_code == 200
        assert visitor(app).get("/health", headers={"Host": "evil.example:8420"}).status_code == 421


def test_a_server_without_accounts_takes_changes_from_its_pages_and_from_programs(client: TestClient) -> None:
    file = {"files": ("a.csv", b"title\nx\n")}
    for headers, status in (
        ({}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://127.0.0.1", "X-CSRF-Token": token_of(client)}, 303),
    ):
        if "X-CSRF-Token" not in headers:
            client.cookies.clear()
        else:
            headers["X-CSRF-Token"] = token_of(client)
        assert (
            client.post("/upload", files=file, headers=headers, follow_redirects=False).status_code == status
        )
