"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer
from goufu.catalog.errors import GoufuError


def _departments(incomplete: str) -> list[tuple[str, str]]:
    from goufu.cli.shared.completion import departments

    return departments(incomplete)


def complete_versions(incomplete: str) -> list[tuple[str, str]]:
    """Versions for the shell, see `goufu.cli.shared.completion`."""
    from goufu.cli.shared.completion import versions

    return versions(incomplete)


def _formats(incomplete: str) -> list[str]:
    from goufu.cli.shared.completion import formats

    return formats(incomplete)


def complete_codes(incomplete: str) -> list[tuple[str, str]]:
    """Codes for the shell, see `goufu.cli.shared.completion`."""
    from goufu.cli.shared.completion import codes

    return codes(incomplete)


def complete_rules(incomplete: str) -> list[tuple[str, str]]:
    """Rules for the shell, see `goufu.cli.shared.completion`."""
    from goufu.cli.shared.completion import rules

    return rules(incomplete)


OnOption = Annotated[
    str | None, typer.Option("--on", metavar="日期", help="以哪一天为准，如 2026-01-01；默认今天")
]
BudgetDayOption = Annotated[
    str | None,
    typer.Option("--on", metavar="日期", help="以哪一天的目录为准，如 2025-08-01；默认预算年度的 1 月 1 日"),
]
DepartmentOption = Annotated[
    str | None,
    typer.Option(
        "--department",
        "-d",
        metavar="部门",
        help="部门全称、简称或目录中的部门名",
        autocompletion=_departments,
    ),
]
VersionOption = Annotated[
    str | None,
    typer.Option(
        "--version", metavar="版本", help="目录版本，如 2025-28 或其文号", autocompletion=complete_versions
    ),
]
FormatOption = Annotated[
    str,
    typer.Option("--format", metavar="格式", help="table、json、jsonl 或 csv", autocompletion=_formats),
]
HeadingsOption = Annotated[
    str,
    typer.Option("--headings", metavar="文字", help="csv 的列名：en（字段名）或 zh（中文，值也用中文）"),
]


def _limits(values: list[str] | None) -> list[str] | None:
    from goufu.disclosure.formats.gate import limits_asked, set_limits

    set_limits(limits_asked(values or ()))
    return values


LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="名称=数",
        help="放宽一项读取上限，如 --limit cells=8000000（见 docs/reliability.md）",
        callback=_limits,
    ),
]


def day(text: str | None) -> date:
    """The day that `text` names (2026-01-01, 2026/1/1, 2026年1月1日, 20260101), or today for None.

    Raises GoufuError where it is none of these.
    """
    if text is None:
        return date.today()
    plain = (
        text.strip().replace("年", "-").replace("月", "-").rstrip("日").replace("/", "-").replace(".", "-")
    )
    for pattern in ("%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(plain, pattern).date()
        except ValueError:
            continue
    raise GoufuError(
        f"“{text}”不是日期；请写成 2026-01-01", f"'{text}' is not a date; write it as 2026-01-01"
    )


def checked(form: str, *more: str) -> str:
    """`form` if it is one of table, json, jsonl, csv or `more`. Raises GoufuError otherwise."""
    known = ("table", "json", "jsonl", "csv", *more)
    if form in known:
        return form
    listed = "、".join(known)
    raise GoufuError(f"没有格式“{form}”；可用 {listed}", f"no format '{form}'; use {', '.join(known)}")
