"""The API described: the OpenAPI document, and a page of it that loads nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from goufu.web.roles import Anyone
from goufu.web.view import view

router = APIRouter(tags=["description"])
_ERROR = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "one sentence"},
        "error_zh": {"type": "string", "description": "一句话"},
        "where": {"type": "string"},
    },
}


def described(request: Request) -> dict[str, Any]:
    """The OpenAPI document of the API alone."""
    from goufu.web import api

    made = get_openapi(
        title="goufu",
        version="1",
        description="The record contract over HTTP: see docs/api.md.",
        routes=api.router.routes,
    )
    made["components"] = made.get("components", {})
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["components"].setdefault("schemas", {})["Error"] = _ERROR
    made["security"] = [{"token": []}] if request.app.state.settings.accounts else []
    answer = {
        "description": "An error, in one sentence",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = answer
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    return made


@router.get("/openapi.json")
def document(request: Request, person: Anyone) -> JSONResponse:
    """This document."""
    return JSONResponse(described(request))


@router.get("/docs", response_class=HTMLResponse)
def page(request: Request, person: Anyone) -> HTMLResponse:
    """The same as a page."""
    settings = request.app.state.settings
    return view(request, "api.html", person, document=described(request), settings=settings)
