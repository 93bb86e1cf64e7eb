"""The judgement on an item, as frozen records. See DESIGN: 候选 Candidate, 认定 Assessment, 问题 Finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from disclosure.model import BudgetItem, Place
from matcher.nature import Nature

if TYPE_CHECKING:
    from catalog.citation import Standing

Status = Literal["listed", "unlisted", "superseded", "unknown", "not_applicable"]
Decision = Literal["auto", "review"]
Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry proposed for an item; `why` is in the officer's words.

    `score` is the probability that it is the right one, given that the catalog lists the purchase at all; how sure
    that is, `Assessment.fit` says.

    `section` is "B" for class B. `also` are names that the apparatus leaves possible; `fallback` says that the
    version is not the applicable one but the nearest that is held.
    """

    version: str
    section: str
    code: str
    name: str
    path: tuple[str, ...]
    score: float
    why: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fired: its id, severity, message (`english`: the same in English), legal basis, and evidence.

    `evidence` are the words that fired and where they stand, `place` the same place as a record, `entry` the entry
    ("2025-28 住房和城乡建设 A110103") or document concerned. `silenced` is the reason a user gave for not wanting to
    see it, "" where nobody did.
    """

    rule: str
    severity: Severity
    message: str
    basis: str
    evidence: str
    english: str = ""
    place: Place | None = None
    entry: str = ""
    silenced: str = ""

    def record(self) -> dict[str, Any]:
        """The finding of the record contract; entry and silence only where there are any."""
        out = {
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
            "basis": self.basis,
            "evidence": self.evidence,
        }
        if self.entry:
            out["entry"] = self.entry
        if self.silenced:
            out["silenced"] = self.silenced
        return out


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement on one item. `fit` is the probability that some entry of its scope describes it.

    `standing` is what became of the code, name or document that the department itself wrote; None where it wrote none.
    `precedent` is the earlier decision that settled it, in words; "" where there was none.
    """

    item: BudgetItem
    sections: tuple[str, ...]
    section_confidence: float
    versions: tuple[str, ...]
    reference_date: date
    nature: Nature
    nature_score: float
    nature_words: tuple[str, ...]
    status: Status
    decision: Decision
    fit: float
    codes: tuple[Candidate, ...]
    elsewhere: tuple[Candidate, ...]
    findings: tuple[Finding, ...] = ()
    standing: Standing | None = None
    precedent: str = ""

    @property
    def gov_service(self) -> bool | None:
        """Whether the item is a purchased service; None where that is left to a person."""
        if self.nature == "service":
            return True
        return None if self.nature == "mixed" else False

    @property
    def coded(self) -> Candidate | None:
        """The entry the item is coded to: the first candidate of a listed item, or what took the place of the one cited."""
        first = self.codes[0] if self.codes else None
        if self.status == "superseded" and self.standing and self.standing.current:
            follows = self.standing.current
            return first if first and (first.section, first.code) == (follows.section, follows.code) else None
        return first if self.status == "listed" else None

    def record(self) -> dict[str, Any]:
        """The record contract (DESIGN section 6): one plain object, amounts as numbers in 万元."""
        item, coded = self.item, self.coded
        return {
            "id": item.id,
            "department": item.department,
            "unit": item.unit,
            "year": item.year,
            "title": item.title,
            "amount_wan": None if item.amount_wan is None else float(item.amount_wan),
            "sections": list(self.sections),
            "versions": list(self.versions),
            "reference_date": self.reference_date.isoformat(),
            "nature": self.nature,
            "nature_score": round(self.nature_score, 3),
            "status": self.status,
            "decision": self.decision,
            "codes": [_candidate(c) for c in self.codes],
            "elsewhere": [_candidate(c) for c in self.elsewhere],
            "findings": [f.record() for f in self.findings],
            "gov_service": self.gov_service,
            "gov_service_type": (coded.code[0] if coded else None),
            "gov_service_catalog_code": coded.code if coded else None,
            "gov_service_catalog_name": coded.name if coded else None,
            **evidence(item),
            **({"precedent": self.precedent} if self.precedent else {}),
        }


#: what budget and procurement systems export beside a line, in the order of the record contract
EVIDENCE = (
    "economic_class",
    "government_economic_class",
    "functional_class",
    "project_class",
    "procured",
    "procurement_item",
    "procurement_method",
    "term",
)


def evidence(item: BudgetItem) -> dict[str, Any]:
    """The evidence that an item carries, by the names of its fields; only what is given."""
    return {name: value for name in EVIDENCE if (value := getattr(item, name)) not in ("", None)}


def _candidate(c: Candidate) -> dict[str, Any]:
    out: dict[str, Any] = {
        "version": c.version,
        "section": c.section,
        "code": c.code,
        "name": c.name,
        "path": list(c.path),
        "score": round(c.score, 3),
        "why": list(c.why),
    }
    if c.also:
        out["also"] = list(c.also)
    if c.fallback:
        out["fallback"] = True
    return out
