"""The index: what is built is what is read back, and its name changes with its content."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from goufu.catalog.load import load_catalogs
from goufu.matcher.index.corpus import open_corpus
from goufu.matcher.index.grams import Target, build, content_key, read, save
from goufu.matcher.index.targets import targets_on
from goufu.matcher.index.terms import EntryTerms

TARGETS = (
    Target("v", "甲", "A010101", "污水处理服务", ("公共服务", "城乡维护服务", "公共设施管理服务")),
    Target("v", "甲", "A010102", "路灯维护服务", ("公共服务", "城乡维护服务", "公共设施管理服务")),
    Target("v", "B", "B0101", "法律顾问服务", ("辅助服务", "法律服务")),
)
TERMS = {("甲", "A010101"): EntryTerms(("排水泵站值守",), ("污水管网铺设",))}


def test_a_saved_index_is_read_back_the_same(tmp_path: Path) -> None:
    index = build(TARGETS, TERMS)
    path = tmp_path / "index.idx"
    save(index, path)
    again = read(path, TARGETS)
    assert again.words == index.words
    assert np.array_equal(again.weights, index.weights)
    grams = np.arange(index.size)
    for section in range(len(index.sections)):
        sections = np.full(len(grams), section)
        first, last = index.start.ranges(sections, grams)
        assert np.array_equal(again.start.ranges(sections, grams), (first, last))
        names = index.words.split("\n")
        of = {names[g]: index.entry[a:b].tolist() for g, a, b in zip(grams, first, last, strict=True)}
        own = [n for n, t in enumerate(index.targets) if index.section_number[t.section] == section]
        assert of["服务"] == [n for n in own if "服务" in index.targets[n].name]
        assert of["污水"] == [n for n in own if "污水" in index.targets[n].name]
    for array in ("single", "letter", "keys", "numbers"):
        assert np.array_equal(getattr(again.runs, array), getattr(index.runs, array))
    assert (again.runs.longest, again.runs.words) == (index.runs.longest, index.runs.words)
    assert dict(again.terms) == TERMS


def test_a_damaged_file_is_not_taken_for_an_index(tmp_path: Path) -> None:
    path = tmp_path / "index.idx"
    path.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ValueError):
        read(path, TARGETS)


def test_the_key_changes_with_a_term_and_with_a_name() -> None:
    key = content_key(TARGETS, b"one", b"two")
    assert content_key(TARGETS) != key
    assert content_key(TARGETS, b"on", b"etwo") != key
    assert content_key((TARGETS[0]._replace(name="污水处置服务"), *TARGETS[1:]), b"one", b"two") != key
    assert content_key(tuple(reversed(TARGETS)), b"one", b"two") == key


def test_the_rows_of_a_document_have_length_one() -> None:
    index = build(TARGETS, TERMS)
    squares = np.bincount(index.entry, index.weights[:, 0] ** 2)
    assert np.allclose(squares, 1)


def test_a_2025_budget_is_coded_by_the_catalog_of_2024_where_it_is_held() -> None:
    targets = targets_on(load_catalogs(), date(2025, 1, 1)).targets
    by_section = {t.section: t for t in targets}
    assert by_section["行政审批"].version == "2024-37" and not by_section["行政审批"].fallback
    assert by_section["水利"].version == "2025-28" and by_section["水利"].fallback
    assert by_section["住房和城乡建设"].fallback  # 2024-37 holds only its first page
    assert by_section["B"].version == "2023-47"


def test_a_corpus_is_kept_and_found_again(tmp_path: Path) -> None:
    versions = load_catalogs()
    open_corpus.cache_clear()
    first = open_corpus(versions, date(2026, 1, 1), tmp_path)
    kept = list(tmp_path.glob("index-*.idx"))
    assert len(kept) == 1
    kept[0].write_bytes(b"not an index")
    open_corpus.cache_clear()
    again = open_corpus(versions, date(2026, 1, 1), tmp_path)
    assert again.index.words == first.index.words
    open_corpus.cache_clear()
