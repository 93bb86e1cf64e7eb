"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.web.people import Anyone
from goufu.web.view import view

router = APIRouter()


@router.get("/sign-in")
def sign_in(request: Request, person: Anyone) -> HTMLResponse:
    """The form."""
    return view(request, "sign_in.html", person)
