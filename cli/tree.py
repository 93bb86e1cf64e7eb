"""`goufu tree`: the code tree of a department's section, of class B, or of a whole version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.model import CatalogVersion
from cli.options import DepartmentOption, FormatOption, OnOption, VersionOption, checked, day
from cli.output import emit, note, say


def tree(
    department: DepartmentOption = None,
    version: VersionOption = None,
    on: OnOption = None,
    form: FormatOption = "table",
) -> None:
    """显示目录的代码树（-d 部门；不给部门则显示全部）。"""
    from catalog.load import load_catalogs, version_named

    checked(form)
    versions = load_catalogs()
    chosen = [version_named(versions, version)] if version else _in_force(versions, on)
    wanted = _sections(department, chosen)
    shown = [(v, s) for v in chosen for s in v.sections if wanted is None or s in wanted]
    if wanted is not None:
        for name in wanted:
            if name != "B" and not any(s == name for _, s in shown):
                ids = "、".join(v.id for v in chosen)
                note(
                    f"{ids} 中没有存“{name}”一节（未存不等于未列）",
                    f"section {name} is not held in {ids} (not held is not: not listed)",
                )
    if form == "table":
        for number, (v, s) in enumerate(shown):
            if number:
                print()
            print("\n".join(_drawn(v, s)))
        return
    emit((record for v, s in shown for record in records(v, s)), (), form)


def _in_force(versions: tuple[CatalogVersion, ...], on: str | None) -> list[CatalogVersion]:
    date_on = day(on)
    standing = [
        v
        for v in versions
        if v.entries and v.in_force and v.in_force <= date_on and not (v.repealed and v.repealed <= date_on)
    ]
    return [v for v in standing if v.levels == 4 or v.classes == ("B",)] or standing


def _sections(department: str | None, chosen: list[CatalogVersion]) -> tuple[str, ...] | None:
    if department is None:
        return None
    if department in ("A", "B"):
        return (department,)
    from matcher.departments import section_named

    return section_named(department)


def records(version: CatalogVersion, section: str) -> Iterator[dict[str, Any]]:
    """One record per entry of `section`, headings included, in printed order; `parent` is the nearest heading."""
    from catalog.tree import section_tree

    for node in section_tree(version, section).descendants:
        entry = node.entry
        yield {
            "version": version.id,
            "section": section,
            "code": entry.code,
            "printed_code": entry.printed_code,
            "level": entry.level,
            "name": entry.name,
            "parent": node.parent.code or None,
        }


def _drawn(version: CatalogVersion, section: str) -> Iterator[str]:
    from anytree import ContRoundStyle, RenderTree

    from catalog.tree import section_tree

    held = version.sections[section]
    head = {"A": say("A 类", "class A"), "B": say("B 类", "class B")}.get(section, section)
    missing = (
        "" if held.coverage == "complete" else say("（残：", " (partial: ") + held.evidence + say("）", ")")
    )
    for prefix, _, node in RenderTree(section_tree(version, section), style=ContRoundStyle()):
        if node.entry is None:
            yield f"{head}  {version.number} {version.title}{missing}"
            continue
        entry = node.entry
        misprint = (
            ""
            if entry.printed_code == entry.code
            else say(f"  〔原印 {entry.printed_code}〕", f"  [printed {entry.printed_code}]")
        )
        yield f"{prefix}{entry.code} {entry.name}{misprint}"
