"""What changed between two runs, item by item, and why: the input, the catalog, the index, a precedent, a decision.

Items are the same where department, own id and title are the same, or else where the titles have the same key, or
else where amount and summary are the same under another title. A reason is listed where it is a fact of the two runs; that it *caused* the change is claimed only as far as it is the
only one.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from goufu.catalog.text import NOTHING, Text
from goufu.matcher.decisions.choice import choice_text
from goufu.matcher.decisions.recorded import StoredItem
from goufu.matcher.precedents.similarity import title_key
from goufu.store.engine import Store
from goufu.store.runs import RunInfo, run_items

Kind = Literal["added", "removed", "changed", "input"]
Reason = Literal["input", "catalog", "index", "program", "settings", "precedent", "decision"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an item came out: status, nature and entry as judged, whether it was to be reviewed, and what was decided."""

    status: str
    nature: str
    section: str
    code: str
    name: str
    decision: str
    decided: Text


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item that differs. `fields` are the input fields that changed; `why` the reasons, most telling first.

    `kind` "input" is an item whose input changed while it came out the same.
    """

    kind: Kind
    before: StoredItem | None
    after: StoredItem | None
    was: Outcome | None
    now: Outcome | None
    why: tuple[Reason, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs compared: the items that differ in the order of the later run, removed ones last; how many do not.

    `facts` are the differences between the runs as wholes.
    """

    before: RunInfo
    after: RunInfo
    changes: tuple[ItemChange, ...]
    unchanged: int
    facts: tuple[Reason, ...]


def outcome(item: StoredItem) -> Outcome:
    """How an item of a run came out."""
    r = item.record
    d = item.decision
    first = (r.get("codes") or [{}])[0] if r.get("gov_service_catalog_code") else {}
    return Outcome(
        r.get("status", ""),
        r.get("nature", ""),
        first.get("section", ""),
        r.get("gov_service_catalog_code") or "",
        r.get("gov_service_catalog_name") or "",
        r.get("decision", ""),
        choice_text(d.outcome, d.code, d.name, d.nature) if d else NOTHING,
    )


def compare_runs(store: Store, before: RunInfo, after: RunInfo) -> RunComparison:
    """The comparison of two runs of one store."""
    facts = _facts(before, after)
    changes: list[ItemChange] = []
    unchanged = 0
    pairs, gone = _paired(run_items(store, before.id), run_items(store, after.id))
    for old, new in pairs:
        if old is None:
            changes.append(ItemChange("added", None, new, None, outcome(new), (), ()))
            continue
        change = _changed(old, new, before, after, facts)
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    changes += [ItemChange("removed", old, None, outcome(old), None, (), ()) for old in gone]
    return RunComparison(before, after, tuple(changes), unchanged, facts)


def _facts(before: RunInfo, after: RunInfo) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if {i.sha256 for i in before.inputs} != {i.sha256 for i in after.inputs}:
        found.append("input")
    if set(before.catalogs) != set(after.catalogs):
        found.append("catalog")
    if before.index_digest != after.index_digest:
        found.append("index")
    if before.program != after.program:
        found.append("program")
    if before.settings != after.settings:
        found.append("settings")
    return tuple(found)


def _changed(
    old: StoredItem, new: StoredItem, before: RunInfo, after: RunInfo, facts: Sequence[Reason]
) -> ItemChange | None:
    was, now = outcome(old), outcome(new)
    fields = tuple(
        name
        for name in ("title", "department", "unit", "year", "summary", "amount_wan", "part")
        if getattr(old, name) != getattr(new, name)
    )
    if was == now and old.fingerprint == new.fingerprint and _precedent(old) == _precedent(new):
        return None
    why: list[Reason] = []
    if was.decided != now.decided:
        why.append("decision")
    if _precedent(old) != _precedent(new):
        why.append("precedent")
    if old.fingerprint != new.fingerprint:
        why.append("input")
    if _law(old, before) != _law(new, after):
        why.append("catalog")
    why += [fact for fact in facts if fact in ("index", "program", "settings")]
    kind: Kind = "changed" if was != now or _precedent(old) != _precedent(new) else "input"
    return ItemChange(kind, old, new, was, now, tuple(why), fields)


def _precedent(item: StoredItem) -> str:
    return str(item.record.get("precedent", ""))


def _law(item: StoredItem, run: RunInfo) -> list[tuple[str, str]]:
    """The versions that applied to an item, with their content's digests."""
    digests = dict(run.catalogs)
    return [(v, digests.get(v, "")) for v in item.record.get("versions", [])]


def _paired(
    olds: Sequence[StoredItem], news: Sequence[StoredItem]
) -> tuple[list[tuple[StoredItem | None, StoredItem]], list[StoredItem]]:
    """Each new item with the old one it is, and the old ones that are gone."""
    left = {item.id: item for item in olds}
    found: dict[int, StoredItem] = {}
    keys: tuple[Callable[[StoredItem], Hashable], ...] = (
        lambda i: (i.department, i.ref, i.title, i.amount_wan),
        lambda i: (i.department, i.unit, i.title, i.amount_wan),
        lambda i: (i.department, i.title),
        lambda i: (i.department, title_key(i.title, i.department)),
        lambda i: (i.department, i.unit, i.amount_wan, i.summary) if i.summary and i.amount_wan else i.id,
    )
    for key in keys:
        waiting: dict[Hashable, deque[StoredItem]] = defaultdict(deque)
        for item in left.values():
            waiting[key(item)].append(item)
        for item in news:
            if item.id not in found and waiting[key(item)]:
                found[item.id] = waiting[key(item)].popleft()
                del left[found[item.id].id]
    return [(found.get(item.id), item) for item in news], list(left.values())
