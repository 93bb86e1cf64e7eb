"""Judging what is sent: items as records at once, files by the queue that reads what people hand in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.audits import audit_disclosure, settings
from goufu.cli.shared.output import language
from goufu.cli.shared.store_access import known_learned
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from goufu.store.uploads import Handed, upload
from goufu.web.api.answers import DESCRIBED, LINES, listed
from goufu.web.intake import chosen_options, handed_in
from goufu.web.limits import TooLongError
from goufu.web.roles import Held, Officer, allow, current
from starlette.concurrency import run_in_threadpool

router = APIRouter(tags=["classify"])

_ITEM = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "id": {"type": "string"},
        "department": {"type": "string"},
        "unit": {"type": "string"},
        "year": {"type": "integer"},
        "title": {"type": "string"},
        "summary": {"type": "string"},
        "amount_wan": {"type": "number", "description": "万元"},
        "code": {"type": "string"},
        "code_name": {"type": "string"},
        "document": {"type": "string"},
    },
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "array", "items": _ITEM}},
            LINES: {"schema": {"type": "string", "description": "one item a line"}},
        },
    }
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "department": {"type": "string"},
                        "year": {"type": "integer"},
                        "on": {"type": "string", "format": "date"},
                    },
                }
            }
        },
    }
}


@router.post(
    "/classify", response_class=StreamingResponse, responses=DESCRIBED, openapi_extra=_BODY,
    dependencies=[allow("officer", csrf=False)],
)  # fmt: skip
async def classify(request: Request, department: str = "", year: str = "", on: str = "") -> StreamingResponse:
    """Items of the record contract, judged as `goufu classify` does; nothing is kept.

    `department` and `on` (a day) override the items' own; `year` their budget years.
    """
    body = await _body(request)
    options = chosen_options({"department": department, "year": year, "on": on})
    whose = current(request).scope.departments
    records = await run_in_threadpool(_judged, request, body, options, whose)
    return listed(request, records)


async def _body(request: Request) -> bytes:
    most = request.app.state.settings.request_kb << 10
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise TooLongError(
                f"请求超过 {most >> 10} KB，请分几次，或把文件交到 /api/v1/files。",
                f"The request is larger than {most >> 10} KB; send portions, or a file to /api/v1/files.",
            )
    return bytes(body)


def _records(request: Request, body: bytes) -> bytes:
    """The records of a request as JSON Lines, checked to be objects and not too many."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind in (LINES, "application/jsonl", "application/jsonlines"):
            found: Any = [json.loads(line) for line in body.decode("utf-8-sig").splitlines() if line.strip()]
        else:
            found = json.loads(body)
    except (ValueError, RecursionError):
        raise GoufuError(
            "请求的内容不是 JSON；应为项目记录的数组，或每行一个记录（application/x-ndjson）。",
            "The body is no JSON; send an array of records, or one a line as application/x-ndjson.",
        ) from None
    found = found.get("items") if isinstance(found, dict) and "title" not in found else found
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise GoufuError(
            "应为项目记录（对象）的数组，每个至少有 title。",
            "An array of records (objects) is expected, each with a title at least.",
        )
    most = request.app.state.settings.api_items
    if len(found) > most:
        raise TooLongError(
            f"一次最多 {most} 项，实为 {len(found)} 项；请分几次。",
            f"At most {most} items at a time, found {len(found)}; send portions.",
        )
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in found).encode("utf-8", "surrogatepass")


def _judged(
    request: Request, body: bytes, options: dict[str, Any], whose: tuple[str, ...] | None
) -> list[dict[str, Any]]:
    text = _records(request, body)
    disclosure = read_content(text, "items.jsonl", "items")
    _refuse_unread(disclosure, text.count(b"\n") + 1)
    db = request.app.state.settings.db
    given = settings(options.get("department"), options.get("year"), options.get("on"))
    how = replace(given, db=db, remember=True, departments=whose, learned=known_learned(db))
    return [a.record(language()) for a in audit_disclosure(disclosure, how).assessments]


def _refuse_unread(disclosure: Disclosure, sent: int) -> None:
    """Refuse everything where a record is not understood: an answer of fewer lines than were sent misleads."""
    refused = [remark for remark in disclosure.remarks if remark.level == "error"]
    if not refused and len(disclosure.items) == sent:
        return
    first = refused[0] if refused else None
    where = first.place.text() if first and first.place else ""
    raise GoufuError(
        f"记录无法读取：{first.text if first else '有的记录没有项目名称，或不是项目。'}",
        f"A record is not understood: {first.english if first else 'one has no title or is no budget line.'}",
        where,
    )


@router.post("/files", status_code=202, openapi_extra=_FORM)
async def hand_in(request: Request, person: Officer, store: Held) -> JSONResponse:
    """A file handed in to be read and judged as on the page of uploads; the answer says where to ask for its state."""
    state = request.app.state
    found = await handed_in(request, state.settings, state.store, state.worker, person)
    state.readers.wake()
    return JSONResponse([_state(one) for one in found], 202)


@router.get("/files/{uid}")
def handed(request: Request, person: Officer, store: Held, uid: str) -> dict[str, Any]:
    """What became of a file: its state, the remarks of reading, and `run` once it was judged."""
    return _state(upload(store, uid))


def _state(one: Handed) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "name": one.name,
        "state": one.state,
        "done": one.done,
        "pages": one.pages,
        "items": one.items,
        "run": one.run,
        "error": one.english,
        "error_zh": one.message,
        "remarks": [dict(remark) for remark in one.remarks],
        "href": f"/api/v1/files/{one.uid}",
    }
