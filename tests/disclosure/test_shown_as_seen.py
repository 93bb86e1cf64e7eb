"""Web pages and Word documents are read as they are seen: what is hidden, deleted or only a reading aid is left out."""

from __future__ import annotations

import io
import quopri
import zipfile
from html import escape

import example_pdf
import openpyxl
import pytest
from disclosure_mixtures import packed, paragraph, with_chunk
from goufu.catalog.errors import GoufuError
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from openpyxl.styles import Font, PatternFill

LAMPS, RIVERS, TREES = "路灯维护服务", "河道保洁服务", "绿化养护"
HEAD = "<tr><td>项目名称</td><td>部门</td><td>年度</td><td>金额（万元）</td></tr>"


def said(disclosure: Disclosure) -> list[tuple[str, str, str, int | None]]:
    return [(i.title, str(i.amount_wan), i.department, i.year) for i in disclosure.items]


BOTH = [(LAMPS, "3.00", "甲县城市管理局", 2026), (RIVERS, "5.00", "甲县城市管理局", 2026)]


def row(name: str, amount: int, attributes: str = "", before: str = "") -> str:
    return (
        f"<tr {attributes}><td>{name}</td>{before}<td>甲县城市管理局</td><td>2026</td><td>{amount}</td></tr>"
    )


def page(rows: str, style: str = "") -> Disclosure:
    html = f"<html><head><style>{style}</style></head><body><p>甲县城市管理局2026年度部门预算</p><table>{rows}</table></body></html>"
    return read_content(html.encode(), "x.html")


@pytest.mark.parametrize(
    ("attributes", "style"),
    [
        ('style="display:none"', ""),
        ('style="color:red; DISPLAY : none !important"', ""),
        ("hidden", ""),
        ('style="visibility:collapse"', ""),
        ('style="mso-hide:all"', ""),
        ('class="a off"', "/* was */ .on, .off{ display : none }"),
        ('id="gone"', "table > tbody > #gone, table #gone{display:none}"),
        ('data-state="removed"', '@media screen { tr[data-state="removed"] { display:none } }'),
        ("", "tr:nth-child(3){display:none}"),
    ],
)
def test_a_hidden_row_is_left_out_and_told(attributes: str, style: str) -> None:
    read = page(HEAD + row(LAMPS, 3) + row(TREES, 9, attributes) + row(RIVERS, 5), style)
    assert said(read) == BOTH
    assert [(r.kind, r.level) for r in read.remarks] == [("hidden", "notice")]


@pytest.mark.parametrize(
    ("attributes", "style"),
    [
        ('class="off"', "@media print{.off{display:none}}"),
        ('class="off"', ".off:hover{display:none} .off::before{display:none}"),
        ('class="off" style="display:table-row"', ".off{display:none}"),
        ('class="off on"', ".off{display:none} .off.on{display:table-row}"),
        ('class="other"', ".off{display:none}"),
    ],
)
def test_what_is_shown_is_read(attributes: str, style: str) -> None:
    read = page(HEAD + row(LAMPS, 3, attributes) + row(RIVERS, 5), style)
    assert said(read) == BOTH
    assert read.remarks == ()


def test_a_hidden_cell_is_no_column() -> None:
    read = page(HEAD + row(LAMPS, 3) + row(RIVERS, 5, before='<td style="display:none">丙局</td>'))
    assert said(read) == BOTH


def test_hidden_words_in_a_cell() -> None:
    read = page(HEAD + row(f'{LAMPS}<span style="visibility:hidden">勿公开</span>', 3) + row(RIVERS, 5))
    assert said(read) == BOTH


def test_ruby_and_deletions_on_a_page() -> None:
    ruby = "<ruby>路<rp>(</rp><rt><b>lù</b></rt><rp>)</rp>灯<rt>dēng</rt></ruby>维护<del>旧</del>服务"
    assert said(page(HEAD + row(ruby, 3) + row(RIVERS, 5))) == BOTH


def test_cells_over_several_rows_say_the_same_for_each_and_ids_stay_apart() -> None:
    rows = (
        "<tr><td>部门</td><td>项目名称</td><td>年度</td><td>金额（万元）</td></tr>"
        f"<tr><td rowspan=2>甲县城市管理局</td><td>{LAMPS}</td><td rowspan=2>2026</td><td>3</td></tr>"
        f"<tr><td>{RIVERS}</td><td>5</td></tr>"
    )
    read = page(rows)
    assert said(read) == BOTH
    assert [item.id for item in read.items] == ["x-001", "x-002"]
    assert [item.place.cell for item in read.items if item.place] == ["表1!2", "表1!3"]
    assert read.remarks == ()


