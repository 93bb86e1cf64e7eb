"""What the project tables of a document say, and a table while it is collected."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from goufu.disclosure.amounts import MoneyUnit
from goufu.disclosure.lines import Line
from goufu.disclosure.model import Part, Place, Remark, Subtotal
from goufu.disclosure.tables.columns import Columns
from goufu.disclosure.tables.subtotals import TableRow


class ProjectRow(NamedTuple):
    """One item row: its title, department and unit, its amount in 万元, and where both are.

    The amount is None where none is printed, or none may be taken because its unit is not understood.
    """

    title: str
    department: str
    unit: str
    part: Part
    amount_wan: Decimal | None
    place: Place
    amount_place: Place


class Claim(NamedTuple):
    """A subtotal, the amounts of the items it must add up, and whether these are all items of its table."""

    subtotal: Subtotal
    parts: tuple[Decimal, ...]
    whole: bool


class ProjectTables(NamedTuple):
    """What the project tables of one document say.

    `claims` has each subtotal with the amounts it must add up.
    """

    rows: tuple[ProjectRow, ...] = ()
    subtotals: tuple[Subtotal, ...] = ()
    claims: tuple[Claim, ...] = ()
    remarks: tuple[Remark, ...] = ()
    found: bool = False


class PrintedRow(NamedTuple):
    """A row as it is printed: figures not yet in 万元, the unit a cell gives itself beside each ("" for none)."""

    name: str
    unit: str
    amount: Decimal | None
    own: str
    column: int
    funds: tuple[tuple[Decimal, str, int], ...]
    line: Line
    place: Place
    amount_place: Place
    columns: Columns
    total: bool = False
    unread: bool = False


@dataclass
class TableDraft:
    """A table while it is being collected."""

    part: Part
    place: Place
    owner: str = ""
    stated: list[MoneyUnit] = field(default_factory=list)
    printed: list[PrintedRow] = field(default_factory=list)
    raws: list[TableRow] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    readable: bool = True
    empty: bool = False
