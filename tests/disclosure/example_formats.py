"""The example disclosures in other formats: real PDF tables, Word tables, sheets, pages, and a scan of the PDF.

For tests only. Each maker takes the text of an example and gives the bytes of a file that a department might
have published: cells that run over several columns are merged, long names wrap, tables break over pages.
"""

from __future__ import annotations

import importlib.util
import io
import quopri
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from disclosure_mixtures import with_chunk

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
STEMS = (
    "孝义市人民政府办公室2026",
    "孝义市人力资源和社会保障局2026",
    "孝义市行政审批服务管理局2025",
    "孝义市城市管理局2026",
)

Block = str | list[list[str]]


def blocks(stem: str, catalogs: bool = False) -> list[Block]:
    """The example as paragraphs and tables, in order; without the catalog it attaches unless wanted."""
    text = (EXAMPLES / f"{stem}.txt").read_text("utf-8")
    if not catalogs:
        head = re.split(r"\n(?:# )?山西省财政厅文件\n", text)[0]
        text = f"{head}\n第四部分 名词解释\n"
    found: list[Block] = []
    for raw in text.split("\n"):
        line = raw.replace("**", "").lstrip("# ").replace("<b>", "").replace("</b>", "")
        if "\t" in line and line.strip():
            cells = [cell.strip() for cell in line.split("\t")]
            if found and isinstance(found[-1], list):
                found[-1].append(cells)
            else:
                found.append([cells])
        elif line.strip():
            found.append(line.strip())
        elif found and isinstance(found[-1], list):
            found.append("")
    return [_squared(block) if isinstance(block, list) else block for block in found if block]


def _squared(rows: list[list[str]]) -> list[list[str]]:
    width = max(len([1 for _ in row]) for row in rows)
    rows = [row + [""] * (width - len(row)) for row in rows]
    while width > 1 and not any(row[width - 1] for row in rows):
        width -= 1
        rows = [row[:width] for row in rows]
    return rows


def spans(rows: Sequence[Sequence[str]]) -> list[tuple[int, int, int, int]]:
    """Cells to merge, as (row, first column, last row, last column): headings over the funds, values of forms."""
    merged = []
    for r, row in enumerate(rows):
        if len([c for c in row if c]) == 2 and row[0] and r and "项目" in row[0]:
            first = next(i for i, c in enumerate(row) if c and i)
            merged.append((r, first, r, len(row) - 1))
        for c, cell in enumerate(row):
            if "财政拨款" in cell and "年" in cell and r + 1 < len(rows):
                last = c
                while last + 1 < len(row) and not row[last + 1] and rows[r + 1][last + 1]:
                    last += 1
                if last > c:
                    merged.append((r, c, r, last))
    return merged


@cache
def as_xlsx(stem: str) -> bytes:
    """One sheet for each stretch of twelve tables, as converters make them; figures as numbers."""
    import openpyxl
    from goufu.disclosure.amounts import parse_amount

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "公开"
    for n, block in enumerate(blocks(stem)):
        if n and n % 60 == 0:
            sheet = book.create_sheet(f"公开{n // 60 + 1}")
        if isinstance(block, str):
            sheet.append([block])
            continue
        start = sheet.max_row + 1
        for row in block:
            sheet.append([_number(cell, parse_amount(cell)) for cell in row])
        for r0, c0, r1, c1 in spans(block):
            if not any(
                block[r][c] for r in range(r0, r1 + 1) for c in range(c0, c1 + 1) if (r, c) != (r0, c0)
            ):
                sheet.merge_cells(
                    start_row=start + r0, start_column=c0 + 1, end_row=start + r1, end_column=c1 + 1
                )
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _number(cell: str, amount: Any) -> Any:
    if amount is None or len(cell) > 12:
        return cell or None
    return float(amount)


@cache
def as_docx(stem: str) -> bytes:
    """A Word document with real tables."""
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    for block in blocks(stem):
        if isinstance(block, str):
            document.add_paragraph(block)
        else:
            document.element.body.insert_element_before(parse_xml(_word_table(block)), "w:sectPr")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _word_table(rows: list[list[str]]) -> str:
    """The table in Word's XML; the library itself would take ten times as long over cells and merging."""
    over = {(r0, c0): c1 - c0 + 1 for r0, c0, _, c1 in spans(rows)}
    parts = [
        '<w:tbl xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:type="auto" w:w="0"/></w:tblPr>'
        f"<w:tblGrid>{'<w:gridCol/>' * len(rows[0])}</w:tblGrid>"
    ]
    for r, row in enumerate(rows):
        parts.append("<w:tr>")
        c = 0
        while c < len(row):
            wide = over.get((r, c), 1)
            span = f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else ""
            text = f'<w:r><w:t xml:space="preserve">{escape(row[c])}</w:t></w:r>'
            parts.append(f"<w:tc><w:tcPr>{span}</w:tcPr><w:p>{text}</w:p></w:tc>")
            c += wide
        parts.append("</w:tr>")
    return "".join([*parts, "</w:tbl>"])


