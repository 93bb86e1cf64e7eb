"""`goufu history`: the life of an entry through every version of the catalog, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.catalog.errors import GoufuError, UnknownNameError
from goufu.cli.shared.arguments import sections_meant
from goufu.cli.shared.options import DepartmentOption, FormatOption, checked, complete_codes
from goufu.cli.shared.output import Column, emit, language, say

if TYPE_CHECKING:
    from goufu.catalog.concordance.history import History

_COLUMNS = (Column("text", "沿革", "history", ratio=1),)


def history(
    code: Annotated[
        str, typer.Argument(metavar="代码", help="任何一版的代码，如 A150208", autocompletion=complete_codes)
    ],
    department: DepartmentOption = None,
    form: FormatOption = "table",
) -> None:
    """讲述一个条目的沿革：何时列入、改名、改码、拆分、合并或删除。"""
    from goufu.catalog.codes import tidy
    from goufu.catalog.concordance.changes import load_archive
    from goufu.catalog.concordance.history import history as told_of
    from goufu.catalog.concordance.history import sentences

    checked(form)
    wanted = tidy(code)
    if wanted[:1] == "B":
        sections: tuple[str, ...] = ("B",)
    elif department is None:
        raise GoufuError(
            "A 类代码在各部门意义不同，请用 -d 指明部门",
            "a class A code means something only inside a department: name it with -d",
        )
    else:
        sections = sections_meant(department)
    archive = load_archive()
    found, missing = [], []
    for section in sections:
        try:
            found.append(told_of(archive, section, wanted))
        except UnknownNameError as error:
            missing.append(error)
    if not found:
        raise missing[0]
    if form != "table":
        emit((r for told in found for r in _records(told)), _COLUMNS, form)
        return
    for number, told in enumerate(found):
        if number:
            print()
        head = say("B 类", "class B") if told.section == "B" else told.section
        print(f"{head} {told.code}")
        for line in sentences(told, language()):
            print(f"  {line}")


def _records(told: History) -> Iterator[dict[str, Any]]:
    """One object a station: section, code, life (numbered from 1), version, since, happening, entries, change, text."""
    for number, life in enumerate(told.lives, 1):
        for s in life.stations:
            yield {
                "section": told.section,
                "code": told.code,
                "life": number,
                "version": s.version,
                "since": s.since,
                "happening": s.happening,
                "entries": [{"code": e.code, "name": e.name} for e in s.entries],
                "change": s.change.kind if s.change else None,
                "confidence": s.change.confidence if s.change else None,
                "text": s.en if language() == "en" else s.zh,
            }
