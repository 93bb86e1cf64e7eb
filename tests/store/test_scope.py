"""A narrowed store: an officer meets her department's lines and no others, whichever function asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from example_runs import APPROVALS, NOW, judged, line
from goufu.catalog.load import load_catalogs
from goufu.catalog.text import same
from goufu.matcher.decisions.choice import choice_named
from goufu.matcher.model import Finding
from goufu.store import tables, worklist
from goufu.store.answered import decided_lines
from goufu.store.decisions import decide, remark, withdraw
from goufu.store.engine import Store, reading, writing
from goufu.store.errors import NoSuchRunError
from goufu.store.log import events, gaps
from goufu.store.precedents.keys import precedents
from goufu.store.runs import delete_run, record_run, run_items, run_named, runs, stored_item
from goufu.store.scope import OutOfScopeError, Scope
from sqlalchemy import delete, func, text, update
from sqlmodel import col, select

OWN, OTHER = "甲县行政审批服务管理局", "甲县城市管理局"


def record(store: Store, *departments: str, by: str = "复核人", of: tuple[str, ...] = ()) -> int:
    lines = [line(f"政务服务热线运行第{n}期", department=name) for n, name in enumerate(departments)]
    return record_run(
        store, judged(*lines), [APPROVALS], load_catalogs(), by, "0", {}, now=NOW, departments=of
    )


@pytest.fixture
def shared(store: Store) -> tuple[Store, dict[str, int]]:
    """Runs of one department, of the other, of both, of one recorded by a colleague of the other."""
    found = {
        "own": record(store, OWN, OWN),
        "other": record(store, OTHER),
        "both": record(store, OWN, OTHER, OWN),
        "colleague": record(store, OTHER, "", by="同事", of=(OWN,)),
        "mine": record(store, OTHER, by="她"),
    }
    for run in found.values():
        for item in run_items(store, run):
            decide(store, item.id, choice_named("工程", item, load_catalogs()), "复核人", 0, now=NOW)
            remark(store, item.id, "备注", "复核人")
    return store, found


def test_runs_and_lines(shared: tuple[Store, dict[str, int]]) -> None:
    store, run = shared
    hers = store.within(Scope((OWN,), "她"))
    assert {r.id for r in runs(hers)} == {run[n] for n in ("own", "both", "colleague", "mine")}
    assert [i.department for i in run_items(hers, run["both"])] == [OWN, OWN]
    assert [i.department for i in run_items(hers, run["colleague"])] == [OTHER, ""]
    assert [i.department for i in run_items(hers, run["mine"])] == [OTHER]
    assert run_items(hers, run["other"]) == []
    assert all(i.notes == ("备注",) and i.decision for i in run_items(hers, run["both"]))
    with pytest.raises(NoSuchRunError) as refused:
        run_named(hers, str(run["other"]))
    assert f"{run['other']}" in str(refused.value)
    assert run_named(hers, str(run["both"])).decided == 2
    assert run_named(hers, str(run["both"])).inputs == () and run_named(hers, str(run["mine"])).inputs
    assert {e.run for e in events(hers)} <= {run[n] for n in ("own", "both", "colleague", "mine")}
    assert {p.department for p in precedents(hers)} == {OWN}
    assert {p.department for p in precedents(store)} == {OWN, OTHER, ""}
    assert len(decided_lines(hers)) < len(decided_lines(store))


def test_nobodys_store_is_empty(shared: tuple[Store, dict[str, int]]) -> None:
    store, run = shared
    nothing = store.within(Scope(()))
    assert runs(nothing) == [] and events(nothing) == [] and precedents(nothing) == []
    assert all(run_items(nothing, n) == [] for n in run.values())


@pytest.mark.parametrize(
    "act",
    [
        lambda store, item: stored_item(store, item),
        lambda store, item: decide(
            store, item, choice_named("货物", stored_item(store, item), load_catalogs()), "她", 1
        ),
        lambda store, item: withdraw(store, item, "她", 1),
        lambda store, item: remark(store, item, "x", "她"),
        lambda store, item: delete_run(store, item, "她"),
    ],
    ids=["see", "decide", "withdraw", "note", "delete"],
)
def test_what_is_not_hers_is_not_there(
    shared: tuple[Store, dict[str, int]], act: Callable[[Store, int], object]
) -> None:
    store, run = shared
    other = run_items(store, run["other"])[0]
    before = run_items(store, run["other"]), len(events(store))
    with pytest.raises(NoSuchRunError):
        act(
            store.within(Scope((OWN,), "她")),
            other.id if act.__code__.co_names[0] != "delete_run" else run["other"],
        )
    assert (run_items(store, run["other"]), len(events(store))) == before


def test_what_is_hers_is_decided_anew_and_leaves_one_precedent(
    shared: tuple[Store, dict[str, int]],
) -> None:
    """Also a line that names no department; one that her own file says is another's is decided, but binds nobody."""
    store, run = shared
    hers = store.within(Scope((OWN,), "她"))
    for name, row, precedents_left in (("own", 0, 1), ("colleague", 1, 1), ("mine", 0, 0)):
        item = run_items(hers, run[name])[row]
        assert item.department == ("" if name == "colleague" else OWN if name == "own" else OTHER)
        assert decide(hers, item.id, choice_named("货物", item, load_catalogs()), "她", 1) == (2, True)
        with reading(store) as session:
            found = session.exec(
                select(tables.PrecedentRow).where(tables.PrecedentRow.item_id == item.id)
            ).all()
            assert [(p.outcome, p.nature) for p in found] == [("not_applicable", "goods")] * precedents_left
        assert withdraw(hers, item.id, "她", 2) == 3 and stored_item(hers, item.id).decision is None
        with reading(store) as session:
            assert not session.exec(
                select(tables.PrecedentRow).where(tables.PrecedentRow.item_id == item.id)
            ).all()
    assert gaps(store) == []


