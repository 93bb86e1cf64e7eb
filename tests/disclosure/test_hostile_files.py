"""Broken, locked, misnamed and hostile files: one sentence, bounded time, the others still read."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path

import example_formats
import openpyxl
import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.read import documents, read_document

STEM = example_formats.STEMS[0]


def refused(path: Path, said: str) -> None:
    start = time.process_time()
    with pytest.raises(GoufuError, match=said) as caught:
        read_document(path)
    assert time.process_time() - start < 5
    assert "\n" not in caught.value.message and caught.value.where == str(path)


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx"])
def test_truncated(tmp_path: Path, form: str) -> None:
    data = getattr(example_formats, f"as_{form}")(STEM)
    path = tmp_path / f"a.{form}"
    path.write_bytes(data[: len(data) // 3])
    refused(path, "损坏|不完整")


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx", "html"])
@pytest.mark.parametrize("ending", [".txt", ".pdf", ".xlsx", ""])
def test_wrong_endings(tmp_path: Path, form: str, ending: str) -> None:
    path = tmp_path / f"{STEM}{ending}"
    path.write_bytes(getattr(example_formats, f"as_{form}")(STEM))
    assert len(read_document(path).items) == 12


def test_a_locked_pdf(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), encrypt="secret")
    canvas.drawString(100, 100, "x")
    canvas.save()
    refused(path, "密码")


def test_a_locked_office_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 1000
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 500
    )
    refused(path, "密码")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
            "另存为 .docx",
        ),
        (b"{\\rtf1\\ansi x}", "RTF"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 50, "RAR"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "7z"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "Excel 2003",
        ),
        (b"%PDF-1.7 nothing else", "损坏"),
        (b"\x89PNG\r\n\x1a\n broken", r"图片|goufu\[ocr\]"),
        (b"<html><body><p>nothing</p></body></html>", "项目支出预算表"),
        (b"\0" * 4096, "空"),
    ],
)
def test_what_is_something_else(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    refused(path, said)


def test_an_archive_of_other_files(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("预算.txt", "x")
    refused(path, "压缩包")


@pytest.mark.parametrize(
    ("inner", "marker"),
    [("xl/worksheets/sheet1.xml", "xl/workbook.xml"), ("word/document.xml", "word/x.xml")],
)
def test_zip_bombs(tmp_path: Path, inner: str, marker: str) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(marker, "<x/>")
        with archive.open(inner, "w", force_zip64=True) as stream:
            for _ in range(600):
                stream.write(b" " * (1 << 20))
    assert path.stat().st_size < 1_000_000
    refused(path, "过大")


def test_cells_far_apart(tmp_path: Path) -> None:
    """Two cells in opposite corners would make a table of seventeen thousand million cells."""
    path = tmp_path / "far.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "项目名称"
    sheet["XFD1048576"] = 1
    book.save(path)
    refused(path, "1048576")


def test_addresses_that_no_sheet_has(tmp_path: Path) -> None:
    """The table up to such a cell would not fit in any memory, however its address is written."""
    good = tmp_path / "good.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "项目名称"
    book.save(good)
    text = "<is><t>保洁</t></is>"
    for n, cell in enumerate(
        (
            'r="B99999999999999999999"', 'r="XFD0000000009999999"', 'r="xfd9999999"', "r='XFD9999999'",
            'r="ZZZZZZ9999"', '\nr = "XFD9999999"',
        )
    ):  # fmt: skip
        _with_rows(good, tmp_path / f"{n}.xlsx", f'<row r="1"><c r="A1" t="inlineStr">{text}</c><c {cell} t="inlineStr">{text}</c></row>')  # fmt: skip
        refused(tmp_path / f"{n}.xlsx", "一直写到第")
    far = f'<row r="1"><c t="inlineStr">{text}</c></row><row r="4000000000"><c t="inlineStr">{text}</c></row>'
    _with_rows(good, tmp_path / "row.xlsx", far)
    refused(tmp_path / "row.xlsx", "一直写到第 4000000000 行")


def _with_rows(good: Path, path: Path, rows: str) -> None:
    """The workbook with these rows in its sheet."""
    with zipfile.ZipFile(good) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name.endswith("sheet1.xml"):
                data = re.sub(rb"(?s)(<sheetData>).*(</sheetData>)", rb"\1" + rows.encode() + rb"\2", data)
            after.writestr(name, data)


def test_an_open_document_cut_short(tmp_path: Path) -> None:
    """The zip is whole, what is in it is not."""
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            "<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
            "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'><office:body><office:spreadsheet>"
            "<table:table table:name='表'><table:table-row><table:table-cell/></table:table-row>",
        )
    refused(path, "损坏或不完整")


def test_tables_that_never_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("项目名称\t金额\n保洁\t1\n" + "<table" * 60_000, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(GoufuError, match="过大"):
        read_document(path)
    assert time.process_time() - start < 5


def test_entities_that_multiply(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><x>&l9;</x>'
    good = io.BytesIO(example_formats.as_docx(STEM))
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as archive:
        for entry in source.infolist():
            archive.writestr(entry, xml if entry.filename == "word/document.xml" else source.read(entry))
    refused(path, "损坏|项目支出预算表")


def test_pages_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<html><body>" + "<div>" * 200_000 + "x" + "</div>" * 200_000 + "</body></html>", "utf-8")
    refused(path, "项目支出预算表|网页")


def test_tables_with_huge_spans(tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    rows = "<tr><td rowspan=99999 colspan=99999>a</td></tr>" * 300
    path.write_text(f"<html><body><table>{rows}</table></body></html>", "utf-8")
    refused(path, "项目支出预算表")


def test_json_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": ' + "[" * 100_000 + "\n" + '{"title": "河道保洁"}\n', "utf-8")
    disclosure = read_document(path)
    assert [item.title for item in disclosure.items] == ["河道保洁"]
    assert [r.place.line for r in disclosure.remarks if r.place] == [1]


def test_absurd_amounts(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        f"2026年项目支出预算表（本年预算）\n单位：万元\n项目名称\t合计\n甲县乙局\t3.00\n清扫\t{'9' * 14}\n清运\t1e9\n照明\t-5\n",
        "utf-8",
    )
    disclosure = read_document(path)
    rows = [r.text for r in disclosure.remarks if r.kind == "row"]
    assert any("大得不可能" in text and "清扫" in text for text in rows)
    assert [item.amount_wan for item in disclosure.items if item.title == "清扫"] == [None]
    assert any("清运" in text for text in rows)
    assert any("负数" in text and "照明" in text for text in rows)


@pytest.mark.long
def test_two_thousand_pages(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "long.pdf"
    canvas = Canvas(str(path))
    for n in range(2_000):
        canvas.drawString(72, 720, f"page {n}")
        canvas.line(72, 700, 300, 700)
        canvas.showPage()
    canvas.save()
    seen: list[tuple[int, int]] = []
    start = time.process_time()
    with pytest.raises(GoufuError, match="项目支出预算表"):
        read_document(path, lambda done, pages: seen.append((done, pages)))
    assert time.process_time() - start < 20
    assert seen == [(n, 2_000) for n in range(1, 2_001)]


def test_a_page_that_is_a_drawing(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "map.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(72, 800, "a map of the sewers")
    for n in range(30_000):
        canvas.line(10 + n % 500, 20 + n % 700, 12 + n % 500, 20 + n % 700)
    canvas.save()
    refused(path, "项目支出预算表")


def test_folders_and_patterns(tmp_path: Path) -> None:
    (tmp_path / "甲" / "乙").mkdir(parents=True)
    for name in ("甲/一.txt", "甲/乙/二.pdf", "甲/~$三.docx", "甲/.隐.txt", "甲/程序.exe", "丁.xlsx"):
        (tmp_path / name).write_bytes(b"x")
    files, errors = documents([tmp_path / "甲", tmp_path / "丁.xlsx", tmp_path / "丁.xlsx"])
    assert [str(f.relative_to(tmp_path)) for f in files] == ["甲/一.txt", "甲/乙/二.pdf", "丁.xlsx"]
    assert errors == []
    files, errors = documents(
        [str(tmp_path / "**" / "*.pdf"), str(tmp_path / "*.doc"), tmp_path / "none.txt"]
    )
    assert [f.name for f in files] == ["二.pdf", "none.txt"]
    assert [error.where for error in errors] == [str(tmp_path / "*.doc")]
    (tmp_path / "空").mkdir()
    assert len(documents([tmp_path / "空"])[1]) == 1
