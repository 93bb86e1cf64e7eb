"""Precedents between offices: reviewed, signed, whole, and without anything that names a person."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from example_editions import decided_2025
from example_runs import approvals, judged, line, recorded
from goufu.catalog.concordance.changes import load_archive
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs
from goufu.cli.render.precedents_sheet import COLUMNS, Sheet, export_text, read_sheet, sign, signed_rows
from goufu.matcher.decisions.choice import choice_named
from goufu.matcher.precedents.apply import applied
from goufu.matcher.precedents.sharing import Refusal, to_share, to_take_over
from goufu.store.address import StoreAddress
from goufu.store.decisions import decide
from goufu.store.engine import Store
from goufu.store.precedents.exchange import TakenOver, take_over
from goufu.store.precedents.keys import precedents
from goufu.store.precedents.lookup import open_precedents
from goufu.store.runs import run_items
from goufu.store.schema import open_store

DAY = date(2026, 3, 2)
BUREAU = "孝义市财政局"


def export(store: Store) -> tuple[str, int, int]:
    """The file's text, how many precedents it holds, how many were held back."""
    shared, held_back = to_share(precedents(store))
    return export_text(shared), len(shared), held_back


def import_sheet(store: Store, sheet: Sheet, officer: str) -> tuple[TakenOver, tuple[Refusal, ...]]:
    """The approved rows of a signed file taken over, as `goufu precedents import` does."""
    office, signed_on, rows = signed_rows(sheet)
    fit, refused = to_take_over(rows, load_catalogs())
    return take_over(store, fit, office, signed_on, len(refused), officer), refused