def test_every_way_of_asking_is_narrowed(shared: tuple[Store, dict[str, int]]) -> None:
    """Counts, joins, aliases, subqueries, rows by key, updates and deletions."""
    store, run = shared
    hers = store.within(Scope((OWN,), "她"))
    other = run_items(store, run["other"])[0].id
    with reading(hers) as session:
        assert session.get(tables.Item, other) is None and session.get(tables.Run, run["other"]) is None
        assert session.get(tables.Decision, other) is None
        assert session.exec(select(func.count()).select_from(tables.Item)).one() == 7
        assert session.exec(select(func.count(col(tables.Decision.item_id)))).one() == 7
        joined = (
            select(tables.Note.text, tables.Run.officer)
            .join(tables.Item, col(tables.Item.id) == col(tables.Note.item_id))
            .join(tables.Run, col(tables.Run.id) == col(tables.Item.run_id))
        )
        assert len(session.exec(joined).all()) == 7
        inside = select(tables.Item.id).where(tables.Item.run_id == run["other"])
        assert (
            session.exec(select(tables.Judgement).where(col(tables.Judgement.item_id).in_(inside))).all()
            == []
        )
        assert session.exec(select(func.count()).select_from(inside.subquery())).one() == 0
        assert session.exec(select(inside.exists())).one() is False
    with writing(hers) as session:
        session.execute(update(tables.Decision).values(note="她"))
        session.execute(delete(tables.Note))
    kept = {i.id: (i.notes, i.decision.note if i.decision else "") for i in run_items(store, run["other"])}
    assert set(kept.values()) == {(("备注",), "")}
    assert run_items(store, run["own"])[0].notes == ()


def test_what_has_no_condition_is_closed(shared: tuple[Store, dict[str, int]]) -> None:
    store, _ = shared
    hers = store.within(Scope((OWN,), "她"))
    for ask in (
        select(tables.PersonRow),
        select(tables.SignedIn.digest),
        text("SELECT title FROM item"),
        select(tables.Item.__table__),  # type: ignore[attr-defined]
    ):
        with pytest.raises(OutOfScopeError), reading(hers) as session:
            session.execute(ask).all()


def test_findings_on_a_document_are_for_whom_the_whole_run_is(store: Store) -> None:
    """They may tell of every department in it."""
    finding = Finding("GF301", "warning", same("合计不符"), same("依据"), same("证据"))
    lines = judged(line("政务服务热线运行", department=OWN), line("道路清扫", department=OTHER))
    run = record_run(
        store, lines, [APPROVALS], load_catalogs(), "她", "0", {}, now=NOW, findings=[("表.xlsx", finding)]
    )
    assert run_named(store, str(run)).findings == (("表.xlsx", finding.record()),)
    assert run_named(store.within(Scope((OTHER,), "她")), str(run)).findings
    hers = store.within(Scope((OTHER,), "同事"))
    assert run_named(hers, str(run)).findings == () and len(run_items(hers, run)) == 1
    delete_run(store, run, "她")
    with reading(store) as session:
        assert session.exec(select(func.count()).select_from(tables.RunFinding)).one() == 0


def test_a_line_and_how_far_its_run_is_are_of_one_state(shared: tuple[Store, dict[str, int]]) -> None:
    """What the database counts is what counting the lines comes to, for her as for everybody."""
    store, run = shared
    for seen in (store, store.within(Scope((OWN,), "她"))):
        mine = run_items(seen, run["both"])
        withdraw(store, mine[0].id, "复核人", mine[0].revision)
        item, tally = worklist.standing(seen, mine[0].id)
        assert item.decision is None and tally == worklist.tally(seen, run["both"], worklist.Wanted())
        assert (tally.total, tally.decided) == (len(mine), sum(i.decision is not None for i in mine) - 1)
        pane = worklist.pane(seen, mine[0].id)
        assert pane.item == item and [n.id for n in pane.near] == [i.id for i in mine]
        assert [e.action for e in pane.log][-1] == "withdraw" and pane.file == ""
        decide(store, item.id, choice_named("货物", item, load_catalogs()), "复核人", item.revision)
        assert [
            line.id
            for line in worklist.lines(seen, run["both"], worklist.Wanted(state="decided", order="document"))
        ] == [i.id for i in mine]
