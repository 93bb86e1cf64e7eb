"""Runs: recording one whole or not at all, listing, loading, deleting.

What is recorded is what was judged and by what: the files by their content's digest, the catalogs with their
entries, the index by its digest, the settings. A run never changes afterwards; decisions are kept beside it.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy
from goufu.catalog.characters import sound
from goufu.catalog.model import CatalogVersion
from goufu.matcher.decisions.recorded import Decided, StoredItem
from goufu.matcher.decisions.worklist import FilledRow
from goufu.matcher.model import Assessment, Finding
from goufu.store import tables
from goufu.store.digests import catalog_digest, file_digest, index_digest, item_digest
from goufu.store.engine import Store, reading, writing
from goufu.store.errors import NoSuchRunError
from goufu.store.log import log
from sqlalchemy import Select, bindparam, delete, func, insert
from sqlmodel import Session, col, select

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read: its name without folder, bytes, SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run without its items. `catalogs` are (version, digest) pairs; `decided` and `review` count items.

    `findings` are those on documents as a whole: (the file's name, the finding of the record contract).
    """

    id: int
    uid: str
    made_at: datetime
    officer: str
    program: str
    index_digest: str
    settings: Mapping[str, Any]
    items: int
    inputs: tuple[Input, ...] = ()
    catalogs: tuple[tuple[str, str], ...] = ()
    decided: int = 0
    review: int = 0
    findings: tuple[tuple[str, Mapping[str, Any]], ...] = ()


def record_run(
    store: Store,
    assessments: Sequence[Assessment],
    inputs: Iterable[Path | Input],
    versions: Iterable[CatalogVersion],
    officer: str,
    program: str,
    settings: Mapping[str, Any],
    now: datetime | None = None,
    departments: Sequence[str] = (),
    within: Callable[[Session, int], None] | None = None,
    findings: Iterable[tuple[str, Finding]] = (),
) -> int:
    """Record a classification in one transaction; returns the run's number.

    Of `versions` those are recorded that the assessments used. `departments` are those of the officer, whose
    colleagues see the whole run; `within` is called with the run's number in the same transaction. `findings` are
    those on documents as a whole, each with the file's name. Raises StoreError where the store cannot be written, and
    OSError where an input file is gone.
    """
    made_at = now or datetime.now(UTC)
    files = [
        (one.name, one.size, one.sha256) if isinstance(one, Input) else (sound(one.name), *file_digest(one))
        for one in inputs
    ]
    used = {v for a in assessments for v in a.versions} | {c.version for a in assessments for c in a.codes}
    with writing(store) as session:
        run = tables.Run(
            uid=uuid.uuid4().hex,
            made_at=made_at,
            officer=officer,
            program=program,
            index_digest=index_digest(),
            settings=dict(settings),
            items=len(assessments),
        )
        session.add(run)
        session.flush()
        assert run.id is not None
        if files:
            session.execute(
                insert(tables.RunInput),
                [
                    {"run_id": run.id, "position": n, "name": name, "size": size, "sha256": sha}
                    for n, (name, size, sha) in enumerate(files)
                ],
            )
        catalogs = [_catalog(session, v, made_at) for v in versions if v.id in used]
        if catalogs:
            session.execute(
                insert(tables.RunCatalog), [{"run_id": run.id, "catalog_id": c} for c in catalogs]
            )
        _departments(session, run.id, assessments, departments)
        for start in range(0, len(assessments), _CHUNK):
            _items(session, run.id, start, assessments[start : start + _CHUNK])
        on_documents = [
            {"run_id": run.id, "position": n, "document": sound(name), "record": finding.record()}
            for n, (name, finding) in enumerate(findings)
        ]
        if on_documents:
            session.execute(insert(tables.RunFinding), on_documents)
        told = {"items": len(assessments), "inputs": [sha for _, _, sha in files], "uid": run.uid}
        log(session, officer, "record run", told, run.id, now=made_at)
        if within is not None:
            within(session, run.id)
    return run.id


def _departments(session: Session, run: int, assessments: Sequence[Assessment], whole: Sequence[str]) -> None:
    """Record whose run it is."""
    names = dict.fromkeys((*whole, *(a.item.department for a in assessments if a.item.department)))
    if names:
        session.execute(
            insert(tables.RunDepartment),
            [{"run_id": run, "department": name, "whole": name in whole} for name in names],
        )


