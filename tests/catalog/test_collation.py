"""Rows in their places: small tables that each show one thing that the printed catalogs do."""

from __future__ import annotations

import time

import pytest
from goufu.catalog.edition.alignment import MOST_ROWS, align
from goufu.catalog.edition.collation import UNPLACED, Decisions, Placing, place
from goufu.catalog.edition.transcription import rows
from goufu.catalog.errors import CatalogError

HEAD4 = "代码\t一级目录\t二级目录\t三级目录\t四级目录"
HEAD3 = "代码\t一级目录\t二级目录\t三级目录"


def table(*lines: str, head: str = HEAD4) -> str:
    """Rows written short: "A15 名称" for an entry, "#" for a new page, anything else for a department."""
    cells = []
    for line in lines:
        code, _, name = line.partition(" ")
        cells.append(head if line == "#" else f"{code}\t\t\t\t{name}" if name else f"{line}\t\t\t\t")
    return "\n".join([head, *cells])


def placed(*witnesses: str, contents: tuple[str, ...] = (), **decided: object) -> Placing:
    lines = align({f"00{n}": rows(text) for n, text in enumerate(witnesses)})
    return place(lines, lines[0].lead.levels, contents, Decisions(**decided))  # type: ignore[arg-type]


def codes(result: Placing) -> list[tuple[str, str]]:
    return [(at.section, at.code) for at in result.places]


def kinds(result: Placing) -> list[str]:
    return [problem.kind for problem in result.problems]


def test_a_plain_section() -> None:
    result = placed(
        table("水利", "A 公共服务", "A12 农业", "A1212 水利设施养护服务", "A121201 水利设施维修养护服务")
    )
    assert codes(result) == [("水利", "A"), ("水利", "A12"), ("水利", "A1212"), ("水利", "A121201")]
    assert kinds(result) == [] and result.sections == {"水利": True}


def test_a_code_under_another_heading_takes_the_code_of_its_place() -> None:
    result = placed(table("文", "A 公", "A15 宣传", "A1503 展览", "A050301 文化和旅游展览、会展服务"))
    at = result.places[-1]
    assert (at.code, at.printed) == ("A150301", "A050301")
    (problem,) = result.problems
    assert problem.reading is not None and problem.reading.decision == "erratum"
    assert problem.reading.witnesses == (("000:6", "A050301"),) and "A1503" in problem.reading.why


def test_the_code_of_a_place_that_is_taken_is_not_given_twice() -> None:
    result = placed(table("文", "A 公", "A15 宣传", "A1503 展览", "A150301 甲服务", "A050301 乙服务"))
    assert codes(result)[-1] == ("文", "A150301") and result.problems[-1].undecided
    again = placed(
        table("文", "A 公", "A15 宣传", "A1503 展览", "A150301 甲服务", "A050301 乙服务"),
        codes={"000:7": "A150302"},
    )
    assert codes(again)[-1] == ("文", "A150302") and again.places[-1].printed == "A050301"
    left = placed(
        table("文", "A 公", "A15 宣传", "A1503 展览", "A150301 甲服务", "A050301 乙服务"),
        left_out=frozenset({"000:7"}),
    )
    assert kinds(left) == [] and codes(left)[-1] == ("文", "A150301")


def test_headings_that_are_not_printed_are_told_once() -> None:
    result = placed(
        table("统", "A15 宣传", "A1502 公益", "A150201 统战宣传服务", "A16 管理", "A1602 调查", "A160201 乙")
    )
    assert [(p.kind, p.code) for p in result.problems] == [("missing heading", "A")]


def test_a_number_that_is_not_used() -> None:
    result = placed(table("气", "A 公", "A07 科技", "A0701 研发", "A070102 甲", "A070104 乙"))
    assert [(p.kind, p.code) for p in result.problems] == [("numbering", "A070101"), ("numbering", "A070103")]
    frame = placed(table("B 政府履职", "B01 法律服务", "B0102 咨询服务", "B0104 见证服务", head=HEAD3))
    assert [p.code for p in frame.problems] == ["B0101", "B0103"] and set(frame.sections) == {"B"}


@pytest.mark.parametrize(
    "first",
    ["A050101 丙", "A1502 公益", "A1901 交流", "A180501 舆情"],
    ids=["runs backwards", "in use", "a heading without its own", "an entry without its heading"],
)
def test_a_page_that_cannot_follow_waits_for_its_department(first: str) -> None:
    result = placed(
        table("甲部", "A 公", "A15 宣传", "A1502 公益", "A150201 甲", "A18 其他", "#", first, "乙部", "A 公")
    )
    section = f"{UNPLACED}000:9"
    assert codes(result)[-2:] == [(section, first[: first.index(" ")]), ("乙部", "A")]
    assert "missing page" in kinds(result) and result.sections == {
        "甲部": False,
        section: False,
        "乙部": True,
    }
    decided = placed(
        table("甲部", "A 公", "A15 宣传", "A1502 公益", "A150201 甲", "A18 其他", "#", first, "乙部", "A 公"),
        pages={"000:9": "丙部"},
    )
    assert codes(decided)[-2][0] == "丙部"


