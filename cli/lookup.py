"""`goufu lookup`: an entry by its code, with its path and its life in every version; or entries by words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.codes import is_code, tidy
from catalog.errors import UnknownNameError
from cli.options import (
    DepartmentOption,
    FormatOption,
    HeadingsOption,
    OnOption,
    VersionOption,
    checked,
    complete_codes,
    day,
)
from cli.output import Column, emit, note, say, set_headings

if TYPE_CHECKING:
    from datetime import date

    from catalog.model import CatalogVersion, Entry

WORD_COLUMNS = (
    Column("score", "把握", "conf.", right=True),
    Column("code", "代码", "code"),
    Column("name", "条目", "entry", ratio=3),
    Column("section", "部门", "section", ratio=2),
    Column("why", "理由", "why", ratio=4),
)


def lookup(
    query: Annotated[str, typer.Argument(metavar="代码或词语", autocompletion=complete_codes)],
    department: DepartmentOption = None,
    version: VersionOption = None,
    on: OnOption = None,
    form: FormatOption = "table",
    headings: HeadingsOption = "en",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="按词语查询时最多列出几条")] = 10,
) -> None:
    """按代码查条目及其沿革，或按词语查可能的条目。"""
    checked(form)
    set_headings(headings)
    code = tidy(query)
    if (
        is_code(code)
        or (code[:1] in ("A", "B") and code[1:].isdigit())
        or (code.isdigit() and len(code) in (2, 4, 6))
    ):
        _by_code(code if code[0] in "AB" else "A" + code, department, version, on, form)
    else:
        _by_words(query, department, on, form, limit)


def _by_code(code: str, department: str | None, version: str | None, on: str | None, form: str) -> None:
    from catalog.load import load_catalogs, version_named

    versions = load_catalogs()
    sections = _sections(department)
    chosen = [version_named(versions, version)] if version else _standing(versions, code, day(on))
    found = [e for v in chosen for e in _entries(v, code, sections)]
    if not found:
        _unknown(code, chosen, versions, sections, department)
    records = [_record(e, versions) for e in found]
    if form == "table":
        _print(records)
    else:
        emit(records, (), form)


def _sections(department: str | None) -> tuple[str, ...]:
    if department is None:
        return ()
    if department in ("A", "B"):
        return (department,)
    from matcher.departments import section_named

    return section_named(department)


def _standing(versions: Sequence[CatalogVersion], code: str, date_on: date) -> list[CatalogVersion]:
    from catalog.force import applicable

    law = applicable(versions, "B" if code[0] == "B" else "", date_on)
    return [v for v in ([law.class_b] if code[0] == "B" else [law.class_a]) if v is not None]


def _entries(version: CatalogVersion, code: str, sections: tuple[str, ...]) -> list[Entry]:
    names = sections or tuple(version.sections)
    if code[0] == "B":
        names = ("B",)
    return [e for e in (version.find(s, code) for s in names) if e is not None]


def _unknown(
    code: str,
    chosen: Sequence[CatalogVersion],
    versions: Sequence[CatalogVersion],
    sections: tuple[str, ...],
    department: str | None,
) -> None:
    """Say what is nearest: the code in other versions, the codes that stand beside it."""
    ids = "、".join(v.id for v in chosen) or "—"
    missing = [s for v in chosen for s in sections if s not in v.sections and s not in ("A", "B")]
    if missing:
        raise UnknownNameError(
            f"{ids} 中没有存“{missing[0]}”一节（未存不等于未列）；可用 --version 换一个版本",
            f"section {missing[0]} is not held in {ids} (which is not: not listed); try --version",
        )
    elsewhere = [
        f"{v.id} {e.section}：{e.name}"
        for v in versions
        if v not in chosen
        for e in _entries(v, code, sections)
    ]
    if elsewhere:
        listed = "；".join(elsewhere[:3])
        raise UnknownNameError(
            f"{ids} 中没有代码 {code}；另见 {listed}", f"no code {code} in {ids}; but see {listed}"
        )
    pool = [e for v in chosen for s in (sections or tuple(v.sections)) for e in v.in_section(s)]
    head = code[:5]
    near = [e for e in pool if e.code.startswith(head)] or [e for e in pool if e.code.startswith(code[:3])]
    near = near or pool
    near = sorted(
        near, key=lambda e: (len(e.code) != len(code), abs(int(e.code[1:] or 0) - int(code[1:] or 0)))
    )[:4]
    listed = "、".join(f"{e.code} {e.name}" for e in dict.fromkeys(near))
    where = f"“{department}”（{'、'.join(sections)}）" if department else ids
    raise UnknownNameError(
        f"{where}中没有代码 {code}；相近的有 {listed}", f"no code {code} in {where}; nearest: {listed}"
    )


def _record(entry: Entry, versions: Sequence[CatalogVersion]) -> dict[str, Any]:
    from catalog.load import alternatives, load_readings

    version = next(v for v in versions if v.id == entry.version)
    also = alternatives(load_readings(entry.version)).get((entry.section, entry.code), ())
    return {
        "version": entry.version,
        "section": entry.section,
        "code": entry.code,
        "printed_code": entry.printed_code,
        "level": entry.level,
        "name": entry.name,
        "also": list(also),
        "path": [{"code": above.code, "name": above.name} for above in version.path(entry)],
        "source": entry.source,
        "children": [{"code": e.code, "name": e.name} for e in _children(version, entry)],
        "history": [_life(v, entry) for v in versions if _of_class(v, entry)],
    }


def _children(version: CatalogVersion, entry: Entry) -> list[Entry]:
    return [
        e
        for e in version.in_section(entry.section)
        if e.code.startswith(entry.code) and e.level == entry.level + 1
    ]


def _of_class(version: CatalogVersion, entry: Entry) -> bool:
    """Whether `version` could hold the entry at all: its class, and (for class A) its level."""
    if entry.code[0] not in version.classes:
        return False
    return version.levels >= entry.level


def _life(version: CatalogVersion, entry: Entry) -> dict[str, Any]:
    """The entry's place in another version: its name there, `absent`, or `not held`."""
    section = entry.section
    if version.levels == 3 and entry.code[0] == "A":
        section = "A"
    there = version.find(section, entry.code)
    if there is not None:
        return {"version": version.id, "state": "held", "name": there.name}
    held = version.sections.get(section)
    if held is None or held.coverage != "complete":
        return {"version": version.id, "state": "not held", "name": None}
    return {"version": version.id, "state": "absent", "name": None}


