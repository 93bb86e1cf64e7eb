"""The overview of millions of lines as one page: places to drill down in, findings, codes, changes, outliers.

The figures travel as JSON inside the page, as text that no browser takes for markup; the script only ever sets texts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from goufu.catalog.severity import SEVERITY_NAMES
from goufu.cli.render.report_page import render
from goufu.cli.shared.output import punctuation, say
from goufu.matcher.outcome_names import STATUS_NAMES

if TYPE_CHECKING:
    from goufu.cli.shared.aggregates import Aggregates

#: the figures of a row of the tree, in the order in which `Aggregates.tree` has them behind place, department and year
FIGURES = ("items", "amount", "services", "listed", "unlisted", "review", "errors", "warnings")


def country_page(found: Aggregates) -> str:
    """The HTML of the overview, below five megabytes however many lines there are."""
    from goufu.matcher.findings import load_rules

    table = load_rules()
    rules = [
        (
            rule,
            say(*table[rule].title) if rule in table else "",
            say(*SEVERITY_NAMES[severity]),
            *rest,
        )
        for rule, severity, *rest in found.rules
    ]
    return render(
        "country",
        look="overview",
        t=_texts(),
        found=found,
        rules=rules,
        before=found.years[-2] if len(found.years) > 1 else "",
        after=found.years[-1] if found.years else "",
        data=_as_script(_packed(found)),
    )


def _packed(found: Aggregates) -> dict[str, Any]:
    """The tree with every name once: rows are numbers, names are looked up."""
    names: dict[str, int] = {}
    rows = [
        [
            *(names.setdefault(name[:60], len(names)) for name in row[:4]),
            row[4],
            *(round(figure, 2) if isinstance(figure, float) else figure for figure in row[5:]),
        ]
        for row in found.tree
    ]
    return {"names": list(names), "rows": rows, "years": found.years}


def _as_script(data: Any) -> str:
    """JSON that stands in a page as data: nothing in it opens or closes a tag."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
    )


def _texts() -> dict[str, str]:
    return {
        **punctuation(),
        "title": say("政府购买服务总览", "Purchased services: overview"),
        "lines": say("项目", "lines"),
        "errors": say("没有判断的项目", "lines not judged"),
        "places": say("地区和部门", "places and departments"),
        "hint": say("点名称逐级展开：省、市、县、部门", "choose a name: province, city, county, department"),
        "unnamed": say("未注明", "not given"),
        "top": say("全部", "all"),
        "year": say("年度", "year"),
        "every": say("各年度", "all years"),
        "name": say("名称", "name"),
        "items": say("项目", "lines"),
        "amount": say("金额（万元）", "amount (10k CNY)"),
        "services": say("服务（万元）", "services (10k CNY)"),
        "listed": say(*STATUS_NAMES["listed"]),
        "unlisted": say(*STATUS_NAMES["unlisted"]),
        "review": say("待复核", "to review"),
        "error": say("错误", "errors"),
        "warning": say("警告", "warnings"),
        "rules": say("问题", "findings"),
        "rule": say("规则", "rule"),
        "severity": say("级别", "severity"),
        "count": say("处", "places found"),
        "departments": say("部门数", "departments"),
        "codes": say("按代码的支出", "spending by code"),
        "code": say("代码", "code"),
        "changes": say("年度变化", "changes between years"),
        "difference": say("增减", "difference"),
        "outliers": say("同名而代码不同", "same title, other code"),
        "usual": say("多数的代码", "usual code"),
        "other": say("另用的代码", "other code"),
        "example": say("如", "such as"),
        "none": say("（未给代码）", "(no code)"),
        "rest": say("个较小的部门在各县合为一行", "smaller departments are one line in each county"),
        "footer": say(
            "由 goufu 从判定结果汇总；金额为万元。", "Made by goufu from judged lines; amounts in 10k CNY."
        ),
    }
