"""`goufu catalogs`, `goufu tree` and `goufu import` as an officer or a maintainer runs them."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import called
import openpyxl
import pytest
from goufu.catalog.load import read_version

SOURCES = Path(__file__).parent.parent / "catalog" / "sources"
EXCERPTS = [str(SOURCES / "004_excerpt.txt"), str(SOURCES / "002_excerpt.txt")]


def goufu(*arguments: str, lang: str = "zh") -> CompletedProcess[str]:
    return called.goufu(*arguments, lang="", GOUFU_LANG=lang, COLUMNS="160")


def records(*arguments: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in goufu(*arguments, "--format", "jsonl").stdout.splitlines()]


# ---- catalogs ------------------------------------------------------------------------------------------------


def test_versions_with_counts_and_coverage() -> None:
    by_id = {r["id"]: r for r in records("catalogs", "--on", "2026-01-01")}
    assert [by_id["2025-28"][f"level_{n}"] for n in (1, 2, 3, 4)] == [54, 262, 560, 1160]
    assert by_id["2025-28"]["sections_complete"] == 56
    assert (by_id["2024-37"]["sections_held"], by_id["2024-37"]["sections_complete"]) == (7, 2)
    assert by_id["2024-37"]["standing"] == "repealed" and by_id["2023-43"]["sections_held"] == 0


def test_one_version_section_by_section() -> None:
    rows = {r["section"]: r for r in records("catalogs", "2024-37")}
    assert rows["生态环境"]["coverage"] == "complete" and rows["生态环境"]["level_4"] == 83
    assert rows["信访"]["coverage"] == "partial" and "A100401" in str(rows["信访"]["evidence"])
    shown = goufu("catalogs", "晋财综[2024]37号").stdout
    assert "生态环境" in shown and "残" in shown


def test_errata_are_what_the_document_itself_has_wrong() -> None:
    rows = records("catalogs", "--errata")
    assert {r["decision"] for r in rows} == {"erratum"}
    codes = {(r["section"], r["code"]): r["printed"] for r in rows if r["kind"] == "code"}
    assert codes == {
        ("自然资源", "A140102"): "A040102",
        ("住房和城乡建设", "A160601"): "160601",
        ("文化和旅游", "A150301"): "A050301",
        ("民营经济发展", "A160901"): "A160401",
    }
    assert {r["code"] for r in rows if r["version"] == "2023-47"} == {"B0603", "B0702", "B1004"}


def test_readings_of_one_department() -> None:
    rows = records("catalogs", "2025-28", "--readings", "-d", "外事")
    assert [(r["code"], r["decision"]) for r in rows] == [
        ("A150201", "open"),
        ("A16", "erratum"),
        ("A18", "erratum"),
    ]
    assert (
        rows[0]["printed"] == "004：领保宣传服务 ¦ 002：领事宣传服务" and rows[0]["chosen"] == "领保宣传服务"
    )


def test_an_unknown_version_is_named() -> None:
    result = goufu("catalogs", "2030-1")
    assert result.returncode == 2 and "没有目录版本“2030-1”" in result.stderr and result.stdout == ""


# ---- tree ----------------------------------------------------------------------------------------------------


def test_the_tree_shows_misprints_and_open_readings() -> None:
    assert (
        "A160901 民营经营管理人员及从业人员能力素质提升培训服务  〔原印 A160401〕"
        in goufu("tree", "--version", "2025-28", "-d", "民营经济发展").stdout
    )
    assert (
        "A150201 领保宣传服务  〔一作 领事宣传服务〕"
        in goufu("tree", "--version", "2025-28", "-d", "外事").stdout
    )


def test_tree_as_csv_and_workbook_have_the_same_rows(tmp_path: Path) -> None:
    paths = [tmp_path / "tree.csv", tmp_path / "tree.xlsx"]
    for path in paths:
        assert goufu("tree", "--version", "2025-28", "-o", str(path)).returncode == 0
    rows = list(csv.reader(io.StringIO(paths[0].read_text(encoding="utf-8-sig"))))
    sheet = openpyxl.load_workbook(paths[1]).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == len(cells) == 2037
    assert [row[2] for row in rows[1:]] == [row[2] for row in cells[1:]]
    assert all(isinstance(row[2], str) and not str(row[5]).startswith("=") for row in cells)
    assert (
        next(row[5] for row in cells[1:] if row[7]) == "基本养老服务"
    )  # 老干部局 A0402, with its other reading


def test_tree_as_json_and_turtle(tmp_path: Path) -> None:
    listed = json.loads(goufu("tree", "--version", "2023-47", "--format", "json").stdout)
    assert len(listed) == 57 and {r["section"] for r in listed} == {"B"}
    path = tmp_path / "b.ttl"
    assert goufu("tree", "--version", "2023-47", "-o", str(path)).returncode == 0
    assert path.read_text(encoding="utf-8").count("a skos:Concept ;") == 57


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-o", "tree.docx"), "不认识输出格式“.docx”"),
        (("-o", "none/tree.csv"), "无法写入"),
        (("-o", "tree.csv", "--format", "ttl"), "不符"),
        (("--format", "yaml"), "没有格式“yaml”"),
    ],
)
def test_outputs_that_cannot_be(arguments: tuple[str, ...], says: str) -> None:
    result = goufu("tree", "--version", "2023-47", *arguments)
    assert result.returncode == 2 and says in result.stderr and result.stdout == ""


# ---- import --------------------------------------------------------------------------------------------------


def test_a_draft_and_its_problems(tmp_path: Path) -> None:
    result = goufu("import", *EXCERPTS, "-o", str(tmp_path), "--format", "jsonl")
    assert result.returncode == 0 and "未定 5 处" in result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [r["decision"] for r in rows[:6]] == ["undecided"] * 5 + [""]
    assert {"version", "kind", "where", "section", "code", "problem", "english", "decision"} == set(rows[0])
    folder = tmp_path / "2025-28"
    assert sorted(p.name for p in folder.iterdir()) == ["catalog.toml", "entries.tsv", "readings.tsv"]
    assert "draft = true" in (folder / "catalog.toml").read_text(encoding="utf-8")


def test_deciding_the_draft_makes_it_an_edition(tmp_path: Path) -> None:
    """The maintainer's walk: import, decide in readings.tsv, import again with --apply."""
    goufu("import", *EXCERPTS, "-o", str(tmp_path))
    folder = tmp_path / "2025-28"
    drafted = folder / "catalog.toml"
    drafted.write_text(
        drafted.read_text(encoding="utf-8").replace('note = ""', 'note = "节录"', 1), encoding="utf-8"
    )
    expected = SOURCES / "editions" / "2025-28"
    shutil.copy(expected / "readings.tsv", folder / "readings.tsv")
    result = goufu("import", *EXCERPTS, "--apply", str(folder), "-o", str(tmp_path))
    assert result.returncode == 0 and "未定 0 处" in result.stderr
    for name in ("entries.tsv", "readings.tsv"):
        assert (folder / name).read_bytes() == (expected / name).read_bytes()
    version = read_version(folder)
    assert version.note == "节录" and version.entries == read_version(expected).entries
    assert list(version.sections.values()) == list(read_version(expected).sections.values())


