"""Small sound documents of every format, and ways to spoil them: what the fuzzing reads.

`seeds` are made, not found, so that every one of them is known to be read well before it is spoiled. `spoiled` takes
a seed and a source of chance and gives what a broken download, a broken program or an ill-willed sender might:
flipped bytes, cut ends, doubled or swapped parts, figures and names beyond all bounds.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from functools import cache
from typing import Any

import old_workbooks

ROWS = [("城区道路清扫保洁服务", "120.50"), ("公文印刷服务", "3.00"), ("数字城管平台运维", "45.60")]
ITEMS = len(ROWS)

#: what stands in place of a figure or a value of an attribute
EXTREMES = (
    *("0", "-1", "²", "１２", "1e308", "1e-999", "NaN", "9" * 20, "9" * 5000, "0x1F", "", " ", "1,2,3", "٣"),
    *("A1048576", "XFD1", "../../x", "x" * 70_000, "\ufffe", "&amp;" * 50, "true", "#REF!", "１．５万元"),
)


def _table(head: str = "") -> list[str]:
    total = sum(float(amount) for _, amount in ROWS)
    return [
        "某县城市管理局2026年部门预算公开",
        "表七 2026年项目支出预算表",
        "单位：万元",
        f"项目名称{head}\t合计",
        f"某县城市管理局\t{total:.2f}",
        *(f"{title}\t{amount}" for title, amount in ROWS),
    ]


def _page() -> str:
    rows = "".join(
        f"<tr><td colspan=1>{title}</td><td rowspan='1'>{amount}</td></tr>" for title, amount in ROWS
    )
    return (
        "<html><head><meta charset='utf-8'><style>.h{display:none} td>p:first-child{margin:0}</style></head><body>"
        "<h1>2026年项目支出预算表</h1><p>单位：万元</p><table><tr><th>项目名称</th><th>合计</th></tr>"
        f"<tr><td>某县城市管理局</td><td>169.10</td></tr>{rows}</table><p class=h>隐</p></body></html>"
    )


def _docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph("2026年项目支出预算表")
    document.add_paragraph("单位：万元")
    table = document.add_table(rows=0, cols=2)
    for cells in [("项目名称", "合计"), ("某县城市管理局", "169.10"), *ROWS]:
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(1, 0))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["项目名称", "部门", "年度", "金额（万元）", "合同期限"])
    for title, amount in ROWS:
        sheet.append([title, "某县城市管理局", 2026, float(amount), "一年"])
    sheet.column_dimensions["E"].hidden = True
    sheet["D2"].number_format = '0.00"万元"'
    sheet.merge_cells("B2:B4")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _xls() -> bytes:
    rows = [("项目名称", "部门", "年度", "金额（万元）")]
    rows += [(title, "某县城市管理局", "2026", amount) for title, amount in ROWS]
    cells = [(n, column, value) for n, row in enumerate(rows) for column, value in enumerate(row)]
    return old_workbooks.workbook([old_workbooks.sheet(cells)])


def _ods() -> bytes:
    cells = "".join(
        "<table:table-row table:number-rows-repeated='1'>"
        + "".join(
            f"<table:table-cell office:value-type='string' table:number-columns-repeated='1'><text:p>{cell}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in [("项目名称", "部门", "金额（万元）"), *((t, "某县城市管理局", a) for t, a in ROWS)]
    )
    content = (
        "<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
        "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'>"
        f"<office:body><office:spreadsheet><table:table table:name='表'>{cells}</table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'>"
        f"<manifest:file-entry manifest:full-path='/' manifest:media-type='{kind}'/></manifest:manifest>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in (
            ("mimetype", kind),
            ("content.xml", content),
            ("META-INF/manifest.xml", manifest),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def _pdf() -> bytes:
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("body", fontName="STSong-Light", fontSize=10, leading=14)
    cells = [
        [Paragraph(cell, style) for cell in row]
        for row in [("项目名称", "合计"), ("某县城市管理局", "169.10"), *ROWS]
    ]
    buffer = io.BytesIO()
    grid: Any = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    SimpleDocTemplate(buffer, pagesize=A4, invariant=1).build(
        [
            Paragraph("2026年项目支出预算表", style),
            Paragraph("单位：万元", style),
            Table(cells, [300, 90], style=grid),
        ]
    )
    return buffer.getvalue()


@cache
def seeds() -> dict[str, bytes]:
    """A sound document of ITEMS items by its file name, for every format that is read without extras."""
    records = [
        f'{{"id": "{n}", "title": "{title}", "department": "某县城市管理局", "year": 2026, "amount_wan": {amount}}}'
        for n, (title, amount) in enumerate(ROWS, 1)
    ]
    csv = ["项目名称,部门,年度,金额（万元）", *(f"{t},某县城市管理局,2026,{a}" for t, a in ROWS)]
    archive = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{_page()}\n--b--\n"
    )
    return {
        "a.txt": "\n".join(_table()).encode(),
        "a.md": "\n".join("| " + " | ".join(line.split("\t")) + " |" for line in _table()).encode(),
        "wide.txt": "\n".join(_table()).encode("utf-16"),
        "gb.txt": "\n".join(_table()).encode("gb18030"),
        "a.csv": "\n".join(csv).encode("utf-8-sig"),
        "a.jsonl": "\n".join(records).encode(),
        "a.json": f"[{','.join(records)}]".encode(),
        "a.html": _page().encode(),
        "a.mhtml": archive.encode(),
        "a.docx": _docx(),
        "a.xlsx": _xlsx(),
        "a.xls": _xls(),
        "a.ods": _ods(),
        "a.pdf": _pdf(),
    }


def spoiled(name: str, data: bytes, chance: random.Random) -> bytes:
    """The document `data` spoilt in one to three ways."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if data.startswith(b"PK") and chance.random() < 0.75:
            data = _repacked(data, chance)
        elif name.endswith(".pdf") or data.startswith(b"PK") or chance.random() < 0.5:
            data = _bytes(data, chance)
        else:
            data = _text(data, chance)
    return data


