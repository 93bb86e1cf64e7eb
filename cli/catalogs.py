"""`goufu catalogs`: the versions held, whether they stand on a date, and how much of each is held."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.options import FormatOption, OnOption, day
from cli.output import Column, emit, note, say

COLUMNS = (
    Column("id", "版本", "version"),
    Column("number", "文号", "number", width=19),
    Column("classes", "类", "class"),
    Column("in_force", "施行", "in force"),
    Column("standing", "状态", "standing", ratio=1),
    Column("sections", "部门全/残", "sections", right=True),
    Column("level_2", "二级", "L2", right=True),
    Column("level_3", "三级", "L3", right=True),
    Column("level_4", "四级", "L4", right=True),
)

ERRATA_COLUMNS = (
    Column("version", "版本", "version"),
    Column("section", "部门", "section", ratio=2),
    Column("code", "代码", "code"),
    Column("kind", "种类", "kind"),
    Column("printed", "所印", "printed", ratio=3),
    Column("decision", "处理", "decision"),
    Column("why", "依据", "why", ratio=5),
)

_KIND = {
    "code": ("代码与标题不符", "code contradicts heading"),
    "heading": ("标题与省目录不同", "heading differs from the frame"),
    "missing heading": ("缺上级标题", "heading missing"),
    "numbering": ("序号不连续", "numbers skipped"),
    "wording": ("文字疑误", "doubtful wording"),
    "name": ("底本异文", "witnesses differ"),
    "section": ("部门标题未存", "section heading not held"),
    "contents": ("总目录异文", "contents differ"),
}
_DECISION = {"settled": ("已定", "settled"), "open": ("两存", "open"), "erratum": ("照录", "kept as printed")}


def catalogs(
    on: OnOption = None,
    errata: Annotated[
        bool, typer.Option("--errata", help="列出官方印误（代码、标题与位置不符处），一律照录不改")
    ] = False,
    readings: Annotated[bool, typer.Option("--readings", help="列出校勘记：各底本异文与取舍理由")] = False,
    form: FormatOption = "table",
) -> None:
    """列出所存的目录版本、效力与存缺。"""
    from catalog.load import load_catalogs, load_readings

    versions = load_catalogs()
    if errata or readings:
        rows = [
            {
                "version": version.id,
                "section": reading.section,
                "code": reading.code,
                "kind": say(*_KIND[reading.kind]) if form == "table" else reading.kind,
                "printed": _readings_text(reading.witnesses),
                "chosen": reading.chosen,
                "decision": say(*_DECISION[reading.decision]) if form == "table" else reading.decision,
                "why": reading.why,
            }
            for version in versions
            for reading in load_readings(version.id)
            if readings or reading.decision == "erratum"
        ]
        emit(rows, ERRATA_COLUMNS, form)
        return
    date_on = day(on)
    records = []
    for version in versions:
        coverage = [s.coverage for s in version.sections.values()]
        levels = [e.level for e in version.entries]
        record: dict[str, Any] = {
            "id": version.id,
            "number": version.number,
            "title": version.title,
            "classes": "".join(version.classes) if form == "table" else list(version.classes),
            "printed": version.printed,
            "in_force": version.in_force if version.in_force or form != "table" else say("未知", "unknown"),
            "repealed": version.repealed,
            "repealed_by": version.repealed_by,
            "standing": standing(version, date_on) if form == "table" else _standing_word(version, date_on),
            "sections_held": len(coverage),
            "sections_complete": coverage.count("complete"),
            "sections": f"{coverage.count('complete')}/{coverage.count('partial')}"
            if coverage
            else say("未存", "not held"),
            **{f"level_{n}": levels.count(n) for n in (1, 2, 3, 4)},
            "note": version.note,
        }
        records.append(record)
    emit(records, COLUMNS, form)
    if form == "table":
        note(f"效力以 {date_on} 为准（--on 可改）", f"standing as of {date_on} (--on changes it)")


def _readings_text(witnesses: tuple[tuple[str, str], ...]) -> str:
    texts = {text for _, text in witnesses}
    if len(texts) == 1:
        return texts.pop()
    return " ¦ ".join(f"{witness}：{text}" for witness, text in witnesses)


def _standing_word(version: Any, date_on: Any) -> str:
    if version.in_force and date_on < version.in_force:
        return "not yet"
    if version.repealed and date_on >= version.repealed:
        return "repealed"
    return "in force" if version.in_force else "unknown"


def standing(version: Any, date_on: Any) -> str:
    """What a version is on a day, in words: in force, not yet, repealed by which one."""
    word = _standing_word(version, date_on)
    if word == "repealed":
        return say(
            f"{version.repealed} 起由 {version.repealed_by} 废止",
            f"repealed by {version.repealed_by} on {version.repealed}",
        )
    if word == "not yet":
        return say("尚未施行", "not yet in force")
    if word == "unknown":
        return say("未知", "unknown")
    return say("现行", "in force")
