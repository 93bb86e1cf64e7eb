"""`goufu evaluate`: how goufu does on lines that an office decided itself, before it trusts what goufu decides alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.render.evaluation import print_evaluation
from goufu.cli.shared.audits import Settings, YearOption, settings
from goufu.cli.shared.options import BudgetDayOption, DepartmentOption, FormatOption, checked
from goufu.cli.shared.output import (
    emit,
    note,
    place_text,
    say,
    whole_file,
)
from goufu.cli.shared.store_access import DbOption, known_learned, opened

if TYPE_CHECKING:
    from goufu.matcher.answered import Answered
    from goufu.matcher.evaluate import Measures, Outcome
    from goufu.matcher.learn import Learned
    from goufu.matcher.model import Assessment

FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[文件]", help="有“核定代码”等答案列的 .xlsx、.csv，或带 gold 的 .jsonl"),
]
FromStoreOption = Annotated[bool, typer.Option("--from-store", help="用存储里已有的认定")]


def evaluate(
    file: FileArgument = None,
    from_store: FromStoreOption = False,
    department: DepartmentOption = None,
    year: YearOption = None,
    on: BudgetDayOption = None,
    with_learned: Annotated[
        bool, typer.Option("--learned", help="连同本单位学得的修正一起检验（学过的条目会显得更好）")
    ] = False,
    worst: Annotated[int, typer.Option("--worst", min=0, help="列出几条差得最远的")] = 10,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="文件", help="另写一页 .html")
    ] = None,
    form: FormatOption = "table",
    db: DbOption = None,
) -> None:
    """用本单位已核定的项目检验 goufu：首选对多少，性质对多少，自动判定可不可信。"""
    from goufu.matcher.evaluate import measured
    from goufu.matcher.evaluate import worst as worst_of

    checked(form)
    if output and output.suffix.lower() != ".html":
        raise GoufuError(f"“{output.name}”应为 .html", f"'{output.name}' should be .html")
    answers = decided(file, from_store, db)
    found = judged(answers, department, year, on, known_learned(db, with_learned))
    figures = measured(found)
    wrong = worst_of(found, worst)
    if form in ("jsonl", "csv"):
        emit([_line(o) for o in found], (), form)
    elif form == "json":
        emit([_record(found, figures, wrong)], (), form)
    else:
        print_evaluation(found, figures, wrong)
    if output:
        from goufu.cli.render.evaluation_page import page

        with whole_file(output) as temporary:
            temporary.write_text(page(found, figures, wrong), encoding="utf-8")
        note(f"已写入 {output}", f"wrote {output}")


def decided(file: Path | None, from_store: bool, db: str | None) -> tuple[Answered, ...]:
    """The answered lines of a file or of the store; what was not understood is reported on stderr.

    Raises GoufuError where neither or both are given, or no line has an answer.
    """
    if (file is None) != from_store:
        raise GoufuError(
            "请给出一个有答案的文件，或加 --from-store（二者取一）",
            "give a file with answers or --from-store, not both",
        )
    if file is None:
        from goufu.store.answered import decided_lines

        answers = decided_lines(opened(db))
        where = say("存储", "the store")
    else:
        from goufu.matcher.answered import read_answered

        answers, remarks = read_answered(file)
        for remark in remarks:
            if remark.level != "notice":
                place = place_text(remark.place) or file.name
                note(f"{place}：{remark.text}", f"{place}: {remark.english}")
        where = file.name
    if not answers:
        raise GoufuError(f"{where} 里没有已核定的项目", f"there are no decided lines in {where}")
    return answers


def judged(
    answers: Sequence[Answered],
    department: str | None,
    year: int | None,
    on: str | None,
    learned: Learned | None = None,
) -> tuple[Outcome, ...]:
    """The answered lines judged as `goufu classify` would, without precedents, each beside its answer."""
    from goufu.cli.shared.progress import progress
    from goufu.matcher.evaluate import outcomes

    how = settings(department, year, on)
    with progress(len(answers), "检验", "evaluating") as step:
        return outcomes(answers, assessed(answers, how, step, learned))


def assessed(
    answers: Sequence[Answered],
    how: Settings,
    step: Callable[[int], None],
    learned: Learned | None = None,
    most: int = 5,
) -> list[Assessment]:
    """What goufu says of the lines, with at most `most` candidates each."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.assess import assess

    from goufu.cache import default_cache

    return assess(
        [a.item for a in answers],
        load_catalogs(),
        how.today,
        on=how.on,
        year=how.year,
        sections=how.sections,
        cache=default_cache(),
        progress=step,
        most=most,
        learned=learned,
    )


def _line(o: Outcome) -> dict[str, Any]:
    item = o.answer.item
    return {
        "id": item.id,
        "department": item.department,
        "title": item.title,
        "accepted_codes": [list(c) for c in o.answer.codes],
        "accepted_nature": list(o.answer.natures),
        "accepted_status": list(o.answer.statuses),
        "nature": o.judged.nature,
        "status": o.judged.status,
        "codes": [[c.section, c.code, round(c.score, 3)] for c in o.judged.codes],
        "decision": o.judged.decision,
        "certainty": round(o.certainty, 3),
        "place": None if o.place is None else o.place + 1,
        "right": o.right,
    }


def _record(found: Sequence[Outcome], figures: Measures, wrong: Sequence[Outcome]) -> dict[str, Any]:
    from goufu.matcher.evaluate import by_section, calibration, confused_natures, confused_statuses

    def pairs(counts: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
        return [{"accepted": a, "given": g, "lines": n} for (a, g), n in counts.most_common()]

    return {
        **figures.record(),
        "sections": [{"section": name, **m.record()} for name, m in by_section(found)],
        "natures": pairs(confused_natures(found)),
        "statuses": pairs(confused_statuses(found)),
        "calibration": [
            {"from": g.low, "to": g.high, "certainty": round(g.certainty, 4), **g.right.record()}
            for g in calibration(found)
        ],
        "worst": [_line(o) for o in wrong],
    }
