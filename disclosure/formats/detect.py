"""Which format a file really has, by its content: names lie, content seldom does.

Packed formats are looked into without unpacking them, and refused where they would unpack to something no
budget is (a zip bomb), where they are locked, or where they are not what can be read here. Every refusal says
what to do with the file instead.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import check, limit, marks_of
from goufu.disclosure.formats.old_workbook import MARK as _OLE
from goufu.disclosure.formats.old_workbook import weigh

Format = Literal["pdf", "docx", "xlsx", "xls", "ods", "image", "html", "mhtml", "jsonl", "csv", "text"]
#: the formats that are spreadsheets
WORKBOOKS: frozenset[Format] = frozenset({"xlsx", "xls", "ods"})

_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM", b"GIF8", b"RIFF")
_PACKED = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip"}
#: other files by how they begin: what they are, and in what form to save them
_FOREIGN: tuple[tuple[bytes, int, str, str, str], ...] = (
    (b"SQLite format 3", 0, "SQLite 数据库", "an SQLite database", ".xlsx"),
    (b"\x00\x01\x00\x00Standard ", 0, "Access 数据库", "an Access database", ".xlsx"),
    (b"%!PS", 0, "PostScript 打印文件", "a PostScript print file", "PDF"),
    (b"CAJ", 0, "CAJ 文献", "a CAJ document", "PDF"),
    (b"AT&TFORM", 0, "DjVu 扫描文档", "a DjVu document", "PDF"),
    (b"MZ", 0, "Windows 程序", "a Windows program", ""),
    (b"\x7fELF", 0, "Linux 程序", "a Linux program", ""),
    (b"ID3", 0, "录音", "a sound recording", ""),
    (b"ftypheic", 4, "HEIC 照片", "a HEIC photograph", ".jpg"),
    (b"ftypmif1", 4, "HEIC 照片", "a HEIC photograph", ".jpg"),
    (b"ftyp", 4, "视频", "a video", ""),
    (b"ITSF", 0, "CHM 帮助文件", "a CHM help file", "PDF"),
)
#: documents in zips by a part they have
_FOREIGN_ZIPS: tuple[tuple[str, str, str, str], ...] = (
    (r"OFD\.xml", "OFD 版式文件", "an OFD document", "PDF"),
    (r"ppt/presentation\.", "PowerPoint 演示文稿", "a PowerPoint presentation", "PDF"),
    (r"META-INF/container\.xml", "EPUB 电子书", "an EPUB book", "PDF"),
    (r"(?:FixedDocSeq\.fdseq|FixedDocumentSequence)", "XPS 文档", "an XPS document", "PDF"),
    (
        r"Index/(?:Document|Tables/.*)\.iwa|Index\.zip",
        "苹果 Pages 或 Numbers 文档",
        "an Apple Pages or Numbers document",
        ".docx 或 .xlsx",
    ),
    (r"visio/document\.xml", "Visio 绘图", "a Visio drawing", "PDF"),
)
_MIME = re.compile(r"\A(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+", re.ASCII)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|tr|td|div|meta)\b", re.IGNORECASE)


def format_of(data: bytes, name: str = "", where: str = "") -> Format:
    """What `data` is. `name` only distinguishes kinds of text (.csv, .jsonl); `where` is for the refusal.

    Raises GoufuError for packed, locked, damaged and foreign files.
    """
    head = data[:4096]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(data, where)
    if head.startswith(_OLE):
        return _ole_format(data, where)
    for magic, packed in _PACKED.items():
        if head.startswith(magic):
            raise _refused(
                f"这是 {packed} 压缩包，请先解压再读其中的文件",
                f"this is a {packed} archive; unpack it and give the files in it",
                where,
            )
    if head.startswith(_IMAGES) and not (
        head.startswith(b"BM") and head[:512].isascii() and b"\x00" not in head
    ):
        return "image"
    if head.startswith(b"{\\rtf"):
        raise _refused(
            "这是 RTF 文档，请在 Word 或 WPS 中另存为 .docx 再试",
            "this is an RTF document; save it as .docx",
            where,
        )
    for magic, at, what, english, better in _FOREIGN:
        if head.startswith(magic, at) and (magic != b"MZ" or b"\x00" in head):
            raise _foreign(what, english, better, where)
    return _text_format(head, name, where)


def with_forward_slashes(data: bytes) -> bytes:
    """A packed file whose parts are named with backslashes, as some programs write them, with slashes; else `data`."""
    if not data.startswith(b"PK") or b"\\" not in data or data.count(b"PK\x01\x02") > limit("parts"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if not any("\\" in entry.filename for entry in entries) or any(e.flag_bits & 1 for e in entries):
                return data
            _check_size(entries, "")
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
                for entry in entries:
                    copy.writestr(entry.filename.replace("\\", "/"), archive.read(entry))
            return out.getvalue()
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        GoufuError,
    ):
        return data  # `format_of` says why


def _text_format(head: bytes, name: str, where: str) -> Format:
    text = ""
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    bare = not wide and b"\x00" in head  # UTF-16 without its mark
    for encoding in ("utf-16" if wide else "utf-16-le" if bare else "utf-8", "gb18030"):
        text = head.decode(encoding, errors="ignore")
        if text:
            break
    start = text.lstrip("\ufeff \t\r\n")
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise _refused(
            "这是 Excel 2003 的 XML 表格，请在 Excel 或 WPS 中另存为 .xlsx 再试",
            "this is an Excel 2003 XML sheet; save it as .xlsx",
            where,
        )
    if start.startswith("<") and _HTML.search(text):
        return "html"
    if _is_archived_page(start, where):
        return "mhtml"
    if start.startswith(("<?xml", "<pkg:package")):
        return _xml_format(text, where)
    suffix = name.lower().rpartition(".")[2]
    if suffix in ("html", "htm"):
        return "html"
    if (
        start.startswith("{")
        or re.match(r"\[\s*(?:\{|\]\s*\Z)", start)
        or suffix in ("jsonl", "ndjson", "json")
    ):
        return "jsonl"
    return "csv" if suffix == "csv" else "text"


def _is_archived_page(start: str, where: str) -> bool:
    """Whether a text is a page saved in one file (MHTML). Raises GoufuError where it is a letter with attachments."""
    match = _MIME.match(start.replace("\r\n", "\n"))
    headers = match[0].lower() if match else ""
    if "mime-version:" not in headers and "content-type: multipart/" not in headers:
        return False
    if re.search(r"content-type:\s*(?:multipart/(?:related|alternative)|text/html)", headers):
        return True
    raise _refused(
        "这是电子邮件，请打开后另存其中的附件再试",
        "this is an e-mail; save what is attached to it and give that",
        where,
    )


def _xml_format(text: str, where: str) -> Format:
    """What an XML file without a page in it is: a Word document saved in one file, or something not read here."""
    if "http://schemas.microsoft.com/office/2006/xmlPackage" in text:
        if "Word.Document" in text or "/word/document" in text:
            return "docx"
        raise _foreign("Office 的 XML 文件", "an office document as XML", ".docx、.xlsx", where)
    if "schemas.microsoft.com/office/word/2003" in text:
        raise _foreign("Word 2003 的 XML 文档", "a Word 2003 XML document", ".docx", where)
    if re.search(r"<[^<>]{0,40}uof|http://schemas\.uof\.org", text, re.IGNORECASE):
        raise _foreign("标文通（UOF）文档", "a UOF document", ".docx、.xlsx", where)
    raise _foreign("XML 数据文件", "an XML data file", ".xlsx", where)


def _zip_format(data: bytes, where: str) -> Format:
    """What a zip holds, after making sure it unpacks to a bearable size."""
    check("parts", data.count(b"PK\x01\x02"), where)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename.replace("\\", "/") for entry in entries}
            _check_size(entries, where)
            if any(entry.flag_bits & 1 for entry in entries):
                raise _locked(where)
            format_: Format | None = None
            if any(name.startswith("word/document") for name in names):
                format_ = "docx"
            elif any(re.match(r"xl/workbook\.(?:xml|bin)", name) for name in names):
                format_ = "xlsx"
            elif (
                "content.xml" in names and "mimetype" in names and b"spreadsheet" in archive.read("mimetype")
            ):
                format_ = "ods"
            if format_ is not None:
                _weigh(data, format_, entries, where)
                return format_
            for pattern, what, english, better in _FOREIGN_ZIPS:
                if any(re.match(pattern, name) for name in names):
                    raise _foreign(what, english, better, where)
            if "mimetype" in names and archive.read("mimetype").startswith(
                b"application/vnd.oasis.opendocument."
            ):
                raise _foreign("OpenDocument 文档", "an OpenDocument text", ".docx", where)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        raise _refused(
            "文件已损坏或不完整（多半是没有下载完），请重新获取",
            f"the file is damaged or incomplete ({error}); get it again",
            where,
        ) from error
    raise _refused(
        "这是压缩包或不认识的文档，请解压后再读其中的文件，或另存为 .docx、.xlsx、PDF",
        "this is an archive or an unknown document; unpack it, or save it as .docx, .xlsx or PDF",
        where,
    )


def _check_size(entries: list[zipfile.ZipInfo], where: str) -> None:
    """Refuse what would unpack to too much by its own account; `_unpacked` finds out whether that is true."""
    check("unpacked-mb", sum(entry.file_size for entry in entries) >> 20, where)
    for entry in entries:
        if entry.file_size > 10 * 1024 * 1024:
            check("ratio", entry.file_size // max(entry.compress_size, 1), where)


def _unpacked(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of an entry piece by piece, as it is and not as its header says; no more is kept than a piece.

    Raises BadZipFile where it is longer, shorter or other than its header says.
    """
    start = entry.header_offset
    if data[start : start + 4] != b"PK\x03\x04" or len(data) < start + 30:
        raise zipfile.BadZipFile("no entry where the list says")
    name, extra = struct.unpack("<HH", data[start + 26 : start + 30])
    packed = memoryview(data)[start + 30 + name + extra :][: entry.compress_size]
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("packed in a way that office programs do not use")
    unpack = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    size = crc = at = 0
    rest: bytes | memoryview = b""
    while at < len(packed) or rest:
        if not rest:
            rest, at = packed[at : at + _PIECE], at + _PIECE
        if unpack is None:
            piece, rest = bytes(rest), b""
        else:
            piece = unpack.decompress(rest, _PIECE)
            rest = unpack.unconsumed_tail
            if unpack.eof:
                rest, at = b"", len(packed)
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        if size > entry.file_size:
            break
        yield piece
    if size != entry.file_size or crc != entry.CRC or (unpack is not None and not unpack.eof):
        raise zipfile.BadZipFile(f"{entry.filename[:80]} is not what the list says")


