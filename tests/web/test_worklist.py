"""The worklist over HTTP: filters, decisions, two people on one line, undo, accepting the sure, what is handed over."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from desk_example import DEPARTMENTS, judged, recorded
from goufu.catalog.load import load_catalogs
from goufu.catalog.text import same
from goufu.matcher.decisions.recorded import StoredItem
from goufu.matcher.model import Finding
from goufu.store.decided_run import audits
from goufu.store.log import gaps
from goufu.store.overview import figures, spending
from goufu.store.runs import record_run, run_items, run_named, stored_item
from goufu.store.worklist import Wanted, lines, page, tally
from goufu.web.app import create_app
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store with one run of 80 lines, made once."""
    from goufu.store.address import StoreAddress
    from goufu.store.schema import open_store

    path = tmp_path_factory.mktemp("desk") / "goufu.db"
    store = open_store(StoreAddress(path))
    recorded(store, 80)
    store.engine.dispose()
    return path


@pytest.fixture
def desk(first: Any, settings: Any) -> Iterator[TestClient]:
    import shutil

    shutil.copy(first, settings.db)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        page = client.get("/").text
        client.headers["X-CSRF-Token"] = page.split('"X-CSRF-Token": "')[1].split('"')[0]
        yield client


def store_of(client: TestClient) -> Any:
    return client.app.state.store  # type: ignore[attr-defined]


def doubtful(client: TestClient) -> list[Any]:
    return lines(store_of(client), 1, Wanted(state="doubtful"), limit=100)


def option(item: Any, number: int = 0) -> str:
    c = item.record["codes"][number]
    return c["code"] if c["section"] == "B" else f"{c['section']} {c['code']}"


def decide(client: TestClient, item: Any, said: str, expected: int = 0) -> Any:
    return client.post(
        f"/worklist/1/items/{item.id}/decide", data={"said": said, "expected": expected}, headers={"HX-Request": "true"}
    )  # fmt: skip


@pytest.mark.parametrize("order", ["doubt", "document", "amount"])
def test_pages_together_are_the_whole_list(desk: TestClient, order: str) -> None:
    """Page by page behind the last line, every line comes once and in order."""
    store = store_of(desk)
    seen: list[StoredItem] = []
    while True:
        page = lines(store, 1, Wanted(order=order), after=seen[-1].id if seen else 0, limit=7)
        if not page:
            break
        seen += page
    assert len({one.id for one in seen}) == len(seen) == 80
    if order == "amount":
        assert [one.amount_wan for one in seen] == sorted(
            (one.amount_wan or Decimal(0) for one in seen), reverse=True
        )
    if order == "document":
        assert [one.position for one in seen] == list(range(80))
    if order == "doubt":
        kinds = [one.record["decision"] for one in seen]
        assert kinds == sorted(kinds, reverse=True), "those to be reviewed come first"


def test_what_is_decided_comes_last_when_the_list_is_made_anew(desk: TestClient) -> None:
    """Doubtful first means lines that are still to be decided; the decided doubtful ones are not in their way."""
    some = doubtful(desk)
    sure = lines(store_of(desk), 1, Wanted(state="sure"), limit=100)
    for item in (*some[:3], sure[0]):
        assert decide(desk, item, "未列").status_code == 200
    again = lines(store_of(desk), 1, Wanted(), limit=100)
    kinds = [(one.decision is not None, one.record["decision"] != "review") for one in again]
    assert kinds == sorted(kinds) and sum(done for done, _ in kinds) == 4
    assert again[0].id == some[3].id
    shown = desk.get("/worklist/1").text
    assert shown.index('class="line is-doubtful"') < shown.index('class="line"')
    assert "is-decided" not in shown, "the first page of 80 lines has open ones enough"


