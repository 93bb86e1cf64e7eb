"""PDF files into lines, page by page: the text layer where there is one, else a picture for the reader of scans.

Only characters, their places and straight ruled lines are taken from a page. Pages come one at a time, so a file
of two thousand pages needs no more memory than one of two. Files that are locked or broken are refused with a
sentence; a broken page is reported and the others are read.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from catalog.errors import GoufuError
from disclosure.layout import Glyph, Rule, page_rows
from disclosure.lines import Line, clean_cell
from disclosure.model import Place, Remark

if TYPE_CHECKING:
    import pypdfium2

#: pages; a disclosure has a hundred or two
MAX_PAGES = 3_000
#: characters of one page; more is no printed page
MAX_GLYPHS = 60_000
#: drawn paths looked at on one page; more is a map or a drawing
MAX_PATHS = 20_000
#: a page with fewer characters than this and a picture on it is a scan
FEW_GLYPHS = 12
#: points; a filled rectangle thinner than this is a ruled line
THIN = 2.5
#: dots per inch at which a page is drawn for the reader of scans
SCAN_DPI = 200

_BLANK = frozenset({0xA0, 0x3000, 0xFFFE, 0xFFFF, 0xFEFF})

Progress = Callable[[int, int], None]


def pdf_lines(
    data: bytes, file: str, where: str, progress: Progress | None = None
) -> tuple[list[Line], list[Remark]]:
    """The lines of the PDF `data` and what could not be read of it. `progress` is told (pages done, pages).

    Raises GoufuError where the file is locked, broken, too long, or a scan that cannot be read here.
    """
    import pypdfium2

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


def _pages(
    document: pypdfium2.PdfDocument, pages: int, file: str, where: str, progress: Progress | None
) -> tuple[list[Line], list[Remark]]:
    import pypdfium2

    lines: list[Line] = []
    remarks: list[Remark] = []
    unread: list[int] = []
    pictures: list[int] = []
    reader: Any = None
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
            glyphs, rotation = page_glyphs(page)
            if len(glyphs) >= FEW_GLYPHS or not _has_picture(page):
                rows = page_rows(glyphs, page_rules(page, rotation))
            else:
                if reader is None:
                    reader = _scan_reader()
                if reader is False:
                    unread.append(number)
                    rows = []
                else:
                    pictures.append(number)
                    rows = reader(page.render(scale=_scale(page), rev_byteorder=True).to_numpy())
            lines += (Line(tuple(clean_cell(cell) for cell in row), place) for row in rows)
        except pypdfium2.PdfiumError:
            remarks.append(_remark(f"第 {number} 页读不出来", f"page {number} could not be read", place))
        finally:
            page.close()
        if progress is not None:
            progress(number, pages)
    if pictures:
        from disclosure.scan import read_by_eye

        remarks.append(read_by_eye(Place(file, page=pictures[0])))
    if unread:
        if len(unread) == pages or not lines:
            raise no_ocr(where)
        shown = "、".join(map(str, unread[:8])) + ("…" if len(unread) > 8 else "")
        remarks.append(
            _remark(
                f"第 {shown} 页是扫描图片，未读；安装 goufu[ocr] 后可读",
                f"pages {shown} are scans and were not read; install goufu[ocr] to read them",
                Place(file, page=unread[0]),
            )
        )
    return lines, remarks


def no_ocr(where: str) -> GoufuError:
    """The sentence for a scan where the reader of scans is not installed."""
    return GoufuError(
        "这是扫描件（没有文字层），需要文字识别：请先运行 pip install 'goufu[ocr]' 再试。",
        "This is a scan (it has no text layer) and needs OCR: run pip install 'goufu[ocr]' first.",
        where,
    )


def _scan_reader() -> Any:
    """The function that reads a picture, or False where the extra is not installed."""
    from disclosure.scan import available, picture_rows

    return picture_rows if available() else False


def _scale(page: pypdfium2.PdfPage) -> float:
    """Scale at which a page is drawn: SCAN_DPI, but never a picture of more than about 20 million dots."""
    width, height = page.get_size()
    limit: float = (20_000_000 / max(width * height, 1)) ** 0.5
    return min(SCAN_DPI / 72, limit)


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    import pypdfium2.raw as raw

    for n, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)):
        left, bottom, right, top = found.get_bounds()
        width, height = page.get_size()
        if (right - left) * (top - bottom) > 0.2 * width * height:
            return True
        if n > 200:
            return True  # a page pieced together from strips
    return False


def page_glyphs(page: pypdfium2.PdfPage) -> tuple[list[Glyph], int]:
    """The characters of a page as if most of them stood upright, y running down, and the turn this took.

    What counts is how the characters lie on the page, whatever turn the file prescribes for looking at it.

    Radicals and compatibility forms that some fonts are mapped to (⼈ for 人) become the usual characters.
    """
    import pypdfium2.raw as raw

    textpage = page.get_textpage()
    try:
        count = min(textpage.count_chars(), MAX_GLYPHS)
        rotation, mixed = _lie(textpage, count)
        turn = _turner(page, rotation)
        box = raw.FS_RECTF()
        glyphs = []
        for i in range(count):
            code = raw.FPDFText_GetUnicode(textpage, i)
            if code == 2 or (code == 0xFFFE and raw.FPDFText_IsHyphen(textpage, i) == 1):
                code = 0x2D  # a hyphen at the end of a line, which pdfium takes for a soft one
            if code <= 32 or code in _BLANK or not raw.FPDFText_GetLooseCharBox(textpage, i, box):
                continue
            if mixed and not _stands(raw.FPDFText_GetCharAngle(textpage, i), rotation):
                continue  # a watermark across the page
            text = chr(code)
            if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
                text = unicodedata.normalize("NFKC", text)
            glyphs.append(Glyph(text, *turn(box.left, box.bottom, box.right, box.top)))
        return glyphs, rotation
    finally:
        textpage.close()


def _lie(textpage: pypdfium2.PdfTextPage, count: int) -> tuple[int, bool]:
    """Degrees (0, 90, 180, 270) a page must be turned clockwise for most of its characters to stand.

    Also whether some characters lie another way than most.
    """
    import pypdfium2.raw as raw

    angles = Counter(
        round(math.degrees(angle))
        for i in range(0, count, max(count // 400, 1))
        if (angle := raw.FPDFText_GetCharAngle(textpage, i)) >= 0
    )
    if not angles:
        return 0, False
    return round(-angles.most_common(1)[0][0] / 90) * 90 % 360, len(angles) > 1


def _stands(angle: float, rotation: int) -> bool:
    """Whether a character at `angle` (clockwise, in radians; negative where unknown) stands on the turned page."""
    return angle < 0 or abs((math.degrees(angle) + rotation + 180) % 360 - 180) < 12


def page_rules(page: pypdfium2.PdfPage, rotation: int = 0) -> list[Rule]:
    """The straight ruled lines of a page turned by `rotation` degrees.

    These are stroked lines and rectangles, and filled rectangles as thin as a line.
    """
    import pypdfium2.raw as raw

    turn = _turner(page, rotation)
    rules: list[Rule] = []
    for n, path in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)):
        if n >= MAX_PATHS:
            break
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(path, fill, stroke)
        points = _points(path)
        if stroke.value:
            for start, end in points:
                x0, y0, x1, y1 = turn(start[0], start[1], end[0], end[1])
                if abs(y1 - y0) < 1 and abs(x1 - x0) > 1:
                    rules.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
                elif abs(x1 - x0) < 1 and abs(y1 - y0) > 1:
                    rules.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
        elif fill.value and points:
            xs = [x for pair in points for x, _ in pair]
            ys = [y for pair in points for _, y in pair]
            x0, y0, x1, y1 = turn(min(xs), min(ys), max(xs), max(ys))
            if y1 - y0 <= THIN < x1 - x0:
                rules.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
            elif x1 - x0 <= THIN < y1 - y0:
                rules.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
    return rules


Point = tuple[float, float]


def _points(path: Any) -> list[tuple[Point, Point]]:
    """The straight pieces of a path in page coordinates; curves are left out."""
    import pypdfium2.raw as raw

    matrix = path.get_matrix()
    outer = path.container
    while outer is not None:
        matrix = matrix.multiply(outer.get_matrix())
        outer = outer.container
    x, y = ctypes.c_float(), ctypes.c_float()
    pieces: list[tuple[Point, Point]] = []
    first = last = (0.0, 0.0)
    for i in range(min(raw.FPDFPath_CountSegments(path), 2_000)):
        segment = raw.FPDFPath_GetPathSegment(path, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            pieces.append((last, point))
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            pieces.append((point, first))
            last = first
    return pieces


def _turner(
    page: pypdfium2.PdfPage, rotation: int
) -> Callable[[float, float, float, float], tuple[float, float, float, float]]:
    """A function from page coordinates (left, bottom, right, top) to the turned page (x0, y0, x1, y1), y down."""
    left, bottom, right, top = page.get_cropbox()

    def turn(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        if rotation == 90:
            corners = (y0 - bottom, x0 - left, y1 - bottom, x1 - left)
        elif rotation == 180:
            corners = (right - x1, y0 - bottom, right - x0, y1 - bottom)
        elif rotation == 270:
            corners = (top - y1, right - x1, top - y0, right - x0)
        else:
            corners = (x0 - left, top - y1, x1 - left, top - y0)
        a, b, c, d = corners
        return min(a, c), min(b, d), max(a, c), max(b, d)

    return turn


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