# -- MHTML ------------------------------------------------------------------------------------------------------

LISTED = f"<html><body><table>{HEAD}{row(LAMPS, 3)}{row(RIVERS, 5)}</table></body></html>"


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
@pytest.mark.parametrize("name", ["page.mhtml", "export.doc"])
def test_a_page_saved_in_one_file(charset: str, name: str) -> None:
    head = (
        'From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="=_x"\r\n\r\n'
        f"--=_x\r\nContent-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    picture = b"\r\n--=_x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--=_x--\r\n"
    data = head.encode() + quopri.encodestring(LISTED.encode(charset)) + picture
    assert said(read_content(data, name)) == BOTH


# -- Word -------------------------------------------------------------------------------------------------------


def cell(text: str, about: str = "", content: str = "") -> str:
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{content or paragraph(text)}</w:tc>"


def table(*rows: str) -> str:
    above = "".join(
        map(
            paragraph,
            ("甲县城市管理局2026年度部门预算公开", "2026年项目支出预算表", "部门：甲县城市管理局 单位：万元"),
        )
    )
    return f"{above}<w:tbl>{''.join(rows)}</w:tbl>"


def line(*cells: str, about: str = "") -> str:
    return (
        f"<w:tr><w:trPr>{about}</w:trPr>{''.join(c if c.startswith('<') else cell(c) for c in cells)}</w:tr>"
    )


def document(body: str, **parts: bytes) -> Disclosure:
    return read_content(packed(body, dict(parts)), "x.docx")


WORD = [(LAMPS, "3.00"), (RIVERS, "5.00")]
TOTAL = line("甲县城市管理局", "8.00")


def amounts(disclosure: Disclosure) -> list[tuple[str, str]]:
    assert disclosure.department == "甲县城市管理局"
    return [(item.title, str(item.amount_wan)) for item in disclosure.items]


HIDDEN = "<w:rPr><w:vanish/></w:rPr>"


@pytest.mark.parametrize(
    "name",
    [
        f"<w:p><w:r><w:t>{LAMPS}</w:t></w:r><w:r>{HIDDEN}<w:t>内部备注勿公开</w:t></w:r></w:p>",
        f'<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>{LAMPS}</w:t></w:r></w:p>',
        f'<w:p><w:del w:id="1"><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins w:id="2"><w:r><w:t>{LAMPS}</w:t></w:r></w:ins></w:p>',
        f'<w:p><w:moveFrom w:id="1"><w:r><w:t>别处</w:t></w:r></w:moveFrom><w:r><w:t>{LAMPS}</w:t></w:r></w:p>',
        f"<w:p><w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>lù dēng</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{LAMPS[:2]}</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>{LAMPS[2:]}</w:t></w:r></w:p>",
        f"<w:p><w:r><w:instrText> DATE </w:instrText></w:r><w:r><w:t>{LAMPS}</w:t></w:r></w:p>",
    ],
)
def test_words_that_are_not_seen(name: str) -> None:
    read = document(
        table(line("项目名称", "合计"), TOTAL, line(cell("", content=name), "3.00"), line(RIVERS, "5.00"))
    )
    assert amounts(read) == WORD
    assert read.remarks == ()


@pytest.mark.parametrize("about", ["<w:hidden/>", '<w:del w:id="1"/>'])
def test_rows_that_are_hidden_or_deleted(about: str) -> None:
    rows = [
        line("项目名称", "合计"),
        TOTAL,
        line(LAMPS, "3.00"),
        line(TREES, "9.00", about=about),
        line(RIVERS, "5.00"),
    ]
    assert amounts(document(table(*rows))) == WORD


def test_text_hidden_by_its_style() -> None:
    styles = (
        '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:style w:type="character" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="Secret"><w:basedOn w:val="Base"/></w:style></w:styles>'
    )
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>'
    )
    name = f'<w:p><w:r><w:t>{LAMPS}</w:t></w:r><w:r><w:rPr><w:rStyle w:val="Secret"/></w:rPr><w:t>勿公开</w:t></w:r></w:p>'
    body = table(line("项目名称", "合计"), TOTAL, line(cell("", content=name), "3.00"), line(RIVERS, "5.00"))
    parts = {"word/styles.xml": styles.encode(), "word/_rels/document.xml.rels": related.encode()}
    assert amounts(read_content(packed(body, parts), "x.docx")) == WORD


