"""The queue of files that were handed in: recorded before they are acknowledged, read once each, whatever stops.

A row is claimed by counting its attempts up; who claimed it may write its outcome only while the row still says so.
The outcome and the run are one transaction, so that a file never becomes two runs. Only the server that holds a
file's content (`worker`, the name of its folder) claims it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from goufu.catalog.errors import GoufuError
from goufu.store import tables
from goufu.store.engine import Store, reading, writing
from goufu.store.errors import NoSuchRunError, StoreError
from goufu.store.log import log
from sqlalchemy import func
from sqlmodel import Session, col, select

#: processes that a file may bring down: it is given one more chance
BROKEN = 2
STATES = ("queued", "reading", "done", "failed")


@dataclass(frozen=True, slots=True)
class Content:
    """A file's content as it was handed in: `uid` names it in the server's folder, `name` is what its owner calls it."""

    uid: str
    name: str
    size: int
    sha256: str


class LostClaimError(StoreError):
    """The row is not this worker's any more: the server was started anew meanwhile, or the upload withdrawn."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that was handed in. `done` of `pages` were read; `run` is the run that came of it, None before."""

    id: int
    uid: str
    officer: str
    departments: tuple[str, ...]
    name: str
    size: int
    sha256: str
    options: Mapping[str, Any]
    state: str
    attempts: int
    done: int
    pages: int
    items: int
    remarks: tuple[Mapping[str, str], ...]
    message: str
    english: str
    run: int | None
    made_at: datetime
    changed_at: datetime

    @property
    def waiting(self) -> bool:
        """Whether it is still to be read, or being read."""
        return self.state in ("queued", "reading")


def _handed(row: tables.Upload) -> Handed:
    return Handed(
        row.id or 0, row.uid, row.officer, tuple(row.departments), row.name, row.size, row.sha256, row.options,
        row.state, row.attempts, row.done, row.pages, row.items, tuple(row.remarks), row.message, row.english,
        row.run_id, row.made_at, row.changed_at,
    )  # fmt: skip


def hand_in(
    store: Store,
    worker: str,
    officer: str,
    departments: Sequence[str],
    files: Sequence[Content],
    options: Mapping[str, Any],
    most_waiting: int = 0,
    now: datetime | None = None,
) -> list[Handed]:
    """Record files whose content lies safe already, all or none.

    Raises GoufuError where more than `most_waiting` of the officer's would wait (0: no limit).
    """
    now = now or datetime.now(UTC)
    with writing(store) as session:
        if most_waiting:
            waiting = session.exec(
                select(func.count())
                .select_from(tables.Upload)
                .where(tables.Upload.officer == officer, col(tables.Upload.state).in_(("queued", "reading")))
            ).one()
            if waiting + len(files) > most_waiting:
                raise GoufuError(
                    f"已有 {waiting} 个文件在等候读取，最多 {most_waiting} 个，请稍后再交。",
                    f"{waiting} files are waiting to be read, {most_waiting} at most may; hand in more later.",
                )
        rows = [
            tables.Upload(
                uid=one.uid, officer=officer, departments=list(departments), name=one.name, size=one.size,
                sha256=one.sha256, options=dict(options), state="queued", attempts=0, broken=0, worker=worker,
                done=0, pages=0, items=0, remarks=[], message="", english="", made_at=now, changed_at=now,
            )
            for one in files
        ]  # fmt: skip
        for row in rows:
            session.add(row)
            session.flush()
            log(
                session,
                officer,
                "upload",
                {"upload": row.id, "sha256": row.sha256, "size": row.size},
                now=now,
            )
        return [_handed(row) for row in rows]


def uploads(store: Store, limit: int = 50, before: int = 0) -> list[Handed]:
    """What was handed in, newest first; those before upload `before` where that is given."""
    query = select(tables.Upload).order_by(col(tables.Upload.id).desc()).limit(limit)
    if before:
        query = query.where(col(tables.Upload.id) < before)
    with reading(store) as session:
        return [_handed(row) for row in session.exec(query)]


def upload(store: Store, uid: str) -> Handed:
    """One by its uid. Raises NoSuchRunError."""
    with reading(store) as session:
        row = session.exec(select(tables.Upload).where(tables.Upload.uid == uid)).first()
        if row is None:
            raise NoSuchRunError("没有这个上传的文件", "there is no such upload")
        return _handed(row)


