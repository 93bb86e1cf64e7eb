"""A judged line as it was recorded, with what was decided on it: the facts, wherever they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Decided:
    """An officer's decision on an item, as it is now. See `goufu.matcher.decisions.choice.Choice` for the first six fields."""

    outcome: str
    nature: str
    version: str
    section: str
    code: str
    name: str
    note: str
    officer: str
    decided_at: datetime
    source: str
    revision: int


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item of a run with its judgement (`record` is the record contract), decision and notes.

    `revision` counts the changes of its decision, a withdrawal being one; 0 where nothing was ever decided.
    """

    id: int
    run: int
    position: int
    ref: str
    department: str
    unit: str
    year: int | None
    title: str
    summary: str
    amount_wan: Decimal | None
    part: str
    place: str
    fingerprint: str
    section: str
    reference_date: date
    record: Mapping[str, Any]
    decision: Decided | None = None
    notes: tuple[str, ...] = field(default=())
    revision: int = 0
