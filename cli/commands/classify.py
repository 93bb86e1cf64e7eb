"""`goufu classify`: the main job. Every budgeted item of the files with its catalog code, or a flag where there is none."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.catalog.severity import SEVERITIES, is_at_least
from goufu.cli.shared.audits import (
    IgnoreFileOption,
    IgnoreOption,
    Settings,
    YearOption,
    audit_files,
    settings,
)
from goufu.cli.shared.console_encoding import holds_everything
from goufu.cli.shared.options import BudgetDayOption, DepartmentOption, HeadingsOption, LimitOption, checked
from goufu.cli.shared.output import (
    clauses,
    csv_text,
    emit,
    language,
    note,
    print_line,
    print_table,
    say,
    set_headings,
    whole_file,
)
from goufu.cli.shared.semantic import SemanticModelOption, SemanticOption, source
from goufu.cli.shared.store_access import (
    ByOption,
    DbOption,
    NoLearnedOption,
    NoStoreOption,
    SaveOption,
    known_learned,
    save_run,
)

if TYPE_CHECKING:
    from goufu.cli.shared.tally import Tally
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Assessment


def classify(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="文件…", help="部门预算公开（PDF、Word、Excel、网页、文本、扫描件）、项目记录，或文件夹"
        ),
    ],
    department: DepartmentOption = None,
    year: YearOption = None,
    on: BudgetDayOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="写入文件：.xlsx、.html、.csv、.jsonl、.json 或 .parquet"),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="把结果写在原工作簿各行旁边，另存为此文件（原有内容不变）"),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="格式",
            help="屏幕上的格式：table、json、jsonl、csv 或 ocds；默认 table，有 -o 时只显示小结",
        ),
    ] = None,
    headings: HeadingsOption = "en",
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="有此级别或更高的问题时以 1 退出：notice、warning、error")
    ] = None,
    ignore: IgnoreOption = None,
    ignore_file: IgnoreFileOption = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="长记录文件（-o .csv、.jsonl、.parquet）同时用的进程数；默认 1"
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="接着上次中断处做完（同一输入、同一选项）")
    ] = False,
    spark: Annotated[
        str | None,
        typer.Option(
            "--spark", metavar="地址", help="在 Spark 集群上运行，如 spark://主机:7077；输入输出均为 .parquet"
        ),
    ] = None,
    save: SaveOption = False,
    no_store: NoStoreOption = False,
    no_learned: NoLearnedOption = False,
    by: ByOption = None,
    db: DbOption = None,
    semantic: SemanticOption = None,
    semantic_model: SemanticModelOption = None,
    limits: LimitOption = None,
) -> None:
    """为预算项目逐条给出目录代码；没有对应条目的予以标出。"""
    checked(form or "table", "ocds")
    set_headings(headings)
    suffix = _suffix_of(output, fail_on)
    how = replace(
        settings(department, year, on, ignore, ignore_file),
        db=db,
        remember=not no_store,
        learned=known_learned(db, not no_learned),
        semantic=source(semantic, semantic_model),
    )
    plain = form is None and not into and not save
    if spark:
        _on_spark(files, output, spark, department, year, how, plain)
        return
    if output and plain and _streamed(files, output, how, jobs, resume, fail_on):
        return
    if output:
        _refuse_too_long(files, suffix)
    audits, failed = audit_files(files, how)
    audits = [a for a in audits if a.assessments]
    assessments = [a for one in audits for a in one.assessments]
    writer = _write_ocds if form == "ocds" and suffix == ".json" else WRITERS.get(suffix)
    if output and writer and assessments:
        with whole_file(output) as temporary:
            writer(temporary, audits)
        note(f"已写入 {output}（{len(assessments)} 项）", f"wrote {output} ({len(assessments)} items)")
    if into and assessments:
        from goufu.cli.render.into import write_into

        write_into(into, files, audits)
        note(f"已写入 {into}（原表 {files[0]} 未动）", f"wrote {into}; {files[0]} is as it was")
    if form is None and (output or into):
        for one in audits:
            _in_short(one)
    elif form != "ocds" or writer is not _write_ocds:
        _show(audits, form or "table", department or "")
    if save and assessments:
        model = how.semantic.label if how.semantic else None
        options = {"department": department, "year": year, "on": on, "semantic": model}
        number = save_run(audits, db, by, options)
        note(
            f"已记录为运行 {number}；逐项复核：goufu review {number}",
            f"recorded as run {number}; goufu review {number}",
        )
    if failed:
        raise typer.Exit(2)
    if fail_on and any(
        is_at_least(f.severity, fail_on) for one in audits for _, f in one.all_findings if not f.silenced
    ):
        raise typer.Exit(1)


def _suffix_of(output: Path | None, fail_on: str | None) -> str:
    """The ending of the output in lower case, "" for none. Raises GoufuError where it or --fail-on is not known."""
    if fail_on is not None and fail_on not in SEVERITIES:
        known = SEVERITIES[::-1]
        raise GoufuError(f"--fail-on 应为 {'、'.join(known)}", f"--fail-on takes {', '.join(known)}")
    suffix = output.suffix.lower() if output else ""
    if output and suffix not in WRITERS:
        raise GoufuError(
            f"不认识输出格式“{suffix or output.name}”；可用 {'、'.join(WRITERS)}",
            f"unknown output '{suffix or output.name}'; use {', '.join(WRITERS)}",
        )
    return suffix


def _show(audits: Sequence[Audit], form: str, department: str) -> None:
    """The judgements on the screen: tables, or records for programs."""
    if form == "table":
        for one in audits:
            _tables(one, department)
    elif form == "ocds":
        print(_ocds(audits, not holds_everything(sys.stdout)), end="")
    else:
        emit((a.record(language()) for one in audits for a in one.assessments), (), form)
        _say_findings(audits)


#: from this size on a record file is read, judged and written piece by piece; a smaller one is read at once
_LONG = 4 << 20
#: lines that a page can show and a workbook can hold well
_MOST = {".html": 20_000, ".xlsx": 200_000}


def _streamed(
    files: Sequence[str], output: Path, how: Settings, jobs: int | None, resume: bool, fail_on: str | None
) -> bool:
    """Whether the one file given is a long record file (or Parquet), which then was classified line by line.

    Exits with 1 as --fail-on says. False, with a message where streaming was asked for, where it must be read at once.
    """
    from goufu.cli.shared.streaming import STREAMED, open_source, stream
    from goufu.disclosure.lists.pieces import OddListError

    asked = jobs is not None or resume
    source = _long_file(files, asked)
    if source is None or output.suffix.lower() not in STREAMED:
        if asked or (source is not None and source.suffix.lower() == ".parquet"):
            raise GoufuError(
                "--jobs、--resume 和 .parquet 输入用于一个记录文件（.csv、.jsonl、.parquet），并写入 -o .csv、.jsonl 或 .parquet",
                "--jobs, --resume and .parquet input take one record file (.csv, .jsonl, .parquet) and -o .csv, .jsonl or .parquet",
            )
        return False
    try:
        tally = stream(open_source(source), output, how, jobs or 1, resume)
    except OddListError as error:
        note(
            f"{source}：{error}，不能边读边判，改为整体读入",
            f"{source}: {error.english}; it cannot be streamed and is read at once",
        )
        return False
    note(f"已写入 {output}（{tally.items:,} 项）", f"wrote {output} ({tally.items:,} items)")
    _tally_in_short(tally, source.name)
    if fail_on and any(n and is_at_least(s, fail_on) for s, n in tally.grave.items()):
        raise typer.Exit(1)
    return True


def _on_spark(
    files: Sequence[str],
    output: Path | None,
    master: str,
    department: str | None,
    year: int | None,
    how: Settings,
    plain: bool,
) -> None:
    """Classify one Parquet file or folder on a Spark cluster; precedents and silences are not applied there."""
    if len(files) != 1 or output is None or output.suffix.lower() != ".parquet" or not plain or how.silences:
        raise GoufuError(
            "--spark 用于一个 .parquet 文件或文件夹，并写入 -o 结果.parquet，不与 --save、--into、--format、--ignore 同用",
            "--spark takes one .parquet file or folder and -o out.parquet, without --save, --into, --format or --ignore",
        )
    from goufu.spark import classify_files

    done = classify_files(files[0], str(output), master, department=department or "", year=year, on=how.on)
    note(
        f"已写入 {output}（{done.lines:,} 行，其中 {done.errors:,} 行 error 一栏有说明）",
        f"wrote {output} ({done.lines:,} lines, {done.errors:,} of them with something in error)",
    )


def _long_file(files: Sequence[str], asked: bool) -> Path | None:
    """The one record file given, where it is long, is Parquet, or streaming was `asked` for."""
    if len(files) != 1 or files[0] == "-":
        return None
    path = Path(files[0])
    try:
        if not path.is_file():
            return None
        long = asked or path.stat().st_size >= _LONG
    except (OSError, ValueError):
        return None
    kind = path.suffix.lower()
    return path if kind == ".parquet" or (long and kind in (".csv", ".jsonl", ".ndjson")) else None


def _refuse_too_long(files: Sequence[str], suffix: str) -> None:
    """Raise GoufuError where a record file has more lines than the form of the output is good for."""
    most = _MOST.get(suffix)
    path = _long_file(files, False)
    if most is None or path is None:
        return
    from goufu.disclosure.lists.pieces import OddListError
    from goufu.disclosure.lists.stream import survey

    try:
        rows = survey(path).rows
    except OddListError:
        return
    if rows > most:
        raise GoufuError(
            f"有 {rows:,} 行，{suffix} 不适合超过 {most:,} 行；请写入 -o 结果.parquet（或 .csv、.jsonl），再用 goufu overview 结果.parquet -o 总览.html 看总览",
            f"{rows:,} lines are too many for {suffix} (at most {most:,}); write -o out.parquet (or .csv, .jsonl), then goufu overview out.parquet -o overview.html",
            str(path),
        )


def _tally_in_short(tally: Tally, name: str) -> None:
    """What a file of lines comes to, as `_in_short` says it of a document."""
    from goufu.cli.render.judgements import summary_of

    year = say(f"{tally.year} 年预算", f"budget {tally.year}") if tally.year else ""
    print_line(f"{tally.department or name} {year}".strip())
    print_line(f"  {summary_of(tally)}", indent=2)
    _grave(tally.rules)
    if tally.left_out or tally.failed:
        print_line(
            say(
                f"  未计入 {tally.left_out:,} 行，未能判断 {tally.failed:,} 行（原因见上，或输出的 error 一栏）",
                f"  {tally.left_out:,} rows left out, {tally.failed:,} not judged (see above, or the field error)",
            ),
            indent=2,
        )


def _say_findings(audits: Sequence[Audit]) -> None:
    """The findings on whole documents, which have no item to stand on, as messages."""
    for one in audits:
        for f in one.findings:
            name = one.disclosure.file
            note(f"{name}：{f.rule} {f.message.zh}", f"{name}: {f.rule} {f.message.en}")


def _write_jsonl(path: Path, audits: Sequence[Audit]) -> None:
    import json

    with path.open("w", encoding="utf-8", newline="\n") as out:
        for one in audits:
            for a in one.assessments:
                out.write(json.dumps(a.record(language()), ensure_ascii=False) + "\n")


def _write_json(path: Path, audits: Sequence[Audit]) -> None:
    import json

    records = [a.record(language()) for one in audits for a in one.assessments]
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_csv(path: Path, audits: Sequence[Audit]) -> None:
    records = [a.record(language()) for one in audits for a in one.assessments]
    keys = list(dict.fromkeys(key for record in records for key in record))
    path.write_text(csv_text(records, keys), encoding="utf-8-sig", newline="")


def _write_parquet(path: Path, audits: Sequence[Audit]) -> None:
    import pyarrow.parquet as pq

    from goufu.arrow import RESULT, result_batch
    from goufu.outcomes import Outcome

    with pq.ParquetWriter(path, RESULT, compression="zstd") as writer:
        for one in audits:
            writer.write_batch(result_batch([Outcome(a.item, a) for a in one.assessments]))


def _write_xlsx(path: Path, audits: Sequence[Audit]) -> None:
    from goufu.cli.render.workbook.book import write_workbook

    write_workbook(path, audits)


def _write_html(path: Path, audits: Sequence[Audit]) -> None:
    from goufu.cli.render.report_page import report_page

    path.write_text(report_page(audits), encoding="utf-8")


def _ocds(audits: Sequence[Audit], exact: bool = False) -> str:
    import json

    from goufu.catalog.load import load_catalogs
    from goufu.cli.render.ocds import release_package

    return json.dumps(release_package(audits, load_catalogs()), ensure_ascii=exact, indent=1) + "\n"


def _write_ocds(path: Path, audits: Sequence[Audit]) -> None:
    path.write_text(_ocds(audits), encoding="utf-8")


#: how each output file is written, by its ending
WRITERS: dict[str, Callable[[Path, Sequence[Audit]], None]] = {
    ".xlsx": _write_xlsx,
    ".html": _write_html,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".json": _write_json,
    ".parquet": _write_parquet,
}


def _tables(one: Audit, department: str = "") -> None:
    """One table per department and year of a document, in the order of the input, and the document's own findings.

    `department` is the one given for lines that name none.
    """
    from goufu.cli.render.judgements import finding_line, summary

    groups: dict[tuple[str, int | None], list[Assessment]] = {}
    for a in one.assessments:
        groups.setdefault((a.item.department, a.item.year), []).append(a)
    for (name, year), some in groups.items():
        _table(name or department, year, some)
        _overtaken(some)
    for f in one.findings:
        print_line(f"{say('文件', 'document')} {finding_line(f)}", indent=5)
    print_line(summary(one.assessments, one.findings))
    print()


def _in_short(one: Audit) -> None:
    """What a document comes to, where the lines themselves went into a file: figures, and its gravest findings."""
    from goufu.cli.render.judgements import finding_line, summary

    name = one.disclosure.department or one.assessments[0].item.department or one.disclosure.file
    year = one.disclosure.year or one.assessments[0].item.year
    print_line(f"{name} {say(f'{year} 年预算', f'budget {year}') if year else ''}".strip())
    print_line(f"  {summary(one.assessments, one.findings)}", indent=2)
    for f in one.findings:
        if f.severity != "notice" and not f.silenced:
            print_line(f"  {finding_line(f)}", indent=2)
    _grave(
        Counter(
            f.rule for a in one.assessments for f in a.findings if f.severity != "notice" and not f.silenced
        )
    )


def _grave(rules: Counter[str]) -> None:
    """How often each rule fired on lines as more than a notice."""
    from goufu.matcher.findings import load_rules

    if rules:
        told = clauses(f"{rule} {say(*load_rules()[rule].title)} {n}" for rule, n in rules.most_common())
        print_line(f"  {say('项目的问题：', 'findings on items: ')}{told}", indent=2)


def _table(name: str, year: int | None, assessments: Sequence[Assessment]) -> None:
    from goufu.cli.render.judgements import COLUMNS, row

    first = assessments[0]
    title = name or say("（部门未知）", "(department unknown)")
    if year:
        title += say(f" {year} 年预算", f" budget {year}")
    sections = "、".join(dict.fromkeys(s for a in assessments for s in a.sections)) or say(
        "不能确定", "unknown"
    )
    applied = say("依据", "by") + " " + " + ".join(first.versions)
    print_table(
        [row(a) for a in assessments],
        COLUMNS,
        f"{title}　{say('目录部门：', 'section: ')}{sections}　{applied}",
    )


def _overtaken(assessments: Sequence[Assessment]) -> None:
    """What versions that took effect later in the same year changed for the sections of these items."""
    from goufu.catalog.concordance.changes import load_archive
    from goufu.catalog.validity import applicable
    from goufu.cli.render.changes import counted

    archive = load_archive()
    for section in dict.fromkeys(s for a in assessments for s in a.sections):
        applied = applicable(archive.versions, section, assessments[0].reference_date)
        for later in applied.overtaken_by:
            if applied.governing is None or not applied.held:
                continue
            changes = archive.changes(applied.governing.id, later.id, section)
            told = counted(changes)
            print_line(
                say(
                    f"年内 {later.in_force} 起 {later.number} 取代上述目录；{section}：{told}。"
                    f"详见 goufu diff {applied.governing.id} {later.id} -d {section}",
                    f"{later.id} took over on {later.in_force}; {section}: {told}; "
                    f"see goufu diff {applied.governing.id} {later.id} -d {section}",
                ),
                indent=5,
            )
