"""The same 184 items out of every format; and the formats' own troubles: merged cells, boxes, hidden sheets, scans."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import example_formats
import openpyxl
import pytest
from goufu.disclosure.formats.scan import available
from goufu.disclosure.lines import squeeze
from goufu.disclosure.model import BudgetItem, Disclosure
from goufu.disclosure.read import read_document
from rapidfuzz.distance import Levenshtein

STEMS = example_formats.STEMS
ITEMS = dict(zip(STEMS, (12, 52, 38, 82), strict=True))


@pytest.fixture(scope="module")
def texts() -> dict[str, Disclosure]:
    return {stem: read_document(example_formats.EXAMPLES / f"{stem}.txt") for stem in STEMS}


def said(item: BudgetItem) -> tuple[Any, ...]:
    """What an item says, but for spaces where a line was wrapped."""
    form = item.form
    return (
        item.id,
        squeeze(item.title),
        item.department,
        item.unit,
        item.year,
        item.part,
        item.amount_wan,
        squeeze(item.summary),
        squeeze(form.title) if form else None,
        form.year_yuan if form else None,
    )


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("form", ["pdf", "docx", "strict", "chunk", "xlsx", "html", "line", "mhtml"])
def test_every_format_says_the_same(
    tmp_path: Path, texts: dict[str, Disclosure], stem: str, form: str
) -> None:
    maker: Callable[[str], bytes] = getattr(example_formats, f"as_{form}")
    path = tmp_path / f"{stem}.{form}"
    path.write_bytes(maker(stem))
    disclosure, text = read_document(path), texts[stem]
    assert len(disclosure.items) == ITEMS[stem]
    assert [said(item) for item in disclosure.items] == [said(item) for item in text.items]
    assert [(s.name, s.part, s.amount_wan) for s in disclosure.subtotals] == [
        (s.name, s.part, s.amount_wan) for s in text.subtotals
    ]
    assert [(c.what, c.printed, c.summed) for c in disclosure.checks] == [
        (c.what, c.printed, c.summed) for c in text.checks
    ]
    assert squeeze(disclosure.statement) == squeeze(text.statement)
    assert disclosure.procurement is not None and text.procurement is not None
    assert disclosure.procurement.services_wan == text.procurement.services_wan
    assert [form.title for form in disclosure.unlinked] == [form.title for form in text.unlinked]


def test_every_value_has_its_place(tmp_path: Path) -> None:
    places = {}
    for form in ("pdf", "docx", "xlsx", "html"):
        path = tmp_path / f"{STEMS[0]}.{form}"
        path.write_bytes(getattr(example_formats, f"as_{form}")(STEMS[0]))
        item = read_document(path).items[0]
        assert item.title == "政府办遗属补助" and item.place and item.amount_place
        places[form] = item.place
        if form == "xlsx":
            sheet = openpyxl.load_workbook(path)[item.place.cell.partition("!")[0]]
            assert sheet[item.place.cell.partition("!")[2]].value == "政府办遗属补助"
            assert sheet[item.amount_place.cell.partition("!")[2]].value == 0.8
    assert places["pdf"].page and places["pdf"].page > 1
    assert places["docx"].cell.startswith("表")
    assert places["html"].line


@pytest.mark.parametrize("encoding", ["gb18030", "gb2312"])
def test_a_page_in_an_old_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(example_formats.as_html(STEMS[0], encoding))
    assert len(read_document(path).items) == 12


def test_a_page_under_a_spreadsheet_name(tmp_path: Path) -> None:
    path = tmp_path / "export.xls"
    path.write_bytes(example_formats.as_html(STEMS[0]))
    assert len(read_document(path).items) == 12


def test_a_pdf_without_vertical_lines(tmp_path: Path, texts: dict[str, Disclosure]) -> None:
    path = tmp_path / f"{STEMS[1]}.pdf"
    path.write_bytes(example_formats.as_pdf(STEMS[1], ruled=False))
    read, text = read_document(path), texts[STEMS[1]]
    assert [said(i)[:7] for i in read.items] == [said(i)[:7] for i in text.items]
    # the forms cannot be told apart without lines; none is linked wrongly for that
    right = {(i.title, i.unit, i.amount_wan): i.form.title if i.form else None for i in text.items}
    for item in read.items:
        if item.form is not None:
            assert item.form.title in (right[item.title, item.unit, item.amount_wan] or "")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("flag", [0, 90])
def test_a_turned_page(tmp_path: Path, turn: int, flag: int) -> None:
    """A table drawn sideways, as landscape tables on portrait pages are, with or without the page's own turn."""
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table

    example_formats.as_pdf(STEMS[0])  # registers the font
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 600))
    canvas.setPageRotation(flag)
    canvas.translate(300, 300)
    canvas.rotate(turn)
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(-200, 250, "2026年项目支出预算表（本年预算）")
    rows = [
        ["项目名称", "合计", "一般公共预算"],
        ["甲县乙局", "3.00", "3.00"],
        ["清扫", "1.00", "1.00"],
        ["清运", "2.00", "2.00"],
    ]
    table = Table(
        rows,
        [200, 100, 100],
        style=[("GRID", (0, 0), (-1, -1), 1, "black"), ("FONT", (0, 0), (-1, -1), "STSong-Light")],
    )
    table.wrapOn(canvas, 500, 500)
    table.drawOn(canvas, -200, 100)
    canvas.save()
    items = read_document(tmp_path / "a.pdf").items
    assert [(i.title, str(i.amount_wan)) for i in items] == [("清扫", "1.00"), ("清运", "2.00")]


