"""Accepting at once every line of a run of which the judgement is sure, and taking the whole of it back in one step.

The decisions of one acceptance carry the same mark in the log. Taking it back withdraws those that still stand as it made
them; a line that somebody changed since stays as it is and is named.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy
from goufu.catalog.model import CatalogVersion
from goufu.matcher.decisions.recorded import StoredItem
from goufu.store import tables
from goufu.store.decisions import decide_within, withdraw_within
from goufu.store.engine import Store, reading, writing
from goufu.store.errors import ConflictError, NoSuchRunError
from goufu.store.runs import stored_within
from goufu.store.worklist import PAGE, is_open, joined, verdict_of
from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

_MARK = col(tables.Audit.detail)["acceptance"].as_string()
_DONE = col(tables.Audit.detail)["revision"].as_integer()
_MADE = (
    sqlalchemy.select(col(tables.Audit.item), _DONE)
    .where(
        col(tables.Audit.run) == bindparam("run"),
        col(tables.Audit.action) == "decide",
        bindparam("mark") == _MARK,
    )
    .order_by(col(tables.Audit.item))
)
#: (mark, moment, lines that still stand so) of somebody's acceptances of a run, the newest first
_STANDING = (
    sqlalchemy.select(_MARK, func.max(col(tables.Audit.made_at)), func.count())
    .join(tables.Decision, col(tables.Decision.item_id) == col(tables.Audit.item))
    .where(
        col(tables.Audit.run) == bindparam("run"),
        col(tables.Audit.action) == "decide",
        col(tables.Audit.officer) == bindparam("officer"),
        _MARK.is_not(None),
        col(tables.Decision.revision) == _DONE,
    )
    .group_by(_MARK)
    .order_by(func.max(col(tables.Audit.id)).desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Sure lines that were accepted at once: what the log knows them by, how many, and when ("" and 0 where none were)."""

    mark: str
    lines: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of an acceptance: how many lines are open again, and a sentence on each that stays, changed by somebody."""

    lines: int
    kept: tuple[ConflictError, ...]


def accept_sure(
    store: Store,
    run: int,
    versions: tuple[CatalogVersion, ...],
    officer: str,
    source: str = "",
    now: datetime | None = None,
) -> Acceptance:
    """Decide every open line of a run of which the judgement is sure as it was judged, all or none.

    Lines that somebody decided, also a moment ago, are left as they are.
    """
    made_at = now or datetime.now(UTC)
    mark, done = uuid.uuid4().hex, 0
    with writing(store) as session:
        for item in _sure(session, run):
            verdict = verdict_of(item, versions)
            if verdict is not None:
                done += decide_within(
                    session, item.id, verdict, officer, item.revision, source, made_at, mark
                )[1]
    return Acceptance(mark if done else "", done, made_at)


def _sure(session: Session, run: int) -> list[StoredItem]:
    query = (
        joined(select(tables.Item.id))
        .where(tables.Item.run_id == run, is_open(), tables.Judgement.decision != "review")
        .order_by(tables.Item.id)
    )
    if session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(of=tables.Item)
    ids = [int(one) for one in session.exec(query)]
    return [
        item
        for start in range(0, len(ids), PAGE)
        for item in stored_within(session, run, ids[start : start + PAGE])
    ]


def take_back(store: Store, run: int, mark: str, officer: str, now: datetime | None = None) -> TakenBack:
    """Withdraw what the acceptance `mark` of a run decided and nobody changed since, all in one transaction.

    Raises NoSuchRunError where the run knows of no such acceptance.
    """
    made_at = now or datetime.now(UTC)
    done, kept = 0, []
    with writing(store) as session:
        made = session.execute(_MADE, {"run": run, "mark": mark}).all()
        if not made:
            raise NoSuchRunError("没有这一次采用。", "There is no such acceptance.")
        for item, revision in made:
            try:
                done += withdraw_within(session, item, officer, revision, made_at)[1]
            except ConflictError as error:
                kept.append(error)
    return TakenBack(done, tuple(kept))


def standing_acceptance(store: Store, run: int, officer: str) -> Acceptance | None:
    """The officer's last acceptance of which something still stands, with how many lines do."""
    with reading(store) as session:
        row = session.execute(_STANDING, {"run": run, "officer": officer}).first()
    return Acceptance(row[0], row[2], row[1]) if row else None
