"""What a department itself wrote beside an item (code, name, document), judged by `goufu.catalog.citation.standing`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.text import Text
from goufu.disclosure.model import BudgetItem
from goufu.matcher.model import Acceptance, Candidate, Status

if TYPE_CHECKING:
    from goufu.catalog.citation.model import Standing


_IN_FORCE = Text("所填条目现行有效", "the entry written is in force")


def standing_of(
    item: BudgetItem, sections: Sequence[str], on: date, versions: tuple[CatalogVersion, ...]
) -> Standing | None:
    """The standing on the day `on` of what `item` cites; None where it cites nothing."""
    if not (item.code or item.code_name or item.document):
        return None
    from goufu.catalog.citation.standing import judge
    from goufu.catalog.concordance.changes import archive_of

    return judge(archive_of(versions), sections, on, item.code, item.code_name, item.document)


def with_written(
    status: Status,
    decision: Acceptance,
    codes: tuple[Candidate, ...],
    standing: Standing,
    versions: Sequence[CatalogVersion],
) -> tuple[Status, Acceptance, tuple[Candidate, ...]]:
    """Status, decision and candidates of an item whose department wrote a code that is in force: that code is kept.

    It comes first with the probability that the judgement gives it (0 where it is not among the candidates); the
    line goes to a person unless the judgement comes to the same. What is no purchased service stays none.
    """
    entry = standing.current
    assert entry is not None
    if status == "not_applicable":
        return status, decision, codes
    at = next((n for n, c in enumerate(codes) if _is(c, entry)), None)
    same = codes[at] if at is not None else None
    first = _first(entry, same, same.score if same else 0.0, _IN_FORCE, versions)
    agreed = at == 0 and status == "listed"
    rest = tuple(c for c in codes if c is not same)
    return "listed", decision if agreed else "review", (first, *rest)[: max(len(codes), 1)]


def with_successor(
    codes: tuple[Candidate, ...], standing: Standing, versions: Sequence[CatalogVersion]
) -> tuple[Candidate, ...]:
    """`codes` with the entry in force that took the place of the one cited in front, where there is exactly one."""
    entry = standing.current
    if entry is None:
        return codes
    same = next((c for c in codes if _is(c, entry)), None)
    sure = next((s.confidence for s in standing.successors if s.entry == entry), 1.0)
    wrote = Text("所填代码", "the code written")
    if (cited := standing.cited) is not None:
        named = f"{cited.code} {cited.name}"
        wrote = Text(f"{cited.version} 的 {named}", f"{named} of {cited.version}")
    follows = Text(f"{wrote.zh}的接替条目", f"takes the place of {wrote.en}")
    why = follows if standing.cited != entry else _IN_FORCE
    first = _first(entry, same, sure, why, versions)
    return (first, *(c for c in codes if c is not same))[: max(len(codes), 1)]


def _is(candidate: Candidate, entry: Entry) -> bool:
    return (candidate.section, candidate.code) == (entry.section, entry.code)


def _first(
    entry: Entry, same: Candidate | None, score: float, why: Text, versions: Sequence[CatalogVersion]
) -> Candidate:
    """`entry` as a candidate, with what is known of it where it is one already (`same`)."""
    version = next(v for v in versions if v.id == entry.version)
    return Candidate(
        version=entry.version,
        section=entry.section,
        code=entry.code,
        name=entry.name,
        path=tuple(above.name for above in version.path(entry)),
        score=score,
        why=(why, *(same.why if same else ())),
        also=same.also if same else (),
        fallback=same.fallback if same else False,
    )