#: bytes taken at a time
_PIECE = 1 << 20
#: the address of a cell, however it is written, and whether the cell ends at once; of a number any length, without zeros in front
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']([A-Za-z]+)0*([0-9]*)["'][^<>]*?(/?)>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\br\s*=\s*["']0*([0-9]+)["']""")
#: rows that a sheet can have; a row beyond them is a mistake of the file, whatever stands in it
_LAST_ROW = 1_048_576


def _weigh(data: bytes, format_: Format, entries: list[zipfile.ZipInfo], where: str) -> None:
    """Unpack every part of a document once, and refuse what would not fit in memory when it is read."""
    marks = 0
    for entry in entries:
        name = entry.filename
        if not name.endswith((".xml", ".rels", ".bin", ".vml")) and format_ != "docx":
            continue
        sheet = format_ == "xlsx" and re.match(r"xl/worksheets/[^/]+\.xml", name)
        own = columns = rows = 0
        tail = last = b""
        for piece in _unpacked(data, entry):
            own += marks_of(piece, attributes=not sheet)
            if sheet:
                # one that ends at once is a format without content
                cells = [(letters, row) for letters, row, ends in _CELL.findall(tail + piece) if not ends]
                found = {int(row[:12] or b"0") for _, row in cells}
                found |= {n for n in (int(row[:12]) for row in _ROW.findall(tail + piece)) if n > _LAST_ROW}
                rows = max(rows, *found, 0)
                columns = max([columns, *map(_column_number, {letters[:6].upper() for letters, _ in cells})])
                check("cells", own // 3, where)  # a cell, its value, and a formula or a format
                tail = piece[-200:]
            else:
                check("xml-nodes", marks + own, where)
            last = (last + piece)[-1000:]
        if format_ == "ods" and name == "content.xml" and b"document-content>" not in last:
            raise zipfile.BadZipFile(
                "content.xml ends too soon"
            )  # its reader would wait for the end for ever
        if sheet:
            _check_extent(name, rows, max(columns, 1), where)
        elif format_ == "docx":
            marks += own


def _check_extent(name: str, rows: int, columns: int, where: str) -> None:
    """Refuse a sheet whose few cells lie so far apart that the table between them would not fit."""
    if rows > limit("rows") or rows * columns > limit("cells"):
        sheet = name.rpartition("/")[2]
        raise _refused(
            f"工作表“{sheet}”一直写到第 {rows} 行第 {columns} 列，请删去远处的空白单元格后另存；确需读取请加 --limit cells=数",
            f"the sheet {sheet} runs to row {rows}, column {columns}; delete the stray cells and save it, or raise --limit cells=NUMBER",
            where,
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _ole_format(data: bytes, where: str) -> Format:
    """What an OLE container (the office files of before 2007, and all locked ones) holds."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise _locked(where)
    if has("WordDocument"):
        raise _refused(
            "这是旧版 Word（.doc）或 WPS 文字文档，请另存为 .docx 再试",
            "this is an old Word (.doc) or WPS document; save it as .docx",
            where,
        )
    if has("Workbook") or has("Book"):
        weigh(data, where)
        return "xls"
    if has("PowerPoint Document"):
        raise _foreign("PowerPoint 演示文稿", "a PowerPoint presentation", "PDF", where)
    if has("__properties_version1.0"):
        raise _refused(
            "这是 Outlook 邮件，请打开后另存其中的附件再试",
            "this is an Outlook message; save what is attached to it and give that",
            where,
        )
    raise _refused(
        "这是不认识的旧版 Office 文档，请另存为 .docx、.xlsx 或 PDF 再试",
        "this is an unknown old office document; save it as .docx, .xlsx or PDF",
        where,
    )


def _locked(where: str) -> GoufuError:
    return _refused(
        "文件有密码保护，请用密码打开后另存为不加密的文件再试",
        "the file is protected by a password; open it and save it without one",
        where,
    )


def _foreign(what: str, english: str, better: str, where: str) -> GoufuError:
    """The refusal of a file that is known but not read: what it is, and in what form to save it."""
    if not better:
        return _refused(
            f"这是{what}，不是预算文件，请换一个文件",
            f"this is {english}, no budget; give another file",
            where,
        )
    return _refused(
        f"这是 {what}，请另存为 {better} 再试",
        f"this is {english}; save it as {better.replace(' 或 ', ' or ').replace('、', ' or ')}",
        where,
    )


def _refused(text: str, english: str, where: str) -> GoufuError:
    return GoufuError(f"{text}。", f"{english[:1].upper()}{english[1:]}.", where)
