"""A minute of fuzzing, the same on every run: spoilt documents of every format, and what a generator can think of.

`make fuzz` goes on for as long as one likes. What was found once lies in found/ and is tried for ever.
"""

from __future__ import annotations

import json
from pathlib import Path

import mutations
import pytest
import run
from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError
from goufu.disclosure.read import read_content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.long

FOUND = sorted((Path(__file__).parent / "found").iterdir())
COUNT = 240

anything = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
#: text with the odd ends of Unicode in it, lone surrogates among them
texts = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("项目名称合计万元\t,|\"'<>{}[]=0123456789.-\ud800\udfff\u2028\x00\ufeff²１"),
    ),
    max_size=60,
)


def tried(data: bytes, name: str) -> None:
    """Read it: a result whose every text can be written, or one sentence."""
    try:
        disclosure = read_content(data, name)
    except GoufuError as error:
        assert "\n" not in error.message
        (error.text("zh") + error.text("en")).encode("utf-8")
    else:
        repr(disclosure).encode("utf-8")


@pytest.mark.parametrize("name", sorted(mutations.seeds()))
def test_the_seeds_are_sound(name: str) -> None:
    read = read_content(mutations.seeds()[name], name)
    assert len(read.items) == mutations.ITEMS
    assert [item.title for item in read.items] == [title for title, _ in mutations.ROWS]


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once(path: Path) -> None:
    tried(path.read_bytes(), f"a{path.suffix}")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("part", range(8))
def test_spoilt_documents(part: int) -> None:
    outcomes = {number: run.attempt(number, 7) for number in range(part, COUNT, 8)}
    wrong = {number: said for number, said in outcomes.items() if said not in ("read", "refused")}
    assert not wrong
    assert set(outcomes.values()) == {"read", "refused"}  # else nothing was spoilt, or everything


@anything
@given(
    st.lists(st.lists(texts, min_size=1, max_size=4), max_size=8),
    st.sampled_from([",", "\t", "|", ";", "，"]),
)
def test_tables_of_anything(rows: list[list[str]], separator: str) -> None:
    head = separator.join(["项目名称", "金额（万元）", "部门", "年度"])
    text = "\n".join([head, *(separator.join(row) for row in rows)])
    tried(text.encode("utf-8", "surrogatepass"), "a.csv")
    tried(f"2026年项目支出预算表\n单位：万元\n{text}".encode("utf-16", "surrogatepass"), "a.txt")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    ["id", "title", "department", "year", "amount_wan", "code", "gov_service", "term", "项目名称"]
)


@anything
@given(st.lists(st.dictionaries(keys | texts, json_values, max_size=6), max_size=4), st.booleans())
def test_records_of_anything(records: list[dict[str, object]], array: bool) -> None:
    text = json.dumps(records) if array else "\n".join(map(json.dumps, records))
    tried(text.encode(), "a.jsonl")


tags = st.sampled_from(
    ["table", "tr", "td", "th", "p", "div", "style", "script", "thead", "caption", "col", "ruby", "rt"]
)
attributes = st.dictionaries(
    st.sampled_from(["colspan", "rowspan", "style", "hidden", "class", "id"]),
    st.sampled_from(["²", "0", "-1", "9" * 5000, "٣", "display:none", "visibility:collapse", "x"]) | texts,
    max_size=2,
)
pages = st.recursive(
    texts,
    lambda inner: st.tuples(tags, attributes, st.lists(inner, max_size=4)).map(
        lambda made: (
            f"<{made[0]} {' '.join(f'{k}={v!r}' for k, v in made[1].items())}>{''.join(made[2])}</{made[0]}>"
        )
    ),
    max_leaves=20,
)


@anything
@given(
    pages,
    st.sampled_from(["utf-8", "no-such", "idna", "utf-7", "unicode_escape", "undefined", "big5", "\x00"]),
)
def test_pages_of_anything(body: str, charset: str) -> None:
    page = f"<html><head><meta charset={charset}></head><body><p>2026年项目支出预算表</p>{body}</body></html>"
    tried(page.encode("utf-8", "surrogatepass"), "a.html")


@given(st.text(st.characters(), max_size=20))
def test_sound_text_can_be_written_and_stays_apart(text: str) -> None:
    assert sound(text).encode("utf-8").decode() == sound(sound(text))
    assert sound(text + "\udcb9") != sound(text + "\udcba")
