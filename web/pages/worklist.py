"""Worklist: the lines of a run with verdicts and candidates, decided one after another by keyboard."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.catalog.severity import SEVERITY_NAMES
from goufu.cli.render import judgements, review_screen
from goufu.matcher.decisions.choice import Choice, likely_other
from goufu.matcher.decisions.recorded import StoredItem
from goufu.matcher.findings import load_rules
from goufu.matcher.outcome_names import OUTCOME_NAMES
from goufu.matcher.search import look_up
from goufu.store import worklist as kept
from goufu.store.acceptance import accept_sure, standing_acceptance, take_back
from goufu.store.decisions import decide, remark, withdraw
from goufu.store.engine import Store
from goufu.store.errors import ConflictError, NoSuchRunError
from goufu.store.runs import run_named, runs, stored_item
from goufu.store.uploads import upload_of
from goufu.web.folder import content_path
from goufu.web.page_image import page_image
from goufu.web.pages import NavigationEntry
from goufu.web.roles import Held, Officer, Person
from goufu.web.view import language, view

from goufu.cache import default_cache

NAVIGATION = NavigationEntry("/worklist", "复核", "Worklist", "officer")
router = APIRouter()
Text = Annotated[str, Form()]
Number = Annotated[int, Query(ge=0, lt=2**63)]
_PAGE = re.compile(r"第 (\d+) 页")
#: the file at the beginning of a place, which all lines of a run have in common
_FILE = re.compile(r".+?\.\w{2,5}(?= )")


def _amount(text: str) -> Decimal | None:
    """An amount as typed; None for what is none (yet), so that the list does not jump while somebody types."""
    try:
        found = Decimal(text.replace(",", "").replace("，", "").strip() or "x")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**12 else None


async def wanted(
    q: str = "", state: str = "", found: str = "", department: str = "", code: str = "", least: str = "",
    most: str = "", order: str = "doubt",
) -> kept.Wanted:  # fmt: skip
    """The filter in the address of a page."""
    return kept.Wanted(
        q[:100], state, found[:20], department, code, _amount(least), _amount(most),
        order if order in kept.ORDERS else "doubt",
    )  # fmt: skip


Filter = Annotated[kept.Wanted, Depends(wanted)]
WORDS: dict[str, Any] = {
    "NATURES": judgements.NATURES,
    "STATUSES": judgements.STATUSES,
    "OUTCOMES": OUTCOME_NAMES,
    "certainty": judgements.certainty,
    "DOUBTS": judgements.DOUBTS,
    "SEVERITIES": SEVERITY_NAMES,
    "amount": judgements.amount,
    "nature_keys": review_screen.NATURE_KEYS,
}


@router.get("/worklist")
def worklist(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The runs there are, newest first."""
    return view(request, "runs.html", person, runs=runs(store, 100))


@router.get("/worklist/{run}")
def run_page(request: Request, person: Officer, store: Held, run: int, chosen: Filter) -> HTMLResponse:
    """The lines of one run."""
    info = run_named(store, str(run))
    return view(
        request, "worklist.html", person, run=info, departments=kept.departments(store, run),
        rules=[load_rules()[rule] for rule in kept.rules_found(store, run) if rule in load_rules()],
        asked=request.query_params, fresh=True, acceptance=standing_acceptance(store, run, person.name),
        **_list(store, run, chosen), **WORDS,
    )  # fmt: skip


def _list(
    store: Store, run: int, chosen: kept.Wanted, after: int = 0, since: int | None = None
) -> dict[str, Any]:
    """A page of lines, the first one or that behind `after` of a list begun when `since` was the log's last line."""
    found = kept.page(store, run, chosen, after, since=since)
    if not found.tally.total:
        run_named(store, str(run))  # says that there is none
    more = len(found.lines) == kept.PAGE
    return {"lines": found.lines, "more": more, "tally": found.tally, "since": found.since}


@router.get("/worklist/{run}/lines")
def some_lines(
    request: Request,
    person: Officer,
    store: Held,
    run: int,
    chosen: Filter,
    after: int = 0,
    since: Number = 0,
) -> HTMLResponse:
    """The lines that are wanted, from the first or behind one."""
    return view(
        request, "lines.html", person, run={"id": run}, asked=request.query_params, fresh=not after,
        **_list(store, run, chosen, after, since if after else None), **WORDS,
    )  # fmt: skip


def _item(store: Store, run: int, item: int) -> StoredItem:
    return _of_run(stored_item(store, item), run)


def _of_run(found: StoredItem, run: int) -> StoredItem:
    if found.run != run:
        raise NoSuchRunError("没有这一项。", "There is no such line.")
    return found


def _page(item: StoredItem, file: str) -> int | None:
    """The page that a line of the file handed in stands on; None where it has no pages, or none was handed in."""
    page = _PAGE.search(item.place.removeprefix(file)) if file else None
    return int(page[1]) if page else None


def _facts(shown: kept.Pane) -> dict[str, Any]:
    """What the pane of one line shows."""
    item = shown.item
    page, file = _page(item, shown.file), _FILE.match(item.place)
    return {
        "item": item,
        "options": review_screen.options_of(item.record)[:5],
        "verdict": kept.verdict_of(item, load_catalogs()),
        "likely": likely_other(item),
        "rules": load_rules(),
        "log": shown.log,
        "file": file[0] if file else "",
        "near": shown.near,
        "page": page,
        "framed": "corners" in item.record,
        "versions": {v.id: v for v in load_catalogs()},
    }


