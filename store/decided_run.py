"""A run as it stands, for handing over: judgements with the decisions in their place, in the form that renderers take.

A line that was decided is what was decided, with a certainty of one and with whose word it is; its candidates follow behind
the entry chosen. Findings on a document as a whole are as they were when it was judged; its checks, forms and attachments
are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from goufu.catalog.text import Text, same
from goufu.disclosure.model import BudgetItem, Disclosure, Place
from goufu.matcher.audit import Audit
from goufu.matcher.decisions.recorded import StoredItem
from goufu.matcher.model import EVIDENCE, Assessment, Candidate, Finding
from goufu.store.engine import Store
from goufu.store.runs import RunInfo, run_items

_PLACE = re.compile(
    r"^(?P<file>.*?)(?: 第 (?P<page>\d+) 页)?(?: 第 (?P<line>\d+) 行)?(?P<cell> \S*![A-Z]+\d+)?$"
)
#: findings on which entry fits, which a decision settles
_SETTLED = ("GF101", "GF102", "GF103", "GF501", "GF502")


def audits(store: Store, run: RunInfo) -> list[Audit]:
    """The run's lines by document with the findings on it, as the store keeps them. Their order is that of the run."""
    groups: dict[tuple[str, str, int | None], list[Assessment]] = {}
    for stored in run_items(store, run.id):
        a = assessment(stored)
        file = a.item.place.file if a.item.place else ""
        groups.setdefault((file, a.item.department, a.item.year), []).append(a)
    names = "、".join(one.name for one in run.inputs)
    told = _on_documents(run, [file for file, _, _ in groups])
    return [
        Audit(
            Disclosure(file or names or f"运行 {run.id}", department, year, tuple(a.item for a in some)),
            tuple(some),
            tuple(told.pop(file, ())),
        )
        for (file, department, year), some in groups.items()
    ]


def _on_documents(run: RunInfo, files: Sequence[str]) -> dict[str, list[Finding]]:
    """The findings on whole documents, each with the file of the lines it is told with: their own, or else the first."""
    found: dict[str, list[Finding]] = {}
    for name, record in run.findings if files else ():
        finding = _finding(dict(record))
        of = next((file for file in files if Path(file).name == name), None)
        if of is None and len(run.inputs) > 1:
            zh, en = finding.message
            finding = replace(finding, message=Text(f"{name}：{zh}", f"{name}: {en}"))
        found.setdefault(files[0] if of is None else of, []).append(finding)
    return found


def assessment(stored: StoredItem) -> Assessment:
    """One line's judgement, or what was decided in its place."""
    r = stored.record
    judged = Assessment(
        item=_item(stored),
        sections=tuple(r["sections"]),
        section_confidence=1.0,
        versions=tuple(r["versions"]),
        reference_date=stored.reference_date,
        nature=r["nature"],
        nature_score=r["nature_score"],
        nature_words=(),
        status=r["status"],
        decision=r["decision"],
        fit=r.get("fit", 1.0),
        codes=tuple(_candidate(c) for c in r["codes"]),
        elsewhere=tuple(_candidate(c) for c in r["elsewhere"]),
        findings=tuple(_finding(f) for f in r["findings"]),
        precedent=same(r.get("precedent", "")),
        department_note=same(r.get("department_note", "")),
        learned=same(r.get("learned", "")),
        trust=r.get("certainty"),
        parts=tuple((part["nature"], tuple(part["words"])) for part in r.get("parts", ())),
        gap=same(r.get("gap", "")),
    )
    return _decided(judged, stored) if stored.decision else judged


def _item(stored: StoredItem) -> BudgetItem:
    r = stored.record
    found = _PLACE.match(stored.place) if stored.place else None
    place = (
        Place(
            found["file"],
            int(found["page"]) if found["page"] else None,
            int(found["line"]) if found["line"] else None,
            (found["cell"] or "").strip(),
        )
        if found
        else None
    )
    known: dict[str, Any] = {name: r[name] for name in EVIDENCE if name in r}
    return BudgetItem(
        id=stored.ref, title=stored.title, department=stored.department, unit=stored.unit, year=stored.year,
        summary=stored.summary, amount_wan=stored.amount_wan, part=stored.part, place=place, **known,  # type: ignore[arg-type]
    )  # fmt: skip


def _candidate(c: dict[str, Any]) -> Candidate:
    return Candidate(
        c["version"], c["section"], c["code"], c["name"], tuple(c["path"]), c["score"], tuple(map(same, c["why"])),
        tuple(c.get("also", ())), bool(c.get("fallback", False)),
    )  # fmt: skip


def _finding(f: dict[str, Any]) -> Finding:
    return Finding(
        f["rule"], f["severity"], same(f["message"]), same(f["basis"]), same(f["evidence"]), entry=f.get("entry", ""), silenced=f.get("silenced", ""),
    )  # fmt: skip


def _decided(a: Assessment, stored: StoredItem) -> Assessment:
    d = stored.decision
    assert d is not None
    day = f"{d.decided_at.astimezone():%Y-%m-%d}"
    why = Text(f"{d.officer} {day} 认定", f"decided by {d.officer} on {day}")
    sure = replace(
        a, decision="auto", precedent=why, nature_score=1.0, fit=1.0,
        findings=tuple(f for f in a.findings if f.rule not in _SETTLED),
    )  # fmt: skip
    if d.outcome == "not_applicable":
        bought = a.nature in ("service", "mixed")
        nature = d.nature or ("operating" if bought else a.nature)
        return replace(sure, nature=nature, status="not_applicable")  # type: ignore[arg-type]
    if d.outcome == "unlisted":
        kept = tuple(f for f in a.findings if f.rule not in _SETTLED or f.rule == "GF101")
        return replace(sure, nature="service", status="unlisted", findings=kept)
    before = next((c for c in a.codes if (c.section, c.code) == (d.section, d.code)), None)
    first = Candidate(
        d.version, d.section, d.code, d.name, before.path if before else (), 1.0, (why,),
        before.also if before else (), before.fallback if before else False,
    )  # fmt: skip
    others = tuple(c for c in a.codes if c is not before)
    return replace(sure, nature="service", status="listed", codes=(first, *others)[:5])
