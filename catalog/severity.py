"""How grave a finding or a remark of a reader is: the three severities, their order and their names, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from goufu.catalog.text import Text

#: wrong, doubtful, only worth knowing
Severity = Literal["error", "warning", "notice"]
#: the severities with their names, the gravest first
SEVERITY_NAMES: Mapping[Severity, Text] = {
    "error": Text("错误", "error"),
    "warning": Text("警告", "warning"),
    "notice": Text("提示", "notice"),
}
#: the gravest first
SEVERITIES: tuple[Severity, ...] = tuple(SEVERITY_NAMES)


def gravity(severity: str) -> int:
    """The place of a severity in the order of gravity: 0 for an error; to sort the gravest first."""
    return SEVERITIES.index(severity)


def is_at_least(severity: str, limit: str) -> bool:
    """Whether `severity` is as grave as `limit` or graver."""
    return gravity(severity) <= gravity(limit)