def counts(store: Store) -> dict[str, int]:
    """How many there are in each state."""
    with reading(store) as session:
        found = session.exec(select(tables.Upload.state, func.count()).group_by(tables.Upload.state)).all()
    return dict.fromkeys(STATES, 0) | {str(state): int(number) for state, number in found}


def claim(store: Store, worker: str, now: datetime | None = None) -> Handed | None:
    """The next file to read, from now on being read; None where nothing waits."""
    now = now or datetime.now(UTC)
    query = (
        select(tables.Upload)
        .where(tables.Upload.state == "queued", tables.Upload.worker == worker)
        .order_by(col(tables.Upload.id))
        .limit(1)
    )
    with reading(store) as session:  # most often nothing waits; then nothing is locked
        if session.exec(query).first() is None:
            return None
    with writing(store) as session:
        row = session.exec(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.changed_at = now
        session.add(row)
        row.state, row.attempts = "reading", row.attempts + 1
        return _handed(row)


def _claimed(session: Session, uid: str, attempt: int) -> tables.Upload:
    row = session.exec(select(tables.Upload).where(tables.Upload.uid == uid).with_for_update()).first()
    if row is None or row.state != "reading" or row.attempts != attempt:
        raise LostClaimError("这个文件已由别的进程接手", "another process took this file over")
    return row


def progress(store: Store, uid: str, attempt: int, done: int, pages: int) -> None:
    """Tell how many pages were read. Raises LostClaimError."""
    with writing(store) as session:
        row = _claimed(session, uid, attempt)
        row.done, row.pages, row.changed_at = done, pages, datetime.now(UTC)
        session.add(row)


def finished(
    uid: str, attempt: int, items: int, remarks: Sequence[Mapping[str, str]]
) -> Callable[[Session, int], None]:
    """What makes a claimed file done within the transaction that records its run. That raises LostClaimError."""

    def within(session: Session, run: int) -> None:
        row = _claimed(session, uid, attempt)
        row.state, row.run_id, row.items, row.remarks = "done", run, items, [dict(one) for one in remarks]
        row.changed_at = datetime.now(UTC)
        session.add(row)

    return within


def failed(store: Store, uid: str, attempt: int, error: GoufuError) -> None:
    """Record why a claimed file could not be read. Raises LostClaimError."""
    with writing(store) as session:
        row = _claimed(session, uid, attempt)
        row.state, row.message, row.english = "failed", error.text("zh"), error.text("en")
        row.changed_at = datetime.now(UTC)
        session.add(row)


def put_back(store: Store, worker: str) -> int:
    """Queue again what this server was reading when it stopped; returns how many."""
    with writing(store) as session:
        query = select(tables.Upload).where(tables.Upload.state == "reading", tables.Upload.worker == worker)
        rows = session.exec(query.with_for_update()).all()
        for row in rows:
            row.state, row.done, row.changed_at = "queued", 0, datetime.now(UTC)
            session.add(row)
        return len(rows)


def broke(store: Store, uid: str, attempt: int) -> None:
    """The process that was reading a claimed file ended: queue it once more, or give it up. Raises LostClaimError."""
    with writing(store) as session:
        row = _claimed(session, uid, attempt)
        row.broken, row.done, row.changed_at = row.broken + 1, 0, datetime.now(UTC)
        row.state = "queued"
        if row.broken >= BROKEN:
            row.state = "failed"
            row.message = f"{row.name}：读取它的进程中断了 {row.broken} 次：超出内存或时间上限，或程序库出错；其他文件不受影响。"
            row.english = f"{row.name}: the process that read it ended {row.broken} times: beyond its limit of memory or time, or a fault in a library; other files are not affected."
        session.add(row)


def upload_of(store: Store, run: int) -> Handed | None:
    """The file that a run came from; None where it was not handed in at a server."""
    with reading(store) as session:
        row = session.exec(select(tables.Upload).where(tables.Upload.run_id == run)).first()
        return _handed(row) if row else None


def again(store: Store, uid: str, officer: str) -> None:
    """Queue a file anew that failed. Raises NoSuchRunError where there is none, or it did not fail."""
    with writing(store) as session:
        row = session.exec(
            select(tables.Upload)
            .where(tables.Upload.uid == uid, tables.Upload.state == "failed")
            .with_for_update()
        ).first()
        if row is None:
            raise NoSuchRunError("没有这个未读成的文件", "there is no such failed upload")
        row.state, row.broken, row.message, row.english = "queued", 0, "", ""
        row.changed_at = datetime.now(UTC)
        session.add(row)
        log(session, officer, "upload again", {"upload": row.id})