@pytest.mark.parametrize("undone", [False, True])
def test_a_list_is_continued_in_the_order_it_was_begun_with(desk: TestClient, undone: bool) -> None:
    """Lines decided (and taken back) meanwhile, the last one shown among them, are neither left out nor told twice."""
    store = store_of(desk)
    before = doubtful(desk)[0]
    decide(desk, before, "未列")
    whole = [one.id for one in lines(store, 1, Wanted(), limit=100)]
    begun = page(store, 1, Wanted(), limit=10)
    for item in (begun.lines[0], begun.lines[9], lines(store, 1, Wanted(), limit=100)[40]):
        decide(desk, item, "未列")
        if undone:
            desk.post(f"/worklist/1/items/{item.id}/undo", data={"expected": 1, "before": ""})
    desk.post(f"/worklist/1/items/{before.id}/undo", data={"expected": 1, "before": ""})
    seen = [one.id for one in begun.lines]
    while found := lines(store, 1, Wanted(), after=seen[-1], limit=10, since=begun.since):
        seen += [one.id for one in found]
    assert seen == whole
    address = f"/worklist/1/lines?after={begun.lines[9].id}&since={begun.since}"
    assert f'id="line-{whole[10]}"' in desk.get(address).text
    assert desk.get("/worklist/1/lines?since=99999999999999999999").status_code == 422


def test_filters_keep_what_they_say(desk: TestClient) -> None:
    store = store_of(desk)
    found = lines(store, 1, Wanted("清扫 城市"), limit=100)
    assert found and all("清扫" in one.title and "城市" in one.department for one in found)
    every = run_items(store, 1)
    for rule in ("any", "warning", "notice", "GF102"):
        expected = {
            i.id
            for i in every
            if any(rule in ("any", f["severity"], f["rule"]) for f in i.record["findings"])
        }
        assert {i.id for i in lines(store, 1, Wanted(found=rule), limit=100)} == expected
    some = lines(store, 1, Wanted(least=Decimal(20), most=Decimal(30)), limit=100)
    assert {i.id for i in some} == {
        i.id for i in every if i.amount_wan is not None and 20 <= i.amount_wan <= 30
    } and some
    assert {i.department for i in lines(store, 1, Wanted(department=DEPARTMENTS[1]), limit=100)} == {
        DEPARTMENTS[1]
    }
    assert lines(store, 1, Wanted("100%_"), limit=100) == [], "no wildcard of the database's"
    counted = tally(store, 1, Wanted(department=DEPARTMENTS[1]))
    assert (counted.total, counted.wanted) == (80, 40)
    assert counted.amount == sum(i.amount_wan or 0 for i in every if i.department == DEPARTMENTS[1])


def test_a_decision_is_kept_and_undone(desk: TestClient) -> None:
    item = next(i for i in doubtful(desk) if i.record["codes"])
    answer = decide(desk, item, option(item))
    assert answer.status_code == 200 and f'id="line-{item.id}"' in answer.text and "is-decided" in answer.text
    assert json.loads(answer.headers["HX-Trigger"]) == {"decided": {"item": item.id}}
    d = stored_item(store_of(desk), item.id).decision
    assert d is not None and d.code == item.record["codes"][0]["code"] and d.source == "web"
    desk.post(f"/worklist/1/items/{item.id}/undo", data={"expected": 1, "before": ""})
    assert stored_item(store_of(desk), item.id).decision is None
    assert list(gaps(store_of(desk))) == []


def test_undo_puts_back_what_stood_before(desk: TestClient) -> None:
    item = next(i for i in doubtful(desk) if len(i.record["codes"]) > 1)
    decide(desk, item, option(item))
    answer = decide(desk, item, "goods", 1)
    assert answer.status_code == 200
    vals = answer.text.split('hx-vals="')[1].split('"')[0]
    from html import unescape

    sent = json.loads(unescape(vals))
    assert sent["expected"] == 2
    desk.post(f"/worklist/1/items/{item.id}/undo", data=sent)
    d = stored_item(store_of(desk), item.id).decision
    assert d is not None and d.code == item.record["codes"][0]["code"] and d.revision == 3


