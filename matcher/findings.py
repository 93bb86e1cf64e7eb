"""The rules: what is wrong with an item, or may be. One small function each, its meaning and law in `data/rules.toml`.

A budget line that merely is construction or wages is no finding. GF2xx fires as an error where the line is declared a
purchased service (a code, or the words 购买服务), as a notice where it could pass for one, and else not at all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.errors import CatalogError
from catalog.load import data_directory
from matcher.model import Assessment, Finding, Severity

#: an entry of another section describes the item from this probability on
_ELSEWHERE = 0.5
#: an entry of its own section matches the item closely from this probability on
_CLOSE = 0.5


@lru_cache(maxsize=2)
def load_rules(path: Path | None = None) -> Mapping[str, Mapping[str, Any]]:
    """The rules by id, from `data/rules.toml`. Raises CatalogError where the file is malformed."""
    path = path or data_directory() / "rules.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"规则表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


def finding(rule: str, message: str, evidence: str, severity: Severity | None = None) -> Finding:
    """A finding of `rule` with its legal basis from the table."""
    table = load_rules()[rule]
    return Finding(rule, severity or table["severity"], message, table["basis"], evidence)


def declared(a: Assessment) -> bool:
    """Whether the department itself calls the line a purchased service."""
    text = a.item.title + a.item.summary
    return bool(a.item.code) or "购买服务" in text or "政府购买" in text


def _words(a: Assessment) -> str:
    return "、".join(f"“{w}”" for w in a.nature_words) or f"“{a.item.title}”"


def unlisted(a: Assessment) -> Finding | None:
    """GF101: a purchased service that neither the section nor class B lists."""
    if a.status != "unlisted" or (a.elsewhere and a.elsewhere[0].score >= _ELSEWHERE):
        return None
    nearest = f"；最近的是 {a.codes[0].code} {a.codes[0].name}" if a.codes else ""
    return finding("GF101", f"本部门目录和 B 类目录都没有列这项服务{nearest}", _words(a))


def listed_elsewhere(a: Assessment) -> Finding | None:
    """GF102: the service is listed, but only for another department."""
    if a.status != "unlisted" or not a.elsewhere or a.elsewhere[0].score < _ELSEWHERE:
        return None
    other = a.elsewhere[0]
    return finding(
        "GF102",
        f"这项服务只列在“{other.section}”的目录中（{other.code} {other.name}），本部门不能引用",
        f"{other.version} {other.section} {other.code} {other.name}；{'；'.join(other.why)}",
    )


def not_purchasable(a: Assessment) -> Finding | None:
    """GF201, GF202, GF203: goods or works, a bundle, or hiring, declared a service or near enough to one."""
    rule = {"goods": "GF201", "works": "GF201", "mixed": "GF202", "personnel": "GF203"}.get(a.nature)
    if rule is None:
        return None
    severity: Severity
    if declared(a):
        severity = "error"
    elif a.fit >= _CLOSE and a.codes:
        severity = "notice"
    else:
        return None
    kind = {
        "goods": "买的是货物，不是服务",
        "works": "是工程，不是服务",
        "mixed": "服务与货物或工程打包，服务部分应单独列项",
        "personnel": "是用工或工资，不能作为政府购买服务",
    }[a.nature]
    close = f"；注意不要与 {a.codes[0].code} {a.codes[0].name} 混淆" if a.codes and a.fit >= _CLOSE else ""
    return finding(rule, f"{kind}{close}", _words(a), severity)


RULES: tuple[Callable[[Assessment], Finding | None], ...] = (unlisted, listed_elsewhere, not_purchasable)


def findings_of(a: Assessment) -> tuple[Finding, ...]:
    """All findings on one item, the gravest first."""
    found = [f for f in (rule(a) for rule in RULES) if f is not None]
    return tuple(sorted(found, key=lambda f: ("error", "warning", "notice").index(f.severity)))
