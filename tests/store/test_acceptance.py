"""Accepting the sure lines at once and taking it back, on either engine."""

from __future__ import annotations

from example_runs import approvals, recorded
from goufu.catalog.load import load_catalogs
from goufu.store.acceptance import accept_sure, standing_acceptance, take_back
from goufu.store.decisions import decide
from goufu.store.engine import Store
from goufu.store.log import gaps
from goufu.store.runs import run_items
from goufu.store.worklist import Wanted, page, verdict_of


def test_taken_back_whole_but_for_what_was_changed_since(store: Store) -> None:
    run = recorded(store, approvals())
    made = accept_sure(store, run, load_catalogs(), "甲")
    accepted = [i for i in run_items(store, run) if i.decision]
    assert made.lines == len(accepted) > 1
    assert standing_acceptance(store, run, "甲") is not None
    changed = accepted[0]
    verdict = verdict_of(accepted[1], load_catalogs())
    assert verdict is not None
    decide(store, changed.id, verdict, "乙", 1)
    begun = page(store, run, Wanted(), limit=1)
    done = take_back(store, run, made.mark, "甲")
    assert done.lines == made.lines - 1 and [changed.title in e.message for e in done.kept] == [True]
    assert [i.id for i in run_items(store, run) if i.decision] == [changed.id]
    whole = page(store, run, Wanted(), limit=100, since=begun.since).lines
    assert sorted(i.id for i in whole) == sorted(i.id for i in run_items(store, run))
    assert whole[0].id == begun.lines[0].id, "in the order that held before"
    assert standing_acceptance(store, run, "甲") is None and gaps(store) == []
