"""Precedents of other offices in the store: rows that were judged fit to be taken over, under their office's name.

A row replaces an older one of the same office, department, title and year. Decisions of this store are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from goufu.matcher.precedents.sharing import Shared
from goufu.matcher.precedents.similarity import key_format, title_key
from goufu.store.engine import Store, writing
from goufu.store.log import log
from goufu.store.tables import PrecedentRow
from sqlmodel import Session, select


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What an import did: rows new, replacing older ones, known already."""

    added: int
    replaced: int
    known: int


def take_over(
    store: Store, rows: Sequence[Shared], office: str, signed_on: date, refused: int, officer: str
) -> TakenOver:
    """Take over `rows` that `office` signed on that day, all in one transaction.

    `refused` is how many of the file's rows were not fit, for the log.
    """
    counts = {"added": 0, "replaced": 0, "known": 0}
    with writing(store) as session:
        for row in rows:
            counts[_take(session, row, office)] += 1
        detail = {"source": office, "signed_on": str(signed_on), "refused": refused}
        log(session, officer, "import precedents", {**detail, **counts})
    return TakenOver(**counts)


def _take(session: Session, row: Shared, office: str) -> str:
    before = session.exec(
        select(PrecedentRow).where(
            PrecedentRow.source == office,
            PrecedentRow.section == row.section,
            PrecedentRow.department == row.department,
            PrecedentRow.title == row.title,
            PrecedentRow.year == (row.year or 0),
        )
    ).first()
    if before is not None:
        if before.decided_on >= row.decided_on:
            return "known"
        session.delete(before)
        session.flush()
    session.add(
        PrecedentRow(
            item_id=None,
            run=0,
            outcome=row.outcome,
            nature=row.nature,
            version=row.version,
            entry_section=row.entry_section,
            code=row.code,
            name=row.name,
            section=row.section,
            department=row.department,
            unit="",
            title=row.title,
            summary="",
            year=row.year or 0,
            decided_on=row.decided_on,
            source=office,
            title_key=title_key(row.title, row.department),
            key_format=key_format(),
        )
    )
    return "replaced" if before is not None else "added"
