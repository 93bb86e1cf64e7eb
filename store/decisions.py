"""Decisions in the store: an officer's choice on an item, never overwritten unseen.

Every change names the revision it was made on. Where somebody else was faster, nothing is written and the conflict is
reported with what stands there now. A decision, its precedent and its line in the log are one transaction. What a
choice may be is judged in `goufu.matcher.decisions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy
from goufu.catalog.names import tidy_name
from goufu.matcher.decisions.choice import Choice, choice_text
from goufu.matcher.decisions.recorded import Decided
from goufu.matcher.decisions.worklist import RowResult
from goufu.matcher.precedents.similarity import key_format, title_key
from goufu.store import tables
from goufu.store.engine import Store, writing
from goufu.store.errors import ConflictError, NoSuchRunError
from goufu.store.log import log
from goufu.store.scope import is_theirs
from sqlalchemy import Table, bindparam, delete, insert, update
from sqlmodel import Session, col

_DECISION: Table = tables.Decision.__table__  # type: ignore[attr-defined]
_PRECEDENT: Table = tables.PrecedentRow.__table__  # type: ignore[attr-defined]
_KEEP = insert(_DECISION)
_REMEMBER = insert(_PRECEDENT)
_FORGET = delete(_PRECEDENT).where(_PRECEDENT.c.item_id == bindparam("of"))
_CHANGES: dict[str, Any] = {c.name: bindparam(c.name) for c in _DECISION.c if c.name != "item_id"}
_CHANGE = update(_DECISION).where(_DECISION.c.item_id == bindparam("of")).values(_CHANGES)
_WITHDRAW = (
    update(_DECISION)
    .where(_DECISION.c.item_id == bindparam("of"))
    .values(
        {
            name: _CHANGES[name]
            for name in ("outcome", "version", "section", "code", "name", "officer", "decided_at", "revision")
        }
    )
)


def decide(
    store: Store,
    item: int,
    choice: Choice,
    officer: str,
    expected: int,
    source: str = "",
    now: datetime | None = None,
) -> tuple[int, bool]:
    """Record `choice` for the item, made on revision `expected` of its decision (0: nothing decided yet).

    Returns the revision that holds now and whether anything was changed; the same officer saying the same again
    changes nothing, so that a write whose answer was lost may safely be repeated. Raises ConflictError where the
    decision was changed since `expected`, NoSuchRunError where the item is gone.
    """
    with writing(store) as session:
        return decide_within(session, item, choice, officer, expected, source, now or datetime.now(UTC))


def decide_within(
    session: Session,
    item: int,
    choice: Choice,
    officer: str,
    expected: int,
    source: str,
    made_at: datetime,
    acceptance: str = "",
) -> tuple[int, bool]:
    """`decide` within the caller's transaction, so that many items are decided together or none.

    `acceptance` marks in the log what was decided with others at once (see `goufu.store.acceptance`).
    """
    row = _item(session, item)
    standing, revision = _standing_on(session, item)
    if (
        standing is not None
        and choice.same_as(standing)
        and (not choice.note or choice.note == standing.note)
    ):
        return revision, False
    if revision != expected:
        raise _conflict(row.title, standing, revision)
    connection = session.connection()  # the line is theirs, and locked; what hangs on it is
    if revision:
        connection.execute(_FORGET, {"of": item})
    connection.execute(
        _CHANGE if revision else _KEEP,
        {
            "of" if revision else "item_id": item,
            "outcome": choice.outcome,
            "nature": choice.nature,
            "version": choice.version,
            "section": choice.section,
            "code": choice.code,
            "name": choice.name,
            "note": choice.note,
            "officer": officer,
            "decided_at": made_at,
            "source": source,
            "revision": revision + 1,
        },
    )
    if is_theirs(
        session, row.department
    ):  # a file can name any department; its precedents are that department's to make
        connection.execute(_REMEMBER, _precedent(row, choice, made_at.astimezone().date()))
    detail: dict[str, Any] = {
        "revision": revision + 1,
        "outcome": choice.outcome,
        "version": choice.version,
        "section": choice.section,
        "code": choice.code,
        "source": source,
    }
    if acceptance:
        detail["acceptance"] = acceptance
    if standing is not None:
        detail["instead_of"] = _told(standing)
    log(session, officer, "decide", detail, row.run_id, item, made_at)
    return revision + 1, True


def decide_rows(
    store: Store, results: Sequence[RowResult], officer: str, source: str = "workbook"
) -> list[RowResult]:
    """Record every row that was judged fit to be stored (`goufu.matcher.decisions.worklist.judge_rows`), one by one.

    Returns the results in their order: "same" where nothing had to change, "conflict" where somebody was faster.
    """
    return [_recorded(store, result, officer, source) for result in results]


def _recorded(store: Store, result: RowResult, officer: str, source: str) -> RowResult:
    item, choice = result.item, result.choice
    if result.fate != "stored" or item is None or choice is None:
        return result
    try:
        _, done = decide(store, item.id, choice, officer, item.revision, source)
    except ConflictError as error:
        return RowResult(result.row, "conflict", error.message, error.english, item, choice)
    return result if done else RowResult(result.row, "same", *choice.text(), item, choice)


def withdraw(store: Store, item: int, officer: str, expected: int, now: datetime | None = None) -> int:
    """Take a decision back, with its precedent; returns the revision that holds now. Raises as `decide` does."""
    with writing(store) as session:
        return withdraw_within(session, item, officer, expected, now or datetime.now(UTC))[0]


def withdraw_within(
    session: Session, item: int, officer: str, expected: int, made_at: datetime
) -> tuple[int, bool]:
    """`withdraw` within the caller's transaction: the revision that holds now, and whether there was anything to withdraw."""
    row = _item(session, item)
    standing, revision = _standing_on(session, item)
    if standing is None:
        return revision, False
    if revision != expected:
        raise _conflict(row.title, standing, revision)
    connection = session.connection()
    connection.execute(_FORGET, {"of": item})
    gone = dict.fromkeys(("outcome", "version", "section", "code", "name"), "")
    connection.execute(
        _WITHDRAW,
        {"of": item, **gone, "officer": officer, "decided_at": made_at, "revision": revision + 1},
    )
    detail = {"revision": revision + 1, "instead_of": _told(standing)}
    log(session, officer, "withdraw", detail, row.run_id, item, made_at)
    return revision + 1, True


