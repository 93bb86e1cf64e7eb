"""What a reader of documents hands on: items, forms, attachments, and what was wrong. Frozen, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from goufu.catalog.severity import Severity
from goufu.catalog.text import Text

#: which of the two project tables a line stands in: this year's budget or money carried over
Part = Literal["本年预算", "上年结转", ""]


#: the corners of a row on its page as one reads it, clockwise from the top left, each (across, down) in shares of the
#: page as a viewer shows it: (0, 0) is its top left, (1, 1) its bottom right, also where the writing stands on its side
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is: the file, and in it a page, a line or a cell, as far as the format has them.

    `corners` are those of the row on a page that was read from a PDF or a picture, () elsewhere; they only serve to
    show it: two places with the same page are equal.
    """

    file: str
    page: int | None = None
    line: int | None = None
    cell: str = ""
    corners: Corners = field(default=(), compare=False, repr=False)

    def text(self, lang: str = "zh") -> str:
        """For people: `预算.xlsx 表2!B14`, `预算.pdf 第 16 页`, `预算.txt 第 357 行`."""
        parts = [self.file]
        if self.page is not None:
            parts.append(f"p. {self.page}" if lang == "en" else f"第 {self.page} 页")
        if self.line is not None:
            parts.append(f"line {self.line}" if lang == "en" else f"第 {self.line} 行")
        if self.cell:
            parts.append(self.cell)
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Form:
    """One 项目支出绩效目标表. Texts as printed; amounts in 元; `fields` has every other labelled cell by its label."""

    title: str
    unit: str = ""
    department: str = ""
    attribute: str = ""
    term: str = ""
    total_yuan: Decimal | None = None
    year_yuan: Decimal | None = None
    overview: str = ""
    basis: str = ""
    necessity: str = ""
    measures: str = ""
    plan: str = ""
    goal: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BudgetItem:
    """One budgeted line. `amount_wan` is in 万元 with two places; `year` the budget year.

    `summary` is what is known of the content: the form's 项目概况 for a disclosure, the `summary` field for a
    record. `code`, `code_name` and `document` are what the department itself already wrote, if anything, and
    `gov_service` whether it calls the line a purchased service (None: it does not say).
    The next fields are what budget and procurement systems export beside a line, as printed, "" where not given:
    `economic_class` 部门预算支出经济分类 (`30227 委托业务费`), `government_economic_class` 政府预算支出经济分类
    (`50205 委托业务费`), `functional_class` 支出功能分类, `project_class` 项目类别, `procurement_item` 采购品目 (`C0401
    物业管理服务`), `procurement_method` 采购方式, `term` 期限 or 合同期限; `procured` is 是否政府采购 (None: not said).
    `link` is the confidence (0 to 1) that `form` belongs to this line, None where there is no form. `place` is
    that of the title; `amount_place` that of the amount where it has one of its own (a cell), else the same.
    """

    id: str
    title: str
    department: str = ""
    unit: str = ""
    year: int | None = None
    summary: str = ""
    amount_wan: Decimal | None = None
    part: Part = ""
    code: str = ""
    code_name: str = ""
    document: str = ""
    gov_service: bool | None = None
    economic_class: str = ""
    government_economic_class: str = ""
    functional_class: str = ""
    project_class: str = ""
    procured: bool | None = None
    procurement_item: str = ""
    procurement_method: str = ""
    term: str = ""
    place: Place | None = None
    form: Form | None = None
    link: float | None = None
    amount_place: Place | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reader noticed: a row it could not read, a total that does not add up, an unlinked form.

    `kind` is stable: "row", "subtotal", "total", "statement", "narrative", "form", "unlinked form", "no form", "file",
    "table" (one without rows), "unit" (of money), "hidden" (parts that are not shown), and those of lists.
    `level` says whether it is wrong ("error"), doubtful ("warning") or only worth knowing ("notice"). `item` is
    the id of the item it is about, if it is about one.
    """

    kind: str
    level: Severity
    text: str
    english: str
    place: Place | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A catalog document printed inside a disclosure: its number, title, where it lies, and the codes it prints in order."""

    number: str
    title: str
    place: Place
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procurement:
    """The 政府采购 totals of the narrative, in 万元; None where a figure is not given."""

    total_wan: Decimal | None = None
    goods_wan: Decimal | None = None
    works_wan: Decimal | None = None
    services_wan: Decimal | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A row of a project table that adds up others: the department's or a unit's, in 万元."""

    name: str
    part: Part
    amount_wan: Decimal
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of the document that others must add up to, in 万元 (a number of projects for "count").

    `kind`: "subtotal" a unit's row against the items below it; "total" a table's first row against all its
    items; "units" the same row against the units' rows; "expenditure" 预算支出总表 and "narrative" the text against
    the project tables; "count" the number of projects the text gives; "procurement" its kinds against their
    total; "statement" the other tables against themselves; "list" a total row of a list against its lines.
    `what` says what was compared; `printed` is the figure, `summed` what the others give, `parts` these
    others where they were added up.
    """

    kind: str
    what: Text
    printed: Decimal
    summed: Decimal
    agrees: bool
    place: Place | None = None
    parts: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Disclosure:
    """One document read: its items in printed order, everything else found in it, and the remarks.

    `file` is the name that places and messages show, `path` where the file lies (None where it was read from memory): two
    documents may have one name. `statement` is what is under 政府购买服务指导性目录 ("" where there is no such heading).
    """

    file: str
    department: str = ""
    year: int | None = None
    items: tuple[BudgetItem, ...] = ()
    subtotals: tuple[Subtotal, ...] = ()
    forms: tuple[Form, ...] = ()
    unlinked: tuple[Form, ...] = ()
    procurement: Procurement | None = None
    statement: str = ""
    statement_place: Place | None = None
    attachments: tuple[Attachment, ...] = ()
    checks: tuple[Check, ...] = ()
    remarks: tuple[Remark, ...] = ()
    path: Path | None = None
