"""What many judgements come to, counted as they pass: the figures of the summary, kept small and added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goufu.matcher.model import Assessment, Finding


@dataclass
class Tally:
    """Counts and sums (万元) of judged lines. `rules` are the findings on lines that are more than notices."""

    items: int = 0
    amount: Decimal = Decimal(0)
    services: Decimal = Decimal(0)
    without: int = 0
    review: int = 0
    failed: int = 0
    left_out: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    #: findings told once for the whole file, by rule
    once: Counter[str] = field(default_factory=Counter)
    department: str = ""
    year: int | None = None

    def count(self, assessments: Sequence[Assessment]) -> None:
        """Add judged lines."""
        if assessments and not self.items:
            self.department, self.year = assessments[0].item.department, assessments[0].item.year
        self.items += len(assessments)
        for a in assessments:
            if a.item.amount_wan is None:
                self.without += 1
            else:
                self.amount += a.item.amount_wan
                if a.gov_service:
                    self.services += a.item.amount_wan
            self.review += a.decision == "review"
            self.statuses[a.status] += 1
            for f in a.findings:
                if not f.silenced:
                    self.severities[f.severity] += 1
                    if f.severity != "notice":
                        self.rules[f.rule] += 1

    def count_findings(self, findings: Iterable[Finding]) -> None:
        """Add findings on the document itself."""
        self.severities.update(f.severity for f in findings if not f.silenced)

    def add(self, other: Tally) -> None:
        """Add what was counted elsewhere of lines further down."""
        if other.items and not self.items:
            self.department, self.year = other.department, other.year
        for name in ("items", "amount", "services", "without", "review", "failed", "left_out"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("statuses", "severities", "rules"):
            getattr(self, name).update(getattr(other, name))
        self.once |= other.once

    @property
    def grave(self) -> Counter[str]:
        """Findings by severity: those on lines and those reported once."""
        return self.severities + Counter(name.split()[1] for name in self.once)

    def plain(self) -> dict[str, Any]:
        """As JSON has it, for `restored`."""
        found = dict(vars(self))
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in found.items()}


def restored(plain: dict[str, Any]) -> Tally:
    """The tally that `plain` gave. Raises TypeError, KeyError or ValueError where it is none."""
    made = Tally(**plain)
    made.amount, made.services = Decimal(plain["amount"]), Decimal(plain["services"])
    for name in ("statuses", "severities", "rules", "once"):
        setattr(made, name, Counter(plain[name]))
    return made
