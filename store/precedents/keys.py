"""The precedents of a store: keys that fit the rules of today, a list for people, and forgetting one.

Looking precedents up for a classification is done in `goufu.store.precedents.lookup`, which loads nothing heavy.
"""

from __future__ import annotations

from collections.abc import Sequence

from goufu.matcher.precedents.apply import Precedent
from goufu.matcher.precedents.similarity import key_format, title_key
from goufu.store.engine import Store, reading, writing
from goufu.store.errors import NoSuchRunError
from goufu.store.log import log
from goufu.store.tables import PrecedentRow
from sqlalchemy import bindparam, func, update
from sqlmodel import col, select

_CHUNK = 2000


def rekey(store: Store) -> int:
    """Make the keys anew that were made by other rules; returns how many. Safe to break off and repeat."""
    now = key_format()
    done = 0
    table = PrecedentRow.__table__  # type: ignore[attr-defined]
    change = (
        update(table).where(table.c.id == bindparam("row")).values(title_key=bindparam("key"), key_format=now)
    )
    while True:
        with writing(store) as session:
            rows = session.exec(
                select(PrecedentRow.id, PrecedentRow.title, PrecedentRow.department)
                .where(PrecedentRow.key_format != now)
                .limit(_CHUNK)
            ).all()
            if not rows:
                return done
            session.connection().execute(
                change, [{"row": row, "key": title_key(title, department)} for row, title, department in rows]
            )
        done += len(rows)


def precedent(row: PrecedentRow) -> Precedent:
    """A precedent's row as the judgement knows it."""
    return Precedent(
        id=row.id or 0,
        outcome=row.outcome,  # type: ignore[arg-type]
        nature=row.nature,  # type: ignore[arg-type]
        version=row.version,
        entry_section=row.entry_section,
        code=row.code,
        name=row.name,
        section=row.section,
        department=row.department,
        unit=row.unit,
        title=row.title,
        summary=row.summary,
        year=row.year or None,
        decided_on=row.decided_on,
        run=row.run,
        source=row.source,
    )


def precedents(
    store: Store, section: str | None = None, words: str = "", limit: int | None = None
) -> list[Precedent]:
    """The precedents, newest first: all, those of a section, those whose title has `words`."""
    query = select(PrecedentRow).order_by(col(PrecedentRow.id).desc())
    if section is not None:
        query = query.where(PrecedentRow.section == section)
    if words:
        query = query.where(col(PrecedentRow.title).contains(words, autoescape=True))
    with reading(store) as session:
        return [precedent(row) for row in session.exec(query.limit(limit) if limit is not None else query)]


def count(store: Store) -> int:
    """How many precedents there are."""
    with reading(store) as session:
        return session.exec(select(func.count()).select_from(PrecedentRow)).one()


def forget(store: Store, ids: Sequence[int], officer: str) -> int:
    """Drop precedents; the decisions they came from stay. Raises NoSuchRunError where one is not there."""
    with writing(store) as session:
        for number in ids:
            row = session.get(PrecedentRow, number)
            if row is None:
                raise NoSuchRunError(
                    f"没有先例 {number}，一条也没有删除", f"no precedent {number}; none was dropped"
                )
            told = {"precedent": number, "outcome": row.outcome, "code": row.code, "source": row.source}
            log(session, officer, "forget precedent", told, row.run, row.item_id or 0)
            session.delete(row)
    return len(ids)
