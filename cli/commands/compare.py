"""`goufu compare`: what changed between two recorded runs, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.cli.render.judgements import NATURES, STATUSES
from goufu.cli.shared.options import FormatOption, checked
from goufu.cli.shared.output import Column, bracketed, emit, listed, note, say
from goufu.cli.shared.store_access import DbOption, opened, run_title

if TYPE_CHECKING:
    from goufu.store.comparison import ItemChange, Outcome

COLUMNS = (
    Column("kind", "变动", "change", width=8),
    Column("title", "项目", "item", ratio=28),
    Column("was", "以前", "before", ratio=26),
    Column("now", "现在", "now", ratio=26),
    Column("why", "原因", "why", ratio=20),
)
KINDS = {
    "added": ("新增", "added"),
    "removed": ("减少", "removed"),
    "changed": ("改变", "changed"),
    "input": ("仅输入", "input only"),
}
REASONS = {
    "input": ("输入", "input"),
    "catalog": ("目录", "catalog"),
    "index": ("索引", "index"),
    "program": ("程序版本", "program"),
    "settings": ("选项", "settings"),
    "precedent": ("先例", "precedent"),
    "decision": ("认定", "decision"),
}
_FIELDS = {
    "title": ("名称", "title"),
    "department": ("部门", "department"),
    "unit": ("单位", "unit"),
    "year": ("年度", "year"),
    "summary": ("概况", "summary"),
    "amount_wan": ("金额", "amount"),
    "part": ("资金性质", "part"),
}


def compare(
    before: Annotated[str, typer.Argument(metavar="运行1", help="运行编号")],
    after: Annotated[str, typer.Argument(metavar="运行2", help="运行编号，或 last")] = "last",
    form: FormatOption = "table",
    db: DbOption = None,
) -> None:
    """比较两次运行：哪些项目变了，为什么。"""
    checked(form)
    from goufu.store.comparison import compare_runs
    from goufu.store.runs import run_named

    store = opened(db)
    result = compare_runs(store, run_named(store, before), run_named(store, after))
    if form != "table":
        emit((_record(c) for c in result.changes), (), form)
        return
    rows = [
        {
            "kind": say(*KINDS[c.kind]),
            "title": (c.after or c.before).title,  # type: ignore[union-attr]
            "was": outcome_text(c.was),
            "now": outcome_text(c.now),
            "why": reasons(c),
        }
        for c in result.changes
    ]
    print(run_title(result.before))
    print(run_title(result.after))
    if rows:
        emit(rows, COLUMNS, "table")
    facts = listed(say(*REASONS[f]) for f in result.facts) or say("无", "none")
    note(
        f"没有变的 {result.unchanged} 项；两次运行之间变了：{facts}",
        f"{result.unchanged} items unchanged; what differs between the runs: {facts}",
    )


def outcome_text(o: Outcome | None) -> str:
    """How an item came out, in one line."""
    if o is None:
        return "—"
    doubt = "?" if o.decision == "review" else ""
    judged = (
        f"{o.code} {o.name}{doubt}"
        if o.code
        else f"{say(*STATUSES[o.status])}{bracketed(say(*NATURES[o.nature]))}{doubt}"
    )
    return f"{judged}\n{say('认定：', 'decided: ')}{say(*o.decided)}" if o.decided else judged


def reasons(change: ItemChange) -> str:
    """Why an item changed, with the fields where the input did."""
    fields = listed(say(*_FIELDS[f]) for f in change.fields)
    return listed(say(*REASONS[r]) + (bracketed(fields) if r == "input" else "") for r in change.why)


def _record(c: ItemChange) -> dict[str, Any]:
    item = c.after or c.before
    assert item is not None

    def plain(o: Outcome | None) -> dict[str, str] | None:
        if o is None:
            return None
        return {name: getattr(o, name) for name in o.__slots__} | {"decided": o.decided.zh}

    return {
        "kind": c.kind,
        "department": item.department,
        "id": item.ref,
        "title": item.title,
        "before": plain(c.was),
        "after": plain(c.now),
        "why": list(c.why),
        "fields": list(c.fields),
    }
