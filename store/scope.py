"""What of a store one person may see: everything, or what belongs to some departments.

A narrowed store (`Store.within`) adds these conditions to every query that goes through it, whoever wrote the query,
so that no route and no function has to remember them: a run of others is a run that does not exist. Tables without a
condition of their own here are closed to it, and so is whatever does not go through the mapped classes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Executable, Select, Table, and_, event, exists, or_, select, true
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
    """Let every query of `session` see only what lies in `scope`; `is_theirs` knows it too."""
    if scope.departments is None:
        return
    session.info["departments"] = scope.departments
    narrowing = _narrowing(scope.departments, scope.person)

    def narrowed(state: ORMExecuteState) -> None:
        if not state.is_insert:
            state.statement = narrowing.applied(state)

    event.listen(session, "do_orm_execute", narrowed)


def is_theirs(session: Session, department: str) -> bool:
    """Whether a department is one of those whose lines may be seen, or none is named, or there is no such bound.

    Of a run of her own a person sees the lines of every department that its file names.
    """
    departments: tuple[str, ...] | None = session.info.get("departments")
    return departments is None or not department or department in departments


@dataclass(frozen=True, slots=True)
class _Narrowing:
    """The options that narrow a statement, the classes that are closed, and statements that were narrowed before.

    A statement that a module keeps is narrowed once for each scope; what the database library makes of it is kept with it.
    """

    options: tuple[ExecutableOption, ...]
    closed: frozenset[type]
    known: WeakKeyDictionary[Executable, Executable] = field(default_factory=WeakKeyDictionary)

    def applied(self, state: ORMExecuteState) -> Executable:
        """The statement of `state`, narrowed. Raises OutOfScopeError where it asks for what is closed."""
        found = self.known.get(state.statement)
        if found is None:
            asked = {mapper.class_ for mapper in state.all_mappers}
            if not state.is_orm_statement or asked & self.closed:
                raise OutOfScopeError(
                    sorted(table.__name__ for table in asked & self.closed) or "no mapped class"
                )
            found = self.known[state.statement] = state.statement.options(*self.options)
        return found


@lru_cache(maxsize=512)
def _narrowing(departments: tuple[str, ...], person: str) -> _Narrowing:
    """How statements are narrowed, made once for each person."""
    conditions = _conditions(departments, person)
    closed = frozenset(mapper.class_ for mapper in SQLModel._sa_registry.mappers) - set(conditions)
    options = tuple(with_loader_criteria(table, condition) for table, condition in conditions.items())
    return _Narrowing(options, closed)


def _conditions(departments: tuple[str, ...], person: str) -> dict[type[SQLModel], ColumnElement[bool]]:
    """The condition of each table. Within them tables are asked as such, so that no condition meets itself.

    What hangs on a line is looked up by the line's number, so that it costs the same in a store of any size.
    """
    from goufu.store import tables

    run, owner = _table(tables.Run), _table(tables.RunDepartment)
    item = _table(tables.Item).alias("line_of")
    own = and_(run.c.officer == person, run.c.officer != "")
    whole: Select[Any] = (
        select(run.c.id)
        .outerjoin(owner, owner.c.run_id == run.c.id)
        .where(or_(own, and_(owner.c.whole, owner.c.department.in_(departments))))
    )
    partly: Select[Any] = select(owner.c.run_id).where(owner.c.department.in_(departments))
    mine = or_(item.c.department.in_(departments), item.c.run_id.in_(whole))

    def on_mine(number: Any) -> ColumnElement[bool]:
        return exists().where(item.c.id == number, mine).correlate_except(item)

    return {
        tables.Catalog: true(),
        tables.CatalogEntry: true(),
        tables.Run: or_(col(tables.Run.id).in_(partly), col(tables.Run.id).in_(whole)),
        tables.RunCatalog: true(),
        tables.RunInput: col(tables.RunInput.run_id).in_(whole),
        tables.RunFinding: col(tables.RunFinding.run_id).in_(whole),
        tables.Item: or_(col(tables.Item.department).in_(departments), col(tables.Item.run_id).in_(whole)),
        tables.Judgement: on_mine(col(tables.Judgement.item_id)),
        tables.Decision: on_mine(col(tables.Decision.item_id)),
        tables.Note: on_mine(col(tables.Note.item_id)),
        tables.PrecedentRow: or_(
            col(tables.PrecedentRow.department).in_(departments), col(tables.PrecedentRow.source) != ""
        ),
        tables.Audit: or_(
            on_mine(col(tables.Audit.item)),
            and_(col(tables.Audit.item) == 0, col(tables.Audit.run).in_(whole)),
        ),
        tables.Upload: and_(col(tables.Upload.officer) == person, col(tables.Upload.officer) != ""),
    }


def _table(of: type[SQLModel]) -> Table:
    found: Table = of.__table__  # type: ignore[attr-defined]
    return found