def test_columns_that_a_row_leaves_out() -> None:
    rows = [
        line("预算单位", "项目名称", "合计", "一般公共预算"),
        line("甲县城市管理局", "", "8.00", "8.00"),
        line("甲县环卫中心", LAMPS, "3.00", "3.00"),
        line(RIVERS, "5.00", "5.00", about='<w:gridBefore w:val="1"/>'),
    ]
    read = document(table(*rows))
    assert amounts(read) == WORD
    assert {item.unit for item in read.items} == {"甲县环卫中心"}
    assert [(s.name, str(s.amount_wan)) for s in read.subtotals] == [("甲县城市管理局", "8.00")]
    assert read.remarks == ()


def test_cells_merged_downwards_and_across() -> None:
    rows = [
        line(
            cell("预算单位", '<w:vMerge w:val="restart"/>'),
            cell("项目名称", '<w:vMerge w:val="restart"/>'),
            cell("资金", '<w:gridSpan w:val="2"/>'),
        ),
        line(cell("", "<w:vMerge/>"), cell("", "<w:vMerge/>"), "合计", "一般公共预算"),
        line(cell("甲县环卫中心", '<w:vMerge w:val="restart"/>'), LAMPS, "3.00", "3.00"),
        line(cell("", '<w:vMerge w:val="continue"/>'), RIVERS, "5.00", "5.00"),
    ]
    read = document(table(*rows))
    assert amounts(read) == WORD
    assert {item.unit for item in read.items} == {"甲县环卫中心"}


def test_a_name_over_two_rows_holds_for_both() -> None:
    rows = [
        line("项目名称", "资金来源", "金额"),
        line(cell(LAMPS, '<w:vMerge w:val="restart"/>'), "中央", "3.00"),
        line(cell("", "<w:vMerge/>"), "省级", "5.00"),
    ]
    assert amounts(document(table(*rows))) == [(LAMPS, "3.00"), (LAMPS, "5.00")]


def test_an_amount_over_two_rows_is_counted_once_and_told() -> None:
    rows = [
        line("项目名称", "金额"),
        line(LAMPS, cell("8.00", '<w:vMerge w:val="restart"/>')),
        line(RIVERS, cell("", "<w:vMerge/>")),
    ]
    read = document(table(*rows))
    assert amounts(read) == [(LAMPS, "8.00")]
    assert [(r.kind, r.level) for r in read.remarks] == [("row", "error")]


BODY = table(line("项目名称", "合计"), TOTAL, line(LAMPS, "3.00"), line(RIVERS, "5.00"))
TEXT = "2026年项目支出预算表\n部门：甲县城市管理局 单位：万元\n项目名称\t合计\n路灯维护服务\t3.00\n河道保洁服务\t5.00\n"
PAGE = (
    "<html><body>"
    + "".join(f"<p>{escape(t)}</p>" for t in TEXT.split("\n")[:2])
    + "<table>"
    + "".join(
        f"<tr>{''.join(f'<td>{c}</td>' for c in r.split(chr(9)))}</tr>" for r in TEXT.strip().split("\n")[2:]
    )
    + "</table></body></html>"
)
ARCHIVE = (
    b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    + quopri.encodestring(PAGE.encode())
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("afchunk.htm", PAGE.encode()),
        ("afchunk.mht", ARCHIVE),
        ("afchunk.docx", packed(BODY)),
        ("afchunk.txt", TEXT.encode()),
        ("deep.docx", with_chunk("afchunk.htm", PAGE.encode())),
    ],
)
def test_documents_embedded_as_a_whole(name: str, data: bytes) -> None:
    read = read_content(with_chunk(name, data), "x.docx")
    assert amounts(read) == WORD
    assert read.items[0].place and read.items[0].place.cell.startswith("嵌入1")


def test_an_embedded_document_that_is_not_read_is_named() -> None:
    with pytest.raises(GoufuError, match="afchunk.rtf.*RTF"):
        read_content(with_chunk("afchunk.rtf", b"{\\rtf1 x}"), "x.docx")


def test_strict_documents_and_backslashes() -> None:
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed(BODY))) as archive, zipfile.ZipFile(strict, "w") as copy:
        for part in archive.namelist():
            content = archive.read(part)
            for kind in (b"wordprocessingml", b"officeDocument"):
                content = content.replace(
                    b"http://schemas.openxmlformats.org/" + kind + b"/2006/",
                    b"http://purl.oclc.org/ooxml/" + kind + b"/",
                )
            copy.writestr(part, content)
    assert b"purl.oclc.org" in zipfile.ZipFile(strict).read("word/document.xml")
    assert amounts(read_content(strict.getvalue(), "x.docx")) == WORD
    assert amounts(read_content(packed(BODY, rename=lambda part: part.replace("/", "\\")), "x.docx")) == WORD


