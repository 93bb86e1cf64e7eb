"""Catalog: the tree by department, entries with their life over the versions, search, two versions compared."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.pages import Place
from goufu.web.people import Held, Officer
from goufu.web.view import view

PLACE = Place("/catalog", "目录", "Catalog", "officer")
router = APIRouter()


@router.get("/catalog")
def catalog(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The page."""
    return view(request, "catalog.html", person)
