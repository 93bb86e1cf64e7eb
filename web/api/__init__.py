"""The API, version 1: the record contract over HTTP, for programs with a token.

A route parses, calls one function of the library or of a command, and answers with the same records that the command
prints. Every error is one sentence in Chinese and in English. `GET /api/v1/docs` describes all of it, offline.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends
from goufu.web.api import catalog, description, judging, recorded
from goufu.web.api.pace import paced

router = APIRouter(prefix="/api/v1", dependencies=[Depends(paced)])
for part in (judging, catalog, recorded, description):
    router.include_router(part.router)
