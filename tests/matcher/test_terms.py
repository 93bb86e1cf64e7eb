"""The index of terms: complete, and refused where it is malformed."""

from pathlib import Path

import pytest
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import load_catalogs
from goufu.matcher.index.terms import load_terms, read_terms


def test_every_entry_has_at_least_twenty_terms() -> None:
    versions = {v.id: v for v in load_catalogs()}
    entries = {(e.section, e.code) for e in versions["2025-28"].entries if e.level == 4}
    entries |= {("B", e.code) for e in versions["2023-47"].entries if e.level == 3}
    terms = load_terms()
    assert set(terms) == entries
    assert [key for key, words in terms.items() if len(words.positive) < 20] == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("水利\tA070101\t水工模型试验\tobjekt", "种类"),
        ("水利\tA070101\t \tobject", "索引词"),
        ("水利\tA070101\t重复\tobject\n水利\tA070101\t重复\tsynonym", "重复"),
        ("水利\tA070101\t少一列", "应有 4 列"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "水利.tsv"
    path.write_text(f"section\tcode\tterm\tkind\n{row}\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=said) as caught:
        read_terms(path)
    assert caught.value.where.rpartition(":")[2] in ("2", "3")
