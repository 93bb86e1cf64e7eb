"""Classify, audit and look up with sensible defaults: the functions of `goufu` for people who write Python.

They load the shipped catalogs where none are given, take today's date where none is given, and hand on to
`goufu.matcher`, which itself knows neither clock nor files. Nothing is printed; kept is only what can be made again,
the index of the catalogs, in the user's cache folder (`goufu.cache`), as the commands do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goufu.cache import default_cache
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem, Disclosure

if TYPE_CHECKING:
    from goufu.catalog.model import CatalogVersion
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Assessment
    from goufu.matcher.search import Found


def classify(
    items: Iterable[BudgetItem | Mapping[str, Any]],
    *,
    department: str = "",
    year: int | None = None,
    on: date | None = None,
    catalogs: tuple[CatalogVersion, ...] | None = None,
) -> list[Assessment]:
    """The judgement on budget lines, in their order: items, or records with the fields of the record contract.

    A record has at least `title`; `amount_wan` is in 万元. `department` is a section's or a department's name and
    overrides the items' own; `year` and `on` override their budget years; `catalogs` are the shipped ones where not given.
    Raises UnknownNameError where `department` is not known and GoufuError where a record is not understood.
    """
    from goufu.matcher.assess import assess

    given = list(items)
    read = iter(_items([item for item in given if not isinstance(item, BudgetItem)]))
    lines = [item if isinstance(item, BudgetItem) else next(read) for item in given]
    return assess(
        lines, catalogs or load_catalogs(), date.today(), on, year, _sections(department), default_cache()
    )


def audit(
    document: Disclosure | Path | str,
    *,
    department: str = "",
    year: int | None = None,
    on: date | None = None,
    catalogs: tuple[CatalogVersion, ...] | None = None,
) -> Audit:
    """One document judged: the assessments of its items and the findings on it as a whole.

    `document` is what `goufu.read_document` gave, or a path, which is read. Raises GoufuError where it cannot be read.
    """
    from goufu.disclosure.read import read_document
    from goufu.matcher.audit import audit as audited

    if not isinstance(document, Disclosure):
        document = read_document(document)
    return audited(
        document, catalogs or load_catalogs(), date.today(), on, year, _sections(department), default_cache()
    )


def lookup(
    words: str,
    *,
    department: str = "",
    on: date | None = None,
    limit: int = 10,
    catalogs: tuple[CatalogVersion, ...] | None = None,
) -> Found:
    """What `words` lead to: entries best first with their scores and reasons, and whether the first is sure.

    The same judgement as a budget line that says these words. `department` is a department's or a section's name (all
    sections where not given); the catalog is the one in force `on` that day (today where not given).
    """
    from goufu.matcher.search import look_up

    day = on or date.today()
    return look_up(
        words, catalogs or load_catalogs(), day, _sections(department), cache=default_cache(), limit=limit
    )


def _sections(department: str) -> tuple[str, ...]:
    from goufu.matcher.departments import section_named

    return section_named(department) if department else ()


def _items(records: Sequence[Mapping[str, Any]]) -> tuple[BudgetItem, ...]:
    """The items of records, read as a file of them would be; what is refused there is refused here."""
    if not records:
        return ()
    import json

    from goufu.catalog.errors import GoufuError
    from goufu.disclosure.lists.records import read_lists

    text = json.dumps([dict(record) for record in records], ensure_ascii=False, default=str)
    listed = read_lists(text.encode("utf-8", "surrogatepass"), "records", "jsonl")
    refused = [remark for remark in listed.remarks if remark.level == "error"]
    if refused or len(listed.items) != len(records):
        first = refused[0] if refused else None
        raise GoufuError(
            f"记录无法读取：{first.text if first else '有的记录没有项目名称。'}",
            f"a record is not understood: {first.english if first else 'one has no title.'}",
            first.place.text() if first and first.place else "",
        )
    return listed.items
