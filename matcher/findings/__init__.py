"""What is wrong with an item or a document, or may be: one small function for each rule.

The rules and their legal basis are in `data/rules.toml`, the words they look for in `data/finding_words.toml`. Each module
holds one group: `listing` (GF1xx), `purchasable` (GF2xx), `budget` (GF301, GF303 of one item), `disclosure` (what
only the whole document shows: GF302 to GF304, GF401 to GF403). Every finding carries its evidence: the words that
fired, where they stand, the entry or document concerned. A finding is a reason to look, never a verdict on a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from goufu.catalog.model import CatalogVersion
from goufu.catalog.severity import gravity
from goufu.matcher.findings import budget, listing, purchasable
from goufu.matcher.findings.disclosure import document_findings
from goufu.matcher.findings.silence import Silence, read_silences, silenced
from goufu.matcher.findings.table import Rule, load_rules, rule_named
from goufu.matcher.model import Assessment, Finding

#: the rules that need no more than the assessment; `listing.unlisted` also asks the catalogs for their headings
RULES: tuple[Callable[[Assessment], Iterator[Finding]], ...] = (
    listing.cited,
    listing.fits_better,
    purchasable.not_a_service,
    purchasable.bundled,
    purchasable.hiring,
    purchasable.financing,
    budget.long_term,
    budget.form_disagrees,
)


def findings_of(a: Assessment, versions: tuple[CatalogVersion, ...]) -> tuple[Finding, ...]:
    """All findings on one item judged by `versions`, the gravest first.

    What may not be purchased as a service at all (GF2xx) is not also reported as an unlisted one.
    """
    found = [*listing.unlisted(a, versions), *(finding for rule in RULES for finding in rule(a))]
    if any(f.rule.startswith("GF2") for f in found):
        found = [f for f in found if not f.rule.startswith("GF10")]
    return tuple(sorted(found, key=lambda f: (gravity(f.severity), f.rule)))


def heard(a: Assessment) -> Assessment:
    """`a` with its findings heard: what may not be purchased as a service is none, and a person should see it.

    To be called when findings are complete and the user's silences are applied.
    """
    if not a.barred or a.status == "not_applicable":
        return a
    return replace(a, status="not_applicable", decision="review")


__all__ = [
    "heard",
    "Rule",
    "Silence",
    "document_findings",
    "findings_of",
    "load_rules",
    "read_silences",
    "rule_named",
    "silenced",
]
