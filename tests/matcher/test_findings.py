"""Each rule on a line that a reader can judge at a glance, and all rules on the 184 lines of the examples."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from goufu.catalog.errors import GoufuError, UnknownNameError
from goufu.catalog.load import load_catalogs
from goufu.catalog.text import Text, same
from goufu.disclosure.model import Attachment, BudgetItem, Check, Disclosure, Form, Place, Procurement
from goufu.matcher.assess import assess
from goufu.matcher.audit import Audit, audit
from goufu.matcher.findings import (
    Silence,
    document_findings,
    findings_of,
    load_rules,
    read_silences,
    rule_named,
    silenced,
)
from goufu.matcher.findings.budget import loose, years
from goufu.matcher.model import Assessment, Candidate, Finding
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.findings import Score, audits, load_expected, score

TODAY = date(2026, 1, 1)
VERSIONS = load_catalogs()
CITY = "孝义市城市管理局"
PLACE = Place("某.txt", line=7)


def judged(title: str, department: str = CITY, summary: str = "", **more: object) -> Assessment:
    item = BudgetItem("x-1", title, department, summary=summary, year=2026, place=PLACE)
    return assess([replace(item, **more)], load_catalogs(), today=TODAY)[0]  # type: ignore[arg-type]


def seen_as(a: Assessment, nature: str, status: str = "not_applicable", **more: object) -> Assessment:
    """`a` as if the matcher had judged it so: a rule is tested on its own."""
    other = replace(a, nature=nature, nature_score=0.95, status=status, findings=(), **more)  # type: ignore[arg-type]
    return replace(other, findings=findings_of(other, VERSIONS))


def rules(a: Assessment) -> dict[str, str]:
    return {f.rule: f.severity for f in a.findings}


# ------------------------------------------------------------------------------------------------ the table


def test_every_rule_of_the_design_is_in_the_table() -> None:
    wanted = [
        "101",
        "102",
        "103",
        "111",
        "112",
        "113",
        "114",
        "115",
        "116",
        "117",
        "201",
        "202",
        "203",
        "204",
        "301",
        "302",
        "303",
        "304",
        "401",
        "402",
        "403",
        "501",  # what earlier decisions say
        "502",
    ]
    assert list(load_rules()) == [f"GF{number}" for number in wanted]


def test_every_rule_is_explained_in_both_languages_with_its_law() -> None:
    for rule in load_rules().values():
        texts = (rule.title.zh, rule.explain.zh, rule.basis.zh, rule.resolve.zh)
        english = (rule.title.en, rule.explain.en, rule.basis.en, rule.resolve.en)
        assert all(texts) and all(english), rule.id
        assert all(text.isascii() or "“" in text or "”" in text for text in english), rule.id


def test_an_unknown_rule_names_the_known_ones() -> None:
    assert rule_named(" gf203 ").id == "GF203"
    with pytest.raises(UnknownNameError, match="GF204"):
        rule_named("GF999")


# ------------------------------------------------------------------------------------------------ GF1xx


ELSEWHERE = Candidate(
    "2025-28",
    "行政审批",
    "A170104",
    "网络安全等级保护测评服务",
    ("公共服务",),
    0.9,
    (Text("名称中的“等级保护”见于标题", "a reason"),),
)


def test_a_service_that_nobody_lists() -> None:
    a = seen_as(judged("直播间氛围灯带设计"), "service", "unlisted", fit=0.1, elsewhere=())
    assert rules(a) == {"GF101": "warning"}
    assert "住房和城乡建设、B 类（2025-28、2023-47）" in a.findings[0].evidence.zh
    unsure = seen_as(judged("直播间氛围灯带设计"), "service", "unlisted", fit=0.45, elsewhere=())
    assert rules(unsure) == {"GF101": "notice"}


def test_a_service_of_another_department() -> None:
    a = seen_as(
        judged("等级保护测评", "襄汾县卫生健康局"), "service", "unlisted", fit=0.1, elsewhere=(ELSEWHERE,)
    )
    assert rules(a) == {"GF102": "warning"}
    found = a.findings[0]
    assert "2025-28 行政审批 A170104" in found.evidence.zh and found.entry == "2025-28 行政审批 A170104"


def test_a_service_that_only_a_provincial_heading_covers() -> None:
    """The three-level frame has A1304 道路养护服务; the department of education has no entry under it."""
    a = seen_as(judged("道路养护服务", "某县教育局"), "service", "unlisted", fit=0.1, elsewhere=())
    assert rules(a) == {"GF103": "warning"}
    assert a.findings[0].entry == "2021-34 A A1304"


@pytest.mark.parametrize(
    ("department", "year", "code", "name", "document", "status", "rule", "severity"),
    [
        ("某县行政审批服务管理局", 2026, "A150401", "政务信息化项目运维服务", "晋财综[2024]37号", "superseded", "GF111", "warning"),
        ("某县生态环境局", 2026, "A140603", "环境应急综合演练服务", "", "superseded", "GF112", "error"),
        ("某县生态环境局", 2026, "A150208", "山西省生态文明建设宣传服务", "", "superseded", "GF113", "error"),
        ("某县行政审批服务管理局", 2026, "A150402", "政务信息化项目运维服务", "", None, "GF114", "error"),
        ("某县行政审批服务管理局", 2026, "A15O401", "政务信息化项目运维服务", "", None, "GF115", "error"),
        ("某县住房和城乡建设局", 2026, "A160601", "住建行业标准制修订辅助服务", "", None, "GF116", "notice"),
    ],
)  # fmt: skip
def test_what_a_department_cites(
    department: str,
    year: int,
    code: str,
    name: str,
    document: str,
    status: str | None,
    rule: str,
    severity: str,
) -> None:
    a = judged(name, department, year=year, code=code, code_name=name, document=document)
    assert rules(a).get(rule) == severity
    assert status is None or a.status == status
    found = next(f for f in a.findings if f.rule == rule)
    assert "所填" in found.evidence.zh and "某.txt 第 7 行" in found.evidence.zh


def test_the_successor_is_proposed_first() -> None:
    """2025-28 renamed 环境应急综合演练服务 to 环境应急综合服务 under the same code."""
    a = judged("环境应急演练", "某县生态环境局", code="A140603", code_name="环境应急综合演练服务")
    assert a.status == "superseded" and a.decision == "review"
    assert a.coded and (a.coded.code, a.coded.name) == ("A140603", "环境应急综合服务")
    assert a.record()["gov_service_catalog_name"] == "环境应急综合服务"


def test_a_citation_in_order_is_no_finding() -> None:
    a = judged("污水处理厂运营", code="A110103", code_name="污水处理服务", document="晋财综〔2025〕28号")
    assert not {r for r in rules(a) if r.startswith("GF11")}
    assert a.status == "listed"


# ------------------------------------------------------------------------------------------------ GF2xx


def test_plain_works_and_wages_are_no_findings() -> None:
    assert not rules(judged("某街供水管道铺设工程", summary="铺设DN300管道1200米"))
    assert not rules(judged("2026年遗属补助", summary="本年度遗属人员2名"))
    assert not rules(judged("购置洒水车", summary="采购洒水车2辆"))


@pytest.mark.parametrize("nature", ["works", "service"])
def test_works_declared_a_purchased_service_are_an_error(nature: str) -> None:
    a = judged("某路道路改造工程", summary="采用政府购买服务方式实施，包括路基、路面、排水管网铺设施工")
    found = seen_as(a, nature)
    assert rules(found) == {"GF201": "error"}
    assert "概况写有“政府购买服务”" in found.findings[0].evidence.zh


def test_software_that_is_rebuilt_is_no_works() -> None:
    a = judged("审批系统升级改造", "某县行政审批服务管理局", "政府购买服务", code="A150401")
    assert not {"GF201", "GF202"} & set(rules(seen_as(a, "service", "listed")))


def test_a_denial_is_no_declaration() -> None:
    a = judged("某路道路改造工程", summary="新建道路1.2公里，铺设排水管网，不属于政府购买服务")
    assert not rules(seen_as(a, "works"))


def test_the_departments_own_flag_decides() -> None:
    flagged = judged("某路道路改造工程", summary="铺设排水管网", gov_service=True)
    assert rules(seen_as(flagged, "works")) == {"GF201": "error"}
    assert "是否政府购买服务" in seen_as(flagged, "works").findings[0].evidence.zh
    denied = judged("某路道路改造工程", summary="采用政府购买服务方式实施", gov_service=False)
    assert not rules(seen_as(denied, "works"))


def test_works_that_could_pass_for_a_service() -> None:
    """A110106 城市道路桥涵运维服务 is close to the repair of bridges, and only to what reads like upkeep."""
    repair = judged("桥梁维修改造项目", summary="对18座市政桥梁做出相关维修、加固等工作")
    assert rules(seen_as(repair, "works", fit=0.9)) == {"GF201": "notice"}
    assert "A110106" in seen_as(repair, "works", fit=0.9).findings[0].entry
    assert not rules(seen_as(repair, "works", fit=0.1))
    assert not rules(seen_as(judged("排水管网错接混接改造"), "works", fit=0.9))


@pytest.mark.parametrize("nature", ["service", "goods", "mixed"])
def test_upkeep_and_spare_parts_in_one_line(nature: str) -> None:
    a = judged("隔离护栏运维及配件采购", summary="对公共设施进行日常巡查、维护及保养，以及护栏安装")
    found = seen_as(a, nature)
    assert rules(found) == {"GF202": "notice"}
    assert "“运维”、“配件”、“采购”" in found.findings[0].evidence.zh
    declared = seen_as(replace(a, item=replace(a.item, code="A110106")), nature)
    assert rules(declared)["GF202"] == "error"


def test_wages_beside_an_entry_that_sounds_like_them() -> None:
    a = judged(
        "协管员经费", summary="协管员人数180人,工资标准2150元。保障协管员工资、养老、医保、工伤经费支出"
    )
    assert rules(seen_as(a, "personnel")) == {"GF203": "notice"}
    declared = judged("协管员劳务派遣（政府购买服务）", summary="协管员180人，工资标准2150元")
    assert rules(seen_as(declared, "personnel")) == {"GF203": "error"}
    title = judged("泵站运维人员工资", summary="用于泵站、提升闸正常运行维护费用")
    assert rules(seen_as(title, "service", "unlisted", fit=0.1)) == {"GF203": "notice"}


def test_allowances_and_pensions_are_no_hiring() -> None:
    for title in ("遗属补助", "临县第一书记经费", "退休教师生活补助"):
        assert not rules(seen_as(judged(title), "personnel"))


def test_financing_called_a_purchase_of_services() -> None:
    a = judged("城区公厕运营政府购买服务", summary="由社会资本垫资建设，分期回购，十年内还本付息")
    assert rules(seen_as(a, "service", "listed"))["GF204"] == "error"
    loan = judged("创业担保贷款贴息", "某县人力资源和社会保障局", "为创业者融资提供担保贷款贴息")
    assert not rules(seen_as(loan, "service", "listed"))
    advice = judged("民营企业财税、融资、法律咨询服务费", "某县工商业联合会")
    assert not rules(seen_as(advice, "service", "listed"))


# ------------------------------------------------------------------------------------------------ GF3xx


@pytest.mark.parametrize(
    ("text", "count"),
    [("99年", 99), ("3年", 3), ("三年", 3), ("十二年", 12), ("二十年", 20), ("1 年", 1), ("2026年", None), ("长期", None), ("", None)],
)  # fmt: skip
def test_terms(text: str, count: int | None) -> None:
    assert years(text) == count


@given(st.integers(1, 99))
def test_terms_are_read_back(count: int) -> None:
    assert years(f"{count}年") == count


def with_form(title: str, form: Form, amount: str = "20.00") -> Assessment:
    a = judged(title, amount_wan=Decimal(amount), form=form, summary=form.overview)
    return seen_as(a, "works" if "工程" in title else "service", "listed")


def test_a_term_beyond_three_years() -> None:
    standing = with_form(
        "污水处理运营", Form("污水处理运营", term="99年", attribute="经常性项目(长期开展)", place=PLACE)
    )
    assert rules(standing)["GF301"] == "notice"
    bounded = with_form("污水处理运营", Form("污水处理运营", term="5年", place=PLACE))
    assert rules(bounded)["GF301"] == "warning"
    written = seen_as(
        judged("污水处理厂运营服务", summary="委托专业公司运营，合同期限为八年"), "service", "listed"
    )
    assert rules(written)["GF301"] == "warning" and "合同期限为八年" in written.findings[0].evidence.zh
    assert "GF301" not in rules(with_form("污水处理运营", Form("污水处理运营", term="3年", place=PLACE)))
    assert "GF301" not in rules(
        with_form("某路道路改造工程", Form("某路道路改造工程", term="99年", place=PLACE))
    )


def test_form_and_table() -> None:
    same = Form("污水处理运营费", year_yuan=Decimal(200000), place=PLACE)
    assert "GF303" not in rules(with_form("污水处理 运营 费用", same))
    other = with_form("污水处理运营费", replace(same, year_yuan=Decimal(250000)))
    assert rules(other)["GF303"] == "warning"
    assert "20.00 万元" in other.findings[0].message.zh and "250,000 元" in other.findings[0].evidence.zh
    renamed = with_form("王家沟垃圾填埋场运营", replace(same, title="白家沟垃圾填埋场运营"))
    assert rules(renamed)["GF303"] == "notice"


@given(st.text(max_size=40))
def test_loose_names_are_stable(name: str) -> None:
    assert loose(loose(name)) == loose(name)


# ------------------------------------------------------------------------------------------------ GF302–GF304, GF4xx


def of_document(
    department: str = CITY, items: tuple[BudgetItem, ...] = (), **facts: object
) -> dict[str, Finding]:
    made = Disclosure("某.txt", department, 2026, items=items, **facts)  # type: ignore[arg-type]
    versions = load_catalogs()
    assessments = [
        replace(a, nature="service", status="listed", decision="auto")
        for a in assess(items, versions, today=TODAY)
    ]
    return {f.rule: f for f in document_findings(made, assessments, versions, TODAY)}


def test_totals_that_do_not_add_up() -> None:
    wrong = Check("total", same("项目支出预算表合计"), Decimal("65.09"), Decimal("130.18"), False, PLACE)
    right = Check("total", same("项目支出预算表合计"), Decimal("65.09"), Decimal("65.10"), True, PLACE)
    assert of_document(checks=(wrong,))["GF302"].place == PLACE
    assert "GF302" not in of_document(checks=(right,))


def test_services_against_the_procurement_budget() -> None:
    items = (BudgetItem("1", "污水处理运营费", CITY, CITY, 2026, amount_wan=Decimal(400)),)
    small = Procurement(Decimal(300), Decimal(0), Decimal(0), Decimal(300), PLACE)
    large = replace(small, services_wan=Decimal(400))
    assert of_document(items=items, procurement=small)["GF304"].severity == "warning"
    assert "GF304" not in of_document(items=items, procurement=large)
    carried = tuple(replace(item, part="上年结转") for item in items)
    assert "GF304" not in of_document(items=carried, procurement=small)


@pytest.mark.parametrize("said", ["无", "无。", "本部门无政府购买服务指导性目录。", "暂无"])
def test_no_catalog_is_said_where_there_is_one(said: str) -> None:
    assert "住房和城乡建设" in of_document(statement=said, statement_place=PLACE)["GF401"].message.zh


@pytest.mark.parametrize("said", ["", "见附件。", "依据晋财综[2025]28号。"])
def test_a_statement_in_order(said: str) -> None:
    assert not {"GF401", "GF402"} & set(of_document(statement=said))


@pytest.mark.parametrize(
    ("number", "severity"),
    [("晋财综〔2025〕28号", None), ("晋财综〔2023〕47号", None), ("晋财综〔2024〕37号", "error"), ("晋财综〔2021〕34号", "error"), ("孝财综〔2019〕5号", "error")],
)  # fmt: skip
def test_the_catalog_attached_is_the_one_in_force(number: str, severity: str | None) -> None:
    found = of_document(attachments=(Attachment(number, "目录", PLACE),)).get("GF402")
    assert (found.severity if found else None) == severity
    named = of_document(statement=f"依据{number}执行", statement_place=PLACE).get("GF402")
    assert (named.severity if named else None) == severity


def test_an_attached_catalog_that_lacks_entries() -> None:
    version = next(v for v in load_catalogs() if v.id == "2025-28")
    codes = tuple(e.printed_code or e.code for e in version.entries)
    whole = Attachment(version.number, "目录", PLACE, codes)
    assert "GF403" not in of_document(attachments=(whole,))
    half = of_document(attachments=(replace(whole, codes=codes[: len(codes) // 2]),))["GF403"]
    assert "1,018 个代码，应有 2,036 个" in half.message.zh


# ------------------------------------------------------------------------------------------------ silences


def test_a_silence_marks_and_never_removes(tmp_path: Path) -> None:
    path = tmp_path / "豁免.tsv"
    path.write_text(
        "# 经审核\n规则\t部门\t项目\t理由\t有效期至\nGF203\t孝义市城市管理局\t协管员 经费\t已列入人员经费\t2026-12-31\n",
        encoding="utf-8-sig",
    )
    silences = read_silences(path)
    findings = judged("协管员经费", summary="协管员180人，工资标准2150元").findings
    marked = silenced(findings, silences, CITY, "协管员经费", TODAY)
    assert [f.silenced for f in marked if f.rule == "GF203"] == ["已列入人员经费"]
    assert len(marked) == len(findings)
    assert not any(f.silenced for f in silenced(findings, silences, CITY, "协管员经费", date(2027, 1, 1)))
    assert not any(f.silenced for f in silenced(findings, silences, "某局", "协管员经费", TODAY))
    assert marked[0].record()["silenced"] == "已列入人员经费"


@pytest.mark.parametrize(
    ("row", "word"),
    [("GF999\t\t\t某\t", "GF999"), ("GF203\t\t\t\t", "理由"), ("GF203\t\t\t某\t明年", "2026-12-31")],
)
def test_a_bad_silence_is_refused_with_its_line(tmp_path: Path, row: str, word: str) -> None:
    path = tmp_path / "豁免.tsv"
    path.write_text(f"rule\tdepartment\ttitle\treason\tuntil\n{row}\n", encoding="utf-8")
    with pytest.raises(GoufuError, match=word):
        read_silences(path)


def test_a_silence_on_the_whole_run() -> None:
    made = Disclosure(
        "某.txt", CITY, 2026, statement="无", items=(BudgetItem("1", "路灯维护", CITY, year=2026),)
    )
    done = audit(made, load_catalogs(), TODAY, silences=(Silence("GF401", "另行公开"),))
    assert [f.silenced for f in done.findings if f.rule == "GF401"] == ["另行公开"]


# ------------------------------------------------------------------------------------------------ the examples


@pytest.fixture(scope="module")
def examples() -> dict[str, Audit]:
    return audits()


@pytest.fixture(scope="module")
def scored(examples: dict[str, Audit]) -> Score:
    return score(load_expected(), examples)


def test_the_table_has_every_line_and_the_findings_hold_against_it(scored: Score) -> None:
    assert scored.lines == 184
    assert scored.precision >= 0.8, scored.beside
    assert scored.recall >= 0.85, scored.missed


def test_an_auditor_is_not_drowned(scored: Score) -> None:
    assert scored.graver <= scored.lines / 3


def test_no_finding_lacks_evidence_basis_or_place(examples: dict[str, Audit]) -> None:
    for one in examples.values():
        for a, f in one.all_findings:
            where = f"{a.item.title if a else one.disclosure.file} {f.rule}"
            assert f.evidence and f.basis and all(f.message), where
            assert f.place is not None and f.place.text() in f.evidence.zh, where


@pytest.mark.parametrize(
    ("stem", "title", "expected"),
    [
        ("孝义市城市管理局2026", "协管员经费", {"GF203"}),
        ("孝义市城市管理局2026", "隔离护栏运维及配件采购", {"GF202"}),
        ("孝义市城市管理局2026", "桥梁维修改造项目", {"GF201"}),
        ("孝义市城市管理局2026", "排水管网错接混接改造", set()),
        ("孝义市行政审批服务管理局2025", "网络安全事件应急演练项目", {"GF102"}),
        ("孝义市行政审批服务管理局2025", "12345政务服务热线服务经费", set()),
    ],
)
def test_lines_named_in_the_issue(
    examples: dict[str, Audit], stem: str, title: str, expected: set[str]
) -> None:
    a = next(a for a in examples[stem].assessments if a.item.title == title)
    assert set(rules(a)) == expected


def test_documents_named_in_the_issue(examples: dict[str, Audit]) -> None:
    of = {stem: {f.rule for f in one.findings} for stem, one in examples.items()}
    assert "GF402" in of["孝义市人民政府办公室2026"]
    assert "GF401" in of["孝义市人力资源和社会保障局2026"]
    assert not {"GF401", "GF402"} & (of["孝义市城市管理局2026"] | of["孝义市行政审批服务管理局2025"])


@pytest.mark.parametrize(
    ("term", "count"),
    [
        ("5年", 5),
        ("三年", 3),
        ("60个月", 5),
        ("36个月", 3),
        ("37个月", 4),
        ("2026年1月至2030年12月", 5),
        ("2026-01-01至2026-12-31", 1),
        ("2026年", None),
        ("长期", None),
        ("", None),
    ],
)
def test_how_long_a_column_says(term: str, count: int | None) -> None:
    from goufu.matcher.findings.budget import stretch

    assert stretch(term) == count