@router.get("/worklist/{run}/items/{item}")
def one_line(request: Request, person: Officer, store: Held, run: int, item: int) -> HTMLResponse:
    """The pane of one line."""
    shown = kept.pane(store, item)
    _of_run(shown.item, run)
    return view(request, "item.html", person, said="", **_facts(shown), **WORDS)


@router.get("/worklist/{run}/items/{item}/page")
def page_of(request: Request, person: Officer, store: Held, run: int, item: int) -> Response:
    """The page of the document that the line stands on, as an image with the row of the line framed."""
    found = _item(store, run, item)
    handed = upload_of(store, run)
    page = _page(found, handed.name) if handed else None
    if handed is None or page is None:
        raise NoSuchRunError("没有这一页的图像。", "There is no image of this page.")
    image = page_image(
        content_path(request.app.state.settings.folder, handed.uid),
        page,
        tuple((float(x), float(y)) for x, y in found.record.get("corners", ())),
    )
    return Response(image, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/worklist/{run}/items/{item}/search")
def search(
    request: Request, person: Officer, store: Held, run: int, item: int, words: str = ""
) -> HTMLResponse:
    """Entries of the line's own sections and class B by words, while somebody types."""
    found = _item(store, run, item)
    hits: Any = ()
    if words.strip():
        sections = tuple(found.record["sections"]) or ("B",)
        with contextlib.suppress(GoufuError):
            hits = look_up(
                words[:60], load_catalogs(), found.reference_date, sections, cache=default_cache(), limit=8
            ).entries
    return view(request, "hits.html", person, hits=hits, item=found, words=words.strip())


@router.post("/worklist/{run}/items/{item}/decide")
def decide_one(
    request: Request, person: Officer, store: Held, run: int, item: int, said: Text, expected: Annotated[int, Form()]
) -> HTMLResponse:  # fmt: skip
    """Keep a decision made on revision `expected`; where somebody was faster, show what stands instead."""
    before = _item(store, run, item)
    choice = kept.chosen(said, before, load_catalogs())
    try:
        revision, done = decide(store, item, choice, person.name, expected, "web")
    except ConflictError as error:
        return _conflict(request, person, store, before, error)
    return _changed(request, person, store, item, before if done else None, revision)


@router.post("/worklist/{run}/items/{item}/undo")
def undo(
    request: Request, person: Officer, store: Held, run: int, item: int, expected: Annotated[int, Form()], before: Text = ""
) -> HTMLResponse:  # fmt: skip
    """Take a decision back, or put what stood before in its place."""
    there = _item(store, run, item)
    try:
        if before:
            try:
                choice = kept.restored(json.loads(before), load_catalogs())
            except (ValueError, AttributeError):
                raise GoufuError("请求的格式不对。", "The request is not understood.") from None
            decide(store, item, choice, person.name, expected, "web")
        else:
            withdraw(store, item, person.name, expected)
    except ConflictError as error:
        return _conflict(request, person, store, there, error)
    return _changed(request, person, store, item, None, 0)


@router.post("/worklist/{run}/items/{item}/note")
def note(
    request: Request, person: Officer, store: Held, run: int, item: int, text: Text = ""
) -> HTMLResponse:
    """Keep a note beside the line."""
    _item(store, run, item)
    if text.strip():
        remark(store, item, text.strip()[:2000], person.name)
    return view(request, "item.html", person, said="", **_facts(kept.pane(store, item)), **WORDS)


@router.post("/worklist/{run}/accept-sure")
def accept_all(request: Request, person: Officer, store: Held, run: int, chosen: Filter) -> HTMLResponse:
    """Accept every open line of the run of which the judgement is sure."""
    info = run_named(store, str(run))
    done = accept_sure(store, run, load_catalogs(), person.name, "web")
    return view(
        request, "lines.html", person, run=info, asked=request.query_params, fresh=True, accepted=done,
        **_list(store, run, chosen), **WORDS,
    )  # fmt: skip


@router.post("/worklist/{run}/take-back")
def take_all_back(
    request: Request, person: Officer, store: Held, run: int, mark: Text, chosen: Filter
) -> HTMLResponse:
    """Take back what was accepted at once, but for the lines that somebody changed since, which are named."""
    info = run_named(store, str(run))
    done = take_back(store, run, mark, person.name)
    return view(
        request, "lines.html", person, run=info, asked=request.query_params, fresh=True, mark=mark, taken_back=done.lines,
        kept=[error.text(language(request)) for error in done.kept], **_list(store, run, chosen), **WORDS,
    )  # fmt: skip


def _changed(
    request: Request, person: Person, store: Store, item: int, before: StoredItem | None, revision: int
) -> HTMLResponse:
    """The line's row as it stands now, how far the run is, and what can be undone."""
    now, tally = kept.standing(store, item)
    stood = before.decision if before else None
    kept_before = ""
    if stood is not None:
        fields = {name: value for name, value in asdict(stood).items() if name in Choice.__slots__}
        kept_before = json.dumps(fields, ensure_ascii=False)
    return view(
        request, "decided.html", person, headers={"HX-Trigger": json.dumps({"decided": {"item": item}})},
        line=now, tally=tally, undoable=before is not None,
        revision=revision, before=kept_before, run={"id": now.run}, **WORDS,
    )  # fmt: skip


def _conflict(
    request: Request, person: Person, store: Store, item: StoredItem, error: ConflictError
) -> HTMLResponse:
    """The line as it stands now, with what the other one did, in place of the pane."""
    return view(
        request, "item.html", person, 409, {"HX-Retarget": "#item", "HX-Reswap": "innerHTML"},
        said=error.text(language(request)), tally=kept.standing(store, item.id)[1], run={"id": item.run},
        **_facts(kept.pane(store, item.id)), **WORDS,
    )  # fmt: skip