@pytest.fixture
def sheet(store: Store, tmp_path: Path) -> Path:
    """The exported file of a store with every line of the 2025 budget decided."""
    rulings = decided_2025()
    for item in run_items(store, recorded(store, approvals())):
        decide(
            store,
            item.id,
            choice_named(rulings[item.ref[-3:]].said, item, load_catalogs(), "内部说明"),
            "王经办",
            0,
        )
    text, count, held_back = export(store)
    assert (count, held_back) == (34, 4)
    path = tmp_path / "先例.tsv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def reviewed(path: Path, refuse: str = "") -> None:
    """Every row approved, those whose title has `refuse` refused."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(n for n, text in enumerate(lines) if text.startswith("approved"))
    lines[start + 1 :] = [("否" if refuse and refuse in text else "是") + text for text in lines[start + 1 :]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def signed(path: Path) -> None:
    text, _, _ = sign(path, BUREAU, DAY)
    path.write_text(text, encoding="utf-8", newline="")


def test_the_file_holds_nothing_personal(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert "王经办" not in text and "内部说明" not in text
    assert "第一书记" not in text and "遗属" not in text and "专家劳务" not in text
    assert all(a.item.summary not in text for a in approvals() if len(a.item.summary) > 30)
    assert text.splitlines()[1].split("\t") == list(COLUMNS)


def test_a_title_with_a_long_number_or_a_name_word_stays(store: Store) -> None:
    lines = [line("网站运维（联系13800000000）"), line("某某同志事迹宣传"), line("门户网站运维")]
    for item in run_items(store, recorded(store, judged(*lines))):
        decide(store, item.id, choice_named("B1001", item, load_catalogs()), "乙", 0)
    text, count, held_back = export(store)
    assert (count, held_back) == (1, 2) and "138" not in text and "同志" not in text


def test_reviewed_signed_and_taken_over(sheet: Path, tmp_path: Path) -> None:
    reviewed(sheet, refuse="便民办事服务平台")
    signed(sheet)
    read = read_sheet(sheet)
    assert (read.signed_by, read.signed_on, read.intact) == (BUREAU, DAY, True)
    other = open_store(StoreAddress(tmp_path / "other.db"))
    done, refused_rows = import_sheet(other, read, "丙")
    assert (done.added, done.replaced, done.known, refused_rows) == (33, 0, 0, ())
    assert sum(row.approved is False for row in read.rows) == 1
    again, _ = import_sheet(other, read, "丙")
    assert (again.added, again.known) == (0, 33)
    assert {p.source for p in precedents(other)} == {BUREAU} and {p.run for p in precedents(other)} == {0}
    with open_precedents(other.place) as source:
        assert source is not None
        lines = [
            line("2026年消防验收备案技术服务费", "临县行政审批服务管理局"),
            line("便民办事服务平台", "临县行政审批服务管理局"),
        ]
        there, refused = applied(judged(*lines), source, load_archive())
    assert there.coded is not None and there.coded.code == "A170108"
    assert (
        "孝义市行政审批服务管理局“消防验收备案技术服务”" in there.precedent.zh
        and f"{BUREAU} 提供" in there.precedent.zh
    )
    assert refused.precedent.zh == ""
    assert export(other)[1] == 0, "what came from others is not passed on"


def test_unsigned_unreviewed_or_altered_is_refused(sheet: Path, tmp_path: Path) -> None:
    other = open_store(StoreAddress(tmp_path / "other.db"))
    with pytest.raises(GoufuError, match="未经签发"):
        import_sheet(other, read_sheet(sheet), "丙")
    with pytest.raises(GoufuError, match="34 行没有审核"):
        sign(sheet, BUREAU, DAY)
    reviewed(sheet)
    with pytest.raises(GoufuError, match="签发单位"):
        sign(sheet, "  ", DAY)
    signed(sheet)
    whole = sheet.read_text(encoding="utf-8")
    for before, after in (
        ("A170108", "A170101"),
        (BUREAU, "乙县财政局"),
        ("yes\t", "no\t"),
        ("消防验收", "消防验收验收"),
    ):
        sheet.write_text(whole.replace(before, after, 1), encoding="utf-8")
        with pytest.raises(GoufuError, match="签发之后改动过"):
            import_sheet(other, read_sheet(sheet), "丙")
    assert precedents(other) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_spreadsheet_may_have_saved_it(sheet: Path, encoding: str) -> None:
    reviewed(sheet)
    signed(sheet)
    text = sheet.read_text(encoding="utf-8").replace("\n", "\r\n")
    sheet.write_bytes(text.replace("消防验收备案技术服务", '"消防验收备案技术服务"').encode(encoding))
    assert read_sheet(sheet).intact


def test_a_row_that_is_wrong_costs_only_itself(sheet: Path, tmp_path: Path) -> None:
    reviewed(sheet)
    text = sheet.read_text(encoding="utf-8")
    text = text.replace("2024-37\t行政审批\tA170108\t", "2019-99\t行政审批\tA170108\t")
    text = text.replace("\tA180701\t12345政务服务热线便民服务", "\tA180799\t12345政务服务热线便民服务")
    text = text.replace("\tA150402\t政企通运营服务", "\tA150402\t人大宣传服务")
    sheet.write_text(text, encoding="utf-8")
    signed(sheet)
    other = open_store(StoreAddress(tmp_path / "other.db"))
    done, refused = import_sheet(other, read_sheet(sheet), "丙")
    said = " ".join(r.text.zh for r in refused)
    assert (
        "没有目录版本 2019-99" in said
        and "没有代码 A180799" in said
        and "是“政企通运营服务”，不是“人大宣传服务”" in said
    )
    assert done.added == 34 - len(refused) == len(precedents(other))


def test_formulas_are_text(store: Store, tmp_path: Path) -> None:
    (item,) = run_items(store, recorded(store, judged(line("=HYPERLINK(1)门户网站运维"))))
    decide(store, item.id, choice_named("B1001", item, load_catalogs()), "乙", 0)
    path = tmp_path / "p.tsv"
    path.write_text(export(store)[0], encoding="utf-8", newline="")
    assert "\t'=HYPERLINK(1)门户网站运维\t" in path.read_text(encoding="utf-8")
    assert read_sheet(path).rows[0].title == "=HYPERLINK(1)门户网站运维"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a\tb\n1\t2\n", "缺少列"),
        ("# goufu precedents 1\n", "没有表头"),
        ("\t".join(COLUMNS) + "\nmaybe" + "\t" * 11 + "\n", "approved 应为"),
        (
            "\t".join(COLUMNS) + "\nyes\t审计\t\t甲\t\tcode\tservice\t2025-28\t审计\t\t\t2026-01-01\n",
            "code 只在",
        ),
        ("\t".join(COLUMNS) + "\nyes\t审计\t\t甲\t\tunlisted\tservice\t2025-28\t\t\t\t昨天\n", "不是日期"),
    ],
)
def test_files_that_are_no_precedents(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GoufuError, match=words):
        read_sheet(path)