@cache
def as_html(stem: str, encoding: str = "utf-8") -> bytes:
    """A page with tables; cells over several columns have a colspan."""
    parts = [f'<html><head><meta charset="{encoding}"><style>p{{margin:0}}</style></head><body>']
    for block in blocks(stem):
        if isinstance(block, str):
            parts.append(f"<p>{escape(block)}</p>")
            continue
        over = {(r0, c0): c1 - c0 + 1 for r0, c0, _, c1 in spans(block)}
        parts.append("<table border=1><tbody>")
        for r, row in enumerate(block):
            cells, c = [], 0
            while c < len(row):
                wide = over.get((r, c), 1)
                attribute = f' colspan="{wide}"' if wide > 1 else ""
                cells.append(f"<td{attribute}><span>{escape(row[c])}</span></td>")
                c += wide
            parts.append(f"<tr>{''.join(cells)}</tr>")
        parts.append("</tbody></table>")
    parts.append("<script>var x = '项目支出预算表';</script></body></html>")
    return "\n".join(parts).encode(encoding)


def as_mhtml(stem: str) -> bytes:
    """The same page saved in one file, as browsers and office systems do, in GBK."""
    head = (
        'From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=_x"\r\n\r\n'
        "--=_x\r\nContent-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + quopri.encodestring(as_html(stem, "gb18030")) + b"\r\n--=_x--\r\n"


def as_line(stem: str) -> bytes:
    """The same page written on one line, as systems hand it out."""
    return as_html(stem).replace(b"\n", b"")


def as_strict(stem: str) -> bytes:
    """The Word document as "Strict Open XML": ISO's namespaces."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_docx(stem))) as archive, zipfile.ZipFile(buffer, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xml", ".rels")):
                for part in (b"wordprocessingml", b"officeDocument", b"drawingml"):
                    old = b"http://schemas.openxmlformats.org/" + part + b"/2006/"
                    content = content.replace(old, b"http://purl.oclc.org/ooxml/" + part + b"/")
            copy.writestr(name, content)
    return buffer.getvalue()


def as_chunk(stem: str) -> bytes:
    """A Word document that holds nothing but the page, as office systems export them (altChunk)."""
    return with_chunk("afchunk.htm", as_html(stem))


@cache
def font() -> Path | None:
    """A Chinese TrueType font: the one a development package brings, else one of this machine's."""
    found = importlib.util.find_spec("zhplot")
    if found is not None and found.submodule_search_locations:
        path = Path(found.submodule_search_locations[0]) / "fonts" / "NotoSansSC-Regular.ttf"
        if path.exists():
            return path
    for name in (
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "/Library/Fonts/Arial Unicode.ttf",
        "C:/Windows/Fonts/simhei.ttf",
    ):
        if Path(name).exists():
            return Path(name)
    return None


@cache
def as_pdf(stem: str, embed: bool = False, ruled: bool = True, limit: int | None = None) -> bytes:
    """A PDF with real tables: landscape pages, names that wrap, tables over several pages with headers again.

    `embed` draws with a font that a picture can be made of; `limit` is how many blocks are drawn, where not all.
    """
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

    if embed:
        path = font()
        assert path is not None
        if "scan" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont("scan", str(path)))
        name = "scan"
    else:
        name = "STSong-Light"
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(name))
    body = ParagraphStyle("body", fontName=name, fontSize=10.5, leading=16, wordWrap="CJK")
    small = ParagraphStyle("cell", fontName=name, fontSize=9, leading=12, wordWrap="CJK")
    tiny = ParagraphStyle("tiny", fontName=name, fontSize=6, leading=7, wordWrap="CJK")
    size = landscape(A4)
    story: list[Any] = []
    for block in blocks(stem)[:limit]:
        if isinstance(block, str):
            story.append(Paragraph(escape(block), body))
            continue
        width = size[0] - 100
        first = 0.34 if block[0][0].startswith("项目名称") and "合计" in block[0] else 1 / len(block[0])
        widths = [width * first] + [width * (1 - first) / max(len(block[0]) - 1, 1)] * (len(block[0]) - 1)
        style = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        if ruled:
            style.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))  # type: ignore[arg-type]
            style += [("SPAN", (c0, r0), (c1, r1)) for r0, c0, r1, c1 in spans(block)]  # type: ignore[misc]
        heads = 3 if "合计" in block[0] and len(block) > 3 else 0
        cells = [
            [Paragraph(escape(cell), tiny if len(cell) > 120 else small) if cell else "" for cell in row]
            for row in block
        ]
        story.append(Table(cells, widths, repeatRows=heads, style=TableStyle(style), splitInRow=0))
    buffer = io.BytesIO()
    SimpleDocTemplate(
        buffer, pagesize=size, leftMargin=50, rightMargin=50, topMargin=45, bottomMargin=45
    ).build(story, onFirstPage=_footer(name), onLaterPages=_footer(name))
    return buffer.getvalue()


def _footer(name: str) -> Any:
    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont(name, 9)
        canvas.drawCentredString(420, 25, f"— {document.page} —")

    return draw


def as_scan(pdf: bytes, dpi: int = 200, seed: int = 7) -> bytes:
    """A PDF of pictures only: the pages drawn, turned a little, greyed and specked as a scanner does."""
    import numpy as np
    import pypdfium2
    from PIL import Image

    random = np.random.default_rng(seed)
    document = pypdfium2.PdfDocument(pdf)
    images = []
    for page in document:
        image = page.render(scale=dpi / 72).to_pil().convert("L")
        angle = float(random.uniform(-0.6, 0.6))
        image = image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
        grey = np.asarray(image, dtype=np.float32)
        grey = np.clip(grey * 0.88 + 20 + random.normal(0, 7, grey.shape), 0, 255)
        images.append(Image.fromarray(grey.astype(np.uint8)))
    buffer = io.BytesIO()
    images[0].save(buffer, "PDF", save_all=True, append_images=images[1:], resolution=dpi, quality=60)
    return buffer.getvalue()
