"""The style and the scripts of the pages: three files by their names, so that no path can lead anywhere else."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from goufu.web.roles import Anyone
from goufu.web.view import KINDS, static_file

router = APIRouter()


@router.get("/static/{name}")
def static(request: Request, person: Anyone, name: str) -> Response:
    """A file; kept by browsers for a year where its address says which content is meant."""
    try:
        data, digest = static_file(name)
    except KeyError:
        return Response("not found", 404, media_type="text/plain")
    lasting = request.query_params.get("v") == digest
    kept = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return Response(data, media_type=KINDS[name], headers={"Cache-Control": kept, "ETag": f'"{digest}"'})
