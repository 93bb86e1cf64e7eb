"""Reading transcriptions: what a line is, and where the catalogs lie in a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from goufu.catalog.edition.transcription import documents, read_transcription, rows
from goufu.catalog.errors import CatalogError
from hypothesis import given
from hypothesis import strategies as st

SOURCES = Path(__file__).parent / "sources"
HEADER = "代码\t一级目录\t二级目录\t三级目录\t四级目录\n"


def only_row(line: str, before: str = HEADER):  # type: ignore[no-untyped-def]
    (*_, row) = rows(before + line)
    return row


@pytest.mark.parametrize(
    ("line", "code", "name"),
    [
        ("A150201\t\t\t\t人大宣传服务", "A150201", "人大宣传服务"),
        ("A07\t科技公共服务\t\t\t", "A07", "科技公共服务"),  # 004:3516, pushed into the first column
        ("A1503\t\t公共公益展览服务\t\t", "A1503", "公共公益展览服务"),  # 004:3637
        ("160601\t\t\t\t住建行业标准制修订辅助服务", "160601", "住建行业标准制修订辅助服务"),  # 004:4266
        ("A180701\t\t\t\t12368 诉讼热线服务", "A180701", "12368诉讼热线服务"),
        ("A14\t\t灾害防治及应急管理服 务\t\t", "A14", "灾害防治及应急管理服务"),
        ("B0101\t\t\t√ 法律顾问服务", "B0101", "法律顾问服务"),
        (
            "AI50201\t\t\t\t某某服务",
            "AI50201",
            "某某服务",
        ),  # a letter read for a digit is no reason to lose a row
        ("A150201\t\t\t\t", "A150201", ""),
    ],
)
def test_entries_are_known_by_their_code_not_by_their_column(line: str, code: str, name: str) -> None:
    row = only_row(line)
    assert (row.kind, row.code, row.name, row.strayed) == ("entry", code, name, False)


def test_a_code_in_another_column_is_still_its_rows_code() -> None:
    row = only_row("\t\t\t人大宣传服务\tA150201")
    assert (row.kind, row.code, row.name, row.strayed) == ("entry", "A150201", "人大宣传服务", True)


@pytest.mark.parametrize(
    ("line", "kind", "name"),
    [
        ("<b>生态环境</b>\t\t\t\t", "section", "生态环境"),
        ("人民政府办公厅（室）\t\t\t\t", "section", "人民政府办公厅（室）"),
        (HEADER.strip(), "header", ""),
        ("— 6 —", "page", ""),
        ("山西省部门政府购买服务指导性目录", "title", "山西省部门政府购买服务指导性目录"),
        ("不知所云", "other", "不知所云"),
        ("一\t二", "other", "一二"),
    ],
)
def test_other_lines(line: str, kind: str, name: str) -> None:
    row = only_row(line)
    assert (row.kind, row.name) == (kind, name)


def test_the_contents_stand_before_the_table_and_name_its_sections() -> None:
    text = "人民法院.....\t7\n广播电视 58\n" + HEADER + "A\t公共服务\t\t\t\n广播电视\n广播电视 58\n"
    found = [(r.kind, r.name, r.page) for r in rows(text)]
    assert found == [
        ("contents", "人民法院", 7),
        ("contents", "广播电视", 58),
        ("header", "", None),
        ("entry", "公共服务", None),
        ("section", "广播电视", None),  # a heading alone on its line, without the cells of the table
        ("other", "广播电视58", None),
    ]


def test_the_first_row_of_a_page_is_marked() -> None:
    text = HEADER + "A\t公共服务\t\t\t\nA15\t某某\t\t\t\n" + HEADER + "\nA18\t某某\t\t\t\n"
    assert [r.opens_page for r in rows(text)] == [False, True, False, False, True]


def test_lines_are_counted_from_one_and_limits_are_included() -> None:
    text = HEADER + "A\t公共服务\t\t\t\n\nA15\t公共信息与宣传服务\t\t\t\nA18\t其他公共服务\t\t\t"
    assert [r.line for r in rows(text)] == [1, 2, 4, 5]
    assert [r.line for r in rows(text, 2, 4)] == [2, 4]


def test_two_catalogs_in_one_file() -> None:
    first, second = documents(read_transcription(SOURCES / "003_excerpt.txt"))
    assert (first.number, first.title) == ("晋财综〔2024〕37号", "山西省部门政府购买服务指导性目录")
    assert (first.printed, first.at_once) == (date(2024, 8, 2), True)
    assert first.repeals == ("晋财综〔2023〕43号",) and first.cites == ("晋财综〔2021〕34号",)
    assert (second.number, second.title) == ("晋财综〔2023〕47号", "山西省政府购买服务指导性目录（B类）")
    assert second.printed == date(2023, 9, 1) and not second.at_once and second.repeals == ()
    assert first.closed and second.closed and first.last < second.first


def test_the_extent_begins_with_the_contents_and_ends_with_the_last_entry() -> None:
    text = read_transcription(SOURCES / "004_excerpt.txt")
    (document,) = documents(text)
    lines = text.split("\n")
    assert lines[document.first - 1] == "纪律检查委员会监察委员会\t6"
    assert (
        lines[document.last - 1].startswith("A180101\t")
        and "民营企业舆情监控服务" in lines[document.last - 1]
    )
    assert document.title == "山西省部门政府购买服务指导性目录" and document.repeals == (
        "晋财综〔2024〕37号",
    )


def test_a_table_without_a_number_is_a_document_too() -> None:
    (document,) = documents("前言\n" + HEADER + "A\t公共服务\t\t\t\n")
    assert (document.number, document.first, document.last, document.closed) == ("", 2, 3, False)


def test_a_number_without_a_table_is_none() -> None:
    assert documents("晋财综〔2025〕28号\n\n关于印发目录的通知\n") == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00\x01" * 1000, "UTF-8"),
        ("代码\t一级目录".encode("gb18030"), "UTF-8"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "001.txt"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=says) as error:
        read_transcription(path)
    assert error.value.where == str(path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(CatalogError, match="无法读取"):
            read_transcription(path)


def test_a_byte_order_mark_and_windows_line_ends_are_dress(tmp_path: Path) -> None:
    path = tmp_path / "001.txt"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode())
    assert read_transcription(path) == HEADER


@given(st.text())
def test_any_text_is_read_line_by_line(text: str) -> None:
    read = rows(text)
    filled = [n for n, line in enumerate(text.split("\n"), 1) if line and not line.isspace()]
    assert [row.line for row in read] == filled
    assert all(d.first <= d.last for d in documents(text))


@given(
    st.lists(
        st.sampled_from(["A15", "公共服务", "", "代码", "一级目录", "统战部", "6", "√"]), min_size=1
    ).map("\t".join)
)
def test_no_line_of_a_table_is_lost(line: str) -> None:
    read = rows(HEADER + line)
    assert len(read) == (2 if line.strip() else 1)
