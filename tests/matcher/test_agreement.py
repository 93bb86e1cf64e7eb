"""Codes and findings agree; a code that the department wrote stands, and is doubted where another fits far better."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from goufu.catalog.load import load_catalogs
from goufu.catalog.text import Text, same
from goufu.disclosure.model import BudgetItem, Check, Disclosure, Form, Place, Procurement
from goufu.matcher.assess import assess
from goufu.matcher.audit import Audit, audit
from goufu.matcher.findings import Silence, load_rules
from goufu.matcher.findings.table import finding
from goufu.matcher.model import Assessment

CITY, APPROVALS = "某县城市管理局", "某县行政审批服务管理局"
TODAY = date(2026, 1, 1)
PLACE = Place("某.txt", line=7)


def item(title: str, department: str = CITY, **facts: object) -> BudgetItem:
    return BudgetItem(title, title, department, year=2026, place=PLACE, **facts)  # type: ignore[arg-type]


def judged(title: str, department: str = CITY, **facts: object) -> Assessment:
    (a,) = assess([item(title, department, **facts)], load_catalogs(), TODAY)
    return a


def audited(*items: BudgetItem, silences: tuple[Silence, ...] = (), **facts: object) -> Audit:
    made = Disclosure("某.txt", CITY, 2026, items, **facts)  # type: ignore[arg-type]
    return audit(made, load_catalogs(), TODAY, silences=silences)


def rules(a: Assessment) -> dict[str, str]:
    return {f.rule: f.severity for f in a.findings}


def test_what_may_not_be_purchased_has_no_code_and_is_no_service() -> None:
    """泵站运维 alone is a listed service; wages of those who do it may not be purchased as one."""
    a = judged("泵站运维人员工资", summary="用于泵站、提升闸正常运行维护费用")
    assert rules(a) == {"GF203": "notice"} and "不能作为政府购买服务" in a.findings[0].message.zh
    r = a.record()
    assert (r["gov_service"], r["gov_service_catalog_code"], r["gov_service_type"], r["status"]) == (
        False, None, None, "not_applicable",
    )  # fmt: skip
    assert a.coded is None and a.decision == "review"


def test_a_declared_service_that_is_works_has_no_code() -> None:
    a = judged("城区道路改造工程（政府购买服务）", code="A110106")
    assert rules(a)["GF201"] == "error"
    assert (a.gov_service, a.coded, a.status) == (False, None, "not_applicable")


def test_a_silenced_finding_gives_the_code_back() -> None:
    line = item("泵站运维劳务派遣", summary="用于泵站、提升闸正常运行维护费用")
    told, quiet = audited(line), audited(line, silences=(Silence("GF203", "合同按运维绩效付费"),))
    assert told.assessments[0].coded is None
    assert quiet.assessments[0].coded is not None and quiet.assessments[0].gov_service


@pytest.mark.parametrize("written", ["A150401", "A150401 政务信息化项目运维服务"])
def test_a_written_code_that_fits_stands_alone(written: str) -> None:
    code, _, name = written.partition(" ")
    a = judged("政务服务平台系统运维服务", APPROVALS, code=code, code_name=name)
    assert a.coded is not None and a.coded.code == "A150401"
    assert "GF117" not in rules(a)


def test_a_written_code_that_another_entry_fits_far_better() -> None:
    plain = judged("网络安全等级保护测评", APPROVALS)
    assert plain.coded is not None and plain.coded.code == "A170104"
    a = judged("网络安全等级保护测评", APPROVALS, code="A180701")
    assert rules(a)["GF117"] == "warning"
    (doubt,) = (f for f in a.findings if f.rule == "GF117")
    assert "A180701" in doubt.message.zh and "A170104" in doubt.message.zh and "A170104" in doubt.entry
    assert a.coded is not None and a.coded.code == "A180701", "the written code stands"
    assert a.decision == "review" and a.codes[1].code == "A170104"
    assert a.record()["gov_service_catalog_code"] == "A180701"


def standing(n: int) -> BudgetItem:
    title = f"第{n}片区路灯维护服务"
    return item(title, form=Form(title, term="99年", attribute="经常性项目(长期开展)", place=PLACE))


def test_standing_terms_are_told_once_with_their_lines() -> None:
    done = audited(*(standing(n) for n in range(1, 9)), item("市政道路养护，合同期限为八年"))
    assert [rules(a).get("GF301") for a in done.assessments] == [*[None] * 8, "warning"]
    (once,) = (f for f in done.findings if f.rule == "GF301")
    assert once.severity == "notice" and once.message.zh.startswith("8 个购买服务的项目期限填作 99 年")
    assert all(f"第{n}片区路灯维护服务" in once.evidence.zh for n in range(1, 9))


def test_a_silence_goes_with_the_lines_it_is_for() -> None:
    reason = Silence("GF301", "合同一年一签", title="第1片区路灯维护服务")
    found = [f for f in audited(standing(1), standing(2), silences=(reason,)).findings if f.rule == "GF301"]
    assert sorted((f.silenced, f.message.zh[:3]) for f in found) == [("", "1 个"), ("合同一年一签", "1 个")]


def bought(*amounts: int, budget: int = 100) -> dict[str, str]:
    items = tuple(
        item(f"第{n}片区路灯维护服务", amount_wan=Decimal(amount)) for n, amount in enumerate(amounts)
    )
    plan = Procurement(services_wan=Decimal(budget), place=PLACE)
    done = audited(*items, procurement=plan)
    assert all(a.decision == "auto" and a.coded for a in done.assessments), "sure services"
    return {f.rule: f.severity + f.message.zh for f in done.findings}


def test_small_purchases_explain_the_procurement_budget() -> None:
    small = bought(*[20] * 10)["GF304"]
    assert small.startswith("notice") and "不足 30 万元的 10 项 200.00 万元" in small
    assert bought(150, 150)["GF304"].startswith("notice"), "a county's limit may be higher"
    large = bought(250, 20)["GF304"]
    assert large.startswith("warning") and "单项 200 万元以上的就有 250.00 万元" in large
    assert "GF304" not in bought(60, 40)


def test_a_sum_that_is_wrong_shows_what_was_added() -> None:
    parts = tuple(map(Decimal, ("15", "324.35")))
    check = Check("count", same("项目数"), Decimal(47), sum(parts, Decimal(0)), False, PLACE, parts)
    (f,) = (f for f in audited(standing(1), checks=(check,)).findings if f.rule == "GF302")
    assert "所印 47 个，算得 15 + 324.35 = 339.35 个" in f.message.zh
    many = tuple(Decimal(n) for n in range(1, 21))
    check = replace(check, kind="total", parts=many, summed=Decimal(210))
    (f,) = (f for f in audited(standing(1), checks=(check,)).findings if f.rule == "GF302")
    assert "1 + 2 + 3 + 4 + … + 20（共 20 个数） = 210 万元" in f.message.zh
    assert " + ".join(map(str, range(1, 21))) in f.evidence.zh


def test_a_rule_fires_only_with_the_severities_of_the_table() -> None:
    assert load_rules()["GF301"].severities == ("warning", "notice")
    assert load_rules()["GF304"].severities == ("notice", "warning")
    with pytest.raises(ValueError, match="GF402"):
        finding("GF402", Text("某", "some"), (), severity="notice")
