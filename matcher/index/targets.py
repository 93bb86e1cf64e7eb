"""What an item can be coded to on a date: the deepest entries of every section, from the version that applies.

Where the applicable version does not hold a section completely, the nearest version that does is taken and every
such target is marked as a fallback. Class B is the same for every department.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from goufu.catalog.codes import ancestors
from goufu.catalog.load import alternatives, readings_of
from goufu.catalog.model import CatalogVersion
from goufu.catalog.validity import Applicable, applicable
from goufu.matcher.index.grams import Target
from goufu.matcher.index.terms import EntryTerms


class Scope(NamedTuple):
    """The targets of a date, and for every section what applies to it."""

    on: date
    targets: tuple[Target, ...]
    applicable: Mapping[str, Applicable]


def targets_on(versions: Sequence[CatalogVersion], on: date) -> Scope:
    """All targets on the day `on`."""
    sections = dict.fromkeys(s for v in versions if v.levels == 4 for s in v.sections)
    found: list[Target] = []
    applies: dict[str, Applicable] = {}
    for section in (*sections, "B"):
        what = applies[section] = applicable(versions, section, on)
        if what.consulted is not None:
            found += _leaves(what.consulted, section, what.is_fallback)
    return Scope(on, tuple(found), applies)


def _leaves(version: CatalogVersion, section: str, fallback: bool) -> list[Target]:
    also = alternatives(readings_of(version))
    deepest = 3 if section == "B" else version.levels
    found: list[Target] = []
    paths: dict[tuple[str, ...], tuple[str, ...]] = {}  # many entries stand under one heading
    for entry in version.in_section(section):
        if entry.level != deepest:
            continue
        above = ancestors(entry.code)
        if above not in paths:
            paths[above] = tuple(heading.name for heading in version.path(entry))
        names = also.get((section, entry.code), ())
        found.append(Target(version.id, section, entry.code, entry.name, paths[above], names, fallback))
    return found


def follow(
    terms: Mapping[tuple[str, str], EntryTerms], written_for: CatalogVersion, targets: Sequence[Target]
) -> dict[tuple[str, str], EntryTerms]:
    """The terms of each target: those of the entry of `written_for` that it corresponds to.

    An entry of another version corresponds to the one with its name in the same section; failing that, to the one
    with its code if the names are alike. Terms are never given to an entry that means something else.
    """
    from rapidfuzz import fuzz

    names = {(e.section, e.name): e.code for e in written_for.entries}
    by_code = written_for.by_key
    found: dict[tuple[str, str], EntryTerms] = {}
    for target in targets:
        code = names.get((target.section, target.name), "")
        if not code and target.version != written_for.id:
            same = by_code.get((target.section, target.code))
            code = target.code if same and fuzz.ratio(same.name, target.name) >= 70 else ""
        words = terms.get((target.section, code or target.code)) if code or target.section == "B" else None
        if words:
            found[target.section, target.code] = words
    return found
