"""Entries found by words and by the first letters of their pinyin."""

from datetime import date

from goufu.catalog.load import load_catalogs
from goufu.matcher.index.corpus import Corpus, open_corpus
from goufu.matcher.index.initials import by_initials, initials
from goufu.matcher.search import search
from hypothesis import given
from hypothesis import strategies as st


def corpus() -> Corpus:
    return open_corpus(load_catalogs(), date(2026, 1, 1))


def test_the_letters_of_a_name() -> None:
    assert initials("污水处理服务") == "wsclfw"
    assert initials("12345政务服务热线便民服务") == "12345zwfwrxbmfw"


def test_an_entry_is_found_by_the_letters_of_its_name() -> None:
    first = search(corpus(), "wsclfw")[0]
    assert (first.section, first.code, first.score) == ("住房和城乡建设", "A110103", 1.0)
    assert [
        h.section for h in search(corpus(), "wsclfw", ("水利",))
    ] == []  # not one of its entries, and no words


def test_words_are_not_taken_for_letters() -> None:
    assert by_initials(corpus().index.targets, "CA") == []
    assert search(corpus(), "等保测评")[0].code == "A170104"


@given(st.text(max_size=30))
def test_any_query_can_be_asked(query: str) -> None:
    assert all(0 <= h.score <= 1 for h in search(corpus(), query, (), 3))
