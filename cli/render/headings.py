"""Chinese column heads of CSV files, and their values in words: for officers who open them in a spreadsheet.

The heads are those that the readers of lists know, so that such a file can be read again. Fields that have no Chinese
head keep their name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goufu.catalog.severity import SEVERITY_NAMES

HEADINGS: Mapping[str, str] = {
    "id": "编号",
    "department": "部门",
    "unit": "单位",
    "year": "年度",
    "title": "项目名称",
    "summary": "项目概况",
    "amount_wan": "金额（万元）",
    "part": "预算",
    "code": "代码",
    "code_name": "代码名称",
    "document": "目录文号",
    "term": "期限",
    "economic_class": "部门预算支出经济分类",
    "government_economic_class": "政府预算支出经济分类",
    "functional_class": "支出功能分类",
    "project_class": "项目类别",
    "procured": "是否政府采购",
    "procurement_item": "采购品目",
    "procurement_method": "采购方式",
    "sections": "目录部门",
    "versions": "适用目录",
    "reference_date": "基准日",
    "nature": "性质",
    "nature_score": "性质把握",
    "status": "列入情况",
    "decision": "处理",
    "certainty": "总把握",
    "codes": "候选条目",
    "elsewhere": "其他部门所列",
    "findings": "问题",
    "gov_service": "是否政府购买服务",
    "gov_service_type": "政府购买服务分类",
    "gov_service_catalog_code": "政府购买服务指导性目录代码",
    "gov_service_catalog_name": "政府购买服务指导性目录名称",
    "parts": "打包部分",
    "gap": "目录缺项",
    "precedent": "先例",
    "department_note": "部门说明",
    "place": "出处",
    "amount_place": "金额出处",
    "link": "对应把握",
    "form": "绩效目标表",
    "rule": "规则",
    "severity": "级别",
    "message": "说明",
    "basis": "依据",
    "evidence": "证据",
    "explanation": "说明",
    "resolution": "处理办法",
    "severities": "可有级别",
    "version": "版本",
    "section": "目录部门",
    "name": "名称",
    "path": "上级",
    "score": "把握",
    "why": "理由",
    "level": "级",
    "parent": "上级代码",
    "printed_code": "原印代码",
    "also": "另一读法",
    "from": "原版本",
    "to": "现版本",
    "change": "变化",
    "old_code": "原代码",
    "old_name": "原名称",
    "new_code": "现代码",
    "new_name": "现名称",
    "confidence": "把握",
    "close": "须核对",
}


def heading(key: str) -> str:
    """The Chinese head of a field; its own name where there is none."""
    return HEADINGS.get(key, key)


def value(key: str, found: Any) -> Any:
    """What a field holds, in Chinese words: 是 and 否, natures, statuses, candidates and findings in a line each."""
    from goufu.cli.render.judgements import NATURES, STATUSES

    if isinstance(found, bool):
        return "是" if found else "否"
    if key == "gov_service" and found is None:
        return "待定"
    tables: Mapping[str, Mapping[Any, tuple[str, str]]] = {
        "nature": NATURES,
        "status": STATUSES,
        "severity": SEVERITY_NAMES,
        "decision": {"auto": ("采用", ""), "review": ("复核", "")},
        "gov_service_type": {"A": ("A 公共服务", ""), "B": ("B 政府履职辅助性服务", "")},
    }
    words = tables.get(key, {})
    if isinstance(found, str) and found in words:
        return words[found][0]
    if isinstance(found, list | tuple):
        return "；".join(_line(one) for one in found)
    return found


def _line(one: Any) -> str:
    from goufu.cli.render.judgements import percent

    if not isinstance(one, Mapping):
        return str(one)
    if "rule" in one:
        return f"{one['rule']} {one['message']}"
    if "code" in one:
        of = f"（{one['section']}）" if one.get("section") not in (None, "B") else ""
        return f"{one['code']} {one['name']}{of}" + (f" {percent(one['score'])}" if "score" in one else "")
    return str(dict(one))
