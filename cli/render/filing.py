"""The document for filing: what a run's departments buy as services, as a table to print, to sign and to send.

It says what stands (`goufu.store.decided_run`): lines that are open are counted in a sentence of their own, not left out
unsaid, and so are findings on the document as a whole. Catalogs are named by their official titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goufu.catalog.severity import SEVERITY_NAMES, gravity
from goufu.cli.render.judgements import amount
from goufu.cli.shared.output import language, say
from goufu.matcher.outcome_names import STATUS_NAMES

if TYPE_CHECKING:
    from goufu.catalog.model import CatalogVersion
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Assessment, Finding

#: characters of the content of a line that the table shows
_CONTENT = 120


@dataclass(frozen=True, slots=True)
class Filing:
    """The table: `rows` as texts in the order of `heads`, 万元 of all, and how many lines are open.

    `unlisted` is how many of the rows no entry covers, `unheld` of how many the catalog is not held: which is not the same.

    `catalogs` are titles of the catalogs it follows, `findings` sentences on its documents as a whole, the gravest first.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: Decimal
    open: int
    unlisted: int
    unheld: int
    catalogs: tuple[str, ...]
    findings: tuple[str, ...]


def filing(audits: Sequence[Audit], versions: Sequence[CatalogVersion]) -> Filing:
    """The table of what the audits' departments buy as services; `versions` are those that may be named."""
    assessments = [a for one in audits for a in one.assessments]
    names = list(dict.fromkeys(a.item.department for a in assessments if a.item.department))
    years = sorted({a.item.year for a in assessments if a.item.year})
    title = "、".join(names[:2]) + (say(" 等", " and others") if len(names) > 2 else "")
    bought = [a for a in assessments if a.gov_service]
    found = [f for one in audits for f in one.findings if not f.silenced]
    return Filing(
        say(
            f"{title} {'、'.join(map(str, years))} 年政府购买服务汇总表",
            f"Purchased services of {title} {', '.join(map(str, years))}",
        ).strip(),
        (
            say("序号", "no."), say("单位", "unit"), say("项目", "item"), say("分类", "class"),
            say("目录代码", "code"), say("目录名称", "name"), say("购买内容", "content"), say("金额（万元）", "10k CNY"),
        ),
        tuple(_row(number, a) for number, a in enumerate(bought, 1)),
        sum((a.item.amount_wan or Decimal(0) for a in bought), Decimal(0)),
        sum(a.gov_service is None or a.decision == "review" for a in assessments),
        sum(a.status == "unlisted" for a in bought),
        sum(a.status == "unknown" for a in bought),
        tuple(_named(v, versions) for v in dict.fromkeys(v for a in assessments for v in a.versions)),
        tuple(_told(f) for f in sorted(found, key=lambda f: gravity(f.severity))),
    )  # fmt: skip


def _named(version: str, versions: Sequence[CatalogVersion]) -> str:
    """A catalog's title with number and year of printing as it was published; its id where it is not known."""
    v = next((v for v in versions if v.id == version), None)
    if v is None:
        return version
    year = say(f"，{v.printed.year} 年印发", f", printed in {v.printed.year}") if v.printed else ""
    return say(f"《{v.title}》（{v.number}{year}）", f"《{v.title}》 ({v.number}{year})")


def _told(f: Finding) -> str:
    severity, message = say(*SEVERITY_NAMES[f.severity]), f.message.in_lang(language())
    evidence = f.evidence.in_lang(language())
    return f"{f.rule} {say(f'（{severity}）', f'({severity})')} {message}" + (
        f" · {evidence}" if evidence else ""
    )


def _row(number: int, a: Assessment) -> tuple[str, ...]:
    item, coded = a.item, a.coded
    content = item.summary or item.title
    return (
        str(number), item.unit or item.department, item.title, coded.code[0] if coded else "",
        coded.code if coded else say(*STATUS_NAMES[a.status]), coded.name if coded else "",
        content if len(content) <= _CONTENT else content[: _CONTENT - 1] + "…", amount(item.amount_wan),
    )  # fmt: skip


def notes(table: Filing) -> list[str]:
    """What is to be said under the table."""
    found = [say(f"依据目录：{'、'.join(table.catalogs)}。", f"By the catalogs {', '.join(table.catalogs)}.")]
    if table.unlisted:
        found.append(
            say(f"其中 {table.unlisted} 项目录没有列。", f"{table.unlisted} of them are not in the catalog.")
        )
    if table.unheld:
        found.append(
            say(
                f"其中 {table.unheld} 项所适用的目录未存，是否列入须另行核对。",
                f"The catalog that applies to {table.unheld} of them is not held; whether they are listed is to be checked.",
            )
        )
    if table.open:
        found.append(
            say(
                f"另有 {table.open} 项尚待复核，认定后请重新生成。",
                f"{table.open} lines are still to be reviewed; make this anew afterwards.",
            )
        )
    if table.findings:
        found.append(
            say(
                f"对整份文件的问题 {len(table.findings)} 条：",
                f"Findings on the document as a whole: {len(table.findings)}",
            )
        )
    return [*found, *table.findings]


def write_filing(path: Path, table: Filing) -> None:
    """The table as a Word document, landscape. Raises ImportError without python-docx (extra `web`)."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document: Any = Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "宋体", Pt(9)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.add_heading(table.title, 1)
    grid = document.add_table(rows=1, cols=len(table.heads), style="Table Grid")
    for cell, head in zip(grid.rows[0].cells, table.heads, strict=True):
        cell.text = head
    rows = [*table.rows, ("", say("合计", "total"), "", "", "", "", "", amount(table.total))]
    for row in rows:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = "".join(c for c in text if c.isprintable())
    for text in notes(table):
        document.add_paragraph(text)
    document.add_paragraph(
        say(
            "填报单位（盖章）：　　　　　　　　负责人：　　　　　　　　日期：",
            "Unit: ________  Signed: ________  Date: ________",
        )
    )
    document.save(str(path))
