"""The shipped way from transcriptions to an edition, proved on excerpts.

`sources/*_excerpt.txt` are pages of the four transcriptions as they are; `sources/editions/` are the editions that
they give with the decisions in their `readings.tsv`. They must come out byte for byte, and say of every row what the
shipped editions say of it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from goufu.catalog.edition.draft import (
    Draft,
    Transcription,
    catalog_table,
    draft,
    entries_table,
    readings_table,
    transcriptions,
    version_id,
)
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import load_catalogs, load_readings, read_readings, read_version, version_named

SOURCES = Path(__file__).parent / "sources"
KNOWN = load_catalogs()
WITNESSES = {"2021-34": ["000"], "2023-47": ["003"], "2024-37": ["003"], "2025-28": ["004", "002"]}


def read(version: str, order: slice = slice(None)) -> list[Transcription]:
    return [
        each
        for witness in WITNESSES[version][order]
        for each in transcriptions(SOURCES / f"{witness}_excerpt.txt")
        if version_id(each.document.number) == version
    ]


def made(version: str, order: slice = slice(None), decided: bool = True) -> Draft:
    folder = SOURCES / "editions" / version
    return draft(read(version, order), KNOWN, read_readings(folder / "readings.tsv") if decided else ())


@pytest.mark.parametrize("version", WITNESSES)
def test_sources_and_decisions_give_the_edition_byte_for_byte(version: str) -> None:
    folder = SOURCES / "editions" / version
    result = made(version)
    assert result.undecided == 0
    assert entries_table(result.version.entries).encode() == (folder / "entries.tsv").read_bytes()
    assert readings_table(result.readings).encode() == (folder / "readings.tsv").read_bytes()
    assert catalog_table(result.version, 0).encode() == (folder / "catalog.toml").read_bytes()


@pytest.mark.parametrize("version", WITNESSES)
def test_the_edition_loads_and_agrees_with_the_shipped_one(version: str) -> None:
    excerpt, shipped = read_version(SOURCES / "editions" / version), version_named(KNOWN, version)
    assert excerpt.entries == made(version).version.entries
    for entry in excerpt.entries:
        whole = shipped.by_key[entry.section, entry.code]
        assert (entry.name, entry.printed_code) == (whole.name, whole.printed_code)
        assert [s.witness for s in entry.sources] == [s.witness for s in whole.sources]
    assert (excerpt.number, excerpt.title, excerpt.printed) == (
        shipped.number,
        shipped.title,
        shipped.printed,
    )
    assert (excerpt.classes, excerpt.levels, excerpt.repeals, excerpt.cites) == (
        shipped.classes,
        shipped.levels,
        shipped.repeals,
        shipped.cites,
    )


@pytest.mark.parametrize("version", WITNESSES)
def test_the_decisions_are_those_of_the_shipped_apparatus(version: str) -> None:
    shipped = {(r.section, r.code, r.kind): r for r in load_readings(version)}
    compared = 0
    for reading in made(version).readings:
        whole = shipped.get((reading.section, reading.code, reading.kind))
        if whole is not None and reading.kind not in ("section", "numbering"):
            assert (reading.chosen, reading.decision) == (whole.chosen, whole.decision)
            compared += 1
    assert compared or version == "2021-34"


def test_without_decisions_the_places_are_marked_and_the_draft_is_no_edition(tmp_path: Path) -> None:
    result = made("2025-28", decided=False)
    undecided = [(r.kind, r.section, r.code) for r in result.readings if r.decision == "undecided"]
    assert undecided == [
        ("section", "〔待定〕004:34", "A050501"),
        ("section", "〔待定〕004:176", "A070103"),
        ("name", "〔待定〕004:176", "A160901"),
        ("name", "民营经济发展", "A150202"),
        ("name", "民营经济发展", "A150301"),
    ]
    assert result.undecided == len(undecided)
    (tmp_path / "catalog.toml").write_text(catalog_table(result.version, result.undecided), encoding="utf-8")
    (tmp_path / "entries.tsv").write_text(entries_table(result.version.entries), encoding="utf-8")
    (tmp_path / "readings.tsv").write_text(readings_table(result.readings), encoding="utf-8")
    with pytest.raises(CatalogError, match="草稿"):
        read_version(tmp_path)
    with pytest.raises(CatalogError, match="decision"):
        read_readings(tmp_path / "readings.tsv")
    again = draft(read("2025-28"), KNOWN, read_readings(tmp_path / "readings.tsv", drafted=True))
    assert readings_table(again.readings) == readings_table(result.readings)


def test_the_other_transcription_as_base_gives_the_same_entries() -> None:
    """The page that 002 lacks comes from 004, and its rows stand where they belong."""
    one, other = made("2025-28", decided=False), made("2025-28", slice(None, None, -1), decided=False)

    def rows(of: Draft) -> list[tuple[str, str, frozenset[str]]]:
        return [(e.code, e.printed_code, frozenset(e.source.split())) for e in of.version.entries]

    assert rows(one) == rows(other)
    named = [(e.section, e.code) for e in one.version.entries if "待定" not in e.section]
    assert named == [(e.section, e.code) for e in other.version.entries if "待定" not in e.section]


def test_a_naive_reader_would_hang_rows_under_the_wrong_department() -> None:
    """002 alone: the rows after the missing page are no part of 人民检察院, and it says what may be their own."""
    alone = draft(read("2025-28")[1:], KNOWN)
    entry = next(e for e in alone.version.entries if e.name == "统战网络舆情监测服务")
    assert entry.section == f"〔待定〕{entry.source}"
    reading = next(r for r in alone.readings if r.section == entry.section and r.kind == "section")
    assert reading.decision == "undecided" and "人民检察院、宣传部、统战部" in reading.why
    kinds = [p.kind for p in alone.problems if p.where.startswith("002")]
    assert kinds.count("missing page") >= 2
    assert alone.version.sections["人民检察院"].coverage == "partial"
    assert alone.version.sections["宣传部"].coverage == "absent"


def test_a_page_without_heading_is_likened_to_another_version() -> None:
    readings = [r for r in made("2024-37", decided=False).readings if r.kind == "section"]
    assert [(r.decision, r.chosen) for r in readings] == [
        ("undecided", "自然资源"),
        ("undecided", "生态环境"),
        ("undecided", "统计"),
        ("undecided", "残疾人联合会"),
    ]
    assert "17 行中 17 行与 2025-28“自然资源”同码同名" in readings[0].why


def test_evidence_is_named_for_an_undecided_name() -> None:
    """The frame has a name for it: said, not decided."""
    one, other = read("2025-28")
    rows = tuple(
        replace(r, name="社会治安服务") if r.code == "A10" and r.line < 90 else r for r in other.rows
    )
    result = draft([one, replace(other, rows=rows)], KNOWN)
    reading = next(r for r in result.readings if r.kind == "name" and r.code == "A10")
    assert reading.decision == "undecided" and "2021-34 作“社会治理服务”" in reading.why


def test_a_decision_holds_only_while_the_witnesses_say_the_same() -> None:
    one, other = read("2025-28")
    decided = read_readings(SOURCES / "editions" / "2025-28" / "readings.tsv")
    rows = tuple(
        replace(r, name="民营企业产品展销") if r.name == "民营企业产品展览展销" else r for r in one.rows
    )
    result = draft([replace(one, rows=rows), other], KNOWN, decided)
    (undecided,) = (r for r in result.readings if r.decision == "undecided")
    assert (undecided.section, undecided.code, undecided.kind) == ("民营经济发展", "A150301", "name")
    assert "底本与原校勘记不合" in undecided.why and "民营企业产品展览展销" in undecided.why


@pytest.mark.parametrize("version", WITNESSES)
def test_decisions_follow_their_rows_when_lines_shift(version: str, tmp_path: Path) -> None:
    """The same transcription with lines before it: the same edition, only the lines are others."""
    shifted = []
    for witness in WITNESSES[version]:
        path = tmp_path / f"{witness}_excerpt.txt"
        path.write_text("前言\n" * 9 + (SOURCES / path.name).read_text(encoding="utf-8"), encoding="utf-8")
        shifted += [t for t in transcriptions(path) if version_id(t.document.number) == version]
    decided = read_readings(SOURCES / "editions" / version / "readings.tsv")
    result, before = draft(shifted, KNOWN, decided), made(version)
    assert result.undecided == 0
    assert [e[:5] for e in result.version.entries] == [e[:5] for e in before.version.entries]
    assert [(r.section, r.code, r.kind, r.why) for r in result.readings] == [
        (r.section, r.code, r.kind, r.why) for r in before.readings
    ]
    assert result.version.entries[0].sources[0].line == before.version.entries[0].sources[0].line + 9


def test_a_decision_on_nothing_is_stale() -> None:
    decided = read_readings(SOURCES / "editions" / "2025-28" / "readings.tsv")
    stray = replace(decided[-1], section="人民法院", code="A1006", kind="heading")
    result = draft(read("2025-28"), KNOWN, (*decided, stray))
    assert [p.kind for p in result.problems if p.undecided] == ["stale"] and result.undecided == 1


def test_another_witness_may_join() -> None:
    """A decision stays when a third transcription comes, and the apparatus says what it has."""
    one, other = read("2025-28")
    third = replace(other, witness="009", file="009.txt")
    decided = read_readings(SOURCES / "editions" / "2025-28" / "readings.tsv")
    result = draft([one, other, third], KNOWN, decided)
    assert result.undecided == 0
    reading = next(r for r in result.readings if r.code == "A150301")
    assert [w for w, _ in reading.witnesses] == ["004", "002", "009"] and reading.decision == "open"


def test_the_same_witness_cannot_be_given_twice() -> None:
    one, _ = read("2025-28")
    with pytest.raises(CatalogError, match="底本号都是“004”"):
        draft([one, one], KNOWN)


def test_two_documents_are_no_witnesses_of_each_other() -> None:
    (one, _), (other,) = read("2025-28"), read("2024-37")
    with pytest.raises(CatalogError, match="不是同一份目录的底本"):
        draft([one, other], KNOWN)
