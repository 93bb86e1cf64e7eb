"""Precedents for an officer of some departments, who is told of other departments' decisions no more than is shared.

That other departments decided an equal line so is what precedents are for, and their answer names department and title.
Near titles are told of her own departments alone, so that nobody finds another department's lines by trying titles, and
what may name a person stays in its department (`goufu.matcher.precedents.sharing`). Notes and summaries are never told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from goufu.catalog.names import tidy_name
from goufu.matcher.precedents.apply import Precedent, PrecedentSource, Request
from goufu.matcher.precedents.sharing import may_be_personal


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A `PrecedentSource` for an officer of `departments`, which are tidy names."""

    source: PrecedentSource
    departments: frozenset[str]

    def equals(self, requests: Collection[Request]) -> Mapping[Request, Sequence[Precedent]]:
        """See `PrecedentSource`."""
        found = self.source.equals(requests)
        return {request: [p for p in some if self._is_told(p)] for request, some in found.items()}

    def of_department(self, section: str, department: str) -> Sequence[Precedent]:
        """See `PrecedentSource`."""
        return self.source.of_department(section, department) if department in self.departments else ()

    def _is_told(self, p: Precedent) -> bool:
        return bool(p.source) or p.department in self.departments or not may_be_personal(p)


def narrowed(source: PrecedentSource, departments: Iterable[str]) -> Narrowed:
    """`source` for an officer of `departments`, named as budget lines name them."""
    return Narrowed(source, frozenset(tidy_name(name) for name in departments))
