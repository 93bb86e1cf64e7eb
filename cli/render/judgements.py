"""How a judgement reads in one line: the words an officer sees in tables and workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goufu.catalog.severity import SEVERITY_NAMES, Severity
from goufu.cli.shared.output import Column, say
from goufu.cli.shared.tally import Tally
from goufu.matcher.nature_names import NATURE_NAMES
from goufu.matcher.outcome_names import STATUS_NAMES

if TYPE_CHECKING:
    from goufu.matcher.model import Assessment, Finding

#: the natures as tables name them
NATURES: dict[str, tuple[str, str]] = {nature: (name.zh, name.en) for nature, name in NATURE_NAMES.items()}
STATUSES = STATUS_NAMES

#: what is doubted of a judgement, beside its certainty
DOUBTS = {
    "nature": ("性质", "nature"),
    "listing": ("是否列入", "listing"),
    "code": ("代码", "code"),
    "section": ("部门", "section"),
    "bundle": ("打包", "bundle"),
    "citation": ("所填", "as cited"),
    "held": ("未存", "not held"),
    "finding": ("问题", "finding"),
    "close": ("像服务", "like one"),
}

#: the mark in front of each severity, so that it is seen without colour
_MARKS: Mapping[Severity, str] = {"error": "✗", "warning": "!", "notice": "·"}

COLUMNS = (
    Column("number", "序", "#", right=True),
    Column("title", "项目", "item", ratio=30),
    Column("amount", "万元", "10k CNY", right=True),
    Column("nature", "性质", "nature", width=9),
    Column("code", "代码", "code", width=8),
    Column("verdict", "条目 / 问题", "entry / findings", ratio=36),
    Column("score", "把握", "conf.", right=True),
)


def number_of(assessment: Assessment) -> str:
    """The item's number within its document, or its own id."""
    tail = assessment.item.id.rpartition("-")[2]
    return tail.lstrip("0") if tail.isdecimal() else assessment.item.id


def verdict(a: Assessment) -> str:
    """The entry, or what is said where there is none, and the findings, in words."""
    lines = []
    if a.coded:
        name = a.coded.name + (
            say("（退用", " (fallback ") + a.coded.version + say("）", ")") if a.coded.fallback else ""
        )
        lines.append(name)
    elif a.status == "not_applicable":
        lines.append(say(*STATUSES[a.status]))
    elif a.status == "unknown":
        lines.append(
            say("本部门目录未存，不能判断是否列入", "the section is not held; listed or not cannot be said")
        )
    elif a.status == "superseded" or not a.findings:
        lines.append(say(*STATUSES[a.status]))
    if a.precedent:
        lines.append(say(*a.precedent))
    lines += [finding_line(f) for f in a.findings]
    if a.coded and a.decision == "review" and len(a.codes) > 1:
        second = a.codes[1]
        lines.append(say("另可：", "or: ") + f"{second.code} {second.name}")
    return "\n".join(lines)


def finding_line(f: Finding) -> str:
    """A finding in one line: its mark, rule and message, and the reason where a user silenced it."""
    line = f"{_mark(f.severity)} {f.rule} {say(*f.message)}"
    return line + (say(f"（已豁免：{f.silenced}）", f" (silenced: {f.silenced})") if f.silenced else "")


def standing_findings(a: Assessment) -> list[Finding]:
    """The findings on an item that no one silenced."""
    return [f for f in a.findings if not f.silenced]


def _mark(severity: Severity) -> str:
    return f"{_MARKS[severity]} {say(*SEVERITY_NAMES[severity])}"


def row(a: Assessment) -> dict[str, Any]:
    """One line of the table."""
    return {
        "number": number_of(a),
        "title": a.item.title,
        "amount": amount(a.item.amount_wan),
        "nature": say(*NATURES[a.nature]),
        "code": a.coded.code if a.coded else "—",
        "verdict": verdict(a),
        "score": sureness(a.status, a.certainty, a.doubt, "\n"),
    }


#: a service that a finding says may not be purchased as one
BARRED = ("服务（不得购买）", "service (not to be purchased)")


def spent_on(a: Assessment) -> str:
    """What the money of an item buys, in a word; a service that may not be purchased as one is counted apart.

    So the figure beside 服务 is the same wherever services are added up.
    """
    return say(*(BARRED if a.nature == "service" and a.gov_service is False else NATURES[a.nature]))


def percent(chance: float) -> str:
    """A probability for people: `72%`; nothing that was only reckoned is called impossible or certain: `<1%`, `>99%`."""
    if 0.995 <= chance < 1:
        return ">99%"
    return "<1%" if chance < 0.005 else f"{chance:.0%}"


def certainty(status: str, chance: float) -> str:
    """How sure the judgement is; `—` where the catalog is not held: nothing was judged there, whatever a candidate's chance."""
    return "—" if status == "unknown" else percent(chance)


def sureness(status: str, chance: float, doubt: str | None, between: str = " ") -> str:
    """How sure the decision is, and where a person must look what is doubted: `72%?` and 代码."""
    shown = certainty(status, chance)
    return f"{shown}?{between}{say(*DOUBTS[doubt])}" if doubt else shown


def amount(value: Decimal | None) -> str:
    """万元 with two places and thousands set apart; "" where it is not known."""
    return "" if value is None else f"{value:,.2f}"


def summary(assessments: Sequence[Assessment], findings: Sequence[Finding] = ()) -> str:
    """Items, amount, how many are coded, unlisted, not services, to be reviewed; all findings but the silenced ones.

    `findings` are those on the document itself.
    """
    tally = Tally()
    tally.count(assessments)
    tally.count_findings(findings)
    return summary_of(tally)


def summary_of(tally: Tally) -> str:
    """The same of lines that were counted as they passed."""
    by, grave = tally.statuses, tally.grave
    without = (
        say(f"（{tally.without} 项没有金额）", f" ({tally.without} without an amount)")
        if tally.without
        else ""
    )
    counted = say("，", ", ").join(f"{say(*name)} {by[status]}" for status, name in STATUSES.items())
    return say(
        f"共 {tally.items} 项 {amount(tally.amount)} 万元{without}，其中服务 {amount(tally.services)} 万元；{counted}；"
        f"待复核 {tally.review}（把握后带 ?，下面是存疑之处）；问题：错误 {grave['error']}，警告 {grave['warning']}，提示 {grave['notice']}",
        f"{tally.items} items, {amount(tally.amount)} (10k CNY){without}, services {amount(tally.services)}; {counted}; "
        f"to review {tally.review} (marked ?, with what is doubted); findings: {grave['error']} errors, {grave['warning']} warnings, {grave['notice']} notices",
    )
