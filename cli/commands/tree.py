"""`goufu tree`: the code tree of a department's section, of class B, or of a whole version, shown or exported."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from goufu.catalog.errors import GoufuError
from goufu.catalog.model import CatalogVersion
from goufu.cli.render.records import entry_records
from goufu.cli.shared.arguments import chosen_sections
from goufu.cli.shared.options import DepartmentOption, OnOption, VersionOption, checked
from goufu.cli.shared.output import clauses, csv_text, emit, listed, note, plain, say, whole_file

#: heading (Chinese, English), key of the record, width in characters
_SHEET = (
    ("版本", "version", "version", 9),
    ("部门", "section", "section", 22),
    ("代码", "code", "code", 10),
    ("原印代码", "printed code", "printed_code", 10),
    ("级", "level", "level", 5),
    ("名称", "name", "name", 60),
    ("上级", "parent", "parent", 9),
    ("另一读法", "other readings", "also", 40),
)

_Shown = Sequence[tuple[CatalogVersion, str]]


def tree(
    department: DepartmentOption = None,
    version: VersionOption = None,
    on: OnOption = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="格式",
            help="table、json、jsonl、csv、xlsx 或 ttl（SKOS/XKOS，需 goufu[rdf]）",
        ),
    ] = "table",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="文件", help="写入文件：.csv、.xlsx、.json、.jsonl 或 .ttl"),
    ] = None,
) -> None:
    """显示或导出目录的代码树（-d 部门；不给部门则为全部）。"""
    checked(form, "xlsx", "ttl")
    if output:
        form = _form_of(output, form)
    shown, wanted, chosen = chosen_sections(department, version, on)
    if wanted is not None:
        for name in wanted:
            if name != "B" and not any(s == name for _, s in shown):
                ids = listed(v.id for v in chosen)
                note(
                    f"{ids} 中没有存“{name}”一节（未存不等于未列）",
                    f"section {name} is not held in {ids} (not held is not: not listed)",
                )
    if output:
        with whole_file(output) as temporary:
            _write(temporary, shown, form)
        note(f"已写入 {output}", f"wrote {output}")
    elif form == "table":
        for number, (v, s) in enumerate(shown):
            if number:
                print()
            print("\n".join(_drawn(v, s)))
    elif form == "xlsx":
        raise GoufuError("xlsx 须写入文件；请加 -o 文件.xlsx", "xlsx is written to a file; add -o FILE.xlsx")
    elif form == "ttl":
        sys.stdout.write(_turtle(shown))
    else:
        emit(_all_records(shown), (), form)


def _form_of(output: Path, form: str) -> str:
    """The format that the file's name asks for; `form` only confirms it."""
    named = output.suffix.lower().lstrip(".")
    if named not in ("csv", "xlsx", "json", "jsonl", "ttl"):
        raise GoufuError(
            f"不认识输出格式“{output.suffix or output.name}”；可用 .csv、.xlsx、.json、.jsonl、.ttl",
            f"unknown output '{output.suffix or output.name}'; use .csv, .xlsx, .json, .jsonl or .ttl",
        )
    if form not in ("table", named):
        raise GoufuError(
            f"--format {form} 与文件名 {output.name} 不符", f"--format {form} does not fit {output.name}"
        )
    return named


def _write(path: Path, shown: _Shown, form: str) -> None:
    if form == "xlsx":
        _write_workbook(path, _all_records(shown))
        return
    if form == "ttl":
        text = _turtle(shown)
    elif form == "csv":
        rows = list(_all_records(shown))
        text = "\ufeff" + csv_text(rows, [key for _, _, key, _ in _SHEET])
    elif form == "json":
        text = json.dumps(plain(list(_all_records(shown))), ensure_ascii=False, indent=1) + "\n"
    else:
        text = "".join(json.dumps(plain(r), ensure_ascii=False) + "\n" for r in _all_records(shown))
    path.write_text(text, encoding="utf-8", newline="\n")


def _turtle(shown: _Shown) -> str:
    from goufu.catalog.load import load_readings
    from goufu.catalog.skos import turtle

    versions = {v.id: v for v, _ in shown}
    sections = {identity: [s for v, s in shown if v.id == identity] for identity in versions}
    return turtle(
        [(versions[identity], listed) for identity, listed in sections.items()],
        {identity: load_readings(identity) for identity in versions},
    )


def _write_workbook(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """A sheet of all entries, grouped by level, every code a text and no cell a formula."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(say("目录", "catalog"))
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    for column, (zh, en, _, width) in enumerate(_SHEET):
        sheet.write_string(0, column, say(zh, en), head)
        sheet.set_column(column, column, width)
    row = 0
    for row, record in enumerate(records, 1):
        sheet.set_row(row, None, None, {"level": record["level"] - 1})
        for column, (_, _, key, _) in enumerate(_SHEET):
            value = record[key]
            if isinstance(value, int):
                sheet.write_number(row, column, value)
            else:
                shown = clauses(value) if isinstance(value, list) else value or ""
                sheet.write_string(row, column, shown, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(row, 1), len(_SHEET) - 1)
    book.close()


def _all_records(shown: _Shown) -> Iterator[dict[str, Any]]:
    return (record for version, section in shown for record in entry_records(version, section))


def _drawn(version: CatalogVersion, section: str) -> Iterator[str]:
    from anytree import ContRoundStyle, RenderTree
    from goufu.catalog.load import alternatives, load_readings
    from goufu.catalog.tree import section_tree

    also = alternatives(load_readings(version.id))
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
        others = clauses(also.get((section, entry.code), ()))
        doubt = say(f"  〔一作 {others}〕", f"  [or {others}]") if others else ""
        yield f"{prefix}{entry.code} {entry.name}{misprint}{doubt}"
