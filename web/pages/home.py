"""Drop: files and pasted tables come in here; what is being read, and what was read."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.pages import Place
from goufu.web.people import Held, Officer
from goufu.web.view import view

PLACE = Place("/", "上传", "Drop", "officer")
router = APIRouter()


@router.get("/")
def home(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The page."""
    return view(request, "home.html", person)