@pytest.mark.parametrize("drawn", ["lines", "bars", "boxes", "open sides"])
def test_however_the_lines_are_drawn(tmp_path: Path, drawn: str) -> None:
    """Word draws thin filled bars, Excel a box for each cell, others lines; some tables are open at the sides."""
    from reportlab.pdfgen.canvas import Canvas

    example_formats.as_pdf(STEMS[0])  # registers the font
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 600))
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(100, 550, "2026年项目支出预算表（本年预算）")
    rows = [
        ("项目名称", "合计", "一般公共", "政府性基"),
        ("", "", "预算", "金预算"),
        ("甲县乙局", "3.00", "1.00", "2.00"),
        ("清扫", "1.00", "1.00", ""),
        ("城区垃圾清运及", "", "", ""),
        ("中转", "2.00", "", "2.00"),
    ]
    xs, tops = (100, 250, 330, 410, 490), (500, 460, 440, 420, 380)
    heights = (485, 470, 446, 426, 406, 390)
    for y, row in zip(heights, rows, strict=True):
        for x, cell in zip(xs, row, strict=False):
            canvas.drawString(x + 4, y, cell)
    inner = xs[1:-1] if drawn == "open sides" else xs
    if drawn == "boxes":
        for top, bottom in zip(tops, tops[1:], strict=False):
            for left, right in zip(xs, xs[1:], strict=False):
                canvas.rect(left, bottom, right - left, top - bottom)
    elif drawn == "bars":
        for y in tops:
            canvas.rect(xs[0], y - 0.25, xs[-1] - xs[0], 0.5, stroke=0, fill=1)
        for x in xs:
            canvas.rect(x - 0.25, tops[-1], 0.5, tops[0] - tops[-1], stroke=0, fill=1)
    else:
        for y in tops:
            canvas.line(xs[0], y, xs[-1], y)
        for x in inner:
            canvas.line(x, tops[-1], x, tops[0])
    canvas.save()
    items = read_document(tmp_path / "a.pdf").items
    assert [(i.title, str(i.amount_wan)) for i in items] == [("清扫", "1.00"), ("城区垃圾清运及中转", "2.00")]


def test_a_watermark_across_the_table(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table

    example_formats.as_pdf(STEMS[0])  # registers the font
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 600))
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(100, 550, "2026年项目支出预算表（本年预算）")
    rows = [["项目名称", "合计"], ["甲县乙局", "3.00"], ["清扫", "1.00"], ["清运", "2.00"]]
    style = [("GRID", (0, 0), (-1, -1), 1, "black"), ("FONT", (0, 0), (-1, -1), "STSong-Light")]
    table = Table(rows, [200, 100], style=style)
    table.wrapOn(canvas, 500, 500)
    table.drawOn(canvas, 100, 400)
    canvas.translate(100, 400)
    canvas.rotate(30)
    canvas.setFont("STSong-Light", 30)
    canvas.drawString(0, 0, "内部资料注意保存")
    canvas.save()
    items = read_document(tmp_path / "a.pdf").items
    assert [(i.title, str(i.amount_wan)) for i in items] == [("清扫", "1.00"), ("清运", "2.00")]


