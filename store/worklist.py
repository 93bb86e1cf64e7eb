"""The worklist of a run: which lines, in which order, a page at a time; what a line's verdict is, and accepting the sure.

Everything is asked of the database by conditions, so that a page costs the same however long the run is. A page is
continued behind its last line by the order's own values, never by counting: lines that were decided meanwhile and fall
out of the filter make no other line be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from goufu.catalog.errors import GoufuError
from goufu.catalog.model import CatalogVersion
from goufu.matcher.decisions.choice import Choice, choice_named, judged_nature
from goufu.matcher.decisions.recorded import StoredItem
from goufu.store import tables
from goufu.store.decisions import decide_within
from goufu.store.engine import Store, reading, writing
from goufu.store.runs import stored_within
from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, func, literal, or_, tuple_, type_coerce
from sqlmodel import Session, col, select

#: which lines by what was decided: all, open ones, open ones of either kind, decided ones
STATES = ("", "doubtful", "sure", "open", "decided")
ORDERS = ("doubt", "document", "amount")
#: lines of one page
PAGE = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a run, and in which order.

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


def lines(store: Store, run: int, wanted: Wanted, after: int = 0, limit: int = PAGE) -> list[StoredItem]:
    """The lines that are wanted, at most `limit`, in their order; those behind the line `after` where it is given."""
    keys = _keys(wanted.order)
    with reading(store) as session:
        query = _narrowed(select(tables.Item.id), run, wanted).order_by(*keys).limit(limit)
        if after:
            there = session.execute(joined(select(*keys)).where(tables.Item.id == after)).first()
            if there is not None:
                query = query.where(tuple_(*keys) > tuple_(*(literal(value) for value in there)))
        ids = [int(one) for one in session.exec(query)]
        found = {item.id: item for item in stored_within(session, run, ids)} if ids else {}
    return [found[one] for one in ids]


def tally(store: Store, run: int, wanted: Wanted) -> Tally:
    """How far the run is, and how many lines are wanted."""
    waiting, doubtful = is_open(), tables.Judgement.decision == "review"

    def number(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    everything = joined(
        select(
            func.count(col(tables.Item.id)),
            number(~waiting),
            number(and_(waiting, doubtful)),
            number(and_(waiting, ~doubtful)),
        )
    ).where(tables.Item.run_id == run)
    chosen = _narrowed(
        select(func.count(col(tables.Item.id)), func.coalesce(func.sum(hundredths()), 0)), run, wanted
    )
    with reading(store) as session:
        total, decided, open_doubtful, open_sure = session.exec(everything).one()
        matching, amount = session.exec(chosen).one()
    return Tally(total, matching, decided, open_doubtful, open_sure, Decimal(int(amount)).scaleb(-2))


def departments(store: Store, run: int) -> list[str]:
    """The departments of a run's lines, in their order."""
    query = (
        select(tables.Item.department)
        .where(tables.Item.run_id == run)
        .group_by(tables.Item.department)
        .order_by(func.min(tables.Item.position))
    )
    with reading(store) as session:
        return [name for name in session.exec(query) if name]


def neighbours(store: Store, item: StoredItem, around: int = 2) -> list[StoredItem]:
    """The lines of the document before and behind a line, and the line itself, as they were read."""
    with reading(store) as session:
        near = select(tables.Item.id).where(
            tables.Item.run_id == item.run,
            col(tables.Item.position).between(item.position - around, item.position + around),
        )
        return stored_within(session, item.run, [one for one in session.exec(near) if one is not None])


def rules_found(store: Store, run: int) -> list[str]:
    """The rules that fired on lines of a run, by their ids."""
    query = joined(select(tables.Judgement.record["findings"])).where(  # type: ignore[index,call-overload]
        tables.Item.run_id == run, has_finding("any")
    )
    with reading(store) as session:
        return sorted({f["rule"] for findings in session.exec(query) for f in findings or () if f["rule"]})