def remark(store: Store, item: int, text: str, officer: str, now: datetime | None = None) -> None:
    """Keep a note on the item that is no decision. Raises NoSuchRunError where the item is gone."""
    made_at = now or datetime.now(UTC)
    with writing(store) as session:
        row = _item(session, item)
        session.add(tables.Note(item_id=item, officer=officer, made_at=made_at, text=text))
        log(session, officer, "note", {}, row.run_id, item, made_at)


def _told(d: Decided) -> dict[str, str]:
    return {"outcome": d.outcome, "section": d.section, "code": d.code, "officer": d.officer}


_LOCK = (
    sqlalchemy.select(
        *(col(tables.Item.id), col(tables.Item.run_id), col(tables.Item.department), col(tables.Item.unit)),
        *(col(tables.Item.title), col(tables.Item.summary), col(tables.Item.year)),
        col(tables.Judgement.section),
    )
    .join(tables.Judgement, col(tables.Judgement.item_id) == col(tables.Item.id))
    .where(col(tables.Item.id) == bindparam("item"))
    .with_for_update(of=tables.Item)
)
_STANDING = sqlalchemy.select(
    *(col(tables.Decision.outcome), col(tables.Decision.nature), col(tables.Decision.version)),
    *(col(tables.Decision.section), col(tables.Decision.code), col(tables.Decision.name)),
    *(col(tables.Decision.note), col(tables.Decision.officer), col(tables.Decision.decided_at)),
    *(col(tables.Decision.source), col(tables.Decision.revision)),
).where(col(tables.Decision.item_id) == bindparam("item"))


def _item(session: Session, item: int) -> Any:
    """What a decision on the item needs of its row, locked until the transaction ends: they come one after another."""
    row = session.execute(_LOCK, {"item": item}).first()
    if row is None:
        raise NoSuchRunError(
            "这一项已不在存储中（运行已删除）", "this item is no longer in the store (its run was deleted)"
        )
    return row


def _standing_on(session: Session, item: int) -> tuple[Decided | None, int]:
    """The decision that stands on a locked item, and its revision: asked behind the lock, so that it is the last one."""
    row = session.execute(_STANDING, {"item": item}).first()
    if row is None:
        return None, 0
    return (Decided(*row) if row.outcome else None), row.revision


def _conflict(title: str, standing: Decided | None, revision: int) -> ConflictError:
    if standing is None:
        return ConflictError(
            f"“{title}”的认定已被撤回（第 {revision} 次变动），没有改动",
            f"the decision on '{title}' was withdrawn meanwhile (revision {revision}); nothing was changed",
        )
    when = standing.decided_at.astimezone().strftime("%Y-%m-%d %H:%M")
    said = choice_text(standing.outcome, standing.code, standing.name, standing.nature)
    return ConflictError(
        f"“{title}”已由 {standing.officer} 于 {when} 认定为 {said.zh}，没有改动",
        f"'{title}' was decided by {standing.officer} on {when} as {said.en}; nothing was changed",
    )


def _precedent(row: Any, choice: Choice, day: date) -> dict[str, Any]:
    return {
        "item_id": row.id,
        "run": row.run_id,
        "outcome": choice.outcome,
        "nature": choice.nature,
        "version": choice.version,
        "entry_section": choice.section,
        "code": choice.code,
        "name": choice.name,
        "section": row.section,
        "department": tidy_name(row.department),
        "unit": row.unit,
        "title": row.title,
        "summary": row.summary,
        "year": row.year,
        "decided_on": day,
        "source": "",
        "title_key": title_key(row.title, row.department),
        "key_format": key_format(),
    }
