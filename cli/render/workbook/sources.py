"""The sheet of sources: what was read from which file and where, what was checked, by which catalogs it was judged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from goufu.cli.render.workbook.columns import SOURCES
from goufu.cli.render.workbook.layout import Report, finish, new_sheet, write_row
from goufu.cli.shared.output import language, listed, place_text, say

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit


def write_sources(report: Report) -> None:
    """Write the sheet, a row for each fact of each document."""
    sheet = new_sheet(report, say("来源", "sources"), SOURCES, freeze=(1, 0))
    row = 0
    for one in report.audits:
        for what, content, place in _facts(one):
            row += 1
            where = place.removeprefix(one.disclosure.file).strip()
            write_row(report, sheet, row, SOURCES, (one.disclosure.file, what, content, where))
    finish(report, sheet, SOURCES, max(row, 1))


def _facts(one: Audit) -> Iterator[tuple[str, str, str]]:
    """What was read, from where, and by which law it was judged: (what, content, place)."""
    d = one.disclosure
    first = one.assessments[0] if one.assessments else None
    yield say("部门", "department"), d.department or say("（未写明）", "(not given)"), ""
    yield say("预算年度", "budget year"), str(d.year or ""), ""
    if first:
        yield say("基准日", "reference date"), first.reference_date.isoformat(), ""
        yield (
            say("目录部门", "sections"),
            listed(dict.fromkeys(s for a in one.assessments for s in a.sections)),
            "",
        )
        yield (
            say("适用目录", "catalogs"),
            listed(dict.fromkeys(v for a in one.assessments for v in a.versions)),
            "",
        )
    total = sum((i.amount_wan or Decimal(0) for i in d.items), Decimal(0))
    yield (
        say("项目", "items"),
        say(f"{len(d.items)} 项，{total:,.2f} 万元", f"{len(d.items)} items, {total:,.2f}"),
        "",
    )
    if d.forms:
        linked = sum(1 for i in d.items if i.form)
        yield (
            say("绩效目标表", "project forms"),
            say(
                f"{len(d.forms)} 张，其中 {linked} 张与项目对应",
                f"{len(d.forms)}, of which {linked} belong to a project",
            ),
            "",
        )
    if d.procurement:
        p = d.procurement
        kinds = [
            f"{name} {amount:,.2f}"
            for name, amount in (
                (say("合计", "total"), p.total_wan),
                (say("货物", "goods"), p.goods_wan),
                (say("工程", "works"), p.works_wan),
                (say("服务", "services"), p.services_wan),
            )
            if amount is not None
        ]
        yield say("政府采购预算", "procurement"), say("，", ", ").join(kinds), place_text(p.place)
    if d.statement:
        yield say("目录说明", "on the catalog"), _short(d.statement, 500), place_text(d.statement_place)
    for attachment in d.attachments:
        yield (
            say("所附目录", "catalog attached"),
            f"{attachment.number} {attachment.title}",
            place_text(attachment.place),
        )
    for check in d.checks:
        agrees = say("相符", "agrees") if check.agrees else say("不符", "differs")
        what = check.what.in_lang(language())
        text = f"{what}{say('：', ': ')}{check.printed:,} / {check.summed:,}　{agrees}"
        yield say("核对", "check"), text, place_text(check.place)
    for remark in d.remarks:
        yield (
            say("读取说明", "remark"),
            say(remark.text, remark.english),
            place_text(remark.place),
        )
    for a, f in one.all_findings:
        if f.silenced:
            title = a.item.title if a else say("（整个文件）", "(the document)")
            yield say("豁免", "silenced"), f"{f.rule} {title}{say('：', ': ')}{f.silenced}", ""


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
