"""The commands as people and scripts meet them: output, exit codes, one sentence for every bad input."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from called import goufu

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
OFFICE = EXAMPLES / "孝义市人民政府办公室2026.txt"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lookup", "A150401", "-d", "行政审批", "--format", "csv"), ""),
        (("lookup", "A999999"), ""),
        (
            ("classify", "-", "-d", "城市管理局", "--year", "2026", "--fail-on", "notice"),
            "保洁服务 30万元\n电脑\n",
        ),
        (("clasify",), ""),
        (("rules", "--help"), ""),
        ((), ""),
    ],
    ids=lambda words: " ".join(words[:2]) if isinstance(words, tuple) else "",
)
def test_a_process_of_its_own_says_the_same(words: tuple[str, ...], said: str) -> None:
    """What the tests here ask for in this process: exit code, stdout and stderr are those of `python -m goufu`."""
    made = subprocess.run(
        [sys.executable, "-m", "goufu", "--lang", "zh", *words],
        capture_output=True, text=True, encoding="utf-8", input=said, env=dict(os.environ),
    )  # fmt: skip  # without `env` a process also gets what readline sets behind Python's back: COLUMNS
    here = goufu(*words, said=said)
    assert (here.returncode, here.stdout, here.stderr) == (made.returncode, made.stdout, made.stderr)


def one_sentence(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in result.stderr


def test_classify_prints_every_item_of_a_disclosure() -> None:
    result = goufu("classify", OFFICE, "--format", "jsonl")
    assert result.returncode == 0
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(records) == 12
    assert {r["department"] for r in records} == {"孝义市人民政府办公室"}
    assert round(sum(r["amount_wan"] for r in records), 2) == 65.10


def test_the_table_keeps_to_its_width_and_counts_wide_characters_double() -> None:
    from rich.cells import cell_len

    result = goufu("classify", OFFICE)
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert max(cell_len(line.rstrip()) for line in lines[1:-2]) <= 100
    assert any("政府办遗属补助" in line and "0.80" in line for line in lines)
    assert "共 12 项 65.10 万元" in result.stdout


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".jsonl", ".json"])
def test_output_files_are_written_whole(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"结果{suffix}"
    assert goufu("classify", OFFICE, "-o", path).returncode == 0
    assert path.stat().st_size > 1000
    assert list(tmp_path.iterdir()) == [path]


def test_the_workbook_has_codes_as_text_and_a_frozen_header(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "r.xlsx"
    goufu("classify", OFFICE, "-o", path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.freeze_panes
    assert sheet.auto_filter.ref
    cells = [
        cell
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("B1104")
    ]
    assert cells and all(cell.data_type == "s" for cell in cells)


def test_formulas_in_the_input_stay_text(tmp_path: Path) -> None:
    import openpyxl

    source = tmp_path / "项目.csv"
    source.write_text(
        '项目名称,部门\n"=HYPERLINK(""http://x"",""路灯维护"")",某县城市管理局\n', encoding="utf-8"
    )
    out = tmp_path / "r.xlsx"
    assert goufu("classify", source, "-o", out).returncode == 0
    values = [c for row in openpyxl.load_workbook(out).worksheets[0].iter_rows() for c in row if c.value]
    assert not [c for c in values if c.data_type == "f"]
    table = goufu("classify", source, "--format", "csv").stdout
    title = list(csv.DictReader(io.StringIO(table)))[0]["title"]
    assert title.startswith("'=")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_record_files_in_the_encodings_of_the_office(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "项目.csv"
    source.write_text(
        "序号,项目名称,部门,金额（万元）\n1,路灯维护费,某县城市管理局,12.5\n", encoding=encoding
    )
    record = json.loads(goufu("classify", source, "--format", "jsonl").stdout)
    assert (record["title"], record["amount_wan"]) == ("路灯维护费", 12.5)


def test_a_missing_file(tmp_path: Path) -> None:
    one_sentence(goufu("classify", tmp_path / "没有.txt"), "没有.txt")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    one_sentence(goufu("classify", tmp_path / "空.txt"), "空.txt")


def test_a_binary_file(tmp_path: Path) -> None:
    (tmp_path / "图.txt").write_bytes(bytes(range(256)) * 40)
    one_sentence(goufu("classify", tmp_path / "图.txt"), "图.txt")


def test_a_text_without_a_budget_table_leaves_no_output(tmp_path: Path) -> None:
    (tmp_path / "通知.txt").write_text("关于开展工作的通知\n各单位：请按时报送。\n", encoding="utf-8")
    out = tmp_path / "r.xlsx"
    one_sentence(goufu("classify", tmp_path / "通知.txt", "-o", out), "项目支出预算表")
    assert not out.exists()


def test_a_table_without_a_title_column(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("编号,金额\n1,2\n", encoding="utf-8")
    one_sentence(goufu("classify", tmp_path / "表.csv"), "项目名称")


def test_a_bad_row_is_reported_and_the_others_come_out(tmp_path: Path) -> None:
    source = tmp_path / "项目.jsonl"
    source.write_text(
        '{"title": "路灯维护", "department": "某县城市管理局"}\n{not json\n{"title": "法律顾问", "department": "某县水利局"}\n',
        encoding="utf-8",
    )
    result = goufu("classify", source, "--format", "jsonl")
    assert [json.loads(line)["title"] for line in result.stdout.splitlines()] == ["路灯维护", "法律顾问"]
    assert "2" in result.stderr and "Traceback" not in result.stderr


def test_one_unreadable_file_does_not_cost_the_others(tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    result = goufu("classify", tmp_path / "空.txt", OFFICE, "--format", "jsonl")
    assert result.returncode == 2
    assert len(result.stdout.splitlines()) == 12


def test_fail_on_tells_a_script_that_there_are_findings(tmp_path: Path) -> None:
    source = tmp_path / "项目.jsonl"
    source.write_text(
        '{"title": "等保测评服务", "summary": "委托测评机构开展网络安全等级保护测评", "department": "某县卫生健康局", "year": 2026}\n',
        encoding="utf-8",
    )
    assert goufu("classify", source, "--fail-on", "error").returncode == 0
    assert goufu("classify", source, "--fail-on", "warning").returncode == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("classify", OFFICE, "--format", "pdf"), "没有格式"),
        (("classify", OFFICE, "-o", "r.pdf"), "不认识输出格式"),
        (("classify", OFFICE, "--on", "明天"), "不是日期"),
        (("classify", OFFICE, "-d", "气球局"), "不认识部门"),
        (("lookup", "A999999", "-d", "水利"), "没有代码"),
        (("lookup", "A150401", "-d", "气球局"), "不认识部门"),
        (("tree", "--version", "2030-1"), "没有目录版本"),
    ],
)
def test_bad_words_get_one_sentence(words: tuple[str | Path, ...], said: str) -> None:
    one_sentence(goufu(*words), said)


def test_lookup_by_code_tells_path_and_life() -> None:
    result = goufu("lookup", "A150401", "-d", "行政审批", "--format", "jsonl")
    (record,) = map(json.loads, result.stdout.splitlines())
    assert record["name"] == "政务信息化项目运维服务"
    assert [p["code"] for p in record["path"]] == ["A", "A15", "A1504"]
    life = {h["version"]: h for h in record["history"]}
    assert life["2024-37"]["name"] == "政务信息化项目运维服务"
    assert life["2023-43"]["state"] == "not held"


def test_a_code_means_something_else_in_each_section() -> None:
    records = [
        json.loads(line) for line in goufu("lookup", "a150201", "--format", "jsonl").stdout.splitlines()
    ]
    names = {r["section"]: r["name"] for r in records}
    assert names["人民代表大会常务委员会办公厅（室）"] == "人大宣传服务"
    assert names["人民政治协商会议委员会办公厅（室）"] == "政协宣传服务"


def test_a_misprinted_code_is_found_by_either() -> None:
    for code in ("A140102", "A040102"):
        (record,) = map(
            json.loads, goufu("lookup", code, "-d", "自然资源", "--format", "jsonl").stdout.splitlines()
        )
        assert (record["code"], record["printed_code"]) == ("A140102", "A040102")


def test_lookup_by_words_finds_the_entry_of_the_department() -> None:
    result = goufu("lookup", "污水处理", "-d", "城市管理局", "--format", "jsonl")
    first = json.loads(result.stdout.splitlines()[0])
    assert (first["section"], first["code"]) == ("住房和城乡建设", "A110103")


def test_tree_records() -> None:
    records = [
        json.loads(line) for line in goufu("tree", "-d", "水利", "--format", "jsonl").stdout.splitlines()
    ]
    assert sum(r["level"] == 4 for r in records) == 27
    first = next(r for r in records if r["code"] == "A121201")
    assert first == {
        "version": "2025-28",
        "section": "水利",
        "code": "A121201",
        "printed_code": "A121201",
        "level": 4,
        "name": "水利设施维修养护服务",
        "parent": "A1212",
        "also": [],
    }


def test_a_heading_that_is_not_printed_is_no_parent() -> None:
    records = [
        json.loads(line) for line in goufu("tree", "-d", "统战部", "--format", "jsonl").stdout.splitlines()
    ]
    assert next(r for r in records if r["code"] == "A15")["parent"] is None


def test_catalogs_on_a_date() -> None:
    def standing(day: str) -> dict[str, str]:
        return {
            r["id"]: r["standing"]
            for r in map(json.loads, goufu("catalogs", "--on", day, "--format", "jsonl").stdout.splitlines())
        }

    assert standing("2025-01-01")["2024-37"] == "in force"
    assert standing("2025-07-15")["2024-37"] == "repealed"
    assert standing("2025-07-14")["2025-28"] == "not yet"


def test_english_on_request() -> None:
    result = goufu("lookup", "A999999", "-d", "水利", lang="en")
    assert result.returncode == 2 and "no code A999999" in result.stderr


def test_a_budget_overtaken_in_its_year_is_told_what_changed() -> None:
    result = goufu("classify", EXAMPLES / "孝义市行政审批服务管理局2025.txt")
    assert "依据 2024-37 + 2023-47" in result.stdout
    flat = "".join(result.stdout.split())
    assert "年内2025-07-15起晋财综〔2025〕28号取代上述目录；行政审批：新增6" in flat
    assert "取代上述目录" not in goufu("classify", OFFICE).stdout


def test_with_a_report_only_a_short_account_is_shown(tmp_path: Path) -> None:
    """184 lines go into the workbook; on the screen stand the figures and the gravest findings of each document."""
    made = goufu("classify", *sorted(EXAMPLES.glob("*.txt")), "-o", tmp_path / "r.xlsx")
    assert made.returncode == 0
    lines = made.stdout.splitlines()
    assert len(lines) <= 60 and "".join(line.strip() for line in lines).count("待复核") == 4
    assert "政府办遗属补助" not in made.stdout and "GF402" in made.stdout
    asked = goufu("classify", OFFICE, "-o", tmp_path / "s.xlsx", "--format", "table").stdout
    assert "政府办遗属补助" in asked


def test_chinese_heads_and_words_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    assert goufu("classify", OFFICE, "--headings", "zh", "-o", path).returncode == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert {"项目名称", "金额（万元）", "是否政府购买服务", "政府购买服务指导性目录代码"} <= rows[0].keys()
    assert rows[0]["项目名称"] == "政府办遗属补助" and rows[0]["金额（万元）"] == "0.8"
    assert {row["是否政府购买服务"] for row in rows} <= {"是", "否", "待定"}
    assert all(key.isascii() is False for key in rows[0])
    again = [json.loads(line) for line in goufu("items", path, "--format", "jsonl").stdout.splitlines()]
    assert [(r["title"], r["amount_wan"]) for r in again] == [
        (row["项目名称"], float(row["金额（万元）"])) for row in rows
    ]
    assert "title" in goufu("classify", OFFICE, "--format", "csv").stdout.splitlines()[0]
    assert goufu("rules", "--format", "csv", "--headings", "zh").stdout.startswith("规则,级别,")
    one_sentence(goufu("rules", "--headings", "fr"), "--headings")


def test_a_doubt_says_what_is_doubted() -> None:
    """What is shown is how sure the decision is, not how likely an entry is of what is listed."""
    from datetime import date

    from goufu.catalog.load import load_catalogs
    from goufu.cli.render.judgements import DOUBTS, row
    from goufu.disclosure.read import read_document
    from goufu.matcher.assess import assess

    items = read_document(OFFICE).items
    doubted = 0
    for a in assess(items, load_catalogs(), today=date(2026, 1, 1)):
        shown = str(row(a)["score"])
        assert (a.doubt is None) == (a.decision == "auto") == ("?" not in shown)
        assert a.certainty == (1.0 if a.barred else pytest.approx(a.trust))
        assert shown.startswith(f"{a.certainty:.0%}")
        if a.doubt:
            doubted += 1
            assert shown.endswith("?\n" + DOUBTS[a.doubt][0])
    assert doubted
