"""Budget items as an Open Contracting (OCDS 1.1) release package, one planning release per department and year.

Only what is bought is an item: services, mixed lines, goods, works and insurance; wages, grants and running costs are
no procurement and are left out. A coded item is classified by the catalog: as a fourth-level code means something
only inside its section, the scheme names version and section (`CN-SX-GPS-2025-28/住房和城乡建设`, `…/B`). The scheme
is goufu's own, as none is registered for this catalog. Amounts are in yuan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.model import CatalogVersion
    from matcher.audit import Audit
    from matcher.model import Assessment

#: natures that are procurement, by the OCDS category of what is bought
CATEGORIES = {
    "service": "services",
    "mixed": "services",
    "insurance": "services",
    "goods": "goods",
    "works": "works",
}
#: the prefix of ocids, in the form of a registered one; whoever publishes puts their own in its place
OCID_PREFIX = "ocds-000000"


def release_package(
    audits: Sequence[Audit], versions: Sequence[CatalogVersion], published: date | None = None
) -> dict[str, Any]:
    """The package of all that the audits' departments buy; `published` defaults to the latest reference date."""
    groups: dict[tuple[str, str, int | None], list[Assessment]] = {}
    for number, one in enumerate(audits):
        for a in one.assessments:
            buyer = a.item.department or a.item.unit
            # what nobody is known to buy stays with its own file
            groups.setdefault(
                (buyer, "" if buyer else f"{number} {one.disclosure.file}", a.item.year), []
            ).append(a)
    numbers = {v.id: v.number for v in versions}
    days = [a.reference_date for some in groups.values() for a in some]
    day = published or max(days, default=date(1970, 1, 1))
    return {
        "uri": f"urn:goufu:{_digest(*(a.item.id for some in groups.values() for a in some))}",
        "version": "1.1",
        "publishedDate": _moment(day),
        "publisher": {"name": "goufu"},
        "releases": [_release(*key, some, numbers) for key, some in groups.items()],
    }


def _release(
    buyer: str, file: str, year: int | None, assessments: Sequence[Assessment], numbers: Mapping[str, str]
) -> dict[str, Any]:
    """One release. Without a known `buyer` it has none, as a buyer must have a name; `file` then tells it apart."""
    bought = [a for a in assessments if a.nature in CATEGORIES]
    party = {"id": _digest(buyer), "name": buyer}
    key = _digest(buyer, str(year), *([file] if file else []))
    total = sum((a.item.amount_wan or Decimal(0) for a in bought), Decimal(0))
    categories = {CATEGORIES[a.nature] for a in bought}
    tender: dict[str, Any] = {
        "id": key,
        "title": f"{buyer or '采购单位未写明'} {year or ''}".strip(),
        "status": "planning",
        "items": [_item(a, id, numbers) for a, id in zip(bought, _ids(bought), strict=True)],
    }
    if len(categories) == 1:
        tender["mainProcurementCategory"] = next(iter(categories))
    return {
        "ocid": f"{OCID_PREFIX}-{key}",
        "id": f"{key}-planning",
        "date": _moment(assessments[0].reference_date),
        "tag": ["planning"],
        "initiationType": "tender",
        "language": "zh",
        **({"parties": [{**party, "roles": ["buyer"]}], "buyer": party} if buyer else {}),
        "planning": {"budget": {"id": key, "amount": _yuan(total)}},
        "tender": tender,
    }


def _ids(assessments: Sequence[Assessment]) -> list[str]:
    """The items' ids, those that came before in this release with a number behind them: ids must be unique in a tender."""
    taken = {a.item.id for a in assessments}
    seen: set[str] = set()
    ids = []
    for a in assessments:
        found, number = a.item.id, 1
        while found in seen or (number > 1 and found in taken):
            number += 1
            found = f"{a.item.id}-{number}"
        seen.add(found)
        ids.append(found)
    return ids


def _item(a: Assessment, id: str, numbers: Mapping[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = {"id": id, "description": a.item.title, "quantity": 1}
    if a.item.amount_wan is not None:
        item["unit"] = {"name": "项", "value": _yuan(a.item.amount_wan)}
    coded = a.coded
    if coded:
        item["classification"] = {
            "scheme": f"CN-SX-GPS-{coded.version}/{coded.section}",
            "id": coded.code,
            "description": coded.name,
        }
        item["additionalClassifications"] = [
            {
                "scheme": f"CN-SX-GPS-{coded.version}",
                "id": coded.code[0],
                "description": f"{numbers.get(coded.version, coded.version)} "
                + ("公共服务" if coded.code[0] == "A" else "政府履职辅助性服务"),
            }
        ]
    return item


def _yuan(wan: Decimal) -> dict[str, Any]:
    return {"amount": float(wan * 10000), "currency": "CNY"}


def _moment(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]
