"""What an office's decided lines teach: its own habits are learned, noise is not."""

import random
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.answered import Answered, answered
from goufu.matcher.assess import assess
from goufu.matcher.learn import DEPTH, FEWEST, Learned, fitted, fold_of, tried
from goufu.matcher.model import Assessment
from goufu.matcher.nature_names import NATURES

VERSIONS = load_catalogs()
TODAY = date(2026, 1, 1)
PLACES = (
    "政务大厅",
    "审批大厅",
    "办事大厅",
    "分厅",
    "便民中心",
    "办公区",
    "机关",
    "服务站",
    "乡镇站点",
    "社区站点",
)
WHEN = ("", "2026年", "上半年", "续签", "（二期）")


def judge(answers: Sequence[Answered], learned: Learned | None) -> list[Assessment]:
    return assess([a.item for a in answers], VERSIONS, TODAY, most=5 if learned else DEPTH, learned=learned)


def line(title: str, code: str) -> Answered:
    item = BudgetItem(id=title, title=title, department="行政审批", year=2026)
    found = answered(item, [("B" if code[0] == "B" else "行政审批", code)])
    assert found is not None
    return found


def office() -> list[Answered]:
    """An office whose guards are property management to it (B1102, not B1103), beside lines that anyone codes alike."""
    guards = [line(f"{when}{place}保安服务", "B1102") for place in PLACES for when in WHEN[:3]]
    others = [line(f"{when}{place}综合窗口服务", "A180601") for place in PLACES for when in WHEN[:2]]
    return guards + others


def noisy() -> list[Answered]:
    """An office that decides the same kind of line now so and now so."""
    chance = random.Random(20261128)
    codes = ("B1102", "B1103", "A180601", "A150401", "B0501")
    return [
        line(f"{when}{place}{what}", chance.choice(codes))
        for place in PLACES
        for when in WHEN[:2]
        for what in ("保安服务", "综合窗口服务", "系统运维服务")
    ]


def test_an_office_with_a_habit_of_its_own_gains() -> None:
    answers = office()
    trial = tried(answers, judge)
    assert trial.gains and trial.better >= 12 and trial.worse == 0
    assert (trial.after.top[0].share or 0) > (trial.before.top[0].share or 0) + 0.2
    learned = fitted(answers, judge(answers, None))
    weights = {code: w for (_, code, _), w in learned.entries.items()}
    assert weights["B1102"] > 0 > weights["B1103"]
    new = [
        line(f"{place}保安服务", "B1102")
        for place in ("二号楼", "大楼", "仓库", "停车场", "值班室", "车队", "信访室")
    ]
    plain, taught = judge(new, None), judge(new, learned)
    first = [sum(a.codes[0].code == "B1102" for a in some) for some in (plain, taught)]
    assert first[1] > first[0]
    for before, after in zip(plain, taught, strict=True):
        assert "learned" not in before.record()
        if before.codes[0].code != after.codes[0].code:
            assert f"首选原为 {before.codes[0].code}" in after.learned.zh
            assert after.record()["learned"] == after.learned.zh and after.learned in after.codes[0].why


def test_noise_is_refused() -> None:
    trial = tried(noisy(), judge)
    assert not trial.gains and trial.why_not[0] and trial.why_not[1]


def test_lines_that_goufu_has_right_anyway_teach_nothing() -> None:
    trial = tried(office()[30:] + [line(f"{p}网络安全等级保护测评服务", "A170104") for p in PLACES], judge)
    assert not trial.gains and trial.worse == 0


def test_few_lines_are_not_learned_from() -> None:
    few = office()[: FEWEST - 1]
    trial = tried(few, judge)
    assert not trial.gains and str(FEWEST) in trial.why_not[0]


def test_natures_are_learned_by_the_words_that_end_titles() -> None:
    answers = []
    for place in PLACES:
        item = BudgetItem(id=place, title=f"{place}工作经费", department="行政审批", year=2026)
        found = answered(item, natures=["personnel"], statuses=["not_applicable"])
        assert found is not None
        answers.append(found)
    learned = fitted(answers, judge(answers, None))
    assert learned.endings["经费", "personnel"] > 0.5
    (before,), (after,) = judge(answers[:1], None), judge(answers[:1], learned)
    at = NATURES.index("personnel")
    assert after.chances[at] > before.chances[at]


def test_nothing_learned_changes_nothing() -> None:
    answers = office()[:6]
    plain = judge(answers, None)
    same = assess([a.item for a in answers], VERSIONS, TODAY, most=DEPTH, learned=Learned())
    assert [[c.code for c in a.codes] for a in plain] == [[c.code for c in a.codes[:DEPTH]] for a in same]
    assert [a.decision for a in plain] == [a.decision for a in same]
    for one, other in zip(plain, same, strict=True):
        assert [c.score for c in one.codes] == pytest.approx([c.score for c in other.codes])
        assert one.fit == pytest.approx(other.fit)


def test_probabilities_stay_probabilities() -> None:
    learned = Learned({("B", "B1102", "物业管理服务"): 2.0}, 0.5, {"goods": -1.0}, {}, -0.7)
    table = learned.natures_of(["保洁"], np.full((1, len(NATURES)), 1 / len(NATURES)))
    assert table.sum() == pytest.approx(1) and table[0, NATURES.index("goods")] < 1 / len(NATURES)
    assert 0 < float(learned.fit(np.array([0.9]))[0]) < 0.9
    (judged,) = judge(office()[:1], learned)
    assert all(0 <= c.score <= 1 for c in judged.codes)


def test_a_line_is_always_in_the_same_part() -> None:
    one, again = line("2025年大厅保洁服务", "B1102"), line("2026年大厅保洁服务", "B1102")
    assert fold_of(one) == fold_of(again)  # the same title of another year would tell the answer