def test_who_comes_later_sees_what_the_earlier_did(desk: TestClient) -> None:
    """Two people have the line before them undecided; the second one's choice is not written."""
    from goufu.matcher.decisions.choice import choice_named
    from goufu.store.decisions import decide as by_other

    item = next(i for i in doubtful(desk) if len(i.record["codes"]) > 1)
    from goufu.catalog.load import load_catalogs

    by_other(store_of(desk), item.id, choice_named("货物", item, load_catalogs()), "同事甲", 0)
    answer = decide(desk, item, option(item), 0)
    assert answer.status_code == 409 and answer.headers["HX-Retarget"] == "#item"
    assert "同事甲" in answer.text and "不是购买服务（货物）" in answer.text and "没有改动" in answer.text
    assert "已认定 <b>1</b>" in answer.text, "the count above the lines goes with it"
    d = stored_item(store_of(desk), item.id).decision
    assert d is not None and (d.officer, d.revision) == ("同事甲", 1)
    assert decide(desk, item, option(item), 1).status_code == 200, "having seen it, one may decide otherwise"


@pytest.mark.parametrize("said", ["A999999", "随便", "", "accept please"])
def test_what_is_no_code_is_refused(desk: TestClient, said: str) -> None:
    item = doubtful(desk)[0]
    assert decide(desk, item, said).status_code in (400, 422)
    assert stored_item(store_of(desk), item.id).decision is None


@pytest.mark.parametrize("before", ["{", "[]", '"x"', '{"outcome": "code", "version": "x", "code": "A1"}'])
def test_a_forged_undo_writes_nothing(desk: TestClient, before: str) -> None:
    item = doubtful(desk)[0]
    answer = desk.post(f"/worklist/1/items/{item.id}/undo", data={"expected": 0, "before": before})
    assert answer.status_code == 400
    assert stored_item(store_of(desk), item.id).decision is None


def test_accepting_the_sure_leaves_the_doubtful_and_the_decided(desk: TestClient) -> None:
    store = store_of(desk)
    sure = lines(store, 1, Wanted(state="sure"), limit=100)
    decide(desk, sure[0], "works")
    answer = desk.post("/worklist/1/accept-sure")
    assert answer.status_code == 200
    now = tally(store, 1, Wanted())
    assert now.sure == 0 and now.decided == len(sure) and now.doubtful == len(doubtful(desk)) > 0
    d = stored_item(store, sure[0].id).decision
    assert d is not None and (d.nature, d.revision) == ("works", 1)
    assert list(gaps(store)) == []


def precedents(store: Any) -> list[Any]:
    """The lines whose decisions speak to others."""
    from goufu.store import tables
    from goufu.store.engine import reading
    from sqlmodel import select

    with reading(store) as session:
        return list(session.exec(select(tables.PrecedentRow.item_id)))


def undo_of(text: str) -> dict[str, str]:
    """What the button that takes an acceptance back sends."""
    from html import unescape

    vals: dict[str, str] = json.loads(unescape(text.split('/take-back" hx-vals="')[1].split('"')[0]))
    return vals


def test_an_acceptance_is_taken_back_in_one_step(desk: TestClient) -> None:
    """All of it; what was decided before it stays as it was."""
    store = store_of(desk)
    before = tally(store, 1, Wanted())
    first = lines(store, 1, Wanted(state="sure"), limit=100)[0]
    decide(desk, first, "works")
    answer = desk.post("/worklist/1/accept-sure")
    assert f"采用有把握的判断 {before.sure - 1} 项" in answer.text and "data-undo" in answer.text
    back = desk.post("/worklist/1/take-back", data=undo_of(answer.text))
    assert back.status_code == 200 and f"已撤回 {before.sure - 1} 项" in back.text
    assert 'hx-swap-oob="delete"' in back.text and "没有撤回" not in back.text
    now = tally(store, 1, Wanted())
    assert (now.decided, now.sure, now.doubtful) == (1, before.sure - 1, before.doubtful)
    assert stored_item(store, first.id).decision is not None
    assert len(precedents(store)) == 1, "what a line said to others is taken back with it"
    assert list(gaps(store)) == []
    again = desk.post("/worklist/1/take-back", data=undo_of(answer.text))
    assert "已撤回 0 项" in again.text and tally(store, 1, Wanted()) == now
    once_more = desk.post("/worklist/1/accept-sure")
    assert tally(store, 1, Wanted()).sure == 0
    desk.post("/worklist/1/take-back", data=undo_of(answer.text))
    assert tally(store, 1, Wanted()).sure == 0, "a later acceptance is another one"
    desk.post("/worklist/1/take-back", data=undo_of(once_more.text))
    assert tally(store, 1, Wanted()) == now and list(gaps(store)) == []


