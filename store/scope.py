"""What of a store one person may see: everything, or what belongs to some departments.

A narrowed store (`Store.within`) adds these conditions to every query that goes through it, whoever wrote the query,
so that no route and no function has to remember them: a run of others is a run that does not exist. Tables without a
condition of their own here are closed to it, and so is whatever does not go through the mapped classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, event, or_, select, true
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, SQLModel, col


@dataclass(frozen=True, slots=True)
class Scope:
    """The departments whose lines may be seen, as budget lines name them; None for all.

    What `person` recorded or handed in by that name is seen whole, besides.
    """

    departments: tuple[str, ...] | None = None
    person: str = ""


EVERYTHING = Scope()


class OutOfScopeError(Exception):
    """A function asked a narrowed store what only the whole store may be asked. A fault of the program."""


def narrow(session: Session, scope: Scope) -> None:
    """Let every query of `session` see only what lies in `scope`."""
    if scope.departments is None:
        return
    options, closed = _narrowing(scope.departments, scope.person)

    def narrowed(state: ORMExecuteState) -> None:
        if state.is_insert:
            return
        asked = {mapper.class_ for mapper in state.all_mappers}
        if not state.is_orm_statement or asked & closed:
            raise OutOfScopeError(sorted(table.__name__ for table in asked & closed) or "no mapped class")
        state.statement = state.statement.options(*options)

    event.listen(session, "do_orm_execute", narrowed)


@lru_cache(maxsize=512)
def _narrowing(
    departments: tuple[str, ...], person: str
) -> tuple[tuple[ExecutableOption, ...], frozenset[type]]:
    """The options that narrow a statement, and the classes that are closed; made once for each person."""
    conditions = _conditions(departments, person)
    closed = frozenset(mapper.class_ for mapper in SQLModel._sa_registry.mappers) - set(conditions)
    return tuple(with_loader_criteria(table, condition) for table, condition in conditions.items()), closed


def _conditions(departments: tuple[str, ...], person: str) -> dict[type[SQLModel], ColumnElement[bool]]:
    """The condition of each table. Within them tables are asked as such, so that no condition meets itself."""
    from goufu.store import tables

    run, owner, item = _table(tables.Run), _table(tables.RunDepartment), _table(tables.Item)
    own = and_(run.c.officer == person, run.c.officer != "")
    whole: Select[Any] = (
        select(run.c.id)
        .outerjoin(owner, owner.c.run_id == run.c.id)
        .where(or_(own, and_(owner.c.whole, owner.c.department.in_(departments))))
    )
    partly: Select[Any] = select(owner.c.run_id).where(owner.c.department.in_(departments))
    lines: Select[Any] = select(item.c.id).where(
        or_(item.c.department.in_(departments), item.c.run_id.in_(whole))
    )
    return {
        tables.Catalog: true(),
        tables.CatalogEntry: true(),
        tables.Run: or_(col(tables.Run.id).in_(partly), col(tables.Run.id).in_(whole)),
        tables.RunCatalog: true(),
        tables.RunInput: col(tables.RunInput.run_id).in_(whole),
        tables.Item: or_(col(tables.Item.department).in_(departments), col(tables.Item.run_id).in_(whole)),
        tables.Judgement: col(tables.Judgement.item_id).in_(lines),
        tables.Decision: col(tables.Decision.item_id).in_(lines),
        tables.Note: col(tables.Note.item_id).in_(lines),
        tables.PrecedentRow: or_(
            col(tables.PrecedentRow.department).in_(departments), col(tables.PrecedentRow.source) != ""
        ),
        tables.Audit: or_(
            col(tables.Audit.item).in_(lines),
            and_(col(tables.Audit.item) == 0, col(tables.Audit.run).in_(whole)),
        ),
        tables.Upload: and_(col(tables.Upload.officer) == person, col(tables.Upload.officer) != ""),
    }


def _table(of: type[SQLModel]) -> Table:
    found: Table = of.__table__  # type: ignore[attr-defined]
    return found
