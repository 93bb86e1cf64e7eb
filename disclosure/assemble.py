"""From a document's lines to what it says: the items of its project tables with their forms, and everything else.

`read_disclosure` reads one file; `assemble` does the same for lines that another reader has made. Both report
what they could not read as remarks, and raise only where there is nothing to report about: no such file, no
text, no budget table.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from goufu.catalog.errors import GoufuError
from goufu.disclosure.checks import checked, disagreements, form_remarks
from goufu.disclosure.doubles import doubles
from goufu.disclosure.form_links import link_forms
from goufu.disclosure.formats.text import read_text, text_lines
from goufu.disclosure.forms import project_forms
from goufu.disclosure.lines import Line
from goufu.disclosure.model import BudgetItem, Disclosure, Remark
from goufu.disclosure.narrative import narrative
from goufu.disclosure.sums import perhaps_in_yuan, perhaps_in_yuan_remark
from goufu.disclosure.tables.model import ProjectTables
from goufu.disclosure.tables.projects import project_tables
from goufu.disclosure.tables.subtotals import TOLERANCE


class NoProjectTableError(GoufuError):
    """What was read holds no project table."""


def read_disclosure(path: Path) -> Disclosure:
    """The disclosure in the file at `path`.

    Raises GoufuError where the file cannot be read or has no project table; every message says what to do.
    """
    lines = text_lines(read_text(path), path.name)
    return assemble(lines, path.name, path.stem, str(path))


def assemble(
    lines: Sequence[Line], file: str, stem: str, where: str = "", remarks: Sequence[Remark] = ()
) -> Disclosure:
    """What `lines` say. `file` is the name to report, `stem` begins the items' ids (`<stem>-001`).

    `remarks` are those of the reader that made the lines. Raises NoProjectTableError where there is none.
    """
    story = narrative(lines)
    forms = project_forms(lines)
    tables = project_tables(lines, story.department, [form.unit for form in forms if form.unit])
    if not tables.found:
        unread = next(
            (remark for remark in remarks if remark.kind == "file" and remark.level == "error"), None
        )
        if unread is not None:  # the table may well stand in what could not be read
            raise NoProjectTableError(unread.text, unread.english, where or file)
        raise NoProjectTableError(
            "没有找到“项目支出预算表”，请确认这是部门预算公开文件，或另用带“项目名称”列的表格。",
            "No project budget table ('项目支出预算表') was found; make sure this is a budget disclosure, or give a table with a column '项目名称'.",
            where or file,
        )
    links = {link.row: link for link in link_forms(tables.rows, forms)}
    items = []
    for i, row in enumerate(tables.rows):
        link = links.get(i)
        form = forms[link.form] if link else None
        items.append(
            BudgetItem(
                id=f"{stem}-{i + 1:03d}",
                title=row.title,
                department=row.department or row.unit,
                unit=row.unit,
                year=story.year,
                summary=form.overview if form else "",
                amount_wan=row.amount_wan,
                part=row.part,
                place=row.place,
                form=form,
                link=link.score if link else None,
                amount_place=row.amount_place,
            )
        )
    linked = {link.form for link in links.values()}
    unlinked = tuple(form for j, form in enumerate(forms) if j not in linked)
    checks = checked(lines, tables, story)
    return Disclosure(
        file=file,
        department=story.department,
        year=story.year,
        items=tuple(items),
        subtotals=tables.subtotals,
        forms=forms,
        unlinked=unlinked,
        procurement=story.procurement,
        statement=story.statement,
        statement_place=story.statement_place,
        attachments=story.attachments,
        checks=checks,
        remarks=(
            *remarks,
            *tables.remarks,
            *_doubtful(items, tables),
            *disagreements(checks),
            *form_remarks(items, forms, unlinked),
        ),
    )


def _doubtful(items: Sequence[BudgetItem], tables: ProjectTables) -> list[Remark]:
    """Remarks on items that may be counted twice, and on amounts far larger than all others, unless a total of the tables
    says that they are right."""
    borne_out = any(
        claim.whole and abs(sum(claim.parts, Decimal(0)) - claim.subtotal.amount_wan) <= TOLERANCE
        for claim in tables.claims
    )
    if borne_out:
        return []
    odd = perhaps_in_yuan([item.amount_wan for item in items])
    return [*doubles(items), *(perhaps_in_yuan_remark(items[n]) for n in odd)]
