"""`goufu classify`: the main job. Every budgeted item of the files with its catalog code, or a flag where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.errors import GoufuError
from cli.memory import ByOption, DbOption, NoStoreOption, SaveOption, save_run, with_precedents
from cli.options import DepartmentOption, FormatOption, OnOption, checked, day
from cli.output import csv_text, emit, note, print_table, say, whole_file

if TYPE_CHECKING:
    from disclosure.model import BudgetItem
    from matcher.model import Assessment

_SEVERITIES = ("notice", "warning", "error")


def classify(
    files: Annotated[
        list[Path], typer.Argument(metavar="文件…", help="部门预算公开文件，或 .jsonl/.csv/.xlsx 项目记录")
    ],
    department: DepartmentOption = None,
    year: Annotated[int | None, typer.Option("--year", help="预算年度；默认取文件中的年度")] = None,
    on: OnOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写入文件：.xlsx、.csv、.jsonl 或 .json")
    ] = None,
    form: FormatOption = "table",
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="有此级别或更高的问题时以 1 退出：notice、warning、error")
    ] = None,
    save: SaveOption = False,
    no_store: NoStoreOption = False,
    by: ByOption = None,
    db: DbOption = None,
) -> None:
    """为预算项目逐条给出目录代码；没有对应条目的予以标出。"""
    checked(form)
    if fail_on is not None and fail_on not in _SEVERITIES:
        raise GoufuError(
            f"--fail-on 应为 {'、'.join(_SEVERITIES)}", f"--fail-on takes {', '.join(_SEVERITIES)}"
        )
    suffix = output.suffix.lower() if output else ""
    if output and suffix not in _WRITERS:
        raise GoufuError(
            f"不认识输出格式“{suffix or output.name}”；可用 {'、'.join(_WRITERS)}",
            f"unknown output '{suffix or output.name}'; use {', '.join(_WRITERS)}",
        )
    items, failed = _read(files)
    assessments = with_precedents(_assess(items, department, year, on), db, not no_store) if items else []
    if output and assessments:
        with whole_file(output) as temporary:
            _WRITERS[suffix](temporary, assessments)
        note(f"已写入 {output}（{len(assessments)} 项）", f"wrote {output} ({len(assessments)} items)")
    if form == "table":
        if assessments:
            _tables(assessments)
    else:
        emit((a.record() for a in assessments), (), form)
    if save and assessments:
        number = save_run(assessments, files, db, by, {"department": department, "year": year, "on": on})
        note(
            f"已记录为运行 {number}（goufu review {number} 逐项复核）",
            f"recorded as run {number} (goufu review {number})",
        )
    if failed:
        raise typer.Exit(2)
    if fail_on and any(
        _SEVERITIES.index(f.severity) >= _SEVERITIES.index(fail_on) for a in assessments for f in a.findings
    ):
        raise typer.Exit(1)


def _read(files: Sequence[Path]) -> tuple[list[BudgetItem], bool]:
    """The items of all files; a file that cannot be read is reported and the others go on."""
    from disclosure.items import read_items

    items: list[BudgetItem] = []
    failed = False
    for path in files:
        try:
            found, remarks = read_items(path)
        except GoufuError as error:
            note(error.text("zh"), error.text("en"))
            failed = True
            continue
        for remark in remarks:
            if remark.level == "error":
                where = remark.place.text("zh") if remark.place else path.name
                note(f"{where}：{remark.text}", f"{where}: {remark.english}")
        items += found
    return items, failed


def _assess(
    items: Sequence[BudgetItem], department: str | None, year: int | None, on: str | None
) -> list[Assessment]:
    from catalog.load import load_catalogs
    from cli.progress import progress
    from matcher.assess import assess
    from matcher.corpus import default_cache
    from matcher.departments import section_named

    sections = section_named(department) if department else ()
    with progress(len(items), "分类", "classifying") as step:
        return assess(
            items,
            load_catalogs(),
            today=day(None),
            on=day(on) if on else None,
            year=year,
            sections=sections,
            cache=default_cache(),
            progress=step,
        )


def _write_jsonl(path: Path, assessments: Sequence[Assessment]) -> None:
    import json

    path.write_text(
        "".join(json.dumps(a.record(), ensure_ascii=False) + "\n" for a in assessments), encoding="utf-8"
    )


def _write_json(path: Path, assessments: Sequence[Assessment]) -> None:
    import json

    path.write_text(
        json.dumps([a.record() for a in assessments], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _write_csv(path: Path, assessments: Sequence[Assessment]) -> None:
    records = [a.record() for a in assessments]
    path.write_text(csv_text(records, list(records[0])), encoding="utf-8-sig", newline="")


def _write_xlsx(path: Path, assessments: Sequence[Assessment]) -> None:
    from cli.workbook import write_workbook

    write_workbook(path, assessments)


_WRITERS = {".xlsx": _write_xlsx, ".csv": _write_csv, ".jsonl": _write_jsonl, ".json": _write_json}


def _tables(assessments: Sequence[Assessment]) -> None:
    """One table per department and year, in the order of the input."""
    groups: dict[tuple[str, int | None], list[Assessment]] = {}
    for a in assessments:
        groups.setdefault((a.item.department, a.item.year), []).append(a)
    for (name, year), some in groups.items():
        _table(name, year, some)


def _table(name: str, year: int | None, assessments: Sequence[Assessment]) -> None:
    from cli.verdicts import COLUMNS, row, summary

    first = assessments[0]
    title = f"{name or say('（部门未知）', '(department unknown)')} {say(f'{year} 年预算', f'budget {year}') if year else ''}"
    sections = "、".join(dict.fromkeys(s for a in assessments for s in a.sections)) or say(
        "不能确定", "unknown"
    )
    law = say("依据", "by") + " " + " + ".join(first.versions)
    print_table(
        [row(a) for a in assessments], COLUMNS, f"{title}　{say('目录部门：', 'section: ')}{sections}　{law}"
    )
    print(summary(assessments))
    print()


__all__: list[Any] = ["classify"]
