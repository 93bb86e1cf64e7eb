"""The reconciliation service for OpenRefine and its kin: protocol 0.2 (https://www.w3.org/community/reports/reconciliation),
and what the draft 1.0 asks beside it (`draft`).

A server with accounts is asked with a token in the address, /reconcile/TOKEN or ?token=TOKEN: such clients send no
headers of their own. Answers may be read by the pages of `reconcile_origins`, never with anybody's cookies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from goufu.catalog.card import entry_card
from goufu.catalog.errors import UnknownNameError
from goufu.catalog.load import load_catalogs
from goufu.cli.render.changes import section_word
from goufu.web.api.pace import paced
from goufu.web.limits import TooLongError
from goufu.web.reconcile import draft, entities
from goufu.web.reconcile.queries import answers, not_understood, query_of
from goufu.web.roles import allow
from goufu.web.view import view
from starlette.concurrency import run_in_threadpool

#: what every client compares ids by; the same wherever a server runs
IDENTIFIERS, SCHEMA = "urn:goufu:entry", "urn:goufu:section"
_SUGGESTED = 20
Typed = Annotated[str, Query(max_length=200)]
#: how many suggestions are passed over: `cursor` in 0.2, `offset` in the draft; `limit` is the draft's
Over = Annotated[int, Query(ge=0, le=1000)]
Most = Annotated[int, Query(ge=1, le=100)]
_asked = allow("officer", csrf=False)
service = APIRouter()


def _base(request: Request) -> str:
    """The address of the server as the client knows it."""
    scheme = "https" if request.app.state.settings.https else request.url.scheme
    return f"{scheme}://{request.url.netloc}"


def _here(request: Request) -> tuple[str, str]:
    """The address of the service with its token, and what follows a path below it."""
    token = request.path_params.get("token", "")
    asked = request.query_params.get("token", "")
    base = f"{_base(request)}/reconcile" + (f"/{quote(token)}" if token else "")
    return base, f"token={quote(asked)}&" if asked and not token else ""


def manifest(request: Request) -> dict[str, Any]:
    """What this service is and where its parts are."""
    here, more = _here(request)
    prefix = f"?{more}".rstrip("&") if more else ""

    def suggest(kind: str) -> dict[str, str]:
        return {"service_url": here, "service_path": f"/suggest/{kind}{prefix}"}

    return {
        "versions": ["0.2"],
        "name": "购服 政府购买服务指导性目录",
        "identifierSpace": IDENTIFIERS,
        "schemaSpace": SCHEMA,
        "serviceVersion": version("goufu"),
        "documentation": f"{_base(request)}/api/v1/docs",
        "defaultTypes": [entities.any_type()],
        "view": {"url": f"{_base(request)}/catalog/{{{{id}}}}"},
        "preview": {"url": f"{here}/preview?{more}id={{{{id}}}}", "width": 420, "height": 260},
        "suggest": {kind: suggest(kind) for kind in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {"service_url": here, "service_path": f"/properties{prefix}"},
            "property_settings": [],
        },
        "batchSize": request.app.state.settings.reconcile_queries,
    }


@service.get("", dependencies=[_asked])
def ask(request: Request, queries: str = "", extend: str = "") -> JSONResponse:
    """The manifest; or the answers to `queries`, or the values of `extend`."""
    return JSONResponse(_answer(request, queries, extend))


@service.post("", dependencies=[_asked])
async def ask_by_form(request: Request) -> JSONResponse:
    """The same by a form, as OpenRefine sends it."""
    form = await request.form()
    queries, extend = (str(form.get(name) or "") for name in ("queries", "extend"))
    return JSONResponse(await run_in_threadpool(_answer, request, queries, extend))


def _answer(request: Request, queries: str, extend: str) -> dict[str, Any]:
    most = request.app.state.settings.reconcile_queries
    if queries:
        batch = _object(queries)
        _refuse_long(len(batch), most)
        found = answers([query_of(one) for one in batch.values()])
        return {key: {"result": result} for key, result in zip(batch, found, strict=True)}
    if extend:
        return entities.fetched(*_wanted(_object(extend), most * 10), date.today())
    return manifest(request)


@service.post("/match", dependencies=[_asked])
async def match(request: Request) -> JSONResponse:
    """The candidates of the queries of the draft 1.0, as JSON."""
    batch = _object(await request.body()).get("queries")
    if not isinstance(batch, list):
        raise not_understood()
    _refuse_long(len(batch), request.app.state.settings.reconcile_queries)
    return JSONResponse(await run_in_threadpool(draft.matched, batch))


@service.post("/extend", dependencies=[_asked])
async def extend(request: Request) -> JSONResponse:
    """The values of properties of entries, as the draft 1.0 asks for them."""
    most = request.app.state.settings.reconcile_queries * 10
    ids, names = _wanted(_object(await request.body()), most)
    return JSONResponse(await run_in_threadpool(draft.extended, ids, names, date.today()))


def _wanted(asked: Mapping[str, Any], most: int) -> tuple[list[str], list[str]]:
    """The ids and the properties that a data extension asks for, `most` ids at most."""
    ids, properties = asked.get("ids"), asked.get("properties")
    if not isinstance(ids, list) or not isinstance(properties, list):
        raise not_understood()
    _refuse_long(len(ids), most)
    names = [p.get("id") if isinstance(p, Mapping) else p for p in properties[:50]]
    if not all(isinstance(one, str) for one in (*ids, *names)):
        raise not_understood()
    return ids, [str(name) for name in names]


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise not_understood() from None
    if not isinstance(found, dict):
        raise not_understood()
    return found


def _refuse_long(number: int, most: int) -> None:
    if number > most:
        raise TooLongError(
            f"一批最多 {most} 个，实为 {number} 个；请分几批。",
            f"At most {most} in a batch, found {number}; send portions.",
        )


@service.get("/suggest/entity", dependencies=[_asked])
def suggest_entity(
    prefix: Typed = "", cursor: Over = 0, offset: Over = 0, limit: Most = _SUGGESTED
) -> JSONResponse:
    """Entries by the beginning of a code, by words, by pinyin, or by an id."""
    over = cursor or offset
    found = entities.typed(prefix, over + limit) if prefix.strip() else []
    return JSONResponse({"result": found[over:]})


@service.get("/suggest/type", dependencies=[_asked])
def suggest_type(
    prefix: Typed = "", cursor: Over = 0, offset: Over = 0, limit: Most = _SUGGESTED
) -> JSONResponse:
    """Sections of the catalog in force."""
    over = cursor or offset
    return JSONResponse({"result": entities.types(prefix)[over : over + limit]})


@service.get("/suggest/property", dependencies=[_asked])
def suggest_property(
    prefix: Typed = "", cursor: Over = 0, offset: Over = 0, limit: Most = _SUGGESTED
) -> JSONResponse:
    """What a query may say beside the words."""
    over = cursor or offset
    return JSONResponse({"result": entities.properties(entities.ASKED, prefix)[over : over + limit]})


@service.get("/properties", dependencies=[_asked])
@service.get("/extend/propose", dependencies=[_asked])
def propose(
    type: Typed = entities.ANY, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> JSONResponse:  # the name is the protocol's
    """What may be fetched for entries; the same for every type."""
    found = entities.properties(entities.FETCHED)[:limit]
    return JSONResponse({"type": type, "properties": found, "limit": limit})


@service.get("/preview", dependencies=[_asked])
def preview(request: Request, id: Annotated[str, Query(max_length=300)]) -> HTMLResponse:
    """A small page of one entry, which other pages may frame."""
    found = entities.entry_of(id)
    if found is None:
        raise UnknownNameError("目录中没有这个条目。", "There is no such entry.")
    held, entry = found
    today = date.today()
    request.state.framed = True
    return view(
        request, "preview.html", version=held, card=entry_card(entry, load_catalogs()),
        standing=entities.standing(held, entry, today), successors=entities.successors(entry, today),
        section_word=section_word,
    )  # fmt: skip


router = APIRouter(dependencies=[Depends(paced)])
router.include_router(service, prefix="/reconcile")
router.include_router(service, prefix="/reconcile/{token}")


@router.options("/reconcile", dependencies=[allow("anyone")])
@router.options("/reconcile/{rest:path}", dependencies=[allow("anyone")])
def preflight() -> Response:
    """What a browser asks before another page's request; the headers are the guard's."""
    return Response(status_code=204)
