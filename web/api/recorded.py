"""What is recorded, for programs: runs, their lines, and decisions on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.cli.render.records import item_record, run_record
from goufu.matcher.decisions.recorded import StoredItem
from goufu.store import worklist
from goufu.store.decisions import decide, remark
from goufu.store.engine import Store
from goufu.store.errors import ConflictError, NoSuchRunError, StoreError
from goufu.store.runs import run_named, runs, stored_item
from goufu.web.api.answers import DESCRIBED, listed
from goufu.web.roles import Held, Officer
from pydantic import BaseModel, Field

router = APIRouter(tags=["runs"])
#: lines fetched from the store at a time
_PAGE = 500


class Decision(BaseModel):
    """One decision: a line, what was decided (`accept`, a code, 未列, 不适用 …), on which revision of the line."""

    item: int
    said: Annotated[str, Field(min_length=1, max_length=200)]
    expected: int = 0
    note: Annotated[str, Field(max_length=2000)] = ""


@router.get("/runs")
def all_runs(
    person: Officer, store: Held, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[dict[str, Any]]:
    """The runs there are, newest first."""
    return [run_record(run) for run in runs(store, limit)]


@router.get("/runs/{run}")
def one_run(person: Officer, store: Held, run: int) -> dict[str, Any]:
    """One run."""
    return run_record(run_named(store, str(run)))


@router.get("/runs/{run}/lines", response_class=StreamingResponse, responses=DESCRIBED)
def lines(request: Request, person: Officer, store: Held, run: int, state: str = "") -> StreamingResponse:
    """The lines of a run in the document's order: the record contract, the decision, and `item` and `revision` to decide.

    `state` may be doubtful, sure, open or decided.
    """
    if state not in worklist.STATES:
        raise GoufuError(
            "state 应为 doubtful、sure、open 或 decided。", "state is doubtful, sure, open or decided."
        )
    found = run_named(store, str(run))
    return listed(request, _lines(store, found.id, worklist.Wanted(state=state, order="document")))


def _lines(store: Store, run: int, wanted: worklist.Wanted) -> Iterator[dict[str, Any]]:
    after = 0
    while found := worklist.lines(store, run, wanted, after, _PAGE):
        yield from (_record(item) for item in found)
        after = found[-1].id


def _record(item: StoredItem) -> dict[str, Any]:
    return {**item_record(item), "item": item.id, "revision": item.revision}


@router.post("/runs/{run}/decisions")
def decisions(
    person: Officer, store: Held, run: int, said: Annotated[list[Decision], Field(max_length=500)]
) -> list[dict[str, Any]]:
    """Keep decisions one by one: `result` is stored, same, conflict (somebody was faster; `line` is how it stands) or refused."""
    run_named(store, str(run))
    return [_decided(store, run, one, person.name) for one in said]


def _decided(store: Store, run: int, one: Decision, officer: str) -> dict[str, Any]:
    try:
        item = stored_item(store, one.item)
        if item.run != run:
            raise NoSuchRunError("没有这一项。", "There is no such line.")
        choice = worklist.chosen(one.said, item, load_catalogs())
        revision, done = decide(store, item.id, choice, officer, one.expected, "api")
        if one.note.strip() and done:
            remark(store, item.id, one.note.strip(), officer)
    except ConflictError as error:
        stands = _record(stored_item(store, one.item))
        return {
            "item": one.item,
            "result": "conflict",
            "revision": stands["revision"],
            "error": error.english,
            "error_zh": error.message,
            "line": stands,
        }
    except GoufuError as error:
        if isinstance(error, StoreError) and not isinstance(error, NoSuchRunError):
            raise  # nothing is wrong with the decision: the store could not be written
        return {"item": one.item, "result": "refused", "error": error.english, "error_zh": error.message}
    return {"item": one.item, "result": "stored" if done else "same", "revision": revision}
