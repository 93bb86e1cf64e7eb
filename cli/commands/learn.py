"""`goufu learn`: an office's own small correction from the lines it decided, shown with its gain before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.cli.commands.evaluate import FileArgument, FromStoreOption, assessed, decided
from goufu.cli.render.evaluation import interval, kind_name, percent
from goufu.cli.shared.audits import YearOption, settings
from goufu.cli.shared.options import BudgetDayOption, DepartmentOption, FormatOption, checked
from goufu.cli.shared.output import Column, as_recorded, emit, note, print_line, print_table, say
from goufu.cli.shared.store_access import DbOption
from goufu.matcher.outcome_names import STATUS_NAMES

if TYPE_CHECKING:
    from goufu.matcher.answered import Answered
    from goufu.matcher.evaluate import Rate
    from goufu.matcher.learn import Learned, Trial
    from goufu.matcher.model import Assessment
    from goufu.store.learned import Kept

FIGURES = (
    Column("name", "指标（用没学过的条目检验）", "figure (on lines held out)", ratio=3),
    Column("before", "修正前", "before", right=True),
    Column("after", "修正后", "after", right=True),
    Column("interval", "95% 区间", "95% interval", right=True),
)
WEIGHTS = (
    Column("what", "修正什么", "what", width=10),
    Column("of", "", "", ratio=4),
    Column("weight", "倍数", "odds", right=True),
)


def learn(
    file: FileArgument = None,
    from_store: FromStoreOption = False,
    apply: Annotated[bool, typer.Option("--apply", help="有好处时启用；不加则只看")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="停用并删除学得的修正")] = False,
    department: DepartmentOption = None,
    year: YearOption = None,
    on: BudgetDayOption = None,
    form: FormatOption = "table",
    db: DbOption = None,
) -> None:
    """从本单位已核定的项目学一个小修正：先看有没有好处，再用 --apply 启用，随时可 --forget。"""
    from goufu.store.address import address_of, learned_path
    from goufu.store.learned import forget as drop

    checked(form)
    path = learned_path(address_of(db))
    if forget:
        if drop(path):
            note(f"已停用，删除了 {path}", f"switched off, deleted {path}")
        else:
            note("没有学得的修正", "there is no learned correction")
        return
    if file is None and not from_store:
        from goufu.store.learned import read_learned

        if not path.exists():
            note(
                "还没有学得的修正；给出有答案的文件，或加 --from-store",
                "nothing was learned yet; give a file with answers, or --from-store",
            )
            return
        _print_kept(read_learned(path), form)
        return
    answers = decided(file, from_store, db)
    trial, learned = _tried(answers, department, year, on)
    if form == "table":
        _print_trial(trial, learned)
    else:
        emit([_record(trial, learned)], (), form)
    if not apply:
        if trial.gains:
            note("尚未启用；加 --apply 启用", "not switched on; add --apply to do so")
        return
    if not trial.gains:
        note(f"没有启用：{trial.why_not[0]}", f"not switched on: {trial.why_not[1]}")
        raise typer.Exit(1)
    from goufu.store.learned import Kept, write_learned

    write_learned(path, Kept(learned, _told(trial, len(answers))))
    note(
        f"已启用，写入 {path}；goufu classify 会用它，--no-learned 不用，goufu learn --forget 停用",
        f"switched on, written to {path}; goufu classify uses it, --no-learned does not, goufu learn --forget drops it",
    )


def _tried(
    answers: Sequence[Answered], department: str | None, year: int | None, on: str | None
) -> tuple[Trial, Learned]:
    from goufu.cli.shared.progress import progress
    from goufu.matcher.learn import DEPTH, fitted, tried

    how = settings(department, year, on)
    with progress(3 * len(answers), "学习", "learning") as step:

        def judge(some: Sequence[Answered], learned: Learned | None) -> Sequence[Assessment]:
            return assessed(some, how, step, learned, 5 if learned else DEPTH)

        return tried(answers, judge), fitted(answers, judge(answers, None))


def _told(trial: Trial, lines: int) -> tuple[str, ...]:
    from goufu.cli.shared.options import day

    return (
        f"{day(None)}，学自 {lines} 条已核定的项目；用没学过的条目检验：改对 {trial.better} 条，改错 {trial.worse} 条",
        f"learned from {lines} decided lines; of lines held out {trial.better} became right, {trial.worse} wrong",
    )


def _print_trial(trial: Trial, learned: Learned) -> None:
    before, after = trial.before, trial.after
    if trial.gains:
        print_line(
            say(
                f"在你们的 {before.lines} 条里，用没学过的条目检验：改对 {trial.better} 条，改错 {trial.worse} 条，值得启用。",
                f"Of your {before.lines} lines, each held out in turn, {trial.better} became right and {trial.worse} wrong: worth using.",
            )
        )
    else:
        print_line(say(f"不宜启用：{trial.why_not[0]}。", f"Not worth using: {trial.why_not[1]}."))
    rows = (
        (say("首选代码对", "first code right"), before.top[0], after.top[0]),
        (say("性质对", "nature right"), before.nature, after.nature),
        (say("状态对", "status right"), before.status, after.status),
        (say("全对", "all right"), before.right, after.right),
        (say("自动判定", "decided alone"), before.auto, after.auto),
        (say("自动判定中对的", "decided alone and right"), before.auto_right, after.auto_right),
    )
    print_table([_row(name, b, a) for name, b, a in rows if b.of or a.of], FIGURES)
    _print_weights(learned)


def _row(name: str, before: Rate, after: Rate) -> dict[str, Any]:
    def said(rate: Rate) -> str:
        return f"{rate.hits}/{rate.of} {percent(rate)}"

    return {"name": name, "before": said(before), "after": said(after), "interval": interval(after)}


def _weights(learned: Learned) -> list[dict[str, Any]]:
    """Every number of a correction, the largest first."""
    rows = [("entry", f"{s} {c} {n}", w) for (s, c, n), w in learned.entries.items()]
    rows += [("class_b", "B", learned.class_b)] if learned.class_b else []
    rows += [("nature", n, w) for n, w in learned.natures.items()]
    rows += [("ending", f"…{end} → {n}", w) for (end, n), w in learned.endings.items()]
    rows += [("fits", "", learned.fits)] if learned.fits else []
    return [
        {"what": what, "of": of, "weight": w} for what, of, w in sorted(rows, key=lambda row: -abs(row[2]))
    ]


def _print_weights(learned: Learned, most: int = 12) -> None:
    import math

    names = {
        "entry": say("条目", "entry"),
        "class_b": say("B 类", "class B"),
        "nature": say("性质", "nature"),
        "ending": say("标题结尾", "title ends"),
        "fits": say(*STATUS_NAMES["listed"]),
    }
    rows = _weights(learned)
    if not rows:
        return
    shown = []
    for row in rows[:most]:
        of = kind_name(row["of"])
        if row["what"] == "ending":
            end, _, kind = row["of"].partition(" → ")
            of = f"{as_recorded(end)} → {kind_name(kind)}"
        shown.append({"what": names[row["what"]], "of": of, "weight": f"×{math.exp(row['weight']):.2f}"})
    more = say(f"（另有 {len(rows) - most} 项）", f" ({len(rows) - most} more)") if len(rows) > most else ""
    print_table(shown, WEIGHTS, say("学得的修正", "what was learned") + more)


def _record(trial: Trial, learned: Learned) -> dict[str, Any]:
    return {
        "gains": trial.gains,
        "why_not": say(*trial.why_not) or None,
        "better": trial.better,
        "worse": trial.worse,
        "chance": round(trial.chance, 4),
        "before": trial.before.record(),
        "after": trial.after.record(),
        "weights": _weights(learned),
    }


def _print_kept(kept: Kept, form: str) -> None:
    if form != "table":
        emit(_weights(kept.learned), (), form)
        return
    for line in kept.told if len(kept.told) != 2 else (say(*kept.told),):
        print_line(line)
    _print_weights(kept.learned, 40)
