"""Decisions in the store: an officer's choice on an item, never overwritten unseen.

Every change names the revision it was made on. Where somebody else was faster, nothing is written and the conflict is
reported with what stands there now. A decision, its precedent and its line in the log are one transaction. What a
choice may be is judged in `goufu.matcher.decisions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from goufu.catalog.names import tidy_name
from goufu.matcher.decisions.choice import Choice, choice_text
from goufu.matcher.decisions.recorded import Decided
from goufu.matcher.decisions.worklist import RowResult
from goufu.matcher.precedents.similarity import key_format, title_key
from goufu.store import tables
from goufu.store.engine import Store, writing
from goufu.store.errors import ConflictError, NoSuchRunError
from goufu.store.log import log
from goufu.store.runs import decided
from sqlalchemy import delete
from sqlmodel import Session, col, select


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
    session: Session, item: int, choice: Choice, officer: str, expected: int, source: str, made_at: datetime
) -> tuple[int, bool]:
    """`decide` within the caller's transaction, so that many items are decided together or none."""
    row = _item(session, item)
    before = session.get(tables.Decision, item)
    standing, revision = decided(before), before.revision if before else 0
    if (
        standing is not None
        and choice.same_as(standing)
        and (not choice.note or choice.note == standing.note)
    ):
        return revision, False
    if revision != expected:
        raise _conflict(row, standing, revision)
    values: dict[str, Any] = {
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
    }
    if before is None:
        session.add(tables.Decision(item_id=item, **values))
    else:
        for name, value in values.items():
            setattr(before, name, value)
    session.execute(delete(tables.PrecedentRow).where(col(tables.PrecedentRow.item_id) == item))
    session.flush()
    session.add(_precedent(session, row, choice, made_at.astimezone().date()))
    detail: dict[str, Any] = {
        "revision": revision + 1,
        "outcome": choice.outcome,
        "version": choice.version,
        "section": choice.section,
        "code": choice.code,
        "source": source,
    }
    if standing is not None:
        detail["instead_of"] = _standing(standing)
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
    made_at = now or datetime.now(UTC)
    with writing(store) as session:
        row = _item(session, item)
        before = session.get(tables.Decision, item)
        standing, revision = decided(before), before.revision if before else 0
        if before is None or standing is None:
            return revision
        if revision != expected:
            raise _conflict(row, standing, revision)
        before.outcome, before.version, before.section, before.code, before.name = "", "", "", "", ""
        before.officer, before.decided_at, before.revision = officer, made_at, revision + 1
        session.execute(delete(tables.PrecedentRow).where(col(tables.PrecedentRow.item_id) == item))
        detail = {"revision": revision + 1, "instead_of": _standing(standing)}
        log(session, officer, "withdraw", detail, row.run_id, item, made_at)
    return revision + 1


def remark(store: Store, item: int, text: str, officer: str, now: datetime | None = None) -> None:
    """Keep a note on the item that is no decision. Raises NoSuchRunError where the item is gone."""
    made_at = now or datetime.now(UTC)
    with writing(store) as session:
        row = _item(session, item)
        session.add(tables.Note(item_id=item, officer=officer, made_at=made_at, text=text))
        log(session, officer, "note", {}, row.run_id, item, made_at)


def _standing(d: Decided) -> dict[str, str]:
    return {"outcome": d.outcome, "section": d.section, "code": d.code, "officer": d.officer}


def _item(session: Session, item: int) -> tables.Item:
    """The item's row, locked until the transaction ends, so that decisions on one item come one after another."""
    row = session.exec(select(tables.Item).where(tables.Item.id == item).with_for_update()).first()
    if row is None:
        raise NoSuchRunError(
            "这一项已不在存储中（运行已删除）", "this item is no longer in the store (its run was deleted)"
        )
    return row


def _conflict(row: tables.Item, standing: Decided | None, revision: int) -> ConflictError:
    if standing is None:
        return ConflictError(
            f"“{row.title}”的认定已被撤回（第 {revision} 次变动），没有改动",
            f"the decision on '{row.title}' was withdrawn meanwhile (revision {revision}); nothing was changed",
        )
    when = standing.decided_at.astimezone().strftime("%Y-%m-%d %H:%M")
    said = choice_text(standing.outcome, standing.code, standing.name, standing.nature)
    return ConflictError(
        f"“{row.title}”已由 {standing.officer} 于 {when} 认定为 {said.zh}，没有改动",
        f"'{row.title}' was decided by {standing.officer} on {when} as {said.en}; nothing was changed",
    )


def _precedent(session: Session, row: tables.Item, choice: Choice, day: date) -> tables.PrecedentRow:
    section = session.exec(select(tables.Judgement.section).where(tables.Judgement.item_id == row.id)).one()
    return tables.PrecedentRow(
        item_id=row.id,
        run=row.run_id,
        outcome=choice.outcome,
        nature=choice.nature,
        version=choice.version,
        entry_section=choice.section,
        code=choice.code,
        name=choice.name,
        section=section,
        department=tidy_name(row.department),
        unit=row.unit,
        title=row.title,
        summary=row.summary,
        year=row.year,
        decided_on=day,
        source="",
        title_key=title_key(row.title, row.department),
        key_format=key_format(),
    )
