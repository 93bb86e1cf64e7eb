"""Figures over decided lines: what they count, and how far they can be trusted."""

from datetime import date

import pytest
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.answered import Answered, answered
from goufu.matcher.assess import assess
from goufu.matcher.evaluate import (
    Outcome,
    Rate,
    by_section,
    calibration,
    certain_gain,
    confused_natures,
    measured,
    outcomes,
    worst,
)
from hypothesis import given
from hypothesis import strategies as st

LINES = [
    ("政务大厅保洁保安费", [("B", "B1102"), ("B", "B1103")], [], []),
    ("综合窗口服务项目", [("行政审批", "A180601")], [], []),
    ("综合窗口服务项目（二期）", [("", "A180601")], [], []),
    ("办公电脑采购", [], ["goods"], ["not_applicable"]),
    ("办公电脑购置", [("B", "B0101")], [], []),  # an answer that goufu cannot come to
]


def judged() -> tuple[Outcome, ...]:
    answers: list[Answered] = []
    for title, codes, natures, statuses in LINES:
        item = BudgetItem(id=title, title=title, department="行政审批", year=2026)
        answer = answered(item, codes, natures, statuses)  # type: ignore[arg-type]
        assert answer is not None
        answers.append(answer)
    found = assess([a.item for a in answers], load_catalogs(), date(2026, 1, 1))
    return outcomes(answers, found)


def test_the_figures_count_lines() -> None:
    some = judged()
    figures = measured(some)
    assert figures.lines == 5
    assert (figures.top[0].hits, figures.top[0].of) == (3, 4)
    assert (figures.nature.hits, figures.nature.of) == (4, 5)
    assert (figures.right.hits, figures.right.of) == (4, 5)
    assert figures.auto.of == 5 and figures.auto_right.of == figures.auto.hits
    assert figures.top[0].hits <= figures.top[1].hits <= figures.top[2].hits


def test_the_wrong_line_is_the_worst_and_the_confusion_names_it() -> None:
    some = judged()
    assert [o.answer.item.title for o in worst(some)] == ["办公电脑购置"]
    assert confused_natures(some)["service", "goods"] == 1
    assert sum(confused_natures(some).values()) == 5


def test_sections_and_groups_hold_every_line_once() -> None:
    some = judged()
    assert [(name, m.lines) for name, m in by_section(some)] == [("行政审批", 5)]
    assert sum(g.right.of for g in calibration(some)) == 5
    assert all(g.low <= g.certainty <= g.high for g in calibration(some))


def test_an_interval_that_a_table_of_wilson_gives() -> None:
    low, high = Rate(9, 10).interval or (0, 0)
    assert [low, high] == pytest.approx([0.5958, 0.9821], abs=5e-4)
    assert Rate(0, 0).share is None and Rate(0, 0).interval is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(counts: tuple[int, int]) -> None:
    rate = Rate(*counts)
    low, high = rate.interval or (1.0, 0.0)
    assert 0 <= low <= (rate.share or 0.0) + 1e-12 and (rate.share or 0.0) - 1e-12 <= high <= 1


def test_a_change_that_may_be_chance_is_known_as_such() -> None:
    right, wrong = judged()[0], judged()[4]
    assert right.good and not wrong.good
    assert certain_gain([wrong] * 5, [right] * 5) == (5, 0, 1 / 32)
    assert certain_gain([right, wrong], [wrong, right]) == (1, 1, 0.75)
    assert certain_gain([right], [right]) == (0, 0, 1.0)
