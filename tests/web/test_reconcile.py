"""The reconciliation service: its answers have the protocol's form and say what a lookup and a judgement say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from goufu.store.people import make_token
from goufu.web.app import create_app
from offices import SECRET, Office, visitor
from starlette.testclient import TestClient

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed (goufu[dev])")
SCHEMAS = Path(__file__).parent / "schemas"


def formed(answer: Any, schema: str) -> Any:
    """The answer's JSON, which has the form of `schema`."""
    assert answer.status_code == 200, answer.text
    found = answer.json()
    jsonschema.validate(found, json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8")))
    return found


def asked(client: TestClient, **queries: Any) -> dict[str, list[dict[str, Any]]]:
    """The candidates of each query."""
    found = formed(client.post("/reconcile", data={"queries": json.dumps(queries)}), "results")
    assert list(found) == list(queries)
    return {key: one["result"] for key, one in found.items()}


def prop(pid: str, value: Any) -> dict[str, Any]:
    return {"pid": pid, "v": value}


@pytest.mark.parametrize(
    ("schema", "wrong"),
    [
        ("manifest", {"versions": ["0.1"], "name": "x", "identifierSpace": "urn:x", "schemaSpace": "urn:x"}),
        ("results", {"q": {"result": [{"id": "x", "name": "x", "score": 101, "type": [], "match": True}]}}),
        ("extension", {"meta": [], "rows": {"x": {"path": [{"str": 1}]}}}),
        ("suggestions", {"result": [{"id": "x"}]}),
    ],
)
def test_the_schemas_refuse_what_is_wrong(schema: str, wrong: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8")))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_part_that_the_manifest_names_answers(client: TestClient, lang: str) -> None:
    client.cookies.set("goufu_lang", lang)
    said = formed(client.get("/reconcile"), "manifest")
    for part, typed in (("entity", "污水"), ("property", "dep"), ("type", "住房")):
        where = said["suggest"][part]
        answer = client.get(where["service_url"] + where["service_path"], params={"prefix": typed})
        assert formed(answer, "suggestions")["result"], part
    where = said["extend"]["propose_properties"]
    found = formed(client.get(where["service_url"] + where["service_path"]), "proposals")
    assert {"path", "version", "status", "successor", "class"} <= {p["id"] for p in found["properties"]}
    identity = "2025-28/住房和城乡建设/A110103"
    for kind in ("view", "preview"):
        answer = client.get(said[kind]["url"].replace("{{id}}", identity))
        assert answer.status_code == 200 and "污水处理服务" in answer.text, kind


def test_a_query_with_a_type_is_judged_as_a_budget_line(client: TestClient) -> None:
    """The section's entry is sure; the same words for a department that means the section come to the same."""
    found = asked(
        client,
        section={
            "query": "城区道路清扫保洁服务",
            "type": "住房和城乡建设",
            "properties": [prop("year", 2026)],
        },
        listed={"query": "城区道路清扫保洁服务", "type": ["entry", "住房和城乡建设"], "limit": 1},
        department={
            "query": "城区道路清扫保洁服务",
            "properties": [
                prop("department", {"id": "x", "name": "孝义市城市管理局"}),
                prop("amount", "12.5"),
            ],
        },
    )
    for key, candidates in found.items():
        first = candidates[0]
        assert (first["id"], first["match"]) == ("2025-28/住房和城乡建设/A110109", True), key
        assert first["type"] == [{"id": "住房和城乡建设", "name": "住房和城乡建设"}]
        assert first["score"] > 80 and not any(c["match"] for c in candidates[1:])
        reasons = {f["id"] for f in first["features"] if f["value"] is True}
        assert "索引词“清扫保洁”见于标题" in reasons
    assert len(found["listed"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"query": "污水处理", "type": "住房和城乡建设"},
        {"query": "污水处理", "type": ["住房和城乡建设", "生态环境"], "type_strict": "any"},
        {"query": "污水处理", "type": [], "type_strict": "should"},
        {"query": "污水处理", "limit": 3.0, "type_strict": "all"},
        {"properties": [prop("year", 2026)]},
        {"query": "", "properties": [prop("department", {"id": "住房和城乡建设"})]},
        *(
            {"query": "污水处理", "properties": [prop("department", value), prop("year", value)]}
            for value in (
                "住房和城乡建设",
                2026,
                2026.5,
                True,
                {"id": "2026"},
                {"id": "x", "name": "生态环境"},
            )
        ),
        {"query": "污水处理", "properties": [prop("summary", ["运营", 1, False, {"id": "x"}])]},
    ],
)
def test_every_form_of_a_query_is_answered(client: TestClient, query: Any) -> None:
    """The forms that the group's schema of query batches (0.2) lets a client send: every kind of value, alone or in a list."""
    found = asked(client, q=query)["q"]
    assert bool(found) == bool(query.get("query")) and len(found) <= query.get("limit", 5)


def test_the_year_chooses_the_catalog(client: TestClient) -> None:
    lines = {
        f"y{year}": {
            "query": "污水处理服务",
            "type": "住房和城乡建设",
            "properties": [prop("year", f"{year}年")],
        }
        for year in (2025, 2026)
    }
    found = asked(client, **lines)
    assert found["y2026"][0]["id"] == "2025-28/住房和城乡建设/A110103"
    assert "2025-28" not in {c["id"].partition("/")[0] for c in found["y2025"] if c["match"]}


def test_words_alone_are_looked_up(client: TestClient) -> None:
    found = asked(
        client,
        words={"query": "网络安全等级保护测评"},
        b={"query": "物业管理服务", "type": ["B"]},
        code={"query": "A110103", "type": "住房和城乡建设"},
        everywhere={"query": "A150201", "limit": 50},
        nothing={"properties": [prop("department", "住房和城乡建设")]},
        unknown={"query": "污水处理服务", "type": "没有的一节"},
    )
    assert "网络安全等级保护测评服务" in [c["name"] for c in found["words"]]
    assert found["b"][0]["id"] == "2023-47/B/B1102" and {c["type"][0]["id"] for c in found["b"]} == {"B"}
    assert [(c["name"], c["match"], c["score"]) for c in found["code"]] == [("污水处理服务", True, 100)]
    assert len(found["everywhere"]) > 1 and not any(c["match"] for c in found["everywhere"])
    assert found["nothing"] == found["unknown"] == []


@pytest.mark.parametrize(("property_id", "value"), [("propertyId", "propertyValue"), ("pid", "v")])
def test_the_draft_has_the_same_answers(client: TestClient, property_id: str, value: str) -> None:
    """Of /match and /extend (1.0-draft), in the order of what is asked; suggestions take an id, `limit` and `offset`."""
    line = {
        "query": "城区道路清扫保洁服务",
        "type": "住房和城乡建设",
        "properties": [prop("year", 2026)],
        "limit": 3,
    }
    conditions = [
        {"matchType": "name", value: line["query"]},
        {"matchType": "property", property_id: "year", value: [2026], "required": False},
    ]
    queries = [
        {"type": line["type"], "limit": 3, "conditions": conditions},
        {"conditions": [{"matchType": "name", value: "A110103"}]},
    ]
    found = client.post("/reconcile/match", json={"queries": queries}).json()["results"]
    same = asked(client, line=line, code={"query": "A110103"})
    assert [one["candidates"] for one in found] == [same["line"], same["code"]]
    assert found[0]["candidates"][0]["match"] and all(
        f["name"] for f in found[0]["candidates"][0]["features"]
    )

    said = {
        "ids": ["2025-28/住房和城乡建设/A110103", "nothing"],
        "properties": [{"id": "class"}, {"id": "path"}],
    }
    extended = client.post("/reconcile/extend", json=said).json()
    rows = formed(client.post("/reconcile", data={"extend": json.dumps(said)}), "extension")["rows"]
    assert [row["id"] for row in extended["rows"]] == said["ids"]
    for row in extended["rows"]:
        assert {p["id"]: p["values"] for p in row["properties"]} == rows[row["id"]]
    assert [m["id"] for m in extended["meta"]] == ["class", "path"]

    proposed = formed(
        client.get("/reconcile/extend/propose", params={"type": "entry", "limit": 2}), "proposals"
    )
    assert len(proposed["properties"]) == proposed["limit"] == 2
    (one,) = client.get("/reconcile/suggest/entity", params={"prefix": said["ids"][0]}).json()["result"]
    assert one["id"] == said["ids"][0] and one["name"] == "污水处理服务"
    all_types = client.get("/reconcile/suggest/type").json()["result"]
    some = client.get("/reconcile/suggest/type", params={"offset": 2, "limit": 3}).json()["result"]
    assert some == all_types[2:5]


@pytest.mark.parametrize(
    "asked_for",
    [
        {},
        {"queries": {}},
        {"queries": [{}]},
        {"queries": [{"conditions": []}]},
        {"queries": [{"conditions": [{"matchType": "name"}]}]},
        {"queries": [{"conditions": [{"matchType": "other", "propertyValue": "x"}]}]},
        {"queries": [{"conditions": [{"matchType": "property", "propertyValue": "x"}]}]},
        {
            "queries": [
                {"conditions": [{"matchType": "name", "propertyValue": "x", "matchQuantifier": "none"}]}
            ]
        },
        {"queries": [{"conditions": [{"matchType": "name", "propertyValue": 5}]}]},
        {"queries": ["x"]},
    ],
)
def test_what_is_no_query_of_the_draft_is_refused(client: TestClient, asked_for: Any) -> None:
    answer = client.post("/reconcile/match", json=asked_for)
    assert answer.status_code == 400 and "查询的格式不对" in answer.text
    assert client.post("/reconcile/match", content=b"\xff{").status_code == 400


def test_a_long_batch_of_the_draft_is_refused(client: TestClient) -> None:
    one = {"conditions": [{"matchType": "name", "propertyValue": "污水"}]}
    assert client.post("/reconcile/match", json={"queries": [one] * 101}).status_code == 413


def test_what_is_bought_as_no_service_is_no_match(client: TestClient) -> None:
    found = asked(client, works={"query": "办公楼维修改造工程", "type": "住房和城乡建设"})
    assert not any(c["match"] for c in found["works"])


def test_values_are_fetched(client: TestClient) -> None:
    """An entry of a repealed version has the one in force as its successor; that one has none."""
    ids = ["2024-37/生态环境/A060101", "2025-28/住房和城乡建设/A110103", "2023-47/B/B1102", "nothing"]
    names = ["path", "version", "status", "successor", "class", "other"]
    said = {"ids": ids, "properties": [{"id": name} for name in names]}
    found = formed(client.post("/reconcile", data={"extend": json.dumps(said)}), "extension")
    assert found == formed(client.get("/reconcile", params={"extend": json.dumps(said)}), "extension")
    old, now, b, nothing = (found["rows"][one] for one in ids)
    assert old["status"] == [{"str": "已废止"}] and now["status"] == b["status"] == [{"str": "现行"}]
    assert old["successor"] == [
        {"id": "2025-28/生态环境/A060101", "name": "自然保护地、生态保护红线调查与监测服务"}
    ]
    assert now["successor"] == []
    assert now["path"] == [{"str": "A 公共服务 › A11 城乡维护服务 › A1101 公共设施管理服务"}]
    assert (now["class"], b["class"]) == ([{"str": "A"}], [{"str": "B"}])
    assert set(nothing) == set(names) and not any(nothing.values())


def test_suggestions_follow_what_is_typed(client: TestClient) -> None:
    found = formed(client.get("/reconcile/suggest/entity", params={"prefix": "A1101"}), "suggestions")
    assert found["result"] and all(
        one["id"].rpartition("/")[2].startswith("A1101") for one in found["result"]
    )
    more = client.get("/reconcile/suggest/entity", params={"prefix": "A1101", "cursor": 5}).json()
    assert more["result"][:5] == found["result"][5:10]
    types = formed(client.get("/reconcile/suggest/type", params={"prefix": "住房"}), "suggestions")
    assert [one["id"] for one in types["result"]] == ["住房和城乡建设"]


@pytest.mark.parametrize(
    "queries",
    ["x", "[]", '{"q": 1}', '{"q": {"query": 1}}', '{"q": {"query": "x", "type": [1]}}', "[" * 2000]
    + ['{"q": {"query": "x", "properties": [{"pid": "year"}]}}', '{"q": {"query": "x", "limit": "5"}}']
    + ['{"q": {"query": "x", "limit": NaN}}', '{"q": {"query": "x", "limit": 1e999}}'],
)
def test_what_is_no_query_is_refused_in_a_sentence(client: TestClient, queries: str) -> None:
    answer = client.post("/reconcile", data={"queries": queries})
    assert answer.status_code == 400 and "0.2" in answer.json()["error"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_batch_has_a_limit(client: TestClient) -> None:
    most = client.get("/reconcile").json()["batchSize"]
    batch = {f"q{n}": {"query": ""} for n in range(most + 1)}
    assert client.post("/reconcile", data={"queries": json.dumps(batch)}).status_code == 413
    batch.popitem()
    assert client.post("/reconcile", data={"queries": json.dumps(batch)}).status_code == 200


def test_other_pages_may_ask_here_and_nowhere_else(client: TestClient) -> None:
    origin = {"Origin": "http://127.0.0.1:3333"}
    open_to_all = client.get("/reconcile", headers=origin).headers
    assert open_to_all["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in open_to_all
    assert client.options("/reconcile", headers=origin).headers["access-control-allow-methods"] == "GET, POST"
    for path in ("/", "/catalog", "/api/v1/rules", "/reconciled"):
        assert "access-control-allow-origin" not in client.get(path, headers=origin).headers, path


def test_only_the_preview_may_be_framed(client: TestClient) -> None:
    shown = client.get("/reconcile/preview", params={"id": "2025-28/住房和城乡建设/A110103"})
    policy = shown.headers["content-security-policy"]
    assert "frame-ancestors *" in policy and policy.startswith("default-src 'self'")
    assert "x-frame-options" not in shown.headers and "<script" not in shown.text
    for path in ("/reconcile", "/reconcile/preview?id=x", "/catalog/2025-28/住房和城乡建设/A110103"):
        headers = client.get(path).headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path


def test_origins_may_be_named(office: Office) -> None:
    one = "https://refine.example"
    with TestClient(create_app(office.settings(reconcile_origins=(one,)))) as client:
        headers = client.get("/reconcile", headers={"Origin": one}).headers
        assert headers["access-control-allow-origin"] == one and "Origin" in headers["vary"]
        for other in ("https://elsewhere.example", "null", ""):
            answer = client.get("/reconcile", headers={"Origin": other})
            assert "access-control-allow-origin" not in answer.headers


def test_with_accounts_a_token_stands_in_the_address(app: Any, office: Office) -> None:
    token = make_token(app.state.store, office.people["officer"], "OpenRefine", "read", "甲")
    client = visitor(app)
    assert client.get("/reconcile").status_code == 401
    assert client.get("/reconcile/goufu_wrong").status_code == 403
    for address in (f"/reconcile/{token}", f"/reconcile?token={token}"):
        said = formed(client.get(address), "manifest")
        where = said["suggest"]["entity"]
        answer = client.get(f"{where['service_url']}{where['service_path']}", params={"prefix": "污水"} | (
            {"token": token} if "?" in address else {}
        ))  # fmt: skip
        assert formed(answer, "suggestions")["result"]
        shown = client.get(said["preview"]["url"].replace("{{id}}", "2025-28/住房和城乡建设/A110103"))
        assert shown.status_code == 200
    asked = {"queries": json.dumps({"q": {"query": "城区道路清扫保洁服务", "type": "住房和城乡建设"}})}
    answer = client.post(f"/reconcile/{token}", data=asked)
    assert formed(answer, "results")["q"]["result"][0]["match"] and SECRET not in answer.text
    assert client.get("/api/v1/runs", params={"token": token}).status_code == 401
