"""The overview of a batch: which departments stand out, what is found most, how years and departments compare.

Made from the summaries that each document left (see `goufu.cli.commands.batch`), as a page to sort and search and as a workbook.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from goufu.catalog.severity import SEVERITIES, SEVERITY_NAMES, Severity
from goufu.cli.render.judgements import BARRED, NATURES
from goufu.cli.render.report_page import render
from goufu.cli.shared.output import listed, punctuation, say
from goufu.matcher.outcome_names import STATUS_NAMES

Summary = dict[str, Any]


def bought(s: Summary) -> float:
    """万元 of purchased services; of services, in a summary that an older goufu made."""
    found: float = s.get("services", s["natures"].get("service", 0.0))
    return found


def _by_nature(read: Sequence[Summary]) -> Iterator[tuple[str, float]]:
    """万元 by nature, what may not be purchased as a service apart from what is."""
    for nature, words in NATURES.items():
        sum_ = sum(s["natures"].get(nature, 0.0) for s in read)
        if nature != "service":
            yield say(*words), sum_
            continue
        services = sum(bought(s) for s in read)
        yield say(*words), services
        if round(sum_ - services, 2) > 0:
            yield say(*BARRED), sum_ - services


def figures_of(summaries: Iterable[Summary]) -> dict[str, Any]:
    """The figures of some documents together: counts, sums in 万元, shares in per cent."""
    items = listed = unlisted = review = documents = 0
    amount = services = 0.0
    severities: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for s in summaries:
        documents += 1
        items += s["items"]
        amount += s["amount"]
        services += bought(s)
        listed += s["statuses"].get("listed", 0)
        unlisted += s["statuses"].get("unlisted", 0)
        review += s["review"]
        severities.update(s["severities"])
        rules.update(s["rules"])
    return {
        "documents": documents,
        "items": items,
        "amount": amount,
        "services": services,
        "share": 100 * services / amount if amount else 0.0,
        "listed": listed,
        "unlisted": unlisted,
        "coverage": 100 * listed / (listed + unlisted) if listed + unlisted else 100.0,
        "auto": 100 * (items - review) / items if items else 0.0,
        **{severity: severities[severity] for severity in SEVERITIES},
        "grave": 100 * (severities["error"] + severities["warning"]) / items if items else 0.0,
        "rules": rules,
    }


def ranked(summaries: Sequence[Summary]) -> list[Summary]:
    """The documents that were read, those with the gravest and most findings first."""

    def weight(s: Summary) -> tuple[float, ...]:
        return (*(-s["severities"].get(severity, 0) for severity in SEVERITIES), -s["amount"])

    return sorted((s for s in summaries if not s.get("error")), key=weight)


def by_year(read: Sequence[Summary]) -> list[tuple[Any, dict[str, Any]]]:
    """(year, figures) of each year, the latest first."""
    groups: dict[Any, list[Summary]] = defaultdict(list)
    for s in read:
        groups[s["year"]].append(s)
    return [(year, figures_of(groups[year])) for year in sorted(groups, key=lambda y: -(y or 0))]


def over_years(read: Sequence[Summary]) -> list[tuple[str, list[tuple[Any, dict[str, Any]]]]]:
    """The departments with documents of more than one year: (department, its years with their figures, oldest first)."""
    groups: dict[str, dict[Any, list[Summary]]] = defaultdict(lambda: defaultdict(list))
    for s in read:
        groups[s["department"]][s["year"]].append(s)
    return [
        (department, [(year, figures_of(years[year])) for year in sorted(years, key=lambda y: y or 0)])
        for department, years in sorted(groups.items())
        if len(years) > 1
    ]


def overview_page(summaries: Sequence[Summary]) -> str:
    """The HTML of the overview."""
    from goufu.matcher.findings import load_rules

    read = ranked(summaries)
    total = figures_of(read)
    most = max(total["rules"].values(), default=1)
    table = load_rules()
    fired = {rule: fired_as(read, rule) for rule in total["rules"]}
    return render(
        "overview",
        t=_texts(),
        total=total,
        failed=[say(s["error"], s["error_en"]) for s in summaries if s.get("error")],
        rows=[{**figures_of([s]), **_identity(s)} for s in read],
        rules=[
            {
                "id": rule,
                "title": say(*table[rule].title),
                "count": count,
                "documents": sum(rule in s["rules"] for s in read),
                "bars": _stacked(fired[rule], most),
                "severities": say("，", ", ").join(
                    f"{say(*SEVERITY_NAMES[k])} {n}" for k, n in fired[rule].items()
                ),
            }
            for rule, count in total["rules"].most_common()
        ],
        years=by_year(read),
        departments=over_years(read),
        natures=list(_by_nature(read)),
    )


def fired_as(read: Sequence[Summary], rule: str) -> dict[Severity, int]:
    """How often `rule` fired with each severity, the gravest first, as the reports of the documents say."""
    from goufu.matcher.findings import load_rules

    found: Counter[str] = Counter()
    for s in read:
        if "fired" in s:
            found.update(s["fired"].get(rule, {}))
        elif rule in s["rules"]:
            found[load_rules()[rule].severity] += s["rules"][rule]
    return {severity: found[severity] for severity in SEVERITIES if found[severity]}


def _stacked(counts: Mapping[Any, int], most: int) -> list[dict[str, str]]:
    """The pieces of a rule's bar, one for each severity, on the scale of the most frequent rule."""
    pieces, at = [], 0.0
    for severity, count in counts.items():
        width = 100 * count / most
        pieces.append({"severity": severity, "x": f"{at:.2f}%", "width": f"{width:.2f}%"})
        at += width
    return pieces