def _print(records: Sequence[dict[str, Any]]) -> None:
    for number, r in enumerate(records):
        if number:
            print()
        head = {"A": say("省目录", "provincial frame"), "B": say("B 类", "class B")}.get(
            r["section"], r["section"]
        )
        misprint = (
            say(f"（文件印作 {r['printed_code']}）", f" (printed {r['printed_code']})")
            if r["printed_code"] != r["code"]
            else ""
        )
        print(f"{r['code']} {r['name']}{misprint}")
        print(f"  {say('部门', 'section')}　{head}　　{say('版本', 'version')} {r['version']}")
        if r["path"]:
            print(f"  {say('上级', 'path')}　" + " › ".join(f"{p['code']} {p['name']}" for p in r["path"]))
        if r["also"]:
            print(f"  {say('异文', 'also read')}　" + "；".join(r["also"]))
        if r["children"]:
            print(
                f"  {say('下级', 'below')}　" + "、".join(f"{c['code']} {c['name']}" for c in r["children"])
            )
        states = {"absent": say("无此代码", "no such code"), "not held": say("未存", "not held")}
        life = [f"{h['version']} {h['name'] or states[h['state']]}" for h in r["history"]]
        print(f"  {say('沿革', 'history')}　" + "；".join(life))
        print(f"  {say('来源', 'source')}　{r['source']}")


def _by_words(query: str, department: str | None, on: str | None, form: str, limit: int) -> None:
    from catalog.load import load_catalogs
    from matcher.corpus import default_cache, open_corpus
    from matcher.search import search

    corpus = open_corpus(load_catalogs(), day(on), default_cache())
    sections = _sections(department)
    hits = search(corpus, query, sections, limit)
    if not hits:
        note(f"没有与“{query}”相近的条目；请换一种说法", f"nothing is near '{query}'; try other words")
        raise typer.Exit(2)
    records: list[dict[str, Any]] = [
        {
            "version": h.version,
            "section": h.section,
            "code": h.code,
            "name": h.name,
            "path": list(h.path),
            "score": round(h.score, 3),
            "why": list(h.why),
        }
        for h in hits
    ]
    if form == "table":
        shown = [
            {
                **r,
                "score": f"{r['score'] * 100:.0f}%",
                "why": "；".join(r["why"]),
                "section": say("B 类", "class B") if r["section"] == "B" else r["section"],
            }
            for r in records
        ]
        emit(shown, WORD_COLUMNS, "table")
    else:
        emit(records, (), form)
