"""The findings on the example disclosures against what an auditor would expect, item by item.

    python -m benchmarks.findings [--all]

`tests/matcher/expected_findings.tsv` has a row for each of the 184 items and one for each document: rules that must
be found (`GF201|GF202`: either), rules on which auditors could differ, and why. Precision is the share of findings
that are expected or acceptable, recall the share of expected ones that are found. What is missed and what is found
beside the table is listed; `--all` prints every finding.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from goufu.catalog.load import load_catalogs, read_columns
from goufu.disclosure.assemble import read_disclosure
from goufu.matcher.audit import Audit, audit
from goufu.matcher.model import Finding

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tests" / "matcher" / "expected_findings.tsv"
DISCLOSURES = ROOT / "examples" / "disclosures"
DOCUMENT = "—"

#: (file, number of the item or DOCUMENT)
Key = tuple[str, str]


@dataclass(frozen=True)
class Expected:
    """What an auditor expects at one place: alternatives for each expected finding, and rules that are acceptable."""

    title: str
    must: tuple[tuple[str, ...], ...]
    may: tuple[str, ...]
    why: str


@dataclass
class Score:
    """Found, expected and acceptable findings, with what was missed and what is beside the table."""

    found: int = 0
    right: int = 0
    expected: int = 0
    met: int = 0
    lines: int = 0
    graver: int = 0
    missed: list[tuple[Key, str, str]] = field(default_factory=list)
    beside: list[tuple[Key, str, Finding]] = field(default_factory=list)
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """The share of findings that are expected or acceptable."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of expected findings that are found."""
        return self.met / self.expected if self.expected else 1.0


def load_expected(path: Path = TABLE) -> Mapping[Key, Expected]:
    """The table, by place."""
    columns = read_columns(path, ("file", "no", "title", "expected", "acceptable", "why"))
    return {
        (file, no): Expected(
            title, tuple(tuple(e.split("|")) for e in expected.split()), tuple(may.split()), why
        )
        for file, no, title, expected, may, why in zip(*columns, strict=True)
    }


def audits(folder: Path = DISCLOSURES) -> dict[str, Audit]:
    """The audits of the disclosures in `folder` by the stems of their files."""
    return {
        path.stem: audit(read_disclosure(path), load_catalogs(), today=date(2026, 1, 1))
        for path in sorted(folder.glob("*.txt"))
    }


def score(expected: Mapping[Key, Expected], done: Mapping[str, Audit]) -> Score:
    """The score of the audits against the table. Raises KeyError for an item that the table does not have."""
    result = Score()
    for stem, judged in done.items():
        places: list[tuple[Key, str, tuple[Finding, ...]]] = [((stem, DOCUMENT), "（文件）", judged.findings)]
        places += [((stem, str(n)), a.item.title, a.findings) for n, a in enumerate(judged.assessments, 1)]
        for key, title, findings in places:
            wanted = expected[key]
            if wanted.title != title:
                raise KeyError(f"{key}: {title} ≠ {wanted.title}")
            _at_place(result, key, wanted, findings)
            if key[1] != DOCUMENT:
                result.lines += 1
                result.graver += any(f.severity != "notice" for f in findings)
    return result


def _at_place(result: Score, key: Key, wanted: Expected, findings: tuple[Finding, ...]) -> None:
    rules = list(dict.fromkeys(f.rule for f in findings))
    allowed = {*wanted.may, *(rule for either in wanted.must for rule in either)}
    for rule in rules:
        result.found += 1
        result.by_rule[rule, "found"] += 1
        if rule in allowed:
            result.right += 1
            result.by_rule[rule, "right"] += 1
        else:
            result.beside.append((key, wanted.title, next(f for f in findings if f.rule == rule)))
    for either in wanted.must:
        result.expected += 1
        hit = next((rule for rule in either if rule in rules), None)
        result.by_rule[hit or either[0], "expected"] += 1
        if hit:
            result.met += 1
            result.by_rule[hit, "met"] += 1
        else:
            result.missed.append((key, wanted.title, "|".join(either)))


def main() -> None:
    """Print the score, what was missed and what is beside the table."""
    done = audits()
    result = score(load_expected(), done)
    if "--all" in sys.argv:
        for judged in done.values():
            for a, f in judged.all_findings:
                print(
                    f.severity,
                    f.rule,
                    a.item.title if a else "（文件）",
                    f.message.zh,
                    f.evidence.zh,
                    sep=" | ",
                )
    print(f"{'rule':6} {'found':>6} {'right':>6} {'expected':>9} {'met':>5}")
    for rule in sorted({rule for rule, _ in result.by_rule}):
        counts = [result.by_rule[rule, kind] for kind in ("found", "right", "expected", "met")]
        print(f"{rule:6} {counts[0]:6} {counts[1]:6} {counts[2]:9} {counts[3]:5}")
    for key, title, rules in result.missed:
        print(f"missed  {key[0]} {key[1]} {title}: {rules}")
    for key, title, found in result.beside:
        print(f"beside  {key[0]} {key[1]} {title}: {found.rule} {found.severity} {found.message.zh}")
    print(
        f"precision {result.right}/{result.found} = {result.precision:.3f}, recall {result.met}/{result.expected} = {result.recall:.3f}; "
        f"lines with a finding above notice {result.graver}/{result.lines} = {result.graver / result.lines:.3f}"
    )


if __name__ == "__main__":
    main()
