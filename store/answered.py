"""The lines that an office decided, out of the store: the same line decided twice counts once, as it stands last."""

from __future__ import annotations

from goufu.disclosure.model import BudgetItem
from goufu.matcher.answered import Answered, answered
from goufu.matcher.nature_names import NATURES, Nature
from goufu.store import tables
from goufu.store.engine import Store, reading
from sqlmodel import col, select


def decided_lines(store: Store) -> tuple[Answered, ...]:
    """Every line with a decision that was not withdrawn, the oldest first."""
    query = (
        select(tables.Item, tables.Decision)
        .join(tables.Decision, col(tables.Decision.item_id) == col(tables.Item.id))
        .where(tables.Decision.outcome != "")
        .order_by(col(tables.Decision.decided_at), col(tables.Item.id))
    )
    last: dict[str, Answered] = {}
    with reading(store) as session:
        for item, decision in session.exec(query):
            found = _answered(item, decision)
            last.pop(item.fingerprint, None)
            if found is not None:
                last[item.fingerprint] = found
    return tuple(last.values())


def _answered(item: tables.Item, decision: tables.Decision) -> Answered | None:
    line = BudgetItem(
        id=f"{item.run_id}-{item.position + 1}",
        title=item.title,
        department=item.department,
        unit=item.unit,
        year=item.year or None,
        summary=item.summary,
        amount_wan=item.amount_wan,
    )
    if decision.outcome == "code":
        return answered(line, [(decision.section, decision.code)])
    if decision.outcome == "unlisted":
        return answered(line, statuses=["unlisted"])
    natures: list[Nature] = [n for n in NATURES if n == decision.nature]
    return answered(line, natures=natures, statuses=["not_applicable"])
