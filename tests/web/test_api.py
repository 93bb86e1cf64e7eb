"""The API: docs/api.md is run as it stands; records are those of the commands; tokens, scopes, limits, errors."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from goufu.catalog.load import load_catalogs
from goufu.cli.main import app as command_line
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.decisions.choice import choice_named
from goufu.store.decisions import decide
from goufu.store.people import make_token
from goufu.store.runs import record_run, run_items
from goufu.web.api.pace import Pace
from goufu.web.app import create_app
from offices import MARKUP, NAMES, OTHER, SECRET, Office, visitor
from starlette.testclient import TestClient
from typer.testing import CliRunner

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
LINES = {"Accept": "application/x-ndjson"}
ITEMS = [
    {"id": "a", "title": "城区道路清扫保洁服务", "department": "某县城市管理局", "year": 2026, "amount_wan": 12.5},
    {"id": "b", "title": "办公楼维修改造工程", "department": "某县城市管理局", "year": 2026, "amount_wan": 30},
    {"id": "c", "title": "法律顾问服务", "department": "住房和城乡建设", "year": 2025, "summary": "合同五年"},
]  # fmt: skip


def program(app: Any, person: int, scope: str = "read") -> TestClient:
    """A program with a token of the person."""
    token = make_token(app.state.store, person, "测试", scope, "测试")
    client = visitor(app)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def examples() -> Iterator[tuple[str, str]]:
    """Each command of the page with the answer printed below it."""
    text = DOCS.read_text("utf-8")
    pairs = re.findall(r"```console\n\$ (.+?)\n```\n\n```json\n(.+?)\n```", text, re.S)
    assert len(pairs) == text.count("```console") > 8
    yield from pairs


def sent(client: TestClient, command: str) -> Any:
    """What `command`, a call of curl, gets from the app."""
    name, *words = shlex.split(command)
    assert name == "curl"
    headers: dict[str, str] = {}
    data, form, url = None, [], ""
    while words:
        word = words.pop(0)
        if word == "-H":
            key, _, value = words.pop(0).partition(": ")
            headers |= {} if value == "Bearer $TOKEN" else {key: value}
        elif word == "-d":
            data = words.pop(0)
        elif word == "-F":
            form.append(words.pop(0).split("=", 1))
        else:
            url = word.removeprefix("http://127.0.0.1:8420")
    if form:
        fields = {key: value for key, value in form if not value.startswith("@")}
        files = {k: (v[1:], "项目名称,金额（万元）\n道路清扫,12\n") for k, v in form if v.startswith("@")}
        return client.post(url, data=fields, files=files, headers=headers)
    if data is not None:
        return client.post(url, content=data.encode(), headers=headers)
    return client.get(url, headers=headers)


def holds(said: Any, found: Any) -> bool:
    """Whether `found` has all that `said` has: of lists the first elements, of objects those fields."""
    if isinstance(said, dict):
        return isinstance(found, dict) and all(k in found and holds(v, found[k]) for k, v in said.items())
    if isinstance(said, list):
        return isinstance(found, list) and len(found) >= len(said) and all(map(holds, said, found))
    return bool(said == found)


def test_the_examples_of_the_page_are_what_happens(app: Any, office: Office) -> None:
    client = program(app, office.people["officer"], "write")
    for command, answer in examples():
        found = sent(client, command)
        assert holds(json.loads(answer), found.json()), f"{command}\n{found.status_code} {found.text[:600]}"


def test_records_are_those_of_the_command(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte the lines of `goufu classify --format jsonl` on the same records."""
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in ITEMS), "utf-8")
    for lang in ("zh", "en"):
        printed = CliRunner().invoke(
            command_line, ["--lang", lang, "classify", str(path), "--format", "jsonl", "--no-store"]
        )
        client.cookies.set("goufu_lang", lang)
        answer = client.post("/api/v1/classify", json=ITEMS, headers={**LINES, "X-CSRF-Token": "not needed"})
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        assert answer.text == printed.stdout and answer.text.count("\n") == 3
        as_array = client.post("/api/v1/classify", json={"items": ITEMS})
        assert as_array.json() == [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b"{}", b"[1]", b'[{"name": "x"}]', b"[" * 100_000, b"\xff\xfe[]"]
    + [b'[{"title": "x"}, {"title": ""}]', b'[{"title": "x", "amount_wan": "\xe5\xbe\x88\xe5\xa4\x9a"}, {}]'],
)
def test_what_is_no_list_of_items_is_refused_in_a_sentence(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/v1/classify", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    said = answer.json()
    assert said["error"] and re.search(r"[\u4e00-\u9fff]", said["error_zh"])


def test_long_requests_are_refused(office: Office) -> None:
    app = create_app(office.settings(request_kb=4, api_items=20))
    with TestClient(app):
        client = program(app, office.people["officer"])
        for body in ([{"title": "服务"}] * 21, [{"title": "服务", "summary": "长" * 5000}]):
            answer = client.post("/api/v1/classify", json=body)
            assert answer.status_code == 413 and answer.json()["error"].startswith(
                ("At most 20", "The request")
            )


def test_a_token_has_a_pace(office: Office) -> None:
    """The fourth request within a minute is refused; another token of the same person is not."""
    app = create_app(office.settings(api_per_minute=3))
    with TestClient(app):
        one, other = (program(app, office.people["officer"]) for _ in range(2))
        assert [one.get("/api/v1/rules/GF101").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = one.get("/api/v1/rules/GF101")
        assert 1 <= int(refused.headers["retry-after"]) <= 20 and "频繁" in refused.json()["error_zh"]
        assert other.get("/api/v1/rules/GF101").status_code == 200
        assert one.get("/catalog").status_code == 200


def test_the_pace_recovers() -> None:
    pace = Pace()
    assert [pace.take("x", 2, 0.0) for _ in range(3)] == [0, 0, 30.0]
    assert pace.take("x", 2, 15.0) == pytest.approx(15.0) and pace.take("x", 2, 30.1) == 0
    assert pace.take("x", 2, 30.2) > 0


def test_a_read_token_changes_nothing(app: Any, office: Office) -> None:
    reader = program(app, office.people["officer"])
    run = f"/api/v1/runs/{office.own_run}"
    before = reader.get(f"{run}/lines").json()
    assert reader.post("/api/v1/classify", json=ITEMS[:1]).status_code == 200
    for answer in (
        reader.post(f"{run}/decisions", json=[{"item": 1, "said": "accept"}]),
        reader.post("/api/v1/files", files={"file": ("a.csv", "项目名称\n清扫\n")}),
    ):
        assert answer.status_code == 403 and answer.json()["error"] == "The token may only read."
    assert reader.get(f"{run}/lines").json() == before


def test_lines_are_decided_and_nothing_is_overwritten(app: Any, office: Office) -> None:
    writer = program(app, office.people["officer"], "write")
    run = f"/api/v1/runs/{office.own_run}"
    open_lines = writer.get(f"{run}/lines?state=open").json()
    assert [line["revision"] for line in open_lines] == [0, 0]
    item = open_lines[1]["item"]
    said = [{"item": item, "said": "未列", "expected": 0, "note": "已核"}]
    assert writer.post(f"{run}/decisions", json=said).json() == [
        {"item": item, "result": "stored", "revision": 1}
    ]
    assert writer.post(f"{run}/decisions", json=said).json()[0]["result"] == "same"
    other = program(app, office.people["reviewer"], "write")
    late = other.post(f"{run}/decisions", json=[{"item": item, "said": "工程", "expected": 0}]).json()[0]
    assert late["result"] == "conflict" and late["line"]["decided"]["outcome"] == "unlisted"
    now = [line for line in writer.get(f"{run}/lines?state=decided").json() if line["item"] == item]
    assert [(line["decided"]["officer"], line["decided"]["source"], line["notes"]) for line in now] == [
        ("甲", "api", ["已核"])
    ]


def test_a_database_that_is_away_refuses_no_decision(
    app: Any, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program is told to ask again, not that its decision was wrong."""
    from goufu.store.errors import StoreError

    def away(*_: Any) -> None:
        raise StoreError("连不上数据库", "the database cannot be reached")

    client = program(app, office.people["officer"], "write")
    monkeypatch.setattr("goufu.web.api.recorded.decide", away)
    said = [{"item": office.own_item, "said": "未列", "expected": 1}]
    answer = client.post(f"/api/v1/runs/{office.own_run}/decisions", json=said)
    assert answer.status_code == 503 and answer.json()["error"] == "the database cannot be reached"


def test_another_departments_lines_are_not_decided(app: Any, office: Office) -> None:
    """Neither by their own run, which is not found, nor smuggled into a decision on a run of one's own."""
    writer = program(app, office.people["officer"], "write")
    said = [{"item": office.other_item, "said": "工程", "expected": 1}]
    assert writer.post(f"/api/v1/runs/{office.other_run}/decisions", json=said).status_code == 404
    smuggled = writer.post(f"/api/v1/runs/{office.own_run}/decisions", json=said)
    assert smuggled.json()[0]["result"] == "refused" and SECRET not in smuggled.text
    boss = program(app, office.people["administrator"], "write")
    assert boss.post(f"/api/v1/runs/{office.own_run}/decisions", json=said).json()[0]["result"] == "refused"


def test_lines_are_sent_as_json_lines_too(app: Any, office: Office) -> None:
    reader = program(app, office.people["officer"])
    where = f"/api/v1/runs/{office.own_run}/lines"
    lines = reader.get(where, headers=LINES).text.splitlines()
    assert [json.loads(line) for line in lines] == reader.get(where).json()
    assert len(lines) == 3 and json.loads(lines[0])["title"].endswith(MARKUP)


def test_a_file_is_queued_and_its_state_told(app: Any, office: Office) -> None:
    writer = program(app, office.people["officer"], "write")
    (made,) = writer.post("/api/v1/files", files={"file": ("预算.csv", "项目名称\n清扫\n")}).json()
    assert writer.get(made["href"]).json() == made and made["state"] == "queued"
    assert program(app, office.people["neighbour"]).get(made["href"]).status_code in (400, 404)


def test_the_description_names_every_route_and_loads_nothing(app: Any) -> None:
    client = visitor(app)
    said = client.get("/api/v1/openapi.json").json()
    assert said["openapi"].startswith("3.") and said["security"] == [{"token": []}]
    assert {"/api/v1/classify", "/api/v1/runs/{run}/decisions"} <= set(said["paths"])
    assert not [path for path in said["paths"] if not path.startswith("/api/v1/")]
    for lang in ("zh", "en"):
        client.cookies.set("goufu_lang", lang)
        page = client.get("/api/v1/docs")
        assert page.status_code == 200 and "unsafe" not in page.headers["content-security-policy"]
        assert all(path in page.text for path in said["paths"])
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page.text) and "<style" not in page.text


def test_numbers_of_the_page_are_the_settings(settings: Any) -> None:
    text = DOCS.read_text("utf-8")
    assert f"{settings.api_items:,} 项" in text and f"每分钟 {settings.api_per_minute} 次" in text
    assert settings.request_kb == 2048 and settings.upload_mb == 100
    reconcile = (DOCS.parent / "reconcile.md").read_text("utf-8")
    assert f"最多 {settings.reconcile_queries} 个" in reconcile


def test_another_departments_decisions_are_told_no_further_than_they_are_shared(
    office: Office, app: Any
) -> None:
    """Equal titles are told with department and title; near ones, and what may name a person, to its own department."""
    store = app.state.store
    theirs = [
        BudgetItem(f"p{n}", title, department=OTHER, unit=OTHER, year=2025)
        for n, title in enumerate(
            ("湿地公园栈道养护保洁服务", "滨江湿地观鸟平台维护服务", "李某某遗属困难生活补助")
        )
    ]
    judged = assess(theirs, load_catalogs(), today=date(2026, 1, 1))
    run = record_run(store, judged, [], load_catalogs(), NAMES["neighbour"], "0", {}, departments=(OTHER,))
    for item in run_items(store, run):
        decide(store, item.id, choice_named("未列", item, load_catalogs(), SECRET), NAMES["neighbour"], 0)

    def told(who: str, title: str, department: str) -> str:
        found = program(app, office.people[who]).post(
            "/api/v1/classify", json=[{"title": title, "department": department, "year": 2026}]
        )
        assert found.status_code == 200, found.text
        return str(found.json()[0].get("precedent", ""))

    equal, near, personal = (
        "湿地公园栈道养护保洁服务",
        "滨江湿地公园观鸟平台维护服务",
        "李某某遗属困难生活补助",
    )
    another = "乙县城市管理局"  # of the same section
    assert OTHER in told("officer", equal, another) and equal in told("reviewer", equal, another)
    assert SECRET not in told("officer", equal, another)
    for who, is_told in (("neighbour", True), ("reviewer", True), ("officer", False)):
        assert bool(told(who, near, OTHER)) is is_told, who
        assert bool(told(who, personal, OTHER)) is is_told, who