def test_lines_changed_since_stay_and_are_named(desk: TestClient) -> None:
    from goufu.matcher.decisions.choice import choice_named
    from goufu.store.decisions import decide as by_other
    from goufu.store.decisions import withdraw

    store = store_of(desk)
    sure = lines(store, 1, Wanted(state="sure"), limit=100)
    mark = undo_of(desk.post("/worklist/1/accept-sure").text)
    other, gone = sure[3], sure[5]
    by_other(store, other.id, choice_named("货物", other, load_catalogs()), "同事甲", 1)
    withdraw(store, gone.id, "同事甲", 1)
    back = desk.post("/worklist/1/take-back", data=mark).text
    assert f"已撤回 {len(sure) - 2} 项" in back and "1 项没有撤回" in back
    assert f"“{other.title}”已由 同事甲" in back and gone.title + "”" not in back
    d = stored_item(store, other.id).decision
    assert d is not None and (d.officer, d.nature, d.revision) == ("同事甲", "goods", 2)
    assert all(stored_item(store, one.id).decision is None for one in sure if one is not other)
    assert list(gaps(store)) == []


def test_nobody_makes_precedents_for_another_department(desk: TestClient) -> None:
    """A file can name any department: its lines are decided by who handed it in, and bind nobody else's."""
    from goufu.matcher.decisions.choice import choice_named
    from goufu.store.decisions import decide
    from goufu.store.precedents.keys import precedents
    from goufu.store.scope import Scope

    store = store_of(desk)
    run = recorded(store, 80, "经办", (DEPARTMENTS[1],))
    own = store.within(Scope((DEPARTMENTS[1],), "经办"))
    every = lines(own, run, Wanted(), limit=100)
    assert {one.department for one in every} == set(DEPARTMENTS), "her file, so that she sees it whole"
    first = {name: next(one for one in every if one.department == name) for name in DEPARTMENTS}
    for name in DEPARTMENTS:
        decide(own, first[name].id, choice_named("未列", first[name], load_catalogs()), "经办", 0)
        assert stored_item(store, first[name].id).decision is not None
    assert {one.department for one in precedents(store)} == {DEPARTMENTS[1]}


def test_who_sees_some_departments_takes_back_their_lines_only(desk: TestClient) -> None:
    from goufu.store.acceptance import accept_sure, standing_acceptance, take_back
    from goufu.store.scope import Scope

    store = store_of(desk)
    made = accept_sure(store, 1, load_catalogs(), "审核")
    own = store.within(Scope((DEPARTMENTS[1],), "经办"))
    assert standing_acceptance(own, 1, "经办") is None, "somebody else's"
    done = take_back(own, 1, made.mark, "经办")
    left = lines(store, 1, Wanted(state="decided"), limit=100)
    assert 0 < done.lines < made.lines and {one.department for one in left} == {DEPARTMENTS[0]}
    assert len(left) == made.lines - done.lines
    stands = standing_acceptance(store, 1, "审核")
    assert stands is not None and (stands.mark, stands.lines) == (made.mark, len(left))


