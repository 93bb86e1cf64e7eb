"""`goufu show`: a recorded run, or one of its items with its notes and everything that was decided on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.render.judgements import NATURES, STATUSES, amount, percent
from goufu.cli.render.records import item_record
from goufu.cli.shared.options import FormatOption, checked
from goufu.cli.shared.output import Column, as_recorded, clauses, emit, say
from goufu.cli.shared.store_access import DbOption, RunArgument, opened, run_title
from goufu.matcher.outcome_names import OUTCOME_NAMES

if TYPE_CHECKING:
    from goufu.matcher.decisions.recorded import StoredItem
    from goufu.store.engine import Store

COLUMNS = (
    Column("number", "序", "#", right=True),
    Column("title", "项目", "item", ratio=30),
    Column("amount", "万元", "10k CNY", right=True),
    Column("nature", "性质", "nature", width=9),
    Column("judged", "分类", "judged", ratio=26),
    Column("decided", "认定", "decided", ratio=26),
)


def show(
    run: RunArgument = "last",
    item: Annotated[
        int | None, typer.Option("--item", "-i", min=1, help="只看第几项，连同备注和认定的经过")
    ] = None,
    form: FormatOption = "table",
    db: DbOption = None,
) -> None:
    """显示一次运行及其认定。"""
    checked(form)
    from goufu.store.runs import run_items, run_named

    store = opened(db)
    found = run_named(store, run)
    items = run_items(store, found.id)
    if item is not None:
        if item > len(items):
            raise GoufuError(
                f"运行 {found.id} 只有 {len(items)} 项", f"run {found.id} has {len(items)} items"
            )
        _one(store, items[item - 1], form)
        return
    if form != "table":
        emit((item_record(i) for i in items), (), form)
        return
    rows = [
        {
            "number": i.position + 1,
            "title": i.title,
            "amount": amount(i.amount_wan),
            "nature": say(*NATURES[i.record["nature"]]),
            "judged": judged(i),
            "decided": decided(i),
        }
        for i in items
    ]
    done = sum(i.decision is not None for i in items)
    emit(
        rows,
        COLUMNS,
        "table",
        run_title(found),
        say(f"共 {len(items)} 项，已认定 {done}", f"{len(items)} items, {done} decided"),
    )


def judged(item: StoredItem) -> str:
    """How goufu judged an item: its code and name, or its status; a ? where it is to be reviewed."""
    r = item.record
    doubt = "?" if r.get("decision") == "review" else ""
    if r.get("gov_service_catalog_code"):
        return f"{r['gov_service_catalog_code']} {r['gov_service_catalog_name']}{doubt}"
    return say(*STATUSES[r["status"]]) + doubt


def decided(item: StoredItem) -> str:
    """What was decided, and by whom; "" where nothing was."""
    from goufu.matcher.decisions.choice import choice_text

    d = item.decision
    return f"{say(*choice_text(d.outcome, d.code, d.name, d.nature))}　{d.officer}" if d else ""


def _one(store: Store, item: StoredItem, form: str) -> None:
    from goufu.store.log import events

    log = events(store, item=item.id)
    if form != "table":
        emit(
            [
                {
                    **item_record(item),
                    "log": [
                        {
                            "made_at": e.made_at.isoformat(),
                            "officer": e.officer,
                            "action": e.action,
                            **e.detail,
                        }
                        for e in log
                    ],
                }
            ],
            (),
            form,
        )
        return
    r = item.record
    print(f"{item.position + 1}　{item.title}　{amount(item.amount_wan)} {say('万元', '(10k CNY)')}")
    print(
        f"  {say('部门', 'department')}　{item.department}　{item.unit if item.unit != item.department else ''}"
    )
    if item.summary:
        print(f"  {say('概况', 'summary')}　{item.summary}")
    print(
        f"  {say('性质', 'nature')}　{say(*NATURES[r['nature']])}　　{say('分类', 'judged')}　{judged(item)}"
    )
    if r.get("precedent"):
        print(f"  {say('依据', 'by')}　{as_recorded(r['precedent'])}")
    for c in r["codes"]:
        print(f"    {c['code']} {c['name']}　{percent(c['score'])}　{clauses(map(as_recorded, c['why']))}")
    for f in r["findings"]:
        print(f"  {f['rule']}　{as_recorded(f['message'])}")
    print(f"  {say('认定', 'decided')}　{decided(item) or say('未认定', 'not decided')}")
    for text in item.notes:
        print(f"  {say('备注', 'note')}　{text}")
    for e in log:
        when = e.made_at.astimezone().strftime("%Y-%m-%d %H:%M")
        what = {
            "decide": say("认定", "decide"),
            "withdraw": say("撤回", "withdraw"),
            "note": say("备注", "note"),
        }.get(e.action, e.action)
        said = e.detail.get("code") or {key: say(*word) for key, word in OUTCOME_NAMES.items()}.get(
            e.detail.get("outcome", ""), ""
        )
        print(f"  {say('经过', 'log')}　{when}　{e.officer}　{what}　{said}")
