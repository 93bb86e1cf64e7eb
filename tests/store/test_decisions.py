"""Decisions: what an officer may write, and that nobody's word is overwritten unseen."""

from __future__ import annotations

from datetime import date

import pytest
from example_runs import NOW, approvals, judged, line, recorded
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.matcher.assess import assess
from goufu.matcher.decisions.choice import Choice, choice_named, choice_text
from goufu.matcher.decisions.recorded import StoredItem
from goufu.store.decisions import decide, withdraw
from goufu.store.engine import Store, reading, writing
from goufu.store.errors import ConflictError, NoSuchRunError, StoreError
from goufu.store.log import events, gaps
from goufu.store.precedents.keys import precedents
from goufu.store.runs import run_items, stored_item
from goufu.store.tables import Decision
from sqlalchemy import text


@pytest.fixture
def items(store: Store) -> list[StoredItem]:
    return run_items(store, recorded(store, approvals()))


def choice(said: str, item: StoredItem, note: str = "") -> Choice:
    return choice_named(said, item, load_catalogs(), note)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A150402", ("code", "service", "2024-37", "行政审批", "A150402", "政企通运营服务")),
        (" ａ15 04.02 ", ("code", "service", "2024-37", "行政审批", "A150402", "政企通运营服务")),
        ("A150402 政企通运营服务", ("code", "service", "2024-37", "行政审批", "A150402", "政企通运营服务")),
        ("B1003", ("code", "service", "2023-47", "B", "B1003", "网络接入服务")),
        ("未列", ("unlisted", "service", "2024-37", "", "", "")),
        ("不适用", ("not_applicable", "works", "", "", "", "")),
        ("货物", ("not_applicable", "goods", "", "", "", "")),
    ],
)
def test_what_an_officer_may_write(said: str, expected: tuple[str, ...]) -> None:
    a = approvals()[3]  # 政府采购中心交易场地软硬件设施设备升级改造项目
    item = stored(a)
    c = choice(said, item)
    found = (c.outcome, c.nature, c.version, c.section, c.code, c.name)
    assert found == expected


def stored(a: object) -> StoredItem:
    """An item as a store gives it back, without a store."""
    from goufu.matcher.model import Assessment

    assert isinstance(a, Assessment)
    return StoredItem(
        1, 1, 0, a.item.id, a.item.department, a.item.unit, a.item.year, a.item.title, a.item.summary,
        a.item.amount_wan, a.item.part, "", "", a.sections[0], a.reference_date, a.record(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("乱写", "不是代码"),
        ("A1504", "上级标题"),
        ("A15", "上级标题"),
        ("B10", "上级标题"),
        ("A110103", "不在本部门“行政审批”的目录中"),
        ("A999999", "没有代码 A999999"),
        ("B1099", "没有代码 B1099"),
    ],
)
def test_what_cannot_be_stored_says_why(said: str, words: str) -> None:
    with pytest.raises(GoufuError, match=words):
        choice(said, stored(approvals()[3]))


def test_a_code_that_the_catalog_in_force_no_longer_has() -> None:
    item = stored(judged(line("生态文化宣传", "甲县生态环境局"))[0])
    with pytest.raises(GoufuError, match="2024-37 中曾是“三晋生态文化宣传服务”"):
        choice("A150209", item)


def test_a_code_that_two_sections_of_a_department_use_differently() -> None:
    (a,) = assess([line("赛事宣传")], load_catalogs(), date(2026, 1, 1), sections=("教育", "体育"))
    versions = load_catalogs()
    newest = versions[-1]
    shared = {e.code: e for e in newest.in_section("教育") if e.level == 4}
    code = next(
        e.code
        for e in newest.in_section("体育")
        if e.level == 4 and e.code in shared and shared[e.code].name != e.name
    )
    with pytest.raises(GoufuError, match="各有所指，请写明部门"):
        choice(code, stored(a))
    assert choice(f"体育 {code}", stored(a)).section == "体育"


