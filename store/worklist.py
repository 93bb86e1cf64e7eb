"""The worklist of a run: which lines, in which order, a page at a time; what a line's verdict is.

Lines and judgements of a run never change and are large, so the little of them that filters, orders and a row need is kept
in memory for the runs last looked at; what was decided is asked of the database each time. A page is continued behind its
last line by the order's own values, never by counting, and in the order that held when the list was begun: lines that were
decided meanwhile make no other line be left out or come twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from threading import Lock
from typing import Any

import sqlalchemy
from goufu.catalog.errors import GoufuError
from goufu.catalog.model import CatalogVersion
from goufu.matcher.decisions.choice import Choice, choice_named, judged_nature
from goufu.matcher.decisions.recorded import Decided, StoredItem
from goufu.store import tables
from goufu.store.engine import Store, reading
from goufu.store.log import Event, events_of
from goufu.store.runs import decisions_within, item_within, stored_within
from goufu.store.scope import Scope
from sqlalchemy import BigInteger, ColumnElement, bindparam, func, or_, type_coerce
from sqlmodel import Session, col

#: which lines by what was decided: all, open ones, open ones of either kind, decided ones
STATES = ("", "doubtful", "sure", "open", "decided")
ORDERS = ("doubt", "document", "amount")
#: lines of one page: more than a screen shows; the next come before its end is reached
PAGE = 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a run, and in which order: doubtful ones first and decided ones last, as in the document, or by amount.

    `words` must all be in the title, unit, department, summary, code or name of the entry. `found` is a rule (`GF201`),
    a severity, or "any". `least` and `most` bound the amount in 万元. `department` and `code` are exact.
    """

    words: str = ""
    state: str = ""
    found: str = ""
    department: str = ""
    code: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    order: str = "doubt"


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run is, in lines: all, those wanted, decided, and open ones that are doubtful or sure; 万元 of the wanted."""

    total: int
    wanted: int
    decided: int
    doubtful: int
    sure: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """A line as a list shows it: of its `record` the keys `SHOWN`, and of its findings the first two."""

    id: int
    run: int
    department: str
    unit: str
    year: int | None
    title: str
    amount_wan: Decimal | None
    record: Mapping[str, Any]
    decision: Decided | None = None


#: what a row shows of the record
SHOWN = (
    *("gov_service_catalog_code", "gov_service_catalog_name", "status", "nature", "doubt", "decision"),
    *("certainty", "findings"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a run in their order, how far the run is, and the last line of the log when the list was begun."""

    lines: list[Row]
    tally: Tally
    since: int


@dataclass(frozen=True, slots=True)
class _Line:
    """One line as filters and orders see it, and its row as long as nothing is decided."""

    row: Row
    position: int
    code: str
    doubtful: bool
    open: bool
    text: str
    certainty: float
    findings: frozenset[str]


_known: OrderedDict[tuple[str, int, str, Scope], Mapping[int, _Line]] = OrderedDict()
_lock = Lock()
#: lines that are remembered, of all runs; those of the run last looked at in any case
_REMEMBERED = 50_000


_UID = sqlalchemy.select(col(tables.Run.uid)).where(col(tables.Run.id) == bindparam("run"))
_READ = (
    sqlalchemy.select(
        *(col(tables.Item.id), col(tables.Item.position), col(tables.Item.amount_wan)),
        *(col(tables.Item.department), col(tables.Item.unit), col(tables.Item.year)),
        *(col(tables.Item.title), col(tables.Item.summary)),
        *(col(tables.Judgement.code), col(tables.Judgement.decision), col(tables.Judgement.record)),
    )
    .join(tables.Judgement, col(tables.Judgement.item_id) == col(tables.Item.id))
    .where(col(tables.Item.run_id) == bindparam("run"))
    .order_by(col(tables.Item.position))
)
_DECIDED = (
    sqlalchemy.select(col(tables.Decision.item_id), col(tables.Decision.code), col(tables.Decision.name))
    .join(tables.Item, col(tables.Item.id) == col(tables.Decision.item_id))
    .where(col(tables.Item.run_id) == bindparam("run"), col(tables.Decision.outcome) != "")
)
#: (how a line was judged, how many) of the lines of a run that were decided
_PROGRESS = (
    sqlalchemy.select(col(tables.Judgement.decision), func.count())
    .select_from(tables.Decision)
    .join(tables.Item, col(tables.Item.id) == col(tables.Decision.item_id))
    .join(tables.Judgement, col(tables.Judgement.item_id) == col(tables.Decision.item_id))
    .where(col(tables.Item.run_id) == bindparam("run"), col(tables.Decision.outcome) != "")
    .group_by(col(tables.Judgement.decision))
)


