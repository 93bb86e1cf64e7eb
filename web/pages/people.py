"""People: accounts, roles, departments, tokens, and the log."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.pages import Place
from goufu.web.people import Administrator, Held
from goufu.web.view import view

PLACE = Place("/people", "人员", "People", "administrator")
router = APIRouter()


@router.get("/people")
def people(request: Request, person: Administrator, store: Held) -> HTMLResponse:
    """The page."""
    return view(request, "people.html", person)
