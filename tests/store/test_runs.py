"""Runs: everything that was judged and by what, recorded whole, listed, loaded and deleted."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
from example_runs import APPROVALS, NOW, approvals, copies, recorded
from goufu.catalog.load import load_catalogs
from goufu.cli.render.records import item_record
from goufu.disclosure.model import Place
from goufu.matcher.decisions.choice import choice_named
from goufu.store import tables
from goufu.store.decisions import decide, remark
from goufu.store.engine import Store, reading
from goufu.store.errors import NoSuchRunError
from goufu.store.log import events, gaps
from goufu.store.precedents.keys import precedents
from goufu.store.runs import delete_run, record_run, run_items, run_named, runs, stored_item
from sqlmodel import func, select


def test_a_run_is_recorded_with_all_it_was_judged_by(store: Store) -> None:
    number = recorded(store, approvals())
    run = run_named(store, "last")
    assert (run.id, run.items, run.officer, run.program, run.made_at) == (number, 38, "甲", "0.0-test", NOW)
    content = APPROVALS.read_bytes()
    assert [(i.name, i.size, i.sha256) for i in run.inputs] == [
        (APPROVALS.name, len(content), hashlib.sha256(content).hexdigest())
    ]
    assert [v for v, _ in run.catalogs] == ["2023-47", "2024-37"]
    assert run.index_digest and run.decided == 0
    assert run.review == sum(a.decision == "review" for a in approvals())


def test_items_come_back_as_they_were(store: Store) -> None:
    items = run_items(store, recorded(store, approvals()))
    beside = [{"doubt": a.doubt, "fit": round(a.fit, 3)} for a in approvals()]  # what a review shows
    assert [i.record for i in items] == [
        {**a.record(), **more} for a, more in zip(approvals(), beside, strict=True)
    ]
    assert [(i.ref, i.title, i.summary, i.amount_wan, i.year) for i in items] == [
        (a.item.id, a.item.title, a.item.summary, a.item.amount_wan, 2025) for a in approvals()
    ]
    assert items[16].amount_wan == Decimal("182.40")
    assert {i.section for i in items} == {"行政审批"}
    assert stored_item(store, items[3].id) == items[3]


def test_where_a_row_stands_on_its_page_is_kept_for_drawing_only(store: Store) -> None:
    corners = ((0.1, 0.2), (0.9, 0.2), (0.9, 0.25), (0.1, 0.25))
    base = approvals()[0]
    there = Place("预算.pdf", page=3, corners=corners)
    assert there == Place("预算.pdf", page=3) and there.text() == "预算.pdf 第 3 页"
    run = recorded(store, [replace(base, item=replace(base.item, place=there))])
    (item,) = run_items(store, run)
    assert item.record["corners"] == [list(corner) for corner in corners] and item.place == there.text()
    assert "corners" not in item_record(item)


def test_the_catalog_is_kept_once_with_its_entries(store: Store) -> None:
    recorded(store, approvals())
    recorded(store, approvals())
    with reading(store) as session:
        kept = session.exec(
            select(tables.Catalog.version, func.count())
            .join(tables.CatalogEntry)
            .group_by(tables.Catalog.version)
        ).all()
    sizes = {v.id: len(v.entries) for v in load_catalogs()}
    assert dict(kept) == {"2023-47": sizes["2023-47"], "2024-37": sizes["2024-37"]}


def test_runs_are_named_by_number_uid_or_last(store: Store) -> None:
    first, second = recorded(store, copies(1)), recorded(store, copies(2))
    assert run_named(store, "last").id == second == run_named(store, f"#{second}").id
    uid = run_named(store, str(first)).uid
    assert run_named(store, uid[:10]).id == first
    assert [r.id for r in runs(store)] == [second, first]
    with pytest.raises(NoSuchRunError, match=f"没有运行“99”；最近的有 {second}、{first}") as told:
        run_named(store, "99")
    assert told.value.english == f"no run '99'; the newest are {second}, {first}"


def test_an_empty_store_says_how_to_begin(store: Store) -> None:
    with pytest.raises(NoSuchRunError, match="goufu classify … --save"):
        run_named(store, "last")


def test_a_run_is_recorded_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import goufu.store.runs as module

    count = 0
    whole = module._items

    def break_off(*arguments: object) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_items", break_off)
    with pytest.raises(KeyboardInterrupt):
        recorded(store, copies(600))
    assert count == 2
    with reading(store) as session:
        for table in (
            tables.Run,
            tables.RunInput,
            tables.Item,
            tables.Judgement,
            tables.Catalog,
            tables.Audit,
        ):
            assert session.exec(select(func.count()).select_from(table)).one() == 0


def test_a_deleted_run_is_gone_and_logged_but_its_precedents_stay(store: Store) -> None:
    number = recorded(store, approvals())
    item = run_items(store, number)[1]
    decide(store, item.id, choice_named("A150402", item, load_catalogs()), "乙", 0)
    remark(store, item.id, "合同已续签", "乙")
    assert delete_run(store, number, "丙") == (38, 0)
    with pytest.raises(NoSuchRunError):
        run_named(store, str(number))
    with pytest.raises(NoSuchRunError, match="运行已删除"):
        stored_item(store, item.id)
    assert [p.code for p in precedents(store)] == ["A150402"]
    log = events(store, run=number)
    assert [(e.action, e.officer) for e in log] == [
        ("record run", "甲"),
        ("decide", "乙"),
        ("note", "乙"),
        ("delete run", "丙"),
    ]
    assert log[-1].detail["items"] == 38 and log[-1].detail["decisions"] == 1
    assert gaps(store) == []
    assert recorded(store, copies(1)) != number


def test_precedents_go_with_their_run_when_asked(store: Store) -> None:
    number = recorded(store, approvals())
    item = run_items(store, number)[1]
    decide(store, item.id, choice_named("A150402", item, load_catalogs()), "乙", 0)
    assert delete_run(store, number, "丙", with_precedents=True) == (38, 1)
    assert precedents(store) == []


def test_a_missing_input_is_an_error_before_anything_is_written(store: Store) -> None:
    with pytest.raises(OSError):
        record_run(store, copies(1), [APPROVALS.with_name("none.txt")], load_catalogs(), "甲", "0", {})
    assert runs(store) == []
