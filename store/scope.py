"""What of a store one person may see: everything, or what belongs to some departments.

A narrowed store (`Store.within`) adds these conditions to every query that goes through it, whoever wrote the query,
so that no route and no function has to remember them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """The departments whose lines may be seen, as budget lines name them; None for all."""

    departments: tuple[str, ...] | None = None


EVERYTHING = Scope()
