"""`goufu import`: draft an edition of a catalog from its transcriptions, with everything that a person must look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.catalog.errors import CatalogError, GoufuError, os_reason
from goufu.cli.commands.catalogs import DECISIONS
from goufu.cli.shared.options import FormatOption, checked
from goufu.cli.shared.output import Column, emit, listed, note, say, whole_file

if TYPE_CHECKING:
    from goufu.catalog.edition.collation import Problem
    from goufu.catalog.edition.draft import Draft, Transcription
    from goufu.catalog.model import CatalogVersion

_COLUMNS = (
    Column("version", "版本", "version"),
    Column("kind", "种类", "kind"),
    Column("where", "底本:行", "witness:line"),
    Column("section", "部门", "section", ratio=2),
    Column("code", "代码", "code"),
    Column("problem", "问题", "problem", ratio=6),
    Column("decision", "处理", "decision"),
)

_KINDS = {
    "code": ("代码不合位置", "code"),
    "contents": ("总目录", "contents"),
    "duplicate": ("重复", "duplicate"),
    "empty heading": ("空标题", "empty heading"),
    "heading": ("标题不同", "heading"),
    "lacks": ("底本缺行", "lacks rows"),
    "missing heading": ("缺标题", "missing heading"),
    "missing page": ("缺页", "missing page"),
    "name": ("异文", "readings differ"),
    "not held": ("未存", "not held"),
    "numbering": ("缺序号", "number not used"),
    "order": ("次序", "order"),
    "repeated page": ("重页", "repeated page"),
    "row": ("多余之行", "stray row"),
    "section": ("部门不明", "section unknown"),
    "stale": ("校勘记过时", "stale decision"),
    "stray column": ("错列", "stray column"),
    "truncated": ("不完整", "cut off"),
    "wording": ("文字可疑", "doubtful wording"),
}


def import_catalog(
    files: Annotated[
        list[Path], typer.Argument(metavar="文件…", help="目录的文字稿；同一目录的几份一起给，第一份为底本")
    ],
    apply: Annotated[
        Path | None,
        typer.Option(
            "--apply", metavar="文件夹", help="沿用其中 readings.tsv 所作的决定，如 data/catalogs/2025-28"
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="文件夹", help="把草稿写入此文件夹下，每个版本一个子文件夹"),
    ] = None,
    version_dir: Annotated[
        Path | None,
        typer.Option(
            "--version-dir", metavar="文件夹", help="其他各版所在的 data 文件夹，用作旁证；默认用所附数据"
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option("--version", metavar="版本", help="文件中有几份目录时只取这一份，如 2024-37")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="与 --apply 文件夹逐字节比对 entries.tsv 和 readings.tsv，不同则退出码为 1"
        ),
    ] = False,
    form: FormatOption = "table",
) -> None:
    """从文字稿起草一版目录，并列出须由人看的问题（缺页、错码、异文……）。"""
    from goufu.catalog.edition.draft import draft
    from goufu.catalog.load import load_catalogs, read_readings

    checked(form)
    if check and apply is None:
        raise GoufuError("--check 须与 --apply 同用", "--check needs --apply")
    known = load_catalogs(version_dir) if version_dir else load_catalogs()
    table = _catalog_toml(apply) if apply else {}
    decided = read_readings(apply / "readings.tsv", drafted=True) if apply else ()
    groups = _documents(files, only or table.get("id", ""), table)
    drafts = [draft(group, known, decided) for group in groups]
    records = [_record(d.version, problem, form) for d in drafts for problem in _sorted(d.problems)]
    emit(records, _COLUMNS, form)
    for d in drafts:
        _summary(d)
        if output:
            _write(output / d.version.id, d, table, apply)
    if check and apply and not all(_same(d, apply) for d in drafts):
        raise typer.Exit(1)


def _catalog_toml(folder: Path) -> dict[str, Any]:
    """What the catalog.toml of the edition in `folder` says."""
    import tomllib

    path = folder / "catalog.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return {**table, "id": str(table["id"])}
    except (OSError, ValueError, KeyError) as error:
        raise CatalogError(
            "这里没有一版目录（须有 catalog.toml，其中有 id）", f"no edition here: {error}", str(path)
        ) from None


def _documents(files: Sequence[Path], only: str, table: dict[str, Any]) -> list[list[Transcription]]:
    """The transcriptions in `files`, those of one document together, the base first.

    The files stand in the order of the edition that is followed (its catalog.toml as `table`), else as given.
    """
    from goufu.catalog.edition.draft import transcriptions, version_id

    groups: dict[str, list[Transcription]] = {}
    for path in files:
        for each in transcriptions(path):
            groups.setdefault(version_id(each.document.number), []).append(each)
    if only and only not in groups:
        held = listed(groups)
        raise CatalogError(f"文件中没有 {only}，只有 {held}", f"no {only} in the files, only {held}")
    wanted = [groups[only]] if only else list(groups.values())
    order = {witness.get("file"): at for at, witness in enumerate(table.get("witness", ()))}
    return [sorted(group, key=lambda each: order.get(each.file, len(order))) for group in wanted]


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    """Undecided problems first, each part in the order found."""
    return sorted(problems, key=lambda problem: not problem.undecided)


def _record(version: CatalogVersion, problem: Problem, form: str) -> dict[str, Any]:
    decision = problem.reading.decision if problem.reading else ""
    people = form == "table"
    return {
        "version": version.id,
        "kind": say(*_KINDS[problem.kind]) if people else problem.kind,
        "where": problem.where,
        "section": problem.section,
        "code": problem.code,
        "problem": say(problem.text, problem.english) if people else problem.text,
        **({} if people else {"english": problem.english}),
        "decision": say(*DECISIONS[decision]) if people and decision else decision,
    }


def _summary(d: Draft) -> None:
    levels = [entry.level for entry in d.version.entries]
    counts = "、".join(f"{n} 级 {levels.count(n)}" for n in (1, 2, 3, 4) if n in levels)
    english = ", ".join(f"level {n}: {levels.count(n)}" for n in (1, 2, 3, 4) if n in levels)
    witnesses = " ".join(f"{w.id}（{w.lines[0]}–{w.lines[1]} 行）" for w in d.version.witnesses)
    note(
        f"{d.version.id} {d.version.number} {d.version.title}：{witnesses}，{len(d.version.sections)} 部门，{counts}；"
        f"问题 {len(d.problems)} 条，未定 {d.undecided} 处",
        f"{d.version.id}: {len(d.version.witnesses)} witnesses, {len(d.version.sections)} sections, {english}; "
        f"{len(d.problems)} problems, {d.undecided} undecided",
    )


def _write(folder: Path, d: Draft, table: dict[str, Any], apply: Path | None) -> None:
    """The three files of the draft. An edition that is followed keeps its own catalog.toml; a draft that is followed
    keeps what a person has entered there."""
    from goufu.catalog.edition.draft import catalog_table, entries_table, readings_table, with_facts

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GoufuError(
            f"无法建立文件夹：{os_reason(error)[0]}", f"cannot be made: {os_reason(error)[1]}", str(folder)
        ) from None
    if apply and not table.get("draft") and not d.undecided:
        catalog = (apply / "catalog.toml").read_text(encoding="utf-8")
    else:
        catalog = catalog_table(with_facts(d.version, table), d.undecided)
    for name, text in (
        ("catalog.toml", catalog),
        ("entries.tsv", entries_table(d.version.entries)),
        ("readings.tsv", readings_table(d.readings)),
    ):
        with whole_file(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    note(f"已写入 {folder}", f"written to {folder}")


def _same(d: Draft, folder: Path) -> bool:
    from goufu.catalog.edition.draft import entries_table, readings_table

    same = True
    for name, text in (
        ("entries.tsv", entries_table(d.version.entries)),
        ("readings.tsv", readings_table(d.readings)),
    ):
        try:
            there = (folder / name).read_bytes()
        except OSError:
            there = b""
        if there != text.encode():
            note(
                f"{folder / name} 与由文字稿所得不同",
                f"{folder / name} differs from what the transcriptions give",
            )
            same = False
    if same:
        note(f"{folder} 与由文字稿所得逐字节相同", f"{folder} is what the transcriptions give, byte for byte")
    return same
