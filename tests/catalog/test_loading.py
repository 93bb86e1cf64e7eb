"""Loading is strict: a file that is not exactly an edition is refused, with the file and the line."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest
from goufu.catalog.errors import CatalogError, UnknownNameError
from goufu.catalog.load import (
    data_directory,
    load_catalogs,
    read_columns,
    read_readings,
    read_version,
    version_named,
)

GOOD = (
    'id = "2030-1"\nnumber = "晋财综〔2030〕1号"\ntitle = "目录"\nclasses = ["A"]\nlevels = 4\n'
    "printed = 2030-01-01\nin_force = 2030-01-01\nrepeals = []\nsections = '''\n甲\tcomplete\t6\n乙\tpartial\t\t缺页\n'''\n"
    '[[witness]]\nid = "001"\nfile = "001.txt"\nlines = [1, 9]\n'
)
HEADER = "section\tcode\tprinted_code\tname\tsource\n"
ROWS = (
    "甲\tA\t\t公共服务\t001:1\n甲\tA15\t\t公共信息与宣传服务\t001:2\n甲\tA1502\t\t公共公益宣传服务\t001:3\n"
    "甲\tA150201\tA050201\t人大宣传服务\t001:4\n乙\tA\t\t公共服务\t001:5\n"
)
READINGS = "section\tcode\tkind\twitnesses\tchosen\tdecision\twhy\n"
READING = "甲\tA150201\tcode\t001:4=A050201\tA050201\terratum\t印刷代码不符\n"


def edition(folder: Path, toml: str = GOOD, entries: str | bytes = HEADER + ROWS, readings: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "catalog.toml").write_text(toml, encoding="utf-8")
    content = entries.encode() if isinstance(entries, str) else entries
    (folder / "entries.tsv").write_bytes(content)
    if readings:
        (folder / "readings.tsv").write_text(readings, encoding="utf-8")
    return folder


def test_a_sound_edition(tmp_path: Path) -> None:
    version = read_version(edition(tmp_path))
    assert [e.code for e in version.entries] == ["A", "A15", "A1502", "A150201", "A"]
    misprint = version.by_key["甲", "A150201"]
    assert misprint.printed_code == "A050201" and version.find("甲", "A050201") is misprint
    assert version.path(misprint) == version.in_section("甲")[:3]
    assert misprint.sources[0].line == 4 and str(misprint.sources[0]) == "001:4"
    assert version.sections["乙"].coverage == "partial" and version.sections["甲"].page == 6


def test_line_ends_of_windows_and_a_missing_last_one_are_the_same(tmp_path: Path) -> None:
    expected = read_version(edition(tmp_path)).entries
    assert read_version(edition(tmp_path, entries=(HEADER + ROWS).replace("\n", "\r\n"))).entries == expected
    assert read_version(edition(tmp_path, entries=(HEADER + ROWS).rstrip("\n"))).entries == expected


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("甲\tA15\t\t", "丙\tA15\t\t", 3, "未列部门“丙”"),
        ("\tA1502\t", "\tA150\t", 4, "“A150”不是"),
        ("\tA1502\t", "\tC1502\t", 4, "“C1502”不是"),
        ("\tA1502\t", "\tA15٠2\t", 4, "不是"),
        ("\tA1502\t", "\tB150201\t", 4, "“B150201”不是"),
        ("\tA1502\t", "\tA15\t", 4, "与第 3 行重复"),
        ("公共公益宣传服务", "", 4, "名称为空"),
        ("公共公益宣传服务", " 公共公益宣传服务", 4, "首尾有空格"),
        ("\t001:3", "\t", 4, "缺来源"),
        ("\t001:3", "", 4, "每行应有 5 列，实有 4 列"),
        ("\t001:3", "\t001:3\t", 4, "每行应有 5 列，实有 6 列"),
        ("甲\tA1502\t", "甲\t\tA1502\t", 4, "每行应有 5 列，实有 6 列"),
        ("section\tcode", "code\tsection", 1, "表头应为"),
        ("乙\tA\t\t公共服务\t001:5\n", "乙\tA\t\t公共服务\t001:5\n甲\tA18\t\t其他公共服务\t001:6\n", 7, "应在一处"),
        ("乙\tA\t", "\n乙\tA\t", 6, "每行应有 5 列，实有 1 列"),
    ],
)  # fmt: skip
def test_entries_at_fault(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in HEADER + ROWS
    folder = edition(tmp_path, entries=(HEADER + ROWS).replace(old, new, 1))
    with pytest.raises(CatalogError) as error:
        read_version(folder)
    assert error.value.where == f"{folder / 'entries.tsv'}:{line}"
    assert says in error.value.message and error.value.english


def test_two_rows_whose_faults_make_up_for_each_other(tmp_path: Path) -> None:
    """One row has a cell too many, the next one too few: the sum is right, the rows are not."""
    entries = (
        (HEADER + ROWS)
        .replace("\t001:2\n", "\t001:2\tx\n")
        .replace("公共公益宣传服务\t001:3", "公共公益宣传服务")
    )
    with pytest.raises(CatalogError) as error:
        read_version(edition(tmp_path, entries=entries))
    assert error.value.where.endswith("entries.tsv:3") and "实有 6 列" in error.value.message


def test_entries_that_are_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as error:
        read_version(edition(tmp_path, entries=(HEADER + ROWS).encode("gb18030")))
    assert "UTF-8" in error.value.message and error.value.where.endswith("entries.tsv")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "2030-1"\n', "", "id"),
        ('id = "2030-1"', "id = 2030", "id"),
        ("levels = 4", 'levels = "4"', "levels"),
        ("levels = 4", "levels = 5", "levels"),
        ('classes = ["A"]', 'classes = "A"', "classes"),
        ("printed = 2030-01-01", 'printed = "2030-01-01"', "printed"),
        ("lines = [1, 9]", "lines = [1]", "index"),
        ('file = "001.txt"\n', "", "file"),
        ("甲\tcomplete", "甲\twhole", "sections"),
        ("甲\tcomplete\t6", "甲\tcomplete\t六", "sections"),
        ("乙\tpartial", "甲\tpartial", "sections"),
        ('id = "2030-1"', "id = ", "TOML"),
        ('id = "2030-1"', 'draft = true\nid = "2030-1"', "草稿"),
    ],
)
def test_catalog_toml_at_fault(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(CatalogError) as error:
        read_version(edition(tmp_path, toml=GOOD.replace(old, new, 1)))
    assert error.value.where.endswith("catalog.toml") and says in error.value.message


@pytest.mark.parametrize("missing", ["catalog.toml", "entries.tsv"])
def test_a_missing_file(tmp_path: Path, missing: str) -> None:
    folder = edition(tmp_path)
    (folder / missing).unlink()
    with pytest.raises(CatalogError) as error:
        read_version(folder)
    assert error.value.where == str(folder / missing)


def test_the_apparatus(tmp_path: Path) -> None:
    (reading,) = read_readings(edition(tmp_path, readings=READINGS + READING) / "readings.tsv")
    assert (reading.kind, reading.witnesses, reading.decision) == ("code", (("001:4", "A050201"),), "erratum")
    assert read_readings(tmp_path / "there-is-none.tsv") == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\terratum\t", "\tperhaps\t", "decision 应为"),
        ("\terratum\t", "\tundecided\t", "decision 应为"),
        ("\tcode\t", "\tcolour\t", "kind 应为"),
        ("\t印刷代码不符", "\t", "缺取舍的理由"),
        ("001:4=A050201", "A050201", "witnesses 应为"),
        ("甲\tA150201\t", "甲\tA1502011\t", "不是代码"),
        ("\terratum\t", "\t", "每行应有 7 列，实有 6 列"),
    ],
)
def test_readings_at_fault(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in READING
    path = edition(tmp_path, readings=READINGS + READING.replace(old, new, 1)) / "readings.tsv"
    with pytest.raises(CatalogError) as error:
        read_readings(path)
    assert error.value.where == f"{path}:2" and says in error.value.message


def test_an_undecided_reading_is_read_only_from_a_draft(tmp_path: Path) -> None:
    text = READINGS + READING.replace("\terratum\t", "\tundecided\t")
    path = edition(tmp_path, readings=text) / "readings.tsv"
    assert read_readings(path, drafted=True)[0].decision == "undecided"


def test_no_version_at_all(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="没有任何目录版本"):
        load_catalogs(tmp_path)


def test_a_version_is_found_by_id_and_by_number() -> None:
    versions = load_catalogs()
    assert version_named(versions, "2025-28") is version_named(versions, "晋财综[2025]28号")
    with pytest.raises(UnknownNameError, match="没有目录版本“2025-29”；现有 .*2025-28"):
        version_named(versions, "2025-29")


def test_columns_of_any_table(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("a\tb\n1\t2\n3\t4\n", encoding="utf-8")
    assert read_columns(path, ("a", "b")) == [["1", "3"], ["2", "4"]]
    path.write_text("a\tb\n", encoding="utf-8")
    assert read_columns(path, ("a", "b")) == [[], []]


def test_the_collector_is_as_it_was(tmp_path: Path) -> None:
    folder = edition(tmp_path, toml="id = ")
    assert gc.isenabled()
    with pytest.raises(CatalogError):
        read_version(folder)
    assert gc.isenabled()


def test_later_versions_tell_of_a_repeal(tmp_path: Path) -> None:
    for identity, repeals in (("2030-1", "[]"), ("2031-2", '["2030-1"]')):
        toml = GOOD.replace("2030-1", identity).replace("repeals = []", f"repeals = {repeals}")
        (tmp_path / "catalogs").mkdir(exist_ok=True)
        edition(
            tmp_path / "catalogs" / identity,
            toml=toml.replace("in_force = 2030", f"in_force = {identity[:4]}"),
        )
    first, second = load_catalogs(tmp_path)
    assert (str(first.repealed), first.repealed_by) == ("2031-01-01", "2031-2") and second.repealed is None


def test_the_shipped_data_lies_beside_the_package_in_a_checkout() -> None:
    assert (data_directory() / "catalogs" / "2025-28" / "entries.tsv").is_file()


def test_a_copy_of_the_shipped_data_loads_the_same(tmp_path: Path) -> None:
    shutil.copytree(data_directory() / "catalogs", tmp_path / "catalogs")
    assert [v.entries for v in load_catalogs(tmp_path)] == [v.entries for v in load_catalogs()]