def sheet_file(path: Path, rows: list[list[Any]], change: Callable[[Any, Any], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "项目"
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(book, sheet)
    book.save(path)
    return path


TABLE: list[list[Any]] = [
    ["甲县乙局2026年项目支出预算表"],
    ["单位：万元"],
    ["序号", "预算单位", "项目名称", "一般公共预算", "合计"],
    [1, "甲县环卫中心", "清扫", 1.5, 1.5],
    [2, None, "清运", 2.5, 2.5],
    [3, "甲县路灯所", "照明", 3, 3],
]


def test_a_merged_unit_column(tmp_path: Path) -> None:
    path = sheet_file(tmp_path / "a.xlsx", TABLE, lambda _, sheet: sheet.merge_cells("B4:B5"))
    items = read_document(path).items
    assert [(i.title, i.unit, str(i.amount_wan), i.year) for i in items] == [
        ("清扫", "甲县环卫中心", "1.50", 2026),
        ("清运", "甲县环卫中心", "2.50", 2026),
        ("照明", "甲县路灯所", "3.00", 2026),
    ]
    assert items[0].place and items[0].place.text() == "a.xlsx 项目!C4"
    assert items[0].amount_place and items[0].amount_place.cell == "项目!E4"


def test_a_hidden_sheet_is_read_and_reported(tmp_path: Path) -> None:
    def hide(book: Any, sheet: Any) -> None:
        book.create_sheet("说明")["A1"] = "封面"
        sheet.sheet_state = "hidden"

    disclosure = read_document(sheet_file(tmp_path / "a.xlsx", TABLE, hide))
    assert len(disclosure.items) == 3
    assert any("隐藏" in r.text for r in disclosure.remarks)


def test_formulas_that_were_never_computed(tmp_path: Path) -> None:
    def formula(_: Any, sheet: Any) -> None:
        sheet["E5"] = "=D5*1"

    disclosure = read_document(sheet_file(tmp_path / "a.xlsx", TABLE, formula))
    assert [(i.title, str(i.amount_wan)) for i in disclosure.items] == [
        ("清扫", "1.50"),
        ("清运", "2.50"),  # the only fund says it
        ("照明", "3.00"),
    ]
    assert any("E5" in r.text and "公式" in r.text for r in disclosure.remarks)


def test_records_in_a_spreadsheet_are_records(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["编号", "部门", "项目名称", "金额"], ["a", "水利", "河道保洁", 5.5]]
    items = read_document(sheet_file(tmp_path / "a.xlsx", rows)).items
    assert [(i.id, i.department, i.title, str(i.amount_wan)) for i in items] == [
        ("a", "水利", "河道保洁", "5.50")
    ]


def test_records_in_a_word_table(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph("甲县水利局拟采购服务清单")
    table = document.add_table(rows=3, cols=3)
    texts = [
        "项目名称",
        "项目内容",
        "金额（元）",
        "河道保洁",
        "日常打捞",
        "55000",
        "测绘",
        "地形图",
        "约二万",
    ]
    for cell, text in zip((c for row in table.rows for c in row.cells), texts, strict=True):
        cell.text = text
    path = tmp_path / "清单.docx"
    document.save(str(path))
    disclosure = read_document(path)
    assert [(i.id, i.title, i.summary, str(i.amount_wan)) for i in disclosure.items] == [
        ("清单-001", "河道保洁", "日常打捞", "5.50"),
        # 约二万 is no amount that can be read; told, and the line stays
        ("清单-002", "测绘", "地形图", "None"),
    ]
    assert [(r.level, r.place.cell) for r in disclosure.remarks if r.place] == [("error", "表1!3")]


@pytest.mark.parametrize(
    "title", ["甲县乙局2026年部门预算", "2026年甲县乙局部门预算公开说明", "甲县乙局2026年度项目支出预算表"]
)
def test_the_department_of_a_title(tmp_path: Path, title: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{title}\n项目支出预算表\n项目名称\t合计\n清扫\t1.00\n", "utf-8")
    disclosure = read_document(path)
    assert (disclosure.department, disclosure.year) == ("甲县乙局", 2026)


def test_a_project_table_saved_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    rows = [
        "2026年项目支出预算表（本年预算）,",
        "部门名称：甲县乙局,",
        "项目名称,合计",
        "甲县乙局,3",
        "清扫,1",
        "清运,2",
    ]
    path.write_bytes("\n".join(rows).encode("gb18030"))
    disclosure = read_document(path)
    assert [(i.title, i.department) for i in disclosure.items] == [("清扫", "甲县乙局"), ("清运", "甲县乙局")]
    assert all(check.agrees for check in disclosure.checks)


def test_word_boxes_controls_and_revisions(tmp_path: Path) -> None:
    import docx
    from docx.oxml import parse_xml

    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = docx.Document()
    body = document.element.body
    body.insert(
        0,
        parse_xml(
            f"<w:sdt {w}><w:sdtContent><w:p><w:r><w:t>甲县乙局2026年部门预算公开</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        ),
    )
    document.add_paragraph("2026年项目支出预算表（本年预算）")
    table = document.add_table(rows=3, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells),
        ["项目名称", "合计", "", "2.00", "测绘", "1.00"],
        strict=True,
    ):
        cell.text = text
    paragraph = table.cell(1, 0).paragraphs[0]._p
    paragraph.append(parse_xml(f"<w:del {w}><w:r><w:delText>旧名</w:delText></w:r></w:del>"))
    paragraph.append(parse_xml(f"<w:ins {w}><w:r><w:t>河道</w:t></w:r></w:ins>"))
    table.cell(1, 0).add_paragraph("保洁")
    path = tmp_path / "a.docx"
    document.save(str(path))
    disclosure = read_document(path)
    assert [(i.title, str(i.amount_wan)) for i in disclosure.items] == [
        ("河道保洁", "2.00"),
        ("测绘", "1.00"),
    ]
    assert (disclosure.department, disclosure.year) == ("甲县乙局", 2026)
    assert disclosure.items[0].place and disclosure.items[0].place.cell == "表1!2"


needs_ocr = pytest.mark.skipif(
    not available() or example_formats.font() is None,
    reason="needs the extra goufu[ocr] and a Chinese font (zhplot, of the extra dev)",
)


def table_pages(stem: str) -> bytes:
    """The pages of the PDF of an example that hold its project tables, and the cover."""
    import pypdfium2
    from goufu.disclosure.formats.pdf_page import page_glyphs

    document = pypdfium2.PdfDocument(example_formats.as_pdf(stem, embed=True))
    texts = ["".join(glyph.text for glyph in page_glyphs(page)[0]) for page in document]
    first = next(n for n, t in enumerate(texts) if "项目支出预算表（本年预算）" in t and "合计" in t)
    reasons = "预算收支数据变动情况及原因"
    last = next(n for n, t in enumerate(texts) if reasons in t and n > first)
    if len(texts[last].partition(reasons)[0]) < 20:  # they begin the page: no table is on it
        last -= 1
    kept = pypdfium2.PdfDocument.new()
    kept.import_pages(document, [0, *range(first, last + 1)])
    buffer = io.BytesIO()
    kept.save(buffer)
    return buffer.getvalue()


@needs_ocr
@pytest.mark.parametrize(
    "stem", [pytest.param(stem, marks=pytest.mark.scans if ITEMS[stem] > 20 else ()) for stem in STEMS]
)
def test_scanned_tables(tmp_path: Path, texts: dict[str, Disclosure], stem: str) -> None:
    path = tmp_path / f"{stem}.pdf"
    path.write_bytes(example_formats.as_scan(table_pages(stem)))
    read = read_document(path)
    expected = [(squeeze(i.title), i.amount_wan) for i in texts[stem].items]
    found = [(squeeze(i.title), i.amount_wan) for i in read.items]
    assert len(found) >= len(expected) - 1
    errors = [
        min(Levenshtein.distance(title, other) for other, money in found if money == amount)
        for title, amount in expected
        if any(money == amount for _, money in found)
    ]
    assert len(errors) >= len(expected) - 1  # the amounts are right
    assert sum(errors) / len(errors) <= 1
    assert read.year == texts[stem].year
    assert any("扫描" in r.text for r in read.remarks)


@needs_ocr
@pytest.mark.parametrize("turn", [90, *(pytest.param(turn, marks=pytest.mark.scans) for turn in (180, 270))])
def test_a_photograph_the_wrong_way_round(tmp_path: Path, turn: int) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(table_pages(STEMS[0]))[2]
    image = page.render(scale=2).to_pil().rotate(turn, expand=True)
    path = tmp_path / "photo.jpg"
    image.save(path, quality=70)
    items = read_document(path).items
    assert len(items) == 12
    assert items[3].title == "云视讯维护费" and items[3].amount_wan == Decimal("3.00")


def test_a_scan_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from goufu.catalog.errors import GoufuError
    from PIL import Image

    monkeypatch.setattr("goufu.disclosure.formats.scan.available", lambda: False)
    image = Image.new("L", (1000, 1400), 255)
    for name in ("a.pdf", "a.png", "a.tif"):
        path = tmp_path / name
        image.save(path)
        with pytest.raises(GoufuError, match=r"goufu\[ocr\]"):
            read_document(path)