def _identity(s: Summary) -> dict[str, Any]:
    page = next((name for name in s["reports"] if name.endswith(".html")), "")
    return {
        "department": s["department"] or s["file"],
        "year": s["year"] or "",
        "page": page or next(iter(s["reports"]), ""),
        "sections": listed(s["sections"]),
        "file": s["file"],
        "worst": listed(sorted(s["rules"], key=lambda rule: -s["rules"][rule])[:3]),
        "every": " ".join(s["rules"]),
    }


#: columns of the workbook: heading (Chinese, English), key of the figures, width, format
_COLUMNS = (
    ("部门", "department", "department", 26, "text"),
    ("年度", "year", "year", 7, "text"),
    ("项目", "items", "items", 8, "count"),
    ("金额（万元）", "amount (10k CNY)", "amount", 14, "money"),
    ("服务（万元）", "services (10k CNY)", "services", 14, "money"),
    ("服务占比%", "services %", "share", 10, "one"),
    (*STATUS_NAMES["listed"], "listed", 9, "count"),
    (*STATUS_NAMES["unlisted"], "unlisted", 11, "count"),
    ("列入率%", "listed %", "coverage", 9, "one"),
    ("可直接采用%", "auto %", "auto", 11, "one"),
    ("错误", "errors", "error", 7, "count"),
    ("警告", "warnings", "warning", 7, "count"),
    ("提示", "notices", "notice", 7, "count"),
    ("主要问题", "main rules", "worst", 22, "text"),
    ("目录部门", "sections", "sections", 24, "text"),
    ("文件", "file", "file", 34, "text"),
    ("报告", "report", "page", 40, "text"),
)


def write_overview(path: Path, summaries: Sequence[Summary]) -> None:
    """The overview as a workbook: a line for each document, a sheet of rules, a sheet of what could not be read."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formats = {
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "one": book.add_format({"num_format": "0.0"}),
        "head": book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1}),
    }
    read = ranked(summaries)
    rows = [{**figures_of([s]), **_identity(s)} for s in read]
    _sheet(book, formats, say("部门", "departments"), _COLUMNS, rows)
    from goufu.matcher.findings import load_rules

    rules: Counter[str] = figures_of(read)["rules"]
    _sheet(
        book,
        formats,
        say("规则", "rules"),
        (
            ("规则", "rule", "rule", 9, "text"),
            ("含义", "meaning", "title", 34, "text"),
            ("级别", "severity", "severity", 22, "text"),
            ("处数", "places", "count", 9, "count"),
            ("文件数", "documents", "documents", 9, "count"),
        ),
        [
            {
                "rule": rule,
                "title": say(*load_rules()[rule].title),
                "severity": say("，", ", ").join(
                    f"{say(*SEVERITY_NAMES[k])} {n}" for k, n in fired_as(read, rule).items()
                ),
                "count": count,
                "documents": sum(rule in s["rules"] for s in read),
            }
            for rule, count in rules.most_common()
        ],
    )
    failed = [
        {"file": s["path"], "error": say(s["error"], s["error_en"])} for s in summaries if s.get("error")
    ]
    columns = (("文件", "file", "file", 60, "text"), ("原因", "why", "error", 90, "text"))
    _sheet(book, formats, say("未能读取", "not read"), columns, failed)
    book.close()


def _sheet(
    book: Any,
    formats: dict[str, Any],
    name: str,
    columns: Sequence[tuple[str, str, str, int, str]],
    rows: Sequence[dict[str, Any]],
) -> None:
    sheet = book.add_worksheet(name)
    for column, (zh, en, _, width, _form) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, say(zh, en), formats["head"])
    for line, row in enumerate(rows, 1):
        for column, (_, _, key, _, form) in enumerate(columns):
            value = row[key]
            if isinstance(value, int | float) and form != "text":
                sheet.write_number(line, column, value, formats[form])
            else:
                sheet.write_string(line, column, str(value), formats["text"])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _texts() -> dict[str, str]:
    """The words of the page in the language chosen."""
    return {
        **punctuation(),
        "title": say("政府购买服务目录核对总览", "Overview of the catalog reports"),
        "documents": say("文件", "documents"),
        "lines": say("项目", "items"),
        "services": say("购买服务", "purchased services"),
        "coverage": say("服务列入率", "services listed"),
        "auto": say("可直接采用", "may be accepted"),
        "error": say("错误", "errors"),
        "warning": say("警告", "warnings"),
        "notice": say("提示", "notices"),
        "wan": say("万元", "10k CNY"),
        "find": say("查找部门、年度、规则", "Find a department, year or rule"),
        "ranking": say("部门（点列名排序）", "Departments (choose a heading to sort)"),
        "department": say("部门", "department"),
        "year": say("年度", "year"),
        "amount": say("金额（万元）", "amount (10k CNY)"),
        "share": say("服务占比", "services"),
        "listed": " / ".join(say(*STATUS_NAMES[s]) for s in ("listed", "unlisted")),
        "worst": say("主要问题", "main rules"),
        "rules": say("问题分布", "What was found"),
        "places": say("处", "places"),
        "in_documents": say("个文件", "documents"),
        "years": say("按年度", "By year"),
        "over_years": say("部门逐年", "Departments over the years"),
        "failed": say("未能读取", "Not read"),
        "natures": say("资金按性质", "Money by nature"),
        "footer": say(
            "由购服（goufu）生成，供人员核定时参考；以目录原文和法规为准。",
            "Made by goufu for a person to confirm; the official catalog and the law prevail.",
        ),
    }