def test_an_acceptance_can_be_taken_back_after_the_page_was_left(desk: TestClient) -> None:
    """Not by the key `u` then, which takes back what was done just now; and not once nothing of it stands."""
    assert "take-back" not in desk.get("/worklist/1").text
    mark = undo_of(desk.post("/worklist/1/accept-sure").text)
    page = desk.get("/worklist/1").text
    assert undo_of(page) == mark and "data-undo" not in page
    assert desk.post("/worklist/2/take-back", data=mark).status_code == 404
    assert desk.post("/worklist/1/take-back", data={"mark": "x"}).status_code == 404
    assert tally(store_of(desk), 1, Wanted()).sure == 0
    desk.post("/worklist/1/take-back", data=mark)
    assert "take-back" not in desk.get("/worklist/1").text


def test_search_finds_entries_of_the_lines_own_sections(desk: TestClient) -> None:
    item = next(i for i in doubtful(desk) if i.department == DEPARTMENTS[1])
    answer = desk.get(f"/worklist/1/items/{item.id}/search", params={"words": "法律顾问"})
    assert answer.status_code == 200 and "法律顾问服务" in answer.text
    assert desk.get(f"/worklist/1/items/{item.id}/search", params={"words": ""}).text.strip() == ""


def test_what_is_handed_over_is_what_was_decided(desk: TestClient) -> None:
    """The workbook, the table for filing, CSV and OCDS show the decision, not the judgement it replaced."""
    openpyxl = pytest.importorskip("openpyxl")
    item = next(i for i in doubtful(desk) if len(i.record["codes"]) > 1)
    decide(desk, item, option(item, 1))
    code, name = item.record["codes"][1]["code"], item.record["codes"][1]["name"]
    store = store_of(desk)
    found = {a.item.id: a for one in audits(store, run_named(store, "1")) for a in one.assessments}
    a = found[item.ref]
    assert a.coded is not None and (a.coded.code, a.decision, a.certainty) == (code, "auto", 1.0)
    others = [i for i in run_items(store, 1) if i.id != item.id]
    for one in others:
        again = found[one.ref].record()
        for field in (
            "status",
            "nature",
            "decision",
            "gov_service",
            "gov_service_catalog_code",
            "amount_wan",
        ):
            assert again[field] == one.record[field], f"{field} of {one.ref}"
    book = openpyxl.load_workbook(io.BytesIO(desk.get("/hand-over/1/workbook.xlsx").content))
    rows = [list(row) for row in book["项目清单"].iter_rows(values_only=True)]
    assert any(item.title in row and code in row and any(name in str(cell) for cell in row) for row in rows)
    assert f"{code}" in desk.get("/hand-over/1/lines.csv").text
    assert len(desk.get("/hand-over/1/lines.jsonl").text.splitlines()) == 80
    assert desk.get("/hand-over/1/ocds.json").json()["version"] == "1.1"
    page = desk.get("/hand-over/1/filing").text
    assert "政府购买服务汇总表" in page and name in page and "尚待复核" in page


def test_the_document_for_filing_adds_up(desk: TestClient) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(desk.get("/hand-over/1/filing.docx").content))
    *body, last = document.tables[0].rows[1:]
    amounts = [Decimal(row.cells[-1].text.replace(",", "")) for row in body]
    assert sum(amounts) == Decimal(last.cells[-1].text.replace(",", "")) > 0


def test_the_overview_counts_the_newest_run_once(desk: TestClient) -> None:
    store = store_of(desk)
    before = figures(store)
    recorded(store, 80)
    again = figures(store)
    assert [(f.department, f.year, f.lines, f.amount) for f in before] == [
        (f.department, f.year, f.lines, f.amount) for f in again
    ]
    assert {f.run for f in again} == {2}
    spent = spending(store, [f.budget for f in again])
    assert spent and sum(s.lines for s in spent) == sum(
        bool(i.record["gov_service_catalog_code"]) for i in run_items(store, 2)
    )
    one = spent[0]
    for each in spending(store, [f.budget for f in again], one.code, one.section):
        there = lines(store, each.run, Wanted(code=one.code, department=each.department), limit=100)
        assert each.lines == sum(i.year == each.year for i in there)
    page = desk.get("/overview", params={"code": one.code, "section": one.section})
    assert page.status_code == 200 and f"code={one.code}" in page.text


