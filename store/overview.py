"""What the departments of a store buy, year by year: sums, findings, progress of review, spending by code.

Of a department and year only the newest run counts, so that a document that was judged twice is not added up twice. What
was decided counts as decided, what was not as it was judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goufu.catalog.severity import gravity
from goufu.store import tables
from goufu.store.engine import Store, reading
from goufu.store.worklist import has_finding, hundredths, is_open, joined
from sqlalchemy import and_, case, func, or_
from sqlmodel import col, select

#: (run, department, year) of one budget that counts
Budget = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """One department's year: lines, 万元 in all and of purchased services, lines with findings of a severity, progress.

    `doubtful` are open lines that a person must look at. `year` is 0 where it is not known.
    """

    run: int
    department: str
    year: int
    lines: int
    amount: Decimal
    services: Decimal
    decided: int
    doubtful: int
    error: int
    warning: int
    notice: int

    @property
    def budget(self) -> Budget:
        """Which lines these are."""
        return self.run, self.department, self.year


@dataclass(frozen=True, slots=True)
class Spending:
    """What goes to one entry: how many lines, how much in 万元. `run`, `department`, `year` only where they are one budget's."""

    version: str
    section: str
    code: str
    lines: int
    amount: Decimal
    run: int = 0
    department: str = ""
    year: int = 0


@dataclass(frozen=True, slots=True)
class DocumentFinding:
    """A finding on a document of a run as a whole; `record` is that of the record contract."""

    run: int
    document: str
    record: Mapping[str, Any]


def _wan(hundredths_: Any) -> Decimal:
    return Decimal(int(hundredths_ or 0)).scaleb(-2)


def _standing(judged: Any, decided: Any) -> Any:
    """A column as it stands: as decided, or as judged where nothing was."""
    return case((is_open(), col(judged)), else_=col(decided))


def figures(store: Store) -> list[Figures]:
    """The newest budget of every department and year, departments in order, the latest year first."""

    def number(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    bought = or_(
        and_(
            is_open(),
            col(tables.Judgement.nature) == "service",
            col(tables.Judgement.status) != "not_applicable",
        ),
        and_(~is_open(), col(tables.Decision.outcome).in_(("code", "unlisted"))),
    )
    whose: tuple[Any, ...] = (tables.Item.run_id, tables.Item.department, tables.Item.year)
    columns: list[Any] = [
        *whose,
        func.count(col(tables.Item.id)),
        func.sum(hundredths()),
        func.sum(case((bought, hundredths()), else_=0)),
        number(~is_open()),
        number(and_(is_open(), col(tables.Judgement.decision) == "review")),
        *(number(has_finding(severity)) for severity in ("error", "warning", "notice")),
    ]
    query = joined(select(*columns)).group_by(*whose)
    newest: dict[tuple[str, int], Figures] = {}
    with reading(store) as session:
        for run, department, year, lines, amount, services, *counts in session.execute(query):
            one = Figures(run, department, year, lines, _wan(amount), _wan(services), *map(int, counts))
            before = newest.get((department, year))
            if before is None or before.run < run:
                newest[department, year] = one
    return sorted(newest.values(), key=lambda f: (f.department, -f.year))


def spending(store: Store, budgets: Sequence[Budget], code: str = "", section: str = "") -> list[Spending]:
    """What goes to each entry in the budgets named, most first; with `code` of `section`, what each budget spends on it."""
    if not budgets:
        return []
    entry: tuple[Any, ...] = (
        _standing(tables.Judgement.version, tables.Decision.version),
        _standing(tables.Judgement.entry_section, tables.Decision.section),
        _standing(tables.Judgement.code, tables.Decision.code),
    )
    whose: tuple[Any, ...] = (tables.Item.run_id, tables.Item.department, tables.Item.year) if code else ()
    columns: list[Any] = [*entry, func.count(col(tables.Item.id)), func.sum(hundredths()), *whose]
    query = (
        joined(select(*columns))
        .where(col(tables.Item.run_id).in_({run for run, _, _ in budgets}), entry[2] != "")
        .group_by(*entry, tables.Item.run_id, tables.Item.department, tables.Item.year)
        .add_columns(tables.Item.run_id, tables.Item.department, tables.Item.year)
    )
    if code:
        query = query.where(entry[2] == code)
        query = query.where(entry[1] == section) if section else query
    wanted = set(budgets)
    found: dict[tuple[Any, ...], list[Any]] = {}
    with reading(store) as session:
        for row in session.execute(query):
            version, of, named, lines, amount = row[:5]
            budget = tuple(row[-3:])
            if budget not in wanted:
                continue
            key = (version, of, named, *(budget if code else (0, "", 0)))
            sums = found.setdefault(key, [0, 0])
            sums[0] += lines
            sums[1] += int(amount or 0)
    made = [
        Spending(key[0], key[1], key[2], lines, _wan(amount), *key[3:])
        for key, (lines, amount) in found.items()
    ]
    return sorted(made, key=lambda s: (-s.amount, s.section, s.code))


def on_documents(store: Store, runs: Collection[int]) -> list[DocumentFinding]:
    """The findings on whole documents of the runs named, the gravest first; without those that were silenced."""
    one = tables.RunFinding
    query = (
        select(one.run_id, one.document, one.record)
        .where(col(one.run_id).in_(runs))
        .order_by(col(one.run_id).desc(), col(one.position))
    )
    with reading(store) as session:
        found = [DocumentFinding(*row) for row in session.exec(query)]
    return sorted(
        (f for f in found if "silenced" not in f.record), key=lambda f: gravity(f.record["severity"])
    )
