"""Overview: departments by years, spending by code, findings by severity, how far the review is."""

from __future__ import annotations

from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.catalog.load import load_catalogs
from goufu.catalog.severity import SEVERITY_NAMES
from goufu.cli.render.judgements import amount
from goufu.matcher.findings import load_rules
from goufu.store.overview import figures, on_documents, spending
from goufu.web.pages import NavigationEntry
from goufu.web.roles import Held, Officer
from goufu.web.view import view

NAVIGATION = NavigationEntry("/overview", "总览", "Overview", "officer")
router = APIRouter()
#: bars of the chart, and findings on documents, before one asks for all
_BARS, _FINDINGS = 20, 20


@router.get("/overview")
def overview(
    request: Request, person: Officer, store: Held, department: str = "", year: int = 0, code: str = "", section: str = "",
    every: int = 0,
) -> HTMLResponse:  # fmt: skip
    """Everything, or one department, or one year; with `code`, which budgets spend on it."""
    found = figures(store)
    shown = [f for f in found if department in ("", f.department) and year in (0, f.year)]
    spent = spending(store, [f.budget for f in shown], code, section)
    told = [] if code else on_documents(store, {f.run for f in shown})
    names = {v.id: v for v in load_catalogs()}

    def name(version: str, of: str, number: str) -> str:
        entry = names[version].find(of, number) if version in names else None
        return entry.name if entry else ""

    return view(
        request, "overview.html", person, figures=shown, years=sorted({f.year for f in found}, reverse=True),
        departments=sorted({f.department for f in found}), department=department, year=year, code=code,
        section=section, spent=spent if code or every else spent[:_BARS], more=0 if every else max(0, len(spent) - _BARS), name=name,
        most=max((s.amount for s in spent), default=Decimal(0)) or Decimal(1), total=sum((f.amount for f in shown), Decimal(0)),
        on_documents=told if every else told[:_FINDINGS], more_findings=0 if every else max(0, len(told) - _FINDINGS),
        rules=load_rules(), services=sum((f.services for f in shown), Decimal(0)), amount=amount, SEVERITIES=SEVERITY_NAMES,
    )  # fmt: skip
