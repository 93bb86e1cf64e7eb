"""The API, version 1: the record contract over HTTP, for programs with a token."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1")
