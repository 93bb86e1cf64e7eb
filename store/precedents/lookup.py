"""Looking precedents up while a classification runs: two indexed questions, asked without loading SQLAlchemy.

An item costs one look at an index, two where its department has no equal of its own; a hundred thousand precedents
cost no more than a hundred. SQLite is read through the standard library, PostgreSQL through psycopg in one round trip
for a whole batch. Everything else about precedents is in `goufu.store.precedents.keys`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, Protocol

from goufu.matcher.precedents.apply import NEAR_POOL, OTHER_POOL, OWN_POOL, Precedent, Request
from goufu.matcher.precedents.similarity import key_format
from goufu.store.address import StoreAddress
from goufu.store.errors import StoreError

_COLUMNS = (
    "id, outcome, nature, version, entry_section, code, name, section, department, unit, title, summary, year,"
    " decided_on, run, source"
)
_BATCH = 2000
#: requests in one question to SQLite, three parameters each
_AT_ONCE = 200


class Precedents(Protocol):
    """What `open_precedents` gives: a `goufu.matcher.precedents.apply.PrecedentSource`."""

    def equals(self, requests: Collection[Request]) -> Mapping[Request, Sequence[Precedent]]:
        """See `PrecedentSource`."""
        ...

    def of_department(self, section: str, department: str) -> Sequence[Precedent]:
        """See `PrecedentSource`."""
        ...


@contextlib.contextmanager
def open_precedents(place: StoreAddress) -> Iterator[Precedents | None]:
    """The precedents of the store at `place`, None where there are none. Brings stale keys up to date first.

    Raises StoreError where the store is there but cannot be read.
    """
    if not place.exists:
        yield None
        return
    if _stale(place):
        from goufu.store.engine import connect
        from goufu.store.precedents.keys import rekey
        from goufu.store.schema import open_store, revision

        if (
            revision(connect(place, create=False)) is None
        ):  # an empty database: its tables are made by the first run
            yield None
            return
        store = open_store(place, create=False)
        rekey(store)
        store.engine.dispose()
    if place.path is not None:
        with contextlib.closing(_sqlite(place)) as connection:
            yield _Sqlite(connection) if _any(connection) else None
    else:
        with _postgres(place) as connection:
            yield _Postgres(connection)


def state(place: StoreAddress) -> str:
    """A name for the precedents that are there now; another one as soon as one is added, changed or dropped."""
    question = "SELECT count(*), max(id) FROM precedent"
    if place.path is not None:
        with contextlib.closing(_sqlite(place)) as connection:
            try:
                return str(connection.execute(question).fetchone())
            except sqlite3.OperationalError:
                return "older tables"  # brought up when the precedents are opened
            except sqlite3.DatabaseError as error:
                raise _told(error, place) from None
    import psycopg

    with _postgres(place) as connection:
        try:
            return str(connection.execute(question).fetchone())
        except psycopg.errors.UndefinedTable:
            return ""  # an empty database


def _any(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM precedent LIMIT 1").fetchone() is not None


def _stale(place: StoreAddress) -> bool:
    """Whether the store's tables or the keys in it are older than this program."""
    question = "SELECT min(key_format), max(key_format) FROM precedent"
    if place.path is not None:
        with contextlib.closing(_sqlite(place)) as connection:
            try:
                first, last = connection.execute(question).fetchone()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return True
                raise _told(error, place) from None
            except sqlite3.DatabaseError as error:
                raise _told(error, place) from None
    else:
        import psycopg

        with _postgres(place) as connection:
            try:
                row = connection.execute(question).fetchone()
            except psycopg.errors.UndefinedTable:
                return True
            first, last = row if row else (None, None)
    return {first, last} - {None, key_format()} != set()


def _sqlite(place: StoreAddress) -> sqlite3.Connection:
    assert place.path is not None
    try:
        connection = sqlite3.connect(place.path.absolute().as_uri() + "?mode=ro", uri=True, timeout=15)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA mmap_size = 268435456")
        return connection
    except sqlite3.Error as error:
        raise _told(error, place) from None


def _told(error: Exception, place: StoreAddress) -> StoreError:
    """The one sentence, made where all of them are made; only now is SQLAlchemy worth its while."""
    from goufu.store.engine import told
    from sqlalchemy.exc import OperationalError

    return told(OperationalError("", None, error), place)


