"""PDF files into lines, page by page: the text layer where there is one, else a picture for the reader of scans.

Only characters, their places and straight ruled lines are taken from a page. Pages come one at a time, so a file
of two thousand pages needs no more memory than one of two. Files that are locked or broken are refused with a
sentence; a broken page is reported and the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as raw
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats import scan
from goufu.disclosure.formats.layout import Glyph, page_rows
from goufu.disclosure.formats.pdf_fonts import no_system_fonts
from goufu.disclosure.formats.pdf_page import (
    MAX_PATHS,
    UNKNOWN,
    page_glyphs,
    page_rules,
    shown_at,
    unseen_texts,
)
from goufu.disclosure.lines import Line, Progress, clean_cell
from goufu.disclosure.model import Corners, Place, Remark

#: pages; a disclosure has a hundred or two
MAX_PAGES = 3_000
#: a page with fewer characters than this and a picture on it is a scan
FEW_GLYPHS = 12
#: dots per inch at which a page is drawn for the reader of scans
SCAN_DPI = 200
#: share of characters without a meaning beyond which a page counts as unreadable
MEANINGLESS = 0.3
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def pdf_lines(
    data: bytes, file: str, where: str, progress: Progress | None = None
) -> tuple[list[Line], list[Remark]]:
    """The lines of the PDF `data` and what could not be read of it. `progress` is called with (pages done, pages).

    Raises GoufuError where the file is locked, broken, too long, or a scan that cannot be read here.
    """
    no_system_fonts()  # before the file is opened: its fonts are found once
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _unopened(str(error), where) from error
    try:
        pages = len(document)
        if pages == 0:
            raise _unopened("no pages", where)
        if pages > MAX_PAGES:
            raise GoufuError(
                f"PDF 有 {pages} 页，超过 {MAX_PAGES} 页，请只留下预算公开的部分。",
                f"The PDF has {pages} pages, more than {MAX_PAGES}; keep only the budget disclosure.",
                where,
            )
        return _pages(document, pages, file, where, progress)
    finally:
        document.close()


@dataclass
class _PageCount:
    """The numbers of the pages that were read as pictures, that could not be, and whose characters have no meaning."""

    pictures: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    meaningless: list[int] = field(default_factory=list)


def _pages(
    document: pypdfium2.PdfDocument, pages: int, file: str, where: str, progress: Progress | None
) -> tuple[list[Line], list[Remark]]:
    lines: list[Line] = []
    remarks: list[Remark] = []
    count = _PageCount()
    for index in range(pages):
        number = index + 1
        place = Place(file, page=number)
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            remarks.append(
                _remark(f"第 {number} 页已损坏，未读", f"page {number} is broken and was not read", place)
            )
            continue
        try:
            rows = _page(page, place, count, remarks)
            lines += (
                Line(tuple(clean_cell(cell) for cell in cells), Place(file, page=number, corners=corners))
                for cells, corners in rows
            )
        except pypdfium2.PdfiumError:
            remarks.append(_remark(f"第 {number} 页读不出来", f"page {number} could not be read", place))
        finally:
            page.close()
        if progress is not None:
            progress(number, pages)
    return lines, [*remarks, *_page_remarks(count, pages, bool(lines), file, where)]


def _page(
    page: pypdfium2.PdfPage, place: Place, count: _PageCount, remarks: list[Remark]
) -> list[tuple[tuple[str, ...], Corners]]:
    """The rows of a page with their corners: its text, or what is recognised in a picture of it; none where neither can be read."""
    number = place.page or 0
    glyphs, rotation = page_glyphs(page)
    share, drawn = _without_meaning(page, glyphs)
    scanned = len(glyphs) < FEW_GLYPHS and _has_picture(page)
    if not scanned and share <= MEANINGLESS:
        shown = shown_at(page, rotation)
        rows = [
            (row.cells, shown(row.x0, row.y0, row.x1, row.y1))
            for row in page_rows(glyphs, page_rules(page, rotation))
        ]
        if share:
            remarks.append(_some_without_meaning(number, place))
        if unseen := unseen_texts(page):
            remarks.append(
                _remark(
                    f"第 {number} 页有 {unseen} 处字看不见（白色，或不显示），也读了，请核对",
                    f"{unseen} pieces of text on page {number} cannot be seen (white, or not drawn) and were read as well; check them",
                    place,
                )
            )
        return rows
    reader = _scan_reader() if scanned or drawn else None
    if reader:
        count.pictures.append(number)
        found: list[tuple[tuple[str, ...], Corners]] = reader(
            page.render(scale=_scale(page), rev_byteorder=True).to_numpy()
        )
        return found
    (count.unread if scanned else count.meaningless).append(number)
    return []


def _page_remarks(count: _PageCount, pages: int, any_lines: bool, file: str, where: str) -> Iterator[Remark]:
    """What is to be said of pages without a text layer. Raises GoufuError where nothing of the file could be read."""
    if count.pictures:
        yield scan.recognised(Place(file, page=count.pictures[0]))
    if count.unread:
        if len(count.unread) == pages or not any_lines:
            raise scan.no_ocr(where)
        shown = _some_pages(count.unread)
        yield _remark(
            f"第 {shown} 页是扫描图片，未读；安装 goufu[ocr] 后可读",
            f"pages {shown} are scans and were not read; install goufu[ocr] to read them",
            Place(file, page=count.unread[0]),
        )
    if count.meaningless:
        chinese, english = _no_meaning(count.meaningless)
        if not any_lines:
            raise GoufuError(chinese, english, where)
        yield Remark("file", "warning", chinese, english, Place(file, page=count.meaningless[0]))


def _some_pages(pages: list[int]) -> str:
    return "、".join(map(str, pages[:8])) + ("…" if len(pages) > 8 else "")


def _no_meaning(pages: list[int]) -> tuple[str, str]:
    """The sentence, in Chinese and English, for pages whose characters can be looked at but not read."""
    shown = _some_pages(pages)
    return (
        f"第 {shown} 页的文字只能看、取不出来：所用字体没有文字对照表（ToUnicode），未读。请用原来的软件（Word、WPS 等）"
        "重新“另存为 PDF”；也可以打印后扫描，装上 goufu[ocr] 再读。",
        f"The text of pages {shown} can be seen but not read: its font comes without a table of characters "
        "(ToUnicode). Save the document as PDF again from the program it was written in (Word, WPS …), or print "
        "and scan it and install goufu[ocr].",
    )


def _some_without_meaning(number: int, place: Place) -> Remark:
    return _remark(
        f"第 {number} 页有的字所用字体没有文字对照表（ToUnicode），读出来是“{UNKNOWN}”，请对照原件",
        f"some characters of page {number} are in a font without a table of characters (ToUnicode) and read as "
        f"{UNKNOWN}; compare with the original",
        place,
    )


def _without_meaning(page: pypdfium2.PdfPage, glyphs: Sequence[Glyph]) -> tuple[float, bool]:
    """The share of a page's characters that the file gives no meaning to, and whether it brings their shapes.

    A character of a private area of Unicode (E000–F8FF) has no meaning either; as a bullet it is common, so it
    counts only towards a page that is full of them.
    """
    text = "".join([glyph.text for glyph in glyphs])
    unknown, private = text.count(UNKNOWN), len(_PRIVATE.findall(text))
    if glyphs and not unknown and private <= MEANINGLESS * len(glyphs):
        return 0.0, False
    drawn, lost = True, 0
    textpage = page.get_textpage()
    try:
        for n, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=4)):
            if n > MAX_PATHS:
                break
            if raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(found)) != 1:
                # in the stand-in every character has ink, so that pdfium only leaves out what has no meaning
                lost += raw.FPDFTextObj_GetText(found, textpage, None, 0) <= 2
                drawn = False
    finally:
        textpage.close()
    count = len(glyphs) + lost
    return (unknown + private + lost) / count if count else 0.0, drawn


def _scan_reader() -> Any:
    """The function that reads a picture, or False where the extra is not installed."""
    return scan.picture_rows if scan.available() else False


def _scale(page: pypdfium2.PdfPage) -> float:
    """Scale at which a page is drawn: SCAN_DPI, but never a picture of more than about 20 million dots."""
    width, height = page.get_size()
    limit: float = (20_000_000 / max(width * height, 1)) ** 0.5
    return min(SCAN_DPI / 72, limit)


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    for n, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)):
        left, bottom, right, top = found.get_bounds()
        width, height = page.get_size()
        if (right - left) * (top - bottom) > 0.2 * width * height:
            return True
        if n > 200:
            return True  # a page pieced together from strips
    return False


def _remark(text: str, english: str, place: Place) -> Remark:
    return Remark("file", "warning", f"{text}。", f"{english[:1].upper()}{english[1:]}.", place)


def _unopened(reason: str, where: str) -> GoufuError:
    if "assword" in reason or "ecurity" in reason:
        return GoufuError(
            "PDF 有密码保护，请用密码打开后另存为不加密的 PDF 再试。",
            "The PDF is protected by a password; open it and save it without one.",
            where,
        )
    return GoufuError(
        "PDF 已损坏或不完整，打不开，请重新下载或重新导出。",
        f"The PDF is damaged or incomplete and cannot be opened ({reason}); download or export it again.",
        where,
    )
