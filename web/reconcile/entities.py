"""Entries of the catalog as a reconciliation service names them: ids, types, properties, and finding them by what is typed.

An id is version/section/code, the key of an entry; a type is a section ("B" for class B), or `entry` for any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from goufu.catalog.concordance.changes import load_archive
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.catalog.model import CatalogVersion, Entry
from goufu.catalog.text import Text
from goufu.catalog.validity import CatalogClass, applicable, span
from goufu.cli.render.changes import section_word
from goufu.cli.shared.arguments import code_meant
from goufu.cli.shared.output import language
from goufu.matcher.search import look_up

from goufu.cache import default_cache

#: the type of every entry, whatever its section
ANY = "entry"
_ANY_NAME = Text("目录条目", "entry of the catalog")
#: what a query may say beside the words
ASKED = {
    "department": Text("部门", "department"),
    "year": Text("预算年度", "budget year"),
    "summary": Text("项目概况", "summary"),
    "amount": Text("金额（万元）", "amount (10k CNY)"),
}
#: what may be fetched for an entry
FETCHED = {
    "path": Text("上级目录", "headings"),
    "version": Text("目录版本", "version"),
    "status": Text("效力", "standing"),
    "successor": Text("现行条目", "entry in force"),
    "class": Text("大类", "class"),
}
_STANDINGS = {
    "later": Text("尚未施行", "not yet in force"),
    "in force": Text("现行", "in force"),
    "over": Text("已废止", "no longer in force"),
}


def entity_id(version: str, section: str, code: str) -> str:
    """The id of an entry."""
    return f"{version}/{section}/{code}"


def entry_of(identity: str) -> tuple[CatalogVersion, Entry] | None:
    """The entry of an id, with its version; None where there is none."""
    version, _, rest = identity.partition("/")
    section, _, code = rest.rpartition("/")
    found = next((v for v in load_catalogs() if v.id == version), None)
    entry = found.find(section, code) if found else None
    return (found, entry) if found and entry else None


def type_of(section: str) -> dict[str, str]:
    """A section as a type."""
    return {"id": section, "name": section_word(section)}


def any_type() -> dict[str, str]:
    """The type of every entry."""
    return {"id": ANY, "name": _ANY_NAME.in_lang(language())}


def current_versions(on: date) -> list[CatalogVersion]:
    """The versions of classes A and B that hold on the day `on`."""
    law = applicable(load_catalogs(), "", on)
    return [v for v in (law.class_a, law.class_b) if v is not None]


def types(prefix: str = "") -> list[dict[str, str]]:
    """The sections of the versions in force whose name holds `prefix`, those that begin with it first."""
    names = dict.fromkeys(s for v in current_versions(date.today()) for s in v.sections)
    found = [any_type(), *(type_of(name) for name in names)]
    wanted = prefix.strip().casefold()
    hits = [t for t in found if wanted in t["name"].casefold() or wanted in t["id"].casefold()]
    return sorted(hits, key=lambda t: not t["name"].casefold().startswith(wanted))


def properties(which: Mapping[str, Text], prefix: str = "") -> list[dict[str, str]]:
    """The properties whose id or name holds `prefix`."""
    wanted = prefix.strip().casefold()
    named = [{"id": key, "name": words.in_lang(language())} for key, words in which.items()]
    return [p for p in named if wanted in p["id"] or wanted in p["name"].casefold()]


def typed(prefix: str, limit: int) -> list[dict[str, Any]]:
    """Entries of the versions in force while their code, name or pinyin are typed; an id is the entry it names."""
    if named := entry_of(prefix.strip()):
        return [_suggestion(named[1].version, named[1].section, named[1].code, named[1].name)]
    code = code_meant(prefix)
    if code:
        entries = [
            e
            for v in current_versions(date.today())
            for e in v.entries
            if e.code.startswith(code) and e.level == max(v.levels, 1)
        ][:limit]
        return [_suggestion(e.version, e.section, e.code, e.name) for e in entries]
    try:
        found = look_up(prefix[:60], load_catalogs(), date.today(), cache=default_cache(), limit=limit)
    except GoufuError:
        return []
    return [_suggestion(c.version, c.section, c.code, c.name) for c in found.entries]


def _suggestion(version: str, section: str, code: str, name: str) -> dict[str, Any]:
    return {
        "id": entity_id(version, section, code),
        "name": name,
        "description": f"{code} · {section_word(section)} · {version}",
        "notable": [type_of(section)],
    }


def fetched(ids: Sequence[str], wanted: Sequence[str], on: date) -> dict[str, Any]:
    """The values of the properties `wanted` of entries; an id that is none has no values, nor has an unknown property."""
    lang = language()
    meta = [{"id": p, "name": FETCHED[p].in_lang(lang) if p in FETCHED else p} for p in wanted]
    for one in meta:
        if one["id"] == "successor":
            one["type"] = any_type()  # type: ignore[assignment]
    return {"meta": meta, "rows": {one: {p: _values(one, p, on) for p in wanted} for one in ids}}


def _values(identity: str, wanted: str, on: date) -> list[dict[str, Any]]:
    found = entry_of(identity)
    if found is None:
        return []
    version, entry = found
    if wanted == "path":
        return [{"str": " › ".join(f"{e.code} {e.name}" for e in version.path(entry))}]
    if wanted == "version":
        return [{"str": f"{version.id} {version.number}"}]
    if wanted == "status":
        return [{"str": standing(version, entry, on).in_lang(language())}]
    if wanted == "successor":
        return [
            {"id": entity_id(e.version, e.section, e.code), "name": e.name} for e in successors(entry, on)
        ]
    if wanted == "class":
        return [{"str": entry.code[0]}]
    return []


def standing(version: CatalogVersion, entry: Entry, on: date) -> Text:
    """Whether the version of an entry is in force on the day `on`."""
    kind: CatalogClass = "B" if entry.code[0] == "B" else "A"
    days = span(version, kind, load_catalogs())
    if on < days.first:
        return _STANDINGS["later"]
    return _STANDINGS["over" if days.until is not None and days.until <= on else "in force"]


def successors(entry: Entry, on: date) -> tuple[Entry, ...]:
    """What an entry became in the version in force on the day `on`; () where it is of that version, or ended, or nothing is known."""
    law = applicable(load_catalogs(), entry.section, on)
    now = law.class_b if entry.code[0] == "B" else law.class_a
    if now is None or now.id == entry.version or entry.section == "A":
        return ()
    for change in load_archive().changes(entry.version, now.id, entry.section):
        if any(e.code == entry.code for e in change.old):
            return change.new
    return ()
