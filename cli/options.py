"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from catalog.errors import GoufuError

OnOption = Annotated[
    str | None, typer.Option("--on", metavar="日期", help="以哪一天为准，如 2026-01-01；默认今天")
]
DepartmentOption = Annotated[
    str | None, typer.Option("--department", "-d", metavar="部门", help="部门全称、简称或目录中的部门名")
]
VersionOption = Annotated[
    str | None, typer.Option("--version", metavar="版本", help="目录版本，如 2025-28 或其文号")
]
FormatOption = Annotated[str, typer.Option("--format", metavar="格式", help="table、json、jsonl 或 csv")]


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