def _judged(session: Session, store: Store, run: int) -> Mapping[int, _Line]:
    """The lines of a run as they were judged, in the order of the document, as far as the store's scope goes."""
    uid = session.execute(_UID, {"run": run}).scalar() or ""
    key = (str(store.engine.url), run, uid, store.scope)
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found: dict[int, _Line] = {}
    for id_, position, amount, department, unit, year, title, summary, code, kind, r in session.execute(
        _READ, {"run": run}
    ):
        words = (title, unit, department, summary, code, r.get("gov_service_catalog_name") or "")
        fired = frozenset(w for f in r["findings"] for w in (f["rule"], f["severity"], "any") if w)
        sure = float(r.get("certainty", 1.0))
        text = "\n".join(words).casefold()
        shown = {name: r[name] for name in SHOWN if name in r}
        shown["findings"] = [
            {name: f[name] for name in ("rule", "severity", "message")} for f in r["findings"][:2]
        ]
        row = Row(id_, run, department, unit, year or None, title, amount, shown)
        found[id_] = _Line(row, position, code, kind == "review", True, text, sure, fired)
    with _lock:
        _known[key] = found
        while len(_known) > 1 and sum(map(len, _known.values())) > _REMEMBERED:
            _known.popitem(last=False)
    return found


def _lines(session: Session, store: Store, run: int) -> list[_Line]:
    """The lines of a run as they stand."""
    standing = dict(_judged(session, store, run))
    for id_, code, name in session.execute(_DECIDED, {"run": run}):
        line = standing[id_]
        text = f"{line.text}\n{code}\n{name}".casefold()
        standing[id_] = replace(line, code=code, open=False, text=text)
    return list(standing.values())


_STATES: Mapping[str, Callable[[_Line], bool]] = {
    "open": lambda line: line.open,
    "doubtful": lambda line: line.open and line.doubtful,
    "sure": lambda line: line.open and not line.doubtful,
    "decided": lambda line: not line.open,
}


def _chosen(some: Iterable[_Line], wanted: Wanted, stood: Mapping[int, bool]) -> list[_Line]:
    """The lines that are wanted, in their order. What is not asked for costs nothing: this runs at every key."""
    found = list(some)
    for word in wanted.words.casefold().split()[:8]:
        found = [line for line in found if word in line.text]
    if state := _STATES.get(wanted.state):
        found = [line for line in found if state(line)]
    if wanted.found:
        found = [line for line in found if wanted.found in line.findings]
    if wanted.department:
        found = [line for line in found if line.row.department == wanted.department]
    if wanted.code:
        found = [line for line in found if line.code == wanted.code]
    if wanted.least is not None:
        found = [
            line for line in found if line.row.amount_wan is not None and line.row.amount_wan >= wanted.least
        ]
    if wanted.most is not None:
        found = [
            line for line in found if line.row.amount_wan is not None and line.row.amount_wan <= wanted.most
        ]
    return sorted(found, key=lambda line: _key(line, wanted.order, stood))


def _key(line: _Line, order: str, stood: Mapping[int, bool]) -> tuple[Any, ...]:
    """What lines are ordered by, different for every line of a run. `stood` are those that were (not) open before."""
    if order == "document":
        return (line.position,)
    if order == "amount":
        return (line.row.amount_wan is None, -(line.row.amount_wan or 0), line.position)
    return (not stood.get(line.row.id, line.open), not line.doubtful, line.certainty, line.position)


#: the last line of the log, of whatever run: no more than a number, so that it is asked past the store's scope
_LAST = sqlalchemy.select(func.max(tables.Audit.__table__.c.id))  # type: ignore[attr-defined]
_SINCE = (
    sqlalchemy.select(col(tables.Audit.item), col(tables.Audit.action), col(tables.Audit.detail))
    .where(
        col(tables.Audit.run) == bindparam("run"),
        col(tables.Audit.id) > bindparam("since"),
        col(tables.Audit.action).in_(("decide", "withdraw")),
    )
    .order_by(col(tables.Audit.id).desc())
)


