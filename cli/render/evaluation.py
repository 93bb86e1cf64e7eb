"""How an evaluation reads: its sentences and tables, on the screen and (`evaluation_page`) on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from goufu.cli.shared.output import Column, bracketed, listed, print_line, print_table, say
from goufu.matcher.outcome_names import STATUS_NAMES

if TYPE_CHECKING:
    from goufu.matcher.evaluate import Measures, Outcome, Rate

FIGURES = (
    Column("name", "指标", "figure", ratio=3),
    Column("hits", "对", "right", right=True),
    Column("of", "共", "of", right=True),
    Column("share", "比率", "share", right=True),
    Column("interval", "95% 区间", "95% interval", right=True),
)
SECTIONS = (
    Column("name", "部门", "section", ratio=3),
    Column("lines", "条", "lines", right=True),
    Column("top1", "首选对", "top 1", right=True),
    Column("top3", "前三有", "top 3", right=True),
    Column("nature", "性质", "nature", right=True),
    Column("auto", "自动", "auto", right=True),
    Column("auto_right", "自动对", "auto right", right=True),
)
WORST = (
    Column("auto", "", "", width=2),
    Column("certainty", "把握", "conf.", right=True),
    Column("title", "项目", "item", ratio=4),
    Column("answer", "你们的答案", "your answer", ratio=3),
    Column("given", "goufu 的判断", "goufu's", ratio=3),
)


def percent(rate: Rate) -> str:
    """`83%`, `—` without lines."""
    return "—" if rate.share is None else f"{rate.share * 100:.0f}%"


def interval(rate: Rate) -> str:
    """`78–88%`, `—` without lines."""
    return "—" if rate.interval is None else "–".join(f"{x * 100:.0f}" for x in rate.interval) + "%"


def sentences(figures: Measures) -> list[str]:
    """What the figures mean, in words for an officer."""
    auto, right = figures.auto, figures.auto_right
    told = [
        say(
            f"在你们的 {figures.lines} 条里，goufu 全对的有 {figures.right.hits} 条（{percent(figures.right)}，95% 区间 {interval(figures.right)}）。",
            f"Of your {figures.lines} lines goufu has {figures.right.hits} wholly right ({percent(figures.right)}, 95 % interval {interval(figures.right)}).",
        )
    ]
    if figures.top[0].of:
        first, third = figures.top[0], figures.top[1]
        told.append(
            say(
                f"应有代码的 {first.of} 条里，首选就对的 {first.hits} 条（{percent(first)}），前三个里有的 {third.hits} 条（{percent(third)}）。",
                f"Of {first.of} that have a code the first candidate is right for {first.hits} ({percent(first)}), one of the first three for {third.hits} ({percent(third)}).",
            )
        )
    if not auto.hits:
        told.append(
            say(
                "没有一条是自动判定的，都请人复核。",
                "There is none that it would decide alone: all are for review.",
            )
        )
    else:
        told.append(
            say(
                f"自动判定的有 {auto.hits} 条（{percent(auto)}），其中错 {right.of - right.hits} 条（对 {percent(right)}，95% 区间 {interval(right)}）。",
                f"It decides {auto.hits} alone ({percent(auto)}), {right.of - right.hits} of them wrongly (right {percent(right)}, 95 % interval {interval(right)}).",
            )
        )
    if figures.lines < 50:
        told.append(
            say("条数还少，这些比率会有较大出入，请看区间。", "These are few lines; go by the intervals.")
        )
    return told


def figure_rows(figures: Measures) -> list[dict[str, Any]]:
    """The table of figures."""
    rows = (
        (say("首选代码", "first code"), figures.top[0]),
        (say("前三个代码", "first three codes"), figures.top[1]),
        (say("前五个代码", "first five codes"), figures.top[2]),
        (say("性质", "nature"), figures.nature),
        (
            say("状态", "status")
            + bracketed(listed(say(*STATUS_NAMES[s]) for s in ("listed", "unlisted", "not_applicable"))),
            figures.status,
        ),
        (say("全对", "all right"), figures.right),
        (say("自动判定（占全部）", "decided alone (of all)"), figures.auto),
        (say("自动判定中对的", "decided alone and right"), figures.auto_right),
    )
    return [
        {"name": name, "hits": r.hits, "of": r.of, "share": percent(r), "interval": interval(r)}
        for name, r in rows
        if r.of
    ]


def section_rows(found: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The table of sections."""
    from goufu.matcher.evaluate import by_section

    return [
        {
            "name": name or say("（没有对应的部门目录）", "(no section)"),
            "lines": m.lines,
            "top1": percent(m.top[0]),
            "top3": percent(m.top[1]),
            "nature": percent(m.nature),
            "auto": percent(m.auto),
            "auto_right": percent(m.auto_right),
        }
        for name, m in by_section(found)
    ]