@contextlib.contextmanager
def _postgres(place: StoreAddress) -> Iterator[Any]:
    try:
        import psycopg
    except ImportError:
        from goufu.store.engine import connect

        connect(place)  # says what is missing
        raise
    try:
        with psycopg.connect(
            place.url, connect_timeout=10, application_name="goufu", autocommit=True
        ) as connection:
            yield connection
    except psycopg.Error as error:
        raise _told(error, place) from None


def _precedent(row: Sequence[Any]) -> Precedent:
    (
        number, outcome, nature, version, entry_section, code, name,
        section, department, unit, title, summary, year, day, run, source,
    ) = row  # fmt: skip
    return Precedent(
        number, outcome, nature, version, entry_section, code, name, section, department, unit, title, summary,
        year or None, date.fromisoformat(day) if isinstance(day, str) else day, run, source,
    )  # fmt: skip


_number = attrgetter("id")


class _Sqlite:
    """Precedents of a file. A department's own are asked for many items at once, other departments' one by one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def equals(self, requests: Collection[Request]) -> Mapping[Request, Sequence[Precedent]]:
        found: dict[Request, list[Precedent]] = {}
        asked = list(requests)
        own = [request for request in asked if request[2]]
        for start in range(0, len(own), _AT_ONCE):
            batch = own[start : start + _AT_ONCE]
            question = (
                f"WITH r (s, k, d) AS (VALUES {','.join(['(?,?,?)'] * len(batch))}) SELECT {_COLUMNS}, title_key"
                " FROM r CROSS JOIN precedent ON section = s AND title_key = k AND department = d"
            )
            for row in self._connection.execute(question, [word for request in batch for word in request]):
                found.setdefault((row[7], row[16], row[8]), []).append(_precedent(row[:16]))
        others = f"SELECT {_COLUMNS} FROM precedent WHERE section = ? AND title_key = ? ORDER BY id DESC LIMIT {OTHER_POOL}"
        ask = self._connection.execute
        for request in asked:
            if request[0] and request not in found and (rows := ask(others, request[:2]).fetchall()):
                found[request] = [_precedent(row) for row in rows]
        return {r: sorted(some, key=_number, reverse=True)[:OWN_POOL] for r, some in found.items()}

    def of_department(self, section: str, department: str) -> Sequence[Precedent]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM precedent WHERE section = ? AND department = ? ORDER BY id DESC LIMIT {NEAR_POOL}",
            (section, department),
        )
        return [_precedent(row) for row in rows]


class _Postgres:
    """Precedents of a server; a batch of requests is one question."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def equals(self, requests: Collection[Request]) -> Mapping[Request, Sequence[Precedent]]:
        asked = list(requests)
        question = f"""
            SELECT r.number, p.* FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[])
              AS r (number, section, title_key, department)
            CROSS JOIN LATERAL (
              SELECT {_COLUMNS} FROM (
                (SELECT 1 AS rank, * FROM precedent o WHERE o.section = r.section AND o.title_key = r.title_key
                   AND o.department = r.department AND r.department <> '' ORDER BY o.id DESC LIMIT {OWN_POOL})
                UNION ALL
                (SELECT 2 AS rank, * FROM precedent o WHERE o.section = r.section AND o.title_key = r.title_key
                   AND o.department <> r.department AND o.section <> '' ORDER BY o.id DESC LIMIT {OTHER_POOL})
              ) both_kinds ORDER BY rank, id DESC
            ) p"""
        found: dict[Request, list[Precedent]] = {}
        for start in range(0, len(asked), _BATCH):
            batch = asked[start : start + _BATCH]
            columns: Iterable[list[Any]] = map(list, zip(*batch, strict=True))
            for number, *row in self._connection.execute(question, (list(range(len(batch))), *columns)):
                found.setdefault(batch[number], []).append(_precedent(row))
        return {request: _own_or_all(request, some) for request, some in found.items()}

    def of_department(self, section: str, department: str) -> Sequence[Precedent]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM precedent WHERE section = %s AND department = %s ORDER BY id DESC LIMIT {NEAR_POOL}",
            (section, department),
        )
        return [_precedent(row) for row in rows]


def _own_or_all(request: Request, some: list[Precedent]) -> list[Precedent]:
    own = [p for p in some if p.department == request[2]]
    return own or some
