"""Findings a user has looked at and does not want to see again: silenced with a reason, and shown as such.

A silence never removes a finding; it marks it, and reports list it with its reason. The user keeps silences in a
tab-separated file of five columns: rule, department, title, reason, until. An empty department or title means any;
`until` is the last day it holds (empty: for good). The reason must be given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from goufu.catalog.errors import GoufuError, os_reason
from goufu.matcher.findings.budget import loose
from goufu.matcher.findings.table import rule_named
from goufu.matcher.model import Finding

COLUMNS = ("rule", "department", "title", "reason", "until")
_CHINESE = dict(zip(("规则", "部门", "项目", "理由", "有效期至"), COLUMNS, strict=True))


class Silence(NamedTuple):
    """One silence. `department` and `title` are "" for any; names are compared without their typography."""

    rule: str
    reason: str
    department: str = ""
    title: str = ""
    until: date | None = None

    def covers(self, finding: Finding, department: str, title: str, today: date) -> bool:
        """Whether it silences `finding` on the item `title` of `department` (title "" for the whole document)."""
        return (
            finding.rule == self.rule
            and (not self.department or loose(self.department) == loose(department))
            and (not self.title or loose(self.title) == loose(title))
            and (self.until is None or today <= self.until)
        )


def silenced(
    findings: Iterable[Finding], silences: Sequence[Silence], department: str, title: str, today: date
) -> tuple[Finding, ...]:
    """`findings`, those that a silence covers marked with its reason."""
    return tuple(
        replace(
            f,
            silenced=next((s.reason for s in silences if s.covers(f, department, title, today)), f.silenced),
        )
        for f in findings
    )


def read_silences(path: Path) -> tuple[Silence, ...]:
    """The silences in the file at `path`; lines that are empty or begin with # are left out.

    Raises GoufuError with the line at fault: an unknown rule, no reason, a day that is none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise GoufuError(
            "不是 UTF-8 文本，请另存为 UTF-8", f"is not UTF-8 text: {error.reason}", str(path)
        ) from None
    except OSError as error:
        zh, en = os_reason(error)
        raise GoufuError(f"无法读取：{zh}", f"cannot be read: {en}", str(path)) from None
    rows = [
        (n, line.split("\t")) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")
    ]
    if not rows:
        return ()
    number, head = rows[0]
    names = [_CHINESE.get(cell.strip(), cell.strip()) for cell in head]
    if "rule" not in names or "reason" not in names or set(names) - set(COLUMNS):
        raise GoufuError(
            f"首行应为 {'、'.join(_CHINESE)}（以制表符分隔），实为“{' '.join(head)}”",
            f"expected the header {', '.join(COLUMNS)} (tab-separated), found '{' '.join(head)}'",
            f"{path}:{number}",
        )
    return tuple(_silence(dict(zip(names, cells, strict=False)), f"{path}:{n}") for n, cells in rows[1:])


def _silence(row: dict[str, str], where: str) -> Silence:
    cells = {name: cell.strip() for name, cell in row.items()}
    if not cells.get("reason"):
        raise GoufuError("没有写理由；不说明理由的不予豁免", "no reason given; a silence needs one", where)
    try:
        until = date.fromisoformat(cells["until"]) if cells.get("until") else None
    except ValueError:
        raise GoufuError(
            f"有效期应写成 2026-12-31，实为“{cells['until']}”",
            f"expected a day like 2026-12-31, found '{cells['until']}'",
            where,
        ) from None
    rule = rule_named(cells.get("rule", "")).id
    return Silence(rule, cells["reason"], cells.get("department", ""), cells.get("title", ""), until)
