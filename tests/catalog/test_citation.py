"""What became of codes, names and document numbers as departments write them.

`citations.csv` is a spreadsheet of fifty rows with the verdict each deserves, read off the printed documents:
right ones and renamed, reused, removed, misprinted, malformed, premature ones, of all versions and both classes.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from goufu.catalog.citation.model import Standing
from goufu.catalog.citation.notation import agreement, read_code, read_documents, read_name
from goufu.catalog.citation.standing import judge
from goufu.catalog.concordance.changes import load_archive
from goufu.catalog.load import version_named
from goufu.catalog.validity import reference_date
from goufu.disclosure.lists.records import read_records
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

ARCHIVE = load_archive()
SHEET = Path(__file__).with_name("citations.csv")
ROWS = list(csv.DictReader(SHEET.read_text(encoding="utf-8").splitlines()))
Y2025, Y2026 = date(2025, 1, 1), date(2026, 1, 1)


def told(standing: Standing) -> tuple[str, str, str, str]:
    """A standing in the columns of the spreadsheet; a successor with ? is a suggestion."""
    successors = " ".join(s.entry.code + ("" if s.certain else "?") for s in standing.successors)
    return (
        standing.verdict,
        " ".join(standing.rules),
        standing.current.code if standing.current else "",
        successors,
    )


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Standing]:
    """The rows after a trip through a real spreadsheet, in which bare digits are numbers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ROWS[0]))
    for row in ROWS:
        sheet.append([int(v) if k == "code" and v.isdecimal() else v for k, v in row.items()])
    path = tmp_path_factory.mktemp("citations") / "引用.xlsx"
    book.save(path)
    items, remarks = read_records(path)
    assert len(items) == len(ROWS) and not [r for r in remarks if r.level == "error"]
    return {
        i.id: judge(ARCHIVE, i.department, reference_date(i.year or 0), i.code, i.code_name, i.document)
        for i in items
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['id']}-{r['department']}-{r['code']}")
def test_every_row_of_the_spreadsheet(row: dict[str, str], judged: dict[str, Standing]) -> None:
    standing = judged[row["id"]]
    expected = (row["verdict"], row["rules"], row["current"], row["successors"])
    found = tuple(e if e == "*" else f for e, f in zip(expected, told(standing), strict=True))
    assert found == expected
    assert all(f.text.zh and f.text.en for f in standing.facts)


def test_the_spreadsheet_covers_the_ways_a_citation_can_be_wrong() -> None:
    assert len(ROWS) >= 40
    assert {r["verdict"] for r in ROWS} >= {
        "stands", "document", "renamed", "split", "merged", "reused", "removed", "early",
        "heading", "mismatch", "elsewhere", "absent", "malformed", "not_held",
    }  # fmt: skip
    assert {rule for r in ROWS for rule in r["rules"].split()} == {f"GF11{n}" for n in range(1, 7)}


def test_every_entry_in_force_stands_as_printed() -> None:
    for identity, on in (("2025-28", Y2026), ("2023-47", Y2026), ("2024-37", Y2025)):
        version = version_named(ARCHIVE.versions, identity)
        for entry in version.leaves():
            for code in {entry.code, entry.printed_code}:
                standing = judge(ARCHIVE, entry.section, on, code, entry.name, version.number)
                assert (standing.verdict, standing.current) == ("stands", entry), entry
                assert set(standing.rules) <= {"GF116"}


def test_a_misprinted_code_is_named_as_the_documents_own_error() -> None:
    standing = judge(ARCHIVE, "住房和城乡建设", Y2026, "160601", "住建行业标准制修订辅助服务")
    assert standing.rules == ("GF116",)
    assert "160601" in standing.facts[0].text.zh and "A160601" in standing.facts[0].text.zh


def test_a_heading_that_another_section_prints_otherwise_is_named() -> None:
    # 自然资源 prints 政务服务窗口受理服务 at A1801, where the frame has 对外合作与交流服务
    standing = judge(ARCHIVE, "自然资源", Y2026, "A180101")
    assert standing.verdict == "stands"
    assert [f.kind for f in standing.facts if f.rule == "GF116"] == ["misprinted heading"]


def test_a_budget_overtaken_in_its_year_is_told_and_not_faulted() -> None:
    standing = judge(ARCHIVE, "生态环境", Y2025, "A150304", "践行绿色生活方式展览服务", "晋财综〔2024〕37号")
    assert standing.stands and standing.rules == ()
    assert [f.kind for f in standing.facts] == ["overtaken"]
    assert "2025-07-15" in standing.facts[0].text.zh and "不再列入" in standing.facts[0].text.zh


