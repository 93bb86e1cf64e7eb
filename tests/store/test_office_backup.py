"""A backup taken while a server works: people and uploads come along, what signs in does not come as it is."""

from __future__ import annotations

import threading
from pathlib import Path

from example_runs import NOW, approvals, recorded
from goufu.store.address import StoreAddress
from goufu.store.backup import backup, restore
from goufu.store.engine import Store, connect
from goufu.store.people import add_person, people
from goufu.store.runs import record_run, run_items, runs
from goufu.store.schema import open_store, upgrade
from goufu.store.scope import Scope
from goufu.store.uploads import Content, claim, finished, hand_in, uploads


def test_a_backup_while_others_write(store: Store, tmp_path: Path) -> None:
    """Each backup is whole: it restores, and no upload in it is done without its run."""
    lines = approvals()[:2]
    add_person(store, "甲", "officer", ["甲局"], "测试", NOW)
    going = threading.Event()
    going.set()

    def work() -> None:
        n = 0
        while going.is_set():
            file = Content(f"{n:032x}", f"{n}.csv", 1, "0" * 64)
            hand_in(store, "w", "甲", ["甲局"], [file], {})
            handed = claim(store, "w")
            assert handed is not None
            record_run(
                store, lines, [], [], "甲", "0", {}, departments=["甲局"],
                within=finished(handed.uid, handed.attempts, 2, []),
            )  # fmt: skip
            n += 1

    writer = threading.Thread(target=work)
    writer.start()
    taken = [tmp_path / f"{n}.db" for n in range(3)]
    try:
        for path in taken:
            backup(store, path, NOW)
    finally:
        going.clear()
        writer.join()
    seen = []
    for n, path in enumerate(taken):
        other = connect(StoreAddress(tmp_path / f"restored-{n}.db"))
        upgrade(other)
        restore(other, path, "测试")
        found = uploads(other, 10_000)
        assert {one.run for one in found if one.state == "done"} == {run.id for run in runs(other)}
        assert [one.name for one in people(other)] == ["甲"]
        seen.append(len(found))
        other.engine.dispose()
    assert seen == sorted(seen)


def test_runs_of_before_belong_to_the_departments_of_their_lines(place: StoreAddress) -> None:
    """A store that is brought up from the tables before: an officer finds her department's lines."""
    from goufu.store.schema import downgrade

    store = open_store(place)
    run = recorded(store, approvals())
    department = run_items(store, run)[0].department
    downgrade(store, "0002")
    upgrade(store)
    hers = store.within(Scope((department,), "她"))
    assert [r.id for r in runs(hers)] == [run]
    assert len(run_items(hers, run)) == sum(i.department == department for i in run_items(store, run))
    assert runs(store.within(Scope(("别的局",), "她"))) == []
    store.engine.dispose()
