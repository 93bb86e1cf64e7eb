"""Hand over: the workbook, the summary table, CSV, OCDS and the document for filing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.pages import Place
from goufu.web.people import Held, Officer
from goufu.web.view import view

PLACE = Place("/hand-over", "交付", "Hand over", "officer")
router = APIRouter()


@router.get("/hand-over")
def hand_over(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The page."""
    return view(request, "hand_over.html", person)
