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
#: the prefix of ocids; whoever publishes puts their own registered one in its place
OCID_PREFIX = "ocds-goufu"


def release_package(
    audits: Sequence[Audit], versions: Sequence[CatalogVersion], published: date | None = None
) -> dict[str, Any]:
    """The package of all that the audits' departments buy; `published` defaults to the latest reference date."""
    groups: dict[tuple[str, int | None], list[Assessment]] = {}
    for one in audits:
        for a in one.assessments:
            groups.setdefault((a.item.department, a.item.year), []).append(a)
    numbers = {v.id: v.number for v in versions}
    days = [a.reference_date for some in groups.values() for a in some]
    day = published or max(days, default=date(1970, 1, 1))
    return {
        "uri": f"urn:goufu:{_digest(*(a.item.id for some in groups.values() for a in some))}",
        "version": "1.1",
        "publishedDate": _moment(day),
        "publisher": {"name": "goufu"},
        "releases": [_release(name, year, some, numbers) for (name, year), some in groups.items()],
    }


def _release(
    department: str, year: int | None, assessments: Sequence[Assessment], numbers: Mapping[str, str]
) -> dict[str, Any]:
    bought = [a for a in assessments if a.nature in CATEGORIES]
    party = {"id": _digest(department), "name": department}
    key = _digest(department, str(year))
    total = sum((a.item.amount_wan or Decimal(0) for a in bought), Decimal(0))
    categories = {CATEGORIES[a.nature] for a in bought}
    tender: dict[str, Any] = {
        "id": key,
        "title": f"{department} {year or ''}".strip(),
        "status": "planning",
        "items": [_item(a, numbers) for a in bought],
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
        "parties": [{**party, "roles": ["buyer"]}],
        "buyer": party,
        "planning": {"budget": {"id": key, "amount": _yuan(total)}},
        "tender": tender,
    }


def _item(a: Assessment, numbers: Mapping[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = {"id": a.item.id, "description": a.item.title, "quantity": 1}
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
