"""For whoever keeps the server: whether it is well, and figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from goufu.web.people import Anyone

router = APIRouter()


@router.get("/health")
def health(request: Request, person: Anyone) -> JSONResponse:
    """That the server answers."""
    return JSONResponse({"status": "ok"})
