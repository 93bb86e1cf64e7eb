"""Overview: departments and years, spending by code, findings, progress of the review."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.pages import Place
from goufu.web.people import Held, Officer
from goufu.web.view import view

PLACE = Place("/overview", "总览", "Overview", "officer")
router = APIRouter()


@router.get("/overview")
def overview(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The page."""
    return view(request, "overview.html", person)
