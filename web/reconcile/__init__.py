"""The reconciliation service for OpenRefine and its kin."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/reconcile")
