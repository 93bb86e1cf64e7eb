"""For whoever keeps the server: whether it is well, and figures for Prometheus. No name, no content is among them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from goufu.store.errors import StoreError
from goufu.store.uploads import counts
from goufu.web.guard import BOUNDS
from goufu.web.roles import Anyone

router = APIRouter()


@router.get("/health")
def health(request: Request, person: Anyone) -> JSONResponse:
    """Whether the server answers and reaches its database; 503 where it does not."""
    try:
        counts(request.app.state.store)
    except StoreError:
        return JSONResponse({"status": "no database"}, 503)
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
def metrics(request: Request, person: Anyone) -> PlainTextResponse:
    """Answers by route and status, their times, and the queue, as Prometheus reads them."""
    figures = request.app.state.figures
    with figures.lock:
        answers, classes, seconds = dict(figures.answers), dict(figures.classes), figures.seconds
    lines = ["# TYPE goufu_requests_total counter"]
    lines += [
        f'goufu_requests_total{{route="{route}",status="{status}"}} {number}'
        for (route, status), number in sorted(answers.items())
    ]
    total = sum(answers.values())
    lines.append("# TYPE goufu_request_seconds histogram")
    lines += [f'goufu_request_seconds_bucket{{le="{bound}"}} {classes.get(bound, 0)}' for bound in BOUNDS]
    lines += [
        f'goufu_request_seconds_bucket{{le="+Inf"}} {total}',
        f"goufu_request_seconds_sum {seconds:.3f}",
        f"goufu_request_seconds_count {total}",
        "# TYPE goufu_uploads gauge",
    ]
    lines += [
        f'goufu_uploads{{state="{state}"}} {number}'
        for state, number in counts(request.app.state.store).items()
    ]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