def joined(query: Any) -> Any:
    """Items with judgement and, where there is one, decision."""
    return (
        query.select_from(tables.Item)
        .join(tables.Judgement, col(tables.Judgement.item_id) == col(tables.Item.id))
        .join(tables.Decision, col(tables.Decision.item_id) == col(tables.Item.id), isouter=True)
    )


def is_open() -> ColumnElement[bool]:
    """Whether nothing stands decided on a line."""
    return or_(col(tables.Decision.outcome).is_(None), tables.Decision.outcome == "")


def _record(name: str) -> Any:
    return tables.Judgement.record[name]  # type: ignore[index]


def _narrowed(query: Select[Any] | Any, run: int, wanted: Wanted) -> Any:
    conditions: list[Any] = [tables.Item.run_id == run]
    for word in wanted.words.split()[:8]:
        fields = (
            tables.Item.title, tables.Item.unit, tables.Item.department, tables.Item.summary,
            tables.Judgement.code, tables.Decision.code, tables.Decision.name,
        )  # fmt: skip
        named = _record("gov_service_catalog_name").as_string()
        within = [col(one).icontains(word, autoescape=True) for one in fields]
        conditions.append(or_(*within, named.icontains(word, autoescape=True)))
    states = {
        "open": is_open(),
        "doubtful": and_(is_open(), tables.Judgement.decision == "review"),
        "sure": and_(is_open(), tables.Judgement.decision != "review"),
        "decided": ~is_open(),
    }
    if wanted.state in states:
        conditions.append(states[wanted.state])
    if wanted.found:
        conditions.append(has_finding(wanted.found))
    if wanted.department:
        conditions.append(tables.Item.department == wanted.department)
    if wanted.code:
        standing = case((is_open(), col(tables.Judgement.code)), else_=col(tables.Decision.code))
        conditions.append(standing == wanted.code)
    if wanted.least is not None:
        conditions.append(col(tables.Item.amount_wan) >= wanted.least)
    if wanted.most is not None:
        conditions.append(col(tables.Item.amount_wan) <= wanted.most)
    return joined(query).where(*conditions)


def has_finding(found: str) -> Any:
    """Whether a line has findings: any, of a severity, or of a rule. Looked for in the text of the list, as JSON has it."""
    text = _record("findings").as_string()
    if found == "any":
        return text.contains('"rule"')
    if found in ("error", "warning", "notice"):
        return or_(*(text.contains(f'"severity":{space}"{found}"') for space in ("", " ")))
    return text.contains(f'"{found}"', autoescape=True)


def _keys(order: str) -> tuple[Any, ...]:
    """What lines are ordered by, each ascending, the last one different for every line of a run."""
    position = col(tables.Item.position)
    if order == "document":
        return (position,)
    if order == "amount":
        return (case((col(tables.Item.amount_wan).is_(None), 1), else_=0), -hundredths(), position)
    doubtful = case((tables.Judgement.decision == "review", 0), else_=1)
    return (doubtful, func.coalesce(_record("certainty").as_float(), 1.0), position)


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


def accept_sure(
    store: Store,
    run: int,
    versions: tuple[CatalogVersion, ...],
    officer: str,
    source: str = "",
    now: datetime | None = None,
) -> int:
    """Decide every open line of a run of which the judgement is sure as it was judged, all or none; returns how many.

    Lines that somebody decided, also a moment ago, are left as they are.
    """
    made_at = now or datetime.now(UTC)
    done = 0
    with writing(store) as session:
        for item in _sure(session, run):
            verdict = verdict_of(item, versions)
            if verdict is not None:
                done += decide_within(session, item.id, verdict, officer, item.revision, source, made_at)[1]
    return done


def _sure(session: Session, run: int) -> list[StoredItem]:
    query = _narrowed(select(tables.Item.id), run, Wanted(state="sure")).order_by(tables.Item.id)
    if session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(of=tables.Item)
    ids = [int(one) for one in session.exec(query)]
    return [
        item
        for start in range(0, len(ids), PAGE)
        for item in stored_within(session, run, ids[start : start + PAGE])
    ]