def _stood(session: Session, run: int, since: int) -> dict[int, bool]:
    """The lines of a run that were changed after the moment `since`, each with whether it was open then."""
    return {
        item: action == "decide"
        and "instead_of" not in detail  # the first change of each, which comes last, stays
        for item, action, detail in session.execute(_SINCE, {"run": run, "since": since})
    }


def lines(
    store: Store, run: int, wanted: Wanted, after: int = 0, limit: int = PAGE, since: int | None = None
) -> list[StoredItem]:
    """The lines that are wanted, at most `limit`, in their order; those behind the line `after` where it is given.

    With `since`, of the `Page` that the list was begun with, in the order that held then.
    """
    with reading(store) as session:
        behind, _, _ = _asked(session, store, run, wanted, after, since)
        ids = [line.row.id for line in behind[:limit]]
        found = {item.id: item for item in stored_within(session, run, ids)}
        return [found[one] for one in ids]


def tally(store: Store, run: int, wanted: Wanted | None = None) -> Tally:
    """How far the run is, and how many lines are wanted: all, counted by the database, where nothing is said."""
    if wanted is not None:
        return page(store, run, wanted, limit=0).tally
    with reading(store) as session:
        return _tally(session, store, run)


def standing(store: Store, item: int) -> tuple[StoredItem, Tally]:
    """A line as it stands and how far its run is, of one state of the store. Raises NoSuchRunError."""
    with reading(store) as session:
        found = item_within(session, item)
        return found, _tally(session, store, found.run)


def _tally(session: Session, store: Store, run: int) -> Tally:
    every = _judged(session, store, run).values()
    decided = {str(kind): int(n) for kind, n in session.execute(_PROGRESS, {"run": run})}
    settled, done = decided.get("review", 0), sum(decided.values())
    doubtful = sum(line.doubtful for line in every)
    return Tally(
        len(every),
        len(every),
        done,
        doubtful - settled,
        len(every) - doubtful - (done - settled),
        sum((line.row.amount_wan or Decimal(0) for line in every), Decimal(0)),
    )


def page(
    store: Store, run: int, wanted: Wanted, after: int = 0, limit: int = PAGE, since: int | None = None
) -> Page:
    """The rows of `lines`, and the tally, of one state of the store."""
    with reading(store) as session:
        behind, told, begun = _asked(session, store, run, wanted, after, since)
        shown = behind[:limit]
        ids = [line.row.id for line in shown if not line.open]
        made = decisions_within(session, ids) if ids else {}
    rows = [line.row if line.open else replace(line.row, decision=made[line.row.id]) for line in shown]
    return Page(rows, told, begun)


def _asked(
    session: Session, store: Store, run: int, wanted: Wanted, after: int, since: int | None
) -> tuple[list[_Line], Tally, int]:
    """The lines that are wanted behind one, how far the run is, and the last line of the log when the list was begun."""
    every = _lines(session, store, run)
    stood = {} if since is None else _stood(session, run, since)
    if since is None:
        since = int(session.connection().execute(_LAST).scalar() or 0)
    chosen = behind = _chosen(every, wanted, stood)
    last = next((line for line in every if line.row.id == after), None) if after else None
    if last is not None:
        at = _key(last, wanted.order, stood)
        behind = [line for line in chosen if _key(line, wanted.order, stood) > at]
    left = [line for line in every if line.open]
    doubtful = sum(line.doubtful for line in left)
    told = Tally(
        len(every),
        len(chosen),
        len(every) - len(left),
        doubtful,
        len(left) - doubtful,
        sum((line.row.amount_wan or Decimal(0) for line in chosen), Decimal(0)),
    )
    return behind, told, since


