"""`goufu rules`: the rules behind the findings; with an id, what one means, its law, and how to resolve it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from goufu.catalog.severity import SEVERITY_NAMES
from goufu.cli.render.records import rule_record
from goufu.cli.shared.options import FormatOption, HeadingsOption, checked, complete_rules
from goufu.cli.shared.output import Column, emit, say, set_headings

if TYPE_CHECKING:
    from goufu.matcher.findings import Rule

COLUMNS = (
    Column("rule", "规则", "rule"),
    Column("severity", "级别", "severity", width=14),
    Column("title", "含义", "meaning", ratio=4),
    Column("basis", "依据", "basis", ratio=5),
)


def _severities(rule: Rule) -> str:
    """The severity of a rule in words, and those it may have as well: 警告（或提示）."""
    usual, *others = (say(*SEVERITY_NAMES[s]) for s in rule.severities)
    return usual + (say(f"（或{'、'.join(others)}）", f" (or {', '.join(others)})") if others else "")


def rules(
    rule: Annotated[
        str | None,
        typer.Argument(metavar="规则", help="如 GF203；省略则全部列出", autocompletion=complete_rules),
    ] = None,
    form: FormatOption = "table",
    headings: HeadingsOption = "en",
) -> None:
    """列出各项规则；给出规则号则说明其含义、依据和处理办法。"""
    checked(form)
    set_headings(headings)
    from goufu.matcher.findings import load_rules, rule_named

    chosen = [rule_named(rule)] if rule else list(load_rules().values())
    if form == "table" and rule:
        one = chosen[0]
        print(f"{one.id}　{say(*one.title)}　{_severities(one)}")
        print()
        for head, text in (
            (say("说明", "meaning"), say(*one.explain)),
            (say("依据", "basis"), say(*one.basis)),
            (say("处理", "resolve"), say(*one.resolve)),
        ):
            print(f"{head}{say('：', ': ')}{text}")
        return
    if form == "table":
        emit(({**rule_record(r), "severity": _severities(r)} for r in chosen), COLUMNS, form)
    else:
        emit((rule_record(r) for r in chosen), COLUMNS, form)