def _catalog(session: Session, version: CatalogVersion, now: datetime) -> int:
    """The recorded catalog with exactly this content, recorded now where it is not."""
    digest = catalog_digest(version)
    known = session.exec(
        select(tables.Catalog.id).where(tables.Catalog.version == version.id, tables.Catalog.digest == digest)
    ).first()
    if known is not None:
        return known
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_or_wait

        # another office may be recording the same catalog; whoever comes second waits and then finds it
        made = session.execute(
            insert_or_wait(tables.Catalog)
            .values(
                version=version.id, number=version.number, title=version.title, digest=digest, recorded_at=now
            )
            .on_conflict_do_nothing(index_elements=["version", "digest"])
            .returning(col(tables.Catalog.id))
        ).scalar()
        if made is None:
            return _catalog(session, version, now)
    else:
        row = tables.Catalog(
            version=version.id, number=version.number, title=version.title, digest=digest, recorded_at=now
        )
        session.add(row)
        session.flush()
        made = row.id
    assert made is not None
    if version.entries:
        session.execute(
            insert(tables.CatalogEntry),
            [
                {
                    "catalog_id": made,
                    "section": e.section,
                    "code": e.code,
                    "name": e.name,
                    "printed_code": e.printed_code,
                }
                for e in version.entries
            ],
        )
    return int(made)


def _items(session: Session, run: int, start: int, assessments: Sequence[Assessment]) -> None:
    rows = [_item_row(run, start + n, a) for n, a in enumerate(assessments)]
    ids = session.scalars(
        insert(tables.Item).returning(col(tables.Item.id), sort_by_parameter_order=True), rows
    ).all()
    session.execute(
        insert(tables.Judgement),
        [{"item_id": i, **_judgement_row(a)} for i, a in zip(ids, assessments, strict=True)],
    )


def _item_row(run: int, position: int, a: Assessment) -> dict[str, Any]:
    item = a.item
    return {
        "run_id": run,
        "position": position,
        "ref": item.id,
        "department": item.department,
        "unit": item.unit,
        "year": item.year or 0,
        "title": item.title,
        "summary": item.summary,
        "amount_wan": item.amount_wan,
        "part": item.part,
        "code": item.code,
        "code_name": item.code_name,
        "document": item.document,
        "place": item.place.text() if item.place else "",
        "fingerprint": item_digest(item),
    }


def _judgement_row(a: Assessment) -> dict[str, Any]:
    coded = a.coded
    return {
        "nature": a.nature,
        "status": a.status,
        "decision": a.decision,
        "section": a.sections[0] if a.sections else "",
        "version": coded.version if coded else "",
        "entry_section": coded.section if coded else "",
        "code": coded.code if coded else "",
        "reference_date": a.reference_date,
        "precedent": a.precedent.zh,
        # the record contract, and what a review shows beside it
        "record": {
            **a.record(),
            "certainty": round(a.certainty, 3),
            "doubt": a.doubt,
            "fit": round(a.fit, 3),
            **({"corners": a.item.place.corners} if a.item.place and a.item.place.corners else {}),
        },
    }


def runs(store: Store, limit: int | None = None) -> list[RunInfo]:
    """The runs, newest first."""
    query = select(tables.Run).order_by(col(tables.Run.id).desc())
    with reading(store) as session:
        rows = session.exec(query.limit(limit) if limit is not None else query).all()
        return _infos(session, rows)


def run_named(store: Store, name: str = "last") -> RunInfo:
    """The run that `name` means: its number, the beginning of its uid (8 or more digits), or `last`.

    Raises NoSuchRunError, which names the newest ones.
    """
    with reading(store) as session:
        query = select(tables.Run)
        text = name.strip().lstrip("#")
        if text.lower() in ("last", "最近", "最新"):
            row = session.exec(query.order_by(col(tables.Run.id).desc())).first()
        elif text.isdecimal() and len(text) < 8:
            row = session.get(tables.Run, int(text))
        else:
            row = (
                session.exec(query.where(col(tables.Run.uid).startswith(text.lower()))).first()
                if len(text) >= 8
                else None
            )
        if row is not None:
            return _infos(session, [row])[0]
        newest = session.exec(select(tables.Run.id).order_by(col(tables.Run.id).desc()).limit(5)).all()
    if not newest:
        raise NoSuchRunError(
            "还没有记录任何运行；先用 goufu classify … --save",
            "no run was recorded yet; use goufu classify … --save",
        )
    raise NoSuchRunError(
        f"没有运行“{name}”；最近的有 {'、'.join(map(str, newest))}",
        f"no run '{name}'; the newest are {', '.join(map(str, newest))}",
    )


