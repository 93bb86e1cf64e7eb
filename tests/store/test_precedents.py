"""What was decided once, applied to what is judged again: the same budget, next year's, another county's."""

from __future__ import annotations

from datetime import date

import pytest
from example_editions import budget_2025, decided_2025, edition_2026
from example_runs import NOW, approvals, judged, line, recorded
from goufu.catalog.concordance.changes import load_archive
from goufu.catalog.load import load_catalogs
from goufu.matcher.assess import assess
from goufu.matcher.decisions.choice import choice_named
from goufu.matcher.model import Assessment
from goufu.matcher.precedents.apply import applied
from goufu.matcher.precedents.similarity import key_format, title_key
from goufu.store.decisions import decide, withdraw
from goufu.store.engine import Store, writing
from goufu.store.errors import NoSuchRunError
from goufu.store.precedents.keys import count, forget, precedents, rekey
from goufu.store.precedents.lookup import open_precedents
from goufu.store.runs import delete_run, run_items
from sqlalchemy import text


def decide_lines(store: Store, numbers: list[str]) -> int:
    """Record the 2025 budget and decide the lines of these numbers; the run's number."""
    run = recorded(store, approvals())
    by_number = {i.ref[-3:]: i for i in run_items(store, run)}
    rulings = decided_2025()
    for number in numbers:
        item = by_number[number]
        decide(
            store, item.id, choice_named(rulings[number].said, item, load_catalogs()), "乙", 0, "test", NOW
        )
    return run


def outcome(a: Assessment) -> tuple[str, str, str]:
    coded = a.coded
    return (
        a.status if coded is None else "code",
        coded.section if coded else "",
        coded.code if coded else "",
    )


def remembered(store: Store, assessments: list[Assessment]) -> list[Assessment]:
    with open_precedents(store.place) as source:
        assert source is not None
        return applied(assessments, source, load_archive())


@pytest.mark.parametrize("half", [0, 1])
def test_half_of_a_budget_decided_a_rerun_applies_all_of_them(store: Store, half: int) -> None:
    rulings = decided_2025()
    chosen = sorted(rulings)[half::2]
    decide_lines(store, chosen)
    again = remembered(store, list(approvals()))
    assert len(again) == 38
    for a in again:
        number = a.item.id[-3:]
        if number in chosen:
            r = rulings[number]
            assert outcome(a) == (r.outcome, r.section if r.outcome == "code" else "", r.code), a.item.title
            assert a.precedent.zh.startswith("先例 2026-03-02 本部门“"), a.item.title
            assert "（2025 年预算）" in a.precedent.zh
            if r.outcome == "code":
                assert a.codes[0].why[0] == a.precedent
        elif a.precedent.zh:
            assert outcome(a)[0] == rulings[number].outcome, a.item.title
            assert not a.precedent.zh.startswith("先例") or title_key(a.item.title, a.item.department) in {
                title_key(budget_2025()[n].title, a.item.department) for n in chosen
            }


@pytest.mark.parametrize(
    "some",
    [
        slice(None),
        *(pytest.param(slice(first, None, 2), marks=pytest.mark.long) for first in (0, 1)),
    ],
)
def test_next_years_edition_gets_its_repeated_lines_and_no_wrong_one(store: Store, some: slice) -> None:
    """Years, wording and order changed, one line in ten new: at least 90 % of the repeated ones, none wrong."""
    rulings = decided_2025()
    chosen = sorted(rulings)[some]
    decide_lines(store, chosen)
    edition = edition_2026()
    done = remembered(store, judged(*(item for _, item in edition)))
    titles = {budget_2025()[n].title: n for n in chosen}
    repeated = [(was, a) for (was, _), a in zip(edition, done, strict=True) if was in chosen]
    applied_to = [(was, a) for was, a in repeated if a.precedent.zh]
    wrong = [a.item.title for was, a in applied_to if outcome(a) != outcome_of(rulings[was])]
    assert wrong == []
    assert len(applied_to) >= 0.9 * len(repeated), [a.item.title for w, a in repeated if not a.precedent.zh]
    new = [a for (was, _), a in zip(edition, done, strict=True) if not was]
    assert len(new) >= 0.1 * len(edition)
    assert [a.item.title for a in new if a.precedent.zh] == []
    undecided = [
        a for (was, _), a in zip(edition, done, strict=True) if was and was not in chosen and a.precedent.zh
    ]
    for a in undecided:  # a line not decided may lean on one that was, never on one that says something else
        was = next(w for w, i in edition if i.id == a.item.id)
        assert outcome(a) == outcome_of(rulings[was]), (a.item.title, a.precedent.zh, titles)


