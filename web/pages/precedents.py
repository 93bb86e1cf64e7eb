"""Precedents: what was decided and decides later lines."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.pages import Place
from goufu.web.people import Held, Officer
from goufu.web.view import view

PLACE = Place("/precedents", "先例", "Precedents", "officer")
router = APIRouter()


@router.get("/precedents")
def precedents(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The page."""
    return view(request, "precedents.html", person)