def run_of(store: Store, rows: Sequence[FilledRow]) -> RunInfo:
    """The newest run that has the items of a worklist's filled rows: all, or else more of them than any other.

    Raises NoSuchRunError where no run has any.
    """
    wanted = {row.title for row in rows if row.decided} or {row.title for row in rows}
    held: dict[int, set[str]] = defaultdict(set)
    titles = sorted(wanted)
    with reading(store) as session:
        for start in range(0, len(titles), _CHUNK):
            query = select(
                tables.Item.run_id, tables.Item.title, tables.Item.unit, tables.Item.department
            ).where(col(tables.Item.title).in_(titles[start : start + _CHUNK]))
            whose = {(row.title, name) for row in rows for name in row.whose.split("\n")}
            for run, title, unit, department in session.exec(query):
                if {(title, unit), (title, department), (title, "")} & whose:
                    held[run].add(title)
    best = max(held, key=lambda run: (len(held[run]), run), default=None)
    if best is None:
        raise NoSuchRunError(
            "没有找到与这份工作簿对应的运行；请先 goufu classify 原文件 --save，再 goufu decide",
            "no run holds the items of this workbook; run goufu classify FILE --save first, then goufu decide",
        )
    return run_named(store, str(best))


def changed_catalogs(run: RunInfo, versions: Sequence[CatalogVersion]) -> frozenset[str]:
    """The ids of the versions whose content is no longer what the run used."""
    now = {v.id: v for v in versions}
    return frozenset(
        version
        for version, digest in run.catalogs
        if version not in now or catalog_digest(now[version]) != digest
    )


def _infos(session: Session, rows: Sequence[tables.Run]) -> list[RunInfo]:
    """What is told of runs, asked for all of them at once."""
    ids = [row.id for row in rows]
    if not ids:
        return []

    def grouped(query: Any, run: Any) -> dict[int, list[tuple[Any, ...]]]:
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for one, *values in session.execute(query.where(col(run).in_(ids))):
            found[one].append(tuple(values))
        return found

    def counted(query: Any) -> dict[int, list[tuple[Any, ...]]]:
        joined = query.join(tables.Item).group_by(col(tables.Item.run_id))
        return grouped(joined, tables.Item.run_id)

    file, used, one = tables.RunInput, tables.RunCatalog, tables.RunFinding
    inputs = grouped(
        sqlalchemy.select(col(file.run_id), col(file.name), col(file.size), col(file.sha256)).order_by(
            col(file.position)
        ),
        file.run_id,
    )
    catalogs = grouped(
        sqlalchemy.select(col(used.run_id), col(tables.Catalog.version), col(tables.Catalog.digest))
        .join(tables.Catalog, col(tables.Catalog.id) == col(used.catalog_id))
        .order_by(col(tables.Catalog.version)),
        used.run_id,
    )
    findings = grouped(
        sqlalchemy.select(col(one.run_id), col(one.document), col(one.record)).order_by(col(one.position)),
        one.run_id,
    )
    count = sqlalchemy.select(col(tables.Item.run_id), func.count())
    decided = counted(count.select_from(tables.Decision).where(col(tables.Decision.outcome) != ""))
    review = counted(count.select_from(tables.Judgement).where(col(tables.Judgement.decision) == "review"))
    return [
        RunInfo(
            row.id or 0, row.uid, row.made_at, row.officer, row.program, row.index_digest, row.settings, row.items,
            tuple(Input(*values) for values in inputs.get(row.id or 0, ())),
            tuple((version, digest) for version, digest in catalogs.get(row.id or 0, ())),
            decided.get(row.id or 0, [(0,)])[0][0],
            review.get(row.id or 0, [(0,)])[0][0],
            tuple((name, record) for name, record in findings.get(row.id or 0, ())),
        )
        for row in rows
    ]  # fmt: skip


def run_items(store: Store, run: int) -> list[StoredItem]:
    """The items of a run in input order, with judgements, decisions and notes."""
    with reading(store) as session:
        return stored_within(session, run)


def stored_item(store: Store, item: int) -> StoredItem:
    """One item by its number. Raises NoSuchRunError where its run was deleted."""
    with reading(store) as session:
        return item_within(session, item)