def test_of_several_sections_the_fitting_one_is_judged() -> None:
    both = ("教育", "体育")
    sport = next(e for e in version_named(ARCHIVE.versions, "2025-28").in_section("体育") if e.level == 4)
    standing = judge(ARCHIVE, both, Y2026, sport.code, sport.name)
    assert (standing.section, standing.verdict) == ("体育", "stands")


def test_class_b_needs_no_department() -> None:
    assert judge(ARCHIVE, "", Y2026, "B0101", "法律顾问服务").verdict == "stands"
    unknown = judge(ARCHIVE, "", Y2026, "A150401", "政务信息化项目运维服务")
    assert unknown.stands is None and [e.section for e in unknown.elsewhere] == ["行政审批"]


def test_two_documents_for_two_classes_are_in_order() -> None:
    cited = "晋财综〔2025〕28号、晋财综〔2023〕47号"
    assert judge(ARCHIVE, "行政审批", Y2026, "A150401", "政务信息化项目运维服务", cited).verdict == "stands"
    assert judge(ARCHIVE, "行政审批", Y2026, "B0101", "法律顾问服务", cited).verdict == "stands"


def test_superseded_is_what_is_no_longer_in_force_and_not_what_is_not_yet() -> None:
    old = judge(ARCHIVE, "行政审批", Y2026, "A150401", "政务信息化项目运维服务", "晋财综[2024]37号")
    early = judge(ARCHIVE, "行政审批", Y2025, "A150401", "政务信息化项目运维服务", "晋财综[2025]28号")
    assert old.superseded and old.verdict == "document"
    assert not early.superseded and early.verdict == "document"


@pytest.mark.parametrize(
    ("written", "code", "guess", "name"),
    [
        ("A150401", "A150401", "A150401", ""),
        ("ａ15 04.01", "A150401", "A150401", ""),
        ("A150401政务信息化项目运维服务", "A150401", "A150401", "政务信息化项目运维服务"),
        ("A150401 12345政务服务热线", "", "", ""),
        ("B0902", "B0902", "B0902", ""),
        ("150401", "", "A150401", ""),
        ("A15O4O1", "", "A150401", ""),
        ("A15040l", "", "A150401", ""),
        ("A15040", "", "", ""),
        ("A15040102", "", "A150401", ""),
        ("B010101", "", "B0101", ""),
        ("C0204", "", "", ""),
        ("无", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_reading_a_code(written: str, code: str, guess: str, name: str) -> None:
    read = read_code(written)
    if (
        written == "A150401 12345政务服务热线"
    ):  # where the code ends cannot be told: a problem, not a wrong code
        assert read.code == "" and read.problem_zh
        return
    assert (read.code, read.guess, read.name) == (code, guess, name)
    assert bool(read.problem_zh) == (bool(written) and not code)


@pytest.mark.parametrize(
    "written",
    [
        "晋财综〔2024〕37号",
        "晋财综[2024]37号",
        "晋财综（2024）37 号",
        "晋财综【２０２４】37号",
        "《山西省部门政府购买服务指导性目录》（晋财综〔2024〕37号）",
        "依据晋财综(2024)37号文件",
    ],
)
def test_reading_a_document_number(written: str) -> None:
    assert [n[-10:] for n in read_documents(written)] == ["综〔2024〕37号"]
    assert judge(ARCHIVE, "行政审批", Y2026, document=written).documents == ("2024-37",)


def test_reading_a_name() -> None:
    assert read_name("A150401 政务信息化项目运维服务") == "政务信息化项目运维服务"
    assert read_name("公共服务-公共信息与宣传服务-政务信息化项目运维服务") == "政务信息化项目运维服务"
    assert read_name("12345政务服务热线便民服务") == "12345政务服务热线便民服务"


def test_how_far_a_name_agrees() -> None:
    entry = ARCHIVE.by_id["2025-28"].by_key["行政审批", "A160502"]  # 企业开办印章免费刻制服务
    assert agreement("企业开办印章免费刻制服务", entry) == 3
    assert agreement("企业开办印章 免费刻制服务。", entry) == 3
    assert agreement("企业开办印章刻制", entry) == 2
    assert agreement("", entry) == 1
    assert agreement("政务大厅办件免费邮寄服务", entry) == 0


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["行政审批", "生态环境", "教育", "B", "", "不存在"]),
    st.text(max_size=12) | st.from_regex(r"[AB]?\d{0,8}", fullmatch=True),
    st.text(max_size=20),
    st.text(max_size=20),
    st.dates(date(2019, 1, 1), date(2030, 1, 1)),
)
def test_nothing_written_breaks_the_judgement(
    section: str, code: str, name: str, document: str, on: date
) -> None:
    standing = judge(ARCHIVE, section, on, code, name, document)
    assert standing.on == on
    assert (standing.verdict == "nothing") <= (not standing.rules)
