"""N-grams looked up as numbers for a whole batch are those that stand in each text, and as many."""

from __future__ import annotations

from collections import Counter
from itertools import product

from goufu.matcher.index.runs import known_in, points_of, runs_of
from goufu.matcher.nature import TellingWords, telling_words, weighed
from goufu.matcher.text import OTHER_WORDS, grams
from goufu.matcher.wording import Line, load_wording, parts, vectors
from hypothesis import given
from hypothesis import strategies as st

_LETTERS = "供水网a1 \n，𠀀\ud800"
_KNOWN = {
    name: number
    for number, name in enumerate(
        [*"供水a", *map("".join, product("供水", repeat=2)), "水网", "aa", "a1", "111", "a11"]
    )
}


@given(st.lists(st.text(_LETTERS, max_size=12), max_size=4))
def test_each_text_has_the_known_grams_that_stand_in_it(texts: list[str]) -> None:
    row, number = known_in(runs_of(_KNOWN), points_of(texts), OTHER_WORDS)
    found = Counter(zip(row.tolist(), number.tolist(), strict=True))
    assert found == Counter(
        (n, _KNOWN[g]) for n, text in enumerate(texts) for g in grams(text) if g in _KNOWN
    )


def test_nothing_is_known_where_there_are_no_entries() -> None:
    row, number = known_in(runs_of({}), points_of(["供水", ""]), OTHER_WORDS)
    assert len(row) == len(number) == 0


def test_the_share_of_a_title_that_is_not_known_counts_every_n_gram_of_it() -> None:
    wording = load_wording()
    lines = [Line("保洁服务abc 网0，餍"), Line(""), Line("餍餮")]
    known = wording.known["title"]
    for line, strange in zip(lines, vectors(lines, wording).strange.tolist(), strict=True):
        every = parts(line)["title"]
        unknown = sum(gram not in known for gram in every)
        assert abs(strange - (unknown / len(every) if every else 0)) < 1e-6


def test_words_that_decided_are_handed_to_another_process_as_words() -> None:
    import pickle

    lines = [Line("办公楼物业管理服务费")]
    told = telling_words(lines, weighed(lines, load_wording()), ["service"], [0])[0]
    assert isinstance(told, TellingWords) and told
    assert pickle.loads(pickle.dumps(told)) == tuple(told)