def test_check_tells_whether_an_edition_is_what_its_sources_give(tmp_path: Path) -> None:
    folder = tmp_path / "2025-28"
    shutil.copytree(SOURCES / "editions" / "2025-28", folder)
    arguments = ("import", *reversed(EXCERPTS), "--apply", str(folder), "--check")
    same = goufu(*arguments)
    assert same.returncode == 0 and "逐字节相同" in same.stderr
    entries = folder / "entries.tsv"
    entries.write_text(
        entries.read_text(encoding="utf-8").replace("检察院新闻宣传服务", "检察院宣传服务"), encoding="utf-8"
    )
    changed = goufu(*arguments)
    assert changed.returncode == 1 and "entries.tsv 与由文字稿所得不同" in changed.stderr


def test_other_versions_are_evidence_only_if_they_are_there(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "data" / "catalogs"
    shutil.copytree(shipped / "2021-34", tmp_path / "catalogs" / "2021-34")
    arguments = ("import", str(SOURCES / "003_excerpt.txt"), "--version", "2024-37", "--format", "csv")
    assert "与 2025-28“自然资源”同码同名" in goufu(*arguments).stdout
    alone = goufu(*arguments, "--version-dir", str(tmp_path)).stdout
    assert "2025-28" not in alone and "省目录 2021-34 的 A1609" in alone


def test_a_file_with_two_catalogs(tmp_path: Path) -> None:
    path = str(SOURCES / "003_excerpt.txt")
    goufu("import", path, "-o", str(tmp_path))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2023-47", "2024-37"]
    only = goufu("import", path, "--version", "2023-47", "--format", "csv").stdout
    assert {row["version"] for row in csv.DictReader(io.StringIO(only))} == {"2023-47"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("none.txt",), "无法读取"),
        ((str(SOURCES.parent / "test_codes.py"),), "没有找到目录"),
        ((EXCERPTS[0], EXCERPTS[0]), "底本号都是“004”"),
        ((EXCERPTS[0], "--version", "2030-1"), "文件中没有 2030-1，只有 2025-28"),
        ((EXCERPTS[0], "--check"), "--check 须与 --apply 同用"),
        ((EXCERPTS[0], "--apply", "none"), "这里没有一版目录"),
        ((EXCERPTS[0], "--format", "xml"), "没有格式“xml”"),
    ],
)
def test_what_cannot_be_imported(arguments: tuple[str, ...], says: str) -> None:
    result = goufu("import", *arguments)
    assert result.returncode == 2 and says in result.stderr and result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


def test_problems_in_english() -> None:
    result = goufu("import", *EXCERPTS, lang="en")
    assert "section unknown" in result.stdout and "5 undecided" in result.stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_fits_a_terminal_of_eighty_columns(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day is never broken over two lines; the counts of the levels are those of the records."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = goufu("--lang", lang, "catalogs").stdout
    assert shown.count("2024-08-02") == 2 and shown.count("2025-07-15") == 2
    held = next(r for r in records("catalogs") if r["id"] == "2025-28")
    assert "/".join(str(held[f"level_{n}"]) for n in (2, 3, 4)) in shown
