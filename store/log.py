"""The audit log: one line for everything that is recorded, decided, changed, imported or deleted.

A line is written in the transaction of what it tells, so that neither is ever there without the other. It names
run and item by number and the choice by its code; it holds no text of the budget and no password.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy
from goufu.store.engine import Store, reading
from goufu.store.tables import Audit, Decision
from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log; `run` and `item` are 0 where the event is about neither."""

    id: int
    made_at: datetime
    officer: str
    action: str
    run: int
    item: int
    detail: dict[str, Any]


_ADD = insert(Audit.__table__)  # type: ignore[attr-defined]


def log(
    session: Session,
    officer: str,
    action: str,
    detail: Mapping[str, Any],
    run: int = 0,
    item: int = 0,
    now: datetime | None = None,
) -> None:
    """Add a line to the log within the caller's transaction."""
    made_at = now or datetime.now(UTC)
    session.connection().execute(
        _ADD,
        {
            "made_at": made_at,
            "officer": officer,
            "action": action,
            "run": run,
            "item": item,
            "detail": dict(detail),
        },
    )


def events(
    store: Store, run: int | None = None, item: int | None = None, limit: int | None = None
) -> list[Event]:
    """The lines of the log, oldest first: all, those of a run, or those of an item."""
    query = select(Audit).order_by(col(Audit.id))
    if run is not None:
        query = query.where(Audit.run == run)
    if item is not None:
        query = query.where(Audit.item == item)
    if limit is not None:
        query = query.limit(limit)
    with reading(store) as session:
        return [
            Event(row.id or 0, row.made_at, row.officer, row.action, row.run, row.item, row.detail)
            for row in session.exec(query)
        ]


_OF_ITEM = (
    sqlalchemy.select(
        *(col(Audit.id), col(Audit.made_at), col(Audit.officer), col(Audit.action)),
        *(col(Audit.run), col(Audit.item), col(Audit.detail)),
    )
    .where(col(Audit.item) == bindparam("item"))
    .order_by(col(Audit.id))
    .limit(bindparam("limit"))
)


def events_of(session: Session, item: int, limit: int) -> tuple[Event, ...]:
    """The first lines of the log on an item, oldest first, within the caller's transaction."""
    return tuple(Event(*row) for row in session.execute(_OF_ITEM, {"item": item, "limit": limit}))


def newest(store: Store, before: int = 0, limit: int = 100) -> list[Event]:
    """The newest lines of the log first, at most `limit`; those before line `before` where that is given."""
    query = select(Audit).order_by(col(Audit.id).desc()).limit(limit)
    if before:
        query = query.where(col(Audit.id) < before)
    with reading(store) as session:
        return [
            Event(row.id or 0, row.made_at, row.officer, row.action, row.run, row.item, row.detail)
            for row in session.exec(query)
        ]


def gaps(store: Store) -> Sequence[str]:
    """What the log cannot account for: a decision whose revision it does not know, a revision that it skips.

    Empty where every decision in the store was logged step by step.
    """
    found: list[str] = []
    last: dict[int, int] = {}
    steps = (
        select(Audit.item, Audit.detail)
        .where(col(Audit.action).in_(("decide", "withdraw")))
        .order_by(col(Audit.id))
    )
    with reading(store) as session:
        for item, detail in session.exec(steps):
            number = int(detail["revision"])
            if number != last.get(item, 0) + 1:
                found.append(f"item {item}: revision {number} after {last.get(item, 0)}")
            last[item] = number
        for item, revision in session.exec(select(Decision.item_id, Decision.revision)):
            if last.get(item) != revision:
                found.append(
                    f"item {item}: stands at revision {revision}, the log ends at {last.get(item, 0)}"
                )
    return found
