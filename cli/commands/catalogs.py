"""`goufu catalogs`: the versions held, whether they stand on a date, and how much of each is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any

import typer
from goufu.catalog.model import CatalogVersion, Reading
from goufu.cli.shared.arguments import sections_meant
from goufu.cli.shared.options import DepartmentOption, FormatOption, OnOption, checked, day
from goufu.cli.shared.output import Column, as_recorded, emit, note, say

COLUMNS = (
    Column("id", "版本", "version"),
    Column("number", "文号", "number", width=19),
    Column("classes", "类", "class"),
    Column("in_force", "施行", "in force"),
    Column("standing", "状态", "standing", ratio=1),
    Column("sections", "全/残", "held", right=True),
    Column("levels", "二/三/四级", "L2/L3/L4", right=True),
)

SECTION_COLUMNS = (
    Column("section", "部门", "section", ratio=3),
    Column("coverage", "存否", "coverage"),
    Column("page", "页", "page", right=True),
    Column("level_2", "二级", "L2", right=True),
    Column("level_3", "三级", "L3", right=True),
    Column("level_4", "四级", "L4", right=True),
    Column("evidence", "依据", "evidence", ratio=4),
)

READING_COLUMNS = (
    Column("version", "版本", "version"),
    Column("section", "部门", "section", ratio=2),
    Column("code", "代码", "code"),
    Column("kind", "种类", "kind"),
    Column("printed", "底本所作", "as printed", ratio=4),
    Column("decision", "处理", "decision"),
    Column("chosen", "取", "chosen", ratio=3),
    Column("why", "依据", "why", ratio=4),
)
#: of an erratum what is chosen is what is printed
ERRATA_COLUMNS = tuple(column for column in READING_COLUMNS if column.key != "chosen")

KINDS = {
    "code": ("代码与标题不符", "code contradicts heading"),
    "heading": ("标题与省目录不同", "heading differs from the frame"),
    "missing heading": ("缺上级标题", "heading missing"),
    "numbering": ("序号未用", "number not used"),
    "wording": ("文字疑误", "doubtful wording"),
    "name": ("底本异文", "witnesses differ"),
    "section": ("部门标题未存", "section heading not held"),
    "contents": ("总目录异文", "contents differ"),
    "row": ("非目录之行", "row of no entry"),
}
DECISIONS = {
    "settled": ("已定", "settled"),
    "open": ("两存", "open"),
    "erratum": ("照录", "kept as printed"),
    "undecided": ("未定", "undecided"),
}
_COVERAGE = {"complete": ("全", "complete"), "partial": ("残", "partial"), "absent": ("未存", "not held")}


def catalogs(
    version: Annotated[
        str | None, typer.Argument(metavar="[版本]", help="只看一版，并列出各部门的存缺，如 2024-37 或其文号")
    ] = None,
    department: DepartmentOption = None,
    on: OnOption = None,
    errata: Annotated[
        bool,
        typer.Option(
            "--errata", help="列出文件本身的问题（代码与标题不符、缺标题、序号未用……），一律照录不改"
        ),
    ] = False,
    readings: Annotated[bool, typer.Option("--readings", help="列出校勘记：各底本异文与取舍理由")] = False,
    form: FormatOption = "table",
) -> None:
    """列出所存的目录版本、效力与存缺；--errata 官方印误，--readings 校勘记。"""
    from goufu.catalog.load import load_catalogs, version_named

    checked(form)
    versions: Sequence[CatalogVersion] = load_catalogs()
    if version is not None:
        versions = (version_named(versions, version),)
    wanted = sections_meant(department)
    if errata or readings:
        rows = _reading_records(versions, wanted, form, errata_only=not readings)
        emit(rows, READING_COLUMNS if readings else ERRATA_COLUMNS, form)
    elif version is not None or wanted:
        tables = [(v, _section_records(v, wanted, form)) for v in versions]
        if form != "table":
            emit([record for _, table in tables for record in table], SECTION_COLUMNS, form)
            return
        for each, table in tables:
            emit(table, SECTION_COLUMNS, form, title=f"{each.id} {each.number} {each.title}")
    else:
        date_on = day(on)
        emit([_version_record(v, date_on, form) for v in versions], COLUMNS, form)
        if form == "table":
            note(
                f"效力以 {date_on} 为准（--on 可改）；全/残：存全和残缺的部门数；二/三/四级：各级条目数",
                f"standing as of {date_on} (--on changes it); held: sections whole/in part; "
                "L2/L3/L4: entries of each level",
            )


def _reading_records(
    versions: Iterable[CatalogVersion], wanted: Sequence[str], form: str, errata_only: bool
) -> list[dict[str, Any]]:
    from goufu.catalog.load import load_readings

    return [
        {
            "version": version.id,
            "section": reading.section,
            "code": reading.code,
            "kind": say(*KINDS[reading.kind]) if form == "table" else reading.kind,
            "printed": _readings_text(reading),
            "decision": say(*DECISIONS[reading.decision]) if form == "table" else reading.decision,
            "chosen": reading.chosen,
            "why": as_recorded(reading.why) if form == "table" else reading.why,
        }
        for version in versions
        for reading in load_readings(version.id)
        if (not errata_only or reading.decision == "erratum") and (not wanted or reading.section in wanted)
    ]


def _section_records(version: CatalogVersion, wanted: Sequence[str], form: str) -> list[dict[str, Any]]:
    """The sections of a version with what is held of each."""
    return [
        {
            "version": version.id,
            "section": section.name,
            "coverage": say(*_COVERAGE[section.coverage]) if form == "table" else section.coverage,
            "page": section.page,
            **_level_counts(e.level for e in version.in_section(section.name)),
            "evidence": as_recorded(section.evidence) if form == "table" else section.evidence,
        }
        for section in version.sections.values()
        if not wanted or section.name in wanted
    ]


def _level_counts(levels: Iterable[int]) -> dict[str, int]:
    listed = list(levels)
    return {f"level_{n}": listed.count(n) for n in (1, 2, 3, 4)}


def _version_record(version: CatalogVersion, date_on: date, form: str) -> dict[str, Any]:
    coverage = [section.coverage for section in version.sections.values()]
    people = form == "table"
    counts = _level_counts(e.level for e in version.entries)
    held = f"{coverage.count('complete')}/{coverage.count('partial')}" if coverage else say("未存", "none")
    return {
        "id": version.id,
        "number": version.number,
        "title": version.title,
        "classes": "".join(version.classes) if people else list(version.classes),
        "printed": version.printed,
        "in_force": say("未知", "unknown") if people and not version.in_force else version.in_force,
        "repealed": version.repealed,
        "repealed_by": version.repealed_by,
        "standing": standing(version, date_on) if people else _standing_word(version, date_on),
        "sections_held": len(coverage) - coverage.count("absent"),
        "sections_complete": coverage.count("complete"),
        "sections": held,
        **({"levels": "/".join(map(str, list(counts.values())[1:]))} if people else counts),
        "note": version.note,
    }


def _readings_text(reading: Reading) -> str:
    """What the witnesses have: one text where they agree, else each with its own."""
    texts = {text for _, text in reading.witnesses}
    if len(texts) == 1:
        return texts.pop()
    return " ¦ ".join(f"{witness}：{text}" for witness, text in reading.witnesses)


def _standing_word(version: CatalogVersion, date_on: date) -> str:
    if version.in_force and date_on < version.in_force:
        return "not yet"
    if version.repealed and date_on >= version.repealed:
        return "repealed"
    return "in force" if version.in_force else "unknown"


def standing(version: CatalogVersion, date_on: date) -> str:
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
