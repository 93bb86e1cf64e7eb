"""The card of an entry: what a person wants to know who looks a code up, taken together from the catalogs held.

Its path, the entries below it, names that the apparatus leaves open, and its place in every version that could hold
it, where *not held* is never *absent*. Which version is asked is decided by name or by the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from goufu.catalog.errors import UnknownNameError
from goufu.catalog.load import alternatives, readings_of
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.validity import applicable, in_order

State = Literal["held", "absent", "not held"]


@dataclass(frozen=True, slots=True)
class Life:
    """The place of an entry's code in one version: whether it is there, and the `name` it has there ("" if it is not)."""

    version: str
    state: State
    name: str = ""


@dataclass(frozen=True, slots=True)
class EntryCard:
    """An entry with the entries above and below it, other readings of its name, and its life in every version."""

    entry: Entry
    path: tuple[Entry, ...]
    children: tuple[Entry, ...]
    also: tuple[str, ...]
    history: tuple[Life, ...]

    def record(self) -> dict[str, Any]:
        """The card as one plain object."""
        entry = self.entry
        return {
            "version": entry.version,
            "section": entry.section,
            "code": entry.code,
            "printed_code": entry.printed_code,
            "level": entry.level,
            "name": entry.name,
            "also": list(self.also),
            "path": [{"code": e.code, "name": e.name} for e in self.path],
            "source": entry.source,
            "children": [{"code": e.code, "name": e.name} for e in self.children],
            "history": [
                {"version": h.version, "state": h.state, "name": h.name or None} for h in self.history
            ],
        }


def entry_card(entry: Entry, versions: Sequence[CatalogVersion]) -> EntryCard:
    """The card of `entry`, which is of one of `versions`."""
    version = next(v for v in versions if v.id == entry.version)
    return EntryCard(
        entry,
        version.path(entry),
        tuple(
            e
            for e in version.in_section(entry.section)
            if e.code.startswith(entry.code) and e.level == entry.level + 1
        ),
        alternatives(readings_of(version)).get((entry.section, entry.code), ()),
        tuple(_life(v, entry) for v in in_order(versions) if _could_hold(v, entry)),
    )


def _could_hold(version: CatalogVersion, entry: Entry) -> bool:
    """Whether a version is one in which the entry could stand: what is of the frame has no place in a department's section."""
    of_frame = entry.section == "A" and version.levels > 3
    return entry.code[0] in version.classes and version.levels >= entry.level and not of_frame


def cards(
    code: str,
    versions: Sequence[CatalogVersion],
    on: date,
    sections: tuple[str, ...] = (),
    version: CatalogVersion | None = None,
) -> tuple[EntryCard, ...]:
    """The cards of every entry with this `code` in `version`, or else in the version that holds on the day `on`.

    Only of `sections` where there are any ("A" is the provincial frame). Raises UnknownNameError, which says what is
    nearest, where there is none.
    """
    applies = applicable(versions, "B" if code[0] == "B" else "", on)
    asked = version or (applies.class_b if code[0] == "B" else applies.class_a)
    found = _entries(asked, code, sections) if asked else []
    if not found:
        raise _unknown(code, asked, versions, sections)
    return tuple(entry_card(entry, versions) for entry in found)


def _entries(version: CatalogVersion, code: str, sections: tuple[str, ...]) -> list[Entry]:
    names = ("B",) if code[0] == "B" else sections or tuple(version.sections)
    return [e for e in (version.find(s, code) for s in names) if e is not None]


def _life(version: CatalogVersion, entry: Entry) -> Life:
    section = "A" if version.levels == 3 and entry.code[0] == "A" else entry.section
    there = version.find(section, entry.code)
    if there is not None:
        return Life(version.id, "held", there.name)
    held = version.sections.get(section)
    return Life(version.id, "not held" if held is None or held.coverage != "complete" else "absent")


def _unknown(
    code: str, asked: CatalogVersion | None, versions: Sequence[CatalogVersion], sections: tuple[str, ...]
) -> UnknownNameError:
    """What is nearest: the code in other versions, the codes that stand beside it."""
    ids = asked.id if asked else "—"
    missing = [s for s in sections if asked and s not in asked.sections and s not in ("A", "B")]
    if missing:
        return UnknownNameError(
            f"{ids} 中没有存“{missing[0]}”一节（未存不等于未列）；可用 --version 换一个版本",
            f"section {missing[0]} is not held in {ids} (which is not: not listed); try --version",
        )
    others = [e for v in versions if v is not asked for e in _entries(v, code, sections)]
    if others:
        listed = "；".join(f"{e.version} {e.section}：{e.name}" for e in others[:3])
        return UnknownNameError(
            f"{ids} 中没有代码 {code}；另见 {listed}", f"no code {code} in {ids}; but see {listed}"
        )
    held = (sections or tuple(asked.sections)) if asked else ()
    pool = [e for s in held for e in asked.in_section(s)] if asked else []
    near = next((some for n in (5, 3) if (some := [e for e in pool if e.code.startswith(code[:n])])), pool)
    names: dict[str, list[str]] = {}
    for e in sorted(
        near, key=lambda e: (len(e.code) != len(code), abs(int(e.code[1:] or 0) - int(code[1:] or 0)))
    ):
        names.setdefault(e.code, []).append(e.name)
    # one code often stands for another service in every section
    first = [(c, dict.fromkeys(some)) for c, some in list(names.items())[:4]]
    nearest = [f"{c} {next(iter(some))}" + ("等" if len(some) > 1 else "") for c, some in first]
    nearest_en = [f"{c} {next(iter(some))}" + (" and others" if len(some) > 1 else "") for c, some in first]
    zh = f"“{'、'.join(sections)}”" if sections else f"{ids} "
    return UnknownNameError(
        f"{zh}中没有代码 {code}；相近的有 {'、'.join(nearest)}",
        f"no code {code} in {', '.join(sections) or ids.replace('、', ', ')}; nearest: {', '.join(nearest_en)}",
    )