#: what a StoredItem is made of, asked for by columns: whole rows as objects cost a page of the worklist more than all else
_DECIDED: tuple[Any, ...] = (
    *(tables.Decision.outcome, tables.Decision.nature, tables.Decision.version, tables.Decision.section),
    *(tables.Decision.code, tables.Decision.name, tables.Decision.note, tables.Decision.officer),
    *(tables.Decision.decided_at, tables.Decision.source, tables.Decision.revision),
)
_ITEM: tuple[Any, ...] = (
    *(tables.Item.id, tables.Item.run_id, tables.Item.position, tables.Item.ref, tables.Item.department),
    *(tables.Item.unit, tables.Item.year, tables.Item.title, tables.Item.summary, tables.Item.amount_wan),
    *(tables.Item.part, tables.Item.place, tables.Item.fingerprint),
    *(tables.Judgement.section, tables.Judgement.reference_date, tables.Judgement.record),
    *_DECIDED,
)
#: how many of them are the item's own and the judgement's, and which is the year, 0 where it is not known
_OWN, _JUDGED, _YEAR = 13, 3, 6
_STORED = (
    sqlalchemy.select(*_ITEM)
    .join(tables.Judgement, col(tables.Judgement.item_id) == col(tables.Item.id))
    .join(tables.Decision, col(tables.Decision.item_id) == col(tables.Item.id), isouter=True)
    .order_by(col(tables.Item.position))
)
_NOTES = sqlalchemy.select(col(tables.Note.item_id), col(tables.Note.text)).order_by(col(tables.Note.id))
_STORED_ONE = _STORED.where(col(tables.Item.id) == bindparam("item"))
_STORED_SOME = _STORED.where(col(tables.Item.id).in_(bindparam("items", expanding=True)))
_STORED_RUN = _STORED.where(col(tables.Item.run_id) == bindparam("run"))
_NOTES_ONE = _NOTES.where(col(tables.Note.item_id) == bindparam("item"))
_NOTES_SOME = _NOTES.where(col(tables.Note.item_id).in_(bindparam("items", expanding=True)))
_DECIDED_SOME = sqlalchemy.select(col(tables.Decision.item_id), *_DECIDED).where(
    col(tables.Decision.item_id).in_(bindparam("items", expanding=True))
)
_NOTES_RUN = _NOTES.join(tables.Item, col(tables.Item.id) == col(tables.Note.item_id)).where(
    col(tables.Item.run_id) == bindparam("run")
)


def item_within(session: Session, item: int) -> StoredItem:
    """`stored_item` within the caller's transaction."""
    found = _stored(session, _STORED_ONE, _NOTES_ONE, {"item": item})
    if not found:
        raise NoSuchRunError(
            "这一项已不在存储中（运行已删除）", "this item is no longer in the store (its run was deleted)"
        )
    return found[0]


def stored_within(session: Session, run: int, only: Sequence[int] | None = None) -> list[StoredItem]:
    """The items of a run in input order, or those that `only` names, within the caller's transaction."""
    if only is None:
        return _stored(session, _STORED_RUN, _NOTES_RUN, {"run": run})
    found = _stored(session, _STORED_SOME, _NOTES_SOME, {"items": list(only)}) if only else []
    return [item for item in found if item.run == run]


def decisions_within(session: Session, items: Sequence[int]) -> dict[int, Decided]:
    """What was decided on some items, by their numbers, within the caller's transaction."""
    rows = session.execute(_DECIDED_SOME, {"items": list(items)})
    return {item: Decided(*values) for item, *values in rows if values[0]}


def _stored(
    session: Session, query: Select[Any], notes: Select[int, str], which: dict[str, Any]
) -> list[StoredItem]:
    said: dict[int, list[str]] = {}
    for item_id, text in session.execute(notes, which):
        said.setdefault(item_id, []).append(text)
    return [_stored_item(row, said) for row in session.execute(query, which)]


def _stored_item(row: Sequence[Any], said: Mapping[int, Sequence[str]]) -> StoredItem:
    values = list(row[: _OWN + _JUDGED])
    values[_YEAR] = values[_YEAR] or None
    decided: Sequence[Any] = row[_OWN + _JUDGED :]
    values += [Decided(*decided) if decided[0] else None, tuple(said.get(values[0], ())), decided[-1] or 0]
    return StoredItem(*values)


def delete_run(store: Store, run: int, officer: str, with_precedents: bool = False) -> tuple[int, int]:
    """Delete a run with its items and decisions, and log it; returns how many items and precedents went.

    The precedents that its decisions made are kept unless `with_precedents`. Raises NoSuchRunError.
    """
    with writing(store) as session:
        row = session.get(tables.Run, run, with_for_update=True)
        if row is None:
            raise NoSuchRunError(f"没有运行 {run}", f"no run {run}")
        inside = select(tables.Item.id).where(tables.Item.run_id == run)
        count = session.exec(
            select(func.count()).select_from(tables.Item).where(tables.Item.run_id == run)
        ).one()
        decisions = session.exec(
            select(func.count())
            .select_from(tables.Decision)
            .where(col(tables.Decision.item_id).in_(inside), tables.Decision.outcome != "")
        ).one()
        dropped = 0
        if with_precedents:
            dropped = session.exec(
                select(func.count())
                .select_from(tables.PrecedentRow)
                .where(col(tables.PrecedentRow.item_id).in_(inside))
            ).one()
            session.execute(delete(tables.PrecedentRow).where(col(tables.PrecedentRow.item_id).in_(inside)))
        session.execute(delete(tables.Run).where(col(tables.Run.id) == run))
        told = {"items": count, "decisions": decisions, "precedents": dropped, "uid": row.uid}
        log(session, officer, "delete run", told, run)
    return count, dropped
