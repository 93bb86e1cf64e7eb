"""What an entry that was decided on once is today: the same, renamed, merged into another, split, or gone.

The relations are those of `goufu.catalog.concordance.changes`; here they are read for one purpose, whether a decision for the old
entry still tells the new one. A close call of the concordance, a split, a removal and a code that now means another
service do not carry a decision over. Where the newer version is not held, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from goufu.catalog.concordance.changes import Archive, Change
from goufu.catalog.concordance.decided import LINKING
from goufu.catalog.concordance.similarity import core, distance
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.text import NOTHING, Text, same
from goufu.catalog.validity import applicable

Fate = Literal["same", "renamed", "close", "split", "removed", "reused", "unknown"]

#: fates that carry a decision over to the entry of today
CARRIED: frozenset[Fate] = frozenset({"same", "renamed", "close"})
#: fates by which the catalog overturned a decision
OVERTURNED: frozenset[Fate] = frozenset({"split", "removed", "reused"})


@dataclass(frozen=True, slots=True)
class Successor:
    """What became of an entry in `version`: its fate, the entry it is now (None unless carried), and the sentence.

    `text` says nothing where nothing changed. `fallback` says that `version` is not in force but the nearest held;
    `path` are the names of the headings above the entry.
    """

    fate: Fate
    version: str
    entry: Entry | None
    text: Text = NOTHING
    fallback: bool = False
    path: tuple[str, ...] = ()


def successor(archive: Archive, version: str, section: str, code: str, name: str, on: date) -> Successor:
    """What the entry `code` (called `name`) of `section` in `version` is on the day `on`."""
    applies = applicable(archive.versions, section, on)
    today = applies.consulted
    old = archive.by_id.get(version)
    if today is None or old is None:
        return Successor("unknown", today.id if today else "", None)
    fallback = applies.is_fallback
    was = old.find(section, code)
    if was is None or (name and distance(core(was.name), core(name)) > max(2, len(name) // 4)):
        return Successor(
            "unknown",
            today.id,
            None,
            Text(f"{version} 中没有条目 {code} {name}", f"{version} has no entry {code} {name}"),
        )
    if version == today.id:
        found = Successor("same", today.id, was, fallback=fallback)
    else:
        found = _followed(archive.changes(version, today.id, section), was, today, fallback)
    if found.entry is None:
        return found
    return replace(found, path=tuple(above.name for above in today.path(found.entry)))


def _followed(changes: Sequence[Change], was: Entry, today: CatalogVersion, fallback: bool) -> Successor:
    about = [c for c in changes if was in c.old]
    link = next((c for c in about if c.kind in LINKING), None)
    before = f"{was.version} {was.code} {was.name}"
    if link is None:
        if any(c.kind == "removed" for c in about):
            reused = next((c.new[0] for c in about if c.kind == "reused"), None)
            if reused:
                return Successor(
                    "reused",
                    today.id,
                    None,
                    Text(
                        f"{before} 在 {today.id} 中已删除，该代码现指“{reused.name}”",
                        f"{before} was removed in {today.id}; the code now means '{reused.name}'",
                    ),
                )
            return Successor(
                "removed",
                today.id,
                None,
                Text(f"{before} 在 {today.id} 中已删除", f"{before} was removed in {today.id}"),
            )
        return Successor(
            "unknown",
            today.id,
            None,
            Text(f"{before} 在 {today.id} 中未存", f"{before}: not held in {today.id}"),
        )
    if len(link.new) > 1:
        parts = "、".join(f"{e.code} {e.name}" for e in link.new)
        return Successor(
            "split",
            today.id,
            None,
            Text(
                f"{before} 在 {today.id} 中拆分为 {parts}", f"{before} was split in {today.id} into {parts}"
            ),
        )
    now = link.new[0]
    if now.code == was.code and now.name == was.name:
        return Successor("same", today.id, now, fallback=fallback)
    return Successor(
        "close" if link.close else "renamed",
        today.id,
        now,
        same(f"{before} → {now.version} {now.code} {now.name}"),
        fallback,
    )
