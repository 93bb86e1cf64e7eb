"""Drop: files and pasted tables come in here; what is being read, what was read, and what was not and why."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from goufu.catalog.severity import SEVERITY_NAMES
from goufu.disclosure.template import write_template
from goufu.matcher.departments import load_departments
from goufu.store.uploads import again, upload, uploads
from goufu.web.intake import handed_in
from goufu.web.pages import NavigationEntry
from goufu.web.roles import Held, Officer
from goufu.web.view import is_fragment, language, view
from starlette.concurrency import run_in_threadpool

NAVIGATION = NavigationEntry("/", "上传", "Upload", "officer")
router = APIRouter()


@router.get("/")
def home(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The page."""
    settings = request.app.state.settings
    return view(
        request, "home.html", person, uploads=uploads(store), settings=settings, year=date.today().year
    )


@router.get("/blank.xlsx")
def blank(request: Request, person: Officer) -> Response:
    """A blank list to fill in and hand in, for the next year's budget, in the language of the reader."""
    lang = language(request)
    name = "list.xlsx" if lang == "en" else "项目清单.xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        write_template(path, list(load_departments()), date.today().year + 1, lang)
        data = path.read_bytes()
    said = f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(data, media_type=kind, headers={"Content-Disposition": said})


@router.post("/upload", response_model=None)
async def hand_in(request: Request, person: Officer, store: Held) -> HTMLResponse | RedirectResponse:
    """Take files in; answered once they are safe."""
    state = request.app.state
    await handed_in(request, state.settings, state.store, state.worker, person)
    state.readers.wake()
    if not is_fragment(request):
        return RedirectResponse("/", 303)
    return await run_in_threadpool(_list, request, person, store)


def _list(request: Request, person: Officer, store: Held) -> HTMLResponse:
    return view(request, "uploads.html", person, uploads=uploads(store))


@router.get("/uploads")
def progress(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The list of what was handed in, asked for again while something is being read."""
    return _list(request, person, store)


@router.get("/uploads/{uid}")
def one(request: Request, person: Officer, store: Held, uid: str) -> HTMLResponse:
    """What was read of a file, from where, and what was not."""
    return view(request, "upload.html", person, one=upload(store, uid), SEVERITIES=SEVERITY_NAMES)


@router.post("/uploads/{uid}/again", response_model=None)
def once_more(request: Request, person: Officer, store: Held, uid: str) -> HTMLResponse | RedirectResponse:
    """Read a file again that failed."""
    again(store, uid, person.name)
    request.app.state.readers.wake()
    return _list(request, person, store) if is_fragment(request) else RedirectResponse("/", 303)
