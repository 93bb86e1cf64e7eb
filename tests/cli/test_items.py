"""`goufu items`: what was read, in every output, and the same judgements from every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import example_formats
import openpyxl
import pytest
from called import goufu

pytestmark = pytest.mark.long

STEM = example_formats.STEMS[0]
TEXT = example_formats.EXAMPLES / f"{STEM}.txt"
CITY = example_formats.EXAMPLES / f"{example_formats.STEMS[3]}.txt"


def test_the_table_shows_items_forms_places_and_disagreements() -> None:
    from rich.cells import cell_len

    result = goufu("items", CITY)
    assert result.returncode == 0 and result.stderr == ""
    assert max(cell_len(line.rstrip()) for line in result.stdout.splitlines()[1:80]) <= 100
    for said in (
        "王家沟",
        "白家沟",
        "第 478 行",
        "共 82 项 18,882.64 万元",
        "服务 106.00",
        "晋财综〔2025〕28号",
        "污水处理运营及配套费",
    ):
        assert said in result.stdout
    english = goufu("items", TEXT, lang="en").stdout
    assert "12 items" in english and "line 357" in english and "148 figures checked, 147 agree" in english


def test_jsonl_and_csv_carry_every_value_with_its_place() -> None:
    records = [json.loads(line) for line in goufu("items", TEXT, "--format", "jsonl").stdout.splitlines()]
    assert len(records) == 12
    assert records[3]["title"] == "云视讯维护费" and records[3]["amount_wan"] == 3
    assert records[3]["place"].endswith("第 360 行")
    assert records[3]["form"]["year_yuan"] == 30000 and records[3]["form"]["place"].endswith("第 718 行")
    rows = list(csv.DictReader(io.StringIO(goufu("items", TEXT, "--format", "csv").stdout)))
    assert [row["title"] for row in rows] == [record["title"] for record in records]


def test_what_items_writes_classify_reads(tmp_path: Path) -> None:
    """An officer may correct the list and classify that instead of the document."""
    path = tmp_path / "核对.xlsx"
    assert goufu("items", TEXT, "-o", path).returncode == 0
    assert openpyxl.load_workbook(path).sheetnames == ["项目", "数字核对", "说明"]
    direct = [json.loads(line) for line in goufu("classify", TEXT, "--format", "jsonl").stdout.splitlines()]
    listed = [json.loads(line) for line in goufu("classify", path, "--format", "jsonl").stdout.splitlines()]
    assert listed == direct
    lines = tmp_path / "核对.jsonl"
    assert goufu("items", TEXT, "-o", lines).returncode == 0
    assert [
        json.loads(line) for line in goufu("classify", lines, "--format", "jsonl").stdout.splitlines()
    ] == direct


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx", "html"])
def test_classify_judges_every_format_alike(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"{STEM}.{form}"
    path.write_bytes(getattr(example_formats, f"as_{form}")(STEM))
    text = goufu("classify", TEXT, "--format", "jsonl")
    other = goufu("classify", path, "--format", "jsonl")
    assert other.returncode == 0
    assert other.stdout == text.stdout


def test_a_batch_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "b.txt").write_bytes(TEXT.read_bytes())
    result = goufu("items", tmp_path, tmp_path / "*.none", "--format", "jsonl")
    assert result.returncode == 2
    assert len(result.stdout.splitlines()) == 12
    assert "Traceback" not in result.stderr
    assert [line for line in result.stderr.splitlines() if "a.pdf" in line and "损坏" in line]
    assert [line for line in result.stderr.splitlines() if "*.none" in line]


def test_bad_usage(tmp_path: Path) -> None:
    for words in (
        ("items", TEXT, "--format", "xlsx"),
        ("items", TEXT, "-o", tmp_path / "a.doc"),
        ("items", tmp_path / "x"),
    ):
        result = goufu(*words)
        assert result.returncode == 2 and len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
