"""Precedents: what was decided on which kind of line; searched, withdrawn, taken to other offices and over from them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.cli.render.precedents_sheet import Sheet, export_text, read_sheet, signed_rows
from goufu.disclosure.formats.text import decode
from goufu.matcher.precedents.sharing import to_share, to_take_over
from goufu.store.precedents import exchange
from goufu.store.precedents.keys import count, forget, precedents
from goufu.web.pages import NavigationEntry
from goufu.web.roles import Held, Officer, Reviewer
from goufu.web.view import is_fragment, view

NAVIGATION = NavigationEntry("/precedents", "先例", "Precedents", "officer")
router = APIRouter()
_SHOWN = 100


@router.get("/precedents")
def page(request: Request, person: Officer, store: Held, q: str = "") -> HTMLResponse:
    """The newest, or those whose title has the words."""
    found = precedents(store, None, q.strip()[:60], _SHOWN)
    template = "precedent_rows.html" if is_fragment(request) else "precedents.html"
    return view(request, template, person, found=found, words=q.strip(), total=count(store))


@router.post("/precedents/{number}/forget")
def forget_one(request: Request, person: Reviewer, store: Held, number: int) -> RedirectResponse:
    """Withdraw one; the decision it came from stays."""
    forget(store, [number], person.name)
    return RedirectResponse("/precedents", 303)


@router.get("/precedents/export")
def export_all(request: Request, person: Reviewer, store: Held) -> Response:
    """The table to be reviewed and signed; what may name persons is held back."""
    shared, _ = to_share(precedents(store))
    text = export_text(shared)
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/tab-separated-values",
        headers={"Content-Disposition": 'attachment; filename="goufu-precedents.tsv"', "Cache-Control": "no-store"},
    )  # fmt: skip


def _sheet(text: str) -> Sheet:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "先例.tsv"
        path.write_text(text, encoding="utf-8", newline="")
        try:
            return read_sheet(path)
        except GoufuError as error:  # a place within the server's own folder says nothing to anybody
            line = error.where.rpartition(":")[2]
            raise GoufuError(error.message, error.english, f"先例.tsv:{line}") from None


@router.post("/precedents/preview")
def preview(
    request: Request, person: Reviewer, store: Held, file: Annotated[UploadFile | None, File()] = None
) -> HTMLResponse:
    """What an import of this file would do; nothing is kept."""
    data = file.file.read() if file is not None else b""
    if not data:
        raise GoufuError("没有选择文件。", "No file was chosen.")
    text = decode(data, "先例.tsv")
    sheet = _sheet(text)
    _, refused = to_take_over(sheet.rows, load_catalogs())
    return view(
        request, "precedent_preview.html", person, sheet=sheet, text=text,
        refused={r.line: r for r in refused},
    )  # fmt: skip


@router.post("/precedents/import")
def take_over(
    request: Request, person: Reviewer, store: Held, text: Annotated[str, Form()] = ""
) -> HTMLResponse:
    """Take over the approved rows of a signed file that was looked at before."""
    office, signed_on, rows = signed_rows(_sheet(text))
    fit, refused = to_take_over(rows, load_catalogs())
    done = exchange.take_over(store, fit, office, signed_on, len(refused), person.name)
    disapproved = sum(row.approved is False for row in rows)
    return view(
        request, "precedent_imported.html", person, done=done, refused=refused, disapproved=disapproved
    )