def test_a_decision_is_kept_with_its_precedent_and_its_line_in_the_log(
    store: Store, items: list[StoredItem]
) -> None:
    assert decide(store, items[1].id, choice("A150402", items[1], "续签"), "乙", 0, "review", NOW) == (
        1,
        True,
    )
    item = stored_item(store, items[1].id)
    assert item.decision is not None and item.revision == 1
    assert (item.decision.code, item.decision.officer, item.decision.note, item.decision.decided_at) == (
        "A150402",
        "乙",
        "续签",
        NOW,
    )
    (p,) = precedents(store)
    assert (p.title, p.section, p.code, p.entry_section, p.version, p.year) == (
        item.title,
        "行政审批",
        "A150402",
        "行政审批",
        "2024-37",
        2025,
    )
    (event,) = events(store, item=item.id)
    assert (event.action, event.officer, event.detail["code"], event.detail["revision"]) == (
        "decide",
        "乙",
        "A150402",
        1,
    )


def test_the_same_again_changes_nothing(store: Store, items: list[StoredItem]) -> None:
    decide(store, items[1].id, choice("A150402", items[1]), "乙", 0)
    assert decide(store, items[1].id, choice("A150402", items[1]), "乙", 0) == (1, False)
    assert decide(store, items[1].id, choice("A150402", items[1]), "丙", 0) == (1, False)
    assert len(events(store, item=items[1].id)) == 1 and len(precedents(store)) == 1


def test_nobody_is_overwritten_unseen(store: Store, items: list[StoredItem]) -> None:
    item = items[1]
    decide(store, item.id, choice("A150402", item), "乙", 0)
    with pytest.raises(ConflictError, match="已由 乙 于 .* 认定为 A150402 政企通运营服务，没有改动"):
        decide(store, item.id, choice("未列", item), "丙", 0)
    standing = stored_item(store, item.id)
    assert standing.decision is not None and standing.decision.officer == "乙"
    assert decide(store, item.id, choice("未列", item), "丙", standing.revision) == (2, True)
    assert [p.outcome for p in precedents(store)] == ["unlisted"]
    assert events(store, item=item.id)[-1].detail["instead_of"] == {
        "outcome": "code", "section": "行政审批", "code": "A150402", "officer": "乙",
    }  # fmt: skip


def test_a_revision_is_never_given_twice(store: Store, items: list[StoredItem]) -> None:
    """A withdrawn and remade decision is another one, even for somebody who saw the first."""
    item = items[1]
    decide(store, item.id, choice("A150402", item), "乙", 0)
    seen = stored_item(store, item.id).revision
    assert withdraw(store, item.id, "乙", seen) == 2
    assert stored_item(store, item.id).decision is None and precedents(store) == []
    decide(store, item.id, choice("A150402", item), "丁", 2)
    with pytest.raises(ConflictError):
        decide(store, item.id, choice("未列", item), "丙", seen)
    with pytest.raises(ConflictError):
        withdraw(store, item.id, "丙", seen)
    assert gaps(store) == []


def test_an_item_whose_run_is_gone(store: Store, items: list[StoredItem]) -> None:
    with pytest.raises(NoSuchRunError):
        decide(store, 10_000, choice("未列", items[0]), "乙", 0)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET officer = 'x'", "DELETE FROM audit", "TRUNCATE audit"]
)
def test_the_log_can_only_grow(store: Store, items: list[StoredItem], statement: str) -> None:
    if store.is_sqlite and statement.startswith("TRUNCATE"):
        statement = "DELETE FROM audit WHERE id = 1"
    with pytest.raises(StoreError, match="只可追加"), writing(store) as session:
        session.execute(text(statement))
    assert len(events(store)) == 1


def test_a_gap_in_the_log_is_found(store: Store, items: list[StoredItem]) -> None:
    decide(store, items[1].id, choice("A150402", items[1]), "乙", 0)
    with writing(store) as session:
        row = session.get(Decision, items[1].id)
        assert row is not None
        row.revision = 3
    assert gaps(store) == [f"item {items[1].id}: stands at revision 3, the log ends at 1"]


def test_the_log_holds_no_text_of_the_budget(store: Store, items: list[StoredItem]) -> None:
    decide(store, items[1].id, choice("A150402", items[1], "备注文字"), "乙", 0)
    said = str([e.detail for e in events(store)])
    assert items[1].title not in said and "备注文字" not in said
    with reading(store) as session:
        assert session.get(Decision, items[1].id) is not None


def test_choices_in_words() -> None:
    assert choice_text("not_applicable", "", "", "goods").zh == "不是购买服务（货物）"
    assert choice_text("unlisted", "", "", "service") == ("未列入目录", "not listed")