def test_a_page_that_can_follow_is_no_problem() -> None:
    for first in ("A150202 乙", "A1503 展览", "A18 其他"):
        after = (
            []
            if first.startswith("A1502")
            else [f"{first.split()[0]}{'01' * (3 - len(first.split()[0]) // 2)} 乙服务"]
        )
        result = placed(table("甲部", "A 公", "A15 宣传", "A1502 公益", "A150201 甲", "#", first, *after))
        assert "missing page" not in kinds(result) and list(result.sections) == ["甲部"]


def test_the_contents_may_leave_only_one_department() -> None:
    text = table("甲部", "A 公", "A15 宣传", "A1502 公益", "A150201 甲", "#", "A180501 舆情", "乙部", "A 公")
    result = placed(text, contents=("甲部", "乙部"))
    assert codes(result)[-2] == ("甲部", "A180501") and not any(p.undecided for p in result.problems)
    assert kinds(result)[0] == "missing page" and result.sections["甲部"] is False
    several = placed(text, contents=("甲部", "丙部", "乙部"))
    assert "甲部、丙部" in next(p.text for p in several.problems if p.kind == "section")


def test_after_a_missing_page_headings_above_are_not_missed() -> None:
    result = placed(
        table("A040604 权益服务", "A040605 体育服务", "A16 管理", "A1602 调查", "A160201 调查服务")
    )
    assert kinds(result) == ["section"]


def test_a_lost_department_heading_is_noticed() -> None:
    result = placed(
        table(
            "甲部",
            "A 公",
            "A18 其他",
            "A1805 舆情",
            "A180501 甲",
            "A 公",
            "A15 宣传",
            "A1502 公益",
            "A150201 乙",
        )
    )
    assert "missing heading" in kinds(result) and len({section for section, _ in codes(result)}) == 2


def test_a_department_that_comes_again_is_the_same_one() -> None:
    result = placed(
        table("甲部", "A 公", "A15 宣", "A1502 公益", "A150201 甲", "乙部", "A 公", "甲部", "A 公")
    )
    assert (
        codes(result).count(("甲部", "A")) == 1 and "order" in kinds(result) and "duplicate" in kinds(result)
    )


def test_a_missing_page_of_one_witness_is_filled_by_the_other() -> None:
    whole = table(
        "甲部",
        "A 公",
        "A15 宣",
        "#",
        "A1502 公益",
        "A150201 甲",
        "乙部",
        "A 公",
        "A18 他",
        "#",
        "A1805 舆",
        "A180501 乙",
    )
    torn = table("甲部", "A 公", "A15 宣", "#", "A1805 舆", "A180501 乙")
    for witnesses in ((whole, torn), (torn, whole)):
        result = placed(*witnesses)
        assert codes(result)[-2:] == [("乙部", "A1805"), ("乙部", "A180501")]
        assert kinds(result) == [] and all(result.sections.values())
        assert [len(at.sources) for at in result.places] == [2, 2, 1, 1, 1, 1, 2, 2]


def test_where_witnesses_have_different_codes_the_one_that_fits_is_taken() -> None:
    one = table("甲部", "A 公", "A15 宣", "A1502 公益", "A150201 甲服务", "A150207 乙服务", "A150203 丙服务")
    other = one.replace("A150207", "A150202")
    (problem,) = (p for p in placed(other, one).problems if p.kind == "code")
    assert problem.reading is not None
    assert problem.reading.witnesses == (("000:7", "A150202"), ("001:7", "A150207"))
    wrong = one.replace("A150207", "A050202")
    (problem,) = (p for p in placed(one.replace("A150207", "A150202"), wrong).problems if p.kind == "code")
    assert problem.reading is not None and (problem.reading.decision, problem.code) == ("settled", "A150202")


def test_time_is_bounded_even_for_rows_that_are_all_alike() -> None:
    text = table("甲部", *["A150201 人大宣传服务"] * (MOST_ROWS - 2))
    begin = time.process_time()
    with pytest.raises(CatalogError, match="不是同一份目录的底本"):
        align({"001": rows(text), "002": rows(text.replace("宣传", "宣转", 1))})
    assert time.process_time() - begin < 10


def test_more_rows_than_any_catalog() -> None:
    with pytest.raises(CatalogError, match="任何目录都没有这么多"):
        align({"001": rows(table("甲部", *["A150201 人大宣传服务"] * MOST_ROWS))})
