"""GF301 and GF303 as far as one item shows them: its term, and what its form says against its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from goufu.catalog.severity import Severity
from goufu.catalog.text import NOTHING, Text
from goufu.disclosure.model import BudgetItem, Place
from goufu.matcher.findings.purchasable import declared
from goufu.matcher.findings.table import finding, texts
from goufu.matcher.model import Assessment, Finding
from goufu.matcher.text import normal

#: the longest contract the law allows, in years (财政部令第102号第二十四条)
LONGEST = 3
#: terms from here on are how budget systems mark a project that goes on for good
STANDING = 20
#: titles that the message on standing terms names; its evidence has them all
_NAMED = 5
#: 万元; tables are rounded to two places
_CENT = Decimal("0.01")

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_TERM = re.compile(r"(?<!\d)(\d{1,3}|[一二两三四五六七八九十]{1,3})\s*年")
_CONTRACT = re.compile(
    r"(?:合同|服务|特许经营|协议|承包|委托|履行|签约|运营)(?:履行)?(?:期限|期|年限)(?:为|共|:|：|是|约)?\s*(\d{1,2}|[一二两三四五六七八九十]{1,3})\s*年(?!级|度)"
)
_SPAN = re.compile(r"(20\d\d)\s*年?\s*[-—~–至]\s*(20\d\d)\s*年?")
#: a calendar year with its month
_MONTHS = re.compile(r"(20\d\d)(?:\s*[-/.年]\s*(\d{1,2})(?!\d))?")
#: words that two names of one project may differ by
_LOOSE = re.compile(r"[\s\W_]|项目|经费|资金|费用|费|年度|年|的")


def years(text: str) -> int | None:
    """The number of years that `text` gives as a term (`99年`, `三年`, `十二年`); None where it gives none.

    A calendar year (`2026年`) is no term.
    """
    for match in _TERM.finditer(normal(text)):
        count = _number(match[1])
        if count is not None:
            return count
    return None


def stretch(text: str) -> int | None:
    """The years that a column 期限 gives, begun ones counted: `5年`, `60个月`, `2026年1月至2030年12月`; None for none."""
    flat = normal(text)
    days = [(int(y), int(m or 0)) for y, m in _MONTHS.findall(flat)]
    if len(days) >= 2:
        (first, begins), (last, ends) = days[0], days[-1]
        months = (last - first) * 12 + ((ends - begins) if begins and ends else 11) + 1
        return -(-months // 12) if months > 0 else None
    if match := re.search(r"(\d{1,3})\s*个?月", flat):
        return -(-int(match[1]) // 12)
    return years(text)


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.get(text)
    if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
        return None
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def long_term(a: Assessment) -> Iterator[Finding]:
    """GF301: a service whose form, name or text gives a term of more than three years."""
    if a.gov_service is False and declared(a) is None:
        return
    term = _term(a.item)
    if term is None:
        return
    count, words, place = term
    standing = count >= STANDING
    severity: Severity = "notice" if standing else "warning"
    yield finding(
        "GF301",
        Text(
            f"项目期限填作 {count} 年；"
            + ("应是长期项目的填法，购买服务合同仍不得超过三年" if standing else "购买服务合同不得超过三年"),
            f"the term is {count} years; contracts for services are limited to three",
        ),
        (words,),
        severity=severity,
        place=place,
    )


def gathered(assessments: Sequence[Assessment]) -> tuple[list[Assessment], list[Finding]]:
    """The notices on standing terms (GF301) taken off the items and said once, with all the lines they concern.

    The form of a standing project gives 99 years in every such line, which says nothing of one line. A silence goes
    with what it silenced.
    """
    lines: dict[str, list[tuple[BudgetItem, Finding]]] = {}
    rest: list[Assessment] = []
    for a in assessments:
        taken = [f for f in a.findings if f.rule == "GF301" and f.severity == "notice"]
        for f in taken:
            lines.setdefault(f.silenced, []).append((a.item, f))
        rest.append(replace(a, findings=tuple(f for f in a.findings if f not in taken)) if taken else a)
    return rest, [_said_once(some, reason) for reason, some in lines.items()]


def _said_once(lines: Sequence[tuple[BudgetItem, Finding]], silenced: str) -> Finding:
    titles = [item.title for item, _ in lines]
    named = "、".join(titles[:_NAMED]) + ("等" if len(titles) > _NAMED else "")
    terms = "、".join(dict.fromkeys(str(years(f.message.zh)) for _, f in lines))
    made = finding(
        "GF301",
        Text(
            f"{len(lines)} 个购买服务的项目期限填作 {terms} 年（{named}）；应是长期项目的填法，购买服务合同仍不得超过三年",
            f"{len(lines)} purchased services give a term of {terms.replace('、', ', ')} years; contracts for services are limited to three",
        ),
        [Text(f"{item.title}：{f.evidence.zh}", f"{item.title}: {f.evidence.en}") for item, f in lines],
        severity="notice",
        place=lines[0][1].place,
    )
    return replace(made, silenced=silenced)


def _term(item: BudgetItem) -> tuple[int, Text, Place | None] | None:
    """The first term beyond the limit: (years, the words that give it, their place)."""
    form = item.form
    if form is not None and form.term:
        count = years(form.term)
        if count is not None and count > LONGEST:
            kind, kind_en = (
                (f"，项目属性“{form.attribute}”", f", kind '{form.attribute}'")
                if form.attribute
                else ("", "")
            )
            said = Text(
                f"绩效目标表“项目期限 {form.term}”{kind}", f"its form: '项目期限 {form.term}'{kind_en}"
            )
            return count, said, form.place
    if item.term:
        count = stretch(item.term)
        if count is not None and count > LONGEST:
            said = Text(f"期限一栏写有“{item.term}”", f"its column of terms has '{item.term}'")
            return count, said, item.place
    for what, text, place in texts(item):
        # every wording of _CONTRACT has one of the two
        contract = _CONTRACT.search(normal(text)) if "期" in text or "年限" in text else None
        if contract and (count := _number(contract[1])) is not None and count > LONGEST:
            return count, Text(f"{what.zh}写有“{contract[0]}”", f"{what.en} has '{contract[0]}'"), place
    span = _SPAN.search(item.title)
    if span and int(span[2]) - int(span[1]) >= LONGEST:
        said = Text(f"标题写有“{span[0]}”", f"the title has '{span[0]}'")
        return int(span[2]) - int(span[1]) + 1, said, item.place
    return None


def form_disagrees(a: Assessment) -> Iterator[Finding]:
    """GF303: the form that belongs to a line gives another amount (a warning) or another name (a notice)."""
    item, form = a.item, a.item.form
    if form is None:
        return
    if form.year_yuan is not None and item.amount_wan is not None:
        wan = form.year_yuan / 10000
        if abs(wan - item.amount_wan) > _CENT:
            yield finding(
                "GF303",
                Text(
                    f"项目表 {item.amount_wan:,} 万元，绩效目标表年度资金 {wan:,.2f} 万元",
                    f"{item.amount_wan:,} in the table, {wan:,.2f} in the form (10k CNY)",
                ),
                (
                    _in_table(item.place),
                    Text(
                        f"绩效目标表“年度资金总额 {form.year_yuan:,} 元”",
                        f"the form: '年度资金总额 {form.year_yuan:,} 元'",
                    ),
                ),
                place=form.place,
            )
    if form.title and loose(form.title) != loose(item.title):
        yield finding(
            "GF303",
            Text(f"绩效目标表的名称是“{form.title}”", f"the form calls it '{form.title}'"),
            (
                Text(f"项目表“{item.title}”", f"the table: '{item.title}'"),
                _in_table(item.place),
                Text(f"绩效目标表“{form.title}”", f"the form: '{form.title}'"),
            ),
            severity="notice",
            place=form.place,
        )


def _in_table(place: Place | None) -> Text:
    return Text(f"项目表见 {place.text()}", f"the table is at {place.text('en')}") if place else NOTHING


def loose(name: str) -> str:
    """A project's name without what two printings of it may differ by: width, marks, 项目, 经费, 年."""
    return _LOOSE.sub("", normal(name))