def test_precedents_go_to_another_office_and_come_from_it(desk: TestClient) -> None:
    from datetime import date
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from goufu.cli.render.precedents_sheet import sign

    desk.post("/worklist/1/accept-sure")
    text = desk.get("/precedents/export").content.decode("utf-8-sig")
    head, *rows = [line for line in text.splitlines() if not line.startswith("#")]
    assert rows
    filled = "\n".join(["# goufu precedents 1", head, *("是" + row for row in rows)]) + "\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.tsv"
        path.write_text(filled, encoding="utf-8")
        signed, approved, _ = sign(path, "乙县财政局", date(2026, 3, 1))
    shown = desk.post("/precedents/preview", files={"file": ("先例.tsv", signed.encode())})
    assert shown.status_code == 200 and "乙县财政局" in shown.text and "导入" in shown.text
    many = "\n".join(["# goufu precedents 1", head, *("是" + row for row in rows * 100)]) + "\n"
    shown = desk.post("/precedents/preview", files={"file": ("先例.tsv", many.encode())})
    assert f"只列出 200 行，共 {len(rows) * 100} 行" in shown.text
    unsigned = desk.post("/precedents/preview", files={"file": ("先例.tsv", filled.encode())})
    assert "未经签发" in unsigned.text
    done = desk.post("/precedents/import", data={"text": signed})
    assert done.status_code == 200 and f"新增 {approved}" in done.text.replace("\n", " ")
    assert "乙县财政局" in desk.get("/precedents").text
    assert desk.post("/precedents/import", data={"text": filled}).status_code == 400


def test_findings_on_the_document_stand_above_its_lines(desk: TestClient) -> None:
    store = store_of(desk)
    told = Finding("GF301", "error", same("合计<b>不符"), same("某法第一条"), same("相差 3 万元"))
    hushed = Finding("GF302", "warning", same("不再提"), same(""), same(""), silenced="另有说明")
    found = [("表.xlsx", hushed), ("表.xlsx", told)]
    run = record_run(store, judged(2), [], load_catalogs(), "测试", "0", {}, findings=found)
    page = desk.get(f"/worklist/{run}").text
    for words in ("对整份文件的问题", "合计&lt;b&gt;不符", "相差 3 万元", "某法第一条"):
        assert words in page
    assert "不再提" not in page
    assert "对整份文件的问题" not in desk.get("/worklist/1").text
    page = desk.get("/overview").text
    assert (
        "对整份文件的问题" in page
        and "合计&lt;b&gt;不符" in page
        and f'href="/worklist/{run}#on-document"' in page
    )
    assert "不再提" not in page
    assert desk.get(f"/api/v1/runs/{run}").json()["findings"] == [
        {"document": "表.xlsx", **hushed.record()},
        {"document": "表.xlsx", **told.record()},
    ]
    assert desk.get("/api/v1/runs/1").json()["findings"] == []


def test_findings_on_the_document_are_handed_over(desk: TestClient) -> None:
    """In the workbook, the report, the document for filing and its print; each document's with its own lines."""
    docx, openpyxl = pytest.importorskip("docx"), pytest.importorskip("openpyxl")
    from goufu.store.runs import Input

    store = store_of(desk)
    told = Finding("GF304", "warning", same("采购预算小于所列服务"), same("某办法"), same("相差 3 万元"))
    stray = Finding("GF401", "error", same("写明没有目录"), same(""), same(""))
    files = [Input(name, 1, "0" * 64) for name in ("预算.xlsx", "另一份.docx")]
    run = record_run(
        store, judged(4), files, load_catalogs(), "测试", "0", {}, findings=[("预算.xlsx", told), ("另一份.docx", stray)]
    )  # fmt: skip
    first, *others = audits(store, run_named(store, str(run)))
    assert [f.message.zh for f in first.findings] == ["采购预算小于所列服务", "另一份.docx：写明没有目录"]
    assert not any(one.findings for one in others)
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"/hand-over/{run}/workbook.xlsx").content))
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    document = docx.Document(io.BytesIO(desk.get(f"/hand-over/{run}/filing.docx").content))
    said = "\n".join(p.text for p in document.paragraphs)
    for text in (
        "\n".join(cells),
        said,
        *(desk.get(f"/hand-over/{run}/{n}").text for n in ("filing", "report.html")),
    ):
        assert "采购预算小于所列服务" in text and "另一份.docx：写明没有目录" in text
    assert said.index("写明没有目录") < said.index("采购预算小于"), "the gravest first"
    assert "GF304 （警告） 采购预算小于所列服务 · 相差 3 万元" in said


