"""Answers beside budget lines, as officers write them."""

import json
from pathlib import Path

import pytest
from goufu.catalog.errors import GoufuError
from goufu.matcher.answered import Answered, read_answered
from goufu.matcher.nature_names import NO_SERVICE
from goufu.matcher.outcome_names import STATUS_NAMES


def csv_file(folder: Path, head: str, *rows: str) -> Path:
    path = folder / "核定.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> dict[str, Answered]:
    return {a.item.title: a for a in read_answered(path)[0]}


def test_codes_words_and_natures_in_one_column(tmp_path: Path) -> None:
    found = read(
        csv_file(
            tmp_path,
            "项目名称,部门,核定代码",
            "甲,行政审批,A180601",
            "乙,行政审批,A180601 综合窗口服务、B1102 物业管理服务",
            "丙,行政审批,水利 A120101",
            "丁,行政审批,未列",
            "戊,行政审批,货物",
            "己,行政审批,不适用",
            "庚,行政审批,А180601\u200b",
            "辛,行政审批,",
        )
    )
    assert found["甲"].codes == (("", "A180601"),) and found["甲"].statuses == ("listed",)
    assert found["甲"].natures == ("service", "mixed")
    assert found["乙"].codes == (("", "A180601"), ("B", "B1102"))
    assert found["丙"].codes == (("水利", "A120101"),)
    assert (found["丁"].statuses, found["丁"].codes, found["丁"].natures) == (("unlisted",), (), ("service",))
    assert (found["戊"].natures, found["戊"].statuses) == (("goods",), ("not_applicable",))
    assert found["己"].natures == NO_SERVICE
    assert found["庚"].codes == (("", "A180601"),)
    assert "辛" not in found


def test_a_name_with_a_pause_in_it_is_one_entry(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, "项目名称\t核定代码", "甲\tA040213 基层未成年人保护工作站建设、运营服务"))
    assert found["甲"].codes == (("", "A040213"),)


def test_a_column_of_natures_alone(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, "项目名称,核定性质", "甲,工程", "乙,服务", "丙,货物、服务"))
    assert (found["甲"].natures, found["甲"].statuses) == (("works",), ("not_applicable",))
    assert (found["乙"].natures, found["乙"].statuses) == (("service",), ())
    assert found["丙"].natures == ("goods", "service") and found["丙"].statuses == ()


def test_what_is_not_understood_is_told_and_left_out(tmp_path: Path) -> None:
    answers, remarks = read_answered(csv_file(tmp_path, "项目名称,核定代码", "甲,A180601", "乙,待定"))
    assert [a.item.title for a in answers] == ["甲"]
    assert sum("待定" in r.text for r in remarks) == 1


def test_the_answer_cannot_be_read_off_the_line(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "项目名称,目录代码,是否政府购买服务,核定代码", "甲,A180601,是,A180601")
    (answer,) = read_answered(path)[0]
    assert (answer.item.code, answer.item.gov_service) == ("", None)


def test_what_a_department_cites_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(GoufuError, match="没有答案列"):
        read_answered(csv_file(tmp_path, "项目名称,目录代码", "甲,A180601"))


def test_gold_as_in_the_training_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        {"title": "甲", "gold": {"nature": ["service"], "codes": [["B", "B1102"]], "status": ["listed"]}},
        {"title": "乙", "gold": {"nature": ["goods"], "codes": [], "status": ["not_applicable"]}},
        {"title": "丙", "accepted_codes": ["B1103", "B1102"]},
        {"title": "丁"},
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    found = read(path)
    assert found["甲"].accepts("B", "B1102") and not found["甲"].accepts("水利", "B1102")
    assert found["乙"].natures == ("goods",)
    assert found["丙"].codes == (("B", "B1103"), ("B", "B1102"))
    assert "丁" not in found


def test_a_workbook_with_rows_above_its_header(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "核定.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("清单")
    for number, row in enumerate(
        [
            ("某县某局2026年项目清单",),
            ("序号", "项目名称", "部门", "核定代码"),
            (1, "大厅保洁", "行政审批", "B1102"),
        ]
    ):
        sheet.write_row(number, 0, row)
    book.close()
    (answer,) = read_answered(path)[0]
    assert (answer.item.title, answer.codes) == ("大厅保洁", (("B", "B1102"),))


@pytest.mark.parametrize("status", STATUS_NAMES)
def test_the_words_that_goufu_shows_are_understood_as_answers(tmp_path: Path, status: str) -> None:
    for word in STATUS_NAMES[status]:
        found = read(csv_file(tmp_path, "项目名称,核定状态", f"甲,{word}"))
        assert found["甲"].statuses == (status,), word
