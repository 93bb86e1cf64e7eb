"""The catalog for programs: entries by code or words, trees, what changed, the rules."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from goufu.catalog.card import cards
from goufu.catalog.concordance.changes import load_archive
from goufu.catalog.load import load_catalogs, version_named
from goufu.cli.render.changes import record as change_record
from goufu.cli.render.records import entry_records, found_records, rule_record
from goufu.cli.shared.arguments import chosen_sections, code_meant, compared, sections_meant
from goufu.cli.shared.options import day
from goufu.matcher.findings import load_rules, rule_named
from goufu.matcher.search import look_up
from goufu.web.api.answers import DESCRIBED, listed
from goufu.web.roles import Officer

from goufu.cache import default_cache

router = APIRouter(tags=["catalog"])
Words = Annotated[str, Query(min_length=1, max_length=200)]
Name = Annotated[str, Query(max_length=100)]


@router.get("/lookup")
def lookup(
    person: Officer, q: Words, department: Name = "", version: Name = "", on: Name = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> list[dict[str, Any]]:  # fmt: skip
    """Entries by code (cards with their history) or by words (candidates best first), as `goufu lookup` prints them."""
    versions = load_catalogs()
    named = version_named(versions, version) if version else None
    sections = sections_meant(department or None)
    code = code_meant(q)
    if code:
        return [card.record() for card in cards(code, versions, day(on or None), sections, named)]
    found = look_up(q, versions, day(on or None), sections, named, default_cache(), limit)
    return found_records(found)


@router.get("/tree", response_class=StreamingResponse, responses=DESCRIBED)
def tree(
    request: Request, person: Officer, department: Name = "", version: Name = "", on: Name = ""
) -> StreamingResponse:
    """The entries of a department's sections, or of all, headings included, in printed order."""
    shown, _, _ = chosen_sections(department or None, version or None, on or None)
    return listed(request, (record for v, section in shown for record in entry_records(v, section)))


@router.get("/diff", response_class=StreamingResponse, responses=DESCRIBED)
def diff(
    request: Request, person: Officer, old: Words, new: Words, department: Name = "", everything: bool = False
) -> StreamingResponse:
    """What changed between two versions; with `everything` also what did not, or cannot be compared."""
    sections = sections_meant(department or None)
    found = compared(load_archive(), old, new, sections, everything)
    return listed(request, (change_record(change) for change in found.shown))


@router.get("/rules")
def rules(person: Officer) -> list[dict[str, Any]]:
    """Every rule behind the findings, with its law."""
    return [rule_record(rule) for rule in load_rules().values()]


@router.get("/rules/{rule}")
def one_rule(person: Officer, rule: str) -> dict[str, Any]:
    """One rule."""
    return rule_record(rule_named(rule))
