"""Text that is in a file and cannot be seen is read and told: .ods, .xls, paragraphs of Word, conditional formats.

`test_shown_as_seen` has the same for .xlsx, tables of Word, pages and PDF.
"""

from __future__ import annotations

import io
import struct
import zipfile

import openpyxl
import pytest
from disclosure_mixtures import packed, paragraph
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from old_workbooks import record, workbook
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Font, PatternFill

LAMPS, RIVERS = "路灯维护服务", "河道保洁服务"


def told(found: Disclosure) -> list[str]:
    return [one.text for one in found.remarks if one.kind == "hidden" and one.level == "warning"]


def amounts(found: Disclosure) -> list[tuple[str, str]]:
    return [(item.title, str(item.amount_wan)) for item in found.items]


# -- .ods ---------------------------------------------------------------------------------------------------------

ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">
<office:automatic-styles><style:style style:name="base" style:family="table-cell">{base}</style:style>
<style:style style:name="own" style:family="table-cell" style:parent-style-name="base">{own}</style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="表一"><table:table-column {column}table:number-columns-repeated="2"/>{rows}
{conditional}</table:table></office:spreadsheet></office:body></office:document-content>"""
WHITE = '<style:text-properties fo:color="#ffffff"/>'
GROUND = '<style:table-cell-properties fo:background-color="{}"/>'


def ods(cell: str = "", column: str = "", base: str = "", own: str = "", conditional: str = "") -> Disclosure:
    def row(name: str, amount: str, style: str = "") -> str:
        cells = (
            f'<table:table-cell {style}office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
            for text in (name, amount)
        )
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    rows = row("项目名称", "金额（万元）") + row(LAMPS, "3") + row(RIVERS, "5", cell)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml", ODS.format(rows=rows, column=column, base=base, own=own, conditional=conditional)
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return read_content(out.getvalue(), "清单.ods")


@pytest.mark.parametrize(
    ("base", "own", "seen"),
    [
        ("", WHITE, False),
        (WHITE, "", False),
        (WHITE, GROUND.format("#0000ff"), True),
        (GROUND.format("#0000ff"), WHITE, True),
        (GROUND.format("#ffffff"), WHITE, False),
        ("", GROUND.format("transparent"), True),
        ("", "", True),
    ],
)
def test_cells_of_ods(base: str, own: str, seen: bool) -> None:
    found = ods('table:style-name="own" ', base=base, own=own)
    assert amounts(found) == [(LAMPS, "3.00"), (RIVERS, "5.00")]
    assert [("A3、B3" in text) for text in told(found)] == ([] if seen else [True])


def test_a_column_of_ods_gives_its_style_to_cells_without_one() -> None:
    assert len(told(ods(column='table:default-cell-style-name="own" ', own=WHITE))) == 1


def test_conditional_formats_of_ods_are_told() -> None:
    rule = '<calcext:conditional-formats><calcext:conditional-format calcext:target-range-address="表一.A2:表一.B3"><calcext:condition calcext:apply-style-name="own" calcext:value="{}"/></calcext:conditional-format></calcext:conditional-formats>'
    assert "A2:B3 有条件格式" in told(ods(own=WHITE, conditional=rule.format("&gt;4")))[0]
    assert not told(ods(own=WHITE, conditional=rule.format("=0")))
    assert not told(ods(conditional=rule.format("&gt;4")))


# -- .xls ---------------------------------------------------------------------------------------------------------


def xls(
    ink: int, pattern: int = 0, ground: int = 64, code: str = "", more: bytes = b"", value: float = 5
) -> Disclosure:
    """A list whose second line is in the second of two cell formats; `more` are records of its sheet."""

    def font(colour: int) -> bytes:
        return record(0x31, struct.pack("<HHHHHBBBB", 200, 0, colour, 400, 0, 0, 0, 134, 0) + b"\x01\x00A")

    def xf(number: int, code: int, pattern: int, ground: int) -> bytes:
        return record(
            0xE0,
            struct.pack("<HHHBBBBIIH", number, code, 0, 0x20, 0, 0, 0, 0, pattern << 26, ground | 65 << 7),
        )

    styles = font(0x7FFF) + font(ink)
    styles += (
        record(0x41E, struct.pack("<HHB", 164, len(code), 1) + code.encode("utf-16-le")) if code else b""
    )
    styles += xf(0, 0, 0, 64) + xf(1, 164 if code else 0, pattern, ground)

    def text(row: int, column: int, style: int, said: str) -> bytes:
        return record(
            0x204, struct.pack("<HHHHB", row, column, style, len(said), 1) + said.encode("utf-16-le")
        )

    body = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + more
    body += record(0x200, struct.pack("<IIHHH", 0, 3, 0, 2, 0))
    body += text(0, 0, 0, "项目名称") + text(0, 1, 0, "金额（万元）") + text(1, 0, 0, LAMPS)
    body += record(0x203, struct.pack("<HHHd", 1, 1, 0, 3.0)) + text(2, 0, 1, RIVERS)
    body += record(0x203, struct.pack("<HHHd", 2, 1, 1, value)) + record(0x0A)
    return read_content(workbook([body], styles=styles), "清单.xls")


@pytest.mark.parametrize(
    ("ink", "pattern", "ground", "code", "seen"),
    [
        (9, 0, 64, "", False),
        (1, 0, 64, "", False),
        (9, 1, 12, "", True),
        (12, 1, 12, "", False),
        (0x7FFF, 0, 64, "", True),
        (0x7FFF, 0, 64, ";;;", False),
        (8, 0, 64, "0.00", True),
    ],
)
def test_cells_of_old_workbooks(ink: int, pattern: int, ground: int, code: str, seen: bool) -> None:
    found = xls(ink, pattern, ground, code)
    assert amounts(found) == [(LAMPS, "3.00"), (RIVERS, "5.00")]
    assert bool(told(found)) is not seen


def test_number_formats_of_old_workbooks_that_scale() -> None:
    assert amounts(xls(8, code="0!.0,", value=74_000))[1] == (RIVERS, "7.40")
    assert amounts(xls(8, code='0.00"元"', value=50_000))[1] == (RIVERS, "5.00")


def test_hidden_rows_and_columns_of_old_workbooks() -> None:
    row = record(0x208, struct.pack("<HHHHHHI", 2, 0, 2, 255, 0, 0, 0x20))
    assert any("第 3 行" in text and "隐藏" in text for text in told(xls(8, more=row)))
    column = record(0x7D, struct.pack("<HHHHHH", 1, 1, 2048, 15, 1, 0))
    assert any("B 列" in text and "隐藏" in text for text in told(xls(8, more=column)))


# -- Word and conditional formats of .xlsx ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "seen"),
    [
        ('<w:color w:val="FFFFFF"/>', False),
        ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F4E79"/>', True),
        ('<w:color w:val="auto"/>', True),
        ('<w:color w:val="FF0000"/>', True),
    ],
)
def test_paragraphs_of_word(about: str, seen: bool) -> None:
    table = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in cells)}</w:tr>"
        for cells in (("项目名称", "部门", "金额"), (LAMPS, "甲县城市管理局", "30000"))
    )
    line = f"<w:p><w:r><w:rPr>{about}</w:rPr><w:t>单位：元</w:t></w:r></w:p>"
    found = read_content(packed(f"{line}<w:tbl>{table}</w:tbl>"), "清单.docx")
    assert amounts(found) == [(LAMPS, "3.00")]
    assert [("单位：元" in text) for text in told(found)] == ([] if seen else [True])


WHITE_FONT, BLUE = Font(color="FFFFFFFF"), PatternFill(bgColor="FF0000FF")


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        (FormulaRule(["$A2=$A1"], font=WHITE_FONT), False),  # type: ignore[no-untyped-call]
        (CellIsRule("greaterThan", ["4"], font=WHITE_FONT), False),  # type: ignore[no-untyped-call]
        (CellIsRule("greaterThan", ["4"], font=WHITE_FONT, fill=BLUE), True),  # type: ignore[no-untyped-call]
        (CellIsRule("equal", ["0"], font=WHITE_FONT), True),  # type: ignore[no-untyped-call]
        (CellIsRule("greaterThan", ["4"], font=Font(color="FFFF0000")), True),  # type: ignore[no-untyped-call]
    ],
)
def test_conditional_formats_of_xlsx_are_told(rule: object, seen: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["项目名称", "金额（万元）"], [LAMPS, 3], [RIVERS, 5]):
        sheet.append(row)
    sheet.conditional_formatting.add("A2:B3", rule)
    out = io.BytesIO()
    book.save(out)
    found = read_content(out.getvalue(), "清单.xlsx")
    assert amounts(found) == [(LAMPS, "3.00"), (RIVERS, "5.00")]
    assert [("A2:B3 有条件格式" in text) for text in told(found)] == ([] if seen else [True])


def _under(
    ink: int = -1, ground: int = -1, code: str = "", formula: bytes = b"\x1e\x05\x00", operator: int = 5
) -> bytes:
    """The records of a conditional format on B2:B3 of an old workbook: letters, ground and number format under a condition."""
    flags = 1 << 16 | (1 << 18 if ground < 0 else 0)
    blocks = b""
    if code:
        flags |= 1 << 25
        said = struct.pack("<HB", len(code), 0) + code.encode("latin-1")
        blocks += struct.pack("<H", len(said) + 2) + said
    if ink >= 0:
        flags |= 1 << 26
        blocks += b"\0" * 80 + struct.pack("<i", ink) + b"\0" * 34
    if ground >= 0:
        flags |= 1 << 29
        blocks += struct.pack("<HH", 0, ground << 7)
    head = struct.pack("<BBHHIH", 1, operator, len(formula), 0, flags, 1 if code else 0)
    where = struct.pack("<HHHHHH", 1, 0, 1, 2, 1, 1) + struct.pack("<HHHHH", 1, 1, 2, 1, 1)
    return record(0x1B0, where) + record(0x1B1, head + blocks + formula)


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        (_under(ink=9), False),
        (_under(ink=1), False),
        (_under(ink=12, ground=12), False),
        (_under(code=";;;"), False),
        (_under(ink=10), True),
        (_under(ink=9, ground=12), True),
        (_under(ink=9, formula=b"\x1e\0\0", operator=3), True),  # where the figure is 0
    ],
)
def test_conditional_formats_of_old_workbooks_are_told(more: bytes, seen: bool) -> None:
    found = xls(8, more=more)
    assert any("B2:B3" in text and "条件格式" in text for text in told(found)) is not seen


def test_outlines_of_old_workbooks() -> None:
    deep = record(0x208, struct.pack("<HHHHHHI", 2, 0, 2, 255, 0, 0, 0x01))
    assert amounts(xls(8, more=deep, value=3)) == [(RIVERS, "3.00")]
