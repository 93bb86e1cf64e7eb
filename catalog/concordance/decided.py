"""What people decided about the correspondence of two versions: `data/catalogs/concordance/*.tsv`.

One row settles one relation: from which version to which, in which section, of what kind, which codes on either
side, and why. A decision wins over whatever the comparison finds, and serves the comparison the other way round as
well. A row that cannot be a decision is refused with its place, never skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from goufu.catalog.codes import is_code
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import read_columns
from goufu.catalog.model import CatalogVersion

Kind = Literal[
    "unchanged",
    "editorial",
    "renamed",
    "renumbered",
    "split",
    "merged",
    "added",
    "removed",
    "reused",
    "not_comparable",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: kinds that are no change to act on; left out of a diff unless everything is asked for
SILENT: frozenset[Kind] = frozenset({"unchanged", "not_comparable"})
#: kinds that tie old entries to new ones
LINKING: frozenset[Kind] = frozenset({"unchanged", "editorial", "renamed", "renumbered", "split", "merged"})

DECISION_COLUMNS = ("from", "to", "section", "change", "old", "new", "why")
_REVERSED: Mapping[str, Kind] = {"split": "merged", "merged": "split", "added": "removed", "removed": "added"}


@dataclass(frozen=True, slots=True)
class DecidedChange:
    """What a person decided of entries of one section: the kind of relation, the codes on both sides, and why.

    A linking kind ties every old code to every new one; `added` and `removed` say that nothing corresponds;
    `reused` says that two entries under one code are not the same service and leaves the rest to the comparison.
    """

    from_version: str
    to_version: str
    section: str
    kind: Kind
    old: tuple[str, ...]
    new: tuple[str, ...]
    why: str
    where: str = ""

    def reversed(self) -> DecidedChange:
        """The same decision for the comparison the other way round."""
        kind = _REVERSED.get(self.kind, self.kind)
        return replace(
            self,
            from_version=self.to_version,
            to_version=self.from_version,
            kind=kind,
            old=self.new,
            new=self.old,
        )


@dataclass(slots=True)
class Settled:
    """The decisions on one section, ready for use."""

    links: list[tuple[str, str, DecidedChange]] = field(default_factory=list)
    removed: dict[str, DecidedChange] = field(default_factory=dict)
    added: dict[str, DecidedChange] = field(default_factory=dict)
    unlike: dict[tuple[str, str], DecidedChange] = field(default_factory=dict)

    @property
    def codes_old(self) -> set[str]:
        """Every old code that a person decided about."""
        return {a for a, _, _ in self.links} | self.removed.keys()

    @property
    def codes_new(self) -> set[str]:
        """Every new code that a person decided about."""
        return {b for _, b, _ in self.links} | self.added.keys()


def read_decisions(path: Path) -> tuple[DecidedChange, ...]:
    """The decisions in one TSV file: from, to, section, change, old, new, why (codes separated by spaces).

    Raises CatalogError with the line of a row that is no decision.
    """
    decisions = []
    for number, row in enumerate(zip(*read_columns(path, DECISION_COLUMNS), strict=True), 2):
        earlier, later, section, change, old, new, why = row
        decision = DecidedChange(
            earlier,
            later,
            section,
            change,  # checked just below
            tuple(old.split()),
            tuple(new.split()),
            why,
            f"{path.name}:{number}",
        )
        _check_decision(decision, f"{path}:{number}")
        decisions.append(decision)
    return tuple(decisions)


def _check_decision(decision: DecidedChange, where: str) -> None:
    old, new = len(decision.old), len(decision.new)
    wanted = {
        "split": old == 1 and new > 1,
        "merged": old > 1 and new == 1,
        "added": old == 0 and new > 0,
        "removed": old > 0 and new == 0,
        "reused": old == new == 1 and decision.old == decision.new,
    }
    if decision.kind not in KINDS or decision.kind == "not_comparable":
        kinds = "、".join(k for k in KINDS if k != "not_comparable")
        raise CatalogError(
            f"change 应为 {kinds} 之一，实为“{decision.kind}”",
            f"expected one of {kinds}, found '{decision.kind}'",
            where,
        )
    bad = [code for code in (*decision.old, *decision.new) if not is_code(code)]
    if bad or not wanted.get(decision.kind, old == new == 1):
        raise CatalogError(
            f"{decision.kind} 所列代码不合：旧“{' '.join(decision.old)}”，新“{' '.join(decision.new)}”",
            f"these codes cannot be {decision.kind}: old '{' '.join(decision.old)}', new '{' '.join(decision.new)}'",
            where,
        )
    if not decision.why.strip():
        raise CatalogError(
            "认定须说明理由（why 列为空）", "a decision needs its reason (why is empty)", where
        )


@lru_cache(maxsize=4)
def decisions_in(folder: Path) -> tuple[DecidedChange, ...]:
    """Every decision in the `*.tsv` files of `folder`; none where there is no such folder."""
    return tuple(d for path in sorted(folder.glob("*.tsv")) for d in read_decisions(path))


def settle(
    decisions: Iterable[DecidedChange], old: CatalogVersion, new: CatalogVersion
) -> Mapping[str, Settled]:
    """The decisions that concern `old` → `new`, by section; those made the other way round are turned."""
    settled: dict[str, Settled] = defaultdict(Settled)
    for decision in decisions:
        if (decision.from_version, decision.to_version) == (new.id, old.id):
            decision = decision.reversed()
        elif (decision.from_version, decision.to_version) != (old.id, new.id):
            continue
        for version, codes in ((old, decision.old), (new, decision.new)):
            _check_codes(decision, version, codes)
        of_section = settled[decision.section]
        if decision.kind == "removed":
            of_section.removed.update(dict.fromkeys(decision.old, decision))
        elif decision.kind == "added":
            of_section.added.update(dict.fromkeys(decision.new, decision))
        elif decision.kind == "reused":
            of_section.unlike[decision.old[0], decision.new[0]] = decision
        else:
            of_section.links += [(a, b, decision) for a in decision.old for b in decision.new]
    for section, found in settled.items():
        _check_agreement(section, found)
    return settled


def _check_codes(decision: DecidedChange, version: CatalogVersion, codes: Iterable[str]) -> None:
    for code in codes:
        if (decision.section, code) not in version:
            raise CatalogError(
                f"{version.id} 的“{decision.section}”没有 {code}",
                f"{version.id} has no {code} in '{decision.section}'",
                decision.where,
            )


def _check_agreement(section: str, found: Settled) -> None:
    for a, b, decision in found.links:
        if a in found.removed or b in found.added or (a, b) in found.unlike:
            raise CatalogError(
                f"“{section}”的 {a} → {b} 既认定为 {decision.kind}，又认定为无对应",
                f"{a} → {b} of '{section}' is both linked and said to correspond to nothing",
                decision.where,
            )
