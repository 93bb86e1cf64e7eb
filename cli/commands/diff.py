"""`goufu diff`: what changed between two versions of the catalog, for one department or for all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.arguments import compared, sections_meant
from goufu.cli.shared.options import (
    DepartmentOption,
    FormatOption,
    HeadingsOption,
    checked,
    complete_versions,
)
from goufu.cli.shared.output import (
    Column,
    clauses,
    csv_text,
    emit,
    note,
    print_table,
    say,
    set_headings,
    whole_file,
)

if TYPE_CHECKING:
    from goufu.catalog.concordance.changes import Archive, Change
    from goufu.catalog.model import CatalogVersion
    from goufu.cli.render.changes import Comparison

_COLUMNS = (
    Column("change", "变化", "change", width=10),
    Column("old", "原", "old", ratio=1),
    Column("new", "现", "new", ratio=1),
    Column("confidence", "把握", "conf.", right=True),
)
_WHY = Column("evidence", "依据", "evidence", ratio=1)


def diff(
    old: Annotated[
        str, typer.Argument(metavar="旧版本", help="如 2024-37 或其文号", autocompletion=complete_versions)
    ],
    new: Annotated[
        str, typer.Argument(metavar="新版本", help="如 2025-28 或其文号", autocompletion=complete_versions)
    ],
    department: DepartmentOption = None,
    everything: Annotated[bool, typer.Option("--all", help="也列出不变的和无从比较的条目")] = False,
    why: Annotated[bool, typer.Option("--why", help="表中列出每条的依据")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="文件", help="写入文件：.html、.xlsx、.csv、.jsonl 或 .json"),
    ] = None,
    form: FormatOption = "table",
    headings: HeadingsOption = "en",
) -> None:
    """比较目录的两个版本：新增、删除、改名、改码、拆分、合并、代码改指。"""
    from goufu.catalog.concordance.changes import load_archive

    checked(form, "xlsx")
    set_headings(headings)
    suffix = output.suffix.lower() if output else ""
    if output and suffix not in _WRITERS:
        raise GoufuError(
            f"不认识输出格式“{suffix or output.name}”；可用 {'、'.join(_WRITERS)}",
            f"unknown output '{suffix or output.name}'; use {', '.join(_WRITERS)}",
        )
    if form == "xlsx" and not output and sys.stdout.isatty():
        raise GoufuError(
            "xlsx 不能显示在终端上；请加 -o 文件.xlsx", "xlsx cannot be shown on a terminal; add -o FILE.xlsx"
        )
    archive = load_archive()
    wanted = sections_meant(department)
    made = compared(archive, old, new, wanted, everything)
    _missing(wanted, made.before, made.after)
    _remarks(archive, made)
    if output:
        with whole_file(output) as temporary:
            _WRITERS[suffix](temporary, made)
        note(f"已写入 {output}（{len(made.shown)} 条变化）", f"wrote {output} ({len(made.shown)} changes)")
    elif form == "table":
        _table(made, why)
    elif form == "xlsx":
        _xlsx_to_stdout(made)
    else:
        from goufu.cli.render.changes import flat, record

        emit((flat(c) if form == "csv" else record(c) for c in made.shown), (), form)


def _missing(wanted: Sequence[str], *versions: CatalogVersion) -> None:
    for section in wanted:
        for version in versions:
            if section not in version.sections:
                note(
                    f"{version.id} 中没有存“{section}”一节（未存不等于未列），无从比较",
                    f"section {section} is not held in {version.id} (which is not: not listed): nothing to compare",
                )


def _remarks(archive: Archive, made: Comparison) -> None:
    """What a person should know of the two versions chosen, on stderr."""
    from goufu.catalog.validity import in_order

    before, after, changes = made.before, made.after, made.changes
    order = [v.id for v in in_order(archive.versions)]
    if before.id == after.id:
        note("两个版本相同", "the two versions are the same")
    elif order.index(before.id) > order.index(after.id):
        note(
            f"{before.id} 晚于 {after.id}；所列为由新到旧的变化",
            f"{before.id} is later than {after.id}; the changes run backwards",
        )
    if changes and all(c.kind == "not_comparable" for c in changes):
        reasons = dict.fromkeys(say(*e.text) for c in changes for e in c.evidence)
        listed = clauses(list(reasons)[:3])
        note(f"没有可以比较的条目：{listed}", f"nothing can be compared: {listed}")


def _table(made: Comparison, why: bool) -> None:
    """One table a section with a summary line, then the sections that did not change or cannot be compared."""
    from goufu.cli.render.changes import (
        by_section,
        cell,
        counted,
        evidence,
        heading,
        marked,
        section_word,
        without_counterpart,
        word,
    )

    print(heading(made.before, made.after))
    print()
    of_section, all_of = by_section(made.shown), by_section(made.changes)
    columns = (*_COLUMNS, _WHY) if why else _COLUMNS
    for section, some in of_section.items():
        rows = []
        for change in some:
            old, new = marked(change)
            rows.append(
                {
                    "change": word(change.kind),
                    "old": cell(old) if old else "—",
                    "new": cell(new) if new else "—",
                    "confidence": f"{change.confidence * 100:.0f}%" + ("?" if change.close else ""),
                    "evidence": clauses(evidence(change)),
                }
            )
        print_table(rows, columns, section_word(section))
        print(f"{section_word(section)}{say('：', ': ')}{counted(all_of[section])}")
        print()
    _quiet({s: c for s, c in all_of.items() if s not in of_section}, without_counterpart(all_of))
    if any(c.close for c in made.shown):
        note(
            "把握后带 ? 的是两可之处，可在 data/catalogs/concordance/ 中认定",
            "? marks close calls; they can be settled in data/catalogs/concordance/",
        )


def _quiet(rest: Mapping[str, Sequence[Change]], beyond: Sequence[str]) -> None:
    """The sections without a change to show, in a line each or all together."""
    from goufu.cli.render.changes import counted, section_word

    for section, some in rest.items():
        if section not in beyond:
            print(f"{section_word(section)}{say('：', ': ')}{counted(some)}")
    gone = [s for s in beyond if s in rest]
    if gone:
        entries = sum(len(rest[s]) for s in gone)
        names = "、".join(section_word(s) for s in gone[:6]) + (say(" 等", " …") if len(gone) > 6 else "")
        print(
            say(
                f"无从比较（一方未存）：{len(gone)} 个部门 {entries} 条：{names}",
                f"not comparable (not held on one side): {len(gone)} sections, {entries} entries: {names}",
            )
        )


# ---------------------------------------------------------------------------------------------------- files


def _write_html(path: Path, made: Comparison) -> None:
    from goufu.cli.render.changes_page import changes_page

    path.write_text(changes_page(made), encoding="utf-8")


def _write_xlsx(path: Path, made: Comparison) -> None:
    from goufu.cli.render.changes_workbook import write_changes

    write_changes(path, made)


def _write_csv(path: Path, made: Comparison) -> None:
    from goufu.cli.render.changes import FLAT_KEYS, flat

    path.write_text(csv_text([flat(c) for c in made.shown], FLAT_KEYS), encoding="utf-8-sig", newline="")


def _write_jsonl(path: Path, made: Comparison) -> None:
    import json

    from goufu.cli.render.changes import record

    lines = (json.dumps(record(c), ensure_ascii=False) + "\n" for c in made.shown)
    path.write_text("".join(lines), encoding="utf-8")


def _write_json(path: Path, made: Comparison) -> None:
    import json

    from goufu.cli.render.changes import record

    text = json.dumps([record(c) for c in made.shown], ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


_WRITERS: Mapping[str, Callable[[Path, Comparison], None]] = {
    ".html": _write_html,
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".json": _write_json,
}


def _xlsx_to_stdout(made: Comparison) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "changes.xlsx"
        _write_xlsx(path, made)
        sys.stdout.buffer.write(path.read_bytes())
