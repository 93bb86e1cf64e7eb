"""Characters taken for others by scanners and typists: read as they were meant, and nothing else touched."""

from datetime import date

import pytest
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.index.corpus import open_corpus
from goufu.matcher.index.grams import Index
from goufu.matcher.misread import read_as
from goufu.matcher.search import look_up
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def index() -> Index:
    return open_corpus(load_catalogs(), TODAY).index


def test_a_character_that_makes_no_sense_is_read_as_the_one_that_does(index: Index) -> None:
    text, found = read_as("末成年人保护服务", index)
    assert text == "未成年人保护服务"
    assert [(m.written, m.read) for m in found] == [("末成年", "未成年")]


@pytest.mark.parametrize("version", load_catalogs(), ids=lambda v: v.id)
def test_the_names_of_the_catalog_are_left_alone(index: Index, version) -> None:  # type: ignore[no-untyped-def]
    in_scope = {t.name for t in index.targets}
    assert not [e.name for e in version.entries if e.name in in_scope and read_as(e.name, index)[1]]


@pytest.mark.parametrize(
    "title", ["老城区中诚大街城市更新照明及弱电系统改造工程", "2026年遗属补助", "孝义公报", ""]
)
def test_what_is_a_name_or_makes_sense_is_left_alone(index: Index, title: str) -> None:
    assert read_as(title, index) == (title, ())


def test_two_characters_are_too_few_to_tell(index: Index) -> None:
    assert read_as("末成", index) == ("末成", ())


@given(text=st.text(max_size=40))
def test_any_text_keeps_its_length(index: Index, text: str) -> None:
    read, found = read_as(text, index)
    assert len(read) == len(text)
    assert (read == text) == (not found)


def test_the_reading_is_told_and_the_line_is_kept_as_written() -> None:
    line = BudgetItem("x", "末成年人保护宣传", department="某县民政局", year=2026)
    (a,) = assess([line], load_catalogs(), today=TODAY)
    assert a.item.title == "末成年人保护宣传"
    assert "“末成年”疑为“未成年”之误" in [why.zh for why in a.codes[0].why]


def test_a_query_is_read_so_too() -> None:
    first = look_up("末成年人保护", load_catalogs(), TODAY).entries[0]
    assert (first.section, first.code) == ("民政", "A040105")