def _bytes(data: bytes, chance: random.Random) -> bytes:
    size = max(len(data), 1)
    at, end = sorted((chance.randrange(size), chance.randrange(size)))
    end = min(end, at + 2000)
    way = chance.randrange(7)
    if way == 0:
        flipped = bytearray(data)
        for _ in range(chance.choice((1, 5, 50))):
            if flipped:
                flipped[chance.randrange(len(flipped))] = chance.randrange(256)
        return bytes(flipped)
    if way == 1:
        return data[:at]
    if way == 2:
        return data[:at] + data[end:]
    if way == 3:
        return data[:end] + data[at:end] * chance.choice((1, 2, 200)) + data[end:]
    if way == 4:
        return data[:at] + chance.randbytes(chance.choice((1, 8, 300))) + data[at:]
    if way == 5:
        other = chance.choice(list(seeds().values()))
        return data[:at] + other[len(other) * at // size :]
    return re.sub(rb"(?<=[ /<(\[])\d{1,6}(?=[ />)\]])", lambda m: _figure(m, chance, 0.1), data)


def _figure(match: re.Match[bytes], chance: random.Random, often: float) -> bytes:
    return (
        chance.choice((b"0", b"-1", b"99999999", b"4294967296", b"1e9"))
        if chance.random() < often
        else match[0]
    )


def _text(data: bytes, chance: random.Random) -> bytes:
    """Marks, figures and values exchanged, doubled and nested, as text in whatever encoding lets bytes through."""
    text = data.decode("latin-1")
    way = chance.randrange(8)
    extreme = chance.choice(EXTREMES).encode("utf-8", "surrogatepass").decode("latin-1")
    if way == 0:
        return _one(r"\d+(?:\.\d+)?", text, extreme, chance)
    if way == 1:
        return _one(r"(?<==['\"])[^'\"]*(?=['\"])", text, extreme, chance)
    if way == 2:
        return _one(
            r"<[^<>]+>",
            text,
            chance.choice(("", "<", "]]>", "<!--", "<![CDATA[", "&lol;", "<x" * 300)),
            chance,
        )
    if way == 3:  # a stretch from mark to mark, doubled, even many times
        places = [m.start() for m in re.finditer(r"[<{\n]", text)] or [0]
        a, b = sorted((chance.choice(places), chance.choice(places)))
        b = min(b, a + 5000)
        return (text[:b] + text[a:b] * chance.choice((1, 3, 100)) + text[b:]).encode("latin-1")
    if way == 4:
        return _one(
            r"[\u0080-\u00ff]{3}",
            text,
            chance.choice(("\xed\xa0\x80", "\xff", "\x00", "\\ud800", "\u0085")),
            chance,
        )
    if way == 5:
        return _one(
            r"charset=['\"]?[\w-]+|encoding=['\"][\w-]+",
            text,
            "charset="
            + chance.choice(
                ("no-such", "idna", "rot13", "utf-7", "unicode_escape", "utf-16", "undefined", "big5", "zlib")
            ),
            chance,
        )
    if way == 6:
        deep = chance.choice((10, 300, 20_000))
        return _one(
            r"[<{\t,]",
            text,
            chance.choice(("<div>", "[", '{"title":', "<table><tr><td>", '"', "\t", ",")) * deep,
            chance,
        )
    places = [m.start() for m in re.finditer(r"[<>{}\n,\t]", text)] or [0]
    a, b = sorted((chance.choice(places), chance.choice(places)))
    return (text[:a] + text[b:]).encode("latin-1")  # fmt: skip


def _one(pattern: str, text: str, new: str, chance: random.Random) -> bytes:
    """One of the places where `pattern` stands replaced, or, one time in five, all of them."""
    found = list(re.finditer(pattern, text))
    if not found:
        return text.encode("latin-1", "replace")
    chosen = found if chance.random() < 0.2 else [chance.choice(found)]
    parts, end = [], 0
    for match in chosen[:100]:
        parts += [text[end : match.start()], new]
        end = match.end()
    return "".join([*parts, text[end:]]).encode("latin-1", "replace")


def _repacked(data: bytes, chance: random.Random) -> bytes:
    """The zip with a part spoilt, doubled, dropped, renamed, exchanged for another, or huge."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except Exception:  # spoilt before
        return _bytes(data, chance)
    if not parts:
        return _bytes(data, chance)
    # mostly the parts that hold the content
    telling = [
        n for n, (name, _) in enumerate(parts) if re.search(r"sheet\d|document\.xml|content\.xml", name)
    ]
    n = chance.choice(telling) if telling and chance.random() < 0.6 else chance.randrange(len(parts))
    name, content = parts[n]
    way = chance.randrange(10)
    if way < 5:
        parts[n] = (name, _text(content, chance) if chance.random() < 0.8 else _bytes(content, chance))
    elif way == 5:
        parts.append((name, content))
    elif way == 6:
        del parts[n]
    elif way == 7:
        other = chance.randrange(len(parts))
        parts[n], parts[other] = (name, parts[other][1]), (parts[other][0], content)
    elif way == 8:
        parts[n] = (
            chance.choice(("../" + name, name.upper(), name.replace("/", "\\"), name + "\0", "/" + name)),
            content,
        )
    else:
        opened = re.search(rb"<(?:w:tr|w:p|row|c|table:table-row)\b[^<>]*?(?:/>|>)", content)
        piece = opened[0] if opened else b"<x/>"
        if not piece.endswith(b"/>"):
            piece = piece[:-1] + b"/>"
        at = opened.start() if opened else len(content) // 2
        parts[n] = (name, content[:at] + piece * chance.choice((2, 1000, 300_000)) + content[at:])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(
                zipfile.ZipInfo(name[:60_000] or "x", (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()  # fmt: skip


def generated(number: int, seed: int = 1) -> tuple[str, bytes]:
    """The input of that number of a series: its file name and its bytes, the same on every run."""
    chance = random.Random(f"{seed} {number}")
    name = chance.choice(sorted(seeds()))
    return name, spoiled(name, seeds()[name], chance)
