"""The judgement on an item, as frozen records: 候选 Candidate, 认定 Assessment, 问题 Finding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from goufu.catalog.severity import Severity
from goufu.catalog.text import NOTHING, Lang, Text
from goufu.disclosure.model import BudgetItem, Place
from goufu.matcher.nature_names import Nature

if TYPE_CHECKING:
    from goufu.catalog.citation.model import Standing

Status = Literal["listed", "unlisted", "superseded", "unknown", "not_applicable"]
Acceptance = Literal["auto", "review"]
#: what of a judgement is doubted: whether it is a service, whether it is listed, which entry; the catalog section; a
#: bundle to be taken apart; what the department cited; a section not held; a finding; a line that an entry is close to
Doubt = Literal["nature", "listing", "code", "section", "bundle", "citation", "held", "finding", "close"]

#: a section, or a nature, is taken for sure from this probability on
_SURE_SECTION = 0.9
#: the rules that say of an item: this may not be purchased as a service (财政部令第102号第十条)
BARRING = frozenset({"GF201", "GF203", "GF204"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry proposed for an item; `why` are the reasons, in the officer's words and in English.

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
    why: tuple[Text, ...] = ()
    also: tuple[str, ...] = ()
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fired: its id, severity, message, legal basis, and evidence.

    `evidence` are the words that fired and where they are, `place` the same place as a record, `entry` the entry
    ("2025-28 住房和城乡建设 A110103") or document concerned. `silenced` is the reason a user gave for not wanting to
    see it, "" where nobody did.
    """

    rule: str
    severity: Severity
    message: Text
    basis: Text
    evidence: Text
    place: Place | None = None
    entry: str = ""
    silenced: str = ""

    def record(self, lang: Lang = "zh") -> dict[str, Any]:
        """The finding of the record contract; entry and silence only where there are any."""
        out = {
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message.in_lang(lang),
            "basis": self.basis.in_lang(lang),
            "evidence": self.evidence.in_lang(lang),
        }
        if self.entry:
            out["entry"] = self.entry
        if self.silenced:
            out["silenced"] = self.silenced
        return out


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement on one item. `fit` is the probability that some entry of its scope describes it, `trust` that the
    whole judgement is right: nature, status and, where it is listed, the first code (None: not measured, see `certainty`).

    `standing` is what became of the code, name or document that the department itself wrote; None where it wrote none.
    `precedent` is the earlier decision that settled it, in words; "" where there was none. `department_note` says why the
    department has no section of its own (a town, a street); "" where it has one or nothing is known of it.
    `chances` are the probabilities of `goufu.matcher.nature_names.NATURES`; `learned` says what the office's own correction changed.
    `parts` are the parts of a mixed line, each a nature with the words that speak for it, the service first; `gap` says why
    the catalogs lack a service that is unlisted here, where that is known.
    """

    item: BudgetItem
    sections: tuple[str, ...]
    section_confidence: float
    versions: tuple[str, ...]
    reference_date: date
    nature: Nature
    nature_score: float
    nature_words: Sequence[str]
    status: Status
    decision: Acceptance
    fit: float
    codes: tuple[Candidate, ...]
    elsewhere: tuple[Candidate, ...]
    findings: tuple[Finding, ...] = ()
    standing: Standing | None = None
    precedent: Text = NOTHING
    department_note: Text = NOTHING
    chances: tuple[float, ...] = ()
    learned: Text = NOTHING
    trust: float | None = None
    parts: tuple[tuple[Nature, tuple[str, ...]], ...] = ()
    gap: Text = NOTHING

    @property
    def barred(self) -> bool:
        """Whether a finding says that the item may not be purchased as a service at all, and nobody overruled it.

        A person does, by a silence with a reason or by a decision on the same line (`precedent`).
        """
        if not self.findings or self.precedent:
            return False
        return any(f.rule in BARRING and not f.silenced for f in self.findings)

    @property
    def gov_service(self) -> bool | None:
        """Whether the item is a purchased service; None where that is left to a person."""
        if self.barred or self.status == "not_applicable":
            return False
        if self.nature == "service":
            return True
        return None if self.nature == "mixed" else False

    @property
    def coded(self) -> Candidate | None:
        """The entry the item is coded to: the first candidate of a listed item, or what took the place of the one cited.

        None for what may not be purchased as a service.
        """
        first = self.codes[0] if self.codes else None
        if self.barred:
            return None
        if self.status == "superseded" and self.standing and self.standing.current:
            follows = self.standing.current
            return first if first and (first.section, first.code) == (follows.section, follows.code) else None
        return first if self.status == "listed" else None

    @property
    def certainty(self) -> float:
        """The probability that the decision as a whole is right: nature, listing and code together.

        A candidate's score alone says how likely it is of what is listed; it says nothing of a line that is not.
        """
        if self.precedent:
            return self.coded.score if self.coded else self.nature_score
        if self.trust is not None and not self.barred:
            return self.trust
        return min(math.prod(self._factors.values()), 1.0)

    @property
    def _factors(self) -> dict[Doubt, float]:
        if self.coded:
            return {"nature": self.nature_score, "listing": self.fit, "code": self.coded.score}
        if self.status == "not_applicable":
            return {"nature": self.nature_score if not self.barred else 1.0}
        return {
            "nature": self.nature_score,
            "listing": 1 - self.fit if self.status == "unlisted" else self.fit,
        }

    @property
    def doubt(self) -> Doubt | None:
        """Why the item goes to a person; None where it need not."""
        if self.decision == "auto":
            return None
        if self.barred or any(f.rule in ("GF501", "GF502") for f in self.findings):
            return "finding"
        coded = self.coded
        if self.status == "superseded":
            return "citation"
        if (
            self.standing
            and self.standing.current
            and coded
            and any(c.score > coded.score for c in self.codes)
        ):
            return "citation"
        if self.status == "unknown":
            return "held"
        if self.nature == "mixed":
            return "bundle"
        if self.section_confidence < _SURE_SECTION:
            return "section"
        weakest = min(self._factors.items(), key=lambda pair: pair[1])[0]
        if self.status == "not_applicable" and self.nature_score >= _SURE_SECTION:
            return "close"
        return weakest

    def record(self, lang: Lang = "zh") -> dict[str, Any]:
        """The record contract (DESIGN section 6): one plain object, amounts as numbers in 万元.

        Its sentences are in `lang`; what is kept or exchanged is in Chinese.
        """
        item, coded = self.item, self.coded
        return {
            **identity(item),
            "sections": list(self.sections),
            "versions": list(self.versions),
            "reference_date": self.reference_date.isoformat(),
            "nature": self.nature,
            "nature_score": round(self.nature_score, 3),
            "status": self.status,
            "decision": self.decision,
            "certainty": round(self.certainty, 3),
            "codes": [candidate_record(c, lang) for c in self.codes],
            "elsewhere": [candidate_record(c, lang) for c in self.elsewhere],
            "findings": [f.record(lang) for f in self.findings],
            "gov_service": self.gov_service,
            "gov_service_type": (coded.code[0] if coded else None),
            "gov_service_catalog_code": coded.code if coded else None,
            "gov_service_catalog_name": coded.name if coded else None,
            **({"parts": [{"nature": n, "words": list(w)} for n, w in self.parts]} if self.parts else {}),
            **({"gap": self.gap.in_lang(lang)} if self.gap else {}),
            **evidence(item),
            **({"precedent": self.precedent.in_lang(lang)} if self.precedent else {}),
            **({"learned": self.learned.in_lang(lang)} if self.learned else {}),
            **({"department_note": self.department_note.in_lang(lang)} if self.department_note else {}),
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


def identity(item: BudgetItem) -> dict[str, Any]:
    """What every record of an item begins with: which line it is, as it was read; the amount as a number in 万元."""
    return {
        "id": item.id,
        "department": item.department,
        "unit": item.unit,
        "year": item.year,
        "title": item.title,
        "amount_wan": None if item.amount_wan is None else float(item.amount_wan),
    }


def candidate_record(c: Candidate, lang: Lang = "zh") -> dict[str, Any]:
    """A candidate as the record contract has it; readings and fallback only where there are any."""
    out: dict[str, Any] = {
        "version": c.version,
        "section": c.section,
        "code": c.code,
        "name": c.name,
        "path": list(c.path),
        "score": round(c.score, 3),
        "why": [reason.in_lang(lang) for reason in c.why],
    }
    if c.also:
        out["also"] = list(c.also)
    if c.fallback:
        out["fallback"] = True
    return out