def departments(store: Store, run: int) -> list[str]:
    """The departments of a run's lines, in their order."""
    with reading(store) as session:
        judged = _judged(session, store, run)
    return [name for name in dict.fromkeys(line.row.department for line in judged.values()) if name]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A line of the document beside another one, as it was read."""

    id: int
    position: int
    title: str
    amount_wan: Decimal | None
    place: str


@dataclass(frozen=True, slots=True)
class Pane:
    """What is shown of one line: the line, those beside it in the document (itself among them), what was done to it.

    `file` is the name of the file that the run came from, "" where it was not handed in at a server.
    """

    item: StoredItem
    near: tuple[Neighbour, ...]
    log: tuple[Event, ...]
    file: str


_NEAR = (
    sqlalchemy.select(
        *(col(tables.Item.id), col(tables.Item.position), col(tables.Item.title)),
        *(col(tables.Item.amount_wan), col(tables.Item.place)),
    )
    .where(
        col(tables.Item.run_id) == bindparam("run"),
        col(tables.Item.position).between(bindparam("first"), bindparam("last")),
    )
    .order_by(col(tables.Item.position))
)


_FILE = sqlalchemy.select(col(tables.Upload.name)).where(col(tables.Upload.run_id) == bindparam("run"))


def pane(store: Store, item: int, around: int = 2, limit: int = 30) -> Pane:
    """One line with `around` neighbours on each side and at most `limit` events, of one state of the store.

    Raises NoSuchRunError where the line is gone.
    """
    with reading(store) as session:
        found = item_within(session, item)
        beside = {"run": found.run, "first": found.position - around, "last": found.position + around}
        near = tuple(Neighbour(*row) for row in session.execute(_NEAR, beside))
        file = session.execute(_FILE, {"run": found.run}).scalar() or ""
        return Pane(found, near, events_of(session, item, limit), file)


def rules_found(store: Store, run: int) -> list[str]:
    """The rules that fired on lines of a run, by their ids."""
    with reading(store) as session:
        judged = _judged(session, store, run)
    return sorted({word for line in judged.values() for word in line.findings if word.startswith("GF")})


def joined(query: Any) -> Any:
    """Items with judgement and, where there is one, decision."""
    return (
        query.select_from(tables.Item)
        .join(tables.Judgement, col(tables.Judgement.item_id) == col(tables.Item.id))
        .join(tables.Decision, col(tables.Decision.item_id) == col(tables.Item.id), isouter=True)
    )


def is_open() -> ColumnElement[bool]:
    """Whether nothing has been decided on a line."""
    return or_(col(tables.Decision.outcome).is_(None), col(tables.Decision.outcome) == "")


def _record(name: str) -> Any:
    return tables.Judgement.record[name]


def has_finding(found: str) -> Any:
    """Whether a line has findings: any, of a severity, or of a rule. Looked for in the text of the list, as JSON has it."""
    text = _record("findings").as_string()
    if found == "any":
        return text.contains('"rule"')
    if found in ("error", "warning", "notice"):
        return or_(*(text.contains(f'"severity":{space}"{found}"') for space in ("", " ")))
    return text.contains(f'"{found}"', autoescape=True)


def hundredths() -> Any:
    """The amount in hundredths of 万元, 0 where there is none."""
    return func.coalesce(type_coerce(col(tables.Item.amount_wan), BigInteger), 0)


# ------------------------------------------------------------------------------------------- what a line comes to


def verdict_of(item: StoredItem, versions: tuple[CatalogVersion, ...]) -> Choice | None:
    """The tool's own verdict on a line as a choice; None where it comes to none."""
    r = item.record
    if r["gov_service"] is False:
        return Choice("not_applicable", judged_nature(item))
    code = r.get("gov_service_catalog_code")
    found = next((c for c in r["codes"] if code and c["code"] == code), None)
    if found:
        return Choice("code", "service", found["version"], found["section"], found["code"], found["name"])
    return choice_named("未列", item, versions) if r["status"] == "unlisted" else None


def chosen(said: str, item: StoredItem, versions: tuple[CatalogVersion, ...]) -> Choice:
    """What `said` means for a line: `accept` its verdict, or what `choice_named` understands. Raises GoufuError."""
    if said != "accept":
        return choice_named(said, item, versions)
    verdict = verdict_of(item, versions)
    if verdict is None:
        raise GoufuError("购服没有得出可采用的判断。", "There is no verdict to accept.")
    return verdict


def restored(before: Mapping[str, Any], versions: tuple[CatalogVersion, ...]) -> Choice:
    """A choice out of what a page kept of it, checked anew: the entry must be in the catalog. Raises GoufuError."""
    words = {name: str(before.get(name, "")) for name in Choice.__slots__}
    made = Choice(**words)  # type: ignore[arg-type]
    if made.outcome in ("unlisted", "not_applicable"):
        return Choice(made.outcome, made.nature, made.version, note=made.note)
    version = next((v for v in versions if v.id == made.version), None)
    entry = version.find(made.section, made.code) if version else None
    if made.outcome != "code" or entry is None:
        raise GoufuError("此前的认定已不能恢复。", "What was decided before cannot be restored.")
    return Choice("code", "service", entry.version, entry.section, entry.code, entry.name, made.note)
