"""Hand over: the workbook, the summary table, CSV, OCDS and the document for filing, as a run stands now."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from goufu.catalog.load import load_catalogs
from goufu.cli.render.filing import filing, notes, write_filing
from goufu.cli.render.judgements import amount
from goufu.cli.shared.output import csv_text
from goufu.store.decided_run import audits
from goufu.store.errors import NoSuchRunError
from goufu.store.runs import run_named, runs
from goufu.store.worklist import tally
from goufu.web.pages import NavigationEntry
from goufu.web.roles import Held, Officer
from goufu.web.view import view

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit

NAVIGATION = NavigationEntry("/hand-over", "交付", "Hand over", "officer")
router = APIRouter()


def _workbook(path: Path, some: Sequence[Audit]) -> None:
    from goufu.cli.render.workbook.book import write_workbook

    write_workbook(path, some)


def _report(path: Path, some: Sequence[Audit]) -> None:
    from goufu.cli.render.report_page import report_page

    path.write_text(report_page(some), encoding="utf-8")


def _csv(path: Path, some: Sequence[Audit]) -> None:
    records = [a.record() for one in some for a in one.assessments]
    keys = list(dict.fromkeys(key for record in records for key in record))
    path.write_text(csv_text(records, keys), encoding="utf-8-sig", newline="")


def _jsonl(path: Path, some: Sequence[Audit]) -> None:
    lines = (json.dumps(a.record(), ensure_ascii=False) + "\n" for one in some for a in one.assessments)
    path.write_text("".join(lines), encoding="utf-8")


def _ocds(path: Path, some: Sequence[Audit]) -> None:
    from goufu.cli.render.ocds import release_package

    path.write_text(json.dumps(release_package(some, load_catalogs()), ensure_ascii=False, indent=1), "utf-8")


def _docx(path: Path, some: Sequence[Audit]) -> None:
    write_filing(path, filing(some, load_catalogs()))


#: file: what writes it, its media type, what it is in Chinese and English
FILES: dict[str, tuple[Callable[[Path, Sequence[Audit]], None], str, str, str]] = {
    "workbook.xlsx": (
        _workbook,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "工作簿：项目清单、问题、汇总、政府购买服务汇总表、来源",
        "Workbook: lines, findings, sums, the filing table, sources",
    ),
    "filing.docx": (
        _docx,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "备案文本（Word）",
        "Document for filing (Word)",
    ),
    "report.html": (_report, "text/html", "核对报告（一个网页文件）", "Report (one HTML file)"),
    "lines.csv": (_csv, "text/csv", "CSV 表格", "CSV"),
    "lines.jsonl": (_jsonl, "application/jsonl", "JSON Lines 记录", "JSON Lines"),
    "ocds.json": (_ocds, "application/json", "开放合同数据（OCDS 1.1）", "Open contracting data (OCDS 1.1)"),
}


@router.get("/hand-over")
def hand_over(request: Request, person: Officer, store: Held) -> HTMLResponse:
    """The runs that can be handed over."""
    return view(request, "hand_over.html", person, runs=runs(store, 100))


@router.get("/hand-over/{run}")
def one_run(request: Request, person: Officer, store: Held, run: int) -> HTMLResponse:
    """What there is of one run, and what is still open in it."""
    files = {name: one for name, one in FILES.items() if name != "filing.docx" or find_spec("docx")}
    info = run_named(store, str(run))
    return view(request, "hand_over_run.html", person, run=info, files=files, tally=tally(store, info.id))


@router.get("/hand-over/{run}/filing")
def filing_page(request: Request, person: Officer, store: Held, run: int) -> HTMLResponse:
    """The document for filing, to be printed."""
    table = filing(audits(store, run_named(store, str(run))), load_catalogs())
    return view(request, "filing.html", person, table=table, notes=notes(table), run=run, amount=amount)


@router.get("/hand-over/{run}/{name}")
def download(request: Request, person: Officer, store: Held, run: int, name: str) -> Response:
    """One file, made as the run stands now."""
    info = run_named(store, str(run))
    if name not in FILES:
        raise NoSuchRunError("没有这个文件。", "There is no such file.")
    write, kind, _, _ = FILES[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path, audits(store, info))
        data = path.read_bytes()
    shown = f"goufu-{info.id}-{name}"
    return Response(
        data,
        media_type=kind,
        headers={
            "Content-Disposition": f"attachment; filename=\"{shown}\"; filename*=UTF-8''{quote(shown)}",
            "Cache-Control": "no-store",
        },
    )
