"""From a document's lines to what it says: the items of its project tables with their forms, and everything else.

`read_disclosure` reads one file; `assemble` does the same for lines that another reader has made. Both report
what they could not read as remarks, and raise only where there is nothing to report about: no such file, no
text, no budget table.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catalog.errors import GoufuError
from disclosure.forms import project_forms
from disclosure.lines import Line
from disclosure.linking import link_forms
from disclosure.model import BudgetItem, Disclosure, Form, Remark
from disclosure.narrative import narrative
from disclosure.tables import project_tables
from disclosure.text import read_text, text_lines


def read_disclosure(path: Path) -> Disclosure:
    """The disclosure in the file at `path`.

    Raises GoufuError where the file cannot be read or has no project table; every message says what to do.
    """
    lines = text_lines(read_text(path), path.name)
    return assemble(lines, path.name, path.stem, str(path))


def assemble(lines: Sequence[Line], file: str, stem: str, where: str = "") -> Disclosure:
    """What `lines` say. `file` is the name to report, `stem` begins the items' ids (`<stem>-001`)."""
    story = narrative(lines)
    forms = project_forms(lines)
    tables = project_tables(lines, story.department, [form.unit for form in forms if form.unit])
    if not tables.found:
        raise GoufuError(
            "没有找到“项目支出预算表”，请确认这是部门预算公开文件，或另用带“项目名称”列的表格。",
            "No project budget table (项目支出预算表) was found; make sure this is a budget disclosure, or give a table with a 项目名称 column.",
            where or file,
        )
    links = {link.row: link for link in link_forms(tables.rows, forms, story.department)}
    items = []
    for i, row in enumerate(tables.rows):
        link = links.get(i)
        form = forms[link.form] if link else None
        items.append(
            BudgetItem(
                id=f"{stem}-{i + 1:03d}",
                title=row.title,
                department=story.department or row.unit,
                unit=row.unit,
                year=story.year,
                summary=form.overview if form else "",
                amount_wan=row.amount_wan,
                part=row.part,
                place=row.place,
                form=form,
                link=link.score if link else None,
            )
        )
    linked = {link.form for link in links.values()}
    unlinked = tuple(form for j, form in enumerate(forms) if j not in linked)
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
        remarks=(*tables.remarks, *(_unlinked(form) for form in unlinked)),
    )


def _unlinked(form: Form) -> Remark:
    amount = f"，年度资金 {form.year_yuan:,} 元" if form.year_yuan is not None else ""
    english = f", {form.year_yuan:,} yuan this year" if form.year_yuan is not None else ""
    return Remark(
        "unlinked form",
        "warning",
        f"绩效目标表“{form.title}”{amount}在项目支出预算表中没有对应的一行。",
        f"The project form “{form.title}”{english} has no line in the project tables.",
        form.place,
    )