def test_a_document_as_one_xml_file() -> None:
    parts = []
    with zipfile.ZipFile(io.BytesIO(packed(BODY))) as archive:
        for part in archive.namelist():
            if part.endswith((".rels", "document.xml")):
                content = archive.read(part).decode().partition("?>")[2]
                parts.append(f'<pkg:part pkg:name="/{part}"><pkg:xmlData>{content}</pkg:xmlData></pkg:part>')
    package = f'<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{"".join(parts)}</pkg:package>'
    assert amounts(read_content(package.encode(), "x.xml")) == WORD


@pytest.mark.parametrize(
    ("amount", "left_out"),
    [
        ("<s>2</s>3", 1),
        ("<strike>2</strike> 3", 1),
        ('<span style="text-decoration: red line-through">2</span>3', 1),
        ('<span class="old">2</span>3', 1),
        ("3<sup>1</sup>", 0),
        ("3<sup>[2]</sup>", 0),
        ('3<span style="vertical-align:super">1</span>', 0),
    ],
)
def test_struck_figures_and_marks_of_notes_are_no_digits(amount: str, left_out: int) -> None:
    read = page(
        HEAD + row(LAMPS, 3).replace(">3<", f">{amount}<") + row(RIVERS, 5),
        ".old{text-decoration:line-through}",
    )
    assert said(read) == BOTH
    assert [r.kind for r in read.remarks] == ["hidden"] * left_out


def test_an_exponent_behind_a_letter_stays() -> None:
    assert page(HEAD + row("绿化养护3000m<sup>2</sup>", 3)).items[0].title == "绿化养护3000m2"


@pytest.mark.parametrize("amount", ["3<br>5", "<p>3</p><p>5</p>", "3.5<br/>\n4"])
def test_two_figures_on_two_lines_of_a_cell_are_not_one(amount: str) -> None:
    read = page(HEAD + row(LAMPS, 3).replace(">3<", f">{amount}<"))
    assert [i.amount_wan for i in read.items] == [None]
    assert [(r.kind, r.level) for r in read.remarks] == [("amount", "error")]


@pytest.mark.parametrize(
    "inner", ["<table><tr><td></td></tr></table>", f"<table><tr><td>{RIVERS}</td></tr></table>"]
)
def test_a_table_of_one_text_in_a_cell_is_that_text(inner: str) -> None:
    name = inner if RIVERS in inner else RIVERS + inner
    assert said(page(HEAD + row(LAMPS, 3) + row(name, 5))) == BOTH


def test_headings_over_two_columns_of_a_page_hold_for_both() -> None:
    head = (
        "<tr><th rowspan=2>项目名称</th><th rowspan=2>部门</th><th colspan=2>预算金额（万元）</th></tr>"
        "<tr><th>2025年</th><th>2026年</th></tr>"
    )
    read = page(head + f"<tr><td>{LAMPS}</td><td>甲县城市管理局</td><td>2</td><td>3</td></tr>")
    assert [(i.title, str(i.amount_wan)) for i in read.items] == [(LAMPS, "3.00")]


@pytest.mark.parametrize(
    "amount",
    [
        "<w:r><w:rPr><w:strike/></w:rPr><w:t>2</w:t></w:r><w:r><w:t>3</w:t></w:r>",
        "<w:r><w:rPr><w:dstrike/></w:rPr><w:t>2</w:t></w:r><w:r><w:t>3</w:t></w:r>",
        '<w:r><w:t>3</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>',
    ],
)
def test_struck_figures_and_marks_of_notes_in_word(amount: str) -> None:
    rows = (
        line("项目名称", "部门", "金额（万元）")
        + f"<w:tr>{cell(LAMPS)}{cell('甲县城市管理局')}<w:tc><w:p>{amount}</w:p></w:tc></w:tr>"
    )
    read = document(table(rows))
    assert amounts(read) == [(LAMPS, "3.00")]
    assert [r.kind for r in read.remarks] == (["hidden"] if "strike" in amount else [])