def worst_rows(wrong: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The table of lines that differ."""
    return [
        {
            "auto": "!" if o.auto else "",
            "certainty": f"{o.certainty * 100:.0f}%",
            "title": o.answer.item.title,
            "answer": answer_text(o),
            "given": given_text(o),
        }
        for o in wrong
    ]


def answer_text(o: Outcome) -> str:
    """What the office decided: its codes, or status, or nature."""
    if o.answer.codes:
        return listed(f"{s} {c}".strip() for s, c in o.answer.codes[:3])
    kinds = listed(map(kind_name, o.answer.natures[:3] if len(o.answer.natures) < 5 else ()))
    states = listed(map(kind_name, o.answer.statuses))
    return f"{states}{bracketed(kinds)}" if kinds and states else kinds or states


def given_text(o: Outcome) -> str:
    """What goufu says: its first code, or status, and nature where it is no service."""
    a = o.judged
    if a.status == "listed" and a.codes:
        first = a.codes[0]
        return f"{first.section} {first.code} {first.name}"
    return f"{kind_name(a.status)}{bracketed(kind_name(a.nature))}"


def kind_name(word: str) -> str:
    """A nature or status in the language chosen."""
    from goufu.cli.render.judgements import NATURES, STATUSES

    pair = NATURES.get(word) or STATUSES.get(word)
    return say(*pair) if pair else word


def print_evaluation(found: Sequence[Outcome], figures: Measures, wrong: Sequence[Outcome]) -> None:
    """The evaluation on the screen: sentences, tables, certainty against truth, the lines that differ."""
    from goufu.matcher.evaluate import confused_natures, confused_statuses

    for sentence in sentences(figures):
        print_line(sentence)
    print_table(figure_rows(figures), FIGURES)
    sections = section_rows(found)
    if len(sections) > 1:
        print_table(sections[:15], SECTIONS, say("按部门", "by section"))
        if len(sections) > 15:
            print_line(
                say(
                    f"另有 {len(sections) - 15} 个部门，见 --format json",
                    f"{len(sections) - 15} more: --format json",
                )
            )
    for title, counts in (
        (say("性质：你们的（行）→ goufu 的", "nature: yours → goufu's"), confused_natures(found)),
        (say("状态：你们的（行）→ goufu 的", "status: yours → goufu's"), confused_statuses(found)),
    ):
        _print_confusion(title, counts)
    _print_calibration(found, figures)
    if wrong:
        print_table(
            worst_rows(wrong),
            WORST,
            say(
                "与你们不一致的（! 为自动判定的；把握大的在前）",
                "where it differs (! decided alone; the surest first)",
            ),
        )


def _print_confusion(title: str, counts: Counter[tuple[str, str]]) -> None:
    """The table of what was taken for what, one row for each accepted kind that was met."""
    if not counts or all(a == g for a, g in counts):
        return
    columns = list(dict.fromkeys(g for (_, g), _ in counts.most_common()))
    rows = list(dict.fromkeys(a for (a, _), _ in counts.most_common()))
    print_table(
        [{"name": kind_name(a), **{g: counts[a, g] or "·" for g in columns}} for a in rows],
        (
            Column("name", "", ""),
            *(Column(g, kind_name(g), kind_name(g), right=True) for g in columns),
        ),
        title,
    )


def _print_calibration(found: Sequence[Outcome], figures: Measures) -> None:
    """A plot in text: for each group of certainty a bar of what was right, and a mark where it said it would be."""
    from goufu.matcher.evaluate import calibration

    print(
        say("把握与实际：█ 实际对的比率，┃ 它说的把握", "certainty and truth: █ share right, ┃ what it said")
    )
    for g in calibration(found):
        share = g.right.share or 0.0
        bar = ["█" if n < round(share * 40) else "·" for n in range(40)]
        bar[min(39, round(g.certainty * 40))] = "┃"
        print(
            f"  {g.low * 100:3.0f}–{g.high * 100:3.0f}%  {''.join(bar)}  {g.right.hits:>4}/{g.right.of:<4} "
            f"{percent(g.right):>4} ({interval(g.right)})"
        )
    if figures.gap is not None:
        print(
            say(
                f"平均偏差 {figures.gap * 100:.0f} 个百分点（越小越可信）",
                f"mean distance {figures.gap * 100:.0f} points (the smaller the better)",
            )
        )
    print()
