"""Lines that read the same are judged once, and every assessment is still that of its own line."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.index.corpus import Remembered, open_corpus
from goufu.matcher.index.grams import Index
from goufu.matcher.model import Assessment
from pytest import MonkeyPatch

from goufu import classify, matcher

TODAY = date(2026, 1, 1)
LINES = (
    BudgetItem("a", "污水处理厂运营服务", department="甲乙县城市管理局", year=2026),
    BudgetItem("b", "道路清扫保洁服务", department="甲乙县城市管理局", year=2026),
    BudgetItem("c", "污水处理厂运营服务", department="甲乙县城市管理局", year=2026),
    BudgetItem("d", "污水处理厂运营服务", department="甲乙县城市管理局", year=2026, code="A110103"),
)


def alone(line: BudgetItem, most: int = 5) -> Assessment:
    """The assessment of a line by which no other was met before."""
    open_corpus(load_catalogs(), TODAY).judged.clear()
    (found,) = assess([line], load_catalogs(), today=TODAY, most=most)
    return found


def test_equal_lines_get_what_they_get_alone() -> None:
    versions = load_catalogs()
    together = assess(LINES, versions, today=TODAY)
    assert [a.item for a in together] == list(LINES)
    assert together[0] == replace(together[2], item=LINES[0])
    assert together[0].standing is None and together[3].standing is not None  # what it cites is its own
    for line, found in zip(LINES, together, strict=True):
        assert alone(line).record() == found.record()


def test_an_assessment_goes_to_another_process_and_back() -> None:
    (found,) = assess([BudgetItem("a", "校园监控设备更换", year=2026)], load_catalogs(), today=TODAY)
    again = pickle.loads(pickle.dumps(found))
    assert again.nature_words == found.nature_words and again.record() == found.record()
    assert found.nature_words and found.nature_words[0] in "校园监控设备更换"


def test_amounts_of_one_size_change_no_judgement_and_stay_in_their_lines() -> None:
    one, other = (replace(LINES[0], amount_wan=Decimal(amount)) for amount in ("12.5", "98"))
    together = assess([one, other], load_catalogs(), today=TODAY)
    assert [a.record()["amount_wan"] for a in together] == [12.5, 98]
    assert together[0] == replace(together[1], item=one)
    for line, found in zip((one, other), together, strict=True):
        assert alone(line) == found


def test_more_candidates_than_a_narrow_scope_has_are_not_made_up() -> None:
    lines = [
        LINES[0],
        replace(LINES[1], department="甲乡人民政府"),
    ]  # the second has only class B, 44 entries
    wide, narrow = assess(lines, load_catalogs(), today=TODAY, most=60)
    assert len({(c.section, c.code) for c in narrow.codes}) == len(narrow.codes)
    for line, found in zip(lines, (wide, narrow), strict=True):
        assert alone(line, most=60).record() == found.record()


def test_lines_none_of_whose_characters_any_entry_has_are_judged() -> None:
    odd = classify([{"title": "☃☃", "department": "某某公司"}])
    assert [(a.status, a.decision) for a in odd] == [("unknown", "review")]
    assert classify([]) == []


def test_a_line_that_was_met_in_another_county_is_judged_as_if_it_never_was() -> None:
    for line in LINES:
        for title in (line.title, f"甲乙县{line.title}", f"丙丁县{line.title}"):
            here = replace(line, title=title)
            there = replace(here, department="丙丁县城市管理局", amount_wan=Decimal(31))
            new = [alone(replace(one)) for one in (here, there)]
            assert assess([here, there], load_catalogs(), today=TODAY) == new  # `there` was met


def test_the_lines_of_two_counties_are_judged_once_where_they_do_not_name_them(
    monkeypatch: MonkeyPatch,
) -> None:
    judged: list[int] = []
    plain = matcher.assess._read

    def counted(items: Sequence[BudgetItem], index: Index) -> object:
        judged.append(len(items))
        return plain(items, index)

    monkeypatch.setattr(matcher.assess, "_read", counted)
    line = replace(LINES[1], title="路灯养护")
    open_corpus(load_catalogs(), TODAY).judged.clear()
    for title, department, new in (
        ("路灯养护", "甲乙县城市管理局", 1),
        ("路灯养护", "丙丁县城市管理局", 0),
        ("路灯养护", "丙丁县水利局", 1),  # another section
        ("甲乙县路灯养护", "甲乙县城市管理局", 1),
        ("甲乙县路灯养护", "丙丁县城市管理局", 1),  # another county than its own
    ):
        judged.clear()
        assess([replace(line, title=title, department=department)], load_catalogs(), today=TODAY)
        assert sum(judged) == new, (title, department)


def test_what_comes_again_takes_the_place_of_what_was_asked_for_longest_ago(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(Remembered, "_MOST", 2)
    some = Remembered()
    for key in "ab":
        some.keep(key, key.upper())
    assert some.recalled("a") == "A"
    some.keep("c", "C")
    assert list(some) == ["b", "a"]  # there is no room for what is met once
    some.keep("c", "C")
    assert list(some) == ["a", "c"]


def test_lines_of_every_county_are_remembered_though_others_lie_between(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(Remembered, "_MOST", 10)
    some = Remembered()
    known = 0
    for county in range(30):
        for line in ("保运转", "遗属补助", "驻村工作", *(f"{county} {n}" for n in range(100))):
            if some.recalled(line) is not None:
                known += 1
            else:
                some.keep(line, line)
    assert known >= 3 * 28


def test_of_what_was_met_no_more_is_kept_than_there_is_room_for(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(Remembered, "_MOST", 2)
    monkeypatch.setattr(Remembered, "_MET", 50)
    some = Remembered()
    for number in range(1000):
        some.keep(number, number)
    assert len(some) == 2 and len(some._met) + len(some._met_before) <= 100
