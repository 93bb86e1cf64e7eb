"""What is found as plain objects, one for each thing: the records that commands print and that programs are answered with.

The record of a judged line is `goufu.matcher.model.Assessment.record`; here are those of entries, rules, runs and kept lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from goufu.cli.shared.output import language, say

if TYPE_CHECKING:
    from goufu.catalog.model import CatalogVersion
    from goufu.matcher.decisions.recorded import StoredItem
    from goufu.matcher.findings.table import Rule
    from goufu.matcher.search import Found
    from goufu.store.runs import RunInfo


def found_records(found: Found) -> list[dict[str, Any]]:
    """One object for each entry; those of other sections, and an answer that is not sure, are marked."""
    from goufu.matcher.model import candidate_record

    marked = [(c, False) for c in found.entries] + [(c, True) for c in found.elsewhere]
    return [
        {
            **candidate_record(c, language()),
            "sure": found.sure and not number,
            "elsewhere": other,
            "notices": [f.record(language()) for f in found.notices],
        }
        for number, (c, other) in enumerate(marked)
    ]


def rule_record(rule: Rule) -> dict[str, Any]:
    """A rule as one plain object, its texts in the language chosen."""
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "severities": list(rule.severities),
        "title": say(*rule.title),
        "explanation": say(*rule.explain),
        "basis": say(*rule.basis),
        "resolution": say(*rule.resolve),
    }


def run_record(run: RunInfo) -> dict[str, Any]:
    """A run as one plain object."""
    return {
        "id": run.id,
        "uid": run.uid,
        "made_at": run.made_at.isoformat(),
        "officer": run.officer,
        "program": run.program,
        "inputs": [{"name": i.name, "size": i.size, "sha256": i.sha256} for i in run.inputs],
        "items": run.items,
        "review": run.review,
        "decided": run.decided,
        "catalogs": [{"version": v, "digest": d} for v, d in run.catalogs],
        "index": run.index_digest,
        "settings": dict(run.settings),
        "findings": [{"document": name, **finding} for name, finding in run.findings],
    }


def item_record(item: StoredItem) -> dict[str, Any]:
    """The item's record contract with its decision; where its row stands on the page only serves to draw it."""
    d = item.decision
    return {
        **{name: value for name, value in item.record.items() if name != "corners"},
        "decided": None
        if d is None
        else {
            "outcome": d.outcome,
            "nature": d.nature,
            "version": d.version,
            "section": d.section,
            "code": d.code,
            "name": d.name,
            "note": d.note,
            "officer": d.officer,
            "decided_at": d.decided_at.isoformat(),
            "source": d.source,
            "revision": d.revision,
        },
        "notes": list(item.notes),
    }


def entry_records(version: CatalogVersion, section: str) -> Iterator[dict[str, Any]]:
    """One record per entry of `section`, headings included, in printed order.

    `parent` is the nearest heading that is printed, `also` the other names that the apparatus leaves possible.
    """
    from goufu.catalog.load import alternatives, load_readings
    from goufu.catalog.tree import section_tree

    also = alternatives(load_readings(version.id))
    for node in section_tree(version, section).descendants:
        entry = node.entry
        yield {
            "version": version.id,
            "section": section,
            "code": entry.code,
            "printed_code": entry.printed_code,
            "level": entry.level,
            "name": entry.name,
            "parent": node.parent.code or None,
            "also": list(also.get((section, entry.code), ())),
        }