def outcome_of(r: object) -> tuple[str, str, str]:
    from example_editions import Ruled

    assert isinstance(r, Ruled)
    return (r.outcome, r.section if r.outcome == "code" else "", r.code)


def test_both_engines_give_the_same_answers(store: Store) -> None:
    decide_lines(store, sorted(decided_2025()))
    titles = ["专家劳务费用", "12345政务服务热线服务经费", "没有的项目"]
    office = "孝义市行政审批服务管理局"
    asked = [("行政审批", title_key(t, office), office) for t in titles]
    other = [
        ("行政审批", title_key(titles[1], "乙县行政审批服务管理局"), "乙县行政审批服务管理局"),
        ("", title_key(titles[1]), ""),
    ]
    with open_precedents(store.place) as source:
        assert source is not None
        found = source.equals([*asked, *other])
        assert [len(found.get(r, ())) for r in [*asked, *other]] == [2, 1, 0, 1, 0]
        first = found[asked[1]][0]
        assert (first.code, first.entry_section, first.decided_on, first.year) == (
            "A180701",
            "行政审批",
            date(2026, 3, 2),
            2025,
        )
        assert [p.id for p in source.of_department("行政审批", office)] == list(range(38, 0, -1))
        assert source.of_department("行政审批", "乙县行政审批服务管理局") == []


def test_another_countys_bureau_of_the_same_section_with_lower_weight(store: Store) -> None:
    decide_lines(store, ["010", "027", "037", "006"])
    lines = [
        line("2026年12345政务服务热线服务费", "临县行政审批服务管理局", "12345政务服务热线服务经费。"),
        line("电子政务外网服务项目", "临县行政审批服务管理局", "全县电子政务外网链路租用与运行维护。"),
        line("12345政务服务热线服务费", "临县水利局", "12345政务服务热线服务经费。"),
    ]
    plain = judged(*lines)
    done = remembered(store, plain)
    assert "孝义市行政审批服务管理局“12345政务服务热线服务经费”" in done[0].precedent.zh
    assert outcome(done[0]) == ("code", "行政审批", "A180701")
    assert done[2].precedent.zh == ""
    (item, *_) = run_items(store, recorded(store, plain))
    decide(store, item.id, choice_named("A180702", item, load_catalogs()), "丙", 0)
    (own,) = remembered(store, judged(lines[0]))
    assert outcome(own) == ("code", "行政审批", "A180702") and "本部门" in own.precedent.zh


def test_a_decision_for_a_year_of_another_catalog_follows_its_entry(store: Store) -> None:
    """2024-37 → 2025-28: unchanged, renamed, merged, removed, reused, as the concordance has it."""
    office = "甲县生态环境局"
    lines = {
        "环境应急综合演练": ("A140603", "A140603"),  # renamed 环境应急综合演练服务 → 环境应急综合服务
        "生态文明建设宣传进社区": (
            "A150208",
            "A150207",
        ),  # merged into 生态文明宣传服务; the code means another now
        "三晋生态文化系列宣传": ("A150209", None),  # removed
        "重点核技术利用单位灾情调查": ("A140601", None),  # removed, and the code now means another service
        "环境保护成果宣教科普": ("A060602", None),  # split
    }
    versions = load_catalogs()
    then = assess([line(t, office, year=2025) for t in lines], versions, today=date(2025, 1, 1))
    run = recorded(store, then)
    for item in run_items(store, run):
        decide(store, item.id, choice_named(lines[item.title][0], item, versions), "乙", 0, now=NOW)
    now = {a.item.title: a for a in remembered(store, judged(*(line(t, office, year=2026) for t in lines)))}
    for title, (old, new) in lines.items():
        a = now[title]
        if new is None:
            assert a.precedent.zh == "" and a.decision == "review"
            (flag,) = [f for f in a.findings if f.rule == "GF501"]
            assert (
                old in flag.evidence.zh and "2025-28" in flag.evidence.zh and "须重新认定" in flag.message.zh
            )
        else:
            assert a.coded is not None and (a.coded.version, a.coded.code) == ("2025-28", new)
            assert f"2024-37 {old} " in a.precedent.zh and f"→ 2025-28 {new} " in a.precedent.zh
            assert not any(f.rule == "GF501" for f in a.findings)
    assert "生态环境标准" not in now["生态文明建设宣传进社区"].precedent.zh


