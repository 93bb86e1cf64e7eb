"""Worklist: the lines of a run with verdicts and candidates, decided one after another by keyboard."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.pages import Place
from goufu.web.people import Held, Officer
from goufu.web.view import view

PLACE = Place("/worklist", "复核", "Worklist", "officer")
router = APIRouter()


@router.get("/worklist")
def worklist(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The page."""
    return view(request, "worklist.html", person)
