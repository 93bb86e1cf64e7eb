"""Measures between lines and entries: what is added up at once is what each measure says by itself."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from goufu.catalog.load import load_catalogs
from goufu.matcher.features import ACROSS, FEATURES
from goufu.matcher.index.corpus import Corpus, open_corpus
from goufu.matcher.rank import Measured, coefficients, measured, rank
from goufu.matcher.wording import Line

LINES = [
    Line("城区污水处理厂委托运营服务费", "污水处理厂日常运行，按处理水量付费", "某县城市管理局"),
    Line("政务大厅综合窗口外包", "", "某县行政审批服务管理局"),
    Line("河道水质监测及评价", "对全县河道断面逐月采样监测，" * 12, "某县水利局"),
]
SECTIONS = [("住房和城乡建设",), ("行政审批", "数据"), ()]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """The corpus of the budget year 2026."""
    return open_corpus(load_catalogs(), date(2026, 1, 1))


@pytest.fixture(scope="module")
def shared(corpus: Corpus) -> Measured:
    """What the lines share with the entries; nothing is told of headings."""
    told = np.zeros((len(LINES), len(corpus.wording.headings)), dtype=np.float32)
    return measured(corpus.index, LINES, SECTIONS, told, corpus.wording.headings)


def alone(names: Sequence[str], name: str) -> list[float]:
    """A weight of 1 for one measure, 0 for the rest."""
    return [float(n == name) for n in names]


def test_a_score_is_the_weighted_sum_of_the_measures(corpus: Corpus, shared: Measured) -> None:
    for reach, names, weights in (
        (shared.within, FEATURES, coefficients("ranking", FEATURES).tolist()),
        (shared.across, ACROSS, coefficients("across", ACROSS).tolist()),
    ):
        parts = [
            w * reach.scores(corpus.index, alone(names, n)) for n, w in zip(names, weights, strict=True) if w
        ]
        inside = shared.within.scopes.inside if names is FEATURES else np.True_
        total = np.where(inside, sum(np.where(inside, p, 0) for p in parts), -np.inf)
        np.testing.assert_allclose(reach.scores(corpus.index, weights), total, rtol=1e-5, atol=1e-5)


def test_the_measures_of_one_entry_are_those_of_all(corpus: Corpus, shared: Measured) -> None:
    rows, columns = np.arange(len(LINES)), np.array([3, 5, 7])
    found = shared.within.measures_of(corpus.index, columns)
    assert {"title_cosine", "tail_telling", "summary_name", "title_only", "heading_cosine", "class_b"} <= set(
        found
    )
    for name in set(found) & set(FEATURES):
        every = shared.within.scores(corpus.index, alone(FEATURES, name))
        np.testing.assert_allclose(found[name], every[rows, columns], rtol=1e-6, atol=1e-7)
    targets = shared.within.scopes.targets[rows, columns]
    covered = shared.across.covered_by(corpus.index, targets)
    for side, name in enumerate(("title_covered", "summary_covered")):
        every = shared.across.scores(corpus.index, alone(ACROSS, name))
        np.testing.assert_allclose(covered[side], every[rows, targets], rtol=1e-6, atol=1e-7)


def test_a_line_is_compared_with_its_sections_and_class_b_alone(corpus: Corpus, shared: Measured) -> None:
    index, scopes = corpus.index, shared.within.scopes
    for row, sections in enumerate(SECTIONS):
        named = {index.targets[t].section for t in scopes.targets[row][scopes.inside[row]]}
        assert named == {s for s in (*sections, "B") if s in index.sections}
    assert np.isneginf(shared.within.scores(index, [1.0] * len(FEATURES))[~scopes.inside]).all()
    assert not scopes.inside.all()  # the scopes are of different widths


def test_lines_of_other_departments_in_a_batch_change_no_ranking(corpus: Corpus) -> None:
    together = rank(corpus.index, LINES, SECTIONS, corpus.wording)
    for row, (line, sections) in enumerate(zip(LINES, SECTIONS, strict=True)):
        by_itself = rank(corpus.index, [line], [sections], corpus.wording)
        best = together.targets[row][together.order[row]]
        assert best.tolist() == by_itself.targets[0][by_itself.order[0]].tolist()
        np.testing.assert_allclose(together.trust[row], by_itself.trust[0], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(together.across[row], by_itself.across[0], rtol=1e-12)
