"""Files to audits, as the commands that judge documents share it: options read once, a bad file kept apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.options import day
from goufu.cli.shared.output import note, place_text, say
from goufu.cli.shared.semantic import Source, reranker
from goufu.cli.shared.store_access import known_precedents

if TYPE_CHECKING:
    from goufu.disclosure.model import Disclosure
    from goufu.matcher.audit import Audit
    from goufu.matcher.findings import Silence
    from goufu.matcher.learn import Learned

YearOption = Annotated[int | None, typer.Option("--year", help="预算年度；默认取文件中的年度")]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore", metavar="规则[=理由]", help="豁免一条规则，如 --ignore GF301=合同一年一签；报告中列明"
    ),
]
IgnoreFileOption = Annotated[
    Path | None,
    typer.Option(
        "--ignore-file", metavar="文件", help="豁免表（制表符分隔：规则、部门、项目、理由、有效期至）"
    ),
]

#: kinds of doubt about a list that change what its lines come to, so that they are told before any judgement
TOLD = frozenset({"unit", "amount", "hidden", "carried", "list"})


@dataclass(frozen=True)
class Settings:
    """How documents are judged: sections and day that override theirs, the silences, today, and whether by precedent.

    `db` names the store as `--db` does; its precedents are applied where `remember` is true and there is a store, for an
    officer of `departments` (None for everybody) as `goufu.store.precedents.others` has it.
    `semantic` names the model of a second opinion by meaning, None for none; `learned` is the office's own correction.
    """

    today: date
    sections: tuple[str, ...] = ()
    year: int | None = None
    on: date | None = None
    silences: tuple[Silence, ...] = ()
    db: str | None = None
    remember: bool = False
    departments: tuple[str, ...] | None = None
    semantic: Source | None = None
    learned: Learned | None = None


def settings(
    department: str | None,
    year: int | None,
    on: str | None,
    ignore: Sequence[str] | None = None,
    ignore_file: Path | None = None,
) -> Settings:
    """The options as a user gave them. Raises GoufuError for an unknown department, day or rule."""
    from goufu.matcher.departments import section_named
    from goufu.matcher.findings import Silence, read_silences, rule_named

    if year is not None and not 1990 <= year <= 2100:
        raise GoufuError(
            f"--year 应为四位的预算年度，如 2026，实为 {year}",
            f"--year takes a year such as 2026, found {year}",
        )
    silences = list(read_silences(ignore_file)) if ignore_file else []
    for text in ignore or ():
        rule, _, reason = text.partition("=")
        silences.append(
            Silence(
                rule_named(rule).id,
                reason.strip() or say("命令行指定，未说明理由", "given on the command line without a reason"),
            )
        )
    return Settings(
        today=day(None),
        sections=section_named(department) if department else (),
        year=year,
        on=day(on) if on else None,
        silences=tuple(silences),
    )


def audit_disclosure(
    disclosure: Disclosure, how: Settings, progress: Callable[[int], None] | None = None
) -> Audit:
    """The audit of a document that was read; `progress` is called with the number of items done."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.audit import audit

    from goufu.cache import default_cache

    with known_precedents(how.db, how.remember, how.departments) as precedents:
        return audit(
            disclosure,
            load_catalogs(),
            today=how.today,
            on=how.on,
            year=how.year,
            sections=how.sections,
            cache=default_cache(),
            silences=how.silences,
            precedents=precedents,
            progress=progress,
            semantic=reranker(how.semantic) if how.semantic else None,
            learned=how.learned,
        )


def audit_files(arguments: Sequence[str | Path], how: Settings) -> tuple[list[Audit], bool]:
    """The audits of the files that paths, folders and patterns mean, and whether any could not be read.

    A file that cannot be read is reported in one sentence, and the others go on.
    """
    from goufu.cli.shared.progress import progress
    from goufu.cli.shared.read_files import read_files

    audits: list[Audit] = []
    failed: list[GoufuError] = []
    for disclosure in read_files(arguments, failed):
        for remark in disclosure.remarks:
            if remark.level == "error" or (remark.level == "warning" and remark.kind in TOLD):
                where = place_text(remark.place) or disclosure.file
                note(f"{where}：{remark.text}", f"{where}: {remark.english}")
        with progress(len(disclosure.items), "分类", "classifying") as step:
            audits.append(audit_disclosure(disclosure, how, step))
    return audits, bool(failed)
