"""Catalog: the tree by department, entries with their life over the versions, search, two versions compared.

Addresses are stable: an entry's is /catalog/VERSION/SECTION/CODE, and versions are never changed once published.
"""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from goufu.catalog.card import entry_card
from goufu.catalog.concordance.changes import compare as changes_between
from goufu.catalog.concordance.changes import load_archive
from goufu.catalog.concordance.decided import SILENT
from goufu.catalog.concordance.history import history, sentences
from goufu.catalog.errors import GoufuError, UnknownNameError
from goufu.catalog.load import load_catalogs, version_named
from goufu.catalog.model import CatalogVersion
from goufu.catalog.tree import section_tree
from goufu.catalog.validity import applicable, in_order
from goufu.cli.render import changes as words_of_changes
from goufu.matcher.departments import section_named
from goufu.matcher.search import look_up
from goufu.web.pages import NavigationEntry
from goufu.web.roles import Held, Officer
from goufu.web.view import is_fragment, language, view

from goufu.cache import default_cache

NAVIGATION = NavigationEntry("/catalog", "目录", "Catalog", "officer")
router = APIRouter()


def _held() -> list[CatalogVersion]:
    """The versions of which a text is held, the newest first."""
    return [v for v in reversed(in_order(load_catalogs())) if v.entries]


def _found(words: str, department: str, version: str) -> dict[str, Any]:
    """What words lead to; a department of the county stands for its sections."""
    if not words.strip():
        return {"hits": None, "failed": ""}
    versions = load_catalogs()
    try:
        sections = section_named(department) if department.strip() else ()
        named = version_named(versions, version) if version else None
        found = look_up(words[:60], versions, date.today(), sections, named, default_cache(), 20)
    except GoufuError as error:
        return {"hits": None, "failed": error}
    return {"hits": found, "failed": ""}


@router.get("/catalog")
def catalog(
    request: Request, person: Officer, store: Held, q: str = "", department: str = "", version: str = ""
) -> HTMLResponse:
    """Search, the sections of the versions in force, every version."""
    versions = load_catalogs()
    law = applicable(versions, "", date.today())
    current = [v for v in (law.class_a, law.class_b) if v is not None]
    template = "catalog_hits.html" if is_fragment(request) else "catalog.html"
    return view(
        request, template, person, words=q.strip(), department=department, version=version,
        versions=list(reversed(in_order(versions))), held=_held(), current=current, **_found(q, department, version),
    )  # fmt: skip


@router.get("/catalog/compare")
def compare(
    request: Request, person: Officer, store: Held, old: str = "", new: str = "", section: str = "", every: str = ""
) -> HTMLResponse:  # fmt: skip
    """Two versions side by side with what differs marked."""
    archive = load_archive()
    held = _held()
    fourth = [v for v in held if v.levels == 4]
    after = version_named(archive.versions, new) if new else fourth[0]
    before = version_named(archive.versions, old) if old else fourth[min(1, len(fourth) - 1)]
    sections = list(dict.fromkeys((*after.sections, *before.sections)))
    section = section if section in sections else ""
    changes = (
        archive.changes(before.id, after.id, section)
        if section
        else changes_between(before, after, archive.decisions, readings=archive.readings)
    )
    shown = [c for c in changes if every or c.kind not in SILENT]
    return view(
        request, "compare.html", person, before=before, after=after, held=held, sections=sections, section=section,
        every=bool(every), groups=words_of_changes.by_section(shown), counted=words_of_changes.counted(changes),
        marked=words_of_changes.marked, word=words_of_changes.word, evidence=words_of_changes.evidence,
        section_word=words_of_changes.section_word,
    )  # fmt: skip


@router.get("/catalog/{version}/{section}")
def section_page(request: Request, person: Officer, store: Held, version: str, section: str) -> HTMLResponse:
    """The tree of one section."""
    found = version_named(load_catalogs(), version)
    if section not in found.sections:
        raise UnknownNameError(
            f"{found.id} 中没有存“{section}”一节（未存不等于未列）。",
            f"section {section} is not held in {found.id} (which is not: not listed).",
        )
    others = [v for v in _held() if section in v.sections]
    return view(
        request, "section.html", person, version=found, section=section, tree=section_tree(found, section),
        coverage=found.sections[section], others=others, section_word=words_of_changes.section_word,
    )  # fmt: skip


@router.get("/catalog/{version}/{section}/{code}")
def entry_page(
    request: Request, person: Officer, store: Held, version: str, section: str, code: str
) -> HTMLResponse:
    """One entry: where it stands, what it was in other versions, what is below it."""
    versions = load_catalogs()
    found = version_named(versions, version)
    entry = found.find(section, code.upper())
    if entry is None:
        raise UnknownNameError(
            f"{found.id} 的“{section}”中没有 {code}。", f"{found.id} has no {code} in {section}."
        )
    told: tuple[str, ...] = ()
    with contextlib.suppress(GoufuError):
        told = sentences(history(load_archive(), section, entry.code), language(request))
    return view(
        request, "entry.html", person, version=found, card=entry_card(entry, versions), told=told,
        section_word=words_of_changes.section_word,
    )  # fmt: skip
