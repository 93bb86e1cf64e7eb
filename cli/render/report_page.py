"""The report page: one file with everything in it, to be opened offline, searched, filtered, unfolded and printed.

Figures and bars come first, then what is wrong with each document, then every item with its reasons, candidates,
evidence and law. All that a department wrote is text and is escaped by the template; charts are drawn here, as SVG;
the page's own script and style are named by their hashes in its content policy, so that nothing else could run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from goufu.catalog.severity import SEVERITIES, SEVERITY_NAMES
from goufu.cli.render.changes_page import content_hash
from goufu.cli.render.judgements import (
    DOUBTS,
    NATURES,
    STATUSES,
    amount,
    certainty,
    number_of,
    percent,
    spent_on,
)
from goufu.cli.shared.output import language, listed, punctuation, say

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Assessment, Candidate, Finding
    from jinja2 import Environment

#: bars of the chart of codes; what is left is one bar more
_BARS = 14
_STATUS_ORDER = ("listed", "unlisted", "superseded", "unknown", "not_applicable")


def report_page(audits: Sequence[Audit]) -> str:
    """The HTML of the report on `audits`, a part for each document."""
    from goufu.matcher.findings import load_rules

    parts = [_part(n, one) for n, one in enumerate(audits, 1) if one.assessments]
    used = {f.rule for one in audits for _, f in one.all_findings}
    return render(
        "report",
        t=_texts(),
        parts=parts,
        rules=[
            {
                "id": r.id,
                "title": say(*r.title),
                "explain": say(*r.explain),
                "basis": say(*r.basis),
                "resolve": say(*r.resolve),
            }
            for r in load_rules().values()
            if r.id in used
        ],
        statuses=_present(parts, "status", _STATUS_ORDER, STATUSES),
        natures=_present(parts, "nature", tuple(NATURES), NATURES),
        severities=_present(parts, "worst", SEVERITIES, SEVERITY_NAMES),
        items=sum(len(part["items"]) for part in parts),
    )


def render(page: str, look: str = "", **facts: Any) -> str:
    """The page `pages/<page>.html` with its script and its style (that of the page `look`) inside, and the policy that
    allows only these."""
    pages = files("goufu.cli") / "pages"
    style = (pages / f"{look or page}.css").read_text(encoding="utf-8")
    script = (pages / f"{page}.js").read_text(encoding="utf-8")
    template = _environment().from_string((pages / f"{page}.html").read_text(encoding="utf-8"))
    return template.render(
        lang="en" if language() == "en" else "zh-CN",
        style=style,
        script=script,
        style_hash=content_hash(style),
        script_hash=content_hash(script),
        **facts,
    )


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _present(
    parts: Sequence[dict[str, Any]], key: str, order: Sequence[str], words: Mapping[Any, tuple[str, str]]
) -> list[tuple[str, str, int]]:
    """What a filter offers: (value, word, number of items), only what occurs."""
    counts = Counter(item[key] for part in parts for item in part["items"])
    return [(value, say(*words[value]), counts[value]) for value in order if counts[value]]


# ------------------------------------------------------------------------------------------- one document


def _part(number: int, one: Audit) -> dict[str, Any]:
    d, some = one.disclosure, one.assessments
    first = some[0]
    departments = list(dict.fromkeys(a.item.department for a in some))
    name = d.department or listed(departments[:3]) or d.file
    return {
        "id": f"d{number}",
        "name": name,
        "year": d.year or first.item.year,
        "file": d.file,
        "day": first.reference_date.isoformat(),
        "sections": listed(dict.fromkeys(s for a in some for s in a.sections)) or say("未能确定", "unknown"),
        "versions": listed(dict.fromkeys(v for a in some for v in a.versions)),
        "figures": _figures(one),
        "natures": natures_bar(some),
        "bars": _bars(some),
        "findings": [_finding(f) for f in one.findings],
        "items": [_item(number, n, a) for n, a in enumerate(some, 1)],
    }


def _total(assessments: Sequence[Assessment]) -> Decimal:
    return sum((a.item.amount_wan or Decimal(0) for a in assessments), Decimal(0))


def share(part: Decimal, whole: Decimal) -> float:
    """`part` of `whole` in per cent; 0 where there is nothing."""
    return float(100 * part / whole) if whole else 0.0


def _figures(one: Audit) -> list[dict[str, str]]:
    """The figures that matter: (label, value, note, kind)."""
    some = one.assessments
    total, services = _total(some), _total([a for a in some if a.gov_service])
    statuses = Counter(a.status for a in some)
    grave = Counter(f.severity for _, f in one.all_findings if not f.silenced)
    silent = sum(1 for _, f in one.all_findings if f.silenced)
    review = sum(a.decision == "review" for a in some)
    figures = [
        (
            say("项目", "items"),
            f"{len(some):,}",
            say(f"{amount(total)} 万元", f"{amount(total)} (10k CNY)"),
            "",
        ),
        (
            say("购买服务", "purchased services"),
            f"{share(services, total):.0f}%",
            say(f"{amount(services)} 万元", f"{amount(services)} (10k CNY)"),
            "",
        ),
        (
            " / ".join(say(*STATUSES[s]) for s in ("listed", "unlisted")),
            f"{statuses['listed']} / {statuses['unlisted']}",
            " ".join(
                f"{say(*STATUSES[s])} {statuses[s]}"
                for s in ("superseded", "unknown", "not_applicable")
                if statuses[s]
            ),
            "",
        ),
        (
            say("待复核", "to review"),
            f"{review}",
            say(f"可直接采用 {len(some) - review}", f"{len(some) - review} may be accepted"),
            "",
        ),
        (
            say("错误", "errors"),
            f"{grave['error']}",
            "",
            "error" if grave["error"] else "",
        ),
        (say("警告", "warnings"), f"{grave['warning']}", "", "warning" if grave["warning"] else ""),
        (
            say("提示", "notices"),
            f"{grave['notice']}",
            say(f"另豁免 {silent}", f"{silent} silenced") if silent else "",
            "notice" if grave["notice"] else "",
        ),
    ]
    keys = ("label", "value", "note", "kind")
    return [dict(zip(keys, figure, strict=True)) for figure in figures]


def natures_bar(some: Sequence[Assessment]) -> list[dict[str, Any]]:
    """One bar of all money by nature: for each its beginning and width in per cent, and its figures."""
    by: dict[str, Decimal] = defaultdict(Decimal)
    counts: Counter[str] = Counter()
    natures: dict[str, str] = {}
    for a in sorted(some, key=lambda a: (list(NATURES).index(a.nature), a.gov_service is False)):
        word = spent_on(a)
        natures.setdefault(word, a.nature)
        by[word] += a.item.amount_wan or Decimal(0)
        counts[word] += 1
    total = sum(by.values(), Decimal(0))
    drawn, at = [], 0.0
    for word, nature in natures.items():
        width = share(by[word], total)
        drawn.append(
            {
                "key": nature,
                "word": word,
                "count": counts[word],
                "amount": amount(by[word]),
                "share": f"{width:.0f}%",
                "x": f"{at:.3f}%",
                "width": f"{max(width, 0.0):.3f}%",
            }
        )
        at += width
    return drawn


def _bars(some: Sequence[Assessment]) -> list[dict[str, Any]]:
    """Spending by code, the largest first, unlisted services among them; each bar filters the list."""
    by: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    counts: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], str] = {}
    for a in some:
        key = code_key(a)
        if not key:
            continue
        place = ("code", key)
        by[place] += a.item.amount_wan or Decimal(0)
        counts[place] += 1
        names[place] = a.coded.name if a.coded else say(*STATUSES[a.status])
    every = sorted(by, key=lambda k: (-by[k], k))
    ranked, rest = (every, []) if len(every) <= _BARS + 1 else (every[:_BARS], every[_BARS:])
    left = sum((by[k] for k in rest), Decimal(0))
    top = max([left, *(by[k] for k in ranked)])
    bars = [
        {
            "key": key[1],
            "code": key[1] if key[1][:1] in "AB" else "",
            "name": names[key],
            "amount": amount(by[key]),
            "count": counts[key],
            "width": f"{max(share(by[key], top), 0.4):.3f}%",
        }
        for key in ranked
    ]
    if rest:
        bars.append(
            {
                "key": "",
                "code": "",
                "name": say(f"其余 {len(rest)} 个代码", f"{len(rest)} other codes"),
                "amount": amount(left),
                "count": sum(counts[k] for k in rest),
                "width": f"{max(share(left, top), 0.4):.3f}%",
            }
        )
    return bars


def code_key(a: Assessment) -> str:
    """What the code filter knows an item by: its code, or its status where a service has none, or ""."""
    if a.coded:
        return a.coded.code
    return a.status if a.status in ("unlisted", "unknown", "superseded") else ""


# ------------------------------------------------------------------------------------------- one item


def _item(part: int, number: int, a: Assessment) -> dict[str, Any]:
    item, coded = a.item, a.coded
    open_findings = [f for f in a.findings if not f.silenced]
    worst = next((s for s in SEVERITIES if any(f.severity == s for f in open_findings)), "")
    form = item.form
    facts = [
        (say("单位", "unit"), item.unit),
        (say("部门", "department"), item.department if item.department != item.unit else ""),
        (say("概况", "overview"), (form.overview if form else "") or item.summary),
        (say("实施计划", "plan"), form.plan if form else ""),
        (say("期限", "term"), " ".join(filter(None, (form.term, form.attribute))) if form else ""),
        (say("所填", "as cited"), " ".join(filter(None, (item.code, item.code_name, item.document)))),
        (say("预算", "table"), item.part),
        (say("出处", "place"), item.place.text(language()) if item.place else ""),
        (say("绩效目标表", "form"), form.place.text(language()) if form and form.place else ""),
    ]
    return {
        "id": f"i{part}-{number}",
        "number": number_of(a),
        "title": item.title,
        "unit": item.unit,
        "amount": amount(item.amount_wan),
        "nature": a.nature,
        "nature_word": say(*NATURES[a.nature]),
        "nature_sure": percent(a.nature_score),
        "nature_words": list(a.nature_words),
        "status": a.status,
        "status_word": say(*STATUSES[a.status]),
        "review": a.decision == "review",
        "key": code_key(a),
        "code": coded.code if coded else "",
        "name": coded.name if coded else "",
        "path": " › ".join(coded.path) if coded else "",
        "sure": certainty(a.status, a.certainty),
        "doubt": say(*DOUBTS[a.doubt]) if a.doubt else "",
        "worst": worst,
        "findings": [_finding(f) for f in a.findings],
        "facts": [(label, text) for label, text in facts if text],
        "codes": [_candidate(c) for c in a.codes] if a.status != "not_applicable" or worst else [],
        "elsewhere": [_candidate(c) for c in a.elsewhere] if a.status == "unlisted" else [],
        "listed_chance": percent(a.fit),
        "standing": [say(*f.text) for f in a.standing.facts] if a.standing else [],
    }


def _candidate(c: Candidate) -> dict[str, Any]:
    return {
        "code": c.code,
        "name": c.name,
        "section": c.section,
        "version": c.version,
        "path": " › ".join(c.path),
        "sure": percent(c.score),
        "width": f"{100 * c.score:.1f}%",
        "why": [say(*reason) for reason in c.why],
        "also": list(c.also),
        "fallback": c.fallback,
    }


def _finding(f: Finding) -> dict[str, Any]:

    return {
        "rule": f.rule,
        "severity": f.severity,
        "word": say(*SEVERITY_NAMES[f.severity]),
        "message": say(*f.message),
        "basis": say(*f.basis),
        "evidence": say(*f.evidence),
        "silenced": f.silenced,
    }


def _texts() -> dict[str, str]:
    """The words of the page in the language chosen."""
    return {
        **punctuation(),
        "title": say("政府购买服务目录核对报告", "Catalog report on purchased services"),
        "budget": say("年预算", "budget"),
        "judged": say("基准日", "as of"),
        "section": say("目录部门", "section"),
        "catalogs": say("适用目录", "catalogs"),
        "file": say("文件", "file"),
        "by_nature": say("资金按性质", "money by nature"),
        "by_code": say("服务支出按目录代码", "services by code"),
        "choose": say("（点选可筛选）", " (choose one to filter)"),
        "wan": say("万元", "10k CNY"),
        "times": say("项", "items"),
        "document": say("文件的问题", "findings on the document"),
        "worklist": say("项目（金额：万元）", "items (amounts in 10k CNY)"),
        "find": say("查找", "Find"),
        "find_hint": say(
            "项目、代码、条目、证据；空格隔开几个词", "item, code, entry, evidence; several words"
        ),
        "department": say("部门", "Department"),
        "status": say("列入", "Status"),
        "nature": say("性质", "Nature"),
        "severity": say("问题", "Findings"),
        "all": say("全部", "all"),
        "any_finding": say("有问题的", "any finding"),
        "review": say("只看待复核", "to review only"),
        "reset": say("清除", "Reset"),
        "print": say("打印", "Print"),
        "theme": say("明暗", "Light / dark"),
        "unfold": say("全部展开", "Unfold all"),
        "fold": say("全部收起", "Fold all"),
        "shown": say("显示 {n} / {m} 项，{w} 万元", "{n} of {m} items, {w} (10k CNY)"),
        "nothing": say("没有符合条件的项目。", "No item matches."),
        "code_filter": say("代码", "Code"),
        "hints": say(
            "键盘：/ 查找　j k 上下　Enter 展开　r 待复核　f 有问题　x 全部展开　Esc 清除",
            "Keys: / find, j k down and up, Enter unfold, r to review, f with findings, x unfold all, Esc reset",
        ),
        "must_review": say("复核", "review"),
        "auto": say("采用", "accept"),
        "why": say("理由", "why"),
        "candidates": say("候选条目", "candidates"),
        "elsewhere": say("其他部门所列", "listed elsewhere"),
        "listed_chance": say("目录中有对应条目的可能", "chance that the catalog lists it"),
        "basis": say("依据", "basis"),
        "evidence": say("证据", "evidence"),
        "silenced": say("已豁免", "silenced"),
        "fallback": say("退用版本", "fallback version"),
        "also": say("异文", "also read"),
        "standing": say("所填代码", "the citation"),
        "rules": say("规则说明", "the rules"),
        "resolve": say("处理", "resolve"),
        "no_code": say("无对应代码", "no code"),
        "sure": say("把握", "conf."),
        "footer": say(
            "由购服（goufu）生成，供人员核定时参考；以目录原文和法规为准。",
            "Made by goufu for a person to confirm; the official catalog and the law prevail.",
        ),
    }