def test_two_figures_in_a_cell_of_word_and_a_deleted_cell() -> None:
    head = line("项目名称", "部门", "金额（万元）")
    two = "<w:tc><w:p><w:r><w:t>3</w:t><w:br/><w:t>5</w:t></w:r></w:p></w:tc>"
    read = document(table(head, f"<w:tr>{cell(LAMPS)}{cell('甲县城市管理局')}{two}</w:tr>"))
    assert read.items == ()
    assert ("row", "error") in [(r.kind, r.level) for r in read.remarks]
    gone = "<w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc>"
    read = document(table(head, f"<w:tr>{cell(LAMPS)}{cell('甲县城市管理局')}{gone}{cell('3')}</w:tr>"))
    assert amounts(read) == [(LAMPS, "3.00")]


@pytest.mark.parametrize(
    ("attributes", "style", "seen"),
    [
        ('style="color:#fff"', "", False),
        ('class="x"', ".x { color: white }", False),
        ('style="background:#036; color:rgb(0, 51, 102)"', "", False),
        ('style="font-size:0"', "", False),
        ('style="color:#fff; background-color:navy"', "", True),
        ('bgcolor="#003366" style="color:white"', "", True),
        ('style="color:red"', "", True),
    ],
)
def test_text_in_the_colour_of_its_ground_is_told_on_a_page(attributes: str, style: str, seen: bool) -> None:
    read = page(HEAD + row(LAMPS, 3) + row(RIVERS, 5, attributes), style)
    assert [name for name, *_ in said(read)] == [LAMPS, RIVERS]
    assert any("看不见" in remark.text and RIVERS in remark.text for remark in read.remarks) is not seen


@pytest.mark.parametrize(
    ("run", "ground", "seen"),
    [
        ('<w:color w:val="FFFFFF"/>', "", False),
        ('<w:color w:val="FFFFFF"/>', '<w:shd w:val="clear" w:fill="1F3864"/>', True),
        ('<w:color w:val="1F3864"/>', '<w:shd w:val="clear" w:fill="1F3864"/>', False),
        ('<w:color w:val="FF0000"/>', "", True),
        ('<w:color w:val="auto"/>', "", True),
    ],
)
def test_text_in_the_colour_of_its_ground_is_told_in_word(run: str, ground: str, seen: bool) -> None:
    def shaded(text: str) -> str:
        return cell("", ground, f"<w:p><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>")

    rows = [line(cell("项目名称"), cell("金额（万元）")), line(cell(LAMPS), cell("3"))]
    read = document(table(*rows, line(shaded(RIVERS), shaded("5"))))
    assert amounts(read) == [(LAMPS, "3.00"), (RIVERS, "5.00")]
    assert any("看不见" in remark.text and RIVERS in remark.text for remark in read.remarks) is not seen


@pytest.mark.parametrize(
    ("font", "fill", "code", "seen"),
    [
        ("FFFFFF", "", "General", False),
        ("FFFFFF", "1F3864", "General", True),
        ("1F3864", "1F3864", "General", False),
        ("000000", "", ";;;", False),
        ("000000", "", "0.00;-0.00;;", True),
        ("FF0000", "", "General", True),
    ],
)
def test_cells_that_cannot_be_seen_are_told(font: str, fill: str, code: str, seen: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for cells in (("项目名称", "金额（万元）"), (LAMPS, 3), (RIVERS, 5)):
        sheet.append(cells)
    sheet["B3"].font = Font(color=f"FF{font}")
    sheet["B3"].number_format = code
    if fill:
        sheet["B3"].fill = PatternFill("solid", fgColor=f"FF{fill}")
    out = io.BytesIO()
    book.save(out)
    read = read_content(out.getvalue(), "清单.xlsx")
    assert [str(item.amount_wan) for item in read.items] == ["3.00", "5.00"]
    assert any("看不见" in remark.text and "B3" in remark.text for remark in read.remarks) is not seen


@pytest.mark.parametrize(
    ("before", "seen"),
    [
        (b"1 1 1 rg\n", False),
        (b"3 Tr\n", False),
        (b"0 0 1 rg -250 0 500 130 re f 1 1 1 rg\n", True),
        (b"0.5 0.5 0.5 rg\n", True),
    ],
)
def test_text_that_nobody_sees_is_told_in_a_pdf(before: bytes, seen: bool) -> None:
    drawing = example_pdf.table(example_pdf.SIMSUN)
    read = read_content(example_pdf.pdf(example_pdf.SIMSUN, before + drawing), "预算.pdf")
    assert [(item.title, str(item.amount_wan)) for item in read.items] == example_pdf.ITEMS
    told = [remark for remark in read.remarks if "看不见" in remark.text]
    if seen:  # the title is above the blue ground
        assert all("1 处" in remark.text for remark in told)
    else:
        assert len(told) == 1 and "1 处" not in told[0].text