def test_the_document_for_filing_names_catalogs_by_their_titles(desk: TestClient) -> None:
    page = desk.get("/hand-over/1/filing").text
    assert "《山西省部门政府购买服务指导性目录》（晋财综〔2025〕28号，2025 年印发）" in page
    assert "《山西省政府购买服务指导性目录（B类）》（晋财综〔2023〕47号，2023 年印发）" in page
    assert "依据目录：2" not in page


def test_where_the_catalog_is_not_held_no_certainty_is_shown(desk: TestClient) -> None:
    """What the line is was not judged there, however near a candidate comes: a figure beside it would be of nothing."""
    held, unheld = (
        next(i for i in run_items(store_of(desk), 1) if (i.record["status"] == "unknown") is unknown)
        for unknown in (False, True)
    )
    shown = {i.id: desk.get(f"/worklist/1/lines?q={i.title}&state=open").text for i in (held, unheld)}

    def sure(item: StoredItem) -> str:
        row = shown[item.id].split(f'id="line-{item.id}"')[1].split("</li>")[0]
        return row.split('class="sure">')[1].split("<")[0]

    assert sure(unheld) == "—" and sure(held).endswith("%")
    pane = desk.get(f"/worklist/1/items/{unheld.id}")
    assert pane.text.count("适用的目录未存") == 1 and "采用：" not in pane.text
    assert "适用的目录未存" not in desk.get(f"/worklist/1/items/{held.id}").text


def test_a_decision_is_called_the_same_wherever_it_is_shown(desk: TestClient) -> None:
    """The row, the pane, what was done with it, the log of the office; in English too."""
    item, other = run_items(store_of(desk), 1)[:2]
    decide(desk, item, "未列")
    decide(desk, other, "货物")
    for lang, unlisted, goods in (
        ("zh", "未列入目录", "不是购买服务"),
        ("en", "not listed", "not a purchased service"),
    ):
        desk.get(f"/language/{lang}")
        rows = desk.get("/worklist/1/lines?state=decided").text
        assert unlisted in rows and f"{goods}{'（货物）' if lang == 'zh' else ' (goods)'}" in rows
        for number, word in ((item.id, unlisted), (other.id, goods)):
            pane = desk.get(f"/worklist/1/items/{number}").text
            assert word in pane.split('class="good"')[1].split("</p>")[0]
            assert word in pane.split('class="log"')[1], "what was done"
        log = desk.get("/people/log").text
        assert unlisted in log and goods in log


def test_the_document_for_filing_does_not_call_unlisted_what_is_not_held(desk: TestClient) -> None:
    """*Not held* is never *not listed*: least of all in what an office signs."""
    items = run_items(store_of(desk), 1)
    unheld = [i for i in items if i.record["status"] == "unknown" and i.record["gov_service"]]
    unlisted = [i for i in items if i.record["status"] == "unlisted" and i.record["gov_service"]]
    page = desk.get("/hand-over/1/filing").text
    assert unheld and page.count("<td>目录未存</td>") == len(unheld)
    assert page.count("<td>未列入目录</td>") == len(unlisted)
    assert f"其中 {len(unheld)} 项所适用的目录未存" in page
