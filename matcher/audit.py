"""One document judged: the assessments of its items and the findings on it as a whole, with the user's silences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from goufu.catalog.model import CatalogVersion
from goufu.catalog.severity import gravity
from goufu.disclosure.model import Disclosure
from goufu.matcher.assess import assess, date_of
from goufu.matcher.findings import Silence, document_findings, heard, silenced
from goufu.matcher.findings.budget import gathered
from goufu.matcher.model import Assessment, Finding

if TYPE_CHECKING:
    from goufu.matcher.learn import Learned
    from goufu.matcher.precedents.apply import PrecedentSource
    from goufu.matcher.semantic.rerank import Reranker


@dataclass(frozen=True)
class Audit:
    """A disclosure (records come as one without narrative), its assessments in printed order, its own findings."""

    disclosure: Disclosure
    assessments: tuple[Assessment, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def all_findings(self) -> tuple[tuple[Assessment | None, Finding], ...]:
        """Every finding with the item it is on; None for those on the document, which come first."""
        of_items = ((a, f) for a in self.assessments for f in a.findings)
        return (*((None, f) for f in self.findings), *of_items)


def audit(
    disclosure: Disclosure,
    versions: tuple[CatalogVersion, ...],
    today: date,
    on: date | None = None,
    year: int | None = None,
    sections: tuple[str, ...] = (),
    cache: Path | None = None,
    silences: Sequence[Silence] = (),
    precedents: PrecedentSource | None = None,
    progress: Callable[[int], None] | None = None,
    semantic: Reranker | None = None,
    learned: Learned | None = None,
) -> Audit:
    """The audit of one document; the options are those of `goufu.matcher.assess.assess`, and what was decided before."""
    assessments = assess(
        disclosure.items,
        versions,
        today,
        on,
        year,
        sections,
        cache,
        progress,
        semantic,
        False,
        learned=learned,
    )
    if precedents is not None:
        from goufu.catalog.concordance.changes import archive_of
        from goufu.matcher.precedents.apply import applied

        assessments = applied(assessments, precedents, archive_of(versions))
    findings: tuple[Finding, ...] = ()
    if disclosure.items:
        day = date_of(replace(disclosure.items[0], year=disclosure.year), on, year, today)
        findings = document_findings(disclosure, assessments, versions, day, sections)
    if silences:
        assessments = [
            replace(a, findings=silenced(a.findings, silences, a.item.department, a.item.title, today))
            for a in assessments
        ]
        findings = silenced(findings, silences, disclosure.department, "", today)
    assessments, standing_terms = gathered([heard(a) for a in assessments])
    findings = tuple(sorted((*findings, *standing_terms), key=lambda f: gravity(f.severity)))
    return Audit(disclosure, tuple(assessments), findings)