def test_not_listed_then_says_nothing_of_a_new_catalog(store: Store) -> None:
    office = "甲县生态环境局"
    versions = load_catalogs()
    then = assess([line("排污口智能遥测", office, year=2025)], versions, today=date(2025, 1, 1))
    (item,) = run_items(store, recorded(store, then))
    decide(store, item.id, choice_named("未列", item, versions), "乙", 0)
    same_year, next_year = remembered(store, then), remembered(store, judged(line("排污口智能遥测", office)))
    assert same_year[0].precedent.zh and same_year[0].status == "unlisted"
    assert next_year[0].precedent.zh == ""


def test_contradicting_precedents_are_flagged_not_applied(store: Store) -> None:
    two = judged(
        line("数据治理服务", summary="同一概况的数据治理"),
        line("2026年数据治理项目", summary="同一概况的数据治理"),
    )
    items = run_items(store, recorded(store, two))
    decide(store, items[0].id, choice_named("A150103", items[0], load_catalogs()), "乙", 0)
    decide(store, items[1].id, choice_named("B1002", items[1], load_catalogs()), "乙", 0)
    (a,) = remembered(store, judged(line("数据治理经费", summary="同一概况的数据治理")))
    assert a.precedent.zh == "" and a.decision == "review"
    (flag,) = [f for f in a.findings if f.rule == "GF502"]
    assert "A150103" in flag.evidence.zh and "B1002" in flag.evidence.zh


def test_a_later_decision_takes_the_place_of_an_earlier_one(store: Store) -> None:
    for said in ("A150103", "B1002"):
        (item,) = run_items(store, recorded(store, judged(line("数据治理服务"))))
        decide(store, item.id, choice_named(said, item, load_catalogs()), "乙", 0)
    (a,) = remembered(store, judged(line("数据治理服务")))
    assert a.coded is not None and a.coded.code == "B1002"


def test_the_same_name_for_something_else_is_not_decided(store: Store) -> None:
    """Two lines called 城市基础设施项目: one is fire safety, one road upkeep (孝义市城市管理局, 2026)."""
    office = "甲县城市管理局"
    roads = "城区道路46条、桥梁15座、通道3座的日常养护，路面坑槽修补，人行道板更换，桥梁伸缩缝维修。"
    fire = "按照消防部门要求，为增强消防安全防范能力，对老旧小区消防栓、灭火器材进行补充配备并组织演练。"
    (item,) = run_items(store, recorded(store, judged(line("城市基础设施项目经费", office, roads))))
    decide(store, item.id, choice_named("A110106", item, load_catalogs()), "乙", 0)
    same, other = remembered(
        store, judged(line("2026年城市基础设施项目", office, roads), line("城市基础设施项目", office, fire))
    )
    assert same.coded is not None and same.coded.code == "A110106" and same.precedent.zh
    assert other.precedent.zh == ""


def test_withdrawn_deleted_and_forgotten(store: Store) -> None:
    run = decide_lines(store, ["002", "010", "019"])
    items = {i.ref[-3:]: i for i in run_items(store, run)}
    withdraw(store, items["002"].id, "乙", 1)
    assert sorted(p.code for p in precedents(store)) == ["A180701", "B0302"]
    delete_run(store, run, "乙")
    assert count(store) == 2
    (audit,) = precedents(store, words="审计")
    assert forget(store, [audit.id], "乙") == 1
    with pytest.raises(NoSuchRunError, match="没有先例"):
        forget(store, [audit.id], "乙")
    assert [p.code for p in precedents(store, "行政审批")] == ["A180701"]


def test_keys_made_by_older_rules_are_made_anew_on_first_use(store: Store) -> None:
    decide_lines(store, ["002", "010"])
    with writing(store) as session:
        session.execute(text("UPDATE precedent SET title_key = 'old', key_format = '0-old'"))
    again = remembered(store, list(approvals()))
    assert sum(bool(a.precedent.zh) for a in again) >= 2
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT DISTINCT key_format FROM precedent")).scalars().all() == [
            key_format()
        ]
    assert rekey(store) == 0
